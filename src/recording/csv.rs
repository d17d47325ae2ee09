//! Recordings as CSV: a header `tMs,<channel>,…`, then a line per time; an empty cell is no sample.
//!
//! A cell is a number, several numbers with spaces between them, `true`, `false` or a colour. Quotes
//! stand as usual around cells with commas, quotes or line ends in them. Lines without any cell are
//! skipped.

use super::{Channel, MAX_LANES, NOTHING, Recording, Value, list, word, wrong};
use crate::diag::Diagnostic;

/// A cell and where it begins.
struct Cell {
    text: String,
    line: usize,
    column: usize,
}

pub(super) fn read(text: &str) -> Result<Recording, Box<Diagnostic>> {
    let mut lines = Lines::new(text);
    let Some(header) = lines.next_row()? else {
        let hint = "begin with the line `tMs,<channel>,…`, or with a JSON object";
        return Err(hinted(wrong(1, 1, "the recording is empty"), hint));
    };
    let keys = keys(&header)?;
    let mut channels: Vec<Channel> = keys.iter().map(|_| Channel::default()).collect();
    while let Some(row) = lines.next_row()? {
        if let Some(cell) = row.get(keys.len() + 1) {
            let message = format!(
                "this line has {} cells, the header only {}",
                row.len(),
                keys.len() + 1
            );
            return Err(wrong(cell.line, cell.column, message));
        }
        let Some((first, cells)) = row.split_first() else {
            continue;
        };
        let Ok(t_ms) = first.text.trim().parse::<f64>() else {
            let message = format!("`{}` is no time in ms", first.text.trim());
            return Err(wrong(first.line, first.column, message));
        };
        for ((cell, key), channel) in cells.iter().zip(&keys).zip(&mut channels) {
            let text = cell.text.trim();
            if text.is_empty() {
                continue;
            }
            let pushed = channel.push(t_ms, value(text).unwrap_or(NOTHING));
            if let Err(message) = pushed {
                let message = format!("channel `{key}`: {message}");
                return Err(wrong(cell.line, cell.column, message));
            }
        }
    }
    Ok(Recording {
        channels: keys.into_iter().zip(channels).collect(),
        warnings: Vec::new(),
    })
}

fn hinted(mut finding: Box<Diagnostic>, hint: &str) -> Box<Diagnostic> {
    finding.hints.push(hint.to_owned());
    finding
}

/// The channels that a header names.
fn keys(header: &[Cell]) -> Result<Vec<String>, Box<Diagnostic>> {
    let first = header.first().map_or("", |cell| cell.text.trim());
    if first != "tMs" {
        let message = format!("a recording begins with the column `tMs`, not with `{first}`");
        let hint = "name the columns in the first line: `tMs,<channel>,…`";
        return Err(hinted(wrong(1, 1, message), hint));
    }
    let mut keys: Vec<String> = Vec::new();
    for cell in &header[1..] {
        let key = cell.text.trim().to_owned();
        if key.is_empty() {
            return Err(wrong(
                cell.line,
                cell.column,
                "a column has no channel name",
            ));
        }
        if keys.contains(&key) {
            let message = format!("channel `{key}` has two columns");
            return Err(wrong(cell.line, cell.column, message));
        }
        keys.push(key);
    }
    Ok(keys)
}

fn value(text: &str) -> Option<Value> {
    if let Some(value) = word(text) {
        return Some(value);
    }
    let mut numbers = [0.0; MAX_LANES];
    let mut count = 0;
    for part in text.split_whitespace() {
        *numbers.get_mut(count)? = part.parse().ok()?;
        count += 1;
    }
    list(&numbers[..count])
}

/// The rows of a text.
struct Lines<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
    column: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text.chars().peekable(),
            line: 1,
            column: 1,
        }
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        match c {
            '\n' => (self.line, self.column) = (self.line + 1, 1),
            _ => self.column += 1,
        }
        Some(c)
    }

    /// The next row that has a cell with something in it.
    fn next_row(&mut self) -> Result<Option<Vec<Cell>>, Box<Diagnostic>> {
        while self.rest.peek().is_some() {
            let row = self.row()?;
            if row.iter().any(|cell| !cell.text.trim().is_empty()) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    fn row(&mut self) -> Result<Vec<Cell>, Box<Diagnostic>> {
        let mut row = Vec::new();
        loop {
            let mut cell = Cell {
                text: String::new(),
                line: self.line,
                column: self.column,
            };
            if self.rest.peek() == Some(&'"') {
                self.quoted(&mut cell)?;
            }
            let end = loop {
                match self.take() {
                    None | Some('\n') => break true,
                    Some(',') => break false,
                    Some('\r') => {}
                    Some(c) => cell.text.push(c),
                }
            };
            row.push(cell);
            if end {
                return Ok(row);
            }
        }
    }

    /// A cell in quotes; two of them stand for one.
    fn quoted(&mut self, cell: &mut Cell) -> Result<(), Box<Diagnostic>> {
        self.take();
        loop {
            match self.take() {
                None => return Err(wrong(cell.line, cell.column, "this quote is never closed")),
                Some('"') if self.rest.peek() == Some(&'"') => {
                    self.take();
                    cell.text.push('"');
                }
                Some('"') => return Ok(()),
                Some(c) => cell.text.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(text: &str, key: &str) -> Vec<(f64, Vec<f64>)> {
        let recording = read(text).expect("a recording");
        let channel = &recording.channels[key];
        let sample = |s: &super::super::Sample| (s.t_ms, s.value[..s.lanes].to_vec());
        channel.samples.iter().map(sample).collect()
    }

    #[test]
    fn cells_are_samples_and_empty_ones_are_none() {
        let text = "tMs,midi.cc1,pos,\"a,\"\"b\"\r\n0,0.2,1 2,true\r\n\r\n500,,3 4.5,\n9,1e-3\n";
        assert_eq!(
            samples(text, "midi.cc1"),
            [(0.0, vec![0.2]), (9.0, vec![1e-3])]
        );
        assert_eq!(
            samples(text, "pos"),
            [(0.0, vec![1.0, 2.0]), (500.0, vec![3.0, 4.5])]
        );
        assert_eq!(samples(text, "a,\"b"), [(0.0, vec![1.0])]);
    }

    #[test]
    fn words_are_values_too() {
        let text = "tMs,c,n\n0,#ff000080,NaN\n1,white,-Infinity\n";
        assert_eq!(samples(text, "c")[1], (1.0, vec![1.0; 4]));
        assert!(samples(text, "n")[0].1[0].is_nan());
        assert_eq!(samples(text, "n")[1].1, [f64::NEG_INFINITY]);
    }

    #[test]
    fn what_is_no_value_is_a_sample_without_one() {
        let text = "tMs,a\n0,oops\n1,1 2\n2,1 2 3 4 5\n3,4\n";
        let expected = [vec![], vec![1.0, 2.0], vec![], vec![4.0]];
        let found = samples(text, "a").into_iter().map(|(_, value)| value);
        assert!(found.eq(expected));
    }

    #[test]
    fn mistakes_have_their_place() {
        for (text, line, column, word) in [
            ("", 1, 1, "empty"),
            ("time,a\n0,1\n", 1, 1, "tMs"),
            ("tMs,a,a\n", 1, 7, "two columns"),
            ("tMs,,a\n", 1, 5, "no channel name"),
            ("tMs,a\n0,1\nx,1\n", 3, 1, "`x` is no time"),
            ("tMs,a\ninf,1\n", 2, 5, "not finite"),
            ("tMs,a\n0,1,2\n", 2, 5, "3 cells"),
            ("tMs,\"a\n0,1\n", 1, 5, "never closed"),
        ] {
            let found = read(text).expect_err(text);
            assert_eq!(
                (found.line, found.column),
                (line, column),
                "{text}: {}",
                found.message
            );
            assert!(found.message.contains(word), "{text}: {}", found.message);
        }
    }
}
