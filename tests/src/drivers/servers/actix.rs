//! actix-web.

use std::net::TcpListener;
use std::sync::{Arc, mpsc};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::rt::System;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, HttpServer};
use sentry_trace_actix::TraceMiddleware;

use crate::e2e::{App, AppRequest, Body, Reply, Running, Server};

/// Two workers, a scope, a default service, and the middleware last on the outermost app.
pub(in crate::drivers) struct Actix;

impl Server for Actix {
    fn name(&self) -> &'static str {
        "actix"
    }

    fn origin(&self) -> &'static str {
        "auto.http.actix"
    }

    fn start(&self, app: Arc<App>) -> Running {
        let listener = app.listener();
        let address = listener
            .local_addr()
            .expect("a bound listener has an address");
        let (started, starting) = mpsc::channel();
        let thread = std::thread::spawn(move || serve(listener, app, &started));
        let handle: ServerHandle = starting.recv().expect("the server starts");
        Running::new(address, move || {
            // Sent now; the future only waits for the end, as the thread does.
            drop(handle.stop(false));
            thread.join().expect("the server does not panic");
        })
    }
}

fn serve(listener: TcpListener, app: Arc<App>, started: &mpsc::Sender<ServerHandle>) {
    let app = Data::from(app);
    let factory = move || {
        actix_web::App::new()
            .app_data(app.clone())
            .service(web::scope("/users").route("/{id}", web::get().to(handle)))
            .route("/call", web::to(handle))
            .route("/echo", web::get().to(handle))
            .route("/error", web::get().to(handle))
            .route("/flush", web::get().to(handle))
            .route("/spans", web::get().to(handle))
            .route("/stream", web::get().to(handle))
            .route("/status/{code}", web::to(handle))
            .route("/wait", web::get().to(handle))
            .route("/panic", web::get().to(handle))
            .default_service(web::to(handle))
            .wrap(TraceMiddleware::new().tracer(app.tracer.clone()))
    };
    System::new().block_on(async {
        let server = HttpServer::new(factory)
            .workers(2)
            // A client that closes its side has gone away, as on the other servers.
            .h1_allow_half_closed(false)
            .disable_signals()
            .listen(listener)
            .expect("the listener is bound")
            .run();
        started.send(server.handle()).expect("the suite waits");
        server.await.expect("the server ends well");
    });
}

async fn handle(app: Data<App>, request: HttpRequest) -> HttpResponse {
    response(app.into_inner().handle(read(&request)).await)
}

fn read(request: &HttpRequest) -> AppRequest {
    let headers = request.headers().iter().map(|(name, value)| {
        (
            name.as_str().to_owned(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    });
    AppRequest::new(request.path(), request.query_string(), headers)
}

fn response(reply: Reply) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut builder = HttpResponse::build(status);
    for header in reply.headers {
        match header {
            ("upgrade", protocol) => builder.upgrade(protocol),
            ("content-length", length) => builder.no_chunking(length.parse().unwrap_or_default()),
            header => builder.insert_header(header),
        };
    }
    match reply.body {
        Body::Empty => builder.finish(),
        Body::Text(text) => builder.body(text),
        Body::Stream(stream) => builder.streaming(stream),
    }
}
