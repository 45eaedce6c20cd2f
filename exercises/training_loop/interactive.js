// below: early_stopping
interactive({
  title: "When to stop",
  try: "How much patience is needed to come past the first bump? What does a larger min_delta do to the epoch whose weights are kept? Try other runs before you believe a setting.",
  controls: {
    patience: { label: "patience", from: 1, to: 20, start: 3, step: 1 },
    delta: { label: "min_delta", from: 0, to: 0.05, start: 0, step: 0.001 },
    noise: { label: "noise of the validation loss", from: 0, to: 0.05, start: 0.015, step: 0.001 },
    again: { label: "Another run", button: true },
  },
  draw({ patience, delta, noise, again }) {
    const random = numbers.random(again);
    const epochs = [...Array(60).keys()];
    const training = epochs.map((epoch) => 1.2 * Math.exp(-epoch / 7));
    const validation = epochs.map((epoch) => 0.3 + 0.9 * Math.exp(-epoch / 6) + 0.0028 * Math.max(0, epoch - 12) + noise * random.normal());
    let [kept, stopped, waited] = [0, 59, 0];
    for (const epoch of epochs.slice(1)) {
      if (validation[epoch] < validation[kept] - delta) [kept, waited] = [epoch, 0];
      else waited += 1;
      if (waited >= patience) {
        stopped = epoch;
        break;
      }
    }
    const best = validation.indexOf(Math.min(...validation));
    const drawn = (curve) => curve.map((loss, epoch) => [epoch + 1, loss]);
    return {
      says: `Training stops after epoch ${stopped + 1} and keeps the weights of epoch ${kept + 1}, with a validation loss of `
        + `${validation[kept].toFixed(3)}. The lowest of all 60 is ${validation[best].toFixed(3)}, in epoch ${best + 1}.`,
      plots: [{
        x: "epoch", y: { label: "loss", range: [0, 1.3] },
        marks: [
          { line: drawn(training), label: "training" }, { line: drawn(validation), label: "validation" },
          { dots: [[kept + 1, validation[kept]]], colour: 2, label: "kept" },
          { rule: { x: stopped + 1 }, label: "stops here" },
        ],
      }],
    };
  },
});
