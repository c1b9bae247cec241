//! Reads actor and agent dictionaries of the PETRARCH/Phoenix form and writes them as tables of `actors/`.
//!
//! The form: `NAME_OF_ACTOR_ [CODE]` on a line of its own or with dated codes on indented lines below it
//! (`[CODE 20030101-20071231]`, `[CODE <19991231]`, `[CODE >20080101]`); lines with `+` are further names of the entry
//! above; `;` and `#` begin comments. Agents are `WORD_ [~GOV]` with `{PLURAL}`; `!SET! = A, B` or `&SET` with `+A` lines
//! define synsets that stand in entries for each of their members.

use crate::data::{Data, OrgKind};
use crate::table::day;
use crate::{DataError, Sector};
use gesta_text::Country;
use std::collections::BTreeMap;

/// What an import made of a dictionary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Tables (file name, text) of the form of `actors/README.md`; empty ones are left out.
    pub files: Vec<(String, String)>,
    /// What could not be carried over, each with its line.
    pub notes: Vec<String>,
}

#[derive(Default)]
struct Entry {
    line: usize,
    names: Vec<String>,
    plurals: Vec<String>,
    /// Code, from, to.
    codes: Vec<(String, String, String)>,
}

/// `SADDAM_HUSSEIN_` as a name: "Saddam Hussein". Short words without vowels stay capitals.
fn spelled(raw: &str) -> String {
    raw.split(['_', ' '])
        .filter(|w| !w.is_empty())
        .enumerate()
        .map(|(i, w)| {
            let lower = w.to_lowercase();
            let small = [
                "of", "the", "and", "for", "de", "al", "bin", "ibn", "van", "von", "in", "la", "el",
            ];
            let vowel = lower.contains(['a', 'e', 'i', 'o', 'u', 'y']);
            if i > 0 && small.contains(&lower.as_str()) {
                lower
            } else if !vowel && w.chars().count() > 1 || w.contains('.') && w.len() <= 4 {
                w.to_string()
            } else {
                // each piece of a hyphenated name has its capital
                let mut out = String::new();
                let mut up = true;
                for c in lower.chars() {
                    if up {
                        out.extend(c.to_uppercase());
                    } else {
                        out.push(c);
                    }
                    up = matches!(c, '-' | '.');
                }
                out
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn iso(d: &str) -> Option<String> {
    let d = d.trim();
    if !d.is_ascii() {
        return None;
    }
    // YYMMDD of the older dictionaries, YYYYMMDD of the newer ones
    let full = match d.len() {
        8 => d.to_string(),
        6 => format!("{}{d}", if d.as_bytes()[0] >= b'3' { "19" } else { "20" }),
        _ => return None,
    };
    let out = format!("{}-{}-{}", &full[..4], &full[4..6], &full[6..]);
    day(&out, false).map(|_| out)
}

/// The codes between brackets: `[USAGOV 20090120-20170120]`.
fn bracket(s: &str, n: usize, notes: &mut Vec<String>) -> Option<(String, String, String)> {
    let inner = s.split_once('[')?.1.split(']').next()?.trim();
    let (code, dates) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    let dates = dates.trim();
    let (mut from, mut to) = (String::new(), String::new());
    let mut take = |d: &str, slot: &mut String| match iso(d) {
        Some(d) => *slot = d,
        None => notes.push(format!(
            "line {n}: {d:?} is no date; the code {code} is taken as undated"
        )),
    };
    if let Some(d) = dates.strip_prefix('<') {
        take(d, &mut to);
    } else if let Some(d) = dates.strip_prefix('>') {
        take(d, &mut from);
    } else if let Some((a, b)) = dates.split_once('-') {
        if iso(a).is_none() || iso(b).is_none() {
            notes.push(format!(
                "line {n}: {dates:?} is no pair of dates; the code {code} is taken as undated"
            ));
            return Some((code.to_string(), from, to));
        }
        take(a, &mut from);
        take(b, &mut to);
    } else if !dates.is_empty() {
        notes.push(format!(
            "line {n}: the date restriction {dates:?} is not understood"
        ));
    }
    Some((code.to_string(), from, to))
}

/// All combinations of a name with its synsets' members.
fn expand(name: &str, sets: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut rest = name;
    loop {
        let at = sets
            .keys()
            .filter_map(|k| rest.find(k.as_str()).map(|i| (i, k)))
            .min();
        let Some((i, k)) = at else {
            out.iter_mut().for_each(|o| o.push_str(rest));
            return out;
        };
        let mut next = Vec::new();
        for o in &out {
            for m in &sets[k] {
                next.push(format!("{o}{}{m}", &rest[..i]));
            }
        }
        next.truncate(200);
        out = next;
        rest = &rest[i + k.len()..];
    }
}

struct Code {
    country: Option<Country>,
    sectors: Vec<Sector>,
    kind: Option<OrgKind>,
    rest: Vec<String>,
}

/// Takes a CAMEO actor code apart: country, sectors, what is left.
fn split(code: &str, known: &dyn Fn(Country) -> bool) -> Code {
    let mut out = Code {
        country: None,
        sectors: vec![],
        kind: None,
        rest: vec![],
    };
    let clean = code.trim_matches(|c| c == '~' || c == '-');
    let mut i = 0;
    while i + 3 <= clean.len() && clean.is_char_boundary(i + 3) {
        let piece = &clean[i..i + 3];
        i += 3;
        if out.country.is_none()
            && out.sectors.is_empty()
            && let Ok(c) = piece.parse::<Country>()
            && known(c)
        {
            out.country = Some(c);
            continue;
        }
        let sector = match piece {
            "SET" => Some(Sector::Cvl),
            "HLH" => Some(Sector::Med),
            "ENV" | "HRI" | "DEV" | "LEF" => Some(Sector::Ngo),
            "INS" | "SEP" => Some(Sector::Reb),
            "MOD" | "TOP" | "RAD" | "MID" | "HAR" => None,
            p => p.parse().ok(),
        };
        match sector {
            Some(s) => {
                if !out.sectors.contains(&s) {
                    out.sectors.push(s);
                }
                out.kind = out.kind.or(match s {
                    Sector::Igo | Sector::Uno | Sector::Eur => Some(OrgKind::Igo),
                    Sector::Ngo => Some(OrgKind::Ngo),
                    Sector::Mnc | Sector::Bus => Some(OrgKind::Company),
                    Sector::Reb | Sector::Uaf | Sector::Prm | Sector::Img => Some(OrgKind::Armed),
                    Sector::Pty => Some(OrgKind::Party),
                    Sector::Jrn => Some(OrgKind::Media),
                    Sector::Ism => Some(OrgKind::Movement),
                    Sector::Lab => Some(OrgKind::Union),
                    _ => None,
                });
            }
            None => out.rest.push(piece.to_string()),
        }
    }
    if i < clean.len() && !clean[i.min(clean.len())..].is_empty() {
        out.rest.push(clean[i..].to_string());
    }
    out
}

/// Reads a dictionary and writes tables for a folder of `--actors`.
pub(crate) fn import(text: &str, data: &Data) -> Imported {
    let mut notes = Vec::new();
    let mut sets: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut set: Option<String> = None;
    let mut entries: Vec<Entry> = Vec::new();
    for (i, raw) in text.lines().enumerate() {
        let n = i + 1;
        let line = raw.split([';', '#']).next().unwrap_or("");
        let body = line.trim();
        if body.is_empty() || body.starts_with("<!--") {
            continue;
        }
        let indented = line.starts_with([' ', '\t']);
        if body.starts_with('!') && body.contains('=') {
            // !PERSON! = MAN, MEN
            let (name, members) = body.split_once('=').unwrap_or((body, ""));
            sets.insert(
                name.trim().to_string(),
                members
                    .split(',')
                    .map(|m| m.trim().trim_end_matches('_').to_string())
                    .filter(|m| !m.is_empty())
                    .collect(),
            );
            set = None;
        } else if let Some(name) = body.strip_prefix('&').filter(|_| !body.contains('[')) {
            let name = format!("&{}", name.trim());
            sets.insert(name.clone(), vec![]);
            set = Some(name);
        } else if let Some(more) = body.strip_prefix('+') {
            let more = more.trim();
            if let Some(s) = &set {
                if let Some(list) = sets.get_mut(s) {
                    list.push(more.trim_end_matches('_').to_string());
                }
            } else {
                match entries.last_mut() {
                    Some(e) => e
                        .names
                        .push(more.split('[').next().unwrap_or("").trim().to_string()),
                    None => notes.push(format!("line {n}: {body:?} belongs to no entry")),
                }
            }
        } else if body.starts_with('[') && (indented || !entries.is_empty()) {
            match (entries.last_mut(), bracket(body, n, &mut notes)) {
                (Some(e), Some(c)) => e.codes.push(c),
                _ => notes.push(format!("line {n}: {body:?} is not understood")),
            }
        } else {
            set = None;
            let name = body
                .split(['[', '{'])
                .next()
                .unwrap_or("")
                .trim()
                .to_string();
            if name.is_empty() {
                notes.push(format!("line {n}: {body:?} is not understood"));
                continue;
            }
            let mut e = Entry {
                line: n,
                names: vec![name],
                ..Default::default()
            };
            if let Some((_, p)) = body.split_once('{') {
                e.plurals
                    .push(p.split('}').next().unwrap_or("").trim().to_string());
            }
            if let Some(c) = bracket(body, n, &mut notes) {
                e.codes.push(c);
            }
            entries.push(e);
        }
    }
    let known = |c: Country| data.states.iter().any(|s| s.code == c);
    let mut persons = String::new();
    let mut orgs = String::new();
    let mut roles = String::new();
    let mut states: BTreeMap<Country, Vec<String>> = BTreeMap::new();
    for e in &entries {
        let names: Vec<String> = e.names.iter().flat_map(|n| expand(n, &sets)).collect();
        if names.iter().any(|n| n.contains(['!', '&'])) {
            notes.push(format!(
                "line {}: {} uses a synset that is not defined",
                e.line, e.names[0]
            ));
            continue;
        }
        if e.codes.is_empty() {
            notes.push(format!("line {}: {} has no code", e.line, e.names[0]));
            continue;
        }
        // an agent
        if e.codes.iter().any(|c| c.0.contains('~')) {
            let c = split(&e.codes[0].0, &|_| false);
            if c.sectors.is_empty() {
                notes.push(format!(
                    "line {}: agent {}: no sector is known for {}",
                    e.line, e.names[0], e.codes[0].0
                ));
                continue;
            }
            let sec: Vec<&str> = c.sectors.iter().map(|s| s.as_str()).collect();
            for n in &names {
                let words = n.replace('_', " ").trim().to_lowercase();
                let plurals: Vec<String> = e
                    .plurals
                    .iter()
                    .flat_map(|p| expand(p, &sets))
                    .map(|p| p.replace('_', " ").trim().to_lowercase())
                    .collect();
                roles += &format!(
                    "{words}\t{}\tperson\t{}\n",
                    plurals.join(" | "),
                    sec.join(" | ")
                );
            }
            if e.codes.len() > 1 {
                notes.push(format!(
                    "line {}: agent {}: only its first code is kept",
                    e.line, e.names[0]
                ));
            }
            continue;
        }
        let spelled_names: Vec<String> = names.iter().map(|n| spelled(n)).collect();
        let aliases = spelled_names[1..].join(" | ");
        let codes: Vec<(Code, &str, &str)> = e
            .codes
            .iter()
            .map(|(c, a, b)| (split(c, &known), a.as_str(), b.as_str()))
            .collect();
        for (c, ..) in &codes {
            if !c.rest.is_empty() {
                notes.push(format!(
                    "line {}: {}: {} of its code could not be carried over",
                    e.line,
                    e.names[0],
                    c.rest.join(" ")
                ));
            }
        }
        let dated = codes.iter().any(|c| !c.1.is_empty() || !c.2.is_empty());
        let first = &codes[0].0;
        let bare = codes
            .iter()
            .all(|c| c.0.sectors.is_empty() && c.0.rest.is_empty());
        if bare && let Some(c) = first.country {
            states
                .entry(c)
                .or_default()
                .extend(spelled_names.iter().cloned());
            continue;
        }
        if first.country.is_none() && first.sectors.is_empty() {
            notes.push(format!(
                "line {}: {}: nothing is known of the code {}",
                e.line, e.names[0], e.codes[0].0
            ));
            continue;
        }
        let person = dated || first.kind.is_none() && spelled_names[0].split(' ').count() <= 4;
        let sec = |c: &Code| {
            c.sectors
                .iter()
                .map(|s| s.as_str())
                .collect::<Vec<_>>()
                .join(" | ")
        };
        let land = |c: &Code| c.country.map_or("-".to_string(), |c| c.to_string());
        if person {
            for (i, (c, a, b)) in codes.iter().enumerate() {
                let s = if c.sectors.is_empty() {
                    "GOV".to_string()
                } else {
                    sec(c)
                };
                persons += &format!(
                    "{}\t{}\t{}\t{}\t{s}\t{a}\t{b}\timported\n",
                    spelled_names[0],
                    if i == 0 { aliases.as_str() } else { "" },
                    land(first),
                    land(c)
                );
            }
        } else {
            let kind = match first.kind {
                Some(OrgKind::Igo) => "igo",
                Some(OrgKind::Ngo) => "ngo",
                Some(OrgKind::Company) => "company",
                Some(OrgKind::Armed) => "armed",
                Some(OrgKind::Party) => "party",
                Some(OrgKind::Media) => "media",
                Some(OrgKind::Movement) => "movement",
                Some(OrgKind::Union) => "union",
                _ => "agency",
            };
            orgs += &format!(
                "{}\t{aliases}\t{kind}\t{}\t{}\timported\n",
                spelled_names[0],
                land(first),
                sec(first)
            );
        }
    }
    let mut out = Imported {
        notes,
        ..Default::default()
    };
    let mut add = |name: &str, head: &str, body: String| {
        if !body.is_empty() {
            out.files
                .push((name.to_string(), format!("{head}\n{body}")));
        }
    };
    add(
        "persons-imported.tsv",
        "name\taliases\thome\tcountry\tsector\tfrom\tto\tsource",
        persons,
    );
    add(
        "organisations-imported.tsv",
        "name\taliases\tkind\tcountry\tsector\tsource",
        orgs,
    );
    add("roles-imported.tsv", "words\tplural\tkind\tsector", roles);
    // names of a state that the data have are nothing new; the others become names that denote it
    let mut extra = String::new();
    for (c, names) in states {
        let have = data.states.iter().find(|s| s.code == c);
        for n in names {
            let known = have.is_some_and(|s| {
                s.names
                    .iter()
                    .chain(&s.adjectives)
                    .any(|x| x.text.eq_ignore_ascii_case(&n))
                    || s.demonyms.iter().any(|(a, b)| {
                        a.text.eq_ignore_ascii_case(&n) || b.text.eq_ignore_ascii_case(&n)
                    })
                    || s.seats.iter().any(|x| x.0.text.eq_ignore_ascii_case(&n))
            });
            if !known {
                extra += &format!("{n}\t{c}\tGOV\timported\n");
            }
        }
    }
    add(
        "epithets-imported.tsv",
        "name\tcountry\tsector\tsource",
        extra,
    );
    out
}

/// Offices that several persons hold at one time by their nature.
fn several(office: &str) -> bool {
    let first = office.split([' ', '-']).next().unwrap_or("");
    matches!(
        first,
        "Deputy"
            | "Vice"
            | "Co"
            | "Senior"
            | "Adviser"
            | "Advisor"
            | "Aide"
            | "Spokesman"
            | "Spokeswoman"
            | "Spokesperson"
            | "Member"
    )
}

/// Spells that overlap: an office that two persons hold at one time for more than a month, and is not marked `shared`.
pub(crate) fn overlaps(data: &Data) -> Vec<DataError> {
    // from, to, who, file, line
    type Held<'a> = (u32, u32, &'a str, &'a str, u32);
    let mut held: BTreeMap<(String, Option<Country>), Vec<Held<'_>>> = BTreeMap::new();
    for p in &data.persons {
        for s in &p.spells {
            if let Some(o) = &s.office
                && !s.shared
                && !several(o)
                && s.days.from > 0
            {
                held.entry((o.clone(), s.country)).or_default().push((
                    s.days.from,
                    s.days.to,
                    &p.name,
                    &p.file,
                    s.line,
                ));
            }
        }
    }
    let mut out = Vec::new();
    for ((office, _), mut spells) in held {
        spells.sort_unstable();
        for w in spells.windows(2) {
            let (a, b) = (&w[0], &w[1]);
            // a month's grace, or the year where only the year is known: sources differ in when an office passes on
            let grace = if b.0 % 10_000 == 101 || a.1 % 10_000 == 1231 {
                10_000
            } else {
                200
            };
            if a.2 != b.2 && b.0 + grace < a.1 {
                out.push(DataError {
                    file: b.3.to_string(),
                    line: b.4 as usize,
                    field: "from".to_string(),
                    message: format!(
                        "{office}: {} begins on {} while {} ({}:{}) is in office until {}",
                        b.2, b.0, a.2, a.3, a.4, a.1
                    ),
                });
            }
        }
    }
    out
}
