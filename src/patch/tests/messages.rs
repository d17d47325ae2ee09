//! What people get to read, as a whole.

use super::load;

#[test]
fn all_mistakes_of_a_patch_at_once() {
    let (_, diagnostics) = load(
        r##"{
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 4000}},
    {"id": "osc", "type": "Oscillator", "parms": {"amplitude": 0.5}},
    {"id": "dots", "type": "RenderInstances2D"}
  ],
  "connections": [
    {"from": "oscc.out", "to": "dots.radius"},
    {"from": "osc", "to": "dots.radius"},
    {"from": "osc.out"}
  ],
  "size": "800x0"
}"##,
    );
    let shown: Vec<String> = diagnostics.list().iter().map(ToString::to_string).collect();
    let expected = r##"warning[unknown-field]: a block has no field `parms`
  --> p.json:4:50, block `osc`
hint: did you mean `params`?

error[unknown-block]: no block has the id `oscc`
  --> p.json:8:14, block `dots`, port `radius`
hint: did you mean `osc`?

error[bad-reference]: `osc` is not a reference to a port
  --> p.json:9:14, block `dots`, port `radius`
hint: write "block.port"

error[missing-field]: a connection needs `to`
  --> p.json:10:5, block `osc`, port `out`
hint: a connection looks like `{"from": "osc.out", "to": "dots.radius"}`

error[bad-size]: the text `800x0` is no size: two whole numbers from 1 to 16384
  --> p.json:12:11
hint: write [800, 600], "800x600" or {"width": 800, "height": 600}"##;
    assert_eq!(shown.join("\n\n"), expected);
}

#[test]
fn text_that_is_not_json() {
    let (_, diagnostics) = load("{\n  \"blocks\": [\n    {\"id\": \"é\", type: \"A\"}\n  ]\n}");
    let expected = "error[bad-json]: not JSON: expected a key here\n  --> p.json:3:17\n\
        hint: keys stand in double quotes";
    assert_eq!(diagnostics.list()[0].to_string(), expected);
}

#[test]
fn a_bus_that_does_not_fit() {
    let (_, diagnostics) = load(
        r#"{"blocks": [{"id": "a", "type": "A"}], "buses": [{"name": "pulse", "type": "number"}]}"#,
    );
    let expected = "error[reserved-bus-mismatch]: the default bus `pulse` is trigger, combined by \
        `last`\n  --> p.json:1:50\nhint: write {\"name\": \"pulse\", \"type\": \"trigger\", \
        \"combineMode\": \"last\"}, or rename it";
    assert_eq!(diagnostics.list()[0].to_string(), expected);
}
