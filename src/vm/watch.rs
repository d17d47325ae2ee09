//! Probes: from a target's name to its place, and from its place to a sample.
//!
//! A watched target makes the engine run the steps that its value needs, also those that nothing drawn
//! asks for. Nothing else changes.

use super::evaluate::Stores;
use super::probe::{ProbeError, RailPart, Sample, SampleValue, Target};
use super::pulse::PulseList;
use super::rails::Register;
use super::time::{FrameClass, Moment};
use crate::diag;
use crate::ir::{
    BlockRow, EventId, Phase, Program, RailId, ReqId, SignalId, StateId, StepId, StepKind,
    TimeEvent, TimeValue, ValueRef, derive::Owners,
};
use crate::types::Domain;

/// Where a watched value is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Signal(SignalId),
    Event(EventId),
    Column(ReqId),
    Constant(crate::ir::ConstId),
    Rail(RailId, Register),
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
        let mut steps = Vec::new();
        let mut work: Vec<StepId> = Owners::new(program)
            .of(program, value)
            .into_iter()
            .collect();
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
            Place::Column(req) => {
                let early = frame.drawn || before_render(frame.program, req);
                *value = if early {
                    SampleValue::Column(stores.fields.column(req).clone())
                } else {
                    SampleValue::Nothing
                };
            }
            Place::Rail(rail, register) => {
                let ty = frame.program.tables.rails[rail.index()].r#type;
                let domain = frame.program.types[ty.index()].domain;
                let (lanes, list) = stores.rails.look(rail, register);
                match domain {
                    Domain::Trigger => pulses(value, list),
                    domain => set(value, domain, lanes),
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
    let near = diag::nearest(name, known).into_iter();
    ProbeError::Unknown {
        what,
        name: name.to_owned(),
        near: near.map(str::to_owned).collect(),
    }
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

fn find(program: &Program, target: &Target) -> Result<Place, ProbeError> {
    let tables = &program.tables;
    let is = |id: crate::ir::StrId, name: &str| tables.strings[id.index()] == name;
    let names = |ids: &mut dyn Iterator<Item = crate::ir::StrId>| -> Vec<&str> {
        ids.map(|id| tables.strings[id.index()].as_str()).collect()
    };
    match target {
        Target::Tree => Ok(Place::Tree),
        Target::Time(value) => Ok(Place::Time(*value)),
        Target::TimeEvent(event) => Ok(Place::TimeEvent(*event)),
        Target::State(key) => {
            let cell = tables.state.cells.iter().position(|c| is(c.key, key));
            let known = || names(&mut tables.state.cells.iter().map(|c| c.key));
            let cell = cell.ok_or_else(|| unknown("state cell", key, known()))?;
            Ok(Place::Cell(StateId::at(cell)))
        }
        Target::Request(key) => {
            let requests = &tables.materialize.requests;
            let req = requests.iter().position(|r| is(r.key, key));
            let known = || names(&mut requests.iter().map(|r| r.key));
            let req = req.ok_or_else(|| unknown("column", key, known()))?;
            Ok(Place::Column(ReqId::at(req)))
        }
        Target::Rail { name, part } => {
            let rail = tables.rails.iter().position(|r| is(r.key, name));
            let known = || names(&mut tables.rails.iter().map(|r| r.key));
            let rail = rail.ok_or_else(|| unknown("rail", name, known()))?;
            let register = match part {
                RailPart::Internal => Register::Internal,
                RailPart::User => Register::User,
                RailPart::Final => Register::Final,
                RailPart::Latched => Register::Latched,
            };
            Ok(Place::Rail(RailId::at(rail), register))
        }
        Target::Bus(name) => {
            let buses = &tables.graph.buses;
            let bus = buses.iter().find(|b| is(b.key, name));
            let bus = bus.or_else(|| buses.iter().find(|b| is(b.name, name)));
            let known = || names(&mut buses.iter().map(|b| b.name));
            let bus = bus.ok_or_else(|| unknown("bus", name, known()))?;
            value(program, bus.root, name)
        }
        Target::Port { block, port } => {
            let text = format!("{block}.{port}");
            if let Some(inner) = inside(program, block, &text) {
                return find(program, &inner);
            }
            let blocks = || names(&mut tables.graph.blocks.iter().map(|b| b.key));
            let (block, port) =
                split(program, &text).ok_or_else(|| unknown("block", block, blocks()))?;
            let named = |p: &&crate::ir::Port| is(p.name, port);
            let found = block
                .out
                .iter()
                .find(named)
                .or(block.r#in.iter().find(named));
            let ports = || names(&mut block.out.iter().chain(&block.r#in).map(|p| p.name));
            let found = found.ok_or_else(|| match unknown("port", port, ports()) {
                ProbeError::Unknown { what, near, .. } => {
                    let name = text.clone();
                    ProbeError::Unknown { what, name, near }
                }
                error => error,
            })?;
            value(program, found.r#ref, &text)
        }
    }
}

/// Splits a reference at the last point or, where no block has that id, after the longest id that fits.
fn split<'a>(program: &'a Program, text: &'a str) -> Option<(&'a BlockRow, &'a str)> {
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
            let req = requests.iter().position(|r| r.field == id);
            let req = req.ok_or_else(|| ProbeError::NoColumn(name.to_owned()))?;
            Ok(Place::Column(ReqId::at(req)))
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
