//! The engine on programs made by hand: frames, rails, state, buses, passes, runs.

pub(crate) mod bench;
mod frames;
mod rails;
mod state;
