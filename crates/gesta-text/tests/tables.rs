//! The tables of examples: `tokens.tsv`, `sentences.tsv`.

use gesta_text::Text;

fn unmask(s: &str) -> String {
    s.replace('¶', "\n").replace("five°", "five\u{A0}")
}

fn rows(file: &str) -> impl Iterator<Item = (usize, &str)> {
    file.lines()
        .enumerate()
        .map(|(i, l)| (i + 1, l))
        .filter(|(_, l)| !l.trim().is_empty() && !l.starts_with("# "))
}

#[test]
fn tokens_are_cut_as_the_table_says() {
    let mut wrong = Vec::new();
    let mut n = 0;
    for (line, row) in rows(include_str!("tokens.tsv")) {
        let (raw, want) = row
            .split_once('\t')
            .unwrap_or_else(|| panic!("tokens.tsv:{line}: no tab"));
        let text = Text::new(unmask(raw));
        let got: Vec<&str> = (0..text.tokens().len()).map(|i| text.form(i)).collect();
        let got = got.join(" ");
        n += 1;
        if got != want {
            wrong.push(format!("tokens.tsv:{line}\n  want {want}\n  got  {got}"));
        }
    }
    assert!(n >= 80, "only {n} rows");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sentences_end_where_the_table_says() {
    let mut wrong = Vec::new();
    let mut n = 0;
    for (line, row) in rows(include_str!("sentences.tsv")) {
        let raw = unmask(row);
        // Paragraph breaks end sentences whether or not the row says so.
        let want: Vec<String> = raw
            .split('‖')
            .flat_map(|s| s.split("\n\n"))
            .map(|s| s.trim().to_owned())
            .filter(|s| !s.is_empty())
            .collect();
        let text = Text::new(raw.replace('‖', ""));
        let got: Vec<String> = text
            .sentences()
            .iter()
            .map(|s| text.slice(s.span).to_owned())
            .collect();
        n += 1;
        if got != want {
            wrong.push(format!(
                "sentences.tsv:{line}\n  want {want:?}\n  got  {got:?}"
            ));
        }
    }
    assert!(n >= 80, "only {n} rows");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
