//! Pixels of a part of device space, and the sinks that coverage goes into.
//!
//! A [`Surface`] is the canvas or a layer, cropped to a box. Coverage kernels know nothing of colours:
//! they tell a [`Coverage`] sink which pixels of a row are covered, and [`Paint`] blends a colour there
//! or [`Mask`] keeps the coverage for a clip.

use super::affine::Bounds;
use super::space::Space;
use crate::render_tree::Blend;

/// Pixels of the box `bounds`, rows top to bottom.
#[derive(Debug)]
pub(super) struct Surface<P> {
    pub(super) bounds: Bounds,
    pub(super) pixels: Vec<P>,
}

impl<P: Copy + Default> Surface<P> {
    pub(super) fn empty() -> Self {
        Self {
            bounds: Bounds::EMPTY,
            pixels: Vec::new(),
        }
    }

    /// Takes a box and becomes transparent, keeping memory.
    pub(super) fn reset(&mut self, bounds: Bounds) {
        self.bounds = bounds;
        self.pixels.clear();
        self.pixels
            .resize(bounds.width() * bounds.height(), P::default());
    }

    /// Pixels x0 ≤ x < x1 of row y, which must lie inside the box.
    #[inline]
    pub(super) fn span(&mut self, y: i32, x0: i32, x1: i32) -> &mut [P] {
        let start = self.offset(y, x0);
        &mut self.pixels[start..start + (x1 - x0) as usize]
    }

    #[inline]
    pub(super) fn offset(&self, y: i32, x: i32) -> usize {
        (y - self.bounds.y0) as usize * self.bounds.width() + (x - self.bounds.x0) as usize
    }
}

/// Where coverage goes. Rows and columns lie inside the box that the kernel was given.
pub(super) trait Coverage {
    /// Pixels x0 ≤ x < x1 of row y have the coverage `k`.
    fn solid(&mut self, y: i32, x0: i32, x1: i32, k: u8);

    /// Pixels from x0 of row y have one coverage each.
    fn cover(&mut self, y: i32, x0: i32, k: &[u8]);
}

/// Blends one colour into a surface.
pub(super) struct Paint<'a, S: Space> {
    pub(super) surface: &'a mut Surface<S::Pixel>,
    pub(super) source: S::Pixel,
    pub(super) blend: Blend,
}

impl<S: Space> Coverage for Paint<'_, S> {
    #[inline]
    fn solid(&mut self, y: i32, x0: i32, x1: i32, k: u8) {
        S::solid(self.surface.span(y, x0, x1), self.source, k, self.blend);
    }

    #[inline]
    fn cover(&mut self, y: i32, x0: i32, k: &[u8]) {
        let x1 = x0 + k.len() as i32;
        S::cover(self.surface.span(y, x0, x1), self.source, k, self.blend);
    }
}

/// Keeps coverage, one byte per pixel of a box.
#[derive(Debug)]
pub(super) struct Mask {
    surface: Surface<u8>,
}

impl Mask {
    pub(super) fn empty() -> Self {
        Self {
            surface: Surface::empty(),
        }
    }

    /// Takes a box, nothing covered.
    pub(super) fn reset(&mut self, bounds: Bounds) {
        self.surface.reset(bounds);
    }

    /// Coverage of x0 ≤ x < x1 of row y.
    pub(super) fn span(&mut self, y: i32, x0: i32, x1: i32) -> &[u8] {
        self.surface.span(y, x0, x1)
    }
}

impl Coverage for Mask {
    fn solid(&mut self, y: i32, x0: i32, x1: i32, k: u8) {
        self.surface.span(y, x0, x1).fill(k);
    }

    fn cover(&mut self, y: i32, x0: i32, k: &[u8]) {
        self.surface
            .span(y, x0, x0 + k.len() as i32)
            .copy_from_slice(k);
    }
}
