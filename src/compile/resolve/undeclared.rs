//! Buses that are named but not declared.
//!
//! The reader has reported them, with a hint that declares the bus without a type: it then carries what
//! its first publisher gives. Where a rail drives or mirrors itself there, or where nobody publishes, the
//! hint needs a type, which is known only here, where rails and inputs have theirs.

use super::Graph;
use crate::blocks::{self, Input, Mark};
use crate::compile::lower::{is_bus_eligible, rail_type};
use crate::diag::Diagnostics;
use crate::patch::bus_declaration;
use crate::patch::model::{BusRef, ListenSource, PortRef};
use crate::types::{Domain, Family, Type};
use std::collections::BTreeMap;

/// Who says what an undeclared bus must carry; the first counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Voice {
    /// A rail that it drives takes no other type.
    Driven,
    /// A publisher: the bus takes its type by itself.
    Published,
    /// A rail that publishes on it; a bus never takes its type by itself.
    Mirrored,
    /// An input that listens.
    Heard,
}

/// What the undeclared buses of a patch must carry, by lower-case name.
#[derive(Default)]
struct Wanted<'a> {
    texts: Vec<&'a str>,
    types: BTreeMap<String, (Voice, Option<Type>)>,
}

impl<'a> Wanted<'a> {
    /// Notes a reference to a bus, if nobody declared it.
    fn note(&mut self, bus: &'a BusRef, voice: Voice, ty: Option<Type>) {
        if bus.bus.is_some() {
            return;
        }
        self.texts.push(&bus.text);
        let best = self.types.entry(bus.text.to_lowercase());
        let best = best.or_insert((voice, ty));
        if voice < best.0 {
            *best = (voice, ty);
        }
    }
}

/// Puts the type into the hints that declare a bus, where it needs one.
pub(super) fn undeclared(graph: &Graph<'_>, diagnostics: &mut Diagnostics) {
    let is_told = |d: &crate::diag::Diagnostic| d.code == "unknown-bus";
    if !diagnostics.list().iter().any(is_told) {
        return;
    }
    let wanted = wanted(graph);
    let mut better: BTreeMap<String, String> = BTreeMap::new();
    for text in &wanted.texts {
        if let Some((_, Some(ty))) = wanted.types.get(&text.to_lowercase()) {
            better.insert(
                bus_declaration(text, None),
                bus_declaration(text, Some(*ty)),
            );
        }
    }
    let told = diagnostics.list_mut().iter_mut().filter(|d| is_told(d));
    for hint in told.flat_map(|finding| &mut finding.hints) {
        if let Some(typed) = better.get(hint) {
            hint.clone_from(typed);
        }
    }
}

fn wanted<'a>(graph: &Graph<'a>) -> Wanted<'a> {
    let patch = graph.patch;
    let mut wanted = Wanted::default();
    for rail in patch.rails.iter() {
        let ty = Some(rail_type(rail.rail));
        if let Some(bus) = &rail.bus {
            wanted.note(bus, Voice::Driven, ty);
        }
        if let Some(bus) = &rail.mirror {
            wanted.note(bus, Voice::Mirrored, ty);
        }
    }
    for publisher in patch.publishers.iter().filter(|p| p.enabled) {
        wanted.note(&publisher.bus, Voice::Published, None);
    }
    for listener in &patch.listeners {
        if let ListenSource::Bus(bus) = &listener.source {
            let input = || {
                let &block = graph.names.get(listener.to.block.as_str())?;
                let (_, input) = graph.nodes[block].block?.input(&listener.to.port)?;
                carried(input)
            };
            let ty = listener.chain.is_empty().then(input).flatten();
            wanted.note(bus, Voice::Heard, ty);
        }
    }
    for entry in &patch.document.composites {
        for publication in &entry.publications {
            wanted.note(&publication.bus, Voice::Published, None);
        }
        for subscription in &entry.subscriptions {
            let mut inputs = entry.inputs.iter();
            let outer = inputs.find(|input| input.name == subscription.port);
            let inner = |end: &PortRef| {
                let node = entry.nodes.iter().find(|node| node.id == end.block)?;
                carried(blocks::find(&node.kind)?.input(&end.port)?.1)
            };
            let ty = outer.and_then(|outer| outer.targets.iter().find_map(inner));
            wanted.note(&subscription.bus, Voice::Heard, ty);
        }
    }
    wanted
}

/// What a bus carries that an input can listen to as it is.
fn carried(input: &Input) -> Option<Type> {
    let domain = match input.domain.family() {
        Family::Number => Domain::Number,
        _ => input.domain,
    };
    match input.mark {
        Mark::Event => Some(Type::TRIGGER),
        Mark::Constant | Mark::Signal | Mark::Field => {
            is_bus_eligible(domain).then(|| Type::signal(domain))
        }
        _ => None,
    }
}
