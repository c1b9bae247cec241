//! `gesta parse`: the parser by itself.

use super::{End, print};
use crate::args::{Parse, ParseFormat, When};
use crate::input::{Input, Reader};
use crate::terminal::{Ink, Rich, Terminal, width};
use gesta::Coder;
use gesta_parse::Parsed;
use std::fmt::Write as _;
use std::io::{self, IsTerminal};

pub(super) fn run(args: Parse, color: When) -> End {
    let parser = match Coder::bundled() {
        Ok(c) => c,
        Err(e) => return End::Failed(e.to_string()),
    };
    let terminal = Terminal::detect(color, true);
    let format = args.format.unwrap_or(if io::stdout().is_terminal() {
        ParseFormat::Table
    } else {
        ParseFormat::Conllu
    });
    let (reader, faults) = Reader::new(&[args.file], args.reading.options());
    let mut bad = faults;
    for item in reader {
        let input = match item {
            Ok(i) => i,
            Err(f) => {
                bad.push(f);
                continue;
            }
        };
        let parsed = parser.parse(&input.document.text);
        let out = match format {
            ParseFormat::Conllu => conllu(&input, &parsed),
            ParseFormat::Table => table(&parsed, terminal),
        };
        if let end @ End::Failed(_) = print(out.as_bytes()) {
            return end;
        }
    }
    for f in &bad {
        eprintln!("error: {f}");
    }
    if bad.is_empty() {
        End::Good
    } else {
        End::Faults
    }
}

/// CoNLL-U. Ranges count from the beginning of the file where the file is the document, so that front matter does not
/// shift them.
fn conllu(input: &Input, parsed: &Parsed) -> String {
    let mut body = String::new();
    gesta_parse::conllu::write(parsed, &mut body);
    let mut out = format!(
        "# newdoc id = {}\n",
        input.document.id.replace(['\n', '\r'], " ")
    );
    let before = input.origin.before;
    for line in body.split_inclusive('\n') {
        match line
            .rsplit_once("TokenRange=")
            .filter(|_| before > 0 && line.starts_with(|c: char| c.is_ascii_digit()))
        {
            Some((head, tail)) => {
                let end = tail
                    .find(|c: char| c != ':' && !c.is_ascii_digit())
                    .unwrap_or(tail.len());
                let (range, rest) = tail.split_at(end);
                let moved = |n: &str| n.parse::<usize>().map_or(0, |n| n + before);
                let (a, b) = range.split_once(':').unwrap_or((range, range));
                let _ = write!(out, "{head}TokenRange={}:{}{rest}", moved(a), moved(b));
            }
            None => out.push_str(line),
        }
    }
    out
}

/// A table for each sentence.
fn table(parsed: &Parsed, terminal: Terminal) -> String {
    let mut out = String::new();
    for (n, s) in parsed.text.sentences().iter().enumerate() {
        let base = s.range().start;
        let mut title = Rich::new();
        title.push(Ink::Dim, format!("── sentence {n}"));
        out.push_str(&title.line(terminal));
        out.push('\n');
        let rows: Vec<[String; 7]> = s
            .range()
            .map(|i| {
                let w = parsed.word(i);
                let named = parsed.named.iter().find(|e| e.tokens.contains(&(i as u32)));
                [
                    (i - base + 1).to_string(),
                    parsed.form(i).to_owned(),
                    parsed.lemma(i).to_owned(),
                    format!("{} {}", w.upos, w.xpos).trim().to_owned(),
                    parsed.head(i).map_or("root".into(), |h| {
                        format!("{} ← {} {}", w.deprel, h - base + 1, parsed.form(h))
                    }),
                    named.map_or(String::new(), |e| e.kind.to_string()),
                    w.feats.to_string(),
                ]
            })
            .collect();
        let inks = [
            Ink::Dim,
            Ink::Bold,
            Ink::Plain,
            Ink::Actor,
            Ink::Plain,
            Ink::Place,
            Ink::Dim,
        ];
        let wide: Vec<usize> = (0..7)
            .map(|c| rows.iter().map(|r| width(&r[c])).max().unwrap_or(0).min(40))
            .collect();
        for row in rows {
            let mut line = Rich::new();
            for (c, cell) in row.iter().enumerate() {
                let gap = if c == 6 {
                    0
                } else {
                    wide[c].saturating_sub(width(cell)) + 2
                };
                line.push(inks[c], cell).push(Ink::Plain, " ".repeat(gap));
            }
            out.push_str(line.line(terminal).trim_end());
            out.push('\n');
        }
        out.push('\n');
    }
    out
}
