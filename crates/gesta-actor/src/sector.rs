use std::fmt;
use std::str::FromStr;

macro_rules! sectors {
    ($($var:ident = $text:literal, $means:literal);+ $(;)?) => {
        /// A PLOVER sector.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum Sector { $(#[doc = $means] #[serde(rename = $text)] $var),+ }
        impl Sector {
            /// Every sector, in the ontology's order.
            pub const ALL: &'static [Sector] = &[$(Sector::$var),+];
            /// The code: "GOV".
            pub fn as_str(self) -> &'static str { match self { $(Sector::$var => $text),+ } }
        }
        impl FromStr for Sector {
            type Err = String;
            fn from_str(s: &str) -> Result<Self, String> {
                match s { $($text => Ok(Sector::$var),)+ _ => Err(format!("{s:?} is not a PLOVER sector")) }
            }
        }
    };
}

sectors! {
    Gov = "GOV", "government"; Mil = "MIL", "military"; Cop = "COP", "police"; Spy = "SPY", "intelligence"; Jud = "JUD", "courts";
    Leg = "LEG", "legislature"; Pty = "PTY", "party"; Opp = "OPP", "opposition"; Reb = "REB", "rebels"; Uaf = "UAF", "unidentified armed";
    Prm = "PRM", "paramilitary"; Eli = "ELI", "elites and ex-officials"; Igo = "IGO", "intergovernmental organisation"; Uno = "UNO", "United Nations";
    Eur = "EUR", "European Union"; Ngo = "NGO", "non-governmental organisation"; Ism = "ISM", "international social movement";
    Img = "IMG", "international militarised group"; Mnc = "MNC", "multinational corporation"; Agr = "AGR", "agriculture"; Bus = "BUS", "business";
    Crm = "CRM", "crime"; Cvl = "CVL", "civilians"; Edu = "EDU", "education"; Jrn = "JRN", "journalists"; Lab = "LAB", "labour";
    Med = "MED", "health workers"; Pre = "PRE", "protesters"; Ref = "REF", "refugees"; Rel = "REL", "religion"; Soc = "SOC", "social groups";
    Unk = "UNK", "unknown";
}

impl fmt::Display for Sector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
