//! What is compared with what, and what is to be reached.

use crate::figures::Figures;

/// One row.
pub(crate) struct Entry {
    pub(crate) work: &'static str,
    pub(crate) case: &'static str,
    /// The name of the case that is run.
    pub(crate) runs: &'static str,
    /// The name of the case whose figures are taken off.
    pub(crate) baseline: Option<&'static str>,
    /// The most instructions and allocations.
    pub(crate) target: Option<(i64, i64)>,
    pub(crate) note: Option<&'static str>,
}

impl Entry {
    /// Whether the target is met; `None` without one.
    pub(crate) fn is_met(&self, figures: &Figures) -> Option<bool> {
        let (instructions, allocations) = self.target?;
        Some(figures.instructions <= instructions && figures.allocations <= allocations)
    }

    const fn ours(work: &'static str, runs: &'static str, target: (i64, i64)) -> Self {
        Self {
            target: Some(target),
            ..Self::other(work, "sentry-trace", runs)
        }
    }

    const fn peer(work: &'static str, runs: &'static str) -> Self {
        Self::other(work, "sentry", runs)
    }

    const fn other(work: &'static str, case: &'static str, runs: &'static str) -> Self {
        Self {
            work,
            case,
            runs,
            baseline: None,
            target: None,
            note: None,
        }
    }

    const fn above(self, baseline: &'static str) -> Self {
        Self {
            baseline: Some(baseline),
            ..self
        }
    }

    const fn note(self, note: &'static str) -> Self {
        Self {
            note: Some(note),
            ..self
        }
    }
}

const PARSE: &str = "parse sentry-trace";
const BAGGAGE: &str = "index baggage";
const HOP_SAMPLED: &str = "hop, sampled";
const HOP_UNSAMPLED: &str = "hop, unsampled";
const LAYER_SAMPLED: &str = "axum layer, sampled";
const LAYER_UNSAMPLED: &str = "axum layer, unsampled";

const NO_BAGGAGE: &str = "sends no baggage on";
const ONE_KEY: &str = "reads org_id alone; both headers less sentry-trace alone";
const ABOVE_BARE: &str = "above the bare router";
const WHOLE: &str = "whole, the making of the request included";

pub(crate) const ALL: &[Entry] = &[
    Entry::ours(PARSE, "parse-ours", (450, 0)),
    Entry::peer(PARSE, "parse-peer"),
    Entry::ours(BAGGAGE, "baggage-ours", (3_000, 0)),
    Entry::peer(BAGGAGE, "baggage-peer")
        .above("parse-peer")
        .note(ONE_KEY),
    Entry::ours(HOP_SAMPLED, "hop-ours-sampled", (4_000, 4)),
    Entry::peer(HOP_SAMPLED, "hop-peer-sampled").note(NO_BAGGAGE),
    Entry::ours(HOP_UNSAMPLED, "hop-ours-unsampled", (3_000, 3)),
    Entry::peer(HOP_UNSAMPLED, "hop-peer-unsampled").note(NO_BAGGAGE),
    Entry::ours(LAYER_SAMPLED, "layer-ours-sampled", (9_000, 14))
        .above("layer-bare-sampled")
        .note(ABOVE_BARE),
    Entry::peer(LAYER_SAMPLED, "layer-peer-sampled")
        .above("layer-bare-sampled")
        .note(ABOVE_BARE),
    Entry::other(LAYER_SAMPLED, "bare router", "layer-bare-sampled").note(WHOLE),
    Entry::ours(LAYER_UNSAMPLED, "layer-ours-unsampled", (4_000, 6))
        .above("layer-bare-unsampled")
        .note(ABOVE_BARE),
    Entry::peer(LAYER_UNSAMPLED, "layer-peer-unsampled")
        .above("layer-bare-unsampled")
        .note(ABOVE_BARE),
    Entry::other(LAYER_UNSAMPLED, "bare router", "layer-bare-unsampled").note(WHOLE),
];

/// The names of all works, each once.
pub(crate) fn works() -> Vec<&'static str> {
    let mut works: Vec<_> = ALL.iter().map(|entry| entry.work).collect();
    works.dedup();
    works
}
