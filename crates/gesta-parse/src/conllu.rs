//! CoNLL-U: writing what was parsed, reading treebanks to measure against.

use crate::{Deprel, Feats, Parsed, Upos};
use gesta_text::Span;
use std::fmt::Write;

/// Writes a document. Tokens carry `TokenRange=start:end` in code points of the text; entity spans `NE=B-PER`, `NE=I-PER`.
pub fn write(doc: &Parsed, out: &mut String) {
    let raw = doc.text.raw();
    let mut at = (0usize, 0usize); // (byte, code point), moving forwards only
    let mut points = |byte: usize| {
        let byte = byte.min(raw.len());
        if byte >= at.0 {
            at.1 += raw.get(at.0..byte).map_or(0, |s| s.chars().count());
        } else {
            at.1 = raw.get(..byte).map_or(0, |s| s.chars().count());
        }
        at.0 = byte;
        at.1
    };
    let mut named = doc.named.iter().peekable();
    let mut paragraph = None;
    for (n, s) in doc.text.sentences().iter().enumerate() {
        if paragraph != Some(s.paragraph) {
            out.push_str("# newpar\n");
            paragraph = Some(s.paragraph);
        }
        let _ = writeln!(out, "# sent_id = {}", n + 1);
        out.push_str("# text = ");
        let mut gap = false;
        for c in doc.text.slice(s.span).chars() {
            if c.is_whitespace() {
                gap = true;
            } else {
                if gap {
                    out.push(' ');
                }
                gap = false;
                out.push(c);
            }
        }
        out.push('\n');
        let base = s.range().start;
        for i in s.range() {
            let w = doc.word(i);
            let span = doc.text.tokens()[i].span;
            let _ = write!(out, "{}\t", i - base + 1);
            field(doc.form(i), out);
            out.push('\t');
            field(doc.lemma(i), out);
            let xpos = if w.xpos.is_empty() { "_" } else { w.xpos };
            let head = w.head.map_or(0, |h| (h as usize).wrapping_sub(base) + 1);
            let _ = write!(
                out,
                "\t{}\t{xpos}\t{}\t{head}\t{}\t_\t",
                w.upos, w.feats, w.deprel
            );
            while named.peek().is_some_and(|e| e.tokens.end as usize <= i) {
                named.next();
            }
            if let Some(e) = named.peek()
                && e.tokens.contains(&(i as u32))
            {
                let b = if e.tokens.start as usize == i {
                    'B'
                } else {
                    'I'
                };
                let _ = write!(out, "NE={b}-{}|", e.kind);
            }
            let next = doc.text.tokens().get(i + 1);
            if next.is_some_and(|t| t.span.start == span.end) {
                out.push_str("SpaceAfter=No|");
            }
            let (a, b) = (points(span.start as usize), points(span.end as usize));
            let _ = writeln!(out, "TokenRange={a}:{b}");
        }
        out.push('\n');
    }
}

/// A column's text: white space within a token (a number such as "10 000") stays, tabs and line breaks become spaces.
fn field(s: &str, out: &mut String) {
    if s.is_empty() {
        out.push('_');
    }
    out.extend(s.chars().map(|c| {
        if c.is_control() || c == '\u{2028}' || c == '\u{2029}' {
            ' '
        } else {
            c
        }
    }));
}

/// A word of a treebank.
#[derive(Clone, Debug, PartialEq)]
pub struct GoldWord {
    /// Its letters.
    pub form: String,
    /// Where they stand in [`Gold::text`]; words of one multiword token ("don't") have their own parts where the parts
    /// spell the whole, and otherwise all share the whole.
    pub span: Span,
    /// Lemma.
    pub lemma: String,
    /// Universal tag.
    pub upos: Upos,
    /// Penn tag.
    pub xpos: String,
    /// Morphology.
    pub feats: Feats,
    /// Index in the document; `None` for the root.
    pub head: Option<u32>,
    /// Relation.
    pub deprel: Deprel,
    /// The last column.
    pub misc: String,
}

/// A treebank as one running text.
#[derive(Clone, Debug, Default)]
pub struct Gold {
    /// Its name (`# newdoc id`), "" if none.
    pub id: String,
    /// The text, rebuilt from `SpaceAfter`; sentences joined by a space, paragraphs by an empty line.
    pub text: String,
    /// Words in order.
    pub words: Vec<GoldWord>,
    /// Words of each sentence, and the number of its paragraph.
    pub sentences: Vec<(u32, std::ops::Range<u32>)>,
}

impl Gold {
    /// Reads CoNLL-U; one [`Gold`] a document (`# newdoc`), or one in all. Errors name the line.
    pub fn read(data: &str) -> Result<Vec<Gold>, String> {
        let mut docs: Vec<Gold> = Vec::new();
        let mut cur = Gold::default();
        let mut paragraph = 0u32;
        let (mut newpar, mut base, mut multi) = (false, 0u32, None::<(u32, u32, Span, usize)>);
        let mut space = "";
        let mut open = false; // within a sentence
        for (n, line) in data.lines().chain(std::iter::once("")).enumerate() {
            let bad = |what: &str| format!("line {}: {what}", n + 1);
            if line.is_empty() {
                if open {
                    let end = cur.words.len() as u32;
                    cur.sentences.push((paragraph, base..end));
                    for w in &mut cur.words[base as usize..] {
                        if let Some(h) = w.head
                            && (h >= end || h < base)
                        {
                            return Err(bad("a head lies outside its sentence"));
                        }
                        w.misc.shrink_to_fit();
                    }
                    // A sentence always ends at a space, whatever the last token says.
                    space = " ";
                }
                open = false;
                multi = None;
                continue;
            }
            if let Some(c) = line.strip_prefix('#') {
                let c = c.trim_start();
                if c.starts_with("newdoc") && !cur.words.is_empty() {
                    docs.push(std::mem::take(&mut cur));
                    paragraph = 0;
                    space = "";
                }
                if let Some(id) = c.strip_prefix("newdoc id") {
                    cur.id = id.trim_start_matches([' ', '=']).trim().to_string();
                }
                if (c == "newpar" || c.starts_with("newpar id")) && !cur.words.is_empty() {
                    newpar = true;
                }
                continue;
            }
            let f: Vec<&str> = line.split('\t').collect();
            if f.len() != 10 {
                return Err(bad("not ten columns"));
            }
            if f[0].contains('.') {
                continue;
            }
            if !open {
                open = true;
                base = cur.words.len() as u32;
                if newpar {
                    space = "\n\n";
                    paragraph += 1;
                    newpar = false;
                }
            }
            if let Some((a, b)) = f[0].split_once('-') {
                let (a, b) = (
                    a.parse::<u32>().map_err(|_| bad("bad range"))?,
                    b.parse::<u32>().map_err(|_| bad("bad range"))?,
                );
                cur.text.push_str(space);
                let start = cur.text.len();
                cur.text.push_str(f[1]);
                multi = Some((a, b, Span::new(start, cur.text.len()), start));
                space = if f[9].split('|').any(|x| x == "SpaceAfter=No") {
                    ""
                } else {
                    " "
                };
                continue;
            }
            let id: u32 = f[0].parse().map_err(|_| bad("bad word number"))?;
            let span = match multi {
                Some((a, b, whole, ref mut at)) if (a..=b).contains(&id) => {
                    let rest = cur.text.get(*at..whole.end as usize).unwrap_or("");
                    if rest.starts_with(f[1]) {
                        let s = Span::new(*at, *at + f[1].len());
                        *at = s.end as usize;
                        s
                    } else {
                        whole
                    }
                }
                _ => {
                    cur.text.push_str(space);
                    let start = cur.text.len();
                    cur.text.push_str(f[1]);
                    space = if f[9].split('|').any(|x| x == "SpaceAfter=No") {
                        ""
                    } else {
                        " "
                    };
                    Span::new(start, cur.text.len())
                }
            };
            let head: u32 = if f[6] == "_" {
                0
            } else {
                f[6].parse().map_err(|_| bad("bad head"))?
            };
            cur.words.push(GoldWord {
                form: f[1].into(),
                span,
                lemma: f[2].into(),
                upos: Upos::parse(f[3]),
                xpos: f[4].into(),
                feats: Feats::parse(f[5]),
                head: head.checked_sub(1).map(|h| base + h),
                deprel: Deprel::parse(f[7]),
                misc: f[9].into(),
            });
        }
        if !cur.words.is_empty() {
            docs.push(cur);
        }
        Ok(docs)
    }
}
