//! The record: what Gesta writes for one document. Fields stand in the order in which they are written; none is left
//! out: what is not known is `null` or `[]`.

use gesta_text::OffsetUnit;
use serde::{Deserialize, Serialize};

/// Version of the record's form.
pub const FORMAT: u32 = 1;

/// `[start, end)` in the record's offset unit.
pub type At = [u32; 2];

/// One document's record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this form: [`FORMAT`].
    pub gesta: u32,
    /// The unit of every offset.
    pub offsets: OffsetUnit,
    /// What coded it.
    pub coder: CoderInfo,
    /// What was coded.
    pub document: DocumentInfo,
    /// Sentences in order.
    pub sentences: Vec<SentenceInfo>,
    /// Actors, their mentions gathered.
    pub entities: Vec<Entity>,
    /// Expressions of time.
    pub times: Vec<Time>,
    /// Toponyms.
    pub places: Vec<Place>,
    /// Who is reported to have said what.
    pub statements: Vec<Statement>,
    /// Who did what to whom.
    pub events: Vec<Event>,
}

/// Version and fingerprints of what coded a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoderInfo {
    /// Gesta's version.
    pub version: String,
    /// Fingerprint of the codebook.
    pub codebook: String,
    /// Fingerprint of the parser's model.
    pub model: String,
    /// Fingerprint of actors, gazetteer and word lists.
    pub data: String,
}

/// The document, as it came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentInfo {
    /// Identifier.
    pub id: String,
    /// Headline.
    pub title: Option<String>,
    /// ISO date.
    pub published: Option<String>,
    /// Publisher.
    pub source: Option<String>,
    /// Where it was found.
    pub url: Option<String>,
    /// ISO 639-1 code.
    pub language: Option<String>,
    /// SHA-256 of the text's UTF-8 bytes.
    pub sha256: String,
    /// Length of the text, in the record's unit.
    pub length: u32,
    /// The text, where it was asked for.
    pub text: Option<String>,
}

/// One sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentenceInfo {
    /// Where it stands.
    pub span: At,
    /// Number of its paragraph, from 0.
    pub paragraph: u32,
}

/// One actor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// "n1".
    pub id: String,
    /// person, organization, group, state or other.
    pub kind: String,
    /// Canonical name.
    pub name: Option<String>,
    /// What to show a reader.
    pub label: String,
    /// ISO 3166 alpha-3.
    pub country: Option<String>,
    /// Supranational body, party or named non-state group.
    pub org: Option<String>,
    /// Primary PLOVER sector.
    pub sector: Option<String>,
    /// All sectors.
    pub sectors: Vec<String>,
    /// Office on the document's date.
    pub office: Option<String>,
    /// Wikidata id.
    pub wikidata: Option<String>,
    /// Where it is mentioned.
    pub mentions: Vec<Mention>,
}

/// One mention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Where it stands.
    pub span: At,
    /// name, nominal, pronoun, metonym or epithet.
    pub form: String,
}

/// One expression of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    /// "t1".
    pub id: String,
    /// Where it stands.
    pub span: At,
    /// DATE, TIME, DURATION or SET.
    #[serde(rename = "type")]
    pub kind: String,
    /// TIMEX3 value.
    pub value: String,
    /// First day.
    pub start: Option<String>,
    /// Last day.
    pub end: Option<String>,
    /// day, month, year or range.
    pub precision: Option<String>,
    /// TIMEX3 mod.
    #[serde(rename = "mod")]
    pub modifier: Option<String>,
}

/// One toponym.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// "p1".
    pub id: String,
    /// Where it stands.
    pub span: At,
    /// Canonical name.
    pub name: String,
    /// GeoNames id.
    pub geonames: Option<u32>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// Degrees east.
    pub lon: Option<f64>,
    /// ISO 3166 alpha-3.
    pub country: Option<String>,
    /// First-order division.
    pub admin1: Option<String>,
    /// GeoNames feature code.
    pub feature: Option<String>,
    /// 0 to 1.
    pub confidence: f64,
}

/// A speaker or hearer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Id of the entity.
    pub entity: String,
    /// The words that stand for it; `null` for an author whom only title or source names.
    pub text: Option<String>,
    /// Where they stand.
    pub span: Option<At>,
}

/// One reported statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// "s1".
    pub id: String,
    /// Number of the sentence that holds the content.
    pub sentence: u32,
    /// Whose words.
    pub speaker: Option<Party>,
    /// Said to whom.
    pub hearer: Option<Party>,
    /// Cue words.
    pub cue: Vec<At>,
    /// What is said.
    pub content: Vec<At>,
    /// direct, indirect or mixed.
    pub form: String,
    /// Id of the statement inside which it is told.
    pub within: Option<String>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// "e1".
    pub id: String,
    /// Hash of the document's text, the type, the trigger's and the slots' spans.
    pub uid: String,
    /// PLOVER type.
    pub event: String,
    /// PLOVER modes.
    pub mode: Vec<String>,
    /// PLOVER contexts.
    pub context: Vec<String>,
    /// The words that carry it.
    pub trigger: Vec<At>,
    /// Number of the sentence.
    pub sentence: u32,
    /// Who.
    pub actor: Vec<Slot>,
    /// To whom.
    pub recipient: Vec<Slot>,
    /// When.
    pub date: Option<EventDate>,
    /// Where.
    pub place: Option<EventPlace>,
    /// PLOVER auxiliary modes.
    pub aux: Vec<String>,
    /// Ids of the statements inside which it is told, outermost first.
    pub attribution: Vec<String>,
    /// Dead, injured, arrested, size.
    pub magnitude: Magnitude,
    /// PLOVER quad class.
    pub quad: u8,
    /// PLOVER conflict-cooperation score.
    pub score: f32,
    /// Id of an earlier event that it tells again.
    pub same_as: Option<String>,
    /// 0 to 1.
    pub confidence: f64,
    /// Codebook entry that fired.
    pub rule: String,
}

/// One actor or recipient of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Id of the entity.
    pub entity: String,
    /// The words that stand for it here.
    pub text: Option<String>,
    /// Where they stand.
    pub span: Option<At>,
    /// ISO 3166 alpha-3.
    pub country: Option<String>,
    /// Supranational body, party or named non-state group.
    pub org: Option<String>,
    /// The sector in which it acts here.
    pub sector: Option<String>,
}

/// When an event happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDate {
    /// First day.
    pub start: String,
    /// Last day.
    pub end: String,
    /// day, month, year or range.
    pub precision: String,
    /// Id of the expression that says so.
    pub time: Option<String>,
}

/// Where an event happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventPlace {
    /// Id of the toponym.
    pub place: String,
    /// Its name.
    pub name: String,
    /// Its country.
    pub country: Option<String>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// Degrees east.
    pub lon: Option<f64>,
}

/// Numbers that the text gives for an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// How a record is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordOptions {
    /// The unit of offsets.
    pub offsets: OffsetUnit,
    /// Whether `document.text` holds the text.
    pub with_text: bool,
}

impl Record {
    /// The record as one line of JSON, without the line's end.
    pub fn to_json(&self) -> String {
        // A record holds nothing that JSON cannot say: no map with odd keys, no number beyond f64.
        serde_json::to_string(self).unwrap_or_default()
    }
}
