//! Solids: a profile extruded along z, face by face.
//!
//! Front vertices are `(p, +h/2)`, back ones `(p, −h/2)`; in lists the front ones come first. Faces are
//! polygons, counter-clockwise seen from outside: side i from corner i to the next, then the front,
//! then the back. Nothing here depends on a frame.

use crate::math::vec::normalize;

/// A profile extruded.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Solid {
    profile: Vec<[f64; 2]>,
    /// Half the depth.
    half: f64,
    caps: Caps,
}

/// Which ends are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Caps {
    pub(super) front: bool,
    pub(super) back: bool,
}

impl Caps {
    /// From its word.
    pub(super) fn named(word: &str) -> Self {
        Self {
            front: matches!(word, "both" | "front"),
            back: matches!(word, "both" | "back"),
        }
    }
}

impl Solid {
    /// Corners run counter-clockwise seen from +z.
    pub(super) fn new(profile: Vec<[f64; 2]>, depth: f64, caps: Caps) -> Self {
        Self {
            profile,
            half: depth / 2.0,
            caps,
        }
    }

    /// Whether the profile has no area, so that there is no solid.
    pub(super) fn is_empty(&self) -> bool {
        self.profile.is_empty()
    }

    /// Whether nobody can look inside.
    pub(super) fn is_closed(&self) -> bool {
        self.caps.front && self.caps.back
    }

    /// Corners of the profile.
    pub(super) fn corners(&self) -> usize {
        self.profile.len()
    }

    /// How many faces there are.
    pub(super) fn faces(&self) -> usize {
        match self.is_empty() {
            true => 0,
            false => self.corners() + usize::from(self.caps.front) + usize::from(self.caps.back),
        }
    }

    /// All vertices, the front ones first.
    pub(super) fn vertices(&self) -> impl Iterator<Item = [f64; 3]> {
        let ring = |z: f64| self.profile.iter().map(move |&[x, y]| [x, y, z]);
        ring(self.half).chain(ring(-self.half))
    }

    /// The numbers of all faces: sides 0…m−1, front m, back m + 1.
    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> {
        let m = self.corners();
        let front = self.caps.front.then_some(m);
        let back = self.caps.back.then_some(m + 1);
        (0..m).chain(front).chain(back)
    }

    /// How many vertices a face has.
    pub(super) fn sides(&self, face: usize) -> usize {
        if face < self.corners() {
            4
        } else {
            self.corners()
        }
    }

    /// Place in the list of vertices of vertex `k` of a face.
    pub(super) fn vertex(&self, face: usize, k: usize) -> usize {
        let m = self.corners();
        if face == m {
            k
        } else if face > m {
            2 * m - 1 - k
        } else {
            let next = (face + 1) % m;
            [m + face, m + next, next, face][k]
        }
    }

    /// The direction that a face looks in.
    pub(super) fn normal(&self, face: usize) -> [f64; 3] {
        let m = self.corners();
        if face == m {
            [0.0, 0.0, 1.0]
        } else if face > m {
            [0.0, 0.0, -1.0]
        } else {
            let (a, b) = (self.profile[face], self.profile[(face + 1) % m]);
            normalize([b[1] - a[1], a[0] - b[0], 0.0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::vec::{cross, dot};

    fn cube(caps: &str) -> Solid {
        let square = vec![[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];
        Solid::new(square, 2.0, Caps::named(caps))
    }

    fn polygon(solid: &Solid, face: usize) -> Vec<[f64; 3]> {
        let vertices: Vec<_> = solid.vertices().collect();
        (0..solid.sides(face))
            .map(|k| vertices[solid.vertex(face, k)])
            .collect()
    }

    #[test]
    fn the_side_of_a_cube() {
        let cube = cube("both");
        let want = [
            [1.0, -1.0, -1.0],
            [1.0, 1.0, -1.0],
            [1.0, 1.0, 1.0],
            [1.0, -1.0, 1.0],
        ];
        assert_eq!(polygon(&cube, 1), want);
        assert_eq!(cube.normal(1), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn faces_are_counter_clockwise_from_outside() {
        let cube = cube("both");
        assert_eq!(cube.numbers().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
        for face in cube.numbers() {
            let p = polygon(&cube, face);
            let edge = |i: usize| std::array::from_fn(|k| p[i + 1][k] - p[i][k]);
            let across = cross(edge(0), edge(1));
            assert!(dot(across, cube.normal(face)) > 0.0, "face {face}");
            // Outside is away from the middle.
            assert!(dot(p[0], cube.normal(face)) > 0.0, "face {face}");
        }
    }

    #[test]
    fn caps_are_left_out_by_word() {
        let numbers = |caps: &str| cube(caps).numbers().collect::<Vec<_>>();
        assert_eq!(numbers("front"), [0, 1, 2, 3, 4]);
        assert_eq!(numbers("back"), [0, 1, 2, 3, 5]);
        assert_eq!(numbers("none"), [0, 1, 2, 3]);
        assert_eq!(
            ["both", "front", "back", "none"].map(|c| cube(c).faces()),
            [6, 5, 5, 4]
        );
        assert!(cube("both").is_closed() && !cube("front").is_closed());
    }
}
