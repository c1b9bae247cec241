use crate::analysis::Analysis;
use crate::hash::{Parts, sha256};
use crate::record::{CoderInfo, Record, RecordOptions};
use gesta_actor::{PlaceHint, Resolver};
use gesta_event::{Entry, Matcher, Trace};
use gesta_parse::{Parsed, Parser};
use gesta_place::{Geoparser, Place, PlaceContext};
use gesta_statement::Finder;
use gesta_text::Document;
use gesta_time::Tagger;
use std::fmt;

/// The codebook's files as they stood when the program was built: name and text, sorted by name.
const CODEBOOK: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/codebook.rs"));

/// The parser's weights.
const MODEL: &[u8] = include_bytes!("../../../models/en.gpm");

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

/// Name (for messages) and content of a file.
type File = (String, String);

/// Chooses what a [`Coder`] knows. All that can be wrong with it is found by [`CoderBuilder::build`], not when a report
/// comes.
#[derive(Clone, Debug, Default)]
pub struct CoderBuilder {
    codebook: Vec<File>,
    alone: bool,
    cues: Vec<File>,
    actors: Vec<File>,
    gazetteer: Vec<File>,
    model: Option<Vec<u8>>,
}

impl CoderBuilder {
    /// Adds a codebook file (the form of `codebook/*.toml`). An entry with an id that exists already takes its place.
    pub fn codebook(mut self, name: impl Into<String>, toml: impl Into<String>) -> Self {
        self.codebook.push((name.into(), toml.into()));
        self
    }

    /// Takes only the files given to [`CoderBuilder::codebook`], and none that come with Gesta.
    pub fn codebook_alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// Adds a list of cues of saying (the form of `codebook/cues/*.toml`).
    pub fn cues(mut self, name: impl Into<String>, toml: impl Into<String>) -> Self {
        self.cues.push((name.into(), toml.into()));
        self
    }

    /// Adds a table of actors (the form of `actors/*.tsv`). A line with a key that exists already takes its place.
    pub fn actors(mut self, name: impl Into<String>, tsv: impl Into<String>) -> Self {
        self.actors.push((name.into(), tsv.into()));
        self
    }

    /// Adds a table of places (the form of `gazetteer/data/*.tsv`).
    pub fn gazetteer(mut self, name: impl Into<String>, tsv: impl Into<String>) -> Self {
        self.gazetteer.push((name.into(), tsv.into()));
        self
    }

    /// Uses another model than the one that comes with Gesta.
    pub fn model(mut self, bytes: Vec<u8>) -> Self {
        self.model = Some(bytes);
        self
    }

    /// Loads and checks everything.
    pub fn build(self) -> Result<Coder, BuildError> {
        let mut faults = Vec::new();
        let mut codebook = if self.alone {
            Vec::new()
        } else {
            bundled_codebook()
        };
        codebook.extend(self.codebook);

        let (parser, model) = match &self.model {
            None => (
                Parser::from_bytes(MODEL),
                env!("GESTA_MODEL_HASH").to_owned(),
            ),
            Some(bytes) => (Parser::from_bytes(bytes), sha256(bytes)[..16].to_owned()),
        };
        let parser = parser.map_err(|e| faults.push(format!("model: {e}"))).ok();
        let matcher = Matcher::new(&codebook).map_err(|e| faults.extend(e)).ok();

        let resolver = if self.actors.is_empty() {
            Some(Resolver::bundled())
        } else {
            let read = Resolver::with_extra(self.actors.clone());
            read.map_err(|e| faults.extend(e.iter().map(|e| e.to_string())))
                .ok()
        };
        let geoparser = if self.gazetteer.is_empty() {
            Some(Geoparser::bundled())
        } else {
            let read = Geoparser::bundled().with_extra(&borrowed(&self.gazetteer));
            read.map_err(|e| faults.push(e.to_string())).ok()
        };
        let finder = if self.cues.is_empty() {
            Some(Finder::english())
        } else {
            let mut files = Finder::bundled().to_vec();
            files.extend(borrowed(&self.cues));
            Finder::from_files(&files)
                .map_err(|e| faults.push(e.to_string()))
                .ok()
        };

        let (Some(parser), Some(matcher), Some(resolver), Some(geoparser), Some(finder)) =
            (parser, matcher, resolver, geoparser, finder)
        else {
            return Err(BuildError { faults });
        };
        let data = match [&self.actors, &self.gazetteer, &self.cues] {
            none if none.iter().all(|f| f.is_empty()) => env!("GESTA_DATA_HASH").to_owned(),
            [actors, gazetteer, cues] => {
                let all = actors.iter().chain(gazetteer).chain(cues);
                fingerprint(env!("GESTA_DATA_HASH"), all)
            }
        };
        let fingerprinted = fingerprint("", codebook.iter());
        Ok(Coder {
            parser,
            tagger: Tagger::english(),
            geoparser,
            resolver,
            finder,
            matcher,
            info: CoderInfo {
                version: env!("CARGO_PKG_VERSION").into(),
                codebook: fingerprinted,
                model,
                data,
            },
        })
    }
}

fn borrowed(files: &[File]) -> Vec<(&str, &str)> {
    files
        .iter()
        .map(|(n, t)| (n.as_str(), t.as_str()))
        .collect()
}

fn fingerprint<'a>(base: &str, files: impl Iterator<Item = &'a File>) -> String {
    let mut hash = Parts::new();
    hash.add(base);
    for (name, text) in files {
        hash.add(name).add(text);
    }
    hash.finish(8)
}

/// Codes documents. Building one takes some milliseconds; it can then be shared between threads and used for any
/// number of documents. What it writes depends on the document and on its own data, and on nothing else.
pub struct Coder {
    parser: Parser,
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

    /// The codebook's entries in order, each as its file has it.
    pub fn entries(&self) -> Vec<Entry> {
        self.matcher.entries()
    }

    /// Who is known under which name, and when.
    pub fn resolver(&self) -> &Resolver {
        &self.resolver
    }

    /// Cuts a text up and parses it.
    pub fn parse(&self, text: &str) -> Parsed {
        self.parser.parse_str(text)
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
        let mut actors = self
            .resolver
            .resolve_with(document, &parsed, &times, &hints(&places));
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

/// The codebook that comes with Gesta: file names and texts, sorted by name.
pub fn bundled_codebook() -> Vec<(String, String)> {
    CODEBOOK
        .iter()
        .map(|&(n, t)| (n.to_owned(), t.to_owned()))
        .collect()
}

/// Where "police" or "the governor" belong is told by the places around them; a place that may well be another is no
/// help.
fn hints(places: &[Place]) -> Vec<PlaceHint> {
    let sure = places.iter().filter(|p| p.confidence >= 0.5);
    sure.filter_map(|p| {
        Some(PlaceHint {
            tokens: p.tokens.clone(),
            country: p.country?,
        })
    })
    .collect()
}
