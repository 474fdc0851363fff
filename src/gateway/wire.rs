//! Knows how far an exchange has come, so that its end can be told apart: before the answer or in
//! it, on a new connection or on one that was kept.

use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::broken::{self, Broken, Cause, Phase};

#[derive(Debug)]
pub(super) struct WireConnector;

impl<In: Transport> Connector<In> for WireConnector {
    type Out = Wire<In>;

    fn connect(
        &self,
        _: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        Ok(chained.map(|inner| Wire {
            inner,
            phase: Phase::Connect,
            kept: false,
        }))
    }
}

#[derive(Debug)]
pub(super) struct Wire<T> {
    inner: T,
    phase: Phase,
    kept: bool,
}

impl<T: Transport> Wire<T> {
    fn ended(&self, detail: &str) -> ureq::Error {
        let cause = if self.kept && self.phase != Phase::Read {
            Cause::Stale
        } else {
            Cause::Lost
        };
        Broken::new(self.phase, cause, detail).into()
    }

    fn label(&self, error: ureq::Error) -> ureq::Error {
        match broken::find(&error) {
            Some(broken) if matches!(broken.cause, Cause::Lost | Cause::Stale) => {
                self.ended(&broken.detail)
            }
            Some(_) => broken::at(error, self.phase),
            None => match error {
                ureq::Error::Io(e) => self.ended(&format!("the connection broke ({e}); try again")),
                other => other,
            },
        }
    }
}

impl<T: Transport> Transport for Wire<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.kept |= self.phase == Phase::Read;
        self.phase = Phase::Send;
        let sent = self.inner.transmit_output(amount, timeout);
        sent.map_err(|e| self.label(e))?;
        self.phase = Phase::Wait;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let some = self.inner.await_input(timeout).map_err(|e| self.label(e))?;
        if some {
            self.phase = Phase::Read;
        } else if self.phase != Phase::Read {
            return Err(
                self.ended("the server closed the connection instead of answering; try again")
            );
        } else if !self.inner.buffers().input().is_empty() {
            // Half a line, which ureq waits to see the end of and would then call broken HTTP.
            return Err(self.ended("the server closed the connection within the answer; try again"));
        }
        Ok(some)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
