//! The records of `examples/` are those that are kept beside them, and have every field that the format asks for.

mod common;

use common::{root, run, snapshot, text};
use serde_json::Value;

/// Records of all examples. Fingerprints and version change with every word of the data; they are no part of what is kept.
fn records() -> Vec<Value> {
    let out = run(&["code", "examples"], b"");
    assert!(out.status.success(), "{}", text(&out.stderr));
    text(&out.stdout)
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

#[test]
fn examples_give_their_records() {
    let all = records();
    assert!(all.len() >= 8);
    for mut r in all {
        for field in ["version", "codebook", "model", "data"] {
            r["coder"][field] = "…".into();
        }
        let id = r["document"]["id"].as_str().unwrap().to_owned();
        let pretty = serde_json::to_string_pretty(&r).unwrap() + "\n";
        snapshot(
            &root().join("examples/records").join(format!("{id}.json")),
            &pretty,
        );
    }
}

#[test]
fn every_field_of_the_format_is_there_and_no_other() {
    let want: [(&str, &str); 12] = [
        (
            "",
            "gesta offsets coder document sentences entities times places statements events",
        ),
        ("coder", "version codebook model data"),
        (
            "document",
            "id title published source url language sha256 length text",
        ),
        ("sentences", "span paragraph"),
        (
            "entities",
            "id kind name label country org sector sectors office wikidata mentions",
        ),
        ("entities/mentions", "span form"),
        ("times", "id span type value start end precision mod"),
        (
            "places",
            "id span name geonames lat lon country admin1 feature confidence",
        ),
        (
            "statements",
            "id sentence speaker hearer cue content form within",
        ),
        (
            "events",
            "id uid event mode context trigger sentence actor recipient date place aux attribution magnitude quad score same_as confidence rule",
        ),
        ("events/actor", "entity text span country org sector"),
        ("events/magnitude", "dead injured arrested size"),
    ];
    let out = run(&["code", "examples"], b"");
    let mut seen = std::collections::BTreeSet::new();
    for line in text(&out.stdout).lines() {
        let r: Value = serde_json::from_str(line).unwrap();
        for (path, fields) in want {
            for v in at(&r, path) {
                seen.insert(path);
                let mut names: Vec<&str> =
                    v.as_object().unwrap().keys().map(String::as_str).collect();
                let mut asked: Vec<&str> = fields.split(' ').collect();
                names.sort_unstable();
                asked.sort_unstable();
                assert_eq!(names, asked, "{path} of {}", r["document"]["id"]);
            }
        }
        // The order of writing is part of the format: readers show it to people.
        let mut from = 0;
        for field in want[0].1.split(' ') {
            from += line[from..]
                .find(&format!("\"{field}\":"))
                .unwrap_or_else(|| panic!("{field} stands out of order"));
        }
    }
    for path in [
        "entities/mentions",
        "times",
        "places",
        "statements",
        "events/actor",
    ] {
        assert!(seen.contains(path), "no example shows {path}");
    }
}

/// All values at a path, through lists.
fn at<'a>(v: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut now = vec![v];
    for step in path.split('/').filter(|s| !s.is_empty()) {
        now = now
            .into_iter()
            .flat_map(|v| match &v[step] {
                Value::Array(a) => a.iter().collect(),
                other => vec![other],
            })
            .collect();
    }
    now
}

#[test]
fn offsets_name_the_same_words_in_every_unit() {
    let input = r#"{"id":"x","date":"2024-12-01","text":"“😀 Norwegian Prime Minister Jonas Gahr Støre met Kenyan President William Ruto in Nairobi.”"}"#;
    let mut words: Vec<Vec<String>> = Vec::new();
    for unit in ["codepoint", "utf16", "byte"] {
        let out = run(
            &["code", "-", "--with-text", "--offsets", unit],
            input.as_bytes(),
        );
        let r: Value = serde_json::from_str(&text(&out.stdout)).unwrap();
        assert_eq!(r["offsets"], unit);
        let raw = r["document"]["text"].as_str().unwrap();
        let slice = |at: &Value| {
            let (a, b) = (
                at[0].as_u64().unwrap() as usize,
                at[1].as_u64().unwrap() as usize,
            );
            match unit {
                "codepoint" => raw.chars().skip(a).take(b - a).collect::<String>(),
                "utf16" => {
                    String::from_utf16(&raw.encode_utf16().skip(a).take(b - a).collect::<Vec<_>>())
                        .unwrap()
                }
                _ => raw[a..b].to_owned(),
            }
        };
        let mentions = r["entities"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|e| e["mentions"].as_array().unwrap());
        let list: Vec<String> = mentions.map(|m| slice(&m["span"])).collect();
        assert!(!list.is_empty());
        words.push(list);
    }
    assert_eq!(words[0], words[1]);
    assert_eq!(words[0], words[2]);
}
