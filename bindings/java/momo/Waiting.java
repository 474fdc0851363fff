package momo;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How threads wait for a token of one client. None of them waits in C: there it could not be
 * interrupted, and a virtual thread would keep its carrier.
 */
final class Waiting {
    private static final long FOREVER = Long.MAX_VALUE;

    private final Handle handle;
    private FutureTask<MomoToken> looking;

    Waiting(Handle handle) {
        this.handle = handle;
    }

    /** The token at hand, or the first within that time. */
    MomoToken token(long timeoutMs) throws MomoException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (true) {
            try {
                return atHand();
            } catch (MomoException e) {
                long left = timeoutMs < 0 ? FOREVER : end - System.nanoTime();
                if (e.status() != MomoStatus.WOULD_BLOCK || timeoutMs == 0) {
                    throw e;
                } else if (e.retryAfter().isEmpty()) { // The library asks for nothing in the background.
                    return block(LibMomo::momo_get_token, timeoutMs);
                } else if (left <= 0) {
                    throw new MomoException(MomoStatus.TIMED_OUT, e.getMessage());
                }
                outcome(looking(), left);
            }
        }
    }

    /** Makes a call on a thread of its own. */
    MomoToken block(LibMomo.TokenCall call, long timeoutMs) throws MomoException {
        Handle clone = handle.copy();
        try {
            return outcome(start(() -> clone.use(client -> LibMomo.token(call, client, timeoutMs))), FOREVER);
        } finally {
            clone.run();
        }
    }

    private MomoToken atHand() throws MomoException {
        return handle.use(client -> LibMomo.token(LibMomo::momo_get_token, client, 0));
    }

    /** Done as soon as there is a token or a failure. One thread looks for all. */
    private synchronized FutureTask<MomoToken> looking() {
        if (looking == null || looking.isDone()) {
            looking = start(this::look);
        }
        return looking;
    }

    private MomoToken look() throws InterruptedException {
        while (true) {
            Thread.sleep(5);
            try {
                return atHand();
            } catch (MomoException e) {
                if (e.status() != MomoStatus.WOULD_BLOCK || e.retryAfter().isEmpty()) {
                    return null; // Each has its own.
                }
            }
        }
    }

    private static FutureTask<MomoToken> start(Callable<MomoToken> call) {
        FutureTask<MomoToken> task = new FutureTask<>(call);
        Thread thread = new Thread(task, "momo");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    /** Null if the time is up. */
    private static MomoToken outcome(FutureTask<MomoToken> task, long nanos) throws MomoException {
        try {
            return task.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MomoException(MomoStatus.CANCELLED, "the thread was interrupted");
        } catch (ExecutionException e) {
            MomoException told = e.getCause() instanceof MomoException known
                    ? known : new MomoException(MomoStatus.INTERNAL, e.getCause().toString());
            told.fillInStackTrace(); // which tells who called
            throw told;
        }
    }
}
