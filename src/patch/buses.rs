//! Buses: named places where many outputs meet and many inputs listen.
//!
//! Six default buses exist in every program; an entry of the file with the same name takes the
//! place of one and must agree with it. Names are unique without regard to case.

use super::fields::{Fields, Report, Shape, check_id};
use super::model::{BusEntry, BusIndex, BusRef, Combine, Constant};
use super::place::Place;
use super::types::{self, BUS_TYPES, NotBus};
use super::value::{Value, quote};
use crate::diag::Diagnostic;
use crate::types::{Domain, Family, Type, World};
use std::collections::BTreeMap;

/// Most buses that a file may have.
pub(super) const MOST: usize = 10_000;

/// Under which names an entry mentions a bus.
pub(super) const BUS_KEYS: [&str; 2] = ["busId", "bus"];

/// The six default buses: name, type, combine mode. Their values without publishers are those of
/// their types.
pub const DEFAULT_BUSES: [(&str, Type, Combine); 6] = [
    ("phaseA", Type::signal(Domain::Phase01), Combine::Last),
    ("phaseB", Type::signal(Domain::Phase01), Combine::Last),
    ("energy", Type::signal(Domain::Number), Combine::Sum),
    ("pulse", Type::TRIGGER, Combine::Last),
    ("palette", Type::signal(Domain::Color), Combine::Last),
    ("progress", Type::signal(Domain::Number), Combine::Last),
];

pub(super) const BUS: Shape = Shape {
    what: "a bus",
    example: r#"{"name": "wobble", "type": "number"}"#,
    known: &[
        "id",
        "name",
        "type",
        "combineMode",
        "combine",
        "defaultValue",
        "default",
        "sortKey",
        "origin",
        "description",
    ],
};

pub(super) const BUS_TYPE: Shape = Shape {
    what: "a bus type",
    example: r#"{"world": "signal", "domain": "number"}"#,
    known: &[
        "world",
        "domain",
        "category",
        "busEligible",
        "semantics",
        "unit",
    ],
};

/// Exact id, then exact name, then name without regard to case.
pub(super) fn find(buses: &[BusEntry], text: &str) -> Option<BusIndex> {
    let lower = text.to_lowercase();
    buses
        .iter()
        .position(|bus| bus.id == text)
        .or_else(|| buses.iter().position(|bus| bus.name == text))
        .or_else(|| {
            buses
                .iter()
                .position(|bus| bus.name.to_lowercase() == lower)
        })
        .map(BusIndex)
}

/// All buses, and what they can be called.
pub(super) struct BusTable {
    pub(super) entries: Vec<BusEntry>,
    ids: BTreeMap<String, BusIndex>,
    /// Lower case; unique.
    names: BTreeMap<String, BusIndex>,
}

impl BusTable {
    /// The buses of a file and the default ones that it does not have.
    pub(super) fn read(list: &[Value], place: &Place<'_>, report: &mut Report<'_>) -> Self {
        let mut table = Self {
            entries: Vec::new(),
            ids: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        for (i, value) in list.iter().enumerate() {
            if let Some(entry) = entry(value, &place.index(i), report) {
                table.add(entry, report);
            }
        }
        for (name, ty, combine) in DEFAULT_BUSES {
            if !table.names.contains_key(&name.to_lowercase()) {
                let (id, name) = (name.to_owned(), name.to_owned());
                let at = String::new();
                table.add(
                    BusEntry {
                        at,
                        id,
                        name,
                        ty: Some(ty),
                        combine,
                        default: None,
                        broken: false,
                    },
                    report,
                );
            }
        }
        table.report_ambiguous(report);
        table
    }

    fn add(&mut self, entry: BusEntry, report: &mut Report<'_>) {
        let index = BusIndex(self.entries.len());
        let lower = entry.name.to_lowercase();
        if let Some(other) = self.names.get(&lower) {
            let message = format!("two buses have the name {}", quote(&entry.name));
            let error = Diagnostic::error("duplicate-bus", entry.at, message)
                .hint("rename one; case makes no difference");
            report.push(self.beside(*other, error));
            return;
        }
        match self
            .ids
            .get(&entry.id)
            .and_then(|other| self.entries.get(other.0))
        {
            None => drop(self.ids.insert(entry.id.clone(), index)),
            // An id that is also a name is ambiguous, which is told later.
            Some(other) if other.name == entry.id || entry.name == entry.id => {}
            Some(other) => {
                let message = format!("two buses have the id {}", quote(&entry.id));
                report.push(
                    Diagnostic::error("duplicate-id", entry.at.clone(), message)
                        .other(&other.at)
                        .hint("rename one"),
                );
            }
        }
        self.names.insert(lower, index);
        self.entries.push(entry);
    }

    /// Names the bus that a finding is about too, if the file has it.
    fn beside(&self, other: BusIndex, error: Diagnostic) -> Diagnostic {
        match self.entries.get(other.0) {
            Some(bus) if bus.is_written() => error.other(&bus.at),
            _ => error,
        }
    }

    /// An id that equals the name of another bus.
    fn report_ambiguous(&self, report: &mut Report<'_>) {
        for (i, bus) in self.entries.iter().enumerate() {
            let other = self.names.get(&bus.id.to_lowercase()).copied();
            let Some(other) = other.filter(|other| other.0 != i) else {
                continue;
            };
            if self
                .entries
                .get(other.0)
                .is_some_and(|entry| entry.name == bus.id)
            {
                let written = self.entries.get(other.0).is_some_and(BusEntry::is_written);
                let which = if written { "another" } else { "a default bus" };
                let (id, name) = (quote(&bus.id), quote(&bus.name));
                let message = format!("{id} is the id of the bus {name} and the name of {which}");
                let error =
                    Diagnostic::error("ambiguous-bus", bus.at.clone(), message).hint("rename one");
                report.push(self.beside(other, error));
            }
        }
    }

    /// The bus that a text means.
    pub(super) fn get(&self, text: &str) -> Option<BusIndex> {
        let exact = self.ids.get(text);
        exact
            .or_else(|| self.names.get(&text.to_lowercase()))
            .copied()
    }

    /// Reports an entry whose two names of a bus mean different ones.
    pub(super) fn clash(&self, fields: &Fields<'_, '_>, report: &mut Report<'_>) -> bool {
        let [Some(a), Some(b)] = BUS_KEYS.map(|key| fields.get(key)) else {
            return false;
        };
        let found = |value: &Value| value.as_text().and_then(|text| self.get(text));
        let clash = a != b && (found(a).is_none() || found(a) != found(b));
        if clash {
            fields.disagree(BUS_KEYS, report);
        }
        clash
    }

    /// A reference to a bus; `unknown-bus` where there is none.
    pub(super) fn reference(&self, text: &str, at: String, report: &mut Report<'_>) -> BusRef {
        let bus = self.get(text);
        if bus.is_none() {
            let message = format!("no bus is called {}", quote(text));
            let names = self.entries.iter().map(|bus| bus.name.as_str());
            let error = Diagnostic::error("unknown-bus", at.clone(), message);
            let error = report.suggest(error, text, names);
            report.push(error.hint(bus_declaration(text, None)));
        }
        BusRef {
            text: text.to_owned(),
            bus,
            at,
        }
    }
}

/// The hint that declares a bus. Without a type a bus carries what its first publisher gives.
pub(crate) fn bus_declaration(text: &str, ty: Option<Type>) -> String {
    let short: String = text.chars().take(60).collect();
    let name = Value::Text(short).json();
    let ty = ty.map_or(String::new(), |ty| format!(r#", "type": "{ty}""#));
    format!(r#"to declare it, add {{"name": {name}{ty}}} to `buses`"#)
}

fn entry(value: &Value, place: &Place<'_>, report: &mut Report<'_>) -> Option<BusEntry> {
    let fields = Fields::open(value, place, &BUS, report)?;
    fields.warn_unknown(report);
    let name = fields.needed_text("name", report);
    let id = fields.text("id", report);
    let ty = ty(&fields, report);
    let broken = ty.is_none() && fields.get("type").is_some();
    let combine = combine(&fields, report);
    let default = fields
        .either(["defaultValue", "default"], report)
        .map(|(key, value)| Constant {
            value: value.clone(),
            at: fields.pointer(key),
        });
    let name = name?;
    if !check_id(name, || fields.pointer("name"), false, report)
        || !id.is_none_or(|id| check_id(id, || fields.pointer("id"), false, report))
    {
        return None;
    }
    let mut entry = BusEntry {
        at: fields.at(),
        id: id.unwrap_or(name).to_owned(),
        name: name.to_owned(),
        ty,
        combine: combine.unwrap_or_default(),
        default,
        broken,
    };
    let reserved = DEFAULT_BUSES
        .iter()
        .find(|(reserved, ..)| reserved.eq_ignore_ascii_case(name));
    if let Some((_, wanted, mode)) = reserved {
        agree(&mut entry, (*wanted, *mode), combine, report);
    } else if entry.combine != Combine::Last
        && ty.is_some_and(|ty| ty.domain.family() == Family::String)
    {
        let message = format!("texts cannot be combined by `{}`", entry.combine.name());
        report.push(
            Diagnostic::error("bad-combine", entry.at.clone(), message)
                .hint(r#"write `"combine": "last"`"#),
        );
        entry.combine = Combine::Last;
    }
    Some(entry)
}

/// An entry in the place of a default bus takes over what it leaves out and must agree otherwise.
fn agree(
    entry: &mut BusEntry,
    (wanted, mode): (Type, Combine),
    combine: Option<Combine>,
    report: &mut Report<'_>,
) {
    let same = |ty: Type| ty.world == wanted.world && ty.domain.family() == wanted.domain.family();
    if entry.ty.is_some_and(|ty| !same(ty)) || combine.is_some_and(|combine| combine != mode) {
        let (name, mode) = (quote(&entry.name), mode.name());
        let message = format!("the default bus {name} is {wanted}, combined by `{mode}`");
        report.push(
            Diagnostic::error("reserved-bus-mismatch", entry.at.clone(), message).hint(format!(
                r#"write {{"name": "{}", "type": "{wanted}", "combineMode": "{mode}"}}, or rename it"#,
                entry.name
            )),
        );
    }
    (entry.ty, entry.combine, entry.broken) = (Some(wanted), mode, false);
}

/// The written type; `None` if there is none, or none that can be read, which is reported.
fn ty(fields: &Fields<'_, '_>, report: &mut Report<'_>) -> Option<Type> {
    let place = fields.place.key("type");
    let read = match fields.get("type")? {
        Value::Text(text) => types::bus_text(text),
        value @ Value::Object(_) => {
            let parts = Fields::open(value, &place, &BUS_TYPE, report)?;
            parts.warn_unknown(report);
            let world = parts.needed_text("world", report);
            let domain = parts.needed_text("domain", report);
            match (world, domain) {
                (Some(world), Some(domain)) => types::bus_parts(world, domain),
                _ => return None,
            }
        }
        _ => {
            fields.wrong("type", "a text or an object", report);
            return None;
        }
    };
    read.map_err(|fault| not_carried(fault, place.pointer(), report))
        .ok()
}

/// Reports a type that no bus or channel carries.
pub(super) fn not_carried(fault: NotBus<'_>, pointer: String, report: &mut Report<'_>) {
    let (given, message) = match fault {
        NotBus::Domain(text) => (text, format!("no type is called {}", quote(text))),
        NotBus::World(text) => (text, format!("no world is called {}", quote(text))),
        NotBus::Type(ty) => {
            let event = ty.world == World::Event;
            let form = if event {
                format!("event {}", ty.domain.name())
            } else {
                ty.to_string()
            };
            ("", format!("a bus cannot carry the type `{form}`"))
        }
    };
    let known: &[&str] = match fault {
        NotBus::World(_) => &["signal", "field", "event"],
        _ => &BUS_TYPES,
    };
    let error = Diagnostic::error("not-bus-eligible", pointer, message);
    let mut error = match given {
        "" => error,
        _ => report.suggest(error, given, known.iter().copied()),
    };
    if error.hints.is_empty() {
        let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        error = error.hint(format!("possible are {}", list.join(", ")));
    }
    report.push(error);
}

fn combine(fields: &Fields<'_, '_>, report: &mut Report<'_>) -> Option<Combine> {
    let (key, _) = fields.either(["combineMode", "combine"], report)?;
    let text = fields.text(key, report)?;
    let mode = Combine::parse(text);
    if mode.is_none() {
        let message = format!("no combine mode is called {}", quote(text));
        let error = Diagnostic::error("bad-combine", fields.pointer(key), message);
        let error = report.suggest(error, text, Combine::ALL.iter().map(|mode| mode.name()));
        report.push(error.hint("the modes are `last`, `sum`, `average`, `max`, `min`, `layer`"));
    }
    mode
}
