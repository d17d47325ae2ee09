//! The dump for people and for snapshots: one row a line, names in place of numbers.
//!
//! It is not read back. Columns are separated so that one changed row moves no other, long constant
//! columns end in their count and a short hash, and tables without rows are left out. Read next: `tables`,
//! `rows`, `drawing`.

mod drawing;
mod rows;
mod tables;

use super::*;
use crate::math::readable;
use crate::path::PathData;
use crate::types::Domain;
use std::fmt::{Display, LowerExp, Write};

/// Rows of a constant column that are written out.
const SHOWN: usize = 8;

/// The whole program as text.
pub fn dump(program: &Program) -> String {
    let mut dump = Dump::new(program);
    dump.head();
    dump.domains();
    dump.chains();
    dump.signals();
    dump.events();
    dump.cells();
    dump.rails();
    dump.buses();
    dump.fields();
    dump.requests();
    dump.sinks();
    dump.out
}

/// The schedule as text, one step a line.
pub fn dump_schedule(program: &Program) -> String {
    let mut dump = Dump::new(program);
    for (i, step) in program.schedule.steps.iter().enumerate() {
        let run: Vec<String> = step.run.iter().map(|r| dump.value_ref(*r)).collect();
        let writes: Vec<&str> = step
            .writes
            .iter()
            .map(|s| dump.str(program.tables.graph.slots[s.index()].key))
            .collect();
        let phase = word(&step.phase);
        let policy = word(&step.cache.policy);
        let mut line = format!("{i}  {}  {phase}  {policy}", step.key_text(program));
        if !step.demand {
            line.push_str("  demand false");
        }
        if !run.is_empty() {
            let _ = write!(line, "  run {}", run.join(" "));
        }
        if !writes.is_empty() {
            let _ = write!(line, "  writes {}", writes.join(" "));
        }
        dump.line("step", &line);
    }
    dump.out
}

impl Step {
    /// The step's key as text.
    pub fn key_text<'p>(&self, program: &'p Program) -> &'p str {
        program
            .tables
            .strings
            .get(self.key.index())
            .map_or("", String::as_str)
    }
}

/// Words for rows; a dump is made of them, and so are [`super::facts`].
pub(super) struct Dump<'p> {
    p: &'p Program,
    out: String,
}

impl<'p> Dump<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        Self {
            p: program,
            out: String::new(),
        }
    }

    fn line(&mut self, table: &str, row: &str) {
        let _ = writeln!(self.out, "{table:<8}{}", row.trim_end());
    }

    fn str(&self, id: StrId) -> &'p str {
        self.p
            .tables
            .strings
            .get(id.index())
            .map_or("?", String::as_str)
    }

    fn domain_word(&self, ty: TypeId) -> String {
        self.p
            .types
            .get(ty.index())
            .map_or_else(|| "?".to_owned(), |t| word(&t.domain))
    }

    fn head(&mut self) {
        let p = self.p;
        let row = format!(
            "{}  rev {}  ir {}  seed {}  memory {}",
            p.patch_id,
            p.patch_revision,
            p.ir_version,
            p.seed,
            word(&p.memory)
        );
        self.line("program", &row);
        let time = match &p.time_model {
            TimeModel::Finite {
                duration_ms,
                cue_points,
            } => {
                let mut row = format!("finite {} ms", readable(*duration_ms));
                for cue in cue_points {
                    let (t_ms, behavior) = (readable(cue.t_ms), word(&cue.behavior));
                    let _ = write!(row, "  cue {} {t_ms} {behavior}", cue.id);
                }
                row
            }
            TimeModel::Cyclic { period_ms, mode } => {
                format!("cyclic {} {} ms", word(mode), readable(*period_ms))
            }
            TimeModel::Infinite {
                window_ms,
                ambient_period_ms,
                ..
            } => {
                let mut row = format!("infinite {} ms", readable(*window_ms));
                if let Some(period) = ambient_period_ms {
                    let _ = write!(row, "  ambient {} ms", readable(*period));
                }
                row
            }
        };
        self.line("time", &time);
        let v = &p.viewport;
        let hex: String = v
            .background
            .iter()
            .map(|c| format!("{:02x}", (c.clamp(0.0, 1.0) * 255.0 + 0.5).floor() as u8))
            .collect();
        self.line("view", &format!("{} x {}  #{hex}", v.width, v.height));
    }

    /// Opcode and operands.
    pub(super) fn chain_step(&self, step: &ChainStep) -> String {
        let mut text = self.op(step.op, step.imm);
        for operand in &step.operands {
            let _ = match operand {
                ChainOperand::Const(c) => write!(text, " {}", self.constant(*c)),
                ChainOperand::Arg(k) => write!(text, " ${k}"),
            };
        }
        text
    }

    pub(super) fn generator(&self, generator: &Generator) -> String {
        match generator {
            Generator::Cycle {
                enabled,
                mode,
                period_ms,
                offset,
            } => format!(
                "cycle {}{} period {} offset {}",
                word(mode),
                if *enabled { "" } else { " off" },
                self.param(period_ms),
                self.param(offset)
            ),
            Generator::Division { of, n } => format!("division {} {n}", self.rail_name(*of)),
            Generator::Energy {
                source,
                curve,
                min,
                max,
            } => format!(
                "energy {} {} min {} max {}",
                self.rail_name(*source),
                match curve {
                    EnergyCurve::Ease(c) => format!("ease {}", c.0),
                    EnergyCurve::Points(c) => format!("points {}", self.constant(*c)),
                    named => word(named),
                },
                self.param(min),
                self.param(max)
            ),
            Generator::Palette { source, stops } => format!(
                "palette {} {}",
                self.rail_name(*source),
                stops.map_or("wheel".to_owned(), |c| self.constant(c))
            ),
        }
    }

    /// `block.port` of a slot key `block/out/port`; other keys as they are.
    pub(super) fn slot_path(&self, id: SlotId) -> String {
        let key = self
            .p
            .tables
            .graph
            .slots
            .get(id.index())
            .map_or("?", |s| self.str(s.key));
        for dir in ["/in/", "/out/"] {
            if let Some((block, port)) = key.rsplit_once(dir) {
                return format!("{block}.{port}");
            }
        }
        key.to_owned()
    }

    fn provenance(&self, row: Option<&Provenance>) -> String {
        let Some(row) = row else { return String::new() };
        match self.p.debug.strings.get(row.path as usize) {
            Some(path) if !path.is_empty() => format!("  ; {path}"),
            _ => String::new(),
        }
    }

    pub(super) fn op(&self, op: Op, imm: u32) -> String {
        let name = word(&op);
        match (op, imm) {
            (Op::Wave, shape) => {
                let shapes = ["sine", "cosine", "triangle", "saw", "square"];
                format!("{name}:{}", shapes.get(shape as usize).unwrap_or(&"?"))
            }
            (_, 0) => name,
            (_, imm) => format!("{name}:{imm}"),
        }
    }

    pub(super) fn rail_name(&self, id: RailId) -> &'p str {
        self.p
            .tables
            .rails
            .get(id.index())
            .map_or("?", |r| self.str(r.key))
    }

    pub(super) fn cell_name(&self, id: StateId) -> &'p str {
        self.p
            .tables
            .state
            .cells
            .get(id.index())
            .map_or("?", |c| self.str(c.key))
    }

    pub(super) fn domain_name(&self, id: DomainId) -> &'p str {
        self.p
            .tables
            .graph
            .domains
            .get(id.index())
            .map_or("?", |d| self.str(d.key))
    }

    pub(super) fn value_ref(&self, r: ValueRef) -> String {
        match r {
            ValueRef::None => "none".to_owned(),
            ValueRef::Sig(i) => format!("s{}", i.0),
            ValueRef::Field(i) => format!("f{}", i.0),
            ValueRef::Event(i) => format!("e{}", i.0),
            ValueRef::Const(c) | ValueRef::Path(c) => self.constant(c),
            ValueRef::Domain(d) => self.domain_name(d).to_owned(),
            ValueRef::Rail(r) => self.rail_name(r).to_owned(),
            ValueRef::Bus(b) => format!("bus {}", b.0),
            ValueRef::Sink(s) => format!("sink {}", s.0),
            ValueRef::Camera(c) => format!("camera {}", c.0),
            ValueRef::Req(r) => format!("r{}", r.0),
            ValueRef::Time(t) => format!("time.{}", word(&t)),
            ValueRef::TimeEvent(t) => format!("time.{}", word(&t)),
            ValueRef::Frame => "frame".to_owned(),
        }
    }

    pub(super) fn constant(&self, id: ConstId) -> String {
        let constants = &self.p.tables.constants;
        let Some(row) = constants.index.get(id.index()) else {
            return "?".to_owned();
        };
        let range = row.at as usize..row.at as usize + row.len as usize;
        let domain = self
            .p
            .types
            .get(row.r#type.index())
            .map_or(Domain::Number, |t| t.domain);
        match row.pool {
            Pool::F64 => numbers(constants.f64.get(range).unwrap_or_default(), domain.lanes()),
            Pool::F32 => numbers(constants.f32.get(range).unwrap_or_default(), domain.lanes()),
            Pool::I32 => numbers(constants.i32.get(range).unwrap_or_default(), 1),
            Pool::Json => constants
                .json
                .get(row.at as usize)
                .cloned()
                .unwrap_or_default(),
            Pool::Paths => constants
                .paths
                .get(row.at as usize)
                .map_or_else(String::new, outline),
        }
    }
}

/// One value, or `[a b, c d, …]` for a column; long columns end in their count and a hash.
fn numbers<T: Copy + Into<f64> + Display + LowerExp>(values: &[T], lanes: usize) -> String {
    let lanes = lanes.max(1);
    let row = |row: &[T]| {
        let texts: Vec<String> = row.iter().map(|&v| readable(v)).collect();
        texts.join(" ")
    };
    if values.len() <= lanes {
        return row(values);
    }
    let mut rows: Vec<String> = values.chunks(lanes).take(SHOWN).map(row).collect();
    let count = values.len() / lanes;
    if count > SHOWN {
        let mut hasher = blake3::Hasher::new();
        for value in values {
            hasher.update(value.to_string().as_bytes());
            hasher.update(b" ");
        }
        rows.push(format!(
            "… {count} rows {}",
            &hasher.finalize().to_hex()[..8]
        ));
    }
    format!("[{}]", rows.join(", "))
}

fn outline(path: &PathData) -> String {
    format!(
        "path {} commands {} points",
        path.cmds.len(),
        path.pts.len()
    )
}

fn spaced<T>(list: &[T], show: impl Fn(&T) -> String) -> String {
    list.iter().fold(String::new(), |mut text, item| {
        text.push(' ');
        text.push_str(&show(item));
        text
    })
}

fn slice<T>(list: &[T], [first, count]: [u32; 2]) -> &[T] {
    list.get(first as usize..first as usize + count as usize)
        .unwrap_or_default()
}

/// The word of an enum variant, as it stands in JSON.
pub(crate) fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(serde_json::Value::Object(map)) => map.keys().next().cloned().unwrap_or_default(),
        _ => "?".to_owned(),
    }
}
