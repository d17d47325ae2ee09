//! The vocabulary: every block, lens and adapter, as data.
//!
//! A block is one definition, its documentation and its lowering, in one place, in the file of its
//! family. The catalogue is the list of them; the compiler resolves documents against it and
//! `oscilla blocks` prints it. Formulas that signal and field blocks share stand in `formula`, the
//! three kinds of rows they compute with in `rows`. Read next: `compile`, which resolves a document
//! against this library.

mod adapter;
mod chain;
mod definition;
mod domain;
mod formula;
mod lens;
mod lowering;
mod rows;
mod signal;
mod sink;
mod time;

pub use adapter::{
    ADAPTERS, Adapter, AdapterAction, AdapterClass, Policy, count, find_adapter, reduce, reduction,
    rise,
};
pub use chain::{ChainDraft, FinishedChain};
pub use definition::{Block, Default, Family, Hard, Input, Mark, Output, OutputWorld};
pub use lens::{
    Argument, Arguments, CellDraft, LENSES, Lens, LensAction, Param, ParamKind, Preset, find_lens,
    presets,
};
pub use lowering::{Bound, Column, Lowering, PatchFacts, SinkSpec, Value};
pub use rows::{Lane, Row, Wide};

/// All blocks, in documentation order.
static CATALOGUE: &[&Block] = &[
    &time::FINITE_TIME_ROOT,
    &time::CYCLE_TIME_ROOT,
    &time::INFINITE_TIME_ROOT,
    &signal::CONST_NUMBER,
    &signal::CONST_VEC2,
    &signal::CONST_COLOR,
    &signal::OSCILLATOR,
    &signal::SHAPER,
    &signal::COLOR_LFO,
    &signal::ADD_SIGNAL,
    &signal::SUB_SIGNAL,
    &signal::MUL_SIGNAL,
    &signal::DIV_SIGNAL,
    &signal::MIN_SIGNAL,
    &signal::MAX_SIGNAL,
    &signal::CLAMP_SIGNAL,
    &signal::MAP_SIGNAL,
    &signal::ZIP_SIGNAL,
    &signal::MIX_SIGNAL,
    &signal::MIX_VEC2,
    &signal::MIX_COLOR,
    &signal::SELECT_SIGNAL,
    &signal::COLORIZE_SIGNAL,
    &signal::COLOR_FROM_HSL,
    &signal::MAKE_VEC2,
    &signal::SPLIT_VEC2,
    &signal::MAKE_VEC3,
    &signal::ADD_VEC2,
    &signal::SUB_VEC2,
    &signal::SCALE_VEC2,
    &signal::LENGTH_VEC2,
    &signal::VIEWPORT_INFO,
    &domain::DOMAIN_N,
    &domain::GRID_DOMAIN,
    &sink::RENDER_INSTANCES_2D,
    &sink::RENDER_2D_CANVAS,
    &sink::DEBUG_DISPLAY,
];

/// All blocks, in documentation order.
pub fn catalogue() -> &'static [&'static Block] {
    CATALOGUE
}

/// A block by its name, or by another accepted one.
pub fn find(name: &str) -> Option<&'static Block> {
    CATALOGUE
        .iter()
        .copied()
        .find(|b| b.name == name || b.aliases.contains(&name))
}
