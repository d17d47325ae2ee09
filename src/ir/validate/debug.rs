//! Whether the debug rows fit the tables that they speak of.

use super::Findings;
use crate::ir::*;

pub(super) fn check(f: &mut Findings<'_>) {
    if let Some(table) = misfit(f.program) {
        let message = "not parallel to its table, or with an index that is none";
        f.at("ir-debug", format!("/debug/{table}"), message);
    }
}

/// The first debug table that is neither empty nor parallel to its table, or that has an index beyond
/// the texts or blocks.
pub(in crate::ir) fn misfit(p: &Program) -> Option<&'static str> {
    let (debug, tables) = (&p.debug, &p.tables);
    let text = |at: u32| (at as usize) < debug.strings.len();
    let parallel = |rows: usize, table: usize| rows == 0 || rows == table;
    let fits = |rows: &[Provenance], table: usize| {
        parallel(rows.len(), table)
            && rows.iter().all(|row| {
                let block = row
                    .block
                    .is_none_or(|b| b.index() < tables.graph.blocks.len());
                block && text(row.path) && row.port.is_none_or(text)
            })
    };
    let block = parallel(debug.block.len(), tables.graph.blocks.len())
        && debug.block.iter().all(|row| {
            [row.id, row.label, row.r#type, row.path]
                .into_iter()
                .all(text)
        });
    let bus = parallel(debug.bus.len(), tables.graph.buses.len())
        && debug.bus.iter().all(|row| text(row.id) && text(row.name));
    let slot = parallel(debug.slot.len(), tables.graph.slots.len())
        && debug.slot.iter().all(|row| text(row.path));
    let judged = [
        ("block", block),
        ("bus", bus),
        ("slot", slot),
        ("sigProv", fits(&debug.sig_prov, tables.sig.nodes.len())),
        (
            "eventProv",
            fits(&debug.event_prov, tables.event.nodes.len()),
        ),
        (
            "fieldProv",
            fits(&debug.field_prov, tables.field.nodes.len()),
        ),
        (
            "chainProv",
            fits(&debug.chain_prov, tables.transforms.chains.len()),
        ),
        ("stepProv", fits(&debug.step_prov, p.schedule.steps.len())),
        (
            "stateProv",
            fits(&debug.state_prov, tables.state.cells.len()),
        ),
    ];
    judged
        .into_iter()
        .find(|(_, ok)| !ok)
        .map(|(table, _)| table)
}
