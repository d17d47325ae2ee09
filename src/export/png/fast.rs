//! The rows of a picture become the data of a PNG file in a few milliseconds.
//!
//! 1. A row is packed and filtered straight into the window of the compressor, and compressed while it is in
//!    the cache: pixels are read once.
//! 2. All rows have one filter. *None* suits flat art: the same colours come again, and edges are there once.
//!    *Sub* and *Up*, the differences to the pixel to the left and to the row above, suit gradients. Which one
//!    it is, a few bands of rows tell, which are compressed all three ways.
//! 3. Sixteen pixels like those above them are not packed again.
//!
//! In: a picture, or indices into a palette. Out: a zlib stream. Next: [`super::deflate`].

use super::deflate::Deflater;
use crate::export::ImageView;
use std::ops::Range;

/// Pixels that are compared at once with those above.
const RUN: usize = 16;
/// Bands that tell the filter, evenly over the picture.
const BANDS: usize = 8;
/// Rows of a band.
const BAND: usize = 4;

/// A filter of rows, by its number in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    /// Bytes as they are.
    None = 0,
    /// Less the pixel to the left.
    Sub = 1,
    /// Less the byte above.
    Up = 2,
}

/// Compresses rows, keeping its buffers.
#[derive(Debug, Default)]
pub(super) struct Fast {
    deflater: Deflater,
}

impl Fast {
    /// Pixels as RGB where all are opaque, else as RGBA.
    pub(super) fn direct(&mut self, picture: ImageView<'_>) -> &[u8] {
        if picture.is_opaque() {
            self.pixels::<3>(picture)
        } else {
            self.pixels::<4>(picture)
        }
    }

    /// One byte a pixel, unfiltered: neighbouring numbers of colours mean nothing.
    pub(super) fn indexed(&mut self, width: u32, indices: &[u8]) -> &[u8] {
        let width = width as usize;
        self.deflater.begin();
        for row in indices.chunks_exact(width) {
            self.deflater
                .line::<1>(1 + width, |_, line| line[1..].copy_from_slice(row));
        }
        self.deflater.finish()
    }

    fn pixels<const STEP: usize>(&mut self, picture: ImageView<'_>) -> &[u8] {
        let height = picture.height as usize;
        let bands = (0..BANDS).map(|band| {
            let first = (2 * band + 1) * height / (2 * BANDS);
            first..(first + BAND).min(height)
        });
        let mut size = |filter| {
            let stream = self.rows::<STEP>(picture, filter, bands.clone());
            stream.len()
        };
        let filters = [Filter::None, Filter::Sub, Filter::Up];
        let filter = filters.into_iter().min_by_key(|&filter| size(filter));
        let filter = filter.unwrap_or(Filter::None);
        self.rows::<STEP>(picture, filter, std::iter::once(0..height))
    }

    /// Compresses some ranges of rows.
    fn rows<const STEP: usize>(
        &mut self,
        picture: ImageView<'_>,
        filter: Filter,
        ranges: impl Iterator<Item = Range<usize>>,
    ) -> &[u8] {
        let width = picture.width as usize;
        let (pixels, _) = picture.rgba.as_chunks::<4>();
        let row = |y: usize| &pixels[y * width..(y + 1) * width];
        self.deflater.begin();
        for range in ranges {
            let mut above = range.start.checked_sub(1).map_or(&[][..], row);
            let mut is_first = true;
            for y in range {
                let row = row(y);
                let count = 1 + STEP * width;
                self.deflater.line::<STEP>(count, |before, line| {
                    line[0] = filter as u8;
                    let line = &mut line[1..];
                    match filter {
                        Filter::Up if above.is_empty() => pack::<STEP>(row, line),
                        Filter::Up => pack_differences::<STEP>(row, above, line),
                        Filter::Sub => pack_steps::<STEP>(row, line),
                        Filter::None if is_first || before.len() < count => {
                            pack::<STEP>(row, line);
                        }
                        Filter::None => {
                            let before = &before[before.len() - STEP * width..];
                            pack_changes::<STEP>(row, above, before, line);
                        }
                    }
                });
                (above, is_first) = (row, false);
            }
        }
        self.deflater.finish()
    }
}

/// The first `STEP` bytes of each pixel.
fn pack<const STEP: usize>(row: &[[u8; 4]], line: &mut [u8]) {
    let (runs, rest) = row.as_chunks::<RUN>();
    let mut lines = line.chunks_exact_mut(STEP * RUN);
    for (run, out) in runs.iter().zip(&mut lines) {
        pack_run::<STEP>(run, out);
    }
    for (pixel, out) in rest
        .iter()
        .zip(lines.into_remainder().chunks_exact_mut(STEP))
    {
        out.copy_from_slice(&pixel[..STEP]);
    }
}

/// The same, where the line before holds the row above.
fn pack_changes<const STEP: usize>(
    row: &[[u8; 4]],
    above: &[[u8; 4]],
    before: &[u8],
    line: &mut [u8],
) {
    let (runs, rest) = row.as_chunks::<RUN>();
    let above = above.as_chunks::<RUN>().0;
    let mut lines = line.chunks_exact_mut(STEP * RUN);
    let before = before.chunks_exact(STEP * RUN);
    for (((run, above), before), out) in runs.iter().zip(above).zip(before).zip(&mut lines) {
        if same(run, above) {
            out.copy_from_slice(before);
        } else {
            pack_run::<STEP>(run, out);
        }
    }
    for (pixel, out) in rest
        .iter()
        .zip(lines.into_remainder().chunks_exact_mut(STEP))
    {
        out.copy_from_slice(&pixel[..STEP]);
    }
}

/// Differences to the pixel to the left.
fn pack_steps<const STEP: usize>(row: &[[u8; 4]], line: &mut [u8]) {
    let mut left = [0; 4];
    for (&pixel, out) in row.iter().zip(line.chunks_exact_mut(STEP)) {
        out.copy_from_slice(&less(pixel, left)[..STEP]);
        left = pixel;
    }
}

/// Differences to the row above, into a line of zeros.
fn pack_differences<const STEP: usize>(row: &[[u8; 4]], above: &[[u8; 4]], line: &mut [u8]) {
    let (runs, rest) = row.as_chunks::<RUN>();
    let (above, rest_above) = above.as_chunks::<RUN>();
    let mut lines = line.chunks_exact_mut(STEP * RUN);
    for ((run, above), out) in runs.iter().zip(above).zip(&mut lines) {
        if !same(run, above) {
            let difference = std::array::from_fn(|i| less(run[i], above[i]));
            pack_run::<STEP>(&difference, out);
        }
    }
    let rest = rest.iter().zip(rest_above);
    for ((&pixel, &above), out) in rest.zip(lines.into_remainder().chunks_exact_mut(STEP)) {
        out.copy_from_slice(&less(pixel, above)[..STEP]);
    }
}

/// Whether both are the same; no call, which would cost as much.
#[inline(always)]
fn same(run: &[[u8; 4]; RUN], above: &[[u8; 4]; RUN]) -> bool {
    let bytes = run.as_flattened().iter().zip(above.as_flattened());
    bytes.fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// Each byte less another, wrapping.
#[inline(always)]
fn less(pixel: [u8; 4], above: [u8; 4]) -> [u8; 4] {
    std::array::from_fn(|i| pixel[i].wrapping_sub(above[i]))
}

#[inline(always)]
fn pack_run<const STEP: usize>(run: &[[u8; 4]; RUN], out: &mut [u8]) {
    if STEP == 4 {
        return out.copy_from_slice(run.as_flattened());
    }
    // Four pixels of four bytes are three words of four.
    let (fours, _) = run.as_chunks::<4>();
    for (four, out) in fours.iter().zip(out.as_chunks_mut::<12>().0) {
        let [a, b, c, d] = four.map(|[r, g, b, _]| u32::from_le_bytes([r, g, b, 0]));
        let words = [a | b << 24, b >> 8 | c << 16, c >> 16 | d << 8];
        out.copy_from_slice(words.map(u32::to_le_bytes).as_flattened());
    }
}
