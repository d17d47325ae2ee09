//! The table of built-in composites.

use super::Setting::{Number, Param, Word};
use super::{Composite, CompositeNode as Node, Setting};

/// One turn in rad, in the twelve digits that these composites have always had.
#[expect(
    clippy::approx_constant,
    reason = "saved patches were made with these digits"
)]
const TURN: f64 = 6.283_185_307_18;

const PLAIN: Composite = Composite {
    name: "",
    summary: "",
    nodes: &[],
    edges: &[],
    inputs: &[],
    outputs: &[],
    subscriptions: &[],
    publications: &[],
};

const fn node(
    id: &'static str,
    kind: &'static str,
    params: &'static [(&'static str, Setting)],
) -> Node {
    Node { id, kind, params }
}

/// A hash of each element's id.
const HASH: Node = node("hash", "FieldHash01ById", &[("seed", Param("seed"))]);

/// The domain of `hash`, where a composite has nothing else that needs one.
const HASH_DOMAIN: (&str, &[(&str, &str)]) = ("domain", &[("hash", "domain")]);

/// A parameter times a field.
const fn scaled(id: &'static str, params: &'static [(&'static str, Setting)]) -> Node {
    node(id, "FieldMapNumber", params)
}

/// Turns to radians.
const TO_RADIANS: Node = scaled("toRadians", &[("fn", Word("scale")), ("k", Number(TURN))]);

/// A plain domain of `count` elements.
const DOMAIN: Node = node(
    "domain",
    "DomainN",
    &[("n", Param("count")), ("seed", Param("seed"))],
);

/// All built-in composites, in documentation order.
pub static COMPOSITES: &[Composite] = &[
    Composite {
        name: "GridPoints",
        summary: "a domain and its elements on a grid",
        nodes: &[
            DOMAIN,
            node(
                "grid",
                "PositionMapGrid",
                &[
                    ("rows", Param("rows")),
                    ("cols", Param("cols")),
                    ("spacing", Param("spacing")),
                    ("originX", Param("originX")),
                    ("originY", Param("originY")),
                    ("order", Param("order")),
                ],
            ),
        ],
        edges: &[(("domain", "domain"), ("grid", "domain"))],
        outputs: &[
            ("domain", ("domain", "domain")),
            ("positions", ("grid", "pos")),
        ],
        ..PLAIN
    },
    Composite {
        name: "CirclePoints",
        summary: "a domain and its elements on a circle",
        nodes: &[
            DOMAIN,
            node(
                "circle",
                "PositionMapCircle",
                &[
                    ("centerX", Param("centerX")),
                    ("centerY", Param("centerY")),
                    ("radius", Param("radius")),
                    ("startAngle", Param("startAngle")),
                    ("winding", Param("winding")),
                    ("distribution", Param("distribution")),
                ],
            ),
        ],
        edges: &[(("domain", "domain"), ("circle", "domain"))],
        outputs: &[
            ("domain", ("domain", "domain")),
            ("positions", ("circle", "pos")),
        ],
        ..PLAIN
    },
    Composite {
        name: "LinePoints",
        summary: "a domain and its elements on a line",
        nodes: &[
            DOMAIN,
            node(
                "line",
                "PositionMapLine",
                &[
                    ("ax", Param("ax")),
                    ("ay", Param("ay")),
                    ("bx", Param("bx")),
                    ("by", Param("by")),
                    ("distribution", Param("distribution")),
                ],
            ),
        ],
        edges: &[(("domain", "domain"), ("line", "domain"))],
        outputs: &[
            ("domain", ("domain", "domain")),
            ("positions", ("line", "pos")),
        ],
        ..PLAIN
    },
    Composite {
        name: "SVGSamplePoints",
        summary: "points along an SVG path",
        nodes: &[node(
            "svg",
            "SVGSampleDomain",
            &[
                ("asset", Param("asset")),
                ("sampleCount", Param("sampleCount")),
                ("seed", Param("seed")),
                ("distribution", Param("distribution")),
            ],
        )],
        outputs: &[
            ("domain", ("svg", "domain")),
            ("positions", ("svg", "pos0")),
        ],
        ..PLAIN
    },
    Composite {
        name: "PerElementRandom",
        summary: "a random number for each element",
        nodes: &[HASH],
        inputs: &[HASH_DOMAIN],
        outputs: &[("random", ("hash", "u"))],
        ..PLAIN
    },
    Composite {
        name: "PerElementPhaseOffset",
        summary: "a random phase offset for each element",
        nodes: &[
            HASH,
            scaled("scale", &[("fn", Word("scale")), ("k", Param("maxOffset"))]),
        ],
        edges: &[(("hash", "u"), ("scale", "x"))],
        inputs: &[HASH_DOMAIN],
        outputs: &[("offset", ("scale", "y"))],
        ..PLAIN
    },
    Composite {
        name: "SizeScatter",
        summary: "a random size for each element, between min and min + range",
        nodes: &[
            HASH,
            scaled(
                "mapToRange",
                &[("fn", Word("scale")), ("k", Param("range"))],
            ),
            scaled("addMin", &[("fn", Word("offset")), ("k", Param("min"))]),
        ],
        edges: &[
            (("hash", "u"), ("mapToRange", "x")),
            (("mapToRange", "y"), ("addMin", "x")),
        ],
        inputs: &[HASH_DOMAIN],
        outputs: &[("size", ("addMin", "y"))],
        ..PLAIN
    },
    Composite {
        name: "OrbitMotion",
        summary: "positions turned about a centre",
        nodes: &[node(
            "rotate",
            "FieldMapVec2",
            &[
                ("fn", Word("rotate")),
                ("angle", Param("angle")),
                ("centerX", Param("centerX")),
                ("centerY", Param("centerY")),
            ],
        )],
        inputs: &[("positions", &[("rotate", "vec")])],
        outputs: &[("rotated", ("rotate", "out"))],
        ..PLAIN
    },
    Composite {
        name: "WaveDisplace",
        summary: "a random sine displacement for each element",
        nodes: &[
            HASH,
            TO_RADIANS,
            scaled("sin", &[("fn", Word("sin"))]),
            scaled(
                "amplitude",
                &[("fn", Word("scale")), ("k", Param("amplitude"))],
            ),
        ],
        edges: &[
            (("hash", "u"), ("toRadians", "x")),
            (("toRadians", "y"), ("sin", "x")),
            (("sin", "y"), ("amplitude", "x")),
        ],
        inputs: &[HASH_DOMAIN],
        outputs: &[("displacement", ("amplitude", "y"))],
        ..PLAIN
    },
    Composite {
        name: "DotsRenderer",
        summary: "a sink of dots",
        nodes: &[node(
            "render",
            "RenderInstances2D",
            &[
                ("opacity", Param("opacity")),
                ("glow", Param("glow")),
                ("glowIntensity", Param("glowIntensity")),
            ],
        )],
        inputs: &[
            ("domain", &[("render", "domain")]),
            ("positions", &[("render", "positions")]),
            ("radius", &[("render", "radius")]),
        ],
        outputs: &[("render", ("render", "render"))],
        ..PLAIN
    },
    Composite {
        name: "RotationScatter",
        summary: "a random rotation for each element, rad",
        nodes: &[
            HASH,
            TO_RADIANS,
            scaled(
                "applyAmount",
                &[("fn", Word("scale")), ("k", Param("amount"))],
            ),
        ],
        edges: &[
            (("hash", "u"), ("toRadians", "x")),
            (("toRadians", "y"), ("applyAmount", "x")),
        ],
        inputs: &[HASH_DOMAIN],
        outputs: &[("rotation", ("applyAmount", "y"))],
        ..PLAIN
    },
    Composite {
        name: "BreathingScale",
        summary: "a wave between min and min + range that feeds the energy bus",
        nodes: &[
            node(
                "oscillator",
                "Oscillator",
                &[
                    ("shape", Param("curve")),
                    ("amplitude", Number(0.5)),
                    ("bias", Number(0.5)),
                ],
            ),
            node(
                "scale",
                "MapSignal",
                &[("fn", Word("scale")), ("k", Param("range"))],
            ),
            node(
                "offset",
                "MapSignal",
                &[("fn", Word("offset")), ("k", Param("min"))],
            ),
        ],
        edges: &[
            (("oscillator", "out"), ("scale", "x")),
            (("scale", "y"), ("offset", "x")),
        ],
        inputs: &[("phase", &[("oscillator", "phase")])],
        outputs: &[("out", ("offset", "y"))],
        subscriptions: &[("phase", "phaseA")],
        publications: &[("out", "energy")],
    },
    Composite {
        name: "PaletteDrift",
        summary: "a colour that drifts around the hue circle and feeds the palette bus",
        nodes: &[node(
            "colorLfo",
            "ColorLFO",
            &[
                ("base", Param("baseColor")),
                ("hueSpan", Param("hueSpan")),
                ("sat", Param("saturation")),
                ("light", Param("lightness")),
            ],
        )],
        inputs: &[("phase", &[("colorLfo", "phase")])],
        outputs: &[("color", ("colorLfo", "color"))],
        subscriptions: &[("phase", "phaseB")],
        publications: &[("color", "palette")],
        ..PLAIN
    },
    Composite {
        name: "PerElementColorScatter",
        summary: "a random colour for each element",
        nodes: &[
            HASH,
            scaled(
                "toHueOffset",
                &[("fn", Word("scale")), ("k", Param("hueShiftAmount"))],
            ),
            node("colorize", "FieldColorize", &[("mode", Word("hue"))]),
        ],
        edges: &[
            (("hash", "u"), ("toHueOffset", "x")),
            (("toHueOffset", "y"), ("colorize", "values")),
        ],
        inputs: &[HASH_DOMAIN],
        outputs: &[("fill", ("colorize", "colors"))],
        ..PLAIN
    },
    Composite {
        name: "PulseToEnvelope",
        summary: "an envelope for each pulse that feeds the energy bus",
        nodes: &[node(
            "envelope",
            "EnvelopeAD",
            &[
                ("attack", Param("attack")),
                ("decay", Param("decay")),
                ("peak", Param("peak")),
            ],
        )],
        inputs: &[("trigger", &[("envelope", "trigger")])],
        outputs: &[("env", ("envelope", "env"))],
        subscriptions: &[("trigger", "pulse")],
        publications: &[("env", "energy")],
        ..PLAIN
    },
    Composite {
        name: "PhaseWrapPulse",
        summary: "pulses at the divisions of a phase that feed the pulse bus",
        nodes: &[node(
            "divider",
            "PulseDivider",
            &[("divisions", Param("divisions"))],
        )],
        inputs: &[("phase", &[("divider", "phase")])],
        outputs: &[("tick", ("divider", "tick"))],
        subscriptions: &[("phase", "phaseA")],
        publications: &[("tick", "pulse")],
        ..PLAIN
    },
    Composite {
        name: "GlyphRenderer",
        summary: "a sink of shapes that turn",
        nodes: &[node(
            "render",
            "RenderInstances2D",
            &[
                ("opacity", Param("opacity")),
                ("glow", Param("glow")),
                ("glowIntensity", Param("glowIntensity")),
            ],
        )],
        inputs: &[
            ("domain", &[("render", "domain")]),
            ("positions", &[("render", "positions")]),
            ("radius", &[("render", "radius")]),
            ("rotation", &[("render", "rotation")]),
        ],
        outputs: &[("render", ("render", "render"))],
        ..PLAIN
    },
    Composite {
        name: "JitterMotion",
        summary: "a small movement of its own for each element",
        nodes: &[
            HASH,
            node(
                "jitter",
                "JitterFieldVec2",
                &[
                    ("amount", Param("amount")),
                    ("frequency", Param("frequency")),
                ],
            ),
        ],
        edges: &[(("hash", "u"), ("jitter", "idRand"))],
        inputs: &[HASH_DOMAIN, ("phase", &[("jitter", "phase")])],
        outputs: &[("drift", ("jitter", "drift"))],
        ..PLAIN
    },
    Composite {
        name: "BreathEnergy",
        summary: "a soft cosine breath of a phase",
        nodes: &[
            node(
                "osc",
                "Oscillator",
                &[
                    ("shape", Word("cosine")),
                    ("amplitude", Param("amount")),
                    ("bias", Number(0.5)),
                ],
            ),
            node(
                "shaper",
                "Shaper",
                &[("kind", Word("smoothstep")), ("amount", Number(1.0))],
            ),
        ],
        edges: &[(("osc", "out"), ("shaper", "in"))],
        inputs: &[("phase", &[("osc", "phase")])],
        outputs: &[("energy", ("shaper", "out"))],
        ..PLAIN
    },
    Composite {
        name: "PulseAccentEnergy",
        summary: "an accent at each division of a phase",
        nodes: &[
            node(
                "divider",
                "PulseDivider",
                &[("divisions", Param("divisions"))],
            ),
            node(
                "envelope",
                "EnvelopeAD",
                &[
                    ("attack", Number(0.01)),
                    ("decay", Param("decay")),
                    ("peak", Param("amount")),
                ],
            ),
        ],
        edges: &[(("divider", "tick"), ("envelope", "trigger"))],
        inputs: &[("phase", &[("divider", "phase")])],
        outputs: &[("energy", ("envelope", "env"))],
        ..PLAIN
    },
    Composite {
        name: "SlowPaletteDrift",
        summary: "a colour that drifts around the hue circle with a phase",
        nodes: &[node(
            "colorLfo",
            "ColorLFO",
            &[
                ("base", Param("base")),
                ("hueSpan", Param("hueSpan")),
                ("sat", Param("sat")),
                ("light", Param("light")),
            ],
        )],
        inputs: &[("phase", &[("colorLfo", "phase")])],
        outputs: &[("color", ("colorLfo", "color"))],
        ..PLAIN
    },
    Composite {
        name: "BreathingDotsRenderer",
        summary: "a grid of dots that drift, and its sink",
        nodes: &[
            node(
                "grid",
                "GridDomain",
                &[
                    ("rows", Param("rows")),
                    ("cols", Param("cols")),
                    ("spacing", Param("spacing")),
                    ("originX", Param("originX")),
                    ("originY", Param("originY")),
                ],
            ),
            node("idHash", "StableIdHash", &[("salt", Param("seed"))]),
            node("jitterHash", "StableIdHash", &[("salt", Number(12345.0))]),
            node(
                "jitter",
                "JitterFieldVec2",
                &[
                    ("amount", Param("driftAmount")),
                    ("frequency", Param("driftFrequency")),
                ],
            ),
            node("posAdd", "FieldAddVec2", &[]),
            node(
                "radiusField",
                "FieldConstNumber",
                &[("value", Param("baseRadius"))],
            ),
            node(
                "render",
                "RenderInstances2D",
                &[("opacity", Param("opacity"))],
            ),
        ],
        edges: &[
            (("grid", "domain"), ("idHash", "domain")),
            (("grid", "domain"), ("jitterHash", "domain")),
            (("grid", "domain"), ("radiusField", "domain")),
            (("grid", "domain"), ("render", "domain")),
            (("jitterHash", "u01"), ("jitter", "idRand")),
            (("grid", "pos0"), ("posAdd", "a")),
            (("jitter", "drift"), ("posAdd", "b")),
            (("posAdd", "out"), ("render", "positions")),
            (("radiusField", "out"), ("render", "radius")),
        ],
        inputs: &[("phase", &[("jitter", "phase")])],
        outputs: &[
            ("render", ("render", "render")),
            ("domain", ("grid", "domain")),
            ("idRand", ("idHash", "u01")),
        ],
        ..PLAIN
    },
    Composite {
        name: "AmbientLoopRoot",
        summary: "a TimeRoot that loops",
        nodes: &[node(
            "timeRoot",
            "CycleTimeRoot",
            &[("periodMs", Param("periodMs")), ("mode", Word("loop"))],
        )],
        outputs: &[
            ("phase", ("timeRoot", "phase")),
            ("t", ("timeRoot", "systemTime")),
            ("wrap", ("timeRoot", "wrap")),
        ],
        ..PLAIN
    },
];
