//! External channels: asked once per frame, before anything else.
//!
//! A value of the wrong shape is replaced by the channel's default and counted. Values wait here until
//! the frame begins, so that a host that fails to answer leaves the engine as it was.

use super::inputs::{Inputs, MAX_LANES, Question, Reading};
use super::pulse::PulseList;
use super::tape::constant_lanes;
use crate::ir::{ExtId, Hold, Pool, Program};
use crate::math::Real;
use crate::types::Domain;

/// One channel.
#[derive(Debug)]
struct Channel {
    key: String,
    hold: Hold,
    trigger: bool,
    lanes: usize,
    default: [f64; MAX_LANES],
    value: [f64; MAX_LANES],
    pulses: PulseList,
}

/// All channels of a program.
#[derive(Debug)]
pub(super) struct Channels(Vec<Channel>);

impl Channels {
    pub(super) fn new(program: &Program) -> Self {
        let externals = &program.tables.graph.externals;
        let channel = |row: &crate::ir::External| {
            let domain = program.types[row.r#type.index()].domain;
            let mut default = [0.0; MAX_LANES];
            let pool = program.tables.constants.index[row.default.index()].pool;
            if pool == Pool::F64 {
                let lanes = constant_lanes(program, row.default);
                default.iter_mut().zip(lanes).for_each(|(d, v)| *d = *v);
            }
            Channel {
                key: program.tables.strings[row.key.index()].clone(),
                hold: row.hold,
                trigger: domain == Domain::Trigger,
                lanes: domain.lanes().min(MAX_LANES),
                default,
                value: default,
                pulses: PulseList::default(),
            }
        };
        Self(externals.iter().map(channel).collect())
    }

    /// Asks for every channel; gives how many answers had the wrong shape.
    pub(super) fn sample(
        &mut self,
        inputs: &dyn Inputs,
        prev_ms: f64,
        t_ms: f64,
    ) -> Result<u64, String> {
        let mut rejected = 0;
        for channel in &mut self.0 {
            channel.value = channel.default;
            channel.pulses.clear();
            let question = Question {
                key: &channel.key,
                pulses: channel.trigger,
                hold: channel.hold,
                prev_ms,
                t_ms,
            };
            match inputs.sample(&question)? {
                Reading::Default => {}
                Reading::Lanes(value, n) if !channel.trigger && n == channel.lanes => {
                    channel.value = value.map(Real::canonical);
                }
                Reading::Pulses(list) if channel.trigger => {
                    list.iter().for_each(|&pulse| channel.pulses.push(pulse));
                }
                Reading::Lanes(..) | Reading::Pulses(_) => rejected += 1,
            }
        }
        Ok(rejected)
    }

    /// The value of a channel in this frame.
    pub(super) fn value(&self, id: ExtId) -> &[f64] {
        let channel = &self.0[id.index()];
        &channel.value[..channel.lanes]
    }

    /// The pulses of a channel in this frame.
    pub(super) fn pulses(&self, id: ExtId) -> &PulseList {
        &self.0[id.index()].pulses
    }
}
