//! Exact area of discs and rings.
//!
//! In: a centre snapped to 1/256 px and two radii in device px. Out: coverage. The area of a disc of
//! radius r about the origin left of x and above y has a closed form. With F(t) = ∫₀ᵗ √(r² − s²) ds
//! (t cut to ±r) and q = πr²/4 it is, for a corner (x, y) inside the disc,
//!
//! ```text
//! G(x, y) = x·y + F(x) + F(y) + q
//! ```
//!
//! and outside it the sum of [y ≥ 0]·2(q + F(x)) and [x ≥ 0]·2(q + F(y)), less 4q if both hold. The
//! area in a pixel is the difference of G at its four corners, so F is worked out once per column and
//! row and a pixel costs a few products; pixels sum to the disc's area whatever its size. G loses
//! digits as r² grows: f32 serves up to [`MAX_SINGLE`], f64 up to [`MAX_DOUBLE`], and larger discs are
//! nearly straight in a pixel and become polygons with a corner at every pixel border.

use super::affine::Bounds;
use super::polygon::Polygon;
use super::surface::Coverage;
use crate::math::Real;

/// Radius up to which f32 is exact enough, px.
const MAX_SINGLE: f64 = 16.0;
/// Radius up to which f64 is, px.
const MAX_DOUBLE: f64 = 4096.0;
/// Radius up to which every row fits [`LANES`] pixels wherever the centre lies.
const MAX_TINY: f64 = 3.5;
/// Pixels in a row of a tiny disc.
const LANES: usize = 8;
/// Shorter runs of one coverage are worked out with the edges beside them.
const SHORTEST: i32 = 4;
/// Pixels that are worked out before they are handed on.
const CHUNK: usize = 64;

/// A number type that areas are worked out in.
trait Precision: Real {
    /// arccos(u)/√(1 − u) on 0…1 as a polynomial in u, lowest power first.
    const ARC_COSINE: &'static [Self];

    /// ⌊255·area + ½⌋ of an area in 0…1 that may be off by a rounding error.
    fn coverage(area: Self) -> u8;
}

impl Precision for f32 {
    /// Interpolated at Chebyshev nodes; off by less than 2·10⁻⁷.
    const ARC_COSINE: &'static [Self] = &[
        1.570_796_1,
        -0.214_581_99,
        0.088_718_09,
        -0.048_644_333,
        0.026_597_796,
        -0.010_879_67,
        0.002_207_656,
    ];

    #[inline(always)]
    fn coverage(area: Self) -> u8 {
        // Adding 2²³ leaves the nearest integer in the low bits, which vectorises.
        (area * 255.0 + 8_388_608.0).to_bits() as u8
    }
}

impl Precision for f64 {
    /// Interpolated at Chebyshev nodes; off by less than 4·10⁻¹³.
    const ARC_COSINE: &'static [Self] = &[
        1.570_796_326_794_568_9,
        -0.214_601_836_473_808_46,
        0.089_048_614_085_988_4,
        -0.050_792_593_403_003_63,
        0.033_678_239_047_613_38,
        -0.024_348_837_801_387_164,
        0.018_531_832_155_799_734,
        -0.014_348_627_371_147_935,
        0.010_735_025_037_335_853,
        -0.007_205_479_139_538_97,
        0.003_964_233_978_903_58,
        -0.001_609_715_610_058_915_4,
        0.000_417_420_328_612_813_13,
        -0.000_051_039_256_957_977_48,
    ];

    #[inline(always)]
    fn coverage(area: Self) -> u8 {
        (area * 255.0 + 4_503_599_627_370_496.0).to_bits() as u8
    }
}

/// F(t) of the module's text.
#[inline(always)]
fn segment<R: Precision>(t: R, r: R) -> R {
    let distance = Real::min(t.abs(), r);
    let u = distance / r;
    let short = ((r - distance) / r).sqrt();
    let mut polynomial = R::ZERO;
    for &c in R::ARC_COSINE.iter().rev() {
        polynomial = polynomial * u + c;
    }
    let arc_sine = R::HALF * R::PI - short * polynomial;
    let sum = u * (short * (R::ONE + u).sqrt()) + arc_sine;
    (R::HALF * r * r * sum).copysign(t)
}

/// A disc about the origin.
#[derive(Debug, Clone, Copy)]
struct Disc<R> {
    r: R,
    /// q = πr²/4.
    quarter: R,
}

impl<R: Precision> Disc<R> {
    fn new(r: f64) -> Self {
        let r = R::from_f64(r);
        Self {
            r,
            quarter: R::PI * r * r * (R::HALF * R::HALF),
        }
    }
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
    fn load(&mut self, xs: impl Iterator<Item = R>, disc: &Disc<R>) {
        self.x.clear();
        self.x.extend(xs);
        let count = self.x.len();
        for column in [
            &mut self.square,
            &mut self.inside,
            &mut self.outside,
            &mut self.right,
        ] {
            column.resize(count, R::ZERO);
        }
        let x = &self.x[..count];
        let (square, right) = (&mut self.square[..count], &mut self.right[..count]);
        let (inside, outside) = (&mut self.inside[..count], &mut self.outside[..count]);
        for i in 0..count {
            square[i] = x[i] * x[i];
            right[i] = R::from_bool(x[i] >= R::ZERO);
            inside[i] = segment(x[i], disc.r);
            outside[i] = R::TWO * (disc.quarter + inside[i]);
        }
    }

    /// Area left of border `i` between two row borders.
    #[inline(always)]
    fn strip(&self, rows: &[Row<R>; 2], i: usize) -> R {
        let (x, square, right) = (self.x[i], self.square[i], self.right[i]);
        let (inside, outside) = (self.inside[i], self.outside[i]);
        rows[1].area(x, square, inside, outside, right)
            - rows[0].area(x, square, inside, outside, right)
    }
}

/// What G needs of a row border.
#[derive(Debug, Clone, Copy)]
struct Row<R> {
    y: R,
    /// r² − y².
    reach: R,
    /// F(y) + q.
    inside: R,
    /// [y ≥ 0].
    below: R,
    /// 2(q + F(y)) − [y ≥ 0]·4q.
    outside: R,
}

impl<R: Precision> Row<R> {
    #[inline(always)]
    fn new(y: R, segment: R, disc: &Disc<R>) -> Self {
        let inside = segment + disc.quarter;
        let below = R::from_bool(y >= R::ZERO);
        let whole = R::TWO * (R::TWO * disc.quarter);
        Self {
            y,
            reach: disc.r * disc.r - y * y,
            inside,
            below,
            outside: R::TWO * inside - below * whole,
        }
    }

    /// G at the corner with a column border.
    #[inline(always)]
    fn area(&self, x: R, square: R, inside: R, outside: R, right: R) -> R {
        let within = x * self.y + inside + self.inside;
        let beyond = self.below * outside + right * self.outside;
        if square < self.reach { within } else { beyond }
    }
}

/// Buffers of the kernel.
#[derive(Debug, Default)]
pub(super) struct Discs {
    single: Tables<f32>,
    double: Tables<f64>,
}

/// Borders of the outer and of the inner disc.
#[derive(Debug, Default)]
struct Tables<R> {
    columns: [Columns<R>; 2],
    rows: [Columns<R>; 2],
}

/// A ring; a disc if `inner` is 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ring {
    /// Centre, snapped, device px.
    pub(super) centre: [f64; 2],
    /// Device px, ≥ 0.
    pub(super) inner: f64,
    /// Device px.
    pub(super) outer: f64,
}

impl Discs {
    /// Hands the coverage of a ring inside `clip` to `sink`. `polygon` serves very large ones.
    pub(super) fn fill(
        &mut self,
        ring: &Ring,
        clip: &Bounds,
        polygon: &mut Polygon,
        sink: &mut impl Coverage,
    ) {
        let [x, y] = ring.centre;
        let r = ring.outer;
        let bounds = Bounds::around([x - r, y - r], [x + r, y + r]).intersect(clip);
        if bounds.is_empty() || r <= 0.0 {
            return;
        }
        let Self { single, double } = self;
        if r <= MAX_TINY && ring.inner <= 0.0 {
            tiny(ring, &bounds, sink);
        } else if r <= MAX_SINGLE {
            fill(single, ring, &bounds, sink);
        } else if r <= MAX_DOUBLE {
            fill(double, ring, &bounds, sink);
        } else {
            polygon.begin(bounds);
            large(polygon, ring.centre, r, &bounds, false);
            if ring.inner > 0.0 {
                large(polygon, ring.centre, ring.inner, &bounds, true);
            }
            polygon.fill(sink);
        }
    }
}

/// The whole part of a coordinate and the rest, which is at least 0 and below 1.
#[inline]
fn split(v: f64) -> (i32, f64) {
    let whole = floor(v);
    (whole, v - f64::from(whole))
}

/// ⌊v⌋ for |v| < 2³⁰.
#[inline]
fn floor(v: f64) -> i32 {
    (v + 1_073_741_824.0) as i32 - 1_073_741_824
}

/// A disc whose rows are at most [`LANES`] pixels wide: row by row, all pixels at once.
fn tiny(ring: &Ring, bounds: &Bounds, sink: &mut impl Coverage) {
    /// Column borders, filled up to whole vectors.
    const BORDERS: usize = LANES + 4;
    let disc = Disc::<f32>::new(ring.outer);
    let (column, dx) = split(ring.centre[0]);
    let (line, dy) = split(ring.centre[1]);
    // The leftmost pixel that the disc touches, whether it is in the picture or not.
    let first = floor(ring.centre[0] - ring.outer);
    let (left, right) = (bounds.x0.max(first), bounds.x1.min(first + LANES as i32));
    if left >= right {
        return;
    }
    let part = (left - first) as usize..(right - first) as usize;
    let start = (first - column) as f32 - dx as f32;
    let x: [f32; BORDERS] = std::array::from_fn(|i| start + i as f32);
    let square = x.map(|x| x * x);
    let inside = x.map(|x| segment(x, disc.r));
    let outside = inside.map(|f| 2.0 * (disc.quarter + f));
    let right = x.map(|x| if x >= 0.0 { 1.0 } else { 0.0 });
    let areas = |y: i32| -> [f32; BORDERS] {
        let y = (y - line) as f32 - dy as f32;
        let row = Row::new(y, segment(y, disc.r), &disc);
        std::array::from_fn(|i| row.area(x[i], square[i], inside[i], outside[i], right[i]))
    };
    let mut above = areas(bounds.y0);
    for y in bounds.y0..bounds.y1 {
        let below = areas(y + 1);
        let strip: [f32; BORDERS] = std::array::from_fn(|i| below[i] - above[i]);
        let k: [u8; LANES] = std::array::from_fn(|i| f32::coverage(strip[i + 1] - strip[i]));
        sink.cover(y, left, &k[part.clone()]);
        above = below;
    }
}

/// Pixels of a row that a disc touches and those that it covers, counted from the centre's column.
#[derive(Debug, Clone, Copy)]
struct Spans {
    touched: (i32, i32),
    full: (i32, i32),
}

impl Spans {
    const EMPTY: Self = Self {
        touched: (0, 0),
        full: (0, 0),
    };

    /// For the row from y to y + 1 below the centre; the centre lies `dx` inside its column.
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

fn fill<R: Precision>(
    tables: &mut Tables<R>,
    ring: &Ring,
    bounds: &Bounds,
    sink: &mut impl Coverage,
) {
    let (column, dx) = split(ring.centre[0]);
    let (line, dy) = split(ring.centre[1]);
    let (outer, inner) = (Disc::new(ring.outer), Disc::new(ring.inner));
    let hollow = ring.inner > 0.0;
    let borders = |range: std::ops::RangeInclusive<i32>, origin: i32, shift: f64| {
        range.map(move |v| R::from_f64(f64::from(v - origin) - shift))
    };
    let xs = borders(bounds.x0..=bounds.x1, column, dx);
    let ys = borders(bounds.y0..=bounds.y1, line, dy);
    let Tables { columns, rows } = tables;
    columns[0].load(xs.clone(), &outer);
    rows[0].load(ys.clone(), &outer);
    if hollow {
        columns[1].load(xs, &inner);
        rows[1].load(ys, &inner);
    }
    let row = |i: usize| {
        let at = |rows: &Columns<R>, disc| Row::new(rows.x[i], rows.inside[i], disc);
        let outer = at(&rows[0], &outer);
        [outer, if hollow { at(&rows[1], &inner) } else { outer }]
    };
    let mut above = row(0);
    for y in bounds.y0..bounds.y1 {
        let below = row((y + 1 - bounds.y0) as usize);
        let rows = [[above[0], below[0]], [above[1], below[1]]];
        above = below;
        let strip = Strip {
            columns,
            rows,
            hollow,
            y,
            left: bounds.x0,
        };
        let from_centre = f64::from(y - line) - dy;
        let o = Spans::new(ring.outer, dx, from_centre);
        let i = if hollow {
            Spans::new(ring.inner, dx, from_centre)
        } else {
            Spans::EMPTY
        };
        let clamp = |x: i32| x.saturating_add(column).clamp(bounds.x0, bounds.x1);
        let mut at = clamp(o.touched.0);
        for (from, to, k) in plain(&o, &i) {
            let (from, to) = (clamp(from), clamp(to));
            if to - from >= SHORTEST {
                strip.edge(at, from, sink);
                if k > 0 {
                    sink.solid(y, from, to, k);
                }
                at = to;
            }
        }
        strip.edge(at, clamp(o.touched.1), sink);
    }
}

/// Runs of a row, left to right, that need no arithmetic, with their coverage.
fn plain(outer: &Spans, inner: &Spans) -> [(i32, i32, u8); 3] {
    if inner.touched.0 >= inner.touched.1 {
        return [(outer.full.0, outer.full.1, 255), (0, 0, 0), (0, 0, 0)];
    }
    [
        (outer.full.0, outer.full.1.min(inner.touched.0), 255),
        (inner.full.0, inner.full.1, 0),
        (outer.full.0.max(inner.touched.1), outer.full.1, 255),
    ]
}

/// One row of a ring between two row borders.
struct Strip<'a, R> {
    columns: &'a [Columns<R>; 2],
    rows: [[Row<R>; 2]; 2],
    hollow: bool,
    y: i32,
    /// The pixel right of the first column border.
    left: i32,
}

impl<R: Precision> Strip<'_, R> {
    /// Area left of a column border.
    #[inline(always)]
    fn left_of(&self, border: usize) -> R {
        let outer = self.columns[0].strip(&self.rows[0], border);
        if self.hollow {
            outer - self.columns[1].strip(&self.rows[1], border)
        } else {
            outer
        }
    }

    /// Works out the pixels from ≤ x < to.
    #[inline(always)]
    fn edge(&self, from: i32, to: i32, sink: &mut impl Coverage) {
        let mut coverage = [0u8; CHUNK];
        let mut x = from;
        while x < to {
            let count = ((to - x) as usize).min(CHUNK);
            let border = (x - self.left) as usize;
            let mut last = self.left_of(border);
            for (i, k) in coverage[..count].iter_mut().enumerate() {
                let next = self.left_of(border + i + 1);
                *k = R::coverage(next - last);
                last = next;
            }
            sink.cover(self.y, x, &coverage[..count]);
            x += count as i32;
        }
    }
}

/// Adds a circle that is nearly straight in a pixel, with a corner wherever it passes a border of the
/// box: a chord of 1 px is off by 1/(8r).
fn large(polygon: &mut Polygon, centre: [f64; 2], r: f64, bounds: &Bounds, hole: bool) {
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
