//! Tags, lemmas, dependencies and entity spans for English, without a runtime.
//!
//! [`Parsed`] is what every later room reads: the text, one [`Word`] a token, and entity spans.

mod labels;
mod parsed;

pub use labels::{Deprel, EntityKind, Feats, Upos};
pub use parsed::{NamedSpan, Parsed, Word};
