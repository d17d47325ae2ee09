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
//! Colour and alpha go through the same formula, lane by lane: each mode is a [`Mix`] of one channel
//! and the two alphas, and rows are taken four pixels, sixteen lanes, at a time, which compilers turn
//! into vector code. What is left of a row goes pixel by pixel, with the same results.

use super::space::Space;
use crate::render_tree::Blend;

/// u8 × 4, premultiplied, sRGB-encoded.
pub(super) struct Srgb;

/// The integer nearest to x·y/255, for x and y up to 255.
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

/// Four pixels of a row.
type Quad = [u8; 16];

#[inline(always)]
fn repeat(p: [u8; 4]) -> [u16; 16] {
    std::array::from_fn(|i| u16::from(p[i % 4]))
}

#[inline(always)]
fn mix_quad<M: Mix>(quad: &mut Quad, s: &[u16; 16], source_alpha: &[u16; 16]) {
    let below: Quad = *quad;
    for i in 0..16 {
        let (d, below_alpha) = (u16::from(below[i]), u16::from(below[i | 3]));
        quad[i] = M::lane(s[i], source_alpha[i], d, below_alpha) as u8;
    }
}

/// The row as quads and the pixels left over.
#[inline(always)]
fn quads(row: &mut [[u8; 4]]) -> (impl Iterator<Item = &mut Quad>, &mut [[u8; 4]]) {
    let count = row.len() / 4 * 4;
    let (whole, rest) = row.split_at_mut(count);
    (
        whole.as_flattened_mut().as_chunks_mut::<16>().0.iter_mut(),
        rest,
    )
}

fn solid<M: Mix>(row: &mut [[u8; 4]], s: [u8; 4]) {
    let (wide, source_alpha) = (repeat(s), [u16::from(s[3]); 16]);
    let (quads, rest) = quads(row);
    for quad in quads {
        mix_quad::<M>(quad, &wide, &source_alpha);
    }
    for d in rest {
        *d = M::covered(s, 255, *d);
    }
}

fn cover<M: Mix>(row: &mut [[u8; 4]], s: [u8; 4], coverage: &[u8]) {
    if row.len() < 4 {
        for (d, &k) in row.iter_mut().zip(coverage) {
            *d = M::covered(s, k, *d);
        }
        return;
    }
    let (wide, alpha) = (repeat(s), u16::from(s[3]));
    let (quads, rest) = quads(row);
    let (fours, last) = coverage.as_chunks::<4>();
    for (quad, k) in quads.zip(fours) {
        let k: [u16; 16] = std::array::from_fn(|i| u16::from(k[i / 4]));
        let source = std::array::from_fn(|i| product(wide[i], k[i]));
        let source_alpha = std::array::from_fn(|i| product(alpha, k[i]));
        mix_quad::<M>(quad, &source, &source_alpha);
    }
    for (d, &k) in rest.iter_mut().zip(last) {
        *d = M::covered(s, k, *d);
    }
}

fn layer<M: Mix>(row: &mut [[u8; 4]], layer: &[[u8; 4]]) {
    let (quads, rest) = quads(row);
    let (fours, last) = layer.as_flattened().as_chunks::<16>();
    for (quad, s) in quads.zip(fours) {
        let source = s.map(u16::from);
        let source_alpha = std::array::from_fn(|i| source[i | 3]);
        mix_quad::<M>(quad, &source, &source_alpha);
    }
    for (d, s) in rest.iter_mut().zip(last.as_chunks::<4>().0) {
        *d = M::covered(*s, 255, *d);
    }
}

impl Space for Srgb {
    type Pixel = [u8; 4];

    fn source(rgba: [u8; 4]) -> [u8; 4] {
        rgba
    }

    fn solid(row: &mut [[u8; 4]], source: [u8; 4], coverage: u8, blend: Blend) {
        let s = source.map(|c| m(c, coverage));
        match blend {
            Blend::Normal if s[3] == 255 => row.fill(s),
            Blend::Normal => solid::<Normal>(row, s),
            Blend::Add => solid::<Add>(row, s),
            Blend::Multiply => solid::<Multiply>(row, s),
            Blend::Screen => solid::<Screen>(row, s),
        }
    }

    fn cover(row: &mut [[u8; 4]], source: [u8; 4], coverage: &[u8], blend: Blend) {
        match blend {
            Blend::Normal => cover::<Normal>(row, source, coverage),
            Blend::Add => cover::<Add>(row, source, coverage),
            Blend::Multiply => cover::<Multiply>(row, source, coverage),
            Blend::Screen => cover::<Screen>(row, source, coverage),
        }
    }

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

    fn layer(row: &mut [[u8; 4]], above: &[[u8; 4]], blend: Blend) {
        match blend {
            Blend::Normal => layer::<Normal>(row, above),
            Blend::Add => layer::<Add>(row, above),
            Blend::Multiply => layer::<Multiply>(row, above),
            Blend::Screen => layer::<Screen>(row, above),
        }
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
            Srgb::cover(&mut got, s, &coverage, blend);
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
    fn a_colour_above_its_alpha_saturates() {
        let mut row = [[200u8; 4]; 5];
        Srgb::cover(&mut row, [255, 255, 255, 10], &[255; 5], Blend::Normal);
        assert!(row.iter().all(|p| *p == row[0] && p[0] == 255), "{row:?}");
    }
}
