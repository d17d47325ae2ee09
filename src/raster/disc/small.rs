//! Discs whose rows are a few blocks of pixels: all of a row at once, and no roots.
//!
//! 1. The left border of the first column and the upper border of the first row lie outside the disc,
//!    where F is F(−r): one number for both. F of all borders after them is worked out block by block.
//! 2. A row border is one area a column border, and a pixel the difference of its four corners, as everywhere:
//!    lower minus upper, then right minus left. The lower border of a row is the upper one of the next:
//!    its areas are kept.
//! 3. All rows down to the last one seen are worked out; what is not seen is not handed on, nor are blocks
//!    at the ends of a row that the disc does not touch.
//! 4. Blocks are loops over their lanes: the adapters of arrays are not inlined into wide code.

use super::{Column, Disc, Precision, Ring, Row, floor, segment, split};
use crate::math::simd::{self, Task, Width};
use crate::raster::affine::Bounds;
use crate::raster::surface::{BLOCK, Level, Spans};

/// Radius up to which a disc fits the blocks of [`fill`] wherever its centre lies.
pub(super) const MAX_RADIUS: f64 = 15.5;

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
    let disc = Place {
        disc: Disc::new(ring.outer),
        left: (first - column) as f32 - dx as f32,
        top: (top - line) as f32 - dy as f32,
        corner: (first, top),
        // Whole blocks where there is room: blending likes that.
        seen: Bounds {
            x1: clip.x1,
            ..*bounds
        },
        spans,
    };
    // A disc touches at most 2r + 1 columns, rounded up.
    match ring.outer {
        ..=3.5 => simd::run(simd, Small::<1>(disc)),
        ..=7.5 => simd::run(simd, Small::<2>(disc)),
        ..=11.5 => simd::run(simd, Small::<3>(disc)),
        _ => simd::run(simd, Small::<4>(disc)),
    }
}

/// A disc and where its coverage goes.
struct Place<'a> {
    disc: Disc<f32>,
    /// Its left and upper end, counted from the centre.
    left: f32,
    top: f32,
    /// The first pixel.
    corner: (i32, i32),
    seen: Bounds,
    spans: &'a mut Spans,
}

/// A disc that touches at most `B` blocks of columns, and as many of rows.
struct Small<'a, const B: usize>(Place<'a>);

impl<const B: usize> Task for Small<'_, B> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Place {
            disc,
            left,
            top,
            corner: (first, line),
            seen,
            spans,
        } = self.0;
        let far = segment(-disc.r, disc.r);
        let columns = Columns {
            edge: Column::new(left, far, &disc),
            blocks: blocks::<B>(left, &disc),
        };
        let rows = blocks::<B>(top, &disc);
        let mut above = columns.areas(Row::new(top, far, &disc));
        let end = (seen.y1 - line).clamp(0, (B * BLOCK) as i32) as usize;
        for j in 0..end {
            let (block, lane) = (&rows[j / BLOCK], j % BLOCK);
            let (y, inside) = (block.x[lane], block.inside[lane]);
            let below = columns.areas(Row::new(y, inside, &disc));
            let levels = levels(&above, &below);
            above = below;
            let y = line + j as i32;
            if y >= seen.y0 {
                let is_empty = |block: &&[Level; BLOCK]| **block == [[0; 4]; BLOCK];
                let before = levels.iter().take_while(is_empty).count();
                let after = levels.iter().rev().take_while(is_empty).count();
                let from = ((before * BLOCK) as i32).max(seen.x0 - first);
                let to = ((B - after) * BLOCK) as i32;
                let to = to.min(seen.x1 - first);
                if from < to {
                    let levels = &levels.as_flattened()[from as usize..to as usize];
                    spans.cover(y, first + from, levels);
                }
            }
        }
    }
}

/// What G needs of a block of borders.
#[derive(Clone, Copy)]
struct Block {
    x: [f32; BLOCK],
    square: [f32; BLOCK],
    /// F(x).
    inside: [f32; BLOCK],
    /// 2(q + F(x)).
    outside: [f32; BLOCK],
    /// [x ≥ 0].
    right: [f32; BLOCK],
}

/// The borders after `first`, of columns or rows.
#[inline(always)]
fn blocks<const B: usize>(first: f32, disc: &Disc<f32>) -> [Block; B] {
    let mut blocks = [Block {
        x: [0.0; BLOCK],
        square: [0.0; BLOCK],
        inside: [0.0; BLOCK],
        outside: [0.0; BLOCK],
        right: [0.0; BLOCK],
    }; B];
    for (block, number) in blocks.iter_mut().zip(0..) {
        for i in 0..BLOCK {
            block.x[i] = first + (number * BLOCK + i + 1) as f32;
        }
        for i in 0..BLOCK {
            block.inside[i] = segment(block.x[i], disc.r);
        }
        for i in 0..BLOCK {
            let column = Column::new(block.x[i], block.inside[i], disc);
            (block.square[i], block.right[i]) = (column.square, column.right);
            block.outside[i] = column.outside;
        }
    }
    blocks
}

/// The left border of the first column, and those after it.
struct Columns<const B: usize> {
    edge: Column<f32>,
    blocks: [Block; B],
}

/// G at the corners of a row border, and with the left border of the first column.
struct Areas<const B: usize> {
    edge: f32,
    blocks: [[f32; BLOCK]; B],
}

impl<const B: usize> Columns<B> {
    #[inline(always)]
    fn areas(&self, row: Row<f32>) -> Areas<B> {
        let mut areas = [[0.0; BLOCK]; B];
        for (areas, block) in areas.iter_mut().zip(&self.blocks) {
            for (i, area) in areas.iter_mut().enumerate() {
                *area = row.area(Column {
                    x: block.x[i],
                    square: block.square[i],
                    inside: block.inside[i],
                    outside: block.outside[i],
                    right: block.right[i],
                });
            }
        }
        Areas {
            edge: row.area(self.edge),
            blocks: areas,
        }
    }
}

/// The pixels between two row borders.
#[inline(always)]
fn levels<const B: usize>(above: &Areas<B>, below: &Areas<B>) -> [[Level; BLOCK]; B] {
    let mut levels = [[[0; 4]; BLOCK]; B];
    let mut last = below.edge - above.edge;
    let blocks = above.blocks.iter().zip(&below.blocks);
    for (levels, (above, below)) in levels.iter_mut().zip(blocks) {
        let mut strips = [0.0; BLOCK];
        for i in 0..BLOCK {
            strips[i] = below[i] - above[i];
        }
        let mut areas = [strips[0] - last; BLOCK];
        for i in 1..BLOCK {
            areas[i] = strips[i] - strips[i - 1];
        }
        for i in 0..BLOCK {
            levels[i] = f32::level(areas[i]);
        }
        last = strips[BLOCK - 1];
    }
    levels
}
