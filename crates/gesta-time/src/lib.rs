//! A TIMEX3 tagger: recognises expressions of time and gives them a value.

use gesta_parse::Parsed;
use gesta_text::Span;
use jiff::civil::Date;
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
pub struct Tagger {}

impl Tagger {
    /// The English rules that come with the crate.
    pub fn english() -> Self {
        Tagger {}
    }
    /// Expressions of time in order, without overlap. `published` is the document's date.
    pub fn tag(&self, _parsed: &Parsed, _published: Option<Date>) -> Vec<Timex> {
        Vec::new()
    }
}
