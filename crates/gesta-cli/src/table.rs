//! Events as a table for the eye: one line each, cut to the width of the terminal.

use crate::terminal::{Ink, Rich, Terminal, fit};
use gesta::record::{Record, Slot};

/// Columns: heading and share of the width.
const COLUMNS: &[(&str, usize)] = &[
    ("DOCUMENT", 14),
    ("DATE", 10),
    ("EVENT", 20),
    ("WHO", 26),
    ("TO WHOM", 26),
    ("WHERE", 16),
    ("ON WHOSE WORD", 16),
];

/// The line above the table.
pub(crate) fn header(terminal: Terminal) -> String {
    let mut line = Rich::new();
    line.push(
        Ink::Bold,
        cells(terminal, COLUMNS.iter().map(|c| c.0.to_owned())),
    );
    line.line(terminal) + "\n"
}

/// One line an event.
pub(crate) fn rows(record: &Record, terminal: Terminal) -> String {
    let mut out = String::new();
    for e in &record.events {
        let event = if e.mode.is_empty() {
            e.event.clone()
        } else {
            format!("{} {}", e.event, e.mode.join(","))
        };
        let event = if e.aux.is_empty() {
            event
        } else {
            format!("{event} ({})", e.aux.join(","))
        };
        let told: Vec<&str> = record
            .told_by(e)
            .map(|p| record.name_of(&p.entity).unwrap_or("?"))
            .collect();
        let line = cells(
            terminal,
            [
                record.document.id.clone(),
                e.date.as_ref().map_or(String::new(), |d| d.start.clone()),
                event,
                side(record, &e.actor),
                side(record, &e.recipient),
                e.place.as_ref().map_or(String::new(), |p| p.name.clone()),
                told.join(" < "),
            ]
            .into_iter(),
        );
        let mut rich = Rich::new();
        rich.push(Ink::Plain, line.trim_end());
        out.push_str(&rich.line(terminal));
        out.push('\n');
    }
    out
}

fn side(record: &Record, slots: &[Slot]) -> String {
    let names = slots.iter().map(|s| {
        let name = record
            .name_of(&s.entity)
            .or(s.text.as_deref())
            .unwrap_or("?");
        match &s.country {
            Some(c) => format!("{c} {name}"),
            None => name.to_owned(),
        }
    });
    names.collect::<Vec<_>>().join(", ")
}

fn cells(terminal: Terminal, cells: impl Iterator<Item = String>) -> String {
    let wanted: usize = COLUMNS.iter().map(|c| c.1 + 1).sum();
    let room = terminal.width.max(60);
    let list: Vec<String> = cells
        .zip(COLUMNS)
        .map(|(text, (name, share))| {
            // Dates are of no use when cut.
            let width = if *name == "DATE" {
                10
            } else {
                (share * (room - 11))
                    .div_ceil(wanted - 11)
                    .max(6)
                    .saturating_sub(1)
            };
            fit(&text, width)
        })
        .collect();
    list.join(" ")
}
