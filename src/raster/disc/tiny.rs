//! Discs whose rows are at most [`LANES`] pixels wide: all pixels of a row at once.
//!
//! 1. The left border of the first column and the upper border of the first row lie outside the disc,
//!    where F is F(−r): one number for both. F of the [`LANES`] borders after each of them is one loop.
//! 2. A row border is [`LANES`] areas, and a pixel the difference of its four corners, as everywhere:
//!    lower minus upper, then right minus left.
//! 3. All rows are worked out, whatever is seen of them; what is not seen is not handed on.

use super::{Column, Disc, Precision, Ring, Row, floor, segment, split};
use crate::math::simd::{self, Task, Width};
use crate::raster::affine::Bounds;
use crate::raster::surface::{BLOCK, Level, Spans};

/// Pixels in a row, and rows.
const LANES: usize = BLOCK;
/// Radius up to which a disc fits wherever its centre lies.
pub(super) const MAX_RADIUS: f64 = 3.5;

/// Lists the coverage of a disc inside `bounds`, which are its own box cut at `clip`.
pub(super) fn fill(
    simd: Width,
    ring: &Ring,
    (bounds, clip): (&Bounds, &Bounds),
    spans: &mut Spans,
) {
    let [x, y] = ring.centre;
    let ((column, dx), (line, dy)) = (split(x), split(y));
    // The first column and row that the disc touches, whether they are in the picture or not.
    let (first, top) = (floor(x - ring.outer), floor(y - ring.outer));
    // Whole rows where there is room: blending likes that.
    let (left, right) = (bounds.x0.max(first), clip.x1.min(first + LANES as i32));
    if left >= right {
        return;
    }
    let rows = (bounds.y1 - top).clamp(0, LANES as i32);
    let disc = TinyDisc {
        disc: Disc::new(ring.outer),
        left: (first - column) as f32 - dx as f32,
        top: (top - line) as f32 - dy as f32,
        rows: rows as usize,
    };
    let levels = simd::run(simd, disc);
    let part = (left - first) as usize..(right - first) as usize;
    for (y, row) in (top..top + rows).zip(&levels) {
        if y >= bounds.y0 {
            spans.cover(y, left, &row[part.clone()]);
        }
    }
}

/// A disc, its left and upper end counted from the centre, and its rows down to the last one seen.
struct TinyDisc {
    disc: Disc<f32>,
    left: f32,
    top: f32,
    rows: usize,
}

impl Task for TinyDisc {
    type Output = [[Level; LANES]; LANES];

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Self { disc, .. } = self;
        let mut borders = [0.0; 2 * LANES];
        for i in 0..LANES {
            borders[i] = self.left + (i + 1) as f32;
            borders[i + LANES] = self.top + (i + 1) as f32;
        }
        let mut inside = [0.0; 2 * LANES];
        for i in 0..2 * LANES {
            inside[i] = segment(borders[i], disc.r);
        }
        let far = segment(-disc.r, disc.r);
        let mut columns = Columns {
            edge: Column::new(self.left, far, &disc),
            x: [0.0; LANES],
            square: [0.0; LANES],
            inside: [0.0; LANES],
            outside: [0.0; LANES],
            right: [0.0; LANES],
        };
        for i in 0..LANES {
            let column = Column::new(borders[i], inside[i], &disc);
            (columns.x[i], columns.square[i]) = (column.x, column.square);
            (columns.inside[i], columns.outside[i]) = (column.inside, column.outside);
            columns.right[i] = column.right;
        }
        let mut levels = [[[0; 4]; LANES]; LANES];
        let mut above = columns.areas(Row::new(self.top, far, &disc));
        for (j, out) in levels.iter_mut().enumerate().take(self.rows) {
            let (y, inside) = (borders[LANES + j], inside[LANES + j]);
            let below = columns.areas(Row::new(y, inside, &disc));
            let mut strips = [below.0 - above.0; LANES + 1];
            for i in 0..LANES {
                strips[i + 1] = below.1[i] - above.1[i];
            }
            for i in 0..LANES {
                out[i] = f32::level(strips[i + 1] - strips[i]);
            }
            above = below;
        }
        levels
    }
}

/// The left border of the first column, and those after it.
struct Columns {
    edge: Column<f32>,
    x: [f32; LANES],
    square: [f32; LANES],
    inside: [f32; LANES],
    outside: [f32; LANES],
    right: [f32; LANES],
}

impl Columns {
    /// G at the corners with a row border.
    #[inline(always)]
    fn areas(&self, row: Row<f32>) -> (f32, [f32; LANES]) {
        let mut areas = [0.0; LANES];
        for (i, area) in areas.iter_mut().enumerate() {
            let column = Column {
                x: self.x[i],
                square: self.square[i],
                inside: self.inside[i],
                outside: self.outside[i],
                right: self.right[i],
            };
            *area = row.area(column);
        }
        (row.area(self.edge), areas)
    }
}
