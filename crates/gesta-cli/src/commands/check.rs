//! `gesta check`: whether reports in Markdown files come out as their tables say.

use super::{End, print};
use crate::args::{Check, When};
use crate::cases;
use crate::input::{ReadOptions, Reader};
use crate::terminal::{Ink, Rich, Terminal};
use gesta::{Coder, Record};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn run(args: Check, color: When) -> End {
    match done(&args, Terminal::detect(color, true)) {
        Ok(end) => end,
        Err(message) => End::Failed(message),
    }
}

fn done(args: &Check, terminal: Terminal) -> Result<End, String> {
    let coder = super::coder(&args.knowledge)?;
    let (mut out, mut good, mut bad, mut changed) = (String::new(), 0, 0, 0);
    let mut counts = [0; 3];
    for path in paths(&args.paths)? {
        let shown = path.display();
        let text = fs::read_to_string(&path).map_err(|e| format!("{shown}: {e}"))?;
        let file = cases::File::read(&text).map_err(|(line, m)| format!("{shown}:{line}: {m}"))?;
        let mut records: Vec<(Record, String)> = Vec::new();
        for case in &file.cases {
            records.push(
                code(&coder, &case.report).map_err(|m| format!("{shown}:{}: {m}", case.line))?,
            );
        }
        if args.update {
            let new = file.updated(&records);
            if new != text {
                fs::write(&path, new).map_err(|e| format!("{shown}: {e}"))?;
                changed += 1;
            }
            continue;
        }
        for (case, (record, report)) in file.cases.iter().zip(&records) {
            for (sum, n) in counts.iter_mut().zip(case.count(record, report)) {
                *sum += n;
            }
            let failures = case.check(record, report);
            if failures.is_empty() {
                good += 1;
                continue;
            }
            bad += 1;
            let mut head = Rich::new();
            head.push(Ink::Bad, "✗ ")
                .push(Ink::Bold, &case.name)
                .push(Ink::Dim, format!("  {shown}:{}", case.line));
            out.push_str(&head.line(terminal));
            out.push('\n');
            for (line, message) in failures {
                let mut r = Rich::new();
                r.push(Ink::Dim, format!("line {line}  "))
                    .push(Ink::Plain, message);
                r.wrapped(&mut out, terminal, "    ", 6);
            }
        }
    }
    let mut sum = Rich::new();
    if args.update {
        sum.push(
            Ink::Good,
            format!("{changed} files changed: read what changed before you keep it"),
        );
    } else {
        let ink = if bad == 0 { Ink::Good } else { Ink::Bad };
        sum.push(
            ink,
            format!("{good} of {} reports come out as they should", good + bad),
        );
    }
    out.push_str(&sum.line(terminal));
    out.push('\n');
    if args.count {
        let [rows, hit, all] = counts;
        let share = |n: usize, of: usize| 100.0 * n as f64 / of.max(1) as f64;
        let (p, r) = (share(hit, all), share(hit, rows));
        let _ = writeln!(
            out,
            "{hit} of {rows} rows come out, among {all}: P {p:.1} R {r:.1} F1 {:.1}",
            2.0 * hit as f64 * 100.0 / (rows + all).max(1) as f64
        );
        return Ok(print(out.as_bytes()));
    }
    Ok(match print(out.as_bytes()) {
        End::Good if bad > 0 => End::Faults,
        end => end,
    })
}

/// Reads the report as a file of its own would be read, and codes it.
fn code(coder: &Coder, report: &str) -> Result<(Record, String), String> {
    let mut reader = Reader::over(
        "report.txt",
        report.as_bytes().to_vec(),
        ReadOptions::default(),
    );
    match reader.next() {
        Some(Ok(input)) => {
            let record = coder.code(&input.document);
            Ok((record, input.document.text))
        }
        Some(Err(fault)) => Err(fault.to_string()),
        None => Err("the report is empty".into()),
    }
}

/// Files as named, and the Markdown files of folders, by name.
fn paths(named: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut out = Vec::new();
    for path in named {
        if path.is_dir() {
            let mut inside = markdown(path)?;
            inside.sort();
            if inside.is_empty() {
                return Err(format!("{}: holds no .md file", path.display()));
            }
            out.append(&mut inside);
        } else {
            out.push(path.clone());
        }
    }
    Ok(out)
}

fn markdown(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    Ok(entries
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "md"))
        .filter(|p| p.file_name().is_none_or(|n| n != "README.md"))
        .collect())
}
