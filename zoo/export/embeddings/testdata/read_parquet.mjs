// Prints the rows of a Parquet file of embeddings as JSON, read by hyparquet, with the bytes of each vector in hex:
//
//	node read_parquet.mjs NODE_MODULES FILE
import { pathToFileURL } from 'node:url'

const [modules, path] = process.argv.slice(2)
const load = name => import(pathToFileURL(`${modules}/${name}`))
const { asyncBufferFromFile, parquetReadObjects } = await load('hyparquet/src/node.js')
const { compressors } = await load('hyparquet-compressors/src/index.js')

const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), compressors })
const hex = vector => Buffer.from(Float32Array.from(vector).buffer).toString('hex')
console.log(JSON.stringify(rows.map(r => ({ ...r, id: Number(r.id), count: Number(r.count), vector: hex(r.vector) }))))
