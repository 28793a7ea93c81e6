// The topology of a run as a graph: components, exchanges and queues, with what passed between them. dagre lays
// it out.
"use strict";

const nodesDrawn = 300;  // more would be no picture

class TopologyGraph {
  constructor(place, topology) {
    this.topology = topology;
    if (topology.nodes.length > nodesDrawn) {
      place.append(element("p", {}, `${topology.nodes.length} nodes are too many to draw; the tables have them.`));
      return;
    }
    this.frame = element("div", {class: "graph", tabindex: 0, role: "region", "aria-label": "Topology"});
    place.append(this.frame);
    this.draw();
  }

  // Whether the other topology has the same nodes and ways, so that update() can show it.
  fits(topology) {
    const shape = ({nodes, edges}) => JSON.stringify([nodes.map((one) => one.id), edges.map((one) => [one.from, one.to, one.label])]);
    return shape(topology) === shape(this.topology);
  }

  // Shows other counts. It is laid out again only when they need more room.
  update(topology) {
    this.topology = topology;
    if (!this.frame) return;
    if (this.roomNeeded() !== this.room) return this.draw();
    topology.edges.forEach((edge, number) => {
      const label = this.labels[number];
      if (label) label.textContent = this.labelOf(edge);
    });
  }

  // How long each text is.
  roomNeeded() {
    const {nodes, edges} = this.topology;
    return String([...edges.map((edge) => this.labelOf(edge).length),
      ...nodes.flatMap((node) => this.linesOf(node).map(([, text]) => text.length))]);
  }

  draw() {
    this.labels = [];
    this.room = this.roomNeeded();
    const graph = this.layout();
    const {width, height} = graph.graph();
    const title = `The topology: ${this.topology.nodes.length} nodes and ${this.topology.edges.length} ways. The tables below say the same.`;
    const svg = svgElement("svg", {width: width + 20, height: height + 20, viewBox: `-10 -10 ${width + 20} ${height + 20}`,
      role: "img", "aria-label": title});
    svg.style.minWidth = `${0.6 * width}px`;
    svg.append(svgElement("defs", {}, this.arrow()));
    for (const edge of graph.edges()) svg.append(...this.edge(graph.edge(edge), Number(edge.name)));
    for (const id of graph.nodes()) svg.append(this.node(graph.node(id)));
    this.frame.replaceChildren(svg);
  }

  layout() {
    const graph = new dagre.graphlib.Graph({multigraph: true});
    const narrow = window.matchMedia("(max-width: 40rem)").matches;
    graph.setGraph({rankdir: narrow ? "TB" : "LR", nodesep: 18, ranksep: 46, edgesep: 12});
    for (const node of this.topology.nodes) graph.setNode(node.id, {node, ...this.sizeOf(node)});
    this.topology.edges.forEach((edge, number) => {
      const label = this.labelOf(edge);
      graph.setEdge(edge.from, edge.to,
        {edge, label, width: label.length * 6.2 + 6, height: label ? 15 : 0, labelpos: "c"}, `${number}`);
    });
    dagre.layout(graph);
    return graph;
  }

  linesOf(node) {
    return [["name", node.name], ["detail", node.detail], ["note", node.note]].filter(([, text]) => text);
  }

  sizeOf(node) {
    const lines = this.linesOf(node);
    const widest = Math.max(...lines.map(([style, text]) => shortened(text).length * (style === "name" ? 7.4 : 6.4)));
    return {width: widest + 22, height: lines.length * 16 + 10};
  }

  labelOf(edge) {
    const count = edge.messages === undefined ? "" : readableNumber(edge.messages);
    const lost = edge.unroutable ? ` (${readableNumber(edge.unroutable)} unroutable)` : "";
    const pattern = edge.label === "#" ? "" : shortened(edge.label);
    return [pattern, count + lost].filter((text) => text).join(": ");
  }

  node({node, x, y, width, height}) {
    const group = svgElement("g", {class: `node ${node.sort}`, transform: `translate(${x - width / 2} ${y - height / 2})`});
    group.append(svgElement("title", {}, [node.name, node.detail, node.note].filter((text) => text).join(", ")));
    group.append(node.sort === "queue"
      ? svgElement("path", {d: `M8 0H${width - 8}q8 ${height / 2} 0 ${height}H8q-8 ${-height / 2} 0 ${-height}Z`})
      : svgElement("rect", {width, height, rx: node.sort === "component" ? 8 : 0}));
    this.linesOf(node).forEach(([style, text], number) => {
      group.append(svgElement("text", {class: style, x: width / 2, y: 18 + number * 16, "text-anchor": "middle"}, shortened(text)));
    });
    return group;
  }

  edge({edge, points, label, x, y, width}, number) {
    const line = svgElement("path", {d: smoothPath(points), class: `edge ${edge.sort} ${edge.messages === 0 ? "idle" : ""}`, "marker-end": "url(#arrow)"});
    if (!label) return [line];
    this.labels[number] = svgElement("text", {class: edge.unroutable ? "note" : "way", x, y: y + 4, "text-anchor": "middle"}, label);
    return [line, svgElement("rect", {class: "label-back", x: x - width / 2, y: y - 8, width, height: 15}), this.labels[number]];
  }

  arrow() {
    return svgElement("marker", {id: "arrow", viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto"},
      svgElement("path", {d: "M0 0L8 4L0 8Z"}));
  }
}

// A path that goes from the first point to the last one in curves, each between the middles of two steps.
function smoothPath(points) {
  const at = ({x, y}) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const middle = (a, b) => ({x: (a.x + b.x) / 2, y: (a.y + b.y) / 2});
  let path = `M${at(points[0])}`;
  for (let number = 1; number + 1 < points.length; ++number)
    path += `Q${at(points[number])} ${at(number + 2 < points.length ? middle(points[number], points[number + 1]) : points[number + 1])}`;
  return points.length === 2 ? `${path}L${at(points[1])}` : path;
}

function shortened(text) {
  return text.length > 34 ? `${text.slice(0, 33)}…` : text;
}
