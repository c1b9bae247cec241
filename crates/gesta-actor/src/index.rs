//! Finds names of the data in text: a trie over words, blind to diacritics, apostrophes, hyphens and abbreviations' dots.

use crate::data::{Data, Days, Effect};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// What a name in the data denotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    State(u32),
    /// "Syrian" before a noun.
    Adjective(u32),
    /// "Syrian" (false) and "Syrians" (true) as people.
    Demonym(u32, bool),
    /// Capital, palace…: state and place in its list.
    Seat(u32, u32),
    /// Province or people of a state: state, place in its list, 0 name 1 adjective 2 people.
    Part(u32, u32, u8),
    Person(u32),
    Surname(u32),
    Org(u32),
    OrgMember(u32, bool),
    OrgSeat(u32),
    Epithet(u32),
    /// A role word, and whether it is a plural.
    Role(u32, bool),
    Modifier(u32),
}

/// One reading of a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ref {
    pub what: What,
    pub days: Days,
    pub weak: bool,
    /// Two bits a word: 0 any letters, 1 begins with a capital, 2 all capitals.
    caps: u64,
}

/// A name found in a text.
#[derive(Clone, Debug)]
pub(crate) struct Match {
    /// Tokens, first and one past the last.
    pub tokens: std::ops::Range<u32>,
    /// Whether it begins or ends inside a token ("US" in "US-led").
    pub partial: bool,
    /// Whether it ends where its last token ends ("president" in "ex-president").
    pub tail: bool,
    /// Its readings.
    pub refs: Vec<Ref>,
}

/// A hash for short keys; order never depends on it because the maps are only asked, never walked.
#[derive(Default)]
pub(crate) struct Fx(u64);

impl Hasher for Fx {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for c in bytes.chunks(8) {
            let mut b = [0u8; 8];
            b[..c.len()].copy_from_slice(c);
            self.write_u64(u64::from_le_bytes(b));
        }
    }
    fn write_u8(&mut self, n: u8) {
        self.write_u64(n as u64);
    }
    fn write_u32(&mut self, n: u32) {
        self.write_u64(n as u64);
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x517c_c1b7_2722_0a95);
        self.0 ^= self.0 >> 29;
    }
}

pub(crate) type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<Fx>>;

const BREAK: u32 = u32::MAX;

/// A word of a text as the trie sees it.
#[derive(Clone, Copy, Debug)]
struct Piece {
    token: u32,
    word: u32,
    cap: bool,
    upper: bool,
    /// First and last piece of its token.
    first: bool,
    last: bool,
}

/// The letter without diacritic, lower case; `None` where it is to be left out.
pub(crate) fn fold(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    for c in c.to_lowercase() {
        let plain = match c {
            'à'..='å'
            | 'ā'
            | 'ă'
            | 'ą'
            | 'ǎ'
            | 'ạ'
            | 'ả'
            | 'ấ'
            | 'ầ'
            | 'ẩ'
            | 'ậ'
            | 'ắ'
            | 'ằ'
            | 'ặ' => "a",
            'æ' => "ae",
            'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => "c",
            'ď' | 'đ' | 'ð' | 'ḍ' => "d",
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ' | 'ẻ' | 'ế' | 'ề' | 'ể' | 'ệ' | 'ə' => {
                "e"
            }
            'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
            'ĥ' | 'ħ' | 'ḥ' => "h",
            'ì'..='ï' | 'ĩ' | 'ī' | 'į' | 'ı' | 'ị' | 'ỉ' => "i",
            'ĵ' => "j",
            'ķ' => "k",
            'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
            'ñ' | 'ń' | 'ņ' | 'ň' => "n",
            'ò'..='ö'
            | 'ø'
            | 'ō'
            | 'ŏ'
            | 'ő'
            | 'ọ'
            | 'ỏ'
            | 'ố'
            | 'ồ'
            | 'ổ'
            | 'ộ'
            | 'ớ'
            | 'ờ'
            | 'ợ'
            | 'ơ' => "o",
            'œ' => "oe",
            'ŕ' | 'ř' => "r",
            'ś' | 'ŝ' | 'ş' | 'š' | 'ș' | 'ṣ' => "s",
            'ß' => "ss",
            'ţ' | 'ť' | 'ț' | 'ṭ' => "t",
            'þ' => "th",
            'ù'..='ü'
            | 'ũ'
            | 'ū'
            | 'ŭ'
            | 'ů'
            | 'ű'
            | 'ų'
            | 'ụ'
            | 'ủ'
            | 'ứ'
            | 'ừ'
            | 'ử'
            | 'ữ'
            | 'ự'
            | 'ư' => "u",
            'ŵ' => "w",
            'ý' | 'ÿ' | 'ŷ' | 'ỳ' | 'ỹ' => "y",
            'ź' | 'ż' | 'ž' | 'ẓ' => "z",
            // combining marks and the hamza's and ain's signs
            '\u{300}'..='\u{36f}' | 'ʿ' | 'ʾ' => "",
            _ => {
                out.push(c);
                continue;
            }
        };
        out.push_str(plain);
    }
}

fn apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | 'ʻ')
}

fn hyphen(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑' | '–' | '\u{ad}')
}

/// Cuts a string into folded words: `each(word, begins with a capital, all capitals)`; an empty word is a break.
pub(crate) fn words(s: &str, each: impl FnMut(&str, bool, bool)) {
    words_in(s, &mut String::new(), each);
}

/// As [`words`], with a buffer of the caller's.
fn words_in(s: &str, word: &mut String, mut each: impl FnMut(&str, bool, bool)) {
    let (mut cap, mut lower, mut letters) = (false, false, 0);
    word.clear();
    let mut rest = s.chars();
    loop {
        let c = rest.next();
        match c {
            Some(c) if c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}') => {
                if word.is_empty() {
                    cap = c.is_uppercase() || c.is_numeric();
                    (lower, letters) = (false, 0);
                }
                if c.is_alphabetic() {
                    letters += 1;
                    lower |= c.is_lowercase();
                }
                fold(c, word);
            }
            // a possessive 's parts its word, any other apostrophe is passed over
            Some(c) if apostrophe(c) => {
                let mut ahead = rest.clone();
                if !word.is_empty()
                    && ahead.next() == Some('s')
                    && ahead.next().is_none_or(|c| !c.is_alphanumeric())
                {
                    each(word, cap, !lower && letters > 0);
                    word.clear();
                }
            }
            // a dot inside or after an abbreviation
            Some('.') if !word.is_empty() => {
                let next = rest.clone().next();
                let inner = next.is_some_and(char::is_alphanumeric);
                if !(inner && letters <= 2) && next.is_some_and(|c| !c.is_whitespace()) {
                    each(word, cap, !lower && letters > 0);
                    word.clear();
                    each("", false, false);
                }
            }
            _ => {
                if !word.is_empty() {
                    each(word, cap, !lower && letters > 0);
                    word.clear();
                }
                match c {
                    None => return,
                    Some(c) if !c.is_whitespace() && !hyphen(c) => each("", false, false),
                    _ => {}
                }
            }
        }
    }
}

/// All names of the data.
#[derive(Default)]
pub(crate) struct Index {
    /// The words' letters, one behind the other, and where each begins and ends.
    letters: String,
    spans: Vec<(u32, u32)>,
    vocab: FastMap<u64, u32>,
    edges: FastMap<u64, u32>,
    /// First reading of each node.
    first: Vec<u32>,
    /// Readings, each with the next one of its node.
    refs: Vec<(Ref, u32)>,
    buffer: String,
}

const NONE: u32 = u32::MAX;

fn hash(word: &str) -> u64 {
    let mut h = Fx::default();
    h.write(word.as_bytes());
    h.write_u64(word.len() as u64);
    h.finish()
}

impl Index {
    fn word(&self, w: &str) -> Option<u32> {
        let mut h = hash(w);
        // two words of one hash stand one behind the other
        loop {
            let &id = self.vocab.get(&h)?;
            let (a, b) = self.spans[id as usize];
            if self.letters.get(a as usize..b as usize) == Some(w) {
                return Some(id);
            }
            h = h.wrapping_add(1);
        }
    }

    fn add_word(&mut self, w: &str) -> u32 {
        let id = self.spans.len() as u32;
        let start = self.letters.len() as u32;
        self.letters.push_str(w);
        self.spans.push((start, self.letters.len() as u32));
        let mut h = hash(w);
        while self.vocab.contains_key(&h) {
            h = h.wrapping_add(1);
        }
        self.vocab.insert(h, id);
        id
    }

    fn insert(&mut self, text: &str, what: What, days: Days, weak: bool) {
        let (mut node, mut caps, mut n) = (0u32, 0u64, 0);
        let mut buffer = std::mem::take(&mut self.buffer);
        words_in(text, &mut buffer, |w, cap, upper| {
            if w.is_empty() || n > 24 {
                return;
            }
            let word = match self.word(w) {
                Some(id) => id,
                None => self.add_word(w),
            };
            let class = if upper && (w.len() > 1 || !cap) && !w.chars().all(char::is_numeric) {
                2
            } else if cap {
                1
            } else {
                0
            };
            caps |= class << (2 * n);
            n += 1;
            let fresh = self.first.len() as u32;
            node = *self
                .edges
                .entry(u64::from(node) << 32 | u64::from(word))
                .or_insert(fresh);
            if node == fresh {
                self.first.push(NONE);
            }
        });
        self.buffer = buffer;
        if n == 0 || n > 24 {
            return;
        }
        let mut last = NONE;
        let mut at = self.first[node as usize];
        while at != NONE {
            let (r, next) = &mut self.refs[at as usize];
            if r.what == what && r.caps == caps && r.days == days {
                r.weak &= weak;
                return;
            }
            (last, at) = (at, *next);
        }
        let new = self.refs.len() as u32;
        self.refs.push((
            Ref {
                what,
                days,
                weak,
                caps,
            },
            NONE,
        ));
        match last {
            NONE => self.first[node as usize] = new,
            last => self.refs[last as usize].1 = new,
        }
    }

    /// Readings of a node.
    fn outs(&self, node: u32) -> impl Iterator<Item = &Ref> {
        let mut at = self.first.get(node as usize).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let (r, next) = self.refs.get(at as usize)?;
            at = *next;
            Some(r)
        })
    }

    /// Indexes all names.
    pub fn new(data: &Data) -> Self {
        let mut ix = Index {
            first: vec![NONE],
            ..Default::default()
        };
        let names = 4 * (data.persons.len() + data.orgs.len() + data.states.len() * 4)
            + data.roles.len() * 2;
        ix.vocab.reserve(names);
        ix.edges.reserve(2 * names);
        ix.refs.reserve(names);
        ix.first.reserve(2 * names);
        ix.spans.reserve(names);
        ix.letters.reserve(8 * names);
        for (i, s) in data.states.iter().enumerate() {
            let i = i as u32;
            for n in &s.names {
                ix.insert(&n.text, What::State(i), n.days, n.weak);
            }
            for n in &s.adjectives {
                ix.insert(&n.text, What::Adjective(i), n.days, n.weak);
            }
            for (a, b) in &s.demonyms {
                ix.insert(&a.text, What::Demonym(i, false), a.days, a.weak);
                ix.insert(&b.text, What::Demonym(i, true), b.days, b.weak);
            }
            for (k, (n, _)) in s.seats.iter().enumerate() {
                ix.insert(&n.text, What::Seat(i, k as u32), n.days, n.weak);
            }
            for (k, p) in s.parts.iter().enumerate() {
                for (form, n) in p.iter().enumerate() {
                    ix.insert(&n.text, What::Part(i, k as u32, form as u8), n.days, n.weak);
                }
            }
        }
        for (i, p) in data.persons.iter().enumerate() {
            let i = i as u32;
            ix.insert(&p.name, What::Person(i), Days::ALWAYS, false);
            for n in &p.aliases {
                ix.insert(&n.text, What::Person(i), n.days, n.weak);
            }
            if p.surnames.is_empty() {
                let last = p.name.rsplit(' ').next().unwrap_or("");
                ix.insert(last, What::Surname(i), Days::ALWAYS, true);
            }
            for n in &p.surnames {
                ix.insert(&n.text, What::Surname(i), n.days, true);
            }
        }
        for (i, o) in data.orgs.iter().enumerate() {
            let i = i as u32;
            for n in &o.names {
                ix.insert(&n.text, What::Org(i), n.days, n.weak);
            }
            for (a, b) in &o.demonyms {
                ix.insert(&a.text, What::OrgMember(i, false), a.days, a.weak);
                ix.insert(&b.text, What::OrgMember(i, true), b.days, b.weak);
            }
            for n in &o.seats {
                ix.insert(&n.text, What::OrgSeat(i), n.days, n.weak);
            }
        }
        for (i, e) in data.epithets.iter().enumerate() {
            for n in &e.names {
                ix.insert(&n.text, What::Epithet(i as u32), n.days, n.weak);
            }
        }
        for (i, r) in data.roles.iter().enumerate() {
            ix.insert(&r.words, What::Role(i as u32, false), Days::ALWAYS, false);
            for p in &r.plurals {
                ix.insert(p, What::Role(i as u32, *p != r.words), Days::ALWAYS, false);
            }
        }
        for (i, m) in data.modifiers.iter().enumerate() {
            if m.effect != Effect::Backed {
                ix.insert(&m.words, What::Modifier(i as u32), Days::ALWAYS, false);
            }
        }
        ix
    }

    /// All names in the tokens of one sentence, left to right, the longest at each place.
    /// `form` gives a token's letters; `out` receives the matches.
    pub fn find<'a>(
        &self,
        tokens: std::ops::Range<usize>,
        form: impl Fn(usize) -> &'a str,
        out: &mut Vec<Match>,
    ) {
        let mut pieces: Vec<Piece> = Vec::with_capacity(tokens.len());
        for t in tokens {
            let from = pieces.len();
            let f = form(t);
            words(f, |w, cap, upper| {
                let word = if w.is_empty() {
                    BREAK
                } else {
                    self.word(w).unwrap_or(BREAK - 1)
                };
                pieces.push(Piece {
                    token: t as u32,
                    word,
                    cap,
                    upper,
                    first: false,
                    last: false,
                });
            });
            if pieces.len() > from {
                pieces[from].first = true;
                if let Some(p) = pieces.last_mut() {
                    p.last = true;
                }
            }
        }
        let mut i = 0;
        while i < pieces.len() {
            let (mut node, mut best) = (0u32, None);
            let mut j = i;
            while j < pieces.len() && pieces[j].word < BREAK - 1 {
                match self
                    .edges
                    .get(&((node as u64) << 32 | pieces[j].word as u64))
                {
                    Some(&n) => node = n,
                    None => break,
                }
                j += 1;
                if self.outs(node).any(|r| r.fits(&pieces[i..j])) {
                    best = Some((j, node));
                }
            }
            match best {
                Some((j, node)) => {
                    let refs = self
                        .outs(node)
                        .filter(|r| r.fits(&pieces[i..j]))
                        .copied()
                        .collect();
                    out.push(Match {
                        tokens: pieces[i].token..pieces[j - 1].token + 1,
                        partial: !pieces[i].first || !pieces[j - 1].last,
                        tail: pieces[j - 1].last,
                        refs,
                    });
                    i = j;
                }
                None => i += 1,
            }
        }
    }

    /// Readings of a whole string.
    pub fn lookup(&self, s: &str) -> Vec<Ref> {
        let (mut node, mut pieces) = (0u32, Vec::new());
        let mut lost = false;
        words(s, |w, cap, upper| {
            if w.is_empty() || lost {
                return;
            }
            match self
                .word(w)
                .and_then(|word| self.edges.get(&(u64::from(node) << 32 | u64::from(word))))
            {
                Some(&n) => node = n,
                None => lost = true,
            }
            pieces.push(Piece {
                token: 0,
                word: 0,
                cap,
                upper,
                first: true,
                last: true,
            });
        });
        if lost || pieces.is_empty() {
            return Vec::new();
        }
        self.outs(node)
            .filter(|r| r.fits(&pieces))
            .copied()
            .collect()
    }
}

impl Ref {
    fn fits(&self, pieces: &[Piece]) -> bool {
        pieces
            .iter()
            .enumerate()
            .all(|(i, p)| match self.caps >> (2 * i) & 3 {
                0 => true,
                1 => p.cap,
                _ => p.upper,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(s: &str) -> Vec<String> {
        let mut out = Vec::new();
        words(s, |w, cap, upper| {
            out.push(format!(
                "{w}{}",
                if upper {
                    "^^"
                } else if cap {
                    "^"
                } else {
                    ""
                }
            ))
        });
        out
    }

    #[test]
    fn words_are_folded() {
        assert_eq!(cut("U.S."), ["us^^"]);
        assert_eq!(cut("U.S. Army"), ["us^^", "army^"]);
        assert_eq!(cut("Shia' al-Sudani"), ["shia^", "al", "sudani^"]);
        assert_eq!(cut("People’s Protection"), ["people^", "s", "protection^"]);
        assert_eq!(cut("’s"), ["s"]);
        assert_eq!(cut("Workers' Party"), ["workers^", "party^"]);
        assert_eq!(cut("Erdoğan, Müller"), ["erdogan^", "", "muller^"]);
        assert_eq!(cut("Da'esh"), ["daesh^"]);
        assert_eq!(cut("Gen."), ["gen^"]);
        assert_eq!(cut("."), [""]);
    }
}
