// A chart of one metric over virtual time, which is chosen among those that have curves.
"use strict";

const learningMetrics = ["prequential_accuracy_window", "accuracy_window", "prequential_accuracy", "accuracy"];
const isQueueMetric = (name) => /^(mean_depth|max_unacknowledged|.*(wait|sojourn).*_ns)$/.test(name);
const isLearningMetric = (name) => !isQueueMetric(name);
const inSeconds = (value) => `${readableNumber(value)} s`;

// The values of all runs that `valuesOf` gives, by component, as lines of one chart: a component has one colour, a
// run one way of dashing.
function linesOfRuns(runs, valuesOf) {
  const components = [...new Set(runs.flatMap((run) => Object.keys(valuesOf(run) ?? {})))].sort();
  return components.flatMap((component, colourNumber) => runs.flatMap((run, dash) => {
    const points = (valuesOf(run) ?? {})[component];
    if (!points) return [];
    return [{name: run.label ? `${component} (${run.label.split(":")[0]})` : component, points, colour: colourNumber, dash}];
  }));
}

class CurvesChart {
  // `runs` are those of the report's data; `first` names the metrics of which the first that is there is shown.
  constructor(place, runs, isShown, first) {
    Object.assign(this, {place, runs, isShown, first});
    this.metrics = [];
    this.update();
  }

  // Shows what the runs have now.
  update() {
    const metrics = [...new Set(this.runs.flatMap((run) => Object.keys(run.curves)))].filter(this.isShown).sort();
    if (metrics.length === 0) return this.sayNone();
    this.none?.remove();
    this.chart ?? this.makeChart();
    if (metrics.length !== this.metrics.length) this.offer(metrics);
    this.show();
  }

  sayNone() {
    if (this.none) return;
    this.none = element("p", {}, "No component has such a curve.");
    this.place.append(this.none);
  }

  makeChart() {
    this.controls = element("div", {class: "controls"});
    this.place.append(this.controls);
    this.chart = new LineChart(this.place);
    const markers = this.markers();
    if (markers.length === 0) return;
    const list = element("ul", {}, ...markers.map((one) => element("li", {}, `${inSeconds(one.time)}: ${one.label}`)));
    const more = this.runs.reduce((sum, run) => sum + (run.markersLeftOut ?? 0), 0);
    if (more > 0) list.append(element("li", {}, `and ${readableNumber(more)} more, which would hide the curves`));
    this.place.append(element("details", {}, element("summary", {}, `Markers of the chart (${markers.length})`), list));
  }

  // Those of all runs; each says of which it is when there are several.
  markers() {
    return this.runs.flatMap((run) => run.markers.map((one) =>
      (run.label ? {...one, label: `${run.label.split(":")[0]}: ${one.label}`} : one)));
  }

  offer(metrics) {
    this.metrics = metrics;
    const preferred = this.metric ?? this.first.find((name) => metrics.includes(name));
    this.controls.replaceChildren(chooser("Figure", metrics, preferred, (metric) => {
      this.metric = metric;
      this.show();
    }));
  }

  show() {
    const metric = this.metric;
    const series = linesOfRuns(this.runs, (run) => run.curves[metric]);
    // The point of an interval that goes on is at its end.
    const ends = [...this.runs.map((run) => run.end), ...series.map(({points}) => points[points.length - 1][0])];
    this.chart.show({
      title: `${metric} over virtual time`, xName: "virtual time", yName: metric, markers: this.markers(),
      series, xMax: Math.max(...ends), readX: inSeconds, readY: (value) => readableValue(metric, value),
    });
  }
}
