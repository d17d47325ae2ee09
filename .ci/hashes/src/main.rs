//! Hashes of pictures from the library alone: `hashes patches/*.json`.
//!
//! A line a frame in the form of `golden/hashes.txt`: the frames of each patch's own `golden` entry, at half
//! size. A loop without memory is taken by its phase, as `oscilla` does; the rest by time from 0 on, without
//! warm-up, so that not every line is one of the record. The same lines must come out everywhere.

use oscilla::compile::{self, AssetError, Assets};
use oscilla::diag::Diagnostics;
use oscilla::ir::{CycleMode, Memory, Program, TimeModel};
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime};
use oscilla::{patch, raster};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    for path in std::env::args_os().skip(1).map(PathBuf::from) {
        if let Err(error) = hashes(&path) {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn hashes(path: &Path) -> Result<(), Box<dyn Error>> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let source = patch::Source::new(name.clone(), fs::read_to_string(path)?);
    let options = compile::Options {
        stem: name.clone().into_owned(),
        assets: Assets::new(move |file| {
            fs::read(folder.join(file)).map_err(|_| AssetError::NotFound)
        }),
        ..Default::default()
    };
    let mut found = Diagnostics::new();
    let document = patch::read(&source, &mut found).ok_or("it is no patch")?;
    let program = compile::compile(&document, &options, &mut found);
    let program = Arc::new(program.ok_or_else(|| format!("{:?}", found.list()))?);
    let golden = document.golden.ok_or("it names no golden frames")?;
    let frames = golden.frames.split(',').map(|frame| frame.trim().parse());
    let frames: Vec<u32> = frames.collect::<Result<_, _>>()?;

    println!("program  {name}  {}", program.program_hash);
    let cycle = cycle(&program);
    let mut engine = Engine::new(program, EngineOptions::default())?;
    let mut raster = raster::Raster::new(raster::RasterOptions {
        scale: 0.5,
        ..Default::default()
    });
    let mut canvas = raster::Canvas::new();
    let mut pixels = Vec::new();
    for frame in 0..=frames.iter().copied().max().unwrap_or(0) {
        let time = match cycle {
            Some(of) => FrameTime::cycle(i64::from(frame), of),
            None => FrameTime::at(f64::from(frame) * 1000.0 / 60.0),
        };
        if !frames.contains(&frame) {
            engine.step(time, &FrameCtx::default())?;
            continue;
        }
        let tree = engine.render_frame(time, &FrameCtx::default())?;
        raster.draw(tree, &mut canvas)?;
        canvas.write_straight(&mut pixels);
        let (width, height) = (canvas.width(), canvas.height());
        let mut hash = blake3::Hasher::new();
        hash.update(&width.to_le_bytes());
        hash.update(&height.to_le_bytes());
        hash.update(&pixels);
        let (rasteriser, hash) = (raster::RASTERISER_ID, hash.finalize().to_hex());
        println!("frame    {name}  {frame}  {width}x{height}  {rasteriser}  b3:{hash}");
    }
    Ok(())
}

/// Frames of one loop at 60 a second, for a loop without memory.
fn cycle(program: &Program) -> Option<u32> {
    match program.time_model {
        TimeModel::Cyclic {
            period_ms,
            mode: CycleMode::Loop,
        } if program.memory == Memory::None => Some((period_ms * 60.0 / 1000.0 + 0.5) as u32),
        _ => None,
    }
}
