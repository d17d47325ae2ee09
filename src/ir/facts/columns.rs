//! Domains, the columns that sinks force, and how much of the expressions is shared.

use super::names::{Names, variant};
use crate::ir::varies::{Variation, Varies};
use crate::ir::*;
use serde::Serialize;

/// A domain.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DomainFact {
    /// `block.port`.
    pub key: String,
    /// Elements.
    pub count: u32,
    /// How elements are named.
    pub ids: String,
    /// Fields that belong to it.
    pub attributes: Vec<String>,
    /// Sinks that draw it.
    pub sinks: Vec<String>,
}

/// A materialisation: a field that becomes a column because somebody needs it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// `sink.input`.
    pub key: String,
    /// `sink`, `reduce` or `probe`.
    pub forced_by: &'static str,
    /// The sink, signal or block.
    pub consumer: String,
    /// The field's row.
    pub field: String,
    /// What the field was made for.
    pub origin: String,
    /// Over which elements.
    pub domain: String,
    /// How many there are.
    pub count: u32,
    /// How it is packed.
    pub format: Format,
    /// Bytes, as if elements differed.
    pub bytes: u64,
    /// `perFrame` or `onDemand`.
    pub policy: RequestPolicy,
    /// Columns of one group run as one kernel.
    pub group: Option<usize>,
    /// Whether a result is reused while its uniforms keep their bits.
    pub keyed: bool,
    /// Signals that it reads.
    pub uniforms: Vec<String>,
    /// What it varies with; a static one is computed once per run.
    pub varies: Varies,
}

/// Rows of one expression table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Count {
    /// Rows that there would be if every use had its own copy, from everything that is kept or read.
    pub unshared: u64,
    /// Rows that there are.
    pub shared: u64,
    /// Of them the same in every frame.
    pub r#static: usize,
    /// Of them changing with time, rails or inputs alone.
    pub varying: usize,
    /// Of them depending on state.
    pub stateful: usize,
}

/// How much is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Expressions {
    /// One value a frame.
    pub signals: Count,
    /// Pulses.
    pub events: Count,
    /// One value an element.
    pub fields: Count,
    /// Constants in the pools.
    pub constants: usize,
    /// Chains of lenses and adapters, and how many places use them.
    pub chains: [usize; 2],
}

pub(super) fn domains(names: &Names<'_>) -> Vec<DomainFact> {
    let tables = &names.program.tables;
    let rows = tables.graph.domains.iter().enumerate();
    rows.map(|(i, row)| {
        let drawn = |s: &&Sink| s.domain == Some(DomainId::at(i));
        let sinks = tables.render.sinks.iter().filter(drawn);
        DomainFact {
            key: names.domain(DomainId::at(i)),
            count: row.count,
            ids: match row.ids {
                ElementIds::Sequential => "0, 1, 2…".to_owned(),
                ElementIds::Grid { rows, cols } => format!("row-R-col-C of {rows} × {cols}"),
                ElementIds::Prefix(text) => format!("{}0, {0}1…", names.text(text)),
                ElementIds::Custom(_) => "a list".to_owned(),
            },
            attributes: row
                .attrs
                .iter()
                .map(|a| names.text(a.name).to_owned())
                .collect(),
            sinks: sinks.map(|s| names.text(s.key).to_owned()).collect(),
        }
    })
    .collect()
}

pub(super) fn columns(names: &Names<'_>, variation: &Variation) -> Vec<Column> {
    let program = names.program;
    let tables = &program.tables;
    let mut places = vec![(None, false); tables.materialize.requests.len()];
    for (i, group) in tables.materialize.groups.iter().enumerate() {
        let kind = StepKind::Materialize {
            group: GroupId::at(i),
        };
        let step = program.schedule.steps.iter().find(|s| s.kind == kind);
        let keyed = step.is_some_and(|s| s.cache.policy == CachePolicy::Keyed);
        for req in &group.reqs {
            if let Some(place) = places.get_mut(req.index()) {
                *place = (Some(i), keyed);
            }
        }
    }
    let rows = tables.materialize.requests.iter().enumerate().zip(places);
    rows.map(|((i, row), (group, keyed))| {
        let (forced_by, consumer) = match row.consumer {
            Consumer::Sink { sink, .. } => ("sink", names.sink(sink).to_owned()),
            Consumer::Reduce(id) => ("reduce", names.signal(id)),
            Consumer::Probe(block) => ("probe", names.block(block).to_owned()),
        };
        let count = tables
            .graph
            .domains
            .get(row.domain.index())
            .map_or(0, |d| d.count);
        let uniforms = derive::uniforms(program, &[ReqId::at(i)]);
        let changing = |s: &&SignalId| !variation.of(ValueRef::Sig(**s)).is_static();
        Column {
            key: names.text(row.key).to_owned(),
            forced_by,
            consumer,
            field: names.value(ValueRef::Field(row.field)),
            origin: names.field(row.field),
            domain: names.domain(row.domain),
            count,
            format: row.format,
            bytes: u64::from(count) * u64::from(row.format.bytes()),
            policy: row.policy,
            group,
            keyed,
            uniforms: uniforms
                .iter()
                .filter(changing)
                .map(|s| names.signal(*s))
                .collect(),
            varies: variation.of(ValueRef::Field(row.field)),
        }
    })
    .collect()
}

impl Column {
    /// The words of format and policy.
    pub fn words(&self) -> [String; 2] {
        [variant(&self.format), variant(&self.policy)]
    }
}

pub(super) fn expressions(program: &Program, variation: &Variation) -> Expressions {
    let tables = &program.tables;
    let [signals, events, fields] = unshared(program);
    let count = |unshared, [r#static, varying, stateful]: [usize; 3]| Count {
        unshared,
        shared: (r#static + varying + stateful) as u64,
        r#static,
        varying,
        stateful,
    };
    let [of_signals, of_events, of_fields] = variation.count();
    Expressions {
        signals: count(signals, of_signals),
        events: count(events, of_events),
        fields: count(fields, of_fields),
        constants: tables.constants.index.len(),
        chains: [tables.transforms.chains.len(), tables.transforms.uses.len()],
    }
}

/// Rows of each table if nothing were shared. How often a row would be copied is the sum over its users;
/// it goes down from what is read at the end to operands. Saturates: sharing is exponential.
fn unshared(program: &Program) -> [u64; 3] {
    let tables = &program.tables;
    let mut copies = [
        vec![0_u64; tables.sig.nodes.len()],
        vec![0_u64; tables.event.nodes.len()],
        vec![0_u64; tables.field.nodes.len()],
    ];
    let add = |copies: &mut [Vec<u64>; 3], value: ValueRef, times: u64| {
        let (table, at) = match value {
            ValueRef::Sig(id) => (0, id.index()),
            ValueRef::Event(id) => (1, id.index()),
            ValueRef::Field(id) => (2, id.index()),
            _ => return,
        };
        if let Some(entry) = copies[table].get_mut(at) {
            *entry = entry.saturating_add(times);
        }
    };
    roots(program, &mut |value| add(&mut copies, value, 1));
    for value in users_first(program) {
        let mut operands = Vec::new();
        let times = match value {
            ValueRef::Sig(id) => {
                let node = &tables.sig.nodes[id.index()];
                // A cell is kept once, whoever reads it: what it reads is counted as a root.
                if !matches!(node.expr, SignalExpr::StateOut(_)) {
                    operands::of_signal(program, &node.expr, &mut |v| operands.push(v));
                }
                copies[0][id.index()]
            }
            ValueRef::Event(id) => {
                let node = &tables.event.nodes[id.index()];
                if !matches!(node.expr, EventExpr::StateEvents(_)) {
                    operands::of_event(program, &node.expr, &mut |v| operands.push(v));
                }
                copies[1][id.index()]
            }
            ValueRef::Field(id) => {
                operands::of_field(&tables.field.nodes[id.index()].expr, &mut |v| {
                    operands.push(v)
                });
                copies[2][id.index()]
            }
            _ => continue,
        };
        for operand in operands {
            add(&mut copies, operand, times);
        }
    }
    copies.map(|list| list.iter().fold(0, |sum: u64, n| sum.saturating_add(*n)))
}

/// What is read at the end: columns, parameters of sinks, updates of cells, rails, and buses and
/// outputs that nothing else reads.
fn roots(program: &Program, visit: &mut impl FnMut(ValueRef)) {
    let tables = &program.tables;
    for request in &tables.materialize.requests {
        visit(ValueRef::Field(request.field));
    }
    let edges = derive::Edges::new(program);
    for step in &program.schedule.steps {
        match step.kind {
            // Uniforms are read by the columns, which are roots themselves.
            StepKind::NodeEval { .. }
            | StepKind::BusEval { .. }
            | StepKind::Reduce { .. }
            | StepKind::Materialize { .. } => {}
            _ => edges.of_step(step, visit),
        }
    }
    let mut used = std::collections::BTreeSet::new();
    for node in &tables.sig.nodes {
        operands::of_signal(program, &node.expr, &mut |v| {
            used.insert(v);
        });
    }
    for node in &tables.event.nodes {
        operands::of_event(program, &node.expr, &mut |v| {
            used.insert(v);
        });
    }
    for node in &tables.field.nodes {
        operands::of_field(&node.expr, &mut |v| {
            used.insert(v);
        });
    }
    let rows = |n: usize, make: fn(usize) -> ValueRef| (0..n).map(make);
    let all = rows(tables.sig.nodes.len(), |i| ValueRef::Sig(SignalId::at(i)))
        .chain(rows(tables.event.nodes.len(), |i| {
            ValueRef::Event(EventId::at(i))
        }))
        .chain(rows(tables.field.nodes.len(), |i| {
            ValueRef::Field(FieldId::at(i))
        }));
    for request in &tables.materialize.requests {
        used.insert(ValueRef::Field(request.field));
    }
    all.filter(|v| !used.contains(v)).for_each(visit);
}

/// All rows, users before operands, across the three tables.
fn users_first(program: &Program) -> Vec<ValueRef> {
    let tables = &program.tables;
    let mut order = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut work: Vec<(ValueRef, bool)> = Vec::new();
    let all = (0..tables.sig.nodes.len())
        .map(|i| ValueRef::Sig(SignalId::at(i)))
        .chain((0..tables.event.nodes.len()).map(|i| ValueRef::Event(EventId::at(i))))
        .chain((0..tables.field.nodes.len()).map(|i| ValueRef::Field(FieldId::at(i))));
    for value in all {
        work.push((value, false));
        while let Some((value, done)) = work.pop() {
            if done {
                order.push(value);
                continue;
            }
            if !seen.insert(value) {
                continue;
            }
            work.push((value, true));
            let mut push = |v: ValueRef| {
                if matches!(
                    v,
                    ValueRef::Sig(_) | ValueRef::Event(_) | ValueRef::Field(_)
                ) {
                    work.push((v, false));
                }
            };
            match value {
                ValueRef::Sig(id) => {
                    operands::of_signal(program, &tables.sig.nodes[id.index()].expr, &mut push);
                }
                ValueRef::Event(id) => {
                    operands::of_event(program, &tables.event.nodes[id.index()].expr, &mut push);
                }
                ValueRef::Field(id) => {
                    operands::of_field(&tables.field.nodes[id.index()].expr, &mut push);
                }
                _ => {}
            }
        }
    }
    order.reverse();
    order
}
