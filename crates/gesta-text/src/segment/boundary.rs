//! A linear model of where sentences end.
//!
//! Rules find the gaps between tokens where a sentence could end ([`Gap`]); the model weighs what stands around
//! such a gap. Its weights are `data/boundaries.tsv`: a feature, a tab, a whole number. A feature is the name of a
//! template and its values, with spaces between; `examples/train_boundaries.rs` writes the file.

use super::chars::is_word;
use super::words::Lists;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// Longest word that is a value of its own.
const LONGEST: usize = 20;

/// A value of a feature: a short word and its hash.
#[derive(Clone, Copy)]
pub(crate) struct Value<'a> {
    text: &'a str,
    hash: u64,
}

impl<'a> Value<'a> {
    /// A value that is compared without regard to case.
    pub(crate) fn new(text: &'a str) -> Self {
        let text = if text.is_empty() || text.len() > LONGEST {
            "*"
        } else {
            text
        };
        Value {
            text,
            hash: text.bytes().fold(SEED, |h, b| {
                (h ^ u64::from(b.to_ascii_lowercase())).wrapping_mul(PRIME)
            }),
        }
    }
}

fn mix(hash: u64, value: u64) -> u64 {
    (hash ^ value).wrapping_mul(MIX).rotate_left(23)
}

/// What stands around a gap between two tokens.
pub(crate) struct Gap<'a> {
    /// The stop before the gap (closing marks skipped), "none" where there is none.
    pub stop: &'a str,
    /// Kind of the closing marks between stop and gap.
    pub closers: &'a str,
    /// The words before the stop, the nearest first.
    pub left: [&'a str; 2],
    /// The tokens after the gap.
    pub right: [&'a str; 3],
    /// Space in the gap: "0" none, "1" one, "2" more.
    pub space: &'a str,
    /// Whether a double quote is open.
    pub quoted: bool,
    /// Whether a bracket is open.
    pub bracketed: bool,
    /// Tokens since the sentence began.
    pub length: usize,
    /// Tokens after the gap in the paragraph.
    pub rest: usize,
    /// Capitalised tokens among the last four.
    pub capitals: u8,
    /// Words in lower case since the sentence began.
    pub lowers: usize,
    /// The stop that ended the sentence before, "start" for none.
    pub former: &'a str,
    /// Tokens up to the next full stop, question or exclamation mark of the paragraph.
    pub ahead: usize,
}

/// Receives the features of a gap.
pub(crate) trait Sink {
    fn take(&mut self, template: &str, values: &[Value<'_>]);
}

fn bucket(n: usize) -> &'static str {
    match n {
        0 => "0",
        1 => "1",
        2 => "2",
        3..=4 => "3",
        5..=8 => "5",
        9..=15 => "9",
        16..=30 => "16",
        _ => "31",
    }
}

/// The outline of a token: capitalised, all capitals, lower case, number, the mark itself.
pub(crate) fn shape(word: &str) -> &str {
    let Some(c) = word.chars().next() else {
        return "end";
    };
    if c.is_ascii_digit() {
        return if word.bytes().all(|b| b.is_ascii_digit()) {
            "9"
        } else {
            "9x"
        };
    }
    if !is_word(c) {
        return if word.len() > c.len_utf8() && word.len() > 3 {
            "mark"
        } else {
            word
        };
    }
    if c.is_uppercase() {
        if word.len() == c.len_utf8() {
            return if word == "I" { "I" } else { "C" };
        }
        if word.ends_with('.') {
            return "C.";
        }
        if word.bytes().skip(1).any(|b| b == b'@' || b == b'/') {
            return "web";
        }
        return if word.bytes().all(|b| !b.is_ascii_lowercase()) {
            "CC"
        } else {
            "Cc"
        };
    }
    if word.contains(['@', '/']) {
        return "web";
    }
    if c.is_lowercase() { "c" } else { "other" }
}

/// A finer outline: what sort of number, whether a capitalised word is one that has no capital as a rule, half of the day.
fn kind<'a>(word: &'a str, lists: &Lists) -> &'a str {
    match shape(word) {
        "9" => match word.len() {
            1..=2 => "9",
            4 => "9999",
            _ => "99",
        },
        "9x" => {
            let has = |b: u8| word.as_bytes().contains(&b);
            if has(b'/') {
                "9/9"
            } else if has(b':') {
                "9:9"
            } else if has(b'-') {
                "9-9"
            } else if has(b',') || has(b'.') {
                "9.9"
            } else {
                "9x"
            }
        }
        "web" if word.contains('@') => "mail",
        "Cc" if lists.common.get(word).is_some() => "Cw",
        "CC" if matches!(word, "AM" | "PM") => "PM",
        "CC" if lists.common.get(word).is_some() => "CW",
        other => other,
    }
}

impl Gap<'_> {
    /// Hands all features of the gap to `sink`.
    pub(crate) fn features(&self, sink: &mut impl Sink) {
        let v = Value::new;
        let flag = |b: bool| v(if b { "y" } else { "n" });
        let stop = v(self.stop);
        let closers = v(self.closers);
        let (l1, l2) = (v(shape(self.left[0])), v(shape(self.left[1])));
        let (r1, r2, r3) = (
            v(shape(self.right[0])),
            v(shape(self.right[1])),
            v(shape(self.right[2])),
        );
        let (lw, rw, rw2) = (v(self.left[0]), v(self.right[0]), v(self.right[1]));
        let length = v(bucket(self.length));
        let rest = v(bucket(self.rest));
        let left_length = v(bucket(self.left[0].len()));
        let space = v(self.space);
        let capitals = v(["0", "1", "2", "3", "4"][self.capitals.min(4) as usize]);
        sink.take("bias", &[stop]);
        sink.take("next", &[stop, r1, closers]);
        sink.take("space", &[stop, space, r1]);
        sink.take("next-word", &[stop, rw]);
        sink.take("last-word", &[stop, lw]);
        sink.take("last-next", &[stop, l1, left_length, r1]);
        sink.take("next-two", &[stop, r1, r2]);
        sink.take("next-three", &[stop, r1, r2, r3]);
        sink.take("length", &[stop, r1, length]);
        sink.take("quote", &[stop, flag(self.quoted), closers, r1]);
        sink.take("bracket", &[stop, flag(self.bracketed), r1]);
        sink.take("around", &[stop, l1, r1, r2]);
        sink.take("before", &[stop, l2, l1, r1]);
        sink.take("capitals", &[stop, capitals, r1, r2]);
        sink.take("rest", &[stop, rest, r1]);
        sink.take("second-word", &[stop, r1, rw2]);
        sink.take("length-last", &[stop, length, l1, r1]);
        sink.take("last-word-next", &[stop, lw, r1]);
        let lists = Lists::get();
        let (kl, kl2) = (v(kind(self.left[0], lists)), v(kind(self.left[1], lists)));
        let (kr, kr2, kr3) = (
            v(kind(self.right[0], lists)),
            v(kind(self.right[1], lists)),
            v(kind(self.right[2], lists)),
        );
        let former = v(self.former);
        let ahead = v(bucket(self.ahead));
        let lowers = v(bucket(self.lowers));
        sink.take("k", &[stop, kl, kr]);
        sink.take("k-two", &[stop, kr, kr2]);
        sink.take("k-around", &[stop, kl, kr, kr2]);
        sink.take("k-three", &[stop, kr, kr2, kr3]);
        sink.take("k-before", &[stop, kl2, kl, kr]);
        sink.take("k-length", &[stop, kr, length]);
        sink.take("k-capitals", &[stop, capitals, kr]);
        sink.take("k-former", &[stop, former, kr]);
        sink.take("k-ahead", &[stop, ahead, kr]);
        sink.take("k-lowers", &[stop, lowers, kr]);
        sink.take("former-ahead", &[stop, former, ahead, kr]);
        sink.take("lowers-ahead", &[stop, lowers, ahead, kr]);
        sink.take("words", &[stop, lw, rw]);
        sink.take("next-words", &[stop, rw, rw2]);
        sink.take("last-word-k", &[stop, lw, kr]);
        sink.take("k-next-word", &[stop, kl, rw]);
    }
}

/// The model: weights by the hash of a feature, open addressing.
pub(crate) struct Model {
    keys: Vec<u64>,
    weights: Vec<i16>,
}

struct Sum<'m> {
    model: &'m Model,
    total: i32,
}

impl Sink for Sum<'_> {
    fn take(&mut self, template: &str, values: &[Value<'_>]) {
        let hash = values
            .iter()
            .fold(Value::new(template).hash, |h, v| mix(h, v.hash));
        self.total += i32::from(self.model.weight(hash));
    }
}

impl Model {
    pub(crate) fn parse(file: &str) -> Result<Self, String> {
        let lines: Vec<(usize, &str)> = file
            .lines()
            .enumerate()
            .filter(|(_, l)| !l.is_empty() && !l.starts_with("# "))
            .collect();
        let size = (lines.len() * 2 + 2).next_power_of_two();
        let mut model = Model {
            keys: vec![0; size],
            weights: vec![0; size],
        };
        for (i, line) in lines {
            let wrong = |what: &str| format!("boundaries.tsv:{}: {what} in {line:?}", i + 1);
            let (feature, weight) = line.split_once('\t').ok_or_else(|| wrong("no tab"))?;
            let weight: i16 = weight.parse().map_err(|_| wrong("no whole number"))?;
            let mut parts = feature.split(' ');
            let template = Value::new(parts.next().unwrap_or("")).hash;
            let hash = parts
                .fold(template, |h, p| mix(h, Value::new(p).hash))
                .max(1);
            let mut slot = hash as usize & (size - 1);
            while model.keys[slot] != 0 && model.keys[slot] != hash {
                slot = (slot + 1) & (size - 1);
            }
            model.keys[slot] = hash;
            model.weights[slot] = weight;
        }
        Ok(model)
    }

    /// The model of this build.
    pub(crate) fn get() -> &'static Model {
        static MODEL: LazyLock<Model> =
            LazyLock::new(
                || match Model::parse(include_str!("../../data/boundaries.tsv")) {
                    Ok(model) => model,
                    Err(e) => panic!("crates/gesta-text/data/{e}"),
                },
            );
        &MODEL
    }

    fn weight(&self, hash: u64) -> i16 {
        let hash = hash.max(1);
        let mask = self.keys.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            match self.keys[slot] {
                0 => return 0,
                key if key == hash => return self.weights[slot],
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    /// How much speaks for a boundary, in hundredths of a logit.
    pub(crate) fn score(&self, gap: &Gap<'_>) -> i32 {
        let mut sum = Sum {
            model: self,
            total: 0,
        };
        gap.features(&mut sum);
        sum.total
    }
}

/// Collects features by name, for training.
#[derive(Default)]
pub(crate) struct Names(pub Vec<String>);

impl Sink for Names {
    fn take(&mut self, template: &str, values: &[Value<'_>]) {
        let mut name = template.to_owned();
        for v in values {
            name.push(' ');
            name.push_str(&v.text.to_ascii_lowercase());
        }
        self.0.push(name);
    }
}

/// Fits weights to examples by stochastic descent with a lasso; deterministic.
///
/// Returns weights in hundredths, those that round to nothing left out.
pub fn fit(
    examples: &[(Vec<String>, bool, f32)],
    rounds: usize,
    lasso: f32,
) -> BTreeMap<String, i16> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for (features, _, _) in examples {
        for f in features {
            *counts.entry(f).or_default() += 1;
        }
    }
    let index: BTreeMap<&str, usize> = counts
        .iter()
        .filter(|(_, n)| **n >= 3)
        .enumerate()
        .map(|(i, (f, _))| (*f, i))
        .collect();
    let rows: Vec<(Vec<usize>, f32, f32)> = examples
        .iter()
        .map(|(f, y, w)| {
            let row = f
                .iter()
                .filter_map(|f| index.get(f.as_str()).copied())
                .collect();
            (row, if *y { 1.0 } else { 0.0 }, *w)
        })
        .collect();
    let mut weights = vec![0f32; index.len()];
    let mut squares = vec![1e-6f32; index.len()];
    // A fixed stride visits every row once a round, in an order that mixes documents.
    let n = rows.len().max(1);
    let mut stride = (n * 5 / 8) | 1;
    while gcd(stride, n) != 1 {
        stride += 2;
    }
    for _ in 0..rounds {
        let mut at = 0;
        for _ in 0..rows.len() {
            at = (at + stride) % n;
            let (row, y, w) = &rows[at];
            let z: f32 = row.iter().map(|&i| weights[i]).sum();
            let slope = (1.0 / (1.0 + (-z).exp()) - y) * w;
            for &i in row {
                squares[i] += slope * slope;
                let rate = 0.15 / squares[i].sqrt();
                let moved = weights[i] - rate * slope;
                let shrink = rate * lasso;
                weights[i] = if moved > shrink {
                    moved - shrink
                } else if moved < -shrink {
                    moved + shrink
                } else {
                    0.0
                };
            }
        }
    }
    index
        .into_iter()
        .filter_map(|(f, i)| {
            let w = (weights[i] * 100.0).round().clamp(-30000.0, 30000.0) as i16;
            (w.abs() >= 5).then(|| (f.to_owned(), w))
        })
        .collect()
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
