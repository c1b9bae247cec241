//! Which noun phrase speaks with a cue, and which is addressed.

use crate::cues::{Hearer, Verb};
use crate::find::{CLIMB, Pass, REACH, Who};
use gesta_parse::{Deprel, Upos};

impl<'a> Pass<'a> {
    /// The subject of a verb: the nearest in front of it, else the first behind it.
    pub(crate) fn subject(&self, v: usize) -> Option<usize> {
        self.subject_at(v, self.inside[v])
    }
    /// The same, for a cue inside the quotation `level`: words of another quotation are no subject of it, but for a
    /// few words in scare quotes.
    pub(crate) fn subject_at(&self, v: usize, level: u32) -> Option<usize> {
        let is = |k: &usize| {
            matches!(
                self.p.rel(*k),
                Deprel::Nsubj | Deprel::NsubjOuter | Deprel::NsubjPass
            ) && !self.elsewhere(*k, level)
        };
        self.p
            .kids(v)
            .rev()
            .find(|k| *k < v && is(k))
            .or_else(|| self.p.kids(v).find(is))
    }
    /// Whether a token stands in a quotation of several words other than `level`.
    pub(crate) fn elsewhere(&self, i: usize, level: u32) -> bool {
        let q = self.inside[i];
        q != level && (q == 0 || self.quote_tokens[q as usize - 1].len() > 4)
    }

    /// The head of the noun phrase that speaks with verb `v`.
    pub fn speaker(&self, v: usize) -> Who {
        match self.raw_speaker(v) {
            Who::Head(h) => self.owner(h, v),
            w => w,
        }
    }

    pub(crate) fn raw_speaker(&self, start: usize) -> Who {
        let mut v = start;
        for _ in 0..CLIMB {
            if self.passive(v) && v == start {
                let agent = self.p.kids(v).find(|&k| {
                    matches!(self.p.rel(k), Deprel::OblAgent)
                        || (self.p.rel(k) == Deprel::Obl && self.has_case(k, "by"))
                });
                return agent.map_or(Who::Nobody, Who::Head);
            }
            // a reduced passive: "described by X as"
            if v == start
                && self.p.word(v).xpos == "VBN"
                && matches!(self.p.rel(v), Deprel::Acl | Deprel::Advcl)
                && self.kid(v, &[Deprel::Aux]).is_none()
            {
                let agent = self.p.kids(v).find(|&k| {
                    matches!(self.p.rel(k), Deprel::OblAgent)
                        || (self.p.rel(k) == Deprel::Obl && self.has_case(k, "by"))
                });
                return agent.map_or(Who::Nobody, Who::Head);
            }
            // "were described by X as …, saying": the agent goes on speaking
            if v != start
                && self.passive(v)
                && self.inside[v] == self.inside[start]
                && let Some(k) = self.p.kids(v).find(|&k| self.p.rel(k) == Deprel::OblAgent)
            {
                return Who::Head(k);
            }
            if let Some(s) = self.subject_at(v, self.inside[start]) {
                if matches!(
                    self.text(s).to_ascii_lowercase().as_str(),
                    "who" | "which" | "that" | "whom"
                ) && matches!(self.p.rel(v), Deprel::AclRelcl | Deprel::Acl)
                    && let Some(h) = self.p.head(v)
                {
                    return Who::Head(h);
                }
                return Who::Head(s);
            }
            if self.p.kids(v).any(|k| self.p.rel(k) == Deprel::Expl) {
                return Who::Nobody;
            }
            // "when asked", "if accused"
            if v == start
                && self.p.rel(v) == Deprel::Advcl
                && matches!(self.p.word(v).xpos, "VBN" | "VBD")
                && self.p.kids(v).any(|k| {
                    k < v
                        && matches!(
                            self.text(k).to_ascii_lowercase().as_str(),
                            "when" | "if" | "once" | "although" | "though" | "unless"
                        )
                })
            {
                return Who::Nobody;
            }
            // "…," said Ann Smith: the subject taken for an object, or lost
            if v == start
                && let Some(o) = self.inverted(v)
            {
                return Who::Head(o);
            }
            if v == start
                && self.gerund(v)
                && (self.has_case(v, "as") || v > 0 && self.is(v - 1, "as"))
            {
                // "quoted X, who leads Y, as saying"
                let s = self.sentence(v);
                let quoted = (s.start..v).rev().take(REACH).find(|&q| {
                    self.p.upos(q) == Upos::Verb
                        && matches!(self.lemma(q).as_str(), "quote" | "cite" | "report")
                });
                if let Some(q) = quoted {
                    let rels: &[Deprel] = if self.passive(q) {
                        &[Deprel::NsubjPass, Deprel::Nsubj]
                    } else {
                        &[Deprel::Obj]
                    };
                    if let Some(o) = self.kid(q, rels) {
                        return Who::Head(o);
                    }
                }
            }
            if v == start
                && let Some(n) = self.just_before(v)
            {
                return Who::Head(n);
            }
            let Some(h) = self.p.head(v) else {
                return Who::Nobody;
            };
            match self.p.rel(v) {
                // "…, saying": behind a comma a participle belongs to the clause
                Deprel::Acl
                    if self.gerund(v) && self.comma_before(v)
                        || v != start
                            && self.gerund(start)
                            && self.comma_before(start)
                            && self.p.upos(h) != Upos::Propn =>
                {
                    let mut g = self.p.head(h);
                    for _ in 0..CLIMB {
                        match g {
                            Some(x) if self.p.upos(x) != Upos::Verb => g = self.p.head(x),
                            _ => break,
                        }
                    }
                    match g {
                        Some(g) if self.speaks_at(g, self.inside[start]) => v = g,
                        _ => return Who::Head(h),
                    }
                }
                Deprel::Acl | Deprel::AclRelcl if self.p.upos(h) != Upos::Verb => {
                    return Who::Head(h);
                }
                Deprel::Xcomp | Deprel::Advcl | Deprel::Ccomp | Deprel::Obl => {
                    // "quoted X as saying", "asked X to say"
                    let as_saying = self.has_case(v, "as");
                    if (as_saying || self.p.rel(v) == Deprel::Xcomp)
                        && v == start
                        && let Some(o) = self.kid(h, &[Deprel::Obj, Deprel::Iobj])
                        && o < v
                        && self.p.upos(h) == Upos::Verb
                    {
                        return Who::Head(o);
                    }
                    if as_saying && self.passive(h) {
                        return self
                            .kid(h, &[Deprel::NsubjPass, Deprel::Nsubj])
                            .map_or(Who::Nobody, Who::Head);
                    }
                    v = h;
                }
                Deprel::Conj
                | Deprel::Parataxis
                | Deprel::AdvclRelcl
                | Deprel::Acl
                | Deprel::AclRelcl
                | Deprel::Dep => v = h,
                _ => return Who::Nobody,
            }
        }
        Who::Nobody
    }

    /// Whether a verb has somebody who may go on speaking.
    pub(crate) fn speaks_at(&self, g: usize, level: u32) -> bool {
        self.subject_at(g, level).is_some() || !matches!(self.p.rel(g), Deprel::Root)
    }

    pub(crate) fn comma_before(&self, v: usize) -> bool {
        let from = self.p.subtree(v).start;
        from > 0 && (self.text(from - 1) == "," || self.text(from) == ",")
    }

    /// A noun phrase right in front of a finite verb whose subject the tree has lost.
    pub(crate) fn just_before(&self, v: usize) -> Option<usize> {
        let p = self.p;
        let s = self.sentence(v);
        if !matches!(p.word(v).xpos, "VBD" | "VBZ" | "VBP") || v == s.start {
            return None;
        }
        let last = (s.start..v)
            .rev()
            .take(3)
            .find(|&i| p.upos(i) != Upos::Adv)?;
        let nominal = matches!(p.upos(last), Upos::Propn | Upos::Noun | Upos::Pron);
        if !nominal
            || self.inside[last] != self.inside[v]
            || matches!(
                self.text(last).to_ascii_lowercase().as_str(),
                "who" | "which" | "that"
            )
        {
            return None;
        }
        let mut head = last;
        for _ in 0..8 {
            match p.head(head) {
                Some(h)
                    if h < last
                        && s.contains(&h)
                        && self.inside[h] == self.inside[v]
                        && matches!(p.upos(h), Upos::Propn | Upos::Noun)
                        && matches!(
                            p.rel(head),
                            Deprel::Flat | Deprel::Compound | Deprel::NmodDesc | Deprel::Nmod
                        ) =>
                {
                    head = h;
                }
                _ => break,
            }
        }
        // the object of another verb is no subject
        (!matches!(p.rel(head), Deprel::Obj | Deprel::Obl | Deprel::Nmod)).then_some(head)
    }

    /// The subject behind a verb that follows a quotation or a comma: "…," said Ann Smith.
    pub(crate) fn inverted(&self, v: usize) -> Option<usize> {
        let p = self.p;
        let s = self.sentence(v);
        let mark = |i: usize| {
            matches!(
                self.text(i),
                "\"" | "”" | "’" | "'" | "''" | "," | "»" | "“" | "—" | "–"
            )
        };
        let addressed = self.entries(v).iter().any(|e| e.hearer == Hearer::Object);
        if !matches!(p.word(v).xpos, "VBD" | "VBZ" | "VBP" | "VBN")
            || v == s.start
            || !mark(v - 1)
            || addressed
        {
            return None;
        }
        let level = self.inside[v];
        let first = (v + 1..s.end)
            .take(12)
            .find(|&i| matches!(p.upos(i), Upos::Propn | Upos::Pron | Upos::Noun))?;
        let plain = (v + 1..first).all(|i| {
            matches!(
                p.upos(i),
                Upos::Det | Upos::Adj | Upos::Num | Upos::Punct | Upos::Part | Upos::Adv
            )
        });
        if !plain || self.inside[first] != level || self.text(v + 1) == "," {
            return None;
        }
        // "said former party leader Ann Smith": the name counts
        let name = (first..s.end)
            .take(8)
            .take_while(|&i| matches!(p.upos(i), Upos::Noun | Upos::Propn | Upos::Adj | Upos::Num))
            .find(|&i| p.upos(i) == Upos::Propn);
        let mut head = match name {
            Some(n) if p.upos(first) == Upos::Noun => n,
            _ => first,
        };
        for _ in 0..8 {
            match p.head(head) {
                Some(h)
                    if h > v
                        && s.contains(&h)
                        && self.inside[h] == level
                        && matches!(p.upos(h), Upos::Propn | Upos::Noun)
                        && matches!(
                            p.rel(head),
                            Deprel::Compound
                                | Deprel::Flat
                                | Deprel::NmodDesc
                                | Deprel::NmodPoss
                                | Deprel::Amod
                                | Deprel::Nmod
                                | Deprel::NmodUnmarked
                        ) =>
                {
                    head = h;
                }
                _ => break,
            }
        }
        Some(head)
    }

    /// A text speaks for its owner: "the minister's letter", "a report by the bank", "X issued a statement saying".
    pub(crate) fn owner(&self, head: usize, v: usize) -> Who {
        let mut h = head;
        for _ in 0..6 {
            let l = self.lemma(h);
            if self.p.upos(h) == Upos::Propn || !(self.cues.is_text(&l) || self.cues.is_part(&l)) {
                return Who::Head(h);
            }
            let part = self.cues.is_part(&l);
            let next = self.p.kids(h).find(|&k| match self.p.rel(k) {
                Deprel::NmodPoss => !part || !self.cues.is_text(&l),
                Deprel::Nmod => {
                    (part && self.has_case(k, "of"))
                        || ((self.has_case(k, "by") || self.has_case(k, "from"))
                            && self.p.upos(k) != Upos::Num)
                }
                _ => false,
            });
            if let Some(k) = next {
                h = k;
                continue;
            }
            // "numbers reported by the bank", "a tweet sent from the mayor's account"
            let made = self
                .p
                .kids(h)
                .filter(|&k| {
                    self.p.rel(k) == Deprel::Acl && self.p.word(k).xpos == "VBN" && (k < v || v < h)
                })
                .find_map(|k| {
                    let by = self.p.kids(k).find(|&a| {
                        self.p.rel(a) == Deprel::OblAgent
                            || (self.p.rel(a) == Deprel::Obl
                                && (self.has_case(a, "by") || self.has_case(a, "from")))
                    })?;
                    if self.has_case(by, "from") {
                        self.p.kid(by, Deprel::NmodPoss).or(Some(by))
                    } else {
                        Some(by)
                    }
                });
            if let Some(k) = made {
                return Who::Head(k);
            }
            // "X issued a statement that said"
            if let Some(w) = self.p.head(h)
                && self.p.rel(h) == Deprel::Obj
                && self.p.upos(w) == Upos::Verb
                && w != v
                && let Who::Head(s) = self.raw_speaker(w)
                && s != h
            {
                return Who::Head(s);
            }
            let name = self.p.kids(h).find(|&k| {
                self.p.rel(k) == Deprel::Compound
                    && self.p.upos(k) == Upos::Propn
                    && k < h
                    && h - k < 3
            });
            return Who::Head(name.unwrap_or(h));
        }
        Who::Head(h)
    }

    pub(crate) fn hearer(&self, v: usize, e: &Verb) -> Option<usize> {
        let object = || {
            let passive = if self.passive(v) {
                self.kid(v, &[Deprel::NsubjPass])
            } else {
                None
            };
            passive.or_else(|| {
                self.kid(v, &[Deprel::Iobj, Deprel::Obj])
                    .filter(|&o| o > v && self.inside[o] == self.inside[v])
            })
        };
        let to = || {
            self.p
                .kids_by(v, Deprel::Obl)
                .find(|&k| self.has_case(k, "to"))
        };
        let on = || {
            self.p.kids_by(v, Deprel::Obl).find(|&k| {
                !e.particle.is_empty()
                    && (self.has_case(k, &e.particle) || self.has_case(k, "upon"))
            })
        };
        match e.hearer {
            Hearer::None => None,
            Hearer::Object if !e.particle.is_empty() => on(),
            Hearer::Object => object(),
            Hearer::To => to(),
            Hearer::Both => object().or_else(to),
        }
    }
}
