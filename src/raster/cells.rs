//! Signed cells: what edges leave behind, and how rows of coverage come out of it.
//!
//! Each edge adds to the cells that it crosses how much it covers to its right, in integers, so that
//! the order of edges and the clip box cannot change a pixel. The running sum along a row is the
//! coverage. Blocks of pixels that no edge touched have one coverage: they are handed on as
//! spans, so that the inside of a shape costs no coverage arithmetic.

use super::affine::Bounds;
use super::surface::{BLOCK, Spans, level, put};
use crate::math::simd::{self, Task, Width};

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

    /// Lists the rows and zeroes the cells.
    pub(super) fn emit(&mut self, simd: Width, spans: &mut Spans) {
        if let Some(bounds) = self.bounds.take() {
            let cells = self;
            simd::run(
                simd,
                Emission {
                    cells,
                    bounds,
                    spans,
                },
            );
        }
    }
}

/// Cells that become coverage.
struct Emission<'a> {
    cells: &'a mut Cells,
    bounds: Bounds,
    spans: &'a mut Spans,
}

impl Task for Emission<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Cells {
            width,
            stride,
            words,
            ref mut sums,
            ref mut touched,
            ..
        } = *self.cells;
        let rows = sums.chunks_exact_mut(stride);
        let rows = rows.zip(touched.chunks_exact_mut(words));
        for (y, (sums, touched)) in (self.bounds.y0..self.bounds.y1).zip(rows) {
            let row = Row {
                y,
                left: self.bounds.x0,
                width,
            };
            row.emit(sums, touched, self.spans);
        }
    }
}

/// A row of pixels.
struct Row {
    y: i32,
    left: i32,
    width: usize,
}

impl Row {
    /// Lists the row, block by block where edges are, and zeroes its cells.
    #[inline(always)]
    fn emit(&self, sums: &mut [i32], touched: &mut [u64], spans: &mut Spans) {
        let mut sum = 0i32;
        // Pixels up to here have been listed.
        let mut done = 0usize;
        for (index, word) in touched.iter_mut().enumerate() {
            let mut bits = std::mem::take(word);
            while bits != 0 {
                let first = bits.trailing_zeros() as usize;
                let count = (bits >> first).trailing_ones() as usize;
                // Adding the lowest bit carries over the whole stretch.
                bits &= bits.wrapping_add(1 << first);
                let start = (index * 64 + first) * BLOCK;
                self.solid(done, start, sum, spans);
                done = start + count * BLOCK;
                sum = self.edges(start, &mut sums[start..done], sum, spans);
            }
        }
        self.solid(done, self.width, sum, spans);
    }

    /// Pixels `from` ≤ x < `to` where the sum stays the same.
    #[inline(always)]
    fn solid(&self, from: usize, to: usize, sum: i32, spans: &mut Spans) {
        let to = to.min(self.width);
        let k = coverage(sum);
        if from < to && k > 0 {
            let at = |x: usize| self.left + x as i32;
            spans.solid(self.y, at(from), at(to), k as u8);
        }
    }

    /// Whole blocks from pixel `start` on; gives the sum behind them.
    #[inline(always)]
    fn edges(&self, start: usize, cells: &mut [i32], sum: i32, spans: &mut Spans) -> i32 {
        let mut sum = sum;
        let stop = (start + cells.len()).min(self.width);
        if start >= stop {
            cells.fill(0);
            return sum;
        }
        let at = |x: usize| self.left + x as i32;
        let levels = spans.open(self.y, at(start), at(stop));
        let mut levels = levels.chunks_mut(BLOCK);
        for cells in cells.as_chunks_mut().0 {
            let sums = running(std::mem::take(cells), sum);
            sum = sums[BLOCK - 1];
            let mut block = [[0; 4]; BLOCK];
            for i in 0..BLOCK {
                block[i] = level(coverage(sums[i]));
            }
            // The last block may lie beyond the last pixel.
            if let Some(levels) = levels.next() {
                put(block, levels);
            }
        }
        sum
    }
}

/// Running sums of a block that begin after `sum`.
#[inline(always)]
fn running(cells: [i32; BLOCK], sum: i32) -> [i32; BLOCK] {
    let mut sums = cells;
    for step in [1, 2, 4] {
        let before = sums;
        for i in step..BLOCK {
            sums[i] += before[i - step];
        }
    }
    for s in &mut sums {
        *s += sum;
    }
    sums
}

/// min(1, |area|)·255, rounded half up.
#[inline(always)]
fn coverage(sum: i32) -> u32 {
    let area = (sum.wrapping_abs() >> (AREA - 17)).min(1 << 17);
    (((area << 8) - area + (1 << 16)) >> 17) as u32
}
