//! The PLOVER codebook and its matcher.

mod ontology;
mod types;

pub use ontology::{Aux, CONTEXTS, EventType, Mode, mode_score, modes_of};
pub use types::{Event, EventDate, Layers, Magnitude, Slot, Step, Trace};

/// Codes events after a codebook.
pub struct Matcher {}

impl Matcher {
    /// Reads a codebook: `files` are pairs of file name and TOML text. Later files override entries of the same id.
    /// Errors name file, line and field.
    pub fn new(_files: &[(String, String)]) -> Result<Self, Vec<String>> {
        Ok(Matcher {})
    }
    /// Events in order of their triggers.
    pub fn code(&self, _layers: &Layers<'_>) -> Vec<Event> {
        Vec::new()
    }
    /// As [`Matcher::code`], with what was tried and refused beside it.
    pub fn explain(&self, layers: &Layers<'_>) -> (Vec<Event>, Vec<Trace>) {
        (self.code(layers), Vec::new())
    }
    /// Entries as (id, file, line, source text), in order of the files: for `gesta codebook show`.
    pub fn entries(&self) -> Vec<(String, String, usize, String)> {
        Vec::new()
    }
}
