// Reports in a real browser: what is drawn, what can be done with it, and what a page must not do.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import path from "node:path";
import {after, before, test} from "node:test";
import {pathToFileURL} from "node:url";
import {WatchedPage, looks, openBrowser, runDse, temporaryFolder} from "./browser.mjs";

const folder = temporaryFolder(after);
const inFolder = (name) => path.join(folder, name);
const urlOf = (name) => pathToFileURL(inFolder(name)).href;
let browser;

before(async () => {
  runDse("replay", "scenarios/sample-four-models.toml", "--quiet", "--out", inFolder("a"));
  runDse("replay", "scenarios/sample-four-models.toml", "--quiet", "--out", inFolder("b"), "--seed", "7");
  runDse("replay", "scenarios/drift-and-recovery.toml", "--quiet", "--out", inFolder("drift"));
  runDse("explore", "scenarios/poisson-arrivals.toml", "--quiet", "--seeds", "1..6", "--set", "expect=[]",
    "--vary", "component.poisson.rate=500/s,1000/s,1500/s", "--out", inFolder("explored"));
  runDse("report", inFolder("a"), "-o", inFolder("one.html"));
  runDse("report", inFolder("a"), inFolder("b"), "-o", inFolder("two.html"));
  runDse("report", inFolder("drift"), "-o", inFolder("drift.html"));
  runDse("report", inFolder("explored"), "-o", inFolder("explored.html"));
  browser = await openBrowser();
});
after(() => browser?.close());

async function open(name, look = "light", more = {}) {
  return WatchedPage.open(browser, urlOf(name), {...looks[look], ...more});
}

for (const [name, charts] of [["one", 3], ["two", 3], ["drift", 3], ["explored", 2]]) {
  for (const look of Object.keys(looks)) {
    test(`the report "${name}", ${look}: all charts are drawn, nothing is wrong, and everybody can use it`, async () => {
      const watched = await open(`${name}.html`, look);
      assert.equal(await watched.checkCharts(), charts);
      await watched.checkAccessibility();
      await watched.picture(`report-${name}-${look}`);
      const [page, screen] = await watched.page.evaluate(() =>
        [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(page <= screen, `the page has ${page} pixels in width, the screen ${screen}`);
      watched.check();
      await watched.close();
    });
  }
}

test("the topology shows every component, exchange and queue, and what passed between them", async () => {
  const watched = await open("one.html");
  const {page} = watched;
  for (const name of ["component", "exchange", "queue"]) {
    const node = page.locator(`.graph .node.${name}`).first();
    const stroke = await node.locator("rect, path").first().evaluate((one) => getComputedStyle(one).stroke);
    assert.ok(await watched.pixels(node, stroke) > 60, `no ${name} is drawn`);
  }
  const edge = await page.locator(".graph .edge").first().evaluate((one) => getComputedStyle(one).stroke);
  assert.ok(await watched.pixels(page.locator(".graph"), edge) > 500, "no way is drawn");
  const {components, resources, flows} = JSON.parse(readFileSync(inFolder("a/topology.json"), "utf8"));
  const names = await page.locator(".graph .node .name").allTextContents();
  for (const {name} of [...components, ...resources]) assert.ok(names.includes(name), `${name} is not drawn`);
  assert.equal(names.length, components.length + resources.length);
  const labels = (await page.locator(".graph .way").allTextContents()).join("\n");
  for (const {written, delivered} of flows)
    assert.ok(labels.includes((written ?? delivered).toLocaleString("en")), `${written ?? delivered} stands nowhere`);
  watched.check();
  await watched.close();
});

test("a line goes and comes back with its button, by mouse and by keyboard", async () => {
  const watched = await open("one.html");
  const figure = watched.page.locator("section", {has: watched.page.locator("#curves")}).locator("figure");
  const chart = figure.locator(".chart");
  const button = figure.locator(".legend button").first();
  const colour = (await watched.lineColours(figure))[await button.textContent()];
  const before = await watched.pixels(chart, colour);
  assert.ok(before > 60, `the line has ${before} pixels`);
  await button.click();
  assert.equal(await button.getAttribute("aria-pressed"), "false");
  assert.ok(await watched.pixels(chart, colour) < before / 10);
  await button.focus();
  await watched.page.keyboard.press("Space");
  assert.equal(await button.getAttribute("aria-pressed"), "true");
  const again = await watched.pixels(chart, colour);
  assert.ok(again > before * 0.8, `the line had ${before} pixels, and has ${again}`);
  watched.check();
  await watched.close();
});

test("another figure is shown when it is chosen, with a table of its points", async () => {
  const watched = await open("one.html");
  const section = watched.page.locator("section", {has: watched.page.locator("#curves")});
  await section.getByLabel("Figure").selectOption("accuracy");
  assert.match(await section.locator(".chart").getAttribute("aria-label"), /^accuracy over virtual time/);
  await section.getByText("These points as a table").click();
  await section.locator("figure tbody tr").first().waitFor();  // it is filled once it is open
  const rows = readFileSync(inFolder("a/metrics.csv"), "utf8").trim().split("\n").filter((row) => row.includes(",accuracy,"));
  assert.equal(await section.locator("figure tbody tr").count(), rows.length);
  watched.check();
  await watched.close();
});

test("the report of two runs has the lines of both, and what differs", async () => {
  const watched = await open("two.html");
  const legend = await watched.page.locator("section", {has: watched.page.locator("#curves")}).locator(".legend").textContent();
  assert.match(legend, /lenet \(A\).*lenet \(B\)/);
  const differing = watched.page.getByRole("table", {name: "Metrics that differ"});
  assert.ok(await differing.locator("tbody tr").count() > 10);
  watched.check();
  await watched.close();
});

test("a drift and an alarm are marked across the curves", async () => {
  const watched = await open("drift.html");
  const section = watched.page.locator("section", {has: watched.page.locator("#curves")});
  const list = section.locator("details", {hasText: "Markers of the chart"});
  await list.locator("summary").click();
  assert.match(await list.textContent(), /drift:/);
  assert.match(await list.textContent(), /alarm/);
  const colour = await watched.page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--series-5"));
  const rgb = `rgb(${[1, 3, 5].map((at) => parseInt(colour.trim().slice(at, at + 2), 16)).join(", ")})`;
  assert.ok(await watched.pixels(section.locator(".chart"), rgb) > 60);
  watched.check();
  await watched.close();
});

test("the images that were answered wrongly are shown", async () => {
  const watched = await open("one.html");
  const images = watched.page.locator(".gallery img");
  assert.ok(await images.count() > 10);
  for (const image of await images.all()) {
    const width = await image.evaluate((one) => one.decode().then(() => one.naturalWidth));
    assert.equal(width, 28);
  }
  watched.check();
  await watched.close();
});

test("without JavaScript the tables remain, and a sentence says what is missing", async () => {
  const watched = await open("one.html", "light", {javaScriptEnabled: false});
  assert.ok(await watched.page.getByText("Without JavaScript this page has its tables").isVisible());
  assert.ok(await watched.page.getByRole("table", {name: "lenet, answers"}).isVisible());
  await watched.page.getByText("Topology as tables").click();
  assert.ok(await watched.page.getByRole("table", {name: "What passed between them"}).isVisible());
  watched.check();
  await watched.close();
});

test("a report changes its colours when the system does", async () => {
  const watched = await open("one.html");
  const background = () => watched.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await watched.page.emulateMedia({colorScheme: "dark"});
  assert.notEqual(await background(), light);
  await watched.checkCharts();
  watched.check();
  await watched.close();
});
