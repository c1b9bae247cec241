//! Documents, spans, offsets, paragraphs, sentences and tokens.
//!
//! Everything inside Gesta counts in **bytes of the document's UTF-8 text** ([`Span`]); [`OffsetMap`]
//! converts to code points or UTF-16 units at the edge, and nowhere else.

mod country;
mod document;
mod number;
mod segment;
mod span;
mod text;

pub use country::Country;
pub use document::Document;
pub use number::number;
#[doc(hidden)]
pub use segment::training;
pub use span::{OffsetMap, OffsetUnit, Span};
pub use text::{Sentence, Text, Token};

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The days of the week as English writes them, Monday first.
pub const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
