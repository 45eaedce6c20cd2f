// below: batch_sizes
interactive({
  title: "Who is in the batch",
  try: "The first example never changes. Change the batch around it: does its normalized value move under batch normalization? Under layer normalization? Make the batch small, and draw others.",
  controls: {
    size: { label: "batch size", from: 2, to: 32, start: 4, step: 1 },
    shift: { label: "shift of the others", from: -3, to: 3, start: 0, step: 0.1 },
    others: { label: "Others in the batch", button: true },
  },
  draw({ size, shift, others }) {
    const epsilon = 0.001;
    const random = numbers.random(others);
    const first = [1, -0.5, 0.25, 2];
    const batch = [first, ...Array.from({ length: size - 1 }, () => first.map(() => shift + random.normal()))];
    const normalized = (value, list) => (value - numbers.mean(list)) / Math.sqrt(numbers.spread(list) ** 2 + epsilon);
    const byBatch = first.map((value, feature) => normalized(value, batch.map((row) => row[feature])));
    const byLayer = first.map((value) => normalized(value, first));
    const say = (list) => list.map((value) => plot.number(Number(value.toFixed(2)))).join(", ");
    return {
      says: `The first example becomes ${say(byBatch)} under batch normalization in training, and ${say(byLayer)} under layer normalization.`,
      plots: [
        { title: "the batch, an example in each row; the first is framed", cells: batch.slice(0, 8), outlined: [0, 1, 2, 3].map((column) => [0, column]), most: 4, x: "feature", y: "example" },
        {
          x: { label: "feature of the first example", names: ["1", "2", "3", "4"] }, y: { label: "normalized", range: [-3, 3] },
          marks: [{ bars: byBatch, label: "batch normalization" }, { bars: byLayer, label: "layer normalization" }],
        },
      ],
    };
  },
});
