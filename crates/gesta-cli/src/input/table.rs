//! CSV and TSV with a header.

use super::bytes::mend;
use super::{Bytes, Fault, Field, Input, Origin, Raw, ReadOptions};
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Stops a row that does not end: a quotation mark that nobody closes would swallow the file.
struct Guard {
    inner: Bytes,
    since: Arc<AtomicUsize>,
    max: usize,
}

impl Read for Guard {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        if self.since.fetch_add(n, Ordering::Relaxed) + n > self.max {
            return Err(io::Error::other(
                "the row does not end; is a quotation mark left open?",
            ));
        }
        Ok(n)
    }
}

pub(super) fn read(
    file: String,
    id: String,
    delimiter: u8,
    head: &[u8],
    reader: Bytes,
    options: ReadOptions,
) -> impl Iterator<Item = Result<Input, Fault>> + use<> {
    // A ".csv" of many countries' spreadsheets is parted by semicolons.
    let first = head.split(|&b| b == b'\n').next().unwrap_or(b"");
    let count = |d: u8| first.iter().filter(|&&b| b == d).count();
    let delimiter = if delimiter == b',' && count(b',') == 0 && count(b';') > 0 {
        b';'
    } else {
        delimiter
    };
    let since = Arc::new(AtomicUsize::new(0));
    let guard = Guard {
        inner: reader,
        since: since.clone(),
        max: options.max_line(),
    };
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(guard);
    let mut row = csv::ByteRecord::new();
    let mut columns: Option<Vec<(Field, String, usize)>> = None;
    let (mut over, mut number) = (false, 0u64);
    std::iter::from_fn(move || {
        if over {
            return None;
        }
        let fault = |line: u64, message: String| Fault {
            file: file.clone(),
            line: Some(line),
            field: None,
            message,
        };
        let line = rows.position().line();
        if columns.is_none() {
            let header = match rows.byte_headers() {
                Ok(h) => h.clone(),
                Err(e) => {
                    over = true;
                    return Some(Err(fault(1, csv_message(&e))));
                }
            };
            let names: Vec<String> = header
                .iter()
                .map(|n| {
                    String::from_utf8_lossy(n)
                        .trim_start_matches('\u{feff}')
                        .trim()
                        .to_owned()
                })
                .collect();
            let found: Vec<(Field, String, usize)> = options
                .map
                .pairs()
                .into_iter()
                .filter_map(|(f, n)| {
                    Some((
                        f,
                        n.to_owned(),
                        names.iter().position(|x| x.eq_ignore_ascii_case(n))?,
                    ))
                })
                .collect();
            if !found.iter().any(|c| c.0 == Field::Text) {
                over = true;
                if names.iter().all(|n| n.is_empty()) {
                    return Some(Err(fault(1, "is empty".into())));
                }
                return Some(Err(fault(
                    1,
                    format!(
                        "no column holds the text: the header names {}; choose one with --map text=…",
                        list(&names)
                    ),
                )));
            }
            columns = Some(found);
        }
        let line = if number == 0 {
            rows.position().line()
        } else {
            line
        };
        number += 1;
        match rows.read_byte_record(&mut row) {
            Ok(false) => {
                over = true;
                None
            }
            Err(e) => {
                over = true;
                Some(Err(fault(line, csv_message(&e))))
            }
            Ok(true) => {
                since.store(0, Ordering::Relaxed);
                let line = row.position().map_or(line, |p| p.line());
                let origin = Origin {
                    file: file.clone(),
                    line: Some(line),
                    before: 0,
                };
                let mut raw = Raw::new();
                for (field, name, at) in columns.iter().flatten() {
                    let Some(value) = row.get(*at) else { continue };
                    let mended = mend(value.to_vec());
                    raw.mended(&origin, &mended);
                    raw.set(*field, name, mended.text);
                }
                Some(raw.document(origin, format!("{id}:{line}"), &options))
            }
        }
    })
}

fn csv_message(e: &csv::Error) -> String {
    match e.kind() {
        csv::ErrorKind::Io(e) => e.to_string(),
        _ => e.to_string(),
    }
}

fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(12).map(|n| format!("{n:?}")).collect();
    let more = if names.len() > 12 { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
