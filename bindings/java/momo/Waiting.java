package momo;

import com.sun.jna.Pointer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * How threads wait for a token of one client. None of them waits in C: there it could not be
 * interrupted, and a virtual thread would keep its carrier.
 */
final class Waiting {
    interface Operation {
        int call(Pointer client, long timeoutMs, Pointer token, Pointer error);
    }

    private final Handle handle;
    private CountDownLatch settled;

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
                long left = end - System.nanoTime();
                if (e.status() != MomoStatus.WOULD_BLOCK || timeoutMs == 0) {
                    throw e;
                } else if (e.retryAfter().isEmpty()) { // The library asks for nothing in the background.
                    return block(LibMomo::momo_get_token, timeoutMs);
                } else if (timeoutMs > 0 && left <= 0) {
                    throw new MomoException(MomoStatus.TIMED_OUT, e.getMessage());
                }
                interruptible(() -> settled().await(timeoutMs < 0 ? Long.MAX_VALUE : left, TimeUnit.NANOSECONDS));
            }
        }
    }

    /** Makes a call on a thread of its own. */
    MomoToken block(Operation operation, long timeoutMs) throws MomoException {
        Handle clone = handle.copy();
        var call = new FutureTask<>(() -> clone.use(client -> LibMomo.token(operation, client, timeoutMs)));
        start(call);
        try {
            return interruptible(call::get);
        } finally {
            clone.run();
        }
    }

    private MomoToken atHand() throws MomoException {
        return handle.use(client -> LibMomo.token(LibMomo::momo_get_token, client, 0));
    }

    /** Opened as soon as there is a token or a failure. One thread looks for all. */
    private synchronized CountDownLatch settled() {
        if (settled == null) {
            settled = new CountDownLatch(1);
            start(this::look);
        }
        return settled;
    }

    private void look() {
        try {
            do {
                Thread.sleep(5);
            } while (isUnderWay());
        } catch (InterruptedException e) {
            // Nobody has this thread.
        }
        synchronized (this) {
            settled.countDown();
            settled = null;
        }
    }

    private boolean isUnderWay() {
        try {
            return atHand() == null;
        } catch (MomoException e) {
            return e.status() == MomoStatus.WOULD_BLOCK;
        }
    }

    private static void start(Runnable run) {
        Thread thread = new Thread(run, "momo");
        thread.setDaemon(true);
        thread.start();
    }

    private interface Wait<T> {
        T end() throws InterruptedException, ExecutionException;
    }

    private static <T> T interruptible(Wait<T> wait) throws MomoException {
        try {
            return wait.end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MomoException(MomoStatus.CANCELLED, "the thread was interrupted");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof MomoException told
                    ? told : new MomoException(MomoStatus.INTERNAL, e.getCause().toString());
        }
    }
}
