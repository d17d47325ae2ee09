//! Many frames in one file or stream: what decoders get back, and what happens when it cannot be written.

use crate::{Place, Run, picture};
use image::AnimationDecoder as _;
use serde_json::Value;
use std::io::{BufReader, Cursor, Read as _, Write as _};
use std::process::{Command, Stdio};

fn manifest(place: &Place, name: &str) -> Value {
    serde_json::from_slice(&place.bytes(name)).unwrap()
}

/// The pixel hashes of a manifest.
fn hashes(manifest: &Value) -> Vec<&str> {
    let frames = manifest["frames"].as_array().unwrap().iter();
    frames.map(|f| f["pixels"].as_str().unwrap()).collect()
}

/// The loop as PNG pictures at some rate.
fn frames(place: &Place, flags: &str) -> Vec<Vec<u8>> {
    place.done(&format!("render loop.json --out truth {flags}"));
    let names = place.names("truth").into_iter();
    names
        .filter(|name| name.starts_with("frame_"))
        .map(|name| picture(&place.path(&format!("truth/{name}"))).into_raw())
        .collect()
}

/// Pixels and delay in ms of every frame.
fn shown(frames: image::Frames<'_>) -> Vec<(Vec<u8>, f64)> {
    let frames = frames.map(|frame| {
        let frame = frame.unwrap();
        let (num, den) = frame.delay().numer_denom_ms();
        (
            frame.into_buffer().into_raw(),
            f64::from(num) / f64::from(den),
        )
    });
    frames.collect()
}

/// Whether ffmpeg is there; says so if not.
fn has_ffmpeg() -> bool {
    let found = Command::new("ffmpeg").arg("-version").output().is_ok();
    if !found {
        // Past the capture of the test runner: whoever reads the log shall see it.
        let _ = writeln!(std::io::stderr(), "skipped: there is no ffmpeg on the PATH");
    }
    found
}

/// What a tool prints.
fn tool(place: &Place, line: &str) -> Vec<u8> {
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().unwrap());
    let output = command
        .args(words)
        .current_dir(place.path(""))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{line}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

#[test]
fn an_apng_gives_back_every_frame() {
    let place = Place::with_loop();
    place.done("render loop.json --out loop.apng");
    let truth = frames(&place, "");
    let file = place.bytes("loop.apng");
    let decoder = image::codecs::png::PngDecoder::new(Cursor::new(&file)).unwrap();
    let decoded = shown(decoder.apng().unwrap().into_frames());
    assert_eq!(decoded.len(), 12);
    for ((pixels, delay), truth) in decoded.iter().zip(&truth) {
        assert!(pixels == truth);
        assert!((delay - 1000.0 / 60.0).abs() < 1e-6, "{delay}");
    }
    let manifest = manifest(&place, "loop.apng.manifest.json");
    let pngs: Value = serde_json::from_slice(&place.bytes("truth/manifest.json")).unwrap();
    assert_eq!(hashes(&manifest), hashes(&pngs));
    assert_eq!(manifest["image"]["format"], "apng");
    assert_eq!(manifest["output"]["file"], "loop.apng");
    assert_eq!(manifest["output"]["bytes"], file.len());
    let hash = format!("b3:{}", blake3::hash(&file).to_hex());
    assert_eq!(manifest["output"]["hash"], hash);
}

#[test]
fn an_apng_is_no_larger_than_the_pngs_of_its_frames() {
    let place = Place::with_loop();
    let ribbons = include_str!("../../patches/ribbons.json");
    place.file("ribbons.json", ribbons);
    // Pictures of few colours have palettes, the animation has none: it may be twice as large.
    for (folder, patch, times) in [
        ("a", "loop.json --scale 4 --background #102030", 2),
        ("b", "loop.json --scale 4 --background transparent", 2),
        ("c", "ribbons.json --frames 0-5", 1),
    ] {
        let args = format!("render {patch} --no-metadata --overwrite --out");
        place.done(&format!("{args} {folder}"));
        let names = place.names(folder).into_iter();
        let pngs: usize = names
            .filter(|name| name.ends_with(".png"))
            .map(|name| place.bytes(&format!("{folder}/{name}")).len())
            .sum();
        place.done(&format!("{args} a.apng"));
        let fast = place.bytes("a.apng").len();
        assert!(fast < pngs * times, "{patch}: {fast} {pngs}");
        place.done(&format!("{args} a.apng --png-effort balanced"));
        let balanced = place.bytes("a.apng").len();
        assert!(balanced <= fast, "{patch}: {balanced} {fast}");
    }
}

#[test]
fn an_apng_may_be_called_png() {
    let place = Place::with_loop();
    place.done("render loop.json --out loop.png --format apng --plays 2");
    let decoder =
        image::codecs::png::PngDecoder::new(Cursor::new(place.bytes("loop.png"))).unwrap();
    assert!(decoder.is_apng().unwrap());
}

#[test]
fn a_webp_gives_back_every_frame() {
    let place = Place::with_loop();
    for (flags, has_alpha) in [("", false), ("--background transparent", true)] {
        place.done(&format!(
            "render loop.json --out loop.webp --overwrite {flags}"
        ));
        let truth = frames(&place, &format!("--overwrite {flags}"));
        let file = BufReader::new(Cursor::new(place.bytes("loop.webp")));
        let mut decoder = image_webp::WebPDecoder::new(file).unwrap();
        assert_eq!((decoder.num_frames(), decoder.has_alpha()), (12, has_alpha));
        assert_eq!(decoder.loop_duration(), 200);
        let mut bytes = vec![0; decoder.output_buffer_size().unwrap()];
        for truth in truth {
            decoder.read_frame(&mut bytes).unwrap();
            let channels = if has_alpha { 4 } else { 3 };
            let same = bytes
                .chunks(channels)
                .zip(truth.chunks(4))
                .all(|(a, b)| a == &b[..channels]);
            assert!(same);
        }
    }
    place.done("render loop.json --out still.webp --time 0.1");
    place.done("render loop.json --out stills --format webp --frames 0-1");
    assert_eq!(
        place.names("stills")[..2],
        ["frame_00000.webp", "frame_00001.webp"]
    );
}

#[test]
fn a_gif_shows_what_its_manifest_says_for_as_long_as_the_loop() {
    let place = Place::with_loop();
    let truth = frames(&place, "--fps 50");
    for flags in ["", "--gif-palette frame", "--gif-dither diffusion"] {
        place.done(&format!(
            "render loop.json --out loop.gif --overwrite {flags}"
        ));
        let file = Cursor::new(place.bytes("loop.gif"));
        let decoder = image::codecs::gif::GifDecoder::new(file).unwrap();
        let decoded = shown(decoder.into_frames());
        let total: f64 = decoded.iter().map(|frame| frame.1).sum();
        assert_eq!((decoded.len(), total), (10, 200.0));
        let manifest = manifest(&place, "loop.gif.manifest.json");
        for (i, (pixels, _)) in decoded.iter().enumerate() {
            let mut hasher = blake3::Hasher::new();
            hasher
                .update(&64u32.to_le_bytes())
                .update(&48u32.to_le_bytes())
                .update(pixels);
            let hash = format!("b3:{}", hasher.finalize().to_hex());
            assert_eq!(manifest["frames"][i]["pixels"], hash, "{flags} {i}");
            // Few colours: nothing is lost.
            let worst = pixels
                .iter()
                .zip(&truth[i])
                .map(|(a, b)| a.abs_diff(*b))
                .max();
            assert!(worst < Some(12), "{flags} {i} {worst:?}");
        }
    }
}

#[test]
fn a_gif_has_no_delays_that_players_do_not_keep_to() {
    let place = Place::with_loop();
    // 193 ms are 9.65 frames at 50 fps; with 10, one would be shown for a hundredth only.
    place.file("odd.json", crate::LOOP.replace("200", "193"));
    place.done("render odd.json --out odd.gif");
    let decoder = image::codecs::gif::GifDecoder::new(Cursor::new(place.bytes("odd.gif"))).unwrap();
    let delays: Vec<f64> = shown(decoder.into_frames())
        .iter()
        .map(|frame| frame.1)
        .collect();
    assert!(delays.iter().all(|&delay| delay >= 20.0), "{delays:?}");
    assert_eq!((delays.len(), delays.iter().sum::<f64>()), (9, 190.0));
    let words = ["not-representable", "--fps", "--allow-approximate"];
    place.refused("render loop.json --out fast.gif --fps 60", 2, &words);
    let run = place.done("render loop.json --out fast.gif --fps 60 --allow-approximate");
    assert!(run.err.contains("delays"), "{}", run.err);
    let manifest = manifest(&place, "fast.gif.manifest.json");
    assert_eq!(
        manifest["image"]["approximate"],
        serde_json::json!(["delays"])
    );
}

#[test]
fn holes_of_a_gif_open_and_close() {
    let place = Place::with_loop();
    let words = ["not-representable", "transparent", "--background"];
    place.refused(
        "render loop.json --out a.gif --background transparent",
        2,
        &words,
    );
    place.done("render loop.json --out a.gif --background transparent --allow-approximate");
    let truth = frames(&place, "--background transparent --fps 50");
    let decoder = image::codecs::gif::GifDecoder::new(Cursor::new(place.bytes("a.gif"))).unwrap();
    for ((pixels, _), truth) in shown(decoder.into_frames()).iter().zip(truth) {
        for (pixel, truth) in pixels.chunks(4).zip(truth.chunks(4)) {
            assert_eq!(pixel[3] > 0, truth[3] >= 128);
        }
    }
}

#[test]
fn threads_change_no_byte() {
    let place = Place::with_loop();
    for name in ["a.gif", "a.apng", "a.webp", "a.y4m", "a.rgba"] {
        place.done(&format!("render loop.json --out {name} --jobs 1"));
        let one = place.bytes(name);
        place.done(&format!(
            "render loop.json --out {name} --jobs 5 --overwrite"
        ));
        assert!(one == place.bytes(name), "{name}");
    }
}

#[test]
fn streams_are_the_same_in_a_file_and_to_a_reader() {
    let place = Place::with_loop();
    for format in ["y4m", "rgba"] {
        place.done(&format!("render loop.json --out a.{format} --frames 0-2"));
        let mut command = place.command(&format!(
            "render loop.json --out - --format {format} --frames 0-2"
        ));
        assert!(
            command.output().unwrap().stdout == place.bytes(&format!("a.{format}")),
            "{format}"
        );
    }
    assert_eq!(place.bytes("a.rgba").len(), 3 * 64 * 48 * 4);
    let head =
        "YUV4MPEG2 W64 H48 F60:1 Ip A1:1 C420mpeg2 XYSCSS=420MPEG2 XCOLORRANGE=LIMITED\nFRAME\n";
    let y4m = place.bytes("a.y4m");
    assert!(y4m.starts_with(head.as_bytes()));
    assert_eq!(y4m.len(), head.len() - 6 + 3 * (6 + 64 * 48 * 3 / 2));
    // The background, #102030, is plain at the corner.
    assert_eq!(y4m[head.len()], 42);
    place.done("render loop.json --out b.y4m --chroma 444 --frames 0");
    assert!(place.bytes("b.y4m").len() > 3 * 64 * 48);
    let output = place
        .command("render loop.json --out - --format png --frames 0-1")
        .output()
        .unwrap();
    let signature = b"\x89PNG\r\n\x1a\n";
    let files = output
        .stdout
        .windows(8)
        .filter(|window| window == signature)
        .count();
    assert_eq!(files, 2);
    let said = String::from_utf8(output.stderr).unwrap();
    let words = format!("2 frames, {} bytes to standard output", output.stdout.len());
    assert!(said.contains(&words), "{said}");
    assert!(!place.path("-").exists());
}

#[test]
fn a_reader_that_goes_away_is_an_error() {
    let place = Place::with_loop();
    for count in [0, 1, 100_000] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_oscilla"))
            .args("render loop.json --loops 200 --out - --format rgba".split(' '))
            .current_dir(place.path(""))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut vec![0; count]).unwrap();
        drop(out);
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(5), "{text}");
        assert!(text.contains("went away"), "{text}");
        if count > 64 * 48 * 4 {
            assert!(text.contains("after frame "), "{text}");
        }
    }
}

#[test]
fn flags_that_would_do_nothing_are_refused() {
    let place = Place::with_loop();
    for flags in [
        "--out a.png --time 0 --plays 2",
        "--out a.apng --gif-dither diffusion",
        "--out a.gif --chroma 444",
        "--out a.gif --crf 20",
        "--out a.gif --print-ffmpeg",
        "--out a.mp4 --codec vp9",
        "--out a.mov --crf 3",
        "--out - --format gif",
        "--out - --format mp4",
        "--out frames --format gif",
        "--out f --svg-ids none",
        "--out a.gif --svg-compat",
        "--out a.apng --svg-animate strict",
        "--out f --format svg --svg-animate strict",
        "--out a.svg --png-effort small",
        "--out a.webp --png-effort fast",
        "--out a.mp4 --png-effort fast",
        "--out f --allow-large",
        "--contact-sheet s.png --png-effort small",
        "--out a.gif --format apng",
        "--out a.y4m --frames 0,1,3",
    ] {
        place.refused(&format!("render loop.json {flags}"), 2, &["error"]);
    }
    assert_eq!(place.names(""), ["loop.json"]);
}

#[test]
fn the_ffmpeg_command_is_printed_and_nothing_else_done() {
    let place = Place::with_loop();
    let run = place.done("render loop.json --out loop.mp4 --print-ffmpeg");
    assert!(run.out.starts_with("ffmpeg "), "{}", run.out);
    assert!(run.out.contains("-f yuv4mpegpipe -i -") && run.out.ends_with(" loop.mp4\n"));
    assert!(run.err.contains("--out - --format y4m"), "{}", run.err);
    let run = place.done("render loop.json --out loop.mov --size 33x17 --print-ffmpeg");
    assert!(
        run.out.contains("-video_size 33x17 -framerate 60/1"),
        "{}",
        run.out
    );
    assert!(run.out.contains("pad=") && run.err.contains("--out - --format rgba"));
    let run = place.done("render loop.json --out - --format y4m --print-ffmpeg");
    assert!(run.out.contains("-f yuv4mpegpipe -i -"), "{}", run.out);
    let run = place.done("render loop.json --out http:x.mov --print-ffmpeg");
    assert!(run.out.ends_with(" ./http:x.mov\n"), "{}", run.out);
    assert_eq!(place.names(""), ["loop.json"]);
}

#[test]
fn no_ffmpeg_command_drops_alpha_silently() {
    let place = Place::with_loop();
    let clear = "render loop.json --background transparent --print-ffmpeg --out";
    for out in ["- --format rgba", "- --format png", "a.mp4"] {
        let words = ["not-representable", "alpha", "--background"];
        place.refused(&format!("{clear} {out}"), 2, &words);
    }
    // Here we flatten before the command sees anything.
    for out in ["- --format y4m", "a.mp4"] {
        let run = place.done(&format!("{clear} {out} --allow-approximate"));
        assert!(run.out.contains("-f yuv4mpegpipe"), "{}", run.out);
    }
    for (out, format) in [("a.webm", "yuva420p"), ("a.mov", "yuva444p10le")] {
        let run = place.done(&format!("{clear} {out}"));
        assert!(run.out.contains("-pixel_format rgba") && run.out.contains(format));
    }
    for out in ["- --format rgba", "- --format png"] {
        place.done(&format!("render loop.json --print-ffmpeg --out {out}"));
    }
}

/// The planes of each frame of a y4m stream.
fn planes(stream: &[u8], frame: usize) -> Vec<&[u8]> {
    let head = stream.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    let frames = stream[head..].chunks(frame + 6);
    frames
        .map(|frame| frame.strip_prefix(b"FRAME\n").unwrap())
        .collect()
}

#[test]
fn opaque_movies_hold_the_samples_of_our_y4m() {
    if !has_ffmpeg() {
        return;
    }
    let place = Place::with_loop();
    for (size, width) in [("64x48", 64), ("61x47", 62)] {
        let args = format!("render loop.json --size {size} --frames 0-2 --overwrite");
        place.done(&format!("{args} --out a.y4m"));
        // Without loss.
        place.done(&format!("{args} --out a.mp4 --crf 0"));
        let probe =
            "ffprobe -v error -show_entries stream=width,height,chroma_location -of csv=p=0 a.mp4";
        let said = String::from_utf8(tool(&place, probe)).unwrap();
        assert_eq!(said.trim(), format!("{width},48,left"));
        let image = &manifest(&place, "a.mp4.manifest.json")["image"];
        assert_eq!(
            (&image["width"], &image["height"]),
            (&width.into(), &48.into())
        );
        let decoded = tool(&place, "ffmpeg -v error -i a.mp4 -f rawvideo -");
        assert_eq!(decoded.len(), 3 * width * 48 * 3 / 2);
        if width == 64 {
            let ours = place.bytes("a.y4m");
            assert!(planes(&ours, 64 * 48 * 3 / 2).concat() == decoded);
        }
    }
}

/// How far colours of ffmpeg's filters may be from ours: its kernel is another one, so edges differ a
/// little. With samples in the middle of their pixels the mean is twice as large.
const CHROMA_MEAN: f64 = 1.5;

#[test]
fn colour_samples_of_ffmpeg_lie_where_ours_do() {
    if !has_ffmpeg() {
        return;
    }
    const LUMA: usize = 256 * 192;
    let place = Place::with_loop();
    let args = "render loop.json --scale 4 --frames 0 --out";
    place.done(&format!("{args} a.y4m"));
    place.done(&format!("{args} a.rgba"));
    let ours = place.bytes("a.y4m");
    let ours = planes(&ours, LUMA * 3 / 2)[0];
    for (out, format) in [
        ("- --format rgba", "yuv420p"),
        ("a.webm --background transparent", "yuva420p"),
    ] {
        let line = place.done(&format!("{args} {out} --print-ffmpeg")).out;
        let (_, filter) = line.split_once("-vf ").unwrap();
        let filter = filter.split(' ').next().unwrap().trim_matches('\'');
        let convert = format!(
            "ffmpeg -v error -f rawvideo -pixel_format rgba -video_size 256x192 -i a.rgba -vf {filter} -pix_fmt {format} -f rawvideo -"
        );
        let theirs = tool(&place, &convert);
        let apart = |at: usize| theirs[at].abs_diff(ours[at]);
        assert!((0..LUMA).all(|at| apart(at) <= 1), "{format}");
        // Plain grounds are alike; edges tell.
        let ground = [ours[LUMA], ours[LUMA * 5 / 4]];
        let edges = (LUMA..LUMA * 3 / 2).filter(|&at| apart(at) > 0 || !ground.contains(&ours[at]));
        let (mut sum, mut count) = (0.0, 0.0);
        for at in edges {
            sum += f64::from(apart(at));
            count += 1.0;
        }
        assert!(sum <= CHROMA_MEAN * count, "{format}: {sum} of {count}");
    }
}

#[test]
fn movies_need_an_ffmpeg() {
    let place = Place::with_loop();
    let mut command = place.command("render loop.json --out loop.mp4");
    let run = Run::of(command.env("PATH", place.path("")));
    assert_eq!(run.code, 5, "{}", run.err);
    assert!(
        run.err.contains("encoder-missing") && run.err.contains("apt install ffmpeg"),
        "{}",
        run.err
    );
    assert_eq!(place.names(""), ["loop.json"]);
}

/// A folder `bin` with programs that pretend to be ffmpeg and ffprobe.
#[cfg(unix)]
fn pretend(place: &Place, ffmpeg: &str, ffprobe: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::create_dir_all(place.path("bin")).unwrap();
    let answer = "#!/bin/sh\ncase \"$*\" in *-encoders*) echo ' V libx264 H.264'; exit 0;; *-version*) exit 0;; esac\n";
    for (name, script) in [("bin/ffmpeg", ffmpeg), ("bin/ffprobe", ffprobe)] {
        place.file(name, format!("{answer}{script}\n"));
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(place.path(name), mode).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn what_ffmpeg_complains_about_is_shown() {
    let place = Place::with_loop();
    let dies = "head -c 30000 >/dev/null; echo 'no space for pictures' >&2; exit 3";
    for (ffmpeg, ffprobe, words) in [
        (dies, "echo 12", "no space for pictures"),
        ("cat >/dev/null", "echo 11", "11 frames in place of 12"),
    ] {
        pretend(&place, ffmpeg, ffprobe);
        let path = std::env::join_paths([place.path("bin"), "/usr/bin".into(), "/bin".into()]);
        let mut command = place.command("render loop.json --out loop.mp4");
        let run = Run::of(command.env("PATH", path.unwrap()));
        assert_eq!(run.code, 5, "{}", run.err);
        assert!(
            run.err.contains("encoder-failed") && run.err.contains(words),
            "{}",
            run.err
        );
        assert_eq!(place.names(""), ["bin", "loop.json"]);
    }
}

#[test]
fn movies_show_the_frames_in_their_colours() {
    if !has_ffmpeg() {
        return;
    }
    // Larger than the loop is, for colours blur where they have half the samples.
    const SIZE: usize = 256 * 192;
    let place = Place::with_loop();
    let truth = frames(&place, "--scale 4 --frames 0-2");
    for name in ["loop.mp4", "loop.webm", "loop.mov"] {
        place.done(&format!(
            "render loop.json --scale 4 --frames 0-2 --out {name}"
        ));
        let probe = format!(
            "ffprobe -v error -show_entries stream=color_space,color_range,color_primaries,r_frame_rate -of default=nk=1:nw=1 {name}"
        );
        let said = String::from_utf8(tool(&place, &probe)).unwrap();
        assert!(
            said.contains("tv") && said.contains("bt709") && said.contains("60/1"),
            "{name}: {said}"
        );
        let decode = format!(
            "ffmpeg -v error -i {name} -vf scale=in_color_matrix=bt709:in_range=tv -f rawvideo -pix_fmt rgba -"
        );
        let decoded = tool(&place, &decode);
        assert_eq!(decoded.len(), 3 * SIZE * 4, "{name}");
        for (frame, truth) in decoded.chunks(SIZE * 4).zip(&truth) {
            // The corner is plain background.
            let off = frame[..3]
                .iter()
                .zip(&truth[..3])
                .map(|(a, b)| a.abs_diff(*b))
                .max();
            assert!(off <= Some(4), "{name} {:?} {:?}", &frame[..3], &truth[..3]);
            let sum: u64 = frame
                .iter()
                .zip(truth)
                .map(|(a, b)| u64::from(a.abs_diff(*b)))
                .sum();
            assert!(sum / (SIZE as u64 * 3) < 4, "{name} {sum}");
        }
    }
    let plan = place.done("render loop.json --out new.mp4 --dry-run");
    assert!(plan.out.contains("h264 by ffmpeg version"), "{}", plan.out);
    let mp4 = place.bytes("loop.mp4");
    let at = |name: &[u8]| mp4.windows(4).position(|window| window == name);
    assert!(at(b"moov") < at(b"mdat"), "faststart");
}

#[test]
fn movies_have_even_sides_and_alpha_where_they_can() {
    if !has_ffmpeg() {
        return;
    }
    let place = Place::with_loop();
    place.done("render loop.json --size 33x17 --out odd.mp4 --frames 0-2");
    let probe = "ffprobe -v error -show_entries stream=width,height -of csv=p=0 odd.mp4";
    assert_eq!(tool(&place, probe), b"34,18\n");
    for (name, decoder) in [("a.webm", "-c:v libvpx-vp9"), ("a.mov", "")] {
        place.done(&format!(
            "render loop.json --background transparent --out {name} --frames 0-1"
        ));
        let decoded = tool(
            &place,
            &format!("ffmpeg -v error {decoder} -i {name} -f rawvideo -pix_fmt rgba -"),
        );
        let alphas: Vec<u8> = decoded.chunks(4).map(|pixel| pixel[3]).collect();
        assert!(
            alphas[0] < 4 && alphas.iter().any(|&alpha| alpha > 250),
            "{name}"
        );
    }
}

#[test]
fn a_y4m_stream_reads_as_the_frames() {
    if !has_ffmpeg() {
        return;
    }
    let place = Place::with_loop();
    let truth = frames(&place, "--frames 3 --scale 4");
    for (chroma, worst, mean) in [("444", 3, 1), ("420", 160, 2)] {
        place.done(&format!(
            "render loop.json --out a.y4m --scale 4 --frames 3 --overwrite --chroma {chroma}"
        ));
        let decode = "ffmpeg -v error -i a.y4m -vf scale=in_color_matrix=bt709:in_range=tv:flags=bicubic+accurate_rnd+full_chroma_int -f rawvideo -pix_fmt rgba -";
        let decoded = tool(&place, decode);
        let off = || {
            let pairs = decoded.iter().zip(&truth[0]);
            pairs.map(|(a, b)| a.abs_diff(*b))
        };
        let sum: u64 = off().map(u64::from).sum();
        assert!(off().max() <= Some(worst), "{chroma} {:?}", off().max());
        assert!(sum / (256 * 192 * 3) <= mean, "{chroma} {sum}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_movie_leaves_nothing() {
    if !has_ffmpeg() {
        return;
    }
    let place = Place::with_loop();
    let mut child = Command::new(env!("CARGO_BIN_EXE_oscilla"))
        .args("render loop.json --loops 5000 --progress plain --out loop.mp4".split(' '))
        .current_dir(place.path(""))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The temporary file is there when the first frames are made.
    while place.names("").len() < 2 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let mut text = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{text}");
    assert!(text.contains("the file was not written"), "{text}");
    assert_eq!(place.names(""), ["loop.json"]);
}
