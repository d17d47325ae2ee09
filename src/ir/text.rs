//! The dump for people and for snapshots: one row a line, names in place of numbers.
//!
//! It is not read back. Columns are separated so that one changed row moves no other, long constant
//! columns end in their count and a short hash, and tables without rows are left out.

use super::*;
use crate::path::PathData;
use crate::types::Domain;
use std::fmt::{Display, Write};

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
                let mut row = format!("finite {duration_ms} ms");
                for cue in cue_points {
                    let _ = write!(row, "  cue {} {} {}", cue.id, cue.t_ms, word(&cue.behavior));
                }
                row
            }
            TimeModel::Cyclic { period_ms, mode } => {
                format!("cyclic {} {period_ms} ms", word(mode))
            }
            TimeModel::Infinite {
                window_ms,
                ambient_period_ms,
                ..
            } => {
                let mut row = format!("infinite {window_ms} ms");
                if let Some(period) = ambient_period_ms {
                    let _ = write!(row, "  ambient {period} ms");
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

    fn domains(&mut self) {
        for domain in &self.p.tables.graph.domains {
            let ids = match domain.ids {
                ElementIds::Sequential => "sequential".to_owned(),
                ElementIds::Grid { rows, cols } => format!("grid {rows}x{cols}"),
                ElementIds::Prefix(prefix) => format!("prefix {}", self.str(prefix)),
                ElementIds::Custom(_) => "custom".to_owned(),
            };
            self.line(
                "domain",
                &format!("{}  {}  {ids}", self.str(domain.key), domain.count),
            );
        }
    }

    fn chains(&mut self) {
        for (i, chain) in self.p.tables.transforms.chains.iter().enumerate() {
            let (from, to) = (self.domain_word(chain.from), self.domain_word(chain.to));
            let mut row = format!("c{i}  {from} -> {to}");
            for step in &chain.steps {
                let _ = write!(row, "  {}", self.chain_step(step));
                let _ = match step.origin {
                    Some(Origin::Lens { id, at }) => {
                        let lens = &self.p.tables.transforms.lenses[id.index()];
                        write!(row, "  (lens {}#{at})", self.str(lens.id))
                    }
                    Some(Origin::Adapter { id, at }) => {
                        let adapter = &self.p.tables.transforms.adapters[id.index()];
                        write!(row, "  (adapter {}#{at})", self.str(adapter.id))
                    }
                    Some(Origin::Implicit) => write!(row, "  (implicit)"),
                    None => Ok(()),
                };
            }
            self.line("chain", &row);
        }
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

    fn signals(&mut self) {
        for (i, node) in self.p.tables.sig.nodes.iter().enumerate() {
            let expr = self.signal(&node.expr);
            let ty = self.domain_word(node.r#type);
            let note = self.provenance(self.p.debug.sig_prov.get(i));
            self.line("sig", &format!("s{i:<3} {ty:<8} {expr}{note}"));
        }
    }

    pub(super) fn signal(&self, expr: &SignalExpr) -> String {
        match expr {
            SignalExpr::Const(c) => format!("const {}", self.constant(*c)),
            SignalExpr::Time(value) => format!("time.{}", word(value)),
            SignalExpr::Rail(rail) => format!("rail {}", self.rail_name(*rail)),
            SignalExpr::External(x) => {
                format!(
                    "external {}",
                    self.str(self.p.tables.graph.externals[x.index()].key)
                )
            }
            SignalExpr::Apply { op, args, imm } => {
                format!(
                    "{}{}",
                    self.op(*op, *imm),
                    spaced(args, |a| format!("s{}", a.0))
                )
            }
            SignalExpr::Transform { src, chain, args } => {
                format!(
                    "transform s{} c{}{}",
                    src.0,
                    chain.0,
                    spaced(args, |a| format!("s{}", a.0))
                )
            }
            SignalExpr::Combine {
                mode,
                terms,
                silent,
                ..
            } => self.combine(
                *mode,
                terms.iter().map(|t| format!("s{}", t.0)),
                Some(*silent),
            ),
            SignalExpr::StateOut(cell) => format!("stateOut {}", self.cell_name(*cell)),
            SignalExpr::StatePrev(cell) => format!("statePrev {}", self.cell_name(*cell)),
            SignalExpr::Event { of, view } => format!("event e{} {}", of.0, word(view)),
            SignalExpr::Reduce { field, domain, op } => {
                let over = domain.map_or("*", |d| self.domain_name(d));
                format!("reduce {} f{} {over}", word(op), field.0)
            }
        }
    }

    fn combine(
        &self,
        mode: Combine,
        terms: impl Iterator<Item = String>,
        silent: Option<ConstId>,
    ) -> String {
        let terms: Vec<String> = terms.collect();
        let silent = match silent {
            Some(c) if terms.is_empty() => format!(" silent {}", self.constant(c)),
            _ => String::new(),
        };
        format!("combine {} [{}]{silent}", word(&mode), terms.join(" "))
    }

    fn events(&mut self) {
        for (i, node) in self.p.tables.event.nodes.iter().enumerate() {
            let expr = self.event(&node.expr);
            let note = self.provenance(self.p.debug.event_prov.get(i));
            self.line("event", &format!("e{i}  {expr}{note}"));
        }
    }

    pub(super) fn event(&self, expr: &EventExpr) -> String {
        match expr {
            EventExpr::Empty => "empty".to_owned(),
            EventExpr::FirstFrame => "firstFrame".to_owned(),
            EventExpr::Time(event) => format!("time.{}", word(event)),
            EventExpr::Rail(rail) => format!("rail {}", self.rail_name(*rail)),
            EventExpr::External(x) => {
                format!(
                    "external {}",
                    self.str(self.p.tables.graph.externals[x.index()].key)
                )
            }
            EventExpr::Divide {
                of: PhaseSource::Time,
                by,
            } => format!("divide time s{}", by.0),
            EventExpr::Divide {
                of: PhaseSource::Rail(rail),
                by,
            } => {
                format!("divide {} s{}", self.rail_name(*rail), by.0)
            }
            EventExpr::StateEvents(cell) => format!("stateEvents {}", self.cell_name(*cell)),
            EventExpr::Gate { src, open } => format!("gate e{} s{}", src.0, open.0),
            EventExpr::Combine { mode, terms, .. } => {
                self.combine(*mode, terms.iter().map(|t| format!("e{}", t.0)), None)
            }
        }
    }

    fn cells(&mut self) {
        for cell in &self.p.tables.state.cells {
            let mut row = format!("{}  {}", self.str(cell.key), word(&cell.op));
            if cell.imm != 0 {
                let _ = write!(row, ":{}", cell.imm);
            }
            for arg in &cell.args {
                let _ = match arg {
                    Operand::Sig(s) => write!(row, " s{}", s.0),
                    Operand::Event(e) => write!(row, " e{}", e.0),
                };
            }
            if let Some(init) = cell.init {
                let _ = write!(row, "  init {}", self.constant(init));
            }
            self.line("cell", &row);
        }
    }

    fn rails(&mut self) {
        let tables = &self.p.tables;
        for (i, rail) in tables.rails.iter().enumerate() {
            let id = RailId::at(i);
            let read = tables
                .sig
                .nodes
                .iter()
                .any(|n| n.expr == SignalExpr::Rail(id))
                || tables
                    .event
                    .nodes
                    .iter()
                    .any(|n| n.expr == EventExpr::Rail(id));
            if !read && rail.user.is_none() && rail.mirror.is_none() {
                continue;
            }
            let generator = self.generator(&rail.generator);
            let (drive, read) = (word(&rail.drive), word(&rail.read));
            let name = self.str(rail.key);
            let combine = word(&rail.combine);
            self.line(
                "rail",
                &format!("{name}  {generator}  {drive} {combine}  {read}"),
            );
        }
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

    fn param(&self, param: &Param) -> String {
        match param {
            Param::Const(c) => self.constant(*c),
            Param::Drive { sig, base } => format!("s{} base {}", sig.0, self.constant(*base)),
        }
    }

    fn buses(&mut self) {
        let graph = &self.p.tables.graph;
        for bus in &graph.buses {
            let mut row = format!(
                "{}  {}  silent {}  {}",
                self.str(bus.key),
                word(&bus.combine),
                self.constant(bus.silent),
                self.value_ref(bus.root)
            );
            for publisher in slice(&graph.publishers, bus.pubs) {
                let _ = write!(
                    row,
                    "  <- {} {}{}{}",
                    self.str(publisher.key),
                    self.slot_path(publisher.from),
                    self.via(publisher.r#use),
                    if publisher.enabled {
                        format!(" (sortKey {})", publisher.sort_key)
                    } else {
                        " (off)".to_owned()
                    }
                );
            }
            for listener in slice(&graph.listeners, bus.lis) {
                let _ = write!(
                    row,
                    "  -> {} {}{}{}",
                    self.str(listener.key),
                    self.slot_path(listener.to),
                    self.via(listener.r#use),
                    if listener.enabled { "" } else { " (off)" }
                );
            }
            self.line("bus", &row);
        }
    }

    fn via(&self, id: Option<UseId>) -> String {
        id.and_then(|id| self.p.tables.transforms.uses.get(id.index()))
            .map_or_else(String::new, |u| format!(" via c{}", u.chain.0))
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

    fn fields(&mut self) {
        for (i, node) in self.p.tables.field.nodes.iter().enumerate() {
            let over = node.dom.map_or("*", |d| self.domain_name(d));
            let ty = self.domain_word(node.r#type);
            let wide = if node.wide { " wide" } else { "" };
            let expr = self.field(&node.expr);
            let note = self.provenance(self.p.debug.field_prov.get(i));
            self.line(
                "field",
                &format!("f{i:<3} {ty:<8} {over}{wide}  {expr}{note}"),
            );
        }
    }

    pub(super) fn field(&self, expr: &FieldExpr) -> String {
        let rows = |list: &[FieldId]| spaced(list, |a| format!("f{}", a.0));
        match expr {
            FieldExpr::Const(c) => format!("const {}", self.constant(*c)),
            FieldExpr::Array(c) => format!("array {}", self.constant(*c)),
            FieldExpr::Broadcast(s) => format!("broadcast s{}", s.0),
            FieldExpr::Index => "index".to_owned(),
            FieldExpr::Count => "count".to_owned(),
            FieldExpr::IdHash { r#fn, salt } => {
                format!("idHash {} {}", word(r#fn), self.constant(*salt))
            }
            FieldExpr::History(cell) => format!("history {}", self.cell_name(*cell)),
            FieldExpr::Apply { op, args, imm } => format!("{}{}", self.op(*op, *imm), rows(args)),
            FieldExpr::Narrow(f) => format!("narrow f{}", f.0),
            FieldExpr::Transform { src, chain, args } => {
                format!(
                    "transform f{} c{}{}",
                    src.0,
                    chain.0,
                    spaced(args, |a| format!("s{}", a.0))
                )
            }
            FieldExpr::OnDomain { src, missing } => {
                format!("onDomain f{} missing {}", src.0, self.constant(*missing))
            }
            FieldExpr::Combine {
                mode,
                terms,
                silent,
                ..
            } => self.combine(
                *mode,
                terms.iter().map(|t| format!("f{}", t.0)),
                Some(*silent),
            ),
        }
    }

    fn requests(&mut self) {
        let plan = &self.p.tables.materialize;
        let domains = &self.p.tables.graph.domains;
        for (i, request) in plan.requests.iter().enumerate() {
            let count = domains.get(request.domain.index()).map_or(0, |d| d.count);
            let bytes = u64::from(count) * u64::from(request.format.bytes());
            let mut row = format!(
                "{}  f{}  {}  {bytes} B  {}",
                self.str(request.key),
                request.field.0,
                word(&request.format),
                word(&request.policy)
            );
            let uniforms = derive::uniforms(self.p, &[ReqId::at(i)]);
            if !uniforms.is_empty() {
                let _ = write!(
                    row,
                    "  uniforms{}",
                    spaced(&uniforms, |s| format!("s{}", s.0))
                );
            }
            self.line("request", &row);
        }
        for (i, group) in plan.groups.iter().enumerate() {
            let mut row = format!("g{i}  {} ", self.domain_name(group.domain));
            for req in &group.reqs {
                let key = plan
                    .requests
                    .get(req.index())
                    .map_or("?", |r| self.str(r.key));
                let _ = write!(row, " {key}");
            }
            self.line("group", &row);
        }
    }

    fn sinks(&mut self) {
        for sink in &self.p.tables.render.sinks {
            let mut row = format!("{}  {}", self.str(sink.key), word(&sink.kind));
            let outlined = |i: &SinkInput| matches!(self.str(i.name), "shape" | "shapeId" | "path");
            if sink.kind == SinkKind::Instances2d && !sink.inputs.iter().any(outlined) {
                row.push_str("  circle");
            }
            for input in &sink.inputs {
                match input.from {
                    InputRef::Req(_) => {}
                    from => {
                        let _ = write!(row, "  {} {}", self.str(input.name), self.input(from));
                    }
                }
            }
            let _ = write!(row, "  z {}", self.input(sink.z));
            if let Some(domain) = sink.domain {
                let _ = write!(row, "  {}", self.domain_name(domain));
            }
            if let Some(params) = sink.params {
                let _ = write!(row, "  {}", self.constant(params));
            }
            if let Some(parent) = sink.parent {
                let parent = &self.p.tables.render.sinks[parent.index()];
                let _ = write!(row, "  in {}#{}", self.str(parent.key), sink.at);
            }
            self.line("sink", &row);
        }
    }

    fn input(&self, from: InputRef) -> String {
        let rows = &self.p.tables.render;
        match from {
            InputRef::Req(r) => format!("r{}", r.0),
            InputRef::Sig(s) => match self.p.tables.sig.nodes.get(s.index()).map(|n| &n.expr) {
                Some(SignalExpr::Const(c)) => self.constant(*c),
                _ => format!("s{}", s.0),
            },
            InputRef::Const(c) => self.constant(c),
            InputRef::Camera(i) => self.param_row(rows.cameras.get(i.index())),
            InputRef::Mesh(i) => self.param_row(rows.meshes.get(i.index())),
            InputRef::Effect(i) => self.param_row(rows.effects.get(i.index())),
            InputRef::Shape(i) => match rows.shapes.get(i.index()) {
                Some(ShapeRow::Star { points, inner }) => {
                    format!("star {points} {}", self.input(*inner))
                }
                Some(ShapeRow::Ring { inner }) => format!("ring {}", self.input(*inner)),
                Some(ShapeRow::Path(c)) => format!("path {}", self.constant(*c)),
                Some(shape) => word(shape),
                None => "?".to_owned(),
            },
        }
    }

    fn param_row(&self, row: Option<&ParamRow>) -> String {
        let Some(row) = row else {
            return "?".to_owned();
        };
        let mut text = self.str(row.kind).to_owned();
        for param in &row.params {
            let _ = write!(text, " {} {}", self.str(param.name), self.input(param.from));
        }
        text
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
fn numbers<T: Display>(values: &[T], lanes: usize) -> String {
    let lanes = lanes.max(1);
    let row = |row: &[T]| row.iter().map(T::to_string).collect::<Vec<_>>().join(" ");
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
pub(super) fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(serde_json::Value::Object(map)) => map.keys().next().cloned().unwrap_or_default(),
        _ => "?".to_owned(),
    }
}
