//! A run of the demo.

use std::fmt::Display;
use std::io::Write;
use std::time::Duration;

use sentry_trace_collector::{Collector, tree};

use super::arguments::Arguments;
use super::outcome::Outcome;
use super::page::Page;
use super::services::{Services, TRANSACTIONS};
use super::sinks;

/// How long deliveries may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs the demo; says whether every transaction came and hangs together with the others.
///
/// # Errors
/// What kept it from running.
pub async fn run(arguments: &Arguments) -> Result<bool, String> {
    let collector = Collector::start_on(arguments.address)
        .await
        .map_err(|error| error.to_string())?;
    let dsn = collector.dsn();
    let page = if arguments.serve {
        Some(page(&dsn).await)
    } else {
        None
    };
    let made = page.clone().and_then(Result::ok);
    let services = Services::start(|| sinks::sink(&dsn, arguments), &dsn, made).await?;
    for id in 1..=arguments.requests {
        let url = format!("{}/checkout/{id}", services.storefront);
        let answer = reqwest::get(&url)
            .await
            .map_err(|error| error.to_string())?;
        if !answer.status().is_success() {
            return Err(format!("GET {url}: {}", answer.status()));
        }
    }
    services.flush(PATIENCE).await;
    let expected = arguments.requests * TRANSACTIONS;
    // Fewer than expected is an outcome, not an error.
    _ = collector.wait_for_transactions(expected, PATIENCE).await;
    let traces = collector.traces();
    let outcome = Outcome::of(&traces, arguments.requests, TRANSACTIONS);
    if let Some(newest) = traces.first() {
        print(format_args!("{}\n", tree::render(newest)));
    }
    print(&outcome);
    if let Some(page) = page {
        serve(&collector, &services, page.err()).await?;
    }
    if arguments.json {
        print(format_args!("{}\n", outcome.json()));
    }
    Ok(outcome.is_whole())
}

/// The storefront's page; the demo goes on without it.
async fn page(dsn: &str) -> Result<Page, String> {
    let dsn = dsn.to_owned();
    let made = tokio::task::spawn_blocking(move || Page::new(&dsn)).await;
    made.map_err(|error| error.to_string())?
}

async fn serve(
    collector: &Collector,
    services: &Services,
    no_page: Option<String>,
) -> Result<(), String> {
    let storefront = &services.storefront;
    let url = collector.url();
    print(format_args!(
        "\nTraces: {url}\nMake one: curl {storefront}/checkout/42\n"
    ));
    match no_page {
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
