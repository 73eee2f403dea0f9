/** The card with what the model makes of one sentence. */

import { explain, pause, Problem } from "./request.js";

const REST = 0.15; // seconds on a sentence before its words are asked for: sweeping over a text asks nothing
const SHOWN_WORDS = 5; // on each side
const LEAST = 0.005; // contribution that still reads as other than 0.00

const find = (selector) => document.querySelector(`#detail ${selector}`);
const percent = (share) => `${Math.round(share * 100)} %`;

let shown; // sentence
let asking = new AbortController(); // for its words

/** Show a sentence of the answer, or with `undefined` what to do to see one. */
export function show(sentence) {
  if (sentence === shown) return; // the pointer moved within it
  shown = sentence;
  asking.abort();
  document.querySelector("#detail").classList.toggle("open", Boolean(sentence));
  find("#hint").hidden = Boolean(sentence);
  find("#scores").hidden = !sentence;
  if (!sentence) return;
  const { top_label: label, confidence, labels_90: set, scores } = sentence;
  for (const bar of document.querySelectorAll("#detail .bars li")) {
    const score = scores[bar.dataset.label];
    bar.classList.toggle("best", bar.dataset.label === label);
    bar.style.setProperty("--share", score);
    bar.querySelector(".share").textContent = percent(score);
    if (bar.dataset.label === label) find(".chip").dataset.hue = find("#for").dataset.hue = bar.dataset.hue;
  }
  find(".chip").textContent = label;
  find(".sure").textContent = `${percent(confidence)} sure`;
  for (const text of document.querySelectorAll("#detail .definition")) text.hidden = text.dataset.label !== label;
  find(".set").textContent = set.length > 1 ? `Nine times in ten it is one of: ${set.join(", ")}.` : "";
  lookAtWords(sentence);
}

/** Show what each word adds, asking for it once; the answer stays with the sentence. */
async function lookAtWords(sentence) {
  asking = new AbortController();
  const { signal } = asking;
  find(".sides").hidden = true;
  say("");
  try {
    if (!sentence.explanation) {
      await pause(REST, signal);
      say("Looking at the words…");
      sentence.explanation = await explain(sentence, signal);
    }
  } catch (error) {
    if (signal.aborted) return; // another sentence is shown
    const reason = error instanceof Problem ? error.message : "the service cannot be reached";
    say(`The words could not be looked at: ${reason}.`);
    return;
  }
  showWords(sentence.explanation);
}

function say(message) {
  find("#looking").textContent = message;
}

function showWords({ spans: all }) {
  const spans = all.filter(({ contribution }) => Math.abs(contribution) >= LEAST);
  const strongest = Math.max(...spans.map(({ contribution }) => Math.abs(contribution)));
  const side = (sign) =>
    spans
      .filter(({ contribution }) => contribution * sign > 0)
      .sort((one, other) => (other.contribution - one.contribution) * sign)
      .slice(0, SHOWN_WORDS)
      .map((span) => word(span, strongest));
  find("#for").replaceChildren(...side(1));
  find("#against").replaceChildren(...side(-1));
  find(".sides").hidden = false;
  say("What each adds, found by leaving it out.");
}

function word({ text, contribution }, strongest) {
  const item = document.createElement("li");
  const number = document.createElement("span");
  number.textContent = `${contribution < 0 ? "−" : "+"}${Math.abs(contribution).toFixed(2)}`;
  item.append(text, " ", number);
  item.style.setProperty("--share", Math.abs(contribution) / strongest);
  return item;
}
