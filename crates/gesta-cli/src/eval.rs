//! Scores records against hand-made gold, with the same figures as the bench's `score.py`.
//!
//! Every comparison, order and rounding follows that program, so that a figure means the same whichever of the two
//! printed it. All offsets are code points.

use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Bodies that go by several names; what is compared is the first.
const ALIASES: &[(&str, &str)] = &[
    (
        "islamic state",
        "isil isis daesh is|isil|islamic state of iraq and the levant|islamic state of iraq and syria|islamic state group|islamic state in iraq and the levant|islamic state of iraq|da'esh|daesh|isis|so-called islamic state|islamic state in iraq and syria",
    ),
    (
        "united nations",
        "un|the un|united nations|united nations organization|u.n.",
    ),
    (
        "un security council",
        "united nations security council|un security council|unsc|security council",
    ),
    ("european union", "eu|european union|e.u."),
    ("nato", "north atlantic treaty organization|nato"),
    ("world health organization", "who|world health organization"),
    (
        "global coalition against daesh",
        "global coalition against daesh|global coalition to counter isil|counter-isil coalition|coalition|global coalition|us-led coalition|u.s.-led coalition|combined joint task force operation inherent resolve|counter-daesh coalition|anti-isil coalition|international coalition",
    ),
    (
        "al-qaida",
        "al qaeda|al-qaeda|al-qaida|al qaida|al-qa'ida|al-qaeda in iraq",
    ),
    (
        "al-nusra front",
        "al nusra|al-nusra|nusra front|al-nusra front|jabhat al-nusra|al-nusrah front",
    ),
    (
        "organisation for the prohibition of chemical weapons",
        "opcw|organisation for the prohibition of chemical weapons|organization for the prohibition of chemical weapons",
    ),
    ("arab league", "league of arab states|arab league"),
    ("african union", "african union|au"),
    ("g7", "g7|group of seven|g-7"),
];

/// What Python takes for white space.
fn space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// A name as the bench compares it: small letters, no article, one name for bodies that have several.
pub fn norm(s: &str) -> String {
    let lower: String = s
        .to_lowercase()
        .chars()
        .map(|c| {
            if matches!(c, '‘' | '’' | '`') {
                '\''
            } else {
                c
            }
        })
        .collect();
    let mut s = lower.trim_matches(space);
    for article in ["the ", "a ", "an "] {
        if let Some(rest) = s.strip_prefix(article) {
            s = rest;
            break;
        }
    }
    let mut out = String::with_capacity(s.len());
    let mut gap = false;
    for c in s.chars() {
        if space(c) {
            gap = true;
            continue;
        }
        if gap {
            out.push(' ');
        }
        gap = false;
        out.push(c);
    }
    if gap {
        out.push(' ');
    }
    // Of several bodies that share a name the last one in the table counts, as in a Python dictionary.
    for (name, group) in ALIASES.iter().rev() {
        if group.split('|').any(|a| a == out) {
            return (*name).to_owned();
        }
    }
    out
}

/// The text of a field, if it is there and not empty.
fn text<'a>(v: &'a Value, field: &str) -> Option<&'a str> {
    v.get(field)?.as_str().filter(|s| !s.is_empty())
}

fn list<'a>(v: &'a Value, field: &str) -> &'a [Value] {
    v.get(field)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn strings(v: &Value, field: &str) -> BTreeSet<String> {
    list(v, field)
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// Who somebody is, as far as it is compared.
#[derive(Clone, Debug, Default)]
struct Who {
    country: Option<String>,
    org: Option<String>,
    sector: Option<String>,
    name: Option<String>,
    text: Option<String>,
}

impl Who {
    fn of(v: &Value) -> Self {
        let get = |f| text(v, f).map(str::to_owned);
        Who {
            country: get("country"),
            org: get("org"),
            sector: get("sector"),
            name: get("name"),
            text: get("text"),
        }
    }
    /// The identity that counts: the country, else the named organisation, else unresolved.
    fn key(&self) -> String {
        match (&self.country, &self.org) {
            (Some(c), _) => c.clone(),
            (None, Some(o)) => norm(o),
            _ => "?".into(),
        }
    }
}

type Keys = BTreeSet<String>;

fn keys(list: &[Who]) -> Keys {
    list.iter().map(Who::key).collect()
}

fn jaccard(a: &Keys, b: &Keys) -> f64 {
    if a.is_empty() && b.is_empty() {
        return 1.0;
    }
    a.intersection(b).count() as f64 / a.union(b).count() as f64
}

/// One event, as far as it is compared.
#[derive(Clone, Debug)]
struct Event {
    kind: String,
    sentence: usize,
    actor: Keys,
    recipient: Keys,
    sectors: BTreeSet<(String, Option<String>)>,
    mode: BTreeSet<String>,
    date: Option<String>,
    place: Option<String>,
    aux: BTreeSet<String>,
    attribution: Keys,
}

/// One statement, as far as it is compared.
#[derive(Clone, Debug)]
struct Statement {
    start: i64,
    end: i64,
    speaker: Who,
}

/// One comparable form: a day, month or year, or "start/end".
fn day(d: Option<&Value>) -> Option<String> {
    match d? {
        Value::String(s) if s.is_empty() => None,
        Value::String(s) => {
            let (a, b) = s.split_once('/').unwrap_or((s, ""));
            Some(if b.is_empty() || a == b {
                a.to_owned()
            } else {
                s.clone()
            })
        }
        d @ Value::Object(o) if !o.is_empty() => {
            let (a, b) = (text(d, "start"), text(d, "end"));
            let part = |n| a.map(|a| a.chars().take(n).collect::<String>());
            match (text(d, "precision"), a) {
                (Some("month"), Some(_)) => part(7),
                (Some("year"), Some(_)) => part(4),
                _ if b.is_none() || a == b => a.map(str::to_owned),
                _ => Some(format!("{}/{}", a.unwrap_or("None"), b.unwrap_or(""))),
            }
        }
        _ => None,
    }
}

/// A document of the bench: its text in code points, and its sentences.
struct Document {
    text: Vec<char>,
    words: usize,
    sentences: Vec<(i64, i64)>,
}

impl Document {
    fn read(v: &Value) -> Result<Self, String> {
        let raw = v.get("text").and_then(Value::as_str).ok_or("has no text")?;
        let pair = |s: &Value| Some((s.get(0)?.as_i64()?, s.get(1)?.as_i64()?));
        let sentences = list(v, "sentences")
            .iter()
            .map(|s| pair(s).ok_or("has a sentence without [start, end]"))
            .collect::<Result<_, _>>()?;
        Ok(Document {
            text: raw.chars().collect(),
            words: raw.split(space).filter(|w| !w.is_empty()).count(),
            sentences,
        })
    }
    fn slice(&self, a: i64, b: i64) -> &[char] {
        let n = self.text.len() as i64;
        let (a, b) = (a.clamp(0, n) as usize, b.clamp(0, n) as usize);
        if a < b { &self.text[a..b] } else { &[] }
    }
    /// Where a piece stands in sentence `n`, or where the sentence begins.
    fn find(&self, n: usize, piece: &str) -> i64 {
        let Some(&(a, b)) = self.sentences.get(n) else {
            return 0;
        };
        let (hay, needle) = (self.slice(a, b), piece.chars().collect::<Vec<_>>());
        let at = if needle.is_empty() {
            Some(0)
        } else {
            hay.windows(needle.len()).position(|w| w == needle)
        };
        a + at.unwrap_or(0) as i64
    }
    fn sentence_at(&self, at: i64) -> usize {
        let inside = self.sentences.iter().position(|&(a, b)| a <= at && at < b);
        inside.unwrap_or_else(|| {
            self.sentences
                .iter()
                .rposition(|&(a, _)| a <= at)
                .unwrap_or(0)
        })
    }
}

fn index(v: &Value, field: &str) -> usize {
    v.get(field).and_then(Value::as_u64).unwrap_or(0) as usize
}

type Told = (Vec<Event>, Vec<Statement>);

fn from_gold(doc: &Document, ann: &Value) -> Told {
    let people = |v: &Value, f: &str| list(v, f).iter().map(Who::of).collect::<Vec<_>>();
    let events = list(ann, "events").iter().map(|e| {
        let attribution: Vec<Who> = people(e, "attribution")
            .into_iter()
            .map(|mut w| {
                if w.org.is_none() && w.country.is_none() {
                    w.org = w.name.clone();
                }
                w
            })
            .collect();
        event(
            e,
            index(e, "sentence"),
            &people(e, "actor"),
            &people(e, "recipient"),
            &attribution,
        )
    });
    let statements = list(ann, "statements").iter().map(|s| {
        let content = s.get("content").and_then(Value::as_str).unwrap_or("");
        let start = doc.find(index(s, "sentence"), content);
        Statement {
            start,
            end: start + content.chars().count() as i64,
            speaker: s.get("speaker").map(Who::of).unwrap_or_default(),
        }
    });
    (events.collect(), statements.collect())
}

fn event(
    e: &Value,
    sentence: usize,
    actor: &[Who],
    recipient: &[Who],
    attribution: &[Who],
) -> Event {
    Event {
        kind: text(e, "event").unwrap_or("").to_owned(),
        sentence,
        actor: keys(actor),
        recipient: keys(recipient),
        sectors: actor
            .iter()
            .chain(recipient)
            .map(|w| (w.key(), w.sector.clone()))
            .collect(),
        mode: strings(e, "mode"),
        date: day(e.get("date")),
        place: e
            .get("place")
            .and_then(|p| text(p, "country"))
            .map(str::to_owned),
        aux: strings(e, "aux"),
        attribution: keys(attribution),
    }
}

fn from_system(doc: &Document, rec: &Value) -> Told {
    let by_id = |f: &str| -> BTreeMap<&str, &Value> {
        list(rec, f)
            .iter()
            .filter_map(|x| Some((x.get("id")?.as_str()?, x)))
            .collect()
    };
    let (entities, statements) = (by_id("entities"), by_id("statements"));
    let who = |x: &Value| -> Who {
        let none = Value::Null;
        let e = text(x, "entity")
            .and_then(|id| entities.get(id).copied())
            .unwrap_or(&none);
        // A slot that says "null" says so; one that says nothing leaves it to its entity.
        let own = |f: &str| {
            x.get(f)
                .map_or_else(|| text(e, f), Value::as_str)
                .filter(|s| !s.is_empty())
                .map(str::to_owned)
        };
        let get = |v: &Value, f: &str| text(v, f).map(str::to_owned);
        Who {
            country: own("country"),
            org: own("org"),
            sector: get(x, "sector").or(get(e, "sector")),
            name: get(e, "name"),
            text: get(x, "text"),
        }
    };
    let slots = |e: &Value, f: &str| list(e, f).iter().map(who).collect::<Vec<_>>();
    let events = list(rec, "events").iter().map(|e| {
        let at = e
            .get("trigger")
            .and_then(|t| t.get(0)?.get(0)?.as_i64())
            .unwrap_or(0);
        let attribution: Vec<Who> = list(e, "attribution")
            .iter()
            .map(|id| {
                let speaker = id
                    .as_str()
                    .and_then(|id| statements.get(id)?.get("speaker"))
                    .filter(|s| !s.is_null());
                let mut w = speaker.map(who).unwrap_or_default();
                if w.org.is_none() && w.country.is_none() {
                    w.org = w.name.clone().or(w.text.clone());
                }
                w
            })
            .collect();
        event(
            e,
            doc.sentence_at(at),
            &slots(e, "actor"),
            &slots(e, "recipient"),
            &attribution,
        )
    });
    let said = list(rec, "statements").iter().flat_map(|s| {
        let speaker = s
            .get("speaker")
            .filter(|x| !x.is_null())
            .map(who)
            .unwrap_or_default();
        list(s, "content")
            .iter()
            .filter_map(|c| Some((c.get(0)?.as_i64()?, c.get(1)?.as_i64()?)))
            .map(|(start, end)| Statement {
                start,
                end,
                speaker: speaker.clone(),
            })
            .collect::<Vec<_>>()
    });
    (events.collect(), said.collect())
}

fn last(words: Option<&String>) -> String {
    let n = norm(words.map_or("", String::as_str));
    n.split(space)
        .rfind(|w| !w.is_empty())
        .unwrap_or("")
        .to_owned()
}

/// By name where both have one (its last word), else by country or organisation, else by the words that stand there.
fn same_speaker(g: &Who, s: &Who) -> bool {
    if let (Some(_), Some(_)) = (&g.name, &s.name) {
        return last(g.name.as_ref()) == last(s.name.as_ref());
    }
    for (a, b) in [(&g.country, &s.country), (&g.org, &s.org)] {
        if let (Some(a), Some(b)) = (a, b) {
            return norm(a) == norm(b);
        }
    }
    let a = last(g.text.as_ref());
    !a.is_empty() && a == last(s.text.as_ref())
}

/// Events of the gold and of the system that tell the same.
fn same_events(gold: &[Event], system: &[Event]) -> Vec<(usize, usize)> {
    let bit = |b: bool| if b { 0.1 } else { 0.0 };
    pair(gold, system, |g, s| {
        if g.kind != s.kind || g.sentence != s.sentence {
            return 0.0;
        }
        1.0 + jaccard(&g.actor, &s.actor)
            + jaccard(&g.recipient, &s.recipient)
            + bit(g.date == s.date)
            + bit(g.aux == s.aux)
    })
}

/// How a slot differs from the gold: in one word, so that differences can be counted by sort.
fn sort_of(gold: &Keys, system: &Keys) -> &'static str {
    let unresolved = |k: &Keys| k.len() == 1 && k.contains("?");
    if system.is_empty() {
        "left out"
    } else if gold.is_empty() {
        "too much"
    } else if unresolved(system) {
        "not resolved"
    } else if unresolved(gold) {
        "resolved too far"
    } else if system.is_subset(gold) {
        "a part"
    } else if gold.is_subset(system) {
        "one too many"
    } else {
        "another"
    }
}

/// One-to-one pairs, the heaviest first; of equals, the earliest.
fn pair<G, S>(gold: &[G], system: &[S], weight: impl Fn(&G, &S) -> f64) -> Vec<(usize, usize)> {
    let mut all: Vec<(f64, usize, usize)> = Vec::new();
    for (i, g) in gold.iter().enumerate() {
        for (j, s) in system.iter().enumerate() {
            let w = weight(g, s);
            if w > 0.0 {
                all.push((w, i, j));
            }
        }
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let (mut used_g, mut used_s) = (vec![false; gold.len()], vec![false; system.len()]);
    let mut out = Vec::new();
    for (_, i, j) in all {
        if !used_g[i] && !used_s[j] {
            used_g[i] = true;
            used_s[j] = true;
            out.push((i, j));
        }
    }
    out
}

/// As Python's `round`: the nearest decimal of the exact value, a tie to the even digit.
pub fn round(x: f64, digits: usize) -> f64 {
    let near: f64 = format!("{x:.digits$}").parse().unwrap_or(x);
    let scale = 10f64.powi(digits as i32);
    // A tie is exact in binary: then, and only then, twice the scaled value is an odd whole number without rounding.
    let doubled = 2.0 * scale * x;
    let exact = x.abs() < 1e12 && (x * 1024.0).fract() == 0.0;
    if exact && doubled.fract() == 0.0 && doubled % 2.0 != 0.0 {
        let low = (scale * x).floor();
        return (if low % 2.0 == 0.0 { low } else { low + 1.0 }) / scale;
    }
    near
}

/// Precision, recall and F1 in percent, and how many there are in gold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Prf {
    /// Precision.
    #[serde(rename = "P")]
    pub p: f64,
    /// Recall.
    #[serde(rename = "R")]
    pub r: f64,
    /// Their harmonic mean.
    #[serde(rename = "F1")]
    pub f1: f64,
    /// Number in gold.
    pub n: usize,
}

fn prf(hits: f64, system: usize, gold: usize) -> Prf {
    let p = if system > 0 {
        hits / system as f64
    } else {
        0.0
    };
    let r = if gold > 0 { hits / gold as f64 } else { 0.0 };
    let f1 = if p + r > 0.0 {
        round(200.0 * p * r / (p + r), 1)
    } else {
        0.0
    };
    Prf {
        p: round(100.0 * p, 1),
        r: round(100.0 * r, 1),
        f1,
        n: gold,
    }
}

/// One type's line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TypeScore {
    /// The type right.
    #[serde(flatten)]
    pub kind: Prf,
    /// F1 with both sides right.
    #[serde(rename = "who_F1")]
    pub who_f1: f64,
}

/// All figures, in the order in which `score.py` prints them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// Documents with gold.
    pub documents: usize,
    /// Of these, documents with a record.
    pub answered: usize,
    /// An event somewhere in the sentence.
    #[serde(rename = "event somewhere in the sentence")]
    pub any: Prf,
    /// The type right.
    #[serde(rename = "event type")]
    pub kind: Prf,
    /// Type and, in part, actors.
    #[serde(rename = "type + actors, partial credit")]
    pub soft: Prf,
    /// Type and both sides.
    #[serde(rename = "type + actors, exact")]
    pub who: Prf,
    /// All of that, and whether and on whose word it is told.
    #[serde(rename = "type + actors + auxiliary + attribution")]
    pub full: Prf,
    /// Told once or often, counted once.
    #[serde(rename = "distinct (type, actors) of a document")]
    pub distinct: Prf,
    /// Statements' contents.
    pub statements: Prf,
    /// Contents and speakers.
    #[serde(rename = "statements with speaker")]
    pub speakers: Prf,
    /// Events coded where there is none.
    #[serde(rename = "false events per 1,000 words of quiet documents")]
    pub false_events: Option<f64>,
    /// Slots of events whose type is right.
    #[serde(rename = "slots of paired events, % right")]
    pub slots: BTreeMap<&'static str, f64>,
    /// Each type.
    #[serde(rename = "by type")]
    pub by_type: BTreeMap<String, TypeScore>,
}

/// Gold and system of all documents, read.
pub struct Evaluation {
    documents: BTreeMap<String, Document>,
    gold: BTreeMap<String, Told>,
    system: BTreeMap<String, Told>,
}

fn read_json(path: &Path) -> Result<Value, String> {
    let bytes = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    serde_json::from_slice(&bytes).map_err(|e| format!("{}: {e}", path.display()))
}

fn json_files(dir: &Path) -> Result<BTreeMap<String, std::path::PathBuf>, String> {
    let entries = fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let paths = entries
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "json"));
    Ok(paths
        .filter_map(|p| Some((p.file_stem()?.to_str()?.to_owned(), p)))
        .collect())
}

impl Evaluation {
    /// Reads the documents that have gold.
    pub fn read(docs: &Path, gold: &Path) -> Result<Self, String> {
        let with_gold = json_files(gold)?;
        let mut e = Evaluation {
            documents: BTreeMap::new(),
            gold: BTreeMap::new(),
            system: BTreeMap::new(),
        };
        for (id, path) in json_files(docs)? {
            let Some(gold_path) = with_gold.get(&id) else {
                continue;
            };
            let doc = Document::read(&read_json(&path)?)
                .map_err(|m| format!("{}: {m}", path.display()))?;
            e.gold
                .insert(id.clone(), from_gold(&doc, &read_json(gold_path)?));
            e.documents.insert(id, doc);
        }
        if e.gold.is_empty() {
            return Err(format!(
                "no file of {} has its like in {}",
                docs.display(),
                gold.display()
            ));
        }
        Ok(e)
    }

    /// Adds one record; one that belongs to no document with gold is passed over.
    pub fn record(&mut self, record: &Value) {
        let id = record
            .get("document")
            .and_then(|d| text(d, "id"))
            .unwrap_or("");
        if let Some(doc) = self.documents.get(id) {
            self.system.insert(id.to_owned(), from_system(doc, record));
        }
    }

    /// Adds records from a file of JSON Lines, or from a folder in the gold's own form.
    pub fn records_from(&mut self, path: &Path) -> Result<(), String> {
        if path.is_dir() {
            for (id, file) in json_files(path)? {
                if let Some(doc) = self.documents.get(&id) {
                    self.system.insert(id, from_gold(doc, &read_json(&file)?));
                }
            }
            return Ok(());
        }
        let all = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        for (n, line) in all
            .lines()
            .enumerate()
            .filter(|(_, l)| !l.trim().is_empty())
        {
            let record: Value = serde_json::from_str(line)
                .map_err(|e| format!("{}:{}: {e}", path.display(), n + 1))?;
            self.record(&record);
        }
        Ok(())
    }

    /// Up to `limit` lines that show which slot of a paired event differs and how, and how many there are of each sort.
    pub fn who(&self, limit: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let mut sorts: BTreeMap<String, usize> = BTreeMap::new();
        for (id, (ge, _)) in &self.gold {
            let Some((se, _)) = self.system.get(id) else {
                continue;
            };
            let doc = &self.documents[id];
            for (i, j) in same_events(ge, se) {
                let (g, s) = (&ge[i], &se[j]);
                let mut wrong = Vec::new();
                for (slot, a, b) in [
                    ("actor", &g.actor, &s.actor),
                    ("recipient", &g.recipient, &s.recipient),
                ] {
                    if a != b {
                        let sort = format!("{slot} {}", sort_of(a, b));
                        wrong.push(format!("{sort}: {} for {}", python(b), python(a)));
                        *sorts.entry(sort).or_default() += 1;
                    }
                }
                if wrong.is_empty() && g.sectors != s.sectors {
                    let names =
                        |a: &BTreeSet<(String, Option<String>)>,
                         b: &BTreeSet<(String, Option<String>)>| {
                            let only = a.difference(b).map(|x| x.1.as_deref().unwrap_or("none"));
                            only.collect::<Vec<_>>().join(", ")
                        };
                    let (ours, theirs) =
                        (names(&s.sectors, &g.sectors), names(&g.sectors, &s.sectors));
                    wrong.push(format!("sector: {ours:?} for {theirs:?}"));
                    *sorts
                        .entry(format!("sector {ours:?} for {theirs:?}"))
                        .or_default() += 1;
                }
                if !wrong.is_empty() && lines.len() < limit {
                    let (a, b) = doc.sentences.get(g.sentence).copied().unwrap_or_default();
                    let sentence: String = doc.slice(a, b).iter().take(220).collect();
                    lines.push(format!(
                        "{id}[{}] {}: {} | {sentence}",
                        g.sentence,
                        g.kind,
                        wrong.join("; ")
                    ));
                }
            }
        }
        let mut sorts: Vec<(String, usize)> = sorts.into_iter().collect();
        sorts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        lines.extend(sorts.iter().map(|(sort, n)| format!("{n:5} {sort}")));
        lines
    }

    /// Scores, and up to `errors` lines that show where the system went wrong.
    pub fn score(&self, errors: usize) -> (Scores, Vec<String>) {
        let mut shown = Vec::new();
        let mut c = Counts::default();
        let mut slots: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
        let mut types: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
        let nothing = (Vec::new(), Vec::new());
        for (id, (ge, gs)) in &self.gold {
            let (se, ss) = self.system.get(id).unwrap_or(&nothing);
            let doc = &self.documents[id];
            c.gold += ge.len();
            c.system += se.len();
            if ge.is_empty() {
                c.quiet_events += se.len();
                c.quiet_words += doc.words;
            }
            ge.iter()
                .for_each(|e| types.entry(&e.kind).or_default()[0] += 1);
            se.iter()
                .for_each(|e| types.entry(&e.kind).or_default()[1] += 1);
            let near = |g: &Event, s: &Event| g.sentence == s.sentence;
            let pairs = same_events(ge, se);
            c.kind += pairs.len();
            for &(i, j) in &pairs {
                let (g, s) = (&ge[i], &se[j]);
                let who = g.actor == s.actor && g.recipient == s.recipient;
                let kind = types.entry(&g.kind).or_default();
                kind[2] += 1;
                kind[3] += usize::from(who);
                c.soft += (jaccard(&g.actor, &s.actor) + jaccard(&g.recipient, &s.recipient)) / 2.0;
                c.who += usize::from(who);
                let told = g.attribution.is_empty() == s.attribution.is_empty()
                    && (g.attribution.is_empty()
                        || !g.attribution.is_disjoint(&s.attribution)
                        || g.attribution.contains("?"));
                c.full += usize::from(who && g.aux == s.aux && told);
                let mut slot = |name, counts: bool, right: bool| {
                    if counts {
                        let e = slots.entry(name).or_default();
                        e.0 += usize::from(right);
                        e.1 += 1;
                    }
                };
                slot("actor", true, g.actor == s.actor);
                slot("recipient", true, g.recipient == s.recipient);
                slot("mode", true, g.mode == s.mode);
                slot("date", true, g.date == s.date);
                slot("place country", true, g.place == s.place);
                slot("auxiliary", true, g.aux == s.aux);
                slot("attribution", true, told);
                slot("sectors", true, g.sectors == s.sectors);
                slot(
                    "date, where gold has one",
                    g.date.is_some(),
                    g.date == s.date,
                );
                slot(
                    "auxiliary, where gold has one",
                    !g.aux.is_empty(),
                    g.aux == s.aux,
                );
                slot(
                    "attribution, where gold has one",
                    !g.attribution.is_empty(),
                    told,
                );
                slot(
                    "place, where gold has one",
                    g.place.is_some(),
                    g.place == s.place,
                );
            }
            c.any += pair(ge, se, |g, s| {
                if near(g, s) {
                    1.0 + f64::from(u8::from(g.kind == s.kind))
                } else {
                    0.0
                }
            })
            .len();
            if shown.len() < errors {
                let missed = (0..ge.len())
                    .filter(|i| pairs.iter().all(|p| p.0 != *i))
                    .map(|i| ("missed", &ge[i]));
                let wrong = (0..se.len())
                    .filter(|j| pairs.iter().all(|p| p.1 != *j))
                    .map(|j| ("false", &se[j]));
                let who = pairs.iter().filter(|&&(i, j)| {
                    ge[i].actor != se[j].actor || ge[i].recipient != se[j].recipient
                });
                let lines = missed
                    .chain(wrong)
                    .chain(who.map(|p| ("wrong who", &ge[p.0])));
                for (kind, e) in lines.take(errors - shown.len()) {
                    let (a, b) = doc.sentences.get(e.sentence).copied().unwrap_or_default();
                    let sentence: String = doc.slice(a, b).iter().take(220).collect();
                    shown.push(format!(
                        "{id}[{}] {kind}: {} {} -> {} | {sentence}",
                        e.sentence,
                        e.kind,
                        python(&e.actor),
                        python(&e.recipient)
                    ));
                }
            }
            let distinct = |events: &'_ [Event]| -> BTreeSet<(String, Keys, Keys)> {
                let told = events.iter().filter(|e| !e.aux.contains("negation"));
                told.map(|e| (e.kind.clone(), e.actor.clone(), e.recipient.clone()))
                    .collect()
            };
            let (ug, us) = (distinct(ge), distinct(se));
            c.distinct_gold += ug.len();
            c.distinct_system += us.len();
            c.distinct += ug.intersection(&us).count();
            let said = pair(gs, ss, |g, s| {
                let o = overlap(g, s);
                if o >= 0.5 { o } else { 0.0 }
            });
            c.said_gold += gs.len();
            c.said_system += ss.len();
            c.said += said.len();
            c.speaker += said
                .iter()
                .filter(|&&(i, j)| same_speaker(&gs[i].speaker, &ss[j].speaker))
                .count();
        }
        let whole = |hits: usize, system: usize, gold: usize| prf(hits as f64, system, gold);
        let scores = Scores {
            documents: self.gold.len(),
            answered: self.system.len(),
            any: whole(c.any, c.system, c.gold),
            kind: whole(c.kind, c.system, c.gold),
            soft: prf(c.soft, c.system, c.gold),
            who: whole(c.who, c.system, c.gold),
            full: whole(c.full, c.system, c.gold),
            distinct: whole(c.distinct, c.distinct_system, c.distinct_gold),
            statements: whole(c.said, c.said_system, c.said_gold),
            speakers: whole(c.speaker, c.said_system, c.said_gold),
            false_events: (c.quiet_words > 0)
                .then(|| round(1000.0 * c.quiet_events as f64 / c.quiet_words as f64, 2)),
            slots: slots
                .into_iter()
                .map(|(k, (a, b))| (k, round(100.0 * a as f64 / b as f64, 1)))
                .collect(),
            by_type: types
                .into_iter()
                .map(|(t, [gold, system, hit, who])| {
                    (
                        t.to_owned(),
                        TypeScore {
                            kind: whole(hit, system, gold),
                            who_f1: whole(who, system, gold).f1,
                        },
                    )
                })
                .collect(),
        };
        (scores, shown)
    }
}

#[derive(Default)]
struct Counts {
    gold: usize,
    system: usize,
    any: usize,
    kind: usize,
    soft: f64,
    who: usize,
    full: usize,
    distinct_gold: usize,
    distinct_system: usize,
    distinct: usize,
    said_gold: usize,
    said_system: usize,
    said: usize,
    speaker: usize,
    quiet_events: usize,
    quiet_words: usize,
}

fn overlap(g: &Statement, s: &Statement) -> f64 {
    let common = g.end.min(s.end) - g.start.max(s.start);
    if common <= 0 {
        return 0.0;
    }
    common as f64 / (g.end - g.start).max(s.end - s.start) as f64
}

/// A sorted set as Python prints a list of strings.
fn python(keys: &Keys) -> String {
    let quoted = keys.iter().map(|k| {
        if k.contains('\'') && !k.contains('"') {
            format!("\"{k}\"")
        } else {
            format!("'{}'", k.replace('\'', "\\'"))
        }
    });
    format!("[{}]", quoted.collect::<Vec<_>>().join(", "))
}

impl Scores {
    /// The figures that sum a system up: F1 of each kind, in order.
    pub fn headline(&self) -> [(&'static str, Prf); 8] {
        [
            ("event somewhere in the sentence", self.any),
            ("event type", self.kind),
            ("type + actors, partial credit", self.soft),
            ("type + actors, exact", self.who),
            ("type + actors + auxiliary + attribution", self.full),
            ("distinct (type, actors) of a document", self.distinct),
            ("statements", self.statements),
            ("statements with speaker", self.speakers),
        ]
    }

    /// The figures that may not fall: all F1 of [`Scores::headline`], the slots, and how far the false events of quiet
    /// documents stay below ten in a thousand words (so that here, too, more is better).
    pub fn held(&self) -> Vec<(String, f64)> {
        let mut out: Vec<(String, f64)> = self
            .headline()
            .iter()
            .map(|(n, v)| ((*n).to_owned(), v.f1))
            .collect();
        out.extend(self.slots.iter().map(|(n, v)| (format!("slot: {n}"), *v)));
        out.extend(self.false_events.map(|f| {
            (
                "quiet documents: 10 less false events per 1,000 words".to_owned(),
                round(10.0 - f, 2),
            )
        }));
        out
    }

    /// The tables, as `score.py` prints them.
    pub fn tables(&self) -> String {
        let mut out = String::new();
        let number = |x: f64| format!("{x:?}");
        let _ = writeln!(
            out,
            "{:52} {}\n{:52} {}",
            "documents", self.documents, "answered", self.answered
        );
        for (name, v) in self.headline() {
            let _ = writeln!(
                out,
                "{name:52} P {:>5}  R {:>5}  F1 {:>5}  n {}",
                number(v.p),
                number(v.r),
                number(v.f1),
                v.n
            );
        }
        let quiet = self.false_events.map_or("None".into(), number);
        let _ = writeln!(
            out,
            "{:52} {quiet}",
            "false events per 1,000 words of quiet documents"
        );
        out.push_str("slots of paired events, % right:\n");
        for (name, v) in &self.slots {
            let _ = writeln!(out, "  {name:36} {}", number(*v));
        }
        out.push_str("by type:\n");
        for (t, x) in &self.by_type {
            let k = x.kind;
            let _ = writeln!(
                out,
                "  {t:10} P {:>5} R {:>5} F1 {:>5}  with actors F1 {:>5}  n {}",
                number(k.p),
                number(k.r),
                number(k.f1),
                number(x.who_f1),
                k.n
            );
        }
        out
    }

    /// The figures as JSON, as `score.py --json` prints them.
    pub fn json(&self) -> String {
        let mut out = Vec::new();
        let mut s = serde_json::Serializer::with_formatter(
            &mut out,
            serde_json::ser::PrettyFormatter::with_indent(b" "),
        );
        // Writing to memory does not fail.
        let _ = self.serialize(&mut s);
        String::from_utf8(out).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_as_python_does() {
        for (x, digits, want) in [
            (0.25, 1, 0.2),
            (0.75, 1, 0.8),
            (12.25, 1, 12.2),
            (12.35, 1, 12.3),
            (12.45, 1, 12.4),
            (68.75, 1, 68.8),
            (56.25, 1, 56.2),
            (0.125, 2, 0.12),
            (0.375, 2, 0.38),
            (2.675, 2, 2.67),
            (1.005, 2, 1.0),
            (31.25, 1, 31.2),
            (33.333333333, 1, 33.3),
            (66.66666666, 1, 66.7),
            (100.0, 1, 100.0),
            (0.05, 1, 0.1),
            (0.15, 1, 0.1),
            (0.35, 1, 0.3),
        ] {
            assert_eq!(round(x, digits), want, "round({x}, {digits})");
        }
    }

    #[test]
    fn names_are_compared_without_article_and_by_alias() {
        for (a, b) in [
            ("The UN", "united nations"),
            ("Da’esh", "islamic state"),
            ("an Alliance", "alliance"),
            ("Big  Alliance", "big alliance"),
            ("", ""),
            ("Coalition", "global coalition against daesh"),
        ] {
            assert_eq!(norm(a), norm(b), "{a}");
        }
    }
}
