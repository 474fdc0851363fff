package momo;

import com.sun.jna.Pointer;

/** A client's C handle, apart from it: what the cleaner holds must not keep the client alive. */
final class Handle implements Runnable {
    private final Pointer client;
    /** Only held, as long as the library may call it: it does not hold objects of Java. */
    private final LibMomo.Log log;

    private int calls;
    private boolean closed;

    /** Takes the C handle over. */
    Handle(Pointer client, LibMomo.Log log) {
        this.client = client;
        this.log = log;
    }

    interface Use<T> {
        T of(Pointer client) throws MomoException;
    }

    /** Keeps the C handle alive meanwhile. */
    <T> T use(Use<T> use) throws MomoException {
        synchronized (this) {
            if (closed) {
                throw new MomoException(MomoStatus.CANCELLED, "the client is closed; make another");
            }
            calls++;
        }
        try {
            return use.of(client);
        } finally {
            synchronized (this) {
                calls--;
                freeLast();
            }
        }
    }

    /** For one call, since to cancel is final. */
    Handle copy() throws MomoException {
        return new Handle(use(LibMomo::momo_clone_client), log);
    }

    /** Ends the calls in progress; the last of them frees. */
    @Override
    public synchronized void run() {
        if (!closed) {
            closed = true;
            LibMomo.momo_cancel_client(client); // its clones too
            freeLast();
        }
    }

    private void freeLast() {
        if (closed && calls == 0) {
            LibMomo.momo_free_client(client);
        }
    }
}
