//! Trains the model of sentence ends and prints it as `data/boundaries.tsv`.
//!
//! ```text
//! cargo run --release -p gesta-text --example train_boundaries -- TREEBANK.conllu… [--prose FILE.txt] > boundaries.tsv
//! ```
//!
//! Treebanks teach where sentences end. Edited prose (`--prose`) teaches where none ends: between two words without
//! any stop, however capitalised they are.

use gesta_text::training::{fit, gaps};
use std::collections::BTreeSet;

fn treebank(path: &str) -> (String, BTreeSet<u32>) {
    let file = std::fs::read_to_string(path).expect(path);
    let (mut raw, mut starts) = (String::new(), BTreeSet::new());
    let (mut begin, mut paragraph, mut until, mut space) = (true, false, 0u32, false);
    for line in file.lines() {
        if line.is_empty() {
            (begin, paragraph, until) = (true, false, 0);
            continue;
        }
        if line.starts_with('#') {
            paragraph |= line.starts_with("# newpar") || line.starts_with("# newdoc");
            continue;
        }
        let c: Vec<&str> = line.split('\t').collect();
        if c.len() < 10 || c[0].contains('.') {
            continue;
        }
        if let Some((_, end)) = c[0].split_once('-') {
            until = end.parse().unwrap_or(0);
        } else if c[0].parse::<u32>().is_ok_and(|i| i <= until) {
            continue;
        }
        if begin {
            if !raw.is_empty() {
                raw.push_str(if paragraph { "\n\n" } else { " " });
            }
            starts.insert(raw.len() as u32);
            begin = false;
        } else if space {
            raw.push(' ');
        }
        raw.push_str(c[1]);
        space = !c[9].split('|').any(|m| m == "SpaceAfter=No");
    }
    (raw, starts)
}

fn main() {
    let mut args = std::env::args().skip(1);
    let mut examples: Vec<(Vec<String>, bool, f32)> = Vec::new();
    let mut lasso = 0.01;
    let mut rounds = 30;
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--lasso" => lasso = args.next().and_then(|n| n.parse().ok()).unwrap_or(lasso),
            "--rounds" => rounds = args.next().and_then(|n| n.parse().ok()).unwrap_or(rounds),
            "--prose" => {
                let path = args.next().expect("--prose FILE");
                let raw = std::fs::read_to_string(&path).expect("prose");
                // Full stops judged by the model of the day keep the lengths of sentences true.
                let text = gesta_text::Text::new(raw.as_str());
                let starts: BTreeSet<u32> = text.sentences().iter().map(|s| s.span.start).collect();
                examples.extend(
                    gaps(&raw, &|at| starts.contains(&at))
                        .into_iter()
                        .filter(|(_, _, stop)| stop == "none" || stop == ",")
                        .map(|(f, _, _)| (f, false, 1.0)),
                );
            }
            path => {
                let (raw, starts) = treebank(path);
                examples.extend(
                    gaps(&raw, &|at| starts.contains(&at))
                        .into_iter()
                        .map(|(f, y, _)| (f, y, 1.0)),
                );
            }
        }
    }
    eprintln!(
        "{} gaps, {} of them ends",
        examples.len(),
        examples.iter().filter(|e| e.1).count()
    );
    let weights = fit(&examples, rounds, lasso);
    eprintln!("{} weights", weights.len());
    println!(
        "# Where sentences end: weights of the model in src/segment/boundary.rs, in hundredths of a logit."
    );
    println!(
        "# A feature's template and values, a tab, its weight. Written by examples/train_boundaries.rs from the"
    );
    println!(
        "# training parts of UD English EWT (CC BY-SA 4.0) and of GUM's open genres (CC BY 4.0); see README.md."
    );
    for (feature, weight) in weights {
        println!("{feature}\t{weight}");
    }
}
