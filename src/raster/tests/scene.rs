//! Small trees for the tests.

use crate::raster::{Canvas, Raster, RasterOptions};
use crate::render_tree::{
    Blend, Clip, Column, Effect, FillRule, Group, Ids, Instances2d, Pass, PathData, Paths2d,
    PostFx, RenderTree, Shape, Source, StrokeStyle,
};
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
        still: 0,
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
    let report = Raster::new(options)
        .draw(tree, &mut canvas)
        .expect("the tree is within the limits");
    assert!(!report.opaque || canvas.is_opaque());
    canvas
}

/// A path of straight lines.
pub(crate) fn polyline(points: &[[f32; 2]], closed: bool) -> PathData {
    let mut cmds = vec![1; points.len()];
    cmds[0] = 0;
    if closed {
        cmds.push(4);
    }
    PathData {
        cmds,
        pts: points.to_vec(),
    }
}

/// One white path: filled, or stroked if there is a width.
pub(crate) fn path(data: PathData, rule: FillRule, width: f32, style: StrokeStyle) -> Paths2d {
    let white = |yes: bool| Column::One(if yes { [255; 4] } else { [0; 4] });
    Paths2d {
        sink: Arc::from("sink"),
        source: Source::Paths2d,
        count: 1,
        paths: Arc::new(vec![Arc::new(data)]),
        path_of: Column::One(0),
        pos: Column::One([0.0; 2]),
        rotation: Column::One(0.0),
        scale: Column::One(1.0),
        rgba: white(width <= 0.0),
        stroke_width: Column::One(width),
        stroke_rgba: white(width > 0.0),
        fill_rule: rule,
        style: Arc::new(style),
        blend: Blend::Normal,
        element: None,
        ids: Arc::new(Ids::Sequential),
    }
}

/// A group without clip.
pub(crate) fn group(children: Vec<Pass>, transform: [f64; 6], opacity: f32) -> Group {
    Group {
        sink: Arc::from("group"),
        children,
        transform,
        opacity,
        blend: Blend::Normal,
        clip: Clip::None,
    }
}

/// Passes under effects.
pub(crate) fn postfx(children: Vec<Pass>, effects: Vec<Effect>) -> Pass {
    Pass::PostFx(PostFx {
        sink: Arc::from("fx"),
        children,
        effects,
    })
}

/// Leaves everything where it is.
pub(crate) const STAY: [f64; 6] = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
