//! Cuts a text into paragraphs: blank lines, and line breaks that are more than the end of a full line.

use super::chars::{is_void, is_word};
use crate::Span;

/// A line without its end.
#[derive(Clone, Copy)]
struct Line {
    /// First and last visible byte; equal for a blank line.
    start: usize,
    end: usize,
    /// Spaces before the first visible character.
    indent: u32,
    /// Characters from the first to the last visible one.
    width: u32,
    /// Whether a paragraph separator (U+2029) stands before it.
    parted: bool,
}

/// The paragraphs of `text` in order, trimmed, none empty.
pub(crate) fn paragraphs(text: &str) -> Vec<Span> {
    let wrap = Wrap::measure(text);
    let mut out: Vec<Span> = Vec::new();
    let mut last: Option<Line> = None;
    let mut blank = false;
    for line in lines(text) {
        blank |= line.parted;
        if line.start == line.end {
            blank = true;
            continue;
        }
        let soft = last.is_some_and(|last| {
            if blank {
                wrap.over_gap(text, last, line)
            } else {
                wrap.soft(text, last, line)
            }
        });
        match out.last_mut() {
            Some(p) if soft => p.end = line.end as u32,
            _ => out.push(Span::new(line.start, line.end)),
        }
        last = Some(line);
        blank = false;
    }
    out
}

/// The lines of `text`, one after the other (a text may be nothing but line breaks, so none is stored).
fn lines(text: &str) -> impl Iterator<Item = Line> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut parted = false;
    std::iter::from_fn(move || {
        if at >= bytes.len() {
            return None;
        }
        let (mut end, mut next) = (bytes.len(), bytes.len());
        let mut separator = false;
        let mut from = at;
        while let Some(i) = bytes[from..]
            .iter()
            .position(|&b| matches!(b, b'\n' | b'\r' | 0x0b | 0x0c | 0xE2 | 0xC2))
        {
            let i = from + i;
            let width = match (bytes[i], bytes.get(i + 1), bytes.get(i + 2)) {
                // Line and paragraph separator, next line.
                (0xE2, Some(0x80), Some(0xA8)) => 3,
                (0xE2, Some(0x80), Some(0xA9)) => {
                    separator = true;
                    3
                }
                (0xC2, Some(0x85), _) => 2,
                (0xE2 | 0xC2, ..) => {
                    from = i + 1;
                    continue;
                }
                (b'\r', Some(b'\n'), _) => 2,
                _ => 1,
            };
            (end, next) = (i, i + width);
            break;
        }
        let mut found = line(text, at, end);
        found.parted = parted;
        parted = separator;
        at = next;
        Some(found)
    })
}

fn line(text: &str, start: usize, end: usize) -> Line {
    let whole = &text[start..end];
    let body = whole.trim_start_matches(is_void);
    let first = end - body.len();
    let body = body.trim_end_matches(is_void);
    Line {
        start: first,
        end: first + body.len(),
        indent: (first - start) as u32,
        width: body.chars().count() as u32,
        parted: false,
    }
}

/// Wider lines than this are no column of print.
const WIDEST: usize = 162;

/// How a text is wrapped.
struct Wrap {
    /// Whether lines end where the column ends rather than where a thought ends.
    wrapped: bool,
    /// The column's width in characters.
    width: u32,
}

impl Wrap {
    /// Lines that go on in lower case after a line without full stop tell a wrapped text; its width is that of
    /// its longest lines, a few freaks left out.
    fn measure(text: &str) -> Wrap {
        let mut widths = [0u32; WIDEST];
        let (mut pairs, mut goes_on) = (0u32, 0u32);
        let mut last: Option<Line> = None;
        for b in lines(text) {
            if let Some(a) = last
                && a.width > 0
                && b.width > 0
            {
                pairs += 1;
                widths[(a.width as usize).min(WIDEST - 1)] += 1;
                if !ends_thought(text, a) && starts_lower(text, b) {
                    goes_on += 1;
                }
            }
            last = Some(b);
        }
        let mut below = 0;
        let width = widths.iter().position(|&n| {
            below += n;
            u64::from(below) * 100 > u64::from(pairs) * 97
        });
        let width = width.unwrap_or(0) as u32;
        Wrap {
            wrapped: pairs >= 2 && goes_on * 3 >= pairs && width < WIDEST as u32 - 1,
            width,
        }
    }

    /// Whether the break between two lines is no more than a space.
    fn soft(&self, text: &str, a: Line, b: Line) -> bool {
        if is_item(text, b) {
            return false;
        }
        let ended = ends_thought(text, a);
        if !ended && starts_lower(text, b) {
            return true;
        }
        if !self.wrapped || a.width > self.width * 2 {
            return false;
        }
        // A word cut at its hyphen.
        let cut = text[a.start..a.end]
            .strip_suffix('-')
            .is_some_and(|rest| rest.ends_with(char::is_alphabetic));
        // Half a column without a full stop is no heading, which stands in a block of its own.
        if cut || !ended && a.width * 2 >= self.width {
            return true;
        }
        if ended && b.indent > 0 && a.indent == 0 {
            return false;
        }
        // Would the next word have had room? Then somebody broke the line on purpose.
        let word = text[b.start..b.end]
            .split(is_void)
            .next()
            .map_or(0, |w| w.chars().take(200).count() as u32);
        a.width + 1 + word + self.width / 12 >= self.width
    }

    /// Whether a sentence goes on over blank lines, as it does at the foot of a page in a wrapped text.
    fn over_gap(&self, text: &str, a: Line, b: Line) -> bool {
        self.wrapped
            && a.width * 4 >= self.width * 3
            && !ends_thought(text, a)
            && starts_lower(text, b)
            && !is_item(text, b)
    }
}

/// Whether a line ends in a full stop or its like, closing quotes and brackets left aside.
fn ends_thought(text: &str, line: Line) -> bool {
    text[line.start..line.end]
        .trim_end_matches(['"', '\'', '\u{201D}', '\u{2019}', ')', ']', '\u{00BB}'])
        .ends_with(['.', '!', '?', ':', '\u{2026}', ';'])
}

fn starts_lower(text: &str, line: Line) -> bool {
    text[line.start..line.end]
        .chars()
        .find(|c| is_word(*c) || !matches!(c, '"' | '\'' | '\u{201C}' | '\u{2018}' | '('))
        .is_some_and(char::is_lowercase)
}

/// Whether a line begins an item of a list: a bullet, a number, a letter in brackets.
fn is_item(text: &str, line: Line) -> bool {
    let body = &text[line.start..line.end];
    let mut chars = body.chars();
    let Some(first) = chars.next() else {
        return false;
    };
    match first {
        '\u{2022}' | '\u{2023}' | '\u{25AA}' | '\u{25CF}' | '\u{25E6}' | '\u{00B7}'
        | '\u{2043}' | '\u{25A0}' | '\u{25BA}' | '\u{F0B7}' | '\u{27A2}' | '\u{2713}'
        | '\u{2714}' => true,
        // A full stop that stands alone before a line is a bullet that lost its shape.
        '.' => chars.next().is_some_and(|c| c.is_whitespace()),
        '*' | '-' | '\u{2013}' | '\u{2014}' | '+' => {
            chars.next().is_some_and(|c| c.is_whitespace()) && !starts_lower_after(chars.as_str())
        }
        _ => {
            // "1." "2)" "(a)" "iv." then a space
            let open = first == '(';
            let label = if open { &body[1..] } else { body };
            let n = label
                .bytes()
                .take(5)
                .take_while(u8::is_ascii_alphanumeric)
                .count();
            let digits = label[..n].bytes().all(|b| b.is_ascii_digit());
            let roman = label[..n].bytes().all(|b| matches!(b, b'i' | b'v' | b'x'));
            let shape = n > 0
                && n <= 3
                && (digits || roman || n == 1 && (open || label[n..].starts_with(')')));
            let rest = &label[n..];
            let stop = if open {
                rest.starts_with(')')
            } else {
                rest.starts_with([')', '.']) && (digits && n < 3 || rest.starts_with(')'))
            };
            shape && stop && rest[1..].starts_with(|c: char| c.is_whitespace())
        }
    }
}

fn starts_lower_after(rest: &str) -> bool {
    rest.trim_start().starts_with(char::is_lowercase)
}
