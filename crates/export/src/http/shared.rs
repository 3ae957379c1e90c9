//! What the sink's thread and the sending thread share.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sentry_trace_runtime::sink::Loss;

use super::buffer::{Buffer, Waiting};
use super::options::{HttpOptions, HttpStats};
use super::troubles::Troubles;
use crate::discards::{Discards, reason};
use crate::envelope::Envelope;
use crate::post::{Answer, Posted};
use crate::rate_limits::{RateLimits, pause};
use crate::time::later;

/// How long losses wait for an envelope that takes their report along.
const REPORT_DELAY: Duration = Duration::from_secs(30);

/// The pause doubles this often.
const MOST_DOUBLINGS: u32 = 6;

pub(super) struct Shared {
    options: HttpOptions,
    state: Mutex<State>,
    /// There may be work for the sending thread.
    work: Condvar,
    /// Work was done.
    done: Condvar,
}

#[derive(Default)]
struct State {
    buffer: Buffer,
    /// Losses are not reported.
    silent: bool,
    discards: Discards,
    /// When a report goes out alone.
    report_at: Option<Instant>,
    /// A report was refused with the envelope beside it: it goes alone next, which shows whether it was the reason.
    report_apart: bool,
    /// A request is on its way, or what became of it is being told.
    reporting: bool,
    limits: RateLimits,
    /// Failures in a row.
    failures: u32,
    resume_at: Option<Instant>,
    /// Flushes that wait: meanwhile losses are reported at once.
    flushes: usize,
    stopping: bool,
    ended: bool,
    stats: HttpStats,
    troubles: Troubles,
}

/// What goes into one request.
pub(super) struct Job {
    pub(super) waiting: Option<Waiting>,
    pub(super) report: Discards,
}

enum Next {
    Job(Job),
    Wait(Option<Instant>),
    End,
}

impl Shared {
    pub(super) fn new(options: HttpOptions) -> Self {
        let state = State {
            silent: !options.client_reports,
            ..State::default()
        };
        Self {
            options,
            state: Mutex::new(state),
            work: Condvar::new(),
            done: Condvar::new(),
        }
    }

    pub(super) fn offer(&self, envelope: Arc<Envelope>) {
        let mut state = self.state();
        let contents = envelope.contents();
        let options = &self.options;
        if !state.ended
            && state
                .buffer
                .push(envelope, options.capacity, options.capacity_bytes)
        {
            self.work.notify_one();
        } else {
            state.lose(reason::QUEUE_OVERFLOW, contents);
            let trouble = state.troubles.of_overflow(Instant::now());
            drop(state);
            self.tell(trouble);
        }
    }

    pub(super) fn lost(&self, reason: &'static str, loss: Loss) {
        self.state().note_loss(reason, loss);
        self.work.notify_one();
    }

    /// Tries at once, whatever the pause, and waits until nothing is left to do.
    pub(super) fn flush(&self, timeout: Duration) -> bool {
        let deadline = later(Instant::now(), timeout);
        let mut state = self.state();
        state.resume_at = None;
        state.report_at = Some(Instant::now());
        state.flushes += 1;
        self.work.notify_one();
        while !state.is_idle(Instant::now()) && !state.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            (state, _) = self
                .done
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.flushes -= 1;
        state.buffer.is_empty()
    }

    pub(super) fn stop(&self) {
        let mut state = self.state();
        state.stopping = true;
        // As a flush does: what failed before is tried once more, at once.
        state.failures = 0;
        state.resume_at = None;
        self.work.notify_one();
    }

    pub(super) fn stats(&self) -> HttpStats {
        let state = self.state();
        HttpStats {
            waiting: state.buffer.count(),
            waiting_bytes: state.buffer.bytes(),
            ..state.stats
        }
    }

    /// Waits for something to send; `None` when the thread is to end.
    pub(super) fn next_job(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            let now = Instant::now();
            let wake_at = match state.next(now) {
                Next::Job(job) => return Some(job),
                Next::End => {
                    state.ended = true;
                    self.done.notify_all();
                    return None;
                }
                Next::Wait(wake_at) => wake_at,
            };
            self.done.notify_all();
            state = match wake_at {
                None => self
                    .work
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(at) => {
                    let left = at.saturating_duration_since(now);
                    let woken = self.work.wait_timeout(state, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Draws the conclusions from a request.
    pub(super) fn settle(&self, job: Job, posted: &Posted) {
        let now = Instant::now();
        let mut state = self.state();
        state.settle(job, posted, &self.options, now);
        let trouble = state.troubles.of_request(posted, now);
        drop(state);
        self.tell(trouble);
        // A flush that is over has told.
        self.state().reporting = false;
        self.done.notify_all();
    }

    /// Tells whoever listens, who may ask this for its counts.
    fn tell(&self, trouble: Option<String>) {
        if let Some(trouble) = trouble {
            self.options.listener.note(trouble);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next(&mut self, now: Instant) -> Next {
        self.drop_limited(now);
        if self.stopping {
            self.report_at = Some(now);
        }
        let report_due = self.report_is_due(now);
        if self.stopping && (self.failures > 0 || (self.buffer.is_empty() && !report_due)) {
            return Next::End;
        }
        if let Some(at) = self.resume_at.filter(|at| now < *at) {
            return Next::Wait(Some(at));
        }
        // What can be lost with a report that may be refused is sent before it.
        if report_due && self.report_apart && (!self.stopping || self.buffer.is_empty()) {
            return Next::Job(self.job(None));
        }
        match self.buffer.take() {
            None if !report_due => Next::Wait(self.report_time()),
            waiting => Next::Job(self.job(waiting)),
        }
    }

    fn job(&mut self, waiting: Option<Waiting>) -> Job {
        self.reporting = true;
        // A report can be lost with its request: while requests fail, it waits for an envelope to get through.
        let goes_along = self.failures == 0 && !self.report_apart;
        let report = if waiting.is_some() && !goes_along {
            Discards::default()
        } else {
            std::mem::take(&mut self.discards)
        };
        Job { waiting, report }
    }

    fn drop_limited(&mut self, now: Instant) {
        while let Some(front) = self.buffer.front() {
            if !self.limits.holds(front.format(), now) {
                return;
            }
            if let Some(waiting) = self.buffer.take() {
                self.give_up(&waiting, reason::RATELIMIT_BACKOFF);
            }
        }
    }

    fn settle(&mut self, job: Job, posted: &Posted, options: &HttpOptions, now: Instant) {
        match posted {
            Posted::Answer(answer) => {
                self.limits.learn(
                    answer.status,
                    answer.rate_limits.as_deref(),
                    answer.retry_after.as_deref(),
                    now,
                );
                self.settle_answer(job, answer, options, now);
            }
            Posted::Unreachable(_) => {
                self.fail(None, options, now);
                self.keep_report(job.report, now);
                if let Some(waiting) = job.waiting {
                    self.buffer.put_back(waiting);
                }
            }
            Posted::Cut(_) => self.retry(job, None, reason::NETWORK_ERROR, options, now),
            // What may have arrived is not sent twice, and a report less than anything: it has no id to know it by, so
            // that its losses would be counted again.
            Posted::Unanswered(_) | Posted::Impossible(_) => {
                self.fail(None, options, now);
                if let Some(waiting) = job.waiting {
                    self.give_up(&waiting, reason::NETWORK_ERROR);
                }
            }
        }
    }

    fn settle_answer(&mut self, job: Job, answer: &Answer, options: &HttpOptions, now: Instant) {
        match answer.status {
            200..=299 => {
                self.failures = 0;
                match job.waiting {
                    Some(waiting) => {
                        self.buffer.release(&waiting.envelope);
                        self.stats.delivered += 1;
                    }
                    None => self.report_apart = false,
                }
                self.hurry_report(now);
            }
            500.. => {
                let pause = answer.retry_after.as_deref().and_then(pause);
                self.retry(job, pause, reason::SEND_ERROR, options, now);
            }
            status => {
                self.failures = 0;
                self.settle_refusal(job, status, now);
            }
        }
    }

    fn settle_refusal(&mut self, job: Job, status: u16, now: Instant) {
        let is_limited = status == 429;
        if !is_limited && !job.report.is_empty() {
            self.report_apart = true;
        }
        if job.waiting.is_some() {
            // It was not the report's turn: alone it is tried even by a thread that is about to end.
            self.take_back(job.report, now);
        } else if is_limited {
            self.keep_report(job.report, now);
        }
        // A report that is refused alone would be refused for ever.
        let Some(waiting) = job.waiting else { return };
        if is_limited {
            self.buffer.release(&waiting.envelope);
            self.stats.limited += 1;
        } else {
            self.give_up(&waiting, reason::SEND_ERROR);
        }
        self.hurry_report(now);
    }

    /// The host answers: what could not be reported with an envelope is reported before a flush is over.
    fn hurry_report(&mut self, now: Instant) {
        if self.flushes > 0 {
            self.report_at = Some(now);
        }
    }

    fn retry(
        &mut self,
        job: Job,
        pause: Option<Duration>,
        reason: &'static str,
        options: &HttpOptions,
        now: Instant,
    ) {
        self.fail(pause, options, now);
        self.keep_report(job.report, now);
        let Some(mut waiting) = job.waiting else {
            return;
        };
        waiting.attempts += 1;
        if waiting.attempts > options.retries {
            self.give_up(&waiting, reason);
        } else {
            self.stats.retries += 1;
            self.buffer.put_back(waiting);
        }
    }

    fn fail(&mut self, pause: Option<Duration>, options: &HttpOptions, now: Instant) {
        let doublings = self.failures.min(MOST_DOUBLINGS);
        self.failures = self.failures.saturating_add(1);
        let own = options.retry_delay.saturating_mul(1 << doublings);
        self.resume_at = Some(later(now, own.max(pause.unwrap_or_default())));
    }

    fn give_up(&mut self, waiting: &Waiting, reason: &'static str) {
        self.buffer.release(&waiting.envelope);
        self.lose(reason, waiting.envelope.contents());
    }

    fn lose(&mut self, reason: &'static str, loss: Loss) {
        self.stats.lost += 1;
        self.note_loss(reason, loss);
    }

    fn note_loss(&mut self, reason: &'static str, loss: Loss) {
        if self.silent {
            return;
        }
        if self.discards.is_empty() || self.flushes > 0 {
            let delay = if self.flushes > 0 {
                Duration::ZERO
            } else {
                REPORT_DELAY
            };
            self.report_at = Some(Instant::now() + delay);
        }
        self.discards.add(reason, loss);
    }

    fn keep_report(&mut self, report: Discards, now: Instant) {
        // A thread that is about to end does not try a report again.
        if !self.stopping {
            self.take_back(report, now);
        }
    }

    fn take_back(&mut self, report: Discards, now: Instant) {
        if !report.is_empty() {
            self.discards.merge(report);
            self.report_at = Some(now + REPORT_DELAY);
        }
    }

    fn report_is_due(&self, now: Instant) -> bool {
        self.report_time().is_some_and(|at| at <= now)
    }

    /// When losses are to be reported, without an envelope if need be.
    fn report_time(&self) -> Option<Instant> {
        let at = self.report_at.filter(|_| !self.discards.is_empty());
        at.max(at.and(self.limits.everything_until()))
    }

    fn is_idle(&self, now: Instant) -> bool {
        self.buffer.is_empty() && !self.reporting && !self.report_is_due(now)
    }
}
