// The report: a list of cases, one of them open. Everything is in this page; nothing is fetched.
const report = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const state = {
  at: 0, frame: 0, view: "side", zoom: 1, swipe: 50, shown: [], pixel: null, pictures: {}, blinking: 0, drawn: [],
};

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

const passed = (entry) => entry.status === "same";
const current = () => state.shown[state.at];

const counted = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

function summary() {
  const failed = report.cases.filter((entry) => !passed(entry)).length;
  byId("summary").textContent = failed === 0
    ? `${counted(report.cases.length, "case")}, all as recorded.`
    : `${failed} of ${counted(report.cases.length, "case")} differ.`;
  const rules = { exact: "every channel of every pixel must be equal" };
  const rule = rules[report.rule] ? `${report.rule} (${rules[report.rule]})` : report.rule;
  byId("facts").textContent = `${report.tool} · rule ${rule} · ${report.rasteriser}`;
  byId("only").checked = failed > 0;
}

// The cases that the filter lets through; the open one stays open if it is among them.
function list() {
  const word = byId("search").value.trim().toLowerCase();
  const only = byId("only").checked;
  const open = current();
  const named = report.cases.filter((entry) => entry.name.toLowerCase().includes(word));
  state.shown = named.filter((entry) => !(only && passed(entry)));
  state.at = Math.max(0, state.shown.indexOf(open));
  byId("none").hidden = state.shown.length > 0;
  byId("none").textContent = named.length === 0 ? "No case has this name."
    : `${counted(named.length, "case")} as recorded, hidden by “only what differs”.`;
  byId("cases").replaceChildren(...state.shown.map((entry, at) => element("li", {},
    element("button", { type: "button", "aria-current": String(at === state.at), onclick: () => openCase(at) },
      element("span", {}, entry.name),
      element("span", { class: passed(entry) ? "state good" : "state bad" }, entry.status),
      element("span", { class: "soft" }, entry.line)))));
}

function openCase(at) {
  if (at < 0 || at >= state.shown.length) {
    stopBlinking();
    byId("case").replaceChildren();
    state.drawn = [];
    return;
  }
  state.at = at;
  const entry = current();
  state.frame = Math.max(0, entry.frames.findIndex((frame) => frame.file === entry.worst));
  state.pixel = null;
  for (const [i, button] of [...byId("cases").querySelectorAll("button")].entries()) {
    button.setAttribute("aria-current", String(i === at));
    if (i === at) button.scrollIntoView({ block: "nearest" });
  }
  draw();
}

// The reason and the way of the value, cause first.
function why(entry) {
  const notes = entry.notes.map((note) => element("pre", {}, note));
  if (!entry.why) return notes.length === 0 ? null : element("div", { class: "why" }, ...notes);
  return element("div", { class: "why" }, element("p", {}, entry.why.line),
    entry.why.path.length === 0 ? null
      : element("ol", {}, ...entry.why.path.map((step) => element("li", { class: "mono" }, step))),
    ...notes);
}

function difference(text) {
  if (!text) return null;
  const kind = { "+": "add", "-": "del" };
  const lines = text.trimEnd().split("\n").map((line) => element("span", { class: kind[line[0]] ?? "" }, line || " "));
  return element("details", { open: true }, element("summary", {}, "What changed in the program"),
    element("pre", { class: "diff", tabindex: "0" }, ...lines));
}

function accept(entry) {
  if (passed(entry) || entry.status === "error") return null;
  const typed = entry.accept || entry.checkFirst;
  const command = element("code", {}, typed);
  const copy = async () => {
    getSelection().selectAllChildren(command);
    // Where a page may not use the clipboard, the text is at least selected.
    try { await navigator.clipboard.writeText(typed); } catch { /* selected */ }
  };
  const words = entry.accept ? "To take what is new: "
    : "Only some frames were compared, so nothing waits. To take what is new, first compare all: ";
  return element("p", { class: "take" }, words, command,
    element("button", { type: "button", onclick: copy }, "Copy"));
}

const VIEWS = [["side", "Side by side"], ["swipe", "Swipe"], ["blink", "Blink"], ["difference", "Difference"]];
const ZOOMS = [1, 2, 4, 8, 16];

function setView(key) { state.view = key; draw(`view-${key}`); }
function setZoom(factor) { state.zoom = factor; draw(`zoom-${factor}`); }
function setFrame(at) { state.frame = at; draw(); }

function tools(entry) {
  const views = VIEWS.map(([key, name]) => element("button",
    { type: "button", id: `view-${key}`, "aria-pressed": String(state.view === key), onclick: () => setView(key) }, name));
  const zooms = ZOOMS.map((factor) => element("button",
    { type: "button", id: `zoom-${factor}`, "aria-pressed": String(state.zoom === factor), onclick: () => setZoom(factor) }, `${factor}×`));
  const scrubber = element("input", {
    type: "range", id: "frame", min: 0, max: entry.frames.length - 1, value: state.frame, "aria-label": "Frame",
    "aria-valuetext": entry.frames[state.frame].file,
    oninput: (event) => setFrame(Number(event.target.value)),
  });
  const swipe = element("input", {
    type: "range", id: "swipe", min: 0, max: 100, value: state.swipe, "aria-label": "Swipe",
    oninput: (event) => { state.swipe = Number(event.target.value); split(); },
  });
  return element("div", { class: "tools" },
    element("fieldset", { "aria-label": "View" }, ...views),
    element("fieldset", { "aria-label": "Zoom" }, ...zooms),
    entry.frames.length > 1 ? element("label", {}, "Frame ", scrubber) : null,
    state.view === "swipe" ? element("label", {}, "Expected ", swipe, " actual") : null);
}

// The slider shows the frame that is open, whoever opened it.
function scrub(entry) {
  const scrubber = byId("frame");
  if (!scrubber) return;
  if (scrubber.value !== String(state.frame)) scrubber.value = String(state.frame);
  scrubber.setAttribute("aria-valuetext", entry.frames[state.frame].file);
}

// One mark a frame: where in the sequence the differences are.
function ticks(entry) {
  if (entry.frames.length < 2) return null;
  return element("div", { class: "ticks", "aria-hidden": "true" }, ...entry.frames.map((frame, at) =>
    element("i", {
      class: [frame.status === "same" ? "" : "bad", at === state.frame ? "here" : ""].join(" ").trim(),
      title: `${frame.file}: ${frame.line}`, onclick: () => setFrame(at),
    })));
}

// A picture to draw, and its exact values: a canvas would round translucent pixels.
const decoded = new Map();
async function picture(source) {
  if (!source) return null;
  if (!decoded.has(source)) {
    decoded.set(source, (async () => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const made = { image, width: image.naturalWidth, height: image.naturalHeight, values: null };
      made.values = await exactValues(source).catch(() => null) ?? rounded(made);
      return made;
    })());
  }
  return decoded.get(source);
}

function rounded({ image, width, height }) {
  const canvas = element("canvas", { width, height });
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  return { most: 255, rgba: context.getImageData(0, 0, width, height).data };
}

function show(from, className = "") {
  const { width, height } = from;
  const canvas = element("canvas", { width, height, class: className });
  canvas.getContext("2d").drawImage(from.image, 0, 0);
  canvas.style.width = `${width * state.zoom}px`;
  canvas.style.height = `${height * state.zoom}px`;
  return canvas;
}

let turn = 0;
async function draw(focus) {
  const mine = ++turn;
  const entry = current();
  if (!entry) return;
  const frame = entry.frames[state.frame];
  const parts = [
    element("h2", {}, `${entry.name} `, element("span", { class: passed(entry) ? "state good" : "state bad" }, entry.status)),
    element("p", { class: "soft" }, entry.patch),
    accept(entry), difference(entry.program), why(entry),
  ];
  // What stands below the tools; another frame changes nothing else.
  const below = [];
  if (frame) {
    const same = frame.status === "same" ? frame.expected : null;
    const sources = [frame.expected, frame.actual ?? same, frame.difference];
    const [expected, actual, apart] = await Promise.all(sources.map(picture));
    // Another frame was asked for in the meantime.
    if (mine !== turn) return;
    state.pictures = { expected, actual };
    const stage = element("div", { class: "stage" }, ...figures(expected, actual, apart));
    stage.addEventListener("pointermove", point);
    below.push(ticks(entry), element("p", { class: "mono" }, `${frame.file}: ${frame.line}`), stage,
      element("p", { id: "under", class: "mono soft" }));
  }
  const scrolled = document.querySelector(".view");
  const [left, top] = [scrolled?.scrollLeft ?? 0, scrolled?.scrollTop ?? 0];
  const drawn = [entry, state.view, state.zoom];
  const bar = document.querySelector("#case .tools");
  if (bar && frame && drawn.every((part, i) => part === state.drawn[i])) {
    // A slider that is being dragged must stay the same element.
    scrub(entry);
    while (bar.nextSibling) bar.nextSibling.remove();
  } else {
    if (frame) parts.push(tools(entry));
    byId("case").replaceChildren(...parts.filter((part) => part !== null));
    state.drawn = drawn;
  }
  byId("case").append(...below.filter((part) => part !== null));
  for (const view of document.querySelectorAll(".view")) {
    [view.scrollLeft, view.scrollTop] = [left, top];
    view.addEventListener("scroll", () => together(view));
  }
  split();
  blink();
  under();
  if (focus) byId(focus)?.focus();
}

function figures(expected, actual, apart) {
  const marks = () => element("i", { class: "pixel" });
  const view = (...content) => element("div", { class: "view", tabindex: "0" },
    element("div", { class: "frame" }, ...content, marks()));
  const figure = (caption, ...content) => element("figure", {}, element("figcaption", {}, caption), ...content);
  const one = (caption, from) => from ? figure(caption, view(show(from))) : figure(`${caption}: none`);
  const both = expected && actual;
  if (state.view === "swipe" && both) {
    return [figure("expected left, actual right",
      view(show(expected), show(actual, "top"), element("i", { class: "edge" })))];
  }
  if (state.view === "blink" && both) {
    return [figure("expected and actual in turn", view(show(expected), show(actual, "blink")))];
  }
  if (state.view === "difference" && apart) return [one("difference: red differs, amber is forgiven", apart)];
  return [one("expected", expected), one("actual", actual), one("difference", apart)];
}

function together(from) {
  for (const view of document.querySelectorAll(".view")) {
    if (view.scrollLeft !== from.scrollLeft) view.scrollLeft = from.scrollLeft;
    if (view.scrollTop !== from.scrollTop) view.scrollTop = from.scrollTop;
  }
}

function split() {
  const top = document.querySelector(".frame .top");
  if (!top) return;
  top.style.clipPath = `inset(0 0 0 ${state.swipe}%)`;
  document.querySelector(".frame .edge").style.left = `${state.swipe}%`;
}

function stopBlinking() {
  clearInterval(state.blinking);
  state.blinking = 0;
}

function blink() {
  stopBlinking();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (document.querySelector(".blink") && !still) state.blinking = setInterval(turnOver, 500);
}

function turnOver() {
  const top = document.querySelector(".blink");
  if (top) top.style.visibility = top.style.visibility === "hidden" ? "visible" : "hidden";
}

function point(event) {
  if (event.target.tagName !== "CANVAS") return;
  const box = event.target.getBoundingClientRect();
  const inside = (at, zoomed) => Math.floor((at - zoomed) / state.zoom);
  state.pixel = [inside(event.clientX, box.left), inside(event.clientY, box.top)];
  under();
}

// The values of the pixel in both pictures, and a frame around it.
function under() {
  const line = byId("under");
  if (!line) return;
  const { expected, actual } = state.pictures;
  if (!state.pixel) {
    line.textContent = "Point at a picture to read its pixels.";
    return;
  }
  const [x, y] = state.pixel;
  // Both on the scale of the finer one.
  const most = Math.max(expected?.values.most ?? 0, actual?.values.most ?? 0);
  const read = (from) => {
    if (!from || x < 0 || y < 0 || x >= from.width || y >= from.height) return null;
    const at = (y * from.width + x) * 4;
    return Array.from(from.values.rgba.subarray(at, at + 4), (value) => value * most / from.values.most);
  };
  const [a, b] = [read(expected), read(actual)];
  const text = (rgba) => rgba ? rgba.join(" ") : "none";
  const by = a && b ? `  by ${a.map((value, i) => b[i] - value).join(" ")}` : "";
  const scale = most > 255 ? `  of ${most}` : "";
  line.textContent = `(${x}, ${y})  expected ${text(a)}  actual ${text(b)}${by}${scale}`;
  for (const mark of document.querySelectorAll(".frame .pixel")) {
    const size = `${state.zoom}px`;
    Object.assign(mark.style, {
      display: "block", width: size, height: size, left: `${x * state.zoom}px`, top: `${y * state.zoom}px`,
    });
  }
}

function step(count) {
  const frames = current()?.frames.length ?? 0;
  const next = Math.min(frames - 1, Math.max(0, state.frame + count));
  if (next !== state.frame && next >= 0) setFrame(next);
}

function nextBad() {
  const { frames } = current();
  for (let i = 1; i <= frames.length; i++) {
    const at = (state.frame + i) % frames.length;
    if (frames[at].status !== "same") { setFrame(at); return; }
  }
}

function movePixel(dx, dy) {
  const from = state.pictures.expected ?? state.pictures.actual;
  if (!from) return;
  const [x, y] = state.pixel ?? [-dx, -dy];
  const within = (value, end) => Math.min(end - 1, Math.max(0, value));
  state.pixel = [within(x + dx, from.width), within(y + dy, from.height)];
  under();
}

function zoom(direction) {
  state.zoom = ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, ZOOMS.indexOf(state.zoom) + direction))];
  draw();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") event.target.blur();
  const control = event.target.closest("input, button, summary");
  // A text has its own letters, a slider its own arrows, every control its own space.
  if (event.target.matches("input[type=search]")) return;
  if (event.target.matches("input[type=range]") && event.key.startsWith("Arrow")) return;
  const keys = {
    j: () => openCase(Math.min(state.shown.length - 1, state.at + 1)),
    k: () => openCase(Math.max(0, state.at - 1)),
    n: nextBad,
    ArrowLeft: () => event.shiftKey ? movePixel(-1, 0) : step(-1),
    ArrowRight: () => event.shiftKey ? movePixel(1, 0) : step(1),
    "+": () => zoom(1),
    "=": () => zoom(1),
    "-": () => zoom(-1),
    "/": () => byId("search").focus(),
  };
  if (event.shiftKey) {
    keys.ArrowUp = () => movePixel(0, -1);
    keys.ArrowDown = () => movePixel(0, 1);
  }
  if (!control) keys[" "] = () => { if (document.querySelector(".blink")) { stopBlinking(); turnOver(); } };
  VIEWS.forEach(([key], i) => { keys[i + 1] = () => { state.view = key; draw(); }; });
  const action = keys[event.key];
  if (!action || (state.shown.length === 0 && event.key !== "/")) return;
  event.preventDefault();
  action();
});
for (const [id, kind] of [["search", "input"], ["only", "change"]]) {
  byId(id).addEventListener(kind, () => { list(); openCase(state.shown.length === 0 ? -1 : state.at); });
}
summary();
list();
openCase(0);
