//! An agent whose connections answer from a script.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, NextTimeout};
use ureq::{Agent, Error};

use crate::scripted::Scripted;

/// What all connections of the agent share.
#[derive(Clone, Debug)]
pub(crate) struct Stage(Arc<Mutex<Play>>);

/// The settings of a request, as its connections are told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) timeout_global: Option<Duration>,
    pub(crate) max_redirects: u32,
}

#[derive(Debug)]
struct Play {
    answers: VecDeque<Vec<u8>>,
    received: Vec<Arc<Mutex<Vec<u8>>>>,
    settings: Option<Settings>,
}

impl Stage {
    /// One answer for each request.
    pub(crate) fn new(answers: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self(Arc::new(Mutex::new(Play {
            answers: answers.into_iter().collect(),
            received: Vec::new(),
            settings: None,
        })))
    }

    pub(crate) fn agent(&self) -> Agent {
        Agent::with_parts(Config::default(), self.clone(), self.clone())
    }

    /// What request number `at` sent; `None` when there were fewer.
    pub(crate) fn received(&self, at: usize) -> Option<Vec<u8>> {
        let play = self.lock();
        let received = play.received.get(at)?.lock();
        Some(received.unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// `None` when no request came as far as to a connection.
    pub(crate) fn settings(&self) -> Option<Settings> {
        self.lock().settings
    }

    fn lock(&self) -> MutexGuard<'_, Play> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connector for Stage {
    type Out = Scripted;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Scripted>, Error> {
        let config = details.config;
        let mut play = self.lock();
        play.settings = Some(Settings {
            timeout_global: config.timeouts().global,
            max_redirects: config.max_redirects(),
        });
        let answer = play.answers.pop_front().unwrap_or_default();
        let received = Arc::default();
        play.received.push(Arc::clone(&received));
        let sizes = (config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Scripted::new(answer, received, sizes)))
    }
}

impl Resolver for Stage {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        Ok(self.empty())
    }
}
