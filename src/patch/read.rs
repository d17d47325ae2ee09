//! The story of reading a patch: text, JSON, names, entries.
//!
//! Names come before what refers to them: block ids and buses first, then everything that leads
//! from one to the other. A limit that is broken ends the reading, since going on would take the
//! memory that the limit is there to save.

use super::blocks::{self, Blocks};
use super::buses::{self, BusTable};
use super::chain::Names;
use super::fields::{Fields, Report};
use super::model::{Document, ListenerEntry, PublisherEntry, Wire};
use super::place::Place;
use super::refs::{Known, Scope};
use super::source::Source;
use super::value::Value;
use super::{composites, flow, json, look, rail_settings};
use crate::diag::{Diagnostic, Diagnostics};

/// Most wires, publishers and listeners together.
const MOST_CONNECTIONS: usize = 1_000_000;

/// Reads a patch. `None` if there is nothing to go on with: the text is not a JSON object, a limit
/// is broken, or there are no blocks. Otherwise what could be read. All mistakes are in
/// `diagnostics`; their places are filled in by [`Source::fill_places`]. Total: no input makes it
/// panic or recurse without bound.
///
/// ```
/// use oscilla::diag::Diagnostics;
/// use oscilla::patch::{self, Source};
///
/// // As a file has them, also ones that are no text.
/// let bytes = br#"{"blocks": [{"id": "time", "type": "CycleTimeRoot", "lable": "tempo"}]}"#.to_vec();
/// let source = Source::from_bytes("waves.json", bytes)?;
/// let mut found = Diagnostics::new();
/// let document = patch::read(&source, &mut found).expect("blocks");
/// assert_eq!(document.blocks[0].id, "time");
/// // What it does not know it reports, with its place.
/// source.fill_places(&mut found);
/// let finding = &found.list()[0];
/// assert_eq!((finding.code, finding.line), ("unknown-field", 1));
/// assert!(!found.has_errors());
/// # Ok::<(), Box<oscilla::diag::Diagnostic>>(())
/// ```
pub fn read(source: &Source, diagnostics: &mut Diagnostics) -> Option<Document> {
    let value = json::parse(source, diagnostics)?;
    let report = &mut Report::new(diagnostics);
    if !matches!(value, Value::Object(_)) {
        let message = format!("a patch is a JSON object, but found {}", value.show());
        let example = format!("write {}", look::DOCUMENT.example);
        report.push(Diagnostic::error("bad-json", "", message).hint(example));
        return None;
    }
    let root = Place::ROOT;
    let document = Fields::open(&value, &root, &look::DOCUMENT, report)?;
    document.warn_unknown(report);
    look::version(&document, report);

    let lists = Lists::open(&document, report)?;
    let entries = Blocks::read(lists.blocks, &root.key("blocks"), report);
    let empty = is_empty(&document, &entries, report);
    let table = BusTable::read(lists.buses, &root.key("buses"), report);
    let scope = Scope {
        ids: entries.ids,
        noun: "block",
        code: "unknown-block",
        // Without blocks every reference would be told again.
        complete: !empty,
    };
    let names = Names {
        scope: &scope,
        buses: &table,
    };
    let (wires, publishers, listeners) = lists.flow(names, report);
    let place = root.key("rails");
    let rails = rail_settings::read(document.map("rails", report), &place, names, report);
    let place = root.key("defaultSources");
    let default_sources =
        blocks::default_sources(document.list("defaultSources", report), &place, report);
    let place = root.key("composites");
    let composites = composites::read(document.list("composites", report), &place, &table, report);
    let canvas = entries.canvas.as_ref();
    let document = Document {
        name: document.text("name", report).map(str::to_owned),
        revision: look::revision(&document, report),
        seed: look::seed(&document, report),
        size: look::size(&document, canvas, report),
        background: look::background(&document, canvas),
        golden: look::golden(&document, report),
        blocks: entries.entries,
        wires,
        buses: table.entries,
        publishers,
        listeners,
        default_sources,
        rails,
        composites,
    };
    (!empty).then_some(document)
}

/// Reports a document without blocks.
fn is_empty(document: &Fields<'_, '_>, blocks: &Blocks<'_>, report: &mut Report<'_>) -> bool {
    let Some(value) = document.get("blocks") else {
        document.missing("blocks", report);
        return true;
    };
    // Entries that could not be read have been reported, and a canvas entry is no block.
    let nothing = blocks.entries.is_empty() && !blocks.ids.values().any(|id| *id == Known::Block);
    let canvas = |entry: &Value| entry.get("type") == Some(&Value::Text("canvas".to_owned()));
    if matches!(value, Value::List(list) if list.iter().all(canvas)) {
        let pointer = document.pointer("blocks");
        report.push(
            Diagnostic::error("empty-patch", pointer, "the patch has no blocks")
                .hint("`oscilla new` writes a patch to start from"),
        );
    }
    nothing
}

/// The lists of a document that have limits, checked.
struct Lists<'a> {
    blocks: &'a [Value],
    buses: &'a [Value],
    wires: &'a [Value],
    publishers: &'a [Value],
    listeners: &'a [Value],
}

impl<'a> Lists<'a> {
    fn open(document: &Fields<'a, '_>, report: &mut Report<'_>) -> Option<Self> {
        let lists = Self {
            blocks: document.list("blocks", report),
            buses: document.list("buses", report),
            wires: document.list("connections", report),
            publishers: document.list("publishers", report),
            listeners: document.list("listeners", report),
        };
        let connections = lists.wires.len() + lists.publishers.len() + lists.listeners.len();
        let limits = [
            (
                "too-many-blocks",
                "blocks",
                "blocks",
                lists.blocks.len(),
                blocks::MOST,
            ),
            (
                "too-many-buses",
                "buses",
                "buses",
                lists.buses.len(),
                buses::MOST,
            ),
            (
                "too-many-connections",
                "connections",
                "connections, publishers and listeners",
                connections,
                MOST_CONNECTIONS,
            ),
        ];
        let mut fits = true;
        for (code, key, what, found, most) in limits {
            if found > most {
                fits = false;
                let message = format!("{found} {what}; at most {most} are allowed");
                report.push(Diagnostic::error(code, document.pointer(key), message));
            }
        }
        fits.then_some(lists)
    }

    fn flow(
        &self,
        names: Names<'_>,
        report: &mut Report<'_>,
    ) -> (Vec<Wire>, Vec<PublisherEntry>, Vec<ListenerEntry>) {
        let root = Place::ROOT;
        let place = root.key("connections");
        let mut wires = Vec::new();
        for (i, value) in self.wires.iter().enumerate() {
            wires.extend(names.wire(value, &place.index(i), report));
        }
        let place = root.key("publishers");
        let mut publishers = Vec::new();
        for (i, value) in self.publishers.iter().enumerate() {
            publishers.extend(names.publisher(value, (&place.index(i), i), report));
        }
        let place = root.key("listeners");
        let mut listeners = Vec::new();
        for (i, value) in self.listeners.iter().enumerate() {
            listeners.extend(names.listener(value, &place.index(i), report));
        }
        flow::name_wires(&mut wires, report);
        flow::name_publishers(&mut publishers, &names.buses.entries, report);
        flow::name_listeners(&mut listeners, report);
        (wires, publishers, listeners)
    }
}
