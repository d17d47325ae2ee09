//! Looking at a value: which one, and what it was.
//!
//! A probe is an overlay of the engine: it never changes another value, the tree or a hash. It may
//! make the engine run steps that nothing drawn needs. Targets are named by the keys that the program
//! keeps (`osc.out`, `bus:size`, `rail:phaseA.latched`, `time:phase01`, `external:midi.cc1`,
//! `state:env/env/start`, `request:dots.radius`, `tree`), so a watched target survives a new compile of the patch.

use super::field::Buffer;
use super::pulse::PulseList;
use crate::diag;
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
    /// An external channel.
    External(String),
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

impl RailPart {
    /// Their names.
    const NAMES: [&str; 4] = ["internal", "user", "final", "latched"];
}

/// Why a target cannot be watched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// The text is no target.
    #[error(
        "`{text}` is no probe target: write `block.port`, `bus:name`, `rail:name`, `time:name`, `external:channel`, `state:key`, `request:sink.input` or `tree`"
    )]
    Text {
        /// The text.
        text: String,
        /// The nearest that would be one.
        near: Vec<String>,
    },
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
        if text == "tree" {
            return Ok(Self::Tree);
        }
        // Two colons stand between a composite and the blocks inside it.
        let named = text
            .split_once(':')
            .filter(|(_, name)| !name.starts_with(':'));
        let Some((kind, name)) = named else {
            // Block ids may hold points, port names may not.
            return port(text).ok_or_else(|| {
                let near = diag::nearest(text, ["tree"]).into_iter();
                let near = near.map(str::to_owned).collect();
                let text = text.to_owned();
                ProbeError::Text { text, near }
            });
        };
        let name = name.to_owned();
        Ok(match kind {
            "bus" => Self::Bus(name),
            "state" => Self::State(name),
            "request" => Self::Request(name),
            "external" => Self::External(name),
            "rail" => {
                let (rail, part) = match name.rsplit_once('.') {
                    None => (name.as_str(), RailPart::Latched),
                    Some((rail, "internal")) => (rail, RailPart::Internal),
                    Some((rail, "user")) => (rail, RailPart::User),
                    Some((rail, "final")) => (rail, RailPart::Final),
                    Some((rail, "latched")) => (rail, RailPart::Latched),
                    Some((_, part)) => {
                        let near = diag::nearest(part, RailPart::NAMES);
                        return Err(unknown("register of a rail", part, near));
                    }
                };
                Self::Rail {
                    name: rail.to_owned(),
                    part,
                }
            }
            "time" => match time_name(&name) {
                Some(target) => target,
                None => {
                    let near = diag::nearest(&name, TIME_NAMES);
                    return Err(unknown("value of time", &name, near));
                }
            },
            _ => {
                let near = diag::nearest(kind, KINDS);
                // Inner blocks of composites are named `outer::inner`.
                let target = port(text).filter(|_| near.is_empty() || text.contains("::"));
                return target.ok_or_else(|| ProbeError::Text {
                    text: text.to_owned(),
                    near: near.iter().map(|kind| format!("{kind}:{name}")).collect(),
                });
            }
        })
    }
}

/// What stands before the colon of a target.
const KINDS: [&str; 6] = ["bus", "external", "rail", "request", "state", "time"];

fn port(text: &str) -> Option<Target> {
    let (block, port) = text.rsplit_once('.')?;
    Some(Target::Port {
        block: block.to_owned(),
        port: port.to_owned(),
    })
}

/// What is not there, and what is called nearly so.
pub(super) fn unknown(what: &'static str, name: &str, near: Vec<&str>) -> ProbeError {
    ProbeError::Unknown {
        what,
        name: name.to_owned(),
        near: near.into_iter().map(str::to_owned).collect(),
    }
}

/// The names of [`time_name`].
const TIME_NAMES: [&str; 11] = [
    "tAbsMs",
    "tModelMs",
    "dtMs",
    "phase01",
    "progress01",
    "cycleIndex",
    "cycleTMs",
    "energy",
    "wrap",
    "end",
    "cue",
];

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
