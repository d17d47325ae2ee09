//! One pass of outlines or lines.
//!
//! In: a [`Paths2d`] or [`Strokes2d`] pass, the map to device space, a surface. Out: fills and strokes
//! in order, blended into the surface.

use super::affine::{Affine, Bounds};
use super::instances::touches;
use super::paint::DrawReport;
use super::shapes::{Shapes, place};
use super::space::Space;
use super::stroke;
use super::surface::{Paint, Surface};
use crate::render_tree::{PathData, Paths2d, Strokes2d};

/// Paints filled and stroked outlines.
pub(super) fn paint_paths<S: Space>(
    pass: &Paths2d,
    to_device: &Affine,
    shapes: &mut Shapes,
    surface: &mut Surface<S::Pixel>,
    report: &mut DrawReport,
) {
    let clip = surface.bounds;
    let simd = shapes.simd();
    for i in 0..pass.count as usize {
        let Some(path) = pass.paths.get(pass.path_of.at(i) as usize) else {
            continue;
        };
        let map = place(pass.scale.at(i), pass.rotation.at(i), pass.pos.at(i));
        let width = width(pass, i, to_device);
        let extent = Extent::new(path, &map, to_device, stroke::reach(width, &pass.style));
        if !extent.touches(&clip) {
            report.culled += 1;
            continue;
        }
        report.elements += 1;
        let fill = pass.rgba.at(i);
        if fill != [0; 4] {
            let mut sink = Paint::<S> {
                surface,
                source: S::source(fill),
                blend: pass.blend,
                simd,
            };
            shapes.fill_path(path, &map.then(to_device), pass.fill_rule, &clip, &mut sink);
        }
        let stroke = pass.stroke_rgba.at(i);
        if width > 0.0 && stroke != [0; 4] {
            let mut sink = Paint::<S> {
                surface,
                source: S::source(stroke),
                blend: pass.blend,
                simd,
            };
            shapes.load_path(path, &map);
            let dashed = shapes.stroke(width, &pass.style, to_device, &clip, &mut sink);
            report.dashes_refused += u64::from(!dashed);
        }
    }
}

/// The width of the stroke of an outline, user px.
fn width(pass: &Paths2d, i: usize, to_device: &Affine) -> f32 {
    let width = pass.stroke_width.at(i);
    let growth = to_device.growth() as f32;
    if pass.style.non_scaling && growth > 0.0 {
        width / growth
    } else {
        width
    }
}

/// Paints lines.
pub(super) fn paint_strokes<S: Space>(
    pass: &Strokes2d,
    to_device: &Affine,
    shapes: &mut Shapes,
    surface: &mut Surface<S::Pixel>,
    report: &mut DrawReport,
) {
    let clip = surface.bounds;
    let simd = shapes.simd();
    for i in 0..pass.count as usize {
        let Some(path) = pass.paths.get(pass.path_of.at(i) as usize) else {
            continue;
        };
        let width = pass.stroke_width.at(i);
        let reach = stroke::reach(width, &pass.style);
        let extent = Extent::new(path, &Affine::IDENTITY, to_device, reach);
        let stroke = pass.stroke_rgba.at(i);
        if !extent.touches(&clip) {
            report.culled += 1;
            continue;
        }
        report.elements += 1;
        if width > 0.0 && stroke != [0; 4] {
            let mut sink = Paint::<S> {
                surface,
                source: S::source(stroke),
                blend: pass.blend,
                simd,
            };
            shapes.load_path(path, &Affine::IDENTITY);
            let dashed = shapes.stroke(width, &pass.style, to_device, &clip, &mut sink);
            report.dashes_refused += u64::from(!dashed);
        }
    }
}

/// The pixels that a pass of outlines may touch.
pub(super) fn content_of_paths(pass: &Paths2d, to_device: &Affine, within: &Bounds) -> Bounds {
    let mut all = Bounds::EMPTY;
    for i in 0..pass.count as usize {
        let Some(path) = pass.paths.get(pass.path_of.at(i) as usize) else {
            continue;
        };
        let map = place(pass.scale.at(i), pass.rotation.at(i), pass.pos.at(i));
        let reach = stroke::reach(width(pass, i, to_device), &pass.style);
        all = all.union(&Extent::new(path, &map, to_device, reach).bounds(within));
    }
    all
}

/// The pixels that a pass of lines may touch.
pub(super) fn content_of_strokes(pass: &Strokes2d, to_device: &Affine, within: &Bounds) -> Bounds {
    let mut all = Bounds::EMPTY;
    for i in 0..pass.count as usize {
        let Some(path) = pass.paths.get(pass.path_of.at(i) as usize) else {
            continue;
        };
        let reach = stroke::reach(pass.stroke_width.at(i), &pass.style);
        let extent = Extent::new(path, &Affine::IDENTITY, to_device, reach);
        all = all.union(&extent.bounds(within));
    }
    all
}

/// A disc about everything that a path can reach, device px.
struct Extent {
    centre: [f64; 2],
    reach: f64,
}

impl Extent {
    /// Control points bound their curves.
    fn new(path: &PathData, map: &Affine, to_device: &Affine, stroke: f64) -> Self {
        let all = map.then(to_device);
        let mut min = [f64::INFINITY; 2];
        let mut max = [f64::NEG_INFINITY; 2];
        for p in &path.pts {
            let p = all.apply(p.map(f64::from));
            for axis in 0..2 {
                min[axis] = min[axis].min(p[axis]);
                max[axis] = max[axis].max(p[axis]);
            }
        }
        let (w, h) = (max[0] - min[0], max[1] - min[1]);
        Self {
            centre: [min[0] + w / 2.0, min[1] + h / 2.0],
            reach: w.max(h) / 2.0 + stroke * to_device.growth(),
        }
    }

    fn touches(&self, clip: &Bounds) -> bool {
        touches(self.centre, self.reach, clip)
    }

    fn bounds(&self, within: &Bounds) -> Bounds {
        if !self.touches(within) {
            return Bounds::EMPTY;
        }
        let reach = self.reach + 1.0;
        let low = [self.centre[0] - reach, self.centre[1] - reach];
        let high = [self.centre[0] + reach, self.centre[1] + reach];
        Bounds::around(low, high).intersect(within)
    }
}
