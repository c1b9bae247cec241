//! Measures toponym recognition and resolution on a corpus in the form of GeoVirus (XML, offsets from 1).
//!
//! `cargo run --release -p gesta-place --example geovirus -- FILE [--errors N]`. A toponym counts as found when a
//! place overlaps it, and as right when that place lies within 161 km (100 miles) of the annotated point.

use gesta_parse::{Parsed, Parser};
use gesta_place::{Geoparser, PlaceContext};
use gesta_text::Text;
use std::collections::BTreeMap;

fn unescape(s: &str) -> String {
    s.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}
fn tag<'a>(s: &'a str, name: &str) -> Option<&'a str> {
    let a = s.find(&format!("<{name}>"))? + name.len() + 2;
    let b = s[a..].find(&format!("</{name}>"))?;
    Some(&s[a..a + b])
}
fn km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (x, y) = (a.0.to_radians(), b.0.to_radians());
    let h = ((y - x) / 2.0).sin().powi(2)
        + x.cos() * y.cos() * ((b.1 - a.1).to_radians() / 2.0).sin().powi(2);
    12742.0 * h.sqrt().min(1.0).asin()
}

/// With a model as the product parses, without one as if no model had seen the text.
fn parse(parser: Option<&Parser>, text: String) -> Parsed {
    match parser {
        Some(p) => p.parse(Text::new(text)),
        None => gesta_place::testing::plain(Text::new(text)),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let file = args
        .first()
        .ok_or("geovirus FILE [--model models/en.gpm] [--errors N]")?;
    let show: usize = args
        .iter()
        .position(|a| a == "--errors")
        .and_then(|i| args.get(i + 1)?.parse().ok())
        .unwrap_or(0);
    let model = args
        .iter()
        .position(|a| a == "--model")
        .and_then(|i| args.get(i + 1));
    let parser = match model {
        Some(m) => Some(Parser::from_bytes(&std::fs::read(m)?).map_err(|e| e.to_string())?),
        None => None,
    };
    let xml = std::fs::read_to_string(file)?;
    let g = Geoparser::bundled();
    let (mut gold, mut found, mut right, mut given, mut hit) =
        (0usize, 0usize, 0usize, 0usize, 0usize);
    let mut exact = 0usize;
    let mut errors: Vec<f64> = Vec::new();
    let (mut missed, mut wrong, mut extra) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut time = std::time::Duration::ZERO;
    let mut words = 0usize;
    for article in xml.split("<article>").skip(1) {
        let Some(text) = tag(article, "text").map(unescape) else {
            continue;
        };
        let chars: Vec<usize> = text
            .char_indices()
            .map(|c| c.0)
            .chain([text.len()])
            .collect();
        let parsed = parse(parser.as_ref(), text.clone());
        words += parsed.len();
        let start = std::time::Instant::now();
        let places = g.resolve(&parsed, PlaceContext::default());
        time += start.elapsed();
        let mut used = vec![false; places.len()];
        for l in article.split("<location>").skip(1) {
            let get = |n: &str| tag(l, n).unwrap_or("").trim().to_owned();
            let name = unescape(&get("name"));
            let (Ok(a), Ok(b)) = (get("start").parse::<usize>(), get("end").parse::<usize>())
            else {
                continue;
            };
            let (a, b) = (chars[a - 1] as u32, chars[b - 1] as u32);
            let point: (f64, f64) = (get("lat").parse()?, get("lon").parse()?);
            gold += 1;
            let Some(k) = places
                .iter()
                .position(|p| p.span.start < b && a < p.span.end)
            else {
                let from = text[..a as usize]
                    .char_indices()
                    .rev()
                    .nth(30)
                    .map_or(0, |c| c.0);
                let to = text[b as usize..]
                    .char_indices()
                    .nth(30)
                    .map_or(text.len(), |c| b as usize + c.0);
                missed
                    .entry(name)
                    .or_insert_with(Vec::new)
                    .push(text[from..to].replace('\n', " "));
                continue;
            };
            used[k] = true;
            found += 1;
            exact += usize::from(places[k].span.start == a && places[k].span.end == b);
            let d = match (places[k].lat, places[k].lon) {
                (Some(x), Some(y)) => km((x, y), point),
                _ => 20000.0,
            };
            errors.push(d);
            if d <= 161.0 {
                right += 1;
            } else {
                let p = &places[k];
                let what = format!(
                    "{} {:?} {:?} ({:.1},{:.1}) gold {point:?} {d:.0} km",
                    p.name,
                    p.country,
                    p.feature,
                    p.lat.unwrap_or(0.0),
                    p.lon.unwrap_or(0.0)
                );
                *wrong.entry((name, what)).or_insert(0usize) += 1;
            }
        }
        given += places.len();
        hit += used.iter().filter(|u| **u).count();
        for (p, _) in places.iter().zip(&used).filter(|(_, u)| !**u) {
            let (a, b) = (p.span.start as usize, p.span.end as usize);
            let from = text[..a].char_indices().rev().nth(30).map_or(0, |c| c.0);
            let to = text[b..]
                .char_indices()
                .nth(30)
                .map_or(text.len(), |c| b + c.0);
            extra
                .entry(text[a..b].to_owned())
                .or_insert_with(Vec::new)
                .push(format!(
                    "{:.2} {}",
                    p.confidence,
                    text[from..to].replace('\n', " ")
                ));
        }
    }
    errors.sort_by(f64::total_cmp);
    let pct = |a: usize, b: usize| 100.0 * a as f64 / b.max(1) as f64;
    let (pr, re) = (pct(hit, given), pct(found, gold));
    println!("toponyms in gold {gold}, given {given}");
    println!(
        "found: precision {pr:.1} recall {re:.1} F1 {:.1} (exact spans {:.1} of gold)",
        2.0 * pr * re / (pr + re),
        pct(exact, gold)
    );
    println!(
        "found and within 161 km, of all toponyms: {:.1}   of those found: {:.1}",
        pct(right, gold),
        pct(right, found)
    );
    println!(
        "error of those found: mean {:.0} km, median {:.1} km",
        errors.iter().sum::<f64>() / errors.len().max(1) as f64,
        errors.get(errors.len() / 2).unwrap_or(&0.0)
    );
    println!(
        "{words} words in {:.1} ms: {:.0} words/s",
        time.as_secs_f64() * 1e3,
        words as f64 / time.as_secs_f64()
    );
    fn list<V>(title: &str, all: BTreeMap<String, Vec<V>>, n: usize)
    where
        V: std::fmt::Display,
    {
        let mut all: Vec<_> = all.into_iter().collect();
        all.sort_by_key(|x| std::cmp::Reverse(x.1.len()));
        println!("-- {title}");
        for (k, v) in all.iter().take(n) {
            println!(
                "{:4} {k}: {}",
                v.len(),
                v.iter()
                    .take(2)
                    .map(|x| x.to_string())
                    .collect::<Vec<_>>()
                    .join(" || ")
            );
        }
    }
    if show > 0 {
        list("missed", missed, show);
        list("extra", extra, show);
        let mut all: Vec<_> = wrong.into_iter().collect();
        all.sort_by_key(|x| std::cmp::Reverse(x.1));
        println!("-- wrong");
        for ((n, w), k) in all.iter().take(show) {
            println!("{k:4} {n}: {w}");
        }
    }
    Ok(())
}
