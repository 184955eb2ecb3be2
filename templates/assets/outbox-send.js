// Sends what waits in the outbox. The item's id is the API's Idempotency-Key and the body never
// changes, so sending again is always safe: the API answers with the same receipt.

import { solve } from "./outbox-proof.js";

const TIMEOUT = 60_000;
const ASKING = 10_000;
const FIRST_WAIT = 5_000;
const LONGEST_WAIT = 15 * 60_000;

// Problem types of the API (form_api/errors.py).
const KEPT_NOTHING = new Set(["too-slow", "too-many", "proof-required", "spent-proof", "busy", "storage-full"]);
const TRY_AGAIN = new Set([...KEPT_NOTHING, "not-found", "no-page", "method-not-allowed"]);
const TO_CORRECT = new Set(["invalid-answers", "malformed-body"]);
const TOO_LARGE = 413;

/**
 * Send what is due, oldest first; return how many items still wait. `now` also sends what was put
 * off because the network failed, but never what the server asked to send later.
 */
export async function flush(store, root, { now = false } = {}) {
  const tried = new Set();
  const next = async () => (await waiting(store)).find((item) => due(item, now) && !tried.has(item.id));
  await store.alone(
    async () => {
      for (let item = await next(); item; item = await next()) {
        tried.add(item.id);
        await deliver(store, root, item);
      }
    },
    { wait: now },
  );
  return (await waiting(store)).length;
}

async function waiting(store) {
  return (await store.all()).filter((item) => item.state === "waiting");
}

/**
 * Send one item and keep what came of it; what cannot be kept is known again by sending again.
 * Nothing leaves, and undefined returns, when the browser has just forgotten the item.
 */
export async function deliver(store, root, item) {
  const sent = await attempt(root, item, () => store.renew({ ...item, uncertain: true }));
  if (!sent) return undefined;
  const kept = sent.state === "delivered" ? store.keep(sent) : store.renew(sent);
  await kept.catch(() => {});
  return sent;
}

/** Send one item; return it as it is afterwards. Before it leaves, `leaving` says whether it may. */
export async function attempt(root, item, leaving = () => true) {
  if (!(await reachable(root))) return after(item, { status: 0, unsent: true }, Date.now());
  if (!(await leaving())) return undefined;
  return after(item, await post(root, item), Date.now());
}

/** Asked first, so that an item written in a field without signal stays certain and editable. */
async function reachable(root) {
  try {
    const options = { cache: "no-store", credentials: "omit", signal: within(ASKING) };
    const response = await fetch(new URL("api/livez", root), options);
    return (await response.json()).status === "ok"; // the log-in page of a hotel is not
  } catch {
    return false;
  }
}

/** Post an item, whatever happens on the way; the outcome is `{ status, body, retryAfter }`. */
async function post(root, item) {
  try {
    const outcome = await request(root, item);
    if (!needsProof(outcome)) return outcome;
    const asking = { signal: within(ASKING) };
    const challenge = await fetch(new URL(`api/challenge?id=${item.id}`, root), asking);
    return await request(root, item, await solve(await challenge.json()));
  } catch {
    return { status: 0 };
  }
}

async function request(root, item, proof) {
  const response = await fetch(new URL(item.action, root), {
    method: "POST",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "Idempotency-Key": item.id,
      ...(proof && { Altcha: proof }),
    },
    body: item.body,
    credentials: "omit",
    redirect: "error",
    signal: within(TIMEOUT),
  });
  const body = await response.json().catch(() => ({}));
  return { status: response.status, body, retryAfter: seconds(response, body) };
}

/** What ends a request that nobody answers. No AbortSignal.timeout before Safari 16 and Chrome 103. */
function within(milliseconds) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}

function seconds(response, body) {
  const told = response.headers.get("Retry-After") ?? body.retry_after;
  return Math.max(0, Number(told) || (Date.parse(told) - Date.now()) / 1000) || 0;
}

function needsProof({ body }) {
  return ["proof-required", "spent-proof"].includes(problemOf(body));
}

/** Return the item as it is after an outcome. */
function after(item, { status, unsent = false, body = {}, retryAfter = 0 }, now) {
  const type = problemOf(body);
  const tried = { ...item, tries: (item.tries ?? 0) + 1, triedAt: now };
  if ((status === 200 || status === 201) && body.id === item.id && body.number) {
    return delivered(item, body, now);
  }
  if (definite(status, type)) {
    return { ...tried, uncertain: false, state: stateOf(status, type), problem: { ...body, status, type } };
  }
  const problem = { status, type, detail: body.detail };
  const uncertain = item.uncertain || !(unsent || KEPT_NOTHING.has(type));
  return { ...tried, uncertain, state: "waiting", problem, ...pause(tried, retryAfter, now) };
}

/** The receipt stays; what the person wrote goes. */
function delivered({ id, kind, title, created, script, status }, receipt, now) {
  return { id, kind, title, created, script, status, state: "delivered", delivered: now, receipt };
}

/** Whether it was refused for good: sending the same again would change nothing. */
function definite(status, type) {
  if (status === TOO_LARGE) return true; // a front server says so without a problem document
  return status >= 400 && status < 500 && type !== "" && !TRY_AGAIN.has(type);
}

function stateOf(status, type) {
  if (type === "no-place") return "full";
  return status === TOO_LARGE || TO_CORRECT.has(type) ? "correct" : "refused";
}

function problemOf(body) {
  return String(body?.type ?? "").split("/").pop();
}

/** Full jitter: after an outage all phones of a district must not come at once. */
function pause({ tries }, retryAfter, now) {
  const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
  return retryAfter
    ? { notBefore: now + retryAfter * 1000, retryAt: now + retryAfter * 1000 }
    : { notBefore: 0, retryAt: now + longest * Math.random() };
}

/** A missing network is tried at every occasion; a server in trouble is given time. */
function due(item, now) {
  const from = now || item.problem?.status === 0 ? item.notBefore : item.retryAt;
  return (from ?? 0) <= Date.now();
}
