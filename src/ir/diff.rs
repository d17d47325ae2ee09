//! What differs between two programs, and what of a running one can go on in the other.
//!
//! Pure and table by table: rows are matched by key and compared by content, never by index, so a
//! row that only moved is kept. Of blocks, wires, buses, publishers and the like the content is what
//! they say themselves (`super::own`); requests and steps are compared with everything upstream.
//! Read next: `rows`, what is compared; `cells`, what of state goes on; then the engine's swap, which does
//! what is found here.

mod cells;
mod rows;

pub use cells::{CellAction, CellChange};

use super::hashes::Digest;
use super::*;
use cells::cells;
use rows::{Pick, Row, Side, compare};
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
