//! The rows of a picture become the data of a PNG file in a few milliseconds.
//!
//! 1. A row is packed and filtered straight into the window of the compressor, and compressed while it is in
//!    the cache: pixels are read once.
//! 2. Pictures differ in what makes them small. Flat art is runs of a colour, and edges that no effort makes
//!    smaller; patterns come again; gradients want differences, and a filter chosen row by row. So some bands
//!    of rows are compressed in several [`Way`]s first. A slower way is taken only where it is worth it.
//! 3. How many rows are tried depends on how wide they are: a large picture spends a tenth of its time on
//!    that, a small one more, which is little.
//! 4. The choice depends on nothing but the picture: the same picture gives the same bytes, wherever it stands
//!    in a sequence.
//!
//! In: a picture, or indices into a palette. Out: a zlib stream. Next: [`super::rows`], [`super::deflate`].

use super::deflate::{Deflater, Search};
use super::rows::{Filters, Rows};
use crate::export::ImageView;
use std::ops::Range;

/// Pixels of the rows that are tried, about; but no fewer rows than [`LEAST`].
const TRIED: usize = 3 << 14;
const LEAST: usize = 24;
/// Rows of a band that is tried.
const BAND: usize = 6;

/// How rows are filtered, and what is looked for in them.
#[derive(Debug, Clone, Copy)]
struct Way {
    filters: Filters,
    search: Search,
}

impl Way {
    /// It takes longer; its files must be so small against those of others, percent.
    fn worth(self) -> usize {
        let filters = match self.filters {
            Filters::None | Filters::Sub | Filters::Up => 100,
            Filters::Best => 95,
        };
        let search = match self.search {
            Search::Runs => 100,
            Search::Pixels => 95,
            Search::Bytes => 84,
        };
        filters * search / 100
    }
}

/// Compresses rows, keeping its buffers.
#[derive(Debug, Default)]
pub(super) struct Fast {
    deflater: Deflater,
    rows: Rows,
}

impl Fast {
    /// Pixels as RGB where all are known to be opaque, else as RGBA. `read` hears after each row how many bytes of the picture
    /// were read.
    pub(super) fn direct(&mut self, picture: ImageView<'_>, read: &mut dyn FnMut(usize)) -> &[u8] {
        if picture.opaque {
            self.pixels::<3>(picture, read)
        } else {
            self.pixels::<4>(picture, read)
        }
    }

    /// One byte a pixel, unfiltered: neighbouring numbers of colours mean nothing.
    pub(super) fn indexed(&mut self, width: u32, indices: &[u8]) -> &[u8] {
        let width = width as usize;
        self.deflater.begin(Search::Bytes);
        for row in indices.chunks_exact(width) {
            self.deflater.line::<1>(1 + width, |_, line| {
                // No filter.
                line[0] = 0;
                line[1..].copy_from_slice(row);
            });
        }
        self.deflater.finish()
    }

    fn pixels<const STEP: usize>(
        &mut self,
        picture: ImageView<'_>,
        read: &mut dyn FnMut(usize),
    ) -> &[u8] {
        let way = self.choose::<STEP>(picture);
        let all = 0..picture.height as usize;
        self.compress::<STEP>(picture, way, std::iter::once(all), read)
    }

    /// The way that suits some bands.
    fn choose<const STEP: usize>(&mut self, picture: ImageView<'_>) -> Way {
        let bands = bands(picture.width as usize, picture.height as usize);
        // The way, and its size: as if it were larger, where it takes longer.
        let mut tried = |filters, search| {
            let way = Way { filters, search };
            let stream = self.compress::<STEP>(picture, way, bands.clone(), &mut |_| ());
            let size = stream.len();
            (size * 100 / way.worth(), way)
        };
        let better = |a: (usize, Way), b: (usize, Way)| if b.0 < a.0 { b } else { a };

        let plain = tried(Filters::None, Search::Pixels);
        let sub = tried(Filters::Sub, Search::Pixels);
        let up = tried(Filters::Up, Search::Pixels);
        let differences = better(sub, up);
        let mut best = better(plain, differences);
        // Where differences are no use, neither is it to choose among them.
        if differences.0 * 10 < plain.0 * 11 {
            best = better(best, tried(Filters::Best, Search::Pixels));
            best = better(best, tried(Filters::Best, Search::Bytes));
        }
        better(best, tried(best.1.filters, Search::Runs)).1
    }

    /// Compresses some ranges of rows.
    fn compress<const STEP: usize>(
        &mut self,
        picture: ImageView<'_>,
        way: Way,
        ranges: impl Iterator<Item = Range<usize>>,
        read: &mut dyn FnMut(usize),
    ) -> &[u8] {
        let width = picture.width as usize;
        let (pixels, _) = picture.rgba.as_chunks::<4>();
        let row = |y: usize| &pixels[y * width..(y + 1) * width];
        let rows = &mut self.rows;
        self.deflater.begin(way.search);
        for range in ranges {
            let mut above = range.start.checked_sub(1).map(row);
            let first = range.start;
            for y in range {
                let row = row(y);
                let count = 1 + STEP * width;
                self.deflater.line::<STEP>(count, |before, line| {
                    let before = if y == first { &[] } else { before };
                    rows.line::<STEP>(way.filters, row, above, before, line);
                });
                above = Some(row);
                read(4 * width * (y + 1));
            }
        }
        self.deflater.finish()
    }
}

/// Bands of rows that tell the way: all of a small picture, else some all over it. Their distances are not
/// even, for art often repeats itself evenly: each place is the one before and a golden section further.
fn bands(width: usize, height: usize) -> impl Iterator<Item = Range<usize>> + Clone {
    let rows = (TRIED / width).max(LEAST);
    let all = height.div_ceil(BAND);
    let count = rows.div_ceil(BAND).min(all);
    (0..count).map(move |band| {
        let first = if count == all {
            band * BAND
        } else {
            const SECTION: usize = 40_503;
            ((band * SECTION % (1 << 16)) * (height - BAND)) >> 16
        };
        first..(first + BAND).min(height)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Read as _;
    use std::iter::once;

    const FILTERS: [Filters; 4] = [Filters::None, Filters::Sub, Filters::Up, Filters::Best];
    const SEARCHES: [Search; 3] = [Search::Runs, Search::Pixels, Search::Bytes];

    /// The bytes of pixels that a stream has, and the filters of its rows (PNG 3, 9.2).
    fn decode(stream: &[u8], width: usize, step: usize) -> (Vec<u8>, Vec<u8>) {
        let mut lines = Vec::new();
        let mut decoder = flate2::read::ZlibDecoder::new(stream);
        decoder.read_to_end(&mut lines).expect("a zlib stream");
        let (mut pixels, mut filters) = (Vec::new(), Vec::new());
        for (y, line) in lines.chunks_exact(1 + step * width).enumerate() {
            filters.push(line[0]);
            for (x, &byte) in line[1..].iter().enumerate() {
                let here = y * step * width + x;
                let at = |is_there: bool, back: usize| -> i32 {
                    let byte = is_there.then(|| pixels[here - back]);
                    byte.map_or(0, i32::from)
                };
                let a = at(x >= step, step);
                let b = at(y > 0, step * width);
                let c = at(y > 0 && x >= step, step * width + step);
                let near = |p: i32| (a + b - c - p).abs();
                let foretold = match line[0] {
                    0 => 0,
                    1 => a,
                    2 => b,
                    3 => (a + b) / 2,
                    4 if near(a) <= near(b) && near(a) <= near(c) => a,
                    4 if near(b) <= near(c) => b,
                    4 => c,
                    other => panic!("filter {other}"),
                };
                pixels.push(byte.wrapping_add(foretold as u8));
            }
        }
        (pixels, filters)
    }

    /// Flat parts, slopes and noise.
    fn picture(width: usize, height: usize, seed: u32) -> Vec<u8> {
        let mut state = seed;
        let pixel = |i: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (x, y) = (i % width, i / width);
            match (x / 9 + y / 7 + seed as usize) % 4 {
                0 => [9, 8, 7, 255],
                1 => [(3 * x) as u8, (5 * y) as u8, (x + y) as u8, 255],
                2 => [(x * y) as u8, 20, (x / 2) as u8, 200],
                _ => state.to_le_bytes(),
            }
        };
        (0..width * height).flat_map(pixel).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn every_way_leads_back(width in 1usize..70, height in 1usize..50, seed: u32) {
            let rgba = picture(width, height, seed);
            let picture = ImageView {
                width: width as u32,
                height: height as u32,
                rgba: &rgba,
                opaque: false,
            };
            let opaque: Vec<u8> = rgba.as_chunks::<4>().0.iter().flat_map(|p| &p[..3]).copied().collect();
            let mut fast = Fast::default();
            for filters in FILTERS {
                for search in SEARCHES {
                    let way = Way { filters, search };
                    let stream = fast.compress::<4>(picture, way, once(0..height), &mut |_| ());
                    prop_assert!(decode(stream, width, 4).0 == rgba, "{:?}", way);
                    let stream = fast.compress::<3>(picture, way, once(0..height), &mut |_| ());
                    prop_assert!(decode(stream, width, 3).0 == opaque, "{:?}", way);
                }
            }
            for (is_opaque, step, pixels) in [(false, 4, &rgba), (true, 3, &opaque)] {
                let picture = ImageView { opaque: is_opaque, ..picture };
                prop_assert!(&decode(fast.direct(picture, &mut |_| ()), width, step).0 == pixels);
            }
        }

        #[test]
        fn bands_lie_in_the_picture(width in 1usize..9000, height in 1usize..9000) {
            let mut rows = 0;
            for band in bands(width, height) {
                prop_assert!(band.start < band.end && band.end <= height);
                rows += band.len();
            }
            prop_assert!(rows >= height.min(LEAST) && rows <= height.min(TRIED / width + LEAST + BAND));
        }
    }

    /// A row has the filter that leaves the least.
    #[test]
    fn the_best_filter_suits_the_row() {
        let width = 40;
        let slope = |x: usize| [(6 * x) as u8, (5 * x) as u8, (4 * x) as u8, 255];
        let noise = |x: usize| ((x as u32).wrapping_mul(2_654_435_761) >> 7).to_le_bytes();
        let rows = [
            (0..width).map(slope).collect::<Vec<_>>(),
            (0..width).map(slope).collect(),
            (0..width).map(noise).collect(),
            (0..width)
                .map(|x| noise(x).map(|v| v.wrapping_add(2)))
                .collect(),
            vec![[1, 0, 255, 255]; width],
        ];
        let rgba = rows.concat().concat();
        let picture = ImageView {
            width: width as u32,
            height: rows.len() as u32,
            rgba: &rgba,
            opaque: false,
        };
        let way = Way {
            filters: Filters::Best,
            search: Search::Runs,
        };
        let mut fast = Fast::default();
        let stream = fast.compress::<3>(picture, way, once(0..rows.len()), &mut |_| ());
        let (_, filters) = decode(stream, width, 3);
        assert_eq!(
            (filters[0], filters[1], filters[3], filters[4]),
            (1, 2, 2, 1)
        );
    }
}
