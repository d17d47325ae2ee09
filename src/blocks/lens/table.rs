//! Every lens and preset, in library order.

use super::{Arguments, CellDraft, Lens, LensAction, Param, ParamKind, Preset};
use crate::blocks::chain::ChainDraft;
use crate::blocks::definition::Default;
use crate::ir::{Op, SignalId, StateOp};
use crate::types::Domain;

const EASES: &[&str] = &[
    "linear",
    "easeInQuad",
    "easeOutQuad",
    "easeInOutQuad",
    "easeInCubic",
    "easeOutCubic",
    "easeInOutCubic",
    "smoothstep",
    "easeInSine",
    "easeOutSine",
    "easeInOutSine",
    "easeInExpo",
    "easeOutExpo",
    "easeInOutExpo",
    "easeInElastic",
    "easeOutElastic",
    "easeInOutElastic",
    "easeOutBounce",
    "easeInBounce",
    "easeInOutBounce",
];

const fn param(name: &'static str, kind: ParamKind, default: Default, doc: &'static str) -> Param {
    let constant = !matches!(kind, ParamKind::Number | ParamKind::Vec2);
    Param {
        name,
        kind,
        default,
        constant,
        unit: "",
        doc,
    }
}

const fn number(name: &'static str, default: f64, doc: &'static str) -> Param {
    param(name, ParamKind::Number, Default::Number(default), doc)
}

const fn milliseconds(name: &'static str, default: f64, doc: &'static str) -> Param {
    let mut made = number(name, default, doc);
    made.unit = "ms";
    made
}

const fn vector(name: &'static str, x: f64, y: f64, doc: &'static str) -> Param {
    param(name, ParamKind::Vec2, Default::Vec2([x, y]), doc)
}

const fn boolean(name: &'static str, default: bool, doc: &'static str) -> Param {
    let default = Default::Number(if default { 1.0 } else { 0.0 });
    param(name, ParamKind::Boolean, default, doc)
}

const fn option(
    name: &'static str,
    words: &'static [&'static str],
    default: &'static str,
    doc: &'static str,
) -> Param {
    param(name, ParamKind::Options(words), Default::Text(default), doc)
}

const PLAIN: Lens = Lens {
    id: "",
    domain: Domain::Number,
    summary: "",
    details: "",
    params: &[],
    per_element: false,
    action: LensAction::Steps(|_, _| {}),
};
const PHASE: Lens = Lens {
    domain: Domain::Phase01,
    ..PLAIN
};
const VECTOR: Lens = Lens {
    domain: Domain::Vec2,
    ..PLAIN
};
const COLOR: Lens = Lens {
    domain: Domain::Color,
    ..PLAIN
};

/// One opcode whose operands are the first `N` parameters.
fn direct<const N: usize>(chain: &mut ChainDraft<'_>, args: Arguments<'_>, op: Op, imm: u32) {
    let operands: [SignalId; N] = std::array::from_fn(|at| args.signal(chain.build, at));
    chain.step(op, imm, &operands);
}

/// Two parameters, the smaller first.
fn sorted(chain: &mut ChainDraft<'_>, args: Arguments<'_>) -> [SignalId; 2] {
    let (a, b) = (args.signal(chain.build, 0), args.signal(chain.build, 1));
    [
        chain.derived(Op::Min, &[a, b]),
        chain.derived(Op::Max, &[a, b]),
    ]
}

/// A number wrapped to a phase.
fn wrap(chain: &mut ChainDraft<'_>) {
    chain.step(Op::Cast, 0, &[]);
}

/// There in the first half of a turn, back in the second.
fn fold_back(chain: &mut ChainDraft<'_>) {
    let enabled = chain.num(1.0);
    chain.step(Op::PingPong, 0, &[enabled]);
}

/// Turns as an angle in rad.
fn angle(chain: &mut ChainDraft<'_>, args: Arguments<'_>) -> SignalId {
    let (turns, whole) = (
        args.signal(chain.build, 0),
        chain.num(std::f64::consts::TAU),
    );
    chain.derived(Op::Mul, &[turns, whole])
}

/// 1000 / max(ms, 1e-300): finite for every ms, and so large for none that e^(−rate·dt) is 0.
fn rate(draft: &mut CellDraft<'_>, ms: SignalId) -> SignalId {
    let (least, thousand) = (draft.build.num(1e-300), draft.build.num(1000.0));
    let longer = draft.build.apply(Op::Max, 0, &[ms, least]).unwrap_or(least);
    let quotient = draft.build.apply(Op::Div, 0, &[thousand, longer]);
    quotient.unwrap_or(thousand)
}

/// Every lens.
pub static LENSES: &[Lens] = &[
    Lens {
        id: "scale",
        summary: "a factor, then a summand",
        details: "v·scale + offset",
        params: &[
            number("scale", 1.0, "the factor"),
            number("offset", 0.0, "added after the factor"),
        ],
        action: LensAction::Steps(|c, p| direct::<2>(c, p, Op::ScaleBias, 0)),
        ..PLAIN
    },
    Lens {
        id: "offset",
        summary: "a summand",
        details: "v + amount",
        params: &[number("amount", 0.0, "what is added")],
        action: LensAction::Steps(|c, p| direct::<1>(c, p, Op::Bias, 0)),
        ..PLAIN
    },
    Lens {
        id: "polarity",
        summary: "the other sign",
        details: "invert ? −v : v",
        params: &[boolean("invert", false, "whether the sign changes")],
        action: LensAction::Steps(|c, p| {
            if p.choice(0) == 1 {
                c.step(Op::Neg, 0, &[]);
            }
        }),
        ..PLAIN
    },
    Lens {
        id: "clamp",
        summary: "kept in a range",
        details: "v clamped to [min, max]; the ends are sorted first",
        params: &[
            number("min", 0.0, "one end"),
            number("max", 1.0, "the other end"),
        ],
        action: LensAction::Steps(|c, p| {
            let ends = sorted(c, p);
            c.step(Op::Clamp, 0, &ends);
        }),
        ..PLAIN
    },
    Lens {
        id: "softclip",
        summary: "bent towards ±1",
        details: "a = clamp(amount, 0, 1); a = 0 gives v. k = 1 + 4a; tanh: tanh(v·k) / tanh(k); \
                  sigmoid: 2·(1 / (1 + e^(−v·k)) − ½)",
        params: &[
            number("amount", 0.5, "how strongly, 0…1"),
            option("shape", &["tanh", "sigmoid"], "tanh", "the curve"),
        ],
        action: LensAction::Steps(|c, p| direct::<1>(c, p, Op::Softclip, p.choice(1))),
        ..PLAIN
    },
    Lens {
        id: "deadzone",
        summary: "small values become 0",
        details: "0 where |v| ≤ max(0, width), else v",
        params: &[number("width", 0.05, "half the width of the zone")],
        action: LensAction::Steps(|c, p| direct::<1>(c, p, Op::Deadzone, 0)),
        ..PLAIN
    },
    Lens {
        id: "slew",
        summary: "follows at a limited speed",
        details: "The first frame gives v. Then, with ms = riseMs where v is above the output and \
                  fallMs elsewhere: v where ms ≤ 0 or |v − out| ≤ dt / ms, else out ± dt / ms, one \
                  unit in ms milliseconds.",
        params: &[
            milliseconds("riseMs", 120.0, "time of one unit upwards"),
            milliseconds("fallMs", 120.0, "time of one unit downwards"),
        ],
        action: LensAction::Cell(StateOp::SlewLinear, |d, p| {
            let args = [p.signal(d.build, 0), p.signal(d.build, 1)];
            d.cell(StateOp::SlewLinear, "slew", &args)
        }),
        ..PLAIN
    },
    Lens {
        id: "quantize",
        summary: "in steps",
        details: "s = max(1, steps); op(v·s) / s",
        params: &[
            number("steps", 4.0, "steps in one unit"),
            option("mode", &["round", "floor", "ceil"], "round", "op"),
        ],
        action: LensAction::Steps(|c, p| direct::<1>(c, p, Op::QuantizeN, p.choice(1))),
        ..PLAIN
    },
    Lens {
        id: "ease",
        summary: "an easing curve",
        details: "E(clamp(v, 0, 1)) of the curve of that name",
        params: &[option("easing", EASES, "easeInOutSine", "the curve")],
        action: LensAction::Steps(|c, p| c.step(Op::Ease, p.choice(0), &[])),
        ..PLAIN
    },
    Lens {
        id: "warp",
        summary: "a power",
        details: "clamp(v, 0, 1)^power",
        params: &[number("power", 1.0, "the exponent")],
        action: LensAction::Steps(|c, p| direct::<1>(c, p, Op::Warp, 0)),
        ..PLAIN
    },
    Lens {
        id: "mapRange",
        summary: "one range onto another",
        details: "lo, hi = inMin, inMax sorted; w = clamp ? clamp(v, lo, hi) : v; \
                  u = (w − lo) / (hi − lo), 0 for hi = lo; outMin + (outMax − outMin)·u",
        params: &[
            number("inMin", 0.0, "one end of the range of v"),
            number("inMax", 1.0, "the other end"),
            number("outMin", 0.0, "the value at the smaller end"),
            number("outMax", 1.0, "the value at the larger end"),
            boolean("clamp", true, "whether v is kept in its range first"),
        ],
        action: LensAction::Steps(|c, p| direct::<4>(c, p, Op::RemapRange, p.choice(4))),
        ..PLAIN
    },
    Lens {
        id: "hysteresis",
        summary: "a switch with two thresholds",
        details: "Off at first. Off and v ≥ high: on. On and v ≤ low: off. The value is high while \
                  on, low while off.",
        params: &[
            number("low", 0.4, "switches off, and the value while off"),
            number("high", 0.6, "switches on, and the value while on"),
        ],
        action: LensAction::Cell(StateOp::Hysteresis, |d, p| {
            let args = [p.signal(d.build, 0), p.signal(d.build, 1)];
            d.cell(StateOp::Hysteresis, "on", &args)
        }),
        ..PLAIN
    },
    Lens {
        id: "broadcast",
        summary: "nothing",
        details: "v. Saved patches contain it; a signal into a field is broadcast anyway.",
        ..PLAIN
    },
    Lens {
        id: "perElementOffset",
        summary: "another random summand for each element",
        details: "v + range·h, h a hash in 0…1 of the element's index, of seed and of the program \
                  seed. A signal counts as element 0.",
        params: &[
            number("range", 1.0, "largest summand"),
            Param {
                constant: true,
                ..number("seed", 0.0, "floored, modulo 2³²")
            },
        ],
        per_element: true,
        action: LensAction::Steps(|c, p| direct::<2>(c, p, Op::PerElementOffset, 0)),
        ..PLAIN
    },
    Lens {
        id: "phaseOffset",
        summary: "a phase shifted",
        details: "wrap(v + offset)",
        params: &[number("offset", 0.0, "turns")],
        action: LensAction::Steps(|c, p| {
            direct::<1>(c, p, Op::Bias, 0);
            wrap(c);
        }),
        ..PHASE
    },
    Lens {
        id: "phaseScale",
        summary: "a phase made faster",
        details: "wrap(v·scale)",
        params: &[number("scale", 1.0, "the factor")],
        action: LensAction::Steps(|c, p| {
            direct::<1>(c, p, Op::Mul, 0);
            wrap(c);
        }),
        ..PHASE
    },
    Lens {
        id: "phaseQuantize",
        summary: "a phase in steps",
        details: "s = max(1, steps); wrap(round(v·s) / s)",
        params: &[number("steps", 8.0, "steps in one turn")],
        action: LensAction::Steps(|c, p| {
            direct::<1>(c, p, Op::QuantizeN, 0);
            wrap(c);
        }),
        ..PHASE
    },
    Lens {
        id: "pingPong",
        summary: "a phase there and back",
        details: "enabled: p = wrap(v), 2p for p < ½ and 2 − 2p elsewhere, which may be 1; else v",
        params: &[boolean("enabled", true, "whether it does anything")],
        action: LensAction::Steps(|c, p| {
            if p.choice(0) == 1 {
                fold_back(c);
            }
        }),
        ..PHASE
    },
    Lens {
        id: "wrapMode",
        summary: "what happens outside 0…1",
        details: "wrap: wrap(v); clamp: clamp(v, 0, 1), which may be 1; pingpong: as pingPong",
        params: &[option(
            "mode",
            &["wrap", "clamp", "pingpong"],
            "wrap",
            "which way",
        )],
        action: LensAction::Steps(|c, p| match p.choice(0) {
            0 => wrap(c),
            1 => c.step(Op::ClampRange, 0, &[]),
            _ => fold_back(c),
        }),
        ..PHASE
    },
    Lens {
        id: "phaseWindow",
        summary: "only a part of the turn moves",
        details: "lo, hi = start, end sorted and clamped to 0…1; w = max(10⁻⁶, hi − lo); \
                  x = clamp((wrap(v) − lo) / w, 0, 1); m = mix(x, x²(3 − 2x), softness); lo + m·w, \
                  which may be 1",
        params: &[
            number("start", 0.0, "one end, turns"),
            number("end", 1.0, "the other end, turns"),
            number("softness", 0.0, "0 straight, 1 smoothstep"),
        ],
        action: LensAction::Steps(|c, p| direct::<3>(c, p, Op::PhaseWindow, 0)),
        ..PHASE
    },
    Lens {
        id: "rotate2d",
        summary: "rotated about the origin",
        details: "v rotated by turns·2π, clockwise on screen",
        params: &[number("turns", 0.0, "turns")],
        action: LensAction::Steps(|c, p| {
            let angle = angle(c, p);
            c.step(Op::Rotate, 0, &[angle]);
        }),
        ..VECTOR
    },
    Lens {
        id: "vec2GainBias",
        summary: "a factor, then a summand",
        details: "v·gain + bias",
        params: &[
            number("gain", 1.0, "the factor"),
            vector("bias", 0.0, 0.0, "added after the factor"),
        ],
        action: LensAction::Steps(|c, p| direct::<2>(c, p, Op::ScaleBias, 0)),
        ..VECTOR
    },
    Lens {
        id: "translate2d",
        summary: "moved",
        details: "v + delta",
        params: &[vector("delta", 0.0, 0.0, "what is added")],
        action: LensAction::Steps(|c, p| direct::<1>(c, p, Op::Bias, 0)),
        ..VECTOR
    },
    Lens {
        id: "clampBounds",
        summary: "kept in a rectangle",
        details: "each part clamped to [min, max]; the ends are sorted first",
        params: &[
            vector("min", 0.0, 0.0, "one corner"),
            vector("max", 1.0, 1.0, "the other corner"),
        ],
        action: LensAction::Steps(|c, p| {
            let ends = sorted(c, p);
            c.step(Op::Clamp, 0, &ends);
        }),
        ..VECTOR
    },
    Lens {
        id: "swirl",
        summary: "rotated about a centre, less far out",
        details: "d = v − center rotated by 2π·strength / (1 + |d| / radius); radius ≤ 0: v",
        params: &[
            number("strength", 0.5, "turns at the centre"),
            vector("center", 0.0, 0.0, "the centre"),
            number("radius", 100.0, "where the rotation is half"),
        ],
        action: LensAction::Steps(|c, p| direct::<3>(c, p, Op::Swirl, 0)),
        ..VECTOR
    },
    Lens {
        id: "normalize",
        summary: "made of length 1",
        details: "v / |v|, (0, 0) for |v| = 0",
        action: LensAction::Steps(|c, _| c.step(Op::Normalize, 0, &[])),
        ..VECTOR
    },
    Lens {
        id: "smoothPath",
        summary: "follows smoothly",
        details: "The first frame gives v. Then out += (v − out)·(1 − e^(−dt / smoothingMs)); \
                  smoothingMs ≤ 0: v.",
        params: &[milliseconds("smoothingMs", 120.0, "time constant")],
        action: LensAction::Cell(StateOp::SlewExp, |d, p| {
            let ms = p.signal(d.build, 0);
            let rate = rate(d, ms);
            let smooth = d.cell(StateOp::SlewExp, "smooth", &[rate]);
            let zero = d.build.num(0.0);
            let lagging = d.build.apply(Op::Gt, 0, &[ms, zero]).unwrap_or(zero);
            match d.build.folded(lagging) {
                Some(lanes) if lanes == [1.0] => smooth,
                Some(_) => d.input,
                None => {
                    let chosen = d.build.apply(Op::Select, 0, &[lagging, smooth, d.input]);
                    chosen.unwrap_or(smooth)
                }
            }
        }),
        ..VECTOR
    },
    Lens {
        id: "hueShift",
        summary: "another hue",
        details: "to hsl, hue + 360·turns, back; alpha is kept",
        params: &[number("turns", 0.0, "turns of the hue circle")],
        action: LensAction::Steps(|c, p| direct::<1>(c, p, Op::ShiftHue, 0)),
        ..COLOR
    },
    Lens {
        id: "colorGain",
        summary: "brighter or darker",
        details: "rgb·gain, alpha·alphaGain",
        params: &[
            number("gain", 1.0, "factor of red, green and blue"),
            number("alphaGain", 1.0, "factor of alpha"),
        ],
        action: LensAction::Steps(|c, p| {
            let (gain, alpha) = (p.signal(c.build, 0), p.signal(c.build, 1));
            let factors = c.derived(Op::ColorMake, &[gain, gain, gain, alpha]);
            c.step(Op::Mul, 0, &[factors]);
        }),
        ..COLOR
    },
    Lens {
        id: "saturate",
        summary: "more or less colourful",
        details: "luma + (c − luma)·amount in red, green and blue; luma is \
                  0.2126 r + 0.7152 g + 0.0722 b",
        params: &[number("amount", 1.0, "0 grey, 1 unchanged")],
        action: LensAction::Steps(|c, p| direct::<1>(c, p, Op::Saturate, 0)),
        ..COLOR
    },
    Lens {
        id: "contrast",
        summary: "more or less contrast",
        details: "(c − ½)·amount + ½ in red, green and blue",
        params: &[number("amount", 1.0, "0 grey, 1 unchanged")],
        action: LensAction::Steps(|c, p| direct::<1>(c, p, Op::Contrast, 0)),
        ..COLOR
    },
    Lens {
        id: "clampGamut",
        summary: "a colour that can be shown",
        details: "all four channels clamped to 0…1",
        action: LensAction::Steps(|c, _| {
            let ends = [c.num(0.0), c.num(1.0)];
            c.step(Op::Clamp, 0, &ends);
        }),
        ..COLOR
    },
];

const fn preset(
    name: &'static str,
    lens: &'static str,
    params: &'static [(&'static str, Default)],
) -> Preset {
    Preset { name, lens, params }
}

/// Every preset.
#[rustfmt::skip]
pub(crate) static PRESETS: &[Preset] = &[
    preset("breathing", "ease", &[("easing", Default::Text("easeInOutSine"))]),
    preset("bounce", "ease", &[("easing", Default::Text("easeOutBounce"))]),
    preset("elastic", "ease", &[("easing", Default::Text("easeOutElastic"))]),
    preset("slow-start", "ease", &[("easing", Default::Text("easeInQuad"))]),
    preset("slow-end", "ease", &[("easing", Default::Text("easeOutQuad"))]),
    preset("smooth", "slew", &[]),
    preset("snap", "quantize", &[("steps", Default::Number(4.0))]),
    preset("fine-steps", "quantize", &[("steps", Default::Number(8.0))]),
    preset("coarse-steps", "quantize", &[("steps", Default::Number(2.0))]),
    preset("double", "scale", &[("scale", Default::Number(2.0))]),
    preset("half", "scale", &[("scale", Default::Number(0.5))]),
    preset("invert", "scale", &[("scale", Default::Number(-1.0)), ("offset", Default::Number(1.0))]),
    preset("safe-unit", "clamp", &[]),
    preset("deadzone-5pct", "deadzone", &[("width", Default::Number(0.05))]),
    preset("deadzone-10pct", "deadzone", &[("width", Default::Number(0.1))]),
    preset("phase-to-rotation", "mapRange", &[("outMin", Default::Number(0.0)), ("outMax", Default::Number(360.0))]),
    preset("bipolar", "mapRange", &[("outMin", Default::Number(-1.0)), ("outMax", Default::Number(1.0))]),
    preset("offset-half", "scale", &[("scale", Default::Number(1.0)), ("offset", Default::Number(0.5))]),
];
