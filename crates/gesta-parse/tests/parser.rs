//! What must hold on any text: one root and no cycle in each sentence, spans in order, the same result on every unit;
//! and, on sentences written for the purpose, what a reader would say of them.

use gesta_parse::{Deprel, EntityKind, Parsed, Parser, Unit, Upos, conllu};
use gesta_text::Text;
use proptest::prelude::*;
use std::sync::OnceLock;

fn bytes() -> &'static [u8] {
    static B: OnceLock<Vec<u8>> = OnceLock::new();
    B.get_or_init(|| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/en.gpm");
        std::fs::read(path).expect("models/en.gpm")
    })
}

fn parser() -> &'static Parser {
    static P: OnceLock<Parser> = OnceLock::new();
    P.get_or_init(|| Parser::from_bytes(bytes()).expect("the model loads"))
}

/// Everything that every parse must satisfy.
fn check(d: &Parsed) {
    assert_eq!(d.len(), d.text.tokens().len());
    for (n, s) in d.text.sentences().iter().enumerate() {
        let roots = s.range().filter(|&i| d.head(i).is_none()).count();
        assert_eq!(roots, 1, "sentence {n}");
        for i in s.range() {
            let mut at = i;
            let mut steps = 0;
            while let Some(h) = d.head(at) {
                assert!(s.range().contains(&h));
                at = h;
                steps += 1;
                assert!(steps <= s.range().len(), "a cycle in sentence {n}");
            }
            assert_eq!(d.head(i).is_none(), d.rel(i) == Deprel::Root);
            assert!(!d.word(i).xpos.is_empty());
            assert!(
                d.form(i).is_empty() || !d.lemma(i).is_empty(),
                "no lemma for {:?}",
                d.form(i)
            );
        }
    }
    let mut last = 0;
    for e in &d.named {
        assert!(
            e.tokens.start >= last
                && e.tokens.start < e.tokens.end
                && e.tokens.end as usize <= d.len()
        );
        last = e.tokens.end;
        let (a, b) = (e.tokens.start as usize, e.tokens.end as usize - 1);
        assert_eq!(d.text.sentence_of(a), d.text.sentence_of(b));
    }
}

fn same(a: &Parsed, b: &Parsed) {
    assert_eq!(a.words, b.words);
    assert_eq!(a.lemmas, b.lemmas);
    assert_eq!(a.named, b.named);
}

#[test]
fn odd_texts() {
    for t in [
        "",
        " ",
        "\n\n\t",
        ".",
        "''",
        "\u{0}",
        "\u{feff}",
        "a",
        "?!?!?!",
        "\u{301}",
        "😀😀",
        "ﷺ",
        "İ",
        "ǅ ß ﬁ",
        "1,000,000.5",
        "-",
        "A\u{200d}B",
    ] {
        check(&parser().parse_str(t));
    }
    check(&parser().parse_str(&"x".repeat(300_000)));
    check(&parser().parse_str(&"ß".repeat(30_000)));
}

#[test]
fn long_texts() {
    // one sentence of 5,000 words, and 100,000 sentences of one
    let words = [
        "ministers",
        "of",
        "the",
        "north",
        "and",
        "their",
        "allies",
        ",",
        "who",
        "met",
    ];
    let spans = |n: usize, one: bool| {
        let mut raw = String::new();
        let mut list = Vec::new();
        for i in 0..n {
            let start = raw.len();
            raw.push_str(words[i % words.len()]);
            list.push(gesta_text::Span::new(start, raw.len()));
            raw.push(' ');
        }
        let s: Vec<_> = if one {
            vec![(0, list)]
        } else {
            list.into_iter().map(|s| (0, vec![s])).collect()
        };
        Text::from_tokens(raw, &s)
    };
    check(&parser().parse(spans(5_000, true)));
    check(&parser().parse(spans(100_000, false)));
    // linear: four times the words take about four times as long, whether in one sentence or in many
    let time = |n: usize, one: bool| {
        let best = (0..3).map(|_| {
            let text = spans(n, one);
            let t = std::time::Instant::now();
            let d = parser().parse(text);
            (t.elapsed(), d.len())
        });
        best.min().expect("three runs").0
    };
    for (n, one) in [(2_500, true), (5_000, false)] {
        let (a, b) = (time(n, one), time(4 * n, one));
        assert!(b < a * 12, "{n} words: {a:?}, {} words: {b:?}", 4 * n);
    }
}

const STORY: &str = "TALLOW, March 3 — Foreign Minister Ilse Varga of Northmark told reporters on Tuesday that her government \
would not recognise the elections held in Sandria last month. \"We cannot accept it,\" she said. Opposition leaders were \
arrested by the police in the capital, according to the Sandrian Red Crescent, which didn't say how many.\n\n\
Talks, which had been scheduled for Friday, were postponed; neither side gave a reason...";

#[test]
fn every_unit_reads_the_same() {
    let want = parser().parse_str(STORY);
    check(&want);
    for unit in Unit::available() {
        let p = Parser::from_bytes(bytes())
            .and_then(|p| p.with_unit(unit))
            .expect("available");
        same(&want, &p.parse_str(STORY));
    }
    // and whatever stands around a sentence in its batch
    let long = format!("{}\n\n{STORY}", "Nothing happened. ".repeat(37));
    let d = parser().parse_str(&long);
    let from = d.len() - want.len();
    for i in 0..want.len() {
        assert_eq!(d.lemma(from + i), want.lemma(i));
        assert_eq!(d.rel(from + i), want.rel(i));
        assert_eq!(d.head(from + i).map(|h| h - from), want.head(i));
    }
}

/// A table: text, the word meant, its lemma, tag, relation, and the word it hangs on ("-" for the root).
#[test]
fn plain_sentences() {
    let table = "
The rebels attacked the village .|rebels|rebel|NOUN|nsubj|attacked
The rebels attacked the village .|village|village|NOUN|obj|attacked
The village was attacked by the rebels .|was|be|AUX|aux:pass|attacked
The village was attacked by the rebels .|village|village|NOUN|nsubj:pass|attacked
The village was attacked by the rebels .|rebels|rebel|NOUN|obl:agent|attacked
She said that the talks had failed .|failed|fail|VERB|ccomp|said
Police arrested the man who threw stones .|threw|throw|VERB|acl:relcl|man
They did n't sign it .|n't|not|PART|advmod|sign
The minister 's wives left .|minister|minister|NOUN|nmod:poss|wives
The army and the navy met .|navy|navy|NOUN|conj|army
He wants to leave the country .|leave|leave|VERB|xcomp|wants
";
    for row in table.lines().filter(|l| !l.is_empty()) {
        let f: Vec<&str> = row.split('|').collect();
        let d = parser().parse_str(
            &f[0]
                .replace(" n't", "n't")
                .replace(" 's", "'s")
                .replace(" .", "."),
        );
        let i = (0..d.len()).find(|&i| d.form(i) == f[1]).expect(row);
        let head = d.head(i).map_or("-", |h| d.form(h));
        assert_eq!(
            [d.lemma(i), d.upos(i).as_str(), d.rel(i).as_str(), head],
            [f[2], f[3], f[4], f[5]],
            "{row}"
        );
    }
}

#[test]
fn names() {
    let d = parser().parse_str(
        "President Emmanuel Macron met officials of the United Nations in Paris on Monday.",
    );
    let got: Vec<(String, EntityKind)> = d
        .named
        .iter()
        .map(|n| {
            (
                (n.tokens.start..n.tokens.end)
                    .map(|i| d.form(i as usize))
                    .collect::<Vec<_>>()
                    .join(" "),
                n.kind,
            )
        })
        .collect();
    for want in [
        ("Emmanuel Macron", EntityKind::Per),
        ("United Nations", EntityKind::Org),
        ("Paris", EntityKind::Loc),
    ] {
        assert!(
            got.contains(&(want.0.to_string(), want.1)),
            "{want:?} not in {got:?}"
        );
    }
}

#[test]
fn a_day_before_a_participle_says_when() {
    for t in [
        "A truck bomb was on Friday driven into a police barracks in Herat.",
        "A car bomb was on Monday rammed into a military base in Lorra.",
        "The former minister was on Tuesday charged with fraud.",
        "Two bridges were on Sunday closed by the army.",
    ] {
        let d = parser().parse_str(t);
        check(&d);
        let day = (0..d.len())
            .find(|&i| d.text.form(i).ends_with("day"))
            .expect("a day");
        assert_eq!(d.head(day), Some(day + 1), "{t}");
        assert_eq!(d.head(day + 1), None, "{t}");
        assert!(
            d.kids(day + 1).any(|k| d.rel(k) == Deprel::NsubjPass),
            "{t}"
        );
    }
}

#[test]
fn conllu_comes_back() {
    let d = parser().parse_str(STORY);
    let mut out = String::new();
    conllu::write(&d, &mut out);
    assert_eq!(out.matches("# newpar").count(), 2);
    let gold = conllu::Gold::read(&out).expect("reads its own output");
    assert_eq!(gold.len(), 1);
    let words = &gold[0].words;
    assert_eq!(words.len(), d.len());
    let points: Vec<char> = STORY.chars().collect();
    for (i, w) in words.iter().enumerate() {
        assert_eq!(
            (w.form.as_str(), w.lemma.as_str(), w.upos),
            (d.form(i), d.lemma(i), d.upos(i))
        );
        assert_eq!(
            (w.head.map(|h| h as usize), w.deprel, w.feats),
            (d.head(i), d.rel(i), d.word(i).feats)
        );
        let range = w
            .misc
            .split('|')
            .find_map(|m| m.strip_prefix("TokenRange="))
            .expect("TokenRange");
        let (a, b) = range.split_once(':').expect("two numbers");
        let (a, b): (usize, usize) = (a.parse().expect("number"), b.parse().expect("number"));
        assert_eq!(points[a..b].iter().collect::<String>(), w.form);
    }
    assert!(conllu::Gold::read("1\tonly\tthree").is_err_and(|e| e.contains("line 1")));
    assert_eq!(d.upos(0), Upos::Propn);
}

#[test]
fn broken_models_are_refused() {
    let all = bytes();
    assert!(Parser::from_bytes(b"").is_err());
    assert!(Parser::from_bytes(b"PK\x03\x04").is_err_and(|e| e.to_string().contains("GPM3")));
    for cut in [3, 9, 500, 5_000, all.len() / 2, all.len() - 4096] {
        assert!(Parser::from_bytes(&all[..cut]).is_err(), "cut at {cut}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_text_gives_trees(t in "(\\PC{0,12}[ .,\n\"]){0,60}") {
        check(&parser().parse_str(&t));
    }
    #[test]
    fn words_in_any_order_give_trees(t in proptest::collection::vec("(the|of|said|Minister|attack|,|\\.|and|which|to|was|Paris|3|—)", 0..300)) {
        let d = parser().parse_str(&t.join(" "));
        check(&d);
    }
}

#[test]
fn regular_verbs_have_their_lemma() {
    for (sentence, lemmas) in [
        (
            "Gunners shelled the town and torched its mills.",
            &["shell", "torch"][..],
        ),
        (
            "Troops quelled the revolt, razed the fort and interned its men.",
            &["quell", "raze", "intern"],
        ),
        (
            "The king abdicated after ministers rebuffed him.",
            &["abdicate", "rebuff"],
        ),
        (
            "Rebels ambushed a convoy, hijacked two trucks and strafed a bridge.",
            &["ambush", "hijack", "strafe"],
        ),
        (
            "The envoy was expelled, and trade talks were scuttled.",
            &["expel", "scuttle"],
        ),
        (
            "He vetoed the bill that levied new tolls.",
            &["veto", "levy"],
        ),
        (
            "The two armies skirmished, regrouped and disbanded.",
            &["skirmish", "regroup", "disband"],
        ),
    ] {
        let d = parser().parse_str(sentence);
        for l in lemmas {
            assert!(
                (0..d.len()).any(|i| d.lemma(i) == *l),
                "no {l} in {sentence:?}: {:?}",
                (0..d.len()).map(|i| d.lemma(i)).collect::<Vec<_>>()
            );
        }
    }
}
