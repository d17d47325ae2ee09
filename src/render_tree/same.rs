//! Whether two passes paint the same.
//!
//! In: two passes. Out: true only if all that a picture of them depends on is equal. Shared columns are
//! compared by where they are first, so that passes of one engine that did not change cost next to
//! nothing. Names (sinks, ids, elements) do not count.

use super::{Column, Group, Instances2d, Pass, Paths2d, PostFx, Strokes2d};
use std::sync::Arc;

impl Pass {
    /// Whether a picture of this pass is one of `other`, too.
    pub fn paints_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Clear(a), Self::Clear(b)) => a.rgba == b.rgba,
            (Self::Instances2d(a), Self::Instances2d(b)) => instances(a, b),
            (Self::Paths2d(a), Self::Paths2d(b)) => paths(a, b),
            (Self::Strokes2d(a), Self::Strokes2d(b)) => strokes(a, b),
            (Self::Group(a), Self::Group(b)) => groups(a, b),
            (Self::PostFx(a), Self::PostFx(b)) => effects(a, b),
            _ => false,
        }
    }
}

/// Whether lists of passes have the same pictures.
pub(crate) fn paint_alike(a: &[Pass], b: &[Pass]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.paints_like(b))
}

fn shared<T: PartialEq>(a: &Arc<T>, b: &Arc<T>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}

fn columns<T: PartialEq>(a: &Column<T>, b: &Column<T>) -> bool {
    match (a, b) {
        (Column::One(a), Column::One(b)) => a == b,
        (Column::Many(a), Column::Many(b)) => shared(a, b),
        _ => false,
    }
}

fn instances(a: &Instances2d, b: &Instances2d) -> bool {
    a.count == b.count
        && a.blend == b.blend
        && columns(&a.pos, &b.pos)
        && columns(&a.size, &b.size)
        && columns(&a.rotation, &b.rotation)
        && shared(&a.shapes, &b.shapes)
        && columns(&a.shape_id, &b.shape_id)
        && columns(&a.rgba, &b.rgba)
        && columns(&a.stroke_width, &b.stroke_width)
        && columns(&a.stroke_rgba, &b.stroke_rgba)
}

fn paths(a: &Paths2d, b: &Paths2d) -> bool {
    a.count == b.count
        && a.blend == b.blend
        && a.fill_rule == b.fill_rule
        && shared(&a.paths, &b.paths)
        && columns(&a.path_of, &b.path_of)
        && columns(&a.pos, &b.pos)
        && columns(&a.rotation, &b.rotation)
        && columns(&a.scale, &b.scale)
        && columns(&a.rgba, &b.rgba)
        && columns(&a.stroke_width, &b.stroke_width)
        && columns(&a.stroke_rgba, &b.stroke_rgba)
        && shared(&a.style, &b.style)
}

fn strokes(a: &Strokes2d, b: &Strokes2d) -> bool {
    a.count == b.count
        && a.blend == b.blend
        && shared(&a.paths, &b.paths)
        && columns(&a.path_of, &b.path_of)
        && columns(&a.stroke_width, &b.stroke_width)
        && columns(&a.stroke_rgba, &b.stroke_rgba)
        && shared(&a.style, &b.style)
}

fn groups(a: &Group, b: &Group) -> bool {
    a.transform == b.transform
        && a.opacity == b.opacity
        && a.blend == b.blend
        && a.clip == b.clip
        && paint_alike(&a.children, &b.children)
}

fn effects(a: &PostFx, b: &PostFx) -> bool {
    a.effects == b.effects && paint_alike(&a.children, &b.children)
}
