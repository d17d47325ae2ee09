//! What connects the blocks of a patch: references, wires, buses, lenses, rails.

use super::{
    defined, described, list, literal, names, object, parameters, plain, text, values, words,
};
use crate::blocks::{ADAPTERS, LENSES, presets};
use crate::math::Ease;
use crate::patch::{BUS_TYPES, Rail, SPELLINGS};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Reads of a channel that a recording brings.
const EXTERNAL: &str = "A channel of recorded or live input.";
const COMBINES: [&str; 6] = ["last", "sum", "average", "max", "min", "layer"];

/// The entries of flow, by name.
pub(super) fn definitions() -> Vec<(&'static str, Value)> {
    vec![
        ("reference", reference()),
        ("wire", wire()),
        ("bus", bus()),
        ("busType", bus_type()),
        ("anyType", any_type()),
        ("publisher", publisher()),
        ("listener", listener()),
        ("lens", lens()),
        ("lensName", lens_names()),
        (
            "lensStack",
            json!({"anyOf": [list(defined("lens"), ""), defined("lens")]}),
        ),
        ("adapter", adapter()),
        ("binding", binding()),
        ("rails", rails()),
        ("driven", driven()),
    ]
}

fn reference() -> Value {
    let long = object(
        "",
        &["blockId", "slotId"],
        vec![
            ("blockId", text("")),
            ("slotId", text("")),
            ("direction", words(&["input", "output"], "")),
        ],
    );
    let short = json!({"type": "string", "pattern": r"^.+\..+$"});
    described(
        json!({"anyOf": [short, long]}),
        "A port of a block: `block.port`.",
    )
}

fn flag() -> Value {
    json!({"type": "boolean", "default": true})
}

/// The chain of a connection, under all its names.
fn chain() -> Vec<(&'static str, Value)> {
    let adapters = list(defined("adapter"), "Conversions, before the lenses.");
    let lenses = described(defined("lensStack"), "Lenses, applied in this order.");
    vec![
        ("adapters", adapters.clone()),
        ("adapterChain", adapters),
        ("lens", lenses.clone()),
        ("lensStack", lenses),
    ]
}

fn wire() -> Value {
    let mut fields = vec![
        ("id", text("")),
        ("from", described(defined("reference"), "An output.")),
        ("to", described(defined("reference"), "An input.")),
        ("enabled", flag()),
    ];
    fields.extend(chain());
    object("A direct connection.", &["from", "to"], fields)
}

fn bus() -> Value {
    let combine = described(
        words(&COMBINES, ""),
        "How the publishers meet. As the default bus of this name, else `last`.",
    );
    let default = described(json!({}), "The value without publishers.");
    object(
        "A named meeting point of values.",
        &["name"],
        vec![
            ("id", text("The name, unless written.")),
            ("name", text("")),
            (
                "type",
                described(
                    defined("busType"),
                    "That of the first publisher, unless written.",
                ),
            ),
            ("combine", combine.clone()),
            ("combineMode", combine),
            ("default", default.clone()),
            ("defaultValue", default),
            ("sortKey", json!({"type": "number"})),
            ("origin", json!({})),
            ("description", text("")),
        ],
    )
}

/// All spellings of all domains that texts and objects may use, as one pattern.
fn spellings() -> String {
    let all: Vec<String> = SPELLINGS
        .iter()
        .flat_map(|(_, names)| names.iter())
        .map(|name| literal(name))
        .collect();
    all.join("|")
}

fn bus_type() -> Value {
    let domains = spellings();
    let also = format!(
        "^((signal|field|event|scalar)[ :])?({domains})$|^(Signal|Field|Scalar|Event)<.*>$"
    );
    let long = object(
        "",
        &["world", "domain"],
        vec![
            ("world", words(&["signal", "field", "event", "scalar"], "")),
            (
                "domain",
                json!({"type": "string", "pattern": format!("^({domains})$")}),
            ),
            ("category", json!({})),
            ("busEligible", json!({})),
            ("semantics", json!({})),
            ("unit", json!({})),
        ],
    );
    let short = names(BUS_TYPES.into_iter(), &also);
    json!({"anyOf": [short, long]})
}

/// Types of the editor's slots and default sources, which may say more than a bus can carry.
fn any_type() -> Value {
    json!({"type": ["string", "object"]})
}

fn publisher() -> Value {
    let mut fields = vec![
        ("id", text("")),
        ("from", described(defined("reference"), "An output.")),
        ("bus", text("A bus by its name.")),
        ("busId", text("A bus by its id.")),
        ("enabled", flag()),
        (
            "sortKey",
            described(
                json!({"type": "number"}),
                "Place among the publishers of the bus. In the order of the file, unless written.",
            ),
        ),
        ("weight", json!({})),
    ];
    fields.extend(chain());
    let schema = object("An output that feeds a bus.", &["from"], fields);
    one_of(schema, &["bus", "busId"])
}

fn listener() -> Value {
    let mut fields = vec![
        ("id", text("")),
        ("to", described(defined("reference"), "An input.")),
        ("bus", text("A bus by its name.")),
        ("busId", text("A bus by its id.")),
        ("rail", rail_name()),
        ("external", text(EXTERNAL)),
        (
            "type",
            described(defined("busType"), "Type of the channel."),
        ),
        (
            "default",
            described(json!({}), "Value of a channel that is not recorded."),
        ),
        ("enabled", flag()),
        ("sortKey", json!({"type": "number"})),
    ];
    fields.extend(chain());
    let schema = object(
        "An input that reads a bus, a rail or a channel.",
        &["to"],
        fields,
    );
    one_of(schema, &["bus", "busId", "rail", "external"])
}

/// At least one of some fields must be there.
fn one_of(mut schema: Value, fields: &[&str]) -> Value {
    let cases: Vec<Value> = fields
        .iter()
        .map(|name| json!({"required": [name]}))
        .collect();
    schema["anyOf"] = json!(cases);
    schema
}

fn rail_name() -> Value {
    let all: Vec<&str> = Rail::ALL.iter().map(|rail| rail.name()).collect();
    described(words(&all, ""), "A rail.")
}

/// A pattern for the usual spellings of a name: `phaseOffset`, `PhaseOffset`, `phase-offset`.
fn spelled(name: &str) -> [String; 3] {
    let mut kebab = String::new();
    let mut pascal = String::new();
    let mut camel = String::new();
    let mut up = true;
    for c in name.chars() {
        if c == '-' {
            up = true;
            kebab.push('-');
            continue;
        }
        if c.is_ascii_uppercase() && !kebab.is_empty() && !kebab.ends_with('-') {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
        let shown = if up { c.to_ascii_uppercase() } else { c };
        camel.push(if camel.is_empty() { c } else { shown });
        pascal.push(shown);
        up = false;
    }
    [camel, pascal, kebab]
}

fn lens_names() -> Value {
    let offered = LENSES
        .iter()
        .map(|l| l.id)
        .chain(presets().iter().map(|p| p.name));
    let others: BTreeSet<String> = offered
        .clone()
        .flat_map(spelled)
        .map(|name| literal(&name))
        .collect();
    let others: Vec<String> = others.into_iter().collect();
    names(offered, &format!("^({})$", others.join("|")))
}

fn lens() -> Value {
    let params = described(
        json!({"type": "object"}),
        "Parameters; those that are missing have their defaults.",
    );
    let mut long = object(
        "",
        &[],
        vec![
            ("type", defined("lensName")),
            ("lensId", defined("lensName")),
            ("params", params),
            ("enabled", flag()),
            ("sortKey", json!({"type": "number"})),
        ],
    );
    long = one_of(long, &["type", "lensId"]);
    let cases: Vec<Value> = LENSES
        .iter()
        .map(|lens| {
            let mut params: Vec<(&str, Value)> = lens
                .params
                .iter()
                .map(|p| (p.name, values::bound(p)))
                .collect();
            // Older names of today's parameters.
            match lens.id {
                "slew" => params.push(("rate", defined("number"))),
                "deadzone" => params.push(("threshold", defined("number"))),
                _ => {}
            }
            let same = presets()
                .iter()
                .filter(|p| p.lens == lens.id)
                .map(|p| p.name);
            let ids: Vec<String> = std::iter::once(lens.id)
                .chain(same)
                .flat_map(spelled)
                .collect();
            let named = |key: &str| json!({"properties": {key: {"enum": ids}}, "required": [key]});
            json!({
                "if": {"anyOf": [named("lensId"), named("type")]},
                "then": {"properties": {"params": parameters(lens.summary, params)}}
            })
        })
        .collect();
    long["allOf"] = json!(cases);
    described(
        json!({"anyOf": [defined("lensName"), long]}),
        "A transform of the value.",
    )
}

fn adapter() -> Value {
    let ids: Vec<String> = ADAPTERS.iter().map(|a| literal(a.id)).collect();
    let name = names(
        ADAPTERS.iter().map(|a| a.id),
        &format!("^({})(:.*)?$", ids.join("|")),
    );
    let mut params: Vec<(&str, Value)> = Vec::new();
    for param in ADAPTERS.iter().flat_map(|a| a.params) {
        if params.iter().all(|(name, _)| *name != param.name) {
            params.push((param.name, values::constant(param)));
        }
    }
    let long = object(
        "",
        &["adapterId"],
        vec![
            ("adapterId", name.clone()),
            ("params", parameters("", params)),
        ],
    );
    described(json!({"anyOf": [name, long]}), "A conversion of type.")
}

fn binding() -> Value {
    let kinds = ["literal", "default", "bus", "wire", "rail", "external"];
    let mut fields = vec![
        ("kind", words(&kinds, "What the parameter is bound to.")),
        ("value", json!({})),
        ("defaultSourceId", text("")),
        ("busId", text("A bus by its id.")),
        ("bus", text("A bus by its name.")),
        ("from", described(defined("reference"), "An output.")),
        ("rail", rail_name()),
        ("external", text(EXTERNAL)),
        ("type", defined("busType")),
        ("default", json!({})),
    ];
    fields.extend(chain());
    let schema = object("A signal that moves the parameter.", &[], fields);
    one_of(schema, &["kind", "bus", "from", "rail", "external"])
}

fn driven() -> Value {
    let object = object(
        "A signal, as of the previous frame.",
        &[],
        vec![
            ("bus", text("A bus by its name.")),
            ("from", described(defined("reference"), "An output.")),
            (
                "base",
                described(json!({"type": "number"}), "The value in the first frame."),
            ),
        ],
    );
    json!({"anyOf": [defined("number"), one_of(object, &["bus", "from"])]})
}

fn rails() -> Value {
    let common = || {
        vec![
            ("bus", text("A bus that drives the rail.")),
            (
                "drive",
                words(
                    &["internal", "patched", "mixed"],
                    "Which value wins. `patched` where there is a bus, else `internal`.",
                ),
            ),
            (
                "combine",
                words(&COMBINES[..5], "How generator and bus meet when mixed."),
            ),
            (
                "read",
                words(&["latched", "internalNow"], "What readers see."),
            ),
            (
                "mirror",
                text("The bus that shows the rail; null for none."),
            ),
        ]
    };
    let source = || words(&["phaseA", "phaseB"], "The phase that it follows.");
    let with = |about: &str, short: Vec<Value>, mut fields: Vec<(&'static str, Value)>| {
        fields.extend(common());
        let mut cases = short;
        cases.push(object("", &[], fields));
        described(json!({ "anyOf": cases }), about)
    };
    let phase = |about: &str, period: f64| {
        let mut period_ms = described(defined("driven"), "Length of a turn, ms.");
        period_ms["default"] = plain(period);
        with(
            about,
            vec![json!({"type": "number", "exclusiveMinimum": 0})],
            vec![
                ("periodMs", period_ms),
                ("mode", words(&["loop", "pingpong"], "")),
                ("offset", described(defined("driven"), "Turns.")),
                ("enabled", flag()),
            ],
        )
    };
    let whole = json!({"type": "integer", "minimum": 1});
    let pulse = |about: &str| {
        with(
            about,
            vec![whole.clone()],
            vec![("division", whole.clone())],
        )
    };
    let curves = ["sine", "const", "triangle", "saw"];
    let curves: Vec<&str> = curves
        .into_iter()
        .chain(Ease::ALL.iter().map(|e| e.name()))
        .collect();
    let curve =
        json!({"anyOf": [words(&curves, ""), list(defined("vec2"), "Points [phase, value].")]});
    let stop = object(
        "",
        &["at", "color"],
        vec![
            ("at", json!({"type": "number", "minimum": 0, "maximum": 1})),
            ("color", defined("color")),
        ],
    );
    let stops = list(
        json!({"anyOf": [stop, defined("color")]}),
        "Colours around the turn.",
    );
    let fields = vec![
        ("phaseA", phase("A phase.", crate::patch::rails::PERIOD_A)),
        (
            "phaseB",
            phase("A second phase.", crate::patch::rails::PERIOD_B),
        ),
        ("pulseA", pulse("Pulses of phaseA.")),
        ("pulseB", pulse("Pulses of phaseB.")),
        (
            "energy",
            with(
                "A curve over a phase.",
                vec![curve.clone()],
                vec![
                    ("source", source()),
                    ("curve", curve),
                    ("min", defined("driven")),
                    ("max", defined("driven")),
                ],
            ),
        ),
        (
            "palette",
            with(
                "Colours over a phase.",
                vec![stops.clone()],
                vec![("source", source()), ("stops", stops)],
            ),
        ),
    ];
    object("Named registers outside the graph.", &[], fields)
}
