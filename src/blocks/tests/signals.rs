//! Signal and rhythm blocks: nodes, folded values, cells.

use super::*;
use crate::ir::{CycleMode, EventExpr, PhaseSource, StateOp};

#[test]
fn an_oscillator_is_a_wave_a_product_and_a_sum() {
    let lowered = Rig::new("Oscillator")
        .varying("phase")
        .number("amplitude", 10.0)
        .number("bias", 20.0)
        .lower();
    let signals = lowered.signals();
    assert_eq!(signals[0], "Time(DtMs)");
    assert!(signals.contains(&"Wave.0 s0".to_owned()), "{signals:?}");
    let wave = signals.iter().position(|s| s == "Wave.0 s0").unwrap();
    let amplitude = signals.iter().position(|s| s == "const [10.0]").unwrap();
    let product = format!("Mul.0 s{wave} s{amplitude}");
    let product = signals.iter().position(|s| *s == product).unwrap();
    let bias = signals.iter().position(|s| s == "const [20.0]").unwrap();
    assert_eq!(
        signals[lowered.signal("out").index()],
        format!("Add.0 s{product} s{bias}")
    );
}

#[test]
fn waves_have_their_values() {
    for (shape, want) in [
        ("sine", 0.5877852522924731),
        ("cosine", 0.8090169943749475),
        ("triangle", -0.6),
        ("saw", -0.8),
        ("square", 1.0),
    ] {
        let lowered = Rig::new("Oscillator")
            .number("phase", 0.1)
            .text("shape", shape)
            .lower();
        near(lowered.folded("out")[0], want);
    }
}

#[test]
fn shapers_have_their_values() {
    let table = [
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
    for (x, wants) in table {
        for (kind, want) in ["tanh", "softclip", "sigmoid", "smoothstep", "pow"]
            .iter()
            .zip(wants)
        {
            let lowered = Rig::new("Shaper")
                .number("in", x)
                .number("amount", 2.0)
                .text("kind", kind)
                .lower();
            near(lowered.folded("out")[0], want);
        }
    }
}

#[test]
fn a_colour_travels_along_the_hues() {
    for (phase, want) in [
        (0.0, "#1967e6"),
        (0.25, "#6519e6"),
        (0.5, "#e619cd"),
        (1.0, "#e69819"),
    ] {
        let lowered = Rig::new("ColorLFO").number("phase", phase).lower();
        assert_eq!(hex(&lowered.folded("color")), want, "{phase}");
    }
}

#[test]
fn colours_mix_by_channel_or_by_hue() {
    let table = [
        ("lerp", 0.5, "#95639d"),
        ("lerp", 2.0, "#ef4444"),
        ("hue", 0.25, "#653df4"),
        ("hue", 0.5, "#d140f2"),
    ];
    for (mode, value, want) in table {
        let lowered = Rig::new("ColorizeSignal")
            .number("value", value)
            .text("mode", mode)
            .lower();
        assert_eq!(hex(&lowered.folded("color")), want, "{mode} {value}");
    }
}

#[test]
fn number_functions_have_their_values() {
    // name, x, k, value
    let table = [
        ("neg", 2.0, 1.0, -2.0),
        ("abs", -2.0, 1.0, 2.0),
        ("sin", 1.0, 0.0, 0.0),
        ("cos", 5.0, 0.0, 1.0),
        ("tanh", 1e9, 1.0, 1.0),
        ("smoothstep", 0.5, 9.0, 0.5),
        ("scale", 3.0, 2.0, 6.0),
        ("offset", 3.0, 2.0, 5.0),
        ("clamp", 3.0, 9.0, 1.0),
        ("sign", -0.1, 1.0, -1.0),
        ("floor", -0.5, 1.0, -1.0),
        ("ceil", 0.2, 1.0, 1.0),
        ("round", -0.5, 1.0, 0.0),
        ("fract", -0.25, 1.0, 0.75),
        ("oneMinus", 0.25, 1.0, 0.75),
        ("square", -3.0, 1.0, 9.0),
        ("sqrt", -4.0, 1.0, 0.0),
        ("pow", -2.0, 2.0, -4.0),
        ("exp", 0.0, 1.0, 1.0),
        ("log", 1.0, 1.0, 0.0),
        ("mod", -1.0, 3.0, 2.0),
        ("mod", 5.0, 0.0, 0.0),
        ("step", 0.5, 0.5, 1.0),
        ("quantize", 0.3, 4.0, 0.25),
        ("quantize", 0.3, 0.0, 0.0),
    ];
    for (function, x, k, want) in table {
        let lowered = Rig::new("MapSignal")
            .number("x", x)
            .number("k", k)
            .text("fn", function)
            .lower();
        assert_eq!(lowered.folded("y"), [want], "{function} {x} {k}");
    }
    let table = [
        ("add", 5.0),
        ("sub", 1.0),
        ("mul", 6.0),
        ("div", 1.5),
        ("min", 2.0),
        ("max", 3.0),
        ("mod", 1.0),
        ("pow", 9.0),
        ("step", 1.0),
        ("mix", 2.5),
        ("diff", 1.0),
    ];
    for (op, want) in table {
        let lowered = Rig::new("ZipSignal")
            .number("a", 3.0)
            .number("b", 2.0)
            .text("op", op)
            .lower();
        assert_eq!(lowered.folded("out"), [want], "{op}");
    }
    let angle = Rig::new("ZipSignal")
        .number("a", 1.0)
        .text("op", "atan2")
        .lower();
    near(angle.folded("out")[0], std::f64::consts::FRAC_PI_2);
}

#[test]
fn limits_of_nothing_are_infinite() {
    let least = Rig::new("MinSignal").number("b", 3.0).lower();
    assert_eq!(least.folded("out"), [3.0]);
    let most = Rig::new("MaxSignal").number("a", -3.0).lower();
    assert_eq!(most.folded("out"), [-3.0]);
    let clamped = Rig::new("ClampSignal")
        .number("in", 5.0)
        .number("min", 2.0)
        .number("max", 1.0)
        .lower();
    assert_eq!(clamped.folded("out"), [2.0], "min wins over max");
}

#[test]
fn the_viewport_is_a_constant() {
    let lowered = Rig::new("ViewportInfo").lower();
    assert_eq!(lowered.folded("size"), [800.0, 600.0]);
    assert_eq!(lowered.folded("center"), [400.0, 300.0]);
}

#[test]
fn time_roots_set_the_model_and_view_the_time() {
    let lowered = Rig::new("CycleTimeRoot")
        .number("periodMs", 2000.0)
        .text("mode", "pingpong")
        .lower();
    assert_eq!(
        lowered.time_model,
        Some(TimeModel::Cyclic {
            period_ms: 2000.0,
            mode: CycleMode::Pingpong
        })
    );
    let phase = &lowered.build.tables.sig.nodes[lowered.signal("phase").index()];
    assert_eq!(phase.expr, SignalExpr::Time(crate::ir::TimeValue::Phase01));
    let Value::Event(wrap) = lowered.out("wrap") else {
        panic!()
    };
    let wrap = &lowered.build.tables.event.nodes[wrap.index()];
    assert_eq!(wrap.expr, EventExpr::Time(crate::ir::TimeEvent::Wrap));
    let infinite = Rig::new("InfiniteTimeRoot").lower();
    assert_eq!(
        infinite.time_model,
        Some(TimeModel::Infinite {
            window_ms: 10_000.0,
            suggested_ui_window_ms: None,
            ambient_period_ms: Some(10_000.0)
        })
    );
}

#[test]
fn a_direct_phase_is_counted_unwrapped() {
    let mut rig = Rig::new("PulseDivider");
    rig.direct = Some(PhaseSource::Time);
    let lowered = rig.lower();
    assert!(lowered.cells.is_empty());
    let Value::Event(tick) = lowered.out("tick") else {
        panic!()
    };
    let EventExpr::Divide { of, by } = lowered.build.tables.event.nodes[tick.index()].expr else {
        panic!()
    };
    assert_eq!(of, PhaseSource::Time);
    assert_eq!(lowered.build.folded(by), Some(vec![4.0]));

    let lowered = Rig::new("PulseDivider").varying("phase").lower();
    let cell = &lowered.build.tables.state.cells[lowered.cells[0].index()];
    assert_eq!(cell.op, StateOp::PulseDivider);
    assert_eq!(lowered.build.str(cell.key), "b/tick/divider");
}

#[test]
fn an_envelope_keeps_one_cell() {
    let lowered = Rig::new("EnvelopeAD").lower();
    let cell = &lowered.build.tables.state.cells[lowered.cells[0].index()];
    assert_eq!(cell.op, StateOp::EnvelopeAd);
    assert_eq!(cell.args.len(), 4);
    let env = &lowered.build.tables.sig.nodes[lowered.signal("env").index()];
    assert_eq!(env.expr, SignalExpr::StateOut(lowered.cells[0]));
}

#[test]
fn a_phase_machine_enters_holds_and_leaves() {
    // seconds, E, H, X, stage, u, tLocal
    let table = [
        (1.0, [2.5, 2.0, 0.5], [0.0, 0.784, 1.0]),
        (3.0, [2.5, 2.0, 0.5], [1.0, 0.25, 0.5]),
        (4.75, [2.5, 2.0, 0.5], [2.0, 0.125, 0.25]),
        (9.0, [2.5, 2.0, 0.5], [2.0, 1.0, 0.5]),
        (-1.0, [2.5, 2.0, 0.5], [0.0, 0.0, 0.0]),
        (2.5, [2.5, 2.0, 0.5], [0.0, 1.0, 2.5]),
        (4.5, [2.5, 2.0, 0.5], [2.0, 0.0, 0.0]),
        (4.5, [2.5, 2.0, 0.0], [2.0, 1.0, 0.0]),
        (2.5, [2.5, 0.0, 0.5], [2.0, 0.0, 0.0]),
        (0.0, [0.0, 2.0, 0.5], [1.0, 0.0, 0.0]),
        (0.0, [0.0, 0.0, 0.5], [2.0, 0.0, 0.0]),
        (1.0, [0.0, 0.0, 0.0], [2.0, 1.0, 0.0]),
        (1.0, [-1.0, 2.0, 0.0], [1.0, 0.5, 1.0]),
    ];
    for (seconds, [e, h, x], [stage, u, local]) in table {
        let lowered = Rig::new("PhaseMachine")
            .number("tIn", seconds * 1000.0)
            .number("entranceDuration", e)
            .number("holdDuration", h)
            .number("exitDuration", x)
            .lower();
        let at = format!("{seconds} of {e} {h} {x}");
        assert_eq!(lowered.folded("stage"), [stage], "{at}");
        assert!(
            (lowered.folded("u")[0] - u).abs() < 1e-12,
            "{at}: {:?}",
            lowered.folded("u")
        );
        assert!((lowered.folded("tLocal")[0] - local).abs() < 1e-12, "{at}");
    }
}

#[test]
fn clocks_loop_stop_and_return() {
    // t in ms, mode, phase, u, with a period of 2 s
    let table = [
        (500.0, "loop", 0.25, 0.25),
        (2500.0, "loop", 0.25, 0.25),
        (-500.0, "loop", 0.75, 0.75),
        (2500.0, "once", 1.0, 1.0),
        (2500.0, "pingpong", 0.75, 0.625),
        (500.0, "pingpong", 0.25, 0.125),
        (4000.0, "pingpong", 0.0, 0.0),
    ];
    for (t, mode, phase, u) in table {
        let lowered = Rig::new("PhaseClock")
            .number("tIn", t)
            .number("period", 2.0)
            .text("mode", mode)
            .lower();
        assert_eq!(lowered.folded("phase"), [phase], "{t} {mode}");
        assert_eq!(lowered.folded("u"), [u], "{t} {mode}");
    }
    let stopped = Rig::new("PhaseClock")
        .number("tIn", 500.0)
        .number("period", -1.0)
        .lower();
    assert_eq!(stopped.folded("phase"), [0.0]);

    let linear = |looping: f64, duration: f64| {
        Rig::new("LinearPhase")
            .number("tIn", 1500.0)
            .number("offset", 1.0)
            .number("duration", duration)
            .number("looping", looping)
            .lower()
            .folded("phase")[0]
    };
    assert_eq!(linear(0.0, 2.0), 1.0);
    assert_eq!(linear(1.0, 2.0), 0.25);
    assert_eq!(linear(1.0, 0.0), 1.0);
}
