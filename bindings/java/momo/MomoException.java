package momo;

import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;

/** Why a call failed; the message is one line: what failed, why, what to do. Holds no secret. */
public final class MomoException extends Exception {
    private static final long serialVersionUID = 1;

    /** What the methods give. */ private final Members members;

    private record Members(int status, int httpStatus, long retryAfterMs, String code, String body)
            implements Serializable {}

    /**
     * Makes an exception, also for tests without a gateway.
     *
     * @param status a number of momo.h
     * @param httpStatus 0 if no response came
     * @param retryAfterMs -1 if that is not known
     * @param message one line
     * @param code the response's own error code, or ""
     * @param body the response, redacted, or ""
     */
    public MomoException(
            int status, int httpStatus, long retryAfterMs, String message, String code, String body) {
        super(message);
        members = new Members(status, httpStatus, retryAfterMs, code, body);
    }

    MomoException(MomoStatus status, String message) {
        this(status.number(), 0, -1, message, "", "");
    }

    /** {@return what the call ended with} */
    public MomoStatus status() {
        return MomoStatus.of(members.status);
    }

    /** {@return the name in momo.h, "MOMO_TIMED_OUT": what documentation and search engines know} */
    public String statusName() {
        // The library knows those that are newer than this package; the others need no library.
        return status() == MomoStatus.UNKNOWN
                ? LibMomo.text(LibMomo.momo_status_name(members.status)) : "MOMO_" + status();
    }

    /** {@return the response's HTTP status, 0 if there was no response} */
    public int httpStatus() {
        return members.httpStatus;
    }

    /** {@return how long until another attempt is worth making, if that is known} */
    public Optional<Duration> retryAfter() {
        return Optional.of(Duration.ofMillis(members.retryAfterMs)).filter(d -> !d.isNegative());
    }

    /** {@return the response's own error code or a firewall's support ID, or ""} */
    public String code() {
        return members.code;
    }

    /** {@return the response, redacted, at most 4 KiB; "" for any 2xx} */
    public String body() {
        return members.body;
    }
}
