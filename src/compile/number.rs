//! Pass 8: every row gets its final index.
//!
//! Expression rows are numbered as the schedule first needs them, operands before users; constants,
//! types and chains by first use; strings in byte order. Rows that nothing reaches are left out.

use super::assemble::Draft;
use super::debug;
use super::edges;
use super::resolve::Graph;
use super::schedule::roots;
use super::text_order;
use super::visit::{self, Visitor};
use crate::ir::{self, *};

/// Renumbers a scheduled draft; gives the program but for hashes and layouts.
pub(super) fn number(graph: &Graph<'_>, mut draft: Draft) -> Program {
    expressions(&mut draft);
    declarations(&mut draft.program);
    let texts = constants(&mut draft.program);
    types(&mut draft.program, texts);
    ascending(&mut draft.program);
    debug::tables(graph, &mut draft);
    draft.program
}

/// Not numbered.
const NONE: u32 = u32::MAX;

/// New numbers of the three expression tables, and of chains as they are met.
struct Numbers {
    sig: Vec<u32>,
    event: Vec<u32>,
    field: Vec<u32>,
    next: [u32; 3],
    chains: FirstUse,
    /// Empty but while a row is numbered.
    work: Vec<(ValueRef, bool)>,
}

impl Numbers {
    fn of(&mut self, value: ValueRef) -> Option<(&mut u32, &mut u32)> {
        let [sig, event, field] = &mut self.next;
        match value {
            ValueRef::Sig(id) => Some((&mut self.sig[id.index()], sig)),
            ValueRef::Event(id) => Some((&mut self.event[id.index()], event)),
            ValueRef::Field(id) => Some((&mut self.field[id.index()], field)),
            _ => None,
        }
    }

    fn is_new(&mut self, value: ValueRef) -> bool {
        self.of(value).is_some_and(|(number, _)| *number == NONE)
    }

    /// Numbers a row after everything that it reads.
    fn number(&mut self, tables: &Tables, root: ValueRef) {
        let mut work = std::mem::take(&mut self.work);
        work.push((root, false));
        while let Some((value, operands_done)) = work.pop() {
            if !self.is_new(value) {
                continue;
            }
            if operands_done {
                if let Some((number, next)) = self.of(value) {
                    *number = *next;
                    *next += 1;
                }
                continue;
            }
            work.push((value, true));
            let first = work.len();
            edges::operands(tables, value, &mut |operand| work.push((operand, false)));
            work[first..].reverse();
        }
        self.work = work;
    }
}

impl Visitor for Numbers {
    fn sig(&mut self, id: &mut SignalId) {
        *id = SignalId(self.sig[id.index()]);
    }

    fn event(&mut self, id: &mut EventId) {
        *id = EventId(self.event[id.index()]);
    }

    fn field(&mut self, id: &mut FieldId) {
        *id = FieldId(self.field[id.index()]);
    }

    fn chain(&mut self, id: &mut ChainId) {
        id.0 = self.chains.number(id.0);
    }
}

fn expressions(draft: &mut Draft) {
    let program = &draft.program;
    let t = &program.tables;
    let mut numbers = Numbers {
        sig: vec![NONE; t.sig.nodes.len()],
        event: vec![NONE; t.event.nodes.len()],
        field: vec![NONE; t.field.nodes.len()],
        next: [0; 3],
        chains: FirstUse::new(t.transforms.chains.len()),
        work: Vec::new(),
    };
    let edges = derive::Edges::new(program);
    for step in &program.schedule.steps {
        for value in &step.run {
            numbers.number(t, *value);
        }
        if let StepKind::Materialize { group } = step.kind {
            for request in &t.materialize.groups[group.index()].reqs {
                let field = t.materialize.requests[request.index()].field;
                numbers.number(t, ValueRef::Field(field));
            }
        }
        edges.of_step(step, &mut |value| numbers.number(t, value));
    }
    roots(program, &mut |value| numbers.number(t, value));
    let t = &mut draft.program.tables;
    keep(&mut t.sig.nodes, &numbers.sig);
    keep(&mut t.event.nodes, &numbers.event);
    keep(&mut t.field.nodes, &numbers.field);
    keep(&mut draft.marks.sig, &numbers.sig);
    keep(&mut draft.marks.event, &numbers.event);
    keep(&mut draft.marks.field, &numbers.field);
    visit::program(&mut draft.program, &mut numbers);
    let chains = &numbers.chains.numbers;
    keep(&mut draft.program.tables.transforms.chains, chains);
    keep(&mut draft.marks.chain, chains);
}

/// Moves rows to their numbers and drops those without.
fn keep<T>(rows: &mut Vec<T>, numbers: &[u32]) {
    let kept = numbers.iter().filter(|n| **n != NONE).count();
    let mut placed: Vec<Option<T>> = (0..kept).map(|_| None).collect();
    for (number, row) in numbers.iter().zip(rows.drain(..)) {
        if *number != NONE {
            placed[*number as usize] = Some(row);
        }
    }
    rows.extend(placed.into_iter().flatten());
}

/// Numbers ids in the order in which they are met.
struct FirstUse {
    numbers: Vec<u32>,
    next: u32,
}

impl FirstUse {
    fn new(rows: usize) -> Self {
        Self {
            numbers: vec![NONE; rows],
            next: 0,
        }
    }

    /// The number of an id.
    fn number(&mut self, id: u32) -> u32 {
        let number = &mut self.numbers[id as usize];
        if *number == NONE {
            *number = self.next;
            self.next += 1;
        }
        *number
    }
}

/// Lenses and adapters that some chain names; both are declared in the order of their names.
struct Declared {
    lens: Vec<u32>,
    adapter: Vec<u32>,
    replace: bool,
}

impl Visitor for Declared {
    fn lens(&mut self, id: &mut LensId) {
        if self.replace {
            id.0 = self.lens[id.index()];
        } else {
            self.lens[id.index()] = 0;
        }
    }

    fn adapter(&mut self, id: &mut AdapterId) {
        if self.replace {
            id.0 = self.adapter[id.index()];
        } else {
            self.adapter[id.index()] = 0;
        }
    }
}

fn declarations(program: &mut Program) {
    let t = &program.tables.transforms;
    let mut declared = Declared {
        lens: vec![NONE; t.lenses.len()],
        adapter: vec![NONE; t.adapters.len()],
        replace: false,
    };
    visit::transforms(&mut program.tables.transforms, &mut declared);
    let strings = &program.tables.strings;
    let t = &program.tables.transforms;
    let by_name = |used: &mut Vec<u32>, names: Vec<StrId>| {
        let mut order: Vec<usize> = (0..used.len()).filter(|&i| used[i] != NONE).collect();
        order.sort_by(|&a, &b| strings[names[a].index()].cmp(&strings[names[b].index()]));
        for (place, i) in order.into_iter().enumerate() {
            used[i] = place as u32;
        }
    };
    by_name(&mut declared.lens, t.lenses.iter().map(|l| l.id).collect());
    by_name(
        &mut declared.adapter,
        t.adapters.iter().map(|a| a.id).collect(),
    );
    keep(&mut program.tables.transforms.lenses, &declared.lens);
    keep(&mut program.tables.transforms.adapters, &declared.adapter);
    declared.replace = true;
    visit::transforms(&mut program.tables.transforms, &mut declared);
}

/// Numbers constants and notes which texts are in use.
struct Constants {
    numbers: FirstUse,
    texts: Vec<bool>,
}

impl Visitor for Constants {
    fn constant(&mut self, id: &mut ConstId) {
        id.0 = self.numbers.number(id.0);
    }

    fn text(&mut self, id: &mut StrId) {
        self.texts[id.index()] = true;
    }
}

/// Constants by first use; the pools follow their order. Gives the new numbers of texts.
fn constants(program: &mut Program) -> Texts {
    let mut met = Constants {
        numbers: FirstUse::new(program.tables.constants.index.len()),
        texts: vec![false; program.tables.strings.len()],
    };
    visit::program(program, &mut met);
    let old = std::mem::take(&mut program.tables.constants);
    let mut index = old.index;
    keep(&mut index, &met.numbers.numbers);
    let mut new = ir::Constants::default();
    for row in index {
        let range = row.at as usize..row.at as usize + row.len as usize;
        let at = match row.pool {
            Pool::F64 => extend(&mut new.f64, &old.f64[range]),
            Pool::F32 => extend(&mut new.f32, &old.f32[range]),
            Pool::I32 => extend(&mut new.i32, &old.i32[range]),
            Pool::Json => extend(&mut new.json, &old.json[range]),
            Pool::Paths => extend(&mut new.paths, &old.paths[range]),
        };
        new.index.push(ConstRow { at, ..row });
    }
    program.tables.constants = new;
    strings(&mut program.tables.strings, &met.texts)
}

fn extend<T: Clone>(pool: &mut Vec<T>, rows: &[T]) -> u32 {
    let at = pool.len() as u32;
    pool.extend_from_slice(rows);
    at
}

/// New numbers of texts.
struct Texts(Vec<u32>);

/// Strings in byte order, each once, only those in use.
fn strings(strings: &mut Vec<String>, used: &[bool]) -> Texts {
    let mut numbers = vec![NONE; used.len()];
    let mut old = std::mem::take(strings);
    let texts = old.iter().map(String::as_str).enumerate();
    for i in text_order::sorted(texts.filter(|(i, _)| used[*i])) {
        if strings.last() != Some(&old[i]) {
            strings.push(std::mem::take(&mut old[i]));
        }
        numbers[i] = strings.len() as u32 - 1;
    }
    Texts(numbers)
}

/// Numbers types and replaces texts.
struct Types {
    numbers: FirstUse,
    texts: Texts,
}

impl Visitor for Types {
    fn ty(&mut self, id: &mut TypeId) {
        id.0 = self.numbers.number(id.0);
    }

    fn text(&mut self, id: &mut StrId) {
        id.0 = self.texts.0[id.index()];
    }
}

/// Types by first use.
fn types(program: &mut Program, texts: Texts) {
    let numbers = FirstUse::new(program.types.len());
    let mut met = Types { numbers, texts };
    visit::program(program, &mut met);
    keep(&mut program.types, &met.numbers.numbers);
}

/// Lists that are kept ascending.
fn ascending(program: &mut Program) {
    for group in &mut program.tables.materialize.groups {
        group.uniforms.sort_unstable();
    }
    for step in &mut program.schedule.steps {
        step.cache.uniforms.sort_unstable();
    }
}
