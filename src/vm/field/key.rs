//! Content identity of columns: what they are computed from, signals left open.
//!
//! Two requests with equal [`Structure`]s have equal columns whenever the signals in their
//! [`Holes`] have equal bits and their histories equal revisions. Indices of rows, domains and
//! programs do not enter, so a column can outlive a swap of the program. The program's seed enters
//! where an id hash does.

use super::graph::{Bank, Graph, Kind, Value};
use crate::ir::{ConstId, DomainId, ElementIds, Pool, Program, SignalId, StateId};
use std::collections::BTreeMap;

/// 128 bits of BLAKE3.
pub(super) type Structure = [u8; 16];

/// What a structure leaves open, each in order of first use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Holes {
    /// Signals whose lanes enter.
    pub signals: Vec<SignalId>,
    /// History cells whose contents enter.
    pub histories: Vec<StateId>,
}

/// Hashes structures; keeps the digests of what is shared between them.
pub(super) struct Identity<'a> {
    program: &'a Program,
    graph: &'a Graph,
    constants: BTreeMap<ConstId, Structure>,
    domains: BTreeMap<DomainId, Structure>,
    columns: BTreeMap<(u32, u32, u32, Bank), Structure>,
}

impl<'a> Identity<'a> {
    /// Of one program and its graph.
    pub(super) fn new(program: &'a Program, graph: &'a Graph) -> Self {
        Self {
            program,
            graph,
            constants: BTreeMap::new(),
            domains: BTreeMap::new(),
            columns: BTreeMap::new(),
        }
    }

    /// Count and ids of a domain.
    pub(super) fn domain(&mut self, id: DomainId) -> Structure {
        if let Some(&known) = self.domains.get(&id) {
            return known;
        }
        let mut hash = blake3::Hasher::new();
        if let Some(row) = self.program.tables.graph.domains.get(id.index()) {
            put(&mut hash, row.count);
            match row.ids {
                ElementIds::Sequential => put(&mut hash, 0),
                ElementIds::Grid { rows, cols } => {
                    [1, rows, cols].into_iter().for_each(|n| put(&mut hash, n))
                }
                ElementIds::Prefix(text) => {
                    put(&mut hash, 2);
                    let text = self.program.tables.strings.get(text.index());
                    text_into(&mut hash, text.map_or("", String::as_str));
                }
                ElementIds::Custom(list) => {
                    put(&mut hash, 3);
                    hash.update(&self.constant(list));
                }
            }
        }
        let digest = finish(&hash);
        self.domains.insert(id, digest);
        digest
    }

    /// Content of a number or text constant.
    fn constant(&mut self, id: ConstId) -> Structure {
        if let Some(&known) = self.constants.get(&id) {
            return known;
        }
        let mut hash = blake3::Hasher::new();
        let constants = &self.program.tables.constants;
        if let Some(row) = constants.index.get(id.index()) {
            put(&mut hash, row.pool as u32);
            match row.pool {
                Pool::Json => {
                    let text = constants.json.get(row.at as usize);
                    text_into(&mut hash, text.map_or("", String::as_str));
                }
                _ => {
                    for value in constants.numbers(id).unwrap_or_default() {
                        hash.update(&value.to_bits().to_le_bytes());
                    }
                }
            }
        }
        let digest = finish(&hash);
        self.constants.insert(id, digest);
        digest
    }

    /// Content of a constant column (numbers or outlines).
    fn column(&mut self, at: u32, stride: u32, rows: u32, bank: Bank) -> Structure {
        let key = (at, stride, rows, bank);
        if let Some(&known) = self.columns.get(&key) {
            return known;
        }
        let mut hash = blake3::Hasher::new();
        let pools = &self.program.tables.constants;
        let entries = (0..rows as usize).map(|i| at as usize + i * stride as usize);
        for entry in entries {
            match bank {
                Bank::Narrow => {
                    let v = pools.f32.get(entry).copied().unwrap_or_default();
                    put(&mut hash, v.to_bits());
                }
                Bank::Wide => {
                    let v = pools.f64.get(entry).copied().unwrap_or_default();
                    hash.update(&v.to_bits().to_le_bytes());
                }
                Bank::Path => {
                    let Some(path) = pools.paths.get(entry) else {
                        continue;
                    };
                    put(&mut hash, path.cmds.len() as u32);
                    hash.update(&path.cmds);
                    for [x, y] in &path.pts {
                        put(&mut hash, x.to_bits());
                        put(&mut hash, y.to_bits());
                    }
                }
            }
        }
        let digest = finish(&hash);
        self.columns.insert(key, digest);
        digest
    }

    /// Structure and holes of a column made of these lanes.
    pub(super) fn structure(&mut self, lanes: &[Value]) -> (Structure, Holes) {
        let mut hash = blake3::Hasher::new();
        let mut holes = Holes::default();
        let mut number = BTreeMap::new();
        for node in order(self.graph, lanes) {
            number.insert(node, number.len() as u32);
            self.node(node, &number, &mut holes, &mut hash);
        }
        for lane in lanes {
            put(&mut hash, number[&lane.node]);
            put(&mut hash, u32::from(lane.out));
        }
        (finish(&hash), holes)
    }

    fn node(
        &mut self,
        at: u32,
        number: &BTreeMap<u32, u32>,
        holes: &mut Holes,
        hash: &mut blake3::Hasher,
    ) {
        let graph = self.graph;
        let node = &graph.nodes[at as usize];
        put(hash, node.bank as u32);
        match &node.kind {
            Kind::Const(bits) => {
                put(hash, 0);
                hash.update(&bits.to_le_bytes());
            }
            Kind::Signal { id, lane } => {
                put(hash, 1);
                put(hash, hole(&mut holes.signals, *id));
                put(hash, *lane);
                // Bits are compared signal by signal, so signals must be as wide.
                let signals = &self.program.tables.sig.nodes;
                let ty = signals.get(id.index()).map(|s| s.r#type.index());
                let ty = ty.and_then(|t| self.program.types.get(t));
                put(hash, ty.map_or(0, |t| t.domain.lanes() as u32));
            }
            Kind::Index => put(hash, 2),
            Kind::Array { at, stride, rows } => {
                put(hash, 3);
                hash.update(&self.column(*at, *stride, *rows, node.bank));
            }
            Kind::IdHash {
                domain,
                hash: function,
                salt,
            } => {
                put(hash, 4);
                put(hash, *function as u32);
                put(hash, self.program.seed);
                hash.update(&self.domain(*domain));
                hash.update(&self.constant(*salt));
            }
            Kind::ElementHash { seed } => {
                put(hash, 5);
                put(hash, self.program.seed);
                hash.update(&seed.to_le_bytes());
            }
            Kind::History(cell) => {
                put(hash, 6);
                put(hash, hole(&mut holes.histories, *cell));
            }
            Kind::Apply { op, imm, width } => {
                [7, u32::from(op.number()), *imm, *width]
                    .into_iter()
                    .for_each(|n| put(hash, n));
            }
            Kind::Part(part) => [13, *part as u32].into_iter().for_each(|n| put(hash, n)),
            Kind::Narrow => put(hash, 8),
            Kind::OnDomain { rows } => [9, *rows].into_iter().for_each(|n| put(hash, n)),
            Kind::Combine { how, rows } => {
                [10, *how as u32, rows.len() as u32]
                    .into_iter()
                    .for_each(|n| put(hash, n));
                rows.iter().for_each(|&r| put(hash, r));
            }
            Kind::PathConst(at) => {
                put(hash, 11);
                hash.update(&self.column(*at, 1, 1, Bank::Path));
            }
            Kind::PathArray { at, rows } => {
                put(hash, 12);
                hash.update(&self.column(*at, 1, *rows, Bank::Path));
            }
        }
        put(hash, node.args.len() as u32);
        for arg in &node.args {
            put(hash, number[&arg.node]);
            put(hash, u32::from(arg.out));
        }
    }
}

/// Post-order from the lanes: operands before users, independent of positions in the graph.
fn order(graph: &Graph, lanes: &[Value]) -> Vec<u32> {
    let mut done = std::collections::BTreeSet::new();
    let mut order = Vec::new();
    let mut stack: Vec<(u32, usize)> = Vec::new();
    for lane in lanes {
        stack.push((lane.node, 0));
        while let Some((node, next)) = stack.pop() {
            if done.contains(&node) {
                continue;
            }
            match graph.nodes[node as usize].args.get(next) {
                Some(arg) => {
                    stack.push((node, next + 1));
                    if !done.contains(&arg.node) {
                        stack.push((arg.node, 0));
                    }
                }
                None => {
                    done.insert(node);
                    order.push(node);
                }
            }
        }
    }
    order
}

fn hole<T: PartialEq>(holes: &mut Vec<T>, id: T) -> u32 {
    let at = holes.iter().position(|h| *h == id).unwrap_or_else(|| {
        holes.push(id);
        holes.len() - 1
    });
    at as u32
}

fn put(hash: &mut blake3::Hasher, number: u32) {
    hash.update(&number.to_le_bytes());
}

fn text_into(hash: &mut blake3::Hasher, text: &str) {
    put(hash, text.len() as u32);
    hash.update(text.as_bytes());
}

fn finish(hash: &blake3::Hasher) -> Structure {
    let mut digest = [0; 16];
    digest.copy_from_slice(&hash.finalize().as_bytes()[..16]);
    digest
}
