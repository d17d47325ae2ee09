//! Probed values as a picture: over time, or over elements where there is one frame of a column.
//!
//! In: samples, frame by frame. Out: an SVG or a PNG with axes, ticks and a legend. A column over time
//! is three lines: its smallest, mean and largest. Pulses are stems; booleans, and numbers that are all
//! whole, are steps. Values that are not finite break a line. The same samples give the same bytes: text
//! is measured, and in a PNG drawn, with a font of our own; in an SVG it is drawn with the reader's. Read
//! next: `axis` (what is shown where), `chart` (what is drawn).

mod axis;
mod chart;

use super::cells::{Named, column_lanes, lane_names};
use crate::cli::font;
use crate::types::Domain;
use crate::vm::field::Stats;
use crate::vm::{Buffer, SampleValue};
use chart::{Across, Chart, Line, Shape};
use plotters::prelude::*;

/// Pixels of a PNG for one px, so that it is sharp.
const SHARPNESS: u32 = 2;

/// Lines that a legend still names.
const MAX_LINES: usize = 64;

/// Samples on their way to a picture.
#[derive(Default)]
pub(super) struct Plot {
    lines: Vec<Line>,
    /// The first frame, by element.
    first: Vec<(String, First)>,
    frames: usize,
}

/// What a target is in the first frame.
enum First {
    /// A number for all elements.
    Level(f64),
    /// A column, and how many elements it has.
    Column(Buffer, usize),
}

impl Plot {
    /// Takes the samples of a frame; `counts` says how many elements a column has.
    pub(super) fn take(&mut self, t_ms: f64, values: &[Named], counts: &[usize]) {
        self.frames += 1;
        for ((name, value), &count) in values.iter().zip(counts) {
            match value {
                None | Some(SampleValue::Nothing | SampleValue::Gone) => {}
                Some(SampleValue::Pulses(list)) => {
                    self.level(name, Shape::Stems, (t_ms, list.count() as f64));
                }
                Some(SampleValue::Lanes { domain, lanes }) => {
                    let shape = match domain {
                        Domain::Boolean => Shape::Steps,
                        _ => Shape::Line,
                    };
                    let names = lane_names(*domain, lanes.len());
                    for (lane, &value) in names.iter().zip(lanes) {
                        self.level(&format!("{name}{lane}"), shape, (t_ms, value));
                    }
                }
                Some(SampleValue::Column(buffer)) => self.column(name, t_ms, buffer, count),
            }
        }
    }

    fn column(&mut self, name: &str, t_ms: f64, buffer: &Buffer, count: usize) {
        if self.frames == 1 {
            let column = First::Column(buffer.clone(), count);
            self.first.push((name.to_owned(), column));
        }
        let Stats { min, mean, max, .. } = buffer.stats(count);
        if buffer.rows().is_none() {
            return self.add(name, Shape::Line, (t_ms, mean));
        }
        for (word, value) in [("min", min), ("mean", mean), ("max", max)] {
            self.add(&format!("{name} {word}"), Shape::Line, (t_ms, value));
        }
    }

    fn level(&mut self, name: &str, shape: Shape, point: (f64, f64)) {
        if self.frames == 1 {
            self.first.push((name.to_owned(), First::Level(point.1)));
        }
        self.add(name, shape, point);
    }

    fn add(&mut self, name: &str, shape: Shape, point: (f64, f64)) {
        // A few lines; a list keeps their order.
        match self.lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.points.push(point),
            None => self.lines.push(Line {
                name: name.to_owned(),
                shape,
                points: vec![point],
            }),
        }
    }

    /// The picture as SVG.
    ///
    /// # Errors
    /// In words, if there is nothing to draw.
    pub(super) fn svg(self, titles: &[&str]) -> Result<Vec<u8>, String> {
        let chart = self.chart(titles)?;
        let size = chart.size().map_err(|error| error.to_string())?;
        let mut text = String::new();
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        chart.draw(&root, 1).map_err(|error| error.to_string())?;
        drop(root);
        Ok(text.into_bytes())
    }

    /// The picture as PNG.
    ///
    /// # Errors
    /// In words, if there is nothing to draw.
    pub(super) fn png(self, titles: &[&str]) -> Result<Vec<u8>, String> {
        let chart = self.chart(titles)?;
        let size = chart.size().map_err(|error| error.to_string())?;
        let (width, height) = (size.0 * SHARPNESS, size.1 * SHARPNESS);
        let mut rgb = vec![0; width as usize * height as usize * 3];
        let root = BitMapBackend::with_buffer(&mut rgb, (width, height)).into_drawing_area();
        let drawn = chart.draw(&root, SHARPNESS);
        drawn.map_err(|error| error.to_string())?;
        drop(root);
        encode(&rgb, width, height).map_err(|error| error.to_string())
    }

    /// What is to be drawn.
    fn chart(self, titles: &[&str]) -> Result<Chart, String> {
        font::load()?;
        let mut first = self.first.iter();
        let columns = first.any(|(_, seen)| matches!(seen, First::Column(..)));
        let (across, mut lines) = if columns && self.frames == 1 {
            (Across::Elements, self.over_elements())
        } else {
            (Across::Time, self.over_time())
        };
        if lines.len() > MAX_LINES {
            return Err(format!(
                "{} lines are too many for one plot, {MAX_LINES} fit",
                lines.len()
            ));
        }
        for line in &mut lines {
            let gaps = line.points.iter().filter(|(_, y)| !y.is_finite()).count();
            if gaps > 0 {
                line.name.push_str(&format!(" ({gaps} not finite)"));
            }
        }
        let mut points = lines.iter().flat_map(|line| &line.points);
        if !points.any(|(_, y)| y.is_finite()) {
            return Err("there is no number to plot".to_owned());
        }
        let titles = titles.iter().map(|&title| title.to_owned()).collect();
        Ok(Chart::new(titles, across, lines))
    }

    fn over_time(self) -> Vec<Line> {
        let mut lines = self.lines;
        for line in &mut lines {
            if line.shape == Shape::Line && counts(&line.points) {
                line.shape = Shape::Steps;
            }
        }
        lines
    }

    /// Lanes of columns, and what is the same for every element at its height.
    fn over_elements(self) -> Vec<Line> {
        let count = |seen: &First| match seen {
            First::Level(_) => 1,
            First::Column(_, count) => *count,
        };
        let most = self.first.iter().map(|(_, seen)| count(seen)).max();
        let last = most.unwrap_or(1).saturating_sub(1) as f64;
        let mut lines = Vec::new();
        let mut line = |name: String, points: Vec<(f64, f64)>| {
            lines.push(Line {
                name,
                shape: Shape::Line,
                points,
            });
        };
        for (name, seen) in self.first {
            match seen {
                First::Level(level) => line(name, vec![(0.0, level), (last, level)]),
                First::Column(buffer, count) => {
                    for (lane, suffix) in column_lanes(&buffer).iter().enumerate() {
                        let elements = (0..count).map(|i| (i as f64, buffer.number(i, lane)));
                        line(format!("{name}{suffix}"), elements.collect());
                    }
                }
            }
        }
        lines
    }
}

/// Whether values are whole numbers, and not one alone. Very large numbers are always whole.
fn counts(points: &[(f64, f64)]) -> bool {
    let mut finite = points.iter().map(|p| p.1).filter(|y| y.is_finite());
    let whole = |y: f64| y.fract() == 0.0 && y.abs() < 1e9;
    let Some(first) = finite.next().filter(|&y| whole(y)) else {
        return false;
    };
    finite.clone().all(whole) && finite.any(|y| y != first)
}

fn encode(rgb: &[u8], width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb)?;
    writer.finish()?;
    Ok(bytes)
}
