//! Strokes: the outline of a line with a width.
//!
//! In: a [`Polyline`], a width and a style. Out: closed contours whose non-zero union is the stroke: a
//! rectangle about each segment, a join at each inner vertex, a cap at each open end. Each side is one
//! walk: where it turns outwards it gets the join, where it turns inwards it passes through the vertex,
//! so that every part of every rectangle has winding ≥ 1 and overlaps are painted once. Arcs are
//! halved until their chords are within the tolerance: square roots only.

use super::flatten::{Polyline, Subpath, TOLERANCE, Vertex};
use crate::render_tree::{Cap, Join, StrokeStyle};

/// Segments shorter than this are merged into the next one, user px.
const SHORTEST: f64 = 1e-6;
/// Halvings of an arc: 2¹² pieces.
const DEEPEST: u32 = 12;

/// What a stroke looks like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pen {
    /// Half the width, in the space of the polyline.
    pub(super) half: f64,
    pub(super) cap: Cap,
    pub(super) join: Join,
    pub(super) miter_limit: f64,
    /// From the space of the polyline to device px, for the fineness of arcs.
    pub(super) growth: f64,
}

impl Pen {
    pub(super) fn new(width: f64, style: &StrokeStyle, growth: f64) -> Self {
        Self {
            half: width / 2.0,
            cap: style.cap,
            join: style.join,
            miter_limit: f64::from(style.miter_limit).max(1.0),
            growth,
        }
    }
}

/// Buffers of the stroker.
#[derive(Debug, Default)]
pub(super) struct Stroker {
    /// Vertices of one subpath, without repeated ones.
    vertices: Vec<Vertex>,
    /// Unit directions of its segments.
    directions: Vec<[f64; 2]>,
    outline: Vec<[f64; 2]>,
}

impl Stroker {
    /// Gives each contour of the stroke to `contour`.
    pub(super) fn stroke(
        &mut self,
        line: &Polyline,
        pen: &Pen,
        mut contour: impl FnMut(&[[f64; 2]]),
    ) {
        for subpath in &line.subpaths {
            self.load(line, subpath);
            self.outline.clear();
            if self.directions.is_empty() {
                self.dot(pen);
                contour(&self.outline);
            } else if subpath.closed {
                self.side(pen, true, false);
                contour(&self.outline);
                self.outline.clear();
                self.side(pen, true, true);
                contour(&self.outline);
            } else {
                self.side(pen, false, false);
                self.side(pen, false, true);
                contour(&self.outline);
            }
        }
    }

    fn load(&mut self, line: &Polyline, subpath: &Subpath) {
        self.vertices.clear();
        self.directions.clear();
        for vertex in &line.points[subpath.start..subpath.end] {
            match self.vertices.last() {
                Some(last) if distance(last.at, vertex.at) < SHORTEST => {}
                _ => self.vertices.push(*vertex),
            }
        }
        if subpath.closed {
            while self.vertices.len() > 1
                && distance(
                    self.vertices[0].at,
                    self.vertices[self.vertices.len() - 1].at,
                ) < SHORTEST
            {
                self.vertices.pop();
            }
        }
        let count = self.vertices.len();
        let segments = if subpath.closed && count > 1 {
            count
        } else {
            count - 1
        };
        for i in 0..segments {
            let (a, b) = (self.vertices[i].at, self.vertices[(i + 1) % count].at);
            let length = distance(a, b);
            self.directions
                .push([(b[0] - a[0]) / length, (b[1] - a[1]) / length]);
        }
    }

    /// A subpath without length.
    fn dot(&mut self, pen: &Pen) {
        let (p, h) = (self.vertices[0].at, pen.half);
        match pen.cap {
            Cap::Butt => {}
            Cap::Square => {
                self.outline.extend(
                    [[-h, -h], [h, -h], [h, h], [-h, h]].map(|o| [p[0] + o[0], p[1] + o[1]]),
                );
            }
            Cap::Round => {
                let turns = [[0.0, -1.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]];
                for i in 0..4 {
                    self.outline.push(offset(p, turns[i], h));
                    self.arc(p, turns[i], turns[(i + 1) % 4], pen, DEEPEST);
                }
            }
        }
    }

    /// One side of the line, forwards or backwards, ending with the cap if it is open.
    fn side(&mut self, pen: &Pen, closed: bool, backwards: bool) {
        let segments = self.directions.len();
        let vertices = self.vertices.len();
        for step in 0..segments {
            let (i, sign) = if backwards {
                (segments - 1 - step, -1.0)
            } else {
                (step, 1.0)
            };
            let direction = scale(self.directions[i], sign);
            let end = if backwards { i } else { (i + 1) % vertices };
            if step == 0 && !closed {
                let start = if backwards { (i + 1) % vertices } else { i };
                self.outline
                    .push(offset(self.vertices[start].at, normal(direction), pen.half));
            }
            let vertex = self.vertices[end];
            if step + 1 == segments && !closed {
                self.cap(vertex.at, direction, pen);
            } else {
                let next = if backwards {
                    (i + segments - 1) % segments
                } else {
                    (i + 1) % segments
                };
                self.join(vertex, direction, scale(self.directions[next], sign), pen);
            }
        }
    }

    fn cap(&mut self, p: [f64; 2], direction: [f64; 2], pen: &Pen) {
        let n = normal(direction);
        let back = scale(n, -1.0);
        match pen.cap {
            Cap::Butt => self.outline.push(offset(p, n, pen.half)),
            Cap::Square => {
                let tip = offset(p, direction, pen.half);
                self.outline.push(offset(tip, n, pen.half));
                self.outline.push(offset(tip, back, pen.half));
            }
            Cap::Round => {
                self.outline.push(offset(p, n, pen.half));
                self.arc(p, n, direction, pen, DEEPEST);
                self.outline.push(offset(p, direction, pen.half));
                self.arc(p, direction, back, pen, DEEPEST);
            }
        }
    }

    /// From the segment along `d0` to the one along `d1`, on the side of their normals.
    fn join(&mut self, vertex: Vertex, d0: [f64; 2], d1: [f64; 2], pen: &Pen) {
        let (p, n0, n1) = (vertex.at, normal(d0), normal(d1));
        self.outline.push(offset(p, n0, pen.half));
        let along = dot(d0, d1);
        let outwards = -dot(n0, d1);
        if outwards < 0.0 {
            self.outline.push(p);
        } else if outwards > 0.0 || along < 0.0 {
            let join = if vertex.smooth { Join::Round } else { pen.join };
            match join {
                Join::Bevel => {}
                // 1/sin²(θ/2) = 2/(1 + d₀·d₁) for the angle θ between the segments.
                Join::Miter => {
                    if 2.0 <= pen.miter_limit * pen.miter_limit * (1.0 + along) {
                        let tip = [n0[0] + n1[0], n0[1] + n1[1]];
                        self.outline.push(offset(p, tip, pen.half / (1.0 + along)));
                    }
                }
                Join::Round if along < -0.999_999 => {
                    self.arc(p, n0, d0, pen, DEEPEST);
                    self.outline.push(offset(p, d0, pen.half));
                    self.arc(p, d0, n1, pen, DEEPEST);
                }
                Join::Round => self.arc(p, n0, n1, pen, DEEPEST),
            }
        }
        self.outline.push(offset(p, n1, pen.half));
    }

    /// Points between the unit vectors `from` and `to` on the circle about `p`, ends left out.
    fn arc(&mut self, p: [f64; 2], from: [f64; 2], to: [f64; 2], pen: &Pen, depth: u32) {
        let (x, y) = (from[0] + to[0], from[1] + to[1]);
        let length = (x * x + y * y).sqrt();
        // Half the length of the sum is the cosine of half the angle: 1 − it is the sagitta.
        let sagitta = pen.half * pen.growth * (1.0 - length / 2.0);
        if depth == 0 || sagitta <= TOLERANCE || length == 0.0 {
            return;
        }
        let middle = [x / length, y / length];
        self.arc(p, from, middle, pen, depth - 1);
        self.outline.push(offset(p, middle, pen.half));
        self.arc(p, middle, to, pen, depth - 1);
    }
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    let (x, y) = (b[0] - a[0], b[1] - a[1]);
    (x * x + y * y).sqrt()
}

fn dot(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

fn scale(v: [f64; 2], by: f64) -> [f64; 2] {
    [v[0] * by, v[1] * by]
}

/// The left-hand unit normal (y down).
fn normal(d: [f64; 2]) -> [f64; 2] {
    [d[1], -d[0]]
}

fn offset(p: [f64; 2], direction: [f64; 2], by: f64) -> [f64; 2] {
    [p[0] + direction[0] * by, p[1] + direction[1] * by]
}
