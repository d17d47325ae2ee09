//! What differs between two programs, and what of a running one can go on in the other.
//!
//! Pure and table by table: rows are matched by key and compared by content, never by index, so a
//! row that only moved is kept. Of blocks, wires, buses, publishers and the like the content is what
//! they say themselves (`super::own`); requests and steps are compared with everything upstream.
//! Read next: the engine's swap, which does what is found here.

use super::hashes::{Digest, Hashes, digest};
use super::own::Own;
use super::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// How deep a change goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Class {
    /// Parameters: constants, lens parameters, combine modes, colours.
    A,
    /// Structure: blocks, wires, buses or state come or go.
    B,
    /// Topology: time model, elements of a domain, or state that cannot go on.
    C,
}

/// Rows of a table by what became of them; each list sorted by key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// In both, with equal content.
    pub kept: Vec<String>,
    /// In both, with other content.
    pub changed: Vec<String>,
    /// Only in the new program.
    pub added: Vec<String>,
    /// Only in the old program.
    pub removed: Vec<String>,
}

impl Table {
    /// Whether nothing changed, came or went.
    pub fn is_same(&self) -> bool {
        self.changed.is_empty() && !self.is_restructured()
    }

    /// Whether something came or went.
    pub fn is_restructured(&self) -> bool {
        !self.added.is_empty() || !self.removed.is_empty()
    }
}

/// What becomes of a state cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CellAction {
    /// Its contents go on.
    Copied,
    /// Its newest entries go on, as many as fit.
    Resampled,
    /// It starts anew: its value has another type.
    ResetType,
    /// It starts anew: it does something else.
    ResetLayout,
    /// It starts anew: the host asked for it.
    ResetAsked,
    /// It is new and starts with its initial contents.
    New,
    /// It is gone.
    Dropped,
}

impl CellAction {
    /// Whether a cell that goes on by its key starts anew.
    pub const fn is_reset(self) -> bool {
        matches!(self, Self::ResetType | Self::ResetLayout | Self::ResetAsked)
    }

    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Copied => "copied",
            Self::Resampled => "resampled",
            Self::ResetType => "reset: type",
            Self::ResetLayout => "reset: layout",
            Self::ResetAsked => "reset: asked",
            Self::New => "new",
            Self::Dropped => "dropped",
        }
    }
}

/// A state cell in both programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CellChange {
    /// Its key.
    pub key: String,
    /// What becomes of it.
    pub action: CellAction,
    /// Why, in words; empty where the action says all.
    pub reason: String,
    /// Its row in the old program.
    #[serde(skip)]
    pub from: Option<StateId>,
    /// Its row in the new program.
    #[serde(skip)]
    pub to: Option<StateId>,
}

/// A change of what holds for the whole patch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Setting {
    /// `size`, `background` or `seed`.
    pub name: &'static str,
    /// As people write it.
    pub from: String,
    /// As people write it.
    pub to: String,
}

/// The difference of two programs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diff {
    /// How deep the change goes.
    pub class: Class,
    /// What makes it more than parameters; empty for class A.
    pub because: Vec<String>,
    /// By block id.
    pub blocks: Table,
    /// By target, `block.port`.
    pub wires: Table,
    /// By bus id.
    pub buses: Table,
    /// By publisher id.
    pub publishers: Table,
    /// By listener id.
    pub listeners: Table,
    /// By name.
    pub rails: Table,
    /// By `block/port`.
    pub domains: Table,
    /// External channels, by name.
    pub channels: Table,
    /// By block id.
    pub sinks: Table,
    /// Columns, by `sink.input`; with everything upstream.
    pub requests: Table,
    /// By `kind:subject`; with everything upstream.
    pub steps: Table,
    /// Steps of the new program whose results do not carry over, in its order.
    pub invalidated: Vec<String>,
    /// By key.
    pub cells: Vec<CellChange>,
    /// Blocks that look like others under a new id: from, to.
    pub renamed: Vec<[String; 2]>,
    /// Old and new time model, if they differ.
    pub time: Option<[TimeModel; 2]>,
    /// What differs of what holds for the whole patch.
    pub settings: Vec<Setting>,
}

impl Diff {
    /// Compares two programs. Linear in their size, apart from sorting keys.
    pub fn new(old: &Valid<Program>, new: &Valid<Program>) -> Self {
        let (a, b) = (Side::new(old), Side::new(new));
        let cells = cells(old, new);
        let time = (old.time_model.without_windows() != new.time_model.without_windows())
            .then(|| [old.time_model.clone(), new.time_model.clone()]);
        let table = |of: Pick| compare(of(&a.rows), of(&b.rows)).0;
        let mut diff = Self {
            class: Class::A,
            because: Vec::new(),
            blocks: table(|r| &r.blocks),
            wires: table(|r| &r.wires),
            buses: table(|r| &r.buses),
            publishers: table(|r| &r.publishers),
            listeners: table(|r| &r.listeners),
            rails: table(|r| &r.rails),
            domains: table(|r| &r.domains),
            channels: table(|r| &r.channels),
            sinks: table(|r| &r.sinks),
            requests: table(|r| &r.requests),
            steps: table(|r| &r.steps),
            invalidated: invalidated(&a, &b, new),
            renamed: renamed(&a.rows.blocks, &b.rows.blocks),
            cells,
            time,
            settings: settings(old, new),
        };
        diff.classify(&a, &b);
        diff
    }

    /// Whether the two programs make the same frames: nothing that is executed differs.
    pub fn is_same(&self) -> bool {
        let tables = [
            &self.blocks,
            &self.wires,
            &self.buses,
            &self.publishers,
            &self.listeners,
            &self.rails,
            &self.domains,
            &self.channels,
            &self.sinks,
            &self.requests,
            &self.steps,
        ];
        let cells = self
            .cells
            .iter()
            .all(|cell| cell.action == CellAction::Copied);
        cells
            && self.time.is_none()
            && self.settings.is_empty()
            && tables.iter().all(|table| table.is_same())
    }

    fn classify(&mut self, a: &Side, b: &Side) {
        let mut topology = Vec::new();
        let mut structure = Vec::new();
        if let Some([from, to]) = &self.time {
            topology.push(time_words(from, to));
        }
        for key in &self.domains.changed {
            topology.push(format!("domain `{key}` has other elements"));
        }
        for cell in self.cells.iter().filter(|cell| cell.action.is_reset()) {
            topology.push(format!("state `{}` starts anew: {}", cell.key, cell.reason));
        }
        let lists: [(&str, Pick); 8] = [
            ("block", |r| &r.blocks),
            ("wire", |r| &r.wires),
            ("bus", |r| &r.buses),
            ("publisher", |r| &r.publishers),
            ("listener", |r| &r.listeners),
            ("rail", |r| &r.rails),
            ("domain", |r| &r.domains),
            ("channel", |r| &r.channels),
        ];
        for (what, of) in lists {
            let (table, rerouted) = compare(of(&a.rows), of(&b.rows));
            let verb = |keys: &[String], verb: &str| {
                keys.iter()
                    .map(|key| format!("{what} `{key}` {verb}"))
                    .collect::<Vec<_>>()
            };
            structure.extend(verb(&table.added, "is new"));
            structure.extend(verb(&table.removed, "is gone"));
            structure.extend(verb(&rerouted, "is connected or typed in another way"));
        }
        for cell in &self.cells {
            match cell.action {
                CellAction::New => structure.push(format!("state `{}` is new", cell.key)),
                CellAction::Dropped => structure.push(format!("state `{}` is gone", cell.key)),
                CellAction::Resampled => {
                    structure.push(format!("state `{}`: {}", cell.key, cell.reason));
                }
                _ => {}
            }
        }
        self.class = match (topology.is_empty(), structure.is_empty()) {
            (false, _) => Class::C,
            (true, false) => Class::B,
            (true, true) => Class::A,
        };
        self.because = topology;
        self.because.append(&mut structure);
    }
}

/// Content of a row, and the part of it that is structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Content {
    all: Digest,
    shape: Digest,
}

type Row = BTreeMap<String, Content>;

/// One of the tables.
type Pick = fn(&Rows) -> &Row;

/// The tables of a program by key.
struct Rows {
    blocks: Row,
    wires: Row,
    buses: Row,
    publishers: Row,
    listeners: Row,
    rails: Row,
    domains: Row,
    channels: Row,
    sinks: Row,
    requests: Row,
    steps: Row,
}

struct Side {
    hashes: Hashes,
    rows: Rows,
}

impl Side {
    fn new(program: &Valid<Program>) -> Self {
        let hashes = Hashes::new(program);
        let rows = rows(program, &hashes);
        Self { hashes, rows }
    }
}

fn rows(program: &Valid<Program>, hashes: &Hashes) -> Rows {
    let tables = &program.tables;
    let graph = &tables.graph;
    let text = |id: StrId| tables.strings[id.index()].clone();
    let domain = |id: TypeId| program.types[id.index()].domain.name();
    let constant = |id: ConstId| hashes.constants[id.index()];
    let content = |all: Digest, shape: Digest| Content { all, shape };
    let mut own = Own::new(program, hashes);
    let block = |block: &BlockRow| {
        let shape = digest("type", &text(block.r#type));
        (text(block.key), content(own.block(block), shape))
    };
    let blocks = graph.blocks.iter().map(block).collect();
    let wire = |wire: &WireRow| {
        let from = own.slot_key(wire.from);
        let all = digest("wire", &(from, own.chain(wire.r#use)));
        (
            port_name(own.slot_key(wire.to)),
            content(all, digest("wire", &from)),
        )
    };
    let bus = |bus: &Bus| {
        let shape = digest("bus", &(domain(bus.r#type), bus.role.map(text)));
        let all = digest(
            "bus",
            &(shape, text(bus.name), bus.combine, constant(bus.silent)),
        );
        (text(bus.key), content(all, shape))
    };
    let bus_key = |id: BusId| text(graph.buses[id.index()].key);
    let publisher = |row: &Publisher| {
        let route = (bus_key(row.bus), own.slot_key(row.from), row.enabled);
        let shape = digest("publisher", &route);
        let all = (shape, row.sort_key.to_bits(), own.chain(row.r#use));
        (text(row.key), content(digest("publisher", &all), shape))
    };
    let listener = |row: &Listener| {
        let shape = digest(
            "listener",
            &(bus_key(row.bus), own.slot_key(row.to), row.enabled),
        );
        let all = digest("listener", &(shape, own.chain(row.r#use)));
        (text(row.key), content(all, shape))
    };
    let rail = |(at, row): (usize, &Rail)| {
        let user = row.user.as_ref().map(|user| bus_key(user.bus));
        let shape = digest("rail", &(row.drive, user, row.read));
        (text(row.key), content(hashes.rails[at], shape))
    };
    let elements = |(at, row): (usize, &DomainRow)| {
        (
            text(row.key),
            content(hashes.domains[at], Digest::default()),
        )
    };
    let channel = |row: &External| {
        let shape = digest("channel", &domain(row.r#type));
        let all = digest("channel", &(shape, constant(row.default), row.hold));
        (text(row.key), content(all, shape))
    };
    let sink = |row: &Sink| (text(row.key), content(own.sink(row), Digest::default()));
    let request = |(at, row): (usize, &Request)| {
        (
            text(row.key),
            content(hashes.requests[at], Digest::default()),
        )
    };
    let step =
        |(at, row): (usize, &Step)| (text(row.key), content(hashes.steps[at], Digest::default()));
    Rows {
        blocks,
        wires: graph.wires.iter().map(wire).collect(),
        buses: graph.buses.iter().map(bus).collect(),
        publishers: graph.publishers.iter().map(publisher).collect(),
        listeners: graph.listeners.iter().map(listener).collect(),
        rails: tables.rails.iter().enumerate().map(rail).collect(),
        domains: graph.domains.iter().enumerate().map(elements).collect(),
        channels: graph.externals.iter().map(channel).collect(),
        sinks: tables.render.sinks.iter().map(sink).collect(),
        requests: tables
            .materialize
            .requests
            .iter()
            .enumerate()
            .map(request)
            .collect(),
        steps: program
            .schedule
            .steps
            .iter()
            .enumerate()
            .map(step)
            .collect(),
    }
}

/// `block/in/port` as people write it.
fn port_name(slot: &str) -> String {
    slot.replacen("/in/", ".", 1)
}

fn settings(old: &Program, new: &Program) -> Vec<Setting> {
    let size = |program: &Program| {
        let Viewport { width, height, .. } = program.viewport;
        format!("{width}x{height}")
    };
    let background = |program: &Program| {
        let [r, g, b, a] = program.viewport.background;
        format!("rgba({r}, {g}, {b}, {a})")
    };
    let seed = |program: &Program| program.seed.to_string();
    let all = [
        ("size", size(old), size(new)),
        ("background", background(old), background(new)),
        ("seed", seed(old), seed(new)),
    ];
    let changed = all.into_iter().filter(|(_, from, to)| from != to);
    changed
        .map(|(name, from, to)| Setting { name, from, to })
        .collect()
}

/// The two tables side by side, and the keys of changed rows whose structure changed.
fn compare(old: &Row, new: &Row) -> (Table, Vec<String>) {
    let mut table = Table::default();
    let mut rerouted = Vec::new();
    for (key, before) in old {
        match new.get(key) {
            None => table.removed.push(key.clone()),
            Some(after) if after == before => table.kept.push(key.clone()),
            Some(after) => {
                table.changed.push(key.clone());
                if after.shape != before.shape {
                    rerouted.push(key.clone());
                }
            }
        }
    }
    let added = new.keys().filter(|key| !old.contains_key(*key));
    table.added = added.cloned().collect();
    (table, rerouted)
}

/// Changed and new steps, and everything that reads of them. Dependencies come before their
/// users, so one pass finds all.
fn invalidated(a: &Side, b: &Side, new: &Program) -> Vec<String> {
    let old = &a.rows.steps;
    let mut stale = Vec::with_capacity(new.schedule.steps.len());
    let mut keys = Vec::new();
    for (at, step) in new.schedule.steps.iter().enumerate() {
        let key = new.tables.strings[step.key.index()].clone();
        let known = old
            .get(&key)
            .is_some_and(|row| row.all == b.hashes.steps[at]);
        let reached = step.deps.iter().any(|dep| stale[dep.index()]);
        stale.push(!known || reached);
        if !known || reached {
            keys.push(key);
        }
    }
    keys
}

/// Blocks that went and blocks that came which say the same, where there is no choice.
fn renamed(old: &Row, new: &Row) -> Vec<[String; 2]> {
    let only = |row: &Row, other: &Row| {
        let mut found: BTreeMap<Digest, Vec<String>> = BTreeMap::new();
        for (key, content) in row.iter().filter(|(key, _)| !other.contains_key(*key)) {
            found.entry(content.all).or_default().push(key.clone());
        }
        found
    };
    let came = only(new, old);
    let mut pairs: Vec<_> = only(old, new)
        .into_iter()
        .filter_map(
            |(content, from)| match (from.as_slice(), came.get(&content)?.as_slice()) {
                ([from], [to]) => Some([from.clone(), to.clone()]),
                _ => None,
            },
        )
        .collect();
    pairs.sort();
    pairs
}

/// What becomes of each cell.
fn cells(old: &Program, new: &Program) -> Vec<CellChange> {
    let by_key = |program: &Program| -> BTreeMap<String, StateId> {
        let cells = program.tables.state.cells.iter().enumerate();
        let key = |cell: &Cell| program.tables.strings[cell.key.index()].clone();
        cells
            .map(|(at, cell)| (key(cell), StateId::at(at)))
            .collect()
    };
    let (before, after) = (by_key(old), by_key(new));
    let mut changes = Vec::with_capacity(before.len().max(after.len()));
    for (key, &from) in &before {
        let to = after.get(key).copied();
        let (action, reason) = match to {
            Some(to) => migration(old, from, new, to),
            None => (CellAction::Dropped, String::new()),
        };
        let key = key.clone();
        changes.push(CellChange {
            key,
            action,
            reason,
            from: Some(from),
            to,
        });
    }
    for (key, &to) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        changes.push(CellChange {
            key: key.clone(),
            action: CellAction::New,
            reason: String::new(),
            from: None,
            to: Some(to),
        });
    }
    changes.sort_by(|a, b| a.key.cmp(&b.key));
    changes
}

fn migration(old: &Program, from: StateId, new: &Program, to: StateId) -> (CellAction, String) {
    let cell = |program: &Program, id: StateId| program.tables.state.cells[id.index()].clone();
    let (from, to) = (cell(old, from), cell(new, to));
    let domains = (
        old.types[from.r#type.index()].domain,
        new.types[to.r#type.index()].domain,
    );
    if from.op != to.op {
        let names = [from.op, to.op].map(|op| format!("{op:?}"));
        let reason = format!("it was {}, it is {}", names[0], names[1]);
        return (CellAction::ResetLayout, reason);
    }
    if domains.0 != domains.1 {
        let reason = format!(
            "it held {}, it holds {}",
            domains.0.name(),
            domains.1.name()
        );
        return (CellAction::ResetType, reason);
    }
    let lengths = |cell: &Cell| (cell.f64[1], cell.i32[1], cell.ring);
    if lengths(&from) != lengths(&to) {
        let reason = format!("it had {} entries, it has {}", from.f64[1], to.f64[1]);
        return match from.op {
            StateOp::Delay | StateOp::UnitDelay | StateOp::History => {
                (CellAction::Resampled, reason)
            }
            _ => (CellAction::ResetLayout, reason),
        };
    }
    if from.layout_hash != to.layout_hash || from.imm != to.imm {
        return (
            CellAction::ResetLayout,
            "its numbers mean something else".to_owned(),
        );
    }
    (CellAction::Copied, String::new())
}

/// How two time models differ, in words.
fn time_words(from: &TimeModel, to: &TimeModel) -> String {
    use TimeModel::{Cyclic, Finite, Infinite};
    match (from, to) {
        (
            Cyclic {
                period_ms: a,
                mode: m,
            },
            Cyclic {
                period_ms: b,
                mode: n,
            },
        ) if m == n => {
            format!("the period was {a} ms, it is {b} ms")
        }
        (Cyclic { .. }, Cyclic { .. }) => "the cycle runs in another direction".to_owned(),
        (Finite { duration_ms: a, .. }, Finite { duration_ms: b, .. }) if a != b => {
            format!("the duration was {a} ms, it is {b} ms")
        }
        (Finite { .. }, Finite { .. }) => "the cue points are others".to_owned(),
        (Infinite { .. }, Infinite { .. }) => "the time without end has other periods".to_owned(),
        _ => format!("time was {}, it is {}", time_kind(from), time_kind(to)),
    }
}

fn time_kind(model: &TimeModel) -> &'static str {
    match model {
        TimeModel::Finite { .. } => "finite",
        TimeModel::Cyclic { .. } => "cyclic",
        TimeModel::Infinite { .. } => "infinite",
    }
}
