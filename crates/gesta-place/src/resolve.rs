//! Which names are places, and which place each one is.

use crate::cues::cue;
use crate::find::{marked, names_at, word_flags};
use crate::gazetteer::{Gazetteer, Kind, feature_index};
use crate::normal::key;
use crate::pack::word;
use crate::{Geoparser, Place, PlaceContext};
use gesta_parse::{EntityKind, Parsed};
use gesta_text::Country;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

/// Most candidates that a name keeps after the first look.
const KEEP: usize = 24;
/// Most places against which distances are measured.
const ANCHORS: usize = 48;

const CAP: u8 = 1;
const UPPER: u8 = 2;
const LETTERS: u8 = 4;
const DIGIT: u8 = 8;
/// The first word of its sentence (quotation marks aside).
const FIRST: u8 = 16;
/// In a sentence that is all capitals.
const SHOUTED: u8 = 32;

/// What is known of a token before any name is looked up.
#[derive(Clone, Copy, Default)]
struct Tok {
    shape: u8,
    cue: u32,
    word: u8,
    /// Entity span that covers it, from 1.
    named: u32,
}

/// One place that a name may mean.
#[derive(Clone, Copy)]
struct Cand {
    layer: u8,
    at: u32,
    alt: bool,
    kind: Kind,
    country: Option<Country>,
    prior: f32,
    point: Option<(f32, f32)>,
    score: f32,
    p: f32,
}

/// All mentions of one name that are taken to mean one place.
struct Group {
    base: String,
    cands: Vec<Cand>,
    count: f32,
    /// Groups that a mention of this one says it lies in, and the strength of that.
    inside: Vec<(usize, f32)>,
    /// Groups said to lie in this one.
    holds: Vec<(usize, f32)>,
    /// Groups that stand beside it in a list.
    peers: Vec<usize>,
    mask: u64,
}

struct Mention {
    tokens: Range<usize>,
    phrase: Range<usize>,
    hood: f32,
    top: f32,
    mask: u64,
    shift: Option<(f64, f64)>,
    words: String,
    base: String,
    cands: Vec<Cand>,
    inside: Option<(usize, f32)>,
    /// The mention before it in a list ("Ohio, Texas and Georgia").
    peer: Option<usize>,
    group: usize,
    dateline: bool,
}

struct Doc<'a> {
    g: &'a Geoparser,
    p: &'a Parsed,
    toks: Vec<Tok>,
    active: bool,
    persons: HashSet<String>,
    /// States named by their people, with the number of times.
    peoples: BTreeMap<Country, f32>,
}

pub(crate) fn resolve(g: &Geoparser, p: &Parsed, context: PlaceContext) -> Vec<Place> {
    let mut doc = Doc {
        g,
        p,
        toks: Vec::new(),
        active: !p.named.is_empty(),
        persons: HashSet::new(),
        peoples: BTreeMap::new(),
    };
    doc.look();
    doc.find_persons();
    let mut mentions = doc.mentions();
    doc.link(&mut mentions);
    mentions.retain(|m| m.hood > 0.0);
    // links name positions in the list before it was thinned: find them anew by token
    let mut groups = doc.group(&mut mentions);
    decide(g, &mut groups, &doc.peoples, context);
    doc.write(&mentions, &groups)
}

impl Doc<'_> {
    /// The tokens' shapes, cues and flags.
    fn look(&mut self) {
        let p = self.p;
        let n = p.len();
        self.toks = vec![Tok::default(); n];
        for (k, s) in p.named.iter().enumerate() {
            let end = (s.tokens.end as usize).min(n);
            for t in self.toks.iter_mut().take(end).skip(s.tokens.start as usize) {
                t.named = k as u32 + 1;
            }
        }
        let mut low = String::new();
        for s in p.text.sentences() {
            let (mut upper, mut words) = (0, 0);
            let mut first = true;
            for i in s.range() {
                let form = p.form(i);
                let t = &mut self.toks[i];
                let mut chars = form.chars().skip_while(|c| !c.is_alphanumeric());
                let Some(c) = chars.next() else { continue };
                if c.is_ascii_digit() {
                    t.shape |= DIGIT;
                }
                if !c.is_alphabetic() {
                    first = false;
                    continue;
                }
                t.shape |= LETTERS;
                if std::mem::take(&mut first) {
                    t.shape |= FIRST;
                }
                words += 1;
                if c.is_uppercase() {
                    t.shape |= CAP;
                    let mut rest = chars.filter(|c| c.is_alphabetic()).peekable();
                    if rest.peek().is_some() && rest.all(char::is_uppercase) {
                        t.shape |= UPPER;
                        upper += 1;
                    }
                }
                if form.len() <= 32 {
                    low.clear();
                    if form.is_ascii() {
                        low.push_str(form);
                        low.make_ascii_lowercase();
                    } else {
                        low.extend(form.chars().flat_map(char::to_lowercase));
                    }
                    let bare = low.trim_end_matches('.');
                    t.cue = self.g.cues.of(bare);
                    if t.shape & CAP != 0 {
                        let k;
                        let bare = if bare.is_ascii() && !bare.contains(['\'', '.', '-']) {
                            bare
                        } else {
                            k = key(bare);
                            &k
                        };
                        for layer in &self.g.layers {
                            t.word |= word_flags(layer, bare) as u8;
                            if let Some(v) = marked(layer, b'@', bare.bytes()) {
                                layer.entries(v, |e, _| {
                                    if let Some(c) = layer.country(e) {
                                        *self.peoples.entry(c).or_default() += 1.0;
                                    }
                                });
                                t.word |= PEOPLE;
                            }
                        }
                    }
                }
            }
            if words >= 4 && upper * 10 >= words * 6 {
                for i in s.range() {
                    self.toks[i].shape |= SHOUTED;
                }
            }
        }
    }

    fn tok(&self, i: usize) -> Tok {
        self.toks.get(i).copied().unwrap_or_default()
    }
    fn cue(&self, i: usize, bit: u32) -> bool {
        self.tok(i).cue & bit != 0
    }
    fn cap(&self, i: usize) -> bool {
        self.tok(i).shape & CAP != 0
    }
    fn kind(&self, i: usize) -> Option<(EntityKind, Range<usize>)> {
        let n = self.tok(i).named as usize;
        let s = self.p.named.get(n.checked_sub(1)?)?;
        Some((s.kind, s.tokens.start as usize..s.tokens.end as usize))
    }

    /// Names of persons: later mentions of the family name alone are no places.
    fn find_persons(&mut self) {
        let mut found: Vec<usize> = Vec::new();
        for s in &self.p.named {
            if s.kind == EntityKind::Per {
                found.extend(s.tokens.start as usize..(s.tokens.end as usize).min(self.toks.len()));
            }
        }
        if !self.active {
            for s in self.p.text.sentences() {
                let r = s.range();
                let mut i = r.start;
                while i < r.end {
                    let t = self.tok(i);
                    let mut j = i + 1;
                    let titled = t.cue & cue::TITLE != 0 && t.shape & CAP != 0;
                    let given = t.word & word::GIVEN as u8 != 0
                        && t.cue & cue::OPENER == 0
                        && !(i > r.start && self.cue(i - 1, cue::LOCATIVE));
                    if titled || given {
                        if titled && self.p.form(j) == "." && j < r.end {
                            j += 1;
                        }
                        let from = j;
                        while j < r.end
                            && self.cap(j)
                            && self.tok(j).shape & UPPER == 0
                            && self.tok(j).cue & (cue::BODY | cue::AFTER | cue::BRAND) == 0
                        {
                            j += 1;
                        }
                        if j > from && (titled || j - from <= 3) {
                            found.extend(if titled { from } else { i }..j);
                        }
                        i = j.max(i + 1);
                    } else {
                        i += 1;
                    }
                }
            }
        }
        for i in found {
            let form = self.p.form(i);
            if self.cap(i) && form.len() > 2 {
                self.persons.insert(key(form));
            }
        }
    }

    fn candidates(&self, layer: usize, value: u64, out: &mut Vec<Cand>) {
        let g: &Gazetteer = &self.g.layers[layer];
        g.entries(value, |at, alt| {
            if let Some(c) = out
                .iter_mut()
                .find(|c| c.layer as usize == layer && c.at == at)
            {
                c.alt &= alt;
                return;
            }
            let point = g.point(at).map(|(a, b)| (a as f32, b as f32));
            let kind = g.kind(at);
            let mut prior = g.weight(at);
            if alt {
                prior -= if kind == Kind::Town { 1.3 } else { 0.7 };
            }
            out.push(Cand {
                layer: layer as u8,
                at,
                alt,
                kind,
                country: g.country(at),
                prior,
                point,
                score: prior,
                p: 0.0,
            });
        });
    }

    fn mentions(&self) -> Vec<Mention> {
        let mut out: Vec<Mention> = Vec::new();
        for s in self.p.text.sentences() {
            let r = s.range();
            let mut i = r.start;
            while i < r.end {
                match self.mention(i, &r, out.last()) {
                    Some(m) => {
                        i = m.tokens.end;
                        out.push(m);
                    }
                    None => i += 1,
                }
            }
        }
        out
    }

    fn mention(&self, i: usize, r: &Range<usize>, last: Option<&Mention>) -> Option<Mention> {
        let p = self.p;
        let t = self.tok(i);
        let article = t.shape & CAP == 0
            && matches!(
                p.form(i),
                "al" | "el" | "ad" | "an" | "as" | "ash" | "at" | "az" | "ar" | "ed" | "es"
            )
            && p.text.glued(i + 1)
            && matches!(p.form(i + 1), "-" | "‐" | "–")
            && self.cap(i + 2);
        let hyphened = t.shape & CAP == 0 && t.shape & LETTERS != 0 && p.form(i).len() > 3 && {
            // one token "al-Bab"
            let f = p.form(i);
            f.find('-')
                .is_some_and(|h| h <= 4 && f[h + 1..].starts_with(char::is_uppercase))
        };
        if t.shape & CAP == 0 && !article && !hyphened {
            return None;
        }
        let mut end = 0;
        let mut cands: Vec<Cand> = Vec::new();
        let mut exact = false;
        // "Lebanon, Pa."
        if i > r.start + 1 && p.form(i - 1) == "," && last.is_some_and(|m| m.tokens.end == i - 1) {
            let k = key(p.form(i));
            for (n, g) in self.g.layers.iter().enumerate() {
                if let Some(v) = marked(g, b',', k.bytes()) {
                    self.candidates(n, v, &mut cands);
                    (end, exact) = (i + 1, true);
                }
            }
        }
        if end == 0 {
            let short = t.shape & UPPER != 0
                && t.shape & SHOUTED == 0
                && p.form(i).chars().filter(|c| c.is_alphabetic()).count() <= 3;
            if !short {
                let mut hits: Vec<(usize, usize, u64)> = Vec::new();
                for (n, g) in self.g.layers.iter().enumerate() {
                    names_at(g, p, i..r.end, |e, v| hits.push((e, n, v)));
                }
                hits.sort_by_key(|h| std::cmp::Reverse(h.0));
                end = hits
                    .iter()
                    .map(|h| h.0)
                    .find(|&e| self.well_cased(i..e))
                    .unwrap_or(0);
                for &(e, n, v) in &hits {
                    if e == end {
                        self.candidates(n, v, &mut cands);
                    }
                }
            } else {
                // an abbreviation may be the first word of a longer name ("US Virgin Islands")
                for (n, g) in self.g.layers.iter().enumerate() {
                    let mut hits: Vec<(usize, u64)> = Vec::new();
                    names_at(g, p, i..r.end, |e, v| {
                        if e > i + 1 {
                            hits.push((e, v));
                        }
                    });
                    for (e, v) in hits {
                        if e >= end && self.well_cased(i..e) {
                            if e > end {
                                cands.clear();
                            }
                            end = e;
                            self.candidates(n, v, &mut cands);
                        }
                    }
                }
            }
            if t.shape & CAP != 0 {
                // exact letters: "US", "U.S.", "D.C."
                let mut letters = String::new();
                let mut j = i;
                while j < r.end && j < i + 12 && (j == i || p.text.glued(j)) {
                    let f = p.form(j);
                    if f.len() > 12 || !f.chars().all(|c| c == '.' || c.is_alphabetic()) {
                        break;
                    }
                    letters.extend(f.chars().filter(|c| *c != '.'));
                    j += 1;
                    if f == "." {
                        continue;
                    }
                    if letters.len() >= 2 && letters.len() <= 8 && j > end {
                        let mut found = false;
                        for (n, g) in self.g.layers.iter().enumerate() {
                            if let Some(v) = marked(g, b'=', letters.bytes()) {
                                if !found {
                                    cands.clear();
                                }
                                found = true;
                                self.candidates(n, v, &mut cands);
                            }
                        }
                        if found {
                            (end, exact) = (j, true);
                        }
                    }
                }
                if cands.is_empty() || end == 0 {
                    // "the US": same letters, one token that the walk took for a short name
                    return None;
                }
            }
        }
        if end == 0 || cands.is_empty() {
            return None;
        }
        // "Wadi Barada": the first word of a longer name that the gazetteer does not hold
        if end == i + 1 && self.cue(i, cue::FIRST) && end < r.end && self.cap(end) {
            return None;
        }
        cands.retain(|c| c.point.is_some());
        // "Mexico" for its capital, "Panama" for a hamlet in it: the state's name is the state's
        let named_the = |c: &Cand| {
            self.g.layers[c.layer as usize]
                .name(c.at)
                .starts_with("The ")
        };
        if matches!(p.form(i), "The" | "the") && end > i + 1 && !cands.iter().any(named_the) {
            return None;
        }
        let own: Vec<Country> = cands
            .iter()
            .filter(|c| c.kind == Kind::State && !c.alt)
            .filter_map(|c| c.country)
            .collect();
        let divided = self.cue(end, cue::AFTER);
        cands.retain(|c| {
            let small = match c.kind {
                Kind::Town => c.alt,
                Kind::Admin1 | Kind::Admin2 => !divided,
                _ => false,
            };
            !(small && c.country.is_some_and(|k| own.contains(&k)))
        });
        if cands.is_empty() {
            return None;
        }
        // A town of that very name comes before one that once bore it, and before the division called after it.
        let plain = cands
            .iter()
            .any(|c| c.kind == Kind::Town && !c.alt && c.prior >= 5.5);
        let towns: Vec<(u8, [Option<u32>; 2], f32)> = (cands.iter())
            .filter(|c| c.kind == Kind::Town && c.prior >= 6.5)
            .map(|c| {
                let g = &self.g.layers[c.layer as usize];
                (c.layer, [g.admin1(c.at), g.admin2(c.at)], c.prior)
            })
            .collect();
        for c in &mut cands {
            let seat = matches!(c.kind, Kind::Admin1 | Kind::Admin2)
                && c.country.is_some_and(|k| k.as_str() != "USA")
                && towns
                    .iter()
                    .any(|t| t.0 == c.layer && t.1.contains(&Some(c.at)) && t.2 >= c.prior);
            if seat || (plain && c.alt && c.kind == Kind::Town) {
                c.prior -= 1.0;
            }
        }
        let top = cands.iter().map(|c| c.prior).fold(0.0, f32::max);
        let words = p.text.slice(p.text.span_of(i..end)).to_owned();
        let base = if exact {
            format!("={words}")
        } else {
            key(&words)
        };
        let mut m = Mention {
            tokens: i..end,
            phrase: i..end,
            hood: 0.0,
            top,
            mask: 0,
            shift: None,
            words,
            base,
            cands,
            inside: None,
            peer: None,
            group: 0,
            dateline: false,
        };
        self.judge(&mut m, r, exact, last);
        self.compose(&mut m);
        Some(m)
    }

    /// "southeast Asia", "east Africa": a direction in small letters that is part of a region's name.
    fn compose(&self, m: &mut Mention) {
        if m.shift.is_none() || m.phrase.start + 1 != m.tokens.start {
            return;
        }
        let mut cands = Vec::new();
        for (n, g) in self.g.layers.iter().enumerate() {
            let mut hits = Vec::new();
            names_at(g, self.p, m.phrase.start..m.tokens.end, |e, v| {
                hits.push((e, v))
            });
            for (e, v) in hits {
                if e == m.tokens.end {
                    self.candidates(n, v, &mut cands);
                }
            }
        }
        cands.retain(|c| c.kind == Kind::Other && c.point.is_some());
        if !cands.is_empty() {
            m.tokens.start = m.phrase.start;
            m.shift = None;
            m.words = self
                .p
                .text
                .slice(self.p.text.span_of(m.tokens.clone()))
                .to_owned();
            m.base = key(&m.words);
            m.top = cands.iter().map(|c| c.prior).fold(0.0, f32::max);
            m.cands = cands;
        }
    }

    /// A name's words begin with capitals, but for small ones inside.
    fn well_cased(&self, r: Range<usize>) -> bool {
        let n = r.len();
        r.clone().enumerate().all(|(k, j)| {
            let t = self.tok(j);
            t.shape & LETTERS == 0
                || t.shape & CAP != 0
                || (k > 0 && k + 1 < n && self.p.form(j).len() <= 5)
                || (self.p.form(j).starts_with(['\'', '’']) && k > 0 && self.cap(j - 1))
                || (k == 0 && self.p.form(j).len() <= 3)
                || self.p.form(j).contains(['-', '‐'])
        })
    }

    /// How likely the words around make it a place at all.
    fn judge(&self, m: &mut Mention, r: &Range<usize>, exact: bool, last: Option<&Mention>) {
        let p = self.p;
        let (a, b) = (m.tokens.start, m.tokens.end);
        let single = b - a == 1;
        let t = self.tok(a);
        let mut h: f32 = match m.top {
            x if x >= 8.5 => 2.5,
            x if x >= 7.0 => 1.2,
            x if x >= 6.0 => 0.6,
            x if x >= 5.0 => 0.1,
            _ => -0.5,
        };
        if m.cands.iter().all(|c| c.alt) {
            h -= if m.top < 6.0 { 1.5 } else { 0.8 };
        }
        if exact {
            h += 1.5;
        }
        if !single && m.words.contains([' ', '-']) {
            h += 0.8;
        }
        let name_like = single && t.word & (word::GIVEN | word::FAMILY) as u8 != 0;
        if single && !exact {
            if t.word & word::ORDINARY as u8 != 0 || t.cue & (cue::OPENER | cue::TITLE) != 0 {
                h -= if m.top >= 8.0 { 0.5 } else { 2.5 };
                if t.shape & FIRST != 0 {
                    h -= 1.5;
                }
            }
            if name_like {
                h -= if m.top >= 8.5 {
                    0.2
                } else if m.top >= 8.0 {
                    0.6
                } else {
                    1.4
                };
            }
            if t.word & PEOPLE != 0 && m.top < 8.0 {
                h -= 3.0;
            }
        }
        // "Queen Victoria", "University of Texas": villages bear such names, reports seldom mean them
        if !single && t.cue & (cue::TITLE | cue::HOLDER) != 0 && m.top < 7.0 {
            h -= 5.0;
        }
        // to the left
        let mut i = a;
        let mut located = false;
        while i > r.start {
            let k = i - 1;
            let f = p.form(k);
            if (f == "-" || f == "‐") && i == a && p.text.glued(a) && k > r.start && p.text.glued(k)
            {
                // "northern-Syria", "Al-Assad"
                let before = k - 1;
                if self.cap(before) && last.is_none_or(|l| l.tokens.end != k) {
                    h -= if m.top >= 8.5 { 1.0 } else { 2.5 };
                }
                break;
            }
            let low = self.tok(k);
            let small = low.shape & CAP == 0 || low.shape & FIRST != 0;
            if m.shift.is_none()
                && self.direction(k).is_some()
                && (small || low.cue & cue::DIRECTION != 0)
                && i == a
            {
                m.shift = self.direction(k);
                let mut from = k;
                // "north-eastern" as three tokens
                if k >= r.start + 2 && p.form(k - 1) == "-" && self.direction(k - 2).is_some() {
                    from = k - 2;
                    if let (Some(x), Some(y)) = (self.direction(k), self.direction(from)) {
                        m.shift = Some((0.7 * (x.0 + y.0), 0.7 * (x.1 + y.1)));
                    }
                }
                m.phrase.start = from;
                h += 1.2;
                i = from;
                continue;
            }
            if matches!(f, "the" | "The" | "a" | "an" | "both") {
                i -= 1;
                continue;
            }
            if low.cue & (cue::LOCATIVE | cue::DIRECTIONAL) != 0 && small {
                located = low.cue & cue::LOCATIVE != 0;
                h += if located { 1.8 } else { 0.6 };
            }
            // "the outskirts of Aleppo", "University of Texas", "the city of X"
            if f == "of" && k > r.start {
                let head = self.tok(k - 1);
                if head.cue & cue::HOLDER != 0 && head.shape & CAP != 0 {
                    h -= 3.5;
                }
                if head.cue & cue::BEFORE != 0 {
                    m.mask |= self.mask(k - 1, true);
                    h += 0.8;
                }
                if head.cue & cue::SURROUND != 0 && head.shape & CAP == 0 {
                    h += 1.2;
                    self.part(m, k - 1, r);
                }
            }
            break;
        }
        if let Some(l) = last
            && !located
            && l.hood > 0.0
            && a > l.tokens.end
            && (l.tokens.end..a)
                .all(|k| matches!(p.form(k), "," | "and" | "or" | "&" | "the" | "/"))
        {
            // a list of places
            h += 0.7;
        }
        if a > r.start {
            let k = if p.form(a - 1) == "." && a >= r.start + 2 && p.text.glued(a - 1) {
                a - 2
            } else {
                a - 1
            };
            let l = self.tok(k);
            let own = last.is_some_and(|x| x.tokens.end == a && x.hood > 0.0);
            if l.cue & cue::TITLE != 0 && l.shape & CAP != 0 && !own {
                h -= if self.cue(b, cue::BODY | cue::AFTER) {
                    1.0
                } else {
                    3.5
                };
            } else if l.shape & CAP != 0 && m.phrase.start == a && !own {
                let opener = l.cue & cue::OPENER != 0;
                let initial =
                    p.form(k).trim_end_matches('.').chars().count() == 1 && p.form(k) != "A";
                if opener && (l.shape & FIRST != 0 || p.form(k).len() > 2) {
                } else if l.cue & cue::BEFORE != 0 {
                    h += 0.5;
                    m.mask |= self.mask(k, true);
                } else if initial || l.word & word::GIVEN as u8 != 0 {
                    h -= 3.0;
                } else if l.word & PEOPLE != 0 {
                    h -= 0.3;
                } else {
                    h -= if m.top >= 8.0 { 1.0 } else { 1.6 };
                }
            } else if l.cue & cue::BEFORE != 0 && m.phrase.start == a {
                m.mask |= self.mask(k, true);
                h += 0.5;
            }
        }
        // to the right
        if b < r.end {
            let n = self.tok(b);
            let f = p.form(b);
            let next_cap = n.shape & CAP != 0;
            if n.cue & cue::AFTER != 0 {
                let fits = self.mask(b, false);
                if next_cap || m.cands.iter().any(|c| self.fits(c, fits)) {
                    m.mask |= fits;
                    h += 1.6;
                }
            } else if n.cue & cue::BRAND != 0 && (next_cap || n.cue & cue::AILMENT != 0) {
                h -= if n.cue & cue::BODY != 0 { 1.0 } else { 4.5 };
            } else if self.ailment(b, r) {
                h -= 4.5;
            } else if next_cap && n.cue & cue::BODY != 0 {
                h += if m.top >= 6.5 { 0.3 } else { -0.5 };
            } else if next_cap && n.cue & cue::OPENER == 0 {
                // "Buffalo Science Magnet School"
                let far = (b + 1..(b + 5).min(r.end))
                    .take_while(|&j| self.cap(j))
                    .any(|j| self.tok(j).cue & cue::BRAND != 0 && self.tok(j).cue & cue::BODY == 0);
                if far {
                    h -= 2.0;
                }
                let person = n.word & (word::FAMILY | word::GIVEN) as u8 != 0 && name_like;
                h -= match () {
                    _ if person && n.word & PEOPLE == 0 => 3.0,
                    _ if m.top >= 8.0 => 0.3,
                    _ => 1.2,
                };
                if name_like && !person {
                    h -= if m.top >= 8.0 { 1.5 } else { 1.0 };
                }
            } else if (f == "-" || f == "–")
                && p.text.glued(b)
                && p.text.glued(b + 1)
                && b + 1 < r.end
            {
                if self.cap(b + 1) {
                    h -= 0.8;
                } else if matches!(
                    p.form(b + 1),
                    "based" | "born" | "held" | "controlled" | "area" | "wide"
                ) {
                    h += 1.5;
                }
            } else if n.cue & cue::SPEECH != 0 {
                h -= if m.top >= 8.0 {
                    0.2
                } else if name_like {
                    2.0
                } else {
                    1.0
                };
            } else if f == "," && p.form(b + 1) == "where" {
                h += 1.5;
            } else if f == ","
                && self.tok(b + 1).shape & DIGIT != 0
                && p.form(b + 1).len() <= 2
                && matches!(p.form(b + 2), "," | ".")
                && name_like
            {
                h -= 2.5;
            } else if f == "("
                && matches!(self.tok(b + 1).shape & UPPER, UPPER)
                && p.form(b + 1).len() > 5
            {
                m.dateline = a == r.start;
            }
            if matches!(f, "—" | "–" | "--" | "-") && a == r.start && !p.text.glued(b) {
                m.dateline = true;
            }
        }
        if m.dateline {
            h += 2.0;
        }
        // what the model says
        let sure = m.top >= 7.3
            && (m.cands.len() <= 2 || m.top >= 8.5)
            && !name_like
            && t.word & (word::ORDINARY as u8 | PEOPLE) == 0;
        if self.active {
            match self.kind(a).or_else(|| self.kind(b - 1)) {
                Some((EntityKind::Loc, s)) => {
                    h += if s.start >= m.phrase.start && s.end <= b + 1 {
                        2.6
                    } else {
                        1.2
                    };
                }
                // a name that nothing but one place bears outweighs a slip of the model
                Some((EntityKind::Per | EntityKind::Org | EntityKind::Misc, s))
                    if sure && s.start >= a && s.end <= b =>
                {
                    h -= 1.2
                }
                Some((EntityKind::Per, _)) => h -= if m.top >= 8.5 { 3.5 } else { 4.5 },
                Some((EntityKind::Norp, _)) => h -= if sure { 1.5 } else { 3.0 },
                Some((EntityKind::Org, s)) => {
                    let inside = s.start < a || s.end > b;
                    if !inside {
                        h -= if m.top >= 8.0 { 0.3 } else { 1.0 };
                    } else if s.start == a
                        || s.start + 1 == a && matches!(p.form(s.start), "the" | "The")
                    {
                        // "Indiana National Guard": at the head of a public body
                        h -= if m.top >= 6.5 { 0.8 } else { 2.5 };
                    } else {
                        h -= if m.top >= 8.0 { 1.5 } else { 2.5 };
                    }
                }
                Some((EntityKind::Misc, _)) => h -= 1.5,
                Some(_) => h -= 3.0,
                None => h -= if m.top >= 8.0 || exact { 0.0 } else { 0.8 },
            }
        }
        if single
            && self.persons.contains(m.base.as_str())
            && !matches!(self.kind(a), Some((EntityKind::Loc, _)))
        {
            h -= if m.top >= 8.5 { 2.0 } else { 3.0 };
        }
        m.hood = h;
    }

    /// "West Nile virus", "Marburg hemorrhagic fever": the first words of a disease's name.
    fn ailment(&self, b: usize, r: &Range<usize>) -> bool {
        b + 1 < r.end
            && self.tok(b).shape & LETTERS != 0
            && self.cue(b + 1, cue::AILMENT)
            && self.tok(b).cue & (cue::LOCATIVE | cue::OPENER) == 0
    }

    fn direction(&self, i: usize) -> Option<(f64, f64)> {
        if !self.cue(i, cue::DIRECTION) {
            return None;
        }
        let f = self.p.form(i).to_lowercase();
        self.g.cues.directions.get(f.as_str()).map(|d| (d[0], d[1]))
    }

    /// "the outskirts of X", "the north of X": from the head noun on it is one phrase.
    fn part(&self, m: &mut Mention, head: usize, r: &Range<usize>) {
        let mut from = head;
        while from > r.start
            && (self.direction(from - 1).is_some()
                || matches!(self.p.form(from - 1), "the" | "The"))
        {
            from -= 1;
        }
        if m.shift.is_none() {
            m.shift = self
                .direction(head)
                .or_else(|| (from < head).then(|| self.direction(head - 1)).flatten())
                .or(Some((0.0, 0.0)));
        }
        m.phrase.start = from;
    }

    fn mask(&self, i: usize, before: bool) -> u64 {
        let f = self.p.form(i).to_lowercase();
        let map = if before {
            &self.g.cues.before
        } else {
            &self.g.cues.after
        };
        map.get(f.as_str()).copied().unwrap_or(0)
    }
    fn fits(&self, c: &Cand, mask: u64) -> bool {
        feature_index(self.g.layers[c.layer as usize].feature(c.at))
            .is_some_and(|f| mask & (1 << f) != 0)
    }

    /// Ties "X, Y", "X in Y", "X (Y)" and "Y's X" together where some Y holds some X.
    fn link(&self, mentions: &mut [Mention]) {
        let p = self.p;
        for i in 1..mentions.len() {
            let (l, r) = mentions.split_at_mut(i);
            let (Some(x), Some(y)) = (l.last_mut(), r.first_mut()) else {
                continue;
            };
            if x.hood < -3.0 || y.hood < -3.0 || x.tokens.end > y.tokens.start {
                continue;
            }
            let between = x.tokens.end..y.phrase.start;
            if between.len() > 8 || between.start > between.end {
                continue;
            }
            let forms: Vec<&str> = between.clone().map(|k| p.form(k)).collect();
            let strong = matches!(
                forms.as_slice(),
                [","] | ["("] | [",", "in"] | [",", "the"] | []
            );
            let sentence = p.text.sentence_of(x.tokens.start) == p.text.sentence_of(y.tokens.start);
            let weak = sentence
                && forms.iter().any(|f| matches!(*f, "in" | "of" | ","))
                && forms.iter().all(|f| {
                    matches!(*f, "," | "in" | "the" | "a" | "of")
                        || f.chars().all(char::is_lowercase)
                })
                && !forms.iter().any(|f| {
                    matches!(
                        *f,
                        "and" | "or" | "to" | "from" | "with" | "for" | "by" | "against"
                    )
                });
            if sentence
                && !forms.is_empty()
                && forms
                    .iter()
                    .all(|f| matches!(*f, "," | "and" | "or" | "&" | "the" | "/" | ";"))
            {
                y.peer = Some(i - 1);
            }
            // "Oklahoma, Oregon, Pennsylvania": items of a list, though towns of such names lie in the next
            let like = x.cands.iter().any(|a| {
                y.cands
                    .iter()
                    .any(|b| a.prior.min(b.prior) >= 6.8 && alike(a, b))
            });
            if like
                && (x.peer.is_some()
                    || (y.tokens.end + 1 < p.len()
                        && matches!(p.form(y.tokens.end), "," | "and" | "or")
                        && self.cap(y.tokens.end + 1)))
            {
                continue;
            }
            let owner = matches!(
                forms.as_slice(),
                ["'s" | "’s"] | ["'" | "’"] | ["'" | "’", "s"]
            );
            // "China, Japan" is a list, though a hamlet in Japan is called China
            let best = |outer: &Mention, inner: &Mention| {
                let mut found = f32::MIN;
                let state = inner.cands.iter().any(|c| c.prior >= 8.3);
                for o in top_of(&outer.cands, 40) {
                    for c in &inner.cands {
                        if state
                            && forms.len() == 1
                            && c.prior < 7.0
                            && matches!(o.kind, Kind::State | Kind::Dependency)
                        {
                            continue;
                        }
                        if holder(self.g, o, c) {
                            found = found.max(o.prior + c.prior);
                        }
                    }
                }
                found
            };
            if owner {
                if best(x, y) > f32::MIN {
                    y.inside = Some((i - 1, 3.0));
                    y.hood += 1.0;
                }
            } else if forms == ["of"]
                && sentence
                && best(y, x) == f32::MIN
                && y.hood > 0.0
                && self.cue(x.tokens.end - 1, cue::AFTER)
                && x.tokens.len() > 1
            {
                // "the Eastern District of Virginia": a part that the gazetteer does not hold, not its namesake elsewhere
                x.hood = -4.0;
            } else if strong || weak {
                let s = if strong || forms.contains(&"in") {
                    5.0
                } else {
                    3.5
                };
                if sentence && best(y, x) > f32::MIN {
                    x.inside = Some((i, s));
                    x.hood += if strong { 2.0 } else { 1.0 };
                    y.hood += if strong { 1.0 } else { 0.5 };
                }
            }
        }
        // A name that is surely a place here is likely one elsewhere in the text.
        let mut sure: HashSet<&str> = HashSet::new();
        for m in mentions.iter().filter(|m| m.hood >= 2.0) {
            sure.insert(&m.base);
        }
        let lift: Vec<bool> = mentions
            .iter()
            .map(|m| m.hood < 1.5 && sure.contains(m.base.as_str()))
            .collect();
        for (m, l) in mentions.iter_mut().zip(lift) {
            m.hood += if l { 1.2 } else { 0.0 };
        }
        // thinning must keep both ends of a tie
        let keep: Vec<bool> = mentions.iter().map(|m| m.hood > 0.0).collect();
        let mut rank = Vec::with_capacity(mentions.len());
        let mut n = 0;
        for k in &keep {
            rank.push(n);
            n += usize::from(*k);
        }
        for m in mentions.iter_mut() {
            m.inside = m
                .inside
                .filter(|(k, _)| keep[*k])
                .map(|(k, s)| (rank[k], s));
            m.peer = m.peer.filter(|k| keep[*k]).map(|k| rank[k]);
        }
    }

    fn group(&self, mentions: &mut [Mention]) -> Vec<Group> {
        let mut index: HashMap<String, usize> = HashMap::new();
        let mut groups: Vec<Group> = Vec::new();
        let keys: Vec<String> = (mentions.iter())
            .map(|m| {
                let fit = if m.cands.iter().any(|c| self.fits(c, m.mask)) {
                    m.mask
                } else {
                    0
                };
                match m.inside {
                    Some((k, _)) => format!("{}|{}|{fit}", m.base, mentions[k].base),
                    None => format!("{}||{fit}", m.base),
                }
            })
            .collect();
        for (m, k) in mentions.iter_mut().zip(keys) {
            let n = *index.entry(k).or_insert_with(|| {
                let fit = m.cands.iter().any(|c| self.fits(c, m.mask));
                groups.push(Group {
                    base: m.base.clone(),
                    cands: m.cands.clone(),
                    count: 0.0,
                    inside: Vec::new(),
                    holds: Vec::new(),
                    peers: Vec::new(),
                    mask: if fit { m.mask } else { 0 },
                });
                groups.len() - 1
            });
            groups[n].count += if m.dateline { 2.0 } else { 1.0 };
            m.group = n;
        }
        for m in mentions.iter() {
            if let Some(k) = m.peer {
                let (x, y) = (m.group, mentions[k].group);
                if x != y
                    && !groups[x].peers.contains(&y)
                    && groups[x].peers.len() < 12
                    && groups[y].peers.len() < 12
                {
                    groups[x].peers.push(y);
                    groups[y].peers.push(x);
                }
            }
            if let Some((k, s)) = m.inside {
                let (x, y) = (m.group, mentions[k].group);
                if x != y && !groups[x].inside.iter().any(|t| t.0 == y) {
                    groups[x].inside.push((y, s));
                    groups[y].holds.push((x, s));
                }
            }
        }
        for g in &mut groups {
            for c in &mut g.cands {
                if g.mask != 0 {
                    let f =
                        feature_index(self.g.layers[c.layer as usize].feature(c.at)).unwrap_or(0);
                    c.prior += if g.mask & (1 << f) != 0 { 3.2 } else { 0.0 };
                }
            }
        }
        groups
    }

    fn write(&self, mentions: &[Mention], groups: &[Group]) -> Vec<Place> {
        let p = self.p;
        let mut out: Vec<Place> = Vec::with_capacity(mentions.len());
        for m in mentions {
            let group = &groups[m.group];
            let Some(c) = group
                .cands
                .iter()
                .max_by(|a, b| a.score.total_cmp(&b.score).then(b.at.cmp(&a.at)))
            else {
                continue;
            };
            let g = &self.g.layers[c.layer as usize];
            let hood = 1.0 / (1.0 + (-m.hood - 0.5).exp());
            let confidence = (hood * (0.35 + 0.65 * c.p)).clamp(0.05, 0.99);
            let mut place = Place {
                span: p.text.span_of(m.tokens.clone()),
                tokens: m.tokens.start as u32..m.tokens.end as u32,
                phrase: m.phrase.start as u32..m.phrase.end as u32,
                name: g.name(c.at).to_owned(),
                geonames: g.geonames(c.at),
                lat: g.point(c.at).map(|x| x.0),
                lon: g.point(c.at).map(|x| x.1),
                radius_km: Some(g.radius(c.at)).filter(|r| *r > 0.0),
                country: c.country,
                admin1: g.admin1(c.at).map(|a| g.name(a).to_owned()),
                feature: Some(g.feature(c.at)),
                population: Some(g.population(c.at)).filter(|n| *n > 0),
                confidence,
            };
            if c.kind == Kind::Admin1 {
                place.admin1 = Some(place.name.clone());
            }
            if let Some(shift) = m.shift {
                let before: Vec<&str> = (m.phrase.start..m.tokens.start)
                    .map(|k| p.form(k))
                    .collect();
                let mut words = before.join(" ").replace(" - ", "-");
                if let Some(w) = words.strip_prefix("the ").or(words.strip_prefix("The ")) {
                    words = w.to_owned();
                }
                area(&mut place, &words, shift);
            }
            out.push(place);
        }
        self.wholes(&mut out);
        if self.active {
            self.unknown(&mut out);
        }
        out.sort_by_key(|x| x.span);
        let mut end = 0;
        out.retain(|x| {
            let keep = x.span.start >= end && !x.span.is_empty();
            if keep {
                end = x.span.end;
            }
            keep
        });
        out
    }

    /// "the north of the country": a part of the state last spoken of.
    fn wholes(&self, out: &mut Vec<Place>) {
        let p = self.p;
        let mut found = Vec::new();
        for s in p.text.sentences() {
            let r = s.range();
            for i in r.clone() {
                if !self.cue(i, cue::WHOLE)
                    || self.cap(i)
                    || i < r.start + 2
                    || self.cue(i + 1, cue::BEFORE) && p.form(i + 1) == "of"
                {
                    continue;
                }
                // "the north of the country" or "the country's north"
                let the = |k: usize| matches!(p.form(k), "the" | "this" | "The" | "that");
                let (from, to, dir);
                let ahead = i + 2 < r.end
                    && matches!(p.form(i + 1), "'s" | "’s")
                    && self.direction(i + 2).is_some()
                    && the(i - 1);
                if ahead {
                    (from, to, dir) = (i - 1, i + 3, i + 2);
                } else if the(i - 1) && i >= r.start + 3 && matches!(p.form(i - 2), "of" | "in") {
                    let part = i - 3;
                    let head = if self.cue(part, cue::SURROUND)
                        && part > r.start
                        && self.direction(part - 1).is_some()
                    {
                        part - 1
                    } else {
                        part
                    };
                    if self.direction(head).is_none()
                        || self.cap(head) && self.tok(head).shape & FIRST == 0
                    {
                        continue;
                    }
                    let start = if head > r.start && matches!(p.form(head - 1), "the" | "The") {
                        head - 1
                    } else {
                        head
                    };
                    (from, to, dir) = (start, i + 1, head);
                } else {
                    continue;
                }
                let want: &[&str] = match p.form(i) {
                    "country" | "nation" | "republic" | "kingdom" | "state" => &["PCLI", "PCLD"],
                    "province" | "region" | "territory" => &["ADM1", "ADM2", "RGN", "PCLD"],
                    "island" => &["ISL", "PCLI", "PCLD", "ADM1"],
                    _ => &["PPL", "PPLC"],
                };
                let at = from as u32;
                let sentence = p.text.sentence_of(i);
                // the one before it that is nearest, else the first after it in the same sentence
                let fits = |x: &&Place| x.feature.is_some_and(|f| want.contains(&f));
                let before = out.iter().rev().filter(|x| x.tokens.end <= at).find(fits);
                let near =
                    before.filter(|x| sentence - p.text.sentence_of(x.tokens.start as usize) <= 4);
                let after = || {
                    out.iter()
                        .filter(|x| {
                            x.tokens.start >= at
                                && p.text.sentence_of(x.tokens.start as usize) == sentence
                        })
                        .find(fits)
                };
                let Some(focus) = near.or_else(after).or(before) else {
                    continue;
                };
                let Some(shift) = self.direction(dir) else {
                    continue;
                };
                let mut place = focus.clone();
                area(&mut place, &adjective(&p.form(dir).to_lowercase()), shift);
                place.span = p.text.span_of(from..to);
                place.tokens = from as u32..to as u32;
                place.phrase = place.tokens.clone();
                place.confidence *= 0.85;
                found.push(place);
            }
        }
        out.extend(found);
    }

    /// Places that the model sees and the gazetteer does not know: where the text says what they lie in, there.
    fn unknown(&self, out: &mut Vec<Place>) {
        let p = self.p;
        let mut found = Vec::new();
        let covered = |i: u32, out: &[Place]| {
            let k = out.partition_point(|x| x.tokens.end <= i);
            out.get(k).is_some_and(|x| x.tokens.start <= i)
        };
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        let mut states: BTreeMap<Country, usize> = BTreeMap::new();
        for x in out.iter() {
            if let Some(c) = x.country {
                *states.entry(c).or_default() += 1;
            }
        }
        let all: usize = states.values().sum();
        let home = states
            .iter()
            .max_by_key(|(c, n)| (**n, std::cmp::Reverse(**c)));
        let home = home
            .filter(|(_, n)| **n >= 2 && **n * 5 >= all * 3)
            .map(|(c, _)| *c);
        for s in &p.named {
            let r = s.tokens.start as usize..(s.tokens.end as usize).min(p.len());
            if s.kind != EntityKind::Loc
                || r.is_empty()
                || r.len() > 6
                || r.clone().any(|i| covered(i as u32, out))
            {
                continue;
            }
            if !r.clone().any(|i| self.cap(i))
                || !p.form(r.start).starts_with(char::is_alphanumeric)
                || self.tok(r.start).word & PEOPLE != 0
            {
                continue;
            }
            let name = p.text.slice(p.text.span_of(r.clone())).to_owned();
            let single = r.len() == 1 && self.persons.contains(key(&name).as_str());
            if single || name.chars().filter(|c| c.is_alphabetic()).count() < 3 {
                continue;
            }
            // ", in Aleppo province" right behind it
            let behind = out
                .iter()
                .find(|x| x.tokens.start as usize >= r.end)
                .filter(|x| {
                    let gap = r.end..(x.phrase.start as usize);
                    gap.len() <= 4
                        && gap.start <= gap.end
                        && p.text.sentence_of(r.start)
                            == p.text.sentence_of(x.tokens.start as usize)
                        && gap.clone().any(|k| {
                            matches!(p.form(k), "," | "in" | "(" | "near" | "outside" | "of")
                        })
                        && gap.clone().all(|k| {
                            matches!(
                                p.form(k),
                                "," | "in"
                                    | "("
                                    | "the"
                                    | "of"
                                    | "a"
                                    | "near"
                                    | "outside"
                                    | "area"
                                    | "town"
                                    | "village"
                                    | "suburb"
                                    | "just"
                                    | "city"
                            ) || self.tok(k).cue & (cue::BEFORE | cue::DIRECTION) != 0
                        })
                });
            // without a word that says so, the model alone is not enough
            let mut k = r.start;
            while k > 0
                && (matches!(p.form(k - 1), "the" | "of") || self.direction(k - 1).is_some())
            {
                k -= 1;
            }
            let cued = k > 0 && self.cue(k - 1, cue::LOCATIVE | cue::BEFORE);
            let sort = self.cue(r.end, cue::AFTER);
            if behind.is_none() && !cued && !sort && !known.contains_key(&name) {
                continue;
            }
            let mut place = Place {
                span: p.text.span_of(r.clone()),
                tokens: r.start as u32..r.end as u32,
                phrase: r.start as u32..r.end as u32,
                name: name.clone(),
                geonames: None,
                lat: None,
                lon: None,
                radius_km: None,
                country: None,
                admin1: None,
                feature: None,
                population: None,
                confidence: 0.3,
            };
            if let Some(x) = behind {
                place.country = x.country;
                place.admin1 = x.admin1.clone();
                (place.lat, place.lon) = (x.lat, x.lon);
                place.radius_km = x.radius_km;
                place.confidence = 0.45;
            }
            if place.country.is_none() {
                // the one state in which nearly all the rest lies
                place.country = home;
            }
            match known.get(&name) {
                Some(&k) => {
                    let first: &Place = &found[k];
                    if place.lat.is_none() {
                        (place.lat, place.lon, place.country) =
                            (first.lat, first.lon, first.country);
                        (place.admin1, place.radius_km) = (first.admin1.clone(), first.radius_km);
                    }
                }
                None => {
                    known.insert(name, found.len());
                }
            }
            found.push(place);
        }
        out.extend(found);
    }
}

/// "north" → "northern".
fn adjective(direction: &str) -> String {
    match direction {
        "north" | "south" | "east" | "west" | "northeast" | "northwest" | "southeast"
        | "southwest" | "north-east" | "north-west" | "south-east" | "south-west" => {
            format!("{direction}ern")
        }
        other => other.to_owned(),
    }
}

/// Turns a place into a part of it.
fn area(place: &mut Place, words: &str, shift: (f64, f64)) {
    place.name = format!("{} {}", words.to_lowercase(), place.name);
    place.geonames = None;
    place.feature = Some("RGN");
    place.population = None;
    if let (Some(lat), Some(lon), Some(r)) = (place.lat, place.lon, place.radius_km) {
        let r = f64::from(r);
        let up = shift.0 * r / 111.2;
        let right = shift.1 * r / (111.2 * lat.to_radians().cos().abs().max(0.1));
        place.lat = Some((lat + up).clamp(-90.0, 90.0));
        let lon = lon + right;
        place.lon = Some(if lon > 180.0 {
            lon - 360.0
        } else if lon < -180.0 {
            lon + 360.0
        } else {
            lon
        });
        if shift != (0.0, 0.0) {
            place.radius_km = Some((r * 0.6) as f32);
        }
    }
}

fn top_of(cands: &[Cand], most: usize) -> Vec<&Cand> {
    let mut all: Vec<&Cand> = cands.iter().collect();
    if all.len() > most {
        all.sort_by(|a, b| b.prior.total_cmp(&a.prior).then(a.at.cmp(&b.at)));
        all.truncate(most);
    }
    all
}

fn near(a: &Cand, b: &Cand, km: f32) -> bool {
    match (a.point, b.point) {
        (Some(x), Some(y)) => distance(x, y) <= km,
        _ => false,
    }
}

/// Kilometres, good enough for near and far.
fn distance(a: (f32, f32), b: (f32, f32)) -> f32 {
    let dlat = a.0 - b.0;
    let mut dlon = (a.1 - b.1).abs();
    if dlon > 180.0 {
        dlon = 360.0 - dlon;
    }
    let x = dlon * ((a.0 + b.0) * 0.5).to_radians().cos();
    111.2 * (dlat * dlat + x * x).sqrt()
}

/// A word that names a people.
const PEOPLE: u8 = 64;

/// Of one sort, as the items of a list are: two states, two divisions of one state.
fn alike(a: &Cand, b: &Cand) -> bool {
    match (a.kind, b.kind) {
        (Kind::State | Kind::Dependency, Kind::State | Kind::Dependency) => true,
        (Kind::Admin1, Kind::Admin1) | (Kind::Admin2, Kind::Admin2) => a.country == b.country,
        _ => false,
    }
}

fn saturate(x: f32, half: f32) -> f32 {
    if x <= 0.0 { 0.0 } else { x / (x + half) }
}

/// Decides over the whole document, in rounds: each name's candidates are weighed by what the others are likely to be.
fn decide(
    g: &Geoparser,
    groups: &mut [Group],
    peoples: &BTreeMap<Country, f32>,
    context: PlaceContext,
) {
    for round in 0..4 {
        for group in groups.iter_mut() {
            softmax(&mut group.cands);
        }
        // what the document speaks of
        let mut states: BTreeMap<Country, f32> = BTreeMap::new();
        let mut subs: BTreeMap<Country, f32> = BTreeMap::new();
        let mut firsts: BTreeMap<u32, f32> = BTreeMap::new();
        for (c, n) in peoples {
            *states.entry(*c).or_default() += 0.6 * n;
        }
        let mut anchors: Vec<(usize, (f32, f32), f32)> = Vec::new();
        for (n, group) in groups.iter().enumerate() {
            for c in &group.cands {
                if c.p < 0.05 {
                    continue;
                }
                let w = c.p * group.count.min(4.0);
                match c.kind {
                    Kind::State | Kind::Dependency => {
                        if let Some(k) = c.country {
                            *states.entry(k).or_default() += w;
                        }
                    }
                    _ => {
                        if let Some(k) = c.country {
                            *subs.entry(k).or_default() += w;
                        }
                        if let Some(a) = first_of(g, c) {
                            *firsts.entry(a).or_default() += w;
                        }
                        let small = g.layers[c.layer as usize].radius(c.at) < 150.0;
                        if small
                            && c.p > 0.3
                            && let Some(point) = c.point
                        {
                            anchors.push((n, point, w));
                        }
                    }
                }
            }
        }
        anchors.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
        anchors.truncate(ANCHORS);
        let total: f32 = states.values().chain(subs.values()).sum::<f32>().max(1.0);
        let before: Vec<Vec<Cand>> = groups
            .iter()
            .map(|x| x.cands.iter().filter(|c| c.p > 0.02).copied().collect())
            .collect();
        let bases: Vec<String> = groups.iter().map(|x| x.base.clone()).collect();
        for n in 0..groups.len() {
            // its own share in the counts does not speak for itself
            let mut own_state: BTreeMap<Country, f32> = BTreeMap::new();
            let mut own_sub: BTreeMap<Country, f32> = BTreeMap::new();
            let mut own_first: BTreeMap<u32, f32> = BTreeMap::new();
            for c in &before[n] {
                let w = c.p * groups[n].count.min(4.0);
                let state = matches!(c.kind, Kind::State | Kind::Dependency);
                if let Some(k) = c.country {
                    *if state { &mut own_state } else { &mut own_sub }
                        .entry(k)
                        .or_default() += w;
                }
                if !state && let Some(a) = first_of(g, c) {
                    *own_first.entry(a).or_default() += w;
                }
            }
            let (inside, holds, peers) = (
                groups[n].inside.clone(),
                groups[n].holds.clone(),
                groups[n].peers.clone(),
            );
            // A well-known state or city does not give way to a hamlet because its neighbours are near.
            let known = groups[n].cands.iter().any(|c| c.prior >= 8.3);
            let siblings: Vec<(usize, f32)> = (0..bases.len())
                .filter(|&k| k != n && bases[k] == bases[n])
                .map(|k| {
                    (
                        k,
                        if groups[k].inside.is_empty() {
                            1.0
                        } else {
                            3.0
                        },
                    )
                })
                .collect();
            for c in &mut groups[n].cands {
                let mut s = c.prior;
                let damp = if known && c.prior < 7.2 { 0.4 } else { 1.0 };
                if let Some(k) = c.country {
                    let a = states.get(&k).unwrap_or(&0.0) - own_state.get(&k).unwrap_or(&0.0);
                    let b = subs.get(&k).unwrap_or(&0.0) - own_sub.get(&k).unwrap_or(&0.0);
                    s += damp
                        * (1.5 * saturate(a, 1.0)
                            + 2.2 * saturate(b, 1.2)
                            + 1.2 * ((a + b) / total).min(1.0));
                    if context.publisher == Some(k) && !matches!(c.kind, Kind::State) {
                        s += 1.0;
                    }
                }
                if let Some(a) = first_of(g, c) {
                    let w = firsts.get(&a).unwrap_or(&0.0) - own_first.get(&a).unwrap_or(&0.0);
                    s += damp * 2.4 * saturate(w, 1.0);
                }
                if !matches!(c.kind, Kind::State | Kind::Dependency)
                    && let Some(point) = c.point
                {
                    let mut w = 0.0;
                    for (k, at, weight) in &anchors {
                        if *k != n && bases[*k] != bases[n] {
                            let d = distance(point, *at);
                            if d < 400.0 {
                                w += weight.min(1.5) * (-d / 120.0).exp();
                            }
                        }
                    }
                    s += damp * 2.2 * saturate(w, 0.6);
                }
                let mut like = 0.0;
                for k in &peers {
                    like += before[*k]
                        .iter()
                        .filter(|o| alike(o, c))
                        .map(|o| o.p)
                        .sum::<f32>();
                }
                s += 3.2 * saturate(like, 0.6);
                for (k, strength) in &inside {
                    let p: f32 = before[*k]
                        .iter()
                        .filter(|o| holder(g, o, c))
                        .map(|o| o.p)
                        .fold(0.0, f32::max);
                    s += strength * (0.25 * f32::from(u8::from(p > 0.0)) + 0.75 * p);
                }
                for (k, strength) in &holds {
                    let p: f32 = before[*k]
                        .iter()
                        .filter(|o| holder(g, c, o))
                        .map(|o| o.p)
                        .sum();
                    s += strength * 0.8 * p.min(1.0);
                }
                for (k, weight) in &siblings {
                    let p: f32 = before[*k]
                        .iter()
                        .filter(|o| o.at == c.at && o.layer == c.layer)
                        .map(|o| o.p)
                        .sum();
                    s += weight * p;
                }
                c.score = s;
            }
            if round == 0 && groups[n].cands.len() > KEEP {
                let cands = &mut groups[n].cands;
                cands.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.at.cmp(&b.at)));
                cands.truncate(KEEP);
            }
        }
    }
    for group in groups.iter_mut() {
        softmax(&mut group.cands);
    }
}

fn first_of(g: &Geoparser, c: &Cand) -> Option<u32> {
    match c.kind {
        Kind::Admin1 if c.layer == 0 => Some(c.at),
        _ if c.layer == 0 => g.layers[0].admin1(c.at),
        _ => None,
    }
}

fn softmax(cands: &mut [Cand]) {
    let top = cands.iter().map(|c| c.score).fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for c in cands.iter_mut() {
        c.p = ((c.score - top) * 1.2).exp();
        sum += c.p;
    }
    for c in cands.iter_mut() {
        c.p /= sum;
    }
}

/// Whether `outer` is a place that holds `inner`.
fn holder(g: &Geoparser, outer: &Cand, inner: &Cand) -> bool {
    if outer.layer == inner.layer && outer.at == inner.at {
        return false;
    }
    let og = &g.layers[outer.layer as usize];
    match outer.kind {
        Kind::State | Kind::Dependency => {
            inner.country.is_some()
                && outer.country == inner.country
                && !matches!(inner.kind, Kind::State | Kind::Dependency)
        }
        Kind::Admin1 | Kind::Admin2 if outer.layer == inner.layer => match inner.kind {
            Kind::Town | Kind::Admin2 => {
                og.admin1(inner.at) == Some(outer.at) || og.admin2(inner.at) == Some(outer.at)
            }
            Kind::Other => near(outer, inner, og.radius(outer.at)),
            _ => false,
        },
        Kind::Other => {
            let r = og.radius(outer.at);
            if r > 600.0 {
                let members = og.members(outer.at);
                if !members.is_empty() {
                    return inner.country.is_some_and(|c| members.contains(&c));
                }
            }
            r > 30.0
                && outer.country.is_none_or(|c| inner.country == Some(c))
                && near(outer, inner, r)
        }
        Kind::Town => {
            matches!(inner.kind, Kind::Town | Kind::Other)
                && outer.prior > inner.prior + 0.8
                && near(outer, inner, 12.0 + 2.0 * og.radius(outer.at))
        }
        _ => false,
    }
}
