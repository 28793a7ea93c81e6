// npm install amqplib, then: node --test
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";

import { ListeningDse } from "./listening_dse.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

test("the machine is stopped when it vibrates", async () => {
  const dse = await ListeningDse.start(here("monitor.toml"));
  try {
    const said = execFileSync("node", [here("monitor.mjs"), dse.url], { encoding: "utf-8", timeout: 60_000 });
    assert.equal(await dse.stop(), 0);
    assert.equal(said, readFileSync(here("expected-07.txt"), "utf-8"));
    assert.equal(dse.summary().metrics["detector.alarms"], 1);
    assert.deepEqual(dse.replay().fingerprint, dse.summary().fingerprint);
  } finally {
    await dse.stop();
    dse.remove();
  }
});
