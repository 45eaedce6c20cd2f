// below: curves
interactive({
  title: "A polynomial, and a penalty",
  try: "With degree 12 and hardly any penalty, look at the gap between the two errors. Raise the penalty until the validation error is lowest. What becomes of the training error meanwhile?",
  controls: {
    penalty: { label: "L2 penalty λ", from: 1e-8, to: 10, start: 1e-7, log: true },
    degree: { label: "degree", from: 1, to: 12, start: 12, step: 1 },
    count: { label: "training examples", from: 8, to: 60, start: 15, step: 1 },
    again: { label: "Other data", button: true },
  },
  draw({ penalty, degree, count, again }) {
    const random = numbers.random(again);
    const truth = (x) => Math.sin(2.5 * x);
    const sample = (size) => Array.from({ length: size }, () => {
      const x = 2 * random.uniform() - 1;
      return [x, truth(x) + 0.3 * random.normal()];
    });
    const [training, validation] = [sample(60).slice(0, count), sample(200)];
    const powers = (x) => Array.from({ length: degree + 1 }, (_, power) => x ** power);
    // Ridge regression: (mean of x xᵀ + λ I) w = mean of x y, the bias without a penalty.
    const rows = powers(0).map((_, i) => [
      ...powers(0).map((_, j) => numbers.mean(training.map(([x]) => x ** (i + j))) + (i === j && i > 0 ? penalty : 0)),
      numbers.mean(training.map(([x, y]) => x ** i * y)),
    ]);
    for (let pivot = 0; pivot <= degree; pivot += 1) {
      const best = rows.slice(pivot).reduce((at, row, below) => Math.abs(row[pivot]) > Math.abs(rows[at][pivot]) ? pivot + below : at, pivot);
      [rows[pivot], rows[best]] = [rows[best], rows[pivot]];
      rows.forEach((row, at) => {
        const factor = at === pivot ? 0 : row[pivot] / rows[pivot][pivot];
        for (let column = pivot; column <= degree + 1; column += 1) row[column] -= factor * rows[pivot][column];
      });
    }
    const weights = rows.map((row, at) => row[degree + 1] / row[at]);
    const fitted = (x) => numbers.sum(powers(x).map((value, power) => value * weights[power]));
    const error = (data) => numbers.mean(data.map(([x, y]) => (fitted(x) - y) ** 2));
    const grid = numbers.range(-1, 1, 121);
    return {
      says: `Mean squared error: ${plot.number(error(training))} in training, ${plot.number(error(validation))} in validation. `
        + `The largest weight is ${plot.number(Math.max(...weights.slice(1).map(Math.abs)))}.`,
      plots: [
        {
          x: "x", y: { label: "y", range: [-2, 2] },
          marks: [
            { dots: training, label: "training examples" }, { line: grid.map((x) => [x, fitted(x)]), label: "fitted" },
            { line: grid.map((x) => [x, truth(x)]), label: "the truth" },
          ],
        },
        {
          x: { label: "measured on", names: ["training", "validation"], range: [-0.5, 1.5] }, y: { label: "mean squared error", range: [0, 0.6] },
          marks: [{ bars: [error(training), error(validation)] }, { rule: { y: 0.09 }, label: "variance of the noise" }],
        },
      ],
    };
  },
});
