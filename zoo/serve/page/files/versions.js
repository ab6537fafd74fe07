// The versions of a model, and its changes.

import * as api from "./api.js";
import { $, el, setText, show, time } from "./dom.js";

// showVersions lists what can be served, the newest first; then is called after a change.
export function showVersions(d, then) {
  const serve = async (version) => {
    const buttons = [...$("versions").querySelectorAll("button")];
    buttons.forEach((b) => (b.disabled = true));
    setText("versions-note", `Loading ${version || "the newest version"}.`);
    let note = version ? `${version} is served, and stays until you follow new versions again.` : "New versions are followed.";
    try {
      await api.load(d.name, version);
    } catch (error) {
      note = error.message;
    }
    await then();
    setText("versions-note", note);
    buttons.forEach((b) => (b.disabled = false));
    $("versions-title").focus(); // the button may be gone
  };
  const button = (label, version) => el("button", { type: "button", class: "quiet small", "aria-label": version ? `Serve ${version}` : null, on: { click: () => serve(version) } }, label);
  const item = (version) => el("li", {}, el("span", {}, version),
    version === d.version ? el("small", {}, "is served") : button("Serve", version));
  show("versions", ...d.versions.toReversed().map(item), el("li", {}, el("span", {}, "The newest, and all that follow"), button("Follow", "")));
}

let changesText = "";

export function showChanges(changes) {
  const text = JSON.stringify(changes);
  if (text === changesText) return;
  changesText = text;
  show("changes", ...changes.map((c) => {
    const what = c.error ? el("span", { class: "error" }, c.error) : el("span", {}, c.version ? `${c.version} was loaded` : "The model was unloaded");
    return el("li", {}, what, time(c.at));
  }));
}
