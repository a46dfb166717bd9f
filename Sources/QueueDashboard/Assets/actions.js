// Owns: what can be done to jobs, and what must be asked before.

import { actOnJobs, askFor } from "./dialogs.js";

async function askPriority() {
  const label = "1 is the most urgent; 0 goes before all others";
  return askFor("Priority", [
    { name: "priority", label, type: "number", min: 0, max: 2097151, value: 10, required: true },
  ]);
}

async function askDelay() {
  const answer = await askFor("Delay", [
    { name: "seconds", label: "Run in seconds from now", type: "number", min: 0, value: 60, required: true },
  ]);
  return answer && { delay: Math.round((answer.seconds ?? 0) * 1000) };
}

const actions = [
  { action: "retry", verb: "Retry", states: ["failed", "completed"] },
  { action: "promote", verb: "Promote", states: ["delayed"] },
  { action: "priority", verb: "Priority", states: ["waiting", "prioritized", "delayed"], ask: askPriority },
  { action: "delay", verb: "Delay", states: ["delayed"], ask: askDelay },
  {
    action: "cancel",
    verb: "Cancel",
    states: ["active"],
    kind: "danger",
    warning: "Their workers are asked to stop. What becomes of the jobs is up to the workers.",
  },
  {
    action: "remove",
    verb: "Remove",
    states: ["waiting", "prioritized", "delayed", "waiting-children", "completed", "failed"],
    kind: "danger",
    warning: "Removed jobs cannot be brought back. Their children are removed with them.",
  },
];

/** What can be done to jobs in a state. */
export const actionsFor = (state) => actions.filter((one) => one.states.includes(state));

/** Asks for what the action needs, shows what it would do, and does it. Resolves with whether it was done. */
export async function run({ action, verb, kind, warning, ask }, body) {
  const values = ask ? await ask() : {};
  if (!values) return false;
  return actOnJobs({ ...body, action, ...values }, { title: verb, verb, kind: kind ?? "primary", warning });
}
