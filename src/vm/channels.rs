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
    domain: Domain,
    lanes: usize,
    default: [f64; MAX_LANES],
    value: [f64; MAX_LANES],
    pulses: PulseList,
}

/// A number as values of the domain are: a phase is wrapped (after it was interpolated, so a recorded
/// phase that goes from 0.9 to 1.1 goes on over the wrap), a boolean is 0 or 1.
fn normal(domain: Domain, lane: f64) -> f64 {
    match domain {
        Domain::Phase01 => Real::fract(lane),
        Domain::Boolean => f64::from(u8::from(lane > 0.5)),
        _ => lane,
    }
    .canonical()
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
                domain,
                lanes: domain.lanes().min(MAX_LANES),
                default,
                value: default,
                pulses: PulseList::default(),
            }
        };
        Self(externals.iter().map(channel).collect())
    }

    /// Asks for every channel; gives how many answers had the wrong shape, and the first of them.
    pub(super) fn sample(
        &mut self,
        inputs: &dyn Inputs,
        prev_ms: f64,
        t_ms: f64,
    ) -> Result<(u64, Option<ExtId>), String> {
        let (mut rejected, mut first) = (0, None);
        for (i, channel) in self.0.iter_mut().enumerate() {
            channel.value = channel.default;
            channel.pulses.clear();
            let trigger = channel.domain == Domain::Trigger;
            let question = Question {
                key: &channel.key,
                pulses: trigger,
                hold: channel.hold,
                prev_ms,
                t_ms,
            };
            match inputs.sample(&question)? {
                Reading::Default => {}
                Reading::Lanes(value, n) if !trigger && n == channel.lanes => {
                    channel.value = value.map(|lane| normal(channel.domain, lane));
                }
                Reading::Pulses(list) if trigger => {
                    list.iter().for_each(|&pulse| channel.pulses.push(pulse));
                }
                Reading::Lanes(..) | Reading::Pulses(_) => {
                    rejected += 1;
                    first = first.or(Some(ExtId::at(i)));
                }
            }
        }
        Ok((rejected, first))
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
