//! Who is reported to have said what.

use gesta_actor::Actors;
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
    /// What is said, without quotation marks and cue; one span, or several where the cue stands inside.
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
pub struct Finder {}

impl Finder {
    /// The English cues that come with the crate.
    pub fn english() -> Self {
        Finder {}
    }
    /// Statements in order of their content. Binds first-person pronouns to their speakers, and adds entities for
    /// speakers that are no political actors ("a witness", "the report").
    pub fn find(
        &self,
        _document: &Document,
        _parsed: &Parsed,
        _actors: &mut Actors,
    ) -> Vec<Statement> {
        Vec::new()
    }
}
