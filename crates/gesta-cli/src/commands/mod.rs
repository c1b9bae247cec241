//! One file a sub-command.

mod code;

use crate::args::{Args, Command};
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

pub(crate) fn run(args: Args) -> ExitCode {
    let end = match args.command {
        Command::Code(code) => code::run(code),
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
