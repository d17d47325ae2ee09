//! Where a faulty constant began: what the compiler computed is in no step and no expression any more,
//! but the connections still say which block gave it.
//!
//! In: the input of a sink, camera or effect that is at fault. Out: the address furthest back that is a
//! faulty constant, with its value. No frame is needed for it.

use crate::ir::facts::Names;
use crate::ir::*;
use crate::vm::{health::Fault, sinks};
use std::collections::{BTreeSet, VecDeque};

/// Which constants are at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Faulty {
    /// One that is not finite makes everything after it so.
    NonFinite,
    /// What is negative only counts where it arrives.
    Negative,
}

impl From<Fault> for Faulty {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NegativeSize => Self::Negative,
            _ => Self::NonFinite,
        }
    }
}

/// `block.port = value` of the constant behind an input of a block; of `port` if that has one, else of
/// any other. `None` if no faulty constant is behind it.
pub(super) fn origin(
    program: &Program,
    (block, port): (&str, &str),
    faulty: Faulty,
) -> Option<String> {
    let names = Names::new(program);
    let rows = program.tables.graph.blocks.iter();
    let row = rows.clone().find(|row| names.text(row.key) == block)?;
    let walk = Walk { program, faulty };
    let (named, others): (Vec<&Port>, Vec<&Port>) =
        row.r#in.iter().partition(|p| names.text(p.name) == port);
    let found = [named, others]
        .into_iter()
        .find_map(|ports| walk.nearest(ports.iter().map(|p| p.slot).collect()))?;
    let slot = walk.furthest(found);
    let value = names.constant(walk.constant(slot)?);
    Some(format!("{} = {value}", names.slot(slot)))
}

struct Walk<'p> {
    program: &'p Program,
    faulty: Faulty,
}

impl Walk<'_> {
    /// The nearest address with a faulty constant, walking back over the connections.
    fn nearest(&self, mut work: VecDeque<SlotId>) -> Option<SlotId> {
        let mut seen: BTreeSet<SlotId> = work.iter().copied().collect();
        while let Some(slot) = work.pop_front() {
            if self.constant(slot).is_some() {
                return Some(slot);
            }
            // What is negative further back may have become anything since.
            if self.faulty == Faulty::NonFinite {
                work.extend(self.before(slot).into_iter().filter(|s| seen.insert(*s)));
            }
        }
        None
    }

    /// From a faulty constant back as long as what it was made of is one too.
    fn furthest(&self, mut slot: SlotId) -> SlotId {
        let mut seen = BTreeSet::from([slot]);
        let is_faulty = |s: &SlotId| self.constant(*s).is_some();
        loop {
            // A bus combines in every frame, though what is published may be a constant.
            let through = |s: SlotId| match is_faulty(&s) || !self.is_bus(s) {
                true => vec![s],
                false => self.before(s),
            };
            let before = self.before(slot).into_iter().flat_map(through);
            match before.filter(is_faulty).find(|s| seen.insert(*s)) {
                Some(next) => slot = next,
                None => return slot,
            }
            // A negative number has a sign of its own in every step; only the way to it counts.
            if self.faulty == Faulty::Negative && self.is_output(slot) {
                return slot;
            }
        }
    }

    fn is_bus(&self, slot: SlotId) -> bool {
        matches!(
            self.program.tables.graph.slots[slot.index()].owner,
            SlotOwner::Bus(_)
        )
    }

    fn is_output(&self, slot: SlotId) -> bool {
        let owner = self.program.tables.graph.slots[slot.index()].owner;
        matches!(owner, SlotOwner::Block { dir, .. } if dir == Direction::Out)
    }

    /// The addresses that a value is made of.
    fn before(&self, slot: SlotId) -> Vec<SlotId> {
        let graph = &self.program.tables.graph;
        match graph.slots[slot.index()].owner {
            SlotOwner::Block { block, port, dir } => {
                let row = &graph.blocks[block.index()];
                if dir == Direction::Out {
                    return row.r#in.iter().map(|p| p.slot).collect();
                }
                match row.r#in[port as usize].src {
                    PortSource::Wire(from) => vec![from],
                    PortSource::Bus(id) => {
                        vec![graph.buses[graph.listeners[id.index()].bus.index()].slot]
                    }
                    _ => Vec::new(),
                }
            }
            SlotOwner::Bus(bus) => {
                let [first, count] = graph.buses[bus.index()].pubs.map(|n| n as usize);
                let rows = graph.publishers[first..first + count].iter();
                rows.filter(|p| p.enabled).map(|p| p.from).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The constant at an address, if it is one and at fault.
    fn constant(&self, slot: SlotId) -> Option<ConstId> {
        let tables = &self.program.tables;
        let signal = |id: SignalId| match tables.sig.nodes[id.index()].expr {
            SignalExpr::Const(constant) => Some(constant),
            _ => None,
        };
        let value = match tables.graph.slots[slot.index()].r#ref {
            ValueRef::Bus(bus) => tables.graph.buses[bus.index()].root,
            value => value,
        };
        let constant = match value {
            ValueRef::Const(constant) => Some(constant),
            ValueRef::Sig(id) => signal(id),
            ValueRef::Field(id) => match tables.field.nodes[id.index()].expr {
                FieldExpr::Const(constant) => Some(constant),
                FieldExpr::Broadcast(id) => signal(id),
                _ => None,
            },
            _ => None,
        };
        constant.filter(|&id| {
            let lanes = sinks::constant(self.program, id);
            lanes.iter().any(|v| match self.faulty {
                Faulty::NonFinite => !v.is_finite(),
                Faulty::Negative => *v < 0.0,
            })
        })
    }
}
