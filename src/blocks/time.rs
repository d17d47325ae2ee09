//! The three TimeRoots. They set the time model of the program; their outputs are views of the time
//! that the engine derives for each frame, so they compute nothing themselves.

use super::{Block, Family, Hard, Input, Lowering, Output};
use crate::ir::{Capability, CycleMode, EventExpr, TimeEvent, TimeModel, TimeValue};
use crate::types::Domain;

const TIME: Block = Block {
    family: Family::Time,
    capability: Capability::Time,
    ..Block::PLAIN
};

const SYSTEM_TIME: Output =
    Output::signal("systemTime", Domain::TimeMs, "time of the frame").unit("ms");

/// A performance with an end.
pub(super) static FINITE_TIME_ROOT: Block = Block {
    name: "FiniteTimeRoot",
    summary: "a performance with an end",
    details: "`progress` and `phase` are clamp(t / durationMs, 0, 1); 1 is kept at the end and \
              after it. `end` gives one pulse in the frame that reaches durationMs. `energy` is 1 \
              before the end and 0 from then on.",
    inputs: &[
        Input::number("durationMs", 5000.0, "length of the performance")
            .constant()
            .range(100.0, 30_000.0)
            .hard(Hard::Above(0.0))
            .unit("ms"),
    ],
    outputs: &[
        SYSTEM_TIME,
        Output::signal("progress", Domain::Unit01, "how much has passed, 0…1"),
        Output::signal("phase", Domain::Phase01, "the same as a phase, 1 kept").unit("turns"),
        Output::event("end", "one pulse at the end"),
        Output::signal("energy", Domain::Number, "1 before the end, then 0"),
    ],
    lower: |l| {
        let duration_ms = l.number("durationMs");
        *l.time_model = Some(TimeModel::Finite {
            duration_ms,
            cue_points: Vec::new(),
        });
        views(l, &[("progress", TimeValue::Progress01)]);
        pulses(l, "end", TimeEvent::End);
    },
    ..TIME
};

/// A loop.
pub(super) static CYCLE_TIME_ROOT: Block = Block {
    name: "CycleTimeRoot",
    summary: "a loop, in one direction or there and back",
    details: "With c = t / periodMs, k = floor(c), f = c − k: `phase` is f in `loop`; in \
              `pingpong` f for even k and 1 − f for odd k. `cycleT` is the time inside the cycle, a \
              sawtooth in both modes. `wrap` pulses once for each boundary that the frame passed; \
              `cycleIndex` is k; `energy` is 1. Before t = 0 phase, cycleT and cycleIndex are 0 and \
              there are no pulses.",
    inputs: &[
        Input::number(
            "periodMs",
            3000.0,
            "length of a cycle; of one leg in `pingpong`",
        )
        .constant()
        .range(100.0, 10_000.0)
        .hard(Hard::Above(0.0))
        .unit("ms"),
        Input::options(
            "mode",
            &["loop", "pingpong"],
            "loop",
            "direction of the phase",
        ),
    ],
    outputs: &[
        SYSTEM_TIME,
        Output::signal("phase", Domain::Phase01, "place in the cycle").unit("turns"),
        Output::signal("cycleT", Domain::TimeMs, "time inside the cycle").unit("ms"),
        Output::event("wrap", "a pulse at each cycle boundary"),
        Output::signal("cycleIndex", Domain::Number, "cycles completed"),
        Output::signal("energy", Domain::Number, "always 1"),
    ],
    lower: |l| {
        let period_ms = l.number("periodMs");
        let mode = match l.option("mode") {
            1 => CycleMode::Pingpong,
            _ => CycleMode::Loop,
        };
        *l.time_model = Some(TimeModel::Cyclic { period_ms, mode });
        views(
            l,
            &[
                ("cycleT", TimeValue::CycleTMs),
                ("cycleIndex", TimeValue::CycleIndex),
            ],
        );
        pulses(l, "wrap", TimeEvent::Wrap);
    },
    ..TIME
};

/// No end.
pub(super) static INFINITE_TIME_ROOT: Block = Block {
    name: "InfiniteTimeRoot",
    summary: "time without an end, with an ambient phase",
    details: "`phase` is frac(t / periodMs), `pulse` gives a pulse for each whole number that \
              t / periodMs passed in the frame. Before t = 0 the phase is 0 and there are no \
              pulses. `windowMs` only says how much an editor shows and an export makes by default.",
    inputs: &[
        Input::number(
            "windowMs",
            10_000.0,
            "length of the view; no effect on values",
        )
        .constant()
        .range(1000.0, 60_000.0)
        .hard(Hard::Above(0.0))
        .unit("ms"),
        Input::number("periodMs", 10_000.0, "period of the ambient phase")
            .constant()
            .hard(Hard::Above(0.0))
            .unit("ms"),
    ],
    outputs: &[
        SYSTEM_TIME,
        Output::signal("phase", Domain::Phase01, "ambient phase").unit("turns"),
        Output::event("pulse", "a pulse at each ambient period"),
        Output::signal("energy", Domain::Number, "always 1"),
    ],
    lower: |l| {
        let (window_ms, period) = (l.number("windowMs"), l.number("periodMs"));
        *l.time_model = Some(TimeModel::Infinite {
            window_ms,
            suggested_ui_window_ms: None,
            ambient_period_ms: Some(period),
        });
        views(l, &[]);
        pulses(l, "pulse", TimeEvent::Wrap);
    },
    ..TIME
};

/// The outputs that all have, and these.
fn views(l: &mut Lowering<'_>, more: &[(&str, TimeValue)]) {
    let common = [
        ("systemTime", TimeValue::TAbsMs),
        ("phase", TimeValue::Phase01),
        ("energy", TimeValue::Energy),
    ];
    for (port, value) in common.iter().chain(more) {
        let signal = l.time(*value);
        l.out(port, signal);
    }
}

fn pulses(l: &mut Lowering<'_>, port: &str, event: TimeEvent) {
    let event = l.build.event(EventExpr::Time(event));
    l.out(port, event);
}
