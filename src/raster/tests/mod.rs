//! What the rasteriser must hold, shown on whole frames.

mod cases;
mod coverage;
pub(super) mod scene;
