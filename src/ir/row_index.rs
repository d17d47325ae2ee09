//! Finds a row in a table that somebody else holds, without a second copy of it: a hash table of places.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::{BuildHasher, Hash};

/// Places of rows in one table, which may be a pool of texts. Every call must be given that same table.
///
/// Rows are hashed with a seed of the process, so that nobody can write a document that crowds them into
/// one place. Nothing that comes out depends on it: the places are never iterated.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowIndex {
    places: HashTable<Place>,
    state: RandomState,
}

/// A place, and half of its row's hash: the index grows without a look at the rows.
#[derive(Debug, Clone, Copy)]
struct Place {
    hash: u32,
    at: u32,
}

impl Place {
    /// What the hash table takes for the hash: it uses the lowest and the highest bits.
    fn spread(&self) -> u64 {
        u64::from(self.hash) << 32 | u64::from(self.hash)
    }
}

impl RowIndex {
    /// The place of a row, which is appended if it is new.
    pub(crate) fn row<T: Hash + Eq>(&mut self, rows: &mut Vec<T>, row: T) -> usize {
        let at = self.find(&row, |at| &rows[at], rows.len());
        if at == rows.len() {
            rows.push(row);
        }
        at
    }

    /// The place of a text, which is appended if it is new.
    pub(crate) fn text(&mut self, pool: &mut Vec<String>, text: &str) -> usize {
        let at = self.find(text, |at| &pool[at], pool.len());
        if at == pool.len() {
            pool.push(text.to_owned());
        }
        at
    }

    /// Appends a text; of equal ones this is then the one that is found.
    pub(crate) fn append(&mut self, pool: &mut Vec<String>, text: String) -> usize {
        let place = self.place(text.as_str(), pool.len());
        let same = |other: &Place| other.hash == place.hash && pool[other.at as usize] == text;
        self.places
            .entry(place.spread(), same, Place::spread)
            .insert(place);
        pool.push(text);
        pool.len() - 1
    }

    /// The place of a row in a table of rows `at` places; `next` if it is new, and from now on there.
    pub(crate) fn find<R: Hash + Eq>(
        &mut self,
        row: R,
        at: impl Fn(usize) -> R,
        next: usize,
    ) -> usize {
        let place = self.place(&row, next);
        let same = |other: &Place| other.hash == place.hash && at(other.at as usize) == row;
        let entry = self.places.entry(place.spread(), same, Place::spread);
        entry.or_insert(place).get().at as usize
    }

    fn place(&self, row: impl Hash, at: usize) -> Place {
        Place {
            hash: self.state.hash_one(row) as u32,
            at: at as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_where_they_are() {
        let (mut pool, mut index) = (Vec::new(), RowIndex::default());
        for (at, text) in ["a", "b", "a"].into_iter().enumerate() {
            assert_eq!(index.append(&mut pool, text.to_owned()), at);
        }
        assert_eq!(index.text(&mut pool, "a"), 2, "the last of equal ones");
        assert_eq!(index.text(&mut pool, "b"), 1);
        for round in 0..2 {
            for i in 0..1000 {
                let at = index.text(&mut pool, &format!("text {i}"));
                assert_eq!(at, 3 + i, "round {round}");
            }
        }
        assert_eq!(pool.len(), 1003);
    }
}
