//! Type texts and type objects of patches, read as [`crate::types`].
//!
//! Each family has many spellings (an editor's history); here they become one. Number and its
//! relatives are one domain, because the differences have no effect on values.

use super::value::Value;
use crate::types::{Domain, Family, Type, World};

/// The spellings of each domain; case does not matter.
pub const SPELLINGS: [(Domain, &[&str]); 12] = [
    (
        Domain::Number,
        &[
            "number", "unit", "unit01", "time", "timeMs", "duration", "rate",
        ],
    ),
    (Domain::Phase01, &["phase", "phase01", "PhaseSample"]),
    (Domain::Vec2, &["vec2", "point", "sceneTargets"]),
    (Domain::Vec3, &["vec3"]),
    (Domain::Color, &["color", "hsl", "hexColor"]),
    (Domain::Boolean, &["boolean"]),
    (Domain::Trigger, &["trigger", "event"]),
    (Domain::String, &["string"]),
    (Domain::Path, &["path"]),
    (Domain::Domain, &["domain", "elementCount"]),
    (
        Domain::RenderTree,
        &[
            "render",
            "renderTree",
            "renderNode",
            "renderCmds",
            "CanvasRender",
        ],
    ),
    (Domain::Camera, &["camera", "cameraRef"]),
];

/// The texts that a bus or channel type may be, for messages.
pub const BUS_TYPES: [&str; 12] = [
    "number",
    "phase",
    "vec2",
    "vec3",
    "color",
    "boolean",
    "string",
    "trigger",
    "field number",
    "field vec2",
    "field vec3",
    "field color",
];

/// A domain from any of its spellings.
pub fn domain(text: &str) -> Option<Domain> {
    let spelled = |names: &&[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(text));
    SPELLINGS
        .iter()
        .find(|(_, names)| spelled(names))
        .map(|(domain, _)| *domain)
}

/// A world from its name.
pub fn world(text: &str) -> Option<World> {
    let worlds = [
        ("scalar", World::Scalar),
        ("signal", World::Signal),
        ("field", World::Field),
        ("event", World::Event),
        ("special", World::Special),
    ];
    worlds
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
        .map(|(_, world)| *world)
}

/// World and domain as they belong together: what fires is an event, what is drawn is special, a
/// field of texts holds colour texts.
fn join(world: World, domain: Domain) -> Type {
    match (world, domain.family()) {
        (World::Event, _) => Type::TRIGGER,
        (World::Scalar | World::Signal, Family::Trigger) => Type::TRIGGER,
        (_, Family::Domain | Family::Render | Family::Camera) => Type::new(World::Special, domain),
        (World::Field, Family::String) => Type::field(Domain::Color),
        _ => Type::new(world, domain),
    }
}

/// A slot's type text: `Signal<phase>`, `Scalar:number`, `Field<vec2>`, `Event<any>`, `Domain`,
/// or a bus type text.
pub fn slot(text: &str) -> Option<Type> {
    let text = text.trim();
    let inner = |rest: &'static str| {
        let head = text
            .get(..rest.len())
            .filter(|head| head.eq_ignore_ascii_case(rest))?;
        text.get(head.len()..)?.strip_suffix('>').map(str::trim)
    };
    if inner("event<").is_some() {
        return Some(Type::TRIGGER);
    }
    // What the editor calls a signal of units is a pulse or a number in 0…1; either way the number
    // family, as its default sources say.
    let worlds = [
        ("signal<", World::Signal),
        ("field<", World::Field),
        ("scalar<", World::Scalar),
    ];
    for (head, world) in worlds {
        if let Some(name) = inner(head) {
            return Some(join(world, domain(name)?));
        }
    }
    if let Some((head, name)) = text.split_once(':').or_else(|| text.split_once(' ')) {
        return Some(join(world(head)?, domain(name.trim())?));
    }
    Some(join(World::Signal, domain(text)?))
}

/// A type as text or `{world, domain}`; for default sources.
pub fn any(value: &Value) -> Option<Type> {
    match value {
        Value::Text(text) => slot(text),
        Value::Object(_) => match (value.get("world"), value.get("domain")) {
            (Some(Value::Text(w)), Some(Value::Text(d))) => Some(join(world(w)?, domain(d)?)),
            _ => None,
        },
        _ => None,
    }
}

/// Why a text or object is no type of a bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotBus<'a> {
    /// No domain has this name.
    Domain(&'a str),
    /// No world has this name.
    World(&'a str),
    /// A type, but not one that a bus can carry.
    Type(Type),
}

/// The type of a bus or channel from a text such as `field vec2`.
pub(super) fn bus_text(text: &str) -> Result<Type, NotBus<'_>> {
    eligible(slot(text).ok_or(NotBus::Domain(text))?)
}

/// The type of a bus from the two halves of a type object. A scalar bus is a signal bus, and
/// `elementCount` a number.
pub(super) fn bus_parts<'a>(world_text: &'a str, text: &'a str) -> Result<Type, NotBus<'a>> {
    let world = match world(world_text).ok_or(NotBus::World(world_text))? {
        World::Scalar => World::Signal,
        world => world,
    };
    let domain = match domain(text).ok_or(NotBus::Domain(text))? {
        Domain::Domain if text.eq_ignore_ascii_case("elementCount") => Domain::Number,
        domain => domain,
    };
    if world == World::Event && domain != Domain::Trigger {
        return Err(NotBus::Type(Type::new(world, domain)));
    }
    eligible(join(world, domain))
}

fn eligible(ty: Type) -> Result<Type, NotBus<'static>> {
    let ty = if ty.world == World::Scalar {
        Type::signal(ty.domain)
    } else {
        ty
    };
    let family = ty.domain.family();
    let carried = match ty.world {
        World::Signal => !matches!(family, Family::Path | Family::Internal),
        World::Field => !matches!(
            family,
            Family::Trigger | Family::String | Family::Path | Family::Internal
        ),
        World::Event => family == Family::Trigger,
        World::Scalar | World::Special => false,
    };
    if carried {
        Ok(ty)
    } else {
        Err(NotBus::Type(ty))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slot_texts() {
        let cases = [
            ("Signal<number>", Type::signal(Domain::Number)),
            ("Signal<Time>", Type::signal(Domain::Number)),
            ("Signal<phase>", Type::signal(Domain::Phase01)),
            ("Signal<PhaseSample>", Type::signal(Domain::Phase01)),
            ("Scalar:vec2", Type::new(World::Scalar, Domain::Vec2)),
            ("Field<Point>", Type::field(Domain::Vec2)),
            ("Field<string>", Type::field(Domain::Color)),
            ("Signal<string>", Type::signal(Domain::String)),
            ("Event<any>", Type::TRIGGER),
            ("Event<string>", Type::TRIGGER),
            ("Domain", Type::new(World::Special, Domain::Domain)),
            (
                "CanvasRender",
                Type::new(World::Special, Domain::RenderTree),
            ),
            ("cameraRef", Type::new(World::Special, Domain::Camera)),
        ];
        for (text, ty) in cases {
            assert_eq!(slot(text), Some(ty), "{text}");
        }
        for text in ["", "Signal<", "Signal<x>", "Field", "a:b", "é<number>"] {
            assert_eq!(slot(text), None, "{text}");
        }
    }

    #[test]
    fn all_documented_bus_texts_are_types() {
        for text in BUS_TYPES {
            let ty = bus_text(text).expect(text);
            assert_eq!(ty.to_string(), text);
        }
    }

    #[test]
    fn bus_objects() {
        assert_eq!(
            bus_parts("signal", "phase01"),
            Ok(Type::signal(Domain::Phase01))
        );
        assert_eq!(
            bus_parts("scalar", "timeMs"),
            Ok(Type::signal(Domain::Number))
        );
        assert_eq!(
            bus_parts("signal", "elementCount"),
            Ok(Type::signal(Domain::Number))
        );
        assert_eq!(bus_parts("event", "trigger"), Ok(Type::TRIGGER));
        assert_eq!(bus_parts("field", "point"), Ok(Type::field(Domain::Vec2)));
        assert_eq!(bus_parts("signal", "nope"), Err(NotBus::Domain("nope")));
        assert_eq!(bus_parts("nope", "number"), Err(NotBus::World("nope")));
        for (w, d) in [
            ("signal", "path"),
            ("special", "renderTree"),
            ("event", "number"),
        ] {
            assert!(matches!(bus_parts(w, d), Err(NotBus::Type(_))), "{w} {d}");
        }
        assert!(matches!(bus_text("domain"), Err(NotBus::Type(_))));
    }
}
