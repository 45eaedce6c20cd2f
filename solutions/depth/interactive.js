// below: degradation
interactive({
  title: "A gradient on its way back",
  try: "Make the plain network deeper: what is left of its gradients? And with shortcuts? How far may the spread be off before each of the two notices? Then leave the residual kernels undivided: what does adding block upon block do to the signal?",
  controls: {
    depth: { label: "blocks", from: 2, to: 60, start: 30, step: 1 },
    factor: { label: "spread of the kernels, times He's", from: 0.5, to: 1.5, start: 0.9, step: 0.01 },
    divided: { label: "variance of residual kernels", choices: ["divided by the depth", "not divided"] },
    again: { label: "Draw again", button: true },
  },
  draw({ depth, factor, divided, again }) {
    const width = 32;
    const relu = (z) => Math.max(z, 0);
    const norm = (vector) => Math.sqrt(numbers.sum(vector.map((value) => value * value)));
    /** The size of each block's input, and the norm of its kernel's gradient, for one example. */
    const passed = (residual) => {
      const random = numbers.random(again);
      const spread = factor * Math.sqrt(2 / width / (residual && divided === "divided by the depth" ? depth : 1));
      const row = () => Array.from({ length: width }, () => random.normal());
      const kernels = Array.from({ length: depth }, () => Array.from({ length: width }, () => row().map((value) => value * spread)));
      const signals = [row()];
      for (const kernel of kernels) {
        const x = signals.at(-1);
        const active = x.map(relu);
        signals.push(x.map((value, unit) => numbers.sum(active.map((input, at) => input * kernel[at][unit])) + (residual ? value : 0)));
      }
      let upstream = row();
      const gradients = [];
      for (let block = depth - 1; block >= 0; block -= 1) {
        const x = signals[block];
        gradients.unshift([block + 1, norm(x.map(relu)) * norm(upstream)]);
        const through = x.map((value, at) => (value > 0 ? numbers.sum(upstream.map((slope, unit) => slope * kernels[block][at][unit])) : 0));
        upstream = through.map((value, at) => value + (residual ? upstream[at] : 0));
      }
      return { sizes: signals.slice(0, depth).map((x, block) => [block + 1, norm(x) / Math.sqrt(width)]), gradients };
    };
    const [plain, residual] = [passed(false), passed(true)];
    const middle = ({ gradients }) => plot.number(gradients[Math.floor(depth / 2)][1]);
    return {
      says: `In the middle the gradient of a kernel measures ${middle(plain)} in the plain network, and ${middle(residual)} with shortcuts. `
        + `The signal before the last block measures ${plot.number(plain.sizes.at(-1)[1])} and ${plot.number(residual.sizes.at(-1)[1])}.`,
      plots: [
        {
          x: "block", y: { label: "size of its input", log: true, range: [1e-8, 1e8] },
          marks: [{ line: plain.sizes, label: "plain" }, { line: residual.sizes, label: "with shortcuts" }],
        },
        {
          x: "block", y: { label: "gradient of its kernel", log: true, range: [1e-8, 1e8] },
          marks: [{ line: plain.gradients, label: "plain" }, { line: residual.gradients, label: "with shortcuts" }],
        },
      ],
    };
  },
});
