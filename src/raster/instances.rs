//! One pass of shapes at positions.
//!
//! In: an [`Instances2d`] pass, the map to device space, a surface. Out: its elements, in order, fill
//! and then stroke, blended into the surface. Elements whose box misses the surface cost a comparison.
//! Many elements in a large picture are painted band by band (`bands`).

use super::affine::{Affine, Bounds, snap};
use super::disc::Ring;
use super::paint::DrawReport;
use super::shapes::{Shapes, place};
use super::space::Space;
use super::surface::{Coverage, Paint, Surface};
use crate::render_tree::{Column, FillRule, Instances2d, PathData, Shape, StrokeStyle};

/// Instances have miter joins, limit 4, and closed outlines.
const MITER_LIMIT: f32 = 4.0;

/// Paints a pass. With a `ground`, it is the first one: the surface takes that colour before, whatever it
/// holds; band by band, if it is painted in bands.
pub(super) fn paint<S: Space>(
    pass: &Instances2d,
    ground: Option<S::Pixel>,
    to_device: &Affine,
    shapes: &mut Shapes,
    surface: &mut Surface<S::Pixel>,
    report: &mut DrawReport,
) {
    let mut drawer = Drawer {
        shapes,
        corners: Corners::default(),
        to_device: *to_device,
        similarity: to_device.similarity(),
        style: StrokeStyle {
            miter_limit: MITER_LIMIT,
            ..StrokeStyle::default()
        },
        clip: surface.bounds,
    };
    let count = pass.count as usize;
    let place = |i: usize| place_of(pass, i, to_device);
    let mut bands = std::mem::take(&mut drawer.shapes.bands);
    let sorted = drawer
        .may_be_cut(pass)
        .then(|| bands.load(&surface.bounds, size_of::<S::Pixel>(), count, place));
    if let Some(Some([seen, missed])) = sorted {
        report.elements += seen;
        report.culled += missed;
        for (clip, elements) in bands.iter(surface.bounds) {
            drawer.clip = clip;
            if let Some(pixel) = ground {
                surface.fill_rows(clip.y0, clip.y1, pixel);
            }
            for &i in elements {
                drawer.element::<S>(pass, i as usize, surface);
            }
        }
    } else {
        if let Some(pixel) = ground {
            surface.fill(pixel);
        }
        for i in 0..count {
            let Some((centre, reach)) = place(i) else {
                continue;
            };
            if !touches(centre, reach, &drawer.clip) {
                report.culled += 1;
                continue;
            }
            report.elements += 1;
            drawer.element::<S>(pass, i, surface);
        }
    }
    drawer.shapes.bands = bands;
}

/// The centre of an element and how far it goes from there, stroke included, device px. `None` without
/// a shape.
#[inline]
fn place_of(pass: &Instances2d, i: usize, to_device: &Affine) -> Option<([f64; 2], f64)> {
    let shape = pass.shapes.get(usize::from(pass.shape_id.at(i)))?;
    let centre = to_device.apply(pass.pos.at(i).map(f64::from));
    let reach = reach(shape, pass.size.at(i), pass.stroke_width.at(i));
    Some((centre, reach * to_device.growth()))
}

/// The pixels that a pass may touch.
pub(super) fn content(pass: &Instances2d, to_device: &Affine, within: &Bounds) -> Bounds {
    let mut all = Bounds::EMPTY;
    for i in 0..pass.count as usize {
        let Some((centre, reach)) = place_of(pass, i, to_device) else {
            continue;
        };
        if touches(centre, reach, within) {
            let reach = reach + 1.0;
            let low = [centre[0] - reach, centre[1] - reach];
            let high = [centre[0] + reach, centre[1] + reach];
            all = all.union(&Bounds::around(low, high).intersect(within));
        }
    }
    all
}

/// How far the element goes from its centre, stroke included, user px.
fn reach(shape: &Shape, size: f32, stroke_width: f32) -> f64 {
    let outline = match shape {
        Shape::Circle | Shape::Ring { .. } | Shape::Triangle | Shape::Star { .. } => 1.0,
        Shape::Square => std::f64::consts::SQRT_2,
        Shape::Path(path) => path_reach(path),
    };
    let stroke = f64::from(stroke_width.max(0.0)) / 2.0 * f64::from(MITER_LIMIT);
    outline * f64::from(size) + stroke
}

fn path_reach(path: &PathData) -> f64 {
    let squares = path.pts.iter().map(|p| {
        let (x, y) = (f64::from(p[0]), f64::from(p[1]));
        x * x + y * y
    });
    squares.fold(0.0, f64::max).sqrt()
}

/// Whether a box about `centre` may touch a pixel; false for what is not finite.
#[inline]
pub(super) fn touches(centre: [f64; 2], reach: f64, clip: &Bounds) -> bool {
    // One px more for the rounding to 1/256 px.
    let reach = reach + 1.0;
    centre[0] + reach > f64::from(clip.x0)
        && centre[0] - reach < f64::from(clip.x1)
        && centre[1] + reach > f64::from(clip.y0)
        && centre[1] - reach < f64::from(clip.y1)
        && reach < f64::INFINITY
}

struct Element {
    pos: [f32; 2],
    size: f32,
    rotation: f32,
    stroke_width: f32,
}

/// Unit corners of the shape that was drawn last.
#[derive(Default)]
struct Corners {
    of: Option<u16>,
    points: Vec<[f64; 2]>,
}

impl Corners {
    /// Corners of a polygon; none for other shapes.
    fn load(&mut self, shape: &Shape, id: u16) {
        if self.of == Some(id) {
            return;
        }
        self.of = Some(id);
        shape.corners(&mut self.points);
    }
}

struct Drawer<'a> {
    shapes: &'a mut Shapes,
    corners: Corners,
    to_device: Affine,
    similarity: Option<f64>,
    style: StrokeStyle,
    clip: Bounds,
}

impl Drawer<'_> {
    /// Whether the pixels of a pass stay the same if the picture is cut: outlines and strokes that
    /// tiny-skia samples may not.
    fn may_be_cut(&self, pass: &Instances2d) -> bool {
        let round = |shape: &Shape| matches!(shape, Shape::Circle | Shape::Ring { .. });
        let stroked = !matches!(pass.stroke_width, Column::One(width) if width <= 0.0)
            && pass.stroke_rgba != Column::One([0; 4]);
        pass.shapes.iter().all(|shape| match stroked {
            true => round(shape) && self.similarity.is_some(),
            false => !matches!(shape, Shape::Path(_)),
        })
    }

    /// Paints an element as far as `clip` shows it.
    #[inline]
    fn element<S: Space>(&mut self, pass: &Instances2d, i: usize, surface: &mut Surface<S::Pixel>) {
        let element = Element {
            pos: pass.pos.at(i),
            size: pass.size.at(i),
            rotation: pass.rotation.at(i),
            stroke_width: pass.stroke_width.at(i),
        };
        let id = pass.shape_id.at(i);
        let Some(shape) = pass.shapes.get(usize::from(id)) else {
            return;
        };
        let mut sink = Paint::<S> {
            surface,
            source: S::Pixel::default(),
            blend: pass.blend,
            simd: self.shapes.simd(),
        };
        let fill = pass.rgba.at(i);
        if fill != [0; 4] && element.size > 0.0 {
            sink.source = S::source(fill);
            self.fill(shape, id, &element, &mut sink);
        }
        let stroke = pass.stroke_rgba.at(i);
        if element.stroke_width > 0.0 && stroke != [0; 4] {
            sink.source = S::source(stroke);
            self.stroke(shape, id, &element, &mut sink);
        }
    }

    fn fill(&mut self, shape: &Shape, id: u16, e: &Element, sink: &mut impl Coverage) {
        match shape {
            Shape::Circle => self.annulus(e, 0.0, f64::from(e.size), sink),
            Shape::Ring { inner } => {
                let radius = f64::from(e.size);
                self.annulus(e, f64::from(*inner) * radius, radius, sink);
            }
            Shape::Square | Shape::Triangle | Shape::Star { .. } => {
                self.corners.load(shape, id);
                let map = place(e.size, e.rotation, e.pos).then(&self.to_device);
                self.shapes
                    .fill_polygon(&self.corners.points, &map, &self.clip, sink);
            }
            Shape::Path(path) => {
                let map = place(e.size, e.rotation, e.pos).then(&self.to_device);
                self.shapes
                    .fill_path(path, &map, FillRule::Nonzero, &self.clip, sink);
            }
        }
    }

    /// What lies between two radii (user px) about the element's position.
    fn annulus(&mut self, e: &Element, inner: f64, outer: f64, sink: &mut impl Coverage) {
        let centre = self.to_device.apply(e.pos.map(f64::from));
        let centre = [snap(centre[0]), snap(centre[1])];
        if let Some(scale) = self.similarity {
            let ring = Ring {
                centre,
                inner: inner * scale,
                outer: outer * scale,
            };
            return self.shapes.fill_ring(&ring, &self.clip, sink);
        }
        let hole = if outer > 0.0 { inner / outer } else { 0.0 };
        let mut map = Affine::scale(outer).then(&self.to_device);
        [map.e, map.f] = centre;
        self.shapes.fill_ellipse(hole, &map, &self.clip, sink);
    }

    fn stroke(&mut self, shape: &Shape, id: u16, e: &Element, sink: &mut impl Coverage) {
        let map = place(e.size, e.rotation, e.pos);
        match shape {
            Shape::Circle | Shape::Ring { .. } => return self.stroke_circles(shape, e, sink),
            Shape::Square | Shape::Triangle | Shape::Star { .. } => {
                self.corners.load(shape, id);
                self.shapes.load_polygon(&self.corners.points, &map);
            }
            Shape::Path(path) => self.shapes.load_path(path, &map),
        }
        self.shapes.stroke(
            e.stroke_width,
            &self.style,
            &self.to_device,
            &self.clip,
            sink,
        );
    }

    /// The stroke of a circle is a ring; those of a ring are two, or one where they meet.
    fn stroke_circles(&mut self, shape: &Shape, e: &Element, sink: &mut impl Coverage) {
        let (outer, half) = (f64::from(e.size), f64::from(e.stroke_width) / 2.0);
        let inner = match shape {
            Shape::Ring { inner } => f64::from(*inner) * outer,
            _ => 0.0,
        };
        if self.similarity.is_none() {
            let map = Affine {
                e: f64::from(e.pos[0]),
                f: f64::from(e.pos[1]),
                ..Affine::scale(1.0)
            };
            self.shapes.load_circles([outer, inner], &map);
            self.shapes.stroke(
                e.stroke_width,
                &self.style,
                &self.to_device,
                &self.clip,
                sink,
            );
        } else if inner == 0.0 || inner + half >= outer - half {
            let hole = if inner == 0.0 { outer } else { inner } - half;
            self.annulus(e, hole.max(0.0), outer + half, sink);
        } else {
            self.annulus(e, outer - half, outer + half, sink);
            self.annulus(e, (inner - half).max(0.0), inner + half, sink);
        }
    }
}
