//! Divisions by zero on lanes of fields.
//!
//! What a column counts is a function of its expression and its elements: every division that it is
//! made of, each once, for every element whose divisor is 0. It does not depend on what else was
//! computed with it, on what lay stored or on how often it was computed, so a column that is used again
//! counts what it counted. A kernel delivers divisors as columns of their own; they are looked through
//! and let go.

use super::graph::{Bank, Graph, Kind, Value};
use super::kernel::{Pack, Target};
use super::output::Open;
use crate::ir::Format;
use std::collections::BTreeSet;

/// The divisions that lanes are made of, as nodes; in an order that is the same for the same structure.
/// Those that divide by a constant other than 0 are left out.
pub(super) fn divisions(graph: &Graph, lanes: &[Value]) -> Vec<u32> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let mut work: Vec<Value> = lanes.iter().rev().copied().collect();
    while let Some(value) = work.pop() {
        if !seen.insert(value.node) {
            continue;
        }
        let node = graph.of(value);
        if divisor(graph, value.node).is_some() {
            found.push(value.node);
        }
        work.extend(node.args.iter().rev());
    }
    found
}

/// What a node divides by, if that may be 0.
pub(super) fn divisor(graph: &Graph, node: u32) -> Option<Value> {
    let node = &graph.nodes[node as usize];
    let divides = matches!(node.kind, Kind::Apply { op, .. } if op.counts_zero_divisor());
    let divisor = *node.args.get(1).filter(|_| divides)?;
    let by = graph.of(divisor);
    match (&by.kind, by.bank) {
        (Kind::Const(bits), Bank::Narrow) if f32::from_bits(*bits as u32) != 0.0 => None,
        (Kind::Const(bits), Bank::Wide) if f64::from_bits(*bits) != 0.0 => None,
        _ => Some(divisor),
    }
}

/// The column of a divisor.
pub(super) fn target(graph: &Graph, divisor: Value) -> Target {
    Target {
        lanes: vec![divisor],
        pack: match graph.of(divisor).bank {
            Bank::Wide => Pack::Lane(Bank::Wide),
            Bank::Narrow | Bank::Path => Pack::Format(Format::F32),
        },
    }
}

/// Rows that are 0.
pub(super) fn count(rows: &Open) -> u64 {
    let zeros = match rows {
        Open::F32(rows) => rows.iter().filter(|&&v| v == 0.0).count(),
        Open::Lane64(rows) => rows.iter().filter(|&&v| v == 0.0).count(),
        _ => 0,
    };
    zeros as u64
}
