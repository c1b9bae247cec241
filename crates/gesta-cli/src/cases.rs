//! Cases at the size of a report: Markdown files with prose, a report, and tables of what should come of it.
//!
//! A report stands between ```` ```report ```` and ```` ``` ````, in the form of any plain text that `gesta code` reads.
//! Behind it stand a table of events, a table of statements, or both, known by the names of their columns. Only the columns
//! that are there are compared, so a case says no more than it is about.

use gesta::Record;
use gesta::record::{Event, Party, Slot, Statement};
use std::collections::{BTreeMap, BTreeSet};

/// One file, line by line as it stands, and what it holds.
#[derive(Debug)]
pub(crate) struct File {
    lines: Vec<String>,
    pub(crate) cases: Vec<Case>,
}

/// One report with its tables.
#[derive(Debug)]
pub(crate) struct Case {
    /// The heading above it.
    pub(crate) name: String,
    /// Line of the report's first line in the file, from 1.
    pub(crate) line: usize,
    pub(crate) report: String,
    pub(crate) tables: Vec<Table>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Events,
    Statements,
}

/// A table as the file has it.
#[derive(Debug)]
pub(crate) struct Table {
    kind: Kind,
    columns: Vec<Column>,
    /// Line in the file (from 1) and cells of each row.
    rows: Vec<(usize, Vec<String>)>,
    /// Lines of the rows, from 0, the end excluded.
    body: std::ops::Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Event,
    Mode,
    Who,
    ToWhom,
    When,
    Where,
    Aux,
    OnWhoseWord,
    Words,
    Rule,
    Speaker,
    Said,
    Form,
}

const COLUMNS: &[(&str, Column)] = &[
    ("event", Column::Event),
    ("mode", Column::Mode),
    ("who", Column::Who),
    ("to whom", Column::ToWhom),
    ("when", Column::When),
    ("where", Column::Where),
    ("aux", Column::Aux),
    ("on whose word", Column::OnWhoseWord),
    ("words", Column::Words),
    ("rule", Column::Rule),
    ("speaker", Column::Speaker),
    ("said", Column::Said),
    ("form", Column::Form),
];

/// Any content will do.
const ANY: &str = "*";
/// The last row of a table that does not tell all.
const MORE: &str = "…";
/// Begins the first cell of a row that must not come out.
const NOT: &str = "not ";

/// What did not come out: line in the file and a message.
pub(crate) type Failure = (usize, String);

impl File {
    /// Reads a file. Mistakes name the line.
    pub(crate) fn read(text: &str) -> Result<File, Failure> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut cases: Vec<Case> = Vec::new();
        let mut name = String::new();
        let mut at = 0;
        while at < lines.len() {
            let line = lines[at].trim();
            if let Some(fence) = line.strip_prefix("```") {
                let report = fence.trim() == "report";
                let end = (at + 1..lines.len())
                    .find(|&i| lines[i].trim() == "```")
                    .ok_or((at + 1, "the block is never closed by ```".to_owned()))?;
                if report {
                    cases.push(Case {
                        name: name.clone(),
                        line: at + 2,
                        report: lines[at + 1..end].join("\n") + "\n",
                        tables: Vec::new(),
                    });
                }
                at = end + 1;
                continue;
            }
            if line.starts_with('#') {
                name = line.trim_start_matches('#').trim().to_owned();
            }
            if line.starts_with('|') {
                let end = (at..lines.len())
                    .find(|&i| !lines[i].trim().starts_with('|'))
                    .unwrap_or(lines.len());
                if let Some(table) = table(&lines, at, end)? {
                    match cases.last_mut() {
                        Some(c) => c.tables.push(table),
                        None => return Err((at + 1, "no report stands before this table".into())),
                    }
                }
                at = end;
                continue;
            }
            at += 1;
        }
        match cases.iter().find(|c| c.tables.is_empty()) {
            Some(c) => Err((
                c.line,
                "no table says what should come of this report".into(),
            )),
            None => Ok(File { lines, cases }),
        }
    }

    /// The file with the tables of all cases as the records have them; rows that say what must not come out stay, and so
    /// does a table that does not tell all.
    pub(crate) fn updated(&self, records: &[(Record, String)]) -> String {
        let mut out = self.lines.clone();
        let tables = self
            .cases
            .iter()
            .zip(records)
            .flat_map(|(c, r)| c.tables.iter().map(move |t| (t, r)));
        let mut all: Vec<_> = tables.collect();
        // From the end, so that lines before keep their numbers.
        all.reverse();
        for (table, (record, text)) in all {
            if !table.open() {
                let found = Found::of(table.kind, record, text);
                let mut rows: Vec<String> = table
                    .rows
                    .iter()
                    .filter(|r| r.1.first().is_some_and(|c| c.starts_with(NOT)))
                    .map(|r| row(&r.1))
                    .collect();
                let cells = |f: &Found| -> Vec<String> {
                    table.columns.iter().map(|&c| f.cell(c)).collect()
                };
                rows.extend(found.iter().map(|f| row(&cells(f))));
                out.splice(table.body.clone(), rows);
            }
        }
        out.join("\n") + "\n"
    }
}

fn row(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    line.split('|').map(|c| c.trim().to_owned()).collect()
}

/// Reads the table in lines `at..end`. `None` for one whose columns are none of ours.
fn table(lines: &[String], at: usize, end: usize) -> Result<Option<Table>, Failure> {
    let head = cells(&lines[at]);
    let column = |name: &String| {
        let name = name.to_lowercase();
        COLUMNS.iter().find(|c| c.0 == name).map(|c| c.1)
    };
    let kind = match column(&head[0]) {
        Some(Column::Event) => Kind::Events,
        Some(Column::Speaker) => Kind::Statements,
        _ => return Ok(None),
    };
    let mut columns = Vec::new();
    for name in &head {
        columns.push(column(name).ok_or_else(|| {
            let known: Vec<&str> = COLUMNS.iter().map(|c| c.0).collect();
            (
                at + 1,
                format!(
                    "no column is called {name:?}; there are {}",
                    known.join(", ")
                ),
            )
        })?);
    }
    let body = (at + 2).min(end)..end;
    let mut rows = Vec::new();
    for i in body.clone() {
        let cells = cells(&lines[i]);
        if cells.len() != columns.len() && cells[0] != MORE {
            let message = format!(
                "the row has {} cells, its table {} columns",
                cells.len(),
                columns.len()
            );
            return Err((i + 1, message));
        }
        rows.push((i + 1, cells));
    }
    Ok(Some(Table {
        kind,
        columns,
        rows,
        body,
    }))
}

impl Table {
    /// Whether more may come out than the table tells.
    fn open(&self) -> bool {
        self.rows.last().is_some_and(|r| r.1[0] == MORE)
    }
}

impl Case {
    /// How many rows there are, how many of them come out in any order, and how much came out in all.
    pub(crate) fn count(&self, record: &Record, text: &str) -> [usize; 3] {
        let mut out = [0; 3];
        for table in &self.tables {
            let mut found = Found::of(table.kind, record, text);
            out[2] += found.len();
            for (_, want) in &table.rows {
                if want[0] == MORE || want[0].starts_with(NOT) {
                    continue;
                }
                out[0] += 1;
                if let Some(i) = found.iter().position(|f| f.is(table, want)) {
                    found.remove(i);
                    out[1] += 1;
                }
            }
        }
        out
    }

    /// Compares the tables with what came out.
    pub(crate) fn check(&self, record: &Record, text: &str) -> Vec<Failure> {
        let mut out = Vec::new();
        for table in &self.tables {
            let found = Found::of(table.kind, record, text);
            // Rows and findings both follow the text, so the next row is sought behind the last one.
            let mut from = 0;
            let mut used = vec![false; found.len()];
            for (line, want) in &table.rows {
                if want[0] == MORE {
                    continue;
                }
                if let Some(type_) = want[0].strip_prefix(NOT) {
                    let mut want = want.clone();
                    want[0] = type_.trim().to_owned();
                    if let Some(f) = found.iter().find(|f| f.is(table, &want)) {
                        out.push((*line, format!("must not come out: {}", f.line(table))));
                    }
                    continue;
                }
                match (from..found.len()).find(|&i| found[i].is(table, want)) {
                    Some(i) => {
                        used[i] = true;
                        from = i + 1;
                    }
                    None => out.push((*line, format!("missing: {}", row(want)))),
                }
            }
            if !table.open() {
                for (f, _) in found.iter().zip(&used).filter(|(_, used)| !**used) {
                    out.push((
                        table.body.end,
                        format!("not in the table: {}", f.line(table)),
                    ));
                }
            }
        }
        out
    }
}

/// An event or statement as cells.
struct Found(BTreeMap<&'static str, String>);

impl Found {
    fn of(kind: Kind, record: &Record, text: &str) -> Vec<Found> {
        let chars: Vec<char> = text.chars().collect();
        let words = |at: [u32; 2]| -> String {
            let inside = chars.get(at[0] as usize..at[1] as usize).unwrap_or(&[]);
            inside
                .iter()
                .collect::<String>()
                .replace('|', "¦")
                .replace('\n', " ")
        };
        match kind {
            Kind::Events => record
                .events
                .iter()
                .map(|e| Found::event(record, e, &words))
                .collect(),
            Kind::Statements => record
                .statements
                .iter()
                .map(|s| Found::statement(record, s, &words))
                .collect(),
        }
    }

    fn event(record: &Record, e: &Event, words: &dyn Fn([u32; 2]) -> String) -> Found {
        let side = |slots: &[Slot]| slots.iter().map(slot).collect::<Vec<_>>().join(" + ");
        let speakers: Vec<String> = e
            .attribution
            .iter()
            .filter_map(|id| record.statements.iter().find(|s| s.id == *id))
            .map(|s| party(record, s.speaker.as_ref()))
            .collect();
        let when = e
            .date
            .as_ref()
            .map_or(String::new(), |d| match d.precision.as_str() {
                "month" => d.start.get(..7).unwrap_or(&d.start).to_owned(),
                "year" => d.start.get(..4).unwrap_or(&d.start).to_owned(),
                _ if d.start == d.end => d.start.clone(),
                _ => format!("{}/{}", d.start, d.end),
            });
        Found(BTreeMap::from([
            ("event", e.event.clone()),
            ("mode", e.mode.join(" ")),
            ("who", side(&e.actor)),
            ("to whom", side(&e.recipient)),
            ("when", when),
            (
                "where",
                e.place.as_ref().map_or(String::new(), |p| p.name.clone()),
            ),
            ("aux", e.aux.join(" ")),
            ("on whose word", speakers.join(" > ")),
            (
                "words",
                e.trigger
                    .iter()
                    .map(|&a| words(a))
                    .collect::<Vec<_>>()
                    .join(" … "),
            ),
            ("rule", e.rule.clone()),
        ]))
    }

    fn statement(record: &Record, s: &Statement, words: &dyn Fn([u32; 2]) -> String) -> Found {
        Found(BTreeMap::from([
            ("speaker", party(record, s.speaker.as_ref())),
            (
                "said",
                s.content
                    .iter()
                    .map(|&a| words(a))
                    .collect::<Vec<_>>()
                    .join(" … "),
            ),
            ("form", s.form.clone()),
        ]))
    }

    fn cell(&self, column: Column) -> String {
        let name = COLUMNS.iter().find(|c| c.1 == column).map_or("", |c| c.0);
        self.0.get(name).cloned().unwrap_or_default()
    }

    /// Whether it is what a row asks for. Those who share a side may stand in any order.
    fn is(&self, table: &Table, want: &[String]) -> bool {
        table.columns.iter().zip(want).all(|(&column, want)| {
            let got = self.cell(column);
            // "NOR" is anybody of Norway, "NOR GOV" its government; those who share a side may stand in any order.
            let whole = matches!(column, Column::Who | Column::ToWhom)
                && !want
                    .split(" + ")
                    .any(|x| x.rsplit_once(' ').is_some_and(|(_, s)| is_sector(s)));
            let parts = |s: &str| -> BTreeSet<String> {
                s.split(" + ")
                    .map(|x| match x.trim().rsplit_once(' ') {
                        Some((key, sector)) if whole && is_sector(sector) => key.to_owned(),
                        _ => x.trim().to_owned(),
                    })
                    .collect()
            };
            want == ANY || parts(&got) == parts(want)
        })
    }

    fn line(&self, table: &Table) -> String {
        row(&table
            .columns
            .iter()
            .map(|&c| self.cell(c))
            .collect::<Vec<_>>())
    }
}

fn is_sector(word: &str) -> bool {
    word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// "NOR GOV", "Islamic State REB", "? UAF".
fn slot(s: &Slot) -> String {
    let key = s.country.as_deref().or(s.org.as_deref()).unwrap_or("?");
    match &s.sector {
        Some(sector) => format!("{key} {sector}"),
        None => key.to_owned(),
    }
}

fn party(record: &Record, p: Option<&Party>) -> String {
    let Some(p) = p else { return "?".into() };
    let entity = record.entities.iter().find(|e| e.id == p.entity);
    entity
        .map(|e| e.name.clone().unwrap_or_else(|| e.label.clone()))
        .unwrap_or_else(|| "?".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_name_their_line() {
        let cases = [
            ("# a\n\n```report\nx\n", 3, "never closed"),
            ("| event | mode |\n|---|---|\n", 1, "no report"),
            ("```report\nx\n```\n", 2, "no table"),
            (
                "```report\nx\n```\n\n| event | whom |\n|---|---|\n",
                5,
                "\"whom\"",
            ),
            (
                "```report\nx\n```\n| event | who |\n|---|---|\n| AID |\n",
                6,
                "1 cells",
            ),
        ];
        for (text, line, message) in cases {
            let (at, what) = File::read(text).unwrap_err();
            assert_eq!(at, line, "{text}");
            assert!(what.contains(message), "{what}");
        }
    }

    #[test]
    fn other_tables_and_blocks_are_prose() {
        let f = File::read("| a | b |\n|---|---|\n\n```\n| event |\n```\n").unwrap();
        assert!(f.cases.is_empty());
    }
}
