#![doc = include_str!("../README.md")]

mod calendar;
mod lexicon;
mod matcher;
mod resolve;
mod rules;
mod tense;

pub use calendar::is_well_formed;
pub use rules::Example;

use calendar::Cal;
use gesta_parse::{Parsed, Upos};
use gesta_text::{Span, Text};
use jiff::civil::Date;
use lexicon::Slot;
use matcher::{AmountWords, Part, Scratch};
use resolve::{Context, Order, Reading, Tense};
use rules::{Op, RuleSet};
use std::ops::Range;

/// TIMEX3's four types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimexKind {
    /// A day, week, month, year or longer stretch of the calendar.
    Date,
    /// A time of day.
    Time,
    /// A length of time.
    Duration,
    /// Something that recurs.
    Set,
}

impl TimexKind {
    /// The type as TIMEX3 writes it: "DATE".
    pub fn as_str(self) -> &'static str {
        match self {
            TimexKind::Date => "DATE",
            TimexKind::Time => "TIME",
            TimexKind::Duration => "DURATION",
            TimexKind::Set => "SET",
        }
    }
}

/// How finely an expression fixes its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// One day (or a part of it).
    Day,
    /// One calendar month.
    Month,
    /// One calendar year.
    Year,
    /// Any other stretch from `start` to `end`.
    Range,
}

/// One expression of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Timex {
    /// Where it stands.
    pub span: Span,
    /// The tokens that it covers.
    pub tokens: Range<u32>,
    /// DATE, TIME, DURATION or SET.
    pub kind: TimexKind,
    /// TIMEX3 value, "2024-11-30TEV"; relative expressions without a reference keep a relative value ("XXXX-WXX-3").
    pub value: String,
    /// First day, where the value fixes one.
    pub start: Option<Date>,
    /// Last day.
    pub end: Option<Date>,
    /// How fine it is, where `start` is known.
    pub precision: Option<Precision>,
    /// TIMEX3 mod: BEFORE, AFTER, START, MID, END, APPROX, MORE_THAN…
    pub modifier: Option<&'static str>,
    /// TIMEX3 quant ("EVERY") of a SET.
    pub quant: Option<String>,
    /// TIMEX3 freq ("2X") of a SET.
    pub freq: Option<String>,
}

/// Finds expressions of time.
pub struct Tagger {
    set: RuleSet,
    amounts: AmountWords,
    cues: tense::Cues,
    /// Classes whose words may end in a full stop of their own.
    abbreviated: u128,
}

/// The files of the English rules, in the order in which they are read.
const ENGLISH: &[(&str, &str)] = &[
    ("en/words.toml", include_str!("../rules/en/words.toml")),
    ("en/tense.toml", include_str!("../rules/en/tense.toml")),
    ("en/dates.toml", include_str!("../rules/en/dates.toml")),
    (
        "en/relative.toml",
        include_str!("../rules/en/relative.toml"),
    ),
    ("en/clock.toml", include_str!("../rules/en/clock.toml")),
    (
        "en/durations.toml",
        include_str!("../rules/en/durations.toml"),
    ),
    ("en/sets.toml", include_str!("../rules/en/sets.toml")),
    (
        "en/holidays.toml",
        include_str!("../rules/en/holidays.toml"),
    ),
];

/// What a rule found, until the whole text has been seen.
struct Draft {
    part: Part,
    span: Span,
    tokens: Range<u32>,
    sentence: u32,
    tense: Tense,
}

impl Tagger {
    /// The English rules that come with the crate.
    pub fn english() -> Self {
        // The files are part of the crate and the tests load them, so that this cannot fail in a build that passed.
        Self::from_files(ENGLISH).unwrap_or_else(|e| panic!("English rules: {}", e.join("\n")))
    }

    /// Rules from files of your own: pairs of a name (for messages) and the text. Words must come in some file
    /// of the list, but files may stand in any order. Every mistake is told with file, line and field.
    ///
    /// ```
    /// let wrong = [("my.toml", "[[rule]]\nid = \"a\"\nwhen = \"MOON\"\nis = \"calendar\"\n")];
    /// let errors = gesta_time::Tagger::from_files(&wrong).err().unwrap();
    /// assert_eq!(errors, ["my.toml:3: rule a: when: no class MOON is known"]);
    /// ```
    pub fn from_files(files: &[(&str, &str)]) -> Result<Self, Vec<String>> {
        let set = RuleSet::load(files)?;
        let amounts = AmountWords::new(&set);
        let cues = tense::Cues::new(&set);
        let abbreviated = [
            "ERABEFORE",
            "MERIDIEM",
            "MONTH",
            "MONTHORNAME",
            "WEEKDAY",
            "WEEKDAYABBR",
        ]
        .iter()
        .fold(0, |m, n| m | set.lexicon.bit(n));
        Ok(Tagger {
            set,
            amounts,
            cues,
            abbreviated,
        })
    }

    /// The files of the English rules, name and text: to start a rule set of your own from.
    pub fn english_files() -> &'static [(&'static str, &'static str)] {
        ENGLISH
    }

    /// The examples that the rules carry.
    pub fn examples(&self) -> &[Example] {
        &self.set.examples
    }

    /// Expressions of time in order, without overlap. `published` is the document's date.
    pub fn tag(&self, parsed: &Parsed, published: Option<Date>) -> Vec<Timex> {
        self.run(&parsed.text, Some(parsed), published)
            .into_iter()
            .map(|t| t.0)
            .collect()
    }

    /// The same from a text that nobody has parsed: tense is judged by word forms.
    ///
    /// ```
    /// let tagger = gesta_time::Tagger::english();
    /// let text = gesta_text::Text::new("Talks were held on Wednesday.");
    /// let found = tagger.tag_text(&text, Some("2024-12-01".parse().unwrap()));
    /// assert_eq!(found[0].value, "2024-11-27");
    /// ```
    pub fn tag_text(&self, text: &Text, published: Option<Date>) -> Vec<Timex> {
        self.run(text, None, published)
            .into_iter()
            .map(|t| t.0)
            .collect()
    }

    /// As [`Tagger::tag_text`], with the id of the rule that found each: for whoever writes rules.
    pub fn explain(&self, text: &Text, published: Option<Date>) -> Vec<(Timex, &str)> {
        self.run(text, None, published)
            .into_iter()
            .map(|(t, r)| (t, self.set.rules[r as usize].id.as_str()))
            .collect()
    }

    fn run(
        &self,
        text: &Text,
        parsed: Option<&Parsed>,
        published: Option<Date>,
    ) -> Vec<(Timex, u16)> {
        let drafts = self.find(text, parsed);
        self.resolve(text, &drafts, published)
    }

    /// First pass: what stands where.
    fn find(&self, text: &Text, parsed: Option<&Parsed>) -> Vec<Draft> {
        let raw = text.raw();
        let mut scratch = Scratch::default();
        let mut drafts = Vec::new();
        let sentences = text.sentences();
        let mut next = 0;
        while next < sentences.len() {
            let s = next;
            let mut range = sentences[s].range();
            scratch.atoms.clear();
            // "at 5 p.m. Monday": a full stop that belongs to a word of time may have cut a sentence in two.
            loop {
                let sentence = &sentences[next];
                range.end = sentence.range().end;
                self.set.lexicon.scan(
                    raw,
                    sentence.span.start as usize,
                    sentence.span.end as usize,
                    &mut scratch.atoms,
                );
                next += 1;
                let cut = scratch.atoms.last().is_some_and(|a| {
                    a.bits & self.abbreviated != 0
                        && raw.as_bytes().get(a.end as usize - 1) == Some(&b'.')
                });
                if !(cut
                    && sentences
                        .get(next)
                        .is_some_and(|n| n.paragraph == sentence.paragraph))
                {
                    break;
                }
            }
            self.set.match_all(&self.amounts, &mut scratch);
            let tagged = parsed.filter(|p| {
                range
                    .clone()
                    .take(8)
                    .any(|i| p.words.get(i).is_some_and(|w| w.upos != Upos::X))
            });
            let mut i = 0;
            while i < scratch.best.len() {
                let Some(found) = scratch.best[i].take() else {
                    i += 1;
                    continue;
                };
                i = found.end().max(i + 1);
                for part in found.parts {
                    if self.set.rules[part.rule as usize].op == Op::Nothing {
                        continue;
                    }
                    let span = Span {
                        start: scratch.atoms[part.start].start,
                        end: scratch.atoms[part.end - 1].end,
                    };
                    let tokens = tokens_of(text, range.clone(), span);
                    let tense = tagged
                        .and_then(|p| {
                            if tokens.is_empty() {
                                return None;
                            }
                            self.cues.of_tree(
                                &self.set,
                                p,
                                tokens.start as usize,
                                tokens.end as usize - 1,
                                &scratch.atoms,
                                part.start,
                            )
                        })
                        .unwrap_or_else(|| {
                            self.cues
                                .of_words(raw, &scratch.atoms, part.start, part.end)
                        });
                    drafts.push(Draft {
                        part,
                        span,
                        tokens,
                        sentence: s as u32,
                        tense,
                    });
                }
            }
        }
        drafts
    }

    /// Second pass: what it means, in the order of the text.
    fn resolve(&self, text: &Text, drafts: &[Draft], published: Option<Date>) -> Vec<(Timex, u16)> {
        let mut ctx = Context {
            document: published,
            order: self.order(drafts, published),
            ..Context::default()
        };
        let mut out = Vec::new();
        let mut at = 0;
        while at < drafts.len() {
            let sentence = drafts[at].sentence;
            let end = drafts[at..]
                .iter()
                .position(|d| d.sentence != sentence)
                .map_or(drafts.len(), |n| at + n);
            let group = &drafts[at..end];
            at = end;
            ctx.sentence_explicit = None;
            let mut readings: Vec<Option<Reading>> = Vec::with_capacity(group.len());
            for d in group {
                if self.bare_time(&d.part) {
                    readings.push(None);
                    continue;
                }
                let r = self.set.read(&d.part, d.tense, &ctx);
                if let Some(r) = &r
                    && matches!(r.kind, TimexKind::Date | TimexKind::Time)
                    && let Some(c) = r.cal
                {
                    ctx.last = Some(c);
                    if let Cal::Day(d) = c {
                        ctx.last_day = Some(d);
                    }
                    if r.explicit {
                        ctx.last_explicit = Some(c);
                        // "In 2015 …" at the head of a sentence dates the months that follow.
                        let heads = d.part.start <= 1 && matches!(c, Cal::Year(_));
                        if heads || c.unit() <= calendar::Unit::Month {
                            ctx.sentence_explicit = Some(c);
                        }
                    }
                }
                readings.push(r);
            }
            self.stretches(group, &mut readings, published);
            // A bare time of day belongs to the day nearest to it in the sentence, else to the one told last.
            for (k, d) in group.iter().enumerate() {
                if !self.bare_time(&d.part) {
                    continue;
                }
                let day_at = |j: usize| match readings[j].as_ref()?.cal {
                    Some(Cal::Day(d)) if !self.bare_time(&group[j].part) => Some(d),
                    _ => None,
                };
                ctx.day_for_time = (0..k)
                    .rev()
                    .find_map(day_at)
                    .or_else(|| (k + 1..group.len()).find_map(day_at))
                    .or(ctx.last_day);
                readings[k] = self.set.read(&d.part, d.tense, &ctx);
            }
            for (d, r) in group.iter().zip(readings) {
                if let Some(r) = r {
                    out.push((timex(d, r), d.part.rule));
                }
            }
        }
        let _ = text;
        out
    }

    /// "from Monday to Thursday": the first day lies before the last, in the week that their tense allows.
    fn stretches(
        &self,
        group: &[Draft],
        readings: &mut [Option<Reading>],
        published: Option<Date>,
    ) {
        for k in 1..group.len() {
            let range = |d: &Draft| {
                self.set.rules[d.part.rule as usize]
                    .id
                    .starts_with("weekday.range")
            };
            if !range(&group[k - 1]) || !range(&group[k]) {
                continue;
            }
            let day = |r: &Option<Reading>| match r.as_ref().and_then(|r| r.cal) {
                Some(Cal::Day(d)) => Some(d),
                _ => None,
            };
            let (Some(a), Some(b)) = (day(&readings[k - 1]), day(&readings[k])) else {
                continue;
            };
            if a <= b {
                continue;
            }
            let ahead = published.is_some_and(|p| a > p);
            let (at, step) = if ahead { (k, 7) } else { (k - 1, -7) };
            if let Some(r) = readings[at].as_mut()
                && let Some(c) = r.cal.and_then(|c| c.shift(step, calendar::Unit::Day))
            {
                r.value = c.value();
                r.cal = Some(c);
            }
        }
    }

    /// Whether a part names a time of day and no day.
    fn bare_time(&self, p: &Part) -> bool {
        self.set.rules[p.rule as usize].op == Op::Calendar
            && (p.get(Slot::Hour).is_some() || p.get(Slot::Part).is_some())
            && [
                Slot::Offset,
                Slot::Weekday,
                Slot::Day,
                Slot::Month,
                Slot::MonthNum,
                Slot::Holiday,
                Slot::Year,
            ]
            .iter()
            .all(|s| p.get(*s).is_none())
    }

    /// Day or month first in figures? The dates that leave no doubt decide; then the way months are written out.
    fn order(&self, drafts: &[Draft], published: Option<Date>) -> Option<Order> {
        let (mut day, mut month) = (0, 0);
        for d in drafts {
            let p = &d.part;
            if self.set.rules[p.rule as usize].op == Op::Numeric {
                let (Some(a), Some(b)) = (p.get(Slot::Ord), p.get(Slot::Freq)) else {
                    continue;
                };
                match (a > 12, b > 12) {
                    (true, false) => day += 10,
                    (false, true) => month += 10,
                    _ => {
                        // One of the two readings may be much closer to the document's date.
                        if let (Some(doc), Some(y)) = (published, p.get(Slot::Year)) {
                            let gap = |m: i32, d: i32| match calendar::day(y, m, d) {
                                Some(Cal::Day(c)) => {
                                    c.until(doc).map_or(9999, |s| s.get_days().abs())
                                }
                                _ => 9999,
                            };
                            let (df, mf) = (gap(b, a), gap(a, b));
                            if df + 45 < mf && df < 15 {
                                day += 3;
                            } else if mf + 45 < df && mf < 15 {
                                month += 3;
                            }
                        }
                    }
                }
            } else if self.set.rules[p.rule as usize].id.starts_with("day-month") {
                day += 1;
            } else if self.set.rules[p.rule as usize].id.starts_with("month-day") {
                month += 1;
            }
        }
        match day.cmp(&month) {
            std::cmp::Ordering::Greater => Some(Order::DayFirst),
            std::cmp::Ordering::Less => Some(Order::MonthFirst),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// The tokens that a span touches.
fn tokens_of(text: &Text, range: Range<usize>, span: Span) -> Range<u32> {
    let tokens = &text.tokens()[range.clone()];
    let a = tokens.partition_point(|t| t.span.end <= span.start);
    let b = tokens.partition_point(|t| t.span.start < span.end);
    (range.start + a) as u32..(range.start + b.max(a)) as u32
}

fn timex(d: &Draft, r: Reading) -> Timex {
    let range = r
        .range
        .or_else(|| r.cal.and_then(|c| Some((c.start()?, c.end()?))));
    let precision = match (r.range, r.cal) {
        (Some(_), _) => Some(Precision::Range),
        (None, Some(c)) if range.is_some() => Some(c.precision()),
        _ => None,
    };
    Timex {
        span: d.span,
        tokens: d.tokens.clone(),
        kind: r.kind,
        value: r.value,
        start: range.map(|r| r.0),
        end: range.map(|r| r.1),
        precision,
        modifier: r.modifier,
        quant: r.quant,
        freq: r.freq,
    }
}
