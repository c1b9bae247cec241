use crate::analysis::Analysis;
use crate::hash::Parts;
use crate::record::{CoderInfo, Record, RecordOptions};
use gesta_actor::Resolver;
use gesta_event::{Matcher, Trace};
use gesta_parse::{Deprel, Feats, Parsed, Upos, Word};
use gesta_place::{Geoparser, PlaceContext};
use gesta_statement::Finder;
use gesta_text::{Document, Span, Text};
use gesta_time::Tagger;
use std::fmt;

/// The codebook's files as they stood when the program was built: name and text, sorted by name.
const CODEBOOK: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/codebook.rs"));

/// Why a coder could not be built: every fault that was found, each with file, line and field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError {
    /// One line a fault.
    pub faults: Vec<String>,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.faults.join("\n"))
    }
}

impl std::error::Error for BuildError {}

/// Chooses what a [`Coder`] knows. All that can be wrong with it is found by [`CoderBuilder::build`], not when a report
/// comes.
#[derive(Clone, Debug, Default)]
pub struct CoderBuilder {
    codebook: Vec<(String, String)>,
}

impl CoderBuilder {
    /// Adds a codebook file (its name, for messages, and its TOML text) to those that come with Gesta. An entry with
    /// an id that exists already takes its place.
    pub fn codebook(mut self, name: impl Into<String>, toml: impl Into<String>) -> Self {
        self.codebook.push((name.into(), toml.into()));
        self
    }

    /// Loads and checks everything.
    pub fn build(self) -> Result<Coder, BuildError> {
        let mut files: Vec<(String, String)> = CODEBOOK
            .iter()
            .map(|&(n, t)| (n.to_owned(), t.to_owned()))
            .collect();
        files.extend(self.codebook);
        let mut hash = Parts::new();
        for (name, text) in &files {
            hash.add(name).add(text);
        }
        let matcher = Matcher::new(&files).map_err(|faults| BuildError { faults })?;
        Ok(Coder {
            tagger: Tagger::english(),
            geoparser: Geoparser::bundled(),
            resolver: Resolver::bundled(),
            finder: Finder::english(),
            matcher,
            info: CoderInfo {
                version: env!("CARGO_PKG_VERSION").into(),
                codebook: hash.finish(8),
                model: env!("GESTA_MODEL_HASH").into(),
                data: env!("GESTA_DATA_HASH").into(),
            },
        })
    }
}

/// Codes documents. Building one takes some milliseconds; it can then be shared between threads and used for any
/// number of documents. What it writes depends on the document and on its own data, and on nothing else.
pub struct Coder {
    tagger: Tagger,
    geoparser: Geoparser,
    resolver: Resolver,
    finder: Finder,
    matcher: Matcher,
    info: CoderInfo,
}

impl Coder {
    /// A coder with the data that come with Gesta.
    pub fn bundled() -> Result<Self, BuildError> {
        Self::builder().build()
    }

    /// Starts from the data that come with Gesta, to add to them.
    pub fn builder() -> CoderBuilder {
        CoderBuilder::default()
    }

    /// Version and fingerprints, as records give them.
    pub fn info(&self) -> &CoderInfo {
        &self.info
    }

    /// The codebook.
    pub fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// Codes one document. Never fails, whatever the text.
    pub fn code(&self, document: &Document) -> Record {
        self.code_with(document, RecordOptions::default())
    }

    /// As [`Coder::code`], with the offsets' unit and the text as asked for.
    pub fn code_with(&self, document: &Document, options: RecordOptions) -> Record {
        self.analyse(document).record(&self.info, options)
    }

    /// Cuts a text up and parses it.
    pub fn parse(&self, text: &str) -> Parsed {
        dummy(Text::new(text))
    }

    /// All that the rooms find in one document.
    pub fn analyse(&self, document: &Document) -> Analysis {
        let mut analysis = self.below_events(document);
        analysis.events = self.matcher.code(&analysis.layers());
        analysis
    }

    /// As [`Coder::analyse`], with what the codebook tried and refused.
    pub fn explain(&self, document: &Document) -> (Analysis, Vec<Trace>) {
        let mut analysis = self.below_events(document);
        let (events, traces) = self.matcher.explain(&analysis.layers());
        analysis.events = events;
        (analysis, traces)
    }

    fn below_events(&self, document: &Document) -> Analysis {
        let parsed = self.parse(&document.text);
        let times = self.tagger.tag(&parsed, document.published);
        let places = self.geoparser.resolve(&parsed, PlaceContext::default());
        let mut actors = self.resolver.resolve(document, &parsed, &times);
        let statements = self.finder.find(document, &parsed, &mut actors);
        Analysis {
            document: document.clone(),
            parsed,
            times,
            places,
            actors,
            statements,
            events: Vec::new(),
        }
    }
}

fn dummy(text: Text) -> Parsed {
    let mut lemmas = String::new();
    let words = (0..text.tokens().len())
        .map(|i| {
            let start = lemmas.len();
            lemmas.push_str(&text.form(i).to_lowercase());
            Word {
                upos: Upos::X,
                xpos: "",
                feats: Feats::default(),
                head: None,
                deprel: Deprel::Dep,
                lemma: Span::new(start, lemmas.len()),
            }
        })
        .collect();
    Parsed::new(text, words, lemmas, Vec::new())
}
