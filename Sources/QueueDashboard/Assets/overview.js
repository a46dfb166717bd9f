// Owns: the overview: alerts, and a card for each queue.

import { sparkline } from "./charts.js";
import { actOnQueue } from "./dialogs.js";
import { badge, button, el, number, percent, rate, span } from "./dom.js";

export const states = ["waiting", "prioritized", "active", "delayed", "waiting-children", "completed", "failed"];

export const queueAddress = (queue) => `#/queues/${encodeURIComponent(queue)}`;
export const listAddress = (queue, state) => `${queueAddress(queue)}?state=${state}`;

/** The counts of a queue; each leads to its list. */
export function counts(sample, current = null) {
  return el("div", { class: "counts" }, states.map((state) => {
    const count = sample.counts[state];
    const properties = {
      href: listAddress(sample.name, state),
      class: `count ${state}${count === 0 ? " none" : ""}`,
      "aria-current": state === current ? "page" : null,
    };
    return el("a", properties, el("b", {}, number(count)), el("span", {}, state));
  }));
}

export function figures(sample) {
  const about = sample.estimated ? "≈ " : "";
  const times = (latency) => (latency ? `${span(latency.median)} · 95 %: ${span(latency.high)}` : "–");
  const facts = [
    ["completed", about + rate(sample.completedPerSecond)],
    ["failed", about + rate(sample.failedPerSecond)],
    ["failure rate, 1 h", percent(sample.failureRate)],
    ["waited", times(sample.waitTime)],
    ["ran", times(sample.runTime)],
    ["workers", sample.workers === 0 && sample.counts.active > 0 ? "busy" : number(sample.workers)],
  ];
  return el("dl", { class: "figures" }, facts.map(([name, value]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

/** `points`: `[time, ready, active, completed per second, failed per second]`, the oldest first. */
export function charts(points) {
  const column = (index) => points.map((point) => point[index]);
  const chart = (label, lines) => el("figure", {},
    sparkline(lines.map(([index, kind], order) => ({ values: column(index), kind, area: order === 0 })), label),
    el("figcaption", {}, lines.map(([, kind, name]) => [el("i", { class: `key ${kind}` }), `${name} `])));
  return el("div", { class: "charts" },
    chart("Jobs ready and active in the last minutes", [[1, "waiting", "ready"], [2, "active", "active"]]),
    chart("Jobs finished per second in the last minutes",
      [[3, "completed", "completed /s"], [4, "failed", "failed /s"]]));
}

export function alertList(alerts) {
  if (alerts.length === 0) return null;
  return el("ul", { class: "alerts", "aria-label": "Alerts" }, alerts.map((alert) =>
    el("li", { class: alert.severity, data: { kind: alert.kind } },
      el("strong", {}, alert.severity === "critical" ? "Critical" : "Warning"),
      alert.queue ? el("a", { href: queueAddress(alert.queue) }, alert.queue) : null,
      el("span", {}, alert.text))));
}

/** Says that nobody is there. A worker is known only once it has waited for work, so a busy one is not missed. */
export function workerBadge(sample) {
  return sample.workers === 0 && sample.counts.active === 0 ? badge("no worker", "warn") : null;
}

/** Pauses or resumes; nothing is lost by either, so neither asks. */
export function pauseButton(shared, sample) {
  if (shared.readOnly) return null;
  const action = sample.paused ? "resume" : "pause";
  const verb = sample.paused ? "Resume" : "Pause";
  return button(verb, () => actOnQueue({ queue: sample.name, action }, { verb }), { data: { action } });
}

function card(shared, sample) {
  const properties = { class: "card queue", data: { queue: sample.name }, "aria-label": `Queue ${sample.name}` };
  return el("section", properties,
    el("div", { class: "row" },
      el("h2", {}, el("a", { href: queueAddress(sample.name) }, sample.name)),
      sample.paused ? badge("paused", "warn") : null,
      workerBadge(sample),
      el("span", { class: "grow" }),
      pauseButton(shared, sample)),
    counts(sample),
    charts(shared.history[sample.name] ?? []),
    figures(sample));
}

export function overviewView(shared) {
  const element = el("div", { class: "overview" });
  const update = () => {
    const restore = holdFocus(element);
    const { queues, alerts } = shared.snapshot;
    element.replaceChildren(...[
      el("h1", { class: "hidden" }, "Overview"),
      alertList(alerts),
      queues.length === 0
        ? el("p", { class: "card" }, "This dashboard shows no queue.")
        : el("div", { class: "cards" }, queues.map((sample) => card(shared, sample))),
    ].filter(Boolean));
    restore();
  };
  update();
  return { element, update, title: "" };
}

/** Remembers which link or button of an element has the focus, and gives it to the one that took its place. */
export function holdFocus(element) {
  const controls = () => [...element.querySelectorAll("a, button")];
  const at = controls().indexOf(document.activeElement);
  return () => {
    if (at >= 0) controls()[at]?.focus({ preventScroll: true });
  };
}
