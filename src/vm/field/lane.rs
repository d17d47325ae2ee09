//! A field at one element of the frame that the engine made last: what tools look at.
//!
//! The meaning is that of [`crate::ir::element`]; here the registers and histories of a run are put
//! behind it.

use super::Histories;
use crate::ir::element::{self, Behind, Live};
use crate::ir::*;
use crate::vm::Registers;

pub(in crate::vm) use crate::ir::element::Rows;

/// What an element's rows read.
#[derive(Clone, Copy)]
pub(in crate::vm) struct Element<'a> {
    pub(in crate::vm) program: &'a Program,
    pub(in crate::vm) registers: &'a Registers,
    pub(in crate::vm) histories: &'a dyn Histories,
    /// Its index.
    pub(in crate::vm) index: u32,
}

/// The fields that `roots` are made of, themselves included.
pub(in crate::vm) fn reached(
    program: &Program,
    roots: impl IntoIterator<Item = FieldId>,
) -> Behind {
    Behind::new(&program.tables, roots)
}

impl Element<'_> {
    /// The rows that a field is made of, itself included. A row over a smaller domain has no value
    /// here and is left out.
    pub(in crate::vm) fn rows(&self, root: FieldId) -> Rows {
        self.over(&reached(self.program, [root]))
    }

    /// The rows of what [`reached`] gives.
    pub(in crate::vm) fn over(&self, fields: &Behind) -> Rows {
        self.element().rows(fields)
    }

    /// A chain on a narrow row; `visit` gets what each step made.
    pub(in crate::vm) fn chain(
        &self,
        chain: &Chain,
        src: Vec<f64>,
        args: &[SignalId],
        visit: &mut dyn FnMut(usize, &[f64]),
    ) -> Option<Vec<f64>> {
        self.element().chain(chain, src, args, visit)
    }

    fn element(&self) -> element::Element<'_, Self> {
        element::Element {
            tables: &self.program.tables,
            types: &self.program.types,
            seed: self.program.seed,
            live: self,
            index: self.index,
        }
    }
}

impl Live for Element<'_> {
    fn signal(&self, id: SignalId) -> Option<&[f64]> {
        Some(self.registers.get(id))
    }

    fn history(&self, cell: StateId, entry: u32) -> Option<f64> {
        self.histories.history(cell).0.get(entry as usize).copied()
    }
}
