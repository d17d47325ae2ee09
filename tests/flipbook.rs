//! The page of `render --flipbook` in a browser: it plays at the rate of the clip, shows each frame to the pixel,
//! lays the first frame over the last, and nothing is complained about.
//!
//! Needs Chromium, as `chromium.rs` does.

mod support;

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use support::browser;

/// Frames of the clip: one loop of 400 ms.
const FRAMES: u32 = 16;

/// Dots that swell, on an opaque background.
const PATCH: &str = r##"{
  "name": "swell & <glow>", "size": [96, 64], "background": "#102030",
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 400}},
    {"id": "grid", "type": "GridDomain",
      "params": {"rows": 3, "cols": 4, "spacing": 20, "originX": 16, "originY": 12}},
    {"id": "osc", "type": "Oscillator", "params": {"shape": "saw", "amplitude": 4, "bias": 5}},
    {"id": "dots", "type": "RenderInstances2D", "params": {"color": "#ffcc00"}}
  ],
  "connections": [
    {"from": "time.phase", "to": "osc.phase"},
    {"from": "grid.domain", "to": "dots.domain"},
    {"from": "grid.pos0", "to": "dots.positions"},
    {"from": "osc.out", "to": "dots.radius"}
  ]
}"##;

fn page(place: &Path) -> String {
    fs::write(place.join("p.json"), PATCH).expect("writable");
    let cycle = FRAMES.to_string();
    let status = Command::new(env!("CARGO_BIN_EXE_oscilla"))
        .args(["render", "p.json", "--frames-per-cycle", &cycle])
        .args(["--out", "f", "--flipbook", "p.html"])
        .current_dir(place)
        .status()
        .expect("the program starts");
    assert!(status.success());
    fs::read_to_string(place.join("p.html")).expect("a page")
}

/// What a person does, and what is to be seen afterwards.
const VISIT: &str = r##"
const seen = { errors: window.errors };
const one = (selector) => document.querySelector(selector);
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const until = async (what, test) => {
  for (let i = 0; i < 2000; i++) {
    if (test()) return;
    await wait(5);
  }
  throw new Error(`waited in vain: ${what}`);
};
const press = (key, target = document.body) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const shows = (what) => until(`frame ${what}`, () => one("#picture").dataset.shown === String(what));
const at = () => Number(one("#scrub").value);
const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const pixels = () => {
  const { width, height } = one("#picture");
  [copy.canvas.width, copy.canvas.height] = [width, height];
  copy.drawImage(one("#picture"), 0, 0);
  const bytes = copy.getImageData(0, 0, width, height).data;
  return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
};
const visit = async () => {
  seen.title = [document.title, one("h1").textContent];
  seen.facts = one("#facts").textContent;
  // It plays from the beginning, over and over.
  await until("playing", () => one("#play").textContent === "Pause");
  await until("another frame", () => at() > 0);
  press(" ");
  seen.paused = one("#play").textContent;
  press("Home");
  await shows(0);
  // A tenth of the rate: a frame lasts 250 ms.
  for (const _ of [1, 2, 3, 4, 5]) press("[");
  seen.slowest = one("#speed").value;
  press(" ");
  const begun = performance.now();
  await wait(1125);
  seen.rate = [at(), (performance.now() - begun) / 250];
  press(" ");
  const held = at();
  await wait(600);
  seen.held = at() === held;
  // To the end without repeating.
  press("r");
  press("End");
  press("ArrowLeft");
  await shows(14);
  press(" ");
  await until("the end", () => at() === 15 && one("#play").textContent === "Play");
  press(" ");
  await until("from the beginning", () => at() < 3 && one("#play").textContent === "Pause");
  press(" ");
  press("r");
  seen.frames = {};
  for (const frame of [0, 5, 15]) {
    one("#scrub").value = String(frame);
    one("#scrub").dispatchEvent(new Event("input"));
    await shows(frame);
    seen.frames[frame] = pixels();
  }
  seen.readout = [one("#readout").textContent, one("#scrub").getAttribute("aria-valuetext")];
  // A slider has its own arrows, and space still plays.
  press("ArrowLeft", one("#scrub"));
  seen.own = at();
  // A button that was clicked leaves them to the page.
  press("ArrowLeft", one("#play"));
  await shows(14);
  press("o");
  await shows("seam");
  seen.seam = pixels();
  seen.opacityShown = !one("#opacity-label").hidden;
  for (const [value, name] of [["0", "lastOnly"], ["100", "firstOnly"]]) {
    one("#opacity").value = value;
    one("#opacity").dispatchEvent(new Event("input"));
    const before = pixels();
    await until(name, () => pixels() !== before);
    seen[name] = pixels();
  }
  press("o");
  await shows("difference");
  seen.difference = pixels();
  seen.explained = one("#explain").textContent;
  press("o");
  await shows(14);
  seen.zoom = [one("#picture").style.width];
  one("[data-zoom='1']").click();
  for (const _ of [1, 2, 3]) press("+");
  seen.zoom.push(one("#picture").style.width, getComputedStyle(one("#picture")).imageRendering, one("#scale").textContent);
  one("#stage").dispatchEvent(new WheelEvent("wheel", { deltaY: 1, bubbles: true, cancelable: true }));
  seen.zoom.push(one("#picture").style.width);
  press("0");
  seen.zoom.push(one("[data-zoom='fit']").getAttribute("aria-pressed"));
};
visit().catch((error) => seen.errors.push(String(error))).finally(() => {
  const out = document.createElement("pre");
  out.id = "seen";
  out.textContent = JSON.stringify(seen);
  document.body.append(out);
});
"##;

fn hex(place: &Path, frame: u32) -> String {
    let (_, _, bytes) = support::pixels(&place.join(format!("f/frame_{frame:05}.png")));
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Without pixels.
fn summary(seen: &Value) -> String {
    let short = |(key, value): (&String, &Value)| {
        let text: String = value.to_string().chars().take(120).collect();
        format!("\n  {key}: {text}")
    };
    seen.as_object().into_iter().flatten().map(short).collect()
}

#[test]
fn every_control_of_the_flipbook_works() {
    let Some(browser) = browser::find() else {
        return;
    };
    let place = tempfile::tempdir().expect("a folder");
    let place = place.path();
    // Without a window animation frames come as they like; here they come as on a screen.
    let screen = "<head><script>\
        window.requestAnimationFrame = (f) => setTimeout(() => f(performance.now()), 16);</script>";
    let page = page(place).replacen("<head>", screen, 1);
    let visited = browser::with_visitor(&page, VISIT);
    let file = place.join("visited.html");
    fs::write(&file, visited).expect("writable");
    let seen = browser::visit(&browser, &file);
    let is =
        |key: &str, expected: Value| assert_eq!(seen[key], expected, "{key}: {}", summary(&seen));
    is("errors", json!([]));
    let name = "swell & <glow>";
    is("title", json!([format!("{name}: flip-book"), name]));
    is("paused", "Play".into());
    is("slowest", "0.1".into());
    let rate = |at: usize| seen["rate"][at].as_f64().expect("a number");
    assert!((rate(0) - rate(1).floor()).abs() <= 1.0, "{}", seen["rate"]);
    is("held", true.into());
    for frame in [0, 5, 15] {
        assert!(
            seen["frames"][frame.to_string()] == hex(place, frame),
            "frame {frame}"
        );
    }
    is(
        "readout",
        json!(["15 / 15  0.375 s  φ 0.938", "frame 15, 0.375 seconds"]),
    );
    is("own", 15.into());
    is("opacityShown", true.into());
    assert!(seen["lastOnly"] == hex(place, 15) && seen["firstOnly"] == hex(place, 0));
    let seam = seen["seam"].as_str().expect("pixels");
    assert!(seam != hex(place, 15) && seam != hex(place, 0));
    let difference = seen["difference"].as_str().expect("pixels");
    let channels = difference
        .as_bytes()
        .chunks(2)
        .filter(|byte| *byte != b"00" && *byte != b"ff");
    assert!(
        channels.count() > 100,
        "the dots of the last frame are larger"
    );
    assert!(
        difference.starts_with("000000ff"),
        "the background is equal"
    );
    let text = seen["explained"].as_str().expect("words");
    assert!(
        text.contains("Frame 0 against frame 15") && text.contains("loop"),
        "{text}"
    );
    assert!(
        seen["facts"].as_str().expect("words").contains("40 fps")
            || seen["facts"].as_str().expect("words").contains("16 frames")
    );
    let facts = seen["facts"].as_str().expect("words");
    assert!(
        facts.ends_with("96 × 64 px · 40 fps · 16 frames · seed 0"),
        "{facts}"
    );
    let zoom = seen["zoom"].as_array().expect("a list");
    assert_eq!(
        zoom[1..],
        [
            json!("384px"),
            json!("pixelated"),
            json!("400 %"),
            json!("288px"),
            json!("true")
        ]
    );
}
