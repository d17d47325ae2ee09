//! Finds a text in a pool that somebody else holds, without a second copy of it.
//!
//! An open table of places in the pool, each with the upper half of its text's hash: a lookup touches
//! the pool only where that half agrees.

#![allow(
    clippy::disallowed_types,
    reason = "it decides where a text lies in the table, as in any HashMap, and nothing that comes out"
)]

use std::hash::{BuildHasher, RandomState};

/// Places of texts in one pool. Every call must be given that same pool.
#[derive(Debug, Clone, Default)]
pub(crate) struct TextIndex {
    /// A power of two of entries, at most three quarters of them taken.
    table: Vec<Option<Entry>>,
    taken: usize,
    hasher: RandomState,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    hash: u32,
    at: u32,
}

impl TextIndex {
    /// Of a pool; among equal texts the last one is found.
    pub(crate) fn new(pool: &[String]) -> Self {
        let mut index = Self::default();
        for (at, text) in pool.iter().enumerate() {
            let hash = index.hash(text);
            let at = at as u32;
            match index.find(pool, text, hash) {
                Some(entry) => index.table[entry] = Some(Entry { hash, at }),
                None => index.insert(Entry { hash, at }),
            }
        }
        index
    }

    /// The place of a text, which is added to the pool if it is new.
    pub(crate) fn place(&mut self, pool: &mut Vec<String>, text: &str) -> u32 {
        let hash = self.hash(text);
        let found = self.find(pool, text, hash);
        if let Some(entry) = found.and_then(|slot| self.table[slot]) {
            return entry.at;
        }
        let at = pool.len() as u32;
        pool.push(text.to_owned());
        self.insert(Entry { hash, at });
        at
    }

    fn hash(&self, text: &str) -> u32 {
        (self.hasher.hash_one(text) >> 32) as u32
    }

    /// Slot of a text.
    fn find(&self, pool: &[String], text: &str, hash: u32) -> Option<usize> {
        let mask = self.table.len().checked_sub(1)?;
        let mut slot = hash as usize & mask;
        while let Some(entry) = self.table[slot] {
            if entry.hash == hash && pool[entry.at as usize] == text {
                return Some(slot);
            }
            slot = (slot + 1) & mask;
        }
        None
    }

    /// Adds a text that is not there.
    fn insert(&mut self, entry: Entry) {
        if self.taken * 4 >= self.table.len() * 3 {
            let wider = vec![None; (self.table.len() * 2).max(64)];
            let old = std::mem::replace(&mut self.table, wider);
            old.into_iter().flatten().for_each(|entry| self.put(entry));
        }
        self.put(entry);
        self.taken += 1;
    }

    fn put(&mut self, entry: Entry) {
        let mask = self.table.len() - 1;
        let mut slot = entry.hash as usize & mask;
        while self.table[slot].is_some() {
            slot = (slot + 1) & mask;
        }
        self.table[slot] = Some(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_where_they_are() {
        let mut pool = vec!["a".to_owned(), "b".to_owned(), "a".to_owned()];
        let mut index = TextIndex::new(&pool);
        assert_eq!(index.place(&mut pool, "a"), 2, "the last of equal ones");
        assert_eq!(index.place(&mut pool, "b"), 1);
        for round in 0..2 {
            for i in 0..1000 {
                let at = index.place(&mut pool, &format!("text {i}"));
                assert_eq!(at, 3 + i, "round {round}");
            }
        }
        assert_eq!(pool.len(), 1003);
    }
}
