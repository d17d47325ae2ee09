//! An engine led from frame to frame of a plan, by the rules of the program's memory.
//!
//! With memory of at most one sample it goes to each frame directly; with state it takes every sample
//! from the start of the plan (or a checkpoint), warm-up included, once and in order. Where another
//! program takes over, it is swapped in after the frame before. Either way the caller names frames
//! and gets what the whole plan would have there.

use super::{Approach, Evaluated, Exposed, FrameSource, Plan, Shown, SourceError};
use crate::ir::Memory;
use std::sync::atomic::{AtomicBool, Ordering};

/// A plan and an engine somewhere in it.
#[derive(Debug)]
pub struct Walk<'a, S> {
    plan: &'a Plan,
    source: S,
    /// The position that state has to see next; `None` before the run begins.
    next: Option<i64>,
    /// Swaps that the engine has made in this run.
    swapped: usize,
}

impl<'a, S: FrameSource> Walk<'a, S> {
    /// Before the start of the plan.
    pub fn new(plan: &'a Plan, source: S) -> Self {
        Self {
            plan,
            source,
            next: None,
            swapped: 0,
        }
    }

    /// The engine.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// The engine, to ask it for more.
    pub fn source_mut(&mut self) -> &mut S {
        &mut self.source
    }

    /// Goes to a frame of the plan, or the one after its last, and evaluates what it shows. Going back is
    /// allowed; with state it begins the plan again. `None` if `stop` was set on the way.
    ///
    /// # Errors
    /// What the engine says.
    pub fn expose(
        &mut self,
        frame: u64,
        stop: &AtomicBool,
    ) -> Result<Option<Exposed>, SourceError> {
        let end = frame as i64;
        if !self.lead_to(frame, stop)? {
            return Ok(None);
        }
        let is_blurred = self.plan.shutter().is_some();
        let t_ms = self.plan.time_ms(self.plan.sample(end));
        let mut exposed: Option<Exposed> = None;
        for sample in self.plan.moments(end) {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let Evaluated {
                mut tree,
                faults,
                columns,
                remark,
            } = self.source.frame(sample)?;
            // The engine counts the frames of its run; people count those of the plan.
            tree.frame = frame;
            if is_blurred {
                tree.t_ms = t_ms;
            }
            match &mut exposed {
                None => {
                    exposed = Some(Exposed {
                        shown: Shown::from(tree),
                        faults,
                        columns,
                        remark,
                    });
                }
                Some(exposed) => {
                    exposed.shown.more.push(tree);
                    exposed.faults = exposed.faults.plus(faults);
                    exposed.columns = exposed.columns.plus(columns);
                    exposed.remark = exposed.remark.take().or(remark);
                }
            }
        }
        self.next = Some(end + 1);
        Ok(exposed)
    }

    /// The same for a plan without motion blur; with it, the first moment.
    ///
    /// # Errors
    /// As [`Self::expose`].
    pub fn frame(
        &mut self,
        frame: u64,
        stop: &AtomicBool,
    ) -> Result<Option<Evaluated>, SourceError> {
        let exposed = self.expose(frame, stop)?;
        Ok(exposed.map(|exposed| Evaluated {
            tree: exposed.shown.tree,
            faults: exposed.faults,
            columns: exposed.columns,
            remark: exposed.remark,
        }))
    }

    /// Steps through what comes before a frame; `false` if `stop` was set on the way.
    fn lead_to(&mut self, frame: u64, stop: &AtomicBool) -> Result<bool, SourceError> {
        let end = frame as i64;
        // With state, and after a swap, the run so far is worth keeping.
        let remembers = self.plan.memory() == Memory::State || self.plan.is_swapped(end);
        let remembered = self.next.filter(|&next| remembers && next <= end);
        let approach = self.plan.approach(frame);
        let low = match remembered {
            Some(next) => next,
            None => self.begin(frame, &approach)?,
        };
        self.next = None;
        for range in approach.steps {
            for position in range.start.max(low)..range.end {
                self.swap(position)?;
                for sample in self.plan.moments(position) {
                    if stop.load(Ordering::Relaxed) {
                        return Ok(false);
                    }
                    self.source.step(sample)?;
                }
            }
        }
        self.swap(end)?;
        Ok(true)
    }

    /// Begins a run, from a checkpoint if there is one; gives the position that comes next.
    fn begin(&mut self, frame: u64, approach: &Approach) -> Result<i64, SourceError> {
        self.swapped = 0;
        if self.plan.memory() == Memory::State
            && let Some(next) = self.source.resume(frame)?
        {
            return Ok(next as i64);
        }
        self.source.begin(approach.start)?;
        Ok(i64::MIN)
    }

    /// Makes the swaps that come before a position.
    fn swap(&mut self, position: i64) -> Result<(), SourceError> {
        let swaps = self.plan.swaps();
        while let Some(swap) = swaps.get(self.swapped)
            && swap.frame as i64 <= position
        {
            self.source.swap(self.swapped)?;
            self.swapped += 1;
        }
        Ok(())
    }
}
