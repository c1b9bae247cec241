//! Trees that no sentence has, set right.

use crate::{Deprel as D, NamedSpan, Upos, Word};
use gesta_text::{Text, WEEKDAYS};

/// How far from a word its dependents are looked for.
const NEAR: usize = 30;

/// "A lorry was on Monday driven into a base": the day is no predicate that the participle describes; it says when the lorry was
/// driven. Treebanks hold few such sentences, newspapers many,
/// and what belongs to the verb is hung on the day.
pub(crate) fn days(text: &Text, words: &mut [Word]) {
    for t in 1..words.len().saturating_sub(1) {
        let v = t + 1;
        let on = |a: usize, b: usize| words[a].head == Some(b as u32);
        let under = on(v, t) && matches!(words[v].deprel, D::Acl | D::AclRelcl);
        if words[t].upos != Upos::Propn
            || !matches!(words[v].xpos, "VBN" | "VBD")
            || !(under || on(t, v))
            || !WEEKDAYS.contains(&text.form(t))
        {
            continue;
        }
        let near = t.saturating_sub(NEAR)..words.len().min(t + NEAR);
        let of = |w: &Word| w.head == Some(t as u32);
        if !words[near.start..t]
            .iter()
            .any(|w| of(w) && w.deprel == D::Cop)
        {
            continue;
        }
        if under {
            (words[v].head, words[v].deprel) = (words[t].head, words[t].deprel);
        }
        words[v].xpos = "VBN";
        (words[t].head, words[t].deprel) = (Some(v as u32), D::Obl);
        for w in near.filter(|&w| w != v) {
            let word = &mut words[w];
            if !of(word) || word.deprel == D::Case {
                continue;
            }
            word.head = Some(v as u32);
            word.deprel = match word.deprel {
                D::Cop => D::AuxPass,
                D::Nsubj => D::NsubjPass,
                D::Nmod => D::Obl,
                other => other,
            };
        }
    }
}

/// What stands outside a name and hangs on one of its later words hangs on its head: "to" of "to Kuo Minar" when the tree
/// makes the second word the head and leaves the preposition at the first. A name of two heads is left alone.
pub(crate) fn whole(words: &mut [Word], named: &[NamedSpan]) {
    for e in named.iter().filter(|e| e.tokens.len() > 1) {
        let inside = |t: u32| e.tokens.contains(&t);
        let mut tops = e
            .tokens
            .clone()
            .filter(|&t| words[t as usize].head.is_none_or(|h| !inside(h)));
        let (Some(top), None) = (tops.next(), tops.next()) else {
            continue;
        };
        // near by: a name's dependents stand beside it, and a bound keeps the time linear
        let from = (e.tokens.start as usize).saturating_sub(NEAR);
        let to = words.len().min(e.tokens.end as usize + NEAR);
        for (w, word) in words.iter_mut().enumerate().take(to).skip(from) {
            if !inside(w as u32) && word.head.is_some_and(|h| h != top && inside(h)) {
                word.head = Some(top);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EntityKind, Feats};
    use gesta_text::Span;

    #[test]
    fn dependents_hang_on_the_head_of_a_name() {
        let word = |head| Word {
            upos: Upos::Propn,
            xpos: "NNP",
            feats: Feats::default(),
            head,
            deprel: D::Nmod,
            lemma: Span::default(),
        };
        // bound to(→Kuo) Kuo(→Minar) Minar(→bound)
        let mut words: Vec<Word> = [None, Some(2), Some(3), Some(0)].map(word).into();
        let name = |a, b| NamedSpan {
            tokens: a..b,
            kind: EntityKind::Org,
        };
        whole(&mut words, &[name(2, 4)]);
        let heads: Vec<_> = words.iter().map(|w| w.head).collect();
        assert_eq!(heads, [None, Some(3), Some(3), Some(0)]);
        // two words of the name hang on others: left alone
        let mut words: Vec<Word> = [None, Some(2), Some(0), Some(0)].map(word).into();
        whole(&mut words, &[name(2, 4)]);
        assert_eq!(words[1].head, Some(2));
    }
}
