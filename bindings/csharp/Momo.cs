// libmomo for C#: MomoClient. What each call does is said in momo.h.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Momo
{
    /// <summary>The options of a client, by name: docs/options.md.</summary>
    public sealed class MomoConfig
    {
        internal IntPtr Handle = Native.C.momo_create_config();

        internal MomoConfig() { }

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
            Native.Check(Native.C.momo_set_logger(
                Handle, Native.LogLine, held, Native.FreeLogger, (int)level, out var error), error);
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
        // Each leaves at no cost: to leave one task that all wait for takes a search among all.
        readonly HashSet<TaskCompletionSource<bool>> waiters = new HashSet<TaskCompletionSource<bool>>();
        bool isLooking;
        int disposed;

        /// <summary>Touches no network: a bad option, a missing credential or an unusable trust store
        /// shows here. The config is not to be used later.</summary>
        public MomoClient(Action<MomoConfig> configure)
        {
            var config = new MomoConfig();
            try
            {
                configure(config);
                Native.Check(Native.C.momo_create_client(config.Handle, out client, out var error), error);
            }
            finally
            {
                Native.C.momo_free_config(config.Handle);
                config.Handle = IntPtr.Zero; // for who keeps it: the library refuses NULL
            }
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
                    await Outcome(failure.RetryAfter.Value, end.Token).ConfigureAwait(false);
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

        /// <summary>Every option as it is used; of a credential the value is the length.</summary>
        public IReadOnlyList<MomoOption> GetOptions()
        {
            Native.Check(Native.C.momo_get_options(client, out var first, out var error), error);
            var all = new List<MomoOption>();
            var members = new IntPtr[5]; // four texts and the next option
            for (var option = first; option != IntPtr.Zero; option = members[4])
            {
                Marshal.Copy(option, members, 0, members.Length);
                all.Add(new MomoOption
                {
                    Name = Native.Text(members[0]), Value = Native.Text(members[1]),
                    Source = Native.Text(members[2]), Warning = Native.Text(members[3])
                });
            }
            Native.C.momo_free_options(first);
            return all;
        }

        public MomoStats GetStats()
        {
            Native.Check(Native.C.momo_get_stats(client, out var pointer, out var error), error);
            var stats = Marshal.PtrToStructure<MomoStats>(pointer);
            Native.C.momo_free_stats(pointer);
            return stats;
        }

        /// <summary>Forgets every token that this process holds.</summary>
        public static void ClearCache() => Native.C.momo_clear_cache();

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

        // Ends as soon as there is a token or a failure. One task looks for all, on no thread.
        async Task Outcome(TimeSpan every, CancellationToken end)
        {
            var waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (waiters)
            {
                waiters.Add(waiter);
                if (!isLooking)
                    Look(every);
            }
            using (end.Register(() => waiter.TrySetResult(false)))
                await waiter.Task.ConfigureAwait(false);
            lock (waiters)
                waiters.Remove(waiter);
        }

        async void Look(TimeSpan every)
        {
            isLooking = true;
            MomoException failure;
            try
            {
                do
                {
                    await Task.Delay(every).ConfigureAwait(false);
                    failure = Native.TryGet(Native.C.momo_get_token, client, 0, out _);
                } while (failure?.Status == MomoStatus.WouldBlock && failure.RetryAfter != null);
            }
            catch (ObjectDisposedException) { } // each waiter has its own
            lock (waiters)
            {
                isLooking = false;
                foreach (var waiter in waiters)
                    waiter.TrySetResult(true);
            }
        }

        async Task<MomoToken> BlockAsync(
            Functions.Call call, TimeSpan? timeout, CancellationToken cancellation) =>
            await Task.Factory.StartNew(
                () => Block(call, timeout, cancellation), CancellationToken.None,
                TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);

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
