//! Who publishes on which bus, in which order.
//!
//! Besides the publishers of the file there are the TimeRoot's own and the mirrors of rails. One
//! output counts once per bus. The order, which is the order in which values are combined, is: sort
//! key, the TimeRoot's own first, id in byte order, place in the file.

use super::{BusNode, Graph, Heard, Publication, Publisher, ports};
use crate::compile::named::{Connection, about};
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::Capability;
use crate::patch::model::{Binding, BusIndex};
use crate::patch::rails::Rail;
use std::cmp::Ordering;

/// What a TimeRoot publishes by itself: type, port, bus, whether only as a short block.
const AUTO: [(&str, &str, &str, bool); 10] = [
    ("CycleTimeRoot", "phase", "phaseA", false),
    ("CycleTimeRoot", "wrap", "pulse", false),
    ("CycleTimeRoot", "energy", "energy", false),
    ("FiniteTimeRoot", "progress", "progress", false),
    ("FiniteTimeRoot", "end", "pulse", false),
    ("FiniteTimeRoot", "energy", "energy", false),
    ("FiniteTimeRoot", "phase", "phaseA", true),
    ("InfiniteTimeRoot", "pulse", "pulse", false),
    ("InfiniteTimeRoot", "energy", "energy", false),
    ("InfiniteTimeRoot", "phase", "phaseA", true),
];

/// Where a rail's mirror stands among publishers.
const MIRROR_SORT_KEY: f64 = 5.0;

/// Fills in the publishers and the members of each bus.
pub(super) fn publishers<'a>(graph: &mut Graph<'a>, diagnostics: &mut Diagnostics) {
    let patch = graph.patch;
    for entry in &patch.publishers {
        let from = ports::output(graph, &entry.from, entry.named(), diagnostics);
        ports::bindings(graph, &entry.chain, entry.named(), diagnostics);
        let (Some(bus), Some(from)) = (entry.bus.bus, from) else {
            continue;
        };
        let definition = graph.nodes[from.block].block;
        let from_time = definition.is_some_and(|b| b.capability == Capability::Time);
        graph.publishers.push(Publisher {
            id: entry.id.clone(),
            bus,
            from: Publication::Port(from),
            chain: Some(&entry.chain),
            enabled: entry.enabled,
            sort_key: entry.sort_key,
            auto: from_time && entry.id.starts_with("auto-"),
            at: &entry.at,
        });
    }
    let written = graph.publishers.len();
    let mirrors = mirrors(graph);
    auto(graph, &mirrors);
    graph.publishers.extend(mirrors);
    made_ids(graph, written, diagnostics);
    sort(graph, diagnostics);
}

/// Rails that the file names publish on a bus.
fn mirrors<'a>(graph: &Graph<'a>) -> Vec<Publisher<'a>> {
    let rails = graph.patch.rails.iter();
    rails
        .filter_map(|entry| {
            let bus = entry.mirror.as_ref()?.bus?;
            let driver = entry.bus.as_ref().and_then(|b| b.bus);
            (driver != Some(bus)).then(|| Publisher {
                id: format!("rail:{}", entry.rail.name()),
                bus,
                from: Publication::Rail(entry.rail),
                chain: None,
                enabled: true,
                sort_key: MIRROR_SORT_KEY,
                auto: false,
                at: &entry.at,
            })
        })
        .collect()
}

/// The TimeRoot's own publications, where neither the file nor a mirror makes them.
fn auto<'a>(graph: &mut Graph<'a>, mirrors: &[Publisher<'a>]) {
    let Some(root) = graph.time_root else { return };
    let Some(definition) = graph.nodes[root].block else {
        return;
    };
    let short = graph.patch.blocks[root].short;
    let buses = &graph.patch.document.buses;
    for (name, port, bus, only_short) in AUTO {
        if name != definition.name || (only_short && !short) {
            continue;
        }
        let index = buses.iter().position(|b| b.name.eq_ignore_ascii_case(bus));
        let (Some(index), Some((port, _))) = (index, definition.output(port)) else {
            continue;
        };
        let bus_index = BusIndex(index);
        let from = Publication::Port(super::Port { block: root, port });
        let same = |p: &Publisher<'_>| p.bus == bus_index && p.from == from;
        if graph.publishers.iter().any(same) || mirrors.iter().any(|m| m.bus == bus_index) {
            continue;
        }
        graph.publishers.push(Publisher {
            id: format!("auto-{}-{bus}", graph.id(root)),
            bus: bus_index,
            from,
            chain: None,
            enabled: true,
            sort_key: 0.0,
            auto: true,
            at: "",
        });
    }
}

/// A written id must not be one that a publisher outside the file gets.
fn made_ids(graph: &Graph<'_>, written: usize, diagnostics: &mut Diagnostics) {
    let made = &graph.publishers[written..];
    for publisher in &graph.publishers[..written] {
        if made.iter().any(|m| m.id == publisher.id) {
            let message = format!(
                "the id `{}` is one that a publisher gets by itself",
                publisher.id
            );
            let error = Diagnostic::error("duplicate-id", publisher.at, message);
            let mut entries = graph.patch.publishers.iter();
            let entry = entries.find(|e| e.id == publisher.id);
            let error = match entry {
                Some(entry) => about(error, entry.named()),
                None => error,
            };
            diagnostics.push(error.hint("rename it"));
        }
    }
}

/// Puts the publishers of each bus in combine order and drops duplicates.
fn sort(graph: &mut Graph<'_>, diagnostics: &mut Diagnostics) {
    let count = graph.patch.document.buses.len();
    let mut buses: Vec<BusNode> = (0..count).map(|_| BusNode::default()).collect();
    for (i, publisher) in graph.publishers.iter().enumerate() {
        let bus = &mut buses[publisher.bus.0];
        if publisher.enabled {
            bus.publishers.push(i);
        } else {
            bus.disabled.push(i);
        }
    }
    for bus in &mut buses {
        bus.publishers.sort_by(|&a, &b| order(graph, a, b));
        let mut seen = std::collections::HashSet::new();
        let (kept, dropped): (Vec<usize>, Vec<usize>) = bus
            .publishers
            .iter()
            .partition(|&&p| seen.insert(key(graph.publishers[p].from)));
        for &p in &dropped {
            duplicate(graph, p, diagnostics);
        }
        bus.publishers = kept;
        bus.disabled.extend(dropped);
        bus.disabled.sort_by(|&a, &b| {
            let (x, y) = (&graph.publishers[a].id, &graph.publishers[b].id);
            x.cmp(y).then(a.cmp(&b))
        });
    }
    for bus in &buses {
        for &p in &bus.disabled {
            graph.publishers[p].enabled = false;
        }
    }
    graph.buses = buses;
}

fn key(from: Publication) -> (usize, usize) {
    match from {
        Publication::Port(port) => (port.block, port.port),
        Publication::Rail(rail) => (usize::MAX, rail as usize),
    }
}

fn order(graph: &Graph<'_>, a: usize, b: usize) -> Ordering {
    let (x, y) = (&graph.publishers[a], &graph.publishers[b]);
    // Adding zero makes −0 equal to 0.
    (x.sort_key + 0.0)
        .total_cmp(&(y.sort_key + 0.0))
        .then_with(|| y.auto.cmp(&x.auto))
        .then_with(|| x.id.as_bytes().cmp(y.id.as_bytes()))
        .then_with(|| a.cmp(&b))
}

fn duplicate(graph: &Graph<'_>, publisher: usize, diagnostics: &mut Diagnostics) {
    let publisher = &graph.publishers[publisher];
    let Publication::Port(port) = publisher.from else {
        return;
    };
    let source = graph.output_text(port);
    let bus = &graph.patch.document.bus_entry(publisher.bus).name;
    let message =
        format!("`{source}` publishes on `{bus}` twice; the second publisher is left out");
    let name = source.rsplit_once('.').map_or("", |(_, port)| port);
    diagnostics.push(
        Diagnostic::warning("duplicate-publisher", publisher.at, message)
            .on(graph.id(port.block), name)
            .hint("remove one, or disable it"),
    );
}

/// Warns of buses that are read but have no publisher.
pub(super) fn unused(graph: &Graph<'_>, diagnostics: &mut Diagnostics) {
    // Without a TimeRoot its own buses are empty too, and that has been said.
    if graph.time_root.is_none() {
        return;
    }
    // Buses that need no words: they have publishers, or had some that were reported, or were told.
    let mut quiet: Vec<bool> = graph
        .buses
        .iter()
        .map(|bus| !bus.publishers.is_empty())
        .collect();
    for publisher in graph.patch.publishers.iter().filter(|p| p.enabled) {
        if let Some(bus) = publisher.bus.bus {
            quiet[bus.0] = true;
        }
    }
    let mut tell = |bus: BusIndex, at: &str, (block, port): (&str, &str)| {
        if std::mem::replace(&mut quiet[bus.0], true) {
            return;
        }
        let name = &graph.patch.document.bus_entry(bus).name;
        let message = format!("nothing publishes on the bus `{name}`; its default value is used");
        let warning = Diagnostic::warning("unused-bus", at, message).on(block, port);
        diagnostics.push(warning.hint(format!(
            "add a publisher such as `{{\"from\": \"block.port\", \"bus\": \"{name}\"}}`"
        )));
    };
    for node in &graph.nodes {
        for (port, input) in node.inputs.iter().enumerate() {
            let super::Source::Listener(i) = input.source else {
                continue;
            };
            if let Some(Heard::Bus(bus)) = graph.listeners[i].source {
                let name = node.block.and_then(|b| b.inputs.get(port));
                let name = name.map_or("", |input| input.name);
                tell(bus, graph.listeners[i].at, (&node.entry.id, name));
            }
        }
    }
    let patch = graph.patch;
    let wires = patch.wires.iter().filter(|w| w.enabled);
    let wires = wires.map(|w| (&w.chain, w.named()));
    let heard = patch.listeners.iter().filter(|l| l.enabled);
    let heard = heard.map(|l| (&l.chain, l.named()));
    let published = patch.publishers.iter().filter(|p| p.enabled);
    let published = published.map(|p| (&p.chain, p.named()));
    for (chain, named) in wires.chain(heard).chain(published) {
        chain.each_binding(&mut |binding| {
            if let Binding::Bus { bus, .. } = binding
                && let Some(index) = bus.bus
            {
                tell(index, &bus.at, (&named.block, &named.port));
            }
        });
    }
}

/// The place of a rail in the rail table.
pub(in crate::compile) fn rail_index(rail: Rail) -> usize {
    Rail::ALL.iter().position(|r| *r == rail).unwrap_or(0)
}
