//! What is measured of one entry.

use std::process::Command;

use crate::entries::Entry;
use crate::{Fallible, callgrind};

const ROUNDS: u32 = 512;

/// Means of one round; an entry with a baseline has only what it takes beyond that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    pub(crate) instructions: i64,
    pub(crate) allocations: i64,
    pub(crate) nanoseconds: i64,
}

pub(crate) fn of(entry: &Entry) -> Fallible<Figures> {
    let whole = measure(entry.runs)?;
    let Some(baseline) = entry.baseline else {
        return Ok(whole);
    };
    let below = measure(baseline)?;
    Ok(Figures {
        instructions: whole.instructions - below.instructions,
        allocations: whole.allocations - below.allocations,
        nanoseconds: whole.nanoseconds - below.nanoseconds,
    })
}

fn measure(case: &str) -> Fallible<Figures> {
    let output = Command::new(std::env::current_exe()?)
        .args(["--child", case, &ROUNDS.to_string()])
        .output()?;
    if !output.status.success() {
        return Err(format!(
            "{case} failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    let text = String::from_utf8(output.stdout)?;
    let (allocations, nanoseconds) = text
        .trim()
        .split_once(' ')
        .ok_or("the child printed no figures")?;
    let (allocations, rounds): (i64, i64) = (allocations.parse()?, ROUNDS.into());
    Ok(Figures {
        instructions: callgrind::instructions(case, ROUNDS)?.try_into()?,
        // What grows once in many rounds is not rounded up to one in each.
        allocations: (allocations + rounds / 2) / rounds,
        nanoseconds: nanoseconds.parse()?,
    })
}
