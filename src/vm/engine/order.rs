//! The order of a frame: check, sample, evaluate, commit, draw, close.
//!
//! In: a time. Out: committed state, health, and (if it is drawn) a new tree. A time or an input that
//! is refused is refused before anything changes. The steps run in the order of the program's
//! schedule; state and latches change in one of them, `stateCommit`, and nowhere else.

use super::super::blame;
use super::super::evaluate::{Scene, Stores};
use super::super::field::Parallel;
use super::super::frame::{FrameCtx, FrameError, FrameTime, Offence};
use super::super::health::{CacheCounts, StepFaults, Totals};
use super::super::rails::Instant;
use super::super::records::Teller;
use super::super::tape::Met;
use super::super::time::{FrameClass, Moment};
use super::super::trace::{Level, Span, SpanEnd, SpanKind, Subject, Tracer, flags};
use super::super::watch;
use super::Engine;
use crate::ir::{Phase, Program, StepId, StepKind};
use std::ops::Range;
use std::sync::Arc;

impl<T: Tracer> Engine<T> {
    pub(super) fn frame(
        &mut self,
        time: FrameTime,
        ctx: &FrameCtx<'_>,
        draw: bool,
    ) -> Result<(), FrameError> {
        let now = self.model.check(time, true)?;
        let class = self.model.class(time.mode(), self.run.prev.as_ref(), &now);
        let prev = match class {
            FrameClass::Advance | FrameClass::Hold => self.run.prev.unwrap_or(now),
            _ => now,
        };
        let rejected = self.stores.channels.sample(ctx.inputs, prev.t_ms, now.t_ms);
        let rejected = rejected.map_err(FrameError::Input)?;

        self.begin(class, &now);
        let model = Arc::clone(&self.model);
        let scene = Scene {
            model: &model,
            now,
            prev,
            class,
            dt: match class {
                FrameClass::Advance => model.dt(&prev, &now),
                _ => 0.0,
            },
        };
        self.health.begin(self.run.frames, now.t_ms, class);
        (self.health.input_rejected, self.health.first_rejected) = rejected;
        if class != FrameClass::Peek {
            self.health.state_resets = std::mem::take(&mut self.run.state_resets);
        }
        self.stage.bad = None;
        self.stores.rails.bad = (0, None);
        self.stores.fields.begin_frame();
        if T::LEVEL >= Level::Timing {
            self.tracer.frame(now.t_ms, draw);
        }
        self.span(
            SpanKind::Frame,
            Subject::Frame(self.run.frames),
            Phase::External,
        );

        let program = Arc::clone(&self.program);
        let (mut next, mut singly) = (0, 0);
        while let Some(step) = program.schedule.steps.get(next) {
            if step.phase >= Phase::Render && !draw {
                break;
            }
            if next >= singly {
                singly = self.tape.stretch(next);
                if self.run_stretch(next..singly) {
                    next = singly;
                    continue;
                }
            }
            self.run_step(&program, StepId::at(next), &scene, ctx.parallel);
            next += 1;
        }
        let refused = draw.then(|| self.show(&program)).flatten();
        self.close(&program, &scene, draw);
        let number = self.health.frame;
        let flags = if self.health.nan > 0 { flags::NAN } else { 0 };
        self.span_end(SpanKind::Frame, Subject::Frame(number), flags, 0);
        match refused.or_else(|| self.refuse(&program)) {
            Some(offence) => Err(FrameError::NonFinite(Box::new(offence))),
            None => Ok(()),
        }
    }

    /// Brings state and rails to where the frame starts from.
    fn begin(&mut self, class: FrameClass, now: &Moment) {
        if class.begins_run() {
            self.clear_gauges();
        }
        let run = &mut self.run;
        if class.begins_run() {
            self.stores.cells.reset();
            self.totals = Totals::default();
            run.frames = 0;
            run.restored = false;
        }
        // A look before the first frame sees the rails that this frame would begin with.
        let unlatched = run.prev.is_none() || run.waiting;
        if class.begins_run() || unlatched {
            let before = run.latch.map(|sample| sample.before(now, &self.model));
            let sample = run.latch.as_ref().unwrap_or(now);
            self.stores
                .rails
                .begin(&self.model, sample, before.as_ref());
        }
        if class != FrameClass::Peek {
            run.latch = None;
            run.waiting = false;
        }
    }

    /// Runs steps that are arithmetic and nothing else as one. Not if a tracer wants to see each; and if
    /// something went wrong among them they have to run again one by one, so that each is told what is
    /// its own.
    fn run_stretch(&mut self, steps: Range<usize>) -> bool {
        if T::LEVEL > Level::Off || steps.len() < 2 {
            return false;
        }
        let registers = self.stores.registers.all_mut();
        self.tape.run_stretch(steps, registers).is_clean()
    }

    fn run_step(
        &mut self,
        program: &Program,
        id: StepId,
        scene: &Scene<'_>,
        parallel: Option<&dyn Parallel>,
    ) {
        let step = &program.schedule.steps[id.index()];
        let forced = self.forced[id.index()] && !step.demand;
        let optional = matches!(
            step.kind,
            StepKind::NodeEval { .. }
                | StepKind::BusEval { .. }
                | StepKind::Reduce { .. }
                | StepKind::Materialize { .. }
        );
        if optional && !step.demand && !forced {
            return;
        }
        let kind = span_kind(program, step.kind);
        let begun = self.span(kind, Subject::Step(id), step.phase);
        let before = self.stores.fields.report().requests.len();
        let written = self.stores.fields.report().bytes_written;
        let divided = self.stores.fields.report().div_zero;
        let stores = &mut self.stores;
        match step.kind {
            StepKind::ExternalSample => self.leaves.channels(stores),
            StepKind::TimeDerive => self.leaves.time(stores, scene),
            StepKind::TimeConsole => {
                stores.rails.generate(&Instant {
                    model: scene.model,
                    sample: &scene.now,
                    class: scene.class,
                    dt: scene.dt,
                });
                self.leaves.rails(stores, scene);
                let (count, first) = stores.rails.bad;
                if let Some(rail) = first {
                    self.health.bad_parameter += count;
                    let key = program.tables.rails[rail.index()].key;
                    let name = program.tables.strings[key.index()].as_str();
                    self.stage.bad = Some((name.into(), "period"));
                }
            }
            StepKind::NodeEval { .. }
            | StepKind::BusEval { .. }
            | StepKind::Reduce { .. }
            | StepKind::RailResolve { .. }
            | StepKind::StateCommit
            | StepKind::Materialize { .. }
            | StepKind::CameraEval { .. }
            | StepKind::MeshBuild { .. }
            | StepKind::SinkEval { .. }
            | StepKind::RenderAssemble => {}
        }
        let mut met = if step.run.is_empty() {
            Met::default()
        } else {
            stores.run(&self.tape, id, scene)
        };
        match step.kind {
            StepKind::RailResolve { rail } => {
                let published = stores
                    .rails
                    .resolve(rail, &stores.registers, &stores.events);
                if !published && scene.class.begins_run() {
                    self.health.rails_without_publisher.push(rail);
                }
            }
            StepKind::StateCommit => self.commit(scene),
            StepKind::Materialize { group } => {
                if step.phase < Phase::Render {
                    // Before the commit a history does not hold this frame's value yet.
                    let (cells, around) = stores.around(scene);
                    for &cell in &self.histories[group.index()] {
                        cells.update(cell, &around);
                    }
                }
                let Stores {
                    registers,
                    cells,
                    fields,
                    ..
                } = stores;
                let sources = (&*registers, &*cells as _);
                fields.materialize_traced(program, group, sources, parallel, &mut self.tracer);
            }
            StepKind::CameraEval { camera } => {
                let registers = &stores.registers;
                self.stage.look(camera, registers, &mut self.health);
            }
            StepKind::SinkEval { sink } => {
                let Stores {
                    registers, fields, ..
                } = stores;
                self.stage.draw(sink, fields, registers, &mut self.health);
            }
            _ => {}
        }
        met.div_zero += self.stores.fields.report().div_zero - divided;
        self.note(id, &met);
        if T::LEVEL == Level::Full {
            let columns = &self.stores.fields.report().requests[before..];
            let mut teller = Teller {
                program,
                stores: &self.stores,
                tracer: &mut self.tracer,
            };
            teller.step(step, columns);
        }
        let forced = if forced { flags::FORCED_BY_PROBE } else { 0 };
        let bytes = self.stores.fields.report().bytes_written - written;
        let ended = self.span_end(kind, Subject::Step(id), met.flags() | forced, bytes);
        if T::LEVEL >= Level::Timing {
            let timings = self.health.timings.get_or_insert_default();
            timings[step.phase as usize] += ended.saturating_sub(begun);
        }
    }

    fn note(&mut self, step: StepId, met: &Met) {
        let faults = StepFaults {
            step,
            nan: met.nan,
            inf: met.inf,
            div_zero: met.div_zero,
        };
        let first = met.first.and_then(|at| self.stores.registers.owner(at));
        self.health.step(faults, first);
    }

    /// The one moment in which state and latches change; in a peek nothing does.
    fn commit(&mut self, scene: &Scene<'_>) {
        let (cells, around) = self.stores.around(scene);
        if scene.class == FrameClass::Peek {
            cells.settle(&around);
            return;
        }
        cells.commit(&around);
        self.stores.rails.commit(&self.stores.registers);
        self.run.prev = Some(scene.now);
        self.run.frames += 1;
    }

    /// Puts the frame into the tree, unless strict mode objects.
    fn show(&mut self, program: &Program) -> Option<Offence> {
        if self.options.strict {
            self.stage
                .check_order(&self.stores.registers, &mut self.health);
            let offence = self.refuse(program);
            if offence.is_some() {
                self.stage.discard();
                return offence;
            }
        }
        let viewport = &program.viewport;
        (self.tree.width, self.tree.height) = (viewport.width, viewport.height);
        self.tree.background = viewport.background.map(|v| v as f32);
        let registers = &self.stores.registers;
        self.stage
            .assemble(&mut self.tree, registers, &mut self.health);
        None
    }

    fn refuse(&self, program: &Program) -> Option<Offence> {
        if !self.options.strict {
            return None;
        }
        blame::offence(program, &self.stage, &self.stores, &self.health)
    }

    /// Closes the books of a frame.
    fn close(&mut self, program: &Program, scene: &Scene<'_>, drawn: bool) {
        if scene.class == FrameClass::Peek {
            self.stores.cells.discard();
        }
        let health = &mut self.health;
        for list in &self.stores.events {
            health.pulses = health.pulses.saturating_add(list.count());
            health.pulses_folded = health.pulses_folded.saturating_add(list.folded());
        }
        let report = self.stores.fields.report();
        health.materialised = report.materialised();
        health.bytes_written = report.bytes_written;
        health.bytes_reused = report.bytes_reused;
        health.constant = report.constant;
        health.cache = CacheCounts {
            hits: report.hits,
            shared: report.shared,
            misses: report.misses,
        };
        for row in &report.requests {
            health.weigh(row.req, row.bytes);
        }
        if scene.class != FrameClass::Peek {
            self.totals.add(health);
        }
        let frame = watch::Frame {
            program,
            stores: &self.stores,
            model: scene.model,
            prev: &scene.prev,
            now: &scene.now,
            class: scene.class,
            number: health.frame,
            drawn,
        };
        for watch in self.watches.iter_mut().flatten() {
            watch.take(&frame);
        }
    }

    pub(in super::super) fn span(&mut self, kind: SpanKind, subject: Subject, phase: Phase) -> u64 {
        if T::LEVEL == Level::Off {
            return 0;
        }
        let at = self.tracer.now();
        self.tracer.begin(Span {
            kind,
            subject,
            phase,
            at,
        });
        at
    }

    pub(in super::super) fn span_end(
        &mut self,
        kind: SpanKind,
        subject: Subject,
        flags: u16,
        bytes: u64,
    ) -> u64 {
        if T::LEVEL == Level::Off {
            return 0;
        }
        let at = self.tracer.now();
        self.tracer.end(SpanEnd {
            kind,
            subject,
            at,
            flags,
            bytes,
        });
        at
    }
}

impl Met {
    fn flags(&self) -> u16 {
        let bit = |set: bool, bit| if set { bit } else { 0 };
        bit(self.nan > 0, flags::NAN)
            | bit(self.inf > 0, flags::INF)
            | bit(self.div_zero > 0, flags::DIV_ZERO)
    }
}

fn span_kind(program: &Program, kind: StepKind) -> SpanKind {
    match kind {
        StepKind::ExternalSample => SpanKind::ExternalSample,
        StepKind::TimeDerive => SpanKind::TimeDerive,
        StepKind::TimeConsole => SpanKind::TimeConsole,
        StepKind::NodeEval { .. } => SpanKind::NodeEval,
        StepKind::BusEval { bus } => match program.tables.graph.buses[bus.index()].pubs {
            [_, 0] => SpanKind::BusSilent,
            _ => SpanKind::BusEval,
        },
        StepKind::Reduce { .. } => SpanKind::Reduce,
        StepKind::RailResolve { .. } => SpanKind::RailResolve,
        StepKind::StateCommit => SpanKind::StateCommit,
        StepKind::Materialize { .. } => SpanKind::Materialize,
        StepKind::CameraEval { .. } => SpanKind::Camera,
        StepKind::MeshBuild { .. } => SpanKind::Mesh,
        StepKind::SinkEval { .. } => SpanKind::SinkEval,
        StepKind::RenderAssemble => SpanKind::RenderAssemble,
    }
}
