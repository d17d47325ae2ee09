//! Profiles: the outlines that meshes are extruded from.
//!
//! In: a recipe. Out: the corners of one closed polygon in the xy-plane, y up, counter-clockwise seen
//! from +z, without repeated points; none where the outline has no area.

use crate::math::Real;
use crate::path::{Cmd, PathData, curve};

/// What a profile is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Profile {
    /// A polygon with that many corners, the first at 0°.
    Circle { radius: f64, corners: u32 },
    /// A polygon with that many corners, the first at +90°.
    Ngon { radius: f64, corners: u32 },
    /// 2·corners corners at `radius` and `inner`·`radius` in turn, the first at +90°.
    Star {
        radius: f64,
        corners: u32,
        /// 0.05…0.95
        inner: f64,
    },
    /// The first subpath, its y turned up.
    Path(PathData),
}

impl Profile {
    /// The corners.
    pub(super) fn polygon(&self) -> Vec<[f64; 2]> {
        let mut corners = self.outline();
        merge(&mut corners);
        let area = signed_area(&corners);
        // The comparison also catches NaN.
        if corners.len() < 3 || !(area.abs() > 0.0 && area.is_finite()) {
            return Vec::new();
        }
        if area < 0.0 {
            corners.reverse();
        }
        corners
    }

    fn outline(&self) -> Vec<[f64; 2]> {
        match *self {
            Self::Circle { radius, corners } => ring(corners, 0.0, |_| radius),
            Self::Ngon { radius, corners } => ring(corners, 0.25, |_| radius),
            Self::Star {
                radius,
                corners,
                inner,
            } => ring(2 * corners, 0.25, |i| match i % 2 {
                0 => radius,
                _ => radius * inner,
            }),
            Self::Path(ref path) => first_subpath(path),
        }
    }
}

/// Corners about the origin, counter-clockwise from a number of turns on.
fn ring(corners: u32, start: f64, radius: impl Fn(u32) -> f64) -> Vec<[f64; 2]> {
    let corner = |i: u32| {
        let turns = start + f64::from(i) / f64::from(corners);
        let r = radius(i);
        [r * Real::cos_turns(turns), r * Real::sin_turns(turns)]
    };
    (0..corners).map(corner).collect()
}

/// The first subpath as points, curves cut to within 1/500 of the outline's radius.
fn first_subpath(path: &PathData) -> Vec<[f64; 2]> {
    let tolerance = radius_of(path) / 500.0;
    let mut points = path.pts.iter().map(|&[x, y]| [f64::from(x), -f64::from(y)]);
    let mut corners: Vec<[f64; 2]> = Vec::new();
    let mut last = [0.0; 2];
    for (i, cmd) in path
        .cmds
        .iter()
        .filter_map(|&b| Cmd::from_byte(b))
        .enumerate()
    {
        let mut next = || points.next().unwrap_or_default();
        match cmd {
            Cmd::M if i > 0 => break,
            Cmd::M | Cmd::L => corners.push(next()),
            Cmd::Q => {
                let p = [last, next(), next()];
                let n = curve::quadratic_pieces(curve::bend(p[0], p[1], p[2]), tolerance);
                cut(&mut corners, n, |t| curve::quadratic_at(&p, t));
                corners.push(p[2]);
            }
            Cmd::C => {
                let p = [last, next(), next(), next()];
                let bend = curve::bend(p[0], p[1], p[2]).max(curve::bend(p[1], p[2], p[3]));
                let n = curve::cubic_pieces(bend, tolerance);
                cut(&mut corners, n, |t| curve::cubic_at(&p, t));
                corners.push(p[3]);
            }
            Cmd::Z => break,
        }
        last = corners.last().copied().unwrap_or_default();
    }
    corners
}

fn cut(corners: &mut Vec<[f64; 2]>, pieces: u32, at: impl Fn(f64) -> [f64; 2]) {
    corners.extend((1..pieces).map(|k| at(f64::from(k) / f64::from(pieces))));
}

/// Half the larger side of the box about all points.
fn radius_of(path: &PathData) -> f64 {
    let side = |axis: usize| {
        let values = path.pts.iter().map(|p| f64::from(p[axis]));
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
            (low.min(v), high.max(v))
        });
        high - low
    };
    side(0).max(side(1)) / 2.0
}

/// Leaves out corners that repeat the one before them, also around the end.
fn merge(corners: &mut Vec<[f64; 2]>) {
    let reach = corners
        .iter()
        .flatten()
        .fold(0.0, |most: f64, v| most.max(v.abs()));
    // Ends of curves that should meet differ by roundings.
    let same = |a: [f64; 2], b: [f64; 2]| (0..2).all(|i| (a[i] - b[i]).abs() <= 1e-9 * reach);
    corners.dedup_by(|b, a| same(*a, *b));
    while let [first, .., last] = corners[..]
        && same(first, last)
    {
        corners.pop();
    }
}

/// Twice the area, positive counter-clockwise with y up.
fn signed_area(corners: &[[f64; 2]]) -> f64 {
    let next = corners.iter().cycle().skip(1);
    let pairs = corners.iter().zip(next);
    pairs.map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(cmds: &[u8], pts: &[[f32; 2]]) -> Profile {
        Profile::Path(PathData {
            cmds: cmds.to_vec(),
            pts: pts.to_vec(),
        })
    }

    #[track_caller]
    fn close(got: &[[f64; 2]], want: &[[f64; 2]]) {
        assert_eq!(got.len(), want.len(), "{got:?}");
        for (a, b) in got.iter().zip(want) {
            assert!(
                (0..2).all(|i| (a[i] - b[i]).abs() < 1e-12),
                "{got:?} is not {want:?}"
            );
        }
    }

    #[test]
    fn every_profile_runs_counter_clockwise() {
        let profiles = [
            Profile::Circle {
                radius: 2.0,
                corners: 24,
            },
            Profile::Circle {
                radius: -2.0,
                corners: 3,
            },
            Profile::Ngon {
                radius: 1.0,
                corners: 6,
            },
            Profile::Star {
                radius: 1.0,
                corners: 5,
                inner: 0.4,
            },
            path(
                &[0, 1, 1, 1, 4],
                &[[0.0, 0.0], [0.0, 2.0], [3.0, 2.0], [3.0, 0.0]],
            ),
            path(
                &[0, 1, 1, 1, 4],
                &[[0.0, 0.0], [3.0, 0.0], [3.0, 2.0], [0.0, 2.0]],
            ),
        ];
        for profile in profiles {
            assert!(signed_area(&profile.polygon()) > 0.0, "{profile:?}");
        }
    }

    #[test]
    fn corners_stand_where_they_should() {
        let (s, h) = (0.75f64.sqrt(), 0.5);
        let triangle = Profile::Ngon {
            radius: 1.0,
            corners: 3,
        };
        close(&triangle.polygon(), &[[0.0, 1.0], [-s, -h], [s, -h]]);
        let square = Profile::Circle {
            radius: 1.0,
            corners: 4,
        };
        close(
            &square.polygon(),
            &[[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]],
        );
        let star = Profile::Star {
            radius: 1.0,
            corners: 5,
            inner: 0.5,
        }
        .polygon();
        assert_eq!(star.len(), 10);
        close(&star[..1], &[[0.0, 1.0]]);
        close(
            &[[star[1][0].abs(), star[1][1]]],
            &[[0.293892626146237, 0.404508497187474]],
        );
    }

    #[test]
    fn a_path_is_its_first_subpath_without_repeated_points() {
        let twice = [
            [0.0, 0.0],
            [2.0, 0.0],
            [2.0, 0.0],
            [2.0, 2.0],
            [0.0, 0.0],
            [9.0, 9.0],
        ];
        let profile = path(&[0, 1, 1, 1, 1, 0], &twice);
        close(&profile.polygon(), &[[2.0, -2.0], [2.0, 0.0], [0.0, 0.0]]);
    }

    #[test]
    fn curves_stay_within_their_tolerance() {
        // The box about the points is 2 px wide, so its radius is 1.
        let bow = path(&[0, 2, 4], &[[-1.0, 0.0], [0.0, -2.0], [1.0, 0.0]]);
        let corners = bow.polygon();
        let p = [[-1.0, 0.0], [0.0, 2.0], [1.0, 0.0]];
        let far = (0..=1000).map(|i| curve::quadratic_at(&p, f64::from(i) / 1000.0));
        for at in far {
            let nearest = corners
                .windows(2)
                .map(|w| {
                    let (dx, dy) = (w[1][0] - w[0][0], w[1][1] - w[0][1]);
                    let u = ((at[0] - w[0][0]) * dx + (at[1] - w[0][1]) * dy) / (dx * dx + dy * dy);
                    let u = u.clamp(0.0, 1.0);
                    let d = [at[0] - w[0][0] - u * dx, at[1] - w[0][1] - u * dy];
                    (d[0] * d[0] + d[1] * d[1]).sqrt()
                })
                .fold(f64::INFINITY, f64::min);
            assert!(nearest <= 1.0 / 500.0 + 1e-12, "{nearest} at {at:?}");
        }
        assert!((10..40).contains(&corners.len()), "{}", corners.len());
    }

    #[test]
    fn nothing_without_an_area_is_a_profile() {
        let flat = [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]];
        for profile in [
            Profile::Circle {
                radius: 0.0,
                corners: 8,
            },
            path(&[0, 1, 1], &flat),
            path(&[0], &flat[..1]),
            path(&[], &[]),
        ] {
            assert!(profile.polygon().is_empty(), "{profile:?}");
        }
    }
}
