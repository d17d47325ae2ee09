//! The picture that a frame is drawn into, and what leaves it.
//!
//! In: a size. Out: premultiplied sRGB-encoded RGBA bytes, one `[u8; 4]` per pixel, rows top to
//! bottom without padding; straight alpha for files. A canvas keeps its memory when it is drawn again:
//! reuse one per worker.

use crate::math::color::unpremultiply;

/// Premultiplied RGBA pixels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Canvas {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) pixels: Vec<[u8; 4]>,
}

impl Canvas {
    /// No pixels yet; `Raster::draw` gives it its size.
    pub fn new() -> Self {
        Self::default()
    }

    /// A canvas of one colour (premultiplied).
    pub fn filled(width: u32, height: u32, rgba: [u8; 4]) -> Self {
        let mut canvas = Self::new();
        canvas.reset(width, height, rgba);
        canvas
    }

    /// Takes a size and one colour, keeping memory.
    pub(super) fn reset(&mut self, width: u32, height: u32, rgba: [u8; 4]) {
        self.width = width;
        self.height = height;
        let count = width as usize * height as usize;
        if self.pixels.len() == count {
            self.pixels.fill(rgba);
        } else {
            self.pixels.clear();
            self.pixels.resize(count, rgba);
        }
    }

    /// Pixels in a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All pixels, premultiplied, rows top to bottom.
    pub fn pixels(&self) -> &[[u8; 4]] {
        &self.pixels
    }

    /// The same as bytes: R, G, B, A, premultiplied.
    pub fn bytes(&self) -> &[u8] {
        self.pixels.as_flattened()
    }

    /// Row `y`; empty beyond the last one.
    pub fn row(&self, y: u32) -> &[[u8; 4]] {
        let width = self.width as usize;
        let start = y as usize * width;
        self.pixels.get(start..start + width).unwrap_or(&[])
    }

    /// Pixel (x, y), premultiplied; transparent outside.
    pub fn pixel(&self, x: u32, y: u32) -> [u8; 4] {
        self.row(y).get(x as usize).copied().unwrap_or_default()
    }

    /// Whether every alpha is 255, so that files can leave alpha out.
    pub fn is_opaque(&self) -> bool {
        // By blocks, so that the inner loop has no exit and vectorises.
        self.pixels
            .chunks(4096)
            .all(|block| block.iter().fold(255, |all, p| all & p[3]) == 255)
    }

    /// Straight-alpha RGBA bytes of the whole picture into `out`, which is cleared first.
    pub fn write_straight(&self, out: &mut Vec<u8>) {
        out.clear();
        out.reserve(self.pixels.len() * 4);
        for row in self.pixels.chunks_exact((self.width as usize).max(1)) {
            // Most rows are opaque, where straight and premultiplied are the same bytes.
            if row.iter().fold(255, |all, p| all & p[3]) == 255 {
                out.extend_from_slice(row.as_flattened());
            } else {
                out.extend(row.iter().flat_map(|&p| unpremultiply(p)));
            }
        }
    }
}
