//! When, where, how many, about what, and which earlier telling: what is tied to an event beside its actors.

use crate::complete::Complete;
use crate::counterpart::Counterpart;
use crate::matcher::{Reality, Run, is_verbal};
use crate::{Event, EventDate, EventType};
use gesta_actor::EntityKind;
use gesta_parse::{Deprel as D, Upos};
use gesta_text::number;
use gesta_time::{Precision, Timex};
use jiff::civil::Date;

/// Words behind which another occurrence with a time and place of its own is told.
const ELSEWHERE: &[&str] = &[
    "after", "before", "since", "until", "till", "for", "because", "if", "unless", "although",
    "though", "over",
];

/// Days before the report after which an event is background.
pub(crate) const CURRENT: i32 = 31;

pub(crate) struct Attach<'r, 'a> {
    pub run: &'r Run<'a>,
    /// Head token of each expression of time.
    pub time_head: Vec<usize>,
    /// Head token of each toponym.
    pub place_head: Vec<usize>,
}

impl<'r, 'a> Attach<'r, 'a> {
    pub fn new(run: &'r Run<'a>) -> Self {
        let head = |range: &std::ops::Range<u32>| {
            let (a, b) = (range.start as usize, (range.end as usize).min(run.p.len()));
            (a..b)
                .find(|&i| run.p.head(i).is_none_or(|h| h < a || h >= b))
                .unwrap_or(a.min(run.p.len().saturating_sub(1)))
        };
        Attach {
            run,
            time_head: run.l.times.iter().map(|t| head(&t.tokens)).collect(),
            place_head: run.l.places.iter().map(|p| head(&p.tokens)).collect(),
        }
    }

    /// Fills date, place, magnitude and contexts of one event.
    pub fn fill(&self, e: &mut Event, reality: Reality) {
        e.date = self.date(e);
        e.place = self.place(e);
        self.magnitude(e);
        self.contexts(e);
        self.historical(e, reality);
    }

    pub fn sentence_items<'x>(
        &self,
        s: usize,
        heads: &'x [usize],
    ) -> impl Iterator<Item = (usize, usize)> + 'x {
        let r = self.run.p.text.sentences()[s].range();
        let from = heads.partition_point(|&h| h < r.start);
        heads[from..]
            .iter()
            .copied()
            .enumerate()
            .map(move |(i, h)| (from + i, h))
            .take_while(move |&(_, h)| h < r.end)
            .take(64)
    }

    /// How closely a phrase at `at` hangs on the trigger: 0 is its own dependent; `None` if it belongs to another clause.
    pub fn distance(&self, t: usize, at: usize) -> Option<u32> {
        let p = self.run.p;
        // Where the phrase climbs to: the first verb or noun of action above it.
        let mut i = at;
        for cost in 0..6 {
            if i == t {
                return Some(cost);
            }
            // "sentenced for blocking a road in 2023", "signed in Oslo after they met in Geneva": another occurrence's
            if matches!(p.rel(i), D::Advcl | D::Acl)
                && p.kids_by(i, D::Mark)
                    .any(|k| ELSEWHERE.contains(&p.form(k).to_lowercase().as_str()))
            {
                return None;
            }
            let h = p.head(i)?;
            if h == t {
                return Some(cost);
            }
            // The trigger may hang on the same verb: "launched an attack on Wednesday", "said on Friday".
            let carries = p.head(t) == Some(h)
                && matches!(
                    p.rel(t),
                    D::Obj
                        | D::Obl
                        | D::Nmod
                        | D::Xcomp
                        | D::Conj
                        | D::NsubjPass
                        | D::Nsubj
                        | D::Acl
                        | D::Advcl
                        | D::Ccomp
                );
            if carries {
                return Some(cost + 2);
            }
            // Out of another clause nothing is carried.
            if i != at && self.run.roles.is_verb(i) && !matches!(p.rel(i), D::Xcomp) {
                return None;
            }
            i = h;
        }
        // Or the trigger hangs below the verb that carries the phrase.
        None
    }

    fn magnitude(&self, e: &mut Event) {
        let p = self.run.p;
        let t = e.token as usize;
        let number_of = |i: usize| p.kid(i, D::Nummod).and_then(|k| number(p.form(k)));
        match e.event {
            EventType::Assault => {
                let lemma = p.lemma(t);
                let object = self.run.roles.object(t);
                let n = object
                    .iter()
                    .find_map(|&o| number_of(o).or_else(|| number(p.form(o))));
                match lemma {
                    "kill" | "die" | "massacre" | "murder" | "execute" | "behead" => {
                        e.magnitude.dead = n.or_else(|| {
                            self.run
                                .roles
                                .subject(t)
                                .iter()
                                .find_map(|&s| number_of(s))
                                .filter(|_| lemma == "die")
                        })
                    }
                    "injure" | "wound" | "hurt" => e.magnitude.injured = n,
                    _ => {}
                }
                // "…, killing 12 and wounding 30": in the clauses around
                let around = p
                    .kids(t)
                    .chain(p.head(t))
                    .chain(p.head(t).into_iter().flat_map(|h| p.kids(h)))
                    .take(60);
                for k in around {
                    if k == t {
                        continue;
                    }
                    let n = self
                        .run
                        .roles
                        .object(k)
                        .iter()
                        .find_map(|&o| number_of(o).or_else(|| number(p.form(o))));
                    match p.lemma(k) {
                        "kill" if e.magnitude.dead.is_none() => e.magnitude.dead = n,
                        "injure" | "wound" if e.magnitude.injured.is_none() => {
                            e.magnitude.injured = n
                        }
                        _ => {}
                    }
                }
            }
            EventType::Coerce if e.mode.contains(&"arrest") => {
                e.magnitude.arrested = self
                    .run
                    .roles
                    .object(t)
                    .iter()
                    .find_map(|&o| number_of(o).or_else(|| number(p.form(o))));
            }
            EventType::Protest | EventType::Mobilize => {
                e.magnitude.size = self
                    .run
                    .roles
                    .subject(t)
                    .iter()
                    .chain(&self.run.roles.object(t))
                    .find_map(|&o| number_of(o));
            }
            _ => {}
        }
    }

    fn contexts(&self, e: &mut Event) {
        let p = self.run.p;
        let range = p.text.sentences()[e.sentence as usize].range();
        let t = e.token as usize;
        let (from, to) = (range.start.max(t.saturating_sub(40)), range.end.min(t + 40));
        for i in from..to {
            if !matches!(p.upos(i), Upos::Noun | Upos::Propn | Upos::Adj | Upos::Verb) {
                continue;
            }
            let found = self
                .run
                .book
                .contexts
                .get(p.lemma(i))
                .or_else(|| self.run.book.contexts.get(&p.form(i).to_lowercase()));
            for c in found.into_iter().flatten() {
                if e.context.len() < 3 && !e.context.contains(c) {
                    e.context.push(c);
                }
            }
        }
    }

    /// What can be said only once all events are there: retellings, and the day of a conversation.
    /// Also where each event went: its new number, or none for one that says nothing of its own.
    pub fn finish(&self, mut all: Vec<Event>, inherits: &[bool]) -> (Vec<Event>, Vec<Option<u32>>) {
        let complete = Complete::new(self);
        Counterpart::new(self).spoken(&mut all);
        complete.inherit(&mut all, inherits);
        complete.fill(&mut all, inherits);
        Counterpart::new(self).fill(&mut all);
        let mut kept: Vec<Event> = Vec::with_capacity(all.len());
        let mut went: Vec<Option<u32>> = Vec::with_capacity(all.len());
        for (i, e) in all.into_iter().enumerate() {
            let pending = inherits.get(i).copied().unwrap_or(false);
            let whole = if pending && e.event == EventType::Accuse {
                !e.recipient.is_empty()
            } else {
                !e.actor.is_empty() || !e.recipient.is_empty()
            };
            // One event a type, actors and recipients in a sentence, and voice.
            let told = kept
                .iter()
                .rev()
                .take_while(|k| k.sentence == e.sentence)
                .any(|k| {
                    k.event == e.event
                        && keys(&k.actor) == keys(&e.actor)
                        && keys(&k.recipient) == keys(&e.recipient)
                        && (k.attribution == e.attribution || pending)
                        && (pending || k.rule == e.rule)
                });
            if !whole || told {
                went.push(None);
                continue;
            }
            // Who attacks does so once in a sentence: "engaged a unit and destroyed its vehicles", "killed three and
            // wounded ten".
            let once = (0..kept.len())
                .rev()
                .take_while(|&k| kept[k].sentence == e.sentence)
                .find(|&k| self.one_attack(&kept[k], &e));
            went.push(Some(once.unwrap_or(kept.len()) as u32));
            match once {
                Some(k) => join(&mut kept[k], e),
                None => kept.push(e),
            }
        }
        let events = kept.as_mut_slice();
        complete.sectors(events);
        self.backgrounds(events);
        self.bygones(events);
        complete.in_office(events);
        self.readout(events);
        self.talks(events);
        for i in 1..events.len() {
            for j in (i.saturating_sub(60)..i).rev() {
                if self.retells(&events[i], &events[j]) {
                    let first = events[j].same_as.unwrap_or(j as u32);
                    events[i].same_as = Some(first);
                    let several = self.several(&events[i], &events[j]);
                    if events[i].date.is_none() && !several {
                        let day = events[j].date.clone();
                        events[i].date = day.filter(|d| !self.other_time(&events[i], d));
                    }
                    // "a 2008 raid": the day of it was told before
                    if let (Some(own), Some(told)) = (&events[i].date, &events[j].date)
                        && own.precision != Precision::Day
                        && !several
                        && own.start <= told.start
                        && told.end <= own.end
                    {
                        events[i].date = Some(told.clone());
                    }
                    if events[i].place.is_none() {
                        events[i].place = events[j].place;
                    }
                    break;
                }
            }
        }
        self.share_days(events);
        self.settings(events);
        (kept, went)
    }

    /// Whether two events of a sentence are one act of force: by the same, or one of them by nobody named on the same.
    fn one_attack(&self, a: &Event, b: &Event) -> bool {
        let material = matches!(a.event, EventType::Assault | EventType::Protest);
        if !material || a.event != b.event || a.aux != b.aux {
            return false;
        }
        let (aa, ba) = (keys(&a.actor), keys(&b.actor));
        let (ar, br) = (keys(&a.recipient), keys(&b.recipient));
        if a.attribution != b.attribution {
            return false;
        }
        aa == ba
            || ((aa.is_empty() || ba.is_empty()) && (ar == br || ar.is_empty() || br.is_empty()))
    }

    /// Three or more who talk do so multilaterally; of two, the one in whose country they meet is the host.
    fn talks(&self, events: &mut [Event]) {
        for e in events.iter_mut().filter(|e| e.event == EventType::Consult) {
            let sides = keys(&e.actor);
            if sides.len() >= 3 && e.mode.is_empty() {
                e.mode.push("multilateral");
            }
            let host = e.place.and_then(|p| self.run.l.places[p as usize].country);
            if let (2, true, Some(host)) = (
                sides.len(),
                e.recipient.is_empty() && !e.mode.contains(&"phone"),
                host,
            ) && e.actor.iter().any(|a| a.country == Some(host))
            {
                let (hosts, guests): (Vec<_>, Vec<_>) =
                    e.actor.drain(..).partition(|a| a.country == Some(host));
                e.recipient = hosts;
                e.actor = guests;
                if e.mode.is_empty() {
                    e.mode.push("visit");
                }
            }
        }
    }

    /// A report of a dated conversation dates what its partners say in it.
    fn readout(&self, events: &mut [Event]) {
        let known = |e: &Event| e.date.is_some() || e.place.is_some();
        let Some(first) = events.iter().position(|e| {
            e.event == EventType::Consult && known(e) && e.sentence <= 2 && e.aux.is_empty()
        }) else {
            return;
        };
        let (date, place, who) = (
            events[first].date.clone(),
            events[first].place,
            ids(&events[first]),
        );
        let from = events[first].sentence;
        for e in events
            .iter_mut()
            .filter(|e| e.sentence >= from && e.aux.is_empty() && is_verbal(e.event))
        {
            let countries = |entity: u32| self.run.l.actors.entities[entity as usize].country;
            let partner = !e.actor.is_empty()
                && e.actor.iter().all(|a| {
                    who.contains(&a.entity)
                        || a.country.is_some() && who.iter().any(|&w| countries(w) == a.country)
                });
            if partner {
                e.date = e.date.take().or_else(|| date.clone());
                e.place = e.place.or(place);
            }
        }
    }

    fn retells(&self, b: &Event, a: &Event) -> bool {
        if a.event != b.event || a.sentence == b.sentence || a.aux != b.aux {
            return false;
        }
        let (aa, ba) = (keys(&a.actor), keys(&b.actor));
        let (ar, br) = (keys(&a.recipient), keys(&b.recipient));
        let agree = |x: &[String], y: &[String]| x == y || x.is_empty() || y.is_empty();
        let some = (!aa.is_empty() && aa == ba) || (!ar.is_empty() && ar == br);
        let dates = match (&a.date, &b.date) {
            (Some(x), Some(y)) => x.start <= y.end && y.start <= x.end,
            _ => true,
        };
        let modes =
            a.mode.is_empty() || b.mode.is_empty() || a.mode.iter().any(|m| b.mode.contains(m));
        let words = self.run.p.lemma(a.token as usize) == self.run.p.lemma(b.token as usize)
            || matches!(b.event, EventType::Consult | EventType::Assault);
        // Two bodies of one state that ask or blame are two, not one told again.
        let (ai, bi) = (ids_of(&a.actor), ids_of(&b.actor));
        let same = ai.is_empty()
            || bi.is_empty()
            || ai.iter().any(|e| bi.contains(e))
            || b.event == EventType::Consult
            // nor are soldiers and a crowd of one country one attacker
            || !is_verbal(b.event) && a.actor.iter().any(|x| b.actor.iter().any(|y| x.sector == y.sector));
        some && same
            && agree(&aa, &ba)
            && agree(&ar, &br)
            && dates
            && modes
            && words
            && !self.only_states(b)
    }

    /// Two states do many things of one type; one telling more is not the same telling.
    fn only_states(&self, e: &Event) -> bool {
        is_verbal(e.event)
            && e.event != EventType::Consult
            && e.actor
                .iter()
                .chain(&e.recipient)
                .all(|s| self.run.l.actors.entities[s.entity as usize].kind == EntityKind::State)
    }
}

/// Puts what a second telling adds into the first.
fn join(k: &mut Event, e: Event) {
    if k.actor.is_empty() {
        k.actor = e.actor;
    }
    if k.recipient.is_empty() {
        k.recipient = e.recipient;
    }
    for m in e.mode {
        if !k.mode.contains(&m) {
            k.mode.push(m);
        }
    }
    k.date = k.date.take().or(e.date);
    k.place = k.place.or(e.place);
    k.magnitude.dead = k.magnitude.dead.or(e.magnitude.dead);
    k.magnitude.injured = k.magnitude.injured.or(e.magnitude.injured);
}

pub(crate) fn ids_of(slots: &[crate::Slot]) -> Vec<u32> {
    let mut v: Vec<u32> = slots.iter().map(|s| s.entity).collect();
    v.sort_unstable();
    v
}

/// Countries or organisations, sorted; an entity without either stands for itself.
pub(crate) fn keys(slots: &[crate::Slot]) -> Vec<String> {
    let mut v: Vec<String> = slots
        .iter()
        .map(|s| {
            s.country
                .map(|c| c.to_string())
                .or(s.org.clone())
                .unwrap_or(format!("#{}", s.entity))
        })
        .collect();
    v.sort();
    v.dedup();
    v
}

fn ids(e: &Event) -> Vec<u32> {
    e.actor
        .iter()
        .chain(&e.recipient)
        .map(|s| s.entity)
        .collect()
}

pub(crate) fn days(a: Date, b: Date) -> i32 {
    a.until(b).map_or(0, |s| s.get_days())
}

pub(crate) fn date_of(t: &Timex, i: u32) -> Option<EventDate> {
    let (start, end) = (t.start?, t.end.or(t.start)?);
    // A decade or a century is no day, a year far ahead the number of something.
    if days(start, end) > 400 || start.year() > 2100 {
        return None;
    }
    let precision = t.precision.unwrap_or(if start == end {
        Precision::Day
    } else {
        Precision::Range
    });
    Some(EventDate {
        start,
        end,
        precision,
        time: Some(i),
    })
}
