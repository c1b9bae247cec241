//! Prints the sentences of a text file, one a line, tokens parted by spaces, a blank line between paragraphs.
//!
//! ```text
//! cargo run --release -p gesta-text --example show_sentences -- FILE
//! ```

use gesta_text::Text;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: show_sentences FILE");
        return ExitCode::from(2);
    };
    let raw = match std::fs::read_to_string(&path) {
        Ok(raw) => raw,
        Err(e) => {
            eprintln!("{path}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let text = Text::new(raw);
    let mut out = String::new();
    let mut paragraph = 0;
    for s in text.sentences() {
        if s.paragraph != paragraph {
            out.push('\n');
            paragraph = s.paragraph;
        }
        let words: Vec<&str> = s.range().map(|i| text.form(i)).collect();
        out.push_str(&words.join(" "));
        out.push('\n');
    }
    use std::io::Write;
    // A closed pipe ("| head") is no failure.
    let _ = std::io::stdout().write_all(out.as_bytes());
    ExitCode::SUCCESS
}
