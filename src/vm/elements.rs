//! What all sinks of elements have in common: which elements, their names, who looks, and the inputs
//! that may keep an element from being drawn.
//!
//! In: the inputs of a sink by name. Out: [`Elements`], once, and [`Faults`] per frame. `instances`,
//! `paths`, `strokes`, `project` and `mesh` build their passes on them.

use super::field::{FieldStore, Finite};
use super::health::Fault;
use super::registers::Registers;
use super::rows::finite;
use super::sinks::{self, Named, Source};
use crate::ir::{CameraId, DomainId, InputRef};
use crate::render_tree::Ids;
use std::sync::Arc;

/// Most inputs of a sink that may be faulty.
const MOST: usize = 7;

/// An input: what a value of it that is not finite counts as, and how many lanes it has (of an outline
/// none).
pub(super) type Channel = (Fault, Source, usize);

/// The elements of a sink.
#[derive(Debug)]
pub(super) struct Elements {
    pub(super) domain: DomainId,
    pub(super) count: u32,
    pub(super) ids: Arc<Ids>,
    /// Who looks, at a sink in space.
    pub(super) camera: Option<CameraId>,
    /// In the order in which faults are looked for, at most [`MOST`].
    channels: Vec<Channel>,
}

impl Elements {
    pub(super) fn new(named: &Named<'_>, domain: DomainId, channels: &[Channel]) -> Self {
        debug_assert!(channels.len() <= MOST);
        Self {
            domain,
            count: named.program.tables.graph.domains[domain.index()].count,
            ids: sinks::ids(named.program, domain),
            camera: match named.get("camera") {
                Some(InputRef::Camera(camera)) => Some(camera),
                _ => None,
            },
            channels: channels.to_vec(),
        }
    }

    /// The inputs.
    pub(super) fn sources(&self) -> impl Iterator<Item = Source> {
        self.channels.iter().map(|(_, source, _)| *source)
    }

    /// The input that a fault is about.
    pub(super) fn source(&self, fault: Fault) -> Source {
        let wanted = match fault {
            Fault::NegativeSize => Fault::Size,
            fault => fault,
        };
        let found = self.channels.iter().find(|(fault, ..)| *fault == wanted);
        let found = found.or(self.channels.first());
        found.map_or(Source::Const([0.0; 4]), |(_, source, _)| *source)
    }

    /// Which elements are faulty in this frame.
    pub(super) fn faults<'a>(&self, fields: &'a FieldStore, registers: &Registers) -> Faults<'a> {
        let mut channels = [(Fault::Position, Finite::All); MOST];
        for (channel, &(fault, source, lanes)) in channels.iter_mut().zip(&self.channels) {
            *channel = (fault, finite(source, lanes, fields, registers));
        }
        Faults {
            none: channels.iter().all(|(_, finite)| *finite == Finite::All),
            channels,
        }
    }
}

/// The faults of a frame.
#[derive(Debug)]
pub(super) struct Faults<'a> {
    none: bool,
    channels: [(Fault, Finite<'a>); MOST],
}

impl Faults<'_> {
    /// Whether all values of all elements are finite.
    pub(super) fn are_none(&self) -> bool {
        self.none
    }

    /// The first fault of an element.
    pub(super) fn of(&self, element: u32) -> Option<Fault> {
        if self.none {
            return None;
        }
        let broken = |(_, finite): &&(Fault, Finite<'_>)| !finite.at(element as usize);
        self.channels.iter().find(broken).map(|(fault, _)| *fault)
    }
}
