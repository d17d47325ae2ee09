//! A JSON object, key by key, with the rules for columns, strokes and floats.

use crate::render_tree::{Blend, Cap, Column, Ids, Join, Source, StrokeStyle};
use std::fmt::{Display, Write as _};

/// Writes a key and a value at a time, with the commas between them.
pub(super) struct Object<'a> {
    out: &'a mut String,
    first: bool,
}

impl<'a> Object<'a> {
    pub(super) fn new(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, first: true }
    }

    pub(super) fn end(self) {
        self.out.push('}');
    }

    pub(super) fn value(&mut self, key: &str, write: impl FnOnce(&mut String)) {
        if !std::mem::take(&mut self.first) {
            self.out.push(',');
        }
        push(self.out, format_args!("\"{key}\":"));
        write(self.out);
    }

    pub(super) fn plain(&mut self, key: &str, value: impl Display) {
        self.value(key, |out| push(out, format_args!("{value}")));
    }

    pub(super) fn float(&mut self, key: &str, value: f64) {
        self.value(key, |out| value.write(out));
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.value(key, |out| push_text(value, out));
    }

    pub(super) fn list<T>(
        &mut self,
        key: &str,
        items: &[T],
        mut write: impl FnMut(&T, &mut String),
    ) {
        self.value(key, |out| {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        });
    }

    pub(super) fn head(&mut self, kind: &str, sink: &str) {
        self.text("kind", kind);
        self.text("sink", sink);
    }

    /// Only where the sink is of another kind than the pass.
    pub(super) fn source(&mut self, source: Source, usual: Source) {
        if source != usual {
            self.text(
                "source",
                match source {
                    Source::Instances2d => "instances2d",
                    Source::Paths2d => "paths2d",
                    Source::Instances3d => "instances3d",
                    Source::Meshes3d => "meshes3d",
                },
            );
        }
    }

    /// One value if all rows have the same bits, else a list.
    pub(super) fn column<T: Cell>(&mut self, key: &str, rows: usize, at: impl Fn(usize) -> T) {
        match constant(rows, &at) {
            Some(value) => self.value(key, |out| value.write(out)),
            None => self.value(key, |out| {
                out.push('[');
                for i in 0..rows {
                    if i > 0 {
                        out.push(',');
                    }
                    at(i).write(out);
                }
                out.push(']');
            }),
        }
    }

    /// A column, left out if every row is `neutral`.
    pub(super) fn column_unless<T: Cell>(
        &mut self,
        key: &str,
        rows: usize,
        neutral: T,
        at: impl Fn(usize) -> T,
    ) {
        if !(0..rows).all(|i| at(i) == neutral) {
            self.column(key, rows, at);
        }
    }

    pub(super) fn places(&mut self, pos: &Column<[f32; 2]>, rows: usize) {
        self.column("x", rows, |i| pos.at(i)[0]);
        self.column("y", rows, |i| pos.at(i)[1]);
    }

    /// Left out, and false, if no row has a visible stroke.
    pub(super) fn stroke(
        &mut self,
        width: &Column<f32>,
        rgba: &Column<[u8; 4]>,
        rows: usize,
    ) -> bool {
        let any = (0..rows).any(|i| width.at(i) > 0.0 && rgba.at(i)[3] > 0);
        if any {
            self.column("strokeWidth", rows, |i| width.at(i));
            self.column("strokeRgba", rows, |i| rgba.at(i));
        }
        any
    }

    pub(super) fn style(&mut self, style: &StrokeStyle) {
        match style.cap {
            Cap::Butt => {}
            Cap::Round => self.text("cap", "round"),
            Cap::Square => self.text("cap", "square"),
        }
        match style.join {
            Join::Miter => {}
            Join::Round => self.text("join", "round"),
            Join::Bevel => self.text("join", "bevel"),
        }
        if style.join == Join::Miter && style.miter_limit != 4.0 {
            self.value("miterLimit", |out| style.miter_limit.write(out));
        }
        if style.non_scaling {
            self.plain("nonScaling", true);
        }
        if !style.dash.is_empty() {
            self.list("dash", &style.dash, |v, out| v.write(out));
            if style.dash_offset != 0.0 {
                self.value("dashOffset", |out| style.dash_offset.write(out));
            }
        }
    }

    pub(super) fn blend(&mut self, blend: Blend) {
        match blend {
            Blend::Normal => {}
            Blend::Add => self.text("blend", "add"),
            Blend::Multiply => self.text("blend", "multiply"),
            Blend::Screen => self.text("blend", "screen"),
        }
    }

    pub(super) fn tail(&mut self, blend: Blend, element: Option<&Vec<u32>>, ids: &Ids) {
        self.blend(blend);
        if let Some(element) = element {
            self.list("element", element, |i, out| i.write(out));
        }
        match ids {
            Ids::Sequential => {}
            Ids::Grid { cols } => self.plain("ids", format_args!("{{\"grid\":{cols}}}")),
            Ids::Prefix(prefix) => self.value("ids", |out| {
                out.push_str("{\"prefix\":");
                push_text(prefix, out);
                out.push('}');
            }),
            Ids::Custom(list) => self.list("ids", list, |id, out| push_text(id, out)),
        }
    }
}

/// A value of a column.
pub(super) trait Cell: Copy + PartialEq {
    /// Same bits, so that 0 and −0 stay apart.
    fn same(self, other: Self) -> bool {
        self == other
    }

    fn write(self, out: &mut String);
}

impl Cell for f32 {
    fn same(self, other: Self) -> bool {
        self.to_bits() == other.to_bits()
    }

    fn write(self, out: &mut String) {
        push_float(self, self.is_finite(), out);
    }
}

impl Cell for f64 {
    fn same(self, other: Self) -> bool {
        self.to_bits() == other.to_bits()
    }

    fn write(self, out: &mut String) {
        push_float(self, self.is_finite(), out);
    }
}

impl Cell for u16 {
    fn write(self, out: &mut String) {
        push(out, format_args!("{self}"));
    }
}

impl Cell for u32 {
    fn write(self, out: &mut String) {
        push(out, format_args!("{self}"));
    }
}

impl Cell for [u8; 4] {
    fn write(self, out: &mut String) {
        let [r, g, b, a] = self;
        push(out, format_args!("[{r},{g},{b},{a}]"));
    }
}

/// The value of all rows, if it is one; `None` without rows.
pub(super) fn constant<T: Cell>(rows: usize, at: impl Fn(usize) -> T) -> Option<T> {
    let first = (rows > 0).then(|| at(0))?;
    (1..rows).all(|i| at(i).same(first)).then_some(first)
}

/// The shorter of the plain and the exponent form; both read back to the same bits.
fn push_float<F: Display + std::fmt::LowerExp>(value: F, finite: bool, out: &mut String) {
    if !finite {
        // As everywhere where JSON has no number for it.
        out.push_str(match value.to_string().as_str() {
            "inf" => "\"Infinity\"",
            "-inf" => "\"-Infinity\"",
            _ => "\"NaN\"",
        });
        return;
    }
    let start = out.len();
    push(out, format_args!("{value}"));
    let plain = out.len() - start;
    // Usual magnitudes stay in the plain form, which is easier to read.
    if plain > 16 {
        let exponent = format!("{value:e}");
        if exponent.len() < plain {
            out.truncate(start);
            out.push_str(&exponent);
        }
    }
}

pub(super) fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a String cannot fail.
    let _ = out.write_fmt(text);
}

/// A JSON string.
fn push_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c < ' ' => push(out, format_args!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}
