//! What a frame may ask for, checked before anything is drawn or allocated.
//!
//! In: a tree and options. Out: the size of the picture and the memory that canvas and layers may take,
//! or the first limit that is passed.

use super::affine::Affine;
use super::flatten::count_pieces;
use super::shapes::place;
use super::{BlendSpace, RasterOptions};
use crate::path::curve::MAX_PIECES;
use crate::render_tree::{Instances2d, Pass, PathData, RenderTree, Shape};

/// Longest side of a picture, device px.
pub const MAX_SIDE: u32 = 32_768;
/// Largest area of a picture, device px.
pub const MAX_AREA: u64 = 1 << 28;
/// Most layers alive at once.
pub const MAX_LAYERS: u32 = 16;
/// Most elements of one pass.
pub const MAX_PASS_ELEMENTS: u64 = 10_000_000;
/// Most elements of a frame.
pub const MAX_ELEMENTS: u64 = 50_000_000;
/// Most points of the flattened paths of a frame.
pub const MAX_POINTS: u64 = 1 << 27;
/// Groups and effects inside one another.
const MAX_DEPTH: u32 = 64;

/// Why a frame is not drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RasterError {
    /// The scale is not a positive number, or the picture would have no pixel.
    #[error("scale `{scale}` gives no picture")]
    BadScale {
        /// Device px per user px.
        scale: f64,
    },
    /// A side or the area is over the limit.
    #[error(
        "a picture of `{width}` × `{height}` px is too large (sides up to {MAX_SIDE} px, \
         area up to {MAX_AREA} px)"
    )]
    TooLarge {
        /// Device px.
        width: u64,
        /// Device px.
        height: u64,
    },
    /// Too many elements in a pass.
    #[error("sink `{sink}` draws `{count}` elements (up to {MAX_PASS_ELEMENTS})")]
    TooManyElements {
        /// Block id.
        sink: String,
        /// Its elements.
        count: u64,
    },
    /// Too many elements in the frame.
    #[error("the frame draws `{count}` elements (up to {MAX_ELEMENTS})")]
    TooManyElementsInFrame {
        /// Of all passes.
        count: u64,
    },
    /// Layers inside one another.
    #[error("`{count}` layers inside one another (up to {MAX_LAYERS})")]
    TooManyLayers {
        /// Alive at once.
        count: u32,
    },
    /// Groups inside one another.
    #[error("groups more than {MAX_DEPTH} deep")]
    TooDeep,
    /// Paths with too many points.
    #[error("the paths of the frame have `{count}` points when flattened (up to {MAX_POINTS})")]
    TooManyPoints {
        /// Counted until the limit was passed.
        count: u64,
    },
    /// Over the memory that was allowed.
    #[error("the frame needs `{needed}` bytes, `{allowed}` are allowed")]
    OutOfMemory {
        /// Canvas and layers.
        needed: u64,
        /// From the options.
        allowed: u64,
    },
}

/// Size of the frame and what it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Demand {
    /// Size of the file, px.
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bytes of canvas and layers.
    pub(super) memory: u64,
}

/// Checks a frame.
pub(super) fn check(tree: &RenderTree, options: &RasterOptions) -> Result<Demand, RasterError> {
    let scale = options.scale;
    if !(scale > 0.0 && scale.is_finite()) {
        return Err(RasterError::BadScale { scale });
    }
    let samples = u64::from(options.supersample.max(1));
    let side = |units: u32| (f64::from(units) * scale + 0.5).floor() as u64;
    let (width, height) = (side(tree.width), side(tree.height));
    if width == 0 || height == 0 {
        return Err(RasterError::BadScale { scale });
    }
    let (w, h) = (
        width.saturating_mul(samples),
        height.saturating_mul(samples),
    );
    let limit = u64::from(MAX_SIDE);
    if w > limit || h > limit || w * h > MAX_AREA {
        return Err(RasterError::TooLarge {
            width: w,
            height: h,
        });
    }
    let mut count = Count::default();
    let to_device = Affine::scale(scale * samples as f64);
    count.passes(&tree.passes, &to_device, 0, 0)?;
    // Blocks are summed in f32.
    let sums = if samples > 1 { 16 * width * height } else { 0 };
    let memory = needed(w * h, count.layers, options.blend_space).saturating_add(sums);
    if memory > options.max_memory {
        return Err(RasterError::OutOfMemory {
            needed: memory,
            allowed: options.max_memory,
        });
    }
    Ok(Demand {
        width: width as u32,
        height: height as u32,
        memory,
    })
}

fn needed(area: u64, layers: u32, space: BlendSpace) -> u64 {
    let pixel = match space {
        BlendSpace::Srgb => 4,
        BlendSpace::Linear => 16,
    };
    pixel * area * u64::from(1 + layers)
}

#[derive(Default)]
struct Count {
    elements: u64,
    points: u64,
    layers: u32,
}

impl Count {
    fn passes(
        &mut self,
        passes: &[Pass],
        to_device: &Affine,
        layers: u32,
        depth: u32,
    ) -> Result<(), RasterError> {
        if depth > MAX_DEPTH {
            return Err(RasterError::TooDeep);
        }
        if layers > MAX_LAYERS {
            return Err(RasterError::TooManyLayers { count: layers });
        }
        self.layers = self.layers.max(layers);
        for pass in passes {
            match pass {
                Pass::Clear(_) => {}
                Pass::Instances2d(p) => {
                    self.elements(&p.sink, p.count)?;
                    self.glyphs(p, to_device)?;
                }
                Pass::Paths2d(p) => {
                    self.elements(&p.sink, p.count)?;
                    for i in 0..p.count as usize {
                        let map = || place(p.scale.at(i), p.rotation.at(i), p.pos.at(i));
                        if let Some(path) = p.paths.get(p.path_of.at(i) as usize) {
                            self.path(path, || map().then(to_device))?;
                        }
                    }
                }
                Pass::Strokes2d(p) => {
                    self.elements(&p.sink, p.count)?;
                    for i in 0..p.count as usize {
                        if let Some(path) = p.paths.get(p.path_of.at(i) as usize) {
                            self.path(path, || *to_device)?;
                        }
                    }
                }
                Pass::Group(group) => {
                    let inner = Affine::from_row(group.transform).then(to_device);
                    let more = u32::from(!group.is_plain());
                    self.passes(&group.children, &inner, layers + more, depth + 1)?;
                }
                Pass::PostFx(fx) => {
                    self.passes(&fx.children, to_device, layers + 1, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    fn elements(&mut self, sink: &str, count: u32) -> Result<(), RasterError> {
        let count = u64::from(count);
        if count > MAX_PASS_ELEMENTS {
            return Err(RasterError::TooManyElements {
                sink: sink.to_owned(),
                count,
            });
        }
        self.elements += count;
        if self.elements > MAX_ELEMENTS {
            return Err(RasterError::TooManyElementsInFrame {
                count: self.elements,
            });
        }
        Ok(())
    }

    fn glyphs(&mut self, p: &Instances2d, to_device: &Affine) -> Result<(), RasterError> {
        if !p.shapes.iter().any(|s| matches!(s, Shape::Path(_))) {
            return Ok(());
        }
        for i in 0..p.count as usize {
            if let Some(Shape::Path(path)) = p.shapes.get(usize::from(p.shape_id.at(i))) {
                let map = || place(p.size.at(i), p.rotation.at(i), p.pos.at(i));
                self.path(path, || map().then(to_device))?;
            }
        }
        Ok(())
    }

    /// Counts exactly only where the coarse bound could pass the limit.
    fn path(&mut self, path: &PathData, map: impl FnOnce() -> Affine) -> Result<(), RasterError> {
        let commands = path.cmds.len() as u64;
        self.points += if commands * u64::from(MAX_PIECES) > MAX_POINTS / 64 {
            count_pieces(path, &map())
        } else {
            commands
        };
        if self.points > MAX_POINTS {
            return Err(RasterError::TooManyPoints { count: self.points });
        }
        Ok(())
    }
}
