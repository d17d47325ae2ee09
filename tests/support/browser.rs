//! A browser without a window, where there is one.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

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
