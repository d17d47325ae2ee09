//! One JSON object a frame: a tree as people and tests read it.
//!
//! In: a [`RenderTree`]. Out: `{"frame", "tMs", "passes": [{"kind", "sink", "count", "x", "y", "size",
//! "rotation", "shape", "rgba", …}]}` on one line. Every float is the shortest decimal that reads back
//! to the same bits; a column that is constant over the rows is one value; colours are the four
//! premultiplied bytes; fields at their neutral value (rotation 0, scale 1, no stroke, blend normal,
//! sequential ids) are left out. The same tree gives the same text.

mod object;

use super::{
    Clip, Cmd, Effect, FillRule, GlowMode, Group, Instances2d, Pass, PathData, Paths2d, PostFx,
    RenderTree, Shape, Source, Strokes2d,
};
use object::{Cell, Object, constant, push};

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

/// Appends a float in the shortest form that reads back to the same bits; `"NaN"`,
/// `"Infinity"` or `"-Infinity"` if not finite.
pub fn write_f64(value: f64, out: &mut String) {
    value.write(out);
}

/// As [`write_f64`], for the shorter forms of an f32: 0.1 stays `0.1`.
pub fn write_f32(value: f32, out: &mut String) {
    value.write(out);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render_tree::{Blend, Clear, Column, Ids, testing};
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn dots(count: u32) -> Instances2d {
        let pos = (0..count).map(|i| [i as f32 * 10.0, 5.0]).collect();
        Instances2d {
            pos: Column::Many(Arc::new(pos)),
            size: Column::One(2.5),
            rgba: Column::One([128, 0, 0, 128]),
            ..testing::dots(Shape::Circle, count)
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
            still: 0,
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
