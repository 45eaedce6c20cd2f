// below: family
interactive({
  title: "One unit, two numbers",
  try: "Which number turns the curve steeper? Which one moves it sideways? Make w negative. With w at 0, what does the input still do?",
  controls: {
    w: { label: "weight w", from: -6, to: 6, start: 2, step: 0.1 },
    b: { label: "bias b", from: -6, to: 6, start: 0, step: 0.1 },
    name: { label: "activation", choices: ["sigmoid", "relu", "none"] },
  },
  draw({ w, b, name }) {
    const activation = { sigmoid: (z) => 1 / (1 + Math.exp(-z)), relu: (z) => Math.max(z, 0), none: (z) => z }[name];
    const curve = numbers.range(-4, 4, 161).map((x) => [x, activation(w * x + b)]);
    const turn = -b / w;
    const seen = w !== 0 && Math.abs(turn) <= 4;
    return {
      says: `The output is ${plot.number(activation(b))} at x = 0 and ${plot.number(activation(w + b))} at x = 1. `
        + (seen ? `w x + b is 0 at x = ${plot.number(turn)}.` : "Nowhere on this axis is w x + b equal to 0."),
      plots: [{
        x: "input x",
        y: { label: "output", range: name === "sigmoid" ? [0, 1] : [-6, 6] },
        marks: [
          { line: curve, label: name === "none" ? "w x + b" : `${name}(w x + b)` },
          ...(seen ? [{ rule: { x: turn }, label: "w x + b = 0" }] : []),
        ],
      }],
    };
  },
});
