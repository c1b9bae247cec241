use crate::{Deprel, EntityKind, Feats, Upos};
use gesta_text::{Span, Text};
use std::ops::Range;

/// What the parser says of one token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Word {
    /// Universal part of speech.
    pub upos: Upos,
    /// Penn Treebank tag ("VBD"), "" if not predicted.
    pub xpos: &'static str,
    /// Morphological features.
    pub feats: Feats,
    /// Token index of the head in the whole document; `None` for the root of a sentence.
    pub head: Option<u32>,
    /// Relation to the head.
    pub deprel: Deprel,
    /// Where the lemma stands in the document's lemma buffer.
    pub lemma: Span,
}

/// A named span that the model found: `tokens` is a range over the document's tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedSpan {
    /// First and one past the last token.
    pub tokens: Range<u32>,
    /// Person, organisation, place, group…
    pub kind: EntityKind,
}

/// A text with its words' analysis: one [`Word`] for each of the text's tokens.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The segmented text.
    pub text: Text,
    /// One a token.
    pub words: Vec<Word>,
    /// Lemmas, one behind the other.
    pub lemmas: String,
    /// Entity spans in order; they do not overlap.
    pub named: Vec<NamedSpan>,
    /// Dependents of each token, in order: `kids[first[i]..first[i + 1]]`.
    first: Vec<u32>,
    kids: Vec<u32>,
    /// Leftmost and one past the rightmost token of each token's subtree.
    extent: Vec<(u32, u32)>,
}

impl Parsed {
    /// Puts the parts together and indexes the tree. `words` must hold one entry a token; a head that lies
    /// outside the sentence or on the word itself is taken as a root.
    pub fn new(text: Text, mut words: Vec<Word>, lemmas: String, named: Vec<NamedSpan>) -> Self {
        let n = text.tokens().len();
        assert_eq!(words.len(), n, "one word a token");
        let (mut state, mut path) = (Vec::new(), Vec::new());
        for s in text.sentences() {
            for i in s.range() {
                if let Some(h) = words[i].head
                    && (!s.tokens.contains(&h) || h as usize == i)
                {
                    words[i].head = None;
                }
            }
            break_cycles(&mut words, s.range(), &mut state, &mut path);
        }
        let mut first = vec![0u32; n + 2];
        for w in &words {
            if let Some(h) = w.head {
                first[h as usize + 2] += 1;
            }
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        let mut kids = vec![0u32; *first.last().unwrap_or(&0) as usize];
        for (i, w) in words.iter().enumerate() {
            if let Some(h) = w.head {
                let at = &mut first[h as usize + 1];
                kids[*at as usize] = i as u32;
                *at += 1;
            }
        }
        first.truncate(n + 1);
        let mut extent: Vec<(u32, u32)> = (0..n as u32).map(|i| (i, i + 1)).collect();
        // Leaves first: a word is folded into its head once all its dependents have been folded into it.
        let mut open: Vec<u32> = (0..n).map(|i| first[i + 1] - first[i]).collect();
        let mut ready: Vec<u32> = (0..n as u32).filter(|&i| open[i as usize] == 0).collect();
        while let Some(i) = ready.pop() {
            if let Some(h) = words[i as usize].head {
                let (a, b) = extent[i as usize];
                let e = &mut extent[h as usize];
                *e = (e.0.min(a), e.1.max(b));
                open[h as usize] -= 1;
                if open[h as usize] == 0 {
                    ready.push(h);
                }
            }
        }
        Parsed {
            text,
            words,
            lemmas,
            named,
            first,
            kids,
            extent,
        }
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.words.len()
    }
    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
    /// The letters of token `i`.
    pub fn form(&self, i: usize) -> &str {
        self.text.form(i)
    }
    /// The lemma of token `i` (lower case but for proper names).
    pub fn lemma(&self, i: usize) -> &str {
        self.words.get(i).map_or("", |w| w.lemma.of(&self.lemmas))
    }
    /// The analysis of token `i`.
    pub fn word(&self, i: usize) -> &Word {
        &self.words[i]
    }
    /// The head of token `i`.
    pub fn head(&self, i: usize) -> Option<usize> {
        self.words[i].head.map(|h| h as usize)
    }
    /// The relation of token `i` to its head.
    pub fn rel(&self, i: usize) -> Deprel {
        self.words[i].deprel
    }
    /// The part of speech of token `i`.
    pub fn upos(&self, i: usize) -> Upos {
        self.words[i].upos
    }
    /// Dependents of token `i`, left to right.
    pub fn kids(&self, i: usize) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.kids[self.first[i] as usize..self.first[i + 1] as usize]
            .iter()
            .map(|&k| k as usize)
    }
    /// Dependents of token `i` with relation `rel`.
    pub fn kids_by(&self, i: usize, rel: Deprel) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.kids(i).filter(move |&k| self.rel(k) == rel)
    }
    /// The first dependent with relation `rel`.
    pub fn kid(&self, i: usize, rel: Deprel) -> Option<usize> {
        self.kids_by(i, rel).next()
    }
    /// From the leftmost to one past the rightmost token of the subtree of `i`.
    pub fn subtree(&self, i: usize) -> Range<usize> {
        let (a, b) = self.extent[i];
        a as usize..b as usize
    }
    /// Whether `i` is `top` or stands below it.
    pub fn under(&self, mut i: usize, top: usize) -> bool {
        loop {
            if i == top {
                return true;
            }
            match self.head(i) {
                Some(h) => i = h,
                None => return false,
            }
        }
    }
    /// The root of sentence `s`.
    pub fn root(&self, s: usize) -> Option<usize> {
        self.text
            .sentences()
            .get(s)?
            .range()
            .find(|&i| self.words[i].head.is_none())
    }
    /// The case markers of a nominal, joined by a space, lower case: "on", "because of"; "" if none.
    pub fn case(&self, i: usize) -> String {
        let mut out = String::new();
        for k in self.kids_by(i, Deprel::Case) {
            for j in std::iter::once(k).chain(self.kids_by(k, Deprel::Fixed)) {
                if !out.is_empty() {
                    out.push(' ');
                }
                out.push_str(&self.form(j).to_lowercase());
            }
        }
        out
    }
}

/// Cuts every cycle at its leftmost word, so that walking up always ends.
fn break_cycles(
    words: &mut [Word],
    range: Range<usize>,
    state: &mut Vec<u8>,
    path: &mut Vec<usize>,
) {
    let base = range.start;
    // 0 unseen, 1 on the present path, 2 known to reach a root
    state.clear();
    state.resize(range.len(), 0);
    for start in range.clone() {
        let mut i = start;
        loop {
            match state[i - base] {
                2 => break,
                1 => {
                    words[i].head = None;
                    break;
                }
                _ => {
                    state[i - base] = 1;
                    path.push(i);
                    match words[i].head {
                        Some(h) => i = h as usize,
                        None => break,
                    }
                }
            }
        }
        for j in path.drain(..) {
            state[j - base] = 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(head: Option<u32>) -> Word {
        Word {
            upos: Upos::X,
            xpos: "",
            feats: Feats::default(),
            head,
            deprel: Deprel::Dep,
            lemma: Span::default(),
        }
    }

    #[test]
    fn tree_is_indexed_and_cycles_are_cut() {
        let text = Text::from_tokens(
            "a b c d",
            &[(0, (0..4).map(|i| Span::new(2 * i, 2 * i + 1)).collect())],
        );
        let heads = [Some(1), None, Some(3), Some(2)];
        let p = Parsed::new(text, heads.map(word).to_vec(), String::new(), vec![]);
        assert_eq!(p.kids(1).collect::<Vec<_>>(), [0]);
        assert_eq!(p.subtree(1), 0..2);
        assert_eq!((p.head(2), p.head(3)), (None, Some(2)));
        assert_eq!(p.subtree(2), 2..4);
        assert!(p.under(3, 2) && !p.under(3, 1));
    }
}
