// The page: which model is shown, and what is asked of the server when.

import * as api from "./api.js";
import { $, el, setText, show } from "./dom.js";
import { showForm } from "./form.js";
import { showLive } from "./live.js";
import { showModel } from "./model.js";
import { showChanges, showVersions } from "./versions.js";

const every = 2000; // milliseconds between looks at what is live
const describeEvery = 5; // looks between those at the versions that can be served

let described = null; // the model that is shown
let describedText = "";
let looks = 0;
let turn = 0; // of the latest look; an earlier one that is still under way shows nothing
let timer = 0;

const wanted = () => decodeURIComponent(location.hash.slice(1));

// look asks how the models do, shows the chosen one, and looks again after a while.
async function look() {
  const mine = ++turn;
  clearTimeout(timer);
  try {
    await refresh(() => mine === turn);
    $("token").hidden = true;
  } catch (error) {
    fail(error);
  } finally {
    if (mine === turn) timer = setTimeout(() => (document.hidden ? undefined : look()), every);
  }
}

async function refresh(isLatest) {
  const state = await api.state();
  if (!isLatest()) return;
  const model = state.models.find((m) => m.name === wanted()) ?? state.models[0];
  showModels(state.models, model);
  const status = state.ready ? "Ready" : "Not ready";
  setStatus(state.ready ? "good" : "bad", model ? status : "There are no models");
  $("content").hidden = !model;
  if (!model) return;
  setText("name", model.name);
  setText("reason", model.reason);
  await describe(model, isLatest);
  if (!isLatest()) return;
  showLive(model.live, state.edges);
  showChanges(state.changes.filter((c) => c.model === model.name));
}

// describe shows what a model is, if it is another model or version than before, or if it is time to look.
async function describe(model, isLatest) {
  const same = described !== null && described.name === model.name && described.version === model.version;
  if (same && ++looks % describeEvery !== 0) return;
  if (!model.version) {
    described = null;
    describedText = "";
    showForm(null);
    return;
  }
  const description = await api.describe(model.name);
  if (!isLatest()) return;
  const text = JSON.stringify(description);
  if (text !== describedText) {
    const swapped = described !== null && described.name === description.name && described.version !== description.version;
    described = description;
    describedText = text;
    showModel(description, model.loaded);
    showForm(description);
    showVersions(description, look);
    if (swapped) setText("versions-note", `Version ${description.version} is served now.`);
  }
}

function showModels(models, current) {
  const names = models.map((m) => m.name).join("\n") + "\n" + (current ? current.name : "");
  if ($("models").dataset.shown === names) return; // so that the focus stays
  $("models").dataset.shown = names;
  show("models", ...models.map((m) =>
    el("li", {}, el("a", { href: "#" + encodeURIComponent(m.name), "aria-current": m === current ? "page" : null }, m.name))));
}

function setStatus(kind, text) {
  $("status").className = "status " + kind;
  setText("status", text);
}

function fail(error) {
  if (!(error instanceof api.Failed)) throw error;
  if (error.status !== 401) {
    setStatus("bad", error.message);
    return;
  }
  setStatus("", "A token is needed");
  if (!$("token").hidden) return;
  forget();
  $("token").hidden = false;
  $("token-text").focus();
}

// forget shows nothing of the models any more.
function forget() {
  $("content").hidden = true;
  show("models");
  delete $("models").dataset.shown;
  described = null;
  describedText = "";
}

$("token").addEventListener("submit", async (event) => {
  event.preventDefault();
  api.setToken($("token-text").value);
  setText("token-error", "");
  await look();
  if ($("token").hidden) {
    $("token-text").value = "";
    $("content").focus();
  } else {
    setText("token-error", "The server does not accept this token.");
  }
});

addEventListener("hashchange", () => {
  if (wanted() !== "content") look();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look();
});
look();
