use jiff::civil::Date;

/// One report or statement, as it comes in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The user's identifier; readers make one up from file name and line when there is none.
    pub id: String,
    /// The headline, which is not part of `text`.
    pub title: Option<String>,
    /// The day of publication; expressions such as "on Wednesday" are read against it.
    pub published: Option<Date>,
    /// Who published it ("UK Government", "CENTCOM", a news agency).
    pub source: Option<String>,
    /// Where it was found.
    pub url: Option<String>,
    /// ISO 639-1 code; `None` is taken as English.
    pub language: Option<String>,
    /// The text that is coded, never changed.
    pub text: String,
}

impl Document {
    /// A document with an id and a text and nothing else.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Document {
            id: id.into(),
            text: text.into(),
            ..Default::default()
        }
    }
}
