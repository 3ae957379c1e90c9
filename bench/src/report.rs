//! The rows as a table and as JSON.

use std::fmt::Write;

use crate::entries::Entry;
use crate::figures::Figures;

type Row<'a> = (&'a Entry, Figures);

pub(crate) fn table(rows: &[Row<'_>]) -> String {
    let header = [
        "work",
        "case",
        "instructions",
        "allocations",
        "ns",
        "target",
        "met?",
        "note",
    ];
    let mut lines = vec![header.map(str::to_owned)];
    lines.extend(rows.iter().map(cells));
    let widths: Vec<_> = (0..header.len())
        .map(|column| {
            lines
                .iter()
                .map(|line| line[column].len())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for line in lines {
        for (column, (cell, &width)) in line.iter().zip(&widths).enumerate() {
            let separator = if column == 0 { "" } else { " | " };
            let written = match column {
                2..=4 => write!(text, "{separator}{cell:>width$}"),
                _ => write!(text, "{separator}{cell:width$}"),
            };
            debug_assert!(written.is_ok());
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

fn cells((entry, figures): &Row<'_>) -> [String; 8] {
    let met = entry
        .is_met(figures)
        .map(|met| if met { "yes" } else { "NO" });
    [
        entry.work.to_owned(),
        entry.case.to_owned(),
        figures.instructions.to_string(),
        figures.allocations.to_string(),
        figures.nanoseconds.to_string(),
        entry
            .target
            .map(|(instructions, allocations)| format!("{instructions}, {allocations}"))
            .unwrap_or_default(),
        met.unwrap_or_default().to_owned(),
        entry.note.unwrap_or_default().to_owned(),
    ]
}

/// All texts are ours and need no escape.
pub(crate) fn json(rows: &[Row<'_>]) -> String {
    let rows: Vec<_> = rows.iter().map(json_row).collect();
    format!("{{\"rows\":[{}]}}", rows.join(","))
}

fn json_row((entry, figures): &Row<'_>) -> String {
    let Entry { work, case, .. } = entry;
    let Figures {
        instructions,
        allocations,
        nanoseconds,
    } = figures;
    let note = entry
        .note
        .map(|note| format!(",\"note\":\"{note}\""))
        .unwrap_or_default();
    let target = entry
        .target
        .map(|(instructions, allocations)| {
            format!(",\"target\":{{\"instructions\":{instructions},\"allocations\":{allocations}}}")
        })
        .unwrap_or_default();
    format!(
        "{{\"work\":\"{work}\",\"case\":\"{case}\",\"instructions\":{instructions},\
         \"allocations\":{allocations},\"nanoseconds\":{nanoseconds}{target}{note}}}"
    )
}
