// Owns: the page of a queue: its figures, and its jobs, schedulers, workers or settings.

import { get } from "./api.js";
import { bars } from "./charts.js";
import { actOnQueue, askFor } from "./dialogs.js";
import { badge, button, el, number, span, table, toast, when } from "./dom.js";
import { jobList } from "./jobs.js";
import {
  alertList, charts, counts, figures, holdFocus, pauseButton, queueAddress, states, workerBadge,
} from "./overview.js";
import { workerTable } from "./system.js";

const tabs = {
  jobs: "Jobs",
  schedulers: "Schedulers",
  workers: "Workers",
  settings: "Settings and actions",
};

export function queueView(shared, queue, parameters) {
  if (!shared.sample(queue)) throw new Error(`There is no queue ${queue} in this dashboard`);
  const tab = Object.hasOwn(tabs, parameters.get("tab")) ? parameters.get("tab") : "jobs";
  const state = states.includes(parameters.get("state")) ? parameters.get("state") : busiest(shared.sample(queue));
  const content = {
    jobs: () => jobList(shared, queue, state, parameters.get("search") ?? ""),
    schedulers: () => schedulers(shared, queue),
    workers: () => workers(queue),
    settings: () => settings(shared, queue),
  }[tab]();

  const head = el("div", {});
  const drawHead = () => {
    const sample = shared.sample(queue);
    const restore = holdFocus(head);
    head.replaceChildren(...[
      el("div", { class: "row" },
        el("h1", {}, queue),
        sample.paused ? badge("paused", "warn") : null,
        workerBadge(sample),
        el("span", { class: "grow" }),
        pauseButton(shared, sample)),
      alertList(shared.snapshot.alerts.filter((alert) => alert.queue === queue)),
      el("div", { class: "card" },
        counts(sample, tab === "jobs" ? state : null),
        charts(shared.history[queue] ?? []),
        figures(sample)),
    ].filter(Boolean));
    restore();
  };
  drawHead();

  const element = el("div", {},
    head,
    el("nav", { class: "tabs", "aria-label": `Queue ${queue}` }, Object.entries(tabs).map(([name, text]) =>
      el("a", { href: `${queueAddress(queue)}?tab=${name}`, "aria-current": name === tab ? "page" : null }, text))),
    el("div", { class: "tab" }, content.element));
  const update = () => {
    drawHead();
    content.update?.();
  };
  return { element, title: queue, ready: content.ready, close: content.close, update };
}

/** The state that most probably interests: what failed, else what runs, else what there is. */
function busiest(sample) {
  const order = ["failed", "active", "prioritized", "waiting", "delayed", "completed"];
  return order.find((state) => sample.counts[state] > 0) ?? "waiting";
}

function rhythm(scheduler) {
  if (scheduler.pattern) return scheduler.pattern + (scheduler.timeZone ? ` (${scheduler.timeZone})` : "");
  return scheduler.every ? `every ${span(scheduler.every)}` : "–";
}

function schedulers(shared, queue) {
  const element = el("div", { class: "card" });

  async function remove(id, cursor) {
    const text = "Its next job is removed with it. Jobs that are running go on.";
    const answer = await askFor(`Remove the scheduler ${id}?`, [], { verb: "Remove", text });
    const body = { queue, action: "removeScheduler", id };
    if (answer && (await actOnQueue(body, { verb: "Remove the scheduler" }))) await read(cursor);
  }

  async function read(cursor = 0) {
    const page = await get("schedulers", { queue, cursor });
    if (page.schedulers.length === 0) {
      element.replaceChildren(el("p", { class: "empty" }, "This queue has no schedulers."));
      return;
    }
    const report = (error) => toast(error.message, "bad");
    const rows = page.schedulers.map((one) => ({
      tabindex: "0",
      cells: [
        one.id,
        one.name ?? "–",
        rhythm(one),
        when(one.next),
        one.limit ? `${number(one.iterations)} of ${number(one.limit)}` : number(one.iterations),
        el("code", {}, one.data ?? ""),
        shared.readOnly ? "" : button("Remove", () => remove(one.id, cursor).catch(report), { class: "danger" }),
      ],
    }));
    element.replaceChildren(
      table(["Id", "Job", "Rhythm", "Next", "Jobs so far", "Data", ""], rows),
      el("div", { class: "row end" },
        el("span", { class: "faint" }, `${number(page.count)} in all`),
        page.next === null ? null : button("Next page", () => read(page.next).catch(report))));
  }

  return { element, ready: read() };
}

function workers(queue) {
  const element = el("div", { class: "card" });
  const ready = get("workers", { queue }).then((answer) => element.append(workerTable(answer.workers, false)));
  return { element, ready };
}

function settings(shared, queue) {
  const element = el("div", { class: "cards" });

  async function read() {
    const details = await get("queue", { queue });
    const { completed, failed } = details.minutes;
    const limit = details.rateLimit;
    const facts = [
      ["Written by", details.version ?? "–"],
      ["Active at a time, over all workers", details.concurrency === null ? "no limit" : number(details.concurrency)],
      ["Rate limit", limit === null ? "none" : `${number(limit.maximum)} in ${span(limit.duration)}`],
      ["Held back by a rate limit for", span(details.rateLimitedFor)],
      ["Completed since recording began", number(completed.total)],
      ["Failed since recording began", number(failed.total)],
    ];
    const recorded = completed.points.length === 0
      ? [el("p", { class: "faint" }, "No worker records metrics.")]
      : [
        el("p", { class: "faint" }, "Jobs finished per minute, as the workers recorded them"),
        bars(completed.points.toReversed(), failed.points.toReversed(), "Jobs finished per minute"),
      ];
    element.replaceChildren(...[
      el("section", { class: "card" },
        el("h2", {}, "Settings"),
        el("dl", { class: "facts" }, facts.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
        recorded),
      shared.readOnly ? null : actions(queue, details, read),
    ].filter(Boolean));
  }

  return { element, ready: read() };
}

function actions(queue, details, read) {
  const act = (action, fields, words) => actOnQueue({ queue, action, ...fields }, words);

  async function concurrency() {
    const field = {
      name: "maximum", label: "At most (empty: no limit)", type: "number", min: 1, value: details.concurrency,
    };
    const answer = await askFor("Active jobs at a time, over all workers", [field]);
    return answer && act("concurrency", answer, { verb: "Set the limit" });
  }

  async function limit() {
    const now = details.rateLimit;
    const answer = await askFor("Rate limit of the queue", [
      { name: "maximum", label: "Jobs (empty: no limit)", type: "number", min: 1, value: now?.maximum },
      { name: "seconds", label: "in seconds", type: "number", min: 1, value: now ? now.duration / 1000 : 1 },
    ]);
    if (answer === null) return false;
    const duration = answer.maximum === null ? null : Math.round((answer.seconds ?? 1) * 1000);
    return act("rateLimit", { maximum: answer.maximum, duration }, { verb: "Set the rate limit" });
  }

  async function clean() {
    const states = ["completed", "failed", "delayed", "waiting", "prioritized"];
    const answer = await askFor("Clean", [
      { name: "state", label: "Jobs that are", options: states, value: "completed" },
      { name: "minutes", label: "for longer than (minutes)", type: "number", min: 0, value: 60 },
    ], { verb: "Preview" });
    if (answer === null) return false;
    const olderThan = Math.round((answer.minutes ?? 0) * 60);
    return act("clean", { state: answer.state, olderThan }, { title: "Clean", verb: "Remove", preview: true });
  }

  async function drain() {
    const field = { name: "includingDelayed", label: "delayed jobs too", type: "checkbox", value: false };
    const text = "Removes the jobs that wait. Active and finished jobs stay.";
    const answer = await askFor("Drain", [field], { verb: "Preview", text });
    return answer && act("drain", answer, { title: "Drain", verb: "Remove", preview: true });
  }

  function obliterate() {
    return act("obliterate", {}, {
      title: `Remove the queue ${queue}`,
      verb: "Remove",
      preview: true,
      confirmation: true,
      warning: "The queue is paused, and everything in it is removed, finished jobs and schedulers too. "
        + "It cannot be brought back.",
    });
  }

  async function then(work) {
    try {
      if (await work()) await read();
    } catch (error) {
      toast(error.message, "bad");
    }
  }

  const line = (text, name, work, kind = "") =>
    el("li", {}, button(name, () => then(work), { class: kind }), el("span", { class: "faint" }, text));
  const isHeld = details.rateLimitedFor !== null;
  const release = () => act("endRateLimit", {}, { verb: "End the rate limit" });
  return el("section", { class: "card" },
    el("h2", {}, "Actions"),
    el("ul", { class: "actions" },
      line("Limit the jobs that are active at a time", "Concurrency…", concurrency),
      line("Limit the jobs that start in a time", "Rate limit…", limit),
      isHeld ? line("Let jobs start at once", "End the rate limit", release) : null,
      line("Remove old jobs of one state", "Clean…", clean, "danger"),
      line("Remove the jobs that wait", "Drain…", drain, "danger"),
      line("Remove the queue with everything in it", "Obliterate…", obliterate, "danger")));
}
