// Owns: small charts.

const namespace = "http://www.w3.org/2000/svg";
const width = 240;
const height = 48;

function shape(tag, attributes) {
  const element = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function canvas(label) {
  return shape("svg", {
    viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", class: "spark", role: "img", "aria-label": label,
  });
}

/** Lines over time. `series`: `[{ values, kind, area }]`, each with as many values; all share one scale from zero. */
export function sparkline(series, label) {
  const svg = canvas(label);
  const top = Math.max(1e-9, ...series.flatMap((line) => line.values));
  for (const { values, kind, area } of series) {
    if (values.length < 2) continue;
    const x = (index) => ((index / (values.length - 1)) * width).toFixed(1);
    const y = (value) => (height - 2 - (value / top) * (height - 6)).toFixed(1);
    const points = values.map((value, index) => `${x(index)},${y(value)}`).join(" ");
    if (area) {
      svg.append(shape("polygon", { class: `area ${kind}`, points: `0,${height} ${points} ${width},${height}` }));
    }
    svg.append(shape("polyline", { class: `line ${kind}`, points }));
  }
  return svg;
}

/** A bar for each minute, the oldest first: what failed below what completed. */
export function bars(completed, failed, label) {
  const svg = canvas(label);
  const count = Math.max(completed.length, failed.length, 1);
  const minutes = Array.from({ length: count }, (_, index) => [completed[index] ?? 0, failed[index] ?? 0]);
  const top = Math.max(1, ...minutes.map(([good, bad]) => good + bad));
  const step = width / count;
  const scale = (value) => (value / top) * (height - 4);
  minutes.forEach(([good, bad], index) => {
    const bar = (kind, value, bottom) => shape("rect", {
      class: `bar ${kind}`, x: index * step, y: height - bottom - scale(value), width: step * 0.8, height: scale(value),
    });
    if (bad > 0) svg.append(bar("bad", bad, 0));
    if (good > 0) svg.append(bar("good", good, scale(bad)));
  });
  return svg;
}
