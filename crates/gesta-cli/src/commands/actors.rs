//! `gesta actors`: who is known, and as what on which day.

use super::{End, print};
use crate::args::{Actors, When};
use crate::terminal::{Ink, Rich, Terminal};

pub(super) fn run(args: Actors, color: When) -> End {
    match args {
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
