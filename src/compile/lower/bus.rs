//! A bus: the values of its publishers pass their chains and meet in combine order.

use super::marks::Note;
use super::sources::{is_bus_eligible, typed_default};
use super::{Edge, End, Flow, Lowerer, Room, fold};
use crate::blocks::Value;
use crate::compile::resolve::{Constant, Publication, constant_of};
use crate::diag::Diagnostic;
use crate::ir::{
    BusId, Combine, ConstId, DomainId, EventExpr, EventId, FieldExpr, FieldId, SignalExpr,
    SignalId, ValueRef,
};
use crate::patch::model;
use crate::types::{Domain, Family, Type, World};

/// A lowered bus.
#[derive(Debug, Clone)]
pub(in crate::compile) struct BusRow {
    /// What it carries.
    pub ty: Type,
    /// How its terms meet.
    pub combine: Combine,
    /// Its value without terms.
    pub silent: ConstId,
    /// The row that combines.
    pub root: ValueRef,
    /// What readers get: the root, or the constant that it folds to.
    pub flow: Flow,
}

impl<'g> Lowerer<'g, '_> {
    pub(super) fn bus(&mut self, bus: usize) {
        let entry = &self.graph.patch.document.buses[bus];
        let mut terms = Vec::new();
        let mut inferred = None;
        let mut whole = true;
        for &publisher in &self.graph.buses[bus].publishers {
            let term = self.term(publisher, entry.ty);
            whole &= term.is_some();
            let Some((flow, own)) = term else { continue };
            // The first publisher of the file says what a bus without a type carries.
            if entry.ty.is_none() && !entry.broken && inferred.is_none() && own {
                inferred = self.inferred(bus, &flow);
                whole &= inferred.is_some();
            }
            terms.push((publisher, flow));
        }
        if entry.broken {
            // Nobody knows what it was to carry, so nothing is said to fit or not to.
            return;
        }
        let ty = match entry.ty.or(inferred) {
            Some(ty) => ty,
            // Nothing to go by, or what there is was reported.
            None => Type::signal(Domain::Number),
        };
        let mut values = Vec::with_capacity(terms.len());
        for (publisher, flow) in terms {
            let same = entry.ty.is_some();
            match if same {
                Some(flow)
            } else {
                self.converted(publisher, flow, ty)
            } {
                Some(flow) => values.push(flow),
                None => whole = false,
            }
        }
        let row = self.combine(bus, ty, &values);
        self.out.marks.note(&self.out.build, &Note::Bus(bus));
        self.out.buses[bus] = whole.then_some(row);
    }

    /// What a publisher contributes, converted where the bus's type is known, and whether it counts
    /// for inferring the type.
    fn term(&mut self, publisher: usize, wanted: Option<Type>) -> Option<(Flow, bool)> {
        let graph = self.graph;
        let row = &graph.publishers[publisher];
        let flow = match row.from {
            Publication::Port(port) => self.port_flow(port)?,
            Publication::Rail(rail) => self.rail_flow(rail),
        };
        let edge = self.publisher_edge(publisher);
        let (flow, used) = self.pass(flow, row.chain, wanted, &edge)?;
        self.out.publisher_uses[publisher] = used;
        Some((
            flow,
            !row.at.is_empty() && !matches!(row.from, Publication::Rail(_)),
        ))
    }

    /// A term of a bus whose type was inferred.
    fn converted(&mut self, publisher: usize, flow: Flow, ty: Type) -> Option<Flow> {
        let edge = self.publisher_edge(publisher);
        let (flow, used) = self.pass(flow, None, Some(ty), &edge)?;
        if used.is_some() {
            self.out.publisher_uses[publisher] = used;
        }
        Some(flow)
    }

    fn publisher_edge(&self, publisher: usize) -> Edge<'g> {
        let graph = self.graph;
        let row = &graph.publishers[publisher];
        let bus = &graph.patch.document.bus_entry(row.bus).name;
        let room = match row.from {
            Publication::Port(_) => Room::Chain,
            Publication::Rail(_) => Room::None,
        };
        let (block, port, source, from) = match row.from {
            Publication::Port(port) => {
                let (block, name) = (graph.id(port.block), graph.output_name(port));
                (block, name, End::Port(block, name), Some(port))
            }
            Publication::Rail(rail) => ("", "", End::Rail(rail.name()), None),
        };
        Edge {
            key: &row.id,
            at: row.at,
            block,
            port,
            wanted_by: End::Bus(bus),
            source,
            from,
            room,
        }
    }

    /// The type that the first publisher's chain delivers, if a bus can carry it.
    fn inferred(&mut self, bus: usize, flow: &Flow) -> Option<Type> {
        if is_bus_eligible(flow.ty.domain) {
            let world = match flow.ty.world {
                World::Scalar => World::Signal,
                world => world,
            };
            return Some(Type::new(world, flow.ty.domain));
        }
        let entry = &self.graph.patch.document.buses[bus];
        let message = format!(
            "the bus `{}` cannot carry {}",
            entry.name,
            super::hints::words(flow.ty)
        );
        let error = Diagnostic::error("not-bus-eligible", &entry.at, message)
            .hint("connect it with a wire");
        self.diagnostics.push(error);
        None
    }

    fn combine(&mut self, bus: usize, ty: Type, terms: &[Flow]) -> BusRow {
        let entry = &self.graph.patch.document.buses[bus];
        let mode = mode(entry.combine);
        let written = entry
            .default
            .as_ref()
            .and_then(|default| constant_of(ty.domain, &default.value).ok());
        let lanes = match &written {
            Some(Constant::Lanes(lanes)) => lanes.clone(),
            _ => typed_default(ty.domain),
        };
        let id = BusId::at(bus);
        let direct = terms.last().and_then(|last| {
            let alone = terms.len() == 1 || mode == Combine::Last;
            last.direct
                .filter(|_| alone && ty.domain.family() == Family::Phase)
        });
        if ty.domain.family() == Family::String {
            let text = match written {
                Some(Constant::Text(text)) => text,
                _ => String::new(),
            };
            let silent = self.out.build.const_text(&text);
            let flow = Flow {
                value: Value::Text(text),
                ty,
                direct: None,
            };
            return BusRow {
                ty,
                combine: mode,
                silent,
                root: ValueRef::Const(silent),
                flow,
            };
        }
        let build = &mut self.out.build;
        let (silent, value, folded) = match ty.world {
            World::Event => {
                let silent = build.const_f64(Domain::Number, &[0.0]);
                let terms: Vec<EventId> = terms.iter().filter_map(event).collect();
                let event = build.event(EventExpr::Combine {
                    bus: Some(id),
                    mode,
                    terms,
                });
                (silent, Value::Event(event), None)
            }
            World::Field => {
                let narrow: Vec<f32> = lanes.iter().map(|v| *v as f32).collect();
                let silent = build.const_f32(ty.domain, &narrow);
                let terms: Vec<FieldId> = terms.iter().filter_map(field).collect();
                let over = self.largest(&terms);
                let expr = FieldExpr::Combine {
                    bus: id,
                    mode,
                    terms,
                    silent,
                };
                let field = self.out.build.field(ty.domain, over, false, expr);
                (silent, Value::Field(field), None)
            }
            _ => {
                let silent = build.const_f64(ty.domain, &lanes);
                let terms: Vec<SignalId> = terms.iter().filter_map(signal).collect();
                let folded = match terms.as_slice() {
                    [] => Some(lanes),
                    terms => fold::combine(build, ty.domain, mode, terms),
                };
                let expr = SignalExpr::Combine {
                    bus: id,
                    mode,
                    terms,
                    silent,
                };
                let root = build.signal(Type::signal(ty.domain), expr);
                (silent, Value::Signal(root), folded)
            }
        };
        let root = self.address(&value);
        let value = match folded {
            Some(lanes) => Value::Signal(self.out.build.constant(ty.domain, &lanes)),
            None => value,
        };
        BusRow {
            ty,
            combine: mode,
            silent,
            root,
            flow: Flow { value, ty, direct },
        }
    }

    /// The domain of the first term that has the most elements.
    fn largest(&self, terms: &[FieldId]) -> Option<DomainId> {
        let build = &self.out.build;
        let mut largest: Option<DomainId> = None;
        for domain in terms.iter().filter_map(|t| build.field_over(*t)) {
            if largest.is_none_or(|l| build.count(domain) > build.count(l)) {
                largest = Some(domain);
            }
        }
        largest
    }
}

/// The combine mode of a program.
pub(in crate::compile) fn mode(mode: model::Combine) -> Combine {
    match mode {
        model::Combine::Last => Combine::Last,
        model::Combine::Sum => Combine::Sum,
        model::Combine::Average => Combine::Average,
        model::Combine::Max => Combine::Max,
        model::Combine::Min => Combine::Min,
        model::Combine::Layer => Combine::Layer,
    }
}

fn signal(flow: &Flow) -> Option<SignalId> {
    match flow.value {
        Value::Signal(id) => Some(id),
        _ => None,
    }
}

fn event(flow: &Flow) -> Option<EventId> {
    match flow.value {
        Value::Event(id) => Some(id),
        _ => None,
    }
}

fn field(flow: &Flow) -> Option<FieldId> {
    match flow.value {
        Value::Field(id) => Some(id),
        _ => None,
    }
}
