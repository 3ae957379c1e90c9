//! Reading baggage, compared with a naive reading of rule R2.

#[cfg(feature = "alloc")]
#[path = "../../../fuzz/src/read_baggage.rs"]
#[allow(unreachable_pub, dead_code)]
mod read_baggage;
mod support;

use proptest::prelude::*;
#[cfg(feature = "alloc")]
use sentry_trace_core::baggage::MemberText;
use sentry_trace_core::baggage::SentryMembers;

use naive::{MAX_MEMBERS, read, read_naively};
use support::naive;
use support::{any_lines, borrowed, legal_lines};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn legal_lines_are_read_as_the_rule_says(lines in legal_lines()) {
        prop_assert_eq!(read(&lines), read_naively(&lines));
    }

    #[test]
    fn any_lines_are_read_as_the_rule_says(lines in any_lines()) {
        prop_assert_eq!(read(&lines), read_naively(&lines));
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn the_text_is_that_of_the_members(lines in any_lines()) {
        read_baggage::check_lines(&lines);
    }

    #[test]
    fn the_limit_is_met_to_the_byte(lengths in proptest::collection::vec(0..60_usize, 150..250), extra in 0..90_usize) {
        // Each line is one member; the value after the limit's neighbourhood moves with `extra`.
        let mut lines = vec![vec![b'x'; extra]];
        for (number, length) in lengths.iter().enumerate() {
            lines.push(format!("sentry-{}={}", number % 60, "v".repeat(*length)).into_bytes());
        }
        prop_assert_eq!(read(&lines), read_naively(&lines));
    }

    #[test]
    fn a_member_is_found_by_its_name_and_its_value(lines in legal_lines()) {
        let members = SentryMembers::parse(borrowed(&lines));
        prop_assert_eq!(members.len(), members.iter().count());
        prop_assert_eq!(members.is_empty(), members.iter().next().is_none());
        for member in members.iter() {
            prop_assert_eq!(members.get(member.name()), Some(member));
            let decoded: String = member.decoded().collect();
            prop_assert!(member.is(&decoded));
            let other = decoded + "x";
            prop_assert!(!member.is(&other));
        }
    }
}

#[cfg(feature = "alloc")]
#[test]
fn a_text_holds_at_most_64_names_and_known_ones_still_change() {
    let first: Vec<_> = (0..MAX_MEMBERS)
        .map(|number| format!("sentry-{number}=a"))
        .collect();
    let line = first.join(",") + ",sentry-sample_rand=0.5,sentry-0=b";
    let text = MemberText::read([line.as_bytes()]);
    assert_eq!(text.sample_rand(), None);
    let expected = first.join(",").replacen("=a", "=b", 1);
    assert_eq!(text.into_bytes(), expected.as_bytes());
}

#[test]
fn at_most_64_names_are_kept_and_known_ones_still_change() {
    let mut line: Vec<_> = (0..80).map(|number| format!("sentry-{number}=a")).collect();
    line.push("sentry-0=b".to_owned());
    line.push("sentry-79=b".to_owned());
    let members = read(&[line.join(",").into_bytes()]);
    assert_eq!(members.len(), MAX_MEMBERS);
    assert_eq!(
        (members[0].name.as_str(), members[0].raw.as_str()),
        ("0", "b")
    );
    assert!(members.iter().all(|member| member.name != "79"));
}

#[test]
fn white_space_inside_a_key_belongs_to_the_name() {
    let members = read(&[b"sentry- a =1,sentry- =2".to_vec()]);
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].name, " a");
}

#[test]
fn a_property_that_is_not_utf8_leaves_the_member_alone() {
    let members = read(&[b"sentry-a=1;p=\xff,sentry-b=\xff,sentry-c=2".to_vec()]);
    let names: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
    assert_eq!(names, ["a", "c"]);
}
