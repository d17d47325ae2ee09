//! About how much memory and disk a job takes, before the first frame: for `--dry-run`, and what `--max-memory`
//! is held against.
//!
//! Pixels are counted; what shapes take was measured, for it depends on their text. Numbers for text are those
//! of patches whose elements move in place, size and colour at once: other patches take less.

use super::job::Job;
use crate::export::format::Form;
use crate::ir::facts::Facts;

/// Bytes of an element in a still document.
const TEXT: u64 = 160;
/// Bytes of an element and its keyframes in an animated document.
const ANIMATED_TEXT: u64 = 3_000;
/// An animated document is built in pieces, then put together: so many times its own bytes.
const COPIES: u64 = 4;

/// What a frame is drawn from.
struct Shapes {
    elements: u64,
    /// Bytes of its columns.
    columns: u64,
}

impl Job {
    /// About how many bytes are taken at once, by all threads together.
    pub(super) fn memory(&self) -> u64 {
        match self.target.form {
            Form::SvgFiles => {
                let Shapes { elements, columns } = self.shapes();
                let frame = columns.saturating_add(elements.saturating_mul(2 * TEXT));
                self.workers().saturating_mul(frame)
            }
            // The trees of all frames are kept until the document is written.
            Form::AnimatedSvg => {
                let trees = self.frames.len().saturating_mul(self.shapes().columns);
                trees.saturating_add(self.largest().saturating_mul(COPIES))
            }
            _ => self.painting(),
        }
    }

    /// The same where frames are painted: canvas, pixels and file of each in work.
    pub(super) fn painting(&self) -> u64 {
        let pixels = u64::from(self.width) * u64::from(self.height) * 4;
        let averaged = match (self.plan.shutter(), self.is_deep) {
            (None, false) => 0,
            (Some(_), false) => 4 * pixels,
            (_, true) => 6 * pixels,
        };
        self.workers()
            .saturating_mul(self.frame_memory.saturating_add(2 * pixels + averaged))
            .saturating_add(pixels)
    }

    /// About how many bytes all files have: of pixels, if none could be compressed at all.
    pub(super) fn largest(&self) -> u64 {
        let frames = self.frames.len();
        match self.target.form {
            Form::SvgFiles => frames.saturating_mul(self.shapes().elements.saturating_mul(TEXT)),
            Form::AnimatedSvg => self.shapes().elements.saturating_mul(ANIMATED_TEXT),
            _ => {
                let picture = u64::from(self.height) * (u64::from(self.width) * 4 + 1);
                frames.saturating_mul(picture + 1024)
            }
        }
    }

    /// What can be done about too much.
    pub(super) fn remedy_for_memory(&self) -> &'static str {
        match self.target.form {
            Form::AnimatedSvg => {
                "choose fewer frames (`--fps`, `--frames`), or frames of their own, or raise `--max-memory`"
            }
            Form::SvgFiles => "lower `--jobs`, or raise `--max-memory`",
            _ => "lower `--jobs` or `--scale`, or raise `--max-memory`",
        }
    }

    fn workers(&self) -> u64 {
        (self.jobs as u64).min(self.frames.len())
    }

    fn shapes(&self) -> Shapes {
        let facts = Facts::of(&self.studio.program);
        let drawn = facts.domains.iter();
        let drawn = drawn.map(|domain| u64::from(domain.count) * domain.sinks.len() as u64);
        Shapes {
            elements: drawn.sum(),
            columns: facts.program.column_bytes,
        }
    }
}
