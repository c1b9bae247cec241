//! Measures who is who against gold in the bench's form, whatever the event layer finds:
//! `bench_actors FOLDER [--errors N] [--only DOC] [--show]`; FOLDER holds `docs/` and `gold/`, the model is `models/en.gpm`.
//! For each actor and recipient of the gold: is a mention there, is its country or organisation right, its sector.

use gesta_actor::{Actors, Form, Resolver};
use gesta_cli::eval::norm;
use gesta_parse::Parser;
use gesta_text::{Document, Span};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Instant;

fn key(country: Option<&str>, org: Option<&str>) -> String {
    match (country, org) {
        (Some(c), _) => c.to_string(),
        (None, Some(o)) => norm(o),
        _ => "?".into(),
    }
}

#[derive(Default)]
struct Count {
    all: usize,
    found: usize,
    who: usize,
    sector: usize,
}

impl Count {
    fn line(&self, name: &str) {
        let f = |n: usize| 100.0 * n as f64 / self.all.max(1) as f64;
        println!(
            "{name:24} n {:5}   mention {:5.1}   identity {:5.1}   sector {:5.1}",
            self.all,
            f(self.found),
            f(self.who),
            f(self.sector)
        );
    }
}

/// Byte offset of each code point, and the end.
fn offsets(text: &str) -> Vec<usize> {
    text.char_indices()
        .map(|(i, _)| i)
        .chain([text.len()])
        .collect()
}

/// The mention that fits the span best: its head inside, and the greatest overlap.
fn fitting(actors: &Actors, parsed: &gesta_parse::Parsed, span: Span) -> Option<u32> {
    let mut best: Option<(f64, u32)> = None;
    for (i, m) in actors.mentions.iter().enumerate() {
        let head = parsed.text.tokens()[m.head as usize].span;
        if !span.overlaps(m.span) || !(span.contains(head) || span.overlaps(head)) {
            continue;
        }
        let inter = span.end.min(m.span.end) - span.start.max(m.span.start);
        let score = f64::from(inter) / f64::from(span.cover(m.span).len() as u32);
        if best.is_none_or(|b| score > b.0) {
            best = Some((score, i as u32));
        }
    }
    best.map(|b| b.1)
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let value = |flag: &str| {
        args.iter()
            .position(|a| a == flag)
            .and_then(|i| args.get(i + 1))
            .cloned()
    };
    let folder = args.first().expect("a folder with docs/ and gold/").clone();
    let errors: usize = value("--errors").and_then(|n| n.parse().ok()).unwrap_or(0);
    let only = value("--only");
    let kind_only = value("--kind");
    let show = args.iter().any(|a| a == "--show");
    let model = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/en.gpm"))
        .expect("models/en.gpm");
    let parser = Parser::from_bytes(&model).expect("a model");
    let t = Instant::now();
    let resolver = Resolver::bundled();
    println!("start-up {:.1} ms", t.elapsed().as_secs_f64() * 1000.0);
    let mut names: Vec<_> = std::fs::read_dir(format!("{folder}/docs"))
        .expect("docs")
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let (mut words, mut seconds, mut shown) = (0usize, 0f64, 0usize);
    for name in names {
        let id = name.trim_end_matches(".json");
        if only.as_deref().is_some_and(|o| o != id) {
            continue;
        }
        let read = |p: String| -> Option<Value> {
            serde_json::from_str(&std::fs::read_to_string(p).ok()?).ok()
        };
        let Some(d) = read(format!("{folder}/docs/{name}")) else {
            continue;
        };
        let Some(g) = read(format!("{folder}/gold/{name}")) else {
            continue;
        };
        let text = d["text"].as_str().unwrap_or("").to_string();
        let document = Document {
            id: id.to_string(),
            title: d["title"].as_str().map(str::to_string),
            published: d["published"].as_str().and_then(|s| s.parse().ok()),
            source: d["source"].as_str().map(str::to_string),
            url: None,
            language: None,
            text: text.clone(),
        };
        let parsed = parser.parse_str(&text);
        let t = Instant::now();
        let actors = resolver.resolve(&document, &parsed, &[]);
        seconds += t.elapsed().as_secs_f64();
        words += parsed.len();
        if show {
            println!(
                "== {id} home {:?} author {:?}",
                actors.home,
                actors.author.map(|a| &actors.entities[a as usize].label)
            );
            for m in &actors.mentions {
                let who: Vec<String> = m
                    .entities
                    .iter()
                    .map(|&e| {
                        let x = &actors.entities[e as usize];
                        format!(
                            "n{e} {} {}/{} {:?}",
                            x.label,
                            x.country.map_or("-".into(), |c| c.to_string()),
                            x.org.as_deref().unwrap_or("-"),
                            x.sector.map_or("-", |s| s.as_str())
                        )
                    })
                    .collect();
                println!(
                    "  {:?} [{}] -> {}",
                    m.form,
                    parsed.text.slice(m.span),
                    who.join(" + ")
                );
            }
        }
        if let Some(n) = value("--tree").and_then(|n| n.parse::<usize>().ok()) {
            let (a, b) = (
                d["sentences"][n][0].as_u64().unwrap_or(0),
                d["sentences"][n][1].as_u64().unwrap_or(0),
            );
            let at = offsets(&text);
            for (i, t) in parsed.text.tokens().iter().enumerate() {
                if t.span.start as usize >= at[a as usize]
                    && (t.span.end as usize) <= at[b as usize]
                {
                    let ner = parsed
                        .named
                        .iter()
                        .find(|x| x.tokens.contains(&(i as u32)))
                        .map_or("", |x| x.kind.as_str());
                    println!(
                        "{i} {} {} {} {:?} {} {ner}",
                        parsed.form(i),
                        parsed.upos(i),
                        parsed.rel(i),
                        parsed.head(i),
                        parsed.lemma(i)
                    );
                }
            }
        }
        let at = offsets(&text);
        let sentence = |n: usize| {
            let s = &d["sentences"][n];
            let f = |i: usize| {
                at.get(s[i].as_u64().unwrap_or(0) as usize)
                    .copied()
                    .unwrap_or(text.len())
            };
            (f(0), f(1))
        };
        for e in g["events"].as_array().into_iter().flatten() {
            for slot in ["actor", "recipient"] {
                for a in e[slot].as_array().into_iter().flatten() {
                    let piece = a["text"].as_str().unwrap_or("");
                    let n = a["sentence"].as_u64().unwrap_or(0) as usize;
                    let (from, to) = sentence(n);
                    let Some(k) = text[from..to].find(piece) else {
                        continue;
                    };
                    let lower = piece.to_lowercase();
                    let speaker = [
                        "i",
                        "we",
                        "me",
                        "us",
                        "our",
                        "my",
                        "our country",
                        "my country",
                    ]
                    .contains(&lower.as_str());
                    let mut spans: Vec<Span> = Vec::new();
                    let mut k = Some(k);
                    while let Some(x) = k {
                        let s = Span::new(from + x, from + x + piece.len());
                        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
                        if edge(text[..s.start as usize].chars().next_back())
                            && edge(text[s.end as usize..].chars().next())
                        {
                            spans.push(s);
                        }
                        k = text[from + x + 1..to].find(piece).map(|y| x + 1 + y);
                        if k.is_some_and(|k| !text.is_char_boundary(from + k)) {
                            k = None;
                        }
                    }
                    let m = spans.iter().find_map(|&s| fitting(&actors, &parsed, s));
                    let gold = key(a["country"].as_str(), a["org"].as_str());
                    let sector = a["sector"].as_str().unwrap_or("");
                    let kind = match m.map(|m| actors.mentions[m as usize].form) {
                        _ if speaker => "first person",
                        Some(Form::Pronoun) => "pronoun",
                        Some(Form::Nominal) => "nominal",
                        Some(_) => "name",
                        None => "not found",
                    };
                    // a mention may refer to several entities: any of them counts
                    let got: Vec<(String, String)> = m
                        .map(|m| {
                            let m = &actors.mentions[m as usize];
                            let mut them: Vec<u32> = m.entities.clone();
                            if speaker && them.is_empty() {
                                them.extend(actors.author);
                            }
                            them.iter()
                                .map(|&x| {
                                    let x = &actors.entities[x as usize];
                                    (
                                        key(
                                            x.country.as_ref().map(|c| c.as_str()),
                                            x.org.as_deref(),
                                        ),
                                        x.sector.map_or("", |s| s.as_str()).to_string(),
                                    )
                                })
                                .collect()
                        })
                        .unwrap_or_default();
                    let who = got.iter().any(|x| x.0 == gold)
                        || got.is_empty() && gold == "?" && m.is_some();
                    let sec = got.iter().any(|x| x.0 == gold && x.1 == sector)
                        || got.iter().any(|x| x.1 == sector);
                    for c in ["all", kind].iter().chain(if speaker {
                        [].iter()
                    } else {
                        ["all but first person"].iter()
                    }) {
                        let c = counts.entry(c.to_string()).or_default();
                        c.all += 1;
                        c.found += m.is_some() as usize;
                        c.who += who as usize;
                        c.sector += sec as usize;
                    }
                    if (!who || !sec)
                        && shown < errors
                        && kind_only.as_deref().is_none_or(|k| k == kind)
                    {
                        shown += 1;
                        println!(
                            "{id}[{n}] {kind} {}{}: [{piece}] gold {gold} {sector}, got {}",
                            if who { "" } else { "WHO " },
                            if sec { "" } else { "sector" },
                            if m.is_none() {
                                "no mention".to_string()
                            } else {
                                format!("{got:?}")
                            }
                        );
                    }
                }
            }
        }
    }
    for (k, c) in &counts {
        c.line(k);
    }
    println!(
        "{words} words, {:.0} words/s",
        words as f64 / seconds.max(1e-9)
    );
}
