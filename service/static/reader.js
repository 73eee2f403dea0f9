/** The classified text: sentences marked in place, to be walked, filtered and dimmed. */

import { show } from "./detail.js";

const reading = document.querySelector("#reading");
const legend = [...document.querySelectorAll("#legend button")];
const spread = [...document.querySelectorAll(".spread span")];
const threshold = document.querySelector("#threshold");
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

let sentences = [];
let marks = []; // one element a sentence
let chosen = -1; // index of the sentence whose scores stay shown

/** Show a text with the sentences of its answer; what lies behind the last one stays unmarked. */
export function render(text, tagged) {
  sentences = tagged;
  marks = sentences.map(mark);
  reading.replaceChildren();
  let paragraph = addParagraph();
  let position = 0;
  for (const [index, { start, end }] of sentences.entries()) {
    const gap = text.slice(position, start);
    if (position && /\n\s*\n/.test(gap)) paragraph = addParagraph();
    else if (position) paragraph.append(gap.includes("\n") ? document.createElement("br") : gap);
    paragraph.append(marks[index]);
    position = end;
  }
  const rest = text.slice(position).trim();
  if (rest) addParagraph("rest").textContent = rest;
  marks[0].tabIndex = 0;
  for (const button of legend) button.setAttribute("aria-pressed", "false");
  threshold.value = 0;
  choose(-1);
  apply();
}

function addParagraph(kind = "") {
  const paragraph = document.createElement("p");
  paragraph.className = kind;
  return reading.appendChild(paragraph);
}

function mark({ text, top_label: label, confidence }, index) {
  const element = document.createElement("span");
  element.className = "sentence";
  element.tabIndex = -1; // only one sentence is a stop of the tab key
  element.setAttribute("role", "button");
  element.dataset.index = index;
  element.dataset.hue = legend.find((button) => button.value === label)?.dataset.hue;
  // nothing for a mere guess among the labels, 1 for certainty
  element.style.setProperty("--strength", (confidence - 1 / legend.length) / (1 - 1 / legend.length));
  const tag = document.createElement("span");
  tag.className = "tag";
  tag.textContent = `\u00a0${label}`; // so that it never begins a line
  const share = document.createElement("span");
  share.className = "visually-hidden";
  share.textContent = ` ${Math.round(confidence * 100)} %`;
  tag.append(share);
  element.append(text, tag);
  return element;
}

/** Bring filter and threshold to the sentences and counts. */
function apply() {
  const only = legend.filter(isPressed).map((button) => button.value);
  const least = threshold.valueAsNumber / 100;
  document.querySelector("#least").textContent = `${threshold.value} %`;
  threshold.setAttribute("aria-valuetext", `${threshold.value} %`);
  for (const [index, { top_label: label, confidence }] of sentences.entries()) {
    marks[index].classList.toggle("filtered", only.length > 0 && !only.includes(label));
    marks[index].classList.toggle("unsure", confidence < least);
  }
  for (const [index, button] of legend.entries()) {
    const ofLabel = sentences.filter((sentence) => sentence.top_label === button.value);
    const sure = ofLabel.filter((sentence) => sentence.confidence >= least);
    const all = sure.length === ofLabel.length;
    button.querySelector(".count").textContent = all ? ofLabel.length : `${sure.length} of ${ofLabel.length}`;
    spread[index].style.setProperty("--count", ofLabel.length);
  }
}

function isPressed(button) {
  return button.getAttribute("aria-pressed") === "true";
}

function choose(index) {
  marks[chosen]?.removeAttribute("aria-current");
  marks[index]?.setAttribute("aria-current", "true");
  chosen = index;
  show(sentences[index]);
}

function indexAt(node) {
  return Number(node.closest(".sentence")?.dataset.index ?? -1);
}

function walk(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's own
  const from = indexAt(event.target);
  const shown = [...marks.keys()].filter((index) => !marks[index].classList.contains("filtered"));
  const targets = {
    1: shown.find((index) => index > from),
    [-1]: shown.findLast((index) => index < from),
    Home: shown[0],
    End: shown.at(-1),
  };
  const key = STEPS[event.key] ?? event.key;
  if (event.key === "Escape") choose(-1);
  else if (event.key === "Enter" || event.key === " ") choose(from);
  else if (!(key in targets)) return;
  event.preventDefault();
  marks[targets[key]]?.focus();
}

reading.addEventListener("keydown", walk);
reading.addEventListener("focusin", ({ target }) => {
  const index = indexAt(target);
  for (const element of marks) element.tabIndex = element === marks[index] ? 0 : -1;
  choose(index);
});
reading.addEventListener("click", ({ target }) => choose(indexAt(target)));
// not pointerover: a walk by keys that scrolls the text under a resting pointer is not pointing
reading.addEventListener("pointermove", ({ target, pointerType }) => {
  if (pointerType === "mouse") show(sentences[indexAt(target)] ?? sentences[chosen]);
});
reading.addEventListener("pointerleave", () => show(sentences[chosen]));
document.querySelector("#close").addEventListener("click", () => {
  marks[chosen]?.focus();
  choose(-1);
});
threshold.addEventListener("input", apply);
for (const button of legend) {
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(!isPressed(button)));
    apply();
  });
}
