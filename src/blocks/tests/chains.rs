//! Lenses, presets and adapters: tables, steps, values.

use super::*;
use crate::ir::{ChainOperand, EventExpr, Op, ReduceOp, StateOp};
use crate::math::Ease;
use crate::types::World;
use std::collections::BTreeSet;

/// The arguments of a lens: its defaults, but these.
fn arguments(build: &mut Builder, lens: &Lens, given: &[(&str, Default)]) -> Vec<Argument> {
    for (name, _) in given {
        assert!(lens.param(name).is_some(), "{} has no {name}", lens.id);
    }
    lens.params
        .iter()
        .map(|param| {
            let value = given.iter().find(|(name, _)| *name == param.name);
            argument(build, param, value.map_or(param.default, |(_, v)| *v))
        })
        .collect()
}

fn argument(build: &mut Builder, param: &Param, value: Default) -> Argument {
    match (param.kind, value) {
        (ParamKind::Number, Default::Number(v)) => Argument::Signal(build.num(v)),
        (ParamKind::Vec2, Default::Vec2(v)) => Argument::Signal(build.constant(Domain::Vec2, &v)),
        (ParamKind::Boolean, Default::Number(v)) => Argument::Choice(u32::from(v > 0.5)),
        (ParamKind::Options(words), Default::Text(word)) => {
            let at = words.iter().position(|w| *w == word);
            Argument::Choice(at.unwrap_or_else(|| panic!("{} = {word}", param.name)) as u32)
        }
        (kind, value) => panic!("{} is {kind:?}, not {value:?}", param.name),
    }
}

/// Runs a lens on a constant by applying its steps as signals.
fn value(name: &str, given: &[(&str, Default)], v: &[f64]) -> Vec<f64> {
    let (lens, preset) = find_lens(name).unwrap();
    let given: Vec<_> = preset.iter().chain(given).copied().collect();
    let mut build = Builder::new();
    let arguments = arguments(&mut build, lens, &given);
    let mut draft = ChainDraft::new(&mut build, lens.domain);
    lens.append(&mut draft, &arguments);
    let finished = draft.finish();
    assert_eq!(finished.mistakes, [], "{name}");
    assert_eq!(finished.domain, lens.domain, "{name} keeps its domain");
    assert_eq!(
        finished.chain.arity, 0,
        "{name}: constants are no arguments"
    );
    let mut running = build.constant(lens.domain, v);
    for step in &finished.chain.steps {
        let mut args = vec![running];
        for operand in &step.operands {
            let ChainOperand::Const(c) = *operand else {
                panic!()
            };
            let ty = build.types[build.tables.constants.index[c.index()].r#type.index()].domain;
            args.push(build.signal(Type::signal(ty), SignalExpr::Const(c)));
        }
        running = build.apply(step.op, step.imm, &args).unwrap();
    }
    build.folded(running).unwrap()
}

fn n(value: f64) -> Default {
    Default::Number(value)
}

#[test]
fn lenses_are_complete_and_found_in_every_spelling() {
    let mut ids = BTreeSet::new();
    for lens in LENSES {
        assert!(ids.insert(lens.id), "{} twice", lens.id);
        assert!(
            !lens.summary.is_empty() && !lens.details.is_empty(),
            "{}",
            lens.id
        );
        let mut build = Builder::new();
        arguments(&mut build, lens, &[]);
        for param in lens.params {
            assert!(!param.doc.is_empty(), "{}.{}", lens.id, param.name);
            let word = matches!(param.kind, ParamKind::Boolean | ParamKind::Options(_));
            assert!(param.constant || !word, "{}.{}", lens.id, param.name);
        }
        let pascal = lens.id[..1].to_uppercase() + &lens.id[1..];
        for spelling in [lens.id.to_owned(), pascal, lens.id.to_uppercase()] {
            let (found, preset) = find_lens(&spelling).unwrap_or_else(|| panic!("{spelling}"));
            assert_eq!((found.id, preset.len()), (lens.id, 0), "{spelling}");
        }
    }
    assert_eq!(LENSES.len(), 32);
    assert_eq!(find_lens("phase-offset").unwrap().0.id, "phaseOffset");
    assert!(find_lens("phaseOfset").is_none());
    let stateful: Vec<&str> = LENSES
        .iter()
        .filter(|l| l.is_stateful())
        .map(|l| l.id)
        .collect();
    assert_eq!(stateful, ["slew", "hysteresis", "smoothPath"]);
}

#[test]
fn presets_are_lenses_with_parameters() {
    assert_eq!(presets().len(), 18);
    for preset in presets() {
        let (lens, params) = find_lens(preset.name).unwrap();
        assert_eq!(lens.id, preset.lens, "{}", preset.name);
        let mut build = Builder::new();
        arguments(&mut build, lens, params);
    }
    assert_eq!(value("invert", &[], &[0.25]), [0.75]);
    assert_eq!(value("bipolar", &[], &[0.25]), [-0.5]);
    assert_eq!(value("phase-to-rotation", &[], &[0.25]), [90.0]);
    assert_eq!(value("offset-half", &[], &[0.25]), [0.75]);
    assert_eq!(value("half", &[("offset", n(1.0))], &[4.0]), [3.0]);
}

#[test]
fn the_eases_are_those_of_the_opcode() {
    let (ease, _) = find_lens("ease").unwrap();
    let ParamKind::Options(words) = ease.params[0].kind else {
        panic!()
    };
    let names: Vec<&str> = Ease::ALL.iter().map(|e| e.name()).collect();
    assert_eq!(words, names);
}

#[test]
fn number_lenses_have_their_values() {
    assert_eq!(
        value("scale", &[("scale", n(2.0)), ("offset", n(1.0))], &[3.0]),
        [7.0]
    );
    assert_eq!(value("offset", &[("amount", n(2.0))], &[3.0]), [5.0]);
    assert_eq!(value("polarity", &[], &[3.0]), [3.0]);
    assert_eq!(value("polarity", &[("invert", n(1.0))], &[3.0]), [-3.0]);
    assert_eq!(
        value("clamp", &[("min", n(1.0)), ("max", n(-1.0))], &[3.0]),
        [1.0]
    );
    near(value("softclip", &[], &[0.5])[0], 0.9096466805381757);
    assert_eq!(value("softclip", &[("amount", n(0.0))], &[0.5]), [0.5]);
    assert_eq!(value("deadzone", &[], &[0.05]), [0.0]);
    assert_eq!(value("deadzone", &[], &[0.06]), [0.06]);
    assert_eq!(value("quantize", &[], &[0.3]), [0.25]);
    assert_eq!(
        value("quantize", &[("mode", Default::Text("ceil"))], &[0.3]),
        [0.5]
    );
    assert_eq!(value("quantize", &[("steps", n(0.0))], &[2.6]), [3.0]);
    near(value("ease", &[], &[0.25])[0], 0.1464466094067262);
    assert_eq!(value("warp", &[("power", n(2.0))], &[0.5]), [0.25]);
    let range = [
        ("inMin", n(10.0)),
        ("inMax", n(0.0)),
        ("outMin", n(3.0)),
        ("outMax", n(5.0)),
    ];
    assert_eq!(value("mapRange", &range, &[5.0]), [4.0]);
    assert_eq!(value("mapRange", &range, &[20.0]), [5.0]);
    let open = [("clamp", n(0.0)), ("outMax", n(10.0))];
    assert_eq!(value("mapRange", &open, &[2.0]), [20.0]);
    assert_eq!(value("broadcast", &[], &[2.0]), [2.0]);
}

#[test]
fn phase_lenses_have_their_values() {
    assert_eq!(value("phaseOffset", &[("offset", n(0.5))], &[0.75]), [0.25]);
    assert_eq!(value("phaseScale", &[("scale", n(3.0))], &[0.5]), [0.5]);
    assert_eq!(value("phaseQuantize", &[], &[0.97]), [0.0]);
    assert_eq!(value("pingPong", &[], &[0.75]), [0.5]);
    assert_eq!(value("pingPong", &[], &[0.5]), [1.0]);
    assert_eq!(value("pingPong", &[("enabled", n(0.0))], &[0.75]), [0.75]);
    let mode = |word| [("mode", Default::Text(word))];
    assert_eq!(value("wrapMode", &mode("wrap"), &[1.0]), [0.0]);
    assert_eq!(value("wrapMode", &mode("clamp"), &[1.5]), [1.0]);
    assert_eq!(value("wrapMode", &mode("pingpong"), &[0.5]), [1.0]);
    let window = [("start", n(0.2)), ("end", n(0.6)), ("softness", n(0.5))];
    near(value("phaseWindow", &window, &[0.5])[0], 0.51875);
}

#[test]
fn vector_lenses_have_their_values() {
    let turned = value("rotate2d", &[("turns", n(0.25))], &[1.0, 0.0]);
    assert!(
        turned[0].abs() < 1e-15 && (turned[1] - 1.0).abs() < 1e-15,
        "{turned:?}"
    );
    let gain = [("gain", n(2.0)), ("bias", Default::Vec2([1.0, -1.0]))];
    assert_eq!(value("vec2GainBias", &gain, &[1.0, 2.0]), [3.0, 3.0]);
    let delta = [("delta", Default::Vec2([1.0, -1.0]))];
    assert_eq!(value("translate2d", &delta, &[1.0, 2.0]), [2.0, 1.0]);
    let bounds = [
        ("min", Default::Vec2([5.0, 0.0])),
        ("max", Default::Vec2([0.0, 5.0])),
    ];
    assert_eq!(value("clampBounds", &bounds, &[9.0, -1.0]), [5.0, 0.0]);
    let swirled = value("swirl", &[], &[100.0, 0.0]);
    assert!(
        swirled[0].abs() < 1e-12 && (swirled[1] - 100.0).abs() < 1e-12,
        "{swirled:?}"
    );
    assert_eq!(value("normalize", &[], &[0.0, 0.0]), [0.0, 0.0]);
}

#[test]
fn colour_lenses_have_their_values() {
    let blue = parse_color("#3B82F6").unwrap();
    let table = [
        ("hueShift", "turns", 0.25, "#f63bdf"),
        ("hueShift", "turns", 0.5, "#f6af3b"),
        ("saturate", "amount", 0.5, "#5b7fb9"),
        ("contrast", "amount", 0.5, "#5d81bb"),
    ];
    for (lens, param, amount, want) in table {
        assert_eq!(
            hex(&value(lens, &[(param, n(amount))], &blue)),
            want,
            "{lens} {amount}"
        );
    }
    let gain = [("gain", n(2.0)), ("alphaGain", n(0.5))];
    assert_eq!(
        value("colorGain", &gain, &[0.5, 0.25, 1.0, 1.0]),
        [1.0, 0.5, 2.0, 0.5]
    );
    assert_eq!(
        value("clampGamut", &[], &[-1.0, 0.5, 2.0, 3.0]),
        [0.0, 0.5, 1.0, 1.0]
    );
}

#[test]
fn bound_parameters_become_arguments_once() {
    let (lens, _) = find_lens("clamp").unwrap();
    let mut build = Builder::new();
    let bound = varying(&mut build, Domain::Number);
    let low = build.num(0.0);
    let mut draft = ChainDraft::new(&mut build, Domain::Number);
    lens.append(
        &mut draft,
        &[Argument::Signal(low), Argument::Signal(bound)],
    );
    lens.append(
        &mut draft,
        &[Argument::Signal(low), Argument::Signal(bound)],
    );
    let finished = draft.finish();
    assert_eq!(
        finished.chain.arity, 2,
        "smaller and larger end, shared by both steps"
    );
    assert_eq!(finished.args.len(), 2);
    assert_eq!(
        finished.chain.steps[0].operands,
        [ChainOperand::Arg(0), ChainOperand::Arg(1)]
    );
    assert_eq!(finished.chain.steps[0], finished.chain.steps[1]);
}

#[test]
fn stateful_lenses_make_cells() {
    let (lens, params) = find_lens("smooth").unwrap();
    let mut build = Builder::new();
    let input = varying(&mut build, Domain::Number);
    let args = arguments(&mut build, lens, params);
    let (out, cells) = lens.cell(&mut build, "list-1#0", input, &args);
    let cell = &build.tables.state.cells[cells[0].index()];
    assert_eq!(
        (cell.op, build.str(cell.key)),
        (StateOp::SlewLinear, "list-1#0/slew")
    );
    assert_eq!(
        build.tables.sig.nodes[out.index()].expr,
        SignalExpr::StateOut(cells[0])
    );

    // smoothPath with no time constant is no smoothing.
    let (lens, _) = find_lens("smoothPath").unwrap();
    let input = varying(&mut build, Domain::Vec2);
    let args = arguments(&mut build, lens, &[("smoothingMs", n(0.0))]);
    let (out, _) = lens.cell(&mut build, "w#1", input, &args);
    assert_eq!(out, input);
    let args = arguments(&mut build, lens, &[("smoothingMs", n(100.0))]);
    let (_, cells) = lens.cell(&mut build, "w#2", input, &args);
    let cell = &build.tables.state.cells[cells[0].index()];
    let crate::ir::Operand::Sig(rate) = cell.args[1] else {
        panic!()
    };
    assert_eq!(build.folded(rate), Some(vec![10.0]));
}

#[test]
fn conversions_are_steps_only_where_values_change() {
    let mut build = Builder::new();
    let mut draft = ChainDraft::new(&mut build, Domain::TimeMs);
    assert!(draft.convert(Domain::Number) && draft.is_identity());
    assert!(draft.convert(Domain::Phase01));
    assert!(
        draft.convert(Domain::Number),
        "a phase is a number as it is"
    );
    assert!(draft.convert(Domain::Boolean));
    assert!(!draft.convert(Domain::Color));
    let finished = draft.finish();
    let ops: Vec<(Op, u32)> = finished.chain.steps.iter().map(|s| (s.op, s.imm)).collect();
    assert_eq!(ops, [(Op::Cast, 0), (Op::Cast, 3)]);
}

#[test]
fn adapters_are_complete_and_found() {
    assert_eq!(ADAPTERS.len(), 20);
    for adapter in ADAPTERS {
        assert!(!adapter.summary.is_empty(), "{}", adapter.id);
        let lower = adapter.id[..1].to_lowercase() + &adapter.id[1..];
        for name in [
            adapter.id.to_owned(),
            lower,
            format!("{}:number", adapter.id),
        ] {
            assert_eq!(
                find_adapter(&name).map(|a| a.id),
                Some(adapter.id),
                "{name}"
            );
        }
    }
    assert!(find_adapter("NumberToNothing").is_none());
}

#[test]
fn adapters_give_the_types_they_promise() {
    for adapter in ADAPTERS {
        let AdapterAction::Steps(steps) = adapter.action else {
            continue;
        };
        let (from, to) = (adapter.from.unwrap(), adapter.to.unwrap());
        let mut build = Builder::new();
        let mut draft = ChainDraft::new(&mut build, from);
        steps(&mut draft);
        assert_eq!(draft.domain(), to, "{}", adapter.id);
        assert_eq!(draft.finish().mistakes, [], "{}", adapter.id);
        for world in [World::Scalar, World::Signal, World::Field] {
            let result = adapter.result(Type::new(world, from));
            assert_eq!(result, Some(Type::new(world, to)), "{}", adapter.id);
        }
    }
    let result =
        |name: &str, world, domain| find_adapter(name).unwrap().result(Type::new(world, domain));
    assert_eq!(
        result("ReduceFieldToSignal", World::Field, Domain::Vec3),
        Some(Type::signal(Domain::Vec3))
    );
    assert_eq!(
        result("ReduceFieldToSignal", World::Signal, Domain::Vec3),
        None
    );
    assert_eq!(
        result("ReduceFieldToSignal", World::Field, Domain::Path),
        None
    );
    assert_eq!(
        result("BroadcastSignalToField", World::Signal, Domain::Color),
        Some(Type::field(Domain::Color))
    );
    assert_eq!(
        result("BroadcastScalarToField", World::Signal, Domain::Color),
        None
    );
    assert_eq!(
        result("NumberToTrigger", World::Signal, Domain::Number),
        Some(Type::TRIGGER)
    );
    assert_eq!(
        result("NumberToTrigger", World::Field, Domain::Number),
        None
    );
    assert_eq!(
        result("TriggerToNumber", World::Event, Domain::Trigger),
        Some(Type::signal(Domain::Number))
    );
}

#[test]
fn reductions_keep_the_meaning_of_the_domain() {
    let mut build = Builder::new();
    let domain = plain(&mut build, "d", 3);
    let index = lanes_over(&mut build, domain);
    let known = build.field_apply(Op::Cast, 3, &[index]).unwrap();
    let any = reduce(&mut build, known, Domain::Boolean, ReduceOp::Sum).unwrap();
    assert_eq!(build.folded(any), Some(vec![1.0]), "0, 1, 2: one is on");
    let edge = varying(&mut build, Domain::Number);
    let edge = build.broadcast(edge, false);
    let flags = build.field_apply(Op::Gt, 0, &[index, edge]).unwrap();
    let any = reduce(&mut build, flags, Domain::Boolean, ReduceOp::Sum).unwrap();
    assert_eq!(build.signal_type(any).domain, Domain::Boolean);
    let SignalExpr::Apply { op, imm, args } = &build.tables.sig.nodes[any.index()].expr else {
        panic!()
    };
    assert_eq!((*op, *imm), (Op::Cast, 3));
    let SignalExpr::Reduce { op, .. } = build.tables.sig.nodes[args[0].index()].expr else {
        panic!()
    };
    assert_eq!(op, ReduceOp::Max, "a sum of booleans is an or");
    let phases = build.field_apply(Op::Cast, 0, &[index]).unwrap();
    let phase = reduce(&mut build, phases, Domain::Phase01, ReduceOp::Sum).unwrap();
    assert_eq!(build.signal_type(phase).domain, Domain::Phase01);
}

#[test]
fn numbers_and_pulses_turn_into_each_other() {
    let mut build = Builder::new();
    let signal = varying(&mut build, Domain::Number);
    let event = rise(&mut build, "w/rise".to_owned(), signal);
    let EventExpr::StateEvents(cell) = build.tables.event.nodes[event.index()].expr else {
        panic!()
    };
    assert_eq!(build.tables.state.cells[cell.index()].op, StateOp::RiseEdge);
    let back = count(&mut build, event);
    assert_eq!(build.signal_type(back), Type::signal(Domain::Number));
}
