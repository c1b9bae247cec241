//! From the tokens of a complement to the words that count as said.

use crate::cues::Takes;
use crate::find::{Pass, WINDOW};
use gesta_parse::{Deprel, Upos};
use gesta_text::Span;

impl<'a> Pass<'a> {
    /// The span of what is said for a token range: without marks at its ends, whole quotations, no cue inside.
    pub(crate) fn settle(&self, a: usize, b: usize, cue: usize) -> Option<Span> {
        let p = self.p;
        let s = self.sentence(cue);
        let (mut a, mut b) = (a.max(s.start), b.min(s.end));
        if let Some(q) = (self.inside[cue] as usize).checked_sub(1) {
            let r = &self.quote_tokens[q];
            a = a.max(r.start);
            b = b.min(r.end);
        }
        if b.saturating_sub(a) > WINDOW {
            if cue >= b {
                a = b - WINDOW
            } else {
                b = a + WINDOW
            }
        }
        // Nor does another act of saying: "…, adding that …".
        if let Some(next) = (a + 1..b).find(|&i| {
            i > cue + 1
                && self.p.word(i).xpos == "VBG"
                && (self.text(i - 1) == ","
                    || matches!(p.upos(i - 1), Upos::Adv) && i > a + 1 && self.text(i - 2) == ",")
                && self.inside[i] == self.inside[cue]
                && self
                    .entries(i)
                    .iter()
                    .any(|e| e.takes.any(Takes::CLAUSE) && e.class != "order")
        }) {
            b = next - 1;
        }
        // Nor does a relative clause that the writer hangs on its end: "…, which lies in the north".
        if let Some(comma) = (a + 3..b).find(|&i| {
            self.text(i) == ","
                && i > cue
                && i + 3 < b
                && self.inside[i] == self.inside[cue]
                && (i + 1..i + 3).any(|w| {
                    matches!(
                        self.text(w).to_ascii_lowercase().as_str(),
                        "which" | "who" | "whose" | "where" | "whom"
                    ) && (w..b).take(12).any(|r| {
                        p.rel(r) == Deprel::AclRelcl
                            && r > i
                            && p.subtree(r).start > i
                            && p.subtree(r).end + 1 >= b
                    })
                })
        }) {
            b = comma;
        }
        // Nor does "…, according to Y".
        if let Some(comma) = (a + 2..b).find(|&i| {
            i > cue + 1
                && self.is(i, "according")
                && self.inside[i] == self.inside[cue]
                && matches!(self.text(i - 1), "," | "”" | "\"")
        }) && self.source_at(cue).is_none()
        {
            b = comma;
        }
        // Nor does what stands behind a semicolon.
        if let Some(semi) = (a..b)
            .skip(1)
            .find(|&i| self.text(i) == ";" && self.inside[i] == self.inside[cue] && i > cue)
        {
            b = semi;
        }
        // The cue itself never belongs to what is said.
        if a <= cue && cue < b {
            if cue - a > b - cue {
                b = cue;
            } else {
                a = cue + 1;
            }
        }
        while a < b {
            let t = self.text(a);
            let that = self.is(a, "that") && matches!(p.upos(a), Upos::Sconj);
            let dull = !self.wordlike(a)
                && !self.opens(a)
                && !t.starts_with(['$', '€', '£', '#', '@', '[', '(', '“', '‘']);
            if that
                || dull
                || (matches!(p.upos(a), Upos::Cconj)
                    && p.rel(a) == Deprel::Cc
                    && p.head(a).is_some_and(|h| h >= b || h < a))
            {
                a += 1;
            } else {
                break;
            }
        }
        while b > a {
            let t = self.text(b - 1);
            let keeps = self.wordlike(b - 1)
                || t.ends_with([')', ']', '%', '"', '”', '’', '\'', '»', '?', '!', '$', '€']);
            if keeps {
                break;
            }
            b -= 1;
        }
        if a >= b {
            return None;
        }
        let mut span = p.text.span_of(a..b);
        // Quotations that it cuts are taken whole; one that it equals loses its marks.
        let raw = p.text.raw();
        let level = self.inside[cue];
        let at = self
            .quotes
            .partition_point(|q| q.span.start < span.start)
            .saturating_sub(8);
        for q in &self.quotes[at..] {
            if q.span.start >= span.end {
                break;
            }
            if q.span.end <= span.start || q.parent.map_or(0, |p| p + 1) != level {
                continue;
            }
            if q.span.start < span.start {
                span.start = q.span.start;
                continue;
            }
            let before = raw[span.start as usize..q.span.start as usize].trim_end();
            if before.ends_with(':') && q.inner.of(raw).split_whitespace().nth(2).is_some() {
                // What a colon introduces is a statement of its own.
                span.end = span.start + before.len() as u32;
                break;
            }
            if q.inner.end > span.end {
                span.end = q.span.end;
            }
            if q.inner.of(raw).ends_with(',') && q.span.end < span.end {
                // “a mess,” meaning …: behind a comma inside the marks the writer goes on
                let next = raw[q.span.end as usize..span.end as usize]
                    .split_whitespace()
                    .next()
                    .unwrap_or("");
                if !matches!(next, "and" | "or" | "but" | "that") {
                    span.end = q.span.end;
                    break;
                }
            }
        }
        if let Some(q) = self.quotes[at..].iter().take(20).find(|q| {
            q.span.start == span.start && q.inner.end <= span.end && q.span.end >= span.end
        }) {
            span = q.inner;
        }
        let body = span.of(raw);
        // A mark without its partner at either end.
        let body = strip_odd(body);
        let start = span.start as usize + (body.as_ptr() as usize - span.of(raw).as_ptr() as usize);
        let body = body.trim_end_matches([',', ';', ':']).trim_end();
        if body.is_empty() || !body.contains(char::is_alphanumeric) {
            return None;
        }
        Some(Span::new(start, start + body.len()))
    }

    pub(crate) fn opens(&self, i: usize) -> bool {
        let start = self.p.text.tokens()[i].span.start;
        self.quotes
            .binary_search_by(|q| q.span.start.cmp(&start))
            .is_ok()
    }
}

/// Cuts a quotation mark at either end that has no partner inside.
fn strip_odd(body: &str) -> &str {
    let mut body = body.trim();
    if let Some(last) = body.chars().next_back()
        && matches!(last, '"' | '”' | '»')
        && body.matches(['"', '“', '”', '«', '»']).count() % 2 == 1
    {
        body = body[..body.len() - last.len_utf8()].trim_end();
    } else if let Some(first) = body.chars().next()
        && matches!(first, '"' | '“' | '«')
        && body.matches(['"', '“', '”', '«', '»']).count() % 2 == 1
    {
        body = body[first.len_utf8()..].trim_start();
    }
    body
}

/// Bytes shared, as a part of the longer.
pub(crate) fn overlap(a: Span, b: Span) -> f32 {
    let inter = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    inter as f32 / a.len().max(b.len()).max(1) as f32
}
