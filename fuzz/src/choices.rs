//! A stream of choices: bytes of a fuzzer or of a generator of random numbers, read as decisions.
//!
//! The same bytes give the same decisions, and a byte more or less changes only what follows, so a
//! fuzzer can learn what its bytes do. After the last byte every choice is the first one.

/// Decisions still to be made.
#[derive(Debug, Clone)]
pub struct Choices<'b> {
    bytes: &'b [u8],
}

/// Numbers at which things break.
const ODD: [f64; 24] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    0.05,
    2.0,
    3.0,
    100.0,
    -7.25,
    1e-3,
    1e-9,
    5e-324,
    1e9,
    4_294_967_296.0,
    9_007_199_254_740_993.0,
    1e18,
    1e300,
    -1e300,
    f64::MAX,
    f64::MIN_POSITIVE,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

impl<'b> Choices<'b> {
    /// From bytes.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes }
    }

    /// Whether all bytes are used up.
    pub fn is_done(&self) -> bool {
        self.bytes.is_empty()
    }

    fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number below `sides`, which counts as at least 1.
    pub fn roll(&mut self, sides: usize) -> usize {
        let mut number = usize::from(self.byte());
        if sides > 256 {
            number = number << 8 | usize::from(self.byte());
        }
        number % sides.max(1)
    }

    /// Yes once in `sides` times.
    pub fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    /// One of a list, or nothing of an empty one.
    pub fn pick<'l, T>(&mut self, list: &'l [T]) -> Option<&'l T> {
        let at = self.roll(list.len());
        list.get(at)
    }

    /// A number: plain more often than odd.
    pub fn number(&mut self) -> f64 {
        match self.roll(4) {
            0 => ODD[self.roll(ODD.len())],
            1 => self.roll(256) as f64 / 255.0,
            2 => self.roll(2000) as f64 - 1000.0,
            _ => self.roll(12) as f64,
        }
    }

    /// A small integer, or one at an edge.
    pub fn integer(&mut self) -> u32 {
        match self.roll(6) {
            0 => [u32::MAX, 1 << 31, 1 << 24, 65_536, 10_000_001, 256][self.roll(6)],
            _ => self.roll(12) as u32,
        }
    }
}

/// As many bytes as anybody can use up, the same for the same seed (SplitMix64).
pub fn bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed;
    let mut bytes = Vec::with_capacity(count + 8);
    while bytes.len() < count {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend_from_slice(&(z ^ (z >> 31)).to_le_bytes());
    }
    bytes.truncate(count);
    bytes
}
