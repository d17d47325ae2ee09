//! Programs that are damaged at random: found or harmless, never the end of the process
//! (`OSCILLA_ROUNDS=n` for more).

use crate::damage::compiled;
use crate::drawn::SPACE;
use crate::runs::{LAYERS, RICH};
use oscilla::ir::{Program, validate};
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Numbers that mean different things every time (SplitMix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides.max(1) as u64) as usize
    }
}

/// Pointers of all values below one.
pub(crate) fn pointers(value: &Value, at: &str, list: &mut Vec<String>) {
    list.push(at.to_owned());
    match value {
        Value::Array(rows) => {
            for (i, row) in rows.iter().enumerate() {
                pointers(row, &format!("{at}/{i}"), list);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                pointers(field, &format!("{at}/{key}"), list);
            }
        }
        _ => {}
    }
}

/// One small damage to a value.
fn damage(value: &mut Value, dice: &mut Dice, all: &[Value]) {
    let other = || all[0].clone();
    match value {
        Value::Number(number) => {
            let old = number.as_f64().unwrap_or(0.0);
            *value = match dice.roll(9) {
                0 => json!(0),
                1 => json!(1),
                2 => json!(old as i64 + 1),
                3 => json!(old as i64 - 1),
                4 => json!(u32::MAX),
                5 => json!(1e300),
                6 => json!(-0.5),
                7 => json!(dice.roll(40)),
                _ => other(),
            }
        }
        Value::Array(rows) if !rows.is_empty() => {
            let (i, j) = (dice.roll(rows.len()), dice.roll(rows.len()));
            match dice.roll(4) {
                0 => rows.swap(i, j),
                1 => drop(rows.remove(i)),
                2 => rows.push(rows[i].clone()),
                _ => rows[i] = rows[j].clone(),
            }
        }
        Value::Bool(flag) => *flag = !*flag,
        _ => {
            *value = if dice.roll(3) == 0 {
                Value::Null
            } else {
                other()
            }
        }
    }
}

/// Runs a program at times of every kind; what it draws does not matter.
fn run(program: oscilla::ir::Valid<Program>) {
    let options = EngineOptions {
        memory_limit: Some(1 << 26),
        ..EngineOptions::default()
    };
    let Ok(mut engine) = Engine::new(Arc::new(program), options) else {
        return;
    };
    for t in [0.0, 16.0, 33.0, 5000.0, 20.0, 1e15] {
        let _ = engine.render_frame(FrameTime::at(t), &FrameCtx::default());
    }
    for step in [-3, 0, 1, 2, 90] {
        let time = FrameTime::Cycle {
            step,
            of: 60,
            mode: Default::default(),
        };
        let _ = engine.render_frame(time, &FrameCtx::default());
    }
}

#[test]
fn damage_is_found_or_harmless() {
    let sound = compiled(RICH);
    // Names and provenance change no frame.
    let parts = [
        "/tables",
        "/schedule",
        "/outputs",
        "/roots",
        "/timeModel",
        "/types",
        "/viewport",
    ];
    let rounds = rounds();
    let (refused, ran) = damaged(&sound, &parts, rounds);
    assert!(
        refused > rounds / 10 && ran > rounds / 100,
        "{refused} refused, {ran} ran of {rounds}"
    );
}

#[test]
fn damage_to_layers_is_found_or_harmless() {
    let rounds = rounds();
    let parts = ["/tables/render", "/tables/materialize"];
    let (refused, ran) = damaged(&compiled(LAYERS), &parts, rounds);
    assert!(
        refused > rounds / 10 && ran > rounds / 100,
        "{refused} refused, {ran} ran of {rounds}"
    );
}

#[test]
fn damage_in_space_is_found_or_harmless() {
    let rounds = rounds();
    let (refused, ran) = damaged(
        &compiled(SPACE),
        &["/tables/render", "/tables/materialize"],
        rounds,
    );
    assert!(
        refused > rounds / 10 && ran > rounds / 100,
        "{refused} refused, {ran} ran of {rounds}"
    );
}

pub(crate) fn rounds() -> usize {
    let asked = std::env::var("OSCILLA_ROUNDS").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(400)
}

/// Damages the values below some pointers, round after round; what is let pass must run. Gives how
/// many were refused and how many ran.
fn damaged(sound: &Value, parts: &[&str], rounds: usize) -> (usize, usize) {
    let mut list = Vec::new();
    for part in parts {
        let value = sound.pointer(part).unwrap_or_else(|| panic!("no {part}"));
        pointers(value, part, &mut list);
    }
    list.retain(|at| !at.starts_with("/tables/strings"));
    let mut dice = Dice(rounds as u64);
    let (mut refused, mut ran) = (0, 0);
    let mut wrong = Vec::new();
    for _ in 0..rounds {
        let mut broken = sound.clone();
        let mut what = String::new();
        for _ in 0..=dice.roll(2) {
            let at = &list[dice.roll(list.len())];
            let donor = &list[dice.roll(list.len())];
            let donor = sound.pointer(donor).cloned().unwrap_or_default();
            if let Some(value) = broken.pointer_mut(at) {
                let before = value.clone();
                damage(value, &mut dice, &[donor]);
                what += &format!("{at}: {before} -> {value}\n");
            }
        }
        let Ok(program) = serde_json::from_value::<Program>(broken) else {
            continue;
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| match validate(program) {
            Ok(valid) => {
                run(valid);
                true
            }
            Err(findings) => {
                assert!(findings.iter().all(|f| f.code.starts_with("ir-")));
                false
            }
        }));
        match outcome {
            Ok(true) => ran += 1,
            Ok(false) => refused += 1,
            Err(_) => wrong.push(what.chars().take(600).collect::<String>()),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {rounds} panicked:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    (refused, ran)
}
