//! Elements sorted into bands of rows, so that what is painted one after the other lies close together.
//!
//! 1. Elements anywhere in a large picture take most of their time to wait for memory. A band is small
//!    enough for a cache near the core; each band is painted with the elements that touch it.
//! 2. An element in several bands is painted in each, cut at its borders. A pixel lies in one band, and
//!    the order of elements within a band is their own: no pixel can tell. Only kernels whose pixels do not
//!    depend on where the picture is cut may be used: see [`Bands::load`].
//! 3. Elements that go in order down the picture cost a look at each, no more.

use super::affine::Bounds;
use super::instances::touches;

/// Bytes of a band: what a cache near the core holds beside other things.
const BYTES: usize = 256 * 1024;
/// Fewer elements than this are not worth sorting.
const FEW: usize = 64;
/// Farthest that an element may reach from its centre: larger ones are cut where the picture is.
const FAR: f64 = 2048.0;

/// Which elements touch which band.
#[derive(Debug, Default)]
pub(super) struct Bands {
    /// First band and band after the last one, by element.
    of: Vec<[u16; 2]>,
    /// Where the elements of each band begin in `elements`.
    starts: Vec<u32>,
    elements: Vec<u32>,
    height: i32,
}

impl Bands {
    /// Sorts the elements of a picture; `place` tells the centre and the reach of each, device px. How many
    /// touch the picture and how many do not, or `None` if bands are of no use.
    pub(super) fn load(
        &mut self,
        bounds: &Bounds,
        pixel: usize,
        count: usize,
        place: impl Fn(usize) -> Option<([f64; 2], f64)>,
    ) -> Option<[u64; 2]> {
        let row = bounds.width() * pixel;
        if count < FEW || row == 0 || row * bounds.height() <= 2 * BYTES {
            return None;
        }
        // At least as high as what is to be painted is: cutting costs, too.
        let few = (0..FEW).filter_map(&place).map(|place| place.1);
        let usual = few.sum::<f64>() / FEW as f64 * 2.0;
        self.height = ((BYTES / row).max(16) as i32).max(usual.min(FAR) as i32);
        let bands = bounds.height().div_ceil(self.height as usize);
        let bands = u16::try_from(bands).ok()?;
        self.starts.clear();
        self.starts.resize(usize::from(bands) + 1, 0);
        self.of.clear();
        let [mut seen, mut missed] = [0; 2];
        for i in 0..count {
            let mut range = [0; 2];
            let place = place(i);
            missed += u64::from(place.is_some());
            if let Some((centre, reach)) = place.filter(|p| touches(p.0, p.1, bounds)) {
                if reach > FAR {
                    return None;
                }
                (seen, missed) = (seen + 1, missed - 1);
                // A px more for rounding, as in `touches`.
                let band = |y: f64| {
                    let y = (y - f64::from(bounds.y0)) / f64::from(self.height);
                    y.clamp(0.0, f64::from(bands)) as u16
                };
                let top = band(centre[1] - reach - 1.0).min(bands - 1);
                range = [top, (band(centre[1] + reach + 1.0) + 1).min(bands)];
            }
            self.of.push(range);
            for band in range[0]..range[1] {
                self.starts[usize::from(band)] += 1;
            }
        }
        // Counts become ends, which elements from the last to the first turn into starts.
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
        self.elements.resize(sum as usize, 0);
        for (i, range) in self.of.iter().enumerate().rev() {
            for band in range[0]..range[1] {
                let start = &mut self.starts[usize::from(band)];
                *start -= 1;
                self.elements[*start as usize] = i as u32;
            }
        }
        Some([seen, missed])
    }

    /// The bands of the picture, top to bottom, with their elements in order.
    pub(super) fn iter(&self, bounds: Bounds) -> impl Iterator<Item = (Bounds, &[u32])> {
        let ranges = self.starts.windows(2).zip(0..);
        ranges.map(move |(range, band)| {
            let y0 = bounds.y0 + band * self.height;
            let y1 = (y0 + self.height).min(bounds.y1);
            let elements = &self.elements[range[0] as usize..range[1] as usize];
            (Bounds { y0, y1, ..bounds }, elements)
        })
    }
}
