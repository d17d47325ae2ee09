//! Discs so large that they are nearly straight in a pixel, as polygons.
//!
//! In: a circle. Out: its part in a box as edges of a [`Polygon`].

use crate::raster::affine::Bounds;
use crate::raster::polygon::Polygon;

/// Adds a circle that is nearly straight in a pixel, with a corner wherever it passes a border of the
/// box: a chord of 1 px is off by 1/(8r).
pub(super) fn large(polygon: &mut Polygon, centre: [f64; 2], r: f64, bounds: &Bounds, hole: bool) {
    let [cx, cy] = centre;
    let chord = |d: f64| ((r - d) * (r + d)).max(0.0).sqrt();
    let top = (cy - r).max(f64::from(bounds.y0));
    let bottom = (cy + r).min(f64::from(bounds.y1));
    for side in [-1.0, 1.0] {
        let mut add = |p: [f64; 2], q: [f64; 2]| {
            // Down the left side and up the right one.
            let (p, q) = if (side < 0.0) == hole { (q, p) } else { (p, q) };
            polygon.line(p, q);
        };
        let at = |y: f64| [cx + side * chord(y - cy), y];
        let mut from = at(snap_row(top));
        let mut y = from[1].floor() + 1.0;
        loop {
            let to = at(snap_row(y.min(bottom)));
            // Between two rows a flat arc passes many columns.
            let (low, high) = (from[0].min(to[0]), from[0].max(to[0]));
            let (low, high) = (
                low.max(f64::from(bounds.x0) - 1.0).floor() + 1.0,
                high.min(f64::from(bounds.x1) + 1.0).ceil() - 1.0,
            );
            let upper = if (from[1] + to[1]) / 2.0 < cy {
                -1.0
            } else {
                1.0
            };
            let rising = to[0] < from[0];
            let mut x = if rising { high } else { low };
            while x >= low && x <= high {
                let y = snap_row(cy + upper * chord(x - cx)).clamp(from[1], to[1]);
                add(from, [x, y]);
                from = [x, y];
                x += if rising { -1.0 } else { 1.0 };
            }
            add(from, to);
            from = to;
            if y >= bottom {
                break;
            }
            y += 1.0;
        }
    }
}

/// To the rows that cells know: 1/4096 px.
fn snap_row(y: f64) -> f64 {
    const ROWS: f64 = 4096.0;
    (y * ROWS).floor() / ROWS
}
