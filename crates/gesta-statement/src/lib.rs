//! Who is reported to have said what.

mod aside;
mod bind;
mod content;
mod cues;
mod direct;
mod find;
mod official;
mod quote;
mod speaker;
mod verb;

pub use cues::{CueError, Cues, Example, Hearer, Subject, Takes, Verb};
pub use quote::{Quote, quotes};

use gesta_actor::{Actors, EntityKind};
use gesta_parse::Parsed;
use gesta_text::{Document, Span};

/// How a statement is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementForm {
    /// In quotation marks, or a whole text in its author's words.
    Direct,
    /// In the writer's words.
    Indirect,
    /// In the writer's words, with words quoted inside.
    Mixed,
}

/// Who speaks (or is spoken to): an entity, and where the text names it, if it does.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    /// Index into [`Actors::entities`].
    pub entity: u32,
    /// The mention's span, maybe in another sentence; `None` for an author whom only title or source name.
    pub span: Option<Span>,
}

/// One reported statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The sentence that holds the content.
    pub sentence: u32,
    /// Whose words these are.
    pub speaker: Option<Party>,
    /// To whom they are said.
    pub hearer: Option<Party>,
    /// The cue's words ("said", "according to"); empty for a quotation that goes on.
    pub cue: Vec<Span>,
    /// Head token of the cue.
    pub cue_token: Option<u32>,
    /// What is said, without quotation marks and cue; one span, or several where the cue stands inside; none where a deed
    /// is told by naming it ("claimed responsibility").
    pub content: Vec<Span>,
    /// Direct, indirect or mixed.
    pub form: StatementForm,
    /// The statement inside which this one is told: an earlier or later index.
    pub within: Option<u32>,
}

impl Statement {
    /// Whether the span lies inside what is said.
    pub fn holds(&self, span: Span) -> bool {
        self.content.iter().any(|c| c.contains(span))
    }
}

/// Finds statements.
#[derive(Clone, Debug)]
pub struct Finder {
    cues: Cues,
}

/// The cue lists that come with the crate: name and text.
const ENGLISH: &[(&str, &str)] = &[
    ("say.toml", include_str!("../../../codebook/cues/say.toml")),
    (
        "report.toml",
        include_str!("../../../codebook/cues/report.toml"),
    ),
    (
        "order.toml",
        include_str!("../../../codebook/cues/order.toml"),
    ),
    (
        "accuse.toml",
        include_str!("../../../codebook/cues/accuse.toml"),
    ),
    (
        "promise.toml",
        include_str!("../../../codebook/cues/promise.toml"),
    ),
    (
        "deny.toml",
        include_str!("../../../codebook/cues/deny.toml"),
    ),
    (
        "think.toml",
        include_str!("../../../codebook/cues/think.toml"),
    ),
    (
        "nouns.toml",
        include_str!("../../../codebook/cues/nouns.toml"),
    ),
    (
        "official.toml",
        include_str!("../../../codebook/cues/official.toml"),
    ),
];

impl Finder {
    /// The English cues that come with the crate.
    pub fn english() -> Self {
        Self::from_files(ENGLISH).expect("the bundled cue lists are tested")
    }
    /// Cues from files, each a pair of name and text (`codebook/cues/*.toml`). They stand in the place of the bundled
    /// ones; give [`Finder::bundled`] first to add to those.
    pub fn from_files(files: &[(&str, &str)]) -> Result<Self, CueError> {
        Ok(Finder {
            cues: Cues::read(files)?,
        })
    }
    /// The bundled files, to be extended.
    pub fn bundled() -> &'static [(&'static str, &'static str)] {
        ENGLISH
    }
    /// The cue lists.
    pub fn cues(&self) -> &Cues {
        &self.cues
    }
    /// Statements in order of their content. Binds first-person pronouns to their speakers, and adds entities for
    /// speakers that are no political actors ("a witness", "the report").
    pub fn find(
        &self,
        document: &Document,
        parsed: &Parsed,
        actors: &mut Actors,
    ) -> Vec<Statement> {
        if parsed.is_empty() {
            return Vec::new();
        }
        let mut pass = find::Pass::new(parsed, &self.cues);
        pass.run();
        let person = actors
            .author
            .and_then(|a| actors.entities.get(a as usize))
            .is_some_and(|e| e.kind == EntityKind::Person);
        official::official(&mut pass, document, person);
        let drafts = std::mem::take(&mut pass.out);
        bind::bind(pass, drafts, actors)
    }
}
