//! The `rails` object: shorthands, defaults, generators and policies.

use super::chain::{Names, rail};
use super::fields::{Fields, Report, Shape};
use super::model::{BusRef, Combine, Constant};
use super::place::Place;
use super::rails;
use super::rails::{Curve, Drive, Driven, Generator, PhaseMode, Rail, RailEntry, Read, Stop};
use super::refs::End;
use super::value::{self, Value, quote};
use crate::diag::Diagnostic;
use crate::math::Ease;

/// Most points of a curve and most stops of a palette.
pub(super) const MOST_POINTS: usize = 256;

pub(super) const PHASE: Shape = Shape {
    what: "a phase rail",
    example: r#"{"periodMs": 4000, "mode": "loop", "offset": 0}"#,
    known: &[
        "periodMs", "mode", "offset", "enabled", "bus", "drive", "combine", "read", "mirror",
    ],
};

pub(super) const PULSE: Shape = Shape {
    what: "a pulse rail",
    example: r#"{"division": 4}"#,
    known: &["division", "bus", "drive", "combine", "read", "mirror"],
};

pub(super) const ENERGY: Shape = Shape {
    what: "the energy rail",
    example: r#"{"curve": "sine", "source": "phaseA", "min": 0, "max": 1}"#,
    known: &[
        "source", "curve", "min", "max", "bus", "drive", "combine", "read", "mirror",
    ],
};

pub(super) const PALETTE: Shape = Shape {
    what: "the palette rail",
    example: r##"{"stops": [{"at": 0, "color": "#0b1020"}, {"at": 0.5, "color": "#3b82f6"}]}"##,
    known: &[
        "source", "stops", "bus", "drive", "combine", "read", "mirror",
    ],
};

pub(super) const STOP: Shape = Shape {
    what: "a stop",
    example: r##"{"at": 0.5, "color": "#3b82f6"}"##,
    known: &["at", "color"],
};

pub(super) const DRIVEN: Shape = Shape {
    what: "a driven number",
    example: r#"{"bus": "tempo", "base": 4000}"#,
    known: &["bus", "from", "base"],
};

impl Rail {
    fn shape(self) -> &'static Shape {
        match self {
            Self::PhaseA | Self::PhaseB => &PHASE,
            Self::PulseA | Self::PulseB => &PULSE,
            Self::Energy => &ENERGY,
            Self::Palette => &PALETTE,
        }
    }
}

/// All six rails in order, set as the document says.
pub(super) fn read(
    rails: &[(String, Value)],
    place: &Place<'_>,
    names: Names<'_>,
    report: &mut Report<'_>,
) -> Vec<RailEntry> {
    let mut entries: Vec<RailEntry> = Rail::ALL.into_iter().map(Rail::unset).collect();
    for (key, value) in rails {
        let here = place.key(key);
        let Some(which) = rail(key, here.pointer(), report) else {
            continue;
        };
        if value.is_null() {
            continue;
        }
        let long = spell_out(which, value);
        let value = long.as_ref().unwrap_or(value);
        let Some(fields) = Fields::open(value, &here, which.shape(), report) else {
            continue;
        };
        let fields = if long.is_some() {
            fields.shorthand()
        } else {
            fields
        };
        fields.warn_unknown(report);
        if let Some(entry) = entries.iter_mut().find(|entry| entry.rail == which) {
            *entry = Setter {
                names,
                fields,
                report,
            }
            .entry(which);
        }
    }
    entries
}

/// The object that a shorthand stands for.
fn spell_out(rail: Rail, value: &Value) -> Option<Value> {
    let key = match (rail, value) {
        (Rail::PhaseA | Rail::PhaseB, Value::Number(_)) => "periodMs",
        (Rail::PulseA | Rail::PulseB, Value::Number(_)) => "division",
        (Rail::Energy, Value::List(_) | Value::Text(_)) => "curve",
        (Rail::Palette, Value::List(_)) => "stops",
        _ => return None,
    };
    Some(Value::Object(vec![(key.to_owned(), value.clone())]))
}

/// Reads the fields of one rail.
struct Setter<'a, 'p, 'r, 'd> {
    names: Names<'p>,
    fields: Fields<'a, 'p>,
    report: &'r mut Report<'d>,
}

impl Setter<'_, '_, '_, '_> {
    fn entry(mut self, rail: Rail) -> RailEntry {
        let generator = match rail {
            Rail::PhaseA => self.phase(rails::PERIOD_A),
            Rail::PhaseB => self.phase(rails::PERIOD_B),
            Rail::PulseA | Rail::PulseB => self.pulse(),
            Rail::Energy => self.energy(),
            Rail::Palette => self.palette(),
        };
        let bus = self.bus("bus");
        let by_bus = if bus.is_some() {
            Drive::Patched
        } else {
            Drive::Internal
        };
        let drives = [
            ("internal", Drive::Internal),
            ("patched", Drive::Patched),
            ("mixed", Drive::Mixed),
        ];
        let drive = self.choice("drive", &drives).unwrap_or(by_bus);
        if drive != Drive::Internal && bus.is_none() && self.fields.get("bus").is_none() {
            let message = format!(
                "the rail `{}` is driven by a bus, but names none",
                rail.name()
            );
            let pointer = self.fields.pointer("drive");
            self.report.push(
                Diagnostic::error("missing-field", pointer, message)
                    .hint(r#"add "bus": "…", or remove `drive`"#),
            );
        }
        let combine = self.combine(rail);
        let reads = [
            ("latched", Read::Latched),
            ("internalNow", Read::InternalNow),
        ];
        let mut read = self.choice("read", &reads).unwrap_or_default();
        if read == Read::InternalNow && (drive != Drive::Internal || is_driven(&generator)) {
            let message = "only a rail that is internal and not driven can be read as of now";
            let pointer = self.fields.pointer("read");
            self.report
                .push(Diagnostic::error("rail-type", pointer, message).hint(r#"write "latched""#));
            read = Read::Latched;
        }
        let mirror = self.mirror(rail, bus.as_ref());
        let at = self.fields.at();
        RailEntry {
            at,
            rail,
            generator,
            bus,
            drive,
            combine,
            read,
            mirror,
        }
    }

    fn phase(&mut self, period_ms: f64) -> Generator {
        let period_ms = self.driven("periodMs", period_ms);
        if let Driven::Constant(v) = period_ms
            && v <= 0.0
        {
            self.out_of_range("periodMs", "a number of ms above 0");
        }
        let modes = [("loop", PhaseMode::Loop), ("pingpong", PhaseMode::Pingpong)];
        let mode = self.choice("mode", &modes).unwrap_or_default();
        let offset = self.driven("offset", 0.0);
        // A phase that the document names is on.
        let enabled = self.fields.flag("enabled", true, self.report);
        Generator::Phase {
            period_ms,
            mode,
            offset,
            enabled,
        }
    }

    fn pulse(&mut self) -> Generator {
        let division = self.fields.number("division", self.report).unwrap_or(1.0);
        if division >= 1.0 && division <= f64::from(u32::MAX) && division.fract() == 0.0 {
            return Generator::Pulse {
                division: division as u32,
            };
        }
        self.out_of_range("division", "a whole number from 1 up");
        Generator::Pulse { division: 1 }
    }

    fn energy(&mut self) -> Generator {
        let source = self.source();
        let curve = match self.fields.get("curve") {
            None => Curve::Sine,
            Some(Value::Text(name)) => match name.as_str() {
                "sine" => Curve::Sine,
                "const" => Curve::Const,
                "triangle" => Curve::Triangle,
                "saw" => Curve::Saw,
                ease => Ease::from_name(ease).map_or_else(|| self.no_curve(ease), Curve::Ease),
            },
            Some(Value::List(points)) => self.points(points),
            Some(_) => {
                self.fields
                    .wrong("curve", "a name or a list of points", self.report);
                Curve::Sine
            }
        };
        let (min, max) = (self.driven("min", 0.0), self.driven("max", 1.0));
        Generator::Energy {
            source,
            curve,
            min,
            max,
        }
    }

    fn no_curve(&mut self, name: &str) -> Curve {
        let message = format!("no curve is called {}", quote(name));
        let pointer = self.fields.pointer("curve");
        let eases = Ease::ALL.iter().map(|ease| ease.name());
        let names = ["sine", "const", "triangle", "saw"]
            .into_iter()
            .chain(eases);
        let error = Diagnostic::error("unknown-option", pointer, message);
        let mut error = self.report.suggest(error, name, names);
        if error.hints.is_empty() {
            error = error.hint("curves are `sine`, `const`, `triangle`, `saw` and the easings");
        }
        self.report.push(error);
        Curve::Sine
    }

    fn points(&mut self, list: &[Value]) -> Curve {
        if !self.fits("curve", list) {
            return Curve::Sine;
        }
        let points: Vec<[f64; 2]> = list.iter().filter_map(|v| value::vec2(v).ok()).collect();
        if points.len() < list.len() {
            self.fields.wrong(
                "curve",
                "a list of points such as [[0, 0], [0.5, 1]]",
                self.report,
            );
            return Curve::Sine;
        }
        self.ascending("curve", points.iter().map(|point| point[0]));
        Curve::Points(points)
    }

    fn palette(&mut self) -> Generator {
        let source = self.source();
        let list = match self.fields.get("stops") {
            None => {
                return Generator::Palette {
                    source,
                    stops: None,
                };
            }
            Some(_) => self.fields.list("stops", self.report),
        };
        if !self.fits("stops", list) {
            return Generator::Palette {
                source,
                stops: None,
            };
        }
        let place = self.fields.inside("stops");
        let mut stops = Vec::with_capacity(list.len());
        let placed = list
            .iter()
            .any(|stop| stop.get("at").is_some() || stop.get("color").is_some());
        for (i, value) in list.iter().enumerate() {
            let here = place.index(i);
            if placed {
                let Some(stop) = Fields::open(value, &here, &STOP, self.report) else {
                    continue;
                };
                stop.warn_unknown(self.report);
                if stop.get("at").is_none() {
                    stop.missing("at", self.report);
                }
                let at = stop.number("at", self.report);
                let Some(color) = stop.get("color") else {
                    stop.missing("color", self.report);
                    continue;
                };
                let color = Constant {
                    value: color.clone(),
                    at: stop.pointer("color"),
                };
                stops.extend(at.map(|at| Stop { at, color }));
            } else {
                let color = Constant {
                    value: value.clone(),
                    at: here.pointer(),
                };
                stops.push(Stop {
                    at: i as f64 / list.len() as f64,
                    color,
                });
            }
        }
        self.ascending("stops", stops.iter().map(|stop| stop.at));
        Generator::Palette {
            source,
            stops: Some(stops),
        }
    }

    /// Which phase a rail runs over.
    fn source(&mut self) -> Rail {
        let phases = [("phaseA", Rail::PhaseA), ("phaseB", Rail::PhaseB)];
        self.choice("source", &phases).unwrap_or(Rail::PhaseA)
    }

    /// A number, `{"bus", "base"}` or `{"from", "base"}`.
    fn driven(&mut self, key: &'static str, default: f64) -> Driven {
        let value = match self.fields.get(key) {
            None => return Driven::Constant(default),
            Some(value @ Value::Object(_)) => value,
            Some(value) => match value::number(value) {
                Ok(v) => return Driven::Constant(v),
                Err(found) => {
                    let pointer = self.fields.pointer(key);
                    self.report
                        .push(found.diagnostic(pointer, &format!("`{key}`")));
                    return Driven::Constant(default);
                }
            },
        };
        let place = self.fields.inside(key);
        let Some(fields) = Fields::open(value, &place, &DRIVEN, self.report) else {
            return Driven::Constant(default);
        };
        fields.warn_unknown(self.report);
        if fields.get("base").is_none() {
            fields.missing("base", self.report);
        }
        let base = fields.number("base", self.report).unwrap_or(default);
        if fields.exclusive(&["bus", "from"], self.report) {
            return Driven::Constant(base);
        }
        if let Some(from) = fields.get("from") {
            let place = fields.place.key("from");
            return match self.names.scope.read(from, place, End::From, self.report) {
                Some(from) => Driven::Wire { from, base },
                None => Driven::Constant(base),
            };
        }
        match fields.needed_text("bus", self.report) {
            Some(text) => {
                let bus = self
                    .names
                    .buses
                    .reference(text, fields.pointer("bus"), self.report);
                Driven::Bus { bus, base }
            }
            None => Driven::Constant(base),
        }
    }

    fn bus(&mut self, key: &'static str) -> Option<BusRef> {
        let text = self.fields.text(key, self.report)?;
        Some(
            self.names
                .buses
                .reference(text, self.fields.pointer(key), self.report),
        )
    }

    /// Where a named rail publishes: as written, `null` for nowhere, else its default bus; never on
    /// the bus that drives it.
    fn mirror(&mut self, rail: Rail, own: Option<&BusRef>) -> Option<BusRef> {
        let mirror = match self.fields.written("mirror") {
            Some(Value::Null) => None,
            Some(_) => self.bus("mirror"),
            None => rail.mirror().map(|name| BusRef {
                text: name.to_owned(),
                bus: self.names.buses.get(name),
                at: self.fields.at(),
            }),
        };
        mirror.filter(|mirror| own.is_none_or(|own| own.bus.is_none() || own.bus != mirror.bus))
    }

    fn combine(&mut self, rail: Rail) -> Combine {
        let Some(text) = self.fields.text("combine", self.report) else {
            return rail.combine();
        };
        match Combine::parse(text).filter(|mode| *mode != Combine::Layer) {
            Some(mode) => mode,
            None => {
                let message = format!("a rail cannot combine by {}", quote(text));
                let error = Diagnostic::error("rail-type", self.fields.pointer("combine"), message);
                self.report
                    .push(error.hint("the modes are `last`, `sum`, `average`, `max`, `min`"));
                rail.combine()
            }
        }
    }

    fn choice<T: Copy>(&mut self, key: &'static str, options: &[(&str, T)]) -> Option<T> {
        let value = self.fields.get(key)?;
        let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
        match value::option(value, &names) {
            Ok(index) => options.get(index).map(|(_, choice)| *choice),
            Err(found) => {
                let pointer = self.fields.pointer(key);
                self.report
                    .push(found.diagnostic(pointer, &format!("`{key}`")));
                None
            }
        }
    }

    /// Reports an empty list or one of too many entries.
    fn fits(&mut self, key: &'static str, list: &[Value]) -> bool {
        if list.is_empty() {
            self.fields.wrong(key, "at least one entry", self.report);
        } else if list.len() > MOST_POINTS {
            let message = format!("`{key}` has {} entries; at most {MOST_POINTS}", list.len());
            let pointer = self.fields.pointer(key);
            self.report
                .push(Diagnostic::error("rail-too-large", pointer, message));
        }
        (1..=MOST_POINTS).contains(&list.len())
    }

    fn ascending(&mut self, key: &'static str, at: impl Iterator<Item = f64>) {
        let mut last = 0.0;
        for p in at {
            if !(last..=1.0).contains(&p) {
                self.out_of_range(key, "places that ascend from 0 to 1");
                return;
            }
            last = p;
        }
    }

    fn out_of_range(&mut self, key: &'static str, wanted: &str) {
        let message = format!("`{key}` of {} wants {wanted}", self.fields.shape.what);
        let pointer = self.fields.pointer(key);
        let example = format!("such as `{}`", self.fields.shape.example);
        self.report
            .push(Diagnostic::error("bad-range", pointer, message).hint(example));
    }
}

fn is_driven(generator: &Generator) -> bool {
    match generator {
        Generator::Phase {
            period_ms, offset, ..
        } => period_ms.is_driven() || offset.is_driven(),
        Generator::Energy { min, max, .. } => min.is_driven() || max.is_driven(),
        Generator::Pulse { .. } | Generator::Palette { .. } => false,
    }
}
