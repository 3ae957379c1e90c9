//! The vectors, by direct calls.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::case_result::{CaseResult, Mismatch};
use crate::drivers::{CORE, Driver};
use crate::suite::Suite;
use crate::vectors::{Case, Vectors};

/// Every vector that direct calls can check; those that need sockets are left to other suites.
pub(super) struct CoreVectors;

impl Suite for CoreVectors {
    fn run(&self, driver: &Driver, vectors: &Vectors) -> Vec<CaseResult> {
        if *driver != CORE {
            return Vec::new();
        }
        vectors.cases.iter().filter_map(result).collect()
    }
}

fn result(case: &Case) -> Option<CaseResult> {
    let check = AssertUnwindSafe(|| case.operation.check());
    let outcome = match catch_unwind(check) {
        Ok(outcome) => outcome?,
        Err(panic) => Err(Mismatch::new("no panic", message(&*panic))),
    };
    Some(CaseResult {
        suite: case.operation.name().to_owned(),
        case: case.id.clone(),
        outcome,
    })
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    format!("a panic: {}", text.unwrap_or("without a message"))
}
