package momo;

import com.sun.jna.Pointer;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BiConsumer;

/**
 * Gets access tokens from MTN Mobile Money's Partner Gateway, for any number of threads at once.
 *
 * <p>An interrupt ends a call that waits with CANCELLED, and the thread stays interrupted.
 *
 * <p>Leave the option cache at process, or set it to none: with client, a call that asks the
 * gateway keeps its token to itself.
 */
public final class MomoClient implements AutoCloseable {
    /** The library's levels, 1 to 4. */
    private static final List<Level> LEVELS = List.of(Level.ERROR, Level.WARNING, Level.INFO, Level.DEBUG);

    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Cleaner CLEANER = Cleaner.create();

    private final Handles handles;
    private final Cleaner.Cleanable cleanable;

    private MomoClient(Handles handles) {
        this.handles = handles;
        cleanable = CLEANER.register(this, handles);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A token that is good now: what to call before each payment. Waits as option timeout says. */
    public MomoToken getToken() throws MomoException {
        return call(LibMomo::momo_get_token, -1);
    }

    /** The same within the call's own time; with none left it never waits, and may WOULD_BLOCK. */
    public MomoToken getToken(Duration timeout) throws MomoException {
        return call(LibMomo::momo_get_token, milliseconds(timeout));
    }

    /** A new token, never from the cache: the operation CreateAccessToken. */
    public MomoToken createToken() throws MomoException {
        return call(LibMomo::momo_create_token, -1);
    }

    public MomoToken createToken(Duration timeout) throws MomoException {
        return call(LibMomo::momo_create_token, milliseconds(timeout));
    }

    /** The gateway refused this token, with a 401 to a payment, say: it is not handed out again. */
    public void invalidateToken(String accessToken) throws MomoException {
        Pointer client = handles.enter();
        try {
            LibMomo.check(error -> LibMomo.momo_invalidate_token(client, accessToken, error));
        } finally {
            handles.leave();
            Reference.reachabilityFence(this);
        }
    }

    /** Forgets every token that this process holds. */
    public static void clearCache() {
        LibMomo.momo_clear_cache();
    }

    /** Ends the calls in progress, and every later one, with CANCELLED. */
    @Override
    public void close() {
        cleanable.clean();
    }

    private interface Operation {
        int call(Pointer client, long timeoutMs, Pointer token, Pointer error);
    }

    private MomoToken call(Operation operation, long timeoutMs) throws MomoException {
        Pointer shared = handles.enter();
        try {
            // Mostly a token is at hand, or why there is none is known: nothing to wait for.
            try {
                return ask(operation, shared, 0);
            } catch (MomoException e) {
                if (timeoutMs == 0 || e.status() != MomoStatus.WOULD_BLOCK) {
                    throw e;
                }
            }
            return interruptibly(operation, timeoutMs);
        } finally {
            handles.leave();
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Nothing can interrupt a thread that is in C. So another one calls while this one waits; and
     * as cancelling is final for a client, and ends all calls on it, this call has a client of its
     * own. Clients are cheap, and share the token.
     */
    private MomoToken interruptibly(Operation operation, long timeoutMs) throws MomoException {
        Pointer own = handles.open();
        boolean interrupted = false;
        try {
            FutureTask<MomoToken> call = new FutureTask<>(() -> ask(operation, own, timeoutMs));
            Thread worker = new Thread(call, "momo");
            worker.setDaemon(true);
            worker.start();
            while (true) {
                try {
                    return call.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    LibMomo.momo_cancel_client(own); // The call returns at once: wait on.
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MomoException failure) {
                failure.fillInStackTrace(); // This thread's, which tells who called.
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            handles.release(own);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static MomoToken ask(Operation operation, Pointer client, long timeoutMs) throws MomoException {
        return LibMomo.token(LibMomo.output((token, error) -> operation.call(client, timeoutMs, token, error)));
    }

    /** Rounded up; never -1, which would be the option timeout. */
    private static long milliseconds(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            return 0;
        }
        Duration bounded = timeout.compareTo(LONGEST) < 0 ? timeout : LONGEST;
        return bounded.plusNanos(999_999).toMillis();
    }

    /** Collects options, and applies them in their order. */
    public static final class Builder {
        private interface Step {
            void apply(Pointer config) throws MomoException;
        }

        private final List<Step> steps = new ArrayList<>();
        private LibMomo.Log log;

        private Builder() {}

        /** Every option that the environment names, MOMO_API_USER and so on. */
        public Builder fromEnvironment() {
            steps.add(config -> LibMomo.check(error -> LibMomo.momo_set_options_from_env(config, error)));
            return this;
        }

        /** One option by its name; docs/options.md has the table. */
        public Builder option(String name, String value) {
            if (name.indexOf('\0') >= 0 || value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("an option's name or value has a NUL in it");
            }
            steps.add(config -> LibMomo.check(error -> LibMomo.momo_set_option(config, name, value, error)));
            return this;
        }

        /**
         * Has the logger called for lines from ERROR to {@code most}, such as {@code
         * System.getLogger("momo")::log}; by several threads at once. What it throws is dropped.
         */
        public Builder logger(Level most, BiConsumer<Level, String> logger) {
            log = (userData, level, line) -> {
                try {
                    logger.accept(LEVELS.get(level - 1), LibMomo.text(line));
                } catch (Throwable e) {
                    // It must not reach C: to lose a line is the lesser evil.
                }
            };
            LibMomo.Log callback = log;
            int level = LEVELS.indexOf(most) + 1;
            steps.add(config -> LibMomo.check(
                    error -> LibMomo.momo_set_logger(config, callback, null, null, level, error)));
            return this;
        }

        /** Uses no network. */
        public MomoClient build() throws MomoException {
            Pointer config = LibMomo.momo_create_config();
            try {
                for (Step step : steps) {
                    step.apply(config);
                }
            } catch (MomoException e) {
                LibMomo.momo_free_config(config);
                throw e;
            }
            return new MomoClient(new Handles(config, log));
        }
    }
}
