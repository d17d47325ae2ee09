//! The gallery, frame by frame in one engine: caches, snapshots and swaps change nothing.

mod runs;
mod support;

use oscilla::ir::{Program, Valid};
use oscilla::render_tree::RenderTree;
use oscilla::vm::{
    Engine, EngineOptions, FrameCtx, FrameTime, Snapshot, SnapshotError, SwapOptions,
};
use std::fs;
use std::sync::Arc;
use support::{patches, stem};

type Ready = Arc<Valid<Program>>;

fn gallery() -> Vec<(String, Ready)> {
    let list = patches("patches").into_iter().map(|path| {
        let text = fs::read_to_string(&path).expect("readable");
        let (program, found) = runs::compile(&text);
        let program = program.unwrap_or_else(|| panic!("{}", runs::shown(&found)));
        (stem(&path), Arc::new(program))
    });
    list.collect()
}

fn engine(program: &Ready, options: EngineOptions) -> Engine {
    Engine::new(Arc::clone(program), options).expect("fits")
}

fn frame(engine: &mut Engine, number: u32) -> RenderTree {
    let time = FrameTime::at(f64::from(number) * 1000.0 / 24.0);
    let tree = engine.render_frame(time, &FrameCtx::default());
    tree.expect("a legal frame").clone()
}

const FRAMES: u32 = 12;

#[test]
fn without_the_cache_every_frame_is_the_same() {
    let options = EngineOptions {
        cache: false,
        ..EngineOptions::default()
    };
    for (name, program) in gallery() {
        let mut kept = engine(&program, EngineOptions::default());
        let mut anew = engine(&program, options.clone());
        for number in 0..FRAMES {
            assert!(
                frame(&mut kept, number) == frame(&mut anew, number),
                "{name} {number}"
            );
            assert_eq!(anew.health().cache.hits, 0, "{name} {number}");
        }
    }
}

#[test]
fn what_does_not_move_is_computed_once() {
    let mut still = 0;
    for (name, program) in gallery() {
        let requests = program.tables.materialize.requests.iter().enumerate();
        let fixed = requests
            .filter(|(at, _)| {
                let req = oscilla::ir::ReqId::at(*at);
                oscilla::ir::derive::uniforms(&program, &[req]).is_empty()
            })
            .count() as u64;
        let mut engine = engine(&program, EngineOptions::default());
        frame(&mut engine, 0);
        let all = program.tables.materialize.requests.len() as u64;
        for number in 1..FRAMES {
            frame(&mut engine, number);
            let health = engine.health();
            assert!(
                health.cache.hits + health.cache.shared >= fixed,
                "{name} {number}"
            );
            assert!(health.materialised + fixed <= all, "{name} {number}");
        }
        still += fixed;
    }
    assert!(
        still > 20,
        "the gallery has {still} columns that never move"
    );
}

#[test]
fn from_a_snapshot_every_later_frame_is_the_same() {
    for (name, program) in gallery() {
        let mut whole = engine(&program, EngineOptions::default());
        let mut saved = Vec::new();
        let mut trees = Vec::new();
        for number in 0..FRAMES {
            saved.push(whole.snapshot().to_bytes());
            trees.push(frame(&mut whole, number));
        }
        for from in [0, 1, 5, FRAMES - 1] {
            let bytes = &saved[from as usize];
            let snapshot = Snapshot::from_bytes(bytes).expect("whole");
            assert_eq!(&snapshot.to_bytes(), bytes, "{name}");
            let mut resumed = engine(&program, EngineOptions::default());
            resumed.restore(&snapshot).expect("of this program");
            for number in from..FRAMES {
                let tree = frame(&mut resumed, number);
                assert!(
                    tree == trees[number as usize],
                    "{name}: {number} from {from}"
                );
            }
        }
    }
}

#[test]
fn a_swap_to_itself_is_not_seen() {
    for (name, program) in gallery() {
        let mut plain = engine(&program, EngineOptions::default());
        let mut swapped = engine(&program, EngineOptions::default());
        for number in 0..FRAMES {
            if number % 3 == 1 {
                let next = Arc::clone(&program);
                let report = swapped
                    .set_program(next, SwapOptions::default())
                    .expect("fits");
                assert!(report.applied && report.diff.is_same(), "{name}");
                assert_eq!(report.cache_released, 0, "{name}");
            }
            assert!(
                frame(&mut plain, number) == frame(&mut swapped, number),
                "{name} {number}"
            );
        }
        assert_eq!(plain.snapshot(), swapped.snapshot(), "{name}");
    }
}

#[test]
fn a_renamed_block_elsewhere_changes_no_byte() {
    let text = fs::read_to_string(support::root("patches/heartbeat.json")).expect("readable");
    let renamed = text
        .replace("\"tint\"", "\"shade\"")
        .replace("tint.color", "shade.color");
    assert_ne!(text, renamed);
    let program = |text: &str| Arc::new(runs::compile(text).0.expect("a right patch"));
    let (old, new) = (program(&text), program(&renamed));
    let mut plain = engine(&old, EngineOptions::default());
    let mut swapped = engine(&old, EngineOptions::default());
    for number in 0..40 {
        if number == 17 {
            let report = swapped.set_program(Arc::clone(&new), SwapOptions::default());
            let report = report.expect("fits");
            assert_eq!(
                report.diff.renamed,
                [["tint".to_owned(), "shade".to_owned()]]
            );
            assert_eq!((report.resets(), report.cache_released), (0, 0));
        }
        assert!(
            frame(&mut plain, number) == frame(&mut swapped, number),
            "{number}"
        );
    }
}

#[test]
fn no_damaged_snapshot_gets_through_or_panics() {
    let (_, program) = gallery()
        .into_iter()
        .find(|(name, _)| name == "heartbeat")
        .expect("there");
    let mut run = engine(&program, EngineOptions::default());
    for number in 0..30 {
        frame(&mut run, number);
    }
    let bytes = run.snapshot().to_bytes();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x41;
        assert!(Snapshot::from_bytes(&damaged).is_err(), "byte {at}");
        assert_eq!(
            Snapshot::from_bytes(&bytes[..at]),
            Err(SnapshotError::Damaged)
        );
        // The same with a right hash: it may be refused, or run; it may not panic.
        if at >= 46 {
            let hash = blake3::hash(&damaged[46..]);
            damaged[14..46].copy_from_slice(hash.as_bytes());
            let mut engine = engine(&program, EngineOptions::default());
            if let Ok(snapshot) = Snapshot::from_bytes(&damaged)
                && engine.restore(&snapshot).is_ok()
            {
                for number in 30..33 {
                    let time = FrameTime::at(f64::from(number) * 1000.0 / 24.0);
                    let _ = engine.render_frame(time, &FrameCtx::default());
                }
            }
        }
    }
}
