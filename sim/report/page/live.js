// The page of a run that goes on: its topology and curves as they grow, and buttons that steer its pace.
"use strict";

class LivePage {
  constructor(place) {
    this.run = {label: "", end: 0, curves: {}, markers: [], latencies: [], topology: {nodes: [], edges: []}};
    this.places = Object.fromEntries([...document.querySelectorAll(".chart-place")].map((one) => [one.dataset.chart, one]));
    this.token = new URLSearchParams(location.search).get("token") ?? "";
    this.say = element("p", {role: "status"}, "Waiting for the run.");
    this.problem = element("p", {role: "alert", class: "bad"});
    place.append(this.controls(), this.say, this.problem);
    this.frames = 0;
    this.listen();
  }

  controls() {
    this.pause = element("button", {type: "button"}, "Pause");
    this.pause.addEventListener("click", () => this.order({do: this.paused ? "go on" : "pause"}));
    this.step = element("button", {type: "button"}, "Step");
    this.step.addEventListener("click", () => this.order({do: "step"}));
    this.speed = element("select");
    for (const [value, text] of [[0.1, "0.1"], [0.5, "0.5"], [1, "1"], [2, "2"], [10, "10"], [0, "as fast as possible"]])
      this.speed.append(element("option", {value}, text));
    this.speed.addEventListener("change", () => this.order({do: "speed", value: Number(this.speed.value)}));
    return element("div", {class: "controls"}, this.pause, this.step,
      element("label", {}, "Virtual seconds a second", this.speed));
  }

  async order(what) {
    const answer = await fetch(`control?token=${this.token}`, {method: "POST", body: JSON.stringify(what)}).catch(() => null);
    this.problem.textContent = answer?.ok ? "" : "The run did not take that: it may be over.";
  }

  listen() {
    this.source = new EventSource(`events?token=${this.token}`);
    for (const name of ["state", "frame", "last-state", "last-frame"])
      this.source.addEventListener(name, (event) => this.take(name, JSON.parse(event.data)));
    this.source.addEventListener("error", () => {
      if (!this.over) this.problem.textContent = "The run does not answer; trying again.";
    });
  }

  take(name, frame) {
    this.problem.textContent = "";
    if (frame.curves) this.run.curves = frame.curves;
    for (const point of frame.points ?? []) this.addPoint(point);
    this.run.end = frame.time;
    this.run.topology = frame.topology;
    this.paused = frame.paused;
    if (name.startsWith("last")) this.finish(frame);
    this.changed = frame.curves || frame.points?.length > 0 || this.changed;
    this.frame = frame;
    this.due ??= requestAnimationFrame(() => this.draw());
  }

  addPoint([metric, component, time, value]) {
    const curves = this.run.curves[metric] ??= {};
    const points = curves[component] ??= [];
    if (points.length > 0 && points[points.length - 1][0] >= time) points.pop();
    points.push([time, value]);
  }

  finish(frame) {
    this.over = true;
    this.source.close();
    for (const control of [this.pause, this.step, this.speed]) control.disabled = true;
    this.ending = ` The run is over: ${frame.status}.`;
  }

  draw() {
    this.due = undefined;
    const {time, events, paused, speed} = this.frame;
    this.say.textContent = `${readableNumber(time)} s virtual, ${readableNumber(events)} events`
      + (this.over ? `.${this.ending}` : paused ? ", paused." : ".");
    this.pause.textContent = paused ? "Go on" : "Pause";
    if (document.activeElement !== this.speed) this.showSpeed(speed);
    this.drawTopology();
    if (this.changed) this.drawCurves();
    this.changed = false;
    document.documentElement.dataset.frames = String(++this.frames);
  }

  showSpeed(speed) {
    this.speed.value = String(speed);
    if (this.speed.selectedIndex >= 0) return;
    this.speed.prepend(element("option", {value: speed}, readableNumber(speed)));
    this.speed.value = String(speed);
  }

  drawTopology() {
    if (this.topology && this.topology.fits(this.run.topology)) return this.topology.update(this.run.topology);
    this.places["live-topology"].replaceChildren();
    this.topology = new TopologyGraph(this.places["live-topology"], this.run.topology);
  }

  drawCurves() {
    this.curves ??= new CurvesChart(this.places["live-curves"], [this.run], isLearningMetric, learningMetrics);
    this.queues ??= new CurvesChart(this.places["live-queues"], [this.run], isQueueMetric, ["mean_depth"]);
    this.curves.update();
    this.queues.update();
  }
}

if (document.getElementById("live")) new LivePage(document.getElementById("live"));
