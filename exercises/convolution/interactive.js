// below: matrix
interactive({
  title: "A kernel that slides",
  try: "Slide the kernel along. At which places does the difference answer? With stride 2, which outputs are left? With “same”, what do the first and last see?",
  controls: {
    place: { label: "output number", from: 1, to: 10, start: 1, step: 1 },
    name: { label: "kernel", choices: ["difference −1, 0, 1", "mean of three", "the lesson's 1, 2, −1"] },
    stride: { label: "stride", choices: ["1", "2"] },
    padding: { label: "padding", choices: ["valid", "same"] },
  },
  draw({ place, name, stride, padding }) {
    const inputs = [1, 3, 2, 0, 4, 4, 4, 1, 0, 2];
    const kernel = { "difference −1, 0, 1": [-1, 0, 1], "mean of three": [1 / 3, 1 / 3, 1 / 3], "the lesson's 1, 2, −1": [1, 2, -1] }[name];
    const step = Number(stride);
    const count = padding === "same" ? Math.ceil(inputs.length / step) : Math.floor((inputs.length - 3) / step) + 1;
    const missing = padding === "same" ? Math.max(0, (count - 1) * step + 3 - inputs.length) : 0;
    const before = Math.floor(missing / 2); // what is odd of it goes behind, as in TensorFlow
    const padded = [...Array(before).fill(0), ...inputs, ...Array(missing - before).fill(0)];
    const outputs = Array.from({ length: count }, (_, at) => numbers.sum(kernel.map((weight, tap) => weight * padded[at * step + tap])));
    const at = Math.min(place, count) - 1;
    const slid = padded.map((_, input) => kernel[input - at * step] ?? 0);
    const taps = [0, 1, 2].map((tap) => at * step + tap);
    const sum = kernel.map((weight, tap) => `${plot.number(weight)} · ${padded[taps[tap]]}`).join(" + ");
    return {
      says: `Output ${at + 1} of ${count}: ${sum} = ${plot.number(outputs[at])}.`,
      plots: [
        {
          title: "inputs, and the kernel where it stands",
          cells: [padded, slid], outlined: taps.flatMap((tap) => [[0, tap], [1, tap]]), most: 4,
        },
        { x: "output number", y: { label: "output", range: [-6, 12] }, marks: [{ dots: outputs.map((value, number) => [number + 1, value]), label: "outputs" }, { dots: [[at + 1, outputs[at]]], colour: 1, label: "this one" }] },
      ],
    };
  },
});
