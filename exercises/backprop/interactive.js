// below: error_maps
interactive({
  title: "A wrong gradient, entry by entry",
  try: "Choose a mistake and look where the error sits. Which mistakes vanish with a batch of one? Which of them would a look at shapes have caught? (None.)",
  controls: {
    mistake: { label: "mistake", choices: ["none", "summed, not averaged", "last example only", "slope of relu left out", "targets left out"] },
    rows: { label: "examples in the batch", from: 1, to: 8, start: 4, step: 1 },
    again: { label: "Other numbers", button: true },
  },
  draw({ mistake, rows, again }) {
    const random = numbers.random(again);
    const table = (height, width) => Array.from({ length: height }, () => Array.from({ length: width }, () => random.normal()));
    const [x, z, targets] = [table(8, 4), table(8, 3), table(8, 3)].map((one) => one.slice(0, rows));
    // Half the squared error of relu(z), averaged over the batch; the kernel's gradient is x transposed times delta.
    const gradient = (wrong) => {
      const delta = z.map((row, n) => row.map((value, unit) => {
        const error = Math.max(value, 0) - (wrong === "targets left out" ? 0 : targets[n][unit]);
        return error * (value > 0 || wrong === "slope of relu left out" ? 1 : 0);
      }));
      const used = wrong === "last example only" ? [rows - 1] : [...Array(rows).keys()];
      const share = wrong === "summed, not averaged" ? 1 : 1 / rows;
      return [0, 1, 2, 3].map((input) => [0, 1, 2].map((unit) =>
        share * numbers.sum(used.map((n) => x[n][input] * delta[n][unit]))));
    };
    const [right, got] = [gradient("none"), gradient(mistake)];
    const error = got.map((row, input) => row.map((value, unit) => value - right[input][unit]));
    const worst = Math.max(...error.flat().map(Math.abs));
    const most = Math.max(...[right, got, error].flat(2).map(Math.abs));
    return {
      says: worst < 1e-12 ? "Nothing is wrong: every entry is right."
        : `The largest error of an entry is ${plot.number(worst)}; ${error.flat().filter((e) => Math.abs(e) > 1e-12).length} of 12 entries are wrong.`,
      plots: [
        { title: "dkernel as computed", cells: got, most, x: "unit", y: "input" },
        { title: "computed minus right", cells: error, most, x: "unit", y: "input" },
      ],
    };
  },
});
