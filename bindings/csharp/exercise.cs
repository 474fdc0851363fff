// For the tests: one scenario per run, named by the first argument, one JSON object on stdout.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Momo;

static class Exercise
{
    // Calls that follow each other, times in milliseconds, -1 for no timeout.
    static object Get(MomoClient client, int times, int pause, int timeout)
    {
        var outcomes = new Outcomes();
        var limit = timeout < 0 ? (TimeSpan?)null : TimeSpan.FromMilliseconds(timeout);
        using (var source = new CancellationTokenSource())
        {
            Action<int> get = count =>
            {
                // Half of them in the way that a CancellationToken takes.
                for (var i = 0; i < count; i++, Thread.Sleep(pause))
                    outcomes.Of(() => client.GetToken(limit, i % 2 == 0 ? source.Token : CancellationToken.None));
            };
            get(times / 4);
            var before = ResidentKib();
            var clock = Stopwatch.StartNew();
            get(times);
            var ms = clock.ElapsedMilliseconds;
            return new { outcomes = outcomes.Counts, distinct = outcomes.Distinct, ms, growth_kib = ResidentKib() - before };
        }
    }

    // Calls that wait at the same time. Beside those that stay, after a second, so many are cancelled,
    // and the time of as many is up. Of a few, half wait on a thread of their own.
    static object Wait(MomoClient client, int staying, int leaving)
    {
        var few = staying < 100;
        if (few)
            ThreadPool.SetMinThreads(staying + 2 * leaving, 1);
        // What comes in time and on a thread of the pool has threads of its own.
        Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Delay(100))).Wait();
        var outcomes = new Outcomes();
        var before = Threads();
        var clock = Stopwatch.StartNew();
        using (var source = new CancellationTokenSource())
        {
            Func<int, Task> call = async number =>
            {
                var timeout = number < leaving ? TimeSpan.FromSeconds(1) : (TimeSpan?)null;
                var cancellation = timeout == null && number < 2 * leaving ? source.Token : CancellationToken.None;
                await outcomes.OfAsync(few && number % 2 == 1 ? Task.Run(() => client.GetToken(timeout, cancellation))
                    : client.GetTokenAsync(timeout, cancellation));
            };
            var calls = Enumerable.Range(0, staying + 2 * leaving).Select(call).ToList();
            Thread.Sleep(leaving > 0 ? 500 : 0);
            var threads = Threads() - before;
            if (!Task.Run(() => { }).Wait(3000))
                throw new InvalidOperationException("calls that wait take the pool's threads");
            Thread.Sleep(leaving > 0 ? 500 : 0);
            source.Cancel();
            Task.WhenAll(calls.Take(2 * leaving)).Wait();
            var late = clock.ElapsedMilliseconds - 1000;
            Task.WhenAll(calls).Wait();
            return new { outcomes = outcomes.Counts, distinct = outcomes.Distinct, late_ms = late, threads };
        }
    }

    static int Threads()
    {
        var line = File.ReadAllLines("/proc/self/status").First(text => text.StartsWith("Threads:"));
        return int.Parse(line.Substring(8));
    }

    static object Close(MomoClient client)
    {
        var outcomes = new Outcomes();
        var clock = Stopwatch.StartNew();
        using (new Timer(_ => client.Dispose(), null, 2000, Timeout.Infinite))
            outcomes.Of(() => client.GetToken());
        return new { outcomes = outcomes.Counts, ms = clock.ElapsedMilliseconds };
    }

    // The program ends while calls wait.
    static object Leave(MomoClient client)
    {
        var calls = new[] { client.GetTokenAsync(), client.CreateTokenAsync() };
        Thread.Sleep(2000);
        Print(new { waiting = calls.Count(call => !call.IsCompleted) });
        Environment.Exit(0); // without client.Dispose()
        return null;
    }

    // Every call once, with a logger that throws.
    static object Calls()
    {
        var lines = 0;
        Action<MomoLogLevel, string> log = (level, line) =>
        {
            lines++;
            throw new InvalidOperationException(line);
        };
        using (var client = new MomoClient(c => c.SetFromEnvironment().SetLogger(log, MomoLogLevel.Debug)))
        {
            // A delegate that the library keeps has to live through this.
            Collect();
            client.Invalidate(client.GetToken());
            MomoClient.ClearCache();
            client.CreateToken();
            var stats = client.GetStats();
            var options = client.GetOptions();
            var found = options.ToDictionary(each => each.Name, each => (object)$"{each.Value}, {each.Source}, {each.Warning}");
            found["options"] = options.Count;
            found["lines"] = lines;
            found["requests"] = stats.Requests;
            found["tokens_issued"] = stats.TokensIssued;
            found["invalidations"] = stats.Invalidations;
            found["token_expires_in"] = stats.TokenExpiresIn;
            found["token_origin"] = (long)stats.TokenOrigin;
            return found;
        }
    }

    static long ResidentKib()
    {
        Collect();
        return long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1]) * (Environment.SystemPageSize / 1024);
    }

    static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    static object Run(string name, int[] numbers)
    {
        using (var client = MomoClient.FromEnvironment())
            switch (name)
            {
                case "get": return Get(client, numbers[0], numbers[1], numbers[2]);
                case "wait": return Wait(client, numbers[0], numbers[1]);
                case "close": return Close(client);
                case "leave": return Leave(client);
                case "calls": return Calls();
                case "secrets": return ExerciseValues.Secrets();
                case "misuse": return ExerciseValues.Misuse(client);
                default: throw new ArgumentException("no scenario " + name);
            }
    }

    static void Print(object found) => Console.WriteLine(Json.Of(found));

    static void Main(string[] args) => Print(Run(args[0], args.Skip(1).Select(int.Parse).ToArray()));
}
