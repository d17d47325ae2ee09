//! Rhythm blocks: phases from time, pulses from phases, envelopes from pulses.

use super::{Block, Default, Family, Input, Lowering, Output};
use crate::ir::{Capability, CellSpec, EventExpr, Op, Operand, SignalExpr, SignalId, StateOp};
use crate::types::{Domain, Type};

const RHYTHM: Block = Block {
    family: Family::Rhythm,
    ..Block::PLAIN
};

/// The input `tIn`.
const TIME_IN: Input = Input::number("tIn", 0.0, "the time; the frame's own when not connected")
    .defaulting(Default::Time)
    .unit("ms");

/// Pulses at even divisions of a phase.
pub(super) static PULSE_DIVIDER: Block = Block {
    name: "PulseDivider",
    capability: Capability::State,
    summary: "pulses at even divisions of a phase",
    details: "With q = max(1, floor(divisions)) the first frame gives one pulse. Then \
              δ = wrap(p − p' + 0.5) − 0.5 is the short way from the previous phase p' to p, and the \
              count is |floor((p' + δ)·q) − floor(p'·q)|: boundaries count alike forwards and \
              backwards, a step of more than half a turn is taken the short way.\n\n\
              A phase that comes untouched from a TimeRoot or from an internal, undriven rail is \
              counted unwrapped, |floor(c·q) − floor(c'·q)|: then a step over many turns loses \
              nothing, and in `pingpong` each turning point counts once.",
    inputs: &[
        Input::phase("phase", 0.0, "what is divided").bus("phaseA"),
        Input::number("divisions", 4.0, "pulses in one turn").range(1.0, 64.0),
    ],
    outputs: &[Output::event("tick", "the pulses")],
    lower: |l| {
        let divisions = l.signal("divisions");
        let expr = match l.bound("phase").direct {
            Some(of) => EventExpr::Divide { of, by: divisions },
            None => {
                let phase = l.signal("phase");
                let args = vec![Operand::Sig(phase), Operand::Sig(divisions)];
                pulses(l, "tick", "divider", StateOp::PulseDivider, args)
            }
        };
        let tick = l.build.event(expr);
        l.out("tick", tick);
    },
    ..RHYTHM
};

/// An attack and a decay.
pub(super) static ENVELOPE_AD: Block = Block {
    name: "EnvelopeAD",
    capability: Capability::State,
    summary: "a rise and a fall after each pulse",
    details: "A frame with a pulse sets start = t. With A = 1000·max(0, attack), \
              D = 1000·max(0, decay), e = t − start: 0 before the first pulse; peak·e/A for e < A; \
              peak·(1 − (e − A)/D) for e < A + D; else 0. A new pulse starts from level 0.",
    inputs: &[
        Input::event("trigger", "starts it"),
        Input::number("attack", 0.05, "time of the rise")
            .range(0.001, 2.0)
            .unit("s"),
        Input::number("decay", 0.5, "time of the fall")
            .range(0.001, 5.0)
            .unit("s"),
        Input::number("peak", 1.0, "level at the top").range(0.0, 10.0),
    ],
    outputs: &[Output::signal("env", Domain::Number, "the level")],
    lower: |l| {
        let trigger = l.event("trigger");
        let [attack, decay, peak] = ["attack", "decay", "peak"].map(|name| l.signal(name));
        let spec = CellSpec {
            key: String::new(),
            op: StateOp::EnvelopeAd,
            ty: Type::signal(Domain::Number),
            init: None,
            args: vec![
                Operand::Event(trigger),
                Operand::Sig(attack),
                Operand::Sig(decay),
                Operand::Sig(peak),
            ],
            imm: 0,
        };
        let ty = spec.ty;
        let cell = l.cell("env", "start", spec);
        let env = l.build.signal(ty, SignalExpr::StateOut(cell));
        l.out("env", env);
    },
    ..RHYTHM
};

/// A pulse where a phase starts anew.
pub(super) static TRIGGER_ON_WRAP: Block = Block {
    name: "TriggerOnWrap",
    capability: Capability::State,
    summary: "a pulse where a phase starts anew",
    details: "One pulse in a frame with a phase below 0.2 after one above 0.8; none in the first \
              frame.",
    inputs: &[Input::number("phase", 0.0, "the phase").unit("turns")],
    outputs: &[Output::event("trigger", "the pulse")],
    lower: |l| {
        let phase = l.signal("phase");
        let args = vec![Operand::Sig(phase)];
        let expr = pulses(l, "trigger", "phase", StateOp::EdgeWrap, args);
        let trigger = l.build.event(expr);
        l.out("trigger", trigger);
    },
    ..RHYTHM
};

/// The pulses that a cell's update makes.
fn pulses(
    l: &mut Lowering<'_>,
    port: &str,
    role: &str,
    op: StateOp,
    args: Vec<Operand>,
) -> EventExpr {
    let spec = CellSpec {
        key: String::new(),
        op,
        ty: Type::TRIGGER,
        init: None,
        args,
        imm: 0,
    };
    EventExpr::StateEvents(l.cell(port, role, spec))
}

/// A phase from a time and a period.
pub(super) static PHASE_CLOCK: Block = Block {
    name: "PhaseClock",
    summary: "a phase from a time and a period",
    details: "raw = tIn / (1000·period), 0 for period ≤ 0. `phase`: loop wrap(raw); once \
              clamp(raw, 0, 1); pingpong q = mod(raw, 2), q for q < 1 and 2 − q elsewhere. `u`: loop \
              wrap(raw); once clamp(raw, 0, 1); pingpong wrap(clamp(raw / 2, 0, 1)).",
    inputs: &[
        TIME_IN,
        Input::number("period", 1.0, "length of a turn").unit("s"),
        Input::options(
            "mode",
            &["loop", "once", "pingpong"],
            "loop",
            "what comes after a turn",
        ),
    ],
    outputs: &[
        Output::signal("phase", Domain::Phase01, "the phase").unit("turns"),
        Output::signal("u", Domain::Unit01, "progress"),
    ],
    lower: |l| {
        let (time, period) = (l.signal("tIn"), l.signal("period"));
        let (zero, thousand) = (l.num(0.0), l.num(1000.0));
        let runs = l.op(Op::Gt, &[period, zero]);
        let length = l.mul(thousand, period);
        let raw = quotient(l, runs, time, length, zero);
        let (phase, u) = match l.text("mode") {
            "once" => {
                let u = l.unit(raw);
                (u, u)
            }
            "pingpong" => {
                let two = l.num(2.0);
                let q = l.op(Op::Mod, &[raw, two]);
                let back = l.sub(two, q);
                let half = l.op(Op::Div, &[raw, two]);
                let done = l.unit(half);
                (l.op(Op::Min, &[q, back]), l.op(Op::Cast, &[done]))
            }
            _ => {
                let phase = l.op(Op::Cast, &[raw]);
                (phase, phase)
            }
        };
        let phase = l.labelled(phase, Domain::Phase01);
        let u = l.labelled(u, Domain::Number);
        l.out("phase", phase);
        l.out("u", u);
    },
    ..RHYTHM
};

/// A phase that runs once or again and again.
pub(super) static LINEAR_PHASE: Block = Block {
    name: "LinearPhase",
    aliases: &["LinearPhaseBlock"],
    summary: "a phase from a time, a duration and an offset",
    details: "raw = (tIn / 1000 + offset) / duration; wrap(raw) when looping, else clamp(raw, 0, 1); \
              1 for duration = 0.",
    inputs: &[
        TIME_IN,
        Input::number("duration", 1.0, "length of a turn").unit("s"),
        Input::boolean("looping", false, "whether it starts again"),
        Input::number("offset", 0.0, "added to the time").unit("s"),
    ],
    outputs: &[Output::signal("phase", Domain::Phase01, "the phase").unit("turns")],
    lower: |l| {
        let [time, duration, offset] = ["tIn", "duration", "offset"].map(|name| l.signal(name));
        let (zero, one, thousand) = (l.num(0.0), l.num(1.0), l.num(1000.0));
        let seconds = l.op(Op::Div, &[time, thousand]);
        let shifted = l.add(seconds, offset);
        let runs = l.op(Op::Ne, &[duration, zero]);
        let raw = quotient(l, runs, shifted, duration, one);
        let running = match l.number("looping") > 0.5 {
            true => l.op(Op::Cast, &[raw]),
            false => l.unit(raw),
        };
        let phase = l.select(runs, running, one);
        let phase = l.labelled(phase, Domain::Phase01);
        l.out("phase", phase);
    },
    ..RHYTHM
};

/// a / b where `runs`, else `rest`, without a division by zero that would be counted.
fn quotient(
    l: &mut Lowering<'_>,
    runs: SignalId,
    a: SignalId,
    b: SignalId,
    rest: SignalId,
) -> SignalId {
    let one = l.num(1.0);
    let divisor = l.select(runs, b, one);
    let ratio = l.op(Op::Div, &[a, divisor]);
    l.select(runs, ratio, rest)
}

/// Entrance, hold, exit.
pub(super) static PHASE_MACHINE: Block = Block {
    name: "PhaseMachine",
    aliases: &["PhaseMachineBlock"],
    summary: "entrance, hold and exit of a performance",
    details: "With E, H, X = max(0, duration) and T = clamp(tIn / 1000, 0, E + H + X), the first that \
              fits: total 0: stage 2, u 1. T < E: stage 0, u = 1 − (1 − T/E)³. T = E and E > 0: for \
              H = 0 stage 2, u 0, else stage 0, u 1. T < E + H: stage 1, u = (T − E)/H. T = E + H \
              and H > 0: stage 2, u = 0, or 1 for X = 0. Else stage 2, u = v³ with \
              v = (T − E − H)/X, 1 for X = 0. `tLocal` is T for T ≤ E, T − E for T < E + H, 0 at \
              T = E + H and where the total is 0, and T − E − H after it.",
    inputs: &[
        TIME_IN,
        Input::number("entranceDuration", 2.5, "E").unit("s"),
        Input::number("holdDuration", 2.0, "H").unit("s"),
        Input::number("exitDuration", 0.5, "X").unit("s"),
    ],
    outputs: &[
        Output::signal("stage", Domain::Number, "0 entrance, 1 hold, 2 exit"),
        Output::signal("u", Domain::Unit01, "eased progress of the stage"),
        Output::signal("tLocal", Domain::Number, "time since the stage began").unit("s"),
    ],
    lower: phase_machine,
    ..RHYTHM
};

fn phase_machine(l: &mut Lowering<'_>) {
    let (zero, one, two): (SignalId, SignalId, SignalId) = (l.num(0.0), l.num(1.0), l.num(2.0));
    let [e, h, x] = ["entranceDuration", "holdDuration", "exitDuration"].map(|name| {
        let duration = l.signal(name);
        l.op(Op::Max, &[zero, duration])
    });
    let held = l.add(e, h);
    let total = l.add(held, x);
    let (time, thousand) = (l.signal("tIn"), l.num(1000.0));
    let seconds = l.op(Op::Div, &[time, thousand]);
    let t = l.op(Op::Clamp, &[seconds, zero, total]);

    let entering = l.op(Op::Lt, &[t, e]);
    let at_entrance = l.op(Op::Eq, &[t, e]);
    let has_entrance = l.op(Op::Gt, &[e, zero]);
    let entered = l.op(Op::And, &[at_entrance, has_entrance]);
    let holding = l.op(Op::Lt, &[t, held]);
    let at_hold = l.op(Op::Eq, &[t, held]);
    let has_hold = l.op(Op::Gt, &[h, zero]);
    let has_exit = l.op(Op::Gt, &[x, zero]);
    let ended = l.op(Op::And, &[at_hold, has_hold]);
    let nothing = l.op(Op::Eq, &[total, zero]);

    // u, from the last case to the first.
    let (since_entrance, since_hold) = (l.sub(t, e), l.sub(t, held));
    let v = quotient(l, has_exit, since_hold, x, one);
    let squared = l.mul(v, v);
    let exit = l.mul(squared, v);
    let at_exit = l.select(has_exit, zero, one);
    let hold = quotient(l, has_hold, since_entrance, h, zero);
    let ratio = quotient(l, has_entrance, t, e, zero);
    let left = l.sub(one, ratio);
    let left_squared = l.mul(left, left);
    let left_cubed = l.mul(left_squared, left);
    let entrance = l.sub(one, left_cubed);
    let at_entered = l.select(has_hold, one, zero);

    let cases = |l: &mut Lowering<'_>, [first, edge, hold, end, last, none]: [SignalId; 6]| {
        let late = l.select(ended, end, last);
        let middle = l.select(holding, hold, late);
        let early = l.select(entered, edge, middle);
        let any = l.select(entering, first, early);
        l.select(nothing, none, any)
    };
    let u = cases(l, [entrance, at_entered, hold, at_exit, exit, one]);
    let edge_stage = l.select(has_hold, zero, two);
    let stage = cases(l, [zero, edge_stage, one, two, two, two]);

    // tLocal has cases of its own: 0 at the end of the hold comes before T at the end of the entrance.
    let after_entrance = l.select(holding, since_entrance, since_hold);
    let in_entrance = l.op(Op::Le, &[t, e]);
    let local = l.select(in_entrance, t, after_entrance);
    let at_end_of_hold = l.select(at_hold, zero, local);
    let local = l.select(nothing, zero, at_end_of_hold);
    l.out("stage", stage);
    l.out("u", u);
    l.out("tLocal", local);
}
