// below: v_shape
interactive({
  title: "The best step of a difference quotient",
  try: "Take the forward difference in float32 and find its best step. How far does the central difference bring you? What changes in float64?",
  controls: {
    step: { label: "step h", from: 1e-12, to: 1, start: 1e-3, log: true },
    kind: { label: "difference", choices: ["central", "forward"] },
    dtype: { label: "dtype", choices: ["float32", "float64"] },
    x: { label: "at x", from: 0.2, to: 1.4, start: 1, step: 0.01 },
  },
  draw({ step, kind, dtype, x }) {
    const round = dtype === "float32" ? Math.fround : (value) => value;
    const f = (at) => round(Math.sin(at));
    const slope = (h) => {
      const [up, down] = [round(x + h), kind === "central" ? round(x - h) : round(x)];
      return round(f(up) - f(down)) / round(up - down);
    };
    const error = (h) => Math.abs(slope(h) / Math.cos(x) - 1);
    const curve = numbers.range(-12, 0, 241).map((power) => [10 ** power, error(10 ** power)]);
    const best = curve.filter(([, e]) => Number.isFinite(e) && e > 0).reduce((a, b) => (b[1] < a[1] ? b : a));
    const here = error(step);
    return {
      says: `With h = ${plot.number(step)} the slope of sin at ${plot.number(x)} comes out as `
        + (Number.isFinite(here) ? `${plot.number(slope(step))}, a relative error of ${plot.number(here)}.` : "nan: x + h is x again.")
        + ` The smallest error of this curve is at h = ${plot.number(best[0])}.`,
      plots: [{
        x: { label: "step h", log: true, range: [1e-12, 1] }, y: { label: "relative error", log: true, range: [1e-13, 10] },
        marks: [{ line: curve, label: `${kind} difference, ${dtype}` }, { dots: [[step, here]], label: "your h", colour: 1 }],
      }],
    };
  },
});
