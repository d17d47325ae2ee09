//! Typed rows of a program from choices: what they read exists, comes earlier and has the right type,
//! so that most of what is made can run, however odd it is.

use crate::choices::Choices;
use oscilla::ir::*;
use oscilla::types::{Domain, Type, World};

/// Domains that signals and fields may have.
pub(crate) const DOMAINS: [Domain; 10] = [
    Domain::Number,
    Domain::Phase01,
    Domain::Boolean,
    Domain::Vec2,
    Domain::Vec3,
    Domain::Color,
    Domain::TimeMs,
    Domain::Vec4,
    Domain::Bounds,
    Domain::Mat4,
];
const TIMES: [TimeValue; 8] = [
    TimeValue::TAbsMs,
    TimeValue::TModelMs,
    TimeValue::DtMs,
    TimeValue::Phase01,
    TimeValue::Progress01,
    TimeValue::CycleIndex,
    TimeValue::CycleTMs,
    TimeValue::Energy,
];
pub(crate) const COMBINES: [Combine; 6] = [
    Combine::Last,
    Combine::Sum,
    Combine::Average,
    Combine::Max,
    Combine::Min,
    Combine::Layer,
];

/// A program at work, and the choices that are left.
pub(crate) struct Edit<'p, 'c, 'b> {
    pub(crate) p: &'p mut Program,
    pub(crate) c: &'c mut Choices<'b>,
}

impl Edit<'_, '_, '_> {
    pub(crate) fn ty(&mut self, world: World, domain: Domain) -> TypeId {
        let wanted = Type::new(world, domain);
        let found = self.p.types.iter().position(|row| row.ty() == wanted);
        TypeId::at(found.unwrap_or_else(|| {
            self.p.types.push(wanted.into());
            self.p.types.len() - 1
        }))
    }

    fn domain(&self, ty: TypeId) -> Domain {
        self.p.types[ty.index()].domain
    }

    /// A constant of one value in the f64 or f32 pool.
    pub(crate) fn constant(&mut self, domain: Domain, wide: bool) -> ConstId {
        self.column(domain, wide, 1)
    }

    fn column(&mut self, domain: Domain, wide: bool, rows: u32) -> ConstId {
        let len = domain.lanes() * rows as usize;
        let ty = self.ty(World::Scalar, domain);
        let values: Vec<f64> = (0..len).map(|_| self.c.number()).collect();
        let constants = &mut self.p.tables.constants;
        let (pool, at) = if wide {
            constants.f64.extend_from_slice(&values);
            (Pool::F64, constants.f64.len() - len)
        } else {
            constants.f32.extend(values.iter().map(|v| *v as f32));
            (Pool::F32, constants.f32.len() - len)
        };
        constants.index.push(ConstRow {
            pool,
            at: at as u32,
            len: len as u32,
            r#type: ty,
        });
        ConstId::at(constants.index.len() - 1)
    }

    /// A text that the program knows.
    pub(crate) fn word(&mut self) -> StrId {
        StrId::at(self.c.roll(self.p.tables.strings.len()))
    }

    /// A signal before `end` with as many lanes as a domain.
    pub(crate) fn signal(&mut self, end: usize, lanes: usize) -> Option<SignalId> {
        let rows = &self.p.tables.sig.nodes[..end.min(self.p.tables.sig.nodes.len())];
        let fit: Vec<SignalId> = (0..rows.len())
            .filter(|&i| self.domain(rows[i].r#type).lanes() == lanes)
            .map(SignalId::at)
            .collect();
        self.c.pick(&fit).copied()
    }

    fn signals(&mut self, end: usize, lanes: usize, count: usize) -> Option<Vec<SignalId>> {
        (0..count).map(|_| self.signal(end, lanes)).collect()
    }

    /// An opcode with operands whose domains `operand` chooses, if one gives as many lanes as `own`.
    fn apply<T>(
        &mut self,
        own: Domain,
        mut operand: impl FnMut(&mut Self) -> Option<(T, Domain)>,
    ) -> Option<(Op, Vec<T>, u32)> {
        for _ in 0..6 {
            let op = *self.c.pick(Op::ALL)?;
            let imm = self.c.roll(7) as u32;
            let args: Option<Vec<_>> = (0..op.arity()).map(|_| operand(self)).collect();
            let (args, domains): (Vec<T>, Vec<Domain>) = args?.into_iter().unzip();
            if op
                .result(imm, &domains)
                .is_ok_and(|d| d.lanes() == own.lanes())
            {
                return Some((op, args, imm));
            }
        }
        None
    }

    /// The bus whose root a row is, with how many it combines.
    fn bus_of(&self, root: ValueRef) -> Option<(BusId, Combine, usize)> {
        let graph = &self.p.tables.graph;
        let at = graph.buses.iter().position(|bus| bus.root == root)?;
        let id = BusId::at(at);
        let enabled = |p: &&Publisher| p.bus == id && p.enabled;
        let count = graph.publishers.iter().filter(enabled).count();
        Some((id, graph.buses[at].combine, count))
    }

    /// A signal of a domain that may stand at row `at`.
    pub(crate) fn signal_expr(&mut self, at: usize, own: Domain) -> SignalExpr {
        // A bus must be combined where its root is.
        if let Some((bus, mode, count)) = self.bus_of(ValueRef::Sig(SignalId::at(at))) {
            let terms = self.signals(at, own.lanes(), count).unwrap_or_default();
            let silent = self.constant(own, true);
            return SignalExpr::Combine {
                bus,
                mode,
                terms,
                silent,
            };
        }
        let made = match self.c.roll(10) {
            0..=3 => self
                .apply(own, |edit| {
                    let domain = *edit.c.pick(&DOMAINS)?;
                    let id = edit.signal(at, domain.lanes())?;
                    Some((id, edit.domain(edit.p.tables.sig.nodes[id.index()].r#type)))
                })
                .map(|(op, args, imm)| SignalExpr::Apply { op, args, imm }),
            4 => self.transform(own).and_then(|(chain, from, arity)| {
                let src = self.signal(at, from.lanes())?;
                let args = self.signals(at, 1, arity)?;
                Some(SignalExpr::Transform { src, chain, args })
            }),
            6 => self.cell(own).map(|cell| {
                if self.c.one_in(2) {
                    SignalExpr::StateOut(cell)
                } else {
                    SignalExpr::StatePrev(cell)
                }
            }),
            7 if own.lanes() == 1 => Some(SignalExpr::Time(TIMES[self.c.roll(8)])),
            8 if own.lanes() == 1 => {
                let of = EventId::at(self.c.roll(self.p.tables.event.nodes.len()));
                let views = [
                    EventView::Count,
                    EventView::Fired,
                    EventView::LastTMs,
                    EventView::LastValue,
                ];
                Some(SignalExpr::Event {
                    of,
                    view: views[self.c.roll(4)],
                })
            }
            9 => {
                let rail = RailId::at(self.c.roll(6));
                Some(SignalExpr::Rail(rail))
            }
            _ => None,
        };
        made.unwrap_or_else(|| SignalExpr::Const(self.constant(own, true)))
    }

    /// A chain to a domain: chain, what goes in, arguments.
    fn transform(&mut self, own: Domain) -> Option<(ChainId, Domain, usize)> {
        let chains = &self.p.tables.transforms.chains;
        let fit: Vec<usize> = (0..chains.len())
            .filter(|&i| self.domain(chains[i].to).lanes() == own.lanes())
            .collect();
        let id = *self.c.pick(&fit)?;
        let chain = &self.p.tables.transforms.chains[id];
        Some((
            ChainId::at(id),
            self.domain(chain.from),
            chain.arity as usize,
        ))
    }

    fn cell(&mut self, own: Domain) -> Option<StateId> {
        let cells = &self.p.tables.state.cells;
        let fit: Vec<StateId> = (0..cells.len())
            .filter(|&i| !cells[i].op.makes_pulses())
            .filter(|&i| self.domain(cells[i].r#type).lanes() == own.lanes())
            .map(StateId::at)
            .collect();
        self.c.pick(&fit).copied()
    }

    /// An event that may stand at row `at`.
    pub(crate) fn event_expr(&mut self, at: usize) -> EventExpr {
        let number = self.signal(usize::MAX, 1);
        let root = self.bus_of(ValueRef::Event(EventId::at(at)));
        let earlier = |c: &mut Choices<'_>| (at > 0).then(|| EventId::at(c.roll(at)));
        if let Some((bus, mode, count)) = root {
            let terms = (0..count).filter_map(|_| earlier(self.c)).collect();
            let bus = Some(bus);
            return EventExpr::Combine { bus, mode, terms };
        }
        match self.c.roll(9) {
            0 => EventExpr::Empty,
            1 => EventExpr::FirstFrame,
            2 => EventExpr::Time([TimeEvent::Wrap, TimeEvent::End, TimeEvent::Cue][self.c.roll(3)]),
            3 => EventExpr::Rail(RailId::at(self.c.roll(6))),
            4 => {
                let of = match self.c.roll(7) {
                    6 => PhaseSource::Time,
                    rail => PhaseSource::Rail(RailId::at(rail)),
                };
                number.map_or(EventExpr::Empty, |by| EventExpr::Divide { of, by })
            }
            5 => {
                let cells = &self.p.tables.state.cells;
                let fit: Vec<StateId> = (0..cells.len())
                    .filter(|&i| cells[i].op.makes_pulses())
                    .map(StateId::at)
                    .collect();
                let cell = self.c.pick(&fit).copied();
                cell.map_or(EventExpr::Empty, EventExpr::StateEvents)
            }
            6 => match (earlier(self.c), number) {
                (Some(src), Some(open)) => EventExpr::Gate { src, open },
                _ => EventExpr::Empty,
            },
            7 => EventExpr::External(ExtId::at(self.c.roll(self.p.tables.graph.externals.len()))),
            _ => {
                let count = self.c.roll(4);
                let terms = (0..count).filter_map(|_| earlier(self.c)).collect();
                let mode = COMBINES[self.c.roll(6)];
                EventExpr::Combine {
                    bus: None,
                    mode,
                    terms,
                }
            }
        }
    }

    /// A field before `end` of a width that may stand where `dom` is wanted.
    fn field(
        &mut self,
        end: usize,
        wide: bool,
        dom: Option<DomainId>,
        any: bool,
    ) -> Option<FieldId> {
        let rows = &self.p.tables.field.nodes[..end.min(self.p.tables.field.nodes.len())];
        let fit: Vec<FieldId> = (0..rows.len())
            .filter(|&i| rows[i].wide == wide)
            .filter(|&i| any || rows[i].dom.is_none() || rows[i].dom == dom)
            .map(FieldId::at)
            .collect();
        self.c.pick(&fit).copied()
    }

    fn field_domain(&self, id: FieldId) -> Domain {
        self.domain(self.p.tables.field.nodes[id.index()].r#type)
    }

    /// A field row that may stand at row `at`.
    pub(crate) fn field_node(&mut self, at: usize) -> FieldNode {
        if let Some(root) = self.root_field(at) {
            return root;
        }
        let domains = self.p.tables.graph.domains.len();
        let dom = (!self.c.one_in(4)).then(|| DomainId::at(self.c.roll(domains)));
        let dom = dom.filter(|_| domains > 0);
        let wide = self.c.one_in(3);
        let own = DOMAINS[self.c.roll(DOMAINS.len())];
        let (own, expr) = self.field_expr(at, own, dom, wide);
        let ty = self.ty(World::Field, own);
        FieldNode {
            r#type: ty,
            dom,
            wide,
            expr,
        }
    }

    /// The root of a bus of fields at row `at`, if it is one, with other terms.
    fn root_field(&mut self, at: usize) -> Option<FieldNode> {
        let (bus, mode, count) = self.bus_of(ValueRef::Field(FieldId::at(at)))?;
        let mut node = self.p.tables.field.nodes.get(at)?.clone();
        let own = self.domain(node.r#type);
        let rows = &self.p.tables.field.nodes[..at];
        let fit: Vec<FieldId> = (0..at)
            .filter(|&i| !rows[i].wide && self.domain(rows[i].r#type).lanes() == own.lanes())
            .map(FieldId::at)
            .collect();
        let terms = (0..count).filter_map(|_| self.c.pick(&fit).copied());
        let terms = terms.collect();
        let silent = self.constant(own, false);
        node.expr = FieldExpr::Combine {
            bus,
            mode,
            terms,
            silent,
        };
        Some(node)
    }

    fn field_expr(
        &mut self,
        at: usize,
        own: Domain,
        dom: Option<DomainId>,
        wide: bool,
    ) -> (Domain, FieldExpr) {
        let count = dom.map(|d| self.p.tables.graph.domains[d.index()].count);
        let made = match self.c.roll(10) {
            0..=3 => self
                .apply(own, |edit| {
                    let id = edit.field(at, wide, dom, false)?;
                    Some((id, edit.field_domain(id)))
                })
                .map(|(op, args, imm)| (own, FieldExpr::Apply { op, args, imm })),
            4 if !wide => self
                .field(at, true, dom, false)
                .map(|id| (self.field_domain(id), FieldExpr::Narrow(id))),
            4 => count.map(|_| {
                (
                    Domain::Number,
                    [FieldExpr::Index, FieldExpr::Count][self.c.roll(2)].clone(),
                )
            }),
            5 if !wide => self.transform(own).and_then(|(chain, from, arity)| {
                let src = self.field(at, false, dom, false)?;
                let args = self.signals(usize::MAX, 1, arity)?;
                (self.field_domain(src).lanes() == from.lanes())
                    .then_some((own, FieldExpr::Transform { src, chain, args }))
            }),
            5 => count.map(|_| {
                let r#fn = [IdHash::Stable, IdHash::ById, IdHash::Offset][self.c.roll(3)];
                let salt = self.constant(Domain::Number, true);
                (Domain::Number, FieldExpr::IdHash { r#fn, salt })
            }),
            6 => count
                .filter(|count| *count <= 400)
                .map(|count| (own, FieldExpr::Array(self.column(own, wide, count)))),
            7 => self
                .signal(usize::MAX, own.lanes())
                .map(|s| (own, FieldExpr::Broadcast(s))),
            9 if !wide && dom.is_some() => self.field(at, false, dom, true).map(|src| {
                let own = self.field_domain(src);
                let missing = self.constant(own, false);
                (own, FieldExpr::OnDomain { src, missing })
            }),
            _ => None,
        };
        made.unwrap_or_else(|| (own, FieldExpr::Const(self.constant(own, wide))))
    }

    /// Operands of an update: what the op wants, if the program has it.
    pub(crate) fn cell_args(&mut self, op: StateOp, lanes: usize) -> Vec<Operand> {
        let wanted = match op {
            StateOp::Integrate => "n?",
            StateOp::Delay | StateOp::PulseDivider => "nn",
            StateOp::UnitDelay | StateOp::EdgeWrap | StateOp::RiseEdge | StateOp::History => "n",
            StateOp::SampleHold => "se",
            StateOp::SlewExp => "sn",
            StateOp::SlewLinear => "snn",
            StateOp::EnvelopeAd => "ennn",
            StateOp::Hysteresis => "nnn",
            StateOp::Counter => "e?",
        };
        let events = self.p.tables.event.nodes.len();
        wanted
            .bytes()
            .filter_map(|want| match want {
                b'e' => Some(Operand::Event(EventId::at(self.c.roll(events)))),
                b'?' if self.c.one_in(2) => Some(Operand::Event(EventId::at(self.c.roll(events)))),
                b's' => self.signal(usize::MAX, lanes).map(Operand::Sig),
                b'n' => self.signal(usize::MAX, 1).map(Operand::Sig),
                _ => None,
            })
            .collect()
    }
}
