// Owns: making elements, and showing values. Whatever comes from a queue becomes text, never markup.

/**
 * An element. Properties: `class`, `on` (listeners), `data`, and what only is a property of inputs; anything else is an
 * attribute, which false and null leave out.
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "class") element.className = value;
    else if (name === "on") listen(element, value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

function listen(element, listeners) {
  for (const [event, listener] of Object.entries(listeners)) element.addEventListener(event, listener);
}

export function button(text, action, properties = {}) {
  return el("button", { type: "button", ...properties, on: { click: action } }, text);
}

export function badge(text, kind = "") {
  return el("span", { class: `badge ${kind}` }, text);
}

/** A table whose cells carry the name of their column, so that a phone can show each row as a card. */
export function table(columns, rows) {
  const head = el("tr", {}, columns.map((column) => el("th", { scope: "col" }, column)));
  const label = (index) => (typeof columns[index] === "string" ? columns[index] : "");
  const body = rows.map(({ cells, ...properties }) =>
    el("tr", properties, cells.map((cell, index) => el("td", { data: { label: label(index) } }, cell))));
  return el("div", { class: "scroll" }, el("table", {}, el("thead", {}, head), el("tbody", {}, body)));
}

const whole = new Intl.NumberFormat("en");

export const number = (value) => (value === null || value === undefined ? "–" : whole.format(value));

export function rate(value) {
  if (value === null || value === undefined) return "–";
  return `${value >= 100 ? whole.format(Math.round(value)) : Math.round(value * 10) / 10}/s`;
}

export function percent(value) {
  return value === null || value === undefined ? "–" : `${Math.round(value * 1000) / 10} %`;
}

/** A span of time given in milliseconds. */
export function span(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "–";
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`;
}

export function bytes(count) {
  if (count === null || count === undefined) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) { count /= 1024; unit += 1; }
  return `${Math.round(count * 10) / 10} ${units[unit]}`;
}

/** An instant, as distance from now; the exact time is its title. */
export function when(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "–";
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return "–";
  const distance = Date.now() - milliseconds;
  const text = Math.abs(distance) < 1000 ? "now" : distance > 0 ? `${span(distance)} ago` : `in ${span(-distance)}`;
  return el("time", { datetime: date.toISOString(), title: date.toLocaleString() }, text);
}

/** JSON with line breaks. It is laid out as text, so that long numbers stay as they are. */
export function pretty(text) {
  try { JSON.parse(text); } catch { return text; }
  let result = "";
  let depth = 0;
  const line = () => "\n" + "  ".repeat(depth);
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs)) {
    if (token === "{" || token === "[") { depth += 1; result += token + line(); }
    else if (token === "}" || token === "]") {
      depth -= 1;
      result = /[{[]\s*$/.test(result) ? result.trimEnd() + token : result + line() + token;
    } else if (token === ",") result += token + line();
    else if (token === ":") result += ": ";
    else result += token;
  }
  return result;
}

/** A block of code that can be copied. */
export function code(text, label) {
  const block = el("pre", { tabindex: "0", "aria-label": label }, text);
  const copy = button("copy", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "copied";
  }, { class: "quiet copy", "aria-label": `Copy ${label}` });
  return el("div", { class: "code" }, navigator.clipboard ? copy : null, block);
}

export function toast(text, kind = "") {
  const note = el("div", { class: `toast ${kind}` }, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), kind === "bad" ? 10000 : 5000);
}
