//! The lane graph: field rows taken apart into nodes on single lanes.
//!
//! A [`Node`] computes one or more lanes from lanes of earlier nodes; equal nodes are one node. What
//! only moves lanes about (making and splitting vectors) leaves no node. Each node knows whether its
//! lanes differ between elements ([`Node::varies`]) and whether they differ between frames
//! ([`Node::fixed`] = they do not). Built by [`super::lower`], compiled by [`super::kernel`].

use crate::ir::meet::How;
use crate::ir::{ConstId, DomainId, IdHash, Op, SignalId, StateId};
use std::collections::HashMap;

/// What the lanes of a node are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Bank {
    /// f32.
    Narrow,
    /// f64.
    Wide,
    /// Outlines.
    Path,
}

/// One lane: output `out` of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Value {
    /// Position in the graph.
    pub node: u32,
    /// Which of its outputs.
    pub out: u8,
}

impl Value {
    /// Position of the node.
    pub(super) fn index(self) -> usize {
        self.node as usize
    }
}

/// What a node computes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// The number with these bits (f32 in the low half if narrow).
    Const(u64),
    /// A lane of a signal, rounded once if narrow.
    Signal { id: SignalId, lane: u32 },
    /// i.
    Index,
    /// Entry `at` + i·`stride` of the constant pool of the node's width, for i below `rows`.
    Array { at: u32, stride: u32, rows: u32 },
    /// A hash of the id text.
    IdHash {
        domain: DomainId,
        hash: IdHash,
        salt: ConstId,
    },
    /// The hash of `perElementOffset` for a seed with these bits (f64).
    ElementHash { seed: u64 },
    /// Entry i of a history.
    History(StateId),
    /// An opcode on the operands' lanes, end to end; `width` = lanes of its first operand.
    Apply { op: Op, imm: u32, width: u32 },
    /// A part of an opcode.
    Part(Part),
    /// f64 rounded to f32.
    Narrow,
    /// Operand 0 for i below `rows`, else operand 1.
    OnDomain { rows: u32 },
    /// Terms that meet; term t takes part for i below `rows[t]`. Operands: the terms' lanes, then
    /// those of the silent value.
    Combine { how: How, rows: Box<[u32]> },
    /// Outline `at` of the constant pool.
    PathConst(u32),
    /// Outline `at` + i, for i below `rows`.
    PathArray { at: u32, rows: u32 },
}

/// What an opcode is made of, where one part has operands that are often the same for all elements: a
/// node of its own then runs once and not per element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// Of `hslToRgb`: saturation and lightness to chroma and least channel.
    Chroma,
    /// Of `hslToRgb`: hue, chroma and least channel to r, g, b.
    Hue,
    /// Of `jitter`: random, phase·frequency modulo 1 and amount to a vector.
    Drift,
}

/// A node of the graph.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// What it computes.
    pub kind: Kind,
    /// What its lanes are.
    pub bank: Bank,
    /// How many lanes it gives.
    pub outs: u8,
    /// Its operands, all of smaller position.
    pub args: Box<[Value]>,
    /// Whether elements differ.
    pub varies: bool,
    /// Whether all frames are equal.
    pub fixed: bool,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct NodeKey(Kind, Bank, u8, Box<[Value]>);

/// Nodes, operands before users.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// All nodes.
    pub nodes: Vec<Node>,
    by_content: HashMap<NodeKey, u32>,
}

impl Graph {
    /// The node of a value.
    pub(super) fn of(&self, value: Value) -> &Node {
        &self.nodes[value.index()]
    }

    /// Output 0 of the node with this content.
    pub(super) fn node(&mut self, kind: Kind, bank: Bank, outs: u8, args: &[Value]) -> Value {
        let key = NodeKey(kind, bank, outs, args.into());
        if let Some(&node) = self.by_content.get(&key) {
            return Value { node, out: 0 };
        }
        let kind = key.0.clone();
        let any = |f: fn(&Node) -> bool| args.iter().any(|&a| f(self.of(a)));
        let varies = match &kind {
            Kind::Const(_) | Kind::Signal { .. } | Kind::PathConst(_) => false,
            Kind::Index
            | Kind::Array { .. }
            | Kind::IdHash { .. }
            | Kind::ElementHash { .. }
            | Kind::History(_)
            | Kind::PathArray { .. }
            | Kind::OnDomain { .. } => true,
            Kind::Combine { rows, .. } => rows.iter().any(|&r| r != u32::MAX) || any(|n| n.varies),
            Kind::Apply { .. } | Kind::Part(_) | Kind::Narrow => any(|n| n.varies),
        };
        let fixed = match &kind {
            Kind::Signal { .. } | Kind::History(_) => false,
            _ => !any(|n| !n.fixed),
        };
        let node = self.nodes.len() as u32;
        self.nodes.push(Node {
            kind,
            bank,
            outs,
            args: args.into(),
            varies,
            fixed,
        });
        self.by_content.insert(key, node);
        Value { node, out: 0 }
    }

    /// A number.
    pub(super) fn number(&mut self, bank: Bank, value: f64) -> Value {
        let bits = match bank {
            Bank::Wide => value.to_bits(),
            Bank::Narrow | Bank::Path => u64::from((value as f32).to_bits()),
        };
        self.node(Kind::Const(bits), bank, 1, &[])
    }

    /// All outputs of the node of `first`.
    pub(super) fn outs(&self, first: Value) -> Vec<Value> {
        (0..self.of(first).outs)
            .map(|out| Value {
                node: first.node,
                out,
            })
            .collect()
    }

    /// Forgets how to find equal nodes; call when no more are added.
    pub(super) fn freeze(&mut self) {
        self.by_content = HashMap::new();
    }
}
