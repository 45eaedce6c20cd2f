// below: four_schedules
interactive({
  title: "A plan for the rate",
  try: "Let the same noisy descent follow each plan. Which rate is too large for a constant plan, and still right for one that decays? What does a longer warm-up change?",
  controls: {
    peak: { label: "highest rate", from: 0.01, to: 1.9, start: 0.5, log: true },
    warm: { label: "steps of warm-up", from: 0, to: 100, start: 20, step: 1 },
    plan: { label: "after it", choices: ["cosine", "halved in steps", "constant", "1 / √step"] },
    again: { label: "Other noise", button: true },
  },
  draw({ peak, warm, plan, again }) {
    const total = 200;
    const rate = (step) => {
      if (step < warm) return peak * (step + 1) / warm;
      const done = (step - warm) / (total - warm);
      return peak * {
        cosine: (1 + Math.cos(Math.PI * done)) / 2,
        "halved in steps": 0.5 ** Math.floor(5 * done),
        constant: 1,
        "1 / √step": Math.sqrt(Math.max(warm, 1) / (step + 1)),
      }[plan];
    };
    const random = numbers.random(again);
    let w = 5; // the loss is w² / 2; each gradient is off by noise, as that of a batch is
    const losses = [];
    for (let step = 0; step < total; step += 1) {
      losses.push([step, w * w / 2]);
      w -= rate(step) * (w + random.normal());
    }
    const end = numbers.mean(losses.slice(-20).map(([, loss]) => loss));
    return {
      says: `The rate begins at ${plot.number(rate(0))} and ends at ${plot.number(rate(total - 1))}. The loss of the last 20 steps is ${plot.number(end)} on average.`,
      plots: [
        { x: "step", y: { label: "learning rate", range: [0, 2] }, marks: [{ line: losses.map(([step]) => [step, rate(step)]) }] },
        { x: "step", y: { label: "loss", log: true, range: [1e-6, 100] }, marks: [{ line: losses, colour: 1 }] },
      ],
    };
  },
});
