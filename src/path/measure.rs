//! Where on an outline a number from 0 to 1 is, by length or by parameter.
//!
//! Segments are the lines and curves of all subpaths in order; Z is one only if it closes a gap.
//! Lines are measured exactly, curves in 16 equal spans of their parameter, each by five-point
//! Gauss–Legendre quadrature of |B′|. All in f64.

use super::{Cmd, PathData};

/// Spans of the parameter of a curve.
const SPANS: usize = 16;

/// Nodes and weights of Gauss–Legendre quadrature on [−1, 1].
const GAUSS: [(f64, f64); 5] = [
    (-0.906_179_845_938_664, 0.236_926_885_056_189_08),
    (-0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
    (0.0, 0.568_888_888_888_888_9),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
    (0.906_179_845_938_664, 0.236_926_885_056_189_08),
];

/// A line (2 points), quadratic (3) or cubic (4), and how long it is.
#[derive(Debug, Clone, Copy)]
struct Segment {
    points: [[f64; 2]; 4],
    order: usize,
    length: f64,
}

/// An outline with its lengths.
#[derive(Debug, Clone, Default)]
pub struct Measure {
    segments: Vec<Segment>,
    start: [f64; 2],
    total: f64,
}

impl Measure {
    /// Measures an outline.
    pub fn new(path: &PathData) -> Self {
        let mut measure = Self::default();
        let mut points = path.pts.iter().map(|p| p.map(f64::from));
        let (mut here, mut open) = ([0.0; 2], [0.0; 2]);
        for (i, cmd) in path
            .cmds
            .iter()
            .filter_map(|&b| Cmd::from_byte(b))
            .enumerate()
        {
            let mut next = || points.next().unwrap_or_default();
            match cmd {
                Cmd::M => {
                    here = next();
                    open = here;
                    if i == 0 {
                        measure.start = here;
                    }
                    continue;
                }
                Cmd::L => measure.push(&[here, next()]),
                Cmd::Q => measure.push(&[here, next(), next()]),
                Cmd::C => measure.push(&[here, next(), next(), next()]),
                Cmd::Z if here != open => measure.push(&[here, open]),
                Cmd::Z => continue,
            }
            here = measure.segments.last().map_or(here, Segment::end);
        }
        measure
    }

    fn push(&mut self, points: &[[f64; 2]]) {
        let mut segment = Segment {
            points: [[0.0; 2]; 4],
            order: points.len() - 1,
            length: 0.0,
        };
        segment.points[..points.len()].copy_from_slice(points);
        segment.length = segment.measure();
        self.total += segment.length;
        self.segments.push(segment);
    }

    /// Length of all segments.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// Length of each segment, in order.
    pub fn lengths(&self) -> impl Iterator<Item = f64> + '_ {
        self.segments.iter().map(|s| s.length)
    }

    /// The point at `u` (clamped to 0…1) of the total length; within 10⁻⁹ of it. The first point of
    /// an outline without segments, NaN for NaN.
    pub fn even(&self, u: f64) -> [f64; 2] {
        if u.is_nan() {
            return [f64::NAN; 2];
        }
        let mut target = u.clamp(0.0, 1.0) * self.total;
        for segment in &self.segments {
            if target <= segment.length {
                return segment.at_length(target, self.total * 1e-9);
            }
            target -= segment.length;
        }
        self.segments.last().map_or(self.start, Segment::end)
    }

    /// The point at `u` (clamped to 0…1), each segment taking the same share of it. The first point
    /// of an outline without segments, NaN for NaN.
    pub fn parametric(&self, u: f64) -> [f64; 2] {
        if u.is_nan() {
            return [f64::NAN; 2];
        }
        let Some(last) = self.segments.len().checked_sub(1) else {
            return self.start;
        };
        let v = u.clamp(0.0, 1.0) * self.segments.len() as f64;
        let j = (v as usize).min(last);
        self.segments[j].at(v - j as f64)
    }
}

impl Segment {
    fn end(&self) -> [f64; 2] {
        self.points[self.order]
    }

    /// The point at a parameter.
    fn at(&self, t: f64) -> [f64; 2] {
        let s = 1.0 - t;
        let [a, b, c, d] = self.points;
        std::array::from_fn(|k| match self.order {
            1 => a[k] + (b[k] - a[k]) * t,
            2 => s * s * a[k] + 2.0 * s * t * b[k] + t * t * c[k],
            _ => {
                s * s * s * a[k]
                    + 3.0 * s * s * t * b[k]
                    + 3.0 * s * t * t * c[k]
                    + t * t * t * d[k]
            }
        })
    }

    /// |B′| at a parameter of a curve.
    fn speed(&self, t: f64) -> f64 {
        let s = 1.0 - t;
        let [a, b, c, d] = self.points;
        let v: [f64; 2] = std::array::from_fn(|k| match self.order {
            2 => 2.0 * (s * (b[k] - a[k]) + t * (c[k] - b[k])),
            _ => {
                3.0 * (s * s * (b[k] - a[k]) + 2.0 * s * t * (c[k] - b[k]) + t * t * (d[k] - c[k]))
            }
        });
        length(v)
    }

    /// Length of a curve between two parameters of one span.
    fn between(&self, from: f64, to: f64) -> f64 {
        let (half, middle) = ((to - from) / 2.0, (to + from) / 2.0);
        GAUSS
            .iter()
            .fold(0.0, |sum, (x, w)| sum + w * self.speed(middle + half * x))
            * half
    }

    fn span(&self, span: usize) -> f64 {
        self.between(span as f64 / SPANS as f64, (span + 1) as f64 / SPANS as f64)
    }

    fn measure(&self) -> f64 {
        if self.order == 1 {
            let [a, b, ..] = self.points;
            return length([b[0] - a[0], b[1] - a[1]]);
        }
        (0..SPANS).fold(0.0, |sum, span| sum + self.span(span))
    }

    /// The point at a length from the start.
    fn at_length(&self, mut target: f64, tolerance: f64) -> [f64; 2] {
        if self.order == 1 {
            let t = if self.length > 0.0 {
                target / self.length
            } else {
                0.0
            };
            return self.at(t);
        }
        let mut span = 0;
        while span + 1 < SPANS {
            let length = self.span(span);
            if target <= length {
                break;
            }
            target -= length;
            span += 1;
        }
        let start = span as f64 / SPANS as f64;
        let (mut low, mut high) = (start, (span + 1) as f64 / SPANS as f64);
        let mut middle = (low + high) / 2.0;
        for _ in 0..50 {
            middle = (low + high) / 2.0;
            let error = self.between(start, middle) - target;
            if error.abs() <= tolerance {
                break;
            }
            if error < 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.at(middle)
    }
}

/// √(v·v): products, a sum and a root that IEEE 754 defines exactly.
fn length([x, y]: [f64; 2]) -> f64 {
    (x * x + y * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `M0 0 L10 0 Q20 0 20 10 C20 20 10 30 0 30 Z`
    fn leaf() -> Measure {
        let pts = [
            [0.0, 0.0],
            [10.0, 0.0],
            [20.0, 0.0],
            [20.0, 10.0],
            [20.0, 20.0],
            [10.0, 30.0],
            [0.0, 30.0],
        ];
        Measure::new(&PathData {
            cmds: vec![0, 1, 2, 3, 4],
            pts: pts.to_vec(),
        })
    }

    #[test]
    fn lengths_of_lines_and_curves() {
        let lengths: Vec<f64> = leaf().lengths().collect();
        assert_eq!(lengths.len(), 4);
        for (got, want) in lengths.iter().zip([10.0, 16.2322523, 30.9773596, 30.0]) {
            assert!((got - want).abs() < 1e-6, "{lengths:?}");
        }
        assert!((leaf().total() - 87.2096119).abs() < 1e-6);
    }

    #[test]
    fn seven_even_samples() {
        let want = [
            [0.0, 0.0],
            [14.4665, 0.6560],
            [19.7414, 12.8220],
            [12.3667, 25.0281],
            [0.0, 29.0699],
            [0.0, 14.5349],
            [0.0, 0.0],
        ];
        for (i, want) in want.iter().enumerate() {
            let got = leaf().even(i as f64 / 6.0);
            assert!(
                (got[0] - want[0]).abs() < 1e-3 && (got[1] - want[1]).abs() < 1e-3,
                "{got:?}"
            );
        }
    }

    #[test]
    fn seven_parametric_samples() {
        let want = [
            [0.0, 0.0],
            [6.666666666666666, 0.0],
            [15.555555555555557, 1.1111111111111107],
            [20.0, 10.0],
            [9.629629629629633, 27.037037037037038],
            [0.0, 19.999999999999996],
            [0.0, 0.0],
        ];
        for (i, want) in want.iter().enumerate() {
            let got = leaf().parametric(i as f64 / 6.0);
            let near = |a: f64, b: f64| (a - b).abs() <= 4.0 * f64::EPSILON * 30.0;
            assert!(near(got[0], want[0]) && near(got[1], want[1]), "{got:?}");
        }
    }

    #[test]
    fn ends_and_nothing() {
        assert_eq!(leaf().even(7.0), [0.0, 0.0]);
        assert_eq!(leaf().parametric(0.125), [5.0, 0.0]);
        assert_eq!(leaf().parametric(1.0), [0.0, 0.0]);
        assert_eq!(leaf().parametric(-1.0), [0.0, 0.0]);
        assert!(leaf().even(f64::NAN)[0].is_nan());
        let point = Measure::new(&PathData {
            cmds: vec![0],
            pts: vec![[3.0, 4.0]],
        });
        assert_eq!(point.even(0.5), [3.0, 4.0]);
        assert_eq!(
            Measure::new(&PathData::default()).parametric(0.5),
            [0.0, 0.0]
        );
    }

    #[test]
    fn a_closed_gap_is_no_segment() {
        let pts = vec![[0.0, 0.0], [4.0, 0.0], [0.0, 0.0]];
        let there_and_back = Measure::new(&PathData {
            cmds: vec![0, 1, 1, 4],
            pts,
        });
        assert_eq!(there_and_back.lengths().count(), 2);
        assert_eq!(there_and_back.parametric(0.5), [4.0, 0.0]);
    }
}
