//! Verb 3, the third one: many trees become one Lottie animation.
//!
//! ```text
//! trees --layers--> passes --elements--> groups of shapes --keys--> properties --json--> one text
//! ```
//!
//! 1. In: the trees of all frames, one after the other. Out: a JSON document of shape layers whose
//!    properties have keyframes at the frames, for the players of the web and of mobiles.
//! 2. A pass is a layer, an element a group in it, with a place, an outline, a stroke and a fill. A property
//!    that does not change is one value; one that does keeps the fewest keyframes between which straight
//!    lines stay within [`TOLERANCE`] of every frame; where it jumps, the value is held.
//! 3. Nothing is drawn anew for each frame but what has no other form: the faces of solids, and elements
//!    that overtake each other, of which the places in the order are followed. A pass whose blend mode,
//!    stroke style or clip changes becomes one layer for each stretch of frames.
//! 4. What the format has no place for (added light, effects, which few players know) is refused, or, if
//!    that is allowed, written as the nearest that all of them show.
//! 5. The text is a function of trees and options. Memory is that of the trees, which share columns that
//!    stay the same, of one element's channels, and of the text.
//!
//! Read next: `layers`, `elements`, `keys`, then `motion`, which it shares with the animated SVG.

mod clip;
mod effect;
mod elements;
mod json;
mod keys;
mod layers;
mod outline;
mod place;
mod stretches;

#[cfg(test)]
mod tests;

use crate::math::color::quantize;
use crate::render_tree::{Pass, RenderTree};
use keys::Clock;
use layers::Stage;
use place::Place;

/// How far from the value of a frame what a player shows there may lie: user px, and degrees.
pub const TOLERANCE: f64 = 0.05;

/// The same for colours and opacities: levels of 255.
pub const LEVEL_TOLERANCE: f64 = 1.0;

/// Bytes that a document may have unless more is allowed.
pub const MAX_BYTES: u64 = 64 << 20;

/// How an animation is written.
#[derive(Debug, Clone, PartialEq)]
pub struct LottieOptions {
    /// px of the document per user px; > 0.
    pub scale: f64,
    /// Frames a second; > 0.
    pub rate: f64,
    /// The whole, ms; 0 for a still.
    pub duration_ms: f64,
    /// Whether the first frame comes again after the last.
    pub closes: bool,
    /// Whether what the format has no place for is written as the nearest that it has.
    pub approximate: bool,
    /// Bytes that the document may have.
    pub max_bytes: u64,
    /// What the animation is called.
    pub name: String,
    /// Keyword and text of each piece of metadata, in order; `Software` is the generator.
    pub metadata: Vec<(String, String)>,
}

/// Takes the trees of an animation, then writes it.
#[derive(Debug)]
pub struct Animation {
    options: LottieOptions,
    trees: Vec<RenderTree>,
    times: Vec<f64>,
}

/// A pass that is drawn anew at frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrawn {
    /// Block id of the sink.
    pub sink: String,
    /// Why.
    pub reason: &'static str,
}

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LottieError {
    /// The format has no place for something, and an approximation is not wanted.
    #[error("`{sink}`: {what}")]
    NotRepresentable {
        /// Block id of the sink.
        sink: String,
        /// What, and why not.
        what: &'static str,
    },
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
    pub fn new(options: LottieOptions) -> Self {
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
        self.times.push(t_ms * self.options.rate / 1000.0);
    }

    /// Appends the document to `out`; returns what is drawn anew at frames.
    ///
    /// # Errors
    /// [`LottieError`]; `out` is as it was.
    pub fn write(&self, out: &mut String) -> Result<Vec<Redrawn>, LottieError> {
        let (Some(first), Some(last)) = (self.trees.first(), self.times.last()) else {
            return Err(LottieError::Empty);
        };
        let options = &self.options;
        // A whole number of frames but for what rounding left.
        let whole = (options.duration_ms * options.rate / 1000.0 - 1e-4).ceil();
        let end = whole.max(last.floor() + 1.0);
        let mut times = self.times.clone();
        let mut frames: Vec<Vec<&Pass>> = self.trees.iter().map(|t| list(&t.passes)).collect();
        if options.closes {
            times.push(end);
            frames.push(list(&first.passes));
        }
        let clock = Clock::new(times, end);
        let size = [first.width, first.height].map(f64::from);
        let mut stage = Stage::new(options, &clock, size);
        let root = Place::root(options.scale, &clock);
        stage.area(
            "background",
            &[quantize(first.background)],
            clock.whole(),
            &root,
        );
        stage.passes(&frames, clock.whole(), &root)?;
        Ok(stage.assemble(out))
    }
}

fn list(passes: &[Pass]) -> Vec<&Pass> {
    passes.iter().collect()
}
