//! Columns for people: as wide as their widest cell, numbers to the right, no trailing blanks.

use crate::diag::printable;
use std::io::{self, Write};

/// Rows under a header.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    right: Vec<bool>,
}

impl Table {
    /// With these headers; one that begins with `>` is a column of numbers.
    pub(super) fn new(headers: &[&str]) -> Self {
        Self {
            rows: vec![
                headers
                    .iter()
                    .map(|h| h.trim_start_matches('>').to_owned())
                    .collect(),
            ],
            right: headers.iter().map(|h| h.starts_with('>')).collect(),
        }
    }

    /// Adds a row; what a terminal would obey is escaped.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter();
        self.rows
            .push(cells.map(|c| printable(&c).into_owned()).collect());
    }

    /// Prints title, header and rows; only the title and `none` where there are no rows.
    pub(super) fn print(&self, title: &str, out: &mut dyn Write) -> io::Result<()> {
        let count = self.rows.len() - 1;
        if count == 0 {
            return writeln!(out, "{title}: none\n");
        }
        writeln!(out, "{title} ({count})")?;
        self.lines(out)?;
        writeln!(out)
    }

    /// Prints header and rows.
    pub(super) fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.right.len()).map(width).collect();
        for row in &self.rows {
            let mut line = String::new();
            for ((cell, &width), &right) in row.iter().zip(&widths).zip(&self.right) {
                let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
                line.push_str("  ");
                match right {
                    true => line.extend([pad.as_str(), cell]),
                    false => line.extend([cell, pad.as_str()]),
                }
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let mut table = Table::new(&["name", ">bytes", "note"]);
        table.row(["ä", "7", "x"].map(str::to_owned));
        table.row(["long one", "1234567", ""].map(str::to_owned));
        let mut out = Vec::new();
        table.print("things", &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "things (2)\n  name        bytes  note\n  ä               7  x\n  long one  1234567\n\n"
        );
        let mut table = Table::new(&["a"]);
        table.row(["x\u{1b}[2J".to_owned()]);
        let mut out = Vec::new();
        table.lines(&mut out).unwrap();
        assert_eq!(out, b"  a\n  x\\u{1b}[2J\n");
        let mut out = Vec::new();
        Table::new(&["a"]).print("nothing", &mut out).unwrap();
        assert_eq!(out, b"nothing: none\n\n");
    }
}
