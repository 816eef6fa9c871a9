//! Values into text: for people here, for programs there. Nothing is decided and nothing is asked.

pub mod drill;
pub mod history;
pub mod json;
pub mod junit;
mod look;
pub mod markdown;
pub mod metrics;
pub mod switch;
pub mod text;
pub mod watch;

pub use look::{Look, Style};
