//! Rails that run by themselves.

use super::Bench;
use crate::ir::*;
use crate::types::{Domain, Type, World};

impl Bench {
    pub(super) fn default_rails(&mut self) {
        let [period_a, period_b] = [2000.0, 3125.0].map(|v| self.fixed(v));
        let [zero, one] = [0.0, 1.0].map(|v| self.fixed(v));
        let cycle = |period_ms: &Param, offset: &Param| Generator::Cycle {
            enabled: true,
            mode: CycleMode::Loop,
            period_ms: period_ms.clone(),
            offset: offset.clone(),
        };
        let rows = [
            ("phaseA", Domain::Phase01, cycle(&period_a, &zero)),
            ("phaseB", Domain::Phase01, cycle(&period_b, &zero)),
            (
                "pulseA",
                Domain::Trigger,
                Generator::Division {
                    of: RailId(0),
                    n: 1,
                },
            ),
            (
                "pulseB",
                Domain::Trigger,
                Generator::Division {
                    of: RailId(1),
                    n: 1,
                },
            ),
            (
                "energy",
                Domain::Number,
                Generator::Energy {
                    source: RailId(0),
                    curve: EnergyCurve::Saw,
                    min: zero.clone(),
                    max: one,
                },
            ),
            (
                "palette",
                Domain::Color,
                Generator::Palette {
                    source: RailId(0),
                    stops: None,
                },
            ),
        ];
        for (name, domain, generator) in rows {
            let key = self.build.text(name);
            let world = match domain {
                Domain::Trigger => World::Event,
                _ => World::Signal,
            };
            let ty = self.build.ty(Type::new(world, domain));
            // What never fires has a silent value without meaning.
            let silent = match domain {
                Domain::Trigger => self.build.const_f64(Domain::Number, &[0.0]),
                domain => self.build.const_f64(domain, &vec![0.0; domain.lanes()]),
            };
            self.rails.push(Rail {
                key,
                r#type: ty,
                slot: SlotId::default(),
                generator,
                drive: Drive::Internal,
                combine: Combine::Last,
                user: None,
                silent,
                read: RailRead::Latched,
                mirror: None,
            });
        }
    }
}
