//! The generators of rails: phases of their own periods, pulses, a curve, a palette.
//!
//! In: the frame's sample. Out: what each rail gives by itself. A phase of a constant period is worked
//! out anew from the sample, in integers where the sample is a step of a cycle: with a whole number of
//! turns per loop, frame i + N has the bits of frame i. A driven period accumulates instead, so that a
//! change of speed keeps the phase.

use super::tape::constant_lanes;
use super::time::{Model, Moment, Turns};
use crate::ir::{Curve, CycleMode, EnergyCurve, Generator, Param, Pool, Program, RailId, SignalId};
use crate::math::{Ease, Real, color};

/// A parameter of a generator.
#[derive(Debug, Clone, Copy)]
pub(super) enum Input {
    Fixed(f64),
    /// A signal's value of the frame before; `base` in the first.
    Driven {
        signal: SignalId,
        base: f64,
    },
}

impl Input {
    fn new(program: &Program, param: &Param) -> Self {
        let number = |c| constant_lanes(program, c).first().copied().unwrap_or(0.0);
        match *param {
            Param::Const(c) => Self::Fixed(number(c)),
            Param::Drive { sig, base } => Self::Driven {
                signal: sig,
                base: number(base),
            },
        }
    }

    /// Its value in the first frame.
    pub(super) fn base(self) -> f64 {
        match self {
            Self::Fixed(v) | Self::Driven { base: v, .. } => v,
        }
    }
}

/// A generator, ready to run.
#[derive(Debug)]
pub(super) enum Clock {
    Cycle {
        enabled: bool,
        mode: CycleMode,
    },
    Division {
        of: usize,
        n: u64,
    },
    Energy {
        source: usize,
        curve: Shape,
    },
    Palette {
        source: usize,
        stops: Vec<(f64, [f64; 4])>,
    },
}

/// Shape of an energy.
#[derive(Debug)]
pub(super) enum Shape {
    Sine,
    Triangle,
    Saw,
    Const,
    Ease(Ease),
    Points(Vec<(f64, [f64; 1])>),
}

impl Clock {
    /// The generator and its two parameters: period and offset, or min and max.
    pub(super) fn new(program: &Program, generator: &Generator) -> (Self, [Input; 2]) {
        let unused = [Input::Fixed(0.0); 2];
        let phase = |id: &RailId| id.index().min(1);
        match generator {
            Generator::Cycle {
                enabled,
                mode,
                period_ms,
                offset,
            } => {
                let clock = Self::Cycle {
                    enabled: *enabled,
                    mode: *mode,
                };
                (clock, [period_ms, offset].map(|p| Input::new(program, p)))
            }
            Generator::Division { of, n } => {
                let (of, n) = (phase(of), u64::from(*n));
                (Self::Division { of, n }, unused)
            }
            Generator::Energy {
                source,
                curve,
                min,
                max,
            } => {
                let clock = Self::Energy {
                    source: phase(source),
                    curve: Shape::new(program, curve),
                };
                (clock, [min, max].map(|p| Input::new(program, p)))
            }
            Generator::Palette { source, stops } => {
                let rows = stops.map_or(Vec::new(), |c| palette(program, c));
                let source = phase(source);
                (
                    Self::Palette {
                        source,
                        stops: rows,
                    },
                    unused,
                )
            }
        }
    }
}

impl Shape {
    fn new(program: &Program, curve: &EnergyCurve) -> Self {
        match curve {
            EnergyCurve::Sine => Self::Sine,
            EnergyCurve::Triangle => Self::Triangle,
            EnergyCurve::Saw => Self::Saw,
            EnergyCurve::Const => Self::Const,
            EnergyCurve::Points(c) => Self::Points(points(program, *c)),
            EnergyCurve::Ease(id) => match program.tables.transforms.curves.get(id.index()) {
                Some(Curve::Lut(c)) => Self::Points(points(program, *c)),
                Some(Curve::Name(name)) => {
                    let name = &program.tables.strings[name.index()];
                    Self::Ease(Ease::from_name(name).unwrap_or(Ease::ALL[0]))
                }
                None => Self::Ease(*Ease::ALL.get(id.index()).unwrap_or(&Ease::ALL[0])),
            },
        }
    }

    /// Its value at phase `p`.
    pub(super) fn at(&self, p: f64) -> f64 {
        match self {
            Self::Sine => 0.5 + 0.5 * Real::sin_turns(p),
            Self::Triangle => 1.0 - (2.0 * p - 1.0).abs(),
            Self::Saw => p,
            Self::Const => 1.0,
            Self::Ease(ease) => ease.at(p),
            Self::Points(points) => round_trip(points, p)[0],
        }
    }
}

fn points(program: &Program, id: crate::ir::ConstId) -> Vec<(f64, [f64; 1])> {
    let pairs = constant_lanes(program, id).chunks_exact(2);
    pairs.map(|pair| (pair[0], [pair[1]])).collect()
}

/// Stops as five numbers each: place, r, g, b, a. They stand in the f64 pool, or as a JSON list of
/// such lists.
fn palette(program: &Program, id: crate::ir::ConstId) -> Vec<(f64, [f64; 4])> {
    let constants = &program.tables.constants;
    let row = &constants.index[id.index()];
    let numbers: Vec<f64> = match row.pool {
        Pool::F64 => constant_lanes(program, id).to_vec(),
        Pool::Json => {
            let text = constants.json.get(row.at as usize);
            let rows: Option<Vec<[f64; 5]>> = text.and_then(|t| serde_json::from_str(t).ok());
            rows.unwrap_or_default().concat()
        }
        _ => Vec::new(),
    };
    let stops = numbers.chunks_exact(5);
    stops.map(|s| (s[0], [s[1], s[2], s[3], s[4]])).collect()
}

/// The hue wheel, or the stops at phase `p`.
pub(super) fn palette_at(stops: &[(f64, [f64; 4])], p: f64) -> [f64; 4] {
    if stops.is_empty() {
        let [r, g, b] = color::hsl_to_rgb(360.0 * p, 1.0, 0.5);
        return [r, g, b, 1.0];
    }
    round_trip(stops, p)
}

/// Linear between points; the last leads back to the first over the wrap.
fn round_trip<const N: usize>(points: &[(f64, [f64; N])], p: f64) -> [f64; N] {
    let after = points.partition_point(|(at, _)| *at <= p);
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return [0.0; N];
    };
    let (from, to, p) = match (after.checked_sub(1).map(|i| points[i]), points.get(after)) {
        (Some(from), Some(to)) => (from, *to, p),
        (Some(from), None) => (from, (first.0 + 1.0, first.1), p),
        (None, _) => (*last, (first.0 + 1.0, first.1), p + 1.0),
    };
    let span = to.0 - from.0;
    let u = if span > 0.0 { (p - from.0) / span } else { 0.0 };
    std::array::from_fn(|i| from.1[i] + (to.1[i] - from.1[i]) * u)
}

/// Unwrapped phase of a lane of constant period at a sample.
pub(super) fn lane(model: &Model, sample: &Moment, period: f64, offset: f64, gauge: f64) -> Turns {
    let Some((step, of)) = sample.cycle else {
        return Turns::of(sample.t_ms / period + offset + gauge);
    };
    let (j, r) = Moment::loops(step, of);
    let turns_per_loop = model.loop_ms() / period;
    let whole = turns_per_loop * j as f64;
    let base = whole.floor();
    let rest = whole - base + turns_per_loop * (r as f64 / f64::from(of.max(1))) + offset;
    let mut turns = Turns::of(rest);
    // `as` saturates.
    turns.whole = turns.whole.saturating_add(base as i64);
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lead_back_to_the_first() {
        let points = [(0.25, [0.0]), (0.75, [1.0])];
        let at = |p| round_trip(&points, p)[0];
        assert_eq!([at(0.25), at(0.5), at(0.75)], [0.0, 0.5, 1.0]);
        assert_eq!([at(0.0), at(0.875)], [0.5, 0.75]);
        assert_eq!(palette_at(&[], 0.0), [1.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn a_whole_number_of_turns_per_loop_repeats_bit_for_bit() {
        let model = Model::Cyclic {
            period: 2000.0,
            mode: CycleMode::Loop,
            gauge: 0.0,
        };
        for step in -14..14 {
            let at = |step| {
                let time = super::super::frame::FrameTime::cycle(step, 7);
                let sample = model.check(time, false).expect("cyclic");
                lane(&model, &sample, 500.0, 0.1, 0.0)
            };
            assert_eq!(at(step).part.to_bits(), at(step + 7).part.to_bits());
            assert_eq!(at(step).whole + 4, at(step + 7).whole);
        }
    }
}
