//! One file a sub-command.

mod actors;
mod check;
mod code;
mod codebook;
mod eval;
mod explain;
mod layer;
mod parse;

use crate::args::{Args, Command, Knowledge};
use clap::CommandFactory;
use gesta::{Coder, CoderBuilder};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// What a command ends with.
pub(crate) enum End {
    /// All well.
    Good,
    /// Something was wrong with some of the input; the rest is done.
    Faults,
    /// The command could not do its work.
    Failed(String),
    /// Ctrl-C.
    Interrupted,
}

impl From<String> for End {
    fn from(message: String) -> Self {
        End::Failed(message)
    }
}

pub(crate) fn run(args: Args) -> ExitCode {
    let color = args.color;
    let end = match args.command {
        Command::Code(a) => code::run(a, color),
        Command::Explain(a) => explain::run(a, color),
        Command::Codebook(a) => codebook::run(a, color),
        Command::Check(a) => check::run(a, color),
        Command::Parse(a) => parse::run(a, color),
        Command::Eval(a) => eval::run(a),
        Command::Time(a) => layer::run(layer::Kind::Times, a, color),
        Command::Places(a) => layer::run(layer::Kind::Places, a, color),
        Command::Actors(a) => actors::run(a, color),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "gesta", &mut script);
            print(&script)
        }
    };
    match end {
        End::Good => ExitCode::SUCCESS,
        End::Faults => ExitCode::from(1),
        End::Interrupted => ExitCode::from(130),
        End::Failed(message) => {
            eprintln!("error: {message}");
            ExitCode::from(1)
        }
    }
}

/// Writes to standard output; that nobody reads on is no mistake.
fn print(bytes: &[u8]) -> End {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            End::Failed(format!("cannot write: {e}"))
        }
        _ => End::Good,
    }
}

/// Builds the coder with what the user adds.
fn coder(knowledge: &Knowledge) -> Result<Coder, String> {
    builder(knowledge)?.build().map_err(|e| e.to_string())
}

fn builder(knowledge: &Knowledge) -> Result<CoderBuilder, String> {
    let mut b = Coder::builder();
    if let Some(dir) = &knowledge.codebook {
        for (name, text) in files(dir, "toml")? {
            b = b.codebook(name, text);
        }
        let cues = dir.join("cues");
        if cues.is_dir() {
            for (name, text) in files(&cues, "toml")? {
                b = b.cues(name, text);
            }
        }
    }
    if let Some(dir) = &knowledge.actors {
        for (name, text) in files(dir, "tsv")? {
            b = b.actors(name, text);
        }
    }
    if let Some(dir) = &knowledge.gazetteer {
        for (name, text) in files(dir, "tsv")? {
            b = b.gazetteer(name, text);
        }
    }
    if let Some(file) = &knowledge.model {
        b = b.model(fs::read(file).map_err(|e| format!("{}: {e}", file.display()))?);
    }
    Ok(b)
}

/// The files of a folder with an extension, by name. Messages show the path as the user can open it.
fn files(dir: &Path, extension: &str) -> Result<Vec<(String, String)>, String> {
    let entries = fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut paths: Vec<_> = entries
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == extension))
        .collect();
    paths.sort();
    if paths.is_empty() {
        return Err(format!("{}: holds no .{extension} file", dir.display()));
    }
    let read = |p: &Path| fs::read_to_string(p).map_err(|e| format!("{}: {e}", p.display()));
    paths
        .iter()
        .map(|p| Ok((p.display().to_string(), read(p)?)))
        .collect()
}
