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
    // Until the collector has used all of its nursery of 4 MiB once.
    const int WarmUp = 5000;

    static bool Shared(MomoClient client)
    {
        const int calls = 8;
        ThreadPool.SetMinThreads(calls, calls);
        var tokens = Task.WhenAll(Enumerable.Range(0, calls).Select(_ => client.GetTokenAsync())).Result;
        var distinct = tokens.Select(token => token.AccessToken).Distinct().Count();
        Console.WriteLine($"{{\"calls\":{tokens.Length},\"distinct\":{distinct}}}");
        return true;
    }

    static bool Deadline(MomoClient client)
    {
        var clock = Stopwatch.StartNew();
        Console.WriteLine($"{{\"status\":\"{CancelledAfter(300, client)}\",\"ms\":{clock.ElapsedMilliseconds}}}");
        return true;
    }

    // Both wait for the one request, and only one of them is cancelled.
    static bool CancelOne(MomoClient client)
    {
        var other = client.GetTokenAsync();
        var status = CancelledAfter(200, client);
        other.Wait();
        Console.WriteLine($"{{\"cancelled\":\"{status}\",\"other\":\"ok\"}}");
        return true;
    }

    static string CancelledAfter(int ms, MomoClient client)
    {
        using (var source = new CancellationTokenSource(ms))
            try
            {
                client.GetToken(cancellation: source.Token);
                throw new InvalidOperationException("a token, though the call was to be cancelled");
            }
            catch (OperationCanceledException e) when (e.InnerException is MomoException)
            {
                return ((MomoException)e.InnerException).StatusName;
            }
    }

    static bool Close(MomoClient client)
    {
        var clock = Stopwatch.StartNew();
        using (new Timer(_ => client.Dispose(), null, 300, Timeout.Infinite))
            try
            {
                client.GetToken();
                return false;
            }
            catch (MomoException e)
            {
                Console.WriteLine($"{{\"status\":\"{e.StatusName}\",\"ms\":{clock.ElapsedMilliseconds}}}");
                return true;
            }
    }

    static bool Stats(MomoClient client)
    {
        client.GetToken();
        client.GetToken();
        var stats = client.GetStats();
        Console.WriteLine(
            $"{{\"requests\":{stats.Requests},\"tokens_issued\":{stats.TokensIssued}" +
            $",\"network_failures\":{stats.NetworkFailures},\"credential_failures\":{stats.CredentialFailures}" +
            $",\"last_failure_status\":{stats.LastFailureStatus}" +
            $",\"token_expires_in\":{stats.TokenExpiresIn}" +
            $",\"cooldown_ms\":{stats.CooldownMs}" +
            $",\"tokens_adopted\":{stats.TokensAdopted},\"token_origin\":{(int)stats.TokenOrigin}}}");
        return true;
    }

    static bool Options(MomoClient client)
    {
        var found = client.GetOptions().ToDictionary(option => option.Name);
        var timeout = found["timeout"];
        Console.WriteLine(
            $"{{\"count\":{found.Count},\"timeout\":\"{timeout.Value}, {timeout.Source}\"" +
            $",\"api_key\":\"{found["api_key"].Value}\"" +
            $",\"warning\":\"{found["api_user"].Warning}\"}}");
        return true;
    }

    // A short-lived token is refreshed, which no call waits for.
    static bool Refresh(MomoClient client)
    {
        var distinct = new HashSet<string> { client.GetToken().AccessToken };
        var slowest = 0L;
        for (var clock = Stopwatch.StartNew(); clock.ElapsedMilliseconds < 5400; Thread.Sleep(20))
        {
            var before = clock.ElapsedMilliseconds;
            var token = client.GetToken();
            slowest = Math.Max(slowest, clock.ElapsedMilliseconds - before);
            distinct.Add(token.AccessToken);
        }
        Console.WriteLine($"{{\"distinct\":{distinct.Count},\"slowest_ms\":{slowest}}}");
        return true;
    }

    static bool Logger()
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
            client.GetToken();
        }
        Console.WriteLine($"{{\"lines\":{lines},\"ok\":true}}");
        return lines > 0;
    }

    static bool Loop(MomoClient client, int gets)
    {
        Get(client, Math.Max(gets / 10, WarmUp));
        var before = ResidentKib();
        Get(client, gets);
        Console.WriteLine($"{{\"gets\":{gets},\"growth_kib\":{ResidentKib() - before}}}");
        return true;
    }

    // Half of them in the way that a CancellationToken takes.
    static void Get(MomoClient client, int times)
    {
        using (var source = new CancellationTokenSource())
            for (var i = 0; i < times; i++)
                client.GetToken(cancellation: i % 2 == 0 ? source.Token : CancellationToken.None);
    }

    static bool Errors(MomoClient client, int gets)
    {
        Refuse(client, Math.Max(gets / 10, WarmUp));
        var before = ResidentKib();
        var status = Refuse(client, gets);
        Console.WriteLine($"{{\"gets\":{gets},\"status\":\"{status}\",\"growth_kib\":{ResidentKib() - before}}}");
        return true;
    }

    // There is no token, and no time to ask for one.
    static string Refuse(MomoClient client, int times)
    {
        string status = null;
        for (var i = 0; i < times; i++)
            try
            {
                client.GetToken(TimeSpan.Zero);
            }
            catch (MomoException e)
            {
                status = e.StatusName;
            }
        return status;
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

    static bool Run(string[] args)
    {
        using (var client = MomoClient.FromEnvironment())
            switch (args.FirstOrDefault())
            {
                case "shared": return Shared(client);
                case "deadline": return Deadline(client);
                case "cancel-one": return CancelOne(client);
                case "close": return Close(client);
                case "stats": return Stats(client);
                case "options": return Options(client);
                case "refresh": return Refresh(client);
                case "logger": return Logger();
                case "waiting": return ExerciseWaiting.Waiting(client);
                case "left": return ExerciseWaiting.Left(client);
                case "secrets": return ExerciseWaiting.Secrets();
                case "misuse": return ExerciseWaiting.Misuse(client);
                case "loop": return Loop(client, int.Parse(args[1]));
                case "errors": return Errors(client, int.Parse(args[1]));
                default: throw new ArgumentException(
                    "usage: exercise shared|deadline|cancel-one|close|stats|options|refresh|logger|" +
                    "waiting|left|secrets|misuse|loop N|errors N");
            }
    }

    static int Main(string[] args)
    {
        try
        {
            return Run(args) ? 0 : 1;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            return 1;
        }
    }
}
