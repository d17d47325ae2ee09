//! Parameters of lenses: constants, and bindings to buses, outputs, rails and channels.

use super::{Edge, End, Flow, Lowerer, Room, varies};
use crate::blocks::{Argument, Default, Lens, Param, ParamKind, Value};
use crate::compile::resolve::Port;
use crate::diag::Diagnostic;
use crate::ir::SignalId;
use crate::patch::model::{Binding, Chain, LensParam, LensUse};
use crate::patch::value;
use crate::types::{Domain, Type};

/// Defaults that a preset replaces.
type Preset = &'static [(&'static str, Default)];

/// What a parameter got.
enum Got {
    /// Nothing: the default counts.
    Absent,
    /// A value.
    Argument(Argument),
}

impl Lowerer<'_, '_> {
    /// The parameters of one use of a lens, in the order of its definition. `None` if one is broken
    /// and was reported.
    pub(super) fn lens_arguments(
        &mut self,
        used: &LensUse,
        lens: &'static Lens,
        preset: Preset,
        key: &str,
        edge: &Edge<'_>,
    ) -> Option<Vec<Argument>> {
        for given in &used.params {
            if lens.param(&given.key).is_none() {
                let names = lens.params.iter().map(|p| p.name);
                let message = format!("the lens `{}` has no parameter `{}`", lens.id, given.key);
                let list: Vec<String> = names.clone().map(|name| format!("`{name}`")).collect();
                let mut warning = Diagnostic::warning("unknown-param", &given.at, message)
                    .on(edge.block, edge.port)
                    .nearest(&given.key, names);
                if warning.hints.is_empty() && !list.is_empty() {
                    warning = warning.hint(format!("its parameters are {}", list.join(", ")));
                }
                self.diagnostics.push(warning);
            }
        }
        let mut arguments = Vec::with_capacity(lens.params.len());
        let mut whole = true;
        for param in lens.params {
            let given = used.params.iter().rev().find(|p| p.key == param.name);
            let got = match given {
                Some(given) => {
                    let key = format!("{key}/{}", param.name);
                    self.parameter(lens, param, given, &key, edge)
                }
                None => Some(Got::Absent),
            };
            match got {
                Some(Got::Argument(argument)) => arguments.push(argument),
                Some(Got::Absent) => arguments.push(self.default_argument(param, preset)),
                None => whole = false,
            }
        }
        whole.then_some(arguments)
    }

    fn parameter(
        &mut self,
        lens: &Lens,
        param: &Param,
        given: &LensParam,
        key: &str,
        edge: &Edge<'_>,
    ) -> Option<Got> {
        let what = format!("`{}.{}`", lens.id, param.name);
        let written = match &given.binding {
            Binding::Literal(value) => Some(value),
            Binding::Default(id) => {
                let Some(&at) = self.defaults.get(id.as_str()) else {
                    let message = format!("there is no default source `{id}`");
                    let known = self.graph.patch.document.default_sources.iter();
                    let known = known.map(|source| source.id.as_str());
                    let error = Diagnostic::error("unknown-default-source", &given.at, message)
                        .on(edge.block, edge.port)
                        .nearest(id, known);
                    self.diagnostics.push(error);
                    return None;
                };
                Some(&self.graph.patch.document.default_sources[at].value)
            }
            _ => None,
        };
        if let Some(value) = written {
            return self.literal(param, value, given, &what, edge);
        }
        let domain = match param.kind {
            ParamKind::Number => Domain::Number,
            ParamKind::Vec2 => Domain::Vec2,
            ParamKind::Boolean | ParamKind::Options(_) => {
                self.not_constant(&what, given, "it is read when the patch is compiled", edge);
                return None;
            }
        };
        let (flow, chain, source, from) = self.binding(&given.binding)?;
        let inner = Edge {
            key,
            at: &given.at,
            wanted_by: End::Param(lens.id, param.name),
            source,
            from,
            room: Room::Chain,
            ..*edge
        };
        let (flow, _) = self.pass(flow, Some(chain), Some(Type::signal(domain)), &inner)?;
        let Value::Signal(signal) = flow.value else {
            return None;
        };
        if param.constant && self.out.build.folded(signal).is_none() {
            let why = varies::of(&self.out.build, signal).join(", ");
            self.not_constant(
                &what,
                given,
                &format!("{} depends on {why}", inner.source),
                edge,
            );
            return None;
        }
        Some(Got::Argument(Argument::Signal(signal)))
    }

    /// What a binding reads: value, chain, words, and the output it is.
    fn binding<'b>(
        &mut self,
        binding: &'b Binding,
    ) -> Option<(Flow, &'b Chain, End<'b>, Option<Port>)> {
        match binding {
            Binding::Literal(_) | Binding::Default(_) => None,
            Binding::Bus { bus, chain } => {
                let flow = self.bus_flow(bus.bus?)?;
                Some((flow, chain, End::Bus(&bus.text), None))
            }
            Binding::Wire { from, chain } => {
                let block = *self.graph.names.get(from.block.as_str())?;
                let (port, _) = self.graph.nodes[block].block?.output(&from.port)?;
                let port = Port { block, port };
                Some((
                    self.port_flow(port)?,
                    chain,
                    End::Port(&from.block, &from.port),
                    Some(port),
                ))
            }
            Binding::Rail { rail, chain } => {
                let rail = (*rail)?;
                Some((self.rail_flow(rail), chain, End::Rail(rail.name()), None))
            }
            Binding::External { channel, chain } => {
                let flow = self.channel_flow(&channel.key)?;
                Some((flow, chain, End::Channel(&channel.key), None))
            }
        }
    }

    fn literal(
        &mut self,
        param: &Param,
        value: &crate::patch::Value,
        given: &LensParam,
        what: &str,
        edge: &Edge<'_>,
    ) -> Option<Got> {
        if value.is_null() {
            return Some(Got::Absent);
        }
        let read = match param.kind {
            ParamKind::Number => value::number(value)
                .map(|v| Argument::Signal(self.constant_signal(Domain::Number, &[v]))),
            ParamKind::Vec2 => {
                value::vec2(value).map(|v| Argument::Signal(self.constant_signal(Domain::Vec2, &v)))
            }
            ParamKind::Boolean => value::boolean(value).map(|v| Argument::Choice(u32::from(v))),
            ParamKind::Options(options) => {
                value::option(value, options).map(|i| Argument::Choice(i as u32))
            }
        };
        match read {
            Ok(argument) => Some(Got::Argument(argument)),
            Err(found) => {
                let error = found.diagnostic(&given.at, what).on(edge.block, edge.port);
                self.diagnostics.push(error);
                None
            }
        }
    }

    fn constant_signal(&mut self, domain: Domain, lanes: &[f64]) -> SignalId {
        self.out.build.constant(domain, lanes)
    }

    fn default_argument(&mut self, param: &Param, preset: Preset) -> Argument {
        let replaced = preset.iter().find(|(name, _)| *name == param.name);
        let default = replaced.map_or(param.default, |(_, default)| *default);
        match (param.kind, default) {
            (ParamKind::Options(options), Default::Text(word)) => {
                Argument::Choice(options.iter().position(|o| *o == word).unwrap_or(0) as u32)
            }
            (ParamKind::Boolean, Default::Number(v)) => Argument::Choice(u32::from(v > 0.5)),
            (_, Default::Number(v)) => Argument::Signal(self.constant_signal(Domain::Number, &[v])),
            (_, Default::Vec2(v)) => Argument::Signal(self.constant_signal(Domain::Vec2, &v)),
            _ => Argument::Choice(0),
        }
    }

    fn not_constant(&mut self, what: &str, given: &LensParam, why: &str, edge: &Edge<'_>) {
        let message = format!("{what} must be a constant: {why}");
        let error = Diagnostic::error("not-constant", &given.at, message)
            .on(edge.block, edge.port)
            .hint("write the value itself");
        self.diagnostics.push(error);
    }
}
