//! What a value varies with: the sources of change behind it.
//!
//! Derived bottom up over operands, so it costs one pass over the tables. A value with no source is
//! static: it is the same in every frame. A state cell varies with `state` and with what its update
//! reads, where that stands before it; what comes back around a loop is state.

use super::operands;
use super::*;
use serde::{Serialize, Serializer};

/// A set of sources of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Varies(u8);

impl Varies {
    /// The same in every frame.
    pub const STATIC: Self = Self(0);
    /// With time.
    pub const TIME: Self = Self(1);
    /// With a rail.
    pub const RAIL: Self = Self(2);
    /// With a recorded or live input.
    pub const EXTERNAL: Self = Self(4);
    /// With what frames before it left behind.
    pub const STATE: Self = Self(8);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it is the same in every frame.
    pub const fn is_static(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` is in it.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The sources in words; empty if static.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        [
            (Self::TIME, "time"),
            (Self::RAIL, "rail"),
            (Self::EXTERNAL, "external"),
            (Self::STATE, "state"),
        ]
        .into_iter()
        .filter(move |(source, _)| self.has(*source))
        .map(|(_, word)| word)
    }
}

impl std::fmt::Display for Varies {
    /// `static`, or the sources with `+` between them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_static() {
            return f.write_str("static");
        }
        for (i, word) in self.words().enumerate() {
            let plus = if i > 0 { "+" } else { "" };
            write!(f, "{plus}{word}")?;
        }
        Ok(())
    }
}

impl Serialize for Varies {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.words())
    }
}

/// What every row of the expression tables varies with.
#[derive(Debug, Clone, Default)]
pub struct Variation {
    signals: Vec<Varies>,
    events: Vec<Varies>,
    fields: Vec<Varies>,
}

impl Variation {
    /// Of a program. Signals, events and fields read each other, so rows are settled by need; a row
    /// never reads itself but through a cell.
    pub fn new(program: &Program) -> Self {
        let tables = &program.tables;
        let mut variation = Self {
            signals: vec![Varies::STATIC; tables.sig.nodes.len()],
            events: vec![Varies::STATIC; tables.event.nodes.len()],
            fields: vec![Varies::STATIC; tables.field.nodes.len()],
        };
        // Operands stand before users within a table; across tables a change may come late, so the
        // sets grow until nothing does. Each pass is linear, and a set grows at most four times.
        while variation.pass(program) {}
        variation
    }

    fn pass(&mut self, program: &Program) -> bool {
        let tables = &program.tables;
        let mut grew = false;
        for (i, node) in tables.event.nodes.iter().enumerate() {
            let own = match &node.expr {
                EventExpr::Time(_) | EventExpr::FirstFrame => Varies::TIME,
                EventExpr::Divide { of, .. } => match of {
                    PhaseSource::Time => Varies::TIME,
                    PhaseSource::Rail(_) => Varies::RAIL,
                },
                EventExpr::Rail(_) => Varies::RAIL,
                EventExpr::External(_) => Varies::EXTERNAL,
                EventExpr::StateEvents(_) => Varies::STATE,
                EventExpr::Empty | EventExpr::Gate { .. } | EventExpr::Combine { .. } => {
                    Varies::STATIC
                }
            };
            let mut all = own;
            operands::of_event(program, &node.expr, &mut |v| all = all.and(self.of(v)));
            grew |= std::mem::replace(&mut self.events[i], all) != all;
        }
        for (i, node) in tables.field.nodes.iter().enumerate() {
            let mut all = match node.expr {
                FieldExpr::History(_) => Varies::STATE,
                _ => Varies::STATIC,
            };
            operands::of_field(&node.expr, &mut |v| all = all.and(self.of(v)));
            grew |= std::mem::replace(&mut self.fields[i], all) != all;
        }
        for (i, node) in tables.sig.nodes.iter().enumerate() {
            let own = match node.expr {
                SignalExpr::Time(_) => Varies::TIME,
                SignalExpr::Rail(_) => Varies::RAIL,
                SignalExpr::External(_) => Varies::EXTERNAL,
                SignalExpr::StateOut(_) | SignalExpr::StatePrev(_) => Varies::STATE,
                _ => Varies::STATIC,
            };
            let mut all = own;
            operands::of_signal(program, &node.expr, &mut |v| all = all.and(self.of(v)));
            grew |= std::mem::replace(&mut self.signals[i], all) != all;
        }
        grew
    }

    /// What a value varies with; static for what has no value.
    pub fn of(&self, value: ValueRef) -> Varies {
        let get = |list: &[Varies], i: usize| list.get(i).copied().unwrap_or_default();
        match value {
            ValueRef::Sig(id) => get(&self.signals, id.index()),
            ValueRef::Event(id) => get(&self.events, id.index()),
            ValueRef::Field(id) => get(&self.fields, id.index()),
            ValueRef::Time(_) | ValueRef::TimeEvent(_) => Varies::TIME,
            ValueRef::Rail(_) => Varies::RAIL,
            _ => Varies::STATIC,
        }
    }

    /// The same, also through columns, bus roots and what is drawn.
    pub fn behind(&self, program: &Program, value: ValueRef) -> Varies {
        let render = &program.tables.render;
        match value {
            ValueRef::Sink(id) => {
                let mut all = Varies::STATIC;
                // Parents are found from their children, and nesting is shallow.
                let mut work = vec![id];
                while let Some(id) = work.pop() {
                    if let Some(sink) = render.sinks.get(id.index()) {
                        operands::of_sink(program, sink, &mut |v| {
                            all = all.and(self.behind(program, v));
                        });
                    }
                    let children = render.sinks.iter().enumerate();
                    let children = children.filter(|(_, s)| s.parent == Some(id));
                    work.extend(children.map(|(i, _)| SinkId::at(i)));
                }
                all
            }
            ValueRef::Camera(id) => {
                let mut all = Varies::STATIC;
                let row = render.cameras.get(id.index());
                for param in row.map(|r| r.params.as_slice()).unwrap_or_default() {
                    operands::of_input(program, param.from, &mut |v| all = all.and(self.of(v)));
                }
                all
            }
            ValueRef::Req(id) => {
                let request = program.tables.materialize.requests.get(id.index());
                request.map_or(Varies::STATIC, |r| self.of(ValueRef::Field(r.field)))
            }
            ValueRef::Bus(id) => {
                let bus = program.tables.graph.buses.get(id.index());
                bus.map_or(Varies::STATIC, |b| self.of(b.root))
            }
            value => self.of(value),
        }
    }

    /// Rows of a table: static, varying without state, with state.
    pub fn count(&self) -> [[usize; 3]; 3] {
        [&self.signals, &self.events, &self.fields].map(|list| {
            let mut counts = [0; 3];
            for varies in list {
                let at = match () {
                    () if varies.is_static() => 0,
                    () if varies.has(Varies::STATE) => 2,
                    () => 1,
                };
                counts[at] += 1;
            }
            counts
        })
    }
}
