//! The picture of a graph: a layout crate finds the places, this file writes the SVG.
//!
//! The same graph gives the same bytes: the crate's own writer keeps its fonts in a hash map, so its
//! drawing calls come here instead. Fonts are the reader's; boxes are sized for the usual sans-serif.

use super::graph::{Graph, Kind, Node};
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

/// px.
const FONT: f64 = 13.0;
/// px: width of a character of the usual sans-serif, on average.
const CHARACTER: f64 = 7.3;
/// px: the same in the smaller font of labels.
const LABEL_CHARACTER: f64 = 6.0;
/// px around a box's text.
const PAD: f64 = 12.0;
/// Begins the text of a box for the layout; labels of arrows have none.
const BOX: char = '\u{1}';
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
pub(super) fn svg(graph: &Graph) -> String {
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
    for arrow in &graph.arrows {
        let from = handles[arrow.from];
        let line = Arrow::new(
            LineEndKind::None,
            LineEndKind::Arrow,
            LineStyleKind::Normal,
            &arrow.label,
            &look(Color::fast("black")),
            &None,
            &None,
        );
        visual.add_edge(line, from, handles[arrow.to]);
    }
    let mut canvas = Canvas::new(graph);
    visual.do_it(false, false, false, &mut canvas);
    canvas.finish()
}

/// The layout takes a character to be as wide as it is high, so its font is narrower than ours.
fn look(color: Color) -> StyleAttr {
    StyleAttr::new(color, 1, None, 0, CHARACTER as usize)
}

fn size(node: &Node) -> (f64, f64) {
    let characters = node.name.chars().count().max(node.what.chars().count());
    (
        characters as f64 * CHARACTER + 2.0 * PAD,
        2.0 * FONT + 1.5 * PAD,
    )
}

/// Takes drawing calls.
struct Canvas<'a> {
    graph: &'a Graph,
    arrows: String,
    boxes: String,
    /// Left, top, right, bottom.
    bounds: [f64; 4],
}

impl<'a> Canvas<'a> {
    fn new(graph: &'a Graph) -> Self {
        Self {
            graph,
            arrows: String::new(),
            boxes: String::new(),
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

    /// The words of an arrow; the layout made room for them on its way.
    fn label(&mut self, at: Point, text: &str) {
        let width = text.chars().count() as f64 * LABEL_CHARACTER + 6.0;
        self.reach(at.x - width / 2.0, at.y - 8.0);
        self.reach(at.x + width / 2.0, at.y + 8.0);
        let _ = writeln!(
            self.boxes,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"14\" fill=\"#fff\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"11\" \
             fill=\"#334\">{}</text>",
            at.x - width / 2.0,
            at.y - 8.0,
            at.x,
            at.y + 3.0,
            escaped(text)
        );
    }

    fn finish(self) -> String {
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
             orient=\"auto\"><path d=\"M0 0L9 4L0 8z\" fill=\"#667\"/></marker></defs>\n\
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
            return self.label(at, text);
        };
        let node = number.parse().ok();
        let Some(node) = node.and_then(|i: usize| self.graph.nodes.get(i)) else {
            return;
        };
        let (width, height) = size(node);
        let (x, y) = (at.x - width / 2.0, at.y - height / 2.0);
        self.reach(x, y);
        self.reach(x + width, y + height);
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
             font-size=\"11\">{what}</text>",
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
        _: &StyleAttr,
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
        let mut curve = format!(
            "M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            first.0.x,
            first.0.y,
            first.1.x,
            first.1.y,
            second.0.x,
            second.0.y,
            second.1.x,
            second.1.y
        );
        for (control, end) in rest {
            let _ = write!(
                curve,
                "S{:.1} {:.1} {:.1} {:.1}",
                control.x, control.y, end.x, end.y
            );
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
