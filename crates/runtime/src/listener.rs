//! Who is told of diagnostics.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use crate::contain::contain_quietly;
use crate::diagnostic::Diagnostic;

/// The user's function that is told. It must not block; a panic in it is swallowed.
pub(crate) type OnDiagnostic = Arc<dyn Fn(&Diagnostic) + Send + Sync>;

/// Whoever listens to diagnostics: [`Options::on_diagnostic`](crate::Options::on_diagnostic), the standard error output
/// ([`Options::debug`](crate::Options::debug)), both or nobody. For sinks that have something to tell; cheap to clone.
///
/// ```
/// use sentry_trace_runtime::diagnostics::Listener;
///
/// let listener = Listener::calling(|diagnostic| eprintln!("tracing: {diagnostic}"));
/// listener.note("the disk is full");
/// assert!(listener.is_listening() && !Listener::default().is_listening());
/// ```
#[derive(Clone, Default)]
pub struct Listener {
    on_diagnostic: Option<OnDiagnostic>,
    debug: bool,
}

impl Listener {
    pub(crate) const fn new(on_diagnostic: Option<OnDiagnostic>, debug: bool) -> Self {
        Self {
            on_diagnostic,
            debug,
        }
    }

    /// The standard error output, a line for each.
    #[must_use]
    pub const fn standard_error() -> Self {
        Self::new(None, true)
    }

    /// A function that is called, and must not block.
    pub fn calling(tell: impl Fn(&Diagnostic) + Send + Sync + 'static) -> Self {
        Self::new(Some(Arc::new(tell)), false)
    }

    /// Whether there is anybody.
    #[must_use]
    pub const fn is_listening(&self) -> bool {
        self.debug || self.on_diagnostic.is_some()
    }

    /// Tells something that an adapter or a sink noticed.
    pub fn note(&self, note: impl Into<String>) {
        self.tell(&Diagnostic::Note(note.into()));
    }

    /// Tells a diagnostic; a panic of who is told stays here.
    pub fn tell(&self, diagnostic: &Diagnostic) {
        if self.debug {
            // There is nowhere else to say that this cannot be said.
            _ = writeln!(std::io::stderr(), "sentry-trace: {diagnostic}");
        }
        if let Some(tell) = &self.on_diagnostic {
            contain_quietly(|| tell(diagnostic));
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("is_listening", &self.is_listening())
            .finish_non_exhaustive()
    }
}
