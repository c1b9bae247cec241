//! Cuts a text into paragraphs, sentences and tokens.

use crate::text::{Sentence, Token};
use crate::{Span, Text};

/// First form: blank lines part paragraphs, a full stop before a capital parts sentences.
pub(crate) fn segment(text: &mut Text) {
    let raw = text.raw().to_owned();
    let mut at = 0;
    for block in raw.split("\n\n") {
        let (start, end) = (at, at + block.len());
        at = end + 2;
        if block.trim().is_empty() {
            continue;
        }
        let paragraph = text.paragraphs.len() as u32;
        text.paragraphs.push(Span::new(start, end));
        let mut tokens: Vec<Token> = Vec::new();
        let mut flush = |tokens: &mut Vec<Token>| {
            if let (Some(a), Some(b)) = (tokens.first(), tokens.last()) {
                let from = text.tokens.len() as u32;
                let span = a.span.cover(b.span);
                text.tokens.append(tokens);
                text.sentences.push(Sentence {
                    span,
                    paragraph,
                    tokens: from..text.tokens.len() as u32,
                });
            }
        };
        let mut word: Option<usize> = None;
        for (i, c) in block.char_indices() {
            let i = start + i;
            if c.is_alphanumeric() {
                word.get_or_insert(i);
                continue;
            }
            if let Some(w) = word.take() {
                tokens.push(Token {
                    span: Span::new(w, i),
                });
            }
            if !c.is_whitespace() {
                tokens.push(Token {
                    span: Span::new(i, i + c.len_utf8()),
                });
                if ".!?".contains(c) {
                    flush(&mut tokens);
                }
            }
        }
        if let Some(w) = word.take() {
            tokens.push(Token {
                span: Span::new(w, end),
            });
        }
        flush(&mut tokens);
    }
}
