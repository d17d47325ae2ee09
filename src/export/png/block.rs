//! A block of deflate: literals and matches become bits, with codes made for them.
//!
//! In: bytes as they are, and matches (so many bytes are those at a distance before), in order. Out: blocks of
//! RFC 1951 with codes of their own. Codes of literals and lengths have at most [`LONGEST_CODE`] bits, so that
//! four literals, or a match with all its extra bits, go out at once. Used by [`super::deflate`].

use super::huffman::{Code, codes, lengths};

/// Bits of a code, at most: four of them and the seven that may be left over fit 64.
const LONGEST_CODE: usize = 14;
/// Symbols of literals, the end and lengths that can occur.
const SYMBOLS: usize = 286;
/// Symbols of distances.
const DISTANCES: usize = 30;
/// The symbol that ends a block.
const END: usize = 256;
/// Bits of a block before its symbols, bytes at most.
const HEAD: usize = 600;
/// The longest match.
pub(super) const LONGEST_MATCH: usize = 258;
/// Shorter ones cannot be written.
const SHORTEST_MATCH: usize = 3;

/// A match, and what comes before it.
#[derive(Debug, Clone, Copy)]
struct Match {
    /// Literals since the match before.
    literals: u32,
    /// Bytes − 3.
    length: u8,
    /// Bytes − 1.
    distance: u16,
}

/// What is gathered for a block.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// The first `filled` are literals.
    literals: Vec<u8>,
    filled: usize,
    matches: Vec<Match>,
    /// A match that the next one may continue: bytes, distance, and the literals before it.
    open: (usize, usize, usize),
    /// Literals before the last match.
    before: usize,
    lengths: [u32; 29],
    distances: [u32; DISTANCES],
}

impl Block {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.matches.clear();
        (self.filled, self.before) = (0, 0);
        self.open = (0, 0, 0);
        self.lengths.fill(0);
        self.distances.fill(0);
    }

    /// Whether it is time for codes that suit what comes better.
    pub(super) fn is_full(&self) -> bool {
        self.filled >= 1 << 16 || self.matches.len() >= 1 << 14
    }

    /// About how many bits it will take, if most matches are near.
    pub(super) fn cost(&self) -> usize {
        8 * self.filled + 4 * self.matches.len()
    }

    /// Makes room for so many literals.
    pub(super) fn reserve(&mut self, literals: usize) {
        // `literal` writes eight and keeps some.
        let least = self.filled + literals + 8;
        if self.literals.len() < least {
            self.literals.resize(least, 0);
        }
    }

    /// Appends the first `count` ≤ 8 bytes of a word (lowest first), for which there must be room.
    #[inline(always)]
    pub(super) fn literal(&mut self, word: u64, count: usize) {
        self.literals[self.filled..self.filled + 8].copy_from_slice(&word.to_le_bytes());
        self.filled += count;
    }

    /// Appends bytes, for which there must be room.
    pub(super) fn literals(&mut self, bytes: &[u8]) {
        self.literals[self.filled..self.filled + bytes.len()].copy_from_slice(bytes);
        self.filled += bytes.len();
    }

    /// Appends `count` ≥ 3 bytes that are those at `distance` (1 to 32,768) before them. What goes on as far away
    /// is one match, across lines too: long ones take fewer bits.
    #[inline(always)]
    pub(super) fn repeat(&mut self, count: usize, distance: usize) {
        if (distance, self.filled) == (self.open.1, self.open.2) {
            self.open.0 += count;
        } else {
            self.close();
            self.open = (count, distance, self.filled);
        }
    }

    /// Appends the match that is open, in parts that can be written.
    #[inline(always)]
    fn close(&mut self) {
        let (mut count, distance, filled) = std::mem::take(&mut self.open);
        if count == 0 {
            return;
        }
        while count > LONGEST_MATCH {
            let part = LONGEST_MATCH.min(count - SHORTEST_MATCH);
            self.push(part, distance, filled);
            count -= part;
        }
        self.push(count, distance, filled);
    }

    #[inline(always)]
    fn push(&mut self, length: usize, distance: usize, filled: usize) {
        let (length, distance) = (length - SHORTEST_MATCH, distance - 1);
        let symbol = LENGTH_SYMBOLS[length].0;
        self.lengths[usize::from(symbol)] += 1;
        self.distances[distance_symbol(distance as u32).0] += 1;
        self.matches.push(Match {
            literals: (filled - self.before) as u32,
            length: length as u8,
            distance: distance as u16,
        });
        self.before = filled;
    }

    /// Writes everything, and forgets it.
    pub(super) fn write(&mut self, last: bool, bits: &mut Bits) {
        self.close();
        bits.reserve(HEAD + 2 * self.filled + 6 * self.matches.len());
        let mut both = [0; SYMBOLS + DISTANCES];
        let (of_symbols, of_distances) = both.split_at_mut(SYMBOLS);
        lengths(&self.counts(), LONGEST_CODE, of_symbols);
        lengths(&self.distances, LONGEST_CODE, of_distances);
        if self.matches.is_empty() {
            // Some readers want a code even so.
            of_distances[0] = 1;
        }
        bits.put(u64::from(last) | 2 << 1, 3);
        write_lengths(&both, bits);

        let (of_symbols, of_distances) = both.split_at(SYMBOLS);
        let symbols = of_symbols.first_chunk::<SYMBOLS>().map(codes);
        let distances = of_distances.first_chunk::<DISTANCES>().map(codes);
        if let (Some(symbols), Some(distances)) = (symbols, distances) {
            self.write_symbols(&symbols, &distances, bits);
            bits.code(symbols[END]);
        }
        self.clear();
    }

    /// How often each literal and each length occurs.
    fn counts(&self) -> [u32; SYMBOLS] {
        let mut counts = [0; SYMBOLS];
        // In turns, for the same byte twice would wait for itself.
        let mut tables = [[0u32; 256]; 4];
        let (fours, rest) = self.literals[..self.filled].as_chunks::<4>();
        for four in fours {
            for (table, &byte) in tables.iter_mut().zip(four) {
                table[usize::from(byte)] += 1;
            }
        }
        for &byte in rest {
            tables[0][usize::from(byte)] += 1;
        }
        for (byte, count) in counts[..END].iter_mut().enumerate() {
            *count = tables.iter().map(|table| table[byte]).sum();
        }
        // Two at least, which every reader understands.
        (counts[0], counts[END]) = (counts[0].max(1), 1);
        counts[END + 1..].copy_from_slice(&self.lengths);
        counts
    }

    fn write_symbols(
        &self,
        symbols: &[Code; SYMBOLS],
        distances: &[Code; DISTANCES],
        out: &mut Bits,
    ) {
        let Some(literals) = symbols.first_chunk::<256>() else {
            return;
        };
        // Lengths with their extra bits.
        let lengths = LENGTH_SYMBOLS.map(|(symbol, extra, more)| {
            let code = symbols[END + 1 + usize::from(symbol)];
            Code {
                bits: code.bits | u32::from(more) << code.length,
                length: code.length + u32::from(extra),
            }
        });
        // In a register while it goes fast.
        let mut bits = std::mem::take(out);
        let mut left = &self.literals[..self.filled];
        for item in &self.matches {
            let (these, rest) = left.split_at(item.literals as usize);
            write_literals(these, literals, &mut bits);
            left = rest;
            let length = lengths[usize::from(item.length)];
            let distance = u32::from(item.distance);
            let (symbol, extra) = distance_symbol(distance);
            let code = distances[symbol];
            let more = u64::from(distance & ((1 << extra) - 1)) << code.length;
            bits.put(
                u64::from(length.bits) | (u64::from(code.bits) | more) << length.length,
                length.length + code.length + extra,
            );
        }
        write_literals(left, literals, &mut bits);
        *out = bits;
    }
}

#[inline(always)]
fn write_literals(bytes: &[u8], codes: &[Code; 256], bits: &mut Bits) {
    let (fours, rest) = bytes.as_chunks::<4>();
    for four in fours {
        let [a, b, c, d] = four.map(|byte| codes[usize::from(byte)]);
        let low = u64::from(a.bits | b.bits << a.length);
        let high = u64::from(c.bits | d.bits << c.length);
        let of_low = a.length + b.length;
        bits.put(low | high << of_low, of_low + c.length + d.length);
    }
    for &byte in rest {
        bits.code(codes[usize::from(byte)]);
    }
}

/// Writes how long the codes of a block are: runs of equal lengths, in a code of their own.
fn write_lengths(both: &[u8; SYMBOLS + DISTANCES], bits: &mut Bits) {
    let used = |lengths: &[u8]| lengths.iter().rposition(|&l| l > 0).map_or(0, |at| at + 1);
    let symbols = used(&both[..SYMBOLS]).max(END + 1);
    let distances = used(&both[SYMBOLS..]);
    let mut list = *both;
    list.copy_within(SYMBOLS..SYMBOLS + distances, symbols);
    let runs = || runs(&list[..symbols + distances]);

    let mut counts = [0; 19];
    for (symbol, _) in runs() {
        counts[usize::from(symbol)] += 1;
    }
    let mut lengths_of_runs = [0; 19];
    lengths(&counts, 7, &mut lengths_of_runs);
    const ORDER: [usize; 19] = [
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
    ];
    let listed = ORDER
        .iter()
        .rposition(|&symbol| lengths_of_runs[symbol] > 0);
    let listed = listed.map_or(0, |at| at + 1).max(4);
    bits.put((symbols - 257) as u64, 5);
    bits.put((distances - 1) as u64, 5);
    bits.put((listed - 4) as u64, 4);
    for &symbol in &ORDER[..listed] {
        bits.put(u64::from(lengths_of_runs[symbol]), 3);
    }
    let codes = codes(&lengths_of_runs);
    for (symbol, count) in runs() {
        bits.code(codes[usize::from(symbol)]);
        match symbol {
            16 => bits.put(count as u64 - 3, 2),
            17 => bits.put(count as u64 - 3, 3),
            18 => bits.put(count as u64 - 11, 7),
            _ => {}
        }
    }
}

/// Lengths as themselves, or as so many zeros (17, 18), or as so many like the one before (16).
fn runs(mut list: &[u8]) -> impl Iterator<Item = (u8, usize)> {
    let mut before = None;
    std::iter::from_fn(move || {
        let &value = list.first()?;
        let count = list.iter().take_while(|&&other| other == value).count();
        let run = match (value, count) {
            (0, 3..=10) => (17, count),
            (0, 11..) => (18, count.min(138)),
            (_, 3..) if before == Some(value) => (16, count.min(6)),
            _ => (value, 1),
        };
        before = Some(value);
        list = &list[run.1..];
        Some(run)
    })
}

/// By length − 3: its symbol (from 0), how many extra bits, and these.
const LENGTH_SYMBOLS: [(u8, u8, u8); 256] = {
    let mut table = [(0, 0, 0); 256];
    let mut length = 0usize;
    while length < 255 {
        let entry = if length < 8 {
            (length as u8, 0, 0)
        } else {
            let extra = length.ilog2() - 2;
            let symbol = 4 * (extra + 1) + ((length as u32 >> extra) & 3);
            (
                symbol as u8,
                extra as u8,
                (length & ((1 << extra) - 1)) as u8,
            )
        };
        table[length] = entry;
        length += 1;
    }
    // The longest has a symbol of its own.
    table[255] = (28, 0, 0);
    table
};

/// By distance − 1: its symbol, and how many extra bits (the lowest ones of it).
#[inline(always)]
fn distance_symbol(distance: u32) -> (usize, u32) {
    if distance < 4 {
        return (distance as usize, 0);
    }
    let extra = distance.ilog2() - 1;
    let symbol = 2 * (extra + 1) + ((distance >> extra) & 1);
    (symbol as usize, extra)
}

/// Bits that become bytes, the lowest bit first.
#[derive(Debug, Default)]
pub(super) struct Bits {
    /// The first `filled` are written.
    bytes: Vec<u8>,
    filled: usize,
    /// Bits that fill no byte yet, and how many.
    held: u64,
    count: u32,
}

impl Bits {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        (self.filled, self.held, self.count) = (0, 0, 0);
    }

    /// Makes room for so many bytes.
    pub(super) fn reserve(&mut self, bytes: usize) {
        // `put` writes eight and keeps some.
        let least = self.filled + bytes + 16;
        if self.bytes.len() < least {
            self.bytes.resize(least.max(2 * self.bytes.len()), 0);
        }
    }

    /// Appends the lowest `count` ≤ 57 bits, for which there must be room; those above are 0.
    #[inline(always)]
    pub(super) fn put(&mut self, bits: u64, count: u32) {
        self.held |= bits << self.count;
        self.count += count;
        self.bytes[self.filled..self.filled + 8].copy_from_slice(&self.held.to_le_bytes());
        self.filled += (self.count >> 3) as usize;
        self.held >>= self.count & 56;
        self.count &= 7;
    }

    #[inline(always)]
    fn code(&mut self, code: Code) {
        self.put(u64::from(code.bits), code.length);
    }

    /// Fills the last byte up.
    pub(super) fn align(&mut self) {
        self.put(0, self.count.wrapping_neg() & 7);
    }

    /// All bytes that are full.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 1951, 3.2.5: the first length and distance of some symbols.
    #[test]
    fn symbols_and_extra_bits() {
        for (length, expected) in [
            (3, (0, 0, 0)),
            (10, (7, 0, 0)),
            (11, (8, 1, 0)),
            (12, (8, 1, 1)),
            (19, (12, 2, 0)),
            (66, (19, 3, 7)),
            (227, (27, 5, 0)),
            (257, (27, 5, 30)),
            (258, (28, 0, 0)),
        ] {
            assert_eq!(LENGTH_SYMBOLS[length - 3], expected, "{length}");
        }
        for (distance, expected) in [
            (1, (0, 0)),
            (4, (3, 0)),
            (5, (4, 1)),
            (7, (5, 1)),
            (24_576, (28, 13)),
            (24_577, (29, 13)),
            (32_768, (29, 13)),
        ] {
            assert_eq!(distance_symbol(distance - 1), expected, "{distance}");
        }
    }

    #[test]
    fn runs_of_lengths() {
        let list = [[5; 9].as_slice(), &[0; 2], &[0; 150], &[3, 3, 3]].concat();
        let found: Vec<_> = runs(&list).collect();
        let zeros = [(18, 138), (18, 14)];
        let expected = [
            [(5, 1), (16, 6), (5, 1), (5, 1)].as_slice(),
            &zeros,
            &[(3, 1), (3, 1), (3, 1)],
        ];
        assert_eq!(found, expected.concat());
    }
}
