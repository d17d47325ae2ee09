//! Where values come from: outputs of blocks, buses, rails and external channels.

use super::{Flow, Lowerer};
use crate::blocks::Value;
use crate::compile::resolve::{Heard, Port, rail_index};
use crate::ir::{EventExpr, ExtId, PhaseSource, RailId, SignalExpr, Tables, ValueRef};
use crate::patch::model::BusIndex;
use crate::patch::rails::{Drive, Generator, Rail};
use crate::types::{Domain, Family, Type, World};

/// The value that a domain has where nobody gives one.
pub(in crate::compile) fn typed_default(domain: Domain) -> Vec<f64> {
    match domain {
        Domain::Color => vec![0.0, 0.0, 0.0, 1.0],
        domain => vec![0.0; domain.lanes()],
    }
}

impl Lowerer<'_, '_> {
    /// What an output gives: narrow, in the declared domain where the block kept to it. `None` is a
    /// value that the block could not make, which it has reported.
    pub(super) fn output_flow(&mut self, port: Port, value: Value) -> Option<Flow> {
        let definition = self.graph.nodes[port.block].block?;
        let output = definition.outputs.get(port.port)?;
        let value = match value {
            Value::Field(id) => Value::Field(self.out.build.narrow(id)),
            value => value,
        };
        let (world, made) = match &value {
            Value::None => return None,
            Value::Signal(id) => (World::Signal, self.out.build.signal_type(*id).domain),
            Value::Field(id) => (World::Field, self.out.build.field_type(*id).domain),
            _ => (output.ty().world, output.domain),
        };
        let kept = made.family() == output.domain.family();
        let domain = if kept { output.domain } else { made };
        let is_root = Some(port.block) == self.graph.time_root && output.name == "phase";
        Some(Flow {
            value,
            ty: Type::new(world, domain),
            direct: is_root.then_some(PhaseSource::Time),
        })
    }

    /// What an output gives, if it was lowered without errors.
    pub(in crate::compile) fn port_flow(&self, port: Port) -> Option<Flow> {
        self.out.outputs[port.block].get(port.port)?.clone()
    }

    /// What a bus gives.
    pub(in crate::compile) fn bus_flow(&self, bus: BusIndex) -> Option<Flow> {
        self.out.buses[bus.0].as_ref().map(|row| row.flow.clone())
    }

    /// What reading a rail gives.
    pub(super) fn rail_flow(&mut self, rail: Rail) -> Flow {
        let id = RailId::at(rail_index(rail));
        let ty = rail_type(rail);
        let value = match ty.world {
            World::Event => Value::Event(self.out.build.event(EventExpr::Rail(id))),
            _ => Value::Signal(self.out.build.signal(ty, SignalExpr::Rail(id))),
        };
        let entry = self
            .graph
            .patch
            .document
            .rails
            .iter()
            .find(|r| r.rail == rail);
        let direct = entry.is_some_and(|r| r.drive == Drive::Internal && is_steady(&r.generator));
        Flow {
            value,
            ty,
            direct: direct.then_some(PhaseSource::Rail(id)),
        }
    }

    /// What a channel gives.
    pub(super) fn channel_flow(&mut self, key: &str) -> Option<Flow> {
        let channels = &self.out.channels;
        let at = channels.iter().position(|c| c.key == key)?;
        channels.get(at).filter(|channel| channel.is_sound())?;
        let (id, ty) = (ExtId::at(at), self.out.channels[at].ty);
        let value = match ty.world {
            World::Event => Value::Event(self.out.build.event(EventExpr::External(id))),
            _ => {
                let ty = Type::signal(ty.domain);
                Value::Signal(self.out.build.signal(ty, SignalExpr::External(id)))
            }
        };
        Some(Flow {
            value,
            ty,
            direct: None,
        })
    }

    /// What a listener hears.
    pub(super) fn heard_flow(&mut self, heard: Heard<'_>) -> Option<Flow> {
        match heard {
            Heard::Bus(bus) => self.bus_flow(bus),
            Heard::Rail(rail) => Some(self.rail_flow(rail)),
            Heard::External(channel) => self.channel_flow(&channel.key),
        }
    }

    /// The address of a value, as ports show it.
    pub(in crate::compile) fn address(&self, value: &Value) -> ValueRef {
        address(&self.out.build.tables, value)
    }
}

/// The address of a value, as ports show it: constants and values of the frame by themselves.
pub(in crate::compile) fn address(tables: &Tables, value: &Value) -> ValueRef {
    match value {
        Value::Signal(id) => match tables.sig.nodes[id.index()].expr {
            SignalExpr::Const(c) => ValueRef::Const(c),
            SignalExpr::Time(time) => ValueRef::Time(time),
            SignalExpr::Rail(rail) => ValueRef::Rail(rail),
            _ => ValueRef::Sig(*id),
        },
        Value::Event(id) => match tables.event.nodes[id.index()].expr {
            EventExpr::Empty => ValueRef::None,
            EventExpr::Time(event) => ValueRef::TimeEvent(event),
            EventExpr::Rail(rail) => ValueRef::Rail(rail),
            _ => ValueRef::Event(*id),
        },
        Value::Field(id) => ValueRef::Field(*id),
        Value::Domain(id) => ValueRef::Domain(*id),
        Value::Sink(id) => ValueRef::Sink(*id),
        Value::Camera(id) => ValueRef::Camera(*id),
        Value::None | Value::Text(_) | Value::Path(_) => ValueRef::None,
    }
}

/// What a rail carries.
pub(in crate::compile) fn rail_type(rail: Rail) -> Type {
    match rail {
        Rail::PhaseA | Rail::PhaseB => Type::signal(Domain::Phase01),
        Rail::PulseA | Rail::PulseB => Type::TRIGGER,
        Rail::Energy => Type::signal(Domain::Number),
        Rail::Palette => Type::signal(Domain::Color),
    }
}

/// Whether a rail is a running phase whose parameters are constants.
fn is_steady(generator: &Generator) -> bool {
    match generator {
        Generator::Phase {
            period_ms,
            offset,
            enabled,
            ..
        } => *enabled && !period_ms.is_driven() && !offset.is_driven(),
        _ => false,
    }
}

/// Whether two types are of one family and world.
pub(in crate::compile) fn same_kind(a: Type, b: Type) -> bool {
    a.world == b.world && a.domain.family() == b.domain.family()
}

/// Whether a bus may carry a domain.
pub(in crate::compile) fn is_bus_eligible(domain: Domain) -> bool {
    matches!(
        domain.family(),
        Family::Number
            | Family::Phase
            | Family::Vec2
            | Family::Vec3
            | Family::Color
            | Family::Boolean
            | Family::Trigger
            | Family::String
    )
}
