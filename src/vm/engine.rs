//! The engine: what a host calls, and the order of a frame.
//!
//! A frame is checked, sampled, evaluated, committed, drawn: [`Engine::render_frame`] is that sentence.
//! Everything a frame computes lives in stores made once from the program. What holds: between the
//! first and the last step nothing outside is called but inputs, threads and tracer; which steps run
//! never depends on values. Read next: `evaluate` (signals), `assemble` (the tree).

use super::assemble::Stage;
use super::blame;
use super::channels::Channels;
use super::evaluate::{Leaves, Scene, Stores};
use super::field::{FieldError, FieldOptions, FieldStore, Parallel};
use super::frame::{EngineError, EngineOptions, FrameCtx, FrameError, FrameTime};
use super::health::{CacheCounts, Health, StepFaults, Totals};
use super::probe::{ProbeError, ProbeId, Sample, Target};
use super::rails::{Instant, Rails};
use super::registers::Registers;
use super::snapshot::{Snapshot, SnapshotError};
use super::state::Cells;
use super::tape::{Met, Tape};
use super::time::{FrameClass, Model, Moment};
use super::trace::{Level, NoTrace, Span, SpanEnd, SpanKind, Tracer, flags};
use super::watch::{self, Watch};
use crate::ir::{
    FieldExpr, GroupId, Memory, Phase, Program, StateId, StepId, StepKind, Valid, ValueRef,
    operands,
};
use crate::render_tree::RenderTree;
use std::sync::Arc;

/// Runs one program. `Send` if its tracer is; two engines of one program share only the `Arc`.
pub struct Engine<T: Tracer = NoTrace> {
    program: Arc<Valid<Program>>,
    strict: bool,
    model: Arc<Model>,
    tape: Tape,
    leaves: Leaves,
    stores: Stores,
    stage: Stage,
    /// History cells that the fields of each group read.
    histories: Vec<Vec<StateId>>,
    run: Run,
    tree: RenderTree,
    health: Health,
    totals: Totals,
    watches: Vec<Option<Watch>>,
    /// Steps that run because a probe asks.
    forced: Vec<bool>,
    tracer: T,
}

/// Where a run stands.
#[derive(Debug, Clone, Default)]
struct Run {
    frames: u64,
    prev: Option<Moment>,
    /// The sample that the rails of the next first frame are latched from.
    latch: Option<Moment>,
    /// `prev` is a sample that was never a frame: the rails are latched at the next one.
    waiting: bool,
    /// The state came from a snapshot.
    restored: bool,
}

impl Engine {
    /// An engine at the start of a run.
    ///
    /// # Errors
    /// If the program does not fit the memory limit, or draws what the engine cannot.
    pub fn new(program: Arc<Valid<Program>>, options: EngineOptions) -> Result<Self, EngineError> {
        Engine::with_tracer(program, options, NoTrace)
    }
}

impl<T: Tracer> Engine<T> {
    /// An engine that tells `tracer` what happens.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn with_tracer(
        program: Arc<Valid<Program>>,
        options: EngineOptions,
        tracer: T,
    ) -> Result<Self, EngineError> {
        let fields = FieldOptions {
            lane_block: options.lane_block,
            memory_limit: options.memory_limit,
        };
        let fields = FieldStore::new(&program, &fields).map_err(|error| match error {
            FieldError::Memory { needed, limit } => EngineError::Memory { needed, limit },
            other => EngineError::Field(other),
        })?;
        let stage = Stage::new(&program)?;
        let mut registers = Registers::new(&program);
        let tape = Tape::new(&program, &mut registers);
        let events = program.tables.event.nodes.len();
        let stores = Stores {
            events: vec![Default::default(); events],
            cells: Cells::new(&program, &registers),
            rails: Rails::new(&program),
            channels: Channels::new(&program),
            registers,
            fields,
            time: [0.0; 8],
        };
        let viewport = &program.viewport;
        let tree = RenderTree {
            frame: 0,
            t_ms: 0.0,
            width: viewport.width,
            height: viewport.height,
            background: viewport.background.map(|v| v as f32),
            passes: Vec::new(),
        };
        Ok(Self {
            strict: options.strict,
            model: Arc::new(Model::new(&program.time_model)),
            leaves: Leaves::new(&program),
            histories: histories(&program),
            forced: vec![false; program.schedule.steps.len()],
            run: Run::default(),
            health: Health::default(),
            totals: Totals::default(),
            watches: Vec::new(),
            tape,
            stores,
            stage,
            tree,
            program,
            tracer,
        })
    }

    /// The program that runs.
    pub fn program(&self) -> &Arc<Valid<Program>> {
        &self.program
    }

    /// Makes a frame.
    ///
    /// # Errors
    /// If the time is illegal, the inputs fail, or (in strict mode) something would not be drawn.
    pub fn render_frame(
        &mut self,
        time: FrameTime,
        ctx: &FrameCtx<'_>,
    ) -> Result<&RenderTree, FrameError> {
        self.frame(time, ctx, true)?;
        Ok(&self.tree)
    }

    /// Makes a frame without drawing it: signals, state and rails go on, no columns but those that a
    /// reduction reads.
    ///
    /// # Errors
    /// As [`Self::render_frame`].
    pub fn step(&mut self, time: FrameTime, ctx: &FrameCtx<'_>) -> Result<(), FrameError> {
        self.frame(time, ctx, false)
    }

    /// Begins a run whose next frame continues from the sample `previous`. After [`Self::restore`] it
    /// only replaces the time of the last frame.
    ///
    /// # Errors
    /// If the program keeps state (and no snapshot was restored), or the sample is no time of it.
    pub fn start_after(&mut self, previous: FrameTime) -> Result<(), EngineError> {
        let moment = self.model.check(previous, false)?;
        if !self.run.restored {
            if self.program.memory == Memory::State {
                return Err(EngineError::NeedsState);
            }
            self.reset();
            self.run.latch = Some(moment);
            self.run.waiting = true;
        }
        self.run.prev = Some(moment);
        Ok(())
    }

    /// Takes only the rails of the next first frame from the sample `previous`.
    ///
    /// # Errors
    /// If the sample is no time of the program.
    pub fn latch_from(&mut self, previous: FrameTime) -> Result<(), EngineError> {
        self.run.latch = Some(self.model.check(previous, false)?);
        Ok(())
    }

    /// Begins a new run: initial state, no previous time.
    pub fn reset(&mut self) {
        self.run = Run::default();
        self.totals = Totals::default();
        self.stores.cells.reset();
    }

    /// The tree of the last frame that was drawn.
    pub fn tree(&self) -> &RenderTree {
        &self.tree
    }

    /// What went wrong in the last frame.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// The same, summed since the run began.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The tracer.
    pub fn tracer(&mut self) -> &mut T {
        &mut self.tracer
    }

    /// Watches a target; its value is there after each frame from now on.
    ///
    /// # Errors
    /// If the program has no such target.
    pub fn watch(&mut self, target: Target) -> Result<ProbeId, ProbeError> {
        let watch = Watch::new(&self.program, &target)?;
        self.watches.push(Some(watch));
        self.force();
        Ok(ProbeId(self.watches.len() as u32 - 1))
    }

    /// Watches a target no more.
    pub fn unwatch(&mut self, probe: ProbeId) {
        if let Some(slot) = self.watches.get_mut(probe.0 as usize) {
            *slot = None;
            self.force();
        }
    }

    /// What a watched target was in the last frame; `None` after [`Self::unwatch`].
    pub fn probe(&self, probe: ProbeId) -> Option<&Sample> {
        let slot = self.watches.get(probe.0 as usize)?.as_ref();
        slot.map(Watch::sample)
    }

    /// Everything that later frames depend on.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            program_hash: self.program.program_hash.clone(),
            layout_hash: self.program.tables.state.layout_hash.clone(),
            frames: self.run.frames,
            prev: self.run.prev,
            latch: self.run.latch,
            waiting: self.run.waiting,
            gauge: 0.0,
            cells: self.stores.cells.contents().clone(),
            rails: self.stores.rails.contents(),
        }
    }

    /// Continues from a snapshot.
    ///
    /// # Errors
    /// If the snapshot does not fit; the engine then stands as before.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        if snapshot.program_hash != self.program.program_hash {
            return Err(SnapshotError::Program);
        }
        if snapshot.layout_hash != self.program.tables.state.layout_hash {
            return Err(SnapshotError::Layout);
        }
        if !snapshot.rails.fits(&self.stores.rails) {
            return Err(SnapshotError::Damaged);
        }
        if !self.stores.cells.restore(snapshot.cells.clone()) {
            return Err(SnapshotError::Damaged);
        }
        self.stores.rails.restore(&snapshot.rails);
        self.totals = Totals::default();
        self.run = Run {
            frames: snapshot.frames,
            prev: snapshot.prev,
            latch: snapshot.latch,
            waiting: snapshot.waiting,
            restored: true,
        };
        Ok(())
    }

    /// Lanes of a signal in the last frame.
    #[cfg(test)]
    pub(crate) fn signal(&self, id: crate::ir::SignalId) -> &[f64] {
        self.stores.registers.get(id)
    }

    /// The state store.
    #[cfg(test)]
    pub(crate) fn cells(&self) -> &Cells {
        &self.stores.cells
    }

    /// Forgets the columns of earlier frames. Costs time in the next frame, never a difference.
    pub fn purge_caches(&mut self) {
        self.stores.fields.purge();
    }

    /// Works out which steps run only for probes.
    fn force(&mut self) {
        self.forced.fill(false);
        for step in self.watches.iter().flatten().flat_map(Watch::steps) {
            self.forced[step.index()] = true;
        }
    }

    fn frame(&mut self, time: FrameTime, ctx: &FrameCtx<'_>, draw: bool) -> Result<(), FrameError> {
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
        self.health.input_rejected = rejected;
        self.stage.bad = None;
        self.stores.rails.bad = (0, None);
        self.stores.fields.begin_frame();
        self.span(SpanKind::Frame, self.run.frames, Phase::External);

        let program = Arc::clone(&self.program);
        for i in 0..program.schedule.steps.len() {
            let phase = program.schedule.steps[i].phase;
            if phase >= Phase::Render && !draw {
                break;
            }
            self.run_step(&program, StepId::at(i), &scene, ctx.parallel);
        }
        let refused = draw.then(|| self.show(&program)).flatten();
        self.close(&program, &scene, draw);
        let number = self.health.frame;
        self.span_end(SpanKind::Frame, number, 0);
        match refused.or_else(|| self.refuse(&program)) {
            Some(offence) => Err(FrameError::NonFinite(Box::new(offence))),
            None => Ok(()),
        }
    }

    /// Brings state and rails to where the frame starts from.
    fn begin(&mut self, class: FrameClass, now: &Moment) {
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
        let kind = span_kind(step.kind);
        self.span(kind, u64::from(id.0), step.phase);
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
        let met = if step.run.is_empty() {
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
                fields.materialize(program, group, registers, cells, parallel);
            }
            StepKind::SinkEval { sink } => {
                let Stores {
                    registers, fields, ..
                } = stores;
                self.stage.draw(sink, fields, registers, &mut self.health);
            }
            _ => {}
        }
        self.note(id, &met);
        if T::LEVEL == Level::Full {
            self.trace_values(program, &step.run);
        }
        let forced = if forced { flags::FORCED_BY_PROBE } else { 0 };
        self.span_end(kind, u64::from(id.0), met.flags() | forced);
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
    fn show(&mut self, program: &Program) -> Option<super::frame::Offence> {
        if self.strict {
            self.stage
                .check_order(&self.stores.registers, &mut self.health);
            let offence = self.refuse(program);
            if offence.is_some() {
                self.stage.discard();
                return offence;
            }
        }
        let registers = &self.stores.registers;
        self.stage
            .assemble(&mut self.tree, registers, &mut self.health);
        None
    }

    fn refuse(&self, program: &Program) -> Option<super::frame::Offence> {
        if !self.strict {
            return None;
        }
        let registers = &self.stores.registers;
        blame::offence(program, &self.stage, registers, &self.health)
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
        health.cache = CacheCounts {
            hits: report.hits,
            shared: report.shared,
            misses: report.misses.total(),
        };
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

    fn span(&mut self, kind: SpanKind, subject: u64, phase: Phase) {
        if T::LEVEL >= Level::Timing {
            let at = self.tracer.now();
            self.tracer.begin(Span {
                kind,
                subject,
                phase,
                at,
            });
        }
    }

    fn span_end(&mut self, kind: SpanKind, subject: u64, flags: u16) {
        if T::LEVEL >= Level::Timing {
            let at = self.tracer.now();
            self.tracer.end(SpanEnd {
                kind,
                subject,
                at,
                flags,
            });
        }
    }

    fn trace_values(&mut self, program: &Program, run: &[ValueRef]) {
        for &value in run {
            super::records::values(program, &self.stores, value, &mut self.tracer);
        }
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

const fn span_kind(kind: StepKind) -> SpanKind {
    match kind {
        StepKind::ExternalSample => SpanKind::ExternalSample,
        StepKind::TimeDerive => SpanKind::TimeDerive,
        StepKind::TimeConsole => SpanKind::TimeConsole,
        StepKind::NodeEval { .. } => SpanKind::NodeEval,
        StepKind::BusEval { .. } => SpanKind::BusEval,
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

/// History cells that the fields of each group read.
fn histories(program: &Program) -> Vec<Vec<StateId>> {
    let tables = &program.tables;
    let mut lists = Vec::with_capacity(tables.materialize.groups.len());
    for group in 0..tables.materialize.groups.len() {
        let group = &tables.materialize.groups[GroupId::at(group).index()];
        let mut seen = vec![false; tables.field.nodes.len()];
        let mut cells = Vec::new();
        let requests = group.reqs.iter();
        let mut work: Vec<_> = requests
            .map(|r| tables.materialize.requests[r.index()].field)
            .collect();
        while let Some(field) = work.pop() {
            if std::mem::replace(&mut seen[field.index()], true) {
                continue;
            }
            let expr = &tables.field.nodes[field.index()].expr;
            if let FieldExpr::History(cell) = expr {
                cells.push(*cell);
            }
            operands::of_field(expr, &mut |value| {
                if let ValueRef::Field(id) = value {
                    work.push(id);
                }
            });
        }
        lists.push(cells);
    }
    lists
}
