//! Hashes of element id texts, with the texts of the domains that need them.

use crate::ir::{ConstId, DomainId, IdHash, Pool, Tables};
use crate::math::{hash, number_text};
use crate::types::Ids;
use std::collections::BTreeMap;

/// Ids of the domains and texts of the salts that id hashes read.
#[derive(Debug, Default)]
pub struct IdTexts {
    domains: BTreeMap<DomainId, Ids>,
    salts: BTreeMap<ConstId, Salt>,
}

#[derive(Debug)]
struct Salt {
    number: f64,
    text: String,
}

/// One id hash, ready to run.
#[derive(Debug)]
pub struct TextHash<'a> {
    ids: &'a Ids,
    function: IdHash,
    salt: f64,
    salt_text: &'a str,
}

impl IdTexts {
    /// For hashes of these domains with these salts.
    pub fn new(tables: &Tables, read: impl Iterator<Item = (DomainId, ConstId)>) -> Self {
        let mut texts = Self::default();
        for (domain, salt) in read {
            let domains = texts.domains.entry(domain);
            domains.or_insert_with(|| tables.ids(domain));
            let salts = texts.salts.entry(salt);
            salts.or_insert_with(|| read_salt(tables, salt));
        }
        texts
    }

    /// A hash over a domain.
    pub fn of(&self, domain: DomainId, function: IdHash, salt: ConstId) -> TextHash<'_> {
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
fn read_salt(tables: &Tables, id: ConstId) -> Salt {
    let constants = &tables.constants;
    let row = constants.index.get(id.index());
    if let Some(row) = row.filter(|r| r.pool == Pool::Json) {
        let json = constants
            .json
            .get(row.at as usize)
            .map_or("\"\"", String::as_str);
        let text = serde_json::from_str(json).unwrap_or_else(|_| json.to_owned());
        return Salt { number: 0.0, text };
    }
    let number = constants.numbers(id).and_then(|n| n.first().copied());
    let number = number.unwrap_or(0.0);
    Salt {
        number,
        text: number_text(number),
    }
}

impl TextHash<'_> {
    /// The hash of element `i`; `text` is scratch space.
    pub fn hash(&self, i: u32, program_seed: u32, text: &mut String) -> f64 {
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
