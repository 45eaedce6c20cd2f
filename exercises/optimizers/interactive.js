// below: ravine
interactive({
  title: "Down a ravine",
  try: "Without momentum, raise the rate until it jumps from side to side, then until it flies away: at which rate? Add momentum. Does it allow a larger rate, and does it arrive sooner?",
  controls: {
    rate: { label: "learning rate η", from: 0.01, to: 1, start: 0.1, log: true },
    beta: { label: "momentum β", from: 0, to: 0.95, start: 0, step: 0.01 },
    curvature: { label: "curvature across the ravine", from: 1, to: 20, start: 10, step: 0.5 },
  },
  draw({ rate, beta, curvature }) {
    const curvatures = [1, curvature];
    const loss = (w) => numbers.sum(w.map((value, axis) => curvatures[axis] * value * value / 2));
    let [w, v] = [[-4, 1.2], [0, 0]];
    const places = [w];
    for (let step = 0; step < 40; step += 1) {
      v = v.map((velocity, axis) => beta * velocity - rate * curvatures[axis] * w[axis]);
      w = w.map((value, axis) => value + v[axis]);
      places.push(w);
    }
    const losses = places.map((place, step) => [step, loss(place)]);
    const ring = (height) => numbers.range(0, 2 * Math.PI, 121).map((angle) =>
      [Math.sqrt(2 * height) * Math.cos(angle), Math.sqrt(2 * height / curvature) * Math.sin(angle)]);
    const limit = 2 * (1 + beta) / curvature;
    return {
      says: `After 40 steps the loss is ${plot.number(losses.at(-1)[1])}, from ${plot.number(losses[0][1])}. `
        + `The rate is ${rate < limit ? "below" : "above"} 2 (1 + β) / curvature = ${plot.number(limit)}, beyond which it diverges.`,
      plots: [
        {
          x: { label: "weight along the ravine", range: [-5, 5] }, y: { label: "weight across it", range: [-2.5, 2.5] },
          marks: [
            ...[0.5, 2, 5, 10].map((height, place) => ({ line: ring(height), colour: 3, label: place ? "" : "equal loss" })),
            { line: places, colour: 0 }, { dots: places.slice(0, 40), colour: 0, label: "steps" },
          ],
        },
        { x: "step", y: { label: "loss", log: true, range: [1e-10, 1e4] }, marks: [{ line: losses, colour: 1 }] },
      ],
    };
  },
});
