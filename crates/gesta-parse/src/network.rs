//! The networks themselves: from words to scores of tags, arcs, relations and names, a batch at a time.

use crate::features::{self, Buffers, Rows};
use crate::lanes::{Vector, WIDTH};
use crate::lexicon::Marks;
use crate::math;
use crate::model::{Layer, Model, Table};
use crate::simd::{Put, Unit, Work, ZERO, matmul};
use crate::tree;
use gesta_text::Text;
use std::ops::Range;

/// A piece of a sentence within a batch.
#[derive(Clone)]
pub(crate) struct Piece {
    pub tokens: Range<usize>,
    /// First row of the batch.
    pub row: usize,
    /// Whether it begins its sentence.
    pub first: bool,
    /// Its sentence: a later piece's root hangs on the root of the first.
    pub sentence: usize,
}

/// Everything that is written while a batch runs; one a call, used again for each batch.
#[derive(Default)]
pub(crate) struct Scratch {
    pub known: Known,
    /// What lists of names say of each row.
    marks: Vec<Marks>,
    /// Scores of the entity tags by the names' own network.
    pub names: Vec<f32>,
    /// Residual stream, one row a token.
    x: Vec<f32>,
    y: Vec<f32>,
    /// Outputs of products; in the end, in `a`, scores of tags and projections, and in `b` of relations.
    pub a: Vec<f32>,
    pub b: Vec<f32>,
    /// Activations as bytes. For the windowed products, a row of zeros stands between pieces.
    q: Vec<u8>,
    at: Vec<u32>,
    at_prev: Vec<u32>,
    dense: Vec<u32>,
    scale: Vec<f32>,
    ones: Vec<f32>,
    /// Largest magnitudes of each gated row, by lane.
    tops: Vec<[f32; WIDTH]>,
    carry: Vec<f32>,
    dep: Vec<f32>,
    columns: Vec<f32>,
    score: Vec<f32>,
    /// Head of each row within its piece, from 1; 0 is the root.
    pub heads: Vec<usize>,
    piece_heads: Vec<usize>,
}

/// Words of the text that were looked up already, with what both networks start from: most words come again.
#[derive(Default)]
pub(crate) struct Known {
    text: Buffers,
    /// Open addressing: entry + 1, 0 is an empty place.
    slots: Vec<u32>,
    /// Of each entry, the token that it was made for, and whether that began a sentence.
    made: Vec<(u32, bool)>,
    rows: Vec<Rows>,
    /// Rows of the parser's input, and of the names' network before the lists speak.
    x: Vec<f32>,
    names: Vec<f32>,
    /// Entry of each row of the batch.
    entries: Vec<u32>,
}

impl Known {
    /// Entries kept; the table has twice as many places. Beyond this it begins anew, so memory stays bounded.
    const MOST: usize = 4096;

    /// Finds the entry of each token of the batch; new ones have their rows of the tables filled in, no more. Returns the first new one.
    fn find(&mut self, m: &Model, text: &Text, batch: &[Piece], n: usize) -> usize {
        if self.slots.is_empty() || self.made.len() + n > Self::MOST {
            self.slots.clear();
            self.slots.resize(2 * Self::MOST, 0);
            self.made.clear();
            self.rows.clear();
        }
        let old = self.made.len();
        self.entries.clear();
        for p in batch {
            for (i, token) in p.tokens.clone().enumerate() {
                let (form, first) = (text.form(token), p.first && i == 0);
                let mut at = hash(form, first);
                let entry = loop {
                    let place = &mut self.slots[at & (2 * Self::MOST - 1)];
                    let Some(&(t, f)) = (*place as usize)
                        .checked_sub(1)
                        .and_then(|e| self.made.get(e))
                    else {
                        self.made.push((token as u32, first));
                        self.rows
                            .push(features::rows(m, form, first, &mut self.text));
                        *place = self.made.len() as u32;
                        break *place - 1;
                    };
                    if f == first && text.form(t as usize) == form {
                        break *place - 1;
                    }
                    at += 1;
                };
                self.entries.push(entry);
            }
        }
        old
    }
}

fn hash(form: &str, first: bool) -> usize {
    let mut h = form.len() as u64 * 2 + u64::from(first);
    // letters far on tell few words apart
    for c in form.as_bytes()[..form.len().min(64)].chunks(8) {
        let mut b = [0; 8];
        b[..c.len()].copy_from_slice(c);
        h = (h.rotate_left(5) ^ u64::from_le_bytes(b)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    (h >> 40) as usize
}

/// Runs both networks over a batch of `n` rows and finds its heads.
pub(crate) fn run(m: &Model, unit: Unit, text: &Text, batch: &[Piece], n: usize, s: &mut Scratch) {
    let new = s.known.find(m, text, batch, n);
    mark(m, text, batch, s);
    unit.run(Encode(m, unit, batch, n, new, s));
    for p in batch {
        unit.run(Arcs(m, p, s));
        let n = p.tokens.len();
        tree::decode(&s.score, n, wide(n), &mut s.piece_heads);
        s.heads[p.row..p.row + n].copy_from_slice(&s.piece_heads);
    }
    unit.run(Labels(m, unit, batch, n, s));
}

/// The model, the unit for products, the batch, its rows, the first new entry, and where all is written.
struct Encode<'a>(&'a Model, Unit, &'a [Piece], usize, usize, &'a mut Scratch);

impl Work for Encode<'_> {
    #[inline(always)]
    fn on<V: Vector>(self) {
        let Encode(m, unit, batch, n, new, s) = self;
        learn::<V>(m, unit, new, s);
        names::<V>(m, unit, n, s);
        encode::<V>(m, unit, batch, n, s);
    }
}

struct Arcs<'a>(&'a Model, &'a Piece, &'a mut Scratch);

impl Work for Arcs<'_> {
    #[inline(always)]
    fn on<V: Vector>(self) {
        arcs::<V>(self.0, self.1, self.2);
    }
}

struct Labels<'a>(&'a Model, Unit, &'a [Piece], usize, &'a mut Scratch);

impl Work for Labels<'_> {
    #[inline(always)]
    fn on<V: Vector>(self) {
        labels::<V>(self.0, self.1, self.2, self.3, self.4);
    }
}

/// Numbers of a row of scores of tags, which the projections for arcs and relations follow.
pub(crate) fn tags(m: &Model) -> usize {
    m.upos.len() + m.xpos.len() + m.feats.len() + m.ner.len()
}

/// What lists of names say of each word.
fn mark(m: &Model, text: &Text, batch: &[Piece], s: &mut Scratch) {
    s.marks.clear();
    for p in batch {
        s.marks.resize(p.row + p.tokens.len(), Marks::default());
        m.tower.lexicon.mark(
            p.tokens.len(),
            &|i| text.form(p.tokens.start + i),
            &mut s.known.text.lower,
            &mut s.marks[p.row..],
        );
    }
}

/// At least so long.
#[inline(always)]
fn grow<T: Clone>(v: &mut Vec<T>, len: usize, fill: T) {
    if v.len() < len {
        v.resize(len, fill);
    }
}

/// Room for `n` rows of `d`, `wide` at most where products are written, and where each row's bytes stand.
#[inline(always)]
fn make_room(batch: &[Piece], n: usize, d: usize, wide: usize, s: &mut Scratch) {
    grow(&mut s.x, n * d, 0.0);
    grow(&mut s.y, n * d, 0.0);
    grow(&mut s.a, n * wide, 0.0);
    for v in [&mut s.ones, &mut s.scale] {
        v.clear();
        v.resize(n, 0.0);
    }
    s.tops.resize(n, [0.0; WIDTH]);
    s.carry.clear();
    s.carry.resize(d / 2, 0.0);
    s.q.clear();
    s.q.resize((n + batch.len() + 1) * d, ZERO);
    s.at.clear();
    s.at_prev.clear();
    for (b, p) in batch.iter().enumerate() {
        for i in 0..p.tokens.len() {
            let row = p.row + i + b + 1;
            s.at.push((row * d) as u32);
            s.at_prev.push(((row - 1) * d) as u32);
        }
    }
    s.dense.clear();
    s.dense.extend((0..n).map(|i| (i * d) as u32));
}

/// What the networks start from, for entries from `new` on.
#[inline(always)]
fn learn<V: Vector>(m: &Model, unit: Unit, new: usize, s: &mut Scratch) {
    let t = &m.tower;
    let (d, e, g) = (m.width, t.entry, m.glove_width);
    let rows = &s.known.rows[new..];
    let n = rows.len();
    if n == 0 {
        return;
    }
    let (dw, ew) = (m.gproj.width(), t.gproj.width());
    grow(&mut s.a, n * dw, 0.0);
    grow(&mut s.b, n * ew, 0.0);
    grow(&mut s.q, n * g, 0);
    s.dense.clear();
    s.scale.clear();
    for (i, r) in rows.iter().enumerate() {
        let row = r.glove as usize;
        s.dense.push((i * g) as u32);
        s.scale.push(m.glove.scale[row]);
        for (o, &q) in s.q[i * g..][..g].iter_mut().zip(&m.glove.q[row * g..][..g]) {
            *o = (q as u8).wrapping_add(ZERO);
        }
    }
    matmul(
        unit,
        &s.q,
        &s.dense,
        &s.scale,
        &m.gproj,
        Put::Place,
        &mut s.a,
    );
    matmul(
        unit,
        &s.q,
        &s.dense,
        &s.scale,
        &t.gproj,
        Put::Place,
        &mut s.b,
    );
    let (x, names) = (&mut s.known.x, &mut s.known.names);
    grow(x, (new + n) * d, 0.0);
    grow(names, (new + n) * e, 0.0);
    for (i, r) in rows.iter().enumerate() {
        let y = &mut s.a[i * dw..][..d];
        m.emb.add::<V>([r.word as usize].into_iter(), y);
        m.aff.add::<V>(r.aff.iter().map(|&row| row as usize), y);
        math::layer_norm::<V>(
            y,
            &m.norm0.gain,
            &m.norm0.shift,
            &mut x[(new + i) * d..][..d],
        );
        let y = &mut names[(new + i) * e..][..e];
        y.copy_from_slice(&s.b[i * ew..][..e]);
        t.aff.add::<V>(r.aff.iter().map(|&row| row as usize), y);
    }
}

/// Normalises row `i` of `x` and leaves it as bytes.
#[inline(always)]
fn normalised<V: Vector>(norm: &crate::model::Norm, i: usize, d: usize, s: &mut Scratch) {
    let y = &mut s.y[i * d..][..d];
    math::layer_norm::<V>(&s.x[i * d..][..d], &norm.gain, &norm.shift, y);
    s.scale[i] = math::quantise_row::<V>(y, &mut s.q[i * d..][..d]);
}

/// Runs a stack of layers over `x`.
#[inline(always)]
fn layers<V: Vector>(
    unit: Unit,
    layers: &[Layer],
    d: usize,
    batch: &[Piece],
    n: usize,
    s: &mut Scratch,
) {
    let half = d / 2;
    for l in layers {
        s.ones.fill(1.0 / l.inv);
        for i in 0..n {
            let q = &mut s.q[s.at[i] as usize..][..d];
            math::norm_bytes::<V>(&s.x[i * d..][..d], &l.norm.gain, &l.norm.shift, q);
        }
        s.tops.fill([0.0; WIDTH]);
        // One direction after the other, so that what they leave behind stays in the second-level cache.
        let from = if l.window { &s.at_prev } else { &s.at };
        matmul(unit, &s.q, from, &s.ones, &l.fwd, Put::Place, &mut s.a);
        let w = l.fwd.width();
        for p in batch {
            s.carry.fill(0.0);
            for i in p.row..p.row + p.tokens.len() {
                let y = &mut s.y[i * d..][..half];
                math::gate::<V>(&s.a[i * w..][..3 * half], &mut s.carry, y, &mut s.tops[i]);
            }
        }
        matmul(unit, &s.q, &s.at, &s.ones, &l.bwd, Put::Place, &mut s.a);
        let w = l.bwd.width();
        for p in batch {
            s.carry.fill(0.0);
            for i in (p.row..p.row + p.tokens.len()).rev() {
                let y = &mut s.y[i * d + half..][..half];
                math::gate::<V>(&s.a[i * w..][..3 * half], &mut s.carry, y, &mut s.tops[i]);
            }
        }
        // The gated rows take the place of the normalised ones; the zero rows between pieces stay untouched.
        for i in 0..n {
            let q = &mut s.q[s.at[i] as usize..][..d];
            s.scale[i] = math::quantise::<V>(&s.y[i * d..][..d], math::largest::<V>(&s.tops[i]), q);
        }
        matmul(unit, &s.q, &s.at, &s.scale, &l.out, Put::Sum, &mut s.x);
    }
}

/// The names' own network; leaves its scores in `names`. It reads the batch as one passage: the sentence before and the one
/// after often say what a name is.
#[inline(always)]
fn names<V: Vector>(m: &Model, unit: Unit, n: usize, s: &mut Scratch) {
    let t = &m.tower;
    let (d, e) = (t.width, t.entry);
    let passage = [Piece {
        tokens: 0..n,
        row: 0,
        first: true,
        sentence: 0,
    }];
    make_room(
        &passage,
        n,
        d,
        t.layers.iter().map(|l| l.fwd.width()).max().unwrap_or(0),
        s,
    );
    for i in 0..n {
        let entry = s.known.entries[i] as usize;
        let (x, y) = (&mut s.x[i * d..][..e], &mut s.y[i * d..][..e]);
        x.copy_from_slice(&s.known.names[entry * e..][..e]);
        t.lex.add::<V>(
            s.marks[i]
                .iter()
                .filter(|&&row| row != 0)
                .map(|&row| usize::from(row)),
            x,
        );
        math::layer_norm::<V>(x, &t.norm0.gain, &t.norm0.shift, y);
        s.scale[i] = math::quantise_row::<V>(y, &mut s.q[i * d..][..e]);
    }
    matmul(unit, &s.q, &s.dense, &s.scale, &t.up, Put::Place, &mut s.x);
    s.q.fill(ZERO);
    layers::<V>(unit, &t.layers, d, &passage, n, s);
    for i in 0..n {
        normalised::<V>(&t.norm1, i, d, s);
    }
    grow(&mut s.names, n * t.tags.width(), 0.0);
    matmul(
        unit,
        &s.q,
        &s.dense,
        &s.scale,
        &t.tags,
        Put::Place,
        &mut s.names,
    );
}

/// The parser's layers; leaves scores of tags and the projections in `a`.
#[inline(always)]
fn encode<V: Vector>(m: &Model, unit: Unit, batch: &[Piece], n: usize, s: &mut Scratch) {
    let d = m.width;
    let most = m.layers.iter().map(|l| l.fwd.width()).max().unwrap_or(0);
    make_room(batch, n, d, most.max(m.heads.width()), s);
    for (x, &entry) in s.x.chunks_exact_mut(d).zip(&s.known.entries) {
        x.copy_from_slice(&s.known.x[entry as usize * d..][..d]);
    }
    layers::<V>(unit, &m.layers, d, batch, n, s);
    for i in 0..n {
        normalised::<V>(&m.norm1, i, d, s);
    }
    matmul(
        unit,
        &s.q,
        &s.dense,
        &s.scale,
        &m.heads,
        Put::Place,
        &mut s.a,
    );
    // dependents of arcs: relu, then the bilinear form
    let (w, tags) = (m.heads.width(), tags(m));
    for i in 0..n {
        let row = &mut s.a[i * w + tags..][..2 * m.arc];
        math::relu::<V>(row);
        let row = &row[..m.arc];
        s.scale[i] = math::quantise_row::<V>(row, &mut s.q[i * d..][..m.arc]);
    }
    grow(&mut s.dep, n * m.bil.width(), 0.0);
    matmul(
        unit,
        &s.q,
        &s.dense,
        &s.scale,
        &m.bil,
        Put::Place,
        &mut s.dep,
    );
    grow(&mut s.heads, n, 0);
}

/// Width of a row of scores of arcs: the root and `n` words.
fn wide(n: usize) -> usize {
    (n + 1).next_multiple_of(WIDTH)
}

/// Scores of all arcs of one piece.
#[inline(always)]
fn arcs<V: Vector>(m: &Model, p: &Piece, s: &mut Scratch) {
    let n = p.tokens.len();
    let (w, bw, from, wide) = (m.heads.width(), m.bil.width(), tags(m) + m.arc, wide(n));
    grow(&mut s.columns, m.arc * wide, 0.0);
    grow(&mut s.score, n * wide, 0.0);
    let columns = &mut s.columns[..m.arc * wide];
    for (row, &v) in columns.chunks_exact_mut(wide).zip(&m.root_head) {
        row[0] = v;
    }
    for h in 0..n {
        let head = &s.a[(p.row + h) * w + from..][..m.arc];
        for (row, &v) in columns.chunks_exact_mut(wide).zip(head) {
            row[h + 1] = v;
        }
    }
    let deps = &s.dep[p.row * bw..][..n * bw];
    math::pairs::<V>(deps, n, columns, wide, &mut s.score);
    for i in 0..n {
        s.score[i * wide + i + 1] = -1e9;
    }
}

/// Scores of all relations for the chosen arcs; left in `b`.
#[inline(always)]
fn labels<V: Vector>(m: &Model, unit: Unit, batch: &[Piece], n: usize, s: &mut Scratch) {
    let (w, d, k) = (m.heads.width(), m.width, m.label);
    let from = tags(m) + 2 * m.arc;
    for p in batch {
        for i in p.row..p.row + p.tokens.len() {
            let h = s.heads[i];
            let (dep, y) = (&s.a[i * w + from..][..k], &mut s.y[i * d..][..k]);
            let head = if h == 0 {
                &m.root_label[..]
            } else {
                &s.a[(p.row + h - 1) * w + from + k..][..k]
            };
            math::sum_relu::<V>(dep, head, y);
            s.scale[i] = math::quantise_row::<V>(y, &mut s.q[i * d..][..k]);
        }
    }
    grow(&mut s.b, n * m.rels_out.width(), 0.0);
    matmul(
        unit,
        &s.q,
        &s.dense,
        &s.scale,
        &m.rels_out,
        Put::Place,
        &mut s.b,
    );
}

const _: () = assert!(Table::MOST >= features::TABLES && Table::MOST >= crate::lexicon::MOST);
