//! The command as people use it: order, threads, locales, errors, files, help.

mod common;

use common::{folder, gesta, root, run, snapshot, text, with_input};
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::process::Stdio;

/// Documents of different length, so that threads finish out of order.
fn many() -> String {
    let line = |i: usize| {
        let text = "Norway condemned the shelling of a port by rebels on Wednesday. "
            .repeat(1 + (i * 7) % 23);
        format!(
            "{{\"id\":\"d{i}\",\"date\":\"2024-12-{:02}\",\"text\":\"{text}\"}}\n",
            1 + i % 28
        )
    };
    (0..80).map(line).collect()
}

#[test]
fn output_is_the_same_for_any_number_of_threads_and_any_locale() {
    let input = many();
    for format in ["jsonl", "csv", "plover", "digest", "table"] {
        let mut first: Option<Vec<u8>> = None;
        for (threads, locale) in [
            ("1", "C"),
            ("2", "tr_TR.UTF-8"),
            ("8", "de_DE.UTF-8"),
            ("8", "ja_JP.UTF-8"),
        ] {
            let mut command = gesta();
            command
                .args(["code", "-", "--format", format, "--threads", threads])
                .env("LC_ALL", locale)
                .env("LANG", locale)
                .env("TZ", "Asia/Tokyo");
            let out = with_input(&mut command, input.as_bytes());
            assert!(out.status.success(), "{}", text(&out.stderr));
            let first = first.get_or_insert_with(|| out.stdout.clone());
            assert!(
                *first == out.stdout,
                "{format} differs with {threads} threads and {locale}"
            );
        }
    }
    let out = run(&["code", "-", "--threads", "8"], input.as_bytes());
    let ids: Vec<String> = text(&out.stdout)
        .lines()
        .map(|l| {
            serde_json::from_str::<Value>(l).unwrap()["document"]["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(ids, (0..80).map(|i| format!("d{i}")).collect::<Vec<_>>());
}

#[test]
fn a_fault_names_file_line_and_field_and_the_rest_is_coded() {
    let dir = folder("faults");
    let lines = "{\"id\":\"a\",\"text\":\"Norway met Kenya.\"}\n{\"id\":\"b\",\"text\":7}\n{broken\n{\"id\":\"c\",\"date\":\"soon\",\"text\":\"One.\"}\n{\"id\":\"d\"}\n";
    fs::write(dir.join("x.jsonl"), lines).unwrap();
    let out = with_input(
        gesta()
            .current_dir(&dir)
            .args(["code", "x.jsonl", "nowhere.txt"]),
        b"",
    );
    assert_eq!(out.status.code(), Some(1));
    assert_eq!(text(&out.stdout).lines().count(), 2);
    let err = text(&out.stderr);
    for part in [
        "error: x.jsonl:2: field \"text\": is no text but a number",
        "error: x.jsonl:3: is not valid JSON at column 2",
        "note: x.jsonl:4: field \"date\": \"soon\" is not a date",
        "error: x.jsonl:5: has no text",
        "error: nowhere.txt: no such file",
    ] {
        assert!(err.contains(part), "no {part:?} in\n{err}");
    }
    let strict = with_input(
        gesta()
            .current_dir(&dir)
            .args(["code", "x.jsonl", "--strict"]),
        b"",
    );
    assert_eq!(
        (strict.status.code(), text(&strict.stdout).lines().count()),
        (Some(1), 1)
    );
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let dir = folder("whole");
    let target = dir.join("out.jsonl");
    fs::write(&target, "before").unwrap();
    fs::write(
        dir.join("bad.jsonl"),
        "{\"text\":\"Norway met Kenya.\"}\n{}\n",
    )
    .unwrap();
    let strict = with_input(
        gesta()
            .current_dir(&dir)
            .args(["code", "bad.jsonl", "--strict", "-o", "out.jsonl"]),
        b"",
    );
    assert_eq!(strict.status.code(), Some(1));
    assert_eq!(fs::read_to_string(&target).unwrap(), "before");
    assert_eq!(
        fs::read_to_string(dir.join("out.jsonl.part"))
            .unwrap()
            .lines()
            .count(),
        1
    );
    let good = with_input(
        gesta()
            .current_dir(&dir)
            .args(["code", "bad.jsonl", "-o", "out.jsonl"]),
        b"",
    );
    assert_eq!(good.status.code(), Some(1));
    assert_eq!(fs::read_to_string(&target).unwrap().lines().count(), 1);
    assert!(!dir.join("out.jsonl.part").exists());
    let packed = with_input(
        gesta()
            .current_dir(&dir)
            .args(["code", "-", "-o", "out.jsonl.gz"]),
        b"Norway met Kenya.",
    );
    assert!(packed.status.success());
    let mut unpacked = String::new();
    flate2::read::GzDecoder::new(fs::File::open(dir.join("out.jsonl.gz")).unwrap())
        .read_to_string(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked.lines().count(), 1);
}

#[test]
fn a_reader_who_leaves_is_no_error() {
    let mut child = gesta()
        .args(["code", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let (mut stdin, input) = (child.stdin.take().unwrap(), many());
    let feeding =
        std::thread::spawn(move || drop(std::io::Write::write_all(&mut stdin, input.as_bytes())));
    let out = child.wait_with_output().unwrap();
    feeding.join().unwrap();
    assert!(out.status.success());
    assert_eq!(text(&out.stderr), "");
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_whole_lines() {
    let mut child = gesta()
        .args(["code", "-", "-j", "2"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), many());
    // Enough to be busy with; standard input stays open, as it does when somebody pipes a growing file.
    let feeding = std::thread::spawn(move || {
        for _ in 0..400 {
            if std::io::Write::write_all(&mut stdin, input.as_bytes()).is_err() {
                break;
            }
        }
    });
    let mut stdout = child.stdout.take().unwrap();
    let mut got = vec![0; 1 << 16];
    stdout.read_exact(&mut got).unwrap();
    let id = child.id().to_string();
    assert!(
        std::process::Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    stdout.read_to_end(&mut got).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    feeding.join().unwrap();
    assert!(got.ends_with(b"\n"));
    for line in text(&got).lines() {
        serde_json::from_str::<Value>(line).expect("every line is a whole record");
    }
}

#[test]
fn wrong_usage_ends_with_two() {
    for args in [
        &["code"][..],
        &["code", "-", "--date", "tomorrow"],
        &["code", "-", "--map", "body"],
        &["code", "-", "--map", "body=text"],
        &["nonsense"],
    ] {
        let out = run(args, b"");
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        assert!(!out.stderr.is_empty());
    }
}

#[test]
fn a_report_cannot_steer_the_terminal() {
    let out = run(
        &["code", "-", "--format", "digest", "--color", "never"],
        b"{\"title\":\"\\u001b[2Jx\",\"text\":\"Norway \\u001b]0;x\\u0007 condemned Kenya.\"}",
    );
    assert!(out.status.success());
    assert!(!out.stdout.iter().any(|&b| b == 0x1b || b == 0x07));
}

#[test]
fn colour_follows_the_user() {
    let out = |args: &[&str], no_color: bool| {
        let mut c = gesta();
        c.args(["code", "-", "--format", "digest"]).args(args);
        if no_color {
            c.env("NO_COLOR", "1");
        }
        with_input(&mut c, b"Norway condemned Kenya.")
            .stdout
            .contains(&0x1b)
    };
    assert!(!out(&[], false), "no colour in a pipe");
    assert!(out(&["--color", "always"], true));
    assert!(!out(&["--color", "never"], false));
}

#[test]
fn plover_and_csv_have_the_fields_that_the_guide_names() {
    let input =
        b"{\"id\":\"x\",\"date\":\"2024-12-01\",\"text\":\"Norway condemned Kenya on Friday.\"}";
    let out = run(&["code", "-", "--format", "plover"], input);
    let e: Value =
        serde_json::from_str(text(&out.stdout).lines().next().expect("an event")).unwrap();
    for f in [
        "id",
        "has_event",
        "date",
        "source",
        "recipient",
        "event",
        "event_text",
        "quad_code",
        "event_scale",
        "mode",
        "context",
        "text",
        "cite_info",
        "coder",
    ] {
        assert!(e.get(f).is_some(), "no {f}");
    }
    assert_eq!(
        (
            &e["event"][0],
            &e["source"][0]["code"],
            &e["recipient"][0]["code"]
        ),
        (&"ACCUSE".into(), &"NOR".into(), &"KEN".into())
    );
    let out = run(&["code", "-", "--format", "csv"], input);
    let (table, guide) = (
        text(&out.stdout),
        fs::read_to_string(root().join("docs/cli.md")).unwrap(),
    );
    for column in table.lines().next().unwrap().split(',') {
        assert!(
            guide.contains(&format!("`{column}`")),
            "docs/cli.md does not describe column {column}"
        );
    }
    assert_eq!(table.lines().count(), 2);
}

#[test]
fn conllu_ranges_count_from_the_beginning_of_the_file() {
    let dir = folder("conllu");
    let file = "---\ntitle: Ünruhe\n---\nNorway condemned Kenya.\n";
    fs::write(dir.join("x.txt"), file).unwrap();
    let out = with_input(
        gesta()
            .current_dir(&dir)
            .args(["parse", "x.txt", "--format", "conllu"]),
        b"",
    );
    let conllu = text(&out.stdout);
    let chars: Vec<char> = file.chars().collect();
    let mut tokens = 0;
    for line in conllu
        .lines()
        .filter(|l| l.starts_with(|c: char| c.is_ascii_digit()))
    {
        let cells: Vec<&str> = line.split('\t').collect();
        assert_eq!(cells.len(), 10);
        let range = cells[9]
            .split('|')
            .find_map(|m| m.strip_prefix("TokenRange="))
            .unwrap();
        let (a, b) = range.split_once(':').unwrap();
        let word: String = chars[a.parse().unwrap()..b.parse().unwrap()]
            .iter()
            .collect();
        assert_eq!(word, cells[1]);
        tokens += 1;
    }
    assert_eq!(tokens, 4);
}

#[test]
fn the_layers_stand_alone() {
    let input = b"{\"id\":\"x\",\"date\":\"2024-12-01\",\"text\":\"Rebels shelled Mosul on 27 November 2024.\"}";
    let out = run(&["time", "-"], input);
    let t: Value = serde_json::from_str(text(&out.stdout).lines().next().expect("a time")).unwrap();
    assert_eq!(
        (&t["value"], &t["document"]),
        (&"2024-11-27".into(), &"x".into())
    );
    let xml = text(&run(&["time", "-", "--format", "xml"], input).stdout);
    assert!(
        xml.contains(
            "<TIMEX3 tid=\"t1\" type=\"DATE\" value=\"2024-11-27\">27 November 2024</TIMEX3>"
        ),
        "{xml}"
    );
    let out = run(&["places", "-"], input);
    let p: Value =
        serde_json::from_str(text(&out.stdout).lines().next().expect("a place")).unwrap();
    assert_eq!(
        (&p["text"], &p["country"]),
        (&"Mosul".into(), &"IRQ".into())
    );
}

#[test]
fn own_entries_are_used_and_their_mistakes_named() {
    let dir = folder("own");
    fs::create_dir_all(dir.join("good")).unwrap();
    fs::create_dir_all(dir.join("bad")).unwrap();
    let entry = "[[pattern]]\nid = \"mine/serenade\"\nevent = \"SUPPORT\"\nwhen = \"serenade OBJ\"\nrecipient = \"OBJ\"\nyes = [[\"Norway serenaded Kenya.\", \"NOR -> KEN\"]]\n";
    fs::write(dir.join("good/mine.toml"), entry).unwrap();
    fs::write(
        dir.join("bad/mine.toml"),
        entry.replace("OBJ\"\nrec", "OBJEKT\"\nrec"),
    )
    .unwrap();
    let at = |a: &[&str]| with_input(gesta().current_dir(&dir).args(a), b"");
    let shown = at(&["codebook", "show", "mine/serenade", "--codebook", "good"]);
    assert!(
        text(&shown.stdout).contains("serenade OBJ"),
        "{}",
        text(&shown.stderr)
    );
    let bad = at(&["codebook", "test", "--codebook", "bad"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(
        text(&bad.stderr).contains("mine.toml:1") && text(&bad.stderr).contains("when"),
        "{}",
        text(&bad.stderr)
    );
}

#[test]
fn cases_come_out_as_their_tables_say() {
    let out = run(&["check", "codebook/cases"], b"");
    assert!(out.status.success(), "{}", text(&out.stdout));
}

#[test]
fn a_case_that_does_not_come_out_is_told_and_can_be_mended() {
    let dir = folder("check");
    let file = dir.join("mine.md");
    let case = |who: &str| {
        format!(
            "# Mine\n\n```report\nNorway condemned Kenya.\n```\n\n| event | who |\n|---|---|\n| ACCUSE | {who} |\n"
        )
    };
    fs::write(&file, case("SWE GOV")).unwrap();
    let path = file.to_str().unwrap();
    let out = run(&["check", path], b"");
    assert_eq!(out.status.code(), Some(1));
    let shown = text(&out.stdout);
    assert!(
        shown.contains("line 9") && shown.contains("SWE GOV"),
        "{shown}"
    );
    assert!(run(&["check", path, "--update"], b"").status.success());
    assert_eq!(fs::read_to_string(&file).unwrap(), case("NOR GOV"));
    assert!(run(&["check", path], b"").status.success());
}

#[test]
fn a_petrarch_dictionary_becomes_a_table_that_is_used() {
    let dir = folder("import");
    fs::write(
        dir.join("actors.txt"),
        "GRUMBLO_PARTY_ [NORPTY]\n+GRUMBLOS_\n",
    )
    .unwrap();
    let at = |a: &[&str]| with_input(gesta().current_dir(&dir).args(a), b"");
    let made = at(&["actors", "import", "actors.txt", "--output", "mine"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let found = at(&["actors", "lookup", "Grumblo Party", "--actors", "mine"]);
    assert!(
        text(&found.stdout).contains("NOR"),
        "{}{}",
        text(&found.stdout),
        text(&found.stderr)
    );
    assert_eq!(
        at(&["actors", "lookup", "Grumblo Party"]).status.code(),
        Some(1)
    );
    assert_eq!(
        at(&["actors", "import", "actors.txt", "--output", "mine"])
            .status
            .code(),
        Some(1),
        "nothing is overwritten"
    );
}

#[test]
fn help_is_as_kept() {
    for (name, args) in [
        ("gesta", &[][..]),
        ("code", &["code"]),
        ("explain", &["explain"]),
        ("codebook", &["codebook"]),
        ("check", &["check"]),
        ("parse", &["parse"]),
        ("eval", &["eval"]),
        ("actors", &["actors"]),
    ] {
        let mut all = args.to_vec();
        all.push("--help");
        let out = run(&all, b"");
        assert!(out.status.success());
        snapshot(
            &root()
                .join("crates/gesta-cli/tests/help")
                .join(format!("{name}.txt")),
            &text(&out.stdout),
        );
    }
}
