//! What runs in a frame, in which order, and what stays for the next one.

use super::names::{Names, variant};
use crate::ir::varies::{Variation, Varies};
use crate::ir::*;
use serde::Serialize;

/// A phase of a frame.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhaseFact {
    /// Its name.
    pub phase: Phase,
    /// Its steps in order of execution.
    pub steps: Vec<StepFact>,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepFact {
    /// Its place in the order of a frame.
    pub at: usize,
    /// `kind:subject`.
    pub key: String,
    /// Signals and events that it computes, in order.
    pub runs: Vec<String>,
    /// Slots that it writes.
    pub writes: Vec<String>,
    /// Steps before it that it needs.
    pub after: Vec<String>,
    /// `none`, `perFrame` or `keyed`.
    pub cache: CachePolicy,
    /// Signals in the key of its cache.
    pub uniforms: Vec<String>,
    /// Whether anything but a probe needs it.
    pub demanded: bool,
    /// What it computes varies with.
    pub varies: Varies,
}

/// A state cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CellFact {
    /// Its key, by which it survives an edit.
    pub key: String,
    /// What it does.
    pub op: StateOp,
    /// World and domain.
    pub r#type: String,
    /// Its small integer, such as the length of a history.
    pub imm: u32,
    /// Before the first frame.
    pub init: String,
    /// What its update reads.
    pub reads: Vec<String>,
    /// Whether it counts time or frames.
    pub policy: StatePolicy,
    /// Entries in the two pools, and samples of its ring.
    pub entries: [u32; 3],
    /// What its readers see.
    pub tap: Tap,
    /// Hash of its layout; a running cell is kept where it is the same.
    pub layout_hash: String,
}

/// A rail.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RailFact {
    /// Its name.
    pub name: String,
    /// World and domain.
    pub r#type: String,
    /// Its own value.
    pub generator: String,
    /// Which value wins.
    pub drive: Drive,
    /// How the two meet where they are mixed.
    pub combine: Combine,
    /// The bus that drives it.
    pub bus: Option<String>,
    /// What readers see.
    pub read: RailRead,
    /// The publisher that mirrors it.
    pub mirror: Option<String>,
    /// How many expressions read it.
    pub readers: usize,
}

pub(super) fn schedule(names: &Names<'_>, variation: &Variation) -> Vec<PhaseFact> {
    let steps = &names.program.schedule.steps;
    let phases = &names.program.schedule.phases;
    let edges = derive::Edges::new(names.program);
    phases
        .iter()
        .map(|row| PhaseFact {
            phase: row.phase,
            steps: row
                .steps
                .iter()
                .filter_map(|&id| Some((id, steps.get(id.index())?)))
                .map(|(id, step)| step_fact(names, variation, &edges, (id, step)))
                .collect(),
        })
        .collect()
}

fn step_fact(
    names: &Names<'_>,
    variation: &Variation,
    edges: &derive::Edges<'_>,
    (id, step): (StepId, &Step),
) -> StepFact {
    let mut varies = match step.kind {
        StepKind::TimeDerive => Varies::TIME,
        StepKind::TimeConsole => Varies::RAIL,
        // What it makes is what the next frame finds.
        StepKind::StateCommit if !names.program.tables.state.cells.is_empty() => Varies::STATE,
        StepKind::ExternalSample if !names.program.tables.graph.externals.is_empty() => {
            Varies::EXTERNAL
        }
        _ => Varies::STATIC,
    };
    for &value in &step.run {
        varies = varies.and(variation.of(value));
    }
    edges.of_step(step, &mut |value| {
        varies = varies.and(variation.behind(names.program, value));
    });
    StepFact {
        at: id.index(),
        key: names.text(step.key).to_owned(),
        runs: step.run.iter().map(|v| names.value(*v)).collect(),
        writes: step.writes.iter().map(|s| names.slot(*s)).collect(),
        after: step
            .deps
            .iter()
            .map(|d| names.step(*d).to_owned())
            .collect(),
        cache: step.cache.policy,
        uniforms: step
            .cache
            .uniforms
            .iter()
            .map(|s| names.signal(*s))
            .collect(),
        demanded: step.demand,
        varies,
    }
}

pub(super) fn cells(names: &Names<'_>) -> Vec<CellFact> {
    let cells = &names.program.tables.state.cells;
    let read = |operand: &Operand| match operand {
        Operand::Sig(id) => names.signal(*id),
        Operand::Event(id) => names.event(*id),
    };
    cells
        .iter()
        .map(|cell| CellFact {
            key: names.text(cell.key).to_owned(),
            op: cell.op,
            r#type: names.ty(cell.r#type),
            imm: cell.imm,
            init: cell.init.map_or("0".to_owned(), |c| names.constant(c)),
            reads: cell.args.iter().map(read).collect(),
            policy: cell.policy,
            entries: [cell.f64[1], cell.i32[1], cell.ring],
            tap: cell.tap,
            layout_hash: cell.layout_hash.clone(),
        })
        .collect()
}

pub(super) fn rails(names: &Names<'_>) -> Vec<RailFact> {
    let tables = &names.program.tables;
    let readers = |id: RailId| {
        let signals = tables.sig.nodes.iter();
        let events = tables.event.nodes.iter();
        signals.filter(|n| n.expr == SignalExpr::Rail(id)).count()
            + events.filter(|n| n.expr == EventExpr::Rail(id)).count()
    };
    let rows = tables.rails.iter().enumerate();
    rows.map(|(i, rail)| RailFact {
        name: names.text(rail.key).to_owned(),
        r#type: names.ty(rail.r#type),
        generator: names.generator(&rail.generator),
        drive: rail.drive,
        combine: rail.combine,
        bus: rail.user.as_ref().map(|u| names.bus(u.bus).to_owned()),
        read: rail.read,
        mirror: rail.mirror.map(|id| {
            let row = tables.graph.publishers.get(id.index());
            row.map_or("?", |p| names.text(p.key)).to_owned()
        }),
        readers: readers(RailId::at(i)),
    })
    .collect()
}

impl PhaseFact {
    /// The word of the phase.
    pub fn name(&self) -> String {
        variant(&self.phase)
    }
}

impl StepFact {
    /// The word of its cache policy.
    pub fn policy(&self) -> String {
        variant(&self.cache)
    }
}

impl CellFact {
    /// The words of operation, policy and tap.
    pub fn words(&self) -> [String; 3] {
        [variant(&self.op), variant(&self.policy), variant(&self.tap)]
    }
}

impl RailFact {
    /// The words of drive, combine and read.
    pub fn words(&self) -> [String; 3] {
        [
            variant(&self.drive),
            variant(&self.combine),
            variant(&self.read),
        ]
    }
}
