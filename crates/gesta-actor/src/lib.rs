#![doc = include_str!("../README.md")]

use gesta_text::{Country, Span};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::ops::Range;

mod author;
mod data;
mod index;
mod lookup;
mod petrarch;
mod resolve;
mod scan;
mod sector;
mod table;
pub use lookup::{Found, Resolver};
pub use petrarch::Imported;
pub use sector::Sector;
pub use table::DataError;

/// What an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntityKind {
    /// A person.
    Person,
    /// A named organisation or institution.
    Organization,
    /// People without a name of their own: "protesters", "Turkish-backed rebels".
    Group,
    /// A state, also where its capital or government stands for it.
    State,
    /// Anything else that speaks or acts ("a report", "state television").
    Other,
}

/// How a mention refers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A name, with or without a title.
    Name,
    /// A common noun: "the minister", "government forces".
    Nominal,
    /// A pronoun, possessives included.
    Pronoun,
    /// A place that stands for those who govern there: "Baghdad".
    Metonym,
    /// A loaded name: "the Zionist regime".
    Epithet,
}

/// One actor of a document, its mentions gathered.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Person, organisation, group, state or other.
    pub kind: EntityKind,
    /// Canonical name; `None` for one that is never named.
    pub name: Option<String>,
    /// What to show a reader: the name or the fullest mention.
    pub label: String,
    /// The state that it belongs to or acts for.
    pub country: Option<Country>,
    /// Supranational body, party or named non-state group: usual English name.
    pub org: Option<String>,
    /// Primary PLOVER sector.
    pub sector: Option<Sector>,
    /// All sectors, the primary one first.
    pub sectors: Vec<Sector>,
    /// Office held on the document's date: "President of Iran".
    pub office: Option<String>,
    /// Wikidata id.
    pub wikidata: Option<String>,
    /// Indices into [`Actors::mentions`], in order of the text.
    pub mentions: Vec<u32>,
}

/// One place in the text that refers to one or several entities.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// The head noun phrase without relative clause: "Kenyan President William Ruto".
    pub span: Span,
    /// The tokens that it covers.
    pub tokens: Range<u32>,
    /// Its syntactic head.
    pub head: u32,
    /// Name, nominal, pronoun…
    pub form: Form,
    /// Whom it refers to: one entity, several ("they", "the two leaders"), or none while it is unresolved:
    /// first-person pronouns stay empty here, the statement layer binds them to the speaker.
    pub entities: Vec<u32>,
    /// Number of people where the text gives one: "two of its soldiers" → 2.
    pub size: Option<u32>,
}

/// A place's name that another layer has resolved: a hint where "police", "the governor" or a crowd belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceHint {
    /// The tokens of the name.
    pub tokens: Range<u32>,
    /// The country in which it lies.
    pub country: Country,
}

/// A stretch of time in which a known person held an office, or was what the sector says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The office's primary sector.
    pub sector: Sector,
}

/// Something that the resolver wants to tell ("unknown demonym").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The words that it is about.
    pub span: Span,
    /// What is to be said.
    pub message: String,
}

/// All actors of a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Actors {
    /// In order of first mention.
    pub entities: Vec<Entity>,
    /// In order of the text (by start, the longer first). They may nest ("Syria's army" holds "Syria's") but never cross.
    pub mentions: Vec<Mention>,
    /// The entity that is the document's author: its publisher, or the person that title or text names as the speaker of
    /// an official statement ("The Foreign Secretary said:").
    pub author: Option<u32>,
    /// The country of which the document speaks most: what "the government" or "police" mean where nothing else says.
    pub home: Option<Country>,
    /// The terms of known persons, by entity, as the data have them.
    pub terms: BTreeMap<u32, Vec<Term>>,
    /// What a reader of the record may want to know ("no country is known for the demonym …").
    pub notes: Vec<Note>,
    /// The widest mention headed by each token; kept by [`Actors::add_mention`].
    pub heads: BTreeMap<u32, u32>,
}

impl Actors {
    /// The mention whose head is token `head` (the widest, if several).
    pub fn headed_by(&self, head: usize) -> Option<u32> {
        self.heads.get(&(head as u32)).copied()
    }
    /// Adds a mention at the end of the list. Returns its index.
    pub fn add_mention(&mut self, mention: Mention) -> u32 {
        let i = self.mentions.len() as u32;
        for &e in &mention.entities {
            self.entities[e as usize].mentions.push(i);
        }
        let widest = self
            .heads
            .get(&mention.head)
            .is_some_and(|&b| self.mentions[b as usize].span.len() >= mention.span.len());
        if !widest {
            self.heads.insert(mention.head, i);
        }
        self.mentions.push(mention);
        i
    }
    /// What an entity was on a day, by its terms: the sector of its office, if it held one.
    pub fn sector_on(&self, entity: u32, day: Date) -> Option<Sector> {
        let terms = self.terms.get(&entity)?;
        let on = terms.iter().find(|t| t.from <= day && day <= t.to);
        on.map(|t| t.sector)
    }
    /// The last term of an entity that ended before a day.
    pub fn last_term(&self, entity: u32, day: Option<Date>) -> Option<Term> {
        let terms = self.terms.get(&entity)?;
        let past = terms.iter().filter(|t| day.is_none_or(|d| t.to < d));
        past.max_by_key(|t| t.to).copied()
    }
    /// Adds an entity without mentions. Returns its index.
    pub fn add_entity(&mut self, entity: Entity) -> u32 {
        self.entities.push(entity);
        self.entities.len() as u32 - 1
    }
    /// Says whom a mention refers to, in place of what it referred to before.
    pub fn bind(&mut self, mention: u32, entities: Vec<u32>) {
        for e in self.mentions[mention as usize].entities.clone() {
            self.entities[e as usize].mentions.retain(|&m| m != mention);
        }
        for &e in &entities {
            let list = &mut self.entities[e as usize].mentions;
            let at = list.partition_point(|&m| m < mention);
            list.insert(at, mention);
        }
        self.mentions[mention as usize].entities = entities;
    }
}
