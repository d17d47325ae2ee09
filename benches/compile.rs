//! Patches of 10 to 100,000 blocks: what reading, compiling, validating and encoding take.
//!
//! `cargo bench --bench compile`. A patch is made of groups of twenty blocks: a chain of signals that
//! goes on from the group before and reads further back too, a field of it, and in every tenth group
//! something drawn; each such group publishes to a bus that others listen to. Compiling includes a
//! validation; the column `validate` is what that part takes alone. Times are times on the core. Numbers
//! on the command line (`-- 2000`) are sizes in place of those.

#![allow(clippy::print_stdout, reason = "a benchmark prints its result")]

use oscilla::diag::Diagnostics;
use oscilla::ir::{binary, validate};
use oscilla::{compile, patch};
use std::time::Duration;

mod clock;

const SIZES: [usize; 5] = [10, 100, 1000, 10_000, 100_000];

/// Blocks of a group.
const GROUP: usize = 20;

/// Lists of entries of a patch.
#[derive(Default)]
struct Text {
    blocks: Vec<String>,
    wires: Vec<String>,
    buses: Vec<String>,
    publishers: Vec<String>,
    listeners: Vec<String>,
}

impl Text {
    fn block(&mut self, id: &str, kind: &str, params: &str) {
        self.blocks.push(format!(
            r#"{{"id": "{id}", "type": "{kind}", "params": {{{params}}}}}"#
        ));
    }

    fn wire(&mut self, from: &str, to: &str) {
        self.wires
            .push(format!(r#"{{"from": "{from}", "to": "{to}"}}"#));
    }

    /// Signal `k` of the patch: reads the one before it, and one some way back.
    fn signal(&mut self, k: usize) {
        let id = format!("s{k}");
        let (kind, second) = match k % 5 {
            0 => ("AddSignal", "b"),
            1 => ("MulSignal", "b"),
            2 => ("SubSignal", "b"),
            3 => ("MixSignal", "k"),
            _ => ("MaxSignal", "b"),
        };
        self.block(&id, kind, &format!(r#""{second}": 0.{}"#, k % 9 + 1));
        match k.checked_sub(1) {
            None => self.wire("time.phase", "s0.a"),
            Some(before) => self.wire(&format!("s{before}.out"), &format!("{id}.a")),
        }
        if k % 3 == 2 {
            let back = k - (k / 2).min(2 + k % 17);
            self.wire(&format!("s{back}.out"), &format!("{id}.{second}"));
        }
    }

    /// What group `g` draws: `signal` moves its dots and goes to a bus.
    fn drawing(&mut self, g: usize, signal: usize) {
        self.block(&format!("ring{g}"), "DomainN", r#""n": 8"#);
        self.block(&format!("place{g}"), "PositionMapCircle", r#""radius": 90"#);
        self.block(
            &format!("moved{g}"),
            "FieldMapVec2",
            r#""fn": "rotate", "centerX": 240"#,
        );
        self.block(&format!("dots{g}"), "RenderInstances2D", r#""radius": 3"#);
        self.wire(&format!("ring{g}.domain"), &format!("place{g}.domain"));
        self.wire(&format!("ring{g}.domain"), &format!("dots{g}.domain"));
        self.wire(&format!("place{g}.pos"), &format!("moved{g}.vec"));
        self.wire(&format!("s{signal}.out"), &format!("moved{g}.angle"));
        self.wire(&format!("moved{g}.out"), &format!("dots{g}.positions"));
        self.buses.push(format!(
            r#"{{"name": "bus{g}", "type": "number", "combine": "sum"}}"#
        ));
        self.publishers
            .push(format!(r#"{{"from": "s{signal}.out", "bus": "bus{g}"}}"#));
        self.listeners
            .push(format!(r#"{{"bus": "bus{g}", "to": "place{g}.radius"}}"#));
    }
}

/// A patch of that many blocks.
fn text(blocks: usize) -> String {
    let mut text = Text::default();
    text.block("time", "CycleTimeRoot", r#""periodMs": 2000"#);
    let mut signals = 0;
    let mut group = 0;
    while text.blocks.len() + 1 < blocks {
        let left = blocks - text.blocks.len();
        let draws = group % 10 == 0 && left > 5;
        let take = if draws { GROUP - 4 } else { GROUP }.min(left - if draws { 4 } else { 0 });
        for _ in 0..take {
            text.signal(signals);
            signals += 1;
        }
        if draws {
            text.drawing(group, signals - 1);
        }
        group += 1;
    }
    while text.blocks.len() < blocks {
        text.signal(signals);
        signals += 1;
    }
    let list = |entries: &[String]| entries.join(",\n");
    format!(
        r#"{{"size": [480, 480], "blocks": [{}], "connections": [{}], "buses": [{}], "publishers": [{}], "listeners": [{}]}}"#,
        list(&text.blocks),
        list(&text.wires),
        list(&text.buses),
        list(&text.publishers),
        list(&text.listeners),
    )
}

fn time<T>(best: &mut Duration, work: impl FnOnce() -> T) -> T {
    let (time, result) = clock::time(work);
    *best = (*best).min(time);
    result
}

fn main() {
    println!(
        "ms (ns a block), best of some rounds; validate is part of compile, all = read + compile + encode"
    );
    println!(
        "blocks          read          compile         validate           encode              all   patch KB"
    );
    let sizes = if clock::is_quick() {
        &SIZES[..2]
    } else {
        &SIZES
    };
    let given: Vec<usize> = std::env::args()
        .filter_map(|arg| arg.parse().ok())
        .collect();
    for &blocks in if given.is_empty() { sizes } else { &given } {
        let text = text(blocks);
        let rounds = (100_000 / blocks).clamp(3, 50);
        let mut best = [Duration::MAX; 4];
        for _ in 0..rounds {
            let [read, compiling, validating, encoding] = &mut best;
            let source = patch::Source::new("many.json", text.clone());
            let mut found = Diagnostics::new();
            let document = time(read, || patch::read(&source, &mut found)).expect("JSON");
            let options = compile::Options::default();
            let program = time(compiling, || {
                compile::compile(&document, &options, &mut found)
            });
            let program = program.unwrap_or_else(|| panic!("{:?}", found.list().first()));
            assert_eq!(program.tables.graph.blocks.len(), blocks);
            let bytes = time(encoding, || binary::to_bytes(&program));
            std::hint::black_box(bytes.expect("fits"));
            let program = program.into_inner();
            time(validating, || validate(program)).expect("valid");
        }
        let [read, compile, validate, encode] = best;
        print!("{blocks:7}");
        for stage in [read, compile, validate, encode, read + compile + encode] {
            let each = stage.as_nanos() as f64 / blocks as f64;
            print!("{:9.2} ({each:5.0})", stage.as_secs_f64() * 1e3);
        }
        println!(" {:8}", text.len() / 1024);
    }
}
