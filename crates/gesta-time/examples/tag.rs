//! Tags a text from standard input: `cargo run -p gesta-time --example tag -- [YYYY-MM-DD] [--text] < FILE`.
//!
//! One line an expression: first byte, last, type, value, mod, first day, last day, rule, words.

use gesta_text::Text;
use gesta_time::Tagger;
use std::io::Read;

fn main() -> std::io::Result<()> {
    let date = std::env::args().nth(1).and_then(|a| a.parse().ok());
    let mut raw = String::new();
    std::io::stdin().read_to_string(&mut raw)?;
    let text = Text::new(raw);
    let tagger = Tagger::english();
    let day = |d: Option<jiff::civil::Date>| d.map_or("-".to_owned(), |d| d.to_string());
    for (t, rule) in tagger.explain(&text, date) {
        println!(
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{rule}\t{}",
            t.span.start,
            t.span.end,
            t.kind.as_str(),
            t.value,
            t.modifier.unwrap_or("-"),
            day(t.start),
            day(t.end),
            text.slice(t.span).replace('\n', " ")
        );
    }
    Ok(())
}
