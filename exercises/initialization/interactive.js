// below: depth
interactive({
  title: "Thirty layers, one factor",
  try: "With relu, find the factor on He's spread that keeps the signal. How far off may it be before thirty layers notice? Then switch to tanh: why does it forgive more upwards than downwards?",
  controls: {
    factor: { label: "spread of the weights, times He's", from: 0.5, to: 2, start: 1, log: true },
    name: { label: "activation", choices: ["relu", "tanh", "none"] },
    again: { label: "Draw again", button: true },
  },
  draw({ factor, name, again }) {
    const width = 64;
    const f = { relu: (z) => Math.max(z, 0), tanh: Math.tanh, none: (z) => z }[name];
    const random = numbers.random(again);
    const spread = factor * Math.sqrt(2 / width);
    let signal = Array.from({ length: width }, () => random.normal());
    const spreads = [];
    for (let layer = 1; layer <= 30; layer += 1) {
      const z = signal.map(() => numbers.sum(signal.map((value) => value * spread * random.normal())));
      spreads.push([layer, Math.sqrt(numbers.mean(z.map((value) => value * value)))]);
      signal = z.map(f);
    }
    const last = spreads.at(-1)[1];
    const perLayer = (last / spreads[0][1]) ** (1 / 29);
    return {
      says: `From layer 1 to layer 30 the root mean square of z goes from ${plot.number(spreads[0][1])} to ${plot.number(last)}: `
        + `a factor of ${plot.number(perLayer)} per layer.`,
      plots: [{
        x: "layer", y: { label: "root mean square of z", log: true, range: [1e-8, 1e8] },
        marks: [{ dots: spreads, label: `width ${width}, ${name === "none" ? "no activation" : name}` }, { rule: { y: 1 }, label: "1" }],
      }],
    };
  },
});
