import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import momo.MomoClient;
import momo.MomoException;
import momo.MomoOption;
import momo.MomoStats;
import momo.MomoToken;

/** For the tests: one scenario per run, named by the first argument, one JSON object on stdout. */
final class Exercise {
    private static final int PAGE_KIB = 4;

    public static void main(String[] args) throws Exception {
        MomoClient.Builder builder = MomoClient.builder().fromEnvironment();
        AtomicInteger lines = new AtomicInteger();
        if (args[0].equals("logger")) {
            builder.logger(Level.DEBUG, (level, line) -> {
                lines.incrementAndGet();
                throw new IllegalStateException(line);
            });
        }
        try (MomoClient client = builder.build()) {
            System.out.println(switch (args[0]) {
                case "shared" -> shared(client);
                case "deadline" -> interrupted(client);
                case "timeout" -> ended(() -> {}, () -> client.getToken(Duration.ofMillis(300)));
                case "close" -> ended(client::close, client::getToken);
                case "cancel-one" -> cancelOne(client);
                case "stats" -> stats(client);
                case "options" -> options(client);
                case "stale" -> stale(client);
                case "refresh" -> refresh(client);
                case "logger" -> Json.object("ok", client.getToken() != null, "lines", lines.get());
                case "waiting" -> new ExerciseWaiting(client).run();
                case "left" -> left(client);
                case "secrets" -> secrets();
                case "misuse" -> misuse(client);
                case "loop" -> loop(client, Integer.parseInt(args[1]));
                default -> throw new IllegalArgumentException(
                        "one of shared, deadline, timeout, close, cancel-one, stats, options, stale, refresh, logger,"
                                + " waiting, left, secrets, misuse, loop N");
            });
        }
    }

    private interface Get {
        MomoToken token() throws MomoException;
    }

    private static String shared(MomoClient client) throws Exception {
        int calls = 8;
        ExecutorService threads = Executors.newFixedThreadPool(calls);
        List<Future<MomoToken>> gets = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            gets.add(threads.submit(() -> client.getToken()));
        }
        Set<String> distinct = new HashSet<>();
        for (Future<MomoToken> get : gets) {
            distinct.add(get.get().accessToken());
        }
        threads.shutdown();
        return Json.object("calls", calls, "distinct", distinct.size());
    }

    private static String interrupted(MomoClient client) {
        return ended(Thread.currentThread()::interrupt, () -> {
            try {
                return client.getToken();
            } finally {
                if (!Thread.interrupted()) {
                    throw new IllegalStateException("the interrupt was swallowed");
                }
            }
        });
    }

    /** Something ends a call after 300 ms. */
    private static String ended(Runnable end, Get get) {
        long begin = System.nanoTime();
        String status = statusAfter(300, end, get);
        return Json.object("status", status, "ms", since(begin));
    }

    private static long since(long begin) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    private static String statusAfter(long ms, Runnable end, Get get) {
        var timer = Executors.newSingleThreadScheduledExecutor();
        timer.schedule(end, ms, TimeUnit.MILLISECONDS);
        timer.shutdown();
        try {
            get.token();
            throw new IllegalStateException("a token, though the call was to be ended");
        } catch (MomoException e) {
            return e.statusName();
        }
    }

    /** Two threads wait for one request, and one of them is interrupted. */
    private static String cancelOne(MomoClient client) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Future<MomoToken> other = thread.submit(() -> client.getToken());
        thread.shutdown();
        String status = statusAfter(200, Thread.currentThread()::interrupt, client::getToken);
        Thread.interrupted();
        other.get();
        return Json.object("cancelled", status, "other", "ok");
    }

    private static String stats(MomoClient client) throws MomoException {
        get(client, 2);
        MomoStats stats = client.stats();
        return Json.object(
                "requests", stats.requests(),
                "tokens_issued", stats.tokensIssued(),
                "network_failures", stats.networkFailures(),
                "credential_failures", stats.credentialFailures(),
                "last_failure_status", stats.lastFailure().number(),
                "token_expires_in", stats.tokenExpiresIn(),
                "cooldown_ms", stats.cooldownMs(),
                "tokens_adopted", stats.tokensAdopted(),
                "token_origin", stats.tokenOrigin().ordinal());
    }

    private static String options(MomoClient client) throws MomoException {
        Map<String, MomoOption> found = new HashMap<>();
        client.options().forEach(option -> found.put(option.name(), option));
        MomoOption timeout = found.get("timeout");
        return Json.object(
                "count", found.size(),
                "timeout", timeout.value() + ", " + timeout.source(),
                "api_key", found.get("api_key").value(),
                "warning", found.get("api_user").warning());
    }

    /** Gets a token of five seconds again shortly before its end, when it is due for a refresh. */
    private static String stale(MomoClient client) throws Exception {
        MomoToken old = client.getToken();
        Thread.sleep(4100);
        boolean refreshed = false;
        // A call on a stale token gives it back and has it refreshed meanwhile.
        for (long begin = System.nanoTime(); !refreshed && since(begin) < 20000; Thread.sleep(100)) {
            refreshed = !client.getToken().accessToken().equals(old.accessToken());
        }
        return Json.object("refreshed", refreshed);
    }

    /** Gets a short-lived token again and again while it is refreshed, which no call waits for. */
    private static String refresh(MomoClient client) throws Exception {
        Set<String> distinct = new HashSet<>(Set.of(client.getToken().accessToken()));
        long slowest = 0;
        for (long begin = System.nanoTime(); since(begin) < 5400; Thread.sleep(20)) {
            long before = System.nanoTime();
            MomoToken token = client.getToken();
            slowest = Math.max(slowest, since(before));
            distinct.add(token.accessToken());
        }
        return Json.object("distinct", distinct.size(), "slowest_ms", slowest);
    }

    /** The program ends while a call waits. */
    private static String left(MomoClient client) throws Exception {
        Thread thread = new Thread(() -> {
            try {
                client.getToken();
            } catch (MomoException e) {
                // The program has ended.
            }
        });
        thread.setDaemon(true);
        thread.start();
        Thread.sleep(2000);
        return Json.object("ok", true);
    }

    /** A token and its parts show no secret: not as text, by a getter, as a record's component or in a field. */
    private static String secrets() throws Exception {
        MomoToken token = new MomoToken("5ecret", 1);
        StringBuilder shown = new StringBuilder();
        for (Object part : List.of(token, token.secret())) {
            shown.append(part);
            for (var field : part.getClass().getDeclaredFields()) {
                field.setAccessible(true);
                shown.append(Modifier.isTransient(field.getModifiers()) ? "" : field.get(part));
            }
            for (var method : part.getClass().getMethods()) {
                shown.append(method.getName().matches("(get|is).*") ? method.invoke(part) : "");
            }
        }
        return Json.object("ok", shown.indexOf("5ecret") < 0 && token.authorization().equals("Bearer 5ecret"));
    }

    private interface Misuse {
        void call() throws Exception;
    }

    /** Each wrong argument is refused; values can be made without a gateway. */
    private static String misuse(MomoClient client) throws Exception {
        List<Misuse> calls = List.of(
                () -> MomoClient.builder().option("api_key", null),
                () -> client.getToken(Duration.ofMillis(-1)),
                () -> client.createToken(Duration.ofMillis(-1)),
                () -> client.getToken(null),
                () -> client.invalidateToken(""),
                () -> client.invalidateToken((String) null),
                () -> client.invalidateToken((MomoToken) null));
        StringBuilder refusals = new StringBuilder();
        for (Misuse misuse : calls) {
            try {
                misuse.call();
                throw new IllegalStateException("not refused after: " + refusals);
            } catch (IllegalArgumentException | NullPointerException e) {
                refusals.append(e.getMessage()).append("; ");
            }
        }
        MomoException made = new MomoException(13, 0, -1, "made", "", "");
        return Json.object("refusals", refusals.toString(), "version", MomoClient.version(), "made", made.statusName());
    }

    private static String loop(MomoClient client, int gets) throws Exception {
        get(client, gets / 10 + 1);
        long before = residentKib();
        get(client, gets);
        return Json.object("gets", gets, "growth_kib", residentKib() - before);
    }

    private static void get(MomoClient client, int times) throws MomoException {
        for (int i = 0; i < times; i++) {
            client.getToken();
        }
    }

    private static long residentKib() throws IOException {
        System.gc();
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * PAGE_KIB;
    }
}
