//! `Compose`: what is drawn in one place, moved, blended and clipped as one.

use super::{BLENDS, RENDER, SINK, Z, blend_params};
use crate::blocks::layout::radians;
use crate::blocks::{Block, Default, Family, Input, Lowering, SinkSpec, Value};
use crate::ir::{InputRef, SignalId, SinkId, SinkKind};
use crate::types::Domain;

/// Inputs for what is drawn.
pub(super) const INPUTS: [&str; 8] = ["in1", "in2", "in3", "in4", "in5", "in6", "in7", "in8"];

/// Inputs of a rectangular clip.
const SIDES: [&str; 4] = ["clipX", "clipY", "clipWidth", "clipHeight"];

/// What is drawn into it.
const IN: &str = "what is drawn; by z ascending, then in1 at the bottom";

/// A group.
pub(in crate::blocks) static COMPOSE: Block = Block {
    name: "Compose",
    family: Family::Scene,
    summary: "several sinks as one: moved, blended, clipped together",
    details: "What is wired to `in1` … `in8` is drawn here instead of on the frame, by z ascending, \
              then in the order of the inputs. The whole is scaled, then turned, both about `center`, \
              then moved; stroke widths scale too. With an opacity below 1, a blend or a clip it is a \
              layer of its own: clipped, made translucent and blended once, as one picture.\n\n\
              The clip is in the group's own space, before it is scaled, turned and moved; a path \
              clips by the non-zero rule. In a frame in which a parameter is not finite, or a factor of \
              `scale` is 0, the group draws nothing, and is counted.",
    inputs: &[
        Input::render(INPUTS[0], IN),
        Input::render(INPUTS[1], IN),
        Input::render(INPUTS[2], IN),
        Input::render(INPUTS[3], IN),
        Input::render(INPUTS[4], IN),
        Input::render(INPUTS[5], IN),
        Input::render(INPUTS[6], IN),
        Input::render(INPUTS[7], IN),
        Input::number("opacity", 1.0, "of the whole, clamped to 0…1").range(0.0, 1.0),
        Input::options(
            "blend",
            BLENDS,
            "normal",
            "how the whole meets what lies below it",
        ),
        Input::vec2("translate", [0.0, 0.0], "moved last").unit("px"),
        Input::number("rotate", 0.0, "turned about `center`").unit("deg"),
        Input::vec2("scale", [1.0, 1.0], "scaled first, about `center`"),
        Input::vec2("center", [0.0, 0.0], "the middle of the viewport")
            .defaulting(Default::None)
            .unit("px"),
        Input::options("clip", &["none", "rect", "path"], "none", "what limits it"),
        Input::number("clipX", 0.0, "left side; 0 unless given")
            .defaulting(Default::None)
            .unit("px"),
        Input::number("clipY", 0.0, "upper side; 0 unless given")
            .defaulting(Default::None)
            .unit("px"),
        Input::number("clipWidth", 0.0, "the viewport's unless given")
            .defaulting(Default::None)
            .unit("px"),
        Input::number("clipHeight", 0.0, "the viewport's unless given")
            .defaulting(Default::None)
            .unit("px"),
        Input::path("clipPath", "", "the outline for `path`"),
        Z,
    ],
    outputs: &[RENDER],
    lower: compose,
    ..SINK
};

fn compose(l: &mut Lowering<'_>) {
    let mut inputs = Vec::new();
    let mut put = |l: &Lowering<'_>, name, signal: SignalId, neutral: &[f64]| {
        let moves = l.build.folded(signal).is_none_or(|v| v != neutral);
        if moves {
            inputs.push((name, InputRef::Sig(signal)));
        }
        moves
    };
    let opacity = l.signal("opacity");
    put(l, "opacity", opacity, &[1.0]);
    let translate = l.signal("translate");
    put(l, "translate", translate, &[0.0, 0.0]);
    let rotate = l.signal("rotate");
    let rotation = radians(l, rotate);
    let scale = l.signal("scale");
    let turned = put(l, "rotation", rotation, &[0.0]);
    let scaled = put(l, "scale", scale, &[1.0, 1.0]);
    if turned || scaled {
        let (width, height) = (f64::from(l.facts.width), f64::from(l.facts.height));
        let center = given(l, "center", Domain::Vec2, &[width / 2.0, height / 2.0]);
        inputs.push(("center", InputRef::Sig(center)));
    }
    inputs.extend(clip(l));
    let params = blend_params(l);
    let z = l.signal("z");
    let children = children(l, &INPUTS);
    let group = SinkSpec {
        key: String::new(),
        kind: SinkKind::Group,
        domain: None,
        columns: Vec::new(),
        inputs,
        params,
        z,
        children,
    };
    let group = l.sink("", group);
    l.out("render", Value::Sink(group));
}

/// The sinks at these inputs, with the number of the input.
pub(super) fn children(l: &Lowering<'_>, inputs: &[&str]) -> Vec<(SinkId, u32)> {
    let at = |name: &&str| match l.bound(name).value {
        Value::Sink(sink) => Some(sink),
        _ => None,
    };
    (0..)
        .zip(inputs)
        .filter_map(|(i, name)| Some((at(name)?, i)))
        .collect()
}

/// The signal of an input, or a constant where nothing is connected.
fn given(l: &mut Lowering<'_>, name: &str, domain: Domain, missing: &[f64]) -> SignalId {
    match l.bound(name).value {
        Value::Signal(signal) => signal,
        _ => l.build.constant(domain, missing),
    }
}

/// What limits the group.
fn clip(l: &mut Lowering<'_>) -> Vec<(&'static str, InputRef)> {
    match l.text("clip") {
        "rect" => {
            l.unread(
                &["clipPath"],
                "the clip is a rectangle",
                r#"write "clip": "path""#,
            );
            let (width, height) = (f64::from(l.facts.width), f64::from(l.facts.height));
            let sides = [
                ("clipX", 0.0),
                ("clipY", 0.0),
                ("clipWidth", width),
                ("clipHeight", height),
            ];
            sides
                .map(|(name, full)| {
                    let side = given(l, name, Domain::Number, &[full]);
                    (name, InputRef::Sig(side))
                })
                .to_vec()
        }
        "path" => {
            l.unread(&SIDES, "the clip is a path", r#"write "clip": "rect""#);
            let Value::Path(path) = l.bound("clipPath").value.clone() else {
                return Vec::new();
            };
            if !l.bound("clipPath").given {
                let message = format!("`{}` clips with a path, but has none", l.id);
                let hint = "write path data in `params.clipPath`".to_owned();
                l.error("missing-input", "clipPath", message, hint);
            }
            let path = l.build.const_path(path);
            vec![("clipPath", InputRef::Const(path))]
        }
        _ => {
            l.unread(&SIDES, "there is no clip", r#"write "clip": "rect""#);
            l.unread(&["clipPath"], "there is no clip", r#"write "clip": "path""#);
            Vec::new()
        }
    }
}
