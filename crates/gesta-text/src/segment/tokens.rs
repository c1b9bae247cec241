//! Cuts a paragraph into tokens after the conventions of UD English (EWT, GUM).
//!
//! Works from white space to white space. A chunk of plain letters, or of letters and one comma, is settled at
//! once; all others go through [`Tokenizer::piece`], which takes one token after the other off the front.
//! Every look ahead is bounded or consumes what it looked at, so that time is linear in the text.

use super::chars::{
    CLASS, DIGIT, LETTER, SPACE, TAIL, UPPER, WIDE, extends, is_apostrophe, is_hyphen, is_void,
    is_word,
};
use super::words::{Abbreviation, LONGEST_CLITIC, Lists};
use crate::Span;
use crate::text::Token;

/// How far the tokenizer looks ahead for the end of an address, a host name, a number.
const REACH: usize = 256;

pub(crate) struct Tokenizer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    lists: &'static Lists,
    /// Where the paragraph begins and ends.
    start: usize,
    end: usize,
}

impl<'a> Tokenizer<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Tokenizer {
            text,
            bytes: text.as_bytes(),
            lists: Lists::get(),
            start: 0,
            end: text.len(),
        }
    }

    fn char_at(&self, at: usize) -> Option<char> {
        let b = *self.bytes.get(at)?;
        if b < 0x80 {
            return Some(b as char);
        }
        self.text.get(at..)?.chars().next()
    }

    fn char_before(&self, at: usize) -> Option<char> {
        let b = *self.bytes.get(at.checked_sub(1)?)?;
        if b < 0x80 {
            return Some(b as char);
        }
        self.text.get(..at)?.chars().next_back()
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or("")
    }

    fn push(&self, out: &mut Vec<Token>, from: usize, to: usize) {
        if from < to {
            out.push(Token {
                span: Span::new(from, to),
            });
        }
    }

    /// Appends the tokens of the paragraph `start..end`, both on character boundaries.
    pub(crate) fn paragraph(&mut self, start: usize, end: usize, out: &mut Vec<Token>) {
        self.start = start;
        self.end = end;
        let bytes = self.bytes;
        let mut at = start;
        while at < end {
            let first = CLASS[bytes[at] as usize];
            if first & SPACE != 0 {
                at += 1;
                continue;
            }
            if first & WIDE != 0 {
                let c = self.char_at(at).unwrap_or(' ');
                if is_void(c) {
                    at += c.len_utf8();
                    continue;
                }
            }
            // `body` holds the classes of all bytes but the last one.
            let (mut body, mut last, mut to) = (0u8, 0u8, at);
            while to < end {
                let class = CLASS[bytes[to] as usize];
                if class & SPACE != 0 {
                    break;
                }
                if class & WIDE != 0 {
                    let c = self.char_at(to).unwrap_or(' ');
                    if is_void(c) {
                        break;
                    }
                    body |= last;
                    last = class;
                    to += c.len_utf8();
                    continue;
                }
                body |= last;
                last = class;
                to += 1;
            }
            if (body | last) & !LETTER == 0 {
                self.plain(at, to, out);
            } else if last & TAIL != 0 && body & !LETTER == 0 && body != 0 {
                self.plain(at, to - 1, out);
                self.push(out, to - 1, to);
            } else {
                let mut from = at;
                while from < to {
                    let next = self.piece(from, to, at, out);
                    debug_assert!(next > from && self.text.is_char_boundary(next));
                    from = next.max(from + 1);
                }
            }
            at = to;
        }
    }

    /// A word of letters only: one token, unless it is one of those that UD cuts ("cannot").
    fn plain(&self, from: usize, to: usize, out: &mut Vec<Token>) {
        if (2..=LONGEST_CLITIC).contains(&(to - from))
            && let Some(parts) = self.lists.clitic(self.slice(from, to))
        {
            let mut at = from;
            for n in parts {
                self.push(out, at, at + n);
                at += n;
            }
            return;
        }
        if (3..=4).contains(&(to - from))
            && matches!(self.bytes[to - 1] | 32, b's' | b'r' | b'l')
            && matches!(self.bytes[from] | 32, b'i' | b'y' | b'l')
            && self.bare_clitic(from, to)
        {
            let at = if self.bytes[to - 1] | 32 == b'l' {
                from + 1
            } else {
                to - 1
            };
            self.push(out, from, at);
            self.push(out, at, to);
            return;
        }
        self.push(out, from, to);
    }

    /// "its a pity", "your welcome", "lets go": two words whose apostrophe was left out, to judge by what follows.
    fn bare_clitic(&self, from: usize, to: usize) -> bool {
        let word = |at: usize| {
            let start = self.run(at, self.end.min(at + 3), is_void);
            let end = self.run(start, self.end.min(start + 16), |c| c.is_ascii_alphabetic());
            (start, end)
        };
        let next = word(to);
        if next.0 == to || next.0 == next.1 || self.bytes.get(next.1) == Some(&b'-') {
            return false;
        }
        let third = word(next.1);
        self.lists.bare_clitic(
            self.slice(from, to),
            self.slice(next.0, next.1),
            self.slice(third.0, third.1),
        )
    }

    /// End of the run of characters that satisfy `f`, looking no further than `to`.
    fn run(&self, mut at: usize, to: usize, f: impl Fn(char) -> bool) -> usize {
        while at < to {
            match self.char_at(at) {
                Some(c) if f(c) => at += c.len_utf8(),
                _ => break,
            }
        }
        at
    }

    /// End of a run of full stops, question and exclamation marks, ellipses: one token however mixed.
    fn stops(&self, at: usize, to: usize) -> usize {
        self.run(at, to, |c| matches!(c, '.' | '?' | '!' | '\u{2026}'))
    }

    /// A byte position at most [`REACH`] after `from`, on a character boundary.
    fn reach(&self, from: usize, to: usize) -> usize {
        let mut end = to.min(from + REACH);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        end
    }

    /// Takes one token (with its clitics) off the front of a chunk that ends at `to` and began at `chunk`;
    /// returns where the rest begins.
    fn piece(&self, at: usize, to: usize, chunk: usize, out: &mut Vec<Token>) -> usize {
        let Some(c) = self.char_at(at) else { return to };
        let next = self
            .char_at(at + c.len_utf8())
            .filter(|_| at + c.len_utf8() < to);
        let fresh = at == chunk || !self.char_before(at).is_some_and(is_word);
        if is_word(c) {
            return self.word(at, to, chunk, out);
        }
        let one = at + c.len_utf8();
        let emit = |end: usize, out: &mut Vec<Token>| {
            self.push(out, at, end);
            end
        };
        if let Some(end) = self.emoticon(at, to) {
            return emit(end, out);
        }
        match c {
            '.' => {
                let end = self.stops(at, to);
                if end > one {
                    // "well...?": the dots, then the question.
                    let dots = self.run(at, end, |c| c == '.');
                    let end = if dots >= at + 3 && dots + 1 == end {
                        dots
                    } else {
                        end
                    };
                    return emit(end, out);
                }
                if fresh
                    && next.is_some_and(|n| {
                        n.is_ascii_digit() || at == chunk && n.is_ascii_lowercase()
                    })
                {
                    return self.word_from(at, one, to, chunk, out);
                }
                emit(one, out)
            }
            '+' if fresh && next.is_some_and(|n| n.is_ascii_digit()) => {
                self.word_from(at, one, to, chunk, out)
            }
            '-' => {
                let end = self.run(at, to, |c| c == '-');
                if end < to && self.bytes[end] == b'>' {
                    return emit(end + 1, out);
                }
                emit(end, out)
            }
            '!' | '?' | '\u{2026}' | '\u{203C}' | '\u{2047}'..='\u{2049}' => {
                emit(self.stops(one, to), out)
            }
            '*' | '=' | '~' | '+' | '^' | '|' | '<' | '>' | '$' => {
                emit(self.run(at, to, |d| d == c), out)
            }
            '#' if next.is_some_and(|n| n.is_alphabetic()) => emit(self.run(one, to, is_word), out),
            '@' if fresh && next.is_some_and(|n| n.is_ascii_alphanumeric() || n == '_') => {
                let end = self.run(one, to, |c| c.is_ascii_alphanumeric() || c == '_');
                // "@2.50" is a price, "@noon" a handle.
                let name = self.bytes[one..end].iter().any(|b| !b.is_ascii_digit());
                emit(if name { end } else { one }, out)
            }
            '`' if next == Some('`') => emit(one + 1, out),
            '\u{2018}' if next.is_some_and(is_apostrophe) => {
                emit(self.run(one, to, is_apostrophe), out)
            }
            '`' | '\u{00B4}' | '\u{2018}' => match self.clitic_end(one, to, "s") {
                Some(end) if !fresh => emit(end, out),
                _ => emit(one, out),
            },
            c if is_apostrophe(c) => self.apostrophe(at, to, fresh, out),
            // Two regional indicators make a flag.
            '\u{1F1E6}'..='\u{1F1FF}' => {
                let end = match next {
                    Some(n @ '\u{1F1E6}'..='\u{1F1FF}') => one + n.len_utf8(),
                    _ => one,
                };
                emit(self.run(end, to, extends), out)
            }
            _ => emit(self.symbol(at, to), out),
        }
    }

    /// A symbol with what extends it; a joiner also takes the symbol after it (families, flags, trades).
    fn symbol(&self, at: usize, to: usize) -> usize {
        let mut end = at + self.char_at(at).map_or(1, char::len_utf8);
        while end < to {
            match self.char_at(end) {
                Some('\u{200D}') => {
                    end += 3;
                    match self.char_at(end) {
                        Some(c) if end < to && !is_void(c) && !is_word(c) && !c.is_ascii() => {
                            end += c.len_utf8();
                        }
                        _ => {}
                    }
                }
                Some(c) if extends(c) => end += c.len_utf8(),
                _ => break,
            }
        }
        end
    }

    fn emoticon(&self, at: usize, to: usize) -> Option<usize> {
        if !matches!(self.bytes[at], b':' | b';' | b'=' | b'^' | b'<' | b'(') {
            return None;
        }
        let stretch = &self.bytes[at..to.min(at + 4)];
        let n = (2..=stretch.len().min(3))
            .rev()
            .find(|&n| self.lists.emoticons.exact(&stretch[..n]).is_some())?;
        let end = at + n;
        let rest = &self.bytes[end..to];
        // "(see note:)" and "a:b" are no faces: it stands free before, and nothing but a stop or itself follows.
        let free = self.char_before(at).is_none_or(|c| !is_word(c) || n == 3)
            || end == to && !self.text[..at].ends_with(|c: char| c.is_ascii_digit());
        (free && (rest.is_empty() || matches!(rest[0], b'.' | b',' | b'!' | b'?' | b')'))).then(
            || {
                let last = self.bytes[end - 1];
                let mut end = end;
                while end < to && self.bytes[end] == last {
                    end += 1;
                }
                end
            },
        )
    }

    /// Where a clitic of the given letters ends, when a word ends there too.
    fn clitic_end(&self, from: usize, to: usize, letters: &str) -> Option<usize> {
        let end = from + letters.len();
        let found = self.text.get(from..end)?;
        (end <= to
            && found.eq_ignore_ascii_case(letters)
            && (end == to || !self.char_at(end).is_some_and(is_word)))
        .then_some(end)
    }

    /// Where the clitic after an apostrophe ends ("s", "ll", "re", ...).
    fn clitic_after(&self, from: usize, to: usize) -> Option<usize> {
        ["s", "d", "m", "re", "ve", "ll"]
            .iter()
            .find_map(|l| self.clitic_end(from, to, l))
    }

    /// An apostrophe that no word has taken in: a clitic, a doubled quote, an elision, a quote.
    fn apostrophe(&self, at: usize, to: usize, fresh: bool, out: &mut Vec<Token>) -> usize {
        let one = at + self.char_at(at).map_or(1, char::len_utf8);
        let end = self.run(at, to.min(at + 6), is_apostrophe);
        if end > one {
            let end = if self.slice(at, end).chars().count() == 2 {
                end
            } else {
                one
            };
            self.push(out, at, end);
            return end;
        }
        if let Some(end) = self.clitic_after(one, to) {
            // "'s" after a word, a bracket, a quote, or all by itself; "'m" and the others as well.
            if !fresh
                || end == to
                || self
                    .char_before(at)
                    .is_some_and(|c| matches!(c, '"' | ')' | '%' | '.' | '\u{201D}'))
            {
                self.push(out, at, end);
                return end;
            }
        }
        if let Some(end) = self.clitic_end(one, to, "t")
            && self
                .char_before(at)
                .is_some_and(|c| c.eq_ignore_ascii_case(&'n'))
        {
            self.push(out, at, end);
            return end;
        }
        if fresh {
            let letters = self.run(one, to.min(one + 12), |c| c.is_ascii_alphabetic());
            let with = self.run(letters, to.min(letters + 3), is_apostrophe);
            for end in [with, letters] {
                if end > one && self.lists.apostrophes.get(self.slice(at, end)).is_some() {
                    self.push(out, at, end);
                    return end;
                }
            }
            // '90s, '72
            let digits = self.run(one, to.min(one + 3), |c| c.is_ascii_digit());
            if digits == one + 2 {
                let end = if digits < to && self.bytes[digits] == b's' {
                    digits + 1
                } else {
                    digits
                };
                if end == to
                    || !self
                        .char_at(end)
                        .is_some_and(|c| is_word(c) || is_apostrophe(c))
                {
                    self.push(out, at, end);
                    return end;
                }
            }
        }
        self.push(out, at, one);
        one
    }

    fn word(&self, at: usize, to: usize, chunk: usize, out: &mut Vec<Token>) -> usize {
        // Web and mail addresses, host names.
        if let Some(end) = self.address(at, to) {
            self.push(out, at, end);
            return end;
        }
        self.word_from(at, at, to, chunk, out)
    }

    fn address(&self, at: usize, to: usize) -> Option<usize> {
        let reach = self.reach(at, to);
        let end = self.run(at, reach, |c| {
            c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '%')
        });
        if end == at || end >= to && !self.bytes[at..end].contains(&b'.') {
            return None;
        }
        let rest = &self.bytes[end..to];
        let head = &self.bytes[at..end];
        if rest.starts_with(b"://")
            || rest.starts_with(b":") && head.eq_ignore_ascii_case(b"mailto")
        {
            return Some(self.address_end(end + 1, to));
        }
        if rest.starts_with(b"@") && rest.get(1).is_some_and(u8::is_ascii_alphanumeric) {
            let mut stop = self.run(end + 1, self.reach(end + 1, to), |c| {
                c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
            });
            while stop > end + 1 && matches!(self.bytes[stop - 1], b'.' | b'-') {
                stop -= 1;
            }
            return Some(stop);
        }
        // Host or file name: ends in a known last part.
        let mut stop = end;
        while stop > at && matches!(self.bytes[stop - 1], b'.' | b'-' | b'_' | b'+' | b'%') {
            stop -= 1;
        }
        let name = &self.bytes[at..stop];
        let dot = name.iter().rposition(|&b| b == b'.')?;
        if dot == 0 {
            return None;
        }
        let www = name.len() > 4 && name[..4].eq_ignore_ascii_case(b"www.");
        // Names in dotted small letters: newsgroups, hosts, packages.
        let small = name.iter().filter(|&&b| b == b'.').count() >= 2
            && name
                .iter()
                .all(|b| b.is_ascii_lowercase() || matches!(b, b'.' | b'-'))
            && name.split(|&b| b == b'.').all(|p| p.len() >= 2);
        let tail = self.slice(at + dot + 1, stop);
        if www
            || small
            || (self.lists.domains.get(tail).is_some()
                && name.iter().any(u8::is_ascii_alphabetic)
                && name[dot - 1] != b'.')
        {
            if stop < to && matches!(self.bytes[stop], b'/') {
                return Some(self.address_end(stop, to));
            }
            return Some(stop);
        }
        None
    }

    /// End of a web address, without the punctuation of the sentence around it.
    fn address_end(&self, from: usize, to: usize) -> usize {
        let mut end = self.run(from, to, |c| {
            !matches!(
                c,
                '<' | '>' | '"' | '\u{201C}' | '\u{201D}' | '\u{00AB}' | '\u{00BB}'
            )
        });
        let mut open = self.bytes[from..end].iter().filter(|&&b| b == b'(').count() as isize
            - self.bytes[from..end].iter().filter(|&&b| b == b')').count() as isize;
        while end > from {
            match self.char_before(end) {
                Some(
                    c @ ('.' | ',' | ';' | ':' | '!' | '?' | '\'' | '\u{2019}' | ']' | '\u{2026}'),
                ) => end -= c.len_utf8(),
                Some(')') if open < 0 => {
                    open += 1;
                    end -= 1;
                }
                _ => break,
            }
        }
        end.max(from)
    }

    /// A word that begins at `at`, whose first characters up to `q` are settled.
    fn word_from(
        &self,
        at: usize,
        q: usize,
        to: usize,
        chunk: usize,
        out: &mut Vec<Token>,
    ) -> usize {
        let mut q = q;
        // Kept a prefix with its hyphen ("non-").
        let mut prefixed = false;
        while q < to {
            let Some(c) = self.char_at(q) else { break };
            let one = q + c.len_utf8();
            let before = self.char_before(q).unwrap_or(' ');
            let next = self.char_at(one).filter(|_| one < to);
            let next_word = next.is_some_and(is_word);
            if is_word(c) {
                // "5pm", "20km": a number and its unit.
                if q > at && c.is_ascii_alphabetic() && before.is_ascii_digit() && !prefixed {
                    let unit = self.run(q, to.min(q + 8), |c| c.is_ascii_alphabetic() || c == '.');
                    let letters = self.run(q, to.min(q + 8), |c| c.is_ascii_alphanumeric());
                    let free = |end: usize| end == to || !self.char_at(end).is_some_and(is_word);
                    let numeric = self.bytes[at..q]
                        .iter()
                        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b':' | b'+'));
                    if numeric
                        && (free(unit) && self.lists.units.exact(&self.bytes[q..unit]).is_some()
                            || free(letters)
                                && self.lists.units.exact(&self.bytes[q..letters]).is_some())
                    {
                        self.push(out, at, q);
                        return q;
                    }
                }
                q = one;
                continue;
            }
            match c {
                '.' => match self.dot(at, q, to) {
                    Dot::Inside => q = one,
                    Dot::Last => {
                        self.push(out, at, one);
                        return one;
                    }
                    Dot::Apart => break,
                },
                ',' if before.is_ascii_digit() => {
                    // Thousands ("12,000"), or a continental decimal ("7,5") outside of lists of notes ("[7,9]").
                    let digits = self.run(one, to.min(one + 4), |c| c.is_ascii_digit());
                    let decimal = (one + 1..=one + 2).contains(&digits)
                        && self.bytes[chunk] != b'['
                        && self.bytes[at..q].iter().all(u8::is_ascii_digit)
                        && !self
                            .char_at(digits)
                            .is_some_and(|c| digits < to && (is_word(c) || c == ','));
                    if digits == one + 3 || decimal {
                        q = digits;
                    } else {
                        break;
                    }
                }
                ':' if before.is_ascii_digit() && next.is_some_and(|n| n.is_ascii_digit()) => {
                    q = one
                }
                '/' => match self.slash(at, q, to) {
                    Some(end) if end == one => {
                        self.push(out, at, one);
                        return one;
                    }
                    Some(end) => q = end,
                    None => break,
                },
                '&' if next_word => {
                    let right = self.run(one, to.min(one + 5), is_word);
                    if q - at <= 4 && right - one <= 4 {
                        q = one;
                    } else {
                        break;
                    }
                }
                '*' if next.is_some_and(|n| n.is_alphabetic() || n == '*')
                    && before.is_alphabetic() =>
                {
                    let end = self.run(q, to, |c| c == '*');
                    if self
                        .char_at(end)
                        .is_some_and(|c| end < to && c.is_alphabetic())
                    {
                        q = end;
                    } else {
                        break;
                    }
                }
                '$' if matches!(
                    self.slice(at, q),
                    "US" | "U"
                        | "A"
                        | "AU"
                        | "C"
                        | "CA"
                        | "HK"
                        | "NZ"
                        | "S"
                        | "NT"
                        | "R"
                        | "Z"
                        | "TT"
                        | "J"
                        | "EC"
                        | "BZ"
                ) && next.is_some_and(|n| n.is_ascii_digit()) =>
                {
                    self.push(out, at, one);
                    return one;
                }
                '@' if next.is_some_and(|n| n.is_ascii_alphanumeric()) => {
                    q = self.run(one, to, |c| {
                        c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
                    });
                }
                '`' | '\u{00B4}' | '\u{2018}' => match self.clitic_end(one, to, "s") {
                    Some(end) => {
                        self.push(out, at, q);
                        self.push(out, q, end);
                        return end;
                    }
                    None => break,
                },
                c if is_apostrophe(c) => {
                    if let Some(end) = self.clitic_end(one, to, "t")
                        && before.eq_ignore_ascii_case(&'n')
                    {
                        self.push(out, at, q - 1);
                        self.push(out, q - 1, end);
                        return end;
                    }
                    // "I'ma", "isn'ta": the article ran into the clitic.
                    if next.is_some_and(|n| matches!(n, 'm' | 't'))
                        && self.char_at(one + 1) == Some('a')
                        && !self
                            .char_at(one + 2)
                            .is_some_and(|c| one + 2 < to && is_word(c))
                    {
                        let head = self.slice(at, q);
                        let cut = match next {
                            Some('m') if head.eq_ignore_ascii_case("i") => q,
                            Some('t') if head.len() > 2 && before == 'n' => q - 1,
                            _ => at,
                        };
                        if cut > at {
                            self.push(out, at, cut);
                            self.push(out, cut, one + 1);
                            self.push(out, one + 1, one + 2);
                            return one + 2;
                        }
                    }
                    if let Some(end) = self.clitic_after(one, to) {
                        let decade = self.bytes[end - 1].eq_ignore_ascii_case(&b's')
                            && self.bytes[at..q].iter().all(u8::is_ascii_digit)
                            && matches!(q - at, 2 | 4)
                            && self.bytes[q - 1] == b'0';
                        if decade {
                            q = end;
                            break;
                        }
                        self.push(out, at, q);
                        self.push(out, q, end);
                        return end;
                    }
                    if before.is_alphabetic() && next.is_some_and(char::is_alphabetic) {
                        q = one;
                        continue;
                    }
                    if one - at < 16
                        && !next_word
                        && self.lists.apostrophes.get(self.slice(at, one)).is_some()
                    {
                        q = one;
                    }
                    break;
                }
                '-' if next.is_none() && self.breaks_off(at, q) => q = one,
                c if is_hyphen(c) && next_word && (is_word(before) || before == '.') => {
                    match self.hyphen(at, q, to, prefixed) {
                        Some(end) => {
                            prefixed = true;
                            q = end;
                        }
                        None => break,
                    }
                }
                _ => break,
            }
        }
        if q < to && self.bytes[q] == b'!' && self.lists.marked.get(self.slice(at, q + 1)).is_some()
        {
            q += 1;
        }
        if q > at && self.bytes[at..q].iter().all(u8::is_ascii_alphabetic) {
            self.plain(at, q, out);
            return q;
        }
        let q = q.max(at + self.char_at(at).map_or(1, char::len_utf8));
        self.push(out, at, q);
        q
    }

    /// Whether `at..q`, before a hyphen and a space, is a word begun and broken off ("th- the").
    fn breaks_off(&self, at: usize, q: usize) -> bool {
        let next = self.run(q + 1, self.end.min(q + 4), is_void);
        let head = &self.bytes[at..q];
        let end = self.run(next, self.end.min(next + 20), |c| c.is_ascii_alphabetic());
        let word = &self.bytes[next..end];
        head.len() <= 6
            && head.iter().all(u8::is_ascii_alphabetic)
            && next > q + 1
            && word.len() > head.len()
            && word[..head.len()].eq_ignore_ascii_case(head)
    }

    /// What a slash after `at..q` takes in: dates, fractions, document symbols, listed words.
    fn slash(&self, at: usize, q: usize, to: usize) -> Option<usize> {
        let head = &self.bytes[at..q];
        let after = *self.bytes.get(q + 1).filter(|_| q + 1 < to)?;
        if head
            .iter()
            .all(|b| b.is_ascii_digit() || matches!(b, b'/' | b'-'))
            && after.is_ascii_digit()
        {
            return self.slashed_number(at, to).filter(|&end| end > q);
        }
        // A/73/PV.6, S/RES/2231 (2015), S/2014/348
        if matches!(head, b"A" | b"S" | b"E" | b"T" | b"ST") {
            let mut end = self.run(q, self.reach(q, to), |c| {
                c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '/' | '.' | '-')
            });
            while end > q && !self.bytes[end - 1].is_ascii_alphanumeric() {
                end -= 1;
            }
            if self.bytes[q..end].iter().any(u8::is_ascii_digit)
                && !self.char_at(end).is_some_and(|c| end < to && is_word(c))
            {
                return Some(end);
            }
        }
        // "w/investors": with them.
        if head.eq_ignore_ascii_case(b"w") {
            let end = self.run(q + 1, self.reach(q + 1, to), |c| c.is_ascii_alphabetic());
            if end - q > 2 && self.lists.slashed.get(self.slice(at, end)).is_none() {
                return Some(q + 1);
            }
        }
        if head.len() <= 3 {
            let end = self.run(q + 1, to.min(q + 6), |c| c.is_ascii_alphabetic());
            if self.lists.slashed.get(self.slice(at, end)).is_some() {
                return Some(end);
            }
        }
        None
    }

    /// Dates ("9/11", "12/31/2019"), one half, telephone numbers ("503/464-7927"); other fractions, seasons and
    /// ratios stand apart ("2 / 3", "2001 / 02", "24 / 7").
    fn slashed_number(&self, at: usize, to: usize) -> Option<usize> {
        let end = self.run(at, self.reach(at, to), |c| {
            c.is_ascii_digit() || c == '/' || c == '-'
        });
        let whole = self.slice(at, end);
        let mut parts = whole.split('/');
        let a: u32 = parts.next()?.parse().ok()?;
        let rest = parts.next()?;
        if parts.next().is_some() {
            return whole.ends_with(|c: char| c.is_ascii_digit()).then_some(end);
        }
        if rest.contains('-') {
            return self.digit_groups(at, to);
        }
        let b: u32 = rest.parse().ok()?;
        let date =
            (1..=12).contains(&a) && (1..=31).contains(&b) && !(a < b && (3..=5).contains(&b));
        (date || a == 1 && b == 2).then_some(end)
    }

    /// What a hyphen after `at..q` takes in: prefixes, suffixes, telephone numbers, dates.
    fn hyphen(&self, at: usize, q: usize, to: usize, prefixed: bool) -> Option<usize> {
        let one = q + self.char_at(q).map_or(1, char::len_utf8);
        let head = self.slice(at, q);
        if self.bytes[at..q]
            .iter()
            .all(|b| b.is_ascii_digit() || *b == b'/')
        {
            return self.digit_groups(at, to);
        }
        if !prefixed && self.lists.prefixes.get(head).is_some() {
            return Some(one);
        }
        let end = self.run(one, to.min(one + 8), |c| c.is_ascii_alphabetic());
        let free = end == to
            || !self
                .char_at(end)
                .is_some_and(|c| is_word(c) || is_hyphen(c));
        (free && self.lists.suffixes.get(self.slice(one, end)).is_some()).then_some(end)
    }

    /// Digits in groups that are one number: telephone numbers, ISO and American dates, postcodes.
    fn digit_groups(&self, at: usize, to: usize) -> Option<usize> {
        let end = self.run(at, self.reach(at, to), |c| {
            c.is_ascii_digit() || c == '-' || c == '/'
        });
        if self.char_at(end).is_some_and(|c| end < to && is_word(c)) {
            return None;
        }
        let mut groups = [0usize; 8];
        let mut n = 0;
        for group in self.bytes[at..end].split(|&b| b == b'-' || b == b'/') {
            *groups.get_mut(n)? = group.len();
            n += 1;
        }
        let number = match &groups[..n] {
            [1, 4] | [3, 4] | [5, 4] => true,
            [4, 2, 2] | [1 | 2, 1 | 2, 2 | 4] => true,
            [.., 3, 4] | [3, 3, ..] if n >= 3 => true,
            // Book numbers and their like.
            [3, 1, ..] if n == 5 => true,
            _ => false,
        };
        number.then_some(end)
    }

    /// What a full stop at `q` is to the word `at..q`.
    fn dot(&self, at: usize, q: usize, to: usize) -> Dot {
        let before = self.char_before(q).unwrap_or(' ');
        let next = self.char_at(q + 1).filter(|_| q + 1 < to);
        if q == at || !is_word(before) {
            return Dot::Apart;
        }
        let head = self.slice(at, q);
        // The letters since the last full stop.
        let segment = head.rsplit(['.', '-']).next().unwrap_or(head);
        let single = segment.chars().filter(|c| !extends(*c)).count() == 1
            && segment.chars().all(|c| c.is_alphabetic() || extends(c));
        let dotted = head.contains('.');
        // "$11.5M. We": a unit, not an initial.
        let unit = at > self.start && self.bytes[at - 1].is_ascii_digit();
        match next {
            // "Inc.." at the end of a sentence: the abbreviation's stop and the sentence's.
            Some('.')
                if self.char_at(q + 2).is_none_or(|c| q + 2 >= to || c != '.')
                    && (dotted && single
                        || self.lists.abbreviation(head).is_some_and(|a| {
                            !matches!(a, Abbreviation::Number | Abbreviation::State)
                        })) =>
            {
                Dot::Last
            }
            Some('.') => Dot::Apart,
            Some(n) if is_word(n) => {
                if before.is_ascii_digit() && n.is_ascii_digit() {
                    return Dot::Inside;
                }
                // "p.m", "U.S", "Ph.D": letters and stops that are known, or single letters.
                let whole = self.run(at, to.min(at + 12), |c| c.is_ascii_alphabetic() || c == '.');
                let word = self.slice(at, whole);
                let word = word.trim_end_matches('.');
                if word.len() > head.len() && self.lists.abbreviation(word).is_some() {
                    return Dot::Inside;
                }
                if single {
                    let run = self.run(q + 1, to.min(q + 9), is_word);
                    let letter = self.slice(q + 1, run).chars().count() == 1 && n.is_alphabetic();
                    if letter {
                        return Dot::Inside;
                    }
                    // "J.Smith": an initial close to a name.
                    return if before.is_uppercase() && n.is_uppercase() {
                        Dot::Last
                    } else {
                        Dot::Apart
                    };
                }
                // "Sept.11", "Lt.Gen."
                if self.lists.abbreviation(head).is_some_and(|a| {
                    n.is_uppercase() && !matches!(a, Abbreviation::Number | Abbreviation::State)
                        || n.is_ascii_digit()
                }) {
                    return Dot::Last;
                }
                Dot::Apart
            }
            _ => {
                if dotted && single {
                    return Dot::Last;
                }
                let follows = self.next_word(q + 1);
                if let Some(class) = self
                    .lists
                    .abbreviation(head)
                    .filter(|_| q - at > 1 || !before.is_uppercase())
                {
                    let sure = match class {
                        Abbreviation::Number => {
                            next.is_none()
                                && (follows.is_some_and(|c| c.is_ascii_digit())
                                    || q - at == 1 && self.dated(q + 1))
                                || next.is_some_and(|c| c == ',')
                        }
                        Abbreviation::State => {
                            next.is_some_and(|c| c == ',')
                                || next.is_none() && before_day(head) && self.after_town(at)
                        }
                        Abbreviation::Day => {
                            before_day(head) && next.is_none_or(|c| c == ',') && self.dated(q + 1)
                        }
                        Abbreviation::Title => next.is_none() || matches!(next, Some('-' | ',')),
                        _ => true,
                    };
                    // "the Col." ends a paragraph: then it is a word and a full stop.
                    return if sure && (follows.is_some() || class != Abbreviation::Title) {
                        Dot::Last
                    } else {
                        Dot::Apart
                    };
                }
                // Quarters of a town: "S. 10th Street".
                if single
                    && matches!(before, 'N' | 'E' | 'S' | 'W')
                    && next.is_none()
                    && follows.is_some_and(|c| c.is_ascii_digit())
                {
                    return Dot::Last;
                }
                // Initials: "J. Smith", "George W. Bush".
                if single && before.is_uppercase() && !unit {
                    let name = follows.is_some_and(char::is_uppercase);
                    return if name && next.is_none() && (before != 'I' || self.after_name(at)) {
                        Dot::Last
                    } else {
                        Dot::Apart
                    };
                }
                // An unknown word whose stop a comma follows can only be an abbreviation.
                if next == Some(',') && before.is_alphabetic() {
                    return Dot::Last;
                }
                Dot::Apart
            }
        }
    }

    /// First character of what follows `at` in this paragraph.
    fn next_word(&self, at: usize) -> Option<char> {
        let end = self.reach(at.min(self.end), self.end);
        let next = self.run(at.min(end), end, is_void);
        self.char_at(next).filter(|_| next < self.end)
    }

    /// Whether a day's number or a month follows `at`.
    fn dated(&self, at: usize) -> bool {
        let next = self.run(at, self.reach(at, self.end), |c| is_void(c) || c == ',');
        let word = self.run(next, self.end.min(next + 12), |c| c.is_ascii_alphabetic());
        self.bytes
            .get(next)
            .is_some_and(|b| next < self.end && b.is_ascii_digit())
            || self.lists.months.get(self.slice(next, word)).is_some()
    }

    /// Whether a capitalised word and a comma stand before `at` (a town, before its state).
    fn after_town(&self, at: usize) -> bool {
        let begin = at.saturating_sub(40).max(self.start);
        let Some(text) = self.bytes.get(begin..at) else {
            return false;
        };
        let mut words = text.split(|b| CLASS[*b as usize] & SPACE != 0).rev();
        words.next();
        words
            .next()
            .is_some_and(|w| w.len() > 2 && w.ends_with(b",") && w[0].is_ascii_uppercase())
    }

    /// Whether the word before `at` begins with a capital (a name, before an initial).
    fn after_name(&self, at: usize) -> bool {
        let begin = at.saturating_sub(40).max(self.start);
        let Some(text) = self.bytes.get(begin..at) else {
            return false;
        };
        let mut words = text.split(|b| CLASS[*b as usize] & SPACE != 0).rev();
        words.next();
        words.next().and_then(|w| w.first()).is_some_and(|b| {
            CLASS[*b as usize] & (UPPER | WIDE) != 0 && CLASS[*b as usize] & DIGIT == 0
        })
    }
}

/// Weekdays are abbreviated with a capital only ("sat." is a verb).
fn before_day(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
}

enum Dot {
    /// The word goes on after it.
    Inside,
    /// It is the word's last character.
    Last,
    /// It is a token of its own.
    Apart,
}
