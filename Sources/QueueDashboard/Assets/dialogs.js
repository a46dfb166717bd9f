// Owns: asking the operator: previews before something is changed, values, credentials.

import { post, signIn } from "./api.js";
import { el, number, toast } from "./dom.js";

/** Shows a modal dialog. Resolves with what `take` makes of its form, or with null when it is dismissed. */
function ask(title, content, { verb = null, kind = "primary", take = () => true, dismissal = "Cancel" } = {}) {
  return new Promise((resolve) => {
    let result = null;
    const dismiss = el("button", { type: "button" }, dismissal);
    const form = el("form", { method: "dialog" },
      el("h2", {}, title),
      content,
      el("div", { class: "row end" }, dismiss, verb ? el("button", { type: "submit", class: kind }, verb) : null));
    const dialog = el("dialog", { "aria-label": title }, form);
    dismiss.addEventListener("click", () => dialog.close());
    form.addEventListener("submit", () => { result = take(form); });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function examples(preview) {
  if (preview.examples.length === 0) return null;
  const line = (job) =>
    el("li", {}, el("strong", {}, job.name), ` ${job.id} `, el("span", { class: "faint" }, job.data));
  return el("div", {},
    el("p", { class: "faint" }, preview.count > preview.examples.length ? "For example:" : "These:"),
    el("ul", { class: "examples" }, preview.examples.map(line)));
}

function amount({ count, exact }) {
  return `${exact ? "" : "at least "}${number(count)} ${count === 1 ? "job" : "jobs"}`;
}

/** Shows what an action would do, and resolves with the preview if the operator wants it; else with null. */
async function confirmed(path, body, { title, verb, kind = "danger", warning = null, extra = null }) {
  const preview = await post(path, { ...body, preview: true });
  if (preview.count === 0) {
    toast("There is nothing to do");
    return null;
  }
  const question = `${verb} ${amount(preview)}`;
  const content = el("div", {},
    el("p", {}, `${question}?`), warning ? el("p", { class: "warning" }, warning) : null, examples(preview), extra);
  return ask(title, content, { verb: question, kind, take: () => preview });
}

/**
 * Acts on jobs: on some by id, or on all that match, in steps until there are no more. Jobs that finish after the
 * preview are left alone. Resolves with whether something was done.
 */
export async function actOnJobs(body, words) {
  try {
    const preview = await confirmed("jobs/action", body, words);
    if (preview === null) return false;
    let done = 0;
    let failed = 0;
    let failure = null;
    let cursor = null;
    do {
      const answer = await post("jobs/action", { ...body, cursor, asOf: body.ids ? null : preview.asOf });
      done += answer.done;
      failed += answer.failed;
      failure ??= answer.failures[0];
      cursor = answer.next;
    } while (cursor !== null);
    if (done > 0) toast(`${words.verb}: ${number(done)} done`, "good");
    if (failed > 0) toast(`${words.verb}: ${number(failed)} failed. ${failure?.id}: ${failure?.error}`, "bad");
    return true;
  } catch (error) {
    toast(error.message, "bad");
    return false;
  }
}

/** Acts on a queue, after a preview if it would remove something. Resolves with whether it was done. */
export async function actOnQueue(body, { title, verb, preview = false, warning = null, confirmation = false }) {
  try {
    const extra = confirmation ? nameField(body.queue) : null;
    if (preview && (await confirmed("queue/action", body, { title, verb, warning, extra })) === null) return false;
    const answer = await post("queue/action", confirmation ? { ...body, confirmation: body.queue } : body);
    toast(`${verb}: ${answer.done === undefined ? "" : `${number(answer.done)} `}done`, "good");
    return true;
  } catch (error) {
    toast(error.message, "bad");
    return false;
  }
}

/** A field that only accepts this name. */
function nameField(name) {
  const input = el("input", { required: true, autocomplete: "off" });
  input.addEventListener("input", () => input.setCustomValidity(input.value === name ? "" : "This is another name"));
  return el("label", {}, "Type the name of the queue to confirm", input);
}

function fieldInput({ name, type = "text", value, options, min, max, required }) {
  if (options) {
    return el("select", { name }, options.map((option) => el("option", { selected: option === value }, option)));
  }
  if (type === "checkbox") return el("input", { name, type, checked: value });
  return el("input", { name, type, min, max, required, value: value ?? "" });
}

function fieldValue({ type }, input) {
  if (type === "checkbox") return input.checked;
  if (type === "number") return input.value === "" ? null : Number(input.value);
  return input.value;
}

/** Asks for values: `[{ name, label, type, value, options, min, max, required }]`. Resolves with an object, or null. */
export function askFor(title, fields, { verb = "Apply", text = null } = {}) {
  const labels = fields.map((field) => (field.type === "checkbox"
    ? el("label", { class: "check" }, fieldInput(field), field.label)
    : el("label", {}, field.label, fieldInput(field))));
  const take = (form) => Object.fromEntries(
    fields.map((field) => [field.name, fieldValue(field, form.elements.namedItem(field.name))]));
  return ask(title, el("div", {}, text ? el("p", {}, text) : null, labels), { verb, take });
}

/** The keys that the page understands. */
export function showKeys() {
  const keys = [
    ["/", "search"], ["j, k", "next or previous row"], ["Enter", "open the row"], ["x", "select the row"],
    ["o", "overview"], ["r", "read again"], ["t", "light or dark"], ["?", "this list"],
  ];
  const list = keys.map(([key, text]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, text)]);
  return ask("Keys", el("dl", { class: "facts" }, list), { dismissal: "Close" });
}

/** A form for the credentials; `done` is called when the server accepted them. */
export function signInForm(done) {
  const field = (label, name, type, autocomplete) => el("label", {}, label, el("input", { name, type, autocomplete }));
  const message = el("p", { class: "warning", role: "alert" });
  const form = el("form", { class: "card signin" },
    el("h1", {}, "Sign in"),
    el("p", { class: "faint" }, "With an administrator's account of Directus, or a token of one."),
    field("E-mail", "email", "email", "username"),
    field("Password", "password", "password", "current-password"),
    field("or token", "token", "password", "off"),
    message,
    el("button", { class: "primary", type: "submit" }, "Sign in"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [email, password, token] = ["email", "password", "token"].map((name) => form.elements.namedItem(name).value);
    try {
      await signIn(token ? { token } : { email, password });
      done();
    } catch (error) {
      message.textContent = error.message;
    }
  });
  return form;
}
