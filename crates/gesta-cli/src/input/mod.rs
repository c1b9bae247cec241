//! Reads documents out of files, folders and pipes: plain text, JSON, JSON Lines, CSV and TSV, plain or compressed.
//!
//! Reading streams: no more than one document (or one JSON file that is not in lines) is held at a time, and each has a
//! bound. What is wrong with one document becomes a [`Fault`], and reading goes on with the next.

mod bytes;
mod fields;
mod json;
mod table;
mod text;

use bytes::Mended;
pub use fields::{Field, FieldMap, parse_date};
use gesta::Document;
use jiff::civil::Date;
use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How documents are read.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// Which of a row's or an object's fields is what.
    pub map: FieldMap,
    /// The date of documents that give none.
    pub date: Option<Date>,
    /// Whether what could be mended (broken UTF-8, an unreadable date) is refused instead.
    pub strict: bool,
    /// The longest text taken, in bytes.
    pub max_text: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions {
            map: FieldMap::default(),
            date: None,
            strict: false,
            max_text: 4 << 20,
        }
    }
}

/// The longest line of JSON Lines, JSON file or CSV row that is read: escapes and other fields need room beside the text.
const MAX_RAW: usize = 256 << 20;

impl ReadOptions {
    /// How many bytes one JSON line or CSV row may take.
    fn max_line(&self) -> usize {
        self.max_text
            .saturating_mul(6)
            .saturating_add(1 << 20)
            .min(MAX_RAW)
    }
}

/// Where a document came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The file's name as the user wrote it; "-" for standard input.
    pub file: String,
    /// Line in the file, from 1, where several documents share one.
    pub line: Option<u64>,
    /// Code points of the file that stand before the document's text (front matter, byte-order mark).
    pub before: usize,
}

/// What was wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file's name; "-" for standard input.
    pub file: String,
    /// Line, from 1.
    pub line: Option<u64>,
    /// The field of the row or object.
    pub field: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.file == "-" {
            "standard input"
        } else {
            &self.file
        })?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ": field {field:?}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// One document read, with what was mended in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The document.
    pub document: Document,
    /// Where it came from.
    pub origin: Origin,
    /// What was mended: worth a word, no reason to refuse it.
    pub notes: Vec<Fault>,
}

type Documents = Box<dyn Iterator<Item = Result<Input, Fault>> + Send>;

/// Bytes on their way to text.
type Bytes = Box<dyn BufRead + Send>;

/// Reads documents one after the other.
pub struct Reader {
    waiting: VecDeque<Source>,
    current: Option<Documents>,
    options: ReadOptions,
    bytes: Arc<AtomicU64>,
    total: Option<u64>,
}

/// One file to read.
struct Source {
    path: Option<PathBuf>,
    shown: String,
    /// Identifier of a document that gives none: the path without the folder that was asked for and without extension.
    id: String,
    /// Found in a folder, not named by the user.
    found: bool,
}

impl Reader {
    /// Lists what there is to read. `-` is standard input; folders are walked in the order of their names, and what
    /// is no text, JSON or table (or is hidden) is left out there.
    pub fn new(paths: &[PathBuf], options: ReadOptions) -> (Self, Vec<Fault>) {
        let mut waiting = VecDeque::new();
        let mut faults = Vec::new();
        for path in paths {
            if path.as_os_str() == "-" {
                waiting.push_back(Source {
                    path: None,
                    shown: "-".into(),
                    id: "stdin".into(),
                    found: false,
                });
            } else if path.is_dir() {
                walk(path, path, &mut waiting, &mut faults);
            } else {
                waiting.push_back(Source::file(
                    path,
                    path.parent().unwrap_or(Path::new("")),
                    false,
                ));
            }
        }
        let total = waiting
            .iter()
            .map(|s| {
                s.path
                    .as_ref()
                    .and_then(|p| p.metadata().ok())
                    .filter(|m| m.is_file())
                    .map(|m| m.len())
            })
            .sum();
        (
            Reader {
                waiting,
                current: None,
                options,
                bytes: Arc::default(),
                total,
            },
            faults,
        )
    }

    /// One reader over bytes that are in memory: for tests and fuzzing. `name` decides as a file's name does.
    pub fn over(name: &str, bytes: Vec<u8>, options: ReadOptions) -> Self {
        let source = Source::file(Path::new(name), Path::new(""), false);
        let documents = open(&source, Box::new(io::Cursor::new(bytes)), &options);
        Reader {
            waiting: VecDeque::new(),
            current: Some(documents),
            options,
            bytes: Arc::default(),
            total: None,
        }
    }

    /// How many bytes there are to read in all, where that is known.
    pub fn total_bytes(&self) -> Option<u64> {
        self.total
    }

    /// Counts bytes as they are read.
    pub fn counter(&self) -> Arc<AtomicU64> {
        self.bytes.clone()
    }
}

impl Iterator for Reader {
    type Item = Result<Input, Fault>;
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(documents) = &mut self.current {
                match documents.next() {
                    Some(d) => return Some(d),
                    None => self.current = None,
                }
            }
            let source = self.waiting.pop_front()?;
            let raw: Box<dyn Read + Send> = match &source.path {
                None => Box::new(io::stdin()),
                Some(p) => match File::open(p) {
                    Ok(f) => Box::new(f),
                    Err(e) => return Some(Err(source.fault(io_message(&e)))),
                },
            };
            let counted = Box::new(Counted {
                inner: raw,
                count: self.bytes.clone(),
            });
            self.current = Some(open(&source, counted, &self.options));
        }
    }
}

impl Source {
    fn file(path: &Path, root: &Path, found: bool) -> Self {
        let below = path
            .strip_prefix(root)
            .unwrap_or(path)
            .to_string_lossy()
            .replace('\\', "/");
        let (stem, ..) = split_name(&below);
        Source {
            path: Some(path.to_owned()),
            shown: path.to_string_lossy().into_owned(),
            id: stem,
            found,
        }
    }
    fn fault(&self, message: impl Into<String>) -> Fault {
        Fault {
            file: self.shown.clone(),
            line: None,
            field: None,
            message: message.into(),
        }
    }
}

/// Name without its known extensions, the extension that names the form, and whether that is a known one.
fn split_name(name: &str) -> (String, Option<Form>) {
    let mut stem = name;
    for ext in [".gz", ".zst"] {
        stem = stem.strip_suffix(ext).unwrap_or(stem);
    }
    if let Some((head, ext)) = stem.rsplit_once('.')
        && !head.is_empty()
    {
        let form = match ext.to_ascii_lowercase().as_str() {
            "txt" | "text" => Some(Form::Text),
            "json" => Some(Form::Json),
            "jsonl" | "ndjson" => Some(Form::Lines),
            "csv" => Some(Form::Table(b',')),
            "tsv" | "tab" => Some(Form::Table(b'\t')),
            _ => None,
        };
        if form.is_some() {
            return (head.to_owned(), form);
        }
    }
    (stem.to_owned(), None)
}

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    Json,
    Lines,
    Table(u8),
}

fn walk(dir: &Path, root: &Path, out: &mut VecDeque<Source>, faults: &mut Vec<Fault>) {
    let entries = match std::fs::read_dir(dir) {
        Ok(e) => e,
        Err(e) => {
            let file = dir.to_string_lossy().into_owned();
            faults.push(Fault {
                file,
                line: None,
                field: None,
                message: io_message(&e),
            });
            return;
        }
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    for p in paths {
        let name = p
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with('.') {
            continue;
        }
        // A link to a folder is not followed: it may lead back up.
        let linked = p
            .symlink_metadata()
            .is_ok_and(|m| m.file_type().is_symlink());
        if p.is_dir() {
            if !linked {
                walk(&p, root, out, faults);
            }
        } else if split_name(&name).1.is_some() {
            out.push_back(Source::file(&p, root, true));
        }
    }
}

fn io_message(e: &io::Error) -> String {
    match e.kind() {
        io::ErrorKind::NotFound => "no such file".into(),
        io::ErrorKind::PermissionDenied => "no permission to read it".into(),
        io::ErrorKind::IsADirectory => "is a folder".into(),
        _ => e.to_string(),
    }
}

/// Opens one file: unpacks it, finds out its form from its name or else from its first bytes.
fn open(source: &Source, raw: Box<dyn Read + Send>, options: &ReadOptions) -> Documents {
    match try_open(source, raw, options) {
        Ok(documents) => documents,
        Err(fault) => Box::new(std::iter::once(Err(fault))),
    }
}

fn try_open(
    source: &Source,
    raw: Box<dyn Read + Send>,
    options: &ReadOptions,
) -> Result<Documents, Fault> {
    let mut reader = bytes::unpack(raw).map_err(|e| source.fault(e))?;
    let head = bytes::peek(&mut reader).map_err(|e| source.fault(io_message(&e)))?;
    if let Some(kind) = bytes::foreign(&head) {
        return Err(source.fault(kind));
    }
    let named = source
        .path
        .as_ref()
        .and_then(|_| split_name(&source.shown).1);
    let form = named.unwrap_or_else(|| sniff(&head, &options.map));
    let reader: Bytes = bytes::decode_utf16(&head, reader);
    let (file, options) = (source.shown.clone(), options.clone());
    Ok(match form {
        Form::Text => Box::new(text::read(file, source.id.clone(), reader, options)),
        Form::Json => json::read_file(
            file,
            source.id.clone(),
            source.found,
            &head,
            reader,
            options,
        ),
        Form::Lines => Box::new(json::read_lines(file, source.id.clone(), reader, options)),
        Form::Table(delimiter) => Box::new(table::read(
            file,
            source.id.clone(),
            delimiter,
            &head,
            reader,
            options,
        )),
    })
}

/// Guesses the form of what has no telling name.
fn sniff(head: &[u8], map: &FieldMap) -> Form {
    let start = String::from_utf8_lossy(&head[..head.len().min(1 << 16)]);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('{')
        || start.starts_with('[') && start[1..].trim_start().starts_with(['{', ']'])
    {
        return Form::Json;
    }
    let first = start.lines().next().unwrap_or("");
    for delimiter in [b'\t', b',', b';'] {
        let mut columns = first
            .split(delimiter as char)
            .map(|c| c.trim().trim_matches('"'));
        if first.contains(delimiter as char)
            && columns.any(|c| map.field_of(c) == Some(Field::Text))
        {
            return Form::Table(delimiter);
        }
    }
    Form::Text
}

struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.count.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Puts one document together out of the fields that a row, an object or front matter gives.
struct Raw {
    values: Vec<(Field, String, String)>,
    notes: Vec<Fault>,
}

impl Raw {
    fn new() -> Self {
        Raw {
            values: Vec::new(),
            notes: Vec::new(),
        }
    }
    /// Sets a field unless it has a value; `name` is what the file calls it.
    fn set(&mut self, field: Field, name: &str, value: String) {
        if !value.is_empty() && !self.values.iter().any(|v| v.0 == field) {
            self.values.push((field, name.to_owned(), value));
        }
    }
    fn take(&mut self, field: Field) -> Option<(String, String)> {
        let i = self.values.iter().position(|v| v.0 == field)?;
        let (_, name, value) = self.values.swap_remove(i);
        Some((name, value))
    }
    fn document(
        mut self,
        origin: Origin,
        id: String,
        options: &ReadOptions,
    ) -> Result<Input, Fault> {
        let fault = |field: Option<String>, message: String| Fault {
            file: origin.file.clone(),
            line: origin.line,
            field,
            message,
        };
        let Some((name, text)) = self.take(Field::Text) else {
            let name = options.map.names(Field::Text).join("\", \"");
            return Err(fault(
                None,
                format!(
                    "has no text (looked for \"{name}\"; name another field with --map text=…)"
                ),
            ));
        };
        if text.len() > options.max_text {
            return Err(fault(
                Some(name),
                format!(
                    "the text has {} bytes, more than the {} that are taken (--max-text)",
                    text.len(),
                    options.max_text
                ),
            ));
        }
        let mut published = options.date;
        if let Some((name, date)) = self.take(Field::Date) {
            match parse_date(&date) {
                Some(d) => published = Some(d),
                None => {
                    let short: String = date.chars().take(40).collect();
                    let f = fault(Some(name), format!("{short:?} is not a date (2024-12-01)"));
                    if options.strict {
                        return Err(f);
                    }
                    self.notes.push(Fault {
                        message: format!("{}; coded without it", f.message),
                        ..f
                    });
                }
            }
        }
        let mut get = |field| self.take(field).map(|(_, v)| v);
        let document = Document {
            id: get(Field::Id).unwrap_or(id),
            title: get(Field::Title),
            published,
            source: get(Field::Source),
            url: get(Field::Url),
            language: get(Field::Language),
            text,
        };
        if options.strict && !self.notes.is_empty() {
            return Err(self.notes.swap_remove(0));
        }
        Ok(Input {
            document,
            origin,
            notes: self.notes,
        })
    }
    /// Notes what had to be mended in bytes that were not UTF-8.
    fn mended(&mut self, origin: &Origin, mended: &Mended) {
        if let Some(at) = mended.first_bad {
            self.notes.push(Fault {
                file: origin.file.clone(),
                line: origin.line,
                field: None,
                message: format!(
                    "broken UTF-8 at byte {at}: the broken bytes were replaced by U+FFFD"
                ),
            });
        }
    }
}

fn buffered(reader: impl Read + Send + 'static) -> Bytes {
    Box::new(BufReader::with_capacity(1 << 16, reader))
}
