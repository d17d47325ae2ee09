//! Prefix codes of deflate: counts become lengths, lengths become codes.
//!
//! In: how often each symbol of an alphabet occurs. Out: the lengths of a Huffman code (found in place over
//! sorted counts, as Moffat and Katajainen do), a little longer than that where a limit on lengths bites, and
//! the canonical codes of those lengths, bits reversed as deflate writes them. Next: [`super::block`].

/// Most symbols of an alphabet.
const SYMBOLS: usize = 288;
/// No code of deflate is longer, bits.
const LONGEST: usize = 15;

/// Lengths of the codes of all symbols that occur, bits, at most `limit`; 0 for the others. A symbol that is
/// alone has a code of one bit.
pub(super) fn lengths(counts: &[u32], limit: usize, lengths: &mut [u8]) {
    lengths.fill(0);
    let mut order = [0; SYMBOLS];
    let mut used = 0;
    for (symbol, &count) in (0u64..).zip(counts) {
        if count > 0 {
            order[used] = u64::from(count) << 16 | symbol;
            used += 1;
        }
    }
    let rarest_first = &mut order[..used];
    // No two are equal, so there is one order only.
    rarest_first.sort_unstable();
    let mut depths = [0; SYMBOLS];
    for (depth, key) in depths.iter_mut().zip(&*rarest_first) {
        *depth = (key >> 16) as u32;
    }
    find_depths(&mut depths[..used]);
    let mut of_length = [0; LONGEST + 1];
    for &depth in &depths[..used] {
        of_length[(depth as usize).min(limit)] += 1;
    }
    make_room(&mut of_length, limit);
    let mut symbols = rarest_first.iter().map(|key| (key & 0xffff) as usize);
    for (length, &count) in of_length.iter().enumerate().rev() {
        for symbol in symbols.by_ref().take(count as usize) {
            lengths[symbol] = length as u8;
        }
    }
}

/// Ascending weights become the depths of the leaves of a Huffman tree.
fn find_depths(a: &mut [u32]) {
    let n = a.len();
    if n < 2 {
        return a.fill(1);
    }
    // Weights of leaves become weights of inner nodes, and these the numbers of their parents.
    a[0] += a[1];
    let (mut inner, mut leaf) = (0, 2);
    for next in 1..n - 1 {
        let mut weight = 0;
        for _ in 0..2 {
            if leaf >= n || (inner < next && a[inner] < a[leaf]) {
                weight += a[inner];
                a[inner] = next as u32;
                inner += 1;
            } else {
                weight += a[leaf];
                leaf += 1;
            }
        }
        a[next] = weight;
    }
    // Parents become depths of inner nodes.
    a[n - 2] = 0;
    for next in (0..n - 2).rev() {
        a[next] = a[a[next] as usize] + 1;
    }
    // Depths of inner nodes become those of leaves: what a level has room for and no inner node takes.
    let (mut inner, mut at) = (n - 1, n);
    let (mut room, mut depth) = (1, 0);
    while room > 0 {
        let first = a[..inner].partition_point(|&of_inner| of_inner > depth);
        let taken = inner - first;
        inner = first;
        a[at - (room - taken)..at].fill(depth);
        at -= room - taken;
        (room, depth) = (2 * taken, depth + 1);
    }
}

/// Lengths that were cut to the limit take more room than there is: makes others longer until all fit.
fn make_room(of_length: &mut [u32; LONGEST + 1], limit: usize) {
    let taken = |(length, &count): (usize, &u32)| count << (limit - length);
    let mut all: u32 = (1..=limit).zip(&of_length[1..]).map(taken).sum();
    while all > 1 << limit {
        // One of the longest goes beside a shorter one, which becomes longer by a bit.
        of_length[limit] -= 1;
        if let Some(length) = (1..limit).rev().find(|&length| of_length[length] > 0) {
            of_length[length] -= 1;
            of_length[length + 1] += 2;
        }
        all -= 1;
    }
}

/// The code of a symbol.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Code {
    /// As they are written, the first one lowest.
    pub(super) bits: u32,
    /// How many.
    pub(super) length: u32,
}

/// The canonical codes of some lengths.
pub(super) fn codes<const N: usize>(lengths: &[u8; N]) -> [Code; N] {
    // The first code of each length: twice what comes after the last one of the length before.
    let mut next = [0u32; LONGEST + 2];
    for &length in lengths.iter().filter(|&&length| length > 0) {
        next[usize::from(length) + 1] += 1;
    }
    for length in 1..next.len() {
        next[length] = (next[length] + next[length - 1]) << 1;
    }
    lengths.map(|length| {
        if length == 0 {
            return Code::default();
        }
        let (first, length) = (&mut next[usize::from(length)], u32::from(length));
        let bits = first.reverse_bits() >> (32 - length);
        *first += 1;
        Code { bits, length }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lengths_of(counts: &[u32], limit: usize) -> Vec<u8> {
        let mut found = vec![9; counts.len()];
        lengths(counts, limit, &mut found);
        found
    }

    #[test]
    fn rare_symbols_have_long_codes() {
        assert_eq!(lengths_of(&[0, 0], 15), [0, 0]);
        assert_eq!(lengths_of(&[0, 7, 0], 15), [0, 1, 0]);
        assert_eq!(lengths_of(&[1, 9], 15), [1, 1]);
        assert_eq!(lengths_of(&[5, 1, 2, 0, 9], 15), [2, 3, 3, 0, 1]);
        // Fibonacci's numbers give the longest codes there are.
        let mut weights = vec![1, 1];
        (2..20).for_each(|i| weights.push(weights[i - 1] + weights[i - 2]));
        assert_eq!(lengths_of(&weights, 15).into_iter().max(), Some(15));
    }

    /// RFC 1951, 3.2.2.
    #[test]
    fn codes_are_canonical() {
        let found = codes(&[3, 3, 3, 3, 3, 2, 4, 4]);
        let texts = found.map(|code| {
            let bit = |i| char::from(b'0' + (code.bits >> i & 1) as u8);
            (0..code.length).map(bit).collect::<String>()
        });
        let expected = ["010", "011", "100", "101", "110", "00", "1110", "1111"];
        assert_eq!(texts, expected);
    }

    /// Length of a text in a code.
    fn cost(counts: &[u32], lengths: &[u8]) -> u64 {
        let costs = counts.iter().zip(lengths);
        costs.map(|(&n, &l)| u64::from(n) * u64::from(l)).sum()
    }

    /// The sum of all inner nodes of a Huffman tree.
    fn best_cost(counts: &[u32]) -> u64 {
        let mut heap: std::collections::BinaryHeap<_> = counts
            .iter()
            .filter(|&&count| count > 0)
            .map(|&count| std::cmp::Reverse(u64::from(count)))
            .collect();
        let mut sum = 0;
        while let (Some(a), Some(b)) = (heap.pop(), heap.pop()) {
            sum += a.0 + b.0;
            heap.push(std::cmp::Reverse(a.0 + b.0));
        }
        sum
    }

    proptest! {
        #[test]
        fn codes_fill_their_room_and_are_as_short_as_can_be(
            counts in prop::collection::vec(prop_oneof![Just(0u32), 1..40u32, 1..60_000u32], 2..286),
            limit in 9usize..=15,
        ) {
            let found = lengths_of(&counts, limit);
            let used = counts.iter().filter(|&&count| count > 0).count();
            prop_assert!(counts.iter().zip(&found).all(|(&count, &length)| (count > 0) == (length > 0)));
            prop_assert!(found.iter().all(|&length| usize::from(length) <= limit));
            let taken: u64 = found.iter().filter(|&&l| l > 0).map(|&l| 1u64 << (15 - l)).sum();
            if used > 1 {
                prop_assert_eq!(taken, 1 << 15);
                let best = best_cost(&counts);
                let longest = lengths_of(&counts, 15).into_iter().max().unwrap_or(0);
                if usize::from(longest) <= limit && longest < 15 {
                    prop_assert_eq!(cost(&counts, &found), best);
                } else {
                    prop_assert!(cost(&counts, &found) >= best);
                }
            }
        }
    }
}
