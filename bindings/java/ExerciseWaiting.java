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

    ExerciseWaiting(MomoClient client) {
        this.client = client;
    }

    String run() throws Exception {
        // Virtual threads, a sleep and a time-out have threads of their own.
        start(() -> sleep(1)).join();
        Thread[] threads = new Thread[CALLERS];
        CountDownLatch begun = new CountDownLatch(CALLERS), go = new CountDownLatch(1);
        long[] end = {0};
        for (int i = 0; i < CALLERS; i++) {
            int number = i % LEAVING;
            threads[i] = start(() -> {
                begun.countDown();
                try {
                    go.await();
                    call(number, end[0]);
                } catch (InterruptedException e) {
                    unexpected.add(e.toString());
                }
            });
        }
        begun.await();
        int before = threads(), most = 0;
        end[0] = System.nanoTime() + LEAVE_AFTER.toNanos();
        go.countDown();
        sleep(left(end[0]));
        for (int i = 2; i < CALLERS; i += LEAVING) {
            threads[i].interrupt();
        }
        for (long left = 1; left > 0; left = left(end[0] + LEAVE_AFTER.toNanos())) {
            most = Math.max(most, threads());
            sleep(10);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!unexpected.isEmpty()) {
            throw new IllegalStateException(unexpected.toString());
        }
        return Json.object("distinct", distinct.size(), "late_ms", latest.get(), "threads", most - before);
    }

    private void call(int number, long end) {
        try {
            distinct.add((number == 1 ? client.getToken(Duration.ofNanos(end - System.nanoTime())) : client.getToken())
                    .accessToken());
        } catch (MomoException e) {
            latest.accumulateAndGet(-left(end), Math::max);
            boolean timedOut = e.status() == MomoStatus.TIMED_OUT && e.getMessage().contains("the request goes on");
            if (number == 1 ? !timedOut : e.status() != MomoStatus.CANCELLED || !Thread.interrupted()) {
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

    private static long left(long end) {
        return TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    }

    private static void sleep(long ms) {
        try {
            Thread.sleep(Math.max(ms, 0));
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
