// A real browser for the tests of pages: Debian's Chromium, driven by playwright-core. What a page must never do is
// watched on every page that is opened: errors on its console, and requests to anywhere but where it came from.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {mkdirSync, mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {chromium} from "playwright-core";

export const dse = process.env.DSE ?? path.resolve("../../build/dse");
export const sources = path.resolve(import.meta.dirname, "../..");
const pictures = process.env.DSE_PICTURES ?? path.resolve("../../build/pages");
const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

// Chromium's own sandbox does not start for root, nor in most containers; the pages are our own.
export function openBrowser() {
  return chromium.launch({executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"]});
}

// A folder that is removed when the tests of the file are over.
export function temporaryFolder(after) {
  const folder = mkdtempSync(path.join(tmpdir(), "dse-pages-"));
  after(() => rmSync(folder, {recursive: true, force: true}));
  return folder;
}

export function runDse(...words) {
  return execFileSync(dse, words, {cwd: sources, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"]});
}

export class WatchedPage {
  // `options` are those of a browser's page: colorScheme, viewport, javaScriptEnabled.
  static async open(browser, url, options = {}) {
    const watched = new WatchedPage();
    watched.problems = [];
    watched.page = await browser.newPage(options);
    watched.page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) watched.problems.push(`console: ${message.text()}`);
    });
    watched.page.on("pageerror", (error) => watched.problems.push(`error: ${error.stack}`));
    const {origin, href} = new URL(url);
    watched.page.on("request", (request) => {
      const asked = request.url();
      const own = asked === href || asked.startsWith("data:") || (origin !== "null" && asked.startsWith(`${origin}/`));
      if (!own) watched.problems.push(`request: ${asked}`);
    });
    await watched.page.goto(url);
    if (options.javaScriptEnabled !== false)
      await watched.page.waitForFunction(() => document.documentElement.dataset.drawn === "yes");
    return watched;
  }

  // Nothing went wrong since the page was opened.
  check() {
    assert.deepEqual(this.problems, []);
  }

  async checkAccessibility() {
    await this.page.evaluate(axe);
    const {violations, passes} = await this.page.evaluate(() => axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21aa"]}));
    const found = violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.html} ${node.failureSummary}`).join("\n")}`);
    assert.deepEqual(found, []);
    assert.ok(passes.length > 10, "axe has looked at too little");
  }

  // How many pixels of the element have about this colour, such as "rgb(10, 88, 176)".
  async pixels(locator, colour) {
    const picture = (await locator.screenshot()).toString("base64");
    // Not on the page itself, which may show no picture from elsewhere.
    this.counting ??= await (await this.page.context().browser().newContext()).newPage();
    return this.counting.evaluate(async ([source, wanted]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${source}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
      canvas.drawImage(image, 0, 0);
      const {data} = canvas.getImageData(0, 0, image.width, image.height);
      const rgb = wanted.match(/\d+/g).map(Number);
      let count = 0;
      for (let at = 0; at < data.length; at += 4)
        if (rgb.every((value, part) => Math.abs(data[at + part] - value) < 40)) ++count;
      return count;
    }, [picture, colour]);
  }

  // The colours of the lines of a chart, by what its legend calls them.
  async lineColours(figure) {
    return figure.locator(".legend button").evaluateAll((buttons) => Object.fromEntries(buttons.map((button) =>
      [button.textContent, getComputedStyle(button.querySelector("line")).stroke])));
  }

  // Each line of each chart is there, as pixels.
  async checkCharts() {
    const figures = await this.page.locator(".chart-place figure").all();
    for (const figure of figures) {
      const chart = figure.locator(".chart");
      const label = await chart.getAttribute("aria-label");
      const colours = await this.lineColours(figure);
      assert.ok(Object.keys(colours).length > 0, `no line in: ${label}`);
      // Lines that lie on each other hide all but the last.
      const counts = await Promise.all(Object.values(colours).map((colour) => this.pixels(chart, colour)));
      assert.ok(Math.max(...counts) > 60, `nothing is drawn in: ${label}: ${counts}`);
    }
    return figures.length;
  }

  async close() {
    await this.counting?.context().close();
    await this.page.close();
  }

  async picture(name) {
    mkdirSync(pictures, {recursive: true});
    await this.page.screenshot({path: path.join(pictures, `${name}.png`), fullPage: true});
  }
}

// The ways in which people see a page.
export const looks = {
  light: {colorScheme: "light", viewport: {width: 1200, height: 900}},
  dark: {colorScheme: "dark", viewport: {width: 1200, height: 900}},
  phone: {colorScheme: "light", viewport: {width: 390, height: 800}},
};
