//! A run of the demo.

use std::fmt::Display;
use std::io::Write;

use sentry_trace_collector::tree;

use super::arguments::Arguments;
use super::outcome::Outcome;
use super::setup::Demo;

/// Runs the demo; says whether every transaction came and hangs together with the others.
///
/// # Errors
/// What kept it from running.
pub async fn run(arguments: &Arguments) -> Result<bool, String> {
    let demo = Demo::start(arguments).await?;
    let expected = demo.send(arguments.requests).await?;
    let traces = demo.collector.traces();
    let outcome = Outcome::of(&traces, arguments.requests, expected);
    if let Some(newest) = traces.first() {
        print(format_args!("{}\n", tree::render(newest)));
    }
    print(&outcome);
    if arguments.serve {
        serve(&demo).await?;
    }
    if arguments.json {
        print(format_args!("{}\n", outcome.json()));
    }
    Ok(outcome.is_whole())
}

async fn serve(demo: &Demo) -> Result<(), String> {
    let storefront = demo.storefront();
    let url = demo.collector.url();
    print(format_args!(
        "\nTraces: {url}\nMake one: curl {storefront}/checkout/42\n"
    ));
    match &demo.no_page {
        None => print(format_args!("Or in a browser: {storefront}/\n")),
        Some(reason) => print(format_args!("No page for a browser: {reason}\n")),
    }
    print("Ctrl-C ends it.\n");
    tokio::signal::ctrl_c()
        .await
        .map_err(|error| error.to_string())
}

/// A reader that has gone away is no failure of the demo.
fn print(text: impl Display) {
    let mut stdout = std::io::stdout().lock();
    _ = write!(stdout, "{text}");
    _ = stdout.flush();
}
