//! Keeps out what is no politics: reports of sport, weather or science, causes that are nobody's deed, things that nobody
//! in public life attacks. The words stand in `codebook/quiet.toml`.

use crate::matcher::{Run, is_verbal};
use crate::{EventType, Slot};
use gesta_actor::{Actors, Entity, EntityKind, Sector};
use gesta_parse::{Deprel as D, Parsed};
use std::collections::HashSet;

/// Words to look at: enough to know what a report is about.
const LOOK: usize = 3_000;
/// Words that a report needs before its field is judged.
const LEAST: usize = 25;

/// A field whose reports hold little politics.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub name: String,
    /// Words of the list among a hundred words of the text.
    pub share: f64,
    /// Whether a country's name means its government.
    pub states: bool,
    /// Whether those who are killed by nobody named fell to somebody's hand.
    pub victims: bool,
    pub words: HashSet<String>,
}

/// The field that a text is mostly of, if it is of one. Governments, parliaments and ministers weigh against it: a boycott of
/// the games is politics.
pub(crate) fn field<'b>(fields: &'b [Field], p: &Parsed, actors: &Actors) -> Option<&'b Field> {
    let mut words = 0usize;
    let mut hits = vec![0usize; fields.len()];
    for i in 0..p.len().min(LOOK) {
        let form = p.form(i);
        if !form.starts_with(char::is_alphabetic) {
            continue;
        }
        words += 1;
        let form = form.to_lowercase();
        for (f, n) in fields.iter().zip(&mut hits) {
            *n += usize::from(f.words.contains(form.as_str()));
        }
    }
    if words < LEAST {
        return None;
    }
    let share = |n: usize| 100.0 * n as f64 / words as f64;
    let look = p.len().min(LOOK) as u32;
    let political = actors
        .mentions
        .iter()
        .take_while(|m| m.head < look)
        .filter(|m| {
            m.entities
                .iter()
                .any(|&e| official(&actors.entities[e as usize]))
        })
        .count();
    fields
        .iter()
        .zip(&hits)
        .filter(|(f, n)| share(**n) >= f.share && 2 * political < **n)
        .max_by(|a, b| (share(*a.1) / a.0.share).total_cmp(&(share(*b.1) / b.0.share)))
        .map(|(f, _)| f)
}

impl Run<'_> {
    /// Why an entry must not fire although its pattern holds.
    pub(crate) fn quiet(
        &self,
        t: usize,
        event: EventType,
        actor: &[Slot],
        recipient: &[Slot],
    ) -> Option<String> {
        if !is_verbal(event) || event == EventType::Threaten {
            if let Some(cause) = self.cause_of_nature(t) {
                return Some(format!("{:?} is nobody's deed", self.p.form(cause)));
            }
            if recipient.is_empty()
                && let Some(o) = self.tame_target(t)
            {
                return Some(format!("{:?} is no target in public life", self.p.form(o)));
            }
        }
        let entity = |s: &Slot| &self.l.actors.entities[s.entity as usize];
        // Tourists and singers visit and meet without politics.
        if event == EventType::Consult
            && !actor.is_empty()
            && actor.iter().all(|s| private(entity(s)))
        {
            return Some("those who meet are private people".into());
        }
        let field = self.field?;
        if event == EventType::Assault && actor.is_empty() && field.victims {
            return None;
        }
        // Who acts decides; only where nobody is told to act, whom it befalls.
        let parties = if actor.is_empty() { recipient } else { actor };
        // Teams fight, meet and yield; they neither condemn nor impose.
        let of_states = matches!(
            event,
            EventType::Accuse
                | EventType::Sanction
                | EventType::Coerce
                | EventType::Aid
                | EventType::Mobilize
        );
        let official = parties.iter().any(|s| {
            let e = entity(s);
            in_public_life(e, field) || of_states && e.kind == EntityKind::State
        });
        (!official).then(|| {
            format!(
                "the report is about {}, and nobody in office acts",
                field.name
            )
        })
    }

    /// Who or what does it, where that is a storm, an accident or an animal.
    fn cause_of_nature(&self, t: usize) -> Option<usize> {
        let mut subjects = self.roles.subject(t);
        // "died in the crash", "was struck by lightning"
        subjects.extend(self.p.kids(t).filter(|&k| {
            self.p.rel(k) == D::OblAgent
                || (self.p.rel(k) == D::Obl && matches!(self.p.case(k).as_str(), "in" | "by"))
        }));
        // "a crash that left …, killing": the participle's clause
        if subjects.is_empty()
            && matches!(self.p.rel(t), D::Advcl | D::Acl)
            && let Some(h) = self.p.head(t)
        {
            subjects = if self.roles.is_verb(h) {
                self.roles.subject(h)
            } else {
                vec![h]
            };
        }
        subjects.into_iter().find(|&s| {
            self.scope.nature.has(&self.lemma[s])
                && self.actors_at(s).iter().all(|a| a.org.is_none())
        })
    }

    /// What is attacked, where that is an animal, a disease or a goal.
    fn tame_target(&self, t: usize) -> Option<usize> {
        let mut targets = self.roles.object(t);
        targets.extend(self.p.kids(t).filter(|&k| {
            matches!(self.p.rel(k), D::Nmod | D::Obl)
                && matches!(self.p.case(k).as_str(), "on" | "against" | "of" | "at")
        }));
        targets
            .into_iter()
            .find(|&o| self.scope.tame.has(&self.lemma[o]))
    }
}

/// Whether somebody is of no sector that makes politics.
fn private(e: &Entity) -> bool {
    use Sector::*;
    e.sector
        .is_none_or(|s| matches!(s, Cvl | Soc | Unk | Bus | Mnc | Med | Edu | Agr | Lab))
}

/// Whether somebody acts in public life also in a report of the field.
fn in_public_life(e: &Entity, field: &Field) -> bool {
    use Sector::*;
    let public = !private(e) && !matches!(e.sector, Some(Eli | Rel | Jrn));
    let known = e.office.is_some() || e.org.is_some() || e.kind == EntityKind::Organization;
    if field.states {
        // An unnamed critic or rival there is no opposition.
        return public && (known || e.sector != Some(Opp));
    }
    official(e)
}

/// Whether somebody holds an office or is a body of public life. Captains, judges and officials of a match are none.
fn official(e: &Entity) -> bool {
    !private(e)
        && !matches!(e.sector, Some(Sector::Eli | Sector::Rel | Sector::Jrn))
        && (e.office.is_some() || e.kind == EntityKind::Organization)
}
