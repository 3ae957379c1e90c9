//! Where the meta tags go in a page: cases from the HTML standard, and any page cut in any way.

use proptest::prelude::*;
use sentry_trace_core::html::{Injector, Place};

/// The place in a page that comes in one piece.
fn place(page: &[u8]) -> Place {
    let mut injector = Injector::new();
    injector.feed(page);
    injector.finish()
}

/// The place in a page that comes in pieces, and what is asked of every step on the way.
fn place_in_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Place {
    let mut injector = Injector::new();
    let (mut before, mut fed) = (Place::Unknown, 0);
    for piece in pieces {
        let place = injector.feed(piece);
        fed += piece.len();
        match (before, place) {
            (Place::Unknown, _) => {}
            (Place::Candidate(at), Place::Candidate(now) | Place::At(now)) => assert_eq!(at, now),
            (Place::Candidate(_), now) => assert_eq!(now, Place::Nowhere),
            (decided, now) => assert_eq!(decided, now),
        }
        if let (Place::Unknown, Place::Candidate(at) | Place::At(at)) = (before, place) {
            assert!(
                fed - piece.len() < at && at <= fed,
                "nothing before it has been passed on"
            );
        }
        before = place;
    }
    injector.finish()
}

/// Each page has a `^` where the tags go; without one it stays as it is.
const PAGES: &[&str] = &[
    "<head>^",
    "<!doctype html><html lang=de><head>^<title>a</title></head><body>b</body></html>",
    "<HTML><HeAd>^<TITLE></TITLE></HEAD>",
    "\u{feff} \t\r\n\u{c}<html>\n<head\n>^\n</head>",
    "<head a=\">\" b='>' c d=/>^</head>",
    "<head a=\"'>\" b='\">'>^</head>",
    "<head/>^<body>",
    "<head / a = b>^",
    "<html a=\"<head>\"><head>^",
    "<html a='<head>' b=<head><head>^",
    "<!-- <head> --><head>^",
    "<!----><head>^<!-->-->",
    "<!--><head>^",
    "<!---><head>^",
    "<!-- --!><head>^",
    "<!-- -- > <head> --><head>^",
    "<!-- - -> <head> -\n-> --><head>^",
    "<!doctype html public \"-//W3C//DTD XHTML 1.0//EN\" \"x\"><head>^",
    "<?xml version=\"1.0\"?><html><head>^",
    "<![CDATA[<head>]]>",
    "<![CDATA[<head>",
    "<!-><head>^",
    "<!><head>^",
    "</p></><head>^",
    "</ <head>><head>",
    "</!><head>^",
    // No head, or what looks like one.
    "",
    "plain text <head>",
    "<",
    "< head>",
    "<head",
    "<head a=\">",
    "<header></header>",
    "<header><head>",
    "<heading><head>",
    "<headers a><head>",
    "<h><head>",
    "<!-- <head>",
    "<html></html><head>",
    "</head><head>",
    "</br><head>",
    "<body><head>",
    "<html><body><header>a</header></body></html>",
    "<title><head></title><head>",
    "<script>'<head>'</script><head>",
    "<style><head></style><head>",
    "<textarea><head></textarea>",
    "<svg><![CDATA[<head>]]></svg>",
    "<meta charset=utf-8><head>",
    "<template><head></template>",
    // The tags are there already.
    "<head><meta name=\"sentry-trace\" content=\"x\"></head>",
    "<head><meta name=sentry-trace></head>",
    "<head><META content='>' NAME='sentry-trace'/></head>",
    "<head><meta charset=utf-8><title>a <b></title><link><base>\n<meta name = \"sentry-trace\"></head>",
    "<head><script>if (a<b) {}</script><style>a{}</style><!-- --><meta name=\"sentry-trace\"></head>",
    "<head></meta></link><meta name=sentry-trace>",
    "<head><head><html><meta name=sentry-trace>",
    "<head><noscript><link></noscript><meta name=\"sentry-trace\">",
    // What looks as if they were.
    "<head>^<!-- <meta name=\"sentry-trace\"> --></head>",
    "<head>^<title><meta name=\"sentry-trace\"></title></head>",
    "<head>^<title></titles><meta name=\"sentry-trace\"></title></head>",
    "<head>^<script>'<meta name=\"sentry-trace\">'</script></head>",
    "<head>^<script></ script><meta name=\"sentry-trace\"></script>",
    "<head>^<meta name=\"sentry-traces\"><meta name=\"sentry-trac\"><meta names=\"sentry-trace\">",
    "<head>^<meta nam=sentry-trace><meta content=\"name=sentry-trace\"><meta name>",
    "<head>^<meta name=x name=sentry-trace><meta name=baggage><meta name= >",
    "<head>^<link name=\"sentry-trace\"><metadata name=\"sentry-trace\">",
    "<head>^</head><body><meta name=\"sentry-trace\">",
    "<head>^text<meta name=\"sentry-trace\">",
    "<head>^<div><meta name=\"sentry-trace\"></div>",
    "<head>^<template><meta name=\"sentry-trace\"></template>",
    "<head>^<meta name=\"sentry-trace\"",
];

#[test]
fn pages_are_read_as_browsers_read_them() {
    for marked in PAGES {
        let page = marked.replace('^', "");
        let expected = marked.find('^').map_or(Place::Nowhere, Place::At);
        assert_eq!(place(page.as_bytes()), expected, "{marked}");
        let bytes = page.as_bytes().chunks(1);
        assert_eq!(place_in_pieces(bytes), expected, "{marked}, byte by byte");
        for cut in 0..page.len() {
            let (start, end) = page.as_bytes().split_at(cut);
            let cut_there = format!("{marked}, cut at {cut}");
            assert_eq!(place_in_pieces([start, end]), expected, "{cut_there}");
        }
    }
}

#[test]
fn a_head_is_looked_for_within_the_limit() {
    let page = |before: usize| [" ".repeat(before), "<head></head>".to_owned()].concat();
    let last = Injector::SEARCHED - "<head>".len();
    assert_eq!(place(page(last).as_bytes()), Place::At(Injector::SEARCHED));
    assert_eq!(place(page(last + 1).as_bytes()), Place::Nowhere);
    let mut injector = Injector::new();
    assert_eq!(
        injector.feed(" ".repeat(Injector::SEARCHED).as_bytes()),
        Place::Nowhere
    );
}

#[test]
fn tags_that_are_there_are_looked_for_within_the_limit() {
    let tags = "<meta name=sentry-trace>";
    let page = |between: usize| ["<head>", &" ".repeat(between), tags].concat();
    let last = Injector::SEARCHED - tags.len();
    assert_eq!(place(page(last - 1).as_bytes()), Place::Nowhere);
    assert_eq!(place(page(last + 1).as_bytes()), Place::At(6));
}

/// Pieces that a page of anything is made of.
fn any_page() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "<",
        ">",
        "/",
        "!",
        "--",
        "-->",
        "<!--",
        "\"",
        "'",
        "=",
        " ",
        "\n",
        "a",
        "<html>",
        "<head",
        "<head>",
        "<HEAD a='>'>",
        "</head>",
        "<header>",
        "<meta",
        " name",
        "sentry-trace",
        "<meta name=\"sentry-trace\">",
        "<title>",
        "</title>",
        "<script>",
        "</script>",
        "<body>",
        "<!doctype html>",
        "<![CDATA[",
        "]]>",
        "\u{feff}",
    ]);
    let word = prop_oneof![
        8 => words.prop_map(|word| word.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(word, 0..24).prop_map(|words| words.concat())
}

/// The pieces of a page that is cut at these places.
fn cut(page: &[u8], mut cuts: Vec<usize>) -> Vec<&[u8]> {
    cuts.iter_mut().for_each(|cut| *cut %= page.len() + 1);
    cuts.extend([0, page.len()]);
    cuts.sort_unstable();
    cuts.windows(2)
        .map(|pair| &page[pair[0]..pair[1]])
        .collect()
}

/// What may stand before a head, and a head, so that most pages have one.
fn page_with_head() -> impl Strategy<Value = (Vec<u8>, usize)> {
    let before = prop::sample::select(vec![
        "",
        " ",
        "\n",
        "<!-- <head> -->",
        "<!doctype html>",
        "<html>",
        "<html a=\"<head>\" b='>'>",
        "<?xml?>",
        "</p>",
    ]);
    let head = prop::sample::select(vec![
        "<head>",
        "<HEAD>",
        "<head a=\"<head>\">",
        "<head\n b = '>' c=d>",
        "<Head/>",
    ]);
    let behind = prop::sample::select(vec![
        "",
        "x",
        "</head>",
        "<title>y</title></head>",
        "<body>",
        "<div>",
        "<!--",
    ]);
    (prop::collection::vec(before, 0..5), head, behind).prop_map(|(before, head, behind)| {
        let start = [before.concat(), head.to_owned()].concat();
        let place = start.len();
        ([start, behind.to_owned()].concat().into_bytes(), place)
    })
}

proptest! {
    #[test]
    fn the_place_does_not_depend_on_the_chunks(page in any_page(), cuts in prop::collection::vec(any::<usize>(), 0..8)) {
        let whole = place(&page);
        prop_assert_eq!(place_in_pieces(cut(&page, cuts)), whole);
        if let Place::At(at) = whole {
            prop_assert!(at <= page.len());
            prop_assert_eq!(page[at - 1], b'>');
        }
    }

    #[test]
    fn a_head_is_found_wherever_it_is_cut((page, at) in page_with_head(), cuts in prop::collection::vec(any::<usize>(), 0..8)) {
        prop_assert_eq!(place_in_pieces(cut(&page, cuts)), Place::At(at));
    }
}
