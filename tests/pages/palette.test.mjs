// The colours of pages have the contrast that WCAG 2.1 asks for: nobody measures that within a chart.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";

const style = readFileSync(new URL("../../sim/report/page/report.css", import.meta.url), "utf8");

// The colours of a :root block, by name.
function coloursOf(block) {
  return Object.fromEntries([...block.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]));
}

// Relative luminance and contrast ratio, as WCAG 2.1 defines them.
function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(a, b) {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const blocks = [...style.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) => coloursOf(block));

test("there are colours for light and for dark, with the same names", () => {
  assert.equal(blocks.length, 2);
  assert.deepEqual(Object.keys(blocks[0]), Object.keys(blocks[1]));
});

blocks.forEach((colours, number) => {
  test(`colours ${number === 0 ? "by day" : "by night"} can be told from what is behind them`, () => {
    for (const behind of ["page", "panel"]) {
      for (const text of ["text", "quiet", "link", "good", "bad"])
        assert.ok(contrast(colours[text], colours[behind]) >= 4.5, `${text} on ${behind}`);
      for (const line of ["line", ...Object.keys(colours).filter((name) => name.startsWith("series-"))])
        assert.ok(contrast(colours[line], colours[behind]) >= 3, `${line} on ${behind}`);
    }
  });
});
