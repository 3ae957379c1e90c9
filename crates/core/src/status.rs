//! The status of a span, and the one table from HTTP status codes to it (rule R10).
//!
//! ```
//! use sentry_trace_core::status::SpanStatus;
//!
//! assert_eq!(SpanStatus::from_http(404).as_str(), "not_found");
//! assert_eq!(SpanStatus::from_http(302), SpanStatus::Ok);
//! assert_eq!(SpanStatus::from_grpc(14), SpanStatus::Unavailable);
//! ```

use core::fmt;

/// How the work of a span ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpanStatus {
    /// Without a fault.
    Ok,
    /// Given up before the end, typically by the caller.
    Cancelled,
    /// Something that no other status names.
    UnknownError,
    /// The caller sent something unusable.
    InvalidArgument,
    /// Not done in time.
    DeadlineExceeded,
    /// What was asked for does not exist.
    NotFound,
    /// What was to be made exists already.
    AlreadyExists,
    /// Known, but not allowed.
    PermissionDenied,
    /// A quota or a rate limit was met.
    ResourceExhausted,
    /// The state of the system does not allow it.
    FailedPrecondition,
    /// Given up because of a conflict.
    Aborted,
    /// Beyond the valid range.
    OutOfRange,
    /// There is no such function.
    Unimplemented,
    /// A fault inside.
    InternalError,
    /// Not reachable now.
    Unavailable,
    /// Data was lost for good.
    DataLoss,
    /// Not known who asks.
    Unauthenticated,
}

impl SpanStatus {
    /// From the status code of an HTTP response.
    #[must_use]
    pub const fn from_http(status: u16) -> Self {
        match status {
            100..=399 => Self::Ok,
            401 => Self::Unauthenticated,
            403 => Self::PermissionDenied,
            404 => Self::NotFound,
            409 => Self::AlreadyExists,
            413 => Self::FailedPrecondition,
            429 => Self::ResourceExhausted,
            499 => Self::Cancelled,
            400..=499 => Self::InvalidArgument,
            501 => Self::Unimplemented,
            503 => Self::Unavailable,
            504 => Self::DeadlineExceeded,
            500..=599 => Self::InternalError,
            _ => Self::UnknownError,
        }
    }

    /// From the value of `grpc-status` (gRPC, "Status codes and their use in gRPC").
    #[must_use]
    pub const fn from_grpc(code: u32) -> Self {
        match code {
            0 => Self::Ok,
            1 => Self::Cancelled,
            3 => Self::InvalidArgument,
            4 => Self::DeadlineExceeded,
            5 => Self::NotFound,
            6 => Self::AlreadyExists,
            7 => Self::PermissionDenied,
            8 => Self::ResourceExhausted,
            9 => Self::FailedPrecondition,
            10 => Self::Aborted,
            11 => Self::OutOfRange,
            12 => Self::Unimplemented,
            13 => Self::InternalError,
            14 => Self::Unavailable,
            15 => Self::DataLoss,
            16 => Self::Unauthenticated,
            _ => Self::UnknownError,
        }
    }

    /// The name that goes into an envelope.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Cancelled => "cancelled",
            Self::UnknownError => "unknown_error",
            Self::InvalidArgument => "invalid_argument",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::NotFound => "not_found",
            Self::AlreadyExists => "already_exists",
            Self::PermissionDenied => "permission_denied",
            Self::ResourceExhausted => "resource_exhausted",
            Self::FailedPrecondition => "failed_precondition",
            Self::Aborted => "aborted",
            Self::OutOfRange => "out_of_range",
            Self::Unimplemented => "unimplemented",
            Self::InternalError => "internal_error",
            Self::Unavailable => "unavailable",
            Self::DataLoss => "data_loss",
            Self::Unauthenticated => "unauthenticated",
        }
    }
}

impl fmt::Display for SpanStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for SpanStatus {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
