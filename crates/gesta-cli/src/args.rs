//! The command line.

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum, ValueHint};
use gesta::OffsetUnit;
use gesta_cli_input::{FieldMap, parse_date};
use jiff::civil::Date;
use std::path::PathBuf;

use crate::input as gesta_cli_input;

/// Codes news reports and official statements into event records: who did or said what to whom, when, where, and on
/// whose word.
#[derive(Debug, Parser)]
#[command(
    name = "gesta",
    version,
    propagate_version = true,
    max_term_width = 100,
    arg_required_else_help = true
)]
pub(crate) struct Args {
    /// When to write in colour.
    #[arg(long, value_enum, default_value_t = When::Auto, global = true, value_name = "WHEN")]
    pub(crate) color: When,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// In colour on a terminal, unless NO_COLOR is set.
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Code(Code),
}

/// What to read and how.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Reading")]
pub(crate) struct Reading {
    /// Names of the file's fields: text=body,date=published.
    #[arg(
        long,
        value_name = "FIELD=NAME,…",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) map: FieldMap,
    /// Date of documents that give none.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) date: Option<Date>,
    /// Stop at the first document that is not as it should be, and mend nothing.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Longest text taken as one document, in bytes (K, M and G are understood).
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "4M")]
    pub(crate) max_text: usize,
}

impl Reading {
    pub(crate) fn options(&self) -> gesta_cli_input::ReadOptions {
        gesta_cli_input::ReadOptions {
            map: self.map.clone(),
            date: self.date,
            strict: self.strict,
            max_text: self.max_text,
        }
    }
}

fn date(s: &str) -> Result<Date, String> {
    parse_date(s).ok_or_else(|| "a date is written 2024-12-01".into())
}

fn size(s: &str) -> Result<usize, String> {
    let (digits, unit) = match s.to_ascii_uppercase().as_str() {
        u if u.ends_with('K') => (s[..s.len() - 1].to_owned(), 1 << 10),
        u if u.ends_with('M') => (s[..s.len() - 1].to_owned(), 1 << 20),
        u if u.ends_with('G') => (s[..s.len() - 1].to_owned(), 1 << 30),
        _ => (s.to_owned(), 1usize),
    };
    let n: usize = digits
        .parse()
        .map_err(|_| "a size is written 500K, 4M or a number of bytes".to_owned())?;
    // Offsets are 32 bits wide.
    n.checked_mul(unit)
        .filter(|&n| n > 0 && n < u32::MAX as usize)
        .ok_or_else(|| "a size lies between 1 and 4G".into())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One record a line, all there is.
    Jsonl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Unit {
    /// Unicode code points: what Python counts.
    Codepoint,
    /// UTF-16 units: what JavaScript and Java count.
    Utf16,
    /// UTF-8 bytes: what Rust and Go count.
    Byte,
}

impl From<Unit> for OffsetUnit {
    fn from(u: Unit) -> Self {
        match u {
            Unit::Codepoint => OffsetUnit::Codepoint,
            Unit::Utf16 => OffsetUnit::Utf16,
            Unit::Byte => OffsetUnit::Byte,
        }
    }
}

/// Code documents into event records.
#[derive(Debug, ClapArgs)]
pub(crate) struct Code {
    /// Files, folders, or - for standard input.
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// What to write; on a terminal a digest, else JSON Lines.
    #[arg(long, value_enum, help_heading = "Writing")]
    pub(crate) format: Option<Format>,
    /// Put each document's text into its record.
    #[arg(long, help_heading = "Writing")]
    pub(crate) with_text: bool,
    /// The unit in which records count.
    #[arg(long, value_enum, default_value_t = Unit::Codepoint, value_name = "UNIT", help_heading = "Writing")]
    pub(crate) offsets: Unit,
    /// Write to FILE, whole or not at all; a name that ends in .gz is packed.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Writing")]
    pub(crate) output: Option<PathBuf>,
    /// Number of threads; the output is the same for any.
    #[arg(long, short = 'j', value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}
