//! `gesta codebook`: what is coded, in the codebook's own words, and whether its examples come out.

use super::{End, print};
use crate::args::{Codebook, Knowledge, When};
use crate::terminal::{Ink, Rich, Terminal};
use gesta::record::Slot;
use gesta::{Coder, Document, Entry, Record};

pub(super) fn run(args: Codebook, color: When) -> End {
    let terminal = Terminal::detect(color, true);
    let (knowledge, what) = match args {
        Codebook::Test { id, knowledge } => (knowledge, What::Test(id.unwrap_or_default())),
        Codebook::Show { id, knowledge } => (knowledge, What::Show(id)),
        Codebook::List { knowledge } => (knowledge, What::List),
    };
    match done(&knowledge, &what, terminal) {
        Ok(end) => end,
        Err(message) => End::Failed(message),
    }
}

enum What {
    Test(String),
    Show(String),
    List,
}

fn done(knowledge: &Knowledge, what: &What, terminal: Terminal) -> Result<End, String> {
    let coder = super::coder(knowledge)?;
    match what {
        What::Test(id) => Ok(test(&coder, id, terminal)),
        What::Show(id) => show(&coder, id, terminal),
        What::List => Ok(list(&coder, terminal)),
    }
}

fn list(coder: &Coder, terminal: Terminal) -> End {
    let entries = coder.entries();
    let wide = entries.iter().map(|e| e.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for Entry { id, file, line, .. } in entries {
        let mut row = Rich::new();
        row.push(Ink::Bold, format!("{id:wide$}"))
            .push(Ink::Dim, format!("  {file}:{line}"));
        out.push_str(&row.line(terminal));
        out.push('\n');
    }
    print(out.as_bytes())
}

fn show(coder: &Coder, id: &str, terminal: Terminal) -> Result<End, String> {
    let entries = coder.entries();
    let mut found: Vec<_> = entries.iter().filter(|e| e.id == id).collect();
    if found.is_empty() {
        found = entries.iter().filter(|e| e.id.starts_with(id)).collect();
    }
    if found.is_empty() {
        let near: Vec<&str> = entries
            .iter()
            .map(|e| e.id.as_str())
            .filter(|e| e.contains(id))
            .take(8)
            .collect();
        let hint = if near.is_empty() {
            "`gesta codebook list` has them all".into()
        } else {
            format!("near it: {}", near.join(", "))
        };
        return Err(format!("no entry is called {id:?}; {hint}"));
    }
    let mut out = String::new();
    for Entry {
        id,
        file,
        line,
        source,
    } in found
    {
        let mut head = Rich::new();
        head.push(Ink::Bold, id)
            .push(Ink::Dim, format!("  {file}:{line}"));
        out.push_str(&head.line(terminal));
        out.push('\n');
        out.push_str(source.trim_end());
        out.push_str("\n\n");
    }
    Ok(print(out.as_bytes()))
}

/// Codes each example and compares.
fn test(coder: &Coder, prefix: &str, terminal: Terminal) -> End {
    let (mut good, mut out, mut bad) = (0, String::new(), 0);
    for e in coder
        .matcher()
        .examples()
        .iter()
        .filter(|e| e.rule.starts_with(prefix))
    {
        let record = coder.code(&Document::new("example", e.text.as_str()));
        let fired: Vec<String> = record
            .events
            .iter()
            .filter(|x| x.rule == e.rule)
            .map(dyad)
            .collect();
        let right = match &e.expect {
            Some(want) => fired.iter().any(|f| same_dyad(f, want)),
            None => fired.is_empty(),
        };
        if right {
            good += 1;
            continue;
        }
        bad += 1;
        let mut head = Rich::new();
        head.push(Ink::Bad, "✗ ")
            .push(Ink::Bold, &e.rule)
            .push(Ink::Dim, format!("  {}:{}", e.file, e.line));
        out.push_str(&head.line(terminal));
        out.push('\n');
        let mut text = Rich::new();
        text.push(Ink::Plain, &e.text);
        text.wrapped(&mut out, terminal, "    ", 4);
        let wanted = match &e.expect {
            Some(w) => format!("wanted  {w}"),
            None => "wanted  nothing".into(),
        };
        let got = if fired.is_empty() {
            others(&record)
        } else {
            fired.join("; ")
        };
        for line in [wanted, format!("got     {got}")] {
            let mut r = Rich::new();
            r.push(Ink::Dim, line);
            r.wrapped(&mut out, terminal, "    ", 4);
        }
    }
    let mut sum = Rich::new();
    let ink = if bad == 0 { Ink::Good } else { Ink::Bad };
    sum.push(
        ink,
        format!("{good} of {} examples come out as they should", good + bad),
    );
    out.push_str(&sum.line(terminal));
    out.push('\n');
    match print(out.as_bytes()) {
        End::Good if bad > 0 => End::Faults,
        end => end,
    }
}

fn others(record: &Record) -> String {
    let list: Vec<String> = record
        .events
        .iter()
        .map(|e| format!("{} ({})", dyad(e), e.rule))
        .collect();
    if list.is_empty() {
        "nothing".into()
    } else {
        format!("nothing, but {}", list.join("; "))
    }
}

fn dyad(e: &gesta::record::Event) -> String {
    let side = |slots: &[Slot]| {
        let mut keys: Vec<String> = slots
            .iter()
            .map(|s| {
                s.country
                    .clone()
                    .or(s.org.as_ref().map(|o| o.to_lowercase()))
                    .unwrap_or_else(|| "?".into())
            })
            .collect();
        keys.sort();
        keys.dedup();
        keys.join("+")
    };
    format!("{} -> {}", side(&e.actor), side(&e.recipient))
}

/// Compares sides as sets: "NOR+SWE ->" is "SWE+NOR -> ".
fn same_dyad(got: &str, want: &str) -> bool {
    let sides = |s: &str| -> Vec<Vec<String>> {
        s.splitn(2, "->")
            .map(|side| {
                let mut keys: Vec<String> = side
                    .split('+')
                    .map(|k| k.trim().to_owned())
                    .filter(|k| !k.is_empty())
                    .collect();
                keys.sort();
                keys.dedup();
                keys
            })
            .collect()
    };
    sides(got) == sides(want)
}
