//! Walks the key map along a document's tokens.

use crate::gazetteer::Gazetteer;
use crate::normal::{Piece, piece};
use fst::raw::{Node, Output};
use gesta_parse::Parsed;
use std::ops::Range;

/// Longest run of tokens that a name may cover.
const MOST: usize = 12;

/// Follows bytes through a map.
#[derive(Clone, Copy)]
struct Walk<'f> {
    g: &'f Gazetteer,
    node: Node<'f>,
    out: Output,
}

impl<'f> Walk<'f> {
    fn new(g: &'f Gazetteer) -> Self {
        Walk {
            g,
            node: g.keys.root(),
            out: Output::zero(),
        }
    }
    fn step(&mut self, b: u8) -> bool {
        let Some(i) = self.node.find_input(b) else {
            return false;
        };
        let t = self.node.transition(i);
        self.out = self.out.cat(t.out);
        self.node = self.g.keys.node(t.addr);
        true
    }
    fn value(&self) -> Option<u64> {
        self.node
            .is_final()
            .then(|| self.out.cat(self.node.final_output()).value())
    }
}

/// All names that begin with token `range.start` and end before `range.end`: one past their last token, and the value.
pub(crate) fn names_at(
    g: &Gazetteer,
    p: &Parsed,
    range: Range<usize>,
    mut each: impl FnMut(usize, u64),
) {
    let mut walk = Walk::new(g);
    let mut gap = false;
    for j in range.start..range.end.min(range.start + MOST) {
        let form = p.form(j);
        if j > range.start && !p.text.glued(j) {
            gap = true;
        }
        let mut letters = false;
        for c in form.chars() {
            let ok = match piece(c) {
                Piece::Byte(b) => {
                    letters = true;
                    (!std::mem::take(&mut gap) || walk.step(b' ')) && walk.step(b)
                }
                Piece::Str(s) => {
                    letters = true;
                    (!std::mem::take(&mut gap) || walk.step(b' '))
                        && s.bytes().all(|b| walk.step(b))
                }
                Piece::Nothing => true,
                Piece::Gap => {
                    gap = true;
                    true
                }
                Piece::And => {
                    gap = true;
                    walk.step(b' ') && b"and".iter().all(|&b| walk.step(b))
                }
                Piece::Stop => false,
            };
            if !ok {
                return;
            }
        }
        // "'s" is part of a name only inside it or after a saint
        let clitic = j > range.start
            && form.len() <= 4
            && form.starts_with(['\'', '’'])
            && j - range.start < 2;
        if letters
            && !clitic
            && let Some(v) = walk.value()
        {
            each(j + 1, v);
        }
    }
}

/// Looks up a key with a mark before it (`=` exact letters, `,` only after a comma, `@` a people).
pub(crate) fn marked(g: &Gazetteer, mark: u8, key: impl IntoIterator<Item = u8>) -> Option<u64> {
    let mut walk = Walk::new(g);
    if !walk.step(mark) {
        return None;
    }
    for b in key {
        if !walk.step(b) {
            return None;
        }
    }
    walk.value()
}

/// Flags of a word, given in key form.
pub(crate) fn word_flags(g: &Gazetteer, key: &str) -> u64 {
    g.words.get(key).map_or(0, |o| o.value())
}
