//! What the engines of a run computed and what they took from their caches.
//!
//! In: the health of each evaluated frame, from any thread. Out: a line for people. It depends on which
//! engine made which frame, so it is said under `-v` and never written into a file; what a frame needs
//! whoever made it is [`crate::export::Columns`].

use crate::vm::Health;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Sums over all frames that were evaluated, also those that only told whether the loop closes.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Columns computed, and their bytes.
    computed: [AtomicU64; 2],
    /// Columns of an earlier frame.
    hits: AtomicU64,
    /// Columns of an equal request in the same frame.
    shared: AtomicU64,
    /// Bytes of both.
    reused: AtomicU64,
}

impl Tally {
    /// Adds a frame.
    pub(super) fn add(&self, health: &Health) {
        for (sum, more) in [
            (&self.computed[0], health.materialised),
            (&self.computed[1], health.bytes_written),
            (&self.hits, health.cache.hits),
            (&self.shared, health.cache.shared),
            (&self.reused, health.bytes_reused),
        ] {
            sum.fetch_add(more, Ordering::Relaxed);
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |sum: &AtomicU64| sum.load(Ordering::Relaxed);
        write!(
            f,
            "columns computed: {} ({} bytes); cache hits: {}, shared in a frame: {} ({} bytes)",
            of(&self.computed[0]),
            of(&self.computed[1]),
            of(&self.hits),
            of(&self.shared),
            of(&self.reused)
        )
    }
}
