//! What is tested: the library itself, and each pair of a server and a client adapter in a service of its own.

mod clients;
mod grpc;
mod servers;

use std::fmt;

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

const fn pair(
    name: &'static str,
    server: &'static dyn Server,
    client: &'static dyn Client,
) -> Driver {
    Driver {
        name,
        pair: Some(Pair { server, client }),
        grpc: None,
    }
}

const fn grpc(name: &'static str, grpc: &'static dyn Grpc) -> Driver {
    Driver {
        name,
        pair: None,
        grpc: Some(grpc),
    }
}

/// Every driver, in the order in which they run.
pub const ALL: &[Driver] = &[
    CORE,
    pair("axum-reqwest", &servers::Axum, &clients::Reqwest),
    pair("tower-reqwest", &servers::Tower, &clients::Reqwest),
    pair("tower-tower", &servers::Tower, &clients::Tower),
    pair("axum-tower", &servers::Axum, &clients::Tower),
    pair("axum-hyper", &servers::Axum, &clients::Hyper),
    pair("hyper-hyper", &servers::Hyper, &clients::Hyper),
    pair("hyper-reqwest", &servers::Hyper, &clients::Reqwest),
    grpc("tonic", &grpc::Tonic),
    pair("actix-reqwest", &servers::Actix, &clients::Reqwest),
    pair("axum-awc", &servers::Axum, &clients::Awc),
    pair("actix-awc", &servers::Actix, &clients::Awc),
    pair(
        "axum-reqwest-blocking",
        &servers::Axum,
        &clients::ReqwestBlocking,
    ),
    pair("axum-ureq", &servers::Axum, &clients::Ureq),
];

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
    pairs()
        .map(|pair| pair.server)
        .find(|server| server.name() == name)
}

/// The client of this name, among those of the drivers.
#[must_use]
pub fn client(name: &str) -> Option<&'static dyn Client> {
    pairs()
        .map(|pair| pair.client)
        .find(|client| client.name() == name)
}

fn pairs() -> impl Iterator<Item = Pair> {
    ALL.iter().filter_map(|driver| driver.pair)
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
