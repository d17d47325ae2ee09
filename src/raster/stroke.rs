//! Strokes and dashes, by tiny-skia.
//!
//! In: a line in user space, a width and a style. Out: the outline of the stroke in device space, whose
//! non-zero fill is the stroke. Where user space is device space moved and enlarged, the stroker works in
//! device px, counted from the line's own corner, so that whole-pixel moves keep the pixels; under any
//! other transform it works in user space, and its outline is transformed. Lines that go far beyond the
//! picture are cut to it in f64 before.
//!
//! Dashes: an odd list is used twice, the offset shifts the start of the pattern backwards, and the
//! pattern starts anew at each subpath. A closed subpath inside a single dash is stroked solid. A
//! subpath without length has caps only: a disc, an upright square, or nothing.

use super::affine::{Affine, Bounds, snap};
use super::far;
use super::fill::build;
use super::flatten::{Polyline, Segment, distance, extent, subpaths};
use crate::render_tree::{Cap, Join, StrokeStyle};
use std::fmt;
use tiny_skia::{
    LineCap, LineJoin, Path, PathBuilder, PathSegment, PathStroker, Stroke, StrokeDash,
};

/// Most dashes of a path; beyond it the stroke is solid.
const MAX_DASHES: f64 = 100_000.0;
/// Longest dash: what f32 can sum up, and longer than any line that is seen.
const MAX_DASH: f64 = 1e30;
/// Room around the picture where far lines are cut, px.
const MARGIN: i32 = 16;
/// Curves are measured for dashes with a tolerance of 1/(2·4) px.
const MEASURE: f64 = 4.0;

/// How far a stroke goes from its line, user px.
pub(super) fn reach(width: f32, style: &StrokeStyle) -> f64 {
    let corner = match (style.join, style.cap) {
        (Join::Miter, _) => f64::from(style.miter_limit).max(std::f64::consts::SQRT_2),
        (_, Cap::Square) => std::f64::consts::SQRT_2,
        _ => 1.0,
    };
    f64::from(width.max(0.0)) / 2.0 * corner
}

/// Makes outlines of strokes, keeping its buffers.
#[derive(Debug, Default)]
pub(super) struct Stroker {
    pen: Pen,
    builder: PathBuilder,
    line: Polyline,
    /// What is near of a line that goes far, and how far along the line each of its subpaths begins.
    near: Vec<Segment>,
    begins: Vec<f64>,
    outline: Vec<Segment>,
}

#[derive(Default)]
struct Pen(PathStroker);

impl fmt::Debug for Pen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pen")
    }
}

/// From user space to the space of the stroker, and from there to device space.
struct Frame {
    to_device: Affine,
    /// Device px if the stroker works in these, else user px.
    origin: [f64; 2],
    in_device: bool,
    /// Stroker px per user px.
    scale: f64,
    back: Affine,
}

impl Frame {
    fn new(to_device: &Affine, user: [f64; 2], device: [f64; 2]) -> Self {
        let in_device = to_device.b == 0.0
            && to_device.c == 0.0
            && to_device.a == to_device.d
            && to_device.a > 0.0;
        let moved = |by: [f64; 2]| Affine {
            e: by[0],
            f: by[1],
            ..Affine::IDENTITY
        };
        let (origin, scale, back) = if in_device {
            let origin = device.map(f64::floor);
            (origin, to_device.a, moved(origin))
        } else {
            (user, 1.0, moved(user).then(to_device))
        };
        Self {
            to_device: *to_device,
            origin,
            in_device,
            scale,
            back,
        }
    }

    fn at(&self, p: [f64; 2]) -> [f32; 2] {
        let p = if self.in_device {
            self.to_device.apply(p).map(snap)
        } else {
            p
        };
        [
            (p[0] - self.origin[0]) as f32,
            (p[1] - self.origin[1]) as f32,
        ]
    }

    /// Device px per stroker px.
    fn resolution(&self) -> f64 {
        self.back.growth()
    }
}

/// Lengths on, off, on, … in user px; an even number of them.
struct Dashes {
    lengths: Vec<f64>,
    offset: f64,
    period: f64,
}

impl Dashes {
    /// None if the pattern means solid.
    fn new(style: &StrokeStyle) -> Option<Self> {
        let pattern = &style.dash;
        let legal = |v: &f32| v.is_finite() && *v >= 0.0;
        if pattern.is_empty() || !pattern.iter().all(legal) {
            return None;
        }
        let twice = if pattern.len() % 2 == 1 { 2 } else { 1 };
        let lengths: Vec<f64> = std::iter::repeat_n(pattern, twice)
            .flatten()
            .map(|&v| f64::from(v))
            .collect();
        let period: f64 = lengths.iter().sum();
        let offset = f64::from(style.dash_offset);
        (period > 0.0).then_some(Self {
            lengths,
            offset: if offset.is_finite() { offset } else { 0.0 },
            period,
        })
    }

    fn count(&self, length: f64) -> f64 {
        length / self.period * (self.lengths.len() / 2) as f64
    }

    /// Where in the pattern a line begins.
    fn phase(&self, begin: f64) -> f64 {
        let start = self.offset + begin;
        start - (start / self.period).floor() * self.period
    }

    /// Whether the first dash goes on to the end.
    fn is_solid(&self, phase: f64, length: f64) -> bool {
        let mut left = phase;
        for pair in self.lengths.chunks_exact(2) {
            if left < pair[0] || (left == 0.0 && pair[0] > 0.0) {
                return pair[0] - left >= length;
            }
            left -= pair[0] + pair[1];
            if left < 0.0 {
                return false;
            }
        }
        false
    }

    fn scaled(&self, phase: f64, scale: f64) -> Option<StrokeDash> {
        let length = |v: &f64| (v * scale).min(MAX_DASH) as f32;
        let lengths = self.lengths.iter().map(length).collect();
        StrokeDash::new(lengths, (phase * scale).min(MAX_DASH) as f32)
    }
}

impl Stroker {
    /// The outline of the last stroke.
    pub(super) fn outline(&self) -> &[Segment] {
        &self.outline
    }

    /// Strokes a line as far as `clip` can see it. The width is in user px. False if the line had too
    /// many dashes and is solid.
    pub(super) fn stroke(
        &mut self,
        line: &[Segment],
        width: f32,
        style: &StrokeStyle,
        to_device: &Affine,
        clip: &Bounds,
    ) -> bool {
        self.outline.clear();
        let mut dashes = Dashes::new(style);
        let mut refused = false;
        if let Some(pattern) = &dashes {
            self.line.flatten(line, to_device);
            let count = pattern.count(self.line.length());
            refused = count.is_nan() || count > MAX_DASHES;
        }
        if refused {
            dashes = None;
        }
        let (min, max) = extent(line, to_device);
        self.begins.clear();
        let corner = |p: [i32; 2]| p.map(f64::from);
        if far::fits(min, max, clip) {
            let user = extent(line, &Affine::IDENTITY).0;
            let frame = Frame::new(to_device, user, min);
            self.outline_of(line, width, style, dashes.as_ref(), &frame);
        } else if let Some(window) = window(to_device, clip, reach(width, style)) {
            self.line.flatten(line, to_device);
            let mut near = std::mem::take(&mut self.near);
            cut(
                &self.line,
                &window,
                dashes.is_none(),
                &mut near,
                &mut self.begins,
            );
            let middle = [0, 1].map(|i| (window[0][i] + window[1][i]) / 2.0);
            let frame = Frame::new(to_device, middle, corner([clip.x0, clip.y0]));
            self.outline_of(&near, width, style, dashes.as_ref(), &frame);
            self.near = near;
        }
        !refused
    }

    fn outline_of(
        &mut self,
        line: &[Segment],
        width: f32,
        style: &StrokeStyle,
        dashes: Option<&Dashes>,
        frame: &Frame,
    ) {
        let stroke = Stroke {
            width: (f64::from(width) * frame.scale) as f32,
            miter_limit: style.miter_limit.max(1.0),
            line_cap: match style.cap {
                Cap::Butt => LineCap::Butt,
                Cap::Round => LineCap::Round,
                Cap::Square => LineCap::Square,
            },
            line_join: match style.join {
                Join::Miter => LineJoin::Miter,
                Join::Round => LineJoin::Round,
                Join::Bevel => LineJoin::Bevel,
            },
            dash: None,
        };
        let Some(dashes) = dashes else {
            subpaths(line).for_each(|subpath| add(&mut self.builder, subpath, frame));
            return self.finish(&stroke, None, frame);
        };
        for (i, subpath) in subpaths(line).enumerate() {
            let phase = dashes.phase(self.begins.get(i).copied().unwrap_or(0.0));
            self.line.flatten(subpath, &frame.to_device);
            let dash = if dashes.is_solid(phase, self.line.length()) {
                None
            } else {
                dashes.scaled(phase, frame.scale)
            };
            add(&mut self.builder, subpath, frame);
            self.finish(&stroke, dash.as_ref(), frame);
        }
    }

    /// Strokes what was added and appends its outline.
    fn finish(&mut self, stroke: &Stroke, dash: Option<&StrokeDash>, frame: &Frame) {
        let Some(path) = std::mem::take(&mut self.builder).finish() else {
            return;
        };
        let resolution = frame.resolution();
        let dashed = dash.map(|dash| path.dash(dash, (resolution * MEASURE) as f32));
        let line = match &dashed {
            None => Some(&path),
            // None: the pattern has no dash where the line is.
            Some(dashed) => dashed.as_ref(),
        };
        let pen = &mut self.pen.0;
        if let Some(outline) = line.and_then(|line| pen.stroke(line, stroke, resolution as f32)) {
            append(&outline, &frame.back, &mut self.outline);
        }
        self.builder = path.clear();
    }
}

/// Adds a subpath; one of a single point becomes a line without length, which has caps.
fn add(builder: &mut PathBuilder, subpath: &[Segment], frame: &Frame) {
    match subpath {
        [Segment::Move(p)] | [Segment::Move(p), Segment::Close] => {
            let dot = [Segment::Move(*p), Segment::Line(*p)];
            build(builder, &dot, |p| frame.at(p));
        }
        _ => build(builder, subpath, |p| frame.at(p)),
    }
}

fn append(path: &Path, map: &Affine, outline: &mut Vec<Segment>) {
    let at = |p: tiny_skia::Point| map.apply([f64::from(p.x), f64::from(p.y)]);
    outline.extend(path.segments().map(|segment| match segment {
        PathSegment::MoveTo(p) => Segment::Move(at(p)),
        PathSegment::LineTo(p) => Segment::Line(at(p)),
        PathSegment::QuadTo(a, b) => Segment::Quad([at(a), at(b)]),
        PathSegment::CubicTo(a, b, c) => Segment::Cubic([at(a), at(b), at(c)]),
        PathSegment::Close => Segment::Close,
    }));
}

/// The part of user space whose strokes may be seen. None under a map without an inverse.
fn window(to_device: &Affine, clip: &Bounds, reach: f64) -> Option<[[f64; 2]; 2]> {
    let Affine { a, b, c, d, e, f } = *to_device;
    let det = a * d - b * c;
    if det == 0.0 || !det.is_finite() {
        return None;
    }
    let clip = clip.grow(MARGIN);
    let mut window = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
    for (x, y) in [
        (clip.x0, clip.y0),
        (clip.x1, clip.y0),
        (clip.x0, clip.y1),
        (clip.x1, clip.y1),
    ] {
        let (x, y) = (f64::from(x) - e, f64::from(y) - f);
        let p = [(d * x - c * y) / det, (a * y - b * x) / det];
        for axis in 0..2 {
            window[0][axis] = window[0][axis].min(p[axis] - reach);
            window[1][axis] = window[1][axis].max(p[axis] + reach);
        }
    }
    Some(window)
}

/// The parts of a line inside a window, and where along its subpath each begins. With `turn`, closed
/// subpaths are walked from a point outside, so that a part over their start stays whole.
fn cut(
    line: &Polyline,
    window: &[[f64; 2]; 2],
    turn: bool,
    near: &mut Vec<Segment>,
    begins: &mut Vec<f64>,
) {
    near.clear();
    for (points, closed) in line.subpaths() {
        let count = points.len();
        let outside = |p: &[f64; 2]| far::inside(*p, *p, window).is_none();
        let first = points.iter().position(outside);
        let (true, Some(first)) = (closed, first) else {
            if first.is_none() {
                begins.push(0.0);
                near.push(Segment::Move(points[0]));
                near.extend(points[1..].iter().map(|p| Segment::Line(*p)));
                if closed {
                    near.push(Segment::Close);
                }
            } else {
                cut_along(points.iter().copied(), window, near, begins);
            }
            continue;
        };
        let first = if turn { first } else { 0 };
        let walk = (0..=count).map(|k| points[(first + k) % count]);
        cut_along(walk, window, near, begins);
    }
}

fn cut_along(
    mut points: impl Iterator<Item = [f64; 2]>,
    window: &[[f64; 2]; 2],
    near: &mut Vec<Segment>,
    begins: &mut Vec<f64>,
) {
    let Some(mut p) = points.next() else { return };
    let (mut along, mut joined) = (0.0, false);
    for q in points {
        let length = distance(p, q);
        if let Some((from, to)) = far::inside(p, q, window) {
            let at = |t: f64| [0, 1].map(|i| p[i] + (q[i] - p[i]) * t);
            if !(joined && from == 0.0) {
                begins.push(along + from * length);
                near.push(Segment::Move(at(from)));
            }
            near.push(Segment::Line(if to == 1.0 { q } else { at(to) }));
            joined = to == 1.0;
        } else {
            joined = false;
        }
        along += length;
        p = q;
    }
}
