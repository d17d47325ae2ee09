//! Discs and rings of any size: row by row, edges in detail and what lies between them in runs.
//!
//! 1. F of the column and row borders is worked out once (`Columns`), for the outer and the inner disc.
//! 2. `Chord` tells from square roots which pixels of a row a disc touches and which it covers. Between
//!    the edges nothing is worked out; runs shorter than [`SHORTEST`] are left to the edges.
//! 3. Blocks are loops over their lanes: the adapters of arrays are not inlined into wide code.
//! 4. Edges end after whole blocks of pixels where there is room: blending likes that. The
//!    second half of a block that the edge does not reach is not worked out: it is what lies after the edge.

use super::{Column, Disc, Precision, Ring, Row, floor, segment, split};
use crate::math::simd::{self, Task, Width};
use crate::raster::affine::Bounds;
use crate::raster::surface::{BLOCK, Level, Spans, level, put};
use std::ops::{Range, RangeInclusive};

/// Shorter runs of one coverage are worked out with the edges beside them.
const SHORTEST: i32 = 16;
/// Pixels that are worked out where an edge has no more.
const HALF: usize = BLOCK / 2;

/// Lists the coverage of a ring inside `bounds`, which are its own box cut at `clip`.
pub(super) fn fill<R: Precision>(
    simd: Width,
    tables: &mut Tables<R>,
    ring: &Ring,
    (bounds, clip): (&Bounds, &Bounds),
    spans: &mut Spans,
) {
    let mut room = *bounds;
    room.x1 = bounds.x1.saturating_add(BLOCK as i32 - 1).min(clip.x1);
    let rows = Rows {
        tables,
        ring: *ring,
        bounds: *bounds,
        room,
        spans,
    };
    simd::run(simd, rows);
}

/// What G needs of the column borders, one entry each.
#[derive(Debug, Default)]
struct Columns<R> {
    x: Vec<R>,
    square: Vec<R>,
    /// F(x).
    inside: Vec<R>,
    /// 2(q + F(x)).
    outside: Vec<R>,
    /// [x ≥ 0].
    right: Vec<R>,
}

impl<R: Precision> Columns<R> {
    /// The borders of a range of pixels, and of a block more; the centre lies `shift` right of the border
    /// `origin`.
    #[inline(always)]
    fn load(&mut self, range: RangeInclusive<i32>, (origin, shift): (i32, f64), disc: &Disc<R>) {
        let count = (range.end() - range.start() + 1) as usize;
        let count = (count + BLOCK).next_multiple_of(2 * BLOCK);
        let first = range.start() - origin;
        for column in [
            &mut self.x,
            &mut self.square,
            &mut self.inside,
            &mut self.outside,
            &mut self.right,
        ] {
            column.resize(count, R::ZERO);
        }
        for (i, x) in (first..).zip(&mut self.x) {
            *x = R::from_f64(f64::from(i) - shift);
        }
        let x = &self.x[..count];
        let inside = &mut self.inside[..count];
        // A loop of its own: it vectorises only without the others.
        for i in 0..count {
            inside[i] = segment(x[i], disc.r);
        }
        let (square, right) = (&mut self.square[..count], &mut self.right[..count]);
        let outside = &mut self.outside[..count];
        for i in 0..count {
            let column = Column::new(x[i], inside[i], disc);
            (square[i], right[i]) = (column.square, column.right);
            outside[i] = column.outside;
        }
    }

    /// Area left of a border between two row borders.
    #[inline(always)]
    fn strip(&self, [above, below]: &[Row<R>; 2], border: usize) -> R {
        let column = Column {
            x: self.x[border],
            square: self.square[border],
            inside: self.inside[border],
            outside: self.outside[border],
            right: self.right[border],
        };
        below.area(column) - above.area(column)
    }

    /// The same of some borders in a row, at most a block.
    #[inline(always)]
    fn strips<const N: usize>(&self, [above, below]: &[Row<R>; 2], first: usize) -> [R; N] {
        let x = block::<R, N>(&self.x, first);
        let square = block::<R, N>(&self.square, first);
        let inside = block::<R, N>(&self.inside, first);
        let outside = block::<R, N>(&self.outside, first);
        let right = block::<R, N>(&self.right, first);
        let mut strips = [R::ZERO; N];
        for i in 0..N {
            let column = Column {
                x: x[i],
                square: square[i],
                inside: inside[i],
                outside: outside[i],
                right: right[i],
            };
            strips[i] = below.area(column) - above.area(column);
        }
        strips
    }
}

/// Borders from `first` on; the tables have a block more than is needed.
#[inline(always)]
fn block<R: Precision, const N: usize>(column: &[R], first: usize) -> [R; N] {
    let rest = column.get(first..).and_then(<[R]>::first_chunk);
    rest.copied().unwrap_or([R::ZERO; N])
}

/// Borders of the outer and of the inner disc.
#[derive(Debug, Default)]
pub(super) struct Tables<R> {
    columns: [Columns<R>; 2],
    rows: [Columns<R>; 2],
}

/// Pixels of a row that a disc touches and those that it covers, counted from the centre's column.
#[derive(Debug, Clone, Copy)]
struct Chord {
    touched: (i32, i32),
    full: (i32, i32),
}

impl Chord {
    const EMPTY: Self = Self {
        touched: (0, 0),
        full: (0, 0),
    };

    /// For the row from y to y + 1 below the centre; the centre lies `dx` inside its column.
    #[inline(always)]
    fn new(r: f64, dx: f64, y: f64) -> Self {
        let (near, far) = if y >= 0.0 {
            (y, y + 1.0)
        } else if y <= -1.0 {
            (-1.0 - y, -y)
        } else {
            (0.0, (-y).max(y + 1.0))
        };
        if near >= r {
            return Self::EMPTY;
        }
        let chord = |d: f64| ((r - d) * (r + d)).sqrt();
        let half = chord(near);
        let touched = (floor(dx - half), floor(dx + half) + 1);
        if far >= r {
            return Self {
                touched,
                full: (0, 0),
            };
        }
        let half = chord(far);
        Self {
            touched,
            full: (floor(dx - half) + 1, floor(dx + half)),
        }
    }
}

/// Runs of a row, left to right, that need no arithmetic, with their coverage.
#[inline(always)]
fn plain(outer: &Chord, inner: &Chord) -> [(i32, i32, u8); 3] {
    if inner.touched.0 >= inner.touched.1 {
        return [(outer.full.0, outer.full.1, 255), (0, 0, 0), (0, 0, 0)];
    }
    [
        (outer.full.0, outer.full.1.min(inner.touched.0), 255),
        (inner.full.0, inner.full.1, 0),
        (outer.full.0.max(inner.touched.1), outer.full.1, 255),
    ]
}

/// A ring and where its coverage goes.
struct Rows<'a, R> {
    tables: &'a mut Tables<R>,
    ring: Ring,
    bounds: Bounds,
    /// The box and what edges may fill right of it.
    room: Bounds,
    spans: &'a mut Spans,
}

impl<R: Precision> Task for Rows<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            tables: Tables { columns, rows },
            ring,
            bounds,
            room,
            spans,
        } = self;
        let (column, dx) = split(ring.centre[0]);
        let (line, dy) = split(ring.centre[1]);
        let hollow = ring.inner > 0.0;
        let discs = [Disc::new(ring.outer), Disc::new(ring.inner)];
        for (i, disc) in discs.iter().enumerate().take(1 + usize::from(hollow)) {
            columns[i].load(room.x0..=room.x1, (column, dx), disc);
            rows[i].load(bounds.y0..=bounds.y1, (line, dy), disc);
        }
        let row = |i: usize| {
            let at = |rows: &Columns<R>, disc| Row::new(rows.x[i], rows.inside[i], disc);
            let outer = at(&rows[0], &discs[0]);
            [
                outer,
                if hollow {
                    at(&rows[1], &discs[1])
                } else {
                    outer
                },
            ]
        };
        let mut above = row(0);
        for y in bounds.y0..bounds.y1 {
            let below = row((y + 1 - bounds.y0) as usize);
            let edges = Edges {
                columns,
                rows: [[above[0], below[0]], [above[1], below[1]]],
                hollow,
                y,
                left: bounds.x0,
            };
            above = below;
            let from_centre = f64::from(y - line) - dy;
            let outer = Chord::new(ring.outer, dx, from_centre);
            let inner = match hollow {
                true => Chord::new(ring.inner, dx, from_centre),
                false => Chord::EMPTY,
            };
            let clamp = |x: i32| x.saturating_add(column).clamp(bounds.x0, bounds.x1);
            let mut at = clamp(outer.touched.0);
            for (from, to, k) in plain(&outer, &inner) {
                let (edge, to) = (clamp(from), clamp(to));
                let from = at + whole(edge - at);
                if to - from >= SHORTEST {
                    edges.cover(at..edge, (from, k), spans);
                    if k > 0 {
                        spans.solid(y, from, to, k);
                    }
                    at = to;
                }
            }
            let end = clamp(outer.touched.1);
            let to = (at + whole(end - at)).min(room.x1);
            edges.cover(at..end, (to, 0), spans);
        }
    }
}

/// So many pixels, and some more up to whole blocks.
#[inline(always)]
fn whole(count: i32) -> i32 {
    const WHOLE: i32 = BLOCK as i32;
    (count + WHOLE - 1) / WHOLE * WHOLE
}

/// One row of a ring between two row borders.
struct Edges<'a, R> {
    columns: &'a [Columns<R>; 2],
    rows: [[Row<R>; 2]; 2],
    hollow: bool,
    y: i32,
    /// The pixel right of the first column border.
    left: i32,
}

impl<R: Precision> Edges<'_, R> {
    /// Works out the pixels of a range, block by block; those after it up to `to` have the coverage `k`.
    #[inline(always)]
    fn cover(&self, range: Range<i32>, (to, k): (i32, u8), spans: &mut Spans) {
        if range.start >= to {
            return;
        }
        let [outer, inner] = self.columns;
        let mut border = (range.start - self.left) as usize;
        let mut last = outer.strip(&self.rows[0], border);
        if self.hollow {
            last -= inner.strip(&self.rows[1], border);
        }
        let mut left = range.end - range.start;
        for levels in spans.open(self.y, range.start, to).chunks_mut(BLOCK) {
            let mut block = [level(u32::from(k)); BLOCK];
            // An edge that is steep is soon over.
            if left <= HALF as i32 {
                let (half, _) = self.block::<HALF>(border, last);
                block[..HALF].copy_from_slice(&half);
            } else {
                (block, last) = self.block::<BLOCK>(border, last);
            }
            put(block, levels);
            border += BLOCK;
            left -= BLOCK as i32;
        }
    }

    /// The pixels right of `border`, and the strip of the border after them; `last` is that of this one.
    #[inline(always)]
    fn block<const N: usize>(&self, border: usize, last: R) -> ([Level; N], R) {
        let [outer, inner] = self.columns;
        let mut strips = outer.strips::<N>(&self.rows[0], border + 1);
        if self.hollow {
            let holes = inner.strips::<N>(&self.rows[1], border + 1);
            for i in 0..N {
                strips[i] -= holes[i];
            }
        }
        let mut areas = [strips[0] - last; N];
        for i in 1..N {
            areas[i] = strips[i] - strips[i - 1];
        }
        let mut levels = [[0; 4]; N];
        for i in 0..N {
            levels[i] = R::level(areas[i]);
        }
        (levels, strips[N - 1])
    }
}
