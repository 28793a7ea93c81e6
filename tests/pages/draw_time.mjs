// How long a report takes to be drawn, beside a page with the same ECharts and one empty chart, in turn and in one
// browser. A measurement, not a test: node draw_time.mjs REPORT.html
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {pathToFileURL} from "node:url";
import {openBrowser} from "./browser.mjs";

const rounds = 11;
const report = path.resolve(process.argv[2]);
const folder = mkdtempSync(path.join(tmpdir(), "dse-draw-"));
const empty = path.join(folder, "empty.html");
const echarts = readFileSync(new URL("../../sim/report/third_party/echarts/dist/echarts.min.js", import.meta.url), "utf8");
writeFileSync(empty, `<!doctype html><div id="chart" style="width:60rem;height:24rem"></div><script>${echarts}</script><script>
  echarts.init(document.getElementById("chart"), null, {renderer: "svg"})
    .setOption({xAxis: {}, yAxis: {}, series: [{type: "line", data: []}]});
  document.documentElement.dataset.drawn = "yes";
</script>`);

// Milliseconds from the start of the navigation to the frame after the last chart was drawn.
async function drawTime(browser, file) {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(file).href);
  await page.waitForFunction(() => document.documentElement.dataset.drawn === "yes");
  const time = await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(performance.now()))));
  await page.close();
  return time;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const browser = await openBrowser();
const times = {report: [], empty: []};
for (let round = 0; round < rounds; ++round) {
  times.empty.push(await drawTime(browser, empty));
  times.report.push(await drawTime(browser, report));
}
await browser.close();
rmSync(folder, {recursive: true});
const [mine, least] = [median(times.report), median(times.empty)];
console.log(`report ${mine.toFixed(0)} ms, empty page ${least.toFixed(0)} ms, medians of ${rounds}; limit 2 x + 300 ms: ${(2 * least + 300).toFixed(0)} ms`);
