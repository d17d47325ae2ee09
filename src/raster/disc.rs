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
//!
//! Read next: `small` (all of a row at once), `rows` (edges and what lies between them), `large`.

mod large;
mod rows;
mod small;

use super::affine::Bounds;
use super::polygon::Polygon;
use super::surface::{Coverage, Level, Spans, level};
use crate::math::Real;
use crate::math::simd::Width;

/// Radius up to which f32 is exact enough, px.
const MAX_SINGLE: f64 = 16.0;
/// Radius up to which f64 is, px.
const MAX_DOUBLE: f64 = 4096.0;

/// A number type that areas are worked out in.
trait Precision: Real {
    /// arccos(u)/√(1 − u) on 0…1 as a polynomial in u, lowest power first.
    const ARC_COSINE: &'static [Self];

    /// ⌊255·area + ½⌋ of an area in 0…1 that may be off by a rounding error.
    fn coverage(area: Self) -> u32;

    /// The same, as a level.
    #[inline(always)]
    fn level(area: Self) -> Level {
        level(Self::coverage(area))
    }
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
    fn coverage(area: Self) -> u32 {
        // Adding 2²³ leaves the nearest integer in the low bits, which vectorises.
        (area * 255.0 + 8_388_608.0).to_bits() & 0xFF
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
    fn coverage(area: Self) -> u32 {
        (area * 255.0 + 4_503_599_627_370_496.0).to_bits() as u32 & 0xFF
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
    fn area(&self, column: Column<R>) -> R {
        let within = column.x * self.y + column.inside + self.inside;
        let beyond = self.below * column.outside + column.right * self.outside;
        if column.square < self.reach {
            within
        } else {
            beyond
        }
    }
}

/// What G needs of a column border.
#[derive(Debug, Clone, Copy)]
struct Column<R> {
    x: R,
    square: R,
    /// F(x).
    inside: R,
    /// 2(q + F(x)).
    outside: R,
    /// [x ≥ 0].
    right: R,
}

impl<R: Precision> Column<R> {
    #[inline(always)]
    fn new(x: R, segment: R, disc: &Disc<R>) -> Self {
        Self {
            x,
            square: x * x,
            inside: segment,
            outside: R::TWO * (disc.quarter + segment),
            right: R::from_bool(x >= R::ZERO),
        }
    }
}

/// The kernels and their buffers.
#[derive(Debug, Default)]
pub(super) struct Discs {
    simd: Width,
    single: rows::Tables<f32>,
    double: rows::Tables<f64>,
    spans: Spans,
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
    pub(super) fn new(simd: Width) -> Self {
        Self {
            simd,
            ..Self::default()
        }
    }

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
        if r > MAX_DOUBLE {
            polygon.begin(bounds);
            large::large(polygon, ring.centre, r, &bounds, false);
            if ring.inner > 0.0 {
                large::large(polygon, ring.centre, ring.inner, &bounds, true);
            }
            return polygon.fill(sink);
        }
        let Self {
            simd,
            single,
            double,
            spans,
        } = self;
        spans.clear();
        if r <= small::MAX_RADIUS && ring.inner <= 0.0 {
            small::fill(*simd, ring, (&bounds, clip), spans);
        } else if r <= MAX_SINGLE {
            rows::fill(*simd, single, ring, (&bounds, clip), spans);
        } else {
            rows::fill(*simd, double, ring, (&bounds, clip), spans);
        }
        sink.take(spans);
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
