//! Content hashes of rows: what a row computes, whatever its index is in this program.
//!
//! Constants enter by value, operands by their hash, things with a key by their key. So equal hashes
//! mean equal values in every frame that starts from equal state, also across two programs; a swap
//! and a diff compare nothing else. Derived in one walk over the tables, never stored in a file.
//! Read next: `expressions` and `rows`, what enters a hash; [`super::diff`].

mod expressions;
mod rows;

use super::*;
use serde::Serialize;
use std::collections::BTreeSet;

/// 128 bits of BLAKE3.
pub type Digest = [u8; 16];

/// Hashes of all rows of a program.
#[derive(Debug, Clone)]
pub struct Hashes {
    /// By [`ConstId`]: type and value.
    pub constants: Vec<Digest>,
    /// By [`ChainId`]: its steps.
    pub chains: Vec<Digest>,
    /// By [`DomainId`]: count and ids of the elements.
    pub domains: Vec<Digest>,
    /// By [`StateId`]: what the update does, without its operands.
    pub cells: Vec<Digest>,
    /// By [`SignalId`].
    pub signals: Vec<Digest>,
    /// By [`EventId`].
    pub events: Vec<Digest>,
    /// By [`FieldId`].
    pub fields: Vec<Digest>,
    /// By [`RailId`]: generator, drive and what is read of it.
    pub rails: Vec<Digest>,
    /// By [`ReqId`].
    pub requests: Vec<Digest>,
    /// By [`SinkId`].
    pub sinks: Vec<Digest>,
    /// By [`StepId`].
    pub steps: Vec<Digest>,
}

impl Hashes {
    /// Hashes every row once.
    pub fn new(program: &Valid<Program>) -> Self {
        let tables = &program.tables;
        let none = |n: usize| vec![Digest::default(); n];
        let mut hashes = Self {
            constants: Vec::new(),
            chains: Vec::new(),
            domains: Vec::new(),
            cells: Vec::new(),
            signals: none(tables.sig.nodes.len()),
            events: none(tables.event.nodes.len()),
            fields: none(tables.field.nodes.len()),
            rails: Vec::new(),
            requests: Vec::new(),
            sinks: Vec::new(),
            steps: Vec::new(),
        };
        hashes.constants = tables
            .constants
            .index
            .iter()
            .map(|row| constant(program, row))
            .collect();
        let walk = Walk {
            program,
            hashes: &hashes,
        };
        let chains = tables
            .transforms
            .chains
            .iter()
            .map(|chain| walk.chain(chain))
            .collect();
        let domains = (0..tables.graph.domains.len())
            .map(|i| walk.domain(i))
            .collect();
        let cells = tables
            .state
            .cells
            .iter()
            .map(|cell| walk.cell(cell))
            .collect();
        (hashes.chains, hashes.domains, hashes.cells) = (chains, domains, cells);
        expressions(program, &mut hashes);
        let walk = Walk {
            program,
            hashes: &hashes,
        };
        let rails = tables.rails.iter().map(|rail| walk.rail(rail)).collect();
        let requests = tables
            .materialize
            .requests
            .iter()
            .map(|r| walk.request(r))
            .collect();
        (hashes.rails, hashes.requests) = (rails, requests);
        let walk = Walk {
            program,
            hashes: &hashes,
        };
        hashes.sinks = tables
            .render
            .sinks
            .iter()
            .map(|sink| walk.sink(sink))
            .collect();
        let walk = Walk {
            program,
            hashes: &hashes,
        };
        hashes.steps = program
            .schedule
            .steps
            .iter()
            .map(|step| walk.step(step))
            .collect();
        hashes
    }

    /// Hash of a signal, an event or a field.
    pub fn of(&self, value: ValueRef) -> Option<Digest> {
        match value {
            ValueRef::Sig(id) => self.signals.get(id.index()).copied(),
            ValueRef::Event(id) => self.events.get(id.index()).copied(),
            ValueRef::Field(id) => self.fields.get(id.index()).copied(),
            _ => None,
        }
    }

    pub(super) fn set(&mut self, value: ValueRef, digest: Digest) {
        match value {
            ValueRef::Sig(id) => self.signals[id.index()] = digest,
            ValueRef::Event(id) => self.events[id.index()] = digest,
            ValueRef::Field(id) => self.fields[id.index()] = digest,
            _ => {}
        }
    }
}

/// Hash of plain data: a tag and the canonical bytes of `value`.
pub(super) fn digest(tag: &str, value: &impl Serialize) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(tag.as_bytes());
    hasher.update(&[0]);
    // Hashing cannot fail, and rows hold nothing that the format cannot carry. If ever they did, rows
    // that differ behind the fault would look the same.
    let written = postcard::to_io(value, &mut hasher);
    debug_assert!(written.is_ok(), "a row of `{tag}` cannot be hashed");
    let mut digest = Digest::default();
    digest.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    digest
}

fn constant(program: &Program, row: &ConstRow) -> Digest {
    let pools = &program.tables.constants;
    let span = row.at as usize..row.at as usize + row.len as usize;
    let domain = program.types[row.r#type.index()].domain.name();
    match row.pool {
        // Bits, for −0 is another value than 0.
        Pool::F64 => {
            let bits: Vec<u64> = pools.f64[span].iter().map(|v| v.to_bits()).collect();
            digest("f64", &(domain, bits))
        }
        Pool::F32 => {
            let bits: Vec<u32> = pools.f32[span].iter().map(|v| v.to_bits()).collect();
            digest("f32", &(domain, bits))
        }
        Pool::I32 => digest("i32", &(domain, &pools.i32[span])),
        Pool::Json => digest("json", &(domain, &pools.json[span])),
        Pool::Paths => digest("paths", &(domain, &pools.paths[span])),
    }
}

/// Signals, events and fields, operands first. They read each other across tables, so this is a
/// walk with a list of its own: it does not recurse, however deep a program is.
fn expressions(program: &Valid<Program>, hashes: &mut Hashes) {
    let tables = &program.tables;
    let mut done = BTreeSet::new();
    let signals = (0..tables.sig.nodes.len()).map(|i| ValueRef::Sig(SignalId::at(i)));
    let events = (0..tables.event.nodes.len()).map(|i| ValueRef::Event(EventId::at(i)));
    let fields = (0..tables.field.nodes.len()).map(|i| ValueRef::Field(FieldId::at(i)));
    let mut work = Vec::new();
    for root in signals.chain(events).chain(fields) {
        work.push((root, false));
        while let Some((value, ready)) = work.pop() {
            if done.contains(&value) {
                continue;
            }
            if !ready {
                work.push((value, true));
                operands_of(program, value, &mut |operand| {
                    if !done.contains(&operand) {
                        work.push((operand, false));
                    }
                });
                continue;
            }
            done.insert(value);
            let digest = Walk { program, hashes }.expression(value);
            hashes.set(value, digest);
        }
    }
}

/// The signals, events and fields that an expression reads in the same frame.
pub(super) fn operands_of(program: &Program, value: ValueRef, visit: &mut impl FnMut(ValueRef)) {
    let tables = &program.tables;
    let mut expression = |operand| {
        if matches!(
            operand,
            ValueRef::Sig(_) | ValueRef::Event(_) | ValueRef::Field(_)
        ) {
            visit(operand);
        }
    };
    match value {
        ValueRef::Sig(id) => {
            operands::of_signal(program, &tables.sig.nodes[id.index()].expr, &mut expression);
        }
        ValueRef::Event(id) => {
            operands::of_event(
                program,
                &tables.event.nodes[id.index()].expr,
                &mut expression,
            );
        }
        ValueRef::Field(id) => {
            operands::of_field(&tables.field.nodes[id.index()].expr, &mut expression);
        }
        _ => {}
    }
}

/// What is hashed so far, and the program it is of.
#[derive(Clone, Copy)]
pub(super) struct Walk<'a> {
    pub(super) program: &'a Program,
    pub(super) hashes: &'a Hashes,
}
