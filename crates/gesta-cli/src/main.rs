//! The gesta command.

use std::process::ExitCode;

fn main() -> ExitCode {
    gesta_cli::main()
}
