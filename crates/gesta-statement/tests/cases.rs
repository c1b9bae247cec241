//! Texts of `tests/cases/*.txt`, read with the bundled parser model. The forms of the files are told in `direct.txt`.
//!
//! The model is trained anew now and then, and a single tree may come out otherwise: a test fails when more than a few
//! of a hundred expectations are missed, and it names those.

use gesta_actor::Actors;
use gesta_parse::Parser;
use gesta_statement::{Finder, Statement, StatementForm};
use gesta_text::Document;
use std::sync::OnceLock;

fn parser() -> &'static Parser {
    static PARSER: OnceLock<Parser> = OnceLock::new();
    PARSER.get_or_init(|| {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/en.gpm");
        Parser::from_bytes(&std::fs::read(file).expect("the bundled model")).expect("a good model")
    })
}

fn find(finder: &Finder, text: &str) -> (Vec<Statement>, Actors) {
    let parsed = parser().parse_str(text);
    let document = Document::new("case", text);
    let mut actors = gesta_actor::Resolver::bundled().resolve(&document, &parsed, &[]);
    let found = finder.find(&document, &parsed, &mut actors);
    (found, actors)
}

fn plain(s: &str) -> String {
    let s = s
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    let s = ["the ", "a ", "an "]
        .iter()
        .find_map(|a| s.strip_prefix(a))
        .unwrap_or(&s)
        .to_owned();
    s.trim_matches(['"', '“', '”', '.', ',']).to_owned()
}

/// Whether `got` is what `want` shortens.
fn same(got: &str, want: &str) -> bool {
    match want.split_once(" … ") {
        Some((a, b)) => plain(got).starts_with(&plain(a)) && plain(got).ends_with(&plain(b)),
        None => plain(got) == plain(want),
    }
}

/// Words of the speaker's mention, or the entity's name.
fn speaks(s: &Statement, actors: &Actors, text: &str, want: &str) -> bool {
    let Some(party) = &s.speaker else {
        return want == "-";
    };
    let e = &actors.entities[party.entity as usize];
    let mut names: Vec<String> = party.span.iter().map(|x| plain(x.of(text))).collect();
    names.extend(e.name.iter().map(|n| plain(n)));
    names.push(plain(&e.label));
    let w = plain(want);
    // "Maria Silva, the mayor" may stand for "Maria Silva", "the mayor" for "mayor of the town".
    names
        .iter()
        .any(|n| *n == w || n.starts_with(&w) || n.ends_with(&w))
        || party
            .span
            .is_some_and(|x| w.starts_with(&plain(x.of(text))))
}

struct Case {
    name: String,
    text: String,
    want: Vec<[String; 4]>,
}

fn read(file: &str) -> Vec<Case> {
    let mut out: Vec<Case> = Vec::new();
    let mut answers = false;
    for (n, line) in file.lines().enumerate() {
        if line.starts_with('#') && out.is_empty() {
            continue;
        }
        if let Some(name) = line.strip_prefix("== ") {
            out.push(Case {
                name: name.to_owned(),
                text: String::new(),
                want: Vec::new(),
            });
            answers = false;
            continue;
        }
        let Some(case) = out.last_mut() else { continue };
        if line == "--" {
            answers = true;
        } else if !answers {
            case.text.push_str(line);
            case.text.push('\n');
        } else if !line.trim().is_empty() && line.trim() != "nothing" {
            let parts: Vec<String> = line.splitn(4, '|').map(|p| p.trim().to_owned()).collect();
            case.want.push(
                parts
                    .try_into()
                    .unwrap_or_else(|p| panic!("line {}: four parts wanted: {p:?}", n + 1)),
            );
        }
    }
    for c in &mut out {
        c.text = c.text.trim().to_owned();
    }
    out
}

fn run(file: &str, share: f64) {
    let finder = Finder::english();
    let cases = read(file);
    assert!(!cases.is_empty());
    let (mut good, mut all) = (0, 0);
    let mut report = String::new();
    for case in &cases {
        let (mut found, actors) = find(&finder, &case.text);
        // a deed that its teller only names ("claimed the raid") has no content of its own
        found.retain(|s| !s.content.is_empty());
        let mut wrong = Vec::new();
        for s in &found {
            assert!(!s.content[0].is_empty() && s.content[0].end as usize <= case.text.len());
        }
        if case.want.is_empty() {
            all += 1;
            if found.is_empty() {
                good += 1;
            } else {
                wrong.push("nothing wanted".to_owned());
            }
        }
        for [form, speaker, cue, content] in &case.want {
            all += 1;
            let hit = found
                .iter()
                .find(|s| same(s.content[0].of(&case.text), content));
            let Some(s) = hit else {
                wrong.push(format!("missed: {content}"));
                continue;
            };
            let got_form = match s.form {
                StatementForm::Direct => "direct",
                StatementForm::Indirect => "indirect",
                StatementForm::Mixed => "mixed",
            };
            let got_cue = s
                .cue
                .iter()
                .map(|c| c.of(&case.text))
                .collect::<Vec<_>>()
                .join(" ");
            let cue_ok = if cue == "-" {
                got_cue.is_empty()
            } else {
                got_cue == *cue
            };
            if got_form == form && cue_ok && speaks(s, &actors, &case.text, speaker) {
                good += 1;
            } else {
                let who = s
                    .speaker
                    .as_ref()
                    .map(|p| actors.entities[p.entity as usize].label.clone());
                wrong.push(format!(
                    "{got_form} {who:?} {got_cue:?} for {form} {speaker} {cue}: {content}"
                ));
            }
        }
        if !case.want.is_empty() && found.len() > case.want.len() {
            all += 1;
            wrong.push("too many".to_owned());
        }
        if !wrong.is_empty() {
            report.push_str(&format!("{}: {}\n", case.name, wrong.join("; ")));
            for s in &found {
                report.push_str(&format!("      found {:?}\n", s.content[0].of(&case.text)));
            }
        }
    }
    println!("{good} of {all}\n{report}");
    assert!(
        good as f64 >= share * all as f64,
        "{good} of {all} as wanted\n{report}"
    );
}

#[test]
fn direct() {
    run(include_str!("cases/direct.txt"), 0.94);
}

#[test]
fn indirect() {
    run(include_str!("cases/indirect.txt"), 0.9);
}

#[test]
fn official() {
    run(include_str!("cases/official.txt"), 0.9);
}

#[test]
fn nothing() {
    run(include_str!("cases/nothing.txt"), 0.9);
}

/// The examples in `codebook/cues/*.toml`.
#[test]
fn examples_of_the_cue_lists() {
    let finder = Finder::english();
    let (mut good, mut all) = (0, 0);
    let mut report = String::new();
    for x in &finder.cues().examples {
        all += 1;
        let (mut found, actors) = find(&finder, &x.text);
        found.retain(|s| !s.content.is_empty());
        let ok = match &x.want {
            None => found.is_empty(),
            Some((speaker, cue, contents)) => {
                let cued = found.iter().find(|s| {
                    s.cue
                        .iter()
                        .map(|c| c.of(&x.text))
                        .collect::<Vec<_>>()
                        .join(" ")
                        == *cue
                });
                cued.is_some_and(|s| speaks(s, &actors, &x.text, speaker))
                    && contents
                        .iter()
                        .all(|c| found.iter().any(|s| same(s.content[0].of(&x.text), c)))
            }
        };
        good += usize::from(ok);
        if !ok {
            let got: Vec<&str> = found.iter().map(|s| s.content[0].of(&x.text)).collect();
            report.push_str(&format!("{}: {:?}\n      found {got:?}\n", x.file, x.text));
        }
    }
    println!("{good} of {all}\n{report}");
    assert!(
        good as f64 >= 0.9 * all as f64,
        "{good} of {all} examples\n{report}"
    );
}

#[test]
fn deeds_told_by_naming_them() {
    let finder = Finder::english();
    let table = [
        (
            "The rebels claimed responsibility for the raid.",
            Some("The rebels"),
        ),
        ("The raid was claimed by the rebels.", Some("the rebels")),
        (
            "A raid claimed by the rebels shook the port.",
            Some("the rebels"),
        ),
        (
            "The ministry confirmed the arrest of two men.",
            Some("The ministry"),
        ),
        ("The rebels claimed the town.", None),
        ("The ministry did not confirm the arrest.", None),
        ("The bishop confirmed.", None),
    ];
    for (text, want) in table {
        let (found, actors) = find(&finder, text);
        let deed = found.iter().find(|s| s.content.is_empty());
        match want {
            Some(w) => assert!(
                deed.is_some_and(|s| speaks(s, &actors, text, w)),
                "{text}: {deed:?}"
            ),
            None => assert!(deed.is_none(), "{text}"),
        }
    }
}

#[test]
fn nesting_and_hearers() {
    let finder = Finder::english();
    let text = "The minister told the council that the rebels had said that the town was theirs.";
    let (found, _) = find(&finder, text);
    let inner = found
        .iter()
        .find(|s| {
            s.content
                .first()
                .is_some_and(|c| c.of(text) == "the town was theirs")
        })
        .expect("the inner one");
    let outer = &found[inner.within.expect("lies in another") as usize];
    assert!(outer.content[0].contains(inner.content[0]));
}

#[test]
fn pronouns_of_the_first_person_are_the_speaker() {
    let finder = Finder::english();
    let text = "\"I will never leave this island,\" Anna Kovacs said.";
    let (found, actors) = find(&finder, text);
    let speaker = found[0].speaker.as_ref().expect("a speaker").entity;
    if let Some(m) = actors.mentions.iter().find(|m| m.span.of(text) == "I") {
        assert_eq!(m.entities, [speaker]);
    }
}

#[test]
fn bundled_files_can_be_extended() {
    let own = "class = \"say\"\n[[verb]]\nlemmas = [\"gurgle\"]\ntakes = [\"quote\", \"clause\"]\n";
    let mut files = Finder::bundled().to_vec();
    files.push(("own.toml", own));
    let finder = Finder::from_files(&files).expect("good files");
    assert_eq!(finder.cues().verb("gurgle").len(), 1);
    assert!(
        Finder::from_files(&[("bad.toml", "class = 3")])
            .unwrap_err()
            .to_string()
            .starts_with("bad.toml:1")
    );
}
