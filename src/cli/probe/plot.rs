//! Probed values as a picture: over time, or over elements where there is one frame of a column.
//!
//! In: samples, frame by frame. Out: an SVG or a PNG with axes, ticks and a legend. A column over time
//! is three lines: its smallest, mean and largest. Values that are not finite break a line. The same
//! samples give the same bytes: text is measured, and in a PNG drawn, with a font of our own; in an SVG
//! it is drawn with the reader's.

use super::cells::{Named, lane_names};
use crate::vm::field::Stats;
use crate::vm::{Buffer, SampleValue};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::register_font;
use std::collections::BTreeMap;

/// px of an SVG.
const SIZE: (u32, u32) = (960, 540);

/// Pixels of a PNG for one px, so that it is sharp.
const SHARPNESS: u32 = 2;

/// DejaVu Sans, reduced to Latin, Greek, Cyrillic and a few signs; its licence stands beside it.
static FONT: &[u8] = include_bytes!("plot/dejavu-sans.ttf");

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

    /// The picture as SVG.
    ///
    /// # Errors
    /// In words, if there is nothing to draw.
    pub(super) fn svg(self, title: &str) -> Result<Vec<u8>, String> {
        let chart = self.chart(title)?;
        let mut text = String::new();
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        chart.draw(&root, 1).map_err(|error| error.to_string())?;
        drop(root);
        Ok(text.into_bytes())
    }

    /// The picture as PNG.
    ///
    /// # Errors
    /// In words, if there is nothing to draw.
    pub(super) fn png(self, title: &str) -> Result<Vec<u8>, String> {
        let chart = self.chart(title)?;
        let (width, height) = (SIZE.0 * SHARPNESS, SIZE.1 * SHARPNESS);
        let mut rgb = vec![0; width as usize * height as usize * 3];
        let root = BitMapBackend::with_buffer(&mut rgb, (width, height)).into_drawing_area();
        let drawn = chart.draw(&root, SHARPNESS);
        drawn.map_err(|error| error.to_string())?;
        drop(root);
        encode(&rgb, width, height).map_err(|error| error.to_string())
    }

    /// What is to be drawn.
    fn chart(mut self, title: &str) -> Result<Chart, String> {
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
        Ok(Chart {
            title: title.to_owned(),
            axis,
            x: span(points().map(|p| p.0)),
            y: padded(span(finite().map(|p| p.1))),
            lines,
        })
    }
}

/// Place in the legend, name, points.
type Line = (usize, String, Vec<(f64, f64)>);

/// A plot, ready to be drawn.
struct Chart {
    title: String,
    /// What the horizontal axis is.
    axis: &'static str,
    x: (f64, f64),
    y: (f64, f64),
    lines: Vec<Line>,
}

impl Chart {
    /// Draws into a picture of so many pixels for one px.
    fn draw<B: DrawingBackend>(
        &self,
        root: &DrawingArea<B, Shift>,
        scale: u32,
    ) -> Result<(), Box<dyn std::error::Error + '_>>
    where
        B::ErrorType: 'static,
    {
        let px = |px: u32| px * scale;
        let font = |px: u32| ("sans-serif", px * scale);
        // Without its font no text could be laid out.
        register_font("sans-serif", FontStyle::Normal, FONT)
            .map_err(|_| "the font of plots cannot be read")?;
        root.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(root)
            .caption(&self.title, font(18))
            .margin(px(12))
            .x_label_area_size(px(40))
            .y_label_area_size(px(70))
            .build_cartesian_2d(self.x.0..self.x.1, self.y.0..self.y.1)?;
        chart
            .configure_mesh()
            .x_desc(self.axis)
            .axis_desc_style(font(14))
            .label_style(font(12))
            .axis_style(BLACK.stroke_width(scale))
            .set_all_tick_mark_size(px(5))
            .light_line_style(RGBColor(240, 240, 240).stroke_width(scale))
            .bold_line_style(RGBColor(215, 215, 215).stroke_width(scale))
            .draw()?;
        for (place, name, points) in &self.lines {
            let color = COLORS[place % COLORS.len()];
            let stroke = color.stroke_width(px(2));
            let length = px(18) as i32;
            // A line ends where a value is not finite, and another begins after it.
            let pieces = points.split(|(_, y)| !y.is_finite());
            for (i, piece) in pieces.filter(|p| !p.is_empty()).enumerate() {
                let single = piece.len() == 1;
                let line = LineSeries::new(piece.iter().copied(), stroke);
                let line = line.point_size(if single { px(3) } else { 0 });
                let drawn = chart.draw_series(line)?;
                if i == 0 {
                    let sample = move |(x, y)| PathElement::new([(x, y), (x + length, y)], stroke);
                    drawn.label(name.as_str()).legend(sample);
                }
            }
        }
        chart
            .configure_series_labels()
            .background_style(WHITE.mix(0.85))
            .border_style(RGBColor(150, 150, 150).stroke_width(scale))
            .label_font(font(13))
            .legend_area_size(px(30))
            .margin(px(10))
            .position(SeriesLabelPosition::UpperRight)
            .draw()?;
        root.present()?;
        Ok(())
    }
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
