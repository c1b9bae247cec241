//! Every rule's examples.

use gesta_text::Text;
use gesta_time::{Tagger, Timex};

fn strip(marked: &str) -> (String, Vec<(usize, usize)>) {
    let (mut text, mut spans, mut open) = (String::new(), Vec::new(), 0);
    for c in marked.chars() {
        match c {
            '[' => open = text.len(),
            ']' => spans.push((open, text.len())),
            c => text.push(c),
        }
    }
    (text, spans)
}

fn show(text: &str, found: &[(Timex, &str)]) -> String {
    found
        .iter()
        .map(|(t, r)| format!("{}={} <{r}>", t.span.of(text), t.value))
        .collect::<Vec<_>>()
        .join("; ")
}

#[test]
fn examples_of_the_rules_hold() {
    let tagger = Tagger::english();
    let mut wrong = Vec::new();
    for e in tagger.examples() {
        let (text, spans) = strip(&e.text);
        let parsed = Text::new(text.clone());
        let found = tagger.explain(&parsed, e.document.parse().ok());
        let ok = if e.positive {
            let want: Vec<(usize, usize, &str)> = spans
                .iter()
                .zip(&e.values)
                .map(|(s, v)| (s.0, s.1, v.as_str()))
                .collect();
            let got: Vec<(usize, usize, &str)> = found
                .iter()
                .map(|(t, _)| (t.span.start as usize, t.span.end as usize, t.value.as_str()))
                .collect();
            want == got
        } else {
            found.iter().all(|(_, r)| *r != e.rule)
        };
        if !ok {
            wrong.push(format!(
                "{} {}: {}\n    want {:?}\n    got  {}",
                e.file,
                e.rule,
                e.text,
                e.values,
                show(&text, &found)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        tagger.examples().len(),
        wrong.join("\n")
    );
}
