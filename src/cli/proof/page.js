"use strict";
// The flip-book. Everything is in this page; nothing is fetched. A picture is decoded when it is shown, and a
// few are kept.
const book = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const frames = book.frames.map(([number, ms, phase, start, picture]) => ({ number, ms, phase, start, picture }));
const last = frames.length - 1;
const [width, height] = book.size;
const canvas = byId("picture");
const context = canvas.getContext("2d");
const ZOOMS = [0.125, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 32];
const VIEWS = ["frame", "seam", "difference"];
const state = { at: 0, clock: 0, playing: false, before: 0, view: "frame", zoom: "fit", turn: 0, run: 0 };

// Decoded pictures, the least recently used first.
const decoded = new Map();
const KEPT = Math.max(4, Math.floor((192 << 20) / (width * height * 4)));
const AHEAD = Math.min(8, KEPT - 2);

function picture(at) {
  const key = frames[at].picture;
  const known = decoded.get(key);
  if (known) {
    decoded.delete(key);
    decoded.set(key, known);
    return known;
  }
  const entry = { image: null };
  entry.ready = (async () => {
    const text = byId(`p${key}`).textContent;
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    entry.image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    return entry.image;
  })();
  decoded.set(key, entry);
  for (const [old, gone] of decoded) {
    if (decoded.size <= KEPT) break;
    decoded.delete(old);
    gone.ready.then((image) => image.close());
  }
  return entry;
}

// Shows what is chosen, as soon as it is decoded; what was chosen before that is left out.
async function draw() {
  const mine = ++state.turn;
  const over = state.view === "frame" ? null : picture(0).ready;
  const image = await picture(over ? last : state.at).ready;
  const first = over ? await over : null;
  if (mine !== state.turn) return;
  context.globalAlpha = 1;
  context.globalCompositeOperation = "source-over";
  context.clearRect(0, 0, width, height);
  if (state.view === "difference") {
    context.drawImage(onGrey(image), 0, 0);
    context.globalCompositeOperation = "difference";
    context.drawImage(onGrey(first), 0, 0);
  } else if (state.view === "seam") {
    // From the one to the other, also where they are translucent.
    const share = Number(byId("opacity").value) / 100;
    context.globalAlpha = 1 - share;
    context.drawImage(image, 0, 0);
    context.globalAlpha = share;
    context.globalCompositeOperation = "lighter";
    context.drawImage(first, 0, 0);
  } else {
    context.drawImage(image, 0, 0);
  }
  canvas.dataset.shown = state.view === "frame" ? String(frames[state.at].number) : state.view;
}

// What is translucent differs from itself unless something opaque lies below.
function onGrey(image) {
  const below = new OffscreenCanvas(width, height);
  const paint = below.getContext("2d");
  paint.fillStyle = "#808080";
  paint.fillRect(0, 0, width, height);
  paint.drawImage(image, 0, 0);
  return below;
}

function readout() {
  const { number, ms, phase } = frames[state.at];
  const digits = String(frames[last].number).length;
  const turns = phase === null ? "" : `  φ ${phase.toFixed(3)}`;
  const text = `${String(number).padStart(digits)} / ${frames[last].number}  ${(ms / 1000).toFixed(3)} s${turns}`;
  byId("readout").textContent = text;
  byId("scrub").setAttribute("aria-valuetext", `frame ${number}, ${(ms / 1000).toFixed(3)} seconds`);
}

function goTo(at, keepClock = false) {
  state.at = Math.min(last, Math.max(0, at));
  if (!keepClock) state.clock = frames[state.at].start;
  byId("scrub").value = String(state.at);
  readout();
  if (state.view === "frame") draw();
  else setView("frame");
}

// The frame that is shown at a time of the clip, ms.
function frameAt(clock) {
  let [low, high] = [0, last];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (frames[middle].start <= clock) low = middle;
    else high = middle - 1;
  }
  return low;
}

function tick(run) {
  if (!state.playing || run !== state.run) return;
  const now = performance.now();
  state.clock += (now - state.before) * Number(byId("speed").value);
  state.before = now;
  if (state.clock >= book.lengthMs) {
    if (!byId("repeat").checked) {
      goTo(last);
      setPlaying(false);
      return;
    }
    state.clock %= book.lengthMs;
  }
  const at = frameAt(state.clock);
  if (at !== state.at) goTo(at, true);
  for (let i = 1; i <= AHEAD; i++) picture((at + i) % frames.length);
  requestAnimationFrame(() => tick(run));
}

function setPlaying(playing) {
  if (playing === state.playing || frames.length === 1) return;
  state.playing = playing;
  byId("play").textContent = playing ? "Pause" : "Play";
  byId("play").setAttribute("aria-pressed", String(playing));
  if (!playing) return;
  if (state.view !== "frame") setView("frame");
  if (state.at === last && !byId("repeat").checked) goTo(0);
  state.before = performance.now();
  const run = ++state.run;
  requestAnimationFrame(() => tick(run));
}

function setView(view) {
  state.view = view;
  if (view !== "frame") setPlaying(false);
  for (const button of byId("views").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
  byId("opacity-label").hidden = view !== "seam";
  canvas.classList.toggle("difference", view === "difference");
  const [a, b] = [frames[last].number, frames[0].number];
  const step = book.isLoop ? "In a loop that closes they are one step apart." : "These frames are not a whole loop.";
  byId("explain").textContent = {
    frame: "",
    seam: `Frame ${b} over frame ${a}. ${step}`,
    difference: `Frame ${b} against frame ${a}, six times as bright. ${step}`,
  }[view];
  draw();
}

function scaleOf(zoom) {
  if (zoom !== "fit") return zoom;
  const { clientWidth, clientHeight } = byId("stage");
  const scale = Math.min(clientWidth / width, clientHeight / height);
  // Whole pixels, where there is room for more than one.
  return scale > 1 ? Math.floor(scale) : scale;
}

function setZoom(zoom) {
  state.zoom = zoom;
  const scale = scaleOf(zoom);
  canvas.style.width = `${width * scale}px`;
  canvas.style.height = `${height * scale}px`;
  canvas.classList.toggle("sharp", scale >= 1);
  byId("scale").textContent = `${Number((scale * 100).toPrecision(3))} %`;
  for (const button of byId("zooms").querySelectorAll("[aria-pressed]")) {
    button.setAttribute("aria-pressed", String(button.dataset.zoom === String(zoom)));
  }
}

function zoomBy(direction) {
  const box = byId("stage").getBoundingClientRect();
  zoomAt(direction, box.left + box.width / 2, box.top + box.height / 2);
}

function zoomStep(direction) {
  const scale = scaleOf(state.zoom);
  const steps = direction > 0 ? ZOOMS.filter((z) => z > scale * 1.001) : ZOOMS.filter((z) => z < scale * 0.999);
  if (steps.length > 0) setZoom(direction > 0 ? steps[0] : steps[steps.length - 1]);
}

// The point of the picture that is at a place of the window stays there.
function zoomAt(direction, left, top) {
  const stage = byId("stage");
  const box = canvas.getBoundingClientRect();
  const [x, y] = [(left - box.left) / box.width, (top - box.top) / box.height];
  zoomStep(direction);
  const after = canvas.getBoundingClientRect();
  stage.scrollLeft += after.left + x * after.width - left;
  stage.scrollTop += after.top + y * after.height - top;
}

function wheel(event) {
  event.preventDefault();
  zoomAt(event.deltaY < 0 ? 1 : -1, event.clientX, event.clientY);
}

function changeSpeed(direction) {
  const speed = byId("speed");
  speed.selectedIndex = Math.min(speed.options.length - 1, Math.max(0, speed.selectedIndex + direction));
}

function step(count) {
  setPlaying(false);
  goTo(state.at + count);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target } = event;
  // A control has its own keys.
  const own = {
    range: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"],
    checkbox: [" "],
    button: [" "],
    "select-one": [" ", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"],
  }[target.type] ?? [];
  if (own.includes(event.key)) return;
  const keys = {
    " ": () => setPlaying(!state.playing),
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    Home: () => step(-frames.length),
    End: () => step(frames.length),
    "[": () => changeSpeed(-1),
    "]": () => changeSpeed(1),
    r: () => byId("repeat").click(),
    o: () => setView(VIEWS[(VIEWS.indexOf(state.view) + 1) % VIEWS.length]),
    "+": () => zoomBy(1),
    "=": () => zoomBy(1),
    "-": () => zoomBy(-1),
    0: () => setZoom("fit"),
  };
  const action = keys[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
byId("play").addEventListener("click", () => setPlaying(!state.playing));
byId("scrub").addEventListener("input", (event) => { setPlaying(false); goTo(Number(event.target.value)); });
byId("opacity").addEventListener("input", draw);
byId("views").addEventListener("click", (event) => {
  if (event.target.dataset.view) setView(event.target.dataset.view);
});
byId("zooms").addEventListener("click", ({ target: { dataset: { zoom } } }) => {
  const actions = { out: () => zoomBy(-1), in: () => zoomBy(1), fit: () => setZoom("fit"), 1: () => setZoom(1) };
  actions[zoom]?.();
});
byId("stage").addEventListener("wheel", wheel, { passive: false });
addEventListener("resize", () => { if (state.zoom === "fit") setZoom("fit"); });

document.title = `${book.title}: flip-book`;
byId("title").textContent = book.title;
byId("facts").textContent = book.facts;
byId("scrub").max = String(last);
[canvas.width, canvas.height] = [width, height];
setZoom("fit");
goTo(0);
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
if (!still) setPlaying(true);
