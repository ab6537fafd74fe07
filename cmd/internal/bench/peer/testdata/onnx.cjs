// Times predictions of ONNX Runtime, of a model that was recorded, after it has found them equal to those recorded.
//
//	node onnx.cjs NODE_MODULES FOLDER THREADS SECONDS TOLERANCE
//
// prints a JSON line for each kind of calls: the milliseconds of the median call, or of the fastest pass over a part.
'use strict';
const fs = require('fs');
const path = require('path');

const [modules, folder, threads, seconds, tolerance] = process.argv.slice(2);
const ort = require(path.join(modules, 'onnxruntime-node'));

const read = (name, Type) => {
  const bytes = fs.readFileSync(path.join(folder, name));
  return new Type(bytes.buffer, bytes.byteOffset, bytes.length / Type.BYTES_PER_ELEMENT);
};

// feeds returns the inputs of each batch of calls.
function feeds(calls, fields) {
  const ids = read(calls.name + '.ids', Int32Array), width = fields.length;
  const column = (batch, field) => BigInt64Array.from({ length: calls.samples }, (_, i) => BigInt(ids[(batch * calls.samples + i) * width + field]));
  return Array.from({ length: calls.calls }, (_, batch) =>
    Object.fromEntries(fields.map((f, i) => [f.name, new ort.Tensor('int64', column(batch, i), [calls.samples, 1])])));
}

// check throws if another logit comes out than was recorded.
async function check(session, batches, logits) {
  let at = 0, largest = 0;
  for (const batch of batches) {
    for (const logit of (await session.run(batch, ['logit'])).logit.data) {
      const difference = Math.abs(logit - logits[at++]);
      if (!(difference <= largest)) largest = difference;
    }
  }
  if (!(largest <= tolerance) || at !== logits.length) throw new Error(`its ${at} logits differ from those recorded by up to ${largest}`);
}

// times returns the sorted milliseconds of calls of what, with 0, 1 and so on.
async function times(what) {
  const took = [], begin = performance.now();
  while (took.length === 0 || performance.now() - begin < 1e3 * seconds) {
    const start = performance.now();
    await what(took.length);
    took.push(performance.now() - start);
  }
  return took.sort((a, b) => a - b);
}

// measure returns the fastest pass over a part, or the median of calls.
async function measure(session, batches, isPart) {
  if (isPart) {
    return (await times(async () => { for (const batch of batches) await session.run(batch, ['logit']); }))[0];
  }
  const took = await times(i => session.run(batches[i % batches.length], ['probability']));
  return took[took.length >> 1];
}

async function main() {
  const recorded = JSON.parse(fs.readFileSync(path.join(folder, 'predictions.json'), 'utf8'));
  const session = await ort.InferenceSession.create(path.join(folder, 'model.onnx'), { intraOpNumThreads: +threads, interOpNumThreads: 1 });
  for (const calls of recorded.calls) {
    const batches = feeds(calls, recorded.fields);
    await check(session, batches, read(calls.name + '.logits', Float32Array));
    console.log(JSON.stringify({ name: calls.name, ms: await measure(session, batches, calls.part) }));
  }
}

main().catch(err => {
  console.error(String(err));
  process.exit(1);
});
