// below: steps_back
interactive({
  title: "How much is left, so many steps back",
  try: "Find the w that keeps most after 30 steps. Why does a larger one lose it again? Raise the inputs' spread, and look at w = 1 once more.",
  controls: {
    w: { label: "weight w of the state", from: 0.2, to: 2, start: 1, step: 0.02 },
    spread: { label: "spread of the inputs", from: 0, to: 1, start: 0.05, step: 0.01 },
    again: { label: "Other inputs", button: true },
  },
  draw({ w, spread, again }) {
    const random = numbers.random(again);
    const states = [0];
    for (let step = 0; step < 60; step += 1) states.push(Math.tanh(w * states.at(-1) + spread * random.normal()));
    const left = [[0, 1]]; // the derivative of the last state by the one so many steps earlier
    for (let back = 1; back <= 40; back += 1) left.push([back, left.at(-1)[1] * w * (1 - states.at(-back) ** 2)]);
    return {
      says: `After 10 steps back ${plot.number(left[10][1])} is left, after 30 steps ${plot.number(left[30][1])}. `
        + `The last state is ${plot.number(states.at(-1))}, where tanh has the slope ${plot.number(1 - states.at(-1) ** 2)}.`,
      plots: [
        { x: "step", y: { label: "state", range: [-1, 1] }, marks: [{ line: states.map((state, step) => [step, state]) }] },
        {
          x: "steps back", y: { label: "derivative", range: [1e-12, 100], log: true },
          marks: [{ line: left, colour: 1 }, { rule: { y: 1 }, label: "nothing lost" }],
        },
      ],
    };
  },
});
