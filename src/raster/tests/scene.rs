//! Small trees for the tests.

use crate::raster::{Canvas, Raster, RasterOptions};
use crate::render_tree::{Blend, Column, Ids, Instances2d, Pass, RenderTree, Shape, Source};
use std::sync::Arc;

/// A tree of passes over a background.
pub(crate) fn tree(width: u32, height: u32, background: [f32; 4], passes: Vec<Pass>) -> RenderTree {
    RenderTree {
        frame: 0,
        t_ms: 0.0,
        width,
        height,
        background,
        passes,
    }
}

/// One shape.
#[derive(Debug, Clone)]
pub(crate) struct One {
    pub(crate) shape: Shape,
    pub(crate) pos: [f32; 2],
    pub(crate) size: f32,
    pub(crate) rotation: f32,
    pub(crate) rgba: [u8; 4],
    pub(crate) stroke_width: f32,
    pub(crate) stroke_rgba: [u8; 4],
    pub(crate) blend: Blend,
}

impl Default for One {
    fn default() -> Self {
        Self {
            shape: Shape::Circle,
            pos: [0.0; 2],
            size: 1.0,
            rotation: 0.0,
            rgba: [255; 4],
            stroke_width: 0.0,
            stroke_rgba: [0; 4],
            blend: Blend::Normal,
        }
    }
}

impl One {
    pub(crate) fn pass(&self) -> Instances2d {
        Instances2d {
            sink: Arc::from("sink"),
            source: Source::Instances2d,
            count: 1,
            pos: Column::One(self.pos),
            size: Column::One(self.size),
            rotation: Column::One(self.rotation),
            shapes: Arc::new(vec![self.shape.clone()]),
            shape_id: Column::One(0),
            rgba: Column::One(self.rgba),
            stroke_width: Column::One(self.stroke_width),
            stroke_rgba: Column::One(self.stroke_rgba),
            blend: self.blend,
            element: None,
            ids: Arc::new(Ids::Sequential),
        }
    }

    /// Drawn alone over transparent black.
    pub(crate) fn draw(&self, width: u32, height: u32) -> Canvas {
        draw(&tree(
            width,
            height,
            [0.0; 4],
            vec![Pass::Instances2d(self.pass())],
        ))
    }
}

/// Draws with default options.
pub(crate) fn draw(tree: &RenderTree) -> Canvas {
    draw_with(tree, RasterOptions::default())
}

/// Draws with options.
pub(crate) fn draw_with(tree: &RenderTree, options: RasterOptions) -> Canvas {
    let mut canvas = Canvas::new();
    Raster::new(options)
        .draw(tree, &mut canvas)
        .expect("the tree is within the limits");
    canvas
}
