// below: valley
interactive({
  title: "A feature out of scale",
  try: "Move the mean of the feature away from 0, then change its spread. Which of the two makes the valley narrower? After which of them does gradient descent still arrive in 20 steps?",
  controls: {
    mean: { label: "mean of the feature", from: -5, to: 5, start: 4, step: 0.1 },
    spread: { label: "its standard deviation", from: 0.2, to: 5, start: 2, log: true },
  },
  draw({ mean, spread }) {
    // The curvatures of the mean squared error by a weight and a bias: twice the means of x², x and 1.
    const [a, b, c] = [2 * (mean ** 2 + spread ** 2), 2 * mean, 2];
    const [middle, reach] = [(a + c) / 2, Math.hypot((a - c) / 2, b)];
    const [high, low] = [middle + reach, middle - reach];
    const rate = 0.9 * 2 / high;
    let place = [1, 2.3];
    const path = [place];
    for (let step = 0; step < 20; step += 1) {
      const [w, d] = place;
      place = [w - rate * (a * w + b * d), d - rate * (b * w + c * d)];
      path.push(place);
    }
    const turned = Math.atan2(high - a, b) || 0;
    const ring = (height) => numbers.range(0, 2 * Math.PI, 161).map((angle) => {
      const [u, v] = [Math.sqrt(2 * height / high) * Math.cos(angle), Math.sqrt(2 * height / low) * Math.sin(angle)];
      return [u * Math.cos(turned) - v * Math.sin(turned), u * Math.sin(turned) + v * Math.cos(turned)];
    });
    return {
      says: `The condition number is ${plot.number(high / low)}. After 20 steps, at 0.9 times the largest rate, `
        + `${plot.number(Math.hypot(...place))} of a distance of ${plot.number(Math.hypot(...path[0]))} is left.`,
      plots: [{
        x: { label: "weight, from its best", range: [-4, 4] }, y: { label: "bias, from its best", range: [-3, 3] },
        marks: [
          ...[0.2, 1, 4, 12].map((height, at) => ({ line: ring(height), colour: 3, label: at ? "" : "equal loss" })),
          { line: path, colour: 0 }, { dots: path, colour: 0, label: "20 steps" },
        ],
      }],
    };
  },
});
