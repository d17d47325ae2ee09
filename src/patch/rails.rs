//! Rails: six named registers outside the graph, with a generator and a policy each.
//!
//! The `rails` object of a document only sets them; all six always exist. Here defaults and
//! shorthands are resolved, so that every [`RailEntry`] says all there is to say.

use super::model::{BusRef, Combine, Constant, PortRef};
use crate::math::Ease;

/// A rail's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rail {
    /// First phase.
    PhaseA,
    /// Second phase.
    PhaseB,
    /// Pulses of the first phase.
    PulseA,
    /// Pulses of the second phase.
    PulseB,
    /// A curve over a phase.
    Energy,
    /// Colours over a phase.
    Palette,
}

impl Rail {
    /// All, in their order.
    pub const ALL: [Self; 6] = [
        Self::PhaseA,
        Self::PhaseB,
        Self::PulseA,
        Self::PulseB,
        Self::Energy,
        Self::Palette,
    ];

    /// The word in a patch.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PhaseA => "phaseA",
            Self::PhaseB => "phaseB",
            Self::PulseA => "pulseA",
            Self::PulseB => "pulseB",
            Self::Energy => "energy",
            Self::Palette => "palette",
        }
    }

    /// From its word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rail| rail.name() == text)
    }
}

/// Default period of phaseA, ms.
pub const PERIOD_A: f64 = 2000.0;
/// Default period of phaseB, ms.
pub const PERIOD_B: f64 = 3125.0;

impl Rail {
    /// The rail of a program whose document does not name it.
    pub(super) fn unset(self) -> RailEntry {
        RailEntry {
            at: String::new(),
            rail: self,
            generator: self.generator(),
            bus: None,
            drive: Drive::Internal,
            combine: self.combine(),
            read: Read::Latched,
            mirror: None,
        }
    }

    pub(super) fn generator(self) -> Generator {
        let phase = |period_ms, enabled| Generator::Phase {
            period_ms: Driven::Constant(period_ms),
            mode: PhaseMode::Loop,
            offset: Driven::Constant(0.0),
            enabled,
        };
        match self {
            Self::PhaseA => phase(PERIOD_A, true),
            Self::PhaseB => phase(PERIOD_B, false),
            Self::PulseA | Self::PulseB => Generator::Pulse { division: 1 },
            Self::Energy => Generator::Energy {
                source: Self::PhaseA,
                curve: Curve::Sine,
                min: Driven::Constant(0.0),
                max: Driven::Constant(1.0),
            },
            Self::Palette => Generator::Palette {
                source: Self::PhaseA,
                stops: None,
            },
        }
    }

    pub(super) fn combine(self) -> Combine {
        match self {
            Self::PhaseA | Self::PhaseB | Self::Palette => Combine::Last,
            Self::PulseA | Self::PulseB | Self::Energy => Combine::Sum,
        }
    }

    /// The default bus that a named rail mirrors on.
    pub(super) fn mirror(self) -> Option<&'static str> {
        match self {
            Self::PhaseA => Some("phaseA"),
            Self::PhaseB => Some("phaseB"),
            Self::PulseA => Some("pulse"),
            Self::PulseB => None,
            Self::Energy => Some("energy"),
            Self::Palette => Some("palette"),
        }
    }
}

/// One rail, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct RailEntry {
    /// JSON pointer; empty if the file does not name the rail.
    pub at: String,
    /// Which.
    pub rail: Rail,
    /// What it gives by itself.
    pub generator: Generator,
    /// A bus that may take its place.
    pub bus: Option<BusRef>,
    /// Who decides its value.
    pub drive: Drive,
    /// How generator and bus meet under [`Drive::Mixed`]; never [`Combine::Layer`].
    pub combine: Combine,
    /// Which frame's value a read gives.
    pub read: Read,
    /// Bus that it publishes on; resolved, `None` for none.
    pub mirror: Option<BusRef>,
}

impl RailEntry {
    /// Whether the file names the rail.
    pub fn is_written(&self) -> bool {
        !self.at.is_empty()
    }
}

/// What a rail gives by itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Generator {
    /// A phase: c = t / period + offset, folded by the mode.
    Phase {
        /// Length of a turn in ms.
        period_ms: Driven,
        /// What happens after a turn.
        mode: PhaseMode,
        /// In turns.
        offset: Driven,
        /// A disabled phase is 0.
        enabled: bool,
    },
    /// Pulses at multiples of 1 / division of the phase of the same letter.
    Pulse {
        /// ≥ 1.
        division: u32,
    },
    /// min + (max − min) · curve(source).
    Energy {
        /// [`Rail::PhaseA`] or [`Rail::PhaseB`].
        source: Rail,
        /// Over one turn.
        curve: Curve,
        /// Value at curve 0.
        min: Driven,
        /// Value at curve 1.
        max: Driven,
    },
    /// Colours over the source.
    Palette {
        /// [`Rail::PhaseA`] or [`Rail::PhaseB`].
        source: Rail,
        /// In order, `at` ascending in 0…1; `None` is the hue wheel.
        stops: Option<Vec<Stop>>,
    },
}

/// A number of a generator, or a signal's value of the previous frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Driven {
    /// A constant.
    Constant(f64),
    /// A bus.
    Bus {
        /// Which.
        bus: BusRef,
        /// Value in the first frame.
        base: f64,
    },
    /// An output.
    Wire {
        /// Which.
        from: PortRef,
        /// Value in the first frame.
        base: f64,
    },
}

impl Driven {
    /// Whether it can change.
    pub fn is_driven(&self) -> bool {
        !matches!(self, Self::Constant(_))
    }

    /// The constant, or the value of the first frame.
    pub fn base(&self) -> f64 {
        match self {
            Self::Constant(v) | Self::Bus { base: v, .. } | Self::Wire { base: v, .. } => *v,
        }
    }
}

/// What a phase does after a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PhaseMode {
    /// Starts again.
    #[default]
    Loop,
    /// Goes back.
    Pingpong,
}

/// Shape of the energy rail over one turn p.
#[derive(Debug, Clone, PartialEq)]
pub enum Curve {
    /// 0.5 + 0.5·sin 2πp.
    Sine,
    /// 1.
    Const,
    /// 1 − |2p − 1|.
    Triangle,
    /// p.
    Saw,
    /// An easing.
    Ease(Ease),
    /// Linear between [p, v], p ascending in 0…1, and from the last to the first over the wrap.
    Points(Vec<[f64; 2]>),
}

/// One colour of a palette.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// In turns, 0…1.
    pub at: f64,
    /// A colour value and its place.
    pub color: Constant,
}

/// Who decides a rail's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Drive {
    /// The generator.
    #[default]
    Internal,
    /// The bus.
    Patched,
    /// Both, combined.
    Mixed,
}

/// Which frame's value a read gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Read {
    /// The one resolved at the end of the previous frame.
    #[default]
    Latched,
    /// The generator's of this frame.
    InternalNow,
}
