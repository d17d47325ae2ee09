//! One run of a kernel over all elements, on one thread or several.
//!
//! Elements are cut into chunks of whole mask words, chunks into blocks. A lane depends on nothing
//! but its own operands, so neither cut changes a bit. Each chunk owns its part of every output, so
//! threads share nothing that is written.

use super::Parallel;
use super::exec::{Context, Outputs, Worker};
use super::kernel::Kernel;
use super::output::{Open, Rows};
use std::sync::{Mutex, PoisonError};

/// The least number of elements that is worth a thread.
const CHUNK: usize = 4096;

/// A column while a kernel writes it.
#[derive(Debug)]
pub(super) struct Output {
    /// Its rows.
    pub rows: Open,
    /// One bit per element: all lanes finite.
    pub mask: Vec<u64>,
    /// Whether some bit is 0.
    pub bad: bool,
}

impl Output {
    /// A column of `count` rows, with memory that may be used again.
    pub(super) fn new(rows: Open, mut mask: Vec<u64>, count: usize) -> Self {
        mask.resize(count.div_ceil(64), 0);
        Self {
            rows,
            mask,
            bad: false,
        }
    }
}

/// How elements are cut.
#[derive(Clone, Copy)]
pub(super) struct Cut<'a> {
    /// Elements.
    pub count: usize,
    /// Elements of a block; 0 = what suits the kernel.
    pub block: usize,
    /// Threads, if any.
    pub parallel: Option<&'a dyn Parallel>,
}

/// Runs the lane tape. `uniforms` has run the uniform tape; `run` is a number never used before.
pub(super) fn run(
    kernel: &Kernel,
    cx: Context<'_>,
    (uniforms, run): (&Worker, u64),
    workers: &Mutex<Vec<Worker>>,
    cut: Cut<'_>,
    outputs: &mut [Output],
) {
    if outputs.is_empty() || cut.count == 0 {
        return;
    }
    let block = match cut.block {
        0 => kernel.block(),
        block => block,
    };
    let cut = Cut { block, ..cut };
    let chunk = CHUNK.next_multiple_of(cut.block).next_multiple_of(64);
    let Some(parallel) = cut.parallel.filter(|_| cut.count > chunk) else {
        let mut worker = take(workers);
        worker.enter(kernel, uniforms, run, cut.block);
        let whole = &mut Whole(outputs);
        for base in (0..cut.count).step_by(cut.block) {
            let n = cut.block.min(cut.count - base);
            worker.run_block(kernel, cx, (base, n), whole);
        }
        give(workers, worker);
        return;
    };
    let chunks = split(outputs, cut.count, chunk);
    parallel.run(chunks.len(), &|k| {
        let Some(cell) = chunks.get(k) else { return };
        let mut part = cell.lock().unwrap_or_else(PoisonError::into_inner);
        let mut worker = take(workers);
        worker.enter(kernel, uniforms, run, cut.block);
        let end = cut.count.min((k + 1) * chunk);
        for base in (k * chunk..end).step_by(cut.block) {
            let n = cut.block.min(end - base);
            worker.run_block(kernel, cx, (base, n), &mut *part);
        }
        give(workers, worker);
    });
    let mut bad = vec![false; outputs_of(&chunks)];
    for cell in chunks {
        let part = cell.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (bad, column) in bad.iter_mut().zip(part.columns) {
            *bad |= column.bad;
        }
    }
    for (output, bad) in outputs.iter_mut().zip(bad) {
        output.bad |= bad;
    }
}

fn outputs_of(chunks: &[Mutex<Chunk<'_>>]) -> usize {
    let first = chunks
        .first()
        .map(|c| c.lock().unwrap_or_else(PoisonError::into_inner));
    first.map_or(0, |c| c.columns.len())
}

fn take(workers: &Mutex<Vec<Worker>>) -> Worker {
    workers
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .pop()
        .unwrap_or_default()
}

fn give(workers: &Mutex<Vec<Worker>>, worker: Worker) {
    workers
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(worker);
}

/// All rows of all outputs.
struct Whole<'a>(&'a mut [Output]);

impl Outputs for Whole<'_> {
    fn rows(&mut self, output: usize, from: usize, to: usize) -> (Rows<'_>, &mut [u64], usize) {
        let output = &mut self.0[output];
        (output.rows.rows().slice(from, to), &mut output.mask, from)
    }

    fn not_finite(&mut self, output: usize) {
        self.0[output].bad = true;
    }
}

/// The rows of one chunk.
struct Chunk<'a> {
    first: usize,
    columns: Vec<ChunkColumn<'a>>,
}

struct ChunkColumn<'a> {
    rows: Rows<'a>,
    mask: &'a mut [u64],
    bad: bool,
}

impl Outputs for Chunk<'_> {
    fn rows(&mut self, output: usize, from: usize, to: usize) -> (Rows<'_>, &mut [u64], usize) {
        let column = &mut self.columns[output];
        let (from, to) = (from - self.first, to - self.first);
        (column.rows.reborrow().slice(from, to), column.mask, from)
    }

    fn not_finite(&mut self, output: usize) {
        self.columns[output].bad = true;
    }
}

fn split(outputs: &mut [Output], count: usize, chunk: usize) -> Vec<Mutex<Chunk<'_>>> {
    let firsts = (0..count).step_by(chunk);
    let mut chunks: Vec<Chunk<'_>> = firsts
        .map(|first| Chunk {
            first,
            columns: Vec::new(),
        })
        .collect();
    for output in outputs {
        let mut rest = output.rows.rows();
        let mut masks = output.mask.chunks_mut(chunk / 64);
        for part in &mut chunks {
            let (rows, tail) = rest.split(chunk);
            rest = tail;
            let mask = masks.next().unwrap_or_default();
            part.columns.push(ChunkColumn {
                rows,
                mask,
                bad: false,
            });
        }
    }
    chunks.into_iter().map(Mutex::new).collect()
}
