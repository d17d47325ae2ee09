//! Blocks with memory, from the JSON of a patch to their outputs, frame by frame.

mod runs;

use oscilla::math::Real;
use runs::{Run, compile};

/// A patch of a loop of 1 s, further blocks and wires.
fn patch(blocks: &str, wires: &str) -> String {
    format!(
        r#"{{"blocks": [{{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 1000}}}},
            {{"id": "dots", "type": "RenderInstances2D"}}, {blocks}], "connections": [{wires}]}}"#
    )
}

/// A number at these times.
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

#[test]
fn integrate_starts_again_at_a_pulse() {
    let blocks = r#"{"id": "b", "type": "Integrate", "params": {"in": 2, "initialValue": 5}}"#;
    let reset = r#"{"from": "time.wrap", "to": "b.reset"}"#;
    let times = [0.0, 500.0, 1000.0, 1250.0, 1250.0];
    near(
        &seen(&patch(blocks, ""), "b.out", &times),
        &[5.0, 6.0, 7.0, 7.5, 7.5],
    );
    // The frame of the pulse starts at the initial value and adds its own step.
    near(
        &seen(&patch(blocks, reset), "b.out", &times),
        &[5.0, 6.0, 6.0, 6.5, 6.5],
    );
}

#[test]
fn delays_look_back_in_time_or_in_frames() {
    let of = |block: &str, times: &[f64]| {
        let wires = r#"{"from": "time.systemTime", "to": "b.in"}"#;
        seen(&patch(block, wires), "b.out", times)
    };
    let delay = r#"{"id": "b", "type": "Delay", "params": {"delay": 0.15, "initial": -1}}"#;
    // Nothing is that old; then between two frames; then later than the newest.
    near(
        &of(delay, &[0.0, 100.0, 200.0, 300.0, 1000.0]),
        &[-1.0, -1.0, 50.0, 150.0, 300.0],
    );
    let none = r#"{"id": "b", "type": "Delay", "params": {"delay": -3, "initial": -1}}"#;
    near(&of(none, &[0.0, 100.0, 350.0]), &[-1.0, 0.0, 100.0]);
    let frames = r#"{"id": "b", "type": "DelayFrames", "params": {"frames": 2, "initial": -1}}"#;
    near(
        &of(frames, &[0.0, 100.0, 350.0, 360.0]),
        &[-1.0, -1.0, 0.0, 100.0],
    );
}

#[test]
fn a_history_meets_signals_before_it_is_reduced() {
    let blocks = r#"{"id": "h", "type": "History", "params": {"depth": 3}},
        {"id": "z", "type": "FieldZipSignal", "params": {"fn": "mul"}},
        {"id": "b", "type": "FieldReduce", "params": {"op": "sum"}},
        {"id": "f", "type": "FieldReduce", "params": {"op": "first"}}"#;
    let wires = r#"{"from": "time.systemTime", "to": "h.in"}, {"from": "h.output", "to": "z.field"},
        {"from": "h.latest", "to": "z.signal"}, {"from": "z.out", "to": "b.field"},
        {"from": "h.output", "to": "f.field"},
        {"from": "b.signal", "to": "dots.z"}, {"from": "f.signal", "to": "dots.radius"}"#;
    let times = [1.0, 2.0, 3.0, 4.0];
    // This frame's value is in the history, on the signal and in the sum: 1·(1+1+1), 2·(1+1+2)…
    near(
        &seen(&patch(blocks, wires), "b.signal", &times),
        &[3.0, 8.0, 18.0, 36.0],
    );
    near(
        &seen(&patch(blocks, wires), "f.signal", &times),
        &[1.0, 1.0, 1.0, 2.0],
    );
}

#[test]
fn a_reduction_can_feed_what_is_reduced_next() {
    // Two barriers in one frame: a field of a sum of a field.
    // What is known is folded, so the numbers move with the phase, which is 0 here.
    let blocks = r#"{"id": "known", "type": "FieldIndex", "params": {"domain": 4}},
        {"id": "i", "type": "FieldZipSignal", "params": {"fn": "add"}},
        {"id": "s", "type": "FieldReduce", "params": {"op": "sum"}},
        {"id": "z", "type": "FieldZipSignal", "params": {"fn": "add"}},
        {"id": "m", "type": "FieldReduce", "params": {"op": "max"}}"#;
    let wires = r#"{"from": "known.index", "to": "i.field"}, {"from": "time.phase", "to": "i.signal"},
        {"from": "i.out", "to": "s.field"}, {"from": "i.out", "to": "z.field"},
        {"from": "s.signal", "to": "z.signal"}, {"from": "z.out", "to": "m.field"},
        {"from": "m.signal", "to": "dots.z"}"#;
    assert_eq!(seen(&patch(blocks, wires), "m.signal", &[0.0]), [9.0]);
}

#[test]
fn pulses_are_held_counted_and_shaped() {
    let times = [0.0, 900.0, 1100.0, 3050.0, 3300.0];
    let of = |block: &str, wires: &str, target: &str| seen(&patch(block, wires), target, &times);
    let hold = r#"{"id": "b", "type": "SampleHold", "params": {"initial": -1}}"#;
    let wires =
        r#"{"from": "time.systemTime", "to": "b.in"}, {"from": "time.wrap", "to": "b.trigger"}"#;
    near(
        &of(hold, wires, "b.out"),
        &[-1.0, -1.0, 1100.0, 3050.0, 3050.0],
    );
    let counter = r#"{"id": "b", "type": "Counter"}, {"id": "r", "type": "PulseDivider", "params": {"divisions": 1}}"#;
    let wires = r#"{"from": "time.wrap", "to": "b.trigger"}"#;
    near(&of(counter, wires, "b.count"), &[0.0, 0.0, 1.0, 3.0, 3.0]);
    // A pulse that resets is before those that count.
    let both =
        r#"{"from": "time.wrap", "to": "b.trigger"}, {"from": "time.wrap", "to": "b.reset"}"#;
    near(&of(counter, both, "b.count"), &[0.0, 0.0, 1.0, 2.0, 2.0]);
    let envelope =
        r#"{"id": "b", "type": "EnvelopeAD", "params": {"attack": 0, "decay": 1, "peak": 2}}"#;
    near(&of(envelope, wires, "b.env"), &[0.0, 0.0, 2.0, 2.0, 1.5]);
}

#[test]
fn slews_and_smooth_lenses_do_not_depend_on_the_step() {
    // A target that stands still after the first frame: the same curve in one step or in many.
    let blocks = r#"{"id": "late", "type": "MapSignal", "params": {"fn": "step", "k": 1}},
        {"id": "b", "type": "Slew", "params": {"rate": 3}}, {"id": "n", "type": "AddSignal"},
        {"id": "v", "type": "MakeVec2"}, {"id": "w", "type": "AddVec2"}"#;
    let wires = r#"{"from": "time.systemTime", "to": "late.x"}, {"from": "late.y", "to": "b.in"},
        {"from": "late.y", "to": "n.a", "lens": [{"type": "slew", "params": {"riseMs": 500}}]},
        {"from": "late.y", "to": "v.x"},
        {"from": "v.out", "to": "w.a", "lens": [{"type": "smoothPath", "params": {"smoothingMs": 300}}]}"#;
    let text = patch(blocks, wires);
    let many: Vec<f64> = (0..=400).map(f64::from).collect();
    for (target, wanted) in [
        ("b.out", 1.0 - Real::exp(-3.0 * 0.4f64)),
        ("n.out", 0.8),
        ("w.out", 1.0 - Real::exp(-400.0 / 300.0f64)),
    ] {
        let steps = seen(&text, target, &many);
        let once = seen(&text, target, &[0.0, 400.0]);
        near(&[*steps.last().unwrap(), once[1]], &[wanted, wanted]);
    }
}

#[test]
fn a_hysteresis_lens_keeps_its_side() {
    let wires = r#"{"from": "time.systemTime", "to": "b.a", "lens": [
        {"type": "hysteresis", "params": {"low": 40, "high": 60}}]}"#;
    let text = patch(r#"{"id": "b", "type": "AddSignal"}"#, wires);
    // Time steps back in a rewind, which forgets the side.
    let times = [50.0, 60.0, 61.0, 41.0, 60.0];
    near(
        &seen(&text, "b.out", &times),
        &[40.0, 60.0, 60.0, 40.0, 60.0],
    );
}

#[test]
fn loops_close_through_delays_only() {
    let blocks = |kind: &str| {
        format!(
            r#"{{"id": "a", "type": "AddSignal", "params": {{"b": 1}}}}, {{"id": "d", "type": "{kind}"}}"#
        )
    };
    let port = |kind: &str| match kind {
        "MapSignal" => ("x", "y"),
        "Counter" => ("trigger", "count"),
        "EnvelopeAD" => ("trigger", "env"),
        "History" => ("in", "latest"),
        _ => ("in", "out"),
    };
    let text = |kind: &str| {
        let (input, output) = port(kind);
        let wires = format!(
            r#"{{"from": "a.out", "to": "d.{input}"}}, {{"from": "d.{output}", "to": "a.a"}},
            {{"from": "a.out", "to": "dots.z"}}"#
        );
        patch(&blocks(kind), &wires)
    };
    near(
        &seen(&text("DelayFrames"), "a.out", &[0.0, 10.0, 10.0, 500.0]),
        &[1.0, 2.0, 3.0, 4.0],
    );
    let mut run = Run::new(&text("Delay"));
    let probe = run.watch("a.out");
    for (t, wanted) in [(0.0, 1.0), (250.0, 1.0), (500.0, 2.0), (1000.0, 3.0)] {
        run.at(t);
        near(&run.lanes(probe), &[wanted]);
    }
    for kind in [
        "MapSignal",
        "Integrate",
        "Slew",
        "SampleHold",
        "History",
        "Counter",
        "EnvelopeAD",
    ] {
        let (program, found) = compile(&text(kind));
        assert!(program.is_none(), "{kind}");
        let error = found.list().iter().find(|d| d.code == "cycle").expect(kind);
        for part in ["`a.out`", &format!("`d.{}`", port(kind).1)] {
            assert!(error.message.contains(part), "{error}");
        }
        assert!(error.hints[0].contains("Delay"), "{error}");
    }
}

#[test]
fn a_clock_runs_in_its_modes() {
    let of = |kind: &str, params: &str, port: &str, times: &[f64]| {
        let block = format!(r#"{{"id": "b", "type": "{kind}", "params": {{{params}}}}}"#);
        seen(&patch(&block, ""), &format!("b.{port}"), times)
    };
    let times = [0.0, 500.0, 2000.0, 2500.0, 3500.0];
    near(
        &of("PhaseClock", r#""period": 2"#, "phase", &times),
        &[0.0, 0.25, 0.0, 0.25, 0.75],
    );
    near(
        &of("PhaseClock", r#""period": 2, "mode": "once""#, "u", &times),
        &[0.0, 0.25, 1.0, 1.0, 1.0],
    );
    near(
        &of(
            "PhaseClock",
            r#""period": 2, "mode": "pingpong""#,
            "phase",
            &times,
        ),
        &[0.0, 0.25, 1.0, 0.75, 0.25],
    );
    near(
        &of(
            "PhaseClock",
            r#""period": 2, "mode": "pingpong""#,
            "u",
            &times,
        ),
        &[0.0, 0.125, 0.5, 0.625, 0.875],
    );
    near(
        &of("PhaseClock", r#""period": 0"#, "phase", &times),
        &[0.0; 5],
    );
    near(
        &of(
            "LinearPhase",
            r#""duration": 2, "offset": 0.5"#,
            "phase",
            &times,
        ),
        &[0.25, 0.5, 1.0, 1.0, 1.0],
    );
    near(
        &of(
            "LinearPhase",
            r#""duration": 2, "looping": true"#,
            "phase",
            &times,
        ),
        &[0.0, 0.25, 0.0, 0.25, 0.75],
    );
    near(
        &of("LinearPhase", r#""duration": 0"#, "phase", &times),
        &[1.0; 5],
    );
    // No hold: the exit begins where the entrance ends.
    let machine = r#""entranceDuration": 1, "holdDuration": 0, "exitDuration": 1"#;
    let times = [0.0, 500.0, 1000.0, 1500.0, 2000.0, 9000.0];
    near(
        &of("PhaseMachine", machine, "stage", &times),
        &[0.0, 0.0, 2.0, 2.0, 2.0, 2.0],
    );
    near(
        &of("PhaseMachine", machine, "u", &times),
        &[0.0, 0.875, 0.0, 0.125, 1.0, 1.0],
    );
    let nothing = r#""entranceDuration": 0, "holdDuration": 0, "exitDuration": 0"#;
    near(&of("PhaseMachine", nothing, "stage", &[0.0]), &[2.0]);
    near(&of("PhaseMachine", nothing, "u", &[0.0]), &[1.0]);
}

#[test]
fn composites_are_probed_inside_and_at_their_ports() {
    let blocks =
        r#"{"id": "c", "type": "composite:BreathingScale", "params": {"range": 4, "min": 1}}"#;
    let text = patch(blocks, "");
    // A quarter turn after 250 ms: 0.5 + 0.5·1, times 4, plus 1.
    near(
        &seen(&text, "c::oscillator.out", &[0.0, 250.0]),
        &[0.5, 1.0],
    );
    near(&seen(&text, "c.out", &[0.0, 250.0]), &[3.0, 5.0]);
    near(&seen(&text, "c.phase", &[0.0, 250.0]), &[0.0, 0.25]);
    near(&seen(&text, "bus:energy", &[250.0]), &[6.0]);
}
