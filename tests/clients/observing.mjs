// Checks that observe a broker, as observing.py has them: each is a function with a name, and what it returns is
// data that can be compared with what was observed of another broker.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

export const LONGEST_MS = 20_000;
const RUN = `run${randomBytes(4).toString("hex")}`; // every name of this run begins with it

const DRAWN = [
  [new RegExp(`${RUN}\\.`, "g"), ""],
  [/amq\.(gen|ctag)-[A-Za-z0-9_-]+/g, "amq.$1-*"],
  [/amq\.rabbitmq\.reply-to\.g1[A-Za-z0-9_.=+/-]+/g, "amq.rabbitmq.reply-to.*"],
];

export const name = (suffix) => `${RUN}.${suffix}`;

// The value as JSON has it, with nothing in it that differs from run to run.
function normal(value) {
  if (typeof value === "string") return DRAWN.reduce((text, [pattern, by]) => text.replace(pattern, by), value);
  if (Buffer.isBuffer(value)) return value.length > 100 ? { bytes: value.length } : normal(value.toString());
  if (Array.isArray(value)) return value.map(normal);
  if (value && typeof value === "object") {
    const known = Object.entries(value).filter(([, entry]) => entry !== undefined);
    return Object.fromEntries(known.map(([key, entry]) => [normal(key), normal(entry)]));
  }
  return value;
}

// The promise, or an error when it takes too long.
export function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come in ${LONGEST_MS} ms`)), LONGEST_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Runs the checks {name: function} one after the other. `open(url)` makes what each is given, which has close().
export async function main(checks, open) {
  const { values, positionals } = parseArgs({
    options: { url: { type: "string" }, write: { type: "string" } },
    allowPositionals: true,
  });
  const observations = {};
  let failed = 0;
  for (const [check, observe] of Object.entries(checks)) {
    if (positionals.length > 0 && !positionals.includes(check)) continue;
    const broker = open(values.url);
    try {
      observations[check] = normal(await within(observe(broker), check)) ?? null;
    } catch (error) {
      failed += 1;
      observations[check] = { failed: normal(String(error)) };
      console.error(`FAILED ${check}\n${error.stack}`);
    }
    await broker.close();
  }
  if (values.write) writeFileSync(values.write, `${JSON.stringify(observations, null, 1)}\n`);
  console.log(`${Object.keys(observations).length} checks, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
