//! A geoparser: finds toponyms and resolves them.

use gesta_parse::Parsed;
use gesta_text::{Country, Span};
use std::ops::Range;

/// One toponym, resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Where it stands.
    pub span: Span,
    /// The tokens that it covers.
    pub tokens: Range<u32>,
    /// Canonical name ("Syria", "northern Syria").
    pub name: String,
    /// GeoNames id, where known.
    pub geonames: Option<u32>,
    /// Latitude of a point that stands for it, degrees north.
    pub lat: Option<f64>,
    /// Longitude, degrees east.
    pub lon: Option<f64>,
    /// The state that it lies in.
    pub country: Option<Country>,
    /// First-order division.
    pub admin1: Option<String>,
    /// GeoNames feature code ("PCLI", "PPLC", "ADM1", "SEA").
    pub feature: Option<&'static str>,
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
pub struct Geoparser {}

impl Geoparser {
    /// The gazetteer that comes with the crate.
    pub fn bundled() -> Self {
        Geoparser {}
    }
    /// Toponyms in order, without overlap; states' names too, whether they act or are a scene.
    pub fn resolve(&self, _parsed: &Parsed, _context: PlaceContext) -> Vec<Place> {
        Vec::new()
    }
}
