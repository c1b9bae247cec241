use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// A field of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Identifier.
    Id,
    /// Date of publication.
    Date,
    /// Headline.
    Title,
    /// The text to code.
    Text,
    /// Publisher.
    Source,
    /// Where it was found.
    Url,
    /// ISO 639-1 code.
    Language,
}

const FIELDS: &[(Field, &[&str])] = &[
    (Field::Id, &["id"]),
    (
        Field::Date,
        &[
            "date",
            "published",
            "published_at",
            "date_published",
            "publish_date",
            "pubdate",
        ],
    ),
    (Field::Title, &["title", "headline"]),
    (Field::Text, &["text", "body", "content"]),
    (Field::Source, &["source", "publisher"]),
    (Field::Url, &["url", "link"]),
    (Field::Language, &["language", "lang"]),
];

/// Which of a file's fields is what. The names in [`Field`]'s own words and some usual others are known; `--map` sets
/// one apart: `text=body` reads the text from "body" and from nowhere else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldMap {
    chosen: Vec<(Field, String)>,
}

impl FieldMap {
    /// The names looked for, the first that has a value wins.
    pub fn names(&self, field: Field) -> Vec<&str> {
        let chosen: Vec<&str> = self
            .chosen
            .iter()
            .filter(|c| c.0 == field)
            .map(|c| c.1.as_str())
            .collect();
        if !chosen.is_empty() {
            return chosen;
        }
        FIELDS
            .iter()
            .find(|f| f.0 == field)
            .map_or(Vec::new(), |f| f.1.to_vec())
    }

    /// Every pair of field and name, in the order of preference.
    pub fn pairs(&self) -> Vec<(Field, &str)> {
        FIELDS
            .iter()
            .flat_map(|(f, _)| self.names(*f).into_iter().map(|n| (*f, n)))
            .collect()
    }

    /// What the column or key `name` holds.
    pub fn field_of(&self, name: &str) -> Option<Field> {
        self.pairs()
            .into_iter()
            .find(|(_, n)| n.eq_ignore_ascii_case(name))
            .map(|(f, _)| f)
    }
}

impl FromStr for FieldMap {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let mut map = FieldMap::default();
        for pair in s.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (ours, theirs) = pair
                .split_once('=')
                .ok_or_else(|| format!("{pair:?} is not FIELD=NAME"))?;
            let known = FIELDS
                .iter()
                .find(|f| f.1[0] == ours.trim())
                .ok_or_else(|| {
                    let all: Vec<&str> = FIELDS.iter().map(|f| f.1[0]).collect();
                    format!(
                        "{:?} is no field of a document: {}",
                        ours.trim(),
                        all.join(", ")
                    )
                })?;
            if theirs.trim().is_empty() {
                return Err(format!("{pair:?} names no field of the file"));
            }
            map.chosen.push((known.0, theirs.trim().to_owned()));
        }
        Ok(map)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FIELDS.iter().find(|x| x.0 == *self).map_or("", |x| x.1[0]))
    }
}

/// Reads a day in the forms that files give it: 2024-12-01, with or without a time behind it; 20241201; the form of
/// mails and feeds (Sun, 01 Dec 2024 09:30:00 GMT).
pub fn parse_date(s: &str) -> Option<Date> {
    let s = s.trim();
    if s.len() == 8 && s.bytes().all(|b| b.is_ascii_digit()) {
        return Date::new(
            s[..4].parse().ok()?,
            s[4..6].parse().ok()?,
            s[6..].parse().ok()?,
        )
        .ok();
    }
    if let Some(day) = s.get(..10)
        && let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = day.as_bytes()
        && [y1, y2, y3, y4, m1, m2, d1, d2]
            .iter()
            .all(|b| b.is_ascii_digit())
        && s.as_bytes()
            .get(10)
            .is_none_or(|b| matches!(b, b'T' | b't' | b' '))
    {
        return Date::new(
            day[..4].parse().ok()?,
            day[5..7].parse().ok()?,
            day[8..].parse().ok()?,
        )
        .ok();
    }
    jiff::fmt::rfc2822::parse(s).ok().map(|z| z.date())
}
