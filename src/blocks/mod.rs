//! The vocabulary: every block, lens and adapter, as data.
//!
//! A block is one definition, its documentation and its lowering, in one place, in the file of its
//! family. The catalogue is the list of them; the compiler resolves documents against it and
//! `oscilla blocks` prints it. Formulas that signal and field blocks share stand in `formula`, the
//! three kinds of rows they compute with in `rows`. Read next: `compile`, which resolves a document
//! against this library.

mod adapter;
mod chain;
mod color;
mod composite;
mod definition;
pub mod docs;
mod domain;
pub mod expression;
mod field;
mod formula;
mod layout;
mod lens;
mod lowering;
mod rhythm;
mod rows;
mod signal;
mod sink;
mod state;
#[cfg(test)]
mod tests;
mod time;

pub use adapter::{
    ADAPTERS, Adapter, AdapterAction, AdapterClass, Policy, count, find_adapter, reduce, reduction,
    rise,
};
pub use chain::{ChainDraft, FinishedChain};
pub use composite::{
    COMPOSITES, Composite, CompositeNode, CompositeParam, End, Setting, find_composite,
};
use field::{number, source, vector};

pub use definition::{Block, Default, Family, Hard, Input, Mark, Output, OutputWorld};
pub use expression::expression_type;
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
    &rhythm::PULSE_DIVIDER,
    &rhythm::ENVELOPE_AD,
    &rhythm::TRIGGER_ON_WRAP,
    &rhythm::PHASE_CLOCK,
    &rhythm::LINEAR_PHASE,
    &rhythm::PHASE_MACHINE,
    &state::INTEGRATE,
    &state::DELAY,
    &state::DELAY_FRAMES,
    &state::HISTORY,
    &state::SAMPLE_HOLD,
    &state::SLEW,
    &state::COUNTER,
    &domain::DOMAIN_N,
    &domain::GRID_DOMAIN,
    &domain::SVG_SAMPLE_DOMAIN,
    &layout::POSITION_MAP_GRID,
    &layout::POSITION_MAP_CIRCLE,
    &layout::POSITION_MAP_LINE,
    &layout::RADIAL_ORIGIN,
    &layout::FLOW_FIELD_ORIGIN,
    &layout::POSITION_MAP_SPHERE,
    &source::FIELD_CONST_NUMBER,
    &source::FIELD_CONST_VEC2,
    &source::FIELD_CONST_COLOR,
    &source::FIELD_FROM_SIGNAL_BROADCAST,
    &source::BROADCAST_SIGNAL_COLOR,
    &source::FIELD_INDEX,
    &source::STABLE_ID_HASH,
    &source::FIELD_HASH01_BY_ID,
    &source::FIELD_HUE_GRADIENT,
    &source::PATH_CONST,
    &source::FIELD_FROM_EXPRESSION,
    &number::FIELD_MAP_NUMBER,
    &number::FIELD_ZIP_NUMBER,
    &number::FIELD_ZIP_SIGNAL,
    &number::FIELD_OSCILLATOR,
    &number::FIELD_SHAPER,
    &number::FIELD_OPACITY,
    &number::FIELD_SELECT,
    &number::FIELD_REDUCE,
    &vector::FIELD_ADD_VEC2,
    &vector::FIELD_SUB_VEC2,
    &vector::FIELD_MUL_VEC2,
    &vector::FIELD_SCALE_VEC2,
    &vector::FIELD_MIX_VEC2,
    &vector::FIELD_MAP_VEC2,
    &vector::FIELD_LENGTH_VEC2,
    &vector::FIELD_ANGLE_VEC2,
    &vector::FIELD_MAKE_VEC2,
    &vector::FIELD_SPLIT_VEC2,
    &vector::FIELD_MAKE_VEC3,
    &vector::FIELD_LIFT_VEC3,
    &vector::JITTER_FIELD_VEC2,
    &color::FIELD_COLORIZE,
    &color::FIELD_STRING_TO_COLOR,
    &color::FIELD_MIX_COLOR,
    &color::FIELD_COLOR_FROM_HSL,
    &color::FIELD_COLOR_LFO,
    &sink::RENDER_INSTANCES_2D,
    &sink::RENDER_PATHS_2D,
    &sink::RENDER_STROKES_2D,
    &sink::RENDER_INSTANCES_3D,
    &sink::RENDER_MESHES_3D,
    &sink::CAMERA,
    &sink::COMPOSE,
    &sink::POST_FX,
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
