//! The PLOVER codebook and its matcher.
//!
//! A [`Matcher`] is built from codebook files (`codebook/*.toml`); [`Matcher::code`] reads what the rooms below found in
//! a document ([`Layers`]) and yields [`Event`]s. The language of an entry is described in `codebook/README.md`.

mod attach;
mod codebook;
mod complete;
mod counterpart;
mod matcher;
mod ontology;
mod pattern;
mod quiet;
mod roles;
mod scene;
mod types;
mod when;

pub use codebook::{Entry, Example};
pub use ontology::{Aux, CONTEXTS, EventType, Mode, mode_score, modes_of};
pub use types::{Event, EventDate, Layers, Magnitude, Slot, Step, Trace};

use codebook::Codebook;
use matcher::{Run, Scope};

/// Codes events after a codebook.
pub struct Matcher {
    book: Codebook,
    scope: Scope,
}

impl Matcher {
    /// Reads a codebook: `files` are pairs of file name and TOML text. Later files override entries of the same id.
    /// Errors name file, line and field.
    pub fn new(files: &[(String, String)]) -> Result<Self, Vec<String>> {
        let book = Codebook::read(files)?;
        let scope = Scope::new(&book);
        Ok(Matcher { book, scope })
    }
    /// Events in order of sentence and trigger.
    pub fn code(&self, layers: &Layers<'_>) -> Vec<Event> {
        Run::new(&self.book, &self.scope, layers).code(None)
    }
    /// As [`Matcher::code`], with what was tried and refused beside it.
    pub fn explain(&self, layers: &Layers<'_>) -> (Vec<Event>, Vec<Trace>) {
        let mut traces = Vec::new();
        let events = Run::new(&self.book, &self.scope, layers).code(Some(&mut traces));
        (events, traces)
    }
    /// Entries in order of the files, each as its file has it.
    pub fn entries(&self) -> Vec<Entry> {
        let mut out: Vec<Entry> = Vec::new();
        for p in &self.book.patterns {
            if out.last().is_none_or(|l| l.id != p.id) {
                out.push(Entry {
                    id: p.id.clone(),
                    file: p.file.clone(),
                    line: p.line,
                    source: p.source.clone(),
                });
            }
        }
        out
    }
    /// Words that some entry's trigger and conditions on words and syntax accept, actors and statements left aside: for
    /// measuring the codebook's vocabulary.
    pub fn vocabulary(&self, parsed: &gesta_parse::Parsed) -> Vec<(usize, EventType)> {
        let (document, actors) = Default::default();
        let layers = Layers {
            document: &document,
            parsed,
            times: &[],
            places: &[],
            actors: &actors,
            statements: &[],
        };
        Run::new(&self.book, &self.scope, &layers).vocabulary()
    }
    /// The entries' examples, in order of the files: for `gesta codebook test`.
    pub fn examples(&self) -> &[Example] {
        &self.book.examples
    }
}
