//! An engine led from frame to frame of a plan, by the rules of the program's memory.
//!
//! With memory of at most one sample it goes to each frame directly; with state it takes every sample
//! from the start of the plan (or a checkpoint), warm-up included, once and in order. Where another
//! program takes over, it is swapped in after the frame before. Either way the caller names frames
//! and gets what the whole plan would have there.

use super::{Approach, Evaluated, FrameSource, Plan, SourceError};
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

    /// Goes to a frame of the plan, or the one after its last, and evaluates it. Going back is
    /// allowed; with state it begins the plan again. `None` if `stop` was set on the way.
    ///
    /// # Errors
    /// What the engine says.
    pub fn frame(
        &mut self,
        frame: u64,
        stop: &AtomicBool,
    ) -> Result<Option<Evaluated>, SourceError> {
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
        let stopped = || stop.load(Ordering::Relaxed);
        for range in approach.steps {
            for position in range.start.max(low)..range.end {
                if stopped() {
                    return Ok(None);
                }
                self.swap(position)?;
                self.source.step(self.plan.sample(position))?;
            }
        }
        if stopped() {
            return Ok(None);
        }
        self.swap(end)?;
        let mut evaluated = self.source.frame(self.plan.sample(end))?;
        // The engine counts the frames of its run; people count those of the plan.
        evaluated.tree.frame = frame;
        self.next = Some(end + 1);
        Ok(Some(evaluated))
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
