//! Any bytes as input end in a clear message or a valid record, in bounded time.

mod common;

use common::{folder, gesta, text, with_input};
use serde_json::Value;
use std::fs;
use std::time::{Duration, Instant};

/// Name and bytes of a file, how many records come of it, and what the message says ("" for none).
fn cases() -> Vec<(&'static str, Vec<u8>, usize, &'static str)> {
    let nested = format!(
        "{}Norway condemned Kenya, he said.{}",
        "“".repeat(10_000),
        "”".repeat(10_000)
    );
    let said = "He said that ".repeat(3_000) + "Norway condemned Kenya.";
    let utf16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain("Norway met 😀.".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    vec![
        ("empty.txt", vec![], 1, ""),
        ("empty.json", vec![], 0, "is empty"),
        ("empty.jsonl", vec![], 0, ""),
        ("empty.csv", vec![], 0, "is empty"),
        (
            "line.txt",
            b"Norway condemned the raid. ".repeat(1_900_000),
            0,
            "is longer than the 4194304 bytes",
        ),
        (
            "line.jsonl",
            [
                b"{\"text\":\"".to_vec(),
                b"Norway met Kenya. ".repeat(2_800_000),
                b"\"}\n{\"text\":\"One.\"}".to_vec(),
            ]
            .concat(),
            1,
            "the line is longer than",
        ),
        ("nul.txt", vec![0; 100_000], 0, "full of NUL bytes"),
        (
            "nul.jsonl",
            b"{\"text\":\"Norway\\u0000condemned Kenya.\"}".to_vec(),
            1,
            "",
        ),
        (
            "broken.txt",
            b"Norway \xff condemned \xc3 Kenya.".to_vec(),
            1,
            "broken UTF-8 at byte 7",
        ),
        (
            "surrogate.jsonl",
            br#"{"text":"Norway \ud83d met \ude00 Kenya \ud83d\ude00."}"#.to_vec(),
            1,
            "half a surrogate pair",
        ),
        ("nested.txt", nested.into_bytes(), 1, ""),
        ("said.txt", said.into_bytes(), 1, ""),
        (
            "open.csv",
            [
                b"id,text\n1,\"Norway condemned\n".to_vec(),
                b"x,y\n".repeat(3000),
            ]
            .concat(),
            1,
            "",
        ),
        ("deep.json", b"[".repeat(200_000), 0, "is not valid JSON"),
        ("utf16.txt", utf16, 1, ""),
        ("paper.txt", b"%PDF-1.7 ...".to_vec(), 0, "is a PDF"),
        ("spaces.txt", b" \n\t\r\n ".repeat(1000), 1, ""),
        ("word.txt", b"a".repeat(300_000), 1, ""),
        ("marks.txt", b"(".repeat(20_000), 1, ""),
        ("torn.gz", vec![0x1f, 0x8b, 8, 0, 1, 2, 3], 0, "torn.gz"),
        (
            "torn.zst",
            vec![0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3],
            0,
            "torn.zst",
        ),
    ]
}

#[test]
fn any_bytes_end_well() {
    let dir = folder("any_bytes");
    for (name, bytes, records, message) in cases() {
        fs::write(dir.join(name), &bytes).unwrap();
        let start = Instant::now();
        let out = with_input(
            gesta().current_dir(&dir).args(["code", name, "-j", "1"]),
            b"",
        );
        let (stdout, err) = (text(&out.stdout), text(&out.stderr));
        assert_eq!(stdout.lines().count(), records, "{name}: {err}");
        for line in stdout.lines() {
            let r: Value = serde_json::from_str(line).unwrap();
            assert_eq!(r["gesta"], 1, "{name}");
        }
        assert!(
            err.contains(message) && (!message.is_empty() || err.is_empty()),
            "{name}: {err}"
        );
        assert!(!err.contains("fault of Gesta's own"), "{name}: {err}");
        // Generous: several test binaries share the machine, and this build is not the fast one.
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{name} took {:?}",
            start.elapsed()
        );
        fs::remove_file(dir.join(name)).unwrap();
    }
}
