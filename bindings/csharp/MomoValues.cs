// What calls give: MomoToken, MomoStats, MomoException.
using System;
using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Threading;

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
        /// <summary>0 if there was no response.</summary>
        public int HttpStatus { get; }
        /// <summary>The response's own error code or a firewall's support ID, or "".</summary>
        public string Code { get; }
        /// <summary>The response, redacted, or "".</summary>
        public string Body { get; }
        /// <summary>When to try again, if that is known.</summary>
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
            const string message = "the call was cancelled";
            if (cancellation.IsCancellationRequested)
                throw new OperationCanceledException(
                    message, new MomoException(MomoStatus.Cancelled, message), cancellation);
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

    /// <summary>An option as a client uses it; momo.h explains each member.</summary>
    public struct MomoOption { public string Name, Value, Source, Warning; }

    /// <summary>momo_stats of momo.h, which explains each member.</summary>
    public struct MomoStats
    {
        public readonly long Requests, TokensIssued;
        public readonly long NetworkFailures, CredentialFailures, RateLimitFailures, ServerFailures, ResponseFailures;
        public readonly long Retries, Refreshes, FailedRefreshes, Waits, LongestWaitMs, Invalidations;
        public readonly long LastRequestMs, LastFailureStatus, LastFailureAt;
        public readonly long TokenExpiresIn, CooldownMs, TokensAdopted;
        public readonly MomoOrigin TokenOrigin;
    }

    /// <summary>Where this process has a token from.</summary>
    public enum MomoOrigin : long { None = 0, Gateway = 1, Directory = 2, Redis = 3 }
}
