//! A page's HTML.

use sentry_trace_http::TraceProps;
use serde::Serialize;

/// What the script of a page reads from it.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Where the page's own transactions go.
    pub dsn: String,
    /// The SDK's rate; absent when no sampling is configured there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<f64>,
    /// The SDK's propagation targets.
    pub targets: Vec<String>,
    /// Whether the SDK sends `traceparent` too.
    pub traceparent: bool,
    /// What a page of the suite calls.
    pub calls: Vec<String>,
    /// What the button of the demo's page calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// The trace, where it is handed over as props.
    #[serde(flatten)]
    pub trace: TraceProps,
}

/// A page with `head` in its head, `body` in its body, and a script.
#[must_use]
pub fn html(head: &str, body: &str, settings: &Settings, script: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head>{head}<meta charset=\"utf-8\"><title>Shop</title>\n\
         <link rel=\"icon\" href=\"data:,\"></head>\n\
         <body>{body}\n<script type=\"application/json\" id=\"settings\">{}</script>\n\
         <script type=\"module\" src=\"{script}\"></script></body></html>\n",
        json_in_page(settings),
    )
}

/// JSON that may stand inside of a `<script>`.
fn json_in_page(settings: &Settings) -> String {
    let json = serde_json::to_string(settings).unwrap_or_default();
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_do_not_end_their_script() {
        let settings = Settings {
            dsn: "</script><!--".to_owned(),
            ..Settings::default()
        };
        let page = html("", "", &settings, "/case.js");
        assert_eq!(page.matches("</script>").count(), 2, "{page}");
        assert!(
            page.contains(r#""dsn":"\u003c/script\u003e\u003c!--""#),
            "{page}"
        );
    }
}
