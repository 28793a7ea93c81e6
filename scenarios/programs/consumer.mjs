// A consumer in JavaScript: it counts the labels of the messages that it streams, and needs nothing
// but Node.js. A reply is one line of JSON for each line that comes.
import { createInterface } from 'node:readline';

const counts = new Map(); // label -> messages

// Header values that JSON cannot say are tagged, as { int64: "..." }; a label is a small integer.
function labelOf(message) {
  const label = (message.headers ?? {}).label;
  return Number.isInteger(label) ? label : null;
}

function deliver(message) {
  const label = labelOf(message);
  if (label === null) return { steps: [['reject', false]] };
  counts.set(label, (counts.get(label) ?? 0) + 1);
  return { steps: [['metric', 'labels', counts.size]] };
}

function finish() {
  const sorted = [...counts].sort(([one], [other]) => one - other);
  console.error(sorted.map(([label, count]) => `${label}: ${count}`).join(', '));
  const counted = sorted.reduce((sum, [, count]) => sum + count, 0);
  return { metrics: { counted, labels: counts.size }, digest: JSON.stringify(sorted) };
}

function answer(call) {
  switch (call.call) {
    case 'start':
      return { steps: [['stream']] };
    case 'deliver':
      return deliver(call.message);
    case 'finish':
      return finish();
    default:
      return {}; // a good reply to any call, also to one that is not known
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\n');
}
