//! Noun 3: what a frame looks like. Shapes, colours and order, all resolved.
//!
//! A [`RenderTree`] has no references to the program, no defaults and no units left. `vm` builds it,
//! `raster` makes pixels of it, `svg` text, [`json`] lines for people and tests. Columns are
//! shared by reference count, so a tree is cheap to clone, stays valid while later frames run, and can
//! cross threads. By construction all floats are finite, sizes ≥ 0,
//! indices in range, path data well formed, and columns have one value or `count` values.

mod effect;
pub mod json;
pub(crate) mod rows;
mod same;
mod shape;
#[cfg(test)]
pub(crate) mod testing;

pub use effect::{MAX_SIGMA, box_width, margin};

pub(crate) use same::paint_alike;

pub use crate::path::{Cmd, PathData};
pub use crate::types::Ids;

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One frame. Passes are in paint order: the first is the bottom.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderTree {
    /// Number of the frame in its run.
    pub frame: u64,
    /// Time of the frame in ms.
    pub t_ms: f64,
    /// Viewport width in user units (px at scale 1).
    pub width: u32,
    /// Viewport height in user units.
    pub height: u32,
    /// Straight sRGB-encoded RGBA, quantised where it is used.
    pub background: [f32; 4],
    /// What is painted, bottom first.
    pub passes: Vec<Pass>,
    /// How many of the first passes nothing can change: every frame of the program that begins with them
    /// has the same ones. A hint for what draws; 0 is always true.
    pub still: u32,
}

/// One thing to paint.
#[derive(Debug, Clone, PartialEq)]
pub enum Pass {
    /// Fills the whole layer.
    Clear(Clear),
    /// Many shapes, one per row.
    Instances2d(Instances2d),
    /// Filled and stroked outlines.
    Paths2d(Paths2d),
    /// Stroked lines.
    Strokes2d(Strokes2d),
    /// Passes that move or blend together.
    Group(Group),
    /// Passes drawn into a layer that effects then change.
    PostFx(PostFx),
}

impl Pass {
    /// Block id of the sink.
    pub fn sink(&self) -> &Arc<str> {
        match self {
            Self::Clear(pass) => &pass.sink,
            Self::Instances2d(pass) => &pass.sink,
            Self::Paths2d(pass) => &pass.sink,
            Self::Strokes2d(pass) => &pass.sink,
            Self::Group(pass) => &pass.sink,
            Self::PostFx(pass) => &pass.sink,
        }
    }
}

/// One value for all rows, or one per row.
#[derive(Debug, Clone, PartialEq)]
pub enum Column<T> {
    /// The same for every row.
    One(T),
    /// One per row; as long as the pass's `count`.
    Many(Arc<Vec<T>>),
}

impl<T: Copy> Column<T> {
    /// Value of row `i`.
    #[inline]
    pub fn at(&self, i: usize) -> T {
        match self {
            Self::One(v) => *v,
            Self::Many(rows) => rows[i],
        }
    }
}

/// Fills the layer with a premultiplied colour, source-over.
#[derive(Debug, Clone, PartialEq)]
pub struct Clear {
    /// Block id of the sink.
    pub sink: Arc<str>,
    /// Premultiplied bytes.
    pub rgba: [u8; 4],
}

/// Shapes at positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Instances2d {
    /// Block id of the sink.
    pub sink: Arc<str>,
    /// Which sink kind the pass came from.
    pub source: Source,
    /// Rows.
    pub count: u32,
    /// Centres, user px.
    pub pos: Column<[f32; 2]>,
    /// Radii (half the extent), user px, ≥ 0.
    pub size: Column<f32>,
    /// Radians, clockwise on screen.
    pub rotation: Column<f32>,
    /// Shape table, never empty.
    pub shapes: Arc<Vec<Shape>>,
    /// Index into `shapes`; `One(0)` for a single shape.
    pub shape_id: Column<u16>,
    /// Fill: premultiplied bytes, opacity in it.
    pub rgba: Column<[u8; 4]>,
    /// User px, centred on the outline; ≤ 0 = no stroke.
    pub stroke_width: Column<f32>,
    /// Stroke: premultiplied bytes.
    pub stroke_rgba: Column<[u8; 4]>,
    /// How each element meets what lies below.
    pub blend: Blend,
    /// Index in the domain; `None` when it is 0…count−1.
    pub element: Option<Arc<Vec<u32>>>,
    /// Names of the elements.
    pub ids: Arc<Ids>,
}

/// Outlines at positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Paths2d {
    /// Block id of the sink.
    pub sink: Arc<str>,
    /// Which sink kind the pass came from.
    pub source: Source,
    /// Rows.
    pub count: u32,
    /// Path table.
    pub paths: Arc<Vec<Arc<PathData>>>,
    /// Index into `paths`.
    pub path_of: Column<u32>,
    /// Offsets, user px.
    pub pos: Column<[f32; 2]>,
    /// Radians, about the path's origin.
    pub rotation: Column<f32>,
    /// Factor, about the path's origin.
    pub scale: Column<f32>,
    /// Fill: premultiplied bytes.
    pub rgba: Column<[u8; 4]>,
    /// User px; ≤ 0 = no stroke.
    pub stroke_width: Column<f32>,
    /// Stroke: premultiplied bytes.
    pub stroke_rgba: Column<[u8; 4]>,
    /// Which parts are inside.
    pub fill_rule: FillRule,
    /// Caps, joins, dashes.
    pub style: Arc<StrokeStyle>,
    /// How each element meets what lies below.
    pub blend: Blend,
    /// Index in the domain; `None` when it is 0…count−1.
    pub element: Option<Arc<Vec<u32>>>,
    /// Names of the elements.
    pub ids: Arc<Ids>,
}

/// Lines. `count` is the number of strokes.
#[derive(Debug, Clone, PartialEq)]
pub struct Strokes2d {
    /// Block id of the sink.
    pub sink: Arc<str>,
    /// Strokes.
    pub count: u32,
    /// Path table.
    pub paths: Arc<Vec<Arc<PathData>>>,
    /// Index into `paths`.
    pub path_of: Column<u32>,
    /// User px.
    pub stroke_width: Column<f32>,
    /// Premultiplied bytes.
    pub stroke_rgba: Column<[u8; 4]>,
    /// Caps, joins, dashes.
    pub style: Arc<StrokeStyle>,
    /// How each stroke meets what lies below.
    pub blend: Blend,
    /// Index in the domain; `None` when it is 0…count−1.
    pub element: Option<Arc<Vec<u32>>>,
    /// Names of the elements.
    pub ids: Arc<Ids>,
}

/// Passes under one transform; a layer unless opacity is 1, blend normal and there is no clip.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Block id of the sink.
    pub sink: Arc<str>,
    /// Bottom first.
    pub children: Vec<Pass>,
    /// [a, b, c, d, e, f]: x' = a·x + c·y + e, y' = b·x + d·y + f.
    pub transform: [f64; 6],
    /// 0…1.
    pub opacity: f32,
    /// How the layer meets what lies below.
    pub blend: Blend,
    /// Multiplies the layer, in the group's own space.
    pub clip: Clip,
}

impl Group {
    /// Whether it is only a transform: its children paint straight onto what lies below.
    pub fn is_plain(&self) -> bool {
        self.opacity >= 1.0 && self.blend == Blend::Normal && self.clip == Clip::None
    }
}

/// Passes in a layer of their own, then effects on it in order.
#[derive(Debug, Clone, PartialEq)]
pub struct PostFx {
    /// Block id of the sink.
    pub sink: Arc<str>,
    /// Bottom first.
    pub children: Vec<Pass>,
    /// In order.
    pub effects: Vec<Effect>,
}

/// Which sink kind made a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// RenderInstances2D.
    Instances2d,
    /// RenderPaths2D.
    Paths2d,
    /// RenderInstances3D, projected.
    Instances3d,
    /// RenderMeshes3D, projected.
    Meshes3d,
}

/// An outline in units of the radius.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Radius 1.
    Circle,
    /// Corners (±1, ±1).
    Square,
    /// Corners at −90°, 30°, 150°.
    Triangle,
    /// 2·points corners at radius 1 and `inner` in turn, the first at −90°.
    Star {
        /// ≥ 3.
        points: u32,
        /// 0.05…0.95.
        inner: f32,
    },
    /// Circles of radius 1 and `inner`, even-odd.
    Ring {
        /// 0.05…0.95.
        inner: f32,
    },
    /// As given, non-zero.
    Path(Arc<PathData>),
}

/// How a source s meets what lies below, d; both premultiplied, 0…1, alpha by the same formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Blend {
    /// Source-over: s + d·(1 − sₐ).
    #[default]
    Normal,
    /// min(1, s + d).
    Add,
    /// s·d + s·(1 − dₐ) + d·(1 − sₐ).
    Multiply,
    /// s + d − s·d.
    Screen,
}

/// Which parts of an outline are inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FillRule {
    /// Winding number not 0.
    #[default]
    Nonzero,
    /// Winding number odd.
    Evenodd,
}

/// What limits a layer.
#[derive(Debug, Clone, PartialEq)]
pub enum Clip {
    /// Nothing.
    None,
    /// x, y, width, height.
    Rect([f32; 4]),
    /// An outline.
    Path(Arc<PathData>, FillRule),
}

/// End of an open stroke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cap {
    /// Ends at the point.
    #[default]
    Butt,
    /// A half disc.
    Round,
    /// Half a square.
    Square,
}

/// Corner of a stroke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Join {
    /// Pointed, up to the limit.
    #[default]
    Miter,
    /// An arc.
    Round,
    /// Cut off.
    Bevel,
}

/// Caps, joins and dashes of a stroke.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StrokeStyle {
    /// Ends of open subpaths and dashes.
    pub cap: Cap,
    /// Corners.
    pub join: Join,
    /// ≥ 1; 4 unless said otherwise.
    pub miter_limit: f32,
    /// Lengths in user px; empty = solid.
    pub dash: Vec<f32>,
    /// Shifts the pattern start backwards, user px.
    pub dash_offset: f32,
    /// The width is in device px: scale and transforms leave it alone.
    pub non_scaling: bool,
}

/// A change of a whole layer.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Three box means a side.
    Blur {
        /// Standard deviation, user px.
        sigma: f32,
    },
    /// A blurred copy below or added.
    Glow {
        /// Standard deviation, user px.
        sigma: f32,
        /// ≥ 0.
        gain: f32,
        /// Straight colour of the copy; `None` = own colours.
        tint: Option<[f32; 4]>,
        /// Where the copy goes.
        mode: GlowMode,
    },
    /// A matrix on straight colour, then a power.
    Grade {
        /// 4 × 5, row-major.
        matrix: [f32; 20],
        /// Exponents of r, g, b.
        gamma: [f32; 3],
    },
}

/// Where the copy of a glow goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GlowMode {
    /// Below the layer.
    #[default]
    Under,
    /// Added to it.
    Add,
}
