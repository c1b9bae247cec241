//! `gesta code`: documents in, records out.

use super::End;
use crate::args::{Code, Format, When};
use crate::input::{Fault, Input, Reader};
use crate::output::Output;
use crate::terminal::Terminal;
use crate::{digest, pipeline, table};
use gesta::{Coder, Record, RecordOptions, export};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

static STOP: AtomicBool = AtomicBool::new(false);

/// One document, worked on.
#[derive(Default)]
struct Done {
    bytes: Vec<u8>,
    events: usize,
    statements: usize,
    notes: Vec<Fault>,
    fault: Option<Fault>,
}

pub(super) fn run(args: Code, color: When) -> End {
    let coder = match super::coder(&args.knowledge) {
        Ok(c) => c,
        Err(e) => return End::Failed(e),
    };
    let (reader, faults) = Reader::new(&args.paths, args.reading.options());
    let to_terminal = args.output.is_none() && io::stdout().is_terminal();
    let format = args.format.unwrap_or(if to_terminal {
        Format::Digest
    } else {
        Format::Jsonl
    });
    let writing = Writing {
        format,
        options: RecordOptions {
            offsets: args.offsets.into(),
            with_text: args.with_text,
        },
        terminal: Terminal::detect(color, args.output.is_none()),
    };
    let mut output = match &args.output {
        None => Output::stdout(),
        Some(path) => match Output::file(path) {
            Ok(o) => o,
            Err(e) => return End::Failed(format!("{}: {e}", path.display())),
        },
    };
    let _ = ctrlc::set_handler(|| {
        // A second Ctrl-C does not wait for the documents under way.
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    let threads = args.threads.map_or_else(
        || std::thread::available_parallelism().map_or(1, |n| n.get()),
        usize::from,
    );
    let progress = Progress::new(&reader, to_terminal);
    let mut bad = !faults.is_empty();
    for f in faults {
        progress.say("error", &f);
    }
    let work = |item: &Result<Input, Fault>| match item {
        Err(fault) => Done {
            fault: Some(fault.clone()),
            ..Done::default()
        },
        Ok(input) => writing.document(&coder, input),
    };
    let panicked = |item: &Result<Input, Fault>, why: String| {
        let (file, line) = match item {
            Ok(i) => (i.origin.file.clone(), i.origin.line),
            Err(f) => (f.file.clone(), f.line),
        };
        let message = format!("a fault of Gesta's own, please report it: {why}");
        Done {
            fault: Some(Fault {
                file,
                line,
                field: None,
                message,
            }),
            ..Done::default()
        }
    };
    let (mut trouble, mut strict_end) = (None, false);
    let (mut documents, mut events, mut statements) = (0u64, 0, 0);
    if let Err(e) = output.write_all(&writing.head()) {
        trouble = Some(e);
    } else {
        pipeline::run(reader, threads, &STOP, work, panicked, |done, idle| {
            for note in &done.notes {
                progress.say("note", note);
            }
            if let Some(fault) = &done.fault {
                bad = true;
                progress.say("error", fault);
                strict_end = args.reading.strict;
                return !strict_end;
            }
            documents += 1;
            events += done.events;
            statements += done.statements;
            progress.documents(documents);
            let wrote = output
                .write_all(&done.bytes)
                .and_then(|()| if idle { output.flush() } else { Ok(()) });
            wrote.map_err(|e| trouble = Some(e)).is_ok()
        });
    }
    progress.finish();
    let interrupted = STOP.load(Ordering::Relaxed);
    let whole = !interrupted && trouble.is_none() && !strict_end;
    let part = output.part().map(|p| p.to_owned());
    let finished = output.finish(whole);
    match trouble.or(finished.err()) {
        // Whoever reads has seen enough.
        Some(e) if e.kind() == ErrorKind::BrokenPipe => return End::Good,
        Some(e) => return End::Failed(format!("cannot write: {e}")),
        None => {}
    }
    if let (false, Some(part), Some(path)) = (whole, part, &args.output) {
        eprintln!(
            "{} is untouched; what was done is in {}",
            path.display(),
            part.display()
        );
    } else if io::stderr().is_terminal() && !interrupted {
        eprintln!("{documents} documents, {events} events, {statements} statements");
    }
    match (interrupted, bad) {
        (true, _) => End::Interrupted,
        (_, true) => End::Faults,
        _ => End::Good,
    }
}

/// How documents are written.
struct Writing {
    format: Format,
    options: RecordOptions,
    terminal: Terminal,
}

impl Writing {
    /// What stands before the first document.
    fn head(&self) -> Vec<u8> {
        match self.format {
            Format::Csv => export::csv(&[export::COLUMNS.iter().map(|c| c.to_string()).collect()]),
            Format::Table => table::header(self.terminal).into_bytes(),
            Format::Digest => digest::legend(self.terminal).into_bytes(),
            Format::Jsonl | Format::Plover => Vec::new(),
        }
    }

    fn document(&self, coder: &Coder, input: &Input) -> Done {
        let text = &input.document.text;
        let record = coder.code_with(&input.document, self.options);
        Done {
            bytes: self.bytes(&record, text),
            events: record.events.len(),
            statements: record.statements.len(),
            notes: input.notes.clone(),
            fault: None,
        }
    }

    fn bytes(&self, record: &Record, text: &str) -> Vec<u8> {
        match self.format {
            Format::Jsonl => (record.to_json() + "\n").into_bytes(),
            Format::Digest => digest::document(record, text, self.terminal).into_bytes(),
            Format::Table => table::rows(record, self.terminal).into_bytes(),
            Format::Csv => export::csv(&export::table(record, text)),
            Format::Plover => export::plover(record, text)
                .iter()
                .flat_map(|e| format!("{e}\n").into_bytes())
                .collect(),
        }
    }
}

/// A bar on standard error for runs that last, where somebody sees it and output goes elsewhere.
struct Progress {
    bar: ProgressBar,
}

impl Progress {
    fn new(reader: &Reader, to_terminal: bool) -> Self {
        if to_terminal || !io::stderr().is_terminal() {
            return Progress {
                bar: ProgressBar::hidden(),
            };
        }
        let total = reader.total_bytes().filter(|&t| t > 0);
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
        let template = if total.is_some() {
            "{bar:30.cyan/dim} {percent:>3}%  {msg}  {eta} left"
        } else {
            "{spinner} {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        let (ticker, read) = (bar.clone(), reader.counter());
        // The bar follows the bytes read; documents and their rate stand beside it.
        std::thread::spawn(move || {
            let start = std::time::Instant::now();
            while !ticker.is_finished() {
                std::thread::sleep(Duration::from_millis(200));
                if start.elapsed() > Duration::from_secs(1) && !ticker.is_finished() {
                    ticker.set_position(read.load(Ordering::Relaxed));
                }
            }
        });
        Progress { bar }
    }

    fn documents(&self, n: u64) {
        if n.is_multiple_of(16) && !self.bar.is_hidden() {
            let rate = n as f64 / self.bar.elapsed().as_secs_f64().max(1e-3);
            self.bar.set_message(format!("{n} documents  {rate:.0}/s"));
        }
    }

    /// A message that does not break the bar.
    fn say(&self, kind: &str, fault: &Fault) {
        self.bar.suspend(|| eprintln!("{kind}: {fault}"));
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
