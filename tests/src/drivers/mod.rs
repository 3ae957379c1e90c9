//! What is tested: the library itself, and each adapter in a service of its own.

/// Something that suites run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Driver {
    /// The name, for `--driver`, the report, the exceptions and the floors.
    pub name: &'static str,
}

/// The library, called directly.
pub const CORE: Driver = Driver { name: "core" };

/// Every driver, in the order in which they run.
pub const ALL: &[Driver] = &[CORE];

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
