//! Any bytes, under any file name, end in records that hold together or in a fault that says where.
#![no_main]

use gesta::{Coder, OffsetUnit, Record, RecordOptions};
use gesta_cli::input::{ReadOptions, Reader};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static CODER: LazyLock<Coder> = LazyLock::new(|| Coder::bundled().expect("the bundled data are sound"));

const NAMES: [&str; 7] = ["-", "a.txt", "a.json", "a.jsonl", "a.csv", "a.tsv", "a"];

fuzz_target!(|data: &[u8]| {
    let Some((&first, rest)) = data.split_first() else { return };
    let name = NAMES[first as usize % NAMES.len()];
    let options = ReadOptions { max_text: 1 << 14, strict: first & 0x80 != 0, ..ReadOptions::default() };
    for item in Reader::over(name, rest.to_vec(), options).take(16) {
        match item {
            Err(fault) => assert!(!fault.to_string().is_empty()),
            Ok(input) => {
                let record = CODER.code_with(&input.document, RecordOptions { offsets: OffsetUnit::Codepoint, with_text: true });
                check(&record, &input.document.text);
            }
        }
    }
});

/// Every id that is named exists, every span lies in the text.
fn check(r: &Record, text: &str) {
    let length = text.chars().count() as u32;
    assert_eq!(r.document.length, length);
    let inside = |at: [u32; 2]| assert!(at[0] <= at[1] && at[1] <= length, "{at:?} of {length}");
    r.sentences.iter().for_each(|s| inside(s.span));
    r.entities.iter().flat_map(|e| &e.mentions).for_each(|m| inside(m.span));
    let entity = |id: &str| assert!(r.entities.iter().any(|e| e.id == id), "no entity {id:?}");
    for s in &r.statements {
        s.cue.iter().chain(&s.content).for_each(|&a| inside(a));
        s.speaker.iter().chain(&s.hearer).for_each(|p| entity(&p.entity));
    }
    for e in &r.events {
        assert!(!e.trigger.is_empty());
        e.trigger.iter().for_each(|&a| inside(a));
        e.actor.iter().chain(&e.recipient).for_each(|s| entity(&s.entity));
        e.attribution.iter().for_each(|id| assert!(r.statements.iter().any(|s| s.id == *id)));
    }
    assert_eq!(r.to_json().lines().count(), 1, "a record is one line");
}
