//! Device boxes and device coordinates.
//!
//! In: points in device space. Out: the grid of 1/256 px they are rounded to, and the integer boxes that
//! culling, layers and the coverage kernels work in. The maps to get there are `math::affine`.

pub(super) use crate::math::affine::{Affine, Turn};

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
