//! What becomes of each state cell: it goes on by its key, as far as it still means the same.

use crate::ir::*;
use serde::Serialize;
use std::collections::BTreeMap;

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
    /// Why, in words.
    pub reason: String,
    /// Its row in the old program.
    #[serde(skip)]
    pub from: Option<StateId>,
    /// Its row in the new program.
    #[serde(skip)]
    pub to: Option<StateId>,
}

/// What becomes of each cell.
pub(super) fn cells(old: &Program, new: &Program) -> Vec<CellChange> {
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
            None => (CellAction::Dropped, gone(new, key)),
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
            reason: "nothing had its key".to_owned(),
            from: None,
            to: Some(to),
        });
    }
    changes.sort_by(|a, b| a.key.cmp(&b.key));
    changes
}

/// Why a program has no cell of a key. A key begins with the id of whose state it is.
fn gone(new: &Program, key: &str) -> String {
    let text = |id: StrId| new.tables.strings[id.index()].as_str();
    let mut cells = new.tables.state.cells.iter();
    let (owner, _) = key.split_once(['#', '/']).unwrap_or((key, ""));
    let is_of_owner = |cell: &Cell| {
        let other = text(cell.key);
        other.split_once(['#', '/']).map_or(other, |(o, _)| o) == owner
    };
    if cells.any(is_of_owner) {
        format!("`{owner}` has state, but none of this key: what it does, or its place, changed")
    } else {
        format!("nothing of `{owner}` has state any more")
    }
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
    (
        CellAction::Copied,
        "it has the key, the type and the layout it had".to_owned(),
    )
}
