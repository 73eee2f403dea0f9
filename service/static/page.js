/** The page as a whole: a text comes in, is sent, and its result shown; every failure is told. */

import { copy, download } from "./export.js";
import { render } from "./reader.js";
import { classify, Problem, refusal } from "./request.js";

const id = (name) => document.getElementById(name);
const { example } = document.body.dataset;
const input = id("input");
let result; // as the service answers, for the whole text

async function run(text) {
  tell(null);
  if (!text.trim()) {
    tell({ title: "There is no text yet", detail: "Paste one, drop a file, or load the example." });
    input.focus();
    return;
  }
  const controller = new AbortController();
  id("cancel").onclick = () => controller.abort();
  startProgress(text.length);
  const found = { model: null, offsets: "utf16", sentences: [] };
  let failure;
  try {
    const options = { signal: controller.signal, onWait: sayWait };
    for await (const { model, sentences, end } of classify(text, options)) {
      found.model = model;
      found.sentences.push(...sentences);
      showProgress(end, text.length);
    }
  } catch (error) {
    failure = error;
  }
  endProgress();
  say("");
  if (found.sentences.length) showResult(text, found);
  if (failure) explain(failure, found.sentences.length);
}

function startProgress(length) {
  id("actions").hidden = true;
  id("busy").hidden = false;
  input.readOnly = true;
  id("progress").removeAttribute("value"); // moves to and fro until the first part is back
  id("progress").max = length;
  id("cancel").focus();
  say("Classifying …");
}

function showProgress(end, length) {
  id("progress").value = end;
  say(`Classifying … ${Math.floor((100 * end) / length)} %`);
}

function sayWait(seconds) {
  say(`The service asks to wait ${seconds} s; then it goes on.`);
}

function endProgress() {
  id("actions").hidden = false;
  id("busy").hidden = true;
  input.readOnly = false;
  id("classify").focus();
}

function showResult(text, found) {
  const summary = Object.fromEntries(Object.keys(found.sentences[0].scores).map((label) => [label, 0]));
  for (const { label } of found.sentences) summary[label] += 1;
  result = { ...found, summary };
  const total = found.sentences.length;
  id("total").textContent = total === 1 ? "1 sentence" : `${total.toLocaleString("en")} sentences`;
  turnTo("result");
  render(text, found.sentences);
  id("total").focus();
}

function turnTo(view) {
  for (const section of document.querySelectorAll("[data-view]")) section.hidden = section.dataset.view !== view;
  scrollTo(0, 0);
}

/** Say in the live region what goes on. */
function say(message) {
  id("status").textContent = message;
}

/** Show a problem, or with `null` none. */
function tell(problem) {
  const box = id("problem");
  box.hidden = !problem;
  if (!problem) return;
  const { title, detail, errors = [] } = problem;
  box.querySelector("h2").textContent = title;
  box.querySelector("p").textContent = detail;
  box.querySelector("ul").replaceChildren(
    ...errors.map((fault) => {
      const item = document.createElement("li");
      item.textContent = fault.pointer ? `${fault.pointer}: ${fault.detail}` : fault.detail;
      return item;
    }),
  );
}

/** Tell why a request came to nothing, or to no more than some sentences. */
function explain(error, sentences = 0) {
  const cancelled = error.name === "AbortError";
  if (sentences) say("Stopped before the end: the last part is not classified.");
  else if (cancelled) say("Cancelled.");
  if (cancelled) return;
  if (error instanceof Problem) {
    const again = error.retryAfter ? ` Try again in ${error.retryAfter} s.` : "";
    tell({ ...error, title: error.message, detail: `${error.detail}${again}` });
    if (error.status === 401) {
      id("key-field").hidden = false;
      id("key").focus();
    }
  } else {
    tell({ title: "The service cannot be reached", detail: "The text is still here: check the connection and try again." });
  }
}

/** Take a file's text; a file that is not UTF-8 text is refused. */
async function load(file) {
  tell(null);
  try {
    input.value = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    tell({ title: "This file cannot be read", detail: `${file.name} is not a text in UTF-8.` });
  }
  edit();
}

function edit() {
  say("");
  turnTo("compose");
  input.focus();
}

id("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!input.readOnly) run(input.value); // else one is under way
});
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) id("form").requestSubmit();
});
id("example").addEventListener("click", async () => {
  tell(null);
  try {
    const response = await fetch(example);
    if (!response.ok) throw await refusal(response);
    input.value = await response.text();
  } catch (error) {
    explain(error);
  }
  id("classify").focus();
});
id("open").addEventListener("click", () => id("file").click());
id("file").addEventListener("change", () => {
  if (id("file").files.length) load(id("file").files[0]);
  id("file").value = ""; // so that the same file can be opened again
});
id("edit").addEventListener("click", edit);
for (const button of document.querySelectorAll("[data-export]")) {
  button.addEventListener("click", async () => {
    const format = button.dataset.format;
    button.closest("details").open = false;
    button.closest("details").querySelector("summary").focus();
    if (button.dataset.export === "download") download(result, format);
    else if (await copy(result, format)) say(`Copied as ${format.toUpperCase()}.`);
    else tell({ title: "The browser does not let this page copy", detail: "Download the result instead." });
  });
}
for (const kind of ["dragover", "dragleave", "drop"]) {
  addEventListener(kind, (event) => {
    if (!event.dataTransfer.types.includes("Files") || input.readOnly) return; // a dragged text is the box's own affair
    event.preventDefault();
    document.body.classList.toggle("dropping", kind === "dragover");
    if (kind === "drop") load(event.dataTransfer.files[0]);
  });
}
