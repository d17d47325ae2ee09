//! Two programs side by side: what is kept, changed, added and removed, and what of state goes on.

mod runs;
mod support;

use oscilla::ir::diff::Table;
use oscilla::ir::{CellAction, Class, Diff, Program, Valid};
use runs::compile;
use std::fs;
use support::{patches, stem};

/// A loop with state, a bus with a lens, and a grid.
const PATCH: &str = r##"{
  "size": [64, 48], "seed": 7,
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 2000}},
    {"id": "grid", "type": "GridDomain", "params": {"rows": 2, "cols": 2, "spacing": 16}},
    {"id": "osc", "type": "Oscillator", "params": {"amplitude": 2, "bias": 4}},
    {"id": "sum", "type": "Integrate"},
    {"id": "echo", "type": "DelayFrames", "params": {"frames": 4}},
    {"id": "spin", "type": "FieldFromSignalBroadcast"},
    {"id": "dots", "type": "RenderInstances2D", "params": {"color": "#ffcc00"}}],
  "connections": [
    {"from": "osc.out", "to": "sum.in"},
    {"from": "sum.out", "to": "echo.in"},
    {"from": "grid.domain", "to": "spin.domain"},
    {"from": "echo.out", "to": "spin.signal"},
    {"from": "grid.domain", "to": "dots.domain"},
    {"from": "grid.pos0", "to": "dots.positions"},
    {"from": "spin.field", "to": "dots.rotation"}],
  "buses": [{"name": "size", "type": "number", "combine": "sum"}],
  "publishers": [{"id": "p1", "from": "osc.out", "bus": "size",
                  "lens": [{"type": "scale", "params": {"scale": 0.5}}]}],
  "listeners": [{"id": "l1", "bus": "size", "to": "dots.radius"}]
}"##;

fn program(text: &str) -> Valid<Program> {
    let (program, diagnostics) = compile(text);
    program.unwrap_or_else(|| panic!("{}", runs::shown(&diagnostics)))
}

/// The difference that replacing a text in the patch makes.
fn edit(from: &str, to: &str) -> Diff {
    assert!(PATCH.contains(from), "{from}");
    Diff::new(&program(PATCH), &program(&PATCH.replace(from, to)))
}

fn action(diff: &Diff, cell: &str) -> CellAction {
    let found = diff.cells.iter().find(|c| c.key.starts_with(cell));
    found
        .unwrap_or_else(|| panic!("{cell}: {:?}", diff.cells))
        .action
}

/// Keys of a table that are not kept: changed, added, removed.
fn moved(table: &Table) -> [Vec<&str>; 3] {
    [&table.changed, &table.added, &table.removed].map(|l| l.iter().map(String::as_str).collect())
}

#[test]
fn a_program_equals_itself() {
    for patch in patches("patches") {
        let text = fs::read_to_string(&patch).expect("readable");
        let diff = Diff::new(&program(&text), &program(&text));
        assert!(diff.is_same(), "{}: {diff:?}", stem(&patch));
        assert_eq!(diff.class, Class::A);
        assert!(diff.invalidated.is_empty());
    }
}

#[test]
fn names_for_people_and_lengths_for_exports_are_no_difference() {
    let diff = edit(
        r#""size": [64, 48],"#,
        r#""size": [64, 48], "name": "other","#,
    );
    assert!(diff.is_same());
}

#[test]
fn an_amplitude_is_a_parameter_of_one_block() {
    let diff = edit(r#""amplitude": 2"#, r#""amplitude": 3"#);
    assert_eq!((diff.class, diff.because.as_slice()), (Class::A, &[][..]));
    assert_eq!(moved(&diff.blocks), [vec!["osc"], vec![], vec![]]);
    assert!(diff.cells.iter().all(|c| c.action == CellAction::Copied));
    let stale = |key: &str| diff.invalidated.iter().any(|step| step == key);
    assert!(stale("nodeEval:osc") && stale("busEval:size") && stale("nodeEval:sum"));
    assert!(stale("sinkEval:dots") && !stale("timeDerive") && !stale("busEval:phaseA"));
    assert!(diff.requests.kept.contains(&"dots.positions".to_owned()));
}

#[test]
fn lenses_modes_and_colours_are_parameters() {
    for (from, to) in [
        (r#""scale": 0.5"#, r#""scale": 0.75"#),
        (r#""combine": "sum""#, r#""combine": "max""#),
        ("#ffcc00", "#00ccff"),
        (r#""seed": 7"#, r#""seed": 8"#),
    ] {
        assert_eq!(edit(from, to).class, Class::A, "{from}");
    }
    let lens = edit(r#""scale": 0.5"#, r#""scale": 0.75"#);
    assert_eq!(moved(&lens.publishers), [vec!["p1"], vec![], vec![]]);
    assert!(lens.blocks.is_same());
    let mode = edit(r#""combine": "sum""#, r#""combine": "max""#);
    assert_eq!(moved(&mode.buses), [vec!["size"], vec![], vec![]]);
}

#[test]
fn wires_and_blocks_are_structure() {
    let rewired = edit(
        r#"{"from": "osc.out", "to": "sum.in"}"#,
        r#"{"from": "time.energy", "to": "sum.in"}"#,
    );
    assert_eq!(rewired.class, Class::B);
    assert_eq!(moved(&rewired.wires), [vec!["sum.in"], vec![], vec![]]);
    assert_eq!(action(&rewired, "sum/"), CellAction::Copied);
    let disabled = edit(r#""id": "p1","#, r#""id": "p1", "enabled": false,"#);
    assert_eq!(disabled.class, Class::B);
}

#[test]
fn a_renamed_block_starts_anew_and_the_report_knows_it() {
    let diff = Diff::new(
        &program(PATCH),
        &program(
            &PATCH
                .replace("\"sum", "\"total")
                .replace("combine\": \"total", "combine\": \"sum"),
        ),
    );
    assert_eq!(diff.class, Class::B);
    assert_eq!(diff.renamed, [["sum".to_owned(), "total".to_owned()]]);
    assert_eq!(action(&diff, "sum/"), CellAction::Dropped);
    assert_eq!(action(&diff, "total/"), CellAction::New);
    assert_eq!(action(&diff, "echo/"), CellAction::Copied);
}

#[test]
fn state_of_another_length_is_resampled() {
    let longer = edit(r#""frames": 4"#, r#""frames": 6"#);
    assert_eq!(
        (longer.class, action(&longer, "echo/")),
        (Class::B, CellAction::Resampled)
    );
}

#[test]
fn time_elements_and_lost_state_are_topology() {
    let period = edit(r#""periodMs": 2000"#, r#""periodMs": 3000"#);
    assert_eq!(period.class, Class::C);
    assert_eq!(period.because, ["the period was 2000 ms, it is 3000 ms"]);
    let grid = edit(r#""rows": 2"#, r#""rows": 3"#);
    assert_eq!(grid.class, Class::C);
    assert_eq!(moved(&grid.domains), [vec!["grid/domain"], vec![], vec![]]);
    assert_eq!(moved(&grid.blocks), [vec!["grid"], vec![], vec![]]);
}

#[test]
fn what_holds_for_the_whole_patch_is_reported() {
    let diff = edit(
        "\"size\": [64, 48], \"seed\": 7",
        "\"size\": [32, 48], \"seed\": 9",
    );
    let settings: Vec<_> = diff
        .settings
        .iter()
        .map(|s| (s.name, &*s.from, &*s.to))
        .collect();
    assert_eq!(settings, [("size", "64x48", "32x48"), ("seed", "7", "9")]);
    assert!(!diff.is_same());
    let diff = edit("\"seed\": 7", "\"seed\": 7, \"background\": \"white\"");
    let names: Vec<_> = diff.settings.iter().map(|s| s.name).collect();
    assert_eq!(
        (names, diff.is_same(), diff.class),
        (vec!["background"], false, Class::A)
    );
    assert_eq!(diff.settings[0].to, "rgba(1, 1, 1, 1)");
}

#[test]
fn a_history_does_not_change_with_what_it_is_of() {
    let patch = r#"{"blocks": [
        {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 2000}},
        {"id": "lfo", "type": "Oscillator", "params": {"amplitude": 2}},
        {"id": "past", "type": "History", "params": {"depth": 4}},
        {"id": "dots", "type": "RenderInstances2D"}],
      "connections": [
        {"from": "lfo.out", "to": "past.in"},
        {"from": "past.domain", "to": "dots.domain"},
        {"from": "past.output", "to": "dots.radius"}]}"#;
    let louder = patch.replace("\"amplitude\": 2", "\"amplitude\": 3");
    let diff = Diff::new(&program(patch), &program(&louder));
    assert_eq!(moved(&diff.blocks), [vec!["lfo"], vec![], vec![]]);
    let longer = patch.replace("\"depth\": 4", "\"depth\": 5");
    let diff = Diff::new(&program(patch), &program(&longer));
    assert_eq!(moved(&diff.blocks)[0], ["past"]);
}
