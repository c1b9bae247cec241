//! `gesta code`: documents in, records out.

use super::End;
use crate::args::{Code, Format};
use crate::input::{Fault, Input, Reader};
use crate::output::Output;
use crate::pipeline;
use gesta::{Coder, RecordOptions};
use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

static STOP: AtomicBool = AtomicBool::new(false);

/// One document, worked on.
struct Done {
    bytes: Vec<u8>,
    notes: Vec<Fault>,
    fault: Option<Fault>,
}

pub(super) fn run(args: Code) -> End {
    let coder = match Coder::bundled() {
        Ok(c) => c,
        Err(e) => return End::Failed(e.to_string()),
    };
    let (reader, faults) = Reader::new(&args.paths, args.reading.options());
    let mut bad = !faults.is_empty();
    for f in faults {
        eprintln!("error: {f}");
    }
    let mut output = match &args.output {
        None => Output::stdout(),
        Some(path) => match Output::file(path) {
            Ok(o) => o,
            Err(e) => return End::Failed(format!("{}: {e}", path.display())),
        },
    };
    let _ = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    let threads = args.threads.map_or_else(
        || std::thread::available_parallelism().map_or(1, |n| n.get()),
        usize::from,
    );
    let options = RecordOptions {
        offsets: args.offsets.into(),
        with_text: args.with_text,
    };
    let format = args.format.unwrap_or(Format::Jsonl);
    let work = |item: &Result<Input, Fault>| match item {
        Err(fault) => Done {
            bytes: Vec::new(),
            notes: Vec::new(),
            fault: Some(fault.clone()),
        },
        Ok(input) => Done {
            bytes: write(&coder, input, format, options),
            notes: input.notes.clone(),
            fault: None,
        },
    };
    let panicked = |item: &Result<Input, Fault>, why: String| {
        let (file, line) = match item {
            Ok(i) => (i.origin.file.clone(), i.origin.line),
            Err(f) => (f.file.clone(), f.line),
        };
        let message = format!("a fault of Gesta's own, please report it: {why}");
        Done {
            bytes: Vec::new(),
            notes: Vec::new(),
            fault: Some(Fault {
                file,
                line,
                field: None,
                message,
            }),
        }
    };
    let mut trouble = None;
    pipeline::run(reader, threads, &STOP, work, panicked, |done, idle| {
        for note in &done.notes {
            eprintln!("note: {note}");
        }
        if let Some(fault) = &done.fault {
            bad = true;
            eprintln!("error: {fault}");
            if args.reading.strict {
                return false;
            }
        }
        let wrote = output
            .write_all(&done.bytes)
            .and_then(|()| if idle { output.flush() } else { Ok(()) });
        if let Err(e) = wrote {
            trouble = Some(e);
            return false;
        }
        true
    });
    let interrupted = STOP.load(Ordering::Relaxed);
    let whole = !interrupted && trouble.is_none() && !(bad && args.reading.strict);
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
    }
    match (interrupted, bad) {
        (true, _) => End::Interrupted,
        (_, true) => End::Faults,
        _ => End::Good,
    }
}

fn write(coder: &Coder, input: &Input, format: Format, options: RecordOptions) -> Vec<u8> {
    match format {
        Format::Jsonl => {
            let mut line = coder
                .code_with(&input.document, options)
                .to_json()
                .into_bytes();
            line.push(b'\n');
            line
        }
    }
}
