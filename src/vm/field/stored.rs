//! Which lanes are computed once and kept: what a kernel would compute anew every frame although it
//! is always the same.
//!
//! Kept are id hashes (rounded, if that is all that anybody reads), and lanes that do not depend on
//! the frame but feed lanes that do, if computing them costs more than reading them. They are kept
//! for the life of the program, as far as the budget goes.

use super::graph::{Bank, Graph, Kind, Value};
use super::kernel::Target;
use crate::ir::Op;

/// What it costs to read a lane of a stored column, in the unit of [`cost`].
const READ: u32 = 3;

/// A lane to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keep {
    /// The lane.
    pub value: Value,
    /// For how many elements.
    pub rows: usize,
}

impl Keep {
    fn bytes(self, bank: Bank) -> u64 {
        self.rows as u64 * if bank == Bank::Wide { 8 } else { 4 }
    }
}

/// The lanes to keep, ascending. `targets` are all columns with their element counts.
pub(super) fn choose(graph: &Graph, targets: &[(Target, usize)], budget: u64) -> Vec<Keep> {
    let facts = facts(graph, targets);
    let mut keeps = Vec::new();
    let mut left = budget;
    for (at, node) in graph.nodes.iter().enumerate() {
        let fact = &facts[at];
        let possible = node.varies && node.fixed && node.bank != Bank::Path && fact.rows > 0;
        if !possible || !(is_hash(graph, at, &facts) || (fact.feeds_frames && fact.cost >= READ)) {
            continue;
        }
        let all = (0..node.outs).map(|out| Keep {
            value: Value {
                node: at as u32,
                out,
            },
            rows: fact.rows,
        });
        let bytes: u64 = all.clone().map(|k| k.bytes(node.bank)).sum();
        if bytes <= left {
            left -= bytes;
            keeps.extend(all);
        }
    }
    keeps
}

/// What the choice depends on, for one node.
#[derive(Debug, Clone, Copy, Default)]
struct Fact {
    /// Elements for which somebody needs it; 0 = nobody.
    rows: usize,
    /// Something that changes from frame to frame reads it.
    feeds_frames: bool,
    /// Somebody reads it other than to round it.
    read_wide: bool,
    /// Estimate of the work for one lane, operands included.
    cost: u32,
}

fn facts(graph: &Graph, targets: &[(Target, usize)]) -> Vec<Fact> {
    let mut facts = vec![Fact::default(); graph.nodes.len()];
    for (target, rows) in targets {
        let moving = target.lanes.iter().any(|&v| !graph.of(v).fixed);
        for lane in &target.lanes {
            let fact = &mut facts[lane.index()];
            fact.rows = fact.rows.max(*rows);
            fact.feeds_frames |= moving;
            fact.read_wide = true;
        }
    }
    for (at, node) in graph.nodes.iter().enumerate().rev() {
        let rows = facts[at].rows;
        for arg in &node.args {
            let fact = &mut facts[arg.index()];
            fact.rows = fact.rows.max(rows);
            if rows > 0 {
                fact.feeds_frames |= node.varies && !node.fixed;
                fact.read_wide |= node.kind != Kind::Narrow;
            }
        }
    }
    for (at, node) in graph.nodes.iter().enumerate() {
        let operands = node.args.iter().filter(|a| graph.of(**a).varies);
        let below = operands.fold(0u32, |sum, a| sum.saturating_add(facts[a.index()].cost));
        facts[at].cost = below.saturating_add(cost(&node.kind));
    }
    facts
}

/// An id hash that somebody reads as it is, or the rounding of one.
fn is_hash(graph: &Graph, at: usize, facts: &[Fact]) -> bool {
    let hash = |kind: &Kind| matches!(kind, Kind::IdHash { .. } | Kind::ElementHash { .. });
    let node = &graph.nodes[at];
    match node.args.first() {
        Some(arg) if node.kind == Kind::Narrow => {
            hash(&graph.of(*arg).kind) && !facts[arg.index()].read_wide
        }
        _ => hash(&node.kind) && facts[at].read_wide,
    }
}

/// Rough work for one lane; 1 = a sum.
fn cost(kind: &Kind) -> u32 {
    match kind {
        Kind::Const(_) | Kind::Signal { .. } | Kind::PathConst(_) => 0,
        Kind::Array { stride: 1, .. } => 0,
        Kind::Index | Kind::Narrow | Kind::OnDomain { .. } | Kind::History(_) => 1,
        Kind::Array { .. } => READ,
        Kind::Combine { rows, .. } => rows.len() as u32,
        Kind::Apply { op, .. } => match op {
            Op::Add | Op::Sub | Op::Mul | Op::Scale | Op::Neg | Op::Abs | Op::Bias => 1,
            Op::Min | Op::Max | Op::Select | Op::ScaleBias | Op::Lerp | Op::Clamp => 2,
            _ => 8,
        },
        Kind::Part(_) => 8,
        Kind::IdHash { .. } | Kind::ElementHash { .. } | Kind::PathArray { .. } => 50,
    }
}
