//! Rails: six registers outside the graph, read a frame late.
//!
//! A read never makes a dependency: it gives the value from the end of the frame before, or (where
//! the program says so) this frame's generator. In a frame: generators run, the tape reads, buses are
//! done, finals are resolved, and at the commit final becomes latched. One frame of delay is the
//! price; in return mirrors are ordinary publishers and the bus graph stays acyclic. Read next:
//! `clock`, the generators.

use super::clock::{self, Clock, Input};
use super::combine;
use super::pulse::{Pulse, PulseList};
use super::registers::Registers;
use super::tape::constant_lanes;
use super::time::{FrameClass, Model, Moment, Turns};
use crate::ir::{Combine, Drive, Program, RailId, RailRead, ValueRef};
use crate::math::Real;
use crate::types::Family;
use serde::{Deserialize, Serialize};

/// What is fixed about a rail.
#[derive(Debug)]
struct Plan {
    clock: Clock,
    inputs: [Input; 2],
    family: Family,
    lanes: usize,
    drive: Drive,
    combine: Combine,
    user: ValueRef,
    published: bool,
    silent: [f64; 4],
    read: RailRead,
}

/// What a rail holds between frames.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Held {
    latched: [f64; 4],
    pulses: PulseList,
    /// Unwrapped phase of the last frame, and of the one before it.
    turns: Turns,
    before: Turns,
    /// Values of driven parameters, for the next frame.
    driven: [f64; 2],
    /// The offset that `turns` was made with.
    offset: f64,
    /// Turns added after a swap that kept the phase.
    gauge: f64,
}

/// All that rails hold between frames.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Contents {
    rails: Vec<Held>,
}

/// What a rail is in this frame.
#[derive(Debug, Default)]
struct Now {
    internal: [f64; 4],
    pulses: PulseList,
    turns: Turns,
    /// Parameters in use.
    inputs: [f64; 2],
    /// The offset that `turns` was made with.
    offset: f64,
    user: [f64; 4],
    user_pulses: PulseList,
    resolved: [f64; 4],
    resolved_pulses: PulseList,
    /// What is latched while the frame runs; the commit changes what is held.
    latched: [f64; 4],
    latched_pulses: PulseList,
}

/// The moment that generators run at.
#[derive(Clone, Copy)]
pub(super) struct Instant<'a> {
    pub(super) model: &'a Model,
    pub(super) sample: &'a Moment,
    pub(super) class: FrameClass,
    /// Since the frame before, ms.
    pub(super) dt: f64,
}

/// The rail store.
#[derive(Debug)]
pub(super) struct Rails {
    plans: Vec<Plan>,
    held: Vec<Held>,
    now: Vec<Now>,
    /// Illegal parameters met since last asked: how many, and the first.
    pub(super) bad: (u64, Option<RailId>),
}

/// Which register of a rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Register {
    Internal,
    User,
    Final,
    Latched,
}

impl Rails {
    pub(super) fn new(program: &Program) -> Self {
        let plans: Vec<Plan> = program
            .tables
            .rails
            .iter()
            .map(|rail| {
                let domain = program.types[rail.r#type.index()].domain;
                let (clock, inputs) = Clock::new(program, &rail.generator);
                let bus = rail.user.as_ref().map(|u| u.bus);
                let bus = bus.and_then(|b| program.tables.graph.buses.get(b.index()));
                let used = rail.user.as_ref().and_then(|u| u.r#use);
                let used = used.and_then(|u| program.tables.transforms.uses.get(u.index()));
                let published = bus.is_some_and(|bus| {
                    let [first, count] = bus.pubs.map(|v| v as usize);
                    let publishers = &program.tables.graph.publishers[first..first + count];
                    publishers.iter().any(|p| p.enabled)
                });
                let mut silent = [0.0; 4];
                if domain.lanes() > 0 {
                    let lanes = constant_lanes(program, rail.silent);
                    silent[..domain.lanes()].copy_from_slice(lanes);
                }
                Plan {
                    clock,
                    inputs,
                    family: domain.family(),
                    lanes: domain.lanes(),
                    drive: rail.drive,
                    combine: rail.combine,
                    user: used
                        .map(|u| u.at)
                        .or(bus.map(|b| b.root))
                        .unwrap_or_default(),
                    published,
                    silent,
                    read: rail.read,
                }
            })
            .collect();
        let held = plans.iter().map(Plan::initial).collect();
        let now = plans.iter().map(|_| Now::default()).collect();
        Self {
            plans,
            held,
            now,
            bad: (0, None),
        }
    }

    /// A new run: what readers of its first frame see are the generators at `sample`; pulses are
    /// those between `before` and it, none without `before`.
    pub(super) fn begin(&mut self, model: &Model, sample: &Moment, before: Option<&Moment>) {
        for (held, plan) in self.held.iter_mut().zip(&self.plans) {
            held.driven = plan.inputs.map(Input::base);
        }
        let at = |sample, class, dt| Instant {
            model,
            sample,
            class,
            dt,
        };
        self.generate(&at(before.unwrap_or(sample), FrameClass::First, 0.0));
        for (held, now) in self.held.iter_mut().zip(&self.now) {
            held.turns = now.turns;
            held.offset = now.offset;
        }
        let class = match before {
            Some(_) => FrameClass::Advance,
            None => FrameClass::First,
        };
        let dt = before.map_or(0.0, |before| model.dt(before, sample));
        self.generate(&at(sample, class, dt));
        for (held, now) in self.held.iter_mut().zip(&self.now) {
            held.latched = now.internal;
            held.pulses.copy_from(&now.pulses);
            held.before = held.turns;
            held.turns = now.turns;
            held.offset = now.offset;
        }
        self.bad = (0, None);
    }

    /// Runs the generators at a frame's sample.
    pub(super) fn generate(&mut self, at: &Instant<'_>) {
        for i in 0..self.plans.len() {
            let plan = &self.plans[i];
            let held = &self.held[i];
            let mut inputs = [0.0; 2];
            for (k, input) in plan.inputs.iter().enumerate() {
                inputs[k] = match input {
                    Input::Fixed(v) => *v,
                    Input::Driven { .. } => held.driven[k],
                };
            }
            let mut internal = [0.0; 4];
            let mut turns = Turns::default();
            let (sources, rest) = self.now.split_at_mut(i);
            let now = &mut rest[0];
            now.pulses.clear();
            now.latched = held.latched;
            now.latched_pulses.copy_from(&held.pulses);
            now.offset = inputs[1];
            match &plan.clock {
                Clock::Cycle { enabled, mode } => {
                    turns = match phase(plan, held, inputs, at) {
                        Some(turns) => turns,
                        None => {
                            self.bad.0 += 1;
                            self.bad.1 = self.bad.1.or(Some(RailId::at(i)));
                            now.offset = held.offset;
                            held.turns
                        }
                    };
                    if *enabled {
                        internal[0] = turns.phase(*mode);
                    }
                }
                Clock::Division { of, n } => {
                    let runs = matches!(self.plans[*of].clock, Clock::Cycle { enabled: true, .. });
                    if at.class == FrameClass::Advance && runs {
                        let source = &sources[*of];
                        let from = self.held[*of].turns.passed(*n);
                        let count = source.turns.passed(*n).saturating_sub(from);
                        let count = u64::try_from(count.max(0)).unwrap_or(u64::MAX);
                        let gauge = self.held[*of].gauge;
                        now.pulses.push_run(count, |k| {
                            let index = from.saturating_add(1 + i128::from(k)) as f64;
                            let [period, offset] = source.inputs;
                            Pulse {
                                t_ms: (index / *n as f64 - offset - gauge) * period,
                                value: index,
                            }
                        });
                    }
                }
                Clock::Energy { source, curve } => {
                    let [min, max] = inputs;
                    internal[0] = min + (max - min) * curve.at(sources[*source].internal[0]);
                }
                Clock::Palette { source, stops } => {
                    internal = clock::palette_at(stops, sources[*source].internal[0]);
                }
            }
            now.internal = internal.map(Real::canonical);
            now.turns = turns;
            now.inputs = inputs;
        }
    }

    /// What a read of the rail gives in this frame.
    pub(super) fn read(&self, rail: RailId) -> &[f64] {
        let i = rail.index();
        let lanes = match self.plans[i].read {
            RailRead::Latched => &self.held[i].latched,
            RailRead::InternalNow => &self.now[i].internal,
        };
        &lanes[..self.plans[i].lanes]
    }

    /// The pulses that a read of the rail gives in this frame.
    pub(super) fn read_pulses(&self, rail: RailId) -> &PulseList {
        let i = rail.index();
        match self.plans[i].read {
            RailRead::Latched => &self.held[i].pulses,
            RailRead::InternalNow => &self.now[i].pulses,
        }
    }

    /// The interval of unwrapped phase that a divider of the rail counts in this frame, and period
    /// and shift of its boundaries.
    pub(super) fn interval(&self, rail: RailId) -> (Turns, Turns, f64, f64) {
        let i = rail.index();
        let (held, now) = (&self.held[i], &self.now[i]);
        let (from, to) = match self.plans[i].read {
            RailRead::Latched => (held.before, held.turns),
            RailRead::InternalNow => (held.turns, now.turns),
        };
        (from, to, now.inputs[0], now.inputs[1] + held.gauge)
    }

    /// Works out the final value of a rail; gives whether its bus has a publisher, if it needs one.
    pub(super) fn resolve(
        &mut self,
        rail: RailId,
        registers: &Registers,
        events: &[PulseList],
    ) -> bool {
        let i = rail.index();
        let plan = &self.plans[i];
        let now = &mut self.now[i];
        let n = plan.lanes;
        now.user_pulses.clear();
        if let (ValueRef::Event(id), true) = (plan.user, plan.published) {
            now.user_pulses.copy_from(&events[id.index()]);
        }
        now.user = plan.silent;
        if let (ValueRef::Sig(id), true) = (plan.user, plan.published) {
            now.user[..n].copy_from_slice(registers.get(id));
        }
        match plan.drive {
            Drive::Mixed if plan.published => {
                let (a, b) = (now.internal, now.user);
                let out = &mut now.resolved[..n];
                combine::pair(plan.combine, plan.family, &a[..n], &b[..n], out);
                let terms = [&now.pulses, &now.user_pulses];
                combine::events(plan.combine, terms.into_iter(), &mut now.resolved_pulses);
            }
            Drive::Patched => {
                now.resolved = now.user;
                now.resolved_pulses.copy_from(&now.user_pulses);
            }
            Drive::Internal | Drive::Mixed => {
                now.resolved = now.internal;
                now.resolved_pulses.copy_from(&now.pulses);
            }
        }
        plan.published || plan.drive != Drive::Patched
    }

    /// Final becomes latched; driven parameters take this frame's signals.
    pub(super) fn commit(&mut self, registers: &Registers) {
        for ((held, now), plan) in self.held.iter_mut().zip(&self.now).zip(&self.plans) {
            held.latched = now.resolved.map(Real::canonical);
            held.pulses.copy_from(&now.resolved_pulses);
            held.before = held.turns;
            held.turns = now.turns;
            held.offset = now.offset;
            for (driven, input) in held.driven.iter_mut().zip(&plan.inputs) {
                if let Input::Driven { signal, .. } = input {
                    *driven = registers.get(*signal).first().copied().unwrap_or(0.0);
                }
            }
        }
    }

    /// What readers of the rail saw in this frame, also after its commit: lanes, or pulses.
    pub(super) fn seen(&self, rail: RailId) -> (&[f64], &PulseList) {
        let register = match self.plans[rail.index()].read {
            RailRead::Latched => Register::Latched,
            RailRead::InternalNow => Register::Internal,
        };
        self.look(rail, register)
    }

    /// A register of a rail, for probes: its lanes, or its pulses.
    pub(super) fn look(&self, rail: RailId, register: Register) -> (&[f64], &PulseList) {
        let i = rail.index();
        let now = &self.now[i];
        let (lanes, pulses) = match register {
            Register::Internal => (&now.internal, &now.pulses),
            Register::User => (&now.user, &now.user_pulses),
            Register::Final => (&now.resolved, &now.resolved_pulses),
            Register::Latched => (&now.latched, &now.latched_pulses),
        };
        (&lanes[..self.plans[i].lanes], pulses)
    }

    /// Goes on where the rails of another program stopped. `at` is the last frame and the new model.
    /// With `keep`, a lane of another period goes on at its phase.
    pub(super) fn adopt(&mut self, old: &Self, at: (&Moment, &Model), keep: bool) {
        for (i, (held, plan)) in self.held.iter_mut().zip(&self.plans).enumerate() {
            let (Some(before), Some(was)) = (old.held.get(i), old.plans.get(i)) else {
                continue;
            };
            let driven = held.driven;
            held.clone_from(before);
            for (k, input) in plan.inputs.iter().enumerate() {
                let both = [*input, was.inputs[k]];
                if !matches!(both, [Input::Driven { .. }, Input::Driven { .. }]) {
                    held.driven[k] = driven[k];
                }
            }
            held.go_on(plan, was, at, keep);
        }
    }

    /// A new run has no gauge.
    pub(super) fn clear_gauges(&mut self) {
        self.held.iter_mut().for_each(|held| held.gauge = 0.0);
    }

    pub(super) fn contents(&self) -> Contents {
        Contents {
            rails: self.held.clone(),
        }
    }

    /// Takes over contents that [`Contents::fits`] said yes to.
    pub(super) fn restore(&mut self, contents: &Contents) {
        self.held.clone_from(&contents.rails);
    }
}

impl Contents {
    /// Whether they are of these rails; false only for damaged data.
    pub(super) fn fits(&self, rails: &Rails) -> bool {
        self.rails.len() == rails.held.len() && self.rails.iter().all(|r| r.pulses.is_sound())
    }
}

impl Held {
    /// A lane after a swap: what was counted by the old program is counted on by the new one.
    fn go_on(&mut self, plan: &Plan, was: &Plan, (sample, model): (&Moment, &Model), keep: bool) {
        let (Clock::Cycle { mode, .. }, Clock::Cycle { mode: before, .. }) =
            (&plan.clock, &was.clock)
        else {
            return;
        };
        let driven = |plan: &Plan, k: usize| matches!(plan.inputs[k], Input::Driven { .. });
        let period = plan.inputs[0].base();
        let offset = match plan.inputs[1] {
            Input::Fixed(offset) => offset,
            Input::Driven { .. } => self.driven[1],
        };
        // A lane of a driven period adds up: it goes on by itself.
        if driven(plan, 0) || !(period > 0.0 && period.is_finite() && offset.is_finite()) {
            return;
        }
        let keep = keep && mode == before;
        let same = !driven(was, 0) && was.inputs[0].base() == period;
        if keep && same && self.offset == offset {
            return;
        }
        self.gauge = match (keep, same) {
            (true, true) => self.gauge,
            (true, false) => self.turns.gauge(sample.t_ms / period + offset, *mode),
            (false, _) => 0.0,
        };
        let now = clock::lane(model, &sample.by_time(), period, offset, self.gauge);
        let step = self.turns.since(self.before);
        if keep && !same {
            // Not `now`, which may be off by a rounding: nothing may be counted twice.
            let turns = self.turns.renumbered(now);
            let shift = turns.whole.saturating_sub(self.turns.whole);
            self.before.whole = self.before.whole.saturating_add(shift);
            self.turns = turns;
        } else {
            self.turns = now;
            self.before = now.plus(-step);
        }
        self.offset = offset;
    }
}

impl Plan {
    fn initial(&self) -> Held {
        Held {
            latched: [0.0; 4],
            pulses: PulseList::new(),
            turns: Turns::default(),
            before: Turns::default(),
            driven: self.inputs.map(Input::base),
            offset: 0.0,
            gauge: 0.0,
        }
    }
}

/// Unwrapped phase of a cycle lane; `None` for an illegal parameter.
fn phase(plan: &Plan, held: &Held, [period, offset]: [f64; 2], at: &Instant<'_>) -> Option<Turns> {
    if !(period > 0.0 && period.is_finite() && offset.is_finite()) {
        return None;
    }
    let driven = matches!(plan.inputs[0], Input::Driven { .. });
    Some(if driven && !at.class.begins_run() {
        held.turns.plus(at.dt / period + (offset - held.offset))
    } else {
        clock::lane(at.model, at.sample, period, offset, held.gauge)
    })
}
