//! Many trees as one animated document.
//!
//! In: the trees of all frames, one after the other. Out: a document whose attributes hold frame 0 and
//! whose style sheet moves it: keyframes at fractions of the whole, exactly those of the frames. What is
//! the same in all frames is written once, as in a still.
//!
//! 1. Trees are matched pass by pass. A pass of rows becomes elements with channels (`elements`), a
//!    group or effect an element about its children.
//! 2. What keyframes cannot say (a changing paint order, outline, clip or effect) is *baked*: one `<g>`
//!    for each distinct frame, of which one is visible.
//! 3. A channel keeps the fewest keyframes between which straight lines stay within 0.02 px, 0.02° or half
//!    a level of every frame (`motion::thin`).
//!
//! Read next: `layers`, `elements`, then `motion`, which it shares with other formats that move.

mod elements;
mod keyframes;
mod layers;

#[cfg(test)]
mod tests;

use super::SvgOptions;
use super::document::{Buffers, Pen, Place, assemble};
use crate::math::color::quantize;
use crate::math::number_text;
use crate::render_tree::{Pass, RenderTree};
use elements::Motion;
use keyframes::Keyframes;
use layers::Stage;

/// Bytes that a document may have unless more is allowed.
pub const MAX_BYTES: u64 = 64 << 20;

/// How an animation is written.
#[derive(Debug, Clone, PartialEq)]
pub struct AnimateOptions {
    /// As for a still.
    pub svg: SvgOptions,
    /// The whole, ms; > 0.
    pub duration_ms: f64,
    /// What comes after the last frame.
    pub end: End,
    /// Whether baking is an error.
    pub strict: bool,
    /// Bytes that the document may have.
    pub max_bytes: u64,
}

/// What comes after the last frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The first frame again, for ever.
    Repeat,
    /// Nothing: it plays once, and the last frame stays.
    Stay,
}

/// Takes the trees of an animation, then writes it.
#[derive(Debug)]
pub struct Animation {
    options: AnimateOptions,
    trees: Vec<RenderTree>,
    times: Vec<f64>,
}

/// What had to be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnimateReport {
    /// Passes that are one `<g>` a frame.
    pub baked: Vec<Baked>,
}

/// A pass that keyframes cannot express.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baked {
    /// Block id of the sink.
    pub sink: String,
    /// Why.
    pub reason: &'static str,
}

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnimateError {
    /// A pass would have to be baked, and that is not wanted.
    #[error("`{}` cannot be animated: {}", .0.sink, .0.reason)]
    NotAnimatable(Baked),
    /// The document is over its limit.
    #[error(
        "the animation needs more than {limit} bytes of text, of which `{sink}` takes {of_sink} so far"
    )]
    TooLarge {
        /// From the options.
        limit: u64,
        /// The pass that needs most.
        sink: String,
        /// Its bytes.
        of_sink: u64,
    },
    /// There is no frame.
    #[error("an animation needs a frame")]
    Empty,
}

impl Animation {
    /// No frames yet.
    pub fn new(options: AnimateOptions) -> Self {
        Self {
            options,
            trees: Vec::new(),
            times: Vec::new(),
        }
    }

    /// The next frame; `t_ms` is counted from the first one. Trees share what does not change, so
    /// keeping them costs what does.
    pub fn push(&mut self, tree: RenderTree, t_ms: f64) {
        self.trees.push(tree);
        self.times.push(t_ms);
    }

    /// Appends the document to `out`.
    ///
    /// # Errors
    /// [`AnimateError`]; `out` is as it was.
    pub fn write(
        &self,
        metadata: &[(&str, String)],
        out: &mut String,
    ) -> Result<AnimateReport, AnimateError> {
        let Some(first) = self.trees.first() else {
            return Err(AnimateError::Empty);
        };
        let options = &self.options;
        let fraction = |t: &f64| (t / options.duration_ms).clamp(0.0, 1.0);
        let mut times: Vec<f64> = self.times.iter().map(fraction).collect();
        let close = match options.end {
            End::Repeat => Some(0),
            End::Stay if times.last() == Some(&1.0) => None,
            End::Stay => Some(times.len() - 1),
        };
        times.extend(close.map(|_| 1.0));
        let mut buffers = Buffers::default();
        let mut keyframes = Keyframes::new(&times);
        let motion = Motion::new(&mut keyframes, &times, close);
        let size = [first.width, first.height].map(f64::from);
        let pen = Pen::new(&options.svg, &mut buffers, size);
        let mut stage = Stage::new(pen, motion, options);
        let frames: Vec<&[Pass]> = self.trees.iter().map(|t| t.passes.as_slice()).collect();
        stage
            .pen
            .area(None, quantize(first.background), &Place::ROOT);
        stage.passes(&frames, &Place::ROOT)?;
        let report = stage.report();
        let sheet = sheet(&keyframes.sheet, options);
        assemble(&options.svg, size, metadata, &sheet, &buffers, out);
        Ok(report)
    }
}

/// The rules that all moving elements share, then the keyframes.
fn sheet(blocks: &str, options: &AnimateOptions) -> String {
    if blocks.is_empty() {
        return String::new();
    }
    let mut sheet = String::from("    .a{animation:");
    // All offsets count from this, so it has all digits.
    sheet.push_str(&number_text(options.duration_ms));
    sheet.push_str(match options.end {
        End::Repeat => "ms linear infinite",
        End::Stay => "ms linear 1 both",
    });
    sheet.push_str(";transform-box:view-box;transform-origin:0 0}\n");
    sheet.push_str(blocks);
    sheet
}
