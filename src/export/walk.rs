//! An engine led from frame to frame of a plan, by the rules of the program's memory.
//!
//! With memory of at most one sample it goes to each frame directly; with state it takes every sample
//! from the start of the plan, warm-up included, once and in order. Either way the caller names frames
//! and gets what the whole plan would have there.

use super::{Evaluated, FrameSource, Plan, SourceError};
use crate::ir::Memory;
use std::sync::atomic::{AtomicBool, Ordering};

/// A plan and an engine somewhere in it.
#[derive(Debug)]
pub struct Walk<'a, S> {
    plan: &'a Plan,
    source: S,
    /// The position that state has to see next; `None` before the run begins.
    next: Option<i64>,
}

impl<'a, S: FrameSource> Walk<'a, S> {
    /// Before the start of the plan.
    pub fn new(plan: &'a Plan, source: S) -> Self {
        Self {
            plan,
            source,
            next: None,
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
        let remembered = self
            .next
            .filter(|&next| self.plan.memory() == Memory::State && next <= end);
        let start = match remembered {
            Some(next) => next,
            None => {
                let approach = self.plan.approach(frame);
                self.source.begin(approach.start)?;
                approach.steps.start
            }
        };
        self.next = None;
        let stopped = || stop.load(Ordering::Relaxed);
        for position in start..end {
            if stopped() {
                return Ok(None);
            }
            self.source.step(self.plan.sample(position))?;
        }
        if stopped() {
            return Ok(None);
        }
        let mut evaluated = self.source.frame(self.plan.sample(end))?;
        // The engine counts the frames of its run; people count those of the plan.
        evaluated.tree.frame = frame;
        self.next = Some(end + 1);
        Ok(Some(evaluated))
    }
}
