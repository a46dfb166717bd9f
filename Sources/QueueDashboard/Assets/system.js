// Owns: the pages of the workers and of Redis.

import { get } from "./api.js";
import { bytes, el, number, span, table, toast } from "./dom.js";
import { queueAddress } from "./overview.js";

export function workerTable(workers, withQueue) {
  if (workers.length === 0) return el("p", { class: "empty" }, "No worker is connected.");
  const columns = ["Name", "Address", "Connected for", "Last command", "Library"];
  const rows = workers.map((worker) => {
    const cells = [
      worker.name ?? "–",
      worker.address ?? "–",
      worker.age === null ? "–" : span(worker.age * 1000),
      worker.idle === null ? "–" : `${worker.command ?? ""} ${span(worker.idle * 1000)} ago`,
      worker.library || "–",
    ];
    const queue = () => el("a", { href: queueAddress(worker.queue) }, worker.queue);
    return { tabindex: "0", cells: withQueue ? [queue(), ...cells] : cells };
  });
  return table(withQueue ? ["Queue", ...columns] : columns, rows);
}

/** A view that reads again every few seconds while it is shown. */
function repeating(title, read, element) {
  let last = Date.now();
  let isReading = false;
  const update = () => {
    if (isReading || Date.now() - last < 5000) return;
    isReading = true;
    last = Date.now();
    read().catch((error) => toast(error.message, "bad")).finally(() => { isReading = false; });
  };
  return { element, title, ready: read(), update };
}

export function workersView() {
  const element = el("div", {});
  return repeating("Workers", async () => {
    const { workers } = await get("workers");
    element.replaceChildren(
      el("h1", {}, "Workers"),
      el("div", { class: "card" }, workerTable(workers, true)),
      el("p", { class: "faint" },
        "Workers that name their connections, as those of Node and Swift do once they have waited for work. ",
        "A worker whose every slot is busy sends no command on this connection, so a long silence is no failure; ",
        "a job whose worker is gone raises an alert."));
  }, element);
}

function redisFacts(redis) {
  const limit = redis.memoryLimit ? bytes(redis.memoryLimit) : "none";
  return [
    ["Version", redis.version ?? "–"],
    ["Mode", `${redis.mode ?? "–"}, ${redis.role ?? "–"}`],
    ["Running for", redis.uptime === null ? "–" : span(redis.uptime * 1000)],
    ["Round trip", `${redis.roundTrip} ms`],
    ["Operations", `${number(redis.operationsPerSecond)}/s`],
    ["Memory", `${bytes(redis.memory)} (peak ${bytes(redis.memoryPeak)}, limit ${limit})`],
    ["Fragmentation", redis.fragmentation === null ? "–" : String(redis.fragmentation)],
    ["Eviction", `${redis.eviction ?? "–"}, ${number(redis.evictedKeys)} keys evicted`],
    ["Clients", `${number(redis.clients)} (${number(redis.blockedClients)} blocked)`],
    ["Rejected connections", number(redis.rejectedConnections)],
    ["Replicas", number(redis.replicas)],
    ["Append-only file", redis.aofEnabled === "1" ? `on, last write ${redis.aofStatus}` : "off"],
    ["Snapshot", `last ${redis.rdbStatus ?? "–"}, ${number(redis.changesSinceSave)} changes since`],
  ];
}

export function redisView() {
  const element = el("div", {});
  return repeating("Redis", async () => {
    const redis = await get("redis");
    const warning = (text) => el("li", { class: "warning" }, el("strong", {}, "Warning"), el("span", {}, text));
    const facts = redisFacts(redis).map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
    element.replaceChildren(...[
      el("h1", {}, "Redis"),
      redis.warnings.length > 0 ? el("ul", { class: "alerts" }, redis.warnings.map(warning)) : null,
      el("div", { class: "card" }, el("dl", { class: "facts" }, facts)),
    ].filter(Boolean));
  }, element);
}
