//! What a blend space must be able to do; [`super::srgb`] and [`super::linear`] do it.
//!
//! In: rows of pixels, a source (one colour, or a row of a layer), coverage. Out: the same rows with
//! the source blended in. Every kind of coverage meets the canvas through these five functions, so
//! the arithmetic is the same for spans, edges, paths and layers. Implementations are `#[inline(always)]`: tasks
//! (`math::simd`) call them in their loops. Pixels are premultiplied before and after: no channel is
//! above its alpha.

use super::surface::Level;
use crate::render_tree::Blend;

/// Pixels and their arithmetic.
pub(super) trait Space {
    /// One premultiplied pixel; the default is transparent.
    type Pixel: Copy + Default + PartialEq + std::fmt::Debug;

    /// A colour of the tree as a source.
    fn source(rgba: [u8; 4]) -> Self::Pixel;

    /// Blends one colour with one coverage into a row.
    fn solid(row: &mut [Self::Pixel], source: Self::Pixel, coverage: u8, blend: Blend);

    /// Blends one colour with a coverage per pixel into a row; both have the same length.
    fn cover(row: &mut [Self::Pixel], source: Self::Pixel, coverage: &[Level], blend: Blend);

    /// Multiplies a row of a layer by a clip (if any) and then by an opacity.
    fn fade(row: &mut [Self::Pixel], clip: Option<&[u8]>, opacity: u8);

    /// Blends a row of a layer into a row below it; both have the same length.
    fn layer(row: &mut [Self::Pixel], layer: &[Self::Pixel], blend: Blend);

    /// The encoded premultiplied bytes of a pixel.
    fn to_bytes(pixel: Self::Pixel) -> [u8; 4];

    /// The pixel of encoded premultiplied bytes.
    fn from_bytes(bytes: [u8; 4]) -> Self::Pixel;
}
