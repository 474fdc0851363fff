import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import momo.MomoException;
import momo.MomoToken;

/** Counts what calls end with: a token, or the name of a status and the beginning of its message. */
final class Outcomes {
    interface Get {
        MomoToken token() throws MomoException;
    }

    final Map<String, Integer> counts = new ConcurrentHashMap<>();
    private final Set<String> tokens = ConcurrentHashMap.newKeySet();

    void of(Get call) {
        String outcome = "token";
        try {
            tokens.add(call.token().accessToken());
        } catch (MomoException e) {
            outcome = e.statusName() + ": " + e.getMessage().split(":")[0];
            // Who was interrupted stays so.
            outcome += Thread.interrupted() ? " (still interrupted)" : "";
        }
        counts.merge(outcome, 1, Integer::sum);
    }

    int distinct() {
        return tokens.size();
    }
}
