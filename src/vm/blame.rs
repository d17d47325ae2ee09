//! What went wrong first in a frame: which element of which sink is not drawn, and where it began.
//!
//! The walk goes from the faulty input back through operands, over the registers of this frame, to the
//! earliest signal that is not finite. If all signals are finite a field made it by itself; then its
//! rows are worked out again for that one element, and the first that is not finite is named. A constant
//! was made before any frame; then `folded` reads off the connections which block gave it.

mod folded;

use super::assemble::Stage;
use super::evaluate::Stores;
use super::field::lane::Element;
use super::frame::Offence;
use super::health::{Fault, Health};
use super::registers::Registers;
use super::sinks::Source;
use crate::ir::derive::Owners;
use crate::ir::facts::Names;
use crate::ir::{FieldExpr, FieldId, Program, SignalExpr, SignalId, ValueRef, operands};
use folded::Faulty;
use std::sync::Arc;

/// The first thing that strict mode objects to, if there is one.
pub(super) fn offence(
    program: &Program,
    stage: &Stage,
    stores: &Stores,
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
        let (step, expression) = origin(program, stores, (&plan.key, source), (element, fault));
        return Some(Offence {
            frame: health.frame,
            t_ms: health.t_ms,
            subject: plan.key.clone(),
            channel: channel(program, stores, &plan.key, (element, fault)),
            element: Some((element, id)),
            step,
            expression,
        });
    }
    let (key, channel) = stage.bad.clone()?;
    // A camera's key is `block/port`.
    let (subject, block) = match key.rsplit_once('/') {
        Some((block, port)) => (format!("{block}.{port}").into(), block),
        None => (Arc::clone(&key), &*key),
    };
    Some(Offence {
        frame: health.frame,
        t_ms: health.t_ms,
        subject,
        channel,
        element: None,
        step: None,
        expression: folded::origin(program, (block, channel), Faulty::NonFinite),
    })
}

/// What is wrong with an element, in the words of its sink. An opacity is multiplied into the colours,
/// so it is behind a faulty colour where no colour that the sink is given is faulty itself.
fn channel(
    program: &Program,
    stores: &Stores,
    sink: &str,
    (element, fault): (u32, Fault),
) -> &'static str {
    let strings = &program.tables.strings;
    let blocks = &program.tables.graph.blocks;
    let block = blocks.iter().find(|b| strings[b.key.index()] == sink);
    let Some(block) = block.filter(|_| fault == Fault::Color) else {
        return fault.name();
    };
    let is_broken = |name: &str| {
        let port = block.r#in.iter().find(|p| strings[p.name.index()] == name);
        port.is_some_and(|port| !is_finite(program, stores, port.r#ref, element))
    };
    let colors = ["color", "fillColor", "strokeColor"];
    match !colors.into_iter().any(is_broken) && is_broken("opacity") {
        true => "opacity",
        false => fault.name(),
    }
}

/// Whether all lanes of a value are finite at an element; what has no lanes there is.
fn is_finite(program: &Program, stores: &Stores, value: ValueRef, element: u32) -> bool {
    let requests = &program.tables.materialize.requests;
    let field = match value {
        ValueRef::Sig(id) => return stores.registers.get(id).iter().all(|v| v.is_finite()),
        ValueRef::Field(id) => id,
        ValueRef::Req(id) => requests[id.index()].field,
        _ => return true,
    };
    let rows = Element {
        program,
        registers: &stores.registers,
        histories: &stores.cells,
        index: element,
    }
    .rows(field);
    rows.get(&field)
        .is_none_or(|lanes| lanes.iter().all(|v| v.is_finite()))
}

/// Key of the step and text of the expression where the trouble began; of a constant no step.
fn origin(
    program: &Program,
    stores: &Stores,
    (sink, source): (&str, Source),
    (element, fault): (u32, Fault),
) -> (Option<String>, Option<String>) {
    let requests = &program.tables.materialize.requests;
    let names = Names::new(program);
    let constant = |port: &str| folded::origin(program, (sink, port), fault.into());
    let (start, port) = match source {
        Source::Req(req) => match requests.get(req.index()) {
            Some(request) => {
                let key = names.text(request.key);
                let port = key.rsplit_once('.').map_or("", |(_, port)| port);
                (ValueRef::Field(request.field), port)
            }
            None => return (None, None),
        },
        Source::Sig(id) => (ValueRef::Sig(id), ""),
        Source::Const(_) => return (None, constant("")),
    };
    let owner = |value| {
        let step = Owners::new(program).of(program, value);
        step.map(|step| names.step(step).to_owned())
    };
    let signal = |id: SignalId| {
        let value = ValueRef::Sig(id);
        let node = &program.tables.sig.nodes[id.index()];
        if let SignalExpr::Const(_) = node.expr
            && let Some(text) = constant(port)
        {
            return (None, Some(text));
        }
        let text = format!("{} = {}", names.signal(id), names.expression(value));
        (owner(value), Some(text))
    };
    let registers = &stores.registers;
    // A negative size has no value that is not finite behind it.
    let faulty = fault != Fault::NegativeSize;
    if let Some(culprit) = earliest(program, registers, start).filter(|_| faulty) {
        return signal(culprit);
    }
    let Source::Req(req) = source else {
        return match start {
            ValueRef::Sig(id) => signal(id),
            _ => (None, None),
        };
    };
    let rows = Element {
        program,
        registers,
        histories: &stores.cells,
        index: element,
    }
    .rows(requests[req.index()].field);
    // Operands stand before users.
    let broken = |(_, lanes): &(&FieldId, &Vec<f64>)| lanes.iter().any(|v| !v.is_finite());
    let first = match faulty {
        true => rows.iter().find(broken),
        false => rows.get_key_value(&requests[req.index()].field),
    };
    if let Some((id, _)) = first
        && let FieldExpr::Broadcast(id) = program.tables.field.nodes[id.index()].expr
    {
        return signal(id);
    }
    if let Some((id, _)) = first
        && let FieldExpr::Const(_) = program.tables.field.nodes[id.index()].expr
        && let Some(text) = constant(port)
    {
        return (None, Some(text));
    }
    let text = first.map(|(id, lanes)| {
        let expression = names.expression(ValueRef::Field(*id));
        let lanes: Vec<String> = lanes.iter().map(f64::to_string).collect();
        format!("{} = {expression} = {}", names.field(*id), lanes.join(" "))
    });
    (owner(ValueRef::Req(req)), text)
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
