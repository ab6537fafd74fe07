// Prints the rows of Parquet files as JSON, read by hyparquet, a reader in JavaScript:
//
//	node read_parquet.mjs NODE_MODULES FILE...
import { pathToFileURL } from 'node:url'

const [modules, ...files] = process.argv.slice(2)
const load = path => import(pathToFileURL(`${modules}/${path}`))
const { asyncBufferFromFile, parquetReadObjects } = await load('hyparquet/src/node.js')
const { compressors } = await load('hyparquet-compressors/src/index.js')

const tables = []
for (const path of files) {
  const file = await asyncBufferFromFile(path)
  tables.push(await parquetReadObjects({ file, compressors }))
}
console.log(JSON.stringify(tables, (_, v) => typeof v === 'bigint' ? Number(v) : v))
