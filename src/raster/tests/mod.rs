//! What the rasteriser must hold, shown on whole frames.

mod alike;
mod cases;
mod coverage;
mod extremes;
mod layers;
mod lines;
mod scene;
mod still;
