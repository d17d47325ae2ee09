//! A recording as a Chrome trace: the JSON that Perfetto and `chrome://tracing` open.
//!
//! A span is an `X` event, a value a `C` event per subject, an edge an `i` event with its two ends, a
//! frame also an `i` marker, a swap and each cell that it started anew an `i` of global scope; `M` events
//! name process and threads. The edge of a publisher into its bus also has its place in combine order, the
//! value before and after the publisher's transforms, and the value of the bus; a field is summed up: how
//! many elements, the first of them, and the smallest and largest first lane of those looked at. Sorted by
//! time, then from the outside in. The text is a function of the recording.

use super::record::{Carried, Combined, Side, SpanKind, Subject, ValueRecord, ValueTag, flags};
use super::recorder::{Finished, Recording, Told};
use crate::ir::facts::{Names, combine_name};
use crate::ir::{Phase, Program, SlotOwner};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Threads of the file: where steps run, values, edges.
const THREADS: [(u32, &str); 3] = [(1, "steps"), (2, "values"), (3, "edges")];

/// Values stand after the spans that begin at their time, edges after them.
const VALUES: u32 = u32::MAX - 1;

/// Writes a recording. `programs` are those that ran, the one before the first swap first.
///
/// # Errors
/// What the writer says.
pub fn write(
    recording: &Recording<'_>,
    programs: &[&Program],
    out: &mut dyn Write,
) -> io::Result<()> {
    let names: Vec<Names<'_>> = programs.iter().map(|p| Names::new(p)).collect();
    let of = |epoch: u32| names.get(epoch as usize).or(names.last());
    let mut events: Vec<(u64, u32, Value)> = Vec::new();
    for span in recording.spans.iter() {
        if let Some(names) = of(span.epoch) {
            push_span(&mut events, recording, names, span);
        }
    }
    // Values and edges belong inside the span that told them.
    for value in recording.values.iter() {
        if let Some(names) = of(value.epoch) {
            push_value(&mut events, recording, names, value);
        }
    }
    for edge in recording.edges.iter() {
        if let Some(names) = of(edge.epoch) {
            let mut args = args(recording, edge.call);
            args.insert("from".into(), json!(subject(names, edge.what.from)));
            args.insert("to".into(), json!(subject(names, edge.what.to)));
            if let Some(combined) = &edge.what.combined {
                put_combined(&mut args, combined);
            }
            if edge.what.wins {
                args.insert("wins".into(), json!(true));
            }
            put_flags(&mut args, edge.what.flags);
            let event = event("i", edge.what.relation.name(), "edge", edge.at, 3, args);
            events.push((edge.at, u32::MAX, event));
        }
    }
    // Stable: what was told at one time stays in order.
    events.sort_by_key(|(at, depth, _)| (*at, *depth));
    let first = programs.first();
    let [spans, values, edges] = recording.dropped();
    let head = json!({
        "program": first.map_or("", |p| p.program_hash.as_str()),
        "patch": first.map_or("", |p| p.patch_id.as_str()),
        "seed": first.map_or(0, |p| p.seed),
        "droppedSpans": spans, "droppedValues": values, "droppedEdges": edges,
    });
    write!(
        out,
        "{{\"displayTimeUnit\":\"ns\",\"otherData\":{head},\"traceEvents\":["
    )?;
    let process = first.map_or("oscilla", |p| p.patch_id.as_str());
    write!(
        out,
        "\n{}",
        json!({"name": "process_name", "ph": "M", "pid": 1, "tid": 0, "ts": 0, "args": {"name": process}})
    )?;
    for (tid, name) in THREADS {
        write!(
            out,
            ",\n{}",
            json!({"name": "thread_name", "ph": "M", "pid": 1, "tid": tid, "ts": 0, "args": {"name": name}})
        )?;
    }
    for (_, _, event) in &events {
        write!(out, ",\n{event}")?;
    }
    writeln!(out, "\n]}}")
}

fn push_span(
    events: &mut Vec<(u64, u32, Value)>,
    recording: &Recording<'_>,
    names: &Names<'_>,
    span: &Finished,
) {
    let mut args = args(recording, span.call);
    args.insert("tMs".into(), json!(span.t_ms));
    args.insert("key".into(), json!(subject(names, span.subject)));
    if let Subject::Step(id) = span.subject {
        args.insert("step".into(), json!(id.0));
        if let Some(block) = block(names, id) {
            args.insert("block".into(), json!(block));
        }
    }
    if span.bytes > 0 {
        args.insert("bytes".into(), json!(span.bytes));
    }
    if span.kind == SpanKind::CacheLookup {
        let cache = flags::miss(span.flags).map_or("hit".to_owned(), |why| format!("miss {why}"));
        args.insert("cache".into(), json!(cache));
    }
    put_flags(&mut args, span.flags);
    let name = span_name(names, span);
    if matches!(span.kind, SpanKind::Frame | SpanKind::Swap) {
        let mut mark = event("i", &name, "marker", span.begin, 1, args.clone());
        mark["s"] = json!(if span.kind == SpanKind::Swap {
            "g"
        } else {
            "p"
        });
        events.push((span.begin, span.depth, mark));
    }
    let mut event = event("X", &name, phase(span.phase), span.begin, 1, args);
    event["dur"] = micros(span.end - span.begin);
    events.push((span.begin, span.depth + 1, event));
}

fn span_name(names: &Names<'_>, span: &Finished) -> String {
    let kind = span.kind.name();
    match span.subject {
        Subject::Frame(_) => kind.to_owned(),
        // A step's key is `kind:subject`.
        Subject::Step(id) => match names.step(id).split_once(':') {
            Some((_, subject)) => format!("{kind} {subject}"),
            None => kind.to_owned(),
        },
        other => format!("{kind} {}", subject(names, other)),
    }
}

/// A counter of the numbers that are finite; what has flags, a hash or other numbers is a mark too, for
/// the arguments of a counter are its series and nothing else.
fn push_value(
    events: &mut Vec<(u64, u32, Value)>,
    recording: &Recording<'_>,
    names: &Names<'_>,
    told: &Told<ValueRecord>,
) {
    let record = &told.what;
    if record.kind == SpanKind::Swap {
        let name = format!("reset {}", subject(names, record.subject));
        let lanes = record.tag.lanes().iter().zip(&record.lanes);
        let lanes = lanes.map(|(lane, value)| ((*lane).to_owned(), json!(value)));
        let mut mark = event("i", &name, "marker", told.at, 1, lanes.collect());
        mark["s"] = json!("g");
        return events.push((told.at, VALUES, mark));
    }
    let mut name = subject(names, record.subject);
    if record.kind != SpanKind::NodeEval {
        name = format!("{name} {}", record.kind.name());
    }
    if record.side == Side::Before {
        name.push_str(" before");
    }
    let lanes = record.tag.lanes().iter().zip(&record.lanes);
    let (finite, others): (Vec<_>, Vec<_>) = lanes.partition(|(_, value)| value.is_finite());
    let series = |(lane, value): (&&str, &f64)| ((**lane).to_owned(), json!(value));
    let series: Map<String, Value> = finite.into_iter().map(series).collect();
    let mut mark = args(recording, told.call);
    if record.hash != 0 {
        mark.insert("hash".into(), json!(format!("{:016x}", record.hash)));
    }
    for (lane, value) in &others {
        mark.insert((**lane).to_owned(), json!(value.to_string()));
    }
    put_flags(&mut mark, record.flags);
    if !series.is_empty() {
        let counter = event("C", &name, "value", told.at, 2, series);
        events.push((told.at, VALUES, counter));
    }
    if mark.len() > 1 {
        events.push((
            told.at,
            VALUES,
            event("i", &name, "value", told.at, 2, mark),
        ));
    }
}

fn event(ph: &str, name: &str, cat: &str, at: u64, tid: u32, args: Map<String, Value>) -> Value {
    let mut event =
        json!({"name": name, "ph": ph, "cat": cat, "ts": micros(at), "pid": 1, "tid": tid});
    if ph == "i" {
        event["s"] = json!("t");
    }
    event["args"] = Value::Object(args);
    event
}

/// The frame of the plan that a record belongs to.
fn args(recording: &Recording<'_>, call: u64) -> Map<String, Value> {
    let mut args = Map::new();
    let frame = recording.frame(call);
    args.insert("frame".into(), frame.map_or(json!("lead-in"), |f| json!(f)));
    args
}

fn put_flags(args: &mut Map<String, Value>, flags: u16) {
    let words: Vec<&str> = flags::names(flags).collect();
    if !words.is_empty() {
        args.insert("flags".into(), json!(words));
    }
}

/// A term of a bus: its place, how the terms meet, the publisher's value before and after its
/// transforms, and the value of the bus.
fn put_combined(args: &mut Map<String, Value>, combined: &Combined) {
    args.insert("order".into(), json!(combined.order));
    args.insert("mode".into(), json!(combine_name(combined.mode)));
    for (word, value) in [
        ("before", &combined.before),
        ("after", &combined.after),
        ("result", &combined.result),
    ] {
        args.insert(word.into(), carried(value));
    }
}

/// A number, a list of lanes, `{count, tMs, value}` of pulses, or of a field how many elements there
/// are, the first of them, and the smallest and largest first lane of those `seen`.
fn carried(value: &Carried) -> Value {
    match *value {
        Carried::Nothing => Value::Null,
        Carried::Lanes { tag, lanes } => tuple(tag, &lanes),
        Carried::Pulses {
            count, t_ms, value, ..
        } => json!({"count": count, "tMs": number(t_ms), "value": number(value)}),
        Carried::Field {
            tag,
            first,
            of,
            seen,
            min,
            max,
            nan,
            ..
        } => json!({
            "count": of, "seen": seen, "first": tuple(tag, &first),
            "min": number(min), "max": number(max), "nan": nan,
        }),
    }
}

fn tuple(tag: ValueTag, lanes: &[f64]) -> Value {
    match tag.lanes().len() {
        1 => number(lanes[0]),
        count => lanes.iter().take(count).map(|lane| number(*lane)).collect(),
    }
}

/// JSON has no numbers that are not finite.
fn number(value: f64) -> Value {
    if value.is_finite() {
        json!(value)
    } else {
        json!(value.to_string())
    }
}

/// µs, whole where they are.
fn micros(ns: u64) -> Value {
    if ns.is_multiple_of(1000) {
        json!(ns / 1000)
    } else {
        json!(ns as f64 / 1000.0)
    }
}

/// The block that a step works for.
pub(super) fn block(names: &Names<'_>, step: crate::ir::StepId) -> Option<String> {
    let program = names.program;
    let step = program.schedule.steps.get(step.index())?;
    use crate::ir::{Consumer, StepKind};
    match step.kind {
        StepKind::NodeEval { block } => Some(names.block(block).to_owned()),
        StepKind::SinkEval { sink } => Some(names.sink(sink).to_owned()),
        StepKind::CameraEval { camera } => {
            let row = program.tables.render.cameras.get(camera.index())?;
            let key = names.text(row.key);
            Some(
                key.rsplit_once('/')
                    .map_or(key, |(block, _)| block)
                    .to_owned(),
            )
        }
        StepKind::Materialize { group } => {
            let tables = &program.tables;
            let group = tables.materialize.groups.get(group.index())?;
            let request = tables
                .materialize
                .requests
                .get(group.reqs.first()?.index())?;
            match request.consumer {
                Consumer::Sink { sink, .. } => Some(names.sink(sink).to_owned()),
                Consumer::Probe(block) => Some(names.block(block).to_owned()),
                Consumer::Reduce(_) => Some(before_port(names.text(request.key))),
            }
        }
        StepKind::Reduce { .. } => {
            let key = names.text(step.key);
            let subject = key.split_once(':').map_or(key, |(_, subject)| subject);
            Some(before_port(subject))
        }
        _ => None,
    }
}

/// The block of `block.port`; ids may have dots themselves.
fn before_port(key: &str) -> String {
    key.rsplit_once('.')
        .map_or(key, |(block, _)| block)
        .to_owned()
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::External => "external",
        Phase::TimeDerive => "timeDerive",
        Phase::TimeConsole => "timeConsole",
        Phase::PreBus => "preBus",
        Phase::BusEval => "busEval",
        Phase::PostBus => "postBus",
        Phase::RailResolve => "railResolve",
        Phase::Render => "render",
        Phase::RenderAssemble => "renderAssemble",
        Phase::DebugProbe => "debugProbe",
    }
}

/// What people call a subject.
pub(super) fn subject(names: &Names<'_>, subject: Subject) -> String {
    let tables = &names.program.tables;
    match subject {
        Subject::Frame(_) => "frame".to_owned(),
        Subject::Step(id) => names.step(id).to_owned(),
        Subject::Signal(id) => match names.signal(id) {
            // Several rows of one block: the row tells them apart.
            name if name.starts_with('s') && name[1..].parse::<u32>().is_ok() => name,
            name => format!("{name} s{}", id.0),
        },
        Subject::Event(id) => format!("{} e{}", names.event(id), id.0),
        Subject::Field(id) => format!("{} f{}", names.field(id), id.0),
        Subject::Slot(id) => match tables.graph.slots.get(id.index()).map(|s| s.owner) {
            Some(SlotOwner::Bus(bus)) => format!("bus:{}", names.bus(bus)),
            _ => names.slot(id),
        },
        Subject::Bus(id) => format!("bus:{}", names.bus(id)),
        Subject::Publisher(id) => {
            let row = tables.graph.publishers.get(id.index());
            row.map_or("?", |p| names.text(p.key)).to_owned()
        }
        Subject::Cell(id) => format!("state:{}", names.cell(id)),
        Subject::Rail(id) => format!("rail:{}", names.rail(id)),
        Subject::External(id) => {
            let row = tables.graph.externals.get(id.index());
            format!("external:{}", row.map_or("?", |x| names.text(x.key)))
        }
        Subject::Time(value) => format!("time:{}", crate::ir::facts::time_name(value)),
        Subject::Request(id) => {
            let row = tables.materialize.requests.get(id.index());
            row.map_or("?", |r| names.text(r.key)).to_owned()
        }
        Subject::Sink(id) => names.sink(id).to_owned(),
    }
}
