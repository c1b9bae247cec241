//! What holds of every text: spans on character boundaries, order, cover, offsets; and time that grows no faster
//! than the text.

use gesta_text::{OffsetMap, OffsetUnit, Span, Text};
use proptest::prelude::*;

/// Characters that no token need cover; the same list as README.md gives.
fn skipped(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{061C}' | '\u{180E}' | '\u{FFF9}'..='\u{FFFB}')
}

fn check(raw: &str) {
    let text = Text::new(raw);
    assert_eq!(text.raw(), raw);
    let mut at = 0usize;
    for token in text.tokens() {
        let (start, end) = (token.span.start as usize, token.span.end as usize);
        assert!(start < end, "empty token in {raw:?}");
        assert!(start >= at, "tokens overlap in {raw:?}");
        assert!(raw.is_char_boundary(start) && raw.is_char_boundary(end));
        assert!(
            raw[at..start].chars().all(skipped),
            "{:?} lost in {raw:?}",
            &raw[at..start]
        );
        assert!(
            !raw[start..end].chars().any(skipped),
            "{:?} covered",
            &raw[start..end]
        );
        at = end;
    }
    assert!(
        raw[at..].chars().all(skipped),
        "{:?} lost at the end",
        &raw[at..]
    );
    // Sentences part the tokens without a gap.
    let mut next = 0u32;
    let mut paragraph = 0u32;
    for s in text.sentences() {
        assert_eq!(s.tokens.start, next);
        assert!(s.tokens.end > s.tokens.start);
        next = s.tokens.end;
        let range = s.range();
        assert_eq!(
            s.span,
            text.tokens()[range.start]
                .span
                .cover(text.tokens()[range.end - 1].span)
        );
        assert!(s.paragraph >= paragraph && (s.paragraph as usize) < text.paragraphs().len());
        assert!(text.paragraphs()[s.paragraph as usize].contains(s.span));
        paragraph = s.paragraph;
    }
    assert_eq!(next as usize, text.tokens().len());
    let mut end = 0;
    for p in text.paragraphs() {
        assert!(p.start >= end && !p.is_empty());
        end = p.end;
    }
    for i in 0..text.tokens().len() {
        assert!(text.sentences()[text.sentence_of(i)].range().contains(&i));
    }
}

/// Text made of what the segmenter has rules for.
fn crowded() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "I",
        "U.S",
        "Lt",
        "don't",
        "can",
        "not",
        "cannot",
        "'s",
        "'",
        "’",
        "‘",
        "\"",
        "“",
        "”",
        "``",
        "''",
        "«",
        "»",
        ".",
        "..",
        "...",
        "…",
        "!",
        "?",
        ",",
        ";",
        ":",
        "-",
        "--",
        "–",
        "—",
        "/",
        "&",
        "@",
        "#",
        "$",
        "US$",
        "%",
        "*",
        "_",
        "+",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "|",
        "\\",
        "^",
        "~",
        "=",
        "1",
        "12",
        "2024",
        "3rd",
        "5pm",
        "km",
        "non",
        "pre",
        "e",
        "http://",
        "www.",
        ".com",
        "a@b.c",
        "mailto:",
        ":)",
        ":-(",
        "Yahoo!",
        "S/",
        "A/RES/",
        "é",
        "e\u{301}",
        "\u{301}",
        "👨",
        "\u{200D}",
        "👩",
        "🇺",
        "🇳",
        "\u{FE0F}",
        "\u{1F3FD}",
        "ש",
        "ل",
        "\u{200F}",
        "\u{202E}",
        "中",
        "。",
        "\u{AD}",
        "\u{200B}",
        "\u{FEFF}",
        "\0",
        "\t",
        " ",
        " ",
        " ",
        "  ",
        "\u{A0}",
        "\n",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\u{2028}",
        "\u{2029}",
        "\u{85}",
        "\u{c}",
        "Mr.",
        "Dec.",
        "No.",
        "Inc.",
        "The",
        "he",
        "said",
        "\u{02BC}",
        "º",
        "²",
        "½",
        "\u{E0067}",
        "\u{10FFFF}",
        "\u{2011}",
        "• ",
        "1. ",
        "(a) ",
        "- ",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_keeps_the_rules(raw in any::<String>()) {
        check(&raw);
    }

    #[test]
    fn crowded_text_keeps_the_rules(raw in crowded()) {
        check(&raw);
    }

    #[test]
    fn cutting_twice_gives_the_same(raw in crowded()) {
        let (a, b) = (Text::new(raw.as_str()), Text::new(raw.as_str()));
        prop_assert_eq!(a.tokens(), b.tokens());
        prop_assert_eq!(a.sentences(), b.sentences());
    }

    #[test]
    fn offsets_equal_naive_counting(head in any::<String>(), body in crowded(), times in 1usize..40) {
        let raw = format!("{head}{}", body.repeat(times));
        let points = OffsetMap::new(&raw, OffsetUnit::Codepoint);
        let units = OffsetMap::new(&raw, OffsetUnit::Utf16);
        let bytes = OffsetMap::new(&raw, OffsetUnit::Byte);
        let (mut n, mut u) = (0u32, 0u32);
        for (i, c) in raw.char_indices() {
            prop_assert_eq!(points.at(i as u32), n);
            prop_assert_eq!(units.at(i as u32), u);
            prop_assert_eq!(bytes.at(i as u32), i as u32);
            n += 1;
            u += c.len_utf16() as u32;
        }
        let end = raw.len() as u32;
        prop_assert_eq!(points.at(end), raw.chars().count() as u32);
        prop_assert_eq!(units.at(end), raw.encode_utf16().count() as u32);
        prop_assert_eq!(units.span(Span::new(0, raw.len())), [0, u]);
        // Beyond the end is the end.
        prop_assert_eq!(points.at(end.saturating_add(9)), n);
    }
}

#[test]
fn an_offset_inside_a_character_is_its_start() {
    for unit in [OffsetUnit::Codepoint, OffsetUnit::Utf16, OffsetUnit::Byte] {
        // Characters of four bytes lie across the marks of the map.
        for lead in 0..4 {
            let raw = format!("{}{}", "a".repeat(254 + lead), "😀é".repeat(300));
            let map = OffsetMap::new(&raw, unit);
            let mut n = 0u32;
            for (i, c) in raw.char_indices() {
                for inside in 0..c.len_utf8() {
                    assert_eq!(map.at((i + inside) as u32), n, "{unit:?} {i}+{inside}");
                }
                n += match unit {
                    OffsetUnit::Codepoint => 1,
                    OffsetUnit::Utf16 => c.len_utf16() as u32,
                    OffsetUnit::Byte => c.len_utf8() as u32,
                };
            }
        }
    }
}

#[test]
fn every_short_text_of_difficult_characters_keeps_the_rules() {
    let marks = [
        "a", "A", "1", ".", ",", "'", "’", "\"", "-", "/", "@", ":", "(", " ", "\n", "é",
        "\u{200D}", "🇺", "\0",
    ];
    for a in marks {
        for b in marks {
            for c in marks {
                check(&format!("{a}{b}{c}"));
                check(&format!("Mr{a}{b}{c}s"));
            }
        }
    }
}

#[test]
fn freaks_end_in_time() {
    let n = 200_000;
    let start = std::time::Instant::now();
    for unit in [
        "a",
        "\0",
        " ",
        "\n",
        "\"",
        "“",
        "''",
        "(",
        ".",
        "-",
        "'s",
        "a.",
        "a-",
        "a/",
        "1,",
        "1-",
        "1/",
        "1:",
        "@",
        "a@",
        "http://",
        "n't",
        "\u{301}",
        "\u{200D}",
        "👨\u{200D}",
        "🇺",
        "ש",
        "e\u{301}",
        "A.",
        "non-",
        "U.S.",
        "\r",
        "\u{2028}",
        "a\n",
        "a. A",
        "[1]",
        "*a",
        "&a",
        "$",
        "((",
        ":)",
        "<",
        "a b ",
        "? ",
        "Mr. ",
        "! \" ",
        "A ",
        "a.b.c.",
        "www.",
        "S/1",
    ] {
        let raw = unit.repeat(n / unit.len());
        let text = Text::new(raw.as_str());
        assert!(text.tokens().len() <= raw.len());
    }
    // About 10 MB; quadratic steps would take hours.
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn ten_thousand_nested_quotations() {
    let raw = format!("{}Yes.{}", "He said, “".repeat(10_000), "”".repeat(10_000));
    check(&raw);
}

#[test]
fn nothing_comes_of_nothing() {
    for raw in [
        "",
        " ",
        "\n\n",
        "\0\0\0",
        "\u{FEFF}",
        "\u{200B}\u{A0}\t\r\n",
    ] {
        let text = Text::new(raw);
        assert!(
            text.tokens().is_empty() && text.sentences().is_empty() && text.paragraphs().is_empty()
        );
    }
}
