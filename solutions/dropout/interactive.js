// below: scaling
interactive({
  title: "One unit under dropout",
  try: "Switch the scaling off and raise the rate: where does the mean go? Switch it on: what stays, and what grows? A new seed draws new masks.",
  controls: {
    rate: { label: "rate", from: 0, to: 0.9, start: 0.5, step: 0.01 },
    scaled: { label: "survivors", choices: ["scaled by 1 / (1 − rate)", "not scaled"] },
    seed: { label: "New seed", button: true },
  },
  draw({ rate, scaled, seed }) {
    const random = numbers.random(seed);
    const inputs = numbers.range(0.05, 1, 24);
    const factor = scaled === "not scaled" ? 1 : 1 / (1 - rate);
    const masks = Array.from({ length: 400 }, () => inputs.map(() => (random.uniform() >= rate ? factor : 0)));
    const sums = masks.map((mask) => numbers.sum(mask.map((value, place) => value * inputs[place])));
    const whole = numbers.sum(inputs);
    const bins = Array(20).fill(0);
    for (const sum of sums) bins[Math.min(19, Math.floor(sum / 1.6))] += 1;
    return {
      says: `Over 400 masks the sum is ${plot.number(numbers.mean(sums))} on average, with a standard deviation of `
        + `${plot.number(numbers.spread(sums))}. At inference it is ${plot.number(whole)}.`,
      plots: [
        { title: "eight masks of 24 inputs, a row each", cells: masks.slice(0, 8), most: 3, y: "step" },
        {
          x: "sum that the unit receives", y: { label: "masks", range: [0, 200] },
          marks: [
            { area: bins.flatMap((count, bin) => [[1.6 * bin, 0, count], [1.6 * (bin + 1), 0, count]]), label: "400 masks" },
            { rule: { x: whole }, label: "at inference" },
          ],
        },
      ],
    };
  },
});
