use crate::{Span, segment};
use std::ops::Range;

/// One token after UD conventions: clitics ("do" + "n't"), punctuation and possessive 's stand apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it stands.
    pub span: Span,
}

/// One sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// From its first to its last token.
    pub span: Span,
    /// Number of its paragraph, from 0.
    pub paragraph: u32,
    /// Its tokens, as indices into [`Text::tokens`].
    pub tokens: Range<u32>,
}

impl Sentence {
    /// Its tokens' indices.
    pub fn range(&self) -> Range<usize> {
        self.tokens.start as usize..self.tokens.end as usize
    }
}

/// A text cut into paragraphs, sentences and tokens.
#[derive(Clone, Debug, Default)]
pub struct Text {
    pub(crate) raw: String,
    pub(crate) paragraphs: Vec<Span>,
    pub(crate) sentences: Vec<Sentence>,
    pub(crate) tokens: Vec<Token>,
}

impl Text {
    /// Cuts `raw` up. Never fails; whitespace-only text has no sentence.
    pub fn new(raw: impl Into<String>) -> Self {
        let mut text = Text {
            raw: raw.into(),
            ..Default::default()
        };
        segment::segment(&mut text);
        text
    }

    /// Builds a text from a segmentation that somebody else made (gold treebanks, CoNLL-U).
    /// `sentences` holds paragraph number and the token spans of each sentence, in order.
    pub fn from_tokens(raw: impl Into<String>, sentences: &[(u32, Vec<Span>)]) -> Self {
        let mut text = Text {
            raw: raw.into(),
            ..Default::default()
        };
        for (paragraph, spans) in sentences {
            let start = text.tokens.len() as u32;
            text.tokens.extend(spans.iter().map(|&span| Token { span }));
            let (Some(first), Some(last)) = (spans.first(), spans.last()) else {
                continue;
            };
            let span = first.cover(*last);
            text.sentences.push(Sentence {
                span,
                paragraph: *paragraph,
                tokens: start..text.tokens.len() as u32,
            });
            let p = *paragraph as usize;
            if text.paragraphs.len() <= p {
                text.paragraphs.resize(p + 1, span);
            }
            text.paragraphs[p] = text.paragraphs[p].cover(span);
        }
        text
    }

    /// The text as it came.
    pub fn raw(&self) -> &str {
        &self.raw
    }
    /// Paragraphs in order.
    pub fn paragraphs(&self) -> &[Span] {
        &self.paragraphs
    }
    /// Sentences in order.
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }
    /// Tokens in order.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }
    /// The letters of token `i`.
    pub fn form(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |t| t.span.of(&self.raw))
    }
    /// The letters of a span.
    pub fn slice(&self, span: Span) -> &str {
        span.of(&self.raw)
    }
    /// Number of the sentence that holds token `i`.
    pub fn sentence_of(&self, i: usize) -> usize {
        self.sentences
            .partition_point(|s| s.tokens.end as usize <= i)
    }
    /// The span from the first to the last token of a range (empty at 0 for an empty range).
    pub fn span_of(&self, tokens: Range<usize>) -> Span {
        match (
            self.tokens.get(tokens.start),
            self.tokens.get(tokens.end.wrapping_sub(1)),
        ) {
            (Some(a), Some(b)) if tokens.start < tokens.end => a.span.cover(b.span),
            _ => Span::default(),
        }
    }
    /// Whether token `i` follows the one before without space.
    pub fn glued(&self, i: usize) -> bool {
        i > 0 && i < self.tokens.len() && self.tokens[i - 1].span.end == self.tokens[i].span.start
    }
}
