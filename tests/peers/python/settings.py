"""What the environment says. A variable that is not set leaves the SDK's default alone."""

import json
import os
import re

LIFECYCLES = {"transaction": "static", "span-stream": "stream"}


def port():
    """Where to listen; 0 picks a free port."""
    return int(os.environ.get("PEER_PORT", "0"))


def options():
    """The SDK's options."""
    env = os.environ.get
    given = {
        "dsn": env("SENTRY_DSN"),
        "traces_sample_rate": _number(env("PEER_SAMPLE_RATE")),
        "trace_propagation_targets": _targets(env("PEER_TARGETS")),
        "strict_trace_continuation": True if env("PEER_STRICT") == "1" else None,
        "org_id": env("PEER_ORG_ID"),
        "release": env("PEER_RELEASE"),
        "environment": env("PEER_ENVIRONMENT"),
        "trace_lifecycle": LIFECYCLES.get(env("PEER_FORMAT", "")),
    }
    return {name: value for name, value in given.items() if value is not None}


def _number(text):
    return None if text is None else float(text)


def _targets(text):
    """A comma list or a JSON array; `re:` begins a regular expression, anything else is a substring.

    The SDK takes regular expressions alone, so that a substring is escaped.
    """
    if text is None:
        return None
    found = json.loads(text) if text.strip().startswith("[") else text.split(",")
    named = [target.strip() for target in found if target.strip()]
    return [
        target[3:] if target.startswith("re:") else re.escape(target)
        for target in named
    ]
