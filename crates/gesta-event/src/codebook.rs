//! Reads codebook files.

use crate::pattern::{Lists, SlotPath, When, Words};
use crate::quiet::Field;
use crate::{Aux, CONTEXTS, EventType, Mode};
use gesta_actor::Sector;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    event: Option<Spanned<String>>,
    #[serde(default)]
    pattern: Vec<Spanned<RawPattern>>,
    #[serde(default)]
    lists: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    future: Vec<Spanned<RawFuture>>,
    #[serde(default)]
    context: BTreeMap<String, Spanned<Vec<String>>>,
    #[serde(default)]
    means: Vec<Spanned<RawMeans>>,
    #[serde(default)]
    telling: Vec<Spanned<RawTelling>>,
    #[serde(default)]
    quiet: Vec<Spanned<RawQuiet>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuiet {
    field: String,
    share: f64,
    #[serde(default = "yes")]
    states: bool,
    #[serde(default = "yes")]
    victims: bool,
    words: String,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTelling {
    of: Vec<String>,
    by: Vec<String>,
    is: String,
    mode: Vec<String>,
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPattern {
    id: String,
    event: Option<String>,
    when: OneOrMany,
    #[serde(default)]
    mode: Vec<String>,
    #[serde(default)]
    context: Vec<String>,
    #[serde(default)]
    aux: Vec<String>,
    actor: Option<String>,
    recipient: Option<String>,
    needs: Option<String>,
    #[serde(default)]
    beside: bool,
    #[serde(default)]
    irrealis: bool,
    #[serde(default)]
    modal: bool,
    #[serde(default)]
    inherit: bool,
    #[serde(default)]
    alone: bool,
    #[serde(default)]
    answers: bool,
    #[serde(default)]
    mutual: bool,
    responsibility: Option<String>,
    #[serde(default)]
    actor_from: Vec<String>,
    #[serde(default)]
    told: bool,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default)]
    actor_without: Vec<String>,
    confidence: Option<f32>,
    #[serde(default)]
    yes: Vec<Vec<String>>,
    #[serde(default)]
    no: Vec<String>,
    #[serde(default, rename = "note")]
    _note: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFuture {
    from: String,
    to: String,
    #[serde(default)]
    mode: Vec<String>,
    #[serde(default)]
    when_mode: Vec<String>,
    #[serde(default)]
    aux: bool,
    #[serde(default)]
    reported: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMeans {
    event: String,
    mode: String,
    words: Vec<String>,
}

/// What an entry needs to have filled before it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    Any,
    Actor,
    Recipient,
    Both,
}

/// One entry of the codebook, to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// "accuse.disapprove/condemn".
    pub id: String,
    /// The file that holds it.
    pub file: String,
    /// The line where it begins.
    pub line: usize,
    /// What stands there.
    pub source: String,
}

/// One entry.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub id: String,
    pub file: String,
    pub line: usize,
    pub source: String,
    pub event: EventType,
    pub when: When,
    pub weight: usize,
    pub mode: Vec<&'static str>,
    pub context: Vec<&'static str>,
    pub aux: Vec<Aux>,
    pub actor: SlotPath,
    pub recipient: SlotPath,
    pub needs: Needs,
    /// Fires beside others on the same trigger.
    pub beside: bool,
    /// Counts although it stands in an infinitive, a wish or a request.
    pub irrealis: bool,
    /// Counts under "would", "could", "must": the modal is its meaning.
    pub modal: bool,
    /// A retelling ("the strike destroyed …") takes who and whom from the telling before.
    pub inherit: bool,
    /// The act needs nobody at the other end: none is taken from the rest of the report.
    pub alone: bool,
    /// Answers those who protested: where nobody is named, they are the recipient.
    pub answers: bool,
    /// All who take part do it to one another: nobody is looked for as its victim.
    pub mutual: bool,
    /// The deed is told elsewhere; here somebody claims it or is blamed for it.
    pub responsibility: Option<Responsibility>,
    /// Where nobody is named: whoever does it elsewhere in the report, else its official of one of these sectors.
    pub actor_from: Vec<Sector>,
    /// Counts although it is only the topic of a speech act: "welcomed the agreement between X and Y".
    pub told: bool,
    /// Sectors of which nobody may take part.
    pub without: Vec<Sector>,
    /// Sectors of which nobody may act.
    pub actor_without: Vec<Sector>,
    pub confidence: f32,
}

/// What an entry tells of a deed that is told elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Responsibility {
    /// The actor says that it was he.
    Claimed,
    /// Others say that it was the actor.
    Blamed,
}

/// One example of an entry, for the tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The entry's id.
    pub rule: String,
    /// The entry's file.
    pub file: String,
    /// The line where the entry begins.
    pub line: usize,
    /// The text to code.
    pub text: String,
    /// "NOR -> SWE" (countries or organisations, several joined by "+", "?" for one without either, nothing for an
    /// empty slot), or `None` where the entry must not fire.
    pub expect: Option<String>,
}

/// What becomes of a type told in the future.
#[derive(Clone, Debug)]
pub(crate) struct Future {
    pub from: EventType,
    pub when_mode: Vec<&'static str>,
    pub to: EventType,
    pub mode: Vec<&'static str>,
    pub aux: bool,
    /// The auxiliary mode stays away from quoted words, which do it by saying so: "we will continue to urge …".
    pub reported: bool,
}

/// What a speaker does by telling an act of somebody on another side.
#[derive(Clone, Debug)]
pub(crate) struct Telling {
    pub of: Vec<EventType>,
    /// Sectors of those who accuse by telling; others only report.
    pub by: Vec<Sector>,
    pub is: EventType,
    pub mode: Vec<&'static str>,
    pub id: String,
}

/// Words that show by what means something was done.
#[derive(Clone, Debug)]
pub(crate) struct Means {
    pub event: EventType,
    pub mode: &'static str,
    pub words: Words,
}

/// A codebook, read and checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Codebook {
    pub patterns: Vec<Pattern>,
    /// Entries by trigger lemma, and those that take any word of a class.
    pub by_lemma: HashMap<String, Vec<u32>>,
    /// The first pattern of each entry.
    by_id: HashMap<String, u32>,
    pub any: Vec<u32>,
    pub lists: Lists,
    pub future: Vec<Future>,
    pub means: Vec<Means>,
    pub telling: Vec<Telling>,
    pub contexts: HashMap<String, Vec<&'static str>>,
    /// Fields whose reports hold little politics.
    pub fields: Vec<Field>,
    pub examples: Vec<Example>,
    /// Every word that an entry or a list names.
    pub vocabulary: HashSet<String>,
}

/// Lists that the matcher itself reads; each must be there.
pub(crate) const NEEDED: &[&str] = &[
    "light",
    "object_control",
    "implicative",
    "future_verbs",
    "irrealis",
    "negative",
    "negators",
    "unreal_adjectives",
    "past_adverbs",
    "locative",
    "raising",
    "force_noun",
    "ending",
    "referring",
    "bystander",
    "occurring",
    "denial",
    "nature",
    "tame",
    "done_to_noun",
];

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())]
        .iter()
        .filter(|&&b| b == b'\n')
        .count()
        + 1
}

/// The table that begins at `at` as its file has it. It ends where the next one begins; comments before that are the next one's.
fn written(text: &str, at: usize) -> String {
    let mut lines = text[at..].lines();
    let head: Vec<&str> = lines.next().into_iter().collect();
    let mut body: Vec<&str> = lines
        .take_while(|l| !(l.starts_with('[') && l.trim_end().ends_with(']')))
        .collect();
    while body
        .last()
        .is_some_and(|l| l.trim().is_empty() || l.starts_with('#'))
    {
        body.pop();
    }
    [head, body].concat().join("\n")
}

impl Codebook {
    pub fn read(files: &[(String, String)]) -> Result<Self, Vec<String>> {
        let mut errors = Vec::new();
        let mut raw: Vec<(&str, &str, RawFile)> = Vec::new();
        for (name, text) in files {
            match toml::from_str::<RawFile>(text) {
                Ok(f) => raw.push((name, text, f)),
                Err(e) => {
                    let line = e.span().map_or(1, |s| line_of(text, s.start));
                    errors.push(format!("{name}:{line}: {}", e.message()));
                }
            }
        }
        let mut book = Codebook::default();
        for (_, _, f) in &raw {
            for (k, v) in &f.lists {
                book.lists.insert(k.clone(), v.clone());
            }
        }
        // A list may name another: "@other" inside its words.
        for _ in 0..3 {
            let known = book.lists.clone();
            for words in book.lists.values_mut() {
                *words = words
                    .iter()
                    .flat_map(|w| {
                        w.strip_prefix('@')
                            .and_then(|n| known.get(n))
                            .cloned()
                            .unwrap_or_else(|| vec![w.clone()])
                    })
                    .collect();
            }
        }
        for name in NEEDED {
            if !book.lists.contains_key(*name) && !files.is_empty() {
                errors.push(format!(
                    "lists.toml: lists.{name}: this list is missing and the matcher needs it"
                ));
            }
        }
        let mut at: BTreeMap<String, usize> = BTreeMap::new();
        for (name, text, f) in raw {
            let file_event = f
                .event
                .as_ref()
                .map(|e| (e.get_ref().clone(), line_of(text, e.span().start)));
            if let Some((e, line)) = &file_event
                && let Err(m) = e.parse::<EventType>()
            {
                errors.push(format!("{name}:{line}: event: {m}"));
            }
            for p in f.pattern {
                let line = line_of(text, p.span().start);
                let source = written(text, p.span().start);
                let p = p.into_inner();
                let mut wrong = |field: &str, m: String| {
                    errors.push(format!("{name}:{line}: {}: {field}: {m}", p.id))
                };
                let event = p
                    .event
                    .as_ref()
                    .or(file_event.as_ref().map(|e| &e.0))
                    .map(|e| e.parse::<EventType>());
                let event = match event {
                    Some(Ok(e)) => e,
                    Some(Err(m)) => {
                        wrong("event", m);
                        continue;
                    }
                    None => {
                        wrong("event", "neither the entry nor its file says which".into());
                        continue;
                    }
                };
                let mut mode = Vec::new();
                for m in &p.mode {
                    match Mode::find(event, m) {
                        Some(m) => mode.push(m),
                        None => wrong("mode", format!("{m:?} is no mode of {event}")),
                    }
                }
                let mut context = Vec::new();
                for c in &p.context {
                    match CONTEXTS.iter().find(|x| *x == c) {
                        Some(c) => context.push(*c),
                        None => wrong("context", format!("{c:?} is no PLOVER context")),
                    }
                }
                let mut sectors = |field: &str, names: &[String]| {
                    let mut out = Vec::new();
                    for w in names {
                        match w.parse::<Sector>() {
                            Ok(s) => out.push(s),
                            Err(m) => wrong(field, m),
                        }
                    }
                    out
                };
                let without = sectors("without", &p.without);
                let actor_without = sectors("actor_without", &p.actor_without);
                let actor_from = sectors("actor_from", &p.actor_from);
                let mut aux = Vec::new();
                for a in &p.aux {
                    match [
                        Aux::Historical,
                        Aux::Future,
                        Aux::Hypothetical,
                        Aux::Negation,
                    ]
                    .into_iter()
                    .find(|x| x.as_str() == a)
                    {
                        Some(a) => aux.push(a),
                        None => wrong(
                            "aux",
                            format!("{a:?} is none of historical, future, hypothetical, negation"),
                        ),
                    }
                }
                let mut slot =
                    |field: &str, s: &Option<String>, default: &str| match SlotPath::parse(
                        s.as_deref().unwrap_or(default),
                        &book.lists,
                    ) {
                        Ok(x) => x,
                        Err(m) => {
                            wrong(field, m);
                            SlotPath::default()
                        }
                    };
                let actor = slot("actor", &p.actor, "SUBJ");
                let recipient = slot("recipient", &p.recipient, "");
                let needs = match p.needs.as_deref() {
                    None => match event {
                        EventType::Cooperate | EventType::Aid | EventType::Sanction => Needs::Both,
                        EventType::Assault | EventType::Coerce => Needs::Any,
                        _ => Needs::Actor,
                    },
                    Some("any") => Needs::Any,
                    Some("actor") => Needs::Actor,
                    Some("recipient") => Needs::Recipient,
                    Some("both") => Needs::Both,
                    Some(x) => {
                        wrong(
                            "needs",
                            format!("{x:?} is none of any, actor, recipient, both"),
                        );
                        Needs::Any
                    }
                };
                let responsibility = match p.responsibility.as_deref() {
                    None => None,
                    Some("claimed") => Some(Responsibility::Claimed),
                    Some("blamed") => Some(Responsibility::Blamed),
                    Some(x) => {
                        wrong(
                            "responsibility",
                            format!("{x:?} is neither claimed nor blamed"),
                        );
                        None
                    }
                };
                let whens = match &p.when {
                    OneOrMany::One(w) => vec![w.clone()],
                    OneOrMany::Many(w) => w.clone(),
                };
                // A later entry of the same id takes the earlier one's place.
                if at.contains_key(&p.id) {
                    book.patterns.retain(|x| x.id != p.id);
                    book.examples.retain(|x| x.rule != p.id);
                }
                at.insert(p.id.clone(), line);
                for w in &whens {
                    match When::parse(w, &book.lists) {
                        Ok(when) => book.patterns.push(Pattern {
                            id: p.id.clone(),
                            file: name.to_owned(),
                            line,
                            source: source.clone(),
                            event,
                            weight: when.weight(),
                            when,
                            mode: mode.clone(),
                            context: context.clone(),
                            aux: aux.clone(),
                            actor: actor.clone(),
                            recipient: recipient.clone(),
                            needs,
                            beside: p.beside,
                            irrealis: p.irrealis,
                            modal: p.modal,
                            inherit: p.inherit,
                            alone: p.alone,
                            answers: p.answers,
                            mutual: p.mutual,
                            responsibility,
                            actor_from: actor_from.clone(),
                            told: p.told,
                            without: without.clone(),
                            actor_without: actor_without.clone(),
                            confidence: p.confidence.unwrap_or(0.7),
                        }),
                        Err(m) => wrong("when", format!("{m} (in {w:?})")),
                    }
                }
                let example = |text: &str, expect: Option<String>| Example {
                    rule: p.id.clone(),
                    file: name.to_owned(),
                    line,
                    text: text.to_owned(),
                    expect,
                };
                for y in &p.yes {
                    match y.as_slice() {
                        [text, expect] => book.examples.push(example(text, Some(expect.clone()))),
                        _ => wrong(
                            "yes",
                            "each example is a pair: the text and \"ACTOR -> RECIPIENT\"".into(),
                        ),
                    }
                }
                for n in &p.no {
                    book.examples.push(example(n, None));
                }
            }
            for x in f.future {
                let line = line_of(text, x.span().start);
                let x = x.into_inner();
                match (x.from.parse::<EventType>(), x.to.parse::<EventType>()) {
                    (Ok(from), Ok(to)) => {
                        let find = |e: EventType, ms: &[String]| {
                            ms.iter()
                                .map(|m| Mode::find(e, m).ok_or(format!("{m:?} is no mode of {e}")))
                                .collect::<Result<Vec<_>, _>>()
                        };
                        match (find(to, &x.mode), find(from, &x.when_mode)) {
                            (Ok(mode), Ok(when_mode)) => book.future.push(Future {
                                from,
                                when_mode,
                                to,
                                mode,
                                aux: x.aux,
                                reported: x.reported,
                            }),
                            (Err(m), _) | (_, Err(m)) => {
                                errors.push(format!("{name}:{line}: future: {m}"))
                            }
                        }
                    }
                    (Err(m), _) | (_, Err(m)) => errors.push(format!("{name}:{line}: future: {m}")),
                }
            }
            for x in f.means {
                let line = line_of(text, x.span().start);
                let x = x.into_inner();
                let event = x.event.parse::<EventType>();
                match event.map(|e| (e, Mode::find(e, &x.mode))) {
                    Ok((event, Some(mode))) => match Words::parse_list(&x.words, &book.lists) {
                        Ok(words) => book.means.push(Means { event, mode, words }),
                        Err(m) => errors.push(format!("{name}:{line}: means.words: {m}")),
                    },
                    Ok((e, None)) => errors.push(format!(
                        "{name}:{line}: means.mode: {:?} is no mode of {e}",
                        x.mode
                    )),
                    Err(m) => errors.push(format!("{name}:{line}: means.event: {m}")),
                }
            }
            for x in f.telling {
                let line = line_of(text, x.span().start);
                let x = x.into_inner();
                let of =
                    x.of.iter()
                        .map(|e| e.parse::<EventType>())
                        .collect::<Result<Vec<_>, _>>();
                match (of, x.is.parse::<EventType>()) {
                    (Ok(of), Ok(is)) => match x
                        .mode
                        .iter()
                        .map(|m| Mode::find(is, m).ok_or(format!("{m:?} is no mode of {is}")))
                        .collect::<Result<Vec<_>, _>>()
                    {
                        Ok(mode) => book.telling.push(Telling {
                            of,
                            by: x
                                .by
                                .iter()
                                .filter_map(|b| match b.parse::<Sector>() {
                                    Ok(s) => Some(s),
                                    Err(_) => {
                                        errors.push(format!(
                                            "{name}:{line}: telling.by: {b:?} is no sector"
                                        ));
                                        None
                                    }
                                })
                                .collect(),
                            is,
                            mode,
                            id: x.id,
                        }),
                        Err(m) => errors.push(format!("{name}:{line}: telling.mode: {m}")),
                    },
                    (Err(m), _) | (_, Err(m)) => {
                        errors.push(format!("{name}:{line}: telling: {m}"))
                    }
                }
            }
            for x in f.quiet {
                let line = line_of(text, x.span().start);
                let x = x.into_inner();
                if !(x.share > 0.0 && x.share <= 100.0) {
                    errors.push(format!(
                        "{name}:{line}: quiet.share: {} is no share of a hundred words",
                        x.share
                    ));
                }
                // A field of the same name takes the earlier one's place.
                book.fields.retain(|f| f.name != x.field);
                book.fields.push(Field {
                    name: x.field,
                    share: x.share,
                    states: x.states,
                    victims: x.victims,
                    words: x.words.split_whitespace().map(str::to_owned).collect(),
                });
            }
            for (c, words) in f.context {
                let line = line_of(text, words.span().start);
                match CONTEXTS.iter().find(|x| **x == c) {
                    Some(c) => {
                        for w in words.into_inner() {
                            book.contexts.entry(w).or_default().push(c);
                        }
                    }
                    None => errors.push(format!(
                        "{name}:{line}: context: {c:?} is no PLOVER context"
                    )),
                }
            }
        }
        for (i, p) in book.patterns.iter().enumerate() {
            book.by_id.entry(p.id.clone()).or_insert(i as u32);
            if p.when.trigger.any {
                book.any.push(i as u32);
            } else {
                for w in p.when.trigger.iter() {
                    book.by_lemma
                        .entry(w.to_owned())
                        .or_default()
                        .push(i as u32);
                }
            }
        }
        book.vocabulary = book
            .by_lemma
            .keys()
            .cloned()
            .chain(book.lists.values().flatten().cloned())
            .collect();
        if errors.is_empty() {
            Ok(book)
        } else {
            Err(errors)
        }
    }

    /// The entry of an id; what all its patterns share can be asked of any.
    pub fn entry(&self, id: &str) -> Option<&Pattern> {
        self.by_id.get(id).map(|&i| &self.patterns[i as usize])
    }

    /// The word of the codebook that `form` is a regular inflection of: for words whose lemma the parser got wrong.
    pub fn uninflect(&self, form: &str) -> Option<&str> {
        let known = |s: &str| self.vocabulary.get(s).map(String::as_str);
        for (ending, instead) in [
            ("ies", "y"),
            ("ied", "y"),
            ("es", ""),
            ("s", ""),
            ("ed", ""),
            ("ed", "e"),
            ("ing", ""),
            ("ing", "e"),
        ] {
            let Some(stem) = form
                .strip_suffix(ending)
                .filter(|s| s.len() > 1 && s.is_char_boundary(s.len() - 1))
            else {
                continue;
            };
            let mut candidate = stem.to_owned() + instead;
            if let Some(w) = known(&candidate) {
                return Some(w);
            }
            // "stabbed" → "stab"
            let b = stem.as_bytes();
            if instead.is_empty() && b.len() > 2 && b[b.len() - 1] == b[b.len() - 2] {
                candidate.pop();
                if let Some(w) = known(&candidate) {
                    return Some(w);
                }
            }
        }
        None
    }

    pub fn list(&self, name: &str) -> Words {
        Words::parse_list(
            &self.lists.get(name).cloned().unwrap_or_default(),
            &self.lists,
        )
        .unwrap_or_default()
    }
}
