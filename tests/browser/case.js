// A page of the conformance suite: makes its calls, ends the page load, and leaves what it saw in `window.outcome`.

import { settings, start } from './start.js';

const Sentry = start();

async function call(url) {
  try {
    const answer = await fetch(url);
    return { url, status: answer.status };
  } catch (error) {
    return { url, error: String(error) };
  }
}

const calls = await Promise.all(settings.calls.map(call));
const header = Sentry.getTraceData()['sentry-trace'];
const span = Sentry.getActiveSpan();
if (span) {
  Sentry.getRootSpan(span).end();
}
const flushed = await Sentry.flush(10_000);
window.outcome = { calls, header, flushed };
