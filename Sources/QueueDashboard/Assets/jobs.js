// Owns: a list of jobs: pages, search, selection, and what is done to the selected ones or to all.

import { actionsFor, run } from "./actions.js";
import { get } from "./api.js";
import { badge, button, el, number, table, toast, when } from "./dom.js";
import { listAddress, queueAddress } from "./overview.js";

export const jobAddress = (queue, id) => `${queueAddress(queue)}/jobs/${encodeURIComponent(id)}`;

const pageSize = 50;

/** The time that interests most of a job in a state, and what it is called. */
const times = {
  completed: ["Finished", (job) => job.finishedOn],
  failed: ["Finished", (job) => job.finishedOn],
  active: ["Taken", (job) => job.processedOn],
  delayed: ["Runs", (job) => job.timestamp + job.delay],
};

const timeOf = (state) => times[state] ?? ["Added", (job) => job.timestamp];

export function jobList(shared, queue, state, search) {
  const selected = new Set();
  let starts = [0];
  let page = null;
  let order = null;
  let seen = null;
  let reading = null;

  const rows = el("div", {});
  const tools = el("div", { class: "row tools", role: "group", "aria-label": "Actions" });
  const input = el("input", {
    type: "search",
    value: search,
    placeholder: "id, name, data or reason",
    "aria-label": `Search the ${state} jobs`,
    enterkeyhint: "search",
  });
  const form = el("form", { class: "row grow", role: "search" }, input, el("button", { type: "submit" }, "Search"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search = input.value.trim();
    selected.clear();
    // So that the address can be kept and sent; the view stays.
    const suffix = search ? `&search=${encodeURIComponent(search)}` : "";
    history.replaceState(null, "", listAddress(queue, state) + suffix);
    restart();
  });
  const orders = [["", "usual order"], ["newest", "newest first"], ["oldest", "oldest first"]];
  const sort = el("select", { "aria-label": "Order" }, orders.map(([value, text]) => el("option", { value }, text)));
  sort.addEventListener("change", () => {
    order = sort.value || null;
    restart();
  });
  const element = el("div", { class: "card jobs" },
    el("div", { class: "row" }, el("h2", {}, state), form, sort), tools, rows);

  const report = (error) => {
    if (error.name !== "AbortError") toast(error.message, "bad");
  };

  function restart() {
    starts = [0];
    read().catch(report);
  }

  async function read() {
    reading?.abort();
    reading = new AbortController();
    const cursor = starts.at(-1);
    page = await get("jobs", { queue, state, search, order, cursor, limit: pageSize }, reading.signal);
    seen = page.counts[state];
    draw();
  }

  async function act(action) {
    const which = selected.size > 0 ? { ids: [...selected] } : { state, search: search || null };
    if (!(await run(action, { queue, ...which }))) return;
    selected.clear();
    await read();
  }

  function toggle(ids, isSelected) {
    for (const id of ids) {
      if (isSelected) selected.add(id);
      else selected.delete(id);
    }
    drawTools();
  }

  function drawTools() {
    if (shared.readOnly || page.jobs.length === 0) return tools.replaceChildren();
    const count = selected.size;
    const scope = count > 0 ? `${number(count)} selected` : search ? "all that match" : `all ${state}`;
    const clear = () => {
      selected.clear();
      draw();
    };
    tools.replaceChildren(...[
      el("span", { class: "faint" }, scope),
      ...actionsFor(state).map((action) => button(
        `${action.verb} ${count > 0 ? number(count) : "all"}${action.ask ? "…" : ""}`,
        () => act(action).catch(report),
        { class: action.kind ?? "", data: { action: action.action } })),
      count > 0 ? button("Clear", clear, { class: "quiet" }) : null,
    ].filter(Boolean));
  }

  function checkbox(label, ids) {
    const isChecked = ids.length > 0 && ids.every((id) => selected.has(id));
    const box = el("input", { type: "checkbox", "aria-label": label, checked: isChecked });
    box.addEventListener("change", () => toggle(ids, box.checked));
    return box;
  }

  function content(job) {
    if (job.failedReason) return el("span", { class: "reason" }, job.failedReason);
    if (job.state === "active") return `progress ${job.progress}`;
    return el("code", {}, job.data);
  }

  function line(job, first) {
    return {
      tabindex: "0",
      data: { id: job.id },
      cells: [
        first,
        el("a", { href: jobAddress(queue, job.id) }, job.id),
        job.name,
        when(timeOf(job.state)[1](job)),
        `${job.attemptsMade} of ${job.attempts}`,
        number(job.priority),
        content(job),
      ],
    };
  }

  function position() {
    if (search) return `${number(page.jobs.length)} found among ${number(page.scanned)}`;
    const start = starts.at(-1);
    const first = page.jobs.length > 0 ? start + 1 : start;
    return `${number(first)}–${number(start + page.jobs.length)} of ${number(page.counts[state])}`;
  }

  function pager() {
    const back = () => {
      starts.pop();
      read().catch(report);
    };
    const forth = () => {
      starts.push(page.next);
      read().catch(report);
    };
    return el("div", { class: "row end" },
      el("span", { class: "faint" }, position()),
      starts.length > 1 ? button("Previous page", back) : null,
      page.next !== null ? button("Next page", forth) : null);
  }

  function draw() {
    const columns = ["Id", "Name", timeOf(state)[0], "Attempts", "Priority", state === "failed" ? "Reason" : "Data"];
    const parts = [];
    if (page.exact && !page.jobs.some((job) => job.id === page.exact.id)) {
      const place = page.exact.state ?? "nowhere";
      parts.push(el("p", { class: "faint" }, "The job with this id:"),
        table(["State", ...columns], [line(page.exact, badge(place, place))]));
    }
    if (page.jobs.length > 0) {
      const everything = shared.readOnly ? "" : checkbox("Select the page", page.jobs.map((job) => job.id));
      if (everything) everything.addEventListener("change", draw);
      parts.push(table([everything, ...columns], page.jobs.map((job) =>
        line(job, shared.readOnly ? "" : checkbox(`Select ${job.id}`, [job.id])))));
    } else {
      const text = search ? `No job among ${number(page.scanned)} matches.` : `No job is ${state}.`;
      parts.push(el("p", { class: "empty" }, text));
    }
    const focused = document.activeElement?.closest("tr[data-id]")?.dataset.id;
    drawTools();
    rows.replaceChildren(...parts, pager());
    if (focused) rows.querySelector(`tr[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  /** The list follows the queue while nobody works with it. */
  function update() {
    const count = shared.sample(queue)?.counts[state];
    if (count === seen && state !== "active") return;
    if (selected.size > 0 || starts.length > 1 || search || document.querySelector("dialog[open]")) return;
    seen = count;
    read().catch(report);
  }

  return { element, ready: read(), update, close: () => reading?.abort() };
}
