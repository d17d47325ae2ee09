//! Pixels of a part of device space, and how coverage gets there.
//!
//! 1. A [`Surface`] is the canvas or a layer, cropped to a box.
//! 2. Coverage kernels know nothing of colours. They list what they cover as [`Spans`]: runs of one
//!    coverage, and runs with a coverage per pixel. A [`Coverage`] sink takes the list: [`Paint`] blends
//!    a colour, [`Mask`] keeps the coverage for a clip.
//! 3. So there are two loops a shape, kernel and blending, and each is a task of its own that is compiled
//!    for every vector width (`math::simd`): no kernel is compiled for every sink, no blend for every
//!    kernel.

use super::affine::Bounds;
use super::space::Space;
use crate::math::simd::{self, Task, Width};
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

    /// Has one colour all over, keeping memory.
    pub(super) fn fill(&mut self, pixel: P) {
        let count = self.bounds.width() * self.bounds.height();
        if self.pixels.len() == count {
            self.pixels.fill(pixel);
        } else {
            self.pixels.clear();
            self.pixels.resize(count, pixel);
        }
    }

    /// Rows y0 ≤ y < y1 have one colour; all rows, if the box has another number of pixels than there are.
    pub(super) fn fill_rows(&mut self, y0: i32, y1: i32, pixel: P) {
        let width = self.bounds.width();
        if self.pixels.len() != width * self.bounds.height() {
            return self.fill(pixel);
        }
        let row = |y: i32| (y - self.bounds.y0) as usize * width;
        let range = row(y0)..row(y1);
        self.pixels[range].fill(pixel);
    }

    /// Pixels x0 ≤ x < x1 of row y, which must lie inside the box.
    #[inline(always)]
    pub(super) fn span(&mut self, y: i32, x0: i32, x1: i32) -> &mut [P] {
        let start = self.offset(y, x0);
        &mut self.pixels[start..start + (x1 - x0) as usize]
    }

    #[inline(always)]
    pub(super) fn offset(&self, y: i32, x: i32) -> usize {
        (y - self.bounds.y0) as usize * self.bounds.width() + (x - self.bounds.x0) as usize
    }
}

/// The coverage of a pixel, once for each channel: blending then needs no shuffles.
pub(super) type Level = [u8; 4];

/// Pixels that kernels work out together, and blending takes together.
pub(super) const BLOCK: usize = 8;

/// Writes a block, or as much of it as there is room for.
#[inline(always)]
pub(super) fn put(block: [Level; BLOCK], levels: &mut [Level]) {
    match levels.first_chunk_mut() {
        Some(whole) => *whole = block,
        None => levels.copy_from_slice(&block[..levels.len()]),
    }
}

/// A coverage as a level.
#[inline(always)]
pub(super) fn level(k: u32) -> Level {
    let pair = k | k << 8;
    (pair | pair << 16).to_le_bytes()
}

/// Coverage as runs of pixels, in any order, none twice.
#[derive(Debug, Default)]
pub(super) struct Spans {
    runs: Vec<Run>,
    /// Those of the runs with one per pixel, in their order.
    levels: Vec<Level>,
}

/// Pixels x0 ≤ x < x1 of row y.
#[derive(Debug, Clone, Copy)]
struct Run {
    y: i32,
    x0: i32,
    x1: i32,
    /// `None`: one per pixel.
    level: Option<u8>,
}

impl Spans {
    /// Forgets all runs.
    pub(super) fn clear(&mut self) {
        self.runs.clear();
        self.levels.clear();
    }

    /// How many pixels have a coverage of their own.
    pub(super) fn detail(&self) -> usize {
        self.levels.len()
    }

    /// Pixels x0 ≤ x < x1 of row y have the coverage `k`.
    #[inline(always)]
    pub(super) fn solid(&mut self, y: i32, x0: i32, x1: i32, k: u8) {
        let level = Some(k);
        self.runs.push(Run { y, x0, x1, level });
    }

    /// Pixels from x0 of row y have these coverages.
    #[inline(always)]
    pub(super) fn cover(&mut self, y: i32, x0: i32, levels: &[Level]) {
        let x1 = x0 + levels.len() as i32;
        let level = None;
        self.runs.push(Run { y, x0, x1, level });
        self.levels.extend_from_slice(levels);
    }

    /// Pixels x0 ≤ x < x1 of row y have the coverages that are written to the result.
    #[inline(always)]
    pub(super) fn open(&mut self, y: i32, x0: i32, x1: i32) -> &mut [Level] {
        let level = None;
        self.runs.push(Run { y, x0, x1, level });
        let start = self.levels.len();
        self.levels.resize(start + (x1 - x0) as usize, [0; 4]);
        &mut self.levels[start..]
    }

    /// All runs, and the levels of those that have one per pixel.
    #[inline(always)]
    fn runs(&self) -> impl Iterator<Item = (Run, &[Level])> {
        let mut rest = self.levels.as_slice();
        self.runs.iter().map(move |run| {
            let count = match run.level {
                Some(_) => 0,
                None => (run.x1 - run.x0) as usize,
            };
            let (levels, others) = rest.split_at(count);
            rest = others;
            (*run, levels)
        })
    }
}

/// Where coverage goes. Runs lie inside the box that the kernel was given.
pub(super) trait Coverage {
    /// Takes a list of runs.
    fn take(&mut self, spans: &Spans);
}

/// Blends one colour into a surface.
pub(super) struct Paint<'a, S: Space> {
    pub(super) surface: &'a mut Surface<S::Pixel>,
    pub(super) source: S::Pixel,
    pub(super) blend: Blend,
    pub(super) simd: Width,
}

impl<S: Space> Coverage for Paint<'_, S> {
    #[inline]
    fn take(&mut self, spans: &Spans) {
        let (source, blend) = (self.source, self.blend);
        let surface = &mut *self.surface;
        let blending = Blending::<S> {
            surface,
            source,
            blend,
            spans,
        };
        simd::run(self.simd, blending);
    }
}

struct Blending<'a, S: Space> {
    surface: &'a mut Surface<S::Pixel>,
    source: S::Pixel,
    blend: Blend,
    spans: &'a Spans,
}

impl<S: Space> Task for Blending<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (run, levels) in self.spans.runs() {
            let row = self.surface.span(run.y, run.x0, run.x1);
            match run.level {
                Some(k) => S::solid(row, self.source, k, self.blend),
                None => S::cover(row, self.source, levels, self.blend),
            }
        }
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
    #[inline(always)]
    pub(super) fn span(&mut self, y: i32, x0: i32, x1: i32) -> &[u8] {
        self.surface.span(y, x0, x1)
    }
}

impl Coverage for Mask {
    fn take(&mut self, spans: &Spans) {
        for (run, levels) in spans.runs() {
            let row = self.surface.span(run.y, run.x0, run.x1);
            match run.level {
                Some(k) => row.fill(k),
                None => {
                    for (out, level) in row.iter_mut().zip(levels) {
                        *out = level[0];
                    }
                }
            }
        }
    }
}
