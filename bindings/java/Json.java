import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** As much of JSON as the programs here print. */
final class Json {
    private Json() {}

    /** An object of names and values in turn. */
    static String object(Object... members) {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < members.length; i += 2) {
            json.append(i == 0 ? "" : ",").append(string(members[i])).append(':').append(value(members[i + 1]));
        }
        return json.append('}').toString();
    }

    private static String value(Object value) {
        if (value instanceof Map<?, ?> map) {
            return object(map.entrySet().stream().flatMap(e -> List.of(e.getKey(), e.getValue()).stream()).toArray());
        } else if (value instanceof List<?> list) {
            return list.stream().map(Json::value).collect(Collectors.joining(",", "[", "]"));
        }
        return value instanceof String text ? string(text) : String.valueOf(value);
    }

    /** In ASCII, so that it does not matter which encoding the standard streams have. */
    private static String string(Object value) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : value.toString().toCharArray()) {
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
