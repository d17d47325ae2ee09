//! An engine and a painter of a few lines, for the tests of this module.

use super::{Engines, Evaluated, Faults, FrameSource, Image, Painter, Sample, SourceError, Start};
use crate::render_tree::{Blend, Column, Ids, Instances2d, Pass, RenderTree, Shape, Source};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A tree with one white dot.
pub(super) fn dot(pos: [f32; 2]) -> RenderTree {
    let dot = Instances2d {
        sink: "dot".into(),
        source: Source::Instances2d,
        count: 1,
        pos: Column::One(pos),
        size: Column::One(1.0),
        rotation: Column::One(0.0),
        shapes: Arc::new(vec![Shape::Circle]),
        shape_id: Column::One(0),
        rgba: Column::One([255; 4]),
        stroke_width: Column::One(0.0),
        stroke_rgba: Column::One([0; 4]),
        blend: Blend::Normal,
        element: None,
        ids: Arc::new(Ids::Sequential),
    };
    RenderTree {
        frame: 0,
        t_ms: 0.0,
        width: 4,
        height: 4,
        background: [0.0; 4],
        passes: vec![Pass::Instances2d(dot)],
    }
}

/// An engine with one state cell and a formula for the place of its dot.
pub(super) struct Disc {
    cell: f64,
    draw: fn(&mut f64, Sample) -> [f32; 2],
}

impl Disc {
    pub(super) fn new(draw: fn(&mut f64, Sample) -> [f32; 2]) -> Self {
        Self { cell: 0.0, draw }
    }
}

impl FrameSource for Disc {
    fn begin(&mut self, start: Start) -> Result<(), SourceError> {
        self.cell = 0.0;
        if let Start::After(sample) = start {
            (self.draw)(&mut self.cell, sample);
        }
        Ok(())
    }

    fn step(&mut self, sample: Sample) -> Result<(), SourceError> {
        (self.draw)(&mut self.cell, sample);
        Ok(())
    }

    fn frame(&mut self, sample: Sample) -> Result<Evaluated, SourceError> {
        let tree = dot((self.draw)(&mut self.cell, sample));
        if tree.passes.is_empty() {
            return Err(SourceError {
                code: "test",
                message: String::new(),
            });
        }
        let faults = Faults {
            divisions_by_zero: 1,
            ..Faults::default()
        };
        Ok(Evaluated {
            tree,
            faults,
            remark: None,
        })
    }
}

/// Paints the place of the dot as four equal pixels' worth of bytes.
pub(super) struct Bytes;

impl Painter for Bytes {
    fn paint(&mut self, tree: &RenderTree, image: &mut Image) -> Result<(), SourceError> {
        let Some(Pass::Instances2d(dot)) = tree.passes.first() else {
            return Err(SourceError {
                code: "test",
                message: "no dot".into(),
            });
        };
        let [x, y] = dot.pos.at(0);
        if x < 0.0 {
            return Err(SourceError {
                code: "test",
                message: "left of the picture".into(),
            });
        }
        (image.width, image.height) = (2, 1);
        image.rgba.clear();
        image.rgba.extend(x.to_le_bytes());
        image.rgba.extend(y.to_le_bytes());
        Ok(())
    }
}

/// Hands out [`Disc`]s, and counts them.
pub(super) struct Discs {
    pub(super) draw: fn(&mut f64, Sample) -> [f32; 2],
    pub(super) made: AtomicI64,
}

impl Engines for Discs {
    fn source(&self) -> Result<Box<dyn FrameSource>, SourceError> {
        self.made.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(Disc::new(self.draw)))
    }
}
