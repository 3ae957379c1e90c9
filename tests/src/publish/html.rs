//! The report as a page that needs no scripts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::badge;
use crate::report::{Counts, DriverReport, Failure, Report};

const STYLE: &str = "body{font:14px/1.4 system-ui,sans-serif;margin:2em;max-width:110em}\
    table{border-collapse:collapse;margin:1em 0}th,td{border:1px solid #bbb;padding:.25em .5em;text-align:left;\
    vertical-align:top}td.n{text-align:right;white-space:nowrap}td.ok{background:#e4f5e4}td.some{background:#fdf3d0}\
    td.bad{background:#f9d6d5}td.none{color:#999}code{white-space:pre-wrap;overflow-wrap:anywhere}";

/// The whole page.
pub(super) fn page(report: &Report) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Conformance of sentry-trace</title>\n\
         <style>{STYLE}</style>\n<h1>Conformance of sentry-trace</h1>\n<p>{}</p>\n\
         <p>A cell says how many cases passed, of how many; <i>e</i> marks cases that fail as an exception or a \
         difference below says, <i>f</i> marks failures.</p>\n",
        escaped(&badge::line(report))
    );
    page.push_str("<h2>Drivers and suites</h2>\n");
    for drivers in with_same_suites(&report.drivers) {
        matrix(&mut page, "driver", &drivers);
    }
    page.push_str("<h2>Peers and scenarios</h2>\n");
    matrix(&mut page, "peer", &report.peers.iter().collect::<Vec<_>>());
    let not_run = report.not_run.iter();
    let rows = not_run.map(|row| [row.peer.clone(), row.reason.clone()]);
    table(&mut page, "Not run", ["peer", "reason"], rows);
    let rows = report.exceptions.iter().map(|row| {
        [
            row.driver.clone(),
            row.suite.clone(),
            row.case.clone(),
            row.reason.clone(),
        ]
    });
    table(
        &mut page,
        "Exceptions",
        ["driver", "suite", "case", "reason"],
        rows,
    );
    let rows = report.differences.iter().map(|row| {
        let texts = [
            &row.version,
            &row.scenario,
            &row.case,
            &row.rule,
            &row.expected,
            &row.seen,
        ];
        texts.map(String::clone)
    });
    let head = [
        "implementation",
        "scenario",
        "case",
        "rule",
        "expected by the rule",
        "seen",
    ];
    table(&mut page, "Differences between implementations", head, rows);
    let rows = report
        .failures()
        .map(|(driver, suite, Failure { case, mismatch })| {
            [driver, suite, case, &mismatch.expected, &mismatch.got].map(str::to_owned)
        });
    table(
        &mut page,
        "Failures",
        ["driver", "suite", "case", "expected", "got"],
        rows,
    );
    let rows = report.problems.iter().map(|problem| [problem.clone()]);
    table(&mut page, "Problems", ["what"], rows);
    let rows = report.notes.iter().map(|note| [note.clone()]);
    table(&mut page, "Notes", ["what"], rows);
    page.push_str("</html>\n");
    page
}

type Named<'a> = (&'a String, &'a DriverReport);

/// Drivers that run the same suites stand in one table.
fn with_same_suites(drivers: &BTreeMap<String, DriverReport>) -> Vec<Vec<Named<'_>>> {
    let mut groups: BTreeMap<Vec<&String>, Vec<Named<'_>>> = BTreeMap::new();
    for driver in drivers {
        let suites = driver.1.suites.keys().collect();
        groups.entry(suites).or_default().push(driver);
    }
    groups.into_values().collect()
}

fn matrix(page: &mut String, what: &str, drivers: &[Named<'_>]) {
    let suites: BTreeSet<_> = drivers
        .iter()
        .flat_map(|(_, report)| report.suites.keys())
        .collect();
    if suites.is_empty() {
        page.push_str("<p>None ran.</p>\n");
        return;
    }
    let head = suites.iter().map(|suite| format!("<th>{}", escaped(suite)));
    _ = writeln!(
        page,
        "<table>\n<tr><th>{what}{}<th>all",
        head.collect::<String>()
    );
    for (name, report) in drivers {
        _ = write!(page, "<tr><th>{}", escaped(name));
        for suite in &suites {
            cell(page, report.suites.get(*suite).map(|suite| suite.counts));
        }
        cell(page, Some(report.counts));
        page.push('\n');
    }
    page.push_str("</table>\n");
}

fn cell(page: &mut String, counts: Option<Counts>) {
    let Some(counts) = counts else {
        page.push_str("<td class=\"n none\">–");
        return;
    };
    let class = match (counts.failed, counts.excepted) {
        (0, 0) => "ok",
        (0, _) => "some",
        _ => "bad",
    };
    _ = write!(
        page,
        "<td class=\"n {class}\">{}/{}",
        counts.passed, counts.cases
    );
    for (number, mark) in [(counts.excepted, 'e'), (counts.failed, 'f')] {
        if number > 0 {
            _ = write!(page, " {number}{mark}");
        }
    }
}

/// A table with a heading, where there is any row.
fn table<const COLUMNS: usize>(
    page: &mut String,
    title: &str,
    head: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) {
    let row = |tag: &str, cells: &[String]| {
        let cells = cells.iter().map(|cell| format!("<{tag}>{cell}"));
        format!("<tr>{}\n", cells.collect::<String>())
    };
    let rows: String = rows
        .map(|cells| {
            row(
                "td",
                &cells.map(|cell| format!("<code>{}</code>", escaped(&cell))),
            )
        })
        .collect();
    if !rows.is_empty() {
        let head = row("th", &head.map(escaped));
        _ = writeln!(
            page,
            "<h2>{}</h2>\n<table>\n{head}{rows}</table>",
            escaped(title)
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Judged;

    #[test]
    fn the_page_holds_every_cell_and_no_script() {
        let mut report = Report::default();
        report.add("axum-reqwest", "naming", Judged::Passed);
        report.add("axum-reqwest", "naming", Judged::Excepted);
        report.add_peer("node", "headers", Judged::Passed);
        report.add_not_run("python", "no <python3>".to_owned());
        let page = page(&report);
        assert!(
            page.contains("<tr><th>axum-reqwest<td class=\"n some\">1/2 1e"),
            "{page}"
        );
        assert!(
            page.contains("<tr><th>node<td class=\"n ok\">1/1"),
            "{page}"
        );
        assert!(page.contains("no &lt;python3&gt;"), "{page}");
        assert!(!page.contains("<script"), "{page}");
    }
}
