//! The six rails: always six rows, in their order, whether the document names them or not.
//!
//! A driven parameter reads the signal's value of the previous frame, so what drives a rail is bound
//! after everything else and never makes a circle.

use super::lower::{
    Edge, End, Flow, Lowerer, Note, Room, mode, rail_type, same_kind, typed_default,
};
use super::resolve::{Port, rail_index};
use crate::blocks::Value;
use crate::diag::Diagnostic;
use crate::ir::{
    BusId, ConstId, CurveId, CycleMode, Drive, EnergyCurve, Generator, Param, PubId, Rail, RailId,
    RailRead, RailUser, SlotId,
};
use crate::math::Ease;
use crate::patch::model::BusRef;
use crate::patch::rails::{self, Curve, Driven, PhaseMode, RailEntry};
use crate::patch::value;
use crate::types::{Domain, Type};

/// Makes the rows; slots and mirrors get their places when the tables are assembled.
pub(super) fn rails(lowerer: &mut Lowerer<'_, '_>) {
    let entries = &lowerer.graph.patch.rails;
    for rail in rails::Rail::ALL {
        let entry = entries.iter().find(|entry| entry.rail == rail);
        if let Some(entry) = entry {
            let row = lowerer.rail(entry);
            lowerer.out.rails.push(row);
        }
        let place = rail_index(rail);
        lowerer
            .out
            .marks
            .note(&lowerer.out.build, &Note::Rail(place));
    }
}

impl Lowerer<'_, '_> {
    fn rail(&mut self, entry: &RailEntry) -> Rail {
        let ty = rail_type(entry.rail);
        let generator = self.generator(entry);
        let user = entry
            .bus
            .as_ref()
            .and_then(|bus| self.driver(entry, bus, ty));
        // A publisher that is broken has been reported.
        let bus = entry.bus.as_ref().and_then(|bus| bus.bus);
        let mut written = self.graph.patch.publishers.iter().filter(|p| p.enabled);
        let published = bus.is_some_and(|bus| {
            !self.graph.buses[bus.0].publishers.is_empty()
                || written.any(|publisher| publisher.bus.bus == Some(bus))
        });
        if user.is_some() {
            self.warn(entry, published);
        }
        let drive = match (entry.drive, &user) {
            (rails::Drive::Patched, Some(_)) => Drive::Patched,
            (rails::Drive::Mixed, Some(_)) => Drive::Mixed,
            _ => Drive::Internal,
        };
        let driven = match &entry.generator {
            rails::Generator::Phase {
                period_ms, offset, ..
            } => period_ms.is_driven() || offset.is_driven(),
            rails::Generator::Energy { min, max, .. } => min.is_driven() || max.is_driven(),
            _ => false,
        };
        let now = entry.read == rails::Read::InternalNow && drive == Drive::Internal && !driven;
        let silence = user.as_ref().filter(|_| !published);
        let silence = silence.and_then(|user| self.silence(user.bus));
        let lanes = match ty.domain {
            Domain::Trigger => vec![0.0],
            domain => silence.unwrap_or_else(|| typed_default(domain)),
        };
        let silent = match ty.domain {
            Domain::Trigger => Domain::Number,
            domain => domain,
        };
        let mirror =
            self.graph.publishers.iter().position(|publisher| {
                publisher.from == super::resolve::Publication::Rail(entry.rail)
            });
        let build = &mut self.out.build;
        Rail {
            key: build.text(entry.rail.name()),
            r#type: build.ty(ty),
            slot: SlotId(0),
            generator,
            drive,
            combine: mode(entry.combine),
            user,
            silent: build.const_f64(silent, &lanes),
            read: if now {
                RailRead::InternalNow
            } else {
                RailRead::Latched
            },
            mirror: mirror.map(PubId::at),
        }
    }

    fn generator(&mut self, entry: &RailEntry) -> Generator {
        match &entry.generator {
            rails::Generator::Phase {
                period_ms,
                mode,
                offset,
                enabled,
            } => Generator::Cycle {
                enabled: *enabled,
                mode: match mode {
                    PhaseMode::Loop => CycleMode::Loop,
                    PhaseMode::Pingpong => CycleMode::Pingpong,
                },
                period_ms: self.param(entry, "periodMs", period_ms),
                offset: self.param(entry, "offset", offset),
            },
            rails::Generator::Pulse { division } => Generator::Division {
                of: match entry.rail {
                    rails::Rail::PulseB => RailId(1),
                    _ => RailId(0),
                },
                n: *division,
            },
            rails::Generator::Energy {
                source,
                curve,
                min,
                max,
            } => Generator::Energy {
                source: RailId::at(rail_index(*source)),
                curve: self.curve(curve),
                min: self.param(entry, "min", min),
                max: self.param(entry, "max", max),
            },
            rails::Generator::Palette { source, stops } => Generator::Palette {
                source: RailId::at(rail_index(*source)),
                stops: stops.as_ref().map(|stops| self.stops(stops)),
            },
        }
    }

    fn curve(&mut self, curve: &Curve) -> EnergyCurve {
        match curve {
            Curve::Sine => EnergyCurve::Sine,
            Curve::Const => EnergyCurve::Const,
            Curve::Triangle => EnergyCurve::Triangle,
            Curve::Saw => EnergyCurve::Saw,
            Curve::Ease(wanted) => {
                let place = Ease::ALL.iter().position(|ease| ease == wanted);
                EnergyCurve::Ease(CurveId::at(place.unwrap_or(0)))
            }
            Curve::Points(points) => {
                let pairs = points.as_flattened();
                EnergyCurve::Points(self.out.build.const_f64(Domain::Number, pairs))
            }
        }
    }

    /// Five numbers a stop: place, then the colour.
    fn stops(&mut self, stops: &[rails::Stop]) -> ConstId {
        let mut rows = Vec::with_capacity(stops.len() * 5);
        for stop in stops {
            let color = value::color(&stop.color.value).unwrap_or_else(|found| {
                self.diagnostics
                    .push(found.diagnostic(&stop.color.at, "`palette.stops`"));
                [0.0, 0.0, 0.0, 1.0]
            });
            rows.push(stop.at);
            rows.extend(color);
        }
        self.out.build.const_f64(Domain::Number, &rows)
    }

    fn param(&mut self, entry: &RailEntry, name: &str, driven: &Driven) -> Param {
        let constant = |this: &mut Self, v: f64| this.out.build.const_f64(Domain::Number, &[v]);
        let base = constant(self, driven.base());
        let (flow, source, from) = match driven {
            Driven::Constant(_) => return Param::Const(base),
            Driven::Bus { bus, .. } => {
                let flow = bus.bus.and_then(|bus| self.bus_flow(bus));
                (flow, End::Bus(&bus.text), None)
            }
            Driven::Wire { from, .. } => {
                let port = super::resolve::output(self.graph, from, from, self.diagnostics);
                let flow = port.and_then(|port| self.port_flow(port));
                (flow, End::Port(&from.block, &from.port), port)
            }
        };
        let Some(flow) = flow else {
            return Param::Const(base);
        };
        let id = format!("rail:{}/{name}", entry.rail.name());
        let edge = edge(entry, &id, source, from);
        match self.pass(flow, None, Some(Type::signal(Domain::Number)), &edge) {
            Some((
                Flow {
                    value: Value::Signal(sig),
                    ..
                },
                _,
            )) => Param::Drive { sig, base },
            _ => Param::Const(base),
        }
    }

    /// What a bus without publishers gives: its own default, where it has one.
    fn silence(&self, bus: BusId) -> Option<Vec<f64>> {
        let row = self.out.buses.get(bus.index())?.as_ref()?;
        match row.flow.value {
            Value::Signal(signal) => self.out.build.folded(signal),
            _ => None,
        }
    }

    fn driver(&mut self, entry: &RailEntry, bus: &BusRef, ty: Type) -> Option<RailUser> {
        let index = bus.bus?;
        let flow = self.bus_flow(index)?;
        if !same_kind(flow.ty, ty) {
            let message = format!(
                "the rail `{}` carries a {}, but bus `{}` a {}",
                entry.rail.name(),
                ty,
                bus.text,
                flow.ty
            );
            let error = Diagnostic::error("rail-type", &bus.at, message)
                .hint(format!("drive it with a bus of type `{ty}`"));
            self.diagnostics.push(error);
            return None;
        }
        Some(RailUser {
            bus: BusId::at(index.0),
            r#use: None,
        })
    }

    fn warn(&mut self, entry: &RailEntry, published: bool) {
        let Some(bus) = &entry.bus else { return };
        let (rail, bus_name) = (entry.rail.name(), &bus.text);
        if entry.drive == rails::Drive::Internal && published {
            let message = format!(
                "the bus `{bus_name}` of the rail `{rail}` has publishers, but the rail is internal"
            );
            let warning = Diagnostic::warning("rail-published-while-internal", &entry.at, message)
                .hint("set `\"drive\": \"patched\"` or `\"mixed\"`, or remove `bus`");
            self.diagnostics.push(warning);
        }
        if entry.drive != rails::Drive::Internal && !published {
            let message = format!("nothing publishes on the bus `{bus_name}` of the rail `{rail}`");
            let warning = Diagnostic::warning("rail-without-publisher", &entry.at, message)
                .hint(format!("add a publisher on `{bus_name}`"));
            self.diagnostics.push(warning);
        }
    }
}

fn edge<'e>(entry: &'e RailEntry, key: &'e str, source: End<'e>, from: Option<Port>) -> Edge<'e> {
    Edge {
        key,
        at: &entry.at,
        block: "",
        port: "",
        wanted_by: End::RailParam(key),
        source,
        from,
        room: Room::Block,
    }
}
