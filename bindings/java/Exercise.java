import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import momo.MomoClient;
import momo.MomoException;
import momo.MomoStats;
import momo.MomoToken;

/** For the tests: one scenario per run, named by the first argument, one JSON object on stdout. */
final class Exercise {
    private static final int PAGE_KIB = 4;
    private static final boolean VIRTUAL = Runtime.version().feature() >= 21;
    private static final Duration LEAVE_AFTER = Duration.ofSeconds(1);

    public static void main(String[] args) throws Exception {
        int[] numbers = List.of(args).stream().skip(1).mapToInt(Integer::parseInt).toArray();
        try (MomoClient client = MomoClient.builder().fromEnvironment().build()) {
            System.out.println(switch (args[0]) {
                case "get" -> get(client, numbers[0], numbers[1], numbers[2]);
                case "wait" -> wait(client, numbers[0], numbers[1]);
                case "close" -> close(client);
                case "leave" -> leave(client);
                case "calls" -> calls();
                case "secrets" -> secrets();
                case "misuse" -> misuse(client);
                default -> throw new IllegalArgumentException("no scenario " + args[0]);
            });
        }
    }

    /** Calls that follow each other, times in milliseconds, -1 for no timeout. */
    private static String get(MomoClient client, int times, int pause, int timeout) throws Exception {
        Outcomes outcomes = new Outcomes();
        Outcomes.Get get = timeout < 0 ? client::getToken : () -> client.getToken(Duration.ofMillis(timeout));
        int warmUp = times / 4;
        long before = 0, begin = 0;
        for (int i = 0; i < warmUp + times; i++) {
            if (i == warmUp) {
                before = residentKib();
                begin = System.nanoTime();
            }
            outcomes.of(get);
            Thread.sleep(pause);
        }
        return Json.object("outcomes", outcomes.counts, "distinct", outcomes.distinct(), "ms", since(begin),
                "growth_kib", residentKib() - before);
    }

    /**
     * Calls that wait at the same time, on virtual threads if Java has them. Beside those that stay,
     * after a second, so many are interrupted, and the time of as many is up.
     */
    private static String wait(MomoClient client, int staying, int leaving) throws Exception {
        // Virtual threads, a sleep and a time-out have threads of their own.
        start(() -> LockSupport.parkNanos(1_000_000)).join();
        Outcomes outcomes = new Outcomes();
        List<Thread> threads = new ArrayList<>();
        int before = threads();
        long begin = System.nanoTime();
        for (int i = 0; i < staying + 2 * leaving; i++) {
            Outcomes.Get get = i < leaving ? () -> client.getToken(LEAVE_AFTER) : client::getToken;
            threads.add(start(() -> outcomes.of(get)));
        }
        Thread.sleep(leaving > 0 ? LEAVE_AFTER.toMillis() : 0);
        threads.subList(leaving, 2 * leaving).forEach(Thread::interrupt);
        for (Thread thread : threads.subList(0, 2 * leaving)) {
            thread.join();
        }
        long late = since(begin) - LEAVE_AFTER.toMillis();
        int more = threads() - before;
        for (Thread thread : threads) {
            thread.join();
        }
        return Json.object("outcomes", outcomes.counts, "distinct", outcomes.distinct(),
                "late_ms", late, "threads", more);
    }

    private static Thread start(Runnable run) throws ReflectiveOperationException {
        if (VIRTUAL) {
            return (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, run);
        }
        Thread thread = new Thread(run);
        thread.start();
        return thread;
    }

    /** Those of the operating system. */
    private static int threads() throws IOException {
        String status = Files.readString(Path.of("/proc/self/status"));
        return Integer.parseInt(status.replaceAll("(?s).*\nThreads:\\s*(\\d+).*", "$1"));
    }

    private static String close(MomoClient client) {
        long begin = System.nanoTime();
        CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS).execute(client::close);
        Outcomes outcomes = new Outcomes();
        outcomes.of(client::getToken);
        return Json.object("outcomes", outcomes.counts, "ms", since(begin));
    }

    /** The program ends while calls wait. */
    private static String leave(MomoClient client) throws Exception {
        Outcomes outcomes = new Outcomes();
        List<Thread> threads = List.of(
                new Thread(() -> outcomes.of(client::getToken)),
                new Thread(() -> outcomes.of(() -> client.createToken(Duration.ofMinutes(5)))));
        threads.forEach(thread -> thread.setDaemon(true));
        threads.forEach(Thread::start);
        Thread.sleep(2000);
        return Json.object("waiting", threads.stream().filter(Thread::isAlive).count());
    }

    /** Every call once, with a logger that throws. */
    private static String calls() throws MomoException {
        AtomicInteger lines = new AtomicInteger();
        MomoClient.Builder builder = MomoClient.builder().fromEnvironment().logger(Level.DEBUG, (level, line) -> {
            lines.incrementAndGet();
            throw new IllegalStateException(line);
        });
        try (MomoClient client = builder.build()) {
            client.invalidateToken(client.getToken());
            MomoClient.clearCache();
            client.createToken(Duration.ofMinutes(1));
            MomoStats stats = client.stats();
            List<Object> found = new ArrayList<>(List.of(
                    "lines", lines.get(),
                    "requests", stats.requests(),
                    "tokens_issued", stats.tokensIssued(),
                    "invalidations", stats.invalidations(),
                    "token_expires_in", stats.tokenExpiresIn(),
                    "token_origin", stats.tokenOrigin().ordinal(),
                    "options", client.options().size()));
            client.options().forEach(each -> found.addAll(
                    List.of(each.name(), each.value() + ", " + each.source() + ", " + each.warning())));
            return Json.object(found.toArray());
        }
    }

    /** A token and its parts show no secret: not as text, by a getter, as a record's component or in a field. */
    private static String secrets() throws Exception {
        MomoToken token = new MomoToken("5ecret", 1);
        List<String> shown = new ArrayList<>();
        for (Object part : List.of(token, token.secret())) {
            shown.add(part.toString());
            for (var field : part.getClass().getDeclaredFields()) {
                field.setAccessible(true);
                shown.add(Modifier.isTransient(field.getModifiers()) ? "" : String.valueOf(field.get(part)));
            }
            for (var method : part.getClass().getMethods()) {
                shown.add(method.getName().matches("(get|is).*") ? String.valueOf(method.invoke(part)) : "");
            }
        }
        return Json.object("leaks", shown.stream().filter(text -> text.contains("5ecret")).toList());
    }

    private interface Call {
        void make() throws Exception;
    }

    /** Mistakes that are not refused with a message that has this in it; values made without a gateway. */
    private static String misuse(MomoClient client) throws Exception {
        Map<Call, String> mistakes = Map.of(
                () -> MomoClient.builder().option("api_key", null), "the option api_key is null",
                () -> MomoClient.builder().option("api_key", "a\0b"), "NUL",
                () -> client.getToken(Duration.ofMillis(-1)), "timeout",
                () -> client.createToken(Duration.ofMillis(-1)), "timeout",
                () -> client.getToken(null), "is null",
                () -> client.invalidateToken(""), "the token is empty",
                () -> client.invalidateToken((String) null), "is null",
                () -> client.invalidateToken((MomoToken) null), "is null");
        List<String> accepted = new ArrayList<>();
        for (var mistake : mistakes.entrySet()) {
            try {
                mistake.getKey().make();
                accepted.add(mistake.getValue());
            } catch (IllegalArgumentException | NullPointerException e) {
                if (!e.getMessage().contains(mistake.getValue())) {
                    accepted.add(e.getMessage());
                }
            }
        }
        MomoException error = new MomoException(13, 0, -1, "made", "", "");
        if (!error.statusName().equals("MOMO_TIMED_OUT")) {
            accepted.add(error.statusName());
        }
        MomoToken made = new MomoToken("abc", 60);
        return Json.object("accepted", accepted, "made", List.of(made.authorization(), made.expiresIn()),
                "version", MomoClient.version());
    }

    private static long since(long begin) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    private static long residentKib() throws IOException {
        System.gc();
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * PAGE_KIB;
    }
}
