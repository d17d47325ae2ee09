//! A patch as a drawing: blocks and buses as boxes, wires and listeners as arrows.
//!
//! In: facts. Out: DOT, Mermaid, or (through `drawing`) SVG. Buses, rails and channels that join
//! nothing are left out; what is in a composite keeps its long name. Control characters are escaped here,
//! once; each writer escapes what its own notation would obey.

use super::drawing;
use crate::diag::printable;
use crate::ir::facts::{Facts, Transform};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What a box is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Time,
    Domain,
    State,
    Render,
    Block,
    Bus,
    Rail,
    External,
}

/// A box.
pub(super) struct Node {
    /// Its name.
    pub(super) name: String,
    /// A second line: the type.
    pub(super) what: String,
    pub(super) kind: Kind,
}

/// An arrow.
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Input port, and what is on the way.
    pub(super) label: String,
}

/// Boxes and arrows.
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) arrows: Vec<Arrow>,
}

impl Graph {
    /// Of a program.
    pub(super) fn new(facts: &Facts) -> Self {
        let mut graph = Self {
            nodes: Vec::new(),
            arrows: Vec::new(),
        };
        let mut at = BTreeMap::new();
        for block in &facts.blocks {
            let kind = match block.kind().as_str() {
                "time" => Kind::Time,
                "identity" => Kind::Domain,
                "state" => Kind::State,
                "render" => Kind::Render,
                _ => Kind::Block,
            };
            at.insert(format!("block {}", block.id), graph.nodes.len());
            graph.nodes.push(Node {
                name: printable(&block.id).into_owned(),
                what: printable(&block.r#type).into_owned(),
                kind,
            });
        }
        for bus in &facts.buses {
            let listened = bus.listeners.iter().any(|l| l.enabled);
            let drives = facts.rails.iter().any(|r| r.bus.as_ref() == Some(&bus.id));
            let published = bus.publishers.iter().any(|p| !p.id.starts_with("auto-"));
            if listened || drives || published {
                let what = format!("bus, {}", bus.mode());
                graph.join(&mut at, "bus", &bus.id, (&bus.name, &what), Kind::Bus);
            }
        }
        graph.wires(facts, &mut at);
        graph.publishers(facts, &at);
        graph
    }

    /// The box of something that is no block, made where it is first met.
    fn join(
        &mut self,
        at: &mut BTreeMap<String, usize>,
        table: &str,
        key: &str,
        (name, what): (&str, &str),
        kind: Kind,
    ) -> usize {
        let next = self.nodes.len();
        let place = *at.entry(format!("{table} {key}")).or_insert(next);
        if place == next {
            self.nodes.push(Node {
                name: printable(name).into_owned(),
                what: printable(what).into_owned(),
                kind,
            });
        }
        place
    }

    fn wires(&mut self, facts: &Facts, at: &mut BTreeMap<String, usize>) {
        for (to, block) in facts.blocks.iter().enumerate() {
            for input in &block.inputs {
                let name = input.from.as_str();
                let from = match input.kind {
                    "wire" => block_of(at, name),
                    "bus" => at.get(&format!("bus {name}")).copied(),
                    "rail" => Some(self.join(at, "rail", name, (name, "rail"), Kind::Rail)),
                    "external" => {
                        Some(self.join(at, "external", name, (name, "input"), Kind::External))
                    }
                    _ => None,
                };
                if let Some(from) = from {
                    let label = labelled(&input.name, &input.transforms);
                    self.arrows.push(Arrow { from, to, label });
                }
            }
        }
    }

    fn publishers(&mut self, facts: &Facts, at: &BTreeMap<String, usize>) {
        for bus in &facts.buses {
            let Some(&to) = at.get(&format!("bus {}", bus.id)) else {
                continue;
            };
            let several = bus.publishers.len() > 1;
            for publisher in &bus.publishers {
                let Some(order) = publisher.order else {
                    continue;
                };
                let rail = publisher.from.strip_prefix("rail:");
                let from = match rail {
                    Some(rail) => at.get(&format!("rail {rail}")).copied(),
                    None => block_of(at, &publisher.from),
                };
                if let Some(from) = from {
                    let order = if several {
                        format!("{}.", order + 1)
                    } else {
                        String::new()
                    };
                    let label = labelled(&order, &publisher.transforms);
                    self.arrows.push(Arrow { from, to, label });
                }
            }
        }
    }

    /// For Graphviz.
    pub(super) fn dot(&self) -> String {
        let mut text = String::from(
            "digraph patch {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n",
        );
        for (i, node) in self.nodes.iter().enumerate() {
            let (name, what) = (escaped(&node.name), escaped(&node.what));
            let fill = drawing::fill(node.kind);
            let shape = if node.kind == Kind::Bus {
                ", shape=ellipse"
            } else {
                ""
            };
            let _ = writeln!(
                text,
                "  n{i} [label=\"{name}\\n{what}\", fillcolor=\"{fill}\"{shape}];"
            );
        }
        for Arrow { from, to, label } in &self.arrows {
            let _ = writeln!(text, "  n{from} -> n{to} [label=\"{}\"];", escaped(label));
        }
        text.push_str("}\n");
        text
    }

    /// For Mermaid.
    pub(super) fn mermaid(&self) -> String {
        let mut text = String::from("flowchart LR\n");
        for (i, node) in self.nodes.iter().enumerate() {
            let (open, close) = match node.kind {
                Kind::Bus => ("([", "])"),
                Kind::Rail | Kind::External => ("[/", "/]"),
                Kind::Render => ("[[", "]]"),
                _ => ("[", "]"),
            };
            let (name, what) = (entities(&node.name), entities(&node.what));
            let _ = writeln!(text, "  n{i}{open}\"{name}<br/>{what}\"{close}");
        }
        for Arrow { from, to, label } in &self.arrows {
            let _ = match label.as_str() {
                "" => writeln!(text, "  n{from} --> n{to}"),
                label => writeln!(text, "  n{from} -->|\"{}\"| n{to}", entities(label)),
            };
        }
        text
    }
}

/// The block of `block.port`; ids may hold points.
fn block_of(at: &BTreeMap<String, usize>, port: &str) -> Option<usize> {
    let (block, _) = port.rsplit_once('.')?;
    at.get(&format!("block {block}")).copied()
}

/// A port or place, and the names of what is on the way.
fn labelled(first: &str, transforms: &[Transform]) -> String {
    let mut words: Vec<&str> = Vec::new();
    words.extend((!first.is_empty()).then_some(first));
    let written = transforms.iter().filter(|t| t.kind != "implicit");
    words.extend(written.map(|t| t.name.as_str()));
    printable(&words.join(" ")).into_owned()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn entities(text: &str) -> String {
    // The sign that begins an entity comes first.
    let text = text.replace('#', "#35;").replace('&', "#amp;");
    let text = text.replace('"', "#quot;").replace('<', "#lt;");
    text.replace('>', "#gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_in_every_notation() {
        let mut graph = Graph {
            nodes: Vec::new(),
            arrows: Vec::new(),
        };
        let name = "a\"b\\\n\u{1b}#quot;<i>";
        let at = graph.join(&mut BTreeMap::new(), "bus", "x", (name, "what"), Kind::Bus);
        let label = labelled(name, &[]);
        graph.arrows.push(Arrow {
            from: at,
            to: at,
            label,
        });
        let dot = r#"a\"b\\\\n\\u{1b}#quot;<i>"#;
        let mermaid = r"a#quot;b\\n\u{1b}#35;quot;#lt;i#gt;";
        assert!(
            graph.dot().contains(&format!("[label=\"{dot}\\nwhat\"")),
            "{}",
            graph.dot()
        );
        assert!(
            graph
                .dot()
                .contains(&format!("n0 -> n0 [label=\"{dot}\"];"))
        );
        assert!(
            graph
                .mermaid()
                .contains(&format!("n0([\"{mermaid}<br/>what\"])")),
            "{}",
            graph.mermaid()
        );
        assert!(graph.mermaid().contains(&format!("-->|\"{mermaid}\"| n0")));
        let svg = drawing::svg(&graph).unwrap();
        assert!(
            svg.contains(r"a&quot;b\\n\u{1b}#quot;&lt;i&gt;</text>"),
            "{svg}"
        );
        assert!(!svg.contains('\u{1b}'));
    }
}
