//! The walk over the passes of a tree.
//!
//! In: passes in paint order, a map to device space, a surface. Out: the surface painted. A group that
//! only moves paints straight on; any other group, and every post effect, gets a layer: a surface
//! cropped to what its children can touch, painted, clipped, faded or filtered, and blended once.
//! Layers come from a pool, so a steady run of frames allocates nothing.

use super::affine::{Affine, Bounds, snap};
use super::effects::{self, Filters};
use super::shapes::Shapes;
use super::space::Space;
use super::surface::{Mask, Surface};
use super::{instances, paths};
use crate::math::simd::{self, Task, Width};
use crate::render_tree::{Blend, Clip, Group, Pass, PostFx, margin};

/// Buffers that do not depend on the blend space.
#[derive(Debug)]
pub(super) struct Tools {
    shapes: Shapes,
    mask: Mask,
    filters: Filters,
}

impl Tools {
    pub(super) fn new(simd: Width) -> Self {
        Self {
            shapes: Shapes::new(simd),
            mask: Mask::empty(),
            filters: Filters::default(),
        }
    }
}

/// What was drawn and what was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct DrawReport {
    /// Elements that could touch a pixel.
    pub elements: u64,
    /// Elements that missed the picture and its margins.
    pub culled: u64,
    /// Passes whose picture was there from the frame before; their elements and layers are not counted.
    pub kept: u64,
    /// Layers that were blended.
    pub layers: u64,
    /// Groups whose transform was not finite or flat: not drawn.
    pub bad_transforms: u64,
    /// Blurs wider than the limit, drawn at the limit.
    pub blurs_clamped: u64,
    /// Strokes with more dashes than the limit, drawn solid.
    pub dashes_refused: u64,
    /// Memory of canvas and layers that the frame was allowed to take, bytes.
    pub memory: u64,
    /// Every pixel is opaque. False where nobody knows without looking at them.
    pub opaque: bool,
}

impl DrawReport {
    /// Adds what was counted before.
    pub(super) fn add(&mut self, other: &Self) {
        let Self {
            elements,
            culled,
            kept,
            layers,
            bad_transforms,
            blurs_clamped,
            dashes_refused,
            memory,
            opaque: _,
        } = *other;
        self.elements += elements;
        self.culled += culled;
        self.kept += kept;
        self.layers += layers;
        self.bad_transforms += bad_transforms;
        self.blurs_clamped += blurs_clamped;
        self.dashes_refused += dashes_refused;
        self.memory += memory;
    }
}

/// One frame's walk.
pub(super) struct Painter<'a, S: Space> {
    pub(super) tools: &'a mut Tools,
    pub(super) pool: &'a mut Vec<Surface<S::Pixel>>,
    pub(super) report: &'a mut DrawReport,
    /// Device px per user px, for the widths of effects.
    pub(super) scale: f64,
}

impl<S: Space> Painter<'_, S> {
    /// Paints passes on one colour, whatever the surface holds.
    pub(super) fn picture(
        &mut self,
        ground: S::Pixel,
        passes: &[Pass],
        to_device: &Affine,
        surface: &mut Surface<S::Pixel>,
    ) {
        let rest = match passes {
            [Pass::Instances2d(first), rest @ ..] => {
                let Tools { shapes, .. } = &mut *self.tools;
                let ground = Some(ground);
                instances::paint::<S>(first, ground, to_device, shapes, surface, self.report);
                rest
            }
            _ => {
                surface.fill(ground);
                passes
            }
        };
        self.passes(rest, to_device, surface);
    }

    /// Paints passes, bottom first.
    pub(super) fn passes(
        &mut self,
        passes: &[Pass],
        to_device: &Affine,
        surface: &mut Surface<S::Pixel>,
    ) {
        for pass in passes {
            let shapes = &mut self.tools.shapes;
            match pass {
                Pass::Clear(clear) => {
                    S::solid(
                        &mut surface.pixels,
                        S::source(clear.rgba),
                        255,
                        Blend::Normal,
                    );
                }
                Pass::Instances2d(p) => {
                    instances::paint::<S>(p, None, to_device, shapes, surface, self.report);
                }
                Pass::Paths2d(p) => {
                    paths::paint_paths::<S>(p, to_device, shapes, surface, self.report);
                }
                Pass::Strokes2d(p) => {
                    paths::paint_strokes::<S>(p, to_device, shapes, surface, self.report);
                }
                Pass::Group(group) => self.group(group, to_device, surface),
                Pass::PostFx(fx) => self.postfx(fx, to_device, surface),
            }
        }
    }

    fn group(&mut self, group: &Group, outer: &Affine, below: &mut Surface<S::Pixel>) {
        let to_device = Affine::from_row(group.transform).then(outer);
        if !to_device.is_usable() {
            self.report.bad_transforms += 1;
            return;
        }
        if group.is_plain() {
            return self.passes(&group.children, &to_device, below);
        }
        let opacity = opacity(group.opacity);
        let visible = clip_box(&group.clip, &to_device).intersect(&below.bounds);
        let bounds = content(&group.children, &to_device, &visible, self.scale);
        if bounds.is_empty() || opacity == 0 {
            return;
        }
        let mut layer = self.layer(bounds);
        self.passes(&group.children, &to_device, &mut layer);
        let clipped = self.clip(&group.clip, &to_device, bounds);
        let lay = Lay::<S> {
            layer: &mut layer,
            below,
            seen: bounds,
            clip: clipped.then_some(&mut self.tools.mask),
            opacity,
            blend: group.blend,
        };
        simd::run(self.tools.shapes.simd(), lay);
        self.pool.push(layer);
    }

    fn postfx(&mut self, fx: &PostFx, to_device: &Affine, below: &mut Surface<S::Pixel>) {
        let margin = margin(&fx.effects, self.scale);
        let region = below.bounds.grow(margin);
        let mut bounds = content(&fx.children, to_device, &region, self.scale);
        if effects::paint_nothing(&fx.effects) {
            bounds = region;
        }
        // What is farther out than the margin cannot shine back in.
        let bounds = bounds.grow(margin).intersect(&region);
        if bounds.is_empty() {
            return;
        }
        let mut layer = self.layer(bounds);
        self.passes(&fx.children, to_device, &mut layer);
        let clamped = self
            .tools
            .filters
            .apply::<S>(&fx.effects, self.scale, &mut layer);
        self.report.blurs_clamped += clamped;
        let lay = Lay::<S> {
            layer: &mut layer,
            seen: bounds.intersect(&below.bounds),
            below,
            clip: None,
            opacity: 255,
            blend: Blend::Normal,
        };
        simd::run(self.tools.shapes.simd(), lay);
        self.pool.push(layer);
    }

    /// A transparent surface from the pool.
    fn layer(&mut self, bounds: Bounds) -> Surface<S::Pixel> {
        self.report.layers += 1;
        let mut layer = self.pool.pop().unwrap_or_else(Surface::empty);
        layer.reset(bounds);
        layer
    }

    /// Puts the coverage of a clip into the mask. False if there is no clip.
    fn clip(&mut self, clip: &Clip, to_device: &Affine, bounds: Bounds) -> bool {
        let Tools { shapes, mask, .. } = &mut *self.tools;
        match clip {
            Clip::None => return false,
            Clip::Rect(rect) => {
                mask.reset(bounds);
                shapes.fill_polygon(&corners(rect), to_device, &bounds, mask);
            }
            Clip::Path(path, rule) => {
                mask.reset(bounds);
                shapes.fill_path(path, to_device, *rule, &bounds, mask);
            }
        }
        true
    }
}

/// A layer that is faded and blended into what lies below.
struct Lay<'a, S: Space> {
    layer: &'a mut Surface<S::Pixel>,
    below: &'a mut Surface<S::Pixel>,
    /// Pixels of both.
    seen: Bounds,
    clip: Option<&'a mut Mask>,
    opacity: u8,
    blend: Blend,
}

impl<S: Space> Task for Lay<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run(mut self) {
        let Bounds { x0, x1, y0, y1 } = self.seen;
        for y in y0..y1 {
            let row = self.layer.span(y, x0, x1);
            let clip = self.clip.as_mut().map(|mask| mask.span(y, x0, x1));
            S::fade(row, clip, self.opacity);
            S::layer(self.below.span(y, x0, x1), row, self.blend);
        }
    }
}

/// ⌊clamp(o, 0, 1)·255 + ½⌋.
fn opacity(o: f32) -> u8 {
    (o.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

fn corners(rect: &[f32; 4]) -> [[f64; 2]; 4] {
    let [x, y, w, h] = rect.map(f64::from);
    [[x, y], [x + w, y], [x + w, y + h], [x, y + h]]
}

/// The pixels that a clip lets through.
fn clip_box(clip: &Clip, to_device: &Affine) -> Bounds {
    let mut min = [f64::INFINITY; 2];
    let mut max = [f64::NEG_INFINITY; 2];
    let mut include = |p: [f64; 2]| {
        let p = to_device.apply(p);
        for axis in 0..2 {
            let v = snap(p[axis]);
            min[axis] = min[axis].min(v);
            max[axis] = max[axis].max(v);
        }
    };
    match clip {
        Clip::None => {
            return Bounds {
                x0: i32::MIN,
                y0: i32::MIN,
                x1: i32::MAX,
                y1: i32::MAX,
            };
        }
        Clip::Rect(rect) => corners(rect).into_iter().for_each(&mut include),
        Clip::Path(path, _) => path.pts.iter().for_each(|p| include(p.map(f64::from))),
    }
    if min[0] > max[0] {
        return Bounds::EMPTY;
    }
    Bounds::around(min, max)
}

/// The pixels of `within` that passes may touch.
fn content(passes: &[Pass], to_device: &Affine, within: &Bounds, scale: f64) -> Bounds {
    let mut all = Bounds::EMPTY;
    if within.is_empty() {
        return all;
    }
    for pass in passes {
        let part = match pass {
            Pass::Clear(_) => *within,
            Pass::Instances2d(p) => instances::content(p, to_device, within),
            Pass::Paths2d(p) => paths::content_of_paths(p, to_device, within),
            Pass::Strokes2d(p) => paths::content_of_strokes(p, to_device, within),
            Pass::Group(group) => {
                let inner = Affine::from_row(group.transform).then(to_device);
                if !inner.is_usable() {
                    continue;
                }
                let visible = clip_box(&group.clip, &inner).intersect(within);
                content(&group.children, &inner, &visible, scale)
            }
            Pass::PostFx(fx) if effects::paint_nothing(&fx.effects) => *within,
            Pass::PostFx(fx) => {
                let margin = margin(&fx.effects, scale);
                let inner = content(&fx.children, to_device, &within.grow(margin), scale);
                inner.grow(margin).intersect(within)
            }
        };
        all = all.union(&part);
        if all == *within {
            break;
        }
    }
    all
}
