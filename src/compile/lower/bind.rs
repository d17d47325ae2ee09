//! Inputs of a block: each gets its value, in the type that the definition declares.

use super::marks::Note;
use super::{Edge, End, Flow, Lowerer, Room, varies};
use crate::blocks::{Bound, Input, Mark, Value};
use crate::compile::resolve::{
    Constant, Heard, Origin, Port, Source, Written, constant_of, typed_library, violation,
};
use crate::diag::Diagnostic;
use crate::ir::{ConstId, ElementIds, EventExpr, FieldExpr, SignalExpr, TimeValue, ValueRef};
use crate::types::{Domain, Type, World};

/// What the graph tables say about an input.
#[derive(Debug, Clone, Default)]
pub(in crate::compile) struct InputRow {
    /// Where its value lives, after the chain.
    pub at: ValueRef,
    /// Where it comes from.
    pub source: PortSource,
    /// Place of its chain in the uses.
    pub used: Option<usize>,
}

/// Where an input's value comes from, with places of the graph in place of slots.
#[derive(Debug, Clone, Default)]
pub(in crate::compile) enum PortSource {
    /// Nothing.
    #[default]
    None,
    /// A wire.
    Wire(Port),
    /// A listener.
    Listener(usize),
    /// A constant in the document.
    Const(ConstId),
    /// A default: of the library, or with the id of the editor's default source.
    Default(ConstId, Option<String>),
}

impl<'g> Lowerer<'g, '_> {
    /// The value of an input, and its row.
    pub(super) fn bind(&mut self, port: Port) -> (Bound<'g>, InputRow) {
        let graph = self.graph;
        let input = &graph.nodes[port.block].inputs[port.port];
        let (value, direct, row) = match &input.source {
            Source::Broken => (None, None, InputRow::default()),
            Source::Nothing => (Some(Value::None), None, InputRow::default()),
            Source::Value(written) => {
                let (value, row) = self.written(port, written);
                (Some(value), None, row)
            }
            Source::Wire(_) | Source::Listener(_) => match self.connected(port) {
                Some((flow, row)) => (Some(flow.value), flow.direct, row),
                None => (None, None, InputRow::default()),
            },
        };
        self.out
            .marks
            .note(&self.out.build, &Note::Input(port.block, port.port));
        match value {
            Some(value) => {
                let bound = Bound {
                    value,
                    given: input.given,
                    at: &input.at,
                    direct,
                };
                (bound, row)
            }
            None => (self.stand_in(port), row),
        }
    }

    /// What a broken input is taken for, so that its block can be lowered: the library's default.
    pub(super) fn stand_in(&mut self, port: Port) -> Bound<'g> {
        let definition = self.graph.nodes[port.block].block;
        let value = match definition.and_then(|b| b.inputs.get(port.port)) {
            None => Value::None,
            Some(input) => {
                let written = Written {
                    constant: typed_library(input),
                    origin: Origin::Library,
                };
                let value = self.written(port, &written).0;
                match (value, input.mark) {
                    (Value::None, Mark::Domain) => Value::Domain(self.plain_domain(port, 1)),
                    (value, _) => value,
                }
            }
        };
        self.out
            .marks
            .note(&self.out.build, &Note::Input(port.block, port.port));
        Bound {
            value,
            given: false,
            at: "",
            direct: None,
        }
    }

    fn plain_domain(&mut self, port: Port, count: u32) -> crate::ir::DomainId {
        let key = self.graph.input_text(port);
        let key = match key.rsplit_once('.') {
            Some((block, name)) => format!("{block}/{name}"),
            None => key,
        };
        self.out
            .build
            .domain(&key, count, ElementIds::Sequential, None)
    }

    /// A constant as a value of the declared type.
    fn written(&mut self, port: Port, written: &Written) -> (Value, InputRow) {
        let Some(definition) = self.graph.nodes[port.block].block else {
            return (Value::None, InputRow::default());
        };
        let input = &definition.inputs[port.port];
        let build = &mut self.out.build;
        let (value, constant) = match &written.constant {
            Constant::Lanes(lanes) => {
                let constant = build.const_f64(input.domain, lanes);
                let value = match input.mark {
                    Mark::Field => Value::Field(build.field_constant(input.domain, false, lanes)),
                    _ => Value::Signal(build.constant(input.domain, lanes)),
                };
                (value, Some(constant))
            }
            Constant::Text(text) => (Value::Text(text.clone()), Some(build.const_text(text))),
            Constant::Asset(text, path) => {
                (Value::Path(path.clone()), Some(build.const_text(text)))
            }
            Constant::Path(path) => {
                let constant = build.const_path(path.clone());
                let value = match input.mark {
                    Mark::Field => {
                        let expr = FieldExpr::Const(constant);
                        Value::Field(build.field(Domain::Path, None, false, expr))
                    }
                    _ => Value::Path(path.clone()),
                };
                (value, Some(constant))
            }
            Constant::Pulse(true) => (Value::Event(build.event(EventExpr::FirstFrame)), None),
            Constant::Pulse(false) | Constant::Nothing => (Value::None, None),
            Constant::Count(count) => {
                let constant = build.const_f64(Domain::Number, &[f64::from(*count)]);
                (
                    Value::Domain(self.plain_domain(port, *count)),
                    Some(constant),
                )
            }
            Constant::Time => {
                let time = SignalExpr::Time(TimeValue::TAbsMs);
                (
                    Value::Signal(build.signal(Type::signal(Domain::TimeMs), time)),
                    None,
                )
            }
        };
        let at = match (&value, constant) {
            (Value::Domain(id), _) => ValueRef::Domain(*id),
            (_, Some(constant)) if matches!(written.constant, Constant::Path(_)) => {
                ValueRef::Path(constant)
            }
            (_, Some(constant)) => ValueRef::Const(constant),
            (value, None) => self.address(value),
        };
        let source = match (constant, &written.origin) {
            (None, _) => PortSource::None,
            (Some(c), Origin::Override | Origin::Param) => PortSource::Const(c),
            (Some(c), Origin::DefaultSource(id)) => PortSource::Default(c, Some(id.clone())),
            (Some(c), Origin::Slot | Origin::Library) => PortSource::Default(c, None),
        };
        (
            value,
            InputRow {
                at,
                source,
                used: None,
            },
        )
    }

    /// The value of an input that a wire or listener leads to. `None` if something was reported.
    fn connected(&mut self, port: Port) -> Option<(Flow, InputRow)> {
        let graph = self.graph;
        let node = &graph.nodes[port.block];
        let definition = node.block?;
        let input = &definition.inputs[port.port];
        let (flow, chain, id, at, source, from, row_source) = match node.inputs[port.port].source {
            Source::Wire(wire) => {
                let from = graph.wires[wire].from?;
                let wire = &graph.patch.wires[wire];
                let source = End::Port(&wire.from.block, &wire.from.port);
                let flow = self.port_flow(from);
                let row = PortSource::Wire(from);
                (
                    flow,
                    Some(&wire.chain),
                    &wire.id,
                    wire.at.as_str(),
                    source,
                    Some(from),
                    row,
                )
            }
            Source::Listener(l) => {
                let listener = &graph.listeners[l];
                let heard = listener.source?;
                let source = match heard {
                    Heard::Bus(bus) => End::Bus(&graph.patch.document.bus_entry(bus).name),
                    Heard::Rail(rail) => End::Rail(rail.name()),
                    Heard::External(channel) => End::Channel(&channel.key),
                };
                let flow = self.heard_flow(heard);
                let row = PortSource::Listener(l);
                (
                    flow,
                    listener.chain,
                    &listener.id,
                    listener.at,
                    source,
                    None,
                    row,
                )
            }
            _ => return None,
        };
        let block = &node.entry.id;
        let edge = Edge {
            key: id,
            at,
            block,
            port: input.name,
            wanted_by: End::Port(block, input.name),
            source,
            from,
            room: Room::Chain,
        };
        if matches!(input.mark, Mark::Options(_) | Mark::Text | Mark::Asset) {
            self.not_wirable(input, &edge);
            return None;
        }
        let wanted = Type::new(world_of(input.mark), input.domain);
        let flow = self.as_color(flow?, input.domain, &edge)?;
        let (flow, used) = self.pass(flow, chain, Some(wanted), &edge)?;
        if input.mark == Mark::Constant {
            self.check_constant(input, &flow, &edge)?;
        }
        let at = self.address(&flow.value);
        Some((
            flow,
            InputRow {
                at,
                source: row_source,
                used,
            },
        ))
    }

    /// A text for a colour is read when the patch is compiled.
    fn as_color(&mut self, flow: Flow, wanted: Domain, edge: &Edge<'_>) -> Option<Flow> {
        let Value::Text(text) = &flow.value else {
            return Some(flow);
        };
        if wanted != Domain::Color {
            return Some(flow);
        }
        match constant_of(Domain::Color, &crate::patch::Value::Text(text.clone())) {
            Ok(Constant::Lanes(lanes)) => Some(Flow {
                value: Value::Signal(self.out.build.constant(Domain::Color, &lanes)),
                ty: Type::signal(Domain::Color),
                direct: None,
            }),
            Ok(_) => None,
            Err(found) => {
                let error = found.diagnostic(edge.at, &edge.wanted_by.to_string());
                self.diagnostics.push(error.on(edge.block, edge.port));
                None
            }
        }
    }

    /// The composite and its input where somebody outside wrote a connection to an input inside.
    fn outside(&self, edge: &Edge<'_>) -> Option<(String, String)> {
        if edge.at.starts_with("/composites/") {
            return None;
        }
        let outer = self.graph.patch.outer.outside(edge.block, edge.port)?;
        let (block, port) = outer.rsplit_once('.')?;
        Some((block.to_owned(), port.to_owned()))
    }

    fn not_wirable(&mut self, input: &Input, edge: &Edge<'_>) {
        let message = format!(
            "{} takes a written value only, not {}",
            edge.wanted_by, edge.source
        );
        let example = match input.mark {
            Mark::Options(options) => options.first().copied().unwrap_or(""),
            _ => "…",
        };
        let error = Diagnostic::error("not-wirable", edge.at, message)
            .on(edge.block, edge.port)
            .hint(match self.outside(edge) {
                Some((block, port)) => {
                    format!("write `\"params\": {{\"{port}\": \"{example}\"}}` of `{block}`")
                }
                None => format!("write `\"params\": {{\"{}\": \"{example}\"}}`", input.name),
            });
        self.diagnostics.push(error);
    }

    /// A compile-time input takes what folds to a constant in its range.
    fn check_constant(&mut self, input: &Input, flow: &Flow, edge: &Edge<'_>) -> Option<()> {
        let Value::Signal(signal) = flow.value else {
            return Some(());
        };
        let Some(lanes) = self.out.build.folded(signal) else {
            let why = varies::of(&self.out.build, signal);
            let message = format!(
                "{} is read when the patch is compiled, but {} depends on {}",
                edge.wanted_by,
                edge.source,
                why.join(", ")
            );
            let error = Diagnostic::error("not-constant", edge.at, message)
                .on(edge.block, edge.port)
                .hint(match self.outside(edge) {
                    Some((block, port)) => {
                        format!("write the value in `params.{port}` of `{block}`")
                    }
                    None => format!("write the value in `params.{}`", input.name),
                });
            self.diagnostics.push(error);
            return None;
        };
        let Some(range) = violation(input, &Constant::Lanes(lanes.clone())) else {
            return Some(());
        };
        let message = format!(
            "{} must be {range}, but {} is {}",
            edge.wanted_by,
            edge.source,
            lanes.first().copied().unwrap_or(0.0)
        );
        let error = Diagnostic::error("bad-range", edge.at, message)
            .on(edge.block, edge.port)
            .hint(format!("give a number that is {range}"));
        self.diagnostics.push(error);
        None
    }
}

/// The world of the values that an input takes.
pub(in crate::compile) fn world_of(mark: Mark) -> World {
    match mark {
        Mark::Constant | Mark::Signal => World::Signal,
        Mark::Options(_) | Mark::Text | Mark::Asset => World::Scalar,
        Mark::Field => World::Field,
        Mark::Event => World::Event,
        Mark::Domain | Mark::Render | Mark::Camera => World::Special,
    }
}
