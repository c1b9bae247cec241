//! From a word's letters to rows of the tables. `training/gesta_train/student.py` computes the same.

use crate::model::{Model, fnv};

/// Hashed tables: endings of 1 to 4 letters, beginnings of 2 to 4, and the shape.
pub(crate) const TABLES: usize = 8;

/// Rows of one word.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rows {
    pub word: u32,
    pub glove: u32,
    pub aff: [u32; TABLES],
}

/// Buffers that are used again for every word.
#[derive(Default)]
pub(crate) struct Buffers {
    pub lower: String,
    digits: String,
    shape: String,
}

pub(crate) fn plain(c: char) -> char {
    match c {
        '’' | '‘' | '‛' | 'ʼ' => '\'',
        '“' | '”' | '„' => '"',
        '–' | '—' | '−' => '-',
        _ => c,
    }
}

/// Writes the key of a word: plain quotes, lower case.
pub(crate) fn lower(form: &str, out: &mut String) {
    out.clear();
    if form.is_ascii() {
        out.push_str(form);
        out.make_ascii_lowercase();
    } else {
        out.extend(form.chars().map(plain).flat_map(char::to_lowercase));
    }
}

fn shape(form: &str, first: bool, out: &mut String) {
    out.clear();
    let mut n = 0;
    if first {
        out.push('^');
        n = 1;
    }
    let (mut last, mut run) = ('\0', 0);
    for c in form.chars() {
        let c = plain(c);
        let k = if c.is_uppercase() {
            'X'
        } else if c.is_lowercase() {
            'x'
        } else if c.is_numeric() {
            '0'
        } else if c.is_alphabetic() {
            'a'
        } else {
            c
        };
        run = if k == last { run + 1 } else { 1 };
        last = k;
        if run <= 2 {
            out.push(k);
            n += 1;
        }
        if n >= 10 {
            break;
        }
    }
}

/// The last `n` letters.
fn tail(s: &str, n: usize) -> &str {
    s.char_indices()
        .rev()
        .take(n)
        .last()
        .map_or("", |(i, _)| &s[i..])
}

/// The first `n` letters.
pub(crate) fn head(s: &str, n: usize) -> &str {
    s.char_indices().nth(n).map_or(s, |(i, _)| &s[..i])
}

pub(crate) fn rows(m: &Model, form: &str, first: bool, b: &mut Buffers) -> Rows {
    // Letters beyond these say nothing, and a word of megabytes must not cost more than its reading.
    let form = head(form, 64);
    lower(form, &mut b.lower);
    let mut r = Rows {
        word: m.words.get(&b.lower),
        glove: m.glove_words.get(&b.lower),
        ..Rows::default()
    };
    let mut key = &b.lower;
    if b.lower.chars().any(char::is_numeric) {
        b.digits.clear();
        b.digits.extend(
            b.lower
                .chars()
                .map(|c| if c.is_numeric() { '0' } else { c }),
        );
        if r.word == 0 {
            r.word = m.words.get(&b.digits);
        }
        if r.glove == 0 {
            r.glove = m.glove_words.get(&b.digits);
        }
        key = &b.digits;
    }
    shape(form, first, &mut b.shape);
    let keys = [
        tail(key, 1),
        tail(key, 2),
        tail(key, 3),
        tail(key, 4),
        head(key, 2),
        head(key, 3),
        head(key, 4),
        &b.shape,
    ];
    let mut base = 0;
    for (i, (k, &n)) in keys.into_iter().zip(&m.aff_rows).enumerate() {
        r.aff[i] = base + fnv(k, i as u32 + 1) % n;
        base += n;
    }
    r
}
