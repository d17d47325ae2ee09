//! The definitions that a document can use: its own, then the built-in ones, as one table.
//!
//! What a definition comes to is known here before anything is expanded: how many blocks, how deep.
//! A definition that contains itself is reported once and never expanded.

use crate::blocks::{self, COMPOSITES, Composite, Setting, find_composite};
use crate::diag::{Diagnostic, Diagnostics};
use crate::patch::Document;
use crate::patch::Value;
use crate::patch::model::{
    BlockEntry, BusRef, Chain, CompositeEntry, OuterBus, OuterInput, OuterOutput, Param, PortRef,
    Wire,
};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Most composites inside each other.
pub(super) const DEEPEST: usize = 16;

/// All definitions that can be reached, by place.
pub(in crate::compile) struct Definitions<'a> {
    list: Vec<Definition<'a>>,
    by_id: HashMap<String, usize>,
}

/// One definition.
pub(super) struct Definition<'a> {
    /// What it says. Places of a built-in one are empty: they are those of the composite block.
    pub entry: Cow<'a, CompositeEntry>,
    /// Definition of each node that is a composite itself.
    pub inner: Vec<Inner>,
    /// What it comes to.
    pub size: Size,
    /// Node id to its place.
    nodes: HashMap<String, usize>,
    /// Outer inputs and outputs by name.
    inputs: HashMap<String, usize>,
    outputs: HashMap<String, usize>,
    /// Names of parameters: the exposed ones, and those that nodes ask for.
    params: Vec<String>,
    /// Inputs of nodes at which an enabled edge ends.
    wired: HashMap<String, HashSet<String>>,
}

/// What a node of a definition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inner {
    /// A block of the library, or of an unknown type.
    Block,
    /// A composite.
    Composite(usize),
    /// A composite that does not exist.
    Unknown,
}

/// What a definition comes to when it is expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// Not looked at yet.
    Unknown,
    /// Being looked at: whoever meets it again stands inside it.
    Open,
    /// It contains itself, or could not be read; reported.
    Broken,
    /// So many blocks, so many composites inside each other.
    Known {
        /// Saturating.
        blocks: u64,
        /// Itself is 1.
        depth: usize,
    },
}

/// A definition that is being counted.
struct Count {
    at: usize,
    next: usize,
    blocks: u64,
    deepest: usize,
    broken: bool,
}

impl Count {
    fn new(at: usize) -> Self {
        Self {
            at,
            next: 0,
            blocks: 0,
            deepest: 0,
            broken: false,
        }
    }

    fn add(&mut self, inner: Size) {
        match inner {
            Size::Known { blocks, depth } => {
                self.blocks = self.blocks.saturating_add(blocks);
                self.deepest = self.deepest.max(depth);
            }
            _ => self.broken = true,
        }
    }

    fn size(&self, empty: bool) -> Size {
        if self.broken || empty {
            return Size::Broken;
        }
        Size::Known {
            blocks: self.blocks,
            depth: self.deepest + 1,
        }
    }
}

impl<'a> Definitions<'a> {
    /// The definitions of a document, and the built-in ones that it uses. Reports those that contain
    /// themselves.
    pub(super) fn new(document: &'a Document, diagnostics: &mut Diagnostics) -> Self {
        let mut table = Self {
            list: Vec::new(),
            by_id: HashMap::new(),
        };
        for entry in &document.composites {
            table.add(Cow::Borrowed(entry));
        }
        for block in &document.blocks {
            if let Some(id) = block.composite() {
                table.require(id, document);
            }
        }
        // Built-in definitions that are added on the way have their turn too.
        let mut next = 0;
        while next < table.list.len() {
            let kinds: Vec<String> = table.list[next]
                .entry
                .nodes
                .iter()
                .map(|node| node.composite().unwrap_or("").to_owned())
                .collect();
            table.list[next].inner = kinds
                .iter()
                .map(|id| match id.as_str() {
                    "" => Inner::Block,
                    id => table
                        .require(id, document)
                        .map_or(Inner::Unknown, Inner::Composite),
                })
                .collect();
            next += 1;
        }
        for i in 0..table.list.len() {
            table.measure(i, diagnostics);
        }
        table
    }

    fn add(&mut self, entry: Cow<'a, CompositeEntry>) -> usize {
        let at = self.list.len();
        let nodes = entry.nodes.iter().enumerate();
        self.by_id.entry(entry.id.clone()).or_insert(at);
        let mut wired: HashMap<String, HashSet<String>> = HashMap::new();
        for edge in entry.edges.iter().filter(|edge| edge.enabled) {
            let ports = wired.entry(edge.to.block.clone()).or_default();
            ports.insert(edge.to.port.clone());
        }
        let inputs = entry.inputs.iter().enumerate();
        let outputs = entry.outputs.iter().enumerate();
        self.list.push(Definition {
            inputs: inputs.map(|(i, input)| (input.name.clone(), i)).collect(),
            outputs: outputs
                .map(|(i, output)| (output.name.clone(), i))
                .collect(),
            params: params(&entry),
            nodes: nodes.map(|(i, node)| (node.id.clone(), i)).collect(),
            wired,
            inner: Vec::new(),
            size: Size::Unknown,
            entry,
        });
        at
    }

    /// The definition of an id: the document's, else a built-in one.
    fn require(&mut self, id: &str, document: &Document) -> Option<usize> {
        if let Some(at) = self.find(id) {
            return Some(at);
        }
        let entry = built_in(find_composite(id)?, document);
        Some(self.add(Cow::Owned(entry)))
    }

    /// The place of a definition that can be reached.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The definition at a place.
    pub(super) fn get(&self, at: usize) -> &Definition<'a> {
        &self.list[at]
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Counts blocks and depth of a definition and of all inside it.
    fn measure(&mut self, start: usize, diagnostics: &mut Diagnostics) {
        let mut path = Vec::new();
        self.enter(start, &mut path);
        while let Some(top) = path.last_mut() {
            let at = top.at;
            let Some(&inner) = self.list[at].inner.get(top.next) else {
                let size = top.size(self.list[at].entry.nodes.is_empty());
                self.list[at].size = size;
                path.pop();
                if let Some(around) = path.last_mut() {
                    around.add(size);
                }
                continue;
            };
            let node = top.next;
            top.next += 1;
            match inner {
                Inner::Block | Inner::Unknown => top.blocks = top.blocks.saturating_add(1),
                Inner::Composite(inner) => match self.list[inner].size {
                    Size::Unknown => self.enter(inner, &mut path),
                    Size::Open => {
                        top.broken = true;
                        self.recursion(&path, node, inner, diagnostics);
                    }
                    size => top.add(size),
                },
            }
        }
    }

    fn enter(&mut self, at: usize, path: &mut Vec<Count>) {
        if self.list[at].size == Size::Unknown {
            self.list[at].size = Size::Open;
            path.push(Count::new(at));
        }
    }

    /// Reports the node of the innermost definition that leads back to one around it.
    fn recursion(&self, path: &[Count], node: usize, inner: usize, diagnostics: &mut Diagnostics) {
        let id = |at: usize| format!("`{}`", self.list[at].entry.id);
        let start = path.iter().position(|count| count.at == inner);
        let around = &path[start.unwrap_or(0)..];
        // Long circles are told by their ends.
        let mut names: Vec<String> = around.iter().take(8).map(|count| id(count.at)).collect();
        if around.len() > names.len() {
            names.push("…".to_owned());
        }
        names.push(id(inner));
        let message = format!(
            "the composite {} contains itself: {}",
            id(inner),
            names.join(" → ")
        );
        let Some(last) = around.last() else { return };
        let node = &self.list[last.at].entry.nodes[node];
        diagnostics.push(
            Diagnostic::error("composite-recursion", format!("{}/type", node.at), message).hint(
                format!("remove the node `{}`, or give it another type", node.id),
            ),
        );
    }

    /// A chain of definitions as deep as this one.
    pub(super) fn deepest_path(&self, mut at: usize) -> Vec<&str> {
        let mut names = vec![self.list[at].entry.id.as_str()];
        let depth = |at: usize| match self.list[at].size {
            Size::Known { depth, .. } => depth,
            _ => 0,
        };
        loop {
            let inner = self.list[at].inner.iter().filter_map(|inner| match inner {
                Inner::Composite(inner) => Some(*inner),
                _ => None,
            });
            match inner.max_by_key(|&inner| depth(inner)) {
                Some(next) if depth(next) > 0 => at = next,
                _ => return names,
            }
            names.push(self.list[at].entry.id.as_str());
        }
    }

    /// What is known of an id that no definition has: the names that are near.
    pub(super) fn unknown(
        document: &Document,
        id: &str,
        pointer: String,
        block: &str,
    ) -> Diagnostic {
        let known = document.composites.iter().map(|c| c.id.as_str());
        let known = known.chain(COMPOSITES.iter().map(|c| c.name));
        let message = format!("there is no composite `{id}`");
        let error = Diagnostic::error("unknown-composite", pointer, message)
            .on(block, "")
            .nearest(id, known);
        match error.hints.is_empty() {
            true => error.hint("`oscilla blocks` lists the built-in composites"),
            false => error,
        }
    }
}

impl Definition<'_> {
    /// Whether it stands in the document.
    pub(super) fn in_file(&self) -> bool {
        !self.entry.at.is_empty()
    }

    /// The place of a node.
    pub(super) fn node(&self, id: &str) -> Option<usize> {
        self.nodes.get(id).copied()
    }

    /// Node and inner port of a port of an old group, `node.port`: the longest node id that fits.
    pub(super) fn open_port<'t>(&self, name: &'t str) -> Option<(usize, &'t str)> {
        if !self.entry.open_ports {
            return None;
        }
        name.rmatch_indices('.').find_map(|(dot, _)| {
            let (node, port) = (&name[..dot], &name[dot + 1..]);
            Some((self.node(node)?, port)).filter(|_| !port.is_empty())
        })
    }

    /// Whether an enabled edge ends at the port of a node.
    pub(super) fn is_wired(&self, node: &str, port: &str) -> bool {
        self.wired
            .get(node)
            .is_some_and(|ports| ports.contains(port))
    }

    /// What an exposed parameter is where nobody sets it, and its place.
    pub(super) fn default(&self, name: &str) -> Option<(&Value, &str)> {
        let mut params = self.entry.params.iter().filter(|param| param.id == name);
        let constant = params.find_map(|param| param.default.as_ref())?;
        let written = (&constant.value, constant.at.as_str());
        (!constant.value.is_null()).then_some(written)
    }

    /// A mapped outer input.
    pub(super) fn input(&self, name: &str) -> Option<&OuterInput> {
        self.inputs.get(name).map(|&i| &self.entry.inputs[i])
    }

    /// A mapped outer output.
    pub(super) fn output(&self, name: &str) -> Option<&OuterOutput> {
        self.outputs.get(name).map(|&i| &self.entry.outputs[i])
    }

    /// Names of its parameters.
    pub(super) fn params(&self) -> &[String] {
        &self.params
    }
}

fn params(entry: &CompositeEntry) -> Vec<String> {
    let exposed = entry.params.iter().map(|param| param.id.as_str());
    let params = entry.nodes.iter().flat_map(|node| &node.params);
    let asked = params.filter_map(|param| param.value.from_param());
    let mut seen = HashSet::new();
    let names = exposed.chain(asked).filter(|name| seen.insert(*name));
    names.map(str::to_owned).collect()
}

/// A built-in composite in the form of a document's definition, without places.
fn built_in(composite: &Composite, document: &Document) -> CompositeEntry {
    let none = String::new;
    let end = |(node, port): (&str, &str)| PortRef {
        block: node.to_owned(),
        port: port.to_owned(),
        at: none(),
    };
    let value = |setting: Setting| match setting {
        Setting::Number(v) => Value::Number(v),
        Setting::Word(text) => Value::Text(text.to_owned()),
        Setting::Param(name) => {
            let key = "__fromParam".to_owned();
            Value::Object(vec![(key, Value::Text(name.to_owned()))])
        }
    };
    let node = |node: &blocks::CompositeNode| BlockEntry {
        at: none(),
        id: node.id.to_owned(),
        kind: node.kind.to_owned(),
        params: node
            .params
            .iter()
            .map(|(key, setting)| Param {
                key: (*key).to_owned(),
                value: value(*setting),
                at: none(),
            })
            .collect(),
        slots: None,
        label: none(),
    };
    let edge = |&(from, to): &(blocks::End, blocks::End)| Wire {
        at: none(),
        id: format!("edge:{}.{}", to.0, to.1),
        from: end(from),
        to: end(to),
        chain: Chain::default(),
        enabled: true,
    };
    let bus = |(port, bus): &(&str, &str)| OuterBus {
        port: (*port).to_owned(),
        bus: BusRef {
            text: (*bus).to_owned(),
            bus: document.bus(bus),
            at: none(),
        },
    };
    CompositeEntry {
        at: none(),
        id: composite.name.to_owned(),
        label: none(),
        nodes: composite.nodes.iter().map(node).collect(),
        edges: composite.edges.iter().map(edge).collect(),
        inputs: composite
            .inputs
            .iter()
            .map(|(name, targets)| OuterInput {
                name: (*name).to_owned(),
                targets: targets.iter().map(|&target| end(target)).collect(),
                at: none(),
            })
            .collect(),
        outputs: composite
            .outputs
            .iter()
            .map(|&(name, source)| OuterOutput {
                name: name.to_owned(),
                source: end(source),
                at: none(),
            })
            .collect(),
        open_ports: false,
        subscriptions: composite.subscriptions.iter().map(bus).collect(),
        publications: composite.publications.iter().map(bus).collect(),
        params: Vec::new(),
    }
}
