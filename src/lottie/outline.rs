//! Outlines: the shapes of the format, and paths as pieces of cubic curves.
//!
//! In: the outline of an element, frame by frame. Out: `el`, `rc`, `sr` and `sh` whose sizes and vertices
//! are channels. What has another number of commands is another outline; the same commands with other
//! points are the same one, moving.

use super::TOLERANCE;
use super::keys::{Channel, Keys, Span, Unit, Value};
use crate::path::{Cmd, PathData};
use crate::render_tree::Shape;
use crate::render_tree::rows::Outline;

/// What stays of an outline while it moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind<'a> {
    Circle,
    Ring,
    Square,
    Triangle,
    Star {
        points: u32,
    },
    /// Commands.
    Path(&'a [u8]),
}

impl<'a> Kind<'a> {
    pub(super) fn of(outline: Outline<'a>) -> Self {
        match outline {
            Outline::Shape(Shape::Circle) => Self::Circle,
            Outline::Shape(Shape::Ring { .. }) => Self::Ring,
            Outline::Shape(Shape::Square) => Self::Square,
            Outline::Shape(Shape::Triangle) => Self::Triangle,
            Outline::Shape(Shape::Star { points, .. }) => Self::Star {
                points: (*points).max(3),
            },
            Outline::Shape(Shape::Path(path)) => Self::Path(&path.cmds),
            Outline::Path(path) => Self::Path(&path.cmds),
        }
    }

    /// Whether it looks the same whatever way it is turned.
    pub(super) fn is_round(self) -> bool {
        matches!(self, Self::Circle | Self::Ring)
    }
}

/// The path of an outline that is one.
pub(super) fn path_of(outline: Outline<'_>) -> Option<&PathData> {
    match outline {
        Outline::Shape(Shape::Path(path)) => Some(path),
        Outline::Path(path) => Some(path),
        Outline::Shape(_) => None,
    }
}

/// The inner radius of stars and rings, in units of the outer one.
pub(super) fn inner_of(outline: Outline<'_>) -> Option<f64> {
    match outline {
        Outline::Shape(Shape::Star { inner, .. } | Shape::Ring { inner }) => {
            Some(f64::from(*inner))
        }
        _ => None,
    }
}

/// When the values are, and which do not go on from the frame before.
pub(super) type When<'a> = (Span, &'a [bool]);

/// Appends shapes of a kind that is no path. `sizes` are radii, `inner` shares of them.
pub(super) fn basic(
    kind: Kind,
    (sizes, inner): (&[f64], &[f64]),
    (keys, when): (&mut Keys, When),
    out: &mut String,
) {
    let radii: Vec<f64> = sizes.iter().zip(inner).map(|(r, q)| r * q).collect();
    match kind {
        Kind::Circle => ellipse(sizes, keys, when, out),
        Kind::Ring => {
            ellipse(sizes, keys, when, out);
            out.push(',');
            ellipse(&radii, keys, when, out);
        }
        Kind::Square => {
            out.push_str("{\"ty\":\"rc\",\"p\":{\"a\":0,\"k\":[0,0]},");
            sides(sizes, keys, when, out);
            out.push_str(",\"r\":{\"a\":0,\"k\":0}}");
        }
        Kind::Triangle => star(2, 3, (sizes, &[]), (keys, when), out),
        Kind::Star { points } => star(1, points, (sizes, &radii), (keys, when), out),
        Kind::Path(_) => {}
    }
}

fn ellipse(radii: &[f64], keys: &mut Keys, when: When, out: &mut String) {
    out.push_str("{\"ty\":\"el\",\"p\":{\"a\":0,\"k\":[0,0]},");
    sides(radii, keys, when, out);
    out.push('}');
}

/// Width and height, which are the same.
fn sides(radii: &[f64], keys: &mut Keys, when: When, out: &mut String) {
    let values: Vec<f64> = radii.iter().flat_map(|r| [2.0 * r; 2]).collect();
    let channel = Channel {
        values: &values,
        value: Value::List(2),
        unit: Unit::within(2.0 * TOLERANCE),
        steps: false,
    };
    keys.write("s", channel, when, out);
}

/// A star, or a polygon without inner corners.
fn star(
    kind: u32,
    points: u32,
    (outer, inner): (&[f64], &[f64]),
    (keys, when): (&mut Keys, When),
    out: &mut String,
) {
    // Writing into a String cannot fail.
    use std::fmt::Write as _;
    let _ = write!(
        out,
        "{{\"ty\":\"sr\",\"sy\":{kind},\"p\":{{\"a\":0,\"k\":[0,0]}},\"pt\":{{\"a\":0,\"k\":{points}}},\"r\":{{\"a\":0,\"k\":0}},"
    );
    keys.write("or", length(outer), when, out);
    out.push_str(",\"os\":{\"a\":0,\"k\":0}");
    if !inner.is_empty() {
        out.push(',');
        keys.write("ir", length(inner), when, out);
        out.push_str(",\"is\":{\"a\":0,\"k\":0}");
    }
    out.push('}');
}

/// A channel of user px.
pub(super) fn length(values: &[f64]) -> Channel<'_> {
    Channel {
        values,
        value: Value::Number,
        unit: Unit::PLACE,
        steps: false,
    }
}

/// A subpath: x, y and both tangents of each vertex.
#[derive(Debug, Clone, Default, PartialEq)]
struct Piece {
    closed: bool,
    values: Vec<f64>,
}

/// Appends a path, one shape a subpath. `paths` has one of each frame, or one of all; all have the same
/// commands. `scale` multiplies the points; they may be off by `tolerance`.
pub(super) fn path(
    paths: &[&PathData],
    (scale, tolerance): (f64, f64),
    (keys, when): (&mut Keys, When),
    out: &mut String,
) {
    let mut frames: Vec<Vec<Piece>> = paths.iter().map(|path| pieces(path, scale)).collect();
    let count = frames.first().map_or(0, Vec::len);
    let mut first = true;
    for i in 0..count {
        // A curve that comes back to where it began needs no vertex for that, if it always does.
        if frames.iter().all(|pieces| pieces[i].returns()) {
            frames.iter_mut().for_each(|pieces| pieces[i].join());
        }
        let Piece { closed, values } = &frames[0][i];
        let (closed, vertices) = (*closed, values.len() / 6);
        // A point alone paints nothing.
        if vertices < 2 {
            continue;
        }
        let values: Vec<f64> = frames.iter().flat_map(|p| p[i].values.clone()).collect();
        if !std::mem::take(&mut first) {
            out.push(',');
        }
        let channel = Channel {
            values: &values,
            value: Value::Bezier { vertices, closed },
            unit: Unit::within(tolerance),
            steps: false,
        };
        out.push_str("{\"ty\":\"sh\",");
        keys.write("ks", channel, when, out);
        out.push('}');
    }
}

/// Whether a path has anything to paint.
pub(super) fn is_empty(cmds: &[u8]) -> bool {
    cmds.iter()
        .all(|&cmd| cmd == Cmd::M as u8 || cmd == Cmd::Z as u8)
}

impl Piece {
    fn vertex(&mut self, [x, y]: [f64; 2]) {
        self.values.extend([x, y, 0.0, 0.0, 0.0, 0.0]);
    }

    /// The last vertex.
    fn last(&mut self) -> &mut [f64] {
        let at = self.values.len().saturating_sub(6);
        &mut self.values[at..]
    }

    /// A curve to `end` with these control points.
    fn curve(&mut self, [a, b]: [[f64; 2]; 2], end: [f64; 2]) {
        if let [x, y, _, _, out_x, out_y] = self.last() {
            (*out_x, *out_y) = (a[0] - *x, a[1] - *y);
        }
        self.vertex(end);
        if let [x, y, in_x, in_y, _, _] = self.last() {
            (*in_x, *in_y) = (b[0] - *x, b[1] - *y);
        }
    }

    /// Whether it is closed and its last vertex lies on the first.
    fn returns(&self) -> bool {
        let count = self.values.len() / 6;
        let at = |i: usize| &self.values[i * 6..i * 6 + 2];
        self.closed && count > 2 && at(0) == at(count - 1)
    }

    /// Takes the last vertex into the first.
    fn join(&mut self) {
        let last = self.values.split_off(self.values.len() - 6);
        self.values[2..4].copy_from_slice(&last[2..4]);
    }
}

/// The subpaths of a path.
fn pieces(path: &PathData, scale: f64) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut points = path.pts.iter().map(|p| p.map(|v| f64::from(v) * scale));
    let mut next = move || points.next().unwrap_or_default();
    let mut start = [0.0; 2];
    let mut at = start;
    let mut open = false;
    for cmd in path.cmds.iter().filter_map(|&byte| Cmd::from_byte(byte)) {
        if cmd == Cmd::M {
            start = next();
            open = false;
        }
        if !open && cmd != Cmd::Z {
            // After a Z the next subpath begins where the last one did.
            pieces.push(Piece::default());
            at = start;
        }
        let Some(piece) = pieces.last_mut() else {
            continue;
        };
        if !open && cmd != Cmd::Z {
            piece.vertex(start);
            open = true;
        }
        match cmd {
            Cmd::M => {}
            Cmd::L => {
                at = next();
                piece.vertex(at);
            }
            Cmd::Q => {
                let (control, end) = (next(), next());
                let near = |p: [f64; 2]| {
                    let toward = |d: usize| p[d] + (control[d] - p[d]) * (2.0 / 3.0);
                    [toward(0), toward(1)]
                };
                piece.curve([near(at), near(end)], end);
                at = end;
            }
            Cmd::C => {
                let controls = [next(), next()];
                at = next();
                piece.curve(controls, at);
            }
            Cmd::Z => {
                piece.closed = true;
                open = false;
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(cmds: &[Cmd], pts: &[[f32; 2]]) -> PathData {
        PathData {
            cmds: cmds.iter().map(|&cmd| cmd as u8).collect(),
            pts: pts.to_vec(),
        }
    }

    #[test]
    fn curves_become_vertices_with_tangents() {
        let path = data(
            &[Cmd::M, Cmd::Q, Cmd::L, Cmd::Z, Cmd::L],
            &[[0.0, 0.0], [3.0, 3.0], [6.0, 0.0], [3.0, -3.0], [9.0, 9.0]],
        );
        let found = pieces(&path, 2.0);
        assert_eq!(found.len(), 2);
        assert!(found[0].closed && !found[1].closed);
        assert_eq!(
            found[0].values,
            [
                0.0, 0.0, 0.0, 0.0, 4.0, 4.0, // out towards the control point
                12.0, 0.0, -4.0, 4.0, 0.0, 0.0, // in from it
                6.0, -6.0, 0.0, 0.0, 0.0, 0.0,
            ]
        );
        // What follows a Z begins where the subpath before did.
        assert_eq!(&found[1].values[..2], &[0.0, 0.0]);
        assert_eq!(&found[1].values[6..8], &[18.0, 18.0]);
    }

    #[test]
    fn a_curve_that_comes_back_has_no_vertex_twice() {
        let path = data(
            &[Cmd::M, Cmd::C, Cmd::C, Cmd::Z],
            &[
                [1.0, 0.0],
                [1.0, 1.0],
                [-1.0, 1.0],
                [-1.0, 0.0],
                [-1.0, -1.0],
                [1.0, -1.0],
                [1.0, 0.0],
            ],
        );
        let mut found = pieces(&path, 1.0);
        assert!(found[0].returns());
        found[0].join();
        assert_eq!(found[0].values.len(), 12);
        assert_eq!(&found[0].values[..6], &[1.0, 0.0, 0.0, -1.0, 0.0, 1.0]);
    }
}
