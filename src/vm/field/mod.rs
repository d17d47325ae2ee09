//! The field store: requests become columns.

mod buffer;
mod report;

pub use buffer::{Buffer, Finite, PathColumn};
pub use report::{FieldReport, MissReason, Misses, Outcome, RequestReport};

use super::Registers;
use crate::ir::{FieldId, GroupId, Program, ReduceOp, ReqId, StateId};

/// How the store works. None of it changes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldOptions {
    /// Elements that a kernel instruction works on at a time; 0 counts as 1.
    pub lane_block: u32,
    /// Bytes that columns may take; `None` = no limit.
    pub memory_limit: Option<u64>,
}

impl Default for FieldOptions {
    fn default() -> Self {
        Self {
            lane_block: 256,
            memory_limit: None,
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

/// Kernels, columns and their cache for one program.
#[derive(Debug)]
pub struct FieldStore {
    report: FieldReport,
    columns: Vec<Buffer>,
}

impl FieldStore {
    /// Compiles the groups of `program`.
    ///
    /// # Errors
    /// If the columns of a frame do not fit the limit, or the program was never validated.
    pub fn new(program: &Program, options: &FieldOptions) -> Result<Self, FieldError> {
        let _ = options;
        let requests = &program.tables.materialize.requests;
        let columns = requests.iter().map(|r| Buffer::empty(r.format)).collect();
        Ok(Self {
            report: FieldReport::default(),
            columns,
        })
    }

    /// Starts a frame: resets the report.
    pub fn begin_frame(&mut self) {
        self.report.clear();
    }

    /// Brings the columns of a group up to date; computes only what changed.
    pub fn materialize(
        &mut self,
        program: &Program,
        group: GroupId,
        registers: &Registers,
        histories: &dyn Histories,
        parallel: Option<&dyn Parallel>,
    ) {
        let _ = (program, group, registers, histories, parallel);
    }

    /// The column of a request, as of its group's last [`Self::materialize`].
    pub fn column(&self, req: ReqId) -> &Buffer {
        &self.columns[req.index()]
    }

    /// Which elements of the column had only finite channels.
    pub fn finite(&self, req: ReqId) -> Finite<'_> {
        let _ = req;
        Finite::All
    }

    /// A number that is new whenever the column's content is.
    pub fn revision(&self, req: ReqId) -> u64 {
        let _ = req;
        0
    }

    /// Reduces the column of a request into one number per lane. A field over no domain counts as
    /// one element; without elements the type's default is written.
    pub fn reduce(&self, req: ReqId, op: ReduceOp, out: &mut [f64]) {
        let _ = (req, op, out);
    }

    /// What was computed and reused since [`Self::begin_frame`].
    pub fn report(&self) -> &FieldReport {
        &self.report
    }

    /// Outside data was replaced: requests of steps that name the `assets` epoch are computed anew.
    pub fn set_assets_epoch(&mut self, epoch: u64) {
        let _ = epoch;
    }

    /// Takes over from the store of the program before a swap what still holds: columns whose
    /// request is the same, hash columns, free buffers.
    pub fn adopt(&mut self, previous: Self) {
        let _ = previous;
    }

    /// Drops every column, cached value and free buffer. Costs time later, changes no value.
    pub fn purge(&mut self) {}
}
