package momo;

import com.sun.jna.Pointer;
import java.util.HashSet;
import java.util.Set;

/** A client's C handles, apart from it: what the cleaner holds must not keep the client alive. */
final class Handles implements Runnable {
    private final Pointer config;
    private final Pointer shared;
    /** Only held, as long as the library may call it: it does not hold objects of Java. */
    private final LibMomo.Log log;

    private final Set<Pointer> single = new HashSet<>();
    private int calls;
    private boolean closed;

    /** Takes the config over, also where this fails. */
    Handles(Pointer config, LibMomo.Log log) throws MomoException {
        this.config = config;
        this.log = log;
        try {
            shared = create();
        } catch (MomoException e) {
            LibMomo.momo_free_config(config);
            throw e;
        }
    }

    private Pointer create() throws MomoException {
        return LibMomo.output((client, error) -> LibMomo.momo_create_client(config, client, error));
    }

    /** The client that all share, alive until leave is called. */
    synchronized Pointer enter() throws MomoException {
        if (closed) {
            throw new MomoException(MomoStatus.CANCELLED.number, 0, -1, "the client is closed; make another", "", "");
        }
        calls++;
        return shared;
    }

    synchronized void leave() {
        calls--;
        freeLast();
    }

    /** A client for one call, between enter and leave. */
    Pointer open() throws MomoException {
        Pointer client = create();
        synchronized (this) {
            single.add(client);
            if (closed) {
                LibMomo.momo_cancel_client(client);
            }
        }
        return client;
    }

    void release(Pointer client) {
        synchronized (this) {
            single.remove(client);
        }
        LibMomo.momo_free_client(client);
    }

    /** Ends the calls in progress; the last of them frees. */
    @Override
    public synchronized void run() {
        if (!closed) {
            closed = true;
            // Last the one that all share: a call that waits for its request would ask by itself.
            single.forEach(LibMomo::momo_cancel_client);
            LibMomo.momo_cancel_client(shared);
            freeLast();
        }
    }

    private void freeLast() {
        if (closed && calls == 0) {
            LibMomo.momo_free_client(shared);
            LibMomo.momo_free_config(config);
        }
    }
}
