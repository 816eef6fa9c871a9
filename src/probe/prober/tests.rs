//! The prober over real sockets.
