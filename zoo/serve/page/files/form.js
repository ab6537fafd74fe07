// The form that tries a prediction: a cell for each column of the log.

import * as api from "./api.js";
import { $, count, el, percent, show } from "./dom.js";

let model = "";
let columns = [];
let shown = "";

const cellID = (i) => `cell-${i}`;

// showForm makes the cells of a model's columns. Cells that are filled in stay so if the columns are the same.
export function showForm(d) {
  $("predict").disabled = $("fill").disabled = d === null;
  if (d === null) return;
  const text = JSON.stringify([d.name, d.columns]);
  if (text === shown) return;
  const kept = d.name === model ? values() : {};
  const focus = document.activeElement.id;
  shown = text;
  model = d.name;
  columns = d.columns;
  show("cells", ...columns.map(cell));
  columns.forEach((c, i) => ($(cellID(i)).value = kept[c.name] ?? ""));
  if (focus) $(focus)?.focus();
  show("result");
}

function cell(c, i) {
  const id = cellID(i);
  const hint = hintOf(c);
  const proposes = !c.separator && c.examples.length > 0;
  return el("div", {},
    el("label", { for: id }, c.name),
    el("input", {
      id, type: "text", autocomplete: "off", spellcheck: "false", autocapitalize: "off",
      inputmode: c.number ? "decimal" : null, list: proposes ? id + "-list" : null,
      "aria-describedby": `${id}-hint ${id}-read`,
    }),
    proposes ? el("datalist", { id: id + "-list" }, ...c.examples.map((value) => el("option", { value }))) : null,
    el("p", { id: id + "-hint", class: "hint" }, hint),
    el("div", { id: id + "-read" }));
}

function hintOf(c) {
  if (c.separator) return `a list, separated by ${c.separator === " " ? "spaces" : c.separator}`;
  if (c.layout) return `a time, as ${c.layout}`;
  if (c.number) return "a number";
  return c.examples.length ? `such as ${c.examples.slice(0, 3).join(", ")}` : "a text";
}

const values = () => Object.fromEntries(columns.map((c, i) => [c.name, $(cellID(i)).value]));

$("fill").addEventListener("click", () => {
  columns.forEach((c, i) => ($(cellID(i)).value = c.examples[0] ?? ""));
  $("predict").focus();
});

$("try").addEventListener("submit", async (event) => {
  event.preventDefault();
  const asked = model;
  $("try").setAttribute("aria-busy", "true");
  try {
    const trial = await api.predict(asked, values());
    if (asked === model) showTrial(trial);
  } catch (error) {
    columns.forEach((_, i) => show(cellID(i) + "-read"));
    show("result", el("p", { class: "error" }, error.message));
  } finally {
    $("try").removeAttribute("aria-busy");
  }
});

function showTrial(t) {
  const fields = t.fields ?? [];
  columns.forEach((c, i) => show(cellID(i) + "-read", ...fields.filter((f) => f.column === c.name).map(read)));
  const unknown = fields.filter((f) => f.unknown > 0).map((f) => f.name);
  show("result",
    el("p", { class: "probability" }, percent(t.probability)),
    el("p", {}, `probability of a click${t.probability > 0 ? `, 1 in ${count(Math.round(1 / t.probability))}` : ""}`),
    el("p", {}, unknown.length ? el("span", { class: "warn" }, `Unknown: ${unknown.join(", ")}`) : "All values are known."),
    el("p", { class: "note" }, `Logit ${t.logit === null ? "beyond float32" : t.logit.toPrecision(6)}, version ${t.version}, ${count(t.micros)} µs`));
}

// read says how a field read the cell.
function read(f) {
  const parts = f.values.length
    ? f.values.map((v) => el("span", { class: v.known ? "known" : "unknown" }, `${v.text || "empty"}${v.known ? "" : " unknown"}`))
    : [el("span", {}, "empty")];
  const spaced = parts.flatMap((part, i) => (i ? [" ", part] : [part]));
  return el("p", { class: "read" }, `${f.name}: `, ...spaced);
}
