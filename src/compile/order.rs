//! Pass 3: what must be lowered before what.
//!
//! Blocks and buses are ordered so that each comes after everything it reads; ties go to document
//! order, blocks before buses. An input that is a cycle breaker reads nothing here. What is left in a
//! circle is reported once per group, shortest way round, and ordered as if the closing reads were
//! not there, so that the other checks can go on. Nothing recurses: a chain may have a million blocks.

mod carried;

use super::resolve::{Graph, Heard, Port, Publication, Source, Unit};
use crate::blocks::{Input, Mark};
use crate::diag::{Diagnostic, Diagnostics};
use crate::patch::model::{Binding, Chain, PortRef};
use crate::types::Domain;
use carried::Carried;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Blocks and buses, each after what it reads (but for circles, which were reported).
pub(super) fn order(graph: &Graph<'_>, diagnostics: &mut Diagnostics) -> Vec<Unit> {
    let edges = Edges::new(graph);
    let mut order = edges.sorted(|_, _| true);
    let total = edges.len();
    if order.len() < total {
        let groups = edges.groups(&order);
        for members in groups.members() {
            report(graph, &edges, &members, diagnostics);
        }
        order = edges.sorted(|from, to| groups.of[from] != groups.of[to]);
    }
    order.into_iter().map(|i| edges.unit(i)).collect()
}

/// Reads between units, numbered blocks first, in compressed rows.
struct Edges {
    blocks: usize,
    /// Readers of unit i: `to[off[i]..off[i + 1]]`.
    off: Vec<usize>,
    to: Vec<usize>,
}

impl Edges {
    fn new(graph: &Graph<'_>) -> Self {
        let blocks = graph.nodes.len();
        let number = |unit| match unit {
            Unit::Block(i) => i,
            Unit::Bus(i) => blocks + i,
        };
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for (block, node) in graph.nodes.iter().enumerate() {
            let Some(definition) = node.block else {
                continue;
            };
            for (port, input) in definition.inputs.iter().enumerate() {
                if !definition.breakers.contains(&input.name) {
                    let mut add = |unit| pairs.push((number(unit), block));
                    graph.input_reads(Port { block, port }, &mut add);
                }
            }
        }
        for bus in 0..graph.buses.len() {
            graph.bus_reads(bus, &mut |unit| pairs.push((number(unit), blocks + bus)));
        }
        pairs.sort_unstable();
        pairs.dedup();
        let total = blocks + graph.buses.len();
        let mut off = vec![0; total + 1];
        for (from, _) in &pairs {
            off[from + 1] += 1;
        }
        for i in 0..total {
            off[i + 1] += off[i];
        }
        Self {
            blocks,
            off,
            to: pairs.into_iter().map(|(_, to)| to).collect(),
        }
    }

    fn len(&self) -> usize {
        self.off.len() - 1
    }

    fn readers(&self, i: usize) -> &[usize] {
        &self.to[self.off[i]..self.off[i + 1]]
    }

    fn unit(&self, i: usize) -> Unit {
        match i.checked_sub(self.blocks) {
            None => Unit::Block(i),
            Some(bus) => Unit::Bus(bus),
        }
    }

    /// Topological order over the reads that count, lowest number first; units in circles are left
    /// out, and what comes after them.
    fn sorted(&self, counts: impl Fn(usize, usize) -> bool) -> Vec<usize> {
        let mut missing = vec![0u32; self.len()];
        for from in 0..self.len() {
            for &to in self.readers(from) {
                missing[to] += u32::from(counts(from, to));
            }
        }
        let mut ready: BinaryHeap<Reverse<usize>> = (0..self.len())
            .filter(|&i| missing[i] == 0)
            .map(Reverse)
            .collect();
        let mut order = Vec::with_capacity(self.len());
        while let Some(Reverse(i)) = ready.pop() {
            order.push(i);
            for &to in self.readers(i) {
                if counts(i, to) {
                    missing[to] -= 1;
                    if missing[to] == 0 {
                        ready.push(Reverse(to));
                    }
                }
            }
        }
        order
    }

    /// Strongly connected groups among the units that `order` left out (Tarjan, without recursion).
    fn groups(&self, order: &[usize]) -> Groups {
        let mut left = vec![true; self.len()];
        for &i in order {
            left[i] = false;
        }
        let mut tarjan = Tarjan {
            index: vec![usize::MAX; self.len()],
            low: vec![0; self.len()],
            on_stack: vec![false; self.len()],
            stack: Vec::new(),
            next: 0,
        };
        let mut groups = Groups {
            of: (0..self.len()).collect(),
        };
        for root in (0..self.len()).filter(|&i| left[i]) {
            if tarjan.index[root] == usize::MAX {
                tarjan.walk(self, root, &mut groups);
            }
        }
        // A unit alone is a group only if it reads itself.
        groups
    }
}

/// The group of each unit: the smallest member. Alone, its own number.
struct Groups {
    of: Vec<usize>,
}

impl Groups {
    /// Groups of more than one, and their members in order.
    fn members(&self) -> Vec<Vec<usize>> {
        let mut lists: std::collections::BTreeMap<usize, Vec<usize>> =
            std::collections::BTreeMap::new();
        for (i, &group) in self.of.iter().enumerate() {
            lists.entry(group).or_default().push(i);
        }
        lists.into_values().collect()
    }
}

struct Tarjan {
    index: Vec<usize>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
}

impl Tarjan {
    fn enter(&mut self, i: usize) {
        self.index[i] = self.next;
        self.low[i] = self.next;
        self.next += 1;
        self.stack.push(i);
        self.on_stack[i] = true;
    }

    fn walk(&mut self, edges: &Edges, root: usize, groups: &mut Groups) {
        self.enter(root);
        let mut work = vec![(root, 0)];
        while let Some((i, at)) = work.pop() {
            match edges.readers(i).get(at) {
                Some(&to) => {
                    work.push((i, at + 1));
                    if self.index[to] == usize::MAX {
                        self.enter(to);
                        work.push((to, 0));
                    } else if self.on_stack[to] {
                        self.low[i] = self.low[i].min(self.index[to]);
                    }
                }
                None => {
                    if let Some(&(parent, _)) = work.last() {
                        self.low[parent] = self.low[parent].min(self.low[i]);
                    }
                    if self.low[i] == self.index[i] {
                        self.leave(i, groups);
                    }
                }
            }
        }
    }

    /// Takes the group that began at `i` off the stack.
    fn leave(&mut self, i: usize, groups: &mut Groups) {
        let from = self.stack.iter().rposition(|&j| j == i).unwrap_or(0);
        let members = self.stack.split_off(from);
        let smallest = members.iter().copied().min().unwrap_or(i);
        for member in members {
            self.on_stack[member] = false;
            groups.of[member] = smallest;
        }
    }
}

/// Reports the shortest circle through the first member of a group.
fn report(graph: &Graph<'_>, edges: &Edges, members: &[usize], diagnostics: &mut Diagnostics) {
    let Some(circle) = circle(edges, members) else {
        return;
    };
    let units: Vec<Unit> = circle.iter().map(|&i| edges.unit(i)).collect();
    let ends = units.iter().zip(units.iter().cycle().skip(1));
    let hops: Vec<Hop> = ends.map(|(&from, &to)| hop(graph, from, to)).collect();
    let mut ports: Vec<&str> = hops
        .iter()
        .flat_map(|hop| &hop.path)
        .map(String::as_str)
        .collect();
    // Back to where it began.
    ports.extend(ports.first().copied());
    let input = |hop: &Hop| hop.target.and_then(|target| graph.input(target));
    let marked =
        |wanted: fn(&Input) -> bool| hops.iter().find(|hop| input(hop).is_some_and(wanted));
    let drawn = marked(|input| input.domain == Domain::RenderTree);
    let early = marked(|input| input.mark == Mark::Constant);
    let delayed = hops
        .iter()
        .find(|hop| input(hop).is_some_and(|input| hop.carries.may_be_delayed(input)));
    let (place, says, hint) = if let Some(hop) = drawn {
        let hint = format!(
            "remove the wire to {}: a picture cannot be part of itself",
            hop.end()
        );
        (hop, "these are drawn into each other", hint)
    } else if let Some(hop) = early {
        let hint = format!(
            "write the value of {} in `params`: it is read when the patch is compiled, where no `Delay` helps",
            hop.end()
        );
        (
            hop,
            "these depend on each other before the patch runs",
            hint,
        )
    } else if let Some(hop) = delayed {
        let hint = format!(
            "put a `Delay` between {} and {}: its input `in` may close a circle",
            hop.start(),
            hop.end()
        );
        (hop, "these depend on each other in one frame", hint)
    } else {
        let Some(hop) = hops.iter().find(|hop| hop.target.is_some()) else {
            return;
        };
        let hint = format!(
            "remove one of the connections, such as that to {}: a `Delay` carries single numbers only",
            hop.end()
        );
        (hop, "these depend on each other in one frame", hint)
    };
    let message = format!("{says}: {}", ports.join(" → "));
    let mut error = Diagnostic::error("cycle", &place.at, message);
    if let Some(target) = place.target {
        let port = input(place).map_or("", |input| input.name);
        error = error.on(graph.id(target.block), port);
    }
    diagnostics.push(error.hint(hint));
}

/// The shortest way from the first member back to itself; `None` for a unit alone.
fn circle(edges: &Edges, members: &[usize]) -> Option<Vec<usize>> {
    let &start = members.first()?;
    if edges.readers(start).contains(&start) {
        return Some(vec![start]);
    }
    if members.len() == 1 {
        return None;
    }
    let inside = |i: &usize| members.binary_search(i).is_ok();
    let mut before: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(i) = queue.pop_front() {
        for &to in edges.readers(i).iter().filter(|to| inside(to)) {
            if to == start {
                let mut way = vec![i];
                let mut at = i;
                while at != start {
                    at = *before.get(&at)?;
                    way.push(at);
                }
                way.reverse();
                return Some(way);
            }
            if to != start && !before.contains_key(&to) {
                before.insert(to, i);
                queue.push_back(to);
            }
        }
    }
    None
}

/// Outputs that the lenses of a chain are bound to.
fn bound(chain: &Chain) -> impl Iterator<Item = &PortRef> {
    let params = chain.lenses.iter().flat_map(|lens| &lens.params);
    params.filter_map(|param| match &param.binding {
        Binding::Wire { from, .. } => Some(from),
        _ => None,
    })
}

/// How a unit reads another: the ports that a person sees, and the place of the connection.
struct Hop {
    path: Vec<String>,
    /// The input that reads; a bus has none.
    target: Option<Port>,
    carries: Carried,
    at: String,
}

impl Hop {
    /// What is read.
    fn start(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }

    /// What reads it.
    fn end(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }
}

fn hop(graph: &Graph<'_>, from: Unit, to: Unit) -> Hop {
    let bus_name = |bus: usize| format!("bus `{}`", graph.patch.document.buses[bus].name);
    match to {
        Unit::Block(block) => {
            let inputs = graph.nodes[block].inputs.iter().enumerate();
            for (port, input) in inputs {
                let mut reads = false;
                let target = Port { block, port };
                graph.input_reads(target, &mut |unit| reads |= unit == from);
                if !reads {
                    continue;
                }
                let text = graph.input_text(target);
                let source = match (&input.source, from) {
                    // The wire itself, or an output that a lens on it is bound to.
                    (Source::Wire(wire), Unit::Block(block)) => {
                        let wire = &graph.patch.wires[*wire];
                        let mut ends = std::iter::once(&wire.from).chain(bound(&wire.chain));
                        let end = ends.find(|end| end.block == graph.id(block));
                        end.map_or_else(|| graph.id(block).to_owned(), PortRef::text)
                    }
                    (Source::Listener(l), Unit::Bus(bus)) => match graph.listeners[*l].source {
                        Some(Heard::Bus(_)) => bus_name(bus),
                        _ => graph.listeners[*l].id.clone(),
                    },
                    (_, Unit::Block(block)) => graph.id(block).to_owned(),
                    (_, Unit::Bus(bus)) => bus_name(bus),
                };
                let carries = Carried::to(graph, &input.source, from);
                let at = input.at.clone().into_owned();
                let quoted = |text: String| match text.starts_with("bus ") {
                    true => text,
                    false => format!("`{text}`"),
                };
                return Hop {
                    path: vec![quoted(source), quoted(text)],
                    target: Some(target),
                    carries,
                    at,
                };
            }
            Hop {
                path: Vec::new(),
                target: None,
                carries: Carried::Unknown,
                at: String::new(),
            }
        }
        Unit::Bus(bus) => {
            let publishers = &graph.buses[bus].publishers;
            let source = publishers
                .iter()
                .map(|&p| &graph.publishers[p])
                .find_map(|p| match p.from {
                    Publication::Port(port) if from == Unit::Block(port.block) => {
                        Some((graph.output_text(port), p.at.to_owned()))
                    }
                    _ => None,
                });
            let (text, at) = match (source, from) {
                (Some((text, at)), _) => (format!("`{text}`"), at),
                (None, Unit::Block(block)) => (format!("`{}`", graph.id(block)), String::new()),
                (None, Unit::Bus(other)) => (bus_name(other), String::new()),
            };
            Hop {
                path: vec![text],
                target: None,
                carries: Carried::Unknown,
                at,
            }
        }
    }
}
