//! Blending of encoded bytes: integers only, so the same on every machine and vector width.
//!
//! With m(x, y) = ⌊(x·y + 127)/255⌋, the integer nearest to xy/255, s' = m(s, k) for a source s and a
//! coverage k, and d what lies below, all premultiplied:
//!
//! ```text
//! normal    s' + m(d, 255 − s'ₐ)
//! add       min(255, s' + d)
//! multiply  min(255, m(s', d) + m(s', 255 − dₐ) + m(d, 255 − s'ₐ)), colour ≤ alpha
//! screen    s' + d − m(s', d)
//! ```
//!
//! Whatever lies above, an opaque pixel stays opaque: with dₐ = 255 every mode gives 255.
//!
//! Colour and alpha go through the same formula, lane by lane: each mode is a [`Mix`] of one channel
//! and the two alphas, and rows are taken eight pixels, 32 lanes, at a time, which compilers turn into
//! vector code of any width. What is left of a row is the end of one more chunk that begins in what is
//! done already, with coverage 0 there, which changes nothing; only rows shorter than a chunk go pixel by
//! pixel, with the same results.

use super::space::Space;
use super::surface::{BLOCK, Level};
use crate::render_tree::Blend;

/// u8 × 4, premultiplied, sRGB-encoded.
pub(super) struct Srgb;

/// The integer nearest to x·y/255, for x and y up to 255. Compilers divide by taking the upper half of a
/// product, and stay in 16 bits.
#[inline(always)]
fn product(x: u16, y: u16) -> u16 {
    (x * y + 127) / 255
}

/// The integer nearest to x·y/255.
#[inline(always)]
pub(super) fn m(x: u8, y: u8) -> u8 {
    product(u16::from(x), u16::from(y)) as u8
}

/// A blend mode: one channel of the result.
trait Mix {
    /// From a channel and the alpha of the source, and those of what lies below, all 0…255.
    fn lane(s: u16, source_alpha: u16, d: u16, below_alpha: u16) -> u16;

    /// One pixel of a source, coverage already in it.
    #[inline(always)]
    fn pixel(s: [u8; 4], d: [u8; 4]) -> [u8; 4] {
        let wide = u16::from;
        std::array::from_fn(|c| Self::lane(wide(s[c]), wide(s[3]), wide(d[c]), wide(d[3])) as u8)
    }

    /// One pixel of a source and its coverage.
    #[inline(always)]
    fn covered(s: [u8; 4], k: u8, d: [u8; 4]) -> [u8; 4] {
        Self::pixel(s.map(|c| m(c, k)), d)
    }
}

struct Normal;
struct Add;
struct Multiply;
struct Screen;

impl Mix for Normal {
    #[inline(always)]
    fn lane(s: u16, source_alpha: u16, d: u16, _: u16) -> u16 {
        (s + product(d, 255 - source_alpha)).min(255)
    }

    #[inline(always)]
    fn covered(s: [u8; 4], k: u8, d: [u8; 4]) -> [u8; 4] {
        packed::normal(s, k, d)
    }
}

impl Mix for Add {
    #[inline(always)]
    fn lane(s: u16, _: u16, d: u16, _: u16) -> u16 {
        (s + d).min(255)
    }
}

impl Mix for Multiply {
    #[inline(always)]
    fn lane(s: u16, source_alpha: u16, d: u16, below_alpha: u16) -> u16 {
        let (above, below) = (255 - source_alpha, 255 - below_alpha);
        let mix = |s: u16, d: u16| (product(s, d) + product(s, below) + product(d, above)).min(255);
        mix(s, d).min(mix(source_alpha, below_alpha))
    }
}

impl Mix for Screen {
    #[inline(always)]
    fn lane(s: u16, _: u16, d: u16, _: u16) -> u16 {
        // At most 255: (255 − s)(255 − d) ≥ 0.
        s + d - product(s, d)
    }
}

/// Four channels in one integer, sixteen bits each, for single pixels.
mod packed {
    const BYTES: u64 = 0x00ff_00ff_00ff_00ff;
    const HALVES: u64 = 0x007f_007f_007f_007f;
    const ONES: u64 = 0x0001_0001_0001_0001;

    #[inline(always)]
    fn spread(p: [u8; 4]) -> u64 {
        let x = u64::from(u32::from_le_bytes(p));
        let x = (x | (x << 16)) & 0x0000_ffff_0000_ffff;
        (x | (x << 8)) & BYTES
    }

    #[inline(always)]
    fn gather(x: u64) -> [u8; 4] {
        let x = (x | (x >> 8)) & 0x0000_ffff_0000_ffff;
        ((x | (x >> 16)) as u32).to_le_bytes()
    }

    /// The integers nearest to x·k/255: with v = x·k + 127, ⌊v/255⌋ = ⌊(v + 1 + ⌊v/256⌋)/256⌋.
    #[inline(always)]
    fn product(x: u64, k: u64) -> u64 {
        let v = x * k + HALVES;
        ((v + ONES + ((v >> 8) & BYTES)) >> 8) & BYTES
    }

    /// Source-over of a source with a coverage.
    #[inline(always)]
    pub(super) fn normal(s: [u8; 4], k: u8, d: [u8; 4]) -> [u8; 4] {
        let s = product(spread(s), u64::from(k));
        let sum = s + product(spread(d), 255 - (s >> 48));
        // Only a source whose colour is above its alpha can pass 255.
        let over = (sum >> 8) & ONES;
        gather((sum | (over * 255)) & BYTES)
    }
}

/// Lanes of a chunk.
const LANES: usize = 4 * BLOCK;
/// A block of pixels of a row, or their coverage.
type Chunk = [u8; LANES];

/// What a row is blended with, chunk by chunk.
trait Above {
    /// Blends a row that is shorter than a chunk.
    fn pixels<M: Mix>(&self, row: &mut [[u8; 4]]);

    /// Blends the chunk that begins at pixel `from`, without its first `skip` lanes.
    fn chunk<M: Mix>(&self, d: &mut Chunk, from: usize, skip: usize);
}

/// Blends a row.
#[inline(always)]
fn blend<M: Mix>(row: &mut [[u8; 4]], above: &impl Above) {
    let count = row.len();
    if count < BLOCK {
        return above.pixels::<M>(row);
    }
    let (chunks, rest) = row.as_flattened_mut().as_chunks_mut::<LANES>();
    let left = rest.len();
    for (i, d) in chunks.iter_mut().enumerate() {
        above.chunk::<M>(d, i * BLOCK, 0);
    }
    if left > 0
        && let Some(d) = row.as_flattened_mut().last_chunk_mut()
    {
        above.chunk::<M>(d, count - BLOCK, LANES - left);
    }
}

/// `lanes` without the first `skip`, which become 0.
#[inline(always)]
fn without(lanes: &Chunk, skip: usize) -> Chunk {
    let mut out = [0; LANES];
    for i in 0..LANES {
        out[i] = if i < skip { 0 } else { lanes[i] };
    }
    out
}

#[inline(always)]
fn mix_chunk<M: Mix>(d: &mut Chunk, s: impl Fn(usize) -> [u16; 2]) {
    let below = *d;
    let mut out = [0; LANES];
    for i in 0..LANES {
        let [s, alpha] = s(i);
        out[i] = M::lane(s, alpha, u16::from(below[i]), u16::from(below[i | 3])) as u8;
    }
    *d = out;
}

/// One colour with one coverage, which is in it.
struct Solid {
    colour: [u8; 4],
    lanes: Chunk,
}

impl Solid {
    #[inline(always)]
    fn new(colour: [u8; 4]) -> Self {
        let lanes = std::array::from_fn(|i| colour[i % 4]);
        Self { colour, lanes }
    }
}

impl Above for Solid {
    #[inline(always)]
    fn pixels<M: Mix>(&self, row: &mut [[u8; 4]]) {
        for d in row {
            *d = M::covered(self.colour, 255, *d);
        }
    }

    #[inline(always)]
    fn chunk<M: Mix>(&self, d: &mut Chunk, _: usize, skip: usize) {
        if skip == 0 {
            let alpha = u16::from(self.colour[3]);
            return mix_chunk::<M>(d, |i| [u16::from(self.lanes[i]), alpha]);
        }
        let s = without(&self.lanes, skip);
        mix_chunk::<M>(d, |i| [u16::from(s[i]), u16::from(s[i | 3])]);
    }
}

/// One colour with a coverage per pixel.
struct Covered<'a> {
    solid: Solid,
    levels: &'a [Level],
}

impl Covered<'_> {
    #[inline(always)]
    fn mix<M: Mix>(&self, d: &mut Chunk, levels: &Chunk) {
        let alpha = u16::from(self.solid.colour[3]);
        mix_chunk::<M>(d, |i| {
            let k = u16::from(levels[i]);
            [
                product(u16::from(self.solid.lanes[i]), k),
                product(alpha, k),
            ]
        });
    }
}

impl Above for Covered<'_> {
    #[inline(always)]
    fn pixels<M: Mix>(&self, row: &mut [[u8; 4]]) {
        for (d, level) in row.iter_mut().zip(self.levels) {
            *d = M::covered(self.solid.colour, level[0], *d);
        }
    }

    #[inline(always)]
    fn chunk<M: Mix>(&self, d: &mut Chunk, from: usize, skip: usize) {
        let Some(levels) = self.levels[from..].as_flattened().first_chunk() else {
            return;
        };
        if skip == 0 {
            return self.mix::<M>(d, levels);
        }
        self.mix::<M>(d, &without(levels, skip));
    }
}

/// A row of a layer.
struct Layer<'a>(&'a [[u8; 4]]);

impl Above for Layer<'_> {
    #[inline(always)]
    fn pixels<M: Mix>(&self, row: &mut [[u8; 4]]) {
        for (d, s) in row.iter_mut().zip(self.0) {
            *d = M::covered(*s, 255, *d);
        }
    }

    #[inline(always)]
    fn chunk<M: Mix>(&self, d: &mut Chunk, from: usize, skip: usize) {
        let Some(s) = self.0[from..].as_flattened().first_chunk() else {
            return;
        };
        let s = without(s, skip);
        mix_chunk::<M>(d, |i| [u16::from(s[i]), u16::from(s[i | 3])]);
    }
}

/// Blends a row with what lies above it.
#[inline(always)]
fn blend_row(row: &mut [[u8; 4]], above: &impl Above, mode: Blend) {
    match mode {
        Blend::Normal => blend::<Normal>(row, above),
        Blend::Add => blend::<Add>(row, above),
        Blend::Multiply => blend::<Multiply>(row, above),
        Blend::Screen => blend::<Screen>(row, above),
    }
}

impl Space for Srgb {
    type Pixel = [u8; 4];

    fn source(rgba: [u8; 4]) -> [u8; 4] {
        rgba
    }

    #[inline(always)]
    fn solid(row: &mut [[u8; 4]], source: [u8; 4], coverage: u8, blend: Blend) {
        let s = source.map(|c| m(c, coverage));
        if blend == Blend::Normal && s[3] == 255 {
            return row.fill(s);
        }
        blend_row(row, &Solid::new(s), blend);
    }

    #[inline(always)]
    fn cover(row: &mut [[u8; 4]], source: [u8; 4], coverage: &[Level], blend: Blend) {
        let solid = Solid::new(source);
        let levels = coverage;
        blend_row(row, &Covered { solid, levels }, blend);
    }

    #[inline(always)]
    fn fade(row: &mut [[u8; 4]], clip: Option<&[u8]>, opacity: u8) {
        if let Some(clip) = clip {
            for (p, &k) in row.iter_mut().zip(clip) {
                *p = p.map(|c| m(c, k));
            }
        }
        if opacity < 255 {
            for c in row.as_flattened_mut() {
                *c = m(*c, opacity);
            }
        }
    }

    #[inline(always)]
    fn layer(row: &mut [[u8; 4]], above: &[[u8; 4]], blend: Blend) {
        blend_row(row, &Layer(above), blend);
    }

    fn to_bytes(pixel: [u8; 4]) -> [u8; 4] {
        pixel
    }

    fn from_bytes(bytes: [u8; 4]) -> [u8; 4] {
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODES: [Blend; 4] = [Blend::Normal, Blend::Add, Blend::Multiply, Blend::Screen];

    fn nearest(x: u8, y: u8) -> i32 {
        (i32::from(x) * i32::from(y) + 127) / 255
    }

    /// The formulas as they are written.
    fn reference(s: [u8; 4], k: u8, d: [u8; 4], blend: Blend) -> [u8; 4] {
        let s = s.map(|c| nearest(c, k) as u8);
        let channel = |c: usize| {
            let (sc, dc) = (i32::from(s[c]), i32::from(d[c]));
            match blend {
                Blend::Normal => sc + nearest(d[c], 255 - s[3]),
                Blend::Add => (sc + dc).min(255),
                Blend::Multiply => {
                    let sum =
                        nearest(s[c], d[c]) + nearest(s[c], 255 - d[3]) + nearest(d[c], 255 - s[3]);
                    sum.min(255)
                }
                Blend::Screen => sc + dc - nearest(s[c], d[c]),
            }
        };
        let mut out: [i32; 4] = std::array::from_fn(channel);
        if blend == Blend::Multiply {
            out = out.map(|c| c.min(out[3]));
        }
        out.map(|c| u8::try_from(c).expect("premultiplied in, premultiplied out"))
    }

    struct Bytes(u32);

    impl Bytes {
        fn next(&mut self) -> u8 {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.0 >> 24) as u8
        }

        /// Often at an end of the range.
        fn level(&mut self) -> u8 {
            match self.next() % 8 {
                0 => 0,
                1 => 255,
                _ => self.next(),
            }
        }

        fn pixel(&mut self) -> [u8; 4] {
            let a = self.level();
            let mut channel = || m(self.level(), a);
            [channel(), channel(), channel(), a]
        }
    }

    #[test]
    fn the_product_is_the_nearest_integer() {
        for x in 0..=255u8 {
            for y in 0..=255u8 {
                let exact = f64::from(x) * f64::from(y) / 255.0;
                assert!((f64::from(m(x, y)) - exact).abs() <= 0.5, "{x}·{y}");
            }
        }
    }

    #[test]
    fn rows_of_any_length_follow_the_formulas() {
        let mut bytes = Bytes(1);
        for round in 0..6000usize {
            let length = round % 23;
            let blend = MODES[round % 4];
            let row: Vec<[u8; 4]> = (0..length).map(|_| bytes.pixel()).collect();
            let above: Vec<[u8; 4]> = (0..length).map(|_| bytes.pixel()).collect();
            let coverage: Vec<u8> = (0..length).map(|_| bytes.level()).collect();
            let levels: Vec<Level> = coverage.iter().map(|&k| [k; 4]).collect();
            let (s, k) = (bytes.pixel(), bytes.level());
            let each = |f: &dyn Fn(usize) -> [u8; 4]| (0..length).map(f).collect::<Vec<_>>();

            let mut got = row.clone();
            Srgb::solid(&mut got, s, k, blend);
            assert_eq!(
                got,
                each(&|i| reference(s, k, row[i], blend)),
                "{s:?} {k} {row:?}"
            );
            let mut got = row.clone();
            Srgb::cover(&mut got, s, &levels, blend);
            assert_eq!(got, each(&|i| reference(s, coverage[i], row[i], blend)));
            let mut got = row.clone();
            Srgb::layer(&mut got, &above, blend);
            assert_eq!(got, each(&|i| reference(above[i], 255, row[i], blend)));
            let mut got = row.clone();
            Srgb::fade(&mut got, Some(&coverage), k);
            assert_eq!(got, each(&|i| row[i].map(|c| m(m(c, coverage[i]), k))));
        }
    }

    #[test]
    fn an_opaque_pixel_stays_opaque() {
        let below = [[0, 90, 255, 255]; 9];
        for alpha in 0..=255 {
            for k in [0, 1, 77, 127, 128, 254, 255] {
                // Single pixels, and whole chunks with an end.
                for (length, blend) in [1, 9].into_iter().flat_map(|l| MODES.map(|b| (l, b))) {
                    let source = [alpha / 2, alpha, 0, alpha];
                    let levels = [[k; 4]; 9];
                    let mut row = below;
                    Srgb::cover(&mut row[..length], source, &levels[..length], blend);
                    Srgb::solid(&mut row[..length], source, k, blend);
                    Srgb::layer(&mut row[..length], &[source; 9][..length], blend);
                    assert!(row.iter().all(|p| p[3] == 255), "{alpha} {k} {blend:?}");
                }
            }
        }
    }

    #[test]
    fn a_colour_above_its_alpha_saturates() {
        let mut row = [[200u8; 4]; 5];
        Srgb::cover(&mut row, [255, 255, 255, 10], &[[255; 4]; 5], Blend::Normal);
        assert!(row.iter().all(|p| *p == row[0] && p[0] == 255), "{row:?}");
    }
}
