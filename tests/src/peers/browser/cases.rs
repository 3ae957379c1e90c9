//! The cases: a page each, what it does, and what must come of it.

use super::checks;
use super::evidence::Check;
use super::page_case::{PageCase, SiteName, Target};

/// A page and what is asked of it.
pub(super) struct Case {
    pub(super) suite: &'static str,
    pub(super) page: PageCase,
    pub(super) check: Check,
}

const fn page(name: &'static str, kind: &'static str) -> PageCase {
    PageCase {
        name,
        site: SiteName::Sampled,
        kind,
        sample_rate: Some(1.0),
        traceparent: false,
        calls: &[],
        visits: 1,
        transactions: 2,
    }
}

const fn case(suite: &'static str, page: PageCase, check: Check) -> Case {
    Case { suite, page, check }
}

pub(super) fn all() -> Vec<Case> {
    let mut cases = vec![
        case("continue", page("meta-tags", "template"), checks::continues),
        case(
            "continue",
            page("server-timing", "timing"),
            checks::continues,
        ),
        case(
            "continue",
            page("meta-wins", "both"),
            checks::continues_the_tags_of_the_template,
        ),
        case("continue", page("neither", "neither"), checks::begins_anew),
        case("continue", page("props", "props"), checks::continues),
        case(
            "continue",
            page("injected-streamed", "streamed"),
            checks::continues,
        ),
        case(
            "continue",
            page("injected-whole", "injected"),
            checks::continues,
        ),
        case(
            "continue",
            page("injected-beside-template", "twice"),
            checks::continues,
        ),
    ];
    cases.extend(calls());
    cases.extend(decisions());
    let two_visitors = PageCase {
        site: SiteName::Cache,
        visits: 2,
        transactions: 3,
        ..page("two-visitors", "public")
    };
    cases.push(case("cache", two_visitors, checks::shares_no_trace));
    for (name, kind) in [
        ("meta-tags-release", "template"),
        ("server-timing-release", "timing"),
        ("props-release", "props"),
        ("injected-release", "streamed"),
    ] {
        cases.push(case(
            "release",
            page(name, kind),
            checks::carries_the_release,
        ));
    }
    cases
}

fn calls() -> Vec<Case> {
    let with = |name, calls, transactions| PageCase {
        calls,
        transactions,
        ..page(name, "template")
    };
    let case = |page, check| case("calls", page, check);
    let both: &[Target] = &[Target::Same, Target::Open];
    vec![
        case(
            with("same-origin", &[Target::Same], 3),
            checks::calls_hang_below,
        ),
        case(
            with("cross-origin", &[Target::Open], 3),
            checks::calls_hang_below,
        ),
        case(with("both-origins", both, 4), checks::calls_hang_below),
        case(
            with("without-helper", &[Target::Closed], 2),
            checks::is_refused_and_told,
        ),
        case(
            PageCase {
                traceparent: true,
                ..with("traceparent", &[Target::Traceparent], 3)
            },
            checks::sends_traceparent,
        ),
        case(
            PageCase {
                traceparent: true,
                ..with("traceparent-not-allowed", &[Target::Open], 2)
            },
            checks::is_refused_and_told,
        ),
    ]
}

fn decisions() -> Vec<Case> {
    let with = |name, site, kind, sample_rate, transactions, check| {
        let page = PageCase {
            site,
            sample_rate,
            calls: &[Target::Open],
            transactions,
            ..page(name, kind)
        };
        case("decision", page, check)
    };
    use SiteName::{Deferred, Sampled, Unsampled};
    vec![
        with(
            "sampled",
            Sampled,
            "template",
            Some(0.0),
            3,
            checks::calls_hang_below,
        ),
        with(
            "unsampled",
            Unsampled,
            "template",
            Some(1.0),
            0,
            checks::is_unsampled,
        ),
        with(
            "unsampled-timing",
            Unsampled,
            "timing",
            Some(1.0),
            0,
            checks::is_unsampled,
        ),
        with(
            "deferred",
            Deferred,
            "template",
            Some(1.0),
            2,
            checks::browser_decides,
        ),
        with(
            "deferred-injected",
            Deferred,
            "injected",
            Some(1.0),
            2,
            checks::browser_decides,
        ),
        with(
            "deferred-everywhere",
            Deferred,
            "template",
            None,
            1,
            checks::stays_deferred,
        ),
    ]
}
