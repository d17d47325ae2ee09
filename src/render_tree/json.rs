//! One JSON object a frame: a tree as people and tests read it.
//!
//! In: a [`RenderTree`]. Out: `{"frame", "tMs", "passes": [{"kind", "sink", "count", "x", "y", "size",
//! "rotation", "shape", "rgba", …}]}` on one line. Every float is the shortest decimal that reads back
//! to the same bits; a column that is constant over the rows is one value; colours are the four
//! premultiplied bytes; fields at their neutral value (rotation 0, scale 1, no stroke, blend normal,
//! sequential ids) are left out. The same tree gives the same text.

use super::{
    Blend, Clip, Cmd, Column, Effect, FillRule, GlowMode, Group, Ids, Instances2d, Pass, PathData,
    Paths2d, PostFx, RenderTree, Shape, Source, StrokeStyle, Strokes2d,
};
use std::fmt::{Display, Write as _};

/// The object of a frame, without a line end.
pub fn to_string(tree: &RenderTree) -> String {
    let mut out = String::new();
    write(tree, &mut out);
    out
}

/// Appends the object of a frame.
pub fn write(tree: &RenderTree, out: &mut String) {
    let mut object = Object::new(out);
    object.plain("frame", tree.frame);
    object.float("tMs", tree.t_ms);
    object.list("passes", &tree.passes, write_pass);
    object.end();
}

fn write_pass(pass: &Pass, out: &mut String) {
    let mut object = Object::new(out);
    match pass {
        Pass::Clear(clear) => {
            object.head("clear", &clear.sink);
            object.value("rgba", |out| clear.rgba.write(out));
        }
        Pass::Instances2d(pass) => write_instances(pass, &mut object),
        Pass::Paths2d(pass) => write_paths(pass, &mut object),
        Pass::Strokes2d(pass) => write_strokes(pass, &mut object),
        Pass::Group(group) => write_group(group, &mut object),
        Pass::PostFx(PostFx {
            sink,
            children,
            effects,
        }) => {
            object.head("postfx", sink);
            object.list("effects", effects, write_effect);
            object.list("children", children, write_pass);
        }
    }
    object.end();
}

fn write_instances(pass: &Instances2d, object: &mut Object<'_>) {
    let rows = pass.count as usize;
    object.head("instances2d", &pass.sink);
    object.source(pass.source, Source::Instances2d);
    object.plain("count", pass.count);
    object.places(&pass.pos, rows);
    object.column("size", rows, |i| pass.size.at(i));
    object.column_unless("rotation", rows, 0.0, |i| pass.rotation.at(i));
    match constant(rows, |i| pass.shape_id.at(i)) {
        Some(id) if rows > 0 => match pass.shapes.get(usize::from(id)) {
            Some(shape) => object.value("shape", |out| write_shape(shape, out)),
            None => object.plain("shape", "null"),
        },
        // Without rows the table alone says which shape it would have been.
        _ if pass.shapes.len() == 1 => {
            object.value("shape", |out| write_shape(&pass.shapes[0], out))
        }
        _ => {
            object.list("shapes", &pass.shapes, write_shape);
            object.column("shapeId", rows, |i| pass.shape_id.at(i));
        }
    }
    object.column("rgba", rows, |i| pass.rgba.at(i));
    object.stroke(&pass.stroke_width, &pass.stroke_rgba, rows);
    object.tail(pass.blend, pass.element.as_deref(), &pass.ids);
}

fn write_paths(pass: &Paths2d, object: &mut Object<'_>) {
    let rows = pass.count as usize;
    object.head("paths2d", &pass.sink);
    object.source(pass.source, Source::Paths2d);
    object.plain("count", pass.count);
    object.list("paths", &pass.paths, |path, out| write_path(path, out));
    object.column("pathOf", rows, |i| pass.path_of.at(i));
    object.places(&pass.pos, rows);
    object.column_unless("rotation", rows, 0.0, |i| pass.rotation.at(i));
    object.column_unless("scale", rows, 1.0, |i| pass.scale.at(i));
    object.column("rgba", rows, |i| pass.rgba.at(i));
    if object.stroke(&pass.stroke_width, &pass.stroke_rgba, rows) {
        object.style(&pass.style);
    }
    if pass.fill_rule == FillRule::Evenodd {
        object.text("fillRule", "evenodd");
    }
    object.tail(pass.blend, pass.element.as_deref(), &pass.ids);
}

fn write_strokes(pass: &Strokes2d, object: &mut Object<'_>) {
    let rows = pass.count as usize;
    object.head("strokes2d", &pass.sink);
    object.plain("count", pass.count);
    object.list("paths", &pass.paths, |path, out| write_path(path, out));
    object.column("pathOf", rows, |i| pass.path_of.at(i));
    object.column("strokeWidth", rows, |i| pass.stroke_width.at(i));
    object.column("strokeRgba", rows, |i| pass.stroke_rgba.at(i));
    object.style(&pass.style);
    object.tail(pass.blend, pass.element.as_deref(), &pass.ids);
}

fn write_group(group: &Group, object: &mut Object<'_>) {
    object.head("group", &group.sink);
    if group.transform != [1.0, 0.0, 0.0, 1.0, 0.0, 0.0] {
        object.list("transform", &group.transform, |v, out| v.write(out));
    }
    if group.opacity != 1.0 {
        object.value("opacity", |out| group.opacity.write(out));
    }
    object.blend(group.blend);
    match &group.clip {
        Clip::None => {}
        Clip::Rect(rect) => object.list("clipRect", rect, |v, out| v.write(out)),
        Clip::Path(path, rule) => {
            object.value("clipPath", |out| write_path(path, out));
            if *rule == FillRule::Evenodd {
                object.text("clipRule", "evenodd");
            }
        }
    }
    object.list("children", &group.children, write_pass);
}

fn write_effect(effect: &Effect, out: &mut String) {
    let mut object = Object::new(out);
    match effect {
        Effect::Blur { sigma } => {
            object.text("kind", "blur");
            object.value("sigma", |out| sigma.write(out));
        }
        Effect::Glow {
            sigma,
            gain,
            tint,
            mode,
        } => {
            object.text("kind", "glow");
            object.value("sigma", |out| sigma.write(out));
            object.value("gain", |out| gain.write(out));
            if let Some(tint) = tint {
                object.list("tint", tint, |v, out| v.write(out));
            }
            let mode = match mode {
                GlowMode::Under => "under",
                GlowMode::Add => "add",
            };
            object.text("mode", mode);
        }
        Effect::Grade { matrix, gamma } => {
            object.text("kind", "grade");
            object.list("matrix", matrix, |v, out| v.write(out));
            object.list("gamma", gamma, |v, out| v.write(out));
        }
    }
    object.end();
}

/// `"circle"`, or an object for shapes with parameters.
fn write_shape(shape: &Shape, out: &mut String) {
    match shape {
        Shape::Circle => out.push_str("\"circle\""),
        Shape::Square => out.push_str("\"square\""),
        Shape::Triangle => out.push_str("\"triangle\""),
        Shape::Star { points, inner } => {
            push(
                out,
                format_args!("{{\"star\":{{\"points\":{points},\"inner\":"),
            );
            inner.write(out);
            out.push_str("}}");
        }
        Shape::Ring { inner } => {
            out.push_str("{\"ring\":{\"inner\":");
            inner.write(out);
            out.push_str("}}");
        }
        Shape::Path(path) => {
            out.push_str("{\"path\":");
            write_path(path, out);
            out.push('}');
        }
    }
}

/// The outline as SVG path data: `"M0 0L10 0Z"`.
fn write_path(path: &PathData, out: &mut String) {
    out.push('"');
    let mut points = path.pts.iter();
    for &byte in &path.cmds {
        let Some(cmd) = Cmd::from_byte(byte) else {
            continue;
        };
        out.push(match cmd {
            Cmd::M => 'M',
            Cmd::L => 'L',
            Cmd::Q => 'Q',
            Cmd::C => 'C',
            Cmd::Z => 'Z',
        });
        for (i, [x, y]) in points.by_ref().take(cmd.points()).enumerate() {
            if i > 0 {
                out.push(' ');
            }
            x.write(out);
            out.push(' ');
            y.write(out);
        }
    }
    out.push('"');
}

/// Writes a key and a value at a time, with the commas between them.
struct Object<'a> {
    out: &'a mut String,
    first: bool,
}

impl<'a> Object<'a> {
    fn new(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, first: true }
    }

    fn end(self) {
        self.out.push('}');
    }

    fn value(&mut self, key: &str, write: impl FnOnce(&mut String)) {
        if !std::mem::take(&mut self.first) {
            self.out.push(',');
        }
        push(self.out, format_args!("\"{key}\":"));
        write(self.out);
    }

    fn plain(&mut self, key: &str, value: impl Display) {
        self.value(key, |out| push(out, format_args!("{value}")));
    }

    fn float(&mut self, key: &str, value: f64) {
        self.value(key, |out| value.write(out));
    }

    fn text(&mut self, key: &str, value: &str) {
        self.value(key, |out| push_text(value, out));
    }

    fn list<T>(&mut self, key: &str, items: &[T], mut write: impl FnMut(&T, &mut String)) {
        self.value(key, |out| {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        });
    }

    fn head(&mut self, kind: &str, sink: &str) {
        self.text("kind", kind);
        self.text("sink", sink);
    }

    /// Only where the sink is of another kind than the pass.
    fn source(&mut self, source: Source, usual: Source) {
        if source != usual {
            self.text(
                "source",
                match source {
                    Source::Instances2d => "instances2d",
                    Source::Paths2d => "paths2d",
                    Source::Instances3d => "instances3d",
                    Source::Meshes3d => "meshes3d",
                },
            );
        }
    }

    /// One value if all rows have the same bits, else a list.
    fn column<T: Cell>(&mut self, key: &str, rows: usize, at: impl Fn(usize) -> T) {
        match constant(rows, &at) {
            Some(value) => self.value(key, |out| value.write(out)),
            None => self.value(key, |out| {
                out.push('[');
                for i in 0..rows {
                    if i > 0 {
                        out.push(',');
                    }
                    at(i).write(out);
                }
                out.push(']');
            }),
        }
    }

    /// A column, left out if every row is `neutral`.
    fn column_unless<T: Cell>(
        &mut self,
        key: &str,
        rows: usize,
        neutral: T,
        at: impl Fn(usize) -> T,
    ) {
        if !(0..rows).all(|i| at(i) == neutral) {
            self.column(key, rows, at);
        }
    }

    fn places(&mut self, pos: &Column<[f32; 2]>, rows: usize) {
        self.column("x", rows, |i| pos.at(i)[0]);
        self.column("y", rows, |i| pos.at(i)[1]);
    }

    /// Left out, and false, if no row has a visible stroke.
    fn stroke(&mut self, width: &Column<f32>, rgba: &Column<[u8; 4]>, rows: usize) -> bool {
        let any = (0..rows).any(|i| width.at(i) > 0.0 && rgba.at(i)[3] > 0);
        if any {
            self.column("strokeWidth", rows, |i| width.at(i));
            self.column("strokeRgba", rows, |i| rgba.at(i));
        }
        any
    }

    fn style(&mut self, style: &StrokeStyle) {
        use super::{Cap, Join};
        match style.cap {
            Cap::Butt => {}
            Cap::Round => self.text("cap", "round"),
            Cap::Square => self.text("cap", "square"),
        }
        match style.join {
            Join::Miter => {}
            Join::Round => self.text("join", "round"),
            Join::Bevel => self.text("join", "bevel"),
        }
        if style.join == Join::Miter && style.miter_limit != 4.0 {
            self.value("miterLimit", |out| style.miter_limit.write(out));
        }
        if !style.dash.is_empty() {
            self.list("dash", &style.dash, |v, out| v.write(out));
            self.value("dashOffset", |out| style.dash_offset.write(out));
        }
    }

    fn blend(&mut self, blend: Blend) {
        match blend {
            Blend::Normal => {}
            Blend::Add => self.text("blend", "add"),
            Blend::Multiply => self.text("blend", "multiply"),
            Blend::Screen => self.text("blend", "screen"),
        }
    }

    fn tail(&mut self, blend: Blend, element: Option<&Vec<u32>>, ids: &Ids) {
        self.blend(blend);
        if let Some(element) = element {
            self.list("element", element, |i, out| i.write(out));
        }
        match ids {
            Ids::Sequential => {}
            Ids::Grid { cols } => self.plain("ids", format_args!("{{\"grid\":{cols}}}")),
            Ids::Prefix(prefix) => self.value("ids", |out| {
                out.push_str("{\"prefix\":");
                push_text(prefix, out);
                out.push('}');
            }),
            Ids::Custom(list) => self.list("ids", list, |id, out| push_text(id, out)),
        }
    }
}

/// A value of a column.
trait Cell: Copy + PartialEq {
    /// Same bits, so that 0 and −0 stay apart.
    fn same(self, other: Self) -> bool {
        self == other
    }

    fn write(self, out: &mut String);
}

impl Cell for f32 {
    fn same(self, other: Self) -> bool {
        self.to_bits() == other.to_bits()
    }

    fn write(self, out: &mut String) {
        push_float(self, self.is_finite(), out);
    }
}

impl Cell for f64 {
    fn same(self, other: Self) -> bool {
        self.to_bits() == other.to_bits()
    }

    fn write(self, out: &mut String) {
        push_float(self, self.is_finite(), out);
    }
}

impl Cell for u16 {
    fn write(self, out: &mut String) {
        push(out, format_args!("{self}"));
    }
}

impl Cell for u32 {
    fn write(self, out: &mut String) {
        push(out, format_args!("{self}"));
    }
}

impl Cell for [u8; 4] {
    fn write(self, out: &mut String) {
        let [r, g, b, a] = self;
        push(out, format_args!("[{r},{g},{b},{a}]"));
    }
}

/// The value of all rows, if it is one; `None` without rows.
fn constant<T: Cell>(rows: usize, at: impl Fn(usize) -> T) -> Option<T> {
    let first = (rows > 0).then(|| at(0))?;
    (1..rows).all(|i| at(i).same(first)).then_some(first)
}

/// The shorter of the plain and the exponent form; both read back to the same bits.
fn push_float<F: Display + std::fmt::LowerExp>(value: F, finite: bool, out: &mut String) {
    if !finite {
        out.push_str("null");
        return;
    }
    let start = out.len();
    push(out, format_args!("{value}"));
    let plain = out.len() - start;
    // Usual magnitudes stay in the plain form, which is easier to read.
    if plain > 16 {
        let exponent = format!("{value:e}");
        if exponent.len() < plain {
            out.truncate(start);
            out.push_str(&exponent);
        }
    }
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a String cannot fail.
    let _ = out.write_fmt(text);
}

/// A JSON string.
fn push_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c < ' ' => push(out, format_args!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render_tree::Clear;
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn dots(count: u32) -> Instances2d {
        let pos = (0..count).map(|i| [i as f32 * 10.0, 5.0]).collect();
        Instances2d {
            sink: "dots".into(),
            source: Source::Instances2d,
            count,
            pos: Column::Many(Arc::new(pos)),
            size: Column::One(2.5),
            rotation: Column::One(0.0),
            shapes: Arc::new(vec![Shape::Circle]),
            shape_id: Column::One(0),
            rgba: Column::One([128, 0, 0, 128]),
            stroke_width: Column::One(0.0),
            stroke_rgba: Column::One([0; 4]),
            blend: Blend::Normal,
            element: None,
            ids: Arc::new(Ids::Sequential),
        }
    }

    fn line(passes: Vec<Pass>) -> String {
        to_string(&RenderTree {
            frame: 3,
            t_ms: 50.0,
            width: 8,
            height: 8,
            background: [0.0; 4],
            passes,
        })
    }

    fn pass(pass: Pass) -> Value {
        serde_json::from_str::<Value>(&line(vec![pass])).unwrap()["passes"][0].clone()
    }

    #[test]
    fn the_plain_case_letter_by_letter() {
        assert_eq!(
            line(vec![Pass::Instances2d(dots(3))]),
            "{\"frame\":3,\"tMs\":50,\"passes\":[{\"kind\":\"instances2d\",\"sink\":\"dots\",\
             \"count\":3,\"x\":[0,10,20],\"y\":5,\"size\":2.5,\"shape\":\"circle\",\
             \"rgba\":[128,0,0,128]}]}"
        );
    }

    #[test]
    fn what_is_not_neutral_is_written() {
        let mut dots = dots(2);
        dots.rotation = Column::Many(Arc::new(vec![0.0, 0.1]));
        dots.shapes = Arc::new(vec![
            Shape::Square,
            Shape::Star {
                points: 5,
                inner: 0.5,
            },
        ]);
        dots.shape_id = Column::Many(Arc::new(vec![0, 1]));
        dots.rgba = Column::Many(Arc::new(vec![[1, 2, 3, 4], [5, 6, 7, 8]]));
        dots.stroke_width = Column::One(1.5);
        dots.stroke_rgba = Column::One([0, 0, 0, 255]);
        dots.blend = Blend::Add;
        dots.element = Some(Arc::new(vec![4, 1]));
        dots.ids = Arc::new(Ids::Grid { cols: 3 });
        dots.source = Source::Instances3d;
        assert_eq!(
            pass(Pass::Instances2d(dots)),
            json!({
                "kind": "instances2d", "sink": "dots", "source": "instances3d", "count": 2,
                "x": [0, 10], "y": 5, "size": 2.5, "rotation": [0, 0.1],
                "shapes": ["square", {"star": {"points": 5, "inner": 0.5}}], "shapeId": [0, 1],
                "rgba": [[1, 2, 3, 4], [5, 6, 7, 8]], "strokeWidth": 1.5,
                "strokeRgba": [0, 0, 0, 255], "blend": "add", "element": [4, 1],
                "ids": {"grid": 3}
            })
        );
    }

    #[test]
    fn equal_rows_are_one_value_and_no_rows_are_a_list() {
        let mut same = dots(2);
        same.pos = Column::Many(Arc::new(vec![[1.0, 2.0], [1.0, 2.0]]));
        assert_eq!(pass(Pass::Instances2d(same))["x"], json!(1));
        let mut none = dots(0);
        none.rgba = Column::Many(Arc::new(Vec::new()));
        assert_eq!(pass(Pass::Instances2d(none))["x"], json!([]));
    }

    #[test]
    fn groups_hold_their_children() {
        let child = Pass::Clear(Clear {
            sink: "bg".into(),
            rgba: [9, 9, 9, 255],
        });
        let plain = Group {
            sink: "g\"1".into(),
            children: vec![child],
            transform: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            opacity: 1.0,
            blend: Blend::Normal,
            clip: Clip::None,
        };
        let expected = json!({
            "kind": "group", "sink": "g\"1",
            "children": [{"kind": "clear", "sink": "bg", "rgba": [9, 9, 9, 255]}]
        });
        assert_eq!(pass(Pass::Group(plain)), expected);
    }

    #[test]
    fn outlines_are_path_data() {
        let path = PathData {
            cmds: vec![0, 1, 2, 4],
            pts: vec![[0.0, 0.5], [1.0, 0.0], [2.0, 0.0], [2.0, -1.0]],
        };
        let mut text = String::new();
        write_path(&path, &mut text);
        assert_eq!(text, "\"M0 0.5L1 0Q2 0 2 -1Z\"");
    }

    #[test]
    fn floats_read_back_to_the_same_bits() {
        for value in [
            0.1f32,
            1e-30,
            f32::MAX,
            f32::MIN_POSITIVE,
            -0.0,
            16_777_216.0,
            1.0 / 3.0,
        ] {
            let mut text = String::new();
            value.write(&mut text);
            assert_eq!(
                text.parse::<f32>().unwrap().to_bits(),
                value.to_bits(),
                "{text}"
            );
            assert!(text.len() <= 16, "{text}");
        }
        let mut text = String::new();
        1e300f64.write(&mut text);
        assert_eq!(text, "1e300");
    }
}
