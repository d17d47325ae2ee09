//! Patches in, rows or findings out.

mod buses;
mod chains;
mod composites;
mod examples;
mod named;
mod order;
mod rails;
mod reductions;
mod resolve;
mod seeds;
mod sources;

use super::{Options, compile};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::ir::{Program, SignalExpr, Valid, ValueRef};
use crate::patch::{Source, read};

/// Compiles a text; gives what came out and what was found.
fn compiled_with(json: &str, options: &Options) -> (Option<Valid<Program>>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("test.json", json);
    let program = read(&source, &mut diagnostics)
        .and_then(|document| compile(&document, options, &mut diagnostics));
    assert_eq!(
        program.is_none(),
        diagnostics.has_errors(),
        "{}",
        shown(&diagnostics)
    );
    assert!(
        diagnostics.list().iter().all(|d| d.code != "internal"),
        "{}",
        shown(&diagnostics)
    );
    (program, diagnostics)
}

fn compiled(json: &str) -> (Option<Valid<Program>>, Diagnostics) {
    compiled_with(json, &Options::default())
}

/// A program, and what was warned of.
fn program(json: &str) -> (Valid<Program>, Vec<Diagnostic>) {
    let (program, diagnostics) = compiled(json);
    match program {
        Some(program) => (program, diagnostics.list().to_vec()),
        None => panic!("no program:\n{}", shown(&diagnostics)),
    }
}

fn shown(diagnostics: &Diagnostics) -> String {
    let list: Vec<String> = diagnostics
        .list()
        .iter()
        .map(Diagnostic::to_string)
        .collect();
    list.join("\n")
}

/// The codes of all findings.
fn codes(list: &[Diagnostic]) -> Vec<&'static str> {
    list.iter().map(|d| d.code).collect()
}

/// The findings of a patch that does not compile: only errors.
fn errors(json: &str) -> Vec<Diagnostic> {
    let (_, diagnostics) = compiled(json);
    let errors = diagnostics
        .list()
        .iter()
        .filter(|d| d.severity == Severity::Error);
    errors.cloned().collect()
}

/// The one error of a patch.
fn error(json: &str) -> Diagnostic {
    let mut errors = errors(json);
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors.remove(0)
}

/// A patch of a short loop, a sink `dots`, and what is given.
fn patch(blocks: &str, rest: &str) -> String {
    let comma = |text: &str| if text.is_empty() { "" } else { "," }.to_owned() + text;
    format!(
        r#"{{"blocks": [{{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 2000}}}},
            {{"id": "dots", "type": "RenderInstances2D"}}{}]{}}}"#,
        comma(blocks),
        comma(rest)
    )
}

/// Where an input's value lives.
fn input(program: &Program, block: &str, port: &str) -> ValueRef {
    let text = |id: crate::ir::StrId| program.tables.strings[id.index()].as_str();
    let row = program
        .tables
        .graph
        .blocks
        .iter()
        .find(|b| text(b.key) == block)
        .expect(block);
    row.r#in
        .iter()
        .find(|p| text(p.name) == port)
        .expect(port)
        .r#ref
}

/// Lanes of a constant address.
fn lanes(program: &Program, value: ValueRef) -> Vec<f64> {
    let id = match value {
        ValueRef::Const(id) => id,
        ValueRef::Sig(id) => match program.tables.sig.nodes[id.index()].expr {
            SignalExpr::Const(id) => id,
            ref expr => panic!("not a constant: {expr:?}"),
        },
        other => panic!("not a constant: {other:?}"),
    };
    let row = program.tables.constants.index[id.index()];
    let range = row.at as usize..(row.at + row.len) as usize;
    program.tables.constants.f64[range].to_vec()
}

/// Lanes of the constant at an input.
fn constant(program: &Program, block: &str, port: &str) -> Vec<f64> {
    lanes(program, input(program, block, port))
}

/// The expression of the signal at an input.
fn signal(program: &Program, block: &str, port: &str) -> SignalExpr {
    match input(program, block, port) {
        ValueRef::Sig(id) => program.tables.sig.nodes[id.index()].expr.clone(),
        other => panic!("not a signal: {other:?}"),
    }
}
