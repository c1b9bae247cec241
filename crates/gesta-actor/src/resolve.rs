//! Gathers mentions into entities: identity by data, by name, by role, by apposition, by coreference.

use crate::data::{Data, Gender, OrgKind, RoleKind};
use crate::index::words;
use crate::scan::{Def, Ident, NONE, Np, Pron, Scan};
use crate::{Actors, Entity, EntityKind, Mention, Note, Sector};
use gesta_parse::{Deprel as D, Upos};
use gesta_text::Country;
use std::collections::BTreeMap;

/// How far back an antecedent is sought, in mentions: keeps the work linear.
const WINDOW: usize = 80;
/// Share of all mentions of countries from which on a document is one country's affair.
const HOME: f32 = 0.45;
/// Share of the second country's weight that a third may have where "the two countries" are the first two.
const THIRD: f32 = 0.6;
/// Share of its weight that another country may have.
const RIVAL: f32 = 0.7;

/// What an entity is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Ident(Ident),
    /// A seat that stands for a part of a state ("the Pentagon"): state, sector.
    Seat(u32, Sector),
}

/// An entity in the making.
struct Ent {
    kind: EntityKind,
    ident: Option<Ident>,
    /// Words of the names given in the text, folded; the fullest first.
    names: Vec<Vec<String>>,
    name: Option<String>,
    label: String,
    country: Option<Country>,
    org: Option<u32>,
    org_name: Option<String>,
    sectors: Vec<Sector>,
    inherits: bool,
    roles: Vec<u32>,
    gender: Option<Gender>,
    plural: bool,
    former: bool,
    unnamed: bool,
    within: Option<Country>,
    /// Head of its first phrase.
    first: usize,
    said: u32,
}

pub(crate) struct Gather<'a> {
    s: Scan<'a>,
    data: &'a Data,
    nps: Vec<Np>,
    /// Phrase at each head token.
    at: Vec<u32>,
    sentence: Vec<u32>,
    done: Vec<Option<Vec<u32>>>,
    busy: Vec<bool>,
    ents: Vec<Ent>,
    keys: BTreeMap<Key, u32>,
    notes: Vec<Note>,
    /// The country for which the document's author speaks.
    author: Option<Country>,
}

impl<'a> Gather<'a> {
    pub fn new(s: Scan<'a>, author: Option<Country>) -> Self {
        let nps = s.nps();
        let mut at = vec![NONE; s.p.len()];
        for (i, n) in nps.iter().enumerate() {
            at[n.head] = i as u32;
            // a name's head in the tree may be another of its tokens
            if let Some(name) = &n.name {
                for t in name.clone() {
                    if t < at.len() && at[t] == NONE {
                        at[t] = i as u32;
                    }
                }
            }
        }
        let sentence = nps
            .iter()
            .map(|n| s.p.text.sentence_of(n.head) as u32)
            .collect();
        let n = nps.len();
        Gather {
            data: s.data,
            s,
            nps,
            at,
            sentence,
            done: vec![None; n],
            busy: vec![false; n],
            ents: Vec::new(),
            keys: BTreeMap::new(),
            notes: Vec::new(),
            author,
        }
    }

    fn np_of(&self, token: usize) -> Option<usize> {
        self.at
            .get(token)
            .filter(|&&i| i != NONE)
            .map(|&i| i as usize)
    }

    pub fn run(mut self) -> Actors {
        for i in 0..self.nps.len() {
            self.whom(i, 0);
        }
        self.finish()
    }

    /// The entities of phrase `i`.
    fn whom(&mut self, i: usize, depth: usize) -> Vec<u32> {
        if let Some(d) = &self.done[i] {
            return d.clone();
        }
        if self.busy[i] || depth > 12 {
            return Vec::new();
        }
        self.busy[i] = true;
        let found = self.decide(i, depth);
        self.busy[i] = false;
        let np = &self.nps[i];
        // what the phrase adds to what is known
        if found.len() == 1 && np.pron.is_none() && !np.modifier {
            let mut np = np.clone();
            // "X, chief of the army": his post is the army's
            if np.name.is_none() && np.ident.is_none() && np.part_of.is_none() {
                self.busy[i] = true;
                np = self.owned(np, depth);
                self.busy[i] = false;
                // "X, who was the envoy"
                if self.was(np.head) && !np.former {
                    let then = np.sectors.clone();
                    np.former = true;
                    self.s.retire(&mut np);
                    np.former = then != np.sectors;
                }
            }
            self.enrich(found[0], &np);
        }
        // a pronoun tells the gender
        if let ([e], Some(p)) = (&found[..], self.nps[i].pron) {
            let g = match p {
                Pron::He => Some(Gender::Masc),
                Pron::She => Some(Gender::Fem),
                _ => None,
            };
            let x = &mut self.ents[*e as usize];
            x.gender = x.gender.or(g);
        }
        for &e in &found {
            self.ents[e as usize].said += 1;
        }
        self.done[i] = Some(found.clone());
        found
    }

    fn decide(&mut self, i: usize, depth: usize) -> Vec<u32> {
        let np = self.nps[i].clone();
        if let Some(pron) = np.pron {
            return match pron {
                Pron::Speaker => vec![],
                Pron::Relative => self
                    .s
                    .antecedent(np.head)
                    .and_then(|a| self.np_of(a))
                    .filter(|&j| j < i && !self.nps[j].modifier)
                    .map(|j| self.whom(j, depth + 1))
                    .unwrap_or_default(),
                _ => self.pronoun(i, pron),
            };
        }
        if let Some(j) = np.alias_of.and_then(|t| self.np_of(t)).filter(|&j| j != i) {
            return self.whom(j, depth + 1);
        }
        if np.ident.is_some() {
            return self.known(&np).into_iter().collect();
        }
        if np.bare_part {
            return self.some(i, &np);
        }
        if np.part_of.is_some() || np.plural && np.name.is_none() {
            let named = self.named_list(i, depth);
            let parts = np.part_of.is_some() && named.len() == 1;
            if named.len() > 1 || parts {
                return named;
            }
        }
        if np.part_of.is_some() {
            return self.part(i, &np, depth);
        }
        // apposition and predicate: the same as what it stands with
        if let Some(j) = self.same_as(i)
            && j != i
        {
            let them = if j < i || self.nps[j].name.is_some() || self.nps[j].ident.is_some() {
                self.whom(j, depth + 1)
            } else {
                vec![]
            };
            let named = matches!(self.nps[j].ident, Some(Ident::State(_))) && j == i + 1;
            if them.len() == 1 && (named || self.agree(them[0], &np)) {
                return them;
            }
        }
        let np = self.owned(np, depth);
        if let Some(name) = &np.name {
            let name = name.clone();
            if let Some(e) = self.by_name(&np, name) {
                return vec![e];
            }
            return vec![self.fresh(&np)];
        }
        if let Some(found) = self.back(i, &np) {
            return found;
        }
        vec![self.fresh(&np)]
    }

    /// Country, organisation and sector of the possessor, where the phrase gives none itself.
    fn owned(&mut self, mut np: Np, depth: usize) -> Np {
        // "US Secretary of State X and Secretary of Transportation Y"
        if np.country.is_none()
            && np.kind == EntityKind::Person
            && !np.roles.is_empty()
            && self.s.p.rel(np.head) == D::Conj
            && let Some(j) = self.s.p.head(np.head).and_then(|g| self.np_of(g))
            && self.nps[j].kind == EntityKind::Person
            && !self.nps[j].roles.is_empty()
        {
            np.country = self.nps[j].country;
        }
        // "its allies", "our partners": they are of other states
        let relation = np
            .head_role
            .is_some_and(|r| self.s.r.cue("relation", &self.data.roles[r as usize].words));
        if relation && (np.ours || np.owner.is_some()) {
            np.unnamed |= np.country.is_none();
            return np;
        }
        if np.ours {
            np.country = np.country.or(self.ours(np.head));
            if np.inherits && np.sectors.is_empty() {
                np.sectors = vec![Sector::Gov];
            }
            return np;
        }
        // "militias like Hezbollah": they are of its sort
        if np.kind != EntityKind::Person
            && np.country.is_none()
            && matches!(
                np.sectors.first(),
                Some(Sector::Prm | Sector::Reb | Sector::Uaf)
            )
            && let Some(j) = self.s.p.kids_by(np.head, D::Nmod).find_map(|k| {
                let case = self.s.p.case(k);
                let like = matches!(case.as_str(), "like" | "such as" | "including");
                self.np_of(k).filter(|_| like)
            })
            && let Some(Ident::Org(o)) = self.nps[j].ident
            && self.data.orgs[o as usize].kind == OrgKind::Armed
        {
            let o = &self.data.orgs[o as usize];
            np.country = o.country;
            np.org = self.nps[j].org;
            np.sectors = o.sectors.clone();
            return np;
        }
        // "two officials, including X"
        if np.kind == EntityKind::Person
            && np.name.is_some()
            && np.roles.is_empty()
            && np.sectors.is_empty()
            && self.s.p.case(np.head) == "including"
            && let Some(j) = self.s.p.head(np.head).and_then(|g| self.np_of(g))
            && self.nps[j].plural
            && self.nps[j].kind == EntityKind::Group
            && !self.nps[j].sectors.is_empty()
        {
            np.sectors = self.nps[j].sectors.clone();
            np.inherits = false;
            if np.country.is_none() && np.owner.is_none() {
                np.country = self.nps[j].country;
            }
        }
        let Some(owner) = np.owner else { return np };
        let Some(j) = self.np_of(owner) else {
            if np.within.is_none() {
                np.within = self.s.hint(owner);
            }
            return np;
        };
        let them = self.whom(j, depth + 1);
        let Some(&e) = them.first() else { return np };
        let role_person = np
            .head_role
            .is_some_and(|r| self.data.roles[r as usize].kind == RoleKind::Person);
        let (country, org, org_name, sectors, kind, inherits) = {
            let e = &self.ents[e as usize];
            let c = e.country.or_else(|| match e.ident {
                Some(Ident::Person(p)) => self.data.persons[p as usize].home,
                _ => None,
            });
            (
                c,
                e.org,
                e.org_name.clone(),
                e.sectors.clone(),
                e.kind,
                e.inherits,
            )
        };
        // "the UN envoy for Syria" is nobody's in Syria
        let above = np
            .org
            .is_some_and(|o| self.data.orgs[o as usize].country.is_none());
        if np.country.is_none() && !above {
            np.country = country;
        }
        if np.org.is_none()
            && (np.inherits
                || np.roles.is_empty()
                || kind == EntityKind::Organization && role_person)
        {
            np.org = org;
        }
        let _ = org_name;
        let body = sectors.clone();
        if np.inherits && kind != EntityKind::State && !inherits && !sectors.is_empty() {
            np.sectors = sectors;
            np.inherits = false;
        } else if np.inherits && kind == EntityKind::State && np.sectors.is_empty() {
            np.sectors = vec![Sector::Gov];
            np.inherits = false;
        }
        // "the president of the bar association", "the Senate's president"
        let presides = np.head_role.is_some_and(|r| {
            let words = self.data.roles[r as usize].words.as_str();
            words.ends_with("president") || words == "chancellor"
        });
        if presides && kind == EntityKind::Organization && !inherits && !body.is_empty() {
            np.sectors = body;
        }
        self.s.retire(&mut np);
        np
    }

    /// The country of whoever says "our": the subject of a verb of saying in the sentence or beside it, else the author.
    fn ours(&self, h: usize) -> Option<Country> {
        let p = self.s.p;
        let s = p.text.sentence_of(h);
        for s in [Some(s), s.checked_sub(1), Some(s + 1)]
            .into_iter()
            .flatten()
        {
            let Some(sent) = p.text.sentences().get(s) else {
                continue;
            };
            for t in sent.range().take(200) {
                if self.s.r.cue("speech", p.lemma(t))
                    && let Some(j) = p.kid(t, D::Nsubj).and_then(|k| self.np_of(k))
                    && self.nps[j].pron.is_none_or(|p| p != Pron::Speaker)
                {
                    let known = self.done[j]
                        .as_ref()
                        .and_then(|d| d.first())
                        .and_then(|&e| self.country_of(&self.ents[e as usize]));
                    if known.or(self.nps[j].country).is_some() {
                        return known.or(self.nps[j].country);
                    }
                }
            }
        }
        self.author
    }

    fn part(&mut self, i: usize, np: &Np, depth: usize) -> Vec<u32> {
        let Some(j) = np.part_of.and_then(|t| self.np_of(t)) else {
            return vec![];
        };
        if j == i {
            return vec![];
        }
        let whole = self.whom(j, depth + 1);
        if self.nps[j].pron == Some(Pron::Speaker) {
            return vec![];
        }
        let Some(&w) = whole.first() else {
            return vec![];
        };
        // "a group of men", "thousands of people": the same people; "two of its soldiers": a part of them
        let group = self.nps[j].def != Def::Definite;
        if group && whole.len() == 1 {
            return whole;
        }
        let e = &self.ents[w as usize];
        let fresh = Ent {
            kind: EntityKind::Group,
            ident: None,
            names: vec![],
            name: None,
            label: String::new(),
            country: e.country,
            org: e.org,
            org_name: e.org_name.clone(),
            sectors: e.sectors.clone(),
            inherits: e.inherits,
            roles: e.roles.clone(),
            gender: None,
            plural: true,
            former: e.former,
            unnamed: e.unnamed,
            within: e.within,
            first: np.head,
            said: 0,
        };
        self.ents.push(fresh);
        vec![self.ents.len() as u32 - 1]
    }

    /// "both", "several", "four": of the group or the pair of whom the text just spoke.
    fn some(&mut self, i: usize, np: &Np) -> Vec<u32> {
        let both = self.s.p.form(np.head).eq_ignore_ascii_case("both");
        let mut found: Option<Vec<u32>> = None;
        for j in self.before(i, 1) {
            let Some(them) = self.done[j].as_ref().filter(|t| !t.is_empty()) else {
                continue;
            };
            let list = self
                .list_of(j)
                .filter(|l| l.len() > 1)
                .unwrap_or_else(|| them.clone());
            let group = list.len() > 1 || self.ents[list[0] as usize].kind == EntityKind::Group;
            if group && (!both || list.len() == 2 || list.len() == 1) {
                found = Some(list);
                break;
            }
        }
        let Some(them) = found else { return vec![] };
        if them.len() > 1 {
            return them;
        }
        let mut e = self.make(np);
        let whole = &self.ents[them[0] as usize];
        e.kind = EntityKind::Group;
        e.country = whole.country;
        e.org = whole.org;
        e.org_name = whole.org_name.clone();
        e.sectors = whole.sectors.clone();
        e.inherits = whole.inherits;
        e.roles = whole.roles.clone();
        e.unnamed = whole.unnamed;
        e.within = whole.within;
        self.ents.push(e);
        vec![self.ents.len() as u32 - 1]
    }

    /// Whether a relative clause says of somebody that he was this.
    fn was(&self, h: usize) -> bool {
        let p = self.s.p;
        let past = p
            .kid(h, D::Cop)
            .is_some_and(|c| matches!(p.form(c), "was" | "were"));
        past && p.kid(h, D::Nsubj).is_some_and(|k| {
            self.np_of(k)
                .is_some_and(|j| self.nps[j].pron == Some(Pron::Relative))
        })
    }

    /// "two candidates, X and Y", "one of these groups, Z": the names behind a common noun.
    fn named_list(&mut self, i: usize, depth: usize) -> Vec<u32> {
        let p = self.s.p;
        let h = self.nps[i].head;
        // "nations that struck include X and Y"
        let include = || {
            let v = p.head(h).filter(|&v| {
                subject(p.rel(h))
                    && p.form(v) == "include"
                    && p.kids_by(h, D::AclRelcl).next().is_some()
            })?;
            p.kid(v, D::Obj)
        };
        let Some(first) = p.kids_by(h, D::Appos).find(|&k| k > h).or_else(include) else {
            return vec![];
        };
        let list: Vec<usize> = std::iter::once(first)
            .chain(p.kids_by(first, D::Conj))
            .take(13)
            .collect();
        let mut out = Vec::new();
        for k in list {
            let Some(j) = self.np_of(k).filter(|&j| {
                let np = &self.nps[j];
                j != i && np.head == k && (np.name.is_some() || np.ident.is_some())
            }) else {
                return vec![];
            };
            for e in self.whom(j, depth + 1) {
                if !out.contains(&e) {
                    out.push(e);
                }
            }
        }
        out
    }

    /// The phrase with which `i` stands in apposition, or of which it is said ("X is the minister").
    fn same_as(&self, i: usize) -> Option<usize> {
        let p = self.s.p;
        let h = self.nps[i].head;
        // "our ally Turkey"
        if let Some(r) = self.nps[i].head_role
            && self.nps[i].name.is_none()
            && !self.nps[i].plural
            && self.s.r.cue("relation", &self.data.roles[r as usize].words)
            && let Some(j) = self.np_of(h + 1)
            && self.nps[j].head > h
            && matches!(self.nps[j].ident, Some(Ident::State(_)))
        {
            return Some(j);
        }
        let fits = |j: usize| {
            let (a, b) = (&self.nps[i], &self.nps[j]);
            b.pron.is_none()
                && !b.modifier
                && b.part_of.is_none()
                && (a.kind == b.kind
                    || matches!(
                        (a.kind, b.kind),
                        (
                            EntityKind::Organization,
                            EntityKind::Group | EntityKind::State
                        ) | (EntityKind::Group, EntityKind::Organization)
                    ))
        };
        // "Kenyan journalist and activist X": one person
        if self.nps[i].kind == EntityKind::Person
            && self.nps[i].name.is_none()
            && !self.nps[i].plural
            && self.nps[i].def != Def::Definite
            && p.form(h).starts_with(char::is_lowercase)
            && !p.kids(h).any(|k| p.rel(k) == D::Det)
        {
            let next = p.kids_by(h, D::Conj).find(|&k| {
                k > h
                    && k - h <= 4
                    && p.form(h + 1) == "and"
                    && p.upos(k) == Upos::Noun
                    && p.form(k).starts_with(char::is_lowercase)
                    && !p
                        .kids(k)
                        .any(|q| matches!(p.rel(q), D::Det | D::NmodPoss | D::Nummod))
            });
            if let Some(j) = next.and_then(|k| self.np_of(k + 1))
                && self.nps[j].kind == EntityKind::Person
                && self.nps[j].name.is_some()
                && next.is_some_and(|k| self.nps[j].head == k + 1)
            {
                return Some(j);
            }
        }
        // "X, a businessman and candidate": one person
        if p.rel(h) == D::Conj
            && self.nps[i].kind == EntityKind::Person
            && self.nps[i].name.is_none()
            && !p
                .kids(h)
                .any(|k| matches!(p.rel(k), D::Det | D::NmodPoss | D::Appos))
        {
            let t = self.coord_top(h);
            let above = (p.rel(t) == D::Appos)
                .then(|| p.head(t))
                .flatten()
                .and_then(|g| self.np_of(g));
            if let Some(j) = above.filter(|&j| fits(j) && self.nps[j].name.is_some()) {
                return Some(j);
            }
        }
        if p.rel(h) == D::Appos {
            // "the prime minister of Iraq, X": the parse may hang X on Iraq
            let mut g = p.head(h);
            for _ in 0..3 {
                let Some(j) = g.and_then(|g| self.np_of(g)) else {
                    break;
                };
                if fits(j) {
                    return Some(j);
                }
                if self.nps[i].kind != EntityKind::Person || self.nps[j].kind == EntityKind::Person
                {
                    return None;
                }
                g = g
                    .and_then(|g| p.head(g))
                    .filter(|_| g.is_some_and(|g| p.rel(g) == D::Nmod));
            }
            return None;
        }
        // a common noun before its name in apposition
        let listed = |k: usize| p.kids_by(h, D::Conj).any(|c| c < k);
        if self.nps[i].name.is_none()
            && let Some(j) = p
                .kids_by(h, D::Appos)
                .filter(|&k| !listed(k))
                .find_map(|k| self.np_of(k))
            && self.nps[j].head > h
            && (self.nps[j].name.is_some() || self.nps[j].ident.is_some())
            && fits(j)
        {
            return Some(j);
        }
        if self.nps[i].name.is_none() && p.kid(h, D::Cop).is_some() {
            let negated = p
                .kids_by(h, D::Advmod)
                .any(|k| matches!(p.lemma(k), "not" | "never" | "n't"));
            if !negated {
                // "X, who is the minister"
                let of = |j: usize| match self.nps[j].pron {
                    Some(Pron::Relative) => self
                        .s
                        .antecedent(self.nps[j].head)
                        .and_then(|t| self.np_of(t)),
                    _ => Some(j),
                };
                return p
                    .kid(h, D::Nsubj)
                    .and_then(|k| self.np_of(k))
                    .and_then(of)
                    .filter(|&j| fits(j));
            }
        }
        None
    }

    /// Whether nothing that is known of the entity speaks against the phrase.
    fn agree(&self, e: u32, np: &Np) -> bool {
        let e = &self.ents[e as usize];
        let clash =
            |a: Option<Country>, b: Option<Country>| matches!((a, b), (Some(a), Some(b)) if a != b);
        if clash(self.country_of(e), np.country) {
            return false;
        }
        // "governments" is no "government"
        if np.head_role.is_some()
            && e.ident.is_none()
            && e.kind == EntityKind::Organization
            && np.kind == EntityKind::Organization
            && e.plural != np.plural
            && np
                .head_role
                .is_some_and(|r| self.data.roles[r as usize].words != "force")
        {
            return false;
        }
        if let (Some(a), Some(b)) = (e.gender, np.gender)
            && a != b
        {
            return false;
        }
        if np.ident.is_some() && e.ident.is_some() && np.ident != e.ident {
            return false;
        }
        if np.name.is_some() && e.name.is_some() {
            return false;
        }
        !(e.plural && !np.plural && e.kind == EntityKind::Group && np.kind == EntityKind::Person)
    }

    fn country_of(&self, e: &Ent) -> Option<Country> {
        match e.ident {
            Some(Ident::Person(p)) => e.country.or(self.data.persons[p as usize].home),
            Some(Ident::Org(o)) => self.data.orgs[o as usize].country,
            _ => e.country,
        }
    }

    fn known(&mut self, np: &Np) -> Option<u32> {
        let mut ident = np.ident?;
        if let Ident::Epithet(x) = ident {
            let x = &self.data.epithets[x as usize];
            if let Some(o) = &x.org
                && let Some(i) = self.s.r.org_named(o)
            {
                ident = Ident::Org(i);
            } else if let Some(c) = x.country
                && let Some(i) = self.s.r.state_of(c)
            {
                ident = Ident::State(i);
            }
        }
        let mut key = Key::Ident(ident);
        if let Ident::State(i) = ident
            && let Some(&s) = np.sectors.first()
            && s != Sector::Gov
        {
            key = Key::Seat(i, s);
        }
        if let Some(&e) = self.keys.get(&key) {
            return Some(e);
        }
        let mut e = self.make(np);
        e.ident = Some(ident);
        match ident {
            Ident::State(i) => {
                let s = &self.data.states[i as usize];
                e.kind = EntityKind::State;
                e.country = Some(s.code);
                if let Key::Seat(..) = key {
                    e.kind = EntityKind::Organization;
                } else {
                    e.sectors = vec![Sector::Gov];
                    e.name = Some(s.name.clone());
                }
            }
            Ident::Org(i) => {
                let o = &self.data.orgs[i as usize];
                e.kind = EntityKind::Organization;
                e.country = o.country;
                e.org = Some(i);
                e.sectors = o.sectors.clone();
                e.name = Some(o.name.clone());
            }
            Ident::Person(_) => {
                e.kind = EntityKind::Person;
                e.country = np.country;
                e.sectors = np.sectors.clone();
            }
            Ident::Epithet(i) => {
                let x = &self.data.epithets[i as usize];
                e.country = x.country;
                e.org_name = x.org.clone();
                e.sectors = x.sectors.clone();
                e.kind = if x.country.is_some() {
                    EntityKind::State
                } else {
                    EntityKind::Organization
                };
            }
        }
        e.inherits = false;
        self.ents.push(e);
        let id = self.ents.len() as u32 - 1;
        self.keys.insert(key, id);
        Some(id)
    }

    fn make(&self, np: &Np) -> Ent {
        Ent {
            kind: np.kind,
            ident: np.ident,
            names: vec![],
            name: None,
            label: String::new(),
            country: np.country,
            org: np.org,
            org_name: None,
            sectors: np.sectors.clone(),
            inherits: np.inherits,
            roles: np.roles.clone(),
            gender: np.gender,
            plural: np.plural,
            former: np.former,
            unnamed: np.unnamed,
            within: np.within,
            first: np.head,
            said: 0,
        }
    }

    fn fresh(&mut self, np: &Np) -> u32 {
        let e = self.make(np);
        self.ents.push(e);
        self.ents.len() as u32 - 1
    }

    /// Takes over what a phrase says of its entity.
    fn enrich(&mut self, id: u32, np: &Np) {
        let text = self
            .s
            .p
            .text
            .slice(self.s.p.text.span_of(np.tokens.clone()))
            .to_string();
        let name_text = np.name.as_ref().map(|r| {
            self.s
                .p
                .text
                .slice(self.s.p.text.span_of(r.clone()))
                .to_string()
        });
        let e = &mut self.ents[id as usize];
        let described = e.said > 0 && !e.roles.is_empty();
        for &r in &np.roles {
            if !e.roles.contains(&r) {
                e.roles.push(r);
            }
        }
        e.gender = e.gender.or(np.gender);
        // "X, a former minister": his first description
        e.former |= np.former && !described;
        if e.ident.is_none() || matches!(e.ident, Some(Ident::Person(_))) {
            if e.country.is_none() {
                e.country = np.country;
            }
            if e.org.is_none() {
                e.org = np.org;
            }
            e.within = e.within.or(np.within);
            if (e.sectors.is_empty() || e.inherits) && !np.sectors.is_empty() {
                e.sectors = np.sectors.clone();
                e.inherits = np.inherits;
            } else {
                for s in &np.sectors {
                    if !e.sectors.contains(s) && e.kind == np.kind {
                        // "a businessman and candidate" acts as the candidate
                        let trade = matches!(
                            e.sectors.first(),
                            Some(Sector::Bus | Sector::Cvl | Sector::Lab)
                        );
                        let public = matches!(
                            s,
                            Sector::Pty | Sector::Opp | Sector::Leg | Sector::Jrn | Sector::Rel
                        );
                        if trade && e.kind == EntityKind::Person && public {
                            e.sectors.insert(0, *s);
                        } else {
                            e.sectors.push(*s);
                        }
                    }
                }
            }
        }
        if let Some(n) = name_text {
            let n = n.split_whitespace().collect::<Vec<_>>().join(" ");
            let folded = fold_words(&n);
            let fuller = e.names.first().is_none_or(|f| folded.len() > f.len());
            if !e.names.contains(&folded) {
                if fuller {
                    e.names.insert(0, folded);
                } else {
                    e.names.push(folded);
                }
            }
            let keep = matches!(e.ident, Some(Ident::Org(_) | Ident::State(_)));
            if fuller && !keep {
                e.name = Some(n);
            }
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.len() > e.label.len() && text.len() < 90 {
            e.label = text;
        }
    }

    /// An entity that bears this name already.
    fn by_name(&self, np: &Np, range: std::ops::Range<usize>) -> Option<u32> {
        let text = self.s.p.text.slice(self.s.p.text.span_of(range));
        let name = fold_words(text);
        if name.is_empty() {
            return None;
        }
        let clash = |e: &Ent| {
            matches!((self.country_of(e), np.country), (Some(a), Some(b)) if a != b)
                || matches!((e.gender, np.gender), (Some(a), Some(b)) if a != b)
        };
        if np.kind == EntityKind::Person || name.len() == 1 {
            // the last bearer of the name wins
            for (i, e) in self.ents.iter().enumerate().rev().take(400) {
                if e.kind != EntityKind::Person || clash(e) {
                    continue;
                }
                let same = if np.kind == EntityKind::Person {
                    e.names.iter().any(|n| same_person(n, &name))
                } else {
                    e.names
                        .iter()
                        .any(|n| n.len() > 1 && n.last() == name.last())
                };
                if same {
                    return Some(i as u32);
                }
            }
            if np.kind == EntityKind::Person {
                // "Mahan" after "Mahan Air": the body, if nobody bears the name
                let short = name.len() == 1 && np.roles.is_empty() && np.gender.is_none();
                let body = |e: &Ent| {
                    short
                        && e.kind == EntityKind::Organization
                        && e.names.iter().any(|n| n.len() > 1 && n[0] == name[0])
                };
                return self.ents.iter().rposition(body).map(|i| i as u32);
            }
        }
        let initials: String = text
            .split(|c: char| c.is_whitespace() || c == '-')
            .filter_map(|w| w.chars().next())
            .filter(|c| c.is_uppercase())
            .collect::<String>()
            .to_lowercase();
        self.ents
            .iter()
            .enumerate()
            .rev()
            .take(400)
            .find_map(|(i, e)| {
                let same = e.kind == np.kind
                    && !clash(e)
                    && e.names.iter().any(|n| {
                        *n == name
                            // "the Oversight Committee" after "House Oversight and Reform Committee"
                            || name.len() > 1
                                && n.len() > name.len()
                                && n.last() == name.last()
                                && name.iter().all(|w| n.contains(w))
                            || n.len() == 1 && initials.len() > 2 && n[0] == initials
                            || name.len() == 1
                                && name[0].len() > 2
                                && n.len() > 2
                                && name[0]
                                    == n.iter()
                                        .filter(|w| {
                                            !matches!(
                                                w.as_str(),
                                                "of" | "the" | "and" | "for" | "de" | "la"
                                            )
                                        })
                                        .filter_map(|w| w.chars().next())
                                        .collect::<String>()
                    });
                same.then_some(i as u32)
            })
    }

    /// Earlier phrases, the nearest first.
    fn before(&self, i: usize, sentences: u32) -> impl Iterator<Item = usize> + '_ {
        let s = self.sentence[i];
        (0..i)
            .rev()
            .take(WINDOW)
            .take_while(move |&j| self.sentence[j] + sentences >= s)
    }

    /// What a common noun refers back to.
    fn back(&mut self, i: usize, np: &Np) -> Option<Vec<u32>> {
        let p = self.s.p;
        let lemma = p.lemma(np.head).to_lowercase();
        let polity = self.s.r.cue("polity", &lemma);
        let body = self.s.r.cue("body", &lemma);
        if np.def == Def::Definite
            && np.plural
            && (np.size == Some(2) || self.both(np))
            && self.s.r.cue("sides", &lemma)
        {
            return self.two(i, np, &lemma);
        }
        if np.def == Def::Indefinite {
            return None;
        }
        let definite = np.def == Def::Definite;
        // "soldiers fought the attackers": nobody is told to do it to himself but by "themselves"
        let doer: Vec<u32> = match p.head(np.head) {
            Some(v) if matches!(p.rel(np.head), D::Obj | D::Obl) => p
                .kids_by(v, D::Nsubj)
                .filter_map(|k| self.np_of(k))
                .filter_map(|j| self.done[j].clone())
                .flatten()
                .collect(),
            _ => vec![],
        };
        // "countries such as …" are not those of before
        if !definite && np.plural && np.kind == EntityKind::Organization {
            return None;
        }
        // "thousands of people" are others than those of whom the text spoke
        let counted = p.rel(np.head) == D::Nmod
            && p.case(np.head) == "of"
            && p.head(np.head).is_some_and(|h| {
                matches!(
                    p.lemma(h),
                    "thousand"
                        | "hundred"
                        | "dozen"
                        | "score"
                        | "million"
                        | "number"
                        | "lot"
                        | "ten"
                )
            });
        if !definite && counted {
            return None;
        }
        let mut best: Option<(i32, u32)> = None;
        let reach = if definite { 400 } else { 12 };
        let mut seen: Vec<u32> = Vec::new();
        for j in self.before(i, reach) {
            let Some(them) = &self.done[j] else { continue };
            let [e] = them[..] else { continue };
            if seen.contains(&e) {
                continue;
            }
            seen.push(e);
            let other = &self.nps[j];
            let near = (self.sentence[i] - self.sentence[j]) as i32;
            // an owner or an owned thing is not the same
            if np.owner == Some(other.head) || np.tokens.contains(&other.head) {
                continue;
            }
            if doer.contains(&e) {
                continue;
            }
            let x = &self.ents[e as usize];
            let may = self.agree(e, np) || polity && x.kind == EntityKind::State;
            if !may {
                continue;
            }
            if np.org.is_some() && x.org != np.org {
                continue;
            }
            // "the government" of a report on one country is not what it later calls another's
            let elsewhere = np.country.is_some()
                && self.country_of(x).is_none()
                && x.names.is_empty()
                && x.ident.is_none()
                && self.s.home.is_some_and(|h| Some(h.0) != np.country);
            if elsewhere && !matches!(np.kind, EntityKind::Group) {
                continue;
            }
            let same_word = np.head_role.is_some_and(|r| {
                x.roles.contains(&r) || {
                    let w = &self.data.roles[r as usize].words;
                    x.roles.iter().any(|&q| {
                        let v = &self.data.roles[q as usize].words;
                        v.ends_with(w.as_str()) && v.len() > w.len()
                    })
                }
            });
            let score = match np.kind {
                _ if polity
                    && definite
                    && !np.plural
                    && np.owner.is_none()
                    && x.kind == EntityKind::State =>
                {
                    let home = self.s.home.is_some_and(|h| Some(h.0) == x.country);
                    10 - near * 2
                        + if subject(p.rel(other.head)) { 3 } else { 0 }
                        + if home { 3 } else { 0 }
                        - if other.modifier { 2 } else { 0 }
                }
                EntityKind::Person if x.kind == EntityKind::Person && definite => {
                    if same_word || self.holds(x, np) {
                        12 - near
                    } else if self.vague(np)
                        && near <= 3
                        && x.ident.is_none()
                        && self.anybody(x)
                        && (!self.violent(np) || self.suspected(x))
                    {
                        5 - near
                    } else {
                        continue;
                    }
                }
                EntityKind::Organization
                    if x.kind == EntityKind::Organization && (definite || same_word) =>
                {
                    // "the government" of a report on one country is not another's of which it spoke in passing
                    let foreign = np.country.is_none()
                        && near > 1
                        && x.names.is_empty()
                        && self.s.home.is_some_and(|(h, share)| {
                            share >= HOME && x.country.is_some_and(|c| c != h)
                        });
                    if foreign && lemma == "government" {
                        continue;
                    }
                    if same_word && (definite || np.country.is_none()) {
                        // "the government" of a report on one country is that country's
                        let home = self.s.home.is_some_and(|h| Some(h.0) == x.country);
                        12 - near.min(8) + if home { 4 } else { 0 }
                    } else if definite && body && self.sort_fits(x, &lemma) && near <= 6 {
                        9 - near
                    } else {
                        continue;
                    }
                }
                EntityKind::Group if x.kind == EntityKind::Group => {
                    if same_word {
                        10 - near
                    } else if definite
                        && self.vague(np)
                        && near <= 3
                        && !other.modifier
                        // "the attackers" are the gunmen, not the officials who tell of them
                        && (!self.violent(np)
                            || matches!(
                                x.sectors.first(),
                                Some(Sector::Uaf | Sector::Crm | Sector::Reb | Sector::Prm)
                            ))
                    {
                        4 - near
                    } else {
                        continue;
                    }
                }
                _ => continue,
            };
            if best.is_none_or(|b| score > b.0) {
                best = Some((score, e));
            }
        }
        best.filter(|b| b.0 > 0).map(|b| vec![b.1])
    }

    fn both(&self, np: &Np) -> bool {
        let p = self.s.p;
        p.kids(np.head)
            .any(|k| k < np.head && p.form(k).eq_ignore_ascii_case("both"))
    }

    /// Whether a known person holds on the day the office that the phrase names.
    fn holds(&self, x: &Ent, np: &Np) -> bool {
        let Some(Ident::Person(i)) = x.ident else {
            return false;
        };
        let Some(r) = np.head_role else { return false };
        let role = &self.data.roles[r as usize];
        if role.rank < 6 || np.former {
            return false;
        }
        self.s
            .r
            .spell(i, self.s.day, &[])
            .and_then(|s| s.office.as_deref())
            .is_some_and(|o| starts_with_word(&o.to_lowercase(), &role.words))
    }

    /// "the man", "the suspect": anybody.
    fn vague(&self, np: &Np) -> bool {
        np.head_role.is_some_and(|r| {
            let r = &self.data.roles[r as usize];
            r.rank <= 3 && r.sectors == [Sector::Cvl]
                || r.sectors == [Sector::Uaf]
                || r.sectors == [Sector::Crm]
        })
    }

    /// "the attacker".
    fn violent(&self, np: &Np) -> bool {
        matches!(np.sectors.first(), Some(Sector::Uaf | Sector::Crm))
    }

    /// Whether it may be the one who did the violence: called so, called a man, or named.
    fn suspected(&self, x: &Ent) -> bool {
        let called = |w: &str| {
            x.roles
                .iter()
                .any(|&r| self.data.roles[r as usize].words == w)
        };
        matches!(x.sectors.first(), Some(Sector::Uaf | Sector::Crm))
            || !x.names.is_empty()
            || [
                "man",
                "individual",
                "youth",
                "teenager",
                "worker",
                "student",
            ]
            .iter()
            .any(|w| called(w))
    }

    /// Whether nothing but its being a person is known of it.
    fn anybody(&self, x: &Ent) -> bool {
        x.sectors
            .iter()
            .all(|s| matches!(s, Sector::Cvl | Sector::Uaf | Sector::Crm))
    }

    /// "the group" fits armed groups and NGOs, "the party" parties, "the company" companies.
    fn sort_fits(&self, x: &Ent, lemma: &str) -> bool {
        let kind = match x.ident {
            Some(Ident::Org(o)) => Some(self.data.orgs[o as usize].kind),
            _ => None,
        };
        use OrgKind::*;
        match (lemma, kind) {
            (_, None) => {
                // an organisation that only the text names: by its own words, else if it is named at all
                x.ident.is_none() && x.name.is_some() && x.roles.is_empty()
            }
            ("party", Some(k)) => k == Party,
            ("group", Some(k)) => matches!(k, Armed | Ngo | Movement | Company | Party),
            ("movement", Some(k)) => matches!(k, Armed | Movement | Party),
            ("union" | "bloc", Some(k)) => matches!(k, Igo | Union),
            ("alliance" | "coalition", Some(k)) => {
                matches!(k, Igo | Party)
                    || k == Armed
                        && x.name.as_ref().is_some_and(|n| {
                            let n = n.to_lowercase();
                            n.contains(lemma) || n.contains("front")
                        })
            }
            ("company" | "firm", Some(k)) => matches!(k, Company | Media),
            ("militia", Some(k)) => k == Armed,
            ("agency", Some(k)) => matches!(k, Agency | Intelligence | Igo | Media | Police),
            ("commission" | "committee", Some(k)) => matches!(k, Commission | Igo),
            ("council", Some(k)) => matches!(k, Commission | Igo | Parliament | Government),
            ("organization" | "organisation" | "body", Some(k)) => {
                matches!(k, Igo | Ngo | Armed | Movement)
            }
            ("network", Some(k)) => matches!(k, Armed | Media | Ngo),
            _ => false,
        }
    }

    /// "the two leaders", "both countries": the last two that fit.
    fn two_states(&self, i: usize) -> Option<Vec<u32>> {
        let mut by: Vec<(f32, Country)> = self.s.weights.iter().map(|(&c, &w)| (w, c)).collect();
        by.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let third = by.get(2).map_or(0.0, |x| x.0);
        if by.len() < 2 || third > THIRD * by[1].0 {
            return None;
        }
        let state = |c: Country| {
            let s = self.s.r.state_of(c)?;
            let e = *self.keys.get(&Key::Ident(Ident::State(s)))?;
            (self.ents[e as usize].first < self.nps[i].head).then_some(e)
        };
        Some(vec![state(by[0].1)?, state(by[1].1)?])
    }

    fn two(&self, i: usize, np: &Np, lemma: &str) -> Option<Vec<u32>> {
        let persons = np
            .head_role
            .is_some_and(|r| self.data.roles[r as usize].kind == RoleKind::Person);
        let states = self.s.r.cue("polity", lemma)
            || matches!(
                lemma,
                "government" | "power" | "neighbour" | "neighbor" | "side"
            );
        let mut found: Vec<u32> = Vec::new();
        let mut weak: Vec<u32> = Vec::new();
        for j in self.before(i, 4) {
            let Some(them) = &self.done[j] else { continue };
            for &e in them.iter().rev() {
                let x = &self.ents[e as usize];
                if np.tokens.contains(&self.nps[j].head) || np.owner == Some(self.nps[j].head) {
                    continue;
                }
                // "Trump and Erdoğan spoke. Both nations …": whose leaders were named
                let (e, x) = match (states && x.kind == EntityKind::Person, self.country_of(x)) {
                    (true, Some(c)) if !persons => {
                        let s = self.s.r.state_of(c).map(|s| Key::Ident(Ident::State(s)));
                        match s.and_then(|k| self.keys.get(&k)) {
                            Some(&s) => (s, &self.ents[s as usize]),
                            None => (e, x),
                        }
                    }
                    _ => (e, x),
                };
                let fits = match x.kind {
                    EntityKind::Person => persons && !x.plural || lemma == "side",
                    EntityKind::State => states,
                    EntityKind::Organization => matches!(lemma, "side" | "party" | "group"),
                    _ => false,
                };
                let list = if self.nps[j].modifier {
                    &mut weak
                } else {
                    &mut found
                };
                if fits && !list.contains(&e) {
                    list.push(e);
                }
            }
            if found.len() >= 2 {
                break;
            }
        }
        if found.len() < 2 {
            found.extend(
                weak.into_iter()
                    .filter(|e| !found.contains(e))
                    .collect::<Vec<_>>(),
            );
        }
        // the two countries of which the text speaks most, where a third is only mentioned in passing
        if self.s.r.cue("polity", lemma)
            && !persons
            && let Some(them) = self.two_states(i)
        {
            found = them;
        }
        found.truncate(2);
        found.sort_unstable();
        (found.len() == 2).then_some(found)
    }

    /// Whom a pronoun of the third person means.
    fn pronoun(&self, i: usize, pron: Pron) -> Vec<u32> {
        let p = self.s.p;
        let h = self.nps[i].head;
        let rel = p.rel(h);
        let possessive = rel == D::NmodPoss;
        let governor = p.head(h);
        let clause = self.clause(h);
        if self.nps[i].reflexive {
            // "itself": the subject of its own clause
            let subj = clause
                .and_then(|c| p.kids(c).find(|&k| subject(p.rel(k))))
                .and_then(|k| self.np_of(k));
            if let Some(j) = subj.filter(|&j| j < i)
                && let Some(d) = &self.done[j]
            {
                return d.clone();
            }
        }
        // whom the subject of its own clause means, an object pronoun does not
        let barred: Vec<u32> = if possessive || subject(rel) {
            vec![]
        } else {
            clause
                .and_then(|c| self.subject_of(c))
                .and_then(|k| self.np_of(k))
                .and_then(|j| self.done[j].clone())
                .unwrap_or_default()
        };
        let thing = pron == Pron::It && self.thing_between(i);
        let mut best: Option<(f32, Vec<u32>)> = None;
        let mut chains: Vec<(u32, f32)> = Vec::new();
        for j in self.before(i, 3) {
            let Some(them) = self.done[j].as_ref().filter(|t| !t.is_empty()) else {
                continue;
            };
            if them.iter().any(|e| barred.contains(e)) {
                continue;
            }
            let other = &self.nps[j];
            if other.reflexive
                || other.pron == Some(Pron::Relative) && self.sentence[j] != self.sentence[i]
            {
                continue;
            }
            let dist = (self.sentence[i] - self.sentence[j]) as f32;
            let mut set = them.clone();
            let orel = p.rel(other.head);
            let mut score = -2.2 * dist - 0.03 * (h - other.head) as f32;
            // subject of its clause, topic of its sentence
            if subject(self.coord_rel(other.head)) {
                score += 2.0;
                if p.head(self.coord_top(other.head))
                    .is_some_and(|g| p.head(g).is_none())
                {
                    score += 0.8;
                }
            } else if matches!(orel, D::Obj | D::OblAgent | D::Iobj) {
                score += 0.5;
            } else if orel == D::NmodPoss {
                score += 0.2;
            }
            if other.modifier {
                score -= 1.5;
            }
            if other.pron.is_some() {
                score += 0.5;
            }
            // the same clause: an object is not its subject
            if !possessive
                && clause.is_some()
                && self.clause(other.head) == clause
                && dist == 0.0
                && !matches!(rel, D::Nsubj | D::NsubjPass)
                && subject(orel)
            {
                continue;
            }
            // inside its own phrase: "his brother John" is not he
            if possessive && governor.is_some_and(|g| p.under(other.head, g)) {
                continue;
            }
            // a possessor inside the subject phrase binds less than the subject
            if subject(rel) && subject(orel) {
                score += 0.7;
            }
            let x = &self.ents[set[0] as usize];
            match pron {
                Pron::He | Pron::She => {
                    let want = if pron == Pron::He {
                        Gender::Masc
                    } else {
                        Gender::Fem
                    };
                    if set.len() != 1
                        || x.kind != EntityKind::Person
                        || x.plural && x.ident.is_none()
                    {
                        continue;
                    }
                    match x.gender {
                        Some(g) if g != want => continue,
                        Some(_) => score += 1.0,
                        None if other.pron.is_some() => continue,
                        None => {}
                    }
                    score += 0.25 * x.said.min(4) as f32;
                    if x.ident.is_some() || x.name.is_some() {
                        score += 0.5;
                    }
                }
                Pron::It => {
                    if set.len() != 1
                        || x.plural
                        || matches!(x.kind, EntityKind::Person | EntityKind::Group)
                    {
                        continue;
                    }
                    if dist > 1.0 {
                        continue;
                    }
                    if thing && !possessive {
                        continue;
                    }
                    if x.kind == EntityKind::Organization {
                        score += 0.6;
                    }
                    if p.case(other.head) == "in" {
                        score -= 1.0;
                    }
                }
                Pron::They => {
                    // the whole list, if it is one; those who met or spoke with each other
                    if let Some(all) = self
                        .list_of(j)
                        .filter(|l| l.len() > 1)
                        .or_else(|| self.together(j))
                    {
                        set = all;
                        score += 1.5;
                    } else if set.len() > 1 {
                        score += 1.0;
                    } else {
                        match x.kind {
                            EntityKind::Group => score += 1.2,
                            EntityKind::Organization if x.plural => score += 1.0,
                            EntityKind::Organization => score += 0.2,
                            EntityKind::State => score -= 0.6,
                            EntityKind::Person => score -= 2.5,
                            EntityKind::Other => continue,
                        }
                    }
                    if dist > 2.0 {
                        continue;
                    }
                }
                _ => continue,
            }
            for &e in &set {
                match chains.iter_mut().find(|c| c.0 == e) {
                    Some(c) => c.1 += 0.3,
                    None => chains.push((e, 0.3)),
                }
            }
            if best.as_ref().is_none_or(|b| score > b.0) {
                best = Some((score, set));
            }
        }
        best.filter(|b| b.0 > -7.0).map(|b| b.1).unwrap_or_default()
    }

    /// The first member of a coordination.
    fn coord_top(&self, mut t: usize) -> usize {
        for _ in 0..50 {
            match self.s.p.head(t) {
                Some(g) if self.s.p.rel(t) == D::Conj => t = g,
                _ => break,
            }
        }
        t
    }

    fn coord_rel(&self, t: usize) -> D {
        self.s.p.rel(self.coord_top(t))
    }

    /// All members of the coordination of phrase `j`, when it is the last of them.
    fn list_of(&self, j: usize) -> Option<Vec<u32>> {
        let p = self.s.p;
        let top = self.coord_top(self.nps[j].head);
        let heads: Vec<usize> = std::iter::once(top)
            .chain(p.kids(top).take(60).filter(|&k| p.rel(k) == D::Conj))
            .take(13)
            .collect();
        if heads.len() < 2 || heads.len() > 12 {
            return None;
        }
        let mut out = Vec::new();
        for h in heads {
            let d = self.np_of(h).and_then(|k| self.done[k].as_ref())?;
            for &e in d {
                if !out.contains(&e) {
                    out.push(e);
                }
            }
        }
        Some(out)
    }

    /// The subject of phrase `j` and the one with whom it meets or speaks: "X met Y", "X held talks with Y".
    fn together(&self, j: usize) -> Option<Vec<u32>> {
        let p = self.s.p;
        let h = self.nps[j].head;
        if !subject(p.rel(h)) {
            return None;
        }
        let v = p.head(h)?;
        let object = p.kid(v, D::Obj);
        let meets = |t: usize| self.s.r.cue("together", p.lemma(t));
        if !meets(v) && !object.is_some_and(meets) && !p.kids_by(v, D::Obl).any(meets) {
            return None;
        }
        let with = |t: usize| {
            p.kids(t).find(|&k| {
                matches!(p.case(k).as_str(), "with" | "between") && self.np_of(k).is_some()
            })
        };
        let partner = with(v)
            .or_else(|| p.kids_by(v, D::Obl).find_map(with))
            .or_else(|| object.and_then(with))
            .or(object)?;
        let other = self.np_of(partner)?;
        let mut all = self.done[j].clone()?;
        for e in self.done[other].clone()? {
            if !all.contains(&e) {
                all.push(e);
            }
        }
        let parties = all.iter().all(|&e| {
            matches!(
                self.ents[e as usize].kind,
                EntityKind::Person | EntityKind::State | EntityKind::Organization
            )
        });
        (all.len() > 1 && parties).then_some(all)
    }

    /// The verb (or predicate) whose clause holds token `t`.
    fn clause(&self, t: usize) -> Option<usize> {
        let p = self.s.p;
        let mut t = p.head(t)?;
        for _ in 0..30 {
            if matches!(p.upos(t), Upos::Verb | Upos::Aux)
                || p.kid(t, D::Nsubj).is_some()
                || p.kid(t, D::Cop).is_some()
            {
                return Some(t);
            }
            t = p.head(t)?;
        }
        None
    }

    /// The subject of the clause of verb `c`: its own, or that of the verb on which it hangs without one ("met him and
    /// urged him", "wants to see him").
    fn subject_of(&self, mut c: usize) -> Option<usize> {
        let p = self.s.p;
        for _ in 0..6 {
            if let Some(k) = p.kids(c).find(|&k| subject(p.rel(k))) {
                return Some(k);
            }
            match (p.rel(c), p.head(c)) {
                (D::Conj, Some(h)) => c = h,
                (D::Xcomp | D::Advcl, Some(h)) if p.kid(h, D::Obj).is_none() => c = h,
                _ => return None,
            }
        }
        None
    }

    /// Whether a thing that is no actor was the last subject before phrase `i`: then "it" is more likely that thing.
    fn thing_between(&self, i: usize) -> bool {
        let p = self.s.p;
        let h = self.nps[i].head;
        let s = self.sentence[i] as usize;
        let from = p
            .text
            .sentences()
            .get(s.saturating_sub(1))
            .map_or(0, |s| s.range().start);
        for t in (from..h).rev().take(120) {
            if subject(p.rel(t)) && p.upos(t) != Upos::Pron {
                return self.np_of(t).is_none();
            }
        }
        false
    }

    /// Settles what is still open and writes the entities down in order of their first mention.
    fn finish(mut self) -> Actors {
        let mut out = Actors::default();
        self.defaults();
        let mut order: Vec<u32> = vec![NONE; self.ents.len()];
        let mut mentions: Vec<(u32, Mention)> = Vec::new();
        for (i, np) in self.nps.iter().enumerate() {
            let them = self.done[i].clone().unwrap_or_default();
            if them.is_empty() && np.pron.is_none_or(|p| p == Pron::Relative) {
                continue;
            }
            let range = self.wide(np);
            mentions.push((
                i as u32,
                Mention {
                    span: self.s.p.text.span_of(range.clone()),
                    tokens: range.start as u32..range.end as u32,
                    head: np.head as u32,
                    form: np.form,
                    entities: them,
                    size: np.size,
                },
            ));
        }
        mentions.sort_by_key(|(_, m)| (m.span.start, std::cmp::Reverse(m.span.end), m.head));
        for (_, mut m) in mentions {
            for e in &mut m.entities {
                let old = *e as usize;
                if order[old] == NONE {
                    order[old] = out.entities.len() as u32;
                    let made = self.entity(old);
                    let id = out.add_entity(made);
                    if let Some(Ident::Person(p)) = self.ents[old].ident {
                        let terms = self.s.r.terms(p);
                        if !terms.is_empty() {
                            out.terms.insert(id, terms);
                        }
                    }
                }
                *e = order[old];
            }
            out.add_mention(m);
        }
        for np in &self.nps {
            if let Some(t) = np.unknown {
                self.notes.push(Note {
                    span: self.s.p.text.tokens()[t].span,
                    message: format!("no country is known for “{}”", self.s.p.form(t)),
                });
            }
        }
        out.notes = std::mem::take(&mut self.notes);
        out.home = self.s.home.map(|h| h.0);
        out
    }

    /// The tokens of a mention; spans may nest but not cross.
    fn wide(&self, np: &Np) -> std::ops::Range<usize> {
        let mut r = np.tokens.clone();
        if let Some(n) = &np.name {
            r = r.start.min(n.start)..r.end.max(n.end);
        }
        // stay inside the sentence
        let s = &self.s.p.text.sentences()[self.s.p.text.sentence_of(np.head)];
        r.start.max(s.range().start)..r.end.min(s.range().end)
    }

    /// Countries and sectors that only the context gives.
    fn defaults(&mut self) {
        // the last state named before each phrase, in the same or the sentence before
        for k in 0..self.ents.len() {
            let e = &self.ents[k];
            if e.ident.is_some() || e.country.is_some() || e.org.is_some() {
                continue;
            }
            if let Some(c) = e.within {
                self.ents[k].country = Some(c);
                continue;
            }
            if e.unnamed || e.kind == EntityKind::Other {
                continue;
            }
            if let Some(c) = self.scene_of(e) {
                self.ents[k].country = Some(c);
                continue;
            }
            if let Some(t) = self.title_before(e) {
                let (country, org) = (self.ents[t].country, self.ents[t].org);
                let sectors = self.ents[t].sectors.clone();
                let e = &mut self.ents[k];
                (e.country, e.org) = (country, org);
                if e.sectors.is_empty() {
                    e.sectors = sectors;
                }
                continue;
            }
            let (home, share) = match self.s.home {
                Some((c, s)) => (Some(c), s),
                None => (None, 0.0),
            };
            let near = self.near_state(e.first, None);
            // "the regime" is another's, never one's own
            let others = e
                .roles
                .iter()
                .any(|&r| self.s.r.cue("others", &self.data.roles[r as usize].words));
            if let Some(own) = self.author.filter(|_| others) {
                let e = &self.ents[k];
                self.ents[k].country = self
                    .near_state(e.first, Some(own))
                    .or(home.filter(|h| *h != own));
                continue;
            }
            // the words of an official body speak of its own state's servants, and of other states' people
            use Sector::*;
            let servants = matches!(e.sectors.first(), Some(Gov | Mil | Cop | Jud | Leg | Spy));
            let official = self.author.filter(|_| servants);
            if let Some(own) = self.author.filter(|_| !servants) {
                let near = self.near_state(e.first, Some(own));
                let abroad = self.s.abroad(own);
                self.ents[k].country = near.or(abroad).or(Some(own));
                continue;
            }
            let typical = self.typical(e);
            // of two countries about as much spoken of, neither is home to everybody
            let alone = home.is_none_or(|h| {
                let top = self.s.weights.get(&h).copied().unwrap_or(0.0);
                let next = self.s.weights.iter().filter(|(c, _)| **c != h);
                next.map(|(_, w)| *w).fold(0.0, f32::max) <= RIVAL * top
            });
            let c = typical.or(official).or(if share >= HOME && alone {
                home
            } else {
                self.near_actor(e.first).or(near).or(home)
            });
            self.ents[k].country = c;
        }
        for e in &mut self.ents {
            if e.sectors.is_empty() && e.ident.is_none() {
                if let Some(o) = e.org {
                    e.sectors = self.data.orgs[o as usize].sectors.clone();
                } else if e.inherits && !e.roles.is_empty() {
                    let gone = e.former && e.kind == EntityKind::Person;
                    e.sectors = vec![if gone { Sector::Eli } else { Sector::Gov }];
                } else {
                    e.sectors = match e.kind {
                        EntityKind::Person | EntityKind::Group => vec![Sector::Cvl],
                        EntityKind::State => vec![Sector::Gov],
                        _ => vec![],
                    };
                }
            }
        }
    }

    /// People without a name belong where their clause plays: "a man was killed in Norway".
    fn scene_of(&self, e: &Ent) -> Option<Country> {
        let people = matches!(e.kind, EntityKind::Person | EntityKind::Group)
            && e.names.is_empty()
            && !e.inherits
            && e.sectors.iter().all(|s| {
                matches!(
                    s,
                    Sector::Cvl
                        | Sector::Crm
                        | Sector::Uaf
                        | Sector::Ref
                        | Sector::Edu
                        | Sector::Agr
                )
            });
        let p = self.s.p;
        if !people || !matches!(p.rel(e.first), D::Nsubj | D::NsubjPass | D::Obj) {
            return None;
        }
        let v = p.head(e.first)?;
        let place = |k: usize| {
            let scene = matches!(p.rel(k), D::Obl | D::Nmod)
                && matches!(
                    p.case(k).as_str(),
                    "in" | "near" | "inside" | "outside" | "at" | "across"
                );
            scene.then(|| self.s.place_country(k)).flatten()
        };
        let one = |found: Vec<Country>| {
            let c = *found.first()?;
            found.iter().all(|&x| x == c).then_some(c)
        };
        // In its own clause; else in the sentence, where all its scenes lie in one country: "killed when gunmen attacked a
        // market in Mali".
        let here = p.text.sentences()[p.text.sentence_of(e.first)].range();
        one(p.kids(v).filter_map(place).collect()).or_else(|| one(here.filter_map(place).collect()))
    }

    /// "Minister for Trade, Ann Example, said": the titled phrase right before a name that nothing else explains.
    fn title_before(&self, e: &Ent) -> Option<usize> {
        if e.kind != EntityKind::Person || e.names.is_empty() || !e.roles.is_empty() {
            return None;
        }
        let name = self.np_of(e.first)?;
        let start = self.wide(&self.nps[name]).start;
        if start < 2 || self.s.p.form(start - 1) != "," {
            return None;
        }
        let title = (start.saturating_sub(8)..start - 1).rev().find_map(|t| {
            self.np_of(t)
                .filter(|&i| self.nps[i].tokens.contains(&(start - 2)))
        })?;
        let title = self.done[title].as_ref()?;
        let [t] = title.as_slice() else { return None };
        let t = *t as usize;
        let x = self.ents.get(t)?;
        (x.kind == EntityKind::Person && x.names.is_empty() && !x.roles.is_empty()).then_some(t)
    }

    /// The country to whose institutions the phrase's word belongs ("congressman", "taoiseach"), if the document speaks of it.
    fn typical(&self, e: &Ent) -> Option<Country> {
        let homes: Vec<Country> = e
            .roles
            .iter()
            .flat_map(|&r| self.data.roles[r as usize].homes.iter().copied())
            .collect();
        if homes.is_empty() || self.s.home.is_some_and(|h| homes.contains(&h.0)) {
            return self.s.home.map(|h| h.0).filter(|h| homes.contains(h));
        }
        // a territory has institutions of the same names as its state
        if let Some((home, _)) = self.s.home
            && let Some(s) = self.s.r.state_of(home)
            && let Some(parent) = self.data.states[s as usize].parent
            && homes.contains(&parent)
        {
            return Some(home);
        }
        homes
            .iter()
            .copied()
            .find(|c| self.s.speaks_of(*c))
            .or_else(|| homes.first().copied().filter(|_| self.s.home.is_none()))
    }

    /// The country of the nearest state named at or before token `t`, two sentences back at most.
    /// The country of whoever of a country's inner life was spoken of last: behind "opposition lawmakers in Lima" the
    /// government is Peru's.
    fn near_actor(&self, t: usize) -> Option<Country> {
        use Sector::*;
        let i = self.np_of(t)?;
        self.before(i, 1).find_map(|j| {
            if self.nps[j].modifier {
                return None;
            }
            let &[one] = self.done[j].as_deref()? else {
                return None;
            };
            let e = &self.ents[one as usize];
            let inner = e.kind != EntityKind::State
                && matches!(
                    e.sectors.first(),
                    Some(Leg | Opp | Pty | Jud | Cop | Cvl | Lab | Soc | Rel)
                );
            e.country.filter(|_| inner)
        })
    }
    fn near_state(&self, t: usize, except: Option<Country>) -> Option<Country> {
        let i = self.np_of(t)?;
        let reach = if except.is_some() { 8 } else { 1 };
        self.before(i, reach).find_map(|j| match self.nps[j].ident {
            Some(Ident::State(s)) => {
                Some(self.data.states[s as usize].code).filter(|c| Some(*c) != except)
            }
            _ => None,
        })
    }

    fn entity(&self, i: usize) -> Entity {
        let e = &self.ents[i];
        let mut out = Entity {
            kind: e.kind,
            name: e.name.clone(),
            label: e.label.clone(),
            country: e.country,
            org: e.org_name.clone(),
            sector: None,
            sectors: e.sectors.clone(),
            office: None,
            wikidata: None,
            mentions: Vec::new(),
        };
        match e.ident {
            Some(Ident::Person(p)) => {
                let view = self.s.r.person(p, self.s.day, &e.roles, e.former);
                out.country = view.country;
                out.org = view.org;
                // one without office is what the text calls him
                let candidate = self.s.day == 0
                    && e.roles.iter().any(|&r| {
                        self.s
                            .r
                            .cue("candidate", &self.data.roles[r as usize].words)
                    });
                let told = (view.office.is_none() || candidate)
                    && !e.sectors.is_empty()
                    && !e.inherits
                    && !e.former;
                if !view.sectors.is_empty() && !told {
                    out.sectors = view.sectors;
                }
                out.office = view.office;
                out.wikidata = self.data.persons[p as usize].wikidata.clone();
            }
            Some(Ident::State(s)) => {
                let s = &self.data.states[s as usize];
                out.wikidata = s.wikidata.clone();
                if out.label.is_empty() {
                    out.label = s.name.clone();
                }
            }
            Some(Ident::Org(o)) => {
                let o = &self.data.orgs[o as usize];
                out.org = o.org.clone();
                out.wikidata = o.wikidata.clone();
                if out.label.is_empty() {
                    out.label = o.name.clone();
                }
            }
            _ => {
                if let Some(o) = e.org {
                    let o = &self.data.orgs[o as usize];
                    out.org = o.org.clone();
                    if out.country.is_none() {
                        out.country = o.country;
                    }
                } else if e.kind == EntityKind::Organization
                    && e.country.is_none()
                    && e.name.is_some()
                {
                    out.org = e.name.clone();
                }
            }
        }
        out.sector = out.sectors.first().copied();
        if let Some(n) = &out.name {
            out.label = n.clone();
        }
        out
    }
}

fn subject(rel: D) -> bool {
    matches!(rel, D::Nsubj | D::NsubjPass | D::NsubjOuter)
}

fn starts_with_word(s: &str, w: &str) -> bool {
    s.starts_with(w)
        && s[w.len()..]
            .chars()
            .next()
            .is_none_or(|c| !c.is_alphanumeric())
}

/// The words of a name, folded, without particles that spellings leave out.
fn fold_words(s: &str) -> Vec<String> {
    let mut out = Vec::new();
    words(s, |w, _, _| {
        if !w.is_empty()
            && !matches!(
                w,
                "al" | "el" | "the" | "jr" | "sr" | "s" | "qc" | "mr" | "mrs" | "ms"
            )
        {
            out.push(w.to_string());
        }
    });
    out
}

/// Whether two names may be one person's: the same last word and no other first name, or one word out of a full name.
fn same_person(a: &[String], b: &[String]) -> bool {
    match (a, b) {
        ([], _) | (_, []) => false,
        ([x], y) | (y, [x]) => y.contains(x),
        (a, b) => {
            a.last() == b.last()
                && (a[0] == b[0] || a[0].starts_with(&b[0]) || b[0].starts_with(&a[0]))
                || a.len() != b.len()
                    && (a.iter().all(|w| b.contains(w)) || b.iter().all(|w| a.contains(w)))
        }
    }
}
