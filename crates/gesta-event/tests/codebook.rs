//! The repository's codebook can be read, and mistakes in one are told with file, line and field.

use gesta_event::Matcher;
use std::path::Path;

fn files() -> Vec<(String, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../codebook");
    let mut out: Vec<(String, String)> = std::fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|x| x == "toml"))
        .map(|p| {
            (
                p.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read_to_string(&p).unwrap(),
            )
        })
        .collect();
    out.sort();
    out
}

#[test]
fn the_codebook_is_sound() {
    let m = Matcher::new(&files()).unwrap_or_else(|e| panic!("{}", e.join("\n")));
    assert!(m.entries().len() > 60);
    let with_example: std::collections::BTreeSet<_> =
        m.examples().iter().map(|e| e.rule.as_str()).collect();
    for e in m.entries() {
        assert!(
            with_example.contains(e.id.as_str()),
            "{}:{}: {} has no example",
            e.file,
            e.line,
            e.id
        );
        assert!(e.source.starts_with("[[pattern]]"), "{}", e.source);
        assert!(
            e.source.contains(&format!("id = {:?}", e.id)),
            "{}",
            e.source
        );
    }
}

#[test]
fn mistakes_name_file_line_and_field() {
    let mut files = files();
    files.push(("mine.toml".into(), "event = \"ACCUSE\"\n\n[[pattern]]\nid = \"x\"\nwhen = \"condemn OBJEKT\"\nmode = [\"shout\"]\n".into()));
    let errors = Matcher::new(&files).err().unwrap();
    assert!(
        errors
            .iter()
            .any(|e| e.starts_with("mine.toml:3: x: when:") && e.contains("OBJEKT")),
        "{errors:?}"
    );
    assert!(
        errors
            .iter()
            .any(|e| e.starts_with("mine.toml:3: x: mode:") && e.contains("shout")),
        "{errors:?}"
    );
}

#[test]
fn a_later_entry_overrides_an_earlier_one() {
    let mut files = files();
    let before = Matcher::new(&files).unwrap().entries().len();
    files.push((
        "zz.toml".into(),
        "[[pattern]]\nid = \"request/urge\"\nevent = \"REQUEST\"\nwhen = \"urge OBJ\"\n".into(),
    ));
    let m = Matcher::new(&files).unwrap();
    assert_eq!(m.entries().len(), before);
    assert!(
        m.entries()
            .iter()
            .any(|e| e.id == "request/urge" && e.file == "zz.toml")
    );
}
