// Runs the page's script against as much of a document as it uses: `node page.js <script> <case>`.
"use strict";

const assert = require("node:assert");
const fs = require("node:fs");
const vm = require("node:vm");

class Element {
  constructor(tag) {
    Object.assign(this, { tag, children: [], parentNode: null, dataset: {}, listeners: {}, className: "", own: "" });
    this.style = { setProperty() {} };
  }
  set textContent(text) { this.replaceChildren(); this.own = text; }
  get textContent() { return this.own + this.children.map((child) => child.textContent ?? child).join(""); }
  get childNodes() { return [...this.children]; }
  get firstElementChild() { return this.children[0] ?? null; }
  get nextElementSibling() { return this.parentNode.children[this.parentNode.children.indexOf(this) + 1] ?? null; }
  append(...nodes) { for (const node of nodes) this.insertBefore(node, null); }
  insertBefore(node, before) {
    if (node.tag === "fragment") return node.childNodes.forEach((child) => this.insertBefore(child, before));
    if (node instanceof Element) { node.remove(); node.parentNode = this; }
    this.children.splice(before ? this.children.indexOf(before) : this.children.length, 0, node);
  }
  remove() {
    if (this.parentNode) this.parentNode.children = this.parentNode.children.filter((child) => child !== this);
    this.parentNode = null;
  }
  replaceChildren(...nodes) { this.own = ""; this.childNodes.forEach((child) => child.remove?.()); this.children = []; this.append(...nodes); }
  all() { return [this, ...this.children.flatMap((child) => child.all?.() ?? [])]; }
  querySelector(tag) { return this.all().slice(1).find((element) => element.tag === tag) ?? null; }
  contains(element) { return this.all().includes(element); }
  setAttribute() {}
  addEventListener(name, listener) { this.listeners[name] = listener; }
}

const ids = new Map();
const at = (id) => ids.get(id) ?? ids.set(id, new Element("div")).get(id);
const context = vm.createContext({
  console: { error() {} },
  document: {
    activeElement: null,
    getElementById: at,
    createElement: (tag) => new Element(tag),
    createDocumentFragment: () => new Element("fragment"),
  },
  location: { protocol: "http:", host: "localhost" },
  navigator: {},
  fetch: () => new Promise(() => {}),
  setTimeout() {},
});
vm.runInContext(fs.readFileSync(process.argv[2], "utf8"), context);

const row = (service, more) => ({
  kind: "span", depth: 0, connected: true, span_id: "1", parent_span_id: null, service, name: `of ${service}`,
  op: null, status: null, failed: false, start_ms: 0, duration_ms: 1, ...more,
});
const trace = (trace_id, rows, more) => ({
  trace_id, start: 1, duration_ms: 1, connected: true, services: [...new Set(rows.map((row) => row?.service))],
  transactions: 0, spans: rows.length, events: [], rows, ...more,
});
const show = (...traces) => context.show({
  traces, total: traces.length, accepted: 1, refused: 0, unreadable: 0, dropped_envelopes: 0,
});
const rowsOf = (element) => element.all().filter((element) => element.className.startsWith("row")).length;
const legend = () => at("legend").children.map((entry) => entry.textContent);

const cases = {
  legend() {
    show(trace("a", [row("one"), row("two")]));
    assert.deepStrictEqual(legend(), ["one", "two"]);
    show(trace("b", [row("three")]));
    assert.deepStrictEqual(legend(), ["three"], "what is not shown any more");
    show(trace("c", Array.from({ length: 5000 }, (_, number) => row(`s${number}`))));
    assert.ok(legend().length <= 101, `${legend().length} entries`);
    assert.match(legend().at(-1), /4900 more/);
  },
  "no number"() {
    show(trace("a", [row("one", { start_ms: null, duration_ms: null })], { duration_ms: null, start: null }), trace("b", [row("two")]));
    assert.deepStrictEqual(at("traces").children.map(rowsOf), [1, 1]);
  },
  "bad trace"() {
    show(trace("a", [null]), trace("b", [row("two")]), trace("c", [], { rows: null, services: null }));
    const [bad, good, worse] = at("traces").children;
    assert.match(bad.textContent, /cannot be drawn/);
    assert.match(worse.textContent, /cannot be drawn/);
    assert.strictEqual(rowsOf(good), 1);
    assert.strictEqual(at("counts").textContent, "3 traces · 1 envelope");
    show(trace("a", [row("one")]));
    assert.strictEqual(rowsOf(at("traces")), 1);
    assert.doesNotMatch(at("traces").textContent, /cannot be drawn/);
  },
  "many rows"() {
    show(trace("a", new Array(200000).fill(row("one"))));
    assert.strictEqual(rowsOf(at("traces")), 2000);
    assert.match(at("traces").textContent, /198000 more rows, not drawn/);
  },
};
cases[process.argv[3]]();
