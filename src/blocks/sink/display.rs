//! `DebugDisplay`: values to look at, nothing drawn.

use super::SINK;
use crate::blocks::{Block, Default, Family, Input, Output};
use crate::ir::Capability;
use crate::types::Domain;

/// Values to look at.
pub(in crate::blocks) static DEBUG_DISPLAY: Block = Block {
    name: "DebugDisplay",
    family: Family::Other,
    capability: Capability::Io,
    summary: "values to look at with `oscilla probe`",
    details: "Draws nothing. Whatever is connected can be probed at this block's inputs; of a field \
              the first five elements are shown. The output has no effect.",
    inputs: &[
        Input::number("signal", 0.0, "a number").defaulting(Default::None),
        Input::phase("phase", 0.0, "a phase").defaulting(Default::None),
        Input::number("field", 0.0, "a number per element")
            .field()
            .defaulting(Default::None),
        Input::domain("domain", 0.0, "elements").defaulting(Default::None),
        Input::text("label", "", "a name for the reader"),
        Input::number("posX", 0.0, "place in an editor; no effect").constant(),
        Input::number("posY", 0.0, "place in an editor; no effect").constant(),
    ],
    outputs: &[Output::special("debug", Domain::String, "no effect")],
    ..SINK
};
