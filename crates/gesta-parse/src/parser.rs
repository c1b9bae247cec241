//! From segmented text to tags, trees and names.

use crate::features;
use crate::mend;
use crate::model::{Model, ModelError, err};
use crate::names;
use crate::network::{self, Piece, Scratch};
use crate::simd::Unit;
use crate::{NamedSpan, Parsed, Word};
use gesta_text::{Span, Text};

/// Rows worked on together: enough to keep the kernels busy, few enough to stay in the second-level cache.
const BATCH: usize = 192;
/// Longest stretch parsed as one; a longer sentence is parsed in pieces, the later pieces' roots hung on the first's.
const PIECE: usize = 192;

/// Tagger, lemmatiser, dependency parser and entity recogniser. Cheap to share between threads; holds no state.
pub struct Parser {
    model: Model,
    unit: Unit,
}

impl Parser {
    /// Reads a model file (`models/en.gpm`).
    pub fn from_bytes(data: &[u8]) -> Result<Parser, ModelError> {
        Ok(Parser {
            model: Model::read(data)?,
            unit: Unit::detect(),
        })
    }

    /// The same parser on another vector unit; the results are the same. An error if the machine lacks it.
    pub fn with_unit(mut self, unit: Unit) -> Result<Parser, ModelError> {
        if !Unit::available().contains(&unit) {
            return err(format!("this machine has no {unit:?}"));
        }
        self.unit = unit;
        Ok(self)
    }

    /// The vector unit in use.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Multiply-adds that a word costs, arcs between words not counted.
    pub fn macs_per_word(&self) -> usize {
        self.model.macs()
    }

    /// Segments and parses.
    pub fn parse_str(&self, raw: &str) -> Parsed {
        self.parse(Text::new(raw))
    }

    /// Parses a segmented text. Never fails; time and memory are linear in the number of tokens.
    pub fn parse(&self, text: Text) -> Parsed {
        let blank = Word {
            upos: crate::Upos::X,
            xpos: "",
            feats: crate::Feats::default(),
            head: None,
            deprel: crate::Deprel::Root,
            lemma: Span::default(),
        };
        let mut out = Out {
            words: vec![blank; text.tokens().len()],
            lemmas: String::with_capacity(text.raw().len()),
            named: Vec::new(),
            roots: vec![u32::MAX; text.sentences().len()],
            lower: String::new(),
            back: Vec::new(),
            carry: Vec::new(),
        };
        let mut s = Scratch::default();
        let mut batch: Vec<Piece> = Vec::new();
        let mut rows = 0;
        for (n, sentence) in text.sentences().iter().enumerate() {
            let all = sentence.range();
            let mut start = all.start;
            while start < all.end {
                let end = if all.end - start <= PIECE {
                    all.end
                } else {
                    cut(&text, start)
                };
                if rows + (end - start) > BATCH && !batch.is_empty() {
                    self.run(&text, &batch, rows, &mut s, &mut out);
                    batch.clear();
                    rows = 0;
                }
                batch.push(Piece {
                    tokens: start..end,
                    row: rows,
                    first: start == all.start,
                    sentence: n,
                });
                rows += end - start;
                start = end;
            }
        }
        if !batch.is_empty() {
            self.run(&text, &batch, rows, &mut s, &mut out);
        }
        mend::days(&text, &mut out.words);
        names::agree(&text, &out.words, &mut out.named);
        mend::whole(&mut out.words, &out.named);
        Parsed::new(text, out.words, out.lemmas, out.named)
    }

    fn run(&self, text: &Text, batch: &[Piece], n: usize, s: &mut Scratch, out: &mut Out) {
        network::run(&self.model, self.unit, text, batch, n, s);
        for p in batch {
            self.write(text, p, s, out);
        }
    }

    /// Reads tags, relations, lemmas and names of one piece off the logits.
    fn write(&self, text: &Text, p: &Piece, s: &Scratch, out: &mut Out) {
        let m = &self.model;
        let (w, rw) = (m.heads.width(), m.rels_out.width());
        let (nu, nx, nf) = (m.upos.len(), m.xpos.len(), m.feats.len());
        let n = p.tokens.len();
        for i in 0..n {
            let row = &s.a[(p.row + i) * w..][..w];
            let (us, rest) = row.split_at(nu);
            let (xs, rest) = rest.split_at(nx);
            let fs = &rest[..nf];
            let mut best = 0;
            let mut top = f32::NEG_INFINITY;
            for (j, pair) in m.pairs.iter().enumerate() {
                let v = us[pair.upos as usize] + xs[pair.xpos as usize];
                if v > top {
                    (best, top) = (j, v);
                }
            }
            let pair = &m.pairs[best];
            let mut f = pair.feats[0];
            for &g in &pair.feats[1..] {
                if fs[g as usize] > fs[f as usize] {
                    f = g;
                }
            }
            let rels = &s.b[(p.row + i) * rw..][..m.rels.len()];
            let h = s.heads[p.row + i];
            let mut rel = if m.root_rel == 0 {
                1.min(rels.len() - 1)
            } else {
                0
            };
            for (r, &v) in rels.iter().enumerate() {
                if r != m.root_rel && v > rels[rel] {
                    rel = r;
                }
            }
            let token = p.tokens.start + i;
            let (head, deprel) = if h > 0 {
                (Some((p.tokens.start + h - 1) as u32), m.rels[rel])
            } else if p.first {
                out.roots[p.sentence] = token as u32;
                (None, crate::Deprel::Root)
            } else {
                // a later piece of an overlong sentence
                let root = out.roots[p.sentence];
                (
                    Some(root).filter(|&r| r != u32::MAX),
                    crate::Deprel::Parataxis,
                )
            };
            let form = text.form(token);
            let start = out.lemmas.len();
            self.lemma(best, form, &mut out.lower, &mut out.lemmas);
            out.words[token] = Word {
                upos: m.upos[pair.upos as usize],
                xpos: m.xpos[pair.xpos as usize],
                feats: m.feats[f as usize],
                head,
                deprel,
                lemma: Span::new(start, out.lemmas.len()),
            };
        }
        self.names(p, s, out);
    }

    fn lemma(&self, pair: usize, form: &str, lower: &mut String, out: &mut String) {
        features::lower(form, lower);
        let proper = self.model.upos[self.model.pairs[pair].upos as usize] == crate::Upos::Propn;
        if lower.len() > 200 {
            out.push_str(form);
            return;
        }
        if self.model.upos[self.model.pairs[pair].upos as usize] == crate::Upos::Verb
            && let Some(base) = crate::irregular::base(lower)
        {
            out.push_str(base);
            return;
        }
        match self.model.lemmas.find(pair, lower) {
            Some((keep, cut, end)) => {
                let stem = if *keep { form } else { lower.as_str() };
                let from = stem
                    .char_indices()
                    .rev()
                    .take(*cut as usize)
                    .last()
                    .map_or(stem.len(), |(i, _)| i);
                if from == 0 && end.is_empty() {
                    out.push_str(stem);
                } else {
                    out.push_str(&stem[..from]);
                    out.push_str(end);
                }
            }
            None => out.push_str(if proper { form } else { lower }),
        }
    }

    /// The best sequence of entity tags in which no span continues that did not begin.
    fn names(&self, p: &Piece, s: &Scratch, out: &mut Out) {
        let m = &self.model;
        let (k, n, w) = (m.ner.len(), p.tokens.len(), m.heads.width());
        let from = m.upos.len() + m.xpos.len() + m.feats.len();
        let tw = m.tower.tags.width();
        let may = |a: usize, b: usize| match m.ner[b] {
            Some((false, kind)) => m.ner[a].is_some_and(|t| t.1 == kind),
            _ => true,
        };
        out.back.clear();
        out.back.resize(n * k, 0);
        out.carry.clear();
        for t in 0..k {
            let begin = m.ner[t].is_none_or(|x| x.0);
            let v = (s.a[p.row * w + from + t] + s.names[p.row * tw + t]) + m.ner_start[t];
            out.carry.push(if begin { v } else { f32::NEG_INFINITY });
        }
        let mut next = [0f32; 64];
        for i in 1..n {
            let row = &s.a[(p.row + i) * w + from..][..k];
            let own = &s.names[(p.row + i) * tw..][..k];
            for t in 0..k.min(64) {
                let mut best = 0;
                let mut top = f32::NEG_INFINITY;
                for (f, &v) in out.carry.iter().enumerate() {
                    let v = v + m.ner_trans[f * k + t];
                    if v > top && may(f, t) {
                        (best, top) = (f, v);
                    }
                }
                out.back[i * k + t] = best as u8;
                next[t] = top + (row[t] + own[t]);
            }
            out.carry.copy_from_slice(&next[..k]);
        }
        let mut t = 0;
        for (j, &v) in out.carry.iter().enumerate() {
            if v > out.carry[t] {
                t = j;
            }
        }
        // tags, last to first, then spans, first to last
        for i in (0..n).rev() {
            let b = out.back[i * k + t] as usize;
            out.back[i * k] = t as u8;
            t = b;
        }
        let mut open: Option<NamedSpan> = None;
        for i in 0..n {
            let token = (p.tokens.start + i) as u32;
            match m.ner[out.back[i * k] as usize] {
                Some((false, _)) if open.is_some() => {
                    if let Some(o) = &mut open {
                        o.tokens.end = token + 1;
                    }
                }
                Some((_, kind)) => {
                    out.named.extend(open.take());
                    open = Some(NamedSpan {
                        tokens: token..token + 1,
                        kind,
                    });
                }
                None => out.named.extend(open.take()),
            }
        }
        out.named.extend(open);
    }
}

struct Out {
    words: Vec<Word>,
    lemmas: String,
    named: Vec<NamedSpan>,
    roots: Vec<u32>,
    /// Buffers: a word's key, the way back through the entity tags, and the scores of the last.
    lower: String,
    back: Vec<u8>,
    carry: Vec<f32>,
}

/// Where to cut an overlong sentence: after the last semicolon, colon or comma in the second half of what fits.
fn cut(text: &Text, start: usize) -> usize {
    for marks in [";:.!?", ","] {
        for i in (start + PIECE / 2..start + PIECE).rev() {
            let f = text.form(i);
            if f.len() == 1 && marks.contains(f) {
                return i + 1;
            }
        }
    }
    start + PIECE
}
