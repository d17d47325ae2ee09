//! Ports of composites: which inner port an outer one means.

use super::definition::{Definition, Definitions, Inner, Size};
use crate::blocks;
use crate::compile::named::Connection;
use crate::diag::{Diagnostic, Diagnostics};
use crate::patch::model::PortRef;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Steps that are taken to show the inputs of one composite.
const MOST_STEPS: u64 = 100_000;

/// Names that a hint lists.
const LISTED: usize = 24;

/// The composites of a patch, after they were expanded.
pub(in crate::compile) struct Outer<'a> {
    definitions: Rc<Definitions<'a>>,
    /// Full id of every composite, inner ones too, to its definition.
    instances: HashMap<String, usize>,
}

/// Which side of a block a port is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::compile) enum Side {
    /// An input.
    Input,
    /// An output.
    Output,
}

impl Side {
    /// For messages.
    pub(in crate::compile) const fn word(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Input => Self::Output,
            Self::Output => Self::Input,
        }
    }
}

/// A port of a block that is no composite.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::compile) struct InnerPort {
    /// Full block id.
    pub block: String,
    /// Port name.
    pub port: String,
}

impl InnerPort {
    /// As an end of a wire that stands at `at`.
    pub(super) fn end(self, at: &str) -> PortRef {
        PortRef {
            block: self.block,
            port: self.port,
            at: at.to_owned(),
        }
    }
}

impl<'a> Outer<'a> {
    pub(super) fn new(definitions: Definitions<'a>) -> Self {
        Self {
            definitions: Rc::new(definitions),
            instances: HashMap::new(),
        }
    }

    pub(super) fn definitions(&self) -> Rc<Definitions<'a>> {
        Rc::clone(&self.definitions)
    }

    /// Notes that a block is a composite.
    pub(super) fn add(&mut self, id: &str, definition: usize) {
        self.instances.insert(id.to_owned(), definition);
    }

    /// Forgets all composites, where they were not expanded after all.
    pub(super) fn clear(&mut self) {
        self.instances.clear();
    }

    /// Whether a full id is that of an expanded composite.
    pub(in crate::compile) fn has(&self, id: &str) -> bool {
        self.instances.contains_key(id)
    }

    /// Full ids of all composites, in no order.
    pub(in crate::compile) fn ids(&self) -> impl Iterator<Item = &str> {
        self.instances.keys().map(String::as_str)
    }

    /// Whether a composite has a parameter of that name.
    pub(in crate::compile) fn has_param(&self, id: &str, name: &str) -> bool {
        let at = self.instances.get(id);
        at.is_some_and(|&at| self.is_param(at, name))
    }

    /// The outer ports of the document's composites: side, inner port, `block.port` outside; the order
    /// is that of the composites, mapped ports first.
    pub(in crate::compile) fn shown(&self) -> Vec<(Side, InnerPort, String)> {
        let mut ids: Vec<&str> = self.ids().filter(|id| !id.contains("::")).collect();
        ids.sort_unstable();
        let mut shown = Vec::new();
        for id in ids {
            let definition = self.instances[id];
            let (mut steps, mut nodes) = (MOST_STEPS, MOST_STEPS);
            for name in self.port_names(definition, Side::Input, &mut nodes) {
                let inner = self.inputs(id, &name, &mut steps);
                let text = format!("{id}.{name}");
                let ports = inner.into_iter().flatten();
                shown.extend(ports.map(|port| (Side::Input, port, text.clone())));
            }
            let mut nodes = MOST_STEPS;
            for name in self.port_names(definition, Side::Output, &mut nodes) {
                if let Some(Some(port)) = self.output(id, &name) {
                    shown.push((Side::Output, port, format!("{id}.{name}")));
                }
            }
        }
        shown
    }

    /// The input of a composite of the document that leads to one inside it, as `block.port`; the first
    /// of several.
    pub(in crate::compile) fn outside(&self, block: &str, port: &str) -> Option<String> {
        let (id, _) = block.split_once("::")?;
        let definition = self.definitions.get(*self.instances.get(id)?);
        let mut steps = MOST_STEPS;
        let mut names = definition.entry.inputs.iter().map(|input| &input.name);
        let leads = |name: &&String| {
            let mut inner = self.inputs(id, name, &mut steps).into_iter().flatten();
            inner.any(|p| p.block == block && p.port == port)
        };
        names.find(leads).map(|name| format!("{id}.{name}"))
    }

    /// Names of the outer ports of a definition: the mapped ones, and for an old group those of its
    /// nodes, of which some inputs may be taken. `steps` is counted down; at 0 the rest is left out.
    /// Recursion is as deep as composites nest.
    fn port_names(&self, at: usize, side: Side, steps: &mut u64) -> Vec<String> {
        let definition = self.definitions.get(at);
        let entry = &definition.entry;
        let mut names: Vec<String> = match side {
            Side::Input => entry.inputs.iter().map(|port| port.name.clone()).collect(),
            Side::Output => entry.outputs.iter().map(|port| port.name.clone()).collect(),
        };
        if !entry.open_ports {
            return names;
        }
        for (node, inner) in entry.nodes.iter().zip(&definition.inner) {
            if *steps == 0 {
                break;
            }
            *steps -= 1;
            let ports = match (inner, blocks::find(&node.kind)) {
                (Inner::Composite(inner), _) => self.port_names(*inner, side, steps),
                (Inner::Block, Some(block)) => library_names(block, side),
                _ => Vec::new(),
            };
            names.extend(ports.into_iter().map(|port| format!("{}.{port}", node.id)));
        }
        names
    }

    /// The inner inputs of an outer one, each once; none where its way inside is broken, which was
    /// reported. `None` if the composite has no such input. `steps` is counted down; at 0 the rest is
    /// left out.
    pub(in crate::compile) fn inputs(
        &self,
        id: &str,
        name: &str,
        steps: &mut u64,
    ) -> Option<Vec<InnerPort>> {
        let &at = self.instances.get(id)?;
        if !self.has_port(at, name, Side::Input) {
            return None;
        }
        let mut way = Way {
            steps,
            seen: HashSet::new(),
            found: Vec::new(),
        };
        self.gather(at, id, name, &mut way);
        Some(way.found)
    }

    /// Recursion is as deep as composites nest.
    fn gather(&self, at: usize, id: &str, name: &str, way: &mut Way<'_>) {
        let definition = self.definitions.get(at);
        for (node, port) in targets(definition, name) {
            if *way.steps == 0 {
                return;
            }
            *way.steps -= 1;
            let inner = InnerPort {
                block: format!("{id}::{}", definition.entry.nodes[node].id),
                port: port.to_owned(),
            };
            if !way.seen.insert(inner.clone()) {
                continue;
            }
            match definition.inner[node] {
                Inner::Composite(inside) => self.gather(inside, &inner.block, port, way),
                _ if self.at_node(at, node, port, Side::Input) == Known::No => {}
                _ => way.found.push(inner),
            }
        }
    }

    /// The inner output that an outer one shows; `Some(None)` where its way inside is broken, which
    /// was reported. `None` if the composite has no such output.
    pub(in crate::compile) fn output(&self, id: &str, name: &str) -> Option<Option<InnerPort>> {
        let &(mut at) = self.instances.get(id)?;
        if !self.has_port(at, name, Side::Output) {
            return None;
        }
        let (mut id, mut name) = (id.to_owned(), name);
        loop {
            let definition = self.definitions.get(at);
            let Some((node, port)) = source(definition, name) else {
                return Some(None);
            };
            id = format!("{id}::{}", definition.entry.nodes[node].id);
            match definition.inner[node] {
                Inner::Composite(inner) => (at, name) = (inner, port),
                _ => {
                    let known = self.at_node(at, node, port, Side::Output) != Known::No;
                    let port = port.to_owned();
                    return Some(known.then_some(InnerPort { block: id, port }));
                }
            }
        }
    }

    /// Whether a definition has an outer port.
    fn has_port(&self, at: usize, name: &str, side: Side) -> bool {
        let definition = self.definitions.get(at);
        let entry = &definition.entry;
        let mapped = match side {
            Side::Input => definition.input(name).is_some(),
            Side::Output => definition.output(name).is_some(),
        };
        mapped
            || definition.open_port(name).is_some_and(|(node, port)| {
                let id = &entry.nodes[node].id;
                let taken = side == Side::Input && definition.is_wired(id, port);
                !taken && self.at_node(at, node, port, side) != Known::No
            })
    }

    /// Whether a node has a port.
    fn at_node(&self, at: usize, node: usize, port: &str, side: Side) -> Known {
        let definition = self.definitions.get(at);
        let has = match definition.inner[node] {
            Inner::Unknown => return Known::Silent,
            Inner::Composite(inner) if self.definitions.get(inner).size == Size::Broken => {
                return Known::Silent;
            }
            Inner::Composite(inner) => self.has_port(inner, port, side),
            Inner::Block => match blocks::find(&definition.entry.nodes[node].kind) {
                None => return Known::Silent,
                Some(block) if side == Side::Input => block.input(port).is_some(),
                Some(block) => block.output(port).is_some(),
            },
        };
        if has { Known::Yes } else { Known::No }
    }

    /// Checks the ports that a definition of the document names. `id` is the composite at which it is
    /// met first; an unused definition has none. Gives the edges that lead somewhere and come from
    /// somewhere.
    pub(super) fn check(
        &self,
        at: usize,
        id: Option<&str>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Ends> {
        let definition = self.definitions.get(at);
        let entry = &definition.entry;
        let mut report = |end: &PortRef, side: Side, named: &PortRef| {
            self.check_end(at, id, (end, named), side, diagnostics)
        };
        for target in entry.inputs.iter().flat_map(|input| &input.targets) {
            report(target, Side::Input, target);
        }
        for output in &entry.outputs {
            report(&output.source, Side::Output, &output.source);
        }
        let mut ends = Vec::with_capacity(entry.edges.len());
        for edge in &entry.edges {
            ends.push(match edge.enabled {
                true => Ends {
                    from: report(&edge.from, Side::Output, edge.named()),
                    to: report(&edge.to, Side::Input, edge.named()),
                },
                false => Ends {
                    from: false,
                    to: false,
                },
            });
        }
        ends
    }

    /// Whether an end of an edge or map exists; reports it where it does not, naming the other port.
    fn check_end(
        &self,
        at: usize,
        id: Option<&str>,
        (end, named): (&PortRef, &PortRef),
        side: Side,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        let definition = self.definitions.get(at);
        let Some(node) = definition.node(&end.block) else {
            return false;
        };
        if self.at_node(at, node, &end.port, side) != Known::No {
            return true;
        }
        let what = match definition.inner[node] {
            Inner::Composite(inner) => What::Composite(inner),
            _ => What::Block(blocks::find(&definition.entry.nodes[node].kind)),
        };
        let wrong = self.at_node(at, node, &end.port, side.other()) == Known::Yes;
        let full = |block: &str| id.map_or_else(|| block.to_owned(), |id| format!("{id}::{block}"));
        let error = self.fault(&what, (&full(&end.block), &end.port), side, wrong, &end.at);
        diagnostics.push(error.on(full(&named.block), &named.port));
        false
    }

    /// The finding for a port that a composite does not have.
    pub(in crate::compile) fn missing(
        &self,
        id: &str,
        name: &str,
        side: Side,
        pointer: &str,
    ) -> Option<Diagnostic> {
        let &at = self.instances.get(id)?;
        let wrong = self.has_port(at, name, side.other());
        Some(self.fault(&What::Composite(at), (id, name), side, wrong, pointer))
    }

    fn fault(
        &self,
        what: &What,
        (id, name): (&str, &str),
        side: Side,
        wrong: bool,
        pointer: &str,
    ) -> Diagnostic {
        let word = side.word();
        let kind = match what {
            What::Composite(at) => format!("composite:{}", self.definitions.get(*at).entry.id),
            What::Block(block) => block.map_or("?", |block| block.name).to_owned(),
        };
        let names = self.names(what, side);
        let error = if wrong {
            let other = side.other().word();
            let message = format!("`{id}.{name}` is an {other}, but an {word} is wanted here");
            Diagnostic::error("wrong-direction", pointer, message)
        } else {
            let message = format!("`{id}` ({kind}) has no {word} `{name}`");
            let error = Diagnostic::error("unknown-port", pointer, message);
            error.nearest(name, names.iter().map(String::as_str))
        };
        let mut list: Vec<String> = names
            .iter()
            .take(LISTED)
            .map(|n| format!("`{n}`"))
            .collect();
        if names.len() > list.len() {
            list.push("…".to_owned());
        }
        let error = error.on(id, name).hint(match list.is_empty() {
            true => format!("`{kind}` has no {word}s"),
            false => format!("the {word}s of `{kind}` are {}", list.join(", ")),
        });
        match what {
            What::Composite(at) if side == Side::Input && !wrong => {
                let params = self.definitions.get(*at).params();
                match params.iter().any(|param| param == name) {
                    true => error.hint(format!(
                        "`{name}` is a parameter: it takes a value in `params`, not a connection"
                    )),
                    false => error,
                }
            }
            _ => error,
        }
    }

    /// Names of the ports of a block or composite.
    fn names(&self, what: &What, side: Side) -> Vec<String> {
        let at = match what {
            What::Block(None) => return Vec::new(),
            What::Block(Some(block)) => return library_names(block, side),
            What::Composite(at) => *at,
        };
        // A hint says "and more" of one more.
        let mut steps = LISTED as u64 + 1;
        let mut names = self.port_names(at, side, &mut steps);
        names.retain(|name| self.has_port(at, name, side));
        names
    }

    /// Whether a name is that of a parameter and of no outer input.
    pub(super) fn is_param(&self, at: usize, name: &str) -> bool {
        let params = self.definitions.get(at).params();
        params.iter().any(|param| param == name) && !self.has_port(at, name, Side::Input)
    }

    /// Whether a composite's `params` may have an entry of that name.
    pub(super) fn takes(&self, at: usize, name: &str) -> bool {
        let params = self.definitions.get(at).params();
        params.iter().any(|param| param == name) || self.has_port(at, name, Side::Input)
    }

    /// What a composite's `params` may name: its parameters and outer inputs.
    pub(super) fn settable(&self, at: usize) -> Vec<String> {
        let mut names = self.definitions.get(at).params().to_vec();
        for input in self.names(&What::Composite(at), Side::Input) {
            if !names.contains(&input) {
                names.push(input);
            }
        }
        names
    }
}

/// On the way from an outer input to the inner ones.
struct Way<'s> {
    /// Counted down; at 0 the rest is left out.
    steps: &'s mut u64,
    /// Ports that were met, those of inner composites too.
    seen: HashSet<InnerPort>,
    found: Vec<InnerPort>,
}

/// Which ends of an edge exist.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub from: bool,
    pub to: bool,
}

/// Whose ports a message is about.
enum What {
    Block(Option<&'static blocks::Block>),
    Composite(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Yes,
    No,
    /// The node itself was reported.
    Silent,
}

/// Where an outer input leads: nodes and their ports. The name was looked up before.
pub(super) fn targets<'d>(definition: &'d Definition<'_>, name: &'d str) -> Vec<(usize, &'d str)> {
    match definition.input(name) {
        Some(input) => input
            .targets
            .iter()
            .filter_map(|end| Some((definition.node(&end.block)?, end.port.as_str())))
            .collect(),
        None => definition.open_port(name).into_iter().collect(),
    }
}

/// What an outer output shows.
fn source<'d>(definition: &'d Definition<'_>, name: &'d str) -> Option<(usize, &'d str)> {
    match definition.output(name) {
        Some(output) => Some((definition.node(&output.source.block)?, &output.source.port)),
        None => definition.open_port(name),
    }
}

fn library_names(block: &blocks::Block, side: Side) -> Vec<String> {
    match side {
        Side::Input => block.inputs.iter().map(|p| p.name.to_owned()).collect(),
        Side::Output => block.outputs.iter().map(|p| p.name.to_owned()).collect(),
    }
}
