//! The word lists of `data/`, read once a process.

use std::sync::LazyLock;

/// What an abbreviation's full stop tells; see `data/abbreviations.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Abbreviation {
    Title = 1,
    Before,
    Number,
    Day,
    Date,
    Name,
    Any,
    State,
}

/// A set of short ASCII words with a number each: open addressing, made for look-ups that mostly fail.
pub(crate) struct Words {
    slots: Vec<u16>,
    entries: Vec<(&'static str, u8)>,
    longest: usize,
}

fn hash(word: &[u8]) -> u32 {
    word.iter().fold(0x811c_9dc5, |h, &b| {
        (h ^ u32::from(b)).wrapping_mul(0x0100_0193)
    })
}

impl Words {
    fn new(entries: Vec<(&'static str, u8)>) -> Self {
        let size = (entries.len() * 4).next_power_of_two();
        let mut slots = vec![0u16; size];
        let longest = entries.iter().map(|e| e.0.len()).max().unwrap_or(0);
        for (i, (word, _)) in entries.iter().enumerate() {
            let mut slot = hash(word.as_bytes()) as usize & (size - 1);
            while slots[slot] != 0 {
                slot = (slot + 1) & (size - 1);
            }
            slots[slot] = i as u16 + 1;
        }
        Words {
            slots,
            entries,
            longest,
        }
    }

    /// The number of `word` exactly as written.
    pub(crate) fn exact(&self, word: &[u8]) -> Option<u8> {
        if word.len() > self.longest {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut slot = hash(word) as usize & mask;
        loop {
            let i = self.slots[slot];
            if i == 0 {
                return None;
            }
            let (entry, value) = self.entries[i as usize - 1];
            if entry.as_bytes() == word {
                return Some(value);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// The number of `word` in any case, curly apostrophes taken as straight ones.
    pub(crate) fn get(&self, word: &str) -> Option<u8> {
        let mut buffer = [0u8; 24];
        let mut n = 0;
        if word.len() > self.longest + 4 {
            return None;
        }
        for c in word.chars() {
            let b = match c {
                '\u{2019}' => b'\'',
                c if c.is_ascii() => (c as u8).to_ascii_lowercase(),
                _ => return None,
            };
            *buffer.get_mut(n)? = b;
            n += 1;
        }
        self.exact(&buffer[..n])
    }
}

/// Longest word in `data/clitics.tsv`.
pub(crate) const LONGEST_CLITIC: usize = 10;

/// All lists.
pub(crate) struct Lists {
    abbreviations: Words,
    clitics: Words,
    parts: Vec<&'static str>,
    pub(crate) prefixes: Words,
    pub(crate) suffixes: Words,
    pub(crate) units: Words,
    pub(crate) apostrophes: Words,
    pub(crate) domains: Words,
    pub(crate) slashed: Words,
    pub(crate) emoticons: Words,
    pub(crate) reporting: Words,
    pub(crate) months: Words,
    pub(crate) marked: Words,
    pub(crate) starters: Words,
    /// Words that have no capital as a rule.
    pub(crate) common: Words,
    /// Words after "its", "your", "lets" that tell a clitic without its apostrophe.
    after: Words,
}

fn lines(file: &'static str) -> impl Iterator<Item = (usize, &'static str)> {
    file.lines()
        .enumerate()
        .map(|(i, l)| (i + 1, l.trim()))
        .filter(|(_, l)| !l.is_empty() && (!l.starts_with("# ") && *l != "#"))
}

fn list(file: &'static str) -> Words {
    Words::new(lines(file).map(|(_, l)| (l, 1)).collect())
}

fn abbreviations(file: &'static str) -> Result<Vec<(&'static str, u8)>, String> {
    lines(file)
        .map(|(i, l)| {
            let (word, class) = l
                .split_once('\t')
                .ok_or_else(|| format!("abbreviations.tsv:{i}: no tab in {l:?}"))?;
            let class = match class.trim() {
                "title" => Abbreviation::Title,
                "before" => Abbreviation::Before,
                "number" => Abbreviation::Number,
                "day" => Abbreviation::Day,
                "date" => Abbreviation::Date,
                "name" => Abbreviation::Name,
                "any" => Abbreviation::Any,
                "state" => Abbreviation::State,
                other => return Err(format!("abbreviations.tsv:{i}: class {other:?} is unknown")),
            };
            Ok((word, class as u8))
        })
        .collect()
}

/// Pairs of words: the first is two without an apostrophe where the second follows it, with another after that.
fn after(file: &'static str) -> Result<Vec<(&'static str, u8)>, String> {
    let mut out = Vec::new();
    for (i, line) in lines(file) {
        let (word, rest) = line
            .split_once('\t')
            .ok_or_else(|| format!("bare_clitics.tsv:{i}: no tab in {line:?}"))?;
        let (next, third) = rest.split_once('\t').unwrap_or((rest, ""));
        for n in next.split(' ').filter(|n| !n.is_empty()) {
            if third.is_empty() {
                out.push((&*format!("{word} {n}").leak(), 1));
            }
            for t in third.split(' ').filter(|t| !t.is_empty()) {
                out.push((&*format!("{word} {n} {t}").leak(), 1));
            }
        }
    }
    Ok(out)
}

impl Lists {
    fn load() -> Result<Self, String> {
        // A clitic's entry is looked up by the whole word; its number is the place of its parts.
        let mut parts = Vec::new();
        let mut whole = Vec::new();
        for (i, line) in lines(include_str!("../../data/clitics.tsv")) {
            if !line.contains('|') || parts.len() >= 255 {
                return Err(format!("clitics.tsv:{i}: {line:?} names no parts"));
            }
            let word: &'static str = line.replace('|', "").leak();
            whole.push((word, parts.len() as u8));
            parts.push(line);
        }
        Ok(Lists {
            abbreviations: Words::new(abbreviations(include_str!("../../data/abbreviations.tsv"))?),
            clitics: Words::new(whole),
            parts,
            prefixes: list(include_str!("../../data/hyphen_prefixes.txt")),
            suffixes: list(include_str!("../../data/hyphen_suffixes.txt")),
            units: list(include_str!("../../data/units.txt")),
            apostrophes: list(include_str!("../../data/apostrophe_words.txt")),
            domains: list(include_str!("../../data/domains.txt")),
            slashed: list(include_str!("../../data/slash_words.txt")),
            emoticons: list(include_str!("../../data/emoticons.txt")),
            reporting: list(include_str!("../../data/reporting_verbs.txt")),
            starters: list(include_str!("../../data/sentence_starters.txt")),
            common: list(include_str!("../../data/common_words.txt")),
            after: Words::new(after(include_str!("../../data/bare_clitics.tsv"))?),
            marked: list(include_str!("../../data/marked_names.txt")),
            months: list(include_str!("../../data/months.txt")),
        })
    }

    /// The lists of this build. A test loads them, so that a broken entry never leaves the house.
    pub(crate) fn get() -> &'static Lists {
        static LISTS: LazyLock<Lists> = LazyLock::new(|| match Lists::load() {
            Ok(lists) => lists,
            Err(e) => panic!("crates/gesta-text/data/{e}"),
        });
        &LISTS
    }

    /// The class of an abbreviation, given without its last full stop.
    pub(crate) fn abbreviation(&self, word: &str) -> Option<Abbreviation> {
        Some(match self.abbreviations.get(word)? {
            1 => Abbreviation::Title,
            2 => Abbreviation::Before,
            3 => Abbreviation::Number,
            4 => Abbreviation::Day,
            5 => Abbreviation::Date,
            6 => Abbreviation::Name,
            7 => Abbreviation::Any,
            _ => Abbreviation::State,
        })
    }

    /// Whether `word` before `next` and `third` is a pronoun (or "let") and its clitic, the apostrophe left out.
    pub(crate) fn bare_clitic(&self, word: &str, next: &str, third: &str) -> bool {
        let mut key = [0u8; 40];
        let mut n = 0;
        for (i, w) in [word, next, third].into_iter().enumerate() {
            if i > 0 {
                if self.after.exact(&key[..n]).is_some() {
                    return true;
                }
                if n < key.len() {
                    key[n] = b' ';
                    n += 1;
                }
            }
            for b in w.bytes() {
                if n == key.len() {
                    return false;
                }
                key[n] = b.to_ascii_lowercase();
                n += 1;
            }
        }
        self.after.exact(&key[..n]).is_some()
    }

    /// The lengths of the parts of a word that is several ("cannot": 3, 3).
    pub(crate) fn clitic(&self, word: &str) -> Option<impl Iterator<Item = usize> + use<>> {
        if !(2..=LONGEST_CLITIC).contains(&word.len()) {
            return None;
        }
        let at = self.clitics.get(word)?;
        Some(self.parts[at as usize].split('|').map(str::len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_this_build_load() {
        let lists = Lists::load().expect("lists");
        assert_eq!(lists.abbreviation("Gen"), Some(Abbreviation::Title));
        assert_eq!(lists.abbreviation("U.S"), Some(Abbreviation::Name));
        assert_eq!(lists.abbreviation("table"), None);
        assert_eq!(
            lists.clitic("Cannot").map(|p| p.collect::<Vec<_>>()),
            Some(vec![3, 3])
        );
    }

    #[test]
    fn a_broken_line_is_named() {
        assert_eq!(
            abbreviations("mr\ttitle\nxy\tking").unwrap_err(),
            "abbreviations.tsv:2: class \"king\" is unknown"
        );
    }
}
