//! The engine: what a host calls.
//!
//! Everything a frame computes lives in stores made once from the program; a frame is checked,
//! sampled, evaluated, committed, drawn. What holds: between the first and the last step of a frame
//! nothing outside is called but inputs, threads and tracer; which steps run never depends on values.
//! Read next: `order` (the steps of a frame), `evaluate` (signals), `assemble` (the tree).

mod order;

use super::assemble::Stage;
use super::blame;
use super::channels::Channels;
use super::evaluate::{Leaves, Stores};
use super::explain::{Explainer, Explanation};
use super::field::{FieldError, FieldOptions, FieldStore};
use super::frame::{EngineError, EngineOptions, FrameCtx, FrameError, FrameTime, Offence};
use super::health::{Health, Totals};
use super::probe::{ProbeError, ProbeId, Sample, Target};
use super::rails::Rails;
use super::registers::Registers;
use super::snapshot::{self, Snapshot, SnapshotError};
use super::state::Cells;
use super::tape::Tape;
use super::time::{Model, Moment};
use super::trace::{NoTrace, Tracer};
use super::watch::{self, Watch};
use crate::ir::{FieldExpr, Memory, Program, StateId, Valid, ValueRef, operands};
use crate::render_tree::RenderTree;
use std::sync::Arc;

/// Runs one program.
///
/// ```
/// # use oscilla::{compile, diag::Diagnostics, patch};
/// use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime, Snapshot};
/// # use std::sync::Arc;
/// # let text = r#"{"blocks": [
/// #     {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}},
/// #     {"id": "lfo", "type": "Oscillator", "params": {"bias": 5}},
/// #     {"id": "lag", "type": "Slew"},
/// #     {"id": "dots", "type": "RenderInstances2D", "params": {"positions": [8, 8]}}],
/// #     "connections": [{"from": "lfo.out", "to": "lag.in"}, {"from": "lag.out", "to": "dots.radius"}]}"#;
/// # let mut found = Diagnostics::new();
/// # let document = patch::read(&patch::Source::new("p.json", text), &mut found).unwrap();
/// # let program = Arc::new(compile::compile(&document, &Default::default(), &mut found).unwrap());
/// let mut engine = Engine::new(Arc::clone(&program), EngineOptions::default())?;
/// let tree = engine.render_frame(FrameTime::at(0.0), &FrameCtx::default())?;
/// assert_eq!(tree.passes.len(), 1);
///
/// // Another engine goes on from here, as if it had made all frames so far.
/// let bytes = engine.snapshot().to_bytes();
/// let mut other = Engine::new(program, EngineOptions::default())?;
/// other.restore(&Snapshot::from_bytes(&bytes)?)?;
/// let next = FrameTime::at(40.0);
/// let tree = engine.render_frame(next, &FrameCtx::default())?.clone();
/// assert_eq!(&tree, other.render_frame(next, &FrameCtx::default())?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `Send` if its tracer is; two engines of one program share only the `Arc`.
pub struct Engine<T: Tracer = NoTrace> {
    pub(super) program: Arc<Valid<Program>>,
    pub(super) options: EngineOptions,
    pub(super) model: Arc<Model>,
    tape: Tape,
    leaves: Leaves,
    pub(super) stores: Stores,
    stage: Stage,
    /// History cells that the fields of each group read.
    histories: Vec<Vec<StateId>>,
    pub(super) run: Run,
    tree: RenderTree,
    health: Health,
    totals: Totals,
    pub(super) watches: Vec<Option<Watch>>,
    /// Whether steps that nothing drawn needs run too.
    everything: bool,
    /// Steps that run because a probe asks, or all do.
    forced: Vec<bool>,
    tracer: T,
}

/// What is made of a program: everything that a swap replaces.
pub(super) struct Made {
    pub(super) model: Arc<Model>,
    tape: Tape,
    leaves: Leaves,
    pub(super) stores: Stores,
    stage: Stage,
    histories: Vec<Vec<StateId>>,
    forced: Vec<bool>,
}

impl Made {
    pub(super) fn new(
        program: &Valid<Program>,
        options: &EngineOptions,
    ) -> Result<Self, EngineError> {
        let fields = FieldOptions {
            lane_block: options.lane_block,
            memory_limit: options.memory_limit,
            cache: options.cache,
            ..FieldOptions::default()
        };
        let fields = FieldStore::new(program, &fields).map_err(|error| match error {
            FieldError::Memory { needed, limit } => EngineError::Memory { needed, limit },
            other => EngineError::Field(other),
        })?;
        let stage = Stage::new(program)?;
        let mut registers = Registers::new(program);
        let tape = Tape::new(program, &mut registers);
        let events = program.tables.event.nodes.len();
        let stores = Stores {
            events: vec![Default::default(); events],
            cells: Cells::new(program, &registers),
            rails: Rails::new(program),
            channels: Channels::new(program),
            registers,
            fields,
            time: [0.0; 8],
        };
        Ok(Self {
            model: Arc::new(Model::new(&program.time_model)),
            leaves: Leaves::new(program),
            histories: histories(program),
            forced: vec![false; program.schedule.steps.len()],
            tape,
            stores,
            stage,
        })
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    pub(super) frames: u64,
    pub(super) prev: Option<Moment>,
    /// The sample that the rails of the next first frame are latched from.
    pub(super) latch: Option<Moment>,
    /// `prev` is a sample that was never a frame: the rails are latched at the next one.
    waiting: bool,
    /// The state came from a snapshot.
    restored: bool,
    /// Cells that swaps since the last frame started anew.
    pub(super) state_resets: u64,
}

impl Engine {
    /// An engine at the start of a run.
    ///
    /// ```
    /// # use oscilla::{compile, diag::Diagnostics, patch};
    /// # use std::sync::Arc;
    /// # let text = r#"{"size": [64, 64], "blocks": [
    /// #     {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}},
    /// #     {"id": "lfo", "type": "Oscillator", "params": {"bias": 5}},
    /// #     {"id": "dots", "type": "RenderInstances2D", "params": {"positions": [8, 8], "color": "red"}}],
    /// #     "connections": [{"from": "lfo.out", "to": "dots.radius"}]}"#;
    /// # let mut found = Diagnostics::new();
    /// # let document = patch::read(&patch::Source::new("p.json", text), &mut found).unwrap();
    /// # let program = compile::compile(&document, &Default::default(), &mut found).unwrap();
    /// use oscilla::vm::{Engine, EngineError, EngineOptions};
    ///
    /// let program = Arc::new(program);
    /// let options = EngineOptions { memory_limit: Some(1 << 20), ..EngineOptions::default() };
    /// let engine = Engine::new(program.clone(), options)?;
    /// assert_eq!(engine.program().program_hash, program.program_hash);
    /// // Nothing is drawn yet, but the size is known.
    /// let tree = engine.tree();
    /// assert_eq!((tree.width, tree.height, tree.passes.len()), (64, 64, 0));
    /// # Ok::<(), EngineError>(())
    /// ```
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
        let made = Made::new(&program, &options)?;
        let viewport = &program.viewport;
        let tree = RenderTree {
            frame: 0,
            t_ms: 0.0,
            width: viewport.width,
            height: viewport.height,
            background: viewport.background.map(|v| v as f32),
            passes: Vec::new(),
            still: 0,
        };
        let Made {
            model,
            tape,
            leaves,
            stores,
            stage,
            histories,
            forced,
        } = made;
        Ok(Self {
            options,
            model,
            leaves,
            histories,
            forced,
            run: Run::default(),
            health: Health::default(),
            totals: Totals::default(),
            watches: Vec::new(),
            everything: false,
            tape,
            stores,
            stage,
            tree,
            program,
            tracer,
        })
    }

    /// Puts another program and what was made of it in place; gives what was made of the old one.
    pub(super) fn install(&mut self, program: Arc<Valid<Program>>, made: Made) -> Made {
        self.program = program;
        Made {
            model: std::mem::replace(&mut self.model, made.model),
            tape: std::mem::replace(&mut self.tape, made.tape),
            leaves: std::mem::replace(&mut self.leaves, made.leaves),
            stores: std::mem::replace(&mut self.stores, made.stores),
            stage: std::mem::replace(&mut self.stage, made.stage),
            histories: std::mem::replace(&mut self.histories, made.histories),
            forced: std::mem::replace(&mut self.forced, made.forced),
        }
    }

    /// The program that runs.
    pub fn program(&self) -> &Arc<Valid<Program>> {
        &self.program
    }

    /// Makes a frame.
    ///
    /// ```
    /// # use oscilla::{compile, diag::Diagnostics, patch};
    /// # use std::sync::Arc;
    /// # let text = r#"{"size": [64, 64], "blocks": [
    /// #     {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}},
    /// #     {"id": "lfo", "type": "Oscillator", "params": {"bias": 5}},
    /// #     {"id": "dots", "type": "RenderInstances2D", "params": {"positions": [8, 8], "color": "red"}}],
    /// #     "connections": [{"from": "lfo.out", "to": "dots.radius"}]}"#;
    /// # let mut found = Diagnostics::new();
    /// # let document = patch::read(&patch::Source::new("p.json", text), &mut found).unwrap();
    /// # let program = compile::compile(&document, &Default::default(), &mut found).unwrap();
    /// use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime};
    ///
    /// let mut engine = Engine::new(Arc::new(program), EngineOptions::default())?;
    /// for t_ms in [0.0, 250.0, 500.0] {
    ///     let tree = engine.render_frame(FrameTime::at(t_ms), &FrameCtx::default())?;
    ///     assert_eq!((tree.t_ms, tree.passes.len()), (t_ms, 1));
    /// }
    /// // What goes wrong leaves the engine as it was; another run begins with `reset`.
    /// assert!(engine.render_frame(FrameTime::at(f64::NAN), &FrameCtx::default()).is_err());
    /// engine.reset();
    /// engine.render_frame(FrameTime::at(0.0), &FrameCtx::default())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        self.clear_gauges();
    }

    /// Phases of a new run are what the program says for its times.
    fn clear_gauges(&mut self) {
        if self.model.gauge() != 0.0 {
            self.model = Arc::new(self.model.with_gauge(0.0));
        }
        self.stores.rails.clear_gauges();
    }

    /// The tree of the last frame that was drawn.
    pub fn tree(&self) -> &RenderTree {
        &self.tree
    }

    /// What went wrong in the last frame.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// What strict mode would object to first in the last frame: which sink, channel and element, and
    /// where the trouble began. Worked out when it is asked for.
    pub fn offence(&self) -> Option<Offence> {
        blame::offence(&self.program, &self.stage, &self.stores, &self.health)
    }

    /// Walks a value of the last frame back to its sources: an input or output of a block
    /// (`block.port`) or a bus (`bus:name`). Steps that nothing drawn needs ran only if they are watched,
    /// or after [`Self::run_everything`].
    ///
    /// # Errors
    /// If the program has no such target, or it is of another kind.
    pub fn explain(&self, target: &Target) -> Result<Explanation, ProbeError> {
        let slot = watch::slot(&self.program, target)?;
        Ok(Explainer::new(&self.program, &self.stores).explain(slot))
    }

    /// The same, summed since the run began.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The tracer.
    pub fn tracer(&mut self) -> &mut T {
        &mut self.tracer
    }

    /// Watches a target; its value is there after each frame from now on. A value that nothing drawn
    /// reads may depend on more frames than the pictures do: [`derive::memory_of_all`] says on how many.
    ///
    /// [`derive::memory_of_all`]: crate::ir::derive::memory_of_all
    ///
    /// # Errors
    /// If the program has no such target.
    pub fn watch(&mut self, target: Target) -> Result<ProbeId, ProbeError> {
        let watch = Watch::new(&self.program, &target)?;
        self.watches.push(Some(watch));
        self.force();
        Ok(ProbeId(self.watches.len() as u32 - 1))
    }

    /// From now on also what nothing drawn needs has a value in every frame, as if all of it were
    /// watched.
    pub fn run_everything(&mut self) {
        self.everything = true;
        self.force();
    }

    /// Watches a target no more.
    pub fn unwatch(&mut self, probe: ProbeId) {
        if let Some(slot) = self.watches.get_mut(probe.0 as usize) {
            *slot = None;
            self.force();
            // Steps that ran for the probe alone leave no pulses behind.
            self.stores.events.iter_mut().for_each(|list| list.clear());
        }
    }

    /// What a watched target was in the last frame; `None` after [`Self::unwatch`].
    pub fn probe(&self, probe: ProbeId) -> Option<&Sample> {
        let slot = self.watches.get(probe.0 as usize)?.as_ref();
        slot.map(Watch::sample)
    }

    /// How many elements a watched target has; 1 for what is no column. `None` after
    /// [`Self::unwatch`].
    pub fn elements(&self, probe: ProbeId) -> Option<usize> {
        let slot = self.watches.get(probe.0 as usize)?.as_ref();
        slot.map(|watch| watch.elements(&self.program))
    }

    /// Everything that later frames depend on.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            engine: snapshot::ENGINE.to_owned(),
            program_hash: self.program.program_hash.clone(),
            layout_hash: self.program.tables.state.layout_hash.clone(),
            frames: self.run.frames,
            prev: self.run.prev,
            latch: self.run.latch,
            waiting: self.run.waiting,
            gauge: self.model.gauge(),
            cells: self.stores.cells.contents().clone(),
            rails: self.stores.rails.contents(),
            inputs: String::new(),
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
        if !snapshot.gauge.is_finite() || !snapshot.rails.fits(&self.stores.rails) {
            return Err(SnapshotError::Damaged);
        }
        if !self.stores.cells.restore(snapshot.cells.clone()) {
            return Err(SnapshotError::Damaged);
        }
        self.stores.rails.restore(&snapshot.rails);
        self.model = Arc::new(self.model.with_gauge(snapshot.gauge));
        self.totals = Totals::default();
        self.run = Run {
            frames: snapshot.frames,
            prev: snapshot.prev,
            latch: snapshot.latch,
            waiting: snapshot.waiting,
            restored: true,
            state_resets: 0,
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
    pub(super) fn cells(&self) -> &Cells {
        &self.stores.cells
    }

    /// Forgets the columns of earlier frames. Costs time in the next frame, never a difference.
    pub fn purge_caches(&mut self) {
        self.stores.fields.purge();
    }

    /// Works out which steps run only for probes.
    pub(super) fn force(&mut self) {
        self.forced.fill(self.everything);
        for step in self.watches.iter().flatten().flat_map(Watch::steps) {
            self.forced[step.index()] = true;
        }
    }
}

/// History cells that the fields of each group read.
fn histories(program: &Program) -> Vec<Vec<StateId>> {
    let tables = &program.tables;
    let mut lists = Vec::with_capacity(tables.materialize.groups.len());
    for group in &tables.materialize.groups {
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
