//! Where the time goes: spans of a recording added up by step and by block.

use super::chrome;
use super::record::{SpanKind, Subject};
use super::recorder::Recording;
use crate::ir::Program;
use crate::ir::facts::Names;
use std::collections::BTreeMap;

/// Time of one step or block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hot {
    /// Its key.
    pub key: String,
    /// How often it ran.
    pub count: u64,
    /// ns, all runs.
    pub total: u64,
    /// ns, the longest run.
    pub longest: u64,
    /// Bytes of columns written.
    pub bytes: u64,
}

/// Where the time of a recording went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Frames, also those that only led up to others.
    pub frames: u64,
    /// ns of all frames.
    pub total: u64,
    /// The hottest first; ties by key.
    pub steps: Vec<Hot>,
    /// The same, by the block that steps work for; steps of none under their own key.
    pub blocks: Vec<Hot>,
    /// Lookups by outcome; only a full recording has them.
    pub cache: BTreeMap<&'static str, u64>,
}

impl Summary {
    /// Of a recording of one program.
    pub fn new(recording: &Recording<'_>, program: &Program) -> Self {
        let names = Names::new(program);
        let mut summary = Self::default();
        let (mut steps, mut blocks) = (BTreeMap::new(), BTreeMap::new());
        for span in recording.spans.iter() {
            let time = span.end - span.begin;
            match (span.kind, span.subject) {
                (SpanKind::Frame, _) => {
                    summary.frames += 1;
                    summary.total += time;
                }
                (SpanKind::CacheLookup, _) => {
                    let word = super::flags::miss(span.flags).unwrap_or("hit");
                    *summary.cache.entry(word).or_default() += 1;
                }
                (_, Subject::Step(id)) => {
                    let key = names.step(id).to_owned();
                    let block = chrome::block(&names, id).unwrap_or_else(|| key.clone());
                    add(&mut steps, key, time, span.bytes);
                    add(&mut blocks, block, time, span.bytes);
                }
                _ => {}
            }
        }
        summary.steps = hottest(steps);
        summary.blocks = hottest(blocks);
        summary
    }
}

fn add(map: &mut BTreeMap<String, Hot>, key: String, time: u64, bytes: u64) {
    let hot = map.entry(key).or_insert_with_key(|key| Hot {
        key: key.clone(),
        count: 0,
        total: 0,
        longest: 0,
        bytes: 0,
    });
    hot.count += 1;
    hot.total += time;
    hot.longest = hot.longest.max(time);
    hot.bytes += bytes;
}

fn hottest(map: BTreeMap<String, Hot>) -> Vec<Hot> {
    let mut list: Vec<Hot> = map.into_values().collect();
    list.sort_by_key(|hot| std::cmp::Reverse(hot.total));
    list
}
