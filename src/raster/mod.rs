//! Verb 3: a render tree becomes pixels.
//!
//! ```text
//! passes --paint--> elements --shapes--> coverage (0…255 a pixel) --srgb | linear--> canvas
//! ```
//!
//! 1. Coverage is the area of a shape in a pixel. Discs, rings and polygons have it exactly
//!    (`disc`, `polygon`). Strokes and dashes become outlines first (`stroke`); these, and any outline
//!    that may cross itself, are sampled by tiny-skia (`fill`).
//! 2. One compositor blends every coverage: integers in sRGB space, f32 sums and products in linear
//!    light. Elements are blended in order.
//! 3. Arithmetic that differs between machines is not used: + − × ÷ √ and integers only, none fused.
//!    The same tree gives the same bytes everywhere.
//! 4. Leading passes that no frame changes are painted once (`still`); many elements band by band
//!    (`bands`); loops are compiled for every width of vectors (`math::simd`).
//! 5. Buffers are kept: a steady run of frames allocates nothing. Use one [`Raster`] per worker.
//!
//! Read next: `paint`, then `shapes`, then `cells`.

mod affine;
mod bands;
mod blur;
mod canvas;
mod cells;
mod disc;
mod effects;
mod exposure;
mod far;
mod fill;
mod flatten;
mod instances;
mod light;
mod limits;
mod linear;
mod paint;
mod paths;
mod polygon;
mod reduce;
mod shapes;
mod space;
mod srgb;
mod still;
mod stroke;
mod surface;

#[cfg(test)]
mod tests;

pub use canvas::Canvas;
pub use exposure::Exposure;
pub use limits::{
    MAX_AREA, MAX_ELEMENTS, MAX_LAYERS, MAX_PASS_ELEMENTS, MAX_POINTS, MAX_SIDE, RasterError,
};
pub use paint::DrawReport;
pub use reduce::reduce;

use crate::math::color::quantize;
use crate::math::simd::Width;
use crate::render_tree::{Pass, RenderTree};
use affine::{Affine, Bounds};
use linear::Linear;
use paint::{Painter, Tools};
use space::Space;
use srgb::Srgb;
use still::Still;
use surface::Surface;

/// Names this rasteriser in hashes: frames of the same tree and id have the same pixels.
pub const RASTERISER_ID: &str = "oscilla-raster-1+tiny-skia-0.12";

/// Where colours are blended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum BlendSpace {
    /// On encoded values, as browsers do.
    #[default]
    Srgb,
    /// In linear light.
    Linear,
}

/// How frames are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RasterOptions {
    /// Device px per user px; > 0. Default 1.
    pub scale: f64,
    /// Where colours are blended. Default sRGB.
    pub blend_space: BlendSpace,
    /// Samples a side: the frame is drawn that many times as large and averaged in linear light.
    /// Default 1.
    pub supersample: u32,
    /// Bytes that canvas and layers may take. Default: no limit.
    pub max_memory: u64,
    /// Which vector instructions are used; the pixels are the same. Default: the widest.
    pub simd: Width,
}

impl Default for RasterOptions {
    fn default() -> Self {
        Self {
            scale: 1.0,
            blend_space: BlendSpace::Srgb,
            supersample: 1,
            max_memory: u64::MAX,
            simd: Width::Widest,
        }
    }
}

/// Draws frames, keeping its buffers from one to the next.
#[derive(Debug)]
pub struct Raster {
    options: RasterOptions,
    tools: Tools,
    large: Canvas,
    exposure: Exposure,
    srgb: Vec<Surface<<Srgb as Space>::Pixel>>,
    linear: Vec<Surface<<Linear as Space>::Pixel>>,
    still_srgb: Still<<Srgb as Space>::Pixel>,
    still_linear: Still<<Linear as Space>::Pixel>,
}

impl Raster {
    /// No buffers yet.
    pub fn new(options: RasterOptions) -> Self {
        Self {
            options,
            tools: Tools::new(options.simd),
            large: Canvas::new(),
            exposure: Exposure::new(),
            srgb: Vec::new(),
            linear: Vec::new(),
            still_srgb: Still::new(),
            still_linear: Still::new(),
        }
    }

    /// The options it was made with.
    pub fn options(&self) -> &RasterOptions {
        &self.options
    }

    /// Size of the picture of a tree, px, and the memory its canvas and layers may take, bytes, with what is
    /// remembered of passes that stay.
    ///
    /// # Errors
    ///
    /// Any limit that [`Self::draw`] would refuse the tree for.
    pub fn measure(&self, tree: &RenderTree) -> Result<(u32, u32, u64), RasterError> {
        let demand = limits::check(tree, &self.options)?;
        let samples = self.options.supersample.max(1);
        let remembered = match tree.still {
            0 => 0,
            _ => self.picture(demand.width * samples, demand.height * samples),
        };
        let memory = demand.memory.saturating_add(remembered);
        Ok((demand.width, demand.height, memory))
    }

    /// Bytes of the picture that is remembered of passes that stay.
    fn picture(&self, width: u32, height: u32) -> u64 {
        let pixel = match self.options.blend_space {
            BlendSpace::Srgb => size_of::<<Srgb as Space>::Pixel>(),
            BlendSpace::Linear => size_of::<<Linear as Space>::Pixel>(),
        };
        u64::from(width) * u64::from(height) * pixel as u64
    }

    /// Draws a frame; the canvas takes its size.
    ///
    /// ```
    /// use oscilla::raster::{Canvas, Raster, RasterOptions};
    /// use oscilla::render_tree::RenderTree;
    ///
    /// let tree = RenderTree {
    ///     frame: 0,
    ///     t_ms: 0.0,
    ///     width: 4,
    ///     height: 3,
    ///     background: [1.0, 0.5, 0.0, 0.5],
    ///     passes: Vec::new(),
    ///     still: 0,
    /// };
    /// let mut raster = Raster::new(RasterOptions { scale: 2.0, ..RasterOptions::default() });
    /// let mut canvas = Canvas::new();
    /// raster.draw(&tree, &mut canvas)?;
    /// assert_eq!((canvas.width(), canvas.height()), (8, 6));
    /// // Pixels are premultiplied; pages and image files want straight ones.
    /// assert_eq!(canvas.pixels()[0], [128, 64, 0, 128]);
    /// let mut rgba = Vec::new();
    /// canvas.write_straight(&mut rgba);
    /// assert_eq!(rgba[..4], [255, 128, 0, 128]);
    ///
    /// // What would take too much is refused before it is drawn.
    /// let mut poor = Raster::new(RasterOptions { max_memory: 10, ..RasterOptions::default() });
    /// assert!(poor.draw(&tree, &mut canvas).is_err());
    /// # Ok::<(), oscilla::raster::RasterError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A scale without a picture, or a limit on size, elements, layers, points or memory: nothing is
    /// drawn then.
    pub fn draw(
        &mut self,
        tree: &RenderTree,
        canvas: &mut Canvas,
    ) -> Result<DrawReport, RasterError> {
        let demand = limits::check(tree, &self.options)?;
        let samples = self.options.supersample.max(1);
        let (width, height) = (demand.width * samples, demand.height * samples);
        let mut report = DrawReport {
            memory: demand.memory,
            ..DrawReport::default()
        };
        if samples == 1 {
            self.draw_once(tree, (width, height), canvas, &mut report);
            // Encoded values have no mode that makes an opaque pixel translucent (see `srgb`).
            report.opaque =
                quantize(tree.background)[3] == 255 && self.options.blend_space == BlendSpace::Srgb;
        } else {
            let mut exposure = std::mem::take(&mut self.exposure);
            exposure.begin();
            self.draw_large(tree, (width, height), &mut exposure, &mut report);
            exposure.develop(canvas);
            self.exposure = exposure;
        }
        Ok(report)
    }

    /// Draws a frame, or a moment of one, and adds it to an exposure.
    ///
    /// # Errors
    ///
    /// As [`Self::draw`]: nothing is added then.
    pub fn expose(
        &mut self,
        tree: &RenderTree,
        exposure: &mut Exposure,
    ) -> Result<DrawReport, RasterError> {
        let demand = limits::check(tree, &self.options)?;
        let samples = self.options.supersample.max(1);
        let mut report = DrawReport {
            memory: demand.memory,
            ..DrawReport::default()
        };
        let size = (demand.width * samples, demand.height * samples);
        self.draw_large(tree, size, exposure, &mut report);
        Ok(report)
    }

    fn draw_large(
        &mut self,
        tree: &RenderTree,
        size: (u32, u32),
        exposure: &mut Exposure,
        report: &mut DrawReport,
    ) {
        let mut large = std::mem::take(&mut self.large);
        self.draw_once(tree, size, &mut large, report);
        exposure.add(&large, self.options.supersample);
        self.large = large;
    }

    fn draw_once(
        &mut self,
        tree: &RenderTree,
        (width, height): (u32, u32),
        canvas: &mut Canvas,
        report: &mut DrawReport,
    ) {
        let background = quantize(tree.background);
        let bounds = Bounds {
            x0: 0,
            y0: 0,
            x1: width as i32,
            y1: height as i32,
        };
        let scale = self.options.scale * f64::from(self.options.supersample.max(1));
        let leading = still::leading(tree);
        let picture = self.picture(width, height);
        let affordable = report.memory.saturating_add(picture) <= self.options.max_memory;
        let leading = if affordable { leading } else { &[] };
        let frame = Frame {
            background,
            leading,
            rest: &tree.passes[leading.len()..],
            to_device: Affine::scale(scale),
        };
        let tools = &mut self.tools;
        (canvas.width, canvas.height) = (width, height);
        match self.options.blend_space {
            BlendSpace::Srgb => {
                let pixels = std::mem::take(&mut canvas.pixels);
                let mut surface = Surface { bounds, pixels };
                let pool = &mut self.srgb;
                let painter = Painter::<Srgb> {
                    tools,
                    pool,
                    report,
                    scale,
                };
                frame.paint(painter, &mut self.still_srgb, &mut surface);
                canvas.pixels = surface.pixels;
            }
            BlendSpace::Linear => {
                let mut surface = self.linear.pop().unwrap_or_else(Surface::empty);
                surface.bounds = bounds;
                let pool = &mut self.linear;
                let painter = Painter::<Linear> {
                    tools,
                    pool,
                    report,
                    scale,
                };
                frame.paint(painter, &mut self.still_linear, &mut surface);
                canvas.pixels.clear();
                let bytes = surface.pixels.iter().map(|&pixel| Linear::to_bytes(pixel));
                canvas.pixels.extend(bytes);
                self.linear.push(surface);
            }
        }
    }
}

/// A picture to paint.
struct Frame<'a> {
    background: [u8; 4],
    /// Passes that may be those of the frame before.
    leading: &'a [Pass],
    rest: &'a [Pass],
    to_device: Affine,
}

impl Frame<'_> {
    /// Paints it; the surface has its box, its pixels may be anything.
    fn paint<S: Space>(
        &self,
        mut painter: Painter<'_, S>,
        still: &mut Still<S::Pixel>,
        surface: &mut Surface<S::Pixel>,
    ) {
        let Self {
            background,
            leading,
            ..
        } = *self;
        if leading.is_empty() {
            still.forget();
            let ground = S::from_bytes(background);
            return painter.picture(ground, self.rest, &self.to_device, surface);
        }
        if !still.recall(leading, background, surface, painter.report) {
            let before = std::mem::take(painter.report);
            let ground = S::from_bytes(background);
            painter.picture(ground, leading, &self.to_device, surface);
            let faults = *painter.report;
            painter.report.add(&before);
            still.remember(leading, background, surface, faults);
        }
        painter.passes(self.rest, &self.to_device, surface);
    }
}
