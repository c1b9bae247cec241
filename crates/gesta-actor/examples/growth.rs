//! Whether time grows with the length only: long one-sentence texts, doubled.

use gesta_actor::Resolver;
use gesta_parse::Parser;
use gesta_text::Document;
use std::time::Instant;

fn main() {
    let model = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/en.gpm"))
        .expect("models/en.gpm");
    let parser = Parser::from_bytes(&model).expect("a model");
    let resolver = Resolver::bundled();
    for piece in [
        "the Syrian president, ",
        "president ",
        "he said she said they said it said ",
        "army of the king of ",
        "Iran and they and Oman and it and ",
        "his brother's ",
        "who met those who ",
    ] {
        for n in [2000, 4000, 8000] {
            let text = piece.repeat(n);
            let parsed = parser.parse_str(&text);
            let t = Instant::now();
            let a = resolver.resolve(&Document::new("x", text.clone()), &parsed, &[]);
            let s = t.elapsed().as_secs_f64();
            println!(
                "{piece:40} {:7} words {:8.1} ms {:6.2} µs a word, {} mentions",
                parsed.len(),
                s * 1e3,
                s * 1e6 / parsed.len() as f64,
                a.mentions.len()
            );
        }
    }
}
