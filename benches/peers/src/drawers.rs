//! A frame by each renderer, buffers kept from one to the next where it lets us.

use crate::scenes::{BACKGROUND, HEIGHT, Kind, Mark, Scene, WIDTH};
use oscilla::raster::{Canvas, Raster, RasterOptions};
use oscilla::render_tree::{Blend, Column, Ids, Instances2d, Pass, RenderTree, Shape, Source};
use resvg::usvg;
use std::sync::Arc;
use vello_cpu::color::{AlphaColor, Srgb};
use vello_cpu::kurbo::{BezPath, Circle, Rect, Shape as _};

pub trait Drawer {
    /// Draws the frame, background included.
    fn draw(&mut self, scene: &Scene);

    /// What was drawn: premultiplied RGBA.
    fn picture(&self) -> Vec<u8>;
}

pub struct Ours {
    tree: RenderTree,
    raster: Raster,
    canvas: Canvas,
}

impl Ours {
    pub fn new(scene: &Scene) -> Self {
        Self {
            tree: tree(scene),
            raster: Raster::new(RasterOptions::default()),
            canvas: Canvas::new(),
        }
    }
}

impl Drawer for Ours {
    fn draw(&mut self, _: &Scene) {
        self.raster
            .draw(&self.tree, &mut self.canvas)
            .expect("within the limits");
    }

    fn picture(&self) -> Vec<u8> {
        self.canvas.pixels().as_flattened().to_vec()
    }
}

fn tree(scene: &Scene) -> RenderTree {
    let column = |of: &dyn Fn(&Mark) -> f32| {
        Column::Many(Arc::new(scene.marks.iter().map(of).collect::<Vec<_>>()))
    };
    let premultiplied = |mark: &Mark| {
        let [r, g, b, a] = mark.rgba;
        let part = |c: u8| ((u16::from(c) * u16::from(a) + 127) / 255) as u8;
        [part(r), part(g), part(b), a]
    };
    let shape = match scene.kind {
        Kind::Circle => Shape::Circle,
        Kind::Star => Shape::Star {
            points: 5,
            inner: 0.5,
        },
    };
    let pass = Instances2d {
        sink: Arc::from("marks"),
        source: Source::Instances2d,
        count: scene.marks.len() as u32,
        pos: Column::Many(Arc::new(scene.marks.iter().map(|m| m.centre).collect())),
        size: column(&|m| m.radius),
        rotation: column(&|m| m.turn),
        shapes: Arc::new(vec![shape]),
        shape_id: Column::One(0),
        rgba: Column::Many(Arc::new(scene.marks.iter().map(premultiplied).collect())),
        stroke_width: Column::One(0.0),
        stroke_rgba: Column::One([0; 4]),
        blend: Blend::Normal,
        element: None,
        ids: Arc::new(Ids::Sequential),
    };
    RenderTree {
        frame: 0,
        t_ms: 0.0,
        width: WIDTH,
        height: HEIGHT,
        background: BACKGROUND.map(|c| f32::from(c) / 255.0),
        passes: vec![Pass::Instances2d(pass)],
        still: 0,
    }
}

pub struct TinySkia {
    pixmap: tiny_skia::Pixmap,
}

impl TinySkia {
    pub fn new() -> Self {
        Self {
            pixmap: tiny_skia::Pixmap::new(WIDTH, HEIGHT).expect("a size"),
        }
    }
}

impl Drawer for TinySkia {
    fn draw(&mut self, scene: &Scene) {
        let [r, g, b, a] = BACKGROUND;
        self.pixmap.fill(tiny_skia::Color::from_rgba8(r, g, b, a));
        for mark in &scene.marks {
            let mut path = tiny_skia::PathBuilder::new();
            match scene.kind {
                Kind::Circle => path.push_circle(mark.centre[0], mark.centre[1], mark.radius),
                Kind::Star => {
                    for (i, [x, y]) in mark.corners().enumerate() {
                        if i == 0 {
                            path.move_to(x, y);
                        } else {
                            path.line_to(x, y);
                        }
                    }
                    path.close();
                }
            }
            let Some(path) = path.finish() else { continue };
            let mut paint = tiny_skia::Paint::default();
            let [r, g, b, a] = mark.rgba;
            paint.set_color_rgba8(r, g, b, a);
            self.pixmap.fill_path(
                &path,
                &paint,
                tiny_skia::FillRule::Winding,
                tiny_skia::Transform::identity(),
                None,
            );
        }
    }

    fn picture(&self) -> Vec<u8> {
        self.pixmap.data().to_vec()
    }
}

pub struct Vello {
    context: vello_cpu::RenderContext,
    resources: vello_cpu::Resources,
    pixmap: vello_cpu::Pixmap,
}

impl Vello {
    pub fn new() -> Self {
        let (width, height) = (WIDTH as u16, HEIGHT as u16);
        let settings = vello_cpu::RenderSettings {
            num_threads: 0,
            ..vello_cpu::RenderSettings::default()
        };
        Self {
            context: vello_cpu::RenderContext::new_with(width, height, settings),
            resources: vello_cpu::Resources::new(),
            pixmap: vello_cpu::Pixmap::new(width, height),
        }
    }
}

impl Drawer for Vello {
    fn draw(&mut self, scene: &Scene) {
        let colour = |[r, g, b, a]: [u8; 4]| AlphaColor::<Srgb>::from_rgba8(r, g, b, a);
        self.context.reset();
        self.context.set_paint(colour(BACKGROUND));
        self.context
            .fill_rect(&Rect::new(0.0, 0.0, f64::from(WIDTH), f64::from(HEIGHT)));
        for mark in &scene.marks {
            self.context.set_paint(colour(mark.rgba));
            let path = match scene.kind {
                Kind::Circle => {
                    let centre = (f64::from(mark.centre[0]), f64::from(mark.centre[1]));
                    Circle::new(centre, f64::from(mark.radius)).to_path(0.1)
                }
                Kind::Star => {
                    let mut path = BezPath::new();
                    for (i, [x, y]) in mark.corners().enumerate() {
                        let point = (f64::from(x), f64::from(y));
                        if i == 0 {
                            path.move_to(point);
                        } else {
                            path.line_to(point);
                        }
                    }
                    path.close_path();
                    path
                }
            };
            self.context.fill_path(&path);
        }
        self.context.flush();
        self.context.render(&mut self.pixmap, &mut self.resources);
    }

    fn picture(&self) -> Vec<u8> {
        self.pixmap.data_as_u8_slice().to_vec()
    }
}

pub struct Resvg {
    tree: usvg::Tree,
    pixmap: resvg::tiny_skia::Pixmap,
}

impl Resvg {
    pub fn new(scene: &Scene) -> Self {
        let mut text = String::new();
        let options = oscilla::svg::SvgOptions::default();
        oscilla::svg::write(&tree(scene), &options, &mut text);
        Self {
            tree: usvg::Tree::from_str(&text, &usvg::Options::default()).expect("our SVG"),
            pixmap: resvg::tiny_skia::Pixmap::new(WIDTH, HEIGHT).expect("a size"),
        }
    }
}

impl Drawer for Resvg {
    fn draw(&mut self, _: &Scene) {
        self.pixmap.fill(resvg::tiny_skia::Color::TRANSPARENT);
        let identity = resvg::tiny_skia::Transform::identity();
        resvg::render(&self.tree, identity, &mut self.pixmap.as_mut());
    }

    fn picture(&self) -> Vec<u8> {
        self.pixmap.data().to_vec()
    }
}
