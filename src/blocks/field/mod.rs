//! Field blocks: one value per element.
//!
//! [`source`] makes fields over a domain, [`number`] and [`vector`] compute lane by lane. Colours
//! stand in `color`, expressions in `expression`.

pub(super) mod number;
pub(super) mod source;
pub(super) mod vector;

use super::{Block, Family};

/// What field definitions start from.
const FIELD: Block = Block {
    family: Family::Field,
    ..Block::PLAIN
};
