//! Which colours a clip has, and how much of each: what a palette is made from.
//!
//! A census is exact while there are at most `COLOURS_MAX` colours. Beyond that it counts in cells:
//! the low bits of the channels are dropped, one after the other, and a cell keeps the mean of its
//! pixels. So a clip of any length needs the same memory. Adding in the order of frames gives the same
//! census on any number of threads.

/// Most colours that are counted one by one.
const COLOURS_MAX: usize = 1 << 15;

/// A colour, red in the high byte.
type Rgb = u32;

/// Colours and how many pixels have them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Census {
    /// By cell, ascending; one entry a cell.
    entries: Vec<(Rgb, u64)>,
    /// Low bits of a channel that no longer count.
    dropped: u32,
    /// Whether some pixel is not shown at all.
    holes: bool,
}

impl Census {
    /// Of pixels: straight RGBA. Those with less than half alpha are not shown.
    pub fn of(pixels: &[[u8; 4]]) -> Self {
        let mut census = Self::default();
        let mut runs: Vec<(Rgb, u64)> = Vec::new();
        for &pixel in pixels {
            let Some(colour) = shown(pixel) else {
                census.holes = true;
                continue;
            };
            match runs.last_mut() {
                Some(run) if run.0 == colour => run.1 += 1,
                _ => runs.push((colour, 1)),
            }
        }
        census.entries = runs;
        census.settle();
        census
    }

    /// Adds the pixels of another one.
    pub fn add(&mut self, other: &Self) {
        self.holes |= other.holes;
        self.dropped = self.dropped.max(other.dropped);
        self.entries.extend(&other.entries);
        self.settle();
    }

    /// Whether some pixel is not shown.
    pub fn has_holes(&self) -> bool {
        self.holes
    }

    /// Whether every colour is one that a pixel has.
    pub fn is_exact(&self) -> bool {
        self.dropped == 0
    }

    /// Colours and pixels, in an order that depends on the colours alone.
    pub fn entries(&self) -> &[(u32, u64)] {
        &self.entries
    }

    /// Joins what falls into one cell, and makes cells larger until they are few enough.
    fn settle(&mut self) {
        loop {
            let dropped = self.dropped;
            self.entries
                .sort_unstable_by_key(|&(colour, _)| (cell(colour, dropped), colour));
            self.entries = self
                .entries
                .chunk_by(|a, b| cell(a.0, dropped) == cell(b.0, dropped))
                .map(mean)
                .collect();
            if self.entries.len() <= COLOURS_MAX {
                return;
            }
            self.dropped += 1;
        }
    }
}

/// The colour that a pixel has in a format without translucency; `None` where it is not shown.
pub(super) fn shown([r, g, b, a]: [u8; 4]) -> Option<Rgb> {
    (a >= 128).then(|| u32::from_be_bytes([0, r, g, b]))
}

/// Channels of a colour.
pub(super) fn channels(colour: Rgb) -> [u8; 3] {
    let [_, r, g, b] = colour.to_be_bytes();
    [r, g, b]
}

fn cell(colour: Rgb, dropped: u32) -> [u8; 3] {
    channels(colour).map(|value| value >> dropped)
}

/// One entry for several, none of them empty. Their mean lies in the same cell.
fn mean(entries: &[(Rgb, u64)]) -> (Rgb, u64) {
    if let [one] = entries {
        return *one;
    }
    let count: u64 = entries.iter().map(|entry| entry.1).sum();
    let channel = |shift: u32| {
        let weigh =
            |&(colour, count): &(Rgb, u64)| u128::from((colour >> shift) & 255) * u128::from(count);
        let sum: u128 = entries.iter().map(weigh).sum();
        // A mean of bytes.
        (sum / u128::from(count)) as u32
    };
    (channel(16) << 16 | channel(8) << 8 | channel(0), count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: u32) -> Vec<[u8; 4]> {
        let hash = |i: u32| i.wrapping_mul(2_654_435_761).rotate_left(9) ^ i;
        (0..count)
            .map(|i| {
                let [r, g, b, _] = hash(i).to_be_bytes();
                [r, g, b, 255]
            })
            .collect()
    }

    #[test]
    fn few_colours_are_counted_exactly() {
        let (a, b) = ([1, 2, 3, 255], [9, 8, 7, 128]);
        let census = Census::of(&[a, a, b, a, [0, 0, 0, 127]]);
        assert_eq!(census.entries(), [(0x01_02_03, 3), (0x09_08_07, 1)]);
        assert!(census.is_exact() && census.has_holes());
    }

    #[test]
    fn many_colours_keep_their_number_and_mean() {
        let pixels = noise(200_000);
        let census = Census::of(&pixels);
        assert!(!census.is_exact() && census.entries().len() <= COLOURS_MAX);
        let count: u64 = census.entries().iter().map(|entry| entry.1).sum();
        assert_eq!(count, 200_000);
        let mean = |values: &mut dyn Iterator<Item = (u8, u64)>| {
            values.map(|(v, n)| f64::from(v) * n as f64).sum::<f64>() / 200_000.0
        };
        let truth = mean(&mut pixels.iter().map(|pixel| (pixel[0], 1)));
        let kept = mean(&mut census.entries().iter().map(|e| (channels(e.0)[0], e.1)));
        assert!((truth - kept).abs() < 1.0, "{truth} {kept}");
    }

    #[test]
    fn parts_add_up() {
        let pixels = noise(3000);
        let mut parts = Census::default();
        for part in pixels.chunks(700) {
            parts.add(&Census::of(part));
        }
        assert_eq!(parts, Census::of(&pixels));
    }
}
