// Draws the charts of a report into their places.
"use strict";

const reportData = JSON.parse(document.getElementById("report-data").textContent);
const inSeconds = (value) => `${readableNumber(value)} s`;

// The values of all runs at `key`, as lines of one chart: a component has one colour, a run one way of dashing.
function linesOfRuns(runs, valuesOf) {
  const components = [...new Set(runs.flatMap((run) => Object.keys(valuesOf(run) ?? {})))].sort();
  return components.flatMap((component, colourNumber) => runs.flatMap((run, dash) => {
    const points = (valuesOf(run) ?? {})[component];
    if (!points) return [];
    return [{name: run.label ? `${component} (${run.label.split(":")[0]})` : component, points, colour: colourNumber, dash}];
  }));
}

function metricsWithCurves(runs) {
  return [...new Set(runs.flatMap((run) => Object.keys(run.curves)))].sort();
}

// A chart of one metric over virtual time, which is chosen among `metrics`.
function drawCurves(place, runs, metrics, first) {
  if (metrics.length === 0) return;
  const controls = element("div", {class: "controls"});
  place.append(controls);
  const chart = new LineChart(place);
  const markers = runs[0].markers;
  controls.append(chooser("Figure", metrics, first, (metric) => chart.show({
    title: `${metric} over virtual time`, xName: "virtual time", yName: metric, markers,
    series: linesOfRuns(runs, (run) => run.curves[metric]),
    xMax: Math.max(...runs.map((run) => run.end)), readX: inSeconds, readY: (value) => readableValue(metric, value),
  })));
  if (markers.length > 0) {
    const list = element("ul", {}, ...markers.map((one) => element("li", {}, `${inSeconds(one.time)}: ${one.label}`)));
    place.append(element("details", {}, element("summary", {}, `Markers of the chart (${markers.length})`), list));
  }
}

const queueMetrics = /^(mean_depth|max_unacknowledged|.*(wait|sojourn).*_ns)$/;

const drawers = {
  topology(place, data) {
    const graph = new TopologyGraph(place, data.runs[0].topology);
    if (data.runs.length > 1) place.append(element("p", {}, `The counts are those of ${data.runs[0].label}.`));
    return graph;
  },
  curves(place, data) {
    const metrics = metricsWithCurves(data.runs).filter((name) => !queueMetrics.test(name));
    const preferred = ["prequential_accuracy_window", "accuracy_window", "prequential_accuracy", "accuracy"];
    drawCurves(place, data.runs, metrics, preferred.find((name) => metrics.includes(name)));
  },
  queues(place, data) {
    const metrics = metricsWithCurves(data.runs).filter((name) => queueMetrics.test(name));
    drawCurves(place, data.runs, metrics, "mean_depth");
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

for (const place of document.querySelectorAll(".chart-place")) drawers[place.dataset.chart](place, reportData);

const redrawAll = () => charts.forEach((chart) => chart.redraw());
let redrawn;
window.addEventListener("resize", () => {
  cancelAnimationFrame(redrawn);
  redrawn = requestAnimationFrame(redrawAll);
});
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
document.documentElement.dataset.drawn = "yes";
