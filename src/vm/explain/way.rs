//! The lenses, adapters and conversions between a value and its source, with what each made.

use super::{Explainer, Stage};
use crate::ir::facts::way::{Part, way};
use crate::ir::text;
use crate::ir::*;
use crate::vm::transforms;

impl Explainer<'_> {
    /// Notes what is between `before` and `after`. Where the compiler folded a part of the way only the
    /// end of its chain is known.
    pub(super) fn stages(
        &mut self,
        place: usize,
        used: Option<UseId>,
        after: ValueRef,
        before: Option<ValueRef>,
    ) {
        if let Some(parts) = way(self.program(), after, before) {
            parts.iter().for_each(|part| self.part(place, part));
            return;
        }
        let transforms = &self.program().tables.transforms;
        let Some(used) = used.and_then(|id| transforms.uses.get(id.index())) else {
            return;
        };
        self.words(place, &transforms.chains[used.chain.index()]);
        let last = self.nodes[place].stages.len().checked_sub(1);
        if let Some(last) = last {
            self.nodes[place].stages[last].after = self.value(used.at, (place, Some(last)));
        }
    }

    fn part(&mut self, place: usize, part: &Part) {
        let at = self.nodes[place].stages.len();
        match *part {
            Part::Cell(cell, value) => {
                let op = text::word(&self.program().tables.state.cells[cell.index()].op);
                let cell = format!("cell {}", self.names.cell(cell));
                self.stage(place, "lens", op, cell);
                self.nodes[place].stages[at].after = self.value(value, (place, Some(at)));
            }
            Part::Reduce(op, value) => {
                self.stage(place, "adapter", "reduce".to_owned(), text::word(&op));
                self.nodes[place].stages[at].after = self.value(value, (place, Some(at)));
            }
            Part::Chain(chain, value) => self.chain(place, chain, value),
        }
    }

    /// Every step of a chain, with what it made.
    fn chain(&mut self, place: usize, id: ChainId, value: ValueRef) {
        let program = self.program();
        let chain = &program.tables.transforms.chains[id.index()];
        let first = self.nodes[place].stages.len();
        self.words(place, chain);
        match value {
            ValueRef::Field(field) => self.fields.chain(field, (place, first)),
            ValueRef::Sig(signal) => {
                let node = &program.tables.sig.nodes[signal.index()];
                let SignalExpr::Transform { src, args, .. } = &node.expr else {
                    return;
                };
                let registers = &self.stores.registers;
                let args: Vec<&[f64]> = args.iter().map(|&a| registers.get(a)).collect();
                let mut stages = self.nodes[place].stages[first..].iter_mut();
                transforms::walk(program, chain, registers.get(*src), &args, |_, lanes| {
                    if let Some(stage) = stages.next() {
                        stage.after = super::Seen::Lanes(lanes.to_vec());
                    }
                });
            }
            _ => {}
        }
    }

    fn words(&mut self, place: usize, chain: &Chain) {
        for step in &chain.steps {
            let (kind, name, step) = self.names.chain_step(step);
            self.stage(place, kind, name, step);
        }
    }

    fn stage(&mut self, place: usize, kind: &'static str, name: String, step: String) {
        self.nodes[place].stages.push(Stage {
            kind,
            name,
            step,
            after: super::Seen::Nothing,
        });
    }
}
