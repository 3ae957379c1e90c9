//! The request that all cases get.

/// 12 header lines, among them a 51-byte `sentry-trace` and a 371-byte `baggage`.
pub(crate) type Headers = [(&'static str, &'static str); 12];

pub(crate) const TRACE_ID: &str = "771a43a4192642f0b136d5159a501700";
pub(crate) const PARENT_SPAN_ID: &str = "1234567890abcdef";
pub(crate) const SAMPLED: &str = "771a43a4192642f0b136d5159a501700-1234567890abcdef-1";
const UNSAMPLED: &str = "771a43a4192642f0b136d5159a501700-1234567890abcdef-0";

/// Three foreign and eight sentry members.
pub(crate) const BAGGAGE: &str = "tenant=acme-eu,\
    sentry-trace_id=771a43a4192642f0b136d5159a501700,\
    sentry-public_key=49d0f7386ad645858ae85020e393bef3,\
    sentry-org_id=447951,\
    session=6c1f2f0d9b7c4a3e;ttl=900,\
    sentry-release=storefront%402026.3.1%2B7f3c9a1,\
    sentry-environment=production-eu,\
    sentry-sample_rate=0.25,\
    sentry-sample_rand=0.123456,\
    sentry-transaction=GET%20%2Fproducts%2F%7Bid%7D,\
    experiment=checkout-b2";

/// What goes out: the eight sentry members as they came.
pub(crate) const SENTRY_BAGGAGE: &str = "\
    sentry-trace_id=771a43a4192642f0b136d5159a501700,\
    sentry-public_key=49d0f7386ad645858ae85020e393bef3,\
    sentry-org_id=447951,\
    sentry-release=storefront%402026.3.1%2B7f3c9a1,\
    sentry-environment=production-eu,\
    sentry-sample_rate=0.25,\
    sentry-sample_rand=0.123456,\
    sentry-transaction=GET%20%2Fproducts%2F%7Bid%7D";

const _: () = assert!(SAMPLED.len() == 51 && UNSAMPLED.len() == 51 && BAGGAGE.len() == 371);

pub(crate) const ORG_ID: &str = "447951";
pub(crate) const DSN: &str =
    "https://49d0f7386ad645858ae85020e393bef3@o447951.ingest.sentry.io/5428537";
pub(crate) const RELEASE: &str = "orders@2026.3.1";

pub(crate) const fn headers(sampled: bool) -> Headers {
    [
        ("host", "orders.example.com"),
        ("user-agent", "storefront/2026.3.1 (linux; x86_64)"),
        ("accept", "application/json"),
        ("accept-encoding", "gzip, deflate, br"),
        ("accept-language", "en-GB,en;q=0.9,de;q=0.8"),
        ("cache-control", "no-cache"),
        ("x-request-id", "0d5c1ab2-7a52-4b0c-9d32-5a1df1c2b8aa"),
        ("x-forwarded-for", "10.0.12.7"),
        ("x-forwarded-proto", "https"),
        ("sentry-trace", if sampled { SAMPLED } else { UNSAMPLED }),
        ("baggage", BAGGAGE),
        ("connection", "keep-alive"),
    ]
}
