//! The gesta command: reads reports, writes event records.
//!
//! Its parts are a library so that they can be tested and fuzzed; the command itself is [`main`].

mod args;
mod cases;
mod commands;
mod digest;
pub mod eval;
pub mod input;
mod output;
mod pipeline;
mod table;
mod terminal;

use clap::{ColorChoice, CommandFactory, FromArgMatches};
use std::process::ExitCode;

/// Runs the command with the process's arguments.
pub fn main() -> ExitCode {
    let mut command = args::Args::command();
    // Help is printed before --color is read; it follows the word wherever it stands.
    let asked: Vec<String> = std::env::args()
        .skip_while(|a| !a.starts_with("--color"))
        .take(2)
        .collect();
    let when = asked.first().and_then(|a| {
        a.strip_prefix("--color=")
            .map(str::to_owned)
            .or(asked.get(1).cloned())
    });
    command = command.color(match when.as_deref() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    });
    let matches = command.get_matches();
    let args = args::Args::from_arg_matches(&matches).unwrap_or_else(|e| e.exit());
    commands::run(args)
}
