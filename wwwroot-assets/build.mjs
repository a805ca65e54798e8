// Builds everything the browser loads into MarketingConsole/wwwroot. One function a kind of asset; add yours to the list at the end.
import { build } from 'esbuild';
import mjml from 'mjml';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'MarketingConsole', 'wwwroot');
const shared = { bundle: true, minify: true, absWorkingDir: here, target: 'es2022', legalComments: 'none', logLevel: 'warning' };

const styles = () => build({ ...shared, entryPoints: ['src/site.css'], outfile: join(out, 'site.css'), loader: { '.svg': 'dataurl' } });

const scripts = () => build({ ...shared, entryPoints: ['src/console.js', 'src/theme.js', 'src/qr.js'], outdir: out, format: 'iife' });

// plotly.js reads "global"; only the traces the console draws are registered, none of which needs eval.
const charts = () => build({
  ...shared, entryPoints: ['src/plotly.js'], outfile: join(out, 'lib', 'plotly.js'), format: 'iife', define: { global: 'window' }, loader: { '.css': 'empty' },
});

// MJML to the table-built HTML mail programs understand; the copy's slots and placeholders pass through.
const emails = async () => {
  const { html, errors } = await mjml(await readFile(join(here, 'emails', 'offer.mjml'), 'utf8'), { validationLevel: 'strict', keepComments: false });
  if (errors.length > 0) throw new Error(errors.map(x => x.formattedMessage).join('\n'));
  await mkdir(join(out, 'emails'), { recursive: true });
  await writeFile(join(out, 'emails', 'offer.html'), html);
};

await Promise.all([styles(), scripts(), charts(), emails()]);
