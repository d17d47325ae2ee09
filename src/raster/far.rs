//! Edges and lines with ends far outside the picture.
//!
//! In: an edge with ends too far for the numbers of a kernel, and the box that is drawn. Out: the same
//! edge as seen from the box: cut at its top and bottom, and upright where it lies left or right of it.
//! What is left is exact enough in fixed point and f32. A line that is to be stroked is cut at a window
//! instead: what lies outside is left out. Shapes that are near are not touched, so that their pixels
//! do not depend on the box.

use super::affine::{Bounds, snap};

/// Coordinates up to here are exact in the units of the kernels.
const NEAR: f64 = 8_388_608.0;
/// Room around the box, px.
const MARGIN: f64 = 16.0;
/// How far outlines that go through f32 may leave the box, px: 1/256 px is exact there.
const REACH: f64 = 32_768.0;

/// Whether an outline with this box may go through f32 as it is.
pub(super) fn fits(min: [f64; 2], max: [f64; 2], bounds: &Bounds) -> bool {
    min[0] >= f64::from(bounds.x0) - REACH
        && min[1] >= f64::from(bounds.y0) - REACH
        && max[0] <= f64::from(bounds.x1) + REACH
        && max[1] <= f64::from(bounds.y1) + REACH
}

/// The part of the line from `p` to `q` inside a window, as parameters in 0…1.
pub(super) fn inside(p: [f64; 2], q: [f64; 2], window: &[[f64; 2]; 2]) -> Option<(f64, f64)> {
    let (mut from, mut to) = (0.0f64, 1.0f64);
    for axis in 0..2 {
        let (low, high) = (window[0][axis], window[1][axis]);
        let (a, b) = (p[axis], q[axis]);
        if a.max(b) < low || a.min(b) > high {
            return None;
        }
        let at = |side: f64| (side - a) / (b - a);
        if a < low || b < low {
            let t = at(low);
            if a < b {
                from = from.max(t)
            } else {
                to = to.min(t)
            }
        }
        if a > high || b > high {
            let t = at(high);
            if a > b {
                from = from.max(t)
            } else {
                to = to.min(t)
            }
        }
    }
    (from <= to).then_some((from, to))
}

/// Whether an edge may be used as it is.
#[inline(always)]
pub(super) fn is_near(p: [f64; 2], q: [f64; 2]) -> bool {
    let near = |v: f64| v.abs() <= NEAR;
    near(p[0]) & near(p[1]) & near(q[0]) & near(q[1])
}

/// Gives the parts of the edge from `p` to `q` to `line`, in order.
pub(super) fn cut(
    p: [f64; 2],
    q: [f64; 2],
    bounds: &Bounds,
    mut line: impl FnMut([f64; 2], [f64; 2]),
) {
    let (top, bottom) = (f64::from(bounds.y0) - MARGIN, f64::from(bounds.y1) + MARGIN);
    let (left, right) = (f64::from(bounds.x0) - MARGIN, f64::from(bounds.x1) + MARGIN);
    if p[1].max(q[1]) <= top || p[1].min(q[1]) >= bottom || p[1] == q[1] {
        return;
    }
    let at_row = |y: f64| [p[0] + (q[0] - p[0]) * ((y - p[1]) / (q[1] - p[1])), y];
    let at_column = |x: f64| p[1] + (q[1] - p[1]) * ((x - p[0]) / (q[0] - p[0]));
    let within = |v: [f64; 2]| {
        if (top..=bottom).contains(&v[1]) {
            v
        } else {
            at_row(v[1].clamp(top, bottom))
        }
    };
    let (a, b) = (within(p), within(q));
    let clamped = |v: [f64; 2]| [snap(v[0].clamp(left, right)), snap(v[1])];
    // Where the edge passes the sides of the box, in its own order.
    let (low, high) = (a[1].min(b[1]), a[1].max(b[1]));
    let mut last = clamped(a);
    let sides = if a[0] <= b[0] {
        [left, right]
    } else {
        [right, left]
    };
    for side in sides {
        if a[0].min(b[0]) < side && side < a[0].max(b[0]) {
            let next = clamped([side, at_column(side).clamp(low, high)]);
            line(last, next);
            last = next;
        }
    }
    line(last, clamped(b));
}
