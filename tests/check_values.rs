//! Values that the block library promises, from the JSON of a patch to lanes and signals.
//!
//! Hash lanes are compared exactly, layout lanes within 1 ulp, other lanes and signals within 4 ulp
//! of the largest operand, colours exactly after quantisation.
//!
//! What no port shows is tested where it is computed: the mixers and seed offsets behind the hashes in
//! `math::hash`, the lengths of the segments of a path in `path::measure`, the quaternion of a camera
//! in `vm::camera`. Here are the columns and pictures that follow from them.

mod runs;

use oscilla::vm::FrameTime;
use runs::{Run, dots, rows};
use std::fmt::Write as _;

/// `["a", "b"]` as the inside of a JSON list.
fn list(entries: &[&str]) -> String {
    entries.join(",\n")
}

/// A patch of a cycle of 1 s, these blocks, and a sink `dots`.
fn patch(head: &str, blocks: &[&str], wires: &[(&str, &str)]) -> String {
    let mut wired = String::new();
    for (i, (from, to)) in wires.iter().enumerate() {
        let comma = if i > 0 { "," } else { "" };
        let (to, chain) = to.split_once(' ').unwrap_or((to, ""));
        let _ = write!(
            wired,
            "{comma}\n{{\"from\": \"{from}\", \"to\": \"{to}\"{chain}}}"
        );
    }
    format!(
        r#"{{{head} "blocks": [{{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 1000}}}},
{},
{{"id": "dots", "type": "RenderInstances2D"}}],
"connections": [{wired}]}}"#,
        list(blocks)
    )
}

/// `{"id": "b", "type": …, "params": {…}}`.
fn block(kind: &str, params: &str) -> String {
    format!(r#"{{"id": "b", "type": "{kind}", "params": {{{params}}}}}"#)
}

/// Four plain elements "0"…"3".
const N: &str = r#"{"id": "elements", "type": "DomainN", "params": {"n": 4}}"#;
/// Two by two elements "row-0-col-0"…
const G: &str = r#"{"id": "elements", "type": "GridDomain", "params": {"rows": 2, "cols": 2}}"#;

/// The lanes of a number field over a domain, unchanged.
fn numbers(head: &str, domain: &str, kind: &str, params: &str, port: &str) -> Vec<f32> {
    // A rotation may be any finite number; a radius would drop negative ones.
    let text = patch(
        head,
        &[domain, &block(kind, params)],
        &[
            ("elements.domain", "b.domain"),
            ("elements.domain", "dots.domain"),
            (port, "dots.rotation"),
        ],
    );
    let mut run = Run::new(&text);
    let dots = dots(run.at(0.0));
    rows(&dots.rotation, dots.count)
}

/// The positions that a layout gives for n elements.
fn positions(kind: &str, params: &str, n: usize) -> Vec<[f32; 2]> {
    let domain = format!(r#"{{"id": "elements", "type": "DomainN", "params": {{"n": {n}}}}}"#);
    let text = patch(
        "",
        &[&domain, &block(kind, params)],
        &[
            ("elements.domain", "b.domain"),
            ("elements.domain", "dots.domain"),
            ("b.pos", "dots.positions"),
        ],
    );
    let mut run = Run::new(&text);
    let dots = dots(run.at(0.0));
    rows(&dots.pos, dots.count)
}

/// A signal at one time: lanes of `port` in a patch of these blocks, of which `shown` is drawn.
fn signal(blocks: &[&str], wires: &[(&str, &str)], port: &str, t_ms: f64) -> Vec<f64> {
    let mut run = Run::new(&patch("", blocks, wires));
    let probe = run.watch(port);
    run.at(t_ms);
    run.lanes(probe)
}

/// The number that a block gives at its port.
fn number(kind: &str, params: &str, port: &str) -> f64 {
    let out = format!("b.{port}");
    signal(&[&block(kind, params)], &[(&out, "dots.z")], &out, 0.0)[0]
}

/// What a chain makes of a number.
fn lens(v: f64, name: &str, params: &str) -> f64 {
    let source = format!(r#"{{"id": "v", "type": "ConstNumber", "params": {{"value": {v}}}}}"#);
    let chain = format!(r#"b.a , "lens": [{{"type": "{name}", "params": {{{params}}}}}]"#);
    let wires = [("v.out", chain.as_str()), ("b.out", "dots.z")];
    signal(&[&source, &block("AddSignal", "")], &wires, "b.out", 0.0)[0]
}

/// The pixels' colours of the elements, `#rrggbb`.
fn colors(run: &mut Run, t_ms: f64) -> Vec<String> {
    let dots = dots(run.at(t_ms));
    rows(&dots.rgba, dots.count)
        .iter()
        .map(|[r, g, b, a]| {
            assert_eq!(*a, 255, "opaque");
            format!("#{r:02x}{g:02x}{b:02x}")
        })
        .collect()
}

/// A signal's colour, quantised.
fn hex(lanes: &[f64]) -> String {
    let byte = |v: f64| (v.clamp(0.0, 1.0) * 255.0 + 0.5).floor() as u8;
    format!(
        "#{:02x}{:02x}{:02x}",
        byte(lanes[0]),
        byte(lanes[1]),
        byte(lanes[2])
    )
}

/// Within `ulps` f64 steps of the largest operand.
fn near(actual: f64, expected: f64, largest: f64, ulps: f64) -> bool {
    let largest = largest.abs().max(expected.abs()).max(f64::MIN_POSITIVE);
    let exponent = ((largest.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    let ulp = f64::from_bits(((exponent - 52 + 1023).max(1) as u64) << 52);
    (actual - expected).abs() <= ulps * ulp
}

#[track_caller]
fn same(actual: f64, expected: f64) {
    scaled(actual, expected, 1.0);
}

#[track_caller]
fn scaled(actual: f64, expected: f64, largest: f64) {
    assert!(
        near(actual, expected, largest, 4.0),
        "{actual:?} is not {expected:?}"
    );
}

/// Each lane within `ulps` f32 steps of the rounded expected value or the largest operand.
#[track_caller]
fn lanes(actual: &[f32], expected: &[f64], largest: f32, ulps: u32) {
    assert_eq!(actual.len(), expected.len());
    for (a, e) in actual.iter().zip(expected) {
        let e = *e as f32;
        let scale = largest.max(e.abs());
        let ulp = f32::from_bits(scale.to_bits() + 1) - scale;
        assert!(
            (a - e).abs() <= ulps as f32 * ulp,
            "{actual:?} is not {expected:?}"
        );
    }
}

#[track_caller]
fn points(actual: &[[f32; 2]], expected: &[[f64; 2]], ulps: u32) {
    // One ulp of the largest coordinate: sums of a centre and a turned radius round at its size.
    let largest = expected
        .as_flattened()
        .iter()
        .fold(0f64, |m, v| m.max(v.abs()));
    lanes(
        actual.as_flattened(),
        expected.as_flattened(),
        largest as f32,
        ulps,
    );
}

#[test]
fn stable_id_hash() {
    let cases = [
        (
            N,
            0,
            [
                0.000011075986551837061,
                0.000011299736800440526,
                0.00001152348704904399,
                0.000011747237297647455,
            ],
        ),
        (
            N,
            42,
            [
                0.0003433960956389541,
                0.0003503323533456615,
                0.0003572686110523689,
                0.0003642048687590763,
            ],
        ),
        (
            G,
            0,
            [
                0.9823488721117258,
                0.9823490958619744,
                0.5615180860183943,
                0.5615183097686428,
            ],
        ),
        (
            G,
            42,
            [
                0.45281506899111323,
                0.45282200524881994,
                0.4070607031246323,
                0.407067639382339,
            ],
        ),
    ];
    for (domain, salt, expected) in cases {
        let salt = format!(r#""salt": {salt}"#);
        let found = numbers("", domain, "StableIdHash", &salt, "b.u01");
        assert_eq!(found, expected.map(|v| v as f32), "{domain} {salt}");
    }
}

#[test]
fn field_hash01_by_id() {
    let cases = [
        (N, 0, [0.4375, 0.5, 0.46875, 0.625]),
        (N, 42, [0.8125, 0.5, 0.25, 0.25]),
        (G, 0, [0.75, 0.2421875, 0.8125, 0.625]),
        (G, 42, [0.1875, 0.3125, 0.09375, 0.125]),
    ];
    for (domain, seed, expected) in cases {
        let seed = format!(r#""seed": {seed}"#);
        let found = numbers("", domain, "FieldHash01ById", &seed, "b.u");
        assert_eq!(found, expected, "{domain} {seed}");
    }
}

#[test]
fn program_seed() {
    let expected: [f64; 4] = [
        0.5830226680263902,
        0.9140334420371827,
        0.03120738151483506,
        0.5631144915241776,
    ];
    let found = numbers(r#""seed": 1,"#, N, "StableIdHash", "", "b.u01");
    assert_eq!(found, expected.map(|v| v as f32));
    // The seed of the settings counts where the document has none of its own.
    let found = numbers(
        r#""settings": {"seed": 1},"#,
        N,
        "StableIdHash",
        "",
        "b.u01",
    );
    assert_eq!(found, expected.map(|v| v as f32));

    let expected: [f64; 4] = [
        0.3112804084084928,
        0.18588254507631063,
        0.2163982163183391,
        0.375735743669793,
    ];
    let found = numbers(r#""seed": 42,"#, N, "FieldHash01ById", "", "b.u");
    assert_eq!(found, expected.map(|v| v as f32));
}

#[test]
fn oscillator() {
    let cases = [
        ("sine", 0.5877852522924731),
        ("cosine", 0.8090169943749475),
        ("triangle", -0.6),
        ("saw", -0.8),
        ("square", 1.0),
    ];
    for (shape, expected) in cases {
        let folded = number(
            "Oscillator",
            &format!(r#""shape": "{shape}", "phase": 0.1"#),
            "out",
        );
        same(folded, expected);
        // The same from the running phase: 0.1 of a second.
        let params = format!(r#""shape": "{shape}""#);
        let wires = [("b.out", "dots.z"), ("time.phase", "b.phase")];
        same(
            signal(&[&block("Oscillator", &params)], &wires, "b.out", 100.0)[0],
            expected,
        );
        // And lane by lane: element 1 of 10.
        let ten = r#"{"id": "elements", "type": "DomainN", "params": {"n": 10}}"#;
        let index = r#"{"id": "index", "type": "FieldIndex"}"#;
        let text = patch(
            "",
            &[ten, index, &block("FieldOscillator", &params)],
            &[
                ("elements.domain", "index.domain"),
                ("elements.domain", "dots.domain"),
                ("index.frac", "b.phases"),
                ("b.out", "dots.rotation"),
            ],
        );
        let mut run = Run::new(&text);
        lanes(&[dots(run.at(0.0)).rotation.at(1)], &[expected], 1.0, 4);
    }
}

const SHAPER_KINDS: [&str; 5] = ["tanh", "softclip", "sigmoid", "smoothstep", "pow"];

#[test]
fn shaper() {
    let cases = [
        (
            -0.5,
            [-0.7615941559557649, -0.25, 0.2689414213699951, 0.0, -0.25],
        ),
        (
            0.3,
            [0.5370495669980353, 0.1875, 0.6456563062257954, 0.216, 0.09],
        ),
        (
            1.5,
            [0.9950547536867305, 0.375, 0.9525741268224334, 1.0, 2.25],
        ),
    ];
    for (x, expected) in cases {
        for (kind, expected) in SHAPER_KINDS.iter().zip(expected) {
            let params = format!(r#""in": {x}, "kind": "{kind}", "amount": 2"#);
            same(number("Shaper", &params, "out"), expected);
        }
    }
}

#[test]
fn color_lfo() {
    let base = r##""base": "#3B82F6", "hueSpan": 180, "sat": 0.8, "light": 0.5"##;
    // A phase that keeps its 1 comes from the end of a finite time.
    for (t_ms, expected) in [
        (0.0, "#1967e6"),
        (250.0, "#6519e6"),
        (500.0, "#e619cd"),
        (1000.0, "#e69819"),
    ] {
        let text = patch(
            "",
            &[&block("ColorLFO", base)],
            &[("time.phase", "b.phase"), ("b.color", "dots.color")],
        );
        let text = text
            .replace("CycleTimeRoot", "FiniteTimeRoot")
            .replace("periodMs", "durationMs");
        let mut run = Run::new(&text);
        let probe = run.watch("b.color");
        run.at(t_ms);
        assert_eq!(hex(&run.lanes(probe)), expected);
    }
}

#[test]
fn hue_gradient() {
    let params =
        r#""hueOffset": 0, "hueSpread": 1, "saturation": 80, "lightness": 60, "phase": 0.1"#;
    let text = patch(
        "",
        &[N, &block("FieldHueGradient", params)],
        &[
            ("elements.domain", "b.domain"),
            ("elements.domain", "dots.domain"),
            ("b.colors", "dots.color"),
        ],
    );
    let found = colors(&mut Run::new(&text), 0.0);
    assert_eq!(found, ["#eba947", "#47eba9", "#a947eb", "#eba947"]);
}

#[test]
fn colorize() {
    let lerp: &[(f64, &str)] = &[
        (0.0, "#3b82f6"),
        (0.25, "#6873ca"),
        (0.5, "#95639d"),
        (1.0, "#ef4444"),
        (2.0, "#ef4444"),
    ];
    let hue: &[(f64, &str)] = &[
        (0.0, "#3b82f6"),
        (0.25, "#653df4"),
        (0.5, "#d140f2"),
        (1.0, "#ef4444"),
    ];
    for (mode, cases) in [("lerp", lerp), ("hue", hue)] {
        let ends = format!(r##""colorA": "#3B82F6", "colorB": "#EF4444", "mode": "{mode}""##);
        for (value, expected) in cases {
            let constant = format!(r#"{ends}, "values": {value}"#);
            let text = patch(
                "",
                &[&block("FieldColorize", &constant)],
                &[("b.colors", "dots.color")],
            );
            assert_eq!(
                colors(&mut Run::new(&text), 0.0)[0],
                *expected,
                "{mode} {value}"
            );
            let constant = format!(r#"{ends}, "value": {value}"#);
            let signal = block("ColorizeSignal", &constant);
            let text = patch("", &[&signal], &[("b.color", "dots.color")]);
            assert_eq!(
                colors(&mut Run::new(&text), 0.0)[0],
                *expected,
                "{mode} {value}"
            );
        }
        // The same lane by lane: u = 0, 0.25, 0.5, 0.75, 1 over five elements.
        let five = r#"{"id": "elements", "type": "DomainN", "params": {"n": 5}}"#;
        let index = r#"{"id": "index", "type": "FieldIndex"}"#;
        let text = patch(
            "",
            &[five, index, &block("FieldColorize", &ends)],
            &[
                ("elements.domain", "index.domain"),
                ("index.u", "b.values"),
                ("elements.domain", "dots.domain"),
                ("b.colors", "dots.color"),
            ],
        );
        let found = colors(&mut Run::new(&text), 0.0);
        for (value, expected) in cases.iter().take(4) {
            assert_eq!(found[(value * 4.0) as usize], *expected, "{mode} {value}");
        }
    }
}

#[test]
fn color_lenses() {
    let cases = [
        ("hueShift", r#""turns": 0.25"#, "#f63bdf"),
        ("hueShift", r#""turns": 0.5"#, "#f6af3b"),
        ("saturate", r#""amount": 0.5"#, "#5b7fb9"),
        ("contrast", r#""amount": 0.5"#, "#5d81bb"),
    ];
    for (name, params, expected) in cases {
        // A mix with nothing of the other colour, so that the signal can be looked at in f64.
        let wire = format!(r#"b.a , "lens": [{{"type": "{name}", "params": {{{params}}}}}]"#);
        let blue = r##"{"id": "blue", "type": "ConstColor", "params": {"value": "#3B82F6"}}"##;
        let mix = block("MixColor", r#""k": 0"#);
        let wires = [("blue.out", wire.as_str()), ("b.out", "dots.color")];
        let found = signal(&[blue, &mix], &wires, "b.out", 0.0);
        assert_eq!(hex(&found), expected, "{name} {params}");
    }
}

#[test]
fn jitter() {
    let cases = [
        (0.0, [-2.938926261462365, 0.0]),
        (0.25, [0.0, -4.045084971874738]),
        (0.6, [-3.8471044214690666, -2.7950849718747364]),
    ];
    for (r, expected) in cases {
        let params = format!(r#""idRand": {r}, "phase": 0.3, "amount": 5, "frequency": 2"#);
        let text = patch(
            "",
            &[&block("JitterFieldVec2", &params)],
            &[("b.drift", "dots.positions")],
        );
        let mut run = Run::new(&text);
        let found = dots(run.at(0.0)).pos.at(0);
        lanes(&found, &expected, 5.0, 4);
    }
}

/// The colours of an expression over n elements, with `signal` constant.
fn expression(text: &str, n: u32, signal: f64) -> Vec<String> {
    let domain = format!(r#"{{"id": "elements", "type": "DomainN", "params": {{"n": {n}}}}}"#);
    let text = match text {
        "" => String::new(),
        text => format!(r#", "expression": "{text}""#),
    };
    let paint = block(
        "FieldFromExpression",
        &format!(r#""signal": {signal}{text}"#),
    );
    let text = patch(
        "",
        &[&domain, &paint],
        &[
            ("elements.domain", "b.domain"),
            ("elements.domain", "dots.domain"),
            ("b.field", "dots.color"),
        ],
    );
    colors(&mut Run::new(&text), 0.0)
}

#[test]
fn expressions() {
    // hsl(180, 80, 60), hsl(270, 80, 60), hsl(0, 80, 60), hsl(90, 80, 60).
    let expected = ["#47ebeb", "#9947eb", "#eb4747", "#99eb47"];
    assert_eq!(expression("", 4, 0.5), expected);
    assert_eq!(expression("rgb(255*signal,300,-4)", 1, 0.5), ["#80ff00"]);
    // Precedence, names, and text that is put together while compiling.
    let cases = [
        ("rgb(2 + 3 * 4, 2 ** 3 ** 2 / 2, 7 % 4)", "#0eff03"),
        ("i === 0 ? '#' + '102030' : 'red'", "#102030"),
        ("rgb(n, (1 << 4) | 1, ~-4)", "#011103"),
        (
            "rgb(Math.max(1, 5, 3), min(9, 8), Math.round(2.5))",
            "#050803",
        ),
        (
            "rgb(clamp(300, 0, 200), mod(-1, 10), -1 % 10 + 10)",
            "#c80909",
        ),
        ("u == 0 && n > 0 ? 'white' : 'black'", "#ffffff"),
    ];
    for (text, expected) in cases {
        assert_eq!(expression(text, 1, 0.0), [expected], "{text}");
    }
}

#[test]
fn layouts() {
    let golden = r#""centerX": 400, "centerY": 300, "radius": 100, "distribution": "goldenAngle""#;
    let expected = [
        [500.0, 300.0],
        [326.263112192168, 367.5490294261524],
        [408.742572471696, 200.38289591351722],
        [460.84388609788624, 379.36007512916956],
    ];
    points(&positions("PositionMapCircle", golden, 4), &expected, 1);

    let expected = [
        [100.0, 0.0],
        [-50.0, 86.60254037844388],
        [-50.0, -86.60254037844385],
    ];
    points(&positions("RadialOrigin", "", 3), &expected, 1);

    let expected = [
        [-7.00183535163359, 0.054631474389480336],
        [19.085998812174008, -35.28639003310054],
        [154.1984617767251, -56.4329285304027],
    ];
    points(&positions("FlowFieldOrigin", "", 3), &expected, 1);

    let expected = [[100.0, 200.0], [400.0, 200.0], [700.0, 200.0]];
    points(&positions("PositionMapLine", "", 3), &expected, 0);
    points(&positions("PositionMapLine", "", 1), &[[400.0, 200.0]], 0);

    let expected = [
        [100.0, 100.0],
        [120.0, 100.0],
        [120.0, 120.0],
        [100.0, 120.0],
    ];
    let serpentine = r#""cols": 2, "order": "serpentine""#;
    points(&positions("PositionMapGrid", serpentine, 4), &expected, 0);
}

/// Lines, a quadratic, a cubic and a closing line.
const LEAF: &str = "M0 0 L10 0 Q20 0 20 10 C20 20 10 30 0 30 Z";

/// The seven elements that a distribution puts on the leaf.
fn on_the_leaf(distribution: &str) -> Vec<[f32; 2]> {
    let params =
        format!(r#""asset": "{LEAF}", "sampleCount": 7, "distribution": "{distribution}""#);
    let text = patch(
        "",
        &[&block("SVGSampleDomain", &params)],
        &[("b.domain", "dots.domain"), ("b.pos0", "dots.positions")],
    );
    let mut run = Run::new(&text);
    let dots = dots(run.at(0.0));
    rows(&dots.pos, dots.count)
}

#[test]
fn samples_of_a_path() {
    let expected = [
        [0.0, 0.0],
        [14.4665, 0.6560],
        [19.7414, 12.8220],
        [12.3667, 25.0281],
        [0.0, 29.0699],
        [0.0, 14.5349],
        [0.0, 0.0],
    ];
    let found = on_the_leaf("even");
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.as_flattened().iter().zip(expected.as_flattened()) {
        assert!(
            (found - expected).abs() < 0.001,
            "{found} is not {expected}"
        );
    }
    let expected = [
        [0.0, 0.0],
        [6.666666666666666, 0.0],
        [15.555555555555557, 1.1111111111111107],
        [20.0, 10.0],
        [9.629629629629633, 27.037037037037038],
        [0.0, 19.999999999999996],
        [0.0, 0.0],
    ];
    lanes(
        on_the_leaf("parametric").as_flattened(),
        expected.as_flattened(),
        30.0,
        4,
    );
}

#[test]
fn what_a_camera_above_sees() {
    // The camera at (0, 50, 100) that looks at the origin is turned by this quaternion.
    let [x, w]: [f64; 2] = [-0.2297529205473612, 0.9732489894677302];
    let (sin, cos) = (2.0 * x * w, 1.0 - 2.0 * x * x);
    for point in [[0.0, 0.0, 0.0], [10.0, 20.0, 0.0], [-30.0, -5.0, 40.0]] {
        let camera = r#"{"id": "cam", "type": "Camera", "params": {"position": [0, 50, 100]}}"#;
        let text = format!(
            r#"{{"blocks": [{{"id": "time", "type": "CycleTimeRoot"}}, {camera},
            {{"id": "dots", "type": "RenderInstances3D",
              "params": {{"domain": 1, "positions3d": {point:?}}}}}],
            "connections": [{{"from": "cam.camera", "to": "dots.camera"}}]}}"#
        );
        let mut run = Run::new(&text);
        let found = dots(run.at(0.0)).pos.at(0);
        // Seen from the camera: the difference, turned back about x. 60 degrees fill 600 px.
        let [px, py, pz] = [point[0], point[1] - 50.0, point[2] - 100.0];
        let (y, z) = (cos * py + sin * pz, cos * pz - sin * py);
        let scale = 300.0 * 3f64.sqrt() / -z;
        lanes(&found, &[400.0 + px * scale, 300.0 - y * scale], 800.0, 4);
    }
}

#[test]
fn phase_machine() {
    let cases = [
        (1000.0, [0.0, 0.784, 1.0]),
        (3000.0, [1.0, 0.25, 0.5]),
        (4750.0, [2.0, 0.125, 0.25]),
        // The ends of the stages: entrance is over, hold is over, everything is over.
        (2500.0, [0.0, 1.0, 2.5]),
        (4500.0, [2.0, 0.0, 0.0]),
        (9000.0, [2.0, 1.0, 0.5]),
    ];
    for (t_ms, expected) in cases {
        let machine = block("PhaseMachine", "");
        let ports = [
            ("b.stage", "dots.z"),
            ("b.u", "dots.radius"),
            ("b.tLocal", "dots.rotation"),
        ];
        for ((port, _), expected) in ports.iter().zip(expected) {
            same(signal(&[&machine], &ports, port, t_ms)[0], expected);
        }
    }
}

#[test]
fn number_lenses() {
    same(
        lens(0.5, "softclip", r#""amount": 0.5"#),
        0.9096466805381757,
    );
    let window = r#""start": 0.2, "end": 0.6, "softness": 0.5"#;
    same(lens(0.5, "phaseWindow", window), 0.51875);
    same(lens(0.75, "pingPong", ""), 0.5);
    same(lens(0.5, "pingPong", ""), 1.0);
    // A few without a table: what the one-line formulas give.
    same(lens(0.25, "mapRange", r#""outMin": 3, "outMax": 15"#), 6.0);
    same(
        lens(
            2.0,
            "mapRange",
            r#""outMin": 3, "outMax": 15, "clamp": false"#,
        ),
        27.0,
    );
    same(lens(0.6, "quantize", ""), 0.5);
    same(lens(0.04, "deadzone", ""), 0.0);
    same(lens(1.25, "wrapMode", ""), 0.25);
    same(lens(0.9, "phaseQuantize", r#""steps": 4"#), 0.0);
    same(lens(-2.0, "polarity", r#""invert": true"#), 2.0);
}

#[test]
fn vector_lenses() {
    let source = r#"{"id": "v", "type": "ConstVec2", "params": {"value": [100, 0]}}"#;
    let run = |chain: &str| {
        let wire = format!(r#"b.a , "lens": [{chain}]"#);
        let wires = [("v.out", wire.as_str()), ("b.out", "dots.positions")];
        signal(&[source, &block("AddVec2", "")], &wires, "b.out", 0.0)
    };
    let found = run(r#""swirl""#);
    scaled(found[0], 0.0, 100.0);
    scaled(found[1], 100.0, 100.0);
    let found = run(r#"{"type": "rotate2d", "params": {"turns": 0.25}}, "normalize""#);
    same(found[0], 0.0);
    same(found[1], 1.0);
}

#[test]
fn eases() {
    let at = [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0];
    let cases = [
        (
            "easeInOutExpo",
            [0.0, 0.001953125, 0.015625, 0.5, 0.984375, 0.998046875, 1.0],
        ),
        (
            "easeOutElastic",
            [
                0.0,
                1.25,
                0.9116116523516816,
                1.015625,
                1.00552427172802,
                0.998046875,
                1.0,
            ],
        ),
        (
            "easeOutBounce",
            [
                0.0, 0.075625, 0.47265625, 0.765625, 0.97265625, 0.988125, 1.0,
            ],
        ),
        (
            "easeInOutSine",
            [
                0.0,
                0.0244717418524232,
                0.1464466094067262,
                0.5,
                0.8535533905932737,
                0.9755282581475768,
                1.0,
            ],
        ),
    ];
    for (name, expected) in cases {
        for (u, expected) in at.iter().zip(expected) {
            same(
                lens(*u, "ease", &format!(r#""easing": "{name}""#)),
                expected,
            );
        }
    }
}

#[test]
fn quantised_colors() {
    let cases = [
        ("[1, 0, 0, 0.5]", [128, 0, 0, 128]),
        ("[0.2, 0.4, 0.6, 0.5]", [26, 51, 77, 128]),
        ("[0, 1, 0, 0.25]", [0, 64, 0, 64]),
        ("[0.5, 0.5, 0.5, 1]", [128, 128, 128, 255]),
    ];
    for (color, expected) in cases {
        let value = block("ConstColor", &format!(r#""value": {color}"#));
        let text = patch("", &[&value], &[("b.out", "dots.color")]);
        let mut run = Run::new(&text);
        assert_eq!(dots(run.at(0.0)).rgba.at(0), expected, "{color}");
    }
}

/// The pulses of `port` at each of these times.
fn pulses(blocks: &[&str], wires: &[(&str, &str)], port: &str, times: &[f64]) -> Vec<u64> {
    let mut run = Run::new(&patch("", blocks, wires));
    let probe = run.watch(port);
    let count = |t: &f64| {
        run.at(*t);
        run.pulses(probe)
    };
    times.iter().map(count).collect()
}

#[test]
fn pulse_divider() {
    let divider = block("PulseDivider", r#""divisions": 4"#);
    let drawn = ("b.tick", "dots.z");
    // A lens makes it an ordinary phase: 0, 0.1, 0.3, 0.9, 0.05, 0.6.
    let ordinary = r#"b.phase , "lens": ["phaseOffset"]"#;
    let times = [0.0, 100.0, 300.0, 900.0, 1050.0, 1600.0];
    let found = pulses(
        &[&divider],
        &[("time.phase", ordinary), drawn],
        "b.tick",
        &times,
    );
    assert_eq!(found, [1, 0, 1, 2, 1, 2]);
    // Straight from the clock no boundary is lost, however long the step.
    let times = [0.0, 100.0, 250.0, 2600.0, 2600.0, 2749.0, 2750.0];
    let found = pulses(
        &[&divider],
        &[("time.phase", "b.phase"), drawn],
        "b.tick",
        &times,
    );
    assert_eq!(found, [1, 0, 1, 9, 0, 0, 1]);
    // A short block listens to the phase by itself.
    assert_eq!(pulses(&[&divider], &[drawn], "b.tick", &times), found);
}

#[test]
fn wrap_of_a_cycle() {
    let wires = [("time.wrap", "dots.z")];
    let any = block("ConstNumber", "");
    let found = pulses(&[&any], &wires, "time.wrap", &[0.0, 400.0, 2600.0, 2700.0]);
    assert_eq!(found, [0, 0, 2, 0]);
    // Exactly at the turn, and again after a step back.
    let found = pulses(
        &[&any],
        &wires,
        "time.wrap",
        &[0.0, 1000.0, 1999.0, 2000.0, 0.0, 1000.0],
    );
    assert_eq!(found, [0, 1, 0, 1, 0, 1]);
}

/// A document as the editor saves it: a cycle `block-13` of which the default sources say 5 s.
fn saved(sources: &str) -> String {
    format!(
        r#"{{"version": 2, "blocks": [
{{"id": "block-13", "type": "CycleTimeRoot", "params": {{"periodMs": 4000}}, "inputs": [
  {{"id": "periodMs", "type": "Scalar:number", "direction": "input", "defaultSource": {{"value": 4000}}}},
  {{"id": "mode", "type": "Scalar:string", "direction": "input", "defaultSource": {{"value": "loop"}}}}],
 "outputs": []}},
{{"id": "dots", "type": "RenderInstances2D"}}],
"connections": [{{"from": "block-13.phase", "to": "dots.z"}}],
"defaultSources": [{{"id": "ds-14", "type": "number", "value": 5000}}{sources}]}}"#
    )
}

#[test]
fn default_sources_of_a_saved_block() {
    for (sources, period) in [
        (
            r#", {"id": "ds-15", "type": "string", "value": "loop"}"#,
            5000.0,
        ),
        ("", 4000.0),
    ] {
        let text = saved(sources);
        let mut run = Run::new(&text);
        let probe = run.watch("block-13.phase");
        run.at(1000.0);
        same(run.lanes(probe)[0], 1000.0 / period);
        let warned = runs::shown(&runs::compile(&text).1).contains("[default-source-unmatched]");
        assert_eq!(warned, sources.is_empty());
    }
}

/// The value of a bus at a time, in a patch whose flow is written out.
fn bus(blocks: &str, flow: &str, name: &str, t_ms: f64) -> Vec<f64> {
    let text = format!(
        r#"{{"blocks": [{{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 1000}}}},
{blocks}{{"id": "dots", "type": "RenderInstances2D"}}], {flow}}}"#
    );
    let mut run = Run::new(&text);
    let probe = run.watch(&format!("bus:{name}"));
    run.at(t_ms);
    run.lanes(probe)
}

#[test]
fn energy_of_a_time_root_counts_once() {
    let osc = r#"{"id": "osc", "type": "Oscillator"},"#;
    let both = r#""publishers": [{"from": "time.energy", "busId": "energy", "sortKey": 10},
        {"from": "osc.out", "busId": "energy", "sortKey": 20}],
        "listeners": [{"bus": "energy", "to": "dots.z"}]"#;
    same(bus(osc, both, "energy", 250.0)[0], 2.0);
    same(bus(osc, both, "energy", 0.0)[0], 1.0);
    // By itself, and not at all where the file's own publisher is disabled.
    let own = r#""listeners": [{"bus": "energy", "to": "dots.z"}]"#;
    same(bus("", own, "energy", 250.0)[0], 1.0);
    let off = r#""publishers": [{"from": "time.energy", "busId": "energy", "enabled": false}],
        "listeners": [{"bus": "energy", "to": "dots.z"}]"#;
    same(bus("", off, "energy", 250.0)[0], 0.0);
}

#[test]
fn a_short_oscillator_follows_the_phase() {
    let osc = block("Oscillator", "");
    let wires = [("b.out", "dots.z")];
    same(signal(&[&osc], &wires, "b.out", 250.0)[0], 1.0);
    same(signal(&[&osc], &wires, "b.out", 750.0)[0], -1.0);
    // A value keeps it off; a saved block never listens by itself.
    let still = block("Oscillator", r#""phase": 0"#);
    same(signal(&[&still], &wires, "b.out", 250.0)[0], 0.0);
    let saved = r#"{"id": "b", "type": "Oscillator", "outputs": []}"#;
    same(signal(&[saved], &wires, "b.out", 250.0)[0], 0.0);
}

#[test]
fn an_empty_palette_is_black() {
    let text = r#"{"blocks": [{"id": "time", "type": "CycleTimeRoot"},
        {"id": "dots", "type": "RenderInstances2D"}],
        "listeners": [{"bus": "palette", "to": "dots.color"}]}"#;
    assert_eq!(colors(&mut Run::new(text), 0.0)[0], "#000000");
    assert!(runs::shown(&runs::compile(text).1).contains("[unused-bus]"));
}

#[test]
fn layers_of_colors() {
    for (below, expected) in [
        ("#ff0000", [0.5, 0.0, 0.5, 1.0]),
        ("rgba(255,0,0,0.5)", [1.0 / 3.0, 0.0, 2.0 / 3.0, 0.75]),
    ] {
        let blocks = format!(
            r#"{{"id": "below", "type": "ConstColor", "params": {{"value": "{below}"}}}},
            {{"id": "above", "type": "ConstColor", "params": {{"value": "rgba(0,0,255,0.5)"}}}},"#
        );
        let flow = r#""buses": [{"name": "tint", "type": "color", "combine": "layer"}],
            "publishers": [{"from": "below.out", "bus": "tint"}, {"from": "above.out", "bus": "tint"}],
            "listeners": [{"bus": "tint", "to": "dots.color"}]"#;
        for (found, expected) in bus(&blocks, flow, "tint", 0.0).iter().zip(expected) {
            same(*found, expected);
        }
    }
}

/// A number block `id` of this value.
fn constant(id: &str, value: f64) -> String {
    format!(r#"{{"id": "{id}", "type": "ConstNumber", "params": {{"value": {value}}}}},"#)
}

#[test]
fn phases_on_buses() {
    let blocks = constant("a", 0.9) + &constant("b", 0.3);
    let flow = r#""buses": [{"name": "turn", "type": "phase", "combine": "average"}],
        "publishers": [{"from": "a.out", "bus": "turn"}, {"from": "b.out", "bus": "turn"}],
        "listeners": [{"bus": "turn", "to": "dots.z"}]"#;
    same(bus(&blocks, flow, "turn", 0.0)[0], 0.6);
    let sum = flow.replace("average", "sum");
    same(bus(&blocks, &sum, "turn", 0.0)[0], 0.9 + 0.3 - 1.0);

    // A number bus keeps its 1; the phase input wraps it.
    let text = r#"{"blocks": [{"id": "time", "type": "CycleTimeRoot"},
        {"id": "one", "type": "ConstNumber", "params": {"value": 1}},
        {"id": "osc", "type": "Oscillator", "params": {"shape": "saw"}},
        {"id": "dots", "type": "RenderInstances2D"}],
        "connections": [{"from": "osc.out", "to": "dots.z"}],
        "buses": [{"name": "turn", "type": "number"}],
        "publishers": [{"from": "one.out", "bus": "turn"}],
        "listeners": [{"bus": "turn", "to": "osc.phase"}]}"#;
    let mut run = Run::new(text);
    let [bus, osc] = ["bus:turn", "osc.out"].map(|target| run.watch(target));
    run.at(0.0);
    assert_eq!((run.lanes(bus)[0], run.lanes(osc)[0]), (1.0, -1.0));
}

#[test]
fn fields_on_buses() {
    for (combine, expected) in [
        ("sum", [11.0, 11.0, 1.0, 1.0]),
        ("average", [5.5, 5.5, 0.5, 0.5]),
    ] {
        let text = format!(
            r#"{{"blocks": [{{"id": "time", "type": "CycleTimeRoot"}},
            {{"id": "four", "type": "DomainN", "params": {{"n": 4}}}},
            {{"id": "two", "type": "DomainN", "params": {{"n": 2}}}},
            {{"id": "ones", "type": "FieldConstNumber", "params": {{"value": 1}}}},
            {{"id": "tens", "type": "FieldConstNumber", "params": {{"value": 10}}}},
            {{"id": "dots", "type": "RenderInstances2D"}}],
            "connections": [{{"from": "four.domain", "to": "ones.domain"}},
            {{"from": "two.domain", "to": "tens.domain"}}, {{"from": "four.domain", "to": "dots.domain"}}],
            "buses": [{{"name": "size", "type": "field number", "combine": "{combine}"}}],
            "publishers": [{{"from": "ones.out", "bus": "size"}}, {{"from": "tens.out", "bus": "size"}}],
            "listeners": [{{"bus": "size", "to": "dots.radius"}}]}}"#
        );
        let mut run = Run::new(&text);
        let dots = dots(run.at(0.0));
        assert_eq!(rows(&dots.size, dots.count), expected, "{combine}");
    }
}

#[test]
fn a_disabled_wire_is_no_wire() {
    let blocks = constant("wired", 3.0) + &constant("heard", 7.0);
    let text = |enabled: bool| {
        format!(
            r#"{{"blocks": [{{"id": "time", "type": "CycleTimeRoot"}}, {blocks}
            {{"id": "dots", "type": "RenderInstances2D"}}],
            "connections": [{{"from": "wired.out", "to": "dots.radius", "enabled": {enabled}}}],
            "buses": [{{"name": "size"}}], "publishers": [{{"from": "heard.out", "bus": "size"}}],
            "listeners": [{{"bus": "size", "to": "dots.radius"}}]}}"#
        )
    };
    assert_eq!(dots(Run::new(&text(false)).at(0.0)).size.at(0), 7.0);
    assert_eq!(dots(Run::new(&text(true)).at(0.0)).size.at(0), 3.0);
}

/// A time root of 2 s, a grid of 2 × 2, an oscillator on a bus through a lens, a sink.
const WORKED: &str = r##"{ "seed": 42,
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 2000}},
    {"id": "grid", "type": "GridDomain", "params": {"rows": 2, "cols": 2, "spacing": 100}},
    {"id": "lfo",  "type": "Oscillator", "params": {"amplitude": 10, "bias": 20}},
    {"id": "dots", "type": "RenderInstances2D", "params": {"color": "#ff8000"}}],
  "connections": [
    {"from": "time.phase",  "to": "lfo.phase"},
    {"from": "grid.domain", "to": "dots.domain"},
    {"from": "grid.pos0",   "to": "dots.positions"}],
  "buses": [{"name": "size", "type": "number", "combine": "sum"}],
  "publishers": [{"id": "pub-1", "from": "lfo.out", "bus": "size", "sortKey": 10,
                  "lens": [{"type": "scale", "params": {"scale": 0.5, "offset": 5}}]}],
  "listeners": [{"id": "list-1", "bus": "size", "to": "dots.radius"}] }"##;

#[test]
fn worked_example() {
    let mut run = Run::new(WORKED);
    let [phase, lfo, size] =
        ["time:phase01", "lfo.out", "bus:size"].map(|target| run.watch(target));
    let first = run.frame(FrameTime::cycle(0, 120)).clone();
    let shown = dots(&first);
    assert_eq!(shown.count, 4);
    let expected = [
        [100.0, 100.0],
        [200.0, 100.0],
        [100.0, 200.0],
        [200.0, 200.0],
    ];
    assert_eq!(rows(&shown.pos, 4), expected);
    assert_eq!(rows(&shown.size, 4), [15.0; 4]);
    assert_eq!(rows(&shown.rgba, 4), [[255, 128, 0, 255]; 4]);
    let mut id = String::new();
    shown.ids.write(3, &mut id);
    assert_eq!(id, "row-1-col-1");
    assert_eq!(run.lanes(lfo), [20.0]);

    let shown = dots(run.frame(FrameTime::cycle(15, 120))).clone();
    assert_eq!(run.lanes(phase), [0.125]);
    assert_eq!(run.lanes(lfo), [27.071067811865476]);
    assert_eq!(run.lanes(size), [18.535533905932738]);
    assert_eq!(rows(&shown.size, 4), [18.535534f32; 4]);
    assert_eq!(rows(&shown.rgba, 4), [[255, 128, 0, 255]; 4]);

    // Nothing is remembered, and the loop is closed.
    let mut again = run.frame(FrameTime::cycle(120, 120)).clone();
    (again.frame, again.t_ms) = (first.frame, first.t_ms);
    assert_eq!(again, first);
}
