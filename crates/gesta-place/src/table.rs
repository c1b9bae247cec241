//! Tab-separated tables with a header line; lines that begin with `#` are notes.

use crate::PlaceError;

/// A table read into rows, which know their file and line.
pub(crate) struct Table<'a> {
    pub(crate) file: &'a str,
    columns: Vec<&'a str>,
    rows: Vec<(usize, Vec<&'a str>)>,
}

/// One line of a table.
pub(crate) struct Row<'t, 'a> {
    table: &'t Table<'a>,
    line: usize,
    cells: &'t [&'a str],
}

impl<'a> Table<'a> {
    /// Reads a table and checks that it has all of `needed`.
    pub(crate) fn read(file: &'a str, text: &'a str, needed: &[&str]) -> Result<Self, PlaceError> {
        let mut columns: Vec<&str> = Vec::new();
        let mut rows = Vec::new();
        for (n, line) in text.lines().enumerate() {
            let line = line.trim_end_matches('\r');
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
            if columns.is_empty() {
                columns = cells;
                if let Some(miss) = needed.iter().find(|c| !columns.contains(c)) {
                    return Err(PlaceError::table(
                        file,
                        n + 1,
                        miss,
                        "the header has no such column",
                    ));
                }
            } else if cells.len() > columns.len() {
                let last = columns.last().copied().unwrap_or("");
                return Err(PlaceError::table(
                    file,
                    n + 1,
                    last,
                    "more cells than columns",
                ));
            } else {
                rows.push((n + 1, cells));
            }
        }
        Ok(Table {
            file,
            columns,
            rows,
        })
    }
    pub(crate) fn rows<'t>(&'t self) -> impl Iterator<Item = Row<'t, 'a>> + 't {
        self.rows.iter().map(move |(line, cells)| Row {
            table: self,
            line: *line,
            cells,
        })
    }
}

impl<'a> Row<'_, 'a> {
    /// The cell of a column, "" where there is none.
    pub(crate) fn get(&self, column: &str) -> &'a str {
        let at = self.table.columns.iter().position(|c| *c == column);
        at.and_then(|i| self.cells.get(i)).copied().unwrap_or("")
    }
    /// The parts of a cell, cut at `|`.
    pub(crate) fn list(&self, column: &str) -> impl Iterator<Item = &'a str> {
        self.get(column)
            .split('|')
            .map(str::trim)
            .filter(|s| !s.is_empty())
    }
    pub(crate) fn error(&self, column: &str, why: &str) -> PlaceError {
        PlaceError::table(self.table.file, self.line, column, why)
    }
    /// A number, or `None` where the cell is empty.
    pub(crate) fn number(&self, column: &str) -> Result<Option<f64>, PlaceError> {
        let s = self.get(column);
        if s.is_empty() {
            return Ok(None);
        }
        match s.parse::<f64>() {
            Ok(x) if x.is_finite() => Ok(Some(x)),
            _ => Err(self.error(column, &format!("{s:?} is not a number"))),
        }
    }
    /// A number within bounds.
    pub(crate) fn within(
        &self,
        column: &str,
        low: f64,
        high: f64,
    ) -> Result<Option<f64>, PlaceError> {
        match self.number(column)? {
            Some(x) if !(low..=high).contains(&x) => Err(self.error(
                column,
                &format!("{x} does not lie between {low} and {high}"),
            )),
            x => Ok(x),
        }
    }
}
