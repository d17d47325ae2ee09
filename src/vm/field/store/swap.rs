//! What of a store outlives a swap of the program, and what is let go of.

use super::*;

impl FieldStore {
    /// Takes over from the store of the program before a swap what still holds: columns that are
    /// made in the same way of the same domain, stored lanes, free buffers. Constant columns that
    /// this program does not have are kept for the next swap, up to the program's budget. Gives how
    /// many columns go on and how many are let go.
    pub fn adopt(&mut self, mut previous: Self) -> (usize, usize) {
        let counts = self.matches(&previous);
        self.frame = previous.frame;
        self.epoch = previous.epoch;
        self.revision = previous.revision;
        self.run = self.run.max(previous.run);
        self.pool = previous.pool;
        self.pool.age(self.frame);
        for request in &self.requests {
            let same = |r: &&Request| r.key == request.key;
            let Some(old) = previous.requests.iter().find(same) else {
                continue;
            };
            let (old, new) = (
                &previous.columns[old.column as usize],
                request.column as usize,
            );
            let new = &mut self.columns[new];
            if old.key != new.key {
                let domain = old.key.domain != new.key.domain;
                let reason = if domain {
                    MissReason::Domain
                } else {
                    MissReason::Structure
                };
                new.missing = Some(reason);
            }
        }
        let mut known = previous.orphans;
        known.append(&mut previous.columns);
        for column in &mut self.columns {
            let fits = |old: &Known| old.key == column.key && old.is_dated();
            // The latest first: of columns with other signals, it is the likeliest to hold.
            if let Some(at) = known.iter().rposition(fits) {
                column.inherit(known.remove(at));
            }
        }
        known.retain(|old| old.is_constant() && old.missing.is_none());
        let mut bytes: u64 = known.iter().map(|old| old.content.buffer.bytes()).sum();
        while bytes > self.budget {
            let oldest = known.remove(0);
            bytes -= oldest.content.buffer.bytes();
        }
        self.orphans = known;
        for (lanes, kept) in self.lanes.iter_mut().zip(&self.keeps) {
            let same =
                |old: &Kept| old.structure == kept.structure && old.keep.rows >= kept.keep.rows;
            if let Some(at) = previous.keeps.iter().position(same) {
                *lanes = previous.lanes[at].clone();
            }
        }
        counts
    }

    /// How many finished columns of `previous` this store would go on with, and how many not.
    pub fn matches(&self, previous: &Self) -> (usize, usize) {
        let finished = |old: &&Known| old.missing.is_none();
        let goes_on =
            |old: &&Known| old.is_dated() && self.columns.iter().any(|c| c.key == old.key);
        let all = previous.columns.iter().filter(finished).count();
        let finished = previous.columns.iter().filter(finished);
        let kept = finished.filter(goes_on).count();
        (kept, all - kept)
    }

    /// Drops every column, stored lane and free buffer. Costs time later, changes no value.
    pub fn purge(&mut self) {
        self.pool = Pool::default();
        self.orphans.clear();
        self.workers = Mutex::default();
        self.lanes.fill(Stored::Empty);
        self.spares.clear();
        for column in &mut self.columns {
            if column.missing.is_none() {
                column.missing = Some(MissReason::Evicted);
            }
            let revision = column.content.revision;
            column.content = Content {
                revision,
                ..Content::empty(column.key.format)
            };
        }
    }
}
