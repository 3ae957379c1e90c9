//! What the environment of a process says: each in a process of its own, since it is read there.
#![cfg(feature = "dsn")]
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use sentry_trace_collector::{Behaviour, Collector};
use sentry_trace_export::http::HttpTransport;
use sentry_trace_export::init::init;
use sentry_trace_export::transport::Transport;
use sentry_trace_runtime::{Options, start_span};
use support::{PATIENCE, envelope};

/// Set in the process that a test starts.
const CHILD: &str = "SENTRY_TRACE_TEST_CHILD";

/// This program again, for one of its tests alone.
fn process(test: &str) -> Command {
    let mut process = Command::new(std::env::current_exe().unwrap());
    process.args(["--exact", test, "--nocapture"]);
    for name in ["NO_PROXY", "no_proxy"] {
        process.env_remove(name);
    }
    process
}

#[tokio::test(flavor = "multi_thread")]
async fn envelopes_go_through_a_socks_proxy() {
    let collector = Collector::start().await.unwrap();
    let proxy = socks_proxy(collector.address()).unwrap();
    // What leads to the collector is the proxy alone, which looks up the name itself where the scheme says so.
    let hosts = [
        ("socks5", "127.0.0.1:9"),
        ("socks", "127.0.0.1:9"),
        ("socks5h", "sentry.invalid"),
    ];
    for (scheme, host) in hosts {
        let mut process = process("with_a_proxy");
        process.env("ALL_PROXY", format!("{scheme}://{proxy}"));
        process.env(CHILD, format!("http://public@{host}/1"));
        assert!(process.status().unwrap().success(), "{scheme}");
    }
    assert_eq!(collector.transactions().len(), hosts.len());
    collector.shutdown().await;
}

#[test]
fn with_a_proxy() {
    let Ok(dsn) = std::env::var(CHILD) else {
        return;
    };
    let transport = HttpTransport::new(&dsn).unwrap();
    transport.send(&envelope("work"));
    assert!(transport.flush(PATIENCE));
}

/// A proxy without passwords (RFC 1928) that leads everybody to `destination`.
fn socks_proxy(destination: SocketAddr) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming() {
            // A connection that ends early is the client's affair.
            thread::spawn(move || stream.and_then(|stream| lead(stream, destination)));
        }
    });
    Ok(address)
}

fn lead(mut client: TcpStream, destination: SocketAddr) -> io::Result<u64> {
    let [_version, methods] = read(&mut client)?;
    io::copy(&mut (&client).take(methods.into()), &mut io::sink())?;
    client.write_all(&[5, 0])?;
    let [_version, _connect, _reserved, kind] = read(&mut client)?;
    let address = match kind {
        1 => 4,
        4 => 16,
        _ => read::<1>(&mut client)?[0],
    };
    io::copy(&mut (&client).take(u64::from(address) + 2), &mut io::sink())?;
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;

    let mut server = TcpStream::connect(destination)?;
    let (mut answers, mut back) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || io::copy(&mut answers, &mut back));
    io::copy(&mut client, &mut server)
}

fn read<const N: usize>(stream: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf_8_is_not_passed_over() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    for name in ["SENTRY_DSN", "SENTRY_TRACES_SAMPLE_RATE"] {
        let mut process = process("with_a_variable");
        process.env(name, OsStr::from_bytes(b"https://\xff"));
        assert!(process.env(CHILD, "").status().unwrap().success(), "{name}");
    }
}

#[test]
fn with_a_variable() {
    if std::env::var_os(CHILD).is_some() {
        let error = init(Options::new()).unwrap_err().to_string();
        assert!(error.contains("= \"https://\u{fffd}\": "), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn debug_writes_what_goes_wrong_on_the_standard_error_output() {
    let collector = Collector::start().await.unwrap();
    let refuse = Behaviour::respond(403, &[]).unwrap();
    collector.set_behaviour(refuse);
    for (debug, is_written) in [("yes", true), ("off", false)] {
        let mut process = process("with_debug");
        process
            .env("SENTRY_DSN", collector.dsn())
            .env("SENTRY_DEBUG", debug);
        let output = process.env(CHILD, "").output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        let line = "sentry-trace: the DSN's host refuses envelopes with 403";
        assert_eq!(stderr.contains(line), is_written, "{stderr}");
    }
    let mut without_rate = process("without_a_rate");
    without_rate
        .env("SENTRY_DSN", collector.dsn())
        .env("SENTRY_DEBUG", "1");
    let output = without_rate.env(CHILD, "").output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let line = "sentry-trace: traces are propagated, and nothing is recorded";
    assert!(output.status.success() && stderr.contains(line), "{stderr}");
    collector.shutdown().await;
}

#[test]
fn without_a_rate() {
    if std::env::var_os(CHILD).is_some() {
        drop(init(Options::new()).unwrap());
    }
}

#[test]
fn with_debug() {
    if std::env::var_os(CHILD).is_some() {
        let guard = init(Options::new().traces_sample_rate(1.0)).unwrap();
        start_span("work").run(|_| {});
        assert!(guard.flush(PATIENCE));
    }
}

#[cfg(feature = "spotlight")]
#[test]
fn who_passes_over_the_variable_for_spotlight_is_warned() {
    for (variable, is_warned) in [
        ("http://127.0.0.1:9/stream", true),
        ("1", true),
        ("0", false),
    ] {
        let mut process = process("with_spotlight_off");
        process.env("SENTRY_SPOTLIGHT", variable);
        let output = process.env(CHILD, "").output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        let warning = "SENTRY_SPOTLIGHT is passed over";
        assert_eq!(stderr.contains(warning), is_warned, "{variable}: {stderr}");
    }
}

#[cfg(feature = "spotlight")]
#[test]
fn with_spotlight_off() {
    use sentry_trace_export::init::Init;
    use sentry_trace_export::spotlight::Setting;

    if std::env::var_os(CHILD).is_some() {
        drop(
            Init::new(Options::new())
                .spotlight(Setting::Off)
                .start()
                .unwrap(),
        );
    }
}
