// below: cost
interactive({
  title: "Where to draw the line",
  try: "Move the threshold to the lowest cost. Make a miss dearer: which way does the lowest point go? For probabilities that are right it is at 1 / (1 + cost of a miss). What does overconfidence do to that rule?",
  controls: {
    threshold: { label: "threshold", from: 0.01, to: 0.99, start: 0.5, step: 0.01 },
    miss: { label: "cost of a miss (a false alarm: 1)", from: 0.1, to: 20, start: 10, log: true },
    sharpness: { label: "logits, times", from: 0.3, to: 4, start: 1, log: true },
  },
  draw({ threshold, miss, sharpness }) {
    // Logits of ill and healthy people, drawn once, so that without a factor the probabilities are right.
    const random = numbers.random(3);
    const people = Array.from({ length: 2000 }, () => {
      const logit = 2.2 * random.normal() - 0.5;
      const ill = random.uniform() < 1 / (1 + Math.exp(-logit));
      return [1 / (1 + Math.exp(-sharpness * logit)), ill];
    });
    const count = (from) => people.reduce(([misses, alarms], [p, ill]) =>
      [misses + (ill && p < from), alarms + (!ill && p >= from)], [0, 0]);
    const cost = (from) => {
      const [misses, alarms] = count(from);
      return (miss * misses + alarms) / people.length;
    };
    const curve = numbers.range(0.01, 0.99, 99).map((from) => [from, cost(from)]);
    const best = curve.reduce((lowest, one) => (one[1] < lowest[1] ? one : lowest));
    const [misses, alarms] = count(threshold);
    return {
      says: `From ${threshold.toFixed(2)} on called ill: ${misses} of 2000 are missed, ${alarms} alarmed for nothing, at a mean cost of `
        + `${plot.number(cost(threshold))}. The cheapest threshold is ${best[0].toFixed(2)}, at ${plot.number(best[1])}; the rule says ${plot.number(1 / (1 + miss))}.`,
      plots: [{
        x: { label: "threshold", range: [0, 1] }, y: { label: "mean cost per person", range: [0, Math.max(0.5, 1.1 * Math.max(...curve.map(([, c]) => c)))] },
        marks: [
          { line: curve, label: "mean cost" }, { dots: [[threshold, cost(threshold)]], label: "your threshold", colour: 1 },
          { rule: { x: 1 / (1 + miss) }, label: "1 / (1 + cost of a miss)" },
        ],
      }],
    };
  },
});
