//! Noun phrases that may be actors: what their words say of kind, number, country, organisation, sector and owner.

use crate::data::{Data, Days, Effect, Gender, OrgKind, RoleKind};
use crate::index::{Match, Ref, What};
use crate::{EntityKind, Form, PlaceHint, Resolver, Sector};
use gesta_parse::{Deprel as D, EntityKind as Ner, Feats, NamedSpan, Parsed, Upos};
use gesta_text::{Country, number};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A known identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ident {
    State(u32),
    Person(u32),
    Org(u32),
    Epithet(u32),
}

/// How a nominal is determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Def {
    /// "the", "this", "that", a possessive.
    Definite,
    /// "a", "some", a number.
    Indefinite,
    /// Nothing before it.
    Bare,
}

/// Which pronoun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pron {
    He,
    She,
    It,
    They,
    /// "I", "we", "you".
    Speaker,
    /// "who", "which", "that": bound to the noun that the clause hangs on.
    Relative,
}

/// What a dateline weighs among the mentions of a country.
const DATELINE: f32 = 3.0;

/// What one noun phrase says by itself.
#[derive(Clone, Debug)]
pub(crate) struct Np {
    pub head: usize,
    pub tokens: Range<usize>,
    pub form: Form,
    pub kind: EntityKind,
    pub pron: Option<Pron>,
    pub reflexive: bool,
    pub ident: Option<Ident>,
    /// Full or partial proper name, as tokens.
    pub name: Option<Range<usize>>,
    /// Its role words, the most telling first.
    pub roles: Vec<u32>,
    /// The role word at the head, if it is one.
    pub head_role: Option<u32>,
    pub plural: bool,
    pub gender: Option<Gender>,
    pub def: Def,
    pub country: Option<Country>,
    pub org: Option<u32>,
    pub sectors: Vec<Sector>,
    /// The sector is that of owner or context.
    pub inherits: bool,
    pub former: bool,
    pub future: bool,
    /// Head of the possessor or of an "of" phrase.
    pub owner: Option<usize>,
    /// Head of an "in" phrase, a place's name.
    pub within: Option<Country>,
    /// Head of the noun of which this is a part ("two of its soldiers").
    pub part_of: Option<usize>,
    /// "both", "several", "four" with nothing behind: some of those of whom the text just spoke.
    pub bare_part: bool,
    pub size: Option<u32>,
    /// No country is taken from the context.
    pub unnamed: bool,
    /// An adjective of a country that the data do not know: "Ruritanian".
    pub unknown: Option<usize>,
    /// The words before a person's name.
    pub title: Range<usize>,
    /// Head of the name of which this is the title.
    pub alias_of: Option<usize>,
    /// The possessor is the one who speaks: "our army".
    pub ours: bool,
    /// An adjective or a noun before another noun ("Syrian troops"): it speaks of an actor, but is none by itself.
    pub modifier: bool,
}

pub(crate) const NONE: u32 = u32::MAX;

/// A document's tokens with what the data say of them.
pub(crate) struct Scan<'a> {
    pub r: &'a Resolver,
    pub data: &'a Data,
    pub p: &'a Parsed,
    pub day: u32,
    pub matches: Vec<Match>,
    /// Match that covers each token.
    pub at: Vec<u32>,
    /// The model's names, without the titles and states that it took into persons' names.
    named: Vec<NamedSpan>,
    named_at: Vec<u32>,
    hint_at: Vec<Option<Country>>,
    countries: BTreeSet<Country>,
    orgs: BTreeSet<u32>,
    persons: BTreeSet<u32>,
    /// Last words of the full names that the model sees: "Rittenhouse" alone is that person.
    surnames: BTreeSet<String>,
    /// Abbreviations that the text introduces in brackets: "(DFR)".
    acronyms: BTreeSet<String>,
    /// How much is said of each country.
    pub weights: BTreeMap<Country, f32>,
    /// The country that the document is about, and its share of all that is said of countries.
    pub home: Option<(Country, f32)>,
}

impl<'a> Scan<'a> {
    pub fn new(
        r: &'a Resolver,
        p: &'a Parsed,
        day: u32,
        hints: &[PlaceHint],
        title: Option<&str>,
    ) -> Self {
        let n = p.len();
        let mut matches = Vec::new();
        for s in p.text.sentences() {
            r.index.find(s.range(), |i| p.form(i), &mut matches);
        }
        let mut at = vec![NONE; n];
        for (i, m) in matches.iter().enumerate() {
            for t in m.tokens.clone() {
                at[t as usize] = i as u32;
            }
        }
        let mut named: Vec<NamedSpan> = Vec::with_capacity(p.named.len());
        for s in &p.named {
            let mut s = s.clone();
            while s.kind == Ner::Per
                && s.tokens.start < s.tokens.end
                && let Some(m) = at
                    .get(s.tokens.start as usize)
                    .and_then(|&m| matches.get(m as usize))
            {
                let m: &Match = m;
                let title = m.refs.iter().any(|r| matches!(r.what, What::Role(..)))
                    && !m
                        .refs
                        .iter()
                        .any(|r| matches!(r.what, What::Surname(_) | What::Person(_)));
                // "US" before a title, "France" after "of"; or the whole name is a state's
                let beside = at.get(m.tokens.end as usize) != Some(&NONE)
                    || m.tokens.start > 0
                        && matches!(p.form(m.tokens.start as usize - 1), "of" | "for")
                    || m.tokens.end >= s.tokens.end;
                let state = beside
                    && m.refs
                        .iter()
                        .any(|r| matches!(r.what, What::State(_) | What::Adjective(_)) && !r.weak);
                if m.tokens.end <= s.tokens.start || !(title || state) {
                    break;
                }
                s.tokens.start = m.tokens.end.min(s.tokens.end);
            }
            if s.tokens.start < s.tokens.end {
                named.push(s);
            }
        }
        let mut named_at = vec![NONE; n];
        for (i, s) in named.iter().enumerate() {
            for t in s.tokens.clone() {
                if let Some(x) = named_at.get_mut(t as usize) {
                    *x = i as u32;
                }
            }
        }
        let mut hint_at = vec![None; n];
        for h in hints {
            for t in h.tokens.clone() {
                if let Some(x) = hint_at.get_mut(t as usize) {
                    *x = Some(h.country);
                }
            }
        }
        let mut scan = Scan {
            r,
            data: &r.data,
            p,
            day,
            matches,
            at,
            named,
            named_at,
            hint_at,
            countries: BTreeSet::new(),
            orgs: BTreeSet::new(),
            persons: BTreeSet::new(),
            surnames: BTreeSet::new(),
            acronyms: BTreeSet::new(),
            weights: BTreeMap::new(),
            home: None,
        };
        scan.surnames = scan
            .named
            .iter()
            .filter(|s| s.kind == Ner::Per && s.tokens.len() > 1)
            .filter_map(|s| {
                let w = p.form(s.tokens.end as usize - 1);
                (w.chars().count() > 2 && w.chars().next().is_some_and(char::is_uppercase))
                    .then(|| w.to_lowercase())
            })
            .collect();
        for t in 2..n.saturating_sub(1) {
            let w = p.form(t);
            if p.form(t - 1) == "("
                && p.form(t + 1) == ")"
                && (2..9).contains(&w.len())
                && w.chars().all(|c| c.is_ascii_uppercase())
            {
                // some capitalised word before begins with its first letter
                let first = w.chars().next();
                if (1..9).any(|k| t > k && p.form(t - 1 - k).chars().next() == first) {
                    scan.acronyms.insert(w.to_string());
                }
            }
        }
        scan.weigh(title);
        scan
    }

    /// Gathers what stands in the document beyond doubt, and which country it speaks of most.
    fn weigh(&mut self, title: Option<&str>) {
        let mut weights: BTreeMap<Country, f32> = BTreeMap::new();
        let early = self
            .p
            .text
            .sentences()
            .get(2)
            .map_or(u32::MAX, |s| s.tokens.start);
        let mut note = |scan: &Self,
                        m: &Match,
                        w: f32,
                        out: &mut [BTreeSet<u32>; 2],
                        cs: &mut BTreeSet<Country>| {
            let mut seen: BTreeSet<Country> = BTreeSet::new();
            for r in m.refs.iter().filter(|r| !r.weak && scan.dated(r)) {
                match r.what {
                    What::Person(i) => {
                        out[0].insert(i);
                        seen.extend(scan.data.persons[i as usize].home);
                    }
                    What::Org(i) => {
                        out[1].insert(i);
                        seen.extend(scan.data.orgs[i as usize].country);
                    }
                    What::OrgMember(i, _) => seen.extend(scan.data.orgs[i as usize].country),
                    What::State(i)
                    | What::Adjective(i)
                    | What::Demonym(i, _)
                    | What::Seat(i, _)
                    | What::Part(i, ..) => {
                        seen.insert(scan.data.states[i as usize].code);
                    }
                    _ => {}
                }
            }
            // a name that several states share speaks for none
            let one = seen.len() == 1;
            if one {
                for c in seen {
                    cs.insert(c);
                    *weights.entry(c).or_default() += w;
                }
            }
            one
        };
        let mut sets = [BTreeSet::new(), BTreeSet::new()];
        let mut cs = BTreeSet::new();
        let mut weighed = vec![false; self.hint_at.len()];
        for m in &self.matches {
            let w = if m.tokens.start < early { 2.0 } else { 1.0 };
            if note(self, m, w, &mut sets, &mut cs) {
                weighed[m.tokens.start as usize..m.tokens.end as usize].fill(true);
            }
        }
        if let Some(t) = title {
            let t = gesta_text::Text::new(t);
            let mut found = Vec::new();
            for s in t.sentences() {
                self.r.index.find(s.range(), |i| t.form(i), &mut found);
            }
            for m in &found {
                note(self, m, 3.0, &mut sets, &mut cs);
            }
        }
        for (t, h) in self.hint_at.iter().enumerate() {
            if let Some(c) = h
                && !weighed[t]
                && (t == 0 || self.hint_at[t - 1] != *h)
            {
                *weights.entry(*c).or_default() += if (t as u32) < early { 1.5 } else { 0.7 };
                cs.insert(*c);
            }
        }
        // "NAIROBI, June 3 (KNA) --": the agency's own country speaks where the text names no other
        let dash = (0..self.p.len().min(16))
            .find(|&t| matches!(self.p.form(t), "-" | "--" | "–" | "—" | "---"));
        if let Some(dash) = dash {
            let capitals = |t: &usize| {
                let form = self.p.form(*t);
                form.len() > 2 && form.chars().all(char::is_uppercase)
            };
            let place = (0..dash).filter(capitals).find_map(|t| {
                self.match_at(t)
                    .and_then(|m| self.country_of(m))
                    .map(|i| self.data.states[i as usize].code)
                    .or(self.hint_at[t])
            });
            if let Some(c) = place {
                *weights.entry(c).or_default() += DATELINE;
            }
        }
        let [persons, orgs] = sets;
        self.persons = persons;
        self.orgs = orgs;
        self.countries = cs;
        // a territory that is spoken of about as much as its state is what the text is about
        let mut top = weights
            .iter()
            .fold(None, |best: Option<(Country, f32)>, (&c, &w)| {
                if best.is_none_or(|b| w > b.1) {
                    Some((c, w))
                } else {
                    best
                }
            });
        if let Some((c, w)) = top
            && let Some((child, own)) = self
                .data
                .states
                .iter()
                .filter(|s| s.parent == Some(c))
                .filter_map(|s| weights.get(&s.code).map(|&w| (s.code, w)))
                .find(|x| x.1 >= 0.5 * w)
        {
            top = Some((child, own + w));
        }
        let total: f32 = weights.values().sum();
        self.home = top.map(|(c, w)| (c, w / total));
        self.weights = weights;
    }

    /// The country of which the document speaks most beside `own`: what an official's words are about.
    pub fn abroad(&self, own: Country) -> Option<Country> {
        self.weights
            .iter()
            .filter(|(c, _)| **c != own)
            .fold(None, |best: Option<(Country, f32)>, (&c, &w)| {
                if best.is_none_or(|b| w > b.1) {
                    Some((c, w))
                } else {
                    best
                }
            })
            .map(|b| b.0)
    }

    fn dated(&self, r: &Ref) -> bool {
        self.day == 0 || r.days.holds(self.day) || r.days == Days::ALWAYS
    }

    /// Whether a reading may be taken here: dated, and supported if it is weak.
    fn usable(&self, r: &Ref, m: &Match) -> bool {
        if !self.dated(r) {
            return false;
        }
        if !r.weak {
            return true;
        }
        // the model's word for it that this is a place or a body, and no longer name
        if let Some((kind, span)) = self.ner(m.tokens.start as usize)
            && span.start >= m.tokens.start as usize
            && span.end <= m.tokens.end as usize
        {
            match r.what {
                What::State(_) | What::Part(_, _, 0) | What::Seat(..) if kind == Ner::Loc => {
                    return true;
                }
                What::Org(_) | What::OrgMember(..)
                    if matches!(kind, Ner::Org | Ner::Norp) && m.tokens.len() > 1 =>
                {
                    return true;
                }
                _ => {}
            }
        }
        match r.what {
            What::Org(i) | What::OrgMember(i, _) | What::OrgSeat(i) => {
                self.orgs.contains(&i)
                    || self.data.orgs[i as usize]
                        .country
                        .is_some_and(|c| self.countries.contains(&c))
                    || self
                        .r
                        .supports
                        .get(&i)
                        .is_some_and(|s| s.iter().any(|o| self.orgs.contains(o)))
            }
            What::Person(i) => {
                self.persons.contains(&i)
                    || self.data.persons[i as usize]
                        .home
                        .is_some_and(|c| self.countries.contains(&c))
            }
            What::Surname(_) => false,
            What::State(i)
            | What::Adjective(i)
            | What::Demonym(i, _)
            | What::Seat(i, _)
            | What::Part(i, ..) => self.countries.contains(&self.data.states[i as usize].code),
            What::Epithet(i) => self.data.epithets[i as usize]
                .country
                .is_none_or(|c| self.countries.contains(&c)),
            What::Role(..) | What::Modifier(_) => true,
        }
    }

    fn match_at(&self, t: usize) -> Option<&Match> {
        self.at.get(t).and_then(|&m| self.matches.get(m as usize))
    }

    pub fn ner(&self, t: usize) -> Option<(Ner, Range<usize>)> {
        let s = self.named.get(*self.named_at.get(t)? as usize)?;
        Some((s.kind, s.tokens.start as usize..s.tokens.end as usize))
    }

    pub fn hint(&self, t: usize) -> Option<Country> {
        self.hint_at.get(t).copied().flatten()
    }

    fn lower(&self, t: usize) -> String {
        self.p.form(t).to_lowercase()
    }

    fn capital(&self, t: usize) -> bool {
        let w = self.p.form(t);
        w.chars().next().is_some_and(char::is_uppercase)
            // "al-Assad", "bin Laden", "de Blasio"
            || w.contains('-') && w.chars().any(char::is_uppercase)
            || matches!(w, "al" | "el" | "bin" | "ibn" | "van" | "von" | "der" | "de" | "di" | "da" | "du" | "la" | "le" | "ben" | "abu")
                && t + 1 < self.p.len()
                && {
                    let n = self.p.form(t + 1);
                    let n = if n == "-" { self.p.form((t + 2).min(self.p.len() - 1)) } else { n };
                    n.chars().next().is_some_and(char::is_uppercase)
                }
    }

    /// Whether the word of match `m` only backs, leads or opposes: "Turkish-backed", "pro-Russian".
    fn backs(&self, m: &Match) -> bool {
        let backed = |w: &str| self.r.backed.contains(w);
        let (a, b) = (m.tokens.start as usize, m.tokens.end as usize);
        if m.partial {
            // inside one token: the rest of it decides
            let whole = (a..b).map(|t| self.lower(t)).collect::<Vec<_>>().join("-");
            return whole
                .split(['-', '‐', '‑', '–'])
                .any(|w| backed(w) || matches!(w, "pro" | "anti" | "non"));
        }
        let hyphen = |t: usize| matches!(self.p.form(t), "-" | "‐" | "‑" | "–");
        if b + 1 < self.p.len() && hyphen(b) && backed(&self.lower(b + 1)) {
            return true;
        }
        if b < self.p.len() && backed(&self.lower(b)) && self.p.upos(b) != Upos::Verb {
            return true;
        }
        let before = match a {
            0 => String::new(),
            _ if hyphen(a - 1) && a > 1 => self.lower(a - 2),
            _ => self.lower(a - 1),
        };
        matches!(
            before.trim_end_matches(['-', '‐', '‑', '–']),
            "pro" | "anti" | "non"
        )
    }

    /// The state that a word before a noun names: "Syrian", "US".
    fn country_of(&self, m: &Match) -> Option<u32> {
        m.refs
            .iter()
            .filter(|r| self.usable(r, m))
            .filter_map(|r| match r.what {
                What::Adjective(i) | What::State(i) | What::Demonym(i, _) | What::Part(i, ..) => {
                    Some(i)
                }
                What::Seat(i, _) => Some(i),
                _ => None,
            })
            // of several states ("Kurdish") the one of which the document speaks most; of equals the first
            .reduce(|a, b| {
                let w = |i: u32| {
                    let code = self.data.states[i as usize].code;
                    let known = self.countries.contains(&code);
                    (known, self.weights.get(&code).copied().unwrap_or(0.0))
                };
                if w(b) > w(a) { b } else { a }
            })
    }

    pub fn speaks_of(&self, c: Country) -> bool {
        self.countries.contains(&c)
    }

    /// Whether the document speaks of the country of this reading nowhere else.
    fn elsewhere(&self, w: What) -> bool {
        match w {
            What::State(i) | What::Part(i, ..) => {
                !self.countries.contains(&self.data.states[i as usize].code)
            }
            _ => false,
        }
    }

    /// The state in which the place at `t` lies, if that is neither state `i` nor a territory of the same state.
    fn lies_in(&self, t: usize, i: u32) -> Option<u32> {
        let k = self.r.state_of(self.hint(t)?)?;
        let (a, b) = (&self.data.states[i as usize], &self.data.states[k as usize]);
        (k != i && a.parent != Some(b.code) && b.parent != Some(a.code)).then_some(k)
    }

    fn org_of(&self, m: &Match) -> Option<u32> {
        m.refs
            .iter()
            .filter(|r| self.usable(r, m))
            .find_map(|r| match r.what {
                What::Org(i) | What::OrgMember(i, _) => Some(i),
                _ => None,
            })
    }

    fn role_of(&self, m: &Match) -> Option<(u32, bool)> {
        m.refs
            .iter()
            .filter_map(|r| match r.what {
                What::Role(i, pl) => Some((i, pl)),
                _ => None,
            })
            .max_by_key(|r| self.data.roles[r.0 as usize].rank)
    }

    fn modifier_of(&self, m: &Match) -> Option<u32> {
        m.refs.iter().find_map(|r| match r.what {
            What::Modifier(i) => Some(i),
            _ => None,
        })
    }

    /// Whether token `h` can head a noun phrase.
    fn nominal(&self, h: usize) -> bool {
        use D::*;
        let rel = self.p.rel(h);
        match self.p.upos(h) {
            Upos::Noun | Upos::Propn => {
                !matches!(
                    rel,
                    Flat | Fixed
                        | Goeswith
                        | NmodDesc
                        | Amod
                        | Det
                        | Case
                        | Cc
                        | Mark
                        | Advmod
                        | Discourse
                ) && rel != Compound
            }
            Upos::Adj | Upos::Num | Upos::Det | Upos::X | Upos::Verb | Upos::Sym => {
                matches!(
                    rel,
                    Nsubj
                        | NsubjPass
                        | NsubjOuter
                        | Obj
                        | Iobj
                        | Obl
                        | OblAgent
                        | Nmod
                        | NmodPoss
                        | Appos
                ) || rel == Conj
                    && self.p.head(h).is_some_and(|g| {
                        matches!(self.p.upos(g), Upos::Noun | Upos::Propn | Upos::Pron)
                            || self.nominal_shallow(g)
                    })
            }
            _ => false,
        }
    }

    fn nominal_shallow(&self, h: usize) -> bool {
        matches!(
            self.p.rel(h),
            D::Nsubj
                | D::NsubjPass
                | D::Obj
                | D::Iobj
                | D::Obl
                | D::OblAgent
                | D::Nmod
                | D::NmodPoss
                | D::Appos
        )
    }

    /// The leftmost token of the words before the head.
    fn left(&self, h: usize) -> usize {
        let mut start = h;
        for k in self.p.kids(h).rev() {
            if k > h {
                continue;
            }
            use D::*;
            let good = matches!(
                self.p.rel(k),
                Det | DetPredet
                    | Amod
                    | Compound
                    | Nummod
                    | NmodPoss
                    | NmodDesc
                    | NmodUnmarked
                    | Flat
                    | Advmod
                    | Nmod
            );
            if good && self.p.kid(k, Case).is_none_or(|c| c > k) {
                let s = self.p.subtree(k).start;
                // a run-on subtree that begins before a comma is an error of the parse
                start = start.min(s);
            } else if self.p.rel(k) != Punct {
                break;
            }
        }
        start
    }

    /// One past the last token of the name that begins at the head.
    fn name_end(&self, h: usize) -> usize {
        let mut end = h + 1;
        let mut todo = vec![h];
        while let Some(t) = todo.pop() {
            for k in self.p.kids(t) {
                if k > h && matches!(self.p.rel(k), D::Flat | D::Goeswith) {
                    end = end.max(k + 1);
                    todo.push(k);
                }
            }
        }
        end
    }

    /// One past the last token of the phrase: the head with its names and "of" phrases, without clauses.
    fn right(&self, h: usize, depth: usize) -> usize {
        let mut end = self.name_end(h);
        if depth > 6 {
            return end;
        }
        for k in self.p.kids(h) {
            if k < h || k < end {
                continue;
            }
            match self.p.rel(k) {
                D::Nmod if self.p.kid(k, D::Case).is_some() && self.p.subtree(k).start == end => {
                    end = self.right(k, depth + 1);
                }
                D::Compound | D::NmodUnmarked if k == end => end = k + 1,
                _ => break,
            }
        }
        end
    }

    /// The head that a name's tokens have in the tree: the one whose governor lies outside.
    fn top(&self, range: Range<usize>) -> usize {
        let out = |t: &usize| self.p.head(*t).is_none_or(|g| !range.contains(&g));
        range
            .clone()
            .filter(out)
            .find(|&t| {
                !matches!(
                    self.p.rel(t),
                    D::Flat
                        | D::Compound
                        | D::NmodDesc
                        | D::Amod
                        | D::Goeswith
                        | D::Det
                        | D::Punct
                        | D::Case
                )
            })
            .or_else(|| range.clone().find(out))
            .unwrap_or(range.start)
    }

    fn plural_word(&self, h: usize) -> bool {
        let w = self.p.word(h);
        w.feats.any(Feats::PLUR) || matches!(w.xpos, "NNS" | "NNPS")
    }

    /// The number that stands with the head.
    fn size_of(&self, h: usize) -> Option<u32> {
        self.p
            .kids_by(h, D::Nummod)
            .find_map(|k| number(self.p.form(k)))
    }

    /// All noun phrases and pronouns of the document in order of their heads.
    pub fn nps(&self) -> Vec<Np> {
        let mut out = Vec::new();
        for s in self.p.text.sentences() {
            for h in s.range() {
                if let Some(np) = self.np(h) {
                    out.push(np);
                }
            }
        }
        // a title's noun that the parse left standing beside its name is that person
        let mut title_of: BTreeMap<usize, usize> = BTreeMap::new();
        for np in &out {
            for t in np.title.clone() {
                title_of.insert(t, np.head);
            }
        }
        for np in &mut out {
            if let Some(&h) = title_of.get(&np.head)
                && np.pron.is_none()
                && np.ident.is_none()
                && np.kind == EntityKind::Person
                && np.name.is_none()
            {
                np.alias_of = Some(h);
            }
        }
        out
    }

    /// Whether a listed person's name stands here.
    fn person_at(&self, h: usize) -> bool {
        self.match_at(h).is_some_and(|m| {
            m.refs
                .iter()
                .any(|r| matches!(r.what, What::Person(_) | What::Surname(_)))
        })
    }

    fn ours(&self, k: usize) -> bool {
        matches!(self.lower(k).as_str(), "our" | "my")
    }

    fn blank(&self, h: usize) -> Np {
        Np {
            head: h,
            tokens: h..h + 1,
            form: Form::Nominal,
            kind: EntityKind::Other,
            pron: None,
            reflexive: false,
            ident: None,
            name: None,
            roles: Vec::new(),
            head_role: None,
            plural: false,
            gender: None,
            def: Def::Bare,
            country: None,
            org: None,
            sectors: Vec::new(),
            inherits: false,
            former: false,
            future: false,
            owner: None,
            within: None,
            part_of: None,
            bare_part: false,
            size: None,
            unnamed: false,
            unknown: None,
            title: 0..0,
            alias_of: None,
            ours: false,
            modifier: false,
        }
    }

    fn np(&self, h: usize) -> Option<Np> {
        // "Cyrus R. Vance, Jr.": no second person
        if matches!(
            self.p.form(h),
            "Jr." | "Jr" | "Sr." | "Sr" | "QC" | "MP" | "MEP"
        ) && matches!(self.p.rel(h), D::Conj | D::Appos | D::Flat | D::NmodDesc)
        {
            return None;
        }
        if let Some(pron) = self.pronoun(h) {
            let mut np = self.blank(h);
            np.form = Form::Pronoun;
            np.reflexive = self.lower(h).ends_with("self") || self.lower(h).ends_with("selves");
            np.plural = pron == Pron::They;
            np.pron = Some(pron);
            return Some(np);
        }
        // "those who fled", "those under siege"
        if matches!(self.lower(h).as_str(), "those" | "anyone" | "everyone")
            && self
                .p
                .kids(h)
                .any(|k| k > h && matches!(self.p.rel(k), D::AclRelcl | D::Acl | D::Nmod))
        {
            let mut np = self.blank(h);
            np.kind = EntityKind::Group;
            np.plural = true;
            // anybody: "those who lie"; people to whom something is done: "those displaced"
            let anybody = self.p.kid(h, D::AclRelcl).is_some();
            np.sectors = vec![if anybody { Sector::Unk } else { Sector::Cvl }];
            np.unnamed = anybody && self.lower(h) == "those";
            np.def = Def::Indefinite;
            np.tokens = h..self.right(h, 0);
            return Some(np);
        }
        if matches!(
            self.lower(h).as_str(),
            "both" | "several" | "many" | "some" | "all" | "few" | "others" | "most"
        ) && matches!(self.p.upos(h), Upos::Det | Upos::Pron | Upos::Adj)
            && !matches!(
                self.p.rel(h),
                D::Det | D::DetPredet | D::Amod | D::CcPreconj | D::Advmod
            )
        {
            let mut np = self.blank(h);
            if self.partitive(&mut np, h) {
                np.tokens = h..self.right(h, 0);
                return Some(np);
            }
        }
        // a name of several words is one phrase
        let unit = self.unit(h);
        if unit.as_ref().is_some_and(|u| self.top(u.clone()) != h) {
            return None;
        }
        let person = matches!(self.ner(h), Some((Ner::Per, _)));
        if (self.nominal(h) || person || self.agent_noun(h))
            && let Some(mut np) = self.full(h)
        {
            np.modifier = matches!(self.p.rel(h), D::Compound | D::Amod);
            return Some(np);
        }
        self.before_noun(h)
    }

    /// The tokens that belong together with `h` as one name or title.
    fn unit(&self, h: usize) -> Option<Range<usize>> {
        let m = self
            .match_at(h)
            .filter(|m| {
                m.tokens.len() > 1 && m.refs.iter().any(|r| !matches!(r.what, What::Modifier(_)))
            })
            .map(|m| m.tokens.start as usize..m.tokens.end as usize);
        match self.ner(h) {
            Some((Ner::Per, span)) if span.len() > 1 => Some(match m {
                Some(m) => span.start.min(m.start)..span.end.max(m.end),
                None => span,
            }),
            _ => m,
        }
    }

    /// A body or official before a thing: "police raid", "court ruling".
    fn agent_noun(&self, h: usize) -> bool {
        if self.p.rel(h) != D::Compound
            || self.p.upos(h) != Upos::Noun && self.p.upos(h) != Upos::Propn
        {
            return false;
        }
        let Some((r, _)) = self.match_at(h).and_then(|m| self.role_of(m)) else {
            return false;
        };
        let r = &self.data.roles[r as usize];
        // "army chief": the noun behind is an actor itself
        let actor = self
            .p
            .head(h)
            .and_then(|g| self.match_at(g))
            .is_some_and(|m| self.role_of(m).is_some());
        !actor && matches!(r.kind, RoleKind::Body | RoleKind::Person) && r.rank >= 4 && !r.inherits
    }

    /// Where the title before a name begins: "US Secretary of State" before "Mike Pompeo", whatever the parse made of it.
    fn role_of_at(&self, t: usize) -> bool {
        self.match_at(t).and_then(|m| self.role_of(m)).is_some()
    }

    fn title_start(&self, name: usize) -> usize {
        let p = self.p;
        let first = p.text.sentences()[p.text.sentence_of(name)].range().start;
        if name > first && matches!(p.form(name - 1), "of" | "for") {
            return name;
        }
        let (mut t, mut start, mut role) = (name, name, false);
        while t > first && name - t < 16 {
            // "Member of Parliament (MP) X"
            if t == name
                && t >= first + 4
                && p.form(t - 1) == ")"
                && p.form(t - 3) == "("
                && self.role_of_at(t - 2)
            {
                t -= 3;
                continue;
            }
            let k = t - 1;
            let word = p.form(k);
            if let Some(m) = self
                .match_at(k)
                .filter(|m| m.tokens.end as usize == t && m.tokens.start as usize >= first)
            {
                let known = m.refs.iter().any(|r| {
                    matches!(
                        r.what,
                        What::Role(..)
                            | What::Modifier(_)
                            | What::State(_)
                            | What::Adjective(_)
                            | What::Part(..)
                            | What::Org(_)
                    )
                });
                if !known || m.partial && self.role_of(m).is_none() {
                    break;
                }
                if let Some((r, plural)) = self.role_of(m) {
                    let r = &self.data.roles[r as usize];
                    // "protesters Friday": only those who bear titles or posts, and no plural far from its name
                    if r.kind != RoleKind::Person || plural && role {
                        break;
                    }
                    role = true;
                }
                t = m.tokens.start as usize;
                if role {
                    start = t;
                }
                continue;
            }
            // "of State", "for Foreign Affairs": capitals back to a role word
            // but "an adviser to President X" is not X
            if !role || self.capital(k) {
                let mut j = k;
                let mut ok = false;
                while j > first && k - j < 8 {
                    let w = p.form(j);
                    if (w == "of" || w == "for")
                        && self.match_at(j - 1).is_some_and(|m| {
                            self.role_of(m).is_some_and(|(r, _)| {
                                self.data.roles[r as usize].kind == RoleKind::Person
                            })
                        })
                    {
                        ok = true;
                        break;
                    }
                    if !(self.capital(j) || matches!(w, "the" | "and" | "of" | "," | "for"))
                        || w == "," && j == k
                    {
                        break;
                    }
                    j -= 1;
                }
                if ok {
                    t = j;
                    continue;
                }
            }
            if matches!(word, "'s" | "’s" | "-" | "then") && role {
                t = k;
                continue;
            }
            break;
        }
        if role { start } else { name }
    }

    fn pronoun(&self, h: usize) -> Option<Pron> {
        if !matches!(self.p.upos(h), Upos::Pron | Upos::Det) {
            return None;
        }
        let form = self.lower(h);
        Some(match form.as_str() {
            "he" | "him" | "his" | "himself" => Pron::He,
            "she" | "her" | "hers" | "herself" => Pron::She,
            "it" if self.p.rel(h) == D::Expl => return None,
            "it" | "its" | "itself" => Pron::It,
            "they" | "them" | "their" | "theirs" | "themselves" => Pron::They,
            "i" | "me" | "my" | "mine" | "myself" | "we" | "us" | "our" | "ours" | "ourselves"
            | "you" | "your" | "yours" | "yourself" => Pron::Speaker,
            "who" | "whom" | "whose" | "which" | "that" if self.relative(h) => Pron::Relative,
            _ => return None,
        })
    }

    fn relative(&self, h: usize) -> bool {
        self.p.word(h).feats.any(Feats::PRON_REL) || self.antecedent(h).is_some()
    }

    /// The noun on which the relative clause of pronoun `h` hangs.
    pub fn antecedent(&self, h: usize) -> Option<usize> {
        let mut t = h;
        for _ in 0..12 {
            if matches!(self.p.rel(t), D::AclRelcl) {
                return self.p.head(t).filter(|&g| g < h);
            }
            t = self.p.head(t)?;
        }
        None
    }

    /// "Syrian" in "Syrian troops", "US" in "US sanctions".
    fn before_noun(&self, h: usize) -> Option<Np> {
        let m = self.match_at(h)?;
        if self.top(m.tokens.start as usize..m.tokens.end as usize) != h {
            return None;
        }
        if !matches!(
            self.p.rel(h),
            D::Amod
                | D::Compound
                | D::NmodDesc
                | D::Nmod
                | D::NmodPoss
                | D::Conj
                | D::Root
                | D::Dep
                | D::NmodUnmarked
        ) {
            return None;
        }
        if self.vetoed(m) {
            return None;
        }
        let mut np = self.blank(h);
        np.modifier = true;
        np.form = Form::Name;
        np.tokens = m.tokens.start as usize..m.tokens.end as usize;
        for r in m.refs.iter().filter(|r| self.usable(r, m)) {
            match r.what {
                What::Adjective(i) | What::State(i) | What::Demonym(i, _) | What::Part(i, ..) => {
                    np.ident = Some(Ident::State(i));
                    np.kind = EntityKind::State;
                    np.country = Some(self.data.states[i as usize].code);
                    np.sectors = vec![Sector::Gov];
                    return Some(np);
                }
                What::Org(i) | What::OrgMember(i, _) => {
                    np.ident = Some(Ident::Org(i));
                    np.kind = EntityKind::Organization;
                    np.org = Some(i);
                    return Some(np);
                }
                _ => {}
            }
        }
        None
    }

    /// Whether the model says that the match is a piece of another kind of name ("Jordan" in "Jordan Smith").
    fn vetoed(&self, m: &Match) -> bool {
        let (a, b) = (m.tokens.start as usize, m.tokens.end as usize);
        match self.ner(a) {
            Some((Ner::Per, span)) => {
                (span.start < a || span.end > b)
                    && m.refs.iter().all(|r| {
                        !matches!(r.what, What::Person(_) | What::Surname(_) | What::Role(..))
                    })
            }
            _ => false,
        }
    }

    /// A whole noun phrase.
    fn full(&self, h: usize) -> Option<Np> {
        let mut np = self.blank(h);
        let unit = self.unit(h).unwrap_or(h..h + 1);
        let mut start = self.left(h).min(unit.start);
        let name_end = self.name_end(h).max(unit.end);
        if matches!(self.ner(h), Some((Ner::Per, _))) || self.person_at(h) {
            start = start.min(self.title_start(unit.start));
            np.title = start..unit.start;
        }
        np.tokens = start..self.right(h, 0).max(name_end);
        np.plural = self.plural_word(h);
        np.size = self.size_of(h);
        np.def = self.definiteness(h);
        // What stands before and in the head, possessors apart.
        let mut skip: Vec<Range<usize>> = Vec::new();
        for k in self.p.kids(h) {
            match self.p.rel(k) {
                D::NmodPoss if k < h => {
                    skip.push(self.p.subtree(k));
                    np.owner = Some(k);
                    np.ours = self.ours(k);
                    np.def = Def::Definite;
                }
                D::Nmod if k > h => match self.p.case(k).as_str() {
                    "of" | "for" | "from" | "with" | "within" | "at" if np.owner.is_none() => {
                        np.owner = Some(k)
                    }
                    "in" | "near" | "on" => {
                        // "in Tigray", "in Ethiopia's northern region"
                        np.within = np.within.or_else(|| self.place_country(k)).or_else(|| {
                            self.p
                                .kids(k)
                                .filter(|&m| {
                                    matches!(
                                        self.p.rel(m),
                                        D::NmodPoss | D::Compound | D::Amod | D::Nmod
                                    )
                                })
                                .find_map(|m| self.place_country(m))
                        });
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        // "the Trump administration"
        if np.owner.is_none() {
            np.owner = self.p.kids_by(h, D::Compound).find(|&k| {
                k < h
                    && !unit.contains(&k)
                    && (matches!(self.ner(k), Some((Ner::Per, _))) || self.person_at(k))
            });
        }
        // titles before a name may own themselves ("Syria's foreign minister Faisal Mekdad")
        for k in self
            .p
            .kids(h)
            .filter(|&k| k < h && matches!(self.p.rel(k), D::NmodDesc | D::Compound))
        {
            for q in self.p.kids(k) {
                if self.p.rel(q) == D::NmodPoss && q < k {
                    skip.push(self.p.subtree(q));
                    np.owner = np.owner.or(Some(q));
                } else if self.p.rel(q) == D::Nmod
                    && matches!(self.p.case(q).as_str(), "of" | "for")
                {
                    np.owner = np.owner.or(Some(q));
                    skip.push(self.p.subtree(q));
                }
            }
        }
        let skipped = |t: usize| skip.iter().any(|r| r.contains(&t));
        let mut head_match: Option<&Match> = None;
        let mut sector_mods: Vec<Sector> = Vec::new();
        let mut t = start;
        while t < name_end {
            let Some(m) = self.match_at(t).filter(|_| !skipped(t)) else {
                t += 1;
                continue;
            };
            let end = m.tokens.end as usize;
            t = end.max(t + 1);
            let heads = m.tokens.contains(&(h as u32)) && (!m.partial || m.tail);
            if heads {
                head_match = Some(m);
            }
            if self.vetoed(m) {
                continue;
            }
            if let Some((role, pl)) = self.role_of(m)
                && (heads || self.counts_as_title(role, m, h))
            {
                np.roles.push(role);
                if heads {
                    np.head_role = Some(role);
                    np.plural |= pl;
                }
            }
            if !heads {
                if let Some(x) = self.modifier_of(m) {
                    let x = &self.data.modifiers[x as usize];
                    match x.effect {
                        Effect::Sector => sector_mods.extend(&x.sectors),
                        Effect::Former => np.former = true,
                        Effect::Future => np.future = true,
                        _ => {}
                    }
                }
                if !self.backs(m) {
                    if let Some(i) = self
                        .country_of(m)
                        .filter(|_| !self.person_at(h) || start < unit.start)
                    {
                        np.country = np.country.or(Some(self.data.states[i as usize].code));
                    }
                    // "Labor" in "International Labor Office" is no party
                    let inside = self.ner(h).is_some_and(|(kind, s)| {
                        kind == Ner::Org
                            && s.start < m.tokens.start as usize
                            && s.end > m.tokens.end as usize
                    });
                    if let Some(i) = self.org_of(m).filter(|_| !inside) {
                        np.org = np.org.or(Some(i));
                    }
                }
            }
        }
        if start > 0 || start < h {
            for t in start..h {
                let w = self.lower(t);
                if matches!(w.as_str(), "ex" | "former" | "formerly")
                    || w.starts_with("ex-")
                    || w.starts_with("former-")
                {
                    np.former = true;
                }
            }
        }
        let after = self.lower(name_end.min(self.p.len().saturating_sub(1)));
        let after2 = (name_end + 1 < self.p.len()).then(|| self.lower(name_end + 1));
        if name_end < self.p.len()
            && (matches!(
                after.as_str(),
                "-elect" | "-designate" | "designate" | "elect"
            ) || after == "-" && matches!(after2.as_deref(), Some("elect" | "designate")))
        {
            np.future = true;
        }
        np.roles
            .sort_by_key(|&r| std::cmp::Reverse(self.data.roles[r as usize].rank));
        np.roles.dedup();

        let found = self.after_its_noun(&mut np, h, name_end)
            || self.identify(&mut np, head_match, h, start, name_end);
        if !found {
            return None;
        }
        // "legal and religious groups": of more than one sort
        let sorts = self.p.kids_by(h, D::Amod).any(|k| {
            k < h
                && self
                    .p
                    .kids_by(k, D::Conj)
                    .any(|q| q < h && self.p.upos(q) == Upos::Adj)
        });
        if sorts
            && let [one] = sector_mods[..]
            && one != Sector::Gov
        {
            sector_mods = vec![Sector::Soc];
        }
        self.settle_sector(&mut np, &sector_mods);
        if np.country.is_none() && np.org.is_none() && self.state_post(&np) {
            np.unknown = (start..name_end)
                .filter(|&t| {
                    !skipped(t) && t != h && !np.name.as_ref().is_some_and(|n| n.contains(&t))
                })
                .find(|&t| self.demonym(t))
                .or_else(|| {
                    // "the king of Ruritania"
                    let high = np
                        .roles
                        .iter()
                        .any(|&r| self.r.cue("crown", &self.data.roles[r as usize].words));
                    np.owner.filter(|&k| {
                        high && k > h
                            && self.p.upos(k) == Upos::Propn
                            && self.at[k] == NONE
                            && self.hint(k).is_none()
                            && self.p.case(k) == "of"
                            && matches!(self.ner(k), None | Some((Ner::Loc | Ner::Per, _)))
                    })
                });
            if let Some(k) = np.unknown {
                np.unnamed = true;
                if np.owner == Some(k) {
                    np.owner = None;
                }
            }
        }
        if let Some(g) = np
            .roles
            .iter()
            .find_map(|&r| self.data.roles[r as usize].gender)
        {
            np.gender = np.gender.or(Some(g));
        }
        Some(np)
    }

    /// Whether the phrase speaks of those who serve a state: then an unknown adjective before it is a country's.
    fn state_post(&self, np: &Np) -> bool {
        np.roles.iter().any(|&r| {
            let r = &self.data.roles[r as usize];
            r.rank >= 5
                && r.kind != RoleKind::Group
                && matches!(
                    r.sectors.first(),
                    Some(
                        Sector::Gov
                            | Sector::Mil
                            | Sector::Cop
                            | Sector::Spy
                            | Sector::Jud
                            | Sector::Leg
                    )
                )
        }) || np.head_role.is_some_and(|r| {
            matches!(
                self.data.roles[r as usize].words.as_str(),
                "leader"
                    | "official"
                    | "force"
                    | "diplomat"
                    | "state"
                    | "country"
                    | "nation"
                    | "counterpart"
                    | "spokesman"
                    | "spokeswoman"
            )
        })
    }

    /// A capitalised adjective that the data do not know, of the shape of a demonym.
    fn demonym(&self, t: usize) -> bool {
        let w = self.p.form(t);
        self.at[t] == NONE
            && self.capital(t)
            && matches!(self.p.rel(t), D::Amod | D::Compound | D::NmodDesc)
            && matches!(self.p.upos(t), Upos::Adj | Upos::Propn)
            && !w.ends_with("lican")
            && (matches!(self.ner(t), Some((Ner::Norp, _)))
                || self.p.upos(t) == Upos::Adj
                || self.p.text.tokens()[t].span.start == 0)
            && ["ian", "ean", "ese", "ish", "an"]
                .iter()
                .any(|s| w.len() > s.len() + 2 && w.ends_with(s))
    }

    /// Words that are roles only in some shapes: "major", "private", "justice", "house".
    fn counts_as_title(&self, role: u32, m: &Match, h: usize) -> bool {
        let r = &self.data.roles[role as usize];
        let first = m.tokens.start as usize;
        // "the general public", "private schools"
        if m.tokens.len() == 1 && self.p.upos(first) == Upos::Adj && !self.capital(first) {
            return false;
        }
        if r.rank <= 3 && r.title {
            // only straight before a name
            return self.capital(m.tokens.start as usize)
                && self.p.upos(h) == Upos::Propn
                && m.tokens.end as usize <= h;
        }
        true
    }

    /// "airline Mahan Air", "president Joe Biden": a known name behind the noun that heads the phrase.
    fn after_its_noun(&self, np: &mut Np, h: usize, name_end: usize) -> bool {
        if np.head_role.is_none() || self.capital(h) || name_end <= h + 1 {
            return false;
        }
        let Some(m) = self.match_at(name_end - 1).filter(|m| {
            m.tokens.start as usize > h && m.tokens.end as usize == name_end && !self.vetoed(m)
        }) else {
            return false;
        };
        let range = m.tokens.start as usize..name_end;
        let named = m
            .refs
            .iter()
            .filter(|r| self.usable(r, m))
            .find_map(|r| match r.what {
                What::Org(i) => Some(Ident::Org(i)),
                What::Person(i) if range.len() > 1 => Some(Ident::Person(i)),
                _ => None,
            });
        match named {
            Some(Ident::Org(i)) => {
                np.kind = EntityKind::Organization;
                np.org = Some(i);
            }
            Some(Ident::Person(i)) => {
                np.kind = EntityKind::Person;
                np.gender = self.data.persons[i as usize].gender;
            }
            _ => return false,
        }
        np.ident = named;
        np.form = Form::Name;
        np.plural = false;
        np.name = Some(range);
        true
    }

    /// Finds out what the phrase denotes. False if it is no actor.
    fn identify(
        &self,
        np: &mut Np,
        head_match: Option<&Match>,
        h: usize,
        start: usize,
        name_end: usize,
    ) -> bool {
        let p = self.p;
        let ner = self.ner(h);
        // 1. a name of the data at the head
        if let Some(m) = head_match.filter(|m| !self.vetoed(m)) {
            let range = m.tokens.start as usize..m.tokens.end as usize;
            // proper name around the match, if the parse or the model sees a longer one
            let whole = self.proper(h, name_end, &ner);
            let longer = whole.start < range.start && self.name_words(whole.start..range.start)
                || whole.end > range.end && self.name_words(range.end..whole.end);
            let mut refs: Vec<&Ref> = m.refs.iter().filter(|r| self.usable(r, m)).collect();
            refs.sort_by_key(|r| match r.what {
                // of places of one name the one whose country the document speaks of
                What::State(_) | What::Part(_, _, 0) => (3, self.elsewhere(r.what), rank(r.what)),
                w => (rank(w), false, 0),
            });
            for r in refs {
                match r.what {
                    What::Person(i) => {
                        if longer && !range.contains(&h) {
                            continue;
                        }
                        np.ident = Some(Ident::Person(i));
                        np.kind = EntityKind::Person;
                        np.form = Form::Name;
                        np.plural = false;
                        np.name = Some(range);
                        np.gender = self.data.persons[i as usize].gender;
                        return true;
                    }
                    What::Org(i) if !longer => {
                        np.ident = Some(Ident::Org(i));
                        np.kind = EntityKind::Organization;
                        np.form = Form::Name;
                        np.org = Some(i);
                        np.name = Some(range);
                        return true;
                    }
                    // "Georgia" the state of the USA, where the map knows better
                    What::State(i) if !longer && self.lies_in(h, i).is_some() => {
                        np.ident = self.lies_in(h, i).map(Ident::State);
                        np.kind = EntityKind::State;
                        np.form = Form::Name;
                        np.country = self.hint(h);
                        np.sectors = vec![Sector::Gov];
                        np.plural = false;
                        np.roles.clear();
                        return true;
                    }
                    What::State(i) | What::Part(i, _, 0) if !longer => {
                        np.ident = Some(Ident::State(i));
                        np.kind = EntityKind::State;
                        np.form = Form::Name;
                        np.country = Some(self.data.states[i as usize].code);
                        np.sectors = vec![Sector::Gov];
                        np.plural = false;
                        np.roles.clear();
                        return true;
                    }
                    What::Seat(i, k) if !longer => {
                        let s = &self.data.states[i as usize];
                        if self.harmed(h) && s.seats[k as usize].1 == Sector::Gov {
                            np.kind = EntityKind::Group;
                            np.plural = true;
                            np.country = Some(s.code);
                            np.sectors = vec![Sector::Cvl];
                            return true;
                        }
                        if !self.acts(h) {
                            return false;
                        }
                        np.ident = Some(Ident::State(i));
                        np.kind = EntityKind::State;
                        np.form = Form::Metonym;
                        np.country = Some(s.code);
                        np.sectors = vec![s.seats[k as usize].1];
                        np.plural = false;
                        return true;
                    }
                    What::OrgSeat(i) if !longer => {
                        if !self.acts(h) {
                            continue;
                        }
                        np.ident = Some(Ident::Org(i));
                        np.kind = EntityKind::Organization;
                        np.form = Form::Metonym;
                        np.org = Some(i);
                        return true;
                    }
                    What::Epithet(i) => {
                        np.ident = Some(Ident::Epithet(i));
                        np.form = Form::Epithet;
                        np.kind = EntityKind::State;
                        let e = &self.data.epithets[i as usize];
                        if e.org.is_some() {
                            np.kind = EntityKind::Organization;
                        }
                        np.country = e.country;
                        return true;
                    }
                    What::Demonym(i, _) | What::Part(i, _, 2) if !longer => {
                        let plural = !matches!(r.what, What::Demonym(_, false));
                        np.kind = if plural && self.plural_people(h, start) {
                            EntityKind::Group
                        } else {
                            EntityKind::Person
                        };
                        if np.kind == EntityKind::Person
                            && self.p.upos(h) == Upos::Adj
                            && start == h
                        {
                            return false;
                        }
                        np.form = Form::Nominal;
                        np.plural = np.kind == EntityKind::Group;
                        np.country = Some(self.data.states[i as usize].code);
                        // "ethnic Albanians": of the state where they live
                        if p.kids_by(h, D::Amod).any(|k| self.lower(k) == "ethnic") {
                            np.country = None;
                        }
                        // "the Saudis warned": their government; "three Saudis", "the Syrians who fled": people
                        let all = np.plural
                            && matches!(r.what, What::Demonym(..))
                            && start + 1 == h
                            && self.lower(start) == "the"
                            && !self.harmed(h)
                            && !p.kids(h).any(|k| {
                                k > h
                                    && (matches!(p.rel(k), D::Nmod)
                                        || p.rel(k) == D::AclRelcl
                                            && p.kids(k).any(|q| {
                                                matches!(self.lower(q).as_str(), "who" | "whom")
                                            }))
                            });
                        np.sectors = vec![if all { Sector::Gov } else { Sector::Cvl }];
                        return true;
                    }
                    // "194 Republicans opposed it": votes are counted in parliaments
                    What::OrgMember(i, true)
                        if !longer
                            && np.size.is_some_and(|n| n > 1)
                            && self.data.orgs[i as usize].kind == OrgKind::Party
                            && matches!(p.rel(h), D::Nsubj | D::Conj) =>
                    {
                        np.kind = EntityKind::Group;
                        np.form = Form::Nominal;
                        np.plural = true;
                        np.org = Some(i);
                        np.sectors = vec![Sector::Leg, Sector::Pty];
                        return true;
                    }
                    What::OrgMember(i, pl) if !longer => {
                        np.kind = if pl {
                            EntityKind::Group
                        } else {
                            EntityKind::Person
                        };
                        np.form = Form::Nominal;
                        np.plural = pl;
                        np.org = Some(i);
                        np.sectors = self.data.orgs[i as usize].sectors.clone();
                        return true;
                    }
                    _ => {}
                }
            }
            // a surname
            let surnames: Vec<u32> = m
                .refs
                .iter()
                .filter(|r| self.dated(r))
                .filter_map(|r| {
                    if let What::Surname(i) = r.what {
                        Some(i)
                    } else {
                        None
                    }
                })
                .collect();
            if !surnames.is_empty()
                && !longer
                && self.capital(h)
                && (p.upos(h) == Upos::Propn
                    || ner.as_ref().is_some_and(|n| n.0 == Ner::Per)
                    || surnames.iter().any(|i| self.persons.contains(i)))
                && let Some(i) = self.which_surname(&surnames, np)
            {
                np.ident = Some(Ident::Person(i));
                np.kind = EntityKind::Person;
                np.form = Form::Name;
                np.plural = false;
                np.name = Some(range);
                np.gender = self.data.persons[i as usize].gender;
                return true;
            }
        }
        // 2. a person whom nobody listed
        let titled = np
            .roles
            .iter()
            .any(|&r| Some(r) != np.head_role && self.data.roles[r as usize].title);
        let whole = self.proper(h, name_end, &ner);
        let person = match &ner {
            Some((Ner::Per, _)) => true,
            Some(_) => false,
            None => {
                p.upos(h) == Upos::Propn
                    && np.head_role.is_none()
                    && self.at_is_free(h)
                    && (titled || p.kid(h, D::Flat).is_some() && p.named.is_empty())
            }
        } || self.capital(h)
            && self.at_is_free(h)
            && np.head_role.is_none()
            && self.surnames.contains(&self.lower(whole.end - 1));
        if person
            && self.capital(h)
            && np
                .head_role
                .is_none_or(|r| !self.head_is_role_word(r, h, &ner))
        {
            np.kind = EntityKind::Person;
            np.form = Form::Name;
            np.name = Some(whole);
            np.head_role = None;
            np.plural = false;
            return true;
        }
        // 3. a part of people: "two of its soldiers", "dozens of protesters", "a group of men"
        if self.partitive(np, h) {
            return true;
        }
        // 4. a role word at the head
        if let Some(r) = np.head_role {
            let role = &self.data.roles[r as usize];
            if !self.role_stands(r, h, np) {
                return false;
            }
            np.kind = match role.kind {
                RoleKind::Person if np.plural => EntityKind::Group,
                RoleKind::Person => EntityKind::Person,
                RoleKind::Body => EntityKind::Organization,
                RoleKind::Group | RoleKind::Target => EntityKind::Group,
            };
            if role.kind == RoleKind::Target
                && (!self.harmed(h) && !self.blasted(h) || self.held(h) || self.serves_armed(h))
            {
                return false;
            }
            // "Thames Valley Police": a name made of a role word
            if role.kind == RoleKind::Body && p.upos(h) == Upos::Propn {
                let from = whole.start.min(self.capitals_before(h, start));
                if from < h || whole.end > h + 1 {
                    np.name = Some(from..whole.end.max(h + 1));
                    np.form = Form::Name;
                }
            }
            np.unnamed = role.unnamed
                || np.plural
                    && np.country.is_none()
                    && role.sectors.first() != Some(&Sector::Cvl)
                    && (self.beyond(h) || self.r.cue("relation", &role.words))
                || np.plural
                    && matches!(
                        role.words.as_str(),
                        "government"
                            | "state"
                            | "country"
                            | "nation"
                            | "power"
                            | "republic"
                            | "member state"
                            | "head of state"
                            | "head of government"
                            | "heads of state and government"
                    );
            return true;
        }
        if self.at[h] == NONE && self.acronyms.contains(p.form(h)) {
            np.kind = EntityKind::Organization;
            np.form = Form::Name;
            np.name = Some(h..h + 1);
            return true;
        }
        // 5. an organisation or people that the model alone sees
        match ner {
            // a town that is attacked: its people
            Some((Ner::Loc, _))
                if self.capital(h) && self.at[h] == NONE && self.harmed(h) && !self.held(h) =>
            {
                np.kind = EntityKind::Group;
                np.plural = true;
                np.country = self.hint(h);
                np.sectors = vec![Sector::Cvl];
                return true;
            }
            Some((Ner::Org, _)) if self.capital(h) => {
                np.kind = EntityKind::Organization;
                np.form = Form::Name;
                np.sectors = self.by_its_name(whole.clone()).into_iter().collect();
                np.name = Some(whole);
                return true;
            }
            Some((Ner::Norp, _)) if self.plural_word(h) && self.capital(h) => {
                np.kind = EntityKind::Group;
                np.form = Form::Nominal;
                np.plural = true;
                np.sectors = vec![Sector::Cvl];
                return true;
            }
            _ => {}
        }
        false
    }

    /// "foreign forces", "regional leaders": they belong to no single state.
    fn beyond(&self, h: usize) -> bool {
        let p = self.p;
        p.kids(h).any(|k| {
            k < h
                && matches!(p.rel(k), D::Amod | D::Compound)
                && self.r.cue("beyond", &self.lower(k))
        })
    }

    fn partitive(&self, np: &mut Np, h: usize) -> bool {
        let p = self.p;
        if !(self.r.cue("partitive", p.lemma(h)) || p.upos(h) == Upos::Num) {
            return false;
        }
        let of = p.kids_by(h, D::Nmod).find(|&k| p.case(k) == "of");
        let people = of.is_some_and(|k| {
            self.plural_word(k)
                || p.upos(k) == Upos::Pron
                || self
                    .match_at(k)
                    .and_then(|m| self.role_of(m))
                    .is_some_and(|(r, _)| self.data.roles[r as usize].kind == RoleKind::Group)
        });
        // a noun that is a role by itself ("group") only with people behind it
        if np.head_role.is_some() && !people {
            return false;
        }
        if of.is_none() {
            // "both", "several": those who were spoken of
            if !matches!(self.p.rel(h), D::Nsubj | D::NsubjPass | D::Obj)
                || !matches!(
                    self.p.upos(h),
                    Upos::Det | Upos::Pron | Upos::Num | Upos::Adj
                )
            {
                return false;
            }
            np.bare_part = true;
        }
        np.part_of = of;
        np.owner = None;
        np.size = number(p.form(h)).or(np.size);
        np.plural = true;
        np.kind = EntityKind::Group;
        true
    }

    fn at_is_free(&self, h: usize) -> bool {
        self.match_at(h).is_none_or(|m| {
            m.refs.iter().all(|r| {
                matches!(
                    r.what,
                    What::Surname(_) | What::Role(..) | What::Modifier(_)
                ) || r.weak
            })
        })
    }

    fn head_is_role_word(&self, role: u32, h: usize, ner: &Option<(Ner, Range<usize>)>) -> bool {
        // "King" in "Martin Luther King" is a name; "President" alone is a role
        let r = &self.data.roles[role as usize];
        !(r.kind == RoleKind::Person
            && matches!(ner, Some((Ner::Per, span)) if span.len() > 1 && span.contains(&h)))
    }

    /// Whether a role word denotes an actor in this shape.
    fn role_stands(&self, role: u32, h: usize, np: &Np) -> bool {
        let r = &self.data.roles[role as usize];
        if r.sectors.is_empty() && !r.inherits {
            return false;
        }
        if r.rank == 1 {
            return false;
        }
        match r.words.as_str() {
            "europe" | "west" | "world" => {
                self.p.kid(h, D::Case).is_none()
                    && self.acts(h)
                    && matches!(self.p.rel(h), D::Nsubj | D::Obj | D::Conj)
            }
            "house" => self.capital(h) && self.p.upos(h) == Upos::Propn,
            "state" | "province" | "county" | "nation" | "country" | "republic" | "kingdom" => true,
            "justice" | "major" => np.plural || self.capital(h) && self.p.rel(h) == D::Nsubj,
            "national" => np.plural || np.country.is_some(),
            "accused" => self.p.upos(h) != Upos::Verb && np.def == Def::Definite,
            _ => self.p.upos(h) != Upos::Verb || self.p.kid(h, D::Det).is_some(),
        }
    }

    fn plural_people(&self, h: usize, start: usize) -> bool {
        // "Chinese" is people after "the" or as a plural; "French" the same
        self.plural_word(h)
            || start < h && self.lower(start) == "the" && self.p.upos(h) != Upos::Propn
            || self.p.form(h).ends_with('s')
            || self.p.upos(h) == Upos::Propn
    }

    /// The name around head `h`: what the model marks, else the head with its flat parts.
    fn proper(&self, h: usize, name_end: usize, ner: &Option<(Ner, Range<usize>)>) -> Range<usize> {
        let mut range = h..name_end;
        if let Some((kind, span)) = ner
            && span.contains(&h)
        {
            range = range.start.min(span.start)..range.end.max(span.end);
            if *kind == Ner::Per {
                // titles that the model took into the name
                while range.start < h
                    && self
                        .match_at(range.start)
                        .is_some_and(|m| self.role_of(m).is_some() || self.country_of(m).is_some())
                {
                    range.start += 1;
                }
            }
        }
        while range.start < h && self.lower(range.start) == "the" {
            range.start += 1;
        }
        range
    }

    /// The sector that the words of an unknown body's name tell: "Center for Fair Votes", "Example Airlines Ltd".
    fn by_its_name(&self, range: Range<usize>) -> Option<Sector> {
        range.rev().find_map(|t| {
            let w = self.lower(t);
            let told = Sector::ALL
                .iter()
                .copied()
                .find(|s| self.r.cue(&format!("name {s}"), &w));
            told.or_else(|| {
                let (r, _) = self.match_at(t).and_then(|m| self.role_of(m))?;
                let r = &self.data.roles[r as usize];
                r.sectors
                    .first()
                    .copied()
                    .filter(|_| r.kind == RoleKind::Body && !r.inherits)
            })
        })
    }

    /// Whether some token of the range is part of a name (capital letter, no role or state).
    fn name_words(&self, range: Range<usize>) -> bool {
        range.into_iter().any(|t| {
            self.capital(t)
                && matches!(
                    self.p.upos(t),
                    Upos::Propn | Upos::Noun | Upos::X | Upos::Adj
                )
                && self.match_at(t).is_none_or(|m| {
                    m.refs
                        .iter()
                        .all(|r| matches!(r.what, What::Surname(_) | What::Person(_)))
                })
        })
    }

    /// First of the capitalised words that run up to the head.
    fn capitals_before(&self, h: usize, start: usize) -> usize {
        let mut from = h;
        while from > start
            && (self.capital(from - 1) && self.p.upos(from - 1) != Upos::Det
                || matches!(
                    self.p.form(from - 1),
                    "-" | "'s" | "’s" | "and" | "of" | "for"
                ) && from - 1 > start
                    && self.capital(from - 2))
            && self.p.text.form(from - 1) != ","
        {
            from -= 1;
        }
        while from < h && (!self.capital(from) || self.lower(from) == "the") {
            from += 1;
        }
        from
    }

    fn definiteness(&self, h: usize) -> Def {
        for k in self.p.kids(h) {
            if k > h {
                break;
            }
            if matches!(self.p.rel(k), D::Det | D::DetPredet) {
                return match self.lower(k).as_str() {
                    "the" | "this" | "that" | "these" | "those" | "both" | "[t]he" | "such" => {
                        Def::Definite
                    }
                    _ => Def::Indefinite,
                };
            }
            if self.p.rel(k) == D::NmodPoss {
                return Def::Definite;
            }
        }
        if self.p.kid(h, D::Nummod).is_some() {
            Def::Indefinite
        } else {
            Def::Bare
        }
    }

    /// The country of a place's name at `k`.
    pub fn place_country(&self, k: usize) -> Option<Country> {
        if let Some(m) = self.match_at(k)
            && let Some(i) = self.country_of(m)
        {
            return Some(self.data.states[i as usize].code);
        }
        self.hint(k)
    }

    /// Whether the thing at `h` is attacked: object of a verb of harm, "attack on".
    fn harmed(&self, h: usize) -> bool {
        let p = self.p;
        let mut t = h;
        while p.rel(t) == D::Conj {
            match p.head(t) {
                Some(g) => t = g,
                None => return false,
            }
        }
        let Some(g) = p.head(t) else { return false };
        let harm = self.r.cue("harm", p.lemma(g));
        match p.rel(t) {
            D::Obj | D::NsubjPass => harm,
            D::Nmod | D::Obl => {
                harm && matches!(p.case(t).as_str(), "on" | "against" | "at" | "of")
            }
            D::Compound => harm && p.upos(g) == Upos::Noun,
            _ => false,
        }
    }

    /// Whether a blast struck the thing at `h`: "exploded inside a mosque", "rammed into a base".
    fn blasted(&self, h: usize) -> bool {
        let p = self.p;
        let Some(g) = p.head(h) else { return false };
        let into = matches!(
            p.case(h).as_str(),
            "into" | "inside" | "in" | "within" | "at" | "outside" | "near" | "in front of"
        );
        into && matches!(p.rel(h), D::Obl | D::Nmod)
            && (self.r.cue("blast", p.lemma(g))
                || p.lemma(g) == "go" && p.kids_by(g, D::CompoundPrt).any(|k| p.form(k) == "off"))
    }

    /// "the refinery that feeds ISIL": whoever attacks it attacks them.
    fn serves_armed(&self, h: usize) -> bool {
        let behind = h + 1..self.p.subtree(h).end;
        behind.filter_map(|t| self.match_at(t)).any(|m| {
            self.org_of(m)
                .is_some_and(|i| self.data.orgs[i as usize].kind == OrgKind::Armed)
        })
    }

    /// "the rebel-held town": whoever attacks it attacks those who hold it.
    fn held(&self, h: usize) -> bool {
        self.p.kids_by(h, D::Amod).any(|k| {
            let w = self.lower(k);
            ["held", "controlled", "occupied"].iter().any(|x| {
                w.strip_suffix(x).is_some_and(|r| {
                    r.ends_with('-') || r.is_empty() && self.p.kid(k, D::Compound).is_some()
                })
            })
        })
    }

    /// Whether a place's name at `h` stands for those who govern there.
    fn acts(&self, h: usize) -> bool {
        let p = self.p;
        let case = p.case(h);
        let rel = p.rel(h);
        let Some(g) = p.head(h) else { return false };
        if rel == D::Conj {
            return self.acts(g) && p.kid(h, D::Case).is_none();
        }
        let first = case.split(' ').next().unwrap_or("");
        if self.r.cue("locative", first) {
            return false;
        }
        let motion = |t: usize| self.r.cue("motion", p.lemma(t));
        match rel {
            D::Nsubj | D::NsubjPass | D::OblAgent | D::Vocative | D::Iobj => true,
            D::Obj => !self.r.cue("place_object", p.lemma(g)),
            D::NmodPoss => true,
            D::Appos | D::Parataxis | D::Root | D::List => false,
            _ if self.r.cue("source", first) => !motion(g),
            _ => matches!(
                first,
                "by" | "against"
                    | "with"
                    | "between"
                    | "of"
                    | "for"
                    | "on"
                    | "than"
                    | "among"
                    | "like"
            ),
        }
    }

    /// Whom a bare or titled surname means.
    fn which_surname(&self, candidates: &[u32], np: &Np) -> Option<u32> {
        let full: Vec<u32> = candidates
            .iter()
            .copied()
            .filter(|i| self.persons.contains(i))
            .collect();
        let agrees = |i: &u32| {
            let p = &self.data.persons[*i as usize];
            np.country
                .is_none_or(|c| p.home == Some(c) || p.spells.iter().any(|s| s.country == Some(c)))
        };
        let full: Vec<u32> = full.into_iter().filter(agrees).collect();
        if full.len() == 1 {
            return Some(full[0]);
        }
        let pool = if full.is_empty() { candidates } else { &full };
        // an office that fits the title
        let titles: Vec<&str> = np
            .roles
            .iter()
            .map(|&r| self.data.roles[r as usize].words.as_str())
            .collect();
        if !titles.is_empty() {
            let fits: Vec<u32> = pool
                .iter()
                .copied()
                .filter(agrees)
                .filter(|&i| {
                    self.data.persons[i as usize].spells.iter().any(|s| {
                        let when = self.day == 0
                            || s.days.holds(self.day)
                            || np.former && s.days.to < self.day;
                        let office = s.office.as_deref().unwrap_or("").to_lowercase();
                        let title = s.title.as_deref().unwrap_or("").to_lowercase();
                        when && titles
                            .iter()
                            .any(|t| office.contains(t) || title.contains(t))
                    })
                })
                .collect();
            if fits.len() == 1 {
                return Some(fits[0]);
            }
            if fits.len() > 1 {
                return self.most_prominent(&fits);
            }
            // "Mr. X" says nothing of an office; another title speaks against the listed person
            if np
                .roles
                .iter()
                .any(|&r| self.data.roles[r as usize].rank > 1)
            {
                return None;
            }
        }
        let near: Vec<u32> = pool
            .iter()
            .copied()
            .filter(agrees)
            .filter(|&i| {
                self.data.persons[i as usize]
                    .home
                    .is_some_and(|c| self.countries.contains(&c))
            })
            .collect();
        self.most_prominent(&near)
    }

    /// The one who holds the highest office on the day, if nobody holds as high a one.
    fn most_prominent(&self, candidates: &[u32]) -> Option<u32> {
        let mut best: Option<((u32, u32), u32)> = None;
        let mut tie = false;
        for &i in candidates {
            let high = self.r.prominence(i, self.day);
            if high == 0 {
                continue;
            }
            // without a date the one who was in office last
            let spells = &self.data.persons[i as usize].spells;
            let last = spells.iter().map(|s| s.days.to).max();
            let s = (high, last.filter(|_| self.day == 0).unwrap_or(0));
            match best {
                Some((b, _)) if s < b => {}
                Some((b, _)) if s == b => tie = true,
                _ => {
                    best = Some((s, i));
                    tie = false;
                }
            }
        }
        best.filter(|_| !tie).map(|b| b.1)
    }

    /// The sector from roles, words beside them and organisation.
    fn settle_sector(&self, np: &mut Np, mods: &[Sector]) {
        if np.part_of.is_some()
            || matches!(np.ident, Some(Ident::State(_)))
            || np.form == Form::Epithet
        {
            return;
        }
        let org = np.org.map(|i| &self.data.orgs[i as usize]);
        if let Some(Ident::Org(i)) = np.ident {
            np.sectors = self.data.orgs[i as usize].sectors.clone();
            return;
        }
        // "government forces" are forces, "foreign ministry spokesman" speaks for the ministry
        let head = np.head_role.filter(|&r| {
            let r = &self.data.roles[r as usize];
            r.kind == RoleKind::Body && !r.inherits && r.rank >= 4
        });
        let Some(top) = head.or(np.roles.first().copied()) else {
            if np.sectors.is_empty() {
                np.inherits = true;
            }
            return;
        };
        let role = &self.data.roles[top as usize];
        let concrete = mods.iter().copied().find(|s| *s != Sector::Gov);
        let armed = org.is_some_and(|o| o.kind == OrgKind::Armed);
        if role.inherits || role.unnamed && armed {
            if let Some(o) = org {
                np.sectors = o.sectors.clone();
            } else if let Some(s) = concrete.or(mods.first().copied()) {
                np.sectors = vec![s];
            } else if let Some(&r) = np.roles.iter().find(|&&r| {
                !self.data.roles[r as usize].inherits && self.data.roles[r as usize].rank > 2
            }) {
                np.sectors = self.data.roles[r as usize].sectors.clone();
            } else {
                np.sectors = role.sectors.clone();
                np.inherits = true;
            }
        } else if role.rank <= 4
            && let Some(s) = concrete
        {
            np.sectors = vec![s];
        } else {
            np.sectors = role.sectors.clone();
            // "police sergeant"
            let cop = |r: &u32| self.data.roles[*r as usize].sectors.first() == Some(&Sector::Cop);
            let police = org.is_some_and(|o| o.kind == OrgKind::Police);
            if np.sectors == [Sector::Mil]
                && (concrete == Some(Sector::Cop) || police || np.roles.iter().any(cop))
            {
                np.sectors = vec![Sector::Cop];
            }
            if armed
                && np
                    .sectors
                    .iter()
                    .all(|s| matches!(s, Sector::Mil | Sector::Uaf | Sector::Crm | Sector::Prm))
            {
                np.sectors = org.map(|o| o.sectors.clone()).unwrap_or_default();
            }
        }
        // "opposition forces" fight
        if concrete == Some(Sector::Opp) && role.sectors.first() == Some(&Sector::Mil) {
            np.sectors = vec![Sector::Reb];
        }
        self.retire(np);
    }

    /// One who was in office belongs to the elites.
    pub fn retire(&self, np: &mut Np) {
        if np.former
            && np.kind == EntityKind::Person
            && np.sectors.iter().any(|s| {
                matches!(
                    s,
                    Sector::Gov
                        | Sector::Leg
                        | Sector::Mil
                        | Sector::Jud
                        | Sector::Cop
                        | Sector::Spy
                )
            })
        {
            np.sectors = vec![Sector::Eli];
        }
    }
}

fn rank(w: What) -> u8 {
    match w {
        What::Person(_) => 0,
        What::Epithet(_) => 1,
        What::Org(_) => 2,
        What::State(_) => 3,
        What::Demonym(..) => 4,
        What::OrgMember(..) => 5,
        What::Part(_, _, 0) => 6,
        What::Part(..) => 7,
        What::Seat(..) => 8,
        What::OrgSeat(_) => 9,
        _ => 10,
    }
}
