//! A geoparser: finds toponyms and resolves them.
//!
//! [`Geoparser::resolve`] reads a parsed document and returns one [`Place`] a toponym. Names are looked up in a
//! packed gazetteer; which of the places of that name is meant is decided over the whole document.
#![doc = include_str!("../README.md")]

mod cues;
mod error;
mod find;
mod gazetteer;
mod letters;
mod normal;
mod pack;
mod resolve;
mod table;

pub use error::PlaceError;
pub use pack::Packer;

use cues::Cues;
use gazetteer::Gazetteer;
use gesta_parse::Parsed;
use gesta_text::{Country, Span};
use std::borrow::Cow;
use std::ops::Range;

static PACKED: &[u8] = include_bytes!("../../../gazetteer/en.gaz");
static CUES: &str = include_str!("../../../gazetteer/data/cues.toml");

/// One toponym, resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Where the name stands ("Syria" of "northern Syria").
    pub span: Span,
    /// The tokens that it covers.
    pub tokens: Range<u32>,
    /// The whole expression when only a part or the surroundings are meant ("northern Syria", "the outskirts of
    /// Aleppo"); else the same as `tokens`.
    pub phrase: Range<u32>,
    /// Canonical name ("Syria", "northern Syria").
    pub name: String,
    /// GeoNames id, where known. An area ("northern Syria") has none.
    pub geonames: Option<u32>,
    /// Latitude of a point that stands for it, degrees north.
    pub lat: Option<f64>,
    /// Longitude, degrees east.
    pub lon: Option<f64>,
    /// Radius in km of a circle around the point that holds the place: how precise the point is.
    pub radius_km: Option<f32>,
    /// The state that it lies in.
    pub country: Option<Country>,
    /// First-order division.
    pub admin1: Option<String>,
    /// GeoNames feature code ("PCLI", "PPLC", "ADM1", "SEA").
    pub feature: Option<&'static str>,
    /// Inhabitants, within a few per cent.
    pub population: Option<u64>,
    /// 0 to 1.
    pub confidence: f32,
}

/// What is known of the document beside its text.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlaceContext {
    /// The publisher's state, where known.
    pub publisher: Option<Country>,
}

/// Finds and resolves toponyms.
pub struct Geoparser {
    /// The user's own entries stand behind the bundled ones.
    layers: Vec<Gazetteer>,
    cues: Cues,
}

impl Geoparser {
    /// The gazetteer that comes with the crate.
    pub fn bundled() -> Self {
        // Both are made by this repository and opened by its tests.
        let gazetteer =
            Gazetteer::open(Cow::Borrowed(PACKED)).expect("the bundled gazetteer opens");
        let cues = Cues::read(CUES).expect("the bundled cues can be read");
        Geoparser {
            layers: vec![gazetteer],
            cues,
        }
    }

    /// A geoparser over packed gazetteers of one's own ([`Packer`]) and a cue file (the form of `gazetteer/data/cues.toml`).
    pub fn new(packed: Vec<Vec<u8>>, cues: &str) -> Result<Self, PlaceError> {
        let layers = packed
            .into_iter()
            .map(|p| Gazetteer::open(Cow::Owned(p)))
            .collect::<Result<_, _>>()?;
        Ok(Geoparser {
            layers,
            cues: Cues::read(cues)?,
        })
    }

    /// Adds tables of places: file name and text of each. They have the columns of the tables in `gazetteer/data`
    /// (`name`, `feature`, `lat`, `lon`; and if wanted `radius_km`, `country`, `weight`, `aliases`, `geonames`,
    /// `population`). Errors name file, line and field.
    pub fn with_extra(mut self, tables: &[(&str, &str)]) -> Result<Self, PlaceError> {
        let mut packer = Packer::new();
        for (file, text) in tables {
            packer.add(file, text)?;
        }
        self.layers
            .push(Gazetteer::open(Cow::Owned(packer.pack()?))?);
        Ok(self)
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.layers.iter().map(Gazetteer::len).sum()
    }
    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Toponyms in order, without overlap; states' names too, whether they act or are a scene.
    pub fn resolve(&self, parsed: &Parsed, context: PlaceContext) -> Vec<Place> {
        resolve::resolve(self, parsed, context)
    }
}

/// For tests, examples and measurements.
pub mod testing {
    use gesta_parse::{Deprel, Feats, Parsed, Upos, Word};
    use gesta_text::{Span, Text};

    /// A text without analysis, as it stands before any model has seen it.
    pub fn plain(text: Text) -> Parsed {
        let word = Word {
            upos: Upos::X,
            xpos: "",
            feats: Feats::default(),
            head: None,
            deprel: Deprel::Dep,
            lemma: Span::default(),
        };
        let n = text.tokens().len();
        Parsed::new(text, vec![word; n], String::new(), Vec::new())
    }
}
