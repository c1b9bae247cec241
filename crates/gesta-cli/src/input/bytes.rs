//! Bytes on their way to text: unpacking, UTF-16, broken UTF-8, lines with a bound.

use super::{Bytes, buffered};
use std::io::{self, BufRead, BufReader, Cursor, Read};

/// How much of a file's start decides what it is.
const HEAD: usize = 1 << 16;

/// Undoes gzip and Zstandard, known by their first bytes whatever the file is called.
pub(super) fn unpack(raw: Box<dyn Read + Send>) -> Result<Bytes, String> {
    let mut reader = buffered(raw);
    let head = reader.fill_buf().map_err(|e| super::io_message(&e))?;
    if head.starts_with(&[0x1f, 0x8b]) {
        return Ok(buffered(flate2::bufread::MultiGzDecoder::new(reader)));
    }
    if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return Ok(buffered(Zstd {
            frame: None,
            rest: Some(reader),
        }));
    }
    Ok(reader)
}

type Frame = ruzstd::decoding::StreamingDecoder<Bytes, ruzstd::decoding::FrameDecoder>;

/// Zstandard files may hold several frames one after the other (pzstd, appended files).
struct Zstd {
    frame: Option<Box<Frame>>,
    rest: Option<Bytes>,
}

impl Read for Zstd {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(frame) = &mut self.frame {
                let n = frame.read(buf)?;
                if n > 0 {
                    return Ok(n);
                }
                self.rest = self.frame.take().map(|f| f.into_inner());
            }
            let Some(mut rest) = self.rest.take() else {
                return Ok(0);
            };
            if rest.fill_buf()?.is_empty() {
                return Ok(0);
            }
            let frame = Frame::new(rest).map_err(|e| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("broken Zstandard data: {e}"),
                )
            })?;
            self.frame = Some(Box::new(frame));
        }
    }
}

/// The first bytes of a reader, which then starts with them again.
pub(super) fn peek(reader: &mut Bytes) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    let rest = std::mem::replace(reader, Box::new(io::empty()));
    *reader = Box::new(BufReader::new(Cursor::new(head.clone())).chain(rest));
    Ok(head)
}

/// What is surely no text, and what it looks like.
pub(super) fn foreign(head: &[u8]) -> Option<&'static str> {
    const KINDS: &[(&[u8], &str)] = &[
        (
            b"%PDF",
            "is a PDF; Gesta reads its text once another tool has taken it out",
        ),
        (
            b"PK\x03\x04",
            "is a zip archive (or an office document); unpack it first",
        ),
        (b"\x89PNG", "is an image"),
        (b"\xff\xd8\xff", "is an image"),
        (b"\x7fELF", "is a program"),
        (b"BZh", "is packed with bzip2; unpack it first"),
        (b"\xfd7zXZ", "is packed with xz; unpack it first"),
    ];
    if let Some((_, kind)) = KINDS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(kind);
    }
    let zeros = head.iter().filter(|&&b| b == 0).count();
    let marked = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    (!marked && zeros * 10 > head.len())
        .then_some("is no text: it is full of NUL bytes (UTF-16 needs its byte-order mark)")
}

/// Turns UTF-16 with a byte-order mark into UTF-8; anything else passes.
pub(super) fn decode_utf16(head: &[u8], reader: Bytes) -> Bytes {
    let big = head.starts_with(&[0xfe, 0xff]);
    if !big && !head.starts_with(&[0xff, 0xfe]) {
        return reader;
    }
    buffered(Utf16 {
        inner: reader,
        big,
        high: None,
        ready: Vec::new(),
        at: 0,
        first: true,
    })
}

struct Utf16 {
    inner: Bytes,
    big: bool,
    high: Option<u16>,
    ready: Vec<u8>,
    at: usize,
    first: bool,
}

impl Utf16 {
    fn push(&mut self, unit: u16) {
        let mut put = |c: char| {
            let mut b = [0; 4];
            self.ready
                .extend_from_slice(c.encode_utf8(&mut b).as_bytes());
        };
        if let Some(high) = self.high.take() {
            if (0xdc00..0xe000).contains(&unit) {
                let c = 0x10000 + ((high as u32 - 0xd800) << 10) + (unit as u32 - 0xdc00);
                return put(char::from_u32(c).unwrap_or('\u{fffd}'));
            }
            put('\u{fffd}');
        }
        match unit {
            0xd800..0xdc00 => self.high = Some(unit),
            _ => put(char::from_u32(unit as u32).unwrap_or('\u{fffd}')),
        }
    }
}

impl Read for Utf16 {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() {
            self.ready.clear();
            self.at = 0;
            let mut chunk = Vec::with_capacity(8192);
            self.inner.by_ref().take(8192).read_to_end(&mut chunk)?;
            if chunk.is_empty() {
                match self.high.take() {
                    Some(_) => self.ready.extend_from_slice("\u{fffd}".as_bytes()),
                    None => return Ok(0),
                }
            }
            for pair in chunk.chunks(2) {
                let two = [pair[0], *pair.get(1).unwrap_or(&0)];
                let unit = if self.big {
                    u16::from_be_bytes(two)
                } else {
                    u16::from_le_bytes(two)
                };
                if !(self.first && unit == 0xfeff) {
                    self.push(unit);
                }
                self.first = false;
            }
        }
        let n = buf.len().min(self.ready.len() - self.at);
        buf[..n].copy_from_slice(&self.ready[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

/// Text made of bytes.
pub(super) struct Mended {
    pub(super) text: String,
    /// The first byte that was not UTF-8.
    pub(super) first_bad: Option<usize>,
}

/// Makes text of bytes; what is not UTF-8 becomes U+FFFD.
pub(super) fn mend(bytes: Vec<u8>) -> Mended {
    match String::from_utf8(bytes) {
        Ok(text) => Mended {
            text,
            first_bad: None,
        },
        Err(e) => {
            let at = e.utf8_error().valid_up_to();
            Mended {
                text: String::from_utf8_lossy(e.as_bytes()).into_owned(),
                first_bad: Some(at),
            }
        }
    }
}

/// One line, or what it was too long for.
pub(super) enum Line {
    Whole(Vec<u8>),
    TooLong,
    End,
}

/// Reads a line of at most `max` bytes; a longer one is passed over without holding it.
pub(super) fn read_line(reader: &mut dyn BufRead, max: usize) -> io::Result<Line> {
    let mut line = Vec::new();
    let n = reader.take(max as u64 + 1).read_until(b'\n', &mut line)?;
    if n == 0 {
        return Ok(Line::End);
    }
    if line.last() != Some(&b'\n') && n > max {
        loop {
            let buffer = reader.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let (used, done) = match buffer.iter().position(|&b| b == b'\n') {
                Some(i) => (i + 1, true),
                None => (buffer.len(), false),
            };
            reader.consume(used);
            if done {
                break;
            }
        }
        return Ok(Line::TooLong);
    }
    Ok(Line::Whole(line))
}
