//! Wires, publishers and listeners: who gets its value from whom.

use super::buses::BUS_KEYS;
use super::chain::{Names, external, rail};
use super::fields::{Fields, Report, Shape, check_id};
use super::ids::Identified;
use super::model::{BusEntry, ListenSource, ListenerEntry, PortRef, PublisherEntry, Wire};
use super::place::Place;
use super::refs::End;
use super::value::Value;

pub(super) const WIRE: Shape = Shape {
    what: "a connection",
    example: r#"{"from": "osc.out", "to": "dots.radius"}"#,
    known: &[
        "id",
        "from",
        "to",
        "enabled",
        "adapterChain",
        "adapters",
        "lensStack",
        "lens",
    ],
};

pub(super) const PUBLISHER: Shape = Shape {
    what: "a publisher",
    example: r#"{"from": "osc.out", "bus": "energy"}"#,
    known: &[
        "id",
        "busId",
        "bus",
        "from",
        "enabled",
        "sortKey",
        "weight",
        "adapterChain",
        "adapters",
        "lensStack",
        "lens",
    ],
};

pub(super) const LISTENER: Shape = Shape {
    what: "a listener",
    example: r#"{"bus": "energy", "to": "dots.radius"}"#,
    known: &[
        "id",
        "busId",
        "bus",
        "rail",
        "external",
        "type",
        "default",
        "to",
        "enabled",
        "sortKey",
        "adapterChain",
        "adapters",
        "lensStack",
        "lens",
    ],
};

impl Names<'_> {
    /// A wire or an inner edge, without an id where none is written.
    pub(super) fn wire(
        &self,
        value: &Value,
        place: &Place<'_>,
        report: &mut Report<'_>,
    ) -> Option<Wire> {
        let fields = Fields::open(value, place, &WIRE, report)?;
        fields.warn_unknown(report);
        let target = fields.get("to");
        let to = target.and_then(|_| self.subject(&fields, "to", End::To, report));
        // Without a target the source is the next best name.
        let from = match &to {
            Some(_) => self.end(&fields, "from", End::From, report),
            None => self.subject(&fields, "from", End::From, report),
        };
        if target.is_none() {
            fields.missing("to", report);
        }
        let id = id(&fields, report);
        let chain = self.chain(&fields, report);
        let enabled = fields.flag("enabled", true, report);
        report.leave();
        Some(Wire {
            at: fields.at(),
            id,
            from: from?,
            to: to?,
            chain,
            enabled,
        })
    }

    /// The publisher at an index of its list.
    pub(super) fn publisher(
        &self,
        value: &Value,
        (place, index): (&Place<'_>, usize),
        report: &mut Report<'_>,
    ) -> Option<PublisherEntry> {
        let fields = Fields::open(value, place, &PUBLISHER, report)?;
        fields.warn_unknown(report);
        let from = self.subject(&fields, "from", End::From, report);
        let id = id(&fields, report);
        let chain = self.chain(&fields, report);
        let enabled = fields.flag("enabled", true, report);
        let clash = self.buses.clash(&fields, report);
        let key = fields.first(&BUS_KEYS).map_or("bus", |(key, _)| key);
        let text = fields.needed_text(key, report).filter(|_| !clash);
        // The short form combines in the order in which it is written.
        let order = if key == "bus" {
            10.0 * (index as f64 + 1.0)
        } else {
            0.0
        };
        let sort_key = fields.number("sortKey", report).unwrap_or(order);
        let bus = text.map(|text| self.buses.reference(text, fields.pointer(key), report));
        report.leave();
        let bus = bus?;
        Some(PublisherEntry {
            at: fields.at(),
            id,
            bus,
            from: from?,
            chain,
            enabled,
            sort_key,
        })
    }

    /// A listener to a bus, a rail or an external channel.
    pub(super) fn listener(
        &self,
        value: &Value,
        place: &Place<'_>,
        report: &mut Report<'_>,
    ) -> Option<ListenerEntry> {
        let fields = Fields::open(value, place, &LISTENER, report)?;
        fields.warn_unknown(report);
        let to = self.subject(&fields, "to", End::To, report);
        let id = id(&fields, report);
        let chain = self.chain(&fields, report);
        let enabled = fields.flag("enabled", true, report);
        let source = self.source(&fields, report);
        report.leave();
        Some(ListenerEntry {
            at: fields.at(),
            id,
            source: source?,
            to: to?,
            chain,
            enabled,
        })
    }

    fn source(&self, fields: &Fields<'_, '_>, report: &mut Report<'_>) -> Option<ListenSource> {
        if self.buses.clash(fields, report) {
            return None;
        }
        let bus = fields.first(&BUS_KEYS).map_or("bus", |(key, _)| key);
        let keys = [bus, "rail", "external"];
        let key = fields.first(&keys).map(|(key, _)| key);
        if fields.exclusive(&keys, report) {
            return None;
        }
        if key != Some("external") {
            fields.warn_lonely(&["type", "default"], "`external`", report);
        }
        match key {
            None => {
                fields.missing("bus", report);
                None
            }
            Some("rail") => {
                let text = fields.text("rail", report)?;
                Some(ListenSource::Rail(rail(
                    text,
                    fields.pointer("rail"),
                    report,
                )))
            }
            Some("external") => Some(ListenSource::External(external(fields, report)?)),
            Some(key) => {
                let text = fields.text(key, report)?;
                Some(ListenSource::Bus(self.buses.reference(
                    text,
                    fields.pointer(key),
                    report,
                )))
            }
        }
    }

    /// The end that messages name: the target of a wire or listener, the source of a publisher.
    fn subject(
        &self,
        fields: &Fields<'_, '_>,
        key: &'static str,
        end: End,
        report: &mut Report<'_>,
    ) -> Option<PortRef> {
        let reference = self.end(fields, key, end, report)?;
        report.enter(&reference.block, &reference.port);
        Some(reference)
    }

    fn end(
        &self,
        fields: &Fields<'_, '_>,
        key: &'static str,
        end: End,
        report: &mut Report<'_>,
    ) -> Option<PortRef> {
        match fields.get(key) {
            Some(value) => self.scope.read(value, fields.place.key(key), end, report),
            None => {
                fields.missing(key, report);
                None
            }
        }
    }
}

/// The written id, or nothing.
fn id(fields: &Fields<'_, '_>, report: &mut Report<'_>) -> String {
    match fields.text("id", report) {
        Some(id) if check_id(id, || fields.pointer("id"), false, report) => id.to_owned(),
        _ => String::new(),
    }
}

/// Names the wires of a document.
pub(super) fn name_wires(wires: &mut [Wire], report: &mut Report<'_>) {
    super::ids::name(
        "connections",
        wires,
        |wire| format!("wire:{}", wire.to.text()),
        report,
    );
}

/// Names the edges inside a composite.
pub(super) fn name_edges(edges: &mut [Wire], report: &mut Report<'_>) {
    super::ids::name(
        "edges",
        edges,
        |edge| format!("edge:{}", edge.to.text()),
        report,
    );
}

/// Names the publishers of a document; a bus goes by its id.
pub(super) fn name_publishers(
    publishers: &mut [PublisherEntry],
    buses: &[BusEntry],
    report: &mut Report<'_>,
) {
    let base = |publisher: &PublisherEntry| {
        let bus = publisher.bus.bus.and_then(|index| buses.get(index.0));
        let bus = bus.map_or(&*publisher.bus.text, |entry| &*entry.id);
        format!("pub:{}:{bus}", publisher.from.text())
    };
    super::ids::name("publishers", publishers, base, report);
}

/// Names the listeners of a document.
pub(super) fn name_listeners(listeners: &mut [ListenerEntry], report: &mut Report<'_>) {
    let base = |listener: &ListenerEntry| format!("list:{}", listener.to.text());
    super::ids::name("listeners", listeners, base, report);
}

impl Identified for Wire {
    fn id(&mut self) -> &mut String {
        &mut self.id
    }
    fn at(&self) -> &str {
        &self.at
    }
}

impl Identified for PublisherEntry {
    fn id(&mut self) -> &mut String {
        &mut self.id
    }
    fn at(&self) -> &str {
        &self.at
    }
}

impl Identified for ListenerEntry {
    fn id(&mut self) -> &mut String {
        &mut self.id
    }
    fn at(&self) -> &str {
        &self.at
    }
}
