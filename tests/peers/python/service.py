"""A service with the Sentry SDK for Python: it says what it saw, and calls others."""

import signal
import threading

import flask
import httpx
import sentry_sdk
from werkzeug.serving import WSGIRequestHandler, make_server

import settings

FLUSH_SECONDS = 5

app = flask.Flask(__name__)


def echo():
    """The current trace and span, also where nothing is recorded, and what came in."""
    scope = sentry_sdk.get_current_scope()
    context = scope.get_trace_context()
    data = {
        "sentry-trace": sentry_sdk.get_traceparent(),
        "baggage": sentry_sdk.get_baggage(),
    }
    return {
        "sdk": f"sentry-sdk {sentry_sdk.VERSION}",
        "active": {
            name: context.get(name)
            for name in ("trace_id", "span_id", "parent_span_id")
        },
        "trace_data": {name: value for name, value in data.items() if value},
        "incoming": {
            name.lower(): value for name, value in flask.request.headers.items()
        },
    }


@app.get("/echo")
def answer_echo():
    return echo()


@app.get("/call")
def call():
    own = [
        (name[2:], value)
        for name, value in flask.request.args.items(multi=True)
        if name.startswith("h.")
    ]
    try:
        with httpx.Client(trust_env=False) as client:
            answer = client.get(flask.request.args["url"], headers=own)
        shown = {"status": answer.status_code, "body": answer.text}
    except httpx.HTTPError as error:
        shown = {"error": str(error)}
    return echo() | shown


@app.get("/error")
def error():
    event_id = sentry_sdk.capture_exception(RuntimeError("asked for"))
    return {"event_id": event_id}, 500


@app.get("/flush")
def flush():
    sentry_sdk.flush(FLUSH_SECONDS)
    return {"flushed": True}


class Quiet(WSGIRequestHandler):
    """The first line on stdout is for whoever started this, and nothing else is said."""

    def log_request(self, *_):
        pass


def main():
    sentry_sdk.init(**settings.options())
    server = make_server(
        "127.0.0.1", settings.port(), app, threaded=True, request_handler=Quiet
    )

    # A server is stopped from another thread than the one that serves.
    def stop(*_):
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    print(f"LISTENING {server.server_port}", flush=True)
    server.serve_forever()
    server.server_close()
    sentry_sdk.get_client().close(timeout=FLUSH_SECONDS)


if __name__ == "__main__":
    main()
