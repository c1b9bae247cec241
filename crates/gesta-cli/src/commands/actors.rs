//! `gesta actors`: who is known, and as what on which day.

use super::{End, print};
use crate::args::{Actors, Knowledge, When};
use crate::terminal::{Ink, Rich, Terminal};
use std::fs;
use std::path::Path;

pub(super) fn run(args: Actors, color: When) -> End {
    match args {
        Actors::Import { file, output } => {
            import(&file, output.as_deref()).unwrap_or_else(End::Failed)
        }
        Actors::Check { knowledge } => match super::coder(&knowledge) {
            Err(e) => End::Failed(e),
            Ok(coder) => {
                let faults = coder.resolver().check();
                let out: String = faults.iter().map(|f| format!("{f}\n")).collect();
                match print(out.as_bytes()) {
                    End::Good if !faults.is_empty() => End::Faults,
                    end => end,
                }
            }
        },
        Actors::Lookup {
            name,
            date,
            knowledge,
        } => {
            let coder = match super::coder(&knowledge) {
                Ok(c) => c,
                Err(e) => return End::Failed(e),
            };
            let terminal = Terminal::detect(color, true);
            let found = coder.resolver().lookup(&name, date);
            if found.is_empty() {
                let on = date.map_or(String::new(), |d| format!(" on {d}"));
                return End::Failed(format!("nobody is known as {name:?}{on}"));
            }
            let mut out = String::new();
            for f in found {
                let mut line = Rich::new();
                line.push(Ink::Actor, &f.name);
                let mut codes: Vec<String> = f.country.iter().map(|c| c.to_string()).collect();
                codes.extend(f.sectors.iter().map(|s| s.to_string()));
                line.push(Ink::Plain, format!("  {}", codes.join(" ")));
                out.push_str(&line.line(terminal));
                out.push('\n');
                let rows = [
                    ("office", &f.office),
                    ("before", &f.past_office),
                    ("organisation", &f.org),
                    ("owner", &f.owner),
                    ("wikidata", &f.wikidata),
                ];
                for (label, value) in rows {
                    if let Some(value) = value {
                        let mut line = Rich::new();
                        line.push(Ink::Dim, format!("  {label:13}"))
                            .push(Ink::Plain, value);
                        out.push_str(&line.line(terminal));
                        out.push('\n');
                    }
                }
            }
            print(out.as_bytes())
        }
    }
}

fn import(file: &Path, output: Option<&Path>) -> Result<End, String> {
    let bytes = fs::read(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let coder = super::coder(&Knowledge::default())?;
    // These dictionaries are older than UTF-8's victory.
    let imported = coder
        .resolver()
        .import_petrarch(&String::from_utf8_lossy(&bytes));
    for note in &imported.notes {
        eprintln!("note: {}: {note}", file.display());
    }
    let Some(dir) = output else {
        let all: String = imported
            .files
            .iter()
            .map(|(name, text)| format!("# {name}\n{text}\n"))
            .collect();
        return Ok(print(all.as_bytes()));
    };
    fs::create_dir_all(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    for (name, text) in &imported.files {
        let path = dir.join(name);
        if path.exists() {
            return Err(format!("{}: is there already", path.display()));
        }
        fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
        eprintln!("wrote {}", path.display());
    }
    Ok(End::Good)
}
