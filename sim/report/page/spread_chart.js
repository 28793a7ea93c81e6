// How a metric of an exploration spreads: a line of medians over the values of one parameter, with a band from
// quartile to quartile, and a box at each value from the least to the greatest.
"use strict";

class SpreadChart {
  constructor(place, exploration) {
    this.exploration = exploration;
    const metrics = Object.keys(exploration.metrics);
    if (metrics.length === 0) return;
    const controls = element("div", {class: "controls"});
    place.append(controls);
    this.lines = new LineChart(place);
    this.boxes = new LineChart(place);
    const changing = metrics.find((name) => exploration.metrics[name].some(({box}) => box[0] !== box[4]));
    if (exploration.parameters.length > 1)
      controls.append(chooser("Parameter", exploration.parameters, exploration.parameters[0], (name) => { this.parameter = name; this.draw(); }));
    this.parameter ??= exploration.parameters[0];
    controls.append(chooser("Metric", metrics, changing ?? metrics[0], (name) => { this.metric = name; this.draw(); }));
  }

  draw() {
    if (!this.metric) return;
    const rows = this.exploration.metrics[this.metric];
    const at = this.exploration.parameters.indexOf(this.parameter);
    const categories = at < 0 ? ["all runs"] : [...new Set(rows.map((row) => row.values[at]))];
    const common = {
      xName: this.parameter ?? "", yName: this.metric, xCategories: categories,
      readX: (number) => categories[number] ?? String(number), readY: (value) => readableValue(this.metric, value),
    };
    const groups = this.groups(rows, at, categories);
    this.lines.show({...common, title: `${this.metric}: median and quartiles`, series: groups.map(({name, points}) => ({
      name, points: points.map(([x, box]) => [x, box[2]]), band: points.map(([x, box]) => [x, box[1], box[3]]),
    }))});
    this.boxes.show({...common, title: `${this.metric}: least, quartiles, greatest`, series: groups.map(({name, points}) => ({
      name: `${name} (boxes)`, points: points.map(([x, box]) => [x, box[2]]), boxes: points,
    }))});
  }

  // A line for each combination of the other parameters' values.
  groups(rows, at, categories) {
    const groups = new Map();
    for (const row of rows) {
      const others = row.values.filter((_, number) => number !== at);
      const name = others.length > 0 ? others.join(", ") : this.metric;
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push([at < 0 ? 0 : categories.indexOf(row.values[at]), row.box]);
    }
    return [...groups].map(([name, points]) => ({name, points}));
  }
}
