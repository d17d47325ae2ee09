//! Blocks and buses: what a person wrote, and what became of it.

use super::names::{Names, Transform, variant};
use crate::ir::varies::{Variation, Varies};
use crate::ir::*;
use serde::Serialize;
use std::collections::BTreeSet;

/// A block.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockFact {
    /// Its id; `outer::inner` inside a composite.
    pub id: String,
    /// Its type.
    pub r#type: String,
    /// Its label, if it has one.
    pub label: Option<String>,
    /// `time`, `identity`, `state`, `render`, `io` or `pure`.
    pub capability: Capability,
    /// Composites that it is inside of, the outermost first.
    pub inside: Vec<String>,
    /// Where it stands in the document, a JSON pointer.
    pub place: Option<String>,
    /// Its inputs.
    pub inputs: Vec<InputFact>,
    /// Its outputs.
    pub outputs: Vec<OutputFact>,
    /// Its step, if it computes something in every frame.
    pub step: Option<String>,
}

/// An input of a block.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InputFact {
    /// Its name.
    pub name: String,
    /// World and domain.
    pub r#type: String,
    /// `wire`, `bus`, `rail`, `external`, `default`, `constant` or `none`.
    pub kind: &'static str,
    /// The other end: an output, a bus, a rail, a channel, or the value itself.
    pub from: String,
    /// On the way.
    pub transforms: Vec<Transform>,
    /// Where the value lives.
    pub value: String,
    /// What it varies with.
    pub varies: Varies,
}

/// An output of a block.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutputFact {
    /// Its name.
    pub name: String,
    /// World and domain.
    pub r#type: String,
    /// Where the value lives.
    pub value: String,
    /// What it varies with.
    pub varies: Varies,
}

/// A bus.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BusFact {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// World and domain.
    pub r#type: String,
    /// How publishers meet.
    pub combine: Combine,
    /// Its value without publishers.
    pub silent: String,
    /// Reserved name, such as `phaseA`.
    pub role: Option<String>,
    /// Publishers in combine order, then those that are off.
    pub publishers: Vec<PublisherFact>,
    /// Inputs that listen, with what is on the way.
    pub listeners: Vec<ListenerFact>,
    /// Where the combined value lives.
    pub value: String,
    /// What it varies with.
    pub varies: Varies,
    /// Whether anything that is drawn needs it.
    pub demanded: bool,
}

/// A publisher of a bus.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublisherFact {
    /// Place in combine order; none if it is off.
    pub order: Option<u32>,
    /// Its id.
    pub id: String,
    /// The output.
    pub from: String,
    /// First key of the order.
    pub sort_key: f64,
    /// On the way.
    pub transforms: Vec<Transform>,
}

/// A listener of a bus.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListenerFact {
    /// Its id.
    pub id: String,
    /// The input.
    pub to: String,
    /// Whether it takes part.
    pub enabled: bool,
    /// On the way.
    pub transforms: Vec<Transform>,
}

pub(super) fn blocks(names: &Names<'_>, variation: &Variation) -> Vec<BlockFact> {
    let program = names.program;
    let steps = &program.schedule.steps;
    let rows = program.tables.graph.blocks.iter().enumerate();
    let mut owned = vec![None; program.tables.graph.blocks.len()];
    for step in steps {
        if let StepKind::NodeEval { block } = step.kind
            && let Some(slot) = owned.get_mut(block.index())
        {
            *slot = Some(names.text(step.key).to_owned());
        }
    }
    rows.zip(owned)
        .map(|((i, row), step)| {
            let id = names.text(row.key);
            let debug = program.debug.block.get(i);
            let text = |at: u32| program.debug.strings.get(at as usize).cloned();
            let mut inside: Vec<String> = id
                .match_indices("::")
                .map(|(at, _)| id[..at].to_owned())
                .collect();
            inside.dedup();
            BlockFact {
                id: id.to_owned(),
                r#type: names.text(row.r#type).to_owned(),
                label: debug.and_then(|d| text(d.label)).filter(|l| l != id),
                capability: row.capability,
                inside,
                place: debug.and_then(|d| text(d.path)).filter(|p| !p.is_empty()),
                inputs: row
                    .r#in
                    .iter()
                    .map(|p| input(names, variation, p))
                    .collect(),
                outputs: row
                    .out
                    .iter()
                    .map(|p| output(names, variation, p))
                    .collect(),
                step,
            }
        })
        .collect()
}

fn input(names: &Names<'_>, variation: &Variation, port: &Port) -> InputFact {
    let graph = &names.program.tables.graph;
    let (kind, from) = match port.src {
        PortSource::None => ("none", String::new()),
        PortSource::Wire(slot) => ("wire", names.slot(slot)),
        PortSource::Bus(id) => {
            let bus = graph.listeners.get(id.index());
            ("bus", bus.map_or("?", |l| names.bus(l.bus)).to_owned())
        }
        PortSource::Rail(id) => ("rail", names.rail(id).to_owned()),
        PortSource::External(id) => {
            let row = graph.externals.get(id.index());
            (
                "external",
                row.map_or("?", |x| names.text(x.key)).to_owned(),
            )
        }
        PortSource::Default(id) => {
            let row = graph.defaults.get(id.index());
            (
                "default",
                row.map_or_else(String::new, |d| names.constant(d.value)),
            )
        }
        PortSource::Const(id) => ("constant", names.constant(id)),
    };
    let OutputFact {
        name,
        r#type,
        value,
        varies,
    } = output(names, variation, port);
    InputFact {
        name,
        r#type,
        kind,
        from,
        transforms: names.way(port.r#use, port.r#ref, source(names.program, port)),
        value,
        varies,
    }
}

/// The value that an input is connected to.
fn source(program: &Program, port: &Port) -> Option<ValueRef> {
    let graph = &program.tables.graph;
    let slot = match port.src {
        PortSource::Wire(slot) => slot,
        PortSource::Bus(id) => graph.buses[graph.listeners.get(id.index())?.bus.index()].slot,
        PortSource::Rail(id) => program.tables.rails[id.index()].slot,
        _ => return None,
    };
    Some(graph.slots.get(slot.index())?.r#ref)
}

fn output(names: &Names<'_>, variation: &Variation, port: &Port) -> OutputFact {
    let slot = names.program.tables.graph.slots.get(port.slot.index());
    OutputFact {
        name: names.text(port.name).to_owned(),
        r#type: slot.map_or_else(String::new, |s| names.ty(s.r#type)),
        value: names.value(port.r#ref),
        varies: variation.behind(names.program, port.r#ref),
    }
}

/// In the order in which they are combined.
fn publishers(names: &Names<'_>, bus: &Bus) -> Vec<PublisherFact> {
    let graph = &names.program.tables.graph;
    let mut terms = operands::terms_of_bus(names.program, bus.root).into_iter();
    let publisher = |p: &Publisher| {
        let before = graph.slots[p.from.index()].r#ref;
        let term = if p.enabled { terms.next() } else { None };
        let transforms = match term {
            Some(term) => names.way(p.r#use, term, Some(before)),
            None => names.transforms(p.r#use),
        };
        PublisherFact {
            order: p.order,
            id: names.text(p.key).to_owned(),
            from: names.slot(p.from),
            sort_key: p.sort_key,
            transforms,
        }
    };
    let rows = slice(&graph.publishers, bus.pubs);
    rows.iter().map(publisher).collect()
}

pub(super) fn buses(names: &Names<'_>, variation: &Variation) -> Vec<BusFact> {
    let program = names.program;
    let graph = &program.tables.graph;
    let drawn = drawn(program);
    let demanded = |id: BusId, root: ValueRef| {
        if let ValueRef::Field(field) = root {
            return drawn.contains(&field);
        }
        let is = |s: &Step| s.kind == StepKind::BusEval { bus: id };
        program.schedule.steps.iter().any(|s| is(s) && s.demand)
    };
    let rows = graph.buses.iter().enumerate();
    rows.map(|(i, bus)| BusFact {
        id: names.text(bus.key).to_owned(),
        name: names.text(bus.name).to_owned(),
        r#type: names.ty(bus.r#type),
        combine: bus.combine,
        silent: names.constant(bus.silent),
        role: bus.role.map(|r| names.text(r).to_owned()),
        publishers: publishers(names, bus),
        listeners: slice(&graph.listeners, bus.lis)
            .iter()
            .map(|l| ListenerFact {
                id: names.text(l.key).to_owned(),
                to: names.slot(l.to),
                enabled: l.enabled,
                transforms: names.way(l.r#use, graph.slots[l.to.index()].r#ref, Some(bus.root)),
            })
            .collect(),
        value: names.value(bus.root),
        varies: variation.behind(program, bus.root),
        demanded: demanded(BusId::at(i), bus.root),
    })
    .collect()
}

/// Fields that columns of every frame are made of.
fn drawn(program: &Program) -> BTreeSet<FieldId> {
    let tables = &program.tables;
    let requests = tables.materialize.requests.iter();
    let wanted = requests.filter(|r| r.policy == RequestPolicy::PerFrame);
    let mut work: Vec<FieldId> = wanted.map(|r| r.field).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = work.pop() {
        if let Some(node) = tables
            .field
            .nodes
            .get(id.index())
            .filter(|_| seen.insert(id))
        {
            operands::of_field(&node.expr, &mut |value| {
                if let ValueRef::Field(operand) = value {
                    work.push(operand);
                }
            });
        }
    }
    seen
}

fn slice<T>(list: &[T], [first, count]: [u32; 2]) -> &[T] {
    let range = first as usize..first as usize + count as usize;
    list.get(range).unwrap_or_default()
}

impl BusFact {
    /// The word of its combine mode.
    pub fn mode(&self) -> String {
        variant(&self.combine)
    }
}

impl BlockFact {
    /// The word of its capability.
    pub fn kind(&self) -> String {
        variant(&self.capability)
    }

    /// What its outputs vary with, together; of a block without outputs, its inputs.
    pub fn varies(&self) -> Varies {
        let outputs = self.outputs.iter().map(|o| o.varies);
        let inputs = self.inputs.iter().map(|i| i.varies);
        let none = self.outputs.is_empty();
        outputs
            .chain(inputs.filter(|_| none))
            .fold(Varies::STATIC, Varies::and)
    }
}
