// A chart of lines with a legend of buttons, so that the keyboard reaches each line, and a table of its points.
"use strict";

// Lengths of lines and gaps; as many looks as there are colours.
const dashes = [[], [8, 5], [2, 3], [10, 3, 2, 3], [16, 5], [5, 2], [12, 3, 2, 3, 2, 3], [2, 7]];
const charts = [];  // all charts of the page, which are drawn again when its size or its colours change

// What the chart shows:
//   title, xName, yName           texts
//   series                        [{name, points: [[x, y], ...], colour, dash}], with band: [[x, low, high], ...],
//                                 or boxes: [[x, [least, quartile, median, quartile, greatest]], ...]
//   markers                       [{time, sort, label}], lines across the chart
//   xCategories                   names, when x is their number
//   xLog, yLog                    whether an axis is logarithmic
//   readX, readY                  functions from a number to its text
class LineChart {
  constructor(place) {
    this.hidden = new Set();
    this.legend = element("ul", {class: "legend"});
    this.canvas = element("div", {class: "chart", role: "img"});
    this.table = element("details", {}, element("summary", {}, "These points as a table"));
    this.table.addEventListener("toggle", () => this.fillTable());
    place.append(element("figure", {}, this.legend, this.canvas, this.table));
    charts.push(this);
  }

  show(content) {
    const names = (lines) => lines?.series.map((one) => one.name).join("\n");
    const sameLines = names(this.content) === names(content);
    this.content = content;
    if (!sameLines) {
      this.hidden.clear();
      this.makeLegend();
    }
    this.draw();
    this.fillTable();
  }

  makeLegend() {
    this.legend.replaceChildren(...this.content.series.map((one, number) => this.legendItem(one, number)));
  }

  legendItem(one, number) {
    const sample = svgElement("svg", {width: 26, height: 10, "aria-hidden": "true"});
    sample.append(svgElement("line", {
      x1: 0, y1: 5, x2: 26, y2: 5, "stroke-width": 3, stroke: seriesColour(one.colour ?? number),
      "stroke-dasharray": this.dashOf(one).join(" "),
    }));
    const button = element("button", {type: "button", "aria-pressed": String(!this.hidden.has(one.name))}, sample, one.name);
    button.addEventListener("click", () => {
      if (!this.hidden.delete(one.name)) this.hidden.add(one.name);
      button.setAttribute("aria-pressed", String(!this.hidden.has(one.name)));
      this.draw();
    });
    return element("li", {}, button);
  }

  // Lines of one colour differ in their dashes.
  dashOf(one) {
    const number = (one.dash ?? 0) + Math.floor((one.colour ?? 0) / seriesColours);
    return dashes[number % dashes.length];
  }

  draw() {
    const {title, series} = this.content;
    this.canvas.setAttribute("aria-label", `${title}: a chart of ${series.map((one) => one.name).join(", ")}. The table below has its points.`);
    this.chart ??= echarts.init(this.canvas, null, {renderer: "svg"});
    this.chart.setOption(this.option(), {notMerge: true});
  }

  option() {
    const {series, markers = [], readX, readY} = this.content;
    const shown = series.filter((one) => !this.hidden.has(one.name));
    const lines = shown.flatMap((one) => this.seriesOf(one, series.indexOf(one)));
    if (lines.length > 0 && markers.length > 0) lines[0].markLine = this.markLine(markers);
    return {
      animation: false,
      textStyle: {color: colour("text"), fontFamily: "system-ui, sans-serif"},
      grid: {left: 12, right: 40, top: 40, bottom: 36, containLabel: true},
      tooltip: {trigger: "axis", confine: true, backgroundColor: colour("panel"), borderColor: colour("line"),
        textStyle: {color: colour("text")}, formatter: (points) => this.tooltip(points, readX, readY)},
      xAxis: this.xAxis(),
      yAxis: this.axis({name: this.content.yName, type: this.content.yLog ? "log" : "value", scale: true, max: greatest,
        axisLabel: {formatter: readY}, nameTextStyle: {align: "left", color: colour("quiet")}}),
      series: lines,
    };
  }

  axis(options) {
    return {
      ...options,
      axisLine: {lineStyle: {color: colour("line")}},
      splitLine: {lineStyle: {color: colour("grid")}},
      axisLabel: {color: colour("quiet"), hideOverlap: true, ...options.axisLabel},
      nameTextStyle: {color: colour("quiet"), ...options.nameTextStyle},
    };
  }

  xAxis() {
    const {xName, xCategories, xLog, readX} = this.content;
    const common = {name: xName, nameLocation: "middle", nameGap: 26};
    if (xCategories) return this.axis({...common, type: "category", data: xCategories, boundaryGap: true});
    return this.axis({...common, type: xLog ? "log" : "value", max: this.content.xMax ?? "dataMax", axisLabel: {formatter: readX}});
  }

  seriesOf(one, number) {
    const ink = seriesColour(one.colour ?? number);
    if (one.boxes) {
      const boxes = this.content.xCategories.map((_, x) => one.boxes.find(([at]) => at === x)?.[1] ?? "-");
      return [{name: one.name, type: "boxplot", data: boxes, boxWidth: [8, 40],
        itemStyle: {color: colour("panel"), borderColor: ink, borderWidth: 2}}];
    }
    const line = {
      name: one.name, type: "line", data: one.points, showSymbol: one.points.length < 40, symbolSize: 5,
      lineStyle: {color: ink, width: 2, type: this.dashOf(one).length > 0 ? this.dashOf(one) : "solid"}, itemStyle: {color: ink},
    };
    if (!one.band) return [line];
    const invisible = {type: "line", stack: `band of ${one.name}`, symbol: "none", silent: true, lineStyle: {opacity: 0},
      tooltip: {show: false}};
    return [
      line,
      {...invisible, data: one.band.map(([x, low]) => [x, low])},
      {...invisible, data: one.band.map(([x, low, high]) => [x, high - low]), areaStyle: {color: ink, opacity: 0.22}},
    ];
  }

  markLine(markers) {
    return {
      silent: false, symbol: "none", animation: false,
      label: {show: markers.length <= 6, color: colour("text"), formatter: (one) => one.name, rotate: 90,
        position: "insideEndTop", fontSize: 11},
      data: markers.map((one) => ({
        xAxis: one.time, name: one.label,
        lineStyle: {color: colour(one.sort === "fault" ? "bad" : one.sort === "drift" ? "series-5" : "line"),
          type: one.sort === "life" ? "dotted" : "dashed", width: 1.5},
      })),
    };
  }

  tooltip(points, readX, readY) {
    const rows = points.filter((point) => !point.seriesName.startsWith("series\u0000"));
    if (rows.length === 0) return "";
    const box = element("div", {}, element("strong", {}, readX(rows[0].value[0])));
    for (const point of rows) {
      const values = point.seriesType === "boxplot" ? point.value.slice(1) : [point.value[1]];
      box.append(element("div", {}, `${point.seriesName}: ${values.map(readY).join(", ")}`));
    }
    return box;
  }

  // Filled only while it is open, because it may be long.
  fillTable() {
    this.table.querySelector(".scroll")?.remove();
    if (!this.table.open || !this.content) return;
    const {title, series, xName, readX, readY, xCategories} = this.content;
    const head = element("tr", {}, ...["line", xName, this.content.yName].map((text) => element("th", {scope: "col"}, text)));
    const body = element("tbody");
    for (const one of series) {
      for (const [x, y] of one.points) {
        body.append(element("tr", {}, element("th", {scope: "row"}, one.name),
          element("td", {}, xCategories ? xCategories[x] : readX(x)), element("td", {class: "number"}, readY(y))));
      }
    }
    const table = element("table", {}, element("caption", {}, title), element("thead", {}, head), body);
    this.table.append(element("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": title}, table));
  }

  redraw() {
    if (!this.content) return;
    this.makeLegend();
    this.draw();
    this.chart.resize();
  }
}

// Shares end at 1; other axes end where the library finds it fit.
function greatest({max}) {
  return max > 0.5 && max <= 1 ? 1 : null;
}

// A choice of one of `values`, with a label before it. `onChoice` is called with it at once, and at each change.
function chooser(label, values, first, onChoice) {
  const select = element("select");
  for (const value of values) select.append(element("option", {value}, value));
  select.value = values.includes(first) ? first : values[0];
  select.addEventListener("change", () => onChoice(select.value));
  onChoice(select.value);
  return element("label", {}, label, select);
}
