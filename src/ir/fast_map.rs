//! Maps keyed by small ids, for passes that look up something for every row.
//!
//! The hasher multiplies and folds: a few cycles a word. It has no secret, so keys must be numbers that
//! we gave ourselves; texts and values of a document go into maps of the standard library, which
//! nobody can crowd into one place. Never iterated, as no hash map here is.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map from ids, or rows that consist of ids.
pub(crate) type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<FoldHasher>>;

/// Mixes each word in by one wide product.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FoldHasher(u64);

impl FoldHasher {
    fn mix(&mut self, word: u64) {
        // Odd, with bits all over: the first digits of pi.
        let product = u128::from(self.0 ^ word ^ 0x2437_f6a8_885a_308d) * 0x1319_8a2e_0370_7345;
        self.0 = (product as u64) ^ (product >> 64) as u64;
    }
}

impl Hasher for FoldHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, n: u8) {
        self.mix(u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.mix(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.mix(n);
    }

    fn write_usize(&mut self, n: usize) {
        self.mix(n as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
