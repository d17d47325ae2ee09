//! Patches in, rows or findings out.

use super::{Options, compile};
use crate::diag::Diagnostics;
use crate::ir::{Program, Valid, text};
use crate::patch::{Source, read};

fn compiled(json: &str) -> (Option<Valid<Program>>, Diagnostics) {
    compiled_with(
        json,
        &Options {
            stem: "test".to_owned(),
            ..Options::default()
        },
    )
}

fn compiled_with(json: &str, options: &Options) -> (Option<Valid<Program>>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("test.json", json);
    let program = read(&source, &mut diagnostics)
        .and_then(|document| compile(&document, options, &mut diagnostics));
    (program, diagnostics)
}

const WORKED: &str = r##"{ "seed": 42,
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 2000}},
    {"id": "grid", "type": "GridDomain", "params": {"rows": 2, "cols": 2, "spacing": 100}},
    {"id": "lfo",  "type": "Oscillator", "params": {"amplitude": 10, "bias": 20}},
    {"id": "dots", "type": "RenderInstances2D", "params": {"color": "#ff8000"}}],
  "connections": [
    {"from": "time.phase",  "to": "lfo.phase"},
    {"from": "grid.domain", "to": "dots.domain"},
    {"from": "grid.pos0",   "to": "dots.positions"}],
  "buses": [{"name": "size", "type": "number", "combine": "sum"}],
  "publishers": [{"id": "pub-1", "from": "lfo.out", "bus": "size", "sortKey": 10,
                  "lens": [{"type": "scale", "params": {"scale": 0.5, "offset": 5}}]}],
  "listeners": [{"id": "list-1", "bus": "size", "to": "dots.radius"}] }"##;

#[test]
fn worked_example() {
    let (program, diagnostics) = compiled_with(
        WORKED,
        &Options {
            stem: "breathing".to_owned(),
            ..Options::default()
        },
    );
    for d in diagnostics.list() {
        eprintln!("{d}");
    }
    let program = program.expect("a program");
    println!("{}", text::dump(&program));
    println!("{}", text::dump_schedule(&program));
}
