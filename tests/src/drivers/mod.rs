//! What is tested: the library itself, and each pair of a server and a client adapter in a service of its own.

mod clients;
mod servers;

use std::fmt;

use crate::e2e::{Client, Pair, Server};

/// Something that suites run on.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Driver {
    /// The name, for `--driver`, the report, the exceptions and the floors.
    pub name: &'static str,
    /// The adapters; `None` for the library, called directly.
    pub pair: Option<Pair>,
}

/// The library, called directly.
pub const CORE: Driver = Driver {
    name: "core",
    pair: None,
};

const fn pair(
    name: &'static str,
    server: &'static dyn Server,
    client: &'static dyn Client,
) -> Driver {
    Driver {
        name,
        pair: Some(Pair { server, client }),
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
    pair("actix-reqwest", &servers::Actix, &clients::Reqwest),
    pair("axum-awc", &servers::Axum, &clients::Awc),
    pair("actix-awc", &servers::Actix, &clients::Awc),
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
