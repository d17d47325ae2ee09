//! What each expression row reads in the same frame, on tables that are not a program yet.
//!
//! The same edges as those of `ir::operands`; fields are included, a reduction reads its field.

use crate::ir::{EventExpr, FieldExpr, Operand, SignalExpr, StateId, StateOp, Tables, ValueRef};

/// Visits the signals, events and fields that a row reads, in operand order.
pub(super) fn operands(tables: &Tables, value: ValueRef, visit: &mut impl FnMut(ValueRef)) {
    match value {
        ValueRef::Sig(id) => match &tables.sig.nodes[id.index()].expr {
            SignalExpr::Const(_)
            | SignalExpr::Time(_)
            | SignalExpr::Rail(_)
            | SignalExpr::External(_) => {}
            SignalExpr::Apply { args, .. } => args.iter().for_each(|a| visit(ValueRef::Sig(*a))),
            SignalExpr::Transform { src, args, .. } => {
                visit(ValueRef::Sig(*src));
                args.iter().for_each(|a| visit(ValueRef::Sig(*a)));
            }
            SignalExpr::Combine { terms, .. } => {
                terms.iter().for_each(|t| visit(ValueRef::Sig(*t)));
            }
            SignalExpr::StateOut(cell) => of_cell(tables, *cell, visit),
            SignalExpr::StatePrev(cell) => {
                let cell = &tables.state.cells[cell.index()];
                if let (StateOp::Delay, Some(Operand::Sig(delay))) = (cell.op, cell.args.get(1)) {
                    visit(ValueRef::Sig(*delay));
                }
            }
            SignalExpr::Event { of, .. } => visit(ValueRef::Event(*of)),
            SignalExpr::Reduce { field, .. } => visit(ValueRef::Field(*field)),
        },
        ValueRef::Event(id) => match &tables.event.nodes[id.index()].expr {
            EventExpr::Empty
            | EventExpr::FirstFrame
            | EventExpr::External(_)
            | EventExpr::Time(_)
            | EventExpr::Rail(_) => {}
            EventExpr::Divide { by, .. } => visit(ValueRef::Sig(*by)),
            EventExpr::StateEvents(cell) => of_cell(tables, *cell, visit),
            EventExpr::Gate { src, open } => {
                visit(ValueRef::Event(*src));
                visit(ValueRef::Sig(*open));
            }
            EventExpr::Combine { terms, .. } => {
                terms.iter().for_each(|t| visit(ValueRef::Event(*t)));
            }
        },
        ValueRef::Field(id) => match &tables.field.nodes[id.index()].expr {
            FieldExpr::Const(_)
            | FieldExpr::Array(_)
            | FieldExpr::Index
            | FieldExpr::Count
            | FieldExpr::IdHash { .. }
            | FieldExpr::History(_) => {}
            FieldExpr::Broadcast(s) => visit(ValueRef::Sig(*s)),
            FieldExpr::Apply { args, .. } => args.iter().for_each(|a| visit(ValueRef::Field(*a))),
            FieldExpr::Narrow(src) | FieldExpr::OnDomain { src, .. } => {
                visit(ValueRef::Field(*src));
            }
            FieldExpr::Transform { src, args, .. } => {
                visit(ValueRef::Field(*src));
                args.iter().for_each(|a| visit(ValueRef::Sig(*a)));
            }
            FieldExpr::Combine { terms, .. } => {
                terms.iter().for_each(|t| visit(ValueRef::Field(*t)));
            }
        },
        _ => {}
    }
}

/// Visits what the update of a cell reads.
pub(super) fn of_cell(tables: &Tables, cell: StateId, visit: &mut impl FnMut(ValueRef)) {
    for arg in &tables.state.cells[cell.index()].args {
        visit(match arg {
            Operand::Sig(s) => ValueRef::Sig(*s),
            Operand::Event(e) => ValueRef::Event(*e),
        });
    }
}

/// Whether a value is computed on the tape: not a constant, nor an input of the frame.
pub(super) fn is_computed(tables: &Tables, value: ValueRef) -> bool {
    match value {
        ValueRef::Sig(id) => {
            crate::ir::operands::is_computed_signal(&tables.sig.nodes[id.index()].expr)
        }
        ValueRef::Event(id) => {
            crate::ir::operands::is_computed_event(&tables.event.nodes[id.index()].expr)
        }
        _ => false,
    }
}
