//! Reductions of what is known when a patch is compiled.

use super::Builder;
use crate::ir::element::{Behind, Element, Live};
use crate::ir::{
    EventExpr, FieldExpr, FieldId, Op, ReduceOp, SignalExpr, SignalId, StateId, reduce,
};

/// Rows times elements that a reduction is folded of at most; more is left to the engine, which
/// computes it once.
pub const MOST_ROWS: u64 = 1 << 20;

/// The lanes of a reduction; `None` if something that the field reads varies, if the field is made of
/// outlines, or if it is too large.
pub(super) fn reduce(build: &Builder, field: FieldId, op: ReduceOp) -> Option<Vec<f64>> {
    let behind = Behind::new(&build.tables, [field]);
    if !behind.rows().iter().all(|&row| is_known(build, row)) {
        return None;
    }
    // Other rows do not look at it.
    let seed = if behind.rows().iter().any(|&row| is_seeded(build, row)) {
        build.seed.value()
    } else {
        0
    };
    // A field over no domain counts as one element.
    let count = build.field_over(field).map_or(1, |d| build.count(d));
    if u64::from(count) * behind.rows().len() as u64 > MOST_ROWS {
        return None;
    }
    let domain = build.field_type(field).domain;
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); domain.lanes()];
    for index in 0..count {
        let element = Element {
            tables: &build.tables,
            types: &build.types,
            seed,
            live: &Constants(build),
            index,
        };
        let lanes = element.rows(&behind).remove(&field)?;
        for (column, lane) in columns.iter_mut().zip(lanes) {
            column.push(lane);
        }
    }
    let lane = |(k, column): (usize, &Vec<f64>)| {
        let reduced = reduce::lane(op, column.iter().copied());
        reduced.unwrap_or_else(|| reduce::none(domain, k))
    };
    Some(columns.iter().enumerate().map(lane).collect())
}

/// Whether a row reads nothing of a frame, and is made of numbers.
fn is_known(build: &Builder, row: FieldId) -> bool {
    let constant = |id: &SignalId| build.lanes(*id).is_some();
    match &build.tables.field.nodes[row.index()].expr {
        FieldExpr::Broadcast(signal) => constant(signal),
        FieldExpr::Transform { args, .. } => args.iter().all(constant),
        FieldExpr::History(_) => false,
        FieldExpr::Apply { op, .. } => op.is_numeric() || *op == Op::PerElementOffset,
        _ => true,
    }
}

/// Whether a row is made of the program seed.
fn is_seeded(build: &Builder, row: FieldId) -> bool {
    match &build.tables.field.nodes[row.index()].expr {
        FieldExpr::IdHash { .. } => true,
        FieldExpr::Apply { op, .. } => *op == Op::PerElementOffset,
        FieldExpr::Transform { chain, .. } => {
            let steps = &build.tables.transforms.chains[chain.index()].steps;
            steps.iter().any(|step| step.op == Op::PerElementOffset)
        }
        _ => false,
    }
}

/// Signals that are constants; nothing else is known yet.
struct Constants<'a>(&'a Builder);

impl Live for Constants<'_> {
    fn signal(&self, id: SignalId) -> Option<&[f64]> {
        self.0.lanes(id)
    }

    fn history(&self, _: StateId, _: u32) -> Option<f64> {
        None
    }
}

impl Builder {
    /// Lanes of a signal that is a constant.
    fn lanes(&self, id: SignalId) -> Option<&[f64]> {
        match self.tables.sig.nodes[id.index()].expr {
            SignalExpr::Const(c) => Some(self.f64s(c)),
            _ => None,
        }
    }

    /// What any view of an event without pulses is.
    pub(super) fn silence(&self, expr: &SignalExpr) -> Option<f64> {
        match expr {
            SignalExpr::Event { of, .. } => {
                let node = &self.tables.event.nodes[of.index()];
                (node.expr == EventExpr::Empty).then_some(0.0)
            }
            _ => None,
        }
    }
}
