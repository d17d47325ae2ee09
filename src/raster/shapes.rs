//! Geometry of one element at a time, with its buffers: what passes call to make coverage.
//!
//! In: outlines in user space and where they go. Out: coverage into a sink. Polygons that do not cross
//! themselves take the exact-area kernel, discs and rings their own, everything else is flattened,
//! stroked and dashed here and filled by winding numbers.

use super::affine::{Affine, Bounds, Turn, snap};
use super::dash::{Dashed, dash};
use super::disc::{Discs, Ring};
use super::flatten::{Polyline, circle_pieces};
use super::polygon::Polygon;
use super::stroke::{Pen, Stroker};
use super::surface::Coverage;
use super::winding::Winding;
use crate::math::Real;
use crate::render_tree::{FillRule, PathData, StrokeStyle};

/// Buffers that are kept from element to element and from frame to frame.
#[derive(Debug)]
pub(super) struct Shapes {
    polygon: Polygon,
    discs: Discs,
    winding: Winding,
    line: Polyline,
    dashed: Polyline,
    stroker: Stroker,
    circle: Vec<[f64; 2]>,
}

impl Shapes {
    pub(super) fn new() -> Self {
        Self {
            polygon: Polygon::new(),
            discs: Discs::default(),
            winding: Winding::new(),
            line: Polyline::default(),
            dashed: Polyline::default(),
            stroker: Stroker::default(),
            circle: Vec::new(),
        }
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
        self.line.flatten(path, to_device, &Affine::IDENTITY);
        self.winding.begin(*clip);
        for subpath in &self.line.subpaths {
            self.winding.contour(
                self.line.points[subpath.start..subpath.end]
                    .iter()
                    .map(|v| v.at),
            );
        }
        self.winding.fill(rule, sink);
    }

    /// Takes a path as the line to stroke; `place` maps to user space.
    pub(super) fn load_path(&mut self, path: &PathData, place: &Affine, to_device: &Affine) {
        self.line.flatten(path, place, to_device);
    }

    /// Takes a closed polygon as the line to stroke.
    pub(super) fn load_polygon(&mut self, corners: &[[f64; 2]], place: &Affine) {
        self.line.clear();
        for &corner in corners {
            self.line.push(place.apply(corner), false);
        }
        self.line.finish(true);
    }

    /// Takes two circles (the second only if its radius is not 0) as the line to stroke.
    pub(super) fn load_circles(&mut self, radii: [f64; 2], place: &Affine, to_device: &Affine) {
        self.load_circle(circle_pieces(radii[0] * place.then(to_device).growth()));
        self.line.clear();
        for radius in radii.into_iter().filter(|&r| r > 0.0) {
            for p in &self.circle {
                self.line
                    .push(place.apply([p[0] * radius, p[1] * radius]), true);
            }
            self.line.finish(true);
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
        let pen = Pen::new(f64::from(width), style, to_device.growth());
        let outcome = if style.dash.is_empty() {
            Dashed::Solid
        } else {
            dash(&self.line, &style.dash, style.dash_offset, &mut self.dashed)
        };
        let line = if outcome == Dashed::Pieces {
            &self.dashed
        } else {
            &self.line
        };
        self.winding.begin(*clip);
        let winding = &mut self.winding;
        self.stroker.stroke(line, &pen, |points| {
            winding.contour(points.iter().map(|&p| to_device.apply(p)));
        });
        self.winding.fill(FillRule::Nonzero, sink);
        outcome != Dashed::TooMany
    }
}

/// Corners of the unit outline of a star: radius 1 and `inner` in turn, the first one up.
pub(super) fn star_corners(points: u32, inner: f32, corners: &mut Vec<[f64; 2]>) {
    let count = points.max(3) * 2;
    corners.clear();
    corners.extend((0..count).map(|i| {
        let angle = std::f64::consts::TAU * f64::from(i) / f64::from(count);
        let radius = if i % 2 == 0 { 1.0 } else { f64::from(inner) };
        // −90° + angle: the cosine is sin(angle), the sine −cos(angle).
        [radius * Real::sin(angle), -radius * Real::cos(angle)]
    }));
}

/// Corners at −90°, 30° and 150°.
pub(super) const TRIANGLE: [[f64; 2]; 3] = [[0.0, -1.0], [HALF_SQRT_3, 0.5], [-HALF_SQRT_3, 0.5]];
const HALF_SQRT_3: f64 = 0.866_025_403_784_438_6;

/// Corners (±1, ±1), clockwise.
pub(super) const SQUARE: [[f64; 2]; 4] = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];

/// Where an element goes.
pub(super) fn place(size: f32, rotation: f32, pos: [f32; 2]) -> Affine {
    Affine::place(f64::from(size), Turn::new(rotation), pos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_are_those_of_the_definition() {
        let mut star = Vec::new();
        star_corners(5, 0.5, &mut star);
        assert_eq!(star.len(), 10);
        assert!((star[0][0]).abs() < 1e-12 && (star[0][1] + 1.0).abs() < 1e-12);
        assert!((star[1][0] - 0.29389).abs() < 1e-5 && (star[1][1] + 0.40451).abs() < 1e-5);
        assert!((TRIANGLE[1][0] - 0.86603).abs() < 1e-5);
    }
}
