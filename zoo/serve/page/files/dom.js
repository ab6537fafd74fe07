// Makes elements. All text goes in as text, never as HTML.

const svgSpace = "http://www.w3.org/2000/svg";

// el makes an element with attributes and children. An attribute whose value is null or false is left out.
export function el(name, attributes = {}, ...children) {
  return build(document.createElement(name), attributes, children);
}

// svg is el for a part of a picture.
export function svg(name, attributes = {}, ...children) {
  return build(document.createElementNS(svgSpace, name), attributes, children);
}

function build(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (value !== null && value !== false) {
      node.setAttribute(key, value === true ? "" : value);
    }
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

export const $ = (id) => document.getElementById(id);

// show puts children in the place of those that are there.
export function show(id, ...children) {
  $(id).replaceChildren(...children);
}

// setText changes a text only if it is another one, so that a screen reader says it once.
export function setText(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

// fact is a term with what it means.
export const fact = (term, text, kind = null) => el("div", { class: kind }, el("dt", {}, term), el("dd", {}, text));

const numbers = new Intl.NumberFormat("en");

export const count = (n) => numbers.format(n);

// time is a moment as the reader's clock has it.
export const time = (text) => el("time", { datetime: text }, new Date(text).toLocaleString());

export const percent = (share) => {
  const p = 100 * share;
  return (p === 0 || p >= 10 ? p.toFixed(1) : p.toPrecision(3)) + " %";
};

const twoDigits = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });

// rough is a number to two digits.
export const rough = (x) => twoDigits.format(x);

// duration is a time in seconds with its unit.
export function duration(seconds) {
  if (seconds === 0) return "–";
  if (seconds < 1e-3) return rough(seconds * 1e6) + " µs";
  if (seconds < 1) return rough(seconds * 1e3) + " ms";
  return rough(seconds) + " s";
}
