//! The resolver: the data, their index, and questions about a name on a day.

use crate::data::{Data, Effect, Org, Person, Spell};
use crate::index::{FastMap, Index, What};
use crate::resolve::Gather;
use crate::scan::Scan;
use crate::{Actors, DataError, EntityKind, Imported, PlaceHint, Sector, Term, author, petrarch};
use gesta_parse::Parsed;
use gesta_text::{Country, Document};
use gesta_time::Timex;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The tables of `actors/`, packed by `cargo run -p gesta-actor --example pack`.
static PACKED: &[u8] = include_bytes!("../actors.bin");

/// Finds and resolves actors.
pub struct Resolver {
    pub(crate) data: Data,
    pub(crate) index: Index,
    /// Words after a hyphen that make the word before a backer: "backed", "led".
    pub(crate) backed: BTreeSet<String>,
    cues: FastMap<String, BTreeSet<String>>,
    states: BTreeMap<Country, u32>,
    orgs: BTreeMap<String, u32>,
    /// Organisations that support an organisation's weak names.
    pub(crate) supports: BTreeMap<u32, Vec<u32>>,
}

fn bundled() -> Data {
    postcard::from_bytes(PACKED)
        .expect("actors.bin is of this version: run the task that packs the tables")
}

/// What is known of a name on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The entry's name.
    pub name: String,
    /// Person, state, organisation.
    pub kind: EntityKind,
    /// The state that it belongs to or acts for on that day.
    pub country: Option<Country>,
    /// Supranational body, party or named group.
    pub org: Option<String>,
    /// PLOVER sectors, the primary one first; empty before a person's first office.
    pub sectors: Vec<Sector>,
    /// Office held on that day.
    pub office: Option<String>,
    /// Last office before that day, of one who holds none: "President of Iran (2013-08-03 to 2021-08-03)".
    pub past_office: Option<String>,
    /// Wikidata id.
    pub wikidata: Option<String>,
    /// For media: who owns it ("state", "private: …").
    pub owner: Option<String>,
}

/// A person as seen on a day.
pub(crate) struct View {
    pub country: Option<Country>,
    pub org: Option<String>,
    pub sectors: Vec<Sector>,
    pub office: Option<String>,
}

fn number(d: Date) -> u32 {
    d.year().max(0) as u32 * 10000 + d.month() as u32 * 100 + d.day() as u32
}

fn shown(day: u32) -> String {
    match day {
        0 => "…".into(),
        99_999_999 => "now".into(),
        d => format!("{:04}-{:02}-{:02}", d / 10000, d / 100 % 100, d % 100),
    }
}

impl Resolver {
    /// The actors' data that come with the crate.
    pub fn bundled() -> Self {
        Resolver::new(bundled())
    }

    /// The bundled tables as they were packed.
    pub fn packed() -> &'static [u8] {
        PACKED
    }

    /// Reads tables (name of the file, text) of the form that `actors/README.md` describes.
    pub fn from_files(files: Vec<(String, String)>) -> Result<Self, Vec<DataError>> {
        let (data, errors) = Data::read(&files);
        if errors.is_empty() {
            Ok(Resolver::new(data))
        } else {
            Err(errors)
        }
    }

    /// The bundled data with a user's tables added: a line with the same key takes the place of a bundled one.
    pub fn with_extra(files: Vec<(String, String)>) -> Result<Self, Vec<DataError>> {
        let mut data = bundled();
        let mut errors = Vec::new();
        for (file, text) in &files {
            data.read_file(file, text, &mut errors);
        }
        if errors.is_empty() {
            Ok(Resolver::new(data))
        } else {
            Err(errors)
        }
    }

    /// Tables in one piece of bytes, for a binary that wants no parsing at its start.
    pub fn pack(files: &[(String, String)]) -> Result<Vec<u8>, Vec<DataError>> {
        let (data, errors) = Data::read(files);
        if !errors.is_empty() {
            return Err(errors);
        }
        postcard::to_stdvec(&data).map_err(|e| {
            vec![DataError {
                file: String::new(),
                line: 0,
                field: String::new(),
                message: e.to_string(),
            }]
        })
    }

    /// Reads what [`Resolver::pack`] wrote.
    pub fn from_packed(bytes: &[u8]) -> Result<Self, String> {
        postcard::from_bytes(bytes)
            .map(Resolver::new)
            .map_err(|e| e.to_string())
    }

    /// Reads an actor or agent dictionary of the PETRARCH/Phoenix form (dated codes, `+` names, synsets, `_`) and writes
    /// tables for a folder of users' actors; what could not be carried over is said in the notes.
    pub fn import_petrarch(&self, text: &str) -> Imported {
        petrarch::import(text, &self.data)
    }

    /// Spells that contradict each other: two holders of one office at one time.
    pub fn check(&self) -> Vec<DataError> {
        petrarch::overlaps(&self.data)
    }

    pub(crate) fn new(data: Data) -> Self {
        let index = Index::new(&data);
        let backed = data
            .modifiers
            .iter()
            .filter(|m| m.effect == Effect::Backed)
            .map(|m| m.words.clone())
            .collect();
        let cues = data
            .cues
            .iter()
            .map(|(k, v)| (k.clone(), v.iter().cloned().collect()))
            .collect();
        let states = data
            .states
            .iter()
            .enumerate()
            .map(|(i, s)| (s.code, i as u32))
            .collect();
        let mut orgs = BTreeMap::new();
        for (i, o) in data.orgs.iter().enumerate() {
            orgs.entry(o.name.clone()).or_insert(i as u32);
        }
        let mut supports: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (set, words) in &data.cues {
            if let Some(o) = set.strip_prefix("support: ").and_then(|n| orgs.get(n)) {
                supports
                    .entry(*o)
                    .or_default()
                    .extend(words.iter().filter_map(|w| orgs.get(w)));
            }
        }
        Resolver {
            data,
            index,
            backed,
            cues,
            states,
            orgs,
            supports,
        }
    }

    pub(crate) fn cue(&self, set: &str, word: &str) -> bool {
        self.cues.get(set).is_some_and(|s| s.contains(word))
    }

    pub(crate) fn org_named(&self, name: &str) -> Option<u32> {
        self.orgs.get(name).copied()
    }

    pub(crate) fn state_of(&self, c: Country) -> Option<u32> {
        self.states.get(&c).copied()
    }

    /// The spell that counts on a day (0 = no date): the one that covers it; without a date the one whose office fits the
    /// words, else the latest.
    pub(crate) fn spell(&self, person: u32, day: u32, titles: &[&str]) -> Option<&Spell> {
        let p = &self.data.persons[person as usize];
        if day != 0 {
            let on = |s: &&Spell| s.days.holds(day);
            return p
                .spells
                .iter()
                .filter(|s| s.office.is_some())
                .find(on)
                .or_else(|| p.spells.iter().find(on));
        }
        let told = p
            .spells
            .iter()
            .filter(|s| fits(s, titles))
            .max_by_key(|s| s.days.to);
        told.or_else(|| {
            // the latest; of those that end together the one that stands first
            p.spells
                .iter()
                .rev()
                .max_by_key(|s| (s.days.to, s.office.is_some()))
        })
    }

    /// How high an office a person holds on a day; 0 for none.
    pub(crate) fn prominence(&self, person: u32, day: u32) -> u32 {
        let p: &Person = &self.data.persons[person as usize];
        p.spells
            .iter()
            .filter(|s| {
                if day == 0 {
                    s.days.to == 99_999_999 || s.days.from > 0
                } else {
                    s.days.holds(day)
                }
            })
            .filter_map(|s| s.office.as_deref())
            .map(|o| {
                let o = o.to_lowercase();
                let high = [
                    "president",
                    "prime minister",
                    "king",
                    "queen",
                    "chancellor",
                    "supreme leader",
                    "emir",
                    "sultan",
                    "pope",
                    "taoiseach",
                ];
                if high.iter().any(|h| o.starts_with(h)) {
                    3
                } else if o.contains("minister")
                    || o.contains("secretary")
                    || o.contains("crown prince")
                {
                    2
                } else {
                    1
                }
            })
            .max()
            .unwrap_or(0)
    }

    /// A person on a day. `roles` are the role words that the text gives.
    pub(crate) fn person(&self, person: u32, day: u32, roles: &[u32], former: bool) -> View {
        let p = &self.data.persons[person as usize];
        let titles: Vec<&str> = roles
            .iter()
            .map(|&r| self.data.roles[r as usize].words.as_str())
            .collect();
        let spell = self.spell(person, day, &titles);
        match spell {
            Some(s) if !(day == 0 && former) => {
                let mut sectors = s.sectors.clone();
                for t in p.spells.iter().filter(|t| day != 0 && t.days.holds(day)) {
                    for x in &t.sectors {
                        if !sectors.contains(x) {
                            sectors.push(*x);
                        }
                    }
                }
                View {
                    country: s.country,
                    org: s.org.clone().map(|o| self.org_output(&o)),
                    sectors,
                    office: s.office.clone(),
                }
            }
            _ => {
                let past = p.spells.iter().any(|s| s.days.to < day || day == 0);
                // whoever led rebels stays one of theirs
                let rebel = p
                    .spells
                    .iter()
                    .filter(|s| s.days.to < day || day == 0)
                    .max_by_key(|s| s.days.to)
                    .filter(|s| s.sectors.first() == Some(&Sector::Reb));
                if let Some(s) = rebel {
                    return View {
                        country: s.country,
                        org: s.org.clone().map(|o| self.org_output(&o)),
                        sectors: s.sectors.clone(),
                        office: None,
                    };
                }
                View {
                    country: p.home,
                    org: None,
                    sectors: if past { vec![Sector::Eli] } else { vec![] },
                    office: None,
                }
            }
        }
    }

    /// A person's spells in office.
    pub(crate) fn terms(&self, person: u32) -> Vec<Term> {
        let date = |d: u32| Date::new((d / 10000) as i16, (d / 100 % 100) as i8, (d % 100) as i8);
        let spells = &self.data.persons[person as usize].spells;
        spells
            .iter()
            .filter(|s| s.office.is_some())
            .filter_map(|s| {
                Some(Term {
                    from: date(s.days.from).unwrap_or(Date::MIN),
                    to: date(s.days.to).unwrap_or(Date::MAX),
                    sector: *s.sectors.first()?,
                })
            })
            .collect()
    }

    /// What the record gives for an organisation named in a person's line.
    fn org_output(&self, name: &str) -> String {
        self.org_named(name)
            .and_then(|i| self.data.orgs[i as usize].org.clone())
            .unwrap_or_else(|| name.to_string())
    }

    /// All that a name may mean on a day: `lookup("Rouhani", date)`. Persons by full name or surname, states by name,
    /// demonym or seat, organisations, epithets; the best first.
    pub fn lookup(&self, name: &str, date: Option<Date>) -> Vec<Found> {
        let day = date.map_or(0, number);
        let refs = self.index.lookup(
            name.trim()
                .trim_start_matches("the ")
                .trim_start_matches("The "),
        );
        let mut out: Vec<(u8, u32, Found)> = Vec::new();
        for r in refs {
            if day != 0 && !r.days.holds(day) {
                continue;
            }
            match r.what {
                What::Person(i) | What::Surname(i) => {
                    let rank = if matches!(r.what, What::Person(_)) {
                        0
                    } else {
                        1
                    };
                    out.push((
                        rank,
                        100 - self.prominence(i, day),
                        self.found_person(i, day),
                    ));
                }
                What::State(i) | What::Part(i, _, 0) => {
                    out.push((2, 0, self.found_state(i, Sector::Gov)))
                }
                What::Adjective(i) | What::Demonym(i, _) | What::Part(i, ..) => {
                    let s = if matches!(r.what, What::Adjective(_)) {
                        Sector::Gov
                    } else {
                        Sector::Cvl
                    };
                    out.push((4, 0, self.found_state(i, s)));
                }
                What::Seat(i, k) => {
                    let s = self.data.states[i as usize].seats[k as usize].1;
                    out.push((5, 0, self.found_state(i, s)));
                }
                What::Org(i) => {
                    if day == 0 || self.data.orgs[i as usize].days.holds(day) {
                        out.push((3, 0, self.found_org(i)));
                    }
                }
                What::OrgMember(i, _) | What::OrgSeat(i) => out.push((6, 0, self.found_org(i))),
                What::Epithet(i) => {
                    let e = &self.data.epithets[i as usize];
                    let mut f = match (&e.org, e.country) {
                        (Some(o), _) if self.org_named(o).is_some() => {
                            self.found_org(self.org_named(o).unwrap_or(0))
                        }
                        (_, Some(c)) if self.state_of(c).is_some() => {
                            self.found_state(self.state_of(c).unwrap_or(0), Sector::Gov)
                        }
                        _ => Found {
                            name: e.name.clone(),
                            kind: EntityKind::Other,
                            country: e.country,
                            org: e.org.clone(),
                            sectors: vec![],
                            office: None,
                            past_office: None,
                            wikidata: None,
                            owner: None,
                        },
                    };
                    if !e.sectors.is_empty() {
                        f.sectors = e.sectors.clone();
                    }
                    out.push((2, 1, f));
                }
                What::Role(..) | What::Modifier(_) => {}
            }
        }
        out.sort_by(|a, b| (a.0, a.1, &a.2.name).cmp(&(b.0, b.1, &b.2.name)));
        let mut found: Vec<Found> = Vec::new();
        for (_, _, f) in out {
            if !found
                .iter()
                .any(|x| x.name == f.name && x.kind == f.kind && x.country == f.country)
            {
                found.push(f);
            }
        }
        found
    }

    fn found_person(&self, i: u32, day: u32) -> Found {
        let p = &self.data.persons[i as usize];
        let v = self.person(i, day, &[], false);
        let past = p
            .spells
            .iter()
            .filter(|s| s.office.is_some() && day != 0 && s.days.to < day)
            .max_by_key(|s| s.days.to)
            .filter(|_| v.office.is_none())
            .map(|s| {
                format!(
                    "{} ({} to {})",
                    s.office.as_deref().unwrap_or(""),
                    shown(s.days.from),
                    shown(s.days.to)
                )
            });
        Found {
            name: p.name.clone(),
            kind: EntityKind::Person,
            country: v.country,
            org: v.org,
            sectors: v.sectors,
            office: v.office,
            past_office: past,
            wikidata: p.wikidata.clone(),
            owner: None,
        }
    }

    fn found_state(&self, i: u32, sector: Sector) -> Found {
        let s = &self.data.states[i as usize];
        Found {
            name: s.name.clone(),
            kind: EntityKind::State,
            country: Some(s.code),
            org: None,
            sectors: vec![sector],
            office: None,
            past_office: None,
            wikidata: s.wikidata.clone(),
            owner: None,
        }
    }

    fn found_org(&self, i: u32) -> Found {
        let o: &Org = &self.data.orgs[i as usize];
        Found {
            name: o.name.clone(),
            kind: EntityKind::Organization,
            country: o.country,
            org: o.org.clone(),
            sectors: o.sectors.clone(),
            office: None,
            past_office: None,
            wikidata: o.wikidata.clone(),
            owner: o.owner.clone(),
        }
    }

    /// All actors of a document.
    pub fn resolve(&self, document: &Document, parsed: &Parsed, times: &[Timex]) -> Actors {
        self.resolve_with(document, parsed, times, &[])
    }

    /// All actors of a document, with the countries of the places that another layer has found in it.
    pub fn resolve_with(
        &self,
        document: &Document,
        parsed: &Parsed,
        _times: &[Timex],
        places: &[PlaceHint],
    ) -> Actors {
        let day = document.published.map_or(0, number);
        let scan = Scan::new(self, parsed, day, places, document.title.as_deref());
        let author = author::outside(self, document, day);
        let country = author.as_ref().and_then(|a| a.country);
        let mut actors = Gather::new(scan, country).run();
        author::name(self, parsed, author, &mut actors);
        actors
    }
}

/// Whether the office of a spell is what the words say.
fn fits(s: &Spell, titles: &[&str]) -> bool {
    let office = s.office.as_deref().unwrap_or("").to_lowercase();
    let title = s.title.as_deref().unwrap_or("").to_lowercase();
    !office.is_empty()
        && titles
            .iter()
            .any(|t| office.starts_with(t) || title.starts_with(t))
}
