//! How a bus came to its value: what each publisher had, what its transforms made of it, and whether it
//! decided the result.

use super::Teller;
use super::value::{Fields, record};
use crate::ir::*;
use crate::vm::trace::{Combined, Edge, Relation, Side, SpanKind, Subject, Tracer};
use crate::vm::transforms;
use std::collections::BTreeSet;

impl<T: Tracer> Teller<'_, T> {
    /// Each enabled publisher of a bus in combine order, then the result.
    pub(super) fn publishers(&mut self, id: BusId) {
        let program = self.program;
        let graph = &program.tables.graph;
        let Some(bus) = graph.buses.get(id.index()) else {
            return;
        };
        let [first, count] = bus.pubs.map(|n| n as usize);
        let rows = graph.publishers.iter().enumerate();
        let rows = rows.skip(first).take(count).filter(|(_, p)| p.enabled);
        let terms = operands::terms_of_bus(program, bus.root);
        let source = |publisher: &Publisher| {
            let slot = graph.slots.get(publisher.from.index());
            slot.map_or(ValueRef::None, |slot| slot.r#ref)
        };
        let fields = self.fields_of(rows.clone().map(|(_, p)| source(p)), &terms, bus.root);
        let winner = self.winner(bus.root);
        let result = self.carried(bus.root, &fields);
        let to = Subject::Bus(id);
        for (order, (at, publisher)) in rows.enumerate() {
            let from = Subject::Publisher(PubId::at(at));
            let flags = self.through(publisher.r#use);
            let port = Subject::Slot(publisher.from);
            self.edge(port, from, Relation::Publish, false, flags);
            let before = self.carried(source(publisher), &fields);
            self.tell(SpanKind::BusPublish, from, Side::Before, before);
            let Some(&term) = terms.get(order) else {
                continue;
            };
            if let ValueRef::Sig(term) = term {
                self.chain(from, publisher.r#use, term);
            }
            let after = self.carried(term, &fields);
            self.tell(SpanKind::BusPublish, from, Side::After, after);
            self.tracer.edge(Edge {
                from,
                to,
                relation: Relation::Combine,
                wins: winner == Some(order),
                flags: 0,
                combined: Some(Combined {
                    order: order as u32,
                    mode: bus.combine,
                    before,
                    after,
                    result,
                }),
            });
        }
        let kind = match count {
            0 => SpanKind::BusSilent,
            _ => SpanKind::BusEval,
        };
        self.tell(kind, to, Side::After, result);
    }

    /// The fields among the values of a bus.
    fn fields_of(
        &self,
        sources: impl Iterator<Item = ValueRef>,
        terms: &[ValueRef],
        root: ValueRef,
    ) -> Fields {
        if !matches!(root, ValueRef::Field(_)) {
            return Fields::new();
        }
        let all = sources.chain(terms.iter().copied()).chain([root]);
        let field = |value| match value {
            ValueRef::Field(id) => Some(id),
            ValueRef::Req(id) => {
                let requests = &self.program.tables.materialize.requests;
                requests.get(id.index()).map(|request| request.field)
            }
            _ => None,
        };
        let wanted: BTreeSet<FieldId> = all.filter_map(field).collect();
        self.fields(&wanted)
    }

    /// The term that decides the result alone; of equals the first, as where the fold keeps what it has.
    fn winner(&self, root: ValueRef) -> Option<usize> {
        let tables = &self.program.tables;
        match root {
            ValueRef::Sig(id) => {
                let SignalExpr::Combine { mode, terms, .. } = &tables.sig.nodes[id.index()].expr
                else {
                    return Some(0);
                };
                let registers = &self.stores.registers;
                let is_result = |&term: &SignalId| registers.get(term) == registers.get(id);
                match mode {
                    _ if terms.len() == 1 => Some(0),
                    Combine::Last => terms.len().checked_sub(1),
                    Combine::Min | Combine::Max => terms.iter().position(is_result),
                    // Every term has its part.
                    Combine::Sum | Combine::Average | Combine::Layer => None,
                }
            }
            ValueRef::Event(id) => {
                let EventExpr::Combine { mode, terms, .. } = &tables.event.nodes[id.index()].expr
                else {
                    return Some(0);
                };
                let count = |&k: &usize| self.stores.events[terms[k].index()].count();
                match mode {
                    _ if terms.len() == 1 => Some(0),
                    Combine::Last => terms.len().checked_sub(1),
                    Combine::Min => (0..terms.len()).min_by_key(count),
                    // The last of equals comes first when counted from the end.
                    Combine::Max | Combine::Average | Combine::Layer => {
                        (0..terms.len()).rev().max_by_key(count)
                    }
                    Combine::Sum => None,
                }
            }
            ValueRef::Field(id) => {
                let FieldExpr::Combine { mode, terms, .. } = &tables.field.nodes[id.index()].expr
                else {
                    return Some(0);
                };
                match mode {
                    _ if terms.len() == 1 => Some(0),
                    Combine::Last => terms.len().checked_sub(1),
                    // Each element has its own.
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What each lens and adapter before `after` made.
    fn chain(&mut self, subject: Subject, used: Option<UseId>, after: SignalId) {
        let transforms = &self.program.tables.transforms;
        let used = used.and_then(|id| transforms.uses.get(id.index()));
        let node = &self.program.tables.sig.nodes[after.index()];
        let SignalExpr::Transform { src, chain, args } = &node.expr else {
            return;
        };
        if used.is_none_or(|used| used.at != ValueRef::Sig(after)) {
            return;
        }
        let registers = &self.stores.registers;
        let args: Vec<&[f64]> = args.iter().map(|&a| registers.get(a)).collect();
        let program = self.program;
        let chain = &program.tables.transforms.chains[chain.index()];
        let tracer = &mut *self.tracer;
        transforms::walk(program, chain, registers.get(*src), &args, |step, lanes| {
            let kind = match step.origin {
                Some(Origin::Lens { .. }) => SpanKind::LensStep,
                _ => SpanKind::AdapterStep,
            };
            let domain = program.types[step.to.index()].domain;
            tracer.value(record(kind, subject, Side::After, domain, lanes));
        });
    }
}
