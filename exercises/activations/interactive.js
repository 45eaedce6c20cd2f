// below: softmax_temperature
interactive({
  title: "Softmax at a temperature",
  try: "Make the temperature small: what is left of the smaller logits? Make it large: what do all shares come to? Then give one logit a lead and see how much of the lead each temperature lets through.",
  controls: {
    T: { label: "temperature T", from: 0.1, to: 20, start: 1, log: true },
    lead: { label: "logit of “cat”", from: -2, to: 6, start: 2, step: 0.1 },
  },
  draw({ T, lead }) {
    const names = ["cat", "dog", "owl", "bee"];
    const logits = [lead, 1, 0.5, -1];
    const most = Math.max(...logits); // taken off, so that no exponential overflows
    const exponentials = logits.map((logit) => Math.exp((logit - most) / T));
    const shares = exponentials.map((value) => value / numbers.sum(exponentials));
    return {
      says: `At temperature ${plot.number(T)} the shares are `
        + names.map((name, place) => `${name} ${shares[place].toFixed(3)}`).join(", ") + ".",
      plots: [
        { x: { label: "class", names }, y: "logit / T", marks: [{ bars: logits.map((logit) => logit / T) }] },
        { x: { label: "class", names }, y: { label: "share", range: [0, 1] }, marks: [{ bars: shares, colour: 1 }] },
      ],
    };
  },
});
