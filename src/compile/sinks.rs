//! Pass 5: what is drawn, and which columns that takes.
//!
//! Blocks gave [`SinkSpec`]s in the order of lowering. Here they get their order (document order of
//! their blocks), their parents, and a request for each column. Requests over one domain are one
//! group, so that one kernel makes them; a reduction's column is a group of its own, because it is
//! needed earlier.

use super::lower::{Lowered, Note};
use super::resolve::Graph;
use crate::blocks::SinkSpec;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{
    Consumer, DomainId, ElementIds, FieldId, Format, InputRef, SignalExpr, SignalId, SinkId, Tables,
};
use crate::types::Domain;

/// Elements that all sinks may draw together.
const MOST_DRAWN: u64 = 50_000_000;
/// How deep sinks may nest.
const DEEPEST: usize = 16;

/// What is drawn, in final order; nodes are still provisional.
pub(super) struct Plan {
    /// By place of the block.
    pub sinks: Vec<PlannedSink>,
    /// Sink, then input order; reductions after them.
    pub requests: Vec<PlannedRequest>,
    /// By first request.
    pub groups: Vec<PlannedGroup>,
    /// Place of each sink, by the order in which blocks made them.
    pub place: Vec<usize>,
}

/// A sink with its place among the others.
pub(super) struct PlannedSink {
    /// As the block made it.
    pub spec: SinkSpec,
    /// Places of its requests in the plan, parallel to the spec's columns.
    pub requests: Vec<usize>,
    /// The sink that it draws into, and the number of the input.
    pub parent: Option<(SinkId, u32)>,
}

/// A column that somebody needs.
pub(super) struct PlannedRequest {
    /// `block.port`.
    pub key: String,
    /// Which field.
    pub field: FieldId,
    /// Over which elements.
    pub domain: DomainId,
    /// How it is packed.
    pub format: Format,
    /// Who needs it.
    pub consumer: Consumer,
}

/// Requests that run as one kernel.
pub(super) struct PlannedGroup {
    /// Over which elements.
    pub domain: DomainId,
    /// Places of its requests.
    pub requests: Vec<usize>,
}

/// Orders the sinks and plans their columns.
pub(super) fn sinks(
    graph: &Graph<'_>,
    lowered: &mut Lowered,
    diagnostics: &mut Diagnostics,
) -> Plan {
    let specs = std::mem::take(&mut lowered.sinks);
    let mut order: Vec<usize> = (0..specs.len()).collect();
    order.sort_by_key(|&i| (lowered.sink_blocks[i], i));
    let mut place = vec![0; specs.len()];
    for (at, &i) in order.iter().enumerate() {
        place[i] = at;
    }
    let mut parents: Vec<Option<(SinkId, u32)>> = vec![None; specs.len()];
    for (i, spec) in specs.iter().enumerate() {
        for &(child, at) in &spec.children {
            if let Some(parent) = parents.get_mut(child.index()) {
                *parent = Some((SinkId::at(place[i]), at));
            }
        }
    }
    check(graph, lowered, &specs, &parents, &order, diagnostics);
    let mut plan = Plan {
        sinks: Vec::new(),
        requests: Vec::new(),
        groups: Vec::new(),
        place,
    };
    let mut specs: Vec<Option<SinkSpec>> = specs.into_iter().map(Some).collect();
    for (at, &i) in order.iter().enumerate() {
        let Some(mut spec) = specs[i].take() else {
            continue;
        };
        let block = lowered.sink_blocks[i];
        let id = graph.id(block);
        let mut requests = Vec::new();
        for (input, column) in spec.columns.iter().enumerate() {
            let Some(domain) = spec.domain else { continue };
            requests.push(plan.requests.len());
            plan.requests.push(PlannedRequest {
                key: format!("{id}.{}", column.port),
                field: column.field,
                domain,
                format: column.format,
                consumer: Consumer::Sink {
                    sink: SinkId::at(at),
                    input: input as u32,
                },
            });
        }
        for (child, _) in &mut spec.children {
            *child = SinkId::at(plan.place[child.index()]);
        }
        let parent = parents[i];
        plan.sinks.push(PlannedSink {
            spec,
            requests,
            parent,
        });
    }
    groups(&mut plan);
    reductions(graph, lowered, &mut plan);
    plan
}

/// One group for each domain, by first request.
fn groups(plan: &mut Plan) {
    let mut of_domain = std::collections::BTreeMap::new();
    for (i, request) in plan.requests.iter().enumerate() {
        let next = plan.groups.len();
        let group = *of_domain.entry(request.domain).or_insert(next);
        if group == next {
            plan.groups.push(PlannedGroup {
                domain: request.domain,
                requests: Vec::new(),
            });
        }
        plan.groups[group].requests.push(i);
    }
}

/// A request and a group for each reduction.
fn reductions(graph: &Graph<'_>, lowered: &mut Lowered, plan: &mut Plan) {
    let nodes = &lowered.build.tables.sig.nodes;
    let found: Vec<(SignalId, FieldId, Option<DomainId>)> = nodes
        .iter()
        .enumerate()
        .filter_map(|(i, node)| match node.expr {
            SignalExpr::Reduce { field, domain, .. } => Some((SignalId::at(i), field, domain)),
            _ => None,
        })
        .collect();
    let mut keys = std::collections::BTreeSet::new();
    for (signal, field, over) in found {
        let mut key = match &lowered.marks.sig[signal.index()] {
            Note::Block(block) | Note::Output(block, _) | Note::Input(block, _) => {
                format!("{}.reduce", graph.id(*block))
            }
            Note::Use(id) => format!("{id}.reduce"),
            _ => "reduce".to_owned(),
        };
        while !keys.insert(key.clone()) {
            key.push('+');
        }
        // A field over no domain counts as one element.
        let domain =
            over.unwrap_or_else(|| lowered.build.domain(&key, 1, ElementIds::Sequential, None));
        let format = match lowered.build.field_type(field).domain {
            Domain::Vec2 => Format::F32x2,
            Domain::Vec3 => Format::F32x3,
            Domain::Color | Domain::Vec4 | Domain::Quat => Format::F32x4,
            _ => Format::F32,
        };
        plan.groups.push(PlannedGroup {
            domain,
            requests: vec![plan.requests.len()],
        });
        plan.requests.push(PlannedRequest {
            key,
            field,
            domain,
            format,
            consumer: Consumer::Reduce(signal),
        });
    }
}

/// Elements, nesting, and fields that are smaller than what is drawn.
fn check(
    graph: &Graph<'_>,
    lowered: &Lowered,
    specs: &[SinkSpec],
    parents: &[Option<(SinkId, u32)>],
    order: &[usize],
    diagnostics: &mut Diagnostics,
) {
    let build = &lowered.build;
    let drawn: u64 = specs
        .iter()
        .filter_map(|s| s.domain)
        .map(|d| u64::from(build.count(d)))
        .sum();
    if drawn > MOST_DRAWN {
        let message = format!("the sinks draw {drawn} elements; at most {MOST_DRAWN} are possible");
        diagnostics.push(
            Diagnostic::error("too-many-elements", "/blocks", message).hint("use smaller domains"),
        );
    }
    for &i in order {
        let (mut depth, mut parent) = (0, parents[i]);
        while let Some((sink, _)) = parent {
            depth += 1;
            if depth > DEEPEST {
                let id = graph.id(lowered.sink_blocks[i]);
                let entry = graph.nodes[lowered.sink_blocks[i]].entry;
                let message = format!("`{id}` is drawn more than {DEEPEST} levels deep");
                diagnostics.push(
                    Diagnostic::error("too-deep", &entry.at, message)
                        .on(id, "")
                        .hint("draw it with fewer Compose and PostFX blocks around it"),
                );
                break;
            }
            parent = parents[order[sink.index()]];
        }
    }
}

/// A parameter with a constant in place of a constant signal.
pub(super) fn folded(tables: &Tables, input: InputRef) -> InputRef {
    let InputRef::Sig(signal) = input else {
        return input;
    };
    match tables.sig.nodes[signal.index()].expr {
        SignalExpr::Const(constant) => InputRef::Const(constant),
        _ => input,
    }
}
