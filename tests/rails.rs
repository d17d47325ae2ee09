//! Rails from the JSON of a patch to what readers see.

mod runs;

use oscilla::math::Real;
use oscilla::vm::FrameTime;
use runs::Run;

/// A patch of a loop of 2 s with these rails, further blocks and what else there is.
fn patch(rails: &str, blocks: &str, rest: &str) -> String {
    format!(
        r#"{{"blocks": [{{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 2000}}}},
            {{"id": "dots", "type": "RenderInstances2D"}},
            {{"id": "read", "type": "AddSignal"}}{blocks}],
            "rails": {{{rails}}}{rest}}}"#
    )
}

/// Lanes of a target at times in ms.
fn seen(text: &str, target: &str, times: &[f64]) -> Vec<f64> {
    let mut run = Run::new(text);
    let probe = run.watch(target);
    let look = |t: &f64| {
        run.at(*t);
        run.lanes(probe)[0]
    };
    times.iter().map(look).collect()
}

#[track_caller]
fn near(found: &[f64], wanted: &[f64]) {
    let same =
        found.len() == wanted.len() && found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12);
    assert!(same, "{found:?} is not {wanted:?}");
}

const READ: &str = r#", "listeners": [{"rail": "energy", "to": "read.a"}]"#;

#[test]
fn generators_follow_their_formulas() {
    let times = [0.0, 250.0, 1000.0, 1750.0, 2500.0];
    let of = |rails: &str, rail: &str| {
        seen(
            &patch(rails, "", ""),
            &format!("rail:{rail}.internal"),
            &times,
        )
    };
    near(&of("", "phaseA"), &[0.0, 0.125, 0.5, 0.875, 0.25]);
    near(&of("", "phaseB"), &[0.0; 5]);
    near(
        &of(r#""phaseB": {}"#, "phaseB"),
        &[0.0, 0.08, 0.32, 0.56, 0.8],
    );
    near(
        &of(r#""phaseA": {"offset": 0.25}"#, "phaseA"),
        &[0.25, 0.375, 0.75, 0.125, 0.5],
    );
    near(
        &of(
            r#""phaseA": {"periodMs": 1000, "mode": "pingpong"}"#,
            "phaseA",
        ),
        &[0.0, 0.25, 1.0, 0.25, 0.5],
    );
    near(&of(r#""phaseA": {"enabled": false}"#, "phaseA"), &[0.0; 5]);
    let sine = |p: f64| 0.5 + 0.5 * Real::sin(std::f64::consts::TAU * p);
    let p = [0.0, 0.125, 0.5, 0.875, 0.25];
    near(&of("", "energy"), &p.map(sine));
    near(&of(r#""energy": "const""#, "energy"), &[1.0; 5]);
    near(
        &of(r#""energy": "triangle""#, "energy"),
        &p.map(|p| 1.0 - (2.0 * p - 1.0).abs()),
    );
    near(&of(r#""energy": "saw""#, "energy"), &p);
    near(
        &of(r#""energy": "easeInQuad""#, "energy"),
        &p.map(|p| p * p),
    );
    near(
        &of(
            r#""energy": {"curve": "saw", "min": 2, "max": -2}"#,
            "energy",
        ),
        &p.map(|p| 2.0 - 4.0 * p),
    );
    // Points: linear, and from the last back to the first over the wrap.
    near(
        &of(r#""energy": [[0.25, 1], [0.75, 3]]"#, "energy"),
        &[2.0, 1.5, 2.0, 2.5, 1.0],
    );
    near(
        &of(
            r#""phaseB": 4000, "energy": {"curve": "saw", "source": "phaseB"}"#,
            "energy",
        ),
        &[0.0, 0.0625, 0.25, 0.4375, 0.625],
    );
}

#[test]
fn palettes_are_linear_between_stops_and_over_the_wrap() {
    let text = patch(r##""palette": ["#000000", "#ff0000"]"##, "", "");
    let mut run = Run::new(&text);
    let probe = run.watch("rail:palette.internal");
    for (t, red) in [
        (0.0, 0.0),
        (500.0, 0.5),
        (1000.0, 1.0),
        (1500.0, 0.5),
        (1900.0, 0.1),
    ] {
        run.at(t);
        near(&run.lanes(probe), &[red, 0.0, 0.0, 1.0]);
    }
    let stops = r##""palette": {"stops": [{"at": 0.5, "color": "#00ff00"}, {"at": 1, "color": "#0000ff"}]}"##;
    let mut run = Run::new(&patch(stops, "", ""));
    let probe = run.watch("rail:palette.internal");
    run.at(1500.0);
    near(&run.lanes(probe), &[0.0, 0.5, 0.5, 1.0]);
    run.at(500.0);
    near(&run.lanes(probe), &[0.0, 0.5, 0.5, 1.0]);
}

#[test]
fn pulses_are_those_of_their_phase() {
    let text = patch(
        r#""phaseA": 1000, "phaseB": {"periodMs": 400}, "pulseA": 4, "pulseB": 1"#,
        "",
        "",
    );
    let times = [0.0, 249.0, 250.0, 1100.0, 1100.0, 2100.0];
    for (rail, wanted) in [
        ("pulseA", [0, 0, 1, 3, 0, 4]),
        ("pulseB", [0, 0, 0, 2, 0, 3]),
    ] {
        let mut run = Run::new(&text);
        let probe = run.watch(&format!("rail:{rail}.internal"));
        let count = |t: &f64| {
            run.at(*t);
            run.pulses(probe)
        };
        assert_eq!(
            times.iter().map(count).collect::<Vec<u64>>(),
            wanted,
            "{rail}"
        );
    }
    // None while their phase is off.
    let mut run = Run::new(&patch(
        r#""phaseA": {"enabled": false}, "pulseA": 4"#,
        "",
        "",
    ));
    let probe = run.watch("rail:pulseA.internal");
    run.at(0.0);
    run.at(900.0);
    assert_eq!(run.pulses(probe), 0);
}

#[test]
fn a_read_is_a_frame_late_unless_it_is_now() {
    let saw = r#""energy": {"curve": "saw", "mirror": null}"#;
    let times = [0.0, 500.0, 1000.0];
    near(
        &seen(&patch(saw, "", READ), "read.out", &times),
        &[0.0, 0.0, 0.25],
    );
    let now = r#""energy": {"curve": "saw", "mirror": null, "read": "internalNow"}"#;
    near(
        &seen(&patch(now, "", READ), "read.out", &times),
        &[0.0, 0.25, 0.5],
    );
    // The first frame sees the generator at its own time.
    near(
        &seen(&patch(saw, "", READ), "read.out", &[500.0, 1000.0]),
        &[0.25, 0.25],
    );
}

/// A constant of 5 on a bus `user`.
const USER: &str = r#", {"id": "k", "type": "ConstNumber", "params": {"value": 5}}"#;
const ON_BUS: &str = r#", "buses": [{"name": "user", "type": "number", "default": 9}],
    "publishers": [{"from": "k.out", "bus": "user"}]"#;

#[test]
fn policies_decide_between_generator_and_bus() {
    let of = |fields: &str, rest: &str| {
        let rail = format!(r#""energy": {{"curve": "const", "max": 2, "mirror": null{fields}}}"#);
        seen(
            &patch(&rail, USER, rest),
            "rail:energy.final",
            &[0.0, 100.0],
        )[1]
    };
    let silent = r#", "buses": [{"name": "user", "type": "number", "default": 9}]"#;
    assert_eq!(of("", ON_BUS), 2.0);
    // With a bus a rail is patched by itself.
    assert_eq!(of(r#", "bus": "user""#, ON_BUS), 5.0);
    assert_eq!(of(r#", "bus": "user", "drive": "internal""#, ON_BUS), 2.0);
    assert_eq!(of(r#", "bus": "user", "drive": "mixed""#, ON_BUS), 7.0);
    for (mode, wanted) in [
        ("last", 5.0),
        ("sum", 7.0),
        ("average", 3.5),
        ("max", 5.0),
        ("min", 2.0),
    ] {
        let fields = format!(r#", "bus": "user", "drive": "mixed", "combine": "{mode}""#);
        assert_eq!(of(&fields, ON_BUS), wanted, "{mode}");
    }
    // Nobody publishes: the bus's default, or the generator alone.
    assert_eq!(of(r#", "bus": "user""#, silent), 9.0);
    assert_eq!(of(r#", "bus": "user", "drive": "mixed""#, silent), 2.0);
}

#[test]
fn the_first_frame_of_a_patched_rail_is_its_generator() {
    let rail = r#""energy": {"curve": "const", "max": 2, "mirror": null, "bus": "user"}"#;
    let rest = format!("{ON_BUS}{READ}");
    near(
        &seen(&patch(rail, USER, &rest), "read.out", &[0.0, 10.0, 20.0]),
        &[2.0, 5.0, 5.0],
    );
}

#[test]
fn phases_and_colours_are_patched_too() {
    let rest = r#", "buses": [{"name": "p", "type": "phase"}],
        "publishers": [{"from": "k.out", "bus": "p", "lens": [{"type": "scale", "params": {"scale": 0.25}}]}]"#;
    let rail = r#""phaseB": {"bus": "p", "mirror": null}"#;
    // 1.25 turns are a quarter.
    near(
        &seen(&patch(rail, USER, rest), "rail:phaseB.final", &[0.0, 10.0]),
        &[0.25; 2],
    );
    let blocks = r##", {"id": "c", "type": "ConstColor", "params": {"value": "#00ff00"}}"##;
    let rest = r#", "buses": [{"name": "c", "type": "color"}], "publishers": [{"from": "c.out", "bus": "c"}]"#;
    let rail = r##""palette": {"bus": "c", "drive": "mixed", "combine": "average", "mirror": null, "stops": ["#ff0000"]}"##;
    let mut run = Run::new(&patch(rail, blocks, rest));
    let probe = run.watch("rail:palette.final");
    run.at(0.0);
    near(&run.lanes(probe), &[0.5, 0.5, 0.0, 1.0]);
}

#[test]
fn pulses_of_a_bus_meet_the_rails_own() {
    let rail = r#""phaseA": 1000, "pulseA": {"division": 2, "bus": "beat", "drive": "mixed", "mirror": null}"#;
    let rest = r#", "buses": [{"name": "beat", "type": "trigger"}], "publishers": [{"from": "time.wrap", "bus": "beat"}]"#;
    let mut run = Run::new(&patch(rail, "", rest));
    let probe = run.watch("rail:pulseA.final");
    let counts = [0.0, 600.0, 2100.0].map(|t| {
        run.at(t);
        run.pulses(probe)
    });
    // Two a second of its own, and the wrap at 2000.
    assert_eq!(counts, [0, 1, 4]);
}

#[test]
fn parameters_are_driven_by_buses_and_outputs_a_frame_late() {
    let energy =
        r#""energy": {"curve": "const", "mirror": null, "max": {"bus": "user", "base": 3}}"#;
    near(
        &seen(
            &patch(energy, USER, ON_BUS),
            "rail:energy.internal",
            &[0.0, 10.0, 20.0],
        ),
        &[3.0, 5.0, 5.0],
    );
    let energy =
        r#""energy": {"curve": "const", "mirror": null, "max": {"from": "k.out", "base": 3}}"#;
    near(
        &seen(
            &patch(energy, USER, ""),
            "rail:energy.internal",
            &[0.0, 10.0, 20.0],
        ),
        &[3.0, 5.0, 5.0],
    );
    // A period that changes keeps the phase: half a turn of 1 s, then quarters of 400 ms.
    let blocks = r#", {"id": "k", "type": "ConstNumber", "params": {"value": 400}}"#;
    let phase = r#""phaseA": {"periodMs": {"from": "k.out", "base": 1000}, "mirror": null}"#;
    near(
        &seen(
            &patch(phase, blocks, ""),
            "rail:phaseA.internal",
            &[500.0, 600.0, 700.0],
        ),
        &[0.5, 0.75, 0.0],
    );
    // A driven offset moves it.
    let blocks = r#", {"id": "k", "type": "ConstNumber", "params": {"value": 0.5}}"#;
    let phase = r#""phaseA": {"offset": {"from": "k.out", "base": 0}, "mirror": null}"#;
    near(
        &seen(
            &patch(phase, blocks, ""),
            "rail:phaseA.internal",
            &[0.0, 200.0],
        ),
        &[0.0, 0.6],
    );
}

#[test]
fn a_driven_period_that_is_illegal_holds() {
    let blocks = r#", {"id": "k", "type": "ConstNumber", "params": {"value": 0}}"#;
    let phase = r#""phaseA": {"periodMs": {"from": "k.out", "base": 1000}, "mirror": null}"#;
    let mut run = Run::new(&patch(phase, blocks, ""));
    let probe = run.watch("rail:phaseA.internal");
    for t in [250.0, 300.0, 400.0] {
        run.at(t);
        assert_eq!(run.lanes(probe), [0.25], "{t}");
    }
    assert_eq!(run.engine().health().bad_parameter, 1);
}

#[test]
fn a_named_rail_mirrors_on_its_bus() {
    let times = [0.0, 500.0, 1000.0];
    // The latched value, in place of the TimeRoot's own.
    let text = patch(r#""phaseA": 4000"#, "", "");
    near(&seen(&text, "bus:phaseA", &times), &[0.0, 0.0, 0.125]);
    let text = patch(r#""phaseA": {"periodMs": 4000, "mirror": null}"#, "", "");
    near(&seen(&text, "bus:phaseA", &times), &[0.0, 0.25, 0.5]);
    let text = patch(
        r#""energy": {"curve": "saw", "mirror": "else"}"#,
        "",
        r#", "buses": [{"name": "else", "type": "number"}]"#,
    );
    near(&seen(&text, "bus:else", &times), &[0.0, 0.0, 0.25]);
    // On its own bus it does not mirror: that would feed itself.
    let text = patch(r#""energy": {"bus": "energy", "drive": "mixed"}"#, "", "");
    near(&seen(&text, "bus:energy", &times), &[1.0; 3]);
    // Among other publishers it has the sort key 5.
    let rest = r#", "publishers": [{"busId": "phaseB", "from": "k.out", "sortKey": 4}]"#;
    let blocks = r#", {"id": "k", "type": "ConstNumber", "params": {"value": 0.75}}"#;
    let text = patch(r#""phaseB": {"offset": 0.5}"#, blocks, rest);
    near(&seen(&text, "bus:phaseB", &[0.0]), &[0.5]);
    let text = patch(
        r#""phaseB": {"offset": 0.5}"#,
        blocks,
        &rest.replace('4', "6"),
    );
    near(&seen(&text, "bus:phaseB", &[0.0]), &[0.75]);
}

#[test]
fn a_loop_of_steps_closes_to_the_bit() {
    // 2000 is a whole number of turns of both phases.
    let rails = r##""phaseA": {"periodMs": 500, "mode": "pingpong"}, "phaseB": {"periodMs": 400, "offset": 0.3},
        "energy": {"curve": "easeInOutSine", "source": "phaseB"}, "palette": ["#102030", "#ffeedd", "#00ff00"]"##;
    let targets =
        ["phaseA", "phaseB", "energy", "palette"].map(|rail| format!("rail:{rail}.latched"));
    for of in [7, 30, 60, 120] {
        let mut run = Run::new(&patch(rails, "", ""));
        let probes = targets.clone().map(|target| run.watch(&target));
        run.engine()
            .latch_from(FrameTime::cycle(-1, of))
            .expect("cyclic");
        let mut frames = Vec::new();
        for step in 0..=2 * i64::from(of) {
            run.frame(FrameTime::cycle(step, of));
            frames.push(probes.map(|probe| run.lanes(probe)));
        }
        for i in 0..=of as usize {
            assert_eq!(frames[i], frames[i + of as usize], "frame {i} of {of}");
        }
    }
}

#[test]
fn a_probe_of_the_latch_sees_what_readers_see() {
    // Bus and generator differ, so that the three registers do.
    let rails = r#""energy": {"curve": "saw", "bus": "drive", "drive": "mixed", "combine": "sum"}"#;
    let rest = r#", "buses": [{"name": "drive", "type": "number"}],
        "publishers": [{"from": "k.out", "bus": "drive"}], "listeners": [{"rail": "energy", "to": "read.a"}]"#;
    let text = patch(
        rails,
        r#", {"id": "k", "type": "ConstNumber", "params": {"value": 10}}"#,
        rest,
    );
    let times = [0.0, 500.0, 1000.0];
    near(
        &seen(&text, "rail:energy.internal", &times),
        &[0.0, 0.25, 0.5],
    );
    near(&seen(&text, "rail:energy.user", &times), &[10.0; 3]);
    near(
        &seen(&text, "rail:energy.final", &times),
        &[10.0, 10.25, 10.5],
    );
    // The first frame starts with the generator alone; after that it is the final of the frame before.
    let latched = [0.0, 10.0, 10.25];
    near(&seen(&text, "rail:energy.latched", &times), &latched);
    near(&seen(&text, "read.out", &times), &latched);
}

#[test]
fn a_probe_of_a_pulse_rail_has_the_pulses_of_each_register() {
    let text = patch(
        r#""pulseA": {"division": 2, "bus": "hits", "drive": "mixed", "combine": "sum"}"#,
        r#", {"id": "quick", "type": "PulseDivider", "params": {"divisions": 4}}"#,
        r#", "buses": [{"name": "hits", "type": "trigger"}],
           "publishers": [{"from": "quick.tick", "bus": "hits"}]"#,
    );
    let mut run = Run::new(&text);
    let parts = ["internal", "user", "final", "latched"];
    let probes = parts.map(|part| run.watch(&format!("rail:pulseA.{part}")));
    let mut counts = Vec::new();
    for t in [0.0, 900.0, 1100.0, 1200.0] {
        run.at(t);
        counts.push(probes.map(|probe| run.pulses(probe)));
    }
    // Halves of the 2 s of the rail; quarters of the loop, with one in the first frame.
    assert_eq!(
        counts,
        [[0, 1, 1, 0], [0, 1, 1, 1], [1, 1, 2, 1], [0, 0, 0, 2]]
    );
}

#[test]
fn a_driven_offset_that_was_no_number_does_not_stop_a_driven_period() {
    // The logarithm of −0.25 in the first frame is no number.
    let rails = r#""phaseA": {"periodMs": {"from": "p.out", "base": 1000}, "offset": {"from": "o.y", "base": 0}}"#;
    let blocks = r#", {"id": "p", "type": "ConstNumber", "params": {"value": 1000}},
        {"id": "wave", "type": "AddSignal", "params": {"b": -0.25}},
        {"id": "o", "type": "MapSignal", "params": {"fn": "log"}}"#;
    let rest = r#", "connections": [{"from": "time.phase", "to": "wave.a"}, {"from": "wave.out", "to": "o.x"}]"#;
    let text = patch(rails, blocks, rest);
    let times = [0.0, 1000.0, 1500.0, 1750.0];
    assert!(seen(&text, "o.y", &times)[0].is_nan());
    // Kept in the second frame; then the offset of the frame before counts, ln 0.25, from 0 on.
    let third = Real::fract(0.5 + Real::ln(0.25));
    let fourth = Real::fract(third + 0.25 + Real::ln(0.5) - Real::ln(0.25));
    near(
        &seen(&text, "rail:phaseA.internal", &times),
        &[0.0, 0.0, third, fourth],
    );
}
