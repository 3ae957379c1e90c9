//! The cases: each does one piece of work again and again, and knows what has to come of it.

mod baggage;
mod hop;
mod hop_ours;
mod hop_peer;
mod layer;
mod layer_ours;
mod layer_peer;
mod parse;
mod peer_client;

use crate::Fallible;

pub(crate) trait Case {
    /// One round.
    fn run(&mut self);

    /// Checks the results of the rounds since the last call, outside what is measured.
    ///
    /// # Panics
    /// When one of them is wrong.
    fn check(&mut self, rounds: u32);
}

pub(crate) fn build(name: &str) -> Fallible<Box<dyn Case>> {
    Ok(match name {
        "parse-ours" => Box::new(parse::Ours::default()),
        "parse-peer" => Box::new(parse::Peer::default()),
        "baggage-ours" => Box::new(baggage::Ours::default()),
        "baggage-peer" => Box::new(baggage::Peer::default()),
        "hop-ours-sampled" => Box::new(hop_ours::Ours::new(true)?),
        "hop-ours-unsampled" => Box::new(hop_ours::Ours::new(false)?),
        "hop-peer-sampled" => Box::new(hop_peer::Peer::new(true)),
        "hop-peer-unsampled" => Box::new(hop_peer::Peer::new(false)),
        "layer-bare-sampled" => Box::new(layer::Bare::new(true)),
        "layer-bare-unsampled" => Box::new(layer::Bare::new(false)),
        "layer-ours-sampled" => Box::new(layer_ours::Ours::new(true)?),
        "layer-ours-unsampled" => Box::new(layer_ours::Ours::new(false)?),
        "layer-peer-sampled" => Box::new(layer_peer::Peer::new(true)),
        "layer-peer-unsampled" => Box::new(layer_peer::Peer::new(false)),
        other => return Err(format!("there is no case {other}").into()),
    })
}
