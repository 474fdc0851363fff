package momo;

import java.time.Duration;
import java.util.Optional;

/** Why a call failed; the message is one line: what failed, why, what to do. Holds no secret. */
public final class MomoException extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final int httpStatus;
    private final long retryAfterMs;
    private final String code;
    private final String body;

    MomoException(int status, int httpStatus, long retryAfterMs, String message, String code, String body) {
        super(message);
        this.status = status;
        this.httpStatus = httpStatus;
        this.retryAfterMs = retryAfterMs;
        this.code = code;
        this.body = body;
    }

    public MomoStatus status() {
        return MomoStatus.of(status);
    }

    public int statusNumber() {
        return status;
    }

    /** The name in momo.h, "MOMO_TIMED_OUT": what documentation and search engines know. */
    public String statusName() {
        return LibMomo.statusName(status);
    }

    /** 0 where no response came. */
    public int httpStatus() {
        return httpStatus;
    }

    /** How long until another attempt is worth making, where that is known. */
    public Optional<Duration> retryAfter() {
        return retryAfterMs < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(retryAfterMs));
    }

    /** The response's own error code or a firewall's support ID, or "". */
    public String code() {
        return code;
    }

    /** The response, redacted, at most 4 KiB; "" for any 2xx. */
    public String body() {
        return body;
    }
}
