//! Measures tokens and sentences against treebanks and the bench.
//!
//! ```text
//! cargo run --release -p gesta-text --example segment_eval -- FILE.conllu… [--bench DOCS] [--errors N] [--speed FILE]
//! ```
//!
//! Raw text is rebuilt from the treebank in three ways: paragraphs (`# newpar`, `# newdoc`) parted by blank lines, as
//! UD's raw texts have them (with long lines and with
//! lines of 80 characters), and everything joined by single spaces. Words and sentences are compared as ranges of
//! the characters that are no white space, as the CoNLL 2018 measure does.

use gesta_text::{Span, Text};
use std::collections::BTreeSet;
use std::process::ExitCode;

struct Gold {
    /// Surface tokens of one sentence with the words inside and whether space follows.
    tokens: Vec<(String, Vec<String>, bool)>,
    paragraph: bool,
}

fn read(path: &str) -> std::io::Result<Vec<Gold>> {
    let file = std::fs::read_to_string(path)?;
    let mut out = Vec::new();
    let mut tokens: Vec<(String, Vec<String>, bool)> = Vec::new();
    let (mut paragraph, mut until) = (false, 0u32);
    for line in file.lines() {
        if line.is_empty() {
            if !tokens.is_empty() {
                out.push(Gold {
                    tokens: std::mem::take(&mut tokens),
                    paragraph,
                });
            }
            (paragraph, until) = (false, 0);
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
        let space = !c[9].split('|').any(|m| m == "SpaceAfter=No");
        if let Some((_, end)) = c[0].split_once('-') {
            until = end.parse().unwrap_or(0);
            tokens.push((c[1].to_owned(), Vec::new(), space));
        } else if c[0].parse::<u32>().is_ok_and(|i| i <= until) {
            if let Some(t) = tokens.last_mut() {
                t.1.push(c[1].to_owned());
            }
        } else {
            tokens.push((c[1].to_owned(), vec![c[1].to_owned()], space));
        }
    }
    Ok(out)
}

/// A range of visible characters and, for a word that is not written out as such, its form.
type Unit = (usize, usize, Option<String>);

fn rebuild(gold: &[Gold], blank_lines: bool) -> (String, Vec<Unit>, BTreeSet<(usize, usize)>) {
    let (mut raw, mut words, mut sentences, mut at) =
        (String::new(), Vec::new(), BTreeSet::new(), 0);
    let visible = |s: &str| s.chars().filter(|c| !c.is_whitespace()).count();
    for (i, s) in gold.iter().enumerate() {
        if i > 0 {
            raw.push_str(if blank_lines && s.paragraph {
                "\n\n"
            } else {
                " "
            });
        }
        let from = at;
        let last = s.tokens.len() - 1;
        for (k, (form, parts, space)) in s.tokens.iter().enumerate() {
            raw.push_str(form);
            if *space && k < last {
                raw.push(' ');
            }
            let width = visible(form);
            if parts.concat() == *form {
                let mut begin = at;
                for p in parts {
                    let end = begin + visible(p);
                    words.push((begin, end, None));
                    begin = end;
                }
            } else {
                words.extend(parts.iter().map(|p| (at, at + width, Some(p.clone()))));
            }
            at += width;
        }
        sentences.insert((from, at));
    }
    (raw, words, sentences)
}

/// Breaks lines at spaces so that none is longer than 80 characters, as UD's raw texts are.
fn wrap(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for (i, line) in raw.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let mut width = 0;
        for (k, word) in line.split(' ').enumerate() {
            let n = word.chars().count();
            if k > 0 {
                let fits = width + 1 + n <= 80;
                out.push(if fits { ' ' } else { '\n' });
                width = if fits { width + 1 } else { 0 };
            }
            out.push_str(word);
            width += n;
        }
    }
    out
}

fn f1(right: usize, gold: usize, found: usize) -> String {
    let (r, p) = (
        right as f64 / gold.max(1) as f64,
        right as f64 / found.max(1) as f64,
    );
    let f = if r + p > 0.0 {
        2.0 * r * p / (r + p)
    } else {
        0.0
    };
    format!(
        "P {:6.2}  R {:6.2}  F1 {:6.2}",
        p * 100.0,
        r * 100.0,
        f * 100.0
    )
}

/// Visible characters before each byte.
fn visible_before(raw: &str) -> Vec<u32> {
    let mut out = vec![0; raw.len() + 1];
    let mut n = 0;
    for (i, c) in raw.char_indices() {
        for slot in &mut out[i..i + c.len_utf8()] {
            *slot = n;
        }
        n += u32::from(!c.is_whitespace());
    }
    out[raw.len()] = n;
    out
}

fn treebank(path: &str, errors: usize) -> std::io::Result<()> {
    let gold = read(path)?;
    println!("{path}");
    for (blank, wrapped, name) in [
        (true, false, "paragraphs "),
        (true, true, "wrapped    "),
        (false, false, "one line   "),
    ] {
        let (mut raw, words, sentences) = rebuild(&gold, blank);
        if wrapped {
            raw = wrap(&raw);
        }
        let text = Text::new(raw.as_str());
        let map = visible_before(&raw);
        let range = |s: Span| (map[s.start as usize] as usize, map[s.end as usize] as usize);
        let found: Vec<(usize, usize)> = text.tokens().iter().map(|t| range(t.span)).collect();
        let set: BTreeSet<(usize, usize)> = found.iter().copied().collect();
        let right = words
            .iter()
            .filter(|(a, b, form)| match form {
                None => set.contains(&(*a, *b)),
                Some(form) => {
                    let from = found.partition_point(|f| f.0 < *a);
                    found[from..]
                        .iter()
                        .zip(from..)
                        .take_while(|(f, _)| f.0 < *b)
                        .any(|(_, i)| text.form(i) == form)
                }
            })
            .count();
        let cut: BTreeSet<(usize, usize)> =
            text.sentences().iter().map(|s| range(s.span)).collect();
        println!("  {name} words     {}", f1(right, words.len(), found.len()));
        println!(
            "  {name} sentences {}",
            f1(
                sentences.intersection(&cut).count(),
                sentences.len(),
                cut.len()
            )
        );
        if blank && !wrapped && errors > 0 {
            show(&raw, &map, &words, &found, &sentences, &cut, errors);
        }
    }
    Ok(())
}

fn show(
    raw: &str,
    map: &[u32],
    words: &[Unit],
    found: &[(usize, usize)],
    sentences: &BTreeSet<(usize, usize)>,
    cut: &BTreeSet<(usize, usize)>,
    errors: usize,
) {
    let byte = |v: usize| map.partition_point(|&m| (m as usize) < v);
    let piece = |a: usize, b: usize| {
        let (from, to) = (byte(a), byte(b));
        let from = (0..=from)
            .rev()
            .find(|&i| raw.is_char_boundary(i))
            .unwrap_or(0);
        raw.get(from..to).unwrap_or("").trim().replace('\n', "⏎")
    };
    let gold_ends: BTreeSet<usize> = words.iter().map(|w| w.1).collect();
    let our_ends: BTreeSet<usize> = found.iter().map(|w| w.1).collect();
    for (name, list) in [
        (
            "words not cut",
            gold_ends.difference(&our_ends).collect::<Vec<_>>(),
        ),
        (
            "words cut wrongly",
            our_ends.difference(&gold_ends).collect(),
        ),
    ] {
        println!("  -- {name}: {}", list.len());
        for &&e in list.iter().take(errors) {
            println!(
                "     {}¦{}",
                piece(e.saturating_sub(14), e),
                piece(e, e + 10)
            );
        }
    }
    let gold_ends: BTreeSet<usize> = sentences.iter().map(|w| w.1).collect();
    let our_ends: BTreeSet<usize> = cut.iter().map(|w| w.1).collect();
    for (name, list) in [
        (
            "sentences not cut",
            gold_ends.difference(&our_ends).collect::<Vec<_>>(),
        ),
        (
            "sentences cut wrongly",
            our_ends.difference(&gold_ends).collect(),
        ),
    ] {
        println!("  -- {name}: {}", list.len());
        for &&e in list.iter().take(errors) {
            println!(
                "     {} ¦¦ {}",
                piece(e.saturating_sub(40), e),
                piece(e, e + 40)
            );
        }
    }
}

/// The value of a string or list field of a flat JSON object: enough to read the bench without a JSON library.
fn json_string(s: &str) -> String {
    let mut out = String::new();
    let mut chars = s.chars();
    let mut high = 0u32;
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some('b') => out.push('\u{8}'),
                Some('f') => out.push('\u{c}'),
                Some('u') => {
                    let hex: String = chars.by_ref().take(4).collect();
                    let unit = u32::from_str_radix(&hex, 16).unwrap_or(0xFFFD);
                    if (0xD800..0xDC00).contains(&unit) {
                        high = unit;
                    } else if (0xDC00..0xE000).contains(&unit) {
                        let c =
                            0x10000 + ((high.wrapping_sub(0xD800) & 0x3FF) << 10) + (unit - 0xDC00);
                        out.push(char::from_u32(c).unwrap_or('\u{FFFD}'));
                    } else {
                        out.push(char::from_u32(unit).unwrap_or('\u{FFFD}'));
                    }
                }
                Some(c) => out.push(c),
                None => break,
            },
            c => out.push(c),
        }
    }
    out
}

fn bench(folder: &str, errors: usize) -> std::io::Result<()> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)?
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(|p| p.extension().is_some_and(|x| x == "json"))
        .collect();
    paths.sort();
    let (mut right, mut gold_n, mut found_n, mut shown) = (0, 0, 0, 0);
    for path in &paths {
        let file = std::fs::read_to_string(path)?;
        let Some(at) = file.find("\"text\": \"") else {
            continue;
        };
        let raw = json_string(&file[at + 9..]);
        let Some(at) = file.rfind("\"sentences\": [") else {
            continue;
        };
        let numbers: Vec<usize> = file[at..]
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|n| n.parse().ok())
            .collect();
        let mut offset = vec![0usize; raw.len() + 1];
        for (n, (i, c)) in raw.char_indices().enumerate() {
            for slot in &mut offset[i..i + c.len_utf8()] {
                *slot = n;
            }
        }
        offset[raw.len()] = raw.chars().count();
        let gold: BTreeSet<(usize, usize)> =
            numbers.chunks_exact(2).map(|p| (p[0], p[1])).collect();
        let text = Text::new(raw.as_str());
        let found: BTreeSet<(usize, usize)> = text
            .sentences()
            .iter()
            .map(|s| (offset[s.span.start as usize], offset[s.span.end as usize]))
            .collect();
        right += gold.intersection(&found).count();
        gold_n += gold.len();
        found_n += found.len();
        let chars: Vec<char> = raw.chars().collect();
        let part = |a: usize, b: usize| {
            chars[a.min(chars.len())..b.min(chars.len())]
                .iter()
                .collect::<String>()
                .replace('\n', "⏎")
        };
        let (g, f): (BTreeSet<_>, BTreeSet<_>) = (
            gold.iter().map(|s| s.1).collect(),
            found.iter().map(|s| s.1).collect(),
        );
        for (mark, list) in [
            ("-", g.difference(&f).collect::<Vec<_>>()),
            ("+", f.difference(&g).collect()),
        ] {
            for &&e in &list {
                if shown < errors {
                    println!(
                        "     {mark} {} ¦¦ {}",
                        part(e.saturating_sub(60), e),
                        part(e, e + 50)
                    );
                    shown += 1;
                }
            }
        }
    }
    println!(
        "{folder} ({} documents)\n  sentences {}",
        paths.len(),
        f1(right, gold_n, found_n)
    );
    Ok(())
}

fn speed(path: &str) -> std::io::Result<()> {
    let raw = std::fs::read_to_string(path)?;
    let mut best = f64::INFINITY;
    let mut counts = (0, 0);
    for _ in 0..5 {
        let copy = raw.clone();
        let start = std::time::Instant::now();
        let text = Text::new(copy);
        best = best.min(start.elapsed().as_secs_f64());
        counts = (text.tokens().len(), text.sentences().len());
    }
    let words = raw.split_whitespace().count();
    println!(
        "{path}: {} bytes, {words} words, {} tokens, {} sentences in {best:.3} s: {:.2} million words/s, {:.0} MB/s",
        raw.len(),
        counts.0,
        counts.1,
        words as f64 / best / 1e6,
        raw.len() as f64 / best / 1e6
    );
    Ok(())
}

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let mut jobs: Vec<(u8, String)> = Vec::new();
    let mut errors = 0;
    while let Some(a) = args.next() {
        match a.as_str() {
            "--bench" => jobs.push((1, args.next().unwrap_or_default())),
            "--speed" => jobs.push((2, args.next().unwrap_or_default())),
            "--errors" => errors = args.next().and_then(|n| n.parse().ok()).unwrap_or(20),
            _ => jobs.push((0, a)),
        }
    }
    if jobs.is_empty() {
        eprintln!("usage: segment_eval FILE.conllu… [--bench DOCS] [--errors N] [--speed FILE]");
        return ExitCode::from(2);
    }
    let start = std::time::Instant::now();
    let first = Text::new("One sentence. Another one.");
    println!(
        "start-up (lists, model, {} tokens): {:.2} ms",
        first.tokens().len(),
        start.elapsed().as_secs_f64() * 1e3
    );
    for (kind, path) in jobs {
        let done = match kind {
            0 => treebank(&path, errors),
            1 => bench(&path, errors),
            _ => speed(&path),
        };
        if let Err(e) = done {
            eprintln!("{path}: {e}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
