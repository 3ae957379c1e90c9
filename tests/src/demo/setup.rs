//! The demo while it is up: the services, the collector that they send to, and the page.

use std::time::Duration;

use sentry_trace_collector::Collector;

use super::arguments::Arguments;
use super::page::Page;
use super::services::{Services, TRANSACTIONS};
use super::sinks;

/// How long deliveries may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The demo while it is up.
pub struct Demo {
    /// What the services send to; it shows the traces.
    pub collector: Collector,
    services: Services,
    /// Why the storefront has no page for a browser, where it was to have one.
    pub no_page: Option<String>,
}

impl Demo {
    /// Starts everything on loopback; with a page for a browser, where it was asked to serve and npm is there.
    ///
    /// # Errors
    /// What kept it from starting.
    pub async fn start(arguments: &Arguments) -> Result<Self, String> {
        let collector = Collector::start_on(arguments.address)
            .await
            .map_err(|error| format!("{}: {error}", arguments.address))?;
        let dsn = collector.dsn();
        let (page, no_page) = if arguments.serve {
            page(&dsn)
                .await
                .map_or_else(|error| (None, Some(error)), |page| (Some(page), None))
        } else {
            (None, None)
        };
        let services = Services::start(|| sinks::sink(&dsn, arguments), &dsn, page).await?;
        Ok(Self {
            collector,
            services,
            no_page,
        })
    }

    /// Where requests start, without a slash at the end.
    #[must_use]
    pub fn storefront(&self) -> &str {
        &self.services.storefront
    }

    /// Sends requests one after the other, and waits for what comes of them; gives how many transactions that is to be.
    ///
    /// # Errors
    /// A request failed, or a host does not take transactions. Fewer transactions than expected are none.
    pub async fn send(&self, requests: usize) -> Result<usize, String> {
        for id in 1..=requests {
            let url = format!("{}/checkout/{id}", self.storefront());
            let answer = reqwest::get(&url)
                .await
                .map_err(|error| error.to_string())?;
            if !answer.status().is_success() {
                return Err(format!("GET {url}: {}", answer.status()));
            }
        }
        if !self.services.flush(PATIENCE).await {
            return Err(format!(
                "after {} s there are transactions that no host has taken",
                PATIENCE.as_secs()
            ));
        }
        let expected = requests * TRANSACTIONS;
        _ = self
            .collector
            .wait_for_transactions(expected, PATIENCE)
            .await;
        Ok(expected)
    }
}

async fn page(dsn: &str) -> Result<Page, String> {
    let dsn = dsn.to_owned();
    let made = tokio::task::spawn_blocking(move || Page::new(&dsn)).await;
    made.map_err(|error| error.to_string())?
}
