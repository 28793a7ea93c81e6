// Draws the charts of a report into their places.
"use strict";

const reportData = JSON.parse(document.getElementById("report-data").textContent);
const drawers = {
  topology(place, data) {
    const graph = new TopologyGraph(place, data.runs[0].topology);
    if (data.runs.length > 1) place.append(element("p", {}, `The counts are those of ${data.runs[0].label}.`));
    return graph;
  },
  curves(place, data) {
    new CurvesChart(place, data.runs, isLearningMetric, learningMetrics);
  },
  queues(place, data) {
    new CurvesChart(place, data.runs, isQueueMetric, ["mean_depth"]);
  },
  // The share of messages on a scale that shows the longest ones, as HdrHistogram draws it: 1 / (1 - share).
  latencies(place, data) {
    const measures = [...new Set(data.runs.flatMap((run) => run.latencies.map((one) => one.measure)))];
    if (measures.length === 0) return;
    const controls = element("div", {class: "controls"});
    place.append(controls);
    const chart = new LineChart(place);
    controls.append(chooser("Measure", measures, measures.find((one) => one.endsWith("sojourn")), (measure) => chart.show({
      title: `${measure} by percentile`, xName: "percentile of messages", yName: measure, xLog: true,
      series: linesOfRuns(data.runs, (run) => Object.fromEntries(run.latencies
        .filter((one) => one.measure === measure)
        .map((one) => [one.component, one.points.map(([share, ns]) => [1 / (1 - Math.min(share, 1 - 1e-12)), ns])]))),
      readX: (odds) => `${Number((100 * (1 - 1 / odds)).toPrecision(6))} %`, readY: readableDuration,
    })));
  },
  spread(place, data) {
    new SpreadChart(place, data.exploration);
  },
};

for (const place of document.querySelectorAll(".chart-place")) drawers[place.dataset.chart]?.(place, reportData);

const redrawAll = () => charts.forEach((chart) => chart.redraw());
let redrawn;
window.addEventListener("resize", () => {
  cancelAnimationFrame(redrawn);
  redrawn = requestAnimationFrame(redrawAll);
});
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
document.documentElement.dataset.drawn = "yes";
