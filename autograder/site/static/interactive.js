"use strict";
/* An interactive figure: controls, and what they draw. A topic calls this once, in its interactive.js:

    interactive({
      title: "Softmax at a temperature",
      try: "Make the temperature small. What is left of the smaller logits?",
      controls: { T: { label: "temperature T", from: 0.1, to: 10, start: 1, log: true } },
      draw({ T }) {
        return { says: "...", plots: [...] };
      },
    });

A control is a slider { label, from, to, start, step } (`log` for one whose steps multiply, `whole` for whole numbers;
`unit` stands behind its value), a choice { label, choices: [...] }, or a button { label, button: true }, whose value is how often it was
pressed. `draw` gets the values by name and returns what to say in words, and plots (plot.js). It is called anew
whenever a control moves, and keeps nothing: the same values give the same picture. */
const interactive = (() => {
  const STEPS = 200; // of a slider that multiplies
  const SIDE_BY_SIDE = 560; // pixels from which two plots stand in a row

  function slider(control, changed) {
    const { from, to, start, log, whole, unit = "" } = control;
    const input = document.createElement("input");
    const places = Math.log(to / from) / STEPS; // of a slider that multiplies: the logarithm of one step
    const first = log ? Math.round(Math.log(start / from) / places) : start; // where it is `start` to the last digit
    const exact = log ? () => start * Math.exp(places * (Number(input.value) - first)) : () => Number(input.value);
    const value = whole ? () => Math.round(exact()) : exact;
    input.type = "range";
    Object.assign(input, log ? { min: 0, max: STEPS, step: 1 } : { min: from, max: to, step: control.step ?? (to - from) / STEPS });
    input.setAttribute("value", first);
    const shown = document.createElement("output");
    const show = () => {
      shown.value = plot.number(value()) + unit;
      input.setAttribute("aria-valuetext", shown.value);
    };
    input.addEventListener("input", () => (show(), changed()));
    return { elements: [input, shown], value, show };
  }

  function choice({ choices }, changed) {
    const select = document.createElement("select");
    for (const name of choices) select.append(new Option(name, name));
    select.addEventListener("input", changed);
    return { elements: [select], value: () => select.value, show() {} };
  }

  function button({ label }, changed) {
    const pressed = document.createElement("button");
    let times = 0;
    pressed.type = "button";
    pressed.append(label);
    pressed.addEventListener("click", () => ((times += 1), changed()));
    return { elements: [pressed], value: () => times, show: (reset) => { if (reset) times = 0; } };
  }

  function row(control, made) {
    if (control.button) return made.elements[0];
    const label = document.createElement("label");
    label.append(Object.assign(document.createElement("span"), { textContent: control.label }), ...made.elements);
    return label;
  }

  function paragraph(name, text) {
    return Object.assign(document.createElement("p"), { className: name, textContent: text });
  }

  return function interactive({ title, try: task, controls, draw }) {
    const home = document.querySelector(".interactive");
    const form = document.createElement("form");
    const picture = document.createElement("div");
    const says = paragraph("says", "");
    const made = {};
    const redraw = () => {
      const values = Object.fromEntries(Object.entries(made).map(([name, control]) => [name, control.value()]));
      const { says: words, plots } = draw(values);
      const room = picture.clientWidth || 600;
      const width = plots.length > 1 && room >= SIDE_BY_SIDE ? (room - 16) / 2 : room;
      picture.replaceChildren(...plots.map((one) => plot(one, Math.floor(width))));
      says.textContent = words;
    };
    for (const [name, control] of Object.entries(controls)) {
      made[name] = (control.button ? button : control.choices ? choice : slider)(control, redraw);
      form.append(row(control, made[name]));
    }
    const show = (reset) => Object.values(made).forEach((control) => control.show(reset));
    form.append(Object.assign(document.createElement("button"), { type: "reset", textContent: "Reset" }));
    form.addEventListener("submit", (event) => event.preventDefault());
    // The fields have their old values only after the event.
    form.addEventListener("reset", () => setTimeout(() => (show(true), redraw())));
    picture.className = "plots";
    picture.setAttribute("aria-hidden", "true"); // `says` has it in words
    says.setAttribute("role", "status");
    home.setAttribute("role", "group");
    home.setAttribute("aria-label", title);
    home.append(paragraph("figure-title", title), paragraph("task", task), form, picture, says);
    show(false);
    redraw();
    let width = picture.clientWidth;
    new ResizeObserver(() => {
      if (picture.clientWidth !== width) {
        width = picture.clientWidth;
        redraw();
      }
    }).observe(picture);
  };
})();

/* What figures work with. */
const numbers = {
  /** `count` numbers from `from` to `to`, both included. */
  range: (from, to, count) => Array.from({ length: count }, (_, place) => from + (to - from) * place / (count - 1)),
  sum: (list) => list.reduce((total, value) => total + value, 0),
  mean: (list) => list.reduce((total, value) => total + value, 0) / list.length,
  /** The standard deviation, divided by the count as NumPy does. */
  spread(list) {
    const middle = numbers.mean(list);
    return Math.sqrt(numbers.mean(list.map((value) => (value - middle) ** 2)));
  },
  /** A source of random numbers: `uniform()` from 0 to 1, `normal()`; the same seed, the same numbers (mulberry32). */
  random(seed) {
    let state = (seed + 1) * 0x9e3779b9 | 0;
    const uniform = () => {
      state = state + 0x6d2b79f5 | 0;
      let mixed = Math.imul(state ^ state >>> 15, 1 | state);
      mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
      return ((mixed ^ mixed >>> 14) >>> 0) / 4294967296;
    };
    const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    return { uniform, normal };
  },
};
