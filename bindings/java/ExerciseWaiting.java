import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import momo.MomoClient;
import momo.MomoException;
import momo.MomoStatus;

/** Thousands of callers wait for one token, and some leave before it is there. */
final class ExerciseWaiting {
    private static final boolean VIRTUAL = Runtime.version().feature() >= 21;
    /** Each takes a thread if none is virtual. */
    private static final int CALLERS = VIRTUAL ? 10_000 : 500;
    /** One of so many leaves by its timeout, and one by an interrupt. */
    private static final int LEAVING = 20;

    private static final Duration LEAVE_AFTER = Duration.ofSeconds(1);

    private final MomoClient client;
    private final Set<String> distinct = ConcurrentHashMap.newKeySet();
    private final Set<String> unexpected = ConcurrentHashMap.newKeySet();
    private final AtomicLong latest = new AtomicLong();
    private final CountDownLatch waiting = new CountDownLatch(CALLERS);
    private volatile long interruptedAt;

    ExerciseWaiting(MomoClient client) {
        this.client = client;
    }

    String run() throws Exception {
        // Virtual threads, a sleep and a time-out have threads of their own.
        start(() -> sleep(1)).join();
        Thread[] threads = new Thread[CALLERS];
        CountDownLatch begun = new CountDownLatch(CALLERS), go = new CountDownLatch(1);
        for (int i = 0; i < CALLERS; i++) {
            int number = i;
            threads[i] = start(() -> {
                begun.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    unexpected.add(e.toString());
                }
                call(number);
            });
        }
        begun.await();
        int before = threads(), most = 0;
        go.countDown();
        for (long end = System.nanoTime() + 3 * LEAVE_AFTER.toNanos(); System.nanoTime() < end; sleep(10)) {
            most = Math.max(most, threads());
            boolean isLastSecond = end - System.nanoTime() < LEAVE_AFTER.toNanos();
            if (isLastSecond && waiting.getCount() == 0 && interruptedAt == 0) {
                interruptedAt = System.nanoTime();
                for (int i = 2; i < CALLERS; i += LEAVING) {
                    threads[i].interrupt();
                }
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!unexpected.isEmpty()) {
            throw new IllegalStateException(unexpected.toString());
        }
        return Json.object("distinct", distinct.size(), "late_ms", latest.get(), "threads", most - before);
    }

    private void call(int number) {
        boolean timed = number % LEAVING == 1;
        long begin = System.nanoTime();
        waiting.countDown();
        try {
            distinct.add((timed ? client.getToken(LEAVE_AFTER) : client.getToken()).accessToken());
        } catch (MomoException e) {
            long due = timed ? begin + LEAVE_AFTER.toNanos() : interruptedAt;
            latest.accumulateAndGet(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - due), Math::max);
            boolean timedOut = e.status() == MomoStatus.TIMED_OUT && e.getMessage().contains("the request goes on");
            if (timed ? !timedOut : e.status() != MomoStatus.CANCELLED || !Thread.interrupted()) {
                unexpected.add(number + ": " + e.getMessage());
            }
        }
    }

    private static Thread start(Runnable run) throws ReflectiveOperationException {
        if (VIRTUAL) {
            return (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, run);
        }
        Thread thread = new Thread(run);
        thread.start();
        return thread;
    }

    private static void sleep(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Those of the operating system. */
    private static int threads() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("Threads:")) {
                return Integer.parseInt(line.substring(8).trim());
            }
        }
        throw new IOException("no threads in /proc/self/status");
    }
}
