// Elements of the page, and numbers as people read them.
"use strict";

document.getElementById("without-script").remove();

// An element with attributes and children; a text is a child, too.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function svgElement(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// The page's own colour of this name, as it is now: light or dark.
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const seriesColours = 8;
function seriesColour(number) {
  return colour(`series-${(number % seriesColours) + 1}`);
}

function readableNumber(value) {
  if (value === null || value === undefined) return "";
  if (Number.isInteger(value)) return value.toLocaleString("en");
  return String(Number(value.toPrecision(5)));
}

// A duration in nanoseconds.
function readableDuration(ns) {
  for (const [unit, size] of [["s", 1e9], ["ms", 1e6], ["µs", 1e3]]) {
    if (Math.abs(ns) >= size) return `${Number((ns / size).toPrecision(4))} ${unit}`;
  }
  return `${readableNumber(ns)} ns`;
}

// A value of a metric, whose unit its name says.
function readableValue(metric, value) {
  return metric.endsWith("_ns") ? readableDuration(value) : readableNumber(value);
}
