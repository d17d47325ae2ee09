//! Many trees become one animated document.
//!
//! In: trees, in the order of the plan. Out: one file, which appears when it is whole, and its manifest
//! with a line for each frame it was made from. The text is not written here: see [`Animator`].

use super::manifest::{FileEntry, FrameEntry, Head, Ledger, Sums, Written};
use super::output::{Destination, OutputError};
use super::pipeline::{Delivery, Finish, Frame, Outcome, Stage};
use super::{FrameSet, Plan, Shown, SourceError};
use crate::render_tree::RenderTree;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Collects the frames of an animation and writes it as text.
pub trait Animator {
    /// The next frame; `t_ms` is counted from the first one.
    fn push(&mut self, tree: RenderTree, t_ms: f64);

    /// Appends the document to `out`; returns what keyframes could not express.
    ///
    /// # Errors
    /// What cannot be said in the format, or not in the size that is allowed.
    fn finish(&mut self, out: &mut String) -> Result<Vec<Baked>, SourceError>;
}

/// A part of an animation that is drawn anew for each frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Baked {
    /// Block id of the sink.
    pub sink: String,
    /// Why.
    pub reason: String,
}

/// Hands trees on as they are.
#[derive(Debug, Clone, Copy)]
pub struct Trees;

impl Finish for Trees {
    type Product = RenderTree;

    fn finish(&mut self, shown: Shown, _: &dyn Fn(Stage)) -> Result<RenderTree, SourceError> {
        Ok(shown.tree)
    }
}

/// Gives frames to an animator, and keeps the manifest.
pub struct Animated<'a> {
    animator: Box<dyn Animator + 'a>,
    destination: &'a Destination,
    ledger: Ledger<'a>,
    start_ms: Option<f64>,
    plan: &'a Plan,
}

impl<'a> Animated<'a> {
    /// Begins an export.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn begin(
        animator: Box<dyn Animator + 'a>,
        destination: &'a Destination,
        (plan, frames): (&'a Plan, &FrameSet),
        head: &Head,
    ) -> Result<Self, OutputError> {
        let name = destination.manifest_name(frames, plan.frames());
        destination.sweep_abandoned(&name)?;
        Ok(Self {
            animator,
            destination,
            ledger: Ledger::begin(destination, &name, head)?,
            start_ms: None,
            plan,
        })
    }

    /// Ends it: file and manifest appear. Returns the outcome with the bytes of the file, and what had to
    /// be drawn anew for each frame.
    ///
    /// # Errors
    /// What the animator says, in its own words, or [`OutputError`]; nothing appears then.
    pub fn finish(mut self, outcome: Outcome) -> Result<(Outcome, Vec<Baked>), AnimatedError> {
        let mut text = String::new();
        let baked = self.animator.finish(&mut text)?;
        let name = self.destination.name(0);
        self.destination.write(&name, text.as_bytes())?;
        let bytes = text.len() as u64;
        let outcome = Outcome { bytes, ..outcome };
        let written = Written {
            file: &name,
            bytes,
            hash: blake3::hash(text.as_bytes()),
        };
        self.ledger.set_baked(baked.clone());
        let file = FileEntry::from(written);
        self.ledger.finish(&Sums::from(&outcome), Some(&file))?;
        Ok((outcome, baked))
    }
}

impl Delivery<RenderTree> for Animated<'_> {
    fn deliver(&mut self, frame: Frame<RenderTree>) -> Result<u64, OutputError> {
        let entry = FrameEntry::new(self.plan, &frame, None, None);
        self.ledger.line(&entry)?;
        let at = self.plan.time_ms(frame.sample);
        let start = *self.start_ms.get_or_insert(at);
        self.animator.push(frame.product, at - start);
        Ok(0)
    }
}

/// Why an animation was not written.
#[derive(Debug, thiserror::Error)]
pub enum AnimatedError {
    /// The animator could not.
    #[error(transparent)]
    Animator(#[from] SourceError),
    /// The file could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}
