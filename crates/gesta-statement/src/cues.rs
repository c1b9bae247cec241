//! Cue lists: which words report what somebody says, read from `codebook/cues/*.toml`.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use toml::Spanned;

/// What a cue can report, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Takes(u16);

macro_rules! takes {
    ($($name:ident = $bit:literal, $text:literal);+ $(;)?) => {
        #[allow(missing_docs)]
        impl Takes {
            $(pub const $name: Takes = Takes(1 << $bit);)+
            const TABLE: &'static [(Takes, &'static str)] = &[$((Takes::$name, $text)),+];
        }
    };
}

takes! {
    QUOTE = 0, "quote";
    CLAUSE = 1, "clause";
    TO = 2, "to";
    OBJECT_TO = 3, "object-to";
    FOR_TO = 4, "for-to";
    ING = 5, "ing";
    PREP_ING = 6, "prep-ing";
    AS = 7, "as";
    NAMING = 8, "naming";
    NOUN = 9, "noun";
    SUBJECT_TO = 10, "subject-to";
    OWNER = 11, "owner";
}

impl Takes {
    /// Whether it shares anything with `other`.
    pub fn any(self, other: Takes) -> bool {
        self.0 & other.0 != 0
    }
    /// Both together.
    pub fn or(self, other: Takes) -> Takes {
        Takes(self.0 | other.0)
    }
}

/// Where the one who is addressed stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hearer {
    /// Nobody is addressed.
    #[default]
    None,
    /// X told Y.
    Object,
    /// X said to Y.
    To,
    /// Either.
    Both,
}

/// Who can be the subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subject {
    /// Anybody.
    #[default]
    Any,
    /// A text only: "the letter reads".
    Text,
    /// Who rules with words: "the court found".
    Court,
}

/// A verb as a cue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verb {
    /// "out" in "point out", "for" in "call for"; empty if none.
    pub particle: String,
    /// What it reports.
    pub takes: Takes,
    /// Where its hearer stands.
    pub hearer: Hearer,
    /// Who can be its subject.
    pub subject: Subject,
    /// Prepositions in front of its gerund.
    pub prepositions: Vec<String>,
    /// Whether its subject may stand behind it: "…, said Ann Smith".
    pub inverts: bool,
    /// "say", "report", "order"…
    pub class: String,
}

/// One example of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The file in which it stands.
    pub file: String,
    /// The sentence.
    pub text: String,
    /// Speaker, cue and contents that must be found; `None` where nothing may be found by the entry's lemmas.
    pub want: Option<(String, String, Vec<String>)>,
    /// The entry's lemmas.
    pub lemmas: Vec<String>,
}

/// All cues.
#[derive(Clone, Debug, Default)]
pub struct Cues {
    verbs: BTreeMap<String, Vec<Verb>>,
    nouns: BTreeMap<String, Takes>,
    sources: Vec<Vec<String>>,
    no_sources: Vec<String>,
    light: Vec<String>,
    texts: Vec<String>,
    parts: Vec<String>,
    courts: Vec<String>,
    plans: Vec<String>,
    adjectives: Vec<String>,
    titles: Vec<String>,
    stops: Vec<String>,
    deeds: Vec<String>,
    /// Examples of all entries, in order.
    pub examples: Vec<Example>,
}

/// What is wrong with a cue file: names the file, the line and the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CueError {
    file: String,
    line: usize,
    what: String,
}

impl fmt::Display for CueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

impl std::error::Error for CueError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    class: String,
    #[serde(default)]
    verb: Vec<VerbEntry>,
    #[serde(default)]
    noun: Vec<NounEntry>,
    #[serde(default)]
    source: Vec<SourceEntry>,
    #[serde(default)]
    light: Vec<String>,
    #[serde(default)]
    texts: Vec<String>,
    #[serde(default)]
    parts: Vec<String>,
    #[serde(default)]
    courts: Vec<String>,
    #[serde(default)]
    plans: Vec<String>,
    #[serde(default)]
    adjectives: Vec<String>,
    #[serde(default)]
    titles: Vec<String>,
    #[serde(default)]
    stops: Vec<String>,
    #[serde(default)]
    deeds: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerbEntry {
    lemmas: Spanned<Vec<String>>,
    takes: Spanned<Vec<String>>,
    hearer: Option<Spanned<String>>,
    subject: Option<Spanned<String>>,
    #[serde(default)]
    prepositions: Vec<String>,
    #[serde(default)]
    inverts: bool,
    #[serde(default)]
    yes: Vec<Spanned<Vec<String>>>,
    #[serde(default)]
    no: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NounEntry {
    lemmas: Spanned<Vec<String>>,
    takes: Spanned<Vec<String>>,
    #[serde(default)]
    yes: Vec<Spanned<Vec<String>>>,
    #[serde(default)]
    no: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceEntry {
    words: Vec<String>,
    #[serde(default)]
    never: Vec<String>,
    #[serde(default)]
    yes: Vec<Spanned<Vec<String>>>,
    #[serde(default)]
    no: Vec<String>,
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn fail(&self, at: usize, what: String) -> CueError {
        let line = 1 + self.text.bytes().take(at).filter(|&b| b == b'\n').count();
        CueError {
            file: self.file.to_owned(),
            line,
            what,
        }
    }
    fn takes(&self, list: &Spanned<Vec<String>>) -> Result<Takes, CueError> {
        let mut out = Takes::default();
        for t in list.get_ref() {
            let Some((bit, _)) = Takes::TABLE.iter().find(|(_, n)| n == t) else {
                let known: Vec<&str> = Takes::TABLE.iter().map(|t| t.1).collect();
                return Err(self.fail(
                    list.span().start,
                    format!("takes: {t:?} is none of {}", known.join(", ")),
                ));
            };
            out = out.or(*bit);
        }
        Ok(out)
    }
    fn examples(
        &self,
        lemmas: &[String],
        yes: &[Spanned<Vec<String>>],
        no: &[String],
        out: &mut Vec<Example>,
    ) -> Result<(), CueError> {
        for y in yes {
            let [text, speaker, cue, content] = y.get_ref().as_slice() else {
                let n = y.get_ref().len();
                return Err(self.fail(
                    y.span().start,
                    format!("yes: [sentence, speaker, cue, content] wanted, {n} parts found"),
                ));
            };
            let contents: Vec<String> = content.split(" | ").map(str::to_owned).collect();
            for part in [speaker, cue].into_iter().chain(&contents) {
                if !text.contains(part.as_str()) {
                    return Err(self.fail(
                        y.span().start,
                        format!("yes: {part:?} does not stand in the sentence"),
                    ));
                }
            }
            out.push(Example {
                file: self.file.to_owned(),
                text: text.clone(),
                want: Some((speaker.clone(), cue.clone(), contents)),
                lemmas: lemmas.to_vec(),
            });
        }
        out.extend(no.iter().map(|n| Example {
            file: self.file.to_owned(),
            text: n.clone(),
            want: None,
            lemmas: lemmas.to_vec(),
        }));
        Ok(())
    }
}

impl Cues {
    /// Reads cue files, each a pair of name and text.
    pub fn read(files: &[(&str, &str)]) -> Result<Self, CueError> {
        let mut out = Cues::default();
        for &(file, text) in files {
            let r = Reader { file, text };
            let parsed: File = toml::from_str(text).map_err(|e| {
                let at = e.span().map_or(0, |s| s.start);
                r.fail(at, e.message().trim().replace('\n', " "))
            })?;
            for v in &parsed.verb {
                let takes = r.takes(&v.takes)?;
                let hearer = match v.hearer.as_ref().map(|h| h.get_ref().as_str()) {
                    None | Some("none") => Hearer::None,
                    Some("object") => Hearer::Object,
                    Some("to") => Hearer::To,
                    Some("both") => Hearer::Both,
                    Some(other) => {
                        let at = v.hearer.as_ref().map_or(0, |h| h.span().start);
                        return Err(r.fail(
                            at,
                            format!("hearer: {other:?} is none of object, to, both, none"),
                        ));
                    }
                };
                let subject = match v.subject.as_ref().map(|h| h.get_ref().as_str()) {
                    None => Subject::Any,
                    Some("text") => Subject::Text,
                    Some("court") => Subject::Court,
                    Some(other) => {
                        let at = v.subject.as_ref().map_or(0, |h| h.span().start);
                        return Err(
                            r.fail(at, format!("subject: {other:?} is none of text, court"))
                        );
                    }
                };
                if takes.any(Takes::PREP_ING) && v.prepositions.is_empty() {
                    return Err(r.fail(
                        v.takes.span().start,
                        "takes: prep-ing wants prepositions".into(),
                    ));
                }
                if v.lemmas.get_ref().is_empty() {
                    return Err(r.fail(v.lemmas.span().start, "lemmas: none given".into()));
                }
                for lemma in v.lemmas.get_ref() {
                    let (verb, particle) = lemma.split_once(' ').unwrap_or((lemma, ""));
                    out.verbs.entry(verb.to_owned()).or_default().push(Verb {
                        particle: particle.to_owned(),
                        takes,
                        hearer,
                        subject,
                        prepositions: v.prepositions.clone(),
                        inverts: v.inverts,
                        class: parsed.class.clone(),
                    });
                }
                r.examples(v.lemmas.get_ref(), &v.yes, &v.no, &mut out.examples)?;
            }
            for n in &parsed.noun {
                let takes = r.takes(&n.takes)?;
                for lemma in n.lemmas.get_ref() {
                    let slot = out.nouns.entry(lemma.clone()).or_default();
                    *slot = slot.or(takes);
                }
                r.examples(n.lemmas.get_ref(), &n.yes, &n.no, &mut out.examples)?;
            }
            for s in &parsed.source {
                out.sources.extend(
                    s.words
                        .iter()
                        .map(|w| w.split(' ').map(str::to_owned).collect()),
                );
                out.no_sources.extend(s.never.iter().cloned());
                r.examples(&s.words, &s.yes, &s.no, &mut out.examples)?;
            }
            out.light.extend(parsed.light);
            out.texts.extend(parsed.texts);
            out.parts.extend(parsed.parts);
            out.courts.extend(parsed.courts);
            out.plans.extend(parsed.plans);
            out.adjectives.extend(parsed.adjectives);
            out.titles.extend(parsed.titles);
            out.stops.extend(parsed.stops);
            out.deeds.extend(parsed.deeds);
        }
        for list in [
            &mut out.light,
            &mut out.texts,
            &mut out.parts,
            &mut out.courts,
            &mut out.plans,
            &mut out.adjectives,
            &mut out.no_sources,
            &mut out.deeds,
        ] {
            list.sort();
            list.dedup();
        }
        Ok(out)
    }

    /// The entries of a verb's lemma.
    pub fn verb(&self, lemma: &str) -> &[Verb] {
        self.verbs.get(lemma).map_or(&[], Vec::as_slice)
    }
    /// What a noun of saying reports.
    pub fn noun(&self, lemma: &str) -> Option<Takes> {
        self.nouns.get(lemma).copied()
    }
    /// Prepositional cues, word by word: "according to".
    pub fn sources(&self) -> &[Vec<String>] {
        &self.sources
    }
    /// Whether a noun behind such a cue is no source: "according to plan".
    pub fn is_no_source(&self, lemma: &str) -> bool {
        has(&self.no_sources, lemma)
    }
    /// Whether a verb only lends a noun its subject.
    pub fn is_light(&self, lemma: &str) -> bool {
        has(&self.light, lemma)
    }
    /// Whether a noun names a text.
    pub fn is_text(&self, lemma: &str) -> bool {
        has(&self.texts, lemma)
    }
    /// Whether a noun names a part of a text.
    pub fn is_part(&self, lemma: &str) -> bool {
        has(&self.parts, lemma)
    }
    /// Whether a title, in small letters, says that the text is somebody's statement.
    pub fn is_statement_title(&self, title: &str) -> bool {
        self.titles.iter().any(|t| title.contains(t.as_str()))
    }
    /// Whether a paragraph that begins like this is no longer part of an official statement.
    pub fn is_stop(&self, head: &str) -> bool {
        self.stops.iter().any(|t| head.starts_with(t.as_str()))
    }
    /// Whether an adjective tells with a clause what its subject says: "was clear that".
    pub fn is_adjective(&self, lemma: &str) -> bool {
        has(&self.adjectives, lemma)
    }
    /// Whether a noun with an infinitive or clause is what a verb of saying reports: "stressed the need to".
    pub fn is_plan(&self, lemma: &str) -> bool {
        has(&self.plans, lemma)
    }
    /// Whether a verb tells with a noun as its object what was done: "confirmed the raid", "claimed responsibility".
    pub fn is_deed(&self, verb: &str, object: &str) -> bool {
        has(&self.deeds, verb) || has(&self.deeds, &format!("{verb} {object}"))
    }
    /// Whether a noun names somebody who rules.
    pub fn is_court(&self, lemma: &str) -> bool {
        has(&self.courts, lemma)
    }
}

fn has(list: &[String], word: &str) -> bool {
    list.binary_search_by(|w| w.as_str().cmp(word)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_file_line_and_field() {
        let table = [
            (
                "class = \"x\"\n[[verb]]\nlemmas = [\"a\"]\ntakes = [\"clauze\"]\n",
                "c.toml:4: takes: \"clauze\" is none of",
            ),
            (
                "class = \"x\"\n[[verb]]\nlemmas = [\"a\"]\ntakes = []\nhearer = \"her\"\n",
                "c.toml:5: hearer:",
            ),
            (
                "class = \"x\"\n[[verb]]\nlemmas = []\ntakes = []\n",
                "c.toml:3: lemmas:",
            ),
            (
                "class = \"x\"\n[[verb]]\nlemmas = [\"a\"]\ntakes = []\nyes = [\n[\"a b\", \"c\"]]\n",
                "c.toml:6: yes:",
            ),
            (
                "class = \"x\"\n[[verb]]\nlemmas = [\"a\"]\ntakes = []\nyess = []\n",
                "c.toml:5: unknown field `yess`",
            ),
            ("class = \n", "c.toml:1: "),
        ];
        for (text, want) in table {
            let e = Cues::read(&[("c.toml", text)]).unwrap_err().to_string();
            assert!(e.starts_with(want), "{e} / {want}");
        }
    }
}
