//! What every member's manifest says, and what the root manifest says about every member.

use super::file::File;
use super::member::Member;
use super::violation::Violation;

pub(super) const RULE: &str = "manifest";

const ROOT: &str = "Cargo.toml";
const LICENSE_TEXTS: [(&str, &str); 2] = [("MIT", "LICENSE-MIT"), ("Apache-2.0", "LICENSE-APACHE")];

pub(super) fn check(members: &[Member], files: &[File]) -> Vec<Violation> {
    let root = files.iter().find(|file| file.path == ROOT);
    let explained = members
        .iter()
        .filter_map(|member| unexplained(member, root.map_or("", |file| &file.text)));
    explained
        .chain(members.iter().flat_map(own_manifest))
        .chain(
            members
                .iter()
                .flat_map(|member| license_texts(member, files)),
        )
        .collect()
}

/// Each member is listed on a line of its own, below a comment of its own.
fn unexplained(member: &Member, root: &str) -> Option<Violation> {
    let report = |line, what| Some(Violation::new(RULE, ROOT, line, what));
    let entry = format!("\"{}\"", member.folder);
    let lines: Vec<_> = root.lines().map(str::trim).collect();
    let Some(at) = lines
        .iter()
        .position(|line| line.trim_end_matches(',') == entry)
    else {
        return report(
            1,
            format!("member {entry} is not listed on a line of its own"),
        );
    };
    let comment = at > 0 && lines[at - 1].starts_with('#');
    if comment {
        None
    } else {
        report(at + 1, format!("member {entry} has no comment above it"))
    }
}

fn own_manifest(member: &Member) -> Vec<Violation> {
    let checks = [
        (member.rust_version.is_none(), "no `rust-version`"),
        (member.license.is_none(), "no `license`"),
        (
            !inherits_lints(&member.manifest),
            "no `[lints] workspace = true`",
        ),
    ];
    checks
        .into_iter()
        .filter(|(missing, _)| *missing)
        .map(|(_, what)| Violation::new(RULE, &member.manifest_path(), 1, what))
        .collect()
}

fn inherits_lints(manifest: &str) -> bool {
    let lines = manifest.lines().map(str::trim);
    let section = lines
        .skip_while(|line| *line != "[lints]")
        .skip(1)
        .take_while(|line| !line.starts_with('['));
    section
        .map(|line| line.replace(' ', ""))
        .any(|line| line == "workspace=true")
}

fn license_texts(member: &Member, files: &[File]) -> Vec<Violation> {
    let license = member.license.as_deref().unwrap_or_default();
    let names = license
        .split(' ')
        .filter(|word| !["", "OR", "AND"].contains(word));
    names
        .filter_map(|name| {
            let text = LICENSE_TEXTS.iter().find(|(known, _)| *known == name);
            let (_, path) = text.unwrap_or(&("", "LICENSE"));
            let there = text.is_some() && files.iter().any(|file| file.path == *path);
            let what = format!("there is no text of the license {name}");
            (!there).then(|| Violation::new(RULE, path, 1, what))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::file::{File, planted};
    use super::super::member::Member;
    use super::check;

    const ROOT: &str = "[workspace]\nmembers = [\n    # The model.\n    \"crates/core\",\n]\n";

    fn good() -> Member {
        Member {
            name: "sentry-trace-core".to_owned(),
            folder: "crates/core".to_owned(),
            manifest: "[package]\n\n[lints]\nworkspace = true\n\n[dependencies]\n".to_owned(),
            license: Some("MIT OR Apache-2.0".to_owned()),
            rust_version: Some("1.85".to_owned()),
            ..Member::default()
        }
    }

    fn files(root: &str) -> Vec<File> {
        vec![
            planted("Cargo.toml", root),
            planted("LICENSE-MIT", ""),
            planted("LICENSE-APACHE", ""),
        ]
    }

    fn only(member: Member, files: &[File]) -> String {
        let mut found = check(&[member], files);
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0).to_string()
    }

    #[test]
    fn a_full_manifest_passes() {
        assert_eq!(check(&[good()], &files(ROOT)), []);
    }

    #[test]
    fn every_member_has_a_comment_of_its_own() {
        let bare = ROOT.replace("    # The model.\n", "");
        assert!(only(good(), &files(&bare)).starts_with("Cargo.toml:3: manifest: member"));
        let shared = ROOT.replace(
            "    \"crates/core\"",
            "    \"crates/http\",\n    \"crates/core\"",
        );
        assert!(only(good(), &files(&shared)).starts_with("Cargo.toml:5: manifest: member"));
        assert!(only(good(), &files("[workspace]\n")).contains("not listed"));
    }

    #[test]
    fn rust_version_lints_and_license_are_required() {
        let old = Member {
            rust_version: None,
            ..good()
        };
        assert!(only(old, &files(ROOT)).contains("rust-version"));
        let unlicensed = Member {
            license: None,
            ..good()
        };
        assert!(only(unlicensed, &files(ROOT)).contains("no `license`"));
        let elsewhere = Member {
            manifest: "[lints]\n[dependencies]\nworkspace = true\n".to_owned(),
            ..good()
        };
        assert!(only(elsewhere, &files(ROOT)).contains("[lints]"));
    }

    #[test]
    fn the_texts_of_the_licenses_are_there() {
        let without = &files(ROOT)[..2];
        let found = only(good(), without);
        assert!(found.starts_with("LICENSE-APACHE:1: manifest: "), "{found}");
        let other = Member {
            license: Some("MPL-2.0".to_owned()),
            ..good()
        };
        assert!(only(other, &files(ROOT)).contains("MPL-2.0"));
    }
}
