//! Exact area of polygons whose outline does not cross itself.
//!
//! In: closed contours in device space, snapped to 1/256 px. Out: coverage, by signed areas
//! (min(1, |sum|)): squares, triangles, stars, rings and discs as polygons. Contours of opposite
//! direction cut holes. The cost is that of the box of the shape, in bands so that the cells stay in
//! the cache.

use super::affine::Bounds;
use super::cells::{Cells, ONE, SUB};
use super::far;
use super::surface::{Coverage, Spans};
use crate::math::simd::Width;

/// Cells of a band.
const BAND_CELLS: usize = 16 * 1024;

/// Contours of one shape.
#[derive(Debug)]
pub(super) struct Polygon {
    edges: Vec<Edge>,
    clip: Bounds,
    min: [f64; 2],
    max: [f64; 2],
    cells: Cells,
    simd: Width,
    spans: Spans,
}

/// From (x, top) down to (x + (bottom − top)·slope, bottom).
#[derive(Debug, Clone, Copy)]
struct Edge {
    top: f64,
    bottom: f64,
    slope: f64,
    /// In 1/4096 px.
    x_top: i64,
    x_bottom: i64,
    winding: i32,
}

impl Polygon {
    pub(super) fn new(simd: Width) -> Self {
        Self {
            edges: Vec::new(),
            clip: Bounds::EMPTY,
            min: [f64::INFINITY; 2],
            max: [f64::NEG_INFINITY; 2],
            cells: Cells::default(),
            simd,
            spans: Spans::default(),
        }
    }

    /// No contours; later ones only count inside `clip`.
    pub(super) fn begin(&mut self, clip: Bounds) {
        self.edges.clear();
        self.clip = clip;
        self.min = [f64::INFINITY; 2];
        self.max = [f64::NEG_INFINITY; 2];
    }

    /// One closed contour of snapped points.
    pub(super) fn contour(&mut self, points: impl Iterator<Item = [f64; 2]>) {
        let mut points = points;
        let Some(first) = points.next() else { return };
        let mut last = first;
        for p in points {
            self.line(last, p);
            last = p;
        }
        self.line(last, first);
    }

    /// One edge of a closed contour; y in whole 1/4096 px.
    #[inline]
    pub(super) fn line(&mut self, p: [f64; 2], q: [f64; 2]) {
        if far::is_near(p, q) {
            return self.near_line(p, q);
        }
        let clip = self.clip;
        far::cut(p, q, &clip, |p, q| self.near_line(p, q));
    }

    #[inline]
    fn near_line(&mut self, p: [f64; 2], q: [f64; 2]) {
        for v in [p, q] {
            self.min = [self.min[0].min(v[0]), self.min[1].min(v[1])];
            self.max = [self.max[0].max(v[0]), self.max[1].max(v[1])];
        }
        if p[1] == q[1] {
            return;
        }
        let (a, b, winding) = if p[1] < q[1] { (p, q, 1) } else { (q, p, -1) };
        self.edges.push(Edge {
            top: a[1],
            bottom: b[1],
            slope: (b[0] - a[0]) / (b[1] - a[1]) * f64::from(ONE),
            x_top: (a[0] * f64::from(ONE)) as i64,
            x_bottom: (b[0] * f64::from(ONE)) as i64,
            winding,
        });
    }

    /// Hands the coverage inside the clip to `sink`.
    pub(super) fn fill(&mut self, sink: &mut impl Coverage) {
        if self.edges.is_empty() {
            return;
        }
        let bounds = Bounds::around(self.min, self.max).intersect(&self.clip);
        if bounds.is_empty() {
            return;
        }
        let rows = (BAND_CELLS / bounds.width()).max(1) as i32;
        let mut band = bounds;
        while band.y0 < bounds.y1 {
            band.y1 = band.y0.saturating_add(rows).min(bounds.y1);
            self.cells.begin(band);
            for edge in &self.edges {
                edge.rasterise(&band, &mut self.cells);
            }
            self.spans.clear();
            self.cells.emit(self.simd, &mut self.spans);
            sink.take(&self.spans);
            band.y0 = band.y1;
        }
    }
}

impl Edge {
    fn rasterise(&self, band: &Bounds, cells: &mut Cells) {
        let (band_top, band_bottom) = (f64::from(band.y0), f64::from(band.y1));
        if self.bottom <= band_top || self.top >= band_bottom {
            return;
        }
        let left = i64::from(band.x0) << SUB;
        let mut y = self.top.max(band_top);
        // Not negative relative to the band, so that the cast is the floor.
        let mut row = (y - band_top) as i32;
        let mut x = self.x_at(y) - left;
        let end = self.bottom.min(band_bottom);
        while y < end {
            let row_top = f64::from(band.y0 + row);
            let next_y = (row_top + 1.0).min(end);
            let next_x = self.x_at(next_y) - left;
            let unit = f64::from(ONE);
            let from = (x, ((y - row_top) * unit) as i32);
            let to = (next_x, ((next_y - row_top) * unit) as i32);
            cells.segment(row as usize, from, to, self.winding);
            (x, y) = (next_x, next_y);
            row += 1;
        }
    }

    /// Offsets are counted from the upper end, so that whole-pixel moves change no bit.
    #[inline]
    fn x_at(&self, y: f64) -> i64 {
        if y == self.bottom {
            return self.x_bottom;
        }
        self.x_top
            .saturating_add(((y - self.top) * self.slope) as i64)
    }
}
