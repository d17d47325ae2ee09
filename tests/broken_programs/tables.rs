//! Versions, time, limits, types, constants, indices and keys.

use crate::damage::{Case, Change, case, row, type_of};
use Change::{Again, Swap, To};
use serde_json::{Value, json};

pub(crate) fn cases(sound: &Value) -> Vec<Case> {
    let signals = sound["tables"]["sig"]["nodes"]
        .as_array()
        .map_or(0, Vec::len);
    let types = sound["types"].as_array().map_or(0, Vec::len);
    let chain = sound["tables"]["transforms"]["chains"][0]["steps"][0].clone();
    let strings = sound["tables"]["strings"].as_array().map_or(0, Vec::len);
    let last = format!("/tables/strings/{}", strings - 1);
    let color_row = row(&sound["tables"]["constants"]["index"], "len", 4);
    let color_len = format!("/tables/constants/index/{color_row}/len");
    let listener = sound["tables"]["graph"]["listeners"][0]["key"].clone();
    let sink = sound["tables"]["render"]["sinks"][0]["key"].clone();
    let color = type_of(sound, "signal", "color");
    let trigger = type_of(sound, "event", "trigger");
    let sink_key = sink.clone();
    vec![
        case("/irVersion", To(json!(2)), "ir-version"),
        case("/formatVersion", To(json!(0)), "ir-version"),
        case("/timeModel/periodMs", To(json!(0.0)), "ir-time"),
        case("/timeModel/periodMs", To(json!(-5.0)), "ir-time"),
        // Indices.
        case(
            "/tables/sig/nodes/{apply}/expr/apply/args/0",
            To(json!(signals)),
            "ir-index",
        ),
        case(
            "/tables/sig/nodes/{apply}/type",
            To(json!(types)),
            "ir-index",
        ),
        case(
            "/tables/sig/nodes/{transform}/expr/transform/chain",
            To(json!(99)),
            "ir-index",
        ),
        case(
            "/tables/sig/nodes/{rail}/expr/rail",
            To(json!(6)),
            "ir-index",
        ),
        case(
            "/tables/sig/nodes/{stateOut}/expr/stateOut",
            To(json!(5)),
            "ir-index",
        ),
        case(
            "/tables/field/nodes/{broadcast}/expr/broadcast",
            To(json!(u32::MAX)),
            "ir-index",
        ),
        case("/tables/field/nodes/{narrow}/dom", To(json!(2)), "ir-index"),
        case(
            "/tables/constants/index/0/type",
            To(json!(types)),
            "ir-index",
        ),
        case(
            "/tables/materialize/groups/0/reqs/0",
            To(json!(999)),
            "ir-index",
        ),
        case("/tables/render/sinks/0/parent", To(json!(9)), "ir-index"),
        case("/tables/graph/wires/0/from", To(json!(9999)), "ir-index"),
        case("/schedule/steps/4/deps", To(json!([999])), "ir-index"),
        case("/roots/frame", To(json!(99999)), "ir-index"),
        case("/tables/strings", Swap(3, 4), "ir-duplicate-key"),
        case(
            "/tables/strings/1",
            To(json!("AddSignal")),
            "ir-duplicate-key",
        ),
        // Constants and types.
        case(
            "/tables/constants/index/0/at",
            To(json!(100_000)),
            "ir-const",
        ),
        case(
            "/tables/constants/index/0/len",
            To(json!(u32::MAX)),
            "ir-const",
        ),
        case(
            "/tables/sig/nodes/{const}/expr/const",
            To(sound
                .pointer("/tables/rails/5/silent")
                .cloned()
                .unwrap_or_default()),
            "ir-const",
        ),
        case(
            "/tables/sig/nodes/{apply}/type",
            To(color.clone()),
            "ir-type",
        ),
        case(
            "/tables/sig/nodes/{apply}/type",
            To(type_of(sound, "field", "number")),
            "ir-type",
        ),
        case(
            "/tables/sig/nodes/{time}/type",
            To(color.clone()),
            "ir-type",
        ),
        case(
            "/tables/field/nodes/{broadcast}/type",
            To(type_of(sound, "field", "vec2")),
            "ir-type",
        ),
        case(
            "/tables/field/nodes/{narrow}/type",
            To(type_of(sound, "field", "color")),
            "ir-type",
        ),
        // Limits.
        case(
            "/tables/transforms/chains/0/steps",
            To(json!(vec![chain; 1025])),
            "ir-limit",
        ),
        case(
            "/tables/graph/domains/0/count",
            To(json!(10_000_001)),
            "ir-limit",
        ),
        case(
            last.as_str(),
            To(json!("~".repeat((1 << 20) + 1))),
            "ir-limit",
        ),
        case("/tables/state/i32Len", To(json!(1_u32 << 31)), "ir-limit"),
        case(
            "/timeModel",
            To(json!({"kind": "finite", "durationMs": 100.0, "cuePoints": [
                    {"id": "b", "label": "", "tMs": 50.0, "behavior": "snap"},
                    {"id": "a", "label": "", "tMs": 50.0, "behavior": "snap"}]})),
            "ir-time",
        ),
        case(
            "/timeModel",
            To(json!({"kind": "finite", "durationMs": 100.0, "cuePoints": [
                    {"id": "a", "label": "", "tMs": 101.0, "behavior": "snap"}]})),
            "ir-time",
        ),
        case(
            "/timeModel",
            To(json!({"kind": "infinite", "windowMs": 100.0, "ambientPeriodMs": 0.0})),
            "ir-time",
        ),
        case(
            "/tables/graph/listeners/1/key",
            To(listener),
            "ir-duplicate-key",
        ),
        case("/tables/render/sinks/1/key", To(sink), "ir-duplicate-key"),
        case(color_len, To(json!(3)), "ir-const"),
        // Types, constants and keys that the table of invariants names.
        case("/types/0/world", To(json!("special")), "ir-type"),
        case("/types/0/world", To(json!("event")), "ir-type"),
        case(
            format!("/types/{trigger}/world"),
            To(json!("scalar")),
            "ir-type",
        ),
        case(
            format!("/types/{trigger}/world"),
            To(json!("signal")),
            "ir-type",
        ),
        case("/types/0/domain", To(json!("unknown")), "ir-schema"),
        case("/types", Again(0), "ir-duplicate-key"),
        case(
            "/tables/constants/index/0/type",
            To(color.clone()),
            "ir-type",
        ),
        case(
            "/tables/constants/index/0/type",
            To(type_of(sound, "scalar", "string")),
            "ir-type",
        ),
        case(
            "/tables/constants/json/0",
            To(json!("not json")),
            "ir-const",
        ),
        case(
            "/tables/constants/paths/0",
            To(json!({"cmds": [1], "pts": [[0.0, 0.0]]})),
            "ir-const",
        ),
        case("/viewport/width", To(json!(0)), "ir-limit"),
        case("/viewport/height", To(json!(4_000_000_000_u32)), "ir-limit"),
        case("/viewport/height", To(json!(16_385)), "ir-limit"),
        case("/seed", To(json!(-1)), "ir-schema"),
        // Keys.
        case(
            "/tables/render/sinks/2/key",
            To(sink_key),
            "ir-duplicate-key",
        ),
        case("/tables/graph/listeners", Swap(0, 1), "ir-duplicate-key"),
        case("/tables/graph/wires", Swap(0, 1), "ir-duplicate-key"),
        case("/tables/graph/wires", Again(3), "ir-duplicate-key"),
        case("/tables/graph/defaults", Swap(0, 1), "ir-duplicate-key"),
        case("/tables/graph/buses", Swap(3, 4), "ir-duplicate-key"),
        case("/tables/graph/domains", Swap(0, 1), "ir-duplicate-key"),
        case("/tables/transforms/uses", Swap(0, 1), "ir-duplicate-key"),
        case("/tables/transforms/uses", Again(0), "ir-duplicate-key"),
        case("/tables/transforms/lenses", Swap(0, 1), "ir-duplicate-key"),
        case("/tables/transforms/lenses", Again(0), "ir-duplicate-key"),
        case(
            "/tables/materialize/requests",
            Swap(0, 1),
            "ir-duplicate-key",
        ),
        case(
            "/tables/graph/slots/0/key",
            To(json!(0)),
            "ir-duplicate-key",
        ),
        case(
            "/tables/graph/slots/85/key",
            To(json!(0)),
            "ir-duplicate-key",
        ),
        case("/outputs", Again(0), "ir-duplicate-key"),
        case(
            "/tables/graph/blocks/0/in/1/name",
            To(sound["tables"]["graph"]["blocks"][0]["in"][0]["name"].clone()),
            "ir-duplicate-key",
        ),
    ]
}
