//! Rows of a bus: terms of different sizes meet.

use super::*;

impl Lowering<'_> {
    pub(super) fn combine(
        &mut self,
        how: How,
        bank: Bank,
        rows: &[u32],
        terms: &[Vec<Value>],
        silent: Vec<Value>,
    ) -> Vec<Value> {
        let full = rows.iter().all(|&r| r == u32::MAX);
        match terms.last() {
            None => return silent,
            Some(last) if how == How::Last && full => return last.clone(),
            Some(_) => {}
        }
        let kind = Kind::Combine {
            how,
            rows: rows.into(),
        };
        if how == How::Over {
            let parts: Vec<Value> = terms.iter().flatten().chain(&silent).copied().collect();
            let first = self.graph.node(kind, bank, 4, &parts);
            return self.graph.outs(first);
        }
        self.each(silent.len(), |g, i| {
            let lane: Vec<Value> = terms.iter().chain([&silent]).map(|t| t[i]).collect();
            g.node(kind.clone(), bank, 1, &lane)
        })
    }
}
