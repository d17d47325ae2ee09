//! Names of rows: what people call what the tables number.

use super::way::{Part, way};
use crate::ir::text::{Dump, word};
use crate::ir::*;
use serde::Serialize;

/// Looks names up.
pub struct Names<'p> {
    /// The program.
    pub program: &'p Program,
    dump: Dump<'p>,
}

/// One lens, adapter or conversion of a chain, as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transform {
    /// `lens`, `adapter` or `implicit`.
    pub kind: &'static str,
    /// Its name; that of the opcode for a conversion.
    pub name: String,
    /// Opcodes with their operands; `$k` is the chain's argument k.
    pub steps: Vec<String>,
}

impl std::fmt::Display for Transform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}({})", self.name, self.steps.join("; "))
    }
}

impl<'p> Names<'p> {
    /// Of a program.
    pub fn new(program: &'p Program) -> Self {
        Self {
            program,
            dump: Dump::new(program),
        }
    }

    /// A text of the pool.
    pub fn text(&self, id: StrId) -> &'p str {
        let text = self.program.tables.strings.get(id.index());
        text.map_or("?", String::as_str)
    }

    /// A block's id.
    pub fn block(&self, id: BlockId) -> &'p str {
        let row = self.program.tables.graph.blocks.get(id.index());
        row.map_or("?", |b| self.text(b.key))
    }

    /// `block.port`, `bus:key`, `rail:name`…
    pub fn slot(&self, id: SlotId) -> String {
        let Some(slot) = self.program.tables.graph.slots.get(id.index()) else {
            return "?".to_owned();
        };
        let key = self.text(slot.key);
        match slot.owner {
            SlotOwner::Block { .. } => self.dump.slot_path(id),
            _ => key.replacen('/', ":", 1),
        }
    }

    /// A bus's key.
    pub fn bus(&self, id: BusId) -> &'p str {
        let row = self.program.tables.graph.buses.get(id.index());
        row.map_or("?", |b| self.text(b.key))
    }

    /// A rail's name.
    pub fn rail(&self, id: RailId) -> &'p str {
        self.dump.rail_name(id)
    }

    /// A domain's key as `block.port`.
    pub fn domain(&self, id: DomainId) -> String {
        self.dump.domain_name(id).replacen('/', ".", 1)
    }

    /// A cell's key.
    pub fn cell(&self, id: StateId) -> &'p str {
        self.dump.cell_name(id)
    }

    /// A sink's block.
    pub fn sink(&self, id: SinkId) -> &'p str {
        let row = self.program.tables.render.sinks.get(id.index());
        row.map_or("?", |s| self.text(s.key))
    }

    /// A step's key.
    pub fn step(&self, id: StepId) -> &'p str {
        let row = self.program.schedule.steps.get(id.index());
        row.map_or("?", |s| self.text(s.key))
    }

    /// World and domain of a type.
    pub fn ty(&self, id: TypeId) -> String {
        let row = self.program.types.get(id.index());
        row.map_or_else(
            || "?".to_owned(),
            |t| format!("{} {}", word(&t.world), t.domain.name()),
        )
    }

    /// A constant as a person reads it.
    pub fn constant(&self, id: ConstId) -> String {
        self.dump.constant(id)
    }

    /// What an index of the tables is called in dumps: `s3`, `f1`, a constant's value.
    pub fn value(&self, value: ValueRef) -> String {
        self.dump.value_ref(value)
    }

    /// What a signal was made for, as people call it; its expression or row where nothing is known. A
    /// constant is its value: every place that holds the same one shares it.
    pub fn signal(&self, id: SignalId) -> String {
        let expr = self.program.tables.sig.nodes.get(id.index());
        if let Some(SignalExpr::Const(c)) = expr.map(|node| &node.expr) {
            return self.constant(*c);
        }
        let origin = self.origin(self.program.debug.sig_prov.get(id.index()));
        origin.unwrap_or_else(|| match expr.map(|node| &node.expr) {
            Some(SignalExpr::Time(value)) => format!("time:{}", word(value)),
            Some(SignalExpr::Rail(rail)) => format!("rail:{}", self.rail(*rail)),
            _ => format!("s{}", id.0),
        })
    }

    /// The same for an event; the one that never has a pulse is shared like a constant.
    pub fn event(&self, id: EventId) -> String {
        let expr = self.program.tables.event.nodes.get(id.index());
        if expr.is_some_and(|node| node.expr == EventExpr::Empty) {
            return "none".to_owned();
        }
        self.origin(self.program.debug.event_prov.get(id.index()))
            .unwrap_or_else(|| format!("e{}", id.0))
    }

    /// The same for a field.
    pub fn field(&self, id: FieldId) -> String {
        self.origin(self.program.debug.field_prov.get(id.index()))
            .unwrap_or_else(|| format!("f{}", id.0))
    }

    fn origin(&self, row: Option<&Provenance>) -> Option<String> {
        let path = self.program.debug.strings.get(row?.path as usize)?;
        (!path.is_empty()).then(|| path.clone())
    }

    /// The expression of a signal, event or field as the dump has it.
    pub fn expression(&self, value: ValueRef) -> String {
        let tables = &self.program.tables;
        match value {
            ValueRef::Sig(id) => match tables.sig.nodes.get(id.index()) {
                Some(node) => self.dump.signal(&node.expr),
                None => "?".to_owned(),
            },
            ValueRef::Event(id) => match tables.event.nodes.get(id.index()) {
                Some(node) => self.dump.event(&node.expr),
                None => "?".to_owned(),
            },
            ValueRef::Field(id) => match tables.field.nodes.get(id.index()) {
                Some(node) => self.dump.field(&node.expr),
                None => "?".to_owned(),
            },
            other => self.value(other),
        }
    }

    /// What a rail's generator does.
    pub fn generator(&self, generator: &Generator) -> String {
        self.dump.generator(generator)
    }

    /// The lenses, adapters and conversions of a use of a chain.
    pub fn transforms(&self, id: Option<UseId>) -> Vec<Transform> {
        let transforms = &self.program.tables.transforms;
        let chain = id.and_then(|id| transforms.uses.get(id.index()));
        let chain = chain.and_then(|used| transforms.chains.get(used.chain.index()));
        chain.map_or_else(Vec::new, |chain| self.chain(chain))
    }

    /// The lenses, adapters and conversions between a value and its source, also those that keep state; where
    /// the compiler folded a part of the way, those of the use of a chain at its end.
    pub fn way(
        &self,
        used: Option<UseId>,
        after: ValueRef,
        before: Option<ValueRef>,
    ) -> Vec<Transform> {
        let tables = &self.program.tables;
        let Some(parts) = way(self.program, after, before) else {
            return self.transforms(used);
        };
        let one = |kind, name, step| {
            let steps = vec![step];
            vec![Transform { kind, name, steps }]
        };
        let transforms = parts.iter().map(|part| match *part {
            Part::Chain(id, _) => self.chain(&tables.transforms.chains[id.index()]),
            Part::Cell(id, _) => {
                let op = word(&tables.state.cells[id.index()].op);
                one("lens", op, format!("cell {}", self.cell(id)))
            }
            Part::Reduce(op, _) => one("adapter", "reduce".to_owned(), word(&op)),
        });
        transforms.flatten().collect()
    }

    /// The lenses, adapters and conversions of a chain; a lens of several opcodes is one.
    pub fn chain(&self, chain: &Chain) -> Vec<Transform> {
        let mut list: Vec<Transform> = Vec::new();
        let mut before = None;
        for step in &chain.steps {
            let (kind, name, text) = self.chain_step(step);
            match list.last_mut() {
                Some(last) if before == Some(step.origin) && kind != "implicit" => {
                    last.steps.push(text);
                }
                _ => list.push(Transform {
                    kind,
                    name,
                    steps: vec![text],
                }),
            }
            before = Some(step.origin);
        }
        list
    }

    /// Kind (`lens`, `adapter` or `implicit`), name, and opcode with operands of one step of a chain.
    pub fn chain_step(&self, step: &ChainStep) -> (&'static str, String, String) {
        let transforms = &self.program.tables.transforms;
        let name = |text: Option<StrId>| text.map_or("?", |id| self.text(id)).to_owned();
        let (kind, name) = match step.origin {
            Some(Origin::Lens { id, .. }) => (
                "lens",
                name(transforms.lenses.get(id.index()).map(|l| l.id)),
            ),
            Some(Origin::Adapter { id, .. }) => {
                let row = transforms.adapters.get(id.index());
                ("adapter", name(row.map(|a| a.id)))
            }
            Some(Origin::Implicit) | None => ("implicit", self.dump.op(step.op, step.imm)),
        };
        (kind, name, self.dump.chain_step(step))
    }
}

/// The name of a combine mode.
pub fn combine_name(mode: Combine) -> String {
    word(&mode)
}

/// The name of a value of the time model.
pub fn time_name(value: TimeValue) -> String {
    word(&value)
}

/// The word of an enum variant, as it stands in JSON.
pub(super) fn variant(value: &impl Serialize) -> String {
    word(value)
}
