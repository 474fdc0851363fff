package momo;

import com.sun.jna.Pointer;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * Gets access tokens from MTN Mobile Money's Partner Gateway, for any number of threads at once.
 *
 * <p>An interrupt ends a call that waits with CANCELLED, and the thread stays interrupted.
 */
public final class MomoClient implements MomoTokenSource, AutoCloseable {
    private static final List<Level> LEVELS = List.of(Level.ERROR, Level.WARNING, Level.INFO, Level.DEBUG);
    private static final Duration MAX_TIMEOUT = Duration.ofDays(1);
    private static final Cleaner CLEANER = Cleaner.create();

    private final Handle handle;
    private final Cleaner.Cleanable cleanable;
    private final Waiting waiting;

    private MomoClient(Handle handle) {
        this.handle = handle;
        waiting = new Waiting(handle);
        cleanable = CLEANER.register(this, handle);
    }

    /** {@return a builder without any option set} */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public MomoToken getToken() throws MomoException {
        return with(client -> waiting.token(-1));
    }

    @Override
    public MomoToken getToken(Duration timeout) throws MomoException {
        return with(client -> waiting.token(milliseconds(timeout)));
    }

    /**
     * {@return a new token from the gateway, at every call: the operation CreateAccessToken}
     *
     * @param timeout the call's whole time
     * @throws MomoException if the gateway gives none within that time
     */
    public MomoToken createToken(Duration timeout) throws MomoException {
        return with(client -> waiting.block(LibMomo::momo_create_token, milliseconds(timeout)));
    }

    @Override
    public void invalidateToken(String accessToken) throws MomoException {
        if (accessToken.isEmpty() || accessToken.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the token is empty or has a NUL in it");
        }
        with(client ->
                LibMomo.check(error -> LibMomo.momo_invalidate_token(client, accessToken, error)));
    }

    /**
     * {@return every option as it is used, for whoever looks for a mistake}
     *
     * @throws MomoException if the client is closed
     */
    public List<MomoOption> options() throws MomoException {
        return with(LibMomo::options);
    }

    /**
     * {@return the counters, for a monitoring system; does not wait}
     *
     * @throws MomoException if the client is closed
     */
    public MomoStats stats() throws MomoException {
        return with(LibMomo::stats);
    }

    /** Forgets every token that this process holds. */
    public static void clearCache() {
        LibMomo.momo_clear_cache();
    }

    /** {@return the version of the library} */
    public static String version() {
        return LibMomo.text(LibMomo.momo_version());
    }

    /** Ends the calls in progress, and every later one, with CANCELLED. */
    @Override
    public void close() {
        cleanable.clean();
    }

    private <T> T with(Handle.Use<T> use) throws MomoException {
        try {
            return handle.use(use);
        } finally {
            Reference.reachabilityFence(this); // The cleaner would cancel the call.
        }
    }

    private static long milliseconds(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("the timeout is negative: " + timeout);
        }
        // Rounded up: what is nearly spent must not become 0, which never waits.
        return (timeout.compareTo(MAX_TIMEOUT) < 0 ? timeout : MAX_TIMEOUT).plusNanos(999_999).toMillis();
    }

    /** Collects options, and applies them in their order. */
    public static final class Builder {
        private final List<LibMomo.Call> steps = new ArrayList<>();
        private LibMomo.Log log;

        private Builder() {}

        /** {@return this builder, with every option that the environment names: MOMO_API_USER and so on} */
        public Builder fromEnvironment() {
            steps.add(LibMomo::momo_set_options_from_env);
            return this;
        }

        /**
         * Sets one option by its name; docs/options.md has the table.
         *
         * @param name such as "api_user"
         * @param value as text: "10s" for a duration
         * @return this builder
         */
        public Builder option(String name, String value) {
            Objects.requireNonNull(value, () -> "the option " + name + " is null");
            if (name.indexOf('\0') >= 0 || value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("an option's name or value has a NUL in it");
            }
            steps.add((config, error) -> LibMomo.momo_set_option(config, name, value, error));
            return this;
        }

        /**
         * Has a logger called for lines from ERROR to {@code most}, by several threads at once. It
         * must not wait for a token of this client. What it throws is dropped.
         *
         * @param most the least important level that is wanted
         * @param logger such as {@code System.getLogger("momo")::log}
         * @return this builder
         */
        public Builder logger(Level most, BiConsumer<Level, String> logger) {
            log = (userData, level, line) -> {
                try {
                    logger.accept(LEVELS.get(level - 1), LibMomo.text(line));
                } catch (Throwable e) {
                    // It must not reach C: to lose a line is the lesser evil.
                }
            };
            int level = LEVELS.indexOf(most) + 1;
            steps.add((config, error) ->
                    LibMomo.momo_set_logger(config, log, null, null, level, error));
            return this;
        }

        /**
         * {@return a client, to be closed; makes no use of the network}
         *
         * @throws MomoException if an option is wrong or missing
         */
        public MomoClient build() throws MomoException {
            Pointer config = LibMomo.momo_create_config();
            try {
                for (LibMomo.Call step : steps) {
                    LibMomo.check(error -> step.to(config, error));
                }
                Pointer client = LibMomo.output((made, error) -> LibMomo.momo_create_client(config, made, error));
                return new MomoClient(new Handle(client, log));
            } finally {
                LibMomo.momo_free_config(config);
            }
        }
    }
}
