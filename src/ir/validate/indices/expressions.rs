//! Indices of signals, events, fields, chains and cells.

use super::{AnyId, Visit, value_ref};
use crate::ir::*;

pub(super) fn expressions(p: &Program, visit: &mut Visit<'_>) {
    let t = &p.tables;
    for (i, node) in t.sig.nodes.iter().enumerate() {
        let table = "/tables/sig/nodes";
        visit(table, i, AnyId::Type(node.r#type));
        let mut sig = |s: &SignalId| visit(table, i, AnyId::Signal(*s));
        match &node.expr {
            SignalExpr::Apply { args, .. } => args.iter().for_each(sig),
            SignalExpr::Transform { src, chain, args } => {
                sig(src);
                args.iter().for_each(sig);
                visit(table, i, AnyId::Chain(*chain));
            }
            SignalExpr::Combine {
                bus, terms, silent, ..
            } => {
                terms.iter().for_each(sig);
                visit(table, i, AnyId::Bus(*bus));
                visit(table, i, AnyId::Const(*silent));
            }
            SignalExpr::Const(c) => visit(table, i, AnyId::Const(*c)),
            SignalExpr::Time(_) => {}
            SignalExpr::Rail(r) => visit(table, i, AnyId::Rail(*r)),
            SignalExpr::External(x) => visit(table, i, AnyId::Ext(*x)),
            SignalExpr::StateOut(c) | SignalExpr::StatePrev(c) => visit(table, i, AnyId::State(*c)),
            SignalExpr::Event { of, .. } => visit(table, i, AnyId::Event(*of)),
            SignalExpr::Reduce { field, domain, .. } => {
                visit(table, i, AnyId::Field(*field));
                if let Some(domain) = domain {
                    visit(table, i, AnyId::Domain(*domain));
                }
            }
        }
    }
    for (i, node) in t.event.nodes.iter().enumerate() {
        let table = "/tables/event/nodes";
        match &node.expr {
            EventExpr::Empty | EventExpr::Time(_) | EventExpr::FirstFrame => {}
            EventExpr::Rail(r) => visit(table, i, AnyId::Rail(*r)),
            EventExpr::External(x) => visit(table, i, AnyId::Ext(*x)),
            EventExpr::Divide { of, by } => {
                if let PhaseSource::Rail(r) = of {
                    visit(table, i, AnyId::Rail(*r));
                }
                visit(table, i, AnyId::Signal(*by));
            }
            EventExpr::StateEvents(c) => visit(table, i, AnyId::State(*c)),
            EventExpr::Gate { src, open } => {
                visit(table, i, AnyId::Event(*src));
                visit(table, i, AnyId::Signal(*open));
            }
            EventExpr::Combine { bus, terms, .. } => {
                terms.iter().for_each(|e| visit(table, i, AnyId::Event(*e)));
                if let Some(bus) = bus {
                    visit(table, i, AnyId::Bus(*bus));
                }
            }
        }
    }
    for (i, node) in t.field.nodes.iter().enumerate() {
        let table = "/tables/field/nodes";
        visit(table, i, AnyId::Type(node.r#type));
        if let Some(domain) = node.dom {
            visit(table, i, AnyId::Domain(domain));
        }
        operands::of_field(&node.expr, &mut |value| value_ref(visit, table, i, value));
        match &node.expr {
            FieldExpr::Const(c) | FieldExpr::Array(c) => visit(table, i, AnyId::Const(*c)),
            FieldExpr::IdHash { salt, .. } => visit(table, i, AnyId::Const(*salt)),
            FieldExpr::History(c) => visit(table, i, AnyId::State(*c)),
            FieldExpr::Transform { chain, .. } => visit(table, i, AnyId::Chain(*chain)),
            FieldExpr::OnDomain { missing, .. } => visit(table, i, AnyId::Const(*missing)),
            FieldExpr::Combine { bus, silent, .. } => {
                visit(table, i, AnyId::Bus(*bus));
                visit(table, i, AnyId::Const(*silent));
            }
            _ => {}
        }
    }
}

pub(super) fn transforms(p: &Program, visit: &mut Visit<'_>) {
    let t = &p.tables;
    for (i, chain) in t.transforms.chains.iter().enumerate() {
        let table = "/tables/transforms/chains";
        visit(table, i, AnyId::Type(chain.from));
        visit(table, i, AnyId::Type(chain.to));
        for step in &chain.steps {
            visit(table, i, AnyId::Type(step.to));
            for operand in &step.operands {
                if let ChainOperand::Const(c) = operand {
                    visit(table, i, AnyId::Const(*c));
                }
            }
            match step.origin {
                Some(Origin::Lens { id, .. }) => visit(table, i, AnyId::Lens(id)),
                Some(Origin::Adapter { id, .. }) => visit(table, i, AnyId::Adapter(id)),
                Some(Origin::Implicit) | None => {}
            }
        }
    }
    for (i, row) in t.transforms.uses.iter().enumerate() {
        let table = "/tables/transforms/uses";
        visit(table, i, AnyId::Str(row.key));
        visit(table, i, AnyId::Chain(row.chain));
        value_ref(visit, table, i, row.at);
    }
    for (i, row) in t.transforms.adapters.iter().enumerate() {
        for id in [row.id, row.class, row.policy] {
            visit("/tables/transforms/adapters", i, AnyId::Str(id));
        }
    }
    for (i, row) in t.transforms.lenses.iter().enumerate() {
        for id in [row.id, row.domain, row.scope] {
            visit("/tables/transforms/lenses", i, AnyId::Str(id));
        }
    }
    for (i, row) in t.transforms.curves.iter().enumerate() {
        let id = match row {
            Curve::Name(s) => AnyId::Str(*s),
            Curve::Lut(c) => AnyId::Const(*c),
        };
        visit("/tables/transforms/curves", i, id);
    }
}

pub(super) fn state(p: &Program, visit: &mut Visit<'_>) {
    let t = &p.tables;
    for (i, cell) in t.state.cells.iter().enumerate() {
        let table = "/tables/state/cells";
        visit(table, i, AnyId::Str(cell.key));
        visit(table, i, AnyId::Type(cell.r#type));
        if let Some(init) = cell.init {
            visit(table, i, AnyId::Const(init));
        }
        operands::of_cell(p, StateId::at(i), &mut |value| {
            value_ref(visit, table, i, value)
        });
    }
}
