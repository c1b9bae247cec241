//! Rules: how the files are read and made into programs.

use crate::TimexKind;
use crate::lexicon::{Case, Lexicon, SLOTS, Slot};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// The day against which the examples are read.
    pub(crate) document: Option<String>,
    #[serde(default)]
    define: BTreeMap<String, String>,
    #[serde(default)]
    class: Vec<ClassEntry>,
    #[serde(default)]
    rule: Vec<RuleEntry>,
    #[serde(default)]
    holiday: Vec<HolidayEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassEntry {
    name: String,
    slot: Option<String>,
    case: Option<String>,
    #[serde(default)]
    words: BTreeMap<String, String>,
    /// Abbreviations that keep a full stop.
    #[serde(default)]
    dotted: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    id: String,
    when: String,
    is: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    after: Option<String>,
    not_after: Option<String>,
    before: Option<String>,
    not_before: Option<String>,
    #[serde(default)]
    set: BTreeMap<String, toml::Value>,
    #[serde(default)]
    share: Vec<String>,
    #[serde(default)]
    yes: Vec<String>,
    #[serde(default)]
    no: Vec<String>,
    #[allow(dead_code)]
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayEntry {
    names: Vec<String>,
    on: String,
    #[allow(dead_code)]
    note: Option<String>,
    #[serde(default)]
    yes: Vec<String>,
    #[serde(default)]
    no: Vec<String>,
}

/// On which day of a year a holiday falls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Feast {
    Fixed(i32, i32),
    /// Month, n (-1 the last), weekday, days after.
    Nth(i32, i32, i32, i64),
    /// Days after Western Easter.
    Easter(i64),
    /// Days after Orthodox Easter.
    Orthodox(i64),
    /// Month and day of the Islamic calendar, length in days.
    Hijri(i32, i32, i64),
    /// Month (from 1, Tishri; Nisan and later are counted back from the next year) and day of the Hebrew calendar.
    Hebrew(i32, i32),
    /// The days of the years for which they are listed.
    Listed(Vec<(i32, i32, i32)>),
    /// Always that day.
    Once(i32, i32, i32),
}

/// What a rule makes of its slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// Parts of a calendar date; what is missing comes from the context.
    Calendar,
    /// A date in figures whose order the document decides.
    Numeric,
    /// "last week": the unit in which the document lies, some steps away.
    Unit,
    /// "two days ago": counted from the document's date.
    Ago,
    /// "two days later": counted from the time last told.
    Later,
    /// "the previous year": beside the day, week, year … told last.
    Neighbour,
    /// "the same day": the time last told.
    Same,
    /// "the end of …", "the third week of …": a part of an inner expression.
    PartOf,
    Duration,
    Set,
    Ref,
    /// Found only so that nothing else is found there.
    Nothing,
}

/// One step of a rule's program.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// One atom out of a set: number in `sets`.
    Take(u16),
    /// No atom of that set follows.
    Not(u16),
    /// An atom of that set follows, and is not taken.
    See(u16),
    Qty,
    /// An expression of one of these types (bit 0 DATE, 1 TIME, 2 DURATION, 3 SET).
    Inner(u8),
    Glue,
    Start,
    End,
    Open,
    Close,
    Split(u16, u16),
    Jump(u16),
    Done,
}

/// A set of words and classes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Set {
    pub(crate) words: Vec<u32>,
    pub(crate) bits: u128,
    /// Classes in the order written, with the slots that they fill.
    pub(crate) slots: Vec<(u32, Slot)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) op: Op,
    pub(crate) kind: Option<TimexKind>,
    pub(crate) steps: Vec<Step>,
    pub(crate) after: Option<Set>,
    pub(crate) not_after: Option<Set>,
    pub(crate) before: Option<Set>,
    pub(crate) not_before: Option<Set>,
    /// "^" in `not_after`/`after`: the start of the sentence.
    pub(crate) after_start: Option<bool>,
    pub(crate) before_end: Option<bool>,
    pub(crate) fixed: Vec<(Slot, i32)>,
    pub(crate) share: u64,
    pub(crate) value: Option<String>,
}

/// An example of a rule, to be tested.
#[derive(Clone, Debug)]
pub struct Example {
    /// The file that holds it.
    pub file: String,
    /// The rule's id.
    pub rule: String,
    /// The document's date ("-" for none).
    pub document: String,
    /// The text, with `[…]` around what is to be found.
    pub text: String,
    /// Expected values in order; empty: the rule must find nothing.
    pub values: Vec<String>,
    /// Whether the rule must fire (`yes`) or must not (`no`).
    pub positive: bool,
}

#[derive(Debug)]
pub(crate) struct RuleSet {
    pub(crate) lexicon: Lexicon,
    pub(crate) rules: Vec<Rule>,
    pub(crate) sets: Vec<Set>,
    pub(crate) holidays: Vec<Feast>,
    pub(crate) examples: Vec<Example>,
    /// Rules by first word.
    pub(crate) by_word: Vec<Vec<u16>>,
    /// Rules by first class.
    pub(crate) by_class: Vec<Vec<u16>>,
    /// Rules that begin with an inner expression.
    pub(crate) by_inner: Vec<u16>,
    pub(crate) class_starts: u128,
}

/// The line of `file` on which `needle` stands, after the `nth` heading of that kind.
fn line_of(text: &str, heading: &str, nth: usize, field: &str) -> usize {
    let mut seen = 0;
    let mut at = 0;
    for (i, line) in text.lines().enumerate() {
        let t = line.trim_start();
        if t.starts_with(heading) {
            if seen == nth + 1 {
                break;
            }
            seen += 1;
            if seen == nth + 1 {
                at = i + 1;
            }
        } else if seen == nth + 1
            && t.strip_prefix(field)
                .is_some_and(|r| r.trim_start().starts_with('='))
        {
            return i + 1;
        }
    }
    at
}

fn kind_of(s: &str) -> Option<TimexKind> {
    Some(match s {
        "DATE" => TimexKind::Date,
        "TIME" => TimexKind::Time,
        "DURATION" => TimexKind::Duration,
        "SET" => TimexKind::Set,
        _ => return None,
    })
}

fn op_of(s: &str) -> Option<Op> {
    Some(match s {
        "calendar" => Op::Calendar,
        "numeric" => Op::Numeric,
        "unit" => Op::Unit,
        "ago" => Op::Ago,
        "later" => Op::Later,
        "neighbour" => Op::Neighbour,
        "same" => Op::Same,
        "part" => Op::PartOf,
        "duration" => Op::Duration,
        "set" => Op::Set,
        "ref" => Op::Ref,
        "nothing" => Op::Nothing,
        _ => return None,
    })
}

fn feast_of(s: &str) -> Result<Feast, String> {
    let bad = || {
        format!(
            "\"{s}\" is no rule for a day: write \"12-25\", \"4th Thursday of 11\", \"easter -2\", \"orthodox 0\", \"hijri 10-1 3\", \"hebrew 1-10\", \"2001-09-11\" or several of these"
        )
    };
    let w: Vec<&str> = s.split_whitespace().collect();
    let int = |s: &str| s.parse::<i32>().map_err(|_| bad());
    let day = |s: &str| -> Result<Vec<i32>, String> { s.split('-').map(int).collect() };
    match w.as_slice() {
        ["easter"] => Ok(Feast::Easter(0)),
        ["orthodox"] => Ok(Feast::Orthodox(0)),
        ["easter", n] => Ok(Feast::Easter(i64::from(int(n)?))),
        ["orthodox", n] => Ok(Feast::Orthodox(i64::from(int(n)?))),
        ["hijri", d, n] => match day(d)?.as_slice() {
            [m, d] => Ok(Feast::Hijri(*m, *d, i64::from(int(n)?))),
            _ => Err(bad()),
        },
        ["hebrew", d] => match day(d)?.as_slice() {
            [m @ 1..=13, d @ 1..=30] => Ok(Feast::Hebrew(*m, *d)),
            _ => Err(bad()),
        },
        [nth, wd, "of", m, rest @ ..] => {
            let n = match *nth {
                "last" => -1,
                n => int(n.trim_end_matches(char::is_alphabetic))?,
            };
            let wd = gesta_text::WEEKDAYS
                .iter()
                .position(|d| d == wd)
                .ok_or_else(bad)? as i32
                + 1;
            let off = match rest {
                [] => 0,
                [o] => i64::from(int(o)?),
                _ => return Err(bad()),
            };
            Ok(Feast::Nth(int(m)?, n, wd, off))
        }
        [_, _, ..] => w
            .iter()
            .map(|d| match day(d)?.as_slice() {
                [y, m, d] => Ok((*y, *m, *d)),
                _ => Err(bad()),
            })
            .collect::<Result<_, _>>()
            .map(Feast::Listed),
        [d] => match day(d)?.as_slice() {
            [m, d] => Ok(Feast::Fixed(*m, *d)),
            [y, m, d] => Ok(Feast::Once(*y, *m, *d)),
            _ => Err(bad()),
        },
        _ => Err(bad()),
    }
}

/// Reads a `when`.
struct Reader<'a> {
    tokens: Vec<String>,
    at: usize,
    lexicon: &'a mut Lexicon,
    sets: &'a mut Vec<Set>,
    steps: Vec<Step>,
}

fn lex(text: &str) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        if c.is_whitespace() {
            // " | " between spaces is an alternative of sequences.
            out.push(" ".into());
            while i < chars.len() && chars[i].is_whitespace() {
                i += 1;
            }
            continue;
        }
        if "()[]?~!&^$".contains(c) {
            out.push(c.to_string());
            i += 1;
            continue;
        }
        if c == '|' {
            out.push("|".into());
            i += 1;
            continue;
        }
        if c == '\'' || c == '"' {
            let end = (i + 1..chars.len())
                .find(|&j| chars[j] == c)
                .ok_or("a quotation mark is not closed")?;
            out.push(format!("'{}", chars[i + 1..end].iter().collect::<String>()));
            i = end + 1;
            continue;
        }
        if c.is_alphanumeric() || c == '.' || c == '_' {
            let mut w = String::new();
            while i < chars.len()
                && (chars[i].is_alphanumeric() || chars[i] == '.' || chars[i] == '_')
            {
                w.push(chars[i]);
                i += 1;
            }
            out.push(w);
            continue;
        }
        out.push(format!("'{c}"));
        i += 1;
    }
    Ok(out)
}

impl Reader<'_> {
    fn space(&mut self) {
        while self.tokens.get(self.at).is_some_and(|t| t == " ") {
            self.at += 1;
        }
    }
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    /// Alternatives of sequences, up to ")" or the end.
    fn choice(&mut self) -> Result<(), String> {
        // Each alternative: Split(this, next) … Jump(end).
        let mut jumps = Vec::new();
        loop {
            let split = self.steps.len();
            self.steps.push(Step::Split(0, 0));
            self.sequence()?;
            self.space();
            if self.peek() == Some("|") {
                self.at += 1;
                jumps.push(self.steps.len());
                self.steps.push(Step::Jump(0));
                let next = self.steps.len() as u16;
                self.steps[split] = Step::Split(split as u16 + 1, next);
            } else {
                let next = split as u16 + 1;
                self.steps[split] = Step::Jump(next);
                break;
            }
        }
        let end = self.steps.len() as u16;
        for j in jumps {
            self.steps[j] = Step::Jump(end);
        }
        Ok(())
    }

    fn sequence(&mut self) -> Result<(), String> {
        let mut n = 0;
        loop {
            self.space();
            match self.peek() {
                None | Some(")") | Some("|") => break,
                _ => self.item()?,
            }
            n += 1;
        }
        if n == 0 {
            return Err("an alternative is empty".into());
        }
        Ok(())
    }

    fn item(&mut self) -> Result<(), String> {
        let from = self.steps.len();
        let token = self.peek().unwrap_or("").to_owned();
        match token.as_str() {
            "[" => {
                self.at += 1;
                self.steps.push(Step::Open);
                return Ok(());
            }
            "]" => {
                self.at += 1;
                self.steps.push(Step::Close);
                return Ok(());
            }
            "~" => {
                self.at += 1;
                self.steps.push(Step::Glue);
                return Ok(());
            }
            "^" => {
                self.at += 1;
                self.steps.push(Step::Start);
                return Ok(());
            }
            "$" => {
                self.at += 1;
                self.steps.push(Step::End);
                return Ok(());
            }
            "!" | "&" => {
                self.at += 1;
                let set = self.set()?;
                let n = self.add_set(set);
                self.steps.push(if token == "!" {
                    Step::Not(n)
                } else {
                    Step::See(n)
                });
                return Ok(());
            }
            "(" => {
                self.at += 1;
                self.choice()?;
                self.space();
                if self.peek() != Some(")") {
                    return Err("a \"(\" is not closed".into());
                }
                self.at += 1;
            }
            "?" | ")" => return Err(format!("\"{token}\" stands where a word should")),
            "QTY" => {
                self.at += 1;
                self.steps.push(Step::Qty);
            }
            "TIMEX" | "ADATE" | "ATIME" | "ADURATION" | "ASET" => {
                self.at += 1;
                let mask = match token.as_str() {
                    "ADATE" => 1,
                    "ATIME" => 2,
                    "ADURATION" => 4,
                    "ASET" => 8,
                    _ => 3,
                };
                self.steps.push(Step::Inner(mask));
            }
            _ => {
                let set = self.set()?;
                let n = self.add_set(set);
                self.steps.push(Step::Take(n));
            }
        }
        if self.peek() == Some("?") {
            self.at += 1;
            // Steps hold absolute numbers: moving them by one shifts what points at or behind `from`.
            let mut body: Vec<Step> = self.steps.drain(from..).collect();
            for s in &mut body {
                match s {
                    Step::Split(a, b) => {
                        *a += 1;
                        *b += 1;
                    }
                    Step::Jump(a) => *a += 1,
                    _ => {}
                }
            }
            let end = from + 1 + body.len();
            self.steps.push(Step::Split(from as u16 + 1, end as u16));
            self.steps.extend(body);
        }
        Ok(())
    }

    fn add_set(&mut self, set: Set) -> u16 {
        if let Some(i) = self.sets.iter().position(|s| *s == set) {
            return i as u16;
        }
        self.sets.push(set);
        (self.sets.len() - 1) as u16
    }

    /// `word|word|CLASS`, without spaces.
    fn set(&mut self) -> Result<Set, String> {
        let mut set = Set::default();
        loop {
            let t = self.peek().ok_or("a word is missing")?.to_owned();
            add_to_set(&mut set, &t, self.lexicon)?;
            self.at += 1;
            if self.peek() == Some("|") && self.tokens.get(self.at + 1).is_some_and(|t| t != " ") {
                self.at += 1;
            } else {
                break;
            }
        }
        set.words.sort_unstable();
        Ok(set)
    }
}

fn add_to_set(set: &mut Set, t: &str, lexicon: &mut Lexicon) -> Result<(), String> {
    if let Some(mark) = t.strip_prefix('\'') {
        let id = lexicon.intern(mark);
        set.words.push(id);
        return Ok(());
    }
    let upper = t.chars().any(char::is_uppercase);
    if upper {
        let (bit, slot) = lexicon
            .class(t)
            .ok_or_else(|| format!("no class {t} is known"))?;
        set.bits |= 1 << bit;
        set.slots.push((bit, slot));
        return Ok(());
    }
    if !t
        .chars()
        .all(|c| c.is_alphanumeric() || c == '.' || c == '_')
    {
        return Err(format!("\"{t}\" is no word"));
    }
    let id = lexicon.intern(t);
    set.words.push(id);
    Ok(())
}

fn side(text: &str, lexicon: &mut Lexicon, edge: &str) -> Result<(Set, bool), String> {
    let mut set = Set::default();
    let mut at_edge = false;
    for t in text.split_whitespace().flat_map(|w| {
        if w == "|" {
            vec![]
        } else {
            w.split('|').collect::<Vec<_>>()
        }
    }) {
        if t.is_empty() {
            continue;
        }
        if t == edge {
            at_edge = true;
        } else if t.chars().next().is_some_and(char::is_alphanumeric) {
            add_to_set(&mut set, t, lexicon)?;
        } else {
            add_to_set(&mut set, &format!("'{t}"), lexicon)?;
        }
    }
    set.words.sort_unstable();
    Ok((set, at_edge))
}

fn expand(
    text: &str,
    define: &BTreeMap<String, String>,
    depth: usize,
    used: &mut usize,
) -> Result<String, String> {
    if depth > 8 || *used > 20_000 {
        return Err("definitions go in a circle or grow without end".into());
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(a) = rest.find('<') {
        let b = rest[a..].find('>').ok_or("a \"<\" is not closed")? + a;
        out.push_str(&rest[..a]);
        let name = &rest[a + 1..b];
        let body = define
            .get(name)
            .ok_or_else(|| format!("<{name}> is not defined"))?;
        let body = expand(body, define, depth + 1, used)?;
        *used += body.len();
        out.push_str(&body);
        rest = &rest[b + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn examples(
    file: &str,
    rule: &str,
    document: &str,
    yes: &[String],
    no: &[String],
) -> Result<Vec<Example>, String> {
    let mut out = Vec::new();
    for (list, positive) in [(yes, true), (no, false)] {
        for line in list {
            let (document, line) = match line.split_once(" | ") {
                Some((d, l)) if d == "-" || d.parse::<jiff::civil::Date>().is_ok() => {
                    (d.to_owned(), l)
                }
                _ => (document.to_owned(), line.as_str()),
            };
            let (text, values) = match line.split_once(" => ") {
                Some((t, v)) => (t, v.split(" ; ").map(|v| v.trim().to_owned()).collect()),
                None => (line, Vec::new()),
            };
            if positive && (values.is_empty() || values.len() != text.matches('[').count()) {
                return Err(format!(
                    "\"{line}\" should read \"text with [expression] => value\", one value an expression"
                ));
            }
            out.push(Example {
                file: file.into(),
                rule: rule.into(),
                document,
                text: text.into(),
                values,
                positive,
            });
        }
    }
    Ok(out)
}

impl RuleSet {
    /// Reads word and rule files. Every mistake is told, with file, line and field.
    pub(crate) fn load(sources: &[(&str, &str)]) -> Result<RuleSet, Vec<String>> {
        let mut errors = Vec::new();
        let mut lexicon = Lexicon::new();
        let mut files = Vec::new();
        for &(name, text) in sources {
            match toml::from_str::<File>(text) {
                Ok(f) => files.push((name, text, f)),
                Err(e) => {
                    let line = e.span().map_or(0, |s| {
                        text[..s.start.min(text.len())].matches('\n').count() + 1
                    });
                    errors.push(format!("{name}:{line}: {}", e.message()));
                }
            }
        }
        for (name, text, f) in &files {
            for (i, c) in f.class.iter().enumerate() {
                let mut fail = |field: &str, e: String| {
                    errors.push(format!(
                        "{name}:{}: class {}: {field}: {e}",
                        line_of(text, "[[class]]", i, field),
                        c.name
                    ))
                };
                let slot = match c.slot.as_deref() {
                    None => Slot::None,
                    Some(s) => match Slot::by_name(s) {
                        Some(s) => s,
                        None => {
                            fail("slot", format!("no slot \"{s}\" is known"));
                            continue;
                        }
                    },
                };
                let case = match c.case.as_deref() {
                    None | Some("any") => Case::Any,
                    Some("capital") => Case::Capital,
                    Some("lower") => Case::Lower,
                    Some(o) => {
                        fail("case", format!("\"{o}\" is none of any, capital, lower"));
                        continue;
                    }
                };
                if c.name != c.name.to_uppercase() {
                    fail("name", "classes are written in capitals".into());
                    continue;
                }
                let (bit, slot) = match lexicon.class(&c.name) {
                    Some((b, s)) if b < crate::lexicon::class::FIRST_FREE => (b, s),
                    _ => match lexicon.add_class(&c.name, slot, case) {
                        Ok(b) => (b, slot),
                        Err(e) => {
                            fail("name", e);
                            continue;
                        }
                    },
                };
                for (dotted, table, field) in
                    [(false, &c.words, "words"), (true, &c.dotted, "dotted")]
                {
                    for (value, words) in table {
                        let v = if slot == Slot::None {
                            Ok(value.parse().unwrap_or(0))
                        } else {
                            slot.parse(value)
                        };
                        match v {
                            Ok(v) => {
                                for w in words.split_whitespace() {
                                    lexicon.add_word(&w.to_lowercase(), bit, v, dotted);
                                }
                            }
                            Err(e) => fail(field, e),
                        }
                    }
                }
            }
        }
        let mut set = RuleSet {
            lexicon,
            rules: Vec::new(),
            sets: Vec::new(),
            holidays: Vec::new(),
            examples: Vec::new(),
            by_word: Vec::new(),
            by_class: vec![Vec::new(); 64],
            by_inner: Vec::new(),
            class_starts: 0,
        };
        let mut define = BTreeMap::new();
        for (_, _, f) in &files {
            define.extend(f.define.clone());
        }
        let mut ids = std::collections::BTreeSet::new();
        for (name, text, f) in &files {
            let document = f.document.as_deref().unwrap_or("-");
            for (i, h) in f.holiday.iter().enumerate() {
                let mut fail = |field: &str, e: String| {
                    errors.push(format!(
                        "{name}:{}: holiday {}: {field}: {e}",
                        line_of(text, "[[holiday]]", i, field),
                        h.names.first().map_or("", String::as_str)
                    ))
                };
                match feast_of(&h.on) {
                    Ok(feast) => {
                        set.holidays.push(feast);
                        let n = set.holidays.len() as i32 - 1;
                        let id = format!("holiday/{}", h.names.first().map_or("", String::as_str));
                        let names: Vec<String> = h.names.iter().map(|n| quote_name(n)).collect();
                        let entry = RuleEntry {
                            id: id.clone(),
                            when: define
                                .get("HOLIDAY")
                                .cloned()
                                .unwrap_or_else(|| "NAME YEAR?".into())
                                .replace("NAME", &format!("({})", names.join(" | "))),
                            is: "calendar".into(),
                            kind: None,
                            after: None,
                            not_after: None,
                            before: None,
                            not_before: None,
                            set: BTreeMap::new(),
                            share: vec![],
                            yes: h.yes.clone(),
                            no: h.no.clone(),
                            note: None,
                        };
                        match set.add_rule(name, document, &entry, &define) {
                            Ok(()) => {
                                if let Some(r) = set.rules.last_mut() {
                                    r.fixed.push((Slot::Holiday, n));
                                }
                            }
                            Err((field, e)) => fail(&field, e),
                        }
                    }
                    Err(e) => fail("on", e),
                }
            }
            for (i, r) in f.rule.iter().enumerate() {
                let mut fail = |field: &str, e: String| {
                    errors.push(format!(
                        "{name}:{}: rule {}: {field}: {e}",
                        line_of(text, "[[rule]]", i, field),
                        r.id
                    ))
                };
                if !ids.insert(r.id.clone()) {
                    fail("id", "used twice".into());
                }
                if let Err((field, e)) = set.add_rule(name, document, r, &define) {
                    fail(&field, e);
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        set.index();
        Ok(set)
    }

    fn add_rule(
        &mut self,
        file: &str,
        document: &str,
        r: &RuleEntry,
        define: &BTreeMap<String, String>,
    ) -> Result<(), (String, String)> {
        let at = |f: &str| {
            let f = f.to_owned();
            move |e: String| (f, e)
        };
        let op = op_of(&r.is).ok_or_else(|| {
            (
                "is".to_owned(),
                format!("\"{}\" is none of calendar, numeric, unit, ago, later, neighbour, same, part, duration, set, ref, nothing", r.is),
            )
        })?;
        let kind = match r.kind.as_deref() {
            None => None,
            Some(k) => Some(kind_of(k).ok_or_else(|| {
                (
                    "type".to_owned(),
                    format!("\"{k}\" is none of DATE, TIME, DURATION, SET"),
                )
            })?),
        };
        let when = expand(&r.when, define, 0, &mut 0).map_err(at("when"))?;
        let mut reader = Reader {
            tokens: lex(&when).map_err(at("when"))?,
            at: 0,
            lexicon: &mut self.lexicon,
            sets: &mut self.sets,
            steps: Vec::new(),
        };
        reader.choice().map_err(at("when"))?;
        if reader.at < reader.tokens.len() {
            return Err(("when".into(), "a \")\" too many".into()));
        }
        let mut steps = reader.steps;
        steps.push(Step::Done);
        if steps.len() > 4000 {
            return Err(("when".into(), "too long".into()));
        }
        let (opens, closes) = steps.iter().fold((0, 0), |(o, c), s| match s {
            Step::Open => (o + 1, c),
            Step::Close => (o, c + 1),
            _ => (o, c),
        });
        if opens != closes {
            return Err(("when".into(), "\"[\" and \"]\" do not match".into()));
        }
        let mut sides = Vec::new();
        for (field, text, edge) in [
            ("after", &r.after, "^"),
            ("not_after", &r.not_after, "^"),
            ("before", &r.before, "$"),
            ("not_before", &r.not_before, "$"),
        ] {
            sides.push(match text {
                None => None,
                Some(t) => {
                    let t = expand(t, define, 0, &mut 0).map_err(at(field))?;
                    Some(side(&t, &mut self.lexicon, edge).map_err(at(field))?)
                }
            });
        }
        let mut fixed = Vec::new();
        let mut value = None;
        for (k, v) in &r.set {
            let text = match v {
                toml::Value::String(s) => s.clone(),
                toml::Value::Integer(n) => n.to_string(),
                toml::Value::Float(n) => n.to_string(),
                _ => {
                    return Err((
                        "set".into(),
                        format!("{k} should be a word or a whole number"),
                    ));
                }
            };
            if k == "value" {
                if !crate::is_well_formed(&text) {
                    return Err(("set".into(), format!("\"{text}\" is no TIMEX3 value")));
                }
                value = Some(text);
            } else if k == "count" {
                let n: i32 = if text == "X" {
                    -1
                } else {
                    text.parse::<f64>()
                        .ok()
                        .filter(|n| (0.0..10_000.0).contains(n))
                        .map(|n| (n * 100.0).round() as i32)
                        .ok_or_else(|| ("set".to_owned(), format!("\"{text}\" is no count")))?
                };
                fixed.push((Slot::Qty, n));
            } else {
                let slot = Slot::by_name(k)
                    .ok_or_else(|| ("set".to_owned(), format!("no slot \"{k}\" is known")))?;
                fixed.push((slot, slot.parse(&text).map_err(at("set"))?));
            }
        }
        let mut share = 0u64;
        for s in &r.share {
            let slot = if s == "count" {
                Slot::Qty
            } else {
                Slot::by_name(s)
                    .ok_or_else(|| ("share".to_owned(), format!("no slot \"{s}\" is known")))?
            };
            if (slot as usize) < SLOTS {
                share |= 1 << slot as u64;
            }
        }
        self.examples
            .extend(examples(file, &r.id, document, &r.yes, &r.no).map_err(at("yes"))?);
        let mut sides = sides.into_iter();
        let mut next = || sides.next().flatten();
        let (after, not_after, before, not_before) = (next(), next(), next(), next());
        let after_start = match (&after, &not_after) {
            (Some((_, true)), _) => Some(true),
            (_, Some((_, true))) => Some(false),
            _ => None,
        };
        let before_end = match (&before, &not_before) {
            (Some((_, true)), _) => Some(true),
            (_, Some((_, true))) => Some(false),
            _ => None,
        };
        self.rules.push(Rule {
            id: r.id.clone(),
            op,
            kind,
            steps,
            after: after.map(|s| s.0),
            not_after: not_after.map(|s| s.0),
            before: before.map(|s| s.0),
            not_before: not_before.map(|s| s.0),
            after_start,
            before_end,
            fixed,
            share,
            value,
        });
        Ok(())
    }

    /// Which rules may begin with which words.
    fn index(&mut self) {
        self.by_word = vec![Vec::new(); self.lexicon.entries.len()];
        let qty_words: u128 = ["CARDINAL", "TENS", "SCALE", "VAGUE", "ARTICLE", "FRACTION"]
            .iter()
            .fold(0, |m, n| m | self.lexicon.bit(n));
        for (n, rule) in self.rules.iter().enumerate() {
            let n = n as u16;
            let mut seen = vec![false; rule.steps.len()];
            let mut todo = vec![0u16];
            let mut add_bits = 0u128;
            let mut inner = false;
            while let Some(pc) = todo.pop() {
                if std::mem::replace(&mut seen[pc as usize], true) {
                    continue;
                }
                match &rule.steps[pc as usize] {
                    Step::Take(s) => {
                        let s = &self.sets[*s as usize];
                        add_bits |= s.bits;
                        for &w in &s.words {
                            if self.by_word[w as usize].last() != Some(&n) {
                                self.by_word[w as usize].push(n);
                            }
                        }
                    }
                    Step::Qty => add_bits |= qty_words | 1,
                    Step::Inner(_) => inner = true,
                    Step::Split(a, b) => todo.extend([*a, *b]),
                    Step::Jump(a) => todo.push(*a),
                    Step::Not(_)
                    | Step::See(_)
                    | Step::Glue
                    | Step::Start
                    | Step::End
                    | Step::Open
                    | Step::Close => todo.push(pc + 1),
                    Step::Done => {}
                }
            }
            self.class_starts |= add_bits;
            for bit in 0..64 {
                if add_bits >> bit & 1 == 1 {
                    self.by_class[bit].push(n);
                }
            }
            if inner {
                self.by_inner.push(n);
            }
        }
    }
}

/// "New Year's Eve" as a pattern.
fn quote_name(name: &str) -> String {
    let mut out = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            '\'' | '\u{2019}' => out.push_str(" \"'\" "),
            '-' => out.push_str(" '-' "),
            c => out.push(c),
        }
    }
    out
}
