//! SVG path data: the whole grammar of SVG 1.1, as an outline.
//!
//! Data with an error anywhere is not used at all.

use super::PathData;
use super::build::{Arc, PathBuilder, Refused};
use svgtypes::{Error, PathParser, PathSegment};

/// Most bytes of one path's text: 1 MiB.
pub const MAX_BYTES: usize = 1 << 20;

/// Why a text is not a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextError {
    /// What stands at this column (from 1, in characters) cannot stand there.
    Column(usize),
    /// This segment (from 0) has a point beyond what f32 holds.
    Beyond(usize),
    /// More than [`PathData::MAX_COMMANDS`] segments.
    Full,
    /// More than [`MAX_BYTES`].
    Long,
}

/// Reads SVG path data; a blank text is an empty path.
///
/// # Errors
/// Where the grammar is not kept, or a limit passed.
pub fn parse(text: &str) -> Result<PathData, TextError> {
    if text.len() > MAX_BYTES {
        return Err(TextError::Long);
    }
    if let Some(column) = stray_comma(text) {
        return Err(TextError::Column(column));
    }
    let mut path = PathBuilder::default();
    for (index, found) in PathParser::from(text).enumerate() {
        let found = found.map_err(|error| {
            TextError::Column(match error {
                Error::UnexpectedData(at) | Error::InvalidNumber(at) => at,
                Error::InvalidChar(_, at) | Error::InvalidString(_, at) => at,
                _ => text.chars().count() + 1,
            })
        })?;
        segment(&mut path, found).map_err(|refused| match refused {
            Refused::Beyond => TextError::Beyond(index),
            Refused::Full => TextError::Full,
        })?;
    }
    Ok(path.finish())
}

/// The column of a comma that no number follows: the parser would overlook it.
fn stray_comma(text: &str) -> Option<usize> {
    let mut comma = None;
    for (at, c) in text.chars().enumerate() {
        match c {
            ',' => comma = Some(at + 1),
            c if c.is_ascii_whitespace() => {}
            c if c.is_ascii_alphabetic() && comma.is_some() => return comma,
            _ => comma = None,
        }
    }
    comma
}

/// One segment of the grammar.
fn segment(path: &mut PathBuilder, segment: PathSegment) -> Result<(), Refused> {
    let at = path.at();
    let [ox, oy] = if segment.is_abs() { [0.0, 0.0] } else { at };
    let to = |x: f64, y: f64| [ox + x, oy + y];
    match segment {
        PathSegment::MoveTo { x, y, .. } => path.start_at(to(x, y)),
        PathSegment::LineTo { x, y, .. } => path.line(to(x, y)),
        PathSegment::HorizontalLineTo { x, .. } => path.line([ox + x, at[1]]),
        PathSegment::VerticalLineTo { y, .. } => path.line([at[0], oy + y]),
        PathSegment::CurveTo {
            x1,
            y1,
            x2,
            y2,
            x,
            y,
            ..
        } => path.cubic(to(x1, y1), to(x2, y2), to(x, y)),
        PathSegment::SmoothCurveTo { x2, y2, x, y, .. } => {
            path.cubic(path.reflected(super::Cmd::C), to(x2, y2), to(x, y))
        }
        PathSegment::Quadratic { x1, y1, x, y, .. } => path.quad(to(x1, y1), to(x, y)),
        PathSegment::SmoothQuadratic { x, y, .. } => {
            path.quad(path.reflected(super::Cmd::Q), to(x, y))
        }
        PathSegment::EllipticalArc {
            rx,
            ry,
            x_axis_rotation,
            large_arc,
            sweep,
            x,
            y,
            ..
        } => {
            let arc = Arc {
                radii: [rx, ry],
                degrees: x_axis_rotation,
                large_arc,
                sweep,
            };
            path.arc(arc, to(x, y))
        }
        PathSegment::ClosePath { .. } => path.close(),
    }
}
