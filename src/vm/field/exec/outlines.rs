//! Steps on outlines: lane by lane, since an outline is no number.

use super::*;
use crate::vm::field::outline;

impl Worker {
    pub(super) fn path_point<R: Banked>(
        &mut self,
        block: &Block<'_>,
        imm: u32,
        outs: &mut [Vec<R>],
    ) {
        let [path, u] = *block.srcs() else { return };
        let mut walker = std::mem::take(&mut self.walker);
        let (paths, u): (_, &[R]) = (self.paths(path), block.read(self, u));
        for (i, (path, u)) in paths.iter().zip(u).take(block.n).enumerate() {
            let point = walker.point(path, u.to_f64(), imm == 1);
            for (out, part) in outs.iter_mut().zip(point) {
                if let Some(y) = out.get_mut(i) {
                    *y = R::from_f64(part);
                }
            }
        }
        self.walker = walker;
    }

    pub(super) fn paths(&self, src: Src) -> &[Arc<PathData>] {
        match src {
            Src::Reg(r) | Src::Splat(r) => self.paths.get(r as usize).map_or(&[], Vec::as_slice),
            _ => &[],
        }
    }

    pub(super) fn compute_paths(&mut self, kind: &Kind, block: &Block<'_>) {
        let &[dst] = block.tape.dsts(block.step) else {
            return;
        };
        let Some(register) = self.paths.get_mut(dst as usize) else {
            return;
        };
        let mut out = std::mem::take(register);
        for (i, y) in out.iter_mut().enumerate().take(block.n) {
            if let Some(path) = self.path(kind, block, i) {
                *y = path;
            }
        }
        if let Some(register) = self.paths.get_mut(dst as usize) {
            *register = out;
        }
    }

    /// The outline of lane `i`.
    fn path(&self, kind: &Kind, block: &Block<'_>, i: usize) -> Option<Arc<PathData>> {
        let element = block.base + i;
        let srcs = block.srcs();
        let number = |k: usize| -> Option<f32> {
            let lanes: &[f32] = block.read(self, *srcs.get(k)?);
            lanes.get(i).copied()
        };
        let outline = |k: usize| self.paths(*srcs.get(k)?).get(i);
        match kind {
            Kind::PathConst(at) => block.cx.outlines.get(*at as usize).cloned(),
            Kind::PathArray { at, rows } if element < *rows as usize => {
                block.cx.outlines.get(*at as usize + element).cloned()
            }
            Kind::PathArray { .. } => Some(Arc::default()),
            Kind::OnDomain { rows } => outline(usize::from(element >= *rows as usize)).cloned(),
            Kind::Combine { rows, .. } => {
                let last = rows.iter().rposition(|&r| element < r as usize);
                outline(last.unwrap_or(rows.len())).cloned()
            }
            Kind::Apply { op: Op::Select, .. } => {
                outline(if number(0)?.truth() { 1 } else { 2 }).cloned()
            }
            Kind::Apply {
                op: Op::PathMove, ..
            } => {
                let by = [number(1)?, number(2)?];
                Some(Arc::new(outline::moved(
                    outline(0)?,
                    by,
                    number(3)?,
                    number(4)?,
                )))
            }
            Kind::Apply {
                op: Op::PathMorph, ..
            } => Some(outline::morphed(outline(0)?, outline(1)?, number(2)?)),
            _ => None,
        }
    }
}
