//! Writes a report where others find it: as a page, as JSON, and as a line of the README.

mod badge;
mod html;

use std::path::Path;

use crate::report::Report;

/// Writes `report.html` and `report.json` into a folder.
///
/// # Errors
/// Says which file cannot be written.
pub fn files(report: &Report, folder: &Path) -> Result<(), String> {
    let json = serde_json::to_string_pretty(report).map_err(|error| error.to_string())?;
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let texts = [
        ("report.html", html::page(report)),
        ("report.json", json + "\n"),
    ];
    for (name, text) in texts {
        let file = folder.join(name);
        std::fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

/// Writes the line with the counts into a README that has one already.
///
/// # Errors
/// The file cannot be read or written, or has no such line.
pub fn badge(report: &Report, readme: &Path) -> Result<(), String> {
    badge::write(readme, &badge::line(report))
}
