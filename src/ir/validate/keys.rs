//! Keys: unique in their table, and rows in the order of their keys where that is the order.

use super::Findings;
use crate::ir::*;

pub(super) fn check(f: &mut Findings<'_>) {
    let p = f.program;
    let mut met = Met::new(p);
    for table in tables(p) {
        unique(f, &mut met, || table.pointer.to_owned(), &table.keys);
        // Texts of the pool are sorted, so their places are in the order of their bytes.
        let late = table.keys.windows(2).position(|w| w[0] > w[1]);
        if let Some(at) = late.filter(|_| table.sorted) {
            let message = "the rows are not in the order of their keys";
            f.add("ir-duplicate-key", table.pointer, at + 1, message);
        }
    }
    for (i, block) in p.tables.graph.blocks.iter().enumerate() {
        for (side, ports) in [("in", &block.r#in), ("out", &block.out)] {
            let names: Vec<StrId> = ports.iter().map(|port| port.name).collect();
            let table = || format!("/tables/graph/blocks/{i}/{side}");
            unique(f, &mut met, table, &names);
        }
    }
    for (i, domain) in p.tables.graph.domains.iter().enumerate() {
        let names: Vec<StrId> = domain.attrs.iter().map(|attr| attr.name).collect();
        let table = || format!("/tables/graph/domains/{i}/attrs");
        unique(f, &mut met, table, &names);
    }
    in_order(f);
}

/// A table whose rows have keys.
struct Keyed {
    pointer: &'static str,
    keys: Vec<StrId>,
    sorted: bool,
}

fn tables(p: &Program) -> Vec<Keyed> {
    fn keyed<T>(pointer: &'static str, rows: &[T], key: fn(&T) -> StrId, sorted: bool) -> Keyed {
        Keyed {
            pointer,
            keys: rows.iter().map(key).collect(),
            sorted,
        }
    }
    let (t, g, r) = (&p.tables, &p.tables.graph, &p.tables.render);
    let x = &t.transforms;
    vec![
        keyed("/tables/graph/blocks", &g.blocks, |row| row.key, false),
        keyed("/tables/graph/slots", &g.slots, |row| row.key, false),
        keyed("/tables/graph/buses", &g.buses, |row| row.key, true),
        keyed(
            "/tables/graph/publishers",
            &g.publishers,
            |row| row.key,
            false,
        ),
        keyed(
            "/tables/graph/listeners",
            &g.listeners,
            |row| row.key,
            false,
        ),
        keyed("/tables/graph/externals", &g.externals, |row| row.key, true),
        keyed("/tables/graph/defaults", &g.defaults, |row| row.key, true),
        keyed("/tables/graph/domains", &g.domains, |row| row.key, true),
        keyed("/tables/transforms/uses", &x.uses, |row| row.key, true),
        keyed(
            "/tables/transforms/adapters",
            &x.adapters,
            |row| row.id,
            true,
        ),
        keyed("/tables/transforms/lenses", &x.lenses, |row| row.id, true),
        keyed("/tables/state/cells", &t.state.cells, |row| row.key, true),
        keyed(
            "/tables/materialize/requests",
            &t.materialize.requests,
            |row| row.key,
            false,
        ),
        keyed("/tables/render/sinks", &r.sinks, |row| row.key, false),
        keyed("/tables/render/cameras", &r.cameras, |row| row.key, false),
        keyed("/tables/render/meshes", &r.meshes, |row| row.key, false),
        keyed("/tables/render/effects", &r.effects, |row| row.key, false),
        keyed("/schedule/steps", &p.schedule.steps, |row| row.key, false),
        keyed("/outputs", &p.outputs, |row| row.key, false),
    ]
}

/// In which list each text was met last.
struct Met {
    list: Vec<u32>,
    now: u32,
}

impl Met {
    fn new(program: &Program) -> Self {
        Self {
            list: vec![0; program.tables.strings.len()],
            now: 0,
        }
    }
}

fn unique(f: &mut Findings<'_>, met: &mut Met, table: impl Fn() -> String, keys: &[StrId]) {
    met.now += 1;
    for (i, key) in keys.iter().enumerate() {
        if std::mem::replace(&mut met.list[key.index()], met.now) == met.now {
            let key = &f.program.tables.strings[key.index()];
            let message = format!("key `{key}` is there twice");
            f.add("ir-duplicate-key", &table(), i, message);
        }
    }
}

/// Rows without a key of their own, or whose order is another than that of their keys.
fn in_order(f: &mut Findings<'_>) {
    let g = &f.program.tables.graph;
    ascending(f, "/tables/graph/wires", g.wires.iter().map(|row| row.to));
    let listeners = g.listeners.iter().map(|row| (row.bus, row.to, row.key));
    ascending(f, "/tables/graph/listeners", listeners);
    let requests = f.program.tables.materialize.requests.iter();
    let consumers = requests.enumerate().map(|(i, row)| match row.consumer {
        Consumer::Sink { sink, input } => (0, sink.0, u64::from(input)),
        Consumer::Reduce(_) => (1, 0, i as u64),
        Consumer::Probe(block) => (2, block.0, i as u64),
    });
    ascending(f, "/tables/materialize/requests", consumers);
}

fn ascending<K: Ord>(f: &mut Findings<'_>, table: &str, keys: impl Iterator<Item = K>) {
    let keys: Vec<K> = keys.collect();
    if let Some(at) = keys.windows(2).position(|w| w[0] >= w[1]) {
        let message = "the row does not come after the one before it in the table's order";
        f.add("ir-duplicate-key", table, at + 1, message);
    }
}
