/** The card with what the model makes of one sentence. */

const SHOWN_WORDS = 5; // on each side
const LEAST = 0.005; // contribution that still reads as other than 0.00

const find = (selector) => document.querySelector(`#detail ${selector}`);
const percent = (share) => `${Math.round(share * 100)} %`;

/** Show a sentence of the answer, or with `null` what to do to see one. */
export function show(sentence) {
  document.querySelector("#detail").classList.toggle("open", Boolean(sentence));
  find("#hint").hidden = Boolean(sentence);
  find("#scores").hidden = !sentence;
  if (!sentence) return;
  const { top_label: label, confidence, labels_90: set, scores, explanation } = sentence;
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
  showWords(explanation);
}

function showWords(explanation) {
  find("#words").hidden = !explanation;
  if (!explanation) return;
  const spans = explanation.spans.filter(({ contribution }) => Math.abs(contribution) >= LEAST);
  const strongest = Math.max(...spans.map(({ contribution }) => Math.abs(contribution)));
  const side = (sign) =>
    spans
      .filter(({ contribution }) => contribution * sign > 0)
      .sort((one, other) => (other.contribution - one.contribution) * sign)
      .slice(0, SHOWN_WORDS)
      .map((span) => word(span, strongest));
  find("#for").replaceChildren(...side(1));
  find("#against").replaceChildren(...side(-1));
}

function word({ text, contribution }, strongest) {
  const item = document.createElement("li");
  const number = document.createElement("span");
  number.textContent = `${contribution < 0 ? "−" : "+"}${Math.abs(contribution).toFixed(2)}`;
  item.append(text, " ", number);
  item.style.setProperty("--share", Math.abs(contribution) / strongest);
  return item;
}
