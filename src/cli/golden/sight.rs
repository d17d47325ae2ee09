//! Every value that can be named in a program, watched: outputs of blocks, inputs behind a chain, buses and
//! rails. A column goes by count, mean and hash.

use crate::ir::{PortSource, Program, StrId};
use crate::render_tree::json;
use crate::vm::{Engine, ProbeId, SampleValue, Target, Tracer, probe::RailPart};
use serde_json::{Map, Value, json as object};
use std::sync::Arc;

/// Probes and what people call them.
pub(super) struct Sight(Vec<(String, ProbeId)>);

impl Sight {
    /// Watches all that has a value.
    pub(super) fn all<T: Tracer>(engine: &mut Engine<T>) -> Self {
        let program = Arc::clone(engine.program());
        let targets = targets(&program).into_iter();
        // What has no value has nothing to be watched: a domain, something drawn, an outline.
        let watched = targets.filter_map(|(name, target)| Some((name, engine.watch(target).ok()?)));
        Self(watched.collect())
    }

    /// What they are in the frame that was evaluated last.
    pub(super) fn values<T: Tracer>(&self, engine: &Engine<T>) -> Map<String, Value> {
        let value = |(name, id): &(String, ProbeId)| {
            let count = engine.elements(*id).unwrap_or(1);
            let sample = engine.probe(*id)?;
            Some((name.clone(), value(&sample.value, count)?))
        };
        self.0.iter().filter_map(value).collect()
    }
}

/// Names are those of [`crate::vm::explain::Origin`].
fn targets(program: &Program) -> Vec<(String, Target)> {
    let tables = &program.tables;
    let text = |id: StrId| tables.strings[id.index()].clone();
    let mut targets = Vec::new();
    for block in &tables.graph.blocks {
        // A plain input is what its source is; channels from outside are seen where they come in.
        let seen = block.r#in.iter().filter(|port| match port.src {
            PortSource::External(_) => true,
            PortSource::None | PortSource::Const(_) => false,
            _ => port.r#use.is_some(),
        });
        for port in seen.chain(&block.out) {
            let (block, port) = (text(block.key), text(port.name));
            targets.push((format!("{block}.{port}"), Target::Port { block, port }));
        }
    }
    for bus in &tables.graph.buses {
        let name = text(bus.key);
        targets.push((format!("bus:{name}"), Target::Bus(name)));
    }
    for rail in &tables.rails {
        let name = text(rail.key);
        let part = RailPart::default();
        targets.push((format!("rail:{name}"), Target::Rail { name, part }));
    }
    targets
}

fn value(seen: &SampleValue, count: usize) -> Option<Value> {
    Some(match seen {
        SampleValue::Nothing | SampleValue::Gone => return None,
        SampleValue::Lanes { lanes, .. } => match lanes.as_slice() {
            [one] => number(*one),
            lanes => lanes.iter().map(|lane| number(*lane)).collect(),
        },
        SampleValue::Pulses(list) => object!({"pulses": list.count()}),
        SampleValue::Column(buffer) => {
            let stats = buffer.stats(count);
            let hash = format!("{:016x}", stats.hash);
            object!({"count": stats.count, "mean": number(stats.mean), "hash": hash})
        }
    })
}

/// In the shortest form that reads back the same, `6` and not `6.0`; what is not finite is a text.
fn number(value: f64) -> Value {
    let mut text = String::new();
    json::write_f64(value, &mut text);
    match serde_json::from_str(&text) {
        Ok(number @ Value::Number(_)) => number,
        _ => value.to_string().into(),
    }
}
