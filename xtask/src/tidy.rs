//! `cargo xtask tidy`: rules of this repository that no compiler and no lint knows.

mod addresses;
mod arrows;
mod circles;
mod core_attributes;
mod exports;
mod file;
mod imports;
mod listing;
mod manifests;
mod member;
mod modules;
mod reach;
mod rust_text;
mod sizes;
mod sleeps;
mod unfinished;
mod violation;

use std::ffi::OsString;
use std::process::ExitCode;

use cargo_metadata::Metadata;
use lexopt::{Arg, Parser};

use crate::fallible::Fallible;
use crate::workspace;
use violation::Violation;

const HELP: &str = "\
Checks rules of this repository that no compiler and no lint knows. It reads what git tracks and
what is new and not ignored; where git is of no use, all files outside ignored folders.

Usage: cargo xtask tidy

Prints `path:line: rule: what` for each violation. Exit code: 0 when there is none, 1 when there is
one, 2 when the check could not be done.

Rules:
";

/// Every rule with what it asks for.
const RULES: [(&str, &str); 10] = [
    (
        arrows::RULE,
        "packages of the workspace depend on each other one way",
    ),
    (
        reach::RULE,
        "no package pulls in another framework, with all its features on",
    ),
    (sizes::RULE, "files stay small"),
    (
        manifests::RULE,
        "members are explained, licensed, linted and have a rust-version",
    ),
    (unfinished::RULE, "nothing is marked as unfinished"),
    (
        addresses::RULE,
        "no registry host, no path of somebody's machine",
    ),
    (sleeps::RULE, "a test that sleeps says why"),
    (
        circles::RULE,
        "files of a crate do not import each other in a circle",
    ),
    (
        core_attributes::RULE,
        "core is no_std without condition and forbids unsafe code",
    ),
    (exports::RULE, "a library's root names what it exports"),
];

pub(crate) fn main(args: Vec<OsString>) -> Fallible<ExitCode> {
    match Parser::from_args(args).next()? {
        None => check(&workspace::metadata()?),
        Some(Arg::Long("help") | Arg::Short('h')) => {
            print!("{HELP}");
            for (rule, about) in RULES {
                println!("  {rule:<10}  {about}");
            }
            Ok(ExitCode::SUCCESS)
        }
        Some(other) => Err(other.unexpected().into()),
    }
}

fn check(metadata: &Metadata) -> Fallible<ExitCode> {
    let root = metadata.workspace_root.as_std_path();
    let files = file::read(root, &listing::paths(root)?);
    let members = member::all(metadata)?;
    let mut violations: Vec<Violation> = [
        arrows::check(&members),
        sizes::check(&files),
        manifests::check(&members, &files),
        unfinished::check(&files),
        addresses::check(&files),
        sleeps::check(&files),
        circles::check(&members, &files),
        core_attributes::check(&files),
        exports::check(&files),
    ]
    .into_iter()
    .flatten()
    .collect();
    for member in members.iter().filter(|member| member.is_library()) {
        let reached = reach::reached(&member.name, root)?;
        violations.extend(reach::check(member, &reached));
    }
    violations.sort();
    violations.dedup();
    for violation in &violations {
        println!("{violation}");
    }
    println!(
        "tidy: {} violations of {} rules in {} files of {} packages",
        violations.len(),
        RULES.len(),
        files.len(),
        members.len()
    );
    Ok(if violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
