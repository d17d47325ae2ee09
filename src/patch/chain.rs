//! What happens to a value on its way: adapters, then lenses, in their long, short and old forms.
//!
//! A lens parameter may itself be a bus, an output, a rail or a channel through a chain of its own,
//! so chains nest; the depth is limited.

use super::buses::{BUS_KEYS, BusTable, not_carried};
use super::fields::{Fields, Report, Shape, check_id};
use super::model::{AdapterStep, Binding, Chain, External, LensParam, LensUse, Param};
use super::place::Place;
use super::rails::Rail;
use super::refs::{End, Scope};
use super::types;
use super::value::{self, Value, quote};
use crate::diag::Diagnostic;
use crate::types::{Family, Type, World};

/// Most lenses, and most adapters, in one chain.
pub(super) const LONGEST: usize = 64;

/// Most stacks inside each other; the one on the wire is the first.
pub(super) const DEEPEST: usize = 3;

pub(super) const LENS: Shape = Shape {
    what: "a lens",
    example: r#"{"type": "mapRange", "params": {"outMin": 3, "outMax": 15}}"#,
    known: &["lensId", "type", "params", "enabled", "sortKey"],
};

pub(super) const ADAPTER: Shape = Shape {
    what: "an adapter",
    example: r#"{"adapterId": "ColorToLuma"}"#,
    known: &["adapterId", "params"],
};

pub(super) const BINDING: Shape = Shape {
    what: "a lens parameter",
    example: r#"{"kind": "literal", "value": 0.5}"#,
    known: &[
        "kind",
        "value",
        "defaultSourceId",
        "busId",
        "bus",
        "from",
        "rail",
        "external",
        "type",
        "default",
        "adapterChain",
        "adapters",
        "lensStack",
        "lens",
    ],
};

/// What references are looked up in.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    /// Blocks, or the nodes of a composite.
    pub(super) scope: &'a Scope<'a>,
    /// Buses.
    pub(super) buses: &'a BusTable,
}

impl Names<'_> {
    /// The chain of a wire, publisher, listener or edge.
    pub(super) fn chain(&self, fields: &Fields<'_, '_>, report: &mut Report<'_>) -> Chain {
        self.chain_at(fields, 1, report)
    }

    /// A chain whose lenses stand `depth` stacks deep.
    fn chain_at(&self, fields: &Fields<'_, '_>, depth: usize, report: &mut Report<'_>) -> Chain {
        let adapters = self.adapters(fields, report);
        // The old `lens` counts only where there is no `lensStack`, be it empty.
        if let [Some(new), Some(old)] = ["lensStack", "lens"].map(|key| fields.get(key))
            && new != old
        {
            let message = "`lens` is ignored, since `lensStack` stands beside it";
            report.push(
                Diagnostic::warning("unknown-field", fields.pointer("lens"), message)
                    .other(fields.pointer("lensStack"))
                    .hint("keep `lensStack` or `lens`, not both"),
            );
        }
        let lenses = match fields.first(&["lensStack", "lens"]) {
            None => Vec::new(),
            Some((key, value)) => {
                let place = fields.place.key(key);
                match value {
                    Value::List(list) if list.is_empty() => Vec::new(),
                    _ if depth > DEEPEST => {
                        let message =
                            format!("lenses inside lens parameters nest more than {DEEPEST} deep");
                        report.push(
                            Diagnostic::error("lens-nesting", place.pointer(), message)
                                .hint("publish the inner value on a bus and bind the bus"),
                        );
                        Vec::new()
                    }
                    Value::List(list) if too_long(list, place, "lenses", report) => Vec::new(),
                    Value::List(list) => {
                        let lens = |(i, v)| self.lens(v, place.index(i), depth, report);
                        list.iter().enumerate().filter_map(lens).collect()
                    }
                    one => self.lens(one, place, depth, report).into_iter().collect(),
                }
            }
        };
        Chain { adapters, lenses }
    }

    fn adapters(&self, fields: &Fields<'_, '_>, report: &mut Report<'_>) -> Vec<AdapterStep> {
        let key = fields
            .either(["adapterChain", "adapters"], report)
            .map_or("adapters", |(key, _)| key);
        let list = fields.list(key, report);
        let place = fields.place.key(key);
        if too_long(list, place, "adapters", report) {
            return Vec::new();
        }
        let adapter = |(i, v)| adapter(v, place.index(i), report);
        list.iter().enumerate().filter_map(adapter).collect()
    }

    fn lens(
        &self,
        value: &Value,
        place: Place<'_>,
        depth: usize,
        report: &mut Report<'_>,
    ) -> Option<LensUse> {
        let at = place.pointer();
        if let Value::Text(name) = value {
            return Some(LensUse {
                name: name.clone(),
                params: Vec::new(),
                enabled: true,
                at,
            });
        }
        let fields = Fields::open(value, &place, &LENS, report)?;
        fields.warn_unknown(report);
        let enabled = fields.flag("enabled", true, report);
        let Some((key, _)) = fields.either(["lensId", "type"], report) else {
            fields.missing("lensId", report);
            return None;
        };
        let name = fields.text(key, report)?.to_owned();
        let here = fields.place.key("params");
        let mut params = Vec::new();
        for (key, value) in fields.map("params", report) {
            let place = here.key(key);
            if let Some(binding) = self.binding(value, place, depth, report) {
                params.push(LensParam {
                    key: key.clone(),
                    binding,
                    at: place.pointer(),
                });
            }
        }
        modernise(&name, &mut params, report);
        Some(LensUse {
            name,
            params,
            enabled,
            at,
        })
    }

    /// A lens parameter; `None` where it is absent (`null`) or broken.
    fn binding(
        &self,
        value: &Value,
        place: Place<'_>,
        depth: usize,
        report: &mut Report<'_>,
    ) -> Option<Binding> {
        const SHORT: [&str; 5] = ["busId", "bus", "from", "rail", "external"];
        let written_in = |key: &&str| value.get(key).is_some_and(|value| !value.is_null());
        let short = SHORT.into_iter().find(written_in);
        let written = value.get("kind");
        if written.is_none() && short.is_none() {
            return literal(value);
        }
        let fields = Fields::open(value, &place, &BINDING, report)?;
        let kind = match (written, short) {
            (Some(_), _) => fields.needed_text("kind", report)?,
            (None, Some("from")) => "wire",
            (None, Some("busId")) => "bus",
            (None, short) => short?,
        };
        fields.warn_unknown(report);
        if sources(&fields, report) {
            return None;
        }
        if kind != "external" {
            fields.warn_lonely(&["type", "default"], "`external`", report);
        }
        if matches!(kind, "literal" | "default") {
            let chain = ["adapterChain", "adapters", "lensStack", "lens"];
            let chain = chain.map(|key| match fields.get(key) {
                Some(Value::List(list)) if list.is_empty() => None,
                found => found.map(|_| key),
            });
            let chain: Vec<&str> = chain.into_iter().flatten().collect();
            fields.warn_lonely(&chain, "a bus, an output, a rail or a channel", report);
        }
        let key = match kind {
            "literal" => return literal(fields.written("value").unwrap_or(&Value::Null)),
            "default" => {
                let id = fields.needed_text("defaultSourceId", report)?;
                return Some(Binding::Default(id.to_owned()));
            }
            "bus" => {
                if self.buses.clash(&fields, report) {
                    return None;
                }
                fields.first(&BUS_KEYS).map_or("busId", |(key, _)| key)
            }
            "wire" => "from",
            "rail" => "rail",
            "external" => "external",
            _ => {
                let message = format!("a lens parameter has no kind {}", quote(kind));
                let error = Diagnostic::error("wrong-shape", fields.pointer("kind"), message)
                    .hint("the kinds are `literal`, `default`, `bus`, `wire`, `rail`, `external`");
                report.push(error);
                return None;
            }
        };
        let chain = self.chain_at(&fields, depth + 1, report);
        match kind {
            "wire" => {
                let Some(value) = fields.get(key) else {
                    fields.missing(key, report);
                    return None;
                };
                let from = self.scope.read(value, place.key(key), End::From, report)?;
                Some(Binding::Wire { from, chain })
            }
            "bus" => {
                let text = fields.needed_text(key, report)?;
                let bus = self.buses.reference(text, fields.pointer(key), report);
                Some(Binding::Bus { bus, chain })
            }
            "rail" => {
                let text = fields.needed_text(key, report)?;
                let rail = rail(text, fields.pointer(key), report);
                Some(Binding::Rail { rail, chain })
            }
            _ => {
                let channel = external(&fields, report)?;
                Some(Binding::External { channel, chain })
            }
        }
    }
}

/// Reports a lens parameter that names more than one source.
fn sources(fields: &Fields<'_, '_>, report: &mut Report<'_>) -> bool {
    let bus = fields.first(&BUS_KEYS);
    let bus = bus.map_or("bus", |(key, _)| key);
    let keys = ["value", "defaultSourceId", bus, "from", "rail", "external"];
    fields.exclusive(&keys, report)
}

fn literal(value: &Value) -> Option<Binding> {
    (!value.is_null()).then(|| Binding::Literal(value.clone()))
}

fn adapter(value: &Value, place: Place<'_>, report: &mut Report<'_>) -> Option<AdapterStep> {
    let (written, params) = match value {
        Value::Text(text) => (text.as_str(), Vec::new()),
        _ => {
            let fields = Fields::open(value, &place, &ADAPTER, report)?;
            fields.warn_unknown(report);
            (
                fields.needed_text("adapterId", report)?,
                params(&fields, report),
            )
        }
    };
    let (name, suffix) = match written.split_once(':') {
        Some((name, suffix)) => (name, Some(suffix.to_owned())),
        None => (written, None),
    };
    Some(AdapterStep {
        name: name.to_owned(),
        suffix,
        params,
        at: place.pointer(),
    })
}

/// The `params` of a block or adapter.
pub(super) fn params(fields: &Fields<'_, '_>, report: &mut Report<'_>) -> Vec<Param> {
    let place = fields.place.key("params");
    let param = |(key, value): &(String, Value)| Param {
        key: key.clone(),
        value: value.clone(),
        at: place.key(key).pointer(),
    };
    fields.map("params", report).iter().map(param).collect()
}

/// The channel of a listener or binding with a field `external`.
pub(super) fn external(fields: &Fields<'_, '_>, report: &mut Report<'_>) -> Option<External> {
    let key = fields.needed_text("external", report)?;
    if !check_id(key, || fields.pointer("external"), false, report) {
        return None;
    }
    let ty = fields.text("type", report).and_then(|text| {
        let read = types::bus_text(text);
        read.map_err(|fault| not_carried(fault, fields.pointer("type"), report))
            .ok()
            .filter(|ty| recordable(*ty, fields, report))
    });
    let default = fields.get("default").map(|value| super::model::Constant {
        value: value.clone(),
        at: fields.pointer("default"),
    });
    Some(External {
        key: key.to_owned(),
        ty,
        default,
        at: fields.at(),
    })
}

/// Whether a channel can have this type: one value of numbers a frame, or pulses.
fn recordable(ty: Type, fields: &Fields<'_, '_>, report: &mut Report<'_>) -> bool {
    let reason = match (ty.world, ty.domain.family()) {
        (World::Field, _) => "has one value a frame, not one per element",
        (_, Family::String) => "carries numbers, not texts",
        _ => return true,
    };
    let message = format!("a channel {reason}, so it cannot be a `{ty}`");
    report.push(
        Diagnostic::error("wrong-shape", fields.pointer("type"), message).hint(
            "possible are `number`, `phase`, `vec2`, `vec3`, `color`, `boolean`, `trigger`; where \
             a field is wanted, the value goes to every element",
        ),
    );
    false
}

/// A rail by name; `unknown-rail` for any other.
pub(super) fn rail(text: &str, pointer: String, report: &mut Report<'_>) -> Option<Rail> {
    let rail = Rail::parse(text);
    if rail.is_none() {
        let message = format!("no rail is called {}", quote(text));
        let error = Diagnostic::error("unknown-rail", pointer, message);
        let mut error = report.suggest(error, text, Rail::ALL.iter().map(|rail| rail.name()));
        if error.hints.is_empty() {
            let names: Vec<String> = Rail::ALL
                .iter()
                .map(|rail| format!("`{}`", rail.name()))
                .collect();
            error = error.hint(format!("the rails are {}", names.join(", ")));
        }
        report.push(error);
    }
    rail
}

fn too_long(
    list: &[Value],
    place: Place<'_>,
    things: &'static str,
    report: &mut Report<'_>,
) -> bool {
    let long = list.len() > LONGEST;
    if long {
        let message = format!(
            "a chain of {} {things}; at most {LONGEST} are allowed",
            list.len()
        );
        report.push(Diagnostic::error(
            "chain-too-long",
            place.pointer(),
            message,
        ));
    }
    long
}

/// Reports a parameter under its old name that says something else than under its new one.
fn clash(old: &LensParam, new: &LensParam, report: &mut Report<'_>) {
    let (old_key, new_key) = (&old.key, &new.key);
    let message = format!("`{old_key}` is the old name of `{new_key}`, but says something else");
    report.push(
        Diagnostic::error("wrong-shape", &old.at, message)
            .other(&new.at)
            .hint(format!("remove `{old_key}`")),
    );
}

/// Replaces the parameters that lenses had under other names.
fn modernise(lens: &str, params: &mut Vec<LensParam>, report: &mut Report<'_>) {
    let find = |params: &[LensParam], key: &str| params.iter().position(|p| p.key == key);
    if lens.eq_ignore_ascii_case("deadzone")
        && let Some(old) = find(params, "threshold")
    {
        match find(params, "width") {
            None => params[old].key = "width".to_owned(),
            Some(new) => {
                let (old, new) = (&params[old], &params[new]);
                if old.binding != new.binding {
                    clash(old, new, report);
                }
                params.retain(|param| param.key != "threshold");
            }
        }
    }
    if !lens.eq_ignore_ascii_case("slew") {
        return;
    }
    let Some(index) = find(params, "rate") else {
        return;
    };
    let old = params.remove(index);
    let rate = match &old.binding {
        Binding::Literal(constant) => value::number(constant),
        _ => {
            let message = "the old parameter `rate` of the lens `slew` must be a constant";
            report.push(
                Diagnostic::error("bad-value", old.at, message)
                    .hint("use `riseMs` and `fallMs`; they are 1000 / rate"),
            );
            return;
        }
    };
    match rate {
        Err(found) => report.push(found.diagnostic(old.at, "`slew.rate`")),
        Ok(rate) => {
            let ms = if rate > 0.0 {
                (1000.0 / rate).min(f64::MAX)
            } else {
                0.0
            };
            let binding = Binding::Literal(Value::Number(ms));
            let new = ["riseMs", "fallMs"].map(|key| find(params, key));
            // Beside one of them it is the other; beside both it has nothing to say.
            if let [Some(rise), Some(fall)] = new {
                let new = [&params[rise], &params[fall]];
                if let Some(new) = new.into_iter().find(|param| param.binding != binding) {
                    clash(&old, new, report);
                }
            }
            for (key, found) in ["riseMs", "fallMs"].into_iter().zip(new) {
                if found.is_none() {
                    params.push(LensParam {
                        key: key.to_owned(),
                        binding: binding.clone(),
                        at: old.at.clone(),
                    });
                }
            }
        }
    }
}
