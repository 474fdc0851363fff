// libmomo for C#: MomoClient, MomoToken, MomoException. What each call does is said in momo.h.
using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;

namespace Momo
{
    /// <summary>momo_status. New ones come: treat a number that is not here as a failure.</summary>
    public enum MomoStatus
    {
        Ok = 0, InvalidArgument = 1, InvalidConfig = 2,
        ResolveFailed = 10, ConnectFailed = 11, TlsFailed = 12, TimedOut = 13, ConnectionLost = 14,
        WouldBlock = 15, Cancelled = 16,
        Unauthorized = 20, SubscriptionKeyRefused = 21, Forbidden = 22, RateLimited = 23,
        ServerError = 24, UnexpectedStatus = 25, InvalidResponse = 26,
        CacheFailed = 30, Internal = 99
    }

    public enum MomoLogLevel { Error = 1, Warning = 2, Information = 3, Debug = 4 }

    /// <summary>Why a call failed; Message is one line: what failed, why, what to do.</summary>
    public sealed class MomoException : Exception
    {
        readonly string statusName;

        public MomoStatus Status { get; }
        /// <summary>"MOMO_UNAUTHORIZED": what documentation and search engines know.</summary>
        public string StatusName => statusName ??
            "MOMO_" + Regex.Replace(Status.ToString(), "(?<=[a-z])(?=[A-Z])", "_").ToUpperInvariant();
        /// <summary>0 where no response came.</summary>
        public int HttpStatus { get; }
        /// <summary>The response's own error code or a firewall's support ID, or "".</summary>
        public string Code { get; }
        /// <summary>The response, redacted, or "".</summary>
        public string Body { get; }
        /// <summary>When to try again, where that is known.</summary>
        public TimeSpan? RetryAfter { get; }

        /// <summary>Also for tests without a gateway.</summary>
        public MomoException(MomoStatus status, string message, int httpStatus = 0, string code = "", string body = "",
            TimeSpan? retryAfter = null, string statusName = null) : base(message)
        {
            Status = status;
            this.statusName = statusName;
            HttpStatus = httpStatus;
            Code = code;
            Body = body;
            RetryAfter = retryAfter;
        }

        internal static void ThrowIfCancelled(CancellationToken cancellation)
        {
            if (!cancellation.IsCancellationRequested)
                return;
            var cause = new MomoException(MomoStatus.Cancelled, "the call was cancelled");
            throw new OperationCanceledException(cause.Message, cause, cancellation);
        }
    }

    /// <summary>A token that was valid when the call returned. The two that are secret are fields, which
    /// serialisers and debuggers leave out.</summary>
    public sealed class MomoToken
    {
        [NonSerialized, DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public readonly string AccessToken;
        /// <summary>The value of the Authorization header to send.</summary>
        [NonSerialized, DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public readonly string Authorization;
        public string TokenType { get; }
        /// <summary>What was left when the call returned; zero if it is not known.</summary>
        public TimeSpan ExpiresIn { get; }
        public DateTimeOffset? ExpiresAt { get; }
        public TimeSpan Lifetime { get; }
        /// <summary>Why the last refresh failed; Ok if none did.</summary>
        public MomoStatus RefreshStatus { get; }
        /// <summary>Until a refresh is due, zero if it is; null if there will be none.</summary>
        public TimeSpan? RefreshIn { get; }

        /// <summary>For tests without a gateway.</summary>
        public MomoToken(string accessToken, TimeSpan expiresIn)
        {
            AccessToken = accessToken;
            Authorization = "Bearer " + accessToken;
            TokenType = "access_token";
            ExpiresIn = Lifetime = expiresIn;
        }

        internal MomoToken(Native.Token token) : this(Native.Text(token.AccessToken), TimeSpan.FromSeconds(token.ExpiresIn))
        {
            TokenType = Native.Text(token.TokenType);
            if (token.ExpiresAt != 0)
                ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(token.ExpiresAt);
            Lifetime = TimeSpan.FromSeconds(token.Lifetime);
            RefreshStatus = (MomoStatus)token.RefreshStatus;
            if (token.RefreshIn >= 0)
                RefreshIn = TimeSpan.FromSeconds(token.RefreshIn);
        }
    }

    /// <summary>momo_stats of momo.h, member by member. Clients that share a token share its counters.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MomoStats
    {
        public readonly long Requests, TokensIssued;
        public readonly long NetworkFailures, CredentialFailures, RateLimitFailures, ServerFailures, ResponseFailures;
        public readonly long Retries, Refreshes, FailedRefreshes, Waits, LongestWaitMs, Invalidations;
        /// <summary>-1 before the first.</summary>
        public readonly long LastRequestMs;
        /// <summary>A MomoStatus and Unix time in seconds; both 0 if no request failed.</summary>
        public readonly long LastFailureStatus, LastFailureAt;
        /// <summary>Seconds; 0 if there is no token.</summary>
        public readonly long TokenExpiresIn;
        public readonly long CooldownMs, TokensAdopted;
        public readonly MomoOrigin TokenOrigin;
    }

    /// <summary>Where this process has a token from.</summary>
    public enum MomoOrigin : long { None = 0, Gateway = 1, Directory = 2, Redis = 3 }

    /// <summary>The options of a client, by name: docs/options.md.</summary>
    public sealed class MomoConfig
    {
        internal IntPtr Handle; // NULL for who keeps this object, which the library refuses

        public MomoConfig Set(string name, string value)
        {
            if (value == null)
                throw new ArgumentNullException(nameof(value), "the option " + name + " is null");
            var status = Native.C.momo_set_option(Handle, Native.Utf8(name), Native.Utf8(value), out var error);
            Native.Check(status, error);
            return this;
        }

        /// <summary>Every option that a MOMO_ variable names.</summary>
        public MomoConfig SetFromEnvironment()
        {
            Native.Check(Native.C.momo_set_options_from_env(Handle, out var error), error);
            return this;
        }

        /// <summary>Called by several threads at once if several call. It must not wait for a token of
        /// this client. What it throws is dropped.</summary>
        public MomoConfig SetLogger(Action<MomoLogLevel, string> log, MomoLogLevel level = MomoLogLevel.Information)
        {
            // The library frees it, also if this call fails.
            var held = GCHandle.ToIntPtr(GCHandle.Alloc(log));
            var status = Native.C.momo_set_logger(Handle, Native.LogLine, held, Native.FreeLogger, (int)level, out var error);
            Native.Check(status, error);
            return this;
        }
    }

    /// <summary>What a program needs of a client: its tests can have one of their own.</summary>
    public interface IMomoTokenSource
    {
        MomoToken GetToken(TimeSpan? timeout = null, CancellationToken cancellation = default(CancellationToken));
        Task<MomoToken> GetTokenAsync(TimeSpan? timeout = null, CancellationToken cancellation = default(CancellationToken));
        void Invalidate(string accessToken);
    }

    /// <summary>Hands out tokens. Any number of threads may call on one client at once.</summary>
    public sealed class MomoClient : IMomoTokenSource, IDisposable
    {
        readonly ClientHandle client;
        readonly MomoWaiting waiting;
        int disposed;

        /// <summary>Touches no network: a bad option, a missing credential or an unusable trust store
        /// shows here. The config is not to be used later.</summary>
        public MomoClient(Action<MomoConfig> configure)
        {
            var config = new MomoConfig { Handle = Native.C.momo_create_config() };
            try
            {
                configure(config);
                Native.Check(Native.C.momo_create_client(config.Handle, out client, out var error), error);
            }
            finally
            {
                Native.C.momo_free_config(config.Handle);
                config.Handle = IntPtr.Zero;
            }
            waiting = new MomoWaiting(client);
        }

        public static MomoClient FromEnvironment() => new MomoClient(config => config.SetFromEnvironment());

        /// <summary>A valid token: to be called before each payment. The timeout is the call's whole
        /// time; null is the option `timeout`; zero does not block: a token at hand, or WouldBlock.
        /// Cancelled, it throws OperationCanceledException, and no other call is touched.</summary>
        public MomoToken GetToken(TimeSpan? timeout = null, CancellationToken cancellation = default(CancellationToken)) =>
            AtHand(timeout, cancellation, out _) ?? Block(Native.C.momo_get_token, timeout, cancellation);

        /// <summary>The same. Tasks that wait take no thread.</summary>
        public async Task<MomoToken> GetTokenAsync(TimeSpan? timeout = null, CancellationToken cancellation = default(CancellationToken))
        {
            using (var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
            {
                end.CancelAfter((int)Native.Milliseconds(timeout));
                while (true)
                {
                    var token = AtHand(timeout, cancellation, out MomoException failure);
                    if (token != null)
                        return token;
                    if (failure.RetryAfter == null) // the library asks for nothing in the background
                        return await BlockAsync(Native.C.momo_get_token, timeout, cancellation).ConfigureAwait(false);
                    if (end.IsCancellationRequested)
                        throw new MomoException(MomoStatus.TimedOut, failure.Message);
                    var everyMs = (int)failure.RetryAfter.Value.TotalMilliseconds;
                    await waiting.Outcome(everyMs, end.Token).ConfigureAwait(false);
                }
            }
        }

        /// <summary>A new token from the gateway at every call.</summary>
        public MomoToken CreateToken(TimeSpan? timeout = null, CancellationToken cancellation = default(CancellationToken)) =>
            Block(Native.C.momo_create_token, timeout, cancellation);

        /// <summary>The same; each call has a thread of its own, and none of the pool.</summary>
        public Task<MomoToken> CreateTokenAsync(TimeSpan? timeout = null, CancellationToken cancellation = default(CancellationToken)) =>
            BlockAsync(Native.C.momo_create_token, timeout, cancellation);

        /// <summary>The gateway refused this token elsewhere: it is not returned again.</summary>
        public void Invalidate(string accessToken)
        {
            if (string.IsNullOrEmpty(accessToken))
                throw new ArgumentException("the token is null or empty", nameof(accessToken));
            Native.Check(Native.C.momo_invalidate_token(client, Native.Utf8(accessToken), out var error), error);
        }

        public void Invalidate(MomoToken token) => Invalidate(token?.AccessToken);

        public MomoStats GetStats()
        {
            Native.Check(Native.C.momo_get_stats(client, out var pointer, out var error), error);
            var stats = Marshal.PtrToStructure<MomoStats>(pointer);
            Native.C.momo_free_stats(pointer);
            return stats;
        }

        /// <summary>Forgets every token that this process holds.</summary>
        public static void ClearCache() => Native.C.momo_clear_cache();

        /// <summary>The version of the library.</summary>
        public static string Version => Native.Text(Native.C.momo_version());

        /// <summary>Final: ends every call in progress, on whatever thread, and every later one.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
                Native.C.momo_cancel_client(client);
            client.Dispose(); // it is freed after the last call
        }

        // Null if the call has to wait.
        MomoToken AtHand(TimeSpan? timeout, CancellationToken cancellation, out MomoException failure)
        {
            MomoException.ThrowIfCancelled(cancellation);
            Native.Milliseconds(timeout); // refuses a negative one
            failure = Native.TryGet(Native.C.momo_get_token, client, 0, out var token);
            if (failure != null && (failure.Status != MomoStatus.WouldBlock || timeout == TimeSpan.Zero))
                throw failure;
            return token;
        }

        async Task<MomoToken> BlockAsync(Functions.Call call, TimeSpan? timeout, CancellationToken cancellation)
        {
            return await Task.Factory.StartNew(() => Block(call, timeout, cancellation), CancellationToken.None,
                TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }

        // To cancel is final, and ends every call on a handle: the call has a clone to itself.
        MomoToken Block(Functions.Call call, TimeSpan? timeout, CancellationToken cancellation)
        {
            MomoException.ThrowIfCancelled(cancellation);
            var timeoutMs = Native.Milliseconds(timeout);
            using (var clone = Native.C.momo_clone_client(client))
            {
                // At its end Mono would wait for a thread that is in C.
                EventHandler atExit = (sender, e) => Native.C.momo_cancel_client(clone);
                AppDomain.CurrentDomain.ProcessExit += atExit;
                try
                {
                    // Its end waits for a callback that is running: the clone lives until then.
                    using (cancellation.Register(() => Native.C.momo_cancel_client(clone)))
                    {
                        var failure = Native.TryGet(call, clone, timeoutMs, out var token);
                        if (failure?.Status == MomoStatus.Cancelled)
                            MomoException.ThrowIfCancelled(cancellation);
                        return failure == null ? token : throw failure;
                    }
                }
                finally
                {
                    AppDomain.CurrentDomain.ProcessExit -= atExit;
                }
            }
        }
    }
}
