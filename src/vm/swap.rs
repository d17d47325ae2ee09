//! Another program takes the place of the running one, between two frames.
//!
//! In: the next program and [`SwapOptions`]. Out: a [`SwapReport`]; the next frame is drawn by the
//! new program alone. What holds: all or nothing. The new program is made ready beside the old one,
//! and if it does not fit, or changes more than the host allows, the old one stands as before.
//! State goes on by key, rails by name, columns by content, probes by target; time goes on, and a
//! cycle of another period goes on at its phase. Read next: [`crate::ir::diff`], which finds what
//! goes on.

use super::engine::{Engine, Made};
use super::frame::EngineError;
use super::records;
use super::time::{Model, Moment};
use super::trace::{Level, SpanKind, Subject, Tracer};
use super::watch::Watch;
use crate::ir::{CellAction, Class, Diff, Phase, Program, TimeModel, TimeValue, Valid};
use std::sync::Arc;

/// What a swap may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Allow {
    /// Parameters and structure; a deeper change is only reported.
    #[default]
    UpToB,
    /// Everything.
    Any,
}

/// What becomes of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeepState {
    /// Cells of equal key and layout go on.
    #[default]
    Keep,
    /// Every cell starts with its initial contents.
    Reset,
}

/// What becomes of phases whose period changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeepPhase {
    /// They go on from where they are, at the new speed.
    #[default]
    Keep,
    /// They are what the new program says for the time: as in an export of it.
    Recompute,
}

/// How programs are swapped. The default keeps all that can go on and refuses changes of topology.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SwapOptions {
    /// What may change.
    pub allow: Allow,
    /// What becomes of state.
    pub state: KeepState,
    /// What becomes of phases.
    pub phase: KeepPhase,
}

/// What a swap did, or would do.
#[derive(Debug, Clone, PartialEq)]
pub struct SwapReport {
    /// What differs, and what becomes of each cell.
    pub diff: Diff,
    /// Columns that go on without being computed anew.
    pub cache_kept: usize,
    /// Columns that are let go.
    pub cache_released: usize,
    /// Time on both sides.
    pub time: SwapTime,
    /// Whether the new program runs.
    pub applied: bool,
}

impl SwapReport {
    /// Cells that start anew although the new program has them under the same key.
    pub fn resets(&self) -> usize {
        let cells = self.diff.cells.iter();
        cells.filter(|cell| cell.action.is_reset()).count()
    }
}

/// Time before and after a swap.
#[derive(Debug, Clone, PartialEq)]
pub struct SwapTime {
    /// Time of the last frame, ms; `None` before the first one.
    pub t_ms: Option<f64>,
    /// Old time model.
    pub from: TimeModel,
    /// New time model.
    pub to: TimeModel,
    /// Phase at the last frame by the old program; of a performance: its progress.
    pub phase_before: f64,
    /// The same by the new program.
    pub phase_after: f64,
}

impl<T: Tracer> Engine<T> {
    /// What [`Self::set_program`] would do with the default options, if everything were allowed.
    /// Changes nothing.
    pub fn plan_swap(&self, next: &Valid<Program>) -> SwapReport {
        let mut report = self.compare(next, SwapOptions::default());
        if let Ok(made) = Made::new(next, &self.options) {
            (report.cache_kept, report.cache_released) =
                made.stores.fields.matches(&self.stores.fields);
        }
        report
    }

    /// Runs `next` from the next frame on. Time, run and frame number go on. If the period of a
    /// cycle changes, frames are to be asked for by time from now on: a step of the old cycle is at
    /// another time in the new one.
    ///
    /// A change of class C with [`Allow::UpToB`] is not made; the report then says `applied: false`.
    ///
    /// ```
    /// # use oscilla::{compile, diag::Diagnostics, patch};
    /// use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime, SwapOptions};
    /// # use std::sync::Arc;
    /// # let program = |bias: u32| {
    /// #     let text = format!(r#"{{"blocks": [
    /// #         {{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 1000}}}},
    /// #         {{"id": "lfo", "type": "Oscillator", "params": {{"bias": {bias}}}}},
    /// #         {{"id": "dots", "type": "RenderInstances2D", "params": {{"positions": [8, 8]}}}}],
    /// #         "connections": [{{"from": "lfo.out", "to": "dots.radius"}}]}}"#);
    /// #     let mut found = Diagnostics::new();
    /// #     let document = patch::read(&patch::Source::new("p.json", text), &mut found).unwrap();
    /// #     Arc::new(compile::compile(&document, &Default::default(), &mut found).unwrap())
    /// # };
    /// let (old, new) = (program(5), program(9));
    /// let mut engine = Engine::new(old, EngineOptions::default())?;
    /// engine.render_frame(FrameTime::at(0.0), &FrameCtx::default())?;
    /// let report = engine.set_program(new, SwapOptions::default())?;
    /// assert_eq!((report.applied, report.diff.blocks.changed), (true, vec!["lfo".to_owned()]));
    /// engine.render_frame(FrameTime::at(16.0), &FrameCtx::default())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the program does not fit the memory limit, or draws what the engine cannot. The old one
    /// then runs on.
    pub fn set_program(
        &mut self,
        next: Arc<Valid<Program>>,
        how: SwapOptions,
    ) -> Result<SwapReport, EngineError> {
        let mut report = self.compare(&next, how);
        if report.diff.class == Class::C && how.allow != Allow::Any {
            return Ok(report);
        }
        let made = Made::new(&next, &self.options)?;
        let subject = Subject::Frame(self.run.frames);
        self.span(SpanKind::Swap, subject, Phase::External);
        let old = self.install(next, made);
        let keep = how.phase == KeepPhase::Keep;
        if let Some(prev) = self.run.prev {
            self.model = Arc::new(self.model.continuing(&old.model, &prev, keep));
            let at = (&prev, &*self.model);
            self.stores.rails.adopt(&old.stores.rails, at, keep);
        }
        if self.model != old.model {
            // Steps of the old cycle are at other times in the new one.
            self.run.prev = self.run.prev.map(Moment::by_time);
            self.run.latch = self.run.latch.map(Moment::by_time);
        }
        let cells = match how.state {
            KeepState::Keep => report.diff.cells.as_slice(),
            KeepState::Reset => &[],
        };
        self.stores.cells.adopt(&old.stores.cells, cells);
        (report.cache_kept, report.cache_released) = self.stores.fields.adopt(old.stores.fields);
        for watch in self.watches.iter_mut().flatten() {
            *watch = Watch::again(&self.program, watch);
        }
        self.force();
        report.applied = true;
        self.run.state_resets += report.resets() as u64;
        self.span_end(SpanKind::Swap, subject, 0, 0);
        if T::LEVEL == Level::Full {
            // After the span: the cells are those of the new program.
            let cells = report.diff.cells.iter();
            for cell in cells.filter(|c| c.action.is_reset()).filter_map(|c| c.to) {
                let told = records::reset(&self.program, &self.stores, cell);
                self.tracer().value(told);
            }
        }
        Ok(report)
    }

    /// The report before anything is done.
    fn compare(&self, next: &Valid<Program>, how: SwapOptions) -> SwapReport {
        let mut diff = Diff::new(&self.program, next);
        if how.state == KeepState::Reset {
            for cell in &mut diff.cells {
                if matches!(cell.action, CellAction::Copied | CellAction::Resampled) {
                    cell.action = CellAction::ResetAsked;
                    cell.reason = "all state was to start anew".to_owned();
                }
            }
        }
        let model = Model::new(&next.time_model);
        let phase = TimeValue::Phase01 as usize;
        let (before, after) = match self.run.prev {
            Some(prev) => {
                let keep = how.phase == KeepPhase::Keep;
                let model = model.continuing(&self.model, &prev, keep);
                let after = if model == *self.model {
                    prev
                } else {
                    prev.by_time()
                };
                (self.model.values(&prev)[phase], model.values(&after)[phase])
            }
            None => (0.0, 0.0),
        };
        SwapReport {
            diff,
            cache_kept: 0,
            cache_released: 0,
            time: SwapTime {
                t_ms: self.run.prev.map(|prev| prev.t_ms),
                from: self.program.time_model.clone(),
                to: next.time_model.clone(),
                phase_before: before,
                phase_after: after,
            },
            applied: false,
        }
    }
}
