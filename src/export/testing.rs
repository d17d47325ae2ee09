//! An engine and a painter of a few lines, for the tests of this module.

use super::{
    Columns, DeepImage, Engines, Evaluated, Faults, FrameSource, Image, ImageView, Painter, Sample,
    Shown, SourceError, Start,
};
use crate::render_tree::{Column, Instances2d, Pass, RenderTree, Shape, testing};
use std::sync::atomic::{AtomicI64, Ordering};

/// A tree with one white dot.
pub(super) fn dot(pos: [f32; 2]) -> RenderTree {
    let dot = Instances2d {
        sink: "dot".into(),
        pos: Column::One(pos),
        size: Column::One(1.0),
        rgba: Column::One([255; 4]),
        ..testing::dots(Shape::Circle, 1)
    };
    RenderTree {
        width: 4,
        height: 4,
        ..testing::tree(vec![Pass::Instances2d(dot)])
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
            columns: Columns::default(),
            remark: None,
        })
    }
}

/// Paints the place of the dot as four equal pixels' worth of bytes.
#[derive(Default)]
pub(super) struct Bytes(Vec<u8>);

impl Painter for Bytes {
    fn show(&mut self, shown: &Shown) -> Result<ImageView<'_>, SourceError> {
        let Some(Pass::Instances2d(dot)) = shown.tree.passes.first() else {
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
        self.0 = [x.to_le_bytes(), y.to_le_bytes()].concat();
        Ok(ImageView {
            width: 2,
            height: 1,
            rgba: &self.0,
            opaque: false,
        })
    }

    fn paint_deep(&mut self, _: &Shown, _: &mut DeepImage) -> Result<(), SourceError> {
        unreachable!("no test of these asks for it")
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

/// Pictures of one size, in order.
pub(super) type Clip = Vec<Image>;

/// A clip with a plain ground, a block that moves, a gradient that stays and a pause. With `translucent`,
/// the ground is transparent, and pixels of all alphas come and go.
pub(super) fn clip(translucent: bool) -> Clip {
    let (width, height) = (23u32, 13u32);
    let pixel = |frame: u32, x: u32, y: u32| -> [u8; 4] {
        let left = 3 * frame;
        let level = |v: u32| v as u8;
        if (left..left + 5).contains(&x) && (3..9).contains(&y) {
            let alpha = if translucent {
                level(40 * y - 110)
            } else {
                255
            };
            [
                level(9 * x + 50),
                level(200 - 7 * y),
                level(40 * frame),
                alpha,
            ]
        } else if y > 10 {
            [level(11 * x), 90, 20, 255]
        } else if translucent {
            [0; 4]
        } else {
            [11, 16, 38, 255]
        }
    };
    // The pause: frame 2 twice, and at the end the block has gone.
    [0, 1, 2, 2, 3, 9]
        .into_iter()
        .map(|frame| Image {
            width,
            height,
            rgba: (0..width * height)
                .flat_map(|i| pixel(frame, i % width, i / width))
                .collect(),
        })
        .collect()
}
