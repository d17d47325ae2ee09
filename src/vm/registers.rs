//! One f64 register range per signal, its lanes side by side; then constants and temporaries that
//! only the tape knows.

use crate::ir::{Program, SignalId};

/// Values of all signals of the current frame.
#[derive(Debug, Clone, Default)]
pub struct Registers {
    lanes: Vec<f64>,
    offset: Vec<u32>,
}

impl Registers {
    /// Zeroed registers for every signal of `program`.
    pub fn new(program: &Program) -> Self {
        let mut offset = Vec::with_capacity(program.tables.sig.nodes.len() + 1);
        let mut at = 0;
        offset.push(0);
        for node in &program.tables.sig.nodes {
            at += program.types[node.r#type.index()].domain.lanes() as u32;
            offset.push(at);
        }
        Self {
            lanes: vec![0.0; at as usize],
            offset,
        }
    }

    /// Where the lanes of a signal begin.
    #[inline]
    pub fn offset(&self, id: SignalId) -> u32 {
        self.offset[id.index()]
    }

    /// Lanes of a signal.
    #[inline]
    pub fn get(&self, id: SignalId) -> &[f64] {
        &self.lanes[self.offset[id.index()] as usize..self.offset[id.index() + 1] as usize]
    }

    /// Lanes of a signal, to write.
    #[inline]
    pub fn get_mut(&mut self, id: SignalId) -> &mut [f64] {
        &mut self.lanes[self.offset[id.index()] as usize..self.offset[id.index() + 1] as usize]
    }

    /// All lanes.
    #[inline]
    pub fn all(&self) -> &[f64] {
        &self.lanes
    }

    /// All lanes, to write.
    #[inline]
    pub fn all_mut(&mut self) -> &mut [f64] {
        &mut self.lanes
    }

    /// Where a signal's lanes are, as (first, count).
    pub(super) fn place(&self, id: SignalId) -> (u32, u32) {
        let [from, to] = [0, 1].map(|k| self.offset[id.index() + k]);
        (from, to - from)
    }

    /// A register behind those of the signals, for a constant or a temporary of the tape.
    pub(super) fn grow(&mut self, value: f64) -> u32 {
        self.lanes.push(value);
        self.lanes.len() as u32 - 1
    }

    /// The signal that a register belongs to; `None` for those of the tape.
    pub(super) fn owner(&self, register: u32) -> Option<SignalId> {
        let after = self.offset.partition_point(|&from| from <= register);
        (after < self.offset.len()).then(|| SignalId::at(after.saturating_sub(1)))
    }
}
