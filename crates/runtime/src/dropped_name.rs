//! Names that Sentry's ingestion drops without a word, by the rules of its crate `sentry-release-parser` 1.4.

use crate::service::Service;

/// What to tell of a release or an environment that will be missing in Sentry. Propagation takes any text.
pub(crate) fn notes(service: &Service) -> impl Iterator<Item = String> {
    let release = service.release.as_deref().unwrap_or_default();
    let names = [
        ("release", release, 200, "latest"),
        ("environment", &service.environment, 64, "none"),
    ];
    names
        .into_iter()
        .filter_map(|(option, name, most, reserved)| {
            let reason = reason(name, most, reserved)?;
            Some(format!("Sentry drops {option} = {name:?}: {reason}"))
        })
}

fn reason(name: &str, most: usize, reserved: &str) -> Option<String> {
    let is_refused = |byte: u8| byte.is_ascii_control() || matches!(byte, b'/' | b'\\');
    if name.is_empty() {
        None
    } else if name.len() > most {
        Some(format!("it has more than {most} bytes"))
    } else if name.bytes().any(is_refused) {
        Some("it has a slash, a backslash or a control character".to_owned())
    } else if matches!(name.trim(), "" | "." | "..") || name.eq_ignore_ascii_case(reserved) {
        Some("Sentry does not take this name".to_owned())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::notes;
    use crate::service::Service;

    fn count(release: &str, environment: &str) -> usize {
        let service = Service {
            release: Some(release.to_owned()),
            environment: environment.to_owned(),
            ..Service::default()
        };
        notes(&service).count()
    }

    #[test]
    fn names_that_sentry_drops_are_told() {
        let too_long = |most: usize| "x".repeat(most + 1);
        for name in ["a/b", "a\\b", "a\tb", "a\n", "\0", "\x7f", ".", "..", " "] {
            assert_eq!(count(name, "production"), 1, "{name:?}");
            assert_eq!(count("shop@1.2.0", name), 1, "{name:?}");
        }
        assert_eq!(count("Latest", "None"), 2);
        assert_eq!(count(&too_long(200), &too_long(64)), 2);
    }

    #[test]
    fn names_that_sentry_keeps_are_not() {
        let longest = |most: usize| "\u{fc}".repeat(most / 2);
        for (release, environment) in [
            ("shop@1.2.0+7", "latest"),
            ("none", "staging eu"),
            ("...", "\u{fc}"),
            ("", ""),
            (&longest(200), &longest(64)),
        ] {
            assert_eq!(count(release, environment), 0, "{release} {environment}");
        }
    }
}
