//! The command line. Every word that `--help` says stands here.

use crate::input::{FieldMap, ReadOptions, parse_date};
use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum, ValueHint};
use gesta::OffsetUnit;
use jiff::civil::Date;
use std::path::PathBuf;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Yellow.on_default().bold())
    .usage(AnsiColor::Yellow.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Green.on_default());

const EXAMPLES: &str = "\
Examples:
  gesta code report.txt                    a digest on the terminal
  gesta code news/ > records.jsonl         every report of a folder, one record a line
  curl -s $URL | gesta code - --date 2024-12-01
  gesta explain report.txt --event e3      why this event was coded so
  gesta codebook show accuse               the entries that code accusations

A report is plain text (its date on the first line or in front matter), JSON, JSON Lines,
CSV or TSV, packed with gzip or Zstandard or not. `gesta help code` says more.";

/// Codes news reports and official statements into event records: who did or said what to whom, when, where, and on
/// whose word.
#[derive(Debug, Parser)]
#[command(
    name = "gesta",
    version,
    propagate_version = true,
    max_term_width = 100,
    arg_required_else_help = true,
    styles = STYLES,
    after_help = EXAMPLES
)]
pub(crate) struct Args {
    /// When to write in colour.
    #[arg(long, value_enum, default_value_t = When::Auto, global = true, value_name = "WHEN", hide_possible_values = true)]
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
    Explain(Explain),
    #[command(subcommand)]
    Codebook(Codebook),
    Check(Check),
    Parse(Parse),
    Eval(Eval),
    Time(Layer),
    Places(Layer),
    #[command(subcommand)]
    Actors(Actors),
    /// Print a completion script for a shell.
    #[command(
        after_help = "Example:\n  gesta completions bash > ~/.local/share/bash-completion/completions/gesta"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// What to read and how.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Reading")]
pub(crate) struct Reading {
    /// What the file calls its fields: text=body,date=published. Fields are id, date, title, text, source, url, language.
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
    /// End at the first document that is not as it should be, and mend nothing.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Longest text taken as one document, in bytes (K, M and G are understood).
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "4M")]
    pub(crate) max_text: usize,
}

impl Reading {
    pub(crate) fn options(&self) -> ReadOptions {
        ReadOptions {
            map: self.map.clone(),
            date: self.date,
            strict: self.strict,
            max_text: self.max_text,
        }
    }
}

/// What to know beside or instead of what comes with Gesta.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Knowledge")]
pub(crate) struct Knowledge {
    /// Folder of codebook files; an entry takes the place of a bundled one with its id.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) codebook: Option<PathBuf>,
    /// Folder of actor tables; a line takes the place of a bundled one with its key.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) actors: Option<PathBuf>,
    /// Folder of tables of places, added to the bundled gazetteer.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) gazetteer: Option<PathBuf>,
    /// Another parser model.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) model: Option<PathBuf>,
}

fn date(s: &str) -> Result<Date, String> {
    parse_date(s).ok_or_else(|| "a date is written 2024-12-01".into())
}

fn size(s: &str) -> Result<usize, String> {
    let (digits, unit) = match s.to_ascii_uppercase().chars().last() {
        Some('K') => (&s[..s.len() - 1], 1 << 10),
        Some('M') => (&s[..s.len() - 1], 1 << 20),
        Some('G') => (&s[..s.len() - 1], 1 << 30),
        _ => (s, 1usize),
    };
    let n: usize = digits
        .parse()
        .map_err(|_| "a size is written 500K, 4M or as a number of bytes".to_owned())?;
    // Offsets are 32 bits wide.
    n.checked_mul(unit)
        .filter(|&n| n > 0 && n < u32::MAX as usize)
        .ok_or_else(|| "a size lies between 1 and 4G".into())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One record a line, with all there is (docs/cli.md describes it).
    Jsonl,
    /// For reading: events with their sentences, statements by speaker.
    Digest,
    /// For a glance: one line an event.
    Table,
    /// For a spreadsheet or R: one row an event.
    Csv,
    /// PLOVER's own JSON: one event a line.
    Plover,
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

const CODE_EXAMPLES: &str = "\
What is read:
  Plain text, one document a file. The date may stand on the first line (`date 2024-12-01`)
  or in front matter between two lines of `---` with date, title, source, url and id.
  JSON (one object or a list) and JSON Lines, CSV and TSV with a header: the fields id, date,
  title, text, source, url; `published` is understood for date, and --map names others.
  .gz and .zst of each. Folders are walked in the order of names; - is standard input.

Examples:
  gesta code examples/
  gesta code articles.csv.gz --map text=body,date=pubDate --format csv -o events.csv
  zcat wire.jsonl.gz | gesta code - --offsets utf16 | jq '.events[]'
  gesta code talks.txt --date 2024-12-01 --format table

Relative dates (\"on Wednesday\") are read against the document's date and never guessed
without one. A document that cannot be read is reported with its file, line and field, the
rest is coded, and the command ends with 1; wrong usage ends with 2, Ctrl-C with 130.";

/// Code documents into event records.
#[derive(Debug, ClapArgs)]
#[command(after_help = CODE_EXAMPLES)]
pub(crate) struct Code {
    /// Files, folders, or - for standard input.
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// What to write; on a terminal a digest, else JSON Lines.
    #[arg(long, short, value_enum, help_heading = "Writing")]
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
    #[arg(long, short = 'j', value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Writing")]
    pub(crate) threads: Option<u16>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    #[command(flatten)]
    pub(crate) knowledge: Knowledge,
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  gesta explain report.txt
  gesta explain report.txt --event e3
  echo 'Norway condemned the shelling.' | gesta explain -";

/// Say why events were coded as they were: which codebook entry fired on which words, what filled each slot, and what was
/// tried and refused.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub(crate) struct Explain {
    /// A file of reports, or - for standard input.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Only this event.
    #[arg(long, value_name = "ID")]
    pub(crate) event: Option<String>,
    /// Leave out what was tried and refused.
    #[arg(long)]
    pub(crate) fired: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
    #[command(flatten)]
    pub(crate) knowledge: Knowledge,
}

/// Look into the codebook and test it.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  gesta codebook list
  gesta codebook show consult.phone
  gesta codebook test --codebook my-entries/")]
pub(crate) enum Codebook {
    /// Code every entry's examples and say which do not come out as they should.
    Test {
        /// Only entries whose id begins so.
        #[arg(value_name = "ID")]
        id: Option<String>,
        #[command(flatten)]
        knowledge: Knowledge,
    },
    /// Print entries as the codebook has them.
    Show {
        /// An entry's id, or how several begin.
        #[arg(value_name = "ID")]
        id: String,
        #[command(flatten)]
        knowledge: Knowledge,
    },
    /// List the entries: id, file and line.
    List {
        #[command(flatten)]
        knowledge: Knowledge,
    },
}

const CHECK_FORM: &str = "\
A file holds prose, reports between ```report and ```, and behind each report a table of what
should come of it, of events (first column `event`) or of statements (first column `speaker`):

  | event   | who               | to whom | when       | on whose word |
  |---------|-------------------|---------|------------|---------------|
  | CONSULT | NOR GOV + KEN GOV |         | 2025-03-11 |               |
  | not ASSAULT | KEN MIL | * | * | |
  | …       |

Further columns: mode, where, aux, words, rule; said, form. Only the columns that are there are
compared. `NOR` is anybody of Norway, `*` anything, `not` before a type forbids it, `…` as the last row allows more.

Examples:
  gesta check codebook/cases/
  gesta check my-cases/ --codebook my-entries/ --update";

/// Check reports in Markdown files against the tables behind them: cases that are tests.
#[derive(Debug, ClapArgs)]
#[command(after_help = CHECK_FORM)]
pub(crate) struct Check {
    /// Markdown files, or folders of them.
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Write what comes out into the tables (but not into those that end in `…`).
    #[arg(long)]
    pub(crate) update: bool,
    /// Measure instead of testing: how many rows come out, among how much. Ends well whatever comes out.
    #[arg(long, conflicts_with = "update")]
    pub(crate) count: bool,
    #[command(flatten)]
    pub(crate) knowledge: Knowledge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ParseFormat {
    /// CoNLL-U, with TokenRange=start:end in code points of the file.
    Conllu,
    /// Columns for the eye.
    Table,
}

/// Print the parse: tokens, lemmas, tags, dependencies, entity spans.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  gesta parse report.txt > report.conllu\n  gesta parse report.txt --format table"
)]
pub(crate) struct Parse {
    /// A file of reports, or - for standard input.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// What to write; on a terminal a table, else CoNLL-U.
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<ParseFormat>,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

const EVAL_EXAMPLES: &str = "\
DOCS holds one JSON file a document: id, text, sentences as [[start, end], …] in code points.
GOLD holds a file of the same name for each: events and statements, made by hand.

Examples:
  gesta eval bench/docs bench/gold
  gesta eval bench/docs bench/gold --records records.jsonl --errors 40
  gesta eval bench/docs first-annotator/ --records second-annotator/ --json";

/// Code documents that have hand-made gold, and score the records against it.
#[derive(Debug, ClapArgs)]
#[command(after_help = EVAL_EXAMPLES)]
pub(crate) struct Eval {
    /// Folder of documents.
    #[arg(value_name = "DOCS", value_hint = ValueHint::DirPath)]
    pub(crate) docs: PathBuf,
    /// Folder of gold annotations.
    #[arg(value_name = "GOLD", value_hint = ValueHint::DirPath)]
    pub(crate) gold: PathBuf,
    /// Score these records (JSON Lines, or a folder in the gold's form) instead of coding.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) records: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Show up to N differences.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) errors: usize,
    /// Show up to N events that are found but whose actors, recipients or sectors differ, and their sorts.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) slots: usize,
    /// Keep the figures in FILE as the floor below which they may not fall.
    #[arg(long, value_name = "FILE", hide = true)]
    pub(crate) write_floors: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) knowledge: Knowledge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LayerFormat {
    /// Columns for the eye.
    Table,
    /// One expression a line, as in the record, with its document and words.
    Jsonl,
    /// The text with TIMEX3 or place tags around what was found.
    Xml,
}

/// One room of the house by itself.
#[derive(Debug, ClapArgs)]
pub(crate) struct Layer {
    /// Files, folders, or - for standard input.
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// What to write; on a terminal a table, else JSON Lines.
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<LayerFormat>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    #[command(flatten)]
    pub(crate) knowledge: Knowledge,
}

/// Look names up among the known actors.
#[derive(Debug, Subcommand)]
pub(crate) enum Actors {
    /// Say who a name is on a day.
    #[command(
        after_help = "Examples:\n  gesta actors lookup Rouhani --date 2014-05-01\n  gesta actors lookup \"the Kremlin\""
    )]
    Lookup {
        /// Name, title with name, demonym, capital, organisation.
        #[arg(value_name = "NAME")]
        name: String,
        /// The day.
        #[arg(long, value_name = "DATE", value_parser = date)]
        date: Option<Date>,
        #[command(flatten)]
        knowledge: Knowledge,
    },
    /// Turn a dictionary of the PETRARCH/Phoenix form into tables for --actors.
    #[command(
        after_help = "Examples:\n  gesta actors import Phoenix.Countries.actors.txt --output my-actors/\n  gesta code news/ --actors my-actors/"
    )]
    Import {
        /// A dictionary of actors or agents.
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// Folder for the tables; without one they are printed.
        #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath)]
        output: Option<PathBuf>,
    },
    /// Report offices that two people hold at one time.
    Check {
        #[command(flatten)]
        knowledge: Knowledge,
    },
}
