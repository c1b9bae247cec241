//! Words around a name (`gazetteer/data/cues.toml`).

use crate::PlaceError;
use crate::gazetteer::feature_index;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// What one word may signal, as bits.
pub(crate) mod cue {
    pub(crate) const LOCATIVE: u32 = 1;
    pub(crate) const DIRECTIONAL: u32 = 1 << 1;
    pub(crate) const SURROUND: u32 = 1 << 2;
    pub(crate) const TITLE: u32 = 1 << 3;
    pub(crate) const BODY: u32 = 1 << 4;
    pub(crate) const BRAND: u32 = 1 << 5;
    pub(crate) const HOLDER: u32 = 1 << 6;
    pub(crate) const SPEECH: u32 = 1 << 7;
    pub(crate) const OPENER: u32 = 1 << 8;
    pub(crate) const WHOLE: u32 = 1 << 9;
    pub(crate) const DIRECTION: u32 = 1 << 10;
    pub(crate) const AFTER: u32 = 1 << 11;
    pub(crate) const BEFORE: u32 = 1 << 12;
    pub(crate) const AILMENT: u32 = 1 << 13;
    pub(crate) const FIRST: u32 = 1 << 14;
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    locative: Vec<String>,
    directional: Vec<String>,
    directions: BTreeMap<String, [f64; 2]>,
    lists: Lists,
    after: BTreeMap<String, Vec<String>>,
    before: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    surround: Vec<String>,
    titles: Vec<String>,
    bodies: Vec<String>,
    brands: Vec<String>,
    holders: Vec<String>,
    speech: Vec<String>,
    openers: Vec<String>,
    whole: Vec<String>,
    ailments: Vec<String>,
    firsts: Vec<String>,
}

/// The words, ready for lookup. The maps are only asked, never walked.
#[derive(Default)]
pub(crate) struct Cues {
    flags: HashMap<Box<str>, u32>,
    pub(crate) directions: HashMap<Box<str>, [f64; 2]>,
    /// Feature numbers that fit, as bits.
    pub(crate) after: HashMap<Box<str>, u64>,
    pub(crate) before: HashMap<Box<str>, u64>,
}

impl Cues {
    pub(crate) fn read(text: &str) -> Result<Self, PlaceError> {
        let f: File = toml::from_str(text).map_err(|e| PlaceError::Cues(e.to_string()))?;
        let mut out = Cues::default();
        let l = &f.lists;
        for (words, bit) in [
            (&f.locative, cue::LOCATIVE),
            (&f.directional, cue::DIRECTIONAL),
            (&l.surround, cue::SURROUND),
            (&l.titles, cue::TITLE),
            (&l.bodies, cue::BODY),
            (&l.brands, cue::BRAND),
            (&l.holders, cue::HOLDER),
            (&l.speech, cue::SPEECH),
            (&l.openers, cue::OPENER),
            (&l.whole, cue::WHOLE),
            (&l.ailments, cue::AILMENT | cue::BRAND),
            (&l.firsts, cue::FIRST),
        ] {
            for w in words {
                *out.flags.entry(w.as_str().into()).or_default() |= bit;
            }
        }
        for (w, shift) in f.directions {
            *out.flags.entry(w.as_str().into()).or_default() |= cue::DIRECTION;
            out.directions.insert(w.into(), shift);
        }
        for (map, to, bit) in [
            (f.after, &mut out.after, cue::AFTER),
            (f.before, &mut out.before, cue::BEFORE),
        ] {
            for (w, codes) in map {
                let mut set = 0u64;
                for c in &codes {
                    let i = feature_index(c).ok_or_else(|| {
                        PlaceError::Cues(format!("{w}: {c:?} is no feature code known here"))
                    })?;
                    set |= 1 << i;
                }
                *out.flags.entry(w.as_str().into()).or_default() |= bit;
                to.insert(w.into(), set);
            }
        }
        Ok(out)
    }

    /// All that a lower-case word signals.
    pub(crate) fn of(&self, word: &str) -> u32 {
        self.flags.get(word).copied().unwrap_or(0)
    }
}
