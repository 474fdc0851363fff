package momo;

import java.time.Duration;
import java.util.Optional;

/** Why a call failed; the message is one line: what failed, why, what to do. Holds no secret. */
public final class MomoException extends Exception {
    private static final long serialVersionUID = 1;

    /** As in momo.h. */ private final int status;
    /** 0 if no response came. */ private final int httpStatus;
    /** -1 if that is not known. */ private final long retryAfterMs;
    /** The response's own, or "". */ private final String code;
    /** Redacted, or "". */ private final String body;

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
        this.status = status;
        this.httpStatus = httpStatus;
        this.retryAfterMs = retryAfterMs;
        this.code = code;
        this.body = body;
    }

    MomoException(MomoStatus status, String message) {
        this(status.number(), 0, -1, message, "", "");
    }

    /** {@return what the call ended with} */
    public MomoStatus status() {
        return MomoStatus.of(status);
    }

    /** {@return the name in momo.h, "MOMO_TIMED_OUT": what documentation and search engines know} */
    public String statusName() {
        // The library knows those that are newer than this package; the others need no library.
        return status() == MomoStatus.UNKNOWN ? LibMomo.text(LibMomo.momo_status_name(status)) : "MOMO_" + status();
    }

    /** {@return the response's HTTP status, 0 where no response came} */
    public int httpStatus() {
        return httpStatus;
    }

    /** {@return how long until another attempt is worth making, where that is known} */
    public Optional<Duration> retryAfter() {
        return retryAfterMs < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(retryAfterMs));
    }

    /** {@return the response's own error code or a firewall's support ID, or ""} */
    public String code() {
        return code;
    }

    /** {@return the response, redacted, at most 4 KiB; "" for any 2xx} */
    public String body() {
        return body;
    }
}
