//! Where cells lie in their pools, and the hashes that say whether a running cell can be kept.

use crate::ir::*;

/// Places the cells one after the other and sets sizes and hashes.
pub fn state_ranges(program: &mut Program) {
    let (mut f64_len, mut i32_len) = (0u32, 0u32);
    for i in 0..program.tables.state.cells.len() {
        let hash = cell_hash(program, StateId::at(i));
        let cell = &mut program.tables.state.cells[i];
        cell.f64[0] = f64_len;
        cell.i32[0] = i32_len;
        f64_len = f64_len.saturating_add(cell.f64[1]);
        i32_len = i32_len.saturating_add(cell.i32[1]);
        cell.layout_hash = hash;
    }
    program.tables.state.f64_len = f64_len;
    program.tables.state.i32_len = i32_len;
    program.tables.state.layout_hash = state_hash(program);
}

/// Hash of what the numbers of a cell mean: op, sizes, type and depth.
pub fn cell_hash(program: &Program, id: StateId) -> String {
    let mut hasher = blake3::Hasher::new();
    if let Some(cell) = program.tables.state.cells.get(id.index()) {
        let domain = program.types.get(cell.r#type.index()).map(|ty| ty.domain);
        let shape = format!(
            "{} {} {} {} {} {}",
            cell.op.number(),
            cell.f64[1],
            cell.i32[1],
            cell.ring,
            domain.map_or("", |domain| domain.name()),
            cell.imm
        );
        hasher.update(shape.as_bytes());
    }
    short(&hasher)
}

/// Hash of all cells' keys and layouts.
pub fn state_hash(program: &Program) -> String {
    let mut hasher = blake3::Hasher::new();
    let t = &program.tables;
    for cell in &t.state.cells {
        let key = t.strings.get(cell.key.index());
        hasher.update(key.map_or("", String::as_str).as_bytes());
        hasher.update(cell.layout_hash.as_bytes());
    }
    short(&hasher)
}

/// `b3:` and half of a hash.
fn short(hasher: &blake3::Hasher) -> String {
    let hex = hasher.finalize().to_hex();
    format!("b3:{}", hex.get(..32).unwrap_or_default())
}
