//! Segments documents for training on raw text: standard input holds documents parted by the byte 0x1e; every sentence
//! becomes a line of tokens parted by tabs, every document ends with an empty line.

use gesta_text::Text;
use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let mut all = String::new();
    std::io::stdin().read_to_string(&mut all)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for doc in all.split('\u{1e}') {
        let text = Text::new(doc);
        for s in text.sentences() {
            let forms: Vec<String> = s
                .range()
                .map(|i| {
                    text.form(i)
                        .chars()
                        .map(|c| if c.is_whitespace() { ' ' } else { c })
                        .collect()
                })
                .collect();
            writeln!(out, "{}", forms.join("\t"))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
