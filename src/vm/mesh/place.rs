//! Where an instance of a solid stands, and how light falls on it.

use crate::math::vec::{dot, normalize};
use crate::math::{Real, color};

/// Scale, then rotation, then position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// Rows of the rotation.
    rotation: [[f64; 3]; 3],
    scale: [f64; 3],
    position: [f64; 3],
}

impl Place {
    /// From a position, a quaternion (x, y, z, w) of any length (0 is no rotation) and factors.
    pub(super) fn new(position: [f32; 3], rotation: [f32; 4], scale: [f32; 3]) -> Self {
        Self {
            rotation: matrix(rotation.map(f64::from)),
            scale: scale.map(f64::from),
            position: position.map(f64::from),
        }
    }

    /// Whether a factor is 0, so that there is nothing to see.
    pub(super) fn is_flat(&self) -> bool {
        self.scale.contains(&0.0)
    }

    /// Whether inside and outside change sides.
    pub(super) fn is_mirrored(&self) -> bool {
        self.scale.iter().filter(|s| **s < 0.0).count() % 2 == 1
    }

    /// A vertex in space.
    pub(super) fn point(&self, v: [f64; 3]) -> [f64; 3] {
        let scaled = std::array::from_fn(|i| self.scale[i] * v[i]);
        std::array::from_fn(|i| dot(self.rotation[i], scaled) + self.position[i])
    }

    /// A direction at right angles to a face, of length 1.
    pub(super) fn normal(&self, n: [f64; 3]) -> [f64; 3] {
        let scaled = std::array::from_fn(|i| n[i] / self.scale[i]);
        normalize(self.rotation.map(|row| dot(row, scaled)))
    }
}

/// The rotation of a quaternion (x, y, z, w), by rows.
fn matrix(q: [f64; 4]) -> [[f64; 3]; 3] {
    let [x, y, z, w] = match normalize(q) {
        [0.0, 0.0, 0.0, 0.0] => [0.0, 0.0, 0.0, 1.0],
        q => q,
    };
    let (xx, yy, zz) = (x * x, y * y, z * z);
    let (xy, xz, yz) = (x * y, x * z, y * z);
    let (wx, wy, wz) = (w * x, w * y, w * z);
    [
        [1.0 - 2.0 * (yy + zz), 2.0 * (xy - wz), 2.0 * (xz + wy)],
        [2.0 * (xy + wz), 1.0 - 2.0 * (xx + zz), 2.0 * (yz - wx)],
        [2.0 * (xz - wy), 2.0 * (yz + wx), 1.0 - 2.0 * (xx + yy)],
    ]
}

/// Light from far away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Light {
    /// Towards the light, of length 1 (or 0: nowhere).
    pub(super) towards: [f64; 3],
    /// What a face gets that the light does not reach.
    pub(super) ambient: f64,
}

impl Light {
    /// The bytes of a face: the encoded colour times ambient + (1 − ambient)·max(0, n·l), alpha kept.
    pub(super) fn shade(&self, [r, g, b, a]: [f32; 4], normal: [f64; 3]) -> [u8; 4] {
        let facing = Real::max(0.0, dot(normal, self.towards));
        let k = self.ambient + (1.0 - self.ambient) * facing;
        let [r, g, b] = [r, g, b].map(|v| (f64::from(v) * k) as f32);
        color::quantize([r, g, b, a])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(got: [f64; 3], want: [f64; 3]) {
        let near = got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-7);
        assert!(near, "{got:?} is not {want:?}");
    }

    const HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;

    #[test]
    fn quaternions_turn_right_handed() {
        let turned = |q, v| Place::new([0.0; 3], q, [1.0; 3]).point(v);
        let (x, y, z) = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]);
        close(turned([0.0, 0.0, HALF, HALF], x), y);
        close(turned([HALF, 0.0, 0.0, HALF], y), z);
        close(turned([0.0, 7.0 * HALF, 0.0, 7.0 * HALF], z), x);
        close(turned([0.0; 4], [1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]);
    }

    #[test]
    fn scale_comes_before_rotation_and_normals_stay_at_right_angles() {
        let place = Place::new([10.0, 0.0, 0.0], [0.0, 0.0, HALF, HALF], [2.0, 1.0, 1.0]);
        close(place.point([1.0, 0.0, 0.0]), [10.0, 2.0, 0.0]);
        // A slanted face: along (1, −1, 0), looking in (1, 1, 0).
        let along: [f64; 3] = {
            let (a, b) = (place.point([0.0, 1.0, 0.0]), place.point([1.0, 0.0, 0.0]));
            std::array::from_fn(|i| b[i] - a[i])
        };
        let normal = place.normal([0.5, 0.5, 0.0]);
        assert!(dot(along, normal).abs() < 1e-7);
        assert!((dot(normal, normal) - 1.0).abs() < 1e-12);
        let mirrored = Place::new([0.0; 3], [0.0; 4], [-1.0, 2.0, 3.0]);
        assert!(mirrored.is_mirrored() && !mirrored.is_flat() && !place.is_mirrored());
        close(mirrored.normal([1.0, 0.0, 0.0]), [-1.0, 0.0, 0.0]);
    }

    #[test]
    fn faces_in_the_light_have_their_colour_and_others_the_ambient_part() {
        let light = Light {
            towards: [0.0, 1.0, 0.0],
            ambient: 0.25,
        };
        let shade = |n| light.shade([1.0, 0.5, 0.0, 1.0], n);
        assert_eq!(shade([0.0, 1.0, 0.0]), [255, 128, 0, 255]);
        assert_eq!(shade([0.0, -1.0, 0.0]), [64, 32, 0, 255]);
        assert_eq!(shade([1.0, 0.0, 0.0]), [64, 32, 0, 255]);
        let see_through = light.shade([1.0, 1.0, 1.0, 0.5], [0.0, 1.0, 0.0]);
        assert_eq!(see_through, [128; 4], "alpha is kept");
    }
}
