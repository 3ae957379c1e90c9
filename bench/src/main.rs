//! Instructions, allocations and time of the main paths, ours beside the official crates on the same input.
//!
//! Each case runs in a process of its own: once under callgrind for the instructions, once as it is for the rest.

mod allocator;
mod args;
mod callgrind;
mod cases;
mod child;
mod entries;
mod figures;
mod input;
mod report;

use std::process::ExitCode;

use args::Command;

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Fallible<ExitCode> {
    match args::parse()? {
        Command::Help => {
            print!("{}", args::HELP);
            Ok(ExitCode::SUCCESS)
        }
        Command::Child { case, rounds } => {
            child::run(cases::build(&case)?, rounds);
            Ok(ExitCode::SUCCESS)
        }
        Command::Compare { only, json } => compare(only.as_deref(), json),
    }
}

fn compare(only: Option<&str>, json: bool) -> Fallible<ExitCode> {
    let chosen: Vec<_> = entries::ALL
        .iter()
        .filter(|entry| only.is_none_or(|work| entry.work.starts_with(work)))
        .collect();
    if chosen.is_empty() {
        return Err(format!("no such work; there are:\n{}", entries::works().join("\n")).into());
    }
    callgrind::check()?;
    let mut rows = Vec::new();
    for entry in chosen {
        rows.push((entry, figures::of(entry)?));
    }
    print!("{}", report::table(&rows));
    if json {
        println!("{}", report::json(&rows));
    }
    let met = rows
        .iter()
        .all(|(entry, figures)| entry.is_met(figures) != Some(false));
    Ok(if met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
