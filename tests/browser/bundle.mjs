// Writes a script of this folder, with everything that it imports, as one module.

import { build } from 'esbuild';

const [script] = process.argv.slice(2);
const { outputFiles } = await build({ entryPoints: [script], bundle: true, format: 'esm', minify: true, write: false, logLevel: 'warning' });
process.stdout.write(outputFiles[0].text);
