//! Verb 4: frames become files.
//!
//! Export is a lowering, not playback: a [`Plan`] says which samples of time are the frames, the
//! pipeline takes each through *evaluate → finish → deliver*. The same plan gives the same bytes
//! with any number of threads. Neither engine nor raster is known here: whoever strings the verbs
//! together implements [`FrameSource`], [`Painter`] and [`Scribe`].
//!
//! Read in this order: [`rate`], [`frames`], [`shutter`], [`plan`], this file, [`walk`], [`integrity`], [`pipeline`],
//! [`mod@format`], [`mod@file`], [`png`], [`output`], [`manifest`], [`journal`], [`archive`], [`verify`]; then, for many frames in one file, [`delay`],
//! [`shot`], [`reel`] and the formats [`apng`], [`webp`], [`mod@gif`], [`y4m`] and [`movie`].

pub mod animated;
pub mod apng;
pub mod archive;
pub mod change;
pub mod delay;
pub mod file;
pub mod format;
pub mod frames;
pub mod gif;
pub mod integrity;
pub mod journal;
pub mod manifest;
pub mod movie;
pub mod names;
pub mod output;
pub mod pipeline;
pub mod plan;
pub mod png;
pub mod rate;
pub mod reel;
mod replace;
pub mod shot;
pub mod shutter;
pub mod spares;
mod syncer;
#[cfg(test)]
mod testing;
pub mod verify;
pub mod walk;
pub mod webp;
pub mod y4m;
pub mod yuv;

pub use format::Format;
pub use frames::{FrameRange, FrameSet};
pub use pipeline::{Engines, Progress};
pub use plan::{Approach, Plan, PlanError, PlanOptions, Sample, Sampling, Start, Swap};
pub use rate::FrameRate;
pub use walk::Walk;

use crate::render_tree::RenderTree;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Evaluates frames. One per thread; all of one export run the same program.
pub trait FrameSource: Send {
    /// Begins a run: the next sample is a first frame, or follows one, as `start` says.
    ///
    /// # Errors
    /// What the engine says.
    fn begin(&mut self, start: Start) -> Result<(), SourceError>;

    /// Advances state to a sample without making a tree.
    ///
    /// # Errors
    /// What the engine says.
    fn step(&mut self, sample: Sample) -> Result<(), SourceError>;

    /// Begins a run from the latest checkpoint at or before `frame`; gives the frame that comes
    /// next, or `None`, and nothing changed, if there is none.
    ///
    /// # Errors
    /// A checkpoint that cannot be used.
    fn resume(&mut self, frame: u64) -> Result<Option<u64>, SourceError> {
        let _ = frame;
        Ok(None)
    }

    /// Puts the program of swap `index` (of [`Plan::swaps`]) in place of the running one. A run that
    /// begins goes back to the first program.
    ///
    /// # Errors
    /// What the engine says. Sources of plans without swaps need not know any.
    fn swap(&mut self, index: usize) -> Result<(), SourceError> {
        Err(SourceError {
            code: "internal",
            message: format!("there is no program for swap {index}"),
        })
    }

    /// Evaluates a sample.
    ///
    /// # Errors
    /// What the engine says; under `--strict` also an element that cannot be drawn.
    fn frame(&mut self, sample: Sample) -> Result<Evaluated, SourceError>;
}

/// A frame, and what was odd about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// What it looks like.
    pub tree: RenderTree,
    /// What was counted on the way.
    pub faults: Faults,
    /// What it was drawn from.
    pub columns: Columns,
    /// What the first fault is about, in words; a source may say it once and not for every frame.
    pub remark: Option<String>,
}

/// What a frame shows, and what was odd about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposed {
    /// What it shows.
    pub shown: Shown,
    /// What was counted in all its moments.
    pub faults: Faults,
    /// What all its moments were drawn from.
    pub columns: Columns,
    /// What the first fault is about.
    pub remark: Option<String>,
}

/// Things that happen in a frame without stopping it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Faults {
    /// Elements not drawn because a channel was not finite or a size negative.
    pub dropped: u64,
    /// Cameras, rails and effects with impossible parameters.
    pub bad_parameters: u64,
    /// Signals that are NaN or infinite.
    #[serde(default)]
    pub non_finite: u64,
    /// Divisions by zero, which give 0.
    pub divisions_by_zero: u64,
    /// Pulses beyond what one frame keeps.
    pub pulses_folded: u64,
    /// Values from outside of another shape than the program reads; the default was used.
    pub inputs_rejected: u64,
}

impl Faults {
    /// Whether nothing happened.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The sum of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            dropped: self.dropped.saturating_add(other.dropped),
            bad_parameters: self.bad_parameters.saturating_add(other.bad_parameters),
            non_finite: self.non_finite.saturating_add(other.non_finite),
            divisions_by_zero: self
                .divisions_by_zero
                .saturating_add(other.divisions_by_zero),
            pulses_folded: self.pulses_folded.saturating_add(other.pulses_folded),
            inputs_rejected: self.inputs_rejected.saturating_add(other.inputs_rejected),
        }
    }
}

/// The columns that frames are drawn from: one per input of a sink, with a value for each element (or
/// one value, if it is the same for all), and those that values are summed up from. What is counted is
/// what a frame needs, not what an engine had to compute for it, so the number of threads, the parts of
/// an export and the use of caches change nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Columns {
    /// How many.
    pub count: u64,
    /// How many of them are the same in every frame: each engine computes them once, and after that
    /// takes them from its cache.
    pub constant: u64,
    /// Bytes of all of them.
    pub bytes: u64,
}

impl Columns {
    /// The sum of both.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            constant: self.constant.saturating_add(other.constant),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }
}

/// Why a frame could not be evaluated, painted or encoded. `code` is one of the stable codes of the diagnostics.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// Stable code.
    pub code: &'static str,
    /// For people: lower case, no full stop.
    pub message: String,
}

/// What a frame shows: its tree, or, with motion blur, those of the moments while its shutter is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The first.
    pub tree: RenderTree,
    /// The others, in order.
    pub more: Vec<RenderTree>,
}

impl From<RenderTree> for Shown {
    fn from(tree: RenderTree) -> Self {
        Self {
            tree,
            more: Vec::new(),
        }
    }
}

impl Shown {
    /// The last of them.
    pub fn last(&self) -> &RenderTree {
        self.more.last().unwrap_or(&self.tree)
    }

    /// All of them, in order.
    pub fn moments(&self) -> impl Iterator<Item = &RenderTree> {
        std::iter::once(&self.tree).chain(&self.more)
    }
}

/// Paints frames. One per thread; reuses its buffers.
pub trait Painter: Send {
    /// Paints, and lends the picture.
    ///
    /// # Errors
    /// What the raster says, for example that a limit is exceeded.
    fn show(&mut self, shown: &Shown) -> Result<ImageView<'_>, SourceError>;

    /// Paints into `image`, whose size it sets.
    ///
    /// # Errors
    /// As [`Self::show`].
    fn paint(&mut self, shown: &Shown, image: &mut Image) -> Result<(), SourceError> {
        let view = self.show(shown)?;
        (image.width, image.height) = (view.width, view.height);
        image.rgba.clear();
        image.rgba.extend_from_slice(view.rgba);
        Ok(())
    }

    /// The same with 16 bits a channel.
    ///
    /// # Errors
    /// As [`Self::show`].
    fn paint_deep(&mut self, shown: &Shown, image: &mut DeepImage) -> Result<(), SourceError>;
}

/// Writes trees as SVG. One per thread; reuses its buffers.
pub trait Scribe: Send {
    /// Appends the document of a tree to `out`, with these metadata in it.
    fn write(&mut self, tree: &RenderTree, texts: &Texts, out: &mut String);
}

/// Keyword and text of each piece of metadata, in order.
pub type Texts = Vec<(&'static str, String)>;

/// Pixels: straight (not premultiplied) sRGB-encoded RGBA bytes, row by row from the top left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 4 bytes a pixel.
    pub rgba: Vec<u8>,
}

/// An [`Image`] that belongs to somebody else.
#[derive(Debug, Clone, Copy)]
pub struct ImageView<'a> {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 4 bytes a pixel.
    pub rgba: &'a [u8],
    /// Whether every alpha is known to be 255.
    pub opaque: bool,
}

impl ImageView<'_> {
    /// Whether every alpha is 255.
    pub fn is_opaque(self) -> bool {
        // By blocks, so that the inner loop has no exit and vectorises.
        let all = |block: &[u8]| {
            let pixels = block.as_chunks().0.iter();
            pixels.fold(u32::MAX, |all, &pixel| all & u32::from_le_bytes(pixel)) >> 24
        };
        self.opaque || self.rgba.chunks(1 << 14).all(|block| all(block) == 255)
    }

    /// Whether there are pixels, as many as the sides say.
    pub fn is_whole(self) -> bool {
        let count = u64::from(self.width) * u64::from(self.height);
        count > 0 && self.rgba.len() as u64 == 4 * count
    }
}

impl<'a> From<&'a Image> for ImageView<'a> {
    fn from(image: &'a Image) -> Self {
        Self {
            width: image.width,
            height: image.height,
            rgba: &image.rgba,
            opaque: false,
        }
    }
}

/// Pixels with 16 bits a channel: straight sRGB-encoded RGBA, row by row from the top left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeepImage {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 4 numbers a pixel.
    pub rgba: Vec<u16>,
}

impl FrameSource for Box<dyn FrameSource> {
    fn begin(&mut self, start: Start) -> Result<(), SourceError> {
        (**self).begin(start)
    }

    fn step(&mut self, sample: Sample) -> Result<(), SourceError> {
        (**self).step(sample)
    }

    fn resume(&mut self, frame: u64) -> Result<Option<u64>, SourceError> {
        (**self).resume(frame)
    }

    fn swap(&mut self, index: usize) -> Result<(), SourceError> {
        (**self).swap(index)
    }

    fn frame(&mut self, sample: Sample) -> Result<Evaluated, SourceError> {
        (**self).frame(sample)
    }
}
