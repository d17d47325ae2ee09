//! Discs and rings of any size: row by row, edges in detail and what lies between them in runs.
//!
//! 1. F of the column and row borders is worked out once (`Columns`), for the outer and the inner disc.
//! 2. `Chord` tells from square roots which pixels of a row a disc touches and which it covers. Between
//!    the edges nothing is worked out; runs shorter than [`SHORTEST`] are left to the edges.
//! 3. Blocks are loops over their lanes: the adapters of arrays are not inlined into wide code.
//! 4. Edges end after whole blocks of pixels where there is room: blending likes that.

use super::{Column, Disc, Precision, Ring, Row, floor, segment, split};
use crate::math::simd::{self, Task, Width};
use crate::raster::affine::Bounds;
use crate::raster::surface::{BLOCK, Spans, put};
use std::ops::RangeInclusive;

/// Shorter runs of one coverage are worked out with the edges beside them.
const SHORTEST: i32 = 16;

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

    /// The same of a block of borders.
    #[inline(always)]
    fn strips(&self, [above, below]: &[Row<R>; 2], first: usize) -> [R; BLOCK] {
        let x = block(&self.x, first);
        let square = block(&self.square, first);
        let inside = block(&self.inside, first);
        let outside = block(&self.outside, first);
        let right = block(&self.right, first);
        let mut strips = [R::ZERO; BLOCK];
        for i in 0..BLOCK {
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
fn block<R: Precision>(column: &[R], first: usize) -> [R; BLOCK] {
    let rest = column.get(first..).and_then(<[R]>::first_chunk);
    rest.copied().unwrap_or([R::ZERO; BLOCK])
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
                let (from, to) = (clamp(from), clamp(to));
                let from = at + whole(from - at);
                if to - from >= SHORTEST {
                    edges.cover(at, from, spans);
                    if k > 0 {
                        spans.solid(y, from, to, k);
                    }
                    at = to;
                }
            }
            let end = clamp(outer.touched.1);
            edges.cover(at, (at + whole(end - at)).min(room.x1), spans);
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
    /// Works out the pixels from ≤ x < to, block by block.
    #[inline(always)]
    fn cover(&self, from: i32, to: i32, spans: &mut Spans) {
        if from >= to {
            return;
        }
        let [outer, inner] = self.columns;
        let mut border = (from - self.left) as usize;
        let mut last = outer.strip(&self.rows[0], border);
        if self.hollow {
            last -= inner.strip(&self.rows[1], border);
        }
        for levels in spans.open(self.y, from, to).chunks_mut(BLOCK) {
            let mut strips = outer.strips(&self.rows[0], border + 1);
            if self.hollow {
                let holes = inner.strips(&self.rows[1], border + 1);
                for i in 0..BLOCK {
                    strips[i] -= holes[i];
                }
            }
            let mut areas = [strips[0] - last; BLOCK];
            for i in 1..BLOCK {
                areas[i] = strips[i] - strips[i - 1];
            }
            let mut block = [[0; 4]; BLOCK];
            for i in 0..BLOCK {
                block[i] = R::level(areas[i]);
            }
            put(block, levels);
            last = strips[BLOCK - 1];
            border += BLOCK;
        }
    }
}
