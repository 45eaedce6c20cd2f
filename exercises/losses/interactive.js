// below: outliers
interactive({
  title: "Huber's delta",
  try: "Make delta large: which loss does Huber become? Make it small: which one then? Watch how hard the far point pulls, the slope at its error.",
  controls: {
    delta: { label: "delta", from: 0.1, to: 5, start: 1, log: true },
    error: { label: "error of the far point", from: -5, to: 5, start: 4, step: 0.1 },
  },
  draw({ delta, error }) {
    const loss = (e) => Math.abs(e) <= delta ? e * e / 2 : delta * (Math.abs(e) - delta / 2);
    const slope = (e) => Math.max(-delta, Math.min(delta, e));
    const errors = numbers.range(-5, 5, 201);
    const drawn = (f) => errors.map((e) => [e, f(e)]);
    return {
      says: `At an error of ${plot.number(error)} Huber's loss is ${plot.number(loss(error))} and its slope `
        + `${plot.number(slope(error))}; half the squared error is ${plot.number(error * error / 2)}, with slope ${plot.number(error)}.`,
      plots: [
        {
          x: "error", y: { label: "loss", range: [0, 8] },
          marks: [
            { line: drawn((e) => e * e / 2), label: "half the squared error" },
            { line: drawn(loss), label: "Huber" },
            { dots: [[error, loss(error)]], colour: 1, label: "the far point" },
            { rule: { x: delta }, label: "±delta" }, { rule: { x: -delta } },
          ],
        },
        {
          x: "error", y: { label: "slope of the loss", range: [-5, 5] },
          marks: [
            { line: drawn((e) => e), label: "half the squared error" },
            { line: drawn(slope), label: "Huber" },
            { dots: [[error, slope(error)]], colour: 1, label: "the far point" },
          ],
        },
      ],
    };
  },
});
