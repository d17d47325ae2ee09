//! The engine: what a host calls, and the order of a frame.

use super::frame::{EngineError, EngineOptions, FrameCtx, FrameError, FrameTime};
use super::health::{Health, Totals};
use super::probe::{ProbeError, ProbeId, Sample, SampleValue, Target};
use super::snapshot::{Snapshot, SnapshotError};
use super::time::{Model, Moment};
use super::trace::{NoTrace, Tracer};
use crate::ir::{Program, Valid};
use crate::render_tree::RenderTree;
use std::sync::Arc;

/// Runs one program. `Send` if its tracer is; two engines of one program share only the `Arc`.
pub struct Engine<T: Tracer = NoTrace> {
    program: Arc<Valid<Program>>,
    model: Model,
    prev: Option<Moment>,
    tree: RenderTree,
    health: Health,
    totals: Totals,
    probes: Vec<Option<(Target, Sample)>>,
    tracer: T,
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
        _options: EngineOptions,
        tracer: T,
    ) -> Result<Self, EngineError> {
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
            model: Model::new(&program.time_model),
            prev: None,
            tree,
            health: Health::default(),
            totals: Totals::default(),
            probes: Vec::new(),
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
        self.step(time, ctx)?;
        Ok(&self.tree)
    }

    /// Makes a frame without drawing it: signals, state and rails go on, no columns but those that a
    /// reduction reads.
    ///
    /// # Errors
    /// As [`Self::render_frame`].
    pub fn step(&mut self, time: FrameTime, _ctx: &FrameCtx<'_>) -> Result<(), FrameError> {
        self.prev = Some(self.model.check(time, true)?);
        Ok(())
    }

    /// Begins a run whose next frame continues from the sample `previous`.
    ///
    /// # Errors
    /// If the program keeps state (and no snapshot was restored), or the sample is no time of it.
    pub fn start_after(&mut self, previous: FrameTime) -> Result<(), EngineError> {
        self.prev = Some(self.model.check(previous, false)?);
        Ok(())
    }

    /// Takes only the rails of the next first frame from the sample `previous`.
    ///
    /// # Errors
    /// If the sample is no time of the program.
    pub fn latch_from(&mut self, previous: FrameTime) -> Result<(), EngineError> {
        self.model.check(previous, false)?;
        Ok(())
    }

    /// Begins a new run: initial state, no previous time.
    pub fn reset(&mut self) {
        self.prev = None;
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
        let sample = Sample {
            frame: 0,
            t_ms: 0.0,
            value: SampleValue::Nothing,
        };
        self.probes.push(Some((target, sample)));
        Ok(ProbeId(self.probes.len() as u32 - 1))
    }

    /// Watches a target no more.
    pub fn unwatch(&mut self, probe: ProbeId) {
        if let Some(slot) = self.probes.get_mut(probe.0 as usize) {
            *slot = None;
        }
    }

    /// What a watched target was in the last frame; `None` after [`Self::unwatch`].
    pub fn probe(&self, probe: ProbeId) -> Option<&Sample> {
        let slot = self.probes.get(probe.0 as usize)?.as_ref();
        slot.map(|(_, sample)| sample)
    }

    /// Everything that later frames depend on.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            payload: Vec::new(),
        }
    }

    /// Continues from a snapshot.
    ///
    /// # Errors
    /// If the snapshot does not fit; the engine then stands as before.
    pub fn restore(&mut self, _snapshot: &Snapshot) -> Result<(), SnapshotError> {
        Err(SnapshotError::Damaged)
    }

    /// Forgets the columns of earlier frames. Costs time in the next frame, never a difference.
    pub fn purge_caches(&mut self) {}
}
