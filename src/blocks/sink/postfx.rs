//! `PostFX`: a blur, a glow or a grade over what is drawn in it.

use super::compose::children;
use super::{RENDER, SINK, Z, effect};
use crate::blocks::{Block, Default, Family, Input, Lowering, SinkSpec, Value};
use crate::ir::{InputRef, SinkKind};
use serde_json::json;

/// What effects read; each reads some.
const ALL: [&str; 8] = [
    "sigma",
    "gain",
    "tint",
    "exposure",
    "contrast",
    "saturation",
    "hue",
    "gamma",
];

/// An effect.
pub(in crate::blocks) static POST_FX: Block = Block {
    name: "PostFX",
    family: Family::Scene,
    summary: "a blur, a glow or a grade over what is drawn in it",
    details: "What is wired to `in` is drawn into a layer of its own here instead of on the frame; then \
              the effect changes the layer.\n\n\
              `blur`: a Gaussian blur of standard deviation `sigma` (three box means a side); ≤ 0 is \
              none, more than 500 device px is drawn as 500 and counted. `glow`: a blurred copy, in the colour \
              `tint` if that has any alpha, its strength times `gain`, put `under` the layer or \
              added to it (`add`). `grade`: rgb·2^exposure, then contrast about ½, saturation about \
              the luma, hue turned by degrees, then each channel to the power `gamma`; on straight \
              colour, clamped to 0…1.\n\n\
              In a frame in which a parameter is not finite the effect does nothing, and is counted.",
    inputs: &[
        Input::render("in", "what is drawn").defaulting(Default::Required),
        Input::options("effect", &["blur", "glow", "grade"], "glow", "which"),
        Input::number("sigma", 10.0, "blur, glow: size").unit("px"),
        Input::number("gain", 1.0, "glow: strength, max(0, gain)"),
        Input::color("tint", "transparent", "glow: colour; transparent = its own"),
        Input::options(
            "mode",
            &["under", "add"],
            "under",
            "glow: where the copy goes",
        ),
        Input::number("exposure", 0.0, "grade: brightness").unit("stops"),
        Input::number("contrast", 1.0, "grade: factor about ½"),
        Input::number("saturation", 1.0, "grade: 0 = grey"),
        Input::number("hue", 0.0, "grade: hue turned").unit("deg"),
        Input::number("gamma", 1.0, "grade: exponent of each channel"),
        Z,
    ],
    outputs: &[RENDER],
    lower: post_fx,
    ..SINK
};

fn post_fx(l: &mut Lowering<'_>) {
    let kind = l.text("effect").to_owned();
    let numbers: &[&str] = match kind.as_str() {
        "blur" => &["sigma"],
        "grade" => &["exposure", "contrast", "saturation", "hue", "gamma"],
        _ => &["sigma", "gain", "tint"],
    };
    let others = ALL.iter().filter(|name| !numbers.contains(name));
    let others: Vec<&str> = others.copied().collect();
    let why = format!("the effect is `{kind}`");
    l.unread(&others, &why, "choose the effect that reads it");
    let mut params: Vec<(&str, InputRef)> = numbers
        .iter()
        .map(|name| (*name, InputRef::Sig(l.signal(name))))
        .collect();
    if kind == "glow" {
        let mode = l.text("mode").to_owned();
        params.push(("mode", InputRef::Const(l.build.const_text(&mode))));
    }
    let effect = effect(l, "effect", &kind, &params);
    let z = l.signal("z");
    let layer = SinkSpec {
        key: String::new(),
        kind: SinkKind::Postfx,
        domain: None,
        columns: Vec::new(),
        inputs: vec![("effect", InputRef::Effect(effect))],
        params: json!({}),
        z,
        children: children(l, &["in"]),
    };
    let layer = l.sink("", layer);
    l.out("render", Value::Sink(layer));
}
