//! A fused kernel against the same work in one hand-written loop, 1 M elements on one core; then on two.
//!
//! `cargo bench --bench field`. The chain: a stored id hash, jitter of grid positions by it, hue
//! from hash and phase, colour to bytes; out come points (f32x2) and colours (u8x4), 12 bytes an
//! element. Both sides call the same formulas; both are checked to give the same bytes first.
//!
//! One core is measured in time on the core. Two are measured by the clock on the wall against one by
//! the same clock, in turns: run it where nobody else works.

#![allow(clippy::print_stdout, reason = "a benchmark prints its result")]

use oscilla::ir::*;
use oscilla::math::simd::{self, Task, Width};
use oscilla::math::{Real, color, hash, vec};
use oscilla::render_tree::Column;
use oscilla::types::{Domain, Type};
use oscilla::vm::Registers;
use oscilla::vm::field::{Buffer, FieldOptions, FieldStore, Histories, Parallel};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

mod clock;

const ROUNDS: usize = 7;
/// Frames in a round: the clock ticks in milliseconds.
const FRAMES: u32 = 10;

/// Rows of elements, and elements in a row.
fn side() -> u32 {
    if clock::is_quick() { 40 } else { 1000 }
}

fn count() -> u32 {
    side() * side()
}

struct NoHistories;

impl Histories for NoHistories {
    fn history(&self, _: StateId) -> (&[f64], u64) {
        (&[], 0)
    }
}

struct Scene {
    program: Program,
    phase: SignalId,
    points: ReqId,
    colours: ReqId,
}

fn scene() -> Scene {
    let mut b = Builder::new();
    let grid = b.domain(
        "grid",
        count(),
        ElementIds::Grid {
            rows: side(),
            cols: side(),
        },
        None,
    );
    let phase = b.signal(
        Type::signal(Domain::Number),
        SignalExpr::Time(TimeValue::Phase01),
    );
    let apply =
        |b: &mut Builder, op, args: &[FieldId]| b.field_apply(op, 0, args).expect("operands fit");
    let number = |b: &mut Builder, v| b.field_constant(Domain::Number, false, &[v]);

    let hash = b.id_hash(grid, IdHash::Stable, 0.0);
    let u = b.narrow(hash);
    let p = b.broadcast(phase, false);
    let (amount, frequency) = (number(&mut b, 5.0), number(&mut b, 1.0));
    let drift = apply(&mut b, Op::Jitter, &[u, p, amount, frequency]);
    let home = b.const_f32(Domain::Vec2, &positions());
    let home = b.field(Domain::Vec2, Some(grid), false, FieldExpr::Array(home));
    let at = apply(&mut b, Op::Add, &[home, drift]);

    let turn = apply(&mut b, Op::Add, &[u, p]);
    let degrees = number(&mut b, 360.0);
    let hue = apply(&mut b, Op::Mul, &[turn, degrees]);
    let (s, l, a) = (
        number(&mut b, 0.8),
        number(&mut b, 0.6),
        number(&mut b, 1.0),
    );
    let colour = apply(&mut b, Op::HslToRgb, &[hue, s, l, a]);

    let points = request(&mut b, at, grid, Format::F32x2);
    let colours = request(&mut b, colour, grid, Format::U8x4);
    Scene {
        program: program(b),
        phase,
        points,
        colours,
    }
}

fn positions() -> Vec<f32> {
    (0..count())
        .flat_map(|i| [(i % side()) as f32 * 2.0, (i / side()) as f32 * 2.0])
        .collect()
}

fn request(b: &mut Builder, field: FieldId, domain: DomainId, format: Format) -> ReqId {
    let req = ReqId::at(b.tables.materialize.requests.len());
    let key = b.text(&format!("dots.input{}", req.0));
    let plan = &mut b.tables.materialize;
    plan.requests.push(Request {
        key,
        field,
        domain,
        format,
        consumer: Consumer::Probe(BlockId(0)),
        policy: RequestPolicy::PerFrame,
        out: SlotId(0),
    });
    if plan.groups.is_empty() {
        plan.groups.push(Group {
            domain,
            reqs: Vec::new(),
            uniforms: Vec::new(),
        });
    }
    plan.groups[0].reqs.push(req);
    req
}

fn program(b: Builder) -> Program {
    Program {
        ir_version: 1,
        format_version: 1,
        patch_id: String::new(),
        patch_revision: 1,
        compile_id: String::new(),
        program_hash: String::new(),
        seed: 0,
        memory: Memory::None,
        time_model: TimeModel::Infinite {
            window_ms: 1000.0,
            suggested_ui_window_ms: None,
            ambient_period_ms: None,
        },
        viewport: Viewport {
            width: 2000,
            height: 2000,
            background: [0.0; 4],
        },
        types: b.types,
        tables: b.tables,
        schedule: Schedule::default(),
        outputs: Vec::new(),
        roots: Roots::default(),
        debug: Debug::default(),
        meta: Meta::default(),
    }
}

/// The chain by hand: one loop, everything that can be hoisted is.
struct ByHand<'a> {
    u: &'a [f32],
    home: &'a [[f32; 2]],
    phase: f32,
    points: &'a mut [[f32; 2]],
    colours: &'a mut [[u8; 4]],
}

impl Task for ByHand<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let rows = self.u.iter().zip(self.home);
        let rows = rows.zip(self.points.iter_mut().zip(self.colours));
        for ((&u, home), (point, rgba)) in rows {
            let [dx, dy] = vec::jitter(u, self.phase, 5.0, 1.0);
            *point = [home[0] + dx, home[1] + dy];
            let [r, g, b] = color::hsl_to_rgb((u + self.phase) * 360.0, 0.8, 0.6);
            *rgba = bytes(r, g, b);
        }
    }
}

/// Opaque colours to bytes, half up, without a conversion that keeps LLVM from vector code.
#[inline(always)]
fn bytes(r: f32, g: f32, b: f32) -> [u8; 4] {
    let byte = |c: f32| (Real::floor(c.clamp01() * 255.0 + 0.5) + 8_388_608.0).to_bits() & 0xFF;
    (byte(r) | byte(g) << 8 | byte(b) << 16 | 0xFF00_0000).to_le_bytes()
}

/// The calling thread and one more; blocks go to whoever is free.
struct TwoThreads;

impl Parallel for TwoThreads {
    fn run(&self, blocks: usize, job: &(dyn Fn(usize) + Sync)) {
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(k) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&k| k < blocks) {
                job(k);
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(work);
            work();
        });
    }
}

fn time(work: impl FnOnce()) -> Duration {
    clock::time(work).0
}

fn rate(time: Duration) -> f64 {
    f64::from(count()) * f64::from(FRAMES) / time.as_secs_f64() / 1e6
}

fn main() {
    let scene = scene();
    let ids = oscilla::render_tree::Ids::Grid { cols: side() };
    let mut text = String::new();
    let u: Vec<f32> = (0..count())
        .map(|i| {
            text.clear();
            ids.write(i, &mut text);
            text.push_str("-0");
            hash::stable_hash(&text) as f32
        })
        .collect();
    let home: Vec<[f32; 2]> = positions().chunks(2).map(|p| [p[0], p[1]]).collect();

    for simd in [Width::Baseline, Width::Widest] {
        measure(&scene, simd, (&u, &home));
    }
    for simd in [Width::Baseline, Width::Widest] {
        measure_threads(&scene, simd);
    }
}

/// Prints what a second thread gives.
fn measure_threads(scene: &Scene, simd: Width) {
    let options = FieldOptions {
        simd,
        ..FieldOptions::default()
    };
    let mut registers = Registers::new(&scene.program);
    let mut store = FieldStore::new(&scene.program, &options).expect("a sound program");
    let mut frame = |phase: f32, parallel: Option<&dyn Parallel>| {
        registers.get_mut(scene.phase)[0] = f64::from(phase);
        store.begin_frame();
        let group = GroupId(0);
        store.materialize(&scene.program, group, &registers, &NoHistories, parallel);
    };
    frame(2.0, None);
    let mut best = [Duration::MAX; 2];
    for _ in 0..clock::rounds(3 * ROUNDS) {
        for (best, parallel) in best.iter_mut().zip([None, Some(&TwoThreads as _)]) {
            let begun = clock::wall();
            (0..FRAMES).for_each(|k| frame(k as f32 / FRAMES as f32, parallel));
            *best = (*best).min(clock::wall() - begun);
        }
    }
    let [one, two] = best.map(rate);
    println!(
        "{simd:?}, by the wall: one thread {one:.1}, two {two:.1} M elements/s, {:.2} times",
        two / one
    );
}

/// Prints the rates of the loop by hand, and of the kernel by the size of its blocks.
fn measure(scene: &Scene, simd: Width, (u, home): (&[f32], &[[f32; 2]])) {
    let mut registers = Registers::new(&scene.program);
    let mut points = vec![[0.0; 2]; count() as usize];
    let mut colours = vec![[0; 4]; count() as usize];
    let by_hand = |phase: f32, points: &mut [[f32; 2]], colours: &mut [[u8; 4]]| {
        let task = ByHand {
            u,
            home,
            phase,
            points,
            colours,
        };
        simd::run(simd, task);
    };
    let blocks = [0, 256, 512, 1024, 2048];
    let mut stores = blocks.map(|lane_block| {
        let options = FieldOptions {
            lane_block,
            simd,
            ..FieldOptions::default()
        };
        FieldStore::new(&scene.program, &options).expect("a sound program")
    });
    let mut frame = |store: &mut FieldStore, phase: f32| {
        registers.get_mut(scene.phase)[0] = f64::from(phase);
        store.begin_frame();
        store.materialize(&scene.program, GroupId(0), &registers, &NoHistories, None);
    };
    for store in &mut stores {
        // The first frame fills stored columns and the pool.
        frame(store, 2.0);
        frame(store, 0.3);
        by_hand(0.3, &mut points, &mut colours);
        let same_points = match store.column(scene.points) {
            Buffer::F32x2(Column::Many(rows)) => **rows == points,
            _ => false,
        };
        let same_colours = match store.column(scene.colours) {
            Buffer::U8x4(Column::Many(rows)) => **rows == colours,
            _ => false,
        };
        assert!(same_points && same_colours, "kernel and hand differ");
    }

    let mut best_hand = Duration::MAX;
    let mut best = blocks.map(|_| Duration::MAX);
    let phases = || (0..FRAMES).map(|k| k as f32 / FRAMES as f32);
    for _ in 0..clock::rounds(ROUNDS) {
        let hand = time(|| {
            phases().for_each(|p| by_hand(p, &mut points, &mut colours));
        });
        best_hand = best_hand.min(hand);
        for (store, best) in stores.iter_mut().zip(&mut best) {
            *best = time(|| phases().for_each(|p| frame(store, p))).min(*best);
        }
    }
    println!(
        "{simd:?}\nby hand            {:7.1} M elements/s",
        rate(best_hand)
    );
    for (block, best) in blocks.iter().zip(best) {
        let ratio = best_hand.as_secs_f64() / best.as_secs_f64();
        let block = match block {
            0 => "default".into(),
            block => format!("block {block:4}"),
        };
        println!(
            "kernel, {block:10} {:7.1} M elements/s, {ratio:.2} of by hand",
            rate(best)
        );
    }
}
