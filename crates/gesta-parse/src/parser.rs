//! From segmented text to tags, trees and names.

use crate::features::{self, Buffers, Rows};
use crate::lexicon::Marks;
use crate::math;
use crate::model::{Layer, Model, ModelError, err};
use crate::names;
use crate::simd::{Packed, Unit, ZERO, matmul};
use crate::tree;
use crate::{NamedSpan, Parsed, Word};
use gesta_text::{Span, Text};
use std::ops::Range;

/// Rows worked on together: enough to keep the kernels busy, few enough to stay in the second-level cache.
const BATCH: usize = 192;
/// Longest stretch parsed as one; a longer sentence is parsed in pieces, the later pieces' roots hung on the first's.
const PIECE: usize = 192;

/// Tagger, lemmatiser, dependency parser and entity recogniser. Cheap to share between threads; holds no state.
pub struct Parser {
    model: Model,
    unit: Unit,
}

/// Everything that is written while a batch runs; one a call, used again for each batch.
#[derive(Default)]
struct Scratch {
    text: Buffers,
    /// One a row: the token and what its letters give.
    rows: Vec<Rows>,
    /// What lists of names say of it.
    marks: Vec<Marks>,
    /// Scores of the entity tags by the names' own network.
    names: Vec<f32>,
    /// Residual stream, one row a token.
    x: Vec<f32>,
    y: Vec<f32>,
    /// Outputs of the forward and the backward product, then of whatever follows.
    a: Vec<f32>,
    b: Vec<f32>,
    /// Activations as bytes. For the windowed products, a row of zeros stands between pieces.
    q: Vec<u8>,
    at: Vec<u32>,
    at_prev: Vec<u32>,
    dense: Vec<u32>,
    wide: Vec<u32>,
    scale: Vec<f32>,
    ones: Vec<f32>,
    carry: Vec<f32>,
    dep: Vec<f32>,
    score: Vec<f32>,
    heads: Vec<usize>,
    piece_heads: Vec<usize>,
    back: Vec<u8>,
    lemma: String,
}

/// A piece of a sentence within a batch.
#[derive(Clone)]
struct Piece {
    tokens: Range<usize>,
    /// First row of the batch.
    row: usize,
    /// Whether it begins its sentence.
    first: bool,
    /// Token under which its root goes when it does not begin its sentence; filled when the first piece is done.
    sentence: usize,
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
        names::agree(&text, &out.words, &mut out.named);
        names::whole(&mut out.words, &out.named);
        Parsed::new(text, out.words, out.lemmas, out.named)
    }

    fn run(&self, text: &Text, batch: &[Piece], n: usize, s: &mut Scratch, out: &mut Out) {
        let unit = self.unit;
        self.look_up(text, batch, s);
        unit.run(
            #[inline(always)]
            || {
                self.name_scores(n, s);
                self.encode(batch, n, s);
            },
        );
        for p in batch {
            unit.run(
                #[inline(always)]
                || self.arcs(p, s),
            );
            tree::decode(&s.score, p.tokens.len(), &mut s.piece_heads);
            s.heads[p.row..p.row + p.tokens.len()].copy_from_slice(&s.piece_heads);
        }
        unit.run(
            #[inline(always)]
            || self.labels(batch, n, s),
        );
        for p in batch {
            self.write(text, p, s, out);
        }
    }

    /// Looks the words up.
    fn look_up(&self, text: &Text, batch: &[Piece], s: &mut Scratch) {
        let m = &self.model;
        s.rows.clear();
        s.marks.clear();
        for p in batch {
            for (i, t) in p.tokens.clone().enumerate() {
                s.rows.push(features::rows(
                    m,
                    text.form(t),
                    p.first && i == 0,
                    &mut s.text,
                ));
            }
            let (from, n) = (p.row, p.tokens.len());
            s.marks.resize(from + n, Marks::default());
            m.tower.lexicon.mark(
                n,
                &|i| text.form(p.tokens.start + i),
                &mut s.text.lower,
                &mut s.marks[from..],
            );
        }
    }

    /// Room for `n` rows of `d`, `wide` at most where products are written.
    #[inline(always)]
    fn make_room(batch: &[Piece], n: usize, d: usize, wide: usize, s: &mut Scratch) {
        for (v, len) in [
            (&mut s.x, n * d),
            (&mut s.y, n * d),
            (&mut s.a, n * wide),
            (&mut s.b, n * wide),
        ] {
            if v.len() < len {
                v.resize(len, 0.0);
            }
        }
        s.ones.clear();
        s.ones.resize(n, 0.0);
        s.scale.clear();
        s.scale.resize(n, 0.0);
        s.carry.clear();
        s.carry.resize(d / 2, 0.0);
        let padded = n + batch.len() + 1;
        s.q.clear();
        s.q.resize(padded * d, ZERO);
        s.at.clear();
        s.at_prev.clear();
        s.dense.clear();
        for (b, p) in batch.iter().enumerate() {
            for i in 0..p.tokens.len() {
                let row = p.row + i + b + 1;
                s.at.push((row * d) as u32);
                s.at_prev.push(((row - 1) * d) as u32);
            }
        }
        s.dense.extend((0..n).map(|i| (i * d) as u32));
    }

    /// The word vectors' part of each row, projected: left in `a`.
    #[inline(always)]
    fn vectors(&self, gproj: &Packed, d: usize, s: &mut Scratch) {
        let m = &self.model;
        // Rows of vectors may be wider than those of a small network.
        let g = m.glove_width;
        let step = d.max(g);
        if s.q.len() < s.rows.len() * step {
            s.q.resize(s.rows.len() * step, ZERO);
        }
        s.wide.clear();
        s.wide.extend((0..s.rows.len()).map(|i| (i * step) as u32));
        for (i, r) in s.rows.iter().enumerate() {
            let row = r.glove as usize;
            s.scale[i] = m.glove.scale[row];
            for (o, &q) in s.q[i * step..][..g]
                .iter_mut()
                .zip(&m.glove.q[row * g..][..g])
            {
                *o = (q as u8).wrapping_add(ZERO);
            }
        }
        matmul(self.unit, &s.q, &s.wide, &s.scale, gproj, &mut s.a);
        s.q.fill(ZERO);
    }

    /// Runs a stack of layers over `x`.
    #[inline(always)]
    fn layers(&self, layers: &[Layer], d: usize, batch: &[Piece], n: usize, s: &mut Scratch) {
        let unit = self.unit;
        let half = d / 2;
        for l in layers {
            let row_scale = 1.0 / l.inv;
            s.ones.fill(row_scale);
            for i in 0..n {
                let y = &mut s.y[i * d..][..d];
                math::layer_norm(&s.x[i * d..][..d], &l.norm.gain, &l.norm.shift, y);
                math::quantise(y, l.inv, &mut s.q[s.at[i] as usize..][..d]);
            }
            let from = if l.window { &s.at_prev } else { &s.at };
            matmul(unit, &s.q, from, &s.ones, &l.fwd, &mut s.a);
            matmul(unit, &s.q, &s.at, &s.ones, &l.bwd, &mut s.b);
            let w = l.fwd.width();
            for p in batch {
                let range = p.row..p.row + p.tokens.len();
                s.carry.fill(0.0);
                for i in range.clone() {
                    math::gate(
                        &s.a[i * w..][..3 * half],
                        &mut s.carry,
                        &mut s.y[i * d..][..half],
                    );
                }
                s.carry.fill(0.0);
                for i in range.rev() {
                    math::gate(
                        &s.b[i * w..][..3 * half],
                        &mut s.carry,
                        &mut s.y[i * d + half..][..half],
                    );
                }
            }
            // The gated rows take the place of the normalised ones; the zero rows between pieces stay untouched.
            for i in 0..n {
                s.scale[i] =
                    math::quantise_row(&s.y[i * d..][..d], &mut s.q[s.at[i] as usize..][..d]);
            }
            matmul(unit, &s.q, &s.at, &s.scale, &l.out, &mut s.a);
            let w = l.out.width();
            for i in 0..n {
                for (x, &v) in s.x[i * d..][..d].iter_mut().zip(&s.a[i * w..][..d]) {
                    *x += v;
                }
            }
        }
    }

    /// The names' own network; leaves its scores in `names`. It reads the batch as one passage: the sentence before
    /// and the one after often say what a name is.
    #[inline(always)]
    fn name_scores(&self, n: usize, s: &mut Scratch) {
        let t = &self.model.tower;
        let (d, e) = (t.width, t.entry);
        let wide = (d / 2 * 3 + 16)
            .max(t.gproj.width())
            .max(t.up.width())
            .max(t.tags.width());
        let passage = [Piece {
            tokens: 0..n,
            row: 0,
            first: true,
            sentence: 0,
        }];
        Self::make_room(&passage, n, d, wide, s);
        self.vectors(&t.gproj, d, s);
        let gw = t.gproj.width();
        for (i, r) in s.rows.iter().enumerate() {
            let x = &mut s.x[i * d..][..e];
            x.copy_from_slice(&s.a[i * gw..][..e]);
            for &row in &r.aff {
                t.aff.add(row as usize, x);
            }
            for &row in s.marks[i].iter().filter(|&&row| row != 0) {
                t.lex.add(usize::from(row), x);
            }
            let y = &mut s.y[i * d..][..e];
            math::layer_norm(x, &t.norm0.gain, &t.norm0.shift, y);
            s.scale[i] = math::quantise_row(y, &mut s.q[i * d..][..e]);
        }
        matmul(self.unit, &s.q, &s.dense, &s.scale, &t.up, &mut s.a);
        s.q.fill(ZERO);
        let w = t.up.width();
        for i in 0..n {
            s.x[i * d..][..d].copy_from_slice(&s.a[i * w..][..d]);
        }
        self.layers(&t.layers, d, &passage, n, s);
        for i in 0..n {
            let y = &mut s.y[i * d..][..d];
            math::layer_norm(&s.x[i * d..][..d], &t.norm1.gain, &t.norm1.shift, y);
            s.scale[i] = math::quantise_row(y, &mut s.q[i * d..][..d]);
        }
        s.names.clear();
        s.names.resize(n * t.tags.width(), 0.0);
        matmul(self.unit, &s.q, &s.dense, &s.scale, &t.tags, &mut s.names);
    }

    /// Runs the layers; leaves tag logits and projections in `a`.
    #[inline(always)]
    fn encode(&self, batch: &[Piece], n: usize, s: &mut Scratch) {
        let m = &self.model;
        let (d, unit) = (m.width, self.unit);
        let wide = m.heads.width().max(d / 2 * 3 + 16).max(m.gproj.width());
        Self::make_room(batch, n, d, wide, s);
        s.heads.clear();
        s.heads.resize(n, 0);
        self.vectors(&m.gproj, d, s);
        let gw = m.gproj.width();
        for (i, r) in s.rows.iter().enumerate() {
            let y = &mut s.y[i * d..][..d];
            y.copy_from_slice(&s.a[i * gw..][..d]);
            m.emb.add(r.word as usize, y);
            for &row in &r.aff {
                m.aff.add(row as usize, y);
            }
            math::layer_norm(y, &m.norm0.gain, &m.norm0.shift, &mut s.x[i * d..][..d]);
        }
        self.layers(&m.layers, d, batch, n, s);
        for i in 0..n {
            let y = &mut s.y[i * d..][..d];
            math::layer_norm(&s.x[i * d..][..d], &m.norm1.gain, &m.norm1.shift, y);
            s.scale[i] = math::quantise_row(y, &mut s.q[i * d..][..d]);
        }
        matmul(unit, &s.q, &s.dense, &s.scale, &m.heads, &mut s.a);
        // dependents of arcs: relu, then the bilinear form
        let (w, tags) = (m.heads.width(), self.tags());
        for i in 0..n {
            let row = &mut s.a[i * w + tags..][..2 * m.arc];
            for v in row.iter_mut() {
                *v = if *v > 0.0 { *v } else { 0.0 };
            }
            s.scale[i] = math::quantise_row(&row[..m.arc], &mut s.q[i * d..][..m.arc]);
        }
        let bw = m.bil.width();
        if s.dep.len() < n * bw {
            s.dep.resize(n * bw, 0.0);
        }
        matmul(unit, &s.q, &s.dense, &s.scale, &m.bil, &mut s.dep);
    }

    fn tags(&self) -> usize {
        let m = &self.model;
        m.upos.len() + m.xpos.len() + m.feats.len() + m.ner.len()
    }

    /// Scores of all arcs of one piece.
    #[inline(always)]
    fn arcs(&self, p: &Piece, s: &mut Scratch) {
        let m = &self.model;
        let n = p.tokens.len();
        let (w, bw, from) = (m.heads.width(), m.bil.width(), self.tags() + m.arc);
        s.score.clear();
        for i in 0..n {
            let d = &s.dep[(p.row + i) * bw..][..m.arc];
            s.score.push(math::dot(d, &m.root_head));
            for h in 0..n {
                s.score
                    .push(math::dot(d, &s.a[(p.row + h) * w + from..][..m.arc]));
            }
            s.score[i * (n + 1) + i + 1] = -1e9;
        }
    }

    /// Logits of all relations for the chosen arcs; left in `b`.
    #[inline(always)]
    fn labels(&self, batch: &[Piece], n: usize, s: &mut Scratch) {
        let m = &self.model;
        let (w, d) = (m.heads.width(), m.width);
        let from = self.tags() + 2 * m.arc;
        let k = m.label;
        for p in batch {
            for i in p.row..p.row + p.tokens.len() {
                let h = s.heads[i];
                let (dep, y) = (&s.a[i * w + from..][..k], &mut s.y[i * d..][..k]);
                let head = if h == 0 {
                    &m.root_label[..]
                } else {
                    &s.a[(p.row + h - 1) * w + from + k..][..k]
                };
                for ((o, &a), &b) in y.iter_mut().zip(dep).zip(head) {
                    let v = a + b;
                    *o = if v > 0.0 { v } else { 0.0 };
                }
                s.scale[i] = math::quantise_row(y, &mut s.q[i * d..][..k]);
            }
        }
        let len = n * m.rels_out.width();
        if s.b.len() < len {
            s.b.resize(len, 0.0);
        }
        matmul(self.unit, &s.q, &s.dense, &s.scale, &m.rels_out, &mut s.b);
    }

    /// Reads tags, relations, lemmas and names of one piece off the logits.
    fn write(&self, text: &Text, p: &Piece, s: &mut Scratch, out: &mut Out) {
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
            self.lemma(best, form, &mut s.lemma, &mut out.lemmas);
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
    fn names(&self, p: &Piece, s: &mut Scratch, out: &mut Out) {
        let m = &self.model;
        let (k, n, w) = (m.ner.len(), p.tokens.len(), m.heads.width());
        let from = m.upos.len() + m.xpos.len() + m.feats.len();
        let tw = m.tower.tags.width();
        let may = |a: usize, b: usize| match m.ner[b] {
            Some((false, kind)) => m.ner[a].is_some_and(|t| t.1 == kind),
            _ => true,
        };
        s.back.clear();
        s.back.resize(n * k, 0);
        s.carry.clear();
        for t in 0..k {
            let begin = m.ner[t].is_none_or(|x| x.0);
            let v = (s.a[p.row * w + from + t] + s.names[p.row * tw + t]) + m.ner_start[t];
            s.carry.push(if begin { v } else { f32::NEG_INFINITY });
        }
        let mut next = [0f32; 64];
        for i in 1..n {
            let row = &s.a[(p.row + i) * w + from..][..k];
            let own = &s.names[(p.row + i) * tw..][..k];
            for t in 0..k.min(64) {
                let mut best = 0;
                let mut top = f32::NEG_INFINITY;
                for (f, &v) in s.carry.iter().enumerate() {
                    let v = v + m.ner_trans[f * k + t];
                    if v > top && may(f, t) {
                        (best, top) = (f, v);
                    }
                }
                s.back[i * k + t] = best as u8;
                next[t] = top + (row[t] + own[t]);
            }
            s.carry.copy_from_slice(&next[..k]);
        }
        let mut t = 0;
        for (j, &v) in s.carry.iter().enumerate() {
            if v > s.carry[t] {
                t = j;
            }
        }
        // tags, last to first, then spans, first to last
        for i in (0..n).rev() {
            let b = s.back[i * k + t] as usize;
            s.back[i * k] = t as u8;
            t = b;
        }
        let mut open: Option<NamedSpan> = None;
        for i in 0..n {
            let token = (p.tokens.start + i) as u32;
            match m.ner[s.back[i * k] as usize] {
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
