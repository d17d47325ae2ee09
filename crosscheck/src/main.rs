//! The gallery, drawn by resvg from our SVG, against our own recorded pixels.
//!
//!     crosscheck PROGRAM REPOSITORY
//!
//! For each picture in `golden/` the program writes the same frame as SVG at the same size; resvg draws
//! that twice, plainly and from finer pixels: plain anti-aliasing has few steps, which is all one would
//! see where small shapes are many; finer pixels blend edges that meet in one pixel better than either.
//! What lies between the two is right. Away from edges the two may differ by a rounding, at edges by what two ways of anti-aliasing
//! differ, and over the whole picture by hardly anything. Patches that add light are named and left
//! out: resvg has no `plus-lighter`. Exit status 1 if anything differs by more.

use resvg::{tiny_skia, usvg};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Largest difference of a channel away from edges, levels.
const FLAT: u8 = 2;
/// The same where an effect rounds in between.
const FLAT_EFFECT: u8 = 6;
/// Largest difference of a channel at an edge.
const EDGE: u8 = 40;
/// Patches that keep to wider limits, flat and edge. In `bloom` a glow spreads what differs at the edges of
/// the shapes below it onto edges that differ too. In `window` two effects lie above each other, and each
/// rounds.
const WIDER: [(&str, u8, u8); 2] = [("bloom", FLAT_EFFECT, 45), ("window", 7, EDGE)];
/// Mean difference over the picture.
const MEAN: f64 = 0.6;
/// The second time, resvg draws this many times as large.
const FINE: u32 = 4;
/// How far from an edge a pixel feels it, px.
const REACH: usize = 2;

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Straight RGBA.
struct Picture {
    width: usize,
    height: usize,
    rgba: Vec<u8>,
}

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [program, repository] = arguments.as_slice() else {
        eprintln!("usage: crosscheck PROGRAM REPOSITORY");
        return ExitCode::from(2);
    };
    match check_gallery(program, repository) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(wrong) => {
            eprintln!("{wrong} pictures differ");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(5)
        }
    }
}

/// Returns how many pictures differ.
fn check_gallery(program: &Path, repository: &Path) -> Fallible<usize> {
    let scratch = std::env::temp_dir().join(format!("crosscheck-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    let (mut wrong, mut seen) = (0, 0);
    println!("{:32} {:>5} {:>5} {:>7}", "picture", "flat", "edge", "mean");
    for patch in sorted(&repository.join("patches"))? {
        let name = stem(&patch);
        if patch.extension().is_none_or(|e| e != "json") {
            continue;
        }
        for recorded in sorted(&repository.join("golden").join(&name))? {
            let Some(frame) = stem(&recorded).strip_prefix("frame_").map(str::to_owned) else {
                continue;
            };
            let svg = scratch.join(format!("{name}-{frame}.svg"));
            render(program, &patch, &frame, &svg)?;
            let text = fs::read_to_string(&svg)?;
            fs::remove_file(&svg)?;
            let shown = format!("{name} {frame}");
            if text.contains("plus-lighter") {
                println!("{shown:32} left out: it adds light");
                continue;
            }
            seen += 1;
            let theirs = [draw(&text, 1)?, draw(&text, FINE)?];
            let found = compare(&read_png(&recorded)?, &theirs);
            let wider = WIDER.iter().find(|wider| wider.0 == name);
            let (flat, edge) = match (wider, text.contains("<filter")) {
                (Some(&(_, flat, edge)), _) => (flat, edge),
                (None, true) => (FLAT_EFFECT, EDGE),
                (None, false) => (FLAT, EDGE),
            };
            let fine = found.flat <= flat && found.edge <= edge && found.mean <= MEAN;
            let verdict = if fine { "" } else { "  <- differs" };
            println!(
                "{shown:32} {:5} {:5} {:7.3}{verdict}",
                found.flat, found.edge, found.mean
            );
            wrong += usize::from(!fine);
        }
    }
    fs::remove_dir_all(&scratch)?;
    if seen == 0 {
        return Err("there is nothing to compare".into());
    }
    Ok(wrong)
}

/// The frame as SVG, at the size of the recorded pictures.
fn render(program: &Path, patch: &Path, frame: &str, svg: &Path) -> Fallible<()> {
    // A patch that is played is recorded with what was played to it.
    let file = format!("recordings/{}.json", stem(patch));
    let recording = patch.with_file_name(file);
    let mut command = Command::new(program);
    if recording.exists() {
        command.arg("render").arg("--inputs").arg(recording);
    } else {
        command.arg("render");
    }
    let output = command
        .args([
            "--scale",
            "0.5",
            "--overwrite",
            "--quiet",
            "--frames",
            frame,
        ])
        .arg("--out")
        .args([svg, patch])
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{} {frame}: {said}", patch.display()).into())
}

/// Draws at `fine` times the size and takes means.
fn draw(text: &str, fine: u32) -> Fallible<Picture> {
    let tree = usvg::Tree::from_str(text, &usvg::Options::default())?;
    let size = tree.size().to_int_size();
    let (width, height) = (size.width(), size.height());
    let mut drawn =
        tiny_skia::Pixmap::new(width * fine, height * fine).ok_or("a picture without pixels")?;
    let scale = tiny_skia::Transform::from_scale(fine as f32, fine as f32);
    resvg::render(&tree, scale, &mut drawn.as_mut());
    let mut rgba = Vec::new();
    for y in 0..height {
        for x in 0..width {
            rgba.extend(mean(&drawn, x * fine, y * fine, fine));
        }
    }
    Ok(Picture {
        width: width as usize,
        height: height as usize,
        rgba,
    })
}

/// The mean of a block of pixels, straight.
fn mean(drawn: &tiny_skia::Pixmap, x: u32, y: u32, side: u32) -> [u8; 4] {
    let mut sum = [0u32; 4];
    for j in y..y + side {
        for i in x..x + side {
            if let Some(pixel) = drawn.pixel(i, j) {
                let channels = [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()];
                (0..4).for_each(|c| sum[c] += u32::from(channels[c]));
            }
        }
    }
    let alpha = sum[3];
    if alpha == 0 {
        return [0; 4];
    }
    let straight = |c: u32| ((c * 255 + alpha / 2) / alpha).min(255) as u8;
    let count = side * side;
    [
        straight(sum[0]),
        straight(sum[1]),
        straight(sum[2]),
        ((alpha + count / 2) / count) as u8,
    ]
}

fn read_png(path: &Path) -> Fallible<Picture> {
    let file = std::io::BufReader::new(fs::File::open(path)?);
    let mut decoder = png::Decoder::new(file);
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
    let mut reader = decoder.read_info()?;
    let mut rgba = vec![0; reader.output_buffer_size().ok_or("too large")?];
    let info = reader.next_frame(&mut rgba)?;
    if info.color_type != png::ColorType::Rgba {
        return Err(format!("{} is not in colour", path.display()).into());
    }
    Ok(Picture {
        width: info.width as usize,
        height: info.height as usize,
        rgba,
    })
}

/// Largest and mean differences, levels.
struct Found {
    flat: u8,
    edge: u8,
    mean: f64,
}

/// A pixel is flat if nothing changes about it in our picture. The other renderer's opinion of a pixel
/// is the range between its two drawings.
fn compare(ours: &Picture, theirs: &[Picture; 2]) -> Found {
    let mut found = Found {
        flat: 0,
        edge: 0,
        mean: 0.0,
    };
    let size = |picture: &Picture| (picture.width, picture.height);
    if theirs.iter().any(|picture| size(picture) != size(ours)) {
        found.flat = u8::MAX;
        return found;
    }
    let apart = |i: usize| {
        let (a, b) = (theirs[0].rgba[i], theirs[1].rgba[i]);
        let ours = ours.rgba[i];
        ours.abs_diff(ours.clamp(a.min(b), a.max(b)))
    };
    let mut sum = 0;
    for y in 0..ours.height {
        for x in 0..ours.width {
            let at = (y * ours.width + x) * 4;
            let most = (at..at + 4).map(apart).max().unwrap_or(0);
            sum += (at..at + 4).map(|i| u64::from(apart(i))).sum::<u64>();
            if most > FLAT && !ours.is_flat(x, y) {
                found.edge = found.edge.max(most);
            } else {
                found.flat = found.flat.max(most);
            }
        }
    }
    found.mean = sum as f64 / ours.rgba.len() as f64;
    found
}

impl Picture {
    /// Whether all pixels about this one have nearly its colour.
    fn is_flat(&self, x: usize, y: usize) -> bool {
        let pixel = |x: usize, y: usize| &self.rgba[(y * self.width + x) * 4..][..4];
        let here = pixel(x, y);
        let near = |at: usize, end: usize| at.saturating_sub(REACH)..(at + REACH + 1).min(end);
        near(y, self.height).all(|j| {
            near(x, self.width).all(|i| {
                let there = pixel(i, j);
                here.iter()
                    .zip(there)
                    .all(|(a, b)| a.abs_diff(*b) <= FLAT_EFFECT)
            })
        })
    }
}

fn sorted(folder: &Path) -> Fallible<Vec<PathBuf>> {
    let mut list = Vec::new();
    for entry in fs::read_dir(folder)? {
        list.push(entry?.path());
    }
    list.sort();
    Ok(list)
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
