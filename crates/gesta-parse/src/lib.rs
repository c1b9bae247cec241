//! Tags, lemmas, dependencies and entity spans for English, without a runtime.
//!
//! [`Parser`] reads a model file once and turns a [`gesta_text::Text`] into [`Parsed`], which is what every later room
//! reads: the text, one [`Word`] a token, and entity spans. The result is the same on every machine and vector unit.

pub mod conllu;
mod features;
mod irregular;
mod labels;
mod lanes;
mod lexicon;
mod math;
mod mend;
mod model;
mod names;
mod network;
mod parsed;
mod parser;
mod simd;
mod tree;

pub use labels::{Deprel, EntityKind, Feats, Upos};
pub use model::ModelError;
pub use parsed::{NamedSpan, Parsed, Word};
pub use parser::Parser;
pub use simd::Unit;
