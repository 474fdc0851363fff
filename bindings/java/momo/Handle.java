package momo;

import com.sun.jna.Pointer;
import java.util.concurrent.atomic.AtomicInteger;

/** A client's C handle, apart from it: what the cleaner holds must not keep the client alive. */
final class Handle implements Runnable {
    private final Pointer client;
    private final LibMomo.Log log; // only held: the library does not hold objects of Java
    private final AtomicInteger uses = new AtomicInteger(1); // one until it is closed; the last frees

    Handle(Pointer client, LibMomo.Log log) {
        this.client = client;
        this.log = log;
    }

    interface Use<T> {
        T of(Pointer client) throws MomoException;
    }

    /** Keeps the C handle alive meanwhile. */
    <T> T use(Use<T> use) throws MomoException {
        if (uses.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
            throw new MomoException(MomoStatus.CANCELLED, "the client is closed; make another");
        }
        try {
            return use.of(client);
        } finally {
            release();
        }
    }

    /** For one call, since to cancel is final. */
    Handle copy() throws MomoException {
        return new Handle(use(LibMomo::momo_clone_client), log);
    }

    /** Ends the calls in progress, those on copies too. Once. */
    @Override
    public void run() {
        LibMomo.momo_cancel_client(client);
        release();
    }

    private void release() {
        if (uses.decrementAndGet() == 0) {
            LibMomo.momo_free_client(client);
        }
    }
}
