//! PLOVER's types, modes, contexts and scores, as `spec/plover.md` has them.

use std::fmt;
use std::str::FromStr;

macro_rules! types {
    ($($var:ident = $text:literal, $quad:literal, $score:literal, [$($mode:literal = $ms:literal),*]);+ $(;)?) => {
        /// A PLOVER event type.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum EventType { $($var),+ }
        impl EventType {
            /// Every type, in the ontology's order.
            pub const ALL: &'static [EventType] = &[$(EventType::$var),+];
            /// The name: "CONSULT".
            pub fn as_str(self) -> &'static str { match self { $(EventType::$var => $text),+ } }
            /// Quad class: 1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict.
            pub fn quad(self) -> u8 { match self { $(EventType::$var => $quad),+ } }
            /// Conflict-cooperation score of the type without a mode.
            pub fn score(self) -> f32 { match self { $(EventType::$var => $score),+ } }
        }
        /// The modes of a type with their scores.
        pub fn modes_of(event: EventType) -> &'static [(&'static str, f32)] {
            match event { $(EventType::$var => &[$(($mode, $ms)),*]),+ }
        }
    };
}

types! {
    Agree = "AGREE", 1, 2.5, [];
    Consult = "CONSULT", 1, 2.5, ["visit" = 4.0, "third-party" = 1.0, "multilateral" = 4.0, "phone" = 1.5];
    Support = "SUPPORT", 1, 5.0, [];
    Concede = "CONCEDE", 1, 4.5, [];
    Cooperate = "COOPERATE", 2, 9.5, [];
    Aid = "AID", 2, 10.0, [];
    Retreat = "RETREAT", 2, 6.5, ["withdraw" = 8.0, "release" = 6.5, "disarm" = 10.0, "ceasefire" = 7.5, "access" = 6.5, "resign" = 4.5];
    Request = "REQUEST", 3, 0.0, ["assist" = 0.5, "change" = -1.0, "yield" = -1.0, "meet" = 0.0];
    Accuse = "ACCUSE", 3, -3.0, ["disapprove" = -2.0, "investigate" = -3.5, "allege" = -3.5];
    Reject = "REJECT", 3, -2.0, ["assist" = -1.5, "change" = -2.0, "yield" = -2.0, "meet" = -2.0];
    Threaten = "THREATEN", 3, -3.5, ["restrict" = -3.0, "arrest" = -3.5, "relations" = -3.5, "expel" = -3.5, "territory" = -4.0, "violence" = -3.5];
    Protest = "PROTEST", 4, -5.0, ["demo" = -5.0, "riot" = -7.0, "strike" = -5.0, "hunger" = -4.5, "boycott" = -4.5, "obstruct" = -4.5, "vandalize" = -5.0];
    Sanction = "SANCTION", 4, -6.0, ["convict" = -6.0, "expel" = -5.5, "withdraw" = -6.0, "discontinue" = -6.0];
    Mobilize = "MOBILIZE", 4, -5.5, ["troops" = -6.5, "weapons" = -6.5, "police" = -5.5, "militia" = -6.0];
    Coerce = "COERCE", 4, -7.0, ["seize" = -7.0, "restrict" = -7.0, "censor" = -6.5, "curfew" = -6.5, "martial-law" = -7.5, "arrest" = -7.0,
        "deport" = -7.0, "withhold" = -7.0, "misinformation" = -6.5, "cyber" = -7.0];
    Assault = "ASSAULT", 4, -9.0, ["abduct" = -8.5, "beat" = -7.5, "torture" = -8.5, "sexual" = -8.5, "targeted" = -9.5, "destroy" = -8.5,
        "primitive" = -8.0, "firearms" = -9.0, "explosives" = -9.0, "suicide-attack" = -9.5, "aerial" = -9.5, "drone" = -9.5,
        "heavy-weapons" = -9.5, "crowd-control" = -7.5, "unconventional" = -10.0];
}

impl FromStr for EventType {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        Self::ALL
            .iter()
            .copied()
            .find(|t| t.as_str() == s)
            .ok_or_else(|| format!("{s:?} is not a PLOVER event type"))
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads a mode of a type.
pub struct Mode;

impl Mode {
    /// The mode's own text, if `name` is a mode of `event`.
    pub fn find(event: EventType, name: &str) -> Option<&'static str> {
        modes_of(event)
            .iter()
            .find(|(m, _)| *m == name)
            .map(|(m, _)| *m)
    }
}

/// The score of a mode of a type.
pub fn mode_score(event: EventType, mode: &str) -> Option<f32> {
    modes_of(event)
        .iter()
        .find(|(m, _)| *m == mode)
        .map(|(_, s)| *s)
}

/// A PLOVER auxiliary mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aux {
    /// Background, not current news.
    Historical,
    /// Has not happened yet.
    Future,
    /// Would, might, if.
    Hypothetical,
    /// Did not happen.
    Negation,
}

impl Aux {
    /// The name: "historical".
    pub fn as_str(self) -> &'static str {
        match self {
            Aux::Historical => "historical",
            Aux::Future => "future",
            Aux::Hypothetical => "hypothetical",
            Aux::Negation => "negation",
        }
    }
}

/// PLOVER's contexts.
pub const CONTEXTS: &[&str] = &[
    "military",
    "intelligence",
    "executive",
    "legislative",
    "election",
    "political_institutions",
    "pro_democracy",
    "pro_autocracy",
    "economic",
    "legal",
    "reparations",
    "human_rights",
    "rights_freedoms",
    "repression",
    "human_security",
    "gender",
    "lgbt",
    "religion_ethnicity",
    "inequality",
    "diplomatic",
    "territory",
    "peacekeeping",
    "health",
    "asylum",
    "migration",
    "disasters",
    "natural_resource",
    "environment",
    "technology",
    "terrorism",
    "cbrn",
    "cyber",
    "misinformation",
    "crime",
    "corruption",
    "illegal_drugs",
    "trafficking",
];
