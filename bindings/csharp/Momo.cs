// libmomo for C#: MomoClient, MomoToken, MomoException. What each call does is said in momo.h.
using System;
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
        public MomoStatus Status { get; }
        /// <summary>"MOMO_UNAUTHORIZED": what documentation and search engines know.</summary>
        public string StatusName { get; }
        /// <summary>0 where no response came.</summary>
        public int HttpStatus { get; }
        /// <summary>The response's own error code or a firewall's support ID, or "".</summary>
        public string Code { get; }
        /// <summary>The response, redacted, or "".</summary>
        public string Body { get; }
        /// <summary>When to try again, where that is known.</summary>
        public TimeSpan? RetryAfter { get; }

        internal MomoException(Native.Error error) : base(Native.Text(error.Message))
        {
            Status = (MomoStatus)error.Status;
            StatusName = Native.Text(Native.momo_status_name(error.Status));
            HttpStatus = error.HttpStatus;
            Code = Native.Text(error.Code);
            Body = Native.Text(error.Body);
            if (error.RetryAfterMs >= 0)
                RetryAfter = TimeSpan.FromMilliseconds(error.RetryAfterMs);
        }
    }

    public sealed class MomoToken
    {
        public string AccessToken { get; }
        public string TokenType { get; }
        /// <summary>The value of the Authorization header to send.</summary>
        public string Authorization { get; }
        /// <summary>What was left when the call returned; zero where it is not known.</summary>
        public TimeSpan ExpiresIn { get; }
        public DateTimeOffset? ExpiresAt { get; }
        public TimeSpan Lifetime { get; }
        /// <summary>Why the last refresh failed; Ok where none did.</summary>
        public MomoStatus RefreshStatus { get; }
        /// <summary>Until a refresh is due, zero where it is; null where there will be none.</summary>
        public TimeSpan? RefreshIn { get; }

        internal MomoToken(Native.Token token)
        {
            AccessToken = Native.Text(token.AccessToken);
            TokenType = Native.Text(token.TokenType);
            Authorization = Native.Text(token.Authorization);
            ExpiresIn = TimeSpan.FromSeconds(token.ExpiresIn);
            if (token.ExpiresAt != 0)
                ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(token.ExpiresAt);
            Lifetime = TimeSpan.FromSeconds(token.Lifetime);
            RefreshStatus = (MomoStatus)token.RefreshStatus;
            if (token.RefreshIn >= 0)
                RefreshIn = TimeSpan.FromSeconds(token.RefreshIn);
        }
    }

    /// <summary>
    /// Counters of what a client's tokens cost. Clients that share a token share its counters.
    /// </summary>
    public sealed class MomoStats
    {
        /// <summary>Those that have ended, each retry counted.</summary>
        public long Requests { get; }
        public long TokensIssued { get; }
        public long NetworkFailures { get; }
        public long CredentialFailures { get; }
        public long RateLimitFailures { get; }
        public long ServerFailures { get; }
        public long ResponseFailures { get; }
        public long Retries { get; }
        /// <summary>Of a token that was still good.</summary>
        public long Refreshes { get; }
        public long FailedRefreshes { get; }
        /// <summary>Calls that waited for the request of another.</summary>
        public long Waits { get; }
        public TimeSpan LongestWait { get; }
        public long Invalidations { get; }
        /// <summary>What it took; null before the first.</summary>
        public TimeSpan? LastRequest { get; }
        /// <summary>Ok where no request failed.</summary>
        public MomoStatus LastFailure { get; }
        public DateTimeOffset? LastFailureAt { get; }
        /// <summary>Zero where there is no token.</summary>
        public TimeSpan TokenExpiresIn { get; }
        /// <summary>Until the gateway is asked again after a failure.</summary>
        public TimeSpan Cooldown { get; }
        /// <summary>Tokens of other processes, by the option cache.</summary>
        public long TokensAdopted { get; }
        /// <summary>Of the token at hand.</summary>
        public MomoOrigin TokenOrigin { get; }

        internal MomoStats(Native.Stats stats)
        {
            Requests = stats.Requests;
            TokensIssued = stats.TokensIssued;
            NetworkFailures = stats.NetworkFailures;
            CredentialFailures = stats.CredentialFailures;
            RateLimitFailures = stats.RateLimitFailures;
            ServerFailures = stats.ServerFailures;
            ResponseFailures = stats.ResponseFailures;
            Retries = stats.Retries;
            Refreshes = stats.Refreshes;
            FailedRefreshes = stats.FailedRefreshes;
            Waits = stats.Waits;
            LongestWait = TimeSpan.FromMilliseconds(stats.LongestWaitMs);
            Invalidations = stats.Invalidations;
            if (stats.LastRequestMs >= 0)
                LastRequest = TimeSpan.FromMilliseconds(stats.LastRequestMs);
            LastFailure = (MomoStatus)stats.LastFailureStatus;
            if (stats.LastFailureAt != 0)
                LastFailureAt = DateTimeOffset.FromUnixTimeSeconds(stats.LastFailureAt);
            TokenExpiresIn = TimeSpan.FromSeconds(stats.TokenExpiresIn);
            Cooldown = TimeSpan.FromMilliseconds(stats.CooldownMs);
            TokensAdopted = stats.TokensAdopted;
            TokenOrigin = (MomoOrigin)stats.TokenOrigin;
        }
    }

    /// <summary>Where this process has a token from.</summary>
    public enum MomoOrigin
    {
        None = 0,
        Gateway = 1,
        File = 2,
        Redis = 3,
    }

    /// <summary>The options of a client, by name: docs/options.md.</summary>
    public sealed class MomoConfig
    {
        readonly ConfigHandle handle;

        internal MomoConfig(ConfigHandle handle) { this.handle = handle; }

        public MomoConfig Set(string name, string value)
        {
            var status = Native.momo_set_option(handle, Native.Utf8(name), Native.Utf8(value), out var error);
            Native.Check(status, error);
            return this;
        }

        /// <summary>Every option that a MOMO_ variable names.</summary>
        public MomoConfig SetFromEnvironment()
        {
            Native.Check(Native.momo_set_options_from_env(handle, out var error), error);
            return this;
        }

        /// <summary>
        /// Called on the thread whose call it tells of, on several at once where several call. What
        /// it throws is dropped.
        /// </summary>
        public MomoConfig SetLogger(Action<MomoLogLevel, string> log, MomoLogLevel level = MomoLogLevel.Information)
        {
            Native.SetLogger(handle, log, level);
            return this;
        }
    }

    /// <summary>Hands out tokens. Any number of threads may call on one client at once.</summary>
    public sealed class MomoClient : IDisposable
    {
        readonly ClientHandle client;
        int disposed;

        /// <summary>
        /// Touches no network: a bad option, a missing credential or an unusable trust store shows
        /// here. The config is not to be used later.
        /// </summary>
        public MomoClient(Action<MomoConfig> configure)
        {
            using (var config = Native.CreateConfig())
            {
                configure(new MomoConfig(config));
                Native.Check(Native.momo_create_client(config, out client, out var error), error);
            }
        }

        public static MomoClient FromEnvironment()
        {
            return new MomoClient(config => config.SetFromEnvironment());
        }

        /// <summary>
        /// A token that is good now: to be called before each payment. The timeout is the call's
        /// whole time; null is the option `timeout`; zero or less does not block: a token at hand,
        /// or MomoStatus.WouldBlock. Cancelled, it throws OperationCanceledException within 100 ms,
        /// and no other call is touched.
        /// </summary>
        public MomoToken GetToken(TimeSpan? timeout = null, CancellationToken cancellation = default(CancellationToken))
        {
            // What cannot be cancelled can as well wait at once.
            var atHand = cancellation.CanBeCanceled ? AtHand(timeout, cancellation) : null;
            return atHand ?? Wait(Native.momo_get_token, timeout, cancellation);
        }

        /// <summary>The same; it takes a thread of the pool only where no token is at hand.</summary>
        public async Task<MomoToken> GetTokenAsync(TimeSpan? timeout = null, CancellationToken cancellation = default(CancellationToken))
        {
            return AtHand(timeout, cancellation) ??
                await Task.Run(() => Wait(Native.momo_get_token, timeout, cancellation), cancellation)
                    .ConfigureAwait(false);
        }

        /// <summary>A new token from the gateway at every call.</summary>
        public MomoToken CreateToken(TimeSpan? timeout = null, CancellationToken cancellation = default(CancellationToken))
        {
            return Wait(Native.momo_create_token, timeout, cancellation);
        }

        /// <summary>The gateway refused this token elsewhere: it is not handed out again.</summary>
        public void Invalidate(MomoToken token)
        {
            var status = Native.momo_invalidate_token(client, Native.Utf8(token.AccessToken), out var error);
            Native.Check(status, error);
        }

        public MomoStats GetStats()
        {
            return Native.GetStats(client);
        }

        /// <summary>Final: ends every call in progress, on whatever thread, and every later one.</summary>
        public void Cancel()
        {
            Native.momo_cancel_client(client);
        }

        /// <summary>Cancels, too; the memory is freed after the last call.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) != 0)
                return;
            Native.momo_cancel_client(client);
            client.Dispose();
        }

        // Mostly a token is at hand, or why there is none is known: nothing to wait for. Null where
        // the call has to wait.
        MomoToken AtHand(TimeSpan? timeout, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                return Native.HandOut(Native.momo_get_token, client, TimeSpan.Zero);
            }
            catch (MomoException e) when (e.Status == MomoStatus.WouldBlock && !(timeout <= TimeSpan.Zero))
            {
                return null;
            }
        }

        // To cancel is final, and ends every call on a handle: a call that a CancellationToken may
        // end has a clone to itself.
        MomoToken Wait(Native.Call call, TimeSpan? timeout, CancellationToken cancellation)
        {
            if (!cancellation.CanBeCanceled)
                return Native.HandOut(call, client, timeout);
            cancellation.ThrowIfCancellationRequested();
            try
            {
                using (var clone = Native.momo_clone_client(client))
                // Its end waits for a callback that is running: the clone lives until then.
                using (cancellation.Register(() => Native.momo_cancel_client(clone)))
                    return Native.HandOut(call, clone, timeout);
            }
            catch (MomoException e) when (e.Status == MomoStatus.Cancelled && cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(e.Message, e, cancellation);
            }
        }
    }
}
