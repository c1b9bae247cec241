//! Prints the places of documents: `places [--model FILE] DOC.json…`, a line a place: document, start and end in code points,
//! text, name, state, feature, point, confidence; tabs between. `--start` prints how long opening the gazetteer takes.

use gesta_parse::Parser;
use gesta_place::{Geoparser, PlaceContext, testing::plain};
use gesta_text::{OffsetMap, OffsetUnit, Text};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut parser = None;
    if let Some(i) = args.iter().position(|a| a == "--model") {
        let file = args.get(i + 1).ok_or("--model FILE")?.clone();
        parser = Some(Parser::from_bytes(&std::fs::read(file)?).map_err(|e| e.to_string())?);
        args.drain(i..i + 2);
    }
    let start = std::time::Instant::now();
    let g = Geoparser::bundled();
    if args.iter().any(|a| a == "--start") {
        eprintln!(
            "opened {} places in {:.2} ms",
            g.len(),
            start.elapsed().as_secs_f64() * 1e3
        );
    }
    for file in args.iter().filter(|a| !a.starts_with("--")) {
        let text = std::fs::read_to_string(file)?;
        let (id, text) = if file.ends_with(".json") {
            let v: serde_json::Value = serde_json::from_str(&text)?;
            (
                v["id"].as_str().unwrap_or(file).to_owned(),
                v["text"].as_str().unwrap_or("").to_owned(),
            )
        } else {
            (file.clone(), text)
        };
        let parsed = match &parser {
            Some(p) => p.parse(Text::new(text.clone())),
            None => plain(Text::new(text.clone())),
        };
        let offsets = OffsetMap::new(&text, OffsetUnit::Codepoint);
        for p in g.resolve(&parsed, PlaceContext::default()) {
            let [a, b] = offsets.span(p.span);
            let country = p.country.map_or(String::from("-"), |c| c.to_string());
            let phrase = parsed.text.slice(
                parsed
                    .text
                    .span_of(p.phrase.start as usize..p.phrase.end as usize),
            );
            println!(
                "{id}\t{a}\t{b}\t{}\t{}\t{country}\t{}\t{:.3},{:.3}\t{:.2}",
                phrase.replace(['\n', '\t'], " "),
                p.name,
                p.feature.unwrap_or("-"),
                p.lat.unwrap_or(f64::NAN),
                p.lon.unwrap_or(f64::NAN),
                p.confidence
            );
        }
    }
    Ok(())
}
