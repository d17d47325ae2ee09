//! Signals and events of a frame: leaves first, then the tape, step by step.
//!
//! In: the moment of the frame and the committed state. Out: filled registers and pulse lists, and
//! updates waiting for the commit. Leaves are what the tape reads and does not compute: time values,
//! latched rails, channels. Read next: `state` and `rails`, which commit.

use super::channels::Channels;
use super::combine;
use super::field::FieldStore;
use super::pulse::{Pulse, PulseList};
use super::rails::Rails;
use super::registers::Registers;
use super::state::{Cells, Surroundings};
use super::tape::{Met, Tape, Task};
use super::time::{FrameClass, Model, Moment, TimeValues, push_boundaries};
use crate::ir::{
    EventExpr, EventId, EventView, ExtId, PhaseSource, Program, RailId, SignalExpr, SignalId,
    StepId, TimeEvent, TimeValue,
};
use crate::math::Real;

/// Everything that has a value in a frame.
#[derive(Debug)]
pub(super) struct Stores {
    pub(super) registers: Registers,
    pub(super) events: Vec<PulseList>,
    pub(super) cells: Cells,
    pub(super) rails: Rails,
    pub(super) channels: Channels,
    pub(super) fields: FieldStore,
    /// The eight numbers of the time model.
    pub(super) time: TimeValues,
}

/// When a frame is, and how it follows the one before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) model: &'a Model,
    pub(super) now: Moment,
    /// The frame before; the same moment where there is none.
    pub(super) prev: Moment,
    pub(super) class: FrameClass,
    /// ms.
    pub(super) dt: f64,
}

/// Nodes that the tape reads and does not compute.
#[derive(Debug)]
pub(super) struct Leaves {
    time: Vec<(SignalId, TimeValue)>,
    rails: Vec<(SignalId, RailId)>,
    channels: Vec<(SignalId, ExtId)>,
    time_events: Vec<(EventId, TimeEvent)>,
    rail_events: Vec<(EventId, RailId)>,
    channel_events: Vec<(EventId, ExtId)>,
    first_frame: Vec<EventId>,
}

impl Leaves {
    pub(super) fn new(program: &Program) -> Self {
        let mut leaves = Self {
            time: Vec::new(),
            rails: Vec::new(),
            channels: Vec::new(),
            time_events: Vec::new(),
            rail_events: Vec::new(),
            channel_events: Vec::new(),
            first_frame: Vec::new(),
        };
        for (i, node) in program.tables.sig.nodes.iter().enumerate() {
            let id = SignalId::at(i);
            match node.expr {
                SignalExpr::Time(value) => leaves.time.push((id, value)),
                SignalExpr::Rail(rail) => leaves.rails.push((id, rail)),
                SignalExpr::External(channel) => leaves.channels.push((id, channel)),
                _ => {}
            }
        }
        for (i, node) in program.tables.event.nodes.iter().enumerate() {
            let id = EventId::at(i);
            match node.expr {
                EventExpr::Time(event) => leaves.time_events.push((id, event)),
                EventExpr::Rail(rail) => leaves.rail_events.push((id, rail)),
                EventExpr::External(channel) => leaves.channel_events.push((id, channel)),
                EventExpr::FirstFrame => leaves.first_frame.push(id),
                _ => {}
            }
        }
        leaves
    }

    /// Channels, phase 0.
    pub(super) fn channels(&self, stores: &mut Stores) {
        for &(id, channel) in &self.channels {
            let lanes = stores.channels.value(channel);
            stores.registers.get_mut(id).copy_from_slice(lanes);
        }
        for &(id, channel) in &self.channel_events {
            stores.events[id.index()].copy_from(stores.channels.pulses(channel));
        }
    }

    /// Time, phase 1.
    pub(super) fn time(&self, stores: &mut Stores, scene: &Scene<'_>) {
        stores.time = scene.model.values(&scene.now);
        stores.time[TimeValue::DtMs as usize] = scene.dt;
        for &(id, value) in &self.time {
            stores.registers.get_mut(id)[0] = stores.time[value as usize];
        }
        for &(id, event) in &self.time_events {
            let list = &mut stores.events[id.index()];
            list.clear();
            if scene.class == FrameClass::Advance {
                scene.model.pulses(event, &scene.prev, &scene.now, list);
            }
        }
        for &id in &self.first_frame {
            let list = &mut stores.events[id.index()];
            list.clear();
            if scene.class.begins_run() {
                list.push(scene.pulse());
            }
        }
    }

    /// Rails, phase 2.
    pub(super) fn rails(&self, stores: &mut Stores, scene: &Scene<'_>) {
        for &(id, rail) in &self.rails {
            let lanes = stores.rails.read(rail);
            stores.registers.get_mut(id).copy_from_slice(lanes);
        }
        for &(id, rail) in &self.rail_events {
            let list = &mut stores.events[id.index()];
            list.clear();
            if scene.class != FrameClass::Peek {
                list.copy_from(stores.rails.read_pulses(rail));
            }
        }
    }
}

impl Scene<'_> {
    fn pulse(&self) -> Pulse {
        Pulse {
            t_ms: self.now.t_ms,
            value: 0.0,
        }
    }
}

impl Stores {
    /// What updates of state read.
    pub(super) fn around(&mut self, scene: &Scene<'_>) -> (&mut Cells, Surroundings<'_>) {
        let around = Surroundings {
            registers: &self.registers,
            events: &self.events,
            t_ms: scene.now.t_ms,
            dt_ms: scene.dt,
        };
        (&mut self.cells, around)
    }

    /// Runs what a step owns on the tape.
    pub(super) fn run(&mut self, tape: &Tape, step: StepId, scene: &Scene<'_>) -> Met {
        let mut met = Met::default();
        for part in tape.parts(step) {
            tape.run(part, self.registers.all_mut(), &mut met);
            if let Some(task) = tape.task(part) {
                self.task(tape, task, scene, &mut met);
            }
        }
        met
    }

    fn task(&mut self, tape: &Tape, task: &Task, scene: &Scene<'_>, met: &mut Met) {
        let mut buffer = [0.0; 16];
        match task {
            Task::Layer { dst, terms } => {
                let lanes = self.registers.all();
                let color = |at: u32| std::array::from_fn(|k| lanes[at as usize + k]);
                let mut colors = terms.iter().map(|&t| color(t));
                let bottom = colors.next().unwrap_or([0.0; 4]);
                let result = colors.fold(bottom, combine::over);
                tape.store(*dst, &result, self.registers.all_mut(), met);
            }
            Task::StateOut { cell, dst } => {
                let out = &mut buffer[..dst.1 as usize];
                let (cells, around) = self.around(scene);
                cells.update(*cell, &around);
                out.copy_from_slice(cells.out(*cell));
                tape.store(dst.0, out, self.registers.all_mut(), met);
            }
            Task::StatePrev { cell, dst } => {
                let out = &mut buffer[..dst.1 as usize];
                let (cells, around) = self.around(scene);
                cells.previous(*cell, &around, out);
                tape.store(dst.0, out, self.registers.all_mut(), met);
            }
            Task::View { of, view, dst } => {
                let list = &self.events[of.index()];
                let last = list.kept().last();
                let value = match view {
                    EventView::Count => list.count() as f64,
                    EventView::Fired => f64::from_bool(list.count() > 0),
                    EventView::LastTMs => last.map_or(0.0, |p| p.t_ms),
                    EventView::LastValue => last.map_or(0.0, |p| p.value),
                };
                tape.store(*dst, &[value], self.registers.all_mut(), met);
            }
            Task::Reduce { req, op, dst } => {
                let out = &mut buffer[..dst.1 as usize];
                self.fields.reduce(*req, *op, out);
                tape.store(dst.0, out, self.registers.all_mut(), met);
            }
            Task::Divide { of, by, dst } => self.divide(*of, *by, *dst, scene),
            Task::StateEvents { cell, dst } => {
                let (cells, around) = self.around(scene);
                cells.update(*cell, &around);
                let fired = cells.fired(*cell);
                let list = &mut self.events[dst.index()];
                list.clear();
                if scene.class != FrameClass::Peek {
                    list.push_run(fired, |_| scene.pulse());
                }
            }
            Task::Gate { src, open, dst } => {
                let open = self.registers.all()[*open as usize].truth();
                self.rebuild(*dst, |events, list| {
                    list.clear();
                    if open {
                        list.copy_from(&events[src.index()]);
                    }
                });
            }
            Task::Events { mode, terms, dst } => self.rebuild(*dst, |events, list| {
                let terms = terms.iter().map(|t| &events[t.index()]);
                combine::events(*mode, terms, list);
            }),
        }
    }

    /// Makes one list from the others.
    fn rebuild(&mut self, dst: EventId, make: impl FnOnce(&[PulseList], &mut PulseList)) {
        let mut list = std::mem::take(&mut self.events[dst.index()]);
        make(&self.events, &mut list);
        self.events[dst.index()] = list;
    }

    /// Boundaries at multiples of 1/q of an unwrapped phase: the direct form of a pulse divider.
    fn divide(&mut self, of: PhaseSource, by: u32, dst: EventId, scene: &Scene<'_>) {
        // Saturates; what is below 1 or NaN counts whole turns.
        let q = self.registers.all()[by as usize].floor().max(1.0) as u64;
        let list = &mut self.events[dst.index()];
        list.clear();
        match (scene.class, of) {
            (FrameClass::First | FrameClass::Rewind | FrameClass::Jump, _) => {
                list.push(scene.pulse());
            }
            (FrameClass::Hold | FrameClass::Peek, PhaseSource::Time)
            | (FrameClass::Peek, PhaseSource::Rail(_)) => {}
            (_, PhaseSource::Time) => {
                let from = scene.model.passed(&scene.prev, q);
                let to = scene.model.passed(&scene.now, q);
                scene.model.boundaries(from, to, q, list);
            }
            (_, PhaseSource::Rail(rail)) => {
                let (from, to, period, shift) = self.rails.interval(rail);
                push_boundaries(from.passed(q), to.passed(q), list, |index| {
                    (index as f64 / q as f64 - shift) * period
                });
            }
        }
    }
}
