package momo;

import java.util.stream.Stream;

/** What a call ended with. Values are fixed for ever; new ones come, and are UNKNOWN until then. */
public enum MomoStatus {
    /** No failure. */ OK(0),
    /** A call was wrong: text with a NUL, a number out of range. */ INVALID_ARGUMENT(1),
    /** An option is wrong or missing; no network was used. */ INVALID_CONFIG(2),
    /** The gateway's host name has no address. */ RESOLVE_FAILED(10),
    /** The connection was refused, or there is no way to the gateway. */ CONNECT_FAILED(11),
    /** The handshake failed, or the certificate was refused. */ TLS_FAILED(12),
    /** The time was up. */ TIMED_OUT(13),
    /** The connection broke before the whole response had come. */ CONNECTION_LOST(14),
    /** No token is at hand, and the call was not to wait; one is asked for in the background. */ WOULD_BLOCK(15),
    /** The thread was interrupted, or the client closed. */ CANCELLED(16),
    /** The API user or the API key was refused. */ UNAUTHORIZED(20),
    /** The subscription key was refused. */ SUBSCRIPTION_KEY_REFUSED(21),
    /** This machine's address is not authorised, or a firewall refused the request. */ FORBIDDEN(22),
    /** Too many requests, or the quota is spent. */ RATE_LIMITED(23),
    /** The gateway failed. */ SERVER_ERROR(24),
    /** A redirect, a 404, or another HTTP status that has no meaning here. */ UNEXPECTED_STATUS(25),
    /** A response without a usable token. */ INVALID_RESPONSE(26),
    /** The directory of shared tokens has the wrong owner or mode. */ CACHE_FAILED(30),
    /** A bug in libmomo. */ INTERNAL(99),
    /** A status that is newer than this enumeration. */ UNKNOWN(-1);

    private final int number;

    MomoStatus(int number) {
        this.number = number;
    }

    /** {@return the number in momo.h; -1 if that is UNKNOWN here} */
    public int number() {
        return number;
    }

    static MomoStatus of(int number) {
        return Stream.of(values()).filter(s -> s.number == number).findFirst().orElse(UNKNOWN);
    }
}
