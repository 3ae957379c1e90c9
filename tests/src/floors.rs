//! How many cases each driver and the peers `browser` and `relay` run at least: `tests/floors.toml`. Running fewer is a
//! failure, so that no case gets lost.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::drivers;
use crate::peers;

/// The floors of all drivers, of the browser and of Relay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Floors(BTreeMap<String, usize>);

impl Floors {
    /// The file of this package.
    #[must_use]
    pub fn own_file() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("floors.toml")
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, names something without a floor, or leaves one out.
    pub fn load(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        Self::parse(&text).map_err(|error| format!("{}: {error}", file.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let floors: BTreeMap<String, usize> =
            toml::from_str(text).map_err(|error| error.to_string())?;
        if let Some(unknown) = floors
            .keys()
            .find(|name| !names().any(|known| known == *name))
        {
            let known = names().collect::<Vec<_>>().join(", ");
            return Err(format!("unknown driver `{unknown}`; known are {known}"));
        }
        match names().find(|name| !floors.contains_key(*name)) {
            Some(name) => Err(format!("driver `{name}` has no floor")),
            None => Ok(Self(floors)),
        }
    }

    /// What is wrong where a driver or a peer ran that many cases; one without a floor may run any number.
    pub(crate) fn violation(&self, driver: &str, cases: usize) -> Option<String> {
        let floor = self.0.get(driver).copied().unwrap_or_default();
        (cases < floor).then(|| {
            format!("floor: driver {driver} ran {cases} cases, at least {floor} are there")
        })
    }
}

/// What has a floor. The cases of the other peers depend on which of them were asked for.
fn names() -> impl Iterator<Item = &'static str> {
    let drivers = drivers::ALL.iter().map(|driver| driver.name);
    drivers.chain([peers::BROWSER, peers::RELAY])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_driver_the_browser_and_relay_have_a_floor_and_nothing_else_has() {
        let error = |text: &str| Floors::parse(text).expect_err("refused");
        assert!(error("").contains("driver `core` has no floor"));
        assert!(error("core = 1\nnone = 1").contains("unknown driver `none`"));
        let drivers = drivers::ALL.iter();
        let drivers: String = drivers
            .map(|driver| format!("{} = 1\n", driver.name))
            .collect();
        assert!(error(&drivers).contains("driver `browser` has no floor"));
        let with_browser = format!("{drivers}browser = 1");
        assert!(error(&with_browser).contains("driver `relay` has no floor"));
        assert!(error("core = -1").contains("invalid value"));
    }

    #[test]
    fn fewer_cases_are_a_violation() {
        let all: String = names().map(|name| format!("{name} = 2\n")).collect();
        let floors = Floors::parse(&all).expect("floors");
        for name in ["core", "browser", "relay"] {
            assert_eq!(floors.violation(name, 2), None);
            assert!(floors.violation(name, 1).is_some());
        }
        assert_eq!(floors.violation("node", 0), None);
    }
}
