//! Affine maps of the plane, in f64: where elements, groups and layers go.
//!
//! Nothing here calls a trigonometric function but [`Turn::new`], which goes through the crate's own.

use super::Real;

/// x' = a·x + c·y + e, y' = b·x + d·y + f.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    /// x to x'.
    pub a: f64,
    /// x to y'.
    pub b: f64,
    /// y to x'.
    pub c: f64,
    /// y to y'.
    pub d: f64,
    /// Added to x'.
    pub e: f64,
    /// Added to y'.
    pub f: f64,
}

impl Affine {
    /// Leaves points where they are.
    pub const IDENTITY: Self = Self::scale(1.0);

    /// The same factor on both axes.
    pub const fn scale(s: f64) -> Self {
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
    pub const fn from_row(m: [f64; 6]) -> Self {
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
    pub fn place(scale: f64, turn: Turn, pos: [f32; 2]) -> Self {
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
    #[must_use]
    pub fn then(&self, outer: &Self) -> Self {
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
    pub fn apply(&self, p: [f64; 2]) -> [f64; 2] {
        [
            self.a * p[0] + self.c * p[1] + self.e,
            self.b * p[0] + self.d * p[1] + self.f,
        ]
    }

    /// What undoes it. Only of a map that [`Self::is_usable`].
    #[must_use]
    pub fn inverse(&self) -> Self {
        let det = self.a * self.d - self.b * self.c;
        let (a, b, c, d) = (self.d / det, -self.b / det, -self.c / det, self.a / det);
        Self {
            a,
            b,
            c,
            d,
            e: -(a * self.e + c * self.f),
            f: -(b * self.e + d * self.f),
        }
    }

    /// Finite, and not squeezing the plane to a line.
    pub fn is_usable(&self) -> bool {
        let det = self.a * self.d - self.b * self.c;
        let sum = self.a + self.b + self.c + self.d + self.e + self.f;
        sum.is_finite() && det.is_finite() && det != 0.0
    }

    /// The factor, if the map keeps circles circles (a turn, a mirror, one scale).
    pub fn similarity(&self) -> Option<f64> {
        let turned = (self.a - self.d).abs() + (self.b + self.c).abs();
        let mirrored = (self.a + self.d).abs() + (self.b - self.c).abs();
        let size = self.a.abs() + self.b.abs();
        (turned.min(mirrored) <= size * 1e-9).then(|| (self.a * self.a + self.b * self.b).sqrt())
    }

    /// At least the largest factor by which a length grows; exact for similarities.
    pub fn growth(&self) -> f64 {
        self.similarity().unwrap_or_else(|| {
            (self.a * self.a + self.b * self.b + self.c * self.c + self.d * self.d).sqrt()
        })
    }
}

/// Sine and cosine of one rotation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn {
    /// Its sine.
    pub sin: f64,
    /// Its cosine.
    pub cos: f64,
}

impl Turn {
    /// By `radians`, clockwise on screen.
    pub fn new(radians: f32) -> Self {
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

/// Degrees, from radians.
pub fn degrees(radians: f32) -> f64 {
    f64::from(radians) * (180.0 / std::f64::consts::PI)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverse_undoes() {
        let map = Affine::place(2.5, Turn::new(0.7), [30.0, -4.0]);
        let there = map.then(&map.inverse());
        for p in [[0.0, 0.0], [100.0, -7.0]] {
            let q = there.apply(p);
            assert!(
                (p[0] - q[0]).abs() < 1e-12 && (p[1] - q[1]).abs() < 1e-12,
                "{q:?}"
            );
        }
    }
}
