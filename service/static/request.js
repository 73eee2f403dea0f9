/** Asks the service to classify a text: a long one part by part. */

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
 * @param {{url: string, size: number, key: string, signal: AbortSignal, onWait: (seconds: number) => void}} options
 *   `size` is the most UTF-16 units sent in one request
 */
export async function* classify(text, { url, size, key, signal, onWait }) {
  const headers = { "Content-Type": "application/json", ...(key && { "X-API-Key": key }) };
  let first = 0;
  let start = 0;
  while (start < text.length) {
    const { length, whole } = cut(text.slice(start), size);
    const part = text.slice(start, start + length);
    let end = start + length;
    if (part.trim()) {
      const body = JSON.stringify({ text: part, offsets: "utf16", explain: true });
      // the first refusal is the reader's to know; once under way, a long text waits as long as it is asked to
      const wait = first ? onWait : undefined;
      const { model, sentences } = await post(url, { method: "POST", headers, body, signal }, wait);
      // a sentence that the cut may have torn belongs to the next part
      if (!whole && sentences.length > 1) end = start + sentences.pop().start;
      yield { model, sentences: sentences.map((row) => moved(row, first, start)), end };
      first += sentences.length;
    }
    start = end;
  }
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

/** A sentence of a part as a sentence of the whole. */
function moved(row, first, start) {
  const shifted = (span) => ({ ...span, start: span.start + start, end: span.end + start });
  const sentence = { ...shifted(row), index: row.index + first };
  if (!row.explanation) return sentence;
  return { ...sentence, explanation: { ...row.explanation, spans: row.explanation.spans.map(shifted) } };
}

async function post(url, request, onWait) {
  for (;;) {
    const response = await fetch(url, request);
    if (response.ok && isOf(response, "application/json")) return response.json();
    const seconds = retryAfter(response);
    if (!onWait || !seconds || ![429, 503].includes(response.status)) throw await refusal(response);
    onWait(seconds);
    await pause(seconds, request.signal);
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

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
