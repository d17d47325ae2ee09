//! Probes: from a target's name to its place, and from its place to a sample.
//!
//! A watched target makes the engine run the steps that its value needs, also those that nothing drawn
//! asks for. Nothing else changes.

use super::evaluate::Stores;
use super::explain::is_event;
use super::field::Buffer;
use super::field::lane::{self, Element};
use super::probe::{self, ProbeError, RailPart, Sample, SampleValue, Target};
use super::pulse::PulseList;
use super::rails::Register;
use super::time::{FrameClass, Moment};
use crate::diag;
use crate::ir::{
    BlockRow, Bus, EventId, ExtId, FieldId, Phase, Port, Program, RailId, ReqId, SignalId, SlotId,
    StateId, StepId, StepKind, StrId, TimeEvent, TimeValue, ValueRef, derive, derive::Owners,
};
use crate::types::Domain;

/// Where a watched value is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Signal(SignalId),
    Event(EventId),
    Column(ReqId),
    /// A field that is no column: worked out for each element.
    Rows(FieldId),
    Constant(crate::ir::ConstId),
    /// An event input that nobody connected.
    Silence,
    Rail(RailId, Register),
    Channel(ExtId),
    Time(TimeValue),
    TimeEvent(TimeEvent),
    Cell(StateId),
    Tree,
    /// It went with a swap.
    Gone,
}

/// A watched target.
#[derive(Debug)]
pub(super) struct Watch {
    target: Target,
    place: Place,
    /// Steps that must run for it.
    steps: Vec<StepId>,
    sample: Sample,
}

/// What a sample is taken of.
pub(super) struct Frame<'a> {
    pub(super) program: &'a Program,
    pub(super) stores: &'a Stores,
    pub(super) model: &'a super::time::Model,
    pub(super) prev: &'a Moment,
    pub(super) now: &'a Moment,
    pub(super) class: FrameClass,
    pub(super) number: u64,
    /// Whether the render phases ran.
    pub(super) drawn: bool,
}

impl Watch {
    pub(super) fn new(program: &Program, target: &Target) -> Result<Self, ProbeError> {
        let place = find(program, target)?;
        let value = match place {
            Place::Signal(id) => ValueRef::Sig(id),
            Place::Event(id) => ValueRef::Event(id),
            Place::Column(id) => ValueRef::Req(id),
            _ => ValueRef::None,
        };
        let owners = Owners::new(program);
        let mut steps = Vec::new();
        let mut work: Vec<StepId> = owners.of(program, value).into_iter().collect();
        if let Place::Rows(field) = place {
            for signal in derive::uniforms_of(program, [field]) {
                work.extend(owners.of(program, ValueRef::Sig(signal)));
            }
        }
        while let Some(step) = work.pop() {
            if !steps.contains(&step) {
                steps.push(step);
                work.extend(&program.schedule.steps[step.index()].deps);
            }
        }
        Ok(Self {
            target: target.clone(),
            place,
            steps,
            sample: Sample {
                frame: 0,
                t_ms: 0.0,
                value: SampleValue::Nothing,
            },
        })
    }

    /// The same target in another program; while it is gone its sample says so.
    pub(super) fn again(program: &Program, watch: &Self) -> Self {
        let mut again = Self::new(program, &watch.target).unwrap_or(Self {
            target: watch.target.clone(),
            place: Place::Gone,
            steps: Vec::new(),
            sample: watch.sample.clone(),
        });
        again.sample = Sample {
            value: match again.place {
                Place::Gone => SampleValue::Gone,
                _ => SampleValue::Nothing,
            },
            ..watch.sample
        };
        again
    }

    pub(super) fn steps(&self) -> &[StepId] {
        &self.steps
    }

    pub(super) fn sample(&self) -> &Sample {
        &self.sample
    }

    /// How many elements it has.
    pub(super) fn elements(&self, program: &Program) -> usize {
        let tables = &program.tables;
        let domain = match self.place {
            Place::Column(req) => Some(tables.materialize.requests[req.index()].domain),
            Place::Rows(field) => tables.field.nodes[field.index()].dom,
            _ => None,
        };
        domain.map_or(1, |d| tables.graph.domains[d.index()].count as usize)
    }

    /// Takes the sample of a frame.
    pub(super) fn take(&mut self, frame: &Frame<'_>) {
        self.sample.frame = frame.number;
        self.sample.t_ms = frame.now.t_ms;
        let stores = frame.stores;
        let value = &mut self.sample.value;
        match self.place {
            Place::Tree | Place::Gone => {}
            Place::Signal(id) => {
                let ty = frame.program.tables.sig.nodes[id.index()].r#type;
                let domain = frame.program.types[ty.index()].domain;
                set(value, domain, stores.registers.get(id));
            }
            Place::Constant(id) => {
                let row = &frame.program.tables.constants.index[id.index()];
                let domain = frame.program.types[row.r#type.index()].domain;
                let lanes = super::sinks::constant(frame.program, id);
                set(value, domain, &lanes[..domain.lanes().min(4)]);
            }
            Place::Event(id) => pulses(value, &stores.events[id.index()]),
            Place::Silence => pulses(value, &PulseList::default()),
            Place::Column(req) => {
                let early = frame.drawn || before_render(frame.program, req);
                *value = if early {
                    SampleValue::Column(stores.fields.column(req).clone())
                } else {
                    SampleValue::Nothing
                };
            }
            Place::Rows(field) => *value = SampleValue::Column(rows(frame, field)),
            Place::Rail(rail, register) => {
                let ty = frame.program.tables.rails[rail.index()].r#type;
                let domain = frame.program.types[ty.index()].domain;
                let (lanes, list) = stores.rails.look(rail, register);
                match domain {
                    Domain::Trigger => pulses(value, list),
                    domain => set(value, domain, lanes),
                }
            }
            Place::Channel(id) => {
                let ty = frame.program.tables.graph.externals[id.index()].r#type;
                match frame.program.types[ty.index()].domain {
                    Domain::Trigger => pulses(value, stores.channels.pulses(id)),
                    domain => set(value, domain, stores.channels.value(id)),
                }
            }
            Place::Time(time) => {
                let domain = match time {
                    TimeValue::Phase01 => Domain::Phase01,
                    TimeValue::Progress01 | TimeValue::Energy => Domain::Unit01,
                    TimeValue::CycleIndex => Domain::Number,
                    _ => Domain::TimeMs,
                };
                set(value, domain, &[stores.time[time as usize]]);
            }
            Place::TimeEvent(event) => {
                let mut list = PulseList::default();
                if frame.class == FrameClass::Advance {
                    frame.model.pulses(event, frame.prev, frame.now, &mut list);
                }
                *value = SampleValue::Pulses(list);
            }
            Place::Cell(cell) => {
                let ty = frame.program.tables.state.cells[cell.index()].r#type;
                let domain = frame.program.types[ty.index()].domain;
                set(value, domain, stores.cells.entries(cell));
            }
        }
    }
}

fn set(value: &mut SampleValue, domain: Domain, values: &[f64]) {
    if let SampleValue::Lanes { lanes, .. } = value {
        lanes.clear();
        lanes.extend_from_slice(values);
    } else {
        *value = SampleValue::Lanes {
            domain,
            lanes: values.to_vec(),
        };
    }
}

fn pulses(value: &mut SampleValue, list: &PulseList) {
    if let SampleValue::Pulses(own) = value {
        own.copy_from(list);
    } else {
        *value = SampleValue::Pulses(list.clone());
    }
}

/// Whether a column is made before the render phases, for a reduction.
fn before_render(program: &Program, req: ReqId) -> bool {
    let groups = &program.tables.materialize.groups;
    program.schedule.steps.iter().any(|step| match step.kind {
        StepKind::Materialize { group } => {
            step.phase < Phase::Render && groups[group.index()].reqs.contains(&req)
        }
        _ => false,
    })
}

/// What is not there, and what is called nearly so.
fn unknown(what: &'static str, name: &str, known: Vec<&str>) -> ProbeError {
    probe::unknown(what, name, diag::nearest(name, known))
}

/// The inner port that a port of a composite shows. The program has no row for the composite itself,
/// but its source map knows what the editor shows.
fn inside(program: &Program, block: &str, text: &str) -> Option<Target> {
    let rows = &program.tables.graph.blocks;
    let strings = &program.tables.strings;
    if rows.iter().any(|row| strings[row.key.index()] == block) {
        return None;
    }
    let slots = &program.meta.source_map.port_to_editor_slot;
    let (key, _) = slots.iter().find(|(_, shown)| *shown == text)?;
    let cut = ["/out/", "/in/"]
        .iter()
        .find_map(|dir| key.rsplit_once(dir));
    let (inner, port) = cut?;
    // An inner block has a row, so this ends.
    let known = rows.iter().any(|row| strings[row.key.index()] == inner);
    known.then(|| Target::Port {
        block: inner.to_owned(),
        port: port.to_owned(),
    })
}

/// A block that is not there: a composite may be, whose ports the source map knows.
fn no_block(program: &Program, block: &str, port: &str) -> ProbeError {
    let slots = program.meta.source_map.port_to_editor_slot.values();
    let shown: Vec<(&str, &str)> = slots.filter_map(|slot| slot.rsplit_once('.')).collect();
    let ports = || shown.iter().filter(|slot| slot.0 == block);
    if ports().next().is_some() {
        let near = diag::nearest(port, ports().map(|slot| slot.1));
        return probe::unknown("port", &format!("{block}.{port}"), near);
    }
    let blocks = program.tables.graph.blocks.iter().map(|b| b.key);
    let mut known = names(program, blocks);
    known.extend(shown.iter().map(|slot| slot.0));
    unknown("block", block, known)
}

fn find(program: &Program, target: &Target) -> Result<Place, ProbeError> {
    let tables = &program.tables;
    let is = |id: StrId, name: &str| tables.strings[id.index()] == name;
    match target {
        Target::Tree => Ok(Place::Tree),
        Target::Time(value) => Ok(Place::Time(*value)),
        Target::TimeEvent(event) => Ok(Place::TimeEvent(*event)),
        Target::State(key) => {
            let cell = tables.state.cells.iter().position(|c| is(c.key, key));
            let known = || names(program, tables.state.cells.iter().map(|c| c.key));
            let cell = cell.ok_or_else(|| unknown("state cell", key, known()))?;
            Ok(Place::Cell(StateId::at(cell)))
        }
        Target::Request(key) => {
            let requests = &tables.materialize.requests;
            let req = requests.iter().position(|r| is(r.key, key));
            let known = || names(program, requests.iter().map(|r| r.key));
            let req = req.ok_or_else(|| unknown("column", key, known()))?;
            Ok(Place::Column(ReqId::at(req)))
        }
        Target::Rail { name, part } => {
            let rail = tables.rails.iter().position(|r| is(r.key, name));
            let known = || names(program, tables.rails.iter().map(|r| r.key));
            let rail = rail.ok_or_else(|| unknown("rail", name, known()))?;
            let register = match part {
                RailPart::Internal => Register::Internal,
                RailPart::User => Register::User,
                RailPart::Final => Register::Final,
                RailPart::Latched => Register::Latched,
            };
            Ok(Place::Rail(RailId::at(rail), register))
        }
        Target::External(key) => {
            let rows = &tables.graph.externals;
            let row = rows.iter().position(|row| is(row.key, key));
            let known = || names(program, rows.iter().map(|row| row.key));
            let row = row.ok_or_else(|| unknown("external channel", key, known()))?;
            Ok(Place::Channel(ExtId::at(row)))
        }
        Target::Bus(name) => value(program, find_bus(program, name)?.root, name),
        Target::Port { block, port } => {
            let found = find_port(program, block, port)?;
            let slot = &tables.graph.slots[found.slot.index()];
            if found.r#ref == ValueRef::None && is_event(program, slot) {
                return Ok(Place::Silence);
            }
            value(program, found.r#ref, &format!("{block}.{port}"))
        }
    }
}

fn names(program: &Program, ids: impl Iterator<Item = StrId>) -> Vec<&str> {
    let strings = &program.tables.strings;
    ids.map(|id| strings[id.index()].as_str()).collect()
}

fn find_bus<'p>(program: &'p Program, name: &str) -> Result<&'p Bus, ProbeError> {
    let is = |id: StrId| program.tables.strings[id.index()] == name;
    let buses = &program.tables.graph.buses;
    let bus = buses.iter().find(|b| is(b.key));
    let bus = bus.or_else(|| buses.iter().find(|b| is(b.name)));
    bus.ok_or_else(|| unknown("bus", name, names(program, buses.iter().map(|b| b.name))))
}

fn find_port<'p>(program: &'p Program, block: &str, port: &str) -> Result<&'p Port, ProbeError> {
    let text = format!("{block}.{port}");
    if let Some(Target::Port { block, port }) = inside(program, block, &text) {
        return find_port(program, &block, &port);
    }
    let (row, port) = split(program, &text).ok_or_else(|| no_block(program, block, port))?;
    let ports = || row.out.iter().chain(&row.r#in);
    let is = |id: StrId| program.tables.strings[id.index()] == port;
    ports().find(|p| is(p.name)).ok_or_else(|| {
        let near = diag::nearest(port, names(program, ports().map(|p| p.name)));
        probe::unknown("port", &text, near)
    })
}

/// The address of a target that has one.
pub(super) fn slot(program: &Program, target: &Target) -> Result<SlotId, ProbeError> {
    match target {
        Target::Port { block, port } => Ok(find_port(program, block, port)?.slot),
        Target::Bus(name) => Ok(find_bus(program, name)?.slot),
        _ => Err(ProbeError::Unexplained),
    }
}

/// A field worked out element by element.
fn rows(frame: &Frame<'_>, field: FieldId) -> Buffer {
    let program = frame.program;
    let node = &program.tables.field.nodes[field.index()];
    let count = node
        .dom
        .map(|d| program.tables.graph.domains[d.index()].count);
    let reached = lane::reached(program, [field]);
    let at = |index| {
        let element = Element {
            program,
            registers: &frame.stores.registers,
            histories: &frame.stores.cells,
            index,
        };
        element.over(&reached).remove(&field).unwrap_or_default()
    };
    let elements: Vec<Vec<f64>> = (0..count.unwrap_or(1)).map(at).collect();
    Buffer::of_lanes(
        &elements,
        program.types[node.r#type.index()].domain.lanes(),
        count.is_none(),
    )
}

/// Splits a reference at the last point or, where no block has that id, after the longest id that fits.
fn split<'p, 't>(program: &'p Program, text: &'t str) -> Option<(&'p BlockRow, &'t str)> {
    let strings = &program.tables.strings;
    let blocks = &program.tables.graph.blocks;
    let fits = |at: usize| {
        let block = blocks
            .iter()
            .find(|b| strings[b.key.index()] == text[..at])?;
        Some((block, &text[at + 1..]))
    };
    text.rmatch_indices('.').find_map(|(at, _)| fits(at))
}

fn value(program: &Program, value: ValueRef, name: &str) -> Result<Place, ProbeError> {
    let requests = &program.tables.materialize.requests;
    match value {
        ValueRef::Sig(id) => Ok(Place::Signal(id)),
        ValueRef::Event(id) => Ok(Place::Event(id)),
        ValueRef::Req(id) => Ok(Place::Column(id)),
        ValueRef::Const(id) => Ok(Place::Constant(id)),
        ValueRef::Rail(id) => Ok(Place::Rail(id, Register::Latched)),
        ValueRef::Time(time) => Ok(Place::Time(time)),
        ValueRef::TimeEvent(event) => Ok(Place::TimeEvent(event)),
        ValueRef::Field(id) => {
            if let Some(req) = requests.iter().position(|r| r.field == id) {
                return Ok(Place::Column(ReqId::at(req)));
            }
            let node = &program.tables.field.nodes[id.index()];
            match program.types[node.r#type.index()].domain.lanes() {
                0 => Err(ProbeError::NoColumn(name.to_owned())),
                _ => Ok(Place::Rows(id)),
            }
        }
        ValueRef::Bus(id) => match program.tables.graph.buses.get(id.index()) {
            // A root is never a bus again, so this goes one step down.
            Some(bus) if !matches!(bus.root, ValueRef::Bus(_)) => {
                self::value(program, bus.root, name)
            }
            _ => Err(ProbeError::NoValue(name.to_owned())),
        },
        ValueRef::None
        | ValueRef::Domain(_)
        | ValueRef::Sink(_)
        | ValueRef::Camera(_)
        | ValueRef::Path(_)
        | ValueRef::Frame => Err(ProbeError::NoValue(name.to_owned())),
    }
}
