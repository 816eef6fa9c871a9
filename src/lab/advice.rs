//! What can be done when a socket cannot be bound?
//!
//! The lab asks for little: loopback addresses, and ports that are free. Each way in which a machine can
//! refuse that has a command that helps, and the sentence names it.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
};

/// "Too many open files", by this process and on the whole machine (POSIX, `errno.h`; the numbers are
/// those of Linux, macOS and the BSDs). Rust has no name for them.
const TOO_MANY_FILES: [i32; 2] = [24, 23];

/// The rest of a sentence that says that `address` could not be bound; empty when nothing is known that
/// helps.
pub(crate) fn on_binding(address: SocketAddr, error: &io::Error) -> String {
    let (ip, port) = (address.ip(), address.port());
    if error.raw_os_error().is_some_and(|number| TOO_MANY_FILES.contains(&number)) {
        return "; too many files and sockets are open: allow more with `ulimit -n 4096`".to_owned();
    }
    match error.kind() {
        // Linux answers at every address of 127.0.0.0/8; macOS and the BSDs at 127.0.0.1 alone.
        ErrorKind::AddrNotAvailable if cfg!(target_os = "linux") => {
            format!("; this machine has no address {ip}: add it with `sudo ip address add {ip}/8 dev lo`")
        }
        ErrorKind::AddrNotAvailable => {
            format!("; on macOS add the address first: `sudo ifconfig lo0 alias {ip}`")
        }
        ErrorKind::AddrInUse if port == 0 => "; every port is taken: `netstat -an` lists the connections \
                                              that hold them, which pass within minutes of their end"
            .to_owned(),
        ErrorKind::AddrInUse => {
            format!("; another program has the port: `lsof -nP -i :{port}` says which, end that one first")
        }
        ErrorKind::PermissionDenied => "; a sandbox forbids to listen: run the lab outside of it".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(address: &str, error: impl Into<io::Error>) -> String {
        on_binding(address.parse().expect("an address"), &error.into())
    }

    #[test]
    fn every_refusal_names_the_command_that_helps() {
        let missing = said("127.0.2.1:8080", ErrorKind::AddrNotAvailable);
        let command =
            if cfg!(target_os = "linux") { "sudo ip address add" } else { "sudo ifconfig lo0 alias" };
        assert!(missing.contains(&format!("`{command} 127.0.2.1")), "{missing}");
        let taken = said("127.0.0.1:8080", ErrorKind::AddrInUse);
        assert!(taken.contains("`lsof -nP -i :8080`"), "{taken}");
        assert!(said("127.0.0.1:0", ErrorKind::AddrInUse).contains("`netstat -an`"));
        assert!(said("127.0.0.1:0", io::Error::from_raw_os_error(24)).contains("`ulimit -n 4096`"));
        assert_eq!(said("127.0.0.1:0", ErrorKind::Other), "");
    }
}
