//! Expressions, chains and state.

use crate::damage::{Case, Change, case, row, text, type_of};
use Change::{Again, Drop, Swap, To};
use serde_json::{Value, json};

pub(crate) fn cases(sound: &Value) -> Vec<Case> {
    let signals = sound["tables"]["sig"]["nodes"]
        .as_array()
        .map_or(0, Vec::len);
    let color = type_of(sound, "signal", "color");
    let buses = &sound["tables"]["graph"]["buses"];
    let palette = row(buses, "key", text(sound, "palette"));
    let silent_color = buses[palette]["silent"].clone();
    let fields = sound["tables"]["field"]["nodes"]
        .as_array()
        .expect("fields");
    let narrow_constant = |row: &Value| row["wide"] == false && row["expr"]["const"].is_number();
    let f32_row = fields.iter().position(narrow_constant).expect("a constant");
    vec![
        case(
            "/tables/sig/nodes/{apply}/expr/apply/args/0",
            To(json!(signals - 1)),
            "ir-operand-order",
        ),
        case(
            "/tables/field/nodes/{narrow}/expr/narrow",
            To(json!(30)),
            "ir-operand-order",
        ),
        case(
            "/tables/sig/nodes/{mul}/expr/apply/op",
            To(json!("sin")),
            "ir-op",
        ),
        case("/tables/sig/nodes/{mul}/expr/apply/args", Again(0), "ir-op"),
        case(
            "/tables/sig/nodes/{wave}/expr/apply/imm",
            To(json!(9)),
            "ir-op",
        ),
        case(
            "/tables/transforms/chains/{arg}/arity",
            To(json!(0)),
            "ir-chain",
        ),
        case(
            "/tables/transforms/chains/{softclip}/to",
            To(color.clone()),
            "ir-chain",
        ),
        case(
            "/tables/transforms/chains/{softclip}/steps/0/op",
            To(json!("sin")),
            "ir-op",
        ),
        case(
            "/tables/transforms/chains/{softclip}/steps/0/to",
            To(color.clone()),
            "ir-chain",
        ),
        case(
            "/tables/field/nodes/{idHash}/wide",
            To(json!(false)),
            "ir-domain",
        ),
        case(
            "/tables/field/nodes/{divIeee}/wide",
            To(json!(false)),
            "ir-precision",
        ),
        case(
            "/tables/field/nodes/{array}/dom",
            To(json!(null)),
            "ir-domain",
        ),
        case(
            "/tables/field/nodes/{mulAlpha}/dom",
            To(json!(1)),
            "ir-domain",
        ),
        // State.
        case("/tables/state/cells/2/f64/0", To(json!(0)), "ir-state"),
        case("/tables/state/cells/1/f64/1", To(json!(2)), "ir-state"),
        case("/tables/state/cells/1/args", Drop(0), "ir-state"),
        case("/tables/state/cells/0/ring", To(json!(0)), "ir-state"),
        case("/tables/state/f64Len", To(json!(99)), "ir-state"),
        case("/tables/state/cells", Swap(0, 1), "ir-duplicate-key"),
        case(
            "/tables/state/cells/0/tap",
            To(json!("updated")),
            "ir-state",
        ),
        case(
            "/tables/state/cells/1/policy",
            To(json!("frame")),
            "ir-state",
        ),
        case("/tables/state/cells/1/imm", To(json!(3)), "ir-state"),
        case("/tables/state/cells/1/type", To(color.clone()), "ir-type"),
        case(
            "/tables/state/cells/0/init",
            To(silent_color.clone()),
            "ir-const",
        ),
        case(
            "/tables/state/cells/1/args/0",
            To(json!({"sig": 2})),
            "ir-state",
        ),
        case("/tables/state/cells/1/args", Again(0), "ir-state"),
        case("/tables/state/cells/1/op", To(json!("delay")), "ir-state"),
        // Rows of the wrong kind.
        case("/tables/event/nodes/1/expr/rail", To(json!(0)), "ir-type"),
        case(
            "/tables/event/nodes/0/expr/stateEvents",
            To(json!(1)),
            "ir-type",
        ),
        case("/tables/sig/nodes/5/expr/stateOut", To(json!(3)), "ir-type"),
        case("/tables/sig/nodes/8/expr/rail", To(json!(2)), "ir-type"),
        case(
            "/tables/sig/nodes/27/expr/reduce/field",
            To(json!(0)),
            "ir-type",
        ),
        case(
            "/tables/sig/nodes/27/expr/reduce/domain",
            To(json!(1)),
            "ir-request",
        ),
        case(
            "/tables/sig/nodes/27/expr/reduce/domain",
            To(json!(null)),
            "ir-domain",
        ),
        case(
            "/tables/sig/nodes/9/expr/combine/bus",
            To(json!(4)),
            "ir-bus",
        ),
        case(
            "/tables/sig/nodes/9/expr/combine/silent",
            To(silent_color.clone()),
            "ir-type",
        ),
        case(
            "/tables/field/nodes/{idHash}/expr/idHash/salt",
            To(silent_color),
            "ir-const",
        ),
        case(
            "/tables/field/nodes/{broadcast}/expr",
            To(json!({"apply": {"op": "delay", "args": [0], "imm": 0}})),
            "ir-schema",
        ),
        case(
            "/tables/sig/nodes/{mul}/expr/apply/op",
            To(json!("integrate")),
            "ir-schema",
        ),
        // A value that needs itself, within a row, over two, and over the cell that would break it.
        case(
            "/tables/sig/nodes/18/expr/apply/args/0",
            To(json!(18)),
            "ir-operand-order",
        ),
        case(
            "/tables/sig/nodes/16/expr/apply/args/0",
            To(json!(20)),
            "ir-operand-order",
        ),
        case(
            "/tables/sig/nodes/7/expr",
            To(json!({"stateOut": 0})),
            "ir-tape-order",
        ),
        case(
            "/tables/field/nodes/{narrow}/expr/narrow",
            To(json!(999)),
            "ir-index",
        ),
        // Chains, their uses, and curves.
        case(
            "/tables/transforms/uses/1/at",
            To(json!({"sig": 11})),
            "ir-type",
        ),
        case("/tables/transforms/uses/1/chain", To(json!(9)), "ir-index"),
        case(
            "/tables/transforms/chains/0/arity",
            To(json!(1)),
            "ir-chain",
        ),
        case(
            "/tables/transforms/chains/0/from",
            To(color.clone()),
            "ir-chain",
        ),
        case(
            "/tables/transforms/chains/1/steps/0/operands/0/arg",
            To(json!(1)),
            "ir-chain",
        ),
        case(
            "/tables/transforms/chains/0/steps/0/operands/0/const",
            To(sound["tables"]["field"]["nodes"][f32_row]["expr"]["const"].clone()),
            "ir-const",
        ),
        case(
            "/tables/field/nodes/{transform}/expr/transform/args/0",
            To(json!(11)),
            "ir-op",
        ),
        case("/tables/transforms/curves", Swap(0, 1), "ir-chain"),
        case("/tables/transforms/curves", Drop(19), "ir-chain"),
        case("/tables/transforms/curves", Again(19), "ir-chain"),
        case(
            "/tables/transforms/curves/3",
            To(json!({"lut": 0})),
            "ir-chain",
        ),
    ]
}
