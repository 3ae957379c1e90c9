"use strict";

const REFRESH_MS = 2000;
const OPEN_AT_FIRST = 5;
const MOST_DRAWN_DEPTH = 14;
const MOST_SERVICES = 100;
const MOST_ROWS = 2000;
const MOST_EVENTS = 100;

const at = (id) => document.getElementById(id);

/** Everything that others sent goes through here: as text, never as markup. */
function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function ms(value) {
  if (!Number.isFinite(value)) return "?";
  const size = Math.abs(value);
  if (size >= 10000) return `${(value / 1000).toFixed(1)} s`;
  if (size >= 100) return `${value.toFixed(0)} ms`;
  return `${value.toFixed(size >= 1 ? 1 : 2)} ms`;
}

const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

const services = new Map();

/** None is near red, which means failed. */
const HUES = [255, 155, 310, 75, 200, 345, 125, 280];

/** A service keeps its colour while the page is open. */
function paint(element, service) {
  if (!services.has(service)) services.set(service, HUES[services.size % HUES.length]);
  element.dataset.service = service;
  element.style.setProperty("--hue", services.get(service));
}

let legend = "";

/** The services of the traces that are shown, and no others: what is gone would only fill the window. */
function showLegend(traces) {
  const shown = [...new Set(traces.flatMap((trace) => trace.services || []))];
  const text = JSON.stringify(shown);
  if (legend === text) return;
  legend = text;
  const entries = shown.slice(0, MOST_SERVICES).map((service) => {
    const entry = make("li", "", service);
    entry.title = service;
    paint(entry, service);
    return entry;
  });
  if (shown.length > MOST_SERVICES) entries.push(make("li", "", `and ${shown.length - MOST_SERVICES} more`));
  at("legend").replaceChildren(...entries);
}

function copyButton(text, label) {
  const button = make("button", "", label);
  button.type = "button";
  button.addEventListener("click", () => copy(button, text, label));
  return button;
}

async function copy(button, text, label) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Copy by hand";
  }
  setTimeout(() => { button.textContent = label; }, 1500);
}

function drawRow(row, total) {
  const item = make("li", `row ${row.kind === "span" ? "span" : "transaction"}${row.failed ? " failed" : ""}`);
  paint(item, row.service);
  item.style.setProperty("--depth", Math.min(row.depth, MOST_DRAWN_DEPTH));
  const label = row.name || "(no name)";
  const facts = [row.service, label, row.op, row.status, `${ms(row.start_ms)} +${ms(row.duration_ms)}`];
  facts.push(`span ${row.span_id}`, row.parent_span_id ? `parent ${row.parent_span_id}` : "");
  item.title = facts.filter(Boolean).join("\n");

  const name = make("span", "name");
  if (row.kind !== "span") name.append(make("span", "service", row.service));
  name.append(make("span", "label", label));
  if (!row.connected) name.append(make("span", "loose", "parent unknown"));

  const what = make("span", "what");
  what.append(make("span", "op", row.op || ""));
  const status = row.failed ? `✕ ${row.status}` : row.status || "";
  what.append(make("span", `status${row.failed ? " failed" : ""}`, status));

  item.append(name, what, drawBar(row, total), make("span", "duration", ms(row.duration_ms)));
  return item;
}

function drawBar(row, total) {
  const share = (value) => (total > 0 ? Math.min(Math.max(value / total, 0), 1) * 100 : 0);
  const left = share(row.start_ms);
  const width = Math.min(share(row.duration_ms), 100 - left);
  const time = make("span", "time");
  time.style.setProperty("--left", `${left}%`);
  time.style.setProperty("--width", `${width}%`);
  time.append(make("span", "bar"));
  return time;
}

function drawScale(total) {
  const scale = make("li", "scale");
  scale.setAttribute("aria-hidden", "true");
  const ticks = make("span", "ticks");
  for (const part of [0, 0.25, 0.5, 0.75, 1]) ticks.append(make("span", "", part === 0 ? "0" : ms(total * part)));
  scale.append(ticks);
  return scale;
}

/** One by one, because the arguments of a call are bounded, and so many, because the page is of no use with more. */
function appendMost(list, items, most, noun, draw) {
  for (const item of items.slice(0, most)) list.append(draw(item));
  if (items.length > most) list.append(make("li", "note", `and ${counted(items.length - most, `more ${noun}`)}, not drawn`));
}

function drawBody(trace) {
  const body = document.createDocumentFragment();
  const tools = make("div", "tools");
  tools.append(make("span", "id", trace.trace_id), copyButton(trace.trace_id, "Copy trace id"));
  body.append(tools);

  if (trace.events.length > 0) {
    const events = make("ul", "events");
    const text = (event) => `✕ ${event.service}: ${event.title || event.level || "event"}`;
    appendMost(events, trace.events, MOST_EVENTS, "event", (event) => make("li", "", text(event)));
    body.append(events);
  }

  const fall = make("ol", "fall");
  fall.append(drawScale(trace.duration_ms));
  appendMost(fall, trace.rows, MOST_ROWS, "row", (row) => drawRow(row, trace.duration_ms));
  body.append(fall);
  return body;
}

function drawSummary(trace) {
  const summary = make("summary");
  const root = trace.rows[0];
  const failed = trace.rows.filter((row) => row.failed).length;
  summary.append(make("span", "title", root ? root.name || "(no name)" : trace.trace_id));
  summary.append(make("span", "when", new Date(trace.start * 1000).toLocaleTimeString()));
  summary.append(make("span", "total", ms(trace.duration_ms)));

  const numbers = make("span", "numbers", [
    counted(trace.services.length, "service"),
    counted(trace.transactions, "transaction"),
    counted(trace.spans, "span"),
  ].join(" · "));
  const bad = [];
  if (failed > 0) bad.push(`${failed} failed`);
  if (trace.events.length > 0) bad.push(counted(trace.events.length, "error event"));
  if (!trace.connected) bad.push("not connected");
  if (bad.length > 0) numbers.append(" · ", make("span", "bad", bad.join(" · ")));
  summary.append(numbers);
  return summary;
}

/** What is on the page: by trace id the element, and what it was drawn from. */
const drawn = new Map();

/** What goes wrong with one trace is told in its place: the others are drawn all the same. */
function attempt(draw, instead) {
  try {
    return draw();
  } catch (error) {
    console.error(error);
    return instead(error);
  }
}

function drawPlainSummary(trace) {
  const summary = make("summary");
  summary.append(make("span", "title", trace.trace_id));
  return summary;
}

function drawTrace(known, trace) {
  known.trace = trace;
  const summary = attempt(() => drawSummary(trace), () => drawPlainSummary(trace));
  const old = known.element.querySelector("summary");
  if (old) {
    // The element that has the focus stays.
    old.replaceChildren(...summary.childNodes);
  } else {
    known.element.append(summary);
  }
  known.stale = true;
  fill(known);
}

/** A trace that is closed is drawn when it is opened. */
function fill(known) {
  if (!known.element.open || !known.stale) return;
  known.stale = false;
  const focused = known.body.contains(document.activeElement);
  const failure = (error) => make("p", "note", `This trace cannot be drawn: ${error}`);
  known.body.replaceChildren(attempt(() => drawBody(known.trace), failure));
  if (focused) known.body.querySelector("button")?.focus({ preventScroll: true });
}

function addTrace(open) {
  const element = make("details", "trace");
  const known = { element, body: make("div"), text: "", trace: null, stale: true };
  element.open = open;
  element.addEventListener("toggle", () => {
    if (known.body.parentNode !== element) element.append(known.body);
    if (known.trace) fill(known);
  });
  return known;
}

function show(data) {
  const list = at("traces");
  const first = drawn.size === 0;
  const present = new Set(data.traces.map((trace) => trace.trace_id));
  for (const [id, known] of drawn) {
    if (!present.has(id)) {
      known.element.remove();
      drawn.delete(id);
    }
  }

  let before = list.firstElementChild;
  data.traces.forEach((trace, index) => {
    let known = drawn.get(trace.trace_id);
    if (!known) {
      known = addTrace(!first || index < OPEN_AT_FIRST);
      drawn.set(trace.trace_id, known);
    }
    const text = JSON.stringify(trace);
    if (known.text !== text) {
      known.text = text;
      drawTrace(known, trace);
      if (known.body.parentNode !== known.element) known.element.append(known.body);
    }
    if (known.element === before) {
      before = before.nextElementSibling;
    } else {
      list.insertBefore(known.element, before);
    }
  });

  showLegend(data.traces);
  at("empty").hidden = data.traces.length > 0;
  const counts = [counted(data.total, "trace"), counted(data.accepted, "envelope")];
  if (data.traces.length < data.total) counts[0] = `newest ${data.traces.length} of ${data.total} traces`;
  if (data.dropped_envelopes > 0) counts.push(`${data.dropped_envelopes} dropped`);
  at("counts").textContent = counts.join(" · ");
  showProblems(data);
}

function showProblems(data) {
  const problems = [];
  if (data.refused > 0) problems.push(`${counted(data.refused, "request")} refused, the last one because: ${data.last_refusal}.`);
  if (data.unreadable > 0) problems.push(`${counted(data.unreadable, "item")} could not be read.`);
  at("problem").textContent = problems.join(" ");
  at("problem").hidden = problems.length === 0;
}

function showState(lost) {
  const text = lost ? "The collector does not answer" : "";
  if (at("state").textContent !== text) at("state").textContent = text;
  at("state").className = lost ? "lost" : "";
}

let etag = "";

async function refresh() {
  try {
    const response = await fetch("api/traces", { cache: "no-store", headers: etag ? { "If-None-Match": etag } : {} });
    if (response.status !== 304) {
      if (!response.ok) throw new Error(String(response.status));
      show(await response.json());
      etag = response.headers.get("etag") || "";
    }
    showState(false);
  } catch {
    showState(true);
  }
  setTimeout(refresh, REFRESH_MS);
}

const dsn = `${location.protocol}//public@${location.host}/1`;
at("dsn").textContent = dsn;
at("copy-dsn").addEventListener("click", (event) => copy(event.currentTarget, dsn, "Copy"));
refresh();
