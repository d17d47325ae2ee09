//! Adapters: named conversions between types that a document lists explicitly.
//!
//! Most append a step to a chain; a few change the world of a value (constant, signal, field, event)
//! and then say so in [`AdapterAction`]. `policy` and `cost` are what hints use to propose one.

use super::chain::ChainDraft;
use super::definition::Default;
use super::lens::{Param, ParamKind, plain};
use crate::ir::{
    Builder, CellSpec, EventExpr, EventId, EventView, FieldId, Op, OpError, Operand, ReduceOp,
    SignalExpr, SignalId, StateOp,
};
use crate::types::{Domain, Family, Type, World};

/// An adapter of the library.
#[derive(Debug)]
pub struct Adapter {
    /// Name in patches.
    pub id: &'static str,
    /// One line.
    pub summary: &'static str,
    /// What it does to the shape of a value.
    pub class: AdapterClass,
    /// Whether a hint may propose it.
    pub policy: Policy,
    /// Cost in path searches.
    pub cost: f64,
    /// Domain that it takes; `None` = number, phase, vec2, vec3, color or boolean, kept.
    pub from: Option<Domain>,
    /// Domain that it gives; `None` = the one it took.
    pub to: Option<Domain>,
    /// In library order.
    pub params: &'static [Param],
    /// What it does.
    pub action: AdapterAction,
}

/// What an adapter does to the shape of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdapterClass {
    /// Another domain.
    Cast,
    /// Another world, the same value.
    Lift,
    /// Many values to one.
    Reduce,
    /// Other parts.
    Reshape,
}

/// Whether a hint may propose an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Always.
    Auto,
    /// As a suggestion.
    Suggest,
    /// Only if the user names it.
    Explicit,
}

/// What an adapter does.
#[derive(Debug, Clone, Copy)]
pub enum AdapterAction {
    /// scalar → signal: the constant.
    Hold,
    /// scalar or signal → field: the same for every element.
    Broadcast,
    /// field → signal: see [`reduce`]; the parameter `op` says how.
    Reduce,
    /// Appends steps; scalar, signal and field alike.
    Steps(fn(&mut ChainDraft<'_>)),
    /// event → signal: pulses of the frame.
    Count,
    /// signal → event: a pulse where the value rises over 0.5, see [`rise`].
    Rise,
}

impl AdapterClass {
    /// The word in programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cast => "cast",
            Self::Lift => "lift",
            Self::Reduce => "reduce",
            Self::Reshape => "reshape",
        }
    }
}

impl Policy {
    /// The word in programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Suggest => "suggest",
            Self::Explicit => "explicit",
        }
    }
}

impl Adapter {
    /// What the adapter gives for a value of that type, if it takes one.
    pub fn result(&self, from: Type) -> Option<Type> {
        let family = from.domain.family();
        let fits = match self.from {
            Some(domain) => family == domain.family(),
            None => matches!(
                family,
                Family::Number
                    | Family::Phase
                    | Family::Vec2
                    | Family::Vec3
                    | Family::Color
                    | Family::Boolean
            ),
        };
        let world = match (self.action, from.world) {
            (AdapterAction::Hold, World::Scalar) => World::Signal,
            (AdapterAction::Broadcast, w) if w == self.broadcasts_from() => World::Field,
            (AdapterAction::Reduce, World::Field) => World::Signal,
            (AdapterAction::Steps(_), w @ (World::Scalar | World::Signal | World::Field)) => w,
            (AdapterAction::Count, World::Event) => World::Signal,
            (AdapterAction::Rise, World::Scalar | World::Signal) => World::Event,
            _ => return None,
        };
        fits.then(|| Type::new(world, self.to.unwrap_or(from.domain)))
    }

    fn broadcasts_from(&self) -> World {
        match self.id {
            "BroadcastScalarToField" => World::Scalar,
            _ => World::Signal,
        }
    }
}

const NUMBER: Option<Domain> = Some(Domain::Number);

const PLAIN: Adapter = Adapter {
    id: "",
    summary: "",
    class: AdapterClass::Cast,
    policy: Policy::Auto,
    cost: 1.0,
    from: None,
    to: None,
    params: &[],
    action: AdapterAction::Hold,
};

const SUGGESTED: Adapter = Adapter {
    policy: Policy::Suggest,
    cost: 2.0,
    ..PLAIN
};

/// Words of the parameter `op` of ReduceFieldToSignal and FieldReduce.
pub(super) const REDUCTIONS: &[&str] = &["avg", "sum", "min", "max", "first"];

/// The reduction of a word, `avg` for unknown ones.
pub fn reduction(word: &str) -> ReduceOp {
    match word {
        "sum" => ReduceOp::Sum,
        "min" => ReduceOp::Min,
        "max" => ReduceOp::Max,
        "first" => ReduceOp::First,
        _ => ReduceOp::Avg,
    }
}

/// Every adapter.
pub static ADAPTERS: &[Adapter] = &[
    Adapter {
        id: "ConstToSignal",
        summary: "a constant as a signal",
        class: AdapterClass::Lift,
        action: AdapterAction::Hold,
        ..PLAIN
    },
    Adapter {
        id: "BroadcastScalarToField",
        summary: "a constant for every element",
        class: AdapterClass::Lift,
        cost: 10.0,
        action: AdapterAction::Broadcast,
        ..PLAIN
    },
    Adapter {
        id: "BroadcastSignalToField",
        summary: "a signal, the same for every element",
        class: AdapterClass::Lift,
        cost: 10.0,
        action: AdapterAction::Broadcast,
        ..PLAIN
    },
    Adapter {
        id: "ReduceFieldToSignal",
        summary: "one value from all elements, part by part; booleans: avg = more than half, sum and \
                  max = or, min = and; phases: the result is wrapped; no elements: 0",
        class: AdapterClass::Reduce,
        policy: Policy::Explicit,
        cost: 100.0,
        params: &[Param {
            name: "op",
            kind: ParamKind::Options(REDUCTIONS),
            default: Default::Text("avg"),
            constant: true,
            unit: "",
            doc: "how the elements meet",
        }],
        action: AdapterAction::Reduce,
        ..PLAIN
    },
    Adapter {
        id: "NormalizeToPhase",
        summary: "a number wrapped to a phase",
        policy: Policy::Suggest,
        from: NUMBER,
        to: Some(Domain::Phase01),
        action: AdapterAction::Steps(|c| c.step(Op::Cast, 0, &[])),
        ..PLAIN
    },
    Adapter {
        id: "PhaseToNumber",
        summary: "a phase as the same number",
        from: Some(Domain::Phase01),
        to: NUMBER,
        action: AdapterAction::Steps(|c| c.step(Op::Cast, 1, &[])),
        ..PLAIN
    },
    Adapter {
        id: "NumberToDurationMs",
        summary: "a number of milliseconds as a duration",
        policy: Policy::Suggest,
        from: NUMBER,
        to: Some(Domain::TimeMs),
        action: AdapterAction::Steps(|c| c.relabel(Domain::TimeMs)),
        ..PLAIN
    },
    Adapter {
        id: "DurationToNumberMs",
        summary: "a duration as a number of milliseconds",
        from: Some(Domain::TimeMs),
        to: NUMBER,
        action: AdapterAction::Steps(|c| c.relabel(Domain::Number)),
        ..PLAIN
    },
    Adapter {
        id: "SecondsToMs",
        summary: "times 1000",
        policy: Policy::Explicit,
        from: NUMBER,
        to: NUMBER,
        action: AdapterAction::Steps(|c| {
            let factor = c.num(1000.0);
            c.step(Op::Mul, 0, &[factor]);
        }),
        ..PLAIN
    },
    Adapter {
        id: "MsToSeconds",
        summary: "divided by 1000",
        policy: Policy::Explicit,
        from: NUMBER,
        to: NUMBER,
        action: AdapterAction::Steps(|c| {
            let divisor = c.num(1000.0);
            c.step(Op::Div, 0, &[divisor]);
        }),
        ..PLAIN
    },
    Adapter {
        id: "BooleanToNumber",
        summary: "1 for true, 0 for false",
        from: Some(Domain::Boolean),
        to: NUMBER,
        action: AdapterAction::Steps(|c| c.step(Op::Cast, 2, &[])),
        ..PLAIN
    },
    Adapter {
        id: "TriggerToNumber",
        summary: "the number of pulses in the frame",
        from: Some(Domain::Trigger),
        to: NUMBER,
        action: AdapterAction::Count,
        ..PLAIN
    },
    Adapter {
        id: "NumberToTrigger",
        summary: "a pulse where the number rises over 0.5",
        from: NUMBER,
        to: Some(Domain::Trigger),
        action: AdapterAction::Rise,
        ..PLAIN
    },
    Adapter {
        id: "ColorToLuma",
        summary: "0.2126 r + 0.7152 g + 0.0722 b",
        from: Some(Domain::Color),
        to: NUMBER,
        action: AdapterAction::Steps(|c| c.step(Op::Luma, 0, &[])),
        ..SUGGESTED
    },
    Adapter {
        id: "NumberToColor",
        summary: "an opaque grey, clamp(v, 0, 1)",
        from: NUMBER,
        to: Some(Domain::Color),
        action: AdapterAction::Steps(|c| c.step(Op::Cast, 4, &[])),
        ..SUGGESTED
    },
    Adapter {
        id: "Vec2ToX",
        summary: "the first part",
        class: AdapterClass::Reshape,
        from: Some(Domain::Vec2),
        to: NUMBER,
        action: AdapterAction::Steps(|c| c.step(Op::Lane, 0, &[])),
        ..SUGGESTED
    },
    Adapter {
        id: "Vec2ToY",
        summary: "the second part",
        class: AdapterClass::Reshape,
        from: Some(Domain::Vec2),
        to: NUMBER,
        action: AdapterAction::Steps(|c| c.step(Op::Lane, 1, &[])),
        ..SUGGESTED
    },
    Adapter {
        id: "Vec2ToLength",
        summary: "√(x² + y²)",
        class: AdapterClass::Reshape,
        from: Some(Domain::Vec2),
        to: NUMBER,
        action: AdapterAction::Steps(|c| c.step(Op::Length, 0, &[])),
        ..SUGGESTED
    },
    Adapter {
        id: "Vec2ToVec3",
        summary: "with z = 0",
        class: AdapterClass::Reshape,
        from: Some(Domain::Vec2),
        to: Some(Domain::Vec3),
        action: AdapterAction::Steps(|c| c.step(Op::Cast, 5, &[])),
        ..SUGGESTED
    },
    Adapter {
        id: "Vec3ToVec2",
        summary: "without z",
        class: AdapterClass::Reshape,
        from: Some(Domain::Vec3),
        to: Some(Domain::Vec2),
        action: AdapterAction::Steps(|c| c.step(Op::Cast, 6, &[])),
        ..SUGGESTED
    },
];

/// An adapter by name; case, `-` and `_` do not matter, and what follows a `:` is left to the caller.
pub fn find_adapter(name: &str) -> Option<&'static Adapter> {
    let name = name.split(':').next().unwrap_or(name);
    let wanted = plain(name);
    ADAPTERS.iter().find(|a| plain(a.id) == wanted)
}

/// One signal from all elements of a narrow field, seen as values of `domain`. A field over no domain
/// counts as one element, a domain without elements gives zeros. Booleans: avg is more than half, sum
/// and max are or, min is and. Phases are wrapped.
///
/// # Errors
/// If an opcode does not fit: a mistake of this library.
pub fn reduce(
    build: &mut Builder,
    field: FieldId,
    domain: Domain,
    op: ReduceOp,
) -> Result<SignalId, OpError> {
    let op = match (domain, op) {
        (Domain::Boolean, ReduceOp::Sum) => ReduceOp::Max,
        (_, op) => op,
    };
    let cast = match domain {
        Domain::Boolean => 3,
        Domain::Phase01 => 0,
        domain => return Ok(build.reduce(field, domain, op)),
    };
    let raw = build.reduce(field, Domain::Number, op);
    build.apply(Op::Cast, cast, &[raw])
}

/// The pulses of an event in the frame.
pub fn count(build: &mut Builder, event: EventId) -> SignalId {
    let expr = SignalExpr::Event {
        of: event,
        view: EventView::Count,
    };
    build.signal(Type::signal(Domain::Number), expr)
}

/// A pulse where `signal` rises over 0.5; keeps a cell with that key.
pub fn rise(build: &mut Builder, key: String, signal: SignalId) -> EventId {
    let cell = build.cell(CellSpec {
        key,
        op: StateOp::RiseEdge,
        ty: Type::TRIGGER,
        init: None,
        args: vec![Operand::Sig(signal)],
        imm: 0,
    });
    build.event(EventExpr::StateEvents(cell))
}
