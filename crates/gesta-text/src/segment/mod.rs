//! Cuts a text into paragraphs ([`layout`]), tokens ([`tokens`]) and sentences ([`sentences`]).

mod boundary;
mod chars;
mod layout;
mod sentences;
mod tokens;
mod words;

use crate::text::{Sentence, Token};
use crate::{Span, Text};

/// Fills in what [`Text`] holds beside its letters.
pub(crate) fn segment(text: &mut Text) {
    segment_by(text, &mut boundary::Model::get());
}

/// As [`segment`], with somebody else's judgement of where sentences end.
fn segment_by(text: &mut Text, judge: &mut impl sentences::Judge) {
    let raw = std::mem::take(&mut text.raw);
    // Offsets are 32 bits wide; what lies beyond 4 GiB stays uncut rather than wrongly cut.
    let mut limit = raw.len().min(u32::MAX as usize);
    while !raw.is_char_boundary(limit) {
        limit -= 1;
    }
    let body = &raw[..limit];
    let mut cutter = tokens::Tokenizer::new(body);
    let mut found: Vec<Token> = Vec::new();
    let mut ends: Vec<u32> = Vec::new();
    for span in layout::paragraphs(body) {
        found.clear();
        ends.clear();
        cutter.paragraph(span.start as usize, span.end as usize, &mut found);
        if found.is_empty() {
            continue;
        }
        sentences::sentence_ends(body, &found, judge, &mut ends);
        let paragraph = text.paragraphs.len() as u32;
        text.paragraphs.push(span);
        let mut from = 0usize;
        for &end in &ends {
            let first = text.tokens.len() as u32;
            let tokens = &found[from..end as usize];
            from = end as usize;
            let (Some(a), Some(b)) = (tokens.first(), tokens.last()) else {
                continue;
            };
            let span = a.span.cover(b.span);
            text.tokens.extend_from_slice(tokens);
            // The full stop of an abbreviation that ends a sentence is the sentence's.
            let last = b.span;
            if last.len() > 2
                && last.of(body).ends_with('.')
                && last.of(body).starts_with(char::is_alphanumeric)
            {
                let cut = last.end as usize - 1;
                if let Some(t) = text.tokens.last_mut() {
                    t.span = Span::new(last.start as usize, cut);
                }
                text.tokens.push(Token {
                    span: Span::new(cut, cut + 1),
                });
            }
            text.sentences.push(Sentence {
                span,
                paragraph,
                tokens: first..text.tokens.len() as u32,
            });
        }
    }
    text.raw = raw;
}

/// What the trainer of the sentence model needs (`examples/train_boundaries.rs`); no part of the library's face.
#[doc(hidden)]
pub mod training {
    pub use super::boundary::fit;
    use super::boundary::{Gap, Names};
    use super::sentences::Judge;
    use crate::Text;

    struct Oracle<'a> {
        starts: &'a dyn Fn(u32) -> bool,
        seen: Vec<(Vec<String>, bool, String)>,
    }

    impl Judge for Oracle<'_> {
        fn ends(&mut self, at: u32, gap: &Gap<'_>) -> bool {
            let mut names = Names::default();
            gap.features(&mut names);
            let ends = (self.starts)(at);
            self.seen.push((names.0, ends, gap.stop.to_owned()));
            ends
        }
    }

    /// Every gap where a sentence may end: its features, whether one ends there (`starts` knows the bytes where
    /// sentences begin), and the stop before it.
    pub fn gaps(raw: &str, starts: &dyn Fn(u32) -> bool) -> Vec<(Vec<String>, bool, String)> {
        let mut oracle = Oracle {
            starts,
            seen: Vec::new(),
        };
        let mut text = Text {
            raw: raw.to_owned(),
            ..Default::default()
        };
        super::segment_by(&mut text, &mut oracle);
        oracle.seen
    }
}
