use crate::{Aux, EventType};
use gesta_actor::{Actors, Sector};
use gesta_parse::Parsed;
use gesta_place::Place;
use gesta_statement::Statement;
use gesta_text::{Country, Document, Span};
use gesta_time::{Precision, Timex};
use jiff::civil::Date;

/// All that the rooms below have found in one document.
#[derive(Clone, Copy)]
pub struct Layers<'a> {
    /// The document.
    pub document: &'a Document,
    /// Its words.
    pub parsed: &'a Parsed,
    /// Its expressions of time.
    pub times: &'a [Timex],
    /// Its toponyms.
    pub places: &'a [Place],
    /// Its actors.
    pub actors: &'a Actors,
    /// Its statements.
    pub statements: &'a [Statement],
}

/// One actor or recipient of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// Index into [`Actors::entities`].
    pub entity: u32,
    /// The words that stand for it; `None` for an author whom only title or source name.
    pub span: Option<Span>,
    /// The entity's country, unless this mention says otherwise.
    pub country: Option<Country>,
    /// The entity's organisation.
    pub org: Option<String>,
    /// The sector in which it acts here.
    pub sector: Option<Sector>,
}

/// When an event happened or will happen.
#[derive(Clone, Debug, PartialEq)]
pub struct EventDate {
    /// First day.
    pub start: Date,
    /// Last day.
    pub end: Date,
    /// day, month, year or range.
    pub precision: Precision,
    /// Index of the expression that says so, where there is one.
    pub time: Option<u32>,
}

/// Numbers that the text gives for an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Magnitude {
    /// Killed.
    pub dead: Option<u32>,
    /// Injured.
    pub injured: Option<u32>,
    /// Arrested.
    pub arrested: Option<u32>,
    /// People or pieces taking part.
    pub size: Option<u32>,
}

/// One event, as one sentence tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// PLOVER type.
    pub event: EventType,
    /// PLOVER modes, of this type.
    pub mode: Vec<&'static str>,
    /// PLOVER contexts.
    pub context: Vec<&'static str>,
    /// The words that carry it, in order.
    pub trigger: Vec<Span>,
    /// Token of the trigger's head.
    pub token: u32,
    /// Index of the sentence.
    pub sentence: u32,
    /// Who.
    pub actor: Vec<Slot>,
    /// To whom.
    pub recipient: Vec<Slot>,
    /// When.
    pub date: Option<EventDate>,
    /// Where: index into the places.
    pub place: Option<u32>,
    /// PLOVER auxiliary modes, in the ontology's order.
    pub aux: Vec<Aux>,
    /// Statements inside which it is told, outermost first: indices.
    pub attribution: Vec<u32>,
    /// Dead, injured, arrested, size.
    pub magnitude: Magnitude,
    /// An earlier event that it tells again: index.
    pub same_as: Option<u32>,
    /// 0 to 1.
    pub confidence: f32,
    /// Id of the codebook entry that fired.
    pub rule: String,
}

impl Event {
    /// PLOVER quad class, 1 to 4.
    pub fn quad(&self) -> u8 {
        self.event.quad()
    }
    /// PLOVER score: the mode's that lies furthest from zero, else the type's.
    pub fn score(&self) -> f32 {
        let modes = self
            .mode
            .iter()
            .filter_map(|m| crate::mode_score(self.event, m));
        modes
            .reduce(|a, b| if b.abs() > a.abs() { b } else { a })
            .unwrap_or(self.event.score())
    }
}

/// What one codebook entry did at one word.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The entry.
    pub rule: String,
    /// The words that it matched.
    pub trigger: Vec<Span>,
    /// Index of the event that came of it, if one did.
    pub event: Option<u32>,
    /// What filled each slot, and why it was refused, in order.
    pub steps: Vec<Step>,
}

/// One step of a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What was looked for: "actor", "recipient", "date", "refused".
    pub what: String,
    /// What came of it, for a reader.
    pub how: String,
    /// The words, where there are some.
    pub span: Option<Span>,
}
