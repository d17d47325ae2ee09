//! A program in words: every table with names in place of indices, for people and their tools.
//!
//! In: a valid program. Out: [`Facts`], plain rows that can be printed or written as JSON; what the
//! program stores and what follows from it (sizes, sharing, what varies). Nothing here runs anything.
//! Read next: `graph` (blocks, buses), `running` (schedule, cells, rails), `columns` (domains,
//! columns, expressions), and `names`, which all of them use; `way` finds what lies between two values.

mod columns;
mod graph;
mod names;
mod running;
pub mod way;

pub use columns::{Column, Count, DomainFact, Expressions};
pub use graph::{BlockFact, BusFact, InputFact, ListenerFact, OutputFact, PublisherFact};
pub use names::{Names, Transform, combine_name, time_name};
pub use running::{CellFact, PhaseFact, RailFact, StepFact};

use super::varies::Variation;
use super::{Memory, Program, TimeModel};
use serde::Serialize;

/// Everything that there is to say about a program.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// What it is.
    pub program: Summary,
    /// In document order.
    pub blocks: Vec<BlockFact>,
    /// By key.
    pub buses: Vec<BusFact>,
    /// Phases in order, each with its steps in order.
    pub schedule: Vec<PhaseFact>,
    /// By key.
    pub state: Vec<CellFact>,
    /// All six.
    pub rails: Vec<RailFact>,
    /// By key.
    pub domains: Vec<DomainFact>,
    /// In order of sinks and their inputs.
    pub columns: Vec<Column>,
    /// How much is computed, and how much of it is shared.
    pub expressions: Expressions,
}

/// What a program is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Its name.
    pub patch: String,
    /// Its revision.
    pub revision: u64,
    /// Version of compiled programs.
    pub ir_version: u32,
    /// Hash of everything that can change a frame.
    pub program_hash: String,
    /// Seed in use.
    pub seed: u32,
    /// What a frame depends on beyond its own time.
    pub memory: Memory,
    /// How time runs.
    pub time_model: TimeModel,
    /// Width and height, px.
    pub size: [u32; 2],
    /// Bytes of all columns of one frame, as if elements always differed.
    pub column_bytes: u64,
}

impl Facts {
    /// Of a program.
    pub fn of(program: &Program) -> Self {
        let names = Names::new(program);
        let variation = Variation::new(program);
        let columns = columns::columns(&names, &variation);
        Self {
            program: Summary {
                patch: program.patch_id.clone(),
                revision: program.patch_revision,
                ir_version: program.ir_version,
                program_hash: program.program_hash.clone(),
                seed: program.seed,
                memory: program.memory,
                time_model: program.time_model.clone(),
                size: [program.viewport.width, program.viewport.height],
                column_bytes: columns.iter().map(|c| c.bytes).sum(),
            },
            blocks: graph::blocks(&names, &variation),
            buses: graph::buses(&names, &variation),
            schedule: running::schedule(&names, &variation),
            state: running::cells(&names),
            rails: running::rails(&names),
            domains: columns::domains(&names),
            columns,
            expressions: columns::expressions(program, &variation),
        }
    }
}
