//! A planned way, run on a value: neighbouring stages become one chain; stages that change the world
//! of the value, or keep state, stand between chains. What happens to a constant happens at once.

use super::marks::Note;
use super::pipe::Stage;
use super::{Edge, Flow, Lowerer, UseRow, fold};
use crate::blocks::{self, ChainDraft, Value};
use crate::diag::Diagnostic;
use crate::ir::{Builder, ChainId, EventView, FieldExpr, Origin, SignalExpr, SignalId};
use crate::types::{Domain, Type};

impl Lowerer<'_, '_> {
    /// Runs a planned way; gives the value and the place of its row in `uses`, if it has a chain.
    pub(super) fn run_stages(
        &mut self,
        flow: Flow,
        stages: &[Stage],
        edge: &Edge<'_>,
    ) -> (Value, Option<usize>) {
        let mut value = flow.value;
        let mut domain = flow.ty.domain;
        let mut chain: Option<ChainId> = None;
        let mut at = 0;
        // Nodes made for the parameters belong to the connection too.
        self.note_use(edge);
        while let Some(stage) = stages.get(at) {
            if stage.is_steps() {
                let end = at + stages[at..].iter().take_while(|s| s.is_steps()).count();
                let made = self.run_steps(value, &mut domain, &stages[at..end], edge);
                value = made.0;
                chain = made.1.or(chain);
                at = end;
                self.note_use(edge);
                continue;
            }
            value = self.run_stage(value, &mut domain, stage, edge);
            // A broadcast is for the input alone, which is noted when it is bound.
            if !matches!(stage, Stage::Broadcast) {
                self.note_use(edge);
            }
            at += 1;
        }
        let used = chain.map(|chain| {
            let at = self.address(&value);
            self.out.uses.push(UseRow {
                key: edge.key.to_owned(),
                chain,
                at,
            });
            self.out.uses.len() - 1
        });
        (value, used)
    }

    fn note_use(&mut self, edge: &Edge<'_>) {
        self.out
            .marks
            .note(&self.out.build, &Note::Use(edge.key.to_owned()));
    }

    /// Appends stages to one chain and applies it; on constants only the result remains.
    fn run_steps(
        &mut self,
        value: Value,
        domain: &mut Domain,
        stages: &[Stage],
        edge: &Edge<'_>,
    ) -> (Value, Option<ChainId>) {
        let mut draft = ChainDraft::new(&mut self.out.build, *domain);
        for stage in stages {
            match stage {
                Stage::Convert(to) => {
                    draft.origin = Some(Origin::Implicit);
                    draft.convert(*to);
                }
                Stage::Adapter(append, origin) => {
                    draft.origin = Some(*origin);
                    append(&mut draft);
                }
                Stage::Lens(lens, arguments, origin) => {
                    draft.origin = Some(*origin);
                    lens.append(&mut draft, arguments);
                }
                _ => {}
            }
        }
        let done = draft.finish();
        for mistake in &done.mistakes {
            let message = format!("the chain of `{}` is wrong: {mistake}", edge.key);
            let error = Diagnostic::error("internal", edge.at, message)
                .hint("this is a mistake of oscilla, not of the patch");
            self.diagnostics.push(error);
        }
        *domain = done.domain;
        if done.chain.steps.is_empty() {
            return (value, None);
        }
        let build = &mut self.out.build;
        match value {
            Value::Signal(src) => {
                if let Some(lanes) = fold::chain(build, &done.chain, src, &done.args) {
                    return (Value::Signal(build.constant(done.domain, &lanes)), None);
                }
                let chain = build.chain(done.chain);
                let expr = SignalExpr::Transform {
                    src,
                    chain,
                    args: done.args,
                };
                let signal = build.signal(Type::signal(done.domain), expr);
                (Value::Signal(signal), Some(chain))
            }
            Value::Field(src) => {
                let over = build.field_over(src);
                let chain = build.chain(done.chain);
                let expr = FieldExpr::Transform {
                    src,
                    chain,
                    args: done.args,
                };
                let field = build.field(done.domain, over, false, expr);
                (Value::Field(field), Some(chain))
            }
            value => (value, None),
        }
    }

    /// A stage that changes the world of the value, or keeps state.
    fn run_stage(
        &mut self,
        value: Value,
        domain: &mut Domain,
        stage: &Stage,
        edge: &Edge<'_>,
    ) -> Value {
        let build = &mut self.out.build;
        match (stage, value) {
            (Stage::Broadcast, Value::Signal(signal)) => {
                let signal = relabelled(build, signal, *domain);
                Value::Field(build.broadcast(signal, false))
            }
            (Stage::Reduce(op), Value::Field(field)) => {
                match blocks::reduce(build, field, *domain, *op) {
                    Ok(signal) => Value::Signal(signal),
                    Err(mistake) => {
                        let message =
                            format!("the reduction on `{}` is wrong: {mistake}", edge.key);
                        let error = Diagnostic::error("internal", edge.at, message)
                            .hint("this is a mistake of oscilla, not of the patch");
                        self.diagnostics.push(error);
                        Value::Signal(self.out.build.num(0.0))
                    }
                }
            }
            (Stage::Count, Value::Event(event)) => {
                *domain = Domain::Number;
                Value::Signal(blocks::count(build, event))
            }
            (Stage::Fired, Value::Event(of)) => {
                *domain = Domain::Boolean;
                let expr = SignalExpr::Event {
                    of,
                    view: EventView::Fired,
                };
                Value::Signal(build.signal(Type::signal(Domain::Boolean), expr))
            }
            (Stage::Rise(key), Value::Signal(signal)) => {
                *domain = Domain::Trigger;
                Value::Event(blocks::rise(build, key.clone(), signal))
            }
            (Stage::Cell(lens, arguments, key), Value::Signal(input)) => {
                let input = relabelled(build, input, *domain);
                let (output, _) = lens.cell(build, key, input, arguments);
                *domain = build.signal_type(output).domain;
                Value::Signal(output)
            }
            (_, value) => value,
        }
    }
}

/// A signal whose constant carries the wanted domain; others keep their name, which has no effect.
fn relabelled(build: &mut Builder, signal: SignalId, domain: Domain) -> SignalId {
    match build.folded(signal) {
        Some(lanes) if lanes.len() == domain.lanes() => build.constant(domain, &lanes),
        _ => signal,
    }
}
