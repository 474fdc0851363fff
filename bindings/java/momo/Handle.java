package momo;

import com.sun.jna.Pointer;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

/** A client's C handle. It is freed when nothing refers to it any more, so never under a call. */
final class Handle {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Pointer client;
    private final LibMomo.Log log;

    /** Takes the C handle over. */
    Handle(Pointer client, LibMomo.Log log) {
        this.client = client;
        this.log = log;
        CLEANER.register(this, () -> {
            LibMomo.momo_free_client(client);
            Reference.reachabilityFence(log); // The library does not hold objects of Java.
        });
    }

    interface Use<T> {
        T of(Pointer client) throws MomoException;
    }

    /** Keeps the C handle alive meanwhile. */
    <T> T use(Use<T> use) throws MomoException {
        try {
            return use.of(client);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** For one call, since to cancel is final. */
    Handle copy() throws MomoException {
        return new Handle(use(LibMomo::momo_clone_client), log);
    }

    /** Ends the calls in progress, those on copies too, and every later one. */
    void cancel() {
        LibMomo.momo_cancel_client(client);
        Reference.reachabilityFence(this);
    }
}
