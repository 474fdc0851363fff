// For the tests: thousands of tasks that wait, what shows a token, what is refused.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using Momo;

static class ExerciseWaiting
{
    const int Callers = 10000;
    // One of so many leaves by its timeout, and one by its cancellation.
    const int Leaving = 20;
    const int LeaveAfterMs = 1000;

    static readonly Stopwatch Clock = Stopwatch.StartNew();

    internal static bool Waiting(MomoClient client)
    {
        // What comes in time and on a thread of the pool has threads of its own.
        Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Delay(100))).Wait();
        var distinct = new ConcurrentDictionary<string, bool>();
        var latest = 0L;
        var before = Threads();
        using (var source = new CancellationTokenSource())
        {
            var end = 0L;
            Func<int, Task> call = async number =>
            {
                try
                {
                    var token = number == 1 ? await client.GetTokenAsync(TimeSpan.FromMilliseconds(Math.Max(1, end - Clock.ElapsedMilliseconds)))
                        : await client.GetTokenAsync(null, number == 2 ? source.Token : CancellationToken.None);
                    distinct[token.AccessToken] = true;
                    return;
                }
                catch (MomoException e) when (number == 1 && e.Message.Contains("the request goes on"))
                {
                }
                catch (OperationCanceledException e) when (number == 2 && e.InnerException is MomoException)
                {
                }
                var late = Clock.ElapsedMilliseconds - end;
                for (var known = latest; late > known; known = latest)
                    Interlocked.CompareExchange(ref latest, late, known);
            };
            end = Clock.ElapsedMilliseconds + LeaveAfterMs;
            var calls = Enumerable.Range(0, Callers).Select(i => call(i % Leaving)).ToList();
            Thread.Sleep((int)Math.Max(0, end - Clock.ElapsedMilliseconds));
            source.Cancel();
            Thread.Sleep(LeaveAfterMs);
            // The pool is free.
            var begun = Clock.ElapsedMilliseconds;
            var free = Task.Run(() => Clock.ElapsedMilliseconds).Result - begun;
            var most = Threads();
            Task.WhenAll(calls).Wait();
            Console.WriteLine(
                $"{{\"distinct\":{distinct.Count},\"late_ms\":{latest},\"threads\":{most - before},\"pool_ms\":{free}}}");
        }
        return true;
    }

    static int Threads()
    {
        var line = File.ReadAllLines("/proc/self/status").First(text => text.StartsWith("Threads:"));
        return int.Parse(line.Substring(8));
    }

    // The program ends while calls wait.
    internal static bool Left(MomoClient client)
    {
        var calls = new[] { client.GetTokenAsync(), client.CreateTokenAsync() };
        Thread.Sleep(2000);
        Console.WriteLine($"{{\"ok\":{(calls.All(call => !call.IsCompleted) ? "true" : "false")}}}");
        Environment.Exit(0); // without client.Dispose()
        return true;
    }

    // A token's text is in no property and in no field that is serialised.
    internal static bool Secrets()
    {
        var token = new MomoToken("5ecret", TimeSpan.FromSeconds(1));
        var shown = token + $"{token}" +
            string.Concat(typeof(MomoToken).GetProperties().Select(property => property.GetValue(token))) +
            string.Concat(typeof(MomoToken).GetFields().Where(field => !field.IsNotSerialized).Select(field => field.GetValue(token)));
        var json = Type.GetType("System.Text.Json.JsonSerializer, System.Text.Json"); // .NET has it
        if (json != null)
        {
            var serialize = json.GetMethods().First(method => method.Name == "Serialize" && !method.IsGenericMethod
                && method.ReturnType == typeof(string) && method.GetParameters()[0].ParameterType == typeof(object));
            shown += serialize.Invoke(null, new object[] { token, typeof(MomoToken), null });
        }
        var hidden = typeof(MomoToken).GetFields().Count(field =>
            field.GetCustomAttribute<DebuggerBrowsableAttribute>()?.State == DebuggerBrowsableState.Never);
        Console.WriteLine($"{{\"ok\":{(shown.Contains("5ecret") || hidden != 2 ? "false" : "true")}}}");
        return true;
    }

    internal static bool Misuse(MomoClient client)
    {
        var refusals = new List<string>();
        Action<Action> refused = call =>
        {
            try
            {
                call();
            }
            catch (ArgumentException e)
            {
                refusals.Add(e.Message.Split('\n')[0]);
                return;
            }
            throw new InvalidOperationException("not refused after: " + string.Join("; ", refusals));
        };
        var negative = TimeSpan.FromMilliseconds(-1);
        refused(() => new MomoClient(config => config.Set("api_key", null)));
        refused(() => client.GetToken(negative));
        refused(() => client.GetTokenAsync(negative).GetAwaiter().GetResult());
        refused(() => client.CreateToken(negative));
        refused(() => client.CreateTokenAsync(negative).GetAwaiter().GetResult());
        refused(() => client.Invalidate(""));
        refused(() => client.Invalidate((MomoToken)null));
        MomoClient.ClearCache();
        var created = client.CreateTokenAsync().Result.AccessToken == client.GetToken().AccessToken ? "true" : "false";
        var made = new MomoException(MomoStatus.TlsFailed, "made").StatusName;
        Console.WriteLine($"{{\"first\":\"{refusals[0]}\",\"refused\":{refusals.Count},\"created\":{created}" +
            $",\"made\":\"{made}\",\"version\":\"{MomoClient.Version}\"}}");
        return true;
    }
}
