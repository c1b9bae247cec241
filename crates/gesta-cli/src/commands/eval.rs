//! `gesta eval`: figures against hand-made gold.

use super::{End, print};
use crate::args::Eval;
use crate::eval::{Evaluation, Scores};
use crate::input::{ReadOptions, Reader};
use crate::pipeline;
use gesta::Coder;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;

pub(super) fn run(args: Eval) -> End {
    match scored(&args) {
        Ok(end) => end,
        Err(message) => End::Failed(message),
    }
}

fn scored(args: &Eval) -> Result<End, String> {
    let mut evaluation = Evaluation::read(&args.docs, &args.gold)?;
    match &args.records {
        Some(path) => evaluation.records_from(path)?,
        None => code_all(&super::coder(&args.knowledge)?, &args.docs, &mut evaluation)?,
    }
    let (scores, errors) = evaluation.score(args.errors);
    if let Some(file) = &args.write_floors {
        std::fs::write(file, floors(&scores)).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    let slots = if args.slots > 0 {
        evaluation.who(args.slots)
    } else {
        vec![]
    };
    let mut out: String = errors
        .iter()
        .chain(&slots)
        .map(|e| format!("{e}\n"))
        .collect();
    out.push_str(&if args.json {
        scores.json() + "\n"
    } else {
        scores.tables()
    });
    Ok(print(out.as_bytes()))
}

/// Codes the documents of a bench and adds their records to it.
pub(crate) fn code_all(
    coder: &Coder,
    docs: &Path,
    evaluation: &mut Evaluation,
) -> Result<(), String> {
    let (reader, _) = Reader::new(&[docs.to_owned()], ReadOptions::default());
    let mut fault = None;
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let work = |item: &Result<crate::input::Input, crate::input::Fault>| match item {
        Ok(input) => serde_json::to_value(coder.code(&input.document)).map_err(|e| e.to_string()),
        Err(fault) => Err(fault.to_string()),
    };
    pipeline::run(
        reader,
        threads,
        &AtomicBool::new(false),
        work,
        |_, why| Err(why),
        |record, _| {
            match record {
                Ok(record) => evaluation.record(&record),
                Err(message) => fault = Some(message),
            }
            fault.is_none()
        },
    );
    fault.map_or(Ok(()), Err)
}

/// The floors' file: every figure that the ratchet holds.
pub(crate) fn floors(scores: &Scores) -> String {
    let mut out = String::from(
        "# The figures reached on the dev bench. A test fails when one falls by more than half a point.\n\
         # Written by `cargo run --release -p xtask -- floors`.\n\n[floors]\n",
    );
    for (name, value) in scores.held() {
        let _ = writeln!(out, "{name:?} = {value:?}");
    }
    out
}
