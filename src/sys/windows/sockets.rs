//! Waiting for a socket and for an interruption at once.

use std::io;
use std::os::windows::io::AsRawSocket;
use std::time::Duration;

use windows_sys::Win32::Foundation::{HANDLE, WAIT_FAILED, WAIT_OBJECT_0, WAIT_TIMEOUT};
use windows_sys::Win32::Networking::WinSock::{
    FD_CLOSE, FD_CONNECT, FD_CONNECT_BIT, FD_READ, FD_WRITE, WSACloseEvent, WSACreateEvent,
    WSAEVENT, WSAEnumNetworkEvents, WSAEventSelect, WSAGetLastError, WSANETWORKEVENTS, WSASetEvent,
    WSAWaitForMultipleEvents,
};

/// Two events: the socket has something to tell, and nobody wants to know any more.
pub(crate) struct SocketEvents {
    network: OwnedEvent,
    interruption: OwnedEvent,
}

pub(crate) enum Event {
    /// The connection is made, or is not to be had.
    Connected(io::Result<()>),
    /// There may be something to read, room to write, or an end.
    Other,
    /// Also at every later wait.
    Interrupted,
    /// The time was up.
    None,
}

impl SocketEvents {
    /// The socket no longer blocks.
    pub(crate) fn new(socket: &impl AsRawSocket) -> io::Result<Self> {
        let events = Self {
            network: OwnedEvent::new()?,
            interruption: OwnedEvent::new()?,
        };
        let wanted = (FD_CONNECT | FD_READ | FD_WRITE | FD_CLOSE) as i32;
        // SAFETY: the socket and the event are open.
        let failed =
            unsafe { WSAEventSelect(socket.as_raw_socket() as usize, events.network.0, wanted) };
        if failed != 0 {
            return Err(last_error());
        }
        Ok(events)
    }

    pub(crate) fn interrupt(&self) {
        // SAFETY: the event is open.
        unsafe { WSASetEvent(self.interruption.0) };
    }

    /// Waits for what comes first. `socket` is the one that the events were made for.
    pub(crate) fn wait(&self, socket: &impl AsRawSocket, time: Duration) -> io::Result<Event> {
        Ok(Self::wait_for_any(&[(socket, self)], time)?.1)
    }

    /// Waits for what comes first to one of at most 32 sockets, each with the events that were
    /// made for it, and says to which.
    pub(crate) fn wait_for_any(
        sockets: &[(&impl AsRawSocket, &Self)],
        time: Duration,
    ) -> io::Result<(usize, Event)> {
        // The last value but one: the last waits for ever, and nothing is to wait so long unseen.
        let milliseconds = time.as_nanos().div_ceil(1_000_000);
        let milliseconds = u32::try_from(milliseconds).unwrap_or(u32::MAX - 1);
        // The first that is signalled is told: an interruption counts more than the network.
        let interruptions = sockets.iter().map(|(_, events)| events.interruption.0);
        let networks = sockets.iter().map(|(_, events)| events.network.0);
        let all: Vec<HANDLE> = interruptions.chain(networks).map(|e| e as HANDLE).collect();
        // SAFETY: as many open events as are said.
        let signalled =
            unsafe { WSAWaitForMultipleEvents(all.len() as u32, all.as_ptr(), 0, milliseconds, 0) };
        match signalled {
            WAIT_TIMEOUT => Ok((0, Event::None)),
            WAIT_FAILED => Err(last_error()),
            _ => {
                let index = (signalled - WAIT_OBJECT_0) as usize;
                match index.checked_sub(sockets.len()) {
                    None => Ok((index, Event::Interrupted)),
                    Some(index) => {
                        let (socket, events) = sockets[index];
                        Ok((index, events.network_event(socket)?))
                    }
                }
            }
        }
    }

    fn network_event(&self, socket: &impl AsRawSocket) -> io::Result<Event> {
        let mut found = WSANETWORKEVENTS::default();
        // SAFETY: the socket and its event are open; `found` is for the call to fill.
        let failed = unsafe {
            WSAEnumNetworkEvents(
                socket.as_raw_socket() as usize,
                self.network.0,
                &raw mut found,
            )
        };
        if failed != 0 {
            return Err(last_error());
        }
        if found.lNetworkEvents & FD_CONNECT as i32 == 0 {
            return Ok(Event::Other);
        }
        Ok(Event::Connected(
            match found.iErrorCode[FD_CONNECT_BIT as usize] {
                0 => Ok(()),
                code => Err(io::Error::from_raw_os_error(code)),
            },
        ))
    }
}

/// The number by which the system knows it, on every thread.
struct OwnedEvent(WSAEVENT);

impl OwnedEvent {
    fn new() -> io::Result<Self> {
        // SAFETY: it takes nothing.
        let event = unsafe { WSACreateEvent() };
        if event == 0 {
            return Err(last_error());
        }
        Ok(Self(event))
    }
}

impl Drop for OwnedEvent {
    fn drop(&mut self) {
        // SAFETY: it is open, and not used after this.
        unsafe { WSACloseEvent(self.0) };
    }
}

fn last_error() -> io::Error {
    // SAFETY: it reads a number of this thread.
    io::Error::from_raw_os_error(unsafe { WSAGetLastError() })
}
