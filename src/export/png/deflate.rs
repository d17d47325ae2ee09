//! Lines of a picture become a zlib stream, fast.
//!
//! 1. A [`Search`] says what is looked for. In runs, only whether a pixel is the one before it again: the least
//!    work, and enough where art is flat. Among pixels, matches begin and end with pixels, so one look a pixel finds
//!    them: is this pixel (with the next one) the one before it again, or those that last had the same hash? If
//!    so, the match is taken as far as it goes in the line. Nothing is looked for twice. Among bytes, the longest
//!    of [`TRIES`] places is taken at every byte, as the slower compressors do.
//! 2. A line like the one before costs a comparison. Such lines in a row become one long match, unless the
//!    line itself was cheaper: matches far away have many bits.
//! 3. Where nothing matches for a while, most pixels are not even looked for: noise is written as it is.
//! 4. Lines are written into the window while they are made, and matched while they are in the cache. The window
//!    is cut to what matches can reach when it has grown by [`PIECE`].
//! 5. Everything is done in integers in one order, so the bytes are the same on every machine.
//!
//! It exists because no library does all three things that sequences need. Of frames of the gallery, fdeflate
//! makes files up to four times as large as `balanced` ones; miniz_oxide at its lowest level takes as long or
//! longer and is as large where art is flat; libdeflate's lowest level takes twice to five times as long and
//! needs a C compiler; zlib-rs hashes by an instruction where the processor has it, so its bytes would differ
//! between machines. Whoever needs the smallest file has other encoders. Next: [`super::block`].

use super::block::{Bits, Block, LONGEST_MATCH};
use simd_adler32::Adler32;

/// Matches reach so far back, bytes.
const REACH: usize = 1 << 15;
/// The window grows by so much before it is cut, bytes.
const PIECE: usize = 1 << 16;
/// Bits of a hash.
const HASH: u32 = 13;
/// So many places of one hash are tried where the longest match is looked for.
const TRIES: usize = 12;
/// Runs that are taken without a look for a longer match, bytes.
const LONG_RUN: usize = 32;
/// So many pixels in a row without a match are noise.
const PATIENCE: usize = 32;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Search {
    /// Pixels like the one before them.
    Runs,
    /// Pixels that were there before.
    #[default]
    Pixels,
    /// The longest of some matches, at every byte.
    Bytes,
}

/// Compresses, keeping its buffers.
#[derive(Debug)]
pub(super) struct Deflater {
    search: Search,
    /// What was, as far as matches reach and a little more, the line that comes, and what is no longer used.
    window: Vec<u8>,
    /// So many bytes of it.
    filled: usize,
    /// Bytes before the window, and [`REACH`] + 1 more: so a place that was never seen is too far away.
    base: usize,
    /// Where a hash was seen last, from the beginning.
    seen: Box<[u32; 1 << HASH]>,
    /// The place of the same hash before a place, by its last bits.
    older: Box<[u32; REACH]>,
    /// Bytes of lines like the one before them that are not in the block yet, and how long such a line is.
    repeated: (usize, usize),
    /// About how many bits the last line took that was matched.
    cost: usize,
    /// Adler-32 of all lines.
    checksum: u32,
    block: Block,
    bits: Bits,
}

impl Default for Deflater {
    fn default() -> Self {
        Self {
            search: Search::default(),
            window: Vec::new(),
            filled: 0,
            base: 0,
            seen: Box::new([0; 1 << HASH]),
            older: Box::new([0; REACH]),
            repeated: (0, 0),
            cost: 0,
            checksum: 1,
            block: Block::default(),
            bits: Bits::default(),
        }
    }
}

impl Deflater {
    /// Begins a stream.
    pub(super) fn begin(&mut self, search: Search) {
        self.search = search;
        self.filled = 0;
        self.base = REACH + 1;
        self.seen.fill(0);
        self.repeated = (0, 0);
        self.checksum = 1;
        self.block.clear();
        self.bits.clear();
        self.bits.reserve(2);
        self.bits.put(0x0178, 16);
    }

    /// Appends a line: a byte and then pixels of `STEP` bytes (1 to 4), `count` bytes in all. `fill` gets what
    /// came before, as far as it is there, and the line, of which it writes every byte.
    #[inline]
    pub(super) fn line<const STEP: usize>(
        &mut self,
        count: usize,
        fill: impl FnOnce(&[u8], &mut [u8]),
    ) {
        if self.filled >= REACH + PIECE {
            let gone = self.filled - REACH;
            self.window.copy_within(gone..self.filled, 0);
            self.filled = REACH;
            self.base += gone;
        }
        let start = self.filled;
        self.filled += count;
        if self.window.len() < self.filled {
            self.window.resize(self.filled, 0);
        }
        let (before, line) = self.window[..self.filled].split_at_mut(start);
        fill(before, line);
        let mut checksum = Adler32::from_checksum(self.checksum);
        checksum.write(line);
        self.checksum = checksum.finish();
        let is_worth_it = (3..=REACH).contains(&count) && self.cost > cost_of_match(count);
        if is_worth_it && before.ends_with(line) {
            self.repeated = (self.repeated.0 + count, count);
            return;
        }
        self.write_repeated();
        let cost = self.block.cost();
        match self.search {
            Search::Runs => self.find_runs::<STEP>(start),
            Search::Pixels => self.find_matches::<STEP>(start),
            Search::Bytes => self.find_longest(start),
        }
        self.cost = self.block.cost() - cost;
        if self.block.is_full() {
            self.block.write(false, &mut self.bits);
        }
    }

    /// Ends the stream, and gives all of it.
    pub(super) fn finish(&mut self) -> &[u8] {
        self.write_repeated();
        self.block.write(true, &mut self.bits);
        self.bits.reserve(8);
        self.bits.align();
        self.bits.put(u64::from(self.checksum.swap_bytes()), 32);
        self.bits.bytes()
    }

    fn write_repeated(&mut self) {
        let (bytes, line) = std::mem::take(&mut self.repeated);
        if bytes > 0 {
            self.block.repeat(bytes, line);
        }
    }

    /// Finds runs in the line that begins at `start` of the window.
    fn find_runs<const STEP: usize>(&mut self, start: usize) {
        let mask = u64::MAX >> (64 - 8 * STEP);
        let (window, block) = (&self.window[..self.filled], &mut self.block);
        block.reserve(window.len() - start);
        // Before the second pixel there is none.
        let mut at = window.len().min(start + 1 + STEP);
        let mut literals = start;
        // Pixels are read as words.
        let end = window.len().saturating_sub(8 + STEP);
        while at < end {
            if (word(window, at) ^ word(window, at - STEP)) & mask != 0 {
                at += STEP;
                continue;
            }
            let found = common(&window[at - STEP..], &window[at..]);
            let count = found - found % STEP;
            if count < 3 {
                at += STEP;
                continue;
            }
            block.literals(&window[literals..at]);
            block.repeat(count, STEP);
            at += count;
            literals = at;
        }
        block.literals(&window[literals..]);
    }

    /// Finds the longest of some matches at every byte of the line that begins at `start` of the window.
    fn find_longest(&mut self, start: usize) {
        let (window, block) = (&self.window[..self.filled], &mut self.block);
        let (seen, older, base) = (&mut self.seen, &mut self.older, self.base);
        block.reserve(window.len() - start);
        let key = |at: usize| word(window, at) & 0xffff_ffff;
        // Remembers a place, and gives the one before it of the same hash.
        let mut remember = |at: usize, older: &mut [u32; REACH]| {
            let slot = key(at).wrapping_mul(0x9e37_79b1_85eb_ca87) >> (64 - HASH);
            let place = (base + at) as u32;
            let before = std::mem::replace(&mut seen[slot as usize], place);
            older[place as usize % REACH] = before;
            before
        };
        let (mut at, mut literals) = (start.max(1), start);
        let end = window.len().saturating_sub(8);
        while at < end {
            let run = match key(at) == key(at - 1) {
                true => common(&window[at - 1..], &window[at..]),
                false => 0,
            };
            let mut longest = (run, 1);
            // Nothing is nearer than a run, which hides no other match for long.
            if run < LONG_RUN {
                let mut place = remember(at, older) as usize;
                for _ in 0..TRIES {
                    let distance = base + at - place;
                    if distance > REACH {
                        break;
                    }
                    if key(at - distance) == key(at) {
                        let count = common(&window[at - distance..], &window[at..]);
                        if count > longest.0 {
                            longest = (count, distance);
                        }
                    }
                    place = older[place % REACH] as usize;
                }
            }
            let (count, distance) = longest;
            if count == 0 {
                at += 1;
                continue;
            }
            block.literals(&window[literals..at]);
            block.repeat(count, distance);
            if distance > 1 {
                for at in at + 1..(at + count.min(LONGEST_MATCH)).min(end) {
                    remember(at, older);
                }
            }
            at += count;
            literals = at;
        }
        block.literals(&window[literals..]);
    }

    /// Finds matches in the line that begins at `start` of the window.
    fn find_matches<const STEP: usize>(&mut self, start: usize) {
        // The shortest match: two pixels, or four of one byte.
        let mask = u64::MAX >> (64 - 8 * if STEP == 1 { 4 } else { 2 * STEP });
        let (window, block) = (&self.window[..self.filled], &mut self.block);
        block.reserve(window.len() - start);
        // Where pixels are bytes, the first byte is one of them.
        let mut at = start;
        if STEP > 1 {
            block.literals(&window[start..=start]);
            at += 1;
        }
        let first = if STEP > 1 { at + STEP } else { 1 };
        let mut misses = 0;
        // Pixels are read as words, and up to eight are skipped.
        let end = window.len().saturating_sub(8 * STEP + 8);
        while at < end {
            let whole = word(window, at);
            let here = whole & mask;
            let distance = if at >= first && word(window, at - STEP) & mask == here {
                STEP
            } else {
                let slot = here.wrapping_mul(0x9e37_79b1_85eb_ca87) >> (64 - HASH);
                let place = self.base + at;
                let before = std::mem::replace(&mut self.seen[slot as usize], place as u32);
                place - before as usize
            };
            if distance <= REACH && word(window, at - distance) & mask == here {
                let found = common(&window[at - distance..], &window[at..]);
                let count = found - found % STEP;
                if count > LONGEST_MATCH && distance > STEP {
                    // A run from here on is near, which is worth a literal.
                    let run = common(&window[at..], &window[at + STEP..]);
                    if run > count / 2 {
                        block.literal(whole, STEP);
                        at += STEP;
                        continue;
                    }
                }
                block.repeat(count, distance);
                at += count;
                misses = 0;
                continue;
            }
            block.literal(whole, STEP);
            at += STEP;
            misses += 1;
            if misses > PATIENCE {
                let skipped = STEP * ((misses - PATIENCE) / 8).min(7);
                block.literals(&window[at..at + skipped]);
                at += skipped;
            }
        }
        block.literals(&window[at..]);
    }
}

/// About how many bits it takes to repeat so many bytes, as far away.
fn cost_of_match(count: usize) -> usize {
    count.div_ceil(LONGEST_MATCH) * (count.ilog2() as usize + 1)
}

/// Eight bytes.
#[inline(always)]
fn word(bytes: &[u8], at: usize) -> u64 {
    bytes[at..]
        .first_chunk()
        .map_or(0, |&word| u64::from_le_bytes(word))
}

/// How many bytes at the beginning of both are the same.
#[inline(always)]
fn common(a: &[u8], b: &[u8]) -> usize {
    let count = a.len().min(b.len());
    let (a, b) = (&a[..count], &b[..count]);
    let blocks = a.as_chunks::<32>().0.iter().zip(b.as_chunks::<32>().0);
    let mut at = 32 * blocks.take_while(|(a, b)| a == b).count();
    let words = a[at..].as_chunks().0.iter().zip(b[at..].as_chunks().0);
    for (&a, &b) in words {
        let different = u64::from_le_bytes(a) ^ u64::from_le_bytes(b);
        if different != 0 {
            return at + different.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = a[at..].iter().zip(&b[at..]);
    at + rest.take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Read as _;

    /// Lines through the compressor and back; the size when pixels are looked for.
    fn there_and_back<const STEP: usize>(deflater: &mut Deflater, lines: &[Vec<u8>]) -> usize {
        let sizes = [Search::Runs, Search::Bytes, Search::Pixels].map(|search| {
            deflater.begin(search);
            for line in lines {
                deflater.line::<STEP>(line.len(), |_, out| out.copy_from_slice(line));
            }
            let stream = deflater.finish();
            let mut back = Vec::new();
            let mut decoder = flate2::read::ZlibDecoder::new(stream);
            decoder.read_to_end(&mut back).expect("a zlib stream");
            assert!(back == lines.concat(), "other bytes came back");
            stream.len()
        });
        sizes[2]
    }

    fn noise(seed: u32, count: usize) -> Vec<u8> {
        let mut state = seed;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..count).map(next).collect()
    }

    #[test]
    fn flat_lines_cost_next_to_nothing() {
        let mut deflater = Deflater::default();
        let lines = vec![vec![7; 5761]; 1080];
        // A match has at most 258 bytes, and costs two bits at least; a line begins with a byte and a pixel.
        let size = there_and_back::<3>(&mut deflater, &lines);
        assert!(size < 12_000, "{size}");
        let size = there_and_back::<1>(&mut deflater, &lines);
        assert!(size < 9_000, "{size}");
        let short = vec![vec![1]; 2];
        assert!(there_and_back::<4>(&mut deflater, &short) < 30);
        assert!(there_and_back::<1>(&mut deflater, &[]) < 30);
    }

    #[test]
    fn noise_hardly_grows() {
        let mut deflater = Deflater::default();
        let lines: Vec<_> = (0..200).map(|y| noise(y, 3001)).collect();
        let size = there_and_back::<3>(&mut deflater, &lines);
        assert!(size < 3001 * 200 * 1005 / 1000, "{size}");
    }

    #[test]
    fn what_is_too_far_away_is_not_matched() {
        let mut deflater = Deflater::default();
        for gap in [32_000, 32_760, 32_768, 33_000, 70_000, 200_000] {
            let lines = [noise(1, 300), noise(2, gap), noise(1, 300), noise(1, 300)];
            there_and_back::<1>(&mut deflater, &lines);
            there_and_back::<4>(&mut deflater, &lines);
        }
        // Lines that no match reaches over.
        there_and_back::<4>(&mut deflater, &vec![noise(3, 131_073); 4]);
    }

    proptest! {
        #[test]
        fn any_lines_come_back(
            runs in prop::collection::vec((0u32..6, 1usize..90), 1..120),
            line in 1usize..400,
        ) {
            let mut bytes = Vec::new();
            for (kind, count) in runs {
                match kind {
                    0 => bytes.extend(vec![0; 4 * count]),
                    1 => bytes.extend(vec![200; count]),
                    kind => bytes.extend(noise(kind, 3 * count)),
                }
            }
            let lines: Vec<Vec<u8>> = bytes.chunks(line).map(<[u8]>::to_vec).collect();
            let mut deflater = Deflater::default();
            there_and_back::<1>(&mut deflater, &lines);
            there_and_back::<3>(&mut deflater, &lines);
            there_and_back::<4>(&mut deflater, &lines);
        }
    }
}
