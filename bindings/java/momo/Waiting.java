package momo;

import com.sun.jna.Pointer;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One call of the library at a time, and the threads that wait for it. They are parked: a thread in C
 * could not be interrupted, and a virtual one would keep its carrier.
 */
final class Waiting {
    interface Operation {
        int call(Pointer client, long timeoutMs, Pointer token, Pointer error);
    }

    private final Operation operation;
    private final long timeoutMs;
    private volatile Call current;

    Waiting(Operation operation, long timeoutMs) {
        this.operation = operation;
        this.timeoutMs = timeoutMs;
    }

    /** Whether to wait for the call in progress; not in a logger, which the call itself waits for. */
    boolean isUnderWay() {
        Call call = current;
        return call != null && call.thread != Thread.currentThread();
    }

    /** Has the next thread begin another call. */
    synchronized void forget() {
        current = null;
    }

    /** The call's outcome, or null if the time was up before. */
    MomoToken await(Pointer client, long nanos) throws MomoException {
        Call call = join(client);
        long end = System.nanoTime() + nanos;
        try {
            while (!call.hasEnded) {
                long left = end - System.nanoTime();
                if (Thread.currentThread().isInterrupted()) {
                    throw new MomoException(MomoStatus.CANCELLED, "the thread was interrupted");
                } else if (left <= 0) {
                    return null;
                }
                LockSupport.parkNanos(call, left);
            }
        } finally {
            leave(call);
        }
        if (call.failure != null) {
            throw new MomoException(call.failure); // Its stack tells who called.
        }
        return call.token;
    }

    private synchronized Call join(Pointer client) {
        if (current == null) {
            Call call = new Call(LibMomo.momo_clone_client(client));
            call.thread.setDaemon(true);
            call.thread.start();
            current = call;
        }
        current.threads.add(Thread.currentThread());
        return current;
    }

    private synchronized void leave(Call call) {
        call.threads.remove(Thread.currentThread());
        if (call.threads.isEmpty() && !call.hasEnded) {
            hide(call);
            LibMomo.momo_cancel_client(call.clone);
        }
    }

    private synchronized void end(Call call) {
        hide(call);
        LibMomo.momo_free_client(call.clone);
        call.hasEnded = true;
        call.threads.forEach(LockSupport::unpark);
    }

    private void hide(Call call) {
        if (current == call) {
            current = null;
        }
    }

    private final class Call implements Runnable {
        /** To cancel is final, so the call has a handle to itself. */
        private final Pointer clone;
        private final Thread thread = new Thread(this, "momo");
        private final Set<Thread> threads = new HashSet<>();
        private MomoToken token;
        private MomoException failure;
        private volatile boolean hasEnded;

        Call(Pointer clone) {
            this.clone = clone;
        }

        @Override
        public void run() {
            try {
                token = LibMomo.token(operation, clone, timeoutMs);
            } catch (MomoException e) {
                failure = e;
            } catch (Throwable e) {
                failure = new MomoException(MomoStatus.INTERNAL, e.toString());
            } finally {
                end(this);
            }
        }
    }
}
