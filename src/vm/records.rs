//! Value and edge records of a step, written right after it ran.

use super::evaluate::Stores;
use super::trace::{Edge, Relation, Tracer, ValueRecord, ValueTag, flags};
use crate::ir::{Combine, Program, SignalExpr, ValueRef};
use crate::types::Domain;

/// Tells the tracer what a step computed, and from what.
pub(super) fn values<T: Tracer>(
    program: &Program,
    stores: &Stores,
    value: ValueRef,
    tracer: &mut T,
) {
    match value {
        ValueRef::Sig(id) => {
            let node = &program.tables.sig.nodes[id.index()];
            let values = stores.registers.get(id);
            let mut lanes = [0.0; 6];
            for (lane, value) in lanes.iter_mut().zip(values) {
                *lane = *value as f32;
            }
            let nan = values.iter().any(|v| v.is_nan());
            let inf = values.iter().any(|v| v.is_infinite());
            tracer.value(ValueRecord {
                subject: id.0,
                tag: tag(program.types[node.r#type.index()].domain),
                lanes,
                flags: if nan { flags::NAN } else { 0 } | if inf { flags::INF } else { 0 },
            });
            let mut edge = |from, relation, wins| {
                tracer.edge(Edge {
                    from,
                    to: id.0,
                    relation,
                    wins,
                });
            };
            match &node.expr {
                SignalExpr::Combine { mode, terms, .. } => {
                    let decides = |i: usize| match mode {
                        Combine::Last => i + 1 == terms.len(),
                        Combine::Min | Combine::Max => stores.registers.get(terms[i]) == values,
                        _ => false,
                    };
                    for (i, term) in terms.iter().enumerate() {
                        edge(term.0, Relation::Combine, decides(i));
                    }
                }
                SignalExpr::Transform { src, .. } => edge(src.0, Relation::Lens, false),
                SignalExpr::StateOut(cell) => edge(cell.0, Relation::StateWrite, false),
                SignalExpr::StatePrev(cell) => edge(cell.0, Relation::StateRead, false),
                SignalExpr::Reduce { field, .. } => edge(field.0, Relation::Reduce, false),
                _ => {}
            }
        }
        ValueRef::Event(id) => {
            let list = &stores.events[id.index()];
            let last = list.kept().last();
            let numbers = [
                list.count() as f64,
                last.map_or(0.0, |p| p.t_ms),
                last.map_or(0.0, |p| p.value),
            ];
            let mut lanes = [0.0; 6];
            for (lane, value) in lanes.iter_mut().zip(numbers) {
                *lane = value as f32;
            }
            tracer.value(ValueRecord {
                subject: id.0,
                tag: ValueTag::Pulses,
                lanes,
                flags: if list.folded() > 0 { flags::FOLDED } else { 0 },
            });
        }
        _ => {}
    }
}

fn tag(domain: Domain) -> ValueTag {
    match domain {
        Domain::Boolean => ValueTag::Boolean,
        Domain::Color => ValueTag::Color,
        domain => match domain.lanes() {
            1 => ValueTag::Number,
            2 => ValueTag::Vec2,
            3 => ValueTag::Vec3,
            _ => ValueTag::Vec4,
        },
    }
}
