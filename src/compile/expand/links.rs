//! Connections of composites: edges inside, and what leads to outer ports moved to the inner ones.

use super::definition::Definition;
use super::inside::Given;
use super::outer::{Ends, InnerPort, Side};
use super::{Walk, weight};
use crate::compile::named::{Connection, about};
use crate::diag::Diagnostic;
use crate::patch::model::{
    Binding, Chain, ListenSource, ListenerEntry, OuterBus, PortRef, PublisherEntry, Wire,
};
use crate::patch::rails::{Driven, Generator, RailEntry};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

impl<'a> Walk<'_, 'a> {
    /// The edges of an opened composite.
    pub(super) fn edges(&mut self, at: usize, given: &Given<'_>) {
        let definitions = self.outer.definitions();
        let definition = definitions.get(at);
        let ends: Vec<Ends> = self.ends[&at].clone();
        for (edge, ends) in definition.entry.edges.iter().zip(ends) {
            if !ends.to || !edge.enabled {
                continue;
            }
            if !self.budget.take(weight::edge(edge, &given.id)) {
                return;
            }
            let place = |at: &str| if at.is_empty() { given.at } else { at }.to_owned();
            let inner = |end: &PortRef| PortRef {
                block: format!("{}::{}", given.id, end.block),
                port: end.port.clone(),
                at: place(&end.at),
            };
            // The source of a reported edge is a block that nobody has; the input is then not reported
            // again.
            let target = inner(&edge.to);
            let from = match ends.from {
                true => self.source(&inner(&edge.from), &target),
                false => None,
            };
            let from = from.unwrap_or_else(|| PortRef {
                block: String::new(),
                port: edge.from.port.clone(),
                at: place(&edge.from.at),
            });
            let chain = self.chain(&edge.chain, Some(given), &target);
            let id = match edge.id.strip_prefix("edge:") {
                Some(target) => format!("edge:{}::{target}", given.id),
                None => format!("{}::{}", given.id, edge.id),
            };
            for (id, to) in self.targets(&id, &target) {
                if !self.budget.link() {
                    return;
                }
                self.edged.insert(to.text(), place(&edge.at));
                self.made.push(id.clone());
                self.wires.push(Cow::Owned(Wire {
                    at: place(&edge.at),
                    id,
                    from: from.clone(),
                    to,
                    chain: chain.clone(),
                    enabled: true,
                }));
            }
        }
    }

    /// The buses that an opened composite listens to by itself, and those it publishes on.
    pub(super) fn buses(
        &mut self,
        definition: &Definition<'_>,
        standing: &[&OuterBus],
        given: &Given<'_>,
    ) {
        let place = |at: &str| if at.is_empty() { given.at } else { at }.to_owned();
        let outer = |bus: &OuterBus| PortRef {
            block: given.id.clone(),
            port: bus.port.clone(),
            at: place(&bus.bus.at),
        };
        for bus in standing {
            let id = format!("sub:{}.{}", given.id, bus.port);
            for (id, to) in self.targets(&id, &outer(bus)) {
                if !self.budget.link() {
                    return;
                }
                let entry = ListenerEntry {
                    at: place(&bus.bus.at),
                    id,
                    source: ListenSource::Bus(bus.bus.clone()),
                    to,
                    chain: Chain::default(),
                    enabled: true,
                };
                self.made.push(entry.id.clone());
                self.listeners.push(Cow::Owned(entry));
            }
        }
        for bus in &definition.entry.publications {
            let end = outer(bus);
            let Some(from) = self.source(&end, &end) else {
                continue;
            };
            if !self.budget.link() {
                return;
            }
            let entry = PublisherEntry {
                at: place(&bus.bus.at),
                id: format!("pub-{}-{}", given.id, bus.port),
                bus: bus.bus.clone(),
                from,
                chain: Chain::default(),
                enabled: true,
                sort_key: 0.0,
            };
            self.made.push(entry.id.clone());
            self.publishers.push(Cow::Owned(entry));
        }
    }

    /// Bus subscriptions of outer inputs at which nothing else stands.
    pub(super) fn standing<'d>(
        &self,
        definition: &'d Definition<'_>,
        connected: &BTreeSet<String>,
        values: &HashMap<&str, (&crate::patch::Value, &str)>,
    ) -> Vec<&'d OuterBus> {
        let free = |bus: &&OuterBus| {
            !connected.contains(&bus.port) && !values.contains_key(bus.port.as_str())
        };
        definition.entry.subscriptions.iter().filter(free).collect()
    }

    /// Moves the connections of the document that lead to or from composites.
    pub(super) fn document_links(&mut self) {
        let document = self.document;
        // After the edges inside, so that of two writers the one outside is reported.
        for wire in &document.wires {
            self.wire(wire);
        }
        let made = std::mem::take(&mut self.publishers);
        for publisher in &document.publishers {
            self.publisher(publisher);
        }
        self.publishers.extend(made);
        let made = std::mem::take(&mut self.listeners);
        for listener in &document.listeners {
            self.listener(listener);
        }
        self.listeners.extend(made);
        self.meeting_edges();
        self.made_ids();
    }

    fn wire(&mut self, wire: &'a Wire) {
        let touches = self.outer.has(&wire.from.block) || self.outer.has(&wire.to.block);
        if !touches && !self.binds(&wire.chain) {
            self.wires.push(Cow::Borrowed(wire));
            return;
        }
        // A disabled one counts as absent everywhere.
        if !wire.enabled {
            return;
        }
        let from = self.source(&wire.from, wire.named());
        let from = from.unwrap_or_else(|| wire.from.clone());
        let chain = self.chain(&wire.chain, None, wire.named());
        for (id, to) in self.targets(&wire.id, &wire.to) {
            if !self.budget.link() || !self.budget.take(weight::edge(wire, "")) {
                return;
            }
            if id != wire.id {
                self.made.push(id.clone());
            }
            self.wires.push(Cow::Owned(Wire {
                at: wire.at.clone(),
                id,
                from: from.clone(),
                to,
                chain: chain.clone(),
                enabled: true,
            }));
        }
    }

    fn publisher(&mut self, publisher: &'a PublisherEntry) {
        if !self.outer.has(&publisher.from.block) && !self.binds(&publisher.chain) {
            self.publishers.push(Cow::Borrowed(publisher));
            return;
        }
        let from = self.source(&publisher.from, publisher.named());
        let chain = self.chain(&publisher.chain, None, publisher.named());
        self.publishers.push(Cow::Owned(PublisherEntry {
            from: from.unwrap_or_else(|| publisher.from.clone()),
            chain,
            ..publisher.clone()
        }));
    }

    fn listener(&mut self, listener: &'a ListenerEntry) {
        if !self.outer.has(&listener.to.block) && !self.binds(&listener.chain) {
            self.listeners.push(Cow::Borrowed(listener));
            return;
        }
        let chain = self.chain(&listener.chain, None, listener.named());
        for (id, to) in self.targets(&listener.id, &listener.to) {
            let weight = weight::chain(&listener.chain) + 64;
            if !self.budget.link() || !self.budget.take(weight) {
                return;
            }
            if id != listener.id {
                self.made.push(id.clone());
            }
            self.listeners.push(Cow::Owned(ListenerEntry {
                at: listener.at.clone(),
                id,
                source: listener.source.clone(),
                to,
                chain: chain.clone(),
                enabled: listener.enabled,
            }));
        }
    }

    /// The inner output that a source means; reports an outer port that does not exist, naming `named`.
    /// `None` where nothing can be read, which has been reported then.
    fn source(&mut self, end: &PortRef, named: &PortRef) -> Option<PortRef> {
        if !self.outer.has(&end.block) {
            return Some(end.clone());
        }
        match self.outer.output(&end.block, &end.port) {
            Some(inner) => inner.map(|port| port.end(&end.at)),
            None => {
                self.missing(end, Side::Output, named);
                None
            }
        }
    }

    /// The inner inputs that a target means, each with an id of its own; reports an outer port that
    /// does not exist.
    fn targets(&mut self, id: &str, end: &PortRef) -> Vec<(String, PortRef)> {
        if !self.outer.has(&end.block) {
            return vec![(id.to_owned(), end.clone())];
        }
        let inputs = self
            .outer
            .inputs(&end.block, &end.port, &mut self.budget.steps);
        let Some(inputs) = inputs else {
            self.missing(end, Side::Input, end);
            return Vec::new();
        };
        let several = inputs.len() > 1;
        let one = |port: InnerPort| {
            let id = match several {
                true => format!("{id}>{}.{}", port.block, port.port),
                false => id.to_owned(),
            };
            (id, port.end(&end.at))
        };
        inputs.into_iter().map(one).collect()
    }

    fn missing(&mut self, end: &PortRef, side: Side, named: &PortRef) {
        if let Some(error) = self.outer.missing(&end.block, &end.port, side, &end.at) {
            self.diagnostics.push(about(error, named));
        }
    }

    /// Whether a lens of a chain is bound to an output of a composite.
    fn binds(&self, chain: &Chain) -> bool {
        let params = chain.lenses.iter().flat_map(|lens| &lens.params);
        params.into_iter().any(|param| match &param.binding {
            Binding::Literal(_) | Binding::Default(_) => false,
            Binding::Wire { from, chain } => self.outer.has(&from.block) || self.binds(chain),
            Binding::Bus { chain, .. }
            | Binding::Rail { chain, .. }
            | Binding::External { chain, .. } => self.binds(chain),
        })
    }

    /// A chain with the outputs of its bindings moved; inside a composite they are those of nodes.
    fn chain(&mut self, chain: &Chain, given: Option<&Given<'_>>, named: &PortRef) -> Chain {
        let mut moved = chain.clone();
        let params = moved.lenses.iter_mut().flat_map(|lens| &mut lens.params);
        for param in params {
            match &mut param.binding {
                Binding::Literal(_) | Binding::Default(_) => {}
                Binding::Wire { from, chain } => {
                    if let Some(given) = given {
                        from.block = format!("{}::{}", given.id, from.block);
                    }
                    if let Some(inner) = self.source(from, named) {
                        *from = inner;
                    }
                    *chain = self.chain(chain, given, named);
                }
                Binding::Bus { chain, .. }
                | Binding::Rail { chain, .. }
                | Binding::External { chain, .. } => *chain = self.chain(chain, given, named),
            }
        }
        moved
    }

    /// An inner edge and a listener outside cannot both write one input.
    fn meeting_edges(&mut self) {
        let mut kept = Vec::with_capacity(self.listeners.len());
        for listener in std::mem::take(&mut self.listeners) {
            let edge = match &listener {
                Cow::Owned(moved) if moved.enabled => self.edged.get(&moved.to.text()),
                _ => None,
            };
            let Some(edge) = edge else {
                kept.push(listener);
                continue;
            };
            let target = listener.to.text();
            let message = format!("an edge inside leads to `{target}`, and a listener outside");
            self.diagnostics.push(
                Diagnostic::error("multiple-writers", &listener.at, message)
                    .on(&listener.to.block, &listener.to.port)
                    .other(edge)
                    .hint("remove the listener, or the edge of the composite"),
            );
        }
        self.listeners = kept;
    }

    /// A written id must not be one that something inside a composite gets.
    fn made_ids(&mut self) {
        let made: HashSet<&str> = self.made.iter().map(String::as_str).collect();
        let document = self.document;
        let wires = document.wires.iter();
        let wires = wires.map(|e| (&e.id, &e.at, e.named()));
        let publishers = document.publishers.iter();
        let publishers = publishers.map(|e| (&e.id, &e.at, e.named()));
        let listeners = document.listeners.iter();
        let listeners = listeners.map(|e| (&e.id, &e.at, e.named()));
        for (id, at, named) in wires.chain(publishers).chain(listeners) {
            if made.contains(id.as_str()) {
                let message = format!("the id `{id}` is one that a composite makes");
                let error = Diagnostic::error("duplicate-id", at, message);
                self.diagnostics.push(about(error, named).hint("rename it"));
            }
        }
    }

    /// The rails, with what drives their parameters moved.
    pub(super) fn rails(&mut self) -> Cow<'a, [RailEntry]> {
        let driven = |rail: &RailEntry| match &rail.generator {
            Generator::Phase {
                period_ms, offset, ..
            } => self.drives(period_ms) || self.drives(offset),
            Generator::Energy { min, max, .. } => self.drives(min) || self.drives(max),
            Generator::Pulse { .. } | Generator::Palette { .. } => false,
        };
        if !self.document.rails.iter().any(driven) {
            return Cow::Borrowed(&self.document.rails);
        }
        let mut rails = self.document.rails.clone();
        for rail in &mut rails {
            let params = match &mut rail.generator {
                Generator::Phase {
                    period_ms, offset, ..
                } => [period_ms, offset],
                Generator::Energy { min, max, .. } => [min, max],
                Generator::Pulse { .. } | Generator::Palette { .. } => continue,
            };
            for param in params {
                if let Driven::Wire { from, .. } = param
                    && let Some(inner) = self.source(from, &from.clone())
                {
                    *from = inner;
                }
            }
        }
        Cow::Owned(rails)
    }

    fn drives(&self, param: &Driven) -> bool {
        matches!(param, Driven::Wire { from, .. } if self.outer.has(&from.block))
    }
}
