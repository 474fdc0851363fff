// For the tests: what calls end with, what shows a token, what is refused.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;
using Momo;

// Counts: a token, or the name of a status and the beginning of its message.
sealed class Outcomes
{
    readonly ConcurrentDictionary<string, bool> tokens = new ConcurrentDictionary<string, bool>();

    internal ConcurrentDictionary<string, int> Counts { get; } = new ConcurrentDictionary<string, int>();
    internal int Distinct => tokens.Count;

    internal void Of(Func<MomoToken> call)
    {
        var outcome = "token";
        try
        {
            tokens[call().AccessToken] = true;
        }
        catch (Exception e) when ((e as MomoException ?? e.InnerException) is MomoException momo)
        {
            outcome = momo.StatusName + ": " + momo.Message.Split(':')[0] + (e == momo ? "" : $" ({e.GetType().Name})");
        }
        Counts.AddOrUpdate(outcome, 1, (_, count) => count + 1);
    }

    internal async Task OfAsync(Task<MomoToken> call)
    {
        await Task.WhenAny(call);
        Of(() => call.GetAwaiter().GetResult());
    }
}

static class ExerciseValues
{
    // A token's text is in no property and in no field that is serialised.
    internal static object Secrets()
    {
        var token = new MomoToken("5ecret", TimeSpan.FromSeconds(1));
        var fields = typeof(MomoToken).GetFields();
        var shown = token + $"{token}" +
            string.Concat(typeof(MomoToken).GetProperties().Select(property => property.GetValue(token))) +
            string.Concat(fields.Where(field => !field.IsNotSerialized).Select(field => field.GetValue(token)));
        var hidden = fields.Count(field =>
            field.GetCustomAttribute<DebuggerBrowsableAttribute>()?.State == DebuggerBrowsableState.Never);
        return new { leaks = shown.Contains("5ecret") || hidden != 2 ? new[] { shown } : new string[0] };
    }

    // Mistakes that are not refused with a message that has this in it.
    internal static object Misuse(MomoClient client)
    {
        var accepted = new List<string>();
        Action<string, Action> refused = (message, call) =>
        {
            var said = "not refused";
            try
            {
                call();
            }
            catch (ArgumentException e)
            {
                said = e.Message;
            }
            if (!said.Contains(message))
                accepted.Add(said);
        };
        var negative = TimeSpan.FromMilliseconds(-1);
        refused("the option api_key is null", () => new MomoClient(config => config.Set("api_key", null)));
        refused("NUL", () => new MomoClient(config => config.Set("api_key", "a\0b")));
        refused("timeout", () => client.GetToken(negative));
        refused("timeout", () => client.GetTokenAsync(negative).GetAwaiter().GetResult());
        refused("timeout", () => client.CreateToken(negative));
        refused("timeout", () => client.CreateTokenAsync(negative).GetAwaiter().GetResult());
        refused("the token is null or empty", () => client.Invalidate(""));
        refused("the token is null or empty", () => client.Invalidate((MomoToken)null));
        refused("MOMO_TLS_FAILED", () => throw new ArgumentException(new MomoException(MomoStatus.TlsFailed, "").StatusName));
        var made = new MomoToken("abc", TimeSpan.FromSeconds(60));
        return new
        {
            accepted,
            made = new object[] { made.Authorization, (long)made.ExpiresIn.TotalSeconds },
            version = MomoClient.Version
        };
    }
}
