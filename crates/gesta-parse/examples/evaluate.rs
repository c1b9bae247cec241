//! Measures segmentation, tags, lemmas and trees from raw text against treebanks, as the CoNLL 2018 shared task did
//! (words aligned by their place in the text; LAS on universal relations, and once more with subtypes), and entity
//! spans against the held-out fifth of WikiGold.
//!
//! `cargo run --release -p gesta-parse --example evaluate -- [--model FILE] [--scalar|--avx2|--avx-vnni] [--genres] [--wikigold FILE] FILE.conllu…`

use gesta_parse::{EntityKind, Parser, Unit, conllu::Gold};
use gesta_text::{Span, Text};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

#[derive(Default, Clone)]
struct Count {
    gold: usize,
    system: usize,
    right: usize,
}

impl Count {
    fn f1(&self) -> f64 {
        200.0 * self.right as f64 / (self.gold + self.system).max(1) as f64
    }
}

#[derive(Default)]
struct Score {
    of: BTreeMap<&'static str, Count>,
}

const NAMES: [&str; 10] = [
    "words",
    "sentences",
    "UPOS",
    "XPOS",
    "feats",
    "lemmas",
    "UAS",
    "LAS",
    "LAS+sub",
    "MLAS-ish",
];

impl Score {
    fn add(&mut self, parser: &Parser, gold: &Gold, raw: bool) {
        let text = if raw {
            Text::new(gold.text.clone())
        } else {
            let list: Vec<(u32, Vec<Span>)> = gold
                .sentences
                .iter()
                .map(|(p, r)| {
                    (
                        *p,
                        gold.words[r.start as usize..r.end as usize]
                            .iter()
                            .map(|w| w.span)
                            .collect(),
                    )
                })
                .collect();
            Text::from_tokens(gold.text.clone(), &list)
        };
        let sys = parser.parse(text);
        // alignment: the words whose spans are equal
        let mut to_sys = vec![None; gold.words.len()];
        let mut to_gold = vec![None; sys.len()];
        let (mut g, mut s) = (0, 0);
        while g < gold.words.len() && s < sys.len() {
            let (a, b) = (gold.words[g].span, sys.text.tokens()[s].span);
            if a == b {
                to_sys[g] = Some(s);
                to_gold[s] = Some(g);
                g += 1;
                s += 1;
            } else if (a.end, a.start) <= (b.end, b.start) {
                g += 1;
            } else {
                s += 1;
            }
        }
        let mut tally = |name: &'static str, gold: usize, system: usize, right: usize| {
            let c = self.of.entry(name).or_default();
            c.gold += gold;
            c.system += system;
            c.right += right;
        };
        let (ng, ns) = (gold.words.len(), sys.len());
        tally("words", ng, ns, to_sys.iter().flatten().count());
        let a: BTreeSet<(u32, u32)> = gold
            .sentences
            .iter()
            .map(|(_, r)| {
                (
                    gold.words[r.start as usize].span.start,
                    gold.words[r.end as usize - 1].span.end,
                )
            })
            .collect();
        let b: BTreeSet<(u32, u32)> = sys
            .text
            .sentences()
            .iter()
            .map(|s| (s.span.start, s.span.end))
            .collect();
        tally("sentences", a.len(), b.len(), a.intersection(&b).count());
        let mut right = [0usize; 8];
        for (g, s) in to_sys
            .iter()
            .enumerate()
            .filter_map(|(g, s)| s.map(|s| (g, s)))
        {
            let (gw, sw) = (&gold.words[g], sys.word(s));
            let tag = gw.upos == sw.upos;
            let head = match (gw.head, sw.head) {
                (None, None) => true,
                (Some(a), Some(b)) => to_gold[b as usize] == Some(a as usize),
                _ => false,
            };
            let base = |d: &'static str| d.split(':').next().unwrap_or(d);
            let rel = base(gw.deprel.as_str()) == base(sw.deprel.as_str());
            let lemma = gw.lemma == "_" || gw.lemma == sys.lemma(s);
            for (i, ok) in [
                tag,
                gw.xpos == sw.xpos,
                gw.feats == sw.feats,
                lemma,
                head,
                head && rel,
                head && gw.deprel == sw.deprel,
                head && rel && tag && gw.feats == sw.feats,
            ]
            .into_iter()
            .enumerate()
            {
                right[i] += usize::from(ok);
            }
        }
        for (i, name) in NAMES[2..].iter().enumerate() {
            tally(name, ng, ns, right[i]);
        }
    }

    fn print(&self, what: &str) {
        print!("{what:34}");
        for n in NAMES {
            if let Some(c) = self.of.get(n) {
                print!(" {n} {:.2}", c.f1());
            }
        }
        println!();
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut model = "models/en.gpm".to_string();
    let (mut files, mut wiki, mut unit) = (Vec::new(), None, None);
    let mut genres = false;
    let mut args = std::env::args().skip(1);
    while let Some(a) = args.next() {
        match a.as_str() {
            "--model" => model = args.next().ok_or("--model wants a file")?,
            "--wikigold" => wiki = Some(args.next().ok_or("--wikigold wants a file")?),
            "--genres" => genres = true,
            "--scalar" => unit = Some(Unit::Scalar),
            "--avx2" => unit = Some(Unit::Avx2),
            "--avx-vnni" => unit = Some(Unit::AvxVnni),
            _ => files.push(a),
        }
    }
    let bytes = std::fs::read(&model)?;
    let t = Instant::now();
    let mut parser = Parser::from_bytes(&bytes)?;
    println!(
        "model {model}: {} bytes, loaded in {:.1} ms",
        bytes.len(),
        t.elapsed().as_secs_f64() * 1e3
    );
    if let Some(u) = unit {
        parser = parser.with_unit(u)?;
    }
    println!(
        "unit {:?}, {} multiply-adds a word",
        parser.unit(),
        parser.macs_per_word()
    );
    for f in &files {
        let docs = Gold::read(&std::fs::read_to_string(f)?)?;
        let name = f.rsplit('/').next().unwrap_or(f);
        for raw in [true, false] {
            let mut s = Score::default();
            for d in &docs {
                s.add(&parser, d, raw);
            }
            s.print(&format!(
                "{name} {}",
                if raw { "raw text" } else { "gold tokens" }
            ));
        }
        if genres {
            // "GUM_news_…" and "weblog-…" tell their genre
            let mut by: BTreeMap<&str, Score> = BTreeMap::new();
            for d in &docs {
                let id = d.id.strip_prefix("GUM_").unwrap_or(&d.id);
                let genre = id.split(['_', '-']).next().unwrap_or("");
                by.entry(genre).or_default().add(&parser, d, true);
            }
            for (g, s) in by {
                s.print(&format!("    {g}"));
            }
        }
        speed(&parser, &docs);
    }
    if let Some(w) = wiki {
        wikigold(&parser, &std::fs::read_to_string(w)?);
    }
    Ok(())
}

/// Words a second on one core, segmentation included; the best of five runs.
fn speed(parser: &Parser, docs: &[Gold]) {
    let raw: Vec<&str> = docs.iter().map(|d| d.text.as_str()).collect();
    let raw = raw.join("\n\n");
    let (mut all, mut alone, mut words) = (f64::MAX, f64::MAX, 0);
    for _ in 0..5 {
        let t = Instant::now();
        let text = Text::new(raw.clone());
        let s = t.elapsed().as_secs_f64();
        words = parser.parse(text).len();
        let t = t.elapsed().as_secs_f64();
        all = all.min(t);
        alone = alone.min(t - s);
    }
    let rate = words as f64 / alone;
    println!(
        "    {words} words: {:.0} words/s with segmentation, {rate:.0} without; {:.1} billion multiply-adds/s",
        words as f64 / all,
        rate * parser.macs_per_word() as f64 / 1e9
    );
}

/// Held-out documents: every fifth, as in training.
fn wikigold(parser: &Parser, data: &str) {
    let mut docs: Vec<Vec<Vec<(&str, &str)>>> = vec![vec![]];
    let mut sent = Vec::new();
    for line in data.lines().chain([""]) {
        match line.trim().rsplit_once(' ') {
            Some(("-DOCSTART-", _)) => docs.push(vec![]), // empty ones go below
            Some(row) => sent.push(row),
            None if !sent.is_empty() => {
                let s = std::mem::take(&mut sent);
                if let Some(d) = docs.last_mut() {
                    d.push(s);
                }
            }
            None => {}
        }
    }
    docs.retain(|d| !d.is_empty());
    for raw in [true, false] {
        let mut by: BTreeMap<&str, Count> = BTreeMap::new();
        for (_, d) in docs.iter().enumerate().filter(|(i, _)| i % 5 == 4) {
            let (mut text, mut list, mut gold) = (String::new(), Vec::new(), BTreeSet::new());
            for s in d {
                let mut tokens = Vec::new();
                let mut prev = "O";
                for (w, t) in s {
                    let w = match *w {
                        "``" | "''" => "\"",
                        "-LRB-" => "(",
                        "-RRB-" => ")",
                        w => w,
                    };
                    let closes = matches!(
                        w,
                        "," | "." | ";" | ":" | ")" | "!" | "?" | "'s" | "n't" | "%"
                    ) || w.starts_with('\'');
                    let joined = closes || text.ends_with(['(', '$']);
                    let glued = raw && joined && !tokens.is_empty();
                    if !text.is_empty() && !glued {
                        text.push(' ');
                    }
                    let start = text.len();
                    text.push_str(w);
                    // hyphens between letters stand alone, as in the treebanks
                    let mut at = start;
                    for (i, c) in w.char_indices() {
                        if c == '-'
                            && i > 0
                            && i + 1 < w.len()
                            && w.as_bytes()[i - 1].is_ascii_alphanumeric()
                            && w.as_bytes()[i + 1].is_ascii_alphanumeric()
                        {
                            tokens.push(Span::new(at, start + i));
                            tokens.push(Span::new(start + i, start + i + 1));
                            at = start + i + 1;
                        }
                    }
                    tokens.push(Span::new(at, text.len()));
                    if *t != "O" && *t == prev {
                        let Some((a, _, k)) = gold.pop_last() else {
                            continue;
                        };
                        gold.insert((a, text.len() as u32, k));
                    } else if *t != "O" {
                        gold.insert((start as u32, text.len() as u32, &t[2..]));
                    }
                    prev = t;
                }
                list.push((0u32, tokens));
            }
            let text = if raw {
                Text::new(text)
            } else {
                Text::from_tokens(text, &list)
            };
            let doc = parser.parse(text);
            let found: BTreeSet<(u32, u32, &str)> = doc
                .named
                .iter()
                .map(|n| {
                    let s = doc
                        .text
                        .span_of(n.tokens.start as usize..n.tokens.end as usize);
                    let k = match n.kind {
                        EntityKind::Norp => "MISC", // WikiGold keeps nationalities there
                        k => k.as_str(),
                    };
                    (s.start, s.end, k)
                })
                .collect();
            for k in ["PER", "ORG", "LOC", "MISC"] {
                let of = |s: &BTreeSet<(u32, u32, &str)>| s.iter().filter(|e| e.2 == k).count();
                let right = gold.intersection(&found).filter(|e| e.2 == k).count();
                for name in [k, if k == "MISC" { "" } else { "PER+ORG+LOC" }] {
                    let c = by.entry(name).or_default();
                    c.gold += of(&gold);
                    c.system += of(&found);
                    c.right += right;
                }
            }
        }
        print!(
            "WikiGold held out, {:11}",
            if raw { "raw text" } else { "gold tokens" }
        );
        for (k, c) in by.iter().filter(|k| !k.0.is_empty()) {
            print!(" {k} {:.2} ({} gold)", c.f1(), c.gold);
        }
        println!();
    }
}
