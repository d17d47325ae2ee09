//! Buffers of frames that were written and can be filled again.
//!
//! A frame's bytes are made on one thread and written on another. A buffer that comes back is still in the
//! cache, and nobody has to ask for memory and clear it.

use std::sync::{Arc, Mutex, PoisonError};

/// Spare buffers, shared by all clones; the last one that came back goes out first.
#[derive(Debug, Clone, Default)]
pub struct Spares(Arc<Mutex<Vec<Vec<u8>>>>);

impl Spares {
    /// A buffer with anything in it; an empty one if there is no spare.
    #[must_use]
    pub fn take(&self) -> Vec<u8> {
        self.with(Vec::pop).unwrap_or_default()
    }

    /// Gives a buffer back.
    pub fn give(&self, buffer: Vec<u8>) {
        self.with(|spares| spares.push(buffer));
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<Vec<u8>>) -> T) -> T {
        // A list of buffers is whole whatever happened.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_buffer_that_came_back_goes_out_first() {
        let spares = Spares::default();
        assert!(spares.take().is_empty());
        let other = spares.clone();
        spares.give(vec![1]);
        spares.give(vec![2]);
        assert_eq!(other.take(), [2]);
        assert_eq!(spares.take(), [1]);
        assert!(other.take().is_empty());
    }
}
