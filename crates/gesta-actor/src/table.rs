//! Reads the actors' tables: tab-separated text with a header line; every error names file, line and field.

use std::fmt;

/// Something wrong in a table of actors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataError {
    /// The file's name.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// The column, "" where the line as a whole is meant.
    pub field: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for DataError {}

/// One line of a table.
pub(crate) struct Row<'a> {
    pub file: &'a str,
    pub line: usize,
    cols: &'a [&'a str],
    cells: Vec<&'a str>,
}

impl<'a> Row<'a> {
    /// The cell of a column; "" if the column or the cell is missing.
    pub fn get(&self, col: &str) -> &'a str {
        self.cols
            .iter()
            .position(|c| *c == col)
            .and_then(|i| self.cells.get(i))
            .copied()
            .unwrap_or("")
    }
    /// The items of a list.
    pub fn list(&self, col: &str) -> impl Iterator<Item = &'a str> {
        let cell = self.get(col);
        let cell = if cell == "-" { "" } else { cell };
        cell.split('|').map(str::trim).filter(|s| !s.is_empty())
    }
    pub fn error(&self, field: &str, message: impl Into<String>) -> DataError {
        DataError {
            file: self.file.to_string(),
            line: self.line,
            field: field.to_string(),
            message: message.into(),
        }
    }
}

/// Calls `each` for every line of a table. What is wrong goes to `errors`, and the line is passed over.
pub(crate) fn read<'a>(
    file: &'a str,
    text: &'a str,
    allowed: &[&str],
    required: &[&str],
    errors: &mut Vec<DataError>,
    mut each: impl FnMut(&Row<'_>) -> Result<(), DataError>,
) {
    let mut cols: Option<Vec<&str>> = None;
    for (i, line) in text.lines().enumerate() {
        let line = line.trim_end_matches(['\r', '\n']);
        let line = if i == 0 {
            line.trim_start_matches('\u{feff}')
        } else {
            line
        };
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let fail = |field: &str, message: String| DataError {
            file: file.to_string(),
            line: i + 1,
            field: field.to_string(),
            message,
        };
        match &cols {
            None => {
                let mut bad = false;
                for c in &cells {
                    if !allowed.contains(c) {
                        errors.push(fail(
                            c,
                            format!("unknown column; known are {}", allowed.join(", ")),
                        ));
                        bad = true;
                    }
                }
                for r in required {
                    if !cells.contains(r) {
                        errors.push(fail(r, "this column is needed".to_string()));
                        bad = true;
                    }
                }
                if bad {
                    return;
                }
                cols = Some(cells);
            }
            Some(cols) => {
                if cells.len() > cols.len() {
                    errors.push(fail(
                        "",
                        format!("{} fields, but {} columns", cells.len(), cols.len()),
                    ));
                    continue;
                }
                let row = Row {
                    file,
                    line: i + 1,
                    cols,
                    cells,
                };
                if let Some(r) = required.iter().find(|r| row.get(r).is_empty()) {
                    errors.push(row.error(r, "must not be empty"));
                    continue;
                }
                if let Err(e) = each(&row) {
                    errors.push(e);
                }
            }
        }
    }
}

/// A day as a number, 20240229; the year alone or with its month becomes its first or last day.
pub(crate) fn day(s: &str, last: bool) -> Option<u32> {
    if !s.is_ascii() {
        return None;
    }
    let mut parts = s.split('-');
    let mut num = |len: usize, max: u32| -> Option<Option<u32>> {
        match parts.next() {
            None => Some(None),
            Some(p) if p.len() == len => p
                .parse::<u32>()
                .ok()
                .filter(|n| *n >= 1 && *n <= max)
                .map(Some),
            Some(_) => None,
        }
    };
    let y = num(4, 9999)??;
    let m = num(2, 12)?;
    let d = num(2, 31)?;
    if parts.next().is_some() {
        return None;
    }
    let length = |m: u32| match m {
        2 if y.is_multiple_of(4) && (!y.is_multiple_of(100) || y.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let m = m.unwrap_or(if last { 12 } else { 1 });
    let d = match d {
        Some(d) if d > length(m) => return None,
        Some(d) => d,
        None if last => length(m),
        None => 1,
    };
    Some(y * 10000 + m * 100 + d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        assert_eq!(day("2014", false), Some(20140101));
        assert_eq!(day("2014", true), Some(20141231));
        assert_eq!(day("2012-02", true), Some(20120229));
        assert_eq!(day("2012-02-30", true), None);
        assert_eq!(day("20145", true), None);
    }

    #[test]
    fn errors_name_file_line_and_field() {
        let mut errors = Vec::new();
        let text = "# comment\nname\tfrom\nA\t2014\nB\n\t2015\nC\t1\t2\n";
        let mut seen = 0;
        read(
            "persons.tsv",
            text,
            &["name", "from"],
            &["name"],
            &mut errors,
            |_| {
                seen += 1;
                Ok(())
            },
        );
        assert_eq!(seen, 2);
        let shown: Vec<String> = errors.iter().map(|e| e.to_string()).collect();
        assert_eq!(
            shown,
            [
                "persons.tsv:5: name: must not be empty",
                "persons.tsv:6: 3 fields, but 2 columns"
            ]
        );
    }
}
