//! Hashes of element id texts, with the texts of the domains that need them.

use crate::ir::{ConstId, DomainId, ElementIds, IdHash, Pool, Program};
use crate::math::{hash, number_text};
use crate::render_tree::Ids;
use std::collections::BTreeMap;

use super::graph::{Graph, Kind};

/// Ids of the domains and texts of the salts that id hashes read.
#[derive(Debug, Default)]
pub(super) struct IdTexts {
    domains: BTreeMap<DomainId, Ids>,
    salts: BTreeMap<ConstId, Salt>,
}

#[derive(Debug)]
struct Salt {
    number: f64,
    text: String,
}

/// One id hash, ready to run.
pub(super) struct TextHash<'a> {
    ids: &'a Ids,
    function: IdHash,
    salt: f64,
    salt_text: &'a str,
}

impl IdTexts {
    /// For all id hashes of a graph.
    pub(super) fn new(program: &Program, graph: &Graph) -> Self {
        let mut texts = Self::default();
        for node in &graph.nodes {
            if let Kind::IdHash { domain, salt, .. } = node.kind {
                texts
                    .domains
                    .entry(domain)
                    .or_insert_with(|| ids(program, domain));
                texts
                    .salts
                    .entry(salt)
                    .or_insert_with(|| read_salt(program, salt));
            }
        }
        texts
    }

    /// A hash over a domain.
    pub(super) fn of(&self, domain: DomainId, function: IdHash, salt: ConstId) -> TextHash<'_> {
        let salt = self.salts.get(&salt);
        TextHash {
            ids: self.domains.get(&domain).unwrap_or(&Ids::Sequential),
            function,
            salt: salt.map_or(0.0, |s| s.number),
            salt_text: salt.map_or("0", |s| s.text.as_str()),
        }
    }
}

/// A salt is a number, or a text where a block tells two hashes of one seed apart.
fn read_salt(program: &Program, id: ConstId) -> Salt {
    let constants = &program.tables.constants;
    let row = constants.index.get(id.index());
    if let Some(row) = row.filter(|r| r.pool == Pool::Json) {
        let json = constants
            .json
            .get(row.at as usize)
            .map_or("\"\"", String::as_str);
        let text = serde_json::from_str(json).unwrap_or_else(|_| json.to_owned());
        return Salt { number: 0.0, text };
    }
    let number = super::lower::numbers(program, id).and_then(|n| n.first().copied());
    let number = number.unwrap_or(0.0);
    Salt {
        number,
        text: number_text(number),
    }
}

/// Names of the elements of a domain.
fn ids(program: &Program, domain: DomainId) -> Ids {
    let tables = &program.tables;
    let Some(row) = tables.graph.domains.get(domain.index()) else {
        return Ids::Sequential;
    };
    match row.ids {
        ElementIds::Sequential => Ids::Sequential,
        ElementIds::Grid { cols, .. } => Ids::Grid { cols },
        ElementIds::Prefix(text) => Ids::Prefix(
            tables
                .strings
                .get(text.index())
                .cloned()
                .unwrap_or_default(),
        ),
        ElementIds::Custom(list) => {
            let constants = &tables.constants;
            let row = constants.index.get(list.index());
            let json = row.and_then(|r| constants.json.get(r.at as usize));
            Ids::Custom(
                json.and_then(|j| serde_json::from_str(j).ok())
                    .unwrap_or_default(),
            )
        }
    }
}

impl TextHash<'_> {
    /// The hash of element `i`; `text` is scratch space.
    pub(super) fn hash(&self, i: u32, program_seed: u32, text: &mut String) -> f64 {
        text.clear();
        self.ids.write(i, text);
        match self.function {
            IdHash::Stable => {
                self.salted(text);
                hash::seeded(hash::stable_hash(text), program_seed, text)
            }
            IdHash::ById => {
                let u = hash::hash01(text, self.salt);
                if program_seed == 0 {
                    return u;
                }
                self.salted(text);
                hash::seeded(u, program_seed, text)
            }
            IdHash::Offset => {
                if program_seed == 0 {
                    return 0.0;
                }
                self.salted(text);
                hash::seed_offset(program_seed, text)
            }
        }
    }

    /// `<id>-<salt>`.
    fn salted(&self, text: &mut String) {
        text.push('-');
        text.push_str(self.salt_text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(function: IdHash, salt: f64, seed: u32, i: u32) -> f64 {
        let salt_text = number_text(salt);
        let ids = Ids::Grid { cols: 20 };
        let hash = TextHash {
            ids: &ids,
            function,
            salt,
            salt_text: &salt_text,
        };
        hash.hash(i, seed, &mut "left over".to_owned())
    }

    #[test]
    fn keys_are_id_dash_salt() {
        let key = "row-1-col-3-0.5";
        assert_eq!(at(IdHash::Stable, 0.5, 0, 23), hash::stable_hash(key));
        assert_eq!(
            at(IdHash::Stable, 0.5, 7, 23),
            hash::seeded(hash::stable_hash(key), 7, key)
        );
        let u = hash::hash01("row-1-col-3", 0.5);
        assert_eq!(at(IdHash::ById, 0.5, 0, 23), u);
        assert_eq!(at(IdHash::ById, 0.5, 7, 23), hash::seeded(u, 7, key));
        assert_eq!(at(IdHash::Offset, 0.5, 0, 23), 0.0);
        assert_eq!(at(IdHash::Offset, 0.5, 7, 23), hash::seed_offset(7, key));
    }
}
