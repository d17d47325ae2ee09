//! Probed values as text: JSON, comma-separated, or columns for people.

use crate::diag::printable;
use crate::math::color::luma;
use crate::math::{READABLE, readable};
use crate::render_tree::Column;
use crate::render_tree::json::{write_f32, write_f64};
use crate::types::Domain;
use crate::vm::field::Stats;
use crate::vm::{Buffer, SampleValue};
use std::io::{self, Write};

/// A name and what was seen of it.
pub(super) type Named = (String, Option<SampleValue>);

/// Lines of a table, with its header before the first.
pub(super) struct Sheet {
    csv: bool,
    widths: Option<Vec<usize>>,
}

impl Sheet {
    pub(super) fn csv() -> Self {
        Self {
            csv: true,
            widths: None,
        }
    }

    pub(super) fn table() -> Self {
        Self {
            csv: false,
            widths: None,
        }
    }

    /// A line, or one per element where a value is a column.
    pub(super) fn print(
        &mut self,
        frame: u64,
        t_ms: f64,
        values: &[Named],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let blocks: Vec<Block> = values
            .iter()
            .map(|(name, value)| block(name, value))
            .collect();
        let elements = blocks.iter().filter_map(|block| block.elements).max();
        if self.widths.is_none() {
            let mut header = vec!["frame".to_owned(), "tMs".to_owned()];
            header.extend(elements.map(|_| "element".to_owned()));
            header.extend(blocks.iter().flat_map(|block| block.names.iter().cloned()));
            self.widths = Some(
                header
                    .iter()
                    .map(|name| printable(name).chars().count().max(10))
                    .collect(),
            );
            self.line(&header, out)?;
        }
        for element in 0..elements.unwrap_or(1) {
            let mut line = vec![frame.to_string(), self.number(t_ms)];
            line.extend(elements.map(|_| element.to_string()));
            for block in &blocks {
                let row = block.row(element);
                line.extend(row.iter().map(|&value| self.number(value)));
                line.extend((row.len()..block.names.len()).map(|_| String::new()));
            }
            self.line(&line, out)?;
        }
        Ok(())
    }

    /// A line a target: count, min, max, mean and count of NaN.
    pub(super) fn stats(
        &mut self,
        frame: u64,
        t_ms: f64,
        values: &[Named],
        counts: &[usize],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if self.widths.is_none() {
            let header = [
                "frame", "tMs", "target", "count", "min", "max", "mean", "nan",
            ];
            let names = values.iter().map(|(name, _)| printable(name));
            let longest = names.map(|name| name.chars().count()).max();
            let target = longest.unwrap_or(0);
            self.widths = Some(vec![10, 10, target.max(6), 10, 10, 10, 10, 10]);
            self.line(&header.map(str::to_owned), out)?;
        }
        for ((name, value), &count) in values.iter().zip(counts) {
            let mut line = vec![frame.to_string(), self.number(t_ms), name.clone()];
            match stats(value, count) {
                Some(stats) => {
                    line.push(stats.count.to_string());
                    let numbers = [stats.min, stats.max, stats.mean];
                    line.extend(numbers.map(|v| self.number(v)));
                    line.push(stats.nan.to_string());
                }
                None => line.extend([""; 5].map(str::to_owned)),
            }
            self.line(&line, out)?;
        }
        Ok(())
    }

    fn line(&self, cells: &[String], out: &mut dyn Write) -> io::Result<()> {
        let widths = self.widths.as_deref().unwrap_or_default();
        for (i, cell) in cells.iter().enumerate() {
            let cell = printable(cell);
            match (self.csv, i) {
                (true, 0) => write!(out, "{}", quoted(&cell))?,
                (true, _) => write!(out, ",{}", quoted(&cell))?,
                (false, 0) => write!(out, "{cell:>0$}", widths.first().copied().unwrap_or(0))?,
                (false, _) => write!(out, "  {cell:>0$}", widths.get(i).copied().unwrap_or(0))?,
            }
        }
        writeln!(out)
    }

    /// Exact for machines, six decimals for people.
    fn number(&self, value: f64) -> String {
        if self.csv || !value.is_finite() || value.abs() >= READABLE {
            return readable(value);
        }
        let text = format!("{value:.6}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        if text == "-0" {
            "0".to_owned()
        } else {
            text.to_owned()
        }
    }
}

/// One target of one frame: named lanes and a row per element.
struct Block {
    names: Vec<String>,
    lanes: usize,
    /// Rows one after the other.
    values: Vec<f64>,
    /// Number of rows if this is a column that varies.
    elements: Option<usize>,
}

impl Block {
    /// The row of an element; that of all elements if there is only one.
    fn row(&self, element: usize) -> &[f64] {
        let at = if self.elements.is_some() {
            element * self.lanes
        } else {
            0
        };
        self.values.get(at..at + self.lanes).unwrap_or_default()
    }
}

fn block(name: &str, value: &Option<SampleValue>) -> Block {
    match value {
        None | Some(SampleValue::Nothing | SampleValue::Gone) => {
            plain(name, &[""], Vec::new(), None)
        }
        Some(SampleValue::Pulses(list)) => {
            plain(name, &[".pulses"], vec![list.count() as f64], None)
        }
        Some(SampleValue::Lanes { domain, lanes }) => {
            let names = lane_names(*domain, lanes.len());
            plain(
                name,
                &names.iter().map(String::as_str).collect::<Vec<_>>(),
                lanes.clone(),
                None,
            )
        }
        Some(SampleValue::Column(buffer)) => {
            let (values, elements, _) = rows(buffer);
            plain(name, column_lanes(buffer), values, elements)
        }
    }
}

fn plain(name: &str, lanes: &[&str], values: Vec<f64>, elements: Option<usize>) -> Block {
    Block {
        names: lanes.iter().map(|lane| format!("{name}{lane}")).collect(),
        lanes: lanes.len(),
        values,
        elements,
    }
}

/// What is put behind the name of a column for each of its lanes: four are a colour.
pub(super) fn column_lanes(buffer: &Buffer) -> &'static [&'static str] {
    match buffer.format().lanes() {
        2 => &[".x", ".y"],
        3 => &[".x", ".y", ".z"],
        4 => &[".r", ".g", ".b", ".a"],
        _ => &[""],
    }
}

/// The same for the lanes of a value.
pub(super) fn lane_names(domain: Domain, count: usize) -> Vec<String> {
    let fixed: &[&str] = match (domain, count) {
        (_, 1) => &[""],
        (Domain::Color, 4) => &[".r", ".g", ".b", ".a"],
        (Domain::Bounds, 4) => &[".minX", ".minY", ".maxX", ".maxY"],
        (_, 2..=4) => &[".x", ".y", ".z", ".w"],
        _ => &[],
    };
    if fixed.len() < count {
        return (0..count).map(|lane| format!(".{lane}")).collect();
    }
    fixed[..count].iter().map(|&lane| lane.to_owned()).collect()
}

/// Values element by element, the number of elements (`None`: one value for all), lanes of each.
fn rows(buffer: &Buffer) -> (Vec<f64>, Option<usize>, usize) {
    fn flat<T: Copy, const N: usize>(
        column: &Column<T>,
        lanes: impl Fn(T) -> [f64; N],
    ) -> (Vec<f64>, Option<usize>, usize) {
        match column {
            Column::One(value) => (lanes(*value).to_vec(), None, N),
            Column::Many(rows) => {
                let values = rows.iter().flat_map(|&row| lanes(row)).collect();
                (values, Some(rows.len()), N)
            }
        }
    }
    match buffer {
        Buffer::F32(column) => flat(column, |v| [f64::from(v)]),
        Buffer::F32x2(column) => flat(column, |v| v.map(f64::from)),
        Buffer::F32x3(column) => flat(column, |v| v.map(f64::from)),
        Buffer::F32x4(column) => flat(column, |v| v.map(f64::from)),
        Buffer::U8x4(column) => flat(column, |v| v.map(f64::from)),
        Buffer::U16(column) => flat(column, |v| [f64::from(v)]),
        Buffer::U32(column) => flat(column, |v| [f64::from(v)]),
        Buffer::Path(column) => flat(&column.index, |v| [f64::from(v)]),
    }
}

/// `{"frame", "tMs", "<target>": value, …}`: a number, a list of lanes, a list per element, or
/// `{"count", "pulses": [{"tMs", "value"}]}`.
pub(super) fn json_object(frame: u64, t_ms: f64, values: &[Named]) -> String {
    let mut out = format!("{{\"frame\":{frame},\"tMs\":");
    write_f64(t_ms, &mut out);
    for (name, value) in values {
        out.push(',');
        out.push_str(&serde_json::Value::from(name.as_str()).to_string());
        out.push(':');
        json_value(value, &mut out);
    }
    out.push('}');
    out
}

/// `{"frame", "tMs", "<target>": {"count", "min", "max", "mean", "nan"}, …}`.
pub(super) fn stats_object(frame: u64, t_ms: f64, values: &[Named], counts: &[usize]) -> String {
    let mut out = format!("{{\"frame\":{frame},\"tMs\":");
    write_f64(t_ms, &mut out);
    for ((name, value), &count) in values.iter().zip(counts) {
        out.push(',');
        out.push_str(&serde_json::Value::from(name.as_str()).to_string());
        out.push(':');
        let Some(Stats {
            count,
            min,
            max,
            mean,
            nan,
            ..
        }) = stats(value, count)
        else {
            out.push_str("null");
            continue;
        };
        out.push_str(&format!("{{\"count\":{count}"));
        for (word, number) in [("min", min), ("max", max), ("mean", mean)] {
            out.push_str(&format!(",\"{word}\":"));
            write_f64(number, &mut out);
        }
        out.push_str(&format!(",\"nan\":{nan}}}"));
    }
    out.push('}');
    out
}

/// A value in a few numbers: of vectors the length, of colours the luma, of an event how many pulses.
fn stats(value: &Option<SampleValue>, count: usize) -> Option<Stats> {
    match value.as_ref()? {
        SampleValue::Nothing | SampleValue::Gone => None,
        SampleValue::Column(buffer) => Some(buffer.stats(count)),
        SampleValue::Pulses(list) => Some(Stats::of([list.count() as f64].into_iter())),
        SampleValue::Lanes { domain, lanes } => {
            let one = match (domain, lanes.as_slice()) {
                (_, [single]) => *single,
                (Domain::Color, &[r, g, b, a]) => luma([r, g, b, a]),
                (_, lanes) => crate::math::Real::sqrt(lanes.iter().map(|v| v * v).sum::<f64>()),
            };
            Some(Stats::of([one].into_iter()))
        }
    }
}

fn json_value(value: &Option<SampleValue>, out: &mut String) {
    match value {
        None | Some(SampleValue::Nothing | SampleValue::Gone) => out.push_str("null"),
        Some(SampleValue::Lanes { lanes, .. }) => tuple(lanes, out, write_f64),
        Some(SampleValue::Pulses(list)) => {
            out.push_str(&format!("{{\"count\":{},\"pulses\":", list.count()));
            array(list.kept(), out, |pulse, out| {
                out.push_str("{\"tMs\":");
                write_f64(pulse.t_ms, out);
                out.push_str(",\"value\":");
                write_f64(pulse.value, out);
                out.push('}');
            });
            out.push('}');
        }
        // f32 lanes keep their own shortest form: 0.1, not 0.10000000149011612.
        Some(SampleValue::Column(Buffer::F32(column))) => rows_of(column, out, |v, out| {
            write_f32(*v, out);
        }),
        Some(SampleValue::Column(Buffer::F32x2(column))) => rows_of(column, out, |v, out| {
            tuple(v, out, write_f32);
        }),
        Some(SampleValue::Column(Buffer::F32x3(column))) => rows_of(column, out, |v, out| {
            tuple(v, out, write_f32);
        }),
        Some(SampleValue::Column(Buffer::F32x4(column))) => rows_of(column, out, |v, out| {
            tuple(v, out, write_f32);
        }),
        Some(SampleValue::Column(buffer)) => {
            let (values, elements, lanes) = rows(buffer);
            match elements {
                None => tuple(&values, out, write_f64),
                Some(_) => {
                    let rows: Vec<&[f64]> = values.chunks(lanes).collect();
                    array(&rows, out, |row, out| tuple(row, out, write_f64));
                }
            }
        }
    }
}

/// One value for all elements, or a list.
fn rows_of<T>(column: &Column<T>, out: &mut String, write: impl Fn(&T, &mut String)) {
    match column {
        Column::One(one) => write(one, out),
        Column::Many(rows) => array(rows, out, write),
    }
}

/// A single lane stands for itself.
fn tuple<T: Copy>(lanes: &[T], out: &mut String, write: impl Fn(T, &mut String)) {
    match lanes {
        [single] => write(*single, out),
        lanes => array(lanes, out, |lane, out| write(*lane, out)),
    }
}

fn array<T>(items: &[T], out: &mut String, write: impl Fn(&T, &mut String)) {
    out.push('[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(']');
}

/// A cell that a reader of comma-separated values takes as one (RFC 4180). Line breaks and other
/// control characters are escaped already.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"']) || cell.trim() != cell {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests;
