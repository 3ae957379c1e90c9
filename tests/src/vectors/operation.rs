//! The ops, one row each.

use serde_json::value::RawValue;

use super::reading::{Check, Vector};
use super::{
    baggage, context, continuation, environment, html, matrix, outgoing, sample_rand, sampling,
    sentry_trace, server_timing, status, strict, targets, traceparent,
};
use crate::case_result::Mismatch;

macro_rules! operations {
    ($($name:literal $variant:ident($vector:ty),)*) => {
        /// What a case is about, with its facts.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Operation {
            $(#[doc = concat!("`", $name, "`")] $variant($vector),)*
            /// `matrix`: end to end, on each driver.
            Matrix(matrix::Matrix),
        }

        impl Operation {
            /// Every name, for messages.
            const NAMES: &[&str] = &[$($name,)* matrix::NAME];

            /// The name of the op.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)*
                    Self::Matrix(_) => matrix::NAME,
                }
            }

            /// Checks the case by direct calls; `None` for one that only an end-to-end suite can run.
            #[must_use]
            pub fn check(&self) -> Option<Result<(), Mismatch>> {
                match self {
                    $(Self::$variant(vector) => Some(vector.check()),)*
                    Self::Matrix(_) => None,
                }
            }

            /// Reads the facts of an op.
            pub(super) fn read(op: &str, input: &RawValue, expect: &RawValue) -> Result<Self, String> {
                match op {
                    $($name => Vector::read(input, expect).map(Self::$variant),)*
                    matrix::NAME => Vector::read(input, expect).map(Self::Matrix),
                    unknown => Err(format!("unknown op `{unknown}`; known are {}", Self::NAMES.join(", "))),
                }
            }
        }
    };
}

operations! {
    "baggage.merge" BaggageMerge(baggage::Merge),
    "baggage.parse" BaggageParse(baggage::Parse),
    "continue" Continue(continuation::Continue),
    "dsc.head" DscHead(context::Head),
    "env.read" EnvRead(environment::Read),
    "html.allowed" HtmlAllowed(html::Allowed),
    "http_status" HttpStatus(status::HttpStatus),
    "meta.render" MetaRender(html::Meta),
    "outgoing" Outgoing(outgoing::Outgoing),
    "props.render" PropsRender(html::Props),
    "sample_rand.backfill" SampleRandBackfill(sample_rand::Backfill),
    "sample_rand.format" SampleRandFormat(sample_rand::Format),
    "sampling.decide" SamplingDecide(sampling::Decide),
    "sentry_trace.format" SentryTraceFormat(sentry_trace::Format),
    "sentry_trace.parse" SentryTraceParse(sentry_trace::Parse),
    "server_timing.write" ServerTimingWrite(server_timing::Write),
    "strict.continue" StrictContinue(strict::Strict),
    "targets.match" TargetsMatch(targets::Match),
    "traceparent.format" TraceparentFormat(traceparent::Format),
    "traceparent.parse" TraceparentParse(traceparent::Parse),
}
