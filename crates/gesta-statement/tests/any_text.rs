//! Whatever the text and however broken the tree, statements come out whole, in order, and in linear time.

use gesta_actor::Actors;
use gesta_parse::{Deprel, Feats, Parsed, Upos, Word};
use gesta_statement::{Finder, quotes};
use gesta_text::{Document, Span, Text};
use proptest::prelude::*;

/// A tree made of the numbers: any head, any label, so long as it is a word of the sentence.
fn wild(text: &str, seed: &[u32]) -> Parsed {
    let text = Text::new(text);
    let n = text.tokens().len();
    let mut lemmas = String::new();
    let mut words = Vec::with_capacity(n);
    for i in 0..n {
        let r = text
            .sentences()
            .iter()
            .find(|s| s.range().contains(&i))
            .map_or(0..n, |s| s.range());
        let x = seed.get(i % seed.len().max(1)).copied().unwrap_or(0) as usize;
        let start = lemmas.len();
        lemmas.push_str(&text.form(i).to_lowercase());
        let xpos = ["VBD", "VBZ", "NN", "VBG", "NNP", "IN"][x % 6];
        words.push(Word {
            upos: Upos::ALL[x % Upos::ALL.len()],
            xpos,
            feats: Feats::default(),
            head: (!x.is_multiple_of(7))
                .then(|| (r.start + (x / 3 + i * 7) % r.len().max(1)) as u32),
            deprel: Deprel::ALL[(x / 11) % Deprel::ALL.len()],
            lemma: Span::new(start, lemmas.len()),
        });
    }
    Parsed::new(text, words, lemmas, Vec::new())
}

fn check(text: &str, parsed: &Parsed) {
    let finder = Finder::english();
    let mut actors = Actors::default();
    let found = finder.find(&Document::new("x", text), parsed, &mut actors);
    let mut last = 0;
    for (i, s) in found.iter().enumerate() {
        let Some(&c) = s.content.first() else {
            // told by naming a deed
            assert!(s.speaker.is_some() && s.cue_token.is_some());
            assert!(s.within.is_none_or(|w| (w as usize) < i));
            continue;
        };
        assert!(
            c.start < c.end && c.end as usize <= text.len(),
            "{text:?} {c:?}"
        );
        assert!(text.is_char_boundary(c.start as usize) && text.is_char_boundary(c.end as usize));
        assert!(c.start >= last, "in order");
        last = c.start;
        let sentence = &parsed.text.sentences()[s.sentence as usize];
        assert!(
            sentence.span.overlaps(c),
            "the content begins in its sentence"
        );
        for cue in &s.cue {
            assert!(!cue.of(text).is_empty());
        }
        if let Some(p) = &s.speaker {
            assert!((p.entity as usize) < actors.entities.len());
        }
        if let Some(w) = s.within {
            assert!((w as usize) < i && found[w as usize].content[0].contains(c));
        }
    }
    for (i, e) in actors.entities.iter().enumerate() {
        for &m in &e.mentions {
            assert!(actors.mentions[m as usize].entities.contains(&(i as u32)));
        }
    }
}

const WORDS: &[&str] = &[
    "said",
    "says",
    "according",
    "to",
    "that",
    "the",
    "minister",
    "“",
    "”",
    "\"",
    "'",
    "’",
    ",",
    ":",
    ".",
    "\n\n",
    "he",
    "I",
    "called",
    "for",
    "as",
    "told",
    "accused",
    "of",
    "lying",
    "statement",
    "by",
    "—",
    "per",
    "claim",
    "announced",
    "plans",
    "and",
    "which",
    "“We",
    "go”",
    "[...]",
    "é",
    "said:",
    "is",
    "was",
    ";",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_characters(text in "\\PC{0,200}", seed in prop::collection::vec(0u32..100_000, 1..60)) {
        check(&text, &wild(&text, &seed));
    }

    #[test]
    fn words_of_saying(picks in prop::collection::vec(0usize..WORDS.len(), 0..80), seed in prop::collection::vec(0u32..100_000, 1..90)) {
        let text = picks.iter().map(|&i| WORDS[i]).collect::<Vec<_>>().join(" ");
        check(&text, &wild(&text, &seed));
    }

    #[test]
    fn quotations_nest_and_never_cross(picks in prop::collection::vec(0usize..WORDS.len(), 0..80)) {
        let text = picks.iter().map(|&i| WORDS[i]).collect::<Vec<_>>().join(" ");
        let text = Text::new(text);
        let all = quotes(&text);
        for (i, q) in all.iter().enumerate() {
            assert!(q.span.contains(q.inner) && !q.inner.is_empty());
            assert!(text.paragraphs().iter().any(|p| p.contains(q.span)), "{:?} leaves its paragraph", q.span);
            for o in &all[i + 1..] {
                assert!(!q.span.overlaps(o.span) || q.span.contains(o.span), "{:?} crosses {:?}", q.span, o.span);
            }
            if let Some(p) = q.parent {
                assert!(all[p as usize].span.contains(q.span));
            }
        }
    }
}

/// Ten times the text may take about ten times as long, not a hundred times.
#[test]
fn linear_on_nested_quotations() {
    for mark in [
        "\"he said ",
        "“he said ",
        "‘a ",
        "said \"a\" ",
        "according to x, ",
        "he said, ",
        "said that he ",
        "\" ",
        "he said: ",
    ] {
        let time = |n: usize| {
            let text = mark.repeat(n);
            let parsed = wild(&text, &[1, 40, 3, 77, 910, 12_345, 6]);
            let start = std::time::Instant::now();
            check(&text, &parsed);
            start.elapsed().as_secs_f64()
        };
        let small = time(1_000).max(0.005);
        let large = time(10_000);
        assert!(
            large < small * 40.0,
            "{mark:?}: {small} s for 1,000, {large} s for 10,000"
        );
    }
}
