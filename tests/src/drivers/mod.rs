//! What is tested: the library itself, and each pair of a server and a client adapter in a service of its own.

mod clients;
mod grpc;
mod servers;

use std::fmt;
use std::sync::LazyLock;

use crate::e2e::{Client, Grpc, Pair, Server};

/// Something that suites run on.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Driver {
    /// The name, for `--driver`, the report, the exceptions and the floors.
    pub name: &'static str,
    /// The adapters; `None` for the library, called directly, and for gRPC.
    pub pair: Option<Pair>,
    /// The gRPC stack, where this is one.
    pub grpc: Option<&'static dyn Grpc>,
}

/// The library, called directly.
pub const CORE: Driver = Driver {
    name: "core",
    pair: None,
    grpc: None,
};

/// The servers under test.
const SERVERS: [&dyn Server; 4] = [
    &servers::Axum,
    &servers::Tower,
    &servers::Hyper,
    &servers::Actix,
];

/// The clients under test.
const CLIENTS: [&dyn Client; 6] = [
    &clients::Reqwest,
    &clients::ReqwestBlocking,
    &clients::Ureq,
    &clients::Hyper,
    &clients::Awc,
    &clients::Tower,
];

/// Every driver, in the order in which they run: the library, each server with each client, gRPC.
pub static ALL: LazyLock<Vec<Driver>> = LazyLock::new(|| {
    let pairs = SERVERS
        .iter()
        .flat_map(|server| CLIENTS.iter().map(|client| pair(*server, *client)));
    std::iter::once(CORE).chain(pairs).chain([TONIC]).collect()
});

/// tonic, which is server and client in one.
const TONIC: Driver = Driver {
    name: "tonic",
    pair: None,
    grpc: Some(&grpc::Tonic),
};

/// `axum-reqwest` and the like; the name lives as long as the process.
fn pair(server: &'static dyn Server, client: &'static dyn Client) -> Driver {
    Driver {
        name: format!("{}-{}", server.name(), client.name()).leak(),
        pair: Some(Pair { server, client }),
        grpc: None,
    }
}

/// The names of all drivers, for messages.
#[must_use]
pub fn names() -> String {
    let names: Vec<_> = ALL.iter().map(|driver| driver.name).collect();
    names.join(", ")
}

/// The driver of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Driver> {
    ALL.iter().find(|driver| driver.name == name)
}

/// The server of this name, among those of the drivers.
#[must_use]
pub fn server(name: &str) -> Option<&'static dyn Server> {
    SERVERS.into_iter().find(|server| server.name() == name)
}

/// The client of this name, among those of the drivers.
#[must_use]
pub fn client(name: &str) -> Option<&'static dyn Client> {
    CLIENTS.into_iter().find(|client| client.name() == name)
}

impl PartialEq for Driver {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Driver {}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Driver({})", self.name)
    }
}
