// below: channels
interactive({
  title: "One scale for all, or one for each channel",
  try: "Make one channel much larger than the others. What becomes of the small ones when all share its scale? With how few bits does each channel's own scale still do?",
  controls: {
    bits: { label: "bits per weight", from: 2, to: 8, start: 4, step: 1 },
    large: { label: "first channel, times", from: 1, to: 30, start: 8, log: true },
    again: { label: "Other weights", button: true },
  },
  draw({ bits, large, again }) {
    const random = numbers.random(again);
    const channels = [0, 1, 2, 3].map((channel) => Array.from({ length: 6 }, () => (channel ? 1 : large) * random.normal()));
    const top = 2 ** (bits - 1) - 1; // 127 for 8 bits
    const halfToEven = (value) => {
      const below = Math.floor(value);
      if (value - below !== 0.5) return Math.round(value);
      return below % 2 ? below + 1 : below;
    };
    const largest = (list) => Math.max(...list.map(Math.abs));
    const rounded = (list, most) => list.map((weight) => halfToEven(weight * top / most) * most / top);
    const perTensor = channels.map((channel) => rounded(channel, largest(channels.flat())));
    const perChannel = channels.map((channel) => rounded(channel, largest(channel)));
    const error = (quantized, channel) => Math.sqrt(numbers.mean(channels[channel].map((weight, at) => (quantized[channel][at] - weight) ** 2)));
    const small = (quantized) => numbers.mean([1, 2, 3].map((channel) => error(quantized, channel)));
    const lost = perTensor.slice(1).flat().filter((weight) => weight === 0).length;
    const names = ["1", "2", "3", "4"];
    return {
      says: `With ${bits} bits the three small channels are off by ${plot.number(small(perTensor))} under one scale, and by `
        + `${plot.number(small(perChannel))} under their own. Under one scale ${lost} of their 18 weights become 0.`,
      plots: [
        { title: "weights under one scale, a channel in each row", cells: perTensor, most: large * 2, y: "channel" },
        {
          x: { label: "channel", names }, y: { label: "root mean square error" },
          marks: [
            { bars: names.map((_, channel) => error(perTensor, channel)), label: "one scale" },
            { bars: names.map((_, channel) => error(perChannel, channel)), label: "one for each channel" },
          ],
        },
      ],
    };
  },
});
