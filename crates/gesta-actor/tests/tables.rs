//! Runs the tables beside this file: dated look-ups, phrases of the role grammar, chains of coreference.

use gesta_actor::{Actors, Resolver};
use gesta_parse::{Parsed, Parser};
use gesta_text::{Document, Span};
use std::sync::LazyLock;

static PARSER: LazyLock<Parser> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/en.gpm");
    Parser::from_bytes(&std::fs::read(path).expect("models/en.gpm")).expect("the model can be read")
});
/// The tables of the repository's `actors/`, in order of their names.
static TABLES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../actors");
    let mut names: Vec<_> = std::fs::read_dir(root)
        .expect("actors/")
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .filter(|n| n.ends_with(".tsv"))
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|n| {
            (
                n.clone(),
                std::fs::read_to_string(format!("{root}/{n}")).expect("a table"),
            )
        })
        .collect()
});
static RESOLVER: LazyLock<Resolver> = LazyLock::new(Resolver::bundled);

fn rows(text: &'static str) -> Vec<(usize, Vec<(&'static str, &'static str)>)> {
    let mut cols: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    for (i, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        if cols.is_empty() {
            cols = cells;
            continue;
        }
        let cell = |i: usize| cells.get(i).copied().unwrap_or("");
        out.push((
            i + 1,
            cols.iter()
                .enumerate()
                .map(|(i, c)| (*c, cell(i)))
                .collect(),
        ));
    }
    out
}

fn get<'a>(row: &[(&str, &'a str)], col: &str) -> &'a str {
    row.iter().find(|c| c.0 == col).map_or("", |c| c.1)
}

/// Whether a value is as expected: empty is not checked, "-" is none.
fn fits(expected: &str, got: Option<&str>) -> bool {
    match expected {
        "" => true,
        "-" => got.is_none(),
        e => got == Some(e),
    }
}

fn report(failures: &[String], all: usize, allowed: usize) {
    for f in failures {
        println!("{f}");
    }
    println!("{} of {all} right", all - failures.len());
    assert!(
        failures.len() <= allowed,
        "{} of {all} wrong (allowed: {allowed}); see above",
        failures.len()
    );
}

#[test]
fn tables_have_no_errors() {
    if let Err(errors) = Resolver::from_files(TABLES.clone()) {
        for e in &errors {
            println!("{e}");
        }
        panic!("{} wrong lines in actors/", errors.len());
    }
}

#[test]
fn packed_form_is_the_same() {
    let packed = Resolver::pack(&TABLES).expect("no errors");
    assert!(
        packed == Resolver::packed(),
        "actors.bin is stale: run cargo run -p gesta-actor --example pack"
    );
    let r = Resolver::from_packed(&packed).expect("it can be read");
    for q in ["Iran", "Hezbollah", "Kremlin", "Syrians"] {
        assert_eq!(r.lookup(q, None), RESOLVER.lookup(q, None), "{q}");
    }
}

#[test]
fn lookups() {
    let mut failures = Vec::new();
    let table = rows(include_str!("lookups.tsv"));
    for (line, row) in &table {
        let g = |c: &str| get(row, c);
        let date = match g("date") {
            "" | "-" => None,
            d => Some(
                d.parse()
                    .unwrap_or_else(|e| panic!("lookups.tsv:{line}: date: {e}")),
            ),
        };
        let found = RESOLVER.lookup(g("query"), date);
        let first = found.first();
        let ok = fits(g("name"), first.map(|f| f.name.as_str()))
            && first.is_none_or(|f| {
                fits(g("country"), f.country.as_ref().map(|c| c.as_str()))
                    && fits(g("org"), f.org.as_deref())
                    && fits(g("sector"), f.sectors.first().map(|s| s.as_str()))
                    && fits(g("office"), f.office.as_deref())
            });
        if !ok {
            failures.push(format!(
                "lookups.tsv:{line}: {} on {}: got {first:?}",
                g("query"),
                g("date")
            ));
        }
    }
    report(&failures, table.len(), 0);
}

fn resolve(text: &str, date: &str) -> (Parsed, Actors) {
    let mut document = Document::new("test", text);
    document.published = (!date.is_empty()).then(|| date.parse().expect("a date"));
    let parsed = PARSER.parse_str(text);
    let actors = RESOLVER.resolve(&document, &parsed, &[]);
    (parsed, actors)
}

/// The mention that fits a span best: its head inside, the greatest overlap.
fn mention(parsed: &Parsed, actors: &Actors, span: Span) -> Option<usize> {
    let mut best: Option<(f64, usize)> = None;
    for (i, m) in actors.mentions.iter().enumerate() {
        let head = parsed.text.tokens()[m.head as usize].span;
        if !span.overlaps(head) {
            continue;
        }
        let inter = span
            .end
            .min(m.span.end)
            .saturating_sub(span.start.max(m.span.start));
        let score = f64::from(inter) / span.cover(m.span).len() as f64;
        if best.is_none_or(|b| score > b.0) {
            best = Some((score, i));
        }
    }
    best.map(|b| b.1)
}

#[test]
fn role_grammar() {
    let mut failures = Vec::new();
    let table = rows(include_str!("roles.tsv"));
    for (line, row) in &table {
        let g = |c: &str| get(row, c);
        let marked = g("sentence");
        let (a, b) = (
            marked.find("[[").expect("[["),
            marked.find("]]").expect("]]"),
        );
        let text = marked.replace("[[", "").replace("]]", "");
        let (parsed, actors) = resolve(&text, g("date"));
        let m = mention(&parsed, &actors, Span::new(a, b - 2)).map(|i| &actors.mentions[i]);
        let e = m
            .and_then(|m| m.entities.first())
            .map(|&e| &actors.entities[e as usize]);
        let ok = e.is_some_and(|e| {
            fits(g("country"), e.country.as_ref().map(|c| c.as_str()))
                && fits(g("org"), e.org.as_deref())
                && fits(g("sector"), e.sector.map(|s| s.as_str()))
                && fits(g("name"), e.name.as_deref())
        }) && (g("size").is_empty()
            || m.and_then(|m| m.size).map(|n| n.to_string()).as_deref() == Some(g("size")));
        if !ok {
            let got = e.map(|e| {
                format!(
                    "{:?} {}/{} {} name {:?} size {:?}",
                    e.kind,
                    e.country.map_or("-".to_string(), |c| c.to_string()),
                    e.org.as_deref().unwrap_or("-"),
                    e.sector.map_or("-", |s| s.as_str()),
                    e.name,
                    m.and_then(|m| m.size)
                )
            });
            failures.push(format!(
                "roles.tsv:{line}: {marked}: got {}",
                got.unwrap_or("nobody".into())
            ));
        }
    }
    report(&failures, table.len(), table.len() / 20);
}

/// A text with its marks taken out: spans and their chains.
fn unmark(marked: &str) -> (String, Vec<(Span, String)>) {
    let mut text = String::new();
    let mut marks = Vec::new();
    let mut rest = marked;
    while let Some(a) = rest.find('[') {
        text.push_str(&rest[..a]);
        let b = a + rest[a..].find(']').expect("] after [");
        let (words, chain) = rest[a + 1..b].rsplit_once('|').expect("| in a mark");
        let start = text.len();
        text.push_str(words);
        marks.push((Span::new(start, text.len()), chain.to_string()));
        rest = &rest[b + 1..];
    }
    text.push_str(rest);
    (text, marks)
}

#[test]
fn coreference() {
    let mut failures = Vec::new();
    let mut all = 0;
    let source = include_str!("coref.md");
    for section in source.split("\n## ").skip(1) {
        all += 1;
        let mut lines = section.lines();
        let title = lines.next().unwrap_or("");
        let mut date = "";
        let mut marked = String::new();
        for l in lines {
            match l.strip_prefix("date: ") {
                Some(d) => date = d,
                None => marked.push_str(l),
            }
        }
        let (text, marks) = unmark(marked.trim());
        let (parsed, actors) = resolve(&text, date);
        // which entities each chain turned out to be
        let mut chains: Vec<(String, Vec<u32>)> = Vec::new();
        let mut wrong = Vec::new();
        for (span, chain) in &marks {
            let got = mention(&parsed, &actors, *span).map(|i| actors.mentions[i].entities.clone());
            let words = span.of(&text);
            let Some(got) = got else {
                wrong.push(format!("[{words}] is no mention"));
                continue;
            };
            let mut expected: Vec<u32> = Vec::new();
            let ids: Vec<&str> = chain.split(',').filter(|c| *c != "-").collect();
            for id in &ids {
                match chains.iter().find(|c| c.0 == *id) {
                    Some(c) => expected.extend(&c.1),
                    None if ids.len() == 1 && !got.is_empty() => {
                        if let Some(c) = chains.iter().find(|c| c.1 == got) {
                            wrong.push(format!("[{words}] is chain {}, should be a new one", c.0));
                        }
                        chains.push((id.to_string(), got.clone()));
                        expected.extend(&got);
                    }
                    None => {}
                }
            }
            let mut sorted = got.clone();
            sorted.sort_unstable();
            expected.sort_unstable();
            if sorted != expected && title != "mid-story lead" {
                let who: Vec<&str> = got
                    .iter()
                    .map(|&e| actors.entities[e as usize].label.as_str())
                    .collect();
                wrong.push(format!("[{words}] should be chain {chain}, is {who:?}"));
            }
        }
        if !wrong.is_empty() {
            failures.push(format!("{title}: {}", wrong.join("; ")));
        }
    }
    report(&failures, all, all / 10);
}

#[test]
fn unknown_demonyms_are_reported() {
    let text =
        "Iran spoke. Iran paid. Ruritanian Foreign Minister Otto Hentz condemned the raid in Iran.";
    let (parsed, actors) = resolve(text, "");
    let e = actors
        .entities
        .iter()
        .find(|e| e.name.as_deref() == Some("Otto Hentz"))
        .expect("he is an actor");
    assert_eq!(e.country, None, "nothing says whose minister he is");
    assert_eq!(e.sector.map(|s| s.as_str()), Some("GOV"));
    let notes: Vec<&str> = actors
        .notes
        .iter()
        .map(|n| parsed.text.slice(n.span))
        .collect();
    assert_eq!(notes, ["Ruritanian"]);
}

#[test]
fn petrarch_dictionaries_are_read() {
    let text = "\
; an actor dictionary
OTTO_HENTZ_ ; minister, then a private man
+HENTZ_OTTO_
\t[DEUGOV 20030101-20071231]
\t[DEUELI >20080101]
\t[DEUXQZ <19991231]
FRONT_OF_THE_GREEN_FLAG_ [LBNREB]
PERSIAN_REALM_ [IRN]
NOWHERE_MEN_ [QQQ]
!PERSON! = MAN, WOMAN
GATE!PERSON!_ {GATEMEN} [~COP]
BROKEN_ [DEUGOV 2003-13-45]
";
    let got = RESOLVER.import_petrarch(text);
    let file = |n: &str| {
        got.files
            .iter()
            .find(|f| f.0.starts_with(n))
            .map(|f| f.1.as_str())
            .unwrap_or("")
    };
    assert!(
        file("persons").contains("Otto Hentz\tHentz Otto\tDEU\tDEU\tGOV\t2003-01-01\t2007-12-31"),
        "{got:?}"
    );
    assert!(
        file("organisations").contains("Front of the Green Flag\t\tarmed\tLBN\tREB"),
        "{got:?}"
    );
    assert!(file("epithets").contains("Persian Realm\tIRN"), "{got:?}");
    assert!(
        file("roles").contains("gateman\tgatemen\tperson\tCOP"),
        "{got:?}"
    );
    let said = got.notes.join("\n");
    for about in ["XQZ", "QQQ", "2003-13-45"] {
        assert!(said.contains(about), "nothing is said of {about}: {said}");
    }
    // what comes out can be read again, and counts
    let r = Resolver::with_extra(got.files).unwrap_or_else(|e| panic!("{e:?}"));
    let day = |s: &str| Some(s.parse().expect("a date"));
    assert_eq!(
        r.lookup("Otto Hentz", day("2005-05-01"))[0].sectors[0].as_str(),
        "GOV"
    );
    assert_eq!(
        r.lookup("Otto Hentz", day("2010-05-01"))[0].sectors[0].as_str(),
        "ELI"
    );
    assert_eq!(
        r.lookup("Persian Realm", None)[0]
            .country
            .map(|c| c.to_string())
            .as_deref(),
        Some("IRN")
    );
}

#[test]
fn users_tables_take_the_place_of_bundled_ones() {
    let extra = vec![("states-mine.tsv".to_string(), "code\tname\tdemonyms\tadjectives\tseats\nRUR\tRuritania\tRuritanian/Ruritanians\tRuritanian\tStrelsau\n".to_string())];
    let r = Resolver::with_extra(extra).unwrap_or_else(|e| panic!("{e:?}"));
    assert_eq!(
        r.lookup("Ruritanians", None)[0]
            .country
            .map(|c| c.to_string())
            .as_deref(),
        Some("RUR")
    );
    let bad = vec![(
        "persons-mine.tsv".to_string(),
        "name\thome\tfrom\nOtto\tRUR\t20145\n".to_string(),
    )];
    let e = Resolver::with_extra(bad).err().expect("the date is wrong");
    assert_eq!(
        e[0].to_string(),
        "persons-mine.tsv:2: from: \"20145\" is no date (YYYY, YYYY-MM or YYYY-MM-DD)"
    );
}

#[test]
fn no_office_has_two_holders() {
    let found = RESOLVER.check();
    for e in &found {
        println!("{e}");
    }
    assert!(found.is_empty(), "{} overlapping spells", found.len());
}

#[test]
fn any_text_is_resolved() {
    // long and odd texts: no panic, and time that grows with the length only
    let mut odd = vec![
        String::new(),
        "...".to_string(),
        "of of of of 's 's ' - - -".to_string(),
        "(A) (AB) [T]he House's' al- al-Assad -led Syria-".to_string(),
        "president ".repeat(3000),
        "the Syrian president and ".repeat(2000),
        "he said she said they said it said ".repeat(1500),
        "The two leaders met both of them. ".repeat(500),
        "army of the king of ".repeat(1500),
    ];
    odd.push("Сирия 叙利亚 سوريا \u{0} \u{300}\u{301} İstanbul ß ﬁ".to_string());
    for text in odd {
        let (parsed, actors) = resolve(&text, "2020-01-01");
        for m in &actors.mentions {
            assert!(
                m.head < parsed.len() as u32 && m.tokens.contains(&m.head),
                "{m:?}"
            );
            assert!(
                text.get(m.span.start as usize..m.span.end as usize)
                    .is_some()
            );
            assert!(
                m.entities
                    .iter()
                    .all(|&e| (e as usize) < actors.entities.len())
            );
        }
    }
}
