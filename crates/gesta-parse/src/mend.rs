//! Trees that no sentence has, set right.

use crate::{Deprel as D, Upos, Word};
use gesta_text::Text;

/// How far from a word its dependents are looked for.
const NEAR: usize = 30;

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

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
            || !DAYS.contains(&text.form(t))
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
