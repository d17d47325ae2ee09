//! Which channels a document reads, and where: what a message about a recording points at.

use super::model::{
    Binding, Chain, Document, External, ListenSource, ListenerEntry, PortRef, PublisherEntry, Wire,
};

/// A place that reads a channel.
#[derive(Debug, Clone, Copy)]
pub struct ChannelUse<'a> {
    /// The channel, as it is written there.
    pub channel: &'a External,
    /// The input that hears it; for a lens the end that messages about its chain name.
    pub subject: &'a PortRef,
}

impl Chain {
    /// Visits every binding of the enabled lenses, those inside bindings too.
    pub fn each_binding<'a>(&'a self, visit: &mut impl FnMut(&'a Binding)) {
        let mut work = vec![self];
        while let Some(chain) = work.pop() {
            let lenses = chain.lenses.iter().filter(|lens| lens.enabled);
            for param in lenses.flat_map(|lens| &lens.params) {
                visit(&param.binding);
                match &param.binding {
                    Binding::Literal(_) | Binding::Default(_) => {}
                    Binding::Bus { chain, .. }
                    | Binding::Wire { chain, .. }
                    | Binding::Rail { chain, .. }
                    | Binding::External { chain, .. } => work.push(chain),
                }
            }
        }
    }
}

/// Every place that reads a channel: listeners, then lenses. What is disabled reads nothing.
pub fn channel_uses<'a>(
    wires: impl Iterator<Item = &'a Wire>,
    publishers: impl Iterator<Item = &'a PublisherEntry>,
    listeners: impl Iterator<Item = &'a ListenerEntry> + Clone,
) -> Vec<ChannelUse<'a>> {
    let listeners = listeners.filter(|listener| listener.enabled);
    let mut uses = Vec::new();
    for listener in listeners.clone() {
        if let ListenSource::External(channel) = &listener.source {
            let subject = &listener.to;
            uses.push(ChannelUse { channel, subject });
        }
    }
    let wires = wires.filter(|wire| wire.enabled);
    let publishers = publishers.filter(|publisher| publisher.enabled);
    let chains = wires
        .map(|wire| (&wire.chain, &wire.to))
        .chain(publishers.map(|p| (&p.chain, &p.from)))
        .chain(listeners.map(|l| (&l.chain, &l.to)));
    for (chain, subject) in chains {
        chain.each_binding(&mut |binding| {
            if let Binding::External { channel, .. } = binding {
                uses.push(ChannelUse { channel, subject });
            }
        });
    }
    uses
}

impl Document {
    /// Every place that reads a channel, those inside composites too.
    pub fn channel_uses(&self) -> Vec<ChannelUse<'_>> {
        let edges = self.composites.iter().flat_map(|c| &c.edges);
        let wires = self.wires.iter().chain(edges);
        channel_uses(wires, self.publishers.iter(), self.listeners.iter())
    }
}
