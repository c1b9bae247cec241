//! Runs the rules' programs over the atoms of one sentence.

use crate::lexicon::{Atom, EMPTY, SLOTS, Slot, class};
use crate::rules::{RuleSet, Set, Step};

/// What one expression has in its slots.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Atoms covered.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) rule: u16,
    pub(crate) slots: [i32; SLOTS],
    pub(crate) inner: Option<Box<Part>>,
}

impl Part {
    pub(crate) fn get(&self, slot: Slot) -> Option<i32> {
        match self.slots[slot as usize] {
            EMPTY => None,
            v => Some(v),
        }
    }
}

/// A match of a rule: one expression, or several ("from 2009 to 2011").
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) parts: Vec<Part>,
}

impl Found {
    pub(crate) fn start(&self) -> usize {
        self.parts.first().map_or(0, |p| p.start)
    }
    pub(crate) fn end(&self) -> usize {
        self.parts.last().map_or(0, |p| p.end)
    }
}

#[derive(Clone, Copy)]
enum Note {
    Slot(u8, i32),
    Open(u32),
    Close(u32),
    Inner(u32),
}

/// Buffers that a tagger uses again for every sentence.
#[derive(Default)]
pub(crate) struct Scratch {
    pub(crate) atoms: Vec<Atom>,
    pub(crate) best: Vec<Option<Box<Found>>>,
    notes: Vec<Note>,
    stack: Vec<(u16, u32, u32)>,
    tried: Vec<u32>,
    stamp: u32,
}

/// An amount: hundredths, -1 for a vague one; and the atoms that it covers.
pub(crate) struct Amount {
    pub(crate) hundredths: i32,
    pub(crate) end: usize,
}

/// Bits of the classes that amounts are made of.
pub(crate) struct AmountWords {
    cardinal: u128,
    tens: u128,
    scale: u128,
    vague: u128,
    article: u128,
    fraction: u128,
    and: u32,
    half: u32,
    of: u32,
    dash: u32,
    point: u32,
    slash: u32,
}

impl AmountWords {
    pub(crate) fn new(set: &RuleSet) -> Self {
        let l = &set.lexicon;
        AmountWords {
            cardinal: l.bit("CARDINAL"),
            tens: l.bit("TENS"),
            scale: l.bit("SCALE"),
            vague: l.bit("VAGUE"),
            article: l.bit("ARTICLE"),
            fraction: l.bit("FRACTION"),
            and: l.find("and"),
            half: l.find("half"),
            of: l.find("of"),
            dash: l.find("-"),
            point: l.find("."),
            slash: l.find("/"),
        }
    }
}

fn value_of(set: &RuleSet, atom: &Atom, bit: u32) -> i32 {
    if atom.num >= 0 {
        return atom.num;
    }
    set.lexicon.entries[atom.word as usize]
        .values
        .iter()
        .find(|v| v.0 == bit)
        .map_or(0, |v| v.1)
}

fn value_in(set: &RuleSet, atom: &Atom, mask: u128) -> i32 {
    value_of(set, atom, mask.trailing_zeros())
}

/// Reads an amount that begins at atom `i`.
pub(crate) fn amount(set: &RuleSet, w: &AmountWords, atoms: &[Atom], i: usize) -> Option<Amount> {
    let a = atoms.get(i)?;
    let is = |j: usize, mask: u128| {
        atoms
            .get(j)
            .is_some_and(|a| mask != 0 && a.bits & mask != 0)
    };
    let word = |j: usize, id: u32| id != 0 && atoms.get(j).is_some_and(|a| a.word == id);
    let cap = |n: i64| n.clamp(0, 20_000_000) as i32;
    let done = |hundredths: i64, end: usize| {
        Some(Amount {
            hundredths: cap(hundredths),
            end,
        })
    };
    let vague = |end: usize| {
        Some(Amount {
            hundredths: -1,
            end,
        })
    };
    if a.bits & (1 << class::NUM) != 0 {
        let mut n = i64::from(a.num) * 100;
        let mut j = i + 1;
        if word(j, w.point)
            && is(j + 1, 1 << class::NUM)
            && atoms[j].glued
            && atoms[j + 1].glued
            && atoms[j + 1].digits <= 2
        {
            let d = &atoms[j + 1];
            n += i64::from(d.num) * if d.digits == 1 { 10 } else { 1 };
            j += 2;
        } else if is(j, 1 << class::NUM)
            && word(j + 1, w.slash)
            && is(j + 2, 1 << class::NUM)
            && atoms[j + 2].num > 0
        {
            n += i64::from(atoms[j].num) * 100 / i64::from(atoms[j + 2].num);
            j += 3;
        } else if word(j, w.slash)
            && is(j + 1, 1 << class::NUM)
            && atoms[j + 1].num > 0
            && atoms[j].glued
        {
            n /= i64::from(atoms[j + 1].num);
            j += 2;
        }
        if is(j, w.scale) {
            n = n.saturating_mul(i64::from(value_in(set, &atoms[j], w.scale)));
            j += 1;
        }
        return half_more(set, w, atoms, n, j).or_else(|| done(n, j));
    }
    if a.bits & w.vague != 0 {
        // "several", "a few": the article is read below.
        let mut j = i + 1;
        if word(j, w.of) {
            j += 1;
        }
        return vague(j);
    }
    if a.bits & w.fraction != 0 {
        // "half a", "half an hour", "a quarter of an"
        let mut j = i + 1;
        if word(j, w.of) {
            j += 1;
        }
        if is(j, w.article) {
            return done(i64::from(value_in(set, a, w.fraction)), j + 1);
        }
        if word(i, w.half) && word(i + 1, w.dash) && is(i + 2, w.article) {
            return done(50, i + 3);
        }
        return None;
    }
    let mut total: i64 = 0;
    let mut j = i;
    let mut group: i64;
    let mut any = false;
    let mut from_article = false;
    loop {
        group = 0;
        let mut here = false;
        if is(j, w.article) && !any {
            // "a hundred", "a few", "a dozen", "a"
            let next_vague = is(j + 1, w.vague);
            if next_vague {
                let mut k = j + 2;
                if word(k, w.of) {
                    k += 1;
                }
                return vague(k);
            }
            group = 1;
            here = true;
            from_article = true;
            j += 1;
        } else if is(j, w.tens) {
            group = i64::from(value_in(set, &atoms[j], w.tens));
            here = true;
            j += 1;
            let k = if word(j, w.dash) { j + 1 } else { j };
            if is(k, w.cardinal) && value_in(set, &atoms[k], w.cardinal) < 10 {
                group += i64::from(value_in(set, &atoms[k], w.cardinal));
                j = k + 1;
            }
        } else if is(j, w.cardinal) {
            group = i64::from(value_in(set, &atoms[j], w.cardinal));
            here = true;
            j += 1;
        }
        while is(j, w.scale) && (here || !any) {
            if !here {
                group = 1;
            }
            here = true;
            group = group
                .saturating_mul(i64::from(value_in(set, &atoms[j], w.scale)))
                .min(1_000_000_000);
            from_article = false;
            j += 1;
        }
        if !here {
            break;
        }
        any = true;
        total += group;
        if group < 100 || j > i + 16 {
            break;
        }
        if word(j, w.and) && (is(j + 1, w.tens) || is(j + 1, w.cardinal)) {
            j += 1;
        } else if !(is(j, w.tens) || is(j, w.cardinal)) {
            break;
        }
    }
    if !any {
        return None;
    }
    if from_article {
        return done(100, j);
    }
    half_more(set, w, atoms, total * 100, j).or_else(|| {
        let k = if word(j, w.of) && total >= 10 {
            j + 1
        } else {
            j
        };
        done(total * 100, k)
    })
}

/// "two and a half"
fn half_more(set: &RuleSet, w: &AmountWords, atoms: &[Atom], n: i64, j: usize) -> Option<Amount> {
    let dash =
        |j: usize| usize::from(w.dash != 0 && atoms.get(j).is_some_and(|a| a.word == w.dash));
    let mut k = j + dash(j);
    if atoms.get(k)?.word != w.and || w.and == 0 {
        return None;
    }
    k += 1;
    k += dash(k);
    let one = atoms.get(k)?;
    let single = one.bits & w.cardinal != 0 && value_in(set, one, w.cardinal) == 1;
    if !single && (one.bits & w.article == 0 || w.article == 0) {
        return None;
    }
    k += 1;
    k += dash(k);
    let f = atoms.get(k)?;
    if f.bits & w.fraction == 0 || w.fraction == 0 {
        return None;
    }
    Some(Amount {
        hundredths: (n + i64::from(value_in(set, f, w.fraction))).clamp(0, 20_000_000) as i32,
        end: k + 1,
    })
}

fn in_set(set: &Set, atom: &Atom) -> bool {
    atom.bits & set.bits != 0 || (atom.word != 0 && set.words.binary_search(&atom.word).is_ok())
}

/// How many steps one rule may take at one place; no honest rule comes near.
const MAX_STEPS: u32 = 4000;

impl RuleSet {
    /// Finds the best match that begins at each atom, from the right, so that composed expressions see their parts.
    pub(crate) fn match_all(&self, w: &AmountWords, s: &mut Scratch) {
        s.best.clear();
        s.best.resize_with(s.atoms.len(), || None);
        if s.tried.len() < self.rules.len() {
            s.tried = vec![0; self.rules.len()];
        }
        for i in (0..s.atoms.len()).rev() {
            let a = s.atoms[i];
            s.stamp = s.stamp.wrapping_add(1);
            if s.stamp == 0 {
                s.tried.iter_mut().for_each(|t| *t = 0);
                s.stamp = 1;
            }
            if a.word != 0 {
                for k in 0..self.by_word[a.word as usize].len() {
                    self.attempt(w, s, i, self.by_word[a.word as usize][k]);
                }
            }
            let mut bits = a.bits & self.class_starts;
            while bits != 0 {
                let b = bits.trailing_zeros() as usize;
                bits &= bits - 1;
                for k in 0..self.by_class[b].len() {
                    self.attempt(w, s, i, self.by_class[b][k]);
                }
            }
            if s.best[i].is_some() {
                for k in 0..self.by_inner.len() {
                    self.attempt(w, s, i, self.by_inner[k]);
                }
            }
        }
    }

    fn attempt(&self, w: &AmountWords, s: &mut Scratch, i: usize, rule: u16) {
        if std::mem::replace(&mut s.tried[rule as usize], s.stamp) == s.stamp {
            return;
        }
        let Some(found) = self.run(w, s, i, rule) else {
            return;
        };
        let at = found.start();
        let better = match &s.best[at] {
            None => true,
            Some(old) => {
                found.end() > old.end() || (found.end() == old.end() && rule < old.parts[0].rule)
            }
        };
        if better {
            s.best[at] = Some(Box::new(found));
        }
    }

    fn run(&self, w: &AmountWords, s: &mut Scratch, i: usize, number: u16) -> Option<Found> {
        let rule = &self.rules[number as usize];
        let (atoms, best) = (&s.atoms, &s.best);
        s.notes.clear();
        s.stack.clear();
        let (mut pc, mut pos) = (0u16, i);
        let mut steps = 0;
        loop {
            steps += 1;
            if steps > MAX_STEPS {
                return None;
            }
            let ok = match &rule.steps[pc as usize] {
                Step::Take(n) => {
                    let set = &self.sets[*n as usize];
                    match atoms.get(pos) {
                        Some(a) if in_set(set, a) => {
                            for &(bit, slot) in &set.slots {
                                if a.bits >> bit & 1 == 1 && slot != Slot::None {
                                    let v = value_of(self, a, bit);
                                    s.notes.push(Note::Slot(slot as u8, v));
                                }
                            }
                            pos += 1;
                            pc += 1;
                            true
                        }
                        _ => false,
                    }
                }
                Step::Not(n) => {
                    pc += 1;
                    !atoms
                        .get(pos)
                        .is_some_and(|a| in_set(&self.sets[*n as usize], a))
                }
                Step::See(n) => {
                    pc += 1;
                    atoms
                        .get(pos)
                        .is_some_and(|a| in_set(&self.sets[*n as usize], a))
                }
                Step::Qty => match amount(self, w, atoms, pos) {
                    Some(q) => {
                        s.notes.push(Note::Slot(Slot::Qty as u8, q.hundredths));
                        pos = q.end;
                        pc += 1;
                        true
                    }
                    None => false,
                },
                Step::Inner(mask) => match best.get(pos).and_then(|b| b.as_deref()) {
                    Some(f) if f.parts.len() == 1 && self.types(&f.parts[0]) & mask != 0 => {
                        s.notes.push(Note::Inner(pos as u32));
                        pos = f.end();
                        pc += 1;
                        true
                    }
                    _ => false,
                },
                Step::Glue => {
                    pc += 1;
                    atoms.get(pos).is_some_and(|a| a.glued)
                }
                Step::Start => {
                    pc += 1;
                    pos == 0
                }
                Step::End => {
                    pc += 1;
                    pos == atoms.len()
                }
                Step::Open => {
                    s.notes.push(Note::Open(pos as u32));
                    pc += 1;
                    true
                }
                Step::Close => {
                    s.notes.push(Note::Close(pos as u32));
                    pc += 1;
                    true
                }
                Step::Split(a, b) => {
                    s.stack.push((*b, pos as u32, s.notes.len() as u32));
                    pc = *a;
                    true
                }
                Step::Jump(a) => {
                    pc = *a;
                    true
                }
                Step::Done => {
                    if let Some(f) = self.finish(number, i, pos, &s.notes, atoms, best) {
                        return Some(f);
                    }
                    false
                }
            };
            if !ok {
                let (b, p, n) = s.stack.pop()?;
                pc = b;
                pos = p as usize;
                s.notes.truncate(n as usize);
            }
        }
    }

    /// Which types an expression has, as the patterns' masks count them.
    fn types(&self, part: &Part) -> u8 {
        match self.kind_of(part) {
            crate::TimexKind::Date => 1,
            crate::TimexKind::Time => 2,
            crate::TimexKind::Duration => 4,
            crate::TimexKind::Set => 8,
        }
    }

    pub(crate) fn kind_of(&self, part: &Part) -> crate::TimexKind {
        use crate::TimexKind::*;
        use crate::rules::Op;
        let rule = &self.rules[part.rule as usize];
        if let Some(k) = rule.kind {
            return k;
        }
        match rule.op {
            Op::Duration => Duration,
            Op::Set => Set,
            _ => {
                let timed = part.get(Slot::Hour).is_some()
                    || part.get(Slot::Part).is_some()
                    || (matches!(rule.op, Op::Ago | Op::Later)
                        && part
                            .get(Slot::Unit)
                            .is_some_and(|u| u <= crate::calendar::Unit::Hour as i32));
                let inner_time = part.inner.as_ref().is_some_and(|p| self.kind_of(p) == Time);
                if timed || inner_time { Time } else { Date }
            }
        }
    }

    fn finish(
        &self,
        number: u16,
        from: usize,
        to: usize,
        notes: &[Note],
        atoms: &[Atom],
        best: &[Option<Box<Found>>],
    ) -> Option<Found> {
        let rule = &self.rules[number as usize];
        let blank = |start: usize, end: usize| Part {
            start,
            end,
            rule: number,
            slots: [EMPTY; SLOTS],
            inner: None,
        };
        let mut parts: Vec<Part> = Vec::new();
        // What stands outside the brackets belongs to every part.
        let mut around = blank(from, to);
        let mut open = false;
        for note in notes {
            let target = if open { parts.last_mut()? } else { &mut around };
            match *note {
                Note::Slot(slot, v) => target.slots[slot as usize] = v,
                Note::Inner(at) => {
                    target.inner = best
                        .get(at as usize)?
                        .as_ref()
                        .map(|f| Box::new(f.parts[0].clone()));
                }
                Note::Open(at) => {
                    parts.push(blank(at as usize, at as usize));
                    open = true;
                }
                Note::Close(at) => {
                    target.end = at as usize;
                    open = false;
                }
            }
        }
        if parts.is_empty() {
            parts.push(around);
        } else {
            for p in &mut parts {
                for k in 0..SLOTS {
                    if p.slots[k] == EMPTY {
                        p.slots[k] = around.slots[k];
                    }
                }
                if p.inner.is_none() {
                    p.inner.clone_from(&around.inner);
                }
            }
        }
        if rule.share != 0 {
            for k in (0..SLOTS).filter(|k| rule.share >> k & 1 == 1) {
                if let Some(v) = parts.iter().map(|p| p.slots[k]).find(|&v| v != EMPTY) {
                    for p in &mut parts {
                        if p.slots[k] == EMPTY {
                            p.slots[k] = v;
                        }
                    }
                }
            }
        }
        for p in &mut parts {
            for &(slot, v) in &rule.fixed {
                if (slot as usize) < SLOTS && p.slots[slot as usize] == EMPTY {
                    p.slots[slot as usize] = v;
                }
            }
            if p.end <= p.start {
                return None;
            }
        }
        let (start, end) = (parts[0].start, parts[parts.len() - 1].end);
        let before = start.checked_sub(1).and_then(|i| atoms.get(i));
        let behind = atoms.get(end);
        let passes = |want: &Option<Set>, edge: Option<bool>, atom: Option<&Atom>, no: bool| {
            let Some(set) = want else { return true };
            let hit = match atom {
                Some(a) => in_set(set, a),
                None => edge == Some(!no),
            };
            hit != no
        };
        let ok = passes(&rule.after, rule.after_start, before, false)
            && (rule.not_after.is_none()
                || match before {
                    Some(a) => !rule.not_after.as_ref().is_some_and(|s| in_set(s, a)),
                    None => rule.after_start != Some(false),
                })
            && passes(&rule.before, rule.before_end, behind, false)
            && (rule.not_before.is_none()
                || match behind {
                    Some(a) => !rule.not_before.as_ref().is_some_and(|s| in_set(s, a)),
                    None => rule.before_end != Some(false),
                });
        ok.then_some(Found { parts })
    }
}
