/** Asks the service: to classify a text, a long one part by part, and to explain a sentence. */

const { classify: url, partSize } = document.body.dataset; // at most so many UTF-16 units in one request
const key = document.getElementById("key");

/** A refusal: the service's problem details, or what can be said of an answer that is not the service's. */
export class Problem extends Error {
  constructor({ title, status, detail, errors = [], retryAfter }) {
    super(title);
    Object.assign(this, { title, status, detail, errors, retryAfter });
  }
}

/**
 * Classify a text, yielding after each part `{model, sentences, end}`: its sentences, with offsets into the whole text,
 * and where the part ends. Throws a Problem, a TypeError if the service cannot be reached, an AbortError on cancelling.
 *
 * @param {string} text
 * @param {{signal: AbortSignal, onWait: (seconds: number) => void}} options
 */
export async function* classify(text, { signal, onWait }) {
  let first = 0;
  let start = 0;
  while (start < text.length) {
    const { length, whole } = cut(text.slice(start), Number(partSize));
    const part = text.slice(start, start + length);
    let end = start + length;
    if (part.trim()) {
      // the first refusal is the reader's to know; once under way, a long text waits as long as it is asked to
      const { model, sentences } = await post({ text: part }, signal, first ? onWait : undefined);
      // a sentence that the cut may have torn belongs to the next part
      if (!whole && sentences.length > 1) end = start + sentences.pop().start;
      yield { model, sentences: sentences.map((row) => ({ ...moved(row, start), index: row.index + first })), end };
      first += sentences.length;
    }
    start = end;
  }
}

/** The explanation of a sentence that `classify` gave, with offsets into the whole text; throws as that does. */
export async function explain({ text, start }, signal) {
  const { sentences } = await post({ sentences: [text], explain: true, scores: false }, signal);
  const { explanation } = sentences[0];
  return { ...explanation, spans: explanation.spans.map((span) => moved(span, start)) };
}

/** Length of the part to send next, and whether no sentence crosses its end: it is that of the text or a paragraph. */
function cut(text, size) {
  if (text.length <= size) return { length: text.length, whole: true };
  const window = text.slice(0, size);
  const paragraph = [...window.matchAll(/\n\s*\n/g)].at(-1);
  if (paragraph) return { length: paragraph.index + paragraph[0].length, whole: true };
  const length = window.search(/\s\S*$/) + 1 || size - /[\ud800-\udbff]$/.test(window);
  return { length, whole: false };
}

/** A sentence or word that stands `by` units further on in the whole text. */
function moved(span, by) {
  return { ...span, start: span.start + by, end: span.end + by };
}

async function post(members, signal, onWait) {
  const headers = { "Content-Type": "application/json", ...(key.value && { "X-API-Key": key.value }) };
  const body = JSON.stringify({ ...members, offsets: "utf16" });
  for (;;) {
    const response = await fetch(url, { method: "POST", headers, body, signal });
    if (response.ok && isOf(response, "application/json")) return response.json();
    const seconds = retryAfter(response);
    if (!onWait || !seconds || ![429, 503].includes(response.status)) throw await refusal(response);
    onWait(seconds);
    await pause(seconds, signal);
  }
}

/** The Problem that an answer tells of. */
export async function refusal(response) {
  const common = { status: response.status, retryAfter: retryAfter(response) };
  if (isOf(response, "application/problem+json")) return new Problem({ ...(await response.json()), ...common });
  const title = `The answer was ${response.status} ${response.statusText}`.trim();
  return new Problem({ title, detail: "It did not come in the form this service uses.", ...common });
}

function isOf(response, type) {
  return response.headers.get("Content-Type")?.startsWith(type);
}

/** Seconds to wait as the answer asks; NaN or 0 where it names none. */
function retryAfter(response) {
  return Number(response.headers.get("Retry-After"));
}

/** Wait, unless the signal aborts. */
export function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
