//! The page of `oscilla golden report` in a browser: it opens from a disk, every control works, and
//! nothing is complained about.
//!
//! Needs Chromium, as `chromium.rs` does.

mod support;

use oscilla::compare::Picture;
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use support::browser;

/// A loop whose dots swell; frame 0 is at rest.
fn patch(amplitude: f64, colour: &str) -> String {
    format!(
        r##"{{
  "size": [96, 64], "background": "#10203080", "golden": {{"frames": "0,3,6,9"}},
  "blocks": [
    {{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 200}}}},
    {{"id": "grid", "type": "GridDomain",
      "params": {{"rows": 3, "cols": 4, "spacing": 20, "originX": 16, "originY": 12}}}},
    {{"id": "osc", "type": "Oscillator", "params": {{"amplitude": {amplitude}, "bias": 5}}}},
    {{"id": "dots", "type": "RenderInstances2D", "params": {{"color": "{colour}"}}}}
  ],
  "connections": [
    {{"from": "time.phase", "to": "osc.phase"}},
    {{"from": "grid.domain", "to": "dots.domain"}},
    {{"from": "grid.pos0", "to": "dots.positions"}},
    {{"from": "osc.out", "to": "dots.radius"}}
  ]
}}"##
    )
}

fn golden(place: &Path, args: &[&str]) -> i32 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oscilla"));
    let output = command
        .arg("golden")
        .args(args)
        .current_dir(place)
        .env_remove("CI");
    let output = output.output().expect("the program starts");
    output.status.code().expect("a status")
}

/// A page on three cases: one that swells less, one that is a level off, one that is as recorded.
fn page(place: &Path) -> String {
    for name in ["same", "swell", "tint"] {
        fs::write(place.join(format!("{name}.json")), patch(2.0, "#ffcc00")).expect("writable");
    }
    let files = ["record", "same.json", "swell.json", "tint.json"];
    assert_eq!(golden(place, &files), 0);
    fs::write(place.join("swell.json"), patch(3.0, "#ffcc00")).expect("writable");
    fs::write(place.join("tint.json"), patch(2.0, "#ffcc01")).expect("writable");
    assert_eq!(golden(place, &["report", "-o", "report.html"]), 0);
    fs::read_to_string(place.join("report.html")).expect("a page")
}

/// Waits for what the page is still about to do, as the visits have it.
const UNTIL: &str = r##"
const until = async (what, test) => {
  for (let i = 0; i < 2000; i++) {
    if (test()) return;
    await new Promise((done) => setTimeout(done, 5));
  }
  throw new Error(`waited in vain: ${what}`);
};
"##;

/// Ends a visit: what was seen becomes an element of the page.
const END: &str = r##"
visit().catch((error) => seen.errors.push(String(error))).finally(() => {
  const out = document.createElement("pre");
  out.id = "seen";
  out.textContent = JSON.stringify(seen);
  document.body.append(out);
});
"##;

/// What a person does, and what is to be seen afterwards.
const VISIT: &str = r##"
const seen = { errors: window.errors };
const one = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const press = (key, options = {}) =>
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...options }));
const names = () => all("#cases button span:first-child").map((span) => span.textContent);
const visit = async () => {
  await until("pictures", () => all(".view canvas").length === 3);
  seen.summary = one("#summary").textContent;
  seen.facts = one("#facts").textContent;
  seen.worstFirst = names();
  seen.program = all("pre.diff .add").length > 0 && all("pre.diff .del").length > 0;
  seen.why = one(".why").textContent;
  seen.accept = one(".take code").textContent;
  const area = one("pre.diff").compareDocumentPosition(one(".why"));
  seen.programFirst = Boolean(area & Node.DOCUMENT_POSITION_FOLLOWING);
  press("2");
  await until("swipe", () => one("#swipe"));
  one("#swipe").value = "25";
  one("#swipe").dispatchEvent(new Event("input"));
  seen.swipe = [one(".frame .top").style.clipPath, one(".frame .edge").style.left];
  // A slider has its own arrows; other keys mean the same as anywhere.
  const onSwipe = (key) => one("#swipe").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const opened = one("#frame").value;
  seen.ownArrows = ["ArrowRight", "ArrowLeft", "ArrowLeft"].every((key) => {
    onSwipe(key);
    return opened === one("#frame").value;
  });
  onSwipe("3");
  await until("blink", () => one(".blink"));
  const before = one(".blink").style.visibility;
  press(" ");
  seen.blinks = before !== one(".blink").style.visibility;
  press("4");
  await until("difference", () => all(".view canvas").length === 1);
  press("1");
  await until("side by side", () => all(".view canvas").length === 3);
  for (const _ of [1, 2, 3]) press("+");
  await until("zoom", () => one("#zoom-8")?.getAttribute("aria-pressed") === "true");
  await until("canvas", () => one(".view canvas").style.width === "768px");
  seen.sharp = getComputedStyle(one(".view canvas")).imageRendering;
  all(".view")[0].scrollLeft = 40;
  await until("scrolled together", () => all(".view")[2].scrollLeft === 40);
  press("ArrowRight", { shiftKey: true });
  press("ArrowDown", { shiftKey: true });
  seen.pixelByKey = one("#under").textContent;
  const box = one(".view canvas").getBoundingClientRect();
  one(".view canvas").dispatchEvent(new PointerEvent("pointermove",
    { bubbles: true, clientX: box.left + 16 * 8 + 3, clientY: box.top + 12 * 8 + 3 }));
  seen.pixelByPointer = one("#under").textContent;
  const frame = () => one("#frame").value;
  // Whoever drags a slider holds one element: it must not leave the page, not even to come back.
  const scrubber = one("#frame");
  seen.lost = 0;
  new MutationObserver((changes) => {
    const gone = changes.flatMap((change) => [...change.removedNodes]);
    seen.lost += gone.filter((node) => node.contains(scrubber)).length;
  }).observe(document.body, { childList: true, subtree: true });
  for (const [at, file] of [["2", "frame_00006.png:"], ["0", "frame_00000.png:"]]) {
    scrubber.value = at;
    scrubber.dispatchEvent(new Event("input"));
    await until("scrubbed", () => one("#case").textContent.includes(file));
  }
  seen.kept = [scrubber === one("#frame"), all("#frame").length, seen.lost, all(".view").length, all("#under").length];
  seen.scrubbed = scrubber.getAttribute("aria-valuetext");
  seen.ticks = all(".ticks i").map((tick) => tick.classList.contains("bad"));
  press("n");
  await until("next that differs", () => frame() === "1");
  press("ArrowLeft");
  await until("back", () => frame() === "0");
  press("j");
  await until("next case", () => one("h2").textContent.startsWith("tint"));
  press("/");
  seen.searching = document.activeElement.id;
  one("#only").click();
  seen.unfiltered = names();
  one("#search").value = "SAM";
  one("#only").click();
  seen.hiddenByBox = [names().length, one("#none").hidden, one("#none").textContent];
  one("#only").click();
  await until("filtered", () => one("h2")?.textContent.startsWith("same"));
  seen.filtered = names();
  await until("one picture twice", () => all(".view canvas").length === 2);
  one("#search").value = "nobody";
  one("#search").dispatchEvent(new Event("input"));
  seen.empty = [names().length, one("#none").hidden, one("#case").childElementCount, one("#none").textContent];
};
"##;

fn visit(browser: &OsStr, place: &Path, page: &str, script: &str) -> Value {
    let visited = browser::with_visitor(page, &[UNTIL, script, END].concat());
    let file = place.join("visited.html");
    fs::write(&file, visited).expect("writable");
    browser::visit(browser, &file)
}

#[test]
fn every_control_of_the_report_works() {
    let Some(browser) = browser::find() else {
        return;
    };
    let place = tempfile::tempdir().expect("a folder");
    let page = page(place.path());
    let seen = visit(&browser, place.path(), &page, VISIT);
    let is = |key: &str, expected: Value| assert_eq!(seen[key], expected, "{key}: {seen:#}");
    is("errors", Value::Array(Vec::new()));
    is("summary", "2 of 3 cases differ.".into());
    is("worstFirst", ["swell", "tint"].to_vec().into());
    is("program", true.into());
    is("programFirst", true.into());
    is("accept", "oscilla golden accept swell".into());
    is("swipe", ["inset(0px 0px 0px 25%)", "25%"].to_vec().into());
    is("ownArrows", true.into());
    is("blinks", true.into());
    is("sharp", "pixelated".into());
    is("ticks", [false, true, false, true].to_vec().into());
    is("kept", serde_json::json!([true, 1, 0, 2, 1]));
    is("scrubbed", "frame_00000.png".into());
    is("searching", "search".into());
    is("unfiltered", ["swell", "tint", "same"].to_vec().into());
    is("filtered", ["same"].to_vec().into());
    is(
        "empty",
        serde_json::json!([0, false, 0, "No case has this name."]),
    );
    is(
        "hiddenByBox",
        serde_json::json!([
            0,
            false,
            "1 case as recorded, hidden by “only what differs”."
        ]),
    );
    let text = |key: &str| seen[key].as_str().unwrap_or_default().to_owned();
    assert!(text("facts").contains("rule exact"), "{seen:#}");
    assert!(text("why").contains("osc.out"), "{seen:#}");
    // Translucent, so a canvas would have rounded it.
    assert_eq!(
        text("pixelByKey"),
        "(0, 1)  expected 16 32 48 128  actual 16 32 48 128  by 0 0 0 0"
    );
    assert!(
        text("pixelByPointer").starts_with("(16, 12)  expected 255 204 0 255"),
        "{seen:#}"
    );
}

/// The pixel at the top left, as it is told.
const CORNER: &str = r##"
const seen = { errors: window.errors };
const told = () => document.querySelector("#under")?.textContent ?? "";
const visit = async () => {
  await until("pictures", () => document.querySelectorAll(".view canvas").length > 1);
  document.querySelector("h2").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", shiftKey: true, bubbles: true }));
  await until("a pixel", () => told().startsWith("("));
  seen.told = told();
};
"##;

#[test]
fn pictures_of_sixteen_bits_are_told_on_their_own_scale() {
    let Some(browser) = browser::find() else {
        return;
    };
    let place = tempfile::tempdir().expect("a folder");
    let file = |red: &str| patch(2.0, "#ffcc00").replace("#10203080", &format!("#{red}2030"));
    let put = |red| fs::write(place.path().join("deep.json"), file(red)).expect("writable");
    put("10");
    assert_eq!(
        golden(place.path(), &["record", "deep.json", "--bit-depth", "16"]),
        0
    );
    put("11");
    // One of 8 bits beside one of 16 is told on the scale of the finer one.
    for depth in ["16", "8"] {
        let args = ["report", "--bit-depth", depth];
        assert_eq!(golden(place.path(), &args), 0);
        let page = fs::read_to_string(place.path().join("report.html")).expect("a page");
        let seen = visit(&browser, place.path(), &page, CORNER);
        assert_eq!(seen["errors"], serde_json::json!([]), "{seen:#}");
        let want = concat!(
            "(0, 0)  expected 4112 8224 12336 65535",
            "  actual 4369 8224 12336 65535  by 257 0 0 0  of 65535"
        );
        assert_eq!(seen["told"], want, "{depth} bits");
    }
}

/// Reads pictures whose addresses stand in `window.pictures`.
const READER: &str = r##"
const seen = { errors: window.errors };
const visit = async () => {
  seen.values = [];
  for (const source of pictures) {
    const { most, rgba } = await exactValues(source);
    seen.values.push([most, ...rgba]);
  }
};
"##;

/// A picture of 7 x 5 px, smooth in one half and noisy in the other.
fn encoded(color: png::ColorType, depth: png::BitDepth, filter: png::Filter) -> Vec<u8> {
    let bytes = if depth == png::BitDepth::Sixteen {
        2
    } else {
        1
    };
    let row = 7 * color.samples() * bytes;
    let byte = |i: usize| match i % row < row / 2 {
        true => (i * 3) as u8,
        false => (i * i * 37 + i / 3) as u8,
    };
    let mut data: Vec<u8> = (0..row * 5).map(byte).collect();
    // The colour that is clear in pictures without alpha is that of the second pixel.
    let clear: Vec<u8> = data[color.samples() * bytes..][..color.samples() * bytes].to_vec();
    let clear = clear.chunks(bytes).flat_map(|value| match *value {
        [low] => [0, low],
        [high, low] => [high, low],
        _ => unreachable!("one or two bytes"),
    });
    let clear: Vec<u8> = clear.collect();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, 7, 5);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_filter(filter);
    match color {
        png::ColorType::Indexed => {
            data.iter_mut().for_each(|index| *index %= 50);
            encoder.set_palette((0..150).map(|i| (i * 5) as u8).collect::<Vec<u8>>());
            encoder.set_trns((0..20).map(|i| (i * 9) as u8).collect::<Vec<u8>>());
        }
        png::ColorType::Grayscale | png::ColorType::Rgb => encoder.set_trns(clear),
        _ => {}
    }
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&data).expect("data");
    writer.finish().expect("an end");
    out
}

#[test]
fn every_kind_of_picture_is_read_as_the_comparison_reads_it() {
    use png::{BitDepth, ColorType, Filter};
    let Some(browser) = browser::find() else {
        return;
    };
    let kinds = [
        (ColorType::Grayscale, 2),
        (ColorType::Rgb, 2),
        (ColorType::Indexed, 1),
        (ColorType::GrayscaleAlpha, 2),
        (ColorType::Rgba, 2),
    ];
    let filters = [
        Filter::NoFilter,
        Filter::Sub,
        Filter::Up,
        Filter::Avg,
        Filter::Paeth,
    ];
    let mut files = Vec::new();
    for (color, depths) in kinds {
        for depth in &[BitDepth::Eight, BitDepth::Sixteen][..depths] {
            files.extend(filters.map(|filter| encoded(color, *depth, filter)));
        }
    }
    let addresses: Vec<String> = files
        .iter()
        .map(|png| oscilla::page::address(png))
        .collect();
    let script = format!("const pictures = {};{READER}", serde_json::json!(addresses));
    let place = tempfile::tempdir().expect("a folder");
    let seen = visit(&browser, place.path(), &page(place.path()), &script);
    assert_eq!(seen["errors"], serde_json::json!([]), "{seen:#}");
    assert_eq!(seen["values"].as_array().map(Vec::len), Some(files.len()));
    for (i, file) in files.iter().enumerate() {
        let picture = Picture::from_png(file).expect("a picture");
        let most = std::iter::once(picture.depth().most());
        let want: Vec<u16> = most.chain(picture.pixels().flatten()).collect();
        assert_eq!(seen["values"][i], serde_json::json!(want), "picture {i}");
    }
}
