//! The day of an event: what its sentence tells, what hangs on it from the sentences around.

use crate::attach::{Attach, CURRENT, date_of, days, keys};
use crate::matcher::{Reality, is_verbal};
use crate::{Aux, Event, EventDate, EventType};
use gesta_actor::{EntityKind, Sector};
use gesta_parse::{Deprel as D, Feats, Upos};
use gesta_time::{Precision, TimexKind};
use jiff::civil::Date;

impl Attach<'_, '_> {
    /// The day of an event as its own sentence tells it; of a speech act, that of the verb that reports it.
    pub fn date(&self, e: &Event) -> Option<EventDate> {
        let t = e.token as usize;
        let own = self.own_words(e);
        // The time of saying is not the time of what is said, but for acts done by saying.
        let said = self.run.said[t].filter(|_| own.is_none());
        if let Some(d) = self.date_at(t, is_verbal(e.event), said) {
            return Some(d);
        }
        if !is_verbal(e.event)
            && let Some(d) = self
                .since(t, e.event, said)
                .or_else(|| self.of_the_deed(t, said))
                .or_else(|| self.far_behind(t, said))
        {
            return Some(d);
        }
        let cue = self.run.l.statements[own?].cue_token? as usize;
        self.date_at(cue, true, None)
    }

    /// "have marched since June": from then to the day of the report.
    fn since(&self, t: usize, event: EventType, said: Option<u32>) -> Option<EventDate> {
        let p = self.run.p;
        let now = self.run.l.document.published?;
        let since = |k: usize, rel: D| {
            p.kids_by(k, rel)
                .any(|c| p.form(c).eq_ignore_ascii_case("since"))
        };
        // "since the protests began in June"
        let clause = p
            .kids_by(t, D::Advcl)
            .find(|&v| since(v, D::Mark))
            .map(|v| p.subtree(v));
        let (i, _) = self
            .sentence_items(p.text.sentence_of(t), &self.time_head)
            .find(|&(i, at)| {
                let time = &self.run.l.times[i];
                let here = since(at, D::Case) && self.distance(t, at).is_some()
                    || clause.as_ref().is_some_and(|c| c.contains(&at));
                here && time.kind == TimexKind::Date
                    && said.is_none_or(|s| self.run.l.statements[s as usize].holds(time.span))
            })?;
        let from = date_of(&self.run.l.times[i], i as u32)?;
        // A sanction was imposed then; marches and arrests go on.
        if matches!(
            event,
            EventType::Sanction | EventType::Retreat | EventType::Mobilize
        ) {
            return Some(from);
        }
        (from.start < now).then_some(EventDate {
            start: from.start,
            end: now,
            precision: Precision::Range,
            time: from.time,
        })
    }

    /// "died in last night's attack", "a bombing that happened on 3 May": the day that the noun of the deed carries.
    fn of_the_deed(&self, t: usize, said: Option<u32>) -> Option<EventDate> {
        let p = self.run.p;
        let deed = |k: &usize| self.run.scope.force_noun.has(p.lemma(*k));
        let nouns = std::iter::once(t).filter(deed).chain(
            p.kids(t)
                .filter(|&k| matches!(p.rel(k), D::Obl | D::Obj | D::Nsubj | D::Nmod | D::OblAgent))
                .filter(deed),
        );
        for n in nouns.take(8) {
            let clauses: Vec<usize> = p
                .kids(n)
                .filter(|&v| matches!(p.rel(v), D::AclRelcl | D::Acl))
                .take(4)
                .collect();
            for (i, at) in self.sentence_items(p.text.sentence_of(t), &self.time_head) {
                let time = &self.run.l.times[i];
                let own = p.head(at) == Some(n)
                    && matches!(p.rel(at), D::NmodPoss | D::Compound | D::Amod | D::Nmod)
                    && !self.off(at);
                let told = clauses
                    .iter()
                    .any(|&v| self.distance(v, at).is_some_and(|d| d <= 2))
                    && self.at_this_time(at, n);
                if (own || told)
                    && matches!(time.kind, TimexKind::Date | TimexKind::Time)
                    && said.is_none_or(|s| self.run.l.statements[s as usize].holds(time.span))
                    && let Some(d) = date_of(time, i as u32)
                {
                    return Some(d);
                }
            }
        }
        None
    }

    /// "was convicted of conspiring to sell arms in 2008": the only day of the sentence, over verbs that are not finite.
    fn far_behind(&self, t: usize, said: Option<u32>) -> Option<EventDate> {
        let p = self.run.p;
        let mut dated = self
            .sentence_items(p.text.sentence_of(t), &self.time_head)
            .filter(|&(i, _)| {
                let time = &self.run.l.times[i];
                time.start.is_some() && matches!(time.kind, TimexKind::Date | TimexKind::Time)
            });
        let (i, at) = dated.next()?;
        if dated.next().is_some()
            || at < t
            || !matches!(p.case(at).as_str(), "in" | "on")
            || said
                .is_some_and(|s| !self.run.l.statements[s as usize].holds(self.run.l.times[i].span))
        {
            return None;
        }
        let mut k = at;
        for _ in 0..10 {
            k = p.head(k)?;
            if k == t {
                return date_of(&self.run.l.times[i], i as u32);
            }
            let finite = p
                .kids(k)
                .any(|c| matches!(p.rel(c), D::Nsubj | D::NsubjPass | D::Cop));
            if finite || matches!(p.rel(k), D::AclRelcl) {
                return None;
            }
        }
        None
    }

    /// The statement in which the actor performs the event by speaking.
    fn own_words(&self, e: &Event) -> Option<usize> {
        let s = self.run.said[e.token as usize]? as usize;
        let speaker = self.run.l.statements[s].speaker.as_ref()?;
        let country = self.run.l.actors.entities[speaker.entity as usize].country;
        let own = |a: &crate::Slot| {
            a.entity == speaker.entity || country.is_some() && a.country == country
        };
        (is_verbal(e.event) && e.actor.iter().any(own)).then_some(s)
    }

    /// The day that hangs on token `t`, inside the statement `said` if there is one.
    fn date_at(&self, t: usize, verbal: bool, said: Option<u32>) -> Option<EventDate> {
        let p = self.run.p;
        let s = p.text.sentence_of(t);
        let mut best: Option<(u32, usize)> = None;
        let mut current = t;
        let mut extra = 0;
        for _ in 0..4 {
            for (i, at) in self.sentence_items(s, &self.time_head) {
                let time = &self.run.l.times[i];
                if !matches!(time.kind, TimexKind::Date | TimexKind::Time)
                    || time.start.is_none()
                    || !self.at_this_time(at, t)
                    || said.is_some_and(|s| !self.run.l.statements[s as usize].holds(time.span))
                {
                    continue;
                }
                // "next month on August 2": the day rather than the month that holds it
                let finer = |b: &(u32, usize)| {
                    let wide = &self.run.l.times[b.1];
                    wide.precision != Some(Precision::Day)
                        && time.precision == Some(Precision::Day)
                        && wide.start <= time.start
                        && time.end <= wide.end
                };
                if let Some(d) = self.distance(current, at).map(|d| d + extra)
                    && best
                        .as_ref()
                        .is_none_or(|b| d < b.0 || finer(b) && d <= b.0 + 2)
                {
                    best = Some((d, i));
                }
            }
            if best.is_some() || self.elsewhen(current) {
                break;
            }
            // A speech act shares the time of the verb that tells it, a participle that of its clause.
            match (p.rel(current), p.head(current)) {
                (
                    D::Xcomp
                    | D::Conj
                    | D::Obj
                    | D::Nmod
                    | D::Obl
                    | D::Acl
                    | D::Nsubj
                    | D::NsubjPass,
                    Some(h),
                ) => current = h,
                (D::Advcl | D::Ccomp | D::Parataxis, Some(h)) if verbal => current = h,
                _ => break,
            }
            extra += 3;
        }
        let (_, i) = best?;
        let day = self.stretch(i)?;
        Some(self.as_spoken(t, i, day))
    }

    /// The day of an expression; where two name the ends of a stretch or stand side by side, from first to last.
    fn stretch(&self, i: usize) -> Option<EventDate> {
        let p = self.run.p;
        let times = &self.run.l.times;
        let date = date_of(&times[i], i as u32)?;
        let lower = |t: usize| p.form(t).to_lowercase();
        let joins = |from: u32, to: u32| {
            to > from
                && to - from <= 3
                && (from..to).any(|t| !matches!(lower(t as usize).as_str(), "on" | "in"))
                && (from..to).all(|t| {
                    matches!(
                        lower(t as usize).as_str(),
                        "and" | "to" | "till" | "until" | "through" | "on" | "in" | "-" | "–" | "—"
                    )
                })
        };
        let (mut first, mut last) = (i, i);
        for _ in 0..4 {
            match first.checked_sub(1) {
                Some(k) if joins(times[k].tokens.end, times[first].tokens.start) => first = k,
                _ => break,
            }
        }
        for _ in 0..4 {
            match times.get(last + 1) {
                Some(x) if joins(times[last].tokens.end, x.tokens.start) => last += 1,
                _ => break,
            }
        }
        if first == last {
            return Some(date);
        }
        let parts: Option<Vec<EventDate>> = (first..=last)
            .map(|k| date_of(&times[k], k as u32))
            .collect();
        let parts = parts.unwrap_or_default();
        let start = parts.iter().map(|d| d.start).min();
        let end = parts.iter().map(|d| d.end).max();
        match (start, end) {
            (Some(start), Some(end)) if (start, end) != (date.start, date.end) => Some(EventDate {
                start,
                end,
                precision: Precision::Range,
                time: date.time,
            }),
            _ => Some(date),
        }
    }

    /// "today" in quoted words is the day on which they were spoken.
    fn as_spoken(&self, t: usize, i: usize, day: EventDate) -> EventDate {
        let times = &self.run.l.times;
        let spoken = self.run.said[t].map(|s| &self.run.l.statements[s as usize]);
        let Some(s) = spoken.filter(|_| self.quoted_today(t, i)) else {
            return day;
        };
        let Some(cue) = s.cue_token.map(|c| c as usize) else {
            return day;
        };
        let said = self
            .sentence_items(self.run.p.text.sentence_of(cue), &self.time_head)
            .filter(|&(k, at)| {
                !s.holds(times[k].span)
                    && times[k].precision == Some(Precision::Day)
                    && self.at_this_time(at, cue)
            })
            .filter_map(|(k, at)| Some((self.distance(cue, at)?, k)))
            .min();
        match said.and_then(|(_, k)| times[k].start) {
            Some(spoken) => self.shift(day, spoken),
            None => day,
        }
    }

    /// Whether expression `i` is a "today" or "yesterday" in the quoted words that hold `t`.
    fn quoted_today(&self, t: usize, i: usize) -> bool {
        let time = &self.run.l.times[i];
        let words = time.span.of(&self.run.l.document.text).to_lowercase();
        self.run.said[t].is_some_and(|s| {
            let s = &self.run.l.statements[s as usize];
            s.form == gesta_statement::StatementForm::Direct && s.holds(time.span)
        }) && self.run.scope.deictic.has(&words)
    }

    /// A day reckoned from that of the report, reckoned from `spoken` instead.
    fn shift(&self, day: EventDate, spoken: Date) -> EventDate {
        let published = self.run.l.document.published;
        let Some(back) = published.and_then(|p| spoken.until(p).ok()) else {
            return day;
        };
        let shift = |d: Date| d.checked_sub(back).unwrap_or(d);
        EventDate {
            start: shift(day.start),
            end: shift(day.end),
            ..day
        }
    }

    /// Whether a clause or phrase has a time of its own, other than that of what it hangs on: "after bombing …",
    /// "sentenced for driving …", "but the minister denied".
    fn elsewhen(&self, i: usize) -> bool {
        let p = self.run.p;
        let other = |k: usize| self.run.scope.other_time.has(&p.form(k).to_lowercase());
        let marked = p
            .kids(i)
            .any(|k| matches!(p.rel(k), D::Mark | D::Case) && other(k));
        let contrast = p.rel(i) == D::Conj
            && p.kids_by(i, D::Cc)
                .any(|k| p.form(k).eq_ignore_ascii_case("but"))
            && p.kids(i)
                .any(|k| matches!(p.rel(k), D::Nsubj | D::NsubjPass));
        contrast || marked && matches!(p.rel(i), D::Advcl | D::Acl | D::Obl | D::Nmod)
    }

    /// Whether the phrase says when something happened, not since or until when, nor which thing is meant.
    fn at_this_time(&self, at: usize, t: usize) -> bool {
        let p = self.run.p;
        if matches!(p.rel(at), D::NmodPoss | D::Compound | D::Amod) {
            // "the 2008 raid", "Monday's attack": the time of the thing itself
            return p.head(at) == Some(t);
        }
        // "resolution 7 (1994)": which one it is
        let i = self.time_head.partition_point(|&h| h < at);
        let (a, b) = self
            .run
            .l
            .times
            .get(i)
            .map_or((0, 0), |t| (t.tokens.start as usize, t.tokens.end as usize));
        let cited = a > 0 && b < p.len() && p.form(a - 1) == "(" && p.form(b) == ")" && b - a == 1;
        !cited && !self.off(at)
    }

    /// "since Friday", "prior to 2004": not the time itself.
    fn off(&self, at: usize) -> bool {
        let case = self.run.p.case(at);
        !case.is_empty() && case.split(' ').any(|c| self.run.scope.off_time.has(c))
    }

    /// Tellings of one occurrence share its day: an undated act takes that of the nearest current one of its type with
    /// the same side acting, and what one person says that of what that person was last told to do.
    pub fn share_days(&self, events: &mut [Event]) {
        let doings = self.doings();
        for i in 0..events.len() {
            let e = &events[i];
            if !e.aux.is_empty() {
                continue;
            }
            // "today" in quoted words is the day of the speech, which an earlier sentence may tell.
            let today = e.date.as_ref().and_then(|d| d.time).filter(|&t| {
                self.quoted_today(e.token as usize, t as usize)
                    && e.date == date_of(&self.run.l.times[t as usize], t)
            });
            if e.date.is_some() && today.is_none() {
                continue;
            }
            let found = (i.saturating_sub(60)..i).rev().find(|&j| {
                events[j].date.is_some()
                    && events[j].sentence < e.sentence
                    && self.one_occasion(&events[j], e)
                    && !self.several(e, &events[j])
            });
            let mut day = found.map(|j| (events[j].sentence, events[j].date.clone()));
            let scene = found.and_then(|j| events[j].place);
            if (is_verbal(e.event) && e.event != EventType::Consult
                || e.event == EventType::Retreat)
                && !self.lasting(e.token as usize)
            {
                let mine = |d: &&(u32, u32, EventDate)| e.actor.iter().any(|a| a.entity == d.1);
                let before = doings.partition_point(|d| d.0 < e.sentence);
                if let Some(d) = doings[..before].iter().rev().take(80).find(mine)
                    && day.as_ref().is_none_or(|x| x.0 < d.0)
                {
                    day = Some((d.0, Some(d.2.clone())));
                }
            }
            let Some(day) = day.and_then(|d| d.1) else {
                continue;
            };
            if today.is_some() {
                if day.start == day.end
                    && let Some(d) = events[i].date.clone()
                {
                    events[i].date = Some(self.shift(d, day.start));
                }
            } else if !self.other_time(&events[i], &day) {
                if Some(&day) == found.and_then(|j| events[j].date.as_ref()) {
                    events[i].place = events[i].place.or(scene);
                }
                events[i].date = Some(day);
            }
        }
    }

    /// Whether the writer tells it as what holds ("insists", "has stated"), not as what was done then.
    fn lasting(&self, t: usize) -> bool {
        let p = self.run.p;
        let direct = self.run.said[t].is_some_and(|s| {
            self.run.l.statements[s as usize].form == gesta_statement::StatementForm::Direct
        });
        let has = p
            .kids_by(t, D::Aux)
            .any(|k| matches!(p.form(k).to_lowercase().as_str(), "has" | "have" | "'ve"));
        !direct && (has || matches!(p.word(t).xpos, "VBZ" | "VBP"))
    }

    /// What persons are told to have done on a day of late, in the writer's own words: sentence, person, day.
    fn doings(&self) -> Vec<(u32, u32, EventDate)> {
        let p = self.run.p;
        let mut out = Vec::new();
        let Some(now) = self.run.l.document.published else {
            return out;
        };
        for s in 0..p.text.sentences().len() {
            let Some(v) = p.root(s).filter(|&v| {
                self.run.roles.is_verb(v)
                    && self.run.said[v].is_none()
                    && !self.run.roles.passive(v)
            }) else {
                continue;
            };
            let Some(day) = self.date_at(v, false, None) else {
                continue;
            };
            if day.start != day.end || !(0..=CURRENT).contains(&days(day.end, now)) {
                continue;
            }
            for k in self.run.roles.subject(v) {
                for x in self.run.actors_at(k) {
                    if self.run.l.actors.entities[x.entity as usize].kind == EntityKind::Person {
                        out.push((s as u32, x.entity, day.clone()));
                    }
                }
            }
        }
        out
    }

    fn one_occasion(&self, a: &Event, b: &Event) -> bool {
        if !a.aux.is_empty() {
            return false;
        }
        let person = |x: &crate::Slot| {
            self.run.l.actors.entities[x.entity as usize].kind == EntityKind::Person
        };
        let entity = |x: &crate::Slot| b.actor.iter().any(|y| x.entity == y.entity);
        if is_verbal(a.event)
            && is_verbal(b.event)
            && a.actor.iter().any(|x| person(x) && entity(x))
        {
            return true;
        }
        if a.event != b.event {
            return false;
        }
        // Acts of force and measures are those of a side; what one says, or leaves, is one's own.
        let alone = is_verbal(a.event) || a.event == EventType::Retreat;
        if alone {
            let court = |x: &crate::Slot| x.sector == Some(Sector::Jud) && x.country.is_some();
            return a.actor.iter().any(|x| {
                entity(x) || court(x) && b.actor.iter().any(|y| court(y) && x.country == y.country)
            }) && a.event != EventType::Accuse;
        }
        let side = |x: &crate::Slot| x.country.is_some() || x.org.is_some() || person(x);
        let known = |v: &[crate::Slot]| v.iter().filter(|x| side(x)).cloned().collect::<Vec<_>>();
        let (aa, ba) = (keys(&known(&a.actor)), keys(&known(&b.actor)));
        aa.iter().any(|k| ba.contains(k))
    }

    /// Whether `b` tells of several where `a` told of one: "three bombings" after "a bombing".
    pub fn several(&self, b: &Event, a: &Event) -> bool {
        let p = self.run.p;
        let plural = |e: &Event| {
            let t = e.token as usize;
            !self.run.roles.is_verb(t) && p.word(t).feats.has(Feats::PLUR)
        };
        let definite = p.kids(b.token as usize).any(|k| {
            matches!(
                p.form(k).to_lowercase().as_str(),
                "the" | "these" | "those" | "both" | "all"
            )
        });
        plural(b) && !definite && !plural(a)
    }

    /// Whether the sentence tells another time than `d`.
    pub fn other_time(&self, e: &Event, d: &EventDate) -> bool {
        self.sentence_items(e.sentence as usize, &self.time_head)
            .filter(|&(i, at)| !self.quoted_today(at, i))
            .any(|(i, _)| {
                let t = &self.run.l.times[i];
                matches!((t.start, t.end), (Some(a), Some(b)) if b < d.start || d.end < a)
            })
    }

    /// Marks an event as background where its own words tell that it lies before the news.
    pub fn historical(&self, e: &mut Event, reality: Reality) {
        if e.aux.contains(&Aux::Future) {
            return;
        }
        let old = match (&e.date, self.run.l.document.published) {
            (Some(d), Some(now)) => self.long_ago(d, now),
            _ => false,
        };
        let p = self.run.p;
        let adverb = p.kids(e.token as usize).any(|k| {
            matches!(p.rel(k), D::Advmod | D::Amod) && self.run.scope.past_adverbs.has(p.lemma(k))
        });
        // "had …ed" without a day of its own tells what came before the story.
        let before = reality.perfect_past
            && e.date.is_none()
            && e.attribution.is_empty()
            && !is_verbal(e.event);
        if old || adverb || before {
            mark(e);
        }
    }

    /// Whether a day lies more than a month back; of a month or year its middle counts, or the end that is told.
    fn long_ago(&self, d: &EventDate, now: Date) -> bool {
        let (from, to) = (days(d.start, now), days(d.end, now));
        let part = d.time.and_then(|t| self.run.l.times[t as usize].modifier);
        let back = match (d.precision, part) {
            _ if to <= 0 => to,
            (Precision::Month, Some("START")) => from,
            (Precision::Month | Precision::Year, None | Some("MID")) => (from + to) / 2,
            _ => to,
        };
        back > CURRENT
    }

    /// Marks what is told as history: all of an article on a thing or person of the past, and what goes on from an old
    /// day within its paragraph.
    pub fn backgrounds(&self, events: &mut [Event]) {
        let p = self.run.p;
        if self.tells_history() {
            for e in events.iter_mut().filter(|e| !e.aux.contains(&Aux::Future)) {
                mark(e);
            }
            return;
        }
        let Some(now) = self.run.l.document.published else {
            return;
        };
        let sentences = p.text.sentences();
        // What is the news is not told as history in between.
        let mut news: Vec<EventType> = events
            .iter()
            .filter(|e| e.aux.is_empty())
            .filter(|e| {
                e.date
                    .as_ref()
                    .is_some_and(|d| (0..=CURRENT).contains(&days(d.end, now)))
            })
            .map(|e| e.event)
            .collect();
        news.sort();
        news.dedup();
        let mut then = vec![false; sentences.len()];
        let mut own = vec![false; sentences.len()];
        let mut past = vec![false; sentences.len()];
        for s in 0..sentences.len() {
            let goes_on = s > 0 && sentences[s - 1].paragraph == sentences[s].paragraph;
            let (mut old, mut new) = (false, false);
            for (i, at) in self.sentence_items(s, &self.time_head) {
                let t = &self.run.l.times[i];
                if self.off(at) {
                    continue;
                }
                match (t.kind, t.end) {
                    (TimexKind::Date | TimexKind::Time, Some(end)) if days(end, now) > CURRENT => {
                        old = true
                    }
                    (TimexKind::Date | TimexKind::Time, Some(_)) => new = true,
                    _ => {}
                }
            }
            past[s] = self.of_history(s);
            let old = old || past[s];
            own[s] = old && !new;
            then[s] = !new && (old || goes_on && then[s - 1] && self.told_past(s));
        }
        for e in events.iter_mut() {
            let s = e.sentence as usize;
            if then[s]
                && (own[s] || !news.contains(&e.event))
                && e.date.is_none()
                && e.aux.is_empty()
                && e.attribution.is_empty()
                && (past[s] || !self.lasting(e.token as usize))
            {
                mark(e);
            }
        }
    }

    /// "in the history of the state", "in the past".
    fn of_history(&self, s: usize) -> bool {
        let p = self.run.p;
        p.text.sentences()[s].range().any(|i| {
            p.upos(i) == Upos::Noun
                && self.run.said[i].is_none()
                && self.run.scope.past_noun.has(p.lemma(i))
                && matches!(p.case(i).as_str(), "in" | "during" | "throughout" | "under")
        })
    }

    /// What was done by those who are tried for it or pardoned, and an old occurrence that is told again, lie before the
    /// news too.
    pub fn bygones(&self, events: &mut [Event]) {
        let same = |a: &[crate::Slot], b: &[crate::Slot]| {
            a.iter().any(|x| b.iter().any(|y| x.entity == y.entity))
        };
        let sentenced = |x: &Event| x.event == EventType::Sanction && x.mode.contains(&"convict");
        let cleared = |x: &Event| x.event == EventType::Concede && x.rule.contains("pardon");
        // The first ones tell what the report is about, and any bound keeps the work linear.
        let trials: Vec<usize> = (0..events.len())
            .filter(|&i| sentenced(&events[i]) || cleared(&events[i]))
            .take(64)
            .collect();
        for i in 0..events.len() {
            let e = &events[i];
            if !e.aux.is_empty() || e.date.is_some() {
                continue;
            }
            // "the court sentenced him": his deed; "he was pardoned": deed, charge and sentence
            let tried = trials.iter().map(|&j| &events[j]).any(|x| {
                let (convicted, pardoned) = (sentenced(x), cleared(x));
                let deed = e.event == EventType::Assault && same(&e.actor, &x.recipient);
                let case = matches!(e.event, EventType::Sanction)
                    && e.mode.contains(&"convict")
                    && same(&e.recipient, &x.recipient);
                // a report of a trial: the deeds of which it tells
                let trial = convicted
                    && x.sentence <= 1
                    && x.aux.is_empty()
                    && e.event == EventType::Assault
                    && (e.sentence > x.sentence);
                (convicted || pardoned) && deed || pardoned && case || trial
            });
            if tried {
                mark(&mut events[i]);
                continue;
            }
            if is_verbal(e.event) {
                continue;
            }
            let told = (i.saturating_sub(60)..i).rev().find(|&j| {
                let a = &events[j];
                a.event == e.event
                    && a.sentence < e.sentence
                    && (e.event == EventType::Assault && same(&a.recipient, &e.recipient)
                        || self.run.p.lemma(a.token as usize) == self.run.p.lemma(e.token as usize)
                            && !a.recipient.is_empty()
                            && keys(&a.recipient) == keys(&e.recipient))
            });
            if let Some(a) = told.map(|j| events[j].clone())
                && a.aux == [Aux::Historical]
                && a.date
                    .as_ref()
                    .is_some_and(|d| !self.other_time(&events[i], d))
            {
                let e = &mut events[i];
                e.date = a.date;
                e.place = e.place.or(a.place);
                mark(e);
            }
        }
    }

    /// Whether the main verb of a sentence is in the past tense.
    fn told_past(&self, s: usize) -> bool {
        let p = self.run.p;
        p.root(s).is_some_and(|v| {
            p.word(v).xpos == "VBD"
                || p.kids(v).any(|k| {
                    matches!(p.rel(k), D::Aux | D::AuxPass | D::Cop)
                        && matches!(
                            p.form(k).to_lowercase().as_str(),
                            "was" | "were" | "had" | "did"
                        )
                })
        })
    }

    /// An undated article that begins by saying what its subject is or was: "The Harbour Raid was an operation …".
    fn tells_history(&self) -> bool {
        let p = self.run.p;
        if self.run.l.document.published.is_some() || self.run.l.actors.author.is_some() {
            return false;
        }
        let year = self.run.l.times.iter().any(|t| t.start.is_some());
        // whoever says "we" or "today" reports and does not look back
        let here = (0..p.len()).take(4000).any(|i| {
            matches!(
                p.form(i).to_lowercase().as_str(),
                "we" | "our" | "us" | "i" | "my" | "today" | "tomorrow" | "yesterday"
            ) && self.run.said[i].is_none()
        });
        if here {
            return false;
        }
        let first = p.text.sentences().first().map_or(0..0, |s| s.range());
        let named = first.clone().take(3).any(|i| p.upos(i) == Upos::Propn);
        year && named
            && first.take(80).any(|r| {
                matches!(p.upos(r), Upos::Noun | Upos::Propn)
                    && p.kid(r, D::Det)
                        .is_some_and(|d| matches!(p.form(d), "a" | "an" | "the" | "one"))
                    && p.kid(r, D::Nsubj).is_none_or(|s| s < r)
                    && p.kid(r, D::Cop)
                        .is_some_and(|c| matches!(p.form(c), "is" | "was" | "are" | "were"))
            })
    }
}

fn mark(e: &mut Event) {
    if !e.aux.contains(&Aux::Historical) {
        e.aux.push(Aux::Historical);
        e.aux.sort();
    }
}
