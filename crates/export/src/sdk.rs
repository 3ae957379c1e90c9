//! Who wrote an envelope.

use crate::json::Object;

/// The name that is sent as that of the SDK.
pub(crate) const NAME: &str = "sentry-trace";

/// The version of this crate, which is that of the workspace.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(crate) fn write(object: &mut Object<'_>) {
    object.object("sdk", |sdk| {
        sdk.text("name", NAME);
        sdk.text("version", VERSION);
    });
}
