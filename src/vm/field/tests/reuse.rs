//! What is computed again, what is kept, and why.

use super::*;
use crate::render_tree::Column;

const FIRST: Outcome = Outcome::Miss(MissReason::First);

fn pointer(buffer: &Buffer) -> *const u8 {
    match buffer {
        Buffer::F32(Column::Many(rows)) => rows.as_ptr().cast(),
        Buffer::F32x2(Column::Many(rows)) => rows.as_ptr().cast(),
        other => panic!("no rows: {other:?}"),
    }
}

/// A constant column and one that follows a signal, over `n` elements.
fn two(n: u32) -> (Rig, ReqId, ReqId, SignalId) {
    let mut r = Rig::new();
    let d = r.line("d", n);
    let t = r.signal(TimeValue::Phase01);
    let values: Vec<f32> = (0..n).map(|i| i as f32).collect();
    let column = r.numbers(d, &values);
    let phase = r.b.broadcast(t, false);
    let moving = r.apply(Op::Add, &[column, phase]);
    let constant = r.request(column, d, Format::F32);
    let moving = r.request(moving, d, Format::F32);
    (r, constant, moving, t)
}

#[test]
fn constants_hit_and_signals_miss_when_they_change() {
    let (rig, constant, moving, t) = two(100);
    let mut run = Run::new(rig.program());
    run.set(t, 0.5);
    assert_eq!(run.frame(), [FIRST, FIRST]);
    let (buffer, revision) = (
        pointer(run.store.column(constant)),
        run.store.revision(constant),
    );
    let report = run.store.report();
    assert_eq!(
        (
            report.bytes_written,
            report.bytes_reused,
            report.materialised()
        ),
        (800, 0, 2)
    );
    run.set(t, 0.75);
    let changed = Outcome::Miss(MissReason::Uniform(t));
    assert_eq!(run.frame(), [Outcome::Hit, changed]);
    let (report, moving_revision) = (run.store.report(), run.store.revision(moving));
    assert_eq!((report.hits, report.misses.uniform), (1, 1));
    assert_eq!((report.bytes_written, report.bytes_reused), (400, 400));
    assert_eq!(run.frame(), [Outcome::Hit, Outcome::Hit]);
    assert_eq!(run.at(moving, 3, 0), 3.75);
    assert_eq!(pointer(run.store.column(constant)), buffer, "one buffer");
    assert_eq!(run.store.revision(constant), revision, "one revision");
    assert_eq!(run.store.revision(moving), moving_revision);
}

#[test]
fn zero_and_minus_zero_differ_but_nans_do_not() {
    let (rig, _, moving, t) = two(3);
    let mut run = Run::new(rig.program());
    run.set(t, 0.0);
    run.frame();
    run.set(t, -0.0);
    assert_eq!(run.frame()[1], Outcome::Miss(MissReason::Uniform(t)));
    run.set(t, f64::NAN);
    run.frame();
    run.set(t, -f64::NAN);
    assert_eq!(run.frame()[1], Outcome::Hit);
    assert!((0..3).all(|i| !run.store.finite(moving).at(i)));
}

#[test]
fn the_first_signal_that_differs_is_named() {
    let mut r = Rig::new();
    let d = r.line("d", 4);
    let (a, b) = (r.signal(TimeValue::Phase01), r.signal(TimeValue::Energy));
    let (x, y) = (r.b.broadcast(a, false), r.b.broadcast(b, false));
    let sum = r.apply(Op::Add, &[x, y]);
    r.request(sum, d, Format::F32);
    let mut run = Run::new(r.program());
    run.frame();
    run.set(b, 1.0);
    assert_eq!(run.frame(), [Outcome::Miss(MissReason::Uniform(b))]);
    run.set(a, 1.0);
    run.set(b, 2.0);
    assert_eq!(run.frame(), [Outcome::Miss(MissReason::Uniform(a))]);
}

#[test]
fn equal_requests_share_a_buffer() {
    let mut r = Rig::new();
    let (d, twin) = (r.line("d", 10), r.line("twin", 10));
    let t = r.signal(TimeValue::Phase01);
    let moving = |r: &mut Rig, over| {
        let index = r.b.index(over);
        let index = r.b.narrow(index);
        let phase = r.b.broadcast(t, false);
        r.apply(Op::Mul, &[index, phase])
    };
    let (a, b) = (moving(&mut r, d), moving(&mut r, twin));
    let reqs = [
        r.request(a, d, Format::F32),
        r.request(a, d, Format::F32),
        r.request(a, d, Format::U16),
        r.request(b, twin, Format::F32),
    ];
    let mut run = Run::new(r.program());
    run.set(t, 2.0);
    assert_eq!(
        run.frame(),
        [FIRST, Outcome::Shared, FIRST, Outcome::Shared]
    );
    assert_eq!(
        pointer(run.store.column(reqs[0])),
        pointer(run.store.column(reqs[3]))
    );
    assert_eq!(run.lane0(reqs[2], 3), [0.0, 2.0, 4.0]);
    assert_eq!(
        run.frame(),
        [Outcome::Hit, Outcome::Shared, Outcome::Hit, Outcome::Shared]
    );
    assert_eq!(run.store.report().shared, 2);
}

#[test]
fn buffers_come_back_when_nobody_holds_them() {
    let (rig, _, moving, t) = two(1000);
    let mut run = Run::new(rig.program());
    let mut held: Option<Buffer> = None;
    let mut seen = Vec::new();
    for frame in 0..10 {
        run.set(t, f64::from(frame));
        run.frame();
        // The tree of the previous frame lives until this one is there.
        held = Some(run.store.column(moving).clone());
        seen.push(pointer(run.store.column(moving)));
    }
    drop(held);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 2, "two buffers in turn");
    // Without a holder the buffer itself is written again.
    run.set(t, 100.0);
    run.frame();
    let at = pointer(run.store.column(moving));
    run.set(t, 101.0);
    run.frame();
    assert_eq!(pointer(run.store.column(moving)), at);
    assert_eq!(run.at(moving, 5, 0), 106.0);
}

#[test]
fn a_held_column_never_changes() {
    let (rig, _, moving, t) = two(1000);
    let mut run = Run::new(rig.program());
    let mut held = Vec::new();
    for frame in 0..5 {
        run.set(t, f64::from(frame));
        run.frame();
        held.push(run.store.column(moving).clone());
    }
    for (frame, buffer) in held.iter().enumerate() {
        assert_eq!(buffer.number(7, 0), 7.0 + frame as f64);
    }
}

#[test]
fn purging_costs_time_only() {
    let (rig, constant, moving, t) = two(50);
    let mut run = Run::new(rig.program());
    run.set(t, 0.5);
    run.frame();
    let before = (run.lane0(constant, 50), run.lane0(moving, 50));
    run.store.purge();
    let evicted = Outcome::Miss(MissReason::Evicted);
    assert_eq!(run.frame(), [evicted, evicted]);
    assert_eq!((run.lane0(constant, 50), run.lane0(moving, 50)), before);
}

#[test]
fn steps_say_what_may_be_reused() {
    let with = |policy, epochs: &[&str]| {
        let (rig, _, _, _) = two(8);
        let mut program = rig.program();
        program.schedule.steps.push(Step {
            key: StrId(0),
            kind: StepKind::Materialize { group: GroupId(0) },
            phase: Phase::Render,
            run: Vec::new(),
            reads: Vec::new(),
            writes: Vec::new(),
            deps: Vec::new(),
            cache: Cache {
                policy,
                uniforms: Vec::new(),
                epochs: epochs.iter().map(|&e| e.to_owned()).collect(),
            },
            demand: true,
        });
        Run::new(program)
    };
    let mut run = with(CachePolicy::PerFrame, &[]);
    run.frame();
    let disabled = Outcome::Miss(MissReason::Disabled);
    assert_eq!(run.frame(), [disabled, disabled]);

    let mut run = with(CachePolicy::Keyed, &["assets"]);
    run.frame();
    assert_eq!(run.frame(), [Outcome::Hit, Outcome::Hit]);
    run.store.set_assets_epoch(1);
    let epoch = Outcome::Miss(MissReason::Epoch);
    assert_eq!(run.frame(), [epoch, epoch]);
    assert_eq!(run.frame(), [Outcome::Hit, Outcome::Hit]);

    let mut run = with(CachePolicy::Keyed, &[]);
    run.frame();
    run.store.set_assets_epoch(1);
    assert_eq!(run.frame(), [Outcome::Hit, Outcome::Hit]);
}

/// The run of another program that takes over.
fn swap(old: Run, next: Rig) -> Run {
    let mut next = Run::new(next.program());
    next.store.adopt(old.store);
    next
}

#[test]
fn columns_outlive_a_swap() {
    let (rig, constant, moving, t) = two(100);
    let mut run = Run::new(rig.program());
    run.set(t, 0.5);
    run.frame();
    let buffer = pointer(run.store.column(constant));
    let revision = run.store.revision(moving);

    // The same picture with another constant in the moving part.
    let mut r = Rig::new();
    let d = r.line("d", 100);
    r.numbers(d, &[9.0; 100]);
    let t = r.signal(TimeValue::Phase01);
    let values: Vec<f32> = (0..100).map(|i| i as f32).collect();
    let column = r.numbers(d, &values);
    let phase = r.b.broadcast(t, false);
    let factor = r.b.field_constant(Domain::Number, false, &[2.0]);
    let double = r.apply(Op::Mul, &[phase, factor]);
    let sum = r.apply(Op::Add, &[column, double]);
    let constant = r.request(column, d, Format::F32);
    let moving = r.request(sum, d, Format::F32);
    let mut run = swap(run, r);
    run.set(t, 0.5);
    assert_eq!(
        run.frame(),
        [Outcome::Hit, Outcome::Miss(MissReason::Structure)]
    );
    assert_eq!(pointer(run.store.column(constant)), buffer);
    assert_eq!(run.at(moving, 1, 0), 2.0);
    assert!(run.store.revision(moving) > revision, "revisions go on");

    // The first program again: the moving column is gone, the constant one still there.
    let (rig, _, _, t) = two(100);
    let mut run = swap(run, rig);
    run.set(t, 0.5);
    assert_eq!(run.frame()[0], Outcome::Hit);

    // Fewer elements.
    let (rig, constant, _, t) = two(40);
    let mut run = swap(run, rig);
    run.set(t, 0.5);
    let domain = Outcome::Miss(MissReason::Domain);
    assert_eq!(run.frame(), [domain, domain]);
    assert_eq!(run.lane0(constant, 2), [0.0, 1.0]);

    // And back: the constant column was kept aside.
    let (rig, constant, _, t) = two(100);
    let mut run = swap(run, rig);
    run.set(t, 0.5);
    assert_eq!(run.frame()[0], Outcome::Hit);
    assert_eq!(pointer(run.store.column(constant)), buffer);
}

#[test]
fn a_swap_with_equal_signals_keeps_what_follows_them() {
    let (rig, _, _, t) = two(100);
    let mut run = Run::new(rig.program());
    run.set(t, 0.5);
    run.frame();
    let (rig, _, _, t) = two(100);
    let mut run = swap(run, rig);
    run.set(t, 0.5);
    assert_eq!(run.frame(), [Outcome::Hit, Outcome::Hit]);
}

#[test]
fn memory_is_announced() {
    let (rig, _, _, _) = two(1000);
    let program = rig.program();
    let options = |limit| FieldOptions {
        memory_limit: Some(limit),
        ..FieldOptions::default()
    };
    let refused = FieldStore::new(&program, &options(7999)).map(|_| ());
    assert_eq!(
        refused,
        Err(FieldError::Memory {
            needed: 8000,
            limit: 7999
        })
    );
    assert!(FieldStore::new(&program, &options(8000)).is_ok());
}

#[test]
fn without_room_for_stored_lanes_the_values_are_the_same() {
    let build = || {
        let mut r = Rig {
            seed: 3,
            ..Rig::new()
        };
        let d = r.line("d", 500);
        let t = r.signal(TimeValue::Phase01);
        let hash = r.b.id_hash(d, IdHash::Stable, 0.0);
        let u = r.b.narrow(hash);
        let phase = r.b.broadcast(t, false);
        let sum = r.apply(Op::Add, &[u, phase]);
        let req = r.request(sum, d, Format::F32);
        (r, req, t)
    };
    let (rig, req, t) = build();
    let mut roomy = Run::new(rig.program());
    let (rig, _, _) = build();
    let limit = FieldOptions {
        memory_limit: Some(2000),
        ..FieldOptions::default()
    };
    let mut tight = Run::with(rig.program(), limit);
    for phase in [0.1, 0.2] {
        roomy.set(t, phase);
        tight.set(t, phase);
        roomy.frame();
        tight.frame();
        assert_eq!(roomy.lane0(req, 500), tight.lane0(req, 500));
    }
}
