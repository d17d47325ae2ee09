//! Something for each input of a graph, in one flat table: the inputs of a block lie side by side.

use super::{Graph, Port};

/// A table with a place for every input; most hold nothing.
pub(super) struct PerInput<T> {
    /// Place of each block's first input.
    first: Vec<usize>,
    entries: Vec<Option<T>>,
}

impl<T: Copy> PerInput<T> {
    /// An empty table for the inputs of a graph.
    pub(super) fn new(graph: &Graph<'_>) -> Self {
        let mut inputs = 0;
        let mut first = Vec::with_capacity(graph.nodes.len());
        for node in &graph.nodes {
            first.push(inputs);
            inputs += node.block.map_or(0, |block| block.inputs.len());
        }
        Self {
            first,
            entries: vec![None; inputs],
        }
    }

    /// What an input has.
    pub(super) fn get(&self, port: Port) -> Option<T> {
        self.entries[self.first[port.block] + port.port]
    }

    /// Gives an input something unless it has something; gives what it had.
    pub(super) fn give(&mut self, port: Port, item: T) -> Option<T> {
        let entry = &mut self.entries[self.first[port.block] + port.port];
        let had = *entry;
        entry.get_or_insert(item);
        had
    }
}
