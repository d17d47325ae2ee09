//! A frame by each renderer, buffers kept from one to the next where it lets us.

use crate::scenes::{self, HEIGHT, Rows, Scene, WIDTH, tree};
use oscilla::raster::{Canvas, Raster, RasterOptions};
use oscilla::render_tree::RenderTree;
use resvg::usvg;
use vello_cpu::color::{AlphaColor, PremulRgba8, Srgb};
use vello_cpu::kurbo::{Affine, BezPath, Circle, Point, Rect, Shape as _};

/// What is drawn on, opaque.
const BACKGROUND: [u8; 4] = [13, 13, 26, 255];

pub trait Drawer {
    /// Draws the frame, background included.
    fn draw(&mut self, scene: &Scene, rows: &Rows);

    /// What was drawn: premultiplied RGBA.
    fn picture(&self) -> Vec<u8>;
}

pub struct Ours {
    tree: RenderTree,
    raster: Raster,
    canvas: Canvas,
}

impl Ours {
    pub fn new(scene: &Scene, rows: &Rows) -> Self {
        Self {
            tree: tree(scene, rows),
            raster: Raster::new(RasterOptions::default()),
            canvas: Canvas::new(),
        }
    }
}

impl Drawer for Ours {
    fn draw(&mut self, _: &Scene, _: &Rows) {
        self.raster
            .draw(&self.tree, &mut self.canvas)
            .expect("within the limits");
    }

    fn picture(&self) -> Vec<u8> {
        self.canvas.pixels().as_flattened().to_vec()
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
    fn draw(&mut self, scene: &Scene, rows: &Rows) {
        scenes::draw_tiny_skia(scene, rows, &mut self.pixmap);
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

/// From premultiplied bytes.
fn colour([r, g, b, a]: [u8; 4]) -> AlphaColor<Srgb> {
    PremulRgba8 { r, g, b, a }.into()
}

fn polygon(corners: &[[f32; 2]], map: Affine) -> BezPath {
    let mut path = BezPath::new();
    for (i, corner) in corners.iter().enumerate() {
        let [x, y] = corner.map(f64::from);
        let point = map * Point::new(x, y);
        if i == 0 {
            path.move_to(point);
        } else {
            path.line_to(point);
        }
    }
    path.close_path();
    path
}

impl Drawer for Vello {
    fn draw(&mut self, scene: &Scene, rows: &Rows) {
        let corners = scenes::corners(&scene.shape);
        self.context.reset();
        self.context.set_paint(colour(BACKGROUND));
        self.context
            .fill_rect(&Rect::new(0.0, 0.0, f64::from(WIDTH), f64::from(HEIGHT)));
        let r = f64::from(scene.radius);
        for ((pos, &turn), &rgba) in rows.pos.iter().zip(&rows.rotation).zip(&rows.rgba) {
            self.context.set_paint(colour(rgba));
            let [x, y] = pos.map(f64::from);
            let path = if corners.is_empty() {
                Circle::new((x, y), r).to_path(0.1)
            } else {
                polygon(
                    &corners,
                    Affine::translate((x, y)) * Affine::rotate(f64::from(turn)) * Affine::scale(r),
                )
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
    pub fn new(scene: &Scene, rows: &Rows) -> Self {
        let mut text = String::new();
        let options = oscilla::svg::SvgOptions::default();
        oscilla::svg::write(&tree(scene, rows), &options, &mut text);
        Self {
            tree: usvg::Tree::from_str(&text, &usvg::Options::default()).expect("our SVG"),
            pixmap: resvg::tiny_skia::Pixmap::new(WIDTH, HEIGHT).expect("a size"),
        }
    }
}

impl Drawer for Resvg {
    fn draw(&mut self, _: &Scene, _: &Rows) {
        self.pixmap.fill(resvg::tiny_skia::Color::TRANSPARENT);
        let identity = resvg::tiny_skia::Transform::identity();
        resvg::render(&self.tree, identity, &mut self.pixmap.as_mut());
    }

    fn picture(&self) -> Vec<u8> {
        self.pixmap.data().to_vec()
    }
}
