//! JSON objects, alone, in a list, or one a line.

use super::bytes::{Line, mend, read_line};
use super::{Bytes, Documents, Fault, Field, Input, Origin, Raw, ReadOptions, io_message};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

/// One object a line; empty lines are passed over.
pub(super) fn read_lines(
    file: String,
    id: String,
    mut reader: Bytes,
    options: ReadOptions,
) -> impl Iterator<Item = Result<Input, Fault>> {
    let mut number = 0;
    let mut over = false;
    std::iter::from_fn(move || {
        while !over {
            number += 1;
            let origin = Origin {
                file: file.clone(),
                line: Some(number),
                before: 0,
            };
            let fault = |message: String| Fault {
                file: file.clone(),
                line: Some(number),
                field: None,
                message,
            };
            match read_line(&mut *reader, options.max_line()) {
                Err(e) => {
                    over = true;
                    return Some(Err(fault(io_message(&e))));
                }
                Ok(Line::End) => over = true,
                Ok(Line::TooLong) => {
                    return Some(Err(fault(format!(
                        "the line is longer than {} bytes (--max-text)",
                        options.max_line()
                    ))));
                }
                Ok(Line::Whole(bytes)) => {
                    let mended = mend(bytes);
                    let line = mended.text.trim_start_matches('\u{feff}').trim();
                    if line.is_empty() {
                        continue;
                    }
                    let mut raw = Raw::new();
                    raw.mended(&origin, &mended);
                    return Some(object(
                        line,
                        raw,
                        origin,
                        format!("{id}:{number}"),
                        &options,
                    ));
                }
            }
        }
        None
    })
}

/// A `.json` file: one object, a list of objects, or (as many are) JSON Lines under another name.
pub(super) fn read_file(
    file: String,
    id: String,
    found: bool,
    head: &[u8],
    reader: Bytes,
    options: ReadOptions,
) -> Documents {
    let first = head
        .split(|&b| b == b'\n')
        .find(|l| !l.trim_ascii().is_empty());
    let in_lines = first.is_some_and(|l| {
        l.len() < head.len() - 1
            && l.trim_ascii().starts_with(b"{")
            && serde_json::from_slice::<&RawValue>(l).is_ok()
    });
    let whole_first_line = head.len() >= 1 << 16
        && !head.contains(&b'\n')
        && head.trim_ascii_start().starts_with(b"{");
    if in_lines && !only_one(head) || whole_first_line {
        return Box::new(read_lines(file, id, reader, options));
    }
    let mut out = Vec::new();
    let fault = |message: String| Fault {
        file: file.clone(),
        line: None,
        field: None,
        message,
    };
    let mut bytes = Vec::new();
    let limit = super::MAX_RAW;
    match reader.take(limit as u64 + 1).read_to_end(&mut bytes) {
        Err(e) => return Box::new(std::iter::once(Err(fault(io_message(&e))))),
        Ok(n) if n > limit => {
            return Box::new(std::iter::once(Err(fault(format!(
                "is longer than {} MiB; write it as JSON Lines, one document a line",
                limit >> 20
            )))));
        }
        Ok(_) => {}
    }
    let mended = mend(bytes);
    let text = mended.text.trim_start_matches('\u{feff}');
    let origin = |line| Origin {
        file: file.clone(),
        line,
        before: 0,
    };
    if text.trim_start().starts_with('[') {
        let list: Vec<Box<RawValue>> = match parse(text) {
            Ok(l) => l,
            Err(e) => return Box::new(std::iter::once(Err(json_fault(&origin(None), &e, text)))),
        };
        for (n, item) in list.iter().enumerate() {
            let mut raw = Raw::new();
            if n == 0 {
                raw.mended(&origin(None), &mended);
            }
            out.push(
                object(
                    item.get(),
                    raw,
                    origin(None),
                    format!("{id}:{}", n + 1),
                    &options,
                )
                .map_err(|f| Fault {
                    message: format!("document {}: {}", n + 1, f.message),
                    ..f
                }),
            );
        }
    } else if text.trim().is_empty() {
        out.push(Err(fault("is empty".into())));
    } else {
        if found && is_record(text) {
            // Records that lie beside the reports are not reports.
            return Box::new(std::iter::empty());
        }
        let mut raw = Raw::new();
        raw.mended(&origin(None), &mended);
        out.push(object(text, raw, origin(None), id, &options));
    }
    Box::new(out.into_iter())
}

/// Whether nothing but white space follows the first line.
fn only_one(head: &[u8]) -> bool {
    let mut lines = head
        .split(|&b| b == b'\n')
        .filter(|l| !l.trim_ascii().is_empty());
    lines.next();
    lines.next().is_none()
}

fn is_record(text: &str) -> bool {
    serde_json::from_str::<BTreeMap<Cow<str>, &RawValue>>(text)
        .is_ok_and(|o| o.contains_key("gesta") && o.contains_key("events"))
}

fn parse<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text)
}

fn json_fault(origin: &Origin, e: &serde_json::Error, text: &str) -> Fault {
    let line = match origin.line {
        Some(l) => Some(l),
        None if text.contains('\n') => Some(e.line() as u64),
        None => None,
    };
    let message = e.to_string();
    let message = message.split(" at line ").next().unwrap_or("").to_owned();
    Fault {
        file: origin.file.clone(),
        line,
        field: None,
        message: format!("is not valid JSON at column {}: {message}", e.column()),
    }
}

fn object(
    text: &str,
    mut raw: Raw,
    origin: Origin,
    id: String,
    options: &ReadOptions,
) -> Result<Input, Fault> {
    let object: BTreeMap<Cow<str>, &RawValue> =
        parse(text).map_err(|e| json_fault(&origin, &e, text))?;
    let record = object
        .get("document")
        .filter(|_| object.contains_key("gesta"))
        .map(|d| d.get());
    let fields: BTreeMap<Cow<str>, &RawValue> = match record {
        // A record that was written with its text can be coded again.
        Some(document) => parse(document).map_err(|e| json_fault(&origin, &e, document))?,
        None => object,
    };
    for (field, name) in options.map.pairs() {
        let Some(value) = fields.get(name) else {
            continue;
        };
        let fault = |message: String| Fault {
            file: origin.file.clone(),
            line: origin.line,
            field: Some(name.to_owned()),
            message,
        };
        let value = value.get().trim();
        let value = match value.as_bytes().first() {
            Some(b'"') => {
                let (s, mended) = string(value).map_err(fault)?;
                if mended {
                    raw.notes.push(fault(
                        "holds half a surrogate pair: it was replaced by U+FFFD".into(),
                    ));
                }
                s
            }
            Some(b'n') => continue,
            Some(b'0'..=b'9' | b'-') if field != Field::Text => value.to_owned(),
            _ => return Err(fault(format!("is no text but {}", kind(value)))),
        };
        if field == Field::Text
            && value.is_empty()
            && !raw.values.iter().any(|v| v.0 == Field::Text)
        {
            raw.values
                .push((Field::Text, name.to_owned(), String::new()));
            continue;
        }
        raw.set(field, name, value);
    }
    raw.document(origin, id, options)
}

/// A JSON string; half a surrogate pair, which Unicode text cannot hold, becomes U+FFFD.
fn string(json: &str) -> Result<(String, bool), String> {
    match serde_json::from_str::<String>(json) {
        Ok(s) => Ok((s, false)),
        Err(first) => {
            let mended = pair_surrogates(json);
            serde_json::from_str::<String>(&mended)
                .map(|s| (s, true))
                .map_err(|_| {
                    let message = first.to_string();
                    format!(
                        "is no valid JSON string: {}",
                        message.split(" at line ").next().unwrap_or("")
                    )
                })
        }
    }
}

/// Replaces `\uD800`–`\uDFFF` that do not stand in pairs.
fn pair_surrogates(json: &str) -> String {
    let unit = |at: usize| -> Option<u32> {
        let s = json.get(at..at + 6)?;
        let hex = s.strip_prefix("\\u")?;
        hex.bytes()
            .all(|b| b.is_ascii_hexdigit())
            .then(|| u32::from_str_radix(hex, 16).ok())?
    };
    let (bytes, mut out, mut i, mut done) =
        (json.as_bytes(), String::with_capacity(json.len()), 0, 0);
    while i < bytes.len() {
        if bytes[i] != b'\\' {
            i += 1;
            continue;
        }
        match unit(i) {
            Some(0xd800..=0xdbff) if matches!(unit(i + 6), Some(0xdc00..=0xdfff)) => i += 12,
            Some(0xd800..=0xdfff) => {
                out.push_str(&json[done..i]);
                out.push_str("\\ufffd");
                i += 6;
                done = i;
            }
            Some(_) => i += 6,
            None => i += 2,
        }
    }
    out.push_str(&json[done..]);
    out
}

fn kind(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b't' | b'f') => "true or false",
        _ => "a number",
    }
}
