"use strict";
// The report: a list of cases, one of them open. Everything is in this page; nothing is fetched.
const report = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const state = { at: 0, frame: 0, view: "side", zoom: 1, swipe: 50, shown: [] };

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

function summary() {
  const failed = report.cases.filter((entry) => !passed(entry)).length;
  byId("summary").textContent = failed === 0
    ? `All ${report.cases.length} cases are as recorded.`
    : `${failed} of ${report.cases.length} cases differ.`;
  byId("facts").textContent = `${report.tool}, rule ${report.rule}, ${report.rasteriser}`;
  byId("only").checked = failed > 0;
}

function list() {
  const word = byId("search").value.trim().toLowerCase();
  const only = byId("only").checked;
  const open = state.shown[state.at];
  state.shown = report.cases.filter((entry) =>
    entry.name.toLowerCase().includes(word) && !(only && passed(entry)));
  state.at = Math.max(0, state.shown.indexOf(open));
  byId("none").hidden = state.shown.length > 0;
  byId("cases").replaceChildren(...state.shown.map((entry, at) => element("li", {},
    element("button", { type: "button", "aria-current": at === state.at, onclick: () => openCase(at) },
      element("span", {}, entry.name),
      element("span", { class: passed(entry) ? "state good" : "state bad" }, entry.status),
      element("span", { class: "soft" }, entry.line)))));
}

function openCase(at) {
  if (at < 0 || at >= state.shown.length) { byId("case").replaceChildren(); return; }
  state.at = at;
  const entry = state.shown[at];
  const worst = entry.frames.findIndex((frame) => frame.file === entry.worst);
  state.frame = Math.max(0, worst);
  for (const [i, button] of [...byId("cases").querySelectorAll("button")].entries()) {
    button.setAttribute("aria-current", i === at);
    if (i === at) button.scrollIntoView({ block: "nearest" });
  }
  draw();
}

function why(entry) {
  if (!entry.why) return null;
  return element("div", { class: "why" },
    element("p", {}, entry.why.line),
    entry.why.path.length === 0 ? null
      : element("ol", {}, ...entry.why.path.map((step) => element("li", { class: "mono" }, step))));
}

function difference(title, text) {
  if (!text) return null;
  const kind = { "+": "add", "-": "del" };
  const lines = text.split("\n").map((line) => element("span", { class: kind[line[0]] ?? "" }, line || " "));
  return element("details", { open: true }, element("summary", {}, title),
    element("pre", { class: "diff", tabindex: "0" }, ...lines));
}

const VIEWS = [["side", "Side by side"], ["swipe", "Swipe"], ["blink", "Blink"], ["difference", "Difference"]];

function tools(entry) {
  const views = VIEWS.map(([key, name]) => element("button",
    { type: "button", "aria-pressed": state.view === key, "data-view": key, onclick: () => { state.view = key; draw(); } }, name));
  const zoom = [1, 2, 4, 8, 16].map((factor) => element("button",
    { type: "button", "aria-pressed": state.zoom === factor, "data-zoom": factor, onclick: () => { state.zoom = factor; draw(); } }, `${factor}×`));
  const frames = element("input", {
    type: "range", id: "frame", min: 0, max: entry.frames.length - 1, value: state.frame, "aria-label": "Frame",
    oninput: (event) => { state.frame = Number(event.target.value); draw("frame"); },
  });
  const swipe = element("input", {
    type: "range", id: "swipe", min: 0, max: 100, value: state.swipe, "aria-label": "Swipe",
    oninput: (event) => { state.swipe = Number(event.target.value); split(); },
  });
  return element("div", { class: "tools" },
    element("fieldset", { "aria-label": "View" }, ...views),
    element("fieldset", { "aria-label": "Zoom" }, ...zoom),
    entry.frames.length > 1 ? element("label", {}, "Frame ", frames) : null,
    state.view === "swipe" ? element("label", {}, "Expected ", swipe, " actual") : null);
}

// Decoded once; drawing and reading pixels both need it.
const decoded = new Map();
async function picture(source) {
  if (!source) return null;
  if (!decoded.has(source)) {
    decoded.set(source, (async () => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = element("canvas", { width: image.naturalWidth, height: image.naturalHeight });
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(image, 0, 0);
      return { canvas, context, width: canvas.width, height: canvas.height };
    })());
  }
  return decoded.get(source);
}

function show(from, className = "") {
  const canvas = element("canvas", { width: from.width, height: from.height, class: className });
  canvas.getContext("2d").drawImage(from.canvas, 0, 0);
  canvas.style.width = `${from.width * state.zoom}px`;
  canvas.style.height = `${from.height * state.zoom}px`;
  return canvas;
}

let turn = 0;
async function draw(focus) {
  const mine = ++turn;
  const entry = state.shown[state.at];
  const frame = entry.frames[state.frame];
  const parts = [
    element("h2", {}, `${entry.name} `, element("span", { class: passed(entry) ? "state good" : "state bad" }, entry.status)),
    element("p", { class: "soft" }, entry.patch),
    passed(entry) ? null : element("p", {}, "To take the new pictures: ", element("code", {}, entry.accept)),
    why(entry),
    difference("What changed in the program", entry.program),
  ];
  if (frame) {
    const [expected, actual, apart] = await Promise.all([frame.expected, frame.actual, frame.difference].map(picture));
    if (mine !== turn) return;
    const stage = element("div", { class: "stage" }, ...figures(expected, actual, apart));
    stage.addEventListener("pointermove", (event) => under(event, { expected, actual }));
    parts.push(tools(entry), element("p", { class: "mono" }, `${frame.file}: ${frame.line}`), stage,
      element("p", { id: "under", class: "mono soft" }, "Point at a picture to read its pixels."));
  }
  byId("case").replaceChildren(...parts.filter((part) => part !== null));
  split();
  if (focus) byId(focus)?.focus();
}

function figures(expected, actual, apart) {
  const figure = (caption, ...content) => element("figure", {}, element("figcaption", {}, caption), ...content);
  const one = (caption, from) => from ? figure(caption, show(from)) : figure(`${caption}: none`);
  const both = expected && actual;
  if (state.view === "swipe" && both) {
    return [figure("expected left, actual right",
      element("div", { class: "swipe" }, show(expected), show(actual, "top"), element("i")))];
  }
  if (state.view === "blink" && both) {
    return [figure("expected and actual in turn",
      element("div", { class: "swipe" }, show(expected), show(actual, "blink")))];
  }
  if (state.view === "difference" && apart) return [one("difference: red differs, amber is forgiven", apart)];
  return [one("expected", expected), one("actual", actual), one("difference", apart)];
}

function split() {
  const top = document.querySelector(".swipe .top");
  if (!top) return;
  top.style.clipPath = `inset(0 0 0 ${state.swipe}%)`;
  document.querySelector(".swipe i").style.left = `${state.swipe}%`;
}

function under(event, pictures) {
  if (event.target.tagName !== "CANVAS") return;
  const box = event.target.getBoundingClientRect();
  const x = Math.floor((event.clientX - box.left) / state.zoom);
  const y = Math.floor((event.clientY - box.top) / state.zoom);
  const read = (from) => from && x >= 0 && y >= 0 && x < from.width && y < from.height
    ? [...from.context.getImageData(x, y, 1, 1).data] : null;
  const [expected, actual] = [read(pictures.expected), read(pictures.actual)];
  const text = (rgba) => rgba ? rgba.join(" ") : "none";
  const by = expected && actual ? expected.map((value, i) => actual[i] - value).join(" ") : "";
  byId("under").textContent = `(${x}, ${y})  expected ${text(expected)}  actual ${text(actual)}  by ${by}`;
}

function step(count) {
  const frames = state.shown[state.at]?.frames.length ?? 0;
  const next = Math.min(frames - 1, Math.max(0, state.frame + count));
  if (next !== state.frame && next >= 0) { state.frame = next; draw(); }
}

function zoom(direction) {
  const factors = [1, 2, 4, 8, 16];
  state.zoom = factors[Math.min(4, Math.max(0, factors.indexOf(state.zoom) + direction))];
  draw();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input");
  if (event.key === "Escape") event.target.blur();
  if (typing) return;
  const keys = {
    j: () => openCase(Math.min(state.shown.length - 1, state.at + 1)),
    k: () => openCase(Math.max(0, state.at - 1)),
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    "+": () => zoom(1),
    "=": () => zoom(1),
    "-": () => zoom(-1),
    "/": () => byId("search").focus(),
  };
  VIEWS.forEach(([key], i) => { keys[i + 1] = () => { state.view = key; draw(); }; });
  const action = keys[event.key];
  if (!action || (state.shown.length === 0 && event.key !== "/")) return;
  event.preventDefault();
  action();
});
for (const [id, kind] of [["search", "input"], ["only", "change"]]) {
  byId(id).addEventListener(kind, () => { list(); openCase(state.at); });
}
summary();
list();
openCase(0);
