package momo;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How threads wait for a token of one client. None of them waits in C: there it could not be
 * interrupted, and a virtual thread would keep its carrier.
 */
final class Waiting {
    private final Handle handle;
    /** Whoever leaves takes no time to be found, unlike in a queue. */
    private final Set<Thread> parked = ConcurrentHashMap.newKeySet();

    private boolean isLooking;

    Waiting(Handle handle) {
        this.handle = handle;
    }

    MomoToken token(long timeoutMs) throws MomoException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (true) {
            try {
                return atHand();
            } catch (MomoException e) {
                if (e.status() != MomoStatus.WOULD_BLOCK || timeoutMs == 0) {
                    throw e;
                } else if (e.retryAfter().isEmpty()) { // Nothing is asked for in the background.
                    return block(LibMomo::momo_get_token, timeoutMs);
                } else if (timeoutMs > 0 && System.nanoTime() - end >= 0) {
                    throw new MomoException(MomoStatus.TIMED_OUT, e.getMessage());
                }
            }
            park(timeoutMs < 0 ? Long.MAX_VALUE : end - System.nanoTime());
        }
    }

    MomoToken block(LibMomo.TokenCall call, long timeoutMs) throws MomoException {
        Handle clone = handle.copy();
        FutureTask<MomoToken> task =
                new FutureTask<>(() -> clone.use(client -> LibMomo.token(call, client, timeoutMs)));
        start(task);
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted();
        } catch (ExecutionException e) {
            MomoException told = e.getCause() instanceof MomoException known
                    ? known : new MomoException(MomoStatus.INTERNAL, e.getCause().toString());
            told.fillInStackTrace(); // which tells who called
            throw told;
        } finally {
            clone.run();
        }
    }

    private MomoToken atHand() throws MomoException {
        return handle.use(client -> LibMomo.token(LibMomo::momo_get_token, client, 0));
    }

    /** Until there may be a token or a failure, or the time is up. One thread looks for all. */
    private void park(long nanos) throws MomoException {
        Thread thread = Thread.currentThread();
        parked.add(thread);
        try {
            synchronized (this) {
                if (!isLooking) {
                    start(this::look);
                    isLooking = true;
                }
            }
            LockSupport.parkNanos(this, nanos);
        } finally {
            parked.remove(thread);
        }
        if (thread.isInterrupted()) {
            throw interrupted();
        }
    }

    private void look() {
        try {
            do {
                Thread.sleep(5);
            } while (isUnderWay());
        } catch (InterruptedException e) {
            // The first who parks again starts another.
        } finally {
            synchronized (this) {
                isLooking = false; // before the others: whoever parks from now on is not among them
            }
            parked.forEach(LockSupport::unpark);
        }
    }

    private boolean isUnderWay() {
        try {
            atHand();
            return false;
        } catch (MomoException e) {
            return e.status() == MomoStatus.WOULD_BLOCK && e.retryAfter().isPresent();
        }
    }

    private static void start(Runnable run) {
        Thread thread = new Thread(run, "momo");
        thread.setDaemon(true);
        thread.start();
    }

    private static MomoException interrupted() {
        return new MomoException(MomoStatus.CANCELLED, "the thread was interrupted");
    }
}
