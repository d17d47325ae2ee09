//! Edges with ends far outside the picture.
//!
//! In: an edge with ends beyond ±2²³ px, and the box that is drawn. Out: the same edge as seen from the
//! box: cut at its top and bottom, and upright where it lies left or right of it. Fixed point is exact
//! enough for what is left. Edges with nearer ends are not touched, so that their pixels do not depend
//! on the box.

use super::affine::{Bounds, snap};

/// Coordinates up to here are exact in the units of the kernels.
const NEAR: f64 = 8_388_608.0;
/// Room around the box, px.
const MARGIN: f64 = 16.0;

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
