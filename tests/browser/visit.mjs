// Visits pages with headless Chromium. Reads `{executable, visits: [{url, click, watch}]}` from its input, and writes one
// line of JSON: for each visit what the page left in `window.outcome`, or the text of `watch` after the click.

import { text } from 'node:stream/consumers';

import { chromium } from 'playwright-core';

const TIMEOUT = 30_000;

const { executable, visits } = JSON.parse(await text(process.stdin));
const browser = await chromium.launch({
  executablePath: executable,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
const outcomes = [];
for (const visit of visits) {
  // Each visit is another visitor, with an empty cache.
  const context = await browser.newContext();
  try {
    outcomes.push(await outcomeOf(context, visit));
  } catch (error) {
    outcomes.push({ failed: String(error) });
  } finally {
    await context.close();
  }
}
await browser.close();
process.stdout.write(`${JSON.stringify(outcomes)}\n`);

async function outcomeOf(context, { url, click, watch }) {
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url, { timeout: TIMEOUT });
  if (click) {
    await page.click(click, { timeout: TIMEOUT });
    await page.waitForFunction((where) => document.querySelector(where).textContent !== '', watch, { timeout: TIMEOUT });
    return { text: await page.textContent(watch), errors };
  }
  try {
    await page.waitForFunction(() => window.outcome !== undefined, undefined, { timeout: TIMEOUT });
  } catch (error) {
    return { failed: [String(error), ...errors].join('; ') };
  }
  return { ...(await page.evaluate(() => window.outcome)), errors };
}
