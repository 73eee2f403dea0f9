// node classify.js URL TEXT: what the generated client makes of the text, and of a refusal.
import { postClassify } from "./generated";
import { createClient } from "./generated/client";

declare const process: { argv: string[] };

async function main(url: string, text: string): Promise<void> {
  const client = createClient({ baseUrl: url });
  const { data } = await postClassify({ client, body: { text, offsets: "utf16" }, throwOnError: true });
  const sentences = (data.sentences ?? []).map(({ start, end, label }) => ({ text: text.slice(start, end), label }));
  const { error } = await postClassify({ client, body: { sentences: [" "] } });
  console.log(JSON.stringify({ sentences, refusal: error }));
}

void main(process.argv[2], process.argv[3]);
