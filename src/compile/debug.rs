//! What rows are for: from dense indices back to what a person wrote.
//!
//! No frame depends on it. The notes that lowering took become provenance rows; blocks, buses and
//! slots get the names and places that messages, probes and dumps show.

use super::assemble::Draft;
use super::expand::Side;
use super::lower::Note;
use super::resolve::Graph as Resolved;
use crate::blocks::Block;
use crate::diag::{Diagnostics, Severity};
use crate::ir::row_index::RowIndex;
use crate::ir::*;
use std::collections::{BTreeMap, HashMap};

/// Words for the notes of lowering.
pub(super) struct Notes<'a> {
    /// Per block of the patch: id, row, definition.
    blocks: Vec<(&'a str, Option<BlockId>, Option<&'static Block>)>,
    /// Per bus of the document.
    buses: Vec<&'a str>,
}

impl<'a> Notes<'a> {
    /// From the patch.
    pub(super) fn new(graph: &Resolved<'a>, rows: &[Option<BlockId>]) -> Self {
        let blocks = graph.nodes.iter().zip(rows);
        Self {
            blocks: blocks
                .map(|(node, row)| (node.entry.id.as_str(), *row, node.block))
                .collect(),
            buses: graph
                .patch
                .document
                .buses
                .iter()
                .map(|b| b.name.as_str())
                .collect(),
        }
    }

    /// `path` is room to write in.
    fn row(&self, note: &Note, pool: &mut Pool, path: &mut String) -> Provenance {
        path.clear();
        let block = |i: usize| self.blocks.get(i).and_then(|b| b.1);
        let id = |i: usize| self.blocks.get(i).map_or("", |b| b.0);
        let definition = |i: usize| self.blocks.get(i).and_then(|b| b.2);
        let output = |i: usize, port: usize| {
            definition(i)
                .and_then(|d| d.outputs.get(port))
                .map_or("", |o| o.name)
        };
        let input = |i: usize, port: usize| {
            definition(i)
                .and_then(|d| d.inputs.get(port))
                .map_or("", |p| p.name)
        };
        let (owner, port, kind) = match note {
            Note::None => (None, None, ProvenanceKind::Time),
            Note::Block(i) => {
                path.push_str(id(*i));
                (block(*i), None, ProvenanceKind::Block)
            }
            Note::Output(i, port) => {
                let name = output(*i, *port);
                path.extend([id(*i), ".", name]);
                (block(*i), Some(name), ProvenanceKind::Block)
            }
            Note::Input(i, port) => {
                let name = input(*i, *port);
                path.extend([id(*i), ".", name]);
                (block(*i), Some(name), ProvenanceKind::Default)
            }
            Note::Bus(i) => {
                path.extend(["bus:", self.buses.get(*i).copied().unwrap_or_default()]);
                (None, None, ProvenanceKind::Bus)
            }
            Note::Use(key) => {
                path.push_str(key);
                (None, None, ProvenanceKind::Lens)
            }
            Note::Rail(i) => {
                let rail = crate::patch::rails::Rail::ALL.get(*i);
                path.extend(["rail:", rail.map_or("", |r| r.name())]);
                (None, None, ProvenanceKind::Rail)
            }
        };
        Provenance {
            block: owner,
            port: port.map(|name| pool.text(name)),
            kind,
            path: pool.text(path),
        }
    }
}

/// The pool of debug texts, in order of first use.
#[derive(Default)]
struct Pool {
    texts: Vec<String>,
    index: RowIndex,
}

impl Pool {
    /// Appends a text that is most likely new; from now on it is the one that is found.
    fn add(&mut self, text: String) -> u32 {
        self.index.append(&mut self.texts, text) as u32
    }

    fn text(&mut self, text: &str) -> u32 {
        self.index.text(&mut self.texts, text) as u32
    }
}

/// Fills the debug tables and the map into the document. All rows have their numbers.
pub(super) fn tables(graph: &Resolved<'_>, draft: &mut Draft) {
    let mut pool = Pool::default();
    blocks(graph, draft, &mut pool);
    buses(&mut draft.program, &mut pool);
    slots(graph, &mut draft.program, &mut pool);
    provenance(draft, &mut pool);
    draft.program.debug.strings = pool.texts;
    draft.program.meta.compiler = Compiler {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
}

/// Blocks for people, and their places in the document.
fn blocks(graph: &Resolved<'_>, draft: &mut Draft, pool: &mut Pool) {
    let program = &mut draft.program;
    let mut places = Vec::with_capacity(program.tables.graph.blocks.len());
    for (node, (_, row, _)) in graph.nodes.iter().zip(&draft.notes.blocks) {
        let Some(row) = *row else { continue };
        let entry = node.entry;
        let id = pool.text(&entry.id);
        let label = match entry.label.as_str() {
            "" => id,
            label => pool.text(label),
        };
        program.debug.block.push(DebugBlock {
            id,
            label,
            r#type: pool.text(&entry.kind),
            path: pool.text(&entry.at),
        });
        let key = program.tables.graph.blocks[row.index()].key;
        places.push((key, (entry.id.clone(), entry.at.clone())));
        if !entry.label.is_empty() {
            let names = &mut program.meta.names.nodes;
            names.insert(entry.id.clone(), entry.label.clone());
        }
    }
    program.meta.source_map.node_to_editor_block = by_key(places);
}

/// A map whose keys are texts of the program. Those are numbered in byte order, so sorting costs no look
/// at a text; a map is built from sorted entries as a whole.
fn by_key(mut entries: Vec<(StrId, (String, String))>) -> BTreeMap<String, String> {
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries.into_iter().map(|(_, entry)| entry).collect()
}

/// Buses for people.
fn buses(program: &mut Program, pool: &mut Pool) {
    let text = |id: StrId| program.tables.strings[id.index()].as_str();
    for bus in &program.tables.graph.buses {
        let (id, name) = (text(bus.key), text(bus.name));
        program.debug.bus.push(DebugBus {
            id: pool.text(id),
            name: pool.text(name),
        });
        let names = &mut program.meta.names.buses;
        names.insert(id.to_owned(), name.to_owned());
    }
}

/// Slots for people, and the ports that the editor shows for them.
fn slots(graph: &Resolved<'_>, program: &mut Program, pool: &mut Pool) {
    // In the editor an inner port is the port of the composite that shows it.
    let mut outside: HashMap<String, String> = HashMap::new();
    for (side, inner, shown) in graph.patch.outer.shown() {
        let dir = match side {
            Side::Input => "in",
            Side::Output => "out",
        };
        let key = format!("{}/{dir}/{}", inner.block, inner.port);
        outside.entry(key).or_insert(shown);
    }
    let tables = &program.tables;
    let text = |id: StrId| tables.strings[id.index()].as_str();
    let mut ports = Vec::with_capacity(tables.graph.slots.len());
    for slot in &tables.graph.slots {
        let key = text(slot.key);
        let path = match slot.owner {
            SlotOwner::Block { block, port, dir } => {
                let block = &tables.graph.blocks[block.index()];
                let row = match dir {
                    Direction::In => &block.r#in[port as usize],
                    Direction::Out => &block.out[port as usize],
                };
                let path = [text(block.key), ".", text(row.name)].concat();
                let shown = match outside.is_empty() {
                    true => None,
                    false => outside.get(key),
                };
                let shown = shown.unwrap_or(&path).clone();
                ports.push((slot.key, (key.to_owned(), shown)));
                path
            }
            _ => key.replacen('/', ":", 1),
        };
        program.debug.slot.push(DebugSlot {
            path: pool.add(path),
        });
    }
    program.meta.source_map.port_to_editor_slot = by_key(ports);
}

/// Provenance of every row, in the final order of the tables.
fn provenance(draft: &mut Draft, pool: &mut Pool) {
    let program = &mut draft.program;
    let mut path = String::new();
    let mut rows = |notes: &[Note]| -> Vec<Provenance> {
        notes
            .iter()
            .map(|note| draft.notes.row(note, pool, &mut path))
            .collect()
    };
    program.debug.sig_prov = rows(&draft.marks.sig);
    program.debug.event_prov = rows(&draft.marks.event);
    program.debug.field_prov = rows(&draft.marks.field);
    program.debug.chain_prov = rows(&draft.marks.chain);
    program.debug.state_prov = rows(&draft.marks.cell);
    for row in &mut program.debug.state_prov {
        row.kind = ProvenanceKind::State;
    }
    let tables = &program.tables;
    for step in &program.schedule.steps {
        let key = &tables.strings[step.key.index()];
        let (block, kind) = match step.kind {
            StepKind::NodeEval { block } => (Some(block), ProvenanceKind::Block),
            StepKind::BusEval { .. } => (None, ProvenanceKind::Bus),
            StepKind::RailResolve { .. } | StepKind::TimeConsole => (None, ProvenanceKind::Rail),
            StepKind::StateCommit => (None, ProvenanceKind::State),
            StepKind::ExternalSample | StepKind::TimeDerive => (None, ProvenanceKind::Time),
            _ => (None, ProvenanceKind::Render),
        };
        let path = pool.text(key);
        program.debug.step_prov.push(Provenance {
            block,
            port: None,
            kind,
            path,
        });
    }
}

/// What the compiler warned of, for readers of the program.
pub(super) fn warnings(program: &mut Program, diagnostics: &Diagnostics) {
    let warnings = diagnostics
        .list()
        .iter()
        .filter(|d| d.severity == Severity::Warning);
    program.meta.warnings = warnings
        .map(|d| Warning {
            code: d.code.to_owned(),
            message: d.message.clone(),
            r#where: d.pointer.clone(),
        })
        .collect();
}
