//! What is known of actors: states, persons with dated offices, organisations, epithets, role words.

use crate::Sector;
use crate::table::{DataError, Row, day, read};
use gesta_text::Country;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A stretch of days, both ends included, as numbers (20240229).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Days {
    pub from: u32,
    pub to: u32,
}

impl Days {
    pub const ALWAYS: Days = Days {
        from: 0,
        to: 99_999_999,
    };
    pub fn holds(&self, day: u32) -> bool {
        self.from <= day && day <= self.to
    }
}

/// A name that may be weak (needs support from the document) and dated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Name {
    pub text: String,
    pub weak: bool,
    pub days: Days,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub code: Country,
    pub name: String,
    pub names: Vec<Name>,
    pub adjectives: Vec<Name>,
    /// Singular and plural.
    pub demonyms: Vec<(Name, Name)>,
    pub seats: Vec<(Name, Sector)>,
    /// Name, adjective, demonym; each may be empty.
    pub parts: Vec<[Name; 3]>,
    pub parent: Option<Country>,
    pub wikidata: Option<String>,
    pub codes: [String; 4],
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Spell {
    pub office: Option<String>,
    pub title: Option<String>,
    pub country: Option<Country>,
    pub org: Option<String>,
    pub sectors: Vec<Sector>,
    pub days: Days,
    pub shared: bool,
    pub source: String,
    pub line: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Person {
    pub name: String,
    pub aliases: Vec<Name>,
    pub surnames: Vec<Name>,
    pub gender: Option<Gender>,
    pub home: Option<Country>,
    pub wikidata: Option<String>,
    pub spells: Vec<Spell>,
    pub file: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Gender {
    Masc,
    Fem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OrgKind {
    Igo,
    Ngo,
    Company,
    Union,
    Church,
    Movement,
    University,
    Agency,
    Armed,
    Party,
    Army,
    Police,
    Intelligence,
    Court,
    Parliament,
    Ministry,
    Government,
    Prosecutor,
    Bank,
    Commission,
    Media,
}

const ORG_KINDS: &[(&str, OrgKind, Sector, bool)] = {
    use OrgKind::*;
    // name, kind, default sector, whether its name is what the record gives as `org`
    &[
        ("igo", Igo, Sector::Igo, true),
        ("ngo", Ngo, Sector::Ngo, true),
        ("company", Company, Sector::Bus, true),
        ("union", Union, Sector::Lab, true),
        ("church", Church, Sector::Rel, true),
        ("movement", Movement, Sector::Soc, true),
        ("university", University, Sector::Edu, true),
        ("agency", Agency, Sector::Gov, false),
        ("armed", Armed, Sector::Reb, true),
        ("party", Party, Sector::Pty, true),
        ("army", Army, Sector::Mil, false),
        ("police", Police, Sector::Cop, false),
        ("intelligence", Intelligence, Sector::Spy, false),
        ("court", Court, Sector::Jud, false),
        ("parliament", Parliament, Sector::Leg, false),
        ("ministry", Ministry, Sector::Gov, false),
        ("government", Government, Sector::Gov, false),
        ("prosecutor", Prosecutor, Sector::Jud, false),
        ("bank", Bank, Sector::Gov, false),
        ("commission", Commission, Sector::Gov, false),
        ("media", Media, Sector::Jrn, false),
    ]
};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Org {
    pub name: String,
    pub names: Vec<Name>,
    pub kind: OrgKind,
    pub country: Option<Country>,
    pub org: Option<String>,
    pub sectors: Vec<Sector>,
    pub days: Days,
    pub owner: Option<String>,
    pub parent: Option<String>,
    pub demonyms: Vec<(Name, Name)>,
    pub seats: Vec<Name>,
    pub wikidata: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Epithet {
    pub name: String,
    pub names: Vec<Name>,
    pub country: Option<Country>,
    pub org: Option<String>,
    pub sectors: Vec<Sector>,
}

/// What a role word denotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum RoleKind {
    Person,
    Body,
    Group,
    /// A place or thing that counts as its people, when it is attacked: "village", "base".
    Target,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Role {
    pub words: String,
    pub plurals: Vec<String>,
    pub kind: RoleKind,
    pub sectors: Vec<Sector>,
    /// Takes the sector of what it stands with.
    pub inherits: bool,
    pub gender: Option<Gender>,
    pub title: bool,
    pub rank: u8,
    pub unnamed: bool,
    /// Countries whose institutions have this name; it means theirs where the document speaks of them.
    pub homes: Vec<Country>,
}

/// What a modifier does to the phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Effect {
    /// Sets the sector of a role that takes it from beside ("army spokesman").
    Sector,
    /// Out of office.
    Former,
    /// Not yet in office.
    Future,
    /// Says nothing of the sector ("acting", "senior"); it may be passed over.
    None,
    /// Stands after a hyphen: the word before it backs or leads and is not the actor ("Turkish-backed").
    Backed,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Modifier {
    pub words: String,
    pub sectors: Vec<Sector>,
    pub effect: Effect,
}

/// Everything known.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Data {
    pub states: Vec<State>,
    pub persons: Vec<Person>,
    pub orgs: Vec<Org>,
    pub epithets: Vec<Epithet>,
    pub roles: Vec<Role>,
    pub modifiers: Vec<Modifier>,
    /// Named sets of words: verbs of motion, locative prepositions…
    pub cues: BTreeMap<String, Vec<String>>,
}

fn opt(s: &str) -> Option<String> {
    (!s.is_empty() && s != "-").then(|| s.to_string())
}

fn days(row: &Row, from: &str, to: &str) -> Result<Days, DataError> {
    let one = |col: &str, s: &str, last: bool, open: u32| match s {
        "" | "-" => Ok(open),
        s => day(s, last).ok_or_else(|| {
            row.error(
                col,
                format!("{s:?} is no date (YYYY, YYYY-MM or YYYY-MM-DD)"),
            )
        }),
    };
    let d = Days {
        from: one(from, row.get(from), false, Days::ALWAYS.from)?,
        to: one(to, row.get(to), true, Days::ALWAYS.to)?,
    };
    if d.from > d.to {
        return Err(row.error(
            from,
            format!("{} lies after {}", row.get(from), row.get(to)),
        ));
    }
    Ok(d)
}

fn name(row: &Row, col: &str, item: &str) -> Result<Name, DataError> {
    let (text, dates) = match item.split_once('@') {
        Some((t, d)) => (t.trim(), Some(d)),
        None => (item, None),
    };
    let mut out = Name {
        text: text.to_string(),
        weak: false,
        days: Days::ALWAYS,
    };
    if let Some(d) = dates {
        let Some((a, b)) = d.split_once("..") else {
            return Err(row.error(col, format!("{item:?}: dates are written name@from..to")));
        };
        let bad = |s: &str| row.error(col, format!("{item:?}: {s:?} is no date"));
        let (a, b) = (a.trim(), b.trim().trim_end_matches('?'));
        if !a.is_empty() {
            out.days.from = day(a, false).ok_or_else(|| bad(a))?;
        }
        if !b.is_empty() {
            out.days.to = day(b, true).ok_or_else(|| bad(b))?;
        }
    }
    if item.ends_with('?') || out.text.ends_with('?') {
        out.weak = true;
        out.text = out.text.trim_end_matches('?').trim().to_string();
    }
    Ok(out)
}

fn names(row: &Row, col: &str) -> Result<Vec<Name>, DataError> {
    row.list(col).map(|i| name(row, col, i)).collect()
}

/// `Iranian/Iranians`; one form counts for both numbers.
fn pairs(row: &Row, col: &str) -> Result<Vec<(Name, Name)>, DataError> {
    row.list(col)
        .map(|item| {
            let (a, b) = item.split_once('/').unwrap_or((item, item));
            let b = name(row, col, b.trim())?;
            let mut a = name(row, col, a.trim())?;
            a.weak |= b.weak;
            a.days = b.days;
            Ok((a, b))
        })
        .collect()
}

fn country(row: &Row, col: &str) -> Result<Option<Country>, DataError> {
    match row.get(col) {
        "" | "-" => Ok(None),
        s => s.parse().map(Some).map_err(|e: String| row.error(col, e)),
    }
}

fn sectors(row: &Row, col: &str) -> Result<Vec<Sector>, DataError> {
    row.list(col)
        .filter(|s| *s != "=")
        .map(|s| s.parse().map_err(|e: String| row.error(col, e)))
        .collect()
}

fn gender(row: &Row) -> Result<Option<Gender>, DataError> {
    match row.get("gender") {
        "" | "-" => Ok(None),
        "m" => Ok(Some(Gender::Masc)),
        "f" => Ok(Some(Gender::Fem)),
        s => Err(row.error("gender", format!("{s:?} is neither m nor f"))),
    }
}

fn yes(row: &Row, col: &str) -> Result<bool, DataError> {
    match row.get(col) {
        "" | "-" | "no" => Ok(false),
        "yes" => Ok(true),
        s => Err(row.error(col, format!("{s:?} is neither yes nor no"))),
    }
}

/// The default plural of an English noun (its last word, but "of"-phrases their first).
pub(crate) fn plural(words: &str) -> String {
    let (first, rest) = match words.find(" of ") {
        Some(i) => words.split_at(i),
        None => (words, ""),
    };
    let p = if let Some(s) = first.strip_suffix("man") {
        format!("{s}men")
    } else if let Some(s) = first.strip_suffix("person") {
        format!("{s}people")
    } else if first.ends_with(['s', 'x', 'z']) || first.ends_with("ch") || first.ends_with("sh") {
        format!("{first}es")
    } else if let Some(s) = first.strip_suffix('y')
        && !s.ends_with(['a', 'e', 'i', 'o', 'u'])
    {
        format!("{s}ies")
    } else {
        format!("{first}s")
    };
    p + rest
}

const ORG_COLS: &[&str] = &[
    "name", "aliases", "kind", "country", "org", "sector", "from", "to", "owner", "parent",
    "demonyms", "seats", "wikidata", "source", "note",
];

impl Data {
    /// Reads tables (name of the file, text). Later files replace entries of the same key and add others.
    /// Lines that are wrong are passed over and reported.
    pub fn read(files: &[(String, String)]) -> (Data, Vec<DataError>) {
        let mut data = Data::default();
        let mut errors = Vec::new();
        for (file, text) in files {
            data.read_file(file, text, &mut errors);
        }
        (data, errors)
    }

    /// Reads one more table.
    pub fn read_file(&mut self, file: &str, text: &str, errors: &mut Vec<DataError>) {
        let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let stem: String = base
            .chars()
            .take_while(|c| !matches!(c, '.' | '-' | '_') && !c.is_ascii_digit())
            .collect();
        match stem.as_str() {
            "states" => self.read_states(file, text, errors),
            "persons" => self.read_persons(file, text, errors),
            "organisations" | "organizations" => self.read_orgs(file, text, None, errors),
            "armed" => self.read_orgs(file, text, Some("armed"), errors),
            "parties" => self.read_orgs(file, text, Some("party"), errors),
            "institutions" => self.read_orgs(file, text, None, errors),
            "media" => self.read_orgs(file, text, Some("media"), errors),
            "epithets" => self.read_epithets(file, text, errors),
            "roles" => self.read_roles(file, text, errors),
            "modifiers" => self.read_modifiers(file, text, errors),
            "cues" => self.read_cues(file, text, errors),
            _ => errors.push(DataError {
                file: file.to_string(),
                line: 1,
                field: String::new(),
                message: "the name of the file says of no table; tables are states, persons, organisations, armed, parties, \
                          institutions, media, epithets, roles, modifiers, cues"
                    .to_string(),
            }),
        }
    }

    fn read_states(&mut self, file: &str, text: &str, errors: &mut Vec<DataError>) {
        let allowed = [
            "code",
            "name",
            "aliases",
            "demonyms",
            "adjectives",
            "seats",
            "parts",
            "parent",
            "cow",
            "gw",
            "fips",
            "iso2",
            "from",
            "to",
            "wikidata",
            "source",
            "note",
        ];
        let mut at: BTreeMap<Country, usize> = self
            .states
            .iter()
            .enumerate()
            .map(|(i, s)| (s.code, i))
            .collect();
        let states = &mut self.states;
        read(file, text, &allowed, &["code", "name"], errors, |row| {
            let Some(code) = country(row, "code")? else {
                return Err(row.error("code", "must not be empty"));
            };
            days(row, "from", "to")?;
            let mut all = vec![name(row, "name", row.get("name"))?];
            all.extend(names(row, "aliases")?);
            let mut seats = Vec::new();
            for item in row.list("seats") {
                let (n, s) = match item.split_once('=') {
                    Some((n, s)) => {
                        let s = s.split('@').next().unwrap_or(s).trim_end_matches('?');
                        let s = s.parse().map_err(|e: String| row.error("seats", e))?;
                        (
                            n.trim().to_string() + if item.ends_with('?') { "?" } else { "" },
                            s,
                        )
                    }
                    None => (item.to_string(), Sector::Gov),
                };
                seats.push((name(row, "seats", &n)?, s));
            }
            let mut parts = Vec::new();
            for item in row.list("parts") {
                let mut p = item.split('/').map(str::trim);
                let mut next = || name(row, "parts", p.next().unwrap_or(""));
                parts.push([next()?, next()?, next()?]);
            }
            let state = State {
                code,
                name: all[0].text.clone(),
                names: all,
                adjectives: names(row, "adjectives")?,
                demonyms: pairs(row, "demonyms")?,
                seats,
                parts,
                parent: country(row, "parent")?,
                wikidata: opt(row.get("wikidata")),
                codes: ["cow", "gw", "fips", "iso2"].map(|c| row.get(c).to_string()),
            };
            match at.get(&code) {
                Some(&i) => states[i] = state,
                None => {
                    at.insert(code, states.len());
                    states.push(state);
                }
            }
            Ok(())
        });
    }

    fn read_persons(&mut self, file: &str, text: &str, errors: &mut Vec<DataError>) {
        let allowed = [
            "id", "name", "surname", "aliases", "gender", "home", "office", "title", "country",
            "org", "sector", "from", "to", "shared", "wikidata", "source", "note",
        ];
        // Persons of an earlier file with the same key are replaced by this file's lines.
        let key_of = |p: &Person| (p.name.clone(), p.home);
        let old: BTreeMap<(String, Option<Country>), usize> = self
            .persons
            .iter()
            .enumerate()
            .map(|(i, p)| (key_of(p), i))
            .collect();
        let mut at: BTreeMap<(String, Option<Country>), usize> = BTreeMap::new();
        let persons = &mut self.persons;
        read(file, text, &allowed, &["name"], errors, |row| {
            let home = country(row, "home")?;
            let id = row.get("id");
            let key = (
                if id.is_empty() || id == "-" {
                    row.get("name").to_string()
                } else {
                    format!("#{id}")
                },
                home,
            );
            let office = opt(row.get("office"));
            let mut sec = sectors(row, "sector")?;
            if sec.is_empty() && office.is_some() {
                sec.push(Sector::Gov);
            }
            let spell = Spell {
                title: opt(row.get("title")),
                country: match row.get("country") {
                    "" => home,
                    _ => country(row, "country")?,
                },
                org: opt(row.get("org")),
                sectors: sec,
                days: days(row, "from", "to")?,
                shared: yes(row, "shared")?,
                source: row.get("source").to_string(),
                line: row.line as u32,
                office,
            };
            let aliases = names(row, "aliases")?;
            let surnames = names(row, "surname")?;
            let i = *at.entry(key.clone()).or_insert_with(|| {
                let fresh = Person {
                    name: row.get("name").to_string(),
                    aliases: Vec::new(),
                    surnames: Vec::new(),
                    gender: None,
                    home,
                    wikidata: None,
                    spells: Vec::new(),
                    file: file.to_string(),
                };
                match old.get(&key) {
                    Some(&i) => {
                        // Names and gender are kept, the spells are the new file's.
                        persons[i].spells.clear();
                        i
                    }
                    None => {
                        persons.push(fresh);
                        persons.len() - 1
                    }
                }
            });
            let p = &mut persons[i];
            p.gender = gender(row)?.or(p.gender);
            p.wikidata = opt(row.get("wikidata")).or(p.wikidata.take());
            for a in aliases {
                if !p.aliases.contains(&a) {
                    p.aliases.push(a);
                }
            }
            for s in surnames {
                if !p.surnames.contains(&s) {
                    p.surnames.push(s);
                }
            }
            if row.get("name") != p.name {
                let alias = name(row, "name", row.get("name"))?;
                if !p.aliases.contains(&alias) {
                    p.aliases.push(alias);
                }
            }
            if spell.office.is_some() || !spell.sectors.is_empty() || spell.org.is_some() {
                p.spells.push(spell);
            }
            Ok(())
        });
    }

    fn read_orgs(
        &mut self,
        file: &str,
        text: &str,
        default: Option<&str>,
        errors: &mut Vec<DataError>,
    ) {
        let mut at: BTreeMap<(String, Option<Country>), usize> = self
            .orgs
            .iter()
            .enumerate()
            .map(|(i, o)| ((o.name.clone(), o.country), i))
            .collect();
        let orgs = &mut self.orgs;
        read(file, text, ORG_COLS, &["name"], errors, |row| {
            let kind = match row.get("kind") {
                "" => default.ok_or_else(|| row.error("kind", "must not be empty here"))?,
                k => k,
            };
            let Some(&(_, kind, sector, named)) = ORG_KINDS.iter().find(|k| k.0 == kind) else {
                let known: Vec<&str> = ORG_KINDS.iter().map(|k| k.0).collect();
                return Err(row.error(
                    "kind",
                    format!("{kind:?} is unknown; known are {}", known.join(" ")),
                ));
            };
            let home = country(row, "country")?;
            let mut all = vec![name(row, "name", row.get("name"))?];
            all.extend(names(row, "aliases")?);
            let mut sec = sectors(row, "sector")?;
            if sec.is_empty() {
                sec.push(sector);
            }
            let org = Org {
                name: all[0].text.clone(),
                kind,
                country: home,
                org: match row.get("org") {
                    "" => named.then(|| all[0].text.clone()),
                    "-" => None,
                    s => Some(s.to_string()),
                },
                names: all,
                sectors: sec,
                days: days(row, "from", "to")?,
                owner: opt(row.get("owner")),
                parent: opt(row.get("parent")),
                demonyms: pairs(row, "demonyms")?,
                seats: names(row, "seats")?,
                wikidata: opt(row.get("wikidata")),
            };
            match at.get(&(org.name.clone(), home)) {
                Some(&i) => orgs[i] = org,
                None => {
                    at.insert((org.name.clone(), home), orgs.len());
                    orgs.push(org);
                }
            }
            Ok(())
        });
    }

    fn read_epithets(&mut self, file: &str, text: &str, errors: &mut Vec<DataError>) {
        let allowed = [
            "name", "aliases", "country", "org", "sector", "source", "note",
        ];
        let epithets = &mut self.epithets;
        read(file, text, &allowed, &["name"], errors, |row| {
            let mut all = vec![name(row, "name", row.get("name"))?];
            all.extend(names(row, "aliases")?);
            let e = Epithet {
                name: all[0].text.clone(),
                names: all,
                country: country(row, "country")?,
                org: opt(row.get("org")),
                sectors: sectors(row, "sector")?,
            };
            epithets.retain(|x| x.name != e.name);
            epithets.push(e);
            Ok(())
        });
    }

    fn read_roles(&mut self, file: &str, text: &str, errors: &mut Vec<DataError>) {
        let allowed = [
            "words", "plural", "kind", "sector", "gender", "title", "rank", "unnamed", "homes",
            "note",
        ];
        let roles = &mut self.roles;
        let mut at: BTreeMap<String, usize> = roles
            .iter()
            .enumerate()
            .map(|(i, r)| (r.words.clone(), i))
            .collect();
        read(file, text, &allowed, &["words", "kind"], errors, |row| {
            let words = row.get("words").to_string();
            let mut plurals: Vec<String> = row.list("plural").map(str::to_string).collect();
            if plurals.is_empty() {
                plurals.push(plural(&words));
            }
            let role = Role {
                plurals,
                kind: match row.get("kind") {
                    "person" => RoleKind::Person,
                    "body" => RoleKind::Body,
                    "group" => RoleKind::Group,
                    "target" => RoleKind::Target,
                    s => {
                        return Err(row.error(
                            "kind",
                            format!("{s:?} is none of person, body, group, target"),
                        ));
                    }
                },
                sectors: sectors(row, "sector")?,
                inherits: row.list("sector").any(|s| s == "="),
                gender: gender(row)?,
                title: yes(row, "title")?,
                rank: match row.get("rank") {
                    "" => 5,
                    s => s
                        .parse()
                        .ok()
                        .filter(|r| (1..=9).contains(r))
                        .ok_or_else(|| row.error("rank", format!("{s:?} is not 1 to 9")))?,
                },
                unnamed: yes(row, "unnamed")?,
                homes: row
                    .list("homes")
                    .map(|c| c.parse().map_err(|e: String| row.error("homes", e)))
                    .collect::<Result<_, _>>()?,
                words: words.clone(),
            };
            match at.get(&words) {
                Some(&i) => roles[i] = role,
                None => {
                    at.insert(words, roles.len());
                    roles.push(role);
                }
            }
            Ok(())
        });
    }

    fn read_modifiers(&mut self, file: &str, text: &str, errors: &mut Vec<DataError>) {
        let allowed = ["words", "sector", "effect", "note"];
        let modifiers = &mut self.modifiers;
        read(file, text, &allowed, &["words"], errors, |row| {
            let m = Modifier {
                words: row.get("words").to_string(),
                sectors: sectors(row, "sector")?,
                effect: match row.get("effect") {
                    "" | "sector" => Effect::Sector,
                    "former" => Effect::Former,
                    "future" => Effect::Future,
                    "none" => Effect::None,
                    "backed" => Effect::Backed,
                    s => {
                        return Err(row.error(
                            "effect",
                            format!("{s:?} is none of sector, former, future, none, backed"),
                        ));
                    }
                },
            };
            modifiers.retain(|x| x.words != m.words);
            modifiers.push(m);
            Ok(())
        });
    }

    fn read_cues(&mut self, file: &str, text: &str, errors: &mut Vec<DataError>) {
        let cues = &mut self.cues;
        read(
            file,
            text,
            &["set", "words", "note"],
            &["set", "words"],
            errors,
            |row| {
                let set = cues.entry(row.get("set").to_string()).or_default();
                for w in row.list("words") {
                    if !set.iter().any(|x| x == w) {
                        set.push(w.to_string());
                    }
                }
                Ok(())
            },
        );
    }
}
