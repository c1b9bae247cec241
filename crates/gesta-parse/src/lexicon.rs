//! Lists of names, packed: what they say of a word by itself and of the phrase that it stands in.
//! `training/gesta_train/lexicon.py` marks words in the same way.

use crate::features::plain;

/// Rows of the small table that [`Lexicon::mark`] hands out.
pub(crate) const ROWS: usize = 16;
/// Longest phrase in words.
const LONGEST: usize = 6;
/// Rows by bit of a word's entry: given name, family name, common word, demonym.
const WORD_ROWS: [u8; 4] = [1, 2, 3, 13];
/// Most rows that one word can have.
pub(crate) const MOST: usize = WORD_ROWS.len() + 1;

/// Rows of one word; 0 is "nothing".
pub(crate) type Marks = [u8; MOST];

/// 32-bit keys to small numbers: open addressing, laid out by the exporter; key 0 is an empty place.
pub(crate) struct Keys {
    keys: Vec<u32>,
    values: Vec<u8>,
}

impl Keys {
    /// `None` when the table is not sound.
    pub fn new(keys: Vec<u32>, values: Vec<u8>) -> Option<Keys> {
        let sound = keys.len().is_power_of_two() && keys.len() == values.len() && keys.contains(&0);
        sound.then_some(Keys { keys, values })
    }

    #[inline]
    fn get(&self, key: u32) -> u8 {
        let key = key.max(1);
        let mask = self.keys.len() - 1;
        let mut at = key as usize & mask;
        loop {
            match self.keys[at] {
                0 => return 0,
                k if k == key => return self.values[at],
                _ => at = (at + 1) & mask,
            }
        }
    }
}

/// A running FNV-1a over the letters of a phrase.
#[derive(Clone, Copy)]
struct Hash(u32);

impl Hash {
    fn add(&mut self, s: &str) {
        if s.is_ascii() {
            for &b in s.as_bytes() {
                self.byte(b);
            }
            return;
        }
        let mut buffer = [0u8; 4];
        for c in s.chars() {
            for &b in plain(c).encode_utf8(&mut buffer).as_bytes() {
                self.byte(b);
            }
        }
    }

    fn byte(&mut self, b: u8) {
        self.0 = (self.0 ^ u32::from(b)).wrapping_mul(16_777_619);
    }

    fn end(self) -> u32 {
        self.0 ^ (self.0 >> 15)
    }
}

pub(crate) struct Lexicon {
    /// Words in lower case to bits of [`WORD_ROWS`].
    pub words: Keys,
    /// Phrases as written to the first of three rows: alone, first, inside.
    pub phrases: Keys,
}

impl Lexicon {
    /// Writes the rows of each of the `n` words of a stretch; `lower` is a buffer.
    pub fn mark<'a>(
        &self,
        n: usize,
        form: &dyn Fn(usize) -> &'a str,
        lower: &mut String,
        out: &mut [Marks],
    ) {
        let capital = |i: usize| form(i).starts_with(char::is_uppercase);
        let mut until = 0;
        for i in 0..n {
            // The place of the phrase was filled when its first word came.
            let phrase = if i < until { out[i][MOST - 1] } else { 0 };
            out[i] = [0; MOST];
            out[i][MOST - 1] = phrase;
            if !capital(i) {
                continue;
            }
            let word = crate::features::head(form(i), 64);
            crate::features::lower(word, lower);
            let bits = self.words.get(crate::model::fnv(lower, WORD_SEED));
            for (k, &row) in WORD_ROWS.iter().enumerate() {
                if bits >> k & 1 == 1 {
                    out[i][k] = row;
                }
            }
            if i < until {
                continue;
            }
            let mut key = Hash(2_166_136_261 ^ PHRASE_SEED);
            let (mut hit, mut kind) = (0, 0);
            for j in i..n.min(i + LONGEST) {
                if j > i {
                    key.byte(b' ');
                }
                let next = form(j);
                if next.len() > 64 {
                    break;
                }
                key.add(next);
                let found = self.phrases.get(key.end());
                if found != 0 && usize::from(found) + 2 < ROWS {
                    (hit, kind) = (j + 1, found);
                }
            }
            if hit == 0 {
                continue;
            }
            for (t, marks) in out.iter_mut().enumerate().take(hit).skip(i) {
                marks[MOST - 1] = match () {
                    () if hit - i == 1 => kind,
                    () if t == i => kind + 1,
                    () => kind + 2,
                };
            }
            until = hit;
        }
    }
}

/// Seeds of the two tables' keys.
const WORD_SEED: u32 = 21;
const PHRASE_SEED: u32 = 22;

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(list: &[(u32, u8)]) -> Keys {
        let mut t = Keys {
            keys: vec![0; 16],
            values: vec![0; 16],
        };
        for &(k, v) in list {
            let mut at = k as usize & 15;
            while t.keys[at] != 0 {
                at = (at + 1) & 15;
            }
            (t.keys[at], t.values[at]) = (k, v);
        }
        t
    }

    #[test]
    fn the_longest_phrase_counts() {
        let word = |w: &str| crate::model::fnv(w, WORD_SEED);
        let phrase = |w: &str| crate::model::fnv(w, PHRASE_SEED);
        let l = Lexicon {
            words: keys(&[(word("grey"), 2), (word("ilse"), 1), (word("north"), 4)]),
            phrases: keys(&[
                (phrase("North Haven"), 4),
                (phrase("North Haven City Council"), 7),
                (phrase("Lac d'Or"), 4),
            ]),
        };
        let run = |text: &str| {
            let w: Vec<&str> = text.split(' ').collect();
            let mut out = vec![[9; MOST]; w.len()];
            l.mark(w.len(), &|i| w[i], &mut String::new(), &mut out);
            out
        };
        assert_eq!(
            run("Ilse Grey left North Haven for Lac d’Or"),
            [
                [1, 0, 0, 0, 0],
                [0, 2, 0, 0, 0],
                [0; 5],
                [0, 0, 3, 0, 5],
                [0, 0, 0, 0, 6],
                [0; 5],
                [0, 0, 0, 0, 5],
                [0, 0, 0, 0, 6],
            ]
        );
        assert_eq!(
            run("North Haven City Council")[3],
            [0, 0, 0, 0, 9],
            "inside an organisation"
        );
        assert_eq!(run("north grey"), [[0; 5], [0; 5]], "no capital, no name");
    }
}
