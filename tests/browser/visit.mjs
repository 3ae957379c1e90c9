// Visits pages with headless Chromium. Reads `{executable, visitors: [[{url, width, click, until, read}]]}` from its input,
// and writes one line of JSON: for each page what the expression `read` gave once the selector `until` was visible. Without
// them it is what the page left in `window.outcome`. A visitor opens all pages before the first click.

import { text } from 'node:stream/consumers';

import { chromium } from 'playwright-core';

const TIMEOUT = 30_000;

const { executable, visitors } = JSON.parse(await text(process.stdin));
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
for (const visits of visitors) {
  // Each visitor has an empty cache.
  const context = await browser.newContext();
  try {
    outcomes.push(...(await outcomesOf(context, visits)));
  } catch (error) {
    outcomes.push(...visits.map(() => ({ failed: String(error) })));
  } finally {
    await context.close();
  }
}
await browser.close();
process.stdout.write(`${JSON.stringify(outcomes)}\n`);

async function outcomesOf(context, visits) {
  const opened = [];
  for (const visit of visits) {
    opened.push(await open(context, visit));
  }
  return Promise.all(opened.map(outcomeOf));
}

async function open(context, visit) {
  const page = await context.newPage();
  const errors = [];
  const complaints = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') {
      complaints.push(`${message.location().url}: ${message.text()}`);
    }
  });
  if (visit.width) {
    await page.setViewportSize({ width: visit.width, height: 800 });
  }
  await page.goto(visit.url, { timeout: TIMEOUT });
  return { page, visit, errors, complaints };
}

async function outcomeOf({ page, visit: { click, until, read = 'window.outcome' }, errors, complaints }) {
  if (click) {
    await page.click(click, { timeout: TIMEOUT });
  }
  let failed;
  try {
    if (until) {
      await page.waitForSelector(until, { timeout: TIMEOUT });
    } else {
      await page.waitForFunction(() => window.outcome !== undefined, undefined, { timeout: TIMEOUT });
    }
  } catch (error) {
    failed = [String(error), ...errors].join('; ');
  }
  return { ...(await page.evaluate(read)), failed, errors, complaints };
}
