//! Which gold triggers no entry of their type knows: `coverage BENCH_DIR [TYPE]`, e.g. `../shared/bench/train ACCUSE`.
//!
//! Needs neither actors nor statements: it looks at words alone, to show what the codebook's vocabulary lacks.

use gesta_event::Matcher;
use gesta_parse::Parser;
use gesta_text::Text;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files: Vec<(String, String)> = std::fs::read_dir(root.join("codebook"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|x| x == "toml"))
        .map(|p| {
            (
                p.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read_to_string(&p).unwrap(),
            )
        })
        .collect();
    files.sort();
    let matcher = Matcher::new(&files).unwrap_or_else(|e| panic!("{}", e.join("\n")));
    let parser = Parser::from_bytes(&std::fs::read(root.join("models/en.gpm")).unwrap()).unwrap();
    let mut docs: Vec<_> = std::fs::read_dir(Path::new(&args[0]).join("docs"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    docs.sort();
    let mut total: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for path in docs {
        let doc: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let gold: Value = serde_json::from_str(
            &std::fs::read_to_string(
                Path::new(&args[0])
                    .join("gold")
                    .join(path.file_name().unwrap()),
            )
            .unwrap(),
        )
        .unwrap();
        let text: Vec<char> = doc["text"].as_str().unwrap().chars().collect();
        let sentences: Vec<String> = doc["sentences"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| {
                text[s[0].as_u64().unwrap() as usize..s[1].as_u64().unwrap() as usize]
                    .iter()
                    .collect()
            })
            .collect();
        for e in gold["events"].as_array().unwrap() {
            let sentence = &sentences[e["sentence"].as_u64().unwrap() as usize];
            let (kind, trigger) = (e["event"].as_str().unwrap(), e["trigger"].as_str().unwrap());
            let parsed = parser.parse(Text::new(sentence.as_str()));
            let (from, to) = match sentence.find(trigger) {
                Some(a) => (a, a + trigger.len()),
                None => (0, sentence.len()),
            };
            let known = matcher.vocabulary(&parsed).iter().any(|(t, event)| {
                let span = parsed.text.tokens()[*t].span;
                event.as_str() == kind && (span.start as usize) < to && (span.end as usize) > from
            });
            let c = total.entry(kind.to_owned()).or_default();
            c.1 += 1;
            if known {
                c.0 += 1;
            } else if args.get(1).is_none_or(|k| k == kind) {
                println!("{kind} [{trigger}] {sentence}");
            }
        }
    }
    for (k, (a, b)) in total {
        eprintln!("{k:10} {a:4} of {b:4}");
    }
}
