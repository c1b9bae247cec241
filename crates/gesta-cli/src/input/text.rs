//! Plain text: one file, one document, with a date on its first line or front matter before it.

use super::bytes::mend;
use super::{Bytes, Fault, Field, Input, Origin, Raw, ReadOptions, io_message, parse_date};
use std::io::Read;

pub(super) fn read(
    file: String,
    id: String,
    reader: Bytes,
    options: ReadOptions,
) -> impl Iterator<Item = Result<Input, Fault>> {
    std::iter::once_with(move || one(file, id, reader, &options))
}

fn one(file: String, id: String, reader: Bytes, options: &ReadOptions) -> Result<Input, Fault> {
    let mut origin = Origin {
        file,
        line: None,
        before: 0,
    };
    let fault = |origin: &Origin, message: String| Fault {
        file: origin.file.clone(),
        line: None,
        field: None,
        message,
    };
    // Front matter has some room beside the text.
    let limit = options.max_text + (1 << 16);
    let mut bytes = Vec::new();
    reader
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| fault(&origin, io_message(&e)))?;
    if bytes.len() > limit {
        return Err(fault(
            &origin,
            format!(
                "is longer than the {} bytes that are taken as one document (--max-text)",
                options.max_text
            ),
        ));
    }
    let mended = mend(bytes);
    let mut raw = Raw::new();
    raw.mended(&origin, &mended);
    let text = mended.text;
    let body = head_matter(&text, &mut raw, &origin, options)?;
    origin.before = text[..text.len() - body.len()].chars().count();
    let body = body.to_owned();
    if body.is_empty() {
        // An empty file is a document that says nothing.
        raw.values.push((Field::Text, "text".into(), String::new()));
    }
    raw.set(Field::Text, "text", body);
    raw.document(origin, id, options)
}

/// Reads front matter or a date line into `raw`. What is left is the document's text.
fn head_matter<'a>(
    text: &'a str,
    raw: &mut Raw,
    origin: &Origin,
    options: &ReadOptions,
) -> Result<&'a str, Fault> {
    let start = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(body) = front_matter(start, raw, origin, options)? {
        return Ok(body);
    }
    let (first, rest) = start.split_once('\n').unwrap_or((start, ""));
    let line = first.trim();
    if let Some(date) = line
        .strip_prefix("date")
        .or_else(|| line.strip_prefix("Date"))
    {
        let date = date.trim_start_matches(':').trim();
        if date.len() < line.len() - 4 && parse_date(date).is_some() {
            raw.set(Field::Date, "date", date.to_owned());
            return Ok(rest.trim_start_matches(['\n', '\r']));
        }
    }
    Ok(start)
}

/// `---`, lines of `key: value`, `---`. A text that merely begins with a rule has no front matter.
fn front_matter<'a>(
    text: &'a str,
    raw: &mut Raw,
    origin: &Origin,
    options: &ReadOptions,
) -> Result<Option<&'a str>, Fault> {
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|l| l.trim_end() == "---") else {
        return Ok(None);
    };
    let mut at = first.len();
    let mut found = Vec::new();
    for (n, line) in lines.enumerate() {
        at += line.len();
        let trimmed = line.trim();
        if trimmed == "---" {
            for (n, key, value) in found {
                match options.map.field_of(key) {
                    Some(Field::Text) | None => {
                        let known: Vec<String> = options
                            .map
                            .pairs()
                            .iter()
                            .filter(|p| p.0 != Field::Text)
                            .map(|p| p.0.to_string())
                            .collect();
                        let mut known = known;
                        known.dedup();
                        let note = Fault {
                            file: origin.file.clone(),
                            line: Some(n as u64 + 2),
                            field: Some(key.to_owned()),
                            message: format!(
                                "is not known in front matter ({}); passed over",
                                known.join(", ")
                            ),
                        };
                        if options.strict {
                            return Err(note);
                        }
                        raw.notes.push(note);
                    }
                    Some(field) => raw.set(field, key, unquote(value).to_owned()),
                }
            }
            return Ok(Some(text[at..].trim_start_matches(['\n', '\r'])));
        }
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let Some((key, value)) = trimmed
            .split_once(':')
            .filter(|(k, _)| !k.is_empty() && !k.contains(char::is_whitespace))
        else {
            return Ok(None);
        };
        found.push((n, key, value.trim()));
        if found.len() > 64 {
            return Ok(None);
        }
    }
    Ok(None)
}

fn unquote(s: &str) -> &str {
    for q in ['"', '\''] {
        if let Some(inner) = s.strip_prefix(q).and_then(|s| s.strip_suffix(q)) {
            return inner;
        }
    }
    s
}
