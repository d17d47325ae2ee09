//! The entries of a patch and the fields that each may have, for those who describe patches.

use super::fields::Shape;
use super::{blocks, buses, chain, composites, flow, look, rail_settings, refs};

/// What each kind of entry is called (`a wire`, `a bus`) and which fields it may have. Other fields are
/// warned of. Slots and `settings` are left out: they may have any.
pub fn shapes() -> Vec<(&'static str, &'static [&'static str])> {
    let all: [&Shape; 23] = [
        &look::DOCUMENT,
        &look::GOLDEN,
        &blocks::BLOCK,
        &blocks::DEFAULT_SOURCE,
        &buses::BUS,
        &buses::BUS_TYPE,
        &flow::WIRE,
        &flow::PUBLISHER,
        &flow::LISTENER,
        &refs::REFERENCE,
        &chain::LENS,
        &chain::ADAPTER,
        &chain::BINDING,
        &rail_settings::PHASE,
        &rail_settings::PULSE,
        &rail_settings::ENERGY,
        &rail_settings::PALETTE,
        &rail_settings::STOP,
        &rail_settings::DRIVEN,
        &composites::COMPOSITE,
        &composites::GRAPH,
        &composites::NODE,
        &composites::EXPOSED,
    ];
    all.iter().map(|shape| (shape.what, shape.known)).collect()
}
