//! Words and their classes, read from the word files.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// What a word or number can put into a rule's reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Slot {
    Year,
    YearShort,
    Month,
    Day,
    Weekday,
    Unit,
    Part,
    Season,
    Quarter,
    Half,
    Ord,
    Mod,
    Dir,
    Offset,
    Hour,
    Minute,
    Second,
    Meridiem,
    Zone,
    Decade,
    Century,
    Holiday,
    Ref,
    Freq,
    Era,
    Quant,
    Qty,
    QtyMod,
    MonthNum,
    None,
}

pub(crate) const SLOTS: usize = Slot::None as usize;
/// An empty slot.
pub(crate) const EMPTY: i32 = i32::MIN;

impl Slot {
    const NAMES: &'static [(&'static str, Slot)] = &[
        ("year", Slot::Year),
        ("month", Slot::Month),
        ("day", Slot::Day),
        ("weekday", Slot::Weekday),
        ("unit", Slot::Unit),
        ("part", Slot::Part),
        ("season", Slot::Season),
        ("quarter", Slot::Quarter),
        ("half", Slot::Half),
        ("ordinal", Slot::Ord),
        ("mod", Slot::Mod),
        ("direction", Slot::Dir),
        ("days", Slot::Offset),
        ("hour", Slot::Hour),
        ("minute", Slot::Minute),
        ("meridiem", Slot::Meridiem),
        ("zone", Slot::Zone),
        ("decade", Slot::Decade),
        ("century", Slot::Century),
        ("ref", Slot::Ref),
        ("frequency", Slot::Freq),
        ("era", Slot::Era),
        ("quant", Slot::Quant),
        ("none", Slot::None),
    ];

    pub(crate) fn by_name(name: &str) -> Option<Slot> {
        Self::NAMES.iter().find(|(n, _)| *n == name).map(|p| p.1)
    }

    /// Reads a value for this slot as the files write it.
    pub(crate) fn parse(self, text: &str) -> Result<i32, String> {
        let among = |list: &[&str]| {
            list.iter()
                .position(|n| *n == text)
                .map(|i| i as i32)
                .ok_or_else(|| format!("\"{text}\" is none of {}", list.join(", ")))
        };
        match self {
            Slot::Unit => {
                let names: Vec<&str> = crate::calendar::Unit::NAMES.iter().map(|p| p.0).collect();
                among(&names)
            }
            Slot::Part => among(&crate::calendar::PARTS),
            Slot::Season => among(&crate::calendar::SEASONS),
            Slot::Mod | Slot::QtyMod => among(&MODS),
            Slot::Meridiem => among(&["AM", "PM"]),
            Slot::Zone => among(&["local", "Z"]),
            Slot::Ref => among(&REFS),
            Slot::Era => among(&ERAS),
            Slot::Quant => among(&QUANTS),
            _ => text
                .parse()
                .map_err(|_| format!("\"{text}\" is not a whole number")),
        }
    }
}

pub(crate) const MODS: [&str; 10] = [
    "BEFORE",
    "AFTER",
    "START",
    "MID",
    "END",
    "APPROX",
    "MORE_THAN",
    "LESS_THAN",
    "EQUAL_OR_MORE",
    "EQUAL_OR_LESS",
];
pub(crate) const REFS: [&str; 3] = ["PRESENT_REF", "PAST_REF", "FUTURE_REF"];
pub(crate) const ERAS: [&str; 6] = ["CE", "BCE", "HIJRI", "PERSIAN", "BUDDHIST", "FISCAL"];
pub(crate) const QUANTS: [&str; 4] = ["EVERY", "EACH", "EVERY_OTHER", "SOME"];

/// Classes that the scanner gives to figures; the bits above are the word files'.
pub(crate) mod class {
    pub(crate) const NUM: u32 = 0;
    pub(crate) const DAY: u32 = 1;
    pub(crate) const YEAR: u32 = 2;
    pub(crate) const YY: u32 = 3;
    pub(crate) const MONTHNUM: u32 = 4;
    pub(crate) const HOUR: u32 = 5;
    pub(crate) const MINUTE: u32 = 6;
    pub(crate) const ORDINAL: u32 = 7;
    pub(crate) const DAYTH: u32 = 8;
    pub(crate) const DECADES: u32 = 9;
    pub(crate) const MILITARY: u32 = 10;
    pub(crate) const CAPITAL: u32 = 11;
    pub(crate) const WORD: u32 = 12;
    /// A year of which news speaks without saying that it is one.
    pub(crate) const MODERN: u32 = 13;
    pub(crate) const FIRST_FREE: u32 = 14;
    pub(crate) const BUILT_IN: &[(&str, u32, super::Slot)] = &[
        ("NUM", NUM, super::Slot::None),
        ("DAY", DAY, super::Slot::Day),
        ("FIRST", DAY, super::Slot::Ord),
        ("OTHER", DAY, super::Slot::Freq),
        ("YEAR", YEAR, super::Slot::Year),
        ("YY", YY, super::Slot::YearShort),
        ("DECADENUM", YY, super::Slot::Decade),
        ("MONTHNUM", MONTHNUM, super::Slot::MonthNum),
        ("HOUR", HOUR, super::Slot::Hour),
        ("MINUTE", MINUTE, super::Slot::Minute),
        ("SECOND", MINUTE, super::Slot::Second),
        ("ORDINAL", ORDINAL, super::Slot::Ord),
        ("NTHCENTURY", ORDINAL, super::Slot::Century),
        ("NTHQUARTER", ORDINAL, super::Slot::Quarter),
        ("NTHHALF", ORDINAL, super::Slot::Half),
        ("QUARTERNUM", MONTHNUM, super::Slot::Quarter),
        ("HALFNUM", MONTHNUM, super::Slot::Half),
        ("DAYTH", DAYTH, super::Slot::Day),
        ("DECADES", DECADES, super::Slot::Decade),
        ("MILITARY", MILITARY, super::Slot::Hour),
        ("FIGURE", NUM, super::Slot::Year),
        ("MODERN", MODERN, super::Slot::Year),
        ("CAPITAL", CAPITAL, super::Slot::None),
        ("WORD", WORD, super::Slot::None),
    ];
}

/// When a word belongs to its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Any,
    /// Only with a capital.
    Capital,
    /// Only without.
    Lower,
}

#[derive(Clone, Debug)]
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) slot: Slot,
    pub(crate) case: Case,
}

/// One word: the classes that it belongs to, and what it means in each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) bits: u128,
    /// Bits that need a capital, bits that need none.
    pub(crate) capital: u128,
    pub(crate) lower: u128,
    pub(crate) values: Vec<(u32, i32)>,
    /// Takes a full stop that follows at once ("Dec.").
    pub(crate) dotted: bool,
}

/// FNV-1a: few bytes, no seed.
#[derive(Clone, Copy)]
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = (self.0 ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

pub(crate) type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<Fnv>>;

#[derive(Clone, Debug)]
pub(crate) struct Lexicon {
    pub(crate) classes: Vec<Class>,
    pub(crate) entries: Vec<Entry>,
    words: FastMap<Box<str>, u32>,
    /// For each first byte, the lengths of the words that begin so: spares most look-ups.
    lengths: Vec<u64>,
}

impl Lexicon {
    pub(crate) fn new() -> Self {
        let mut classes = Vec::new();
        for bit in 0..class::FIRST_FREE {
            let (name, _, slot) = class::BUILT_IN
                .iter()
                .find(|c| c.1 == bit)
                .copied()
                .unwrap_or(("", bit, Slot::None));
            classes.push(Class {
                name: name.into(),
                slot,
                case: Case::Any,
            });
        }
        Lexicon {
            classes,
            entries: vec![Entry::default()],
            words: FastMap::default(),
            lengths: vec![0; 256],
        }
    }

    /// The number of a word, given one if new.
    pub(crate) fn intern(&mut self, word: &str) -> u32 {
        if let Some(&id) = self.words.get(word) {
            return id;
        }
        let id = self.entries.len() as u32;
        self.entries.push(Entry::default());
        if let Some(&b) = word.as_bytes().first() {
            self.lengths[b as usize] |= 1u64 << word.len().min(63);
        }
        self.words.insert(word.into(), id);
        id
    }

    /// The number of a word in lower case, 0 if no rule knows it.
    pub(crate) fn find(&self, word: &str) -> u32 {
        match word.as_bytes().first() {
            Some(&b) if self.lengths[b as usize] >> word.len().min(63) & 1 == 1 => {
                self.words.get(word).copied().unwrap_or(0)
            }
            _ => 0,
        }
    }

    pub(crate) fn class(&self, name: &str) -> Option<(u32, Slot)> {
        class::BUILT_IN
            .iter()
            .find(|c| c.0 == name)
            .map(|c| (c.1, c.2))
            .or_else(|| {
                self.classes
                    .iter()
                    .position(|c| c.name == name)
                    .map(|i| (i as u32, self.classes[i].slot))
            })
    }

    pub(crate) fn bit(&self, name: &str) -> u128 {
        self.class(name).map_or(0, |(b, _)| 1 << b)
    }

    pub(crate) fn add_class(&mut self, name: &str, slot: Slot, case: Case) -> Result<u32, String> {
        if self.class(name).is_some() {
            return Err(format!("class {name} is there already"));
        }
        let bit = self.classes.len() as u32;
        if bit >= 128 {
            return Err("more than 128 classes".into());
        }
        self.classes.push(Class {
            name: name.into(),
            slot,
            case,
        });
        Ok(bit)
    }

    pub(crate) fn add_word(&mut self, word: &str, bit: u32, value: i32, dotted: bool) {
        let id = self.intern(word) as usize;
        let e = &mut self.entries[id];
        let mask = 1u128 << bit;
        match self.classes[bit as usize].case {
            Case::Any => {}
            Case::Capital => e.capital |= mask,
            Case::Lower => e.lower |= mask,
        }
        e.bits |= mask;
        e.dotted |= dotted;
        e.values.retain(|v| v.0 != bit);
        e.values.push((bit, value));
    }
}

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Lower,
    Capital,
    Upper,
    Figure,
    Mark,
}

/// A run of letters, a number, or a mark: finer than a token, so that rules do not depend on the tokenizer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Atom {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Number of the word, 0 if unknown.
    pub(crate) word: u32,
    pub(crate) bits: u128,
    /// The number's value, capped.
    pub(crate) num: i32,
    pub(crate) digits: u8,
    /// No space before it.
    pub(crate) glued: bool,
    pub(crate) shape: Shape,
}

fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}' | '\u{2011}' | '\u{2012}' | '\u{2013}' | '\u{2212}'
    )
}

impl Lexicon {
    /// Cuts `text[from..to]` into atoms, appended to `out`.
    pub(crate) fn scan(&self, text: &str, from: usize, to: usize, out: &mut Vec<Atom>) {
        let Some(text) = text.get(..to) else { return };
        let bytes = text.as_bytes();
        let mut at = from;
        let mut last = usize::MAX;
        while at < to {
            let b = bytes[at];
            if b == b' ' || b == b'\n' || b == b'\t' || b == b'\r' {
                at += 1;
                continue;
            }
            let start = at;
            let mut atom = Atom {
                start: start as u32,
                end: 0,
                word: 0,
                bits: 0,
                num: -1,
                digits: 0,
                glued: last == start,
                shape: Shape::Mark,
            };
            if b.is_ascii_digit() {
                at = self.figure(text, at, &mut atom);
                atom.word = self.find(&text[start..at]);
            } else if b.is_ascii_alphabetic() {
                at = self.letters(text, at, &mut atom);
            } else if b < 0x80 {
                at += 1;
                atom.word = self.find(&text[start..at]);
                atom.bits = self.entries[atom.word as usize].bits;
            } else {
                let c = text[at..].chars().next().unwrap_or(' ');
                if c.is_whitespace() {
                    at += c.len_utf8();
                    continue;
                }
                if c.is_alphabetic() {
                    at = self.letters(text, at, &mut atom);
                } else {
                    at += c.len_utf8();
                    let plain = match c {
                        c if is_dash(c) => "-",
                        '\u{2018}' | '\u{2019}' | '\u{02BC}' => "'",
                        '\u{201C}' | '\u{201D}' => "\"",
                        '\u{2014}' => "--",
                        _ => &text[start..at],
                    };
                    atom.word = self.find(plain);
                    atom.bits = self.entries[atom.word as usize].bits;
                }
            }
            atom.end = at as u32;
            last = at;
            out.push(atom);
        }
    }

    fn letters(&self, text: &str, start: usize, atom: &mut Atom) -> usize {
        let bytes = text.as_bytes();
        let mut at = start;
        let mut key = [0u8; 32];
        let (mut n, mut upper, mut ascii) = (0usize, 0usize, true);
        while at < bytes.len() {
            let b = bytes[at];
            if b.is_ascii_alphabetic() {
                if n < 32 {
                    key[n] = b.to_ascii_lowercase();
                }
                upper += usize::from(b.is_ascii_uppercase());
                n += 1;
                at += 1;
            } else if b >= 0x80 {
                let Some(c) = text[at..].chars().next().filter(|c| c.is_alphanumeric()) else {
                    break;
                };
                ascii = false;
                n += 1;
                upper += usize::from(c.is_uppercase());
                at += c.len_utf8();
            } else {
                break;
            }
        }
        // "a.m.", "U.S.", "A.D.": single letters, each with its full stop, are one word.
        if at == start + 1 && bytes.get(at) == Some(&b'.') {
            let mut end = at + 1;
            while bytes.get(end).is_some_and(u8::is_ascii_alphabetic)
                && bytes.get(end + 1) == Some(&b'.')
                && n + 1 < 12
            {
                key[n] = b'.';
                key[n + 1] = bytes[end].to_ascii_lowercase();
                n += 2;
                end += 2;
            }
            if n > 1 {
                atom.word = std::str::from_utf8(&key[..n]).map_or(0, |k| self.find(k));
                atom.shape = Shape::Upper;
                let e = &self.entries[atom.word as usize];
                atom.bits = e.bits | 1 << class::WORD;
                return end;
            }
        }
        let first = text[start..].chars().next().unwrap_or('a');
        atom.shape = if upper == n && n > 1 {
            Shape::Upper
        } else if first.is_uppercase() {
            Shape::Capital
        } else {
            Shape::Lower
        };
        if ascii && n <= 32 {
            atom.word = std::str::from_utf8(&key[..n]).map_or(0, |k| self.find(k));
        } else if !ascii && n <= 32 {
            atom.word = self.find(&text[start..at].to_lowercase());
        }
        let e = &self.entries[atom.word as usize];
        let capital = atom.shape != Shape::Lower;
        atom.bits = (e.bits & if capital { !e.lower } else { !e.capital }) | 1 << class::WORD;
        if capital {
            atom.bits |= 1 << class::CAPITAL;
        }
        if e.dotted && bytes.get(at) == Some(&b'.') && atom.bits & e.bits != 0 {
            at += 1;
        }
        at
    }

    fn figure(&self, text: &str, start: usize, atom: &mut Atom) -> usize {
        let bytes = text.as_bytes();
        let mut at = start;
        let mut n: i64 = 0;
        let push = |n: &mut i64, b: u8| *n = (*n * 10 + i64::from(b - b'0')).min(1_000_000_000);
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            push(&mut n, bytes[at]);
            at += 1;
        }
        let mut digits = at - start;
        atom.shape = Shape::Figure;
        // Thousands: "3,200".
        let mut grouped = false;
        while digits <= 3
            && bytes.get(at) == Some(&b',')
            && bytes
                .get(at + 1..at + 4)
                .is_some_and(|g| g.iter().all(u8::is_ascii_digit))
            && !bytes.get(at + 4).is_some_and(u8::is_ascii_digit)
        {
            for &b in &bytes[at + 1..at + 4] {
                push(&mut n, b);
            }
            at += 4;
            grouped = true;
        }
        if grouped {
            digits = 9;
        }
        atom.digits = digits.min(99) as u8;
        atom.num = n as i32;
        let tail: &[u8] = {
            let mut end = at;
            while end < bytes.len() && bytes[end].is_ascii_alphabetic() && end - at < 3 {
                end += 1;
            }
            &bytes[at..end]
        };
        let mut bits = 1u128 << class::NUM;
        let lower: Vec<u8> = if tail.is_empty() {
            Vec::new()
        } else {
            tail.to_ascii_lowercase()
        };
        match lower.as_slice() {
            b"st" | b"nd" | b"rd" | b"th" if !grouped => {
                at += 2;
                bits = 1 << class::ORDINAL;
                if (1..=31).contains(&n) {
                    bits |= 1 << class::DAYTH;
                }
            }
            b"s" if !grouped => {
                at += 1;
                bits = 0;
                if n % 10 == 0
                    && (digits == 2 && n >= 10 || digits == 4 && (1000..=2090).contains(&n))
                {
                    bits |= 1 << class::DECADES;
                }
            }
            _ if !grouped => {
                if digits <= 2 {
                    if (1..=31).contains(&n) {
                        bits |= 1 << class::DAY;
                    }
                    if (1..=12).contains(&n) {
                        bits |= 1 << class::MONTHNUM;
                    }
                    if n <= 24 {
                        bits |= 1 << class::HOUR;
                    }
                }
                if digits == 2 {
                    bits |= 1 << class::YY;
                    if n <= 59 {
                        bits |= 1 << class::MINUTE;
                    }
                }
                if digits == 4 {
                    if (1000..=2199).contains(&n) {
                        bits |= 1 << class::YEAR;
                        if (1900..=2059).contains(&n) {
                            bits |= 1 << class::MODERN;
                        }
                    }
                    if n / 100 <= 24 && n % 100 <= 59 {
                        bits |= 1 << class::MILITARY;
                    }
                }
            }
            _ => {}
        }
        // "1299.59": part of a number with decimals, whatever it looks like.
        let decimal = |i: usize, j: usize| {
            bytes.get(i) == Some(&b'.') && bytes.get(j).is_some_and(u8::is_ascii_digit)
        };
        if digits > 2
            && (decimal(at, at + 1) || (start >= 2 && decimal(start - 1, start - 2)))
            && bits & (1 << class::YEAR) != 0
            && !dated(bytes, start)
        {
            bits = 1 << class::NUM;
        }
        atom.bits = bits;
        at
    }
}

/// Whether the figures at `start` end a date such as "31.12.2015": one or two figures and a point, twice.
fn dated(bytes: &[u8], start: usize) -> bool {
    let mut at = start;
    for _ in 0..2 {
        if at == 0 || bytes[at - 1] != b'.' {
            return false;
        }
        let point = at - 1;
        at = point;
        while at > 0 && point - at < 2 && bytes[at - 1].is_ascii_digit() {
            at -= 1;
        }
        if at == point {
            return false;
        }
    }
    true
}
