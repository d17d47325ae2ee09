//! Outlines in f64, and curves cut to lines.
//!
//! In: path data and where it goes. Out: [`Segment`]s, or a [`Polyline`] where lines are needed: for the
//! length of a dashed line, and for outlines far beyond the picture. Curves are cut so that no chord is
//! farther than 1/50 device px from its curve (see `path::curve`), circles of radius r into
//! ⌈π·√(r/(2/50))⌉ pieces.

use super::affine::Affine;
use crate::path::curve::{self, MAX_PIECES, cubic_at, quadratic_at};
use crate::render_tree::{Cmd, PathData};

/// Largest distance of a chord from its curve, device px.
const TOLERANCE: f64 = 1.0 / 50.0;

/// One step of an outline. Every subpath begins with a `Move`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Segment {
    Move([f64; 2]),
    Line([f64; 2]),
    Quad([[f64; 2]; 2]),
    Cubic([[f64; 2]; 3]),
    Close,
}

impl Segment {
    /// Its points, the last one where it ends.
    pub(super) fn points(&self) -> &[[f64; 2]] {
        match self {
            Self::Move(p) | Self::Line(p) => std::slice::from_ref(p),
            Self::Quad(p) => p,
            Self::Cubic(p) => p,
            Self::Close => &[],
        }
    }
}

/// Replaces `outline` by a path under a map.
pub(super) fn trace(path: &PathData, map: &Affine, outline: &mut Vec<Segment>) {
    outline.clear();
    let mut points = path
        .pts
        .iter()
        .map(|p| map.apply([f64::from(p[0]), f64::from(p[1])]));
    let mut start = [0.0; 2];
    let mut last = [0.0; 2];
    let mut open = false;
    for cmd in path.cmds.iter().filter_map(|&byte| Cmd::from_byte(byte)) {
        let mut next = || points.next().unwrap_or(last);
        // After a close the next subpath begins where the closed one did.
        if !open && !matches!(cmd, Cmd::M | Cmd::Z) {
            outline.push(Segment::Move(start));
            open = true;
        }
        let segment = match cmd {
            Cmd::M => {
                start = next();
                open = true;
                Segment::Move(start)
            }
            Cmd::L => Segment::Line(next()),
            Cmd::Q => Segment::Quad([next(), next()]),
            Cmd::C => Segment::Cubic([next(), next(), next()]),
            Cmd::Z if open => {
                open = false;
                Segment::Close
            }
            Cmd::Z => continue,
        };
        last = segment.points().last().copied().unwrap_or(start);
        outline.push(segment);
    }
}

/// The subpaths of an outline.
pub(super) fn subpaths(outline: &[Segment]) -> impl Iterator<Item = &[Segment]> {
    outline.chunk_by(|_, next| !matches!(next, Segment::Move(_)))
}

/// The box about all points, which bounds the curves too.
pub(super) fn extent(outline: &[Segment], map: &Affine) -> ([f64; 2], [f64; 2]) {
    let mut min = [f64::INFINITY; 2];
    let mut max = [f64::NEG_INFINITY; 2];
    for p in outline.iter().flat_map(Segment::points) {
        let p = map.apply(*p);
        for axis in 0..2 {
            min[axis] = min[axis].min(p[axis]);
            max[axis] = max[axis].max(p[axis]);
        }
    }
    (min, max)
}

/// Subpaths as points.
#[derive(Debug, Default)]
pub(super) struct Polyline {
    points: Vec<[f64; 2]>,
    ends: Vec<(usize, bool)>,
}

impl Polyline {
    /// Replaces the content by `outline`; `device` maps from there to device space and decides how
    /// finely curves are cut.
    pub(super) fn flatten(&mut self, outline: &[Segment], device: &Affine) {
        self.points.clear();
        self.ends.clear();
        let mut last = [0.0; 2];
        for segment in outline {
            match *segment {
                Segment::Move(p) => {
                    self.finish(false);
                    self.points.push(p);
                }
                Segment::Line(p) => self.points.push(p),
                Segment::Quad([b, c]) => {
                    let p = [last, b, c];
                    self.cut(quadratic_pieces(&p, device), |t| quadratic_at(&p, t));
                    self.points.push(c);
                }
                Segment::Cubic([b, c, d]) => {
                    let p = [last, b, c, d];
                    self.cut(cubic_pieces(&p, device), |t| cubic_at(&p, t));
                    self.points.push(d);
                }
                Segment::Close => self.finish(true),
            }
            last = segment.points().last().copied().unwrap_or(last);
        }
        self.finish(false);
    }

    fn finish(&mut self, closed: bool) {
        let start = self.ends.last().map_or(0, |end| end.0);
        if self.points.len() > start {
            self.ends.push((self.points.len(), closed));
        }
    }

    fn cut(&mut self, pieces: u32, at: impl Fn(f64) -> [f64; 2]) {
        let middle = (1..pieces).map(|k| at(f64::from(k) / f64::from(pieces)));
        self.points.extend(middle);
    }

    /// The points of each subpath, and whether it is closed.
    pub(super) fn subpaths(&self) -> impl Iterator<Item = (&[[f64; 2]], bool)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|end| end.0));
        let ranges = starts.zip(&self.ends);
        ranges.map(|(start, &(end, closed))| (&self.points[start..end], closed))
    }

    /// The length of all subpaths, closing lines included.
    pub(super) fn length(&self) -> f64 {
        let subpath = |(points, closed): (&[[f64; 2]], bool)| {
            let lines: f64 = points.windows(2).map(|p| distance(p[0], p[1])).sum();
            match points {
                [first, .., last] if closed => lines + distance(*last, *first),
                _ => lines,
            }
        };
        self.subpaths().map(subpath).sum()
    }
}

/// From `a` to `b`.
pub(super) fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    let (x, y) = (b[0] - a[0], b[1] - a[1]);
    (x * x + y * y).sqrt()
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

/// |a − 2b + c| in device space.
fn bend(a: [f64; 2], b: [f64; 2], c: [f64; 2], device: &Affine) -> f64 {
    let (x, y) = (a[0] - 2.0 * b[0] + c[0], a[1] - 2.0 * b[1] + c[1]);
    let (x, y) = (device.a * x + device.c * y, device.b * x + device.d * y);
    (x * x + y * y).sqrt()
}

fn quadratic_pieces(p: &[[f64; 2]; 3], device: &Affine) -> u32 {
    curve::quadratic_pieces(bend(p[0], p[1], p[2], device), TOLERANCE)
}

fn cubic_pieces(p: &[[f64; 2]; 4], device: &Affine) -> u32 {
    let (first, second) = (
        bend(p[0], p[1], p[2], device),
        bend(p[1], p[2], p[3], device),
    );
    curve::cubic_pieces(first.max(second), TOLERANCE)
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
        let mut outline = Vec::new();
        trace(&path, &Affine::IDENTITY, &mut outline);
        let mut line = Polyline::default();
        line.flatten(&outline, &Affine::IDENTITY);
        let subpaths: Vec<_> = line.subpaths().collect();
        assert_eq!(
            subpaths,
            [
                (&[[1.0, 1.0], [5.0, 1.0], [5.0, 5.0]][..], true),
                (&[[1.0, 1.0], [9.0, 9.0]][..], false),
            ]
        );
        assert!((line.length() - 8.0 - 288f64.sqrt()).abs() < 1e-12);
    }
}
