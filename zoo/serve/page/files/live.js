// Live figures of a model: rate, times, probabilities, unknown values.

import { count, duration, el, fact, percent, rough, show, svg } from "./dom.js";

export function showLive(live, edges) {
  const total = live.requests.reduce((sum, n) => sum + n, 0);
  const rate = total / live.requests.length;
  show("tiles",
    fact("Requests/s", rough(rate)), fact("Samples", count(live.samples)),
    fact("p50", duration(live.p50)), fact("p99", duration(live.p99)), fact("p99.9", duration(live.p999)), fact("Failed", count(live.failed)));
  showRate(live.requests);
  showProbabilities(live.probabilities, edges);
  showUnknown(live.fields ?? []);
}

function showRate(requests) {
  const most = Math.max(...requests, 1);
  const points = requests.map((n, i) => `${((i / (requests.length - 1)) * 400).toFixed(1)},${(62 - (n / most) * 50).toFixed(1)}`).join(" ");
  show("rate", svg("svg", { viewBox: "0 0 400 76", role: "img", "aria-label": `Requests in each of the last ${requests.length} seconds, at most ${count(most)}` },
    svg("line", { class: "axis", x1: 0, x2: 400, y1: 63, y2: 63 }),
    svg("polyline", { class: "line", points }),
    svg("text", { x: 0, y: 9 }, count(most)),
    svg("text", { x: 0, y: 75 }, "60 s ago"),
    svg("text", { x: 400, y: 75, "text-anchor": "end" }, "now")));
}

function showProbabilities(bins, edges) {
  const total = bins.reduce((sum, n) => sum + n, 0);
  if (total === 0) {
    show("probabilities", el("p", { class: "note" }, "No predictions in the last minute."));
    return;
  }
  const most = Math.max(...bins);
  const width = 400 / bins.length;
  const range = (i) => (i === 0 ? `up to ${edges[0]}` : i === edges.length ? `above ${edges[i - 1]}` : `${edges[i - 1]} to ${edges[i]}`);
  const described = bins.map((n, i) => (n ? `${range(i)}: ${percent(n / total)}` : "")).filter((text) => text).join("; ");
  show("probabilities", svg("svg", { viewBox: "0 0 400 76", role: "img", "aria-label": described },
    ...bins.map((n, i) => svg("rect", {
      class: "bar", x: (i * width + 1).toFixed(1), width: (width - 2).toFixed(1),
      y: (62 - (n / most) * 58).toFixed(1), height: ((n / most) * 58).toFixed(1),
    }, svg("title", {}, `${range(i)}: ${percent(n / total)}`))),
    svg("line", { class: "axis", x1: 0, x2: 400, y1: 63, y2: 63 }),
    ...edges.map((edge, i) => (i % 3 === 0 || i === edges.length - 1 ? svg("text", { x: ((i + 1) * width).toFixed(1), y: 75, "text-anchor": "middle" }, String(edge)) : null))));
}

function showUnknown(fields) {
  const counted = fields.filter((f) => f.values > 0);
  if (counted.length === 0) {
    show("unknown", el("p", { class: "note" }, "No values yet."));
    return;
  }
  counted.sort((a, b) => b.unknown / b.values - a.unknown / a.values);
  show("unknown", el("dl", { class: "bars" }, ...counted.flatMap((f) => [
    el("dt", {}, f.name),
    el("dd", { "aria-hidden": "true" }, shareBar(f.unknown / f.values)),
    el("dd", {}, percent(f.unknown / f.values)),
  ])));
}

// shareBar draws what the text beside it says.
const shareBar = (share) =>
  svg("svg", { class: "share", viewBox: "0 0 100 6", preserveAspectRatio: "none" },
    svg("rect", { class: "back", width: 100, height: 6 }), svg("rect", { class: "bar", width: 100 * share, height: 6 }));
