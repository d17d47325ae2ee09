//! Effects, as near as players come: a blur is the Gaussian blur of the editor that the format comes from,
//! which some players show; a glow is a blurred copy of the picture below or above it; a grade is left out.
//!
//! In: one effect in all frames, and the composition it changes. Out: layers that show that composition.

use super::keys::{Channel, Span, Unit, Value};
use super::layers::{Stage, rounded};
use crate::render_tree::{Effect, GlowMode};

/// Standard deviations of a unit of the editor's blur.
const SIGMA: f64 = 0.3;

/// Whether two effects differ in nothing that has no keyframes.
pub(super) fn same_kind(a: &Effect, b: &Effect) -> bool {
    match (a, b) {
        (
            Effect::Glow { tint, mode, .. },
            Effect::Glow {
                tint: t, mode: m, ..
            },
        ) => tint == t && mode == m,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// Writes the layers; `picture` shows the composition.
pub(super) fn write(
    stage: &mut Stage,
    (name, effects): (&str, &[&Effect]),
    span: Span,
    picture: &str,
) {
    let Some(first) = effects.first() else {
        return stage.picture(name, span, "", picture);
    };
    match first {
        Effect::Grade { .. } => stage.picture(name, span, "", picture),
        Effect::Blur { .. } => {
            let blur = blur(stage, effects, span, "");
            stage.picture(name, span, "", &format!("{blur}{picture}"));
        }
        Effect::Glow { tint, mode, .. } => {
            let gains = effects.iter().map(|effect| match effect {
                Effect::Glow { gain, .. } => f64::from(gain.clamp(0.0, 1.0)),
                _ => 1.0,
            });
            let opacity = stage.percent(&gains.collect::<Vec<f64>>(), span);
            let paint = tint.map_or_else(String::new, fill);
            let blur = blur(stage, effects, span, &paint);
            let copy = match mode {
                GlowMode::Under => {
                    stage.picture("glow", span, &opacity, &format!("{blur}{picture}"));
                    None
                }
                GlowMode::Add => Some(format!("{blur},\"bm\":2{picture}")),
            };
            stage.picture(name, span, "", picture);
            if let Some(copy) = copy {
                stage.picture("glow", span, &opacity, &copy);
            }
        }
    }
}

/// A blur, and what comes before it.
fn blur(stage: &mut Stage, effects: &[&Effect], span: Span, before: &str) -> String {
    let scale = stage.options.scale;
    let values = effects.iter().map(|effect| match effect {
        Effect::Blur { sigma } | Effect::Glow { sigma, .. } => {
            f64::from(sigma.max(0.0)) * scale / SIGMA
        }
        Effect::Grade { .. } => 0.0,
    });
    let values: Vec<f64> = values.collect();
    let mut text = format!(
        ",\"ef\":[{before}{{\"ty\":29,\"nm\":\"Gaussian Blur\",\"np\":5,\"mn\":\"ADBE Gaussian Blur 2\",\"ix\":1,\"en\":1,\"ef\":[{{\"ty\":0,\"nm\":\"Blurriness\",\"mn\":\"ADBE Gaussian Blur 2-0001\",\"ix\":1,"
    );
    let channel = Channel {
        values: &values,
        value: Value::Number,
        unit: Unit::within(0.1),
        steps: false,
    };
    stage.keys.write("v", channel, (span, &[]), &mut text);
    text.push_str("},{\"ty\":7,\"nm\":\"Blur Dimensions\",\"mn\":\"ADBE Gaussian Blur 2-0002\",\"ix\":2,\"v\":{\"a\":0,\"k\":1}},{\"ty\":7,\"nm\":\"Repeat Edge Pixels\",\"mn\":\"ADBE Gaussian Blur 2-0003\",\"ix\":3,\"v\":{\"a\":0,\"k\":0}}]}]");
    text
}

/// All in one colour: the editor's fill.
fn fill([r, g, b, a]: [f32; 4]) -> String {
    let [r, g, b, a] = [r, g, b, a].map(|v| rounded(f64::from(v.clamp(0.0, 1.0))));
    let slot = |kind: u8, name: &str, number: u8, value: &str| {
        format!(
            "{{\"ty\":{kind},\"nm\":\"{name}\",\"mn\":\"ADBE Fill-000{number}\",\"ix\":{number},\"v\":{{\"a\":0,\"k\":{value}}}}}"
        )
    };
    let slots = [
        slot(10, "Fill Mask", 1, "0"),
        slot(7, "All Masks", 7, "0"),
        slot(2, "Color", 2, &format!("[{r},{g},{b},1]")),
        slot(7, "Invert", 6, "0"),
        slot(0, "Horizontal Feather", 3, "0"),
        slot(0, "Vertical Feather", 4, "0"),
        slot(0, "Opacity", 5, &a),
    ];
    format!(
        "{{\"ty\":21,\"nm\":\"Fill\",\"np\":9,\"mn\":\"ADBE Fill\",\"ix\":1,\"en\":1,\"ef\":[{}]}},",
        slots.join(",")
    )
}
