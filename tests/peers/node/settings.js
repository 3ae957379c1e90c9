// What the environment says. A variable that is not set leaves the SDK's default alone.

const { env } = process;

function number(text) {
  return text === undefined ? undefined : Number(text);
}

/** A comma list or a JSON array; `re:` begins a regular expression, anything else is a substring. */
function targets(text) {
  if (text === undefined) {
    return undefined;
  }
  const list = text.trim().startsWith('[') ? JSON.parse(text) : text.split(',');
  const named = list.map((target) => target.trim()).filter((target) => target !== '');
  return named.map((target) => (target.startsWith('re:') ? new RegExp(target.slice(3)) : target));
}

const LIFECYCLES = { transaction: 'static', 'span-stream': 'stream' };

/** Where to listen. */
export const port = number(env.PEER_PORT) ?? 0;

/** The SDK's options. */
export const options = {
  dsn: env.SENTRY_DSN,
  tracesSampleRate: number(env.PEER_SAMPLE_RATE),
  tracePropagationTargets: targets(env.PEER_TARGETS),
  strictTraceContinuation: env.PEER_STRICT === '1' ? true : undefined,
  orgId: env.PEER_ORG_ID,
  propagateTraceparent: env.PEER_TRACEPARENT === '1' ? true : undefined,
  release: env.PEER_RELEASE,
  environment: env.PEER_ENVIRONMENT,
  traceLifecycle: LIFECYCLES[env.PEER_FORMAT],
};
