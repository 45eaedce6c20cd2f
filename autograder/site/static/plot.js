"use strict";
/* Draws one plot of an interactive figure as SVG, as wide as there is room.

A plot is plain data:

    { x: "steps", y: { label: "loss", range: [0, 2] }, marks: [{ line: [[0, 2], [1, 1.5]], label: "training" }] }

An axis is a label, or { label, range, log, names }: `range` is found from the marks if it is not given; `names`
are for bars. A mark is one of

    { line: [[x, y], ...], label }              a line; it breaks where a number is not finite
    { dots: [[x, y], ...], label }
    { area: [[x, low, high], ...], label }
    { bars: [height, ...], label }
    { rule: { x: 3 }, label }                   a line across, at one place of an axis

and may say `colour`, the number of another colour than its place gives. In place of marks, `cells: [[...], ...]`
draws a matrix with its numbers, `outlined: [[row, column], ...]` frames some of them.
*/
const plot = (() => {
  const COLOURS = 5; // how many the style sheet has
  const MANY = 60; // dots, from which they are small
  const DASHES = ["", "7 4", "2 3", "9 3 2 3", "4 2"];
  const SLACK = 5; // pixels by which a mark may reach over the edge
  const HEIGHT = 260;
  const ROOM = { left: 66, right: 12, top: 10, bottom: 44 };
  let plots = 0; // gives each clip path a name of its own

  function element(name, attributes = {}, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  /** A number for people: three digits, a real minus sign. */
  function number(value) {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "∞" : "−∞";
    const size = Math.abs(value);
    const text = size !== 0 && (size < 1e-3 || size >= 1e5)
      ? value.toExponential(1).replace(/\.0e/, "e").replace("e+", "e")
      : String(Number(value.toPrecision(3)));
    return text.replaceAll("-", "−");
  }

  function points(mark) {
    if (mark.line || mark.dots) return mark.line ?? mark.dots;
    if (mark.area) return mark.area.flatMap(([x, low, high]) => [[x, low], [x, high]]);
    if (mark.bars) return mark.bars.flatMap((height, place) => [[place - 0.5, 0], [place + 0.5, height]]);
    return [];
  }

  /** The axis as { label, from, to, log, names }, with room for all that is drawn. */
  function axis(given, marks, which) {
    const told = typeof given === "string" ? { label: given } : given;
    let [from, to] = told.range ?? [Infinity, -Infinity];
    if (!told.range) {
      for (const value of marks.flatMap(points).map((point) => point[which])) {
        if (!Number.isFinite(value) || (told.log && value <= 0)) continue;
        from = Math.min(from, value);
        to = Math.max(to, value);
      }
      if (from > to) [from, to] = told.log ? [1, 10] : [0, 1];
      if (from === to) [from, to] = told.log ? [from / 2, to * 2] : [from - 0.5, to + 0.5];
      if (!told.log && !told.names && which === 1) [from, to] = outwards(from, to);
    }
    return { ...told, from, to };
  }

  /** The step between the numbers on an axis. */
  function stepOf(from, to) {
    const least = (to - from) / 5;
    const power = 10 ** Math.floor(Math.log10(least));
    return [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least * 0.999);
  }

  function outwards(from, to) {
    const step = stepOf(from, to);
    return [Math.floor(from / step + 1e-9) * step, Math.ceil(to / step - 1e-9) * step];
  }

  function scale({ from, to, log }, start, end) {
    const place = log ? (value) => Math.log(value / from) / Math.log(to / from) : (value) => (value - from) / (to - from);
    return (value) => start + (end - start) * place(value);
  }

  function ticks({ from, to, log, names }) {
    if (names) return names.map((name, place) => [place, name]);
    const found = [];
    if (log) {
      const [first, last] = [Math.ceil(Math.log10(from) - 1e-9), Math.floor(Math.log10(to) + 1e-9)];
      const step = Math.max(1, Math.ceil((last - first) / 5));
      for (let power = first; power <= last; power += step) found.push([10 ** power, number(10 ** power)]);
      return found;
    }
    const step = stepOf(from, to);
    for (let count = Math.ceil(from / step - 1e-9); count * step <= to + step * 1e-9; count += 1) {
      found.push([count * step, number(count * step)]);
    }
    return found;
  }

  function path(line, right, up) {
    let drawn = "";
    let lifted = true;
    for (const [x, y] of line) {
      const [across, down] = [right(x), up(y)];
      if (!Number.isFinite(across) || !Number.isFinite(down)) {
        lifted = true;
        continue;
      }
      drawn += `${lifted ? "M" : "L"}${across.toFixed(1)} ${Math.min(1e4, Math.max(-1e4, down)).toFixed(1)}`;
      lifted = false;
    }
    return drawn;
  }

  function drawMark(mark, { colour, dashes }, right, up, bars) {
    const group = element("g", { class: `colour-${colour % COLOURS}` });
    if (mark.line) {
      group.append(element("path", { class: "line", d: path(mark.line, right, up), "stroke-dasharray": dashes }));
    } else if (mark.area) {
      const there = mark.area.map(([x, , high]) => [x, high]);
      const back = mark.area.map(([x, low]) => [x, low]).reverse();
      group.append(element("path", { class: "area", d: path([...there, ...back], right, up) + "Z" }));
    } else if (mark.dots) {
      for (const [x, y] of mark.dots) {
        if (Number.isFinite(right(x)) && Number.isFinite(up(y))) {
          const r = mark.dots.length > MANY ? 2 : 4;
          group.append(element("circle", { cx: right(x).toFixed(1), cy: up(y).toFixed(1), r }));
        }
      }
    } else if (mark.bars) {
      const [place, count] = bars;
      mark.bars.forEach((height, at) => {
        const wide = 0.8 / count;
        const left = right(at - 0.4 + place * wide);
        const [top, bottom] = [up(height), up(0)].sort((a, b) => a - b);
        group.append(element("rect", {
          class: "bar", x: left.toFixed(1), y: top.toFixed(1),
          width: Math.max(1, right(wide) - right(0) - 1).toFixed(1), height: Math.max(0, bottom - top).toFixed(1),
        }));
      });
    }
    return group;
  }

  function drawRule({ rule }, right, up, width) {
    const where = "x" in rule
      ? { x1: right(rule.x), x2: right(rule.x), y1: ROOM.top, y2: HEIGHT - ROOM.bottom }
      : { x1: ROOM.left, x2: width - ROOM.right, y1: up(rule.y), y2: up(rule.y) };
    return element("line", { class: "rule", ...where });
  }

  function drawAxes(svg, across, upward, right, up, width) {
    for (const [value, text] of ticks(upward)) {
      svg.append(
        element("line", { class: "grid", x1: ROOM.left, x2: width - ROOM.right, y1: up(value), y2: up(value) }),
        element("text", { x: ROOM.left - 7, y: up(value) + 4, "text-anchor": "end" }, text),
      );
    }
    for (const [value, text] of ticks(across)) {
      svg.append(element("text", { x: right(value), y: HEIGHT - ROOM.bottom + 17, "text-anchor": "middle" }, text));
    }
    const middle = (ROOM.top + HEIGHT - ROOM.bottom) / 2;
    svg.append(
      element("text", { class: "label", x: (ROOM.left + width - ROOM.right) / 2, y: HEIGHT - 8, "text-anchor": "middle" }, across.label),
      element("text", { class: "label", "text-anchor": "middle", transform: `translate(14 ${middle}) rotate(-90)` }, upward.label),
    );
  }

  function legend(marks, styles) {
    const list = document.createElement("ul");
    list.className = "legend";
    marks.forEach((mark, place) => {
      if (!mark.label) return;
      const sign = element("svg", { width: 26, height: 12, "aria-hidden": "true", class: `colour-${styles[place].colour % COLOURS}` });
      if (mark.rule) sign.append(element("line", { class: "rule", x1: 0, x2: 26, y1: 6, y2: 6 }));
      else if (mark.dots) sign.append(element("circle", { cx: 13, cy: 6, r: 4 }));
      else if (mark.line) sign.append(element("path", { class: "line", d: "M0 6L26 6", "stroke-dasharray": styles[place].dashes }));
      else sign.append(element("rect", { class: mark.area ? "area" : "bar", x: 5, y: 1, width: 16, height: 10 }));
      const item = document.createElement("li");
      item.append(sign, ` ${mark.label}`);
      list.append(item);
    });
    return list;
  }

  function drawMarks(given, width) {
    const { marks } = given;
    const bars = marks.filter((mark) => mark.bars);
    const across = axis(given.x, marks, 0);
    const upward = axis(given.y, marks, 1);
    const right = scale(across, ROOM.left, width - ROOM.right);
    const up = scale(upward, HEIGHT - ROOM.bottom, ROOM.top);
    let drawn = 0;
    const colours = marks.map((mark) => mark.colour ?? (mark.rule ? 0 : drawn++));
    const ofLines = new Set(colours.filter((_, place) => marks[place].line));
    const styles = colours.map((colour) => ({ colour, dashes: ofLines.size > 1 ? DASHES[colour % COLOURS] : "" }));
    const svg = element("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT });
    const clip = `plot-${(plots += 1)}`;
    svg.append(element("clipPath", { id: clip }, element("rect", {
      x: ROOM.left - SLACK, y: ROOM.top - SLACK,
      width: width - ROOM.left - ROOM.right + 2 * SLACK, height: HEIGHT - ROOM.top - ROOM.bottom + 2 * SLACK,
    })));
    drawAxes(svg, across, upward, right, up, width);
    const inside = element("g", { "clip-path": `url(#${clip})` });
    marks.forEach((mark, place) => inside.append(
      mark.rule ? drawRule(mark, right, up, width) : drawMark(mark, styles[place], right, up, [bars.indexOf(mark), bars.length]),
    ));
    svg.append(inside);
    return [svg, legend(marks, styles)];
  }

  function drawCells(given, width) {
    const rows = given.cells.length;
    const columns = Math.max(...given.cells.map((row) => row.length));
    const left = given.y ? 24 : 4;
    const size = Math.min(48, (width - left - 4) / columns);
    const most = given.most ?? Math.max(1e-12, ...given.cells.flat().map(Math.abs).filter(Number.isFinite));
    const [wide, high] = [left + size * columns + 4, size * rows + (given.x ? 24 : 4)];
    const svg = element("svg", { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high });
    given.cells.forEach((row, down) => row.forEach((value, across) => {
      const [x, y] = [left + across * size, down * size + 2];
      const strength = Math.min(0.85, 0.85 * Math.abs(value) / most);
      svg.append(element("rect", {
        class: value < 0 ? "cell negative" : "cell", x, y, width: size - 1, height: size - 1, "fill-opacity": strength.toFixed(3),
      }));
      if (size >= 26) svg.append(element("text", { x: x + size / 2, y: y + size / 2 + 4, "text-anchor": "middle", class: "in-cell" },
        number(Number(value.toPrecision(2)))));
    }));
    for (const [down, across] of given.outlined ?? []) {
      svg.append(element("rect", { class: "outlined", x: left + across * size, y: down * size + 2, width: size - 1, height: size - 1 }));
    }
    if (given.x) svg.append(element("text", { class: "label", x: left + size * columns / 2, y: high - 6, "text-anchor": "middle" }, given.x));
    if (given.y) svg.append(element("text", { class: "label", "text-anchor": "middle", transform: `translate(14 ${size * rows / 2}) rotate(-90)` }, given.y));
    return [svg];
  }

  /** The plot as an HTML element, `width` pixels wide at most. */
  function plot(given, width) {
    const made = document.createElement("div");
    made.className = "plot";
    made.style.maxWidth = `${width}px`;
    if (given.title) {
      const title = document.createElement("p");
      title.className = "plot-title";
      title.append(given.title);
      made.append(title);
    }
    made.append(...(given.cells ? drawCells(given, width) : drawMarks(given, width)));
    return made;
  }

  return Object.assign(plot, { number });
})();
