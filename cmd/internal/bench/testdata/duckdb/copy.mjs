// Copies delimited files to Parquet with all columns as text, and prints the seconds of the wall and of the processors.
// node copy.mjs NODE_MODULES THREADS OUT FILE...
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, threads, out, ...files] = process.argv.slice(2);
let entry;
try {
  entry = createRequire(modules + '/').resolve(modules + '/@duckdb/node-api');
} catch {
  console.error(`there is no @duckdb/node-api in ${modules}`);
  process.exit(1);
}
const { DuckDBInstance, version } = await import(pathToFileURL(entry));
const text = s => "'" + s.replaceAll("'", "''") + "'";
const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect();
const start = performance.now(), before = process.cpuUsage();
await connection.run(`copy (select * from read_csv([${files.map(text)}], all_varchar=true)) to ${text(out)} (format parquet)`);
const cpu = process.cpuUsage(before);
console.log(JSON.stringify({
  version: version(), seconds: (performance.now() - start) / 1e3, cpu_seconds: (cpu.user + cpu.system) / 1e6,
}));
