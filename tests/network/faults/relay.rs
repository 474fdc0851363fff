//! Stands between the library and the gateway, and breaks the connection at a certain place.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use crate::peer::Peer;

/// Where it happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    /// Before a byte is read: nothing goes to the gateway.
    Accepted,
    /// The client's first bytes have come: nothing goes to the gateway.
    FirstBytes,
    /// The gateway is about to respond, and the client has so many bytes of it.
    Response(usize),
}

/// What happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    Reset,
    Close,
    /// The client is told that nothing more comes; what it sends is still read.
    HalfClose,
    /// The connection stays as it is, and nothing more comes.
    Silence,
    /// What follows comes byte by byte.
    Drip,
}

pub(crate) fn start(gateway: SocketAddr, when: When, fault: Fault) -> Peer {
    Peer::start(move |client| serve(client, gateway, when, fault))
}

fn serve(mut client: TcpStream, gateway: SocketAddr, when: When, fault: Fault) {
    let before = match when {
        When::Accepted => return break_off(client, fault, &mut std::io::empty()),
        When::FirstBytes => {
            let _ = client.read(&mut [0; 16 * 1024]);
            return break_off(client, fault, &mut std::io::empty());
        }
        When::Response(before) => before,
    };
    let server = TcpStream::connect(gateway).unwrap();
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
    let mut response = server;
    let mut passed = vec![0; before];
    response.read_exact(&mut passed).unwrap();
    // The gateway is responding now, also if not a byte of it is to reach the client.
    response.peek(&mut [0]).unwrap();
    client.set_nodelay(true).unwrap();
    client.write_all(&passed).unwrap();
    break_off(client, fault, &mut response);
}

fn break_off(mut client: TcpStream, fault: Fault, rest: &mut dyn Read) {
    match fault {
        Fault::Reset => reset(&client),
        Fault::Close => {
            let _ = client.shutdown(Shutdown::Both);
        }
        Fault::HalfClose => {
            let _ = client.shutdown(Shutdown::Write);
            hold(&mut client);
        }
        Fault::Silence => hold(&mut client),
        Fault::Drip => {
            let mut byte = [0];
            while rest.read(&mut byte).is_ok_and(|n| n == 1) && client.write_all(&byte).is_ok() {
                std::thread::sleep(Duration::from_millis(40));
            }
        }
    }
}

/// Until the client leaves.
fn hold(client: &mut TcpStream) {
    while matches!(client.read(&mut [0; 4096]), Ok(1..)) {}
}

/// Connecting a connected socket to nowhere (AF_UNSPEC) resets its connection at once, though another
/// thread has the socket open, too.
fn reset(client: &TcpStream) {
    use std::os::fd::AsRawFd;
    // SAFETY: all zero is an address of no family, and its size is what is told.
    let result = unsafe {
        let nowhere: libc::sockaddr = std::mem::zeroed();
        let size = libc::socklen_t::try_from(size_of_val(&nowhere)).unwrap();
        libc::connect(client.as_raw_fd(), &raw const nowhere, size)
    };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}
