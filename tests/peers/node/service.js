// A service with the Sentry SDK for Node.js: it says what it saw, and calls others.

import * as Sentry from '@sentry/node';
import express from 'express';

import { port } from './settings.js';

const FLUSH_MS = 5000;

/** The current trace and span, also where nothing is recorded. */
function active() {
  const span = Sentry.getActiveSpan();
  if (span !== undefined) {
    const { trace_id, span_id, parent_span_id } = Sentry.spanToJSON(span);
    return { trace_id, span_id, parent_span_id: parent_span_id ?? null };
  }
  const context = Sentry.getCurrentScope().getPropagationContext();
  return {
    trace_id: context.traceId,
    span_id: context.propagationSpanId ?? null,
    parent_span_id: context.parentSpanId ?? null,
  };
}

function echo(request) {
  return {
    sdk: `@sentry/node ${Sentry.SDK_VERSION}`,
    active: active(),
    trace_data: Sentry.getTraceData(),
    incoming: request.headers,
  };
}

/** The caller's own headers: the parameters `h.NAME`. */
function ownHeaders(url) {
  const headers = new Headers();
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('h.')) {
      headers.append(name.slice(2), value);
    }
  }
  return headers;
}

async function call(request, response) {
  const url = new URL(request.originalUrl, 'http://localhost');
  const shown = {};
  try {
    const answer = await fetch(url.searchParams.get('url'), { headers: ownHeaders(url) });
    shown.status = answer.status;
    shown.body = await answer.text();
  } catch (error) {
    shown.error = String(error.cause ?? error);
  }
  response.json({ ...echo(request), ...shown });
}

const app = express();
app.get('/echo', (request, response) => response.json(echo(request)));
app.get('/call', call);
app.get('/error', (request, response) => {
  response.status(500).json({ event_id: Sentry.captureException(new Error('asked for')) });
});
app.get('/flush', async (request, response) => {
  response.json({ flushed: await Sentry.flush(FLUSH_MS) });
});

const server = app.listen(port, '127.0.0.1', () => {
  console.log(`LISTENING ${server.address().port}`);
});

process.once('SIGTERM', () => {
  server.close(async () => {
    await Sentry.close(FLUSH_MS);
    process.exit(0);
  });
  server.closeAllConnections();
});
