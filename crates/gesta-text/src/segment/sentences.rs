//! Groups the tokens of a paragraph into sentences.
//!
//! Rules say where a sentence may end; [`Judge`] (the model in [`super::boundary`]) says where it does.

use super::boundary::{Gap, Model, shape};
use super::chars::is_word;
use super::words::{Abbreviation, Lists};
use crate::text::Token;

/// Decides whether a sentence ends in a gap.
pub(crate) trait Judge {
    /// `at` is the byte where the token after the gap begins.
    fn ends(&mut self, at: u32, gap: &Gap<'_>) -> bool;
}

impl Judge for &Model {
    fn ends(&mut self, _at: u32, gap: &Gap<'_>) -> bool {
        // Without any mark before it, a boundary must be all but sure: names and headings abound in reports.
        let floor = match gap.stop {
            "none" => BARE,
            "," | ":" => COMMA,
            ")" => BRACKET,
            "." | "?" | "!" if shape(gap.right[0]) != "c" => SURE,
            _ => 0,
        };
        self.score(gap) > floor
    }
}

const BARE: i32 = 30;
const COMMA: i32 = 30;
const BRACKET: i32 = 30;
const SURE: i32 = -20;

/// Appends to `ends` the index one past the last token of each sentence of `tokens`, which are one paragraph.
pub(crate) fn sentence_ends(
    text: &str,
    tokens: &[Token],
    judge: &mut impl Judge,
    ends: &mut Vec<u32>,
) {
    let lists = Lists::get();
    let form = |i: usize| tokens.get(i).map_or("", |t| t.span.of(text));
    let first = |i: usize| text.as_bytes()[tokens[i].span.start as usize];
    let n = tokens.len();
    let mut state = State::default();
    let mut start = 0;
    let mut i = 0;
    let mut former = "start";
    let mut stops = Ahead::default();
    let mut lowers = Lowers::default();
    while i + 1 < n {
        // Most tokens are words before a word in lower case: nothing can end there.
        let here = first(i);
        let lower = first(i + 1).is_ascii_lowercase();
        if here.is_ascii_alphanumeric()
            && lower
            && text.as_bytes()[tokens[i].span.end as usize - 1] != b'.'
        {
            i += 1;
            continue;
        }
        let word = form(i);
        let stop = stop_of(word, lists, &|| form(i + 1), i > start);
        let (stop, strong) = match stop {
            Stop::None => {
                state.see(word, tokens, i);
                i += 1;
                continue;
            }
            Stop::Weak(s) => (s, false),
            Stop::Strong(s) => (s, true),
        };
        // Closing quotes and brackets go with the sentence that they close; so do further stops and notes.
        let mut next = i + 1;
        let mut closers = "";
        state.see(word, tokens, i);
        if strong {
            while next < n {
                let mark = form(next);
                if closes(mark, tokens, next) {
                    closers = match (closers, mark) {
                        ("", ")" | "]" | "}") => "bracket",
                        ("", _) => "quote",
                        _ => "both",
                    };
                } else if !(next == i + 1 && matches!(mark, "." | "!" | "?") && glued(tokens, next))
                {
                    break;
                }
                state.see(mark, tokens, next);
                next += 1;
            }
            let note = note_end(next, n, &form);
            if note > next {
                closers = "note";
                next = note;
            }
            if next >= n {
                break;
            }
        }
        let after = form(next);
        if strong || may_begin(after) && !glued(tokens, next) {
            let last = if strong && !word.starts_with(is_word) {
                i.saturating_sub(1)
            } else {
                i
            };
            let last = if i == start || stop == "none" {
                i
            } else {
                last
            };
            let gap = Gap {
                stop,
                closers,
                left: [form(last), if last > start { form(last - 1) } else { "" }],
                right: [after, form(next + 1), form(next + 2)],
                space: if glued(tokens, next) {
                    "0"
                } else if tokens[next].span.start - tokens[next - 1].span.end == 1 {
                    "1"
                } else {
                    "2"
                },
                quoted: state.quoted(),
                bracketed: state.brackets > 0,
                length: next - start,
                rest: n - next,
                capitals: (next.saturating_sub(4).max(start)..next)
                    .filter(|&k| first(k).is_ascii_uppercase())
                    .count() as u8,
                lowers: lowers.count(start, next, &first),
                former,
                ahead: stops.from(next, n, &form) - next,
            };
            let asked = stop == "?" || stop == "!";
            let goes_on = closers == "quote" && asked && told(next, n, &form, lists);
            // "STRELSAU, Dec. 1 (RNA) --" leads into its sentence; "Secretary-" goes on in the next line.
            let leads = stop == "-"
                && (start == 0 && next < 16 && dateline(i, &form)
                    || word.len() == 1
                        && glued(tokens, i)
                        && form(i.saturating_sub(1)).starts_with(is_word));
            let sure = matches!(stop, "name." | "any." | "date.")
                && !glued(tokens, next)
                && lists.starters.exact(after.as_bytes()).is_some();
            // 'He said: "We stay."' is one sentence, however long the quotation.
            let leads = leads
                || stop == ":"
                    && matches!(after, "\"" | "\u{201C}" | "``" | "\u{00AB}" | "\u{201E}");
            // "(Xenopus sp.), which": no sentence begins with a comma.
            let torn = matches!(after, "," | ";" | ":" | ")" | "]" | "%")
                // "the man [...] was there": words left out within a sentence.
                || stop == "..."
                    && closers == "bracket"
                    && after.starts_with(char::is_lowercase);
            if goes_on || leads || torn {
            } else if sure || judge.ends(tokens[next].span.start, &gap) {
                ends.push(next as u32);
                start = next;
                former = stop;
                state.brackets = 0;
            }
        }
        i = next;
    }
    if n > 0 {
        ends.push(n as u32);
    }
}

/// Where the next full stop stands; every token is looked at once.
#[derive(Default)]
struct Ahead {
    at: usize,
}

impl Ahead {
    fn from<'a>(&mut self, next: usize, n: usize, form: &dyn Fn(usize) -> &'a str) -> usize {
        self.at = self.at.max(next);
        while self.at < n && !matches!(form(self.at).as_bytes(), [b'.' | b'?' | b'!', ..]) {
            self.at += 1;
        }
        self.at
    }
}

/// Counts the words in lower case of the sentence so far; every token is looked at once a sentence.
#[derive(Default)]
struct Lowers {
    start: usize,
    at: usize,
    n: usize,
}

impl Lowers {
    fn count(&mut self, start: usize, to: usize, first: &dyn Fn(usize) -> u8) -> usize {
        if self.start != start || self.at < start {
            (self.start, self.at, self.n) = (start, start, 0);
        }
        self.n += (self.at..to)
            .filter(|&k| first(k).is_ascii_lowercase())
            .count();
        self.at = self.at.max(to);
        self.n
    }
}

/// Open quotes and brackets of the paragraph so far.
#[derive(Default)]
struct State {
    straight: bool,
    curly: u32,
    brackets: u32,
}

impl State {
    fn see(&mut self, word: &str, tokens: &[Token], i: usize) {
        match word {
            "\"" => {
                // One that leans on what precedes it and has space after it closes, whatever was open.
                let shuts = glued(tokens, i) && !glued(tokens, i + 1);
                self.straight = !self.straight && !shuts;
            }
            "\u{201C}" | "``" | "\u{00AB}" | "\u{201E}" => self.curly += 1,
            "\u{201D}" | "''" | "\u{00BB}" => self.curly = self.curly.saturating_sub(1),
            "(" | "[" => self.brackets += 1,
            ")" | "]" => self.brackets = self.brackets.saturating_sub(1),
            _ => {}
        }
    }
    fn quoted(&self) -> bool {
        self.straight || self.curly > 0
    }
}

enum Stop {
    None,
    /// A sentence ends here now and then; the model sees no closing marks after it.
    Weak(&'static str),
    /// A full stop or its like.
    Strong(&'static str),
}

fn stop_of<'a>(word: &str, lists: &Lists, next: &dyn Fn() -> &'a str, inside: bool) -> Stop {
    match word.as_bytes() {
        [b'.'] => return Stop::Strong("."),
        [b'?', ..] => return Stop::Strong("?"),
        [b'!', ..] => return Stop::Strong("!"),
        [b'.', b'.' | b'?' | b'!' | 0xE2, ..] => {
            let asks = word.contains(['?', '!']);
            return Stop::Strong(if asks { "?" } else { "..." });
        }
        [b','] => return Stop::Weak(","),
        [b':'] => return Stop::Weak(":"),
        [b';'] => return Stop::Weak(";"),
        [b')' | b']'] => return Stop::Weak(")"),
        [b'"'] => return Stop::Weak("\""),
        [b'(' | b'[' | b'$' | b'#' | b'@' | b'&' | b'/'] | [b'\'', ..] => return Stop::None,
        [b'-', ..] => return Stop::Weak("-"),
        [.., b'.'] => {}
        _ => {
            let c = word.chars().next().unwrap_or(' ');
            if is_word(c) {
                return Stop::Weak("none");
            }
            return match c {
                '\u{2026}' => Stop::Strong("..."),
                '\u{3002}'
                | '\u{061F}'
                | '\u{06D4}'
                | '\u{0964}'
                | '\u{203D}'
                | '\u{203C}'
                | '\u{2047}'..='\u{2049}'
                | '\u{FF01}'
                | '\u{FF1F}' => Stop::Strong("?"),
                '\u{2013}' | '\u{2014}' => Stop::Weak("-"),
                '\u{201C}' | '\u{2018}' | '\u{2019}' | '\u{00AB}' | '\u{201E}' | '`' => Stop::None,
                '\u{201D}' => Stop::Weak("\""),
                _ => Stop::Weak("mark"),
            };
        }
    }
    if !inside {
        return Stop::None;
    }
    let bare = &word[..word.len() - 1];
    match lists.abbreviation(bare) {
        Some(Abbreviation::Any) => Stop::Strong("any."),
        Some(Abbreviation::Name | Abbreviation::State) => Stop::Strong("name."),
        Some(Abbreviation::Date) => {
            if next().starts_with(|c: char| c.is_ascii_digit()) {
                Stop::None
            } else {
                Stop::Strong("date.")
            }
        }
        Some(_) => Stop::None,
        None if bare.contains('.') => Stop::Strong("name."),
        None if bare.chars().count() == 1 => Stop::Strong("initial."),
        None => Stop::None,
    }
}

fn glued(tokens: &[Token], i: usize) -> bool {
    i > 0 && i < tokens.len() && tokens[i - 1].span.end == tokens[i].span.start
}

/// Whether a mark closes what stands before it.
fn closes(mark: &str, tokens: &[Token], i: usize) -> bool {
    match mark {
        ")" | "]" | "}" | "\u{201D}" | "\u{00BB}" | "''" | "\u{203A}" => true,
        // A straight quote closes where it leans on what precedes it.
        "\"" | "'" | "\u{2019}" | "\u{2019}\u{2019}" | "\"\"" => glued(tokens, i),
        "\u{201C}" => glued(tokens, i) && !glued(tokens, i + 1),
        _ => false,
    }
}

/// Whether the tokens before the dash at `dash` are place, date and agency: capitals first, then a bracket or a
/// comma.
fn dateline<'a>(dash: usize, form: &dyn Fn(usize) -> &'a str) -> bool {
    shape(form(0)) == "CC"
        && (1..dash).any(|k| matches!(form(k), "," | ")"))
        && (1..dash).all(|k| !matches!(form(k), "." | ":" | "?" | "!"))
}

/// Where notes such as "[3]" or "[12][13]" after a full stop end.
fn note_end<'a>(mut at: usize, n: usize, form: &dyn Fn(usize) -> &'a str) -> usize {
    while at + 2 < n && form(at) == "[" && form(at + 2) == "]" {
        let inner = form(at + 1);
        if inner.len() > 3 || !inner.bytes().all(|b| b.is_ascii_digit()) {
            break;
        }
        at += 3;
    }
    at
}

/// Whether a token may begin a sentence where no full stop precedes.
fn may_begin(word: &str) -> bool {
    let Some(c) = word.chars().next() else {
        return false;
    };
    if is_word(c) {
        return !c.is_lowercase() || shape(word) == "web";
    }
    !matches!(
        c,
        ',' | '.'
            | ';'
            | ':'
            | '?'
            | '!'
            | ')'
            | ']'
            | '}'
            | '%'
            | '/'
            | '&'
            | '\''
            | '\u{2019}'
            | '\u{201D}'
            | '\u{2026}'
    )
}

/// Whether a reporting verb stands in the next words, so that a quotation's question mark ends no sentence
/// ("'Why now?' Smith asked.").
fn told<'a>(next: usize, n: usize, form: &dyn Fn(usize) -> &'a str, lists: &Lists) -> bool {
    for i in next..n.min(next + 5) {
        let word = form(i);
        if lists.reporting.get(word).is_some() {
            return true;
        }
        if !word.starts_with(is_word) {
            return false;
        }
    }
    false
}
