//! A program's fields become a store: lanes, columns, what is kept. Nothing is computed yet.

use super::*;
use crate::ir::{ConstId, DomainId};
use crate::vm::field::graph::Kind;
use crate::vm::field::lower::{self, Rows};

impl FieldStore {
    /// Takes the fields of `program` apart. Kernels are compiled when they first run.
    ///
    /// # Errors
    /// If the columns of a frame do not fit the limit, or the program was never validated.
    pub fn new(program: &Program, options: &FieldOptions) -> Result<Self, FieldError> {
        let mut graph = Graph::default();
        let rows = lower::lower(program, &mut graph)?;
        graph.freeze();
        let mut identity = Identity::new(program, &graph);
        let (requests, columns) = plan_columns(program, &graph, &rows, &mut identity)?;
        let varies = |c: &&Known| c.target.lanes.iter().any(|&v| graph.of(v).varies);
        let needed = columns.iter().filter(varies).map(Known::row_bytes).sum();
        let limit = options.memory_limit.unwrap_or(u64::MAX);
        if needed > limit {
            return Err(FieldError::Memory { needed, limit });
        }
        let budget = program.schedule.caching.budget_bytes;
        let targets = columns.iter().map(|c| (c.target.clone(), c.count));
        let targets: Vec<(Target, usize)> = targets.collect();
        let keeps: Vec<Kept> = stored::choose(&graph, &targets, budget.min(limit - needed))
            .into_iter()
            .map(|keep| Kept {
                keep,
                structure: identity.structure(&[keep.value]).0,
                kernel: None,
            })
            .collect();
        let mut kept = vec![None; graph.nodes.len()];
        for (k, Kept { keep, .. }) in keeps.iter().enumerate() {
            kept[keep.value.index()].get_or_insert(k as u32);
        }
        let outlines = program.tables.constants.paths.iter();
        Ok(Self {
            cache: options.cache,
            simd: options.simd,
            block: options.lane_block as usize,
            budget,
            ids: IdTexts::new(&program.tables, id_hashes(&graph)),
            outlines: outlines.cloned().map(Arc::new).collect(),
            requests,
            groups: groups(program),
            columns,
            orphans: Vec::new(),
            lanes: vec![Stored::Empty; keeps.len()],
            spares: Vec::new(),
            keeps,
            kept,
            counted: BTreeMap::new(),
            divided: Vec::new(),
            uncounted: Vec::new(),
            zeros: Vec::new(),
            histories: BTreeMap::new(),
            pool: Pool::default(),
            uniforms: Worker::default(),
            workers: Mutex::default(),
            report: FieldReport::default(),
            asked: Vec::new(),
            missed: Vec::new(),
            outputs: Vec::new(),
            order: Vec::new(),
            work: Vec::new(),
            mask: Vec::new(),
            frame: 0,
            epoch: 0,
            revision: 0,
            run: 0,
            graph,
        })
    }
}

/// The requests, and their columns: equal ones are one.
fn plan_columns(
    program: &Program,
    graph: &Graph,
    rows: &Rows,
    identity: &mut Identity<'_>,
) -> Result<(Vec<Request>, Vec<Known>), FieldError> {
    let tables = &program.tables;
    let mut columns: Vec<Known> = Vec::new();
    let mut requests = Vec::new();
    for row in &tables.materialize.requests {
        let lanes = rows.of(row.field).to_vec();
        let bank = lanes.first().map(|&v| graph.of(v).bank);
        let fits = match row.format {
            Format::Path => bank == Some(Bank::Path),
            format => bank == Some(Bank::Narrow) && lanes.len() == format.lanes(),
        };
        if !fits {
            let what = "its lanes do not fit the format of a request";
            let field = row.field;
            return Err(FieldError::Malformed { field, what });
        }
        let (structure, holes) = identity.structure(&lanes);
        let key = Key {
            structure,
            domain: identity.domain(row.domain),
            format: row.format,
        };
        let domain = tables.graph.domains.get(row.domain.index());
        let count = domain.map_or(0, |d| d.count) as usize;
        let same = |c: &Known| c.key == key && c.holes == holes;
        let column = columns.iter().position(same).unwrap_or(columns.len());
        if column == columns.len() {
            let pack = Pack::Format(row.format);
            let divisions = zeros::divisions(graph, &lanes);
            let mut known = Known::new(key, holes, Target { lanes, pack }, count);
            known.divisions = divisions;
            columns.push(known);
        }
        let node = &tables.field.nodes[row.field.index()];
        let ty = program.types.get(node.r#type.index());
        let key = tables.strings.get(row.key.index());
        requests.push(Request {
            key: key.cloned().unwrap_or_default(),
            column: column as u32,
            demanded: row.policy == RequestPolicy::PerFrame,
            elements: if node.dom.is_none() { 1 } else { count },
            domain: ty.map_or(Domain::Number, |t| t.domain),
        });
    }
    Ok((requests, columns))
}

/// The groups and what their steps say about reuse.
fn groups(program: &Program) -> Vec<Group> {
    let tables = &program.tables;
    let group = |(at, row): (usize, &crate::ir::Group)| {
        let kind = StepKind::Materialize {
            group: GroupId::at(at),
        };
        let step = program.schedule.steps.iter().find(|step| step.kind == kind);
        Group {
            requests: row.reqs.clone(),
            count: tables
                .graph
                .domains
                .get(row.domain.index())
                .map_or(0, |d| d.count) as usize,
            keyed: step.is_none_or(|s| s.cache.policy == CachePolicy::Keyed),
            assets: step.is_some_and(|s| s.cache.epochs.iter().any(|e| e == "assets")),
            kernels: Vec::new(),
        }
    };
    tables
        .materialize
        .groups
        .iter()
        .enumerate()
        .map(group)
        .collect()
}

/// The domains and salts of all id hashes.
fn id_hashes(graph: &Graph) -> impl Iterator<Item = (DomainId, ConstId)> {
    graph.nodes.iter().filter_map(|node| match node.kind {
        Kind::IdHash { domain, salt, .. } => Some((domain, salt)),
        _ => None,
    })
}
