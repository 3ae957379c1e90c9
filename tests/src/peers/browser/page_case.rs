//! What a page of a case is and does.

/// A page and what it does. The name is part of each URL, so that no case meets a preflight that is cached.
pub(super) struct PageCase {
    pub(super) name: &'static str,
    pub(super) site: SiteName,
    /// How the page names its trace: the first part of its path.
    pub(super) kind: &'static str,
    /// The SDK's sample rate.
    pub(super) sample_rate: Option<f64>,
    /// Whether the SDK sends `traceparent`.
    pub(super) traceparent: bool,
    pub(super) calls: &'static [Target],
    pub(super) visits: usize,
    /// How many transactions come of it, the browser's included.
    pub(super) transactions: usize,
}

/// Who serves a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SiteName {
    /// A service that samples everything.
    Sampled,
    /// One that samples nothing.
    Unsampled,
    /// One without sampling (rule R6).
    Deferred,
    /// A shared cache before the first one.
    Cache,
    /// The service of another origin, which is called.
    Api,
}

/// What a page calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The page's own service.
    Same,
    /// Another origin that allows our headers.
    Open,
    /// Another origin that allows them and `traceparent`.
    Traceparent,
    /// Another origin that allows none.
    Closed,
}

impl PageCase {
    /// The path of the page.
    pub(super) fn page(&self) -> String {
        format!("/{}/{}", self.kind, self.name)
    }

    /// The paths of its calls.
    pub(super) fn call_paths(&self) -> Vec<String> {
        self.calls.iter().map(|call| call.path(self.name)).collect()
    }
}

impl Target {
    /// The path of a call.
    fn path(self, case: &str) -> String {
        let kind = match self {
            Self::Same => "same",
            Self::Open => "open",
            Self::Traceparent => "traceparent",
            Self::Closed => "closed",
        };
        format!("/{kind}/{case}")
    }
}
