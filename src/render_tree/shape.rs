//! Outlines of shapes that are polygons, in units of the radius.

use super::Shape;
use crate::math::Real;

/// Corners at −90°, 30° and 150°.
const TRIANGLE: [[f64; 2]; 3] = [[0.0, -1.0], [HALF_SQRT_3, 0.5], [-HALF_SQRT_3, 0.5]];
const HALF_SQRT_3: f64 = 0.866_025_403_784_438_6;

/// Corners (±1, ±1), clockwise.
const SQUARE: [[f64; 2]; 4] = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];

impl Shape {
    /// Puts the corners of a polygon into `corners`; none for shapes with curves.
    pub fn corners(&self, corners: &mut Vec<[f64; 2]>) {
        corners.clear();
        match self {
            Self::Square => corners.extend(SQUARE),
            Self::Triangle => corners.extend(TRIANGLE),
            Self::Star { points, inner } => star(*points, *inner, corners),
            Self::Circle | Self::Ring { .. } | Self::Path(_) => {}
        }
    }
}

/// Radius 1 and `inner` in turn, the first corner up.
fn star(points: u32, inner: f32, corners: &mut Vec<[f64; 2]>) {
    let count = points.max(3) * 2;
    corners.extend((0..count).map(|i| {
        let angle = std::f64::consts::TAU * f64::from(i) / f64::from(count);
        let radius = if i % 2 == 0 { 1.0 } else { f64::from(inner) };
        // −90° + angle: the cosine is sin(angle), the sine −cos(angle).
        [radius * Real::sin(angle), -radius * Real::cos(angle)]
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_are_those_of_the_definition() {
        let mut corners = Vec::new();
        let star = Shape::Star {
            points: 5,
            inner: 0.5,
        };
        star.corners(&mut corners);
        assert_eq!(corners.len(), 10);
        assert!(corners[0][0].abs() < 1e-12 && (corners[0][1] + 1.0).abs() < 1e-12);
        assert!((corners[1][0] - 0.29389).abs() < 1e-5);
        assert!((corners[1][1] + 0.40451).abs() < 1e-5);
        Shape::Triangle.corners(&mut corners);
        assert!((corners[1][0] - 0.86603).abs() < 1e-5);
        Shape::Circle.corners(&mut corners);
        assert!(corners.is_empty());
    }
}
