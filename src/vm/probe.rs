//! Looking at a value: which one, and what it was.
//!
//! A probe is an overlay of the engine: it never changes another value, the tree or a hash. It may
//! make the engine run steps that nothing drawn needs. Targets are named by the keys that the program
//! keeps (`osc.out`, `bus:size`, `rail:phaseA.latched`, `time:phase01`, `state:env/env/start`,
//! `request:dots.radius`, `tree`), so a watched target survives a new compile of the patch.

use super::field::Buffer;
use super::pulse::PulseList;
use crate::ir::{TimeEvent, TimeValue};
use crate::types::Domain;

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A port of a block: an output, or an input after its chain.
    Port {
        /// Block id.
        block: String,
        /// Port name.
        port: String,
    },
    /// A bus, by id or name.
    Bus(String),
    /// A rail.
    Rail {
        /// Its name.
        name: String,
        /// Which of its registers.
        part: RailPart,
    },
    /// A value of the time model.
    Time(TimeValue),
    /// An event of the time model.
    TimeEvent(TimeEvent),
    /// The committed contents of a state cell, by key.
    State(String),
    /// A column, by key: `sink.input`.
    Request(String),
    /// The tree itself; its sample says only frame and time.
    Tree,
}

/// A register of a rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RailPart {
    /// What its generator gives in this frame.
    Internal,
    /// What its bus gives in this frame.
    User,
    /// What the two come to in this frame.
    Final,
    /// What readers see in this frame.
    #[default]
    Latched,
}

/// Why a target cannot be watched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// The text is no target.
    #[error(
        "`{0}` is no probe target: write `block.port`, `bus:name`, `rail:name`, `time:name`, `state:key`, `request:sink.input` or `tree`"
    )]
    Text(String),
    /// The program has nothing of that name.
    #[error("the program has no {what} `{name}`")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// Its name.
        name: String,
        /// The nearest names that there are.
        near: Vec<String>,
    },
    /// The value is a field of outlines, and no sink asks for it as a column.
    #[error("`{0}` is a field of outlines that nothing draws, and outlines have no numbers")]
    NoColumn(String),
    /// Only ports and buses are explained.
    #[error("only `block.port` and `bus:name` can be explained")]
    Unexplained,
    /// The port carries no values: a domain, a camera, something drawn.
    #[error("`{0}` carries no values")]
    NoValue(String),
}

impl std::str::FromStr for Target {
    type Err = ProbeError;

    fn from_str(text: &str) -> Result<Self, ProbeError> {
        let bad = || ProbeError::Text(text.to_owned());
        if text == "tree" {
            return Ok(Self::Tree);
        }
        // Two colons stand between a composite and the blocks inside it.
        let named = text
            .split_once(':')
            .filter(|(_, name)| !name.starts_with(':'));
        let Some((kind, name)) = named else {
            // Block ids may hold points, port names may not.
            let (block, port) = text.rsplit_once('.').ok_or_else(bad)?;
            return Ok(Self::Port {
                block: block.to_owned(),
                port: port.to_owned(),
            });
        };
        let name = name.to_owned();
        Ok(match kind {
            "bus" => Self::Bus(name),
            "state" => Self::State(name),
            "request" => Self::Request(name),
            "rail" => {
                let (rail, part) = match name.rsplit_once('.') {
                    None => (name.as_str(), RailPart::Latched),
                    Some((rail, "internal")) => (rail, RailPart::Internal),
                    Some((rail, "user")) => (rail, RailPart::User),
                    Some((rail, "final")) => (rail, RailPart::Final),
                    Some((rail, "latched")) => (rail, RailPart::Latched),
                    Some(_) => return Err(bad()),
                };
                Self::Rail {
                    name: rail.to_owned(),
                    part,
                }
            }
            "time" => match time_name(&name) {
                Some(target) => target,
                None => return Err(bad()),
            },
            // Inner blocks of composites are named `outer::inner`.
            _ => {
                let (block, port) = text.rsplit_once('.').ok_or_else(bad)?;
                Self::Port {
                    block: block.to_owned(),
                    port: port.to_owned(),
                }
            }
        })
    }
}

fn time_name(name: &str) -> Option<Target> {
    Some(match name {
        "tAbsMs" => Target::Time(TimeValue::TAbsMs),
        "tModelMs" => Target::Time(TimeValue::TModelMs),
        "dtMs" => Target::Time(TimeValue::DtMs),
        "phase01" => Target::Time(TimeValue::Phase01),
        "progress01" => Target::Time(TimeValue::Progress01),
        "cycleIndex" => Target::Time(TimeValue::CycleIndex),
        "cycleTMs" => Target::Time(TimeValue::CycleTMs),
        "energy" => Target::Time(TimeValue::Energy),
        "wrap" => Target::TimeEvent(TimeEvent::Wrap),
        "end" => Target::TimeEvent(TimeEvent::End),
        "cue" => Target::TimeEvent(TimeEvent::Cue),
        _ => return None,
    })
}

/// Handle of a watched target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProbeId(pub(super) u32);

/// What a watched target was in the last frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Number of the frame in its run.
    pub frame: u64,
    /// Its time, ms.
    pub t_ms: f64,
    /// The value.
    pub value: SampleValue,
}

/// A value that a probe saw.
#[derive(Debug, Clone, PartialEq)]
pub enum SampleValue {
    /// No frame has been made since the probe was set, or the target has no value of its own.
    Nothing,
    /// A swap took the target away; another may bring it back.
    Gone,
    /// A signal, a rail, a time value or a cell.
    Lanes {
        /// What the lanes are.
        domain: Domain,
        /// As many as the domain has; contents of a cell: its f64 entries.
        lanes: Vec<f64>,
    },
    /// An event.
    Pulses(PulseList),
    /// A column, shared with the engine.
    Column(Buffer),
}
