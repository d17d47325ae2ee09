//! What publishers of a bus come to: every combine mode for every domain, as constants that the
//! compiler folds and as signals that the engine combines, and as fields of unequal length; which
//! publishers take part and in which order.

mod runs;

use oscilla::vm::ProbeId;
use runs::{Run, dots, rows, shown};
use serde_json::{Value, json};

const MODES: [&str; 6] = ["sum", "average", "max", "min", "last", "layer"];

/// A block that gives a constant, and one that gives the same value but varies for the compiler:
/// halfway between the value and itself.
fn source(domain: &str, value: &Value, moving: bool) -> (Value, &'static str) {
    let (still, mix, out) = match domain {
        "vec2" => ("ConstVec2", "MixVec2", "out"),
        "color" => ("ConstColor", "MixColor", "out"),
        _ => ("ConstNumber", "MixSignal", "out"),
    };
    if moving {
        (
            json!({"type": mix, "params": {"a": value, "b": value}}),
            out,
        )
    } else {
        (json!({"type": still, "params": {"value": value}}), out)
    }
}

/// A patch in which `terms` publish on a bus `x` in the order given. The file lists them backwards,
/// with equal sort keys, so that only their ids make the order.
fn meet(domain: &str, mode: &str, terms: &[Value], moving: bool) -> Value {
    let mut blocks = vec![
        json!({"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}}),
        json!({"id": "move", "type": "Oscillator"}),
        json!({"id": "dots", "type": "RenderInstances2D"}),
    ];
    let (mut wires, mut publishers) = (Vec::new(), Vec::new());
    for (i, value) in terms.iter().enumerate() {
        let (mut block, out) = source(domain, value, moving);
        block["id"] = json!(format!("b{i}"));
        blocks.push(block);
        if moving {
            wires.push(json!({"from": "move.out", "to": format!("b{i}.k")}));
        }
        publishers.push(
            json!({"id": format!("p{i}"), "from": format!("b{i}.{out}"), "bus": "x", "sortKey": 3}),
        );
    }
    publishers.reverse();
    json!({"blocks": blocks, "connections": wires, "publishers": publishers,
        "buses": [{"name": "x", "type": domain, "combine": mode}]})
}

/// The lanes of a bus at a time.
fn value(patch: &Value, bus: &str, t_ms: f64) -> Vec<f64> {
    let mut run = Run::new(&patch.to_string());
    let probe: ProbeId = run.watch(&format!("bus:{bus}"));
    run.at(t_ms);
    run.lanes(probe)
}

fn near(found: &[f64], wanted: &[f64]) -> bool {
    found.len() == wanted.len()
        && found
            .iter()
            .zip(wanted)
            .all(|(a, b)| (a - b).abs() < 1e-12 || (a.is_nan() && b.is_nan()))
}

#[test]
fn every_mode_of_every_domain() {
    let third = 1.0 / 3.0;
    // Terms, then sum, average, max, min, last, layer.
    let cases: Vec<(&str, Value, [Vec<f64>; 6])> = vec![
        (
            "number",
            json!([1, 5, -3]),
            [
                vec![3.0],
                vec![1.0],
                vec![5.0],
                vec![-3.0],
                vec![-3.0],
                vec![-3.0],
            ],
        ),
        ("number", json!([2.5]), [(); 6].map(|()| vec![2.5])),
        // Left to right: the one is lost in the sum of the first two.
        (
            "number",
            json!([1e16, 1, -1e16]),
            [
                vec![0.0],
                vec![0.0],
                vec![1e16],
                vec![-1e16],
                vec![-1e16],
                vec![-1e16],
            ],
        ),
        (
            "number",
            json!([1e16, -1e16, 1]),
            [
                vec![1.0],
                vec![third],
                vec![1e16],
                vec![-1e16],
                vec![1.0],
                vec![1.0],
            ],
        ),
        (
            "phase",
            json!([0.9, 0.3, 0.5]),
            [
                vec![0.7],
                vec![1.7 / 3.0],
                vec![0.9],
                vec![0.3],
                vec![0.5],
                vec![0.5],
            ],
        ),
        // A number becomes a phase before it meets the others.
        (
            "phase",
            json!([1.25, 2]),
            [
                vec![0.25],
                vec![0.125],
                vec![0.25],
                vec![0.0],
                vec![0.0],
                vec![0.0],
            ],
        ),
        (
            "vec2",
            json!([[1, 2], [3, -4], [-5, 6]]),
            [
                vec![-1.0, 4.0],
                vec![-third, 4.0 / 3.0],
                vec![3.0, 6.0],
                vec![-5.0, -4.0],
                vec![-5.0, 6.0],
                vec![-5.0, 6.0],
            ],
        ),
        (
            "color",
            json!(["rgba(255,0,0,0.5)", "rgba(0,0,255,0.5)"]),
            [
                vec![1.0, 0.0, 1.0, 1.0],
                vec![0.5, 0.0, 0.5, 0.5],
                vec![1.0, 0.0, 1.0, 0.5],
                vec![0.0, 0.0, 0.0, 0.5],
                vec![0.0, 0.0, 1.0, 0.5],
                vec![third, 0.0, 2.0 * third, 0.75],
            ],
        ),
        (
            "color",
            json!(["rgba(255,0,0,0)", "rgba(0,0,255,0)"]),
            [
                vec![1.0, 0.0, 1.0, 0.0],
                vec![0.5, 0.0, 0.5, 0.0],
                vec![1.0, 0.0, 1.0, 0.0],
                vec![0.0, 0.0, 0.0, 0.0],
                vec![0.0, 0.0, 1.0, 0.0],
                vec![0.0, 0.0, 0.0, 0.0],
            ],
        ),
        (
            "boolean",
            json!([1, 0, 1]),
            [
                vec![1.0],
                vec![1.0],
                vec![1.0],
                vec![0.0],
                vec![1.0],
                vec![1.0],
            ],
        ),
        (
            "boolean",
            json!([1, 0]),
            [
                vec![1.0],
                vec![0.0],
                vec![1.0],
                vec![0.0],
                vec![0.0],
                vec![1.0],
            ],
        ),
        ("boolean", json!([0.5, 0.4]), [(); 6].map(|()| vec![0.0])),
    ];
    let mut wrong = Vec::new();
    for (domain, terms, wanted) in cases {
        let list = terms.as_array().expect("terms");
        for (mode, wanted) in MODES.iter().zip(&wanted) {
            for moving in [false, true] {
                let found = value(&meet(domain, mode, list, moving), "x", 130.0);
                if !near(&found, wanted) {
                    wrong.push(format!(
                        "{domain} {mode} of {terms}, moving {moving}: {found:?}, not {wanted:?}"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_value_that_is_no_number_stays_so_except_where_it_is_covered() {
    for (mode, wanted) in MODES
        .iter()
        .zip([f64::NAN, f64::NAN, f64::NAN, f64::NAN, 2.0, 2.0])
    {
        for moving in [false, true] {
            let mut patch = meet("number", mode, &[json!(-1), json!(2)], moving);
            patch["publishers"][1]["from"] = json!("nan.out");
            let blocks = patch["blocks"].as_array_mut().expect("blocks");
            // The smaller of nothing and nothing is infinite; infinite less infinite is no number.
            blocks.push(json!({"id": "inf", "type": "MinSignal"}));
            blocks.push(json!({"id": "nan", "type": "SubSignal"}));
            let wires = patch["connections"].as_array_mut().expect("wires");
            wires.push(json!({"from": "inf.out", "to": "nan.a"}));
            wires.push(json!({"from": "inf.out", "to": "nan.b"}));
            let found = value(&patch, "x", 130.0);
            assert!(near(&found, &[wanted]), "{mode}: {found:?}");
        }
    }
}

#[test]
fn triggers_meet_as_lists_of_pulses() {
    for (mode, wanted) in MODES.iter().zip([3, 2, 2, 1, 1, 2]) {
        let patch = json!({
            "blocks": [{"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}},
                {"id": "dots", "type": "RenderInstances2D"},
                {"id": "two", "type": "PulseDivider", "params": {"divisions": 2}},
                {"id": "four", "type": "PulseDivider", "params": {"divisions": 4}}],
            "publishers": [{"id": "b", "from": "two.tick", "bus": "x", "sortKey": 1},
                           {"id": "a", "from": "four.tick", "bus": "x", "sortKey": 1}],
            "buses": [{"name": "x", "type": "trigger", "combine": mode, "default": true}]});
        let mut run = Run::new(&patch.to_string());
        let probe = run.watch("bus:x");
        run.at(10.0);
        let first = if *mode == "sum" { 2 } else { 1 };
        assert_eq!(run.pulses(probe), first, "{mode} in a first frame");
        run.at(510.0);
        assert_eq!(run.pulses(probe), wanted, "{mode}");
        run.at(520.0);
        assert_eq!(run.pulses(probe), 0, "{mode}");
    }
}

#[test]
fn fields_of_unequal_length_meet_element_by_element() {
    let wanted = [
        [16.0, 16.0, 6.0, 6.0],
        [16.0 / 3.0, 16.0 / 3.0, 2.0, 2.0],
        [10.0, 10.0, 5.0, 5.0],
        [1.0; 4],
        [5.0; 4],
        [5.0; 4],
    ];
    for (mode, wanted) in MODES.iter().zip(wanted) {
        let patch = json!({
            "blocks": [{"id": "time", "type": "CycleTimeRoot"},
                {"id": "long", "type": "FieldConstNumber", "params": {"domain": 4, "value": 1}},
                {"id": "short", "type": "FieldConstNumber", "params": {"domain": 2, "value": 10}},
                {"id": "all", "type": "ConstNumber", "params": {"value": 5}},
                {"id": "dots", "type": "RenderInstances2D", "params": {"domain": 4}}],
            "publishers": [{"from": "long.out", "bus": "x"}, {"from": "short.out", "bus": "x"},
                           {"from": "all.out", "bus": "x"}],
            "listeners": [{"bus": "x", "to": "dots.rotation"}],
            "buses": [{"name": "x", "type": "field number", "combine": mode, "default": 99}]});
        let mut run = Run::new(&patch.to_string());
        let dots = dots(run.at(0.0));
        let found: Vec<f64> = rows(&dots.rotation, dots.count)
            .into_iter()
            .map(f64::from)
            .collect();
        assert!(
            found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-6),
            "{mode}: {found:?}"
        );
    }
}

#[test]
fn fields_of_vectors_and_colours_meet_lane_by_lane() {
    let points: [[f32; 2]; 6] = [
        [4.0, -2.0],
        [2.0, -1.0],
        [3.0, 2.0],
        [1.0, -4.0],
        [3.0, -4.0],
        [3.0, -4.0],
    ];
    let colors: [[u8; 4]; 6] = [
        [255, 0, 255, 255],
        [64, 0, 64, 128],
        [128, 0, 128, 128],
        [0, 0, 0, 128],
        [0, 0, 128, 128],
        [64, 0, 128, 191],
    ];
    for ((mode, point), color) in MODES.iter().zip(points).zip(colors) {
        let patch = json!({
            "blocks": [{"id": "time", "type": "CycleTimeRoot"},
                {"id": "p", "type": "FieldConstVec2", "params": {"domain": 2, "value": [1, 2]}},
                {"id": "q", "type": "ConstVec2", "params": {"value": [3, -4]}},
                {"id": "c", "type": "FieldConstColor", "params": {"domain": 2, "color": "rgba(255,0,0,0.5)"}},
                {"id": "d", "type": "ConstColor", "params": {"value": "rgba(0,0,255,0.5)"}},
                {"id": "dots", "type": "RenderInstances2D", "params": {"domain": 2}}],
            "publishers": [{"from": "p.out", "bus": "x"}, {"from": "q.out", "bus": "x"},
                           {"from": "c.out", "bus": "y"}, {"from": "d.out", "bus": "y"}],
            "listeners": [{"bus": "x", "to": "dots.positions"}, {"bus": "y", "to": "dots.color"}],
            "buses": [{"name": "x", "type": "field vec2", "combine": mode},
                      {"name": "y", "type": "field color", "combine": mode}]});
        let mut run = Run::new(&patch.to_string());
        let dots = dots(run.at(0.0));
        assert_eq!(rows(&dots.pos, dots.count), [point; 2], "{mode}");
        let found: Vec<[u8; 4]> = rows(&dots.rgba, dots.count);
        assert_eq!(found, [color; 2], "{mode}");
    }
}

#[test]
fn only_enabled_publishers_take_part() {
    for domain in ["number", "phase", "boolean"] {
        let mut patch = meet(domain, "sum", &[json!(1), json!(0.75)], true);
        patch["publishers"][1]["enabled"] = json!(false);
        let wanted = if domain == "boolean" { 1.0 } else { 0.75 };
        assert_eq!(value(&patch, "x", 0.0), [wanted], "{domain}");
        patch["publishers"][0]["enabled"] = json!(false);
        assert_eq!(value(&patch, "x", 0.0), [0.0], "{domain}");
        patch["buses"][0]["default"] = json!(1.75);
        let wanted = if domain == "number" {
            1.75
        } else if domain == "phase" {
            0.75
        } else {
            1.0
        };
        assert_eq!(value(&patch, "x", 0.0), [wanted], "{domain}");
        // A default of another domain is none.
        patch["buses"][0]["default"] = json!("#ff0000");
        assert_eq!(value(&patch, "x", 0.0), [0.0], "{domain}");
    }
}

#[test]
fn default_buses_may_have_other_defaults_and_nothing_else() {
    let quiet = |extra: Value| {
        json!({"blocks": [{"id": "time", "type": "CycleTimeRoot"}, {"id": "dots", "type": "RenderInstances2D"}],
            "publishers": [{"from": "time.energy", "bus": "energy", "enabled": false},
                           {"from": "time.phase", "bus": "phaseA", "enabled": false}],
            "buses": [extra]})
    };
    let row = json!({"name": "energy", "type": "number", "combine": "sum", "default": 7});
    assert_eq!(value(&quiet(row.clone()), "energy", 500.0), [7.0]);
    let phase = json!({"name": "phaseA", "type": "phase", "default": 1});
    assert_eq!(value(&quiet(phase), "phaseA", 500.0), [0.0]);
    let mut other = row.clone();
    other["combine"] = json!("max");
    let (_, found) = runs::compile(&quiet(other).to_string());
    assert!(
        shown(&found).contains("reserved-bus-mismatch"),
        "{}",
        shown(&found)
    );
    let mut other = row;
    other["type"] = json!("color");
    let (_, found) = runs::compile(&quiet(other).to_string());
    assert!(
        shown(&found).contains("reserved-bus-mismatch"),
        "{}",
        shown(&found)
    );
}

#[test]
fn sort_keys_then_the_time_root_then_ids_make_the_order() {
    let last = |publishers: Value| {
        let patch = json!({
            "blocks": [{"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}},
                {"id": "dots", "type": "RenderInstances2D"},
                {"id": "a", "type": "ConstNumber", "params": {"value": 0.1}},
                {"id": "b", "type": "ConstNumber", "params": {"value": 0.2}},
                {"id": "c", "type": "ConstNumber", "params": {"value": 0.3}}],
            "publishers": publishers});
        value(&patch, "phaseA", 500.0)[0]
    };
    let row = |id: &str, from: &str, key: f64| json!({"id": id, "from": format!("{from}.out"), "busId": "phaseA", "sortKey": key});
    // Bytes, not numbers: pub-10 comes before pub-9.
    assert_eq!(
        last(json!([row("pub-9", "a", 1.0), row("pub-10", "b", 1.0)])),
        0.1
    );
    assert_eq!(
        last(json!([row("pub-10", "b", 1.0), row("pub-9", "a", 1.0)])),
        0.1
    );
    // The time root's own is first among equals, whatever its id, and last after lower keys.
    assert_eq!(last(json!([row("A", "a", 0.0)])), 0.1);
    assert_eq!(last(json!([row("A", "a", -0.5), row("B", "b", -2.0)])), 0.5);
    // Without sort keys the order of the file counts.
    let plain = |from: &str| json!({"from": format!("{from}.out"), "bus": "phaseA"});
    assert_eq!(last(json!([plain("c"), plain("b"), plain("a")])), 0.1);
    assert_eq!(last(json!([plain("a"), plain("b"), plain("c")])), 0.3);
    // A written key among them.
    assert_eq!(
        last(json!([plain("c"), row("x", "b", 15.0), plain("a")])),
        0.1
    );
    assert_eq!(
        last(json!([plain("c"), row("x", "b", 35.0), plain("a")])),
        0.2
    );
}

#[test]
fn one_port_counts_once_and_the_first_in_order() {
    let patch = json!({
        "blocks": [{"id": "time", "type": "CycleTimeRoot"}, {"id": "dots", "type": "RenderInstances2D"},
            {"id": "a", "type": "ConstNumber", "params": {"value": 2}}],
        "publishers": [
            {"id": "y", "from": "a.out", "bus": "x", "sortKey": 2},
            {"id": "z", "from": "a.out", "bus": "x", "sortKey": 1, "lens": [{"type": "scale", "params": {"scale": 10}}]}],
        "buses": [{"name": "x", "type": "number", "combine": "sum"}]});
    assert_eq!(value(&patch, "x", 0.0), [20.0]);
    let (_, found) = runs::compile(&patch.to_string());
    assert!(
        shown(&found).contains("warning[duplicate-publisher]"),
        "{}",
        shown(&found)
    );
    // The time root's constant counts once too.
    let energy = json!({
        "blocks": [{"id": "time", "type": "CycleTimeRoot"}, {"id": "dots", "type": "RenderInstances2D"},
            {"id": "a", "type": "ConstNumber", "params": {"value": 2}}],
        "publishers": [{"from": "time.energy", "busId": "energy", "sortKey": 10}, {"from": "a.out", "bus": "energy"}]});
    assert_eq!(value(&energy, "energy", 0.0), [3.0]);
}

/// One value published twice: through a lens with state, and as it is. The compiler shares the value,
/// and validation must not take it for a wrong order.
#[test]
fn a_publisher_with_a_stateful_lens_may_share_its_source() {
    for lens in [
        json!("slew"),
        json!({"type": "hysteresis", "params": {"low": 0, "high": 5}}),
    ] {
        let patch = json!({
            "blocks": [
                {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}},
                {"id": "osc", "type": "Oscillator", "params": {"bias": 2}},
                {"id": "twin", "type": "Oscillator", "params": {"bias": 2}},
                {"id": "dots", "type": "RenderInstances2D"}],
            "buses": [{"name": "x", "type": "number", "combine": "sum"}],
            "publishers": [
                {"id": "p0", "from": "osc.out", "bus": "x", "sortKey": 1, "lens": [lens]},
                {"id": "p1", "from": "twin.out", "bus": "x", "sortKey": 2},
                {"id": "p2", "from": "time.energy", "bus": "x", "sortKey": 3}]});
        let lanes = value(&patch, "x", 0.0);
        let smoothed = if lens == json!("slew") { 2.0 } else { 0.0 };
        assert_eq!(lanes, [smoothed + 2.0 + 1.0], "{lens}");
    }
}
