//! Domains, ports, slots, wires, buses, channels, defaults and rails.

use crate::damage::{Case, Change, case, row, text, type_of};
use Change::{Again, Drop, Swap, To};
use serde_json::{Value, json};

pub(crate) fn cases(sound: &Value) -> Vec<Case> {
    let buses = &sound["tables"]["graph"]["buses"];
    let bus = |name: &str| row(buses, "key", text(sound, name));
    let (palette, size) = (bus("palette"), bus("size"));
    let silent_color = buses[palette]["silent"].clone();
    let size_silent = format!("/tables/graph/buses/{size}/silent");
    let color = type_of(sound, "signal", "color");
    vec![
        case("/tables/graph/domains/0/count", To(json!(7)), "ir-domain"),
        case(
            "/tables/graph/domains/1/count",
            To(json!(20_000_000)),
            "ir-limit",
        ),
        case("/tables/graph/publishers", Swap(6, 7), "ir-bus"),
        case("/tables/graph/buses/6/pubs/1", To(json!(1)), "ir-bus"),
        case(
            "/tables/graph/publishers/6/enabled",
            To(json!(false)),
            "ir-bus",
        ),
        case(
            "/tables/sig/nodes/26/expr/combine/terms",
            Swap(0, 1),
            "ir-bus",
        ),
        case(
            "/tables/sig/nodes/26/expr/combine/mode",
            To(json!("average")),
            "ir-bus",
        ),
        case("/tables/rails", Again(5), "ir-rail"),
        case("/tables/rails/0/combine", To(json!("layer")), "ir-rail"),
        case("/tables/rails/0/drive", To(json!("patched")), "ir-rail"),
        case(
            "/tables/rails/2/generator",
            To(sound["tables"]["rails"][5]["generator"].clone()),
            "ir-rail",
        ),
        case(
            "/tables/graph/blocks/0/out/0/ref",
            To(json!("none")),
            "ir-type",
        ),
        case("/tables/graph/blocks/2/in/0/slot", To(json!(0)), "ir-type"),
        case(
            "/tables/graph/slots/0/owner/block/port",
            To(json!(77)),
            "ir-index",
        ),
        case(
            "/tables/graph/listeners/0/bus",
            To(json!(palette)),
            "ir-bus",
        ),
        case(size_silent, To(silent_color.clone()), "ir-bus"),
        case("/tables/rails/0/slot", To(json!(0)), "ir-type"),
        case("/tables/rails/1/mirror", To(json!(0)), "ir-rail"),
        case("/tables/rails/1/read", To(json!("internalNow")), "ir-rail"),
        case("/tables/rails/1/user/bus", To(json!(palette)), "ir-rail"),
        case("/roots/time/abs", To(json!(0)), "ir-type"),
        case(
            "/tables/materialize/requests/0/out",
            To(json!(0)),
            "ir-type",
        ),
        case(
            "/tables/materialize/requests/0/consumer/sink/input",
            To(json!(9)),
            "ir-index",
        ),
        // Ports, slots and what feeds them.
        case(
            "/tables/graph/slots/15/ref",
            To(json!({"sig": 0})),
            "ir-type",
        ),
        case("/tables/graph/slots/15/type", To(color.clone()), "ir-type"),
        case("/tables/graph/slots/85/type", To(color.clone()), "ir-type"),
        case(
            "/tables/graph/slots/85/ref",
            To(json!({"time": "dtMs"})),
            "ir-type",
        ),
        case(
            "/tables/graph/slots/85/owner",
            To(json!({"time": "dtMs"})),
            "ir-writer",
        ),
        case(
            "/tables/graph/slots/96/owner",
            To(json!({"rail": 1})),
            "ir-writer",
        ),
        case(
            "/tables/graph/slots/110/owner",
            To(json!({"request": 99})),
            "ir-index",
        ),
        case(
            "/tables/graph/slots/110/owner/request",
            To(json!(1)),
            "ir-writer",
        ),
        case(
            "/tables/graph/slots/102/owner/bus",
            To(json!(1)),
            "ir-writer",
        ),
        case(
            "/tables/graph/slots/118/owner/sink",
            To(json!(1)),
            "ir-writer",
        ),
        case("/tables/graph/slots", Drop(121), "ir-index"),
        case("/tables/graph/slots", Again(121), "ir-writer"),
        case("/tables/graph/slots", Again(85), "ir-writer"),
        case(
            "/tables/graph/blocks/2/in/0/slot",
            To(json!(99_999)),
            "ir-index",
        ),
        case(
            "/tables/graph/blocks/2/in/0/src",
            To(json!({"bus": 1})),
            "ir-type",
        ),
        case(
            "/tables/graph/blocks/2/in/0/src",
            To(json!({"bus": 99})),
            "ir-index",
        ),
        case(
            "/tables/graph/blocks/2/in/0/src",
            To(json!({"wire": 13})),
            "ir-type",
        ),
        case(
            "/tables/graph/blocks/2/in/1/src/default",
            To(json!(0)),
            "ir-type",
        ),
        case(
            "/tables/graph/blocks/2/in/1/ref/const",
            To(json!(0)),
            "ir-type",
        ),
        case(
            "/tables/graph/blocks/5/in/0/src/wire",
            To(json!(22)),
            "ir-type",
        ),
        case(
            "/tables/graph/blocks/5/in/0/use",
            To(json!(null)),
            "ir-type",
        ),
        case(
            "/tables/graph/blocks/5/out/0/src",
            To(json!({"wire": 13})),
            "ir-type",
        ),
        case("/tables/graph/wires/1/from", To(json!(20)), "ir-type"),
        case("/tables/graph/wires/1/use", To(json!(0)), "ir-type"),
        case("/tables/graph/wires", Drop(1), "ir-type"),
        case("/tables/graph/listeners/0/to", To(json!(2)), "ir-type"),
        case(
            "/tables/graph/listeners/0/enabled",
            To(json!(false)),
            "ir-type",
        ),
        case("/tables/graph/publishers/6/from", To(json!(15)), "ir-type"),
        case(
            "/tables/graph/defaults/0/value",
            To(silent_color.clone()),
            "ir-const",
        ),
        case("/tables/graph/buses/0/type", To(color.clone()), "ir-type"),
        case(
            "/tables/graph/buses/0/root",
            To(json!({"const": 5})),
            "ir-bus",
        ),
        case(
            "/tables/graph/buses/0/root",
            To(json!({"sig": 15})),
            "ir-bus",
        ),
        case("/tables/graph/buses/0/slot", To(json!(98)), "ir-type"),
        case(
            "/tables/graph/domains/0/ids/grid/rows",
            To(json!(4_000_000_000_u32)),
            "ir-domain",
        ),
        case(
            "/tables/graph/domains/0/topology/grid4/rows",
            To(json!(7)),
            "ir-domain",
        ),
        case(
            "/tables/graph/domains/1/ids",
            To(json!({"custom": 0})),
            "ir-domain",
        ),
        case(
            "/tables/graph/blocks/3/in/0/src/rail",
            To(json!(0)),
            "ir-type",
        ),
        case(
            "/tables/graph/blocks/1/in/0/src/const",
            To(silent_color.clone()),
            "ir-type",
        ),
        case(
            "/tables/graph/defaults/3/type",
            To(color.clone()),
            "ir-type",
        ),
        case("/tables/graph/buses/6/silent", To(json!(1)), "ir-bus"),
        case("/tables/transforms/uses/0/chain", To(json!(0)), "ir-chain"),
        case("/tables/transforms/uses/1/at/sig", To(json!(24)), "ir-type"),
        // Rails.
        case("/tables/rails/2/mirror", To(json!(null)), "ir-rail"),
        case(
            "/tables/rails/4/generator/energy/curve/points",
            To(json!(5)),
            "ir-rail",
        ),
        case(
            "/tables/rails/5/generator/palette/stops",
            To(json!(5)),
            "ir-rail",
        ),
        case(
            "/tables/rails/4/generator/energy/max/const",
            To(silent_color.clone()),
            "ir-rail",
        ),
        case("/tables/rails/0/type", To(color.clone()), "ir-rail"),
        case(
            "/tables/rails/0/silent",
            To(silent_color.clone()),
            "ir-const",
        ),
        case(
            "/tables/rails/2/generator/division/n",
            To(json!(0)),
            "ir-rail",
        ),
        case("/tables/rails", Swap(0, 1), "ir-rail"),
        case("/tables/rails", Drop(5), "ir-index"),
    ]
}

/// A program with channels.
pub(crate) const KNOBS: &str = r#"{"blocks": [{"id": "time", "type": "CycleTimeRoot"},
    {"id": "env", "type": "EnvelopeAD"},
    {"id": "dots", "type": "RenderInstances2D", "params": {"domain": 1, "positions": [1, 2]}}],
    "listeners": [{"external": "knob", "type": "number", "default": 3, "to": "dots.radius"},
        {"external": "pad", "type": "trigger", "to": "env.trigger"},
        {"external": "wheel", "type": "number", "default": 3, "to": "dots.z"}]}"#;

/// Damage to channels.
pub(crate) fn of_knobs(sound: &Value) -> Vec<Case> {
    let color = type_of(sound, "signal", "color");
    let trigger = type_of(sound, "event", "trigger");
    let buses = &sound["tables"]["graph"]["buses"];
    let palette = row(buses, "key", text(sound, "palette"));
    vec![
        case(
            "/tables/graph/externals/0/default",
            To(json!(10_000)),
            "ir-index",
        ),
        case(
            "/tables/graph/externals/0/default",
            To(buses[palette]["silent"].clone()),
            "ir-const",
        ),
        case("/tables/graph/externals/0/type", To(color), "ir-type"),
        case("/tables/graph/externals/0/type", To(trigger), "ir-type"),
        case(
            "/tables/graph/externals/1/hold",
            To(json!("linear")),
            "ir-type",
        ),
        case("/tables/graph/externals", Swap(0, 2), "ir-duplicate-key"),
        case("/tables/graph/externals", Again(0), "ir-duplicate-key"),
        case(
            "/tables/sig/nodes/{external}/expr/external",
            To(json!(1)),
            "ir-type",
        ),
    ]
}
