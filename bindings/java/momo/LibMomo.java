package momo;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import java.util.Map;
import java.util.function.ToIntFunction;

/** momo.h, as far as it is needed. */
final class LibMomo {
    private static final String UTF_8 = "UTF-8";

    static {
        // Without it, strings would be in the locale's encoding.
        Map<String, Object> options = Map.of(Library.OPTION_STRING_ENCODING, UTF_8);
        Native.register(LibMomo.class, LibraryLocator.load(options));
    }

    private LibMomo() {}

    interface Log extends Callback {
        void line(Pointer userData, int level, Pointer line);
    }

    static native Pointer momo_create_config();

    static native int momo_set_option(Pointer config, String name, String value, Pointer error);

    static native int momo_set_options_from_env(Pointer config, Pointer error);

    static native int momo_set_logger(
            Pointer config, Log log, Pointer userData, Pointer freeUserData, int level, Pointer error);

    static native void momo_free_config(Pointer config);

    static native int momo_create_client(Pointer config, Pointer client, Pointer error);

    static native Pointer momo_clone_client(Pointer client);

    static native void momo_cancel_client(Pointer client);

    static native void momo_free_client(Pointer client);

    static native int momo_create_token(Pointer client, long timeoutMs, Pointer token, Pointer error);

    static native int momo_get_token(Pointer client, long timeoutMs, Pointer token, Pointer error);

    static native int momo_invalidate_token(Pointer client, String accessToken, Pointer error);

    static native int momo_get_stats(Pointer client, Pointer stats, Pointer error);

    static native void momo_clear_cache();

    private static native void momo_free_stats(Pointer stats);

    private static native void momo_free_token(Pointer token);

    private static native void momo_free_error(Pointer error);

    private static native Pointer momo_status_name(int status);

    @Structure.FieldOrder({
        "access_token", "token_type", "authorization", "expires_in", "expires_at", "lifetime", "refresh_status",
        "refresh_in"
    })
    public static final class Token extends Structure {
        public Pointer access_token;
        public Pointer token_type;
        public Pointer authorization;
        public long expires_in;
        public long expires_at;
        public long lifetime;
        public int refresh_status;
        public long refresh_in;

        Token(Pointer token) {
            super(token);
            read();
        }
    }

    @Structure.FieldOrder({"status", "http_status", "retry_after_ms", "message", "code", "body"})
    public static final class Failure extends Structure {
        public int status;
        public int http_status;
        public long retry_after_ms;
        public Pointer message;
        public Pointer code;
        public Pointer body;

        Failure(Pointer error) {
            super(error);
            read();
        }
    }

    /** A call that hands something out. */
    interface Call {
        int to(Pointer output, Pointer error);
    }

    /** What the call handed out. */
    static Pointer output(Call call) throws MomoException {
        // Freed here and now: thousands of calls may come before the garbage collector does.
        try (Memory memory = new Memory(2L * Native.POINTER_SIZE)) {
            Pointer error = memory.share(Native.POINTER_SIZE);
            if (call.to(memory, error) != 0) {
                throw taken(error.getPointer(0));
            }
            return memory.getPointer(0);
        }
    }

    /** Makes a call that hands nothing out. */
    static void check(ToIntFunction<Pointer> call) throws MomoException {
        try (Memory error = new Memory(Native.POINTER_SIZE)) {
            if (call.applyAsInt(error) != 0) {
                throw taken(error.getPointer(0));
            }
        }
    }

    static String text(Pointer text) {
        return text.getString(0, UTF_8);
    }

    static String statusName(int status) {
        return text(momo_status_name(status));
    }

    /** Copies a token, and frees it, which wipes that copy. */
    static MomoToken token(Pointer pointer) {
        try {
            Token token = new Token(pointer);
            return new MomoToken(
                    text(token.access_token),
                    text(token.token_type),
                    text(token.authorization),
                    token.expires_in,
                    token.expires_at,
                    token.lifetime,
                    MomoStatus.of(token.refresh_status),
                    token.refresh_in);
        } finally {
            momo_free_token(pointer);
        }
    }

    /** Copies counters, and frees them. */
    static MomoStats stats(Pointer pointer) {
        try {
            long[] s = pointer.getLongArray(0, 20); // Its members are all int64_t.
            MomoStatus lastFailure = MomoStatus.of((int) s[14]);
            return new MomoStats(
                    s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10], s[11], s[12], s[13],
                    lastFailure, s[15], s[16], s[17], s[18], s[19]);
        } finally {
            momo_free_stats(pointer);
        }
    }

    private static MomoException taken(Pointer pointer) {
        try {
            Failure failure = new Failure(pointer);
            return new MomoException(
                    failure.status,
                    failure.http_status,
                    failure.retry_after_ms,
                    text(failure.message),
                    text(failure.code),
                    text(failure.body));
        } finally {
            momo_free_error(pointer);
        }
    }
}
