//! Passes and trees for the tests of whoever reads them.

use super::{Blend, Column, Ids, Instances2d, Pass, RenderTree, Shape, Source};
use std::sync::Arc;

/// Dots of one shape, all alike; what a test is about is set by it.
pub(crate) fn dots(shape: Shape, count: u32) -> Instances2d {
    Instances2d {
        sink: "dots".into(),
        source: Source::Instances2d,
        count,
        pos: Column::One([10.0, 20.0]),
        size: Column::One(5.0),
        rotation: Column::One(0.0),
        shapes: Arc::new(vec![shape]),
        shape_id: Column::One(0),
        rgba: Column::One([255, 128, 0, 255]),
        stroke_width: Column::One(0.0),
        stroke_rgba: Column::One([0; 4]),
        blend: Blend::Normal,
        element: None,
        ids: Arc::new(Ids::Sequential),
    }
}

/// A small frame of these passes on nothing.
pub(crate) fn tree(passes: Vec<Pass>) -> RenderTree {
    RenderTree {
        frame: 0,
        t_ms: 0.0,
        width: 100,
        height: 50,
        background: [0.0; 4],
        passes,
        still: 0,
    }
}
