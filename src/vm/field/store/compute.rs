//! The columns that missed are computed: one kernel, over buffers from the pool.

use super::*;

impl FieldStore {
    /// Computes the columns that missed.
    pub(super) fn compute(
        &mut self,
        program: &Program,
        group: GroupId,
        ask: Ask<'_>,
        parallel: Option<&dyn Parallel>,
    ) {
        for &column in &self.missed {
            for &cell in &self.columns[column as usize].holes.histories {
                let entries = self.histories.entry(cell).or_default();
                entries.clear();
                entries.extend_from_slice(ask.histories.history(cell).0);
            }
        }
        let (kernel, divisions) = self.kernel(group);
        self.fill_stored(program, &kernel.stored, parallel);
        let cx = Context {
            program,
            ids: &self.ids,
            outlines: &self.outlines,
            stored: &self.lanes,
            histories: &self.histories,
            simd: self.simd,
        };
        self.uniforms.run_uniforms(&kernel, cx, ask.registers);
        let count = self.groups[group.index()].count;
        let mut outputs = std::mem::take(&mut self.outputs);
        for (&column, delivery) in self.missed.iter().zip(&kernel.outputs) {
            let known = &mut self.columns[column as usize];
            self.revision += 1;
            known.content.revision = self.revision;
            if let (Delivery::One(registers), Format::Path) = (delivery, known.key.format) {
                // One that is still the same keeps its table.
                let outline = self.uniforms.outline(registers.first());
                if !known.content.buffer.is_outline(&outline) {
                    let (buffer, finite) = output::one_path(&outline);
                    known.content.buffer = buffer;
                    known.content.all_finite = Some(finite);
                }
                continue;
            }
            // Stands in until the new one is there; one of outlines would take memory.
            let none = Buffer::empty(Format::F32);
            let old = std::mem::replace(&mut known.content.buffer, none);
            self.pool.retire(old);
            match delivery {
                Delivery::Rows => {
                    let rows = self.pool.open(known.key.format, count);
                    let mask = std::mem::take(&mut known.content.mask);
                    outputs.push(Output::new(rows, mask, count));
                }
                Delivery::One(registers) => {
                    let lanes = self.uniforms.narrow_lanes(registers);
                    let (buffer, finite) = output::one(known.key.format, lanes);
                    known.content.buffer = buffer;
                    known.content.all_finite = Some(finite);
                }
            }
        }
        let deliveries = &kernel.outputs[self.missed.len()..];
        for (&node, delivery) in divisions.iter().zip(deliveries) {
            if *delivery == Delivery::Rows {
                let divisor = zeros::divisor(&self.graph, node).map(|v| self.graph.of(v).bank);
                let rows = match divisor {
                    Some(Bank::Wide) => self.pool.open_wide(count),
                    _ => self.pool.open(Format::F32, count),
                };
                outputs.push(Output::new(rows, self.pool.mask(), count));
            }
        }
        self.run += 1;
        let cut = Cut {
            count,
            block: self.block,
            parallel,
        };
        run::run(
            &kernel,
            cx,
            (&self.uniforms, self.run),
            &self.workers,
            cut,
            &mut outputs,
        );
        let with_rows = self.missed.iter().zip(&kernel.outputs);
        let with_rows = with_rows
            .filter(|(_, d)| **d == Delivery::Rows)
            .map(|(c, _)| *c);
        let mut finished = outputs.drain(..);
        for column in with_rows {
            let Some(output) = finished.next() else { break };
            let content = &mut self.columns[column as usize].content;
            content.all_finite = (!output.bad).then_some(true);
            content.mask = output.mask;
            if let Some(buffer) = self.pool.close(output.rows) {
                content.buffer = buffer;
            }
        }
        let mut zeros = std::mem::take(&mut self.zeros);
        zeros.clear();
        for (&node, delivery) in divisions.iter().zip(deliveries) {
            let each = if self.graph.nodes[node as usize].varies {
                count as u64
            } else {
                1
            };
            zeros.push(match delivery {
                Delivery::One(registers) => {
                    let wide = zeros::divisor(&self.graph, node)
                        .is_some_and(|v| self.graph.of(v).bank == Bank::Wide);
                    let is_zero = self.uniforms.is_zero(registers, wide);
                    if is_zero { each } else { 0 }
                }
                Delivery::Rows => finished.next().map_or(0, |output| {
                    let zeros = zeros::count(&output.rows);
                    self.pool.drop_rows(output.rows);
                    self.pool.drop_mask(output.mask);
                    zeros
                }),
            });
        }
        drop(finished);
        self.outputs = outputs;
        for (&node, &zeros) in divisions.iter().zip(&zeros) {
            if self.graph.nodes[node as usize].fixed {
                self.counted.insert((node, count), zeros);
            }
        }
        let counted = &self.counted;
        let of = |node: &u32| match divisions.binary_search(node) {
            Ok(at) => zeros[at],
            Err(_) => counted.get(&(*node, count)).copied().unwrap_or(0),
        };
        for &column in &self.missed {
            let known = &mut self.columns[column as usize];
            known.content.zeros.clear();
            if known.divisions.iter().any(|node| of(node) > 0) {
                known.content.zeros.extend(known.divisions.iter().map(of));
            }
        }
        self.zeros = zeros;
    }

    /// Lists the divisions of the columns that missed which are not counted for good.
    fn list_divisions(&mut self, count: usize) {
        let columns = self.missed.iter();
        let all = columns.flat_map(|&c| &self.columns[c as usize].divisions);
        let open = all.filter(|&&node| !self.counted.contains_key(&(node, count)));
        self.uncounted.clear();
        self.uncounted.extend(open);
        self.uncounted.sort_unstable();
        self.uncounted.dedup();
    }

    /// The kernel of the columns that missed, and the divisions that it counts.
    fn kernel(&mut self, group: GroupId) -> (Arc<Kernel>, Arc<[u32]>) {
        self.list_divisions(self.groups[group.index()].count);
        let divisions = &self.uncounted;
        let known = &mut self.groups[group.index()].kernels;
        let same = |c: &Compiled| c.columns == self.missed && *c.divisions == **divisions;
        if let Some(at) = known.iter().position(same) {
            known[..=at].rotate_right(1);
            return (known[0].kernel.clone(), known[0].divisions.clone());
        }
        let columns = self.missed.iter();
        let columns = columns.map(|&c| self.columns[c as usize].target.clone());
        let divisors = divisions
            .iter()
            .filter_map(|&node| zeros::divisor(&self.graph, node))
            .map(|divisor| zeros::target(&self.graph, divisor));
        let targets: Vec<Target> = columns.chain(divisors).collect();
        let stored = |value: Value| self.kept[value.index()].map(|k| k + u32::from(value.out));
        let kernel = Arc::new(kernel::compile(&self.graph, &targets, &stored));
        let divisions: Arc<[u32]> = divisions.as_slice().into();
        known.truncate(KERNELS - 1);
        known.insert(
            0,
            Compiled {
                columns: self.missed.clone(),
                divisions: divisions.clone(),
                kernel: kernel.clone(),
            },
        );
        (kernel, divisions)
    }

    /// Makes sure that stored lanes are there, those that they are made of first.
    fn fill_stored(&mut self, program: &Program, wanted: &[u32], parallel: Option<&dyn Parallel>) {
        let empty = |lanes: &[Stored], k: u32| matches!(lanes[k as usize], Stored::Empty);
        if !wanted.iter().any(|&k| empty(&self.lanes, k)) {
            return;
        }
        let mut order = std::mem::take(&mut self.order);
        let mut work = std::mem::take(&mut self.work);
        order.clear();
        work.extend_from_slice(wanted);
        while let Some(k) = work.pop() {
            if empty(&self.lanes, k) && !order.contains(&k) {
                order.push(k);
                work.extend_from_slice(&self.stored_kernel(k).stored);
            }
        }
        // What a lane is made of stands before it.
        order.sort_unstable();
        for &k in &order {
            let kernel = self.stored_kernel(k);
            let keep = self.keeps[k as usize].keep;
            let rows = self.lane(k, keep);
            let mask = std::mem::take(&mut self.mask);
            let mut output = [Output::new(rows, mask, keep.rows)];
            let cx = Context {
                program,
                ids: &self.ids,
                outlines: &self.outlines,
                stored: &self.lanes,
                histories: &self.histories,
                simd: self.simd,
            };
            let signals = Registers::default();
            self.uniforms.run_uniforms(&kernel, cx, &signals);
            self.run += 1;
            let cut = Cut {
                count: keep.rows,
                block: self.block,
                parallel,
            };
            run::run(
                &kernel,
                cx,
                (&self.uniforms, self.run),
                &self.workers,
                cut,
                &mut output,
            );
            let [output] = output;
            self.mask = output.mask;
            self.lanes[k as usize] = match output.rows {
                Open::Lane32(lanes) => Stored::Narrow(lanes),
                Open::Lane64(lanes) => Stored::Wide(lanes),
                _ => Stored::Empty,
            };
        }
        (self.order, self.work) = (order, work);
    }

    /// Memory for a stored lane: that of the frame before, if nobody holds it.
    fn lane(&mut self, k: u32, keep: Keep) -> Open {
        let spare = self.spares.get_mut(k as usize);
        let spare = spare.map_or(Stored::Empty, |s| std::mem::replace(s, Stored::Empty));
        match (spare, self.graph.of(keep.value).bank) {
            (Stored::Wide(lanes), Bank::Wide) if lanes.len() == keep.rows => Open::Lane64(lanes),
            (_, Bank::Wide) => Open::Lane64(Arc::new(vec![0.0; keep.rows])),
            (Stored::Narrow(lanes), _) if lanes.len() == keep.rows => Open::Lane32(lanes),
            _ => Open::Lane32(Arc::new(vec![0.0; keep.rows])),
        }
    }

    fn stored_kernel(&mut self, k: u32) -> Arc<Kernel> {
        let Kept { keep, kernel, .. } = &mut self.keeps[k as usize];
        let value = keep.value;
        let (graph, kept) = (&self.graph, &self.kept);
        kernel
            .get_or_insert_with(|| {
                let pack = Pack::Lane(graph.of(value).bank);
                let target = Target {
                    lanes: vec![value],
                    pack,
                };
                let stored = |v: Value| {
                    let first = if v.node == value.node {
                        None
                    } else {
                        kept[v.index()]
                    };
                    first.map(|k| k + u32::from(v.out))
                };
                Arc::new(kernel::compile(graph, &[target], &stored))
            })
            .clone()
    }
}
