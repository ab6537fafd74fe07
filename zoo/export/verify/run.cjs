// Runs an ONNX model: one JSON object of inputs on each line of standard input gives one line of its outputs.
const [modules, model] = process.argv.slice(-2)
const ort = require(require('path').join(modules, 'onnxruntime-node'))
const arrays = { int64: BigInt64Array, float32: Float32Array, float64: Float64Array }

function tensor({ type, dims, data }) {
  if (type === 'string') return new ort.Tensor(type, data, dims)
  const bytes = new Uint8Array(Buffer.from(data, 'base64'))
  return new ort.Tensor(type, new arrays[type](bytes.buffer), dims)
}

async function main() {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 2, logSeverityLevel: 3 })
  for await (const line of require('readline').createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const feeds = {}
    for (const [name, value] of Object.entries(JSON.parse(line))) feeds[name] = tensor(value)
    const { logit, probability } = await session.run(feeds)
    const rows = { dims: logit.dims, logit: Array.from(logit.data, String), probability: Array.from(probability.data, String) }
    process.stdout.write(JSON.stringify(rows) + '\n')
  }
}

main().catch((error) => { console.error(error.message || error); process.exit(1) })
