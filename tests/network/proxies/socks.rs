//! A proxy that speaks SOCKS 5.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::common::*;
use crate::peer::Peer;

/// A SOCKS proxy of a few lines, which leads to whatever port of this machine it is asked for.
fn socks(mut stream: TcpStream) {
    let mut request = [0; 262];
    stream.read_exact(&mut request[..4]).unwrap();
    stream.write_all(&[5, 2]).unwrap();
    let login = b"\x01\x04shop\x06s3cr3t";
    stream.read_exact(&mut request[..login.len()]).unwrap();
    assert_eq!(request[..login.len()], *login);
    stream.write_all(&[1, 0]).unwrap();
    stream.read_exact(&mut request[..5]).unwrap();
    assert_eq!(request[..4], [5, 1, 0, 3]);
    let length = usize::from(request[4]);
    stream.read_exact(&mut request[..length + 2]).unwrap();
    assert_eq!(&request[..length], b"localhost");
    let port = u16::from_be_bytes([request[length], request[length + 1]]);
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
    let mut target = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let (mut back, mut to) = (target.try_clone().unwrap(), stream.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut back, &mut to));
    let _ = std::io::copy(&mut stream, &mut target);
}

#[test]
fn tokens_come_through_a_socks_proxy_that_looks_the_gateway_up() {
    let gateway = Gateway::start().unwrap();
    let proxy = Peer::start(socks);
    for scheme in ["socks5h", "socks5"] {
        let config = Config::mock(&gateway, "");
        let url = proxy.url(scheme).replace("//", "//shop:s3cr3t@");
        let client = config.set("proxy", &url).client();
        client.create().unwrap();
        client.create().unwrap();
    }
    assert_eq!((gateway.connection_count(), proxy.accepted()), (2, 2));
}
