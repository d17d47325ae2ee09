//! Built-in composites: groups of blocks with a name, as data.
//!
//! A patch uses one as a block of the type `composite:<name>`; `compile` replaces it by its inside, in
//! the same way as a definition that the patch brings itself. The table says what is inside and how
//! the ports and parameters outside lead there. Types, defaults and words of ports and parameters are
//! those of the blocks inside, so nothing is said twice.

mod table;

pub use table::COMPOSITES;

use super::{Block, Input, Output, find};

/// A named group of blocks.
#[derive(Debug)]
pub struct Composite {
    /// What follows `composite:` in a block type.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Blocks inside, in order.
    pub nodes: &'static [CompositeNode],
    /// Wires inside: output, input.
    pub edges: &'static [(End, End)],
    /// Outer inputs and the inner ones they lead to.
    pub inputs: &'static [(&'static str, &'static [End])],
    /// Outer outputs and the inner ones they show.
    pub outputs: &'static [(&'static str, End)],
    /// Outer inputs that listen to a bus where nothing else stands.
    pub subscriptions: &'static [(&'static str, &'static str)],
    /// Outer outputs that publish on a bus.
    pub publications: &'static [(&'static str, &'static str)],
}

/// A port inside: node, port.
pub type End = (&'static str, &'static str);

/// A block inside.
#[derive(Debug)]
pub struct CompositeNode {
    /// Unique in its composite.
    pub id: &'static str,
    /// Name in the block library.
    pub kind: &'static str,
    /// Inputs that do not keep the library's default.
    pub params: &'static [(&'static str, Setting)],
}

/// What the input of an inner block is set to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Setting {
    /// A parameter of the composite; the library's default where it is not given.
    Param(&'static str),
    /// A number.
    Number(f64),
    /// A word.
    Word(&'static str),
}

/// A parameter of a composite.
#[derive(Debug, Clone, Copy)]
pub struct CompositeParam {
    /// Its name.
    pub name: &'static str,
    /// The inner input that it sets; it gives type, default and words.
    pub input: &'static Input,
}

/// A built-in composite by its name.
pub fn find_composite(name: &str) -> Option<&'static Composite> {
    COMPOSITES.iter().find(|composite| composite.name == name)
}

impl Composite {
    /// A node by its id.
    pub fn node(&self, id: &str) -> Option<&'static CompositeNode> {
        self.nodes.iter().find(|node| node.id == id)
    }

    fn block(&self, node: &str) -> Option<&'static Block> {
        self.node(node).and_then(|node| find(node.kind))
    }

    /// Its parameters, in the order in which its nodes name them.
    pub fn params(&self) -> Vec<CompositeParam> {
        let mut params: Vec<CompositeParam> = Vec::new();
        for node in self.nodes {
            for (key, setting) in node.params {
                let Setting::Param(name) = *setting else {
                    continue;
                };
                let input = find(node.kind).and_then(|block| block.input(key));
                if let Some((_, input)) = input
                    && params.iter().all(|param| param.name != name)
                {
                    params.push(CompositeParam { name, input });
                }
            }
        }
        params
    }

    /// The inner input that says what an outer one is: the first that it leads to.
    pub fn input(&self, name: &str) -> Option<&'static Input> {
        let (_, targets) = self.inputs.iter().find(|(outer, _)| *outer == name)?;
        let (node, port) = targets.first()?;
        Some(self.block(node)?.input(port)?.1)
    }

    /// The inner output that an outer one shows.
    pub fn output(&self, name: &str) -> Option<&'static Output> {
        let (_, (node, port)) = self.outputs.iter().find(|(outer, _)| *outer == name)?;
        Some(self.block(node)?.output(port)?.1)
    }

    /// The bus that an outer input listens to where nothing else stands.
    pub fn subscription(&self, input: &str) -> Option<&'static str> {
        let found = self.subscriptions.iter().find(|(port, _)| *port == input);
        found.map(|(_, bus)| *bus)
    }

    /// The bus that an outer output publishes on.
    pub fn publication(&self, output: &str) -> Option<&'static str> {
        let found = self.publications.iter().find(|(port, _)| *port == output);
        found.map(|(_, bus)| *bus)
    }
}
