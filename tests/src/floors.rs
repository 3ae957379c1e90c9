//! How many cases each driver runs at least: `tests/floors.toml`. Running fewer is a failure, so that no case gets lost.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::drivers::{self, Driver};

/// The floors of all drivers.
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
    /// It cannot be read, names an unknown driver, or leaves one out.
    pub fn load(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        Self::parse(&text).map_err(|error| format!("{}: {error}", file.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let floors: BTreeMap<String, usize> =
            toml::from_str(text).map_err(|error| error.to_string())?;
        if let Some(unknown) = floors.keys().find(|name| drivers::find(name).is_none()) {
            let names = drivers::names();
            return Err(format!("unknown driver `{unknown}`; known are {names}"));
        }
        let has_none = |driver: &&Driver| !floors.contains_key(driver.name);
        match drivers::ALL.iter().find(has_none) {
            Some(driver) => Err(format!("driver `{}` has no floor", driver.name)),
            None => Ok(Self(floors)),
        }
    }

    /// What is wrong where a driver ran that many cases.
    pub(crate) fn violation(&self, driver: &Driver, cases: usize) -> Option<String> {
        let floor = self.0.get(driver.name).copied().unwrap_or_default();
        (cases < floor).then(|| {
            format!(
                "floor: driver {} ran {cases} cases, at least {floor} are there",
                driver.name
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_driver_has_a_floor_and_nothing_else_has() {
        let error = |text: &str| Floors::parse(text).expect_err("refused");
        assert!(error("").contains("driver `core` has no floor"));
        assert!(error("core = 1\nnone = 1").contains("unknown driver `none`"));
        assert!(error("core = -1").contains("invalid value"));
    }

    #[test]
    fn fewer_cases_are_a_violation() {
        let all = drivers::ALL.iter();
        let all: String = all.map(|driver| format!("{} = 2\n", driver.name)).collect();
        let floors = Floors::parse(&all).expect("floors");
        assert_eq!(floors.violation(&drivers::CORE, 2), None);
        assert!(floors.violation(&drivers::CORE, 1).is_some());
    }
}
