//! Gesta reads a news report or an official statement and writes what it tells: who did or said what to whom, when,
//! where, on whose word, each with the exact characters that say so.
//!
//! ```
//! use gesta::{Coder, Document};
//!
//! let coder = Coder::bundled()?;
//! let record = coder.code(&Document::new("note", "Ruritania's president met his Graustarkian counterpart."));
//! println!("{}", record.to_json());
//! # Ok::<(), gesta::BuildError>(())
//! ```

mod analysis;
mod coder;
pub mod export;
mod hash;
pub mod record;

pub use analysis::Analysis;
pub use coder::{BuildError, Coder, CoderBuilder, bundled_codebook};
pub use gesta_event::{Entry, Step, Trace};
pub use gesta_text::{Document, OffsetMap, OffsetUnit, Span};
pub use record::{Record, RecordOptions};

/// Gesta's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
