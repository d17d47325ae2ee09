//! Buffers of frames that were written and can be filled again.
//!
//! A frame's bytes are made on one thread and written on another. A buffer that comes back is still in the
//! cache, and nobody has to ask for memory and clear it. No more come to lie here than were taken at one time:
//! what nobody took is let go.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Spare buffers, shared by all clones; the last one that came back goes out first.
#[derive(Debug, Clone, Default)]
pub struct Spares(Arc<Mutex<Store>>);

#[derive(Debug, Default)]
struct Store {
    buffers: Vec<Vec<u8>>,
    /// Buffers that were taken and did not come back yet.
    out: usize,
}

impl Spares {
    /// A buffer with anything in it; an empty one if there is no spare.
    #[must_use]
    pub fn take(&self) -> Vec<u8> {
        let mut store = self.store();
        store.out += 1;
        store.buffers.pop().unwrap_or_default()
    }

    /// Gives a buffer back. It is kept if one was taken.
    pub fn give(&self, buffer: Vec<u8>) {
        let mut store = self.store();
        if store.out > 0 {
            store.out -= 1;
            store.buffers.push(buffer);
        }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        // A list of buffers is whole whatever happened.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_buffer_that_came_back_goes_out_first() {
        let spares = Spares::default();
        let other = spares.clone();
        assert!(spares.take().is_empty() && other.take().is_empty());
        spares.give(vec![1]);
        spares.give(vec![2]);
        assert_eq!(other.take(), [2]);
        assert_eq!(spares.take(), [1]);
        assert!(other.take().is_empty());
    }

    #[test]
    fn what_nobody_took_is_let_go() {
        let spares = Spares::default();
        for frame in 0..100 {
            spares.give(vec![frame]);
        }
        assert!(spares.take().is_empty());
        spares.give(vec![1]);
        spares.give(vec![2]);
        assert_eq!(spares.take(), [1]);
        assert!(spares.take().is_empty());
    }
}
