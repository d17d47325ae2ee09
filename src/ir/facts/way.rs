//! The lenses, adapters and conversions between a value and its source.
//!
//! They are found by walking the expressions back from the one to the other: a way may go through
//! several chains, with a lens that keeps state, a broadcast or a reduction in between.

use crate::ir::*;

/// Expressions of one way; a longer one is no way of a document.
const LONGEST: usize = 256;

/// A part of a way.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    /// A chain, applied by this signal or field.
    Chain(ChainId, ValueRef),
    /// A lens or adapter that keeps state, and what it gives.
    Cell(StateId, ValueRef),
    /// A field that became a number, and that number.
    Reduce(ReduceOp, ValueRef),
}

/// The parts from `before` to `after`, in order. `None` if no way leads there.
pub fn way(program: &Program, after: ValueRef, before: Option<ValueRef>) -> Option<Vec<Part>> {
    let before = plain(program, before?);
    let tables = &program.tables;
    let mut at = plain(program, after);
    let mut parts = Vec::new();
    for _ in 0..LONGEST {
        if at == before {
            parts.reverse();
            return Some(parts);
        }
        at = plain(
            program,
            match at {
                ValueRef::Sig(id) => match &tables.sig.nodes[id.index()].expr {
                    SignalExpr::Transform { src, chain, .. } => {
                        parts.push(Part::Chain(*chain, at));
                        ValueRef::Sig(*src)
                    }
                    SignalExpr::StateOut(cell) | SignalExpr::StatePrev(cell) => {
                        parts.push(Part::Cell(*cell, at));
                        input_of(program, *cell)?
                    }
                    SignalExpr::Reduce { field, op, .. } => {
                        parts.push(Part::Reduce(*op, at));
                        ValueRef::Field(*field)
                    }
                    SignalExpr::Event { of, .. } => ValueRef::Event(*of),
                    _ => return None,
                },
                ValueRef::Field(id) => match &tables.field.nodes[id.index()].expr {
                    FieldExpr::Transform { src, chain, .. } => {
                        parts.push(Part::Chain(*chain, at));
                        ValueRef::Field(*src)
                    }
                    FieldExpr::Broadcast(signal) => ValueRef::Sig(*signal),
                    FieldExpr::Narrow(src) | FieldExpr::OnDomain { src, .. } => {
                        ValueRef::Field(*src)
                    }
                    _ => return None,
                },
                ValueRef::Event(id) => match &tables.event.nodes[id.index()].expr {
                    EventExpr::StateEvents(cell) => {
                        parts.push(Part::Cell(*cell, at));
                        input_of(program, *cell)?
                    }
                    _ => return None,
                },
                _ => return None,
            },
        );
    }
    None
}

/// What a cell of a connection reads; `None` for a cell of a block, which is no part of a way.
fn input_of(program: &Program, cell: StateId) -> Option<ValueRef> {
    let cell = &program.tables.state.cells[cell.index()];
    let key = &program.tables.strings[cell.key.index()];
    match cell.args.first()? {
        _ if !key.contains('#') => None,
        Operand::Sig(signal) => Some(ValueRef::Sig(*signal)),
        Operand::Event(event) => Some(ValueRef::Event(*event)),
    }
}

/// The same value by its shortest name: a leaf by what it reads, a column by its field.
fn plain(program: &Program, value: ValueRef) -> ValueRef {
    let tables = &program.tables;
    match value {
        ValueRef::Req(id) => ValueRef::Field(tables.materialize.requests[id.index()].field),
        ValueRef::Bus(id) => tables.graph.buses[id.index()].root,
        ValueRef::Sig(id) => match tables.sig.nodes[id.index()].expr {
            SignalExpr::Rail(rail) => ValueRef::Rail(rail),
            SignalExpr::Time(time) => ValueRef::Time(time),
            SignalExpr::Const(constant) => ValueRef::Const(constant),
            _ => value,
        },
        ValueRef::Event(id) => match tables.event.nodes[id.index()].expr {
            EventExpr::Rail(rail) => ValueRef::Rail(rail),
            EventExpr::Time(time) => ValueRef::TimeEvent(time),
            _ => value,
        },
        _ => value,
    }
}
