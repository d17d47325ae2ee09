//! The thirteen state ops: one update each, from committed contents to recorded writes.
//!
//! `first` is the first update of a cell in its run (or after a swap made it); dt is in ms. A pulse
//! that a cell makes carries the frame's time. What holds: nothing here changes a committed number.

use super::pulse::PulseList;
use super::state::{Arg, Contents, Plan, Surroundings, Writes};
use crate::ir::StateOp;
use crate::math::Real;

/// One update.
pub(super) struct Step<'a> {
    pub(super) plan: &'a Plan,
    pub(super) around: &'a Surroundings<'a>,
    pub(super) committed: &'a Contents,
    /// The cell has not been updated before.
    pub(super) first: bool,
    pub(super) writes: &'a mut Writes,
    /// The updated value.
    pub(super) out: &'a mut [f64],
    /// Pulses made.
    pub(super) fired: u64,
}

fn lanes<'a>(plan: &Plan, around: &Surroundings<'a>, k: usize) -> &'a [f64] {
    match plan.args.get(k) {
        Some(&Arg::Lanes(at, len)) => &around.registers.all()[at as usize..(at + len) as usize],
        _ => &[],
    }
}

fn number(plan: &Plan, around: &Surroundings<'_>, k: usize) -> f64 {
    lanes(plan, around, k).first().copied().unwrap_or(0.0)
}

/// What a Delay gives: its history `delay` seconds ago; samples of earlier frames only.
pub(super) fn delayed(plan: &Plan, committed: &Contents, around: &Surroundings<'_>) -> f64 {
    let delay = number(plan, around, 1);
    let seconds = if delay > 0.0 { delay } else { 0.0 };
    let init = plan.init.first().copied().unwrap_or(0.0);
    committed.rings[plan.ring].at(around.t_ms - 1000.0 * seconds, init)
}

/// What a UnitDelay gives: the operand of `imm` frames ago.
pub(super) fn unit_delayed(plan: &Plan, committed: &Contents) -> f64 {
    let [at, len] = plan.f64;
    committed.f64[at + committed.i32[plan.i32] as usize % len.max(1)]
}

impl Step<'_> {
    fn number(&self, k: usize) -> f64 {
        number(self.plan, self.around, k)
    }

    /// Pulses of an event operand; 0 where nothing is connected.
    fn pulses(&self, k: usize) -> u64 {
        match self.plan.args.get(k) {
            Some(&Arg::Event(id)) => self
                .around
                .events
                .get(id as usize)
                .map_or(0, PulseList::count),
            _ => 0,
        }
    }

    fn stored(&self, k: usize) -> f64 {
        self.committed.f64[self.plan.f64[0] + k]
    }

    fn flag(&self, k: usize) -> i32 {
        self.committed.i32[self.plan.i32 + k]
    }

    fn write(&mut self, k: usize, value: f64) {
        let entry = (self.plan.f64[0] + k) as u32;
        self.writes.f64.push((entry, value.canonical()));
    }

    fn mark(&mut self, k: usize, value: i32) {
        self.writes.i32.push(((self.plan.i32 + k) as u32, value));
    }

    /// Gives one number, unless the cell gives pulses, and stores it as entry 0.
    fn hold(&mut self, value: f64) {
        if let Some(out) = self.out.first_mut() {
            *out = value;
        }
        self.write(0, value);
    }

    /// Gives a value per lane and stores them.
    fn each_lane(&mut self, next: impl Fn(&Self, f64, usize) -> f64) {
        let x = lanes(self.plan, self.around, 0);
        for (k, &x) in x.iter().enumerate() {
            let value = if self.first { x } else { next(self, x, k) };
            self.out[k] = value;
            self.write(k, value);
        }
        self.mark(0, 1);
    }

    pub(super) fn run(&mut self) {
        match self.plan.op {
            StateOp::Integrate => self.integrate(),
            StateOp::Delay => {
                self.out[0] = delayed(self.plan, self.committed, self.around);
                let sample = [self.around.t_ms, self.number(0)];
                self.writes.samples.push((self.plan.ring as u32, sample));
            }
            StateOp::UnitDelay => {
                self.out[0] = unit_delayed(self.plan, self.committed);
                let n = self.plan.f64[1].max(1);
                let cursor = self.flag(0) as usize % n;
                self.write(cursor, self.number(0));
                self.mark(0, ((cursor + 1) % n) as i32);
            }
            StateOp::SampleHold => self.sample_hold(),
            StateOp::SlewExp => self.slew_exp(),
            StateOp::SlewLinear => self.slew_linear(),
            StateOp::EdgeWrap => {
                let x = self.number(0);
                self.fired = u64::from(self.flag(0) != 0 && self.stored(0) > 0.8 && x < 0.2);
                self.hold(x);
                self.mark(0, 1);
            }
            StateOp::PulseDivider => self.pulse_divider(),
            StateOp::EnvelopeAd => self.envelope(),
            StateOp::Hysteresis => {
                let (x, low, high) = (self.number(0), self.number(1), self.number(2));
                let on = match self.flag(0) != 0 {
                    false => x >= high,
                    // A NaN moves nothing.
                    true => x > low || x.is_nan() || low.is_nan(),
                };
                self.out[0] = if on { high } else { low };
                self.mark(0, i32::from(on));
            }
            StateOp::RiseEdge => {
                let x = self.number(0);
                self.fired = u64::from(x.truth() && !self.stored(0).truth());
                self.hold(x);
            }
            StateOp::Counter => {
                let count = if self.pulses(1) > 0 {
                    0.0
                } else {
                    self.stored(0)
                };
                self.hold(count + self.pulses(0) as f64);
            }
            StateOp::History => self.history(),
        }
    }

    fn integrate(&mut self) {
        let init = self.plan.init.first().copied().unwrap_or(0.0);
        let sum = if self.first {
            init
        } else {
            let sum = if self.pulses(1) > 0 {
                init
            } else {
                self.stored(0)
            };
            sum + self.number(0) * self.around.dt_ms / 1000.0
        };
        self.hold(sum);
    }

    fn sample_hold(&mut self) {
        let take = self.pulses(1) > 0;
        let x = lanes(self.plan, self.around, 0);
        for (k, &x) in x.iter().enumerate() {
            let value = if take { x } else { self.stored(k) };
            self.out[k] = value;
            self.write(k, value);
        }
    }

    fn slew_exp(&mut self) {
        let rate = Real::max(self.number(1), 0.0);
        let dt = self.around.dt_ms;
        // An infinite rate means no smoothing, also where no time passes.
        let gain = if rate == f64::INFINITY {
            1.0
        } else {
            1.0 - Real::exp(-(rate * dt / 1000.0))
        };
        self.each_lane(|step, x, k| {
            let out = step.stored(k);
            if gain == 1.0 {
                x
            } else {
                out + (x - out) * gain
            }
        });
    }

    fn slew_linear(&mut self) {
        let (rise, fall) = (self.number(1), self.number(2));
        let dt = self.around.dt_ms;
        self.each_lane(|step, x, k| {
            let out = step.stored(k);
            let ms = if x > out { rise } else { fall };
            let far = dt / ms;
            if ms <= 0.0 || (x - out).abs() <= far {
                x
            } else if x > out {
                out + far
            } else {
                out - far
            }
        });
    }

    /// Boundaries between two phases, taken the short way round.
    fn pulse_divider(&mut self) {
        let p = self.number(0);
        let q = Real::floor(self.number(1)).max(1.0);
        self.fired = if self.flag(0) == 0 {
            1
        } else {
            let before = self.stored(0);
            let step = Real::fract(p - before + 0.5) - 0.5;
            let passed = ((before + step) * q).floor() - (before * q).floor();
            // Saturates, and gives 0 for NaN.
            passed.abs() as u64
        };
        self.hold(p);
        self.mark(0, 1);
    }

    fn envelope(&mut self) {
        let t = self.around.t_ms;
        let start = if self.pulses(0) > 0 {
            t
        } else {
            self.stored(0)
        };
        let span = |seconds: f64| 1000.0 * Real::max(0.0, seconds);
        let (attack, decay) = (span(self.number(1)), span(self.number(2)));
        let peak = self.number(3);
        let e = t - start;
        self.out[0] = if start == f64::NEG_INFINITY {
            0.0
        } else if e < attack {
            peak * e / attack
        } else if e < attack + decay {
            peak * (1.0 - (e - attack) / decay)
        } else {
            0.0
        };
        self.write(0, start);
        self.mark(0, 1);
    }

    /// A ring of `imm` entries whose head is the oldest; the first value fills it.
    fn history(&mut self) {
        let x = self.number(0);
        let depth = self.plan.f64[1].max(1);
        let head = self.flag(0) as usize % depth;
        self.out[0] = x;
        if self.first {
            (0..depth).for_each(|k| self.write(k, x));
        } else {
            self.write(head, x);
        }
        self.mark(0, ((head + 1) % depth) as i32);
        self.mark(1, 1);
    }
}
