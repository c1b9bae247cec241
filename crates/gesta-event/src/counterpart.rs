//! Whom an act of speech is aimed at when its own sentence does not say: "Oslo refused", "the move was criticised".

use crate::attach::{Attach, keys};
use crate::matcher::is_verbal;
use crate::{Aux, Event, EventType, Slot};
use gesta_actor::{EntityKind, Sector};
use gesta_parse::{Deprel as D, Upos};

/// How many sentences back the act is told that is answered.
const ANSWERED: u32 = 6;
/// What an expectation leaves of an event's confidence.
const EXPECTED: f32 = 0.75;
/// How many events back are looked at.
const BACK: usize = 40;

pub(crate) struct Counterpart<'c, 'r, 'a> {
    attach: &'c Attach<'r, 'a>,
}

impl<'c, 'r, 'a> Counterpart<'c, 'r, 'a> {
    pub fn new(attach: &'c Attach<'r, 'a>) -> Self {
        Counterpart { attach }
    }

    /// "X is trying to rule alone, this is dangerous": of whom the accuser speaks in his own words.
    pub fn spoken(&self, events: &mut [Event]) {
        for e in events.iter_mut() {
            if e.event == EventType::Accuse && e.recipient.is_empty() && !e.actor.is_empty() {
                e.recipient = self.spoken_of(e);
            }
        }
    }

    /// Gives those acts of speech that need somebody at the other end the one whom the report lets expect there.
    pub fn fill(&self, events: &mut [Event]) {
        for i in 0..events.len() {
            let e = &events[i];
            let aimed = matches!(
                e.event,
                EventType::Accuse | EventType::Request | EventType::Reject | EventType::Threaten
            );
            let entry = self.attach.run.book.entry(&e.rule);
            let alone = entry.is_some_and(|p| p.alone);
            // A plan is dropped for those who protested against its makers; they are who is repressed.
            let answers = entry.is_some_and(|p| p.answers);
            if answers && e.recipient.is_empty() && e.aux.iter().all(|a| *a == Aux::Future) {
                let found = self.protesters(events, i);
                if !found.is_empty() {
                    events[i].confidence *= EXPECTED;
                    events[i].recipient = found;
                }
                continue;
            }
            if !aimed || alone || e.actor.is_empty() || !e.recipient.is_empty() {
                continue;
            }
            let found = self.aim(events, i);
            if !found.is_empty() {
                // Nobody says so: the report only lets expect it.
                events[i].confidence *= EXPECTED;
            }
            events[i].recipient = found;
        }
    }

    /// Those who protest in the country of the actor, a state's body.
    fn protesters(&self, events: &[Event], i: usize) -> Vec<Slot> {
        let official = |s: &&Slot| matches!(s.sector, Some(Sector::Gov | Sector::Leg));
        let Some(home) = events[i]
            .actor
            .iter()
            .find(official)
            .and_then(|s| s.country)
        else {
            return vec![];
        };
        let (from, to) = (i.saturating_sub(BACK), events.len().min(i + BACK));
        events[from..to]
            .iter()
            .filter(|x| x.event == EventType::Protest && x.aux.is_empty() && !x.actor.is_empty())
            .find(|x| x.actor.iter().all(|s| s.country == Some(home)))
            .map(|x| x.actor.clone())
            .unwrap_or_default()
    }

    fn aim(&self, events: &[Event], i: usize) -> Vec<Slot> {
        let e = &events[i];
        let own = keys(&e.actor);
        let acts = |entity: u32| e.actor.iter().any(|a| a.entity == entity);
        let other = |x: &[Slot]| !x.is_empty() && !x.iter().any(|s| acts(s.entity));
        let from = i.saturating_sub(BACK);
        let back = || events[from..i].iter().rev();
        let near = |x: &&Event| x.sentence + ANSWERED >= e.sentence;
        // "condemned the arrests": whoever made them, and nobody else if the report does not say who.
        if e.event == EventType::Accuse
            && let Some(told) = self.named_act(events, i)
        {
            return told
                .actor
                .iter()
                .filter(|a| !acts(a.entity))
                .cloned()
                .collect();
        }
        // What he was asked or accused of he refuses or returns.
        if e.event != EventType::Request {
            let asked = back().filter(near).find(|x| {
                let to = matches!(
                    x.event,
                    EventType::Request | EventType::Accuse | EventType::Threaten
                ) || e.event != EventType::Reject && !is_verbal(x.event);
                to && x.recipient.iter().any(|r| acts(r.entity)) && other(&x.actor)
            });
            if let Some(x) = asked {
                return x.actor.clone();
            }
        }
        // He goes on against the same one.
        let same = back().find(|x| {
            x.event == e.event
                && other(&x.recipient)
                && keys(&x.actor) == own
                && x.actor.iter().any(|s| acts(s.entity))
        });
        if let Some(x) = same {
            return x.recipient.clone();
        }
        // Others aim at the same one.
        let others = back()
            .filter(near)
            .find(|x| x.event == e.event && other(&x.recipient));
        if let Some(x) = others {
            return x.recipient.clone();
        }
        // Who refuses was asked, by whoever asked last.
        if e.event == EventType::Reject {
            let asked = back()
                .filter(near)
                .find(|x| x.event == EventType::Request && other(&x.actor));
            if let Some(x) = asked {
                return x.actor.clone();
            }
        }
        let court = e.actor.iter().any(|a| a.sector == Some(Sector::Jud));
        // A court strikes down what those in power did.
        if court {
            let power = self.power(e);
            if !power.is_empty() {
                return power;
            }
        }
        // The doer of what was told last is blamed for it.
        if e.event == EventType::Accuse || court {
            let doer = back()
                .filter(near)
                .find(|x| other(&x.actor) && x.sentence < e.sentence);
            if let Some(x) = doer {
                // troops come and go on their government's word
                let sent = matches!(
                    x.event,
                    EventType::Retreat | EventType::Mobilize | EventType::Concede
                );
                let mut them = x.actor.clone();
                for s in them.iter_mut().filter(|s| sent && s.org.is_none()) {
                    if s.sector == Some(Sector::Mil) && s.country.is_some() {
                        s.sector = Some(Sector::Gov);
                    }
                }
                return them;
            }
        }
        if e.event != EventType::Reject {
            return self.power(e);
        }
        vec![]
    }

    /// The act told before that the speech act's object names: "the arrests", "the killings".
    fn named_act<'e>(&self, events: &'e [Event], i: usize) -> Option<&'e Event> {
        let run = self.attach.run;
        let e = &events[i];
        let from = i.saturating_sub(BACK);
        run.roles
            .object(e.token as usize)
            .into_iter()
            .find_map(|o| {
                let noun = run.lemma[o].as_ref();
                let kin = noun
                    .strip_suffix("ing")
                    .or(noun.strip_suffix("ion"))
                    .unwrap_or(noun);
                events[from..i].iter().rev().find(|x| {
                    let deed = run.lemma[x.token as usize].as_ref();
                    let force = x.event == EventType::Assault
                        && (run.scope.done_to_noun.has(noun) || run.scope.force_noun.has(noun));
                    !is_verbal(x.event) && (deed == noun || deed == kin || force)
                })
            })
    }

    /// The person or state that does something in the words in which the accusation stands.
    fn spoken_of(&self, e: &Event) -> Vec<Slot> {
        let run = self.attach.run;
        let token = e.token as usize;
        let Some(said) = run.said[token] else {
            return vec![];
        };
        let first = run.p.text.sentences()[e.sentence as usize].range().start;
        (first..token)
            .filter(|&t| {
                run.said[t] == Some(said)
                    && run.p.rel(t) == D::Nsubj
                    && run.p.upos(t) == Upos::Propn
                    && run.p.head(t).is_some_and(|v| run.p.upos(v) == Upos::Verb)
            })
            .find_map(|t| {
                let m = &run.l.actors.mentions[run.l.actors.headed_by(t)? as usize];
                let &[one] = m.entities.as_slice() else {
                    return None;
                };
                let x = &run.l.actors.entities[one as usize];
                let actor = matches!(x.kind, EntityKind::Person | EntityKind::State);
                let self_named = e.actor.iter().any(|a| a.entity == one);
                (actor && x.country.is_some() && !self_named)
                    .then(|| vec![run.slot_of(one, Some(m.span))])
            })
            .unwrap_or_default()
    }

    /// The body or person in power whom the report names most.
    fn power(&self, e: &Event) -> Vec<Slot> {
        let run = self.attach.run;
        let actors = run.l.actors;
        let outside = e.actor.iter().all(|a| {
            a.sector
                .is_none_or(|s| !matches!(s, Sector::Gov | Sector::Mil | Sector::Cop))
        });
        let country = e.actor.iter().find_map(|a| a.country);
        if !outside || country.is_none() {
            return vec![];
        }
        let best = (0..actors.entities.len() as u32)
            .filter(|&x| {
                let y = &actors.entities[x as usize];
                y.country == country
                    && y.sector == Some(Sector::Gov)
                    && y.kind != EntityKind::Other
                    && !e.actor.iter().any(|a| a.entity == x)
            })
            .map(|x| {
                (
                    actors.entities[x as usize].mentions.len(),
                    std::cmp::Reverse(x),
                )
            })
            .max();
        match best {
            Some((n, std::cmp::Reverse(x))) if n >= 2 => {
                let span = actors.entities[x as usize]
                    .mentions
                    .first()
                    .map(|&m| actors.mentions[m as usize].span);
                vec![run.slot_of(x, span)]
            }
            _ => vec![],
        }
    }
}
