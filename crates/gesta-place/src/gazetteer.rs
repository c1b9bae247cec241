//! The packed gazetteer: fixed-width records, a blob of names, and a finite-state map from keys to records.
//!
//! Everything is read in place, so that opening the bundled file costs nothing but a look at its header.

use crate::PlaceError;
use fst::raw::Fst;
use gesta_text::Country;
use std::borrow::Cow;

pub(crate) const MAGIC: &[u8; 8] = b"GESTAGZ1";
pub(crate) const RECORD: usize = 22;
/// Header: magic, number of records, then start of each section from the start of the file.
pub(crate) const SECTIONS: usize = 7;
/// "No such division".
pub(crate) const NONE16: u16 = u16::MAX;

/// Feature codes of GeoNames that occur here; the position is what a record stores.
pub(crate) static FEATURES: &[&str] = &[
    "PCLI", "PCLD", "ADM1", "ADM2", "PPLC", "PPL", "RGN", "CONT", "OCN", "SEA", "GULF", "STRT",
    "CHN", "BAY", "LK", "STM", "CNL", "DAM", "MT", "MTS", "PASS", "PLAT", "VAL", "DSRT", "ISL",
    "ISLS", "PEN", "CAPE", "DLTA", "INSM", "AIRB", "NVB", "PSTB", "CMPRF", "AIRP", "PRT", "NPS",
    "NUC", "BLDG", "PAL", "SQR", "PPLX", "ZN", "ZNF", "TRB", "OILF", "PRK", "HBR", "BDG", "RLG",
    "PRN", "LCTY", "PCLH", "VLC", "CSTM", "ECON", "PT", "HSP",
];

/// The number of a feature code.
pub(crate) fn feature_index(code: &str) -> Option<u8> {
    FEATURES.iter().position(|f| *f == code).map(|i| i as u8)
}

/// Rough kind of an entry, for decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    State,
    Dependency,
    Admin1,
    Admin2,
    Town,
    /// Regions, waters, relief, sites: all that the hand-made tables hold.
    Other,
}

/// One packed gazetteer.
pub(crate) struct Gazetteer {
    data: Cow<'static, [u8]>,
    at: [usize; SECTIONS],
    len: usize,
    pub(crate) keys: Fst<Cow<'static, [u8]>>,
    pub(crate) words: Fst<Cow<'static, [u8]>>,
}

fn u16_at(d: &[u8], i: usize) -> u16 {
    u16::from_le_bytes([d[i], d[i + 1]])
}
fn u24_at(d: &[u8], i: usize) -> u32 {
    u32::from_le_bytes([d[i], d[i + 1], d[i + 2], 0])
}
fn u32_at(d: &[u8], i: usize) -> u32 {
    u32::from_le_bytes([d[i], d[i + 1], d[i + 2], d[i + 3]])
}

impl Gazetteer {
    pub(crate) fn open(data: Cow<'static, [u8]>) -> Result<Self, PlaceError> {
        let bad = |what: &str| PlaceError::Packed(what.to_owned());
        let head = 8 + 4 * (SECTIONS + 1);
        if data.len() < head || &data[..8] != MAGIC {
            return Err(bad("not a packed gazetteer of this version"));
        }
        let len = u32_at(&data, 8) as usize;
        let mut at = [0; SECTIONS];
        let mut last = head;
        for (i, a) in at.iter_mut().enumerate() {
            *a = u32_at(&data, 12 + 4 * i) as usize;
            if *a < last || *a > data.len() {
                return Err(bad("its sections are out of order"));
            }
            last = *a;
        }
        if at[1] - at[0] != len * RECORD {
            return Err(bad("its records are cut short"));
        }
        let part = |a: usize, b: usize| match &data {
            Cow::Borrowed(d) => Cow::Borrowed(&d[a..b]),
            Cow::Owned(d) => Cow::Owned(d[a..b].to_vec()),
        };
        let keys = Fst::new(part(at[5], at[6])).map_err(|e| PlaceError::Packed(e.to_string()))?;
        let words =
            Fst::new(part(at[6], data.len())).map_err(|e| PlaceError::Packed(e.to_string()))?;
        Ok(Gazetteer {
            data,
            at,
            len,
            keys,
            words,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }
    fn record(&self, i: u32) -> &[u8] {
        let a = self.at[0] + i as usize * RECORD;
        &self.data[a..a + RECORD]
    }
    pub(crate) fn geonames(&self, i: u32) -> Option<u32> {
        Some(u32_at(self.record(i), 0)).filter(|&g| g != 0)
    }
    /// Latitude and longitude.
    pub(crate) fn point(&self, i: u32) -> Option<(f64, f64)> {
        let r = self.record(i);
        let (a, b) = (u24_at(r, 4), u24_at(r, 7));
        (a != 0).then(|| ((a as f64 - 1e6) / 1e4, (b as f64 - 2e6) / 1e4))
    }
    pub(crate) fn country(&self, i: u32) -> Option<Country> {
        let n = self.record(i)[10] as usize;
        let a = self.at[3] + 3 * n;
        (n != 255)
            .then(|| std::str::from_utf8(&self.data[a..a + 3]).ok()?.parse().ok())
            .flatten()
    }
    pub(crate) fn admin1(&self, i: u32) -> Option<u32> {
        Some(u16_at(self.record(i), 11))
            .filter(|&d| d != NONE16)
            .map(u32::from)
    }
    pub(crate) fn admin2(&self, i: u32) -> Option<u32> {
        Some(u16_at(self.record(i), 13))
            .filter(|&d| d != NONE16)
            .map(u32::from)
    }
    pub(crate) fn feature(&self, i: u32) -> &'static str {
        FEATURES
            .get(self.record(i)[15] as usize)
            .copied()
            .unwrap_or("LCTY")
    }
    pub(crate) fn kind(&self, i: u32) -> Kind {
        match self.record(i)[15] {
            0 => Kind::State,
            1 => Kind::Dependency,
            2 => Kind::Admin1,
            3 => Kind::Admin2,
            4 | 5 => Kind::Town,
            _ => Kind::Other,
        }
    }
    /// How prominent it is on its own, 0 to 12.75.
    pub(crate) fn weight(&self, i: u32) -> f32 {
        self.record(i)[16] as f32 / 20.0
    }
    /// Inhabitants, within a few per cent; 0 where unknown.
    pub(crate) fn population(&self, i: u32) -> u64 {
        let b = self.record(i)[17];
        if b == 0 {
            0
        } else {
            (b as f64 / 8.0).exp2() as u64
        }
    }
    /// Radius of a circle that holds it, in km.
    pub(crate) fn radius(&self, i: u32) -> f32 {
        (self.record(i)[18] as f32 / 16.0).exp2() - 1.0
    }
    pub(crate) fn name(&self, i: u32) -> &str {
        let a = self.at[1] + u24_at(self.record(i), 19) as usize;
        let n = self.data[a] as usize;
        std::str::from_utf8(&self.data[a + 1..a + 1 + n]).unwrap_or("")
    }
    /// The entries behind a value of the key map: record and whether the name is a secondary one.
    pub(crate) fn entries(&self, value: u64, mut each: impl FnMut(u32, bool)) {
        if value & 1 == 0 {
            each((value >> 2) as u32, value & 2 != 0);
        } else {
            let mut a = self.at[2] + (value >> 1) as usize;
            let n = u24_at(&self.data, a);
            a += 3;
            for _ in 0..n {
                let v = u24_at(&self.data, a);
                each(v >> 1, v & 1 != 0);
                a += 3;
            }
        }
    }
    /// States that a region or water belongs to, sorted; empty for all that lie in one state.
    pub(crate) fn members(&self, i: u32) -> Vec<Country> {
        let (a, b) = (self.at[4], self.at[5]);
        let n = u32_at(&self.data, a) as usize;
        // sorted pairs of record and offset
        let (mut lo, mut hi) = (0, n);
        while lo < hi {
            let m = (lo + hi) / 2;
            let r = u32_at(&self.data, a + 4 + 8 * m);
            if r == i {
                let mut p = a + u32_at(&self.data, a + 8 + 8 * m) as usize;
                let k = self.data[p] as usize;
                p += 1;
                return (0..k)
                    .filter_map(|j| {
                        std::str::from_utf8(&self.data[p + 3 * j..p + 3 * j + 3])
                            .ok()?
                            .parse()
                            .ok()
                    })
                    .collect();
            }
            if r < i { lo = m + 1 } else { hi = m }
        }
        debug_assert!(b >= a);
        Vec::new()
    }
}
