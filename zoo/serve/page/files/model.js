// What a model is: facts, epochs, fields.

import { $, count, el, fact, show, svg, time } from "./dom.js";

export function showModel(d, loaded) {
  document.title = d.name + " · zoo serve";
  const kind = d.model.type.replace(/^.*\./, "");
  const settings = Object.entries(d.model.settings ?? {}).map(([name, value]) => `${name} ${[value].flat().join("-")}`);
  show("facts",
    fact("Model", kind), fact("Version", d.version), fact("Loaded", time(loaded)), fact("Rows", count(d.rows)),
    fact("Weights", `${count(d.tables)} in tables, ${count(d.dense)} in layers`), fact("Settings", settings.join(", ") || "none", "wide"),
    fact("Solver", d.solver || "not known", "wide"));
  showHistory(d.history);
  showFields(d.fields);
}

const cell = (text) => el("td", {}, text);
const head = (...names) =>
  el("thead", {}, el("tr", {}, ...names.map(([name, isText]) => el("th", { scope: "col", class: isText ? "text" : null }, name))));

const number = (x) => (typeof x === "number" ? x.toFixed(4) : "–");

function showHistory(history) {
  const part = history.some((e) => e.valid) ? "valid" : "test";
  const of = (e, name) => number(e[part]?.[name]);
  showCurve(history.map((e) => e[part]?.auc).filter((x) => typeof x === "number"), part);
  show("history",
    head(["Epoch"], ["Loss"], [`AUC, ${part}`], [`Log loss, ${part}`], ["Samples"], ["Seconds"]),
    el("tbody", {}, ...history.map((e) => el("tr", {}, el("th", { scope: "row" }, String(e.epoch)), cell(number(e.train_loss)),
      cell(of(e, "auc")), cell(of(e, "logloss")), cell(count(e.samples)), cell(e.seconds.toPrecision(3))))));
}

// showCurve draws the AUC by epoch, if there are at least two.
function showCurve(values, part) {
  $("auc").hidden = values.length < 2;
  if (values.length < 2) return;
  const low = Math.min(...values);
  const high = Math.max(...values);
  const x = (i) => 48 + (i / (values.length - 1)) * 346;
  const y = (v) => 12 + (high === low ? 40 : ((high - v) / (high - low)) * 80);
  const points = values.map((v, i) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`).join(" ");
  show("curve", svg("svg", { viewBox: "0 0 400 104", role: "img", "aria-label": `AUC of the ${part} part by epoch` },
    svg("line", { class: "axis", x1: 48, x2: 394, y1: 98, y2: 98 }),
    svg("text", { x: 0, y: 16 }, number(high)),
    high === low ? null : svg("text", { x: 0, y: 95 }, number(low)),
    svg("polyline", { class: "line", points })));
}

function showFields(fields) {
  show("fields",
    head(["Field", true], ["Column", true], ["Kind", true], ["Rows"], ["How it is read", true]),
    el("tbody", {}, ...fields.map((f) => el("tr", {}, el("th", { scope: "row", class: "text" }, f.name),
      el("td", { class: "text" }, f.column), el("td", { class: "text" }, f.kind), cell(f.rows ? count(f.rows) : "–"),
      el("td", { class: "text" }, f.notes.join("; "))))));
}
