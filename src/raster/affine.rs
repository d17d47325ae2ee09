//! Affine maps and device boxes, in f64.
//!
//! In: the transforms of groups and elements. Out: points in device space and the integer boxes that
//! culling, layers and the coverage kernels work in. Nothing here calls a trigonometric function but
//! [`Turn::new`], which goes through the crate's own.

use crate::math::Real;

/// x' = a·x + c·y + e, y' = b·x + d·y + f.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Affine {
    pub(super) a: f64,
    pub(super) b: f64,
    pub(super) c: f64,
    pub(super) d: f64,
    pub(super) e: f64,
    pub(super) f: f64,
}

impl Affine {
    /// Leaves points where they are.
    pub(super) const IDENTITY: Self = Self::scale(1.0);

    /// The same factor on both axes.
    pub(super) const fn scale(s: f64) -> Self {
        Self {
            a: s,
            b: 0.0,
            c: 0.0,
            d: s,
            e: 0.0,
            f: 0.0,
        }
    }

    /// From [a, b, c, d, e, f].
    pub(super) const fn from_row(m: [f64; 6]) -> Self {
        Self {
            a: m[0],
            b: m[1],
            c: m[2],
            d: m[3],
            e: m[4],
            f: m[5],
        }
    }

    /// Scale, then turn by `(sin, cos)`, then move: the order in which elements are placed.
    pub(super) fn place(scale: f64, turn: Turn, pos: [f32; 2]) -> Self {
        let (s, c) = (turn.sin * scale, turn.cos * scale);
        Self {
            a: c,
            b: s,
            c: -s,
            d: c,
            e: f64::from(pos[0]),
            f: f64::from(pos[1]),
        }
    }

    /// `self` first, then `outer`.
    pub(super) fn then(&self, outer: &Self) -> Self {
        let [e, f] = outer.apply([self.e, self.f]);
        Self {
            a: outer.a * self.a + outer.c * self.b,
            b: outer.b * self.a + outer.d * self.b,
            c: outer.a * self.c + outer.c * self.d,
            d: outer.b * self.c + outer.d * self.d,
            e,
            f,
        }
    }

    /// The image of a point.
    #[inline]
    pub(super) fn apply(&self, p: [f64; 2]) -> [f64; 2] {
        [
            self.a * p[0] + self.c * p[1] + self.e,
            self.b * p[0] + self.d * p[1] + self.f,
        ]
    }

    /// Finite, and not squeezing the plane to a line.
    pub(super) fn is_usable(&self) -> bool {
        let det = self.a * self.d - self.b * self.c;
        let sum = self.a + self.b + self.c + self.d + self.e + self.f;
        sum.is_finite() && det.is_finite() && det != 0.0
    }

    /// The factor, if the map keeps circles circles (a turn, a mirror, one scale).
    pub(super) fn similarity(&self) -> Option<f64> {
        let turned = (self.a - self.d).abs() + (self.b + self.c).abs();
        let mirrored = (self.a + self.d).abs() + (self.b - self.c).abs();
        let size = self.a.abs() + self.b.abs();
        (turned.min(mirrored) <= size * 1e-9).then(|| (self.a * self.a + self.b * self.b).sqrt())
    }

    /// At least the largest factor by which a length grows; exact for similarities.
    pub(super) fn growth(&self) -> f64 {
        self.similarity().unwrap_or_else(|| {
            (self.a * self.a + self.b * self.b + self.c * self.c + self.d * self.d).sqrt()
        })
    }
}

/// Sine and cosine of one rotation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Turn {
    pub(super) sin: f64,
    pub(super) cos: f64,
}

impl Turn {
    /// By `radians`, clockwise on screen.
    pub(super) fn new(radians: f32) -> Self {
        if radians == 0.0 {
            return Self { sin: 0.0, cos: 1.0 };
        }
        let angle = f64::from(radians);
        Self {
            sin: Real::sin(angle),
            cos: Real::cos(angle),
        }
    }
}

/// A device coordinate, rounded to 1/256 px (half up).
#[inline]
pub(super) fn snap(v: f64) -> f64 {
    const WHOLE: f64 = 6_755_399_441_055_744.0; // 1.5·2⁵²: adding it drops the fraction
    let scaled = v * 256.0;
    if scaled.abs() >= 2_251_799_813_685_248.0 {
        return v;
    }
    let nearest = (scaled + WHOLE) - WHOLE;
    // Ties went to even; half up means the upper one.
    let up = if scaled - nearest == 0.5 {
        nearest + 1.0
    } else {
        nearest
    };
    up / 256.0
}

/// Pixels x0 ≤ x < x1, y0 ≤ y < y1; empty if x0 ≥ x1 or y0 ≥ y1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) x0: i32,
    pub(super) y0: i32,
    pub(super) x1: i32,
    pub(super) y1: i32,
}

impl Bounds {
    /// No pixel; neutral for [`Self::union`].
    pub(super) const EMPTY: Self = Self {
        x0: i32::MAX,
        y0: i32::MAX,
        x1: i32::MIN,
        y1: i32::MIN,
    };

    /// The pixels that touch a real box. Far values saturate well inside i32.
    pub(super) fn around(min: [f64; 2], max: [f64; 2]) -> Self {
        const FAR: f64 = 1_073_741_824.0;
        let low = |v: f64| v.clamp(-FAR, FAR).floor() as i32;
        let high = |v: f64| v.clamp(-FAR, FAR).ceil() as i32;
        Self {
            x0: low(min[0]),
            y0: low(min[1]),
            x1: high(max[0]),
            y1: high(max[1]),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.x0 >= self.x1 || self.y0 >= self.y1
    }

    pub(super) fn width(&self) -> usize {
        if self.is_empty() {
            0
        } else {
            (self.x1 - self.x0) as usize
        }
    }

    pub(super) fn height(&self) -> usize {
        if self.is_empty() {
            0
        } else {
            (self.y1 - self.y0) as usize
        }
    }

    pub(super) fn intersect(&self, other: &Self) -> Self {
        Self {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
        }
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// `by` pixels more on every side; empty stays empty.
    pub(super) fn grow(&self, by: i32) -> Self {
        if self.is_empty() {
            return Self::EMPTY;
        }
        Self {
            x0: self.x0.saturating_sub(by),
            y0: self.y0.saturating_sub(by),
            x1: self.x1.saturating_add(by),
            y1: self.y1.saturating_add(by),
        }
    }
}
