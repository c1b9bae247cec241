//! The gesta command: reads reports, writes event records.
//!
//! Its parts are a library so that they can be tested and fuzzed; the command itself is [`main`].

mod args;
mod commands;
pub mod input;
mod output;
mod pipeline;

use clap::{CommandFactory, FromArgMatches};
use std::process::ExitCode;

/// Runs the command with the process's arguments.
pub fn main() -> ExitCode {
    let command = args::Args::command();
    let matches = command.get_matches();
    let args = args::Args::from_arg_matches(&matches).unwrap_or_else(|e| e.exit());
    commands::run(args)
}
