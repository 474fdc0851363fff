package momo;

/** What a call ended with. Values are fixed for ever; new ones come, and are UNKNOWN until then. */
public enum MomoStatus {
    OK(0),
    INVALID_ARGUMENT(1),
    INVALID_CONFIG(2),
    RESOLVE_FAILED(10),
    CONNECT_FAILED(11),
    TLS_FAILED(12),
    TIMED_OUT(13),
    CONNECTION_LOST(14),
    WOULD_BLOCK(15),
    CANCELLED(16),
    UNAUTHORIZED(20),
    SUBSCRIPTION_KEY_REFUSED(21),
    FORBIDDEN(22),
    RATE_LIMITED(23),
    SERVER_ERROR(24),
    UNEXPECTED_STATUS(25),
    INVALID_RESPONSE(26),
    CACHE_FAILED(30),
    INTERNAL(99),
    UNKNOWN(-1);

    private final int number;

    MomoStatus(int number) {
        this.number = number;
    }

    /** The number in momo.h; -1 where that is UNKNOWN here. */
    public int number() {
        return number;
    }

    static MomoStatus of(int number) {
        for (MomoStatus status : values()) {
            if (status.number == number) {
                return status;
            }
        }
        return UNKNOWN;
    }
}
