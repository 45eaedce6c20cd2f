// below: buffers
interactive({
  title: "Shuffling with a buffer",
  try: "The file is sorted by class. How large must the buffer be before the first batch has all ten classes? Before each batch does?",
  controls: {
    size: { label: "buffer", from: 1, to: 1000, start: 30, log: true, whole: true, unit: " rows" },
    batch: { label: "batch size", from: 5, to: 50, start: 20, step: 5 },
    again: { label: "Shuffle again", button: true },
  },
  draw({ size, batch, again }) {
    const rows = 1000;
    const random = numbers.random(again);
    const [buffer, order] = [[], []];
    for (let row = 0; row < rows || buffer.length; row += 1) {
      if (row < rows) buffer.push(row);
      if (buffer.length < size && row < rows - 1) continue;
      // One row goes out at random; the next one of the file takes its place.
      order.push(...buffer.splice(Math.floor(random.uniform() * buffer.length), 1));
    }
    const classes = [];
    for (let start = 0; start + batch <= rows; start += batch) {
      classes.push(new Set(order.slice(start, start + batch).map((row) => Math.floor(row / 100))).size);
    }
    return {
      says: `With a buffer of ${size} rows the first batch has ${classes[0]} of 10 classes. A batch has `
        + `${numbers.mean(classes).toFixed(1)} on average, and ${Math.min(...classes)} at least.`,
      plots: [
        { x: "place in the shuffled order", y: { label: "place in the file", range: [0, rows] }, marks: [{ dots: order.flatMap((row, place) => place % 5 ? [] : [[place, row]]) }] },
        { x: "batch", y: { label: "classes in it", range: [0, 10] }, marks: [{ line: classes.map((count, number) => [number + 1, count]), colour: 1 }] },
      ],
    };
  },
});
