// Owns: talking to the server.

export class APIError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function answer(response) {
  let body = null;
  try { body = await response.json(); } catch { /* An answer of something in between: its status says enough. */ }
  if (response.ok && body !== null) return body;
  if (response.status === 401) document.dispatchEvent(new CustomEvent("signin"));
  throw new APIError(response.status, body?.error ?? `The server answered ${response.status}`);
}

async function request(path, options) {
  try {
    return await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new APIError(0, "The server cannot be reached");
  }
}

export async function get(path, parameters = {}, signal = undefined) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = new URLSearchParams(given).toString();
  return answer(await request(`api/${path}${text ? `?${text}` : ""}`, { signal }));
}

const changing = { "Content-Type": "application/json", "X-Requested-With": "dashboard" };

export async function post(path, body) {
  return answer(await request(`api/${path}`, { method: "POST", headers: changing, body: JSON.stringify(body) }));
}

/** Asks for a session; the server keeps it in a cookie that scripts cannot read. */
export async function signIn(credentials) {
  const response = await request("login", { method: "POST", headers: changing, body: JSON.stringify(credentials) });
  if (response.ok) return;
  let body = null;
  try { body = await response.json(); } catch { /* As above. */ }
  throw new APIError(response.status, body?.error ?? "These credentials were not accepted");
}

/** Ends the session. */
export async function signOut() {
  await answer(await request("logout", { method: "POST", headers: changing, body: "{}" }));
}

/** Follows the live figures for as long as the page is shown, whatever happens to the server meanwhile. */
export class Live {
  constructor({ sample, state }) {
    this.sample = sample;
    this.state = state;
    this.follow = () => (document.hidden ? this.stop() : this.start());
    document.addEventListener("visibilitychange", this.follow);
    this.start();
  }

  close() {
    document.removeEventListener("visibilitychange", this.follow);
    this.stop();
  }

  start() {
    this.stop();
    const source = new EventSource("api/events");
    this.source = source;
    source.addEventListener("sample", (event) => {
      this.state("live");
      this.sample(JSON.parse(event.data));
    });
    source.addEventListener("trouble", (event) => this.state("trouble", JSON.parse(event.data).error));
    source.addEventListener("error", () => {
      if (this.source !== source) return;
      this.state("lost");
      // A browser comes back by itself, unless it was refused; why, only another request can tell.
      if (source.readyState !== EventSource.CLOSED) return;
      this.timer = setTimeout(() => this.start(), 5000);
      get("overview").catch((reason) => this.state("lost", reason.message));
    });
  }

  stop() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}
