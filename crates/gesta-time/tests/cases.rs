//! The table of cases that anybody can extend.

use gesta_text::Text;
use gesta_time::{Tagger, is_well_formed};

#[test]
fn table_of_cases_holds() {
    let tagger = Tagger::english();
    let table = include_str!("cases.tsv");
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for (n, line) in table.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        cases += 1;
        let fields: Vec<&str> = line.split('\t').collect();
        let [marked, date, values] = fields[..] else {
            panic!("cases.tsv:{}: three fields parted by tabs", n + 1);
        };
        let date = match date {
            "-" => None,
            d => Some(
                d.parse()
                    .unwrap_or_else(|_| panic!("cases.tsv:{}: {d} is no date", n + 1)),
            ),
        };
        let (mut raw, mut spans) = (String::new(), Vec::new());
        for c in marked.chars() {
            match c {
                '[' => spans.push((raw.len(), 0)),
                ']' => spans.last_mut().expect("an open bracket").1 = raw.len(),
                c => raw.push(c),
            }
        }
        let values: Vec<&str> = values.split("; ").filter(|v| !v.is_empty()).collect();
        let text = Text::new(raw.clone());
        let found = tagger.explain(&text, date);
        let same = found.len() == spans.len()
            && found.len() == values.len()
            && found.iter().zip(&spans).zip(&values).all(|((f, s), v)| {
                (f.0.span.start as usize, f.0.span.end as usize) == *s && f.0.value == *v
            });
        assert!(found.iter().all(|f| is_well_formed(&f.0.value)), "{raw}");
        if !same {
            let got: Vec<String> = found
                .iter()
                .map(|(t, r)| format!("{}={} <{r}>", t.span.of(&raw), t.value))
                .collect();
            wrong.push(format!(
                "line {}: {line}\n    got {}",
                n + 1,
                got.join("; ")
            ));
        }
    }
    assert!(cases >= 250, "{cases} cases");
    assert!(
        wrong.is_empty(),
        "{} of {cases}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
