//! The packed model: one file of named sections (`training/gesta_train/export.py` writes it), and what is made of it at load.

use crate::lanes::Vector;
use crate::lexicon::{Keys, Lexicon};
use crate::math::{self, LANES};
use crate::simd::Packed;
use crate::{Deprel, EntityKind, Feats, Upos};
use std::fmt;
use std::ops::Range;

/// First bytes of a model file; the digit is the version of the form.
const MAGIC: &[u8; 4] = b"GPM3";

/// Why a model could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelError(String);

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "parser model: {}", self.0)
    }
}

impl std::error::Error for ModelError {}

pub(crate) fn err<T>(s: impl Into<String>) -> Result<T, ModelError> {
    Err(ModelError(s.into()))
}

/// Named sections of bytes.
struct Sections<'a> {
    data: &'a [u8],
    list: Vec<(&'a str, Range<usize>)>,
}

impl<'a> Sections<'a> {
    fn read(data: &'a [u8]) -> Result<Self, ModelError> {
        if data.get(..4) != Some(MAGIC.as_slice()) {
            return err(
                "not a Gesta parser model of version 3 (the file does not begin with GPM3)",
            );
        }
        let short = || ModelError("the file is cut short".into());
        let word = |at: usize| {
            data.get(at..at + 4)
                .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)
                .ok_or_else(short)
        };
        let count = word(4)?;
        let mut at = 8;
        let mut list = Vec::new();
        for _ in 0..count {
            let len = *data.get(at).ok_or_else(short)? as usize;
            let name = data.get(at + 1..at + 1 + len).ok_or_else(short)?;
            let name = std::str::from_utf8(name).map_err(|_| short())?;
            at += 1 + len;
            let (from, size) = (word(at)?, word(at + 4)?);
            at += 8;
            let end = from
                .checked_add(size)
                .filter(|&e| e <= data.len())
                .ok_or_else(short)?;
            list.push((name, from..end));
        }
        Ok(Sections { data, list })
    }

    fn range(&self, name: &str) -> Result<Range<usize>, ModelError> {
        match self.list.iter().find(|s| s.0 == name) {
            Some(s) => Ok(s.1.clone()),
            None => err(format!("section {name} is missing")),
        }
    }

    fn bytes(&self, name: &str) -> Result<&'a [u8], ModelError> {
        Ok(&self.data[self.range(name)?])
    }

    fn i8s(&self, name: &str) -> Result<Vec<i8>, ModelError> {
        Ok(self.bytes(name)?.iter().map(|&b| b as i8).collect())
    }

    fn u32s(&self, name: &str) -> Result<Vec<u32>, ModelError> {
        Ok(self
            .bytes(name)?
            .chunks_exact(4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect())
    }

    fn f32s(&self, name: &str, len: usize) -> Result<Vec<f32>, ModelError> {
        let v: Vec<f32> = self.u32s(name)?.into_iter().map(f32::from_bits).collect();
        if v.len() != len {
            return err(format!(
                "section {name} holds {} numbers instead of {len}",
                v.len()
            ));
        }
        if v.iter().any(|x| !x.is_finite()) {
            return err(format!("section {name} holds a number that is not finite"));
        }
        Ok(v)
    }

    fn lines(&self, name: &str) -> Result<Vec<&'a str>, ModelError> {
        let s = std::str::from_utf8(self.bytes(name)?);
        let s = s.map_err(|_| ModelError(format!("section {name} is not UTF-8")))?;
        Ok(s.split('\n').collect())
    }

    fn linear(&self, name: &str, n: usize, k: usize) -> Result<Packed, ModelError> {
        let q = self.i8s(&format!("{name}.q"))?;
        if q.len() != n * k {
            return err(format!(
                "section {name}.q holds {} weights instead of {n} x {k}",
                q.len()
            ));
        }
        if q.iter()
            .any(|&w| i32::from(w).abs() > crate::simd::WEIGHT_MAX)
        {
            return err(format!("section {name}.q holds a weight beyond 63"));
        }
        Ok(Packed::new(
            n,
            k,
            &q,
            &self.f32s(&format!("{name}.s"), n)?,
            &self.f32s(&format!("{name}.b"), n)?,
        ))
    }

    /// The layers of one stack, whose sections' names begin with `of`.
    fn layers(&self, of: &str, width: usize, count: usize) -> Result<Vec<Layer>, ModelError> {
        let inv = self.f32s(&format!("{of}inv"), count)?;
        let windows = self.u32s(&format!("{of}windows"))?;
        if windows.len() != count || windows.iter().any(|w| !(1..=2).contains(w)) {
            return err(format!(
                "section {of}windows must hold 1 or 2 for each layer"
            ));
        }
        let mut list = Vec::new();
        for (l, (&inv, &window)) in inv.iter().zip(&windows).enumerate() {
            let k = window as usize * width;
            let mut norm = self.norm(&format!("{of}layer{l}.norm"), width)?;
            for v in norm.gain.iter_mut().chain(&mut norm.shift) {
                *v *= inv;
            }
            list.push(Layer {
                window: window == 2,
                norm,
                inv,
                fwd: self.linear(&format!("{of}layer{l}.fwd"), width / 2 * 3, k)?,
                bwd: self.linear(&format!("{of}layer{l}.bwd"), width / 2 * 3, k)?,
                out: self.linear(&format!("{of}layer{l}.out"), width, width)?,
            });
        }
        Ok(list)
    }

    fn keys(&self, name: &str) -> Result<Keys, ModelError> {
        let values = self.bytes(&format!("{name}.values"))?.to_vec();
        Keys::new(self.u32s(&format!("{name}.keys"))?, values)
            .ok_or_else(|| ModelError(format!("table {name} is not sound")))
    }

    fn norm(&self, name: &str, n: usize) -> Result<Norm, ModelError> {
        Ok(Norm {
            gain: self.f32s(&format!("{name}.g"), n)?,
            shift: self.f32s(&format!("{name}.b"), n)?,
        })
    }
}

/// FNV-1a with a final mix, seeded a table; the trainer computes the same.
#[inline]
pub(crate) fn fnv(s: &str, seed: u32) -> u32 {
    hash(s.as_bytes(), seed)
}

#[inline]
fn hash(s: &[u8], seed: u32) -> u32 {
    let mut h = 2_166_136_261 ^ seed;
    for &b in s {
        h = (h ^ u32::from(b)).wrapping_mul(16_777_619);
    }
    h ^ (h >> 15)
}

/// Words to row numbers from 1; 0 is "unknown". The file holds their letters and lengths; open addressing is made of them here.
pub(crate) struct Words {
    slots: Vec<u32>,
    ends: Vec<u32>,
    letters: Vec<u8>,
}

impl Words {
    fn read(s: &Sections, name: &str) -> Result<Words, ModelError> {
        let letters = s.bytes(&format!("{name}.letters"))?.to_vec();
        let lengths = s.bytes(&format!("{name}.lengths"))?;
        // a sum of letters in the file fits 32 bits, as the file's own offsets do
        if lengths.iter().map(|&l| usize::from(l)).sum::<usize>() != letters.len() {
            return err(format!("table {name} is not sound"));
        }
        let mut ends = Vec::with_capacity(lengths.len());
        let mut end = 0u32;
        for &l in lengths {
            end += u32::from(l);
            ends.push(end);
        }
        let mut slots = vec![0u32; (2 * ends.len() + 2).next_power_of_two()];
        let mask = slots.len() - 1;
        let mut from = 0;
        for (i, &to) in ends.iter().enumerate() {
            let mut at = hash(&letters[from..to as usize], 0) as usize & mask;
            while slots[at] != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = i as u32 + 1;
            from = to as usize;
        }
        Ok(Words {
            slots,
            ends,
            letters,
        })
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub fn get(&self, key: &str) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = fnv(key, 0) as usize & mask;
        loop {
            let i = self.slots[at] as usize;
            if i == 0 {
                return 0;
            }
            let from = if i > 1 { self.ends[i - 2] as usize } else { 0 };
            if &self.letters[from..self.ends[i - 1] as usize] == key.as_bytes() {
                return i as u32;
            }
            at = (at + 1) & mask;
        }
    }
}

/// Rows of bytes with one scale a row.
pub(crate) struct Table {
    pub width: usize,
    pub q: Vec<i8>,
    pub scale: Vec<f32>,
}

impl Table {
    pub const MOST: usize = 9;

    fn read(s: &Sections, name: &str, rows: usize, width: usize) -> Result<Table, ModelError> {
        let q = s.i8s(&format!("{name}.q"))?;
        if q.len() != rows * width {
            return err(format!("table {name} does not hold {rows} rows of {width}"));
        }
        let scale = s.f32s(&format!("{name}.s"), rows)?;
        Ok(Table { width, q, scale })
    }

    /// Rows of half bytes from -7 to 7, eight added, the lower half first.
    fn halves(s: &Sections, name: &str, rows: usize, width: usize) -> Result<Table, ModelError> {
        let bytes = s.bytes(&format!("{name}.q4"))?;
        if !width.is_multiple_of(2) || bytes.len() != rows * width / 2 {
            return err(format!("table {name} does not hold {rows} rows of {width}"));
        }
        let value = |b: u8| b as i8 - 8;
        let q = bytes.iter().flat_map(|b| [value(b & 15), value(b >> 4)]);
        Ok(Table {
            width,
            q: q.collect(),
            scale: s.f32s(&format!("{name}.s"), rows)?,
        })
    }

    /// Adds rows, [`Table::MOST`] at most, to `out`.
    #[inline(always)]
    pub fn add<V: Vector>(&self, rows: impl Iterator<Item = usize>, out: &mut [f32]) {
        let mut list: [(&[i8], f32); Self::MOST] = [(&[], 0.0); Self::MOST];
        let mut n = 0;
        for (place, row) in list.iter_mut().zip(rows) {
            *place = (&self.q[row * self.width..][..self.width], self.scale[row]);
            n += 1;
        }
        math::add_rows::<V>(&list[..n], out);
    }
}

pub(crate) struct Norm {
    pub gain: Vec<f32>,
    pub shift: Vec<f32>,
}

pub(crate) struct Layer {
    /// Whether the products see the neighbouring word too.
    pub window: bool,
    /// In units of the bytes that the products take.
    pub norm: Norm,
    /// Such units to 1.0.
    pub inv: f32,
    pub fwd: Packed,
    pub bwd: Packed,
    pub out: Packed,
}

/// A small network of its own for names: its scores are added to those of the entity tags.
pub(crate) struct Tower {
    pub width: usize,
    /// Width of the looked-up rows, which `up` widens.
    pub entry: usize,
    pub aff: Table,
    pub lex: Table,
    pub lexicon: Lexicon,
    pub gproj: Packed,
    pub norm0: Norm,
    pub up: Packed,
    pub layers: Vec<Layer>,
    pub norm1: Norm,
    pub tags: Packed,
}

/// What one pair of tags allows.
pub(crate) struct Pair {
    pub upos: u16,
    pub xpos: u16,
    pub feats: Vec<u16>,
}

/// Lemma rules: (tags, ending or whole word) to an edit.
pub(crate) struct Lemmas {
    slots: Vec<u64>,
    rules: Vec<u16>,
    /// Keep the letters' case; letters cut from the end; letters put there.
    pub edits: Vec<(bool, u8, String)>,
}

impl Lemmas {
    #[inline]
    fn get(&self, key: u64) -> Option<u16> {
        let mask = self.slots.len() - 1;
        let mut at = (key >> 7) as usize & mask;
        loop {
            match self.slots[at] {
                0 => return None,
                k if k == key => return Some(self.rules[at]),
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// The edit for a lower-case word under the tag pair `pair`.
    pub fn find(&self, pair: usize, lower: &str) -> Option<&(bool, u8, String)> {
        let mut rule = self.get(hash64(pair, true, lower));
        if rule.is_none() {
            let mut starts = [0usize; 7];
            let mut n = 0;
            for (i, _) in lower.char_indices().rev().take(6) {
                n += 1;
                starts[n] = i;
            }
            starts[0] = lower.len();
            for i in (0..=n).rev() {
                rule = self.get(hash64(pair, false, &lower[starts[i]..]));
                if rule.is_some() {
                    break;
                }
            }
        }
        self.edits.get(rule? as usize)
    }
}

/// 64-bit FNV-1a of a lemma key.
fn hash64(pair: usize, whole: bool, s: &str) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325u64;
    let head = [(pair & 255) as u8, (pair >> 8) as u8, u8::from(whole)];
    for b in head.iter().chain(s.as_bytes()) {
        h = (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    if h == 0 { 1 } else { h }
}

/// Everything that a parser needs, laid out for use.
pub(crate) struct Model {
    pub width: usize,
    pub arc: usize,
    pub label: usize,
    pub glove_width: usize,
    pub words: Words,
    pub glove_words: Words,
    pub emb: Table,
    pub aff: Table,
    pub glove: Table,
    /// Rows of each hashed table, in order.
    pub aff_rows: Vec<u32>,
    pub gproj: Packed,
    pub norm0: Norm,
    pub layers: Vec<Layer>,
    pub norm1: Norm,
    /// Tags, then the four projections.
    pub heads: Packed,
    pub bil: Packed,
    pub rels_out: Packed,
    pub root_head: Vec<f32>,
    pub root_label: Vec<f32>,
    pub upos: Vec<Upos>,
    pub xpos: Vec<&'static str>,
    pub feats: Vec<Feats>,
    pub rels: Vec<Deprel>,
    /// (begins, kind) of each entity tag; `None` is "outside".
    pub ner: Vec<Option<(bool, EntityKind)>>,
    /// Score of one entity tag after another (row: the former), and at the start of a sentence.
    pub ner_trans: Vec<f32>,
    pub ner_start: Vec<f32>,
    pub pairs: Vec<Pair>,
    pub root_rel: usize,
    pub lemmas: Lemmas,
    pub tower: Tower,
}

/// Penn tags as this crate gives them out.
const XPOS: &[&str] = &[
    "#", "$", "''", "(", ")", ",", "-LRB-", "-RRB-", ".", ":", "ADD", "AFX", "CC", "CD", "DT",
    "EX", "FW", "GW", "HYPH", "IN", "JJ", "JJR", "JJS", "LS", "MD", "NFP", "NN", "NNP", "NNPS",
    "NNS", "PDT", "POS", "PRP", "PRP$", "RB", "RBR", "RBS", "RP", "SYM", "TO", "UH", "VB", "VBD",
    "VBG", "VBN", "VBP", "VBZ", "WDT", "WP", "WP$", "WRB", "XX", "``",
];

impl Tower {
    fn read(s: &Sections, rows: usize, glove: usize, tags: usize) -> Result<Tower, ModelError> {
        let dims = s.u32s("names.dims")?;
        let &[width, entry, layers] = dims.as_slice() else {
            return err("section names.dims does not hold three numbers");
        };
        let [width, entry, layers] = [width, entry, layers].map(|d| d as usize);
        if width == 0 || width % LANES != 0 || entry % LANES != 0 || entry > width || layers > 64 {
            return err("dimensions of the names' network that the kernels cannot take");
        }
        Ok(Tower {
            width,
            entry,
            aff: Table::read(s, "names.aff", rows, entry)?,
            lex: Table::read(s, "names.lex", crate::lexicon::ROWS, entry)?,
            lexicon: Lexicon {
                words: s.keys("names.words")?,
                phrases: s.keys("names.phrases")?,
            },
            gproj: s.linear("names.gproj", entry, glove)?,
            norm0: s.norm("names.norm0", entry)?,
            up: s.linear("names.up", width, entry)?,
            layers: s.layers("names.", width, layers)?,
            norm1: s.norm("names.norm1", width)?,
            tags: s.linear("names.tags", tags, width)?,
        })
    }
}

impl Model {
    pub fn read(data: &[u8]) -> Result<Model, ModelError> {
        let s = Sections::read(data)?;
        let dims = s.u32s("dims")?;
        let &[width, layers, arc, label, glove_width] = dims.as_slice() else {
            return err("section dims does not hold five numbers");
        };
        let [width, layers, arc, label, glove_width] =
            [width, layers, arc, label, glove_width].map(|d| d as usize);
        if width == 0
            || width % LANES != 0
            || arc % LANES != 0
            || label % LANES != 0
            || glove_width % 4 != 0
            || layers > 64
        {
            return err("dimensions that the kernels cannot take");
        }
        let words = Words::read(&s, "words")?;
        let glove_words = Words::read(&s, "glove_words")?;
        let aff_rows = s.u32s("aff_rows")?;
        let rows: u32 = aff_rows.iter().fold(0, |a, &b| a.saturating_add(b));
        if aff_rows.len() != crate::features::TABLES || aff_rows.contains(&0) {
            return err("the hashed tables are not those that this version computes");
        }
        let upos: Vec<Upos> = s.lines("upos")?.into_iter().map(Upos::parse).collect();
        let mut xpos = Vec::new();
        for x in s.lines("xpos")? {
            match XPOS.iter().find(|k| **k == x) {
                Some(k) => xpos.push(*k),
                None => return err(format!("unknown Penn tag {x}")),
            }
        }
        let feats: Vec<Feats> = s.lines("feats")?.into_iter().map(Feats::parse).collect();
        let rel_names = s.lines("rels")?;
        let Some(root_rel) = rel_names.iter().position(|r| *r == "root") else {
            return err("no relation is called root");
        };
        let rels: Vec<Deprel> = rel_names.iter().map(|r| Deprel::parse(r)).collect();
        let mut ner = Vec::new();
        for t in s.lines("ner")? {
            ner.push(
                t.split_once('-')
                    .map(|(p, k)| (p == "B", EntityKind::parse(k))),
            );
        }
        if ner.first() != Some(&None) || ner.len() > 64 {
            return err("the first entity tag must be O, and there may be 64 at most");
        }
        let mut pairs = Vec::new();
        let flat = s.u32s("pairs")?;
        let mut at = 0;
        while at + 3 <= flat.len() {
            let (u, x, n) = (
                flat[at] as usize,
                flat[at + 1] as usize,
                flat[at + 2] as usize,
            );
            let list = flat.get(at + 3..at + 3 + n).unwrap_or(&[]);
            if u >= upos.len()
                || x >= xpos.len()
                || list.is_empty()
                || list.iter().any(|&f| f as usize >= feats.len())
            {
                return err("the list of tag pairs is not sound");
            }
            pairs.push(Pair {
                upos: u as u16,
                xpos: x as u16,
                feats: list.iter().map(|&f| f as u16).collect(),
            });
            at += 3 + n;
        }
        if pairs.is_empty() {
            return err("no tag pairs");
        }
        let list = s.layers("", width, layers)?;
        let tags = upos.len() + xpos.len() + feats.len() + ner.len();
        let keys = s.bytes("lemma.keys")?;
        let lemmas = Lemmas {
            slots: keys
                .chunks_exact(8)
                .map(|b| u64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]))
                .collect(),
            rules: s
                .u32s("lemma.rules")?
                .into_iter()
                .map(|x| x as u16)
                .collect(),
            edits: s
                .lines("lemma.edits")?
                .into_iter()
                .map(|l| {
                    let mut p = l.splitn(3, '\t');
                    let keep = p.next() == Some("1");
                    let cut = p.next().and_then(|n| n.parse().ok()).unwrap_or(0);
                    (keep, cut, p.next().unwrap_or("").to_string())
                })
                .collect(),
        };
        if !lemmas.slots.len().is_power_of_two()
            || lemmas.rules.len() != lemmas.slots.len()
            || !lemmas.slots.contains(&0)
        {
            return err("the lemma table is not sound");
        }
        let rows = rows as usize;
        let tower = Tower::read(&s, rows, glove_width, ner.len())?;
        Ok(Model {
            tower,
            width,
            arc,
            label,
            glove_width,
            emb: Table::read(&s, "emb", words.len() + 1, width)?,
            aff: Table::read(&s, "aff", rows, width)?,
            glove: Table::halves(&s, "glove", glove_words.len() + 1, glove_width)?,
            words,
            glove_words,
            aff_rows,
            gproj: s.linear("gproj", width, glove_width)?,
            norm0: s.norm("norm0", width)?,
            layers: list,
            norm1: s.norm("norm1", width)?,
            heads: s.linear("heads", tags + 2 * arc + 2 * label, width)?,
            bil: s.linear("bil", arc, arc)?,
            rels_out: s.linear("rels_out", rels.len(), label)?,
            root_head: s.f32s("root_head", arc)?,
            root_label: s.f32s("root_label", label)?,
            ner_trans: s.f32s("ner_trans", ner.len() * ner.len())?,
            ner_start: s.f32s("ner_start", ner.len())?,
            upos,
            xpos,
            feats,
            rels,
            ner,
            pairs,
            root_rel,
            lemmas,
        })
    }

    /// Multiply-adds a word, for the record; the arcs' own (128 a word in the sentence) come on top.
    pub fn macs(&self) -> usize {
        let of = Packed::macs;
        let t = &self.tower;
        self.layers
            .iter()
            .chain(&t.layers)
            .map(|l| of(&l.fwd) + of(&l.bwd) + of(&l.out))
            .sum::<usize>()
            + of(&self.gproj)
            + of(&self.heads)
            + of(&self.bil)
            + of(&self.rels_out)
            + of(&t.gproj)
            + of(&t.up)
            + of(&t.tags)
    }
}
