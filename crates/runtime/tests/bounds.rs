//! What may go to another thread and what may not.

use std::future::Ready;

use sentry_trace_runtime::current::{CurrentGuard, Scope};
use sentry_trace_runtime::instrument::InTrace;
use sentry_trace_runtime::{
    EnteredSpan, Options, Settings, Span, SpanBuilder, SpanHandle, TraceContext, Tracer,
    Transaction, carry_trace,
};

const fn send<T: Send>() {}
const fn sync<T: Sync>() {}

const _: () = {
    send::<Tracer>();
    sync::<Tracer>();
    send::<SpanHandle>();
    sync::<SpanHandle>();
    send::<Span>();
    sync::<Span>();
    send::<Scope>();
    send::<TraceContext>();
    send::<SpanBuilder>();
    send::<Transaction>();
    send::<Settings>();
    sync::<Settings>();
    send::<InTrace<Ready<()>>>();
    send::<Options>();
};

/// Does not compile for a type that is `Send`: which of the two implementations is meant would be ambiguous.
macro_rules! assert_not_send {
    ($type:ty) => {
        const _: fn() = || {
            trait AmbiguousIfSend<Marker> {
                fn ambiguous() {}
            }
            impl<T: ?Sized> AmbiguousIfSend<()> for T {}
            impl<T: ?Sized + Send> AmbiguousIfSend<u8> for T {}
            <$type as AmbiguousIfSend<_>>::ambiguous();
        };
    };
}

assert_not_send!(EnteredSpan);
assert_not_send!(CurrentGuard);

#[test]
fn a_carried_closure_is_as_free_as_the_one_that_it_carries() {
    fn is_send<T: Send + 'static>(_: &T) -> bool {
        true
    }
    assert!(is_send(&carry_trace(|| ())));
}
