use serde::{Deserialize, Serialize};

/// A half-open range of bytes in a document's text.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from two byte offsets.
    pub fn new(start: usize, end: usize) -> Self {
        Span {
            start: start as u32,
            end: end as u32,
        }
    }
    /// Number of bytes.
    pub fn len(&self) -> usize {
        (self.end - self.start) as usize
    }
    /// Whether nothing is covered.
    pub fn is_empty(&self) -> bool {
        self.end <= self.start
    }
    /// The text covered.
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or("")
    }
    /// Whether `other` lies wholly inside.
    pub fn contains(&self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
    /// Whether the two share a byte.
    pub fn overlaps(&self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }
    /// The smallest span that covers both.
    pub fn cover(&self, other: Span) -> Span {
        Span {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// The unit in which a record counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OffsetUnit {
    /// Unicode scalar values (Python's unit).
    #[default]
    Codepoint,
    /// UTF-16 code units (JavaScript's and Java's unit).
    Utf16,
    /// UTF-8 bytes (Rust's unit).
    Byte,
}

/// Converts byte offsets of one text to another unit.
///
/// Keeps a checkpoint every 256 bytes, so that a conversion costs a bounded scan and ASCII text costs nothing.
#[derive(Clone, Debug)]
pub struct OffsetMap<'a> {
    text: &'a str,
    unit: OffsetUnit,
    marks: Vec<u32>,
    plain: bool,
}

const STEP: usize = 256;

impl<'a> OffsetMap<'a> {
    /// Prepares conversions from bytes of `text` to `unit`.
    pub fn new(text: &'a str, unit: OffsetUnit) -> Self {
        let plain = unit == OffsetUnit::Byte || text.is_ascii();
        let mut marks = Vec::new();
        if !plain {
            let (mut n, mut next) = (0u32, 0usize);
            for (i, c) in text.char_indices() {
                while i >= next {
                    marks.push(n);
                    next += STEP;
                }
                n += Self::width(unit, c);
            }
        }
        OffsetMap {
            text,
            unit,
            marks,
            plain,
        }
    }

    fn width(unit: OffsetUnit, c: char) -> u32 {
        match unit {
            OffsetUnit::Codepoint => 1,
            OffsetUnit::Utf16 => c.len_utf16() as u32,
            OffsetUnit::Byte => c.len_utf8() as u32,
        }
    }

    /// The offset in this map's unit of a byte offset; one inside a character counts as its start.
    pub fn at(&self, byte: u32) -> u32 {
        let mut byte = (byte as usize).min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        if self.plain {
            return byte as u32;
        }
        let slot = (byte / STEP).min(self.marks.len().saturating_sub(1));
        // A mark belongs to the first character that starts at or after slot * STEP.
        let mut from = slot * STEP;
        while from < self.text.len() && !self.text.is_char_boundary(from) {
            from += 1;
        }
        let mut n = self.marks.get(slot).copied().unwrap_or(0);
        for (i, c) in self.text.get(from..).unwrap_or("").char_indices() {
            if from + i >= byte {
                break;
            }
            n += Self::width(self.unit, c);
        }
        n
    }

    /// Both ends of a span.
    pub fn span(&self, s: Span) -> [u32; 2] {
        [self.at(s.start), self.at(s.end)]
    }
}
