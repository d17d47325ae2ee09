//! The tables of `oscilla inspect`, one function per section.

use crate::cli::args::Section;
use crate::cli::table::Table;
use crate::ir::TimeModel;
use crate::ir::facts::{BlockFact, Count, Facts, Transform};
use crate::math::readable;
use std::io::{self, Write};

/// Prints one section.
pub(super) fn print(section: Section, facts: &Facts, out: &mut dyn Write) -> io::Result<()> {
    match section {
        Section::Program => program(facts, out),
        Section::Blocks => blocks(facts, out),
        Section::Buses => buses(facts, out),
        Section::Schedule => schedule(facts, out),
        Section::State => state(facts, out),
        Section::Rails => rails(facts, out),
        Section::Domains => domains(facts, out),
        Section::Columns => columns(facts, out),
        Section::Expressions => expressions(facts, out),
    }
}

fn program(facts: &Facts, out: &mut dyn Write) -> io::Result<()> {
    let p = &facts.program;
    let memory = match p.memory {
        crate::ir::Memory::None => "none: a frame depends on its own time alone",
        crate::ir::Memory::Previous => "previous: a frame also depends on the one before it",
        crate::ir::Memory::State => "state: a frame depends on all frames before it",
    };
    let time = match &p.time_model {
        TimeModel::Finite {
            duration_ms,
            cue_points,
        } => {
            let duration = readable(*duration_ms);
            format!("finite, {duration} ms, {} cue points", cue_points.len())
        }
        TimeModel::Cyclic { period_ms, mode } => {
            let mode = match mode {
                crate::ir::CycleMode::Loop => "loop",
                crate::ir::CycleMode::Pingpong => "there and back",
            };
            format!("cyclic, {} ms, {mode}", readable(*period_ms))
        }
        TimeModel::Infinite { window_ms, .. } => {
            format!("infinite, {} ms a window", readable(*window_ms))
        }
    };
    let [width, height] = p.size;
    for (name, value) in [
        ("program", format!("{}, revision {}", p.patch, p.revision)),
        ("hash", p.program_hash.clone()),
        ("version", p.ir_version.to_string()),
        ("time", time),
        ("memory", memory.to_owned()),
        ("size", format!("{width} x {height} px")),
        ("seed", p.seed.to_string()),
        ("columns", format!("{} bytes a frame", p.column_bytes)),
    ] {
        writeln!(out, "{name:<9} {value}")?;
    }
    writeln!(out)
}

fn blocks(facts: &Facts, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&[
        "block",
        "type",
        "kind",
        "varies with",
        "inputs",
        "inside",
        "place",
    ]);
    for block in &facts.blocks {
        let inputs = connected(block);
        let mut lines = inputs.into_iter();
        table.row([
            block.id.clone(),
            block.r#type.clone(),
            block.kind(),
            block.varies().to_string(),
            lines.next().unwrap_or_default(),
            block.inside.last().cloned().unwrap_or_default(),
            block.place.clone().unwrap_or_default(),
        ]);
        for line in lines {
            table.row(["", "", "", "", &line].map(str::to_owned));
        }
    }
    // Lines of further inputs are no blocks.
    let mut text = Vec::new();
    table.lines(&mut text)?;
    writeln!(out, "blocks ({})", facts.blocks.len())?;
    out.write_all(&text)?;
    writeln!(out)
}

/// Inputs that somebody connected, with what is on the way.
fn connected(block: &BlockFact) -> Vec<String> {
    let inputs = block.inputs.iter();
    let connected = inputs.filter(|i| !matches!(i.kind, "none" | "default" | "constant"));
    connected
        .map(|input| {
            let kind = if input.kind == "wire" { "" } else { input.kind };
            let colon = if kind.is_empty() { "" } else { ":" };
            let via = via(&input.transforms);
            format!("{} <- {kind}{colon}{}{via}", input.name, input.from)
        })
        .collect()
}

fn via(transforms: &[Transform]) -> String {
    let list: Vec<String> = transforms.iter().map(Transform::to_string).collect();
    if list.is_empty() {
        String::new()
    } else {
        format!(" via {}", list.join(", "))
    }
}

fn buses(facts: &Facts, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "buses ({})", facts.buses.len())?;
    for bus in &facts.buses {
        // Steps and connections go by the id.
        let id = if bus.id == bus.name {
            String::new()
        } else {
            format!(" ({})", bus.id)
        };
        let unused = if bus.demanded {
            ""
        } else {
            "  (nothing drawn needs it)"
        };
        writeln!(
            out,
            "  {}{id}  {}  {}  silent {}  {}{unused}",
            bus.name,
            bus.r#type,
            bus.mode(),
            bus.silent,
            bus.varies
        )?;
        for publisher in &bus.publishers {
            let order = publisher.order.map_or("off".to_owned(), |o| o.to_string());
            writeln!(
                out,
                "    {order:>3} <- {}  sortKey {}  {}{}",
                publisher.from,
                readable(publisher.sort_key),
                publisher.id,
                via(&publisher.transforms)
            )?;
        }
        for listener in &bus.listeners {
            let off = if listener.enabled { "" } else { "  (off)" };
            writeln!(
                out,
                "        -> {}  {}{}{off}",
                listener.to,
                listener.id,
                via(&listener.transforms)
            )?;
        }
    }
    writeln!(out)
}

fn schedule(facts: &Facts, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&[
        ">step",
        "phase",
        "key",
        ">runs",
        "varies with",
        "cache",
        "writes",
    ]);
    for phase in &facts.schedule {
        for step in &phase.steps {
            let mut cache = step.policy();
            if !step.uniforms.is_empty() {
                cache.push_str(&format!(" on {}", step.uniforms.join(", ")));
            }
            if !step.demanded {
                cache = match step.runs.as_slice() {
                    [] => "its columns are made where they are drawn".to_owned(),
                    _ => "skipped, only probes need it".to_owned(),
                };
            }
            table.row([
                step.at.to_string(),
                phase.name(),
                step.key.clone(),
                step.runs.len().to_string(),
                step.varies.to_string(),
                cache,
                few(&step.writes),
            ]);
        }
    }
    table.print("schedule", out)
}

/// The first of a list, and how many there are.
fn few(list: &[String]) -> String {
    match list {
        [a, b, c, _, ..] => format!("{a}, {b}, {c}… ({} slots)", list.len()),
        list => list.join(", "),
    }
}

fn state(facts: &Facts, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&[
        "cell", "op", "type", "init", "reads", "policy", "tap", ">entries",
    ]);
    for cell in &facts.state {
        let [op, policy, tap] = cell.words();
        let op = if cell.imm > 0 {
            format!("{op}:{}", cell.imm)
        } else {
            op
        };
        let [f64s, i32s, ring] = cell.entries;
        table.row([
            cell.key.clone(),
            op,
            cell.r#type.clone(),
            cell.init.clone(),
            cell.reads.join(", "),
            policy,
            tap,
            (f64s + i32s + ring).to_string(),
        ]);
    }
    table.print("state cells", out)
}

fn rails(facts: &Facts, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&[
        "rail",
        "type",
        "generator",
        "drive",
        "bus",
        "read",
        "mirror",
        ">readers",
    ]);
    for rail in &facts.rails {
        let [drive, combine, read] = rail.words();
        let drive = match rail.drive {
            crate::ir::Drive::Mixed => format!("{drive} {combine}"),
            _ => drive,
        };
        table.row([
            rail.name.clone(),
            rail.r#type.clone(),
            rail.generator.clone(),
            drive,
            rail.bus.clone().unwrap_or_default(),
            read,
            rail.mirror.clone().unwrap_or_default(),
            rail.readers.to_string(),
        ]);
    }
    table.print("rails", out)
}

fn domains(facts: &Facts, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&["domain", ">elements", "ids", "drawn by"]);
    for domain in &facts.domains {
        table.row([
            domain.key.clone(),
            domain.count.to_string(),
            domain.ids.clone(),
            domain.sinks.join(", "),
        ]);
    }
    table.print("domains", out)
}

fn columns(facts: &Facts, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&[
        "column",
        "forced by",
        "domain",
        ">elements",
        "format",
        ">bytes",
        "field",
        "varies with",
        "reuse",
    ]);
    for column in &facts.columns {
        let [format, policy] = column.words();
        let reuse = match column.varies {
            _ if !column.keyed => policy,
            varies if varies.is_static() => "computed once".to_owned(),
            _ => {
                let stay = if column.uniforms.len() == 1 {
                    "stays"
                } else {
                    "stay"
                };
                format!("while {} {stay}", column.uniforms.join(", "))
            }
        };
        table.row([
            column.key.clone(),
            format!("{} {}", column.forced_by, column.consumer),
            column.domain.clone(),
            column.count.to_string(),
            format,
            column.bytes.to_string(),
            format!("{} {}", column.field, column.origin),
            column.varies.to_string(),
            reuse,
        ]);
    }
    table.print("materialisations", out)
}

fn expressions(facts: &Facts, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&[
        "expressions",
        ">unshared",
        ">shared",
        ">static",
        ">varying",
        ">stateful",
    ]);
    let all = &facts.expressions;
    for (name, count) in [
        ("signals", all.signals),
        ("events", all.events),
        ("fields", all.fields),
    ] {
        let Count {
            unshared,
            shared,
            r#static,
            varying,
            stateful,
        } = count;
        let unshared = if unshared == u64::MAX {
            "> 1.8e19".to_owned()
        } else {
            unshared.to_string()
        };
        table.row([
            name.to_owned(),
            unshared,
            shared.to_string(),
            r#static.to_string(),
            varying.to_string(),
            stateful.to_string(),
        ]);
    }
    table.lines(out)?;
    let [chains, uses] = all.chains;
    writeln!(
        out,
        "  {}; {} of lenses and adapters, used in {}\n",
        counted(all.constants, "constant"),
        counted(chains, "chain"),
        counted(uses, "place")
    )
}

fn counted(count: usize, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}
