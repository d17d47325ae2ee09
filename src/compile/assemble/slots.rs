//! What the slots of ports hold.

use crate::blocks::{Block, Mark, OutputWorld};
use crate::types::{Domain, Type, World};

/// The type of an input's slot.
pub(super) fn input_type(mark: Mark, domain: Domain) -> Type {
    let world = match mark {
        Mark::Constant | Mark::Options(_) | Mark::Text | Mark::Asset => World::Scalar,
        Mark::Signal => World::Signal,
        Mark::Field => World::Field,
        Mark::Event => World::Event,
        Mark::Domain | Mark::Render | Mark::Camera => World::Special,
    };
    Type::new(world, domain)
}

/// The type of an output's slot, where the block gave nothing that says more.
pub(super) fn output_type(block: &Block, port: usize) -> Type {
    let output = &block.outputs[port];
    let world = match output.world {
        OutputWorld::Signal => World::Signal,
        OutputWorld::Field => World::Field,
        OutputWorld::Event => World::Event,
        // A text is known before anything runs.
        OutputWorld::Special if output.domain == Domain::String => World::Scalar,
        OutputWorld::Special => World::Special,
    };
    Type::new(world, output.domain)
}
