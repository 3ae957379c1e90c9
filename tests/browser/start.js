// Starts Sentry's SDK as the page's settings say.

import * as Sentry from '@sentry/browser';

/** The settings that the service wrote into the page. */
export const settings = JSON.parse(document.getElementById('settings').textContent);

/** Starts the SDK; the page load continues the trace that the page names, wherever it names it. */
export function start() {
  const hasProps = '_sentryTraceData' in settings;
  Sentry.init({
    dsn: settings.dsn,
    environment: 'browser',
    release: 'page@1',
    tracesSampleRate: settings.sampleRate,
    // Transactions instead of single spans.
    traceLifecycle: 'static',
    tracePropagationTargets: settings.targets,
    propagateTraceparent: settings.traceparent,
    integrations: [Sentry.browserTracingIntegration({ instrumentPageLoad: !hasProps })],
  });
  if (hasProps) {
    Sentry.startBrowserTracingPageLoadSpan(
      Sentry.getClient(),
      { name: window.location.pathname, attributes: { 'sentry.origin': 'auto.pageload.browser' } },
      { sentryTrace: settings._sentryTraceData, baggage: settings._sentryBaggage },
    );
  }
  return Sentry;
}
