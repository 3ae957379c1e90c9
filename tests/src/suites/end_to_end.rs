//! Running cases over real sockets: each on its own, in a fresh service.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Once;
use std::time::Duration;

use crate::case_result::{CaseResult, Mismatch};
use crate::drivers::Driver;
use crate::e2e::Pair;
use crate::e2e::app::ASKED_TO_PANIC;
use crate::suite::Suite;
use crate::suites::check::Check;
use crate::vectors::Vectors;

/// Longer than any case takes, so that a case that hangs is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// A suite of cases that run on a service.
pub(super) struct EndToEnd {
    pub(super) name: &'static str,
    pub(super) cases: fn(&Vectors) -> Vec<EndToEndCase>,
}

/// A case: its id, and what it does with a pair of adapters, or what else it runs on.
pub(super) struct EndToEndCase<On = Pair> {
    id: String,
    run: Box<dyn FnOnce(On) -> Run>,
}

type Run = Pin<Box<dyn Future<Output = Check> + Send>>;

impl<On> EndToEndCase<On> {
    pub(super) fn new<F>(id: impl Into<String>, run: impl FnOnce(On) -> F + 'static) -> Self
    where
        F: Future<Output = Check> + Send + 'static,
    {
        Self {
            id: id.into(),
            run: Box::new(|on| Box::pin(run(on))),
        }
    }
}

impl Suite for EndToEnd {
    fn run(&self, driver: &Driver, vectors: &Vectors) -> Vec<CaseResult> {
        match driver.pair {
            Some(pair) => run_all(self.name, pair, (self.cases)(vectors)),
            None => Vec::new(),
        }
    }
}

/// Runs the cases of a suite, one after another.
pub(super) fn run_all<On: Copy>(
    suite: &str,
    on: On,
    cases: Vec<EndToEndCase<On>>,
) -> Vec<CaseResult> {
    hush_wanted_panics();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("threads can be started");
    let run = |case: EndToEndCase<On>| CaseResult {
        suite: suite.to_owned(),
        outcome: runtime.block_on(outcome((case.run)(on))),
        case: case.id,
    };
    cases.into_iter().map(run).collect()
}

/// Panics that a case asks for are not worth a backtrace; all others are shown.
fn hush_wanted_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let show = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if panic_text(panic.payload()) != ASKED_TO_PANIC {
                show(panic);
            }
        }));
    });
}

/// A panic in a case is its failure.
async fn outcome(run: Run) -> Check {
    let task = tokio::spawn(tokio::time::timeout(PATIENCE, run));
    match task.await {
        Ok(Ok(check)) => check,
        Ok(Err(_)) => Err(Mismatch::new(
            "an end in time",
            format!("none in {PATIENCE:?}"),
        )),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => Err(Mismatch::new("no panic", panic_text(&*panic))),
            Err(error) => Err(Mismatch::new("an end", error.to_string())),
        },
    }
}

fn panic_text(panic: &dyn Any) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a message").to_owned()
}
