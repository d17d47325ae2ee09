//! What the rasteriser must hold, shown on whole frames.

mod cases;
pub(super) mod scene;
