//! The runner itself: each fault that is planted is found, and named.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

/// A folder that is gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("conformance-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).expect("a new folder");
        Self(path)
    }

    fn with(self, file: &str, text: &str) -> Self {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
        fs::write(path, text).expect("a new file");
        self
    }

    fn path(&self, file: &str) -> String {
        self.0.join(file).display().to_string()
    }

    fn vectors(&self) -> Run {
        run_core(&["--vectors", &self.path("")])
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(args: &[&str]) -> Run {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(args)
        .output()
        .expect("the binary runs");
    Run {
        code: status.code(),
        stdout: String::from_utf8(stdout).expect("text"),
        stderr: String::from_utf8(stderr).expect("text"),
    }
}

/// Without sockets: what is planted here, every driver would show alike.
fn run_core(args: &[&str]) -> Run {
    run(&[&["--driver", "core"], args].concat())
}

impl Run {
    fn json(&self) -> Value {
        let last = self.stdout.lines().last().expect("a line");
        serde_json::from_str(last).expect("JSON")
    }

    #[track_caller]
    fn fails_with(&self, said: &str) {
        assert_eq!(self.code, Some(1), "{}{}", self.stdout, self.stderr);
        assert!(self.stdout.contains(said), "{}", self.stdout);
    }

    #[track_caller]
    fn is_refused_with(&self, said: &str) {
        assert_eq!(self.code, Some(2), "{}{}", self.stdout, self.stderr);
        assert!(self.stderr.contains(said), "{}", self.stderr);
    }
}

/// A vector on `http_status`.
fn status(id: &str, input: &str, expect: &str) -> String {
    format!(
        r#"{{"id":"{id}","op":"http_status","rule":"R10","input":{input},"expect":{expect},"source":"planted"}}"#
    ) + "\n"
}

fn good(id: &str) -> String {
    status(id, r#"{"status":404}"#, r#"{"span_status":"not_found"}"#)
}

fn wrong(id: &str) -> String {
    status(id, r#"{"status":404}"#, r#"{"span_status":"ok"}"#)
}

fn exception(suite: &str, case: &str) -> String {
    format!(
        "[[exception]]\ndriver = \"core\"\nsuite = \"{suite}\"\ncase = \"{case}\"\nreason = \"planted\"\n"
    )
}

#[test]
fn all_vectors_pass() {
    let run = run_core(&["--json"]);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    let json = run.json();
    assert_eq!(json["failed"], 0);
    assert_eq!(json["cases"], json["passed"]);
    assert!(json["drivers"]["core"]["suites"]["continue"]["cases"].is_u64());
}

#[test]
fn the_matrix_is_handed_over_and_not_counted_as_passed() {
    let run = run_core(&["--json"]);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    assert_eq!(
        run.json()["drivers"]["core"]["suites"]["matrix"],
        Value::Null
    );
    assert!(run.stdout.contains("24 vectors of matrix ran on no driver"));
}

#[test]
fn another_folder_adds_its_cases() {
    let more = Folder::new()
        .with("below/more.jsonl", &good("more/1"))
        .with("README.md", "not a vector");
    let ran = run_core(&["--vectors", &more.path(""), "--json"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let before = run_core(&["--json"]).json()["cases"].as_u64();
    assert_eq!(ran.json()["cases"].as_u64(), before.map(|cases| cases + 1));
}

#[test]
fn a_vector_that_fails_is_a_failure() {
    let folder = Folder::new().with("a.jsonl", &wrong("planted/1"));
    folder
        .vectors()
        .fails_with("FAILED core http_status planted/1");
}

#[test]
fn a_vector_fails_in_every_direction() {
    let lines = [
        r#"{"id":"p/1","op":"sampling.decide","rule":"R5","input":{"sampler":"panics","rate":1,"sample_rand":"0.5"},"expect":{"sampled":false,"sample_rate_written":"1"},"source":"planted"}"#,
        r#"{"id":"p/2","op":"sentry_trace.parse","rule":"R1","input":{"values":["x"]},"expect":{"trace_id":"x"},"source":"planted"}"#,
        r#"{"id":"p/3","op":"props.render","rule":"R11","input":{"sentry_trace":null,"baggage":null},"expect":{"json":"{\"a\":1}"},"source":"planted"}"#,
        r#"{"id":"p/4","op":"sample_rand.backfill","rule":"R5","input":{"parent_sampled":true,"sample_rate":"0.5","sample_rand":null},"expect":{"lower_incl":0.5,"upper_excl":1},"source":"planted"}"#,
        r#"{"id":"p/5","op":"continue","rule":"R3","input":{"sentry_trace":[],"baggage":[]},"expect":{"continued":false,"dsc":"frozen_empty"},"source":"planted"}"#,
        r#"{"id":"p/6","op":"env.read","rule":"R12","input":{"env":{"SENTRY_USE_ENVIRONMENT":"0"}},"expect":{"reads":true,"continued":false,"dsc":null},"source":"planted"}"#,
        r#"{"id":"p/7","op":"dsc.head","rule":"R7","input":{"options":{},"span":null,"trace_id":"0","sample_rate":1,"sample_rand":"0.5","sampled":true},"expect":{"dsc":[]},"source":"planted"}"#,
        r#"{"id":"p/8","op":"targets.match","rule":"R9","input":{"url":"https://a/","targets":[{"host":"a:1"}]},"expect":{"match":true},"source":"planted"}"#,
    ];
    let folder = Folder::new().with("a.jsonl", &lines.join("\n"));
    let run = run_core(&["--vectors", &folder.path(""), "--json"]);
    assert_eq!(run.json()["failed"], lines.len(), "{}", run.stdout);
}

#[test]
fn an_unknown_op_is_refused() {
    let line = good("planted/1").replace("http_status", "http_weather");
    let folder = Folder::new().with("a.jsonl", &(good("planted/0") + &line));
    let run = folder.vectors();
    run.is_refused_with("unknown op `http_weather`");
    run.is_refused_with("a.jsonl:2: ");
}

#[test]
fn an_unknown_or_missing_field_is_refused() {
    let ok = r#"{"span_status":"ok"}"#;
    for (line, said) in [
        (
            status("p", r#"{"status":200,"x":1}"#, ok),
            "`input`: unknown field `x`",
        ),
        (
            status("p", r#"{"status":200}"#, r#"{"span_status":"ok","x":1}"#),
            "`expect`: unknown field `x`",
        ),
        (status("p", "{}", ok), "`input`: missing field `status`"),
        (
            status("p", r#"{"status":200,"status":404}"#, ok),
            "`input`: duplicate field `status`",
        ),
        (
            good("p").replace("\"rule\"", "\"ruling\""),
            "unknown field `ruling`",
        ),
    ] {
        let folder = Folder::new().with("a.jsonl", &line);
        folder.vectors().is_refused_with(said);
        folder.vectors().is_refused_with("a.jsonl:1: ");
    }
}

#[test]
fn a_malformed_line_is_refused() {
    for (line, place) in [
        ("{\"id\":".to_owned(), "a.jsonl:1: "),
        ("\n".to_owned(), "a.jsonl:1: "),
        (good("planted/1") + "[]\n", "a.jsonl:2: "),
    ] {
        let folder = Folder::new().with("a.jsonl", &line);
        folder.vectors().is_refused_with(place);
    }
}

#[test]
fn all_faults_are_named_at_once() {
    let folder = Folder::new().with("a.jsonl", "x\ny\n").with("b.jsonl", "z");
    let run = folder.vectors();
    run.is_refused_with("a.jsonl:1: ");
    run.is_refused_with("a.jsonl:2: ");
    run.is_refused_with("b.jsonl:1: ");
}

#[test]
fn a_duplicate_id_is_refused() {
    let twice = good("planted/1") + &good("planted/1");
    let folder = Folder::new().with("a.jsonl", &twice);
    folder
        .vectors()
        .is_refused_with("a.jsonl:2: duplicate id `planted/1`");

    let other_meaning = good("http_status/200");
    let folder = Folder::new().with("a.jsonl", &other_meaning);
    folder
        .vectors()
        .is_refused_with("duplicate id `http_status/200`");
}

/// The lines of a file in the own folder.
fn own(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(path).expect("an own file")
}

#[test]
fn the_same_line_in_another_folder_is_no_duplicate() {
    let lines = own("vectors/http_status.jsonl");
    let folder = Folder::new().with("a.jsonl", &lines);
    assert_eq!(folder.vectors().code, Some(0));
    let folder = Folder::new().with("a.jsonl", &lines.repeat(2));
    folder.vectors().is_refused_with("duplicate id");
}

#[test]
fn a_field_that_may_be_null_has_to_be_there() {
    let matrix = own("vectors/matrix.jsonl");
    let line = matrix.lines().next().expect("a vector");
    for (part, field) in [
        ("input", "incoming_sampled"),
        ("input", "traces_sample_rate"),
        ("expect", "continue_trace"),
    ] {
        let mut vector: Value = serde_json::from_str(line).expect("JSON");
        vector["id"] = "p/1".into();
        let fields = vector[part].as_object_mut().expect("an object");
        assert_eq!(fields.remove(field), Some(Value::Null));
        let folder = Folder::new().with("a.jsonl", &vector.to_string());
        let run = folder.vectors();
        run.is_refused_with(&format!("missing field `{field}`"));
    }
    let line = r#"{"id":"p/1","op":"baggage.merge","rule":"R8","input":{"existing":[],"dsc":[]},"expect":{},"source":"planted"}"#;
    let folder = Folder::new().with("a.jsonl", line);
    folder.vectors().is_refused_with("missing field `value`");
}

#[test]
fn a_folder_without_vectors_is_refused() {
    let folder = Folder::new().with("README.md", "{}");
    folder.vectors().is_refused_with("no *.jsonl file here");
    run_core(&["--vectors", &folder.path("none")]).is_refused_with("none: ");
}

#[test]
fn an_exception_is_for_a_case_that_fails() {
    let folder = Folder::new()
        .with("more/a.jsonl", &(wrong("planted/1") + &wrong("planted/2")))
        .with("exceptions.toml", &exception("http_status", "planted/*"));
    let (more, file) = (folder.path("more"), folder.path("exceptions.toml"));
    let run = run_core(&["--vectors", &more, "--exceptions", &file, "--json"]);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    assert_eq!(run.json()["excepted"], 2);
}

#[test]
fn a_stale_exception_is_a_failure() {
    for (suite, case, said) in [
        (
            "http_status",
            "http_status/200",
            "case http_status/200 passes",
        ),
        ("http_status", "planted/*", "it matches no case"),
        ("planted", "http_status/200", "it matches no case"),
    ] {
        let folder = Folder::new().with("exceptions.toml", &exception(suite, case));
        let run = run_core(&["--exceptions", &folder.path("exceptions.toml")]);
        run.fails_with("stale exception");
        run.fails_with(said);
    }
}

#[test]
fn an_exception_needs_a_reason() {
    let without = exception("http_status", "planted/*").replace("reason", "# reason");
    let folder = Folder::new().with("exceptions.toml", &without);
    run_core(&["--exceptions", &folder.path("exceptions.toml")]).is_refused_with("reason");
}

#[test]
fn fewer_cases_than_the_floor_are_a_failure() {
    let ran = run_core(&["--json"]).json()["cases"].as_u64();
    let floor = ran.expect("a number") + 1;
    let floors = own("floors.toml");
    let raised = floors
        .lines()
        .map(|line| match line.starts_with("core = ") {
            true => format!("core = {floor}\n"),
            false => format!("{line}\n"),
        });
    let copied = own("vectors/http_status.jsonl");
    let folder = Folder::new()
        .with("floors.toml", &raised.collect::<String>())
        .with("copies/a.jsonl", &copied);
    let floors = folder.path("floors.toml");
    run_core(&["--floors", &floors]).fails_with("floor: driver core ran");
    // Copies of the own cases do not make up for one that is lost.
    let copies = folder.path("copies");
    run_core(&["--floors", &floors, "--vectors", &copies]).fails_with("floor: driver core ran");
}

#[test]
fn an_unknown_driver_or_option_is_refused() {
    run(&["--driver", "none"]).is_refused_with("unknown driver `none`; known are core");
    run(&["--none"]).is_refused_with("--none");
}

#[test]
fn help_names_each_option() {
    let run = run(&["--help"]);
    assert_eq!(run.code, Some(0));
    for option in [
        "--driver",
        "--vectors",
        "--json",
        "--exceptions",
        "--floors",
    ] {
        assert!(run.stdout.contains(option), "{option}");
    }
}
