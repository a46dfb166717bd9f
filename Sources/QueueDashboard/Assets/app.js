// Owns: the page as a whole: which view is shown, the live figures, the theme, the keys.

import { get, Live, signOut } from "./api.js";
import { el, toast } from "./dom.js";
import { showKeys, signInForm } from "./dialogs.js";
import { jobView } from "./job.js";
import { overviewView } from "./overview.js";
import { queueView } from "./queue.js";
import { redisView, workersView } from "./system.js";

const main = document.getElementById("view");
const status = document.getElementById("live");

/** What the views share: settings of the server, and the newest figures. */
const shared = {
  readOnly: false,
  snapshot: null,
  history: {},
  sample: (name) => shared.snapshot?.queues.find((queue) => queue.name === name) ?? null,
};

let view = null;
let turn = 0;
let live = null;

/** `#/queues/NAME?state=failed` becomes its parts and its parameters. */
function place() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { parts: path.split("/").filter(Boolean).map(decodeURIComponent), parameters: new URLSearchParams(query) };
}

function make({ parts, parameters }) {
  const [section, queue, kind, job] = parts;
  if (section === "queues" && queue && kind === "jobs" && job !== undefined) return jobView(shared, queue, job);
  if (section === "queues" && queue) return queueView(shared, queue, parameters);
  if (section === "workers") return workersView(shared);
  if (section === "redis") return redisView(shared);
  return overviewView(shared);
}

async function show() {
  const mine = ++turn;
  view?.close?.();
  view = null;
  const where = place();
  for (const link of document.querySelectorAll("nav a")) {
    const section = where.parts[0] === "workers" || where.parts[0] === "redis" ? where.parts[0] : "overview";
    if (link.dataset.section === section) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  try {
    if (shared.snapshot === null) await readOverview();
    if (mine !== turn) return;
    live ??= new Live({ sample: take, state: showState });
    const made = make(where);
    await made.ready;
    if (mine !== turn) return made.close?.();
    view = made;
    document.title = made.title ? `${made.title} · Queues` : "Queues";
    main.replaceChildren(made.element);
    main.removeAttribute("aria-busy");
  } catch (error) {
    if (mine !== turn || error.status === 401) return;
    main.replaceChildren(el("div", { class: "card" },
      el("h1", {}, "This cannot be shown"),
      el("p", { role: "alert" }, error.message),
      el("p", {}, el("a", { href: "#/" }, "Back to the overview"))));
  }
}

async function readOverview() {
  const overview = await get("overview");
  shared.readOnly = overview.readOnly;
  shared.history = overview.history;
  shared.snapshot = overview.snapshot;
  document.getElementById("readonly").hidden = !overview.readOnly;
  document.getElementById("signout").hidden = remembered("session") === null;
}

/** A sample of all queues arrived. */
function take(snapshot) {
  shared.snapshot = snapshot;
  for (const queue of snapshot.queues) {
    const points = (shared.history[queue.name] ??= []);
    const { ready, counts, completedPerSecond, failedPerSecond } = queue;
    points.push([snapshot.at, ready, counts.active, completedPerSecond ?? 0, failedPerSecond ?? 0]);
    if (points.length > 150) points.shift();
  }
  if (isPressed) isBehind = true;
  else view?.update?.();
}

/** A button must not be replaced between being pressed and let go: the click would be lost. */
let isPressed = false;
let isBehind = false;

document.addEventListener("pointerdown", () => { isPressed = true; });
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => setTimeout(() => {
    isPressed = false;
    if (isBehind) view?.update?.();
    isBehind = false;
  }));
}

function showState(state, text = null) {
  const words = text ?? { live: "live", lost: "connection lost", trouble: "Redis does not answer" }[state] ?? state;
  status.className = `live ${state}`;
  // A screen reader tells each change, so what stays is not written again.
  if (status.textContent !== words) status.textContent = words;
}

document.addEventListener("signin", () => {
  turn += 1;
  view?.close?.();
  view = null;
  live?.close();
  live = null;
  shared.snapshot = null;
  showState("signed out");
  document.getElementById("signout").hidden = true;
  if (!main.querySelector(".signin")) main.replaceChildren(signInForm(signedIn));
});

/** Somebody signed in here, so that somebody may sign out. */
function signedIn() {
  remember("session", "yes");
  show();
}

document.getElementById("signout").addEventListener("click", async () => {
  try {
    await signOut();
    remember("session", null);
    document.dispatchEvent(new CustomEvent("signin"));
  } catch (error) {
    toast(error.message, "bad");
  }
});

/** Keeps a word beyond the life of the page, where the browser lets us. */
function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch { /* Without storage it lasts as long as the page. */ }
}

function remembered(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}

const themes = ["auto", "light", "dark"];

function theme(name) {
  if (name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  document.getElementById("theme").textContent = name;
  document.getElementById("theme").setAttribute("aria-label", `Theme: ${name}. Change`);
  remember("theme", name);
  current = name;
}

let current = "auto";
theme(themes.includes(remembered("theme")) ? remembered("theme") : "auto");

const nextTheme = () => theme(themes[(themes.indexOf(current) + 1) % themes.length]);
document.getElementById("theme").addEventListener("click", nextTheme);
document.getElementById("keys").addEventListener("click", showKeys);

/** Moves the focus to another row of the list. */
function moveRow(step) {
  const rows = [...main.querySelectorAll("tr[tabindex]")];
  if (rows.length === 0) return;
  const at = rows.indexOf(document.activeElement?.closest("tr"));
  rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + step))].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const row = document.activeElement?.closest("tr[tabindex]");
  switch (event.key) {
    case "/": main.querySelector("input[type=search]")?.focus(); break;
    case "j": moveRow(1); break;
    case "k": moveRow(-1); break;
    case "x": row?.querySelector("input[type=checkbox]")?.click(); break;
    case "Enter":
      if (document.activeElement !== row || !row) return;
      row.querySelector("a")?.click();
      break;
    case "o": location.hash = "#/"; break;
    case "r": show(); break;
    case "t": nextTheme(); break;
    case "?": showKeys(); break;
    default: return;
  }
  event.preventDefault();
});

addEventListener("hashchange", () => { show(); scrollTo(0, 0); });
show();
