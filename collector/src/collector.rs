//! The handle of a running collector.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::behaviour::{Behaviour, Schedule};
use crate::model::{ClientReport, EventRecord, TransactionRecord};
use crate::server;
use crate::shared::Shared;
use crate::store::{Limits, ReceivedEnvelope, Store};
use crate::trace::Trace;

/// A running collector. Clones are handles of the same one; it stops when the last is dropped.
#[derive(Clone)]
pub struct Collector {
    running: Arc<Running>,
}

struct Running {
    shared: Arc<Shared>,
    address: SocketAddr,
    /// Dropping it stops the server, too.
    stop: watch::Sender<bool>,
}

impl Collector {
    /// Starts on a free port of 127.0.0.1, on the current tokio runtime.
    ///
    /// # Errors
    /// Where the port cannot be bound.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn start() -> io::Result<Self> {
        Self::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
    }

    /// Starts on this address. Whoever reaches it can read what was received.
    ///
    /// # Errors
    /// Where the address cannot be bound.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn start_on(address: SocketAddr) -> io::Result<Self> {
        Self::start_with(address, Limits::default()).await
    }

    /// Starts on this address and keeps this much.
    ///
    /// # Errors
    /// Where the address cannot be bound.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn start_with(address: SocketAddr, limits: Limits) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(limits));
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(server::run(listener, Arc::clone(&shared), stopped));
        Ok(Self {
            running: Arc::new(Running {
                shared,
                address,
                stop,
            }),
        })
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end: the page with the waterfalls.
    pub fn url(&self) -> String {
        format!("http://{}", self.reachable())
    }

    /// `http://public@127.0.0.1:PORT/1`.
    pub fn dsn(&self) -> String {
        self.dsn_with("public", "1")
    }

    /// A DSN with this public key and project. Any will do; both are recorded with each envelope.
    pub fn dsn_with(&self, public_key: &str, project: &str) -> String {
        format!("http://{public_key}@{}/{project}", self.reachable())
    }

    /// The envelopes, oldest first.
    pub fn envelopes(&self) -> Vec<Arc<ReceivedEnvelope>> {
        self.read(|store| store.envelopes().cloned().collect())
    }

    /// The transactions, in the order of their arrival.
    pub fn transactions(&self) -> Vec<TransactionRecord> {
        self.read(|store| store.transactions().cloned().collect())
    }

    /// The error events, in the order of their arrival.
    pub fn events(&self) -> Vec<EventRecord> {
        self.read(|store| store.events().cloned().collect())
    }

    /// The client reports, in the order of their arrival.
    pub fn client_reports(&self) -> Vec<ClientReport> {
        self.read(|store| store.client_reports().cloned().collect())
    }

    /// The traces, newest first by the arrival of their first part.
    pub fn traces(&self) -> Vec<Trace> {
        self.read(Store::traces)
    }

    /// Reads anything of the store, counters included. The collector answers nobody meanwhile.
    pub fn read<T>(&self, read: impl FnOnce(&Store) -> T) -> T {
        self.running.shared.read(read)
    }

    /// Waits until at least `count` transactions are kept, and returns all of them.
    ///
    /// # Errors
    /// After `timeout`, with the number that there are.
    pub async fn wait_for_transactions(
        &self,
        count: usize,
        timeout: Duration,
    ) -> Result<Vec<TransactionRecord>, Timeout> {
        let enough = |store: &Store| {
            (store.transaction_count() >= count).then(|| store.transactions().cloned().collect())
        };
        self.wait_until(timeout, enough).await
    }

    /// Waits until `ready` returns something. It is asked at once and after each change, never by the clock.
    ///
    /// # Errors
    /// After `timeout`, with the number of transactions that there are.
    pub async fn wait_until<T>(
        &self,
        timeout: Duration,
        mut ready: impl FnMut(&Store) -> Option<T>,
    ) -> Result<T, Timeout> {
        let mut changes = self.running.shared.changes();
        let answer = async {
            loop {
                changes.borrow_and_update();
                if let Some(answer) = self.read(&mut ready) {
                    return answer;
                }
                // An error means that the sender is gone, and `self` owns it.
                let _ = changes.changed().await;
            }
        };
        tokio::time::timeout(timeout, answer)
            .await
            .map_err(|_| Timeout {
                seen: self.read(Store::transaction_count),
                waited: timeout,
            })
    }

    /// Forgets all envelopes, records and counters, but not the behaviour.
    pub fn clear(&self) {
        self.running.shared.change(Store::clear);
    }

    /// Sets what happens to all envelope requests from now on, and forgets what [`behave_next`](Self::behave_next) queued.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.running
            .shared
            .plan(|schedule| schedule.set_lasting(behaviour));
    }

    /// Queues a behaviour for the next `requests` envelope requests, after what is queued already.
    pub fn behave_next(&self, requests: usize, behaviour: Behaviour) {
        self.running
            .shared
            .plan(|schedule: &mut Schedule| schedule.push(requests, behaviour));
    }

    /// Lets all requests go on that hang now.
    pub fn release(&self) {
        self.running.shared.release();
    }

    /// Closes the port and all connections at once, and returns when they are closed. What was received stays readable.
    pub async fn shutdown(&self) {
        self.running.stop.send_replace(true);
        self.running.stop.closed().await;
    }

    /// A wildcard address is no destination; its own host is.
    fn reachable(&self) -> SocketAddr {
        let mut address = self.running.address;
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        address
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector")
            .field("address", &self.running.address)
            .finish_non_exhaustive()
    }
}

/// What was waited for did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeout {
    /// The number of transactions at the end.
    pub seen: usize,
    /// How long was waited.
    pub waited: Duration,
}

impl fmt::Display for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "not within {:?}; {} transactions were seen",
            self.waited, self.seen
        )
    }
}

impl std::error::Error for Timeout {}
