//! Curves to lines.
//!
//! In: path data and where it goes. Out: a [`Polyline`]. Curves are cut uniformly in the parameter so
//! that no chord is farther than 1/50 device px from its curve: with τ = 1/50,
//! ⌈√(|p₀ − 2p₁ + p₂|/(4τ))⌉ pieces for a quadratic,
//! ⌈√(0.75·max(|p₀ − 2p₁ + p₂|, |p₁ − 2p₂ + p₃|)/τ)⌉ for a cubic and ⌈|a|/2·√(r/(2τ))⌉ for an arc of
//! angle a, at most 4096 each. Points are computed at k/n, not by stepping.

use super::affine::Affine;
use crate::render_tree::{Cmd, PathData};

/// Largest distance of a chord from its curve, device px.
pub(super) const TOLERANCE: f64 = 1.0 / 50.0;
/// Most pieces of one curve.
pub(super) const MAX_PIECES: u32 = 4096;

/// Subpaths as points.
#[derive(Debug, Default)]
pub(super) struct Polyline {
    pub(super) points: Vec<Vertex>,
    pub(super) subpaths: Vec<Subpath>,
}

/// A point, and whether it lies inside a flattened curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vertex {
    pub(super) at: [f64; 2],
    pub(super) smooth: bool,
}

/// A range of points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Subpath {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) closed: bool,
}

impl Polyline {
    pub(super) fn clear(&mut self) {
        self.points.clear();
        self.subpaths.clear();
    }

    pub(super) fn push(&mut self, at: [f64; 2], smooth: bool) {
        self.points.push(Vertex { at, smooth });
    }

    /// Ends the subpath that began after the last one.
    pub(super) fn finish(&mut self, closed: bool) {
        let start = self.subpaths.last().map_or(0, |s| s.end);
        if self.points.len() > start {
            self.subpaths.push(Subpath {
                start,
                end: self.points.len(),
                closed,
            });
        }
    }

    /// Replaces the content by `path`, moved by `place`; `device` maps from there to device space and
    /// decides how finely curves are cut.
    pub(super) fn flatten(&mut self, path: &PathData, place: &Affine, device: &Affine) {
        self.clear();
        let mut points = path
            .pts
            .iter()
            .map(|p| place.apply([f64::from(p[0]), f64::from(p[1])]));
        let mut start = [0.0; 2];
        let mut last = [0.0; 2];
        let mut open = false;
        for cmd in path.cmds.iter().filter_map(|&byte| Cmd::from_byte(byte)) {
            let mut next = || points.next().unwrap_or(last);
            match cmd {
                Cmd::M => {
                    self.finish(false);
                    start = next();
                    last = start;
                    self.push(start, false);
                    open = true;
                    continue;
                }
                Cmd::Z => {
                    self.finish(true);
                    last = start;
                    open = false;
                    continue;
                }
                _ => {}
            }
            if !open {
                self.push(start, false);
                open = true;
            }
            match cmd {
                Cmd::Q => {
                    let p = [last, next(), next()];
                    let pieces = quadratic_pieces(&p, device);
                    self.cut(pieces, |t| quadratic_at(&p, t));
                    last = p[2];
                }
                Cmd::C => {
                    let p = [last, next(), next(), next()];
                    let pieces = cubic_pieces(&p, device);
                    self.cut(pieces, |t| cubic_at(&p, t));
                    last = p[3];
                }
                _ => last = next(),
            }
            self.push(last, false);
        }
        self.finish(false);
    }

    fn cut(&mut self, pieces: u32, at: impl Fn(f64) -> [f64; 2]) {
        for k in 1..pieces {
            self.push(at(f64::from(k) / f64::from(pieces)), true);
        }
    }
}

/// Pieces of the curves of a path, lines counted as one; the points of the flattened path.
pub(super) fn count_pieces(path: &PathData, place: &Affine) -> u64 {
    let mut points = path
        .pts
        .iter()
        .map(|p| place.apply([f64::from(p[0]), f64::from(p[1])]));
    let mut last = [0.0; 2];
    let mut total = 0u64;
    for cmd in path.cmds.iter().filter_map(|&byte| Cmd::from_byte(byte)) {
        let mut next = || points.next().unwrap_or(last);
        match cmd {
            Cmd::M | Cmd::L => {
                last = next();
                total += 1;
            }
            Cmd::Q => {
                let p = [last, next(), next()];
                total += u64::from(quadratic_pieces(&p, &Affine::IDENTITY));
                last = p[2];
            }
            Cmd::C => {
                let p = [last, next(), next(), next()];
                total += u64::from(cubic_pieces(&p, &Affine::IDENTITY));
                last = p[3];
            }
            Cmd::Z => {}
        }
    }
    total
}

/// Pieces of a whole circle of a device radius: at least 8, a multiple of 4.
pub(super) fn circle_pieces(radius: f64) -> u32 {
    let n = (std::f64::consts::PI * (radius / (2.0 * TOLERANCE)).sqrt()).ceil();
    (n.clamp(8.0, f64::from(MAX_PIECES)) as u32).next_multiple_of(4)
}

fn pieces(square: f64) -> u32 {
    // A NaN becomes 1.
    square.sqrt().ceil().max(1.0).min(f64::from(MAX_PIECES)) as u32
}

/// |a − 2b + c| in device space.
fn bend(a: [f64; 2], b: [f64; 2], c: [f64; 2], device: &Affine) -> f64 {
    let (x, y) = (a[0] - 2.0 * b[0] + c[0], a[1] - 2.0 * b[1] + c[1]);
    let (x, y) = (device.a * x + device.c * y, device.b * x + device.d * y);
    (x * x + y * y).sqrt()
}

fn quadratic_pieces(p: &[[f64; 2]; 3], device: &Affine) -> u32 {
    pieces(bend(p[0], p[1], p[2], device) / (4.0 * TOLERANCE))
}

fn cubic_pieces(p: &[[f64; 2]; 4], device: &Affine) -> u32 {
    let (first, second) = (
        bend(p[0], p[1], p[2], device),
        bend(p[1], p[2], p[3], device),
    );
    pieces(0.75 * first.max(second) / TOLERANCE)
}

fn quadratic_at(p: &[[f64; 2]; 3], t: f64) -> [f64; 2] {
    let u = 1.0 - t;
    let w = [u * u, 2.0 * u * t, t * t];
    std::array::from_fn(|i| w[0] * p[0][i] + w[1] * p[1][i] + w[2] * p[2][i])
}

fn cubic_at(p: &[[f64; 2]; 4], t: f64) -> [f64; 2] {
    let u = 1.0 - t;
    let w = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
    std::array::from_fn(|i| w[0] * p[0][i] + w[1] * p[1][i] + w[2] * p[2][i] + w[3] * p[3][i])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_the_formulas() {
        assert_eq!(circle_pieces(100.0), 160);
        assert_eq!(circle_pieces(0.001), 8);
        let p = [[0.0, 0.0], [50.0, 100.0], [100.0, 0.0]];
        assert_eq!(quadratic_pieces(&p, &Affine::IDENTITY), 50);
        let far = [[0.0, 0.0], [1e300, 100.0], [100.0, 0.0]];
        assert_eq!(quadratic_pieces(&far, &Affine::IDENTITY), MAX_PIECES);
    }

    #[test]
    fn chords_stay_within_the_tolerance() {
        let p = [[3.0, 4.0], [120.0, -60.0], [-50.0, 90.0], [80.0, 70.0]];
        let n = cubic_pieces(&p, &Affine::IDENTITY);
        for k in 0..n {
            let at = |i: f64| cubic_at(&p, i / f64::from(n));
            let (a, b, middle) = (at(k.into()), at(f64::from(k) + 1.0), at(f64::from(k) + 0.5));
            let (x, y) = (
                (a[0] + b[0]) / 2.0 - middle[0],
                (a[1] + b[1]) / 2.0 - middle[1],
            );
            assert!((x * x + y * y).sqrt() <= TOLERANCE);
        }
    }

    #[test]
    fn a_new_subpath_after_a_close_begins_where_the_closed_one_did() {
        let path = PathData {
            cmds: vec![0, 1, 1, 4, 1],
            pts: vec![[1.0, 1.0], [5.0, 1.0], [5.0, 5.0], [9.0, 9.0]],
        };
        let mut line = Polyline::default();
        line.flatten(&path, &Affine::IDENTITY, &Affine::IDENTITY);
        assert_eq!(line.subpaths.len(), 2);
        assert!(line.subpaths[0].closed && !line.subpaths[1].closed);
        assert_eq!(line.points[3].at, [1.0, 1.0]);
        assert_eq!(line.points[4].at, [9.0, 9.0]);
    }
}
