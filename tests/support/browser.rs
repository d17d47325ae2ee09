//! A browser without a window, where there is one.

use super::pixels;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Largest difference of a channel where nothing is near, levels.
pub(crate) const FLAT: u8 = 6;
/// How far from an edge a pixel feels it, px.
const REACH: usize = 2;

/// Width, height and straight RGBA bytes.
pub(crate) type Picture = (u32, u32, Vec<u8>);

/// The browser, or a word on why nothing is tested.
pub(crate) fn find() -> Option<OsString> {
    let named = std::env::var_os("CHROMIUM");
    let known = ["chromium", "chromium-browser", "google-chrome"].map(OsString::from);
    let found = named.into_iter().chain(known).find(|name| {
        let mut command = Command::new(name);
        command
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    });
    if found.is_none() {
        assert!(
            std::env::var_os("OSCILLA_NEEDS_CHROMIUM").is_none(),
            "there is no chromium on the PATH"
        );
        say("skipped: there is no chromium on the PATH (set CHROMIUM to its path)");
    }
    found
}

/// Past the test harness, which keeps what tests print to itself.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "chromium: {text}");
}

/// Opens a page with these flags and gives what the browser printed and what it complained about.
pub(crate) fn open<S: AsRef<OsStr>>(
    browser: &OsStr,
    page: &Path,
    flags: impl IntoIterator<Item = S>,
) -> (String, String) {
    let profile = tempfile::tempdir().expect("a folder");
    let file = |name: &str| profile.path().join(name);
    let stream = |name: &str| Stdio::from(File::create(file(name)).expect("a file"));
    let mut child = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            "--force-color-profile=srgb",
        ])
        .arg(format!("--user-data-dir={}", file("profile").display()))
        .args(flags)
        .arg(format!("file://{}", page.display()))
        .stdout(stream("out"))
        .stderr(stream("err"))
        .spawn()
        .expect("the browser starts");
    let mut patience = 6000;
    while child.try_wait().expect("a status").is_none() {
        patience -= 1;
        if patience == 0 {
            child.kill().expect("it ends");
            panic!("the browser does not end");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let read = |name: &str| {
        let bytes = std::fs::read(file(name)).expect("a file");
        String::from_utf8_lossy(&bytes).into_owned()
    };
    (read("out"), read("err"))
}

/// A page with a script at its end, which puts what it saw, as JSON, into an element with the id `seen`. It finds
/// in `window.errors` what went wrong before.
pub(crate) fn with_visitor(page: &str, script: &str) -> String {
    let watch = "<head><script>window.errors = []; \
                 addEventListener('error', (e) => errors.push(e.message)); \
                 addEventListener('unhandledrejection', (e) => errors.push(String(e.reason)));</script>";
    let end = format!("<script>{script}</script></body>");
    page.replacen("<head>", watch, 1)
        .replacen("</body>", &end, 1)
}

/// Opens such a page and gives what it saw. Nothing may have been complained about.
pub(crate) fn visit(browser: &OsStr, page: &Path) -> serde_json::Value {
    let flags = [
        "--dump-dom",
        "--virtual-time-budget=30000",
        "--window-size=1400,1000",
        "--enable-logging=stderr",
    ];
    let (dom, log) = open(browser, page, flags);
    let complaints: Vec<&str> = log.lines().filter(|l| l.contains("CONSOLE")).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    let (_, seen) = dom
        .split_once("<pre id=\"seen\">")
        .unwrap_or_else(|| panic!("the visit did not end: {log}"));
    let seen = seen.split("</pre>").next().unwrap_or_default();
    let seen = seen
        .replace("&gt;", ">")
        .replace("&lt;", "<")
        .replace("&amp;", "&");
    serde_json::from_str(&seen).expect("JSON")
}

/// What the browser shows, at the size of a picture of ours.
pub(crate) fn shoot(browser: &OsStr, body: &str, like: &Picture, more: &[&str]) -> Picture {
    let place = tempfile::tempdir().expect("a folder");
    let file = |name: &str| place.path().join(name);
    let (page, shot) = (file("page.html"), file("theirs.png"));
    let style = "html,body{margin:0;background:#000}svg{display:block}";
    let html = format!("<!doctype html><meta charset=\"utf-8\"><style>{style}</style>{body}");
    std::fs::write(&page, html).expect("writable");
    let (width, height) = (like.0, like.1);
    let mut flags = vec![
        format!("--screenshot={}", shot.display()),
        format!("--window-size={width},{height}"),
    ];
    flags.extend(more.iter().map(|&flag| flag.to_owned()));
    open(browser, &page, flags);
    let picture = pixels(&shot);
    assert_eq!(
        (picture.0, picture.1),
        (width, height),
        "the window has another size"
    );
    picture
}

/// Largest difference where nothing is near, and the mean over all, levels.
pub(crate) fn compare(ours: &Picture, theirs: &Picture) -> (u8, f64) {
    let (width, height) = (ours.0 as usize, ours.1 as usize);
    let pixel = |picture: &Picture, x: usize, y: usize| -> [u8; 3] {
        let at = (y * width + x) * 4;
        std::array::from_fn(|c| picture.2[at + c])
    };
    let apart = |a: [u8; 3], b: [u8; 3]| a.iter().zip(&b).map(|(a, b)| a.abs_diff(*b)).max();
    let near = |at: usize, end: usize| at.saturating_sub(REACH)..(at + REACH + 1).min(end);
    let (mut flat, mut sum) = (0, 0);
    for y in 0..height {
        for x in 0..width {
            let (a, b) = (pixel(ours, x, y), pixel(theirs, x, y));
            sum += a
                .iter()
                .zip(&b)
                .map(|(a, b)| u64::from(a.abs_diff(*b)))
                .sum::<u64>();
            let most = apart(a, b).unwrap_or(0);
            let is_flat = || {
                near(y, height).all(|j| {
                    near(x, width).all(|i| apart(a, pixel(ours, i, j)).unwrap_or(0) <= FLAT)
                })
            };
            if most > flat && is_flat() {
                flat = most;
            }
        }
    }
    (flat, sum as f64 / (width * height * 3) as f64)
}
