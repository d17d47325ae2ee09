//! The field store: one value per element, in columns that are kept while nothing changed.
//!
//! ```text
//! rows -> lane graph -> kernel of what is missing -> blocks of lanes -> rows of a buffer
//! lower   graph,stored  kernel                       exec,lanes         output,pool
//! ```
//!
//! * Only what a request asks for is computed; a request whose signals have the bits of its last
//!   time keeps its buffer (`cache`, `key`).
//! * The requests of a group that missed run as one kernel: shared rows once, constants and hashes
//!   read from stored columns (`stored`), uniforms once per run and not per element.
//! * A lane of a kernel has the bits that the opcode's one meaning gives, for any block size, number
//!   of threads and choice of requests.
//! * Nothing here knows blocks, buses or sinks. `reduce` is the only step across elements.

mod buffer;
mod cache;
mod exec;
mod graph;
mod kernel;
mod key;
pub(super) mod lane;
mod lanes;
mod lower;
mod outline;
mod output;
mod pool;
mod reduce;
mod report;
mod run;
mod stats;
mod store;
mod stored;
#[cfg(test)]
mod tests;
mod zeros;

pub use buffer::{Buffer, Finite, PathColumn};
pub use report::{FieldReport, MissReason, Misses, Outcome, RequestReport};
pub use stats::Stats;
pub use store::FieldStore;

use super::Registers;
use crate::ir::{FieldId, StateId};
use crate::math::simd::Width;

/// How the store works. None of it changes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldOptions {
    /// Elements that a kernel instruction works on at a time; 0 = as many as the registers of the
    /// kernel leave room for in the processor's caches.
    pub lane_block: u32,
    /// Bytes that columns may take; `None` = no limit.
    pub memory_limit: Option<u64>,
    /// Whether what earlier frames computed is used again.
    pub cache: bool,
    /// Instructions for loops over elements; changes no bit.
    pub simd: Width,
}

impl Default for FieldOptions {
    fn default() -> Self {
        Self {
            lane_block: 0,
            memory_limit: None,
            cache: true,
            simd: Width::Widest,
        }
    }
}

/// Why a program's fields cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// The columns of one frame are larger than the limit.
    #[error("the columns of a frame need {needed} bytes, but the limit is {limit}")]
    Memory {
        /// Bytes of all requests together.
        needed: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// A row breaks a rule that validation checks: the program was never validated.
    #[error("field {} cannot be compiled: {what}", field.0)]
    Malformed {
        /// The row.
        field: FieldId,
        /// The broken rule.
        what: &'static str,
    },
}

/// The last values of history cells, kept by the engine.
pub trait Histories {
    /// Entries of a cell, oldest first, this frame's included; and a number that changes whenever
    /// they do.
    fn history(&self, cell: StateId) -> (&[f64], u64);
}

/// Somebody else's threads.
pub trait Parallel: Sync {
    /// Calls `job` once with each number below `blocks`, in any order, on any threads; returns when
    /// all calls have.
    fn run(&self, blocks: usize, job: &(dyn Fn(usize) + Sync));
}
