//! Time of a frame as elements and pixels grow, one core: values, pixels, PNG.
//!
//! `cargo bench --bench growth` prints two tables; `-- --record` also writes them to `benches/growth.md`
//! with a plot, `benches/growth.svg`; `-- --quick` leaves out what takes seconds. The frame is that of
//! `benches/patches/circles-100000.json` with another number of circles or of pixels, every value of every
//! element new in every frame. Times are the least of several frames. Linear growth is a line of slope 1.

#![allow(clippy::print_stdout, reason = "a benchmark prints its result")]

use oscilla::export::png::{PngEffort, PngEncoder};
use oscilla::export::{Image, Texts};
use oscilla::raster::{Canvas, Raster, RasterOptions};
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime};
use oscilla::{compile, diag, patch};
use plotters::prelude::*;
use plotters::style::register_font;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

mod clock;

const HD: (u32, u32) = (1920, 1080);
/// Circles where pixels grow.
const CIRCLES: u32 = 10_000;
/// Time for one size, about, seconds.
const BUDGET: Duration = Duration::from_secs(2);

/// Least ms of each stage.
#[derive(Clone, Copy)]
struct Times {
    evaluate: f64,
    paint: f64,
    encode: f64,
}

impl Times {
    fn total(self) -> f64 {
        self.evaluate + self.paint + self.encode
    }

    fn least(self, other: Self) -> Self {
        Self {
            evaluate: self.evaluate.min(other.evaluate),
            paint: self.paint.min(other.paint),
            encode: self.encode.min(other.encode),
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let quick = clock::is_quick();
    let most = if quick { 4 } else { 7 };
    let sizes = [
        (640, 360),
        (1280, 720),
        HD,
        (2560, 1440),
        (3840, 2160),
        (7680, 4320),
    ];
    let elements = (3..=most)
        .map(|power| 10u32.pow(power))
        .map(|count| Ok((f64::from(count), time(count, HD)?)))
        .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    let pixels = sizes[..if quick { 2 } else { 6 }]
        .iter()
        .map(|&size| Ok((f64::from(size.0 * size.1), time(CIRCLES, size)?)))
        .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    let mut text = String::new();
    table(&mut text, "circles, 1920 × 1080", "element", &elements)?;
    text.push('\n');
    table(&mut text, "pixels, 10,000 circles", "pixel", &pixels)?;
    print!("{text}");
    if std::env::args().any(|argument| argument == "--record") {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
        let head = "# Growth\n\nWritten by `cargo bench --bench growth -- --record`; `growth.svg` shows the same.\n\n";
        std::fs::write(folder.join("growth.md"), format!("{head}{text}"))?;
        plot(&folder.join("growth.svg"), &elements, &pixels)?;
    }
    Ok(())
}

/// The scene: `count` circles at golden-ratio places, moved and coloured by the hash of their ids.
fn scene(count: u32, (width, height): (u32, u32)) -> String {
    let text = include_str!("patches/circles-100000.json");
    let places = [
        ("\"n\": 100000", format!("\"n\": {count}")),
        ("[1920, 1080]", format!("[{width}, {height}]")),
        ("* 1900 +", format!("* {} +", width - 20)),
        ("* 1060 +", format!("* {} +", height - 20)),
    ];
    places.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the patch has no `{from}`");
        text.replace(from, to)
    })
}

fn time(count: u32, size: (u32, u32)) -> Result<Times, Box<dyn Error>> {
    let source = patch::Source::new("circles.json", scene(count, size));
    let mut found = diag::Diagnostics::new();
    let document = patch::read(&source, &mut found);
    let program = document.and_then(|d| compile::compile(&d, &Default::default(), &mut found));
    let program = program.ok_or_else(|| format!("{:?}", found.list()))?;
    let mut engine = Engine::new(Arc::new(program), EngineOptions::default())?;
    let mut raster = Raster::new(RasterOptions::default());
    let mut canvas = Canvas::new();
    let mut image = Image {
        width: size.0,
        height: size.1,
        rgba: Vec::new(),
    };
    let mut encoder = PngEncoder::new(PngEffort::Fast);
    let mut frame = |number: u32| -> Result<Times, Box<dyn Error>> {
        let start = clock::wall();
        let time = FrameTime::at(f64::from(number) * 1000.0 / 60.0);
        let tree = engine.render_frame(time, &FrameCtx::default())?;
        let evaluated = clock::wall();
        raster.draw(tree, &mut canvas)?;
        let painted = clock::wall();
        canvas.write_straight(&mut image.rgba);
        let file = encoder.encode(&image, &Texts::new())?;
        let encoded = clock::wall();
        drop(file);
        let ms = |from: Duration, to: Duration| (to - from).as_secs_f64() * 1e3;
        Ok(Times {
            evaluate: ms(start, evaluated),
            paint: ms(evaluated, painted),
            encode: ms(painted, encoded),
        })
    };
    // The first frame fills caches and buffers.
    frame(0)?;
    let begun = clock::wall();
    let mut least = frame(1)?;
    for number in 2..clock::rounds(30) as u32 {
        if clock::wall() - begun > BUDGET {
            break;
        }
        least = least.least(frame(number)?);
    }
    Ok(least)
}

fn table(
    text: &mut String,
    what: &str,
    unit: &str,
    rows: &[(f64, Times)],
) -> Result<(), std::fmt::Error> {
    writeln!(
        text,
        "| {what} | values, ms | pixels, ms | PNG, ms | frame, ms | ns a {unit} | ns a further {unit} |"
    )?;
    writeln!(text, "|---|---|---|---|---|---|---|")?;
    let mut before: Option<(f64, Times)> = None;
    for &(size, times) in rows {
        let total = times.total();
        let further = before.map_or_else(String::new, |(smaller, less)| {
            format!("{:.1}", (total - less.total()) * 1e6 / (size - smaller))
        });
        writeln!(
            text,
            "| {size} | {:.2} | {:.2} | {:.2} | {total:.2} | {:.1} | {further} |",
            times.evaluate,
            times.paint,
            times.encode,
            total * 1e6 / size,
        )?;
        before = Some((size, times));
    }
    Ok(())
}

/// Frame times over sizes, both logarithmic, side by side; grey: slope 1 through the largest.
fn plot(
    path: &Path,
    elements: &[(f64, Times)],
    pixels: &[(f64, Times)],
) -> Result<(), Box<dyn Error>> {
    let font = include_bytes!("../src/cli/font/dejavu-sans.ttf");
    register_font("sans-serif", FontStyle::Normal, font)
        .map_err(|_| "the font of plots is damaged")?;
    let root = SVGBackend::new(path, (960, 420)).into_drawing_area();
    root.fill(&WHITE)?;
    let halves = root.split_evenly((1, 2));
    for (half, rows, title) in [
        (&halves[0], elements, "elements, 1920 × 1080"),
        (&halves[1], pixels, "pixels, 10,000 circles"),
    ] {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            continue;
        };
        let lowest = rows
            .iter()
            .map(|(_, t)| t.evaluate.min(t.paint).min(t.encode));
        let lowest = lowest.fold(f64::INFINITY, f64::min).max(1e-3);
        let mut chart = ChartBuilder::on(half)
            .caption(format!("ms a frame over {title}"), ("sans-serif", 16))
            .margin(12)
            .x_label_area_size(32)
            .y_label_area_size(56)
            .build_cartesian_2d(
                (first.0 * 0.8..last.0 * 1.25).log_scale(),
                (lowest * 0.8..last.1.total() * 1.5).log_scale(),
            )?;
        chart.configure_mesh().light_line_style(WHITE).draw()?;
        let slope = |size: f64| (size, last.1.total() * size / last.0);
        chart.draw_series(LineSeries::new(
            [first.0, last.0].map(slope),
            RGBColor(190, 190, 190),
        ))?;
        type Of = fn(&Times) -> f64;
        let lines: [(&str, RGBColor, Of); 4] = [
            ("frame", BLACK, |t| t.total()),
            ("values", BLUE, |t| t.evaluate),
            ("pixels", RED, |t| t.paint),
            ("PNG", RGBColor(0, 130, 60), |t| t.encode),
        ];
        for (name, color, of) in lines {
            let points = rows.iter().map(|(size, times)| (*size, of(times)));
            chart
                .draw_series(LineSeries::new(points.clone(), color.stroke_width(2)).point_size(3))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE)
            .border_style(RGBColor(190, 190, 190))
            .draw()?;
    }
    root.present()?;
    Ok(())
}
