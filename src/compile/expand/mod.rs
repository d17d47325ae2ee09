//! Pass 1: composites become their inside.
//!
//! A document comes in, a flat list of blocks, wires, publishers and listeners goes out. A document
//! without composites passes through uncopied. An inner block is called `<composite>::<node>` and
//! stands where the composite stood; connections at outer ports end at inner ones. How much comes out
//! is known and limited before anything is copied.
//!
//! Read in this order: this file, `definition`, `inside`, `outer`, `links`, `findings`, `weight`.

mod definition;
mod findings;
mod inside;
mod links;
mod outer;
mod weight;

pub(super) use findings::unknown_type;
pub(super) use outer::{InnerPort, Outer, Side};

use crate::diag::{Diagnostic, Diagnostics};
use crate::patch::Document;
use crate::patch::model::{BlockEntry, ListenerEntry, PublisherEntry, Wire};
use crate::patch::rails::RailEntry;
use definition::{DEEPEST, Definitions, Size};
use inside::Given;
use outer::Ends;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use weight::{Budget, MOST_BLOCKS};

/// A document without composites.
pub(super) struct Patch<'a> {
    /// Where it comes from.
    pub document: &'a Document,
    /// In document order.
    pub blocks: Vec<Instance<'a>>,
    /// Output to input.
    pub wires: Vec<Cow<'a, Wire>>,
    /// Output to bus.
    pub publishers: Vec<Cow<'a, PublisherEntry>>,
    /// Bus, rail or channel to input.
    pub listeners: Vec<Cow<'a, ListenerEntry>>,
    /// All six, in their order.
    pub rails: Cow<'a, [RailEntry]>,
    /// The composites that were, and where their ports lead.
    pub outer: Outer<'a>,
    /// Blocks of definitions that nobody uses, with node ids: only their values are checked.
    pub idle: Vec<BlockEntry>,
}

/// One block to be lowered.
pub(super) struct Instance<'a> {
    /// As written, with its full id.
    pub entry: Cow<'a, BlockEntry>,
    /// A short block listens to its default buses by itself.
    pub short: bool,
    /// A composite that could not be expanded and was reported.
    pub broken: bool,
    /// The document's composite that it was inside of, by place among the document's blocks.
    pub within: Option<usize>,
}

/// Replaces every composite block by its inside. `sets` are the values of the command line for inputs
/// and parameters.
pub(super) fn expand<'a>(
    document: &'a Document,
    sets: &[(String, String)],
    diagnostics: &mut Diagnostics,
) -> Patch<'a> {
    let definitions = Definitions::new(document, diagnostics);
    let opened = openable(document, &definitions, diagnostics);
    let links = document.wires.len() + document.publishers.len() + document.listeners.len();
    let mut walk = Walk {
        document,
        sets,
        outer: Outer::new(definitions),
        budget: Budget::new(links),
        ends: HashMap::new(),
        edged: HashMap::new(),
        made: Vec::new(),
        blocks: Vec::new(),
        idle: Vec::new(),
        wires: Vec::new(),
        publishers: Vec::new(),
        listeners: Vec::new(),
        diagnostics,
    };
    walk.blocks(&opened);
    walk.unused();
    findings::check_params(document, sets, walk.diagnostics);
    findings::name_first_uses(document, walk.diagnostics);
    walk.document_links();
    let rails = walk.rails();
    if let Some(spent) = walk.budget.spent {
        walk.diagnostics.push(spent.diagnostic());
        let none = vec![None; document.blocks.len()];
        walk.outer.clear();
        walk.blocks.clear();
        walk.blocks(&none);
        (walk.wires, walk.publishers, walk.listeners) = (Vec::new(), Vec::new(), Vec::new());
    }
    Patch {
        document,
        blocks: walk.blocks,
        wires: walk.wires,
        publishers: walk.publishers,
        listeners: walk.listeners,
        rails,
        outer: walk.outer,
        idle: walk.idle,
    }
}

/// The definition of each block that is a composite and can be expanded; reports the others.
fn openable(
    document: &Document,
    definitions: &Definitions<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Option<usize>> {
    let mut total = 0u64;
    let mut opened = Vec::with_capacity(document.blocks.len());
    for entry in &document.blocks {
        let Some(id) = entry.composite() else {
            total = total.saturating_add(1);
            opened.push(None);
            continue;
        };
        let pointer = format!("{}/type", entry.at);
        let Some(at) = definitions.find(id) else {
            let error = Definitions::unknown(document, id, pointer, &entry.id);
            diagnostics.push(error);
            opened.push(None);
            continue;
        };
        opened.push(match definitions.get(at).size {
            Size::Known { blocks, depth } if depth <= DEEPEST => {
                total = total.saturating_add(blocks);
                Some(at)
            }
            Size::Known { depth, .. } => {
                let names = definitions.deepest_path(at);
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                let message = format!(
                    "`{}` nests composites {depth} deep; at most {DEEPEST} are allowed",
                    entry.id
                );
                diagnostics.push(
                    Diagnostic::error("composite-nesting", pointer, message)
                        .on(&entry.id, "")
                        .hint(format!("the deepest way inside is {}", names.join(" → "))),
                );
                None
            }
            _ => None,
        });
    }
    if total > MOST_BLOCKS {
        let total = match total {
            u64::MAX => "more than 10¹⁹".to_owned(),
            total => total.to_string(),
        };
        let message = format!(
            "the patch has {total} blocks when its composites are expanded; at most {MOST_BLOCKS} \
             are allowed"
        );
        diagnostics.push(
            Diagnostic::error("too-many-blocks", "/blocks", message)
                .hint("use fewer composites, or put less into them"),
        );
        return vec![None; document.blocks.len()];
    }
    opened
}

/// An expansion on its way.
struct Walk<'w, 'a> {
    document: &'a Document,
    sets: &'w [(String, String)],
    outer: Outer<'a>,
    budget: Budget,
    /// Per definition that was met: which ends of its edges exist.
    ends: HashMap<usize, Vec<Ends>>,
    /// Inner inputs at which an edge ends, and the edge's place.
    edged: HashMap<String, String>,
    /// Ids that nobody wrote.
    made: Vec<String>,
    blocks: Vec<Instance<'a>>,
    idle: Vec<BlockEntry>,
    wires: Vec<Cow<'a, Wire>>,
    publishers: Vec<Cow<'a, PublisherEntry>>,
    listeners: Vec<Cow<'a, ListenerEntry>>,
    diagnostics: &'w mut Diagnostics,
}

impl<'a> Walk<'_, 'a> {
    /// All blocks, in order.
    fn blocks(&mut self, opened: &[Option<usize>]) {
        let mut connected = match opened.iter().any(Option::is_some) {
            true => self.connected(),
            false => HashMap::new(),
        };
        for (top, (entry, definition)) in self.document.blocks.iter().zip(opened).enumerate() {
            let Some(definition) = *definition else {
                self.blocks.push(Instance {
                    entry: Cow::Borrowed(entry),
                    short: !entry.is_saved(),
                    broken: entry.composite().is_some(),
                    within: None,
                });
                continue;
            };
            let given = Given {
                id: entry.id.clone(),
                at: &entry.at,
                params: entry.params.clone(),
                connected: connected.remove(&*entry.id).unwrap_or_default(),
                top,
            };
            self.open(definition, given);
        }
    }

    /// Ports at which an enabled wire or listener of the document ends, by block.
    fn connected(&self) -> HashMap<&'a str, BTreeSet<String>> {
        let document = self.document;
        let wires = document.wires.iter().filter(|wire| wire.enabled);
        let listeners = document
            .listeners
            .iter()
            .filter(|listener| listener.enabled);
        let ends = wires.map(|w| &w.to).chain(listeners.map(|l| &l.to));
        let mut connected: HashMap<&str, BTreeSet<String>> = HashMap::new();
        for end in ends {
            let ports = connected.entry(end.block.as_str()).or_default();
            ports.insert(end.port.clone());
        }
        connected
    }

    /// Checks a definition when it is met first.
    fn check(&mut self, at: usize, id: Option<&str>) {
        if self.ends.contains_key(&at) {
            return;
        }
        let definitions = self.outer.definitions();
        self.unknown_nodes(&definitions, at, id);
        let ends = self.outer.check(at, id, self.diagnostics);
        self.ends.insert(at, ends);
    }

    /// Checks the definitions of the document that no block uses.
    fn unused(&mut self) {
        let definitions = self.outer.definitions();
        for at in 0..definitions.len() {
            let known = matches!(definitions.get(at).size, Size::Known { .. });
            if known && definitions.get(at).in_file() && !self.ends.contains_key(&at) {
                self.check(at, None);
                self.idle(at);
            }
        }
    }
}
