package momo;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
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
        int to(Pointer configOrOutput, Pointer error);
    }

    static Pointer output(Call call) throws MomoException {
        // Freed here and now: thousands of calls may come before the garbage collector does.
        try (Memory memory = new Memory(2L * Native.POINTER_SIZE)) {
            Pointer error = memory.share(Native.POINTER_SIZE);
            if (call.to(memory, error) != 0) {
                throw copied(error.getPointer(0), LibMomo::momo_free_error, LibMomo::exception);
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

    /** Copies what was handed out, and frees it, which wipes it. */
    private static <T> T copied(
            Pointer pointer, Consumer<Pointer> free, Function<Pointer, T> copy) {
        try {
            return copy.apply(pointer);
        } finally {
            free.accept(pointer);
        }
    }

    static MomoToken token(TokenCall call, Pointer client, long timeoutMs) throws MomoException {
        Pointer given = output((token, error) -> call.to(client, timeoutMs, token, error));
        return copied(given, LibMomo::momo_free_token, token -> {
            // After three pointers and what may fill up to eight bytes; the fourth is an int32_t.
            long[] numbers = token.getLongArray((3L * Native.POINTER_SIZE + 7) / 8 * 8, 5);
            return new MomoToken(
                    new MomoToken.Secret(text(token.getPointer(0))),
                    text(token.getPointer(Native.POINTER_SIZE)),
                    numbers[0], numbers[1], numbers[2], MomoStatus.of((int) numbers[3]), numbers[4]);
        });
    }

    static List<MomoOption> options(Pointer client) throws MomoException {
        Pointer given = output((options, error) -> momo_get_options(client, options, error));
        return copied(given, LibMomo::momo_free_options, first -> Stream
                .iterate(first, Objects::nonNull, o -> o.getPointer(4L * Native.POINTER_SIZE))
                .map(o -> o.getPointerArray(0, 4))
                .map(t -> new MomoOption(text(t[0]), text(t[1]), text(t[2]), text(t[3])))
                .toList());
    }

    static MomoStats stats(Pointer client) throws MomoException {
        Pointer given = output((stats, error) -> momo_get_stats(client, stats, error));
        // Its members are all int64_t.
        long[] s = copied(given, LibMomo::momo_free_stats, stats -> stats.getLongArray(0, 20));
        var failure = MomoStatus.of((int) s[14]);
        var origin = MomoOrigin.values()[Math.min((int) s[19], MomoOrigin.UNKNOWN.ordinal())];
        return new MomoStats(
                s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10], s[11], s[12],
                s[13], failure, s[15], s[16], s[17], s[18], origin);
    }

    private static MomoException exception(Pointer error) {
        Pointer[] texts = error.getPointerArray(16, 3);
        return new MomoException(
                error.getInt(0), error.getInt(4), error.getLong(8),
                text(texts[0]), text(texts[1]), text(texts[2]));
    }
}
