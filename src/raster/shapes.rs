//! Geometry of one element at a time, with its buffers: what passes call to make coverage.
//!
//! In: outlines in user space and where they go. Out: coverage into a sink. Polygons that do not cross
//! themselves take the exact-area kernel, discs and rings their own, everything else is stroked, dashed
//! and filled by tiny-skia.

use super::affine::{Affine, Bounds, Turn, snap};
use super::bands::Bands;
use super::disc::{Discs, Ring};
use super::fill::Filler;
use super::flatten::{Segment, circle_pieces, trace};
use super::polygon::Polygon;
use super::stroke::Stroker;
use super::surface::Coverage;
use crate::math::Real;
use crate::math::simd::Width;
use crate::render_tree::{FillRule, PathData, StrokeStyle};

/// Buffers that are kept from element to element and from frame to frame.
#[derive(Debug)]
pub(super) struct Shapes {
    simd: Width,
    /// For passes of many elements.
    pub(super) bands: Bands,
    polygon: Polygon,
    discs: Discs,
    filler: Filler,
    stroker: Stroker,
    /// An outline in device space, or a line in user space.
    line: Vec<Segment>,
    circle: Vec<[f64; 2]>,
}

impl Shapes {
    pub(super) fn new(simd: Width) -> Self {
        Self {
            simd,
            bands: Bands::default(),
            polygon: Polygon::new(simd),
            discs: Discs::new(simd),
            filler: Filler::default(),
            stroker: Stroker::default(),
            line: Vec::new(),
            circle: Vec::new(),
        }
    }

    /// How wide the instructions of kernels and sinks may be.
    pub(super) fn simd(&self) -> Width {
        self.simd
    }

    /// A closed polygon that does not cross itself; `corners` are mapped by `to_device`.
    pub(super) fn fill_polygon(
        &mut self,
        corners: &[[f64; 2]],
        to_device: &Affine,
        clip: &Bounds,
        sink: &mut impl Coverage,
    ) {
        self.polygon.begin(*clip);
        self.polygon.contour(corners.iter().map(|&p| {
            let p = to_device.apply(p);
            [snap(p[0]), snap(p[1])]
        }));
        self.polygon.fill(sink);
    }

    /// A ring or disc in device space.
    pub(super) fn fill_ring(&mut self, ring: &Ring, clip: &Bounds, sink: &mut impl Coverage) {
        self.discs.fill(ring, clip, &mut self.polygon, sink);
    }

    /// The ellipses between radius 1 and radius `inner` (0 = none) of the unit circle under a map.
    pub(super) fn fill_ellipse(
        &mut self,
        inner: f64,
        to_device: &Affine,
        clip: &Bounds,
        sink: &mut impl Coverage,
    ) {
        self.load_circle(circle_pieces(to_device.growth()));
        self.polygon.begin(*clip);
        let place = |p: [f64; 2]| {
            let p = to_device.apply(p);
            [snap(p[0]), snap(p[1])]
        };
        self.polygon.contour(self.circle.iter().map(|&p| place(p)));
        if inner > 0.0 {
            let hole = self.circle.iter().rev();
            self.polygon
                .contour(hole.map(|p| place([p[0] * inner, p[1] * inner])));
        }
        self.polygon.fill(sink);
    }

    /// `count` points about the unit circle.
    fn load_circle(&mut self, count: u32) {
        if self.circle.len() == count as usize {
            return;
        }
        // A little outside the circle, so that the polygon has its area: chords cut equally much.
        let turn = std::f64::consts::TAU / f64::from(count);
        let even = (turn / Real::sin(turn)).sqrt();
        self.circle.clear();
        self.circle.extend((0..count).map(|k| {
            let angle = std::f64::consts::TAU * f64::from(k) / f64::from(count);
            [even * Real::cos(angle), even * Real::sin(angle)]
        }));
    }

    /// A path under a map.
    pub(super) fn fill_path(
        &mut self,
        path: &PathData,
        to_device: &Affine,
        rule: FillRule,
        clip: &Bounds,
        sink: &mut impl Coverage,
    ) {
        trace(path, to_device, &mut self.line);
        self.filler.fill(&self.line, rule, clip, sink);
    }

    /// Takes a path as the line to stroke; `place` maps to user space.
    pub(super) fn load_path(&mut self, path: &PathData, place: &Affine) {
        trace(path, place, &mut self.line);
    }

    /// Takes a closed polygon as the line to stroke.
    pub(super) fn load_polygon(&mut self, corners: &[[f64; 2]], place: &Affine) {
        self.line.clear();
        for (i, &corner) in corners.iter().enumerate() {
            let corner = place.apply(corner);
            self.line.push(match i {
                0 => Segment::Move(corner),
                _ => Segment::Line(corner),
            });
        }
        self.line.push(Segment::Close);
    }

    /// Takes two circles (the second only if its radius is not 0) as the line to stroke.
    pub(super) fn load_circles(&mut self, radii: [f64; 2], place: &Affine) {
        self.line.clear();
        for radius in radii.into_iter().filter(|&r| r > 0.0) {
            let at = |p: [f64; 2]| place.apply(p.map(|v| v * radius));
            self.line.push(Segment::Move(at(EIGHTHS[0])));
            for (i, &[x0, y0]) in EIGHTHS.iter().enumerate() {
                let [x1, y1] = EIGHTHS[(i + 1) % EIGHTHS.len()];
                self.line.push(Segment::Cubic([
                    at([x0 - ARM * y0, y0 + ARM * x0]),
                    at([x1 + ARM * y1, y1 - ARM * x1]),
                    at([x1, y1]),
                ]));
            }
            self.line.push(Segment::Close);
        }
    }

    /// Strokes the loaded line. The width is in user px. False if it had too many dashes and is solid.
    pub(super) fn stroke(
        &mut self,
        width: f32,
        style: &StrokeStyle,
        to_device: &Affine,
        clip: &Bounds,
        sink: &mut impl Coverage,
    ) -> bool {
        let stroker = &mut self.stroker;
        let dashed = stroker.stroke(&self.line, width, style, to_device, clip);
        let outline = stroker.outline();
        self.filler.fill(outline, FillRule::Nonzero, clip, sink);
        dashed
    }
}

/// Eighths of the unit circle, each a cubic that is off by 4·10⁻⁶.
const EIGHTHS: [[f64; 2]; 8] = {
    const H: f64 = std::f64::consts::FRAC_1_SQRT_2;
    [
        [1.0, 0.0],
        [H, H],
        [0.0, 1.0],
        [-H, H],
        [-1.0, 0.0],
        [-H, -H],
        [0.0, -1.0],
        [H, -H],
    ]
};
/// Length of their arms: 4/3·tan(π/16).
const ARM: f64 = 0.265_216_489_839_544;

/// Where an element goes.
pub(super) fn place(size: f32, rotation: f32, pos: [f32; 2]) -> Affine {
    Affine::place(f64::from(size), Turn::new(rotation), pos)
}
