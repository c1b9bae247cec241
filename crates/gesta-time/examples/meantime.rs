//! Scores the tagger on NewsReader MEANTIME (or any corpus in CAT's XML), after TempEval-3's measures.
//!
//!     cargo run --release -p gesta-time --example meantime -- DIR [--other NAME=FILE]... [--errors] [--dump DIR] [--model FILE]
//!
//! `--model` reads tense from the parser's trees instead of word forms; `--dump` writes each document as `ID.txt` with its date in `dates.tsv`; `--other` scores another tagger's
//! answers on these texts: a TSV of id, first and one past the last code point, type, value.

use gesta_text::Text;
use gesta_time::Tagger;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

struct Gold {
    start: usize,
    end: usize,
    kind: String,
    value: String,
}

struct Doc {
    id: String,
    text: String,
    date: Option<jiff::civil::Date>,
    /// Byte span of each token and its sentence.
    tokens: Vec<(usize, usize, usize)>,
    gold: Vec<Gold>,
}

/// The value of an attribute in the text of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let key = format!(" {name}=\"");
    tag.find(&key)
        .map(|a| &tag[a + key.len()..])
        .and_then(|r| r.split('"').next())
        .unwrap_or("")
}

fn unescape(s: &str) -> String {
    s.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

/// Only the sentences up to this number are annotated: headline, date line and the four or five that follow.
const LAST_SENTENCE: usize = 5;

fn read(path: &Path) -> Doc {
    let xml = std::fs::read_to_string(path).expect("a readable file");
    let mut text = String::new();
    let mut tokens = Vec::new();
    let mut by_id = BTreeMap::new();
    let mut last_sentence = 0;
    let mut open_quote = false;
    for piece in xml.split("<token ").skip(1) {
        let Some((tag, rest)) = piece.split_once('>') else {
            continue;
        };
        let tag = format!(" {tag}");
        let form = unescape(rest.split('<').next().unwrap_or(""));
        let sentence: usize = attribute(&tag, "sentence").parse().unwrap_or(0);
        let id = attribute(&tag, "t_id").to_owned();
        let form = match form.as_str() {
            "``" => "\u{201C}".to_owned(),
            "''" => "\u{201D}".to_owned(),
            _ => form,
        };
        if sentence != last_sentence {
            text.push_str(if sentence <= 2 { "\n\n" } else { " " });
            open_quote = false;
        } else if !text.is_empty() {
            let close = matches!(
                form.as_str(),
                "," | "."
                    | ";"
                    | ":"
                    | "?"
                    | "!"
                    | ")"
                    | "]"
                    | "%"
                    | "\u{201D}"
                    | "'s"
                    | "n't"
                    | "'"
                    | "'re"
                    | "'ll"
                    | "'ve"
                    | "'m"
                    | "'d"
            ) || (form == "\"" && open_quote);
            let after_open =
                text.ends_with(['(', '[', '$', '\u{201C}']) || (text.ends_with('"') && open_quote);
            if !(close || after_open) {
                text.push(' ');
            }
        }
        if form == "\"" {
            open_quote = !open_quote;
        }
        last_sentence = sentence;
        by_id.insert(id, tokens.len());
        tokens.push((text.len(), text.len() + form.len(), sentence));
        text.push_str(&form);
    }
    let mut gold = Vec::new();
    let mut date = None;
    for piece in xml.split("<TIMEX3 ").skip(1) {
        let body = piece.split("</TIMEX3>").next().unwrap_or("");
        let (tag, rest) = body.split_once('>').unwrap_or((body, ""));
        let tag = format!(" {tag}");
        let value = attribute(&tag, "value").trim().to_owned();
        if attribute(&tag, "functionInDocument") == "CREATION_TIME" {
            date = value.parse().ok();
        }
        if tag.ends_with('/') {
            continue;
        }
        let anchors: Vec<usize> = rest
            .split("<token_anchor ")
            .skip(1)
            .filter_map(|a| by_id.get(attribute(&format!(" {a}"), "t_id")).copied())
            .collect();
        let (Some(&a), Some(&b)) = (anchors.iter().min(), anchors.iter().max()) else {
            continue;
        };
        gold.push(Gold {
            start: a,
            end: b + 1,
            kind: attribute(&tag, "type").to_owned(),
            value,
        });
    }
    gold.sort_by_key(|g| (g.start, g.end));
    // Three documents have no date of creation, or one written the other way round: their date line has it.
    if date.is_none() {
        date = gold.iter().find(|g| tokens[g.start].2 == 1).and_then(|g| {
            let turned: Vec<&str> = g.value.split('-').rev().collect();
            g.value.parse().or_else(|_| turned.join("-").parse()).ok()
        });
    }
    Doc {
        id: path
            .file_stem()
            .map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default(),
        text,
        date,
        tokens,
        gold,
    }
}

/// First and one past the last token, type, value.
type Answer = (usize, usize, String, String);

#[derive(Default)]
struct Score {
    gold: f64,
    found: f64,
    strict: f64,
    relaxed: f64,
    strict_value: f64,
    relaxed_value: f64,
    relaxed_kind: f64,
}

impl Score {
    fn f1(&self, hit: f64) -> f64 {
        200.0 * hit / (self.gold + self.found).max(1.0)
    }
    fn print(&self, name: &str) {
        println!(
            "{name:<12} gold {} found {} | strict P {:.1} R {:.1} F1 {:.1} | relaxed F1 {:.1} | value F1: strict span {:.1}, relaxed span {:.1} | type F1 (relaxed) {:.1}",
            self.gold,
            self.found,
            100.0 * self.strict / self.found.max(1.0),
            100.0 * self.strict / self.gold.max(1.0),
            self.f1(self.strict),
            self.f1(self.relaxed),
            self.f1(self.strict_value),
            self.f1(self.relaxed_value),
            self.f1(self.relaxed_kind),
        );
    }
}

fn score(docs: &[Doc], answers: &[Vec<Answer>], errors: bool) -> Score {
    let mut s = Score::default();
    for (d, found) in docs.iter().zip(answers) {
        let inside = |a: usize| d.tokens[a].2 <= LAST_SENTENCE;
        let found: Vec<&Answer> = found.iter().filter(|f| inside(f.0)).collect();
        let gold: Vec<&Gold> = d.gold.iter().filter(|g| inside(g.start)).collect();
        s.gold += gold.len() as f64;
        s.found += found.len() as f64;
        let mut used = vec![false; found.len()];
        let mut matched: Vec<Option<usize>> = vec![None; gold.len()];
        for (exact, _) in [(true, 0), (false, 0)] {
            for (i, g) in gold.iter().enumerate() {
                if matched[i].is_some() {
                    continue;
                }
                let hit = (0..found.len()).find(|&j| {
                    !used[j]
                        && if exact {
                            found[j].0 == g.start && found[j].1 == g.end
                        } else {
                            found[j].0 < g.end && g.start < found[j].1
                        }
                });
                if let Some(j) = hit {
                    used[j] = true;
                    matched[i] = Some(j);
                }
            }
        }
        let show = |a: usize, b: usize| {
            let from = d.tokens[a.saturating_sub(5)].0;
            let to = d.tokens[(b + 4).min(d.tokens.len() - 1)].1;
            format!(
                "{}[[{}]]{}",
                &d.text[from..d.tokens[a].0],
                &d.text[d.tokens[a].0..d.tokens[b - 1].1],
                &d.text[d.tokens[b - 1].1..to]
            )
            .replace('\n', " ")
        };
        let date = d.date.map_or(String::new(), |d| d.to_string());
        for (g, m) in gold.iter().zip(&matched) {
            match m {
                Some(j) => {
                    let f = found[*j];
                    let exact = f.0 == g.start && f.1 == g.end;
                    let value = f.3 == g.value;
                    s.relaxed += 1.0;
                    s.strict += f64::from(exact);
                    s.relaxed_value += f64::from(value);
                    s.strict_value += f64::from(exact && value);
                    s.relaxed_kind += f64::from(f.2 == g.kind);
                    if errors && !exact {
                        println!(
                            "SPAN  {date} gold {} | found {}",
                            show(g.start, g.end),
                            show(f.0, f.1)
                        );
                    }
                    if errors && !value {
                        println!(
                            "VALUE {date} {} gold {} found {}",
                            show(g.start, g.end),
                            g.value,
                            f.3
                        );
                    }
                }
                None if errors => println!(
                    "MISS  {date} {} {} {}",
                    show(g.start, g.end),
                    g.kind,
                    g.value
                ),
                None => {}
            }
        }
        if errors {
            for (j, f) in found.iter().enumerate().filter(|(j, _)| !used[*j]) {
                let _ = j;
                println!("EXTRA {date} {} {} {}", show(f.0, f.1), f.2, f.3);
            }
        }
    }
    s
}

/// Which tokens a byte span touches.
fn tokens_of(d: &Doc, from: usize, to: usize) -> Option<(usize, usize)> {
    let a = d.tokens.iter().position(|t| t.1 > from)?;
    let b = d.tokens.iter().rposition(|t| t.0 < to)? + 1;
    (a < b).then_some((a, b))
}

fn main() {
    let mut args = std::env::args().skip(1);
    let mut parser = None;
    let (mut dir, mut others, mut errors, mut dump) = (None, Vec::new(), false, None);
    while let Some(a) = args.next() {
        match a.as_str() {
            "--other" => others.push(args.next().expect("NAME=FILE")),
            "--model" => {
                let file = args.next().expect("a model file");
                let bytes = std::fs::read(file).expect("a readable file");
                parser =
                    Some(gesta_parse::Parser::from_bytes(&bytes).expect("a model of the parser"));
            }
            "--errors" => errors = true,
            "--dump" => dump = args.next().map(PathBuf::from),
            _ => dir = Some(PathBuf::from(a)),
        }
    }
    let dir = dir.expect("usage: meantime DIR");
    let mut files = Vec::new();
    let mut todo = vec![dir.clone()];
    while let Some(d) = todo.pop() {
        for e in std::fs::read_dir(&d).expect("a folder").flatten() {
            let p = e.path();
            if p.is_dir() {
                // The cross-document copy holds the same texts again.
                if !p.ends_with("intra_cross-doc_annotation") {
                    todo.push(p);
                }
            } else if p.extension().is_some_and(|x| x == "xml") {
                files.push(p);
            }
        }
    }
    files.sort();
    let docs: Vec<Doc> = files.iter().map(|f| read(f)).collect();
    if let Some(out) = dump {
        std::fs::create_dir_all(&out).expect("a folder for the texts");
        let mut dates = String::new();
        for d in &docs {
            std::fs::write(out.join(format!("{}.txt", d.id)), &d.text).expect("a writable folder");
            let _ = writeln!(
                dates,
                "{}\t{}",
                d.id,
                d.date.map_or(String::new(), |d| d.to_string())
            );
        }
        std::fs::write(out.join("dates.tsv"), dates).expect("a writable folder");
    }
    let begin = Instant::now();
    let tagger = Tagger::english();
    let start_up = begin.elapsed();
    let texts: Vec<Text> = docs.iter().map(|d| Text::new(d.text.clone())).collect();
    let words: usize = docs.iter().map(|d| d.tokens.len()).sum();
    // Once for the answers, then often enough for a steady clock.
    let found: Vec<_> = docs
        .iter()
        .zip(&texts)
        .map(|(d, t)| match &parser {
            Some(p) => tagger.tag(&p.parse(t.clone()), d.date),
            None => tagger.tag_text(t, d.date),
        })
        .collect();
    let rounds = 20;
    let begin = Instant::now();
    let mut n = 0;
    for _ in 0..rounds {
        for (d, t) in docs.iter().zip(&texts) {
            n += tagger.tag_text(t, d.date).len();
        }
    }
    let time = begin.elapsed().as_secs_f64() / f64::from(rounds);
    let begin = Instant::now();
    for d in &docs {
        n += tagger.tag_text(&Text::new(d.text.clone()), d.date).len();
    }
    let with_cut = begin.elapsed().as_secs_f64();
    let answers: Vec<Vec<Answer>> = docs
        .iter()
        .zip(&found)
        .map(|(d, ts)| {
            ts.iter()
                .filter_map(|t| {
                    let (a, b) = tokens_of(d, t.span.start as usize, t.span.end as usize)?;
                    Some((a, b, t.kind.as_str().to_owned(), t.value.clone()))
                })
                .collect()
        })
        .collect();
    println!("{} documents, {words} tokens", docs.len());
    score(&docs, &answers, errors).print("gesta-time");
    println!(
        "gesta-time   start-up {:.2} ms; tagging {:.2} ms ({:.0} words/s), with segmentation {:.2} ms ({:.0} words/s) [{n}]",
        start_up.as_secs_f64() * 1e3,
        time * 1e3,
        words as f64 / time,
        with_cut * 1e3,
        words as f64 / with_cut
    );
    for o in others {
        let (name, file) = o.split_once('=').expect("NAME=FILE");
        let table = std::fs::read_to_string(file).expect("a readable file");
        let mut by_doc: BTreeMap<&str, Vec<Answer>> = BTreeMap::new();
        for line in table.lines() {
            let f: Vec<&str> = line.split('\t').collect();
            let [id, from, to, kind, value] = f[..] else {
                continue;
            };
            let Some(d) = docs.iter().find(|d| d.id == id) else {
                continue;
            };
            let byte = |n: &str| {
                let n: usize = n.parse().unwrap_or(0);
                d.text.char_indices().nth(n).map_or(d.text.len(), |c| c.0)
            };
            if let Some((a, b)) = tokens_of(d, byte(from), byte(to)) {
                by_doc
                    .entry(id)
                    .or_default()
                    .push((a, b, kind.to_owned(), value.to_owned()));
            }
        }
        let answers: Vec<Vec<Answer>> = docs
            .iter()
            .map(|d| by_doc.remove(d.id.as_str()).unwrap_or_default())
            .collect();
        score(&docs, &answers, false).print(name);
    }
}
