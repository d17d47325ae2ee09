//! Strict mode: which element of which sink would not be drawn, and where the trouble began.
//!
//! The walk goes from the faulty input back through operands, over the registers of this frame, and
//! names the step of the earliest signal that is not finite. If all signals are finite the field made
//! it by itself; then the step that computed the column is named.

use super::assemble::Stage;
use super::frame::Offence;
use super::health::{Fault, Health};
use super::registers::Registers;
use super::sinks::Source;
use crate::ir::{Program, SignalExpr, SignalId, StepId, StepKind, ValueRef, operands};

/// The first thing that strict mode objects to, if there is one.
pub(super) fn offence(
    program: &Program,
    stage: &Stage,
    registers: &Registers,
    health: &Health,
) -> Option<Offence> {
    let first = health
        .dropped
        .iter()
        .find_map(|d| d.first.map(|f| (d.sink, f)));
    if let Some((sink, (element, fault))) = first {
        let plan = stage.plan(sink);
        let (source, id) = match plan.kind.behind(fault) {
            Some((domain, source)) => {
                let mut id = String::new();
                super::sinks::ids(program, domain).write(element, &mut id);
                (source, id)
            }
            None => (Source::Const([0.0; 4]), element.to_string()),
        };
        return Some(Offence {
            frame: health.frame,
            t_ms: health.t_ms,
            subject: plan.key.clone(),
            channel: fault.name(),
            element: Some((element, id)),
            step: origin(program, registers, source, fault),
        });
    }
    let (subject, channel) = stage.bad.clone()?;
    Some(Offence {
        frame: health.frame,
        t_ms: health.t_ms,
        subject,
        channel,
        element: None,
        step: None,
    })
}

fn origin(
    program: &Program,
    registers: &Registers,
    source: Source,
    fault: Fault,
) -> Option<String> {
    let start = match source {
        Source::Req(req) => {
            let request = program.tables.materialize.requests.get(req.index())?;
            ValueRef::Field(request.field)
        }
        Source::Sig(id) => ValueRef::Sig(id),
        Source::Const(_) => return None,
    };
    let steps = &program.schedule.steps;
    let key = |step: StepId| {
        let key = steps.get(step.index())?.key;
        program.tables.strings.get(key.index()).cloned()
    };
    // A negative size has no value that is not finite behind it.
    let culprit = (fault != Fault::NegativeSize)
        .then(|| earliest(program, registers, start))
        .flatten();
    if let Some(signal) = culprit {
        let owner = steps
            .iter()
            .position(|s| s.run.contains(&ValueRef::Sig(signal)));
        return owner.and_then(|i| key(StepId::at(i)));
    }
    let Source::Req(req) = source else {
        return None;
    };
    let groups = &program.tables.materialize.groups;
    let group = groups.iter().position(|g| g.reqs.contains(&req))?;
    let owner = steps
        .iter()
        .position(|s| matches!(s.kind, StepKind::Materialize { group: g } if g.index() == group));
    owner.and_then(|i| key(StepId::at(i)))
}

/// The signal behind `start` that is not finite and comes first.
fn earliest(program: &Program, registers: &Registers, start: ValueRef) -> Option<SignalId> {
    let tables = &program.tables;
    let mut seen_signals = vec![false; tables.sig.nodes.len()];
    let mut seen_fields = vec![false; tables.field.nodes.len()];
    let mut work = vec![start];
    let mut found: Option<SignalId> = None;
    while let Some(value) = work.pop() {
        match value {
            ValueRef::Sig(id) if !std::mem::replace(&mut seen_signals[id.index()], true) => {
                let node = &tables.sig.nodes[id.index()];
                if registers.get(id).iter().any(|v| !v.is_finite()) {
                    found = Some(found.map_or(id, |f| f.min(id)));
                }
                // What comes back from an earlier frame did not begin in this one.
                if !matches!(node.expr, SignalExpr::StatePrev(_)) {
                    operands::of_signal(program, &node.expr, &mut |v| work.push(v));
                }
            }
            ValueRef::Field(id) if !std::mem::replace(&mut seen_fields[id.index()], true) => {
                operands::of_field(&tables.field.nodes[id.index()].expr, &mut |v| work.push(v));
            }
            _ => {}
        }
    }
    found
}
