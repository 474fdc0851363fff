// For the programs here: as much of JSON as they print.
using System.Collections;
using System.Linq;

static class Json
{
    // An object has the public properties of the value.
    internal static string Of(object value)
    {
        if (value is string text)
            return '"' + string.Concat(text.Select(Escaped)) + '"';
        if (value is IDictionary members)
            return "{" + string.Join(",", members.Keys.Cast<object>().Select(key => Of(key) + ":" + Of(members[key]))) + "}";
        if (value is IEnumerable list)
            return "[" + string.Join(",", list.Cast<object>().Select(Of)) + "]";
        if (value is bool || value.GetType().IsPrimitive)
            return value.ToString().ToLowerInvariant();
        return Of(value.GetType().GetProperties().ToDictionary(each => each.Name, each => each.GetValue(value)));
    }

    // Beyond ASCII too, since what the console takes is not always UTF-8.
    static string Escaped(char c) =>
        c == '"' || c == '\\' ? "\\" + c : c < 0x20 || c > 0x7e ? "\\u" + ((int)c).ToString("x4") : c.ToString();
}
