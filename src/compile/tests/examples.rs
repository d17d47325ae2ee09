//! Whole patches: the worked example row by row, determinism, memory classes, size.

use super::*;
use crate::ir::{Memory, Step, text};

const WORKED: &str = r##"{ "seed": 42, "name": "breathing",
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

const ROWS: &str = "\
program breathing rev 1 ir 1 seed 42 memory none
time cyclic loop 2000 ms
view 800 x 600 #000000ff
domain grid/domain 4 grid 2x2
chain c0 number -> number scaleBias 0.5 5 (lens scale#0)
sig s0 phase01 time.phase01
sig s1 number wave:sine s0 ; lfo
sig s2 number const 10 ; lfo.amplitude
sig s3 number mul s1 s2 ; lfo
sig s4 number const 20 ; lfo.bias
sig s5 number add s3 s4 ; lfo.out
sig s6 number time.energy
sig s7 number combine sum [s6] ; bus:energy
sig s8 color combine last [] silent 0 0 0 1 ; bus:palette
sig s9 phase01 combine last [s0] ; bus:phaseA
sig s10 phase01 combine last [] silent 0 ; bus:phaseB
sig s11 number combine last [] silent 0 ; bus:progress
sig s12 number transform s5 c0 ; pub-1
sig s13 number combine sum [s12] ; bus:size
event e0 time.wrap
event e1 combine last [e0] ; bus:pulse
bus size sum silent 0 s13 <- pub-1 lfo.out via c0 (sortKey 10) -> list-1 dots.radius
field f0 vec2 grid/domain array [100 100, 200 100, 100 200, 200 200] ; grid.pos0
field f1 number * broadcast s13 ; dots.radius
field f2 color * const 1 0.5019608 0 1 ; dots.color
request dots.positions f0 f32x2 32 B perFrame
request dots.radius f1 f32 16 B perFrame uniforms s13
request dots.color f2 u8x4 16 B perFrame
group g0 grid/domain dots.positions dots.radius dots.color
sink dots instances2d circle z 0 grid/domain";

const STEPS: &str = "\
externalSample external perFrame
timeDerive timeDerive perFrame
timeConsole timeConsole perFrame
nodeEval:lfo preBus perFrame
busEval:energy busEval perFrame
busEval:palette busEval perFrame
busEval:phaseA busEval perFrame
busEval:phaseB busEval perFrame
busEval:progress busEval perFrame
busEval:pulse busEval perFrame
busEval:size busEval perFrame
railResolve:phaseA railResolve perFrame
railResolve:phaseB railResolve perFrame
railResolve:pulseA railResolve perFrame
railResolve:pulseB railResolve perFrame
railResolve:energy railResolve perFrame
railResolve:palette railResolve perFrame
stateCommit railResolve perFrame
materialize:dots.positions render keyed
sinkEval:dots render perFrame
renderAssemble renderAssemble perFrame";

#[test]
fn the_worked_example_has_these_rows() {
    let (program, warnings) = program(WORKED);
    assert!(warnings.is_empty(), "{warnings:?}");
    let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let dump: Vec<String> = text::dump(&program).lines().map(squeezed).collect();
    let other_bus = |line: &&String| line.starts_with("bus ") && !line.starts_with("bus size");
    let shown: Vec<&String> = dump.iter().filter(|l| !other_bus(l)).collect();
    assert_eq!(
        shown
            .iter()
            .map(|l| l.as_str())
            .collect::<Vec<_>>()
            .join("\n"),
        ROWS
    );
}

#[test]
fn the_worked_example_has_this_schedule() {
    let (program, _) = program(WORKED);
    let strings = &program.tables.strings;
    let word = |step: &Step| {
        let phase = serde_json::to_value(step.phase).unwrap_or_default();
        let cache = serde_json::to_value(step.cache.policy).unwrap_or_default();
        let (phase, cache) = (phase.as_str().unwrap_or(""), cache.as_str().unwrap_or(""));
        format!("{} {phase} {cache}", strings[step.key.index()])
    };
    let steps = &program.schedule.steps;
    assert_eq!(steps.iter().map(word).collect::<Vec<_>>().join("\n"), STEPS);
    let idle: Vec<usize> = steps
        .iter()
        .enumerate()
        .filter(|(_, s)| !s.demand)
        .map(|(i, _)| i)
        .collect();
    assert_eq!(idle, [4, 5, 6, 7, 8, 9]);
    let runs = |i: usize| steps[i].run.clone();
    let sig = |ids: &[u32]| {
        ids.iter()
            .map(|&i| ValueRef::Sig(crate::ir::SignalId(i)))
            .collect()
    };
    let expected: Vec<ValueRef> = sig(&[1, 3, 5]);
    assert_eq!(runs(3), expected);
    let expected: Vec<ValueRef> = sig(&[12, 13]);
    assert_eq!(runs(10), expected);
    let text = |ids: &[crate::ir::SlotId]| -> Vec<String> {
        let slots = &program.tables.graph.slots;
        ids.iter()
            .map(|s| strings[slots[s.index()].key.index()].clone())
            .collect()
    };
    assert_eq!(text(&steps[3].writes), ["lfo/out/out"]);
    assert_eq!(text(&steps[10].writes), ["bus/size"]);
    assert_eq!(text(&steps[10].reads), ["lfo/out/out"]);
    assert_eq!(text(&steps[18].reads), ["bus/size"]);
    assert_eq!(text(&steps[20].writes), ["frame"]);
}

#[test]
fn the_worked_example_has_these_json_rows() {
    let (program, _) = program(WORKED);
    let row = |i: usize| serde_json::to_value(&program.tables.sig.nodes[i]).unwrap_or_default();
    let apply = r#"{"type": 1, "expr": {"apply": {"op": "mul", "args": [1, 2], "imm": 0}}}"#;
    let combine = r#"{"type": 1, "expr": {"combine":
        {"bus": 6, "mode": "sum", "terms": [12], "silent": 2}}}"#;
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
    assert_eq!(row(3), json(apply));
    assert_eq!(row(13), json(combine));
}

#[test]
fn compiling_twice_gives_the_same_program() {
    let (first, second) = (program(WORKED).0, program(WORKED).0);
    assert_eq!(*first, *second);
    assert_eq!(first.compile_id, second.compile_id);
    let (other, _) = program(&WORKED.replace("#ff8000", "#ff8001"));
    assert_ne!(first.program_hash, other.program_hash);
    let labelled = WORKED.replace(r#""id": "lfo","#, r#""id": "lfo", "label": "swing","#);
    let (labelled, _) = program(&labelled);
    assert_eq!(first.program_hash, labelled.program_hash);
    assert_ne!(first.compile_id, labelled.compile_id);
}

#[test]
fn memory_says_what_a_frame_depends_on() {
    let memory = |blocks: &str, rest: &str| program(&patch(blocks, rest)).0.memory;
    assert_eq!(memory("", ""), Memory::None);
    let wrap = r#""connections": [{"from": "time.wrap", "to": "dots.z"}]"#;
    assert_eq!(memory("", wrap), Memory::Previous);
    let slew = r#"{"id": "s", "type": "Slew"}"#;
    let used = r#""connections": [{"from": "s.out", "to": "dots.radius"}]"#;
    assert_eq!(memory(slew, used), Memory::State);
    assert_eq!(memory(slew, ""), Memory::None);
    let rail = r#""listeners": [{"rail": "phaseA", "to": "dots.radius"}]"#;
    assert_eq!(memory("", rail), Memory::Previous);
}

#[test]
fn an_unread_field_is_a_row_without_a_request() {
    let index = r#"{"id": "i", "type": "FieldIndex"}"#;
    let (program, warnings) = program(&patch(index, ""));
    assert_eq!(codes(&warnings), ["unreachable-block"]);
    let fields = program.tables.field.nodes.len();
    assert!(fields > program.tables.materialize.requests.len());
}

#[test]
fn two_sinks_over_one_domain_share_a_group() {
    let blocks =
        r#"{"id": "grid", "type": "GridDomain"}, {"id": "more", "type": "RenderInstances2D"}"#;
    let wires = r#""connections": [
        {"from": "grid.domain", "to": "dots.domain"}, {"from": "grid.pos0", "to": "dots.positions"},
        {"from": "grid.domain", "to": "more.domain"}, {"from": "grid.pos0", "to": "more.positions"}]"#;
    let (program, _) = program(&patch(blocks, wires));
    assert_eq!(program.tables.materialize.requests.len(), 6);
    assert_eq!(program.tables.materialize.groups.len(), 1);
    assert_eq!(program.tables.render.root.len(), 2);
}

#[test]
fn glow_draws_into_an_effect() {
    let blocks = r#"{"id": "lit", "type": "RenderInstances2D", "params": {"glow": true}}"#;
    let (program, _) = program(&patch(blocks, ""));
    let sinks = &program.tables.render.sinks;
    let child = sinks.iter().find(|s| s.parent.is_some()).expect("a child");
    let parent = child.parent.expect("a parent");
    assert_eq!(sinks[parent.index()].kind, crate::ir::SinkKind::Postfx);
    assert!(program.tables.render.root.contains(&parent));
}
