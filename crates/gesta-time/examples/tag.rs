//! Tags a text from standard input: `cargo run -p gesta-time --example tag -- [YYYY-MM-DD] [MODEL] < FILE`.
//!
//! One line an expression: first byte, last, type, value, mod, first day, last day, rule, words.

use gesta_text::Text;
use gesta_time::Tagger;
use std::io::Read;

fn main() -> std::io::Result<()> {
    let date = std::env::args().skip(1).find_map(|a| a.parse().ok());
    let mut raw = String::new();
    std::io::stdin().read_to_string(&mut raw)?;
    let text = Text::new(raw);
    let tagger = Tagger::english();
    let day = |d: Option<jiff::civil::Date>| d.map_or("-".to_owned(), |d| d.to_string());
    let model = std::env::args().skip(1).find(|a| a.ends_with(".gpm"));
    let found = match model {
        Some(file) => {
            let parser = gesta_parse::Parser::from_bytes(&std::fs::read(file)?)
                .map_err(|e| std::io::Error::other(e.to_string()))?;
            let parsed = parser.parse(text.clone());
            tagger
                .tag(&parsed, date)
                .into_iter()
                .map(|t| (t, "-"))
                .collect()
        }
        None => tagger.explain(&text, date),
    };
    for (t, rule) in found {
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
