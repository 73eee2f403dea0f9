/** The result as a file or on the clipboard. */

const WRITERS = { json: { type: "application/json", write: asJson }, csv: { type: "text/csv", write: asCsv } };

/** Copy a result as `json` or `csv`; false where the browser keeps the clipboard from the page. */
export async function copy(result, format) {
  try {
    await navigator.clipboard.writeText(WRITERS[format].write(result));
    return true;
  } catch {
    return false; // no permission, or no clipboard at all on a page that came over plain HTTP
  }
}

/** Download a result as `statements.json` or `statements.csv`. */
export function download(result, format) {
  const { type, write } = WRITERS[format];
  const mark = format === "csv" ? "\ufeff" : ""; // spreadsheets take a file without it for another encoding
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([mark + write(result)], { type }));
  link.download = `statements.${format}`;
  link.click();
}

function asJson(result) {
  return `${JSON.stringify(result, null, 2)}\n`;
}

/** RFC 4180, one row a sentence and one column a score. */
function asCsv({ sentences, summary }) {
  const labels = Object.keys(summary);
  const rows = sentences.map((row) => [
    row.index,
    row.start,
    row.end,
    row.label,
    row.confidence,
    row.labels_90.join(" "),
    ...labels.map((label) => row.scores[label]),
    row.text,
  ]);
  const header = ["index", "start", "end", "label", "confidence", "labels_90", ...labels, "text"];
  return [header, ...rows].map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("");
}

function quoted(value) {
  const cell = String(value);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
