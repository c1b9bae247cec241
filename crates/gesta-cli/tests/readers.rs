//! What readers make of each form of input. A row: the file's name, its bytes, and what comes out.

use gesta_cli::input::{ReadOptions, Reader};
use std::io::Write;

/// Each document as "id | date | title | text"; a fault as "! message".
fn read(name: &str, bytes: &[u8], map: &str) -> Vec<String> {
    let options = ReadOptions {
        map: map.parse().unwrap(),
        ..ReadOptions::default()
    };
    Reader::over(name, bytes.to_vec(), options)
        .map(|r| match r {
            Ok(i) => {
                let d = i.document;
                format!(
                    "{} | {} | {} | {}",
                    d.id,
                    d.published.map_or("-".into(), |d| d.to_string()),
                    d.title.unwrap_or("-".into()),
                    d.text
                )
            }
            Err(f) => format!("! {f}"),
        })
        .collect()
}

const ROWS: &[(&str, &str, &str, &[&str])] = &[
    // plain text
    ("a.txt", "Hello.\n", "", &["a | - | - | Hello.\n"]),
    (
        "a.txt",
        "date 2024-12-01\n\nHello.",
        "",
        &["a | 2024-12-01 | - | Hello."],
    ),
    (
        "a.txt",
        "Date: 2024-12-01\nHello.",
        "",
        &["a | 2024-12-01 | - | Hello."],
    ),
    (
        "a.txt",
        "date palms grow here.\nHello.",
        "",
        &["a | - | - | date palms grow here.\nHello."],
    ),
    (
        "a.txt",
        "---\ntitle: \"A: b\"\ndate: 2024-12-01\nid: x\n---\n\nHello.",
        "",
        &["x | 2024-12-01 | A: b | Hello."],
    ),
    (
        "a.txt",
        "---\nNo front matter here.\n---\nHello.",
        "",
        &["a | - | - | ---\nNo front matter here.\n---\nHello."],
    ),
    (
        "a.txt",
        "---\ntitle: never closed\nHello.",
        "",
        &["a | - | - | ---\ntitle: never closed\nHello."],
    ),
    ("a.txt", "\u{feff}Hello.", "", &["a | - | - | Hello."]),
    ("a.txt", "", "", &["a | - | - | "]),
    ("a", "Hello.", "", &["a | - | - | Hello."]),
    // JSON
    (
        "a.json",
        r#"{"id": 7, "published": "2024-12-01T09:30:00Z", "title": "", "text": "Hello."}"#,
        "",
        &["7 | 2024-12-01 | - | Hello."],
    ),
    (
        "a.json",
        "[{\"text\": \"One.\"},\n {\"text\": \"Two.\", \"title\": null}]",
        "",
        &["a:1 | - | - | One.", "a:2 | - | - | Two."],
    ),
    (
        "a.json",
        "{\"text\": \"One.\"}\n{\"text\": \"Two.\"}\n",
        "",
        &["a:1 | - | - | One.", "a:2 | - | - | Two."],
    ),
    (
        "a.json",
        "{\"text\":\n \"One.\"}",
        "",
        &["a | - | - | One."],
    ),
    ("a.json", "{\"text\": \"\"}", "", &["a | - | - | "]),
    (
        "a.json",
        "{\"text\": [1]}",
        "",
        &["! a.json: field \"text\": is no text but a list"],
    ),
    (
        "a.json",
        "\n{\"text\": oops}",
        "",
        &["! a.json:2: is not valid JSON at column 10: expected value"],
    ),
    (
        "a.jsonl",
        "{\"body\": \"One.\", \"day\": \"20241201\"}\n\n{\"body\": \"Two.\"}",
        "text=body,date=day",
        &["a:1 | 2024-12-01 | - | One.", "a:3 | - | - | Two."],
    ),
    (
        "a",
        "{\"text\": \"One.\"}\n{\"text\": \"Two.\"}\n",
        "",
        &["a:1 | - | - | One.", "a:2 | - | - | Two."],
    ),
    // a record that holds its text can be coded again
    (
        "a.jsonl",
        r#"{"gesta":1,"document":{"id":"r","published":"2024-12-01","text":"Hello."},"events":[]}"#,
        "",
        &["r | 2024-12-01 | - | Hello."],
    ),
    // tables
    (
        "a.csv",
        "id,date,text\n1,2024-12-01,\"Hello, you.\nAgain.\"\n2,,Bye.\n",
        "",
        &[
            "1 | 2024-12-01 | - | Hello, you.\nAgain.",
            "2 | - | - | Bye.",
        ],
    ),
    ("a.csv", "ID;Text\n1;Hello.\n", "", &["1 | - | - | Hello."]),
    (
        "a.tsv",
        "text\ttitle\nHello.\tA\n",
        "",
        &["a:2 | - | A | Hello."],
    ),
    (
        "a",
        "headline,body\nA,Hello.\n",
        "",
        &["a:2 | - | A | Hello."],
    ),
    (
        "a.csv",
        "a,b\n1,2\n",
        "",
        &[
            "! a.csv:1: no column holds the text: the header names \"a\", \"b\"; choose one with --map text=…",
        ],
    ),
    (
        "a.csv",
        "id,text\n1\n2,Two.\n",
        "",
        &[
            "! a.csv:2: has no text (looked for \"text\", \"body\", \"content\"; name another field with --map text=…)",
            "2 | - | - | Two.",
        ],
    ),
    (
        "a.csv",
        "date,text\n\"Sun, 01 Dec 2024 09:30:00 GMT\",Hello.\n",
        "",
        &["a:2 | 2024-12-01 | - | Hello."],
    ),
];

#[test]
fn each_form_is_read() {
    for (name, bytes, map, want) in ROWS {
        assert_eq!(
            read(name, bytes.as_bytes(), map),
            *want,
            "{name}: {bytes:?}"
        );
    }
}

#[test]
fn packed_files_are_read_whatever_their_name() {
    for (name, bytes, map, want) in ROWS.iter().filter(|r| !r.1.is_empty()) {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(bytes.as_bytes()).unwrap();
        let gz = gz.finish().unwrap();
        let zst = ruzstd::encoding::compress_to_vec(
            bytes.as_bytes(),
            ruzstd::encoding::CompressionLevel::Uncompressed,
        );
        for (packed, ext) in [(&gz, ".gz"), (&zst, ".zst"), (&gz, ""), (&zst, "")] {
            let packed_name = format!("{name}{ext}");
            let want: Vec<String> = want
                .iter()
                .map(|w| w.replace(&format!("! {name}"), &format!("! {packed_name}")))
                .collect();
            assert_eq!(
                read(&packed_name, packed, map),
                want,
                "{packed_name}: {bytes:?}"
            );
        }
    }
}

#[test]
fn parts_of_a_packed_file_follow_each_other() {
    let frame = |s: &str| {
        ruzstd::encoding::compress_to_vec(
            s.as_bytes(),
            ruzstd::encoding::CompressionLevel::Uncompressed,
        )
    };
    let both = [
        frame("{\"text\": \"One.\"}\n"),
        frame("{\"text\": \"Two.\"}\n"),
    ]
    .concat();
    assert_eq!(
        read("a.jsonl.zst", &both, ""),
        ["a:1 | - | - | One.", "a:2 | - | - | Two."]
    );
}
