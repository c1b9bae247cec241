use std::fmt;

/// What can be wrong with data that a caller hands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceError {
    /// A table's cell does not hold what it should.
    Table {
        /// File as the caller named it.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column.
        field: String,
        /// What is wrong.
        why: String,
    },
    /// A packed gazetteer cannot be read or written.
    Packed(String),
    /// The cue file cannot be read.
    Cues(String),
}

impl PlaceError {
    pub(crate) fn table(file: &str, line: usize, field: &str, why: &str) -> Self {
        PlaceError::Table {
            file: file.into(),
            line,
            field: field.into(),
            why: why.into(),
        }
    }
}

impl fmt::Display for PlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlaceError::Table {
                file,
                line,
                field,
                why,
            } => write!(f, "{file}:{line}: {field}: {why}"),
            PlaceError::Packed(why) => write!(f, "packed gazetteer: {why}"),
            PlaceError::Cues(why) => write!(f, "place cues: {why}"),
        }
    }
}

impl std::error::Error for PlaceError {}
