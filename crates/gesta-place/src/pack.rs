//! Packs tables into the form that [`crate::Geoparser`] reads in place.
//!
//! Two kinds of table come in: those that `gazetteer/build/extract.py` draws from the registry packages, and those
//! that people write (`gazetteer/data`). A user's own entries pass through the same door at run time.

use crate::PlaceError;
use crate::gazetteer::{FEATURES, MAGIC, NONE16, SECTIONS, feature_index};
use crate::normal::key;
use crate::table::{Row, Table};
use gesta_text::Country;
use std::collections::{BTreeMap, BTreeSet};

/// Flags of a word (`words` tables).
pub(crate) mod word {
    /// A word of the language that is also a place's name somewhere ("reading", "nice").
    pub(crate) const ORDINARY: u64 = 1;
    /// A person's first name.
    pub(crate) const GIVEN: u64 = 2;
    /// A family name.
    pub(crate) const FAMILY: u64 = 4;
}

/// One entry on its way into the packed file.
#[derive(Clone, Debug, Default)]
struct Entry {
    geonames: u32,
    name: String,
    point: Option<(f64, f64)>,
    country: Option<Country>,
    members: Vec<Country>,
    code: String,
    admin1: String,
    admin2: String,
    feature: u8,
    weight: f64,
    population: f64,
    radius: f64,
    /// Other names; the flag says whether the name is secondary.
    names: Vec<(String, bool)>,
}

/// Gathers entries and writes the packed form.
#[derive(Default)]
pub struct Packer {
    entries: Vec<Entry>,
    words: BTreeMap<String, u64>,
    /// Entries by what an amendment may call them.
    targets: BTreeMap<String, usize>,
    /// Largest town and largest division of a state by key; the flag says that it is found by a secondary name.
    known: BTreeMap<(String, bool, String), (bool, usize)>,
}

impl Packer {
    /// An empty one.
    pub fn new() -> Self {
        Packer::default()
    }

    /// Adds a table; its kind follows from the file's name: `states.tsv`, `divisions.tsv`, `regions.tsv` and `places.tsv` as
    /// `extract.py` writes them, `amend*.tsv` (changes to entries that are there), `words*.tsv`; any other holds places that
    /// people describe (columns name, feature, lat, lon, radius_km, country, weight, aliases).
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), PlaceError> {
        let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
        match base {
            "states.tsv" => self.states(file, text),
            "divisions.tsv" => self.divisions(file, text),
            "regions.tsv" => self.regions(file, text),
            "places.tsv" => self.places(file, text),
            b if b.starts_with("amend") => self.amend(file, text),
            b if b.starts_with("words") => self.word_list(file, text),
            _ => self.described(file, text),
        }
    }

    fn states(&mut self, file: &str, text: &str) -> Result<(), PlaceError> {
        let t = Table::read(
            file,
            text,
            &["geonames", "name", "lat", "lon", "country", "feature"],
        )?;
        for r in t.rows() {
            let mut e = base(&r)?;
            let p = e.population.max(1.0).log10();
            e.weight = if e.feature == 0 {
                8.5 + 0.15 * p
            } else {
                7.0 + 0.1 * p
            };
            e.names = r
                .list("aliases")
                .map(|a| (a.to_owned(), a.chars().count() < 5))
                .collect();
            e.names
                .extend(r.list("demonyms").map(|d| (format!("@{d}"), false)));
            let code = r.get("country").to_owned();
            self.push(e, code);
        }
        Ok(())
    }

    fn divisions(&mut self, file: &str, text: &str) -> Result<(), PlaceError> {
        let t = Table::read(
            file,
            text,
            &["code", "name", "lat", "lon", "country", "feature"],
        )?;
        for r in t.rows() {
            let mut e = base(&r)?;
            e.code = r.get("code").to_owned();
            e.admin1 = r.get("admin1").to_owned();
            let p = (e.population + 1.0).log10();
            let first = FEATURES[e.feature as usize] == "ADM1";
            e.weight = if first {
                5.0 + 0.35 * p
            } else {
                3.0 + 0.45 * p
            };
            if let Some(short) = without_generic(&e.name)
                && (first || r.get("country") != "USA")
            {
                e.names.push((short, !first));
            }
            let code = e.code.clone();
            self.know(r.get("country"), true, &e);
            self.push(e, code);
        }
        Ok(())
    }

    fn regions(&mut self, file: &str, text: &str) -> Result<(), PlaceError> {
        let t = Table::read(file, text, &["name", "lat", "lon", "radius_km", "states"])?;
        for r in t.rows() {
            let mut e = base(&r)?;
            e.feature = feature_index("RGN").unwrap_or(0);
            e.members = countries(&r, "states")?;
            e.weight = 7.5;
            let code = format!("region:{}", e.name);
            self.push(e, code);
        }
        Ok(())
    }

    fn places(&mut self, file: &str, text: &str) -> Result<(), PlaceError> {
        let t = Table::read(
            file,
            text,
            &[
                "geonames",
                "name",
                "lat",
                "lon",
                "country",
                "feature",
                "population",
            ],
        )?;
        for r in t.rows() {
            let mut e = base(&r)?;
            e.admin1 = r.get("admin1").to_owned();
            e.admin2 = r.get("admin2").to_owned();
            e.weight = 1.3 * (e.population + 10.0).log10();
            if FEATURES[e.feature as usize] == "PPLC" {
                e.weight = e.weight.max(7.2) + 0.4;
            }
            e.radius = ((e.population + 500.0) / 4000.0).sqrt() / 1.7;
            e.names = r.list("aliases").map(|a| (a.to_owned(), true)).collect();
            let code = e.geonames.to_string();
            self.know(r.get("country"), false, &e);
            self.push(e, code);
        }
        Ok(())
    }

    /// Places that people describe.
    fn described(&mut self, file: &str, text: &str) -> Result<(), PlaceError> {
        let t = Table::read(file, text, &["name", "feature", "lat", "lon"])?;
        for r in t.rows() {
            if r.get("name").is_empty() {
                return Err(r.error("name", "is empty"));
            }
            let mut e = base(&r)?;
            if e.point.is_none() {
                return Err(r.error("lat", "is empty"));
            }
            let all = countries(&r, "country")?;
            if all.len() > 1 {
                e.members = all;
                e.country = None;
            }
            e.weight = r.within("weight", 0.0, 12.0)?.unwrap_or(7.0);
            e.admin1 = r.get("admin1").to_owned();
            e.names = r.list("aliases").map(|a| (a.to_owned(), false)).collect();
            // A division or town that is there already is not doubled but amended.
            let division = matches!(FEATURES[e.feature as usize], "ADM1" | "ADM2");
            if (division || matches!(FEATURES[e.feature as usize], "PPL" | "PPLC"))
                && let Some(&(_, old)) =
                    self.known
                        .get(&(r.get("country").to_owned(), division, key(&e.name)))
                && (division || close(self.entries[old].point, e.point))
            {
                let o = &mut self.entries[old];
                o.point = e.point;
                o.weight = o.weight.max(e.weight);
                o.radius = if e.radius > 0.0 { e.radius } else { o.radius };
                o.geonames = if e.geonames > 0 {
                    e.geonames
                } else {
                    o.geonames
                };
                let former = std::mem::replace(&mut o.name, e.name);
                o.names.push((former, false));
                o.names.splice(0..0, e.names);
                continue;
            }
            // A region of the United Nations' list gives way to a described one of the same name.
            let code = format!("region:{}", e.name);
            if let Some(&old) = self.targets.get(&code)
                && all_region(e.feature)
            {
                if e.members.is_empty() && e.country.is_none() {
                    e.members = std::mem::take(&mut self.entries[old].members);
                }
                self.entries[old] = e;
                continue;
            }
            self.push(e, code);
        }
        Ok(())
    }

    fn amend(&mut self, file: &str, text: &str) -> Result<(), PlaceError> {
        let t = Table::read(file, text, &["target", "aliases"])?;
        for r in t.rows() {
            let Some(at) = self.target(r.get("target")) else {
                return Err(r.error("target", &format!("{:?} names no entry", r.get("target"))));
            };
            let point = point(&r)?;
            let e = &mut self.entries[at];
            e.point = point.or(e.point);
            if let Some(x) = r.within("radius_km", 0.0, 20000.0)? {
                e.radius = x;
            }
            if let Some(x) = r.within("weight", 0.0, 12.0)? {
                e.weight = x;
            }
            if !r.get("name").is_empty() {
                let old = std::mem::replace(&mut e.name, r.get("name").to_owned());
                e.names.push((old, false));
            }
            // first-hand names stand before the extracted ones, which may repeat them as secondary
            let new: Vec<_> = r.list("aliases").map(|a| (a.to_owned(), false)).collect();
            e.names.splice(0..0, new);
        }
        Ok(())
    }

    fn word_list(&mut self, file: &str, text: &str) -> Result<(), PlaceError> {
        let t = Table::read(file, text, &["word", "is"])?;
        for r in t.rows() {
            let mut flags = 0;
            for f in r.list("is") {
                flags |= match f {
                    "ordinary" => word::ORDINARY,
                    "given" => word::GIVEN,
                    "family" => word::FAMILY,
                    _ => {
                        return Err(
                            r.error("is", &format!("{f:?} is none of ordinary, given, family"))
                        );
                    }
                };
            }
            *self.words.entry(key(r.get("word"))).or_default() |= flags;
        }
        Ok(())
    }

    fn know(&mut self, country: &str, division: bool, e: &Entry) {
        let at = self.entries.len();
        for (k, alt) in
            std::iter::once((&e.name, false)).chain(e.names.iter().map(|n| (&n.0, !division)))
        {
            let entry = self
                .known
                .entry((country.to_owned(), division, key(k)))
                .or_insert((alt, at));
            let old = &self.entries.get(entry.1).map_or(-1.0, |o| o.population);
            if (entry.0 && !alt) || (entry.0 == alt && *old < e.population) {
                *entry = (alt, at);
            }
        }
    }

    /// The entry that an amendment names: by code, or by state and name.
    fn target(&self, name: &str) -> Option<usize> {
        if let Some(&at) = self.targets.get(name) {
            return Some(at);
        }
        let (country, town) = name.split_once('/')?;
        self.known
            .get(&(country.to_owned(), false, key(town)))
            .map(|e| e.1)
    }

    fn push(&mut self, e: Entry, code: String) {
        self.targets.insert(code, self.entries.len());
        self.entries.push(e);
    }

    /// Number of entries so far.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The packed form.
    pub fn pack(mut self) -> Result<Vec<u8>, PlaceError> {
        let bad = |e: &dyn std::fmt::Display| PlaceError::Packed(e.to_string());
        // Divisions first, so that their numbers fit two bytes; a division without a point is of no use.
        let rank = |e: &Entry| match FEATURES[e.feature as usize] {
            "ADM1" => 0u8,
            "ADM2" => 1,
            _ => 2,
        };
        self.entries
            .sort_by(|a, b| (rank(a), &a.code).cmp(&(rank(b), &b.code)));
        let divisions: BTreeMap<&str, u16> = (self.entries.iter().enumerate())
            .filter(|(_, e)| !e.code.is_empty())
            .map(|(i, e)| (e.code.as_str(), u16::try_from(i).unwrap_or(NONE16)))
            .collect();
        let states: BTreeSet<Country> = self
            .entries
            .iter()
            .flat_map(|e| e.country.iter().chain(&e.members).copied())
            .collect();
        let states: Vec<Country> = states.into_iter().collect();
        let mut names = Vec::new();
        let mut name_at: BTreeMap<&str, u32> = BTreeMap::new();
        let mut records = Vec::new();
        for e in &self.entries {
            let mut n = e.name.len().min(255);
            while !e.name.is_char_boundary(n) {
                n -= 1;
            }
            let at = *name_at.entry(&e.name[..n]).or_insert_with(|| {
                let at = names.len() as u32;
                names.push(n as u8);
                names.extend_from_slice(&e.name.as_bytes()[..n]);
                at
            });
            records.extend_from_slice(&e.geonames.to_le_bytes());
            let (lat, lon) = match e.point {
                Some((a, b)) => (
                    ((a * 1e4).round() + 1e6) as u32,
                    ((b * 1e4).round() + 2e6) as u32,
                ),
                None => (0, 0),
            };
            records.extend_from_slice(&lat.to_le_bytes()[..3]);
            records.extend_from_slice(&lon.to_le_bytes()[..3]);
            let c = e
                .country
                .and_then(|c| states.binary_search(&c).ok())
                .unwrap_or(255);
            records.push(c as u8);
            for d in [&e.admin1, &e.admin2] {
                let d = divisions.get(d.as_str()).copied().unwrap_or(NONE16);
                records.extend_from_slice(&d.to_le_bytes());
            }
            records.push(e.feature);
            records.push((e.weight * 20.0).round().clamp(0.0, 255.0) as u8);
            records.push(
                (e.population.max(1.0).log2() * 8.0)
                    .round()
                    .clamp(0.0, 255.0) as u8,
            );
            records.push(((e.radius + 1.0).log2() * 16.0).round().clamp(0.0, 255.0) as u8);
            records.extend_from_slice(&at.to_le_bytes()[..3]);
        }
        if states.len() > 254 || names.len() >= 1 << 24 {
            return Err(PlaceError::Packed(
                "too many states or too long names".into(),
            ));
        }
        // keys
        let mut keys: BTreeMap<String, BTreeMap<u32, bool>> = BTreeMap::new();
        for (i, e) in self.entries.iter().enumerate() {
            let mut add = |k: String, alt: bool| {
                if k.len() > 1 {
                    let slot = keys.entry(k).or_default().entry(i as u32).or_insert(alt);
                    *slot &= alt;
                }
            };
            for (name, alt) in
                std::iter::once((&e.name, false)).chain(e.names.iter().map(|(n, a)| (n, *a)))
            {
                if let Some(exact) = name.strip_prefix('=') {
                    add(format!("={exact}"), alt);
                } else if let Some(post) = name.strip_prefix(',') {
                    add(format!(",{}", key(post)), alt);
                } else if let Some(people) = name.strip_prefix('@') {
                    add(format!("@{}", key(people)), alt);
                } else {
                    variants(&key(name), e, alt, &mut add);
                }
            }
        }
        let mut postings: Vec<u8> = Vec::new();
        let mut map = fst::MapBuilder::memory();
        for (k, at) in &keys {
            let value = match at.iter().next() {
                Some((&i, &alt)) if at.len() == 1 => (u64::from(i) << 2) | (u64::from(alt) << 1),
                _ => {
                    let value = ((postings.len() as u64) << 1) | 1;
                    postings.extend_from_slice(&(at.len() as u32).to_le_bytes()[..3]);
                    for (&i, &alt) in at {
                        postings.extend_from_slice(&((i << 1) | u32::from(alt)).to_le_bytes()[..3]);
                    }
                    value
                }
            };
            map.insert(k, value).map_err(|e| bad(&e))?;
        }
        let keys = map.into_inner().map_err(|e| bad(&e))?;
        let mut map = fst::MapBuilder::memory();
        for (w, flags) in &self.words {
            map.insert(w, *flags).map_err(|e| bad(&e))?;
        }
        let words = map.into_inner().map_err(|e| bad(&e))?;
        let table: Vec<u8> = states.iter().flat_map(|c| c.as_str().bytes()).collect();
        let with: Vec<(u32, &Entry)> = (self.entries.iter().enumerate())
            .filter(|(_, e)| !e.members.is_empty())
            .map(|(i, e)| (i as u32, e))
            .collect();
        let mut members = (with.len() as u32).to_le_bytes().to_vec();
        let mut lists = Vec::new();
        for (i, e) in &with {
            members.extend_from_slice(&i.to_le_bytes());
            members.extend_from_slice(&((4 + 8 * with.len() + lists.len()) as u32).to_le_bytes());
            lists.push(e.members.len().min(255) as u8);
            lists.extend(e.members.iter().take(255).flat_map(|c| c.as_str().bytes()));
        }
        members.extend(lists);

        let parts = [&records, &names, &postings, &table, &members, &keys, &words];
        const { assert!(SECTIONS == 7) };
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&(self.entries.len() as u32).to_le_bytes());
        let mut at = out.len() + 4 * SECTIONS;
        for p in parts {
            out.extend_from_slice(&(at as u32).to_le_bytes());
            at += p.len();
        }
        for p in parts {
            out.extend_from_slice(p);
        }
        Ok(out)
    }
}

/// Within some thirty kilometres.
fn close(a: Option<(f64, f64)>, b: Option<(f64, f64)>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a.0 - b.0).abs() < 0.3 && (a.1 - b.1).abs() < 0.3,
        _ => false,
    }
}

fn all_region(feature: u8) -> bool {
    matches!(FEATURES[feature as usize], "RGN" | "CONT")
}

fn point(r: &Row) -> Result<Option<(f64, f64)>, PlaceError> {
    let (lat, lon) = (
        r.within("lat", -90.0, 90.0)?,
        r.within("lon", -180.0, 180.0)?,
    );
    match (lat, lon) {
        (Some(a), Some(b)) => Ok(Some((a, b))),
        (None, None) => Ok(None),
        _ => Err(r.error("lon", "latitude and longitude go together")),
    }
}

fn countries(r: &Row, column: &str) -> Result<Vec<Country>, PlaceError> {
    r.list(column)
        .map(|c| c.parse().map_err(|e: String| r.error(column, &e)))
        .collect()
}

fn base(r: &Row) -> Result<Entry, PlaceError> {
    let feature = match r.get("feature") {
        "" => 0,
        f => feature_index(f)
            .ok_or_else(|| r.error("feature", &format!("{f:?} is no feature code known here")))?,
    };
    Ok(Entry {
        geonames: r.within("geonames", 0.0, u32::MAX.into())?.unwrap_or(0.0) as u32,
        name: r.get("name").to_owned(),
        point: point(r)?,
        country: countries(r, "country")?.first().copied(),
        feature,
        population: r.within("population", 0.0, 1e11)?.unwrap_or(0.0),
        radius: r.within("radius_km", 0.0, 20040.0)?.unwrap_or(0.0),
        ..Default::default()
    })
}

/// The generic words of divisions' names ("Herat Province", "Provincia de Salta").
const GENERIC: &[&str] = &[
    " Province",
    " Governorate",
    " Oblast",
    " oblast",
    " Region",
    " District",
    " Department",
    " State",
    " County",
    " Kray",
    " Krai",
    " Republic",
    " Prefecture",
    " Municipality",
    " Regency",
    " Voivodeship",
    " Canton",
    " Parish",
    " Division",
    " Autonomous Okrug",
    " Autonomous Oblast",
    " City",
    " Raion",
    " Metropolitan Area",
    " Council",
    " Borough",
];
const GENERIC_FRONT: &[&str] = &[
    "Muhafazat ",
    "Wilaya de ",
    "Wilaya d’",
    "Provincia de ",
    "Provincia del ",
    "Departamento de ",
    "Departamento del ",
    "Département de la ",
    "Département de ",
    "Estado de ",
    "Província de ",
    "Municipio de ",
    "Région de ",
    "Province of ",
    "Republic of ",
    "Region of ",
    "Oblast ",
    "Gouvernorat de ",
    "Provincia di ",
    "County of ",
    "Powiat ",
    "Kota ",
    "Kabupaten ",
    "Landkreis ",
    "Opština ",
    "Općina ",
    "Municipality of ",
    "Mohafazat ",
    "Daïra de ",
    "Cercle de ",
];

fn without_generic(name: &str) -> Option<String> {
    let back = GENERIC.iter().find_map(|g| name.strip_suffix(g));
    let front = GENERIC_FRONT.iter().find_map(|g| name.strip_prefix(g));
    back.or(front)
        .filter(|s| s.chars().count() > 2)
        .map(str::to_owned)
}

/// Keys under which a name is found: as it stands, and with the spellings that reporters vary.
fn variants(k: &str, e: &Entry, alt: bool, add: &mut impl FnMut(String, bool)) {
    const SHORT: &[(&str, &str)] = &[
        ("saint ", "st "),
        ("sainte ", "ste "),
        ("mount ", "mt "),
        ("fort ", "ft "),
    ];
    const ARTICLES: &[&str] = &[
        "al ", "el ", "ad ", "ar ", "as ", "ash ", "at ", "az ", "an ", "ed ", "er ", "es ", "et ",
        "ech ",
    ];
    const ARAB: &[&str] = &[
        "SYR", "IRQ", "LBN", "JOR", "PSE", "SAU", "YEM", "OMN", "ARE", "QAT", "BHR", "KWT", "EGY",
        "LBY", "TUN", "DZA", "MAR", "SDN", "MRT", "ISR", "ESH", "TCD",
    ];
    add(k.to_owned(), alt);
    for (long, short) in SHORT {
        if let Some(rest) = k.strip_prefix(long) {
            add(format!("{short}{rest}"), alt);
        } else if let Some(rest) = k.strip_prefix(short) {
            add(format!("{long}{rest}"), alt);
        }
    }
    if let Some(rest) = k.strip_prefix("the ") {
        add(rest.to_owned(), alt);
    }
    let arab = e.country.is_some_and(|c| ARAB.contains(&c.as_str()));
    if arab && let Some(rest) = ARTICLES.iter().find_map(|a| k.strip_prefix(a)) {
        add(format!("al {rest}"), alt);
        add(format!("el {rest}"), alt);
        if rest.len() > 3 && (!alt || e.population > 20000.0) {
            add(rest.to_owned(), true);
        }
    } else if arab && !alt && (e.population > 50000.0 || FEATURES[e.feature as usize] == "ADM1") {
        add(format!("al {k}"), true);
    }
}
