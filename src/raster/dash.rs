//! Dashes: a polyline cut into pieces.
//!
//! In: a flattened path and a pattern in user px. Out: the pieces that are on, as open subpaths. The
//! pattern starts anew at each subpath; an odd list is used twice; the offset shifts the start
//! backwards; in a closed subpath a dash that spans the start is one piece.

use super::flatten::{Polyline, Subpath, Vertex};

/// Most dashes of a path; beyond it the stroke is solid.
const MAX_DASHES: f64 = 100_000.0;

/// Whether a pattern was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dashed {
    /// No pattern, or one that means solid: nothing was written.
    Solid,
    /// More than the limit: nothing was written.
    TooMany,
    /// `out` has the pieces.
    Pieces,
}

/// Cuts `line` by `pattern` (lengths on, off, on, …) into `out`.
pub(super) fn dash(line: &Polyline, pattern: &[f32], offset: f32, out: &mut Polyline) -> Dashed {
    let sum: f64 = pattern.iter().map(|&v| f64::from(v)).sum();
    let legal = pattern.iter().all(|v| v.is_finite() && *v >= 0.0);
    if !legal || sum <= 0.0 {
        return Dashed::Solid;
    }
    let period = if pattern.len() % 2 == 1 {
        2.0 * sum
    } else {
        sum
    };
    let total: f64 = line.subpaths.iter().map(|s| length(line, s)).sum();
    let in_period = pattern.len().next_multiple_of(2) as f64 / 2.0;
    let dashes = total / period * in_period;
    if dashes.is_nan() || dashes > MAX_DASHES {
        return Dashed::TooMany;
    }
    out.clear();
    let offset = if offset.is_finite() {
        f64::from(offset)
    } else {
        0.0
    };
    for subpath in &line.subpaths {
        let mut cursor = Cursor::new(pattern, offset - (offset / period).floor() * period);
        cut(line, subpath, &mut cursor, out);
    }
    Dashed::Pieces
}

/// Where in the pattern we are.
struct Cursor<'a> {
    pattern: &'a [f32],
    index: usize,
    left: f64,
    on: bool,
}

impl<'a> Cursor<'a> {
    fn new(pattern: &'a [f32], mut offset: f64) -> Self {
        let mut cursor = Self {
            pattern,
            index: 0,
            left: f64::from(pattern[0]),
            on: true,
        };
        // The offset is below one period, so this ends; lengths of zero are passed over.
        while offset > 0.0 && offset >= cursor.left {
            offset -= cursor.left;
            cursor.advance();
        }
        cursor.left -= offset;
        cursor
    }

    fn advance(&mut self) {
        self.index = (self.index + 1) % self.pattern.len();
        self.left = f64::from(self.pattern[self.index]);
        self.on = !self.on;
    }
}

fn vertices<'a>(line: &'a Polyline, s: &Subpath) -> impl Iterator<Item = Vertex> + 'a {
    let closing = s.closed.then(|| line.points[s.start]);
    line.points[s.start..s.end].iter().copied().chain(closing)
}

fn length(line: &Polyline, s: &Subpath) -> f64 {
    let mut vertices = vertices(line, s);
    let Some(mut last) = vertices.next() else {
        return 0.0;
    };
    let mut sum = 0.0;
    for vertex in vertices {
        sum += apart(last.at, vertex.at);
        last = vertex;
    }
    sum
}

fn apart(a: [f64; 2], b: [f64; 2]) -> f64 {
    let (x, y) = (b[0] - a[0], b[1] - a[1]);
    (x * x + y * y).sqrt()
}

fn cut(line: &Polyline, subpath: &Subpath, cursor: &mut Cursor, out: &mut Polyline) {
    let first_piece = out.subpaths.len();
    let starts_on = cursor.on;
    let mut vertices = vertices(line, subpath);
    let Some(mut from) = vertices.next() else {
        return;
    };
    let mut switched = false;
    if cursor.on {
        out.push(from.at, from.smooth);
    }
    for to in vertices {
        let length = apart(from.at, to.at);
        let mut at = 0.0;
        while cursor.left < length - at {
            at += cursor.left;
            let t = at / length;
            let point: [f64; 2] = std::array::from_fn(|i| from.at[i] + (to.at[i] - from.at[i]) * t);
            out.push(point, false);
            if cursor.on {
                out.finish(false);
            }
            switched = true;
            cursor.advance();
        }
        cursor.left -= length - at;
        if cursor.on {
            out.push(to.at, to.smooth);
        }
        from = to;
    }
    let ends_on = cursor.on;
    if ends_on {
        out.finish(subpath.closed && !switched);
    }
    if subpath.closed && switched && starts_on && ends_on {
        join_ends(first_piece, out);
    }
}

/// Makes the last piece run on into the first one of the same subpath.
fn join_ends(first_piece: usize, out: &mut Polyline) {
    let first = out.subpaths[first_piece];
    if out.subpaths.len() - first_piece < 2 {
        return;
    }
    // The first point repeats the last one of the piece before.
    for i in first.start + 1..first.end {
        out.points.push(out.points[i]);
    }
    let end = out.points.len();
    if let Some(last) = out.subpaths.last_mut() {
        last.end = end;
    }
    let count = first.end - first.start;
    out.points.drain(first.start..first.end);
    out.subpaths.remove(first_piece);
    for piece in &mut out.subpaths[first_piece..] {
        piece.start -= count;
        piece.end -= count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[[f64; 2]], closed: bool) -> Polyline {
        let mut line = Polyline::default();
        for p in points {
            line.push(*p, false);
        }
        line.finish(closed);
        line
    }

    fn pieces(line: &Polyline, pattern: &[f32], offset: f32) -> Vec<Vec<[f64; 2]>> {
        let mut out = Polyline::default();
        assert_eq!(dash(line, pattern, offset, &mut out), Dashed::Pieces);
        let points = |s: &Subpath| out.points[s.start..s.end].iter().map(|v| v.at).collect();
        out.subpaths.iter().map(points).collect()
    }

    #[test]
    fn a_line_is_cut_at_the_lengths() {
        let l = line(&[[0.0, 0.0], [10.0, 0.0]], false);
        assert_eq!(
            pieces(&l, &[3.0, 2.0], 0.0),
            [[[0.0, 0.0], [3.0, 0.0]], [[5.0, 0.0], [8.0, 0.0]]]
        );
        assert_eq!(
            pieces(&l, &[3.0, 2.0], 1.0),
            [
                [[0.0, 0.0], [2.0, 0.0]],
                [[4.0, 0.0], [7.0, 0.0]],
                [[9.0, 0.0], [10.0, 0.0]]
            ]
        );
        assert_eq!(pieces(&l, &[3.0, 2.0], -4.0), pieces(&l, &[3.0, 2.0], 1.0));
        // An odd list is used twice: 4 on, 4 off.
        assert_eq!(
            pieces(&l, &[4.0], 0.0),
            [[[0.0, 0.0], [4.0, 0.0]], [[8.0, 0.0], [10.0, 0.0]]]
        );
    }

    #[test]
    fn a_dash_over_the_start_of_a_closed_subpath_is_one_piece() {
        let l = line(&[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]], true);
        assert_eq!(
            pieces(&l, &[4.0, 4.0], 2.0),
            [
                vec![[4.0, 2.0], [4.0, 4.0], [2.0, 4.0]],
                vec![[0.0, 2.0], [0.0, 0.0], [2.0, 0.0]]
            ]
        );
    }

    #[test]
    fn senseless_patterns_are_solid_and_endless_ones_refused() {
        let l = line(&[[0.0, 0.0], [1e9, 0.0]], false);
        let mut out = Polyline::default();
        for pattern in [vec![], vec![0.0, 0.0], vec![1.0, -1.0], vec![f32::NAN]] {
            assert_eq!(dash(&l, &pattern, 0.0, &mut out), Dashed::Solid);
        }
        assert_eq!(dash(&l, &[1.0, 1.0], 0.0, &mut out), Dashed::TooMany);
        assert_eq!(dash(&l, &[1.0, 1e30], f32::MAX, &mut out), Dashed::Pieces);
    }
}
