//! Pairs quotation marks.
//!
//! Marks are ambiguous (`"` opens and closes, `'` is mostly an apostrophe), writers forget them, and a quotation that
//! runs over paragraphs is opened anew in each of them and closed once. The scan goes over the text once, with a
//! stack; every mark is pushed and popped at most once, so that the cost is linear whatever the nesting.

use gesta_text::{Span, Text};

/// One stretch between quotation marks, in one paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// With its marks.
    pub span: Span,
    /// Without its marks and the white space next to them.
    pub inner: Span,
    /// Index of the quotation in which it stands.
    pub parent: Option<u32>,
    /// Whether a mark closes it.
    pub closed: bool,
    /// Whether it goes on with a quotation that the paragraph before left open.
    pub continues: bool,
    /// Whether its marks are single ones.
    pub single: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Double,
    Single,
    Angle,
    Corner,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Open,
    Close,
    Either,
}

struct Mark {
    kind: Kind,
    side: Side,
    /// Two straight marks side by side, as in text that went through a CSV file.
    doubled: bool,
    len: usize,
}

struct Open {
    at: usize,
    end: usize,
    kind: Kind,
    doubled: bool,
    continues: bool,
    /// Number of finished quotations when it was opened: those behind it may be its children.
    done: usize,
}

/// How deep quotations may nest; deeper marks are read as part of the words.
const DEPTH: usize = 8;

/// All quotations of a text, in order of their opening marks.
pub fn quotes(text: &Text) -> Vec<Quote> {
    let mut done: Vec<Quote> = Vec::new();
    let mut carried: Option<Kind> = None;
    let mut sentence = 0;
    for &p in text.paragraphs() {
        let from = done.len();
        carried = paragraph(text, p, carried, &mut sentence, &mut done);
        done[from..].sort_by_key(|q| (q.span.start, std::cmp::Reverse(q.span.end)));
    }
    // Parents by position: the list is in order of opening, and quotations never cross.
    let mut stack: Vec<u32> = Vec::new();
    for i in 0..done.len() {
        while let Some(&top) = stack.last() {
            if done[top as usize].span.contains(done[i].span) {
                break;
            }
            stack.pop();
        }
        done[i].parent = stack.last().copied();
        stack.push(i as u32);
    }
    done
}

fn paragraph(
    text: &Text,
    p: Span,
    carried: Option<Kind>,
    sentence: &mut usize,
    done: &mut Vec<Quote>,
) -> Option<Kind> {
    let raw = text.raw();
    let body = p.of(raw);
    let base = p.start as usize;
    let mut open: Vec<Open> = Vec::new();
    let mut strong = Closers::new(body);
    let mut at = 0;
    let mut before: Option<char> = None; // the character just before
    let mut solid: Option<char> = None; // the last one that is not white space
    while let Some(c) = body[at..].chars().next() {
        let Some(mark) = mark(body, at, c) else {
            if !c.is_whitespace() {
                solid = Some(c);
            }
            before = Some(c);
            at += c.len_utf8();
            continue;
        };
        let end = at + mark.len;
        let after = body[end..].chars().next();
        let free_before = before.is_none_or(opens_after);
        let free_after = after.is_none_or(closes_before);
        let top_open = open.iter().rposition(|o| o.kind == mark.kind);
        if mark.kind == Kind::Single {
            let side = strong.single(body, at, end, mark.side, before, after, top_open.is_some());
            match (side, top_open) {
                (Some(Side::Open), None) if open.len() < DEPTH => {
                    open.push(Open {
                        at,
                        end,
                        kind: Kind::Single,
                        doubled: false,
                        continues: false,
                        done: done.len(),
                    });
                }
                (Some(Side::Close), Some(i)) => {
                    open.truncate(i + 1); // what was opened inside and never closed is forgotten
                    if let Some(o) = open.pop() {
                        close(raw, base, o, at, end, true, done);
                    }
                }
                _ => {}
            }
            before = Some(c);
            solid = Some(c);
            at = end;
            continue;
        }
        let side = match mark.side {
            Side::Either if free_before && !free_after => Side::Open,
            Side::Either if !free_before && free_after => Side::Close,
            Side::Either if top_open.is_some() => Side::Close,
            Side::Either => Side::Open,
            // „We go“: in German and old print the mark that opens elsewhere closes.
            Side::Open if top_open.is_some() && !free_before && free_after => Side::Close,
            // A closing mark that nothing has opened, in front of a word, was meant to open.
            Side::Close if top_open.is_none() && free_before && !free_after => Side::Open,
            side => side,
        };
        match (side, top_open) {
            (Side::Open, Some(_)) if solid == Some(',') && !mark.doubled => {
                // “We are here, “he said: the second one was meant to close.
                let i = top_open.unwrap_or(0);
                open.truncate(i + 1);
                if let Some(o) = open.pop() {
                    close(raw, base, o, at, end, true, done);
                }
            }
            (Side::Open, Some(i))
                if matches!(solid, Some('.' | '!' | '?' | '…')) && !mark.doubled =>
            {
                // The one before was never closed: it ends here.
                open.truncate(i + 1);
                if let Some(o) = open.pop() {
                    close(raw, base, o, at, at, false, done);
                }
                open.push(Open {
                    at,
                    end,
                    kind: mark.kind,
                    doubled: false,
                    continues: false,
                    done: done.len(),
                });
            }
            (Side::Open, _) => {
                if open.len() < DEPTH {
                    let continues =
                        open.is_empty() && solid.is_none() && carried == Some(mark.kind);
                    open.push(Open {
                        at,
                        end,
                        kind: mark.kind,
                        doubled: mark.doubled,
                        continues,
                        done: done.len(),
                    });
                }
            }
            (Side::Close, Some(i)) => {
                open.truncate(i + 1);
                if let Some(o) = open.pop() {
                    // “the ""fist""” ends two at once when nothing doubled is open
                    let both = mark.doubled && !o.doubled;
                    let kind = o.kind;
                    let first = if both { at + mark.len / 2 } else { end };
                    close(raw, base, o, at, first, true, done);
                    if both && let Some(j) = open.iter().rposition(|o| o.kind == kind) {
                        open.truncate(j + 1);
                        if let Some(o) = open.pop() {
                            close(raw, base, o, first, end, true, done);
                        }
                    }
                }
            }
            (Side::Close, None) | (Side::Either, _) => {}
        }
        before = Some(c);
        solid = Some(c);
        at = end;
    }
    // What is left open: the outermost double one counts, if nothing that was opened inside it was closed.
    let mut carry = None;
    let left = open.into_iter().find(|o| o.kind != Kind::Single);
    if let Some(o) = left {
        let opener = base + o.at;
        let first = raw[p.start as usize..opener]
            .chars()
            .all(char::is_whitespace);
        let goes_on = first || o.continues || next_reopens(raw, p.end as usize);
        let sentences = text.sentences();
        while *sentence < sentences.len() && (sentences[*sentence].span.end as usize) <= opener {
            *sentence += 1;
        }
        let stop = match sentences.get(*sentence) {
            Some(s) if !goes_on => (s.span.end as usize).min(p.end as usize),
            _ => p.end as usize,
        };
        if goes_on {
            carry = Some(o.kind);
        }
        let tail = &raw[opener..stop.max(opener)];
        let stop = opener + tail.trim_end().len();
        // Inner quotations that were closed after this one's end would cross it.
        let ok = done[o.done.min(done.len())..]
            .iter()
            .all(|q| q.span.end as usize <= stop);
        if stop > base + o.end && ok {
            close(raw, base, o, stop - base, stop - base, false, done);
        }
    }
    carry
}

fn close(
    raw: &str,
    base: usize,
    o: Open,
    from: usize,
    to: usize,
    closed: bool,
    done: &mut Vec<Quote>,
) {
    let (mut a, mut b) = (base + o.end, base + from);
    if b < a {
        b = a;
    }
    let inner = &raw[a..b];
    a += inner.len() - inner.trim_start().len();
    b = a + raw[a..b].trim_end().len();
    if a >= b {
        return;
    }
    done.push(Quote {
        span: Span::new(base + o.at, (base + to).max(b)),
        inner: Span::new(a, b),
        parent: None,
        closed,
        continues: o.continues,
        single: o.kind == Kind::Single,
    });
}

/// Whether the text after a paragraph's end opens a quotation at once.
fn next_reopens(raw: &str, end: usize) -> bool {
    let rest = raw[end..].trim_start();
    rest.starts_with(['"', '“', '„', '«', '「', '『'])
        || rest.starts_with("''")
        || rest.starts_with("``")
}

fn mark(body: &str, at: usize, c: char) -> Option<Mark> {
    use Kind::*;
    use Side::*;
    let two = |s: &str| body[at..].starts_with(s);
    let one = |kind, side| {
        Some(Mark {
            kind,
            side,
            doubled: false,
            len: c.len_utf8(),
        })
    };
    match c {
        '"' if two("\"\"") => Some(Mark {
            kind: Double,
            side: Either,
            doubled: true,
            len: 2,
        }),
        '\'' if two("''") => Some(Mark {
            kind: Double,
            side: Either,
            doubled: false,
            len: 2,
        }),
        '`' if two("``") => Some(Mark {
            kind: Double,
            side: Open,
            doubled: false,
            len: 2,
        }),
        '"' | '″' | '＂' | '‟' => one(Double, Either),
        '“' | '„' => one(Double, Open),
        '”' => one(Double, Close),
        '«' | '»' | '‹' | '›' => {
            let left = matches!(c, '«' | '‹');
            one(Angle, if left { Open } else { Close })
        }
        '「' | '『' => one(Corner, Open),
        '」' | '』' => one(Corner, Close),
        '\'' | '`' => one(Single, Either),
        '‘' | '‚' | '‛' => one(Single, Open),
        '’' => one(Single, Close),
        _ => None,
    }
}

/// Characters after which an opening mark may stand.
fn opens_after(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '(' | '['
                | '{'
                | '—'
                | '–'
                | '-'
                | '/'
                | '“'
                | '‘'
                | '"'
                | '\''
                | '«'
                | ':'
                | '\u{feff}'
        )
}

/// Characters before which a closing mark may stand.
fn closes_before(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '.' | ','
                | ';'
                | ':'
                | '!'
                | '?'
                | ')'
                | ']'
                | '}'
                | '—'
                | '–'
                | '-'
                | '…'
                | '”'
                | '’'
                | '"'
                | '\''
                | '»'
                | '/'
        )
}

/// Looks ahead for the places where a single mark may close, each found once.
struct Closers {
    /// Byte of the last place where a single mark stands behind punctuation and before a gap.
    last_strong: Option<usize>,
    /// Byte of the last place where a single mark may close at all.
    last_weak: Option<usize>,
}

impl Closers {
    fn new(body: &str) -> Self {
        let mut out = Closers {
            last_strong: None,
            last_weak: None,
        };
        if !body.contains(['\'', '’']) {
            return out;
        }
        let mut before: Option<char> = None;
        let mut it = body.char_indices().peekable();
        while let Some((i, c)) = it.next() {
            if matches!(c, '\'' | '’') {
                let gap = it.peek().is_none_or(|&(_, n)| closes_before(n));
                if gap && before.is_some_and(|b| !b.is_whitespace()) {
                    out.last_weak = Some(i);
                    if before.is_some_and(|b| matches!(b, ',' | '.' | '!' | '?' | '…' | ']')) {
                        out.last_strong = Some(i);
                    }
                }
            }
            before = Some(c);
        }
        out
    }

    #[allow(clippy::too_many_arguments)]
    fn single(
        &mut self,
        body: &str,
        at: usize,
        end: usize,
        side: Side,
        before: Option<char>,
        after: Option<char>,
        is_open: bool,
    ) -> Option<Side> {
        let free_before = before.is_none_or(opens_after);
        let free_after = after.is_none_or(closes_before);
        if free_before && !free_after && !is_open && side != Side::Close {
            let closes = self.last_weak.is_some_and(|w| w > at);
            return (closes && !clipped(&body[end..])).then_some(Side::Open);
        }
        if is_open && !before.is_some_and(char::is_whitespace) && free_after && side != Side::Open {
            // "the workers' pay": a possessive, if a better place to close comes.
            let possessive = matches!(before, Some('s' | 'S'))
                && after.is_some_and(char::is_whitespace)
                && self.last_strong.is_some_and(|s| s > at)
                && body[end..].trim_start().starts_with(char::is_lowercase);
            return (!possessive).then_some(Side::Close);
        }
        None
    }
}

/// Words that begin with an apostrophe.
fn clipped(rest: &str) -> bool {
    let word: String = rest
        .chars()
        .take_while(|c| c.is_alphanumeric())
        .take(6)
        .collect::<String>()
        .to_lowercase();
    matches!(
        word.as_str(),
        "s" | "t"
            | "d"
            | "m"
            | "re"
            | "ve"
            | "ll"
            | "em"
            | "tis"
            | "twas"
            | "til"
            | "cause"
            | "n"
            | "bout"
            | "round"
    ) || (word.starts_with(|c: char| c.is_ascii_digit()) && word.ends_with('s'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(s: &str) -> Vec<String> {
        let text = Text::new(s);
        quotes(&text)
            .iter()
            .map(|q| {
                let mut depth = 0;
                let mut up = q.parent;
                let all = quotes(&text);
                while let Some(i) = up {
                    depth += 1;
                    up = all[i as usize].parent;
                }
                let more = if q.continues { "+" } else { "" };
                format!("{}{more}{}", "-".repeat(depth), q.inner.of(s))
            })
            .collect()
    }

    #[test]
    fn pairs() {
        let table: &[(&str, &[&str])] = &[
            ("\"We go,\" he said.", &["We go,"]),
            ("“We go,” he said.", &["We go,"]),
            ("“We go, “he said. “Now.”", &["We go,", "Now."]),
            ("\"We go, \"he said. \"Now.\"", &["We go,", "Now."]),
            (
                "He said \"Ann told me 'stay' twice\".",
                &["Ann told me 'stay' twice", "-stay"],
            ),
            ("'We won't go,' he said.", &["We won't go,"]),
            (
                "‘It’s the workers’ choice,’ he said.",
                &["It’s the workers’ choice,"],
            ),
            ("The workers' choice and the drivers' pay.", &[]),
            ("It was the '90s and 'twas fine, the boys' way.", &[]),
            ("«We go», he said.", &["We go"]),
            ("„We go“, he said. \"Yes.\"", &["We go", "Yes."]),
            ("``We go,'' he said.", &["We go,"]),
            (
                "He called it \"the so-called \"war\" of words\" again.",
                &["the so-called \"war\" of words", "-war"],
            ),
            (
                "\"A \"\"fist\"\" of iron.\" He left.",
                &["A \"\"fist\"\" of iron.", "-fist"],
            ),
            ("A 6\" pipe", &[]),
            ("”Hello,” she said.", &["Hello,"]),
            ("He said \"we stay. Then he left.", &["we stay."]),
            (
                "\"One one.\n\n\"Two two.\n\n\"Three three.\" He left.",
                &["One one.", "+Two two.", "+Three three."],
            ),
            ("“One.\n\n“Two,” he said.", &["One.", "+Two,"]),
            ("\"\"", &[]),
            ("\" \"", &[]),
            ("\"[W]e must,\" he said.", &["[W]e must,"]),
            ("She said (\"not now\") and left.", &["not now"]),
        ];
        for (s, want) in table {
            assert_eq!(show(s), *want, "{s}");
        }
    }

    #[test]
    fn linear_on_nesting() {
        for m in [
            "\"", "“", "'", "\"a ", "“a ", "‘a ", "\"\"", "a\" ", "' \"", "«",
        ] {
            let s = m.repeat(10_000);
            let text = Text::new(s.as_str());
            let _ = quotes(&text);
        }
    }
}
