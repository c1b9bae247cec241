use std::fmt;

macro_rules! labels {
    ($(#[$m:meta])* $name:ident { $($var:ident = $text:literal),+ $(,)? } other $other:ident) => {
        $(#[$m])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum $name { $($var),+ }
        impl $name {
            /// Every label, in order.
            pub const ALL: &'static [$name] = &[$($name::$var),+];
            /// The label as treebanks write it.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$var => $text),+ }
            }
            /// Reads a label; one that is unknown becomes the catch-all.
            pub fn parse(s: &str) -> Self {
                match s { $($text => $name::$var,)+ _ => $name::$other }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }
    };
}

labels! {
    /// Universal part-of-speech tags.
    Upos { Adj = "ADJ", Adp = "ADP", Adv = "ADV", Aux = "AUX", Cconj = "CCONJ", Det = "DET", Intj = "INTJ", Noun = "NOUN",
        Num = "NUM", Part = "PART", Pron = "PRON", Propn = "PROPN", Punct = "PUNCT", Sconj = "SCONJ", Sym = "SYM", Verb = "VERB", X = "X" } other X
}

labels! {
    /// Universal dependency relations as English treebanks use them, subtypes included.
    Deprel { Acl = "acl", AclRelcl = "acl:relcl", Advcl = "advcl", AdvclRelcl = "advcl:relcl", Advmod = "advmod", Amod = "amod", Appos = "appos",
        Aux = "aux", AuxPass = "aux:pass", Case = "case", Cc = "cc", CcPreconj = "cc:preconj", Ccomp = "ccomp", Compound = "compound",
        CompoundPrt = "compound:prt", Conj = "conj", Cop = "cop", Csubj = "csubj", CsubjOuter = "csubj:outer", CsubjPass = "csubj:pass",
        Dep = "dep", Det = "det", DetPredet = "det:predet", Discourse = "discourse", Dislocated = "dislocated", Expl = "expl", Fixed = "fixed",
        Flat = "flat", Goeswith = "goeswith", Iobj = "iobj", List = "list", Mark = "mark", Nmod = "nmod", NmodDesc = "nmod:desc",
        NmodPoss = "nmod:poss", NmodUnmarked = "nmod:unmarked", Nsubj = "nsubj", NsubjOuter = "nsubj:outer", NsubjPass = "nsubj:pass",
        Nummod = "nummod", Obj = "obj", Obl = "obl", OblAgent = "obl:agent", OblUnmarked = "obl:unmarked", Orphan = "orphan",
        Parataxis = "parataxis", Punct = "punct", Reparandum = "reparandum", Root = "root", Vocative = "vocative", Xcomp = "xcomp" } other Dep
}

labels! {
    /// Kinds of entity spans.
    EntityKind { Per = "PER", Org = "ORG", Loc = "LOC", Norp = "NORP", Misc = "MISC", Date = "DATE", Num = "NUM" } other Misc
}

/// Morphological features, as a set of bits (`Tense=Past` is [`Feats::PAST`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Feats(pub u64);

macro_rules! feats {
    ($($name:ident = $bit:literal, $key:literal, $value:literal);+ $(;)?) => {
        #[allow(missing_docs)]
        impl Feats {
            $(pub const $name: Feats = Feats(1 << $bit);)+
            const TABLE: &'static [(Feats, &'static str, &'static str)] = &[$((Feats::$name, $key, $value)),+];
        }
    };
}

feats! {
    // sorted by key, then value, so that CoNLL-U comes out in order
    ABBR = 0, "Abbr", "Yes";
    ACC = 1, "Case", "Acc"; GEN = 2, "Case", "Gen"; NOM = 3, "Case", "Nom";
    DEFINITE = 4, "Definite", "Def"; INDEFINITE = 5, "Definite", "Ind";
    CMP = 6, "Degree", "Cmp"; POS = 7, "Degree", "Pos"; SUP = 8, "Degree", "Sup";
    FOREIGN = 9, "Foreign", "Yes";
    FEM = 10, "Gender", "Fem"; MASC = 11, "Gender", "Masc"; NEUT = 12, "Gender", "Neut";
    IMP = 13, "Mood", "Imp"; IND = 14, "Mood", "Ind"; SUBJUNCTIVE = 15, "Mood", "Sub";
    NUM_DIGIT = 16, "NumForm", "Digit"; NUM_ROMAN = 17, "NumForm", "Roman"; NUM_WORD = 18, "NumForm", "Word";
    NUM_CARD = 19, "NumType", "Card"; NUM_FRAC = 20, "NumType", "Frac"; NUM_MULT = 21, "NumType", "Mult"; NUM_ORD = 22, "NumType", "Ord";
    PLUR = 23, "Number", "Plur"; SING = 24, "Number", "Sing"; PTAN = 25, "Number", "Ptan";
    P1 = 26, "Person", "1"; P2 = 27, "Person", "2"; P3 = 28, "Person", "3";
    NEG = 29, "Polarity", "Neg";
    POSS = 30, "Poss", "Yes";
    PRON_ART = 31, "PronType", "Art"; PRON_DEM = 32, "PronType", "Dem"; PRON_IND = 33, "PronType", "Ind"; PRON_INT = 34, "PronType", "Int";
    PRON_NEG = 35, "PronType", "Neg"; PRON_PRS = 36, "PronType", "Prs"; PRON_RCP = 37, "PronType", "Rcp"; PRON_REL = 38, "PronType", "Rel";
    PRON_TOT = 39, "PronType", "Tot"; PRON_EMP = 40, "PronType", "Emp";
    REFLEX = 41, "Reflex", "Yes";
    PAST = 42, "Tense", "Past"; PRES = 43, "Tense", "Pres";
    TYPO = 44, "Typo", "Yes";
    FIN = 45, "VerbForm", "Fin"; GER = 46, "VerbForm", "Ger"; INF = 47, "VerbForm", "Inf"; PART = 48, "VerbForm", "Part";
    PASS = 49, "Voice", "Pass";
}

impl Feats {
    /// Whether all of `other` is set.
    pub fn has(self, other: Feats) -> bool {
        self.0 & other.0 == other.0
    }
    /// Whether any of `other` is set.
    pub fn any(self, other: Feats) -> bool {
        self.0 & other.0 != 0
    }
    /// Reads `Key=Value|Key=Value`; what is unknown is left out.
    pub fn parse(s: &str) -> Self {
        let mut out = 0;
        for pair in s.split('|') {
            let Some((k, v)) = pair.split_once('=') else {
                continue;
            };
            for v in v.split(',') {
                out |= Self::TABLE
                    .iter()
                    .find(|(_, a, b)| *a == k && *b == v)
                    .map_or(0, |t| t.0.0);
            }
        }
        Feats(out)
    }
}

impl fmt::Display for Feats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = "";
        for (_, key, value) in Self::TABLE.iter().filter(|t| self.has(t.0)) {
            if *key == last {
                write!(f, ",{value}")?;
            } else {
                write!(f, "{}{key}={value}", if last.is_empty() { "" } else { "|" })?;
            }
            last = key;
        }
        if last.is_empty() {
            f.write_str("_")
        } else {
            Ok(())
        }
    }
}
