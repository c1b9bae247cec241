//! Who and whom a sentence leaves out: taken from what the rest of the document tells.

use crate::attach::{Attach, ids_of, keys};
use crate::codebook::{Pattern, Responsibility};
use crate::matcher::Run;
use crate::{Aux, Event, EventType, Slot};
use gesta_actor::{EntityKind, Sector};
use gesta_parse::Deprel as D;
use gesta_statement::StatementForm;
use gesta_time::Precision;

/// How many sentences away somebody may be named who is meant here too.
const NEAR: usize = 6;

pub(crate) struct Complete<'c, 'r, 'a> {
    attach: &'c Attach<'r, 'a>,
    /// Mentions as (sentence, mention), in order.
    mentions: Vec<(u32, u32)>,
}

impl<'c, 'r, 'a> Complete<'c, 'r, 'a> {
    pub fn new(attach: &'c Attach<'r, 'a>) -> Self {
        let p = attach.run.p;
        let mut mentions: Vec<(u32, u32)> = attach
            .run
            .l
            .actors
            .mentions
            .iter()
            .enumerate()
            .map(|(i, m)| (p.text.sentence_of(m.head as usize) as u32, i as u32))
            .collect();
        mentions.sort_unstable();
        Complete { attach, mentions }
    }

    fn run(&self) -> &'r Run<'a> {
        self.attach.run
    }

    fn entry(&self, e: &Event) -> Option<&'r Pattern> {
        self.run().book.entry(&e.rule)
    }

    fn mutual(&self, e: &Event) -> bool {
        self.entry(e).is_some_and(|p| p.mutual)
    }

    fn responsibility(&self, e: &Event) -> Option<Responsibility> {
        self.entry(e).and_then(|p| p.responsibility)
    }

    fn actor_from(&self, e: &Event) -> &'r [Sector] {
        self.entry(e).map_or(&[], |p| &p.actor_from)
    }

    /// How many voices tell an event; the claimant's own is not counted.
    fn voices(&self, e: &Event) -> usize {
        let claim = self.responsibility(e) == Some(Responsibility::Claimed);
        e.attribution.len().saturating_sub(usize::from(claim))
    }

    /// Retellings take who and whom from the last telling of their type in the same voice; and one who is told to fight
    /// only one enemy fights that one also where the sentence leaves it out.
    pub fn inherit(&self, events: &mut [Event], inherits: &[bool]) {
        for i in 0..events.len() {
            if !inherits.get(i).copied().unwrap_or(false) {
                continue;
            }
            let told = (i.saturating_sub(30)..i).rev().find(|&j| {
                let (a, b) = (&events[j], &events[i]);
                let same = a.event == b.event
                    && self.responsibility(a) != Some(Responsibility::Blamed)
                    && !a.actor.is_empty()
                    && a.sentence != b.sentence
                    && self.voices(a) <= self.voices(b);
                // somebody is not his own victim
                same && !b
                    .recipient
                    .iter()
                    .any(|r| a.actor.iter().any(|x| x.entity == r.entity))
            });
            if let Some(j) = told {
                if events[i].actor.is_empty() {
                    events[i].actor = events[j].actor.clone();
                }
                if events[i].recipient.is_empty() && !events[i].actor.is_empty() {
                    events[i].recipient = events[j].recipient.clone();
                }
            }
        }
        self.same_victims(events, inherits);
        for i in 0..events.len() {
            let e = &events[i];
            if e.event != EventType::Assault
                || e.actor.is_empty()
                || !e.recipient.is_empty()
                || self.mutual(e)
            {
                continue;
            }
            let who = ids_of(&e.actor);
            let mut enemies: Vec<&Vec<Slot>> = Vec::new();
            for x in events[i.saturating_sub(40)..].iter().take(80) {
                if x.event == EventType::Assault
                    && ids_of(&x.actor) == who
                    && !x.recipient.is_empty()
                    && !enemies.iter().any(|k| keys(k) == keys(&x.recipient))
                {
                    enemies.push(&x.recipient);
                }
            }
            if let [only] = enemies.as_slice() {
                let only = (*only).clone();
                events[i].recipient = only;
            }
        }
        self.dominant_enemy(events);
        self.local_victims(events);
        self.blame(events);
    }

    /// Who claims an attack, or is blamed for it, struck those whom it was told to have struck.
    fn same_victims(&self, events: &mut [Event], inherits: &[bool]) {
        for i in 0..events.len() {
            let e = &events[i];
            if e.event != EventType::Assault
                || !e.recipient.is_empty()
                || !inherits.get(i).copied().unwrap_or(false)
                || self.mutual(e)
            {
                continue;
            }
            let own = keys(&e.actor);
            let claim = self.responsibility(e).is_some();
            let told = events[i.saturating_sub(30)..i].iter().rev().find(|x| {
                x.event == EventType::Assault
                    && !x.recipient.is_empty()
                    && !x.aux.contains(&Aux::Historical)
                    && (own.is_empty() || keys(&x.actor) == own || claim && x.actor.is_empty())
                    && !x
                        .recipient
                        .iter()
                        .any(|r| e.actor.iter().any(|a| a.entity == r.entity))
            });
            if let Some(found) = told.map(|x| x.recipient.clone()) {
                events[i].recipient = found;
            }
        }
    }

    /// Who strikes without a word on whom strikes the one armed group on another side that the report is about.
    fn dominant_enemy(&self, events: &mut [Event]) {
        let actors = self.run().l.actors;
        let armed = |e: u32| {
            matches!(
                actors.entities[e as usize].sector,
                Some(Sector::Reb | Sector::Uaf)
            ) && (actors.entities[e as usize].org.is_some()
                || actors.entities[e as usize].country.is_some())
        };
        let mut groups: Vec<(usize, u32)> = (0..actors.entities.len() as u32)
            .filter(|&e| armed(e))
            .map(|e| (actors.entities[e as usize].mentions.len(), e))
            .collect();
        groups.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for e in events.iter_mut().filter(|e| {
            e.event == EventType::Assault
                && !e.actor.is_empty()
                && e.recipient.is_empty()
                && !self.mutual(e)
        }) {
            let own = keys(&e.actor);
            let known = e
                .actor
                .iter()
                .all(|a| a.country.is_some() || a.org.is_some());
            let side = |g: u32| keys(std::slice::from_ref(&self.run().slot_of(g, None))).remove(0);
            let others: Vec<(usize, u32)> = groups
                .iter()
                .copied()
                .filter(|g| !own.contains(&side(g.1)))
                .collect();
            let close = (others.len() > 1).then(|| self.armed_near(e.sentence, &others));
            let group = match others.as_slice() {
                _ if close.flatten().is_some() => close.flatten().unwrap_or_default(),
                [(n, e)] if *n >= 2 => *e,
                [(n, e), (m, _), ..] if *n >= 2 * *m && *n >= 2 => *e,
                _ => continue,
            };
            if !known || e.actor.iter().any(|a| a.sector == Some(Sector::Uaf)) {
                continue;
            }
            let near = actors.entities[group as usize]
                .mentions
                .iter()
                .map(|&m| actors.mentions[m as usize].span)
                .rfind(|s| s.start <= e.trigger[0].start);
            let span = near.or_else(|| {
                actors.entities[group as usize]
                    .mentions
                    .first()
                    .map(|&m| actors.mentions[m as usize].span)
            });
            e.recipient = vec![Slot {
                span,
                ..self.run().slot_of(group, None)
            }];
        }
    }

    /// The one armed group that the sentences just before and after speak of.
    fn armed_near(&self, sentence: u32, groups: &[(usize, u32)]) -> Option<u32> {
        let run = self.run();
        let near = |g: u32, reach: u32| {
            run.l.actors.entities[g as usize].mentions.iter().any(|&m| {
                let head = run.l.actors.mentions[m as usize].head as usize;
                (run.p.text.sentence_of(head) as u32).abs_diff(sentence) <= reach
            })
        };
        (0..4).find_map(|reach| {
            let mut here = groups.iter().filter(|g| near(g.1, reach));
            here.next().filter(|_| here.next().is_none()).map(|g| g.1)
        })
    }

    /// An attack by nobody known on nobody named strikes the country in which it happens.
    fn local_victims(&self, events: &mut [Event]) {
        for e in events.iter_mut().filter(|e| {
            e.event == EventType::Assault && e.actor.is_empty() && e.recipient.is_empty()
        }) {
            e.recipient = self.locals(e);
        }
    }

    /// The scene of an event's own sentence; that of an earlier one is nobody's.
    fn scene_here(&self, e: &Event) -> Option<&'r gesta_place::Place> {
        self.attach
            .sentence_items(e.sentence as usize, &self.attach.place_head)
            .find(|&(i, at)| self.attach.scene(at, i))
            .map(|(i, _)| &self.run().l.places[i])
    }

    /// The people of the country in which a sentence's scene lies.
    fn locals(&self, e: &Event) -> Vec<Slot> {
        let Some(place) = self.scene_here(e) else {
            return vec![];
        };
        let Some(country) = place.country else {
            return vec![];
        };
        self.people(country, place.span)
    }

    /// Who is condemned for an attack is the attacker, where the same voice names just one.
    fn blame(&self, events: &mut [Event]) {
        for i in 0..events.len() {
            let e = &events[i];
            if e.event != EventType::Accuse
                || !e.recipient.is_empty()
                || !e.mode.contains(&"disapprove")
            {
                continue;
            }
            let mut near: Vec<&Vec<Slot>> = Vec::new();
            let mut far: Vec<&Vec<Slot>> = Vec::new();
            for x in events[i.saturating_sub(30)..].iter().take(60) {
                if x.event != EventType::Assault
                    || x.actor.is_empty()
                    || keys(&x.actor) == keys(&e.actor)
                {
                    continue;
                }
                let list = if x.sentence == e.sentence {
                    &mut near
                } else {
                    &mut far
                };
                if !list.iter().any(|k| keys(k) == keys(&x.actor)) {
                    list.push(&x.actor);
                }
            }
            let found = match (near.as_slice(), far.as_slice()) {
                ([one], _) | ([], [one]) => Some((*one).clone()),
                _ => None,
            };
            if let Some(slots) = found {
                events[i].recipient = slots;
            }
        }
    }

    /// Fills what is open in events that stand by themselves.
    pub fn fill(&self, events: &mut [Event], inherits: &[bool]) {
        self.talkers(events);
        for i in 0..events.len() {
            let e = &events[i];
            if e.event == EventType::Protest && e.actor.is_empty() {
                let crowd = self.named(e, NEAR + 4, |run, m| {
                    let m = &run.l.actors.mentions[m as usize];
                    let [x] = m.entities[..] else { return false };
                    run.scope.protester.has(run.p.lemma(m.head as usize))
                        && run.l.actors.entities[x as usize].country.is_some()
                });
                events[i].actor = if crowd.is_empty() {
                    self.locals(&events[i])
                } else {
                    crowd
                };
                continue;
            }
            // A law or a plan is the government's.
            if e.event == EventType::Protest
                && e.recipient.is_empty()
                && let [one] = keys(&e.actor).as_slice()
                && let Some(country) = e.actor[0].country
                && *one == country.to_string()
                && self.against_policy(e.token as usize)
            {
                events[i].recipient = self.state(country);
                continue;
            }
            // Crowds are of the country in which they gather.
            if e.event == EventType::Protest
                && e.actor
                    .iter()
                    .all(|a| a.country.is_none() && a.org.is_none())
                && let [here] = self.locals(e)[..].as_ref()
            {
                let country = here.country;
                for a in &mut events[i].actor {
                    a.country = country;
                }
                continue;
            }
            if e.event == EventType::Coerce
                && e.actor.is_empty()
                && inherits.get(i).copied().unwrap_or(false)
            {
                events[i].actor = self.rulers(&events[i]);
                continue;
            }
            // Whose bare name the sentence gives and nothing else is no telling.
            if e.actor.is_empty() && !e.recipient.is_empty() {
                let now = !e.aux.contains(&Aux::Historical);
                let found = match e.event {
                    EventType::Assault => self.attacker(events, i),
                    EventType::Coerce if e.mode.contains(&"arrest") && now => {
                        let police = self.official(e, &[Sector::Cop], NEAR + 4);
                        if police.is_empty() {
                            self.authorities(e)
                        } else {
                            police
                        }
                    }
                    _ if !self.actor_from(e).is_empty() => self.doer_elsewhere(events, i),
                    EventType::Sanction if e.mode.contains(&"convict") && now => {
                        let whom = ids_of(&e.recipient);
                        let told = events[i.saturating_sub(30)..i].iter().rev().find(|x| {
                            x.event == e.event
                                && x.mode == e.mode
                                && !x.actor.is_empty()
                                && ids_of(&x.recipient) == whom
                        });
                        told.map(|x| x.actor.clone())
                            .unwrap_or_else(|| self.official(e, &[Sector::Jud], NEAR))
                    }
                    // a house impeaches, a prosecutor charges
                    EventType::Accuse if e.mode.contains(&"allege") => {
                        match self.run().p.lemma(e.token as usize) {
                            "impeach" => self.official(e, &[Sector::Leg], 2 * NEAR),
                            "charge" | "indict" | "prosecute" | "arraign" | "accuse" if now => self
                                .named(e, NEAR, |run, m| {
                                    let m = &run.l.actors.mentions[m as usize];
                                    matches!(
                                        run.p.lemma(m.head as usize),
                                        "prosecutor" | "prosecution"
                                    )
                                }),
                            _ => vec![],
                        }
                    }
                    _ => vec![],
                };
                let victims = ids_of(&events[i].recipient);
                let known = |s: &Slot| s.country.is_some() || s.org.is_some();
                if found
                    .iter()
                    .all(|s| known(s) && !victims.contains(&s.entity))
                {
                    events[i].actor = found;
                }
            }
            let e = &events[i];
            if e.recipient.is_empty()
                && e.event == EventType::Assault
                && !e.actor.is_empty()
                && !self.mutual(e)
            {
                events[i].recipient = self.struck(events, i);
            } else if e.recipient.is_empty() && !e.actor.is_empty() {
                let found = match e.event {
                    EventType::Accuse | EventType::Reject | EventType::Support => {
                        self.doer(events, i)
                    }
                    EventType::Request => self.partner(events, i),
                    _ => None,
                };
                events[i].recipient = found.unwrap_or_default();
            }
        }
    }

    /// Who pardons in the same report; of those acquitted, the court.
    fn doer_elsewhere(&self, events: &[Event], i: usize) -> Vec<Slot> {
        let e = &events[i];
        let other = |x: &&Event| x.rule == e.rule && !x.actor.is_empty();
        let before = events[i.saturating_sub(30)..i].iter().rev().find(other);
        match before.or_else(|| events[i..].iter().take(30).find(other)) {
            Some(x) => x.actor.clone(),
            None => self.official(e, self.actor_from(e), NEAR),
        }
    }

    /// "They discussed trade", "the ministers met": the other side of the talks that the report is about takes part.
    fn talkers(&self, events: &mut [Event]) {
        let run = self.run();
        for i in 0..events.len() {
            let e = &events[i];
            if e.event != EventType::Consult || !e.recipient.is_empty() {
                continue;
            }
            let several = |s: &Slot| {
                s.span.and_then(|x| run.token_at(x)).is_some_and(|h| {
                    run.p.word(h).feats.has(gesta_parse::Feats::PLUR)
                        && (run.p.upos(h) == gesta_parse::Upos::Pron
                            || matches!(
                                run.p.lemma(h),
                                "minister"
                                    | "leader"
                                    | "president"
                                    | "side"
                                    | "party"
                                    | "country"
                                    | "government"
                                    | "diplomat"
                                    | "nation"
                                    | "delegation"
                            ))
                })
            };
            if let [one] = e.actor.as_slice()
                && several(one)
                && let Some(mut other) = self.partner(events, i)
            {
                for s in &mut other {
                    s.span = one.span;
                }
                events[i].actor.append(&mut other);
            }
        }
    }

    /// On whom the same attacker's act falls where it is told again; else whoever lives where it strikes, if that is not
    /// the attacker's own country.
    fn struck(&self, events: &[Event], i: usize) -> Vec<Slot> {
        let e = &events[i];
        let who = keys(&e.actor);
        let (from, to) = (i.saturating_sub(20), events.len().min(i + 20));
        let same = |x: &&Event| {
            x.event == EventType::Assault
                && !x.recipient.is_empty()
                && x.sentence.abs_diff(e.sentence) <= 4
                && keys(&x.actor) == who
                && x.aux == e.aux
                && match (&x.date, &e.date) {
                    (Some(a), Some(b)) => a.start <= b.end && b.start <= a.end,
                    _ => true,
                }
        };
        let near = events[from..i].iter().rev().find(same);
        if let Some(x) = near.or_else(|| events[i + 1..to].iter().find(same)) {
            return x.recipient.clone();
        }
        let mut ever = events[from..to].iter().filter(|x| {
            x.event == EventType::Assault && !x.recipient.is_empty() && keys(&x.actor) == who
        });
        if let Some(x) = ever.next()
            && ever.all(|y| keys(&y.recipient) == keys(&x.recipient))
        {
            return x.recipient.clone();
        }
        let Some(place) = self.scene_here(e) else {
            return vec![];
        };
        // armies strike at fighters, rebels at whoever is there
        let rebel = |s: &Slot| {
            let armed = matches!(s.sector, Some(Sector::Reb | Sector::Uaf | Sector::Crm));
            armed && (s.country != place.country || s.sector != Some(Sector::Reb))
        };
        match place.country {
            Some(c) if e.actor.iter().all(rebel) => self.people(c, place.span),
            // abroad an army strikes that country, where the report knows no fighters there
            Some(c)
                if e.actor.iter().all(|a| a.country.is_some_and(|x| x != c))
                    && !self.fighters() =>
            {
                self.people(c, place.span)
            }
            _ => vec![],
        }
    }

    /// Who did what a speech act is about: the agent of an event inside its phrase. Where nobody is told there, `counterpart`
    /// looks further.
    fn doer(&self, events: &[Event], i: usize) -> Option<Vec<Slot>> {
        let e = &events[i];
        let run = self.run();
        let p = run.p;
        let t = e.token as usize;
        let own = keys(&e.actor);
        let other = |x: &&Event| !x.actor.is_empty() && keys(&x.actor) != own;
        let topic = run.topic(t)?;
        let inside = |x: &&Event| x.sentence == e.sentence && p.under(x.token as usize, topic);
        let near = &events[i.saturating_sub(20)..events.len().min(i + 20)];
        let found = near.iter().filter(other).find(inside);
        found.map(|x| x.actor.clone())
    }

    /// The other side of the talks on which the document reports.
    fn partner(&self, events: &[Event], i: usize) -> Option<Vec<Slot>> {
        let own = keys(&events[i].actor);
        let mut sides: Vec<(&Slot, String)> = Vec::new();
        for x in events
            .iter()
            .filter(|x| x.event == EventType::Consult && x.sentence <= 3)
        {
            for s in x.actor.iter().chain(&x.recipient) {
                let k = keys(std::slice::from_ref(s)).remove(0);
                if !sides.iter().any(|y| y.1 == k) {
                    sides.push((s, k));
                }
            }
        }
        let [a, b] = sides.as_slice() else {
            return None;
        };
        let [own] = own.as_slice() else { return None };
        // who took part, not another of the same country
        let took = |s: &Slot| events[i].actor.iter().any(|x| x.entity == s.entity);
        if !took(a.0) && !took(b.0) {
            return None;
        }
        match (a.1 == *own, b.1 == *own) {
            (true, false) => Some(vec![b.0.clone()]),
            (false, true) => Some(vec![a.0.clone()]),
            _ => None,
        }
    }

    /// As whom they act here: what they were on the day, soldiers whose strike it is, convicts and private people who
    /// strike as criminals.
    pub fn sectors(&self, events: &mut [Event]) {
        let actors = self.run().l.actors;
        let private = |s: &Slot| {
            let e = &actors.entities[s.entity as usize];
            let plain = matches!(s.sector, Some(Sector::Cvl | Sector::Lab | Sector::Bus));
            plain && !actors.terms.contains_key(&s.entity) && e.org.is_none()
        };
        let mut convicts: Vec<u32> = Vec::new();
        for e in events.iter() {
            let person = |s: &&Slot| {
                private(s) && actors.entities[s.entity as usize].kind == EntityKind::Person
            };
            let people = |s: &&Slot| private(s) && s.sector == Some(Sector::Cvl);
            // a gunman who was caught is no longer unknown
            let caught = |s: &&Slot| {
                let one = actors.entities[s.entity as usize].kind == EntityKind::Person;
                one && s.sector == Some(Sector::Uaf) && s.org.is_none()
            };
            let arrest = e.event == EventType::Coerce && e.mode.contains(&"arrest");
            if arrest && e.aux.is_empty() {
                convicts.extend(e.recipient.iter().filter(caught).map(|s| s.entity));
            }
            if e.event == EventType::Sanction && e.mode.contains(&"convict") {
                convicts.extend(e.recipient.iter().filter(people).map(|s| s.entity));
                convicts.extend(e.recipient.iter().filter(caught).map(|s| s.entity));
            } else if e.event == EventType::Assault && e.aux.is_empty() && e.attribution.is_empty()
            {
                convicts.extend(e.actor.iter().filter(person).map(|s| s.entity));
            }
        }
        // troops whose going is spoken of: who opposes it opposes their government
        let moved: Vec<u32> = events
            .iter()
            .filter(|e| matches!(e.event, EventType::Concede | EventType::Retreat))
            .flat_map(|e| &e.actor)
            .filter(|s| s.sector == Some(Sector::Mil) && s.org.is_none())
            .map(|s| s.entity)
            .filter(|&x| actors.entities[x as usize].kind != EntityKind::Person)
            .collect();
        convicts.sort_unstable();
        for e in events.iter_mut() {
            let day = e.date.as_ref().map(|d| d.start);
            let resigns = e.event == EventType::Retreat && e.mode.contains(&"resign");
            for s in e.actor.iter_mut().chain(&mut e.recipient) {
                let unknown = s.sector == Some(Sector::Uaf);
                if convicts.binary_search(&s.entity).is_ok() && (private(s) || unknown) {
                    s.sector = Some(Sector::Crm);
                }
                // a president who was impeached in 1998, a minister who has stepped down
                if s.sector == Some(Sector::Eli) {
                    let then = day.and_then(|d| actors.sector_on(s.entity, d));
                    let last = || actors.last_term(s.entity, day).map(|t| t.sector);
                    s.sector = then.or_else(|| resigns.then(last).flatten()).or(s.sector);
                }
                // one of whom nothing is said but that he resigned held a post
                if resigns
                    && private(s)
                    && s.sector == Some(Sector::Cvl)
                    && actors.entities[s.entity as usize].kind == EntityKind::Person
                {
                    s.sector = Some(if self.candidacy(e.token as usize) {
                        Sector::Pty
                    } else {
                        Sector::Gov
                    });
                }
            }
            if matches!(e.event, EventType::Accuse | EventType::Reject) {
                for s in e.recipient.iter_mut() {
                    if s.sector == Some(Sector::Mil) && moved.contains(&s.entity) {
                        s.sector = Some(Sector::Gov);
                    }
                }
            }
            // that troops will leave is their government's to concede
            if e.event == EventType::Concede {
                for s in e.actor.iter_mut() {
                    let person = actors.entities[s.entity as usize].kind == EntityKind::Person;
                    if s.sector == Some(Sector::Mil) && s.org.is_none() && !person {
                        s.sector = Some(Sector::Gov);
                    }
                }
            }
            // a military alliance that confers does so as what it is, its members as states
            if matches!(e.event, EventType::Consult | EventType::Agree) {
                for s in e.actor.iter_mut().chain(&mut e.recipient) {
                    let alliance = s.country.is_none() && s.org.is_some();
                    if s.sector == Some(Sector::Mil) && alliance {
                        let label = &actors.entities[s.entity as usize].label;
                        let of = label.split(' ').any(|w| w == "members" || w == "partners");
                        if of || e.event == EventType::Consult {
                            s.sector = Some(if of { Sector::Gov } else { Sector::Igo });
                        }
                    }
                }
            }
            if e.event == EventType::Assault {
                let token = e.token as usize;
                for s in e.actor.iter_mut() {
                    // "the group attacked": armed, whoever they are
                    if s.sector == Some(Sector::Soc)
                        && s.org.is_none()
                        && actors.entities[s.entity as usize].kind != EntityKind::Person
                    {
                        s.sector = Some(Sector::Uaf);
                    }
                    let state = actors.entities[s.entity as usize].kind == EntityKind::State;
                    if state && s.sector == Some(Sector::Gov) && self.strikes(token, s) {
                        s.sector = Some(Sector::Mil);
                    }
                }
                for s in e.recipient.iter_mut() {
                    if s.sector == Some(Sector::Soc) && s.org.is_none() {
                        s.sector = Some(Sector::Cvl);
                    }
                }
            }
        }
    }

    /// "ended his campaign", "dropped out of the race".
    fn candidacy(&self, token: usize) -> bool {
        let p = self.run().p;
        let end = p.text.sentences()[p.text.sentence_of(token)].range().end;
        (token..end.min(token + 8)).any(|t| {
            matches!(
                p.lemma(t),
                "campaign" | "race" | "candidacy" | "bid" | "primary"
            )
        })
    }

    /// Whether the text calls one a former this or that.
    fn called_former(&self, entity: u32) -> bool {
        let actors = self.run().l.actors;
        let text = &self.run().p.text;
        actors.entities[entity as usize].mentions.iter().any(|&m| {
            let words = text.slice(actors.mentions[m as usize].span);
            words
                .split_whitespace()
                .any(|w| w.eq_ignore_ascii_case("former") || w.starts_with("ex-"))
        })
    }

    /// Whoever is out of office now held it when he did or bore what is told as history, or sent forces.
    pub fn in_office(&self, events: &mut [Event]) {
        let actors = self.run().l.actors;
        for e in events.iter_mut().filter(|e| e.date.is_none()) {
            let past = e.aux.contains(&Aux::Historical);
            let force = matches!(e.event, EventType::Assault | EventType::Mobilize);
            // convicted is whoever has left office
            let then = past && e.event != EventType::Sanction;
            let whom = e.recipient.iter_mut().filter(|_| then);
            for s in e.actor.iter_mut().filter(|_| past || force).chain(whom) {
                if s.sector == Some(Sector::Eli)
                    && !self.called_former(s.entity)
                    && let Some(term) = actors.last_term(s.entity, None)
                {
                    s.sector = Some(term.sector);
                }
            }
        }
    }

    /// "a US airstrike", "killed in a US raid": the state stands before the noun for what its forces do.
    fn strikes(&self, token: usize, s: &Slot) -> bool {
        let p = self.run().p;
        let Some(span) = s.span else { return false };
        let at = p
            .text
            .tokens()
            .partition_point(|t| t.span.start < span.start);
        let end = p.text.tokens().partition_point(|t| t.span.start < span.end);
        (at..end.min(p.len())).any(|t| {
            matches!(p.rel(t), D::Amod | D::Compound)
                && p.head(t).is_some_and(|h| {
                    h.abs_diff(token) < 40 && self.run().scope.blow.has(p.lemma(h))
                })
        })
    }

    /// Those who live in a country, where the document speaks of it.
    fn people(&self, country: gesta_text::Country, span: gesta_text::Span) -> Vec<Slot> {
        let actors = self.run().l.actors;
        let of = |e: &gesta_actor::Entity| e.country == Some(country);
        let state = |e: &gesta_actor::Entity| of(e) && e.kind == EntityKind::State;
        let found = actors
            .entities
            .iter()
            .position(state)
            .or_else(|| actors.entities.iter().position(of));
        found
            .map(|entity| Slot {
                entity: entity as u32,
                span: Some(span),
                country: Some(country),
                org: None,
                sector: Some(Sector::Cvl),
            })
            .into_iter()
            .collect()
    }

    /// Whether the report speaks of rebels or gunmen.
    fn fighters(&self) -> bool {
        let entities = &self.run().l.actors.entities;
        entities
            .iter()
            .any(|e| matches!(e.sector, Some(Sector::Reb | Sector::Uaf)))
    }

    /// The one attacker whom the report tells in the same voice: of the same victims, or called so.
    fn attacker(&self, events: &[Event], i: usize) -> Vec<Slot> {
        let e = &events[i];
        let (from, to) = (i.saturating_sub(40), events.len().min(i + 40));
        let whom = keys(&e.recipient);
        let mut found: Vec<&Vec<Slot>> = Vec::new();
        for x in &events[from..to] {
            let same = x.event == EventType::Assault
                && !x.actor.is_empty()
                && x.aux == e.aux
                && x.attribution.iter().all(|a| e.attribution.contains(a))
                && !self.mutual(x)
                && self.responsibility(x).is_none()
                && match (&x.date, &e.date) {
                    (Some(a), Some(b)) => a.start <= b.end && b.start <= a.end,
                    _ => !self.in_a_year(e) && !self.in_a_year(x),
                }
                && keys(&x.recipient).iter().any(|k| whom.contains(k))
                // soldiers who fight gunmen of a country do not kill its people
                && armed(&x.recipient) == armed(&e.recipient);
            if same && !found.iter().any(|f| keys(f) == keys(&x.actor)) {
                found.push(&x.actor);
            }
        }
        if let [one] = found.as_slice() {
            return (*one).clone();
        }
        if !found.is_empty() || e.aux.contains(&Aux::Historical) {
            return vec![];
        }
        // what is told of a year is another occurrence; so is what happened in another country
        if self.in_a_year(e) {
            return vec![];
        }
        let here = self.scene_country(e);
        self.named(e, NEAR, |run, m| {
            let m = &run.l.actors.mentions[m as usize];
            let country = m
                .entities
                .first()
                .and_then(|&x| run.l.actors.entities[x as usize].country);
            if here.is_some() && country.is_some() && here != country {
                return false;
            }
            // whom a name in somebody's words accuses has not done it in the writer's
            let nameless = m.entities.iter().all(|&x| {
                let x = &run.l.actors.entities[x as usize];
                x.name.is_none() && x.org.is_none()
            });
            let voice = run.said[m.head as usize].is_none_or(|s| {
                let direct = run.l.statements[s as usize].form == StatementForm::Direct;
                nameless && !direct || e.attribution.contains(&s)
            });
            voice && run.scope.attacker.has(run.p.lemma(m.head as usize))
        })
    }

    /// Whether the sentence itself dates the event no closer than by a month: background, not the report's occurrence.
    fn in_a_year(&self, e: &Event) -> bool {
        e.date.as_ref().is_some_and(|d| {
            let own = d.time.is_some_and(|t| {
                let first = self.run().l.times[t as usize].tokens.start as usize;
                self.run().p.text.sentence_of(first) as u32 == e.sentence
            });
            own && matches!(d.precision, Precision::Year)
        })
    }

    /// The country of the scene in the event's own sentence.
    fn scene_country(&self, e: &Event) -> Option<gesta_text::Country> {
        self.attach
            .sentence_items(e.sentence as usize, &self.attach.place_head)
            .find(|&(k, at)| self.attach.scene(at, k))
            .and_then(|(k, _)| self.run().l.places[k].country)
    }

    /// The countries where an event may have happened: of its scene, else of those to whom it was done.
    fn where_it_is(&self, e: &Event) -> Vec<gesta_text::Country> {
        let place = e
            .place
            .and_then(|p| self.run().l.places[p as usize].country);
        let victims = e.recipient.iter().filter_map(|r| r.country);
        match self.scene_country(e) {
            Some(c) => vec![c],
            None => victims.chain(place).collect(),
        }
    }

    /// The body or officer of one of the sectors who is named nearest.
    fn official(&self, e: &Event, sectors: &[Sector], reach: usize) -> Vec<Slot> {
        if self.in_a_year(e) && !sectors.contains(&Sector::Leg) {
            return vec![];
        }
        let here = self.where_it_is(e);
        self.named(e, reach, |run, m| {
            let m = &run.l.actors.mentions[m as usize];
            let [x] = m.entities[..] else { return false };
            let x = &run.l.actors.entities[x as usize];
            let body = x.kind != EntityKind::Person || !sectors.contains(&Sector::Cop);
            body && x.sector.is_some_and(|s| sectors.contains(&s))
                && x.country.is_some_and(|c| here.contains(&c))
                && !matches!(
                    run.p.lemma(m.head as usize),
                    "prosecutor" | "attorney" | "lawyer" | "office" | "district"
                )
        })
    }

    /// Whether a protest turns on what only a government does.
    fn against_policy(&self, t: usize) -> bool {
        let run = self.run();
        run.roles
            .preps(t, &|c| matches!(c, "against" | "over"))
            .into_iter()
            .any(|k| run.scope.policy.has(&run.lemma[k]))
    }

    /// The government of a country, where the report names the country.
    fn state(&self, country: gesta_text::Country) -> Vec<Slot> {
        let entities = &self.run().l.actors.entities;
        let found = entities
            .iter()
            .position(|e| e.country == Some(country) && e.kind == EntityKind::State);
        found
            .map(|e| Slot {
                sector: Some(Sector::Gov),
                ..self.run().slot_of(e as u32, None)
            })
            .into_iter()
            .collect()
    }

    /// Who governs where the report is.
    fn rulers(&self, e: &Event) -> Vec<Slot> {
        let place = e
            .place
            .and_then(|p| self.run().l.places[p as usize].country);
        let of: Vec<_> = e.recipient.iter().filter_map(|r| r.country).collect();
        self.named(e, NEAR, |run, m| {
            let m = &run.l.actors.mentions[m as usize];
            let [x] = m.entities[..] else { return false };
            let country = run.l.actors.entities[x as usize].country;
            matches!(
                run.lemma[m.head as usize].as_ref(),
                "government" | "authority" | "authorities" | "cabinet" | "junta" | "ministry"
            ) && country.is_some()
                && (of.is_empty() && (place.is_none() || country == place)
                    || country.is_some_and(|c| of.contains(&c)))
        })
    }

    /// "The authorities" of the country in question.
    fn authorities(&self, e: &Event) -> Vec<Slot> {
        let here: Vec<_> = e.recipient.iter().filter_map(|r| r.country).collect();
        self.named(e, NEAR + 4, |run, m| {
            let m = &run.l.actors.mentions[m as usize];
            let [x] = m.entities[..] else { return false };
            let of = run.l.actors.entities[x as usize].country;
            matches!(
                run.lemma[m.head as usize].as_ref(),
                "authority" | "authorities"
            ) && of.is_some_and(|c| here.contains(&c))
        })
    }

    /// The nearest mention that `fits`: in the event's sentence, before it, after it.
    fn named(&self, e: &Event, reach: usize, fits: impl Fn(&Run<'a>, u32) -> bool) -> Vec<Slot> {
        let run = self.run();
        let s = e.sentence;
        let reach = reach as u32;
        let mut best: Option<(u32, u32)> = None;
        let from = self.mentions.partition_point(|m| m.0 + reach < s);
        for &(at, m) in self.mentions[from..]
            .iter()
            .take_while(|m| m.0 <= s + reach)
            .take(400)
        {
            let mention = &run.l.actors.mentions[m as usize];
            if mention.entities.len() != 1
                || mention.form == gesta_actor::Form::Pronoun
                || !fits(run, m)
            {
                continue;
            }
            let cost = if at <= s {
                2 * (s - at)
            } else {
                2 * (at - s) + 1
            };
            if best.is_none_or(|b| cost < b.0) {
                best = Some((cost, m));
            }
        }
        best.map(|(_, m)| {
            let m = &run.l.actors.mentions[m as usize];
            run.slot_of(m.entities[0], Some(m.span))
        })
        .into_iter()
        .collect()
    }
}

/// Whether all of them bear arms.
fn armed(slots: &[Slot]) -> bool {
    use Sector::*;
    slots
        .iter()
        .all(|s| matches!(s.sector, Some(Mil | Cop | Reb | Uaf | Prm | Spy)))
}
