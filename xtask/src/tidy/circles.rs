//! Files of one crate that import each other in a circle are hard to enter: none comes first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::file::File;
use super::member::Member;
use super::modules::Modules;
use super::violation::Violation;

pub(super) const RULE: &str = "circle";

/// For each file, the files that it uses and the first line that does.
type Graph<'a> = BTreeMap<&'a str, BTreeMap<&'a str, usize>>;

pub(super) fn check(members: &[Member], files: &[File]) -> Vec<Violation> {
    let texts: BTreeMap<_, _> = files
        .iter()
        .filter(|file| file.is_rust())
        .map(|file| (file.path.as_str(), file.text.as_str()))
        .collect();
    let roots = members.iter().flat_map(|member| &member.roots);
    let violations: BTreeSet<_> = roots
        .flat_map(|root| circles_of(&Modules::of(root, &texts)))
        .collect();
    violations.into_iter().collect()
}

fn circles_of(modules: &Modules) -> Vec<Violation> {
    let mut graph = Graph::new();
    for (user, line, used) in modules.uses() {
        let first = graph.entry(user).or_default().entry(used).or_insert(line);
        *first = line.min(*first);
    }
    let mut seen = BTreeSet::new();
    graph
        .keys()
        .filter_map(|file| shortest_circle(&graph, file))
        .filter(|circle| seen.insert(circle.iter().copied().collect::<BTreeSet<_>>()))
        .map(|circle| {
            let line = graph[circle[0]][circle[1]];
            Violation::new(RULE, circle[0], line, circle.join(" -> "))
        })
        .collect()
}

/// From `start` back to `start`, both named.
fn shortest_circle<'a>(graph: &Graph<'a>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut came_from = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(file) = open.pop_front() {
        for &used in graph.get(file).into_iter().flat_map(BTreeMap::keys) {
            if came_from.contains_key(used) {
                continue;
            }
            came_from.insert(used, file);
            if used == start {
                return Some(way_back(&came_from, start));
            }
            open.push_back(used);
        }
    }
    None
}

fn way_back<'a>(came_from: &BTreeMap<&'a str, &'a str>, start: &'a str) -> Vec<&'a str> {
    let mut way = vec![start];
    let mut file = came_from[start];
    while file != start {
        way.push(file);
        file = came_from[file];
    }
    way.push(start);
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::super::file::planted;
    use super::super::member::Member;
    use super::check;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let member = Member {
            roots: vec!["src/lib.rs".to_owned()],
            ..Member::default()
        };
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| planted(path, text))
            .collect();
        check(&[member], &files)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    const ROOT: (&str, &str) = ("src/lib.rs", "mod a;\nmod b;\nmod c;\npub use a::A;");

    #[test]
    fn one_way_is_fine() {
        let files = [
            ROOT,
            ("src/a.rs", "use crate::b::B;\nuse crate::c::C;"),
            ("src/b.rs", "use super::c::C;"),
            ("src/c.rs", ""),
        ];
        assert_eq!(found(&files), [""; 0]);
    }

    #[test]
    fn two_files_in_a_circle() {
        let files = [
            ROOT,
            ("src/a.rs", "\nuse crate::b::B;"),
            ("src/b.rs", "use super::a::A;"),
            ("src/c.rs", ""),
        ];
        assert_eq!(
            found(&files),
            ["src/a.rs:2: circle: src/a.rs -> src/b.rs -> src/a.rs"]
        );
    }

    #[test]
    fn three_files_in_a_circle_are_reported_once() {
        let files = [
            ROOT,
            ("src/a.rs", "use crate::b::B;"),
            ("src/b.rs", "fn f(c: crate::c::C) {}"),
            ("src/c.rs", "use crate::{a::A};"),
        ];
        assert_eq!(
            found(&files),
            ["src/a.rs:1: circle: src/a.rs -> src/b.rs -> src/c.rs -> src/a.rs"]
        );
    }

    #[test]
    fn going_through_the_root_is_a_circle_too() {
        let files = [
            ROOT,
            ("src/a.rs", "use crate::A;"),
            ("src/b.rs", ""),
            ("src/c.rs", ""),
        ];
        assert_eq!(
            found(&files),
            ["src/a.rs:1: circle: src/a.rs -> src/lib.rs -> src/a.rs"]
        );
    }

    #[test]
    fn tests_may_look_anywhere() {
        let files = [
            ROOT,
            ("src/a.rs", "use crate::b::B;"),
            (
                "src/b.rs",
                "#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}",
            ),
            ("src/c.rs", ""),
        ];
        assert_eq!(found(&files), [""; 0]);
    }
}
