package momo;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

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
    static native int momo_get_options(Pointer client, Pointer options, Pointer error);
    static native int momo_get_stats(Pointer client, Pointer stats, Pointer error);
    static native void momo_clear_cache();
    static native Pointer momo_version();
    private static native void momo_free_options(Pointer options);
    private static native void momo_free_stats(Pointer stats);
    private static native void momo_free_token(Pointer token);
    private static native void momo_free_error(Pointer error);
    static native Pointer momo_status_name(int status);

    interface TokenCall {
        int to(Pointer client, long timeoutMs, Pointer token, Pointer error);
    }

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

    /** Makes a call that hands nothing out: returns null. */
    static Pointer check(ToIntFunction<Pointer> call) throws MomoException {
        return output((unused, error) -> call.applyAsInt(error));
    }

    static String text(Pointer text) {
        return text.getString(0, UTF_8);
    }

    /** Makes a call for a token, copies it, and frees it, which wipes that copy. */
    static MomoToken token(TokenCall call, Pointer client, long timeoutMs) throws MomoException {
        Pointer pointer = output((token, error) -> call.to(client, timeoutMs, token, error));
        try {
            // After three pointers and what may fill up to eight bytes; the fourth is an int32_t.
            long[] numbers = pointer.getLongArray((3L * Native.POINTER_SIZE + 7) / 8 * 8, 5);
            return new MomoToken(
                    new MomoToken.Secret(text(pointer.getPointer(0))),
                    text(pointer.getPointer(Native.POINTER_SIZE)),
                    numbers[0], numbers[1], numbers[2], MomoStatus.of((int) numbers[3]), numbers[4]);
        } finally {
            momo_free_token(pointer);
        }
    }

    static List<MomoOption> options(Pointer client) throws MomoException {
        Pointer first = output((options, error) -> momo_get_options(client, options, error));
        try {
            return Stream.iterate(first, Objects::nonNull, o -> o.getPointer(4L * Native.POINTER_SIZE))
                    .map(o -> o.getPointerArray(0, 4))
                    .map(t -> new MomoOption(text(t[0]), text(t[1]), text(t[2]), text(t[3])))
                    .toList();
        } finally {
            momo_free_options(first);
        }
    }

    static MomoStats stats(Pointer client) throws MomoException {
        Pointer pointer = output((stats, error) -> momo_get_stats(client, stats, error));
        try {
            long[] s = pointer.getLongArray(0, 20); // Its members are all int64_t.
            MomoStatus lastFailure = MomoStatus.of((int) s[14]);
            return new MomoStats(
                    s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10], s[11], s[12], s[13],
                    lastFailure, s[15], s[16], s[17], s[18], MomoOrigin.of((int) s[19]));
        } finally {
            momo_free_stats(pointer);
        }
    }

    private static MomoException taken(Pointer pointer) {
        try {
            Pointer[] texts = pointer.getPointerArray(16, 3);
            return new MomoException(
                    pointer.getInt(0), pointer.getInt(4), pointer.getLong(8),
                    text(texts[0]), text(texts[1]), text(texts[2]));
        } finally {
            momo_free_error(pointer);
        }
    }
}
