//! The picture of a graph: a layout crate finds the places, this file writes the SVG.
//!
//! The same graph gives the same bytes: the crate's own writer keeps its fonts in a hash map, so its
//! drawing calls come here instead. Fonts are the reader's; boxes are sized with our own. Read next:
//! `labels`, where the words of arrows go.

mod labels;

use super::graph::{Graph, Kind, Node};
use crate::cli::font;
use labels::{Area, Curve};
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::Point;
use layout::core::style::{LineStyleKind, StyleAttr};
use layout::std_shapes::shapes::{Arrow, Element, LineEndKind, ShapeKind};
use layout::topo::layout::VisualGraph;
use std::fmt::Write as _;

/// Boxes and arrows that the layout finds places for in a few seconds.
pub(super) const MAX: usize = 400;

/// px of names.
const FONT: f64 = 13.0;
/// px of what stands below them.
const SMALL: f64 = 11.0;
/// px: the layout takes a character of the words of an arrow to be as wide and high as this.
const CHARACTER: usize = 7;
/// px around a box's text.
const PAD: f64 = 12.0;
/// Begins the text of a box for the layout; labels of arrows have none.
const BOX: char = '\u{1}';
/// Fills the room for words.
const FILL: &str = "-";
/// px around an end of an arrow that its head may take.
const HEAD: f64 = 20.0;
/// px around the picture.
const MARGIN: f64 = 16.0;

/// The colour of a box.
pub(super) const fn fill(kind: Kind) -> &'static str {
    match kind {
        Kind::Time => "#ffe3a8",
        Kind::Domain => "#cfe8ff",
        Kind::State => "#e6d7ff",
        Kind::Render => "#c9f0cf",
        Kind::Block => "#f2f2f2",
        Kind::Bus => "#ffd6d6",
        Kind::Rail => "#ffe9d1",
        Kind::External => "#d9f3f0",
    }
}

/// The graph as an SVG picture.
///
/// # Errors
/// In words, if there is no font.
pub(super) fn svg(graph: &Graph) -> Result<String, String> {
    font::load()?;
    let mut visual = VisualGraph::new(Orientation::LeftToRight);
    let mut handles = Vec::new();
    for (i, node) in graph.nodes.iter().enumerate() {
        // The text of a box is its number: what is drawn comes from the node.
        let shape = ShapeKind::new_box(&format!("{BOX}{i}"));
        let (width, height) = size(node);
        let direction = Orientation::LeftToRight;
        let size = Point::new(width, height);
        let look = look(Color::transparent());
        handles.push(visual.add_node(Element::create(shape, look, direction, size)));
    }
    for (i, arrow) in graph.arrows.iter().enumerate() {
        let from = handles[arrow.from];
        // Room for the words: as many characters as are as wide, the last of which are the arrow's
        // number. The layout may hand the words to another piece of the arrow, but not its look, so that
        // is where the arrow itself has its number: in the width of its line.
        let room = (font::width(&arrow.label, labels::FONT) / CHARACTER as f64).ceil();
        let words = match arrow.label.as_str() {
            "" => String::new(),
            _ => format!("{i:>0$}", room as usize).replace(' ', FILL),
        };
        let look = StyleAttr::new(Color::fast("black"), i, None, 0, CHARACTER);
        let line = Arrow::new(
            LineEndKind::None,
            LineEndKind::Arrow,
            LineStyleKind::Normal,
            &words,
            &look,
            &None,
            &None,
        );
        visual.add_edge(line, from, handles[arrow.to]);
    }
    let mut canvas = Canvas::new(graph);
    visual.do_it(false, false, false, &mut canvas);
    Ok(canvas.finish())
}

fn look(color: Color) -> StyleAttr {
    StyleAttr::new(color, 1, None, 0, CHARACTER)
}

fn size(node: &Node) -> (f64, f64) {
    let name = font::bold_width(&node.name, FONT);
    let what = font::width(&node.what, SMALL);
    (name.max(what).ceil() + 2.0 * PAD, 2.0 * FONT + 1.5 * PAD)
}

/// Takes drawing calls.
struct Canvas<'a> {
    graph: &'a Graph,
    /// Places that the layout made for words, by arrow.
    rooms: Vec<Option<(f64, f64)>>,
    curves: Vec<Option<Curve>>,
    arrows: String,
    boxes: String,
    areas: Vec<Area>,
    /// Left, top, right, bottom.
    bounds: [f64; 4],
}

impl<'a> Canvas<'a> {
    fn new(graph: &'a Graph) -> Self {
        Self {
            graph,
            rooms: vec![None; graph.arrows.len()],
            curves: vec![None; graph.arrows.len()],
            arrows: String::new(),
            boxes: String::new(),
            areas: Vec::new(),
            bounds: [f64::MAX, f64::MAX, f64::MIN, f64::MIN],
        }
    }

    fn reach(&mut self, x: f64, y: f64) {
        let [left, top, right, bottom] = &mut self.bounds;
        *left = left.min(x);
        *top = top.min(y);
        *right = right.max(x);
        *bottom = bottom.max(y);
    }

    /// The words of all arrows.
    fn labels(&mut self) {
        let rooms = std::mem::take(&mut self.rooms).into_iter();
        let curves = std::mem::take(&mut self.curves);
        // Words hide no heads.
        let ends = curves.iter().flatten().flat_map(Curve::ends);
        self.areas
            .extend(ends.map(|end| Area::around(end, HEAD, HEAD)));
        for ((arrow, room), curve) in self.graph.arrows.iter().zip(rooms).zip(&curves) {
            let (Some(room), Some(curve)) = (room, curve) else {
                continue;
            };
            let width = font::width(&arrow.label, labels::FONT) + 6.0;
            let at = labels::place(curve, room, width, &self.areas);
            self.areas.push(Area::around(at, width, labels::HEIGHT));
            self.label(at, width, &arrow.label);
        }
    }

    fn label(&mut self, (x, y): (f64, f64), width: f64, text: &str) {
        let (left, top) = (x - width / 2.0, y - labels::HEIGHT / 2.0);
        self.reach(left, top);
        self.reach(left + width, top + labels::HEIGHT);
        let _ = writeln!(
            self.boxes,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{}\" fill=\"#fff\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"{}\" \
             fill=\"#334\">{}</text>",
            labels::HEIGHT,
            y + 4.0,
            labels::FONT,
            escaped(text)
        );
    }

    fn finish(mut self) -> String {
        self.labels();
        let [left, top, right, bottom] = match self.graph.nodes.is_empty() {
            true => [0.0; 4],
            false => self.bounds,
        };
        let (x, y) = (left - MARGIN, top - MARGIN);
        let (width, height) = (right - left + 2.0 * MARGIN, bottom - top + 2.0 * MARGIN);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"{x:.1} {y:.1} {width:.1} {height:.1}\" font-family=\"sans-serif\" \
             font-size=\"{FONT}\">\n\
             <defs><marker id=\"arrow\" markerWidth=\"9\" markerHeight=\"8\" refX=\"8\" refY=\"4\" \
             orient=\"auto-start-reverse\"><path d=\"M0 0L9 4L0 8z\" fill=\"#667\"/></marker></defs>\n\
             <rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"#fff\"/>\n\
             {}{}</svg>\n",
            self.arrows, self.boxes
        )
    }
}

impl RenderBackend for Canvas<'_> {
    fn draw_rect(
        &mut self,
        at: Point,
        size: Point,
        _: &StyleAttr,
        _: Option<String>,
        _: Option<ClipHandle>,
    ) {
        self.reach(at.x, at.y);
        self.reach(at.x + size.x, at.y + size.y);
    }

    fn draw_line(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn draw_circle(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn draw_text(&mut self, at: Point, text: &str, _: &StyleAttr) {
        let Some(number) = text.strip_prefix(BOX) else {
            let arrow = text.trim_start_matches(FILL).parse();
            if let Some(room) = arrow.ok().and_then(|i: usize| self.rooms.get_mut(i)) {
                *room = Some((at.x, at.y));
            }
            return;
        };
        let node = number.parse().ok();
        let Some(node) = node.and_then(|i: usize| self.graph.nodes.get(i)) else {
            return;
        };
        let (width, height) = size(node);
        let (x, y) = (at.x - width / 2.0, at.y - height / 2.0);
        self.reach(x, y);
        self.reach(x + width, y + height);
        self.areas.push(Area([x, y, x + width, y + height]));
        let round = if node.kind == Kind::Bus {
            height / 2.0
        } else {
            5.0
        };
        let (name, what) = (escaped(&node.name), escaped(&node.what));
        let _ = writeln!(
            self.boxes,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
             rx=\"{round:.1}\" fill=\"{}\" stroke=\"#445\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-weight=\"bold\">{name}</text>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#445\" \
             font-size=\"{SMALL}\">{what}</text>",
            fill(node.kind),
            at.x,
            at.y - 3.0,
            at.x,
            at.y + FONT,
        );
    }

    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        _: bool,
        head: (bool, bool),
        look: &StyleAttr,
        _: Option<String>,
        _: &str,
    ) {
        let [first, second, rest @ ..] = path else {
            return;
        };
        for (a, b) in path {
            self.reach(a.x, a.y);
            self.reach(b.x, b.y);
        }
        let spot = |p: Point| (p.x, p.y);
        let mut pieces = vec![[spot(first.1), spot(second.0), spot(second.1)]];
        for &(control, end) in rest {
            // The line goes on smoothly: the handle behind a point is that before it, mirrored.
            let [_, before, at] = pieces[pieces.len() - 1];
            let handle = (2.0 * at.0 - before.0, 2.0 * at.1 - before.1);
            pieces.push([handle, spot(control), spot(end)]);
        }
        let start = spot(first.0);
        let mut curve = format!("M{:.1} {:.1}", start.0, start.1);
        for piece in &pieces {
            curve.push('C');
            let numbers = piece.map(|(x, y)| format!("{x:.1} {y:.1}"));
            curve.push_str(&numbers.join(" "));
        }
        if let Some(place) = self.curves.get_mut(look.line_width) {
            *place = Some(Curve { start, pieces });
        }
        // An edge that closes a loop was turned round for the layout.
        let start = if head.0 {
            " marker-start=\"url(#arrow)\""
        } else {
            ""
        };
        let end = if head.1 {
            " marker-end=\"url(#arrow)\""
        } else {
            ""
        };
        let _ = writeln!(
            self.arrows,
            "<path d=\"{curve}\" fill=\"none\" stroke=\"#667\"{start}{end}/>"
        );
    }

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        0
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}
