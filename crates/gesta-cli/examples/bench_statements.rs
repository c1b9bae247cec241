//! Measures statements against gold in the bench's form, as `score.py` does:
//! `bench_statements FOLDER [--errors N] [--only DOC] [--show]`; FOLDER holds `docs/` and `gold/`.

use gesta_actor::Resolver;
use gesta_cli::eval::norm;
use gesta_parse::Parser;
use gesta_statement::{Finder, Statement, StatementForm};
use gesta_text::{Document, Span};
use gesta_time::Tagger;
use serde_json::Value;
use std::collections::BTreeMap;

struct Gold {
    span: Span,
    text: String,
    name: Option<String>,
    country: Option<String>,
    form: String,
    cue: Option<String>,
    used: bool,
}

#[derive(Default)]
struct Count {
    gold: usize,
    sys: usize,
    hit: usize,
    speaker: usize,
    form: usize,
}

impl Count {
    fn line(&self, name: &str) {
        let f = |hit: usize| {
            let (p, r) = (
                hit as f64 / self.sys.max(1) as f64,
                hit as f64 / self.gold.max(1) as f64,
            );
            let f1 = if p + r > 0.0 {
                2.0 * p * r / (p + r)
            } else {
                0.0
            };
            format!(
                "P {:5.1}  R {:5.1}  F1 {:5.1}",
                100.0 * p,
                100.0 * r,
                100.0 * f1
            )
        };
        println!(
            "{name:16} statements {}   with speaker {}   form {:5.1}%   n {}",
            f(self.hit),
            f(self.speaker),
            100.0 * self.form as f64 / self.hit.max(1) as f64,
            self.gold
        );
    }
    fn add(&mut self, o: &Count) {
        self.gold += o.gold;
        self.sys += o.sys;
        self.hit += o.hit;
        self.speaker += o.speaker;
        self.form += o.form;
    }
}

fn last(s: &str) -> String {
    norm(s).split(' ').next_back().unwrap_or("").to_owned()
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let value = |flag: &str| {
        args.iter()
            .position(|a| a == flag)
            .and_then(|i| args.get(i + 1))
            .cloned()
    };
    let folder = args
        .first()
        .cloned()
        .unwrap_or_else(|| "/work/shared/bench/train".into());
    let mut errors: usize = value("--errors").and_then(|n| n.parse().ok()).unwrap_or(0);
    let only = value("--only");
    let show = args.iter().any(|a| a == "--show");
    let model = value("--model")
        .unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/en.gpm").into());
    let parser =
        Parser::from_bytes(&std::fs::read(&model).expect("the model")).expect("a good model");
    let finder = Finder::english();
    let resolver = Resolver::bundled();
    let tagger = Tagger::english();
    if let Some(text) = value("--parse") {
        let parsed = parser.parse_str(&text);
        for i in 0..parsed.len() {
            let head = parsed
                .head(i)
                .map_or("-".to_owned(), |h| format!("{h}:{}", parsed.form(h)));
            println!(
                "{i:3} {:16} {:12} {:5} {:5} {:14} {head}",
                parsed.form(i),
                parsed.lemma(i),
                parsed.upos(i),
                parsed.word(i).xpos,
                parsed.rel(i)
            );
        }
        let document = Document::new("x", text.as_str());
        let mut actors = resolver.resolve(&document, &parsed, &[]);
        for s in finder.find(&document, &parsed, &mut actors) {
            let who = s
                .speaker
                .as_ref()
                .and_then(|p| p.span)
                .map_or("", |x| x.of(&text));
            let cue = s
                .cue
                .iter()
                .map(|x| x.of(&text))
                .collect::<Vec<_>>()
                .join("…");
            println!("{:?} {who:?} {cue:?} | {}", s.form, s.content[0].of(&text));
        }
        return;
    }
    let mut names: Vec<String> = std::fs::read_dir(format!("{folder}/docs"))
        .expect("docs")
        .filter_map(|e| {
            e.ok()?
                .file_name()
                .to_str()?
                .strip_suffix(".json")
                .map(str::to_owned)
        })
        .collect();
    names.sort();
    let mut by_source: BTreeMap<String, Count> = BTreeMap::new();
    let mut took = std::time::Duration::ZERO;
    let mut words = 0;
    for name in names {
        if only.as_ref().is_some_and(|o| !name.contains(o.as_str())) {
            continue;
        }
        let read = |kind: &str| -> Value {
            let file = format!("{folder}/{kind}/{name}.json");
            serde_json::from_str(&std::fs::read_to_string(&file).expect(&file)).expect(&file)
        };
        let (doc, gold) = (read("docs"), read("gold"));
        let field = |k: &str| doc[k].as_str().map(str::to_owned);
        let document = Document {
            id: name.clone(),
            title: field("title"),
            published: field("published").and_then(|d| d.parse().ok()),
            source: field("source"),
            text: field("text").unwrap_or_default(),
            ..Default::default()
        };
        let text = &document.text;
        let bytes: Vec<usize> = text
            .char_indices()
            .map(|(i, _)| i)
            .chain([text.len()])
            .collect();
        let at = |n: &Value| bytes[n.as_u64().unwrap_or(0) as usize];
        let mut golds: Vec<Gold> = gold["statements"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|s| {
                let sent = &doc["sentences"][s["sentence"].as_u64().unwrap_or(0) as usize];
                let (a, b) = (at(&sent[0]), at(&sent[1]));
                let content = s["content"].as_str().unwrap_or("");
                let start = a + text[a..b].find(content).unwrap_or(0);
                let sp = &s["speaker"];
                let get = |k: &str| sp[k].as_str().filter(|s| !s.is_empty()).map(str::to_owned);
                Gold {
                    span: Span::new(start, start + content.len()),
                    text: get("text").unwrap_or_default(),
                    name: get("name"),
                    country: get("country"),
                    form: s["form"].as_str().unwrap_or("").into(),
                    cue: s["cue"].as_str().map(str::to_owned),
                    used: false,
                }
            })
            .collect();
        let parsed = parser.parse_str(text);
        words += parsed.len();
        let times = tagger.tag(&parsed, document.published);
        let mut actors = resolver.resolve(&document, &parsed, &times);
        let start = std::time::Instant::now();
        let found = finder.find(&document, &parsed, &mut actors);
        took += start.elapsed();
        let form = |s: &Statement| match s.form {
            StatementForm::Direct => "direct",
            StatementForm::Indirect => "indirect",
            StatementForm::Mixed => "mixed",
        };
        let who = |s: &Statement| {
            let e = s
                .speaker
                .as_ref()
                .map(|p| &actors.entities[p.entity as usize]);
            let words = s
                .speaker
                .as_ref()
                .and_then(|p| p.span)
                .map_or("", |x| x.of(text));
            let name = e.and_then(|e| e.name.clone());
            let country = e.and_then(|e| e.country).map(|c| c.to_string());
            (words.to_owned(), name, country)
        };
        let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
        for (g, x) in golds.iter().enumerate() {
            for (s, y) in found.iter().enumerate() {
                let c = y.content[0];
                let inter = c
                    .end
                    .min(x.span.end)
                    .saturating_sub(c.start.max(x.span.start));
                let o = inter as f32 / c.len().max(x.span.len()).max(1) as f32;
                if o >= 0.5 {
                    pairs.push((o, g, s));
                }
            }
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        let mut used = vec![None; found.len()];
        let mut c = Count {
            gold: golds.len(),
            sys: found.len(),
            ..Default::default()
        };
        for (_, g, s) in pairs {
            if golds[g].used || used[s].is_some() {
                continue;
            }
            golds[g].used = true;
            let (words, name, country) = who(&found[s]);
            let g = &golds[g];
            let same = match (&g.name, &name) {
                (Some(a), Some(b)) => last(a) == last(b),
                _ => match (&g.country, &country) {
                    (Some(a), Some(b)) => a == b,
                    _ => !last(&g.text).is_empty() && last(&g.text) == last(&words),
                },
            };
            used[s] = Some(same);
            c.hit += 1;
            c.speaker += usize::from(same);
            c.form += usize::from(g.form == form(&found[s]));
            if !same && errors > 0 {
                errors -= 1;
                println!(
                    "{name:?} SPEAKER gold {:?} {:?} {:?} | got {words:?} {country:?}  ({})",
                    g.text,
                    g.name,
                    g.country,
                    found[s].cue.first().map_or("-", |x| x.of(text))
                );
                println!("        {}", clip(found[s].content[0].of(text)));
            }
            if g.form != form(&found[s]) && errors > 0 {
                errors -= 1;
                println!(
                    "FORM gold {} got {} | {}",
                    g.form,
                    form(&found[s]),
                    clip(found[s].content[0].of(text))
                );
            }
        }
        if errors > 0 {
            for g in golds.iter().filter(|g| !g.used).take(errors) {
                println!(
                    "{} MISSED {} cue {:?} {:?} | {}",
                    document.id,
                    g.form,
                    g.cue,
                    g.text,
                    clip(g.span.of(text))
                );
                errors -= 1;
            }
            for (s, _) in found
                .iter()
                .zip(&used)
                .filter(|x| x.1.is_none())
                .take(errors)
            {
                let (words, name, _) = who(s);
                let cue = s
                    .cue
                    .iter()
                    .map(|x| x.of(text))
                    .collect::<Vec<_>>()
                    .join("…");
                println!(
                    "{} FALSE {} cue {cue:?} {words:?} {name:?} | {}",
                    document.id,
                    form(s),
                    clip(s.content[0].of(text))
                );
                errors -= 1;
            }
        }
        if show {
            for s in &found {
                let (words, name, country) = who(s);
                let cue = s
                    .cue
                    .iter()
                    .map(|x| x.of(text))
                    .collect::<Vec<_>>()
                    .join("…");
                println!(
                    "{} {} cue {cue:?} {words:?} {name:?} {country:?} in {:?} | {}",
                    document.id,
                    form(s),
                    s.within,
                    s.content[0].of(text)
                );
            }
        }
        by_source
            .entry(document.source.clone().unwrap_or_default())
            .or_default()
            .add(&c);
    }
    let mut all = Count::default();
    for (name, c) in &by_source {
        c.line(&name.chars().take(16).collect::<String>());
        all.add(c);
    }
    all.line("all");
    println!(
        "{words} words; finding statements took {:.1} ms, {:.0} words/s",
        took.as_secs_f64() * 1e3,
        words as f64 / took.as_secs_f64()
    );
}

fn clip(s: &str) -> String {
    let flat = s.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() > 140 {
        flat.chars().take(140).collect::<String>() + "…"
    } else {
        flat
    }
}
