//! Pass 6: blocks, ports, buses and sinks become tables.
//!
//! Here every table that has a key gets its order: buses, domains, cells, externals and defaults by
//! key, blocks by place in the document, slots by owner. Expression rows keep their provisional ids;
//! the schedule decides their order.

mod graph;
mod slots;

use super::debug::Notes;
use super::lower::{Lowered, Marks};
use super::resolve::{Graph as Resolved, Unit};
use super::sinks::{self, Plan};
use super::text_order;
use super::visit::{self, Visitor};
use crate::blocks::{ADAPTERS, LENSES};
use crate::ir::*;
use crate::math::Ease;

/// What the program says about itself.
pub(super) struct Head<'a> {
    /// Size and background.
    pub viewport: Viewport,
    /// How time runs.
    pub time_model: TimeModel,
    /// The name of a document without one.
    pub stem: &'a str,
}

/// A program whose expression rows are not in order yet.
pub(super) struct Draft<'a> {
    /// All tables; the schedule is filled by the next pass.
    pub program: Program,
    /// Owners and notes, parallel to the provisional tables.
    pub marks: Marks,
    /// Units, by the first number of an owner.
    pub units: Vec<StepUnit>,
    /// Words for the notes.
    pub notes: Notes<'a>,
    /// What was made of the seed.
    pub seed_use: SeedUse,
}

/// A unit, with final indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepUnit {
    /// A block.
    Block(BlockId),
    /// A bus.
    Bus(BusId),
    /// Something without a row: nothing is computed there.
    None,
}

/// Builds the tables.
pub(super) fn assemble<'a>(
    graph: &Resolved<'a>,
    mut lowered: Lowered,
    plan: Plan,
    head: Head<'_>,
) -> Draft<'a> {
    let blocks = block_places(graph);
    drawn(&mut lowered, &plan);
    transforms(&mut lowered);
    let mut places = rekey(graph, &mut lowered);
    let roots = graph::graph(graph, &mut lowered, &plan, &blocks, &mut places);
    let document = graph.patch.document;
    let notes = Notes::new(graph, &blocks);
    let units = lowered
        .order
        .iter()
        .map(|unit| match *unit {
            Unit::Block(i) => blocks[i].map_or(StepUnit::None, StepUnit::Block),
            Unit::Bus(i) => StepUnit::Bus(places.bus[i]),
        })
        .collect();
    let name = document
        .name
        .clone()
        .unwrap_or_else(|| head.stem.to_owned());
    let seed_use = lowered.build.seed.used();
    let program = Program {
        ir_version: 1,
        format_version: 1,
        patch_id: name,
        patch_revision: document.revision,
        compile_id: String::new(),
        program_hash: String::new(),
        seed: lowered.build.seed.written(),
        memory: Memory::None,
        time_model: head.time_model,
        viewport: head.viewport,
        types: lowered.build.types,
        tables: lowered.build.tables,
        schedule: Schedule::default(),
        outputs: vec![Output {
            key: roots.1,
            kind: OutputKind::RenderTree,
            slot: roots.0.frame,
            label: None,
        }],
        roots: roots.0,
        debug: Debug::default(),
        meta: Meta::default(),
    };
    Draft {
        program,
        marks: lowered.marks,
        units,
        notes,
        seed_use,
    }
}

/// Row of each block of the patch; blocks of unknown type have none.
fn block_places(graph: &Resolved<'_>) -> Vec<Option<BlockId>> {
    let mut next = 0;
    let mut place = |known: bool| {
        next += usize::from(known);
        known.then(|| BlockId::at(next - 1))
    };
    graph
        .nodes
        .iter()
        .map(|node| place(node.block.is_some()))
        .collect()
}

/// Sinks, requests and groups.
fn drawn(lowered: &mut Lowered, plan: &Plan) {
    let build = &mut lowered.build;
    for request in &plan.requests {
        let row = Request {
            key: build.text(&request.key),
            field: request.field,
            domain: request.domain,
            format: request.format,
            consumer: request.consumer,
            policy: RequestPolicy::PerFrame,
            out: SlotId(0),
        };
        build.tables.materialize.requests.push(row);
    }
    for group in &plan.groups {
        build.tables.materialize.groups.push(Group {
            domain: group.domain,
            reqs: group.requests.iter().map(|&r| ReqId::at(r)).collect(),
            uniforms: Vec::new(),
        });
    }
    for planned in &plan.sinks {
        let spec = &planned.spec;
        let mut inputs = Vec::new();
        for (column, &request) in spec.columns.iter().zip(&planned.requests) {
            let from = InputRef::Req(ReqId::at(request));
            inputs.push(SinkInput {
                name: build.text(column.name),
                from,
            });
        }
        for (name, from) in &spec.inputs {
            let from = sinks::folded(&build.tables, *from);
            inputs.push(SinkInput {
                name: build.text(name),
                from,
            });
        }
        let params = match &spec.params {
            serde_json::Value::Null => None,
            serde_json::Value::Object(map) if map.is_empty() => None,
            params => Some(build.const_json(params.to_string())),
        };
        let row = Sink {
            kind: spec.kind,
            key: build.text(&spec.key),
            domain: spec.domain,
            inputs,
            params,
            z: sinks::folded(&build.tables, InputRef::Sig(spec.z)),
            parent: planned.parent.map(|(sink, _)| sink),
            at: planned.parent.map_or(0, |(_, at)| at),
        };
        build.tables.render.sinks.push(row);
    }
    let tables = &mut build.tables;
    let without_parent = |(i, sink): (usize, &Sink)| sink.parent.is_none().then(|| SinkId::at(i));
    tables.render.root = tables
        .render
        .sinks
        .iter()
        .enumerate()
        .filter_map(without_parent)
        .collect();
    let mut render = std::mem::take(&mut tables.render);
    let rows = render
        .cameras
        .iter_mut()
        .chain(&mut render.meshes)
        .chain(&mut render.effects);
    for param in rows.flat_map(|row| &mut row.params) {
        param.from = sinks::folded(tables, param.from);
    }
    for shape in &mut render.shapes {
        if let ShapeRow::Star { inner, .. } | ShapeRow::Ring { inner } = shape {
            *inner = sinks::folded(tables, *inner);
        }
    }
    tables.render = render;
}

/// Declarations of lenses, adapters and curves. Rows that no chain names are left out later.
fn transforms(lowered: &mut Lowered) {
    let build = &mut lowered.build;
    for adapter in ADAPTERS {
        let row = AdapterRow {
            id: build.text(adapter.id),
            class: build.text(adapter.class.name()),
            policy: build.text(adapter.policy.name()),
            cost: adapter.cost,
        };
        build.tables.transforms.adapters.push(row);
    }
    for lens in LENSES {
        let row = LensRow {
            id: build.text(lens.id),
            domain: build.text(lens.domain.name()),
            scope: build.text(if lens.is_stateful() { "cell" } else { "lane" }),
            scrub_safe: !lens.is_stateful(),
        };
        build.tables.transforms.lenses.push(row);
    }
    for ease in Ease::ALL {
        let name = build.text(ease.name());
        build.tables.transforms.curves.push(Curve::Name(name));
    }
    build.tables.rails = std::mem::take(&mut lowered.rails);
}

/// Final places of the things that have keys.
pub(in crate::compile) struct Places {
    /// Document bus → row.
    pub bus: Vec<BusId>,
    /// Builder domain → row.
    pub domain: Vec<DomainId>,
    /// Builder cell → row.
    pub cell: Vec<StateId>,
}

impl Visitor for Places {
    fn bus(&mut self, id: &mut BusId) {
        *id = self.bus[id.index()];
    }

    fn domain(&mut self, id: &mut DomainId) {
        *id = self.domain[id.index()];
    }

    fn cell(&mut self, id: &mut StateId) {
        *id = self.cell[id.index()];
    }
}

/// Puts domains and cells in the order of their keys and replaces the ids of buses, domains and cells
/// in everything made so far.
fn rekey(graph: &Resolved<'_>, lowered: &mut Lowered) -> Places {
    let build = &mut lowered.build;
    let mut domains: Vec<String> = build
        .tables
        .graph
        .domains
        .iter()
        .map(|d| build.str(d.key).to_owned())
        .collect();
    let mut cells: Vec<String> = build
        .tables
        .state
        .cells
        .iter()
        .map(|c| build.str(c.key).to_owned())
        .collect();
    unique(&mut domains);
    unique(&mut cells);
    for (i, key) in domains.iter().enumerate() {
        build.tables.graph.domains[i].key = build.text(key);
    }
    for (i, key) in cells.iter().enumerate() {
        build.tables.state.cells[i].key = build.text(key);
    }
    let buses: Vec<&str> = graph
        .patch
        .document
        .buses
        .iter()
        .map(|b| b.id.as_str())
        .collect();
    let refs = |list: &[String]| ranks(&list.iter().map(String::as_str).collect::<Vec<_>>());
    let mut places = Places {
        bus: ranks(&buses).into_iter().map(BusId::at).collect(),
        domain: refs(&domains).into_iter().map(DomainId::at).collect(),
        cell: refs(&cells).into_iter().map(StateId::at).collect(),
    };
    let tables = &mut build.tables;
    visit::tables(tables, &mut places);
    permute(
        &mut tables.graph.domains,
        places.domain.iter().map(|id| id.index()),
    );
    permute(
        &mut tables.state.cells,
        places.cell.iter().map(|id| id.index()),
    );
    permute(
        &mut lowered.marks.cell,
        places.cell.iter().map(|id| id.index()),
    );
    places
}

/// Makes keys differ; the second of two equal ones gets `#2`.
fn unique(keys: &mut [String]) {
    let mut seen = std::collections::HashMap::new();
    for key in keys {
        let count = seen.entry(key.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            *key = format!("{key}#{count}");
        }
    }
}

/// Place of each key in byte order; equal keys keep their order.
pub(in crate::compile) fn ranks(keys: &[&str]) -> Vec<usize> {
    let mut ranks = vec![0; keys.len()];
    let order = text_order::sorted(keys.iter().copied().enumerate());
    for (rank, i) in order.into_iter().enumerate() {
        ranks[i] = rank;
    }
    ranks
}

/// Moves row i to place `to[i]`.
pub(in crate::compile) fn permute<T>(rows: &mut Vec<T>, to: impl Iterator<Item = usize>) {
    let mut placed: Vec<Option<T>> = rows.iter().map(|_| None).collect();
    for (place, row) in to.zip(rows.drain(..)) {
        placed[place] = Some(row);
    }
    rows.extend(placed.into_iter().flatten());
}
