//! Blocks with memory. Each keeps one cell that advances exactly once a frame.
//!
//! A cell's updated value (`StateOut`) already includes this frame; a committed one (`StatePrev`) does
//! not, which is why the delays may close loops: their input is set after all blocks were lowered.

use super::{Block, Family, Input, Lowering, Output, Value};
use crate::ir::{
    Capability, CellSpec, ElementIds, FieldExpr, Operand, SignalExpr, SignalId, StateId, StateOp,
};
use crate::types::{Domain, Type};

const STATE: Block = Block {
    family: Family::State,
    capability: Capability::State,
    outputs: &[Output::signal("out", Domain::Number, "the result")],
    ..Block::PLAIN
};

const NUMBER: Type = Type::signal(Domain::Number);

/// A cell of numbers, started at the constant `init` of the block, if it has one.
fn cell(l: &mut Lowering<'_>, port: &str, role: &str, made: Made<'_>) -> StateId {
    let init = made.init.map(|name| {
        let value = l.number(name);
        l.build.const_f64(Domain::Number, &[value])
    });
    let spec = CellSpec {
        key: String::new(),
        op: made.op,
        ty: NUMBER,
        init,
        args: made.args,
        imm: made.imm,
    };
    l.cell(port, role, spec)
}

/// What a cell is made of.
struct Made<'a> {
    op: StateOp,
    args: Vec<Operand>,
    init: Option<&'a str>,
    imm: u32,
}

/// A constant floored and kept in 1…most; a NaN is 1.
fn whole(l: &Lowering<'_>, name: &str, most: u32) -> u32 {
    // Integer conversion truncates, saturates, and makes a NaN 0.
    (l.number(name) as u32).clamp(1, most)
}

/// The value after this frame's update.
fn updated(l: &mut Lowering<'_>, cell: StateId) -> SignalId {
    l.build.signal(NUMBER, SignalExpr::StateOut(cell))
}

/// The value from before this frame.
fn committed(l: &mut Lowering<'_>, cell: StateId) -> SignalId {
    l.build.signal(NUMBER, SignalExpr::StatePrev(cell))
}

fn signal(l: &mut Lowering<'_>, name: &str) -> Operand {
    Operand::Sig(l.signal(name))
}

fn event(l: &mut Lowering<'_>, name: &str) -> Operand {
    Operand::Event(l.event(name))
}

/// A sum over time.
pub(super) static INTEGRATE: Block = Block {
    name: "Integrate",
    aliases: &["IntegrateBlock"],
    summary: "the sum of a number over time",
    details: "acc starts at initialValue, which the first frame gives. In each later frame a reset \
              pulse sets acc = initialValue, then acc += in·dt / 1000. Summed in f64.",
    inputs: &[
        Input::number("in", 0.0, "what is summed, per second"),
        Input::number("initialValue", 0.0, "where it starts").constant(),
        Input::event("reset", "starts again"),
    ],
    lower: |l| {
        let made = Made {
            op: StateOp::Integrate,
            args: vec![signal(l, "in"), event(l, "reset")],
            init: Some("initialValue"),
            imm: 0,
        };
        let cell = cell(l, "out", "sum", made);
        let out = updated(l, cell);
        l.out("out", out);
    },
    ..STATE
};

/// A number as it was some time ago.
pub(super) static DELAY: Block = Block {
    name: "Delay",
    aliases: &["DelayBlock"],
    summary: "a number as it was some time ago; closes loops",
    details: "Keeps the time and value of earlier frames. `out` is the value at \
              T = t − 1000·max(0, delay): linear between the two neighbouring samples, the newest \
              sample if T is later than it, `initial` if T is before the oldest or there is none. Then \
              this frame's sample is stored, so even a delay of 0 is one frame late. At most 65,536 \
              samples are kept.",
    inputs: &[
        Input::number("in", 0.0, "the number"),
        Input::number("delay", 0.5, "how long ago").unit("s"),
        Input::number("initial", 0.0, "before there is a sample").constant(),
        Input::number("bufferSize", 0.0, "accepted in saved patches; no effect").constant(),
    ],
    breakers: &["in"],
    lower: |l| delay(l, StateOp::Delay, 0),
    close: Some(|l| {
        let args = vec![signal(l, "in"), signal(l, "delay")];
        close(l, args);
    }),
    ..STATE
};

/// A number as it was some frames ago.
pub(super) static DELAY_FRAMES: Block = Block {
    name: "DelayFrames",
    summary: "a number as it was some frames ago; closes loops",
    details: "The value of `in` that many frames ago, `initial` before there is one. It depends on the \
              frame rate; an export warns.",
    inputs: &[
        Input::number("in", 0.0, "the number"),
        Input::number("frames", 1.0, "how many frames, floored, 1…65536").constant(),
        Input::number("initial", 0.0, "before there is a frame").constant(),
    ],
    breakers: &["in"],
    lower: |l| {
        let frames = whole(l, "frames", 65_536);
        delay(l, StateOp::UnitDelay, frames);
    },
    close: Some(|l| {
        let args = vec![signal(l, "in")];
        close(l, args);
    }),
    ..STATE
};

/// A cell that is read before its input is known.
fn delay(l: &mut Lowering<'_>, op: StateOp, imm: u32) {
    let made = Made {
        op,
        args: Vec::new(),
        init: Some("initial"),
        imm,
    };
    let cell = cell(l, "out", "history", made);
    let out = committed(l, cell);
    l.out("out", out);
}

fn close(l: &mut Lowering<'_>, args: Vec<Operand>) {
    if let Some(&cell) = l.cells.first() {
        l.build.set_cell_args(cell, args);
    }
}

/// The latest values as a field.
pub(super) static HISTORY: Block = Block {
    name: "History",
    aliases: &["HistoryBlock"],
    summary: "the latest values of a number, as a field",
    details: "`output` has `depth` elements with the ids \"0\", \"1\", …, the oldest value first, this \
              frame's last. Before `depth` frames have passed the missing oldest entries repeat the \
              first value. `depth` is clamped to 1…100.",
    inputs: &[
        Input::number("in", 0.0, "the number"),
        Input::number("depth", 10.0, "how many values").constant(),
    ],
    outputs: &[
        Output::field("output", Domain::Number, "the values, oldest first"),
        Output::signal("latest", Domain::Number, "this frame's value"),
        Output::special("domain", Domain::Domain, "one element per value"),
    ],
    lower: |l| {
        let depth = whole(l, "depth", 100);
        let input = l.signal("in");
        let made = Made {
            op: StateOp::History,
            args: vec![Operand::Sig(input)],
            init: None,
            imm: depth,
        };
        let cell = cell(l, "output", "values", made);
        let key = format!("{}/domain", l.id);
        let domain = l.build.domain(&key, depth, ElementIds::Sequential, None);
        let values = FieldExpr::History(cell);
        let output = l.build.field(Domain::Number, Some(domain), false, values);
        l.out("output", Value::Field(output));
        l.out("latest", input);
        l.out("domain", Value::Domain(domain));
    },
    ..STATE
};

/// A number held between pulses.
pub(super) static SAMPLE_HOLD: Block = Block {
    name: "SampleHold",
    summary: "a number held from pulse to pulse",
    details: "A frame with a pulse takes the value of `in`; before the first one it is `initial`.",
    inputs: &[
        Input::number("in", 0.0, "the number"),
        Input::event("trigger", "takes a sample"),
        Input::number("initial", 0.0, "before the first pulse").constant(),
    ],
    lower: |l| {
        let made = Made {
            op: StateOp::SampleHold,
            args: vec![signal(l, "in"), event(l, "trigger")],
            init: Some("initial"),
            imm: 0,
        };
        let cell = cell(l, "out", "held", made);
        let out = updated(l, cell);
        l.out("out", out);
    },
    ..STATE
};

/// A number that follows smoothly.
pub(super) static SLEW: Block = Block {
    name: "Slew",
    summary: "a number that follows another smoothly",
    details: "The first frame gives `in`. Then out += (in − out)·(1 − e^(−max(0, rate)·dt / 1000)).",
    inputs: &[
        Input::number("in", 0.0, "what is followed"),
        Input::number("rate", 4.0, "how fast").unit("1/s"),
    ],
    lower: |l| {
        let made = Made {
            op: StateOp::SlewExp,
            args: vec![signal(l, "in"), signal(l, "rate")],
            init: None,
            imm: 0,
        };
        let cell = cell(l, "out", "slew", made);
        let out = updated(l, cell);
        l.out("out", out);
    },
    ..STATE
};

/// A count of pulses.
pub(super) static COUNTER: Block = Block {
    name: "Counter",
    summary: "a count of pulses",
    details: "A reset pulse sets 0; then the pulses of the frame are added.",
    inputs: &[
        Input::event("trigger", "what is counted"),
        Input::event("reset", "back to 0"),
    ],
    outputs: &[Output::signal("count", Domain::Number, "pulses so far")],
    lower: |l| {
        let made = Made {
            op: StateOp::Counter,
            args: vec![event(l, "trigger"), event(l, "reset")],
            init: None,
            imm: 0,
        };
        let cell = cell(l, "count", "count", made);
        let count = updated(l, cell);
        l.out("count", count);
    },
    ..STATE
};
