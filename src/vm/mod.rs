//! Verb 2: the engine. A valid program and a time go in, a render tree comes out.
//!
//! A frame runs in this order; what is late in it never changes what was early:
//!
//! ```text
//! inputs -> time -> rail generators -> tape (signals, events, buses) -> rails resolve
//!        -> commit (state and latches change here, at once) -> columns -> passes -> tree
//! ```
//!
//! * [`engine`]: the order of a frame, and the interface of a host; [`frame`]: its words;
//! * `time`: from a sample to phases and boundaries; `pulse`: lists of pulses; [`inputs`];
//! * `registers`, `tape`: one value per signal, one forward pass; `combine`: buses;
//! * `state`: cells, read as committed and written together; `rails`: six clocks outside the graph;
//! * `field`: one value per element, in columns that are kept while nothing changed;
//! * `sinks`: from columns to passes; `camera`, `project`, `mesh`: from space to the
//!   picture; `assemble`: from passes to the tree;
//! * `swap`: another program takes over between two frames;
//! * [`health`], [`probe`], [`snapshot`], [`trace`]: what a host can learn.
//!
//! The output is a function of program, times and inputs. No clock, no file, no thread of its own, no
//! global. After the first frames of a kind nothing is allocated any more.

mod assemble;
mod blame;
mod camera;
mod cell;
mod channels;
mod clock;
mod combine;
mod elements;
pub mod engine;
mod evaluate;
pub mod explain;
pub mod field;
pub mod frame;
pub mod health;
pub mod inputs;
mod instances;
mod layers;
mod mesh;
mod paths;
pub mod probe;
mod project;
mod pulse;
mod rails;
mod records;
mod registers;
mod ring;
mod rows;
mod sinks;
pub mod snapshot;
mod state;
mod still;
mod strokes;
mod swap;
mod tape;
#[cfg(test)]
mod tests;
mod time;
pub mod trace;
mod transforms;
mod watch;

pub use engine::Engine;
pub use field::{Buffer, Parallel};
pub use frame::{EngineError, EngineOptions, FrameCtx, FrameError, FrameTime, Mode, Offence};
pub use health::{Health, Totals};
pub use inputs::{Inputs, NoInputs, Playback, Recorded};
pub use probe::{ProbeError, ProbeId, SampleValue, Target};
pub use pulse::{Pulse, PulseList};
pub use registers::Registers;
pub use snapshot::{Snapshot, SnapshotError};
pub use still::may_be_still;
pub use swap::{Allow, KeepPhase, KeepState, SwapOptions, SwapReport, SwapTime};
pub use time::FrameClass;
pub use trace::{NoTrace, Tracer};
