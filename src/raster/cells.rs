//! Signed cells: what edges leave behind, and how rows of coverage come out of it.
//!
//! Each edge adds to the cells that it crosses how much it covers to its right, in integers, so that
//! the order of edges and the clip box cannot change a pixel. The running sum along a row is the
//! coverage. Blocks of [`BLOCK`] pixels that no edge touched have one coverage: they are handed on as
//! spans, so that the inside of a shape costs no coverage arithmetic.

use super::affine::Bounds;
use super::surface::Coverage;

/// Pixels in a block.
const BLOCK: usize = 8;
/// Fraction bits of x and of y inside a pixel.
pub(super) const SUB: i32 = 12;
/// One pixel in those units.
pub(super) const ONE: i32 = 1 << SUB;
/// Fraction bits of an area: a cell sum of `1 << AREA` is a whole pixel.
const AREA: i32 = 2 * SUB + 1;

/// Rows of signed cells over a box.
#[derive(Debug, Default)]
pub(super) struct Cells {
    bounds: Option<Bounds>,
    width: usize,
    stride: usize,
    words: usize,
    sums: Vec<i32>,
    touched: Vec<u64>,
    coverage: Vec<u8>,
}

impl Cells {
    /// Takes a box that is not empty. Cells are zero: [`Self::emit`] leaves them so.
    pub(super) fn begin(&mut self, bounds: Bounds) {
        self.bounds = Some(bounds);
        self.width = bounds.width();
        let blocks = self.width.div_ceil(BLOCK);
        // One cell beyond the last pixel takes what an edge in it covers further right.
        self.stride = (blocks + 1) * BLOCK;
        self.words = (blocks + 1).div_ceil(64);
        let cells = self.stride * bounds.height();
        if self.sums.len() < cells {
            self.sums.resize(cells, 0);
        }
        let words = self.words * bounds.height();
        if self.touched.len() < words {
            self.touched.resize(words, 0);
        }
    }

    #[inline(always)]
    fn touch(&mut self, row: usize, cell: usize) {
        let (a, b) = (cell / BLOCK, (cell + 1) / BLOCK);
        let words = row * self.words;
        self.touched[words + a / 64] |= 1 << (a % 64);
        self.touched[words + b / 64] |= 1 << (b % 64);
    }

    /// A piece of an edge inside one cell: `dy` (signed by direction) high, at twice its mean
    /// distance `x2` from the cell's left side.
    #[inline(always)]
    pub(super) fn add(&mut self, row: usize, cell: usize, dy: i32, x2: i32) {
        self.touch(row, cell);
        let area = dy * x2;
        let at = row * self.stride + cell;
        self.sums[at] += dy * (2 * ONE) - area;
        self.sums[at + 1] += area;
    }

    /// A straight piece of an edge inside one row: from `a` to `b`, y in 0…[`ONE`] of the row, x
    /// counted from the left of the box. `winding` is +1 downwards.
    #[inline]
    pub(super) fn segment(&mut self, row: usize, a: (i64, i32), b: (i64, i32), winding: i32) {
        let (l, r) = if a.0 <= b.0 { (a, b) } else { (b, a) };
        let dy = (b.1 - a.1) * winding;
        let end = (self.width as i64) << SUB;
        if dy == 0 || l.0 >= end {
            return;
        }
        if r.0 <= 0 {
            self.add(row, 0, dy, 0);
            return;
        }
        let (first, last) = (l.0 >> SUB, (r.0 - 1).max(l.0) >> SUB);
        if first == last {
            let x2 = (l.0 + r.0 - 2 * (first << SUB)) as i32;
            self.add(row, first as usize, dy, x2);
            return;
        }
        // y grows with x by `rise`, signed; heights are counted in the direction of the edge.
        let rise = (r.1 - l.1) as f32 / (r.0 - l.0) as f32;
        let sign = if r.1 >= l.1 { winding } else { -winding };
        let height = |x: i64| l.1 + ((x - l.0) as f32 * rise) as i32;
        let mut y = l.1;
        let mut x = l.0;
        let mut cell = first;
        if first < 0 {
            let at_left = height(0);
            self.add(row, 0, (at_left - y) * sign, 0);
            (y, x, cell) = (at_left, 0, 0);
        }
        let stop = last.min(self.width as i64 - 1);
        while cell <= stop {
            let right = (cell + 1) << SUB;
            let (next_x, next_y) = if cell == last {
                (r.0, r.1)
            } else {
                (right, height(right))
            };
            let x2 = (x + next_x - 2 * (cell << SUB)) as i32;
            self.add(row, cell as usize, (next_y - y) * sign, x2);
            (x, y) = (next_x, next_y);
            cell += 1;
        }
    }

    /// Hands the rows to `sink` and zeroes the cells.
    pub(super) fn emit(&mut self, sink: &mut impl Coverage) {
        let Some(bounds) = self.bounds.take() else {
            return;
        };
        for row in 0..bounds.height() {
            self.emit_row(row, bounds, sink);
        }
    }

    fn emit_row(&mut self, row: usize, bounds: Bounds, sink: &mut impl Coverage) {
        let y = bounds.y0 + row as i32;
        let touched = &mut self.touched[row * self.words..(row + 1) * self.words];
        let sums = &mut self.sums[row * self.stride..(row + 1) * self.stride];
        let mut sum = 0i32;
        // Pixels up to here have been handed on; `coverage` holds those after `edge_from`.
        let mut done = 0usize;
        let mut edge_from = 0usize;
        self.coverage.clear();
        for (word_index, word) in touched.iter_mut().enumerate() {
            let mut bits = std::mem::take(word);
            while bits != 0 {
                let start = (word_index * 64 + bits.trailing_zeros() as usize) * BLOCK;
                bits &= bits - 1;
                if start > done {
                    if !self.coverage.is_empty() {
                        sink.cover(y, bounds.x0 + edge_from as i32, &self.coverage);
                        self.coverage.clear();
                    }
                    let k = coverage(sum);
                    let stop = start.min(self.width);
                    if k > 0 && done < stop {
                        sink.solid(y, bounds.x0 + done as i32, bounds.x0 + stop as i32, k);
                    }
                }
                if self.coverage.is_empty() {
                    edge_from = start;
                }
                done = start + BLOCK;
                let mut block = [0i32; BLOCK];
                for (out, cell) in block.iter_mut().zip(&mut sums[start..start + BLOCK]) {
                    sum += std::mem::take(cell);
                    *out = sum;
                }
                let stop = (self.width.saturating_sub(start)).min(BLOCK);
                self.coverage
                    .extend_from_slice(&block.map(coverage)[..stop]);
            }
        }
        if !self.coverage.is_empty() {
            sink.cover(y, bounds.x0 + edge_from as i32, &self.coverage);
        }
        let k = coverage(sum);
        if k > 0 && done < self.width {
            sink.solid(y, bounds.x0 + done as i32, bounds.x1, k);
        }
    }
}

/// min(1, |area|)·255, rounded half up.
#[inline(always)]
fn coverage(sum: i32) -> u8 {
    let area = (sum.wrapping_abs() >> (AREA - 17)).min(1 << 17);
    ((area * 255 + (1 << 16)) >> 17) as u8
}
