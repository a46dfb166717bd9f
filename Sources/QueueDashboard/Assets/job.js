// Owns: the page of a job.

import { actionsFor, run } from "./actions.js";
import { get } from "./api.js";
import { badge, button, code, el, number, pretty, span, toast, when } from "./dom.js";
import { jobAddress } from "./jobs.js";
import { listAddress, queueAddress } from "./overview.js";

const section = (title, ...content) =>
  el("section", { class: "card", "aria-label": title }, el("h2", {}, title), content);

export function jobView(shared, queue, id) {
  const element = el("div", {});
  const report = (error) => toast(error.message, "bad");
  let job = null;
  let isReading = false;
  let firstRow = 0;

  async function read() {
    const [answer, logs, flow] = await Promise.all([
      get("job", { queue, id }), get("job/logs", { queue, id, cursor: firstRow }), get("job/flow", { queue, id }),
    ]);
    job = answer.job;
    draw(answer.explanation, logs, flow.tree);
  }

  async function act(action) {
    if (!(await run(action, { queue, ids: [id] }))) return;
    if (action.action === "remove") location.hash = listAddress(queue, job.state);
    else await read();
  }

  function head() {
    const again = button("Read again", () => read().catch(report), { class: "quiet" });
    return [
      el("p", { class: "crumbs" },
        el("a", { href: queueAddress(queue) }, queue), " / ",
        job.state ? el("a", { href: listAddress(queue, job.state) }, job.state) : "nowhere"),
      el("div", { class: "row" },
        el("h1", {}, job.name), badge(job.state ?? "nowhere", job.state ?? "warn"), el("code", { class: "id" }, id),
        el("span", { class: "grow" }),
        shared.readOnly ? null : actionsFor(job.state).map((action) => button(
          action.verb + (action.ask ? "…" : ""),
          () => act(action).catch(report),
          { class: action.kind ?? "", data: { action: action.action } })),
        again),
    ];
  }

  function times() {
    const waited = job.processedOn === null ? null : Math.max(0, job.processedOn - job.timestamp - job.delay);
    const ran = job.finishedOn === null || job.processedOn === null ? null : job.finishedOn - job.processedOn;
    const facts = [
      ["Added", when(job.timestamp)],
      ["Taken", when(job.processedOn)],
      ["Finished", when(job.finishedOn)],
      ["Waited", span(waited)],
      ["Ran", span(ran)],
      ["Attempts", `${job.attemptsMade} of ${job.attempts}`],
      ["Started", number(job.attemptsStarted)],
      ["Stalled", number(job.stalledCount)],
      ["Priority", number(job.priority)],
      ["Delay", job.delay === 0 ? "–" : span(job.delay)],
      ["Processed by", job.processedBy ?? "–"],
      ["Scheduler", job.schedulerId ?? "–"],
      ["Deduplication", job.deduplicationId ?? "–"],
    ];
    return section("Times",
      el("dl", { class: "facts" }, facts.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
  }

  function progress() {
    if (job.state !== "active") return null;
    const value = Number(job.progress);
    if (Number.isNaN(value)) return el("p", {}, "Progress: ", el("code", {}, job.progress));
    return el("label", { class: "progress" }, `Progress ${value} %`, el("progress", { max: 100, value }));
  }

  function why(explanation) {
    if (job.state === "completed" || job.state === "failed") return null;
    return section("Why is it not running?", explanation.length === 0
      ? el("p", {}, "Nothing keeps it: a worker takes it at any moment.")
      : el("ul", { class: "why" }, explanation.map((text) => el("li", {}, text))));
  }

  function traces() {
    if (job.stackTrace.length === 0) return null;
    return section("Stack traces", job.stackTrace.toReversed().map((text, index) =>
      el("details", { open: index === 0 },
        el("summary", {}, index === 0 ? "The last attempt" : `${index + 1} attempts ago`),
        code(text, "the stack trace"))));
  }

  function log({ rows, count, next }) {
    const from = (row) => () => {
      firstRow = row;
      read().catch(report);
    };
    const isWhole = firstRow === 0 && next === null;
    return section(`Log (${number(count)})`,
      rows.length === 0 ? el("p", { class: "faint" }, "Nothing was logged.") : code(rows.join("\n"), "the log"),
      isWhole ? null : el("div", { class: "row end" },
        el("span", { class: "faint" }, `${number(firstRow + 1)}–${number(firstRow + rows.length)}`),
        firstRow > 0 ? button("First rows", from(0)) : null,
        next === null ? null : button("Next rows", from(next))));
  }

  function node(tree) {
    const isThis = tree.id === id && tree.queue === queue;
    const name = `${tree.name} ${tree.id}`;
    const link = tree.isShown ? el("a", { href: jobAddress(tree.queue, tree.id) }, name) : name;
    const below = [
      ...tree.children.map(node),
      ...tree.missing.map((key) => el("li", { class: "faint" }, `${key} (removed)`)),
      ...(tree.hasMore ? [el("li", { class: "faint" }, "… and more")] : []),
    ];
    return el("li", {},
      badge(tree.state ?? "nowhere", tree.state ?? ""), " ",
      isThis ? el("strong", { "aria-current": "true" }, name) : link,
      tree.queue === queue ? null : el("span", { class: "faint" }, ` in ${tree.queue}`),
      below.length > 0 ? el("ul", {}, below) : null);
  }

  function flow(tree) {
    const isAlone = !tree || (tree.children.length === 0 && tree.missing.length === 0 && tree.id === id);
    return isAlone ? null : section("Flow", el("ul", { class: "tree" }, node(tree)));
  }

  function draw(explanation, logs, tree) {
    element.replaceChildren(...[
      ...head(),
      progress(),
      why(explanation),
      job.failedReason ? section("Reason of the failure", el("p", { class: "reason" }, job.failedReason)) : null,
      el("div", { class: "cards" },
        times(),
        section("Data", code(pretty(job.data), "the data")),
        job.returnValue === null ? null : section("Result", code(pretty(job.returnValue), "the result")),
        section("Options", code(pretty(job.options ?? "{}"), "the options"))),
      traces(),
      flow(tree),
      log(logs),
    ].filter(Boolean));
  }

  /** A job that is not finished is read again as its queue moves, unless somebody is just reading it. */
  function update() {
    if (isReading || !job || job.state === "completed" || job.state === "failed") return;
    if (document.querySelector("dialog[open]") || String(getSelection()) !== "") return;
    if (element.contains(document.activeElement)) return;
    isReading = true;
    read().catch((error) => {
      if (error.status === 404) location.hash = queueAddress(queue);
    }).finally(() => { isReading = false; });
  }

  return { element, ready: read(), title: id, update };
}
