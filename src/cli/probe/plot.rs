//! Probed values as a picture: over time, or over elements where there is one frame of a column.
//!
//! In: samples, frame by frame. Out: an SVG with axes, ticks and a legend. A column over time is three
//! lines: its smallest, mean and largest. Values that are not finite break a line. The same samples
//! give the same bytes; fonts are the reader's.

use super::cells::{Named, lane_names};
use crate::vm::field::Stats;
use crate::vm::{Buffer, SampleValue};
use plotters::prelude::*;
use std::collections::BTreeMap;

/// px.
const SIZE: (u32, u32) = (960, 540);

/// Colours of lines, told apart also by those who do not see all of them (Okabe and Ito).
const COLORS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];

/// Lines that a legend still names.
const MAX_LINES: usize = 64;

/// Samples on their way to a picture.
#[derive(Default)]
pub(super) struct Plot {
    /// By name; the number is the place in the legend.
    lines: BTreeMap<String, (usize, Vec<(f64, f64)>)>,
    /// The columns of the only frame so far.
    columns: Vec<(String, Buffer, usize)>,
    frames: usize,
}

impl Plot {
    /// Takes the samples of a frame; `counts` says how many elements a column has.
    pub(super) fn take(&mut self, t_ms: f64, values: &[Named], counts: &[usize]) {
        self.frames += 1;
        for ((name, value), &count) in values.iter().zip(counts) {
            match value {
                None | Some(SampleValue::Nothing | SampleValue::Gone) => {}
                Some(SampleValue::Pulses(list)) => self.point(name, t_ms, list.count() as f64),
                Some(SampleValue::Lanes { domain, lanes }) => {
                    let names = lane_names(*domain, lanes.len());
                    for (lane, &value) in names.iter().zip(lanes) {
                        self.point(&format!("{name}{lane}"), t_ms, value);
                    }
                }
                Some(SampleValue::Column(buffer)) => self.column(name, t_ms, buffer, count),
            }
        }
    }

    fn column(&mut self, name: &str, t_ms: f64, buffer: &Buffer, count: usize) {
        if self.frames == 1 {
            self.columns.push((name.to_owned(), buffer.clone(), count));
        }
        let Stats { min, mean, max, .. } = buffer.stats(count);
        if buffer.rows().is_none() {
            return self.point(name, t_ms, mean);
        }
        for (word, value) in [("min", min), ("mean", mean), ("max", max)] {
            self.point(&format!("{name} {word}"), t_ms, value);
        }
    }

    fn point(&mut self, name: &str, x: f64, y: f64) {
        let next = self.lines.len();
        let (_, points) = self
            .lines
            .entry(name.to_owned())
            .or_insert_with(|| (next, Vec::new()));
        points.push((x, y));
    }

    /// The picture.
    ///
    /// # Errors
    /// In words, if there is nothing to draw.
    pub(super) fn svg(mut self, title: &str) -> Result<String, String> {
        let over_elements = self.frames == 1 && !self.columns.is_empty();
        if over_elements {
            self.lines.clear();
            for (name, buffer, count) in std::mem::take(&mut self.columns) {
                let lanes = buffer.format().lanes().max(1);
                for lane in 0..lanes {
                    let suffix = if lanes > 1 {
                        format!(".{lane}")
                    } else {
                        String::new()
                    };
                    for i in 0..count {
                        self.point(&format!("{name}{suffix}"), i as f64, buffer.number(i, lane));
                    }
                }
            }
        }
        let axis = if over_elements { "element" } else { "time, ms" };
        self.draw(title, axis)
    }

    fn draw(self, title: &str, axis: &str) -> Result<String, String> {
        let mut lines: Vec<Line> = self
            .lines
            .into_iter()
            .map(|(name, (place, points))| (place, name, points))
            .collect();
        lines.sort_by_key(|line| line.0);
        if lines.len() > MAX_LINES {
            return Err(format!(
                "{} lines are too many for one plot, {MAX_LINES} fit",
                lines.len()
            ));
        }
        let points = || lines.iter().flat_map(|line| &line.2);
        let finite = || points().filter(|(_, y)| y.is_finite());
        if finite().next().is_none() {
            return Err("there is no number to plot".to_owned());
        }
        let x = span(points().map(|p| p.0));
        let y = padded(span(finite().map(|p| p.1)));
        let mut text = String::new();
        let drawn = draw(&mut text, (title, axis), (x, y), &lines);
        drawn.map_err(|error| error.to_string())?;
        Ok(text)
    }
}

/// Place in the legend, name, points.
type Line = (usize, String, Vec<(f64, f64)>);

fn draw(
    text: &mut String,
    (title, axis): (&str, &str),
    (x, y): ((f64, f64), (f64, f64)),
    lines: &[Line],
) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(text, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(70)
        .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
    chart
        .configure_mesh()
        .x_desc(axis)
        .axis_desc_style(("sans-serif", 14))
        .label_style(("sans-serif", 12))
        .light_line_style(RGBColor(240, 240, 240))
        .bold_line_style(RGBColor(215, 215, 215))
        .draw()?;
    for (place, name, points) in lines {
        let color = COLORS[place % COLORS.len()];
        // A line ends where a value is not finite, and another begins after it.
        let pieces = points.split(|(_, y)| !y.is_finite());
        for (i, piece) in pieces.filter(|p| !p.is_empty()).enumerate() {
            let single = piece.len() == 1;
            let line = LineSeries::new(piece.iter().copied(), color.stroke_width(2));
            let line = line.point_size(if single { 3 } else { 0 });
            let drawn = chart.draw_series(line)?;
            if i == 0 {
                let sample =
                    move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2));
                drawn.label(name.as_str()).legend(sample);
            }
        }
    }
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.85))
        .border_style(RGBColor(150, 150, 150))
        .label_font(("sans-serif", 13))
        .position(SeriesLabelPosition::UpperRight)
        .draw()?;
    root.present()?;
    Ok(())
}

fn span(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = numbers.fold(start, |(low, high), v| (low.min(v), high.max(v)));
    if low < high {
        (low, high)
    } else {
        (low - 0.5, low + 0.5)
    }
}

/// A little air above and below.
fn padded((low, high): (f64, f64)) -> (f64, f64) {
    let air = (high - low) * 0.05;
    (low - air, high + air)
}
