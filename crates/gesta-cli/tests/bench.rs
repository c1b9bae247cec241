//! Figures on the dev bench: the same as `score.py` prints, and no lower than they were.

mod common;

use common::{folder, root, run, shared, text};
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

/// By how much a figure may fall.
const SLACK: f64 = 0.5;

#[test]
fn eval_prints_what_score_py_prints() {
    let Some(shared) = shared() else { return };
    let (script, bench) = (shared.join("bench/score.py"), shared.join("bench/dev"));
    let (docs, gold) = (bench.join("docs"), bench.join("gold"));
    let (docs, gold) = (docs.to_str().unwrap(), gold.to_str().unwrap());
    let records = folder("eval").join("records.jsonl");
    let records = records.to_str().unwrap();
    assert!(run(&["code", docs, "-o", records], b"").status.success());
    // The last compares gold with itself.
    for system in [records, gold] {
        for more in [&["--json"][..], &[], &["--errors", "60"]] {
            let python = Command::new("python3")
                .arg(&script)
                .args([docs, gold, system])
                .args(more)
                .output();
            let Ok(python) = python else {
                eprintln!("skipped: there is no python3");
                return;
            };
            assert!(python.status.success(), "{}", text(&python.stderr));
            let mut args = vec!["eval", docs, gold, "--records", system];
            args.extend(more);
            let ours = run(&args, b"");
            assert_eq!(
                text(&ours.stdout),
                text(&python.stdout),
                "{system} {more:?}"
            );
        }
    }
}

#[test]
fn no_figure_falls_below_its_floor() {
    let Some(shared) = shared() else { return };
    let Ok(kept) = fs::read_to_string(root().join("bench/floors.toml")) else {
        panic!("there is no bench/floors.toml: cargo run --release -p xtask -- floors")
    };
    let kept: toml::Table = kept.parse().unwrap();
    let now = folder("floors").join("now.toml");
    let bench = shared.join("bench/dev");
    let out = run(
        &[
            "eval",
            bench.join("docs").to_str().unwrap(),
            bench.join("gold").to_str().unwrap(),
            "--write-floors",
            now.to_str().unwrap(),
        ],
        b"",
    );
    assert!(out.status.success(), "{}", text(&out.stderr));
    let now: toml::Table = fs::read_to_string(&now).unwrap().parse().unwrap();
    let figures = |t: &toml::Table| -> BTreeMap<String, f64> {
        t["floors"]
            .as_table()
            .unwrap()
            .iter()
            .map(|(k, v)| (k.clone(), v.as_float().unwrap()))
            .collect()
    };
    let (kept, now) = (figures(&kept), figures(&now));
    assert!(!kept.is_empty());
    let fallen: Vec<String> = kept
        .iter()
        .filter(|(name, floor)| now.get(*name).copied().unwrap_or(0.0) < **floor - SLACK)
        .map(|(name, floor)| format!("{name}: {floor} became {:?}", now.get(name)))
        .collect();
    assert!(fallen.is_empty(), "{}", fallen.join("\n"));
}
