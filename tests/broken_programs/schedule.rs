//! The schedule: steps, their order and what is stored about them; roots and memory.

use crate::damage::{Case, Change, case, row, text};
use Change::{Again, And, Drop, Swap, To};
use serde_json::{Value, json};

pub(crate) fn cases(sound: &Value) -> Vec<Case> {
    let steps = &sound["schedule"]["steps"];
    let is_bus = |step: &Value| step["kind"].get("busEval").is_some();
    let buses: Vec<usize> = (0..)
        .zip(steps.as_array().expect("steps"))
        .filter(|(_, step)| is_bus(step))
        .map(|(i, _)| i)
        .collect();
    assert_eq!(buses[1], buses[0] + 1, "two independent steps of one phase");
    let dots = row(steps, "key", text(sound, "sinkEval:dots"));
    vec![
        case("/schedule/steps/3/run", To(json!([])), "ir-writer"),
        case("/schedule/steps/3/run", Again(0), "ir-writer"),
        case("/schedule/steps/1/writes", Again(0), "ir-writer"),
        case("/schedule/steps/13/run", Swap(0, 1), "ir-tape-order"),
        case(
            "/schedule/steps/1/kind",
            To(json!("stateCommit")),
            "ir-step",
        ),
        case(
            "/schedule/steps/{stateCommit}/phase",
            To(json!("render")),
            "ir-step",
        ),
        case("/schedule/steps", Swap(19, 20), "ir-step"),
        case("/schedule/steps/13/deps", To(json!([])), "ir-deps"),
        case("/schedule/depsIndex/producer/2", To(json!(null)), "ir-deps"),
        case("/memory", To(json!("none")), "ir-memory"),
        case("/memory", To(json!("previous")), "ir-memory"),
        // A slot without a writer, with another, and one that is read as if it had none.
        case("/schedule/steps/1/writes", Drop(0), "ir-writer"),
        case("/schedule/steps/2/writes", Again(0), "ir-writer"),
        case("/schedule/steps/{stateCommit}/reads", Drop(0), "ir-deps"),
        // Both orders keep to the dependencies, but only one is the right one.
        case("/schedule/steps", Swap(buses[0], buses[1]), "ir-step"),
        case("/schedule/steps/3/phase", To(json!("busEval")), "ir-step"),
        case(
            "/schedule/steps/{stateCommit}/demand",
            To(json!(false)),
            "ir-step",
        ),
        case("/schedule/phases/0/steps", To(json!([])), "ir-step"),
        case("/schedule/phases", Swap(0, 1), "ir-step"),
        case(
            "/schedule/determinism/topoTieBreak",
            To(json!("random")),
            "ir-step",
        ),
        case("/schedule/determinism/orderingInputs", Drop(0), "ir-step"),
        case(
            "/tables/state/cells/0/layoutHash",
            To(json!("b3:0")),
            "ir-state",
        ),
        case("/tables/state/layoutHash", To(json!("b3:0")), "ir-state"),
        // What a sink needs is needed, and what nobody needs is not.
        case(
            "/schedule/steps/{materialize}/demand",
            To(json!(false)),
            "ir-step",
        ),
        case(
            format!("/schedule/steps/{dots}/demand"),
            To(json!(false)),
            "ir-step",
        ),
        case("/schedule/steps/9/demand", To(json!(true)), "ir-step"),
        // Keys, caches.
        case(
            "",
            And(vec![
                (
                    format!("/schedule/steps/{}/key", buses[0]),
                    steps[buses[1]]["key"].clone(),
                ),
                (
                    format!("/schedule/steps/{}/key", buses[1]),
                    steps[buses[0]]["key"].clone(),
                ),
            ]),
            "ir-step",
        ),
        case("/schedule/steps/3/key", To(json!(0)), "ir-step"),
        case(
            format!("/schedule/steps/{dots}/cache/policy"),
            To(json!("keyed")),
            "ir-step",
        ),
        case(
            format!("/schedule/steps/{dots}/cache/policy"),
            To(json!("none")),
            "ir-step",
        ),
        case("/schedule/steps/26/cache/uniforms", Drop(0), "ir-step"),
        case("/schedule/steps/26/cache/uniforms", Swap(0, 1), "ir-step"),
        case(
            "/schedule/steps/4/cache/uniforms",
            To(json!([5])),
            "ir-step",
        ),
        case(
            "/schedule/steps/26/cache/epochs",
            To(json!(["weather"])),
            "ir-step",
        ),
        // Steps that are missing, foreign or own the wrong rows.
        case(
            "/schedule/steps/26/kind",
            To(json!({"nodeEval": {"block": 0}})),
            "ir-step",
        ),
        case(
            format!("/schedule/steps/{dots}/kind"),
            To(json!({"nodeEval": {"block": 0}})),
            "ir-step",
        ),
        case(
            "/schedule/steps/12/kind",
            To(json!({"nodeEval": {"block": 0}})),
            "ir-step",
        ),
        case(
            "/schedule/steps/0/kind",
            To(json!({"nodeEval": {"block": 0}})),
            "ir-step",
        ),
        case("/schedule/steps", Again(3), "ir-duplicate-key"),
        case(
            "/schedule/steps/4/kind",
            To(steps[3]["kind"].clone()),
            "ir-step",
        ),
        case(
            "/schedule/steps/18/kind/reduce/sig",
            To(json!(20)),
            "ir-step",
        ),
        case(
            "/schedule/steps/3/kind/nodeEval/block",
            To(json!(99)),
            "ir-index",
        ),
        case(
            "",
            And(vec![
                ("/schedule/steps/16/run".to_owned(), json!([])),
                (
                    "/schedule/steps/15/run".to_owned(),
                    json!([{"sig": 25}, {"sig": 26}]),
                ),
            ]),
            "ir-step",
        ),
        case(
            "/schedule/steps/3/run",
            To(json!([{"field": 0}])),
            "ir-writer",
        ),
        case("/schedule/steps/4/phase", To(json!("postBus")), "ir-step"),
        case(
            "/schedule/steps/4/phase",
            To(json!("debugProbe")),
            "ir-step",
        ),
        case("/schedule/phases", Drop(0), "ir-step"),
        case("/schedule/depsIndex/consumers/off", Drop(0), "ir-deps"),
        case(
            "/schedule/depsIndex/consumers/item/0",
            To(json!(30)),
            "ir-deps",
        ),
        case(
            "/schedule/depsIndex/busSlots/item/0",
            To(json!(7)),
            "ir-deps",
        ),
        case("/schedule/depsIndex/producer/0", To(json!(0)), "ir-deps"),
        case("/roots/time/wrap", To(json!(89)), "ir-type"),
        case("/roots/frame", To(json!(0)), "ir-type"),
        case("/roots/bus/0", To(json!({"sig": 11})), "ir-root"),
    ]
}
