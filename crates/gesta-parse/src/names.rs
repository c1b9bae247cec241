//! One name, one kind: what the sentences of a document say of a name, taken together.
//!
//! The model reads sentence by sentence. A surname that stands alone is a person if the whole name stood elsewhere in the
//! document, and a name read now as a place and mostly as an organisation is an organisation.

use crate::{EntityKind, NamedSpan, Upos, Word};
use gesta_text::Text;
use std::collections::BTreeMap;

/// Letters of a span's tokens, as they stand in the text.
fn letters<'a>(text: &'a Text, e: &NamedSpan) -> &'a str {
    text.slice(text.span_of(e.tokens.start as usize..e.tokens.end as usize))
}

/// Words that end the name of a firm, whoever it is named after.
const FIRM: &[&str] = &[
    "AG", "Co", "Co.", "Corp", "Corp.", "GmbH", "Inc", "Inc.", "KG", "LLC", "LLP", "Ltd", "Ltd.",
    "NV", "N.V.", "PLC", "Plc", "plc", "SA", "S.A.", "SE", "S.p.A.",
];

fn quote(form: &str) -> bool {
    matches!(form, "\"" | "“" | "”" | "„" | "''" | "``" | "'" | "‘" | "’")
}

/// A name with a nickname in quotation marks is one: Ilse “the Fox” Varga. Time is linear.
fn nicknames(text: &Text, words: &[Word], named: &mut Vec<NamedSpan>) {
    let marked = |i: usize| i < words.len() && quote(text.form(i));
    let proper = |i: usize| words.get(i).is_some_and(|w| w.upos == Upos::Propn);
    let starts = |i: usize, f: fn(char) -> bool| text.form(i).starts_with(f);
    let mut rest = std::mem::take(named).into_iter().peekable();
    while let Some(mut e) = rest.next() {
        let (from, end) = (e.tokens.start as usize, e.tokens.end as usize);
        let inside = (from..end).filter(|&i| quote(text.form(i))).count();
        // the mark that closes: of one that the name holds already, or of one after it and up to three words
        let close = if e.kind != EntityKind::Per {
            None
        } else if inside % 2 == 1 {
            Some(end)
        } else if marked(end) {
            // words of a nickname, not the end of what somebody said: “… Ilse” Varga said, “Oslo …
            (end + 2..end + 5).find(|&j| marked(j)).filter(|&j| {
                (end + 1..j).all(|i| starts(i, char::is_alphanumeric))
                    && starts(j - 1, char::is_uppercase)
            })
        } else {
            None
        };
        if let Some(last) = close.filter(|&j| marked(j) && proper(j + 1)) {
            e.tokens.end = last as u32 + 2;
            while let Some(n) = rest.next_if(|n| n.tokens.start < e.tokens.end) {
                e.tokens.end = e.tokens.end.max(n.tokens.end);
            }
        }
        named.push(e);
    }
}

/// Makes the kinds agree, and adds surnames that were missed. Time is linear but for the sorting of names.
pub(crate) fn agree(text: &Text, words: &[Word], named: &mut Vec<NamedSpan>) {
    nicknames(text, words, named);
    for e in named.iter_mut().filter(|e| e.tokens.len() > 1) {
        if FIRM.contains(&text.form(e.tokens.end as usize - 1)) {
            e.kind = EntityKind::Org;
        }
    }
    let mut votes: BTreeMap<&str, [u32; EntityKind::ALL.len()]> = BTreeMap::new();
    let mut surnames: BTreeMap<&str, u32> = BTreeMap::new();
    for e in named.iter() {
        votes.entry(letters(text, e)).or_default()[e.kind as usize] += 1;
        if e.kind == EntityKind::Per && e.tokens.len() > 1 {
            *surnames
                .entry(text.form(e.tokens.end as usize - 1))
                .or_default() += 1;
        }
    }
    for e in named.iter_mut().filter(|e| e.kind != EntityKind::Norp) {
        let Some(v) = votes.get(letters(text, e)) else {
            continue;
        };
        let own = v[e.kind as usize];
        let mut best = e.kind;
        for &k in EntityKind::ALL {
            if k != EntityKind::Norp && v[k as usize] > v[best as usize] {
                best = k;
            }
        }
        if v[best as usize] > own {
            e.kind = best;
        }
        let whole = surnames.get(letters(text, e)).copied().unwrap_or(0);
        if e.tokens.len() == 1 && whole >= own {
            e.kind = EntityKind::Per;
        }
    }
    if surnames.is_empty() {
        return;
    }
    let mut more = Vec::new();
    let mut next = 0;
    for (i, w) in words.iter().enumerate() {
        while named.get(next).is_some_and(|e| e.tokens.end as usize <= i) {
            next += 1;
        }
        let inside = named
            .get(next)
            .is_some_and(|e| e.tokens.start as usize <= i);
        if !inside && w.upos == Upos::Propn && surnames.contains_key(text.form(i)) {
            more.push(NamedSpan {
                tokens: i as u32..i as u32 + 1,
                kind: EntityKind::Per,
            });
        }
    }
    if !more.is_empty() {
        named.append(&mut more);
        named.sort_by_key(|e| e.tokens.start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Deprel, Feats};
    use gesta_text::Span;

    #[test]
    fn nicknames_stand_within_names() {
        use EntityKind::*;
        assert_eq!(
            run(
                "Ilse “ the Fox ” Varga was held",
                &[(0, 1, Per), (3, 4, Org), (5, 6, Per)]
            ),
            [(0, 6, Per)]
        );
        assert_eq!(
            run("Ilse “ Fox ” Varga was held", &[(0, 3, Per)]),
            [(0, 5, Per)]
        );
        assert_eq!(
            run(
                "met Ilse ” Varga said , “ Oslo waits",
                &[(1, 2, Per), (3, 4, Per), (7, 8, Loc)]
            ),
            [(1, 2, Per), (3, 4, Per), (7, 8, Loc)]
        );
        // what is quoted is no nickname
        assert_eq!(
            run("Ilse “ we left ” Oslo said", &[(4, 5, Loc)]),
            [(4, 5, Loc)]
        );
        assert_eq!(
            run("Varga said “ Oslo ” and left", &[(0, 1, Per), (3, 4, Loc)]),
            [(0, 1, Per), (3, 4, Loc)]
        );
    }

    #[test]
    fn firms_are_known_by_their_last_word() {
        use EntityKind::*;
        assert_eq!(
            run("Ilse Varga GmbH was sold", &[(0, 3, Per)]),
            [(0, 3, Org)]
        );
    }

    /// Words parted by spaces; `[kind:first-last]` spans given apart.
    fn run(raw: &str, spans: &[(u32, u32, EntityKind)]) -> Vec<(u32, u32, EntityKind)> {
        let mut list = Vec::new();
        let mut at = 0;
        for w in raw.split(' ') {
            list.push(Span::new(at, at + w.len()));
            at += w.len() + 1;
        }
        let words: Vec<Word> = raw
            .split(' ')
            .map(|w| Word {
                upos: if w.chars().next().is_some_and(char::is_uppercase) {
                    Upos::Propn
                } else {
                    Upos::Noun
                },
                xpos: "NN",
                feats: Feats::default(),
                head: None,
                deprel: Deprel::Root,
                lemma: Span::default(),
            })
            .collect();
        let text = Text::from_tokens(raw, &[(0, list)]);
        let mut named: Vec<NamedSpan> = spans
            .iter()
            .map(|&(a, b, kind)| NamedSpan { tokens: a..b, kind })
            .collect();
        agree(&text, &words, &mut named);
        named
            .into_iter()
            .map(|e| (e.tokens.start, e.tokens.end, e.kind))
            .collect()
    }

    #[test]
    fn the_document_decides() {
        use EntityKind::*;
        // the whole name makes the surname a person, where it was missed too
        assert_eq!(
            run(
                "Ilse Varga met Varga and Varga",
                &[(0, 2, Per), (3, 4, Org)]
            ),
            [(0, 2, Per), (3, 4, Per), (5, 6, Per)]
        );
        // two to one
        assert_eq!(
            run("Acme Acme Acme", &[(0, 1, Org), (1, 2, Org), (2, 3, Loc)]),
            [(0, 1, Org), (1, 2, Org), (2, 3, Org)]
        );
        // a draw leaves all as it is, and nationalities are left alone
        assert_eq!(
            run("Acme Acme", &[(0, 1, Org), (1, 2, Loc)]),
            [(0, 1, Org), (1, 2, Loc)]
        );
        assert_eq!(
            run(
                "Thai Thai Thai",
                &[(0, 1, Misc), (1, 2, Misc), (2, 3, Norp)]
            )[2],
            (2, 3, Norp)
        );
    }
}
