//! `gesta time` and `gesta places`: one room by itself, for people who want nothing else.

use super::{End, print};
use crate::args::{Layer, LayerFormat, When};
use crate::input::{Input, Reader};
use crate::terminal::{Ink, Rich, Terminal, fit};
use gesta::export::Slices;
use gesta::record::At;
use gesta::{Record, RecordOptions};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{self, IsTerminal};

/// Which room.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Times,
    Places,
}

pub(super) fn run(kind: Kind, args: Layer, color: When) -> End {
    let coder = match super::coder(&args.knowledge) {
        Ok(c) => c,
        Err(e) => return End::Failed(e),
    };
    let terminal = Terminal::detect(color, true);
    let format = args.format.unwrap_or(if io::stdout().is_terminal() {
        LayerFormat::Table
    } else {
        LayerFormat::Jsonl
    });
    let (reader, mut bad) = Reader::new(&args.paths, args.reading.options());
    for item in reader {
        let input = match item {
            Ok(i) => i,
            Err(f) => {
                bad.push(f);
                continue;
            }
        };
        let record = coder.code_with(&input.document, RecordOptions::default());
        let out = match format {
            LayerFormat::Jsonl => lines(kind, &input, &record),
            LayerFormat::Table => table(kind, &input, &record, terminal),
            LayerFormat::Xml => xml(kind, &input, &record),
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

fn spans(kind: Kind, r: &Record) -> Vec<(At, Value)> {
    match kind {
        Kind::Times => r.times.iter().map(|t| (t.span, json!(t))).collect(),
        Kind::Places => r.places.iter().map(|p| (p.span, json!(p))).collect(),
    }
}

fn lines(kind: Kind, input: &Input, r: &Record) -> String {
    let words = Slices::new(&input.document.text, r.offsets);
    let mut out = String::new();
    for (at, mut v) in spans(kind, r) {
        if let Some(o) = v.as_object_mut() {
            o.insert("document".into(), json!(r.document.id));
            o.insert("text".into(), json!(words.of(at)));
        }
        let _ = writeln!(out, "{v}");
    }
    out
}

fn table(kind: Kind, input: &Input, r: &Record, terminal: Terminal) -> String {
    let words = Slices::new(&input.document.text, r.offsets);
    let mut head = Rich::new();
    head.push(Ink::Bold, &r.document.id).push(
        Ink::Dim,
        format!("  {}", r.document.published.as_deref().unwrap_or("undated")),
    );
    let mut out = head.line(terminal) + "\n";
    let mut row = |cells: &[(&str, usize, Ink)]| {
        let mut line = Rich::new();
        for (text, columns, ink) in cells {
            line.push(*ink, fit(text, *columns)).push(Ink::Plain, "  ");
        }
        out.push_str("  ");
        out.push_str(line.line(terminal).trim_end());
        out.push('\n');
    };
    for t in r.times.iter().filter(|_| kind == Kind::Times) {
        let days = match (&t.start, &t.end) {
            (Some(a), Some(b)) if a == b => a.clone(),
            (Some(a), Some(b)) => format!("{a} to {b}"),
            _ => String::new(),
        };
        row(&[
            (words.of(t.span), 30, Ink::Time),
            (&t.kind, 8, Ink::Dim),
            (&t.value, 16, Ink::Bold),
            (&days, 24, Ink::Plain),
        ]);
    }
    for p in r.places.iter().filter(|_| kind == Kind::Places) {
        let at = match (p.lat, p.lon) {
            (Some(a), Some(b)) => format!("{a:.3} {b:.3}"),
            _ => String::new(),
        };
        let (country, feature) = (
            p.country.as_deref().unwrap_or(""),
            p.feature.as_deref().unwrap_or(""),
        );
        let id = p.geonames.map_or(String::new(), |g| g.to_string());
        row(&[
            (words.of(p.span), 24, Ink::Place),
            (&p.name, 24, Ink::Bold),
            (country, 3, Ink::Plain),
            (feature, 5, Ink::Dim),
            (&at, 17, Ink::Plain),
            (&id, 9, Ink::Dim),
            (&format!("{:.2}", p.confidence), 4, Ink::Plain),
        ]);
    }
    out.push('\n');
    out
}

fn xml(kind: Kind, input: &Input, r: &Record) -> String {
    let (text, words) = (
        &input.document.text,
        Slices::new(&input.document.text, r.offsets),
    );
    let mut out = String::new();
    let mut done = 0;
    for (at, v) in spans(kind, r) {
        let (a, b) = (words.byte(at[0]), words.byte(at[1]));
        if a < done {
            continue;
        }
        escape(&text[done..a], &mut out);
        let (tag, fields): (_, &[(&str, &str)]) = match kind {
            Kind::Times => (
                "TIMEX3",
                &[
                    ("tid", "id"),
                    ("type", "type"),
                    ("value", "value"),
                    ("mod", "mod"),
                ],
            ),
            Kind::Places => (
                "PLACE",
                &[
                    ("id", "id"),
                    ("name", "name"),
                    ("geonames", "geonames"),
                    ("lat", "lat"),
                    ("lon", "lon"),
                    ("country", "country"),
                ],
            ),
        };
        let _ = write!(out, "<{tag}");
        for (name, field) in fields {
            let value = match &v[*field] {
                Value::Null => continue,
                Value::String(s) => s.clone(),
                other => other.to_string(),
            };
            let _ = write!(out, " {name}=\"");
            escape(&value, &mut out);
            out.push('"');
        }
        out.push('>');
        escape(&text[a..b], &mut out);
        let _ = write!(out, "</{tag}>");
        done = b;
    }
    escape(&text[done..], &mut out);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

fn escape(s: &str, out: &mut String) {
    for c in s.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0 has no way to say other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\r' | '\t') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}
