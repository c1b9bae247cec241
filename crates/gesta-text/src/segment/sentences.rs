//! Groups the tokens of a paragraph into sentences.

use super::chars::is_word;
use super::words::{Abbreviation, Lists};
use crate::text::Token;

/// Appends to `ends` the index one past the last token of each sentence of `tokens`, which are one paragraph.
pub(crate) fn sentence_ends(text: &str, tokens: &[Token], ends: &mut Vec<u32>) {
    let lists = Lists::get();
    let form = |i: usize| tokens.get(i).map_or("", |t| t.span.of(text));
    let n = tokens.len();
    let mut start = 0;
    let mut i = 0;
    while i < n {
        let word = form(i);
        let Some(stop) = stop_of(word, lists, &|| form(i + 1), i > start) else {
            i += 1;
            continue;
        };
        // Closing quotes and brackets go with the sentence that they close; so do further stops.
        let mut next = i + 1;
        let mut quoted = false;
        while next < n {
            let mark = form(next);
            if closes(mark, text, tokens, next) {
                quoted |= !matches!(mark, ")" | "]" | "}");
                next += 1;
            } else if next == i + 1 && matches!(mark, "." | "!" | "?") && glued(tokens, next) {
                next += 1;
            } else {
                break;
            }
        }
        if next >= n {
            break;
        }
        let ends_here = match stop {
            Stop::Full | Stop::Strong | Stop::Dots | Stop::Abbreviated => {
                let after = form(next);
                let space = !glued(tokens, next);
                let begins = begins_sentence(after, &|| form(next + 1));
                match stop {
                    Stop::Full => begins && (space || !is_word_token(after) || true),
                    Stop::Strong => begins && !(quoted && told(next, n, &form, lists)),
                    Stop::Dots => begins && space,
                    Stop::Abbreviated => begins && space && is_starter(after),
                }
            }
        };
        if ends_here {
            ends.push(next as u32);
            start = next;
        }
        i = next;
    }
    if n > 0 {
        ends.push(n as u32);
    }
}

enum Stop {
    Full,
    Strong,
    Dots,
    /// An abbreviation that may end a sentence.
    Abbreviated,
}

fn stop_of<'a>(
    word: &str,
    lists: &Lists,
    next: &dyn Fn() -> &'a str,
    inside: bool,
) -> Option<Stop> {
    match word.as_bytes() {
        [b'.'] => return Some(Stop::Full),
        [b'!' | b'?', ..] => return Some(Stop::Strong),
        [b'.', b'.', ..] => return word.bytes().all(|b| b == b'.').then_some(Stop::Dots),
        [.., b'.'] => {}
        _ if word.starts_with(['\u{2026}']) => return Some(Stop::Dots),
        _ if matches!(
            word,
            "\u{3002}"
                | "\u{061F}"
                | "\u{06D4}"
                | "\u{0964}"
                | "\u{203D}"
                | "\u{203C}"
                | "\u{2047}"
                | "\u{2048}"
                | "\u{2049}"
                | "\u{FF01}"
                | "\u{FF1F}"
        ) =>
        {
            return Some(Stop::Strong);
        }
        _ => return None,
    }
    if !inside {
        return None;
    }
    let bare = &word[..word.len() - 1];
    match lists.abbreviation(bare) {
        Some(Abbreviation::Any | Abbreviation::Name) => Some(Stop::Abbreviated),
        Some(Abbreviation::Date) => {
            (!next().starts_with(|c: char| c.is_ascii_digit())).then_some(Stop::Abbreviated)
        }
        Some(_) => None,
        None => (bare.contains('.') && bare.len() > 1).then_some(Stop::Abbreviated),
    }
}

fn glued(tokens: &[Token], i: usize) -> bool {
    i > 0 && i < tokens.len() && tokens[i - 1].span.end == tokens[i].span.start
}

fn is_word_token(word: &str) -> bool {
    word.starts_with(is_word)
}

/// Whether a mark closes what stands before it.
fn closes(mark: &str, _text: &str, tokens: &[Token], i: usize) -> bool {
    match mark {
        ")" | "]" | "}" | "\u{201D}" | "\u{00BB}" | "''" | "\u{203A}" => true,
        "\"" | "'" | "\u{2019}" | "\u{201C}" | "\u{2019}\u{2019}" => {
            // A straight quote closes where it leans on what precedes and has space after it.
            glued(tokens, i) && !glued(tokens, i + 1) || glued(tokens, i) && mark != "\u{201C}"
        }
        _ => false,
    }
}

/// Whether a token may begin a sentence.
fn begins_sentence<'a>(word: &str, next: &dyn Fn() -> &'a str) -> bool {
    let Some(c) = word.chars().next() else {
        return false;
    };
    if c.is_uppercase() || c.is_numeric() {
        return true;
    }
    if is_word(c) {
        // Scripts without case.
        return !c.is_lowercase() && !c.is_ascii();
    }
    match c {
        '"' | '\'' | '\u{201C}' | '\u{2018}' | '\u{00AB}' | '\u{201E}' | '(' | '[' | '`' => {
            let after = next();
            !after.starts_with(char::is_lowercase)
        }
        '\u{2022}' | '\u{00BF}' | '\u{00A1}' | '$' | '\u{20AC}' | '\u{00A3}' | '#' | '@' | '*'
        | '\u{25CF}' | '\u{25AA}' => true,
        '-' | '\u{2013}' | '\u{2014}' => next().starts_with(char::is_uppercase),
        _ => !c.is_ascii_punctuation() && !matches!(c, '\u{2026}' | '\u{201D}' | '\u{2019}'),
    }
}

/// Whether a reporting verb stands in the next words, so that a quotation's question mark ends no sentence.
fn told<'a>(next: usize, n: usize, form: &dyn Fn(usize) -> &'a str, lists: &Lists) -> bool {
    for i in next..n.min(next + 5) {
        let word = form(i);
        if lists.reporting.get(word).is_some() {
            return true;
        }
        if !is_word_token(word)
            || matches!(word, "I" | "The" | "That") && i == next && word != "The"
        {
            return false;
        }
    }
    false
}

/// Words that, capitalised after an abbreviation, hardly go on with a name: articles, pronouns, adverbs.
fn is_starter(word: &str) -> bool {
    matches!(
        word,
        "The"
            | "A"
            | "An"
            | "It"
            | "He"
            | "She"
            | "They"
            | "We"
            | "I"
            | "You"
            | "This"
            | "That"
            | "These"
            | "Those"
            | "There"
            | "In"
            | "On"
            | "At"
            | "But"
            | "And"
            | "However"
            | "Meanwhile"
            | "Its"
            | "His"
            | "Her"
            | "Their"
            | "Our"
            | "My"
            | "If"
            | "When"
            | "While"
            | "As"
            | "After"
            | "Before"
            | "For"
            | "From"
            | "Some"
            | "Many"
            | "No"
            | "Not"
            | "What"
            | "Why"
            | "How"
            | "Who"
            | "Where"
            | "Which"
            | "Earlier"
            | "Later"
            | "Since"
            | "Yesterday"
            | "Today"
            | "According"
            | "Both"
            | "All"
            | "Any"
            | "Each"
            | "Under"
            | "With"
            | "Yes"
            | "So"
            | "Then"
            | "Also"
            | "Although"
            | "Despite"
            | "During"
            | "Both the"
    ) || matches!(word, "\"" | "\u{201C}" | "``")
}
