//! Draws a plot: title, legend, axes, and a line, steps or stems for every value.
//!
//! In: points, by name. Out: drawing calls for an SVG or a bitmap of any sharpness. The legend stands
//! above the plot, so that it never hides a value; what is too long for its place ends in `…`.

use super::axis::{Axis, Unit};
use plotters::chart::ChartContext;
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::prelude::*;
use plotters::style::{IntoTextStyle, TextStyle};
use std::error::Error;

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

/// Dashes and gaps, px, of lines that have a colour for the second time, the third and so on.
const DASHES: [(u32, u32); 3] = [(10, 5), (3, 4), (16, 4)];

/// px of a picture, without its legend.
const SIZE: (u32, u32) = (960, 520);
/// px around everything.
const MARGIN: u32 = 14;
/// px of the title.
const TITLE: u32 = 32;
/// px of a line of the legend.
const ROW: u32 = 20;
/// px of a sample in the legend.
const SAMPLE: i32 = 22;
/// px that a name in the legend may have.
const NAME: u32 = 420;
/// px right of the axis: half of the last label.
const RIGHT: u32 = 40;
/// Ticks of an axis at most.
const TICKS: usize = 10;
/// Samples of a line that are marked one by one.
const MARKED: usize = 40;

/// How values follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// From one to the next.
    Line,
    /// Each until the next.
    Steps,
    /// Each for itself, from 0.
    Stems,
}

/// A name in the legend and what is drawn for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) points: Vec<(f64, f64)>,
}

/// What the horizontal axis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Across {
    Time,
    Elements,
}

/// A plot, ready to be drawn.
#[derive(Debug, Clone)]
pub(super) struct Chart {
    titles: Vec<String>,
    across: Across,
    x: Axis,
    y: Axis,
    unit: Unit,
    lines: Vec<Line>,
}

/// What a backend complains about.
type Fault<'a> = Box<dyn Error + 'a>;

impl Chart {
    /// Of lines with at least one number that is finite.
    pub(super) fn new(titles: Vec<String>, across: Across, mut lines: Vec<Line>) -> Self {
        let points = || lines.iter().flat_map(|line| &line.points);
        let finite = points().map(|p| p.1).filter(|y| y.is_finite());
        // Stems stand on 0.
        let zero = lines.iter().any(|line| line.shape == Shape::Stems);
        let (low, high) = span(finite.chain(zero.then_some(0.0)));
        let unit = Unit::of((low, high));
        let y = Axis::new((unit.count(low), unit.count(high)), true, TICKS);
        let counted = lines.iter().all(|line| line.shape != Shape::Line);
        let x = Axis::new(span(points().map(|p| p.0)), false, TICKS);
        for point in lines.iter_mut().flat_map(|line| &mut line.points) {
            point.1 = unit.count(point.1);
        }
        Self {
            titles,
            across,
            x: match across {
                Across::Time => x,
                Across::Elements => x.whole(),
            },
            y: if counted { y.whole() } else { y },
            unit,
            lines,
        }
    }

    /// Draws with so many pixels for one px on what `canvas` makes of a size; gives what became of it.
    pub(super) fn draw<B: DrawingBackend>(
        &self,
        root: &DrawingArea<B, Shift>,
        scale: u32,
    ) -> Result<(), Fault<'_>>
    where
        B::ErrorType: 'static,
    {
        let pen = Pen { root, scale };
        root.fill(&WHITE)?;
        pen.title(&self.titles)?;
        for (i, (line, (x, row))) in self
            .lines
            .iter()
            .zip(places(&pen, &self.lines)?)
            .enumerate()
        {
            pen.entry(line, i, (x, TITLE + row * ROW))?;
        }
        let (_, below) = root.split_vertically(pen.px(TITLE + rows(&pen, &self.lines)? * ROW));
        let labels = self.y.ticks().into_iter().map(|tick| self.y.text(tick));
        let widths = labels.map(|text| pen.width(&text, 12));
        let widest = widths.collect::<Result<Vec<u32>, _>>()?.into_iter().max();
        let unit = self.unit.label();
        let left = widest.unwrap_or(0) + 14 + if unit.is_some() { ROW } else { 0 };
        let mut chart = ChartBuilder::on(&below)
            .margin(pen.px(MARGIN))
            .margin_right(pen.px(RIGHT))
            .x_label_area_size(pen.px(42))
            .y_label_area_size(pen.px(left))
            .build_cartesian_2d(self.x, self.y)?;
        chart
            .configure_mesh()
            .x_desc(match self.across {
                Across::Time => "time, ms",
                Across::Elements => "element",
            })
            .y_desc(unit.unwrap_or_default())
            .axis_desc_style(pen.font(14))
            .label_style(pen.font(12))
            .axis_style(BLACK.stroke_width(scale))
            .set_all_tick_mark_size(pen.px(5))
            .light_line_style(TRANSPARENT)
            .bold_line_style(RGBColor(222, 222, 222).stroke_width(scale))
            .draw()?;
        for (i, line) in self.lines.iter().enumerate() {
            // A line ends where a value is not finite, and another begins after it.
            let pieces = line.points.split(|(_, y)| !y.is_finite());
            for piece in pieces.filter(|piece| !piece.is_empty()) {
                match line.shape {
                    Shape::Line => pen.line(&mut chart, i, piece.to_vec(), piece)?,
                    Shape::Steps => pen.line(&mut chart, i, steps(piece), piece)?,
                    Shape::Stems => pen.stems(&mut chart, i, piece, self.x.bounds())?,
                }
            }
        }
        root.present()?;
        Ok(())
    }

    /// px of the picture: taller where the legend has many lines.
    pub(super) fn size(&self) -> Result<(u32, u32), Fault<'_>> {
        let mut text = String::new();
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        let pen = Pen {
            root: &root,
            scale: 1,
        };
        Ok((SIZE.0, SIZE.1 + rows(&pen, &self.lines)? * ROW))
    }
}

/// A drawing area and its pixels for one px.
struct Pen<'r, B: DrawingBackend> {
    root: &'r DrawingArea<B, Shift>,
    scale: u32,
}

/// What lines are drawn on.
type Area<'a, B> = ChartContext<'a, B, Cartesian2d<Axis, Axis>>;

impl<B: DrawingBackend> Pen<'_, B>
where
    B::ErrorType: 'static,
{
    fn px(&self, px: u32) -> u32 {
        px * self.scale
    }

    fn at(&self, (x, y): (i32, i32)) -> (i32, i32) {
        (x * self.scale as i32, y * self.scale as i32)
    }

    fn font(&self, px: u32) -> TextStyle<'static> {
        ("sans-serif", px * self.scale).into_text_style(self.root)
    }

    /// px that a text takes.
    fn width(&self, text: &str, font: u32) -> Result<u32, Fault<'static>> {
        let (width, _) = self.root.estimate_text_size(text, &self.font(font))?;
        Ok(width.div_ceil(self.scale))
    }

    /// As much of a text as fits.
    fn fitting(&self, text: &str, font: u32, room: u32) -> Result<String, Fault<'static>> {
        let mut text = text.to_owned();
        if self.width(&text, font)? <= room {
            return Ok(text);
        }
        while !text.is_empty() && self.width(&format!("{text}…"), font)? > room {
            text.pop();
        }
        Ok(text + "…")
    }

    /// The names of what is shown; of too many the first.
    fn title(&self, titles: &[String]) -> Result<(), Fault<'static>> {
        let room = SIZE.0 - 2 * MARGIN;
        let said = |shown: usize| match titles.len() - shown {
            0 => titles.join(", "),
            more => format!("{} and {more} more", titles[..shown].join(", ")),
        };
        let mut shown = titles.len();
        while shown > 1 && self.width(&said(shown), 18)? > room {
            shown -= 1;
        }
        let text = self.fitting(&said(shown), 18, room)?;
        let left = (SIZE.0 - self.width(&text, 18)?) / 2;
        let place = self.at((left as i32, 10));
        self.root.draw_text(&text, &self.font(18), place)?;
        Ok(())
    }

    /// A sample of a line and its name.
    fn entry(&self, line: &Line, i: usize, (x, y): (u32, u32)) -> Result<(), Fault<'static>> {
        let (x, y) = (x as i32, y as i32);
        let middle = y + ROW as i32 / 2;
        let stroke = self.stroke(i);
        match line.shape {
            Shape::Stems => {
                let stem = [(x + SAMPLE / 2, y + 17), (x + SAMPLE / 2, y + 5)].map(|p| self.at(p));
                self.root.draw(&PathElement::new(stem.to_vec(), stroke))?;
                let dot = Circle::new(stem[1], self.px(3), stroke.filled());
                self.root.draw(&dot)?;
            }
            Shape::Steps => {
                let (low, high) = (y + 14, y + 6);
                let half = x + SAMPLE / 2;
                let path = [(x, low), (half, low), (half, high), (x + SAMPLE, high)];
                self.root
                    .draw(&PathElement::new(path.map(|p| self.at(p)).to_vec(), stroke))?;
            }
            Shape::Line => {
                let path = [(x, middle), (x + SAMPLE, middle)].map(|p| self.at(p));
                match dash(i) {
                    None => self.root.draw(&PathElement::new(path.to_vec(), stroke))?,
                    Some((on, off)) => {
                        let (on, off) = (self.px(on), self.px(off));
                        let path = path.into_iter();
                        self.root.draw(&plotters::element::DashedPathElement::new(
                            path, on, off, stroke,
                        ))?;
                    }
                }
            }
        }
        let name = self.fitting(&line.name, 13, NAME)?;
        let place = self.at((x + SAMPLE + 6, y + 3));
        self.root.draw_text(&name, &self.font(13), place)?;
        Ok(())
    }

    fn stroke(&self, i: usize) -> ShapeStyle {
        COLORS[i % COLORS.len()].stroke_width(self.px(2))
    }

    /// A path, and a mark at each sample where they are few.
    fn line(
        &self,
        chart: &mut Area<'_, B>,
        i: usize,
        path: Vec<(f64, f64)>,
        samples: &[(f64, f64)],
    ) -> Result<(), Fault<'static>> {
        let stroke = self.stroke(i);
        match dash(i) {
            None => chart.draw_series([PathElement::new(path, stroke)])?,
            Some((on, off)) => {
                let (on, off) = (self.px(on), self.px(off));
                chart.draw_series(DashedLineSeries::new(path, on, off, stroke))?
            }
        };
        if samples.len() <= MARKED {
            let radius = self.px(if samples.len() == 1 { 4 } else { 3 });
            let mark = |&at: &(f64, f64)| Circle::new(at, radius, stroke.filled());
            chart.draw_series(samples.iter().map(mark))?;
        }
        Ok(())
    }

    /// A stem for each value that is not 0, over a line at 0.
    fn stems(
        &self,
        chart: &mut Area<'_, B>,
        i: usize,
        points: &[(f64, f64)],
        (from, to): (f64, f64),
    ) -> Result<(), Fault<'static>> {
        let stroke = self.stroke(i);
        let ground = COLORS[i % COLORS.len()].stroke_width(self.scale);
        chart.draw_series([PathElement::new(vec![(from, 0.0), (to, 0.0)], ground)])?;
        let some = || points.iter().filter(|(_, y)| *y != 0.0);
        chart
            .draw_series(some().map(|&(x, y)| PathElement::new(vec![(x, 0.0), (x, y)], stroke)))?;
        // Of several events at one time the later ones have the smaller heads.
        let radius = self.px(5u32.saturating_sub(i as u32).max(2));
        chart.draw_series(some().map(|&at| Circle::new(at, radius, stroke.filled())))?;
        Ok(())
    }
}

/// Left and line of each name in the legend.
fn places<B: DrawingBackend>(
    pen: &Pen<'_, B>,
    lines: &[Line],
) -> Result<Vec<(u32, u32)>, Fault<'static>>
where
    B::ErrorType: 'static,
{
    let (mut x, mut row) = (MARGIN, 0);
    let mut places = Vec::with_capacity(lines.len());
    for line in lines {
        let width = SAMPLE as u32 + 6 + pen.width(&line.name, 13)?.min(NAME) + 20;
        if x > MARGIN && x + width > SIZE.0 - MARGIN {
            (x, row) = (MARGIN, row + 1);
        }
        places.push((x, row));
        x += width;
    }
    Ok(places)
}

/// Lines of the legend.
fn rows<B: DrawingBackend>(pen: &Pen<'_, B>, lines: &[Line]) -> Result<u32, Fault<'static>>
where
    B::ErrorType: 'static,
{
    Ok(places(pen, lines)?.last().map_or(0, |(_, row)| row + 1))
}

fn dash(i: usize) -> Option<(u32, u32)> {
    let cycle = (i / COLORS.len()).checked_sub(1)?;
    Some(DASHES[cycle % DASHES.len()])
}

/// Every value holds until the next.
fn steps(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut path = Vec::with_capacity(2 * points.len());
    for &(x, y) in points {
        if let Some(&(_, before)) = path.last() {
            path.push((x, before));
        }
        path.push((x, y));
    }
    path
}

fn span(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    numbers.fold(start, |(low, high), v| (low.min(v), high.max(v)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_until_the_next() {
        let path = steps(&[(0.0, 1.0), (10.0, 1.0), (20.0, 3.0)]);
        assert_eq!(
            path,
            [
                (0.0, 1.0),
                (10.0, 1.0),
                (10.0, 1.0),
                (20.0, 1.0),
                (20.0, 3.0)
            ]
        );
    }
}
