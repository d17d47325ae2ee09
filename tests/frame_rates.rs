//! A picture belongs to a time, not to a frame rate: rendered at 30 and at 60 frames a second, every
//! block and lens gives the same at the times that both have.
//!
//! What has no memory agrees to the bit. What has memory agrees as well as its rule can: an input that
//! moves between two frames is seen a frame later, so each has its tolerance below, with the reason.
//! The list comes from the catalogue; a new block is tested without a line here.

mod runs;

use oscilla::blocks::{self, Block, Default, Family, LENSES, Mark, OutputWorld};
use oscilla::ir::Capability;
use oscilla::types::Domain;
use runs::{Run, dots, rows};

/// Frames a second, and how long. Wraps (every second) are on frames of both.
const SLOW: u32 = 30;
const FAST: u32 = 60;
const SECONDS: u32 = 4;

/// The wave at every moving input: 0.5 + 0.5·sin of a turn in two seconds. Its slope is at most this,
/// per second; in one frame of the slow run it moves by `STEP`.
const SLOPE: f64 = 0.5 * std::f64::consts::PI;
const STEP: f64 = SLOPE / SLOW as f64;

/// Blocks whose rule counts frames and not time.
const BY_FRAMES: [(&str, &str); 2] = [
    ("DelayFrames", "is so many frames late, whatever they last"),
    ("History", "keeps one entry a frame"),
];

/// Blocks with memory: how far apart they may be, and why.
const WITH_MEMORY: [(&str, f64, &str); 8] = [
    // A sum of steps and the integral differ by half a step's change.
    ("Integrate", STEP, "sums the input of each frame"),
    // The times in between are interpolated; 0.5 s ago is a frame of both.
    ("Delay", 1e-12, "reads its own frames"),
    (
        "SampleHold",
        1e-12,
        "takes the input at a pulse, which is on a frame of both",
    ),
    ("Slew", STEP, "follows the input of each frame"),
    ("Counter", 0.0, "counts pulses"),
    (
        "EnvelopeAD",
        1e-12,
        "starts at the frame of a pulse, which is on a frame of both",
    ),
    ("PulseDivider", 0.0, "counts boundaries"),
    ("TriggerOnWrap", 0.0, "fires once a turn"),
];

/// Lenses with memory.
const LENSES_WITH_MEMORY: [(&str, f64, &str); 3] = [
    ("slew", STEP, "follows the input of each frame"),
    ("smoothPath", STEP, "follows the input of each frame"),
    // One frame of difference in the moment, but low and high are what it gives.
    (
        "hysteresis",
        0.0,
        "switches at levels that are not met on the compared frames",
    ),
];

/// A patch of a wave, a block `b` whose inputs move, and the sink `dots`.
fn patch(block: &Block, shown: Option<(&str, &str)>) -> String {
    let mut wires = Vec::new();
    let mut params = Vec::new();
    let mut moved = Vec::new();
    for input in block.inputs {
        let first = !moved.contains(&input.domain);
        let from = match (input.mark, input.domain) {
            (Mark::Event, _) => "time.wrap",
            (Mark::Signal | Mark::Field, Domain::Phase01) => "time.phase",
            (Mark::Signal, Domain::Number) if input.name == "phase" => "time.phase",
            // The first of a kind moves, the others are settings. The time of the frame moves by itself.
            (Mark::Signal | Mark::Field, Domain::Vec2) if first => "pair.out",
            (Mark::Signal | Mark::Field, Domain::Color) if first => "hue.color",
            (Mark::Signal | Mark::Field, Domain::Number)
                if first && input.default != Default::Time =>
            {
                "wave.out"
            }
            (_, _) if input.default == Default::Required => match input.domain {
                Domain::Vec3 => "deep.out",
                _ => continue,
            },
            _ => continue,
        };
        moved.push(input.domain);
        // A reset in each second would hide what a sum does.
        if input.name != "reset" {
            wires.push(format!(
                r#", {{"from": "{from}", "to": "b.{}"}}"#,
                input.name
            ));
        }
    }
    // Settings without which there is nothing to see.
    match block.name {
        "LinearPhase" => params.push(r#""looping": true"#),
        "SelectSignal" => params.push(r#""a": 1"#),
        _ => {}
    }
    let sink = match shown {
        Some((port, to)) => {
            wires.push(format!(r#", {{"from": "b.{port}", "to": "dots.{to}"}}"#));
            r#"{"id": "dots", "type": "RenderInstances2D", "params": {"domain": 9}}"#
        }
        None => r#"{"id": "dots", "type": "RenderInstances2D"}"#,
    };
    format!(
        r#"{{"blocks": [
            {{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 1000}}}},
            {{"id": "turn", "type": "PhaseClock", "params": {{"period": 2}}}},
            {{"id": "wave", "type": "Oscillator", "params": {{"amplitude": 0.5, "bias": 0.5}}}},
            {{"id": "pair", "type": "MakeVec2"}}, {{"id": "deep", "type": "MakeVec3"}},
            {{"id": "hue", "type": "ColorLFO"}},
            {{"id": "b", "type": "{}", "params": {{{}}}}}, {sink}],
        "connections": [{{"from": "turn.phase", "to": "wave.phase"}},
            {{"from": "wave.out", "to": "pair.x"}}, {{"from": "wave.out", "to": "pair.y"}},
            {{"from": "wave.out", "to": "deep.x"}}{}]}}"#,
        block.name,
        params.join(","),
        wires.concat()
    )
}

/// What a run shows at the times that both frame rates have.
type Shown = Vec<Vec<f64>>;

/// Runs at a frame rate; `look` gives the values of one frame. Values of frames between the common
/// times are added up where `total` says so: pulses.
fn run(
    text: &str,
    fps: u32,
    total: bool,
    look: &mut dyn FnMut(&mut Run, f64) -> Vec<f64>,
) -> Shown {
    let mut run = Run::new(text);
    let mut shown = Vec::new();
    let mut sum = 0.0;
    for i in 0..=fps * SECONDS {
        let t_ms = f64::from(i) * 1000.0 / f64::from(fps);
        let mut values = look(&mut run, t_ms);
        if total {
            sum += values[0];
            values[0] = sum;
        }
        if i % (fps / SLOW) == 0 {
            shown.push(values);
        }
    }
    shown
}

#[track_caller]
fn compare(what: &str, text: &str, total: bool, tolerance: f64, target: &str) {
    let mut both = [SLOW, FAST].map(|fps| {
        let mut probe = None;
        run(text, fps, total, &mut |run, t_ms| {
            let probe = *probe.get_or_insert_with(|| run.watch(target));
            run.at(t_ms);
            match total {
                true => vec![run.pulses(probe) as f64],
                false => run.lanes(probe),
            }
        })
    });
    near(what, &mut both, tolerance);
}

fn near(what: &str, both: &mut [Shown; 2], tolerance: f64) {
    let [slow, fast] = both;
    assert_eq!(slow.len(), fast.len());
    let mut moves = false;
    for (i, (a, b)) in slow.iter().zip(fast.iter()).enumerate() {
        moves |= *a != slow[0];
        for (x, y) in a.iter().zip(b) {
            let equal = x.to_bits() == y.to_bits() || (x - y).abs() <= tolerance;
            assert!(equal, "{what} at frame {i} of {SLOW} fps: {x} and {y}");
        }
    }
    let still = ["Const", "ViewportInfo", "MakeVec3"];
    let known = still.iter().any(|name| what.starts_with(name));
    assert!(
        moves || known || what.ends_with('!'),
        "{what} never moves: nothing was compared"
    );
}

#[test]
fn blocks_agree_at_common_times() {
    for block in blocks::catalogue() {
        let by_frames = BY_FRAMES.iter().any(|(name, _)| *name == block.name);
        let skipped = matches!(
            block.family,
            Family::Time | Family::Sink | Family::Scene | Family::Other
        );
        if by_frames || skipped {
            continue;
        }
        let tolerance = WITH_MEMORY.iter().find(|(name, ..)| *name == block.name);
        assert_eq!(
            tolerance.is_some(),
            block.capability == Capability::State
                || block.family == Family::Rhythm && has_memory(block),
            "{}: a block with memory needs a tolerance and a reason",
            block.name
        );
        let tolerance = tolerance.map_or(0.0, |(_, tolerance, _)| *tolerance);
        for output in block.outputs {
            let what = format!("{}.{}", block.name, output.name);
            let target = format!("b.{}", output.name);
            match output.world {
                OutputWorld::Signal => {
                    compare(&what, &patch(block, None), false, tolerance, &target);
                }
                OutputWorld::Event => {
                    compare(&what, &patch(block, None), true, tolerance, &target);
                }
                OutputWorld::Field | OutputWorld::Special => {}
            }
        }
    }
}

/// Blocks of the rhythm family that keep something from frame to frame.
fn has_memory(block: &Block) -> bool {
    !matches!(block.name, "PhaseClock" | "LinearPhase" | "PhaseMachine")
}

#[test]
fn fields_agree_to_the_bit() {
    let mut compared = 0;
    for block in blocks::catalogue() {
        if BY_FRAMES.iter().any(|(name, _)| *name == block.name) {
            continue;
        }
        for output in block
            .outputs
            .iter()
            .filter(|o| o.world == OutputWorld::Field)
        {
            let to = match output.domain {
                Domain::Vec2 => "positions",
                Domain::Color => "color",
                Domain::Number => "rotation",
                _ => continue,
            };
            let text = patch(block, Some((output.name, to)));
            let look = &mut |run: &mut Run, t_ms: f64| {
                let pass = dots(run.at(t_ms));
                let places = rows(&pass.pos, pass.count);
                let colors = rows(&pass.rgba, pass.count);
                let mut values: Vec<f64> = rows(&pass.rotation, pass.count)
                    .into_iter()
                    .map(f64::from)
                    .collect();
                values.extend(places.into_iter().flatten().map(f64::from));
                values.extend(colors.into_iter().flatten().map(f64::from));
                values
            };
            let mut both = [SLOW, FAST].map(|fps| run(&text, fps, false, look));
            // A layout with constants alone stands still.
            near(&format!("{}.{}!", block.name, output.name), &mut both, 0.0);
            compared += 1;
        }
    }
    assert!(compared > 25, "{compared}");
}

#[test]
fn lenses_agree_at_common_times() {
    for lens in LENSES {
        let tolerance = LENSES_WITH_MEMORY
            .iter()
            .find(|(name, ..)| *name == lens.id);
        assert_eq!(tolerance.is_some(), lens.is_stateful(), "{}", lens.id);
        let tolerance = tolerance.map_or(0.0, |(_, tolerance, _)| *tolerance);
        let (block, from, port) = match lens.domain {
            Domain::Phase01 => ("LinearPhase", "time.phase", "tIn"),
            Domain::Vec2 => ("AddVec2", "pair.out", "a"),
            Domain::Color => ("MixColor", "hue.color", "a"),
            _ => ("AddSignal", "wave.out", "a"),
        };
        let block = blocks::find(block).expect("a block");
        let plain = format!(r#"{{"from": "{from}", "to": "b.{port}"}}"#);
        let with = format!(
            r#"{{"from": "{from}", "to": "b.{port}", "lens": ["{}"]}}"#,
            lens.id
        );
        let text = patch(block, None);
        let text = match text.contains(&plain) {
            true => text.replace(&plain, &with),
            false => text.replace("\"connections\": [", &format!("\"connections\": [{with},")),
        };
        assert!(text.contains(&with), "{text}");
        let out = block.outputs[0].name;
        // Some lenses make one value of all; that is their point.
        compare(
            &format!("{}!", lens.id),
            &text,
            false,
            tolerance,
            &format!("b.{out}"),
        );
    }
}

#[test]
fn clocks_and_rails_agree_to_the_bit() {
    for (root, ports) in [
        ("CycleTimeRoot", ["phase", "cycleT", "cycleIndex"]),
        ("FiniteTimeRoot", ["phase", "progress", "energy"]),
        ("InfiniteTimeRoot", ["phase", "systemTime", "energy"]),
    ] {
        let text = format!(
            r#"{{"blocks": [{{"id": "time", "type": "{root}"}}, {{"id": "dots", "type": "RenderInstances2D"}}]}}"#
        );
        for port in ports {
            compare(
                &format!("{root}.{port}!"),
                &text,
                false,
                0.0,
                &format!("time.{port}"),
            );
        }
    }
    // What a rail is now; read late it is a frame of the plan behind.
    let text = r##"{"blocks": [{"id": "time", "type": "CycleTimeRoot"},
        {"id": "dots", "type": "RenderInstances2D"}],
        "rails": {"phaseA": 700, "phaseB": {"periodMs": 900, "mode": "pingpong"}, "pulseA": 3,
            "energy": "triangle", "palette": ["#102030", "#ffeedd"]}}"##;
    for rail in ["phaseA", "phaseB", "energy", "palette"] {
        compare(rail, text, false, 0.0, &format!("rail:{rail}.internal"));
    }
    compare("pulseA", text, true, 0.0, "rail:pulseA.internal");
}
