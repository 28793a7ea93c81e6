// The live page of a run in a real browser: it grows, it steers, nobody else does, and the run stays what it was.
import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {once} from "node:events";
import {readFileSync, readdirSync} from "node:fs";
import path from "node:path";
import {after, before, test} from "node:test";
import {WatchedPage, dse, looks, openBrowser, runDse, sources, temporaryFolder} from "./browser.mjs";

const folder = temporaryFolder(after);
const scenario = "scenarios/sample-four-models.toml";
let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser?.close());

// A run that is served, at a pace at which it would take minutes; the tests let it go on.
class ServedRun {
  static async start(name) {
    const run = new ServedRun();
    run.out = path.join(folder, name);
    run.program = spawn(dse, ["replay", scenario, "--quiet", "--pace", "0.001", "--live", "127.0.0.1:0", "--out", run.out],
      {cwd: sources, stdio: ["ignore", "ignore", "pipe"]});
    run.ended = once(run.program, "exit");
    after(() => run.program.kill());  // when a test fails before it has ended
    let said = "";
    for await (const text of run.program.stderr) {
      said += text;
      run.url = said.match(/live page: (http:\S+)/)?.[1];
      if (run.url) break;
    }
    assert.ok(run.url, `no URL in: ${said}`);
    return run;
  }

  order(what) {
    const {origin, search} = new URL(this.url);
    return fetch(`${origin}/control${search}`, {method: "POST", body: JSON.stringify(what)});
  }

  async end() {
    const [status] = await this.ended;
    assert.equal(status, 0);
  }
}

const statusOf = (watched) => watched.page.getByRole("status").textContent();
// Waits until the page says so.
const waitForStatus = (watched, pattern) => watched.page.waitForFunction(
  (text) => new RegExp(text).test(document.querySelector("[role=status]").textContent), pattern.source);

test("a page shows the run, pauses it, steps, lets it go on, and the run leaves what it leaves without", async () => {
  const run = await ServedRun.start("served");
  const watched = await WatchedPage.open(browser, run.url, looks.light);
  await watched.page.waitForFunction(() => Number(document.documentElement.dataset.frames) > 5);
  await watched.page.getByRole("button", {name: "Pause"}).click();
  await waitForStatus(watched, /paused/);
  const paused = await statusOf(watched);
  const frames = await watched.page.evaluate(() => Number(document.documentElement.dataset.frames));
  await watched.page.waitForFunction((seen) => Number(document.documentElement.dataset.frames) > seen + 5, frames);
  assert.equal(await statusOf(watched), paused);
  await watched.page.getByRole("button", {name: "Step"}).click();
  await watched.page.waitForFunction((before) => document.querySelector("[role=status]").textContent !== before, paused);
  assert.match(await statusOf(watched), /paused/);
  await watched.checkAccessibility();
  await watched.page.getByLabel("Virtual seconds a second").selectOption("0.1");
  assert.equal((await run.order({do: "speed", value: 0.05})).status, 204);
  await watched.page.getByRole("button", {name: "Go on"}).click();
  // Lines have points by then, and the run goes on for seconds.
  await waitForStatus(watched, /^0\.[2-5]/);
  await watched.page.getByRole("button", {name: "Pause"}).click();
  await waitForStatus(watched, /paused/);
  assert.equal(await watched.checkCharts(), 2);
  await watched.picture("live");
  await watched.page.setViewportSize(looks.phone.viewport);
  await watched.checkAccessibility();
  await watched.picture("live-phone");
  await watched.page.getByRole("button", {name: "Go on"}).click();
  await watched.page.getByLabel("Virtual seconds a second").selectOption("0");
  await waitForStatus(watched, /The run is over: completed/);
  await run.end();
  watched.check();
  await watched.close();

  const plain = path.join(folder, "plain");
  runDse("replay", scenario, "--quiet", "--out", plain);
  assert.deepEqual(readdirSync(run.out), readdirSync(plain));
  for (const file of readdirSync(plain)) {
    if (file === "timing.json") continue;
    assert.ok(readFileSync(path.join(plain, file)).equals(readFileSync(path.join(run.out, file))), `${file} differs`);
  }
});

test("who has no token sees nothing, and no other page in the browser can steer the run", async () => {
  const run = await ServedRun.start("guarded");
  const {origin, search} = new URL(run.url);
  for (const where of ["/", "/events", "/?token=", `/?token=${"0".repeat(32)}`])
    assert.equal((await fetch(origin + where)).status, 403, where);
  const other = await browser.newPage();
  await other.goto("data:text/html,<title>another page</title>");
  const order = await other.evaluate((url) => fetch(url, {method: "POST", body: '{"do": "pause"}', mode: "no-cors"})
    .then(() => "sent", () => "not sent"), `${origin}/control${search}`);
  await other.close();
  const watched = await WatchedPage.open(browser, run.url, looks.dark);
  await watched.page.waitForFunction(() => Number(document.documentElement.dataset.frames) > 2);
  assert.doesNotMatch(await statusOf(watched), /paused/, `the order was ${order}`);
  await watched.page.getByLabel("Virtual seconds a second").selectOption("0");
  await waitForStatus(watched, /The run is over/);
  await run.end();
  watched.check();
  await watched.close();
});
