//! What the field store did in a frame: what was computed, what was reused, and why not.

use crate::ir::{ReqId, SignalId, StateId};

/// What became of the requests of a frame. Reset by `FieldStore::begin_frame`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldReport {
    /// One row per request that was asked for, in that order.
    pub requests: Vec<RequestReport>,
    /// Requests whose column of an earlier frame still holds.
    pub hits: u64,
    /// Requests that use the column of another request of this frame.
    pub shared: u64,
    /// Requests computed, by reason.
    pub misses: Misses,
    /// Requests that depend on no signal and no history, computed or not.
    pub constant: u64,
    /// Divisions by zero that the columns are made of: every division once for each element, also in
    /// columns that were not computed anew.
    pub div_zero: u64,
    /// Bytes of the columns computed.
    pub bytes_written: u64,
    /// Bytes of the columns reused.
    pub bytes_reused: u64,
}

impl FieldReport {
    /// Requests computed.
    pub fn materialised(&self) -> u64 {
        self.misses.total()
    }

    pub(super) fn clear(&mut self) {
        let mut requests = std::mem::take(&mut self.requests);
        requests.clear();
        *self = Self {
            requests,
            ..Self::default()
        };
    }

    pub(super) fn add(&mut self, row: RequestReport) {
        match row.outcome {
            Outcome::Hit => self.hits += 1,
            Outcome::Shared => self.shared += 1,
            Outcome::Miss(reason) => self.misses.add(reason),
        }
        match row.outcome {
            Outcome::Miss(_) => self.bytes_written += row.bytes,
            _ => self.bytes_reused += row.bytes,
        }
        self.requests.push(row);
    }
}

/// What became of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestReport {
    /// The request.
    pub req: ReqId,
    /// Whether it had to be computed.
    pub outcome: Outcome,
    /// Size of its column.
    pub bytes: u64,
}

/// Whether a request had to be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The same buffer as before.
    Hit,
    /// The buffer of an equal request of this frame.
    Shared,
    /// Computed.
    Miss(MissReason),
}

/// Why a request had to be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissReason {
    /// Never computed before.
    First,
    /// After a swap: the request of this key has another expression.
    Structure,
    /// After a swap: the request of this key is over another domain.
    Domain,
    /// This signal changed, the first that differs.
    Uniform(SignalId),
    /// The content of this history cell changed.
    History(StateId),
    /// Outside data was replaced.
    Epoch,
    /// The caches were purged.
    Evicted,
    /// Its step does not reuse results across frames.
    Disabled,
}

impl MissReason {
    /// Its number in traces, from 1.
    pub(super) const fn number(self) -> u16 {
        match self {
            Self::First => 1,
            Self::Structure => 2,
            Self::Domain => 3,
            Self::Uniform(_) => 4,
            Self::History(_) => 5,
            Self::Epoch => 6,
            Self::Evicted => 7,
            Self::Disabled => 8,
        }
    }
}

/// Computed requests by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Misses {
    /// [`MissReason::First`].
    pub first: u64,
    /// [`MissReason::Structure`].
    pub structure: u64,
    /// [`MissReason::Domain`].
    pub domain: u64,
    /// [`MissReason::Uniform`] and [`MissReason::History`].
    pub uniform: u64,
    /// [`MissReason::Epoch`].
    pub epoch: u64,
    /// [`MissReason::Evicted`].
    pub evicted: u64,
    /// [`MissReason::Disabled`].
    pub disabled: u64,
}

impl Misses {
    /// All of them.
    pub fn total(&self) -> u64 {
        let Self {
            first,
            structure,
            domain,
            uniform,
            epoch,
            evicted,
            disabled,
        } = *self;
        first + structure + domain + uniform + epoch + evicted + disabled
    }

    fn add(&mut self, reason: MissReason) {
        let counter = match reason {
            MissReason::First => &mut self.first,
            MissReason::Structure => &mut self.structure,
            MissReason::Domain => &mut self.domain,
            MissReason::Uniform(_) | MissReason::History(_) => &mut self.uniform,
            MissReason::Epoch => &mut self.epoch,
            MissReason::Evicted => &mut self.evicted,
            MissReason::Disabled => &mut self.disabled,
        };
        *counter += 1;
    }
}
