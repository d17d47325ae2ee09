//! The engine on programs made by hand: frames, rails, state, buses, passes, runs.

pub(crate) mod bench;
mod buses;
mod frames;
mod lines;
mod passes;
mod rails;
mod runs;
mod state;
mod swap;
