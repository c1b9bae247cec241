//! The scene of an event: the most specific place that grammar or context ties to it.

use crate::attach::Attach;
use crate::matcher::is_verbal;
use crate::{Aux, Event, EventType};
use gesta_actor::EntityKind;
use gesta_parse::Deprel as D;

impl Attach<'_, '_> {
    /// Where an event happened, as its sentence tells it; of a speech act, where it was spoken.
    pub fn place(&self, e: &Event) -> Option<u32> {
        let t = e.token as usize;
        let spoken = is_verbal(e.event);
        let mut best: Option<(u32, usize)> = None;
        for (i, at) in self.sentence_items(e.sentence as usize, &self.place_head) {
            // "retook the town", "the shelling of the town"
            if !spoken && self.struck(t, at, i) {
                return Some(i as u32);
            }
            if !self.scene(at, i) || self.names_an_actor(at) {
                continue;
            }
            // "discussed developments in the region, including in Mali"
            let case = self.run.p.case(at);
            if spoken && case.split(' ').any(|c| c == "including") {
                continue;
            }
            // "in Mosul, Iraq": the more specific one comes first and wins ties.
            let near = if e.event == EventType::Consult {
                self.spoken_at(t, at).or_else(|| self.met_at(t, at))
            } else if spoken && !e.aux.contains(&Aux::Future) {
                self.spoken_at(t, at)
            } else if spoken {
                self.distance(t, at)
            } else {
                self.distance(t, at)
                    .or_else(|| self.shared_clause(t, at).then_some(8))
            };
            // A region of the world is a poor answer where a state or town is given.
            let near = near.map(|d| {
                if self.run.l.places[i].country.is_none() {
                    d + 6
                } else {
                    d
                }
            });
            if let Some(d) = near
                && best.is_none_or(|b| d < b.0)
            {
                best = Some((d, i));
            }
        }
        if best.is_some() || spoken {
            return best.map(|b| b.1 as u32);
        }
        if !forceful(e.event) {
            return None;
        }
        // An act of force has its scene somewhere: that of the sentence.
        self.sentence_items(e.sentence as usize, &self.place_head)
            .find(|&(i, at)| self.scene(at, i) && !self.names_an_actor(at))
            .map(|x| x.0 as u32)
    }

    /// Scenes that other sentences tell: of the same occurrence, earlier or later; else where the story is.
    pub fn settings(&self, events: &mut [Event]) {
        let group = |e: &Event, i: usize| e.same_as.map_or(i, |s| s as usize);
        for i in 0..events.len() {
            if events[i].place.is_some() || events[i].event == EventType::Retreat {
                continue;
            }
            let own = group(&events[i], i);
            let (from, to) = (i.saturating_sub(60), events.len().min(i + 60));
            let told = (from..i).rev().chain(i + 1..to).find(|&j| {
                let same = events[j]
                    .recipient
                    .iter()
                    .any(|x| events[i].recipient.iter().any(|y| x.entity == y.entity));
                group(&events[j], j) == own
                    && events[j].place.is_some()
                    && (events[i].event != EventType::Sanction || same)
            });
            events[i].place = told.and_then(|j| events[j].place);
        }
        for i in 0..events.len() {
            let e = &events[i];
            if e.place.is_some() || !forceful(e.event) {
                continue;
            }
            // History has scenes of its own.
            let old = e.aux.contains(&Aux::Historical);
            let reach = if old { 3 } else { 8 };
            let now = |x: &&Event| {
                forceful(x.event)
                    && x.place.is_some()
                    && x.aux.contains(&Aux::Historical) == old
                    && e.sentence.saturating_sub(x.sentence) <= reach
            };
            let act = events[..i].iter().rev().take(60).find(now);
            let here = self.last_scene(e.sentence as usize);
            // The scene of the last act, unless another sentence since has moved on.
            events[i].place = match (act, here) {
                (Some(a), _) => a.place,
                (None, _) if old => None,
                (None, here) => here.map(|p| p as u32),
            };
        }
    }

    /// Whether a town or a part of a country is itself what is attacked or taken.
    fn struck(&self, t: usize, at: usize, i: usize) -> bool {
        let p = self.run.p;
        let small = self.run.l.places[i]
            .feature
            .is_some_and(|f| !f.starts_with("PCL") && !f.starts_with("CONT"));
        if !small {
            return false;
        }
        let mut j = at;
        for _ in 0..3 {
            if p.head(j) == Some(t) {
                return match p.rel(j) {
                    D::Obj | D::NsubjPass => true,
                    D::Nmod => p.case(j) == "of",
                    D::Compound => self.run.scope.force_noun.has(p.lemma(t)),
                    _ => false,
                };
            }
            match (p.rel(j), p.head(j)) {
                (D::Compound | D::Appos | D::Flat | D::NmodDesc, Some(h))
                    if self.run.actors_at(h).is_empty() =>
                {
                    j = h
                }
                // "the town of Dabiq"
                (D::Nmod, Some(h)) if p.case(j) == "of" && !self.run.roles.is_verb(h) => j = h,
                _ => return false,
            }
        }
        false
    }

    /// How closely a place hangs on a verb of speech, over nothing but other places and occasions of speech: "said in
    /// Oslo", "at a rally in Oslo, she accused", not "condemned the attack in Oslo".
    fn spoken_at(&self, t: usize, at: usize) -> Option<u32> {
        let p = self.run.p;
        let mut i = at;
        for cost in 0..8 {
            let h = p.head(i)?;
            if h == t {
                // what is talked about: "talked about the war in Kenya" comes no further than the war
                return matches!(
                    p.rel(i),
                    D::Obl
                        | D::OblUnmarked
                        | D::Nmod
                        | D::Advcl
                        | D::Advmod
                        | D::NmodUnmarked
                        | D::Obj
                        | D::Conj
                )
                .then_some(cost);
            }
            let place = self.place_head.binary_search(&h).is_ok();
            let occasion = self.run.scope.occasion.has(p.lemma(h));
            let speaks = self.run.roles.is_verb(h)
                && (self.run.scope.occasion.has(p.lemma(h))
                    || p.head(t) == Some(h)
                        && matches!(p.rel(t), D::Xcomp | D::Obj | D::Conj | D::Advcl));
            if !(place || occasion || speaks) {
                return None;
            }
            if speaks && p.head(t) == Some(h) {
                return Some(cost + 2);
            }
            i = h;
        }
        None
    }

    /// Where people meet, over the names of those they meet, but not over what they talk about: "met the envoy, …, in
    /// Oslo", not "discussed the war in Kenya".
    fn met_at(&self, t: usize, at: usize) -> Option<u32> {
        let p = self.run.p;
        let distance = self.distance(t, at)?;
        let mut i = p.head(at)?;
        while i != t {
            let topic = matches!(
                p.case(i).as_str(),
                "on" | "about"
                    | "over"
                    | "of"
                    | "regarding"
                    | "concerning"
                    | "to"
                    | "for"
                    | "against"
            ) || p.rel(i) == D::Obj && self.run.actors_at(i).is_empty();
            if (topic || self.run.roles.is_verb(i)) && !self.run.scope.occasion.has(p.lemma(i)) {
                return None;
            }
            i = p.head(i)?;
        }
        Some(distance)
    }

    /// "the senator from Vermont", "the ambassador to Norway", "the mayor of Oslo": who it is, not where.
    fn names_an_actor(&self, at: usize) -> bool {
        let p = self.run.p;
        let mut i = at;
        for _ in 0..4 {
            let Some(h) = p.head(i) else { return false };
            if self.place_head.binary_search(&h).is_ok()
                && matches!(
                    p.rel(i),
                    D::Conj | D::Appos | D::Flat | D::NmodUnmarked | D::Nmod
                )
            {
                i = h;
                continue;
            }
            let person =
                self.run.actors_at(h).iter().any(|a| {
                    self.run.l.actors.entities[a.entity as usize].kind == EntityKind::Person
                });
            return match p.rel(i) {
                D::Nmod => person && matches!(p.case(i).as_str(), "from" | "to" | "of" | "for"),
                D::Compound | D::NmodPoss | D::NmodDesc => person,
                _ => false,
            };
        }
        false
    }

    /// The scene told last before a sentence: acts of force go on where the story is.
    fn last_scene(&self, sentence: usize) -> Option<usize> {
        let from = sentence.saturating_sub(8);
        (from..sentence).rev().find_map(|s| {
            self.sentence_items(s, &self.place_head)
                .find(|&(i, at)| self.scene(at, i))
                .map(|x| x.0)
        })
    }

    fn shared_clause(&self, t: usize, at: usize) -> bool {
        let p = self.run.p;
        let mut h = t;
        for _ in 0..3 {
            match p.head(h) {
                Some(x) => h = x,
                None => break,
            }
        }
        p.under(at, h)
    }

    /// Whether a toponym is told as a scene ("in", "near", "at"), not as somebody who acts.
    pub fn scene(&self, at: usize, i: usize) -> bool {
        let p = self.run.p;
        let place = &self.run.l.places[i];
        let mut j = at;
        for _ in 0..3 {
            // "on Thursday and Estonia": no place hangs on a day
            if j != at && self.time_head.binary_search(&j).is_ok() {
                return false;
            }
            let case = p.case(j);
            if !case.is_empty() {
                // "a delegation from Norway" names its origin
                if case == "from" && p.rel(j) == D::Nmod {
                    return false;
                }
                return case.split(' ').any(|c| self.run.scope.locative.has(c))
                    || (case == "of"
                        && p.head(j).is_some_and(|h| {
                            matches!(
                                p.lemma(h),
                                "north"
                                    | "south"
                                    | "east"
                                    | "west"
                                    | "city"
                                    | "town"
                                    | "village"
                                    | "province"
                                    | "outskirts"
                                    | "suburb"
                                    | "district"
                                    | "region"
                                    | "part"
                                    | "area"
                                    | "centre"
                                    | "center"
                                    | "capital"
                            )
                        }));
            }
            match (p.rel(j), p.head(j)) {
                (
                    D::Conj | D::Appos | D::Flat | D::Compound | D::NmodUnmarked | D::OblUnmarked,
                    Some(h),
                ) => j = h,
                _ => break,
            }
        }
        // "the Mosul hospital", "a Baghdad suburb": only towns and smaller
        matches!(p.rel(at), D::Compound)
            && place
                .feature
                .is_some_and(|f| f.starts_with("PPL") && !f.starts_with("PPLC"))
    }
}

/// Acts that have a scene of their own.
fn forceful(e: EventType) -> bool {
    matches!(
        e,
        EventType::Assault | EventType::Coerce | EventType::Protest | EventType::Mobilize
    )
}
